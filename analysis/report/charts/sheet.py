"""The sheet that charts are drawn on, and the finished chart: a figure with alternative text.

A sheet is white and measured in points: x from the left, y from the top. It is 5.2 inches wide: its type can still be
read where a phone scales it down, and has the size of the text on paper. Each text is measured before it is placed, so
no label is cut or covers another, and the sheet grows with its rows. Colour never carries a meaning alone: a sign, a
weight or a figure carries it too.
"""

import io
import textwrap
from base64 import b64encode
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib import font_manager, style
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.textpath import text_to_path
from PIL import Image

from analysis.config.wording import MISSING, Wording
from analysis.report.charts import svg
from analysis.weeks.home import PROJECT

EDGE, GAP = 2, 6
WIDTH = 5.2 * 72 - 2 * EDGE
SIZE, SMALL = 13, 12  # type; on a phone of 360 px a point is 0.93 px, on a wide page 1.2 px
LEADING = 1.35  # of the type size: room for a capital with two marks (Ậ) under a letter with a dot below (ạ)
LONGEST_NAME = 12.5  # of the type size; a longer name stands on several lines
INK, GREY, PALE, BLUE, ORANGE = "#252525", "#636363", "#d9d9d9", "#08519c", "#a63603"
FAR = "#e6550d"  # of cells, in shades
MIDDLE = "#919191"  # of a bar: 3 : 1 against white, and INK on it 4.5 : 1
COLOUR_OF_MOVE = {0: GREY, 1: BLUE, -1: ORANGE}  # only a marked rise or fall has a colour: the one rule for moves
LOOK_OF_MOVE = {  # bold, for a colour may not be seen
    mark: {"color": COLOUR_OF_MOVE[mark] if mark else INK, "weight": "bold" if mark else "normal"}
    for mark in (0, 1, -1)
}
SIGN_OF_MOVE = {0: "", 1: "▲\u00a0", -1: "▼\u00a0"}
PATCH = {"facecolor": "white", "edgecolor": "none", "pad": 1}  # behind a text that a line crosses
DASHED = (0, (4, 3))
NARROWEST = 0.27  # of the type size: no letter that shows is narrower
EM = 100  # at which texts are measured
LEAD = 12  # from the end of a line to the label that belongs to it
DOT = 9  # from the middle of a dot to the text beside it
RULED = 160  # height of a chart of one line between ruled levels

# On top of matplotlib's own defaults, so that no setting of a reader's notebook changes a chart.
# parse_math: names come from data, and a "$" in one is a dollar. hinting: it would make a picture's text wider.
# The font is that of the page, so that what is measured here is what a browser sets; a letter it lacks is DejaVu's.
FONTS = sorted((PROJECT / "notebooks" / "templates" / "fonts").glob("*.ttf"))
FAMILY = ["Report Sans", "DejaVu Sans"]
for font in FONTS:
    font_manager.fontManager.addfont(font)
RULES = {"font.family": FAMILY, "text.parse_math": False, "text.hinting": "no_hinting"}
LOOK = style.context(["default", RULES])


