"""Reads an .xlsx workbook (ISO/IEC 29500-1, SpreadsheetML). It keeps the kinds of cells apart: the text ``1.746``, the
number 1.746, 0.925 shown as 92.5 %, a date, an error, a formula that was never computed.

The XML is read directly, because marks, struck text, hidden cells and formulas without a result are needed. It is read
as a stream, because a workbook of 30 KB can hold millions of cells; reading ends at the first cell beyond the limits.
"""

import re
from datetime import datetime
from functools import lru_cache

from analysis.readers import archive, numberformat, workbook
from analysis.readers.grid import MOST_COLUMNS, MOST_ROWS, Grid, Tables, joined, titles

REFERENCE = re.compile(r"([A-Z]+)([1-9][0-9]*)")
PAGE_HEADERS = ("oddHeader", "evenHeader", "firstHeader")
# Codes in a page header: its parts (&L), fonts (&"Arial,Bold", &14, &K000000) and fields (&P)
HEADER_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|[0-9]+|[^&])')
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def tables(data: bytes) -> Tables:
    package = archive.Package(data)
    book = package.main()
    parts = package.related(book)
    strings = workbook.Strings()
    styles = workbook.Styles()
    for kind, path in parts.values():
        if kind == "sharedStrings":
            archive.parse(package.part(path), strings.start, strings.end, strings.text)
        elif kind == "styles":
            archive.parse(package.part(path), styles.start, styles.end)
    found = Tables()
    sheets, from_1904 = workbook.sheets(package.part(book))
    for name, hidden, relation in sheets:
        kind, path = parts[relation]
        if kind == "worksheet":
            sheet = _Sheet(found.add(name, hidden=hidden), strings.found, styles.found, from_1904)
            archive.parse(package.part(path), sheet.start, sheet.end, sheet.text)
            sheet.cover_merged()
    return found


class _Sheet:
    """Reads one sheet: puts every cell that is not empty into the grid."""

    def __init__(
        self, grid: Grid, strings: list[workbook.Text], styles: list[tuple[str, str]], from_1904: bool
    ) -> None:
        self.grid, self.strings, self.styles, self.from_1904 = grid, strings, styles, from_1904
        self.row = self.column = 0
        self.type, self.style = "n", 0
        self.taken: dict[str, list[str]] = {}  # the pieces of a cell's <v> (value) and <f> (formula)
        self.taking = ""
        self.runs: workbook.Runs | None = None  # its <is> (inline text)
        self.merged: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self.row, self.column = self._reference(attributes.get("r"))
            self.type, self.style = attributes.get("t", "n"), workbook.index(attributes.get("s", "0"))
            self.taken, self.runs = {}, None
        elif tag in ("v", "f"):
            self.taking = tag
            self.taken[tag] = []
        elif tag == "row":
            self.row, self.column = int(attributes.get("r", self.row + 1)), 0
            if self.row <= MOST_ROWS and (workbook.is_on(attributes.get("hidden", "0")) or attributes.get("ht") == "0"):
                self.grid.hidden_rows.add(self.row)
        elif tag == "col":
            if workbook.is_on(attributes.get("hidden", "0")) or attributes.get("width") == "0":
                last = min(int(attributes["max"]), MOST_COLUMNS)
                self.grid.hidden_columns.update(range(int(attributes["min"]), last + 1))
        elif tag == "mergeCell":
            self.merged.append(attributes["ref"])
        elif tag == "is":
            self.runs = workbook.Runs()
        elif tag in PAGE_HEADERS:
            self.taking = tag
            self.taken[tag] = []
        elif self.runs:
            self.runs.start(tag, attributes)

    def end(self, tag: str) -> None:
        if tag == "c":
            if self.taken or self.runs:
                self._put()
            self.runs = None
        elif tag == self.taking:
            self.taking = ""
            if tag in PAGE_HEADERS:
                texts = HEADER_CODE.sub("\n", "".join(self.taken[tag])).split("\n")
                self.grid.above = titles([*self.grid.above, *filter(None, map(str.strip, texts))])
        elif self.runs:
            self.runs.end(tag)

    def text(self, characters: str) -> None:
        if self.taking:
            self.taken[self.taking].append(characters)
        elif self.runs:
            self.runs.text(characters)

    def _reference(self, reference: str | None) -> tuple[int, int]:
        if reference is None:
            return self.row, self.column + 1
        letters, row = REFERENCE.fullmatch(reference).groups()
        return int(row), _column(letters)

    def _put(self) -> None:
        shown, own = self.styles[self.style] if self.styles else ("number", "")
        value, kind = self._value(shown)
        if kind != "empty":
            pieces = value if kind == "text" else [(str(value), None)]
            text, mark, struck = joined((piece, own if marks is None else marks) for piece, marks in pieces)
            self.grid.put(self.row, self.column, text if kind == "text" else value, kind, mark, struck)

    def _value(self, shown: str) -> tuple[object, str]:
        """The value (for a text its pieces) and the kind of the cell."""
        text = "".join(self.taken["v"]) if "v" in self.taken else None
        if self.type == "inlineStr" and self.runs:
            return self.runs.whole(), "text"
        if self.type == "str" and text is not None:
            return ((text, None),), "text"
        if not text:
            formula = "=" + "".join(self.taken.get("f", ()))
            return (formula, "formula") if "f" in self.taken else ("", "empty")
        if self.type == "s":
            return self.strings[workbook.index(text)], "text"
        if self.type == "b" and text in ("0", "1"):
            return text == "1", "boolean"
        if self.type == "d":
            return datetime.fromisoformat(text).replace(tzinfo=None), "date"
        if self.type == "n" and NUMBER.fullmatch(text):
            return self._number(text, shown)
        return text, "error"

    def _number(self, text: str, shown: str) -> tuple[object, str]:
        value = float(text)
        try:
            value = numberformat.moment(value, self.from_1904) if shown == "date" else numberformat.whole(value)
        except OverflowError:
            return text, "error"  # too large for a date or a number
        return value, shown

    def cover_merged(self) -> None:
        for area in self.merged:
            first, _, last = area.partition(":")
            self.grid.cover(*self._reference(first), *self._reference(last or first))


@lru_cache
def _column(letters: str) -> int:
    """``"AA"`` => 27."""
    number = 0
    for each in letters[:4]:
        number = number * 26 + ord(each) - ord("A") + 1
    return number
