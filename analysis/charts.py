"""Charts: a frame in, a figure with alternative text out.

Every chart is drawn on one sheet (sheet.py), 5.2 inches wide: its type can still be read where a phone scales it down,
and has the size of the text on paper. Colour never speaks alone: what it says, a sign, a weight or a figure says too.
"""

from collections.abc import Collection
from functools import partial

import numpy as np
import pandas as pd
import seaborn as sns

from analysis.sheet import (
    BLUE,
    DASHED,
    GAP,
    GREY,
    INK,
    LEAD,
    LOOK,
    ORANGE,
    PALE,
    PATCH,
    SIZE,
    SMALL,
    WIDTH,
    Axis,
    Chart,
    Names,
    Sheet,
    day_of,
    spread_out,
    staircase,
    tall,
    width_of,
    wrapped,
)
from analysis.wording import MISSING, Wording

DOT, BAR = 9, 14  # DOT: from the middle of a dot to the text beside it
SHADES = sns.light_palette(BLUE, as_cmap=True).resampled(25)  # cells of one shade are one path: fewer bytes
EVEN_CONTRAST = 0.179  # luminance on which black and white read alike
EVERY_LINE, CROWDED = 25, 4  # units up to which each rank of a bump chart has a label; beyond, points from rank to rank
MOST_MOVED, MOST_MOVED_OF_MANY = 3, 5  # in each direction
PANELS, PANEL, RULED = 3, 46, 160  # small multiples: so many side by side, so tall; height of a control chart
LABELLED_BAR, ROUNDED = 17, 0.005  # height of a bar that holds text; points below are 0.00


