"""Measurements → points by the rules in force; totals, bands, ranks; what computed and published figures agree on.

The published total is authoritative and never overwritten. What the table's columns explain of it is computed beside
it; the remainder is *not itemised*: a figure to analyse, not an error (docs/method.md §2).
"""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd

SHOWN_DECIMALS = 2
POINTS_COLUMNS = ["unit_code", "group", "indicator", "points", "max_points", "published_points", "status"]
SCORES_COLUMNS = ["unit_code", "unit_name", "total", "computed_total", "not_itemised", "band", "rank"]


def linear(rate_pct: pd.Series, max_points: pd.Series, full_at_pct: pd.Series) -> pd.Series:
    """Points in proportion to the rate: ``max × rate``. Missing stays missing."""
    return max_points * rate_pct / 100


def capped(rate_pct: pd.Series, max_points: pd.Series, full_at_pct: pd.Series) -> pd.Series:
    """All points from ``full_at_pct`` on, in proportion below: ``max × min(1, rate / full_at)``."""
    return max_points * (rate_pct / full_at_pct).clip(upper=1)


def none(rate_pct: pd.Series, max_points: pd.Series, full_at_pct: pd.Series) -> pd.Series:
    """No points: printed for information only."""
    return pd.Series(np.nan, index=rate_pct.index)


RULES = {"linear": linear, "capped": capped, "none": none}


def points(measurements: pd.DataFrame, indicators: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Points of every unit for every indicator that earns any, and for every group.

    measurements : unit_code, indicator, value (percent 0–100; NaN = missing), numerator, denominator, published_points
    indicators, groups : config/index-766, cut to the cut-off's date
    Returns : unit_code, group, indicator (empty on the group's own row), points, max_points, published_points, status.
              status: computed; missing (no figure, or the table does not print the whole group); not assessed
              (no cases, and the rule gives none). Units as in ``measurements``, groups as in ``groups``.
    Source  : Decision 766/QĐ-TTg; each row's own source in indicators.csv.
    """
    earning = indicators[indicators["rule"] != "none"]
    rows = measurements.merge(earning, on="indicator", how="inner")
    rows["points"] = np.nan
    for name, its in rows.groupby("rule"):
        rows.loc[its.index, "points"] = RULES[name](rate_pct(its), its["max_points"], its["full_at_pct"])
    no_cases = rows["denominator"] == 0
    by_default = rows["if_no_cases"].map({"full": 1.0, "zero": 0.0}) * rows["max_points"]
    rows["points"] = rows["points"].mask(no_cases, by_default)
    rows["status"] = np.select([rows["points"].notna(), no_cases], ["computed", "not assessed"], default="missing")
    itemised = rows[POINTS_COLUMNS]
    return _in_order(pd.concat([itemised, _group_rows(rows, measurements, groups)]), measurements, groups)


def rate_pct(rows: pd.DataFrame) -> pd.Series:
    """The rate: numerator over denominator where both are known, never from a rounded rate; else as printed."""
    counted = 100 * rows["numerator"] / rows["denominator"].replace(0, np.nan)
    return counted.fillna(rows["value"].where(rows["denominator"].isna()))


def _group_rows(rows: pd.DataFrame, measurements: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """One row a unit and group: the sum of its indicators where the table prints the whole group, else missing."""
    codes = pd.DataFrame({"unit_code": measurements["unit_code"].unique()})
    frame = codes.merge(groups[["group", "max_points"]], how="cross")
    sums = rows.groupby(["unit_code", "group"]).agg(
        points=("points", lambda held: held.sum(skipna=False)), printed_max=("max_points", "sum")
    )
    frame = frame.merge(sums, how="left", on=["unit_code", "group"])
    frame["points"] = frame["points"].where(np.isclose(frame["printed_max"], frame["max_points"]))
    frame["status"] = np.where(frame["points"].notna(), "computed", "missing")
    return frame.assign(indicator="", published_points=np.nan)[POINTS_COLUMNS]


def _in_order(frame: pd.DataFrame, measurements: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Units as they came, groups as in the decision, a group's indicators before its own row."""
    units = pd.Categorical(frame["unit_code"], measurements["unit_code"].unique())
    order = pd.Categorical(frame["group"], groups["group"])
    return frame.iloc[np.lexsort((frame["indicator"] == "", order.codes, units.codes))].reset_index(drop=True)


def scores(measurements: pd.DataFrame, points: pd.DataFrame, bands: pd.DataFrame, control: str) -> pd.DataFrame:
    """Total, band and rank of every unit, and what the printed columns do not explain of the total.

    measurements : unit_code, unit_name, indicator (TOTAL among them), value
    points       : as ``points`` returns them
    bands        : band, from_points, highest first;  control : code of the control row, which has a band but no rank
    Returns : unit_code, unit_name, total (published), computed_total (sum of the indicators' points; NaN where one of
              them is missing), not_itemised (total − computed_total), band, rank (1 is best, ties share; NaN for the
              control row).
    """
    totals = measurements[measurements["indicator"] == "TOTAL"]
    frame = totals[["unit_code", "unit_name", "value"]].rename(columns={"value": "total"}).reset_index(drop=True)
    own = points[points["indicator"] != ""]
    explained = own.groupby("unit_code")["points"].agg(lambda held: held.sum(skipna=False))
    frame["computed_total"] = frame["unit_code"].map(explained)
    frame["not_itemised"] = frame["total"] - frame["computed_total"]
    frame["band"] = band(frame["total"], bands)
    frame["rank"] = rank(frame["total"].where(frame["unit_code"] != control))
    return frame[SCORES_COLUMNS]


def band(totals: pd.Series, bands: pd.DataFrame) -> pd.Series:
    """The band each total falls in: the highest whose ``from_points`` it reaches. Missing totals have none ("")."""
    held = [totals >= limit for limit in bands["from_points"]]
    return pd.Series(np.select(held, list(bands["band"]), default=""), index=totals.index)


def rank(totals: pd.Series) -> pd.Series:
    """1 for the highest total; equal totals share the better rank and the next one is skipped; missing has none."""
    return totals.rank(method="min", ascending=False)


def rounded(value: float, decimals: int = SHOWN_DECIMALS) -> float:
    """Rounded half up, as the published figures are (2.675 => 2.68), for comparison and display only."""
    return float(Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))
