"""What goes wrong in delivered tables, one thing at a time: the clean value, or a refusal at its place for its reason.

Every case is a real table (hostile.py) with one thing changed. Where the outcome is not yet as it should be, the case
says so and is expected to fail.
"""

import ast
import csv
import inspect
import io
import math
import os
import re
import unicodedata
import zipfile
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal

import pandas as pd
import pytest
import xlwt
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.formatting.rule import DataBarRule, Rule
from openpyxl.styles import Alignment, Color, Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from support import delivered
from support.district import lines, words
from support.hostile import (
    COMMUNES,
    DEPARTMENTS,
    KINDS,
    Case,
    Fix,
    accepted,
    as_delivered,
    at,
    columns,
    figure,
    figures,
    gate,
    in_force,
    keys,
    metrics,
    place,
    portal,
    put,
    read_here,
    refused,
    said,
    sentence,
    text,
    typed,
    wanted,
    xlsx,
)
from support.hostile import page as web_page
from support.sampled import one_of_each, sampled, spread

from analysis import tables
from analysis.characters import visible
from analysis.config import rules, units
from analysis.gate import balances, checks, clean, parse, problems, sheet
from analysis.readers import (
    declared,
    from_docx,
    from_json,
    from_text,
    grid,
    kinds,
    legacy,
    looks,
    read,
    sandbox,
    stylesheet,
    word_looks,
)
from analysis.weeks import table_files

THE_CHILD = sandbox.cells


@pytest.fixture(scope="session")
def unspoiled(tmp_path_factory):
    """What the gate makes of the real table of each kind, by kind."""
    found = {}

    def of(kind):
        if kind not in found:
            folder = tmp_path_factory.mktemp("unspoiled")
            found[kind] = gate(folder, Case("", kind, as_it_is, accepted()).bytes(), kind)
        return found[kind]

    return of


def cases(*lists):
    return [
        pytest.param(
            case,
            id=f"{case.kind}: {case.name}",
            marks=[pytest.mark.xfail(strict=True, raises=AssertionError, reason=case.fault)] if case.fault else [],
        )
        for each in lists
        for case in each
    ]


# -- ways to spoil a table -------------------------------------------------------------------------------------------


def as_it_is(rows):
    pass


def both(*spoils):
    def spoil(rows):
        for each in spoils:
            rows = each(rows) or rows
        return rows

    return spoil


def swap(*cells, rows=()):
    """Swap two cells, or two columns in ``rows``."""

    def spoil(table):
        places = [put_place(cell) for cell in cells]
        for row in rows or [places[0][0]]:
            (_, one), (_, other) = places
            table[row - 1][one], table[row - 1][other] = table[row - 1][other], table[row - 1][one]

    return spoil


def put_place(cell):
    letter, row = re.fullmatch("([A-Z])([0-9]*)", cell).groups()
    return int(row or 0), ord(letter) - ord("A")


def insert(number, *rows):
    def spoil(table):
        table[number - 1 : number - 1] = [list(row) for row in rows]

    return spoil


def append(*rows):
    return lambda table: table + [list(row) for row in rows]


def drop(*numbers):
    return lambda table: [row for number, row in enumerate(table, 1) if number not in numbers]


def without_column(letter):
    at = ord(letter) - ord("A")
    return lambda table: [row[:at] + row[at + 1 :] for row in table]


def shift(row, letter, by):
    """One cell too many or too few in the middle of a line: all that follow move."""

    def spoil(table):
        at = ord(letter) - ord("A")
        table[row - 1][at : at + max(0, -by)] = [""] * by

    return spoil


def scaled(rows, by=0.01, letter="G", decimals=2):
    def spoil(table):
        at = ord(letter) - ord("A")
        for row in rows:
            value = typed()[row - 1][at] * by
            table[row - 1][at] = round(value, 6) if isinstance(table[row - 1][at], float) else f"{value:.{decimals}f}"

    return spoil


COMMUNE_ROWS = [*range(6, 14), *range(15, 25)]
NFD = unicodedata.normalize("NFD", "KIẾN AN")


ANY, NO_UNIT = "a name or none", "unknown_unit|unknown_unit_like"


def unknown(cell, value, unit, nearest="", kind="xã"):
    """A row of no unit we know, and so a unit without a row."""
    key = "unknown_unit_like" if nearest else "unknown_unit"
    first = at(cell, value, key, nearest=nearest) if nearest else at(cell, value, key)
    return refused(
        at(cell, value, NO_UNIT) if nearest == ANY else first,
        at(cell[0], unit, "missing_unit", name=f"{kind} {unit}".strip()),
    )


def other_week(cell, value, named, asked="04/12/2023", **more):
    return at(cell, value, "wrong_week", named=named, asked=asked, **more)


# fmt: off
# -- numbers, as text ------------------------------------------------------------------------------------------------

THREE, NONE, COUNT = "three_decimals", "not_a_number", "not_a_count"
OTHERWISE, ODD = "format_cell", "character_cell"
PERCENT_RANGE = {"low": "0", "high": "100"}
# cell, text, and what it is: a fault, or a value with the reason of its repair.
NUMBERS = [
    ("a narrow no-break space between groups of three in a count", "L5", "1\u202f746", (1746, "1746", "thousands")),
    ("idle zeros before a count", "L6", "0319", (319, "319", "leading_zeros")),
    ("a count in the thousands of millions", "M6", "12.345.678.901", ("out_of_range", {"low": "0", "high": "1.000.000.000"})),
    ("a decimal comma in a score", "C6", "65,79", (65.79, "65.79", "decimal_comma")),
    ("a score just above 100", "C6", "100.01", ("out_of_range", PERCENT_RANGE)),
    ("the true minus sign", "F23", "−5.78", (-5.78, "-5.78", "sign")),
    ("a change beyond what is possible", "F23", "-100.01", ("out_of_range", {"low": "−100", "high": "100"})),
    ("a change without its sign", "F23", "5.78", ("wrong_change", {"total": "51,10", "previous": "56,88", "difference": "−5,78"})),
    ("a change without its dot", "F6", "38", ("wrong_change", {"total": "65,79", "previous": "65,41", "difference": "+0,38"})),
    ("a change without its last digit", "F6", "0.3", ("wrong_change", {"difference": "+0,38"})),
]
# What is refused in whatever row, and percentages: each in its own row, in as few tables as hold the column.
LIKE_ONE = ("unknown_unit_like", {"nearest": "Kiến An"})
COLUMNS = {
    "G": [
        ("a percent sign before a percentage", "%72.6", NONE),
        ("two percent signs", "72.6%%", NONE),
        ("a full-width percent sign", "72.6％", NONE),
        ("a percentage with a comma that may be in the thousands", "1,746", THREE),
        ("three digits behind the dot of a percentage", "57.450", THREE),
        ("a rate on the scale of one with three digits", "0.726", THREE),
        ("a rate on the scale of one with two digits cannot be told alone", "0.73", (0.73, None, None)),
        ("both separators in a percentage", "12.345,6", NONE),
        ("a percentage that begins with its dot", ".6", NONE),
        ("a percentage that ends with its dot", "72.", NONE),
        ("two dots in a percentage", "72.6.0", NONE),
        ("a space instead of the dot", "72 6", NONE),
        ("a space behind the dot", "72. 6", NONE),
        ("a raised dot", "72·6", NONE),
        ("one full-width digit", "7２.6", NONE),
        ("a full-width dot", "72．6", NONE),
        ("Devanagari digits", "७२.६", NONE),
        ("an Arabic decimal separator", "72٫6", NONE),
        ("mathematical digits", "𝟕𝟐.𝟔", NONE),
        ("superscript digits", "⁷²", NONE),
        ("a Roman numeral", "Ⅶ", NONE),
        ("a fraction", "72½", NONE),
        ("a Cyrillic letter for a digit", "72.б", NONE),
        ("an underscore between digits", "7_2.6", NONE),
        ("a truth", "TRUE", NONE),
        ("the text of an error", "#DIV/0!", NONE),
        ("a word for what is not there", "N/A", NONE),
        ("a null", "null", NONE),
        ("a formula as text", "=1+1", NONE),
        ("an apostrophe before a number", "'72.6", NONE),
        ("a week label in a column of figures", "04/11", NONE),
        ("a time", "72:6", NONE),
        ("a footnote's raised number", "72.6¹", NONE),
        ("a footnote's number in brackets", "72.6 (1)", NONE),
        ("an accountant's negative percentage", "(72.6)", NONE),
        ("a no-break space within a percentage", "7\u00a02.6", NONE),
        ("a zero-width space within a percentage", "72\u200b.6", NONE),
        ("a zero-width space before a percentage", "\u200b72.6", NONE),
        ("a byte-order mark behind a percentage", "72.6\ufeff", NONE),
        ("a soft hyphen within a percentage", "72\u00ad.6", NONE),
        ("a form feed within a percentage", "72\x0c.6", ODD),
        ("a mark around part of a number", "72<u>.6</u>", NONE),
        ("a tag that is no mark", "<i>72.6</i>", NONE),
        ("a mark without its end", "<b>72.6", NONE),
        ("no per cent", "0", (0.0, None, None)),
        ("less than no per cent", "-0.01", ("out_of_range", PERCENT_RANGE)),
        ("a hundred per cent", "100.00", (100.0, None, None)),
        ("more than a hundred per cent", "100.01", ("out_of_range", PERCENT_RANGE)),
        ("a percentage without its dot", "726", ("out_of_range", PERCENT_RANGE)),
        ("a required cell left empty", "", "missing_value"),
        ("a dash in a required cell", "-", "missing_value"),
        ("an ellipsis in a required cell", "…", "missing_value"),
        ("not yet reported", "Chưa báo cáo", "missing_value"),
    ],
    "C": [
        ("three digits behind the dot of a score", "65.790", THREE),
        ("three digits behind the comma of a score", "65,790", THREE),
        ("a score that may be in the thousands", "6.579", THREE),
        ("both separators in a score", "12.345,6", NONE),
        ("a minus before a score", "−65.79", NONE),
    ],
    "F": [
        ("an accountant's negative", "(5,2)", NONE),
        ("an accountant's negative with a dot", "(5.78)", NONE),
        ("a minus behind the number", "5.78-", NONE),
        ("a dash for a minus", "–5.78", NONE),
        ("a hyphen for a minus", "‐5.78", NONE),
        ("a minus apart from its number", "- 5.78", NONE),
        ("two minus signs", "--5.78", NONE),
        ("an arrow for a minus", "▼5.78", NONE),
        ("a word for a minus", "giảm 5.78", NONE),
        ("three digits behind the dot of a change", "-5.780", THREE),
    ],
    "L": [
        ("both separators in a count", "12.345,6", COUNT),
        ("four digits behind a dot in a count", "1.7460", COUNT),
        ("an idle decimal in a count", "46.0", (46.0, "46", "whole_decimal")),
        ("a thin space between groups of three in a count", "1\u2009746", COUNT),
        ("an apostrophe between groups of three in a count", "1'746", COUNT),
        ("an underscore in a count", "1_746", COUNT),
        ("spaces between other groups in a count", "1 7 46", COUNT),
        ("a plus before a count", "+1746", COUNT),
        ("a unit of measure behind a count", "1746 bản", COUNT),
        ("an exponent in a count", "1e3", COUNT),
        ("a decimal comma in a count", "319,0", COUNT),
    ],
    "B": [
        ("a Cyrillic А", "KIẾN АN", LIKE_ONE),
        ("a Greek Α", "KIẾN ΑN", LIKE_ONE),
        ("a dotless accent", "KIÊN AN", LIKE_ONE),
        ("no accents at all", "KIEN AN", LIKE_ONE),
        ("a writing direction turned around", "KIẾN AN\u202e", ODD),
        ("a name without its space", "KIẾNAN", LIKE_ONE),
        ("a hyphen in a name", "KIẾN-AN", LIKE_ONE),
        ("a footnote's star behind a name", "KIẾN AN*", LIKE_ONE),
        ("a footnote's raised number behind a name", "KIẾN AN¹", LIKE_ONE),
        ("curly quotes around a name", "“KIẾN AN”", LIKE_ONE),
        ("a kind in short run into a name", "XKiến An", NO_UNIT),
        ("a code instead of a name", "30634", "unknown_unit"),
        ("a number instead of a name", "18", "unknown_unit"),
        ("a formula instead of a name", "=cmd|' /C calc'!A0", "unknown_unit"),
        ("a script instead of a name", "<script>alert(1)</script>", "unknown_unit"),
        ("a unit of another district", "LONG XUYÊN", NO_UNIT),
        ("a unit that comes in 2025", "CÙ LAO GIÊNG", NO_UNIT),
        ("a unit of 2025 whose name begins like two of ours", "LONG ĐIỀN", "unknown_unit"),
    ],
    "D": [
        ("a band misspelt", "TRUNG BINH", "unknown_band"),
        ("a band shortened", "TB", "unknown_band"),
        ("a band with a Cyrillic letter", "TRUNG ВÌNH", "unknown_band"),
        ("a band with a footnote", "TRUNG BÌNH*", "unknown_band"),
        ("no band", "", "unknown_band"),
    ],
}



def outcome_of(cell, value, what):
    value = visible(value)
    if isinstance(what, str):
        return refused(at(cell, value, what))
    if isinstance(what[0], str):
        return refused(at(cell, value, what[0], **what[1]))
    number, as_used, reason = what
    return accepted(*([Fix(cell, value, as_used, reason)] if reason else []), values={cell: number})


NUMBER_CASES = [
    *(Case(name, "tab", put(**{cell: value}), outcome_of(cell, value, what)) for name, cell, value, what in NUMBERS),
    Case("a space that is none of ours behind a percentage", "tab", put(G6="72.6\u2009"), refused(at("G6", "72.6\u2009", NONE))),
]

# -- names and labels ------------------------------------------------------------------------------------------------

NAMES = [
    Case("accents typed one by one", "tab", put(B24=NFD), accepted(Fix("B24", NFD, "Kiến An", "spelling"))),
    Case("a no-break space in a name", "tab", put(B24="KIẾN\u00a0AN"), accepted()),
    Case("a zero-width space in a name", "tab", put(B24="KIẾN\u200b AN"), accepted(Fix("B24", "KIẾN\u200b AN", "Kiến An", "spelling"))),
    Case("a byte-order mark in a name", "tab", put(B24="\ufeffKIẾN AN"), accepted(Fix("B24", "\ufeffKIẾN AN", "Kiến An", "spelling"))),
    Case("full-width letters", "tab", put(B24="ＫＩẾＮ ＡＮ"), unknown("B24", "ＫＩẾＮ ＡＮ", "Kiến An", "Kiến An")),
    Case("the sign ª for one of two letters that tell units apart", "tab", put(B9="LONG ĐIỀN ª"), unknown("B9", "LONG ĐIỀN ª", "Long Điền A", "Long Điền A")),
    Case("an Icelandic Ð", "tab", put(B9="LONG ÐIỀN A"), accepted(Fix("B9", "LONG ÐIỀN A", "Long Điền A", "spelling"))),
    Case("an African Ɖ", "tab", put(B9="LONG ƉIỀN A"), unknown("B9", "LONG ƉIỀN A", "Long Điền A", "Long Điền A")),
    Case("a D for a Đ", "tab", put(B9="LONG DIỀN A"), unknown("B9", "LONG DIỀN A", "Long Điền A", "Long Điền A")),
    Case("a Greek Α for one of two letters that tell units apart", "tab", put(B9="LONG ĐIỀN Α"), unknown("B9", "LONG ĐIỀN Α", "Long Điền A", "Long Điền A")),
    Case("the accent of hòa on its other letter", "tab", put(B15="HOÀ AN"), accepted(Fix("B15", "HOÀ AN", "Hòa An", "tone_place"))),
    Case("what kind of unit it is before its name", "tab", put(B24="UBND xã Kiến An"), accepted()),
    Case("an office and a kind of unit in short before its name, without a space", "tab", put(B6="UBND TT.CHỢ MỚI", B24="Uỷ ban nhân dân X.Kiến An"), accepted()),
    Case("the wrong kind of unit before its name", "tab", put(B24="Thị trấn Kiến An"),
         accepted(warnings=[at("B24", "Thị trấn Kiến An", "other_type", name="xã Kiến An")])),
    Case("the unit of 2025 with the old name", "tab", put(B6="xã Chợ Mới"), accepted(warnings=[at("B6", "xã Chợ Mới", "other_type", name="thị trấn Chợ Mới")])),
    Case("two names swapped cannot be told", "tab", both(put(B6="NHƠN MỸ", B7="CHỢ MỚI")),
         accepted(values={f"{letter}{row}": value for letter, first, second in [
             ("C", 65.79, 64.55), ("E", 65.41, 64.25), ("F", 0.38, 0.30), ("G", 72.6, 79.6), ("H", 99.67, 99.35), ("I", 20.1, 12.8),
             ("J", 28.19, 26.05), ("K", 33.3, 26.6), ("L", 319, 120), ("M", 323, 398)] for row, value in ((7, first), (6, second))})),
    Case("no name", "tab", put(B24=""), refused(at("B24", "", "no_unit_name"), at("B", "Kiến An", "missing_unit", name="xã Kiến An"))),
    Case("one unit under its name and under its known misspelling", "tab", put(B24="TẤN MỸ"), refused(
        at("B24", "TẤN MỸ", "doubled_unit", name="Tấn Mỹ", first="10"),
        at("M5", "2.834", "wrong_sum", sum="2.832", control="2.834"),
        at("B", "Kiến An", "missing_unit", name="xã Kiến An"))),
    Case("a band below the total's", "tab", put(D6="YẾU"), refused(at("D6", "YẾU", "wrong_band", total="65,79", band="Trung bình"))),
    Case("a band above the total's", "tab", put(D24="TRUNG BÌNH"), refused(at("D24", "TRUNG BÌNH", "wrong_band", total="49,18", band="Yếu"))),
    Case("a band begins at its limit", "tab", put(C24="50", F24="0.97"), refused(at("D24", "YẾU", "wrong_band", total="50,00", band="Trung bình"))),
    Case("a band without its space", "tab", put(D6="Trungbình"), accepted(Fix("D6", "Trungbình", "TRUNG BÌNH", "split_word"))),
    Case("a band whose accents were typed one by one", "tab", put(D6=unicodedata.normalize("NFD", "TRUNG BÌNH")), accepted()),
    Case("a place that is no number", "tab", put(A6="I"), refused(at("A6", "I", COUNT))),
    Case("no place", "tab", put(A6=""), accepted()),
    Case("another place than by the total", "tab", put(A6="2"), accepted(warnings=[at("A6", "2", "other_rank", rank="1")])),
]

# -- weeks -----------------------------------------------------------------------------------------------------------


def changed(before, now):
    """One place of a page's text: ``changed("id=G4", "hidden id=G4")``."""

    def dress(said):
        assert said.count(before) == 1
        return said.replace(before, now)

    return dress


def titled(name):
    def dress(sheet):
        sheet.title = name

    return dress


def page_header(said):
    def dress(sheet):
        sheet.oddHeader.center.text = said

    return dress


def box(said, kind=6):
    return lambda sheet: setattr(sheet, "_Worksheet__bmp_rec", delivered.box_records(said, kind))


def document_header(said):
    def dress(document):
        document.sections[0].header.paragraphs[0].text = said

    return dress


