"""What can still be reached by a day, and what that takes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.district import CONTROL, week

from analysis.method import possible

NATURES = {"DVCTT": "flow", "TT": "flow", "SH": "flow", "CKMB": "stock", "OTHER": ""}


def measured(*rows):
    """unit_code, indicator, value and perhaps numerator, denominator."""
    filled = [(*row, np.nan, np.nan)[:5] for row in rows]
    return pd.DataFrame(filled, columns=["unit_code", "indicator", "value", "numerator", "denominator"])


def of(value, target=50.0, cutoff="2023-12-04", by="2023-12-31", indicator="DVCTT", **more):
    frame = possible.assess_targets(measured(("a", indicator, value)), {indicator: target}, NATURES, cutoff, by, **more)
    (row,) = frame.to_dict("records")
    return row


def test_the_real_week_cannot_reach_its_targets_and_says_how_far_it_can_come():
    """Report 3668: the district's 7.7 % can become 14.5 % at most by 31 December, its 12.17 % 18.7 %: day 338 of 365."""
    targets = {"DVCTT": 50, "TT": 30, "SH": 80}
    frame = possible.assess_targets(week()["measurements"], targets, NATURES, "2023-12-04", "2023-12-31")
    assert len(frame) == 19 * 3
    its = {(row.unit_code, row.indicator): row for row in frame.itertuples()}
    most = {name: round(its[CONTROL, name].most, 1) for name in ("DVCTT", "TT")}
    assert most == {"DVCTT": 14.5, "TT": 18.7}
    assert {its[CONTROL, name].state for name in targets} == {"impossible"}
    cho_moi, kien_an = its["30628", "TT"], its["30634", "TT"]
    assert (round(cho_moi.needed, 1), cho_moi.state) == (52.7, "possible")
    assert round(kien_an.most, 1) == 14.4
    assert frame["state"].value_counts().to_dict() == {"impossible": 55, "possible": 2}  # Nhơn Mỹ's payment


def test_a_flow_by_hand():
    """100 days of a year of 365 at 20 %, target 40 %: (40 × 365 − 20 × 100) / 265 = 47.55; most (2000 + 26500) / 365."""
    assert of(20.0, 40.0, "2023-04-10") == {
        "unit_code": "a",
        "indicator": "DVCTT",
        "value": 20.0,
        "target": 40.0,
        "by": "2023-12-31",
        "needed": pytest.approx(12600 / 265),
        "most": pytest.approx(28500 / 365),
        "state": "possible",
    }


def test_counts_are_not_rounded():
    rows = measured(("a", "DVCTT", 33.3, 1, 3))
    assert possible.assess_targets(rows, {"DVCTT": 50}, NATURES, "2023-12-04", "2023-12-31")["value"][0] == 100 / 3


def test_a_stock_is_there_as_soon_as_it_is_mended_and_what_is_neither_is_taken_for_one():
    for name in ("CKMB", "OTHER"):
        row = of(19.3, 50.0, "2023-12-30", indicator=name)
        assert (row["needed"], row["most"], row["state"]) == (50.0, 100.0, "possible")


@pytest.mark.parametrize("indicator", ["DVCTT", "CKMB"])
def test_what_is_reached_is_reached_and_a_flow_may_then_need_little_or_nothing(indicator):
    assert of(50.0, 50.0, indicator=indicator)["state"] == "reached"
    assert of(49.99, 50.0, indicator=indicator)["state"] == "possible"
    assert of(60.0, 50.0)["needed"] == 0.0
    assert of(51.0, 50.0, "2023-04-10")["needed"] == pytest.approx((50 * 365 - 51 * 100) / 265)


def test_on_the_day_itself_nothing_more_comes():
    row = of(49.0, 50.0, "2023-12-31")
    assert np.isnan(row["needed"]) and (row["most"], row["state"]) == (49.0, "impossible")
    assert of(50.0, 50.0, "2023-12-31")["state"] == "reached"
    assert of(49.0, 50.0, "2023-12-31", indicator="CKMB")["state"] == "possible"


