"""The sentences of page and mail say what the findings say, in the reader's language."""

import dataclasses
import html
import re

import numpy as np
import pandas as pd
import pytest
from support.district import edition, in_force, say, week, words
from support.fragments import text
from support.varied import AREA, KIEN_AN, MY_HOI_DONG, TAN_MY, both, moved, signalled, told, weak

from analysis.report import findings, headline, page, parts, sentences
from analysis.tables import TABLES

PREVIOUS = say("period.week", week=4, month=11)


def of_page(**tables) -> list[str]:
    """The items below the large figures, as the page has them."""
    items = re.search(r'<ul class="items">(.*?)</ul>', page.headline(edition(**tables)).data, re.DOTALL)[1]
    return [html.unescape(re.sub(r"<[^>]+>", "", each)) for each in re.findall(r"<li>(.*?)</li>", items)]


def item(said: str, **tables) -> str:
    """The one item that begins with these words, plain."""
    (found,) = [each for each in map(parts.plain, headline.items(edition(**tables))) if each.startswith(said)]
    return found


def test_the_large_figures_are_total_band_change_and_place():
    known = [(each["value"], each["label"]) for each in headline.figures(edition())]
    assert known == [
        ("57,45", "điểm trên 100"),
        ("Trung bình", "Xếp loại"),
        ("+0,29", "điểm so với tuần 4 tháng 11"),
        ("7/11", "hạng trong các huyện, thị xã, thành phố"),
    ]


def test_a_large_figure_that_is_not_known_is_left_out_and_a_weak_band_is_marked():
    unknown = dataclasses.replace(in_force(), province_rank=in_force().province_rank.head(0))
    scores = week()["scores"].assign(band="Yếu")
    without = edition(scores=scores, changes=week()["changes"].assign(change=np.nan))
    known = headline.figures(dataclasses.replace(without, rules=unknown))
    assert [(each["value"], each["weak"]) for each in known] == [("57,45", False), ("Yếu", True)]


def test_the_items_tell_who_is_weak_who_fell_what_was_lost_and_which_targets_are_missed():
    targets = "hồ sơ nộp trực tuyến 50%, hồ sơ thanh toán trực tuyến 30% và số hóa hồ sơ 80%"
    assert list(map(parts.plain, headline.items(edition()))) == [
        say("piece.weak", band="Yếu", units="Kiến An (49,18)"),
        say("piece.fell_marked", units="Mỹ Hội Đông (−5,78)", period=PREVIOUS),
        say("piece.lost_before_peers", unit="Mỹ Hội Đông", before=6, peers=12),
        say("piece.targets_everyone", count=18, targets=targets),
    ]


def test_in_an_item_units_and_figures_are_strong_and_units_lead_to_their_pages():
    pages = pd.DataFrame([(KIEN_AN, "Kiến An", "made", "")], columns=["unit_code", "unit_name", "status", "reason"])
    weak, fell, *_ = headline.items(edition(pages=pages))
    assert [(each.text, each.href) for each in weak if each.strong] == [("Kiến An", "units/30634.html"), ("49,18", "")]
    assert [(each.text, each.href) for each in fell if each.strong] == [("Mỹ Hội Đông", ""), ("−5,78", "")]
    assert (
        '<a href="units/30634.html"><strong>Kiến An</strong></a> (<strong>49,18</strong>)'
        in page.headline(edition(pages=pages)).data
    )


def test_what_is_new_this_week_is_marked_and_what_has_stood_is_not():
    held = week()["standing"]
    is_its = held["finding"].eq("band") & held["unit_code"].eq(KIEN_AN)
    for weeks, is_open, marked in ((1, False, ["mới"]), (1, True, []), (2, False, []), (2, True, [])):
        standing = held.assign(
            weeks=held["weeks"].where(~is_its, weeks), is_open=held["is_open"].where(~is_its, is_open)
        )
        weak, *_ = headline.items(edition(standing=standing))
        assert [each.text for each in weak if each.new] == marked


def test_there_are_never_more_than_five_items_and_the_targets_are_the_last():
    moves = hidden_fall()["moves"]
    rose = moves["unit_code"].eq(TAN_MY) & moves["indicator"].eq("CHANGE")
    moves = moves.assign(marked=moves["marked"] | rose, move=moves["move"].where(~rose, 3.0))
    tables = hidden_fall() | {"signals": signalled(TAN_MY), "moves": moves}
    tables["findings"] = findings.collect(tables, in_force(), words())
    told = list(map(parts.plain, headline.items(edition(**tables))))
    assert len(told) == 5 and told[-1].startswith("Tất cả 18 đơn vị chưa đạt")
    assert told[3].startswith("Hòa An: công khai")  # the fall that a rise hides; signals and rises stand further down
    assert any(text.startswith("Tấn Mỹ tăng 3,00") for text in sentences.moved_lines(edition(**tables)))


