"""A delivered file → its cells as delivered, each with file, row, column and typographic mark.

Nothing is interpreted here: a cell's value is the text a person sees, without the tags ``<u>`` and ``<b>`` around it,
which are kept as its mark. The kind of a file is told by its content, not by its name (docs/method.md §7).
"""

import codecs
import csv
import io
import re
from pathlib import Path

import pandas as pd

COLUMNS = ["file", "row", "column", "column_letter", "value", "mark"]
MOST_BYTES, MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS = 5_000_000, 5_000, 100, 1_000
MARKED = re.compile(r"\s*<([bu])>(.*)</\1>\s*", re.IGNORECASE | re.DOTALL)
BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


class Unreadable(ValueError):
    """The file as a whole cannot be read: ``key`` names the sentence that says why, ``fields`` fill it in."""

    def __init__(self, key: str, **fields: object) -> None:
        super().__init__(key, fields)
        self.key, self.fields = key, fields


def cells(path: Path) -> pd.DataFrame:
    """The cells of the table in ``path``.

    Returns : one row a cell, empty cells included: file (name only), row (the line a person sees, from 1), column
              (from 1), column_letter, value (text as delivered, tags off), mark ("b", "u", "bu" or "").
    Raises  : Unreadable when the file is too large or of no kind we read; OSError when it cannot be opened.
    """
    path = Path(path)
    data = path.read_bytes()
    if len(data) > MOST_BYTES:
        raise Unreadable("problem.file_too_large", size=len(data), limit=MOST_BYTES)
    rows = _text_rows(_decoded(data))
    _check_limits(rows)
    table = pd.DataFrame(
        [
            (path.name, row, column, letter(column), *_unmarked(text))
            for row, texts in rows
            for column, text in enumerate(texts, 1)
        ],
        columns=COLUMNS,
    )
    return table.astype({"row": int, "column": int})


def letter(column: int) -> str:
    """``1`` => ``A``, ``27`` => ``AA``: the letter a spreadsheet shows above the column."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _decoded(data: bytes) -> str:
    encoding = next((name for bom, name in BOMS.items() if data.startswith(bom)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable("problem.not_text", byte=error.start + 1) from None
    if not text.strip():
        raise Unreadable("problem.empty_file")
    if "\0" in text:
        raise Unreadable("problem.not_text", byte=text.index("\0") + 1)
    return text


def _text_rows(text: str) -> list[tuple[int, list[str]]]:
    """Lines of tab-, semicolon- or comma-separated text: (line number, cells). The separator is the one used most."""
    separator = max("\t;,", key=lambda each: text.count(each) if each != "," else text.count(each) // 2)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows, before = [], 0
    try:
        for texts in reader:
            rows.append((before + 1, texts))
            before = reader.line_num
    except csv.Error as error:
        raise Unreadable("problem.broken_text", row=before + 1, error=error) from None
    return rows


def _check_limits(rows: list[tuple[int, list[str]]]) -> None:
    if len(rows) > MOST_ROWS:
        raise Unreadable("problem.too_many_rows", rows=len(rows), limit=MOST_ROWS)
    for row, texts in rows:
        if len(texts) > MOST_COLUMNS:
            raise Unreadable("problem.too_many_columns", row=row, columns=len(texts), limit=MOST_COLUMNS)
        for column, text in enumerate(texts, 1):
            if len(text) > MOST_CHARACTERS:
                raise Unreadable("problem.cell_too_long", row=row, letter=letter(column), limit=MOST_CHARACTERS)


def _unmarked(text: str) -> tuple[str, str]:
    """``"<b>YẾU</b>"`` => ``("YẾU", "b")``."""
    marks = set()
    while found := MARKED.fullmatch(text):
        marks.add(found[1].lower())
        text = found[2]
    return text, "".join(sorted(marks))
