"""The routes to the next band: what can bring the points by a day, in the order in which to go them.

A loss that is explained by a step (a block of points lost at once) comes first, for it has one cause. Then comes what
can be mended at once (stocks), then what config calls neither, then shares of dossiers (flows), which move only by
what is still to come: no route asks for more than that brings (``possible``). What the table does not show is no route.

Pure function, frame in, new frame out.
"""

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis import tables
from analysis.config.formulas import rate_pct
from analysis.method import possible
from analysis.method.score import SHOWN_DECIMALS

ROUTES = list(tables.TABLES["routes"].columns)
FIRST_COMES = (possible.STEP, possible.STOCK, "", possible.FLOW)


def find_routes(
    scores: pd.DataFrame,
    measurements: pd.DataFrame,
    indicators: pd.DataFrame,
    bands: pd.DataFrame,
    units: pd.DataFrame,
    cutoff: str,
    by: str,
    accumulates: Mapping[str, str] | str = "year",
    steps: pd.DataFrame | None = None,
    since: Mapping[str, str] | None = None,
    decimals: int = SHOWN_DECIMALS,
) -> pd.DataFrame:
    """What each indicator alone would have to gain for a unit to reach the next band by a day, and a mix that does.

    scores       : unit_code, total;  bands : band, from_points
    measurements : unit_code, indicator, value (percent), numerator, denominator
    indicators   : indicator, unit, max_points, rule, full_at_pct, nature (``flow``, ``stock`` or ""; may be absent)
    units        : unit_code, kind: a unit's peers are those of its kind; others have no routes
    by, accumulates, since : as in ``possible``
    decimals     : those that totals are shown with: what follows is said of two
    steps        : unit_code, indicator (a group or NOT_ITEMISED), points: losses that a step explains, points above 0
    Returns : ROUTES, one row a unit and route; none in the highest band.
              gap            points to the next band
              nature         ``step``, ``stock``, ``flow`` or ""
              points_per_pct points that one percentage point brings
              own_pct        the rate now
              room_pct       percentage points that it can gain by the day: to full points, of a flow also no more than
                             all that is still to come brings;  room_points : the same in points (of a step: its points)
              needed_pct     percentage points that it alone would need; where it is enough no more than room_pct
              needed_rate    of a flow: the rate that what is still to come would need for that
              needed_cases   the same in whole cases: of those still to come under an even flow, else of all (missing:
                             the table has no counts)
              enough         it alone brings the gap by the day, or all but 0.005 points (see the formula)
              best_pct, best_unit : the best rate among the unit's kind, and who has it
              order          1 for the route to name first; missing: not in the mix
              mix_pct, mix_points, mix_rate, mix_cases : its part of the mix; 0 points if it has none, missing where all
                             routes together do not bring the gap by the day (a step keeps its order and points)
              mix_proven     the mix asks for no rate that no peer has reached: of a flow, on what is still to come
              Missing in the row of a step: all in percent, in cases, and the best.
    Formula : points are linear up to full points. The mix takes routes by nature (step, stock, "", flow), within one
              nature by what they bring: per case where every one of a unit's indicators has counts, else per percentage
              point. It stays within the peers' best rates where that is enough. Totals are published rounded to 0.01
              points, so a gap is brought, by one route or by a mix, where no more than 0.005 points lack (nor half of
              the gap): 37.77 + 12.2279 is 50.00. A route that can bring less than 0.01 points comes last: it is in no
              mix without need.
    """
    frame = _rows(measurements, indicators, units).merge(find_next_band(scores, bands), on="unit_code")
    frame["gone"], frame["whole"] = possible.period_days(frame, cutoff, by, accumulates, since)
    is_flow, rest = frame["nature"] == possible.FLOW, 1 - frame["gone"] / frame["whole"]
    full = frame["full_at_pct"].fillna(100.0).clip(upper=100.0)
    ceiling = possible.reachable(frame["own_pct"], 100.0, frame["gone"], frame["whole"]).where(is_flow, 100.0)
    frame["points_per_pct"] = frame["max_points"] / frame["full_at_pct"].fillna(100.0)
    frame["room_pct"] = (np.minimum(full, ceiling) - frame["own_pct"]).clip(lower=0)
    frame["proven_pct"] = ((frame["best_pct"] - frame["own_pct"]) * rest.where(is_flow, 1.0)).clip(0, frame["room_pct"])
    for kind in ("room", "proven"):
        frame[f"{kind}_points"] = frame[f"{kind}_pct"] * frame["points_per_pct"]
    if steps is not None and len(steps):
        frame = pd.concat([frame, _step_rows(steps, scores, bands)], ignore_index=True)
    petty = 10.0**-decimals  # no total shows less; what lacks at a band may be half of it: rounded, it is reached
    frame["may_lack"] = np.minimum(petty / 2 + possible.HAIR, frame["gap"] / 2)
    frame["enough"] = frame["room_points"] >= frame["gap"] - frame["may_lack"]
    needed = frame["gap"] / frame["points_per_pct"]
    frame["needed_pct"] = needed.where(~frame["enough"], np.minimum(needed, frame["room_pct"]))
    frame = _mixed(frame, petty)
    frame["mix_pct"] = frame["mix_points"] / frame["points_per_pct"]
    for kind in ("needed", "mix"):
        frame[f"{kind}_rate"], frame[f"{kind}_cases"] = _on_rest(frame, frame[f"{kind}_pct"])
    frame["by"] = by
    at = pd.Categorical(frame["unit_code"], scores["unit_code"].unique()).codes
    return frame.iloc[np.argsort(at, kind="stable")].reset_index(drop=True)[ROUTES]


