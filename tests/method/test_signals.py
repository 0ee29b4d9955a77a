"""Signals: the week's own rates from cumulative figures, charts against the unit's past, signals of a whole report."""

import math
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.sampled import sampled

from analysis.method import signals as cusum

pytestmark = pytest.mark.filterwarnings("error")

MONDAY = date(2023, 1, 2)
KEYS = ["cutoff", "unit_code", "indicator"]


def mondays(count, first=MONDAY):
    return [(first + timedelta(weeks=week)).isoformat() for week in range(count)]


def cumulative(weeks, cutoffs, unit="a", indicator="TT"):
    """The history's rows of one unit from its weeks' (hits, cases), cumulative from each 1 January; None: no row."""
    rows, hits, cases, year = [], 0, 0, ""
    for cutoff, week in zip(cutoffs, weeks, strict=True):
        if cutoff[:4] != year:
            hits, cases, year = 0, 0, cutoff[:4]
        if week is not None:
            hits, cases = hits + week[0], cases + week[1]
            rows.append((cutoff, unit, indicator, 100 * hits / cases if cases else np.nan, hits, cases))
    return pd.DataFrame(rows, columns=[*KEYS, "value", "numerator", "denominator"])


def report(weeks, cutoffs=None, indicator="TT"):
    """The same of several units, by code."""
    cutoffs = cutoffs or mondays(len(next(iter(weeks.values()))))
    return pd.concat([cumulative(of, cutoffs, unit, indicator) for unit, of in weeks.items()], ignore_index=True)


def chart(history, unit="a", indicator="TT", **chosen):
    found = cusum.signals(history, chosen)
    return found[(found["unit_code"] == unit) & (found["indicator"] == indicator)].set_index("cutoff")


def values(column):
    return [None if pd.isna(value) else round(float(value), 4) for value in column]


def called(found):
    """The distinct signals."""
    standing = found[found["signal"] != ""]
    return sorted(set(map(tuple, standing[["unit_code", "indicator", "signal", "since"]].to_numpy())))


def drawn(seed, units, weeks, cases=50, rates=(0.1, 0.4)):
    """Beta-binomial weeks of units "a", "b", … around rates of their own."""
    random = np.random.default_rng(seed)
    usual = random.uniform(*rates, (units, 1)).repeat(weeks, axis=1)
    many = random.poisson(cases, usual.shape)
    hits = random.binomial(many, random.beta(60 * usual, 60 * (1 - usual)))
    return {chr(97 + unit): list(zip(hits[unit].tolist(), many[unit].tolist(), strict=True)) for unit in range(units)}


# -- the week's own rates ----------------------------------------------------------------------------------------------


def test_the_weeks_own_rate_is_the_difference_of_the_counts():
    found = chart(report({"a": [(10, 50), (5, 20), (0, 30), (30, 40)]}))
    assert values(found["rate"]) == [20, 25, 0, 75]


def test_a_new_year_begins_anew_and_a_week_left_out_is_in_the_next_ones_rate():
    cutoffs = ["2023-12-11", "2023-12-18", "2024-01-01", "2024-01-08", "2024-01-22"]
    history = report({"a": [(40, 100), (10, 20), (3, 12), (1, 10), (9, 30)]}, cutoffs)
    assert values(chart(history)["rate"]) == [None, 50, 25, 10, 30]  # what one week of December adds to is not known


def test_a_first_figure_of_more_than_a_month_is_no_week():
    assert values(chart(report({"a": [(10, 50), (5, 20)]}, ["2023-01-31", "2023-02-07"]))["rate"]) == [20, 25]
    assert values(chart(report({"a": [(10, 50), (5, 20)]}, ["2023-02-01", "2023-02-07"]))["rate"]) == [None, 25]


@pytest.mark.parametrize(
    "week",
    [
        pytest.param((0, 0), id="no cases"),
        pytest.param((-1, 5), id="fewer hits"),
        pytest.param((-2, -5), id="fewer cases"),
        pytest.param((7, 5), id="more hits than cases"),
    ],
)
def test_a_week_without_cases_or_with_revised_figures_has_no_rate_and_the_next_one_has(week):
    assert values(chart(report({"a": [(10, 50), week, (4, 20)]}))["rate"]) == [20, None, 20]


