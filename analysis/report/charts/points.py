"""The charts of points: where they were lost, and what made a total change."""

from functools import partial

import numpy as np
import pandas as pd

from analysis.config.wording import Wording
from analysis.report.charts.sheet import (
    BLUE,
    COLOUR_OF_MOVE,
    GAP,
    GREY,
    INK,
    LOOK,
    LOOK_OF_MOVE,
    MIDDLE,
    ORANGE,
    PALE,
    SIGN_OF_MOVE,
    SMALL,
    WIDTH,
    Chart,
    Sheet,
    draw_nothing,
    show_limit,
    width_of,
    wrapped,
)

BAR = 14  # height of a bar
LABELLED_BAR = 17  # height of a bar that holds text


@LOOK
def draw_lost_points(parts: pd.DataFrame, words: Wording) -> Chart:
    """Where points were lost: from the maximum down to the total, one step for the loss of each part.

    parts : part (name), points (NaN: not known; there is no step, and the total is not known either), max_points; in
            the order of the steps. The points that no printed column explains are a part like the others.
    """
    if parts.empty:
        return draw_nothing(words)
    most, total = parts["max_points"].sum(), parts["points"].sum(skipna=False)
    change = parts["points"] - parts["max_points"]
    left = most + change.fillna(0).cumsum()
    scale = WIDTH / max(most, left.max())  # published points can exceed their maximum

    changes = [words.number(each, signed=True) for each in change]
    pairs = zip([*parts["points"], total], [*parts["max_points"], most], strict=True)
    shares = [f"{words.number(points)}/{show_limit(limit, words)}" for points, limit in pairs]
    column = WIDTH - 2 * GAP - max(map(width_of, shares))
    room = column - 2 * GAP - max(width_of(each, weight="bold") for each in changes)

    # Name, change, points of the maximum; below them what is left (pale), and what was lost (orange) or gained (blue).
    sheet, y = Sheet(), 0
    for name, moved, share, end, step, colour in [
        (words.say("chart.lost.most"), "", show_limit(most, words), most, 0, PALE),
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
    ends = {"most": show_limit(most, words), "total": words.number(total), "lost": words.number(most - total)}
    return sheet.chart(y - GAP, words.say("chart.lost.alt", steps="; ".join(steps), **ends))


@LOOK
def draw_contributions(parts: pd.DataFrame, words: Wording, left_out: int = 0) -> Chart:
    """The parts of each unit's change: losses to the left of a line, gains to the right.

    parts    : one row for each unit and part: unit_name, part (name), contribution (points, NaN: not known), change
               (of the unit's total, points), marked, change_marked (of the part's and the total's move: 1 a marked
               rise, −1 a marked fall, 0 neither); units in the order of the rows
    left_out : units with a change that are not drawn; none of their moves is marked

    A bar holds the part's name and figure, where they fit; else the figure alone, and the name is in the list below,
    from left to right as the bars. Only a marked move has a colour, and ▲ or ▼. Parts without a change are left out.
    The chart is meant for up to a dozen units.
    """
    if parts.empty:
        return draw_nothing(words)
    moved = parts[
        parts["contribution"].isna() | (parts["contribution"].abs() >= 10.0**-words.decimals / 2)
    ]  # less is shown as 0.00
    moved = moved.sort_values("contribution", kind="stable", ignore_index=True)
    sizes, marks = moved["contribution"].fillna(0), moved["marked"]
    lost, gained = (sizes.clip(**side).groupby(moved["unit_name"]).sum() for side in ({"upper": 0}, {"lower": 0}))
    low, high = min(lost.min(), 0) if len(lost) else 0, max(gained.max(), 0) if len(gained) else 0
    scale = WIDTH / (high - low or 1)
    figures = marks.map(SIGN_OF_MOVE) + moved["contribution"].map(partial(words.number, signed=True))
    texts = moved["part"] + "\u00a0" + figures  # a figure stays with its name

    sheet, said = Sheet(), []
    keys = [words.say("chart.contributions.key")]
    if parts[["marked", "change_marked"]].any(axis=None):
        keys.append(words.say("chart.contributions.marked"))
    if left_out:
        keys.append(words.say("chart.contributions.left_out", count=words.number(left_out, 0)))
    y = sheet.write_key("\u00a0· ".join(keys))
    wholes = parts.drop_duplicates("unit_name")[["unit_name", "change", "change_marked"]]
    for unit, change, mark in wholes.itertuples(index=False):
        figure, rows = words.number(change, signed=True), moved.index[moved["unit_name"] == unit]
        total, look = SIGN_OF_MOVE[mark] + figure, LOOK_OF_MOVE[mark]
        sheet.write(WIDTH, y, total, up=0, ha="right", **look)
        room = WIDTH - 2 * GAP - width_of(total, weight="bold")
        y = sheet.write(0, y, wrapped(unit, room, weight=look["weight"]), up=0, weight=look["weight"]) + 2
        x, listed = (lost.get(unit, 0) - low) * scale, []
        for i in rows:
            long = abs(sizes[i]) * scale
            fitting = [text for text in (texts[i], figures[i]) if width_of(text, SMALL) + GAP <= long]
            sheet.bar(x, y, long, LABELLED_BAR, COLOUR_OF_MOVE[marks[i]] if marks[i] else MIDDLE, edge="white")
            if fitting:
                look = {"ha": "center", "color": "white" if marks[i] else INK}
                sheet.write(x + long / 2, y + LABELLED_BAR / 2, fitting[0], SMALL, **look)
            listed += [] if texts[i] in fitting else [texts[i]]
            x += long
        sheet.axes.vlines(-low * scale, y - 2, y + LABELLED_BAR + 2, color=INK, linewidth=1)
        y += LABELLED_BAR + 2
        if listed:
            y = sheet.write(0, y, wrapped("\u00a0· ".join(listed), WIDTH - GAP, SMALL), SMALL, up=0, color=GREY)
        y += GAP + 2
        named = [_say_part(each, words) for each in moved.loc[rows].itertuples()]
        told = {"unit": unit, "change": figure, "parts": ", ".join(named) or words.say("chart.contributions.alt_none")}
        said.append(words.say(f"chart.contributions.alt_unit{'_marked' if mark else ''}", **told))
    said.insert(0, words.say("chart.contributions.alt", count=len(said)))
    if left_out:
        said.append(words.say("chart.contributions.alt_left_out", count=words.number(left_out, 0)))
    return sheet.chart(y - GAP, " ".join(said))


def _say_part(part, words: Wording) -> str:
    text = f"{part.part} {words.number(part.contribution, signed=True)}"
    return words.say("chart.contributions.alt_marked", part=text) if part.marked else text
