"""Where the year will end: by hand where that is possible, what is left out, and that the intervals hold."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.method import year_end

sys.path.append(str(Path(__file__).parents[2] / "bench"))

import rates as bench

BANDS = bench.BANDS
RULES = pd.DataFrame(
    {
        "indicator": ["F", "S", "N"],
        "unit": ["percent", "percent", "count"],
        "max_points": [20.0, 10.0, np.nan],
        "rule": ["capped", "linear", "none"],
        "full_at_pct": [50.0, np.nan, np.nan],
        "nature": ["flow", "stock", ""],
    }
)
FLOW = RULES[RULES["indicator"] == "F"]


def mondays(count, first="2025-01-06"):
    return [str(day) for day in np.datetime64(first) + 7 * np.arange(count)]


def counted(name, hits, cases, days, unit="a"):
    """Cumulative counts of weeks with so many hits and cases."""
    hits, cases = np.broadcast_to(hits, len(days)).cumsum(), np.broadcast_to(cases, len(days)).cumsum()
    rows = {"cutoff": days, "unit_code": unit, "indicator": name, "value": np.nan}
    return pd.DataFrame(rows | {"numerator": 1.0 * hits, "denominator": 1.0 * cases})


def printed(name, values, days, unit="a"):
    rows = {"cutoff": days, "unit_code": unit, "indicator": name, "value": np.broadcast_to(values, len(days))}
    return pd.DataFrame(rows | {"numerator": np.nan, "denominator": np.nan})


def ends(history, rules=RULES, **settings):
    """unit_code, indicator → low, middle, high (once, where there is a row for each band)."""
    frame = year_end.forecast_year_end(history, rules, BANDS, settings)
    return frame.drop_duplicates(["unit_code", "indicator"]).set_index(["unit_code", "indicator"])


def interval(row):
    return row[["low", "middle", "high"]].tolist()


# -- by hand ---------------------------------------------------------------------------------------------------------


def test_a_rate_ends_where_what_it_is_and_what_is_still_to_come_meet():
    """Every week 10 of 50 dossiers, but 40 of 50 in the first: after 25 weeks 22.4 %, 20 % a week are still to come."""
    days = mondays(25)
    hits = np.r_[40, np.full(24, 10)]
    row = ends(counted("F", hits, 50, days), FLOW).loc[("a", "F")]
    gone = 174  # Monday, 23 June
    now = 100 * hits.sum() / 1250
    assert row["middle"] == pytest.approx((now * gone + 20 * (365 - gone)) / 365, abs=0.5)
    without = ends(counted("F", np.full(25, 10), 50, days), FLOW).loc[("a", "F")]
    assert without["middle"] == pytest.approx(20.0)


def test_alike_weeks_leave_only_the_scatter_of_few_dossiers():
    """20 % of 50 a week, 190 days to come: their rate scatters by √(1600 / (50 × 27.3)), the mean of 25 weeks by √(1600 / 1250)."""
    row = ends(counted("F", 10, 50, mondays(25)), FLOW).loc[("a", "F")]
    to_come = 191 / 7
    scatter = np.sqrt(1600 / (50 * to_come) + 1600 / 1250) * 191 / 365
    assert row["high"] - row["middle"] == pytest.approx(1.2816 * scatter, rel=0.03)
    assert row["middle"] - row["low"] == pytest.approx(row["high"] - row["middle"])
    assert row["band"] == "" and np.isnan(row["odds"])


def test_more_dossiers_and_a_later_day_narrow_the_interval_and_a_higher_level_widens_it():
    def width(cases=50, weeks=25, **settings):
        row = ends(counted("F", cases / 5, cases, mondays(weeks)), FLOW, **settings).loc[("a", "F")]
        return row["high"] - row["low"]

    assert width() > width(500) and width() > width(weeks=40)
    assert width(level=0.9) == pytest.approx(width() * 1.6449 / 1.2816, rel=1e-3)


def test_a_rate_cannot_leave_what_is_still_possible():
    random = np.random.default_rng(1)
    row = ends(counted("F", (random.random(25) < 0.04) * 1, 1, mondays(25)), FLOW).loc[("a", "F")]
    now = 100 * row["middle"] / 100
    assert 0 <= row["low"] <= now <= row["high"] <= 100
    full = ends(counted("F", 1, 1, mondays(25)), FLOW).loc[("a", "F")]
    assert full["high"] == pytest.approx(100.0) and full["low"] >= 100 * 174 / 365


def test_on_the_day_all_is_known_and_after_it_nothing_is_said():
    days = mondays(25)
    history = pd.concat([counted("F", 10, 50, days), printed("S", 40.0, days), printed("TOTAL", 62.0, days)])
    frame = year_end.forecast_year_end(history, RULES, BANDS, {"by": days[-1]})
    for (_, name), now in {
        ("a", "F"): 20.0,
        ("a", "S"): 4.0,
        ("a", "NOT_ITEMISED"): 50.0,
        ("a", "TOTAL"): 62.0,
    }.items():
        assert interval(frame[frame["indicator"] == name].iloc[0]) == pytest.approx([now] * 3)
    odds = frame[frame["indicator"] == "TOTAL"].set_index("band")["odds"]
    assert odds.to_dict() == {"Xuất sắc": 0, "Tốt": 0, "Khá": 0, "Trung bình": 1, "Yếu": 0}
    assert year_end.forecast_year_end(history, RULES, BANDS, {"by": mondays(24)[-1]}).empty


def test_points_that_never_moved_stay_and_a_total_moves_by_its_flow_alone():
    days = mondays(25)
    history = pd.concat([counted("F", 10, 50, days), printed("S", 40.0, days), printed("TOTAL", 62.0, days)])
    its = ends(history).loc["a"]
    assert interval(its.loc["S"]) == [4.0, 4.0, 4.0]
    assert interval(its.loc["NOT_ITEMISED"]) == pytest.approx([50.0] * 3)  # 62 less 4 and 20 × 20 / 50
    flow, total = its.loc["F"], its.loc["TOTAL"]
    assert total["middle"] == pytest.approx(62.0, abs=0.01)
    assert total["high"] - total["low"] == pytest.approx((flow["high"] - flow["low"]) * 20 / 50, rel=0.01)


def test_a_rate_beyond_full_points_moves_no_total():
    days = mondays(25)
    history = pd.concat([counted("F", 45, 50, days), printed("TOTAL", 62.0, days)])
    its = ends(history).loc["a"]
    assert its.loc["F", "high"] - its.loc["F", "low"] > 1
    assert interval(its.loc["TOTAL"]) == pytest.approx([62.0] * 3, abs=0.01)


def test_points_that_all_units_gain_every_week_go_on():
    days = mondays(25)
    history = pd.concat(
        printed("TOTAL", start + 0.5 * np.arange(25), days, unit) for unit, start in (("a", 40), ("b", 50))
    )
    its = ends(history, FLOW)
    gained = 0.5 * 191 / 7
    assert interval(its.loc[("a", "TOTAL")]) == pytest.approx([52 + gained] * 3)
    assert interval(its.loc[("b", "TOTAL")]) == pytest.approx([62 + gained] * 3)


def test_the_odds_of_bands_add_up_and_follow_the_interval():
    random = np.random.default_rng(3)
    days = mondays(30)
    history = pd.concat(
        printed("TOTAL", np.round(start + random.normal(0, 0.3, 30).cumsum(), 2), days, unit)
        for unit, start in (("low", 30.0), ("edge", 50.0), ("high", 95.0))
    )
    frame = year_end.forecast_year_end(history, FLOW, BANDS, {})
    totals = frame[frame["indicator"] == "TOTAL"]
    assert totals["band"].tolist() == BANDS["band"].tolist() * 3
    odds = totals.pivot(index="unit_code", columns="band", values="odds")
    assert odds.sum(axis=1).tolist() == pytest.approx([1, 1, 1]) and odds.ge(0).all(axis=None)
    assert odds.loc["low", "Yếu"] > 0.999 and odds.loc["high", "Xuất sắc"] > 0.8
    assert 0.05 < odds.loc["edge", "Yếu"] < 0.95


# -- what is said, and when ------------------------------------------------------------------------------------------


def test_nothing_is_said_before_enough_weeks():
    for weeks, said in ((12, False), (13, True)):  # the first week has nothing to compare with
        days = mondays(weeks)
        its = ends(pd.concat([counted("F", 10, 50, days), printed("TOTAL", 60.0, days)]), FLOW)
        assert (("a", "F") in its.index) == said and (("a", "TOTAL") in its.index) == said
        assert ("a", "NOT_ITEMISED") in its.index  # twelve totals are enough for that
    assert ("a", "F") in ends(counted("F", 10, 50, mondays(5)), FLOW, least_weeks=4).index
    assert ends(counted("F", 10, 50, mondays(25)), FLOW, least_weeks=30).empty


def test_a_unit_without_the_figure_now_has_no_row_and_its_total_is_taken_as_a_whole():
    days = mondays(25)
    parts = [counted("F", 10, 50, days, unit) for unit in "ab"] + [printed("TOTAL", 60.0, days, unit) for unit in "ab"]
    history = pd.concat(parts)
    gone = (history["unit_code"] == "b") & (history["indicator"] == "F") & (history["cutoff"] > days[20])
    its = ends(history[~gone], FLOW)
    assert ("b", "F") not in its.index
    assert interval(its.loc[("b", "TOTAL")]) == [60.0, 60.0, 60.0]


def test_rules_without_natures_give_points_alone():
    days = mondays(25)
    history = pd.concat([counted("F", 10, 50, days), printed("TOTAL", 60.0, days)])
    its = ends(history, FLOW.drop(columns="nature"))
    assert its.index.get_level_values(1).tolist() == ["F", "NOT_ITEMISED", "TOTAL"]
    assert interval(its.loc[("a", "F")]) == pytest.approx([8.0] * 3)  # points: 20 × 20 / 50


def test_own_rates_run_through_the_new_year_and_totals_begin_anew():
    days = mondays(20, "2024-10-07")  # to 17 February 2025
    old, new = (
        pd.concat([counted("F", 10, 50, its), printed("TOTAL", 60.0, its)])
        for its in ([day for day in days if day < "2025"], [day for day in days if day > "2025"])
    )
    its = ends(pd.concat([old, new]), FLOW)
    assert its.index.tolist() == [("a", "F")]
    assert its.loc[("a", "F"), "middle"] == pytest.approx(20.0)
    assert ends(new, FLOW).empty


def test_a_day_in_another_year_is_that_of_what_is_counted_then():
    """Nothing of this year enters a rate of the next: its interval is that of what comes, and no total is told."""
    days = mondays(25)
    history = pd.concat([counted("F", 10, 50, days), printed("TOTAL", 60.0, days)])
    its = ends(history, FLOW, by="2026-06-30")
    assert its.index.tolist() == [("a", "F")]
    assert its.loc[("a", "F"), "middle"] == pytest.approx(20.0)


def test_figures_of_a_month_count_from_its_first_day():
    days = mondays(25)
    its = ends(printed("F", 20.0, days), FLOW, accumulates="month", decimals={"F": 2})
    assert its.loc[("a", "F"), "middle"] == pytest.approx(20.0, abs=0.01)


def test_totals_of_another_series_do_not_count():
    days = mondays(25)
    history = printed("TOTAL", np.r_[np.full(10, 90.0), np.full(15, 60.0)], days)
    history["since"] = ["2025-01-01"] * 10 + [days[10]] * 15
    assert interval(ends(history, FLOW).loc[("a", "TOTAL")]) == [60.0, 60.0, 60.0]


def test_a_revised_week_is_passed_over():
    """At the twelfth week 60 dossiers were taken off, which is no week's doing."""
    days = mondays(25)
    history = counted("F", 10, 50, days)
    history.loc[history["cutoff"] >= days[11], ["numerator", "denominator"]] -= [60.0, 80.0]
    row = ends(history, FLOW).loc[("a", "F")]
    plain = ends(counted("F", 10, 50, days), FLOW).loc[("a", "F")]
    assert row["high"] - row["low"] == pytest.approx(plain["high"] - plain["low"], rel=0.1)
    assert row["middle"] == pytest.approx((100 * 190 / 1170 * 174 + 20 * 191) / 365, abs=0.01)