@LOOK
def ranking(scores: pd.DataFrame, bands: pd.DataFrame, words: Wording, among: pd.DataFrame | None = None) -> Chart:
    """Where each unit stands now and stood at the previous cut-off: one row a unit, in the order of rank.

    scores : unit_name, total, previous_total, rank, previous_rank (NaN: not known), band (code). Units only, no control
             row. A unit without a total stands last, with a dash for it.
    bands  : band (code), name (in the reader's language), from_points.
    among  : total, previous_total of all units, where ``scores`` are a part of them: so that the parts have one scale
    """
    if scores["total"].isna().all():
        return _nothing(words)
    units = scores.sort_values(["rank", "unit_name"]).reset_index(drop=True)
    units["change"] = (units["total"] - units["previous_total"]).round(2)
    fell = units["change"] < 0

    # Across: rank and name, the total of who fell, the dots, the total or the loss, the rank move.
    names, heading = Names(units, words), words.say("chart.ranking.move")
    places = units["previous_rank"] - units["rank"]
    moves = [_arrow(each) for each in places]
    right = WIDTH - GAP - max(width_of(heading, SMALL), *(width_of(move, weight="bold") for move in moves))
    label = max(width_of(words.number(each), weight="bold") for each in [*units["total"], *units["change"]]) + 2 * GAP
    ends = names.width + 2 * GAP + fell.any() * label, right - label
    seen = (units if among is None else among)[["total", "previous_total"]].stack().dropna()
    low, high = (seen.min(), seen.max()) if seen.nunique() > 1 else (seen.max() - 1, seen.max() + 1)
    now, before = (np.interp(units[column], (low, high), ends) for column in ("total", "previous_total"))
    limits = bands[bands["from_points"].between(low, high, inclusive="right")].sort_values("from_points")

    # Down: the key, the names of the bands as a staircase, the units.
    sheet = Sheet()
    key = "chart.ranking.key" if np.isfinite(before).any() else "chart.ranking.key_first"
    top = sheet.write_key(words.say(key)) + max(1, len(limits)) * tall("", SMALL)
    rows, middles = names.rows(top)
    for step, limit in enumerate(limits.itertuples()):
        text = words.say("chart.ranking.band", band=limit.name, points=_plain(words, limit.from_points))
        x, foot = np.interp(limit.from_points, (low, high), ends), top - step * tall("", SMALL)
        sheet.axes.vlines(x, foot, rows[-1], color=GREY, linewidth=1, linestyle=DASHED, zorder=1)
        x = min(x, right - width_of(text, SMALL) / 2)  # a name near the edge stays on the sheet
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
        names = Names(units, words, size)
        held = [max(width_of(text, size, "bold") for text in column) for column in texts.T]
        heads = [max(width_of(word, size) for word in f"{name} {goal}".split(" ")) for name, goal in goals.items()]
        widths = np.maximum(held, heads) + GAP
        if (spare := WIDTH - names.width - GAP - widths.sum()) >= 0:
            break
    widths += max(spare, 0) / len(widths)
    edges = names.width + GAP + np.cumsum([0, *widths])
    heads = [f"{wrapped(name, widths[j] - GAP, size)}\n{goals[name]}" for j, name in enumerate(columns.index)]

    sheet = Sheet(edges[-1])
    top = sheet.write_key(words.say("chart.heat.key")) + max(tall(head, size) for head in heads) + GAP
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
    column = WIDTH - 2 * GAP - max(map(width_of, shares))
    room = column - 2 * GAP - max(width_of(each, weight="bold") for each in changes)

    # Name, change, points of the maximum; below them what is left (pale), and what was lost (orange) or gained (blue).
    sheet, y = Sheet(), 0
    for name, moved, share, end, step, colour in [
        (words.say("chart.lost.most"), "", _plain(words, most), most, 0, PALE),
        *zip(parts["part"], changes, shares[:-1], left, change.fillna(0), [PALE] * len(parts), strict=True),
        (words.say("chart.lost.total"), "", shares[-1], np.nan_to_num(total), 0, BLUE),
    ]:
        sheet.write(column, y, moved, up=0, ha="right", weight="bold")
        sheet.write(WIDTH, y, share, up=0, ha="right")
        y = sheet.write(0, y, wrapped(name, room), up=0)
        sheet.bar(0, y, end * scale, BAR, colour)
        sheet.bar(end * scale, y, -step * scale, BAR, ORANGE if step < 0 else BLUE)
        y += BAR + GAP
    steps = [f"{part} {moved} ({share})" for part, moved, share in zip(parts["part"], changes, shares, strict=False)]
    ends = {"most": _plain(words, most), "total": words.number(total), "lost": words.number(most - total)}
    return sheet.chart(y - GAP, words.say("chart.lost.alt", steps="; ".join(steps), **ends))