def hidden_fall() -> dict:
    """The week's tables where transparency of Hòa An fell by 1.88 points and its total rose by 1."""
    moves, changes = week()["moves"], week()["changes"]
    move = {"unit_code": "30679", "indicator": "CKMB", "move": -1.88, "median": 0.1, "marked": True}
    moves = pd.concat([moves, pd.DataFrame([moves.iloc[0].to_dict() | move])], ignore_index=True)
    change = changes["change"].where(changes["unit_code"] != "30679", 1.0)
    return week() | {"moves": moves, "changes": changes.assign(change=change)}


def test_a_fall_that_a_rise_hides_has_its_unit_and_its_figure_strong():
    tables = hidden_fall()
    tables["findings"] = findings.collect(tables, in_force(), words())
    (told,) = [each for each in headline.items(edition(**tables)) if each[0].text == "Hòa An"]
    assert [each.text for each in told if each.strong] == ["Hòa An", "1,88"]
    assert parts.plain(told) == "Hòa An: công khai, minh bạch giảm 1,88 điểm dù tổng điểm tăng 1,00 điểm."


def test_a_rate_far_below_what_is_usual_is_an_item_with_its_indicator():
    tables = week() | {"signals": signalled(TAN_MY)}
    tables["findings"] = findings.collect(tables, in_force(), words())
    said = item("Tỷ lệ riêng", **tables)
    assert said == say("headline.signals", units="Tấn Mỹ (hồ sơ thanh toán trực tuyến; mới)")


@pytest.mark.parametrize(
    ("others", "changes", "lines"),
    [
        (0.0, {}, [("all_same", {"count": 18})]),
        (0.3, {}, [("all_rose", {"count": 18, "change": "0,30"})]),
        (-0.2, {}, [("all_fell", {"count": 18, "change": "0,20"}), ("none_fell_marked", None)]),
        (0.3, {"30643": 1.2}, [("counts", {"count": 18, "rose": 18, "fell": 0, "same": 0, "median": "+0,30"})]),
        (0.3, {"30643": -0.6}, [("counts", {"count": 18, "rose": 17, "fell": 1, "same": 0, "median": "+0,30"}), ("none_fell_marked", None)]),
        (0.0, {"30643": -1.2}, [("fell_marked", {"units": "Tấn Mỹ (−1,20)"})]),
    ],
    ids=["nothing moved", "all rose alike", "all fell alike", "an ordinary rise", "an ordinary fall", "a fall"],
)  # fmt: skip
def test_a_fall_is_named_where_it_stands_out_and_else_it_is_said_how_many_rose_and_fell(others, changes, lines):
    expected = [say(f"piece.{key}", **{} if fields is None else fields | {"period": PREVIOUS}) for key, fields in lines]
    assert " ".join(expected) in of_page(**moved(others, changes))


def test_of_many_falls_three_are_named_and_the_others_counted():
    fallen = ["30643", "30679", "30670", "30634", "30652", "30655", "30661"]
    line = item("Giảm điểm đáng chú ý", **moved(0.0, dict.fromkeys(fallen, -1.5)))
    assert line.count("(−1,50)") == 3 and say("piece.others", count=4) in line


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"30643": 1.2}, "Tấn Mỹ (+1,20)"),
        ({"30643": 1.2, "30679": 1.4, "30670": 1.4}, "Hòa An (+1,40), An Thạnh Trung (+1,40) và Tấn Mỹ (+1,20)"),
        ({"30643": 1.5, "30679": 1.4, "30670": 1.2, "30634": 1.2}, "Tấn Mỹ (+1,50), Hòa An (+1,40) và 2 đơn vị cùng tăng +1,20"),
    ],
)  # fmt: skip
def test_who_rose_out_of_the_ordinary_is_named_and_those_of_a_shared_last_place_are_counted(changes, named):
    assert item("Tăng đáng chú ý", **moved(0.0, changes)) == say("piece.rose_marked", units=named)


def test_a_place_in_the_province_that_is_not_known_is_told_as_missing_and_why():
    unknown = dataclasses.replace(in_force(), province_rank=in_force().province_rank.head(0))
    said = "Chưa nêu được thứ hạng trong các huyện, thị xã, thành phố: bảng số liệu không có, văn phòng chưa bổ sung."
    without = dataclasses.replace(edition(), rules=unknown)
    assert said in sentences.result_lines(without) and "xếp hạng" not in text(page.ranking(without))
    assert not any("Chưa nêu được thứ hạng" in line for line in sentences.result_lines(edition()))


