"""Finds the header of a delivered table, and the field of each column.

A header has one tier or several; a group covers columns of the tiers below it, and its merged cells are read as empty
ones. A column is recognised by its name and never by its position: by its tiers joined ("group / leaf"), or by the last
of them where only one field has these. Upper and lower case, spaces and line breaks do not matter, nor does a note in
brackets with %, except where the configuration has a column with % and one without (docs/method.md §7). Known typing
errors are rows of aliases.csv. A week in a header ("TUẦN 04/11") becomes "this week" or "the week before", in relation
to the cut-off.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache, partial
from itertools import pairwise
from typing import NamedTuple

import pandas as pd

from analysis.config import periods
from analysis.config.files import TIER
from analysis.config.units import ASIDE, header_key, plain, spelling_key

THIS_WEEK, WEEK_BEFORE = "TUẦN NÀY", "TUẦN TRƯỚC"
TARGET = re.compile(r"(\d+(?:[.,]\d+)?)\s*%")
SEARCHED_ROWS = 60
LONGEST_HEADER = 300  # characters; a longer text is no column's name, and no week in it tells which column it is
FURTHEST_ROWS = 12  # at most so many rows between two tiers of a header
MOST_TIERS = 5
# A cell that says in what the figures are, no column's name: "ĐVT: %" is on its own, "(%)" may tell a column.
UNIT_LINE = re.compile(r"\(?\s*(?:đvt|đơn vị tính)\s*[:.].{0,20}", re.IGNORECASE)
MEASURE = re.compile(r"\(?\s*(?:%|hồ sơ|điểm|ngày|giờ|lượt|thủ tục|tthc)\s*\)?", re.IGNORECASE)
COLUMN_NUMBER = re.compile(r"\(?(?:[0-9]{1,2}|[A-Z])\)?(?:\s*=.*)?")


@dataclass(frozen=True)
class Header:
    """The header of a table.

    rows     : its rows
    columns  : frame by column number: text (as delivered, tiers joined), row, field ("" where config has none),
               week (date named in it, or NaT), meant (the header an alias stands for, else ""), reason (of the alias),
               fits (the configured headers that it may be, where nothing tells which one, else "")
    """

    rows: tuple[int, ...]
    columns: pd.DataFrame = field(repr=False)


def target_of(text: str) -> float | None:
    """The target printed in a header: ``"SỐ HÓA (Từ 80% trở lên)"`` => 80; ``"(%)"`` names none."""
    found = [TARGET.search(aside) for aside in ASIDE.findall(plain(text))]
    return next((float(each[1].replace(",", ".")) for each in found if each), None)


def find(
    cells: pd.DataFrame, forms: dict[str, pd.DataFrame], aliases: pd.DataFrame, cutoff: date
) -> tuple[str, Header] | None:
    """The form of table, and its header: the rows that name most of the form's fields.

    cells   : row, column, value (text); forms : by name, each as columns.csv; aliases : as in config/<area>/
    Returns : name of the form and header; None where no row names the units' column (name or code) and another field.
    """
    texts: dict[int, dict[int, str]] = {}
    for row, column, value in zip(cells["row"], cells["column"], map(str, cells["value"]), strict=True):
        if value.strip():
            texts.setdefault(row, {})[column] = " ".join(value.split())
    widest = int(cells["column"].max()) if len(cells) else 0
    numbers = sorted(texts)
    slips = {spelling_key(row.written): row for row in aliases[aliases["what"] == "header"].itertuples()}
    searched = numbers[:SEARCHED_ROWS]
    best, most = None, 1
    for name, form in forms.items():
        read = partial(_read, texts=texts, widest=widest, index=_indexed(form), slips=slips, cutoff=cutoff)
        own = form.loc[form["field"].isin(["unit", "code"]), "header"]
        whose = {header_key(each) for header in own for each in (header, header.split(TIER)[-1])}
        named = {row for row in searched if whose & {header_key(text) for text in texts[row].values()}}
        for span in (each for each in _spans(searched, texts) if named & set(each)):  # else no column names the unit
            header = read(span)
            known = _known(header)
            if known & {"unit", "code"} and len(known) > most:
                best, most = (name, header, read), len(known)
    if best is None:
        return None
    name, header, read = best
    return name, _with_measures(header, texts, read)


def _spans(searched: list[int], texts: dict[int, dict[int, str]]) -> Iterable[tuple[int, ...]]:
    """The rows that may be a header, fewest first. There may be empty lines between them, or line breaks in cells."""
    for tiers in range(1, MOST_TIERS + 1):
        for span in (tuple(searched[first : first + tiers]) for first in range(len(searched) - tiers + 1)):
            pairs = list(pairwise(span))
            if all(below - above <= FURTHEST_ROWS and texts[below] != texts[above] for above, below in pairs):
                yield span


def _known(header: Header) -> set[str]:
    return set(header.columns["field"]) - {"", "other"}


def _with_measures(header: Header, texts: dict[int, dict[int, str]], read: Callable[[tuple], Header]) -> Header:
    """The header with the line below it that only says in what each column's figures are: "(%)", "hồ sơ"."""
    below = min((row for row in texts if row > header.rows[-1]), default=None)
    if below is None or not all(UNIT_LINE.match(text) or MEASURE.fullmatch(text) for text in texts[below].values()):
        return header
    longer = read((*header.rows, below))
    return longer if _known(header) <= _known(longer) else Header(longer.rows, header.columns)


