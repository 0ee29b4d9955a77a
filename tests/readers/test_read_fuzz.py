"""Damaged files of every kind: what comes out is cells or a reason to refuse, never anything else.

The readers run in this process, where a fault of theirs shows. ``make fuzz`` tries 1,700 of each of twelve sorts, 20,400
in all, none for over 2 seconds.
"""

import io
import json
import os
import zipfile
from datetime import datetime

import pytest
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import delivered
from support.delivered import MAIN
from support.district import RAW, words

from analysis.readers import kinds
from analysis.readers.grid import Unreadable

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
HOW = settings(
    max_examples=EXAMPLES or settings.default.max_examples,
    derandomize=not EXAMPLES,
    deadline=2_000 if EXAMPLES else None,
    suppress_health_check=list(HealthCheck),
)
TYPES = {
    "number": (int, float),
    "format": (int, float, str),
    "percent": (int, float),
    "dash": (int, float),
    "date": datetime,
    "boolean": bool,
    "empty": str,
}
ROWS = [["Đơn vị", "Điểm", "Ngày"], ["Hòa An", 58.28, datetime(2023, 12, 4)], ["Mỹ An", "54,01", True], ["=A1", "#N/A"]]


def xls() -> bytes:
    book, data = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("Trang")
    for row, line in enumerate(ROWS[:3]):
        for column, cell in enumerate(line):
            sheet.write(row, column, cell, xlwt.easyxf("font: bold on"))
    sheet.write_merge(4, 5, 0, 1, xlwt.Formula("SUM(B2:B3)"))
    book.save(data)
    return data.getvalue()


def xlsx() -> bytes:
    def fill(book):
        for row in ROWS:
            book.active.append(row)
        book.active.merge_cells("A6:B7")
        book.create_sheet("Ẩn").append([0.925])

    return delivered.workbook(fill)


def docx() -> bytes:
    def fill(made):
        made.add_paragraph("Tuần 1 tháng 12")
        held = made.add_table(3, 3)
        held.cell(0, 0).merge(held.cell(1, 1)).text = "Đơn vị"
        held.cell(2, 2).paragraphs[0].add_run("54,01").bold = True

    return delivered.document(fill)


FILES = {
    "text": RAW.read_bytes(),
    "UTF-16": 'Đơn vị;Điểm\n"Hòa\nAn";58,28\n'.encode("utf-16"),
    "html": b"<p>Tu\xe1\xba\xa7n 1<table><tr><th rowspan=2>a<th colspan=2>b<tr><td>c<td style='display:none'><b>d</b></table>",
    "json": json.dumps(
        {"code": "OK", "data": {"rows": [{"a": "1", "g": {"x": 1.5}, "m": [{"b": None}, {"b": 2}]}]}}
    ).encode(),
    "xlsx": xlsx(),
    "strings": delivered.xlsx(
        '<row r="1"><c r="A1" t="s" s="1"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c s="1"><f>A1</f><v>.5</v></c></row>',
        strings=f'<sst xmlns="{MAIN}"><si><r><rPr><b/></rPr><t>Hòa</t></r><r><t> An</t></r></si><si><t>x</t></si></sst>',
        styles=f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="0.0%"/></numFmts><fonts><font/>'
        '<font><b/></font></fonts><cellXfs><xf/><xf numFmtId="164" fontId="1"/></cellXfs></styleSheet>',
    ),
    "xls": xls(),
    "docx": docx(),
}
PARTS = {  # those that are read
    "docx": ["word/document.xml", "_rels/.rels"],
    "xlsx": [
        *["xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/styles.xml", "xl/workbook.xml"],
        *["xl/_rels/workbook.xml.rels", "_rels/.rels"],
    ],
    "strings": ["xl/strings.xml", "xl/styles.xml", "xl/sheet1.xml"],
}
# What readers are known to stumble over, beside noise.
WORDS = [
    *[
        b"",
        b"\0",
        b"\xff",
        b"\xef\xbb\xbf",
        b"<",
        b">",
        b"&",
        b"&#0;",
        b"]]>",
        b"<!--",
        b"<!DOCTYPE x>",
        b'"',
        b"'",
        b"\t",
        b"\n",
    ],
    *[
        b"-1",
        b"0",
        b"1e999",
        b"NaN",
        b"99999999999",
        b"\xe2\x80\x8b",
        b"A1:XFD1048576",
        b"</table>",
        b"<table>",
        b"colspan=9",
    ],
    *[
        b't="s"',
        b't="d"',
        b't="b"',
        b' r="A0"',
        b"<w:tbl>",
        b"</c>",
        b"{",
        b"}",
        b"[",
        b"]",
        b":",
        b"\\ud800",
        "Đ".encode(),
    ],
]
PIECES = st.one_of(st.sampled_from(WORDS), st.binary(max_size=8))
# Where (in thousandths), how many bytes go, and what comes instead.
CHANGES = st.lists(st.tuples(st.integers(0, 999), st.integers(0, 40), PIECES), min_size=1, max_size=6)


def changed(data: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    for at, gone, piece in changes:
        at = at * len(data) // 1_000
        data = data[:at] + piece + data[at + gone :]
    return data


def repacked(data: bytes, name: str, changes: list[tuple[int, int, bytes]]) -> bytes:
    """A zip with one of its parts changed: otherwise its checksum is all that is ever read."""
    with zipfile.ZipFile(io.BytesIO(data)) as held:
        parts = {name: held.read(name) for name in held.namelist()}
    return delivered.zipped(parts | {name: changed(parts[name], changes)})


def read(data: bytes) -> None:
    """Cells whose values are of their kinds, or a reason that can be said."""
    try:
        found = kinds.tables(data)
    except Unreadable as fault:
        assert words().say(fault.key, **json.loads(json.dumps(fault.fields)))
        return
    for row, column, value, kind, mark, hidden in (cell for grid in found for line in grid.lines() for cell in line):
        assert type(row) is type(column) is int
        assert isinstance(value, TYPES.get(kind, str))
        assert mark in ("", "b", "u", "bu")
        assert type(hidden) is bool
        json.dumps(value, default=datetime.isoformat).encode()


@pytest.mark.parametrize("name", FILES)
@HOW
@given(changes=CHANGES)
def test_a_file_with_bytes_changed_is_read_or_refused(name, changes):
    read(changed(FILES[name], changes))


@pytest.mark.parametrize("name", PARTS)
@HOW
@given(part=st.integers(0, 99), changes=CHANGES)
def test_an_office_file_with_a_part_changed_is_read_or_refused(name, part, changes):
    parts = PARTS[name]
    read(repacked(FILES[name], parts[part % len(parts)], changes))


@HOW
@given(st.one_of(st.binary(max_size=300), st.lists(st.sampled_from(WORDS), max_size=40).map(b"".join)))
def test_noise_is_read_or_refused(data):
    read(data)


def test_an_undamaged_file_is_read():
    for data in FILES.values():
        assert kinds.tables(data)
