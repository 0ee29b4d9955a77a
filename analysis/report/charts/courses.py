"""The charts over the cut-offs: ranks, the totals of many units, one total, and one figure of chosen units."""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from itertools import cycle

import numpy as np
import pandas as pd

from analysis.config.wording import MISSING, Wording
from analysis.report.charts.sheet import (
    BLUE,
    COLOUR_OF_MOVE,
    DOT,
    GAP,
    GREY,
    INK,
    LEAD,
    LOOK,
    ORANGE,
    PALE,
    RULED,
    SIZE,
    SMALL,
    WIDTH,
    Axis,
    Chart,
    Names,
    Sheet,
    day_of,
    draw_nothing,
    first_and_last,
    show_move,
    spread_out,
    tall,
    width_of,
    wrapped,
)

EVERY_LINE = 25  # a bump chart of up to so many units has a label for every line
CROWDED = 4  # height of a rank in a chart of more units
MOST_MOVED, MOST_MOVED_OF_MANY = 3, 5  # units named in each direction
MARKERS = {1: "^", -1: "v"}  # at the end of a marked line
PANELS, PANEL = 3, 46  # small multiples: how many side by side, and the height of one


@LOOK
def draw_bump(course: pd.DataFrame, words: Wording, marked: Mapping[str, int] | None = None) -> Chart:
    """Ranks from cut-off to cut-off: one line for each unit, rank 1 on top, from its first rank to its newest.

    course : one row for each cut-off and unit: cutoff (ISO), unit_code, unit_name, rank (NaN: none), corrected (bool;
             the point is hollow), since (the series). Units of one kind. A unit that never has a rank, such as the
             control row, is left out. No line joins two series or crosses a cut-off without a rank.
    marked : unit_code → 1 or −1, of the units whose total has a marked rise or fall at the newest cut-off. Only their
             lines have a colour, and end in ▲ or ▼.

    Of up to 25 units every line has a label. Of more units, only the marked ones and the five that gained and the five
    that lost most places have labels, and the other lines are pale. Places are counted within a unit's newest series.
    """
    ranked = course[course.groupby("unit_code")["rank"].transform("count") > 0]
    if ranked.empty:
        return draw_nothing(words)
    seen = ranked.loc[ranked["rank"].notna(), "cutoff"]
    wide = ranked[ranked["cutoff"].between(seen.min(), seen.max())].pivot(index="cutoff", columns="unit_code")
    ranks, since, corrected = wide["rank"], wide["since"], wide["corrected"].eq(True)
    units = pd.DataFrame({"unit_name": wide["unit_name"].ffill().iloc[-1], "rank": ranks.iloc[-1]})
    newest = ranks.where(since == since.ffill().iloc[-1])
    units["then"] = newest.bfill().iloc[0].where(newest.count() > 1)
    units["move"] = units["then"] - units["rank"]
    units = units.sort_values(["rank", "unit_name"])
    many, marks = len(units) > EVERY_LINE, {code: sign for code, sign in (marked or {}).items() if code in units.index}
    rose, fell = (_most_moved(units, sign, MOST_MOVED_OF_MANY if many else MOST_MOVED) for sign in (1, -1))
    most = [*rose.index, *fell.index] if many else []
    colours = dict.fromkeys(most, GREY) | {code: COLOUR_OF_MOVE[sign] for code, sign in marks.items()}
    named = units[units.index.isin(list(colours))] if many and colours else units.head(EVERY_LINE)

    # Across: the rank at the first cut-off, the lines, the rank now, the name, the move.
    named = named.assign(marked=[marks.get(code, 0) for code in named.index])
    names, moves = Names(named, words), named["move"].map(show_move)
    names.x = WIDTH - GAP - max(map(width_of, moves), default=0) - names.width
    axis = Axis(wide.index, 2 * SMALL + LEAD, names.x - LEAD, words)

    # Down: the key, the ranks, the cut-offs. Where every line has its label, a rank is as tall as its label.
    sheet, breaks = Sheet(), axis.breaks(since)
    key = [_say_key(words, "bump", corrected=corrected.any(axis=None), series=breaks.any())]
    key += [words.say(f"chart.bump.{each}") for each, there in (("most", most), ("marked", marks)) if there]
    top = sheet.write_key("\u00a0· ".join(key))
    edges, places = names.rows(top)
    order = np.arange(max(len(units), ranks.max(axis=None)))  # once there may have been more units
    if many:
        places = top + CROWDED * (order + 0.5)
    places = np.append(places, edges[-1] + SIZE * (order[len(places) :] - len(places) + 0.5))
    bottom = max(edges[-1], places[-1] + CROWDED)
    heights = ranks.apply(np.interp, xp=order + 1, fp=places)
    axis.write(sheet, top, bottom, breaks)
    for code in [*units.index.difference(list(colours)), *colours]:  # the coloured lines over the others
        colour, width = (colours[code], 2) if code in colours else (PALE if many else GREY, 1)
        sheet.trace(axis.x, heights[code], since[code], colour, width, ends=code in named.index)
        sheet.rings(axis.x, heights[code], corrected[code], "o", colour)
        if sign := marks.get(code):
            sheet.axes.plot(axis.x[-1], heights[code].iloc[-1], MARKERS[sign], color=colour, ms=9, zorder=5)

    ends = heights.iloc[-1][named.index]
    middles = spread_out(ends.fillna(bottom), np.diff(edges), top, bottom)
    sheet.lead(axis.x[-1], ends, names.x - 2, middles)
    names.write(sheet, middles)
    for move, y in zip(moves, middles, strict=True):
        sheet.write(WIDTH, y, move, ha="right")  # places since the first cut-off: not the move that has a colour
    firsts = ranks.iloc[0][named.index].dropna().drop_duplicates().sort_values()
    starts = heights.iloc[0][firsts.index]
    middles = spread_out(starts, np.full(len(starts), tall("", SMALL)), top, bottom)
    sheet.lead(axis.x[0], starts, axis.x[0] - LEAD + 2, middles)
    for rank, y in zip(firsts, middles, strict=True):
        sheet.write(axis.x[0] - LEAD, y, words.number(rank, 0), SMALL, ha="right", color=GREY)
    return sheet.chart(bottom + axis.tall, _say_bump(units, rose, fell, marks, wide.index, words))


