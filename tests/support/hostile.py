"""The real tables as every kind of file, each spoiled in one place, and what the gate must make of it.

``real`` are the lines of Chợ Mới as typed, ``typed`` the same as a spreadsheet holds them. The portal's tables are
three communes of Gia Lai of 8 October 2026, as published, and An Giang's sheets with three communes and one department
of its registry, whose points are made up.
"""

import csv
import functools
import html
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain, repeat
from pathlib import Path

import docx
import openpyxl
import xlwt

from analysis.config import rules, units
from analysis.gate import clean
from analysis.readers import kinds
from support import delivered
from support.district import HOME, lines, words

Rows = list[list[object]]
PLACE = re.compile(r"([A-Z]*)(-?[0-9]*)")
TITLE_ROWS = 2  # of the real table: what stands above the table itself, where the kind of file knows such a thing


def place(cell: str) -> tuple[int | str, str, int]:
    """``"G6"`` => row 6, letter G, column 7; without a row or a letter that part is empty."""
    letters, row = PLACE.fullmatch(cell).groups()
    return (
        int(row) if row else "",
        letters,
        functools.reduce(lambda number, each: 26 * number + ord(each) - 64, letters, 0),
    )


# -- the tables ------------------------------------------------------------------------------------------------------


def real() -> Rows:
    return [row if any(row) else [] for row in lines()]


@functools.cache
def _typed() -> Rows:
    rows = [[re.sub("</?[bu]>", "", cell) for cell in row] for row in real()]
    for row in rows[4:]:
        for column, text in enumerate(row):
            if column in (0, 11, 12) and re.fullmatch("[0-9.]+", text):
                row[column] = int(text.replace(".", ""))
            elif column not in (1, 3) and re.fullmatch("-?[0-9.,]+", text):
                row[column] = float(text.replace(",", "."))
    return rows


def typed() -> Rows:
    """Without the office's marks; numbers are numbers, and what it mistyped in them is mended."""
    return [list(row) for row in _typed()]


# Source: the portal's answer of 8 October 2026, in ../shared/data/gia-lai-2026/.
PORTAL = """\
code,name,total,CKMB,TDGQ,DVCTT,TTTT,MDHL,MDSH
H21,tỉnh Gia Lai,66.08,11.79,17.17,9.13,7.1,11.33,9.56
H21.227,xã Vân Canh,75.31,11.79,19.43,6.33,7.23,18.0,12.53
H21.203,xã Đề Gi,73.6,11.79,18.72,6.68,7.48,18.0,10.93
H21.228,xã Canh Vinh,73.5,11.79,19.63,6.46,6.91,18.0,10.71
"""
METRICS = """\
unit_code,unit_name,group,metric,numerator,denominator,ratio,score,max_score
H21.227,xã Vân Canh,ALL,TOTAL,,,75.31,75.31,100
H21.227,xã Vân Canh,TDGQ,ON_TIME,2507,2580,97.17,19.43,20
H21.227,xã Vân Canh,TDGQ,GROUP_TOTAL,,,97.17,19.43,20
H21.227,xã Vân Canh,CKMB,PUBLISH_ON_TIME,1,47,2.13,0.13,6
"""
COMMUNES = [
    ["MA_COQUAN", "TEN", "TONG_SCORE", "CKMB", "TDGQ", "CLGQ", "TTTT", "MDHL", "MDSH"],
    ["H01.101", "UBND phường Long Xuyên - tỉnh An Giang", "90.00", "15.00", "19.00", "10.00", "9.00", "18.00", "19.00"],
    ["H01.102", "UBND phường Bình Đức - tỉnh An Giang", "80.00", "12.00", "18.00", "9.00", "8.00", "17.00", "16.00"],
    ["H01.105", "UBND phường Châu Đốc - tỉnh An Giang", "70.00", "10.00", "17.00", "8.00", "7.00", "16.00", "12.00"],
]
DEPARTMENTS = [COMMUNES[0], ["H01.01", "Sở Nội vụ", *COMMUNES[2][2:]]]
PROVINCES = [
    COMMUNES[0],
    ["H01", "UBND tỉnh An Giang", *COMMUNES[2][2:]],
    ["H21", "UBND tỉnh Gia Lai", *COMMUNES[3][2:]],
]
OTHER_SHEETS = ("Điểm tháng", "Xu hướng tháng", "Xu hướng quý")


