"""The control chart: limits, broken rules, and what it says."""

import numpy as np
import pandas as pd
import pytest
from support.charted import EN, LIMITS, NO_LIMITS, POINTS, UNKNOWN, VI, written

from analysis.report.charts.control import draw_control


def test_the_control_chart_says_the_limits_and_each_point_that_breaks_a_rule():
    assert draw_control(POINTS, LIMITS, VI).alt == (
        "Mức tăng, giảm điểm qua 4 kỳ, từ 13/11/2023 đến 04/12/2023; kỳ mới nhất: +0,50. Trung bình +0,25, giới hạn "
        "dao động thông thường từ −1,75 đến +2,25. Điểm bất thường: 27/11/2023 −5,78 (ngoài giới hạn)."
    )
    usual = draw_control(POINTS.assign(rule=""), LIMITS, EN).alt
    assert usual.endswith("from −1.75 to +2.25. No point is out of the ordinary.")


def test_a_point_that_breaks_a_rule_has_the_rules_name_and_another_mark():
    chart = draw_control(POINTS, LIMITS, VI)
    assert {"27/11: ngoài giới hạn", "trên +2,25", "TB +0,25", "dưới −1,75", "+0,50"} <= set(written(chart))
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
        "27/11: tám kỳ liền ở một phía",
        "04/12: ngoài giới hạn",
    ]


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (9, "Chưa đủ số kỳ để tính giới hạn dao động thông thường: còn thiếu 9 kỳ."),
        (0, "Các kỳ trước không dao động nên không có giới hạn."),
    ],
)
def test_without_limits_there_are_the_points_and_why(missing, said):
    chart = draw_control(POINTS.assign(rule=""), NO_LIMITS | {"missing": missing}, VI)
    assert chart.alt.endswith(f"kỳ mới nhất: +0,50. {said}")
    assert said in " ".join(written(chart))
    assert "mốc 0,00" in written(chart) and not any(each.startswith("TB") for each in written(chart))


def test_a_missing_change_is_a_gap():
    chart = draw_control(POINTS.assign(value=[0.5, UNKNOWN, -5.78, 0.5]), LIMITS, VI)
    assert "qua 3 kỳ" in chart.alt
    assert np.isnan(chart.figure.axes[0].lines[0].get_ydata()).sum() == 1


def test_the_first_and_the_newest_cutoff_are_named_and_of_the_others_those_there_is_room_for():
    days = pd.date_range("2022-11-07", periods=60, freq="7D").strftime("%Y-%m-%d")
    points = pd.DataFrame({"cutoff": days, "value": np.arange(60) % 7 / 10, "rule": ""})
    none = {"centre": np.nan, "lower": np.nan, "upper": np.nan, "missing": 1}
    named = [text.get_text() for text in draw_control(points, none, VI).figure.axes[0].texts]
    assert {"07/11", "25/12"} <= set(named) and sum(name[2:3] == "/" for name in named) < 20
