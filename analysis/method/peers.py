"""How far each unit lies from the others of its kind.

Pure functions. Formulas and their sources: docs/method.md §9.
"""

import pandas as pd

from analysis import tables
from analysis.config.formulas import rate_pct
from analysis.method.score import SHOWN_DECIMALS
from analysis.tables import NOT_ITEMISED

PEERS = list(tables.TABLES["peers"].columns)
# MAD over standard deviation of a normal distribution: deviations read like z-scores (Iglewicz and Hoaglin 1993)
MAD_TO_SIGMA = 0.6745


def compare_peers(
    scores: pd.DataFrame,
    measurements: pd.DataFrame,
    indicators: pd.DataFrame,
    groups: pd.DataFrame,
    units: pd.DataFrame,
    least_units: int,
    beyond: float,
    decimals: int = SHOWN_DECIMALS,
) -> pd.DataFrame:
    """How far each unit lies from the median of its kind: in every rate, every group's points, and points not itemised.

    scores  : unit_code, not_itemised;  measurements : unit_code, indicator, value, numerator, denominator,
              published_points;  units : unit_code, kind
    least_units, beyond : units a comparison needs; the deviation from which a unit is an outlier
    decimals : those that points are shown with, and rates at most; a smaller spread may be rounding alone
    Returns : PEERS; value and median in percent (rates) or points; gap = value − median; deviation = 0.6745 × gap / MAD
              (median absolute deviation); outlier = |deviation| > ``beyond``. A figure is left out where fewer than
              ``least_units`` units of a kind have it, or where its MAD is within rounding.
    Source  : Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993).
    """
    rates = measurements[measurements["indicator"].isin(indicators.query("unit == 'percent'")["indicator"])]
    whole = measurements[measurements["indicator"].isin(set(groups["group"]) - set(rates["indicator"]))]
    rest = scores.assign(indicator=NOT_ITEMISED, value=scores["not_itemised"])
    parts = [rates.assign(value=rate_pct(rates)), whole.assign(value=whole["published_points"]), rest]
    frame = pd.concat([part[["unit_code", "indicator", "value"]] for part in parts], ignore_index=True)
    frame = frame.dropna(subset="value").astype({"value": float}).merge(units[["unit_code", "kind"]], on="unit_code")
    by = [frame["kind"], frame["indicator"]]
    values = frame["value"].groupby(by)
    frame["median"] = values.transform("median")
    frame["gap"] = frame["value"] - frame["median"]
    spread = frame["gap"].abs().groupby(by).transform("median")
    enough = (values.transform("size") >= least_units) & (spread > 10.0**-decimals / 2)
    frame["deviation"] = MAD_TO_SIGMA * frame["gap"] / spread
    frame["outlier"] = frame["deviation"].abs() > beyond
    return frame.loc[enough, PEERS].reset_index(drop=True)
