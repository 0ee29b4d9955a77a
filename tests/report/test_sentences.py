"""The sentences of page and mail say what the findings say, in the reader's language."""

import dataclasses
import re

import pandas as pd
import pytest
from support.district import edition, in_force, week, words
from support.fragments import text

from analysis.report import findings, page, sentences


def test_the_first_five_lines_tell_result_weakest_fall_rise_and_what_to_do():
    lines = re.findall(r"<li>(.*?)</li>", page.minute(edition()).data)
    assert [line.replace("\u00a0", " ") for line in lines] == [
        "Huyện Chợ Mới đạt 57,45/100 điểm, xếp loại “Trung bình”, xếp hạng 7/11 huyện, thị xã, thành phố, tăng 0,29 điểm so với tuần 4 tháng 11.",
        "Xếp loại “Yếu”: Kiến An (49,18). Kiến An còn thiếu 0,82 điểm để đạt “Trung bình”; riêng công khai, minh bạch tăng thêm 4,6 điểm phần trăm là đủ.",
        "Giảm điểm so với tuần 4 tháng 11: Mỹ Hội Đông (−5,78). Mức giảm của Mỹ Hội Đông xấp xỉ 1 tiêu chí hài lòng 6 điểm; nguyên nhân không có trong bảng, vì bảng không in nhóm này. Phần điểm bảng không thể hiện thấp hơn trung vị các đơn vị 11,26 điểm.",
        "Tăng nhiều nhất: Tấn Mỹ (+1,23), An Thạnh Trung (+0,79) và Hòa An (+0,48); trung vị của các đơn vị là +0,27.",
        "Tất cả 18 đơn vị chưa đạt chỉ tiêu dịch vụ công trực tuyến 50%, thanh toán trực tuyến 30% và số hóa hồ sơ 80%. Dưới ngưỡng cần lưu ý: công khai, minh bạch (5 đơn vị), dịch vụ công trực tuyến (8 đơn vị) và thanh toán trực tuyến (5 đơn vị).",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("others", "changes", "line"),
    [
        (0.0, {}, "Không có đơn vị nào tăng điểm so với tuần 4 tháng 11."),
        (0.3, {}, "Tất cả 18 đơn vị cùng tăng 0,30 điểm so với tuần 4 tháng 11."),
        (
            0.3,
            {"30643": 1.2},
            "Tăng nhiều nhất: Tấn Mỹ (+1,20) và 17 đơn vị cùng tăng +0,30; trung vị của các đơn vị là +0,30.",
        ),
        (
            0.3,
            {"30643": -1.2},
            "Tăng nhiều nhất: 17 đơn vị cùng tăng +0,30; trung vị của các đơn vị là +0,30.",
        ),
        (
            0.0,
            {"30643": 1.2, "30679": 0.4, "30670": 0.4},
            "Tăng nhiều nhất: Tấn Mỹ (+1,20), Hòa An (+0,40) và An Thạnh Trung (+0,40); trung vị của các đơn vị là 0,00.",
        ),
        (
            0.0,
            {"30643": 1.2, "30679": 0.8, "30670": 0.4, "30628": 0.4},
            "Tăng nhiều nhất: Tấn Mỹ (+1,20), Hòa An (+0,80) và 2 đơn vị cùng tăng +0,40; trung vị của các đơn vị là 0,00.",
        ),
    ],
    ids=[
        "none rose",
        "all rose alike",
        "one above the others",
        "all but one rose alike",
        "two share the second place",
        "two share the third",
    ],
)
def test_who_rose_most_is_counted_where_more_units_share_a_place_than_are_named(others, changes, line):
    rows = week()["changes"]
    rows = rows.assign(change=rows["unit_code"].map(changes).fillna(others))
    tables = week() | {"changes": rows}
    tables["findings"] = findings.collect(tables, in_force(), words())
    lines = re.findall(r"<li>(.*?)</li>", page.minute(edition(**tables)).data)
    assert line in [each.replace("\u00a0", " ") for each in lines]


