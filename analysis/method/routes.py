"""What a unit would need to reach the next band: by one indicator alone, and by the cheapest mix of them.

Pure functions. Formulas and their sources: docs/method.md §9.
"""

import math

import numpy as np
import pandas as pd

from analysis import tables
from analysis.config.formulas import rate_pct

ROUTES = list(tables.TABLES["routes"].columns)


def find_routes(
    scores: pd.DataFrame, measurements: pd.DataFrame, indicators: pd.DataFrame, bands: pd.DataFrame, units: pd.DataFrame
) -> pd.DataFrame:
    """What each indicator alone would have to gain for a unit to reach the next band, and the cheapest mix of them.

    scores  : unit_code, total;  measurements : unit_code, indicator, value, numerator, denominator
    indicators, bands : config/index-766, cut to the cut-off's date;  units : unit_code, kind
    Returns : ROUTES, one row for each unit and each of its indicators that earns points by a known rule; no rows for
              units of the highest band.
              gap : points to the next band;  points_per_pct : points that one percentage point earns
              own_pct : the rate now;  room_pct : percentage points left to full points
              needed_pct : percentage points that this indicator alone would need;  needed_cases : the same in whole
              cases (NaN where the table has no counts);  enough : needed ≤ room
              best_pct, best_unit : the best rate among units of the same kind, and the unit that has it
              mix_pct, mix_cases : this indicator's part of the cheapest mix (0: no part; NaN: full points in all
              indicators would not close the gap);  mix_proven : peers have reached every rate that the mix needs
    Formula : points are linear up to full points, so the cheapest mix takes the indicators in order of the points they
              earn: per case where all of a unit's indicators have counts, else per percentage point. It stays within
              the peers' best rates where these are enough.
    """
    rates = measurements.merge(indicators[indicators["rule"] != "none"], on="indicator")
    rates["rate_pct"] = rate_pct(rates)
    rates = rates.merge(units[["unit_code", "kind"]], on="unit_code")
    rates = rates[(rates["unit"] == "percent") & rates["rate_pct"].notna()].reset_index(drop=True)
    full_at = rates["full_at_pct"].fillna(100)
    best = rates.loc[rates.groupby(["kind", "indicator"])["rate_pct"].transform("idxmax")].reset_index(drop=True)
    frame = pd.DataFrame(
        {
            "unit_code": rates["unit_code"],
            "indicator": rates["indicator"],
            "points_per_pct": rates["max_points"] / full_at,
            "own_pct": rates["rate_pct"],
            "room_pct": (full_at - rates["rate_pct"]).clip(lower=0),
            "best_pct": best["rate_pct"],
            "best_unit": best["unit_code"],
            "proven_pct": (np.minimum(best["rate_pct"], full_at) - rates["rate_pct"]).clip(lower=0),
            "cases": rates["denominator"],
        }
    )
    frame = frame.merge(find_next_band(scores, bands), on="unit_code")
    frame["needed_pct"] = frame["gap"] / frame["points_per_pct"]
    frame["enough"] = frame["needed_pct"] <= frame["room_pct"] + 1e-9
    frame["needed_cases"] = _count_cases(frame["needed_pct"], frame["cases"])
    its = {name: frame[name].to_numpy(float) for name in ("cases", "points_per_pct", "proven_pct", "room_pct", "gap")}
    mix, proven = np.full(len(frame), np.nan), np.zeros(len(frame), bool)
    for rows in frame.groupby("unit_code").indices.values():
        mix[rows], proven[rows] = _find_cheapest_mix({name: values[rows] for name, values in its.items()})
    frame["mix_pct"], frame["mix_proven"] = mix, proven
    frame["mix_cases"] = _count_cases(frame["mix_pct"], frame["cases"])
    return frame[ROUTES]


def _find_cheapest_mix(its: dict[str, np.ndarray]) -> tuple[np.ndarray, bool]:
    """The percentage points of each indicator in one unit's cheapest mix, and whether peers have reached them all."""
    earned = its["points_per_pct"]
    counted = (its["cases"] > 0).all()
    price = its["cases"] / 100 if counted else 1.0  # of one percentage point: its cases, where they are known
    order = np.argsort(-earned / price, kind="stable")
    for room, proven in (("proven_pct", True), ("room_pct", False)):
        worth = (its[room] * earned)[order]
        taken = np.empty(len(order))
        taken[order] = np.clip(its["gap"][order] - (worth.cumsum() - worth), 0, worth) / earned[order]
        if worth.sum() >= its["gap"][0] - 1e-9:
            return taken, proven
    return np.full(len(order), np.nan), False


def _count_cases(pct: pd.Series, cases: pd.Series) -> pd.Series:
    """Percentage points as whole cases, rounded up so that they are enough; NaN where there are no counts."""
    return np.ceil((pct * cases.where(cases > 0) / 100).round(6))


def find_next_band(scores: pd.DataFrame, bands: pd.DataFrame) -> pd.DataFrame:
    """The lowest band above each unit's total, and the points to it.

    scores  : unit_code, total (points, NaN: none);  bands : band, from_points
    Returns : unit_code, next_band, gap (points). Units of the highest band, and units without a total, are left out.
    """
    limits = bands.sort_values("from_points")
    above = limits["from_points"].searchsorted(scores["total"], side="right")
    kept = scores[(above < len(limits)) & scores["total"].notna()]
    reached = limits.iloc[above[(above < len(limits)) & scores["total"].notna()]]
    gap = (reached["from_points"].to_numpy() - kept["total"].to_numpy()).round(6)
    return pd.DataFrame(
        {"unit_code": kept["unit_code"].to_numpy(), "next_band": reached["band"].to_numpy(), "gap": gap}
    )


def round_up(value: float, decimals: int = 1) -> float:
    """``value`` rounded up, so that a need is never shown too small: 4.556 => 4.6, 4.61 => 4.7."""
    return math.ceil(round(value * 10**decimals, 6)) / 10**decimals


def round_need(pct: float, room: float) -> float:
    """A need in percentage points as it is shown: rounded up to one decimal, or to two where one exceeds the room left.

    Example : at 95.74 % the room is 4.26, and a need of 4.22 stays 4.22, because 4.3 would make 100.04 %.
    """
    return next((up for decimals in (1, 2) if (up := round_up(pct, decimals)) <= room + 1e-9), room)