@LOOK
def bump(course: pd.DataFrame, words: Wording, highlight: set[str] | None = None) -> Chart:
    """Rank from cut-off to cut-off, one line a unit, rank 1 on top; at the left the rank then, at the right now.

    course    : one row a cut-off and unit: cutoff (ISO), unit_code, unit_name, rank (NaN: none), corrected (bool; its
                point is hollow), since (the series it belongs to). Units of one kind. Who never has a rank, as the
                control row, is left out. No line joins two series or leaps a cut-off at which the rank is missing.
    highlight : unit_code of units that have their own line and label in any case.

    Up to 25 units every line has its label; of more, those highlighted and the five that rose and the five that fell
    most, and the others are pale lines. A move is counted within the newest series of a unit.
    """
    ranked = course[course.groupby("unit_code")["rank"].transform("count") > 0]
    if ranked.empty:
        return _nothing(words)
    seen = ranked.loc[ranked["rank"].notna(), "cutoff"]
    wide = ranked[ranked["cutoff"].between(seen.min(), seen.max())].pivot(index="cutoff", columns="unit_code")
    ranks, since, corrected = wide["rank"], wide["since"], wide["corrected"].eq(True)
    units = pd.DataFrame({"unit_name": wide["unit_name"].ffill().iloc[-1], "rank": ranks.iloc[-1]})
    newest = ranks.where(since == since.ffill().iloc[-1])
    units["then"] = newest.bfill().iloc[0].where(newest.count() > 1)
    units["move"] = units["then"] - units["rank"]
    units = units.sort_values(["rank", "unit_name"])
    many, wanted = len(units) > EVERY_LINE, units.index.intersection(list(highlight or ()), sort=False)
    rose, fell = (_most_moved(units, sign, MOST_MOVED_OF_MANY if many else MOST_MOVED) for sign in (1, -1))
    colours = dict.fromkeys(wanted, INK) | dict.fromkeys(rose.index, BLUE) | dict.fromkeys(fell.index, ORANGE)
    named = units[units.index.isin(list(colours))] if many and colours else units.head(EVERY_LINE)

    # Across: the rank at the first cut-off, the lines, the rank now, the name, the move.
    names, moves = Names(named, words), named["move"].map(_arrow)
    names.x = WIDTH - GAP - max(map(width_of, moves), default=0) - names.width
    axis = Axis(wide.index, 2 * SMALL + LEAD, names.x - LEAD, words)

    # Down: the key, the ranks, the cut-offs. Where every line has its label, a rank is as tall as that.
    sheet, breaks = Sheet(), axis.breaks(since)
    top = sheet.write_key(_key(words, "bump", corrected=corrected.any(axis=None), series=breaks.any()))
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

    ends = heights.iloc[-1][named.index]
    middles = spread_out(ends.fillna(bottom), np.diff(edges), top, bottom)
    sheet.lead(axis.x[-1], ends, names.x - 2, middles)
    names.write(sheet, middles, tones := [colours.get(code, INK) for code in named.index])
    for move, y, tone in zip(moves, middles, tones, strict=True):
        sheet.write(WIDTH, y, move, ha="right", color=tone)
    firsts = ranks.iloc[0][named.index].dropna().drop_duplicates().sort_values()
    starts = heights.iloc[0][firsts.index]
    middles = spread_out(starts, np.full(len(starts), tall("", SMALL)), top, bottom)
    sheet.lead(axis.x[0], starts, axis.x[0] - LEAD + 2, middles)
    for rank, y in zip(firsts, middles, strict=True):
        sheet.write(axis.x[0] - LEAD, y, words.number(rank, 0), SMALL, ha="right", color=GREY)
    return sheet.chart(bottom + axis.tall, _say_bump(units, rose, fell, wide.index, words))


@LOOK
def totals(course: pd.DataFrame, words: Wording, units: Collection[str] | None = None) -> Chart:
    """The total from cut-off to cut-off, a small panel a unit, all on one scale; behind it the median of the units.

    course : as for ``bump``, with total (points, NaN: none) and carried_by ("": published; else the cut-off whose table
             carried the total: an open diamond). Who never has a rank is the control row: it stands first and is not in
             the median.
    units  : unit_code of the panels; None for all. The median is always that of all units of ``course``. Thirty-six
             panels are what a page of A4 holds: where there are more units, name those that matter.
    """
    kept = course["unit_code"].isin(course["unit_code"] if units is None else list(units))
    if course["total"][kept].isna().all():
        return _nothing(words)
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
    ends = _ends(wide.index, words)
    scale = {"low": words.number(low), "high": words.number(high)}
    top = sheet.write_key(_key(words, "totals", gaps=(since.nunique() > 1).any(), **marks, **ends, **scale))
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


@LOOK
def course(totals: pd.DataFrame, words: Wording) -> Chart:
    """One total from cut-off to cut-off, as wide as the sheet; beside it the ends of its scale and the newest figure.

    totals : of one unit or of the area: cutoff (ISO), total (points, NaN: none), corrected (bool; a ring), carried_by
             ("": published; else an open diamond), since (the series it belongs to; no line joins two)
    """
    its = totals.sort_values("cutoff", ignore_index=True)
    if its["total"].isna().all():
        return _nothing(words)
    newest, low, high = its["total"].dropna().iloc[-1], its["total"].min(), its["total"].max()
    levels = {low: "normal", high: "normal"} | {newest: "bold"}
    right = WIDTH - LEAD - max(width_of(words.number(each), SMALL, "bold") for each in levels)
    axis = Axis(its["cutoff"], 2 * SMALL, right - GAP, words)
    breaks = axis.breaks(its[["since"]])
    carried = its["carried_by"].ne("") & its["total"].notna()

    sheet = Sheet()
    key = [_key(words, "course", corrected=its["corrected"].any(), carried=carried.any())]
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


