"""The pieces of the page say what the findings say, in the reader's language, and escape what the data holds."""

import dataclasses
import html
import re

import pandas as pd
import pytest
from district import in_force, week, words

from analysis import report


def edition(lang="vi", **changes):
    provenance = {"file": "2023-12-04.txt", "hash": "0" * 64, "code": "abc1234"}
    return dataclasses.replace(report.Edition(in_force(), words(lang), week(lang), "", provenance), **changes)


def text(piece):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", piece.data)).split())


def test_the_first_five_lines_tell_result_weakest_fall_rise_and_what_to_do():
    lines = re.findall(r"<li>(.*?)</li>", report.minute(edition()).data)
    assert [line.replace("\u00a0", " ") for line in lines] == [
        "Huyện Chợ Mới đạt 57,45/100 điểm, xếp loại “Trung bình”, xếp hạng 7/11 huyện, thị xã, thành phố, tăng 0,29 điểm so với Tuần 4 tháng 11.",
        "Xếp loại “Yếu”: Kiến An (49,18). Kiến An còn thiếu 0,82 điểm để đạt “Trung bình”; riêng công khai, minh bạch tăng thêm 4,6 điểm phần trăm là đủ.",
        "Giảm điểm so với Tuần 4 tháng 11: Mỹ Hội Đông (−5,78). Mức giảm của Mỹ Hội Đông xấp xỉ 1 chỉ tiêu hài lòng 6 điểm; bảng không in nhóm này nên chưa khẳng định được nguyên nhân. Phần điểm bảng không thể hiện thấp hơn trung vị các đơn vị 11,26 điểm.",
        "Tăng nhiều nhất: Tấn Mỹ (+1,23), An Thạnh Trung (+0,79) và Hòa An (+0,48); trung vị của các đơn vị là +0,27.",
        "Tất cả 18 đơn vị chưa đạt chỉ tiêu dịch vụ công trực tuyến 50 %, thanh toán trực tuyến 30 % và số hóa hồ sơ 80 %. Dưới ngưỡng cần lưu ý: công khai, minh bạch (5 đơn vị), dịch vụ công trực tuyến (8 đơn vị) và thanh toán trực tuyến (5 đơn vị).",
    ]  # fmt: skip


def test_requests_name_units_and_the_department_in_charge():
    said = text(report.requests(edition()))
    assert "Kiến An (19,3 %), Mỹ Hiệp (26,4 %), Hội An (37,7 %), Mỹ An (38,4 %) và Long Giang (45,6 %)" in said
    assert "Hòa Bình (5,27 %), Long Giang (6,45 %), Mỹ Hiệp (7,42 %), Kiến An (7,56 %) và Long Điền B (7,76 %)" in said
    assert "Tất cả 18 đơn vị chưa đạt chỉ tiêu 50 % (cao nhất 20,1 %)" in said
    assert said.count("Cơ quan phụ trách: Phòng Văn hóa – Thông tin.") == 2
    assert "Xã Kiến An: Kiến An xếp loại “Yếu” với 49,18 điểm. Kiến An còn thiếu 0,82 điểm" in said
    assert "Xã Mỹ Hội Đông: Mỹ Hội Đông giảm 5,78 điểm" in said


def test_the_appendix_holds_every_figure_of_the_table_and_marks_the_same_cells():
    piece = report.appendix(edition()).data
    assert piece.count('class="flag') == 19
    assert piece.count('class="text weak"') == 1
    assert piece.count("(dưới ngưỡng)") == 18 and piece.count("(giảm)") == 1
    held = week()["measurements"]
    names = edition().names
    for each in held[
        held["indicator"].isin(["TOTAL", "CKMB", "TD", "DVCTT", "TT", "SH", "CT", "CT_LUYKE"])
    ].itertuples():
        assert f">{words().number(each.value, names.decimals(each.indicator))}<" in piece


def test_the_place_in_the_province_comes_from_config_or_parameter_and_is_left_out_where_neither_says():
    assert edition().standing == ("7", "11")
    assert edition(province_rank="6/11").standing == ("6", "11")
    unknown = dataclasses.replace(in_force(), province_rank=in_force().province_rank.iloc[:0])
    assert edition(rules=unknown).standing is None
    assert "xếp hạng" not in text(report.result(edition(rules=unknown)))


@pytest.mark.parametrize("place", ["7", "12/11", "0/11", "x/11", "7/"])
def test_a_place_that_is_none_is_refused(place):
    with pytest.raises(ValueError, match="expected a place such as 7/11"):
        _ = edition(province_rank=place).standing


def test_the_document_leaves_number_and_signature_open():
    said = text(report.masthead(edition())) + text(report.closing(edition()))
    assert "Số: /BC-VP" in said and "Chợ Mới, ngày 04 tháng 12 năm 2023" in said
    assert "CHÁNH VĂN PHÒNG [Chữ ký, họ và tên]" in said and "- Lưu: VT." in said


def test_english_pieces_carry_the_same_numbers():
    for piece in (report.minute, report.requests, report.appendix):
        vi, en = text(piece(edition("vi"))), text(piece(edition("en")))
        vi_numbers = sorted(re.findall(r"\d+,\d+", vi))
        assert vi_numbers == sorted(number.replace(".", ",") for number in re.findall(r"\d+\.\d+", en))


def test_a_week_in_which_nothing_happened_says_so():
    tables = week() | {"findings": week()["findings"].query("finding in ['data', 'reconcile']")}
    said = text(report.minute(edition(tables=tables)))
    assert "Không có đơn vị nào xếp loại “Yếu”." in said
    assert "Không có đơn vị nào giảm điểm so với Tuần 4 tháng 11." in said


def test_markup_in_the_data_is_shown_and_never_run():
    repairs = pd.DataFrame(
        [{"column_letter": "A", "row": 1.0, "raw": "<script>x</script>", "clean": "x", "reason": "y"}]
    )
    piece = report.data_note(edition(tables=week() | {"repairs": repairs})).data
    assert "&lt;script&gt;" in piece and "<script>" not in piece


def test_the_mails_subject_names_area_week_total_and_band():
    assert (
        report.subject(edition())
        == "[Chỉ số 766] huyện Chợ Mới, Tuần 1 tháng 12 năm 2023: 57,45 điểm, xếp loại Trung bình"
    )


def test_the_charts_of_the_page_say_what_they_show():
    for chart in (report.ranking_chart, report.heat_chart, report.lost_points_chart):
        assert len(chart(edition()).alt) >= 40
    assert "57,45" in report.lost_points_chart(edition()).alt