@dataclass(frozen=True)
class Chart:
    """A figure and its alternative text. A notebook cell that ends with a chart shows it as SVG with its ``alt``."""

    figure: Figure
    alt: str
    caption: str = ""

    @LOOK
    def svg(self) -> str:
        """The ``<svg>`` element, text as text; the same for the same data."""
        return svg.draw(self.figure, "Report Sans, sans-serif")

    def png(self, dpi: int = 160) -> bytes:
        """A picture of 256 colours: our charts have few, and it takes a third of the bytes."""
        pixels, width = self._saved("rgba", dpi=dpi), int(self.figure.get_figwidth() * dpi)
        whole = Image.frombytes("RGBA", (width, len(pixels) // width // 4), pixels).convert("RGB")
        whole.quantize(dither=Image.Dither.NONE).save(stream := io.BytesIO(), "png", optimize=True, dpi=(dpi, dpi))
        return stream.getvalue()

    @LOOK
    def _saved(self, kind: str, **how: object) -> bytes:
        self.figure.savefig(stream := io.BytesIO(), format=kind, **how)
        return stream.getvalue()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> tuple[dict, dict]:
        return {"image/svg+xml": self.svg()}, {"image/svg+xml": {"alt": self.alt, "caption": self.caption}}


@dataclass(frozen=True)
class Picture:
    """A chart as PNG, for mail programs, which do not show SVG."""

    chart: Chart

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> tuple[dict, dict]:
        about = {"alt": self.chart.alt, "caption": self.chart.caption}
        return {"image/png": b64encode(self.chart.png()).decode()}, {"image/png": about}


class Sheet:
    """A white figure with axes in points."""

    def __init__(self, width: float = WIDTH):
        self.width, self.figure = width, Figure(figsize=((width + 2 * EDGE) / 72, 1))
        self.axes = self.figure.add_axes((0, 0, 1, 1), xlim=(-EDGE, width + EDGE), autoscale_on=False)

    def write(self, x: float, y: float, text: str, size: float = SIZE, up: float = 0.5, **look: object) -> float:
        """Write lines of text; ``y`` is their top (``up`` 0), middle (0.5) or bottom (1). Returns where they end."""
        top = y - up * tall(text, size)
        for i, line in enumerate(text.split("\n")):
            self.axes.text(x, top + ((i + 0.5) * LEADING + 0.36) * size, line, size=size, **{"color": INK} | look)
        return top + tall(text, size)

    def write_key(self, text: str) -> float:
        """Write the key at the top of the sheet. Returns where it ends."""
        return self.write(0, 0, wrapped(text, self.width, SMALL), SMALL, up=0, color=GREY) + GAP

    def bar(
        self, x: float, y: float, width: float, height: float, colour: str, edge: str | None = None, opacity: float = 1
    ) -> None:
        """Draw a bar from its corner at ``x``, ``y``. This takes a tenth of the time of ``Axes.barh``."""
        self.axes.add_patch(Rectangle((x, y), width, height, facecolor=(colour, opacity), edgecolor=edge))

    def trace(
        self, x: np.ndarray, y: np.ndarray, since: pd.Series, colour: str, width: float, ends: bool = False
    ) -> None:
        """Draw a line, cut where a point is missing or another series begins; dots for lone points and its ``ends``."""
        cuts = np.flatnonzero(since.ne(since.shift()))[1:]
        x, y = np.insert(x, cuts, np.nan), np.insert(np.asarray(y, dtype=float), cuts, np.nan)
        gaps = np.isnan(np.pad(y, 1, constant_values=np.nan))
        dots = ~gaps[1:-1] & gaps[:-2] & gaps[2:]
        dots[np.flatnonzero(~gaps[1:-1])[[0, -1] if ends else []]] = True
        self.axes.plot(x, y, color=colour, linewidth=width, zorder=2)
        if dots.any():
            self.axes.plot(x[dots], y[dots], "o", color=colour, ms=width + 3, zorder=3)

    def rings(self, x: np.ndarray, y: np.ndarray, some: pd.Series, kind: str, colour: str) -> None:
        """Draw hollow marks on some points of a line."""
        if some.any():
            self.axes.plot(x[some], np.asarray(y)[some], kind, mfc="white", mec=colour, mew=1.6, ms=6, zorder=4)

    def lead(self, x: float, ys: np.ndarray, label: float, middles: np.ndarray) -> None:
        """Draw thin lines from the ends of lines to the middles of their labels."""
        gaps = np.full(len(middles), np.nan)
        across, down = ([x, label, np.nan] * len(middles), np.column_stack([ys, middles, gaps]).ravel())
        self.axes.plot(across, down, color=GREY, linewidth=0.6, zorder=1)

    def chart(self, bottom: float, alt: str) -> Chart:
        """The finished chart: the sheet ends at ``bottom``."""
        self.figure.set_figheight((bottom + 2 * EDGE) / 72)
        self.axes.set(ylim=(bottom + EDGE, -EDGE))
        self.axes.axis("off")
        return Chart(self.figure, alt)


class Axis:
    """The cut-offs from left to right by their days; ``tall`` is the height of their names below a chart."""

    def __init__(self, cutoffs: Collection[str], left: float, right: float, words: Wording):
        self.days, self.words, self.tall = [day_of(each) for each in cutoffs], words, tall("\n", SMALL) + GAP
        numbers = [day.toordinal() for day in self.days]
        ends = (numbers[0], numbers[-1]) if len(numbers) > 1 else (numbers[0] - 1, numbers[0])
        self.x = np.interp(numbers, ends, (left, right))

    def breaks(self, since: pd.DataFrame) -> np.ndarray:
        """Where all units begin another series: x in the middle between two cut-offs."""
        joined = since.eq(since.shift()).any(axis=1)[1:]
        return ((self.x[1:] + self.x[:-1]) / 2)[~joined]

    def name(self, i: int, before: date | None = None) -> str:
        """Day and month of a cut-off; below them its year, unless the cut-off named ``before`` has the same year."""
        day = self.days[i]
        return self.words.say("chart.day" if before and before.year == day.year else "chart.day_of_year", day=day)

    def write(self, sheet: "Sheet", top: float, bottom: float, breaks: Collection[float] = ()) -> None:
        """Write the newest and the first cut-off, and as many between them as there is room for."""
        room = GAP + max(width_of(self.name(i, day), SMALL) for i, day in enumerate(self.days))
        chosen = [len(self.days) - 1]
        for i in range(len(self.days) - 2, -1, -1):
            if self.x[chosen[-1]] - self.x[i] >= room and (i == 0 or self.x[i] - self.x[0] >= room):
                chosen.append(i)
        chosen = chosen[::-1]
        names = [
            self.name(i, before) for i, before in zip(chosen, [None, *(self.days[i] for i in chosen)], strict=False)
        ]
        sheet.axes.vlines(self.x[chosen], top, bottom, color=PALE, linewidth=0.6, zorder=0)
        sheet.axes.vlines(breaks, top, bottom, color=GREY, linewidth=1, linestyle=DASHED, zorder=1)
        for x, name in zip(self.x[chosen], names, strict=True):
            sheet.write(x, bottom + GAP, name, SMALL, up=0, ha="center", color=GREY)


class Names:
    """The ranks and names of a chart of units, at its left unless ``x`` says otherwise, and its ``width``.

    units : unit_name, rank (NaN: none) and, if there are moves, marked (1, −1 or 0): a marked unit's name is bold
    """

    x = 0

    def __init__(self, units: pd.DataFrame, words: Wording, size: float = SIZE):
        self.size, self.marks = size, list(units.get("marked", pd.Series(0, units.index)))
        self.ranks = [words.number(rank, 0) for rank in units["rank"]]
        self.weights = ["bold" if mark else "normal" for mark in self.marks]
        self.names = [
            wrapped(name, LONGEST_NAME * size, size, weight)
            for name, weight in zip(units["unit_name"], self.weights, strict=True)
        ]
        self.left = max(width_of(rank, size, "bold") for rank in self.ranks) + GAP
        lines = zip(self.names, self.weights, strict=True)
        self.width = self.left + max(width_of(line, size, look) for name, look in lines for line in name.split("\n"))

    def rows(self, top: float) -> tuple[np.ndarray, np.ndarray]:
        """The limits between the rows and the middles of the rows. A row is as tall as its name."""
        edges = top + np.cumsum([0, *(tall(name, self.size) + GAP for name in self.names)])
        return edges, (edges[:-1] + edges[1:]) / 2

    def write(self, sheet: Sheet, middles: np.ndarray) -> None:
        for rank, name, y, mark in zip(self.ranks, self.names, middles, self.marks, strict=True):
            sheet.write(self.x + self.left - GAP, y, rank, self.size, ha="right", **LOOK_OF_MOVE[mark])
            sheet.write(self.x + self.left, y, name, self.size, **LOOK_OF_MOVE[mark])


def staircase(lefts: np.ndarray, rights: np.ndarray) -> list[int]:
    """For texts from left to right: the lowest stair of each on which it covers no other text."""
    stairs, reached = [], []
    for left, right in zip(lefts, rights, strict=True):
        stair = next((i for i, end in enumerate(reached) if left > end + GAP), len(reached))
        reached[stair : stair + 1] = [right]
        stairs.append(stair)
    return stairs


def spread_out(wanted: np.ndarray, heights: np.ndarray, top: float, bottom: float) -> np.ndarray:
    """Middles of boxes near the wanted ones (ascending), so that the boxes neither overlap nor leave the chart."""
    if not len(heights):
        return np.array([])
    steps = np.append(0, np.cumsum((heights[1:] + heights[:-1]) / 2))
    free = np.asarray(wanted) - steps
    limits = top + heights[0] / 2, bottom - heights[-1] / 2 - steps[-1]
    pushed = [np.maximum.accumulate(free), np.minimum.accumulate(free[::-1])[::-1]]  # down only, up only
    return steps + np.mean(np.clip(pushed, *limits), axis=0)


def tall(text: str, size: float) -> float:
    """The height of lines of text, in points."""
    return (text.count("\n") + 1) * size * LEADING


def wrapped(text: str, width: float, size: float = SIZE, weight: str = "normal") -> str:
    """The text in lines of at most ``width``, with as many letters as fit; a word that is longer than a line is cut."""
    letters = min(len(text), int(width / (NARROWEST * size)))
    while letters > 0:
        lines = textwrap.wrap(text, letters)
        if all(width_of(line, size, weight) <= width for line in lines):
            return "\n".join(lines)
        letters = max(map(len, lines)) - 1  # any number of letters above this one gives the same lines
    return text


def width_of(text: str, size: float = SIZE, weight: str = "normal") -> float:
    """The width of a text, in points.

    Kerning is pairwise, so a text's width is a sum over its pairs of letters, less the letters that two pairs share.
    Few pairs occur, and their widths are kept. Measuring whole texts took a quarter of the time of large charts.
    """
    pairs = sum(_laid_out(one + other, weight) for one, other in pairwise(text))
    shared = sum(_laid_out(letter, weight) for letter in text[1:-1])
    return ((pairs - shared) if text[1:] else _laid_out(text, weight)) / EM * size


@lru_cache(maxsize=100_000)
def _laid_out(letters: str, weight: str) -> float:
    """The width at the type size EM, without hinting, so that all sizes of a text have the same shape."""
    font = FontProperties(family=FAMILY, size=EM, weight=weight)
    return text_to_path.get_text_width_height_descent(letters, font, ismath=False)[0]


def day_of(cutoff: str) -> date:
    return date.fromisoformat(cutoff)


def draw_nothing(words: Wording) -> Chart:
    """A chart that says that there are no figures to draw."""
    sheet, said = Sheet(), words.say("chart.nothing")
    return sheet.chart(sheet.write_key(said), said)


def show_move(move: float) -> str:
    """Ranks gained or lost: ``2.0`` => ``▲2``, ``-1.0`` => ``▼1``, ``0.0`` => ``=``, missing => ``–``."""
    return MISSING if pd.isna(move) else f"{'▼▲'[move > 0]}{abs(move):.0f}" if move else "="


def first_and_last(cutoffs: Collection[str], words: Wording) -> dict[str, str]:
    """The first and the last cut-off as dates, by the names that sentences use."""
    return {"first": words.date(day_of(min(cutoffs))), "last": words.date(day_of(max(cutoffs)))}


def show_limit(value: float, words: Wording) -> str:
    """A limit or a maximum with the decimals that it has: ``50``, ``62,5``."""
    return words.limit(value)
