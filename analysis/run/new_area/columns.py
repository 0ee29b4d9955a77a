"""Which column of a new table is what: by its name where that is known exactly, else by what its cells look like.

A name is known where it has the same key (``units.header_key``) as a header of a shipped area, a usual word for units,
codes, totals and the like, or the code or name of a group or indicator. Likeness counts nowhere. What the cells tell is
a guess, and is marked as one.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import pandas as pd

from analysis.config import files
from analysis.config.files import PROGRAM, TIER
from analysis.config.units import header_key, spelling_key, unit_type_of
from analysis.run.new_area.layout import Column, Sheet

# Usual words for what every table has, in both languages; they are compared by header_key.
USUAL = {
    "unit": (
        "Đơn vị",
        "Tên đơn vị",
        "Địa phương",
        "Địa bàn",
        "Xã, phường",
        "Tên xã",
        "Cơ quan, đơn vị",
        "Tỉnh",
        "Unit",
    ),
    "code": ("Mã", "Mã đơn vị", "Mã cơ quan", "Unit code"),
    "rank": ("STT", "TT", "Số TT", "Xếp hạng", "Thứ hạng", "Hạng", "Rank"),
    "total": ("Tổng điểm", "Điểm tổng hợp", "Tổng cộng", "Tổng", "Điểm", "Total", "Total score"),
    "previous_total": ("Điểm tuần trước", "Điểm kỳ trước", "Previous total"),
    "change": ("Tăng/giảm", "Tăng, giảm", "Tăng giảm so với tuần trước", "Change"),
    "band": ("Xếp loại", "Band"),
    "remark": ("Ghi chú", "Remark"),
}
# Words within a name that tell its role, such as "geo_code" or "departmentName": only a guess.
HINTS = {
    "code": ("code", "ma", "mã"),
    "unit": ("name", "ten", "tên"),
    "rank": ("rank", "hạng", "hang"),
    "total": ("total", "score", "tổng", "tong"),
}
MAXIMUM = {"max", "maximum", "đa"}  # "tối đa": what a figure can be at most, and no figure of the unit
KIND_OF = {"total": "score", "previous_total": "score", "change": "change", "rank": "count"}
MOST_DECIMALS = 10  # the gate reads no more
LEAST_SCALED = 2  # decimals of a rate that is a share of 1 and no percentage
TOLERANCE = 0.011  # ranks may follow totals that were rounded


@dataclass(frozen=True)
class Known:
    """What a header that is known means. ``scope`` : of the indicators it belongs to; "" of any."""

    field: str
    kind: str
    scope: str = ""


class Slip(NamedTuple):
    """A known typing error in a header, as aliases.csv has it."""

    written: str
    meant: str
    reason: str


@dataclass(frozen=True)
class Guess:
    """A column with its field and kind as columns.csv has them.

    sure    : whether its name says it and its cells agree
    why     : key of the sentence that says why, where it is not sure
    others  : headers that could be it as well
    """

    column: Column
    field: str
    kind: str
    sure: bool = True
    why: str = ""
    others: tuple[str, ...] = ()

    @property
    def decimals(self) -> str:
        """The most decimals of its figures; "" of words."""
        if self.kind == "text":
            return ""
        if self.kind == "count":
            return "0"
        return str(min(max((figure.decimals for figure in self.column.numbers), default=0), MOST_DECIMALS))

    @property
    def scale(self) -> str:
        """The figure that means all of it: the maximum behind a stroke, or 1 where rates are shares of 1; else ""."""
        if self.kind not in ("percent", "score", "points") or not self.column.numbers:
            return ""
        if most := {figure.most for figure in self.column.numbers} - {None}:
            return f"{most.pop():g}" if len(most) == 1 else ""
        fine = max(figure.decimals for figure in self.column.numbers) >= LEAST_SCALED
        return "1" if self.kind == "percent" and fine and max(self.column.values) <= 1 else ""

    @property
    def is_figure(self) -> bool:
        return self.kind not in ("text",) and self.field not in ("rank", "other")


@dataclass(frozen=True)
class Vocabulary:
    """The known headers, by key, and the groups' maximum points."""

    known: dict[str, tuple[Known, ...]]
    most: dict[str, float]
    scopes: tuple[str, ...]

    def of(self, header: str) -> tuple[Known, ...]:
        """What the header means, as a whole, else by one of its tiers from the last: ``"scores / CKMB"``.

        A tier alone tells an indicator, but no unit and no total: ``"Trước hạn / Tổng"`` is none.
        """
        if found := self.known.get(header_key(header)):
            return found
        for tier in reversed(header.split(TIER)):
            if found := tuple(each for each in self.known.get(header_key(tier), ()) if each.field not in USUAL):
                return found
        return ()

    def in_scope(self, scope: str) -> "Vocabulary":
        """The same for the indicators of one scope."""
        known = {key: tuple(each for each in meant if each.scope in ("", scope)) for key, meant in self.known.items()}
        return replace(self, known=known)


