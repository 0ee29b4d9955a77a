"""A small table that stands beside the week's own: its rows as texts, its columns known by tolerant headers.

The header is the first row that holds anything, or that names enough columns. Columns may stand in any order; a header
that nothing is called like is refused with the nearest one, because a misspelt optional column would be left out
without a word.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from analysis.config.units import header_key, nearest
from analysis.gate.problems import Log
from analysis.readers import read
from analysis.readers.grid import UNREAD

PASSED_OVER = ("stt", "tt", "số tt", "số thứ tự", "no", "no.")  # the number of a row, as people write it
AS_TEXT = ("text", "number", "date", "empty")  # kinds of cells whose value is what a person sees


class Row(NamedTuple):
    """A row below the header: its number as a person sees it, its texts by field, and the columns by field.

    texts   : of every field that the header has; "" where the cell is empty
    columns : header and letter of each field's column
    """

    number: int
    texts: dict[str, str]
    columns: dict[str, tuple[str, str]]

    def place(self, log: Log, field: str) -> dict:
        """Where the cell is, for a problem; of a field that has no column, where the row is."""
        return log.place(self.number, *self.columns.get(field, ("", "")))


def read_rows(
    path: Path, names: Mapping[str, tuple[str, ...]], needed: tuple[str, ...], log: Log, least_named: int = 0
) -> list[Row]:
    """The rows of the one table in ``path``; empty rows are left out. No row where the header has a problem.

    names  : what a field's column may be called, by field; problems name the first, or in English the last
    needed : the fields without which the table says nothing
    log    : takes every problem of file, header and cells; a cell that has one reads ""
    least_named : how many fields the header names at least, where lines may stand above it; 0: none may
    """
    try:
        cells = read.cells(path)
    except read.Unreadable as fault:
        log.problem(fault.key, **fault.fields)
        return []
    held, cells = cells, cells[cells["value"].map(str).str.strip() != ""]
    if cells["sheet"].nunique() > 1:
        log.problem("problem.several_small_tables", sheets=log.words.listed(list(cells["sheet"].unique())))
        return []
    if cells.empty:
        log.problem("problem.empty_file")
        return []
    first = _find_header(cells, names, least_named)
    columns = _columns(cells[cells["row"] == first], names, needed, log)
    if columns is None:
        return []
    for cell in _beside_columns(held, cells, first).itertuples():
        log.problem("problem.headless_cell", log.place(cell.row, "", cell.column_letter), str(cell.value))
    fields = {letter: field for field, (_, letter) in columns.items()}
    rows: dict[int, dict[str, str]] = {}
    for cell in cells[cells["row"] > first].itertuples():
        if field := fields.get(cell.column_letter):
            texts = rows.setdefault(cell.row, dict.fromkeys(columns, ""))
            texts[field] = _text(cell, log.place(cell.row, *columns[field]), log)
    return [Row(number, texts, columns) for number, texts in sorted(rows.items())]


def _find_header(cells: pd.DataFrame, names: Mapping[str, tuple[str, ...]], least_named: int) -> int:
    """The row of the header: the first that names so many fields; where none does, the first that holds anything."""
    known = {header_key(name) for its in names.values() for name in its}
    named = cells["value"].map(lambda value: header_key(str(value)) in known).groupby(cells["row"]).sum()
    return int(min(named.index[named >= least_named], default=named.index.min()))


def _columns(
    header: object, names: Mapping[str, tuple[str, ...]], needed: tuple[str, ...], log: Log
) -> dict[str, tuple[str, str]] | None:
    """Header and letter of each field's column; None where the header has a problem."""
    known = {header_key(name): field for field, its in names.items() for name in its}
    passed = {header_key(name) for name in PASSED_OVER}
    found: dict[str, tuple[str, str]] = {}
    shown = {field: its[0 if log.words.lang == "vi" else -1] for field, its in names.items()}
    before = len(log.problems)
    for cell in header.itertuples():
        text, key = str(cell.value).strip(), header_key(str(cell.value))
        place = log.place(cell.row, text, cell.column_letter)
        if (field := known.get(key)) in found:
            log.problem("problem.doubled_column", place)
        elif field:
            found[field] = (text, cell.column_letter)
        elif key not in passed:
            like = nearest(text, [name for its in names.values() for name in its])
            fields = {"nearest": like} if like else {"columns": log.words.listed(list(shown.values()))}
            log.problem("problem.unknown_header_like" if like else "problem.unknown_header", place, text, **fields)
    if lacking := [shown[field] for field in needed if field not in found]:
        log.problem("problem.lacking_columns", log.place(int(header["row"].iat[0])), columns=log.words.listed(lacking))
    return found if len(log.problems) == before else None


def _beside_columns(held: pd.DataFrame, cells: pd.DataFrame, first: int) -> pd.DataFrame:
    """One cell of each row that has a text under no header, or more cells than the header: its columns are not certain,
    as where a comma within a text was not set in quotation marks.

    held  : all cells, with the empty ones; only those of a text have fewer in one row than in another
    cells : those that hold something
    """
    headed = cells.loc[cells["row"] == first, "column"]
    width = held.loc[held["row"] == first, "column"].max()
    stray = cells[(cells["row"] > first) & ~cells["column"].isin(headed)]
    wider = held[(held["row"] > first) & (held["column"] > width) & held["row"].isin(cells["row"])]
    return pd.concat([stray, wider]).drop_duplicates("row").sort_values("row")


def _text(cell: object, place: dict, log: Log) -> str:
    """What a person sees in the cell; "" with a problem where that is not certain."""
    value = cell.value
    if cell.hidden:
        log.problem("problem.hidden", place, str(value))
    elif cell.kind.startswith(UNREAD):
        log.problem("problem.unread", place, str(value), what=cell.kind.removeprefix(UNREAD))
    elif cell.kind not in AS_TEXT:
        log.problem(f"problem.{cell.kind}_cell", place, str(value))
    elif cell.kind == "date":
        return value.date().isoformat()
    elif cell.kind == "number":
        return f"{value:.10g}"
    else:
        return str(value).strip()
    return ""


def find_nearest(text: str, names: Iterable[str], key_of: Callable[[str], str] = header_key) -> str:
    """The shortest of the names that the text is a part of; else the one that is most like it; else ""."""
    key, names = key_of(text), list(dict.fromkeys(names))
    parts = [name for name in names if key and key in key_of(name)]
    return min(parts, key=len, default="") or nearest(text, names)