def test_a_unit_without_any_case_yet_begins_with_its_first_ones():
    weeks = [(0, 0)] * 8 + [(3, 10), (1, 10)]
    assert values(chart(report({"a": weeks}))["rate"]) == [None] * 8 + [30, 10]


def test_a_missing_value_is_made_up_by_the_next_week():
    history = report({"a": [(10, 50), (5, 20), (4, 20)]})
    history.loc[1, ["value", "numerator", "denominator"]] = np.nan
    assert values(chart(history)["rate"]) == [20, None, 22.5]


def rates(printed, cutoffs, unit="a"):
    return pd.DataFrame({"cutoff": cutoffs, "unit_code": unit, "indicator": "TT", "value": printed})


def test_without_counts_the_rate_is_what_an_even_flow_would_need():
    # 2 January is the second day of the year, 9 January the 9th, 30 January the 30th:
    # 10 + (12 − 10) × 9 / 7 = 12.5714; 12 + (11 − 12) × 30 / 21 = 10.5714
    found = chart(rates([10.0, 12.0, 11.0], ["2023-01-02", "2023-01-09", "2023-01-30"]))
    assert values(found["rate"]) == [10, 12.5714, 10.5714]


def test_an_estimate_is_kept_within_0_and_100_and_what_no_flow_could_bring_was_revised():
    cutoffs = ["2023-01-02", "2023-01-09", "2023-01-16"]
    assert values(chart(rates([10.0, 1.0, 1.0], cutoffs))["rate"]) == [10, 0, 1]  # −1.57: some more cases than usual
    assert values(chart(rates([5.0, 5.0, 80.0], cutoffs))["rate"]) == [5, 5, 100]  # 176: within three times the flow
    # 50.02 + (45.01 − 50.02) × 282 / 7 = −152: below −100, which three times an even flow without a hit would bring
    autumn = ["2023-10-02", "2023-10-09", "2023-10-16"]
    assert values(chart(rates([50.02, 45.01, 45.01], autumn))["rate"]) == [None, None, 45.01]


@pytest.mark.parametrize(
    ("accumulates", "expected"),
    [("quarter", [None, 25, 20, 0]), ("month", [60, 25, 20, 0]), ("none", [60, 44.4444, 20, 16])],
)
def test_figures_may_be_of_a_quarter_or_a_month_or_of_each_cut_off_alone(accumulates, expected):
    history = pd.DataFrame(
        {
            "cutoff": ["2023-06-12", "2023-06-19", "2023-07-03", "2023-07-10"],
            "unit_code": "a",
            "indicator": "TT",
            "value": [60.0, 44.44, 20.0, 16.0],
            "numerator": [30, 40, 4, 4],
            "denominator": [50, 90, 20, 25],
        }
    )
    assert values(chart(history, accumulates=accumulates)["rate"]) == expected
    assert values(chart(history, accumulates={"TT": accumulates})["rate"]) == expected


# -- one chart ---------------------------------------------------------------------------------------------------------

STEADY = [(10, 50)] * 10


def test_a_fall_is_called_in_its_third_week_where_a_chart_stands_alone():
    # One chart: log(2 × 1 × 52.2 / 2) − 2.6 = 1.35, so that the least threshold, 2, holds. A week adds 0.9 at most.
    found = chart(report({"a": STEADY + [(0, 50)] * 4}))
    assert values(found["score"])[10:] == [-0.45, -0.9, -1, -1]
    assert found["signal"].tolist() == [""] * 12 + ["down"] * 2
    assert found["since"].tolist() == [""] * 12 + ["2023-03-27"] * 2
    assert values(found["baseline"]) == [None] * 8 + [20] * 6  # the baseline does not follow the fall