def test_the_result_is_told_in_full():
    assert text(page.ranking(edition())).partition("Kết quả chung ")[2] == (
        "Văn phòng HĐND và UBND huyện báo cáo kết quả thực hiện Bộ chỉ số phục vụ người dân, doanh nghiệp trong"
        " thực hiện thủ tục hành chính, cung cấp dịch vụ công đến tuần 1 tháng 12 năm 2023 như sau:"
        " Huyện Chợ Mới đạt 57,45/100 điểm, xếp loại “Trung bình”, xếp hạng 7/11 huyện, thị xã, thành phố, tăng 0,29 điểm"
        " so với tuần 4 tháng 11."
        " Điểm của các đơn vị cấp xã từ 49,18 (xã Kiến An) đến 65,79 (thị trấn Chợ Mới); kết quả từng đơn vị tại Phụ lục"
        " kèm theo."
        " Xếp loại: 17 đơn vị “Trung bình” và 1 đơn vị “Yếu”."
        " Các cột của bảng giải thích được 36,86 điểm của huyện Chợ Mới; 20,59 điểm còn lại bảng không thể hiện (mức độ hài"
        " lòng và một số tiêu chí thành phần). Cách quy đổi các cột thành điểm là của Văn phòng, chưa phải quy định."
    )


def test_a_first_issue_says_nothing_of_corrections():
    assert page.correction(edition()).data == ""
    assert not headline.title(edition()).startswith("[")


def test_a_reissued_week_is_marked_and_lists_each_figure_old_and_new():
    change = {
        "unit_code": "30628",
        "unit_name": "Chợ Mới",
        "indicator": "CKMB",
        "field": "value",
        "old": 72.6,
        "new": 76.2,
    }
    second = edition(corrections=pd.DataFrame([change]), origin={"revision": "2"})
    assert text(page.correction(second)).endswith("Thị trấn Chợ Mới Công khai, minh bạch 72,6 76,2")
    assert "lần phát hành thứ 2, thay thế lần phát hành thứ 1" in text(page.correction(second))
    slight = edition(corrections=pd.DataFrame([change | {"new": 72.63}]), origin={"revision": "2"})
    assert text(page.correction(slight)).endswith("Thị trấn Chợ Mới Công khai, minh bạch 72,60 72,63")
    assert headline.subject(second).startswith("[Đính chính] 766 Chợ Mới 04/12: ")
    assert headline.title(second).startswith("[Đính chính] Bộ chỉ số 766")


def test_a_regained_block_is_not_told_as_a_loss_and_a_zero_is_asked_about():
    steps = week()["steps"].assign(blocks=lambda each: each["blocks"].abs(), points=lambda each: each["points"].abs())
    tables = week() | {"steps": steps}
    tables["findings"] = findings.collect(tables, in_force(), words()).query("finding == 'step'")
    said = text(page.headline(edition(**tables))) + text(page.requests(edition(**tables)))
    assert "mất" not in said and say("piece.ask_stepped") not in said
    assert "Chứng thực bản sao điện tử: Số liệu bằng 0: Mỹ An và Kiến An" in text(page.requests(edition()))


def test_without_a_row_of_the_whole_area_the_page_tells_the_units_alone():
    tables = week() | {name: week()[name].query("unit_code != '893'") for name in ("scores", "changes")}
    pieces = [page.headline, page.ranking, page.appendix, page.standings]
    said = [text(piece(edition(**tables))) for piece in pieces]
    assert not any("57,45" in each for each in said)
    assert headline.subject(edition(**tables)) == "766 Chợ Mới 04/12: Kiến An Yếu; Mỹ Hội Đông −5,78"


def test_english_pieces_carry_the_same_numbers():
    for piece in (page.headline, page.requests, page.ranking, page.appendix):
        vi, en = text(piece(edition("vi"))), text(piece(edition("en")))
        vi_numbers = sorted(re.findall(r"\d+,\d+", vi))
        assert vi_numbers == sorted(number.replace(".", ",") for number in re.findall(r"\d+\.\d+", en))


def test_a_week_in_which_nothing_happened_says_so():
    tables = moved(0.0, {}) | {"findings": week()["findings"].query("finding in ['data', 'reconcile']")}
    said = " ".join(of_page(**tables))
    assert "Không có đơn vị nào xếp loại “Yếu”." in said
    assert say("piece.all_same", count=18, period=PREVIOUS) in said
    targets = "hồ sơ nộp trực tuyến 50%, hồ sơ thanh toán trực tuyến 30% và số hóa hồ sơ 80%"
    assert say("piece.none_missed", targets=targets) in said


def test_the_mails_subject_has_the_news_first():
    weak_only = edition(findings=week()["findings"].query("finding != 'fell'"))
    assert headline.subject(weak_only) == "766 Chợ Mới 04/12: 57,45 (+0,29); Kiến An Yếu"


