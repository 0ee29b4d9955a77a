"""The charts of many units: every total as a dot on one scale, and every indicator as a row of dots."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from analysis.config.wording import MISSING, Wording
from analysis.report.charts.sheet import (
    BLUE,
    DASHED,
    GAP,
    GREY,
    INK,
    LEAD,
    LOOK,
    LOOK_OF_MOVE,
    MIDDLE,
    PALE,
    PATCH,
    SIGN_OF_MOVE,
    SMALL,
    WIDTH,
    Chart,
    Sheet,
    draw_nothing,
    show_limit,
    spread_out,
    tall,
    width_of,
    wrapped,
)

TALL = 420  # of the scale of totals
DOT = 5  # across, of a dot among many
BROAD = 0.32  # of a kind's share of the sheet: the dots; the names beside them have the rest
ENDS = 3  # units named at either end; our choice
ROOM = 24  # height of the dots of one indicator


@LOOK
def draw_strip(scores: pd.DataFrame, bands: pd.DataFrame, words: Wording) -> Chart:
    """The totals of many units: a dot for each, the highest on top, each kind in a column of its own.

    scores : unit_name, kind (its name; "": there is only one), total, previous_total (points; NaN: not known), rank,
             band (code), marked (of its change: 1 a marked rise, −1 a marked fall, 0 neither). Units only.
    bands  : as for ``draw_ranking``

    Dots of one height stand side by side. Names have the three highest and the three lowest of a kind and, as far as
    there is room, every unit whose change is marked: in bold, with its change, and a line from where it was.
    """
    units = scores.dropna(subset="total").sort_values(["total", "rank", "unit_name"], ascending=False)
    if units.empty:
        return draw_nothing(words)
    marked = units["marked"] != 0
    seen = pd.concat([units["total"], units.loc[marked, "previous_total"]])
    low, high = (seen.min(), seen.max()) if seen.nunique() > 1 else (seen.max() - 1, seen.max() + 1)
    limits = bands[bands["from_points"].between(low, high, inclusive="right")]
    kinds = list(dict.fromkeys(scores["kind"]))

    sheet = Sheet()
    keys = ["key", *["marked"] * int(marked.any()), *["ties"] * int(units["total"].duplicated().any())]
    key = [words.say(f"chart.strip.{each}") for each in keys]
    if len(limits):
        key.append(words.say("chart.strip.bands", bands=words.listed(_say_limits(limits, words))))
    top = sheet.write_key("\u00a0· ".join(key))
    heads = {
        kind: words.say("chart.strip.median", median=words.number(units["total"][units["kind"] == kind].median()))
        for kind in kinds
    }
    heads = {kind: f"{kind}\n{told}" if kind else told for kind, told in heads.items()}
    top += max(tall(head, SMALL) for head in heads.values()) + GAP
    bottom = top + TALL
    scaled = partial(np.interp, xp=(low, high), fp=(bottom - SMALL, top + SMALL))
    sheet.axes.hlines(scaled(limits["from_points"]), 0, WIDTH, color=GREY, linewidth=1, linestyle=DASHED, zorder=1)
    share = (WIDTH - 2 * GAP * (len(kinds) - 1)) / len(kinds)
    for number, kind in enumerate(kinds):
        its, x0 = units[units["kind"] == kind], number * (share + 2 * GAP)
        sheet.write(x0, top - GAP, heads[kind], SMALL, up=1, color=GREY)
        _draw_column(sheet, its, x0, share, scaled, (top, bottom), words)
    return sheet.chart(bottom, _say_strip(units, bands, kinds, words))


def _say_limits(limits: pd.DataFrame, words: Wording) -> list[str]:
    return [
        words.say("chart.ranking.band", band=limit.name, points=show_limit(limit.from_points, words))
        for limit in limits.itertuples()
    ]


def _draw_column(
    sheet: Sheet, units: pd.DataFrame, x0: float, share: float, scaled: Callable, ends: tuple, words: Wording
) -> None:
    """The dots of one kind from ``x0`` on, its median, and the names of those that stand out, between two ``ends``."""
    right, heights = x0 + BROAD * share, scaled(units["total"])
    across = x0 + DOT / 2 + _side_by_side(heights, right - x0 - DOT)
    sheet.axes.hlines(scaled(units["total"].median()), x0, right, color=INK, linewidth=1.6, zorder=2)
    for mark, look in LOOK_OF_MOVE.items():
        some, size = units["marked"].eq(mark).to_numpy(), DOT
        colour = MIDDLE
        if mark:
            colour, size = look["color"], DOT + 2
            before = scaled(units["previous_total"][some])
            sheet.axes.vlines(across[some], before, heights[some], color=colour, linewidth=1.6, zorder=3)
        sheet.axes.plot(across[some], heights[some], "o", color=colour, mec="white", mew=0.5, ms=size, zorder=4)
    chosen, labels, boxes = _labels(units, x0 + share - right - LEAD, ends[1] - ends[0], words)
    middles = spread_out(heights[chosen], boxes, *ends)
    sheet.lead(right, heights[chosen], right + LEAD - 2, middles)
    for label, mark, middle in zip(labels, units["marked"][chosen], middles, strict=True):
        sheet.write(right + LEAD, middle, label, SMALL, bbox=PATCH, **LOOK_OF_MOVE[mark])


def _labels(units: pd.DataFrame, room: float, height: float, words: Wording) -> tuple:
    """Which units have a name, the names with their figures, and their heights: as many as there is room for.

    The ends first, then the marked ones, those that moved most first.
    """
    order = np.arange(len(units))
    ends = (order < ENDS) | (order >= len(units) - ENDS)
    size = (units["total"] - units["previous_total"]).abs().where(units["marked"].ne(0) & ~ends)
    place = size.rank(ascending=False, method="first")
    for most in range(int(height / tall("", SMALL)), -1, -1):
        chosen = ends | place.le(most).to_numpy()
        labels = [_label(unit, room, words) for unit in units[chosen].itertuples()]
        boxes = np.array([tall(label, SMALL) for label in labels])
        if boxes.sum() <= height:
            break
    return chosen, labels, boxes


def _label(unit: tuple, room: float, words: Wording) -> str:
    text = f"{words.number(unit.total)}\u00a0 {unit.unit_name}"
    if unit.marked:
        text += f"\u00a0{SIGN_OF_MOVE[unit.marked]}{words.number(unit.total - unit.previous_total, signed=True)}"
    return wrapped(text, room, SMALL, LOOK_OF_MOVE[unit.marked]["weight"])


def _side_by_side(places: np.ndarray, room: float) -> np.ndarray:
    """How far each dot of a crowd stands from the first one at its place: a dot plot (Wilkinson 1999)."""
    bins = pd.Series(np.floor(np.asarray(places) / DOT))
    turn = bins.groupby(bins).cumcount().to_numpy()
    return turn * min(DOT, room / max(turn.max(), 1))


def _say_strip(units: pd.DataFrame, bands: pd.DataFrame, kinds: list[str], words: Wording) -> str:
    counts = units["band"].value_counts()
    sizes = ", ".join(f"{band.name} {counts[band.band]}" for band in bands.itertuples() if band.band in counts)
    said = [words.say("chart.strip.alt", count=len(units), bands=sizes or MISSING)]
    for kind in kinds:
        its = units[units["kind"] == kind]
        ends = {
            name: words.listed(_with_total(rows, words))
            for name, rows in (("highest", its.head(ENDS)), ("lowest", its.tail(ENDS)))
        }
        median = words.number(its["total"].median())
        told = words.say("chart.strip.alt_ends", median=median, **ends)
        said.append(words.say("chart.strip.alt_kind", kind=kind, text=told) if kind else told)
    for key, sign in (("rose", 1), ("fell", -1)):
        its = units[units["marked"] == sign].assign(change=lambda rows: rows["total"] - rows["previous_total"])
        its = its.sort_values("change", key=abs, ascending=False, kind="stable")
        named = [f"{each.unit_name} ({words.number(each.change, signed=True)})" for each in its.itertuples()]
        said += [words.say(f"chart.ranking.alt_{key}", units=words.listed(named))] if named else []
    return " ".join(said)


def _with_total(units: pd.DataFrame, words: Wording) -> list[str]:
    return [f"{each.unit_name} ({words.number(each.total)})" for each in units.itertuples()]


def _say_lowest(its: pd.DataFrame, write: Callable[[float], str], words: Wording) -> str:
    """The up to three lowest units, or how many share the lowest value."""
    lowest, value = its[its["value"].rank(method="max") <= ENDS], write(its["value"].min())
    if its["value"].nunique() == 1:
        return words.say("chart.spread.equal", value=value)
    if lowest.empty:
        return words.say("chart.spread.lowest_many", count=(its["value"] == its["value"].min()).sum(), value=value)
    lowest = lowest.sort_values("value", kind="stable")
    named = [f"{each.unit_name} ({write(each.value)})" for each in lowest.itertuples()]
    return words.say("chart.spread.lowest", units=words.listed(named))


@LOOK
def draw_spread(cells: pd.DataFrame, words: Wording) -> Chart:
    """The indicators of many units: a row of dots for each, from nothing at the left to its maximum at the right.

    cells : as for ``draw_heat``, without flagged. A line crosses the dots at the median, another one stands at the
            target. Below each row are the lowest units; a row in which all units have the same value says so instead.
    """
    known = cells.dropna(subset="value")
    if known.empty:
        return draw_nothing(words)
    sheet, said = Sheet(), [words.say("chart.spread.alt", count=cells["unit_name"].nunique())]
    aimed = known["target"] > 0
    keys = ["key", *["target"] * int(aimed.any())]
    y = sheet.write_key("\u00a0· ".join(words.say(f"chart.spread.{key}") for key in keys))
    for name, its in known.groupby("indicator_name", sort=False):
        first, write = its.iloc[0], partial(words.number, decimals=int(its["decimals"].iat[0]))
        scaled = partial(np.interp, xp=(0, max(first["most"], its["value"].max())), fp=(0, WIDTH))
        figures = {"median": write(its["value"].median()), "most": show_limit(first["most"], words)}
        told = words.say("chart.spread.median", **figures)
        sheet.write(WIDTH, y, told, SMALL, up=0, ha="right", color=GREY)
        y = sheet.write(0, y, wrapped(name, WIDTH - GAP - width_of(told, SMALL)), up=0) + 2
        values = np.sort(its["value"])
        x, foot = scaled(values), y + ROOM
        up = _side_by_side(x, ROOM - DOT)
        sheet.axes.hlines(foot, 0, WIDTH, color=PALE, linewidth=0.6, zorder=0)
        if first["target"] > 0:
            sheet.axes.vlines(scaled(first["target"]), y, foot, color=GREY, linewidth=1, linestyle=DASHED, zorder=1)
        sheet.axes.plot(x, foot - DOT / 2 - up, "o", color=BLUE, mec="white", mew=0.3, ms=DOT, zorder=2)
        sheet.axes.vlines(scaled(np.median(values)), y, foot, color=INK, linewidth=1.6, zorder=3)
        text = _say_lowest(its, write, words)
        y = sheet.write(0, foot + 2, wrapped(text, WIDTH, SMALL), SMALL, up=0, color=GREY) + GAP
        said.append(words.say("chart.spread.alt_row", indicator=name, text=text, **figures))
    return sheet.chart(y - GAP, " ".join(said))
