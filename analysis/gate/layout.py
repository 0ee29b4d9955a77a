"""What the layouts of tables share: how they look at cells, move them, and say that a table is laid out otherwise.

A layout (shapes.py, history.py) is a function: cells in, new cells out. A cell that is put elsewhere keeps its true
place: ``at_row``, ``at_column``, and ``head``, the text of the file's own header above it (None: that of its column).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from analysis.config.files import TIER
from analysis.config.units import header_key
from analysis.exits import AnalysisError
from analysis.gate.headers import SEARCHED_ROWS
from analysis.gate.problems import ERROR, Log, Problem
from analysis.readers import read

KEYS = ("unit", "code", "group", "indicator")  # the fields that say what the figures of a row are about
NO_FIGURES = (*KEYS, "", "other", "rank", "band", "remark")
Texts = dict[int, dict[int, str]]
DEFAULTS = {"file": "", "sheet": "", "value": "", "kind": "text", "mark": "", "hidden": False, "head": None}


class Unfit(AnalysisError, ValueError):
    """The table has not the layout that is configured. ``key`` is the sentence that says what was expected.

    place   : row and column of the cell that shows it, if one does;  value : what stands there
    certain : the table has the layout, but not what was asked for, such as the cut-off
    """

    def __init__(
        self,
        key: str,
        place: tuple[int, int] | None = None,
        value: str = "",
        certain: bool = False,
        fields: dict | None = None,
    ) -> None:
        super().__init__(key, fields)
        self.key, self.place, self.value, self.certain, self.fields = key, place, value, certain, fields or {}

    def problem(self, file: str) -> Problem:
        """It as an error of ``file``."""
        row, column = (self.place[0], read.letter(self.place[1])) if self.place else ("", "")
        place = {"file": file, "row": row, "column": "", "column_letter": column}
        return Problem(ERROR, place, self.value, self.key, self.fields)


@dataclass
class About:
    """What a layout may need to know besides its cells, and what it finds out.

    form     : the columns of the form;  every : the cells of the whole file;  log : takes the layout's problems
    cells    : what the step at hand is given
    previous : the cut-off of the previous totals, where the layout reads them
    pages    : each page that a line names: its number, and of how many
    """

    form: pd.DataFrame
    file: str
    sheet: str
    cutoff: date
    every: pd.DataFrame
    log: Log
    cells: pd.DataFrame | None = None
    previous: date | None = None
    pages: set[tuple[int, int]] = field(default_factory=set)

    def header_of(self, name: str) -> str:
        """The header of a field, as the form has it."""
        return self.form.loc[self.form["field"] == name, "header"].iat[0]

    def keys_of(self, names: Iterable[str]) -> set[str]:
        """The headers of these fields, whole and by their last tier, as they are compared."""
        its = self.form.loc[self.form["field"].isin(list(names)), "header"]
        return {header_key(text) for header in its for text in (header, header.split(TIER)[-1])}

    @property
    def figures(self) -> list[str]:
        """The fields of the form that hold figures."""
        return [name for name in self.form["field"] if name not in NO_FIGURES]

    def problem(self, key: str, row: int, column: int, value: str, severity: str = ERROR, **fields: object) -> None:
        """Add a problem of a cell, at its place in the file."""
        row, column = self.true(row, column)
        self.log.problem(key, self.log.place(row, "", read.letter(column)), value, severity, **fields)

    def true(self, row: int, column: int) -> tuple[int | str, int]:
        """Where a cell is in the file: an earlier step may have moved it."""
        its = self.cells[(self.cells["row"] == row) & (self.cells["column"] == column)]
        return (its["at_row"].iat[0], its["at_column"].iat[0]) if len(its) else (row, column)


def texts_of(cells: pd.DataFrame) -> Texts:
    """The texts of the filled cells, by row and column."""
    texts: Texts = {}
    for row, column, value in zip(cells["row"], cells["column"], map(str, cells["value"]), strict=True):
        if value.strip():
            texts.setdefault(row, {})[column] = value.strip()
    return texts


def place_of(texts: Texts, keys: set[str]) -> tuple[int, int] | None:
    """The first cell, in the rows where a header may be, that is one of these headers; None where none is."""
    for row in sorted(texts)[:SEARCHED_ROWS]:
        for column, text in sorted(texts[row].items()):
            if header_key(text) in keys:
                return row, column
    return None


def last_tier(texts: Texts, top: int, names: int) -> int:
    """The last row of a header that begins in ``top``. The rows of a table have something in the column ``names``; so a
    row below the header without it, but with texts to the right, is a tier of it."""
    row = top
    while (line := texts.get(row + 1)) and names not in line and max(line) > names:
        row += 1
    return row


def known_columns(texts: Texts, row: int, keys: set[str]) -> dict[str, int]:
    """The columns of a row of headers that are among ``keys``, by key; the first of each."""
    found: dict[str, int] = {}
    for column, text in sorted(texts.get(row, {}).items()):
        if (key := header_key(text)) in keys:
            found.setdefault(key, column)
    return found


def tiers(lines: Texts) -> Iterator[tuple[int, dict[int, tuple[int, str]]]]:
    """The tiers above each column of a header: by row the column where the text stands, and the text.

    A text covers the empty cells to the right of it that have something below them.
    """
    rows, over = sorted(lines), {}
    for column in sorted({column for line in lines.values() for column in line}):
        for place, row in enumerate(rows):
            if column in lines[row]:
                over = {each: its for each, its in over.items() if each < row} | {row: column}
            elif not any(column in lines[lower] for lower in rows[place + 1 :]):
                over.pop(row, None)
        yield column, {row: (over[row], lines[row][over[row]]) for row in rows if row in over}


def made(cells: pd.DataFrame, rows: Iterable[dict]) -> pd.DataFrame:
    """New cells with the columns of ``cells``; each has row, column, value, at_row and at_column."""
    return pd.DataFrame([DEFAULTS | row for row in rows], columns=cells.columns, dtype=object)


def joined(*parts: pd.DataFrame) -> pd.DataFrame:
    """The cells of all parts, by row and column."""
    whole = pd.concat([part for part in parts if len(part)], ignore_index=True)[list(parts[0].columns)]
    whole = whole.astype({"row": int, "column": int, "hidden": bool})
    return whole.sort_values(["row", "column"], ignore_index=True, kind="stable")