def test_a_subject_above_60_characters_goes_without_the_areas_change_then_without_names():
    assert headline.subject(edition()) == "766 Chợ Mới 04/12: 57,45; Kiến An Yếu; Mỹ Hội Đông −5,78"
    assert headline.subject(edition("en")) == "766 Chợ Mới 04 Dec: 57.45; Kiến An Weak; Mỹ Hội Đông −5.78"
    two = pd.concat([week()["findings"], week()["findings"].query("finding == 'fell'")])
    assert headline.subject(edition(findings=two)) == "766 Chợ Mới 04/12: 57,45; Kiến An Yếu; 2 giảm đáng chú ý"
    names = week()["units"].replace({"unit_name": {"Kiến An": "Kiến An " * 9}})
    assert headline.subject(edition(units=names)) == "766 Chợ Mới 04/12: 57,45; 1 đơn vị Yếu; 1 giảm đáng chú ý"


@pytest.mark.parametrize(
    ("area", "told"), [("thành phố Hồ Chí Minh", "Hồ Chí Minh"), ("quận 1", "quận 1"), ("Chợ Mới district", "Chợ Mới")]
)
def test_the_subject_names_the_area_without_its_type(area, told):
    settings = in_force().settings | {"name": in_force().settings["name"] | {"vi": area}}
    rules = dataclasses.replace(in_force(), settings=settings)
    assert headline.subject(dataclasses.replace(edition(), rules=rules)).startswith(f"766 {told} 04/12: ")


def test_the_preheader_tells_what_the_subject_does_not():
    said = headline.preheader(edition())
    assert said.startswith(
        "So với tuần 4 tháng 11: 17 đơn vị tăng, 1 giảm, 0 không đổi; trung vị +0,27 điểm. Đề nghị: "
    )
    assert "Phòng Văn hóa – Thông tin; Bộ phận Một cửa huyện; Phòng Tư pháp" in said
    assert not {"57,45", "Kiến An", "−5,78"} & set(said.split())


def test_of_more_than_two_units_the_mails_subject_tells_how_many():
    many = weak("vi", {}, KIEN_AN, TAN_MY, "30679")
    assert headline.subject(many) == "766 Chợ Mới 04/12: 57,45; 3 đơn vị Yếu; Mỹ Hội Đông −5,78"
    fell = week()["findings"].query("finding == 'fell'")
    alike = edition(findings=pd.concat([fell] * 3), scores=week()["scores"].assign(band="Trung bình"))
    assert headline.subject(alike) == "766 Chợ Mới 04/12: 57,45 (+0,29); 3 giảm đáng chú ý"


def test_without_a_total_and_without_news_the_mails_subject_is_the_title():
    tables = week() | {name: week()[name].query("unit_code != '893'") for name in ("scores", "changes")}
    tables["findings"] = tables["findings"].query("finding != 'fell'")
    tables["scores"] = tables["scores"].assign(band="Trung bình")
    assert headline.subject(edition(**tables)) == "Bộ chỉ số 766 – huyện Chợ Mới – Tuần 1 tháng 12 năm 2023"


def test_section_2_says_since_when_there_is_history_and_what_can_still_be_reached():
    said = text(page.moved(edition())) + text(page.outlook(edition()))
    assert "Số liệu được lưu từ tuần 1 tháng 12 năm 2023." in said
    assert say("finding.not_judged", units=18, least=8) in said
    # day 338 of 365: (25.4 × 338 + 100 × 27) / 365 = 30.92; 80 is out of reach
    fields = {"indicator": "Huyện Chợ Mới, số hóa hồ sơ", "value": "25,4%", "target": "80%", "most": "30,9%"}
    assert say("possible.impossible", **fields) in said
    assert "mỗi tuần" not in said


def test_of_many_figures_with_the_same_fault_each_kind_is_counted_with_its_range():
    rows = [("NOT_ITEMISED", -1.0 - i, 0.0) for i in range(6)] + [("PREVIOUS_TOTAL", 50.0 + i, 50.5) for i in range(6)]
    rows += [("TOTAL", 50.0, 38.0 + i) for i in range(6)] + [("CKMB", 5.0, 6.0)]
    found = pd.DataFrame(rows, columns=["indicator", "value", "reference"])
    found = found.assign(
        finding="reconcile", severity="watch", unit_code="", text=[f"row {i}" for i in range(len(rows))]
    )
    ranges = {"rests": ("−6,00", "−1,00"), "carried_many": ("−0,50", "+4,50"), "differ_many": ("+7,00", "+12,00")}
    counted = {
        key: say(f"piece.{key}", count=6, range=say("piece.range", low=low, high=high))
        for key, (low, high) in ranges.items()
    }
    assert sentences.data_lines(edition(findings=found)) == ["row 18", *counted.values()]


def test_a_few_figures_with_the_same_fault_are_told_one_by_one():
    rows = [("TOTAL", 50.0, 38.0 + i) for i in range(5)]
    found = pd.DataFrame(rows, columns=["indicator", "value", "reference"])
    found = found.assign(finding="reconcile", severity="watch", unit_code="", text=[f"row {i}" for i in range(5)])
    assert sentences.data_lines(edition(findings=found)) == [f"row {i}" for i in range(5)]


