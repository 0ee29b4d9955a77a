"""Makes the form in which a unit answers what it is asked: an .xlsx with one row for each of its open asks.

What we say is locked, what the unit says is not; the sheet is protected without a password, against slips only. The
heads are those that the reader of replies knows, in Vietnamese whatever the language of the report. Filled in, the file
is put down beside the tables as ``<cut-off>-phan-hoi-<unit code>.xlsx`` and read as it is. A text that the unit types
stays a text, also ``=1+1``.
"""

import io
import textwrap
from datetime import date, datetime

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from analysis.report import ask_words, reminder
from analysis.report.edition import Edition, printable

# Column: head, width in characters, whether the unit fills it in. A date's column has dates.
COLUMNS = {
    "ask_id": ("Mã đề nghị", 20, False),
    "unit": ("Đơn vị", 14, False),
    "indicator": ("Chỉ số", 15, False),
    "ask": ("Đề nghị", 26, False),
    "day": ("Ngày", 11, True),
    "text": ("Nội dung", 26, True),
    "cause": ("Nguyên nhân", 20, True),
    "solution": ("Giải pháp", 20, True),
    "promised": ("Hẹn", 11, True),
    "document": ("Số văn bản", 12, True),
}
DATES = ("day", "promised")
A4 = 9  # xlsxwriter's number for this size of paper
FONT = {"font_name": "Times New Roman", "font_size": 11, "valign": "top", "text_wrap": True}
ANSWER = {"bg_color": "#FFF9D6", "locked": False}
DAY = "dd/mm/yyyy"
LINE_POINTS, LETTERS = 15, 1.1  # height of a line; letters of this font in one unit of column width
LAST_DAY = date(2099, 12, 31)


def build_form(edition: Edition, code: str) -> bytes:
    """The unit's form; the same edition gives the same bytes."""
    out, words = io.BytesIO(), edition.words
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    created = datetime.combine(edition.rules.cutoff, datetime.min.time())
    title = words.say("reminder.form_title", unit=edition.names.full_unit(code), day=words.date(edition.rules.cutoff))
    book.set_properties({"title": title, "created": created})
    sheet = book.add_worksheet(words.say("reminder.form_sheet"))
    for place, (_, width, _) in enumerate(COLUMNS.values()):
        sheet.set_column(place, place, width)
    first = _write_help(sheet, book, edition, title)
    rows = reminder.find_open(edition, code)
    _write_heads(sheet, book, first)
    for row, ask in enumerate(rows.itertuples(index=False), start=first + 1):
        _write_row(sheet, book, edition, row, ask)
        _check_dates(sheet, edition, row, ask)
    _lay_out(sheet, first)
    book.close()
    return out.getvalue()


def _write_help(sheet: Worksheet, book: xlsxwriter.Workbook, edition: Edition, title: str) -> int:
    """The title and how to fill the form in, over its whole width. Returns the row of the heads."""
    say, last = edition.words.say, len(COLUMNS) - 1
    lines = [title, *(say(f"reminder.form_help_{name}") for name in ("fill", "day", "several", "back"))]
    room = int(sum(width for _, width, _ in COLUMNS.values()) * LETTERS)
    for row, text in enumerate(lines):
        form = FONT | ({"bold": True, "font_size": 14} if row == 0 else {})
        sheet.merge_range(row, 0, row, last, "", book.add_format(form))
        sheet.write_string(row, 0, printable(text), book.add_format(form))
        sheet.set_row(row, 22 if row == 0 else LINE_POINTS * len(textwrap.wrap(text, room)))
    return len(lines) + 1


def _write_heads(sheet: Worksheet, book: xlsxwriter.Workbook, row: int) -> None:
    for place, (head, _, is_answer) in enumerate(COLUMNS.values()):
        shade = "#F3DF8B" if is_answer else "#E7E6E6"
        sheet.write_string(
            row, place, head, book.add_format(FONT | {"bold": True, "align": "center", "border": 1, "bg_color": shade})
        )


def _write_row(sheet: Worksheet, book: xlsxwriter.Workbook, edition: Edition, row: int, ask) -> None:
    ours = {
        "ask_id": ask.ask_id,
        "unit": edition.names.full_unit(ask.unit_code),
        "indicator": ask_words.name_subject(edition, ask),
        "ask": say_ask(edition, ask),
    }
    lines = 3  # room to write by hand
    for place, (column, (_, width, is_answer)) in enumerate(COLUMNS.items()):
        form = FONT | {"border": 1, "num_format": DAY if column in DATES else "@"} | (ANSWER if is_answer else {})
        if is_answer:
            sheet.write_blank(row, place, None, book.add_format(form))
        else:
            sheet.write_string(row, place, printable(ours[column]), book.add_format(form))
            lines = max(lines, len(textwrap.wrap(ours[column], int(width * LETTERS))))
    sheet.set_row(row, LINE_POINTS * lines)


def say_ask(edition: Edition, ask) -> str:
    """What is asked, since when, and how often: ``Hồ sơ nộp trực tuyến: 5,4%; ngưỡng 8% (từ 04/12/2023; lần 2)``."""
    since = edition.words.say("reminder.since", day=edition.words.date(date.fromisoformat(ask.opened)))
    about = "; ".join(filter(None, [since, ask_words.say_times(edition, ask)]))
    return f"{ask_words.say_ask(edition, ask)} ({about})"


def _check_dates(sheet: Worksheet, edition: Edition, row: int, ask) -> None:
    """Only dates may be typed: of the answer none before it was asked, of what is promised none before the report."""
    say, words = edition.words.say, edition.words
    for column, since in (("day", date.fromisoformat(ask.opened)), ("promised", edition.rules.cutoff)):
        place = list(COLUMNS).index(column)
        about = {"since": words.date(since)}
        rule = {"validate": "date", "criteria": "between", "minimum": since, "maximum": LAST_DAY, "ignore_blank": True}
        rule |= {"input_title": COLUMNS[column][0], "input_message": say(f"reminder.form_{column}", **about)}
        rule |= {"error_title": COLUMNS[column][0], "error_message": say("reminder.form_no_date", **about)}
        sheet.data_validation(row, place, row, place, rule)


def _lay_out(sheet: Worksheet, first: int) -> None:
    """Across on A4, as wide as a page, the heads repeated; locked but for the answers, columns may be widened."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(first)
    sheet.set_footer('&R&"Times New Roman,Regular"&P/&N')
    sheet.freeze_panes(first + 1, 0)
    sheet.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True})
