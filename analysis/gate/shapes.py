"""Tables that are laid out otherwise than one row a unit → the ordinary layout, as [[shape]] of area.toml says.

A form of table may need several steps; each is a layout: cells in, new cells out (layout.py). Without a [[shape]] for
any form the cells stay as they are.
"""

import re
from typing import NamedTuple

import pandas as pd

from analysis.config import periods
from analysis.config.rules import Rules
from analysis.config.units import header_key, spelling_key
from analysis.config.wording import Wording
from analysis.gate import headers, history, parts
from analysis.gate.headers import SEARCHED_ROWS
from analysis.gate.layout import About, Texts, Unfit, joined, known_columns, last_tier, made, place_of, texts_of, tiers
from analysis.gate.problems import Log, Problem

SPLIT = ("pages", "one-unit")
PAGE = re.compile(r"\W*(?:trang|page)\s*(?:số\s*)?(\d{1,4})(?:\s*(?:/|of|trên)\s*(\d{1,4}))?\W*", re.IGNORECASE)


class Found(NamedTuple):
    """The form that a sheet fits best, its header, its cells in the ordinary layout, and what the layout found out."""

    name: str
    header: headers.Header
    cells: pd.DataFrame
    about: About


def find(
    cells: pd.DataFrame, source: tuple[str, str, str], every: pd.DataFrame, rules: Rules, words: Wording
) -> tuple[Found | None, list[Unfit]]:
    """The form that a sheet fits best, each form laid out as [[shape]] says; and why other layouts do not fit.

    cells : of the sheet;  every : of the whole file;  source : file, sheet, and the name of both in problems
    """
    fitting, unfit = [], []
    for steps, forms in _by_shape(rules):
        about = About(next(iter(forms.values())), *source[:2], rules.cutoff, every, Log(source[2], words))
        try:
            shaped = ordinary(cells, steps, about) if steps else cells
        except Unfit as fault:
            unfit.append(fault)
            continue
        if hit := headers.find(shaped, forms, rules.aliases, rules.cutoff):
            fitting.append(Found(*hit, shaped, about))
    return max(fitting, key=_known, default=None), unfit


def _by_shape(rules: Rules) -> list[tuple[list[dict], dict[str, pd.DataFrame]]]:
    """The forms in the ordinary layout together, and every other form with its layouts."""
    steps = {name: of(name, rules) for name in rules.forms}
    plain = {name: form for name, form in rules.forms.items() if not steps[name]}
    shaped = [(its, {name: rules.forms[name]}) for name, its in steps.items() if its]
    return [*([([], plain)] if plain else []), *shaped]


def of(form: str, rules: Rules) -> list[dict]:
    """The [[shape]] tables of a form, in their order."""
    return [each for each in rules.settings.get("shape", []) if each["form"] == form]


def is_split(forms: list[str], rules: Rules) -> str:
    """The layout by which a form may be on several sheets, if each of ``forms`` has one: one-unit or pages; else ""."""
    split = [[each["layout"] for each in of(form, rules) if each["layout"] in SPLIT] for form in forms]
    return split[0][0] if split and all(split) else ""


def told_once(problems: list[Problem]) -> list[Problem]:
    """The problems without those that are told again of the same cell: a layout may use a cell in many rows."""
    return list(
        {(*each.place.values(), each.value, each.key, *each.fields.values()): each for each in problems}.values()
    )


def _known(found: Found) -> int:
    return len(set(found.header.columns["field"]) - {"", "other"})


def ordinary(cells: pd.DataFrame, steps: list[dict], about: About) -> pd.DataFrame:
    """The cells of one sheet in the ordinary layout. ``steps`` : the [[shape]] tables of its form, in their order.

    Returns : the columns of ``cells``; at_row, at_column: the true place ("" and 0: it is no cell of this sheet); head
    Raises  : Unfit.
    """
    cells = cells.assign(at_row=cells["row"].astype(object), at_column=cells["column"], head=None)
    for shape in steps:
        about.cells = cells
        try:
            cells = LAYOUTS[shape["layout"]](cells, shape, about)
        except Unfit as fault:
            fault.place = fault.place and about.true(*fault.place)
            raise
    return cells


# -- rows are indicators, columns are units --------------------------------------------------------------------------


def _transposed(cells: pd.DataFrame, shape: dict, about: About) -> pd.DataFrame:
    """Each unit's column becomes a row below the header."""
    texts = texts_of(cells)
    if (place := place_of(texts, {header_key(shape["corner"])})) is None:
        raise Unfit("problem.no_corner", fields={"corner": shape["corner"]})
    top, names = place
    bottom = last_tier(texts, top, names)
    corner, its = texts[top][names], texts[bottom]
    passed = {header_key(each) for each in shape["others"]}
    above = {
        column for row in range(top, bottom + 1) for column, text in texts[row].items() if header_key(text) in passed
    }
    right = cells[(cells["row"] >= bottom) & (cells["column"] > names) & ~cells["column"].isin(above)]
    right = right.assign(head=right["column"].map(its), below=bottom + right["column"] - names)
    of_units, figures = right[right["row"] == bottom], right[right["row"] > bottom]
    labels = cells[(cells["row"] > bottom) & (cells["column"] == names)]
    order = {row: column for column, row in enumerate(sorted(set(cells.loc[cells["row"] > bottom, "row"])), 2)}
    head = {"row": bottom, "column": 1, "value": about.header_of("unit"), "at_row": top, "at_column": names}
    return joined(
        cells[cells["row"] < top],
        made(cells, [head | {"head": corner}]),
        labels.assign(row=bottom, column=labels["row"].map(order), head=corner),
        of_units.assign(row=of_units["below"], column=1),
        figures.assign(row=figures["below"], column=figures["row"].map(order)),
    )


