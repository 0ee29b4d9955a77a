"""The own weeks of one indicator of each unit, with the baseline and the signals, as a chart shows them.

Pure function, frame in, new frame out.
"""

import pandas as pd

from analysis import tables

OWN_RATES = list(tables.TABLES["own_rates"].columns)
KEYS = ["cutoff", "unit_code", "indicator"]


def select_own_rates(rates: pd.DataFrame, signals: pd.DataFrame, cutoff: str, shown: int) -> pd.DataFrame:
    """The newest ``shown`` cut-offs of each unit's most striking indicator: that with the largest score now.

    rates   : as ``week_rates.compute_every_week`` returns them;  signals : as ``signals.signals`` returns them
    Returns : OWN_RATES, by cut-off; a unit without a score now is shown by its first indicator
    """
    now = signals[signals["cutoff"] == cutoff]
    strongest = now.sort_values("score", key=abs, ascending=False, na_position="last", kind="stable")
    drawn = strongest.drop_duplicates("unit_code")[["unit_code", "indicator"]]
    frame = rates.merge(drawn, on=["unit_code", "indicator"])
    frame = frame.merge(signals[[*KEYS, "baseline", "signal", "since"]], how="left", on=KEYS)
    frame = frame.fillna({"signal": "", "since": ""})
    newest = sorted(frame["cutoff"].unique())[-shown:]
    return frame[frame["cutoff"].isin(newest)].reset_index(drop=True)[OWN_RATES]