def _most_moved(units: pd.DataFrame, sign: int, count: int) -> pd.DataFrame:
    """The ``count`` units that moved most places up (``sign`` 1) or down (−1)."""
    return units.assign(size=units["move"] * sign).query("size > 0").nlargest(count, "size")


def _say_bump(
    units: pd.DataFrame,
    rose: pd.DataFrame,
    fell: pd.DataFrame,
    marks: Mapping[str, int],
    cutoffs: pd.Index,
    words: Wording,
) -> str:
    ends = first_and_last(cutoffs, words)
    best = words.listed(units["unit_name"][units["rank"] == units["rank"].min()])
    said = [words.say("chart.bump.alt", count=len(units), cutoffs=len(cutoffs), best=best or MISSING, **ends)]
    for key, moved in (("rose", rose), ("fell", fell)):
        names = [
            words.say("chart.bump.alt_unit", unit=each.unit_name, then=f"{each.then:.0f}", now=f"{each.rank:.0f}")
            for each in moved.itertuples()
        ]
        if names:
            said.append(words.say(f"chart.bump.alt_{key}", units=words.listed(names)))
    if rose.empty and fell.empty:
        said.append(words.say("chart.bump.alt_still" if units["move"].notna().any() else "chart.bump.alt_first"))
    for key, way in (("marked_rose", 1), ("marked_fell", -1)):
        names = [name for code, name in units["unit_name"].items() if marks.get(code) == way]
        said += [words.say(f"chart.bump.alt_{key}", units=words.listed(names))] if names else []
    return " ".join(said)