LAST_WEEK = "ĐIỂM TỔNG HỢP (TUẦN 04/11)"
WEEKS = [
    Case("last week's day in the title", "tab", put(A1="(Ngày 27/11/2023)"), refused(other_week("A1", "(Ngày 27/11/2023)", "27/11/2023"))),
    Case("day and month of the title swapped", "tab", put(A1="(Ngày 12/04/2023)"), refused(other_week("A1", "(Ngày 12/04/2023)", "12/04/2023"))),
    Case("another year in the title", "tab", put(A1="(Ngày 04/12/2022)"), refused(other_week("A1", "(Ngày 04/12/2022)", "04/12/2022"))),
    Case("an ISO day in the title", "tab", put(A1="2023-11-27"), refused(other_week("A1", "2023-11-27", "27/11/2023"))),
    Case("a day with dots in the title", "tab", put(A1="Kỳ 27.11.2023"), refused(other_week("A1", "Kỳ 27.11.2023", "27/11/2023"))),
    Case("a day that is not in the title", "tab", put(A1="(Ngày 32/12/2023)"), refused(at("A1", "(Ngày 32/12/2023)", "no_such_week", words="32/12/2023"))),
    Case("another week in the title", "tab", put(A1="Tuần 2 tháng 12"), refused(other_week("A1", "Tuần 2 tháng 12", "11/12/2023"))),
    Case("another week without its month in the title", "tab", put(A1="Tuần 2"), refused(other_week("A1", "Tuần 2", "11/12/2023"))),
    Case("a week without accents in the title", "tab", put(A1="Tuan 2/12"), refused(other_week("A1", "Tuan 2/12", "11/12/2023"))),
    *(Case(f"another week in the title: {title}", "tab", put(A1=title), refused(other_week("A1", title, "27/11/2023"))) for title in [
        "Tuần bốn tháng 11", "Tuần báo cáo: 4/11", "Tuần: 04/11", "Ngày 27∕11∕2023", "Ngày 27／11／2023", "Ngày 27 / tháng 11 / 2023", "27‑11‑2023",
    ]),
    *(Case(f"a day that is another thing's: {title}", "tab", put(A1=title), accepted()) for title in [
        "Quyết định 766 ngày 23/6/2022", "Thời hạn báo cáo trước ngày 06/12/2023", "Gửi về Văn phòng trước ngày 06/12/2023", "Tuần: 04/12/2023",
    ]),
    Case("a day behind the number of what is no document", "tab", put(A1="Báo cáo 766 ngày 27/11/2023"), refused(other_week("A1", "Báo cáo 766 ngày 27/11/2023", "27/11/2023"))),
    Case("a week of the year in the title", "tab", put(A1="Tuần 49"), refused(at("A1", "Tuần 49", "no_such_week", words="Tuần 49"))),
    Case("the week and its day with a hyphen between in the title", "tab", put(A1="(Tuần 1 - 04/12/2023)"), accepted()),
    Case("the place and day of signing above the table", "tab", insert(1, ["Chợ Mới, ngày 05 tháng 12 năm 2023"]), accepted()),
    Case("a day without its year in the title", "tab", put(A1="(Tính đến ngày 27/11)"), refused(other_week("A1", "(Tính đến ngày 27/11)", "27/11/2023"))),
    Case("a week and its month behind a comma", "tab", put(A1="Tuần 1, tháng 11/2023"), refused(other_week("A1", "Tuần 1, tháng 11/2023", "06/11/2023", words="Tuần 1, tháng 11/2023"))),
    Case("a week and its month split by the comma of a CSV", "comma", put(A1="Tuần 1", B1=" tháng 11/2023"), refused(other_week("A1", "Tuần 1", "06/11/2023", words="Tuần 1 tháng 11/2023"))),
    Case("a day split over cells", "xlsx", put(A1="Ngày", B1=27, C1="tháng", D1=11, E1="năm", F1=2023), refused(other_week("A1", "Ngày", "27/11/2023", words="Ngày 27 tháng 11 năm 2023"))),
    Case("a week of another year in the title", "tab", put(A1="tuần 1 năm 2022"), refused(other_week("A1", "tuần 1 năm 2022", "03/01/2022", words="tuần 1 năm 2022"))),
    Case("this week as a week of the year", "tab", put(A1="Tuần 49 năm 2023"), accepted()),
    Case("an hour before last week's day", "tab", put(A1="17 giờ 00, ngày 27 tháng 11 năm 2023"), refused(other_week("A1", "17 giờ 00, ngày 27 tháng 11 năm 2023", "27/11/2023"))),
    Case("an hour before the day", "tab", put(A1="17 giờ 00, ngày 04 tháng 12 năm 2023"), accepted()),
    Case("spaces around the strokes of a day", "tab", put(A1="27 / 11 / 2023"), refused(other_week("A1", "27 / 11 / 2023", "27/11/2023", words="27 / 11 / 2023"))),
    Case("a day twelve lines above the table", "tab", insert(1, ["Ngày 27/11/2023"], *[[f"dòng {'x' * each}"] for each in range(1, 12)]), refused(other_week("A1", "Ngày 27/11/2023", "27/11/2023"))),
    Case("a period that ends on the day", "tab", put(A1="(Từ ngày 28/11/2023 đến ngày 04/12/2023)"), accepted()),
    Case("a decision that the table follows", "tab", insert(1, ["(Theo Quyết định số 766/QĐ-TTg ngày 23/6/2022)"]), accepted()),
    Case("a report that the table comes with", "tab", insert(1, ["(Kèm theo Báo cáo số … ngày 05/12/2023)"]), accepted()),
    Case("a report that the table comes with, and last week's day", "tab", insert(1, ["(Kèm theo Báo cáo số … ngày 05/12/2023, số liệu đến ngày 27/11/2023)"]), refused(
        other_week("A1", "(Kèm theo Báo cáo số … ngày 05/12/2023, số liệu đến ngày 27/11/2023)", "27/11/2023", words="27/11/2023"))),
    Case("the place and day of signing in figures", "tab", insert(1, ["Chợ Mới, ngày 05/12/2023"]), accepted()),
    Case("the day on which the table was printed", "tab", insert(1, ["Ngày in:", "05/12/2023"]), accepted()),
    Case("one wrong day twice in a line is one problem", "tab", put(A1="Ngày 27/11/2023", C1="27/11/2023"), refused(other_week("A1", "Ngày 27/11/2023", "27/11/2023", words="27/11/2023"))),
    Case("last week's day in a group of headers is one problem", "tab", put(K3="SỐ HÓA (số liệu ngày 27/11/2023)"), refused(other_week(
        "K3", "SỐ HÓA (số liệu ngày 27/11/2023)", "27/11/2023", column="SỐ HÓA (số liệu ngày 27/11/2023) / SỐ HÓA (Từ 80% trở lên)"))),
    Case("the day in a group of headers", "tab", put(K3="SỐ HÓA (số liệu ngày 04/12/2023)"), accepted()),
    Case("a decision in a header", "tab", put(K3="SỐ HÓA (Theo Quyết định số 766/QĐ-TTg ngày 23/6/2022)"), accepted()),
    Case("strokes of a file's name below the line", "tab", as_it_is, refused(other_week("", "", "27/11/2023", words="27_11_2023")), file="bang_27_11_2023.txt"),
    Case("strokes of a file's name below the line, this week's", "tab", as_it_is, accepted(), file="bang_04_12_2023.txt"),
    Case("another day in the name of a file with several sheets is one problem", "an giang", as_it_is, refused(other_week("", "", "30/09/2025", "31/10/2025", words="30_09_2025")), file="bang_30_09_2025.xlsx"),
    Case("a week in a sheet's name", "xlsx", as_it_is, refused(other_week("", "", "27/11/2023", words="Tuần 4-11")), dress=titled("Tuần 4-11")),
    Case("last week in the header of a sheet's pages", "xlsx", as_it_is, refused(other_week("A0", "Ngày 27/11/2023", "27/11/2023")), dress=page_header("Ngày 27/11/2023")),
    Case("this week in the header of a sheet's pages", "xlsx", as_it_is, accepted(), dress=page_header("Ngày 04/12/2023")),
    Case("last week in the header of a document's pages", "docx", as_it_is, refused(other_week("A-1", "Ngày 27/11/2023", "27/11/2023")), dress=document_header("Ngày 27/11/2023")),
    Case("last week in a text box of a workbook", "xlsx", as_it_is, refused(other_week("A0", "Ngày 27/11/2023", "27/11/2023")), data=delivered.boxed(xlsx(typed()), "Ngày 27/11/2023")),
    Case("this week in a text box of a workbook", "xlsx", as_it_is, accepted(), data=delivered.boxed(xlsx(typed()), "Ngày 04/12/2023")),
    Case("last week in a hidden text box", "xlsx", as_it_is, accepted(), data=delivered.boxed(xlsx(typed()), "Ngày 27/11/2023", hidden=True)),
    Case("a day of signing in a text box", "xlsx", as_it_is, accepted(), data=delivered.boxed(xlsx(typed()), "Chợ Mới, ngày 05 tháng 12 năm 2023")),
    Case("last week in a text box of an old workbook", "xls", as_it_is, refused(other_week("A0", "Ngày 27/11/2023", "27/11/2023")), dress=box("Ngày 27/11/2023")),
    Case("last week in a comment of an old workbook", "xls", as_it_is, accepted(), dress=box("Ngày 27/11/2023", 25)),
    Case("last week in a table's caption", "html", as_it_is, refused(other_week("A0", "Ngày 27/11/2023", "27/11/2023")), dress=changed("<table>", "<table><caption>Ngày 27/11/2023</caption>")),
    Case("last week in a page's title", "html", as_it_is, refused(other_week("A-1", "Ngày 27/11/2023", "27/11/2023")), dress=changed("<body>", "<head><title>Ngày 27/11/2023</title></head><body>")),
    Case("a day twelve lines above the table", "html", as_it_is, refused(other_week("A-11", "Ngày 27/11/2023", "27/11/2023")), dress=changed("<table>", "<p>Ngày 27/11/2023</p>" + "<p>dòng</p>" * 11 + "<table>")),
    Case("another day in the envelope", "portal json", as_it_is, refused(other_week("A0", "day 2026-10-07", "07/10/2026", "08/10/2026", sheet="data.evaluation")), dress=changed('"code": "OK"', '"day": "2026-10-07"')),
    Case("the day in the envelope, and when it was asked", "portal json", as_it_is, accepted(), dress=changed('"code": "OK"', '"day": "2026-10-08", "capturedAt": "2026-10-09T06:00:00"')),
    Case("no week in the title", "tab", put(A1="BẢNG TỔNG HỢP"), accepted()),
    Case("a second title line of another week", "tab", insert(2, ["Tuần 4 tháng 11"]), refused(other_week("A2", "Tuần 4 tháng 11", "27/11/2023"))),
    Case("a week with a dot for its stroke in the title", "tab", put(A1="TUẦN 01.11"), refused(other_week("A1", "TUẦN 01.11", "06/11/2023"))),
    Case("a week with a hyphen for its stroke in the title", "tab", put(A1="TUẦN 01-11"), refused(other_week("A1", "TUẦN 01-11", "06/11/2023"))),
    Case("a week with its year in the title", "tab", put(A1="Tuần 01/12/2023"), accepted()),
    Case("a day in words in the title", "tab", put(A1="(Số liệu đến ngày 27 tháng 11 năm 2023)"),
         refused(other_week("A1", "(Số liệu đến ngày 27 tháng 11 năm 2023)", "27/11/2023"))),
    Case("a day with a short year in the title", "tab", put(A1="(Ngày 27/11/23)"), refused(other_week("A1", "(Ngày 27/11/23)", "27/11/2023"))),
    Case("next week in the header of the totals", "tab", put(C3="ĐIỂM TỔNG HỢP (TUẦN 02/12)"), refused(other_week(
        "C3", "ĐIỂM TỔNG HỢP (TUẦN 02/12)", "11/12/2023", column="ĐIỂM TỔNG HỢP (TUẦN 02/12)", words="ĐIỂM TỔNG HỢP (TUẦN 02/12)"))),
    Case("last week in both headers of totals", "tab", put(C3=LAST_WEEK), refused(other_week("C3", LAST_WEEK, "27/11/2023", column=LAST_WEEK))),
    Case("this week in both headers of totals", "tab", put(E3="ĐIỂM TỔNG HỢP (TUẦN 01/12)"), refused(
        at("E3", "ĐIỂM TỔNG HỢP (TUẦN 01/12)", "doubled_column", column="ĐIỂM TỔNG HỢP (TUẦN 01/12)"),
        at("3", "ĐIỂM TỔNG HỢP (TUẦN TRƯỚC)", "missing_column"))),
    Case("a later week in the header of the previous totals", "tab", put(E3="ĐIỂM TỔNG HỢP (TUẦN 02/12)"),
         refused(other_week("E3", "ĐIỂM TỔNG HỢP (TUẦN 02/12)", "11/12/2023", column="ĐIỂM TỔNG HỢP (TUẦN 02/12)"))),
    Case("a week that is not in the header of the previous totals", "tab", put(E3="ĐIỂM TỔNG HỢP (TUẦN 05/11)"),
         refused(at("E3", "ĐIỂM TỔNG HỢP (TUẦN 05/11)", "no_such_week", column="ĐIỂM TỔNG HỢP (TUẦN 05/11)", words="ĐIỂM TỔNG HỢP (TUẦN 05/11)"))),
    Case("an earlier week in the header of the previous totals", "tab", put(E3="ĐIỂM TỔNG HỢP (TUẦN 03/11)"),
         accepted(warnings=[at("E3", "ĐIỂM TỔNG HỢP (TUẦN 03/11)", "week_gap", column="ĐIỂM TỔNG HỢP (TUẦN 03/11)", named="20/11/2023")])),
    Case("the previous totals' week with its year", "tab", put(E3="ĐIỂM TỔNG HỢP (TUẦN 04/11/2023)"), accepted()),
    Case("weeks by their place in time only", "tab", put(C3="ĐIỂM TỔNG HỢP (TUẦN NÀY)", E3="ĐIỂM TỔNG HỢP (TUẦN TRƯỚC)"), accepted()),
    Case("a day instead of a week in a header", "tab", put(E3="ĐIỂM TỔNG HỢP (04/11)"), refused(at("3", "ĐIỂM TỔNG HỢP (TUẦN TRƯỚC)", "missing_column"))),
    Case("a header of totals without its week", "tab", put(C3="ĐIỂM TỔNG HỢP"), refused(
        at("3", "ĐIỂM TỔNG HỢP (TUẦN TRƯỚC)", "missing_column"), other_week("E3", LAST_WEEK, "27/11/2023"))),
    Case("last week in the file's name", "tab", as_it_is, refused(other_week("", "", "27/11/2023", words="2023-11-27")), file="2023-11-27.txt"),
    Case("another week's number in the file's name", "tab", as_it_is, refused(other_week("", "", "11/12/2023", words="TUẦN 02 tháng 12")), file="TUẦN 02 tháng 12.txt"),
    Case("last week without hyphens in the file's name", "tab", as_it_is, refused(other_week("", "", "27/11/2023")), file="bang_20231127.txt"),
    Case("last week's file under this week's name", "tab", as_it_is, day=date(2023, 12, 11), file="2023-12-11.txt", outcome=refused(
        other_week("A1", lines()[0][0], "04/12/2023", "11/12/2023", words="04/12/2023"),
        other_week("A1", lines()[0][0], "04/12/2023", "11/12/2023", words="Tuần 1"),
        other_week("C3", "ĐIỂM TỔNG HỢP (TUẦN 01/12)", "04/12/2023", "11/12/2023"))),
    Case("last week's figures under this week's title and header can only be suspected", "tab",
         put(A1="(Ngày 11/12/2023)", C3="ĐIỂM TỔNG HỢP (TUẦN 02/12)"), day=date(2023, 12, 11), file="2023-12-11.txt",
         outcome=accepted(warnings=[at("E3", LAST_WEEK, "week_gap", named="27/11/2023")])),
]

# -- headers, rows and what stands around them ----------------------------------------------------------------------

