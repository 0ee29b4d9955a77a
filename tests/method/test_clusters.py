"""Groups of units: what is said of each, and that an incomplete one and another kind are never ranked with it."""

import math

import pandas as pd
import pytest

from analysis.method.clusters import COLUMNS, compare_clusters

POINTS = ["unit_code", "group", "indicator", "points", "max_points", "published_points", "status"]


def registered(**clusters):
    """``cluster="code code"``; codes that begin with s are departments, the others communes."""
    rows = [
        (code, "department" if code.startswith("s") else "commune", name.strip("_"))
        for name, codes in clusters.items()
        for code in codes.split()
    ]
    return pd.DataFrame(rows, columns=["code", "kind", "cluster"])


def totals(**held):
    return pd.DataFrame(list(held.items()), columns=["unit_code", "total"])


def points(*rows):
    return pd.DataFrame([(*row, math.nan, "computed") for row in rows], columns=POINTS)


def compared(clusters, held, *rows, decimals=2):
    found = compare_clusters(registered(**clusters), totals(**held), points(*rows), decimals)
    assert list(found.columns) == COLUMNS
    return found.set_index("cluster")


TWO = {"A": "a1 a2", "B": "b1 b2 b3"}


def test_mean_spread_and_place_of_each_cluster_by_hand():
    found = compared(TWO, {"a1": 50.0, "a2": 60.0, "b1": 70.0, "b2": 40.0, "b3": 58.5})
    assert found.loc["B", ["mean", "lowest", "highest"]].tolist() == [56.166667, 40, 70]
    assert found.loc["B", ["lowest_unit", "highest_unit"]].tolist() == ["b2", "b1"]
    assert found.loc["A", ["units", "known", "mean", "place", "of"]].tolist() == [2, 2, 55, 2, 2]
    assert found.loc["B", ["place", "of"]].tolist() == [1, 2] and list(found.index) == ["B", "A"]


@pytest.mark.parametrize(
    ("held", "places"),
    [
        ({"a1": 50.0, "a2": 60.0, "b1": 55.0, "b2": 55.0, "b3": 55.0}, {"A": 1, "B": 1}),  # the same mean
        ({"a1": 50.0, "a2": 60.0, "b1": 55.0, "b2": 55.0, "b3": 55.01}, {"A": 1, "B": 1}),  # the same as shown
        ({"a1": 50.0, "a2": 60.0, "b1": 55.0, "b2": 55.0, "b3": 55.02}, {"A": 2, "B": 1}),
        ({"a1": 50.0, "a2": 60.0, "b1": 55.0, "b2": 55.0}, {"A": None, "B": None}),  # the other one is alone
        ({"a1": 50.0}, {"A": None, "B": None}),
    ],
)
def test_what_looks_the_same_shares_a_place_and_an_incomplete_cluster_has_none(held, places):
    found = compared(TWO, held)
    assert {name: None if pd.isna(place) else place for name, place in found["place"].items()} == places


def test_of_three_clusters_the_complete_ones_are_ranked_among_themselves():
    held = {"a1": 50.0, "b1": 60.0, "c1": 90.0}
    found = compared({"A": "a1", "B": "b1", "C": "c1 c2"}, held)
    assert found["place"].fillna(0).to_dict() == {"A": 2, "B": 1, "C": 0}
    assert found["of"].fillna(0).to_dict() == {"A": 2, "B": 2, "C": 0}
    assert found.loc["C", ["units", "known", "mean"]].tolist() == [2, 1, 90]


def test_kinds_are_rows_of_their_own_and_never_ranked_against_each_other():
    held = {"a1": 50.0, "b1": 60.0, "s1": 90.0, "s2": 10.0}
    found = compare_clusters(registered(A="a1 s1", B="b1 s2"), totals(**held), points())
    assert found[["cluster", "kind", "mean", "place", "of"]].to_numpy().tolist() == [
        ["B", "commune", 60, 1, 2],
        ["A", "commune", 50, 2, 2],
        ["A", "department", 90, 1, 2],
        ["B", "department", 10, 2, 2],
    ]
    assert compare_clusters(registered(A="a1", B="s1"), totals(**held), points())["place"].isna().all()  # one of each


def test_a_cluster_loses_most_where_its_units_lose_most_points_on_average():
    rows = [
        ("a1", "G", "X", 4.0, 10.0), ("a2", "G", "X", 10.0, 10.0),  # 6 and 0: 3 on average
        ("a1", "G", "Y", 6.0, 8.0), ("a2", "G", "Y", 2.0, 8.0),  # 2 and 6: 4
        ("a1", "H", "", 1.0, 9.0),  # 8, but of one unit only
    ]  # fmt: skip
    worst = compared({"A": "a1 a2"}, {"a1": 50.0, "a2": 60.0}, *rows).loc["A", ["group", "indicator", "lost"]]
    assert worst.tolist() == ["G", "Y", 4]


@pytest.mark.parametrize("rows", [[], [("a1", "G", "X", 10.0, 10.0)], [("a1", "G", "X", math.nan, 10.0)]])
def test_where_no_points_are_known_or_lost_no_part_is_named(rows):
    worst = compared({"A": "a1"}, {"a1": 50.0}, *rows).loc["A", ["group", "indicator", "lost"]]
    assert worst[:2].tolist() == ["", ""] and pd.isna(worst["lost"])


def test_without_clusters_and_without_totals_there_is_nothing_to_compare():
    assert compared({"_": "a1 a2"}, {"a1": 50.0}).empty
    assert compared({}, {}).empty
    found = compared({"A": "a1"}, {})
    assert found.loc["A", ["units", "known", "lowest_unit"]].tolist() == [1, 0, ""] and pd.isna(found.loc["A", "mean"])
