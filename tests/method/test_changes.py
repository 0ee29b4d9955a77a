"""What moved since the cut-off before, against what, and by which parts."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.few_units import communes, course, previous, scores

from analysis.method import score
from analysis.method.changes import (
    CONTRIBUTIONS,
    compare_carried_totals,
    compare_figures,
    compute_changes,
    compute_contributions,
    find_previous_ranks,
    find_previous_totals,
    find_reasons,
    find_satisfaction_moves,
    keep_comparable,
    select_course,
)

NO_PARTS = pd.DataFrame(columns=CONTRIBUTIONS)


def changes(now, before, cutoff="2023-11-27", contributions=NO_PARTS):
    """Without a published week: the totals before are those that the table carries."""
    ranks = find_previous_ranks(previous(**before), cutoff, communes(**now), course())
    return compute_changes(scores(**now), previous(**before), cutoff, ranks, contributions)


def test_a_change_is_the_total_less_the_previous_total_the_table_carries():
    frame = changes({"a": 50.0, "b": 60.0}, {"a": 56.0, "b": 55.0})
    assert frame.set_index("unit_code")[["change", "rank", "previous_rank", "rank_move"]].to_dict("index") == {
        "a": {"change": -6.0, "rank": 2.0, "previous_rank": 1.0, "rank_move": -1.0},
        "b": {"change": 5.0, "rank": 1.0, "previous_rank": 2.0, "rank_move": 1.0},
    }


def test_a_unit_without_a_previous_total_has_no_change_rather_than_zero():
    frame = changes({"a": 50.0, "b": 60.0}, {"a": 56.0}, "")
    assert frame.set_index("unit_code")["change"].isna().to_dict() == {"a": False, "b": True}


RANKED = ["c", "a", "b"]  # by total, the highest first


@pytest.mark.parametrize(
    "published", [True, False], ids=["the week before is published", "the table carries its totals"]
)
@pytest.mark.parametrize("broken", ["", *RANKED])
def test_a_previous_place_is_that_of_its_own_week_also_where_another_units_series_breaks(published, broken):
    before, now = {"a": 60.0, "b": 50.0, "c": 70.0}, {"a": 61.0, "b": 51.0, "c": 71.0}
    rows = course(*[("2023-11-27", *each, "") for each in before.items()], rank=[2.0, 3.0, 1.0])
    ranks = find_previous_ranks(previous(**before), "2023-11-27", communes(**now), rows if published else rows.iloc[:0])
    compared = previous(**{code: total for code, total in before.items() if code != broken})
    moved = compute_changes(scores(**now), compared, "2023-11-27", ranks, NO_PARTS).set_index("unit_code")
    told = moved["previous_rank"].reindex(RANKED)
    assert told[told.index != broken].to_dict() == {c: n for n, c in enumerate(RANKED, 1) if c != broken}
    assert moved["rank_move"].drop(broken, errors="ignore").eq(0).all()
    assert moved["previous_rank"].isna().to_dict() == {code: code == broken for code in now}  # another unit's place


@pytest.mark.parametrize(
    ("published", "place"),
    [
        ([("a", 2.0)], {"a": 2.0}),  # the other unit of that week is gone; the place stays
        ([("a", 1.0), ("b", 2.0)], {"a": 1.0, "b": 2.0}),  # the table carries other totals than were published
        ([("b", 1.0)], {"b": 1.0}),  # a was in no table of that week
        ([], {"a": 2.0, "b": 1.0}),  # not published: as the totals of the table say
    ],
)
def test_a_published_week_says_the_places_itself(published, place):
    rows = course(*[("2023-11-27", code, 50.0, "") for code, _ in published], rank=[rank for _, rank in published])
    others = course(("2023-11-20", "a", 50.0, ""), ("2023-11-27", "a", 50.0, "2023-12-04"), rank=[9.0, np.nan])
    past = pd.concat([rows, others])
    ranks = find_previous_ranks(previous(a=50.0, b=60.0), "2023-11-27", communes(a=1, b=1), past)
    assert ranks.to_dict() == place


def test_previous_places_are_counted_by_kind_and_equal_totals_share_the_better_one():
    kinds = communes(a=1, b=1, c=1, d=1).assign(kind=["commune", "commune", "commune", "department"])
    totals = previous(area=90.0, a=50.0, b=60.0, c=60.0, d=10.0, gone=99.0)
    ranks = find_previous_ranks(totals, "2023-11-27", kinds, course()).dropna()
    assert ranks.to_dict() == {"a": 3.0, "b": 1.0, "c": 1.0, "d": 1.0}  # the area's own row has no place


def source(cutoff="2023-12-04", previous=""):
    return pd.DataFrame({"cutoff": [cutoff], "previous_cutoff": [previous]})


def figures(indicator="PREVIOUS_TOTAL", **values):
    return pd.DataFrame({"unit_code": list(values), "indicator": indicator, "value": list(values.values())})


def test_the_previous_totals_are_those_the_table_itself_carries():
    published = course(("2023-11-27", "a", 2.0, ""))
    cutoff, totals = find_previous_totals(figures(a=56.0, b=np.nan), source(previous="2023-11-27"), published)
    assert (cutoff, totals.to_dict()) == ("2023-11-27", {"a": 56.0})


@pytest.mark.parametrize("none", [figures("TOTAL", a=50.0), figures(a=np.nan)], ids=["no column", "an empty column"])
def test_a_table_that_carries_none_is_compared_with_the_newest_published_week(none):
    past = course(("2023-11-20", "a", 1.0, ""), ("2023-11-27", "a", 2.0, ""), ("2023-11-30", "a", 9.0, "2023-12-04"))
    day, totals = find_previous_totals(none, source(previous="2023-11-27"), past)
    assert (day, totals.to_dict()) == ("2023-11-27", {"a": 2.0})
    day, totals = find_previous_totals(none, source(), past.iloc[:0])
    assert (day, totals.empty) == ("", True)


@pytest.mark.parametrize(
    ("published", "day"),
    [
        ([], "2023-12-25"),  # nothing is published: the week before, as the header says
        ([("2023-12-25", 56.0)], "2023-12-25"),
        ([("2023-12-18", 56.0)], "2023-12-18"),  # the office left a week out: its totals are those of that week
        ([("2023-12-25", 55.9)], "2023-12-25"),  # other totals, but that is the week before
        ([("2023-12-28", 55.9)], "2023-12-28"),
        ([("2023-12-18", 55.9)], "2023-12-25"),  # other totals, and not the week before
        ([("2023-12-25", 56.0), ("2023-12-28", 55.9)], "2023-12-25"),  # the week before, and a day between
        ([("2023-12-11", 56.0), ("2023-12-18", 56.0)], "2023-12-18"),  # nothing moved: the newest
        ([("2023-12-25", np.nan)], "2023-12-25"),
    ],
)
def test_without_a_date_the_previous_totals_are_of_the_week_they_are_the_totals_of_else_of_the_week_before(
    published, day
):
    past = course(*[(when, "a", total, "") for when, total in published])
    found, totals = find_previous_totals(figures(a=56.0), source("2024-01-01"), past)
    assert (found, totals.to_dict()) == (day, {"a": 56.0})


def test_a_week_is_recognised_by_most_of_its_totals():
    published = {"a": 50.0, "b": 51.0, "c": 52.004, "d": 1.0}
    past = course(*[("2023-11-20", unit, total, "") for unit, total in published.items()])
    for totals, day in (
        ({"a": 50.0, "b": 51.5, "c": 52.0}, "2023-11-20"),  # one is corrected, one is the same as it is shown
        ({"a": 50.5, "b": 51.5, "c": 52.0}, "2023-11-27"),
        ({"a": 50.0, "b": 51.5}, "2023-11-27"),  # half of them are not most
        ({"x": 50.0}, "2023-11-27"),
    ):
        assert find_previous_totals(figures(**totals), source(), past)[0] == day


@pytest.mark.parametrize(
    ("previous_cutoff", "since", "kept"),
    [
        ("2023-12-25", "2023-01-01", True),
        ("2023-12-25", "2024-01-01", False),  # another year
        ("2025-06-30", "2025-07-01", False),  # a code reused after a merger
        ("2025-07-01", "2025-07-01", True),
        ("", "2024-01-01", False),  # of an unknown day: of an unknown series
    ],
)
def test_totals_of_another_series_are_never_subtracted(previous_cutoff, since, kept):
    comparable = keep_comparable(previous(a=56.0), previous_cutoff, pd.Series({"a": since, "b": since}))
    assert comparable.to_dict() == ({"a": 56.0} if kept else {})


@pytest.mark.parametrize(
    ("total", "before", "previous_cutoff", "since", "reason"),
    [
        (50.0, 56.0, "2023-11-27", "2023-01-01", ""),
        (50.0, 56.0, "2023-11-27", "2023-11-27", ""),  # a series that began with the previous cut-off
        (np.nan, 56.0, "2023-11-27", "2023-01-01", "no_total"),
        (np.nan, np.nan, "", "2023-01-01", "no_total"),
        (50.0, np.nan, "2023-11-27", "2023-01-01", "no_previous"),
        (50.0, np.nan, "", "2023-01-01", "no_previous"),
        (50.0, 56.0, "2022-12-26", "2023-01-01", "new_year"),
        (50.0, 56.0, "2022-12-26", "2023-01-15", "new_year"),  # a merger too: the new year alone is enough
        (50.0, 56.0, "2023-11-27", "2023-12-01", "new_rules"),
        (50.0, 56.0, "2023-11-27", "2023-12-02", "new_unit"),
    ],
)
def test_why_a_total_is_not_compared_is_known(total, before, previous_cutoff, since, reason):
    now, totals, began = scores(a=total), previous(a=before), pd.Series({"a": since})
    reasons = find_reasons(now, totals, previous_cutoff, began, ["2023-12-01"])
    assert reasons.to_dict() == {"a": reason}
    comparable = keep_comparable(totals, previous_cutoff, began)
    moved = compute_changes(now, comparable, previous_cutoff, previous(a=1.0), NO_PARTS)["change"]
    assert moved.isna().tolist() == [reason != ""]


def carried(*rows):
    return pd.DataFrame(rows, columns=["carrier", "cutoff", "unit_code", "total"])


def test_a_carried_total_that_is_not_the_published_one_is_named_whichever_came_first():
    published = course(*[(day, unit, 56.0, "") for day in ("2023-11-27", "2023-12-04") for unit in "ab"])
    told = carried(
        ("2023-12-04", "2023-11-27", "a", 56.0),
        ("2023-12-04", "2023-11-27", "b", 55.1),
        ("2023-12-04", "2023-11-27", "gone", 1.0),
        ("2023-12-11", "2023-12-04", "a", 57.0),  # a later table about this week
    )
    found = compare_carried_totals(published, told, "2023-12-04")
    assert found.to_numpy().tolist() == [["b", "2023-12-04", 55.1, 56.0], ["a", "2023-12-11", 57.0, 56.0]]
    assert compare_carried_totals(published, told, "2023-11-20").empty


def test_the_course_leaves_out_what_a_table_carries_of_a_published_week():
    past = course(("2023-11-20", "a", 1.0, "2023-11-27"), ("2023-11-27", "a", 2.0, ""))
    this = course(("2023-11-27", "a", 2.5, "2023-12-04"), ("2023-12-04", "a", 3.0, ""))
    assert select_course(past, this, 60)[["cutoff", "total"]].to_numpy().tolist() == [
        ["2023-11-20", 1.0],
        ["2023-11-27", 2.0],
        ["2023-12-04", 3.0],
    ]
    assert select_course(past, this, 2)["cutoff"].tolist() == ["2023-11-27", "2023-12-04"]


def points(**parts):
    """Points of unit a: a group by its code, an indicator of a group that is known in part as group__indicator."""
    rows = []
    for name, value in parts.items():
        group, _, indicator = name.partition("__")
        rows.append(("a", group, indicator, value, 20.0, np.nan, "computed"))
    return pd.DataFrame(rows, columns=score.POINTS_COLUMNS)


def parts_of(now, before, total, previous_total):
    frame = compute_contributions(scores(a=total), now, previous(a=previous_total), before)
    return frame.set_index(frame["group"] + frame["indicator"])["contribution"].to_dict()


def test_a_change_is_told_by_group_and_what_is_not_itemised_is_a_part_of_its_own():
    # 51.10 − 56.88 = −5.78; transparency +0.18, payment +0.06: the rest is −5.78 − 0.24 = −6.02
    now, before = points(CKMB=14.92, TTTT__TT=1.07), points(CKMB=14.74, TTTT__TT=1.01)
    assert parts_of(now, before, 51.10, 56.88) == {"CKMB": 0.18, "TTTTTT": 0.06, "NOT_ITEMISED": -6.02}


def test_where_groups_explain_both_totals_whole_there_is_no_rest():
    assert parts_of(points(CKMB=40.0, MDHL=6.0), points(CKMB=39.5, MDHL=18.0), 46.0, 57.5) == {
        "CKMB": 0.5,
        "MDHL": -12.0,
    }


def test_a_part_known_at_one_cut_off_only_goes_into_the_rest():
    assert parts_of(points(CKMB=10.0, MDHL=6.0), points(CKMB=9.0), 50.0, 48.0) == {"CKMB": 1.0, "NOT_ITEMISED": 1.0}
    assert parts_of(points(CKMB=10.0, MDHL=np.nan), points(CKMB=9.0, MDHL=6.0), 50.0, 48.0) == {
        "CKMB": 1.0,
        "NOT_ITEMISED": 1.0,
    }


def test_without_the_earlier_weeks_own_table_nothing_is_said_to_have_moved_a_total():
    none = points(CKMB=9.0).iloc[:0]
    assert compute_contributions(scores(a=50.0), points(CKMB=10.0), previous(a=48.0), none).empty
    frame = changes({"a": 50.0}, {"a": 56.0})
    assert frame[["explained_change", "unexplained_change"]].isna().all(axis=None)


@given(
    st.lists(
        st.tuples(*[st.decimals(0, 20, places=2).map(float) | st.just(np.nan)] * 2), min_size=1, max_size=6, unique=True
    ),
    st.decimals(0, 100, places=2).map(float),
    st.decimals(0, 100, places=2).map(float),
)
def test_the_parts_of_a_change_add_up_to_it_exactly(values, total, previous_total):
    names = [f"G{i}" for i in range(len(values))]
    now, before = (points(**dict(zip(names, each, strict=True))) for each in zip(*values, strict=True))
    parts = compute_contributions(scores(a=total), now, previous(a=previous_total), before)
    assert parts["contribution"].sum() == pytest.approx(total - previous_total, abs=1e-6)
    moved = changes({"a": total}, {"a": previous_total}, contributions=parts)
    told = moved[["explained_change", "unexplained_change"]].sum(axis=1).item()
    assert told == pytest.approx(moved["change"].item(), abs=1e-6)


def test_the_order_of_the_rows_is_irrelevant_to_the_parts():
    now, before = points(CKMB=14.92, MDSH=2.0, TTTT__TT=1.07), points(CKMB=14.74, MDSH=1.0, TTTT__TT=1.01)
    backwards = [frame.iloc[::-1] for frame in (now, before)]
    assert parts_of(*backwards, 51.1, 56.88) == parts_of(now, before, 51.1, 56.88)


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ([("MDHL", "", -12.17), ("CKMB", "", 1.0)], [("MDHL", -12.17)]),  # the table prints the group
        ([("CKMB", "", 0.2), ("", "NOT_ITEMISED", -5.98)], [("NOT_ITEMISED", -5.98)]),
        ([], [("CHANGE", -5.78)]),  # only totals are known
        ([("MDHL", "PETITIONS", -6.0), ("", "NOT_ITEMISED", 0.22)], [("NOT_ITEMISED", 0.22)]),  # a part of the group
    ],
)
def test_a_lost_item_is_looked_for_in_satisfaction_itself_where_it_is_known(parts, told):
    rows = [("a", group, indicator, np.nan, np.nan, value) for group, indicator, value in parts]
    contributions = pd.DataFrame(rows, columns=CONTRIBUTIONS)
    moves = find_satisfaction_moves(changes({"a": 51.10}, {"a": 56.88}), contributions, "MDHL")
    assert moves[["of", "move"]].to_numpy().tolist() == [list(each) for each in told]


def figures_of(*rows):
    return pd.DataFrame(rows, columns=["unit_code", "indicator", "value", "published_points"])


@pytest.mark.parametrize(
    ("about", "total", "before", "since", "expected"),
    [
        ("without a total", np.nan, "2023-11-27", "2023-01-01", {"A": 1.5, "G": -2.0}),
        ("with a total its parts tell it", 50.0, "2023-11-27", "2023-01-01", {}),
        ("of another year", np.nan, "2022-12-26", "2023-01-01", {}),
        ("no cut-off before", np.nan, "", "2023-01-01", {}),
    ],
)
def test_each_figure_of_a_unit_without_a_total_is_compared_with_the_one_before(about, total, before, since, expected):
    now = figures_of(
        ("a", "A", 21.5, np.nan), ("a", "G", np.nan, 8.0), ("a", "N", np.nan, np.nan), ("a", "CHANGE", 1, np.nan)
    )
    then = figures_of(
        ("a", "A", 20.0, np.nan), ("a", "G", np.nan, 10.0), ("a", "N", 4.0, np.nan), ("a", "CHANGE", 2, np.nan)
    )
    found = compare_figures(now, then, scores(a=total), before, pd.Series({"a": since}))
    assert found.set_index("indicator")["change"].to_dict() == expected