def find_vocabulary(groups: pd.DataFrame, indicators: pd.DataFrame, with_shipped: bool) -> Vocabulary:
    """What headers can mean under an index.

    groups, indicators : of the index, as their files; empty where a new one is to be made
    with_shipped       : whether the headers of the shipped areas, which report on the index 766, count too
    """
    known: dict[str, dict[Known, None]] = {}

    def add(texts: Iterable[str], meant: Known) -> None:
        for text in texts:
            if key := header_key(text):
                known.setdefault(key, {})[meant] = None

    for field, headers in USUAL.items():
        add(headers, Known(field, KIND_OF.get(field, "text")))
    for each in groups.itertuples():
        add((each.group, each.name_vi, each.name_en), Known(each.group, "points"))
    for each in indicators.itertuples():
        add((each.indicator, each.name_vi, each.name_en), Known(each.indicator, each.unit, each.scope))
    if with_shipped:
        fields = {*groups["group"], *indicators["indicator"], *USUAL}
        for header, meant in _shipped():
            if meant.field in fields:
                add((header, header.split(TIER)[-1]), meant)
    most = dict(zip(groups["group"], groups["max_points"].astype(float), strict=True))
    return Vocabulary(
        {key: tuple(meant) for key, meant in known.items()}, most, tuple(dict.fromkeys(indicators["scope"]))
    )


@lru_cache
def _shipped() -> tuple[tuple[str, Known], ...]:
    """Every header of the shipped areas' wide tables with its meaning, known typing errors too."""
    found = []
    for area in files.areas(PROGRAM.parent):
        folder = PROGRAM / area
        scope = files.parse_toml((folder / files.AREA).read_bytes(), area)["scope"]
        columns = files.table(area, "columns.csv", (folder / "columns.csv").read_bytes(), [])
        groups = set(columns.loc[columns["kind"] == "points", "field"])
        meant = {
            each.header: Known(each.field, each.kind, "" if each.field in (*USUAL, *groups) else scope)
            for each in columns.itertuples()
            if each.field != "other"
        }
        found += meant.items()
        aliases = files.table(area, "aliases.csv", (folder / "aliases.csv").read_bytes(), [])
        headers = aliases[aliases["what"] == "header"]
        found += [(each.written, meant[each.meant]) for each in headers.itertuples() if each.meant in meant]
    return tuple(found)


@lru_cache
def shipped_slips() -> dict[str, Slip]:
    """Known typing errors of headers in the shipped areas, by the key of what is written."""
    slips = {}
    for area in files.areas(PROGRAM.parent):
        aliases = files.table(area, "aliases.csv", (PROGRAM / area / "aliases.csv").read_bytes(), [])
        for each in aliases[aliases["what"] == "header"].itertuples():
            slips[spelling_key(each.written)] = Slip(each.written, each.meant, each.reason)
    return slips


def find_scope(sheets: Iterable[Sheet], words: Vocabulary) -> str:
    """The scope of indicators that most columns belong to; where none does, the one with the most indicators."""
    columns = [column for sheet in sheets for column in sheet.columns if column.header]
    hits = dict.fromkeys(words.scopes, 0)
    for column in columns:
        for scope in {each.scope for each in words.of(column.header) if each.scope and _fits(column, each, words)}:
            hits[scope] = hits.get(scope, 0) + 1
    sizes = dict.fromkeys(hits, 0)
    for meant in {each for several in words.known.values() for each in several}:
        sizes[meant.scope] = sizes.get(meant.scope, 0) + 1
    return max(hits, key=lambda scope: (hits[scope], sizes[scope]), default="")


# -- what every table has --------------------------------------------------------------------------------------------


def find_unit_columns(sheet: Sheet, words: Vocabulary) -> list[tuple[Column, bool]]:
    """The columns that may name the units, the likeliest first, each with whether its name says it.

    They hold words, in every row another. Several are as likely where neither names nor prefixes tell.
    """
    worded = [each for each in sheet.columns if each.header and each.is_distinct and not each.numbers]
    sayings = {each.number: _says(each, "unit", words) for each in worded}
    codes = {each.number for each in worded if _says(each, "code", words) or _are_codes(each)}
    left = [each for each in worded if each.number not in codes]
    ranked = sorted(left, key=lambda each: (-sayings[each.number], -_typed_share(each)))
    return [(each, sayings[each.number] == 2) for each in ranked]


