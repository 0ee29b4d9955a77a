"""Totals, bands and ranks as they would be under other rates or counts."""

import numpy as np
import pandas as pd

from analysis.config.formulas import rate_pct
from analysis.method import score


def what_if(
    measurements: pd.DataFrame,
    changed: pd.DataFrame,
    indicators: pd.DataFrame,
    groups: pd.DataFrame,
    bands: pd.DataFrame,
    units: pd.DataFrame,
) -> pd.DataFrame:
    """Totals, bands and ranks as they would be under other rates or counts.

    measurements : as ``score.points`` takes them, unit_name and the indicator TOTAL among them
    changed : unit_code, indicator, and value (percent) or numerator (and denominator, where it changes too). Figures
              that are left out or NaN do not change.
    indicators, groups, bands : those of the index, cut to the cut-off's date;  units : unit_code, kind
    Returns : unit_code, unit_name, total_now, total, band_now, band, rank_now, rank. new total = published total + the
              points that the changed indicators gain; all other points of a total are assumed not to change.
    Raises  : ValueError naming unit and indicator, where the table does not have that figure, where no known rule gives
              points for it, or where the new figure is not a rate from 0 to 100 %.
    """
    keys = ["unit_code", "indicator"]
    earning = indicators[(indicators["rule"] != "none") & (indicators["unit"] == "percent")]
    cells = measurements[measurements["unit_code"].isin(changed["unit_code"])].set_index(keys)
    for each in changed.itertuples():
        if (each.unit_code, each.indicator) not in cells.index:
            raise ValueError(f"{each.unit_code}, {each.indicator}: the table has no such figure")
        if each.indicator not in set(earning["indicator"]):
            raise ValueError(f"{each.unit_code}, {each.indicator}: no known rule makes points of it")
    wanted = changed.set_index(keys).reindex(columns=["value", "numerator", "denominator"]).astype(float)
    assumed = cells.copy()
    assumed.update(wanted)
    by_rate = wanted.index[wanted["value"].notna()]
    assumed.loc[by_rate, ["numerator", "denominator"]] = np.nan  # the new rate replaces the counts
    rates = rate_pct(assumed.loc[wanted.index])
    if (wrong := rates[~rates.between(0, 100)]).size:
        code, indicator = wrong.index[0]
        raise ValueError(f"{code}, {indicator}: {wrong.iloc[0]:g} is no rate from 0 to 100 %")
    now, then = (
        score.points(each.reset_index(), earning, groups).query("indicator != ''") for each in (cells, assumed)
    )
    gained = then.set_index(keys)["points"] - now.set_index(keys)["points"]
    gain = gained.groupby("unit_code").sum()
    totals = measurements[measurements["indicator"] == "TOTAL"]
    frame = totals[["unit_code", "unit_name", "value"]].rename(columns={"value": "total_now"}).reset_index(drop=True)
    frame["total"] = (frame["total_now"] + frame["unit_code"].map(gain).fillna(0.0)).round(6)
    kinds = frame["unit_code"].map(units.set_index("unit_code")["kind"])
    for now in ("_now", ""):
        frame[f"band{now}"] = score.band(frame[f"total{now}"], bands)
        frame[f"rank{now}"] = frame.groupby(kinds)[f"total{now}"].rank(method="min", ascending=False)
    return frame[["unit_code", "unit_name", "total_now", "total", "band_now", "band", "rank_now", "rank"]]
