"""The chart of a ranking: where each unit stands now and stood at the previous cut-off."""

import numpy as np
import pandas as pd

from analysis.config.wording import MISSING, Wording
from analysis.report.charts.sheet import (
    BLUE,
    DASHED,
    DOT,
    GAP,
    GREY,
    INK,
    LOOK,
    ORANGE,
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

    scores : unit_name, total, previous_total (points), rank, previous_rank (NaN: not known), band (code). Units only,
             no control row. A unit without a total comes last, with a dash.
    bands  : band (code), name (in the reader's language), from_points
    among  : total, previous_total of all units, where ``scores`` has only a part of them: all parts then have one scale
    """
    if scores["total"].isna().all():
        return draw_nothing(words)
    units = scores.sort_values(["rank", "unit_name"]).reset_index(drop=True)
    units["change"] = (units["total"] - units["previous_total"]).round(2)
    fell = units["change"] < 0

    # Across: rank and name, the total of a unit that fell, the dots, the total or the loss, the rank move.
    names, heading = Names(units, words), words.say("chart.ranking.move")
    places = units["previous_rank"] - units["rank"]
    moves = [show_move(each) for each in places]
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
        text = words.say("chart.ranking.band", band=limit.name, points=show_limit(limit.from_points, words))
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
