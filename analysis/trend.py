"""This cut-off against the one before, a unit against its peers, and what a unit would need for the next band.

Pure functions, frame in, new frame out. What the data does not hold stays missing: a change can be split by printed
column only when the earlier cut-off's own table is there.
"""

import math

import pandas as pd

from analysis import score

NOT_ITEMISED = "NOT_ITEMISED"
CHANGES = [
    *["unit_code", "unit_name", "total", "previous_total", "change", "rank", "previous_rank", "rank_move"],
    *["explained_change", "unexplained_change", "previous_cutoff"],
]
CARRIED = ["unit_code", "carried", "published"]
PEERS = ["unit_code", "indicator", "value", "median", "gap", "deviation", "outlier"]
ROUTES = ["unit_code", "next_band", "gap", "indicator", "points_per_pct", "room_pct", "needed_pct", "enough"]
ROUNDING_POINTS = 0.005  # published points are rounded to 0.01: a spread within that is none
MAD_TO_SIGMA = (
    0.6745  # of a normal distribution, so that the deviation reads like a z-score (Iglewicz and Hoaglin 1993)
)


def previous_totals(
    measurements: pd.DataFrame, source: pd.DataFrame, earlier: dict[str, pd.DataFrame], cutoff: str
) -> tuple[str, pd.Series]:
    """The totals to compare with, and their cut-off: those the table itself carries, else the newest earlier week's.

    source  : previous_cutoff (ISO or "") of each sheet read;  earlier : scores by cut-off, oldest first
    Returns : ("", empty) where there is neither. Weeks of another year are another series and are not compared.
    """
    carried = measurements[measurements["indicator"] == "PREVIOUS_TOTAL"].set_index("unit_code")["value"]
    if len(carried):
        return max(source["previous_cutoff"], default=""), carried
    same_year = [each for each in earlier if each[:4] == cutoff[:4]]
    if not same_year:
        return "", pd.Series(dtype=float)
    return same_year[-1], earlier[same_year[-1]].set_index("unit_code")["total"]


def carried_differences(previous: pd.Series, previous_cutoff: str, earlier: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Previous totals that a table carries and that are not what the earlier week itself was published with.

    Returns : unit_code, carried, published; empty where they agree, or the earlier week is not in history.
    """
    if previous_cutoff not in earlier:
        return pd.DataFrame(columns=CARRIED)
    published = earlier[previous_cutoff].set_index("unit_code")["total"]
    both = pd.DataFrame({"carried": previous, "published": published}).dropna().rename_axis("unit_code").reset_index()
    return both[score.rounded(both["carried"]) != score.rounded(both["published"])].reset_index(drop=True)[CARRIED]


def changes(
    scores: pd.DataFrame,
    previous: pd.Series,
    previous_cutoff: str,
    units: pd.DataFrame,
    earlier_scores: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Total, place and their moves since the previous cut-off.

    scores   : unit_code, unit_name, total, computed_total, rank;  units : unit_code, kind (others have no place)
    previous : previous total by unit_code;  previous_cutoff : ISO date, "" where it is not known
    earlier_scores : scores of the previous cut-off, None where that week is not in history
    Returns : CHANGES. rank_move = places gained (positive is better); explained_change = change of computed_total (NaN
              without earlier_scores: it cannot be said yet); unexplained_change = change − explained_change.
    """
    frame = scores[["unit_code", "unit_name", "total", "rank"]].copy()
    frame["previous_total"] = frame["unit_code"].map(previous)
    frame["change"] = (frame["total"] - frame["previous_total"]).round(6)
    kinds = frame["unit_code"].map(units.set_index("unit_code")["kind"])
    frame["previous_rank"] = frame.groupby(kinds)["previous_total"].rank(method="min", ascending=False)
    frame["rank_move"] = frame["previous_rank"] - frame["rank"]
    earlier = {} if earlier_scores is None else earlier_scores.set_index("unit_code")["computed_total"]
    frame["explained_change"] = (scores["computed_total"] - frame["unit_code"].map(earlier).astype(float)).round(6)
    frame["unexplained_change"] = (frame["change"] - frame["explained_change"]).round(6)
    return frame.assign(previous_cutoff=previous_cutoff)[CHANGES]


def peers(scores: pd.DataFrame, units: pd.DataFrame, least_units: int, beyond: float) -> pd.DataFrame:
    """How far each unit's not-itemised points lie from the median of its kind, and whether that is unusual.

    Returns : PEERS, indicator NOT_ITEMISED; gap = value − median; deviation = 0.6745 × gap / MAD; outlier where
              |deviation| > ``beyond``. A kind with fewer than ``least_units`` units, or whose MAD is 0, is left out.
    Source  : Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993): median and median absolute deviation.
    """
    frame = scores.merge(units[["unit_code", "kind"]], on="unit_code").dropna(subset="not_itemised")
    frame = frame.assign(indicator=NOT_ITEMISED, value=frame["not_itemised"])
    by_kind = frame.groupby("kind")["value"]
    frame["median"] = by_kind.transform("median")
    frame["gap"] = frame["value"] - frame["median"]
    spread = frame.groupby("kind")["gap"].transform(lambda gaps: gaps.abs().median())
    enough = (by_kind.transform("size") >= least_units) & (spread > ROUNDING_POINTS)
    frame["deviation"] = MAD_TO_SIGMA * frame["gap"] / spread
    frame["outlier"] = frame["deviation"].abs() > beyond
    return frame.loc[enough, PEERS].reset_index(drop=True)


def items(difference: float, size: float, tolerance: float) -> int:
    """How many whole satisfaction items a difference amounts to: ``items(-5.78, 6, 0.5)`` => −1; 0 where none fits.

    Source : sub-criteria 5.2 to 5.4 are worth 6 points each and are seen to go and come whole (docs/method.md §3).
    """
    if pd.isna(difference):
        return 0
    count = round(difference / size)
    return count if count and abs(difference - count * size) <= tolerance + 1e-9 else 0


def routes(
    scores: pd.DataFrame, measurements: pd.DataFrame, indicators: pd.DataFrame, bands: pd.DataFrame, units: pd.DataFrame
) -> pd.DataFrame:
    """What each indicator alone would have to gain for a unit to reach the next band.

    Returns : ROUTES, one row a unit and indicator that earns points: gap (points to the next band), points_per_pct
              (points that one percentage point brings), room_pct (percentage points left to full points), needed_pct
              (percentage points this indicator alone would need), enough (needed ≤ room). No rows in the highest band.
    """
    rates = measurements.merge(indicators[indicators["rule"] != "none"], on="indicator")
    rates["rate_pct"] = score.rate_pct(rates)
    rates = rates[
        rates["unit_code"].isin(units["unit_code"]) & (rates["unit"] == "percent") & rates["rate_pct"].notna()
    ]
    full_at = rates["full_at_pct"].fillna(100)
    frame = pd.DataFrame(
        {
            "unit_code": rates["unit_code"],
            "indicator": rates["indicator"],
            "points_per_pct": rates["max_points"] / full_at,
            "room_pct": (full_at - rates["rate_pct"]).clip(lower=0),
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
