"""Which changes stand out from a unit's usual variation (XmR control chart), and how long a unit has risen or fallen.

Pure functions. Formulas and their sources: docs/method.md §9.
"""

import numpy as np
import pandas as pd

from analysis import tables

SIGNALS = list(tables.TABLES["signals"].columns)
RANGE_TO_SIGMA = 1.128  # mean moving range of two over the standard deviation (d2 of Shewhart's charts)
BEYOND, NEAR, SHIFT, TREND = "beyond", "near", "shift", "trend"


def detect_signals(course: pd.DataFrame, cutoff: str, least_changes: int) -> pd.DataFrame:
    """Compares each unit's newest change with its earlier changes (XmR chart), and counts rises or falls in a row.

    course  : cutoff, unit_code, total (points, NaN: none), since; later cut-offs than ``cutoff`` are left out
    cutoff  : ISO date
    least_changes : earlier changes that limits need
    Returns : SIGNALS, one row for each unit that has a total at ``cutoff``. changes = the series' earlier changes;
              missing = how many more are needed; value = the newest change (NaN in a series' first week); centre,
              lower, upper = from the earlier changes alone (NaN while some are missing, or where the unit never moved);
              rule = the first rule that the newest change completes, "" for none; streak = rises (+) or falls (−) in a
              row.
    Source  : individuals and moving range: limits = centre ± 3 × mean moving range / 1.128 (= ± 2.66 × it); rules of
              NHS England, Making Data Count. The individuals are changes and not totals, because the index counts from
              the start of the year: each total contains the total before it.
    """
    rows = []
    for code, its in course[course["cutoff"] <= cutoff].dropna(subset="total").groupby("unit_code", sort=False):
        if its["cutoff"].iloc[-1] != cutoff:
            continue
        its = its[its["since"] == its["since"].iloc[-1]]
        moved = scale_changes(its)
        value, earlier = (moved[-1], moved[:-1]) if len(moved) else (np.nan, moved)
        missing = max(0, least_changes - len(earlier))
        centre, lower, upper = (np.nan,) * 3 if missing else compute_limits(earlier)
        broken = find_broken_rules(moved, centre, upper)
        rule = broken[-1] if len(broken) else ""
        rows.append(
            (code, its["since"].iloc[-1], len(earlier), missing, value, centre, lower, upper, rule, count_streak(moved))
        )
    return pd.DataFrame(rows, columns=SIGNALS)


def scale_changes(its: pd.DataFrame) -> np.ndarray:
    """One unit's changes from cut-off to cut-off, scaled to the usual number of days between two cut-offs.

    its     : cutoff (ISO), total (points) of one series, oldest first
    Returns : points; one fewer than the rows. A change over the usual span is not scaled. Where a week is missing, the
              next change took two weeks and is halved.
    """
    days = np.diff(its["cutoff"].to_numpy(dtype="datetime64[D]")).astype(float)
    return (np.diff(its["total"].to_numpy()) * (np.median(days) if len(days) else 1.0) / days).round(6)


def compute_limits(values: np.ndarray) -> tuple[float, float, float]:
    """Centre, lower and upper limit of an XmR chart of ``values``; NaN where the values do not vary.

    Values beyond the limits are left out and the limits computed again, as is usual for special causes that are known.
    Otherwise one lost item would widen the limits, hide the next lost item, and pull the centre below the usual weeks.
    """
    kept = values
    while len(kept) > 1:
        centre, spread = kept.mean(), np.abs(np.diff(kept)).mean() / RANGE_TO_SIGMA
        if spread == 0:
            break
        inside = values[np.abs(values - centre) <= 3 * spread]
        # None left to leave out; or more than half would be left out, and what most weeks do is no special cause.
        if len(inside) >= len(kept) or 2 * len(inside) < len(values):
            return centre, centre - 3 * spread, centre + 3 * spread
        kept = inside
    return (np.nan,) * 3


def find_broken_rules(values: np.ndarray, centre: float, upper: float) -> list[str]:
    """For each value the first rule that it completes; "" for none, and where there are no limits (NaN).

    beyond : outside the limits
    shift  : eight in a row on one side of the centre
    near   : two of three in the outer third of the same side
    trend  : six in a row, each higher (or each lower) than the one before
    Source : NHS England, Making Data Count; eight in a row as Western Electric has it.
    """
    if np.isnan(centre):
        return [""] * len(values)
    distance = (values - centre) / ((upper - centre) / 3)
    rising, falling = (np.concatenate([[False], step > 0]) for step in (np.diff(values), -np.diff(values)))
    broken = {
        BEYOND: np.abs(distance) > 3,
        SHIFT: _in_a_row(distance > 0, 8) | _in_a_row(distance < 0, 8),
        NEAR: _twice_of_three(distance > 2) | _twice_of_three(distance < -2),
        TREND: _in_a_row(rising, 5) | _in_a_row(falling, 5),
    }
    return np.select(list(broken.values()), list(broken), "").tolist()


def _in_a_row(true: np.ndarray, count: int) -> np.ndarray:
    """Where this value and the values before it are true, ``count`` in all."""
    return np.logical_and.reduce([_shift(true, back) for back in range(count)])


def _twice_of_three(true: np.ndarray) -> np.ndarray:
    """Where this value and at least one of the two before it are true."""
    return true & (_shift(true, 1) | _shift(true, 2)) & (np.arange(len(true)) >= 2)


def _shift(true: np.ndarray, back: int) -> np.ndarray:
    """The value ``back`` places earlier; False before the first."""
    return np.concatenate([np.zeros(back, dtype=bool), true])[: len(true)]


def count_streak(moved: np.ndarray) -> int:
    """How many changes in a row, up to the last, rose (+) or fell (−): 3 rises => 3, 2 falls => −2, no move => 0."""
    if not len(moved) or moved[-1] == 0:
        return 0
    sign = np.sign(moved[-1])
    others = np.flatnonzero(np.sign(moved) != sign)
    return int(sign) * (len(moved) - (others[-1] + 1 if len(others) else 0))