def test_no_history_no_rows():
    nothing = counted("F", 10, 50, mondays(25)).iloc[:0]
    frame = year_end.forecast_year_end(nothing, RULES, BANDS)
    assert frame.empty and list(frame.columns) == year_end.YEAR_END


def test_the_areas_row_is_fitted_by_itself():
    """Its moves even out: told which row it is, its points have a narrower interval and the units' stay as they are."""
    history, _ = bench.year("independent", 5, counted=True)
    days = sorted(history["cutoff"].unique())
    seen, area = history[history["cutoff"] <= days[30]], f"u{bench.UNITS:05d}"
    without = seen[seen["unit_code"] != area]
    known, alone = (ends(frame, bench.RULES, area=area) for frame in (seen, without))
    pd.testing.assert_frame_equal(known.drop(area), alone)
    unknown = ends(seen, bench.RULES)
    width = {name: frame["high"] - frame["low"] for name, frame in (("known", known), ("unknown", unknown))}
    assert width["known"][(area, "CKMB")] < width["unknown"][(area, "CKMB")] / 1.5


def test_neither_order_nor_names_of_units_matter_and_nothing_is_written_into_the_history():
    history, _ = bench.year("ar 0.5", 6, counted=False)
    seen = history[history["cutoff"] <= sorted(history["cutoff"].unique())[24]]
    kept = seen.copy()
    forth = ends(seen, bench.RULES)
    back = ends(seen[::-1], bench.RULES).loc[forth.index]
    pd.testing.assert_frame_equal(forth, back)
    pd.testing.assert_frame_equal(seen, kept)
    renamed = ends(seen.assign(unit_code="z" + seen["unit_code"]), bench.RULES)
    assert renamed["high"].tolist() == pytest.approx(forth["high"].tolist())