def test_a_rise_is_called_likewise_and_stands_until_its_sum_is_back_at_0():
    found = chart(report({"a": STEADY + [(40, 50)] * 4 + [(10, 50)] * 6}))
    assert found["signal"].tolist()[10:14] == ["", "", "up", "up"]
    score = values(found["score"])[13:]
    end = score.index(0) + 13
    assert 15 < end < 20 and score == sorted(score, reverse=True)
    assert set(found["signal"][12:end]) == {"up"} and set(found["signal"][end:]) == {""}
    assert set(found["since"][12:end]) == {"2023-03-27"} and set(found["since"][end:]) == {""}
    assert set(values(found["baseline"])[8:]) == {20}  # nor does it keep anything of the signal


def test_a_signal_that_comes_again_has_another_since():
    found = cusum.signals(report({"a": STEADY + [(0, 50)] * 4 + STEADY + [(0, 50)] * 4}), {})
    assert [(signal, since) for _, _, signal, since in called(found)] == [
        ("down", "2023-03-27"),
        ("down", "2023-07-03"),
    ]


def test_a_level_that_has_lasted_for_a_year_is_the_new_baseline():
    found = chart(report({"a": STEADY + [(2, 50)] * 80}, mondays(90)))
    assert called(found.reset_index()) == [("a", "TT", "down", "2023-03-27")]
    standing = found.index[found["signal"] == "down"]
    assert (standing[0], standing[-1]) == ("2023-03-27", "2024-03-18")  # and 364 days later, it is the usual level
    assert values(found["baseline"])[-1] == pytest.approx(4, abs=0.3)


def test_eight_weeks_are_learned_before_a_ninth_is_judged():
    found = chart(report({"a": [(10, 50)] * 8 + [(0, 50)]}))
    assert values(found["baseline"]) == [None] * 8 + [20]
    assert values(found["score"]) == [None] * 8 + [-0.45]
    assert set(chart(report({"a": [(10, 50)] * 4 + [(0, 50)] * 4}))["signal"]) == {""}


@pytest.mark.parametrize("week", [(0, 50), (50, 50), (0, 1), (1, 1), (0, 0)])
def test_what_never_varies_raises_nothing(week):
    found = chart(report({"a": [week] * 30, "b": [week] * 30}))
    assert set(found["signal"]) == {""}
    assert np.isnan(found["rate"]).all() == (week == (0, 0)) == np.isnan(found["baseline"]).all()


def test_what_never_varied_makes_a_change_more_remarkable():
    history = report({"a": [(0, 50)] * 12 + [(10, 50)] * 3, "b": [(50, 50)] * 12 + [(40, 50)] * 3})
    assert {unit: signal for unit, _, signal, _ in called(cusum.signals(history, {}))} == {"a": "up", "b": "down"}


def test_a_week_without_a_rate_changes_nothing():
    with_gap = chart(report({"a": [*STEADY, (0, 50), (0, 0), (0, 50), (0, 50)]}))
    assert values(with_gap["score"])[10:] == [-0.45, -0.45, -0.9, -1]


def test_a_baseline_runs_through_the_new_year():
    cutoffs = mondays(14, date(2023, 11, 6))
    found = chart(report({"a": [(10, 50)] * 11 + [(0, 50)] * 3}, cutoffs))
    assert cutoffs[8] == "2024-01-01" and values(found["baseline"])[9:] == [20] * 5
    assert found["signal"].iloc[-1] == "down"