# -- a file or sheet is one unit's -----------------------------------------------------------------------------------


def _one_unit(cells: pd.DataFrame, shape: dict, about: About) -> pd.DataFrame:
    """Rows with figures get the unit, in a new first column."""
    texts = texts_of(cells)
    top = _header_row(texts, about)
    name, (row, column) = UNIT_FROM[shape["unit_from"]](texts, top, shape, about)
    of_figures, of_long = about.keys_of(about.figures), about.keys_of(["indicator"])
    heads = dict(tiers({each: texts.get(each, {}) for each in (top - 1, top)}))
    figures = {each for each, its in heads.items() if any(header_key(text) in of_figures for _, text in its.values())}
    labels = {each for each, its in heads.items() if any(header_key(text) in of_long for _, text in its.values())}
    rows = [
        each
        for each in texts
        if each > top and figures & set(texts[each]) and (not labels or labels & set(texts[each]))
    ]
    head = about.header_of("unit")
    new = {"column": 1, "at_row": row, "at_column": column, "head": head}
    added = [new | {"row": top, "value": head}, *(new | {"row": each, "value": name} for each in rows)]
    return joined(made(cells, added), cells.assign(column=cells["column"] + 1))


def _header_row(texts: Texts, about: About) -> int:
    """The row that names most of the form's fields; one of two tiers that names more than the other.

    Raises : Unfit where no row names two of them.
    """
    keys = about.keys_of(name for name in about.form["field"] if name not in ("", "other", "unit"))
    known = {row: len(known_columns(texts, row, keys)) for row in sorted(texts)[:SEARCHED_ROWS]}
    top = max(known, key=known.get, default=0)
    if known.get(top, 0) < min(2, len(about.figures)):
        needed = about.form.loc[about.form["required"] == "yes", "header"]
        raise Unfit("problem.no_header", fields={"headers": ", ".join(needed)})
    return top


def _configured(texts: Texts, top: int, shape: dict, about: About) -> tuple[str, tuple]:
    return shape["unit"], ("", 0)


def _of_sheet(texts: Texts, top: int, shape: dict, about: About) -> tuple[str, tuple]:
    return about.sheet, ("", 0)


def _of_file(texts: Texts, top: int, shape: dict, about: About) -> tuple[str, tuple]:
    """The file's name without its day: ``"2023-12-04 xã An Hòa.csv"`` => ``"xã An Hòa"``."""
    name = periods.spaced(about.file.rpartition(".")[0] or about.file)
    for words, _ in periods.named_cutoffs(name, about.cutoff):
        name = name.replace(words, " ")
    return re.sub(r"^[\W_]+|[\W_]+$", "", name).replace("_", " "), ("", 0)


def _of_line(texts: Texts, top: int, shape: dict, about: About) -> tuple[str, tuple]:
    """The one line above the header that begins with the words; the name follows there or in the next cell."""
    said = spelling_key(shape["unit"]).rstrip(" :")
    found = {}
    for row in sorted(each for each in texts if each < top):
        for column, text in sorted(texts[row].items()):
            if spelling_key(text).startswith(said):
                after = [other for other in sorted(texts[row]) if other > column]
                name = text[len(said) :].strip(" :\u00a0") if len(text) > len(said) + 1 else ""
                where = column if name or not after else after[0]
                found.setdefault(spelling_key(name or texts[row][where]), (name or texts[row][where], (row, where)))
    if len(found) != 1:
        raise Unfit("problem.no_unit_line", certain=True, fields={"line": shape["unit"], "count": len(found)})
    return next(iter(found.values()))


def _of_key(texts: Texts, top: int, shape: dict, about: About) -> tuple[str, tuple]:
    """The text under a key of the answer's envelope: ``"data.office.name"``."""
    sheet, _, key = shape["unit"].rpartition(".")
    its = about.every[about.every["sheet"] == sheet]
    columns = its.loc[(its["row"] == 1) & (its["value"] == key), "column"]
    found = its.loc[(its["row"] > 1) & its["column"].isin(columns), "value"].astype(str).unique().tolist()
    if len(found) != 1 or not found[0].strip():
        raise Unfit("problem.no_unit_key", certain=True, fields={"name": shape["unit"], "count": len(found)})
    return found[0], ("", 0)


UNIT_FROM = {"config": _configured, "sheet": _of_sheet, "file": _of_file, "line": _of_line, "key": _of_key}


# -- a table in pages ------------------------------------------------------------------------------------------------


def _pages(cells: pd.DataFrame, shape: dict, about: About) -> pd.DataFrame:
    """Lines that only number a page are left out; pages.py sees to it that none is missing."""
    named = {}
    for row, line in texts_of(cells).items():
        numbers = [found for text in line.values() if (found := PAGE.fullmatch(text))]
        if numbers and len(numbers) == len(line):
            named[row] = numbers[0]
    about.pages |= {(int(each[1]), int(each[2] or 0)) for each in named.values()}
    return cells[~cells["row"].isin(named)].reset_index(drop=True)


LAYOUTS = {
    "transposed": _transposed,
    "columns-by-day": history.by_columns,
    "rows-by-day": history.by_rows,
    "one-unit": _one_unit,
    "parts": parts.gathered,
    "groups": parts.spread,
    "pages": _pages,
}
