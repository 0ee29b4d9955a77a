"""This cut-off against the one before, a unit against its peers, and what a unit would need for the next band.

Pure functions, frame in, new frame out. What the data does not hold stays missing: a change can be split by printed
column only when the earlier cut-off's own table is there.
"""

import math

import numpy as np
import pandas as pd

NOT_ITEMISED = "NOT_ITEMISED"
CHANGES = [
    *["unit_code", "unit_name", "total", "previous_total", "change", "rank", "previous_rank", "rank_move"],
    *["explained_change", "unexplained_change", "previous_cutoff"],
]
PEERS = ["unit_code", "indicator", "value", "median", "gap", "deviation", "outlier"]
ROUTES = ["unit_code", "next_band", "gap", "indicator", "points_per_pct", "room_pct", "needed_pct", "enough"]
MAD_TO_SIGMA = (
    0.6745  # of a normal distribution, so that the deviation reads like a z-score (Iglewicz and Hoaglin 1993)
)


def changes(
    scores: pd.DataFrame,
    measurements: pd.DataFrame,
    points: pd.DataFrame,
    previous_cutoff: str,
    earlier_points: pd.DataFrame | None = None,
    control: str = "",
) -> pd.DataFrame:
    """Total, place and their moves since the previous cut-off, as the table itself carries it.

    scores          : unit_code, unit_name, total, rank
    measurements    : indicator PREVIOUS_TOTAL gives the previous total (NaN where the table has none)
    points          : points of this cut-off; earlier_points : of the previous one, None where it is not in history
    previous_cutoff : ISO date, "" where the table names none
    Returns : CHANGES. rank_move = places gained (positive is better); explained_change = what the printed columns moved
              (NaN without earlier_points: it cannot be said yet); unexplained_change = change − explained_change.
    """
    carried = measurements[measurements["indicator"] == "PREVIOUS_TOTAL"].set_index("unit_code")["value"]
    frame = scores[["unit_code", "unit_name", "total", "rank"]].copy()
    frame["previous_total"] = frame["unit_code"].map(carried)
    frame["change"] = (frame["total"] - frame["previous_total"]).round(6)
    ranked = frame["previous_total"].where(frame["unit_code"] != control)
    frame["previous_rank"] = ranked.rank(method="min", ascending=False)
    frame["rank_move"] = frame["previous_rank"] - frame["rank"]
    frame["explained_change"] = _itemised(frame, points) - _itemised(frame, earlier_points)
    frame["unexplained_change"] = frame["change"] - frame["explained_change"]
    return frame.assign(previous_cutoff=previous_cutoff)[CHANGES]


def _itemised(frame: pd.DataFrame, points: pd.DataFrame | None) -> pd.Series:
    if points is None:
        return pd.Series(np.nan, index=frame.index)
    own = points[points["indicator"] != ""]
    return frame["unit_code"].map(own.groupby("unit_code")["points"].agg(lambda held: held.sum(skipna=False)))


def peers(scores: pd.DataFrame, control: str, least_units: int, beyond: float) -> pd.DataFrame:
    """How far each unit's not-itemised points lie from the median of all units, and whether that is unusual.

    Returns : PEERS, indicator NOT_ITEMISED; gap = value − median; deviation = 0.6745 × gap / MAD; outlier where
              |deviation| > ``beyond``. Empty with fewer than ``least_units`` units, or where MAD is 0.
    Source  : Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993): median and median absolute deviation.
    """
    units = scores[(scores["unit_code"] != control) & scores["not_itemised"].notna()]
    values = units["not_itemised"]
    median = values.median()
    spread = (values - median).abs().median()
    if len(units) < least_units or not spread > 0:
        return pd.DataFrame(columns=PEERS)
    gap = values - median
    frame = pd.DataFrame(
        {"unit_code": units["unit_code"], "indicator": NOT_ITEMISED, "value": values, "median": median, "gap": gap}
    )
    frame["deviation"] = MAD_TO_SIGMA * gap / spread
    return frame.assign(outlier=frame["deviation"].abs() > beyond).reset_index(drop=True)[PEERS]


def items(difference: float, size: float, tolerance: float) -> int:
    """How many whole satisfaction items a difference amounts to: ``items(-5.78, 6, 0.5)`` => −1; 0 where none fits.

    Source : sub-criteria 5.2 to 5.4 are worth 6 points each and are seen to go and come whole (docs/method.md §3).
    """
    if pd.isna(difference):
        return 0
    count = round(difference / size)
    return count if count and abs(difference - count * size) <= tolerance + 1e-9 else 0


def routes(
    scores: pd.DataFrame, measurements: pd.DataFrame, indicators: pd.DataFrame, bands: pd.DataFrame, control: str
) -> pd.DataFrame:
    """What each indicator alone would have to gain for a unit to reach the next band.

    Returns : ROUTES, one row a unit and indicator that earns points: gap (points to the next band), points_per_pct
              (points that one percentage point brings), room_pct (percentage points left to full points), needed_pct
              (percentage points this indicator alone would need), enough (needed ≤ room). No rows in the highest band.
    """
    rates = measurements.merge(indicators[indicators["rule"] != "none"], on="indicator")
    rates = rates[(rates["unit_code"] != control) & (rates["unit"] == "percent") & rates["value"].notna()]
    full_at = rates["full_at_pct"].fillna(100)
    frame = pd.DataFrame(
        {
            "unit_code": rates["unit_code"],
            "indicator": rates["indicator"],
            "points_per_pct": rates["max_points"] / full_at,
            "room_pct": (full_at - rates["value"]).clip(lower=0),
        }
    )
    frame = frame.merge(_next_band(scores, bands), on="unit_code")
    frame["needed_pct"] = frame["gap"] / frame["points_per_pct"]
    frame["enough"] = frame["needed_pct"] <= frame["room_pct"]
    return frame[ROUTES]


def _next_band(scores: pd.DataFrame, bands: pd.DataFrame) -> pd.DataFrame:
    """The lowest band above each unit's total, and the points to it; units of the highest band are left out."""
    limits = bands.sort_values("from_points")
    above = limits["from_points"].searchsorted(scores["total"], side="right")
    kept = scores[(above < len(limits)) & scores["total"].notna()]
    reached = limits.iloc[above[(above < len(limits)) & scores["total"].notna()]]
    gap = (reached["from_points"].to_numpy() - kept["total"].to_numpy()).round(6)
    return pd.DataFrame(
        {"unit_code": kept["unit_code"].to_numpy(), "next_band": reached["band"].to_numpy(), "gap": gap}
    )


def rounded_up(value: float, decimals: int = 1) -> float:
    """A need is rounded up, so that what is asked for is enough: 4.556 => 4.6, 4.61 => 4.7."""
    return math.ceil(round(value * 10**decimals, 6)) / 10**decimals
