"""What the figures of a week ask: every cell that may be asked about, how it stands, and whether it raises an ask.

Pure function, frames in, new frame out. The course of the asks from week to week is in ledger.py; docs/method.md §14.
"""

from collections.abc import Collection, Iterator, Mapping

import pandas as pd

from analysis.method import score
from analysis.method.moves import CHANGE, find_directions
from analysis.method.steps import PEERS
from analysis.method.week_rates import REVISED
from analysis.tables import KINDS_OF_ASKS, NOT_ITEMISED

BAND, FELL, SIGNAL, FLAG, TARGET, ZERO, TASK, OWN = KINDS = KINDS_OF_ASKS
TOTAL = "TOTAL"
OF_ANOTHER_WEEK = ("CHANGE", "PREVIOUS_TOTAL")  # no state that could be mended
KEPT_DECIMALS = 6  # of points: without binary noise
LEAST_CASES = 20  # our choice: fewer cases of one week do not show that a mark is met
NAN = float("nan")
CELL = ["kind", "unit_code", "indicator"]
STATE = [*CELL, "level", "target", "raised", "met", "alone"]
COURSE = ["rate", "low", "high", "is_confirmed", "is_revised", "signal", "called"]


def find_cells(
    tables: Mapping[str, pd.DataFrame], figures: pd.DataFrame, settings: Mapping, bands: pd.DataFrame, flows: Collection
) -> pd.DataFrame:
    """A row for each cell of each kind of ask that the week's figures can raise or meet.

    tables   : units, scores, points, changes, contributions, moves, steps, week_rates, signals of this week
    figures  : unit_code, indicator, value of this week; totals that are computed among them
    settings : code (of the area), weak_bands, marks_below, targets, step, answering (indicators and groups for which
               some department answers)
    bands    : band, from_points;  flows : the indicators that count dossiers as they come
    Returns  : CELL; level (NaN: the figure is missing), target; raised: this week's figures ask; met: they meet it (of
               FELL never: what was before the fall stands in the ledger); alone: it asks only where no other fall of
               the unit is asked; and of the unit's own weeks, where the indicator is a flow: rate, low, high,
               is_confirmed (of FLAG: the week alone meets the mark), is_revised, signal (that stands) and called (when)
    """
    units = tables["units"]["unit_code"].tolist()
    held = {(code, indicator): value for code, indicator, value in _zip(figures, "unit_code", "indicator", "value")}
    limits = {code: limit for code, limit in settings["marks_below"].items() if code not in OF_ANOTHER_WEEK}
    judged = {*limits, *settings["targets"]}
    rows = [
        *_find_bands(tables["scores"], units, settings["weak_bands"], bands),
        *_find_falls(tables, units),
        *_find_signals(tables["signals"], units, flows),
        *_find_flags(held, units, limits),
        *_find_targets(held, units, settings["targets"], settings["code"]),
        *_find_zeros(held, units, [code for code in settings["answering"] if code not in judged]),
    ]
    own = _read_own_weeks(tables["week_rates"], tables["signals"])
    return pd.DataFrame([_with_own_week(row, own, flows) for row in rows], columns=STATE + COURSE)


def _find_bands(scores: pd.DataFrame, units: list[str], weak: Collection[str], bands: pd.DataFrame) -> list[tuple]:
    limits = bands.set_index("band")["from_points"]
    above = {band: limits[limits > limits[band]].min() for band in limits.index}
    its = {code: (band, total) for code, band, total in _zip(scores, "unit_code", "band", "total")}
    rows = []
    for code in units:
        band, total = its.get(code, ("", NAN))
        is_weak, is_known = band in weak, total == total
        rows.append(
            (BAND, code, TOTAL, total, above[band] if is_weak else NAN, is_weak, is_known and not is_weak, False)
        )
    return rows


def _find_falls(tables: Mapping[str, pd.DataFrame], units: list[str]) -> list[tuple]:
    """The points of each unit's total and of its parts, and those from which they fell: by a marked move, or by a whole
    block. Of a total only where no part is known to have fallen. A block below the peers asks where nothing else does:
    it is mostly the same loss."""
    now, before = find_points(tables), _find_earlier_points(tables)
    moves, steps = tables["moves"], tables["steps"]
    down = moves[find_directions(moves) < 0]
    lost = steps[steps["blocks"] < 0]
    fallen = {
        (unit, TOTAL if part == CHANGE else part)
        for frame in (down, lost[lost["against"] != PEERS])
        for unit, part in _zip(frame, "unit_code", "indicator")
    }
    of_parts = {unit for unit, part in fallen if part != TOTAL}
    fallen = {(unit, part) for unit, part in fallen if part != TOTAL or unit not in of_parts}
    medians = {
        (unit, part): round(now[unit, part] - gap, KEPT_DECIMALS)
        for unit, part, gap in _zip(lost[lost["against"] == PEERS], "unit_code", "indicator", "points")
        if (unit, part) in now and (unit, part) not in fallen
    }
    known, rows = set(units), []
    for key, level in now.items():
        if key[0] in known:
            target = (before if key in fallen else medians).get(key, NAN)
            rows.append((FELL, *key, level, target, key in fallen or key in medians, False, key in medians))
    return rows


