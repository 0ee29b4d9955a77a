"""Points by the rules in force, and what the printed columns do not explain of a published total."""

import csv

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.district import CONTROL, GOLDEN, in_force, week
from support.few_units import measured

from analysis.method import score

INDICATORS = pd.DataFrame(
    {
        "indicator": ["A", "B", "C", "N"],
        "group": ["G", "H", "H", "H"],
        "max_points": [18.0, 6.0, 6.0, np.nan],
        "rule": ["linear", "capped", "linear", "none"],
        "full_at_pct": [np.nan, 50.0, np.nan, np.nan],
        "if_no_cases": ["null", "zero", "full", "null"],
    }
)
GROUPS = pd.DataFrame({"group": ["G", "H"], "max_points": [18.0, 20.0]})
BANDS = pd.DataFrame({"band": ["Tốt", "Khá", "Yếu"], "from_points": [80.0, 50.0, 0.0]})


def communes(*codes):
    return pd.DataFrame({"unit_code": codes, "kind": "commune"})


def pointed(*cells):
    points = score.points(measured(*cells), INDICATORS, GROUPS)
    return points.set_index(["unit_code", "group", "indicator"])


RULES = [
    ("linear at nothing", "A", 0.0, 0.0),
    ("linear in between", "A", 19.3, 3.474),
    ("linear at everything", "A", 100.0, 18.0),
    ("capped below its limit", "B", 5.4, 0.648),
    ("capped just below", "B", 49.9, 5.988),
    ("capped at its limit", "B", 50.0, 6.0),
    ("capped above it", "B", 80.0, 6.0),
]


@pytest.mark.parametrize(("indicator", "rate", "points"), [case[1:] for case in RULES], ids=[case[0] for case in RULES])
def test_points_follow_the_rule_of_the_indicator(indicator, rate, points):
    row = pointed(("u", indicator, rate)).query("indicator == @indicator").iloc[0]
    assert (row["points"], row["status"]) == (pytest.approx(points, abs=1e-12), "computed")


def test_a_rate_is_computed_from_its_counts_and_not_from_the_rounded_ratio():
    row = pointed(("u", "A", 2.13, 1, 47)).loc[("u", "G", "A")]
    assert row["points"] == pytest.approx(18 / 47)


@pytest.mark.parametrize(
    ("indicator", "points", "status"), [("A", np.nan, "not assessed"), ("B", 0.0, "computed"), ("C", 6.0, "computed")]
)
def test_without_cases_the_indicators_own_rule_decides(indicator, points, status):
    row = pointed(("u", indicator, np.nan, 0, 0)).query("indicator == @indicator").iloc[0]
    assert row["status"] == status
    assert row["points"] == pytest.approx(points, nan_ok=True)


def test_a_missing_figure_has_no_points_rather_than_zero():
    points = pointed(("u", "A", np.nan), ("u", "B", 10.0))
    assert points.loc[("u", "G", "A"), "status"] == "missing"
    assert points.loc[("u", "G", ""), ["points", "status"]].isna().tolist() == [True, False]


def test_a_group_has_points_of_its_own_only_where_all_of_it_is_printed():
    points = pointed(("u", "A", 50.0), ("u", "B", 50.0), ("u", "C", 50.0))
    assert points.loc[("u", "G", ""), "points"] == 9.0
    assert points.loc[("u", "H", ""), ["max_points", "status"]].tolist() == [20.0, "missing"]  # B and C print 12 of 20


def test_an_indicator_for_information_only_has_no_row():
    assert "N" not in pointed(("u", "A", 1.0), ("u", "N", 5.0)).index.get_level_values("indicator")


def test_the_real_table_gives_the_points_worked_by_hand():
    points = week()["points"].set_index(["unit_code", "indicator"])["points"]
    scores = week()["scores"].set_index("unit_code")
    with (GOLDEN / "workings.csv").open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            for indicator in ("CKMB", "TD", "DVCTT", "TT", "SH"):
                assert points[row["unit_code"], indicator] == pytest.approx(float(row[indicator]), abs=1e-9)
            for name in ("computed_total", "total", "not_itemised"):
                assert scores.at[row["unit_code"], name] == pytest.approx(float(row[name]), abs=1e-9)


def test_the_real_ranks_are_the_printed_ones_and_the_control_row_has_none():
    with (GOLDEN / "cho-moi-2023-12-04.csv").open(encoding="utf-8") as rows:
        control, *printed = [row["unit_code"] for row in csv.DictReader(rows)]  # the table prints its units by rank
    ranks = week()["scores"].set_index("unit_code")["rank"]
    assert np.isnan(ranks.pop(control))
    assert ranks.to_dict() == {code: rank for rank, code in enumerate(printed, 1)}


def test_a_missing_column_leaves_the_unexplained_remainder_unknown():
    frame = measured(("u", "TOTAL", 60.0), ("u", "A", np.nan), ("u", "B", 50.0))
    points = score.points(frame, INDICATORS, GROUPS)
    scores = score.scores(frame, points, BANDS, communes("u"))
    assert scores[["total", "computed_total", "not_itemised"]].isna().to_numpy().tolist() == [[False, True, True]]


