"""Charts: a frame in, a figure with alternative text out.

Every chart is drawn on one white sheet measured in points: x from the left, y from the top. What a text needs is
measured before it is placed, so no label is cut or covers another, and the sheet grows with its rows. It is 5.2 inches
wide: its type can still be read where a phone scales it down, and has the size of the text on paper. Colour never
speaks alone: what it says, a sign, a weight or a figure says too.
"""

import io
import textwrap
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib import style
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from analysis.wording import MISSING, Wording

EDGE, GAP, DOT, BAR = 2, 6, 9, 14  # DOT: from the middle of a dot to the text beside it
WIDTH = 5.2 * 72 - 2 * EDGE
SIZE, SMALL = 13, 11  # type; on a phone of 360 px a point is 0.78 px
LEADING = 1.35  # of the type size: room for a capital with two marks (Ậ) under a letter with a dot below (ạ)
LONGEST_NAME = 12.5  # of the type size; a longer name stands on several lines
INK, GREY, PALE, BLUE, ORANGE = "#252525", "#636363", "#d9d9d9", "#08519c", "#a63603"
SHADES, EVEN_CONTRAST = sns.light_palette(BLUE, as_cmap=True), 0.179  # luminance on which black and white read alike
PATCH = {"facecolor": "white", "edgecolor": "none", "pad": 1}  # behind a text that a line crosses

# On top of matplotlib's own defaults, so that no setting of a reader's notebook changes a chart.
# parse_math: names come from data, and a "$" in one is a dollar.
RULES = {"font.family": "DejaVu Sans", "text.parse_math": False, "svg.fonttype": "path", "svg.hashsalt": "charts"}
LOOK = style.context(["default", RULES])


@dataclass(frozen=True)
class Chart:
    """A figure, and what it says in words. A notebook cell that ends with one shows it as SVG with its ``alt``."""

    figure: Figure
    alt: str
    caption: str = ""

    def svg(self) -> str:
        """The ``<svg>`` element, text as paths; the same text for the same data."""
        document = self._saved("svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type"))).decode()
        return document.removeprefix(document.partition("<svg")[0])

    def png(self, dpi: int = 160) -> bytes:
        return self._saved("png", metadata={"Software": None}, dpi=dpi)

    @LOOK
    def _saved(self, kind: str, **how: object) -> bytes:
        self.figure.savefig(stream := io.BytesIO(), format=kind, **how)
        return stream.getvalue()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> tuple[dict, dict]:
        return {"image/svg+xml": self.svg()}, {"image/svg+xml": {"alt": self.alt, "caption": self.caption}}