def portal() -> Rows:
    return [line.split(",") for line in PORTAL.splitlines()]


def answered() -> Rows:
    """As ``portal``, with figures as numbers."""
    header, *rows = portal()
    return [header, *([code, name, *map(float, figures)] for code, name, *figures in rows)]


def metrics() -> Rows:
    return [line.split(",") for line in METRICS.splitlines()]


def communes() -> Rows:
    return [list(row) for row in COMMUNES]


# -- the kinds of file -----------------------------------------------------------------------------------------------


def as_delivered(file: object) -> object:
    return file


def text(rows: Rows, dress: Callable = as_delivered, separator: str = "\t", encoding: str = "utf-8") -> bytes:
    """``dress`` : text → text."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(rows)
    return dress(out.getvalue()).encode(encoding)


def xlsx(rows: Rows, dress: Callable = as_delivered, title: str = "Trang", **sheets: Rows) -> bytes:
    """As openpyxl writes it; a text is a text, also one that begins with "=". ``dress`` changes the first sheet."""

    def fill(book: openpyxl.Workbook) -> None:
        book.active.title = title
        for sheet, its in ((book.active, rows), *((book.create_sheet(name), its) for name, its in sheets.items())):
            for row, cells in enumerate(its, 1):
                for column, value in enumerate(cells, 1):
                    if value != "":
                        sheet.cell(row, column).value = value
                    if value and isinstance(value, str):
                        sheet.cell(row, column).data_type = "s"
        dress(book.worksheets[0])

    return delivered.workbook(fill)


def an_giang(rows: Rows, dress: Callable = as_delivered) -> bytes:
    others = {name: [["x"]] for name in OTHER_SHEETS}
    return xlsx(rows, dress, "Xã Phường", **{"Sở Ban": DEPARTMENTS, "Điểm năm": PROVINCES}, **others)


def xls(rows: Rows, dress: Callable = as_delivered) -> bytes:
    """``dress`` changes the sheet, whose rows and columns count from 0."""
    book, data = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("Trang", cell_overwrite_ok=True)
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            if value != "":
                sheet.write(row, column, value)
    dress(sheet)
    book.save(data)
    return data.getvalue()


def page(rows: Rows, dress: Callable = as_delivered) -> bytes:
    """The title above the table, its rows from 1 (``<tr id=r1>``, ``<td id=A1>``), groups spanning their leaves.

    A value that begins with "<" is markup. ``dress`` : text → text.
    """
    lines = []
    for number, cells in enumerate(rows[TITLE_ROWS:], 1):
        line = f"<tr id=r{number}>"
        for column, value in enumerate(cells):
            spans = {(1, 8): " colspan=2", (1, 10): " colspan=3"}.get((number, column), " rowspan=2" * (number == 1))
            if (number, column) not in {(1, 9), (1, 11), (1, 12), *((2, column) for column in range(8))}:
                shown = value if str(value).startswith("<") else html.escape(str(value))
                line += f"<td id={chr(65 + column)}{number}{spans}>{shown}</td>"
        lines.append(line + "</tr>")
    return dress(f"<html><body><p>{rows[0][0]}</p><table>{''.join(lines)}</table></body></html>").encode()


@functools.cache
def _document() -> bytes:
    def fill(made: docx.document.Document) -> None:
        made.add_paragraph(_typed()[0][0])
        table = made.add_table(len(_typed()) - TITLE_ROWS, 13)
        for row, cells in zip(table.rows, _typed()[TITLE_ROWS:], strict=True):
            for cell, value in zip(row.cells, cells, strict=False):
                cell.text = str(value)

    return delivered.document(fill)


def word(rows: Rows, dress: Callable = as_delivered) -> bytes:
    """The title above the table, its rows from 1, as python-docx writes it. ``dress`` changes the document."""
    made, data = docx.Document(io.BytesIO(_document())), io.BytesIO()
    made.paragraphs[0].text = rows[0][0]
    for row, (now, before) in enumerate(zip(rows[TITLE_ROWS:], _typed()[TITLE_ROWS:], strict=True)):
        for column, (value, was) in enumerate(zip(now, before, strict=True)):
            if value != was:
                made.tables[0].rows[row].cells[column].text = str(value)
    dress(made)
    made.save(data)
    return data.getvalue()


def answer(rows: Rows, dress: Callable = as_delivered) -> bytes:
    """The portal's answer since 2026: a list of records, of numbers. ``dress`` : text → text."""
    records = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    return dress(json.dumps({"code": "OK", "data": {"evaluation": records}}, ensure_ascii=False)).encode()


