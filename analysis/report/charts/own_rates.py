"""The chart of the week's own rates: one indicator of one unit, beside what is usual there, and the signals."""

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from analysis.config.wording import Wording
from analysis.report.charts.sheet import (
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
    RULED,
    SMALL,
    WIDTH,
    Axis,
    Chart,
    Sheet,
    day_of,
    draw_nothing,
    first_and_last,
    show_limit,
    spread_out,
    staircase,
    tall,
    width_of,
    wrapped,
)

PANEL = 54  # height of a small panel
COLOURS = {"up": BLUE, "down": ORANGE}
LEVELS = MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10])  # some four round figures on the scale


@LOOK
def draw_own_rates(rates: pd.DataFrame, words: Wording, what: str) -> Chart:
    """The own rate of each cut-off as a dot, the unit's usual rate as a line, and the signals by name.

    rates : of one unit and indicator: cutoff (ISO), rate, low, high (percent, 0–100; NaN: not known), cases (NaN: not
            counted), baseline (percent, NaN: not yet learned), signal ("up", "down" or ""), since (the cut-off at which
            the standing signal was called, ISO, or "")
    what  : the name of the indicator

    An estimate has a bar from ``low`` to ``high``. A signal is ◆ at each cut-off where it stands; above them a line of
    the same span has its name, so that it is seen also where no rate is known. Cut-offs before the first rate are left
    out.
    """
    known = rates.sort_values("cutoff", ignore_index=True)
    known = known[known["rate"].notna().cummax()].reset_index(drop=True)
    if known.empty:
        return draw_nothing(words)
    runs = _runs(known, words)
    levels, scale = _scale(known)
    sides = _sides(known, words)
    left = GAP + max(width_of(_percent(level, words), SMALL) for level in levels) + SMALL / 2
    right = WIDTH - LEAD - max((width_of(side.text, SMALL, side.weight) for side in sides.itertuples()), default=0)
    axis = Axis(known["cutoff"], max(left, 2 * SMALL), right - GAP, words)

    # Down: the key, the signals as a staircase, the rates, the cut-offs.
    sheet = Sheet()
    top = sheet.write_key(_say_key(known, words))
    halves = np.array([width_of(text, SMALL) / 2 for text in runs["text"]])
    starts, ends = axis.x[runs["start"]], axis.x[runs["end"]]
    middles = np.clip((starts + ends) / 2, halves, right - halves)
    stairs = staircase(np.minimum(middles - halves, starts - GAP), np.maximum(middles + halves, ends + GAP))
    top += (max(stairs, default=-1) + 1) * (tall("", SMALL) + GAP)
    bottom = top + RULED
    scaled = partial(np.interp, xp=scale, fp=(bottom - SMALL, top + SMALL))
    y = scaled(known["rate"])
    axis.write(sheet, top, bottom)
    for level in levels:
        sheet.axes.hlines(scaled(level), axis.x[0] - GAP, right, color=PALE, linewidth=0.6, zorder=0)
        sheet.write(axis.x[0] - 1.5 * GAP, scaled(level), _percent(level, words), SMALL, ha="right", color=GREY)
    sheet.trace(axis.x, scaled(known["baseline"]), pd.Series("", known.index), GREY, 1.6)
    guessed = _is_estimate(known)
    bounds = scaled(known.loc[guessed, "low"]), scaled(known.loc[guessed, "high"])
    sheet.axes.vlines(axis.x[guessed], *bounds, color=BLUE, linewidth=0.8, zorder=2)
    sheet.axes.plot(axis.x, y, "o", color=BLUE, mec="white", mew=0.6, ms=5.5, zorder=4)
    for run, middle, stair in zip(runs.itertuples(), middles, stairs, strict=True):
        foot, colour = top - stair * (tall("", SMALL) + GAP) - GAP / 2, COLOURS[run.signal]
        sheet.write(middle, foot - 2, run.text, SMALL, up=1, ha="center", color=colour, bbox=PATCH)
        sheet.axes.hlines(foot, axis.x[run.start] - 2, axis.x[run.end] + 2, color=colour, linewidth=2.5, zorder=3)
        sheet.axes.vlines(axis.x[run.start], foot, bottom, color=colour, linewidth=0.8, linestyle=DASHED, zorder=1)
        its = slice(run.start, run.end + 1)
        sheet.axes.plot(axis.x[its], y[its], "D", mfc=colour, mec="white", mew=0.6, ms=7, zorder=5)

    at = scaled(sides["at"])
    beside = spread_out(at, np.full(len(sides), tall("", SMALL)), top, bottom)
    sheet.lead(right, at, right + LEAD - 2, beside)
    for side, middle in zip(sides.itertuples(), beside, strict=True):
        sheet.write(right + LEAD, middle, side.text, SMALL, color=side.colour, weight=side.weight)
    return sheet.chart(bottom + axis.tall, _say_own_rates(known, runs, words, what))


