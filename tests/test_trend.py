"""What moved, against what, and how far the next band is."""

import numpy as np
import pandas as pd
import pytest
from district import CONTROL, week
from hypothesis import given
from hypothesis import strategies as st

from analysis import score, trend

BANDS = pd.DataFrame({"band": ["Tốt", "Trung bình", "Yếu"], "from_points": [80.0, 50.0, 0.0]})


NO_PARTS = pd.DataFrame(columns=trend.CONTRIBUTIONS)


def scores(**totals):
    frame = pd.DataFrame({"unit_code": list(totals), "unit_name": list(totals), "total": list(totals.values())})
    return frame.assign(rank=frame["total"].rank(ascending=False), not_itemised=frame["total"], computed_total=20.5)


def previous(**totals):
    return pd.Series(totals)


def communes(**totals):
    return pd.DataFrame({"unit_code": list(totals), "kind": "commune"})


def changes(now, before, cutoff="2023-11-27", contributions=NO_PARTS):
    return trend.changes(scores(**now), previous(**before), cutoff, communes(**now), contributions)


def test_a_change_is_the_total_less_the_previous_total_the_table_carries():
    frame = changes({"a": 50.0, "b": 60.0}, {"a": 56.0, "b": 55.0})
    assert frame.set_index("unit_code")[["change", "rank", "previous_rank", "rank_move"]].to_dict("index") == {
        "a": {"change": -6.0, "rank": 2.0, "previous_rank": 1.0, "rank_move": -1.0},
        "b": {"change": 5.0, "rank": 1.0, "previous_rank": 2.0, "rank_move": 1.0},
    }


def test_a_unit_without_a_previous_total_has_no_change_rather_than_zero():
    frame = changes({"a": 50.0, "b": 60.0}, {"a": 56.0}, "")
    assert frame.set_index("unit_code")["change"].isna().to_dict() == {"a": False, "b": True}


# -- which totals to compare with ------------------------------------------------------------------------------------

SOURCE = pd.DataFrame({"previous_cutoff": ["2023-11-27"]})


def course(*rows, **columns):
    """cutoff, unit_code, total, carried_by of each row; since is the row's year."""
    frame = pd.DataFrame(rows, columns=["cutoff", "unit_code", "total", "carried_by"])
    given = {"unit_name": frame["unit_code"], "since": frame["cutoff"].str[:4] + "-01-01", "corrected": False}
    return frame.assign(**given | {"rank": np.nan, "band": "", "revision": 1.0} | columns)


def test_the_previous_totals_are_those_the_table_itself_carries():
    carried = pd.DataFrame({"unit_code": ["a"], "indicator": ["PREVIOUS_TOTAL"], "value": [56.0]})
    cutoff, totals = trend.previous_totals(carried, SOURCE, course(("2023-11-27", "a", 2.0, "")))
    assert (cutoff, totals.to_dict()) == ("2023-11-27", {"a": 56.0})


def test_a_table_that_carries_none_is_compared_with_the_newest_published_week():
    none = pd.DataFrame({"unit_code": ["a"], "indicator": ["TOTAL"], "value": [50.0]})
    past = course(("2023-11-20", "a", 1.0, ""), ("2023-11-27", "a", 2.0, ""), ("2023-11-30", "a", 9.0, "2023-12-04"))
    day, totals = trend.previous_totals(none, SOURCE, past)
    assert (day, totals.to_dict()) == ("2023-11-27", {"a": 2.0})
    assert trend.previous_totals(none, SOURCE, past.iloc[:0])[0] == ""


@pytest.mark.parametrize(
    ("previous_cutoff", "since", "kept"),
    [
        ("2023-12-25", "2023-01-01", True),
        ("2023-12-25", "2024-01-01", False),  # another year
        ("2025-06-30", "2025-07-01", False),  # a code reused after a merger
        ("2025-07-01", "2025-07-01", True),
        ("", "2024-01-01", True),  # the table says "the week before" and not which
    ],
)
def test_totals_of_another_series_are_never_subtracted(previous_cutoff, since, kept):
    told = trend.comparable(previous(a=56.0), previous_cutoff, pd.Series({"a": since, "b": since}))
    assert told.to_dict() == ({"a": 56.0} if kept else {})


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
    found = trend.carried_differences(published, told, "2023-12-04")
    assert found.to_numpy().tolist() == [["b", "2023-12-04", 55.1, 56.0], ["a", "2023-12-11", 57.0, 56.0]]
    assert trend.carried_differences(published, told, "2023-11-20").empty