def test_after_the_day_there_is_nothing_to_say():
    frame = possible.assess_targets(measured(("a", "DVCTT", 20.0)), {"DVCTT": 50}, NATURES, "2023-12-04", "2023-12-03")
    assert frame.empty and list(frame.columns) == possible.POSSIBLE


@pytest.mark.parametrize("rate", [0.0, 100.0])
def test_none_and_all(rate):
    row = of(rate, 50.0, "2023-04-10")
    assert row["most"] == pytest.approx((rate * 100 + 26500) / 365)
    assert row["needed"] == pytest.approx(max(0, (18250 - rate * 100) / 265))


def test_a_unit_without_cases_needs_the_target_itself_and_one_without_a_figure_has_no_row():
    rows = measured(("a", "DVCTT", np.nan, 0, 0), ("b", "DVCTT", np.nan), ("c", "TD", 3.0))
    (row,) = possible.assess_targets(rows, {"DVCTT": 50}, NATURES, "2023-12-04", "2023-12-31").to_dict("records")
    assert (row["unit_code"], row["needed"], row["most"], row["state"]) == ("a", 50.0, 100.0, "possible")
    assert np.isnan(row["value"])


@pytest.mark.parametrize(
    ("accumulates", "cutoff", "gone", "whole"),
    [
        ("year", "2023-12-04", 338, 365),
        ("year", "2024-12-04", 339, 366),  # a leap year
        ("year", "2023-01-01", 1, 365),
        ("quarter", "2023-12-04", 65, 92),
        ("quarter", "2023-09-30", 0, 92),  # a quarter that does not enter the figure of 31 December
        ("month", "2023-12-04", 4, 31),
        ("month", "2023-11-27", 0, 31),
        ("none", "2023-12-04", 0, 1),
        ("none", "2023-12-31", 1, 1),
    ],
)
def test_the_days_are_those_of_the_period_that_the_day_lies_in(accumulates, cutoff, gone, whole):
    by = f"{cutoff[:4]}-12-31"
    row = of(20.0, 40.0, cutoff, by, accumulates={"a": accumulates})
    assert row["most"] == pytest.approx((20 * gone + 100 * (whole - gone)) / whole)
    if gone < whole:
        assert row["needed"] == pytest.approx((40 * whole - 20 * gone) / (whole - gone))


def test_the_day_may_lie_within_the_year():
    assert of(20.0, 40.0, "2023-04-10", "2023-06-30")["most"] == pytest.approx((2000 + 8100) / 181)


def test_a_unit_that_came_into_being_within_the_year_has_only_days_since_then():
    """Counted since 1 July more can be reached than since 1 January: nothing is called impossible for want of knowledge."""
    row = of(20.0, 50.0, "2025-12-01", "2025-12-31", since={"a": "2025-07-01", "b": "2025-11-01"})
    assert row["most"] == pytest.approx((20 * 154 + 3000) / 184)
    for since in ("2025-01-01", "2024-07-01", "2025-12-15"):  # the last is not yet in force
        same = of(20.0, 50.0, "2025-12-01", "2025-12-31", since={"a": since})
        assert same == of(20.0, 50.0, "2025-12-01", "2025-12-31")


@given(
    rate=st.floats(0, 100),
    target=st.floats(0.1, 100),
    day=st.integers(0, 363),
    more=st.floats(0, 50),
)
def test_what_is_needed_brings_the_target_exactly_and_grows_with_it(rate, target, day, more):
    cutoff = str(np.datetime64("2023-01-01") + day)
    row, higher = of(rate, target, cutoff), of(rate, min(100, target + more), cutoff)
    gone = day + 1
    if row["needed"] > 0:
        assert (rate * gone + row["needed"] * (365 - gone)) / 365 == pytest.approx(target)
    assert row["most"] == higher["most"] >= rate - 1e-9
    assert higher["needed"] >= row["needed"] - 1e-9
    if abs(row["needed"] - 100) > 1e-6 and abs(rate - target) > 1e-6:
        expected = "reached" if rate > target else "possible" if row["needed"] < 100 else "impossible"
        assert row["state"] == expected
