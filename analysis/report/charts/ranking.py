"""The chart of a ranking: where each unit stands now and stood at the previous cut-off."""

import numpy as np
import pandas as pd

from analysis.config.wording import MISSING, Wording
from analysis.report.charts.sheet import (
    COLOUR_OF_MOVE,
    DASHED,
    DOT,
    GAP,
    GREY,
    LOOK,
    LOOK_OF_MOVE,
    PALE,
    PATCH,
    SMALL,
    WIDTH,
    Chart,
    Names,
    Sheet,
    draw_nothing,
    show_limit,
    show_move,
    tall,
    width_of,
)


@LOOK
def draw_ranking(scores: pd.DataFrame, bands: pd.DataFrame, words: Wording, among: pd.DataFrame | None = None) -> Chart:
    """Each unit's total now and at the previous cut-off: one row for each unit, in the order of rank.

    scores : unit_name, total, previous_total (points), rank, previous_rank (NaN: not known), band (code), marked (of
             its change: 1 a marked rise, −1 a marked fall, 0 neither). Units only, no control row. A unit without a
             total comes last, with a dash.
    bands  : band (code), name (in the reader's language), from_points
    among  : total, previous_total of all units, where ``scores`` has only a part of them: all parts then have one scale

    Only a marked change has a colour, bold type and its figure with a sign; ordinary ones are grey.
    """
    if scores["total"].isna().all():
        return draw_nothing(words)
    units = scores.sort_values(["rank", "unit_name"]).reset_index(drop=True)
    units["change"] = (units["total"] - units["previous_total"]).round(2)
    marked = units["marked"] != 0

    # Across: rank and name, the dots with a figure on either side of a marked unit's, else the total, the rank move.
    names, heading = Names(units, words), words.say("chart.ranking.move")
    places = units["previous_rank"] - units["rank"]
    moves = [show_move(each) for each in places]
    right = WIDTH - GAP - max(width_of(heading, SMALL), *(width_of(move, weight="bold") for move in moves))
    changes = [words.number(each, signed=True) for each in units["change"]]
    label = max(width_of(each, weight="bold") for each in [*map(words.number, units["total"]), *changes]) + 2 * GAP
    ends = names.width + 2 * GAP + marked.any() * label, right - label
    seen = (units if among is None else among)[["total", "previous_total"]].stack().dropna()
    low, high = (seen.min(), seen.max()) if seen.nunique() > 1 else (seen.max() - 1, seen.max() + 1)
    now, before = (np.interp(units[column], (low, high), ends) for column in ("total", "previous_total"))
    limits = bands[bands["from_points"].between(low, high, inclusive="right")].sort_values("from_points")

    # Down: the key, the names of the bands as a staircase, the units.
    sheet = Sheet()
    keys = ["key" if np.isfinite(before).any() else "key_first", *["marked"] * int(marked.any())]
    key = "\u00a0· ".join(words.say(f"chart.ranking.{each}") for each in keys)
    top = sheet.write_key(key) + max(1, len(limits)) * tall("", SMALL)
    rows, middles = names.rows(top)
    for step, limit in enumerate(limits.itertuples()):
        text = words.say("chart.ranking.band", band=limit.name, points=show_limit(limit.from_points, words))
        x, foot = np.interp(limit.from_points, (low, high), ends), top - step * tall("", SMALL)
        sheet.axes.vlines(x, foot, rows[-1], color=GREY, linewidth=1, linestyle=DASHED, zorder=1)
        x = min(x, right - width_of(text, SMALL) / 2)  # a name near the edge stays on the sheet
        sheet.write(x, foot, text, SMALL, up=1, ha="center", color=GREY, bbox=PATCH)
    sheet.write(WIDTH, top, heading, SMALL, up=1, ha="right", color=GREY)
    names.write(sheet, middles)
    sheet.axes.hlines(middles, names.width + GAP, right, color=PALE, linewidth=0.6, zorder=0)
    for sign, colour in COLOUR_OF_MOVE.items():
        some = units["marked"] == sign
        sheet.axes.hlines(middles[some], now[some], before[some], color=colour, linewidth=2.5, zorder=2)
        sheet.axes.plot(before[some], middles[some], "o", mfc="white", mec=colour, mew=1.6, ms=8, zorder=3)
        sheet.axes.plot(now[some], middles[some], "o", mfc=colour, mec="white", ms=9.5, zorder=4)
    for i, unit in units.iterrows():
        way = unit["marked"] or 1  # the total stands beyond the dot that it leads to
        look = LOOK_OF_MOVE[unit["marked"]]
        figures = [(np.nan_to_num(now[i], nan=ends[0]), way, words.number(unit["total"]))]
        figures += [(before[i], -way, changes[i])] * int(marked[i])
        for x, side, text in figures:
            place = {"x": x + side * DOT, "ha": "left" if side > 0 else "right"}
            sheet.write(y=middles[i], text=text, bbox=PATCH, **place, **look)
        sheet.write(WIDTH, middles[i], moves[i], ha="right", **look)
    return sheet.chart(rows[-1], _say_ranking(units, bands, words))


def _say_ranking(units: pd.DataFrame, bands: pd.DataFrame, words: Wording) -> str:
    def those_at(value: float) -> str:
        return f"{words.listed(units['unit_name'][total == value])} ({words.number(value)})"

    total, change, counts = units["total"], units["change"], units["band"].value_counts()
    sizes = ", ".join(f"{band.name} {counts[band.band]}" for band in bands.itertuples() if band.band in counts)
    ends = {"highest": those_at(total.max()), "lowest": those_at(total.min())}
    said = [words.say("chart.ranking.alt", count=len(units), bands=sizes or MISSING, **ends)]
    for key, sign in (("rose", 1), ("fell", -1)):
        its = units[units["marked"] == sign].sort_values("change", key=abs, ascending=False, kind="stable")
        named = [f"{each.unit_name} ({words.number(each.change, signed=True)})" for each in its.itertuples()]
        said += [words.say(f"chart.ranking.alt_{key}", units=words.listed(named))] if named else []
    if change.count() and not units["marked"].any():
        said.append(words.say("chart.ranking.alt_ordinary"))
    return " ".join(said)