def test_the_course_leaves_out_what_a_table_carries_of_a_published_week():
    past = course(("2023-11-20", "a", 1.0, "2023-11-27"), ("2023-11-27", "a", 2.0, ""))
    this = course(("2023-11-27", "a", 2.5, "2023-12-04"), ("2023-12-04", "a", 3.0, ""))
    assert trend.course(past, this, 60)[["cutoff", "total"]].to_numpy().tolist() == [
        ["2023-11-20", 1.0],
        ["2023-11-27", 2.0],
        ["2023-12-04", 3.0],
    ]
    assert trend.course(past, this, 2)["cutoff"].tolist() == ["2023-11-27", "2023-12-04"]


# -- contributions ---------------------------------------------------------------------------------------------------


def points(**parts):
    """Points of unit a: a group by its code, an indicator of a group that is known in part as group__indicator."""
    rows = []
    for name, value in parts.items():
        group, _, indicator = name.partition("__")
        rows.append(("a", group, indicator, value, 20.0, np.nan, "computed"))
    return pd.DataFrame(rows, columns=score.POINTS_COLUMNS)


def parts_of(now, before, total, previous_total):
    frame = trend.contributions(scores(a=total), now, previous(a=previous_total), before)
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
    assert trend.contributions(scores(a=50.0), points(CKMB=10.0), previous(a=48.0), none).empty
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
    parts = trend.contributions(scores(a=total), now, previous(a=previous_total), before)
    assert parts["contribution"].sum() == pytest.approx(total - previous_total, abs=1e-6)
    moved = trend.changes(scores(a=total), previous(a=previous_total), "2023-11-27", communes(a=total), parts)
    told = moved[["explained_change", "unexplained_change"]].sum(axis=1).item()
    assert told == pytest.approx(moved["change"].item(), abs=1e-6)


def test_the_order_of_the_rows_is_irrelevant_to_the_parts():
    now, before = points(CKMB=14.92, MDSH=2.0, TTTT__TT=1.07), points(CKMB=14.74, MDSH=1.0, TTTT__TT=1.01)
    backwards = [frame.iloc[::-1] for frame in (now, before)]
    assert parts_of(*backwards, 51.1, 56.88) == parts_of(now, before, 51.1, 56.88)


# -- satisfaction items ----------------------------------------------------------------------------------------------


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
    contributions = pd.DataFrame(rows, columns=trend.CONTRIBUTIONS)
    moves = trend.satisfaction_moves(changes({"a": 51.10}, {"a": 56.88}), contributions, "MDHL")
    assert moves[["of", "move"]].to_numpy().tolist() == [list(each) for each in told]


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
    odd = week()["peers"].query("outlier and indicator == 'NOT_ITEMISED'")
    assert odd["unit_code"].tolist() == ["30637"]
    assert -12 < odd["gap"].item() < -11


def peers(least_units, measurements=None, **totals):
    nothing = pd.DataFrame(columns=["unit_code", "indicator", "value", "numerator", "denominator", "published_points"])
    measured = nothing if measurements is None else nothing.merge(measurements, how="outer")
    groups = pd.DataFrame({"group": ["MDHL"]})
    return trend.peers(scores(**totals), measured, RATES, groups, communes(**totals), least_units, beyond=3.5)


def test_peers_are_compared_by_median_and_median_deviation():
    # values 1 2 3 4 100: median 3, deviations 2 1 0 1 97, their median 1; 100 deviates by 0.6745 × 97
    frame = peers(5, a=1.0, b=2.0, c=3.0, d=4.0, e=100.0)
    assert frame["median"].unique().tolist() == [3.0]
    assert frame.set_index("unit_code")["deviation"]["e"] == pytest.approx(0.6745 * 97)
    assert frame.query("outlier")["unit_code"].tolist() == ["e"]


@pytest.mark.parametrize("totals", [{"a": 1.0, "b": 9.0}, {"a": 1.0, "b": 1.0, "c": 1.0, "d": 1.0, "e": 9.0}])
def test_too_few_or_too_equal_units_have_no_outlier(totals):
    assert peers(3, **totals).empty


