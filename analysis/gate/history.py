"""Tables that hold many days: one or several columns for each, or rows with a day. Those of the cut-off are read.

The others are passed over, which is said once. The latest earlier day gives the previous totals, where config says so.
"""

import re
from datetime import date, datetime, timedelta
from typing import NamedTuple

import pandas as pd

from analysis.config import periods
from analysis.config.files import TIER
from analysis.config.units import header_key, name_key
from analysis.gate.headers import WEEK_BEFORE
from analysis.gate.layout import About, Texts, Unfit, joined, known_columns, made, place_of, texts_of, tiers
from analysis.gate.problems import WARNING

SHORT_DAY = re.compile(r"\d{1,2}\s*[/-]\s*\d{1,2}")
BEFORE_DAY = re.compile(r"[\s:,–-]*(?:(?:đến\s+)?ngày|day)?[\s:,–-]*$", re.IGNORECASE)
FURTHEST = 3  # rows between the header of the units and the row of the days, at most


class Said(NamedTuple):
    """A day that a cell says: the words, and the day; None where no such day exists, or several are meant."""

    words: str
    day: date | None


def by_columns(cells: pd.DataFrame, shape: dict, about: About) -> pd.DataFrame:
    """One or several columns a day. The tiers of the header become one, without the day."""
    texts = texts_of(cells)
    header = _header(cells, texts, about)
    columns = _columns(texts, header, shape, about)
    first = min(column for row, column in header.said if row == header.days)
    found = sorted({each.day for each in columns.values() if each.day})
    if about.cutoff not in found:
        raise _no_day(about, found, (header.days, first), texts[header.days][first])
    before = max((day for day in found if day < about.cutoff), default=None) if shape["previous"] else None
    known = about.keys_of(about.form["field"])
    kept = {}
    for column, each in columns.items():
        meant = WEEK_BEFORE + TIER + each.meant if each.day and each.day == before else each.meant
        if each.day in (None, about.cutoff) or (each.day == before and header_key(meant) in known):
            kept[column] = each._replace(meant=meant)
    read = {each.day for each in kept.values()}
    passed = next((column for column in columns if columns[column].day not in read), first)
    _pass_over(about, [day for day in found if day not in read], (header.days, passed), columns[passed].text)
    if before and before in read:
        _take_previous(about, before, next((header.days, c) for c in kept if kept[c].day == before))
    hidden = set(cells.loc[cells["hidden"], ["row", "column"]].itertuples(index=False, name=None))
    heads = [
        {"row": header.bottom, "column": column, "value": each.meant, "hidden": (each.row, column) in hidden}
        | {"at_row": each.row, "at_column": column, "head": each.text}
        for column, each in kept.items()
    ]
    below = cells[(cells["row"] > header.bottom) & ~cells["column"].isin(set(columns) - set(kept))]
    return joined(cells[cells["row"] < header.top], made(cells, heads), below)


def by_rows(cells: pd.DataFrame, shape: dict, about: About) -> pd.DataFrame:
    """A column says of which day a row is."""
    texts = texts_of(cells)
    if (place := place_of(texts, {header_key(shape["day"])})) is None:
        raise Unfit("problem.no_day_column", fields={"day": shape["day"]})
    top, column = place
    said = {row: each for row, _, each in _said(cells[(cells["row"] > top) & (cells["column"] == column)], about)}
    for row in (row for row in texts if row > top and not (row in said and said[row].day)):
        its = {other: text for other, text in texts[row].items() if other != column}
        if any(character.isdigit() for text in its.values() for character in text):
            about.problem("problem.no_day", row, column, texts[row].get(column, ""), day=shape["day"])
    days = {row: each.day for row, each in said.items() if each.day}
    found = sorted(set(days.values()))
    if about.cutoff not in found:
        raise _no_day(about, found, place, texts[top][column])
    before = max((day for day in found if day < about.cutoff), default=None) if shape["previous"] else None
    first = next((row for row in sorted(days) if days[row] not in (about.cutoff, before)), top)
    _pass_over(
        about, [day for day in found if day not in (about.cutoff, before)], (first, column), texts[first][column]
    )
    others = {row for row, day in days.items() if day != about.cutoff}
    kept = cells[~cells["row"].isin(others) & ((cells["row"] < top) | (cells["column"] != column))]
    if before is None:
        return kept.reset_index(drop=True)
    _take_previous(about, before, (next(row for row in days if days[row] == before), column))
    return joined(kept, *_previous(cells, texts, top, days, before, about))


def _previous(
    cells: pd.DataFrame, texts: Texts, top: int, days: dict[int, date], before: date, about: About
) -> list[pd.DataFrame]:
    """New columns: those of each unit's row of the day before that config has as "TUẦN TRƯỚC / …"."""
    heads = known_columns(texts, top, about.keys_of(about.form["field"]))
    of_unit = [heads[key] for key in about.keys_of(["unit", "code"]) if key in heads]
    meant = {column: WEEK_BEFORE + TIER + text for column, text in texts[top].items()}
    known = about.keys_of(about.form["field"])
    wanted = [column for column, text in meant.items() if header_key(text) in known]

    def unit(row: int) -> tuple[str, ...]:
        return tuple(name_key(texts[row].get(column, "")) for column in of_unit)

    row_of = {unit(row): row for row in days if days[row] == about.cutoff}
    new = {column: int(cells["column"].max()) + place for place, column in enumerate(wanted, 1)}
    earlier = cells["row"].map(lambda row: days.get(row) == before) & cells["column"].isin(wanted)
    moved = cells[earlier]
    moved = moved.assign(row=[row_of.get(unit(row), 0) for row in moved["row"]], column=moved["column"].map(new))
    header = cells[(cells["row"] == top) & cells["column"].isin(wanted)]
    header = header.assign(value=header["column"].map(meant), column=header["column"].map(new))
    return [header, moved[moved["row"] > 0]]


