"""The one rule for moves: what differs from the peers by at least a point and by more than they differ themselves."""

import numpy as np
import pandas as pd
import pytest
from support.few_units import communes

from analysis.method.moves import MOVES, count_streaks, find_directions, find_moves

SETTINGS = {"least_points": 1.0, "sigmas": 3.5}
AREA = "893"


def changes(**moves: float) -> pd.DataFrame:
    return pd.DataFrame({"unit_code": list(moves), "change": list(moves.values())})


def parts(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["unit_code", "group", "indicator", "contribution"])


def course(**totals: list[float]) -> pd.DataFrame:
    rows = [
        (f"2023-11-{6 + 7 * week:02d}", unit, total, "2023-01-01")
        for unit, its in totals.items()
        for week, total in enumerate(its)
    ]
    return pd.DataFrame(rows, columns=["cutoff", "unit_code", "total", "since"])


def found(frame: pd.DataFrame, column: str = "marked") -> dict:
    assert list(frame.columns) == MOVES
    return frame.query("indicator == 'CHANGE'").set_index("unit_code")[column].to_dict()


def moves(reasons=None, rows=(), **totals):
    units = communes(**{code: 50.0 for code in totals if code != AREA})
    return find_moves(changes(**totals), parts(*rows), course(), units, reasons or {}, SETTINGS)


EVEN = {"a": 0.1, "b": 0.2, "c": 0.3, "d": 0.2, "e": 0.2, "f": 0.1, "g": 0.3}  # median 0.2, deviations 0.1: sigma 0.148


@pytest.mark.parametrize(
    ("odd", "marked"),
    [(-5.78, True), (1.2, True), (1.19, False), (-0.8, True), (-0.79, False), (0.2, False), (np.nan, False)],
)
def test_a_move_is_marked_from_one_point_beside_its_peers_on(odd, marked):
    assert found(moves(**EVEN, x=odd))["x"] == marked


def test_where_the_peers_differ_much_a_move_must_differ_by_more_than_they_do():
    wide = {"a": -2.0, "b": -1.0, "c": 0.0, "d": 1.0, "e": 2.0}  # with x: median 0.5, deviations 2.5 … 1.5 …
    frame = moves(**wide, x=4.0)
    assert not any(found(frame).values())
    assert found(frame, "median")["x"] == 0.5
    assert found(frame, "sigmas")["x"] == pytest.approx(3.5 / (1.4826 * 1.5))


@pytest.mark.parametrize(
    ("peers", "odd", "direction"),
    [
        (0.2, 5.0, 1),
        (0.2, -5.0, -1),
        (0.2, 0.3, 0),
        (3.0, 0.1, 0),  # rises far less than the others
        (3.0, 0.0, 0),
        (3.0, -0.1, -1),  # the only one that falls
        (-3.0, -0.1, 0),  # falls far less than the others
        (-3.0, 0.1, 1),
    ],
)
def test_only_a_move_that_exceeds_its_peers_is_a_marked_rise_or_fall(peers, odd, direction):
    frame = moves(**dict.fromkeys("abcde", peers), x=odd)
    assert found(frame)["x"] == (abs(odd - peers) >= 1)
    assert find_directions(frame).tolist() == [0, 0, 0, 0, 0, direction]


def test_where_everything_falls_alike_nothing_is_marked():
    frame = moves(a=-1.5, b=-1.5, c=-1.5, d=-1.5)
    assert not any(found(frame).values()) and frame["sigmas"].isna().all()


def test_where_the_peers_did_not_differ_a_whole_point_is_enough():
    assert found(moves(a=0.0, b=0.0, c=0.0, d=-1.0)) == {"a": False, "b": False, "c": False, "d": True}


@pytest.mark.parametrize(("move", "marked"), [(-1.0, True), (0.99, False), (np.nan, False)])
def test_fewer_than_three_units_have_no_median_and_are_marked_by_points_alone(move, marked):
    frame = moves(a=move, b=0.0)
    assert found(frame)["a"] == marked and frame["median"].isna().all()


def test_the_areas_row_has_no_peers_and_is_never_marked():
    frame = moves(**EVEN, **{AREA: -9.0})
    assert not found(frame)[AREA] and np.isnan(found(frame, "median")[AREA])


def test_a_fall_of_a_part_is_found_where_the_total_hides_it():
    rows = [(unit, "CKMB", "", 0.1) for unit in EVEN] + [(unit, "", "TT", 0.1) for unit in EVEN]
    rows += [("x", "CKMB", "", 3.52), ("x", "", "TT", -1.88)]
    frame = moves(rows=rows, **EVEN, x=0.3)
    marked = frame[frame["marked"]]
    assert list(zip(marked["unit_code"], marked["indicator"], strict=True)) == [("x", "CKMB"), ("x", "TT")]
    assert not found(frame)["x"]


def test_a_withheld_change_keeps_its_reason_and_is_not_marked():
    frame = moves({"a": "new_year", "b": ""}, a=np.nan, b=0.1)
    assert found(frame, "reason") == {"a": "new_year", "b": ""} and not any(found(frame).values())


@pytest.mark.parametrize(
    ("totals", "change", "streak"),
    [
        ([50, 51, 52, 53], 1.0, 3),
        ([50, 51, 52, 51.5], -0.5, -1),  # a fall after rises
        ([50, 51, 52, 52.2], -0.3, -1),  # the table carries 52.5 for the week before: what is told is a fall
        ([53, 52, 51, 50], -1.0, -3),
        ([50, 50, 50], 0.0, 0),
        ([50, 51, 50.5, 51], 0.5, 1),
        ([50], 0.4, 1),  # only the table knows the week before
    ],
)
def test_rises_and_falls_in_a_row_have_the_sign_of_the_change_that_is_told(totals, change, streak):
    assert count_streaks(course(a=totals), changes(a=change)) == {"a": streak}


def test_a_withheld_change_has_no_streak_and_another_series_lends_none():
    held = course(a=[50, 51, 52])
    assert count_streaks(held, changes(a=np.nan)) == {}
    held.loc[held["cutoff"] < "2023-11-20", "since"] = "2022-01-01"
    assert count_streaks(held, changes(a=1.0)) == {"a": 1}