@LOOK
def contributions(parts: pd.DataFrame, words: Wording) -> Chart:
    """What made each unit's total change: losses to the left of a line, gains to the right.

    parts : one row a unit and part: unit_name, part (name), contribution (points, NaN: not known), change (of the
            unit's total, points); units stand in the order of the rows. The part that no printed column explains has
            the name that the sentence ``name.not_itemised`` gives it, and is grey.

    A part has its name and figure in its bar, or the figure alone and its name in the list below, which follows the
    bars from left to right. Parts without a change are left out. For about a dozen units.
    """
    if parts.empty:
        return _nothing(words)
    rest = words.say("name.not_itemised")
    moved = parts[parts["contribution"].isna() | (parts["contribution"].abs() >= ROUNDED)]
    moved = moved.sort_values("contribution", kind="stable", ignore_index=True)
    sizes = moved["contribution"].fillna(0)
    lost, gained = (sizes.clip(**side).groupby(moved["unit_name"]).sum() for side in ({"upper": 0}, {"lower": 0}))
    low, high = min(lost.min(), 0) if len(lost) else 0, max(gained.max(), 0) if len(gained) else 0
    scale = WIDTH / (high - low or 1)
    colours = np.where(moved["part"] == rest, GREY, np.where(sizes < 0, ORANGE, BLUE))
    figures = moved["contribution"].map(partial(words.number, signed=True))
    texts = moved["part"] + "\u00a0" + figures  # a figure stays with its name

    sheet, said = Sheet(), []
    keys = [words.say("chart.contributions.key")]
    if moved["part"].eq(rest).any():
        keys.append(words.say("chart.contributions.rest", rest=rest.lower()))
    y = sheet.write_key("\u00a0· ".join(keys))
    for unit, change in parts.drop_duplicates("unit_name")[["unit_name", "change"]].itertuples(index=False):
        total, rows = words.number(change, signed=True), moved.index[moved["unit_name"] == unit]
        sheet.write(WIDTH, y, total, up=0, ha="right", color=ORANGE if change < 0 else INK, weight="bold")
        y = sheet.write(0, y, wrapped(unit, WIDTH - 2 * GAP - width_of(total, weight="bold")), up=0) + 2
        x, listed = (lost.get(unit, 0) - low) * scale, []
        for i in rows:
            long = abs(sizes[i]) * scale
            fitting = [text for text in (texts[i], figures[i]) if width_of(text, SMALL) + GAP <= long]
            sheet.bar(x, y, long, LABELLED_BAR, colours[i], edge="white")
            if fitting:
                sheet.write(x + long / 2, y + LABELLED_BAR / 2, fitting[0], SMALL, ha="center", color="white")
            listed += [] if texts[i] in fitting else [texts[i]]
            x += long
        sheet.axes.vlines(-low * scale, y - 2, y + LABELLED_BAR + 2, color=INK, linewidth=1)
        y += LABELLED_BAR + 2
        if listed:
            y = sheet.write(0, y, wrapped("\u00a0· ".join(listed), WIDTH - GAP, SMALL), SMALL, up=0, color=GREY)
        y += GAP + 2
        told = ", ".join(texts[rows].str.replace("\u00a0", " ")) or words.say("chart.contributions.alt_none")
        said.append(words.say("chart.contributions.alt_unit", unit=unit, change=total, parts=told))
    return sheet.chart(y - GAP, " ".join([words.say("chart.contributions.alt", count=len(said)), *said]))


