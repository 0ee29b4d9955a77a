"""The control chart: limits, broken rules, and what it says."""

import numpy as np
import pandas as pd
import pytest
from support.charted import EN, LIMITS, NO_LIMITS, POINTS, UNKNOWN, VI, written

from analysis.report.charts.control import draw_control


def test_the_control_chart_says_the_limits_and_each_point_that_breaks_a_rule():
    rule = VI.say("chart.control.rule_beyond")
    point = VI.say("chart.control.alt_point", day="27/11/2023", value="−5,78", rule=rule)
    assert draw_control(POINTS, LIMITS, VI).alt == " ".join(
        [
            VI.say("chart.control.alt", count=4, first="13/11/2023", last="04/12/2023", value="+0,50"),
            VI.say("chart.control.alt_limits", centre="+0,25", lower="−1,75", upper="+2,25"),
            VI.say("chart.control.alt_broken", points=point),
        ]
    )
    usual = draw_control(POINTS.assign(rule=""), LIMITS, EN).alt
    limits = EN.say("chart.control.alt_limits", centre="+0.25", lower="−1.75", upper="+2.25")
    assert usual.endswith(f"{limits} {EN.say('chart.control.alt_usual')}")


def test_a_point_that_breaks_a_rule_has_the_rules_name_and_another_mark():
    chart = draw_control(POINTS, LIMITS, VI)
    values = {"upper": "+2,25", "centre": "+0,25", "lower": "−1,75"}
    limits = {VI.say(f"chart.control.{which}", value=value) for which, value in values.items()}
    assert {f"27/11: {VI.say('chart.control.rule_beyond')}", "+0,50"} | limits <= set(written(chart))
    (mark,) = [line for line in chart.figure.axes[0].lines if line.get_marker() == "D"]
    points = [line for line in chart.figure.axes[0].lines if line.get_marker() == "o"][-1]
    assert mark.get_ydata().tolist() == [points.get_ydata()[2]]


def test_centre_and_limits_lie_where_their_figures_are():
    chart = draw_control(POINTS, LIMITS, VI)
    levels = sorted(
        path.vertices[0, 1]
        for lines in chart.figure.axes[0].collections
        for path in lines.get_paths()
        if path.vertices[0, 1] == path.vertices[1, 1]
    )
    upper, centre, lower = levels
    assert centre - upper == pytest.approx(lower - centre)
    points = [line for line in chart.figure.axes[0].lines if line.get_marker() == "o"][-1].get_ydata()
    assert points[1] == pytest.approx(centre)
    assert points[2] - centre == pytest.approx(6.03 / 2 * (lower - centre))  # 0.25 to −5.78, and to −1.75


def test_of_a_run_that_breaks_one_rule_only_the_last_point_is_named():
    chart = draw_control(POINTS.assign(rule=["", "shift", "shift", "beyond"]), LIMITS, VI)
    assert [each for each in written(chart) if ": " in each and "/" in each] == [
        f"27/11: {VI.say('chart.control.rule_shift')}",
        f"04/12: {VI.say('chart.control.rule_beyond')}",
    ]


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (9, VI.say("chart.control.few", missing=9)),
        (0, VI.say("chart.control.steady")),
    ],
)
def test_without_limits_there_are_the_points_and_why(missing, said):
    chart = draw_control(POINTS.assign(rule=""), NO_LIMITS | {"missing": missing}, VI)
    alt = VI.say("chart.control.alt", count=4, first="13/11/2023", last="04/12/2023", value="+0,50")
    assert chart.alt.endswith(f"{alt} {said}")
    assert said in " ".join(written(chart))
    assert VI.say("chart.control.zero", value="0,00") in written(chart)
    centre = VI.say("chart.control.centre", value="#").split("#")[0]
    assert not any(each.startswith(centre) for each in written(chart))


def test_a_missing_change_is_a_gap():
    chart = draw_control(POINTS.assign(value=[0.5, UNKNOWN, -5.78, 0.5]), LIMITS, VI)
    assert VI.say("chart.control.alt", count=3, first="13/11/2023", last="04/12/2023", value="+0,50") in chart.alt
    assert np.isnan(chart.figure.axes[0].lines[0].get_ydata()).sum() == 1


def test_the_first_and_the_newest_cutoff_are_named_and_of_the_others_those_there_is_room_for():
    days = pd.date_range("2022-11-07", periods=60, freq="7D").strftime("%Y-%m-%d")
    points = pd.DataFrame({"cutoff": days, "value": np.arange(60) % 7 / 10, "rule": ""})
    none = {"centre": np.nan, "lower": np.nan, "upper": np.nan, "missing": 1}
    named = [text.get_text() for text in draw_control(points, none, VI).figure.axes[0].texts]
    assert {"07/11", "25/12"} <= set(named) and sum(name[2:3] == "/" for name in named) < 20
