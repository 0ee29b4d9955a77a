"""A delivered file of any kind → its cells as delivered, each with its place, its kind and its typographic mark.

Nothing is interpreted here. A text cell has the text that a person sees; tags ``<u>`` and ``<b>`` around it become its
mark. A typed cell of a spreadsheet or of the portal keeps its type. The kind of file is detected from its content
(kinds.py), and the file is parsed in a child process with limits (sandbox.py; docs/method.md §7).
"""

import stat
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from analysis.characters import visible
from analysis.readers import sandbox
from analysis.readers.grid import MOST_BYTES, Unreadable, letter

__all__ = ["COLUMNS", "Unreadable", "cells", "letter", "paragraphs"]

COLUMNS = ["file", "sheet", "row", "column", "column_letter", "value", "kind", "mark", "hidden"]
OFFICE = (".xlsx", ".xlsm", ".xls", ".docx")


def cells(path: Path) -> pd.DataFrame:
    """The cells of every table in ``path``.

    Returns : one row for each cell, including empty cells of the used area, with the columns
              file          : the file's name without its folder
              sheet         : the sheet's name; for the portal the path of the list; "bảng 1" … where a page or document
                              has several tables; else ""
              row, column   : from 1, as a person sees them: the line of a text, the row of a spreadsheet, the row in a
                              table of a page or document (the lines of text above it are its rows 0, -1, …)
              column_letter : as a spreadsheet shows it
              value         : text as delivered, int, float, bool or datetime; a percentage as stored (0.925)
              kind          : text, number, percent, date, boolean, error (value "#DIV/0!"), formula (never computed;
                              value its text), dash (a 0 shown as "-"), format (another is shown), character (with
                              characters that are not seen; they are written as their codes), empty (value ""), or
                              "unread: " and what: a text beside or in something that is not understood and that may
                              show another text (looks.py, word_looks.py)
              mark          : "b" bold, "u" underlined, "bu" both, "" neither, of the whole cell
              hidden        : in a hidden row, column or sheet, or hidden itself
              A merged area has its value in its first cell; the others are empty.
    Raises  : Unreadable where it is no regular file, of an unknown kind or beyond the limits; OSError where it cannot
              be opened.
    """
    path = Path(path)
    found = _parsed(path, sandbox.cells)
    name = visible(path.name)
    rows = [
        (name, visible(sheet), row, column, letter(column), *_visible(value, kind), mark, hidden)
        for sheet, row, column, value, kind, mark, hidden in found
    ]
    table = pd.DataFrame(rows, columns=COLUMNS, dtype=object)
    types = {name: str for name in ("file", "sheet", "column_letter", "kind", "mark")}
    return table.astype({**types, "row": int, "column": int, "hidden": bool})


def paragraphs(path: Path) -> list[tuple[int, str]]:
    """The lines of a text or Word file that hold something, each with the number of its line or paragraph, from 1.

    Raises : as ``cells``.
    """
    return _parsed(Path(path), sandbox.paragraphs)


def _visible(value: object, kind: str) -> tuple[object, str]:
    """The value without characters that are not seen, and its kind: such a text is no ordinary one."""
    shown = visible(value) if isinstance(value, str) else value
    return shown, "character" if shown != value and kind == "text" else kind


def _parsed(path: Path, parse: Callable[[bytes], list[tuple]]) -> list[tuple]:
    about = path.stat()
    if not stat.S_ISREG(about.st_mode):  # a device has no end, and a pipe may never begin
        raise Unreadable("problem.file.not_regular")
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise Unreadable("problem.file_too_large", size=max(about.st_size, len(data)), limit=MOST_BYTES)
    try:
        return parse(data)
    except Unreadable as fault:
        if fault.key == "problem.not_text" and path.suffix.lower() in OFFICE:  # so damaged that its kind is not known
            raise Unreadable("problem.file.torn") from None
        raise
