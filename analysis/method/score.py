"""Measurements → points by the rules in force; totals, bands, ranks; what computed and published figures agree on.

The published total is authoritative and never overwritten. What the table's columns explain of it is computed beside
it; the remainder is *not itemised*: a figure to analyse, not an error (docs/method.md §2).
"""

import numpy as np
import pandas as pd

from analysis.config.formulas import RULES, rate_pct

PRINTED, COMPUTED = "printed", "computed"  # where totals come from: the key ``total`` of area.toml
SHOWN_DECIMALS = 2  # of points of 100; an index of fewer points shows more
POINTS_COLUMNS = ["unit_code", "group", "indicator", "points", "max_points", "published_points", "status"]
RECONCILIATION_COLUMNS = ["unit_code", "group", "indicator", "computed", "published", "difference", "agrees"]
# In units of the last decimal shown: a metric is rounded once; a sum carries the rounding of its parts; six rounded
# groups can leave five unexplained: no more than rounding.
METRIC_TOLERANCE, SUM_TOLERANCE, NOTHING = 1, 2, 5
SCORES_COLUMNS = ["unit_code", "unit_name", "total", "computed_total", "not_itemised", "band", "rank"]


def points(measurements: pd.DataFrame, indicators: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Points of every unit for every indicator that earns any, and for every group.

    measurements : unit_code, indicator (or group), value (percent 0–100; NaN = missing), numerator, denominator,
                   published_points
    indicators, groups : those of the index, cut to the cut-off's date
    Returns : unit_code, group, indicator (empty on the group's own row), points, max_points, published_points, status:
              computed; published (the rule or a part of the group is not known, so the published points are used);
              not assessed (no cases, and the rule gives none: counts 0 in its group); missing (no figure).
              Units as in ``measurements``, groups as in ``groups``.
    Source  : Decision 766/QĐ-TTg; each row's own source in indicators.csv.
    """
    earning = indicators[indicators["rule"] != "none"]
    rows = measurements.merge(earning, on="indicator", how="inner")
    rows["points"] = np.nan
    for name, its in rows.groupby("rule"):
        rows.loc[its.index, "points"] = RULES[name](rate_pct(its), its["max_points"], its["full_at_pct"])
    no_cases = rows["denominator"] == 0
    by_default = rows["if_no_cases"].map({"full": 1.0, "zero": 0.0}).astype(float) * rows["max_points"]
    rows["points"] = rows["points"].mask(no_cases, by_default)
    rows["status"] = np.select([rows["points"].notna(), no_cases], ["computed", "not assessed"], default="missing")
    return _in_order(pd.concat([rows[POINTS_COLUMNS], _group_rows(rows, measurements, groups)]), measurements, groups)


def _group_rows(rows: pd.DataFrame, measurements: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """One row a unit and group: the sum of its indicators where all of it is known, else the published points."""
    codes = pd.DataFrame({"unit_code": measurements["unit_code"].unique()})
    frame = codes.merge(groups[["group", "max_points"]], how="cross")
    counted = rows.assign(points=rows["points"].mask(rows["status"] == "not assessed", 0.0))
    by_group = counted.groupby(["unit_code", "group"])
    sums = pd.DataFrame(
        {"computed": by_group["points"].sum(skipna=False), "itemised_max": by_group["max_points"].sum()}
    )
    published = measurements[measurements["published_points"].notna()].rename(columns={"indicator": "group"})
    frame = frame.merge(sums, how="left", on=["unit_code", "group"])
    frame = frame.merge(published[["unit_code", "group", "published_points"]], how="left", on=["unit_code", "group"])
    known = np.isclose(frame["itemised_max"], frame["max_points"]) & frame["computed"].notna()
    frame["points"] = frame["computed"].where(known, frame["published_points"])
    frame["status"] = np.select(
        [known, frame["published_points"].notna()], ["computed", "published"], default="missing"
    )
    return frame.assign(indicator="")[POINTS_COLUMNS]


def _in_order(frame: pd.DataFrame, measurements: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Units as they came, groups as in the decision, a group's indicators before its own row."""
    units = pd.Categorical(frame["unit_code"], measurements["unit_code"].unique())
    order = pd.Categorical(frame["group"], groups["group"])
    return frame.iloc[np.lexsort((frame["indicator"] == "", order.codes, units.codes))].reset_index(drop=True)


def scores(
    measurements: pd.DataFrame,
    points: pd.DataFrame,
    bands: pd.DataFrame,
    units: pd.DataFrame,
    total: str = PRINTED,
    decimals: int = SHOWN_DECIMALS,
) -> pd.DataFrame:
    """Total, band and rank of every unit, and what its columns do not explain of the total.

    measurements : unit_code, unit_name, indicator (TOTAL among them, where the table prints it), value
    points       : as ``points`` returns them
    bands        : band, from_points, highest first
    units        : unit_code, kind; whoever is not in it (the control row) has a band but no rank
    total        : PRINTED: the table's own; COMPUTED: the sum of the unit's groups as published, computed where none
                   are, rounded as published totals are; a unit of which a group is missing has none
    decimals     : those that totals are shown with
    Returns : a row for each unit: unit_code, unit_name, total (NaN: it has none, and so neither band nor rank),
              computed_total (points of the groups, and of the indicators of groups that are known in part only; NaN
              where one of them is missing), not_itemised (total − computed_total), band, rank (1 is best among units of
              the same kind, ties share).
    """
    named = measurements[["unit_code", "unit_name"]].drop_duplicates("unit_code", ignore_index=True)
    printed = measurements[measurements["indicator"] == "TOTAL"].set_index("unit_code")["value"]
    sums = rounded(_whole_totals(points).set_index("unit_code")["computed"], decimals)
    frame = named.assign(total=named["unit_code"].map(sums if total == COMPUTED else printed).astype(float))
    frame["computed_total"] = frame["unit_code"].map(explained(points).groupby("unit_code")["points"].sum(skipna=False))
    frame["not_itemised"] = (frame["total"] - frame["computed_total"]).round(6)  # without binary noise
    frame["band"] = band(frame["total"], bands)
    kinds = frame["unit_code"].map(units.set_index("unit_code")["kind"])
    frame["rank"] = frame.groupby(kinds)["total"].rank(method="min", ascending=False)
    return frame[SCORES_COLUMNS]


def most_not_itemised(points: pd.DataFrame, most: float) -> pd.Series:
    """How many points the parts that are not itemised can earn at most, by unit_code.

    points : as ``points`` returns them;  most : points of all groups together
    """
    known = explained(points).groupby("unit_code")["max_points"].sum()
    return most - known.reindex(points["unit_code"].unique(), fill_value=0.0)


def explained(points: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``points`` that together explain a total: groups whose points are known, indicators of the others."""
    own = points["indicator"] == ""
    known = points[own & points["points"].notna()]
    groups, others = set(zip(known["unit_code"], known["group"], strict=True)), points[~own]
    in_part = [group not in groups for group in zip(others["unit_code"], others["group"], strict=True)]
    return pd.concat([known, others.loc[in_part, POINTS_COLUMNS]], ignore_index=True)


def nothing_points(decimals: int) -> float:
    """Points up to which a remainder is no more than rounding: 0.05 where totals show two decimals."""
    return NOTHING * 10.0**-decimals


def reconciliation(
    points: pd.DataFrame,
    scores: pd.DataFrame,
    tolerance: float | None = None,
    total: str = PRINTED,
    decimals: int = SHOWN_DECIMALS,
) -> pd.DataFrame:
    """Every figure that is both computed and published: what each says, and whether they agree.

    tolerance : of a total, in points (``sum_tolerance_points`` of area.toml); None: that of a group
    total     : as for ``scores``; a COMPUTED one is published nowhere, and has no row
    decimals  : those that points are shown with
    Returns   : unit_code, group, indicator (TOTAL for the unit's total; empty on a group's row), computed (rounded half
                up; a group is the sum of its metrics as published, a total that of its groups), published, difference,
                agrees (of two decimals: within 0.01 for a metric, 0.02 for a group). Totals only where every group is
                known.
    """
    metrics = points[(points["indicator"] != "") & points["points"].notna()].rename(columns={"points": "computed"})
    sums = _sums(points[points["indicator"] != ""], ["unit_code", "group"])
    groups = points[(points["indicator"] == "") & (points["status"] == "computed")].drop(columns="points")
    groups = groups.merge(sums, on=["unit_code", "group"])
    published = scores[["unit_code", "total"]].iloc[: 0 if total == COMPUTED else None]
    totals = _whole_totals(points).merge(published, on="unit_code")
    totals = totals.rename(columns={"total": "published_points"}).assign(group="", indicator="TOTAL")
    last = 10.0**-decimals
    parts = [
        metrics.assign(tolerance=METRIC_TOLERANCE * last),
        groups.assign(tolerance=SUM_TOLERANCE * last),
        totals.assign(tolerance=SUM_TOLERANCE * last if tolerance is None else tolerance),
    ]
    frame = pd.concat(parts, ignore_index=True).rename(columns={"published_points": "published"})
    frame = frame[frame["published"].notna()]
    frame["computed"] = rounded(frame["computed"], decimals)
    frame["difference"] = (frame["published"] - frame["computed"]).round(max(6, decimals))
    frame["agrees"] = frame["difference"].abs() <= frame["tolerance"].round(9)
    return frame[RECONCILIATION_COLUMNS].reset_index(drop=True)


def _whole_totals(points: pd.DataFrame) -> pd.DataFrame:
    """The sum of the groups of each unit of which every group is known."""
    whole = points[points["indicator"] == ""]
    return _sums(whole[~whole["unit_code"].isin(whole.loc[whole["points"].isna(), "unit_code"])], ["unit_code"])


def _sums(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Sums of the points as published, computed where none are; what is not assessed counts 0."""
    held = rows["published_points"].fillna(rows["points"]).mask(rows["status"] == "not assessed", 0.0)
    return rows.assign(computed=held).groupby(by, sort=False)["computed"].sum(skipna=False).reset_index()


def band(totals: pd.Series, bands: pd.DataFrame) -> pd.Series:
    """The band each total falls in: the highest whose ``from_points`` it reaches. Missing totals have none ("")."""
    return pd.Series(band_of(totals.to_numpy(float), bands), index=totals.index)


def band_of(total: float | np.ndarray, bands: pd.DataFrame) -> str | np.ndarray:
    """``band`` of one total, or of an array of them."""
    limits = bands["from_points"].to_numpy()[::-1]
    names = np.array(["", *bands["band"].to_numpy()[::-1]], dtype=object)
    return names[np.where(np.isnan(total), 0, np.searchsorted(limits, total, side="right"))]


def rank(totals: pd.Series) -> pd.Series:
    """1 for the highest total; equal totals share the better rank and the next one is skipped; missing has none."""
    return totals.rank(method="min", ascending=False)


def rounded(value: float | pd.Series, decimals: int = SHOWN_DECIMALS) -> float | pd.Series:
    """Rounded half up, as the published figures are (2.675 => 2.68), for comparison and display only."""
    hundredths = np.round(np.abs(value) * 10**decimals, 7)  # 2.675 is a hair less in binary: that hair is no reason
    return np.sign(value) * np.floor(hundredths + 0.5) / 10**decimals