def test_requests_name_units_and_the_department_in_charge():
    said = text(page.requests(edition()))
    assert "Kiến An (19,3%), Mỹ Hiệp (26,4%), Hội An (37,7%), Mỹ An (38,4%) và Long Giang (45,6%)" in said
    assert "Hòa Bình (5,27%), Long Giang (6,45%), Mỹ Hiệp (7,42%), Kiến An (7,56%) và Long Điền B (7,76%)" in said
    assert "Tất cả 18 đơn vị chưa đạt chỉ tiêu 50% (cao nhất 20,1%)" in said
    assert said.count("Cơ quan phụ trách: Phòng Văn hóa – Thông tin.") == 2
    assert "Xã Kiến An xếp loại “Yếu” với 49,18 điểm. Kiến An còn thiếu 0,82 điểm" in said
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
        " Điểm của các đơn vị cấp xã từ 49,18 (Kiến An) đến 65,79 (Chợ Mới); kết quả từng đơn vị tại Phụ lục kèm theo."
        " Xếp loại: 17 đơn vị “Trung bình” và 1 đơn vị “Yếu”."
        " Các cột của bảng giải thích được 36,86 điểm của huyện Chợ Mới; 20,59 điểm còn lại bảng không thể hiện (mức độ hài"
        " lòng và một số tiêu chí thành phần). Cách đọc các cột thành điểm là của nhóm phân tích."
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
    assert text(page.correction(second)).endswith("Chợ Mới Công khai, minh bạch 72,6 76,2")
    assert "lần phát hành thứ 2, thay thế lần phát hành thứ 1" in text(page.correction(second))
    slight = edition(corrections=pd.DataFrame([change | {"new": 72.63}]), origin={"revision": "2"})
    assert text(page.correction(slight)).endswith("Chợ Mới Công khai, minh bạch 72,60 72,63")
    assert sentences.subject(second).startswith("[Đính chính] [Chỉ số 766] huyện Chợ Mới")
    assert sentences.title(second).startswith("[Đính chính] Bộ chỉ số 766")


def test_of_many_that_fell_the_most_are_named_and_the_others_counted():
    rows, changes = week()["findings"], week()["changes"].query("unit_code != '893'")
    fell = rows.query("finding == 'fell'").iloc[0]
    many = pd.DataFrame([{**fell, "unit_code": code} for code in changes["unit_code"]])
    tables = week() | {"findings": many}
    assert "Ngoài ra có 13 đơn vị khác giảm điểm, xem Phụ lục." in text(page.minute(edition(**tables)))
    assert text(page.requests(edition(**tables))).count("Mỹ Hội Đông giảm 5,78 điểm") == 5


def test_a_regained_item_is_not_told_as_a_fall_and_a_zero_is_asked_about():
    rows = week()["findings"]
    regained = rows[rows["finding"].isin(["fell", "step"])].assign(value=lambda each: each["value"].abs())
    tables = week() | {"findings": regained[regained["finding"] == "step"]}
    assert "tiêu chí hài lòng" not in text(page.minute(edition(**tables)))
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
    tables = week() | {"findings": week()["findings"].query("finding in ['data', 'reconcile']")}
    said = text(page.minute(edition(**tables)))
    assert "Không có đơn vị nào xếp loại “Yếu”." in said
    assert "Không có đơn vị nào giảm điểm so với tuần 4 tháng 11." in said
    assert (
        "Tất cả đơn vị đạt chỉ tiêu dịch vụ công trực tuyến 50%, thanh toán trực tuyến 30% và số hóa hồ sơ 80%." in said
    )


def test_the_mails_subject_names_area_week_total_and_band():
    assert (
        sentences.subject(edition())
        == "[Chỉ số 766] huyện Chợ Mới, tuần 1 tháng 12 năm 2023: 57,45 điểm, xếp loại Trung bình"
    )


def test_section_2_says_since_when_there_is_history_and_the_pace_that_targets_need():
    said = text(page.trend(edition()))
    assert "Lịch sử bắt đầu từ tuần 1 tháng 12 năm 2023." in said
    assert "còn thiếu 15 lần thay đổi" in said
    # 80 − 25.4 = 54.6 over 27 days, 3.857 weeks
    assert "Số hóa hồ sơ hiện đạt 25,4%; để đạt 80% vào ngày 31/12/2023 cần 14,16 điểm phần trăm mỗi tuần." in said
