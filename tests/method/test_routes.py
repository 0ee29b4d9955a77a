"""The ways to the next band: the right order, and none that cannot be gone by the day."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.district import in_force, week

from analysis.method import routes

NATURES = {"CKMB": "stock", "TD": "flow", "DVCTT": "flow", "TT": "flow", "SH": "flow"}
DAYS = ("2023-12-04", "2023-12-31")
BANDS = pd.DataFrame({"band": ["Tốt", "Trung bình", "Yếu"], "from_points": [80.0, 50.0, 0.0]})
RULES = pd.DataFrame(
    {
        "indicator": ["S", "F", "G", "N"],
        "unit": ["percent", "percent", "percent", "count"],
        "max_points": [10.0, 20.0, 6.0, np.nan],
        "rule": ["linear", "linear", "capped", "none"],
        "full_at_pct": [np.nan, np.nan, 50.0, np.nan],
        "nature": ["stock", "flow", "flow", ""],
    }
)


def real_ways(**more):
    held, tables = in_force(), week()
    rules = held.indicators.assign(nature=held.indicators["indicator"].map(NATURES))
    return routes.find_routes(
        tables["scores"], tables["measurements"], rules, held.bands, tables["units"], *DAYS, **more
    )


def made(rates, total=48.0, rules=RULES, counts=None, days=("2023-07-02", "2023-12-31"), **more):
    """Unit ``a`` with these rates, and a peer ``best`` with those of its second column; on day 183 of 365."""
    rows = [
        (unit, name, pair[at], *(counts or {}).get(name, (np.nan, np.nan)))
        for at, unit in enumerate(("a", "best"))
        for name, pair in rates.items()
    ]
    measurements = pd.DataFrame(rows, columns=["unit_code", "indicator", "value", "numerator", "denominator"])
    scores = pd.DataFrame({"unit_code": ["a", "best"], "total": [total, 90.0]})
    units = pd.DataFrame({"unit_code": ["a", "best"], "kind": "commune"})
    return routes.find_routes(scores, measurements, rules, BANDS, units, *days, **more)


def mix(frame):
    return {row.indicator: round(row.mix_points, 6) for row in frame.dropna(subset="order").itertuples()}


# -- the real week ---------------------------------------------------------------------------------------------------


def test_kien_an_is_told_to_publish_its_procedures_and_nothing_that_cannot_be_reached():
    its = real_ways().query("unit_code == '30634'").set_index("indicator")
    assert its["order"].dropna().to_dict() == {"CKMB": 1.0}
    assert its.loc["CKMB", "mix_pct"] == pytest.approx(0.82 / 0.18)
    payment = its.loc["TT"]
    assert not payment["enough"]  # 7.56 % can become 14.4 %, and 21.3 % would be needed
    assert payment["own_pct"] + payment["needed_pct"] == pytest.approx(7.56 + 0.82 / 0.06)
    assert payment["own_pct"] + payment["room_pct"] == pytest.approx((7.56 * 338 + 2700) / 365)


def test_no_unit_is_told_to_reach_what_cannot_be_reached():
    frame = real_ways()
    assert len(frame) == 18 * 5
    asked = frame.dropna(subset="order")
    assert (asked["mix_pct"] <= asked["room_pct"] + 1e-9).all() and (asked["mix_rate"].dropna() <= 100 + 1e-9).all()
    assert frame["mix_points"].groupby(frame["unit_code"]).sum(min_count=1).dropna().gt(0).all()


def test_a_loss_that_a_step_explains_is_the_advice():
    steps = pd.DataFrame({"unit_code": ["30637", "gone"], "indicator": "NOT_ITEMISED", "points": [12.0, 6.0]})
    its = real_ways(steps=steps).query("unit_code == '30637'").set_index("indicator")
    first = its.loc["NOT_ITEMISED"]
    assert (first["order"], first["nature"], first["mix_points"]) == (1.0, "step", 12.0)
    assert its["order"].notna().sum() == 1  # the rest of the 18.9 points cannot be had by the day
    assert not first["enough"] and np.isnan(first["own_pct"])


# -- by hand ---------------------------------------------------------------------------------------------------------


def test_stock_comes_before_flow_though_a_point_of_the_flow_brings_more():
    frame = made({"S": (50.0, 100.0), "F": (50.0, 100.0)})
    assert mix(frame) == {"S": 2.0}
    assert frame.set_index("indicator")["needed_pct"].to_dict() == {"S": 20.0, "F": 10.0}


def test_a_mix_goes_on_with_flows_where_the_stock_does_not_bring_the_gap():
    """S can gain 1 point; F the other: 5 percentage points, over 182 of 365 days 10.03 more than the 50 % so far."""
    frame = made({"S": (90.0, 100.0), "F": (50.0, 100.0)})
    assert mix(frame) == {"S": 1.0, "F": 1.0}
    flow = frame.set_index("indicator").loc["F"]
    assert (flow["order"], flow["mix_pct"]) == (2.0, pytest.approx(5.0))
    assert flow["mix_rate"] == pytest.approx(50 + 5 * 365 / 182)
    assert flow["mix_proven"]


def test_what_is_neither_stock_nor_flow_comes_between_them_and_old_rules_have_no_nature():
    rules = RULES.assign(nature=["", "flow", "stock", ""])
    assert list(mix(made({"S": (90.0, 100.0), "F": (50.0, 100.0), "G": (45.0, 50.0)}, rules=rules))) == ["G", "S", "F"]
    frame = made({"S": (50.0, 100.0), "F": (50.0, 100.0)}, rules=RULES.drop(columns="nature"))
    assert mix(frame) == {"F": 2.0} and (frame["nature"] == "").all()


def test_a_flow_gains_no_more_than_all_that_is_still_to_come():
    its = made({"F": (50.0, 100.0), "G": (10.0, 60.0)}).set_index("indicator")
    assert its.loc["F", "room_pct"] == pytest.approx(50 * 182 / 365)
    assert its.loc["G", "room_pct"] == 40.0  # to full points at 50 %
    late = made({"F": (50.0, 100.0)}, days=("2023-12-30", "2023-12-31"))
    assert late["order"].isna().all() and late["mix_points"].isna().all() and not late["enough"].any()


def test_after_the_day_only_what_can_be_mended_at_once_is_left():
    frame = made({"S": (50.0, 100.0), "F": (50.0, 100.0)}, days=("2023-12-31", "2023-12-30"))
    assert frame.set_index("indicator")["room_pct"].to_dict() == {"S": 50.0, "F": 0.0}


def test_peers_prove_a_flow_by_the_rate_that_what_is_still_to_come_would_need():
    """F must have 50 + 10 × 365 / 182 = 70.05 % on the rest for 2 points: a peer with 71 % proves it, one with 70 % does not."""
    for best, proven in ((71.0, True), (70.0, False)):
        assert made({"F": (50.0, best)})["mix_proven"].tolist() == [proven]


def test_a_mix_asks_for_what_peers_have_reached_where_that_is_enough():
    """A peer has 85 % of S: half a point of it, and the rest from F, though S alone could bring all."""
    assert mix(made({"S": (80.0, 85.0), "F": (50.0, 100.0)})) == {"S": 0.5, "F": 1.5}
    assert mix(made({"S": (80.0, 85.0), "F": (50.0, 50.0)})) == {"S": 2.0}  # peers prove no more: then beyond them


def test_a_step_that_brings_the_gap_is_the_only_way_in_the_mix():
    steps = pd.DataFrame({"unit_code": ["a"], "indicator": "MDHL", "points": [6.0]})
    frame = made({"S": (50.0, 100.0)}, steps=steps)
    assert mix(frame) == {"MDHL": 2.0} and frame.set_index("indicator").loc["MDHL", "enough"]


# A total of 37.77 lacks 12.23 points of 50.00. Stocks of 10 and twice 20 points: 1 % brings 0.1 and 0.2 points.
STOCKS = pd.DataFrame({"indicator": ["S", "X", "Y"], "max_points": [10.0, 20.0, 20.0], "nature": "stock"})
STOCKS = STOCKS.assign(unit="percent", rule="linear", full_at_pct=np.nan)


@pytest.mark.parametrize(
    ("own_pct", "is_enough"),
    [
        pytest.param(38.8605, True, id="12.2279 points: 49.9979 is published as 50.00"),
        pytest.param(38.875, True, id="12.2250 points: 49.9950 is published as 50.00"),
        pytest.param(38.8755, False, id="12.2249 points: 49.9949 is published as 49.99"),
    ],
)
def test_points_that_bring_the_published_total_to_the_band_are_enough(own_pct, is_enough):
    its = made({"X": (own_pct, 100.0)}, total=37.77, rules=STOCKS).iloc[0]
    assert its["enough"] == its["mix_proven"] == is_enough
    assert its["mix_pct"] == pytest.approx(100 - own_pct if is_enough else np.nan, nan_ok=True)
    # 12.23 points are 61.15 % of 20; no more than 100 % is asked for, where that is enough
    assert its["needed_pct"] == pytest.approx(100 - own_pct if is_enough else 61.15)


def test_a_flow_that_brings_just_enough_needs_all_that_is_still_to_come():
    """From 38.775 % so far, 182 of 365 days at 100 % bring 61.225 % × 182 / 365 = 30.5286 %: 6.1057 of 6.11 points."""
    its = made({"F": (38.775, 100.0)}, total=43.89).iloc[0]
    assert its["enough"] and its["mix_points"] == pytest.approx(6.1057, abs=5e-5)
    assert its["needed_rate"] == its["mix_rate"] == pytest.approx(100.0)
    assert not made({"F": (38.775, 100.0)}, total=43.88)["enough"].any()  # 6.12 are wanted: 0.0143 too few


def test_a_lost_block_is_just_enough_as_well():
    for points, is_enough in ((1.995, True), (1.9949, False)):
        steps = pd.DataFrame({"unit_code": ["a"], "indicator": "MDHL", "points": [points]})
        assert made({"S": (100.0, 100.0)}, steps=steps).set_index("indicator").loc["MDHL", "enough"] == is_enough


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        # of two that bring the same for a percentage point, X comes first in the table: 0.004 points of it
        pytest.param({"X": (99.98, 100.0), "Y": (38.85, 100.0)}, {"Y": 12.23}, id="Y brings all"),
        pytest.param({"X": (99.98, 100.0), "Y": (38.8605, 100.0)}, {"Y": 12.2279}, id="Y brings all but rounding"),
        # with 0.006 points of S they are 12.226: only both are enough, the larger named first
        pytest.param({"S": (99.94, 100.0), "X": (38.9, 100.0)}, {"X": 12.22, "S": 0.006}, id="X needs it"),
        # a peer has 99.98 % of X; within what peers prove Y brings all
        pytest.param({"X": (99.96, 99.98), "Y": (38.85, 100.0)}, {"Y": 12.23}, id="peers prove so little of it"),
        pytest.param(
            {"S": (99.95, 100.0), "X": (38.92, 100.0), "Y": (99.96, 100.0)},
            {"X": 12.216, "Y": 0.008, "S": 0.005},
            id="of two the larger first: 12.216 + 0.008 lack 0.006",
        ),
        pytest.param({"X": (38.87, 100.0), "Y": (50.0, 100.0)}, {"X": 12.226}, id="Y, that could, would add 0.004"),
    ],
)
def test_a_way_of_less_than_a_hundredth_of_a_point_is_in_no_mix_without_need(rates, expected):
    assert mix(made(rates, total=37.77, rules=STOCKS)) == expected


def test_in_cases_a_stock_counts_procedures_and_a_flow_dossiers_still_to_come():
    """S: 2 points are 20 of 100 procedures. F: 183 dossiers in 183 days, 182 to come, of them 50 + 20.05 % must count."""
    frame = made({"S": (50.0, 100.0), "F": (50.0, 100.0)}, counts={"S": (50, 100), "F": (91.5, 183)})
    its = frame.query("unit_code == 'a'").set_index("indicator")
    assert its["needed_cases"].to_dict() == {"S": 20.0, "F": np.ceil(182 * 0.5 + 10 * 3.65)}
    assert its["mix_cases"].to_dict() == {"S": 20.0, "F": 0.0}
    assert np.isnan(its.loc["S", "needed_rate"])


def test_within_one_nature_the_order_is_by_points_a_case_where_all_is_counted():
    rules = RULES.assign(nature="stock")
    rates = {"S": (50.0, 100.0), "F": (50.0, 100.0)}
    assert list(mix(made(rates, rules=rules))) == ["F"]
    assert list(mix(made(rates, rules=rules, counts={"S": (50, 100), "F": (500, 1000)}))) == ["S"]


def test_the_highest_band_missing_totals_and_the_areas_row_have_no_ways():
    assert set(made({"S": (50.0, 100.0)})["unit_code"]) == {"a"}
    frame = made({"S": (50.0, 100.0)}, total=np.nan)
    assert frame.empty and list(frame.columns) == routes.ROUTES
    assert "893" not in set(real_ways()["unit_code"])


@given(
    stock=st.floats(0, 100),
    flow=st.floats(0, 100),
    best=st.floats(0, 100),
    total=st.floats(30, 49.99),
    day=st.integers(1, 364),
)
def test_a_mix_brings_the_gap_but_for_rounding_within_what_each_way_can_bring(stock, flow, best, total, day):
    cutoff = str(np.datetime64("2022-12-31") + day)
    frame = made({"S": (stock, best), "F": (flow, best)}, total=total, days=(cutoff, "2023-12-31"))
    room, gap = frame["room_points"].sum(), frame["gap"].iloc[0]
    if room >= gap - 0.005 + 1e-6:  # the published total is rounded
        assert gap - 0.005 - 1e-6 <= frame["mix_points"].sum() <= gap + 1e-6
        assert (frame["mix_points"] <= frame["room_points"] + 1e-9).all()
        assert (frame["mix_rate"].dropna() <= 100 + 1e-6).all()
    elif room < gap - 0.005 - 1e-6:
        assert frame["mix_points"].isna().all() and frame["order"].isna().all()