@LOOK
def draw_totals(course: pd.DataFrame, words: Wording, units: Collection[str] | None = None) -> Chart:
    """Totals from cut-off to cut-off: a small panel for each unit, all on one scale, with the median of the units.

    course : as for ``draw_bump``, with total (points, NaN: none) and carried_by ("": published; else the cut-off whose
             table has the total: an open diamond). What never has a rank is the control row: it comes first and does
             not count in the median.
    units  : unit_code of the panels; None for all. The median is always that of all units of ``course``. A page of A4
             holds thirty-six panels.
    """
    kept = course["unit_code"].isin(course["unit_code"] if units is None else list(units))
    if course["total"][kept].isna().all():
        return draw_nothing(words)
    wide = course.pivot(index="cutoff", columns="unit_code")
    ranks, since, is_unit = wide["rank"], wide["since"], wide["rank"].notna().any()
    shown = pd.DataFrame({"is_unit": is_unit, "rank": ranks.iloc[-1], "unit_name": wide["unit_name"].ffill().iloc[-1]})
    shown = shown[shown.index.isin(course["unit_code"][kept])].sort_values(list(shown))
    drawn, median = wide["total"][shown.index], wide["total"].loc[:, is_unit].median(axis=1)
    corrected = wide["corrected"][shown.index].eq(True)
    carried = wide["carried_by"][shown.index].fillna("").ne("") & drawn.notna()

    figures = drawn.map(words.number)
    seen = np.append(drawn, median)
    low, high = np.nanmin(seen), np.nanmax(seen)
    label = DOT + max(width_of(each, SMALL, "bold") for each in figures.to_numpy().flat)
    broad = (WIDTH - (PANELS - 1) * 2 * GAP) / PANELS
    heads = [
        name if pd.isna(rank) else f"{words.number(rank, 0)}. {name}"
        for rank, name in zip(shown["rank"], shown["unit_name"], strict=True)
    ]
    heads = [wrapped(head, broad, SMALL) for head in heads]

    sheet, marks = Sheet(), {"corrected": corrected.any(axis=None), "carried": carried.any(axis=None)}
    ends = first_and_last(wide.index, words)
    scale = {"low": words.number(low), "high": words.number(high)}
    top = sheet.write_key(_say_key(words, "totals", gaps=(since.nunique() > 1).any(), **marks, **ends, **scale))
    usual = since.mode(axis=1)[0]  # the series of the median
    for row in range(0, len(shown), PANELS):
        codes, names = shown.index[row : row + PANELS], heads[row : row + PANELS]
        foot = top + max(tall(name, SMALL) for name in names)
        for column, (code, name) in enumerate(zip(codes, names, strict=True)):
            x0 = column * (broad + 2 * GAP)
            axis = Axis(wide.index, x0 + DOT / 2, x0 + broad - label, words)
            scaled = partial(
                np.interp, xp=(low, high), fp=(foot + PANEL - tall("", SMALL) / 2, foot + tall("", SMALL) / 2)
            )
            sheet.write(x0, foot, name, SMALL, up=1)
            sheet.axes.hlines(foot + PANEL, x0, x0 + broad, color=PALE, linewidth=0.6, zorder=0)
            sheet.trace(axis.x, scaled(median), usual, PALE, 3)
            sheet.trace(axis.x, y := scaled(drawn[code]), since[code], BLUE, 1.6, ends=True)
            sheet.rings(axis.x, y, corrected[code], "o", BLUE)
            sheet.rings(axis.x, y, carried[code], "D", BLUE)
            if (known := np.flatnonzero(np.isfinite(y))).size:
                at = known[-1]
                sheet.write(axis.x[at] + DOT, y[at], figures[code].iat[at], SMALL, weight="bold")
        top = foot + PANEL + GAP
    return sheet.chart(top, _say_totals(drawn, shown, since, median, ends, words))


def _say_totals(
    drawn: pd.DataFrame, shown: pd.DataFrame, since: pd.DataFrame, median: pd.Series, ends: dict, words: Wording
) -> str:
    counts = {"count": len(shown), "cutoffs": len(drawn)}
    said = [words.say("chart.totals.alt", median=words.number(median.iloc[-1]), **counts, **ends)]
    newest = since[shown.index].eq(since.ffill().iloc[-1])
    change = (drawn.iloc[-1] - drawn.where(newest).bfill().iloc[0])[shown["is_unit"]].round(2)
    for key, sign, most in (("rose", 1, change.max()), ("fell", -1, change.min())):
        if sign * most > 0:
            names = words.listed(shown["unit_name"][change.index[change == most]])
            said.append(words.say(f"chart.totals.alt_{key}", units=names, change=words.number(most, signed=True)))
    return " ".join(said)


