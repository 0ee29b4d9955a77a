"""What moved, against what, and how far the next band is."""

import numpy as np
import pandas as pd
import pytest
from district import CONTROL, week

from analysis import trend

BANDS = pd.DataFrame({"band": ["Tốt", "Trung bình", "Yếu"], "from_points": [80.0, 50.0, 0.0]})


def scores(**totals):
    frame = pd.DataFrame({"unit_code": list(totals), "unit_name": list(totals), "total": list(totals.values())})
    return frame.assign(rank=frame["total"].rank(ascending=False), not_itemised=frame["total"], computed_total=20.5)


def previous(**totals):
    return pd.Series(totals)


def communes(**totals):
    return pd.DataFrame({"unit_code": list(totals), "kind": "commune"})


def changes(now, before, cutoff="2023-11-27", earlier_scores=None):
    return trend.changes(scores(**now), previous(**before), cutoff, communes(**now), earlier_scores)


def test_a_change_is_the_total_less_the_previous_total_the_table_carries():
    frame = changes({"a": 50.0, "b": 60.0}, {"a": 56.0, "b": 55.0})
    assert frame.set_index("unit_code")[["change", "rank", "previous_rank", "rank_move"]].to_dict("index") == {
        "a": {"change": -6.0, "rank": 2.0, "previous_rank": 1.0, "rank_move": -1.0},
        "b": {"change": 5.0, "rank": 1.0, "previous_rank": 2.0, "rank_move": 1.0},
    }


SOURCE = pd.DataFrame({"previous_cutoff": ["2023-11-27"]})
EARLIER = {
    day: pd.DataFrame({"unit_code": ["a"], "total": [total]})
    for day, total in (("2023-11-20", 1.0), ("2023-11-27", 2.0))
}


def test_the_previous_totals_are_those_the_table_itself_carries():
    carried = pd.DataFrame({"unit_code": ["a"], "indicator": ["PREVIOUS_TOTAL"], "value": [56.0]})
    cutoff, totals = trend.previous_totals(carried, SOURCE, EARLIER, "2023-12-04")
    assert (cutoff, totals.to_dict()) == ("2023-11-27", {"a": 56.0})


@pytest.mark.parametrize(
    ("cutoff", "expected"),
    [("2023-12-04", ("2023-11-27", {"a": 2.0})), ("2024-01-01", ("", {}))],  # another year is another series
)
def test_a_table_that_carries_none_is_compared_with_the_newest_earlier_week_of_the_year(cutoff, expected):
    none = pd.DataFrame({"unit_code": ["a"], "indicator": ["TOTAL"], "value": [50.0]})
    day, totals = trend.previous_totals(none, SOURCE, EARLIER, cutoff)
    assert (day, totals.to_dict()) == expected


def test_a_carried_total_that_is_not_the_published_one_is_named():
    earlier = {"2023-11-27": scores(a=56.0, b=55.0)}
    found = trend.carried_differences(previous(a=56.0, b=55.1, c=1.0), "2023-11-27", earlier)
    assert found.to_numpy().tolist() == [["b", 55.1, 55.0]]
    assert trend.carried_differences(previous(a=1.0), "2023-11-20", earlier).empty


def test_without_the_earlier_weeks_own_table_no_column_is_said_to_explain_a_change():
    frame = changes({"a": 50.0}, {"a": 56.0})
    assert frame[["explained_change", "unexplained_change"]].isna().all(axis=None)


def test_with_the_earlier_weeks_points_the_change_is_split_exactly():
    frame = changes({"a": 50.0}, {"a": 56.0}, earlier_scores=scores(a=56.0).assign(computed_total=20.0))
    assert frame[["explained_change", "unexplained_change"]].to_numpy().tolist() == [[0.5, -6.5]]


def test_a_unit_without_a_previous_total_has_no_change_rather_than_zero():
    frame = changes({"a": 50.0, "b": 60.0}, {"a": 56.0}, "")
    assert frame.set_index("unit_code")["change"].isna().to_dict() == {"a": False, "b": True}


