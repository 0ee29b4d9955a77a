"""What a delivered sheet looks like, before anything is configured: its header, its columns and its rows of figures.

The header is the one or more rows of words above the first rows that hold figures. Nothing here says what a column
means (columns.py); how a header's tiers are joined is the gate's way (gate/headers.py).
"""

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import pandas as pd

from analysis.config.files import TIER
from analysis.gate.headers import MEASURE, find_this_week, find_tiers, relative
from analysis.gate.parse import MISSING, OF_MAXIMUM, SPACES

PLAIN = re.compile(r"[+-]?[0-9]+(?:[.,]([0-9]+))?\s*(%?)")
GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:[. \u00a0\u202f][0-9]{3})+")
NUMBERED = re.compile(r"\(?\s*(?:[0-9]{1,3}|[A-ZĐ])\s*\)?(?:\s*=.*)?")
MOST_TIERS = 6  # our choice
LIKE = 0.5  # rows of one table fill at least so much of the same columns with figures


@dataclass(frozen=True)
class Figure:
    """A cell that holds a number: its value, decimals, whether it has a %, and whether dots divide its thousands.

    most : the maximum behind a stroke, as in 8,1/10
    """

    value: float
    decimals: int = 0
    percent: bool = False
    grouped: bool = False
    most: float | None = None


@dataclass(frozen=True)
class Column:
    """A column: its number from 1, its header with " / " between tiers, and its cells in the rows of figures."""

    number: int
    header: str
    texts: tuple[str, ...]
    figures: tuple[Figure | None, ...]

    @property
    def filled(self) -> list[str]:
        """The texts that say something."""
        return [text for text in self.texts if not is_missing(text)]

    @property
    def numbers(self) -> list[Figure]:
        return [figure for figure in self.figures if figure is not None]

    @property
    def is_figures(self) -> bool:
        """Whether each cell that says something is a number."""
        return bool(self.filled) and len(self.numbers) == len(self.filled)

    @property
    def values(self) -> list[float]:
        return [figure.value for figure in self.numbers]

    @property
    def is_distinct(self) -> bool:
        """Whether every row has a text, and no two the same."""
        return len(self.filled) == len(self.texts) == len(set(self.texts))


@dataclass(frozen=True)
class Sheet:
    """A sheet that holds a table. ``rows`` are the numbers of its rows of figures, as a person sees them."""

    file: str
    name: str
    rows: tuple[int, ...]
    columns: tuple[Column, ...]

    def column(self, number: int) -> Column:
        return next(each for each in self.columns if each.number == number)

    def without(self, rows: Collection[int]) -> "Sheet":
        """The same sheet without these rows."""
        kept = [place for place, row in enumerate(self.rows) if row not in rows]
        columns = [
            replace(
                each,
                texts=tuple(each.texts[place] for place in kept),
                figures=tuple(each.figures[place] for place in kept),
            )
            for each in self.columns
        ]
        return replace(self, rows=tuple(self.rows[place] for place in kept), columns=tuple(columns))


def is_missing(text: str) -> bool:
    return text.strip(SPACES).casefold() in MISSING


def find_figure(value: object, kind: str) -> Figure | None:
    """The number in a cell, as a person would read it; None where it holds words or nothing."""
    if kind in ("number", "percent") and not isinstance(value, bool):
        shown = f"{value * 100 if kind == 'percent' else value:.10g}"
        return Figure(float(shown), len(shown.partition(".")[2]) if "e" not in shown else 0, kind == "percent")
    text = str(value).strip(SPACES).replace("−", "-")
    if kind != "text" or not text:
        return None
    if GROUPED.fullmatch(text):
        return Figure(float(re.sub(r"[^0-9+-]", "", text)), 0, False, True)
    of = OF_MAXIMUM.fullmatch(text)
    if of and not of["sign"]:
        figure = find_figure(of["figure"], "text")
        return replace(figure, grouped=False, most=float(of["most"])) if figure else None
    if found := PLAIN.fullmatch(text):
        bare = text.rstrip("%").strip(SPACES).replace(",", ".")
        return Figure(float(bare), len(found[1] or ""), bool(found[2]))
    return None


