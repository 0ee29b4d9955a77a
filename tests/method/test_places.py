"""A place beside the newest one known before: of the same unit, scope and indicator, and of no other unit."""

import pandas as pd

from analysis.method.places import compare_places, select_own

KEYS = ["unit_code", "scope", "indicator", "place", "of"]


def places(*rows, earlier=False):
    return pd.DataFrame(rows, columns=["cutoff", *KEYS] if earlier else KEYS)


NOW = places(
    ("893", "province", "TOTAL", 7.0, 11.0),
    ("893", "country", "TOTAL", 90.0, 705.0),
    ("893", "province", "TT", 3.0, 11.0),
    ("30634", "province", "TOTAL", 41.0, 156.0),
)
BEFORE = places(
    ("2023-11-20", "893", "province", "TOTAL", 9.0, 11.0),
    ("2023-11-20", "893", "province", "TT", 4.0, 12.0),
    ("2023-11-27", "893", "province", "TOTAL", 8.0, 11.0),
    ("2023-11-27", "30634", "province", "TOTAL", 39.0, 156.0),
    earlier=True,
)


def previous(begun):
    found = compare_places(NOW, BEFORE, begun)
    return found[["previous_place", "previous_of", "previous_cutoff"]].fillna(-1).to_numpy().tolist()


def test_the_newest_place_before_counts_and_what_is_not_known_is_missing():
    expected = [[8, 11, "2023-11-27"], [-1, -1, ""], [4, 12, "2023-11-20"], [39, 156, "2023-11-27"]]
    assert previous({}) == expected


def test_a_place_of_another_unit_under_the_same_code_is_none():
    assert previous({"30634": "2023-11-28"})[3] == [-1, -1, ""]
    assert previous({"30634": "2023-11-27"})[3] == [39, 156, "2023-11-27"]


def test_without_earlier_weeks_and_without_places_nothing_is_compared():
    assert compare_places(NOW, BEFORE.iloc[:0], {})["previous_place"].isna().all()
    assert compare_places(NOW.iloc[:0], BEFORE, {}).empty


def test_the_areas_own_place_is_that_among_its_peers_else_that_in_the_other_scope():
    assert select_own(NOW, "893", "province")["place"].tolist() == [7]
    assert select_own(NOW, "893", "country")["place"].tolist() == [90]
    assert select_own(NOW[NOW["scope"] == "country"], "893", "province")["place"].tolist() == [90]
    assert select_own(BEFORE, "893", "province")["place"].tolist() == [9, 8]  # one a cut-off
    assert select_own(NOW, "30999", "province").empty