def records(rows: Rows, dress: Callable = as_delivered) -> bytes:
    """The portal's answer until 2025: one list of records, of texts."""
    every = [PROVINCES[1], *rows[1:], DEPARTMENTS[1]]
    return dress(json.dumps([dict(zip(rows[0], row, strict=True)) for row in every], ensure_ascii=False)).encode()


@dataclass(frozen=True)
class Kind:
    """``rows`` of a table, and how they are written; its header is row ``header`` of the file."""

    rows: Callable[[], Rows]
    write: Callable[..., bytes]
    header: int = 1
    area: str = "cho-moi"
    day: date = date(2023, 12, 4)


GIA_LAI = {"area": "gia-lai", "day": date(2026, 10, 8)}
KINDS = {
    "tab": Kind(real, text, 3),
    "comma": Kind(real, functools.partial(text, separator=","), 3),
    "semicolon": Kind(real, functools.partial(text, separator=";"), 3),
    "utf-16": Kind(real, functools.partial(text, encoding="utf-16"), 3),
    "xlsx": Kind(typed, xlsx, 3),
    "xls": Kind(typed, xls, 3),
    "html": Kind(typed, page),
    "docx": Kind(typed, word),
    "portal csv": Kind(portal, functools.partial(text, separator=","), **GIA_LAI),
    "portal json": Kind(answered, answer, **GIA_LAI),
    "metrics csv": Kind(metrics, functools.partial(text, separator=","), **GIA_LAI),
    "an giang": Kind(communes, an_giang, area="an-giang", day=date(2025, 10, 31)),
    "old json": Kind(communes, records, area="an-giang", day=date(2025, 10, 31)),
}
GROUPS = ["CKMB", "TDGQ", "DVCTT", "TTTT", "MDHL", "MDSH"]
FIELDS = {
    "cho-moi": ["", "", "TOTAL", "", "PREVIOUS_TOTAL", "CHANGE", "CKMB", "TD", "DVCTT", "TT", "SH", "CT", "CT_LUYKE"],
    "gia-lai": ["", "", "TOTAL", *GROUPS],
    "an-giang": ["", "", "TOTAL", *GROUPS],
}
FIGURES = {"E": "numerator", "F": "denominator", "G": "value", "H": "published_points"}
HEADERS = {
    "cho-moi": [
        *["ST T", "ĐƠN VỊ", "ĐIỂM TỔNG HỢP (TUẦN 01/12)", "XẾP LOẠI", "ĐIỂM TỔNG HỢP (TUẦN 04/11)"],
        *["TĂNG/ GIẢM SO VỚI TUẦN TRƯỚC", "CÔNG KHAI, MINH BẠCH (%)", "TIỀN ĐỘ GIẢI QUYẾT (%)"],
        "DỊCH VỤ TRỰC TUYẾN / DVCTT (Chỉ tiêu trên 50%)",
        "DỊCH VỤ TRỰC TUYẾN / THANH TOÁN TRỰC TUYẾN (Chỉ tiêu trên 30%)",
        "SỐ HÓA / SỐ HÓA (Từ 80% trở lên)",
        "SỐ HÓA / CHỨNG THỰC ĐIỆN TỬ",
        "SỐ HÓA / CHỨNG THỰC ĐIỆN TỬ (Lũy kế)",
    ]
}


def headers(kind: str) -> dict[str, str]:
    """The header above each letter, as delivered."""
    return dict(zip("ABCDEFGHIJKLM", HEADERS.get(KINDS[kind].area) or KINDS[kind].rows()[0], strict=False))


def figure(kind: str, cell: str) -> tuple[str, str, str]:
    """Which figure a cell of the unspoiled table holds: code, indicator, which of its figures."""
    its = KINDS[kind]
    row, letter, column = place(cell)
    cells = its.rows()[row - 1 + (0 if its.header == 3 or its.area != "cho-moi" else TITLE_ROWS)]
    if kind == "metrics csv":
        return cells[0], cells[2] if cells[3] == "GROUP_TOTAL" else cells[3], FIGURES[letter]
    indicator = FIELDS[its.area][column - 1]
    points = its.area != "cho-moi" and indicator in GROUPS
    if its.area == "cho-moi":
        in_charge = in_force(its.area, its.day)
        hit = units.Registry(in_charge.units, in_charge.aliases).match(str(cells[1]))
        return hit.code if hit else "893", indicator, "value"
    return cells[0], indicator, "published_points" if points else "value"