OPEN, LABEL = "CÔNG KHAI, MINH BẠCH (%)", "TOÀN HUYỆN"
COPIES, ALL_COPIES = "CHỨNG THỰC ĐIỆN TỬ", "CHỨNG THỰC ĐIỆN TỬ (Lũy kế)"
REAL = lines()
CHANGES = [(5, "0.29", "−0,29"), (6, "0.38", "−0,38"), (7, "0.30", "−0,30")]
STRUCTURE = [
    Case("a column under another name", "tab", put(G3="CÔNG KHAI"), refused(at("3", OPEN, "missing_column"))),
    Case("a column left out", "tab", without_column("G"), refused(at("3", OPEN, "missing_column"))),
    Case("a column without a header", "tab", put(G3=""), refused(
        at("3", OPEN, "missing_column"), at("G5", "59.8", "beyond_header", column=""), at("G6", "72.6", "beyond_header", column=""), more=True)),
    Case("a column twice", "tab", lambda rows: doubled_column(rows), refused(at("N3", OPEN, "doubled_column", column=OPEN))),
    Case("a header with a Cyrillic letter", "tab", put(D3="XẾP LОẠI"), refused(at("3", "XẾP LOẠI", "missing_column"))),
    Case("a header with a footnote", "tab", put(D3="XẾP LOẠI (1)"), refused(at("3", "XẾP LOẠI", "missing_column"))),
    Case("a header with accents typed one by one and zero-width spaces", "tab", put(D3=unicodedata.normalize("NFD", "XẾP\u200b LOẠI")), accepted()),
    Case("the header of the units with an Icelandic Ð", "tab", put(B3="ÐƠN VỊ"), accepted()),
    Case("the header of the units with a Cyrillic letter", "tab", put(B3="ĐƠN ВỊ"), refused(at("", "", "no_header"))),
    Case("a header's line breaks", "comma", put(G3="CÔNG KHAI,\nMINH BẠCH\r\n(%)", M4="CHỨNG THỰC\nĐIỆN TỬ (Lũy kế)"), accepted()),
    Case("another target in a header", "tab", put(I4="DVCTT (Chỉ tiêu trên 60%)"), accepted(warnings=[at(
        "I4", "DVCTT (Chỉ tiêu trên 60%)", "other_target", column="DỊCH VỤ TRỰC TUYẾN / DVCTT (Chỉ tiêu trên 60%)", printed="60", target="50")])),
    Case("a column more whose header is a formula", "tab", put(N3="=cmd|' /C calc'!A0", N6="x"),
         accepted(warnings=[at("N3", "=cmd|' /C calc'!A0", "unknown_column", column="=cmd|' /C calc'!A0")])),
    Case("a column more whose header is a script", "tab", put(N3="<script>alert(1)</script>"),
         accepted(warnings=[at("N3", "<script>alert(1)</script>", "unknown_column", column="<script>alert(1)</script>")])),
    Case("headers of two percentages swapped cannot be told", "tab", swap("G3", "H3"), accepted(Fix("G3", "TIỀN ĐỘ GIẢI QUYẾT (%)", "TIẾN ĐỘ GIẢI QUYẾT (%)", "wrong_letter"), values={
        **{f"G{row}": float(REAL[row - 1][7].strip("</b>")) for row in [5, *COMMUNE_ROWS]},
        **{f"H{row}": float(re.sub("[^0-9.]", "", REAL[row - 1][6].replace(",", "."))) for row in [5, *COMMUNE_ROWS]}})),
    Case("headers of the two totals swapped are caught by every change", "tab", swap("C3", "E3"), refused(
        *(at(f"F{row}", change, "wrong_change", difference=difference) for row, change, difference in CHANGES), more=True)),
    Case("headers of a total and a percentage swapped are caught by bands and changes", "tab", swap("C3", "G3"), refused(
        at("F5", "0.29", "wrong_change", total="59,80", difference="+2,64"),
        at("D6", "TRUNG BÌNH", "wrong_band", total="72,60", band="Khá"),
        at("F6", "0.38", "wrong_change", total="72,60", difference="+7,19"), more=True)),
    Case("headers of a percentage and a count swapped are caught by their kinds", "tab", swap("K4", "L4"), refused(
        at("K5", "25.4", COUNT, column=f"SỐ HÓA / {COPIES}"),
        at("L5", "1.746", THREE, column="SỐ HÓA / SỐ HÓA (Từ 80% trở lên)"), more=True)),
    Case("headers of place and name swapped", "tab", swap("A3", "B3"), refused(
        at("A6", "1", "unknown_unit", column="ĐƠN VỊ"), at("B6", "CHỢ MỚI", COUNT, column="ST T"), more=True)),
    Case("two percentages of a row swapped cannot be told", "tab", swap("G6", "H6"), accepted(values={"G6": 99.67, "H6": 72.6})),
    Case("a count and the cumulative one of a row swapped", "tab", swap("L6", "M6"), refused(
        at("L5", "1.746", "wrong_sum", sum="1.750", control="1.746"), at("M5", "2.834", "wrong_sum", sum="2.830", control="2.834"))),
    Case("a total and the previous one of a row swapped", "tab", swap("C6", "E6"), refused(
        at("F6", "0.38", "wrong_change", total="65,41", previous="65,79", difference="−0,38"))),
    Case("a row of two more tiers above the header", "tab", insert(3, ["", "", "KẾT QUẢ", "", "", "", "CHỈ SỐ THÀNH PHẦN"]), accepted()),
    Case("a third tier between the two of the header", "tab", insert(4, [*[""] * 8, "Tỷ lệ", "", "Tỷ lệ", "Số lượng"]), accepted()),
    Case("a line of units of measure below the header", "tab", insert(5, ["", "", "điểm", "", "điểm", "điểm", *["(%)"] * 5, "(hồ sơ)", "hồ sơ"]), accepted()),
    Case("a unit of measure at the edge of the header", "tab", insert(4, [*[""] * 12, "ĐVT: %"]), accepted()),
    Case("a row of column numbers below the header", "tab", insert(5, [f"({number})" for number in range(1, 14)]),
         accepted(passed=[at("A5", "(1)", "passed.numbers")])),
    Case("a blank line within the header", "tab", insert(4, []), accepted()),
    Case("blank lines between all rows", "tab", lambda rows: [*rows[:4], *(line for row in rows[4:] for line in (row, [], [" ", "\u00a0"]))], accepted()),
    Case("a header repeated after a page break", "tab", insert(15, REAL[2], REAL[3]), accepted()),
    Case("a header repeated with its title after a page break", "tab", insert(15, REAL[0], REAL[2], REAL[3]), accepted()),
    Case("last week's table below this week's", "tab", append([], [*REAL[2][:2], LAST_WEEK, *REAL[2][3:]], *REAL[3:]), refused(
        at("B29", "CHỢ MỚI", "second_table", first="B6", second="B29"))),
    Case("more title lines", "tab", insert(1, ["ỦY BAN NHÂN DÂN"], ["HUYỆN CHỢ MỚI"], ["Độc lập - Tự do - Hạnh phúc"]), accepted()),
    Case("a note below the names", "tab", append(["", "Ghi chú: (*) số liệu tạm tính"]), accepted(passed=[at("B25", "Ghi chú: (*) số liệu tạm tính", "passed.note")])),
    Case("a note below the places", "tab", append(["Ghi chú: (*) số liệu tạm tính"]), accepted(passed=[at("A25", "Ghi chú: (*) số liệu tạm tính", "passed.note")])),
    Case("a signature below the figures", "tab", append([*[""] * 9, "NGƯỜI LẬP BIỂU"]), accepted(passed=[at("J25", "NGƯỜI LẬP BIỂU", "passed.signature")])),
    Case("one cell too many at the end of a line", "tab", put(N6="7"), refused(at("N6", "7", "beyond_header"))),
    Case("an empty cell too many at the end of a line", "tab", put(N6=""), accepted()),
    Case("one cell too many within a line", "tab", shift(6, "H", 1), refused(
        at("N6", "323", "beyond_header"), at("H6", "", "missing_value"), at("L6", "33.3", COUNT),
        at("M5", "2.834", "wrong_sum", sum="2.830"))),
    Case("one cell too few at the end of a line", "tab", shift(6, "M", -1), refused(at("M6", "", "missing_value"))),
    Case("one cell too few within a line", "tab", shift(6, "G", -1), refused(
        at("K6", "319", "out_of_range"), at("M6", "", "missing_value"), at("L5", "1.746", "wrong_sum", sum="1.750"))),
    Case("a line without its name", "tab", shift(6, "B", -1), refused(at("B6", "65.79", "unknown_unit"), at("C6", "TRUNG BÌNH", NONE), more=True)),
    Case("a unit left out", "tab", drop(24), refused(
        at("M5", "2.834", "wrong_sum", sum="2.832"), at("B", "Kiến An", "missing_unit", name="xã Kiến An"))),
    Case("a unit twice with other figures", "tab", append(["19", "KIẾN AN", "50", "TRUNG BÌNH", "50", "0", *["1"] * 5, "0", "0"]),
         refused(at("B25", "KIẾN AN", "doubled_unit", name="Kiến An", first="24"))),
    Case("a count above the cumulative one is the office's to mend", "tab", put(L6="324", L5="1.751"),
         accepted(Fix("L5", "1.751", "1751", "thousands"), values={"L6": 324, "L5": 1751},
                  warnings=[at("L6", "324", "above_whole", of="323", whole=f"SỐ HÓA / {ALL_COPIES}")])),
    Case("a count that does not add up", "tab", put(L6="391"), refused(at("L5", "1.746", "wrong_sum", sum="1.818", control="1.746"))),
    Case("a control total that is not the sum", "tab", put(M5="2.835"), refused(at("M5", "2.835", "wrong_sum", sum="2.834", control="2.835"))),
    Case("the control row below the units", "tab", both(drop(5), append(REAL[4])), accepted()),
    Case("the control row called by its other name", "tab", put(A5="", B5="Tổng cộng"), accepted()),
    Case("the control row called by a name we do not know", "tab", put(A5="CỘNG"), refused(
        at("A5", "CỘNG", "unnamed_control", label="CỘNG"), at("B", LABEL, "missing_control"))),
    Case("the control row called by the area's name", "tab", put(A5="", B5="Huyện Chợ Mới"), refused(
        at("B5", "Huyện Chợ Mới", NO_UNIT), at("B", LABEL, "missing_control"))),
    Case("no control row", "tab", drop(5), refused(at("B", LABEL, "missing_control"))),
    Case("two control rows", "tab", append(["Tổng cộng", *REAL[4][1:]]), refused(at("A25", "Tổng cộng", "doubled_control", first="5"))),
    Case("a unit called the control row", "tab", put(A6="Tổng cộng"), refused(
        at("A6", "Tổng cộng", "doubled_control", first="5"), at("L5", "1.746", "wrong_sum", sum="1.427"),
        at("M5", "2.834", "wrong_sum", sum="2.511"), at("B", "Chợ Mới", "missing_unit", name="thị trấn Chợ Mới"))),
    Case("a header and nothing else", "tab", lambda rows: rows[:4], refused(
        at("B", "Chợ Mới", "missing_unit", name="thị trấn Chợ Mới"), at("B", "Mỹ Luông", "missing_unit", name="thị trấn Mỹ Luông"), more=True)),
    Case("a title and nothing else", "tab", lambda rows: rows[:1], refused(at("", "", "no_header"))),
    Case("the table of a province", "tab", as_it_is, refused(at("", "", "no_header")), data=text(portal(), separator=",")),
    Case("the table of a district under a province", "tab", as_it_is, refused(at("", "", "no_header")), area="an-giang", day=date(2025, 10, 31)),
    Case("a percentage column on the scale of one", "tab", scaled([5, *COMMUNE_ROWS]), refused(at("G3", OPEN, "percent_scale"))),
    Case("a percentage column on the scale of one but for the control row", "tab", scaled(COMMUNE_ROWS), refused(at("G3", OPEN, "percent_scale"))),
]

# -- lines that are no unit's: passed over, or refused because they may be one ----------------------------------------

SUM_OF_ALL = ["", "Tổng số", *REAL[4][2:]]
SUM_OF_SOME = ["", "Cộng khối xã", *REAL[4][2:]]
OLDER = [["", "ĐƠN VỊ", "ĐIỂM"], ["1", "Kiến An", "51,1"], ["2", "Hòa Bình", "50"], []]
OWN_NAMES = [row[1] for row in REAL[4:] if len(row) > 1 and row[1]]


def beside_it(*rows):
    """Rows put to the right of the table, from the row of the first unit on."""

    def spoil(table):
        for line, row in zip(table[5:], rows, strict=False):
            line += [""] * (14 - len(line)) + list(row)

    return spoil


def line(key, *row, place, below=None):
    """A row put below the last unit, or before row ``below``, and passed over."""
    return (append(row) if below is None else insert(below, row)), accepted(
        passed=[at(place, row[ord(place[0]) - 65], f"passed.{key}")]
    )


def no_line(key, *row, place, below=None, **more):
    return (append(row) if below is None else insert(below, row)), refused(
        at(place, row[ord(place[0]) - 65], key, **more)
    )