def second_opinion(weeks, limit):
    """The sums of one unit's chart, a number at a time, from docs/method.md; no new baseline, no signal in between."""
    kept, past, held, scores = 0.5 ** (1 / 78), [], [], []
    spread, lasting, rise, fall, before = 1 / 60, 0.0, 0.0, 0.0, (0.0, 0.0)
    for place, (hits, cases) in enumerate(weeks):
        total = {"u": 0.0, "uw": 0.0, "uww": 0.0, "cases": 0.0, "k": 0.0, "s": 0.0, "sw": 0.0, "sww": 0.0}
        for at, u, w, many, root, earlier in past:
            share = kept ** (place - at - 1)
            added = {"u": u, "uw": u * w, "uww": u * w * w, "cases": u / many, "k": 1, "s": root}
            added |= {"sw": root * (w + earlier), "sww": root * w * earlier}
            total = {name: total[name] + share * value for name, value in added.items()}
        if past:
            least = max(0.25 / (total["u"] + 0.5), 1e-4)
            mean = total["uw"] / total["u"]
            p = min(max(mean, least), 1 - least)
            share = lasting * total["u"] / (total["cases"] + spread * total["u"])
            lost, pq = 1 + share, p * (1 - p)
            own = ((total["uww"] - mean**2 * total["u"]) / pq - total["cases"] + lost) / total["u"]
            noise = total["k"] * (2 + 1 / max(total["u"] / total["cases"] * pq, 0.02))
            information = total["u"] ** 2 / noise if len(past) >= 4 else 0
            usual = max((information * max(own, 0) + 7200 / 60) / (information + 7200), 1e-3)
            of_area = 1 / (0.4 * usual) ** 2
            spread = max((information * own + of_area * usual) / (information + of_area), 5e-4)
            linked = (total["sww"] - mean * total["sw"] + mean**2 * total["s"]) / pq + lost * total["s"] / total["u"]
            error = math.sqrt(total["k"]) / (spread * total["s"]) if information else 1e3
            memory = linked / (spread * total["s"]) - 0.5 * error if information else 0
            memory = min(max(memory / (1 + error**2), 0), 0.8)
            lasting = spread * 2 * memory / (1 - memory)
            share = lasting * total["u"] / (total["cases"] + spread * total["u"])
            doubt = (1 + share) / total["u"]
            step = 0.8 * math.sqrt(doubt * p * (1 - p))
            if len(past) >= 8:
                whole, up, down = 1 / (spread + lasting + doubt) - 1, p + step, p - step
                sides = (up, risen(up)), (down, 1 - risen(1 - down))
                gained = [likelihood(hits, cases, whole, to) - likelihood(hits, cases, whole, of) for of, to in sides]
                most = 0.45 * limit
                rise, fall = (
                    min(max(held_sum + min(max(gain, -most), most), 0), limit)
                    for held_sum, gain in zip((rise, fall), gained, strict=True)
                )
                scores.append((rise if rise >= fall else -fall) / limit)
        u, w = 1 / (1 / cases + spread), hits / cases
        root, earlier = math.sqrt(u * before[0]), before[1]
        before = (u, w)
        if max(rise, fall) <= 0.7 * limit:
            past, held = past + held, []
        (past if len(past) < 8 else held).append((place, u, w, cases, root, earlier))
    return scores


def risen(rate):
    return min(max(1.7 * rate, rate + 0.02), 1 - 0.45 * (1 - rate))


def likelihood(hits, cases, whole, rate):
    a, b = whole * rate, whole * (1 - rate)
    return math.lgamma(hits + a) - math.lgamma(a) + math.lgamma(cases - hits + b) - math.lgamma(b)


@pytest.mark.parametrize("seed", sampled(range(6), 2, long=4))
def test_a_chart_is_what_the_formulas_say_number_by_number(seed):
    weeks = drawn(seed, 1, 45)["a"]
    found = chart(report({"a": weeks}), false_a_year=0.01)
    assert set(found["signal"]) == {""}
    assert values(found["score"])[8:] == pytest.approx(second_opinion(weeks, threshold(1, 0.01)), abs=1e-4)


# -- the whole report --------------------------------------------------------------------------------------------------


def test_the_more_charts_a_report_has_the_higher_is_the_threshold():
    weeks = {"a": STEADY + [(5, 50)] * 4} | {code: of for code, of in drawn(1, 18, 14).items() if code != "a"}
    few, many = (chart(report(dict(list(weeks.items())[:charts]))) for charts in (4, 18))
    assert 0 > many["score"].iloc[11] > few["score"].iloc[11] > -0.9
    usual, strict = (chart(report(weeks), false_a_year=false) for false in (2.0, 0.2))
    assert usual["score"].iloc[10] / strict["score"].iloc[10] == pytest.approx(
        threshold(19, 0.2) / threshold(19), rel=1e-5
    )


