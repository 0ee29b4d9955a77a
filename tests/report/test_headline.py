"""What is read first tells the week's news in few words: title, subject, large figures, items."""

import dataclasses
import html
import re

import numpy as np
import pandas as pd
import pytest
from support.district import edition, in_force, say, week, words
from support.sampled import sampled
from support.varied import KIEN_AN, MY_HOI_DONG, TAN_MY, both, moved, signalled, told, weak

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
    scores = week()["scores"].assign(band="Yếu")
    unknown = {"changes": week()["changes"].assign(change=np.nan), "place_changes": week()["place_changes"].head(0)}
    known = headline.figures(edition(scores=scores, **unknown))
    assert [(each["value"], each["weak"]) for each in known] == [("57,45", False), ("Yếu", True)]


def test_the_items_tell_who_is_weak_who_fell_what_was_lost_and_which_targets_are_missed():
    targets = "hồ sơ nộp trực tuyến 50%, hồ sơ thanh toán trực tuyến 30% và số hóa hồ sơ 80%"
    assert list(map(parts.plain, headline.items(edition()))) == [
        say("piece.weak", band="Yếu", units="Kiến An (49,18)"),
        say("piece.fell_marked", units="Mỹ Hội Đông (−5,78)", period=PREVIOUS),
        say("piece.lost_before_peers", unit="Mỹ Hội Đông", before=6, peers=12),
        say("piece.targets_everyone", count=18, targets=targets),
    ]


def test_where_no_band_counts_as_weak_nothing_is_said_of_weak_units():
    rules = dataclasses.replace(in_force(), settings=in_force().settings | {"weak_bands": []})
    without = dataclasses.replace(edition(findings=week()["findings"].query("finding != 'band'")), rules=rules)
    said = list(map(parts.plain, headline.items(without)))
    assert said[0] == say("piece.fell_marked", units="Mỹ Hội Đông (−5,78)", period=PREVIOUS)


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


def test_a_unit_that_lost_a_block_of_points_is_not_told_again_for_a_fall_that_a_rise_hides():
    tables = hidden_fall()
    held = findings.collect(tables, in_force(), words())
    lost = held.query("finding == 'step'").head(1).assign(unit_code="30679")
    tables["findings"] = pd.concat([held, lost])
    assert "Hòa An" not in [each[0].text for each in headline.items(edition(**tables))]


def test_a_rate_far_below_what_is_usual_is_an_item_with_its_indicator():
    tables = week() | {"signals": signalled(TAN_MY)}
    tables["findings"] = findings.collect(tables, in_force(), words())
    said = item("Tỷ lệ riêng", **tables)
    assert said == say("headline.signals", units="Tấn Mỹ (hồ sơ thanh toán trực tuyến; mới)")


CHANGED = [
    ("a fall", 0.0, {"30643": -1.2}, [("fell_marked", {"units": "Tấn Mỹ (−1,20)"})]),
    ("nothing moved", 0.0, {}, [("all_same", {"count": 18})]),
    ("all fell alike", -0.2, {}, [("all_fell", {"count": 18, "change": "0,20"}), ("none_fell_marked", None)]),
    ("all rose alike", 0.3, {}, [("all_rose", {"count": 18, "change": "0,30"})]),
    ("an ordinary fall", 0.3, {"30643": -0.6}, [("counts", {"count": 18, "rose": 17, "fell": 1, "same": 0, "median": "+0,30"}), ("none_fell_marked", None)]),
    ("an ordinary rise", 0.3, {"30643": 1.2}, [("counts", {"count": 18, "rose": 18, "fell": 0, "same": 0, "median": "+0,30"})]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("others", "changes", "lines"), sampled([pytest.param(*each[1:], id=each[0]) for each in CHANGED], short=3, long=3)
)
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
