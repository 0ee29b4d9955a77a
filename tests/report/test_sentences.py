"""The sentences of page and mail say what the findings say, in the reader's language."""

import dataclasses
import re

import pandas as pd
import pytest
from support.district import edition, in_force, say, week, words
from support.fragments import text

from analysis.method.moves import find_moves
from analysis.report import findings, page, sentences

PREVIOUS = say("period.week", week=4, month=11)


def of_minute(**tables) -> list[str]:
    """The first lines as the page has them."""
    lines = re.findall(r"<li>(.*?)</li>", page.minute(edition(**tables)).data)
    return [line.replace("\u00a0", " ") for line in lines]


def test_the_first_five_lines_tell_result_weakest_fall_rise_and_what_to_do():
    need = say("finding.need_stock", indicator="công khai, minh bạch", own="19,3%", to="23,9%", needed="4,6")
    targets = "hồ sơ nộp trực tuyến 50%, hồ sơ thanh toán trực tuyến 30% và số hóa hồ sơ 80%"
    most = {"hồ sơ nộp trực tuyến": ("50%", "14,5%"), "hồ sơ thanh toán trực tuyến": ("30%", "18,7%")}
    most |= {"số hóa hồ sơ": ("80%", "30,9%")}
    lost = [say("possible.short", indicator=name, target=target, most=top) for name, (target, top) in most.items()]
    low = {"công khai, minh bạch": 5, "hồ sơ nộp trực tuyến": 8, "hồ sơ thanh toán trực tuyến": 5}
    low = [say("piece.low", indicator=name, count=count) for name, count in low.items()]
    assert of_minute() == [
        "Huyện Chợ Mới đạt 57,45/100 điểm, xếp loại “Trung bình”, xếp hạng 7/11 huyện, thị xã, thành phố, tăng 0,29 điểm so với tuần 4 tháng 11.",
        " ".join(
            [
                say("piece.weak", band="Yếu", units=f"Kiến An (49,18; {say('age.short_open', count=2)})"),
                say("finding.route_gap", unit="Kiến An", gap="0,82", band="Trung bình"),
                say("finding.route_mix", ways=need),
            ]
        ),
        " ".join(
            [
                say("piece.fell_marked", units="Mỹ Hội Đông (−5,78)", period=PREVIOUS),
                say("piece.lost_before_peers", unit="Mỹ Hội Đông", before=6, peers=12),
            ]
        ),
        say("piece.counts", count=18, rose=17, fell=1, same=0, median="+0,27", period=PREVIOUS),
        " ".join(
            [
                say("piece.targets_everyone", count=18, targets=targets),
                say("possible.area", by="31/12/2023", targets="; ".join(lost)),
                say("piece.act_first", low=words().listed(low)),
            ]
        ),
    ]  # fmt: skip


def moved(others: float, changes: dict[str, float]) -> dict:
    """The week's tables where the units changed so; the moves and findings made of them anew."""
    held, rows = week(), week()["changes"]
    rows = rows.assign(change=rows["unit_code"].map(changes).fillna(others))
    tables = held | {"changes": rows}
    settings = in_force().settings["move"]
    tables["moves"] = find_moves(rows, held["contributions"], held["course"], held["units"], {}, settings)
    tables["steps"] = held["steps"].iloc[:0]
    tables["findings"] = findings.collect(tables, in_force(), words())
    return tables


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
    assert of_minute(**moved(others, changes))[2] == " ".join(expected)


def test_of_many_falls_five_are_named_and_the_others_counted():
    fallen = ["30643", "30679", "30670", "30634", "30652", "30655", "30661"]
    line = of_minute(**moved(0.0, dict.fromkeys(fallen, -1.5)))[2]
    assert line.count("(−1,50)") == 5 and say("piece.others", count=2) in line


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"30643": 1.2}, "Tấn Mỹ (+1,20)"),
        ({"30643": 1.2, "30679": 1.4, "30670": 1.4}, "Hòa An (+1,40), An Thạnh Trung (+1,40) và Tấn Mỹ (+1,20)"),
        ({"30643": 1.5, "30679": 1.4, "30670": 1.2, "30634": 1.2}, "Tấn Mỹ (+1,50), Hòa An (+1,40) và 2 đơn vị cùng tăng +1,20"),
    ],
)  # fmt: skip
def test_who_rose_out_of_the_ordinary_is_named_and_those_of_a_shared_last_place_are_counted(changes, named):
    assert of_minute(**moved(0.0, changes))[3] == say("piece.rose_marked", units=named)


def test_requests_name_units_and_the_department_in_charge():
    said = text(page.requests(edition()))
    assert "Kiến An (19,3%), Mỹ Hiệp (26,4%), Hội An (37,7%), Mỹ An (38,4%) và Long Giang (45,6%)" in said
    assert "Hòa Bình (5,27%), Long Giang (6,45%), Mỹ Hiệp (7,42%), Kiến An (7,56%) và Long Điền B (7,76%)" in said
    assert "Tất cả 18 đơn vị chưa đạt chỉ tiêu 50% (cao nhất 20,1%)" in said
    assert said.count("Cơ quan phụ trách: Phòng Văn hóa – Thông tin.") == 2
    age = say("age.open", period=say("period.week_of_year", week=4, month=11, year=2023), count=2)
    assert f"Xã Kiến An xếp loại “Yếu” với 49,18 điểm. {age} Kiến An còn thiếu 0,82 điểm" in said
    assert "Xã Mỹ Hội Đông giảm 5,78 điểm" in said


