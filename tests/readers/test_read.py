"""A text file → its cells as delivered; and what every kind of file has in common."""

import ast
import io
import os
from datetime import datetime
from pathlib import Path

import pytest
from support import delivered
from support.district import RAW, words
from support.on_disk import put
from support.sampled import sampled
from support.tree import modules

from analysis.readers import grid, read


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
@pytest.mark.parametrize("separator", sampled(["\t", ";", ","], short=1, long=2, first=[";"]))
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
        (b"\xff\xd8\xff\xe0picture", "problem.file.image"),
        (b"\x93\x94\x95", "problem.not_text"),
        (b"a\x00b", "problem.not_text"),
        ("a\tb".encode("utf-16-le"), "problem.not_text"),
        (b'a\t"b\nc\td\n', "problem.broken_text"),
        (b'a\t"b" c\n', "problem.broken_text"),
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


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("2023-12-04.xlsx", "problem.file.torn"),
        ("2023-12-04.XLS", "problem.file.torn"),
        ("2023-12-04.txt", "problem.not_text"),
    ],
)
def test_a_file_named_a_workbook_that_holds_neither_one_nor_text_is_told_as_a_damaged_workbook(tmp_path, name, key):
    (tmp_path / name).write_bytes(b"\0" * 600)
    with pytest.raises(read.Unreadable) as refused:
        read.cells(tmp_path / name)
    assert refused.value.key == key


@pytest.mark.parametrize(("column", "letter"), [(1, "A"), (26, "Z"), (27, "AA"), (52, "AZ"), (703, "AAA")])
def test_columns_have_the_letters_of_a_spreadsheet(column, letter):
    assert read.letter(column) == letter


def test_quoted_cells_may_hold_separators_and_line_breaks_and_rows_keep_the_line_they_begin_on(tmp_path):
    table = cells(tmp_path, b'a,"b, c"\n"d\ne",f\ng,"h ""i"""\n')
    assert list(zip(table["row"], table["column_letter"], table["value"], strict=True)) == [
        *[(1, "A", "a"), (1, "B", "b, c")],
        *[(2, "A", "d\ne"), (2, "B", "f")],
        *[(4, "A", "g"), (4, "B", 'h "i"')],
    ]


def test_text_is_of_no_type_and_an_empty_cell_is_an_empty_text(tmp_path):
    table = cells(tmp_path, b"NA\t00123\t\t1.746\t \n")
    assert list(zip(table["value"], table["kind"], strict=True)) == [
        *[("NA", "text"), ("00123", "text"), ("", "empty"), ("1.746", "text"), (" ", "text")]
    ]


def test_a_typed_cell_keeps_its_type_on_its_way_out_of_the_child(tmp_path):
    day = datetime(2023, 12, 4, 7, 30)
    row = ["1.746", 1.746, 1746, 0.925, day, True, "#DIV/0!", "=A1"]
    table = cells(tmp_path, delivered.workbook(lambda book: book.active.append(row)))
    assert list(table["value"]) == row
    assert list(map(type, table["value"])) == [str, float, int, float, datetime, bool, str, str]
    assert list(table["kind"]) == ["text", "number", "number", "number", "date", "boolean", "error", "formula"]
    assert set(table["file"]) == {"table.txt"}
    assert set(table["sheet"]) == {"Sheet"}


def test_a_file_that_is_not_there_is_no_problem_of_the_table(tmp_path):
    with pytest.raises(OSError, match="nothing"):
        read.cells(tmp_path / "nothing.txt")


@pytest.mark.skipif(os.name != "posix", reason="devices and pipes")
@pytest.mark.parametrize("kind", ["device", "pipe", "link to a device", "folder"])
def test_what_is_no_regular_file_is_refused_and_never_waited_for(tmp_path, kind):
    path = Path("/dev/zero") if kind == "device" else tmp_path / "2023-12-04.txt"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "link to a device":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    for reading in (read.cells, read.paragraphs):
        with pytest.raises(read.Unreadable) as refused:
            reading(path)
        assert refused.value.key == "problem.file.not_regular"


def test_of_a_file_beyond_the_limit_one_byte_more_than_the_limit_is_read(tmp_path, monkeypatch):
    path, taken = tmp_path / "table.txt", []
    os.truncate(put(path), 20_000_000_000)  # takes no room on the disk

    class Counted(io.FileIO):
        def read(self, size=-1):
            taken.append(size)
            return super().read(size)

    monkeypatch.setattr(Path, "open", lambda self, mode: Counted(self, mode))
    with pytest.raises(read.Unreadable) as refused:
        read.cells(path)
    assert (refused.value.key, refused.value.fields["size"]) == ("problem.file_too_large", 20_000_000_000)
    assert taken == [5_000_001]


def refusals():
    """Every ``Unreadable("key", field=…)`` in the code: file, key and fields."""
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Unreadable" and node.args:
                key = node.args[0]
                if isinstance(key, ast.Constant):
                    yield path.name, key.value, {each.arg for each in node.keywords}


@pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.long)])
def test_every_reason_to_refuse_a_file_has_a_sentence_with_its_fields(lang):
    held = words(lang)
    found = list(refusals())
    assert len(found) > 30
    for file, key, fields in found:
        assert held.has(key), f"{file}: {key}"
        assert None in fields or fields == held.fields.get(key, set()), f"{file}: {key}"


def test_a_file_with_too_many_cells_is_refused_while_it_is_read(monkeypatch):
    monkeypatch.setattr(grid, "MOST_CELLS", 5)
    held = grid.Tables().add()
    for column in range(1, 6):
        held.put(1, column, "x")
    with pytest.raises(grid.Unreadable) as refused:
        held.put(2, 1, "x")
    assert refused.value.key == "problem.file.too_many_cells"