def read_sheet(cells: pd.DataFrame, file: str, name: str, cutoff: date) -> Sheet | None:
    """The table on a sheet; None where no row of words stands above rows of figures.

    cells : row, column, value, kind, as ``readers.read.cells`` gives them
    """
    rows: dict[int, dict[int, tuple[str, Figure | None]]] = {}
    for row, column, value, kind in zip(cells["row"], cells["column"], cells["value"], cells["kind"], strict=True):
        text = f"{value:.10g}" if isinstance(value, float) else str(value)
        if text.strip():
            rows.setdefault(row, {})[column] = " ".join(text.split()), find_figure(value, kind)
    numbers = [row for row in sorted(rows) if not _is_numbering(rows[row])]
    body = _find_body(rows, numbers)
    if not body:
        return None
    tiers = _find_tiers(rows, [row for row in numbers if row < body[0]], body)
    if not tiers:
        return None
    texts = {row: {column: text for column, (text, _) in rows[row].items()} for row in tiers}
    widest = max(column for row in body for column in rows[row])
    named = {column: own for column, (_, own) in find_tiers(tuple(tiers), texts, widest).items()}
    this, columns = find_this_week(named, cutoff), []
    for column in range(1, widest + 1):
        header = TIER.join(relative(tier, column in this) for tier in named.get(column, ()))
        held = _settle([rows[row].get(column, ("", None)) for row in body])
        if header or any(text for text, _ in held):
            columns.append(Column(column, header, tuple(text for text, _ in held), tuple(each for _, each in held)))
    return Sheet(file, name, tuple(body), tuple(columns))


def _settle(cells: list[tuple[str, Figure | None]]) -> list[tuple[str, Figure | None]]:
    """The cells of a column; where others in it have decimals, ``1.000`` is no thousand but has three decimals."""
    if not any(figure and figure.decimals for _, figure in cells):
        return cells
    return [
        (
            text,
            Figure(float(text.replace(",", ".")), len(text.partition(".")[2])) if _is_dotted(text, figure) else figure,
        )
        for text, figure in cells
    ]


def _is_dotted(text: str, figure: Figure | None) -> bool:
    return figure is not None and figure.grouped and text.count(".") == 1 and " " not in text


def _is_numbering(cells: dict[int, tuple[str, Figure | None]]) -> bool:
    """Whether a row only numbers the columns: ``1 2 3``, ``(1) (2)``, ``A B 1 2``, ``1 2 3=1+2``."""
    texts = [cells[column][0] for column in sorted(cells)]
    counted = [int(each) for text in texts for each in re.findall(r"^\(?\s*([0-9]{1,3})", text)]
    in_order = all(later - earlier == 1 for earlier, later in pairwise(counted))
    return len(texts) > 2 and all(map(NUMBERED.fullmatch, texts)) and len(counted) > 1 and in_order


def _find_body(rows: dict, numbers: list[int]) -> list[int]:
    """The rows of figures: from the first one that another one follows which fills the same columns."""
    held = {
        row: {column for column, (_, figure) in rows[row].items() if figure}
        for row in numbers
        if any(figure for _, figure in rows[row].values()) and any(not figure for _, figure in rows[row].values())
    }
    if not held:
        return []
    usual = Counter(column for columns in held.values() for column in columns)
    usual = {column for column, times in usual.items() if times >= LIKE * len(held)}
    return [row for row, columns in held.items() if columns & usual and len(columns & usual) >= LIKE * len(usual)]


def _find_tiers(rows: dict, above: list[int], body: list[int]) -> list[int]:
    """The rows of the header, from the top: the nearest row of words, and those above it that its gaps need."""
    wanted = {column for row in body for column in rows[row]}
    words = [row for row in reversed(above) if not any(figure for _, figure in rows[row].values())]
    words = [row for row in words if len(rows[row]) > 1]  # else a title or a note
    tiers: list[int] = []
    for count in range(1, min(len(words), MOST_TIERS) + 1):
        named = {column for row in tiers for column, (text, _) in rows[row].items() if not MEASURE.fullmatch(text)}
        leaves = [text for text, _ in rows[tiers[0]].values()] if tiers else []
        if not tiers or len(set(leaves)) < len(leaves) or (wanted - named) & set(rows[words[count - 1]]):
            tiers = words[:count][::-1]
    return tiers if len({column for row in tiers for column in rows[row]}) > 1 else []
