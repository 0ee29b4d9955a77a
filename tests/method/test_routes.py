"""How far the next band is, and what it takes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.district import CONTROL, week
from support.few_units import BANDS, RATES, communes, scores

from analysis.method.routes import find_next_band, find_routes, round_need, round_up


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
    assert round_up(ways["needed_pct"]["CKMB"]) == 4.6  # 0.82 / 0.18 = 4.555…
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
    found = find_next_band(scores(a=total), BANDS).iloc[0]
    assert (found["next_band"], found["gap"]) == (band, gap)


def test_in_the_highest_band_there_is_no_next_one():
    assert find_next_band(scores(a=80.0), BANDS).empty


@pytest.mark.parametrize(("value", "expected"), [(4.5556, 4.6), (4.6, 4.6), (4.61, 4.7), (0.0, 0.0)])
def test_what_is_asked_for_is_rounded_up_so_that_it_is_enough(value, expected):
    assert round_up(value) == expected


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
    assert round_need(needed, 100 - own) == pytest.approx(expected)


def ways(total, *cells, peer=(90.0, 90.0)):
    """The routes of unit a from its (rate, numerator, denominator) for SH and TT; a peer b has the rates given."""
    rows = [("a", *each) for each in zip(("SH", "TT"), cells, strict=True)]
    rows += [("b", name, (rate, np.nan, np.nan)) for name, rate in zip(("SH", "TT"), peer, strict=True)]
    frame = pd.DataFrame(
        [(code, name, *cell) for code, name, cell in rows],
        columns=["unit_code", "indicator", "value", "numerator", "denominator"],
    )
    held = scores(a=total, b=99.0)
    return find_routes(held, frame, RATES, BANDS, communes(a=1.0, b=1.0)).set_index("indicator")


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
