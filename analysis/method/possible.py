"""What can still be reached by a day.

A cumulative rate of dossiers (a flow) moves by what is still to come, and by nothing else. Let R be the rate so far, d
the days of the period that are gone, and Y those until the day. Under an even flow, a rate x on what is still to come
gives (R d + x (Y − d)) / Y in the end. So a target T needs x = (T Y − R d) / (Y − d); where that is above 100 %, T
cannot be reached any more. A stock (procedures published, integrated for payment) can be mended at once: there the
target itself is what is needed. What config calls neither is computed as a stock, for nothing is called impossible
without a reason; but nobody is told that it can be mended at once.

Pure functions, frame in, new frame out. Days are counted as in ``week_rates``: from the first day of the period, that
day and the cut-off included, so that 4 December is day 338 of 2023.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis import tables
from analysis.config.formulas import rate_pct
from analysis.method import week_rates

POSSIBLE = list(tables.TABLES["possible"].columns)
REACHED, STILL_POSSIBLE, IMPOSSIBLE = "reached", "possible", "impossible"
STATES = (REACHED, STILL_POSSIBLE, IMPOSSIBLE)
FLOW, STOCK, STEP = "flow", "stock", "step"
HAIR = 1e-9  # of binary arithmetic


# -- targets ---------------------------------------------------------------------------------------------------------


def assess_targets(
    measurements: pd.DataFrame,
    targets: Mapping[str, float],
    natures: Mapping[str, str],
    cutoff: str,
    by: str,
    accumulates: Mapping[str, str] | str = "year",
    since: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Of each unit (the area's row too) and target: whether it is reached, can be by a day, and what that takes.

    measurements : unit_code, indicator, value (percent), numerator, denominator of this cut-off
    targets      : percent by indicator;  natures : ``flow``, ``stock`` or "" by indicator;  by : ISO date
    accumulates  : since when figures count, as in ``week_rates``: of all units, or by unit_code
    since        : the day each unit's series began, ISO, by unit_code: after a merger its days may count from then only
    Returns : POSSIBLE, a row for each unit and target that has a figure or is known to have no cases; no rows after
              ``by``.
              value  : the rate so far, from counts where there are any (missing: no cases yet)
              needed : a flow: the rate that what is still to come must have, percent; 0 where any will do, above 100
                       where none will; missing on the day itself. Otherwise: the target
              most   : the highest value that can be had by the day: of a flow if all that comes counts, otherwise 100
              state  : ``reached`` (it may be lost again), ``possible``, ``impossible``
    Formula : docs/method.md; an even flow over the days of the period
    """
    rows = measurements[measurements["indicator"].isin(targets)]
    value = rate_pct(rows)
    kept = (value.notna() | rows["denominator"].eq(0)) & (cutoff <= by)
    rows, value = rows[kept], value[kept]
    target = rows["indicator"].map(dict(targets)).astype(float)
    is_flow = rows["indicator"].map(dict(natures)).eq(FLOW) & value.notna()
    gone, whole = period_days(rows, cutoff, by, accumulates, since)
    most = reachable(value, 100.0, gone, whole).where(is_flow, 100.0)
    needed = rate_on_rest(value, target, gone, whole).where(is_flow, target)
    state = np.select([value >= target - HAIR, most >= target - HAIR], [REACHED, STILL_POSSIBLE], default=IMPOSSIBLE)
    frame = rows[["unit_code", "indicator"]].assign(value=value, target=target, by=by, needed=needed, most=most)
    return frame.assign(state=state)[POSSIBLE].reset_index(drop=True)


# -- the arithmetic of an even flow ----------------------------------------------------------------------------------


def reachable(rate: pd.Series, on_rest: pd.Series | float, gone: pd.Series, whole: pd.Series) -> pd.Series:
    """The rate of the whole period, where what is still to come has the rate ``on_rest``; percent."""
    return (rate * gone + on_rest * (whole - gone)) / whole


def rate_on_rest(rate: pd.Series, target: pd.Series, gone: pd.Series, whole: pd.Series) -> pd.Series:
    """The rate that what is still to come must have for the period to reach ``target``; missing: nothing comes."""
    return ((target * whole - rate * gone) / (whole - gone).where(whole > gone)).clip(lower=0)


def period_days(
    rows: pd.DataFrame,
    cutoff: str,
    by: str,
    accumulates: Mapping[str, str] | str = "year",
    since: Mapping[str, str] | None = None,
) -> tuple[pd.Series, pd.Series]:
    """How many days are gone of the period that lasts until ``by``, and how many it has; first and last day included.

    rows : unit_code, indicator
    A figure of another period than that of ``by`` does not enter it: then no days are gone. After ``by`` all are.
    """
    kind = week_rates.setting_of(rows["unit_code"], accumulates, "year")
    first = week_rates.period_begins(pd.Series(by, index=rows.index, dtype=str), kind)
    began = rows["unit_code"].map({} if since is None else dict(since)).astype(object).fillna("").astype(str)
    first = first.where((began <= first) | (began > cutoff), began).to_numpy("datetime64[D]")
    now, last = np.datetime64(cutoff, "D"), np.datetime64(by, "D")
    whole = (last - first).astype(float) + 1
    gone = np.clip((now - first).astype(float) + 1, 0, whole)
    return pd.Series(gone, rows.index), pd.Series(whole, rows.index)