@LOOK
def control(points: pd.DataFrame, limits: dict[str, float], words: Wording) -> Chart:
    """The changes of one series from cut-off to cut-off, with their mean and the limits of usual variation (XmR).

    points : cutoff (ISO), value (points, NaN: none), rule (the one it breaks: beyond, shift, near, trend; "" for none)
    limits : centre, lower, upper (NaN: none yet), missing (how many more changes it takes; 0: those there do not vary)

    Of points in a row that break the same rule the last has the rule's name.
    """
    points = points.sort_values("cutoff", ignore_index=True)
    if points["value"].isna().all():
        return _nothing(words)
    known = pd.notna(limits["centre"])
    levels = {name: limits[name] for name in ("upper", "centre", "lower")} if known else {"zero": 0.0}
    labels = {key: words.say(f"chart.control.{key}", value=words.number(at, signed=True)) for key, at in levels.items()}
    newest = points["value"].last_valid_index()
    levels["newest"] = points["value"][newest]
    labels["newest"] = words.number(levels["newest"], signed=True)
    right = WIDTH - LEAD - max(width_of(text, SMALL, "bold") for text in labels.values())
    axis = Axis(points["cutoff"], 2 * SMALL, right - GAP, words)

    # Down: the key, the rules broken as a staircase, the points, the cut-offs.
    sheet = Sheet()
    top = sheet.write_key("\u00a0· ".join([words.say("chart.control.what"), _about_limits(limits, words)]))
    broken = points["rule"].ne("") & points["value"].notna()
    named = points[broken & points["rule"].ne(points["rule"].shift(-1))]
    rules = [words.say(f"chart.control.rule_{rule}") for rule in named["rule"]]
    texts = [f"{axis.name(i, axis.days[i])}: {rule}" for i, rule in zip(named.index, rules, strict=True)]
    halves = np.array([width_of(text, SMALL) / 2 for text in texts])
    middles = np.clip(axis.x[named.index], halves, right - halves)
    stairs = staircase(middles - halves, middles + halves)
    top += (max(stairs, default=-1) + 1) * tall("", SMALL)
    bottom = top + RULED
    seen = [*points["value"].dropna(), *levels.values()]
    low, high = (min(seen), max(seen)) if len(set(seen)) > 1 else (seen[0] - 1, seen[0] + 1)
    scaled = partial(np.interp, xp=(low, high), fp=(bottom - SMALL, top + SMALL))
    y = scaled(points["value"])
    axis.write(sheet, top, bottom)
    for i, x, stair, text in zip(named.index, middles, stairs, texts, strict=True):
        foot = top - stair * tall("", SMALL)
        sheet.axes.vlines(axis.x[i], foot, y[i], color=ORANGE, linewidth=0.8, zorder=1)
        sheet.write(x, foot, text, SMALL, up=1, ha="center", color=ORANGE, bbox=PATCH)
    sheet.trace(axis.x, y, pd.Series("", points.index), BLUE, 1.6)
    sheet.axes.plot(axis.x, y, "o", color=BLUE, ms=5, zorder=4)
    sheet.axes.plot(axis.x[broken], y[broken], "D", mfc=ORANGE, mec="white", ms=8, zorder=5)

    sides = pd.DataFrame({"text": labels, "at": {key: float(scaled(level)) for key, level in levels.items()}})
    sides = sides.sort_values("at", kind="stable")
    sides["middle"] = spread_out(sides["at"], np.full(len(sides), tall("", SMALL)), top, bottom)
    for key, text, at, middle in sides.itertuples():
        if key == "newest":
            sheet.write(right + LEAD, middle, text, SMALL, weight="bold")
            continue
        look = {"linestyle": DASHED} if key in ("upper", "lower") else {}
        sheet.axes.hlines(at, 0, right, color=GREY, linewidth=1, **look)
        sheet.lead(right, [at], right + LEAD - 2, [middle])
        sheet.write(right + LEAD, middle, text, SMALL, color=GREY)
    return sheet.chart(bottom + axis.tall, _say_control(points.dropna(subset="value"), named, rules, limits, words))


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


