"""Where the header stands and which column is which, by name and never by position (K7)."""

import unicodedata

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
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


# -- tiers -----------------------------------------------------------------------------------------------------------


def form(*headers):
    """A form of table: the unit, and a column of percentages (a count: behind "#") for each header, by its own name."""
    rows = [("Đơn vị", "unit", "text")]
    rows += [(each.removeprefix("#"), each, "count" if each.startswith("#") else "percent") for each in headers]
    return pd.DataFrame(rows, columns=["header", "field", "kind"])


def header(configured, *rows):
    found = headers.find(cells(*rows), {"columns.csv": form(*configured)}, in_force().aliases, CUTOFF)
    return found and found[1]


THREE_TIERS = [
    ["STT", "Đơn vị", "Giải quyết", "", "", "", "Ghi chú"],
    ["", "", "Đúng hạn", "", "Trễ hạn", "", ""],
    ["", "", "Số lượng", "Tỷ lệ", "Số lượng", "Tỷ lệ", ""],
]
THREE_NAMES = ["Giải quyết / Đúng hạn / Số lượng", "Giải quyết / Đúng hạn / Tỷ lệ"]
THREE_NAMES += ["Giải quyết / Trễ hạn / Số lượng", "Giải quyết / Trễ hạn / Tỷ lệ"]
# what is configured, the rows of the header, the field of each named column
TIERS = {
    "three tiers are joined": (THREE_NAMES, THREE_TIERS, ["", "Đơn vị", *THREE_NAMES, ""]),
    "the last two of three tiers are enough where they tell the columns apart": (
        ["Đúng hạn / Tỷ lệ", "Trễ hạn / Tỷ lệ"],
        THREE_TIERS,
        ["", "Đơn vị", "", "Đúng hạn / Tỷ lệ", "", "Trễ hạn / Tỷ lệ", ""],
    ),
    "a tier that the table leaves out is not missed": (
        THREE_NAMES[:2],
        [["Đơn vị", "Đúng hạn", ""], ["", "Số lượng", "Tỷ lệ"]],
        ["Đơn vị", *THREE_NAMES[:2]],
    ),
    "four tiers": (
        ["A / B / C / x", "A / B / C / y"],
        [["Đơn vị", "A", ""], ["", "B", ""], ["", "C", ""], ["", "x", "y"]],
        ["Đơn vị", "A / B / C / x", "A / B / C / y"],
    ),
    "an empty line between tiers": (
        THREE_NAMES,
        [THREE_TIERS[0], [""] * 7, THREE_TIERS[1], [""] * 7, THREE_TIERS[2]],
        ["", "Đơn vị", *THREE_NAMES, ""],
    ),
    "a name merged over the last two of three tiers": (
        ["A / x", "A / B / y", "A / B / z"],
        [["Đơn vị", "A", "", ""], ["", "x", "B", ""], ["", "", "y", "z"]],
        ["Đơn vị", "A / x", "A / B / y", "A / B / z"],
    ),
    "a group ends where a group above it begins anew": (
        ["A / B / x", "C / x"],
        [["Đơn vị", "A", "C"], ["", "B", ""], ["", "x", "x"]],
        ["Đơn vị", "A / B / x", "C / x"],
    ),
    "a group ends at an empty column": (
        ["A / x", "x"],
        [["Đơn vị", "A", "", ""], ["", "x", "", "x"]],
        ["Đơn vị", "A / x", "x"],
    ),
    "names that stand in the last tier, under nothing": (
        ["A / x", "A / y"],
        [["", "A", ""], ["Đơn vị", "x", "y"]],
        ["Đơn vị", "A / x", "A / y"],
    ),
    "the same leaf in two groups": (
        ["#A / Số lượng", "#B / Số lượng"],
        [["Đơn vị", "B", "A"], ["", "Số lượng", "Số lượng"]],
        ["Đơn vị", "#B / Số lượng", "#A / Số lượng"],
    ),
    "the same leaf in a group that is not configured": (
        ["#A / Số lượng"],
        [["Đơn vị", "A", "B"], ["", "Số lượng", "Số lượng"]],
        ["Đơn vị", "#A / Số lượng", ""],
    ),
    "a sum and its share in each group": (
        ["#Trước hạn / Tổng", "Trước hạn / %", "#Trễ hạn / Tổng", "Trễ hạn / %", "#Tổng"],
        [["Đơn vị", "Tổng", "Trước hạn", "", "Trễ hạn", ""], ["", "", "Tổng", "%", "Tổng", "%"]],
        ["Đơn vị", "#Tổng", "#Trước hạn / Tổng", "Trước hạn / %", "#Trễ hạn / Tổng", "Trễ hạn / %"],
    ),
    "with % and without are two columns where both are configured": (
        ["#Đúng hạn", "Đúng hạn (%)"],
        [["Đơn vị", "Đúng hạn (%)", "Đúng hạn"]],
        ["Đơn vị", "Đúng hạn (%)", "#Đúng hạn"],
    ),
    "a target in per cent is that of the percentage": (
        ["#Đúng hạn", "Đúng hạn (%)"],
        [["Đơn vị", "Đúng hạn (Từ 80% trở lên)", "ĐÚNG  HẠN"]],
        ["Đơn vị", "Đúng hạn (%)", "#Đúng hạn"],
    ),
    "a % before the name is as good as one behind it": (
        ["#Waiting 18+ Weeks", "% Waiting 18+ Weeks"],
        [["Đơn vị", "% Waiting 18+ weeks", "Waiting 18+ weeks"]],
        ["Đơn vị", "% Waiting 18+ Weeks", "#Waiting 18+ Weeks"],
    ),
    "a count is not the share of the same name": (
        ["#Đúng hạn"],
        [["Đơn vị", "% Đúng hạn", "Đúng hạn"]],
        ["Đơn vị", "", "#Đúng hạn"],
    ),
    "a percentage may have its % or not": (["Đúng hạn"], [["Đơn vị", "Đúng hạn %"]], ["Đơn vị", "Đúng hạn"]),
    "a line of units of measure below the names": (
        ["#Tiếp nhận", "Đúng hạn"],
        [["Đơn vị", "Tiếp nhận", "Đúng hạn"], ["", "(hồ sơ)", "(%)"], ["Xã An Hòa", "12", "92.5"]],
        ["Đơn vị", "#Tiếp nhận", "Đúng hạn"],
    ),
    "units of measure tell columns of one name": (
        ["#Đúng hạn", "Đúng hạn (%)"],
        [["Đơn vị", "Đúng hạn", ""], ["", "hồ sơ", "%"]],
        ["Đơn vị", "#Đúng hạn", "Đúng hạn (%)"],
    ),
    "a unit of measure for the whole table, between the tiers": (
        ["A / x", "A / y"],
        [["Đơn vị", "A", ""], ["", "", "ĐVT: %"], ["", "x", "y"]],
        ["Đơn vị", "A / x", "A / y"],
    ),
    "a unit of measure between a group and a name that another group has too": (
        ["A / x", "B / x"],
        [["Đơn vị", "A", "B"], ["", "", "ĐVT: %"], ["", "x", "x"]],
        ["Đơn vị", "A / x", "B / x"],
    ),
    "numbers of the columns between the tiers": (
        ["A / x", "A / y"],
        [["Đơn vị", "A", ""], ["1", "2", "3"], ["", "x", "y"]],
        ["Đơn vị", "A / x", "A / y"],
    ),
    "the unit's own column in a group": (
        ["x", "y"],
        [["Thông tin", "", "x", "y"], ["STT", "Đơn vị", "", ""]],
        ["", "Đơn vị", "x", "y"],
    ),
}


