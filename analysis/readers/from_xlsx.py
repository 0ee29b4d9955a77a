"""Reads an .xlsx workbook (ISO/IEC 29500-1, SpreadsheetML). It keeps the kinds of cells apart: the text ``1.746``, the
number 1.746, 0.925 shown as 92.5 %, a date, an error, a formula that was never computed.

The XML is read directly, because marks, struck text, hidden cells and formulas without a result are needed. It is read
as a stream, because a workbook of 30 KB can hold millions of cells; reading ends at the first cell beyond the limits.
"""

import re
from array import array
from datetime import datetime

from analysis.readers import appearance, archive, drawings, workbook
from analysis.readers.appearance import LEAST_HEIGHT, LEAST_WIDTH, Style
from analysis.readers.conditions import Conditions
from analysis.readers.grid import MOST_COLUMNS, MOST_ROWS, Grid, Tables, header_lines, titles

EMPTY_ROW = [0] * (MOST_COLUMNS + 1)
PAGE_HEADERS = ("oddHeader", "evenHeader", "firstHeader")
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
        elif kind == "theme":
            archive.parse(package.part(path), styles.colours.start)
    found, cells = Tables(), styles.cells()
    sheets, from_1904 = workbook.sheets(package.part(book))
    for name, hidden, relation in sheets:
        kind, path = parts[relation]
        if kind == "worksheet":
            sheet = _Sheet(found.add(name, hidden=hidden), strings.found, cells, styles.colours, from_1904)
            archive.parse(package.part(path), sheet.start, sheet.end, sheet.text)
            sheet.cover_merged()
            sheet.conditions.disguise(sheet.grid, sheet.style_at, styles)
            sheet.grid.above = titles([*sheet.grid.above, *_boxes(package, path)])
    return found


def _boxes(package: archive.Package, sheet: str) -> list[str]:
    """The lines of the text boxes on a sheet."""
    boxes = drawings.Boxes()
    for kind, path in package.related(sheet).values():
        if kind == "drawing" and package.holds(path):
            archive.parse(package.part(path), boxes.start, boxes.end, boxes.text)
    return boxes.lines


class _Sheet:
    """Reads one sheet: puts every cell that is not empty into the grid."""

    def __init__(
        self,
        grid: Grid,
        strings: list[workbook.Text],
        styles: list[Style],
        colours: workbook.Colours,
        from_1904: bool,
    ) -> None:
        self.grid, self.strings, self.styles, self.colours, self.from_1904 = grid, strings, styles, colours, from_1904
        self.row = self.column = 0
        self.height = 15.0  # points, of a row that says none itself
        self.type, self.style = "n", 0
        self.rich = False  # a picture or a record is shown instead
        self.used: dict[int, array] = {}  # the numbers of the styles of each row, by column
        self.conditions = Conditions()
        self.shows_zeros, self.shows_formulas = True, False
        self.taken: dict[str, list[str]] = {}  # the pieces of a cell's <v> (value) and <f> (formula)
        self.taking = ""
        self.runs: workbook.Runs | None = None  # its <is> (inline text)
        self.merged: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self.row, self.column = self._reference(attributes.get("r"))
            self.type, self.style = attributes.get("t", "n"), workbook.index(attributes.get("s", "0"))
            self.rich = "vm" in attributes
            self.taken, self.runs = {}, None
        elif tag in ("v", "f"):
            self.taking = tag
            self.taken[tag] = []
        elif tag == "row":
            self.row, self.column = int(attributes.get("r", self.row + 1)), 0
            low = float(attributes.get("ht", self.height)) < LEAST_HEIGHT
            if self.row <= MOST_ROWS and (workbook.is_on(attributes.get("hidden", "0")) or low):
                self.grid.hidden_rows.add(self.row)
        elif tag == "sheetView":
            self.shows_zeros &= workbook.is_on(attributes.get("showZeros", "1"))
            self.shows_formulas |= workbook.is_on(attributes.get("showFormulas", "0"))
        elif tag == "sheetFormatPr":
            self.height = float(attributes.get("defaultRowHeight", self.height))
            if float(attributes.get("defaultColWidth", LEAST_WIDTH)) < LEAST_WIDTH:
                self.grid.hidden_columns.update(range(1, MOST_COLUMNS + 1))
        elif tag == "col":
            narrow = float(attributes.get("width", LEAST_WIDTH)) < LEAST_WIDTH
            columns = range(int(attributes["min"]), min(int(attributes["max"]), MOST_COLUMNS) + 1)
            if workbook.is_on(attributes.get("hidden", "0")) or narrow:
                self.grid.hidden_columns.update(columns)
            else:
                self.grid.hidden_columns.difference_update(columns)
        elif tag == "mergeCell":
            self.merged.append(attributes["ref"])
        elif tag == "is":
            self.runs = workbook.Runs()
        elif tag in PAGE_HEADERS:
            self.taking = tag
            self.taken[tag] = []
        elif self.runs:
            self.runs.start(tag, attributes)
        else:
            self.conditions.start(tag, attributes)

    def end(self, tag: str) -> None:
        if tag == "c":
            if self.taken or self.runs:
                self._put()
            self.runs = None
        elif tag == self.taking:
            self.taking = ""
            if tag in PAGE_HEADERS:
                self.grid.above = titles([*self.grid.above, *header_lines("".join(self.taken[tag]))])
        elif self.runs:
            self.runs.end(tag)
        else:
            self.conditions.end(tag)

    def text(self, characters: str) -> None:
        if self.taking:
            self.taken[self.taking].append(characters)
        elif self.runs:
            self.runs.text(characters)
        else:
            self.conditions.text(characters)

    def _reference(self, reference: str | None) -> tuple[int, int]:
        return (self.row, self.column + 1) if reference is None else workbook.place(reference)

    def _put(self) -> None:
        style = self.styles[self.style] if self.styles else Style()
        value, kind = self._value()
        if kind == "empty":
            return
        if kind == "text":
            seen = appearance.of_text(
                ((text, look.font(self.colours) if look else style.font) for text, look in value), style
            )
        elif kind == "number":
            seen = self._number(value, style)
        else:
            seen = appearance.of_other(value, kind, style)
        otherwise = self.rich or (self.shows_formulas and "f" in self.taken)
        kind = "format" if otherwise and seen.kind in ("text", "number", "percent") else seen.kind
        self.grid.put(self.row, self.column, seen.value, kind, seen.mark, seen.hidden)
        self.used.setdefault(self.row, array("I", EMPTY_ROW))[self.column] = self.style

    def _value(self) -> tuple[object, str]:
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
        return text, "number" if self.type == "n" and NUMBER.fullmatch(text) else "error"

    def _number(self, text: str, style: Style) -> appearance.Seen:
        try:
            seen = appearance.of_number(float(text), style, self.from_1904, self.colours.palette)
        except OverflowError:  # too large for a date or a number
            return appearance.of_other(text, "error", style)
        return seen if self.shows_zeros or float(text) else seen._replace(hidden=True)

    def style_at(self, row: int, column: int) -> Style:
        return self.styles[self.used[row][column]] if self.styles else Style()

    def cover_merged(self) -> None:
        for area in self.merged:
            first, _, last = area.partition(":")
            self.grid.cover(*self._reference(first), *self._reference(last or first))