# -- one, two, many; both languages ------------------------------------------------------------------------------------

RUNS = [
    ("two fall", {KIEN_AN: -7, MY_HOI_DONG: -9, TAN_MY: -6}, {},
     ["Giảm nhiều kỳ liên tiếp (số kỳ): Mỹ Hội Đông (9) và Kiến An (7)."],
     ["Fallen several times in a row (number of times): Mỹ Hội Đông (9) and Kiến An (7)."]),
    ("one falls, one rises, the area is not counted", {KIEN_AN: -7, TAN_MY: 8, AREA: 9}, {},
     ["Giảm nhiều kỳ liên tiếp (số kỳ): Kiến An (7).", "Tăng nhiều kỳ liên tiếp (số kỳ): Tấn Mỹ (8)."],
     ["Fallen several times in a row (number of times): Kiến An (7).", "Risen several times in a row (number of times): Tấn Mỹ (8)."]),
    ("more than are named", {KIEN_AN: -7, MY_HOI_DONG: -9}, {"fell_most": 1},
     ["2 đơn vị giảm từ 7 kỳ liên tiếp trở lên, dài nhất 9 kỳ."],
     ["2 units have fallen at least 7 times in a row (longest run: 9 times)."]),
    ("one, and none is named", {TAN_MY: 8}, {"fell_most": 0},
     ["1 đơn vị tăng từ 7 kỳ liên tiếp trở lên, dài nhất 8 kỳ."],
     ["1 unit has risen at least 7 times in a row (longest run: 8 times)."]),
    ("a run as long as is worth a word", {KIEN_AN: -2, TAN_MY: 3}, {"trend": in_force().settings["trend"] | {"least_streak": 3}},
     ["Tăng nhiều kỳ liên tiếp (số kỳ): Tấn Mỹ (3)."], ["Risen several times in a row (number of times): Tấn Mỹ (3)."]),
    ("none", {}, {}, [], []),
]  # fmt: skip


@both(RUNS)
def test_who_falls_or_rises_many_times_in_a_row_is_named_or_counted(lang, given0, given1, said):
    moves = week()["moves"]
    moves = moves.assign(streak=moves["unit_code"].map(given0).fillna(1.0))
    lines = sentences.trend_lines(told(lang, given1, moves=moves))
    beginnings = ("Giảm nhiều", "Tăng nhiều", "Fallen", "Risen")
    assert [
        line
        for line in lines
        if line.startswith(beginnings) or "kỳ liên tiếp trở lên" in line or "in a row (longest" in line
    ] == said


def rates(lang, *given):
    """The lines of the area's own rates, each of (indicator, basis, rate, low, high, cases)."""
    names = ["indicator", "basis", "rate", "low", "high", "cases"]
    rows = pd.DataFrame([dict(zip(names, each, strict=False)) for each in given], columns=names).assign(unit_code=AREA)
    return sentences.week_rate_lines(edition(lang, week_rates=rows), AREA)


OWN_RATES = [
    ("exact and estimated", [("TT", "counts", 50.0, 50.0, 50.0, 2.0), ("SH", "estimate", 31.0, 25.0, 37.0)],
     ["Tính riêng số phát sinh từ sau kỳ trước đến kỳ này: hồ sơ thanh toán trực tuyến 50,00% (1/2 trường hợp), lũy kế 12,17%; số hóa hồ sơ ước 31,0% (từ 25,0% đến 37,0%), lũy kế 25,4%."],
     ["Of the cases after the previous cut-off alone, dossiers paid online: 50.00% (1 of 2 cases), cumulative 12.17%; digitisation: an estimated 31.0% (25.0% to 37.0%), cumulative 25.4%."]),
    ("each reason why one is not known", [("TT", "no_cases"), ("SH", "too_wide"), ("TD", "first"), ("DVCTT", "revised")],
     ["Chưa có số liệu kỳ trước để tính tỷ lệ riêng của kỳ này: tiến độ giải quyết.",
      "Không tính được tỷ lệ riêng của kỳ này vì số lũy kế hai kỳ không khớp nhau (do làm tròn hoặc số kỳ trước được điều chỉnh): hồ sơ nộp trực tuyến.",
      "Kỳ này không phát sinh trường hợp nào: hồ sơ thanh toán trực tuyến.",
      "Chưa nêu tỷ lệ riêng của kỳ này vì khoảng ước tính từ số lũy kế quá rộng: số hóa hồ sơ."],
     ["There are no earlier figures from which to work out this cut-off's own rate: timeliness.",
      "The own rate of this cut-off cannot be worked out, because the two cumulative figures do not fit each other (rounding, or earlier figures were changed): dossiers filed online.",
      "No cases since the previous cut-off: dossiers paid online.",
      "This cut-off's own rate is not given, because the bounds estimated from cumulative figures are too wide: digitisation."]),
    ("two for the same reason", [("TT", "no_cases"), ("SH", "no_cases")],
     ["Kỳ này không phát sinh trường hợp nào: hồ sơ thanh toán trực tuyến và số hóa hồ sơ."],
     ["No cases since the previous cut-off: dossiers paid online and digitisation."]),
    ("no rates", [], [], []),
]  # fmt: skip