def test_a_place_in_the_province_that_is_not_known_is_told_as_missing_and_why():
    unknown = dataclasses.replace(in_force(), province_rank=in_force().province_rank.head(0))
    said = "Chưa nêu được thứ hạng trong các huyện, thị xã, thành phố: bảng số liệu không có, văn phòng chưa bổ sung."
    without = dataclasses.replace(edition(), rules=unknown)
    assert said in sentences.result_lines(without) and "xếp hạng" not in text(page.result(without))
    assert not any("Chưa nêu được thứ hạng" in line for line in sentences.result_lines(edition()))


def test_the_result_is_told_in_full():
    assert text(page.result(edition())) == (
        "1. Kết quả Văn phòng HĐND và UBND huyện báo cáo kết quả Bộ chỉ số phục vụ người dân, doanh nghiệp trong thực hiện"
        " thủ tục hành chính, cung cấp dịch vụ công trong tuần 1 tháng 12 năm 2023 như sau:"
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
    assert not sentences.title(edition()).startswith("[")


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
    assert sentences.subject(second).startswith("[Đính chính] [Chỉ số 766] huyện Chợ Mới")
    assert sentences.title(second).startswith("[Đính chính] Bộ chỉ số 766")


def test_of_many_that_fell_the_most_are_asked_and_the_others_counted():
    rows, changes = week()["findings"], week()["changes"].query("unit_code != '893'")
    fell = rows.query("finding == 'fell'").iloc[0]
    many = pd.DataFrame([{**fell, "unit_code": code} for code in changes["unit_code"]])
    said = text(page.requests(edition(**week() | {"findings": many})))
    assert said.count("Mỹ Hội Đông giảm 5,78 điểm") == 5 and say("piece.others_asked", count=13) in said


def test_ordinary_falls_are_not_asked_about():
    tables = moved(-0.2, {"30643": -0.5, "30679": 0.1})
    said = text(page.requests(edition(**tables)))
    assert say("piece.ask_fallen") not in said and "Tấn Mỹ" not in said


def test_a_regained_block_is_not_told_as_a_loss_and_a_zero_is_asked_about():
    steps = week()["steps"].assign(blocks=lambda each: each["blocks"].abs(), points=lambda each: each["points"].abs())
    tables = week() | {"steps": steps}
    tables["findings"] = findings.collect(tables, in_force(), words()).query("finding == 'step'")
    said = text(page.minute(edition(**tables))) + text(page.requests(edition(**tables)))
    assert "mất" not in said and say("piece.ask_stepped") not in said
    assert "Chứng thực bản sao điện tử: Số liệu bằng 0: Mỹ An và Kiến An" in text(page.requests(edition()))


def test_without_a_row_of_the_whole_area_the_page_tells_the_units_alone():
    tables = week() | {name: week()[name].query("unit_code != '893'") for name in ("scores", "changes")}
    pieces = [page.minute, page.result, page.appendix, page.standings]
    said = [text(piece(edition(**tables))) for piece in pieces]
    assert not any("57,45" in each for each in said)
    assert sentences.subject(edition(**tables)) == "Bộ chỉ số 766 – huyện Chợ Mới – Tuần 1 tháng 12 năm 2023"


def test_english_pieces_carry_the_same_numbers():
    for piece in (page.minute, page.requests, page.appendix):
        vi, en = text(piece(edition("vi"))), text(piece(edition("en")))
        vi_numbers = sorted(re.findall(r"\d+,\d+", vi))
        assert vi_numbers == sorted(number.replace(".", ",") for number in re.findall(r"\d+\.\d+", en))


def test_a_week_in_which_nothing_happened_says_so():
    tables = moved(0.0, {}) | {"findings": week()["findings"].query("finding in ['data', 'reconcile']")}
    said = " ".join(of_minute(**tables))
    assert "Không có đơn vị nào xếp loại “Yếu”." in said
    assert say("piece.all_same", count=18, period=PREVIOUS) in said
    targets = "hồ sơ nộp trực tuyến 50%, hồ sơ thanh toán trực tuyến 30% và số hóa hồ sơ 80%"
    assert say("piece.none_missed", targets=targets) in said


def test_the_mails_subject_names_area_week_total_and_band():
    assert (
        sentences.subject(edition())
        == "[Chỉ số 766] huyện Chợ Mới, tuần 1 tháng 12 năm 2023: 57,45 điểm, xếp loại Trung bình"
    )


def test_section_2_says_since_when_there_is_history_and_what_can_still_be_reached():
    said = text(page.trend(edition()))
    assert "Số liệu được lưu từ tuần 1 tháng 12 năm 2023." in said
    assert say("finding.not_judged", units=18, least=8) in said
    # day 338 of 365: (25.4 × 338 + 100 × 27) / 365 = 30.92; 80 is out of reach
    assert say("possible.impossible", indicator="Số hóa hồ sơ", value="25,4%", target="80%", most="30,9%") in said
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