def _read(
    span: tuple[int, ...],
    texts: dict[int, dict[int, str]],
    widest: int,
    index: "Index",
    slips: dict[str, tuple],
    cutoff: date,
) -> Header:
    found = find_tiers(span, texts, widest)
    weeks = {column: _week_of(tiers, cutoff) for column, (_, tiers) in found.items()}
    this = find_this_week({column: tiers for column, (_, tiers) in found.items()}, cutoff)
    mended = {column: _mended(tiers, slips) for column, (_, tiers) in found.items()}
    meant = [tuple(relative(tier, column in this) for tier in tiers) for column, (tiers, _) in mended.items()]
    rows = [
        (row, TIER.join(tiers), weeks[column], TIER.join(mended[column][0]), mended[column][1], *field)
        for (column, (row, tiers)), field in zip(found.items(), _fields(meant, index), strict=True)
    ]
    columns = pd.Index(list(found), name="column", dtype="int64")
    return Header(span, pd.DataFrame(rows, columns, ["row", "text", "week", "meant", "reason", "field", "fits"]))


def find_this_week(named: dict[int, tuple[str, ...]], cutoff: date) -> set[int]:
    """The columns whose header names the week of the cut-off. ``named`` : the tiers of each column."""
    weekly = [column for column, tiers in named.items() if any(map(_names_week, tiers))]
    # If no header names the cut-off, the first week counts as this week; so only that cell is refused.
    return {column for column, tiers in named.items() if _week_of(tiers, cutoff) == cutoff} or set(weekly[:1])


def find_tiers(
    span: tuple[int, ...], texts: dict[int, dict[int, str]], widest: int
) -> dict[int, tuple[int, tuple[str, ...]]]:
    """Of each column that is named: the row of its own name, and its tiers from the top.

    A group goes on to the right over empty cells, as long as no group above it begins anew and the column has a name
    further below.
    """
    rows = [row for row in span[:-1] if not _counts_columns(texts[row])] + [span[-1]]
    groups, found = [""] * len(rows), {}
    for column in range(1, widest + 1):
        own = [text if not UNIT_LINE.match(text := texts[row].get(column, "")) else "" for row in rows]
        named = [tier for tier, text in enumerate(own) if text]
        deepest = max(named, default=-1)
        for tier, text in enumerate(own):
            if text:
                groups[tier:] = [text, *[""] * (len(rows) - tier - 1)]
        if not named:
            groups = [""] * len(rows)  # an empty column ends all groups
        else:
            itself = next((tier for tier in reversed(named) if not MEASURE.fullmatch(own[tier])), deepest)
            found[column] = rows[itself], tuple(group for group in groups[: deepest + 1] if group)
    return found


def _counts_columns(its: dict[int, str]) -> bool:
    """Whether a row only numbers the columns: ``A B 1 2 3``, ``(1) (2) (3)=(1)+(2)``."""
    return len(its) > 1 and all(map(COLUMN_NUMBER.fullmatch, its.values()))


def _mended(tiers: tuple[str, ...], slips: dict[str, tuple]) -> tuple[tuple[str, ...], str]:
    """The tiers with a typing error of the last one corrected that aliases.csv lists, and the alias's reason."""
    slip = slips.get(spelling_key(tiers[-1]))
    return ((*tiers[:-1], slip.meant), slip.reason) if slip else (tiers, "")


def _week_of(tiers: tuple[str, ...], cutoff: date) -> date | None:
    return next((day for tier in tiers for day in [_week(tier, cutoff)] if day), None)