@both(OWN_RATES)
def test_the_weeks_own_rates_stand_beside_the_cumulative_ones_or_it_is_told_why_there_is_none(lang, given0, said):
    assert sorted(rates(lang, *given0)) == sorted(said)


def outlook(lang, *given, year_end=()):
    """What is said of the area's targets, each of (indicator, value, state)."""
    rows = [
        {"indicator": name, "value": value, "state": state, "target": 30.0, "needed": 40.0, "most": 25.0}
        for name, value, state in given
    ]
    possible = pd.DataFrame(rows, columns=list(TABLES["possible"].columns)).assign(unit_code=AREA, by="2023-12-31")
    forecast = pd.DataFrame(year_end, columns=list(TABLES["year_end"].columns))
    return sentences.outlook_lines(edition(lang, possible=possible, year_end=forecast), AREA)


ASSUMED = (
    "Các mức cần đạt và cao nhất còn có thể được tính với giả định số phát sinh đều theo thời gian.",
    "What is needed and the highest still possible assume that cases come evenly over time.",
)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(
    ("given", "is_assumed"),
    [
        (("TT", 20.0, "possible"), True),
        (("TT", 20.0, "impossible"), True),
        (("TT", 31.0, "reached"), False),
        (("TT", np.nan, "possible"), False),
        (("CKMB", 20.0, "possible"), False),
        (("CKMB", 31.0, "reached"), False),
    ],
    ids=lambda given: " ".join(map(str, given)) if isinstance(given, tuple) else "",
)
def test_that_cases_come_evenly_is_told_where_a_figure_rests_on_it(lang, given, is_assumed):
    first, *more = outlook(lang, given)
    assert first and more == ([ASSUMED[lang == "en"]] if is_assumed else [])


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_end_of_the_year_follows_the_targets_where_there_is_a_forecast(lang):
    ends = {
        "unit_code": AREA,
        "indicator": "TOTAL",
        "low": 57.0,
        "middle": 57.5,
        "high": 58.0,
        "band": "Trung bình",
        "odds": 1.0,
    }
    with_it, without = (
        outlook(lang, ("CKMB", 31.0, "reached"), year_end=[ends]),
        outlook(lang, ("CKMB", 31.0, "reached")),
    )
    assert with_it[:1] == without and [line.split()[0] for line in with_it[1:]] == (
        ["Dự", "Khả"] if lang == "vi" else ["Forecast", "Odds"]
    )


# -- how many are told one by one --------------------------------------------------------------------------------------

BLOCKS = {KIEN_AN: (-6.0, -12.0), TAN_MY: (-6.0, None), "30679": (None, -6.0), "30670": (12.0, None)}


def lost(lang, blocks):
    """The item of losses; blocks : by unit, the points lost since the previous cut-off and beside the peers."""
    each = [
        (code, "CHANGE" if way == "before" else "NOT_ITEMISED", way, points, points)
        for code, both in blocks.items()
        for way, points in zip(("before", "peers"), both, strict=True)
        if points
    ]
    steps = pd.DataFrame(each, columns=list(TABLES["steps"].columns))
    told = headline.items(told_of(lang, steps))
    return [said for said in map(parts.plain, told) if said.startswith(tuple(UNITS))]


def told_of(lang, steps):
    return told(lang, steps=steps, moves=week()["moves"].assign(marked=False))


UNITS = ("Kiến An:", "Tấn Mỹ:", "Hòa An:")
LOST = [
    ("both ways, and two others", BLOCKS,
     ["Kiến An: kỳ này có khả năng mất khoảng 6 điểm mức độ hài lòng, tính chung thiếu khoảng 12 điểm so với các đơn vị cùng loại. Dấu hiệu tương tự: 2 đơn vị khác."],
     ["Kiến An: probably lost about 6 points of satisfaction this time, and lacks about 12 compared with the units of its kind. The same is seen in 2 other units."]),
    ("this time, and one other", {TAN_MY: (-6.0, None), "30679": (None, -6.0)},
     ["Tấn Mỹ: kỳ này có khả năng mất khoảng 6 điểm mức độ hài lòng. Dấu hiệu tương tự: 1 đơn vị khác."],
     ["Tấn Mỹ: this time probably lost about 6 points of satisfaction. The same is seen in 1 other unit."]),
    ("beside the peers", {"30679": (None, -6.0)},
     ["Hòa An: có khả năng thiếu khoảng 6 điểm mức độ hài lòng so với các đơn vị cùng loại."],
     ["Hòa An: probably lacks about 6 points of satisfaction compared with the units of its kind."]),
    ("a block regained is no loss", {"30670": (12.0, None)}, [], []),
]  # fmt: skip


