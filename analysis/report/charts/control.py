"""The control chart (XmR): the changes of one series, their mean and the limits of usual variation."""

from functools import partial

import numpy as np
import pandas as pd

from analysis.config.wording import Wording
from analysis.report.charts.sheet import (
    BLUE,
    DASHED,
    GAP,
    GREY,
    LEAD,
    LOOK,
    ORANGE,
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
    spread_out,
    staircase,
    tall,
    width_of,
)


@LOOK
def draw_control(points: pd.DataFrame, limits: dict[str, float], words: Wording) -> Chart:
    """The changes of one series from cut-off to cut-off, with their mean and the limits of usual variation (XmR).

    points : cutoff (ISO), value (points, NaN: none), rule (that this change breaks: beyond, shift, near, trend; or "")
    limits : centre, lower, upper (points, NaN: none yet), missing (how many more changes are needed; 0 with NaN limits:
             the changes do not vary)

    Where points in a row break the same rule, only the last one has the rule's name.
    """
    points = points.sort_values("cutoff", ignore_index=True)
    if points["value"].isna().all():
        return draw_nothing(words)
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
    top = sheet.write_key("\u00a0· ".join([words.say("chart.control.what"), _say_limits(limits, words)]))
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


def _say_control(
    points: pd.DataFrame, named: pd.DataFrame, rules: list[str], limits: dict[str, float], words: Wording
) -> str:
    ends = first_and_last(points["cutoff"], words)
    newest = words.number(points["value"].iat[-1], signed=True)
    said = [words.say("chart.control.alt", count=len(points), value=newest, **ends), _say_limits(limits, words)]
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


def _say_limits(limits: dict[str, float], words: Wording) -> str:
    if pd.notna(limits["centre"]):
        return words.say("chart.control.key")
    if limits["missing"] > 0:
        return words.say("chart.control.few", missing=words.number(limits["missing"], 0))
    return words.say("chart.control.steady")
