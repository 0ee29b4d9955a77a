"""A text file → its cells as delivered."""

import pytest
from district import RAW

from analysis import read


def cells(tmp_path, data: bytes):
    path = tmp_path / "table.txt"
    path.write_bytes(data)
    return read.cells(path)


def test_the_real_table_is_read_cell_by_cell_with_its_marks():
    table = read.cells(RAW)
    marked = table[(table["mark"] != "") & (table["row"] > 5)]
    assert (marked["mark"] == "u").sum() == 18
    assert list(marked.loc[marked["mark"] == "b", "value"]) == ["YẾU", "19.3"]
    assert table.query("row == 8 and column_letter == 'G'")["value"].item() == "78,7"


def test_rows_and_columns_are_numbered_as_a_person_sees_them(tmp_path):
    table = cells(tmp_path, b"a\tb\n\nc\td")
    assert list(zip(table["row"], table["column_letter"], table["value"], strict=True)) == [
        *[(1, "A", "a"), (1, "B", "b")],
        *[(3, "A", "c"), (3, "B", "d")],
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", ["\t", ";", ","])
def test_encoding_and_separator_are_told_from_the_content(tmp_path, encoding, separator):
    text = f"Đơn vị{separator}Điểm\nHòa An{separator}58\n"
    assert list(cells(tmp_path, text.encode(encoding))["value"]) == ["Đơn vị", "Điểm", "Hòa An", "58"]


@pytest.mark.parametrize(
    ("text", "value", "mark"),
    [
        ("<u>7</u>", "7", "u"),
        ("<b>YẾU</b>", "YẾU", "b"),
        ("<B><u>7</u></B>", "7", "bu"),
        ("<u>7", "<u>7", ""),
        ("<i>7</i>", "<i>7</i>", ""),
        ("7 <u>x</u>", "7 <u>x</u>", ""),
    ],
)
def test_a_mark_around_the_whole_cell_becomes_data_and_other_tags_stay_text(tmp_path, text, value, mark):
    cell = cells(tmp_path, text.encode()).iloc[0]
    assert (cell["value"], cell["mark"]) == (value, mark)


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "problem.empty_file"),
        (b"\xff\xd8\xff\xe0picture", "problem.not_text"),
        (b"a\x00b", "problem.not_text"),
        (b"x" * 5_000_001, "problem.file_too_large"),
        (b"a\n" * 5_001, "problem.too_many_rows"),
        (b"a" + b"\t" * 100, "problem.too_many_columns"),
        (b"x" * 1_001, "problem.cell_too_long"),
    ],
)
def test_a_file_that_is_no_table_is_refused_by_name(tmp_path, data, key):
    with pytest.raises(read.Unreadable) as refused:
        cells(tmp_path, data)
    assert refused.value.key == key


@pytest.mark.parametrize(("column", "letter"), [(1, "A"), (26, "Z"), (27, "AA"), (52, "AZ"), (703, "AAA")])
def test_columns_have_the_letters_of_a_spreadsheet(column, letter):
    assert read.letter(column) == letter