def is_turned(sheet: Sheet, unit: Column, words: Vocabulary) -> bool:
    """Whether rows seem to be indicators and columns units: most names are known headers, or headers unit names."""
    figures = [each for each in sheet.columns if each.is_figures and each.header]
    called = [each for each in figures if unit_type_of(each.header)]
    known = [text for text in unit.texts if any(each.field not in ("unit", "code") for each in words.of(text))]
    return 2 * len(called) > len(figures) > 0 or 2 * len(known) > len(unit.texts)


def is_tied(first: Column, second: Column, words: Vocabulary) -> bool:
    """Whether two columns are equally likely to name the units."""
    says = [_says(each, "unit", words) for each in (first, second)]
    return says[0] == says[1] and _typed_share(first) == _typed_share(second)


def find_code_column(sheet: Sheet, unit: Column, words: Vocabulary) -> tuple[Column, bool] | None:
    """The column of the units' codes, and whether its name says so; None where there is none."""
    held = [each for each in sheet.columns if each.number != unit.number and each.is_distinct and each.header]
    fit = [each for each in held if all(re.fullmatch(r"[\w.\-/]+", text) for text in each.texts)]
    said = [each for each in fit if _says(each, "code", words)]
    said.sort(key=lambda each: -_says(each, "code", words))
    return (said[0], _says(said[0], "code", words) == 2) if said else None


def _says(column: Column, field: str, words: Vocabulary) -> int:
    """How clearly the column's name says that it is the field: 2 by a known name, 1 by a word in it, 0 not."""
    if any(meant.field == field for meant in words.of(column.header)):
        return 2
    return int(bool(set(_words_of(column.header)) & set(HINTS.get(field, ()))))


def _words_of(header: str) -> list[str]:
    """``"departmentCode"`` => department, code; ``"geo_name"`` => geo, name."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", header)
    return re.findall(r"[^\W_]+", apart.lower())


def _are_codes(column: Column) -> bool:
    """Whether the texts are codes and no names: one word each, with a digit."""
    return all(re.fullmatch(r"\S*[0-9]\S*", text) for text in column.texts)


def _typed_share(column: Column) -> float:
    """The share of texts that begin with what a unit is called: xã, phường, UBND …"""
    called = [
        bool(unit_type_of(text)) or spelling_key(text).startswith(("ubnd ", "sở ", "tỉnh ")) for text in column.texts
    ]
    return round(sum(called) / len(called), 1)


# -- figures ---------------------------------------------------------------------------------------------------------


def guess_columns(
    sheet: Sheet, unit: tuple[Column, bool], code: tuple[Column, bool] | None, words: Vocabulary
) -> list[Guess]:
    """Every column of a sheet of units, its totals left out, with what it is. ``unit`` and ``code`` as found before."""
    taken = {unit[0].number: Guess(unit[0], "unit", "text", unit[1], "" if unit[1] else "by_cells")}
    if code:
        taken[code[0].number] = Guess(code[0], "code", "text", code[1], "" if code[1] else "by_cells")
    rest = [each for each in sheet.columns if each.number not in taken and each.header]
    found = [_by_name(each, words) for each in rest]
    found = _with_total(found, words)
    total = next((each.column for each in found if each.field == "total"), None)
    found = [_with_rank(each, total) for each in found]
    return sorted([*taken.values(), *_once(found)], key=lambda each: each.column.number)


def _by_name(column: Column, words: Vocabulary) -> Guess:
    """The column by its known name, if its cells agree; else a column of which nothing is known yet."""
    if set(_words_of(column.header)) & MAXIMUM:
        return Guess(column, "other", "text", False, "maximum")
    for meant in words.of(column.header):
        if meant.field not in ("unit", "code") and _fits(column, meant, words):
            return Guess(column, meant.field, meant.kind)
    return Guess(column, "other", "text", False, "unknown")


def _fits(column: Column, meant: Known, words: Vocabulary) -> bool:
    """Whether the cells can be what the name means: numbers in its range, a % where it is a rate."""
    if meant.kind == "text":
        return True
    if not column.is_figures:
        return not column.filled  # a column that is still empty may be anything
    low, high = min(column.values), max(column.values)
    if meant.kind == "count":
        return low >= 0 and not any(figure.decimals for figure in column.numbers)
    is_rate = "%" in column.header or any(figure.percent for figure in column.numbers)
    if meant.kind == "points":
        return not is_rate and low >= 0 and high <= words.most.get(meant.field, 100) * 1.05
    if meant.kind == "percent":
        return low >= 0 and high <= 100 and (is_rate or high > words.most.get(meant.field, 0))
    if meant.kind == "score":
        return low >= 0 and high <= 100
    return low >= -100 and high <= 100


def find_kind(column: Column) -> str:
    """The kind of a column of figures that no name tells: count, percent, or change where a figure is below 0."""
    if any(value < 0 for value in column.values):
        return "change"
    if "%" in column.header or any(figure.percent for figure in column.numbers):
        return "percent"
    return "percent" if any(figure.decimals for figure in column.numbers) else "count"


def guess_long(sheet: Sheet) -> list[Guess]:
    """The columns of a table with one row a unit and indicator, as a shipped area has it; [] where it is none."""
    for area in files.areas(PROGRAM.parent):
        for path in sorted((PROGRAM / area).glob("columns-*.csv")):
            form = files.table(area, path.name, path.read_bytes(), [])
            meant = dict(
                zip(form["header"].map(header_key), zip(form["field"], form["kind"], strict=True), strict=True)
            )
            needed = set(form.loc[form["required"] == "yes", "header"].map(header_key))
            if "indicator" in set(form["field"]) and needed <= {header_key(each.header) for each in sheet.columns}:
                known = [(each, meant.get(header_key(each.header))) for each in sheet.columns if each.header]
                return [Guess(each, *(found or ("other", "text")), bool(found)) for each, found in known]
    return []


def find_spoken(guesses: list[Guess]) -> list[Slip]:
    """What the shipped areas' aliases say of the names of indicators in such a table."""
    held = {each.field: each.column.texts for each in guesses}
    groups = held.get("group", [""] * len(held["indicator"]))
    called = {
        f"{group}{TIER}{metric}" if group else metric for group, metric in zip(groups, held["indicator"], strict=True)
    }
    keys = {spelling_key(each) for each in called}
    found = {}
    for area in files.areas(PROGRAM.parent):
        aliases = files.table(area, "aliases.csv", (PROGRAM / area / "aliases.csv").read_bytes(), [])
        for each in aliases[aliases["what"] == "indicator"].itertuples():
            if spelling_key(each.written) in keys:
                found[each.written] = Slip(each.written, each.meant, each.reason)
    return list(found.values())