@pytest.mark.parametrize(
    ("total", "band"),
    [(100, "Tốt"), (80, "Tốt"), (79.99, "Khá"), (50, "Khá"), (49.99, "Yếu"), (0, "Yếu"), (np.nan, "")],
)
def test_a_total_at_a_limit_is_in_the_higher_band(total, band):
    assert score.band(pd.Series([total]), BANDS).tolist() == [band]


def ranked(totals, units):
    frame = measured(*[(code, "TOTAL", total) for code, total in totals.items()])
    scores = score.scores(frame, score.points(frame, INDICATORS, GROUPS), BANDS, units)
    return scores.set_index("unit_code")["rank"].to_dict()


def test_equal_totals_share_the_better_rank_and_the_next_is_skipped():
    totals = {"a": 50.0, "b": 60.0, "c": 50.0, "d": 40.0}
    assert ranked(totals, communes(*totals)) == {"a": 2, "b": 1, "c": 2, "d": 4}


def test_communes_and_departments_are_ranked_among_themselves_and_the_control_row_not_at_all():
    units = pd.concat([communes("a", "b"), communes("s").assign(kind="department")])
    ranks = ranked({"area": 55.0, "a": 50.0, "s": 40.0, "b": 60.0}, units)
    assert ranks == {"area": pytest.approx(np.nan, nan_ok=True), "a": 2, "s": 1, "b": 1}


def test_a_table_without_totals_has_a_row_for_each_unit_without_total_band_and_rank():
    frame = measured(("u", "A", 50.0), ("v", "A", 60.0))
    scores = score.scores(frame, score.points(frame, INDICATORS, GROUPS), BANDS, communes("u", "v"))
    assert scores["unit_code"].tolist() == ["u", "v"] and scores["band"].tolist() == ["", ""]
    assert scores[["total", "not_itemised", "rank"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("about", "g", "h", "total", "band"),
    [
        ("both printed", 17.5, 40.25, 57.75, "Khá"),
        ("rounded as published totals are", 9.996, 39.999, 50.0, "Khá"),
        ("a group is missing", 17.5, np.nan, np.nan, ""),
        ("nothing is printed", np.nan, np.nan, np.nan, ""),
    ],
)
def test_a_computed_total_is_the_sum_of_the_printed_groups(about, g, h, total, band):
    frame = measured(("u", "A", np.nan), ("u", "G", np.nan), ("u", "H", np.nan))
    frame["published_points"] = [np.nan, g, h]
    points = score.points(frame, INDICATORS, GROUPS)
    (row,) = score.scores(frame, points, BANDS, communes("u"), score.COMPUTED).itertuples()
    assert (row.band, row.rank) == (band, 1.0) if band else (row.band == "" and np.isnan(row.rank))
    assert row.total == pytest.approx(total, nan_ok=True)
    assert score.reconciliation(points, score.scores(frame, points, BANDS, communes("u")), total=score.COMPUTED).empty


def test_a_group_that_is_not_printed_enters_a_computed_total_as_computed_by_the_rules():
    frame = measured(("u", "A", 50.0), ("u", "H", np.nan))
    frame["published_points"] = [np.nan, 12.5]
    points = score.points(frame, INDICATORS, GROUPS)
    assert score.scores(frame, points, BANDS, communes("u"), score.COMPUTED)["total"].tolist() == [
        21.5
    ]  # 18 × 50 % + 12.5


@pytest.mark.parametrize(("value", "expected"), [(2.675, 2.68), (0.005, 0.01), (-5.78, -5.78), (1.005, 1.01)])
def test_figures_are_rounded_half_up_as_they_are_published(value, expected):
    assert score.rounded(value) == expected


@given(st.floats(0, 100), st.floats(0, 100), st.sampled_from(["A", "B", "C"]))
def test_a_better_rate_never_scores_lower_and_points_stay_within_bounds(one, other, indicator):
    low, high = sorted((one, other))
    points = pointed(("low", indicator, low), ("high", indicator, high)).xs(indicator, level="indicator")["points"]
    assert 0 <= points["low"].item() <= points["high"].item() <= {"A": 18, "B": 6, "C": 6}[indicator] + 1e-9


def test_the_order_of_rows_is_irrelevant():
    held, frame = in_force(), week()["measurements"]
    shuffled = frame.sample(frac=1, random_state=766)
    keys = ["unit_code", "group", "indicator"]
    once = score.points(frame, held.indicators, held.groups).set_index(keys).sort_index()
    again = score.points(shuffled, held.indicators, held.groups).set_index(keys).sort_index()
    pd.testing.assert_frame_equal(once, again)


def test_published_totals_are_never_overwritten():
    totals = week()["measurements"].query("indicator == 'TOTAL'").set_index("unit_code")["value"]
    assert week()["scores"].set_index("unit_code")["total"].to_dict() == totals.to_dict()
    assert CONTROL in totals