WIDE = [""] * 9
LINES_OF_FORMS = [
    ("plain column numbers", *line("numbers", *map(str, range(1, 14)), place="A5", below=5)),
    ("column numbers in square brackets", *line("numbers", *(f"[{number}]" for number in range(1, 14)), place="A5", below=5)),
    ("letters and numbers of columns", *line("numbers", "A", "B", *map(str, range(1, 12)), place="A5", below=5)),
    ("letters and numbers of columns in brackets", *line("numbers", "(A)", "(B)", *(f"({each})" for each in range(1, 12)), place="A5", below=5)),
    ("column numbers that say how they are computed", *line("numbers", "1", "2", "3=4+5", "4", "5", "(6)=(3)-(5)", "7=6/5*100%", "8", "9", "10", "11", "12", "13", place="A5", below=5)),
    ("Roman column numbers", *line("numbers", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", place="A5", below=5)),
    ("column numbers without the first", *line("numbers", "", "2", *map(str, range(3, 14)), place="B5", below=5)),
    ("column numbers not below the header", *no_line("unknown_unit", *map(str, range(1, 14)), place="B8", below=8)),
    ("column numbers that skip one", *no_line("unknown_unit", *map(str, [*range(1, 9), *range(10, 15)]), place="B5", below=5)),
    ("column numbers without one of the units' column", *no_line("no_unit_name", "1", "", *map(str, range(2, 13)), place="B5", below=5)),
    ("the heading of a block", *line("section", "I", "Các xã, thị trấn", place="A6", below=6)),
    ("the heading of a block in one cell", *line("section", "A. Khối các xã", place="A6", below=6)),
    ("the heading of a block below its units' first", *line("section", "", "KHỐI THỊ TRẤN", place="B9", below=9)),
    ("a heading that is counted like a unit", *no_line("unknown_unit", "17", "Tân Lập", place="B6", below=6)),
    ("a heading of a block with a figure", *no_line("unknown_unit", "I", "Các xã", "", "", "", "", "72", place="B6", below=6)),
    ("a heading whose figures are not reported", *no_line("unknown_unit", "I", "Các xã", *["-"] * 11, place="B6", below=6)),
    ("a misspelt unit as a heading", *no_line("unknown_unit_like", "", "KIẾN ÂN", place="B6", below=6, nearest="Kiến An")),
    ("a counted misspelt unit as a heading", *no_line("stray_words", "II. KIẾN ÂN", place="A6", below=6)),
    ("a unit that is not registered as a heading", *no_line("unknown_unit", "", "Xã Tân Lập", place="B6", below=6)),
    ("an office that is not registered as a heading", *no_line("unknown_unit", "", "UBND xã Tân Lập", place="B6", below=6)),
    ("a unit's name alone in the first column", *no_line("stray_words", "KIẾN AN", place="A6", below=6)),
    ("a note with figures in its sentence", *line("note", "", "(1) Số liệu của 18 xã, thị trấn; 2 xã nộp chậm", place="B25")),
    ("a note with a star", *line("note", "* Tính đến 04/12/2023", place="A25")),
    ("a source", *line("note", "Nguồn: Cổng Dịch vụ công quốc gia", place="A25")),
    ("a note that names a unit", *line("note", "Ghi chú: KIẾN AN 51,10 điểm, chưa gồm tháng 11", place="A25")),
    ("a note with a figure beside it", *no_line("unknown_unit", "", "Ghi chú: KIẾN ÂN", "", "", "", "", "51.1", place="B25")),
    ("place and day", *line("signature", *WIDE, "Chợ Mới, ngày 05 tháng 12 năm 2023", place="J25")),
    ("the body that signs", *line("signature", *WIDE, "TM. ỦY BAN NHÂN DÂN", place="J25")),
    ("two titles of signers", *line("signature", "", "NGƯỜI LẬP BIỂU", *WIDE[2:], "CHÁNH VĂN PHÒNG", place="B25")),
    ("where it is signed", *line("signature", *WIDE, "(Ký tên, đóng dấu)", place="J25")),
    ("a signer's name", *line("words", *WIDE, "Nguyễn Văn A", place="J25")),
    ("the recipients", *line("signature", "Nơi nhận:", place="A25")),
    ("a unit's own line below the signatures", *no_line("doubled_unit", "19", "KIẾN AN", *REAL[23][2:], place="B25", name="Kiến An", first="24")),
    ("a line of words and a page number", *no_line("unknown_unit", "", "Trang", "2", place="B25")),
    ("a lone figure below the table", *no_line("no_unit_name", "", "", "2", place="B25")),
]
LINES = [
    Case(name, "tab", spoil, replace(outcome, more=bool(outcome.errors))) for name, spoil, outcome in LINES_OF_FORMS
] + [
    Case("a column of row numbers as of a spreadsheet", "portal csv", lambda rows: [[str(n), *row] for n, row in enumerate(rows, 1)],
         accepted(passed=[at("A1", "1", "passed.row_numbers", column="1")])),
    Case("the place column without its header", "tab", put(A3=""), accepted(passed=[at("A4", "", "passed.row_numbers", column="")])),
    Case("an empty place", "tab", put(A9=""), accepted()),
    Case("a total row that is not configured", "tab", append(SUM_OF_ALL), refused(at("B25", "Tổng số", "unnamed_control", label="Tổng số"))),
    Case("a subtotal that is not configured", "tab", insert(14, SUM_OF_SOME), refused(at("B14", "Cộng khối xã", "unnamed_subtotal", label="Cộng khối xã"))),
    Case("an older table above with fewer columns", "tab", insert(2, *OLDER), refused(at("B3", "Kiến An", "second_table", first="B10", second="B3", column=""))),
    Case("an older table below with fewer columns", "tab", append([], *OLDER), refused(at("B27", "Kiến An", "second_table", first="B6", second="B27"))),
    Case("an older table beside it", "tab", beside_it(["Kiến An", "51,1"], ["Hòa Bình", "50"]),
         refused(at("O6", "Kiến An", "second_table", column="", first="B6", second="O6"))),
    Case("an older table beside it with its header", "tab", both(put(O3="Tên xã", P3="Điểm cũ"), beside_it(*[[name, "50"] for name in OWN_NAMES[::-1]])),
         refused(at("O6", OWN_NAMES[-1], "second_table", column="Tên xã", first="B6", second="O6"))),
    Case("a column beside it with a neighbour of each unit is no table", "tab", both(put(N3="XÃ BẠN"), put(N6="Kiến An", N7="Hòa Bình")),
         accepted(warnings=[at("N3", "XÃ BẠN", "unknown_column", column="XÃ BẠN")])),
    Case("a row of column numbers", "portal csv", insert(2, ["A", "B", *map(str, range(1, 8))]), accepted(passed=[at("A2", "A", "passed.numbers")])),
    Case("a note", "portal csv", append(["Ghi chú: số liệu tạm tính"]), accepted(passed=[at("A6", "Ghi chú: số liệu tạm tính", "passed.note")])),
    Case("a unit hidden in a note", "portal csv", append(["Ghi chú: H21.229 xã Phù Cát 70,5"]), refused(
        at("B6", "", "no_unit_name"), more=True)),
    Case("words that do not say what they are", "portal csv", append(["", "xã Phù Cát"]), refused(at("B6", "xã Phù Cát", ""), more=True)),
    Case("a unit without its code", "portal csv", append(["", "xã Phù Cát", "70.5", *portal()[2][3:]]), refused(at("A6", "", "missing_value"))),
    Case("the heading of a block", "portal csv", insert(3, ["", "I. Các xã, phường"]), accepted(passed=[at("B3", "I. Các xã, phường", "passed.section")])),
    Case("who signs", "portal csv", append(["", "", "NGƯỜI LẬP BIỂU"], ["", "", "Nguyễn Văn A"]), accepted(
        passed=[at("C6", "NGƯỜI LẬP BIỂU", "passed.signature"), at("C7", "Nguyễn Văn A", "passed.words")])),
    Case("a total row without a code", "portal csv", append(["", "Tổng cộng", "70", *portal()[2][3:]]), refused(at("B6", "Tổng cộng", "unnamed_control", label="Tổng cộng"))),
]

# -- text files ------------------------------------------------------------------------------------------------------


def in_bytes(change):
    return change("\n".join("\t".join(row) for row in lines()))


def tcvn3(said):
    back = {letter: sign for sign, letter in legacy.TCVN3.items()}
    return "".join(back.get(each, each) for each in said.casefold())


def vni(said):
    signs = {unicodedata.normalize("NFC", "a" + above): sign for sign, above in legacy.VNI_AFTER.items()}
    alone = {letter: sign for sign, letter in legacy.VNI_ALONE.items()}
    found = ""
    for each in said.casefold():
        base, *above = unicodedata.normalize("NFD", each)
        if "\u031b" in above:  # a horned letter, and its tone
            base, above = unicodedata.normalize("NFC", base + "\u031b"), [sign for sign in above if sign != "\u031b"]
        sign = signs.get(unicodedata.normalize("NFC", "a" + "".join(above)), "") if above else ""
        found += alone.get(each) or alone.get(base, base) + sign
    return found


def windows_1258(said):
    tones = "\u0300\u0301\u0303\u0309\u0323"
    parts = (unicodedata.normalize("NFD", each) for each in said)
    return "".join(
        unicodedata.normalize("NFC", "".join(each for each in part if each not in tones)) + "".join(each for each in part if each in tones)
        for part in parts
    ).encode("cp1258")


WHOLE = "\n".join("\t".join(row) for row in lines())
TEXTS = [
    Case("nothing", "tab", as_it_is, refused(at("", "", "empty_file")), data=b""),
    Case("blank lines and nothing else", "tab", as_it_is, refused(at("", "", "empty_file")), data=b" \n\t\r\n"),
    Case("a byte-order mark and nothing else", "tab", as_it_is, refused(at("", "", "empty_file")), data=b"\xef\xbb\xbf"),
    Case("the encoding TCVN3", "tab", as_it_is, refused(at("", "", "file.old_encoding", encoding="TCVN3 (ABC)")), data=tcvn3(WHOLE).encode("latin-1")),
    Case("the encoding VNI", "tab", as_it_is, refused(at("", "", "file.old_encoding", encoding="VNI")), data=vni(WHOLE).encode("latin-1")),
    Case("the encoding Windows-1258", "tab", as_it_is, refused(at("", "", "file.old_encoding", encoding="Windows-1258")), data=windows_1258(WHOLE)),
    Case("VNI in a file that is UTF-8", "tab", as_it_is, refused(at("", "", "file.old_encoding", encoding="VNI")), data=vni(WHOLE).encode()),
    Case("one name in TCVN3", "tab", put(B24="kiÕn an"), unknown("B24", "kiÕn an", "Kiến An", "Kiến An")),
    Case("UTF-8 taken for Latin-1 and saved as UTF-8", "tab", as_it_is, refused(at("", "", "no_header")), data=WHOLE.encode().decode("latin-1").encode()),
    Case("letters lost to question marks", "tab", as_it_is, refused(at("", "", "no_header")), data=WHOLE.encode("ascii", "replace")),
    Case("a broken letter", "tab", as_it_is, refused(at("", "", "not_text")), data=WHOLE.encode().replace("Ợ".encode(), b"\xe1\xbb", 1)),
    Case("UTF-16 without its mark", "tab", as_it_is, refused(at("", "", "not_text")), data=WHOLE.encode("utf-16-le")),
    Case("UTF-16 with the high byte first", "tab", as_it_is, accepted(), data=b"\xfe\xff" + WHOLE.encode("utf-16-be")),
    Case("UTF-8 with a byte-order mark", "tab", as_it_is, accepted(), data=WHOLE.encode("utf-8-sig")),
    Case("a NUL in a number", "tab", as_it_is, refused(at("", "", "not_text")), data=WHOLE.replace("72.6", "72\0.6", 1).encode()),
    Case("line ends of Windows", "tab", as_it_is, accepted(), data=WHOLE.replace("\n", "\r\n").encode()),
    Case("line ends of an old Macintosh", "tab", as_it_is, accepted(), data=WHOLE.replace("\n", "\r").encode()),
    Case("a separator that is none", "tab", as_it_is, refused(at("", "", "no_header")), data=WHOLE.replace("\t", "|").encode()),
    Case("a quote without its end", "tab", as_it_is, refused(at("", "", "broken_text", row="6")), data=WHOLE.replace("CHỢ MỚI", '"CHỢ MỚI', 1).encode()),
    Case("something behind a quote", "tab", as_it_is, refused(at("", "", "broken_text", row="6")), data=WHOLE.replace("CHỢ MỚI", '"CHỢ MỚI" x', 1).encode()),
    Case("a quote within a name", "tab", as_it_is, unknown("B6", 'CHỢ "MỚI"', "Chợ Mới", "Chợ Mới", "thị trấn"), data=WHOLE.replace("CHỢ MỚI", 'CHỢ "MỚI"', 1).encode()),
    Case("a cell of more than 1,000 characters", "tab", put(B24="x" * 1_001), refused(at("", "", "cell_too_long", cell="B24", limit="1000"))),
    Case("a line of more than 100 cells", "tab", append(["x"] * 101), refused(at("", "", "too_many_columns", row="25", columns="101"))),
    Case("more than 5,000 lines", "tab", append(*[["", "x"]] * 4_977), refused(at("", "", "too_many_rows", rows="5001"))),
    Case("a quoted line break in a name", "comma", put(B24="KIẾN\nAN"), accepted()),
    Case("a quoted line break within a number", "comma", put(G6="72\n.6"), refused(at("G6", "72\n.6", NONE))),
    Case("a quoted line break behind a number", "comma", put(G6="72.6\n"), accepted(Fix("G6", "72.6\n", "72.6", "sign"))),
    Case("a quoted decimal comma", "comma", put(G6="72,6"), accepted(Fix("G6", "72,6", "72.6", "decimal_comma"))),
    Case("decimal commas without quotes", "comma", as_it_is, refused(at("3", OPEN, "missing_column"), more=True),
         data=WHOLE.replace(".", ",").replace("\t", ",").encode()),
    Case("a decimal comma", "semicolon", put(G6="72,6"), accepted(Fix("G6", "72,6", "72.6", "decimal_comma"))),
    Case("the separator in a name", "semicolon", as_it_is, refused(
        at("N6", "323", "beyond_header"), at("B6", "CHỢ", NO_UNIT), at("C6", "MỚI", NONE), more=True),
         data=WHOLE.replace("\t", ";").replace("CHỢ MỚI", "CHỢ;MỚI", 1).encode()),
    Case("a line that tells Excel the separator", "semicolon", as_it_is, accepted(), dress=lambda said: f"sep=;\n{said}"),
    Case("a letter for a digit", "utf-16", put(G6="7l.2"), refused(at("G6", "7l.2", NONE))),
]

# -- workbooks -------------------------------------------------------------------------------------------------------


def cell(**values):
    """Set cells of a workbook's sheet past the writer: a formula is a formula, a date a date."""

    def dress(sheet):
        for where, value in values.items():
            sheet[where].value = value

    return dress


def shown(**formats):
    def dress(sheet):
        for where, number_format in formats.items():
            sheet[where].number_format = number_format

    return dress


def hidden(rows=(), columns=""):
    def dress(sheet):
        for row in rows:
            sheet.row_dimensions[row].hidden = True
        for column in columns:
            sheet.column_dimensions[column].hidden = True

    return dress


def merged(*areas):
    return lambda sheet: [sheet.merge_cells(area) for area in areas]


def beside(state="visible", rows=(("x",),), name="Nháp"):
    def dress(sheet):
        other = sheet.parent.create_sheet(name)
        for row in rows:
            other.append(row)
        other.sheet_state = state

    return dress


def hide_the_table(sheet):
    sheet.parent.create_sheet("Nháp")
    sheet.parent.active, sheet.sheet_state = 1, "hidden"


def named(name):
    def dress(sheet):
        sheet.title = name

    return dress


def percent_format(rows):
    return shown(**{f"G{row}": "0.0%" for row in rows})


def rich(place, *pieces):
    def dress(sheet):
        sheet[place].value = CellRichText(*(TextBlock(InlineFont(**how), said) for said, how in pieces))

    return dress


def computed(value, kind=""):
    """A workbook whose G6 is a formula with a result, which openpyxl does not write."""
    with zipfile.ZipFile(io.BytesIO(xlsx(typed(), cell(G6="=G7-7")))) as held:
        parts = {name: held.read(name).decode() for name in held.namelist()}
    path = "xl/worksheets/sheet1.xml"
    result = f'<c r="G6"{kind}><f>G7-7</f><v>{value}</v></c>'
    parts[path], found = re.subn(r'<c r="G6"[^>]*><f>G7-7</f><v ?/?>(</v>)?</c>', result, parts[path])
    assert found == 1
    return delivered.zipped(parts)


def part_changed(path, before, after, data=None):
    """A workbook with one place of a part changed past the writer."""
    with zipfile.ZipFile(io.BytesIO(data or xlsx(typed()))) as held:
        parts = {name: held.read(name).decode() for name in held.namelist()}
    parts[path], found = re.subn(before, after, parts[path])
    assert found == 1
    return delivered.zipped(parts)


def parts_named(name_of, **more):
    """The table as a workbook whose parts are called otherwise; ``more`` : parts beside them."""
    with zipfile.ZipFile(io.BytesIO(xlsx(typed()))) as held:
        return delivered.zipped({name_of(name): held.read(name) for name in held.namelist()} | more)


def font(where, **how):
    return lambda sheet: setattr(sheet[where], "font", Font(**how))


def filled(where, colour):
    return lambda sheet: setattr(sheet[where], "fill", PatternFill("solid", fgColor=colour))


def all_dressed(*dresses):
    return lambda sheet: [dress(sheet) for dress in dresses]


def conditional(where, rule):
    return lambda sheet: sheet.conditional_formatting.add(where, rule)


def changing(operator, number, number_format="", **how):
    """A conditional format: above or below a number it sets a number format or a font."""
    change = DifferentialStyle(font=Font(**how) if how else None, numFmt=NumberFormat(200, number_format) if number_format else None)
    return Rule("cellIs", operator=operator, formula=[str(number)], dxf=change)


def bar_alone():
    rule = DataBarRule("min", None, "max", None, color="FF638EC6", showValue=False)
    return conditional("G6:G24", rule)


def of_view(name, value):
    return lambda sheet: setattr(sheet.sheet_view, name, value)


AS_PERCENT = {row: f"{value / 100:.10g}" for row in [5, *COMMUNE_ROWS] for value in [typed()[row - 1][6]]}
IN_PERCENT = [Fix(f"G{row}", raw, f"{typed()[row - 1][6]:.10g}", "percent_format") for row, raw in AS_PERCENT.items()]
NOON = datetime(2023, 12, 4, 12)
WORKBOOKS = [
    Case("a text among numbers", "xlsx", put(G6="72,6"), accepted(Fix("G6", "72,6", "72.6", "decimal_comma"))),
    Case("a text that may be in the thousands", "xlsx", put(G6="1.746"), refused(at("G6", "1.746", THREE))),
    Case("a count as text with a dot", "xlsx", put(L5="1.746"), accepted(Fix("L5", "1.746", "1746", "thousands"))),
    Case("a count that the spreadsheet took for a decimal", "xlsx", put(L5=1.746), refused(at("L5", "1.746", COUNT)), dress=shown(L5="0.000")),
    Case("a whole number stored as a decimal", "xlsx", put(L6=319.0), accepted()),
    Case("half a copy", "xlsx", put(L6=319.5), refused(at("L6", "319.5", COUNT))),
    Case("less than no copies", "xlsx", put(L6=-319), refused(at("L6", "-319", "out_of_range", low="0"))),
    Case("a number with more decimals than are shown is taken as stored", "xlsx", put(G6=72.6354), accepted(values={"G6": 72.6354}), dress=shown(G6="0.0")),
    Case("a number with three decimals is no text with three digits", "xlsx", put(G6=57.451), accepted(values={"G6": 57.451})),
    Case("a number out of all range", "xlsx", put(G6=1e300), refused(at("G6", "1e+300", "out_of_range", **PERCENT_RANGE))),
    Case("a hundred per cent as binary fractions add up to it", "xlsx", as_it_is,
         accepted(Fix("G6", "100.00000000000001", "100", "float_noise"), values={"G6": 100.0}), data=computed("100.00000000000001")),
    Case("a percent format", "xlsx", put(G6=0.726), accepted(Fix("G6", "0.726", "72.6", "percent_format")), dress=shown(G6="0.0%")),
    Case("a percent format of its own", "xlsx", put(G6=0.726), accepted(Fix("G6", "0.726", "72.6", "percent_format")), dress=shown(G6='0.00" "%')),
    Case("a percent format of a number that is per cent already", "xlsx", as_it_is, refused(at("G6", "72.6", "out_of_range")), dress=shown(G6="0%")),
    Case("a percent sign in quotes is no percent format", "xlsx", as_it_is, accepted(), dress=shown(G6='0.0"%"')),
    Case("a percent format throughout the column", "xlsx", scaled([5, *COMMUNE_ROWS]), accepted(*IN_PERCENT), dress=percent_format([5, *COMMUNE_ROWS])),
    Case("the scale of one throughout the column", "xlsx", scaled([5, *COMMUNE_ROWS]), refused(at("G3", OPEN, "percent_scale"))),
    Case("the scale of one with a percent format in one cell only", "xlsx", scaled([5, *COMMUNE_ROWS]), refused(at("G3", OPEN, "percent_scale")),
         dress=percent_format([6])),
    Case("a percent format in a score", "xlsx", put(C6=0.6579), refused(at("C6", "0.6579", "percent_cell")), dress=shown(C6="0.00%")),
    Case("a percent format in a change", "xlsx", put(F6=0.0038), refused(at("F6", "0.0038", "percent_cell")), dress=shown(F6="0.00%")),
    Case("a percent format in a count", "xlsx", put(L6=3.19), refused(at("L6", "3.19", "percent_cell")), dress=shown(L6="0%")),
    Case("a division by zero", "xlsx", as_it_is, refused(at("G6", "#DIV/0!", "error_cell")), dress=cell(G6="#DIV/0!")),
    Case("a reference that is gone", "xlsx", as_it_is, refused(at("L6", "#REF!", "error_cell")), dress=cell(L6="#REF!")),
    Case("a value that is not available", "xlsx", as_it_is, refused(at("A6", "#N/A", "error_cell")), dress=cell(A6="#N/A")),
    Case("an error instead of a name", "xlsx", as_it_is, unknown("B24", "#N/A", "Kiến An"), dress=cell(B24="#N/A")),
    Case("a formula that nobody has computed", "xlsx", as_it_is, refused(at("G6", "=G7-7", "formula_cell")), dress=cell(G6="=G7-7")),
    Case("a formula with its result", "xlsx", as_it_is, accepted(), data=computed("72.6")),
    Case("a formula whose result is a text", "xlsx", as_it_is, accepted(Fix("G6", "72,6", "72.6", "decimal_comma")), data=computed("72,6", ' t="str"')),
    Case("a formula whose result is an empty text", "xlsx", as_it_is, refused(at("G6", "", "missing_value")), data=computed("", ' t="str"')),
    Case("a formula whose result is an error", "xlsx", as_it_is, refused(at("G6", "#REF!", "error_cell")), data=computed("#REF!", ' t="e"')),
    Case("a formula whose result is a truth", "xlsx", as_it_is, refused(at("G6", "True", "boolean_cell")), data=computed("1", ' t="b"')),
    Case("a formula instead of a name", "xlsx", as_it_is, unknown("B24", "=B23", "Kiến An"), dress=cell(B24="=B23")),
    Case("a text that looks like a formula", "xlsx", put(B24="=cmd|' /C calc'!A0"), unknown("B24", "=cmd|' /C calc'!A0", "Kiến An")),
    Case("a figure that the spreadsheet took for a day", "xlsx", as_it_is, refused(at("G6", "2023-06-07 00:00:00", "date_cell")), dress=cell(G6=date(2023, 6, 7))),
    Case("a figure shown as a day", "xlsx", as_it_is, refused(at("G6", "1900-03-12 14:24:00", "date_cell")), dress=shown(G6="dd/mm")),
    Case("a figure that the spreadsheet took for a time", "xlsx", as_it_is, refused(at("L6", "1899-12-30 07:26:00", "date_cell")), dress=cell(L6=time(7, 26))),
    Case("the label of the previous week that the spreadsheet took for a day", "xlsx", as_it_is, refused(
        at("3", "ĐIỂM TỔNG HỢP (TUẦN TRƯỚC)", "missing_column")), dress=cell(E3=date(2023, 11, 4))),
    Case("the label of this week that the spreadsheet took for a day", "xlsx", as_it_is, refused(
        at("3", "ĐIỂM TỔNG HỢP (TUẦN TRƯỚC)", "missing_column"), other_week("E3", LAST_WEEK, "27/11/2023")), dress=cell(C3=date(2023, 12, 1))),
    Case("this week's day in the title as a date", "xlsx", as_it_is, accepted(), dress=cell(A1=NOON)),
    Case("a title whose day and month the spreadsheet swapped", "xlsx", as_it_is,
         refused(other_week("A1", "2023-04-12 00:00:00", "12/04/2023")), dress=cell(A1=date(2023, 4, 12))),
    Case("a truth", "xlsx", put(G6=True), refused(at("G6", "True", "boolean_cell"))),
    Case("an untruth in a count", "xlsx", put(L6=False), refused(at("L6", "False", "boolean_cell"))),
    Case("a space in a required cell", "xlsx", put(G6=" "), refused(at("G6", " ", "missing_value"))),
    Case("line breaks in a header and in a name", "xlsx", put(G3="CÔNG KHAI,\nMINH BẠCH (%)", B24="KIẾN\nAN"), accepted()),
    Case("accents typed one by one", "xlsx", put(B24=NFD), accepted(Fix("B24", NFD, "Kiến An", "spelling"))),
    Case("text in a VNI font", "xlsx", lambda rows: [[vni(value) if isinstance(value, str) else value for value in row] for row in rows],
         refused(at("", "", "file.old_encoding", encoding="VNI"))),
    Case("a raised footnote number", "xlsx", as_it_is, refused(at("G6", "72.6^1", NONE)), dress=rich("G6", ("72.6", {}), ("1", {"vertAlign": "superscript"}))),
    Case("a digit struck through", "xlsx", as_it_is, refused(at("I12", "9.3", "hidden")), dress=rich("I12", ("1", {"strike": True}), ("9.3", {}))),
    Case("last week's title line", "xlsx", put(A1="Tuần 4 tháng 11"), refused(other_week("A1", "Tuần 4 tháng 11", "27/11/2023"))),
    Case("last week in the sheet's name", "xlsx", as_it_is, refused(other_week("", "", "27/11/2023")), dress=named("Ngày 27.11.2023")),
    Case("a hidden row", "xlsx", as_it_is, refused(at("A6", "1", "hidden")), dress=hidden(rows=[6])),
    Case("rows folded away", "xlsx", as_it_is, refused(at("A6", "1", "hidden"), at("A7", "2", "hidden")),
         dress=lambda sheet: sheet.row_dimensions.group(6, 7, hidden=True)),
    Case("a hidden title", "xlsx", as_it_is, refused(at("A1", lines()[0][0], "hidden")), dress=hidden(rows=[1])),
    Case("a hidden column", "xlsx", as_it_is, refused(at("G3", OPEN, "hidden")), dress=hidden(columns="G")),
    Case("a hidden row and a hidden column without data", "xlsx", as_it_is, accepted(), dress=hidden(rows=[14], columns="Z")),
    Case("a hidden sheet with data", "xlsx", as_it_is, refused(at("", "Nháp", "hidden_sheet")), dress=beside("hidden")),
    Case("a very hidden sheet with data", "xlsx", as_it_is, refused(at("", "Nháp", "hidden_sheet")), dress=beside("veryHidden")),
    Case("a hidden sheet without data", "xlsx", as_it_is, accepted(), dress=beside("hidden", rows=())),
    Case("the table itself hidden", "xlsx", as_it_is, refused(at("", "Trang", "hidden_sheet")), dress=hide_the_table),
    Case("a sheet without a table", "xlsx", as_it_is, accepted(), dress=beside()),
    Case("last week's table on another sheet", "xlsx", as_it_is, refused(at("", "Trang, Tuần trước", "several_sheets")), dress=beside(rows=typed(), name="Tuần trước")),
    Case("last week on the cover sheet", "xlsx", as_it_is, refused(other_week("A1", "Tuần 4 tháng 11", "27/11/2023", column="", sheet="Bìa")), dress=beside(rows=[["Tuần 4 tháng 11"]], name="Bìa")),
    Case("earlier weeks in a table of other figures", "xlsx", as_it_is, accepted(), dress=beside(rows=[["Tuần 4 tháng 11", 65.41]], name="Quá trình")),
    Case("a value in the last corner of the sheet", "xlsx", as_it_is, refused(at("", "", "file.far_cell", cell="Trang!XFD1048576")), dress=cell(XFD1048576=1)),
    Case("a value in column 101", "xlsx", as_it_is, refused(at("", "", "file.far_cell", cell="Trang!CW6")), dress=cell(CW6=1)),
    Case("a value in row 5,001", "xlsx", as_it_is, refused(at("", "", "file.far_cell", cell="Trang!B5001")), dress=cell(B5001="x")),
    Case("a value beside the table", "xlsx", as_it_is, refused(at("P6", "7", "beyond_header")), dress=cell(P6=7)),
    Case("a note far below the table", "xlsx", as_it_is, accepted(passed=[at("B200", "Ghi chú", "passed.note")]), dress=cell(B200="Ghi chú")),
    Case("two counts merged", "xlsx", as_it_is, refused(at("L8", "", "missing_value")), dress=merged("L7:L8")),
    Case("two percentages merged", "xlsx", as_it_is, refused(at("H6", "", "missing_value")), dress=merged("G6:H6")),
    Case("a merged header", "xlsx", as_it_is, accepted(), dress=merged("A1:M1", "I3:J3", "K3:M3", "B3:B4")),
    Case("no cell that holds anything", "xlsx", as_it_is, refused(at("", "", "file.no_table")), data=xlsx([])),
    *(Case(f"a format {name}", "xlsx", as_it_is, refused(at(cell, value, key)), dress=shown(**{cell: code})) for name, cell, value, code, key in [
        ("that shows nothing", "G6", "72.6", ";;;", "hidden"),
        ("that shows a word instead", "G6", "72.6", '"đạt"', OTHERWISE),
        ("without the minus", "F23", "-5.78", "0.00;0.00", OTHERWISE),
        ("with a bracket for the minus", "F23", "-5.78", "0.00;(0.00", OTHERWISE),
        ("with a plus before whatever number", "F23", "-5.78", "+0.00", OTHERWISE),
        ("with a minus before every number", "G6", "72.6", "-0.0", OTHERWISE),
        ("with a digit more before the number", "G6", "72.6", '"1"0.0', OTHERWISE),
        ("with digits more behind the number", "L6", "319", '0" 000"', OTHERWISE),
        ("with a digit more behind whatever number", "G6", "72.6", 'General"5"', OTHERWISE),
        ("in thousands", "L6", "319", "#,##0,", OTHERWISE),
        ("in millions", "L6", "319", "0.0,,", OTHERWISE),
        ("as a fraction", "G6", "72.6", "# ?/?", OTHERWISE),
        ("as a power of ten", "G6", "72.6", "0.0E+0", OTHERWISE),
        ("with a word above a limit", "G6", "72.6", '[>50]"cao";0.0', OTHERWISE),
        ("with a percent sign twice", "G6", "72.6", "0.0%%", OTHERWISE),
        ("with a blank between digits", "G6", "72.6", "0_.0", OTHERWISE),
        ("filled up with zeros", "G6", "72.6", "0.0*0", OTHERWISE),
        ("in Thai digits", "G6", "72.6", "[$-D00041E]0.0", OTHERWISE),
        ("in white", "G6", "72.6", "[White]0.0", "hidden"),
    ]),
    *(Case(f"a zero that a format {name}", "xlsx", put(F6=0, E6=65.79), refused(at("F6", "0", key)), dress=shown(F6=code)) for name, code, key in [
        ("does not show", "0.00;-0.00;", "hidden"), ("shows as a dash, which would be a missing figure", '0.00;-0.00;"-"', "dash_cell"),
    ]),
    Case("a zero that accountants show as a dash, in a count", "xlsx", as_it_is, accepted(Fix("L21", "0", "0", "dash"), Fix("L24", "0", "0", "dash")),
         dress=shown(L21='_(* #,##0_);_(* \\(#,##0\\);_(* "-"??_);_(@_)', L24='_-* #,##0\\ _₫_-;\\-* #,##0\\ _₫_-;_-* "-"??\\ _₫_-;_-@_-')),
    Case("another number that a format shows as a dash", "xlsx", as_it_is, refused(at("L6", "319", OTHERWISE)), dress=shown(L6='"-"')),
    *(Case(f"an ordinary format: {code}", "xlsx", as_it_is, accepted(), dress=shown(**dict.fromkeys(cells.split(), code))) for cells, code in [
        ("L6 L7", '_(* #,##0_);_(* \\(#,##0\\);_(* "-"_);_(@_)'), ("G6 G7 F6", "[Red]0.00;[Blue]-0.00;0.00"), ("G6", '[$-42A]0.0" %"'), ("F23", "0.00_);-0.00_)"), ("F6 F23", "+0.00;-0.00;0.00"), ("F6 F23", "#,##0.00_);[Red](#,##0.00)"), ("G6", "[$-vi-VN]0.0"), ("G6 C6", "[>50]0.0;0.00"),
    ]),
    Case("a zero that the sheet does not show", "xlsx", put(F6=0, E6=65.79), refused(at("F6", "0", "hidden"), more=True), dress=of_view("showZeros", False)),
    Case("a sheet that shows formulas instead of results", "xlsx", as_it_is, refused(at("G6", "72.6", OTHERWISE)),
         data=part_changed("xl/worksheets/sheet1.xml", "<sheetView ", '<sheetView showFormulas="1" ', computed("72.6"))),
    Case("a picture or a record instead of the number", "xlsx", as_it_is, refused(at("G6", "72.6", OTHERWISE)),
         data=part_changed("xl/worksheets/sheet1.xml", '<c r="G6"', '<c vm="1" r="G6"')),
    Case("a name to which its format adds the kind of unit", "xlsx", as_it_is, accepted(), dress=shown(B24='"xã "@')),
    Case("half a name, the rest by its format", "xlsx", put(B24="AN"), accepted(), dress=shown(B24='"KIẾN "@')),
    Case("another name by its format", "xlsx", as_it_is, unknown("B24", "TÂN KIẾN AN", "Kiến An", ANY), dress=shown(B24='"TÂN "@')),
    Case("a name that its format does not show", "xlsx", as_it_is, refused(at("B24", "KIẾN AN", "hidden")), dress=shown(B24=";;;")),
    Case("white letters", "xlsx", as_it_is, refused(at("G6", "72.6", "hidden")), dress=font("G6", color="FFFFFFFF")),
    Case("letters almost white", "xlsx", as_it_is, refused(at("G6", "72.6", "hidden")), dress=font("G6", color="FFFAFAFA")),
    Case("letters in the theme's white", "xlsx", as_it_is, refused(at("G6", "72.6", "hidden")), dress=font("G6", color=Color(theme=0))),
    Case("letters in the palette's white", "xlsx", as_it_is, refused(at("G6", "72.6", "hidden")), dress=font("G6", color=Color(indexed=9))),
    Case("white letters on red", "xlsx", as_it_is, accepted(), dress=all_dressed(font("G6", color="FFFFFFFF"), filled("G6", "FFC00000"))),
    Case("red letters on red", "xlsx", as_it_is, refused(at("G6", "72.6", "hidden")), dress=all_dressed(font("G6", color="FFC00000"), filled("G6", "FFC00000"))),
    Case("a white digit beside the others", "xlsx", as_it_is, refused(at("G6", "72.6", "hidden")), dress=rich("G6", ("1", {"color": "FFFFFFFF"}), ("72.6", {}))),
    Case("a digit of one point beside the others", "xlsx", as_it_is, refused(at("G6", "72.6", "hidden")), dress=rich("G6", ("72.6", {"sz": 11}), ("1", {"sz": 1}))),
    Case("letters of one point", "xlsx", as_it_is, refused(at("G6", "72.6", "hidden")), dress=font("G6", sz=1)),
    Case("pictures for digits", "xlsx", as_it_is, refused(at("G6", "72.6", OTHERWISE)), dress=font("G6", name="Wingdings 2")),
    Case("a number repeated until its cell is full", "xlsx", as_it_is, refused(at("L6", "319", OTHERWISE)),
         dress=lambda sheet: setattr(sheet["L6"], "alignment", Alignment(horizontal="fill"))),
    Case("a conditional format that hides a number", "xlsx", as_it_is, refused(at("G6", "72.6", "hidden")), dress=conditional("G6", changing("greaterThan", 50, ";;;"))),
    Case("a conditional format that would hide another number", "xlsx", as_it_is, accepted(), dress=conditional("G6:G24", changing("greaterThan", 100, ";;;"))),
    Case("a conditional format that shows a word", "xlsx", as_it_is, refused(at("G6", "72.6", OTHERWISE)), dress=conditional("$G$6", changing("greaterThan", 50, '"đạt"'))),
    Case("a conditional format in white", "xlsx", as_it_is, refused(at("G6", "72.6", "hidden")), dress=conditional("G6", changing("between", "1,99", color="FFFFFFFF"))),
    Case("a conditional format in red", "xlsx", as_it_is, accepted(), dress=conditional("G5:G24", changing("lessThan", 80, "0.00", color="FF9C0006"))),
    Case("a bar instead of the number", "xlsx", as_it_is, refused(at("G6", "72.6", "hidden"), more=True), dress=bar_alone()),
    Case("a row that is hardly there", "xlsx", as_it_is, refused(at("A6", "1", "hidden")), dress=lambda sheet: setattr(sheet.row_dimensions[6], "height", 0.75)),
    Case("last week in the format of a number above the table", "xlsx", put(A2=4), refused(at("A2", "4", OTHERWISE, column="")), dress=shown(A2='"Tuần "0"/11"')),
    Case("a year above the table", "xlsx", put(A2=2023), accepted()),
    Case("a formula without a result above the table", "xlsx", as_it_is, refused(at("A2", "=TODAY()", "formula_cell", column="")), dress=cell(A2="=TODAY()")),
    Case("a row of no height", "xlsx", as_it_is, refused(at("A6", "1", "hidden")), data=part_changed("xl/worksheets/sheet1.xml", '<row r="6"', '<row ht="0.0" r="6"')),
    Case("a column that is hardly there", "xlsx", as_it_is, refused(at("G3", OPEN, "hidden")), dress=lambda sheet: setattr(sheet.column_dimensions["G"], "width", 0.08)),
    Case("a column of no width", "xlsx", as_it_is, refused(at("G3", OPEN, "hidden")),
         data=part_changed("xl/worksheets/sheet1.xml", "<sheetData>", '<cols><col min="7" max="7" width="0E0" customWidth="1"/></cols><sheetData>')),
    Case("a computer's rounding error", "xlsx", put(G6=72.60000000000001), accepted(Fix("G6", "72.60000000000001", "72.6", "float_noise"))),
    Case("a computer's rounding error in a count", "xlsx", put(L6=319.0000000000001), accepted(Fix("L6", "319.0000000000001", "319", "float_noise"))),
    Case("twelve digits that are no rounding error", "xlsx", put(G6=72.6123456789), accepted(values={"G6": 72.6123456789})),
    Case("parts called in capitals", "xlsx", as_it_is, accepted(), data=parts_named(str.upper)),
    Case("parts called with backslashes", "xlsx", as_it_is, accepted(), data=parts_named(lambda name: name.replace("/", "\\"))),
    Case("parts called by a way around", "xlsx", as_it_is, accepted(), data=parts_named(lambda name: re.sub("^xl/", "/xl/../xl/", name))),
    Case("two parts of one name but for a capital", "xlsx", as_it_is, refused(at("", "", "file.broken")), data=parts_named(str, **{"xl/worksheets/Sheet1.xml": b"<x/>"})),
    Case("two parts of one name but for a backslash", "xlsx", as_it_is, refused(at("", "", "file.broken")), data=parts_named(str, **{"xl\\worksheets\\sheet1.xml": b"<x/>"})),
    Case("a binary workbook", "xlsx", as_it_is, refused(at("", "", "file.other_workbook", kind=".xlsb")), data=delivered.package("xl/workbook.bin", b"\x83\x01\0")),
    Case("a workbook of LibreOffice's own kind", "xlsx", as_it_is, refused(at("", "", "file.other_workbook", kind=".ods")),
         data=delivered.zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"})),
    Case("a figure whose digits are turned around", "xlsx", put(G6="\u202e6.27"), refused(at("G6", "\\u202e6.27", ODD))),
    Case("a figure with a mark of direction", "xlsx", put(G6="72.6\u200f"), refused(at("G6", "72.6\\u200f", ODD))),
    Case("a name with a mark of direction", "xlsx", put(B24="KIẾN AN\u200e"), refused(at("B24", "KIẾN AN\\u200e", ODD), at("B", "Kiến An", "missing_unit", name="xã Kiến An"))),
    Case("a title whose digits are turned around", "xlsx", put(A2="\u202e3202/21/40"), refused(at("A2", "\\u202e3202/21/40", ODD))),
    Case("a sheet's name that is turned around", "xlsx", as_it_is, refused(at("", "Nháp\\u202e", "hidden_sheet")), dress=beside("hidden", name="Nháp\u202e")),
    Case("a workbook called a text", "xlsx", as_it_is, accepted(), file="table.csv"),
    Case("a page called a workbook", "html", as_it_is, accepted(), file="table.xls"),
    Case("a text called a workbook", "tab", as_it_is, accepted(), file="table.xlsx"),
]


def raised(place, said, note, **how):
    font = xlwt.easyfont("; ".join(f"{name} {value}" for name, value in how.items()))
    row, column = place
    return lambda sheet: sheet.write_rich_text(row, column, [(said, xlwt.easyfont("")), (note, font)])


def old(row, column, value, number_format="General"):
    return lambda sheet: sheet.write(row, column, value, xlwt.easyxf(num_format_str=number_format))


def old_setting(of, name, value):
    return lambda sheet: setattr(of(sheet), name, value)


OLD_WORKBOOKS = [
    Case("last week in the format of a number in an old workbook", "xls", put(A2="4"), refused(at("A2", "4", OTHERWISE, column="")), dress=old(1, 0, 4, '"Tuần "0"/11"')),
    Case("a text among numbers", "xls", put(G6="72,6"), accepted(Fix("G6", "72,6", "72.6", "decimal_comma"))),
    Case("a percent format", "xls", as_it_is, accepted(Fix("G6", "0.726", "72.6", "percent_format")), dress=old(5, 6, 0.726, "0.0%")),
    Case("a percent format in a count", "xls", as_it_is, refused(at("L6", "3.19", "percent_cell")), dress=old(5, 11, 3.19, "0%")),
    Case("a count that the spreadsheet took for a decimal", "xls", put(L5=1.746), refused(at("L5", "1.746", COUNT))),
    Case("a figure shown as a day", "xls", as_it_is, refused(at("G6", "2023-12-04 00:00:00", "date_cell")), dress=old(5, 6, 45264, "DD/MM/YYYY")),
    Case("a truth", "xls", put(G6=True), refused(at("G6", "True", "boolean_cell"))),
    Case("a division by zero", "xls", as_it_is, refused(at("G6", "#DIV/0!", "error_cell")), dress=lambda sheet: sheet.row(5).set_cell_error(6, "#DIV/0!")),
    Case("a formula that nobody has computed", "xls", as_it_is, refused(at("G6", "", "missing_value")), dress=old(5, 6, xlwt.Formula("G7-7"))),
    Case("a formula as a text instead of a name", "xls", put(B24="=cmd|' /C calc'!A0"), unknown("B24", "=cmd|' /C calc'!A0", "Kiến An")),
    Case("a raised footnote number", "xls", as_it_is, refused(at("G6", "72.6^1", NONE)), dress=raised((5, 6), "72.6", "1", escapement="superscript")),
    Case("a hidden row", "xls", as_it_is, refused(at("A6", "1", "hidden")), dress=old_setting(lambda sheet: sheet.row(5), "hidden", True)),
    Case("a hidden column", "xls", as_it_is, refused(at("G3", OPEN, "hidden")), dress=old_setting(lambda sheet: sheet.col(6), "hidden", True)),
    Case("the table itself hidden", "xls", as_it_is, refused(at("", "Trang", "hidden_sheet")), dress=old_setting(lambda sheet: sheet, "visibility", 1)),
    Case("two counts merged", "xls", as_it_is, refused(at("L8", "", "missing_value")), dress=lambda sheet: sheet.merge(6, 7, 11, 11)),
    *(Case(f"a format {name}", "xls", as_it_is, refused(at(cell, value, key)), dress=old(row, column, number, code)) for name, cell, value, row, column, number, code, key in [
        ("that shows nothing", "G6", "72.6", 5, 6, 72.6, ";;;", "hidden"),
        ("without the minus", "F23", "-5.78", 22, 5, -5.78, "0.00;0.00", OTHERWISE),
        ("in thousands", "L6", "319", 5, 11, 319, "#,##0,", OTHERWISE),
        ("with a digit more", "G6", "72.6", 5, 6, 72.6, '"1"0.0', OTHERWISE),
        ("of a zero as a dash", "F23", "0", 22, 5, 0, '0.00;-0.00;"-"', "dash_cell"),
    ]),
    Case("an ordinary format", "xls", as_it_is, accepted(), dress=old(5, 11, 319, '_(* #,##0_);_(* \\(#,##0\\);_(* "-"_);_(@_)')),
    *(Case(name, "xls", as_it_is, refused(at("G6", "72.6", key)), dress=lambda sheet, how=how: sheet.write(5, 6, 72.6, xlwt.easyxf(how))) for name, how, key in [
        ("white letters", "font: colour white", "hidden"), ("letters of one point", "font: height 20", "hidden"),
        ("red letters on red", "font: colour red; pattern: pattern solid, fore_colour red", "hidden"),
        ("pictures for digits", "font: name Wingdings", OTHERWISE), ("a number repeated until its cell is full", "align: horiz filled", OTHERWISE),
    ]),
    Case("white letters on blue", "xls", as_it_is, accepted(), dress=lambda sheet: sheet.write(5, 6, 72.6, xlwt.easyxf("font: colour white; pattern: pattern solid, fore_colour blue"))),
    Case("a white digit beside the others", "xls", as_it_is, refused(at("G6", "72.6", "hidden")), dress=raised((5, 6), "72.6", "1", colour="white")),
    Case("a column of no width", "xls", as_it_is, refused(at("G3", OPEN, "hidden")), dress=old_setting(lambda sheet: sheet.col(6), "width", 0)),
    Case("a column that is hardly there", "xls", as_it_is, refused(at("G3", OPEN, "hidden")), dress=old_setting(lambda sheet: sheet.col(6), "width", 20)),
    Case("a row that is hardly there", "xls", as_it_is, refused(at("A6", "1", "hidden")), dress=old_setting(lambda sheet: sheet.row(5), "height", 10)),
    Case("a zero that the sheet does not show", "xls", put(F6=0, E6=65.79), refused(at("F6", "0", "hidden"), more=True), dress=old_setting(lambda sheet: sheet, "show_zero_values", 0)),
    Case("last week in the header of a sheet's pages", "xls", as_it_is, refused(other_week("A0", "Tuần 4 tháng 11", "27/11/2023")),
         dress=old_setting(lambda sheet: sheet, "_Worksheet__header_str", "&C&14Tuần 4 tháng 11")),
    Case("a value in row 5,501", "xls", as_it_is, refused(at("", "", "file.far_cell", cell="Trang!B5501")), dress=old(5500, 1, "x")),
]

# -- pages and documents: row 1 is row 3 of the text -----------------------------------------------------------------


def again(said):
    begin, end = said.index("<table>"), said.index("</table>")
    return said[:end] + "</table>" + said[begin:]


def run(row, column, said="", **how):
    """A piece of text more in a cell of the document, formatted."""

    def dress(made):
        piece = made.tables[0].rows[row - 1].cells[column].paragraphs[0].add_run(said)
        for name, value in how.items():
            setattr(piece.font, name, value)

    return dress


def struck(row, column, said):
    def dress(made):
        paragraph = made.tables[0].rows[row - 1].cells[column].paragraphs[0]
        whole = paragraph.runs[0].text
        paragraph.runs[0].text, paragraph.runs[0].font.strike = said, True
        paragraph.add_run(whole)

    return dress


def document_merge(made):
    rows = made.tables[0].rows
    rows[3].cells[11].merge(rows[4].cells[11])


PAGES = [
    Case("a decimal comma", "html", put(G6="72,6"), accepted(Fix("G4", "72,6", "72.6", "decimal_comma"))),
    Case("a count with a dot is text", "html", put(L5="1.746"), accepted(Fix("L3", "1.746", "1746", "thousands"))),
    Case("a no-break space before a number", "html", put(G6="<i>&nbsp;72.6</i>"), accepted(Fix("G4", "\u00a072.6", "72.6", "sign"))),
    Case("the true minus sign", "html", put(F23="<i>&minus;5,78</i>"), accepted(Fix("F21", "−5,78", "-5.78", "decimal_comma"))),
    Case("a dash for a minus", "html", put(F23="<i>&ndash;5,78</i>"), refused(at("F21", "–5,78", NONE))),
    Case("a raised footnote number", "html", put(G6="<i>72.6<sup>1</sup></i>"), refused(at("G4", "72.6^1", NONE))),
    Case("a digit struck through", "html", put(I12="<span><s>1</s>9.3</span>"), refused(at("I10", "9.3", "hidden"))),
    Case("a number within a form", "html", put(G6="<input value=72.6>"), refused(at("G4", "", "unread", what="<input>"))),
    Case("a comment within a number", "html", put(G6="<i>7<!-- 9 -->2.6</i>"), accepted()),
    Case("a line break in a name", "html", put(B24="<i>KIẾN<br>AN</i>"), accepted()),
    Case("a script behind a name", "html", put(B24="<i>KIẾN AN<script>alert(1)</script></i>"), accepted()),
    Case("a script as text in a name", "html", put(B24="KIẾN AN<script>"), unknown("B22", "KIẾN AN<script>", "Kiến An", ANY)),
    Case("a picture that runs a script beside a name", "html", put(B24="<img src=x onerror=alert(1)>KIẾN AN"), accepted()),
    Case("a formula as text", "html", put(G6="=1+1"), refused(at("G4", "=1+1", NONE))),
    Case("a hidden row", "html", as_it_is, refused(at("A4", "1", "hidden")), dress=changed("id=r4>", "style='display:none'>")),
    Case("a hidden number beside the shown one", "html", put(G6="<i><span style='display:none'>99</span>72.6</i>"), refused(at("G4", "72.6", "hidden"))),
    Case("a hidden cell", "html", as_it_is, refused(at("G4", "72.6", "hidden")), dress=changed("id=G4", "hidden")),
    Case("a hidden table", "html", as_it_is, refused(at("", "", "hidden_sheet")), dress=changed("<table>", "<table style='visibility:hidden'>")),
    Case("a cell over two columns", "html", as_it_is, refused(
        at("N4", "323", "beyond_header"), at("M4", "", "missing_value")), dress=changed("id=L4", "colspan=2")),
    Case("a cell over two rows", "html", as_it_is, refused(
        at("N5", "398", "beyond_header"), at("L5", "", "missing_value"), at("M3", "2834", "wrong_sum", sum="2.556")), dress=changed("id=L4", "rowspan=2")),
    Case("a cell over 200 columns", "html", as_it_is, refused(at("", "", "file.far_cell")), dress=changed("id=M4", "colspan=200")),
    Case("last week in the line above the table", "html", put(A1="Ngày 27/11/2023"), refused(other_week("A0", "Ngày 27/11/2023", "27/11/2023"))),
    Case("last week in a heading above the table", "html", as_it_is, refused(other_week("A0", "Tuần 4 tháng 11", "27/11/2023")), dress=changed("<table>", "<h2>Tuần 4 tháng 11</h2><table>")),
    Case("last week in a box of its own above the table", "html", as_it_is, refused(other_week("A1", "Ngày 27/11/2023", "27/11/2023", column="", sheet="bảng 1")), dress=changed("<table>", "<table><tr><td>Ngày 27/11/2023</table><table>")),
    Case("last week in a line above a box that stands above the table", "html", as_it_is, refused(other_week("A0", "Ngày 27/11/2023", "27/11/2023", column="", sheet="bảng 1")), dress=changed("<table>", "<p>Ngày 27/11/2023</p><table><tr><td>UBND</table><table>")),
    Case("this week and a decision's day in a box above the table", "html", as_it_is, accepted(), dress=changed("<table>", "<table><tr><td>Ngày 04/12/2023<td>QĐ 766/QĐ-TTg ngày 23/6/2022</table><table>")),
    Case("the day it was signed, below the table", "html", as_it_is, accepted(), dress=changed("</table>", "</table><p>Chợ Mới, 05/12/2023</p>")),
    Case("the table twice", "html", as_it_is, refused(at("", "bảng 1, bảng 2", "several_sheets")), dress=again),
    Case("a table cut off after a row", "html", as_it_is, refused(
        at("L3", "1746", "wrong_sum"), at("M3", "2834", "wrong_sum"), at("B", "Kiến An", "missing_unit", name="xã Kiến An"), more=True),
         dress=lambda page: page[: page.index("<tr id=r18>")]),
    Case("a table cut off within a row", "html", as_it_is, refused(at("A18", "14", ""), more=True),
         dress=lambda page: page[: page.index("LONG GIANG")]),
    Case("no table", "html", as_it_is, refused(at("", "", "file.no_table")), data=b"<html><body><p>72.6"),
    Case("in UTF-16", "html", as_it_is, accepted(), data=web_page(typed()).decode().encode("utf-16")),
    Case("a decimal comma", "docx", put(G6="72,6"), accepted(Fix("G4", "72,6", "72.6", "decimal_comma"))),
    Case("a count with a dot is text", "docx", put(L5="1.746"), accepted(Fix("L3", "1.746", "1746", "thousands"))),
    Case("a name with another accent", "docx", put(B24="KIẾN ÂN"), unknown("B22", "KIẾN ÂN", "Kiến An", "Kiến An")),
    Case("a soft hyphen within a number", "docx", put(G6="72\u00ad.6"), refused(at("G4", "72\u00ad.6", NONE))),
    Case("a raised footnote number", "docx", as_it_is, refused(at("G4", "72.6^1", NONE)), dress=run(4, 6, "1", superscript=True)),
    Case("a digit struck through", "docx", as_it_is, refused(at("I10", "9.3", "hidden")), dress=struck(10, 8, "1")),
    Case("hidden digits", "docx", as_it_is, refused(at("G4", "72.6", "hidden")), dress=run(4, 6, "9", hidden=True)),
    Case("digits too small to see", "docx", as_it_is, refused(at("G4", "72.699", "unread", what="w:sz")), dress=run(4, 6, "99", size=Pt(1))),
    Case("two counts merged", "docx", as_it_is, refused(at("L4", "319\n120", COUNT), at("L5", "", "missing_value")), dress=document_merge),
    Case("last week in the line above the table", "docx", put(A1="Ngày 27/11/2023"), refused(other_week("A0", "Ngày 27/11/2023", "27/11/2023"))),
    Case("the day it was signed, below the table", "docx", as_it_is, accepted(), dress=lambda made: made.add_paragraph("Chợ Mới, 05/12/2023")),
    Case("no table", "docx", as_it_is, refused(at("", "", "file.no_table")), data=delivered.document(lambda made: made.add_paragraph("72.6"))),
]

# -- what is seen of a page or a document may be another text than the one that is read ------------------------------


def piece(row, column, xml):
    """XML more in the paragraph of a cell of the document."""

    def dress(made):
        paragraph = made.tables[0].rows[row - 1].cells[column].paragraphs[0]._p
        paragraph.extend(parse_xml(f"<w:p {nsdecls('w')}>{xml}</w:p>"))

    return dress


def setting(row, column, what, xml):
    """A property of a cell's paragraph (``pPr``), of the cell (``tcPr``) or of its row (``trPr``)."""

    def dress(made):
        cell = made.tables[0].rows[row - 1].cells[column]
        holders = {"pPr": cell.paragraphs[0]._p, "tcPr": cell._tc, "trPr": cell._tc.getparent()}
        getattr(holders[what], f"get_or_add_{what}")().extend(parse_xml(f"<w:p {nsdecls('w')}>{xml}</w:p>"))

    return dress


def in_style(row, column, said, xml):
    """A piece of text more in a cell, in a style of its own, "Riêng"."""

    def dress(made):
        style = f"<w:style {nsdecls('w')} w:type='character' w:styleId='Riêng'><w:rPr>{xml}</w:rPr></w:style>"
        made.styles.element.append(parse_xml(style))
        piece(row, column, f"<w:r><w:rPr><w:rStyle w:val='Riêng'/></w:rPr><w:t>{said}</w:t></w:r>")(made)

    return dress


def nested(made):
    made.tables[0].rows[3].cells[6].add_table(1, 1).rows[0].cells[0].text = "1"


def sheet_of(css, *changes):
    """The page with a style sheet, and with other changes of its text: pairs of before and now."""

    def dress(said):
        for before, now in changes:
            said = changed(before, now)(said)
        return changed("<body>", f"<head><style>{css}</style></head><body>")(said)

    return dress


def not_read(value, what, cell="G4", **more):
    return refused(at(cell, value, "unread", what=what), **more)


G6_MORE = put(G6="<i>72.6<b class=z>1</b></i>")
SYMBOL = "<w:r><w:sym w:font='Symbol' w:char='F031'/></w:r>"
FOOTNOTE, HIDING = "<w:r><w:footnoteReference w:id='1'/></w:r>", "<w:vanish/>"
RAISING, LISTED = "<w:vertAlign w:val='superscript'/>", "<w:numPr><w:numId w:val='1'/></w:numPr>"
CONTROL = "<w:sdt><w:sdtPr>{}</w:sdtPr><w:sdtContent><w:r><w:t>1</w:t></w:r></w:sdtContent></w:sdt>"
SEEN = [
    Case("a symbol behind a figure", "docx", as_it_is, not_read("72.6", "w:sym"), dress=piece(4, 6, SYMBOL)),
    Case("a symbol in a name", "docx", as_it_is, not_read("KIẾN AN", "w:sym", "B22"), dress=piece(22, 1, SYMBOL)),
    Case("a symbol in a header", "docx", as_it_is, not_read(OPEN, "w:sym", "G1"), dress=piece(1, 6, SYMBOL)),
    Case("a digit hidden by a style", "docx", as_it_is, not_read("72.61", "w:vanish (Riêng)"), dress=in_style(4, 6, "1", HIDING)),
    Case("a digit raised by a style", "docx", as_it_is, not_read("72.61", "w:vertAlign (Riêng)"), dress=in_style(4, 6, "1", RAISING)),
    Case("a digit struck by a style", "docx", as_it_is, not_read("72.61", "w:strike (Riêng)"), dress=in_style(4, 6, "1", "<w:strike/>")),
    Case("a digit white by a style", "docx", as_it_is, not_read("72.61", "w:color"), dress=in_style(4, 6, "1", "<w:color w:val='FFFFFF'/>")),
    Case("a letter hidden by a style in a name", "docx", put(B24="KIẾN A"), not_read("KIẾN AN", "w:vanish (Riêng)", "B22"), dress=in_style(22, 1, "N", HIDING)),
    Case("a bold digit by a style", "docx", put(G6="72."), accepted(), dress=in_style(4, 6, "6", "<w:b/><w:color w:val='C00000'/>")),
    Case("a nested table", "docx", as_it_is, refused(at("G4", "72.6", "unread", sheet="bảng 1", what="w:tbl")), dress=nested),
    Case("a field that may be stale", "docx", put(G6="72."), not_read("72.6", "w:fldSimple"), dress=piece(4, 6, "<w:fldSimple w:instr='PAGE'><w:r><w:t>6</w:t></w:r></w:fldSimple>")),
    Case("a footnote behind a figure", "docx", as_it_is, not_read("72.6", "w:footnoteReference"), dress=piece(4, 6, FOOTNOTE)),
    Case("a footnote behind a name", "docx", as_it_is, accepted(), dress=piece(22, 1, FOOTNOTE)),
    Case("a digit raised by its position", "docx", as_it_is, not_read("72.61", "w:position"), dress=piece(4, 6, "<w:r><w:rPr><w:position w:val='9'/></w:rPr><w:t>1</w:t></w:r>")),
    Case("the number of a list before a figure", "docx", as_it_is, not_read("72.6", "w:numPr"), dress=setting(4, 6, "pPr", LISTED)),
    Case("a placeholder as a digit", "docx", as_it_is, not_read("72.61", "w:showingPlcHdr"), dress=piece(4, 6, CONTROL.format("<w:showingPlcHdr/>"))),
    Case("a digit of a form", "docx", put(G6="72."), accepted(values={"G4": 72.1}), dress=piece(4, 6, CONTROL.format("<w:text/>"))),
    Case("digits from right to left", "docx", as_it_is, not_read("72.61", "w:bdo"), dress=piece(4, 6, "<w:bdo w:val='rtl'><w:r><w:t>1</w:t></w:r></w:bdo>")),
    Case("a row without height", "docx", as_it_is, not_read("1", "w:trHeight", "A4", more=True), dress=setting(4, 6, "trPr", "<w:trHeight w:val='1' w:hRule='exact'/>")),
    Case("a cell turned on its side", "docx", as_it_is, accepted(), dress=setting(4, 6, "tcPr", "<w:textDirection w:val='btLr'/>")),
    Case("a digit hidden by a class", "html", G6_MORE, not_read("72.61", ".z {display: none}"), dress=sheet_of(".z{display:none}")),
    Case("a digit raised by a class", "html", G6_MORE, not_read("72.61", ".z {vertical-align: super}"), dress=sheet_of(".z{vertical-align:super}")),
    Case("a digit hidden by a class of the screen", "html", G6_MORE, not_read("72.61", ".z {display: none}"), dress=sheet_of("@media screen{.z{display:none}}")),
    Case("a digit hidden on paper", "html", G6_MORE, accepted(values={"G4": 72.61}), dress=sheet_of("@media print{.z{display:none}}")),
    Case("a digit white by a class", "html", G6_MORE, not_read("72.61", "color: #ffffff"), dress=sheet_of(".z{color:#fff}")),
    Case("a digit white in a dark row", "html", G6_MORE, accepted(values={"G4": 72.61}), dress=sheet_of("#r4{background:#036;color:#eee}.z{color:#fff}")),
    Case("a digit transparent by a class", "html", G6_MORE, not_read("72.61", ".z {opacity: 0}"), dress=sheet_of(".z{opacity:0}")),
    Case("a digit of no size", "html", put(G6="<i>72.6<b style='font-size:0'>1</b></i>"), not_read("72.61", "font-size: 0")),
    Case("a digit off the screen", "html", put(G6="<i>72.6<b style='position:absolute;left:-999px'>1</b></i>"), not_read("72.61", "left: -999px")),
    Case("a digit from the style sheet", "html", as_it_is, not_read("72.6", "#G4:after {content: '1'}"), dress=sheet_of("#G4:after{content:'1'}")),
    Case("an arrow from the style sheet behind a header", "html", as_it_is, accepted(), dress=sheet_of("#G1:after{content:'\\25b2'}")),
    Case("a note above a digit", "html", put(G6="<ruby>72.6<rt>1</rt></ruby>"), not_read("72.61", "<ruby>")),
    Case("details that are closed", "html", put(G6="<i>72.6<details>1</details></i>"), not_read("72.6\n1", "<details>")),
    Case("digits from right to left", "html", put(G6="<bdo dir=rtl>72.6</bdo>"), not_read("72.6", "dir=rtl")),
    Case("a picture instead of a figure", "html", put(G6="<img src=x>"), not_read("", "<img>")),
    Case("a row hidden by a class", "html", as_it_is, not_read("1", ".z {display: none}", "A4", more=True), dress=sheet_of(".z{display:none}", ("id=r4", "id=r4 class=z"))),
    Case("a column hidden by a class", "html", as_it_is, not_read("ST T", ".z {visibility: collapse}", "A1", more=True), dress=sheet_of(".z{visibility:collapse}", ("<table>", "<table><col class=z>"))),
    Case("a table hidden by a class", "html", as_it_is, not_read("ST T", ".z {display: none}", "A1", more=True), dress=sheet_of(".z{display:none}", ("<table>", "<div class=z><table>"))),
    Case("a row without height", "html", as_it_is, not_read("1", "height=0", "A4", more=True), dress=changed("id=r4", "id=r4 height=0")),
    Case("a property nobody knows", "html", as_it_is, not_read("72.6", "digits: other"), dress=changed("id=G4", "id=G4 style='digits: other'")),
    Case("classes without effect, fonts, borders, widths", "html", as_it_is, accepted(), dress=sheet_of(
        "table{border-collapse:collapse;width:100%}td{border:1px solid #999;padding:2px 4px;font:11pt/1.2 Arial;text-align:center;color:#222}", ("id=G4", "id=G4 class=xl65 width=64"))),
    Case("the look of the page in another file", "html", as_it_is, refused(at("", "", "file.style_elsewhere", name="look.css")), dress=changed("<body>", "<head><link rel=stylesheet href=look.css></head><body>")),
    Case("an imported look", "html", as_it_is, refused(at("", "", "file.style_elsewhere", name="url(look.css)")), dress=sheet_of("@import url(look.css);")),
    Case("a look for paper in another file", "html", as_it_is, accepted(), dress=changed("<body>", "<head><link rel=stylesheet media=print href=look.css></head><body>")),
    Case("more rules than a style sheet has", "html", as_it_is, refused(at("", "", "file.too_many_styles")), dress=sheet_of("a{b:c}" * 10_001)),
    Case("rules that take too long to try", "html", as_it_is, refused(at("", "", "file.too_many_styles")), dress=sheet_of("x td{top:1px}" * 9_000)),
]

# -- the portal's tables ---------------------------------------------------------------------------------------------

POINTS = {"low": "0", "high": "18"}
ANSWER = "data.evaluation"  # the list of the units in the portal's answer, which holds a list of another kind, too
def off_sum(groups, total="75,31"):
    """The warning that the total of Vân Canh is not the sum of its groups."""
    return at("C", "", "totals_differ", count="1", all="4", unit="Vân Canh", total=total, sum=groups)


PORTAL_TABLES = [
    Case("a decimal comma in points", "portal csv", put(D3="11,79"), accepted(Fix("D3", "11,79", "11.79", "decimal_comma"))),
    Case("three digits behind the dot of points", "portal csv", put(D3="11.790"), refused(at("D3", "11.790", THREE))),
    Case("a percent sign behind points", "portal csv", put(D3="11.79%"), refused(at("D3", "11.79%", NONE))),
    Case("less than no points", "portal csv", put(D3="-0.01"), refused(at("D3", "-0.01", "out_of_range", **POINTS))),
    Case("all points of the group", "portal csv", put(D3="18"), accepted(values={"D3": 18.0}, warnings=[off_sum("81,52")])),
    Case("the portal's own points above the group's", "portal csv", put(H3="18.33"), accepted(values={"H3": 18.33}, warnings=[at("H3", "18.33", "out_of_range", **POINTS), off_sum("75,64")])),
    Case("a total within two hundredths of its groups", "portal csv", put(C3="75.33"), accepted(values={"C3": 75.33})),
    Case("a total three hundredths off its groups", "portal csv", put(C3="75.34"), accepted(values={"C3": 75.34}, warnings=[off_sum("75,31", total="75,34")])),
    Case("points without their dot", "portal csv", put(D3="1179"), refused(at("D3", "1179", "out_of_range"))),
    Case("a total without its dot", "portal csv", put(C3="7531"), refused(at("C3", "7531", "out_of_range"))),
    Case("no points", "portal csv", put(H3=""), refused(at("H3", "", "missing_value"))),
    Case("no name", "portal csv", put(B3=""), refused(at("B3", "", "no_unit_name"))),
    Case("no code", "portal csv", put(A3=""), refused(at("A3", "", "missing_value"))),
    Case("a code twice", "portal csv", put(A4="H21.227"), refused(at("B4", "xã Đề Gi", "doubled_unit", first="3"))),
    Case("a name twice under two codes", "portal csv", put(B3="xã Đề Gi"), refused(at("B4", "xã Đề Gi", "doubled_unit", first="3"))),
    Case("a code of another province", "portal csv", put(A3="H44.01"), refused(at("A3", "H44.01", "unknown_code"))),
    Case("a code in small letters", "portal csv", put(A3="h21.227"), refused(at("A3", "h21.227", "unknown_code"))),
    Case("a formula for a code", "portal csv", put(A3="=1+1"), refused(at("A3", "=1+1", "unknown_code"))),
    Case("the table of another province", "portal csv", lambda rows: [[str(value).replace("H21", "H44").replace("Gia Lai", "Hà Tĩnh") for value in row] for row in rows],
         refused(at("A2", "H44", "unknown_code"), more=True)),
    Case("a code between spaces", "portal csv", put(A3=" H21.227 "), accepted()),
    Case("the province's row twice", "portal csv", append(portal()[1]), refused(at("A6", "H21", "doubled_control", first="2"))),
    Case("the province's row without its code", "portal csv", put(A2=""), accepted()),
    Case("the province's row and nothing else", "portal csv", lambda rows: rows[:2], refused(at("B", "", ""), more=True)),
    Case("a header and nothing else", "portal csv", lambda rows: rows[:1], refused(at("B", "", ""), more=True)),
    Case("a group twice and another one not at all", "portal csv", put(I1="MDHL"), refused(
        at("I1", "MDHL", "doubled_column", column="MDHL"), at("1", "MDSH", "missing_column"))),
    Case("a group in small letters", "portal csv", put(I1="mdsh"), accepted()),
    Case("headers of two groups swapped are not told by the gate but by the sums' groups", "portal csv", swap("F1", "G1"),
         accepted(values={f"{letter}{row + 2}": float(portal()[row + 1][5 if letter == "G" else 6]) for row in range(4) for letter in "FG"})),
    Case("points as text", "portal json", put(D3="11.79"), accepted()),
    Case("points as text with a comma", "portal json", put(D3="11,79"), accepted(Fix("D3", "11,79", "11.79", "decimal_comma"))),
    Case("points as text with an exponent", "portal json", put(D3="1e1"), refused(at("D3", "1e1", NONE, sheet=ANSWER))),
    Case("points with an exponent", "portal json", as_it_is, accepted(), dress=lambda said: said.replace("19.43", "1943e-2")),
    Case("a null", "portal json", put(D3=None), refused(at("D3", "", "missing_value", sheet=ANSWER))),
    Case("a truth", "portal json", put(D3=True), refused(at("D3", "True", "boolean_cell", sheet=ANSWER))),
    Case("a name that is null", "portal json", put(B3=None), refused(at("B3", "", "no_unit_name", sheet=ANSWER))),
    Case("a key left out", "portal json", as_it_is, refused(at("E3", "", "missing_value", sheet=ANSWER)), dress=changed('"TDGQ": 19.43, ', "")),
    Case("a key more that is a formula", "portal json", as_it_is, accepted(warnings=[at("J1", "=1+1", "unknown_column", sheet=ANSWER, column="=1+1")]),
         dress=changed('"TDGQ": 19.43, ', '"TDGQ": 19.43, "=1+1": "x", ')),
    Case("a key twice", "portal json", as_it_is, refused(at("", "", "file.doubled_name", name="TDGQ")), dress=changed('"TDGQ": 19.43', '"TDGQ": 19.43, "TDGQ": 1')),
    Case("not a number", "portal json", as_it_is, refused(at("", "", "file.broken")), dress=changed("19.43", "NaN")),
    Case("a number beyond all numbers", "portal json", as_it_is, refused(at("", "", "file.broken")), dress=changed("19.43", "1e999")),
    Case("a decimal comma in a number", "portal json", as_it_is, refused(at("", "", "file.broken")), dress=changed("19.43", "19,43")),
    Case("a hexadecimal number", "portal json", as_it_is, refused(at("", "", "file.broken")), dress=changed("19.43", "0x13")),
    Case("an answer cut off", "portal json", as_it_is, refused(at("", "", "file.broken")), dress=lambda said: said[:-20]),
    Case("the units twice", "portal json", as_it_is, refused(at("", "data.evaluation, data.before", "several_sheets")),
         dress=lambda said: said[:-2] + ", " + said[said.index('"evaluation"'):-2].replace("evaluation", "before") + "}}"),
    Case("no units", "portal json", as_it_is, refused(at("", "", "file.no_table")), data=b'{"data": {"evaluation": []}}'),
    Case("more cases on time than cases", "metrics csv", put(E3="2581"), refused(at("E3", "2581", "above_denominator", of="2.580"))),
    Case("cases of no cases", "metrics csv", put(F3="0"), refused(at("E3", "2507", "above_denominator", of="0"))),
    Case("half a case", "metrics csv", put(E3="25.07"), refused(at("E3", "25.07", COUNT))),
    Case("a dot between groups of three", "metrics csv", put(E3="2.507"), accepted(Fix("E3", "2.507", "2507", "thousands"))),
    Case("a rate within a tenth of the cases'", "metrics csv", put(G3="97.27"), accepted(values={"G3": 97.27})),
    Case("a rate that is not the cases'", "metrics csv", put(G3="97.28"), refused(at("G3", "97.28", "other_rate", rate="97,17"))),
    Case("a rate on the scale of one", "metrics csv", put(G3="0.97"), refused(at("G3", "0.97", "other_rate", rate="97,17"))),
    Case("a metric that nobody knows", "metrics csv", put(D3="UNHEARD_OF"), accepted(
        warnings=[at("D3", "UNHEARD_OF", "unknown_indicator")], values=dict.fromkeys(["E3", "F3", "G3", "H3"]))),
    Case("a metric under another group", "metrics csv", put(C3="CKMB"), refused(at("C3", "CKMB", ""))),
    Case("another maximum", "metrics csv", put(I3="6"), accepted(warnings=[at("I3", "6", "other_maximum", most="20")])),
    Case("points without their dot", "metrics csv", put(H3="1943"), refused(at("H3", "1943", "out_of_range"))),
    Case("a metric twice", "metrics csv", append(metrics()[2]), refused(at("B6", "xã Vân Canh", "doubled_unit", first="3"))),
    Case("a code with another unit's name", "an giang", put(A3="H01.105"), refused(
        at("B3", COMMUNES[2][1], "code_of_another", sheet="Xã Phường", code="H01.105", name="Châu Đốc"),
        at("B", "Bình Đức", "missing_unit", sheet="Xã Phường", name="phường Bình Đức"))),
    Case("a code that is not registered", "an giang", put(A3="H01.999"), refused(
        at("A3", "H01.999", "unknown_code", sheet="Xã Phường"), at("B", "Bình Đức", "missing_unit", sheet="Xã Phường", name="phường Bình Đức"))),
    Case("a unit from before 2025", "an giang", put(B3="UBND xã Tấn Mỹ - tỉnh An Giang"), refused(
        at("B3", "UBND xã Tấn Mỹ - tỉnh An Giang", "unknown_unit", sheet="Xã Phường"), at("B", "Bình Đức", "missing_unit", sheet="Xã Phường"))),
    Case("a name of another province", "an giang", put(B3="UBND phường Bình Đức - tỉnh Gia Lai"), refused(
        at("B3", "UBND phường Bình Đức - tỉnh Gia Lai", "", sheet="Xã Phường"), at("B", "Bình Đức", "missing_unit", sheet="Xã Phường"))),
    Case("points without their dot", "an giang", put(D3="1200"), refused(at("D3", "1200", "out_of_range", sheet="Xã Phường"))),
    Case("a sheet that nobody knows", "an giang", as_it_is, accepted(warnings=[at("", "Ghi chú", "unknown_sheet")]), dress=beside(name="Ghi chú")),
    Case("a sheet left out", "an giang", as_it_is, refused(
        at("", "Sở Ban", "missing_sheet"), at("B", "Sở Nội vụ", "missing_unit", sheet="Xã Phường", name="Sở Nội vụ")),
         dress=lambda sheet: sheet.parent.remove(sheet.parent["Sở Ban"])),
    Case("the sheet of the province left out", "an giang", as_it_is, refused(
        at("", "Điểm năm", "missing_sheet"), at("B", "UBND tỉnh An Giang", "missing_control", sheet="Xã Phường")),
         dress=lambda sheet: sheet.parent.remove(sheet.parent["Điểm năm"])),
    Case("a sheet under another name", "an giang", as_it_is, refused(at("", "Xã Phường", "missing_sheet"), more=True), dress=named("Xã phường")),
    Case("a hidden sheet that is not used", "an giang", as_it_is, refused(at("", "Điểm tháng", "hidden_sheet")),
         dress=lambda sheet: setattr(sheet.parent["Điểm tháng"], "sheet_state", "hidden")),
    Case("the same unit on two sheets with other points", "an giang", as_it_is, refused(
        at("C3", "80", "files_disagree", sheet="Sở Ban", name="Long Xuyên", indicator="Tổng điểm", other="90,00"), more=True),
         dress=lambda sheet: sheet.parent["Sở Ban"].append([*COMMUNES[1][:2], "80", *COMMUNES[1][3:]])),
    Case("the portal's older answer", "old json", as_it_is, accepted()),
    Case("a code with another unit's name", "old json", put(A3="H01.105"), refused(
        at("B4", COMMUNES[2][1], "code_of_another", code="H01.105", name="Châu Đốc"), at("B", "Bình Đức", "missing_unit", name="phường Bình Đức"))),
]
# fmt: on
# fmt: off
# -- layouts that columns.csv and area.toml declare ------------------------------------------------------------------

ON_ONE = columns(CKMB={"scale": 1.0, "decimals": 4.0})
OF_100 = columns(CKMB={"scale": 100.0})
DOSSIERS = columns(CT={"signs": "hồ sơ; hs"})
TWO_SCORES = columns(CKMB={"header": "A / score"}, TDGQ={"header": "B / score"})
TWO_OPTIONAL = columns(CKMB={"header": "A / score", "required": "no"}, TDGQ={"header": "B / score", "required": "no"})
SUM = {"total": "total", "parts": ["CKMB", "TDGQ", "DVCTT", "TTTT", "MDHL", "MDSH"], "tolerance": 0, "severity": "error"}
NAMED = {"parts": "CKMB + TDGQ + DVCTT + TTTT + MDHL + MDSH"}
RATE = {"rate": "CKMB", "part": "CT", "of": "CT_LUYKE", "tolerance": None, "severity": "error"}
ON_SCALE = scaled([5, *COMMUNE_ROWS], decimals=4)
OF_HUNDRED = put(D2="65.5", D3="65.5", D4="65.5", D5="65.5")  # of 18 points: 11.79
LAYOUTS = [
    Case("rates on the scale of one", "tab", ON_SCALE, accepted(), laid=ON_ONE),
    Case("rates on the scale of one, as numbers", "xlsx", scaled([5, *COMMUNE_ROWS]), accepted(), laid=ON_ONE),
    Case("more than all on the scale of one", "tab", both(ON_SCALE, put(G6="1.0001")), refused(at("G6", "1.0001", "out_of_range", low="0", high="1")), laid=ON_ONE),
    Case("a percentage on the scale of one", "tab", both(ON_SCALE, put(G6="72.6")), refused(at("G6", "72.6", "out_of_range", low="0", high="1")), laid=ON_ONE),
    Case("a percent sign on the scale of one", "tab", both(ON_SCALE, put(G6="72.6%")), refused(at("G6", "72.6%", NONE)), laid=ON_ONE),
    Case("five decimals of four", "tab", both(ON_SCALE, put(G6="0.72601")), refused(at("G6", "0.72601", "more_decimals", most="4")), laid=ON_ONE),
    Case("three decimals where they are declared", "tab", put(G6="72.612"), accepted(values={"G6": 72.612}), laid=columns(CKMB={"decimals": 3.0})),
    Case("three digits behind a comma where they are declared", "tab", put(G6="1,746"), accepted(Fix("G6", "1,746", "1.746", "decimal_comma"), values={"G6": 1.746}), laid=columns(CKMB={"decimals": 3.0})),
    Case("four decimals of three", "tab", put(G6="72.6121"), refused(at("G6", "72.6121", "more_decimals", most="3")), laid=columns(CKMB={"decimals": 3.0})),
    Case("two decimals of none", "tab", put(G6="72.61"), accepted(values={"G6": 72.61}), laid=columns(CKMB={"decimals": 0.0})),
    Case("points out of a hundred", "portal csv", OF_HUNDRED, accepted(), laid=OF_100),
    Case("points with their maximum", "portal csv", both(OF_HUNDRED, put(D3="65.5/100")), accepted(Fix("D3", "65.5/100", "11.79", "of_maximum")), laid=OF_100),
    Case("points with another maximum", "portal csv", both(OF_HUNDRED, put(D3="65.5/18")), refused(at("D3", "65.5/18", "other_scale", printed="18", scale="100")), laid=OF_100),
    Case("points above a hundred", "portal csv", both(OF_HUNDRED, put(D3="100.5")), refused(at("D3", "100.5", "out_of_range", low="0", high="100")), laid=columns(CKMB={"scale": 100.0, "on_excess": "refuse"})),
    Case("a week that looks like points with their maximum", "portal csv", both(OF_HUNDRED, put(D3="04/100")), refused(at("D3", "04/100", NONE)), laid=OF_100),
    Case("a count with its unit of measure", "tab", put(L6="319 hồ sơ"), accepted(Fix("L6", "319 hồ sơ", "319", "unit_sign")), laid=DOSSIERS),
    Case("a count with a unit of measure that is not declared", "tab", put(L6="319 bộ"), refused(at("L6", "319 bộ", COUNT)), laid=DOSSIERS),
    Case("a unit of measure before a count", "tab", put(L6="hs 319"), refused(at("L6", "hs 319", COUNT)), laid=DOSSIERS),
    Case("full-width digits with a unit of measure", "tab", put(L6="３１９ hs"), refused(at("L6", "３１９ hs", COUNT)), laid=DOSSIERS),
    Case("a unit of measure where none is declared", "tab", put(L6="319 hồ sơ"), refused(at("L6", "319 hồ sơ", COUNT))),
    Case("a figure with the noise of binary fractions", "tab", put(G6="72.599999999999994"), accepted(Fix("G6", "72.599999999999994", "72.6", "float_noise"))),
    Case("a figure with less noise than that", "tab", put(G6="72.600000002"), refused(at("G6", "72.600000002", "more_decimals", most="2"))),
    Case("a leaf that two groups have, alone", "portal csv", put(D1="score", E1="score"), refused(
        at("D1", "score", "ambiguous_column", column="score", headers="A / score, B / score"),
        at("E1", "score", "ambiguous_column", column="score", headers="A / score, B / score"), more=True), laid=TWO_SCORES),
    Case("the same name with % and without", "tab", put(L4="Công khai, minh bạch"), accepted(), laid=columns(CT={"header": "CÔNG KHAI, MINH BẠCH"})),
    Case("points that add up to the total", "portal csv", as_it_is, accepted(), laid=keys(balances=[SUM])),
    Case("points that do not add up to the total", "portal csv", put(D3="11.80"), refused(at("C3", "75.31", "wrong_balance", sum="75,32", difference="−0,01", **NAMED)), laid=keys(balances=[SUM])),
    Case("points of the area that do not add up", "portal csv", put(C2="66.1"), refused(at("C2", "66.1", "wrong_balance", sum="66,08", difference="+0,02", **NAMED)), laid=keys(balances=[SUM])),
    Case("points that add up within the tolerance", "portal csv", put(D3="11.80"), accepted(values={"D3": 11.8}), laid=keys(balances=[SUM | {"tolerance": 0.01}])),
    Case("points that do not add up, as a warning", "portal csv", put(D3="11.80"), accepted(values={"D3": 11.8}, warnings=[at("C3", "75.31", "wrong_balance")]), laid=keys(balances=[SUM | {"severity": "warn"}])),
]
# fmt: on

EVERY = [
    *[NUMBER_CASES, NAMES, WEEKS, STRUCTURE, LINES, TEXTS],
    *[WORKBOOKS, OLD_WORKBOOKS, PAGES, SEEN, PORTAL_TABLES, LAYOUTS],
]


def what_comes_of(case):
    """The kind of the first fault, warning and repair of a table."""
    its = case.outcome
    said = {"error": its.errors, "warning": its.warnings, "passed": its.passed}
    return *((name, each[0].key) for name, each in said.items() if each), *(each.reason for each in its.fixes[:1])


TELLING = one_of_each(cases(*EVERY), lambda param: what_comes_of(*param.values))


@pytest.mark.parametrize("case", sampled(cases(*EVERY), short=45, long=60, first=spread(TELLING, 45)))
def test_a_hostile_table_is_read_exactly_or_refused_at_its_place_for_its_reason(tmp_path, unspoiled, case):
    cleaned = gate(tmp_path, case.bytes(), case.kind, case.file, case.area, case.day, case.laid)
    base = unspoiled(case.kind)
    assert said(case, cleaned, base) == wanted(case, cleaned, base)


STACKED = [
    pytest.param(value, what, (letter, table), f"{letter}{COMMUNE_ROWS[row]}", id=f"{letter}: {name}")
    for letter, column in COLUMNS.items()
    for number, (name, value, what) in enumerate(column)
    for table, row in [divmod(number, len(COMMUNE_ROWS))]
]
TABLES = sorted({each.values[2] for each in STACKED})


@pytest.fixture(scope="session")
def stacked(tmp_path_factory):
    """The tables of ``COLUMNS``, each gated once."""

    def made(table):
        cells = {cell: value for value, _, its, cell in (each.values for each in STACKED) if its == table}
        return gate(tmp_path_factory.mktemp("stacked"), Case("", "tab", put(**cells), accepted()).bytes(), "tab")

    return {table: made(table) for table in TABLES}


@pytest.mark.parametrize(("value", "what", "table", "cell"), STACKED)
def test_a_hostile_cell_is_read_exactly_or_refused_for_its_reason(stacked, unspoiled, value, what, table, cell):
    case = Case("", "tab", as_it_is, outcome_of(cell, value, what))
    found, base = only(stacked[table], cell), only(unspoiled("tab"), cell)
    assert said(case, found, base) == wanted(case, found, base)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: f"{table[0]}{table[1]}")
def test_beside_hostile_cells_nothing_else_is_touched(stacked, unspoiled, table):
    letter, found = table[0], stacked[table]
    wrong = {each.values[3] for each in STACKED if each.values[2] == table}
    assert set(found.problems["column_letter"]) == {letter}
    assert {f"{letter}{row}" for row in found.problems["row"] if row != ""} <= wrong
    whose = 1 if letter == "B" else 2  # without its name a row is nobody's
    spoiled = {figure("tab", cell)[:whose] for cell in wrong}
    real_ones, found_ones = (
        {key: value for key, value in figures(each).items() if key[:whose] not in spoiled}
        for each in (unspoiled("tab"), found)
    )
    assert found_ones == real_ones


def only(cleaned, cell):
    """What was found of one cell."""
    code, indicator, _ = figure("tab", cell)
    row, letter, _ = place(cell)

    def there(frame):
        return frame[(frame["row"] == row) & (frame["column_letter"] == letter)]

    held = cleaned.measurements
    held = held[(held["unit_code"] == code) & (held["indicator"] == indicator)]
    return replace(cleaned, measurements=held, problems=there(cleaned.problems), repairs=there(cleaned.repairs))


def test_a_unit_that_is_not_registered_on_that_day_is_refused(tmp_path, monkeypatch, unspoiled):
    held = in_force("cho-moi", date(2023, 12, 4))
    closed = replace(held, units=held.units[held.units["name"] != "Kiến An"])
    monkeypatch.setattr("support.hostile.in_force", lambda *asked: closed)
    case = Case("", "tab", as_it_is, refused(at("B24", "KIẾN AN", "unknown_unit_like")))
    cleaned = gate(tmp_path, case.bytes(), "tab")
    assert said(case, cleaned, unspoiled("tab")) == wanted(case, cleaned, unspoiled("tab"))


@pytest.mark.parametrize("kind", sampled([*KINDS], short=5, long=len(KINDS)))
def test_the_child_reads_every_kind_as_this_process_does(kind):
    data = Case("", kind, as_it_is, accepted()).bytes()
    assert THE_CHILD(data) == read_here(data)


# -- a check that cannot fail is no check: with each one switched off, a bad table gets through ----------------------


def off(target, name, instead=lambda *args: None):
    return lambda monkeypatch: monkeypatch.setattr(target, name, instead)


def unheard(key):
    """Nobody hears of one kind of problem."""
    problem = problems.Log.problem

    def deaf(log, said, *args, **fields):
        if said != f"problem.{key}":
            problem(log, said, *args, **fields)

    return off(problems.Log, "problem", deaf)


def all_of(*switches):
    return lambda monkeypatch: [switch(monkeypatch) for switch in switches]


def guess(registry, name):
    near = registry.nearest(name)
    return next((units.Hit(code, "") for code, known in registry.names.items() if known == near), None)


def ranges(kind, low, high):
    return lambda monkeypatch: monkeypatch.setitem(parse.RANGES, kind, (low, high))


def as_inserted(made):
    """A figure of a document that somebody changed and nobody has accepted yet."""
    piece = made.tables[0].rows[3].cells[6].paragraphs[0].runs[0]._r
    change = piece.makeelement(qn("w:ins"), {})
    piece.addprevious(change)
    change.append(piece)


def doubled_column(rows):
    return [
        [*row, OPEN if number == 3 else row[6] if number > 4 else ""] if any(row[1:]) else row
        for number, row in enumerate(rows, 1)
    ]


def bad(kind, spoil, dress=as_delivered, laid=as_delivered):
    return Case("", kind, spoil, accepted(), dress, laid=laid)


LENIENT = off(parse, "_decimal", lambda text, kind, decimals: parse.Parsed(float(text.replace(",", ".")), text))
ANY_COUNT = off(parse, "_count", lambda text: parse.Parsed(float(re.sub("[.,]", "", text)), text))
OTHER_POINTS = [*COMMUNES[1][:2], "80", *COMMUNES[1][3:]]
NO_LIMIT_OF = {name: off(grid, name, 10**9) for name in ("MOST_ROWS", "MOST_COLUMNS", "MOST_CHARACTERS")}
# fmt: off
# The key of the problem, the bad table, and what switches its check off.
NO_TOTALS = off(clean, "_check_totals", lambda *args: problems.Log("", words()))
SWITCHES = [
    ("hidden", bad("xlsx", as_it_is, hidden(rows=[6])), off(checks, "check_hidden")),
    ("hidden_sheet", bad("xlsx", as_it_is, beside("hidden")), unheard("hidden_sheet")),
    ("unread", bad("html", G6_MORE, sheet_of(".z{display:none}")), off(checks, "check_unread")),
    ("unread, element", bad("docx", as_it_is, piece(4, 6, SYMBOL)), off(word_looks, "PLAIN", word_looks.PLAIN | {"sym"})),
    ("unread, beside", bad("docx", as_it_is, piece(4, 6, FOOTNOTE)), all_of(off(word_looks, "ADDED", frozenset()), off(word_looks, "PLAIN", word_looks.PLAIN | {"footnoteReference"}))),
    ("unread, style", bad("docx", as_it_is, in_style(4, 6, "1", HIDING)), off(word_looks.Looks, "style", lambda *args: word_looks.Style())),
    ("unread, run", bad("docx", as_it_is, run(4, 6, "1", size=Pt(1))), off(word_looks, "SMALLEST", 0)),
    ("unread, paragraph", bad("docx", as_it_is, setting(4, 6, "pPr", "<w:framePr/>")), off(word_looks, "OF_PARAGRAPHS", word_looks.OF_PARAGRAPHS | {"framePr"})),
    ("unread, cell", bad("docx", as_it_is, setting(4, 6, "tcPr", "<w:tcFitText/>")), off(word_looks, "OF_CELLS", word_looks.OF_CELLS | {"tcFitText"})),
    ("unread, row", bad("docx", as_it_is, setting(4, 6, "trPr", "<w:trHeight w:val='1' w:hRule='exact'/>")), off(word_looks, "NARROWEST", 0)),
    ("unread, colour", bad("docx", as_it_is, in_style(4, 6, "1", "<w:color w:val='FFFFFF'/>")), off(declared, "near")),
    ("unread, rule", bad("html", G6_MORE, sheet_of(".z{display:none}")), off(stylesheet.Sheets, "fitting", lambda *args: ())),
    ("unread, on the screen", bad("html", G6_MORE, sheet_of("@media screen{.z{display:none}}")), off(stylesheet, "_on_screen")),
    ("unread, property", bad("html", as_it_is, changed("id=G4", "id=G4 style='digits: other'")), off(declared, "FREE", {"digits"})),
    ("unread, value", bad("html", G6_MORE, sheet_of(".z{opacity:0}")), off(declared, "FAINTEST", 0)),
    ("unread, colours", bad("html", G6_MORE, sheet_of(".z{color:#fff}")), off(looks, "_lost")),
    ("unread, tag", bad("html", put(G6="<ruby>72.6</ruby>")), off(looks, "PLAIN", looks.PLAIN | {"ruby"})),
    ("unread, tag beside", bad("html", put(G6="<i>72.6<img></i>")), off(looks, "ADDED", frozenset())),
    ("unread, attribute", bad("html", as_it_is, changed("id=r4", "id=r4 height=0")), off(looks, "_attributes", lambda *args: ())),
    ("file.style_elsewhere", bad("html", as_it_is, sheet_of("@import url(look.css);")), off(stylesheet.Sheets, "_add_at")),
    ("file.too_many_styles", bad("html", as_it_is, sheet_of("a{b:c}" * 10_001)), off(stylesheet, "MOST_RULES", 10**9)),
    ("percent_scale", bad("tab", scaled([5, *COMMUNE_ROWS])), off(checks, "check_scale")),
    ("doubled_column", bad("tab", doubled_column), off(checks, "check_header")),
    ("missing_column", bad("tab", without_column("D")), off(checks, "check_header")),
    ("unknown_column", bad("tab", put(N3="NGƯỜI LẬP")), off(checks, "check_header")),
    ("other_target", bad("tab", put(I4="DVCTT (Chỉ tiêu trên 60%)")), off(checks, "check_header")),
    ("no_such_week", bad("tab", put(A1="Tuần 49")), off(checks, "check_weeks")),
    ("week_gap", bad("tab", put(E3="ĐIỂM TỔNG HỢP (TUẦN 03/11)")), off(checks, "check_weeks")),
    ("missing_value", bad("tab", put(G6="…")), unheard("missing_value")),
    ("not_a_number", bad("tab", put(G6="1e1")), LENIENT),
    ("three_decimals", bad("tab", put(G6="57.450")), LENIENT),
    ("not_a_count", bad("tab", put(L5="1,746")), ANY_COUNT),
    ("more_decimals", bad("tab", put(G6="72.6001")), LENIENT),
    ("other_scale", bad("portal csv", both(OF_HUNDRED, put(D3="65.5/18")), laid=OF_100), unheard("other_scale")),
    ("ambiguous_column", bad("portal csv", put(D1="score", E1="score"), laid=TWO_OPTIONAL), unheard("ambiguous_column")),
    ("wrong_balance", bad("portal csv", put(D3="11.80"), laid=keys(balances=[SUM])), off(balances, "check")),
    ("wrong_share", bad("tab", as_it_is, laid=keys(shares=[RATE])), off(balances, "check")),
    ("percent_cell", bad("xlsx", put(L6=3.19), shown(L6="0%")), unheard("percent_cell")),
    ("date_cell", bad("xlsx", as_it_is, cell(G6=date(2023, 6, 7))), unheard("date_cell")),
    ("boolean_cell", bad("xlsx", put(L6=True)), unheard("boolean_cell")),
    ("error_cell", bad("xlsx", as_it_is, cell(G6="#N/A")), unheard("error_cell")),
    ("dash_cell", bad("xlsx", put(F6=0, E6=65.79), shown(F6='0.00;-0.00;"-"')), unheard("dash_cell")),
    ("format_cell", bad("xlsx", as_it_is, shown(G6='"1"0.0')), unheard("format_cell")),
    ("character_cell", bad("xlsx", put(A2="\u202e3202/21/40")), off(checks, "check_characters")),
    ("formula_cell", bad("xlsx", as_it_is, cell(G6="=G7")), unheard("formula_cell")),
    ("out_of_range, points", bad("portal csv", put(D3="-0.01")), all_of(ranges("points", -1, 100), NO_TOTALS)),
    ("out_of_range, score", bad("portal csv", put(C3="-1")), all_of(ranges("score", -1, 100), NO_TOTALS)),
    ("out_of_range, count", bad("metrics csv", put(F3="1000000001", G3="0")), ranges("count", 0, 10**10)),
    ("out_of_range, of the group", bad("portal csv", put(H3="18.33")), all_of(off(rules.Rules, "maxima", property(lambda self: {"TOTAL": 100.0})), NO_TOTALS)),
    ("beyond_header", bad("tab", put(N6="7")), unheard("beyond_header")),
    ("no_unit_name", bad("tab", append(["", "", *REAL[23][2:12], "0"])), unheard("no_unit_name")),
    ("unknown_unit", bad("tab", append(["", "Xã Tân Lập"])), unheard("unknown_unit")),
    ("totals_differ", bad("portal csv", put(C3="75.34")), NO_TOTALS),
    ("stray_words", bad("tab", append(["KIẾN AN"])), unheard("stray_words")),
    ("unnamed_control", bad("tab", append(SUM_OF_ALL)), unheard("unnamed_control")),
    ("unnamed_subtotal", bad("tab", append(SUM_OF_SOME)), unheard("unnamed_subtotal")),
    ("second_table", bad("tab", insert(2, *OLDER)), off(checks, "find_second_table", lambda *args: False)),
    ("unknown_unit_like", bad("tab", put(B24="KIẾN ÂN")), off(units.Registry, "match", guess)),
    ("other_type", bad("tab", put(B24="Thị trấn Kiến An")), off(units.Registry, "other_type", lambda *args: "")),
    ("doubled_unit", bad("tab", append(REAL[23])), unheard("doubled_unit")),
    ("doubled_control", bad("tab", append(REAL[4])), unheard("doubled_control")),
    ("missing_control", bad("tab", drop(5)), off(clean, "_check_whole", lambda *args: problems.Log("", words()))),
    ("unknown_code", bad("an giang", append(["H01.999", *COMMUNES[1][1:]])), unheard("unknown_code")),
    ("code_of_another", bad("an giang", append(["H01.105", *COMMUNES[1][1:]])), unheard("code_of_another")),
    ("unknown_band", bad("tab", put(D6="TB")), off(checks, "check_band")),
    ("above_whole", bad("tab", put(L6="324", L5="1.751")), off(checks, "check_parts")),
    ("other_rank", bad("tab", put(A6="2")), off(checks, "check_ranks")),
    ("above_denominator", bad("metrics csv", put(E3="2581")), off(checks, "check_counts")),
    ("other_rate", bad("metrics csv", put(G3="97.28")), off(checks, "check_counts")),
    ("other_maximum", bad("metrics csv", put(I3="6")), off(checks, "check_counts")),
    ("other_group", bad("metrics csv", put(C3="CKMB")), unheard("other_group")),
    ("no_units", bad("portal csv", lambda rows: rows[:2]), off(clean, "_check_whole", lambda *args: problems.Log("", words()))),
    ("unknown_indicator", bad("metrics csv", put(D3="UNHEARD_OF")), unheard("unknown_indicator")),
    ("files_disagree", bad("an giang", as_it_is, lambda sheet: sheet.parent["Sở Ban"].append(OTHER_POINTS)), unheard("files_disagree")),
    ("unknown_sheet", bad("an giang", as_it_is, beside(name="Ghi chú")), unheard("unknown_sheet")),
    ("missing_sheet", bad("an giang", append(DEPARTMENTS[1]), lambda sheet: sheet.parent.remove(sheet.parent["Sở Ban"])), unheard("missing_sheet")),
    ("several_sheets", bad("xlsx", as_it_is, beside(rows=typed(), name="Tuần trước")), unheard("several_sheets")),
    ("no_header", bad("tab", put(B3="TÊN")), unheard("no_header")),
    ("file_too_large", bad("html", as_it_is, changed("<table>", "<table>" + " " * 5_000_000)),
     all_of(off(read, "MOST_BYTES", 10**9), off(kinds, "MOST_BYTES", 10**9))),
    ("too_many_rows", bad("tab", append(*[[" "]] * 4_977)), all_of(NO_LIMIT_OF["MOST_ROWS"], off(from_text, "MOST_ROWS", 10**9))),
    ("too_many_columns", bad("tab", lambda rows: [[*row, *[""] * 100] for row in rows]),
     all_of(NO_LIMIT_OF["MOST_COLUMNS"], off(from_text, "MOST_COLUMNS", 10**9))),
    ("cell_too_long", bad("tab", put(N6=" " * 1_001)), NO_LIMIT_OF["MOST_CHARACTERS"]),
    ("file.far_cell", bad("xlsx", as_it_is, cell(B5001=" ")), NO_LIMIT_OF["MOST_ROWS"]),
    ("file.old_encoding", bad("portal csv", put(B3="xaõ Vaân Canh", B4="xaõ Ñeà Gi")), off(legacy, "refuse")),
    ("file.doubled_name", bad("portal json", as_it_is, changed('"TDGQ": 19.43', '"TDGQ": 19.43, "TDGQ": 1')), all_of(off(from_json, "_object", dict), NO_TOTALS)),
    ("file.tracked_changes", bad("docx", as_it_is, as_inserted), all_of(off(from_docx, "TRACKED", ("nothing",)), off(word_looks, "PLAIN", word_looks.PLAIN | {"ins"}))),
]
# fmt: on
ELSEWHERE = {"wrong_week", "missing_unit", "wrong_sum", "wrong_band", "wrong_change"}  # switched off in test_clean.py
ELSEWHERE |= {"doubled_unit_column", "names_alike"}  # tried in test_shapes.py
ELSEWHERE |= {"remark_cell", "remark_character"}  # tried in test_remarks.py
ELSEWHERE |= {"wrong_subtotal"}  # tried in test_lines.py
ELSEWHERE |= {"no_kind", "unknown_top"}  # tried in test_other_index.py


@pytest.mark.parametrize(
    ("key", "case", "switch"), sampled([pytest.param(*each, id=each[0]) for each in SWITCHES], short=0, long=42)
)
def test_each_check_is_what_keeps_its_bad_table_out(tmp_path, monkeypatch, key, case, switch):
    data = case.bytes()
    heard = gate(tmp_path, data, case.kind, laid=case.laid).problems["problem"]
    assert re.fullmatch(sentence(at("", "", key.split(",")[0])), heard[0])
    switch(monkeypatch)
    assert gate(tmp_path, data, case.kind, laid=case.laid).problems.empty


def test_there_is_no_check_that_is_never_switched_off():
    keys = set()
    for module in (sheet, checks, clean, parse, balances):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Constant) and re.fullmatch(r"problem\.[a-z_]+", str(node.value)):
                keys.add(node.value.removeprefix("problem."))
    kinds_of_cells = {f"{kind}_cell" for kind in ("percent", "date", "boolean", "error", "formula", "format", "dash")}
    assert len(keys) > 35
    assert keys | kinds_of_cells <= {each[0].split(",")[0] for each in SWITCHES} | ELSEWHERE


# -- any text at all -------------------------------------------------------------------------------------------------

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
FUZZ = settings(max_examples=10 * EXAMPLES or settings.default.max_examples, derandomize=not EXAMPLES, deadline=None)
TYPED = st.text("0123456789.,-+−–%  \u00a0\u202f\t()*eExX_٣７²'=#/:<bu>", max_size=20)
REGISTRY = units.Registry(in_force("cho-moi", date(2023, 12, 4)).units, in_force("cho-moi", date(2023, 12, 4)).aliases)
OWN = st.sampled_from(sorted(REGISTRY.names.items()))
NOISE = st.sampled_from(
    ["", " ", "\u00a0", "\u200b", "xã ", "UBND ", "TT. ", "\n", "*", "А", "Ð", "\u0301", "=", "<b>"]
)
NAME = st.one_of(
    st.text(max_size=30),
    st.tuples(NOISE, OWN, NOISE, st.sampled_from([str.upper, str.lower, str.title])).map(
        lambda each: each[3](each[0] + each[1][1] + each[2])
    ),
    st.tuples(OWN, st.integers(0, 20), st.characters()).map(
        lambda each: each[0][1][: each[1]] + each[2] + each[0][1][each[1] + 1 :]
    ),
)


@FUZZ
@given(st.one_of(st.text(max_size=60), TYPED), st.sampled_from(sorted(parse.RANGES)))
def test_any_text_in_a_column_of_figures_is_a_number_or_missing_or_a_fault(text, kind):
    parsed = parse.number(text, kind)
    if parsed.value is None:
        assert (parsed.clean, parsed.repair) == ("", "")
        composed = unicodedata.normalize("NFC", text.strip(" \t\r\n\u00a0\u202f"))
        assert parsed.fault or composed.casefold() in parse.MISSING
        return
    assert math.isfinite(parsed.value) and not parsed.fault
    assert re.fullmatch("[0-9]+" if kind == "count" else r"[+-]?[0-9]+(\.[0-9]{1,2})?", parsed.clean)
    assert float(parsed.clean) == parsed.value == parse.number(parsed.clean, kind).value
    if parsed.repair in ("repair.whole_decimal", "repair.float_noise"):  # as programs write 12 and 72.6
        typed = text.strip(" \t\r\n\u00a0\u202f").replace("−", "-").replace(",", ".")
        assert abs(Decimal(typed) - Decimal(parsed.clean)) <= Decimal("1e-9")
        return
    # The digits are those that were typed, in their order: nothing is dropped, nothing is made up.
    assert re.sub("[^0-9]", "", text).lstrip("0") == re.sub("[^0-9]", "", parsed.clean).lstrip("0")


STORED = st.one_of(st.floats(), st.integers(), st.booleans(), st.text(max_size=20), st.datetimes())
CELL_KINDS = ["text", "empty", "date", "boolean", "error", "formula", "number", "percent"]


@FUZZ
@given(STORED, st.sampled_from(CELL_KINDS), st.sampled_from(sorted(parse.RANGES)))
def test_any_text_or_number_in_a_typed_cell_is_a_number_or_missing_or_a_fault(value, cell_kind, kind):
    if cell_kind in ("number", "percent") and (
        isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value)
    ):
        return  # the readers call no such value a number
    parsed = parse.cell(value, cell_kind, kind)
    assert parsed.value is None or not parsed.fault
    if cell_kind in ("date", "boolean", "error", "formula"):
        assert parsed.fault == f"problem.{cell_kind}_cell"