# -- pieces ----------------------------------------------------------------------------------------------------------


def test_least_squares_without_negative_coefficients():
    bases = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    found, left = year_end._least_squares(bases, np.array([1.0, 2.0, 3.0]))
    assert found == pytest.approx([1, 2]) and left == pytest.approx(0, abs=1e-12)
    found, _ = year_end._least_squares(bases, np.array([2.0, -1.0, 1.0]))
    assert found == pytest.approx([1.5, 0])
    assert year_end._least_squares(bases, np.array([-1.0, -1.0, -2.0]))[0].tolist() == [0, 0]


def test_the_rounding_of_one_figure_moves_two_weeks_opposite_ways():
    """Days 7, 14, 21: own rates are R₁, 2 R₂ − R₁, 3 R₃ − 2 R₂; each R is off by a twelfth of a unit squared."""
    by_day = pd.DataFrame({"days": [7.0, 14, 21], "days_before": [0.0, 7, 14], "half": 0.5})
    expected = np.array([[1, -1, 0], [-1, 5, -4], [0, -4, 13]]) / 12
    assert year_end._rounding(by_day) == pytest.approx(expected)


def test_a_drift_that_chance_explains_is_none():
    gone = np.arange(1.0, 27)
    assert year_end._drift(np.tile(0.5 * gone, (3, 1)), gone) == pytest.approx((0.5, 0.0), abs=1e-9)
    assert year_end._drift(np.tile([0.0, 1.0], (2, 13)), gone) == (0.0, 0.0)
    assert year_end._drift(np.full((2, 26), np.nan), gone) == (0.0, 0.0)


# -- the intervals hold ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.long
def test_intervals_hold_in_generated_years(counted):
    """A guard on few years; bench/rates.py measures."""
    frame = pd.concat(
        bench.intervals_hold(kind, seed, counted) for kind in ("independent", "drift ar 0.3") for seed in (1, 2)
    )
    held = frame.groupby("what")["held"].mean()
    assert held[["TOTAL", "flows", "CKMB"]].between(0.7, 0.92).all()
    assert frame.loc[frame["what"] == "TOTAL", "width"].median() < 4