# -- the header of a table with columns a day ------------------------------------------------------------------------


class Header(NamedTuple):
    """Its first and last row, the row that says the days, and what the cells of its rows say."""

    top: int
    bottom: int
    days: int
    said: dict[tuple[int, int], Said]


class Column(NamedTuple):
    """A column: its day, its header without the day, as delivered, the row of its last tier."""

    day: date | None
    meant: str
    text: str
    row: int


def _header(cells: pd.DataFrame, texts: Texts, about: About) -> Header:
    """The header: around the row that names the column of units, with the row nearby that says most days."""
    if (place := place_of(texts, about.keys_of(["unit", "code"]))) is None:
        raise Unfit("problem.no_days", fields={"unit": about.header_of("unit")})
    named, of_unit = place
    last = named
    while last < named + FURTHEST and (line := texts.get(last + 1)) and of_unit not in line:
        last += 1  # a row with a unit has figures, which may look like days: 8/10
    near = cells[cells["row"].between(named - FURTHEST, last) & (cells["column"] != of_unit)]
    said = {(row, column): each for row, column, each in _said(near, about)}
    lines = sorted({row for row, _ in said})
    if not lines:
        raise Unfit("problem.no_days", fields={"unit": about.header_of("unit")})
    # A title above may say a day, too: the header says most, or is the nearest.
    days = max(lines, key=lambda row: (sum(each == row for each, _ in said), -abs(row - named), row <= named))
    top, bottom, leaves = min(named, days), max(named, days), about.keys_of(about.form["field"])
    while (line := texts.get(bottom + 1, {})) and of_unit not in line and leaves & set(map(header_key, line.values())):
        bottom += 1
    return Header(top, bottom, days, said)


def _columns(texts: Texts, header: Header, shape: dict, about: About) -> dict[int, Column]:
    """Each column of the header. A day that does not exist is a problem."""
    columns = {}
    for column, its in tiers({row: texts.get(row, {}) for row in range(header.top, header.bottom + 1)}):
        where = its.get(header.days, (0, ""))[0]
        said = header.said.get((header.days, where))
        if said and said.day is None and where == column:
            about.problem("problem.no_such_week", header.days, column, texts[header.days][column], words=said.words)
        rest = [_without(text, said) if row == header.days else text for row, (_, text) in its.items()]
        meant = TIER.join(filter(None, rest)) or shape["figures"]
        columns[column] = Column(said and said.day, meant, TIER.join(text for _, text in its.values()), max(its))
    return columns


def _without(text: str, said: Said | None) -> str:
    """The header without its day: ``"Điểm (ngày 27/11/2023)"`` => ``"Điểm ()"``; "" where nothing else is left."""
    if said is None:
        return text
    before, _, after = periods.spaced(text).partition(said.words)
    rest = f"{BEFORE_DAY.sub('', before)} {after}"
    return rest if re.search(r"\w", rest) else ""


# -- the days --------------------------------------------------------------------------------------------------------


def _said(cells: pd.DataFrame, about: About) -> list[tuple[int, int, Said]]:
    """The day that each cell says: (row, column, day), of the cells that say one."""
    found = []
    for row, column, value, kind in zip(cells["row"], cells["column"], cells["value"], cells["kind"], strict=True):
        if kind == "date" and isinstance(value, datetime):
            found.append((row, column, Said(str(value), value.date())))
        elif kind == "text" and (said := _said_by(str(value), about.cutoff)):
            found.append((row, column, said))
    return found


def _said_by(text: str, cutoff: date) -> Said | None:
    text = periods.spaced(text).strip()
    if SHORT_DAY.fullmatch(text):  # a day without a year, where only a day can stand
        return Said(text, next((day for _, day in periods.named_cutoffs(f"ngày {text}", cutoff)), None))
    named = list(periods.named_cutoffs(text, cutoff))
    days = {day for _, day in named}
    return Said(named[0][0] if len(days) == 1 else text, days.pop() if len(days) == 1 else None) if named else None


def _no_day(about: About, found: list[date], place: tuple[int, int], value: str) -> Unfit:
    fields = {"asked": about.log.words.date(about.cutoff), "found": _shown(about, found) or "–"}
    return Unfit("problem.day_missing", place, value, True, fields)


def _shown(about: About, days: list[date]) -> str:
    """``"20/11/2023, 27/11/2023"``; of many days the first and the last."""
    words = [about.log.words.date(day) for day in days]
    return ", ".join(words) if len(words) <= 2 else f"{words[0]} … {words[-1]}"


def _pass_over(about: About, days: list[date], place: tuple[int, int], value: str) -> None:
    """Say once which days are not read."""
    if days:
        fields = {"count": about.log.words.number(len(days), 0), "days": _shown(about, days)}
        about.problem("problem.days_passed_over", *place, value, WARNING, **fields)


def _take_previous(about: About, before: date, place: tuple[int, int]) -> None:
    """The day before gives the previous totals; where it is not the week before, that is a warning."""
    about.previous = before
    if about.cutoff - before != timedelta(weeks=1):
        words = about.log.words
        about.problem("problem.week_gap", *place, words.date(before), WARNING, named=words.date(before))
