"""Reads an old .xls workbook (BIFF): its cells with their kinds, as far as the format stores them.

The format has a value for every formula, so a formula that was never computed cannot be recognised.
"""

import io
from collections.abc import Iterator
from itertools import pairwise

import xlrd

from analysis.readers import numberformat
from analysis.readers.grid import MOST_COLUMNS, MOST_ROWS, STRUCK, Grid, Piece, Tables, Unreadable, joined

BOLD = 600  # the lowest bold weight, of 100 to 1,000; 400 is normal
LEVELS = {1: "^", 2: "_"}


def tables(data: bytes) -> Tables:
    how = {"formatting_info": True, "on_demand": True, "ragged_rows": True, "logfile": io.StringIO()}
    try:
        book = xlrd.open_workbook(file_contents=data, **how)
    except xlrd.XLRDError as fault:
        if "encrypted" in str(fault):
            raise Unreadable("problem.file.encrypted") from None
        raise
    found = Tables()
    for number, name in enumerate(book.sheet_names()):
        sheet = book.sheet_by_index(number)
        _fill(found.add(name, hidden=sheet.visibility != 0), book, sheet)
        book.unload_sheet(number)
    return found


def _fill(grid: Grid, book: xlrd.Book, sheet: xlrd.sheet.Sheet) -> None:
    hidden_rows = (row for row, info in sheet.rowinfo_map.items() if info.hidden or info.height == 0)
    hidden_columns = (column for column, info in sheet.colinfo_map.items() if info.hidden or info.width == 0)
    grid.hidden_rows.update(row + 1 for row in hidden_rows if row < MOST_ROWS)
    grid.hidden_columns.update(column + 1 for column in hidden_columns if column < MOST_COLUMNS)
    for row in range(sheet.nrows):
        for column, cell in enumerate(sheet.row(row)):
            if cell.ctype not in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
                value, kind = _value(book, cell)
                text, mark, struck = joined(_pieces(book, cell, sheet.rich_text_runlist_map.get((row, column), [])))
                grid.put(row + 1, column + 1, text if kind == "text" else value, kind, mark, struck)
    for top, bottom, left, right in sheet.merged_cells:  # counted from 0; bottom and right are one beyond the last cell
        grid.cover(top + 1, left + 1, bottom, right)


def _value(book: xlrd.Book, cell: xlrd.sheet.Cell) -> tuple[object, str]:
    if cell.ctype == xlrd.XL_CELL_TEXT:
        return cell.value, "text"
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value), "boolean"
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(cell.value, "#ERR!"), "error"
    code = book.format_map[book.xf_list[cell.xf_index].format_key]
    kind = numberformat.cell_kind(code.format_key, code.format_str or "")
    try:
        moment = numberformat.moment(cell.value, bool(book.datemode)) if kind == "date" else None
        return moment or numberformat.whole(cell.value), kind
    except (OverflowError, ValueError):
        return str(cell.value), "error"


def _pieces(book: xlrd.Book, cell: xlrd.sheet.Cell, runs: list[tuple[int, int]]) -> Iterator[Piece]:
    """The text of the cell in pieces by ``runs`` (first character, font); before the first run in the cell's font."""
    text = str(cell.value)
    runs = [(0, book.xf_list[cell.xf_index].font_index), *sorted(run for run in runs if run[0] < len(text))]
    for (start, font), (end, _) in pairwise([*runs, (len(text), 0)]):
        yield text[start:end], _marks(book.font_list[font])


def _marks(font: xlrd.formatting.Font) -> str:
    marks = {"b": font.weight >= BOLD, "u": font.underline_type, STRUCK: font.struck_out}
    return "".join(mark for mark, is_on in marks.items() if is_on) + LEVELS.get(font.escapement, "")
