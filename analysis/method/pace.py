"""What each target needs per week until its day, beside what the last weeks brought.

Pure functions. Formulas and their sources: docs/method.md §9.
"""

from datetime import date

import pandas as pd

from analysis import tables
from analysis.config.formulas import rate_pct
from analysis.method.routes import find_next_band

PACE = list(tables.TABLES["pace"].columns)
DAYS_IN_WEEK = 7


def compute_pace(
    scores: pd.DataFrame,
    measurements: pd.DataFrame,
    course: pd.DataFrame,
    earlier: pd.DataFrame,
    bands: pd.DataFrame,
    targets: dict[str, float],
    cutoff: str,
    by: str,
    recent_weeks: int,
) -> pd.DataFrame:
    """For each target not reached yet: what it needs per week until a day, and what the last weeks brought per week.

    scores, measurements : of this cut-off (rates in percent);  bands : config/index-766, cut to the cut-off's date
    course  : cutoff, unit_code, total, since, this cut-off included: gives the recent pace of totals
    earlier : cutoff, unit_code, indicator, value, numerator, denominator of earlier published weeks: gives the recent
              pace of rates
    targets : percent by indicator; the target of a total is the next band;  cutoff, by : ISO dates
    Returns : PACE, one row for each unit (and the area itself) and each of its targets that is not reached yet; no rows
              where ``cutoff`` is ``by`` or later. needed_per_week = (target − value) / weeks left; recent_per_week =
              (value − earlier value) / weeks between; the earlier week is the oldest one of the same series in the last
              ``recent_weeks`` weeks (NaN: no such week).
    """
    weeks_left = (date.fromisoformat(by) - date.fromisoformat(cutoff)).days / DAYS_IN_WEEK
    if weeks_left <= 0:
        return pd.DataFrame(columns=PACE)
    now = measurements[measurements["indicator"].isin(targets)]
    now = now.assign(value=rate_pct(now), target=now["indicator"].map(targets).astype(float))
    bound = scores[["unit_code", "total"]].merge(find_next_band(scores, bands), on="unit_code")
    bound = bound.assign(indicator="TOTAL", value=bound["total"], target=(bound["total"] + bound["gap"]).round(6))
    frame = pd.concat([each[["unit_code", "indicator", "value", "target"]] for each in (bound, now)], ignore_index=True)
    frame = frame[frame["value"] < frame["target"]]

    since = course[course["cutoff"] == cutoff].set_index("unit_code")["since"]
    totals = course.assign(indicator="TOTAL", value=course["total"])
    rates = earlier[earlier["indicator"].isin(targets)]
    held = pd.concat([totals, rates.assign(value=rate_pct(rates))])[["cutoff", "unit_code", "indicator", "value"]]
    first = str(date.fromordinal(date.fromisoformat(cutoff).toordinal() - DAYS_IN_WEEK * recent_weeks))
    held = held[
        held["cutoff"].between(first, cutoff, inclusive="left") & (held["cutoff"] >= held["unit_code"].map(since))
    ]
    oldest = (
        held.dropna(subset="value").sort_values("cutoff", kind="stable").drop_duplicates(["unit_code", "indicator"])
    )
    oldest = oldest.rename(columns={"value": "was", "cutoff": "then"})
    frame = frame.merge(oldest, how="left", on=["unit_code", "indicator"])
    passed = (pd.Timestamp(cutoff) - pd.to_datetime(frame["then"])).dt.days / DAYS_IN_WEEK
    return frame.assign(
        by=by,
        weeks_left=weeks_left,
        needed_per_week=(frame["target"] - frame["value"]) / weeks_left,
        recent_per_week=(frame["value"] - frame["was"]) / passed,
        recent_weeks=passed,
    )[PACE]
