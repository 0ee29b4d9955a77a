"""No file can take the machine down: small files that ask for much are refused, with little memory and in little time."""

import json
import random
import struct
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
import xlwt
from support.delivered import MAIN, RELATIONS, WORD, package, word, xlsx, zipped
from support.district import HOME, RAW
from support.sampled import sampled
from xlwt.CompoundDoc import XlsDoc

from analysis.readers import kinds, read, sandbox
from analysis.readers.grid import MOST_BYTES, Unreadable

MOST_RESIDENT_MB = 400
LAUGHS = "<!DOCTYPE x [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {name} '{f'&{before};' * 10}'>" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
LAUGHS += "]>"
ONE = '<row r="1"><c r="A1"><v>5</v></c></row>'


def strings(xml: bytes) -> bytes:
    return xlsx(
        '<row r="1"><c r="A1" t="s"><v>0</v></c></row>', strings=f'<sst xmlns="{MAIN}">'.encode() + xml + b"</sst>"
    )


def old_workbook(cells: int) -> bytes:
    """A workbook in the old format: ``cells`` numbers, 256 a row, 6 bytes each."""
    book = xlwt.Workbook()
    book.add_sheet("a")
    rows = b"".join(
        struct.pack("<HHHH", 0xBD, 6 + 256 * 6, row, 0) + struct.pack("<Hi", 15, 2) * 256 + struct.pack("<H", 255)
        for row in range(cells // 256)
    )
    stream, data = book.get_biff_data(), BytesIO()
    XlsDoc().save(data, stream[:-4] + rows + stream[-4:])
    return data.getvalue()


def lying() -> bytes:
    """A workbook whose directory says that a part of 40 MB has 1,000 bytes."""
    whole, size = package("xl/workbook.xml", b" " * 40_000_000), struct.pack("<I", 40_000_000)
    assert whole.count(size) == 2
    return whole.replace(size, struct.pack("<I", 1_000))


def overlapping() -> bytes:
    """1,500 parts of 60 KB that share one place in the file."""
    data = BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("a.xml", b" " * 60_000)
        (entry,) = out.filelist
        for number in range(1_500):
            same = zipfile.ZipInfo(f"{number}.xml")
            for name in ("CRC", "compress_size", "file_size", "header_offset", "compress_type"):
                setattr(same, name, getattr(entry, name))
            out.filelist.append(same)
    return data.getvalue()


def many_sheets(number: int, rows: str, held: str = f'<sst xmlns="{MAIN}"/>') -> bytes:
    """A workbook that shows one sheet under many names."""
    sheets = "".join(f'<sheet name="s{each}" r:id="r1"/>' for each in range(number))
    book = f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{sheets}</sheets></workbook>'
    return xlsx(rows, book=book, strings=held)


def one_string_everywhere(rows: int, sheets: int = 1) -> bytes:
    row = "<row>" + '<c t="s"><v>0</v></c>' * 100 + "</row>"
    return many_sheets(sheets, row * rows, f'<sst xmlns="{MAIN}"><si><t>{"x" * 1000}</t></si></sst>')


BOMBS = {
    "unpacks to 60 MB": (lambda: zipped({"xl/a.xml": b" " * 60_000_000}), "file.unpacks_too_large"),
    "2,001 parts": (lambda: zipped({f"{number}.xml": "" for number in range(2_001)}), "file.too_many_entries"),
    "1,500 parts in one place": (overlapping, "file.unpacks_too_large"),
    "a part that unpacks to more than it says": (lying, "file.broken"),
    "a billion laughs in a sheet": (lambda: xlsx(ONE, prolog=LAUGHS), "file.forbidden_markup"),
    "a billion laughs in a document": (
        lambda: package("word/document.xml", f'{LAUGHS}<w:document xmlns:w="{WORD}">&i;</w:document>'),
        "file.forbidden_markup",
    ),
    "a billion laughs in UTF-16": (
        lambda: package("xl/workbook.xml", f"{LAUGHS}<workbook>&i;</workbook>".encode("utf-16")),
        "file.forbidden_markup",
    ),
    "a DTD behind a long comment": (
        lambda: xlsx(ONE, prolog=f"<!--{' ' * 9_000}--><!DOCTYPE x SYSTEM 'file:///etc/hosts'>"),
        "file.forbidden_markup",
    ),
    "a cell in the last corner": (
        lambda: xlsx(ONE + '<row r="1048576"><c r="XFD1048576"><v>5</v></c></row>'),
        "file.far_cell",
    ),
    "six million cells in a row": (lambda: xlsx(b"<row>" + b"<c/>" * 6_000_000 + b"</row>"), "file.too_many_tags"),
    "two million empty cells": (lambda: xlsx(b"<row>" + b"<c/>" * 2_000_000 + b"</row>"), "file.no_table"),
    "a string of 40 MB": (lambda: strings(b"<si><t>" + b"x" * 40_000_000 + b"</t></si>"), "cell_too_long"),
    "eight million strings": (lambda: strings(b"<si/>" * 8_000_000), "file.too_many_tags"),
    "one string half a million times": (lambda: one_string_everywhere(5_000), "file.too_much_text"),
    "one string in many places of many sheets": (lambda: one_string_everywhere(40, 50), "file.too_much_text"),
    "5,000 sheets": (lambda: many_sheets(5_000, ONE), "file.too_many_tables"),
    "100 sheets, each with two far corners": (
        lambda: many_sheets(100, ONE + '<row r="5000"><c r="CV5000"><v>5</v></c></row>'),
        "file.too_many_cells",
    ),
    "merged areas over each other": (
        lambda: xlsx(ONE, after="<mergeCells>" + '<mergeCell ref="A1:CV5000"/>' * 200_000 + "</mergeCells>"),
        "file.too_many_cells",
    ),
    "a number of 40 million digits": (
        lambda: xlsx(b'<row r="1"><c r="A1"><v>' + b"1" * 40_000_000 + b"</v></c></row>"),
        "cell_too_long",
    ),
    "an element with 400,000 attributes": (
        lambda: xlsx(b"<row " + b" ".join(b'a%d="1"' % number for number in range(400_000)) + b"/>"),
        "file.no_table",
    ),
    "a document of eight million paragraphs": (lambda: word(b"<w:p/>" * 8_000_000), "file.too_many_tags"),
    "a document of two million paragraphs": (lambda: word(b"<w:p/>" * 2_000_000), "file.too_many_tags"),
    "a document nested 100,000 deep": (lambda: word(b"<w:tbl>" * 100_000 + b"</w:tbl>" * 100_000), "file.broken"),
    "a cell ten million columns wide": (lambda: b"<table><tr><td colspan=10000000>a", "file.far_cell"),
    "a thousand cells a thousand wide and high": (
        lambda: b"<table>" + b"<tr>" + b"<td colspan=1000 rowspan=65534>a" * 1_000,
        "file.far_cell",
    ),
    "200,000 divisions in each other": (lambda: b"<table>" + b"<div>" * 200_000, "file.broken"),
    "100,000 tables in each other": (lambda: b"<table><tr><td>" * 100_000, "file.broken"),
    "1.6 million paragraphs": (lambda: b"<table><tr><td>" + b"<p>" * 1_600_000, "file.too_many_tags"),
    "a tag with 400,000 attributes": (
        lambda: b"<table " + b" ".join(b"a%d=1" % number for number in range(400_000)) + b">",
        "file.too_many_tags",
    ),
    "a line of 4.9 MB": (lambda: b"x" * 4_900_000, "broken_text"),
    "a quote without an end": (lambda: b'a\t"' + b"b\tc\n" * 1_000_000, "broken_text"),
    "NUL bytes": (lambda: b"\0" * 4_900_000, "not_text"),
    "a zip in a zip in a zip": (
        lambda: zipped({"a.zip": zipped({"b.zip": zipped({"c": b" " * 40_000_000})})}),
        "file.archive",
    ),
    "an encrypted workbook": (
        lambda: kinds.OLE + bytes(504) + "EncryptedPackage".encode("utf-16-le") + random.Random(1).randbytes(4_000_000),
        "file.encrypted",
    ),
    "800,000 cells in the old format": (lambda: old_workbook(800_000), "file.far_cell"),
    "noise in an old workbook": (
        lambda: kinds.OLE + "Workbook".encode("utf-16-le") + random.Random(2).randbytes(4_000_000),
        "file.broken",
    ),
    "a million lists in each other": (lambda: b"[" * 1_000_000 + b"]" * 1_000_000, "file.broken"),
    "long names in each other": (lambda: (b'{"' + b"k" * 5_000 + b'":[1,') * 900 + b"1" + b"]}" * 900, "file.broken"),
    "600,000 records": (lambda: b"[" + b'{"a":1},' * 600_000 + b"{}]", "file.far_cell"),
    "an object of 300,000 names": (lambda: json.dumps({f"k{n}": 1 for n in range(300_000)}).encode(), "file.far_cell"),
}
# What asks for much and says no more than this is read, because what it asks for is not given.
DEFUSED = {
    "a dimension of 17 thousand million cells": lambda: xlsx(ONE, before='<dimension ref="A1:XFD1048576"/>'),
    "a cell 65,534 rows high": lambda: b"<table><tr><td rowspan=65534>5",
    "pictures without an end": lambda: b"<table><tr><td>5" + b"<img " * 400_000,
    "a comment without an end": lambda: b"<table><tr><td>5<!--" + b"<td>" * 400_000,
}
READER = """
import json, resource, sys
from pathlib import Path
from analysis.readers import sandbox
from analysis.readers.grid import Unreadable
try:
    outcome = sandbox.cells(Path(sys.argv[1]).read_bytes())
except Unreadable as fault:
    outcome = fault.key
print(json.dumps([outcome, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024]))
"""


def outcome(path: Path, data: bytes) -> list | str:
    """The cells, or why they are refused, by a small process of its own: a child's peak counts from its parent's."""
    path.write_bytes(data)
    assert len(data) <= MOST_BYTES
    done = subprocess.run([sys.executable, "-c", READER, path], cwd=HOME, capture_output=True, check=True, timeout=120)
    found, megabytes = json.loads(done.stdout)
    assert megabytes < MOST_RESIDENT_MB
    return found


TELLING = ["unpacks to 60 MB", "a billion laughs in a sheet", "a cell in the last corner", "a line of 4.9 MB"]


@pytest.mark.parametrize("name", sampled(list(BOMBS), short=4, long=9, first=TELLING))
def test_a_bomb_is_refused_and_the_reader_stays_small(tmp_path, name):
    make, key = BOMBS[name]
    assert outcome(tmp_path / "bomb", make()) == f"problem.{key}"


@pytest.mark.parametrize("name", sampled(list(DEFUSED), short=2, long=len(DEFUSED)))
def test_a_bomb_without_a_charge_is_read(tmp_path, name):
    assert [str(cell[3]) for cell in outcome(tmp_path / "bomb", DEFUSED[name]())] == ["5"]


def test_a_file_of_100_mb_is_refused_unread(tmp_path):
    path = tmp_path / "line.txt"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(Unreadable) as refused:
        read.cells(path)
    assert (refused.value.key, refused.value.fields["size"]) == ("problem.file_too_large", 100_000_000)


CHILDREN = {
    "killed from outside": ("import os; os.kill(os.getpid(), 9)", "reader_died"),
    "crashed": ("import os; os.abort()", "reader_died"),
    "failed": ("raise SystemExit(1)", "reader_died"),
    "ended without a word": ("", "reader_died"),
    "ended before the end": ('print(\'{"table": ""}\')', "reader_died"),
    "sleeps for ever": ("import time; time.sleep(60)", "too_slow"),
    "takes more memory than it may": (
        "from analysis.readers import kinds, sandbox; kinds.tables = lambda data: bytearray(2**29); sandbox.main()",
        "too_much_memory",
    ),
    "takes more time than it may": (
        "from analysis.readers import kinds, sandbox; sandbox.MOST_CPU_SECONDS = 1\n"
        "def endless(data):\n    while True: pass\n"
        "kinds.tables = endless; sandbox.main()",
        "too_slow",
    ),
    "meets a fault of ours": (
        "from analysis.readers import kinds, sandbox; kinds.tables = lambda data: 1 / 0; sandbox.main()",
        "broken",
    ),
}


@pytest.mark.parametrize(
    "name",
    sampled(
        list(CHILDREN),
        short=4,
        long=4,
        first=["killed from outside", "sleeps for ever", "takes more memory than it may", "meets a fault of ours"],
    ),
)
def test_whatever_happens_to_the_reader_the_file_is_refused(monkeypatch, name):
    if name.startswith("takes") and sandbox.resource is None:
        pytest.skip("this system has no limits on processes")
    code, key = CHILDREN[name]
    monkeypatch.setattr(sandbox, "COMMAND", [sys.executable, "-c", code])
    monkeypatch.setattr(sandbox, "MOST_SECONDS", 0.3 if name == "sleeps for ever" else 20)
    with pytest.raises(Unreadable) as refused:
        sandbox.cells(b"a\tb")
    assert refused.value.key == f"problem.file.{key}"


def test_what_can_be_told_without_parsing_needs_no_child(monkeypatch):
    monkeypatch.setattr(sandbox, "COMMAND", ["no such program"])
    for data in (b"%PDF-1.7", b"\0", xlsx(ONE, prolog=LAUGHS), zipped({"a.xml": b" " * 60_000_000})):
        with pytest.raises(Unreadable):
            sandbox.cells(data)


@pytest.mark.parametrize(
    "data", ["Một.\n\n[Hai]\nBa.".encode(), word(b"<w:p><w:r><w:t>x</w:t></w:r></w:p><w:p/>" * 2)], ids=["text", "Word"]
)
def test_the_child_reads_paragraphs_as_this_process_does(data):
    assert len(sandbox.paragraphs(data)) > 1 and sandbox.paragraphs(data) == list(kinds.paragraphs(data))


@pytest.mark.parametrize("data", [RAW.read_bytes(), xlsx(ONE), b"<table><tr><td>5", b'[{"a": 5}]'], ids=range(4))
def test_the_reader_imports_nothing_heavy(data):
    code = "import sys; from analysis.readers import sandbox; sandbox.main(); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=HOME, input=data, capture_output=True, check=True, timeout=60
    )
    assert done.stdout.endswith(b'{"done": true}\n')
    assert {"pandas", "numpy", "openpyxl"} & set(done.stderr.decode().split()) == set()


def test_where_the_system_limits_no_time_a_table_that_is_read_is_not_called_too_slow():
    """As on Windows."""
    code = "import signal; del signal.SIGXCPU; from analysis.readers import sandbox; print(len(sandbox.cells(b'a\\tb\\n1\\t2\\n')))"
    done = subprocess.run([sys.executable, "-c", code], cwd=HOME, capture_output=True, encoding="utf-8")
    assert (done.stdout, done.stderr) == ("4\n", "")