def threshold(charts, false_a_year=2.0):
    return math.log(2 * charts * 365.25 / 7 / false_a_year) - 2.6


OUTAGE = 30


def with_outage(units=18, length=1):
    weeks = drawn(8, units, 45)
    for code, of in weeks.items():
        weeks[code] = [
            (hits // 5, cases) if 0 <= at - OUTAGE < length else (hits, cases) for at, (hits, cases) in enumerate(of)
        ]
    return weeks


def whole_of(weeks):
    return [tuple(map(sum, zip(*of, strict=True))) for of in zip(*weeks.values(), strict=True)]


@pytest.mark.parametrize("length", [1, pytest.param(3, marks=pytest.mark.long)])
def test_a_week_in_which_most_units_move_together_is_one_signal_of_the_area(length):
    weeks = with_outage(length=length)
    history = report(weeks | {"893": whole_of(weeks)})
    found = cusum.signals(history, {"area": "893"})
    assert called(found) == [("893", "TT", "down", mondays(45)[OUTAGE])]
    assert called(cusum.signals(history, {})) == called(found)  # it has as many cases as all others together
    ranked = history.assign(rank=np.where(history["unit_code"] == "893", np.nan, 1.0)).drop(columns="denominator")
    assert [unit for unit, *_ in called(cusum.signals(ranked, {}))] == ["893"]
    renamed = history.replace({"unit_code": {code: f"H21.{code}" for code in weeks} | {"893": "H21"}})
    assert [unit for unit, *_ in called(cusum.signals(renamed.drop(columns=["numerator", "denominator"]), {}))] == [
        "H21"
    ]


def test_an_area_without_a_row_of_its_own_has_rows_where_its_signal_stands():
    history = report(with_outage())
    found = cusum.signals(history, {})
    assert called(found) == [("", "TT", "down", mondays(45)[OUTAGE])]
    of_area = found[found["unit_code"] == ""]
    assert len(found) == len(history) + len(of_area) and set(of_area["signal"]) == {"down"}
    assert called(cusum.signals(history, {"area": "893"})) == [("893", "TT", "down", mondays(45)[OUTAGE])]


def test_in_such_a_week_a_unit_is_measured_against_what_the_others_did():
    weeks = with_outage(length=4)
    weeks["a"] = drawn(8, 18, 45)["a"]  # the portal was down for the others only
    found = cusum.signals(report(weeks), {"area": "893"})
    assert ("a", "TT", "up") in {signal[:3] for signal in called(found)}
    during = found[(found["cutoff"] == mondays(45)[OUTAGE]) & (found["unit_code"] == "b")].iloc[0]
    assert during["baseline"] < 0.4 * found[found["unit_code"] == "b"]["baseline"].iloc[-1]


def test_a_new_level_of_all_units_is_the_areas_signal_for_a_year_and_then_their_baseline():
    weeks = {
        code: [(hits // 3 if at >= 20 else hits, cases) for at, (hits, cases) in enumerate(of)]
        for code, of in drawn(3, 12, 100).items()
    }
    found = cusum.signals(report(weeks, mondays(100)), {"area": "893"})
    assert called(found) == [("893", "TT", "down", mondays(100)[20])]
    standing = found.loc[found["signal"] != "", "cutoff"]
    assert mondays(100)[71] <= standing.max() <= mondays(100)[73]
    last = found[found["cutoff"] == mondays(100)[-1]].set_index("unit_code")
    assert (last["baseline"] < 20).all()


def test_the_fall_of_one_unit_is_its_own():
    weeks = drawn(5, 18, 40, rates=(0.2, 0.4))
    weeks["c"] = weeks["c"][:30] + [(hits // 4, cases) for hits, cases in weeks["c"][30:]]
    found = called(cusum.signals(report(weeks | {"893": whole_of(weeks)}), {"area": "893"}))
    assert [signal[:3] for signal in found] == [("c", "TT", "down")] and mondays(40)[31] <= found[0][3] <= mondays(40)[
        35
    ]


def test_few_units_never_move_together():
    found = called(cusum.signals(report(with_outage(units=4, length=4)), {"area": "893"}))
    assert found and "893" not in {unit for unit, *_ in found}


# -- new baselines -----------------------------------------------------------------------------------------------------

STEP = {"a": STEADY + [(30, 50)] * 14, "b": STEADY + [(30, 50)] * 14}


def test_a_known_step_begins_a_new_baseline_of_the_unit_and_indicator_it_names():
    history = pd.concat([report(STEP), report(STEP, indicator="SH")], ignore_index=True)
    step = {"cutoff": mondays(24)[10], "unit_code": "a", "indicator": "TT", "reason": "a new counter"}
    found = cusum.signals(history, {"rebase": [step]})
    assert {signal[:3] for signal in called(found)} == {("a", "SH", "up"), ("b", "SH", "up"), ("b", "TT", "up")}
    mended = found[(found["unit_code"] == "a") & (found["indicator"] == "TT")]
    assert values(mended["baseline"]) == [None] * 8 + [20] * 2 + [None] * 8 + [60] * 6
    assert values(mended["rate"]) == [20] * 10 + [60] * 14
    for given_as in ([tuple(step.values())], pd.DataFrame([step]), [step | {"cutoff": date(2023, 3, 13)}]):
        assert cusum.signals(history, {"rebase": given_as}).equals(found)


def test_a_step_without_unit_and_indicator_is_everyones_and_ends_a_standing_signal():
    step = {"cutoff": mondays(24)[14], "unit_code": "", "indicator": "", "reason": "another way of counting"}
    found = cusum.signals(report(STEP), {"rebase": [step]})
    assert found.loc[found["signal"] != "", "cutoff"].max() == mondays(24)[13]


def test_a_series_that_begins_on_another_day_than_1_january_is_a_new_baseline():
    history = report(STEP).assign(since="2023-01-01")
    later = (history["unit_code"] == "a") & (history["cutoff"] >= mondays(24)[10])
    merged = history.assign(since=history["since"].mask(later, "2023-03-10"))
    assert {unit for unit, *_ in called(cusum.signals(history, {}))} == {"a", "b"}
    assert {unit for unit, *_ in called(cusum.signals(merged, {}))} == {"b"}
    found = chart(merged)
    assert values(found["rate"])[9:12] == [20, None, 60]  # the code meant another unit before: no difference to that
    assert values(found["baseline"])[10:] == [None] * 9 + [60] * 5


def test_a_week_without_a_row_begins_no_new_series():
    history = report({"a": [(10, 50)] * 20, "b": [(10, 50)] * 20}).assign(since="2023-01-02")
    assert values(chart(history.drop(index=12))["baseline"]) == [None] * 9 + [20] * 10


def test_1_january_is_no_new_series_even_after_one():
    cutoffs = mondays(20, date(2023, 10, 30))
    history = cumulative([(10, 50)] * 20, cutoffs).assign(since="2023-10-25")
    history.loc[history["cutoff"] >= "2024", "since"] = "2024-01-01"
    assert (
        values(chart(history)["baseline"]) == [None] * 9 + [20] * 11
    )  # the first figure is of the year, not of a week


# -- what comes in -----------------------------------------------------------------------------------------------------


def test_the_columns_and_an_empty_history():
    found = cusum.signals(report({"a": STEADY}), {})
    assert list(found.columns) == ["cutoff", "unit_code", "indicator", "rate", "baseline", "score", "signal", "since"]
    assert found.duplicated(KEYS).sum() == 0 and len(found) == 10
    empty = cusum.signals(report({"a": STEADY}).head(0), {})
    assert list(empty.columns) == list(found.columns) and empty.empty
    assert cusum.signals(report({"a": STEADY}), {"flows": []}).empty


def test_only_the_columns_needed_are_needed_and_others_are_ignored():
    history = report({"a": STEADY})[[*KEYS, "value"]]
    assert len(cusum.signals(history, {})) == 10
    more = history.assign(points=3.0, band="Yếu", total=50.0, unit_name="A", since="2023-01-01")
    assert cusum.signals(more, {}).equals(cusum.signals(history, {}))


def test_totals_and_counts_are_no_rates_unless_they_are_named():
    history = pd.concat(
        [
            report({"a": STEADY}),
            report({"a": STEADY}, indicator="TOTAL"),
            report({"a": STEADY}, indicator="CT").assign(
                value=np.arange(10) * 20.0, numerator=np.nan, denominator=np.nan
            ),
            report({"a": STEADY}, indicator="AVERAGE_TIME").assign(value=3.5),
        ],
        ignore_index=True,
    )
    assert set(cusum.signals(history, {})["indicator"]) == {"TT"}
    assert set(cusum.signals(history, {"flows": ["CT", "TT"]})["indicator"]) == {"CT", "TT"}
    assert set(cusum.signals(history, {"flows": "TT"})["indicator"]) == {"TT"}


def test_totals_carried_for_other_cut_offs_are_left_out():
    history = report({"a": STEADY}).assign(carried_by="")
    carried = history.head(3).assign(carried_by="2023-01-23", value=99.0)
    assert cusum.signals(pd.concat([history, carried], ignore_index=True), {}).equals(cusum.signals(history, {}))


@pytest.mark.parametrize(
    ("change", "chosen", "says"),
    [
        (lambda rows: pd.concat([rows, rows.tail(1)]), {}, "two rows of 2023-03-06, a, TT"),
        (lambda rows: rows.assign(cutoff="TUẦN TRƯỚC"), {}, "cutoff 'TUẦN TRƯỚC"),
        (lambda rows: rows.assign(cutoff=""), {}, "cutoff '' is no day"),
        (lambda rows: rows.drop(columns=["unit_code", "value"]), {}, "no column unit_code, value"),
        (lambda rows: rows, {"false_a_year": 0}, "false_a_year is 0"),
        (lambda rows: rows, {"accumulates": "week"}, "accumulates is 'week'"),
        (lambda rows: rows, {"accumulates": {"TT": "years"}}, "accumulates is 'years'"),
    ],
)
def test_what_cannot_be_is_refused_by_name(change, chosen, says):
    with pytest.raises(ValueError, match=says):
        cusum.signals(change(report({"a": STEADY})), chosen)


def test_decimals_are_those_seen_unless_they_are_named():
    cutoffs = mondays(20)
    history = rates([20.5] + [20.0] * 9 + [20.5, 20.0, 20.5, 20.5, 20.0, 21.0, 21.0, 20.5, 20.0, 20.5], cutoffs)
    seen, named, coarse = (chart(history, decimals=given) for given in ({}, {"TT": 1}, {"TT": 0}))
    assert seen.equals(named)
    assert coarse["score"].abs().sum() < seen["score"].abs().sum()


# -- properties --------------------------------------------------------------------------------------------------------

RANDOM = report(drawn(11, 6, 40)).assign(since="2023-01-01")


@settings(max_examples=5, deadline=None)
@given(st.permutations(range(len(RANDOM))))
def test_the_order_of_rows_does_not_matter(order):
    assert cusum.signals(RANDOM.iloc[list(order)], {}).equals(cusum.signals(RANDOM, {}))


@settings(max_examples=5, deadline=None)
@given(st.permutations("abcdef"))
def test_other_codes_give_the_same_charts(codes):
    other = dict(zip("abcdef", codes, strict=True))
    found = cusum.signals(RANDOM, {"area": "z"})
    moved = cusum.signals(RANDOM.assign(unit_code=RANDOM["unit_code"].map(other)), {"area": "z"})
    again = found.assign(unit_code=found["unit_code"].map(other)).sort_values(KEYS, ignore_index=True)
    pd.testing.assert_frame_equal(moved, again, rtol=0, atol=1e-5)


@settings(max_examples=5, deadline=None)
@given(st.integers(1, 39), st.booleans())
def test_a_later_week_changes_nothing_of_the_earlier_ones(weeks, counted):
    rows = RANDOM if counted else RANDOM.assign(value=RANDOM["value"].round(1))[[*KEYS, "value"]]
    until = mondays(40)[weeks - 1]
    early, late = cusum.signals(rows[rows["cutoff"] <= until], {}), cusum.signals(rows, {})
    assert early.equals(late[late["cutoff"] <= until].reset_index(drop=True))


def test_decimals_seen_later_change_nothing_of_the_earlier_weeks():
    history = rates([20.0, 19.0] * 6 + [20.46, 20.13], mondays(14))
    early, late = cusum.signals(history.head(12), {}), cusum.signals(history, {})
    assert early.equals(late.head(12)) and early["score"].iloc[-1] != 0


def test_the_history_stays_as_it_is():
    history = report({"a": STEADY})
    cusum.signals(history, {"rebase": [{"cutoff": "2023-02-06"}]})
    assert history.equals(report({"a": STEADY}))


def test_the_same_rates_of_more_cases_are_more_certain():
    weeks = STEADY + [(4, 50)] * 3
    few, many = (
        chart(report({"a": [(size * hits, size * cases) for hits, cases in weeks]}), false_a_year=0.001)
        for size in (1, 3)
    )
    assert values(few["rate"]) == values(many["rate"])
    assert many["score"].iloc[-1] < few["score"].iloc[-1] < 0


# -- the promise -------------------------------------------------------------------------------------------------------


def simulated(seed, years, memory, changed):
    """Weeks of so many reports of 18 units and 2 rates: φ = 60, 26 weeks to learn, 52 judged."""
    random, shape = np.random.default_rng(seed), (years, 2, 18, 78)
    usual = np.repeat(random.uniform(0.05, 0.4, (*shape[:-1], 1)), 78, axis=-1)
    mean = random.choice([5, 12, 40, 60, 150, 500], (years, 1, 18, 1)).astype(float)
    if changed:
        usual[:, :, :3] = random.uniform(0.1, 0.4, (years, 2, 3, 1))
        usual[:, 0, :3, 52:] /= 3
        usual[:, 1, :3, 52:] *= 2
        mean[:, :, :3] = 50
    cases = np.broadcast_to(random.poisson(random.gamma(8, mean / 8, (years, 1, *shape[2:]))), shape)
    rate = random.beta(60 * usual, 60 * (1 - usual))
    for week in range(1, 78):  # with this chance a week is like the last one: correlation ``memory``
        rate[..., week] = np.where(random.random(shape[:-1]) < memory, rate[..., week - 1], rate[..., week])
    hits = random.binomial(cases, rate)
    hits, cases = (np.concatenate([each, each.sum(axis=2, keepdims=True)], axis=2) for each in (hits, cases))
    share = np.divide(hits, cases, out=np.full(hits.shape, np.nan), where=cases > 0)
    weeks = cusum.Weeks(share, np.where(cases > 0, cases, np.nan), np.zeros(share.shape), np.ones(share.shape))
    return cusum.watch(weeks, np.zeros(share.shape, bool), 738000 + 7 * np.arange(78), 2.0)


@pytest.mark.parametrize("memory", [pytest.param(0, marks=pytest.mark.long), 0.5])
def test_a_report_has_at_most_two_false_signals_a_year(memory):
    found = simulated(766, 60, memory, changed=False)
    new = (found.signal != 0) & (found.since == np.arange(78))
    assert 0 < new[..., 26:].sum() / 60 <= 2


def test_most_falls_to_a_third_and_doublings_are_found_within_8_weeks():
    found = simulated(767, 60, 0, changed=True).signal[..., 52:60]
    assert (found[:, 0, :3] == -1).any(axis=-1).mean() >= 0.8
    assert (found[:, 1, :3] == 1).any(axis=-1).mean() >= 0.9