@LOOK
def draw_signals(rates: pd.DataFrame, words: Wording, left_out: int = 0) -> Chart:
    """Small panels of own rates, two side by side: for each signal the rates as dots and what is usual as a line.

    rates    : as for ``draw_own_rates``, of several units and indicators: also unit_name, what (name of the indicator);
               panels in the order of the rows
    left_out : standing signals that have no panel
    """
    known = rates.dropna(subset="rate")
    if known.empty:
        return draw_nothing(words)
    days, ends = known["cutoff"], first_and_last(known["cutoff"], words)
    said = [
        words.say("chart.own_rates.alt_panels", count=known[["unit_name", "what"]].drop_duplicates().shape[0], **ends)
    ]
    keys = [_say_key(known, words), words.say("chart.own_rates.panels", **ends)]
    if left_out:
        keys.append(words.say("chart.own_rates.more", count=words.number(left_out, 0)))
    sheet, broad = Sheet(), (WIDTH - 3 * GAP) / 2
    top, foot = sheet.write_key("\u00a0· ".join(keys)), 0
    span = day_of(days.min()).toordinal(), day_of(days.max()).toordinal()
    for number, ((unit, what), its) in enumerate(known.groupby(["unit_name", "what"], sort=False)):
        if number % 2 == 0:
            top = max(top, foot)
        bottom = _draw_panel(sheet, its.sort_values("cutoff"), number % 2 * (broad + 3 * GAP), top, broad, span, words)
        foot = max(foot, bottom + GAP)
        newest = its.sort_values("cutoff").iloc[-1]
        told = {"rate": _percent(newest["rate"], words, 1), "usual": _percent(newest["baseline"], words, 1)}
        said.append(
            words.say("chart.own_rates.alt_panel", unit=unit, what=what, signal=_say_signal(newest, words), **told)
        )
    if left_out:
        said.append(words.say("chart.own_rates.alt_more", count=words.number(left_out, 0)))
    return sheet.chart(foot, " ".join(said))


def _draw_panel(
    sheet: Sheet, its: pd.DataFrame, x0: float, top: float, broad: float, span: tuple, words: Wording
) -> float:
    """Draw one unit's rates of one indicator; returns where the panel ends."""
    newest, signal = its.iloc[-1], its["signal"].to_numpy()
    y = sheet.write(x0, top, wrapped(newest["unit_name"], broad, SMALL, "bold"), SMALL, up=0, weight="bold")
    y = sheet.write(x0, y, wrapped(newest["what"], broad, SMALL), SMALL, up=0)
    told = wrapped(_say_signal(newest, words), broad, SMALL)
    y = sheet.write(x0, y, told, SMALL, up=0, color=COLOURS.get(newest["signal"], GREY)) + GAP
    bottom, sides = y + PANEL, _sides(its, words)
    right = x0 + broad - LEAD - max(width_of(side.text, SMALL, side.weight) for side in sides.itertuples())
    _, ends = _scale(its)
    scaled = partial(np.interp, xp=ends, fp=(bottom - SMALL / 2, y + SMALL / 2))
    x = np.interp([day_of(day).toordinal() for day in its["cutoff"]], span, (x0 + GAP, right - GAP))
    sheet.axes.hlines(bottom, x0, right, color=PALE, linewidth=0.6, zorder=0)
    sheet.trace(x, scaled(its["baseline"]), pd.Series("", its.index), GREY, 1.6)
    sheet.axes.plot(x, scaled(its["rate"]), "o", color=BLUE, mec="white", mew=0.5, ms=4.5, zorder=4)
    guessed = _is_estimate(its).to_numpy()
    bounds = scaled(its.loc[guessed, "low"]), scaled(its.loc[guessed, "high"])
    sheet.axes.vlines(x[guessed], *bounds, color=BLUE, linewidth=0.8, zorder=2)
    for kind, colour in COLOURS.items():
        some = signal == kind
        sheet.axes.plot(x[some], scaled(its["rate"][some]), "D", mfc=colour, mec="white", mew=0.5, ms=6, zorder=5)
    at = scaled(sides["at"])
    beside = spread_out(at, np.full(len(sides), tall("", SMALL)), y, bottom)
    sheet.lead(right, at, right + LEAD - 2, beside)
    for side, middle in zip(sides.itertuples(), beside, strict=True):
        sheet.write(right + LEAD, middle, side.text, SMALL, color=side.colour, weight=side.weight)
    return bottom


def _say_signal(newest: pd.Series, words: Wording) -> str:
    """The signal that stands at the newest rate; its last state where none stands."""
    if not newest["signal"]:
        return words.say("chart.own_rates.alt_calm")
    return words.say(f"chart.own_rates.{newest['signal']}", day=words.date(day_of(newest["since"])))


