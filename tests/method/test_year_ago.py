"""The same week a year ago: which one it is, and when its totals are compared."""

import math

import pandas as pd
import pytest

from analysis.method.year_ago import compare_year_ago, find_cutoff

NEAREST = [
    ("2023-12-04", ["2022-11-28", "2022-12-05", "2022-12-12"], "2022-12-05"),  # the Monday one day later
    ("2023-12-04", ["2022-12-01", "2022-12-07"], "2022-12-01"),  # three days each: the earlier one
    ("2023-12-04", ["2022-12-02", "2022-12-05"], "2022-12-05"),  # the nearer one
    ("2023-12-04", ["2022-11-30", "2022-12-08"], ""),  # four days
    ("2023-12-04", ["2021-12-06", "2023-12-04"], ""),  # two years, the same day
    ("2024-02-29", ["2023-02-25", "2023-03-04"], "2023-02-25"),  # of 28 February three days
    ("2024-02-29", ["2023-02-24", "2023-03-04"], ""),
    ("2024-01-01", ["2022-12-30", "2023-01-04"], "2022-12-30"),  # over the year's end: two days against three
    ("2023-12-04", [], ""),
]


@pytest.mark.parametrize(("cutoff", "published", "expected"), NEAREST)
def test_the_week_nearest_to_the_same_day_within_three_days_is_the_one(cutoff, published, expected):
    assert find_cutoff(cutoff, published) == expected


NOW = pd.DataFrame({"unit_code": ["893", "1", "2", "3"], "total": [57.45, 60.1, math.nan, 40.0]})
COLUMNS = ["cutoff", "unit_code", "total", "carried_by"]
PAST = pd.DataFrame(
    [
        ("2022-12-05", "893", 55.1, ""),
        ("2022-12-05", "1", 61.3, ""),
        ("2022-12-05", "2", 50.0, ""),
        ("2022-12-04", "893", 10.0, "2022-12-05"),  # a total that a table carries is no published week
    ],
    columns=COLUMNS,
)


def compared(begun=None, changed=(), past=PAST):
    found = compare_year_ago(NOW, past, "2023-12-04", begun or {}, changed).set_index("unit_code")
    return {code: (row["reason"], None if pd.isna(row["change"]) else row["change"]) for code, row in found.iterrows()}


def test_totals_are_compared_where_both_are_there_and_the_reason_is_kept_where_not():
    expected = {"893": ("", 2.35), "1": ("", -1.2), "2": ("no_total", None), "3": ("no_previous", None)}
    assert compared() == expected
    found = compare_year_ago(NOW, PAST, "2023-12-04", {}, ())
    assert set(found["year_ago_cutoff"]) == {"2022-12-05"} and found["year_ago_total"].tolist()[:3] == [55.1, 61.3, 50]


@pytest.mark.parametrize(
    ("day", "is_between"), [("2022-12-05", False), ("2022-12-06", True), ("2023-12-04", True), ("2023-12-05", False)]
)
def test_other_rules_in_between_forbid_the_comparison_of_all(day, is_between):
    reasons = {reason for reason, _ in compared(changed=["2010-01-01", day, ""]).values()}
    assert ("new_rules" in reasons) == is_between and ("" in reasons) != is_between


def test_another_unit_under_the_same_code_is_not_compared():
    assert compared(begun={"1": "2022-12-06"})["1"] == ("new_unit", None)
    assert compared(begun={"1": "2022-12-05"})["1"] == ("", -1.2)


def test_without_such_a_week_there_are_no_rows():
    assert compared(past=PAST.iloc[:0]) == compared(past=PAST[PAST["carried_by"] != ""]) == {}