# -- what must come of it --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """A problem: the cell it names ("G6"; "B" where there is no row, "3" where no column, "" the file as a whole)."""

    cell: str
    value: str
    key: str
    column: str | None = None  # its header, where it is not that of the unspoiled table
    sheet: str = ""
    fields: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Fix:
    """A repair."""

    cell: str
    raw: str
    clean: str
    reason: str


@dataclass(frozen=True)
class Outcome:
    """``more`` : further problems follow from the first ones. ``values`` : figures other than in the real table.

    passed : lines that are passed over
    """

    errors: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()
    fixes: tuple[Fix, ...] = ()
    values: dict[str, float | None] = field(default_factory=dict)
    more: bool = False
    passed: tuple[Fault, ...] = ()


def at(cell: str, value: str, key: str, /, column: str | None = None, sheet: str = "", **fields: str) -> Fault:
    return Fault(cell, value, key, column, sheet, fields)


def refused(*errors: Fault, more: bool = False) -> Outcome:
    return Outcome(errors, more=more)


def accepted(
    *fixes: Fix,
    values: dict[str, float | None] | None = None,
    warnings: tuple[Fault, ...] = (),
    passed: tuple[Fault, ...] = (),
) -> Outcome:
    """Every figure that is not named in ``values`` is the real table's."""
    return Outcome((), tuple(warnings), fixes, values or {}, passed=tuple(passed))


@dataclass(frozen=True)
class Case:
    name: str
    kind: str
    spoil: Callable[[Rows], object]
    outcome: Outcome
    dress: Callable = as_delivered
    data: bytes | None = None  # instead of the spoiled table
    file: str = "table"
    area: str = ""
    day: date | None = None
    fault: str = ""  # what is wrong with us, where the outcome is not yet as it should be
    laid: Callable[[rules.Rules], rules.Rules] = as_delivered  # the area's rules, where it has another layout

    def bytes(self) -> bytes:
        if self.data is not None:
            return self.data
        rows = KINDS[self.kind].rows()
        return KINDS[self.kind].write(self.spoil(rows) or rows, self.dress)


def put(**cells: object) -> Callable[[Rows], None]:
    """Set cells by their place in the table's own rows: ``put(G6="7l.2")``."""

    def spoil(rows: Rows) -> None:
        for cell, value in cells.items():
            row, _, column = place(cell)
            rows[row - 1] += [""] * (column - len(rows[row - 1]))
            rows[row - 1][column - 1] = value

    return spoil


# -- the gate --------------------------------------------------------------------------------------------------------


@functools.cache
def in_force(area: str, day: date) -> rules.Rules:
    held = rules.load(HOME, area, day)
    if area != "an-giang":
        return held
    few = {row[0] for row in (*COMMUNES, *DEPARTMENTS)}
    return replace(held, units=held.units[held.units["code"].isin(few)].reset_index(drop=True))


def read_here(data: bytes) -> list[tuple]:
    """What the child does that reads a file, in this process: a tenth of a second less for each of many files."""
    return [(grid.name, *cell) for grid in kinds.tables(data) for line in grid.lines() for cell in line]


def columns(**declared: dict[str, object]) -> Callable[[rules.Rules], rules.Rules]:
    """An area whose columns.csv says something else of some fields: ``columns(CKMB={"scale": 1.0})``."""

    def laid(held: rules.Rules) -> rules.Rules:
        form = held.columns.set_index("field")
        for name, cells in declared.items():
            for column, value in cells.items():
                form.loc[name, column] = value
        form = form.reset_index()[held.columns.columns]
        return replace(held, forms=held.forms | {"columns.csv": form})

    return laid


def keys(**said: object) -> Callable[[rules.Rules], rules.Rules]:
    """An area whose area.toml has other keys."""
    return lambda held: replace(held, settings=held.settings | said)