@both(LOST)
def test_the_items_tell_the_loss_of_one_unit_and_count_the_others(lang, given0, said):
    assert lost(lang, given0) == said


SIGNALS = [
    ("one more", 2, "Ngoài ra còn 1 tín hiệu khác.", "There is 1 other signal."),
    ("two more", 1, "Ngoài ra còn 2 tín hiệu khác.", "There are 2 other signals."),
]


@both(SIGNALS)
def test_of_many_signals_the_first_are_told_and_the_others_counted(lang, given0, said):
    settings = {"page": in_force().settings["page"] | {"signals": given0}}
    assert said in sentences.trend_lines(told(lang, settings, signals=signalled(KIEN_AN, TAN_MY, "30679")))


RISEN = [
    ("one more, rising less", {KIEN_AN: 5, TAN_MY: 4, MY_HOI_DONG: 3}, 2,
     "Tăng đáng chú ý: Kiến An (+5,00), Tấn Mỹ (+4,00) và 1 đơn vị khác.", "Notable rises: Kiến An (+5.00), Tấn Mỹ (+4.00), and 1 other unit."),
    ("two more, rising less", {KIEN_AN: 5, TAN_MY: 4, MY_HOI_DONG: 3}, 1,
     "Tăng đáng chú ý: Kiến An (+5,00) và 2 đơn vị khác.", "Notable rises: Kiến An (+5.00) and 2 other units."),
    ("two more, alike", {KIEN_AN: 5, TAN_MY: 3, MY_HOI_DONG: 3}, 2,
     "Tăng đáng chú ý: Kiến An (+5,00) và 2 đơn vị cùng tăng +3,00.", "Notable rises: Kiến An (+5.00) and 2 units with +3.00 each."),
    ("none is named", {KIEN_AN: 5}, 0, "Tăng đáng chú ý: 1 đơn vị khác.", "Notable rises: 1 other unit."),
]  # fmt: skip


@both(RISEN)
def test_of_many_notable_rises_the_largest_are_named_and_the_others_counted(lang, given0, given1, said):
    moves = week()["moves"]
    its = moves["indicator"].eq("CHANGE") & moves["unit_code"].isin(given0)
    moves = moves.assign(marked=its, move=moves["unit_code"].map(given0).where(its, moves["move"]))
    changes = week()["changes"]
    changes = changes.assign(change=changes["unit_code"].map(given0).fillna(changes["change"]))
    lines = headline.minute_lines(told(lang, {"rose_most": given1}, moves=moves, changes=changes))
    assert [line for line in lines if line.startswith(("Tăng đáng", "Notable rises"))] == [said]


# -- about the data ----------------------------------------------------------------------------------------------------

ODD = [
    ("one", 1, "1 số liệu của các đơn vị lệch xa trung vị của các đơn vị cùng loại.", "1 figure of a unit lies far from the median of its kind."),
    ("two", 2, "2 số liệu của các đơn vị lệch xa trung vị của các đơn vị cùng loại.", "2 figures of units lie far from the median of their kind."),
]  # fmt: skip
OUT_OF_BOUNDS = [
    ("one", [-1.5], "Ở 1 dòng của bảng, phần điểm bảng không thể hiện tính ra −1,50, ngoài khoảng có thể; cần kiểm tra số liệu của bảng hoặc cách quy đổi các cột thành điểm.",
     "In 1 row the points not itemised come to −1.50, which is impossible; the table's figures or the reading of its columns are to be checked."),
    ("two", [-1.5, 30.0], "Ở 2 dòng của bảng, phần điểm bảng không thể hiện tính ra từ −1,50 đến 30,00, ngoài khoảng có thể; cần kiểm tra số liệu của bảng hoặc cách quy đổi các cột thành điểm.",
     "In 2 rows the points not itemised come to −1.50 to 30.00, which is impossible; the table's figures or the reading of its columns are to be checked."),
]  # fmt: skip
CARRIED = [
    ("one", [0.5], "Ở 1 dòng của bảng, điểm kỳ trước khác điểm đã công bố của kỳ đó (chênh +0,50). Mức tăng, giảm được tính theo điểm ghi trong bảng.",
     "In 1 row the previous total differs from the one published (by +0.50). The change is computed from the total in the table."),
    ("two", [0.5, -0.25], "Ở 2 dòng của bảng, điểm kỳ trước khác điểm đã công bố của kỳ đó (chênh từ −0,25 đến +0,50). Mức tăng, giảm được tính theo điểm ghi trong bảng.",
     "In 2 rows the previous total differs from the one published (by −0.25 to +0.50). The change is computed from the total in the table."),
]  # fmt: skip
NONE_ONE_BY_ONE = {"page": in_force().settings["page"] | {"peers": 0}}


