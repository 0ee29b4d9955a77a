"""Whole blocks of points: what a move or a gap of that size is taken for, and what each unit could win back."""

import numpy as np
import pandas as pd
import pytest
from support.district import in_force, week

from analysis.method.steps import STEPS, count_blocks, find_losses, find_steps

STEP = in_force().settings["step"]  # 6 points; within 0.5, of the group itself 1.0, of a level 1.0


def changes(**moves: float) -> pd.DataFrame:
    return pd.DataFrame({"unit_code": list(moves), "change": list(moves.values())})


def parts(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["unit_code", "group", "indicator", "contribution"])


def peers(*rows: tuple[str, str, float, bool]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["unit_code", "indicator", "gap", "outlier"])
    return frame.astype({"gap": float, "outlier": bool})


def found(frame: pd.DataFrame) -> list[tuple]:
    assert list(frame.columns) == STEPS
    return [(each.unit_code, each.indicator, each.against, each.points, each.blocks) for each in frame.itertuples()]


def test_mỹ_hội_đông_probably_lost_about_6_points_this_week_and_lacks_about_12_beside_its_peers():
    its = week()["steps"].query("unit_code == '30646' or unit_code == '30637'").round(2)
    assert found(its) == [
        ("30637", "CHANGE", "before", -5.78, -6.0),
        ("30637", "NOT_ITEMISED", "peers", -11.26, -12.0),
    ]
    assert len(week()["steps"]) == 2


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], ("CHANGE", -5.9)),  # only the total is known
        ([("a", "", "NOT_ITEMISED", -6.1)], ("NOT_ITEMISED", -6.1)),
        ([("a", "", "NOT_ITEMISED", -0.1), ("a", "MDHL", "", -6.4)], ("MDHL", -6.4)),  # within 1.0 of the group
    ],
)
def test_the_smallest_known_part_that_contains_satisfaction_is_looked_at(rows, expected):
    ((_, of, against, points, blocks),) = found(find_steps(changes(a=-5.9), parts(*rows), peers(), STEP, False))
    assert (of, points, against, blocks) == (*expected, "before", -6.0)


@pytest.mark.parametrize("move", [-5.4, -3.0, 0.0, 2.0, np.nan])
def test_a_move_that_is_near_no_whole_block_is_no_step(move):
    assert find_steps(changes(a=move), parts(), peers(), STEP, False).empty


def test_a_gap_below_the_peers_is_a_step_and_one_above_them_is_none():
    rows = peers(
        ("a", "NOT_ITEMISED", -11.2, True), ("b", "NOT_ITEMISED", 11.9, True), ("c", "NOT_ITEMISED", -6, False)
    )
    steps = find_steps(changes(a=0.1, b=0.1, c=0.1), parts(), rows, STEP, False)
    assert found(steps) == [("a", "NOT_ITEMISED", "peers", -11.2, -12.0)]


def test_where_the_group_itself_is_printed_nothing_is_inferred_from_its_level_or_from_other_moves():
    rows = peers(("a", "NOT_ITEMISED", -12.0, True))
    assert find_steps(changes(a=0.1), parts(), rows, STEP, is_printed=True).empty
    for known in (parts(), parts(("a", "", "NOT_ITEMISED", -5.9))):  # the group's points are not known at both cut-offs
        assert find_steps(changes(a=-5.9), known, peers(), STEP, is_printed=True).empty
    moved = find_steps(changes(a=-12.2), parts(("a", "MDHL", "", -11.2)), rows, STEP, is_printed=True)
    assert found(moved) == [("a", "MDHL", "before", -11.2, -12.0)]


@pytest.mark.parametrize(
    ("difference", "tolerance", "expected"),
    [(-5.78, 0.5, -1), (-5.49, 0.5, 0), (-5.5, 0.5, -1), (12.4, 0.5, 2), (0.3, 0.5, 0), (np.nan, 0.5, 0)],
)
def test_a_difference_is_so_many_blocks_or_none(difference, tolerance, expected):
    assert count_blocks(difference, 6, tolerance) == expected


def test_what_could_be_won_back_is_what_the_peers_have_more_else_what_was_lost_now():
    rows = [
        ("a", "CHANGE", "before", -5.8, -6.0),
        ("a", "NOT_ITEMISED", "peers", -11.3, -12.0),
        ("b", "CHANGE", "before", -6.0, -6.0),
        ("c", "CHANGE", "before", 6.0, 6.0),
    ]
    losses = find_losses(pd.DataFrame(rows, columns=STEPS), "MDHL")
    assert losses.sort_values("unit_code").values.tolist() == [["a", "MDHL", 12.0], ["b", "MDHL", 6.0]]