@LOOK
def draw_course(totals: pd.DataFrame, words: Wording) -> Chart:
    """One total from cut-off to cut-off, as wide as the sheet; beside it its lowest, highest and newest figure.

    totals : of one unit or of the area: cutoff (ISO), total (points, NaN: none), corrected (bool; a ring), carried_by
             ("": published; else an open diamond), since (the series; no line joins two series)
    """
    its = totals.sort_values("cutoff", ignore_index=True)
    if its["total"].isna().all():
        return draw_nothing(words)
    newest, low, high = its["total"].dropna().iloc[-1], its["total"].min(), its["total"].max()
    levels = {low: "normal", high: "normal"} | {newest: "bold"}
    right = WIDTH - LEAD - max(width_of(words.number(each), SMALL, "bold") for each in levels)
    axis = Axis(its["cutoff"], 2 * SMALL, right - GAP, words)
    breaks = axis.breaks(its[["since"]])
    carried = its["carried_by"].ne("") & its["total"].notna()

    sheet = Sheet()
    key = [_say_key(words, "course", corrected=its["corrected"].any(), carried=carried.any())]
    top = sheet.write_key("\u00a0· ".join(key + [words.say("chart.course.breaks")] * (len(breaks) > 0)))
    bottom = top + RULED
    ends = (low, high) if low < high else (low - 1, low + 1)
    scaled = partial(np.interp, xp=ends, fp=(bottom - SMALL, top + SMALL))
    axis.write(sheet, top, bottom, breaks)
    sheet.axes.hlines(scaled([low, high]), 0, right, color=PALE, linewidth=0.6, zorder=0)
    sheet.trace(axis.x, y := scaled(its["total"]), its["since"], BLUE, 1.6, ends=True)
    sheet.rings(axis.x, y, its["corrected"].to_numpy(), "o", BLUE)
    sheet.rings(axis.x, y, carried.to_numpy(), "D", BLUE)
    sides = sorted(levels, reverse=True)  # from the top down
    at = scaled(sides)
    middles = spread_out(at, np.full(len(sides), tall("", SMALL)), top, bottom)
    sheet.lead(right, at, right + LEAD - 2, middles)
    for level, middle in zip(sides, middles, strict=True):
        colour = INK if levels[level] == "bold" else GREY
        sheet.write(right + LEAD, middle, words.number(level), SMALL, color=colour, weight=levels[level])
    return sheet.chart(bottom + axis.tall, _say_course(its.dropna(subset="total"), words))


def _say_course(its: pd.DataFrame, words: Wording) -> str:
    """The alternative text: each series by itself, because totals of two series are not compared."""
    newest = words.number(its["total"].iloc[-1])
    said = [words.say("chart.course.alt", cutoffs=len(its), newest=newest, **first_and_last(its["cutoff"], words))]
    for _, each in its.groupby("since"):
        totals = {"then": each["total"].iloc[0], "now": each["total"].iloc[-1]}
        totals |= {"low": each["total"].min(), "high": each["total"].max()}
        figures = {name: words.number(total) for name, total in totals.items()}
        said.append(words.say("chart.course.alt_series", **first_and_last(each["cutoff"], words), **figures))
    return " ".join(said)


