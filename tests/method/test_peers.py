"""Who lies far from the others of its kind."""

import numpy as np
import pandas as pd
import pytest
from support.district import week
from support.few_units import RATES, communes, scores

from analysis.method.peers import compare_peers


def test_my_hoi_dong_alone_is_an_outlier_and_lies_11_to_12_points_below_its_peers():
    odd = week()["peers"].query("outlier and indicator == 'NOT_ITEMISED'")
    assert odd["unit_code"].tolist() == ["30637"]
    assert -12 < odd["gap"].item() < -11


def peers(least_units, measurements=None, **totals):
    nothing = pd.DataFrame(columns=["unit_code", "indicator", "value", "numerator", "denominator", "published_points"])
    measured = nothing if measurements is None else nothing.merge(measurements, how="outer")
    groups = pd.DataFrame({"group": ["MDHL"]})
    return compare_peers(scores(**totals), measured, RATES, groups, communes(**totals), least_units, beyond=3.5)


def test_peers_are_compared_by_median_and_median_deviation():
    # values 1 2 3 4 100: median 3, deviations 2 1 0 1 97, their median 1; 100 deviates by 0.6745 × 97
    frame = peers(5, a=1.0, b=2.0, c=3.0, d=4.0, e=100.0)
    assert frame["median"].unique().tolist() == [3.0]
    assert frame.set_index("unit_code")["deviation"]["e"] == pytest.approx(0.6745 * 97)
    assert frame.query("outlier")["unit_code"].tolist() == ["e"]


@pytest.mark.parametrize("totals", [{"a": 1.0, "b": 9.0}, {"a": 1.0, "b": 1.0, "c": 1.0, "d": 1.0, "e": 9.0}])
def test_too_few_or_too_equal_units_have_no_outlier(totals):
    assert peers(3, **totals).empty


def test_rates_are_compared_from_their_counts_and_groups_by_their_points():
    measured = pd.DataFrame(
        [(code, "TT", np.nan, n, 10.0, np.nan) for code, n in zip("abc", (1.0, 2.0, 4.0), strict=True)]
        + [(code, "MDHL", np.nan, np.nan, np.nan, p) for code, p in zip("abc", (18.0, 12.0, 6.0), strict=True)],
        columns=["unit_code", "indicator", "value", "numerator", "denominator", "published_points"],
    )
    frame = peers(3, measured, a=1.0, b=2.0, c=3.0).set_index(["indicator", "unit_code"])
    assert frame.loc["TT", "value"].to_dict() == {"a": 10.0, "b": 20.0, "c": 40.0}
    assert frame.loc["MDHL", "gap"].to_dict() == {"a": 6.0, "b": 0.0, "c": -6.0}
