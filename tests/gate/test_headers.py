"""Where the header stands and which column is which, by name and never by position (K7)."""

import unicodedata

import pandas as pd
import pytest
from support.district import CUTOFF, RAW, in_force

from analysis.gate import headers
from analysis.readers import read


def cells(*rows):
    flat = [(row, column, text) for row, texts in enumerate(rows, 1) for column, text in enumerate(texts, 1)]
    return pd.DataFrame(flat, columns=["row", "column", "value"])


def fields(*rows):
    held = in_force()
    found = headers.find(cells(*rows), held.forms, held.aliases, CUTOFF)
    return found and list(found[1].columns["field"])


def test_the_real_header_has_two_tiers_and_every_column_its_field():
    held = in_force()
    _, found = headers.find(read.cells(RAW), held.forms, held.aliases, CUTOFF)
    assert found.rows == (3, 4)
    assert list(found.columns["field"]) == [
        *["rank", "unit", "total", "band", "previous_total", "change"],
        *["CKMB", "TD", "DVCTT", "TT", "SH", "CT", "CT_LUYKE"],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "CÔNG KHAI, MINH BẠCH (%)",
        "Công khai,\nminh bạch",
        "công  khai minh bạch",
        unicodedata.normalize("NFD", "CÔNG KHAI, MINH BẠCH (%)"),
    ],
)
def test_a_header_is_known_whatever_its_case_spacing_and_line_breaks(text):
    assert fields(["ĐƠN VỊ", text, "XẾP LOẠI"]) == ["unit", "CKMB", "band"]


def test_a_leaf_is_known_without_its_group_where_only_one_field_has_it():
    assert fields(["ĐƠN VỊ", "DVCTT", "CHỨNG THỰC ĐIỆN TỬ (Lũy kế)"]) == ["unit", "DVCTT", "CT_LUYKE"]


@pytest.mark.parametrize("text", ["SỐ HOÁ", "Số hoá", unicodedata.normalize("NFD", "SỐ HOÁ (Từ 80% trở lên)")])
def test_a_header_is_known_by_the_old_and_the_new_place_of_its_tone_marks(text):
    assert fields(["ĐƠN VỊ", text, "CHỨNG THỰC ĐIỆN TỬ (Luỹ kế)"]) == ["unit", "SH", "CT_LUYKE"]


@pytest.mark.parametrize("text", ["SỐ HOÁ HỒ SƠ", "Số hóa  hồ sơ"])
def test_a_known_typing_error_of_a_header_is_known_in_both_styles(text):
    held = in_force()
    slip = pd.DataFrame([("header", "SỐ HÓA HỒ SƠ", "SỐ HÓA", "repair.wrong_letter")], columns=held.aliases.columns)
    _, found = headers.find(cells(["ĐƠN VỊ", text, "DVCTT"]), held.forms, slip, CUTOFF)
    assert list(found.columns["field"]) == ["unit", "SH", "DVCTT"]
    assert list(found.columns["reason"]) == ["", "repair.wrong_letter", ""]


@pytest.mark.parametrize("text", ["SỐ HÓª", "ＳỐ HÓA", "SÔ HÓA", "SỐ HÒA"])
def test_a_header_of_other_letters_is_another_column(text):
    assert fields(["ĐƠN VỊ", text, "DVCTT"]) == ["unit", "", "DVCTT"]


def test_a_word_more_or_less_is_another_column():
    assert fields(["ĐƠN VỊ", "CÔNG KHAI", "DVCTT"]) == ["unit", "", "DVCTT"]


def test_totals_are_told_apart_by_the_week_they_name_and_not_by_their_order():
    row = ["ĐƠN VỊ", "ĐIỂM TỔNG HỢP (TUẦN 04/11)", "ĐIỂM TỔNG HỢP (TUẦN 01/12)"]
    assert fields(row) == ["unit", "previous_total", "total"]


def test_title_lines_above_the_header_are_passed_over():
    assert fields(["BÁO CÁO"], [""], ["ĐƠN VỊ", "DVCTT"]) == ["unit", "DVCTT"]


def test_without_a_units_column_there_is_no_header():
    assert fields(["TÊN", "DVCTT", "XẾP LOẠI"]) is None


@pytest.mark.parametrize(
    ("text", "target"),
    [("DVCTT (Chỉ tiêu trên 50%)", 50), ("SỐ HÓA (Từ 80% trở lên)", 80), ("TIẾN ĐỘ (%)", None), ("DVCTT", None)],
)
def test_a_target_printed_in_a_header_is_read(text, target):
    assert headers.target_of(text) == target