def letters(text):
    plain = unicodedata.normalize("NFC", text).replace("Ð", "Đ").replace("ð", "đ").lower()
    for old, new in zip(["òa", "óa", "ỏa", "õa", "ọa"], ["oà", "oá", "oả", "oã", "oạ"], strict=True):
        plain = plain.replace(new, old)
    return "".join(each for each in plain if unicodedata.category(each).startswith("L"))


@FUZZ
@given(NAME)
def test_any_text_in_the_column_of_units_names_one_unit_exactly_or_none(name):
    hit = REGISTRY.match(name)
    assert REGISTRY.nearest(name) in {"", *REGISTRY.names.values()}
    if hit:
        known = [REGISTRY.names[hit.code], *(["Tân Mỹ"] if hit.code == "30643" else [])]
        assert any(letters(name).endswith(letters(each)) for each in known)


# -- what a spreadsheet would do with our CSV ------------------------------------------------------------------------

EVALUATED = re.compile(r"[=+\-@\t\r\n＝＋－＠]")  # OWASP, CSV injection
NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?%?|-")
PAYLOADS = [
    *["=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\n=1+1", "＝1+1", "'=1+1", "''=1", '="a,b"'],
    *["-5,78", "'", "'a", "a=1", "Kiến An"],  # these are left as they are
]
RETURNS = ["\r=1+1", "a\r=1+1"]  # without quotes, a carriage return begins a row