@lru_cache(maxsize=10_000)  # each form and each span of rows asks it of the same cells
def _week(text: str, cutoff: date) -> date | None:
    if len(text) > LONGEST_HEADER:
        return None
    return next((day for _, day in periods.named_cutoffs(text, cutoff)), None)


@lru_cache(maxsize=10_000)
def _names_week(text: str) -> bool:
    return len(text) <= LONGEST_HEADER and periods.names_week(text)


@lru_cache(maxsize=20_000)
def relative(text: str, this: bool) -> str:
    """A tier with its week replaced: ``"ĐIỂM (TUẦN 01/12)"`` => ``"ĐIỂM (TUẦN NÀY)"``, or ``TUẦN TRƯỚC``."""
    if not _names_week(text):
        return text
    return periods.WEEK.sub(THIS_WEEK if this else WEEK_BEFORE, unicodedata.normalize("NFC", text))


class _Name(NamedTuple):
    """What is compared of a header: letters and digits, whether it has a %, and whether one outside of brackets."""

    key: str
    percent: bool
    bare: bool


@lru_cache(maxsize=10_000)
def _name_of(text: str) -> _Name:
    return _Name(header_key(text), "%" in text, "%" in ASIDE.sub("", text))


def _joined(tiers: tuple[str, ...]) -> _Name:
    names = [_name_of(tier) for tier in tiers]
    return _Name("".join(each[0] for each in names), any(each[1] for each in names), any(each[2] for each in names))


class _Configured(NamedTuple):
    """A row of columns.csv, and a part of its header: all of its tiers, or the last ones."""

    header: str
    field: str
    kind: str
    tiers: int
    name: _Name


class _Fitting(NamedTuple):
    """The rows of columns.csv that a column may be, and whether by its whole name."""

    rows: list[_Configured]
    whole: bool = False


Index = dict[tuple[int, str], list[_Configured]]
WHOLE = 0  # in place of a number of last tiers


def _indexed(form: pd.DataFrame) -> Index:
    """The rows of columns.csv by the letters and digits of their headers, whole and of so many last tiers."""
    index: Index = {}
    for header, name, kind in form[["header", "field", "kind"]].itertuples(index=False):
        tiers = tuple(header.split(TIER))
        for last in range(len(tiers) + 1):
            part = _joined(tiers if last == WHOLE else tiers[-last:])
            index.setdefault((last, part.key), []).append(_Configured(header, name, kind, len(tiers), part))
    return index


def _fields(columns: list[tuple[str, ...]], index: Index) -> list[tuple[str, str]]:
    """The field of each column by its tiers, and the headers that it may be where nothing tells which of them it is."""
    fitting = [_fitting(tiers, index) for tiers in columns]
    by_name = {each.rows[0].field for each in fitting if each.whole and len(each.rows) == 1}
    taken = by_name | {each.rows[0].field for each in fitting if len(each.rows) == 1}
    fields = []
    for tiers, (rows, whole) in zip(columns, fitting, strict=True):
        names = {each.field for each in rows}
        if len(tiers) > 1 and not whole and names <= by_name:
            fields.append(("", ""))  # the same leaf in another group than the one that is configured
        elif len(names) == 1:
            fields.append((rows[0].field, ""))
        else:
            fields.append(("", ", ".join(each.header for each in rows if each.field not in taken)))
    return fields


def _fitting(tiers: tuple[str, ...], index: Index) -> _Fitting:
    """The rows of columns.csv that a column may be: by all tiers, else by the last two or more, else by the leaf."""
    if whole := _alike(tiers, WHOLE, index):
        return _Fitting(whole, True)
    tails = [
        [row for row in _alike(tiers[-last:], last, index) if last == min(len(tiers), row.tiers)]
        for last in range(len(tiers), 1, -1)
    ]
    if several := [row for rows in tails for row in rows]:
        return _Fitting(several)
    if len(tiers) > 1 and MEASURE.fullmatch(tiers[-1]):
        above = f"{tiers[-2]} (%)" if "%" in tiers[-1] else tiers[-2]
        return _fitting((*tiers[:-2], above), index)
    leaf = _alike(tiers[-1:], 1, index)
    return _Fitting(leaf if len(leaf) == 1 or len(tiers) == 1 else [])


def _alike(tiers: tuple[str, ...], last: int, index: Index) -> list[_Configured]:
    """The rows that are called so; with % or without it as the column, where there are both."""
    own = _joined(tiers)
    same = index.get((last, own.key), []) if own.key or own.percent else []
    exact = [row for row in same if row.name.percent == own.percent]
    return exact or [row for row in same if row.name.bare == own.bare or (own.percent and row.kind == "percent")]