def gate(
    folder: Path,
    data: bytes,
    kind: str,
    file: str = "table",
    area: str = "",
    day: date | None = None,
    laid: Callable[[rules.Rules], rules.Rules] = as_delivered,
):
    path = folder / file
    path.write_bytes(data)
    its = KINDS[kind]
    return clean.gate(path, laid(in_force(area or its.area, day or its.day)), words())


def figures(cleaned: clean.Cleaned) -> dict[tuple[str, str, str], float]:
    rows = cleaned.measurements[["unit_code", "indicator", *clean.FIGURES]].to_dict("records")
    return {
        (row["unit_code"], row["indicator"], name): row[name]
        for row in rows
        for name in clean.FIGURES
        if row[name] == row[name]
    }


OTHERS = {"warnings": "warning", "passed": "passed"}  # of an outcome: what does not refuse the table


def said(case: Case, cleaned: clean.Cleaned, base: clean.Cleaned) -> dict[str, object]:
    """What the gate said, to be compared with ``wanted``; ``base`` is what it says of the unspoiled table."""
    errors = _problems(cleaned, "error")
    if case.outcome.errors:
        return {"errors": errors[: len(case.outcome.errors)] if case.outcome.more else errors}
    known = Counter(each[1:] for each in _repairs(base))  # without rows, which may all have moved
    fixes = [each for each in _repairs(cleaned) if not _taken(known, each[1:])]
    others = {name: _problems(cleaned, severity) for name, severity in OTHERS.items()}
    return {"errors": errors, **others, "fixes": fixes, "figures": figures(cleaned)}


def wanted(case: Case, cleaned: clean.Cleaned, base: clean.Cleaned) -> dict[str, object]:
    """What it must say. A sentence that is as it must be stands here as the gate said it, any other as a pattern."""
    outcome = case.outcome
    errors = [*map(_problem, repeat(case), outcome.errors, _sentences(cleaned, "error"))]
    if outcome.errors:
        return {"errors": errors}
    others = {
        name: [*map(_problem, repeat(case), getattr(outcome, name), _sentences(cleaned, severity))]
        for name, severity in OTHERS.items()
    }
    fixes = [
        (*place(each.cell)[:2], each.raw, each.clean, words().say(f"repair.{each.reason}")) for each in outcome.fixes
    ]
    changed = {figure(case.kind, cell): value for cell, value in outcome.values.items()}
    held = {key: value for key, value in (figures(base) | changed).items() if value is not None}
    return {"errors": [], **others, "fixes": fixes, "figures": held}


def _problems(cleaned: clean.Cleaned, severity: str) -> list[tuple]:
    found = cleaned.problems[cleaned.problems["severity"] == severity]
    return list(
        found[["file", "row", "column_letter", "column", "value", "problem"]].itertuples(index=False, name=None)
    )


def _sentences(cleaned: clean.Cleaned, severity: str) -> Iterator[str]:
    return chain((each[-1] for each in _problems(cleaned, severity)), repeat(""))


def _repairs(cleaned: clean.Cleaned) -> list[tuple]:
    return list(cleaned.repairs[["row", "column_letter", "raw", "clean", "reason"]].itertuples(index=False, name=None))


def _taken(known: Counter, each: tuple) -> bool:
    known[each] -= 1
    return known[each] >= 0


def _problem(case: Case, fault: Fault, heard: str) -> tuple:
    row, letter, _ = place(fault.cell)
    above = isinstance(row, int) and row < KINDS[case.kind].header
    column = "" if above else fault.value if row and not letter else headers(case.kind).get(letter, "")
    file = f"{case.file} [{fault.sheet}]" if fault.sheet else case.file
    column = column if fault.column is None else fault.column
    return file, row, letter, column, fault.value, heard if re.fullmatch(sentence(fault), heard) else sentence(fault)


def sentence(fault: Fault) -> str:
    """The sentence as a pattern; a field that the case does not name may be anything, and without a key all of it."""
    return (
        "|".join(
            _pattern(key if key.startswith("passed.") else f"problem.{key}", fault.fields)
            for key in fault.key.split("|")
        )
        if fault.key
        else "(?s:.*)"
    )


def _pattern(key: str, fields: dict) -> str:
    anything, offered = "\ue000", words().fields.get(key, ())
    assert set(fields) <= set(offered)
    said = words().say(key, **{name: fields.get(name, anything) for name in offered})
    return re.escape(said).replace(re.escape(anything), "(?s:.*)")
