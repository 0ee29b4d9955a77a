"""Reads an old .xls workbook (BIFF): its cells with their kinds, as far as the format stores them.

The format has a value for every formula, so a formula that was never computed cannot be recognised. xlrd reads cells
and styles; page headers and conditional formats, which it leaves out, are read from the records themselves
([MS-XLS] 2.4).
"""

import io
import re
import struct
from collections.abc import Iterator
from itertools import pairwise

import xlrd

from analysis.readers import appearance, drawings, fonts
from analysis.readers.appearance import LEAST_HEIGHT, LEAST_WIDTH, Style
from analysis.readers.fonts import Colour, Font
from analysis.readers.grid import MOST_COLUMNS, MOST_ROWS, STRUCK, Grid, Tables, Unreadable, header_lines, titles

BOLD = 600  # the lowest bold weight, of 100 to 1,000; 400 is normal
LEVELS = {1: "^", 2: "_"}
TWIPS, PARTS = 20, 256  # of a point, and of a character's width
AUTOMATIC, FILL, SOLID = 0x7FFF, 4, 1  # a colour, an alignment, a pattern
# A sector that the workbook and the small streams both claim, where some programs write no small streams.
HARMLESS = re.compile(r"Workbook corruption: seen\[[0-9]+\] == 4")
BEGIN, END, HEADER, HEADERS, CONDITION, CONDITION_12 = 0x0809, 0x000A, 0x0014, 0x089C, 0x01B1, 0x087A
AREAS, AREAS_12 = 0x01B0, 0x0879
# What a conditional format sets, and where its font's colour is: behind 12 bytes and 80 of the font.
NUMBER_FORMAT, FONT, PATTERN, FONT_COLOUR = 0x02000000, 0x04000000, 0x20000000, 12 + 80


def tables(data: bytes) -> Tables:
    book = _open(data)
    found = Tables()
    for number, name in enumerate(book.sheet_names()):
        sheet = book.sheet_by_index(number)
        grid = found.add(name, hidden=sheet.visibility != 0)
        _fill(grid, book, sheet)
        _read_records(grid, book, number)
        book.unload_sheet(number)
    return found


def _open(data: bytes) -> xlrd.Book:
    how = {"formatting_info": True, "on_demand": True, "ragged_rows": True, "logfile": io.StringIO()}
    try:
        return xlrd.open_workbook(file_contents=data, **how)
    except xlrd.compdoc.CompDocError as fault:
        if not HARMLESS.fullmatch(str(fault)):
            raise
        return xlrd.open_workbook(file_contents=data, ignore_workbook_corruption=True, **how)
    except xlrd.XLRDError as fault:
        if "encrypted" in str(fault):
            raise Unreadable("problem.file.encrypted") from None
        raise


def _fill(grid: Grid, book: xlrd.Book, sheet: xlrd.sheet.Sheet) -> None:
    low, narrow = LEAST_HEIGHT * TWIPS, LEAST_WIDTH * PARTS
    hidden_rows = (row for row, info in sheet.rowinfo_map.items() if info.hidden or info.height < low)
    hidden_columns = (column for column, info in sheet.colinfo_map.items() if info.hidden or info.width < narrow)
    grid.hidden_rows.update(row + 1 for row in hidden_rows if row < MOST_ROWS)
    grid.hidden_columns.update(column + 1 for column in hidden_columns if column < MOST_COLUMNS)
    looks = _Looks(book)
    for row in range(sheet.nrows):
        for column, cell in enumerate(sheet.row(row)):
            if cell.ctype not in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
                seen = looks.cell(cell, sheet.rich_text_runlist_map.get((row, column), []))
                unseen = cell.ctype == xlrd.XL_CELL_NUMBER and not cell.value and not sheet.show_zero_values
                kind = "format" if sheet.show_formulas and seen.kind == "number" else seen.kind
                grid.put(row + 1, column + 1, seen.value, kind, seen.mark, seen.hidden or unseen)
    for top, bottom, left, right in sheet.merged_cells:  # counted from 0; bottom and right are one beyond the last cell
        grid.cover(top + 1, left + 1, bottom, right)