def harmless(text):
    return all(
        NUMBER.fullmatch(each) or not EVALUATED.match(each)
        for row in csv.reader(io.StringIO(text, newline=""))
        for each in row
    )


def filled(name, payloads):
    """A table with each payload in every column that holds free text."""
    frame = pd.DataFrame(index=range(len(payloads)))
    for column, about in tables.TABLES[name].columns.items():
        text = about.one_of[0] if about.one_of else payloads
        frame[column] = {tables.NUMBER: 1.0, tables.FLAG: False, tables.TEXT: text}[about.kind]
    return frame


@pytest.mark.parametrize("name", tables.TABLES)
@pytest.mark.parametrize("payloads", [PAYLOADS, RETURNS], ids=["texts", "returns"])
def test_no_text_in_a_table_is_evaluated_by_a_spreadsheet_and_none_is_lost(name, payloads):
    frame = table_files.checked(name, filled(name, payloads))
    text = table_files.to_csv(name, frame)
    pd.testing.assert_frame_equal(table_files.from_csv(name, text.encode()), frame)
    assert harmless(text)


@pytest.mark.parametrize(
    ("kind", "cells", "file"),
    [
        ("tab", {"B24": "=cmd|' /C calc'!A0"}, "table"),
        ("tab", {"G6": "@SUM(1)"}, "table"),
        ("tab", {"N3": "=cmd|' /C calc'!A0"}, "table"),
        ("tab", {"G6": "72,6"}, "=1+1.txt"),
        ("comma", {"G6": "\r72,6"}, "table"),
        ("portal csv", {"B3": "=1+1"}, "table"),
        ("portal csv", {"A3": "=1+1"}, "table"),
    ],
)
def test_what_a_hostile_table_leaves_behind_is_evaluated_by_no_spreadsheet(tmp_path, kind, cells, file):
    cleaned = gate(tmp_path, Case("", kind, put(**cells), accepted()).bytes(), kind, file)
    for name, frame in cleaned.tables.items():
        assert harmless(table_files.to_csv(name, frame)), name