def _rows(measurements: pd.DataFrame, indicators: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """The rates that earn points by a known rule: own, best among the kind, cases, nature and the rule's numbers."""
    earning = indicators[(indicators["rule"] != "none") & (indicators["unit"] == "percent")]
    earning = earning.reindex(columns=["indicator", "max_points", "full_at_pct", "nature"])
    held = measurements[["unit_code", "indicator", "value", "numerator", "denominator"]].merge(earning, on="indicator")
    held["own_pct"], held["nature"] = rate_pct(held), held["nature"].astype(object).fillna("").astype(str)
    held = held.merge(units[["unit_code", "kind"]], on="unit_code")
    held = held[held["own_pct"].notna()].rename(columns={"denominator": "cases"}).reset_index(drop=True)
    best = held.loc[held.groupby(["kind", "indicator"])["own_pct"].transform("idxmax")].reset_index(drop=True)
    return held.assign(best_pct=best["own_pct"], best_unit=best["unit_code"])


def _step_rows(steps: pd.DataFrame, scores: pd.DataFrame, bands: pd.DataFrame) -> pd.DataFrame:
    """A row for each loss that a step explains, of units that have a band above them."""
    rows = steps[["unit_code", "indicator", "points"]].merge(find_next_band(scores, bands), on="unit_code")
    rows = rows.rename(columns={"points": "room_points"})
    return rows.assign(nature=possible.STEP, proven_points=rows["room_points"], best_unit="")


def _on_rest(frame: pd.DataFrame, gained_pct: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Of a flow: the rate on what is still to come that gains so much, and that in cases; else the cases alone."""
    is_flow, some = frame["nature"] == possible.FLOW, gained_pct > 0
    own, gone, whole = frame["own_pct"], frame["gone"], frame["whole"]
    rate = possible.rate_on_rest(own, own + gained_pct, gone, whole).where(is_flow & some)
    to_come = frame["cases"] * (whole - gone) / gone.where(gone > 0)
    cases = (rate * to_come).where(is_flow, gained_pct * frame["cases"]) / 100
    cases = np.ceil(cases.round(6)).mask(gained_pct == 0, 0.0)
    return rate, cases.where(frame["cases"] > 0)


def _mixed(frame: pd.DataFrame, petty: float) -> pd.DataFrame:
    """``frame`` with order, mix_points and mix_proven of each unit's mix: see ``ways``. petty : no total shows less"""
    worth = frame[["proven_points", "room_points"]].groupby(frame["unit_code"]).transform("sum")
    reaches = worth.ge(frame["gap"] - frame["may_lack"], axis=0)
    frame["mix_proven"] = reaches["proven_points"]
    frame["most"] = frame["proven_points"].where(frame["mix_proven"], frame["room_points"])
    is_counted = (frame["cases"] > 0) | (frame["nature"] == possible.STEP)
    price = frame["cases"].where(is_counted.groupby(frame["unit_code"]).transform("all"), 1.0)
    rank = frame["nature"].map({nature: place for place, nature in enumerate(FIRST_COMES)}).fillna(2)
    petty_last = (petty - frame["most"]).clip(lower=0)  # and of those the one first that brings more
    best_first = -(frame["points_per_pct"] / price).fillna(0)
    sequence = np.lexsort((best_first, rank, petty_last, pd.factorize(frame["unit_code"])[0]))
    frame, reaches = (each.iloc[sequence].reset_index(drop=True) for each in (frame, reaches))
    by_unit = frame["unit_code"]
    left = frame["gap"] - (frame["most"].groupby(by_unit).cumsum() - frame["most"])
    mix = left.clip(0, frame["most"]).where(left > frame["may_lack"], 0.0)
    frame["mix_points"] = mix.where(reaches["room_points"] | (frame["nature"] == possible.STEP))
    in_mix = frame["mix_points"] > possible.HAIR
    frame["order"] = in_mix.groupby(by_unit).cumsum().where(in_mix).astype(float)
    return frame


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