class _Looks:
    """How the cells of a workbook look, by the number of their format."""

    def __init__(self, book: xlrd.Book) -> None:
        self.book = book
        self.fonts = [self._font(each) for each in book.font_list]
        palette = ([book.colour_map.get(number) for number in range(64)]) if book.colour_map else []
        self.palette = [f"{r:02X}{g:02X}{b:02X}" for r, g, b in (each or (0, 0, 0) for each in palette)]
        self.styles: dict[int, Style] = {}

    def cell(self, cell: xlrd.sheet.Cell, runs: list[tuple[int, int]]) -> appearance.Seen:
        style = self._style(cell.xf_index)
        if cell.ctype == xlrd.XL_CELL_TEXT:
            return appearance.of_text(self._pieces(cell.value, style, runs), style)
        if cell.ctype == xlrd.XL_CELL_BOOLEAN:
            return appearance.of_other(bool(cell.value), "boolean", style)
        if cell.ctype == xlrd.XL_CELL_ERROR:
            return appearance.of_other(xlrd.error_text_from_code.get(cell.value, "#ERR!"), "error", style)
        try:
            return appearance.of_number(cell.value, style, bool(self.book.datemode), self.palette or fonts.PALETTE)
        except (OverflowError, ValueError):
            return appearance.of_other(str(cell.value), "error", style)

    def _style(self, number: int) -> Style:
        if number not in self.styles:
            its = self.book.xf_list[number]
            code = self.book.format_map[its.format_key]
            ground = its.background
            behind = self._colour(
                ground.pattern_colour_index if ground.fill_pattern == SOLID else ground.background_colour_index,
                fonts.WHITE,
            )
            self.styles[number] = Style(
                ((code.format_key, code.format_str or ""),),
                self.fonts[its.font_index],
                behind if ground.fill_pattern else fonts.WHITE,
                its.alignment.hor_align == FILL,
            )
        return self.styles[number]

    def _pieces(self, text: str, style: Style, runs: list[tuple[int, int]]) -> Iterator[tuple[str, Font]]:
        """The text in pieces by ``runs`` (first character, font); before the first run in the cell's font."""
        starts = [(0, style.font), *((at, self.fonts[font]) for at, font in sorted(runs) if at < len(text))]
        for (start, font), (end, _) in pairwise([*starts, (len(text), style.font)]):
            yield text[start:end], font

    def _font(self, font: xlrd.formatting.Font) -> Font:
        marks = {"b": font.weight >= BOLD, "u": font.underline_type, STRUCK: font.struck_out}
        said = "".join(mark for mark, is_on in marks.items() if is_on) + LEVELS.get(font.escapement, "")
        return Font(said, self._colour(font.colour_index, fonts.BLACK), font.height / TWIPS, font.name)

    def _colour(self, number: int, automatic: Colour) -> Colour:
        system = {64: fonts.BLACK, 65: fonts.WHITE, AUTOMATIC: automatic}
        return system.get(number) or self.book.colour_map.get(number)


def _read_records(grid: Grid, book: xlrd.Book, number: int) -> None:
    """Put the page's headers and the text boxes above the table, and tell the cells that a conditional format may show
    otherwise."""
    areas: list[tuple[int, int, int, int]] = []
    boxes = drawings.Records()
    for kind, record in _records(book, number):
        boxes.read(kind, record)
        if kind == HEADER and record:
            text = (
                xlrd.biffh.unpack_unicode(record, 0)
                if book.biff_version >= 80
                else xlrd.biffh.unpack_string(record, 0, book.encoding or "latin-1", 1)
            )
            grid.above = titles([*grid.above, *header_lines(text)])
        elif kind == HEADERS:
            for text in _other_headers(record):
                grid.above = titles([*grid.above, *header_lines(text)])
        elif kind in (AREAS, AREAS_12):
            areas = _areas(record if kind == AREAS else record[12:])
        elif (kind == CONDITION and len(record) >= 10 and _hides(record, book)) or kind == CONDITION_12:
            for area in areas:
                _disguise(grid, *area)
    grid.above = titles([*grid.above, *boxes.lines])


def _records(book: xlrd.Book, number: int) -> Iterator[tuple[int, bytes]]:
    """The records of a sheet, by kind; not those of charts within it."""
    at, depth = book._sh_abs_posn[number], 0
    while at + 4 <= len(book.mem):
        kind, size = struct.unpack_from("<HH", book.mem, at)
        if kind == BEGIN:
            depth += 1
        elif kind == END:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1:
            yield kind, bytes(book.mem[at + 4 : at + 4 + size])
        at += 4 + size


def _other_headers(record: bytes) -> Iterator[str]:
    """The headers of even and of first pages."""
    if len(record) < 38:
        return
    even, even_foot, first, _ = struct.unpack_from("<4H", record, 30)
    at = 38
    for length, wanted in ((even, True), (even_foot, False), (first, True)):
        if length and at + 3 <= len(record):
            wide = record[at + 2] & 1
            text = record[at + 3 : at + 3 + length * (1 + wide)]
            at += 3 + length * (1 + wide)
            if wanted:
                yield text.decode("utf-16-le" if wide else "latin-1", "replace")


def _areas(record: bytes) -> list[tuple[int, int, int, int]]:
    """Of a record of conditional formats: first and last row, first and last column of each area, from 0."""
    if len(record) < 14:
        return []
    count = struct.unpack_from("<H", record, 12)[0]
    fits = (len(record) - 14) // 8
    return [struct.unpack_from("<4H", record, 14 + 8 * each) for each in range(min(count, fits))]


def _hides(record: bytes, book: xlrd.Book) -> bool:
    """Whether a conditional format sets a number format, or white letters without a colour behind them."""
    flags = struct.unpack_from("<I", record, 6)[0]
    if flags & NUMBER_FORMAT:
        return True
    if not flags & FONT or flags & PATTERN or len(record) < FONT_COLOUR + 4:
        return False
    number = struct.unpack_from("<i", record, FONT_COLOUR)[0]
    return number >= 0 and fonts.near(book.colour_map.get(number), fonts.WHITE)


def _disguise(grid: Grid, top: int, bottom: int, left: int, right: int) -> None:
    for row in range(top + 1, min(bottom + 1, MOST_ROWS) + 1):
        for column, (value, kind, mark) in grid.rows.get(row, {}).items():
            grid.used["conditions"] += 1
            if left < column <= right + 1 and kind in ("number", "percent"):
                grid.rows[row][column] = value, "format", mark
