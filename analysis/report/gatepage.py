"""Shows the gate's result as one page for the person who typed the table.

The page has first the verdict, then each problem with its place, then the delivered table with these cells marked.
Nothing is checked here: a cell is found by the place of its problem or repair (file, row, column letter).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.config.rules import Rules
from analysis.config.wording import Wording
from analysis.gate import headers
from analysis.gate.clean import Cleaned
from analysis.gate.sheet import Cell
from analysis.readers import read
from analysis.report import csp
from analysis.report.templates import TEMPLATES, template

STYLES = ("page/style.css", "gate/style.css")  # the style of the report's page, and additional marks
MOST_ROWS, CONTEXT_ROWS = 200, 2  # of a longer table only rows with problems or repairs, and so many around each
SHORT = 40  # characters that stay on one line
KINDS = ("error", "warning", "repair", "passed")  # the worst first
NUMERIC = re.compile(r"[+−-]?[0-9][0-9.,\s]*%?")


@dataclass(frozen=True)
class Sheet:
    """A delivered table. ``label`` is its name in problems, ``head`` its rows down to its header's last."""

    anchor: str
    label: str
    rows: dict[int, dict[int, Cell]]
    columns: dict[int, str]
    head: range

    def has(self, row: int | str, letter: str) -> bool:
        return (row == "" or row in self.rows) and (letter == "" or letter in self.columns.values())


@dataclass(frozen=True)
class Note:
    """A problem or a repair: the place of its cell, and the text. ``link`` is "" where the cell is not shown."""

    number: int
    kind: str
    row: int | str
    place: str
    value: str
    text: str
    clean: str
    link: str


def page(cells: pd.DataFrame, cleaned: Cleaned, words: Wording, rules: Rules) -> str:
    """The page as one HTML file without scripts and requests; the only inline part is its stylesheet.

    cells : of one file or several, as ``read.cells`` returns them; the columns sheet, kind, mark and hidden may be
            missing; no rows where no file could be read
    """
    words = rules.worded(words)
    sheets = _sheets(cells, cleaned, rules)
    notes = _notes(cleaned, sheets, words)
    style = "\n".join((TEMPLATES / name).read_text("utf-8") for name in STYLES)
    return template("gate/index.html.j2").render(
        say=words.say,
        count=lambda number: words.number(number, 0),
        lang=words.lang,
        style=style,
        policy=csp.policy(style),
        verdict="refused" if cleaned.refused else "accepted",
        files=_files(cells, cleaned),
        area=_capital(rules.settings["name"][words.lang]),
        period=words.period(rules.cutoff),
        notes={kind: [each for each in notes if each.kind == kind] for kind in KINDS},
        tables=[_table(sheet, notes) for sheet in sheets],
        controls=_controls(cleaned, rules, words),
        missing=_missing(cleaned, rules),
    )


def delivered(paths: Iterable[Path]) -> pd.DataFrame:
    """The cells of the files that can be read. The gate reports why other files cannot be read."""
    found = pd.DataFrame(columns=read.COLUMNS)
    for path in paths:
        try:
            cells = read.cells(path)
        except read.Unreadable:
            continue
        found = pd.concat([found, cells], ignore_index=True) if len(found) else cells
    return found


# -- the tables, by the names that problems know them by -------------------------------------------------------------


def _sheets(cells: pd.DataFrame, cleaned: Cleaned, rules: Rules) -> list[Sheet]:
    """The tables that the gate has read; where it could read none of a file's tables, all of them."""
    known = set(cleaned.source["file"])
    cells = cells if "sheet" in cells else cells.assign(sheet="")
    found: list[tuple[str, pd.DataFrame]] = []
    for file, its in cells.groupby("file", sort=False):
        by_name = {f"{file} [{name}]": rows for name, rows in its.groupby("sheet", sort=False)}
        several = [(label, rows) for label, rows in by_name.items() if label in known]
        if not several and file in known:
            several = [(file, max(by_name.values(), key=lambda rows: _agreement(rows, file, cleaned, rules)))]
        found += several or ([(file, its)] if len(by_name) == 1 else list(by_name.items()))
    return [_sheet(f"t{number}", *each, rules) for number, each in enumerate(found, 1)]