def find_points(tables: Mapping[str, pd.DataFrame]) -> dict[tuple[str, str], float]:
    """The points of each unit's total, of the parts of it that are known, and of what is not itemised."""
    parts, scores = score.explained(tables["points"]), tables["scores"]
    found = _read_parts(parts, "points")
    for name, part in (("total", TOTAL), ("not_itemised", NOT_ITEMISED)):
        found |= {(code, part): round(value, KEPT_DECIMALS) for code, value in _zip(scores, "unit_code", name)}
    return found


def _find_earlier_points(tables: Mapping[str, pd.DataFrame]) -> dict[tuple[str, str], float]:
    totals = _zip(tables["changes"], "unit_code", "previous_total")
    found = _read_parts(tables["contributions"], "previous_points")
    return found | {(code, TOTAL): round(value, KEPT_DECIMALS) for code, value in totals}


def _read_parts(parts: pd.DataFrame, points: str) -> dict[tuple[str, str], float]:
    """The points of each unit and part: an indicator, or a whole group."""
    return {
        (code, indicator or group): round(value, KEPT_DECIMALS)
        for code, group, indicator, value in _zip(parts, "unit_code", "group", "indicator", points)
    }


def _find_signals(signals: pd.DataFrame, units: list[str], flows: Collection[str]) -> list[tuple]:
    return [
        (SIGNAL, code, indicator, rate, usual, signal == "down", signal != "down", False)
        for code, indicator, rate, usual, signal in _zip(
            signals, "unit_code", "indicator", "rate", "baseline", "signal"
        )
        if code in units and indicator in flows
    ]


def _find_flags(held: Mapping, units: list[str], limits: Mapping[str, float]) -> list[tuple]:
    rows = []
    for indicator, limit in limits.items():
        for unit in units:
            value = held.get((unit, indicator), NAN)
            rows.append((FLAG, unit, indicator, value, float(limit), value < limit, value >= limit, False))
    return rows


def _find_targets(held: Mapping, units: list[str], targets: Mapping[str, float], area: str) -> list[tuple]:
    """One row of the area for each indicator: how many units reach its target, of those that have a figure."""
    rows = []
    for indicator, target in targets.items():
        values = [value for unit in units if (value := held.get((unit, indicator), NAN)) == value]
        reached, every = float(sum(value >= target for value in values)), float(len(values))
        level, wanted = (reached, every) if values else (NAN, NAN)
        rows.append((TARGET, area, indicator, level, wanted, reached < every, 0 < every == reached, False))
    return rows


def _find_zeros(held: Mapping, units: list[str], indicators: Collection[str]) -> list[tuple]:
    printed = {indicator for _, indicator in held}
    rows = []
    for indicator in (each for each in indicators if each in printed):
        for unit in units:
            value = held.get((unit, indicator), NAN)
            rows.append((ZERO, unit, indicator, value, 0.0, value == 0, value > 0, False))
    return rows


def _read_own_weeks(rates: pd.DataFrame, signals: pd.DataFrame) -> tuple[dict, dict]:
    """By unit and flow: rate, low, high, cases and basis of its own week; the signal that stands, and since when."""
    columns = ("unit_code", "indicator", "rate", "low", "high", "cases", "basis")
    own = {(code, indicator): rest for code, indicator, *rest in _zip(rates, *columns)}
    standing = _zip(signals, "unit_code", "indicator", "signal", "since")
    return own, {(code, indicator): rest for code, indicator, *rest in standing}


def _with_own_week(row: tuple, own_weeks: tuple[dict, dict], flows: Collection[str]) -> tuple:
    """The row of STATE with COURSE. Who meets the mark by the week alone is not asked about it."""
    kind, unit, indicator, level, target, raised, *rest = row
    rate, low, high, cases, basis = own_weeks[0].get((unit, indicator), (NAN, NAN, NAN, NAN, ""))
    is_flow = kind == FLAG and indicator in flows
    is_confirmed = is_flow and low >= target and not cases < LEAST_CASES
    raised = raised and not (is_flow and rate >= target)
    called = own_weeks[1].get((unit, indicator), ("", ""))
    return kind, unit, indicator, level, target, raised, *rest, rate, low, high, is_confirmed, basis == REVISED, *called


def _zip(frame: pd.DataFrame, *columns: str) -> Iterator[tuple]:
    return zip(*(frame[column].tolist() for column in columns), strict=True)
