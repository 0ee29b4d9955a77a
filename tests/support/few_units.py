"""Frames of a few units: their totals, their course, the bands and rates they are read by."""

import numpy as np
import pandas as pd

BANDS = pd.DataFrame({"band": ["Tốt", "Trung bình", "Yếu"], "from_points": [80.0, 50.0, 0.0]})


RATES = pd.DataFrame(
    {
        "indicator": ["SH", "TT"],
        "unit": "percent",
        "rule": "linear",
        "max_points": [22.0, 6.0],
        "full_at_pct": np.nan,
    }
)


def scores(**totals):
    frame = pd.DataFrame({"unit_code": list(totals), "unit_name": list(totals), "total": list(totals.values())})
    return frame.assign(rank=frame["total"].rank(ascending=False), not_itemised=frame["total"], computed_total=20.5)


def previous(**totals):
    return pd.Series(totals)


def communes(**totals):
    return pd.DataFrame({"unit_code": list(totals), "kind": "commune"})


def course(*rows, **columns):
    """cutoff, unit_code, total, carried_by of each row; since is the row's year."""
    frame = pd.DataFrame(rows, columns=["cutoff", "unit_code", "total", "carried_by"])
    given = {"unit_name": frame["unit_code"], "since": frame["cutoff"].str[:4] + "-01-01", "corrected": False}
    return frame.assign(**given | {"rank": np.nan, "band": "", "revision": 1.0} | columns)


def measured(*cells):
    rows = [
        dict(zip(("unit_code", "indicator", "value", "numerator", "denominator"), cell, strict=False)) for cell in cells
    ]
    columns = ["unit_code", "unit_name", "indicator", "value", "numerator", "denominator", "published_points"]
    frame = pd.DataFrame(rows).reindex(columns=columns)
    return frame.astype({name: float for name in columns[3:]})
