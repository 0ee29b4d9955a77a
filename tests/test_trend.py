"""What moved, against what, and how far the next band is."""

import numpy as np
import pandas as pd
import pytest
from district import CONTROL, week

from analysis import trend

BANDS = pd.DataFrame({"band": ["Tốt", "Trung bình", "Yếu"], "from_points": [80.0, 50.0, 0.0]})


def scores(**totals):
    frame = pd.DataFrame({"unit_code": list(totals), "unit_name": list(totals), "total": list(totals.values())})
    return frame.assign(rank=frame["total"].rank(ascending=False), not_itemised=frame["total"])


def previous(**totals):
    return pd.DataFrame({"unit_code": list(totals), "indicator": "PREVIOUS_TOTAL", "value": list(totals.values())})


def points(**held):
    return pd.DataFrame({"unit_code": list(held), "indicator": "A", "points": list(held.values())})


def test_a_change_is_the_total_less_the_previous_total_the_table_carries():
    frame = trend.changes(scores(a=50.0, b=60.0), previous(a=56.0, b=55.0), points(a=1.0, b=1.0), "2023-11-27")
    assert frame.set_index("unit_code")[["change", "rank", "previous_rank", "rank_move"]].to_dict("index") == {
        "a": {"change": -6.0, "rank": 2.0, "previous_rank": 1.0, "rank_move": -1.0},
        "b": {"change": 5.0, "rank": 1.0, "previous_rank": 2.0, "rank_move": 1.0},
    }


def test_without_the_earlier_weeks_own_table_no_column_is_said_to_explain_a_change():
    frame = trend.changes(scores(a=50.0), previous(a=56.0), points(a=1.0), "2023-11-27")
    assert frame[["explained_change", "unexplained_change"]].isna().all(axis=None)


def test_with_the_earlier_weeks_points_the_change_is_split_exactly():
    frame = trend.changes(scores(a=50.0), previous(a=56.0), points(a=20.5), "2023-11-27", earlier_points=points(a=20.0))
    assert frame[["explained_change", "unexplained_change"]].to_numpy().tolist() == [[0.5, -6.5]]


def test_a_unit_without_a_previous_total_has_no_change_rather_than_zero():
    frame = trend.changes(scores(a=50.0, b=60.0), previous(a=56.0), points(a=1.0, b=1.0), "")
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
    frame = trend.peers(scores(a=1.0, b=2.0, c=3.0, d=4.0, e=100.0), "x", least_units=5, beyond=3.5)
    assert frame["median"].unique().tolist() == [3.0]
    assert frame.set_index("unit_code")["deviation"]["e"] == pytest.approx(0.6745 * 97)
    assert frame.query("outlier")["unit_code"].tolist() == ["e"]


@pytest.mark.parametrize("totals", [{"a": 1.0, "b": 9.0}, {"a": 1.0, "b": 1.0, "c": 1.0, "d": 1.0, "e": 9.0}])
def test_too_few_or_too_equal_units_have_no_outlier(totals):
    assert trend.peers(scores(**totals), "x", least_units=3, beyond=3.5).empty


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