@both(ODD)
def test_of_many_odd_figures_their_number_is_told(lang, given0, said):
    odd = [(code, "CKMB", 90.0, 60.0, 30.0, 4.0, True) for code in (KIEN_AN, TAN_MY)[:given0]]
    peers = pd.DataFrame(odd, columns=list(TABLES["peers"].columns))
    assert said in sentences.data_lines(told(lang, NONE_ONE_BY_ONE, peers=peers))


@both(OUT_OF_BOUNDS)
def test_of_many_rests_that_cannot_be_their_number_and_range_is_told(lang, given0, said):
    scores = week()["scores"]
    wrong = dict(zip((KIEN_AN, TAN_MY), given0, strict=False))
    scores = scores.assign(not_itemised=scores["unit_code"].map(wrong).fillna(scores["not_itemised"]))
    assert said in sentences.data_lines(told(lang, NONE_ONE_BY_ONE, scores=scores))


@both(CARRIED)
def test_of_many_previous_totals_that_differ_their_number_and_range_is_told(lang, given0, said):
    held = [(code, "2023-12-04", 50.0 + off, 50.0) for code, off in zip((KIEN_AN, TAN_MY), given0, strict=False)]
    carried = pd.DataFrame(held, columns=list(TABLES["carried"].columns))
    assert said in sentences.data_lines(told(lang, NONE_ONE_BY_ONE, carried=carried))


# -- the spread of the totals ------------------------------------------------------------------------------------------

SPREADS = [
    ("two at the lowest", {KIEN_AN: 40.0, TAN_MY: 40.0}, 50.0,
     "Điểm của các đơn vị cấp xã từ 40,00 (xã Tấn Mỹ và 1 đơn vị khác) đến 50,00 (thị trấn Chợ Mới và 15 đơn vị khác); kết quả từng đơn vị tại Phụ lục kèm theo.",
     "The totals of the units at commune level range from 40.00 (Tấn Mỹ and 1 other) to 50.00 (Chợ Mới and 15 others); each unit is in the appendix."),
    ("all alike", {}, 50.0, "Điểm của các đơn vị cấp xã đều bằng 50,00 (đồng hạng, 18 đơn vị).",
     "All 18 of the units at commune level have 50.00 points and share the same place."),
    ("a single total", {KIEN_AN: 40.0}, np.nan, "Xã Kiến An đạt 40,00 điểm.", "Kiến An has 40.00 points."),
]  # fmt: skip


@both(SPREADS)
def test_the_lowest_and_the_highest_total_are_told_with_whose_they_are(lang, given0, given1, said):
    scores = week()["scores"]
    total = scores["unit_code"].map(given0).fillna(given1).where(scores["unit_code"] != AREA, scores["total"])
    ranked = scores.assign(total=total, rank=total.rank(ascending=False, method="min"))
    assert said in sentences.result_lines(edition(lang, scores=ranked))


MET = [
    ("some miss one", {"TT": 30, "SH": 20}, {"TT": 20.0, "SH": 25.0}, {("TT", KIEN_AN): 31.0},
     "Chưa đạt chỉ tiêu: hồ sơ thanh toán trực tuyến 30% (17/18 đơn vị).", "Targets not reached: dossiers paid online 30% (17 of 18 units)."),
    ("none is below any", {"TT": 20, "SH": 20}, {"TT": 20.0, "SH": 25.0}, {},
     "Không có đơn vị nào dưới chỉ tiêu hồ sơ thanh toán trực tuyến 20% và số hóa hồ sơ 20%.", "No unit is below the targets: dossiers paid online 20% and digitisation 20%."),
    ("all are below all", {"TT": 30}, {"TT": 20.0}, {}, "Tất cả 18 đơn vị chưa đạt chỉ tiêu hồ sơ thanh toán trực tuyến 30%.", "All 18 units are below the targets: dossiers paid online 30%."),
]  # fmt: skip


@both(MET)
def test_the_targets_that_all_some_or_no_units_miss_are_told(lang, given0, given1, given2, said):
    cells = week()["measurements"]
    values = [
        given2.get((name, code), given1.get(name, value))
        for code, name, value in cells[["unit_code", "indicator", "value"]].to_numpy()
    ]
    nothing = week()["possible"].iloc[:0]
    settings = {"targets": given0, "marks_below": {}}
    line = headline.minute_lines(told(lang, settings, measurements=cells.assign(value=values), possible=nothing))[-1]
    assert line == said