@LOOK
def draw_lines(
    rows: pd.DataFrame, names: dict[str, str], words: Wording, what: str, write: Callable[[float], str]
) -> Chart:
    """One figure of chosen units from cut-off to cut-off: a line for each, its newest figure and its name at the end.

    rows  : cutoff (ISO), unit_code, value (NaN: none), carried (bool; an open diamond), since (the series; no line
            joins two series)
    names : unit_code → name, one for each line
    what  : the name of the figure;  write : a value as a reader reads it, with its unit

    A line that has no figure at the newest cut-off is labelled with a dash.
    """
    values = rows.pivot(index="cutoff", columns="unit_code", values="value").reindex(columns=list(names)).astype(float)
    if values.isna().all(axis=None):
        return draw_nothing(words)
    since, carried = (rows.pivot(index="cutoff", columns="unit_code", values=each) for each in ("since", "carried"))
    since, carried = since.reindex_like(values), carried.reindex_like(values).eq(True) & values.notna()
    low, high = values.min(axis=None), values.max(axis=None)
    newest = values.iloc[-1]
    labels = [wrapped(f"{write(newest[code])}\u00a0 {name}", 0.4 * WIDTH, SMALL) for code, name in names.items()]
    left = max(2 * SMALL, GAP + max(width_of(write(level), SMALL) for level in (low, high)))
    right = WIDTH - LEAD - max(width_of(line, SMALL) for label in labels for line in label.split("\n"))
    axis = Axis(values.index, left, right - GAP, words)

    sheet, series = Sheet(), since.stack().groupby(level="unit_code").nunique()
    key = _say_key(words, "lines", carried=carried.any(axis=None), gaps=series.gt(1).any(), what=what)
    top, heights = sheet.write_key(key), np.array([tall(label, SMALL) for label in labels])
    bottom = top + max(RULED, heights.sum())
    ends = (low, high) if low < high else (low - 1, low + 1)
    scaled = partial(np.interp, xp=ends, fp=(bottom - SMALL, top + SMALL))
    axis.write(sheet, top, bottom)
    for level in {low, high}:
        sheet.axes.hlines(scaled(level), axis.x[0], right, color=PALE, linewidth=0.6, zorder=0)
        sheet.write(axis.x[0] - GAP, scaled(level), write(level), SMALL, ha="right", color=GREY)
    colours = dict(zip(names, cycle((BLUE, ORANGE, INK, GREY)), strict=False))
    for code in values.columns[values.notna().any()]:
        colour = colours[code]
        sheet.trace(axis.x, y := scaled(values[code]), since[code], colour, 1.6, ends=True)
        sheet.rings(axis.x, y, carried[code].to_numpy(), "D", colour)
    at = pd.DataFrame({"y": scaled(newest), "label": labels, "height": heights, "colour": list(colours.values())})
    at = at.sort_values("y", kind="stable", na_position="last")
    middles = spread_out(at["y"].fillna(bottom), at["height"].to_numpy(), top, bottom)
    sheet.lead(right - GAP, at["y"], right + LEAD - 2, middles)
    for label, colour, middle in zip(at["label"], at["colour"], middles, strict=True):
        sheet.write(right + LEAD, middle, label, SMALL, color=colour)
    return sheet.chart(bottom + axis.tall, _say_lines(values, since, names, words, what, write))


def _say_lines(
    values: pd.DataFrame,
    since: pd.DataFrame,
    names: dict[str, str],
    words: Wording,
    what: str,
    write: Callable[[float], str],
) -> str:
    """The alternative text: of each line the first and the last figure of its newest series."""
    ends = first_and_last(values.index, words)
    said = [words.say("chart.lines.alt", what=what, cutoffs=len(values), count=len(names), **ends)]
    for code, name in names.items():
        known = values[code].dropna()
        its = known[since[code][known.index] == since[code][known.index[-1]]] if len(known) else known
        key = ("none", "one", "unit")[min(len(its), 2)]
        fields = {"unit": name}
        if len(its):
            fields |= {"now": write(its.iloc[-1]), "last": words.date(day_of(its.index[-1]))}
        if len(its) > 1:
            fields |= {"then": write(its.iloc[0]), "first": words.date(day_of(its.index[0]))}
        said.append(words.say(f"chart.lines.alt_{key}", **fields))
    return " ".join(said)


def _say_key(
    words: Wording,
    chart: str,
    corrected: bool = False,
    carried: bool = False,
    series: bool = False,
    gaps: bool = False,
    **fields: str,
) -> str:
    """The key of a chart over the cut-offs: what it shows, and only the marks that it has."""
    marks = {"corrected": corrected, "carried": carried, "series": series, "gaps": gaps}
    said = [words.say(f"chart.{chart}.key", **fields)]
    return "\u00a0· ".join(said + [words.say(f"chart.course.{mark}") for mark, there in marks.items() if there])