def _agreement(rows: pd.DataFrame, file: str, cleaned: Cleaned, rules: Rules) -> tuple[int, bool]:
    """How well a sheet fits the file's problems and repairs: the number of cells that agree, and if it has a header."""
    said = [cleaned.problems[["file", "row", "column_letter", "value"]]]
    said.append(cleaned.repairs.rename(columns={"raw": "value"})[said[0].columns])
    held = {(each.row, each.column_letter, _cell(each).text) for each in rows.itertuples()}
    agreeing = sum(
        (each.row, each.column_letter, each.value) in held
        for each in pd.concat(said).query("file == @file").itertuples()
    )
    return agreeing, headers.find(rows, rules.forms, rules.aliases, rules.cutoff) is not None


def _cell(each: tuple) -> Cell:
    return Cell(each.value, getattr(each, "kind", "text"), getattr(each, "mark", ""), getattr(each, "hidden", False))


def _sheet(anchor: str, label: str, cells: pd.DataFrame, rules: Rules) -> Sheet:
    rows: dict[int, dict[int, Cell]] = {row: {} for row in range(cells["row"].min(), cells["row"].max() + 1)}
    for each in cells.itertuples():
        rows[each.row][each.column] = _cell(each)
    columns = {column: read.letter(column) for column in range(1, cells["column"].max() + 1)}
    form = headers.find(cells, rules.forms, rules.aliases, rules.cutoff)
    head = range(min(rows), form[1].rows[-1] + 1) if form else range(0)
    return Sheet(anchor, label, rows, columns, head)


# -- what is said of their cells -------------------------------------------------------------------------------------


def _notes(cleaned: Cleaned, sheets: list[Sheet], words: Wording) -> list[Note]:
    """Problems and repairs, the worst first, in the order and with the numbers of the page."""
    problems = cleaned.problems.rename(columns={"severity": "kind", "problem": "text"}).assign(clean="")
    repairs = cleaned.repairs.rename(columns={"raw": "value", "reason": "text"}).assign(kind="repair")
    said = pd.concat([problems, repairs], ignore_index=True)
    said = said.sort_values("kind", key=lambda kinds: kinds.map(KINDS.index), kind="stable")
    by_label = {sheet.label: sheet for sheet in sheets}
    several = len({*by_label, *said["file"]}) > 1
    notes = []
    for number, each in enumerate(said.fillna("").itertuples(), 1):
        sheet = by_label.get(each.file)
        known = (each.row != "" or each.column_letter) and sheet and sheet.has(each.row, each.column_letter)
        link = f"{sheet.anchor}-{each.column_letter}{each.row}" if known else ""
        place = _place(each, words, several)
        notes.append(Note(number, each.kind, each.row, place, str(each.value), each.text, each.clean, link))
    return notes


def _place(each: tuple, words: Wording, with_file: bool) -> str:
    """The known place: ``Dòng 6, cột G (CÔNG KHAI, MINH BẠCH (%))``; with the file where there are several."""
    place = []
    if each.row != "":
        place.append(words.say("place.row", row=each.row) if each.row > 0 else words.say("gate.above"))
    if each.column_letter and each.column:
        place.append(words.say("place.column", letter=each.column_letter, column=each.column))
    elif each.column_letter:
        place.append(words.say("place.column_letter", letter=each.column_letter))
    elif each.column:
        place.append(words.say("place.column_name", column=each.column))
    if with_file or not place:
        place.insert(0, each.file)
    text = ", ".join(place)
    return text if place[0] == each.file else _capital(text)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# -- what the template shows -----------------------------------------------------------------------------------------


