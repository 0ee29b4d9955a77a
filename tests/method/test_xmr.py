"""Which changes stand out from the usual ones."""

import numpy as np
import pandas as pd
import pytest
from support.few_units import course

from analysis.method.xmr import compute_limits, count_streak, detect_signals, find_broken_rules


def test_limits_are_the_mean_and_2_66_times_the_mean_moving_range():
    # 1 3 2 4: mean 2.5; moving ranges 2 1 2, mean 5/3; 3 × (5/3) / 1.128 = 4.4326
    centre, lower, upper = compute_limits(np.array([1.0, 3.0, 2.0, 4.0]))
    assert (centre, lower, upper) == pytest.approx((2.5, 2.5 - 4.4326, 2.5 + 4.4326), abs=1e-4)


def test_a_lost_item_does_not_widen_the_limits_that_the_next_one_is_held_against():
    quiet = np.array([0.2, 0.4, 0.3, 0.5, 0.2, 0.4, 0.3, 0.1, 0.4, 0.3, 0.2, 0.5])
    with_item = np.insert(quiet, 6, -5.8)
    assert compute_limits(with_item)[1:] == pytest.approx(compute_limits(quiet)[1:], abs=0.15)


@pytest.mark.parametrize("values", [[], [0.3], [0.3, 0.3, 0.3]])
def test_what_never_moved_has_no_limits(values):
    assert np.isnan(compute_limits(np.array(values))).all()


@pytest.mark.parametrize(
    ("values", "rule"),  # of a chart with centre 0 and upper limit 3
    [
        ([0, 3.01], "beyond"),
        ([0, -3.01], "beyond"),
        ([0, 3.0], ""),  # on the limit is not beyond it
        ([1] * 8, "shift"),
        ([1] * 7, ""),
        ([1] * 7 + [0], ""),  # on the centre is on neither side
        ([-1] * 8, "shift"),
        ([2.1, 0, 2.1], "near"),
        ([2.1, 2.1], ""),  # two of two
        ([2.1, 0, -2.1], ""),  # on different sides
        ([2.1, 2.1, 0], ""),  # the newest is not one of them
        ([-2, -1, 0, 1, 1.5, 1.9], "trend"),
        ([-1, 0, 1, 1.5, 1.9], ""),
        ([1.9, 1.5, 1, 0, -1, -2], "trend"),
        ([-2, -1, 0, 0, 1.5, 1.9], ""),  # two alike break it
    ],
)
def test_a_rule_is_broken_by_the_value_that_completes_it(values, rule):
    assert find_broken_rules(np.array(values, dtype=float), 0.0, 3.0)[-1] == rule


@pytest.mark.parametrize(
    ("moved", "streak"),
    [([], 0), ([0.1], 1), ([-0.1, -0.2], -2), ([0.5, -0.1, -0.2], -2), ([0.1, 0.0], 0), ([-0.1, 0.0, -0.2], -1)],
)
def test_a_streak_is_how_often_in_a_row_it_went_the_same_way(moved, streak):
    assert count_streak(np.array(moved)) == streak


def weeks(*totals, start="2023-01-02", code="a"):
    days = pd.date_range(start, periods=len(totals), freq="7D").strftime("%Y-%m-%d")
    return course(*[(day, code, total, "") for day, total in zip(days, totals, strict=True)])


def signal(frame, least=3):
    return detect_signals(frame, frame["cutoff"].max(), least).iloc[0]


def test_a_change_beyond_the_limits_of_the_earlier_ones_is_a_signal():
    told = signal(weeks(50.0, 50.2, 50.6, 50.9, 51.4, 45.6))
    assert told[["changes", "missing", "value", "rule", "streak"]].tolist() == [4, 0, -5.8, "beyond", -1]


def test_with_too_few_changes_there_are_no_limits_and_it_says_how_many_are_missing():
    told = signal(weeks(50.0, 50.2, 44.0), least=15)
    assert told[["changes", "missing", "rule"]].tolist() == [1, 14, ""]
    assert told[["centre", "lower", "upper"]].isna().all()


def test_a_series_that_begins_now_has_no_change():
    told = signal(weeks(50.0))
    assert told[["changes", "missing", "streak"]].tolist() == [0, 3, 0]
    assert np.isnan(told["value"])


def test_another_series_lends_no_points_to_this_one():
    told = signal(weeks(90.0, 91.0, 90.5, 91.2, 20.0, 20.4, 20.3, start="2023-12-04"))  # the fifth is 1 January 2024
    assert told[["since", "changes", "value", "rule"]].tolist() == ["2024-01-01", 1, -0.1, ""]


def test_a_change_over_two_weeks_is_held_against_changes_over_one_as_half_of_it():
    frame = weeks(50.0, 50.2, 50.6, 51.0)
    late = course(("2023-02-06", "a", 51.6, ""))  # the week of 30 January is missing
    assert signal(pd.concat([frame, late]))["value"] == pytest.approx(0.3)