def test_rates_are_compared_from_their_counts_and_groups_by_their_points():
    measured = pd.DataFrame(
        [(code, "TT", np.nan, n, 10.0, np.nan) for code, n in zip("abc", (1.0, 2.0, 4.0), strict=True)]
        + [(code, "MDHL", np.nan, np.nan, np.nan, p) for code, p in zip("abc", (18.0, 12.0, 6.0), strict=True)],
        columns=["unit_code", "indicator", "value", "numerator", "denominator", "published_points"],
    )
    frame = peers(3, measured, a=1.0, b=2.0, c=3.0).set_index(["indicator", "unit_code"])
    assert frame.loc["TT", "value"].to_dict() == {"a": 10.0, "b": 20.0, "c": 40.0}
    assert frame.loc["MDHL", "gap"].to_dict() == {"a": 6.0, "b": 0.0, "c": -6.0}


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


@pytest.mark.parametrize(
    ("own", "needed", "expected"),
    [
        (95.4, 4.5556, 4.6),  # 95.4 + 4.6 = 100
        (95.44, 4.5556, 4.56),  # 4.6 would make 100.04 %
        (95.44, 4.56, 4.56),
        (99.67, 0.33, 0.33),
        (200 / 3, 100 / 3, 100 / 3),  # 33.34 would make 100.007 %
    ],
)
def test_no_more_is_asked_for_than_there_is_room_for(own, needed, expected):
    assert trend.asked(needed, 100 - own) == pytest.approx(expected)


RATES = pd.DataFrame(
    {
        "indicator": ["SH", "TT"],
        "unit": "percent",
        "rule": "linear",
        "max_points": [22.0, 6.0],
        "full_at_pct": np.nan,
    }
)


def ways(total, *cells, peer=(90.0, 90.0)):
    """The routes of unit a from its (rate, numerator, denominator) for SH and TT; a peer b has the rates given."""
    rows = [("a", *each) for each in zip(("SH", "TT"), cells, strict=True)]
    rows += [("b", name, (rate, np.nan, np.nan)) for name, rate in zip(("SH", "TT"), peer, strict=True)]
    frame = pd.DataFrame(
        [(code, name, *cell) for code, name, cell in rows],
        columns=["unit_code", "indicator", "value", "numerator", "denominator"],
    )
    held = scores(a=total, b=99.0)
    return trend.routes(held, frame, RATES, BANDS, communes(a=1.0, b=1.0)).set_index("indicator")


RATE = (20.0, np.nan, np.nan)


def test_the_cheapest_mix_takes_what_brings_most_per_percentage_point_first():
    # 10 points are lacking; SH brings 0.22 a point: 45.4545 percentage points of the 70 up to the peer's 90 are enough
    frame = ways(40.0, RATE, RATE)
    assert frame["mix_pct"].to_dict() == pytest.approx({"SH": 10 / 0.22, "TT": 0.0})
    assert frame["mix_proven"].all()


def test_the_mix_stays_within_what_a_peer_has_reached_where_that_is_enough():
    # SH up to the peer's 50 % brings 30 × 0.22 = 6.6; the other 3.4 need 3.4 / 0.06 = 56.67 points of TT, to 76.67 %
    frame = ways(40.0, RATE, RATE, peer=(50.0, 90.0))
    assert frame["mix_pct"].to_dict() == pytest.approx({"SH": 30.0, "TT": 3.4 / 0.06})
    assert frame["mix_proven"].all()


def test_a_mix_beyond_every_peer_says_so_and_one_beyond_full_points_is_none():
    frame = ways(35.0, RATE, RATE, peer=(50.0, 90.0))  # peers: 6.6 + 4.2 < 15; in full: 80 × 0.22 = 17.6
    assert frame["mix_pct"].to_dict() == pytest.approx({"SH": 15 / 0.22, "TT": 0.0})
    assert not frame["mix_proven"].any()
    assert ways(20.0, RATE, RATE)["mix_pct"].isna().all()  # 17.6 + 4.8 < 30