def _table(sheet: Sheet, notes: list[Note]) -> dict:
    """The rows to show, each with the number of rows that are left out before it."""
    of_cell: dict[str, list[Note]] = {}
    for each in notes:
        of_cell.setdefault(each.link, []).append(each)
    said = {each.row for each in notes if each.link.startswith(f"{sheet.anchor}-")}
    shown = sorted(sheet.rows)
    if len(shown) > MOST_ROWS:
        said = said - {""} or {shown[0]}
        near = {row + step for row in said for step in range(-CONTEXT_ROWS, CONTEXT_ROWS + 1)}
        shown = [row for row in shown if row in near or row in sheet.head]
    before = [min(sheet.rows) - 1, *shown]
    rows = [
        {
            "number": row,
            "anchor": f"{sheet.anchor}-{row}",
            "notes": of_cell.get(f"{sheet.anchor}-{row}", []),
            "left_out": row - last - 1,
            "head": row in sheet.head,
            "cells": list(_row(sheet, row, of_cell)),
        }
        for last, row in zip(before, shown, strict=False)
    ]
    return {
        "anchor": sheet.anchor,
        "label": sheet.label,
        "columns": [(letter, f"{sheet.anchor}-{letter}") for letter in sheet.columns.values()],
        "rows": rows,
        "size": len(sheet.rows),
        "partly": len(shown) < len(sheet.rows),
        "left_out": max(sheet.rows) - before[-1],
    }


def _row(sheet: Sheet, row: int, of_cell: dict[str, list[Note]]) -> Iterator[dict]:
    """The cells of a row. A text alone in its row extends over the empty cells, as in a spreadsheet."""
    cells = sheet.rows[row]
    anchors = {column: f"{sheet.anchor}-{letter}{row}" for column, letter in sheet.columns.items()}
    told = [column for column in sheet.columns if cells.get(column, Cell()).filled or anchors[column] in of_cell]
    last = told[0] if len(told) == 1 else len(sheet.columns)
    for column in list(sheet.columns)[:last]:
        cell, notes = cells.get(column, Cell()), of_cell.get(anchors[column], [])
        yield {
            "text": cell.text,
            "hidden": (hidden := cell.hidden and cell.filled),
            "span": len(sheet.columns) - column + 1 if column == last else 1,
            "anchor": anchors[column] if notes else "",
            "classes": " ".join(_classes(cell, notes, hidden)),
            "notes": notes,
        }


def _classes(cell: Cell, notes: list[Note], hidden: bool) -> Iterator[str]:
    yield from cell.mark
    if NUMERIC.fullmatch(cell.text.strip()):
        yield "number"
    if len(cell.text) <= SHORT:
        yield "short"
    if hidden:
        yield "hidden"
    if notes:
        yield notes[0].kind


def _controls(cleaned: Cleaned, rules: Rules, words: Wording) -> list[dict]:
    """Each control total, by the header of its column: found and expected. No rows where no table was read."""
    named = {field: header for form in rules.forms.values() for header, field in form[["header", "field"]].to_numpy()}
    rows = []
    for each in cleaned.controls.itertuples() if len(cleaned.source) else ():
        about = {"column": named.get(each.indicator, each.indicator)} if each.indicator else {}
        agrees = "agrees" if each.found == each.expected else "differs"
        rows.append(
            {
                "name": words.say(f"gate.control_{each.control}", **about),
                "found": words.number(each.found, 0),
                "expected": words.number(each.expected, 0),
                "result": "unknown" if pd.isna(each.expected) else agrees,
            }
        )
    return rows


def _missing(cleaned: Cleaned, rules: Rules) -> list[str]:
    """The registered units without a row in the table; an empty list where no table was read."""
    absent = rules.units[~rules.units["code"].isin(cleaned.measurements["unit_code"])]
    return [f"{each.type} {each.name}".strip() for each in absent.itertuples()] if len(cleaned.source) else []


def _files(cells: pd.DataFrame, cleaned: Cleaned) -> list[str]:
    """The names of all files, including those that could not be read."""
    read_ones = list(dict.fromkeys(cells["file"]))
    others = [each for each in cleaned.problems["file"] if each and not each.startswith(tuple(read_ones))]
    return [*read_ones, *dict.fromkeys(others)]