@LOOK
def ranking(scores: pd.DataFrame, bands: pd.DataFrame, words: Wording) -> Chart:
    """Where each unit stands now and stood at the previous cut-off: one row a unit, in the order of rank.

    scores : unit_name, total, previous_total, rank, previous_rank (NaN: not known), band (code). Units only, no control
             row. A unit without a total stands last, with a dash for it.
    bands  : band (code), name (in the reader's language), from_points.
    """
    if scores["total"].isna().all():
        return _nothing(words)
    units = scores.sort_values(["rank", "unit_name"]).reset_index(drop=True)
    units["change"] = (units["total"] - units["previous_total"]).round(2)
    fell = units["change"] < 0

    # Across: rank and name, the total of who fell, the dots, the total or the loss, the rank move.
    names, heading = _Names(units, words), words.say("chart.ranking.move")
    places = units["previous_rank"] - units["rank"]
    moves = [MISSING if pd.isna(each) else f"{'▼▲'[each > 0]}{abs(each):.0f}" if each else "=" for each in places]
    right = WIDTH - GAP - max(_width(heading, SMALL), *(_width(move, weight="bold") for move in moves))
    label = max(_width(words.number(each), weight="bold") for each in [*units["total"], *units["change"]]) + 2 * GAP
    ends = names.width + 2 * GAP + fell.any() * label, right - label
    seen = units[["total", "previous_total"]].stack().dropna()
    low, high = (seen.min(), seen.max()) if seen.nunique() > 1 else (seen.max() - 1, seen.max() + 1)
    now, before = (np.interp(units[column], (low, high), ends) for column in ("total", "previous_total"))
    limits = bands[bands["from_points"].between(low, high, inclusive="right")].sort_values("from_points")

    # Down: the key, the names of the bands as a staircase, the units.
    sheet = _Sheet()
    key = "chart.ranking.key" if np.isfinite(before).any() else "chart.ranking.key_first"
    top = sheet.write_key(words.say(key)) + max(1, len(limits)) * _tall("", SMALL)
    rows, middles = names.rows(top)
    for step, limit in enumerate(limits.itertuples()):
        text = words.say("chart.ranking.band", band=limit.name, points=_plain(words, limit.from_points))
        x, foot = np.interp(limit.from_points, (low, high), ends), top - step * _tall("", SMALL)
        sheet.axes.vlines(x, foot, rows[-1], color=GREY, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
        x = min(x, right - _width(text, SMALL) / 2)  # a name near the edge stays on the sheet
        sheet.write(x, foot, text, SMALL, up=1, ha="center", color=GREY, bbox=PATCH)
    sheet.write(WIDTH, top, heading, SMALL, up=1, ha="right", color=GREY)
    names.write(sheet, middles, [ORANGE if each else INK for each in fell])
    sheet.axes.hlines(middles, names.width + GAP, right, color=PALE, linewidth=0.6, zorder=0)
    for some, colour in ((~fell, BLUE), (fell, ORANGE)):
        sheet.axes.hlines(middles[some], now[some], before[some], color=colour, linewidth=2.5, zorder=2)
        sheet.axes.plot(before[some], middles[some], "o", mfc="white", mec=colour, mew=1.6, ms=8, zorder=3)
        sheet.axes.plot(now[some], middles[some], "o", mfc=colour, mec="white", ms=9.5, zorder=4)
    for i, unit in units.iterrows():
        look = {"color": ORANGE, "weight": "bold"} if fell[i] else {}
        beside = {"x": now[i] - DOT, "ha": "right"} if fell[i] else {"x": np.nan_to_num(now[i], nan=ends[0]) + DOT}
        sheet.write(y=middles[i], text=words.number(unit["total"]), bbox=PATCH, **beside, **look)
        if fell[i]:
            sheet.write(before[i] + DOT, middles[i], words.number(unit["change"]), bbox=PATCH, **look)
        sheet.write(WIDTH, middles[i], moves[i], ha="right", **look)
    return sheet.chart(rows[-1], _say_ranking(units, bands, words))


@LOOK
def heat(cells: pd.DataFrame, words: Wording) -> Chart:
    """Units by indicators: the nearer a value is to its target, the darker its cell.

    cells : one row a cell: unit_name, rank, indicator_name, value (NaN: missing), target (NaN: none, the shade is the
            share of 100), decimals, flagged (bool; marked ▼ and bold). Indicators stand in the order they first appear.
    """
    if cells.empty:
        return _nothing(words)
    columns = cells.drop_duplicates("indicator_name").set_index("indicator_name")
    ranked = cells.fillna({"rank": np.inf})
    table = ranked.pivot(index=["rank", "unit_name"], columns="indicator_name", values=["value", "flagged"])
    units = table.index.to_frame(index=False).replace(np.inf, np.nan)
    values = table["value"][columns.index].astype(float)
    flags = table["flagged"][columns.index].eq(True) & values.notna()
    shares = (values / columns["target"].where(columns["target"] > 0, 100)).clip(0, 1).to_numpy()
    texts = values.apply(lambda each: each.map(partial(words.number, decimals=int(columns["decimals"][each.name]))))
    texts = texts.mask(flags, "▼" + texts).to_numpy()
    goals = columns.target.map(lambda t: words.say("chart.heat.target", target=_plain(words, t)) if t > 0 else "")

    # The largest type with which every column holds its cells, its target and each word of its name.
    for size in (12, 11, 10, 9):
        names = _Names(units, words, size)
        held = [max(_width(text, size, "bold") for text in column) for column in texts.T]
        heads = [max(_width(word, size) for word in f"{name} {goal}".split(" ")) for name, goal in goals.items()]
        widths = np.maximum(held, heads) + GAP
        if (spare := WIDTH - names.width - GAP - widths.sum()) >= 0:
            break
    widths += max(spare, 0) / len(widths)
    edges = names.width + GAP + np.cumsum([0, *widths])
    heads = [f"{_wrapped(name, widths[j] - GAP, size)}\n{goals[name]}" for j, name in enumerate(columns.index)]

    sheet = _Sheet(edges[-1])
    top = sheet.write_key(words.say("chart.heat.key")) + max(_tall(head, size) for head in heads) + GAP
    rows, middles = names.rows(top)
    names.write(sheet, middles, [INK] * len(units))
    sheet.axes.pcolormesh(edges, rows, shares, cmap=SHADES, vmin=0, vmax=1, edgecolors="white", linewidth=1.5)
    for j, x in enumerate(edges[:-1] + widths / 2):
        sheet.write(x, top - GAP / 2, heads[j], size, up=1, ha="center")
        for i, y in enumerate(middles):
            dark = sns.utils.relative_luminance(SHADES(np.nan_to_num(shares[i, j]))) < EVEN_CONTRAST
            look = {"color": "white" if dark else "black", "weight": "bold" if flags.iat[i, j] else "normal"}
            sheet.write(x, y, texts[i, j], size, ha="center", **look)
    return sheet.chart(rows[-1], _say_heat(values, flags, columns, words))


@LOOK
def lost_points(parts: pd.DataFrame, words: Wording) -> Chart:
    """Where the points went: from the maximum down to the total, a step for what each part lost.

    parts : part (name), points (NaN: not known; no step, and the total is then not known), max_points; in the order of
            the steps. What no printed column explains is a part like the others.
    """
    if parts.empty:
        return _nothing(words)
    most, total = parts["max_points"].sum(), parts["points"].sum(skipna=False)
    change = parts["points"] - parts["max_points"]
    left = most + change.fillna(0).cumsum()
    scale = WIDTH / max(most, left.max())  # published points can exceed their maximum

    changes = [words.number(each, signed=True) for each in change]
    pairs = zip([*parts["points"], total], [*parts["max_points"], most], strict=True)
    shares = [f"{words.number(points)}/{_plain(words, limit)}" for points, limit in pairs]
    column = WIDTH - 2 * GAP - max(map(_width, shares))
    room = column - 2 * GAP - max(_width(each, weight="bold") for each in changes)

    # Name, change, points of the maximum; below them what is left (pale), and what was lost (orange) or gained (blue).
    sheet, y = _Sheet(), 0
    for name, moved, share, end, step, colour in [
        (words.say("chart.lost.most"), "", _plain(words, most), most, 0, PALE),
        *zip(parts["part"], changes, shares[:-1], left, change.fillna(0), [PALE] * len(parts), strict=True),
        (words.say("chart.lost.total"), "", shares[-1], np.nan_to_num(total), 0, BLUE),
    ]:
        sheet.write(column, y, moved, up=0, ha="right", weight="bold")
        sheet.write(WIDTH, y, share, up=0, ha="right")
        y = sheet.write(0, y, _wrapped(name, room), up=0)
        sheet.axes.barh(y, end * scale, BAR, color=colour, align="edge")
        sheet.axes.barh(y, -step * scale, BAR, end * scale, color=ORANGE if step < 0 else BLUE, align="edge")
        y += BAR + GAP
    steps = [f"{part} {moved} ({share})" for part, moved, share in zip(parts["part"], changes, shares, strict=False)]
    ends = {"most": _plain(words, most), "total": words.number(total), "lost": words.number(most - total)}
    return sheet.chart(y - GAP, words.say("chart.lost.alt", steps="; ".join(steps), **ends))


def _say_ranking(units: pd.DataFrame, bands: pd.DataFrame, words: Wording) -> str:
    def those_at(value: float, column: str) -> str:
        return f"{words.listed(units['unit_name'][units[column] == value])} ({words.number(value)})"

    total, change, counts = units["total"], units["change"], units["band"].value_counts()
    sizes = ", ".join(f"{band.name} {counts[band.band]}" for band in bands.itertuples() if band.band in counts)
    ends = {"highest": those_at(total.max(), "total"), "lowest": those_at(total.min(), "total")}
    said = [words.say("chart.ranking.alt", count=len(units), bands=sizes or MISSING, **ends)]
    if change.count():
        said.append(words.say("chart.ranking.alt_fell", fell=(change < 0).sum(), known=change.count()))
    if (change < 0).any():
        said.append(words.say("chart.ranking.alt_most", most=those_at(change.min(), "change")))
    return " ".join(said)


def _say_heat(values: pd.DataFrame, flags: pd.DataFrame, columns: pd.DataFrame, words: Wording) -> str:
    said = [words.say("chart.heat.alt", units=len(values), indicators=len(columns), marked=flags.sum().sum())]
    for column in columns.itertuples():
        shown = values[column.Index]
        ends = [words.number(each, column.decimals) for each in (shown.min(), shown.max())]
        said.append(words.say("chart.heat.alt_range", indicator=column.Index, lowest=ends[0], highest=ends[1]))
        if column.target > 0:
            reached = {"reached": (shown >= column.target).sum(), "known": shown.count()}
            said.append(words.say("chart.heat.alt_target", target=_plain(words, column.target), **reached))
    return " ".join(said)


class _Sheet:
    """A white figure with axes in points."""

    def __init__(self, width: float = WIDTH):
        self.width, self.figure = width, Figure(figsize=((width + 2 * EDGE) / 72, 1))
        self.axes = self.figure.add_axes((0, 0, 1, 1), xlim=(-EDGE, width + EDGE), autoscale_on=False)

    def write(self, x: float, y: float, text: str, size: float = SIZE, up: float = 0.5, **look: object) -> float:
        """Lines of text with ``y`` at their top (``up`` 0), middle or bottom (1), on even baselines; where they end."""
        top = y - up * _tall(text, size)
        for i, line in enumerate(text.split("\n")):
            self.axes.text(x, top + ((i + 0.5) * LEADING + 0.36) * size, line, size=size, **{"color": INK} | look)
        return top + _tall(text, size)

    def write_key(self, text: str) -> float:
        return self.write(0, 0, _wrapped(text, self.width, SMALL), SMALL, up=0, color=GREY) + GAP

    def chart(self, bottom: float, alt: str) -> Chart:
        self.figure.set_figheight((bottom + 2 * EDGE) / 72)
        self.axes.set(ylim=(bottom + EDGE, -EDGE))
        self.axes.axis("off")
        return Chart(self.figure, alt)


def _nothing(words: Wording) -> Chart:
    sheet, said = _Sheet(), words.say("chart.nothing")
    return sheet.chart(sheet.write_key(said), said)


class _Names:
    """The ranks and names at the left of a chart of units, and its ``width``."""

    def __init__(self, units: pd.DataFrame, words: Wording, size: float = SIZE):
        self.size = size
        self.ranks = [words.number(rank, 0) for rank in units["rank"]]
        self.names = [_wrapped(name, LONGEST_NAME * size, size) for name in units["unit_name"]]
        self.left = max(_width(rank, size) for rank in self.ranks) + GAP
        self.width = self.left + max(_width(line, size) for name in self.names for line in name.split("\n"))

    def rows(self, top: float) -> tuple[np.ndarray, np.ndarray]:
        """The limits between the rows, each as tall as its name, and their middles."""
        edges = top + np.cumsum([0, *(_tall(name, self.size) + GAP for name in self.names)])
        return edges, (edges[:-1] + edges[1:]) / 2

    def write(self, sheet: _Sheet, middles: np.ndarray, colours: list[str]) -> None:
        for rank, name, y, colour in zip(self.ranks, self.names, middles, colours, strict=True):
            sheet.write(self.left - GAP, y, rank, self.size, ha="right", color=colour)
            sheet.write(self.left, y, name, self.size, color=colour)


def _tall(text: str, size: float) -> float:
    return (text.count("\n") + 1) * size * LEADING


def _wrapped(text: str, width: float, size: float = SIZE) -> str:
    """Lines of at most ``width``, of as many letters as that allows; a word that alone is longer is cut."""
    for letters in range(len(text), 0, -1):
        lines = textwrap.wrap(text, letters)
        if all(_width(line, size) <= width for line in lines):
            return "\n".join(lines)
    return text


@lru_cache(maxsize=10_000)
def _width(text: str, size: float = SIZE, weight: str = "normal") -> float:
    font = FontProperties(family="DejaVu Sans", size=size, weight=weight)
    return text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]


def _plain(words: Wording, value: float) -> str:
    """A limit or a maximum with the decimals it has: ``50``, ``62,5``."""
    return words.number(value, len(f"{value:g}".partition(".")[2]))