def _say_bump(units: pd.DataFrame, rose: pd.DataFrame, fell: pd.DataFrame, cutoffs: pd.Index, words: Wording) -> str:
    ends = _ends(cutoffs, words)
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
    return " ".join(said)


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


def _say_course(its: pd.DataFrame, words: Wording) -> str:
    """Each series by itself, for totals of two are not compared."""
    newest = words.number(its["total"].iloc[-1])
    said = [words.say("chart.course.alt", cutoffs=len(its), newest=newest, **_ends(its["cutoff"], words))]
    for _, each in its.groupby("since"):
        totals = {"then": each["total"].iloc[0], "now": each["total"].iloc[-1]}
        totals |= {"low": each["total"].min(), "high": each["total"].max()}
        figures = {name: words.number(total) for name, total in totals.items()}
        said.append(words.say("chart.course.alt_series", **_ends(each["cutoff"], words), **figures))
    return " ".join(said)


def _say_control(
    points: pd.DataFrame, named: pd.DataFrame, rules: list[str], limits: dict[str, float], words: Wording
) -> str:
    ends = _ends(points["cutoff"], words)
    newest = words.number(points["value"].iat[-1], signed=True)
    said = [words.say("chart.control.alt", count=len(points), value=newest, **ends), _about_limits(limits, words)]
    if pd.isna(limits["centre"]):
        return " ".join(said)
    figures = {name: words.number(limits[name], signed=True) for name in ("centre", "lower", "upper")}
    said[1] = words.say("chart.control.alt_limits", **figures)
    broken = [
        words.say(
            "chart.control.alt_point",
            day=words.date(day_of(each.cutoff)),
            value=words.number(each.value, signed=True),
            rule=rule,
        )
        for each, rule in zip(named.itertuples(), rules, strict=True)
    ]
    said.append(
        words.say("chart.control.alt_broken", points="; ".join(broken))
        if broken
        else words.say("chart.control.alt_usual")
    )
    return " ".join(said)


def _about_limits(limits: dict[str, float], words: Wording) -> str:
    if pd.notna(limits["centre"]):
        return words.say("chart.control.key")
    if limits["missing"] > 0:
        return words.say("chart.control.few", missing=words.number(limits["missing"], 0))
    return words.say("chart.control.steady")


def _nothing(words: Wording) -> Chart:
    sheet, said = Sheet(), words.say("chart.nothing")
    return sheet.chart(sheet.write_key(said), said)


def _most_moved(units: pd.DataFrame, sign: int, count: int) -> pd.DataFrame:
    """The ``count`` units that moved most places up (``sign`` 1) or down (−1)."""
    return units.assign(size=units["move"] * sign).query("size > 0").nlargest(count, "size")


def _arrow(move: float) -> str:
    """``2.0`` => ``▲2``, ``0.0`` => ``=``, missing => ``–``."""
    return MISSING if pd.isna(move) else f"{'▼▲'[move > 0]}{abs(move):.0f}" if move else "="


def _key(
    words: Wording,
    chart: str,
    corrected: bool = False,
    carried: bool = False,
    series: bool = False,
    gaps: bool = False,
    **fields: str,
) -> str:
    """What a chart of cut-offs shows, and the marks that it really carries."""
    marks = {"corrected": corrected, "carried": carried, "series": series, "gaps": gaps}
    said = [words.say(f"chart.{chart}.key", **fields)]
    return "\u00a0· ".join(said + [words.say(f"chart.course.{mark}") for mark, there in marks.items() if there])


def _ends(cutoffs: Collection[str], words: Wording) -> dict[str, str]:
    return {"first": words.date(day_of(min(cutoffs))), "last": words.date(day_of(max(cutoffs)))}


def _plain(words: Wording, value: float) -> str:
    """A limit or a maximum with the decimals it has: ``50``, ``62,5``."""
    return words.number(value, len(f"{value:g}".partition(".")[2]))