def test_where_counts_are_known_a_need_is_in_whole_cases_and_the_mix_costs_least_of_them():
    # 1 point: SH 1 / 0.22 = 4.545 % of 1000 dossiers = 46; TT 1 / 0.06 = 16.667 % of 12 = exactly 2
    frame = ways(49.0, (20.0, 200.0, 1000.0), (25.0, 3.0, 12.0))
    assert frame["needed_cases"].to_dict() == {"SH": 46.0, "TT": 2.0}
    assert frame["mix_pct"].to_dict() == pytest.approx({"SH": 0.0, "TT": 1 / 0.06})
    assert frame["mix_cases"].to_dict() == {"SH": 0.0, "TT": 2.0}


def test_the_best_rate_of_the_peers_comes_with_who_has_it():
    frame = ways(40.0, (95.0, np.nan, np.nan), RATE)
    assert frame[["best_pct", "best_unit"]].to_numpy().tolist() == [[95.0, "a"], [90.0, "b"]]


@given(st.floats(0, 49.9), st.floats(0, 100), st.floats(0, 100), st.floats(0, 100), st.floats(0, 100))
def test_a_mix_brings_the_gap_exactly_and_never_more_than_there_is_room(total, own_sh, own_tt, peer_sh, peer_tt):
    frame = ways(total, (own_sh, np.nan, np.nan), (own_tt, np.nan, np.nan), peer=(peer_sh, peer_tt))
    if frame["mix_pct"].notna().all():
        assert (frame["mix_pct"] * frame["points_per_pct"]).sum() == pytest.approx(frame["gap"].iloc[0], abs=1e-6)
        assert (frame["mix_pct"] <= frame["room_pct"] + 1e-9).all()
    else:
        assert (frame["room_pct"] * frame["points_per_pct"]).sum() < frame["gap"].iloc[0]


# -- signal or noise -------------------------------------------------------------------------------------------------


def test_limits_are_the_mean_and_2_66_times_the_mean_moving_range():
    # 1 3 2 4: mean 2.5; moving ranges 2 1 2, mean 5/3; 3 × (5/3) / 1.128 = 4.4326
    centre, lower, upper = trend.limits(np.array([1.0, 3.0, 2.0, 4.0]))
    assert (centre, lower, upper) == pytest.approx((2.5, 2.5 - 4.4326, 2.5 + 4.4326), abs=1e-4)


def test_a_lost_item_does_not_widen_the_limits_that_the_next_one_is_held_against():
    quiet = np.array([0.2, 0.4, 0.3, 0.5, 0.2, 0.4, 0.3, 0.1, 0.4, 0.3, 0.2, 0.5])
    with_item = np.insert(quiet, 6, -5.8)
    assert trend.limits(with_item)[1:] == pytest.approx(trend.limits(quiet)[1:], abs=0.15)


@pytest.mark.parametrize("values", [[], [0.3], [0.3, 0.3, 0.3]])
def test_what_never_moved_has_no_limits(values):
    assert np.isnan(trend.limits(np.array(values))).all()


@pytest.mark.parametrize(
    ("values", "rule"),  # of a chart with centre 0 and upper limit 3
    [
        ([0, 3.01], "beyond"),
        ([0, -3.01], "beyond"),
        ([0, 3.0], ""),  # on the limit is not beyond it
        ([1] * 8, "shift"),
        ([1] * 7, ""),
        ([1] * 7 + [0], ""),  # on the centre is on neither side
        ([-1] * 8, "shift"),
        ([2.1, 0, 2.1], "near"),
        ([2.1, 2.1], ""),  # two of two
        ([2.1, 0, -2.1], ""),  # on different sides
        ([2.1, 2.1, 0], ""),  # the newest is not one of them
        ([-2, -1, 0, 1, 1.5, 1.9], "trend"),
        ([-1, 0, 1, 1.5, 1.9], ""),
        ([1.9, 1.5, 1, 0, -1, -2], "trend"),
        ([-2, -1, 0, 0, 1.5, 1.9], ""),  # two alike break it
    ],
)
def test_a_rule_is_broken_by_the_value_that_completes_it(values, rule):
    assert trend.rules_broken(np.array(values, dtype=float), 0.0, 3.0)[-1] == rule


@pytest.mark.parametrize(
    ("moved", "streak"),
    [([], 0), ([0.1], 1), ([-0.1, -0.2], -2), ([0.5, -0.1, -0.2], -2), ([0.1, 0.0], 0), ([-0.1, 0.0, -0.2], -1)],
)
def test_a_streak_is_how_often_in_a_row_it_went_the_same_way(moved, streak):
    assert trend.streak(np.array(moved)) == streak