@pytest.mark.parametrize(
    ("difference", "tolerance", "count"),
    [
        (-5.78, 0.5, -1),  # Mỹ Hội Đông, 4 December 2023
        (-5.5, 0.5, -1),
        (-5.49, 0.5, 0),
        (6.0, 0.5, 1),
        (-12.3, 0.5, -2),
        (-11.26, 1.0, -2),
        (-11.26, 0.5, 0),
        (0.3, 0.5, 0),  # no item at all
        (3.0, 0.5, 0),
        (np.nan, 0.5, 0),
    ],
)
def test_a_difference_is_named_as_whole_items_only_where_it_is_close_to_them(difference, tolerance, count):
    assert trend.items(difference, 6, tolerance) == count


def test_my_hoi_dong_alone_is_an_outlier_and_lies_11_to_12_points_below_its_peers():
    odd = week()["peers"].query("outlier")
    assert odd["unit_code"].tolist() == ["30637"]
    assert -12 < odd["gap"].item() < -11


def test_peers_are_compared_by_median_and_median_deviation():
    # values 1 2 3 4 100: median 3, deviations 2 1 0 1 97, their median 1; 100 deviates by 0.6745 × 97
    totals = {"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0, "e": 100.0}
    frame = trend.peers(scores(**totals), communes(**totals), least_units=5, beyond=3.5)
    assert frame["median"].unique().tolist() == [3.0]
    assert frame.set_index("unit_code")["deviation"]["e"] == pytest.approx(0.6745 * 97)
    assert frame.query("outlier")["unit_code"].tolist() == ["e"]


@pytest.mark.parametrize("totals", [{"a": 1.0, "b": 9.0}, {"a": 1.0, "b": 1.0, "c": 1.0, "d": 1.0, "e": 9.0}])
def test_too_few_or_too_equal_units_have_no_outlier(totals):
    assert trend.peers(scores(**totals), communes(**totals), least_units=3, beyond=3.5).empty


def test_the_way_of_kien_an_to_trung_binh_is_4_6_points_of_transparency():
    ways = week()["routes"].query("unit_code == '30634'").set_index("indicator")
    assert ways["gap"].unique().tolist() == [0.82]
    assert ways["next_band"].unique().tolist() == ["Trung bình"]
    assert ways["points_per_pct"].round(10).to_dict() == {
        "CKMB": 0.18,
        "TD": 0.2,
        "DVCTT": 0.12,
        "TT": 0.06,
        "SH": 0.22,
    }
    assert trend.rounded_up(ways["needed_pct"]["CKMB"]) == 4.6  # 0.82 / 0.18 = 4.555…
    assert ways["enough"].to_dict() == {"CKMB": True, "TD": False, "DVCTT": True, "TT": True, "SH": True}
    assert CONTROL not in set(week()["routes"]["unit_code"])


def test_a_capped_indicator_has_room_only_up_to_its_limit():
    assert week()["routes"].query("unit_code == '30634' and indicator == 'DVCTT'")["room_pct"].item() == pytest.approx(
        44.6
    )


@pytest.mark.parametrize(
    ("total", "band", "gap"), [(49.18, "Trung bình", 0.82), (50.0, "Tốt", 30.0), (79.99, "Tốt", 0.01)]
)
def test_the_next_band_is_the_lowest_one_above_the_total(total, band, gap):
    found = trend._next_band(scores(a=total), BANDS).iloc[0]
    assert (found["next_band"], found["gap"]) == (band, gap)


def test_in_the_highest_band_there_is_no_next_one():
    assert trend._next_band(scores(a=80.0), BANDS).empty


@pytest.mark.parametrize(("value", "expected"), [(4.5556, 4.6), (4.6, 4.6), (4.61, 4.7), (0.0, 0.0)])
def test_what_is_asked_for_is_rounded_up_so_that_it_is_enough(value, expected):
    assert trend.rounded_up(value) == expected