def _runs(known: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Each signal that stands in the chart: signal, start and end (rows of ``known``), text."""
    stands = known[known["signal"] != ""].assign(row=lambda rows: rows.index)
    if stands.empty:
        return pd.DataFrame({"signal": [], "start": [], "end": [], "text": []}, dtype=int)
    runs = stands.groupby(["since", "signal"], as_index=False).agg(start=("row", "min"), end=("row", "max"))
    days = [words.date(day_of(since)) for since in runs["since"]]
    texts = [words.say(f"chart.own_rates.{signal}", day=day) for signal, day in zip(runs["signal"], days, strict=True)]
    return runs.assign(text=pd.Series(texts, runs.index, dtype=str)).sort_values("start", ignore_index=True)


def _scale(known: pd.DataFrame) -> tuple[np.ndarray, tuple[float, float]]:
    """The round figures that the scale names, and its two ends."""
    seen = known[["rate", "low", "high", "baseline"]].stack()
    low, high = seen.min(), seen.max()
    if high - low < 1:
        low, high = max(0.0, low - 1), min(100.0, high + 1)
    levels = LEVELS.tick_values(low, high)
    return levels[(levels >= low) & (levels <= high)], (low, high)


def _sides(known: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """The labels at the right, from the top down: the newest rate, and what is usual now."""
    newest = known.iloc[-1]
    usual = words.say("chart.own_rates.usual", value=_percent(newest["baseline"], words, 1))
    rows = [
        (_percent(newest["rate"], words, 1), newest["rate"], INK, "bold"),
        (usual, newest["baseline"], GREY, "normal"),
    ]
    sides = pd.DataFrame(rows, columns=["text", "at", "colour", "weight"]).dropna(subset="at")
    return sides.sort_values("at", ascending=False, kind="stable")


def _is_estimate(known: pd.DataFrame) -> pd.Series:
    return known["rate"].notna() & (known["low"] < known["high"])


def _percent(value: float, words: Wording, decimals: int | None = None) -> str:
    return f"{show_limit(value, words) if decimals is None else words.number(value, decimals)}%"


def _say_key(known: pd.DataFrame, words: Wording) -> str:
    """The key: what the chart shows, and only the marks that it has."""
    marks = {
        "estimate": _is_estimate(known).any(),
        "baseline": known["baseline"].notna().any(),
        "few": known["baseline"].isna().all(),
        "signal": (known["signal"].ne("") & known["rate"].notna()).any(),
        "gaps": known["rate"].isna().any(),
    }
    said = [words.say("chart.own_rates.key")]
    return "\u00a0· ".join(said + [words.say(f"chart.own_rates.{mark}") for mark, there in marks.items() if there])


def _say_own_rates(known: pd.DataFrame, runs: pd.DataFrame, words: Wording, what: str) -> str:
    newest, ends = known.iloc[-1], first_and_last(known["cutoff"], words)
    said = [words.say("chart.own_rates.alt", what=what, count=len(known), **ends), _say_newest(known, words)]
    if missing := known["rate"].isna().sum():
        said.append(words.say("chart.own_rates.alt_gaps", count=missing))
    if pd.isna(newest["baseline"]):
        return " ".join([*said, words.say("chart.own_rates.alt_few")])
    said.append(words.say("chart.own_rates.alt_usual", value=_percent(newest["baseline"], words, 1)))
    for run in runs.itertuples():
        if run.end == len(known) - 1:
            said.append(words.say("chart.own_rates.alt_stands", signal=run.text))
        else:
            last = words.date(day_of(known["cutoff"][run.end]))
            said.append(words.say("chart.own_rates.alt_over", signal=run.text, last=last))
    return " ".join(said if len(runs) else [*said, words.say("chart.own_rates.alt_calm")])


def _say_newest(known: pd.DataFrame, words: Wording) -> str:
    """The newest rate, with its cases or, of an estimate, its bounds."""
    newest = known.iloc[-1]
    if pd.isna(newest["rate"]):
        return words.say("chart.own_rates.alt_none")
    value = {name: _percent(newest[name], words, 1) for name in ("rate", "low", "high")}
    if _is_estimate(known).iloc[-1]:
        return words.say("chart.own_rates.alt_estimate", **value)
    if pd.isna(newest["cases"]):
        return words.say("chart.own_rates.alt_newest", rate=value["rate"])
    counts = {"hits": newest["rate"] * newest["cases"] / 100, "cases": newest["cases"]}
    counts = {name: words.number(count, 0) for name, count in counts.items()}
    return words.say("chart.own_rates.alt_counts", rate=value["rate"], **counts)