def _with_total(found: list[Guess], words: Vocabulary) -> list[Guess]:
    """The guesses with a total, where none is known by name: by a word in its name, or because the ranks follow it."""
    if any(each.field == "total" for each in found):
        return found
    free = [each for each in found if each.field == "other" and _may_be_total(each.column)]
    said = [each for each in free if _says(each.column, "total", words) and not _says(each.column, "rank", words)]
    ranks = [each.column for each in found if _says(each.column, "rank", words) and _are_ranks(each.column)]
    followed = [each for each in free if any(_follows(rank, each.column) for rank in ranks)]
    if len(said) == 1:
        best, others = said[0], []
    elif followed:
        best, *others = sorted(followed, key=lambda each: _from_the_mean(each.column, free))
    else:
        return found
    total = replace(
        best, field="total", kind="score", why="by_cells", others=tuple(each.column.header for each in others)
    )
    return [total if each is best else each for each in found]


def _may_be_total(column: Column) -> bool:
    return column.is_figures and all(0 <= value <= 100 for value in column.values) and find_kind(column) != "count"


def _from_the_mean(column: Column, others: list[Guess]) -> float:
    """How far the figures are from the mean of all columns' figures in their row; a total is near it."""
    columns = [each.column.figures for each in others]
    gaps = []
    for place, figure in enumerate(column.figures):
        row = [each[place].value for each in columns if each[place]]
        if figure and row:
            gaps.append(abs(figure.value - sum(row) / len(row)))
    return sum(gaps) / len(gaps)


def _with_rank(guess: Guess, total: Column | None) -> Guess:
    """A rank only where it follows the total; a running number of the rows is no rank."""
    if guess.field != "rank" and not (
        guess.field == "other" and set(_words_of(guess.column.header)) & set(HINTS["rank"])
    ):
        return guess
    if total and _are_ranks(guess.column) and _follows(guess.column, total):
        return replace(guess, field="rank", kind="count", why="" if guess.sure else "by_cells")
    return replace(guess, field="other", kind="text", sure=False, why="no_rank")


def _are_ranks(column: Column) -> bool:
    return bool(column.numbers) and all(each.value >= 1 and not each.decimals for each in column.numbers)


def _follows(rank: Column, total: Column) -> bool:
    """Whether the best rank has the highest total, and so on."""
    pairs = zip(rank.figures, total.figures, strict=True)
    held = sorted((each.value, figure.value) for each, figure in pairs if each and figure)
    tied = all(later <= earlier + TOLERANCE for (_, earlier), (_, later) in pairwise(held))
    return tied and len(held) > 1 and held[0][0] == 1


def _once(found: list[Guess]) -> Iterator[Guess]:
    """The guesses, where each field but ``other`` has one column: the first; later ones are not read."""
    seen: set[str] = set()
    for each in found:
        if each.field in seen:
            yield replace(each, field="other", kind="text", sure=False, why="again")
        else:
            yield each
        if each.field != "other":
            seen.add(each.field)