@pytest.mark.parametrize(("configured", "rows", "fields"), TIERS.values(), ids=TIERS)
def test_the_field_of_each_column_by_its_tiers(configured, rows, fields):
    names = [each if each != "Đơn vị" else "unit" for each in fields]
    assert list(header(configured, *rows).columns["field"]) == names


@pytest.mark.parametrize(
    ("row", "fits"),
    [
        ("Số lượng", "A / Số lượng, B / Số lượng"),  # of which group?
        ("C / Số lượng", ""),  # of neither
    ],
)
def test_a_leaf_alone_that_two_fields_have_is_neither_of_them(row, fits):
    tiers = row.split(" / ")
    rows = [["Đơn vị", "z", each] if each != tiers[-1] else ["Đơn vị" * (len(tiers) == 1), "", each] for each in tiers]
    rows[0][1] = "z"
    found = header(["#A / Số lượng", "#B / Số lượng", "z"], *rows).columns
    assert list(found["field"]) == ["unit", "z", ""]
    assert list(found["fits"]) == ["", "", fits]


def test_a_leaf_alone_is_unknown_where_all_fields_that_have_it_have_their_columns():
    rows = [["Đơn vị", "A", "B", "Số lượng"], ["", "Số lượng", "Số lượng", ""]]
    found = header(["#A / Số lượng", "#B / Số lượng"], *rows).columns
    assert list(found["field"]) == ["unit", "#A / Số lượng", "#B / Số lượng", ""]
    assert list(found["fits"]) == ["", "", "", ""]


def test_a_line_of_units_of_measure_belongs_to_the_header():
    rows = [["Đơn vị", "Tiếp nhận", "Đúng hạn"], ["ĐVT:", "(hồ sơ)", "(%)"], ["Xã An Hòa", "12", "92.5"]]
    assert header(["#Tiếp nhận", "Đúng hạn"], *rows).rows == (1, 2)


NAMES = st.text("abcdefgh", min_size=3, max_size=5)


@st.composite
def merged(draw):
    """A header of up to four tiers with groups of up to three columns, and what each column is called."""
    depth = draw(st.integers(1, 4))
    rows: list[list[str]] = [[] for _ in range(depth)]
    names: list[tuple[str, ...]] = []

    def grow(tier, above):
        name = f"{draw(NAMES)}{sum(map(len, rows))}{tier}"
        whole = (*above, name)
        if tier == depth - 1 or draw(st.booleans()):  # a name merged down to the last tier
            rows[tier].append(name)
            for below in rows[tier + 1 :]:
                below.append("")
            names.append(whole)
            return 1
        rows[tier].append(name)
        width = sum(grow(tier + 1, whole) for _ in range(draw(st.integers(1, 3))))
        rows[tier] += [""] * (width - 1)
        return width

    for _ in range(draw(st.integers(1, 4))):
        grow(0, ())
    return rows, [" / ".join(each) for each in names]


@given(merged())
def test_the_tiers_of_any_merged_header_are_joined_from_the_top(made):
    rows, names = made
    found = header(names, *(["Đơn vị" * (number == 0), *row] for number, row in enumerate(rows)))
    assert list(found.columns["text"]) == ["Đơn vị", *names]
    assert list(found.columns["field"]) == ["unit", *names]