def weeks(*totals, start="2023-01-02", code="a"):
    days = pd.date_range(start, periods=len(totals), freq="7D").strftime("%Y-%m-%d")
    return course(*[(day, code, total, "") for day, total in zip(days, totals, strict=True)])


def signal(frame, least=3):
    return trend.signals(frame, frame["cutoff"].max(), least).iloc[0]


def test_a_change_beyond_the_limits_of_the_earlier_ones_is_a_signal():
    told = signal(weeks(50.0, 50.2, 50.6, 50.9, 51.4, 45.6))
    assert told[["changes", "missing", "value", "rule", "streak"]].tolist() == [4, 0, -5.8, "beyond", -1]


def test_with_too_few_changes_there_are_no_limits_and_it_says_how_many_are_missing():
    told = signal(weeks(50.0, 50.2, 44.0), least=15)
    assert told[["changes", "missing", "rule"]].tolist() == [1, 14, ""]
    assert told[["centre", "lower", "upper"]].isna().all()


def test_a_series_that_begins_now_has_no_change():
    told = signal(weeks(50.0))
    assert told[["changes", "missing", "streak"]].tolist() == [0, 3, 0]
    assert np.isnan(told["value"])


def test_another_series_lends_no_points_to_this_one():
    told = signal(weeks(90.0, 91.0, 90.5, 91.2, 20.0, 20.4, 20.3, start="2023-12-04"))  # the fifth is 1 January 2024
    assert told[["since", "changes", "value", "rule"]].tolist() == ["2024-01-01", 1, -0.1, ""]


def test_a_change_over_two_weeks_is_held_against_changes_over_one_as_half_of_it():
    frame = weeks(50.0, 50.2, 50.6, 51.0)
    late = course(("2023-02-06", "a", 51.6, ""))  # the week of 30 January is missing
    assert signal(pd.concat([frame, late]))["value"] == pytest.approx(0.3)


# -- pace ------------------------------------------------------------------------------------------------------------


def paced(by, history, was=None):
    measured = pd.DataFrame([("a", "SH", 24.0, np.nan, np.nan)], columns=["unit_code", "indicator", *CELL])
    earlier = pd.DataFrame(was or [], columns=["cutoff", "unit_code", "indicator", *CELL])
    now = scores(a=49.0)
    return trend.pace(now, measured, history, earlier, BANDS, {"SH": 80.0}, "2023-12-04", by, 4).set_index("indicator")


CELL = ["value", "numerator", "denominator"]
TODAY = course(("2023-11-20", "a", 48.0, ""), ("2023-12-04", "a", 49.0, ""))


def test_the_pace_is_what_is_lacking_over_the_weeks_left_beside_what_the_last_weeks_brought():
    # 28 days to 1 January: 4 weeks; 1 point lacks to 50, 56 to 80 %; in the last two weeks 1 point and 3 % came
    frame = paced("2024-01-01", TODAY, [("2023-11-20", "a", "SH", 21.0, np.nan, np.nan)])
    assert frame["needed_per_week"].to_dict() == {"TOTAL": 0.25, "SH": 14.0}
    assert frame["recent_per_week"].to_dict() == {"TOTAL": 0.5, "SH": 1.5}
    assert frame["recent_weeks"].tolist() == [2.0, 2.0]


def test_without_an_earlier_figure_there_is_no_pace_to_compare_with():
    assert np.isnan(paced("2024-01-01", TODAY)["recent_per_week"]["SH"])


def test_weeks_of_another_series_are_no_pace():
    frame = paced("2024-01-01", TODAY.assign(since="2023-12-01"))
    assert frame["recent_per_week"].isna().all()


def test_from_its_day_on_a_target_has_no_pace():
    assert paced("2023-12-04", TODAY).empty


def test_a_target_that_is_reached_needs_no_pace():
    measured = pd.DataFrame([("a", "SH", 80.0, np.nan, np.nan)], columns=["unit_code", "indicator", *CELL])
    none = pd.DataFrame(columns=["cutoff", "unit_code", "indicator", *CELL])
    frame = trend.pace(scores(a=85.0), measured, TODAY, none, BANDS, {"SH": 80.0}, "2023-12-04", "2023-12-31", 4)
    assert frame.empty
