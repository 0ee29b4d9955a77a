"""Since when a weakness stands: the first cut-off of its unbroken run."""

import pandas as pd
import pytest
from support.few_units import BANDS

from analysis.method.standing import STANDING, find_standing, judge_bands, judge_limits, judge_peers

SINCE = {"a": "2023-01-01", "b": "2023-01-01"}
FIRST = "2022-06-23"
DAYS = ("2023-11-13", "2023-11-20", "2023-11-27", "2023-12-04")


def judged(stands: str, unit: str = "a") -> pd.DataFrame:
    """A cut-off for each letter: x stands, . does not, - is not known; the last one is 4 December."""
    rows = [
        (day, "flag", unit, "TT", letter == "x")
        for day, letter in zip(DAYS[-len(stands) :], stands, strict=True)
        if letter != "-"
    ]
    return pd.DataFrame(rows, columns=["cutoff", "finding", "unit_code", "indicator", "stands"])


@pytest.mark.parametrize(
    ("stands", "expected"),
    [
        ("x", [("2023-12-04", 1, True)]),  # the first week there is
        (".x", [("2023-12-04", 1, False)]),  # new
        ("xx", [("2023-11-27", 2, True)]),  # ever since there are figures
        (".xxx", [("2023-11-20", 3, False)]),
        ("xx.x", [("2023-12-04", 1, False)]),  # a week without it ends the run
        (".x-x", [("2023-11-20", 2, False)]),  # a week without the figure does not
        ("xxx.", []),
        ("xx-", []),  # not known now
    ],
)
def test_a_run_begins_after_the_last_cutoff_at_which_it_did_not_stand(stands, expected):
    frame = find_standing(judged(stands), "2023-12-04", SINCE)
    assert list(frame.columns) == STANDING
    assert [(each.since, each.weeks, each.is_open) for each in frame.itertuples()] == expected


def test_what_was_before_the_series_of_a_unit_began_does_not_count():
    frame = find_standing(judged("xxxx"), "2023-12-04", {"a": "2023-11-27"})
    assert frame[["since", "weeks", "is_open"]].values.tolist() == [["2023-11-27", 2, True]]


def test_later_cutoffs_and_other_units_do_not_count():
    rows = pd.concat([judged(".xx"), judged("x.x", "b")])
    frame = find_standing(rows, "2023-11-27", SINCE)
    assert frame["unit_code"].tolist() == ["a"]


def test_bands_are_judged_by_published_and_carried_totals():
    course = pd.DataFrame({"cutoff": DAYS[-2:], "unit_code": "a", "total": [49.9, 50.0]})
    assert judge_bands(course, BANDS, ["Yếu"], FIRST)["stands"].tolist() == [True, False]
    assert judge_bands(course.assign(total=float("nan")), BANDS, ["Yếu"], FIRST).empty


def test_totals_from_before_the_bands_had_their_limits_are_not_judged_by_them():
    course = pd.DataFrame({"cutoff": DAYS, "unit_code": "a", "total": 49.0})
    assert judge_bands(course, BANDS, ["Yếu"], DAYS[2])["cutoff"].tolist() == list(DAYS[2:])


def test_points_not_itemised_of_another_reading_are_another_figure_and_rates_are_not():
    rows = [(day, indicator, -6.0, True) for day in DAYS for indicator in ("TT", "NOT_ITEMISED")]
    peers = pd.DataFrame(rows, columns=["cutoff", "indicator", "gap", "outlier"]).assign(unit_code="a")
    found = find_standing(judge_peers(peers, DAYS[3], DAYS[2]), DAYS[3], SINCE)
    assert found.set_index("indicator")["weeks"].to_dict() == {"TT": 4, "NOT_ITEMISED": 2}


def test_a_figure_at_its_limit_is_not_below_it():
    figures = pd.DataFrame({"cutoff": DAYS[-1], "unit_code": ["a", "b"], "indicator": "TT", "value": [7.99, 8.0]})
    frame = judge_limits(figures, {"TT": 8}, "flag")
    assert frame["stands"].tolist() == [True, False] and set(frame["finding"]) == {"flag"}
    assert judge_limits(figures, {"DVCTT": 8}, "flag").empty


def test_a_figure_far_above_its_peers_was_not_as_long_far_below_them():
    rows = [(DAYS[0], 5.0, True), (DAYS[1], -5.0, True), (DAYS[2], -5.0, False), (DAYS[3], -6.0, True)]
    peers = pd.DataFrame(rows, columns=["cutoff", "gap", "outlier"]).assign(unit_code="a", indicator="TT")
    assert judge_peers(peers, DAYS[3], FIRST)["stands"].tolist() == [False, True, False, True]
