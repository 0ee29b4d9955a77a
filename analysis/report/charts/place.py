"""The place of one unit among its peers: a row of marks for its total and one for each part of it, for a page's SVG.

It is laid out here and drawn by ``pieces/place.html.j2``: so it is text like the rest of a page, and what is compared
of a page holds it. Marks stand on whole pixels, each once: 135 units take little more room than 20.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from analysis.report.charts.sheet import GAP, LEADING, SIZE, SMALL, WIDTH, staircase, width_of, wrapped

ROOM = 18  # height of the marks
DOT = 5.5  # radius of the unit's own mark
WIDE = round(WIDTH)


class Text(NamedTuple):
    """A line of text on its baseline at ``x``. ``anchor``: start, middle or end."""

    x: float
    y: float
    text: str
    kind: str = ""
    anchor: str = "start"


class Strip(NamedTuple):
    """What one row shows.

    name, own     : of the total or a part, and the unit's figure as text
    about         : what else is told of it, such as its median
    value, others : the unit's figure, and the figures of all units of its kind
    ends          : what the left and the right end stand for
    median, target, limits : figures (None, {}: none); a limit with its label
    label         : beside the unit's own mark
    is_low        : below the threshold
    """

    name: str
    own: str
    about: str
    value: float
    others: Iterable[float]
    ends: tuple[float, float]
    median: float | None = None
    target: float | None = None
    limits: dict[float, str] = {}  # noqa: RUF012 - a tuple's default, never changed
    label: str = ""
    is_low: bool = False


def lay_out(strips: list[Strip]) -> dict:
    """``width``, ``height``, and for each strip its ``texts`` and marks in pixels.

    Marks are ``top``, ``own``, ``peers``, ``median``, ``target`` (x; None: none) and ``limits``.
    """
    rows, y = [], 0.0
    for strip in strips:
        row, y = _lay_out(strip, y)
        rows.append(row)
    return {"width": WIDE, "height": math.ceil(y - 2 * GAP), "rows": rows, "room": ROOM, "dot": DOT}


def _lay_out(strip: Strip, top: float) -> tuple[dict, float]:
    texts, y = _write_head(strip, top)
    own = _place(strip.value, strip.ends)
    if strip.label:
        y += LEADING * SIZE
        half = width_of(strip.label, SIZE, "bold") / 2
        anchor = "start" if own < half else "end" if own > WIDE - half else "middle"
        texts.append(
            Text({"start": 0, "end": WIDE}.get(anchor, own), round(y - 0.3 * SIZE, 1), strip.label, "own", anchor)
        )
    y += 3
    limits = [(_place(limit, strip.ends), label) for limit, label in sorted(strip.limits.items())]
    widths = np.array([width_of(label, SMALL) for _, label in limits])
    lefts = np.clip([x for x, _ in limits] - widths / 2, 0, np.maximum(WIDE - widths, 0)) if limits else widths
    stairs = staircase(lefts, lefts + widths)
    for (_, label), left, stair in zip(limits, lefts, stairs, strict=True):
        texts.append(Text(round(left, 1), round(y + ROOM + (stair + 1) * LEADING * SMALL - 1, 1), label))
    marks = {
        "top": round(y, 1),
        "own": own,
        "is_low": strip.is_low,
        "peers": sorted({_place(each, strip.ends) for each in strip.others}),
        "median": None if strip.median is None else _place(strip.median, strip.ends),
        "target": None if strip.target is None else _place(strip.target, strip.ends),
        "limits": [x for x, _ in limits],
    }
    return marks | {"texts": texts}, y + ROOM + (max(stairs, default=-1) + 1) * LEADING * SMALL + 2 * GAP


def _write_head(strip: Strip, top: float) -> tuple[list[Text], float]:
    """Name and own figure; what else is told beside them, or below where there is no room."""
    lines = wrapped(strip.name, WIDE - width_of(f"  {strip.own}", SIZE, "bold")).split("\n")
    texts = [Text(0, round(top + (i + 0.8) * LEADING * SIZE, 1), line, "name") for i, line in enumerate(lines)]
    end = width_of(lines[-1] + " ", SIZE) + 2
    texts.append(Text(round(end, 1), texts[-1].y, strip.own, "low" if strip.is_low else "own"))
    y = top + len(lines) * LEADING * SIZE
    if strip.about and end + width_of(strip.own, SIZE, "bold") + 2 * GAP + width_of(strip.about, SMALL) <= WIDE:
        texts.append(Text(WIDE, texts[-1].y, strip.about, "", "end"))
    elif strip.about:
        for line in wrapped(strip.about, WIDE, SMALL).split("\n"):
            y += LEADING * SMALL
            texts.append(Text(0, round(y - 0.25 * SMALL, 1), line))
    return texts, y


def _place(value: float, ends: tuple[float, float]) -> int:
    return round(float(np.interp(value, ends, (DOT + 1, WIDE - DOT - 1))))
