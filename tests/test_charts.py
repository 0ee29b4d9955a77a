"""The charts: what they say, in what order, and that every label can be read.

Figures of Chợ Mới's units are those of report 3668/BC-VP (4 December 2023).
"""

import functools
import hashlib
import io
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from PIL import Image
from seaborn.utils import relative_luminance

from analysis import charts, sheet, wording

HOME = Path(__file__).parents[1]
VI, EN = wording.load(HOME, "vi"), wording.load(HOME, "en")
UNKNOWN = float("nan")
BANDS = pd.DataFrame(
    [("XS", "Xuất sắc", 90), ("T", "Tốt", 80), ("K", "Khá", 70), ("TB", "Trung bình", 50), ("Y", "Yếu", 0)],
    columns=["band", "name", "from_points"],
)
SCORES = pd.DataFrame(
    [
        ("Kiến An", 49.18, 49.03, 5, 5, "Y"),
        ("Tấn Mỹ", 62.35, 61.12, 2, 3, "TB"),
        ("Mỹ Hội Đông", 51.10, 56.88, 4, 4, "TB"),
        ("Chợ Mới", 65.79, 65.41, 1, 1, "TB"),
        ("Long Điền B", 62.24, 61.90, 3, 2, "TB"),
    ],
    columns=["unit_name", "total", "previous_total", "rank", "previous_rank", "band"],
)
CELLS = pd.DataFrame(
    [
        ("Kiến An", 2, "Công khai, minh bạch", 19.3, UNKNOWN, 1, True),
        ("Kiến An", 2, "Thanh toán trực tuyến", 7.56, 30, 2, True),
        ("Chợ Mới", 1, "Công khai, minh bạch", 72.6, UNKNOWN, 1, False),
        ("Chợ Mới", 1, "Thanh toán trực tuyến", 28.19, 30, 2, False),
    ],
    columns=["unit_name", "rank", "indicator_name", "value", "target", "decimals", "flagged"],
)
# The district: 59.8 % of 18, 94.26 % of 20, 7.7/50 of 6, 12.17 % of 6, 25.4 % of 22, and the rest of 57.45.
PARTS = pd.DataFrame(
    [
        ("Công khai, minh bạch", 10.764, 18),
        ("Tiến độ giải quyết", 18.852, 20),
        ("Dịch vụ công trực tuyến", 0.924, 6),
        ("Thanh toán trực tuyến", 0.7302, 6),
        ("Số hóa hồ sơ", 5.588, 22),
        ("Điểm không có trong các cột", 20.5918, 28),
    ],
    columns=["part", "points", "max_points"],
)
REST = "Phần điểm bảng không thể hiện"
CHANGED = pd.DataFrame(
    [
        ("Mỹ Hội Đông", "Số hóa hồ sơ", 0.22, -5.78),
        ("Mỹ Hội Đông", REST, -6.0, -5.78),
        ("Tấn Mỹ", "Công khai, minh bạch", 1.26, 1.23),
        ("Tấn Mỹ", "Tiến độ giải quyết", 0.0, 1.23),
        ("Tấn Mỹ", "Thanh toán trực tuyến", -0.03, 1.23),
    ],
    columns=["unit_name", "part", "contribution", "change"],
)
LONG_NAME = "Ban Quản lý Khu kinh tế <$a_1^2$> & các khu công nghiệp ở ẨM ƯỚC"


def many_scores(count: int) -> pd.DataFrame:
    """Falling totals from 98 to 41, every third unit fell, every seventh without a previous total, one long name."""
    total = np.linspace(98, 41, count).round(2)
    previous = np.where(np.arange(count) % 7 == 6, np.nan, total + np.where(np.arange(count) % 3, -1.5, 6))
    frame = pd.DataFrame({"unit_name": [f"phường Hoài Nhơn Đông {i}" for i in range(count)], "total": total})
    frame = frame.assign(previous_total=previous, rank=range(1, count + 1), band="TB")
    frame["previous_rank"] = frame["previous_total"].rank(ascending=False, method="min")
    frame.loc[3, "unit_name"] = LONG_NAME
    return frame


def course_of(scores: pd.DataFrame) -> pd.DataFrame:
    """SCORES as a course of two cut-offs, the code of a unit being its name; the control row has no rank."""
    now, before = (
        scores[["unit_name", total, rank]] for total, rank in (("total", "rank"), ("previous_total", "previous_rank"))
    )
    weeks = {"2023-11-27": before.set_axis(now.columns, axis=1), "2023-12-04": now}
    district = pd.DataFrame({"unit_name": "Huyện", "total": [56.1, 57.45], "rank": UNKNOWN, "cutoff": list(weeks)})
    rows = pd.concat([week.assign(cutoff=cutoff) for cutoff, week in weeks.items()] + [district], ignore_index=True)
    return rows.assign(unit_code=rows["unit_name"], corrected=False, carried_by="", since="2023-11-27")


def many_weeks(count: int, weeks: int = 60) -> pd.DataFrame:
    """Wandering totals, a series that begins half way, a carried first cut-off, corrections, gaps, one long name."""
    days = pd.date_range(end="2023-12-04", periods=weeks, freq="7D").strftime("%Y-%m-%d")
    names = many_scores(count)["unit_name"]
    steps = np.random.default_rng(766).normal(0, 1, (weeks, count)).cumsum(axis=0)
    totals = pd.DataFrame(steps + np.linspace(75, 55, count), days, names).round(2).rename_axis("cutoff")
    rows = totals.stack().rename("total").reset_index()
    rows["rank"] = rows.groupby("cutoff")["total"].rank(ascending=False, method="min")
    rows = rows.assign(
        unit_code=rows["unit_name"],
        carried_by="",
        since=np.where(rows["cutoff"] < days[weeks // 2], days[0], days[weeks // 2]),
    )
    rows["corrected"] = np.arange(len(rows)) % 97 == 0
    rows.loc[rows["cutoff"] == days[0], ["carried_by", "rank"]] = [days[1], UNKNOWN]
    return rows[np.arange(len(rows)) % 101 > 0]


COURSE = course_of(SCORES)


def many_points(count: int) -> pd.DataFrame:
    days = pd.date_range(end="2023-12-04", periods=count, freq="7D").strftime("%Y-%m-%d")
    values = np.random.default_rng(766).normal(0.2, 1, count).round(2)
    return pd.DataFrame(
        {"cutoff": days, "value": values, "rule": np.resize(["", "beyond", "", "shift", "near", "trend"], count)}
    )


LIMITS = {"centre": 0.25, "lower": -1.75, "upper": 2.25, "missing": 0}
NO_LIMITS = {"centre": UNKNOWN, "lower": UNKNOWN, "upper": UNKNOWN, "missing": 9}
POINTS = pd.DataFrame(
    [("2023-11-13", 0.5, ""), ("2023-11-20", 0.25, ""), ("2023-11-27", -5.78, "beyond"), ("2023-12-04", 0.5, "")],
    columns=["cutoff", "value", "rule"],
)


def many_cells(count: int, indicators: tuple[str, ...]) -> pd.DataFrame:
    grid = many_scores(count)[["unit_name", "rank"]].merge(pd.DataFrame({"indicator_name": indicators}), how="cross")
    grid["value"] = np.random.default_rng(766).uniform(0, 100, len(grid)).round(2)
    return grid.assign(target=50.0, decimals=2, flagged=grid["value"] < 50)


NAMES = {
    "vi": (
        "Công khai, minh bạch",
        "Tiến độ giải quyết",
        "Dịch vụ công trực tuyến",
        "Thanh toán trực tuyến",
        "Số hóa hồ sơ",
    ),
    "en": ("Transparency", "Timeliness", "Online filing", "Online payment", "Digitisation"),
}


def texts(chart: charts.Chart) -> list:
    return [text for text in chart.figure.axes[0].texts if text.get_text()]


def written(chart: charts.Chart) -> list[str]:
    return [text.get_text() for text in texts(chart)]


def the_text(chart: charts.Chart, wanted: str):
    (found,) = [text for text in texts(chart) if text.get_text() == wanted]
    return found


def row_of(chart: charts.Chart, name: str) -> list[str]:
    """The texts on the line of ``name``, from left to right."""
    y = the_text(chart, name).get_position()[1]
    row = [text for text in texts(chart) if text.get_position()[1] == pytest.approx(y)]
    boxes = FigureCanvasAgg(chart.figure).get_renderer()
    return [text.get_text() for text in sorted(row, key=lambda text: text.get_window_extent(boxes).x0)]


# Ranking


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            VI,
            "Xếp hạng 5 đơn vị theo tổng điểm. Cao nhất: Chợ Mới (65,79); thấp nhất: Kiến An (49,18). "
            "Xếp loại: Trung bình 4, Yếu 1. Số đơn vị giảm điểm so với kỳ trước: 1/5. "
            "Giảm nhiều nhất: Mỹ Hội Đông (−5,78).",
        ),
        (
            EN,
            "Ranking by total points, number of units: 5. Highest: Chợ Mới (65.79); lowest: Kiến An (49.18). "
            "Bands: Trung bình 4, Yếu 1. Fell since the previous cut-off: 1 of 5. Fell the most: Mỹ Hội Đông (−5.78).",
        ),
    ],
    ids=["vi", "en"],
)
def test_the_ranking_says_who_is_highest_who_is_lowest_and_who_fell_most(words, said):
    assert charts.ranking(SCORES, BANDS, words).alt == said


def test_units_stand_in_the_order_of_rank_whatever_the_order_of_the_frame():
    chart = charts.ranking(SCORES, BANDS, VI)
    names = [text for text in written(chart) if text in set(SCORES["unit_name"])]
    assert names == ["Chợ Mới", "Tấn Mỹ", "Long Điền B", "Mỹ Hội Đông", "Kiến An"]
    heights = [the_text(chart, name).get_position()[1] for name in names]
    assert heights == sorted(heights)  # y grows downwards
    assert charts.ranking(SCORES[::-1], BANDS, VI).svg() == chart.svg()


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("Chợ Mới", ["1", "Chợ Mới", "65,79", "="]),
        ("Tấn Mỹ", ["2", "Tấn Mỹ", "62,35", "▲1"]),
        ("Long Điền B", ["3", "Long Điền B", "62,24", "▼1"]),
        (
            "Mỹ Hội Đông",
            ["4", "Mỹ Hội Đông", "51,10", "−5,78", "="],
        ),  # who fell: total at the left of the dots, loss at the right
        ("Kiến An", ["5", "Kiến An", "49,18", "="]),
    ],
)
def test_a_row_reads_rank_name_total_and_rank_move(name, row):
    assert row_of(charts.ranking(SCORES, BANDS, VI), name) == row


def test_only_a_unit_that_fell_is_orange_and_its_figures_are_also_bold_and_signed():
    chart = charts.ranking(SCORES, BANDS, VI)
    orange = [(text.get_text(), text.get_weight()) for text in texts(chart) if text.get_color() == charts.ORANGE]
    assert orange == [
        ("4", "normal"),
        ("Mỹ Hội Đông", "normal"),
        ("51,10", "bold"),
        ("−5,78", "bold"),
        ("=", "bold"),
    ]


def test_the_dots_lie_where_the_points_are():
    lines = charts.ranking(SCORES, BANDS, VI).figure.axes[0].lines
    before, now = (np.concatenate([line.get_xdata() for line in lines[i::2]]) for i in (0, 1))
    # Fell: Mỹ Hội Đông; the others in the order of rank. The scale runs from 49.03 to 65.79.
    order = [65.79, 62.35, 62.24, 49.18, 51.10]
    scale = (now[0] - now[3]) / (65.79 - 49.18)
    assert now == pytest.approx([now[0] - (65.79 - each) * scale for each in order])
    assert now[4] < before[4] and before[4] - now[4] == pytest.approx(5.78 * scale)
    assert before[0] == pytest.approx(now[0] - 0.38 * scale)


def test_without_a_previous_cutoff_the_ranking_says_so_and_claims_no_fall():
    chart = charts.ranking(SCORES.assign(previous_total=np.nan, previous_rank=np.nan), BANDS, VI)
    assert "○" not in "".join(written(chart))
    assert row_of(chart, "Mỹ Hội Đông") == ["4", "Mỹ Hội Đông", "51,10", "–"]
    assert "giảm" not in chart.alt.lower()
    hollow = [line for line in chart.figure.axes[0].lines if line.get_markerfacecolor() == "white"]
    assert not np.isfinite(np.concatenate([line.get_xdata() for line in hollow])).any()


def test_a_unit_without_a_previous_total_is_not_counted_among_those_that_could_fall():
    scores = SCORES.copy()
    scores.loc[scores["unit_name"] == "Kiến An", ["previous_total", "previous_rank"]] = np.nan
    chart = charts.ranking(scores, BANDS, VI)
    assert "giảm điểm so với kỳ trước: 1/4." in chart.alt
    assert row_of(chart, "Kiến An") == ["5", "Kiến An", "49,18", "–"]


def test_a_unit_without_a_total_stands_last_and_is_neither_zero_nor_lowest():
    nobody = pd.DataFrame([("Hòa An", UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)], columns=SCORES.columns)
    chart = charts.ranking(pd.concat([nobody, SCORES]), BANDS, VI)
    assert row_of(chart, "Hòa An") == ["–", "Hòa An", "–", "–"]
    assert the_text(chart, "Hòa An").get_position()[1] > the_text(chart, "Kiến An").get_position()[1]
    assert "thấp nhất: Kiến An (49,18)" in chart.alt


@pytest.mark.parametrize(
    ("totals", "limits"),
    [
        ((49.18, 65.79), ["Trung bình ≥ 50"]),
        ((50.00, 65.79), []),  # nobody is below the limit: it divides nothing
        ((49.99, 50.00), ["Trung bình ≥ 50"]),
        ((49.18, 92.00), ["Trung bình ≥ 50", "Khá ≥ 70", "Tốt ≥ 80", "Xuất sắc ≥ 90"]),
    ],
)
def test_the_limits_shown_are_those_that_divide_the_units(totals, limits):
    scores = pd.DataFrame({"unit_name": ["A", "B"], "total": totals[::-1], "rank": [1, 2], "band": "TB"})
    chart = charts.ranking(scores.assign(previous_total=np.nan, previous_rank=np.nan), BANDS, VI)
    assert [text for text in written(chart) if "≥" in text] == limits


# Heat table


def test_a_flagged_cell_carries_a_mark_and_bold_type_and_no_other_cell_does():
    chart = charts.heat(CELLS, VI)
    assert row_of(chart, "Chợ Mới") == ["1", "Chợ Mới", "72,6", "28,19"]
    assert row_of(chart, "Kiến An") == ["2", "Kiến An", "▼19,3", "▼7,56"]
    assert [text.get_text() for text in texts(chart) if text.get_weight() == "bold"] == ["▼19,3", "▼7,56"]


def test_the_shade_is_the_share_of_the_target_or_of_a_hundred_and_never_more_than_whole():
    cells = CELLS.assign(value=[25.0, 15.0, 120.0, 40.0])
    shares = charts.heat(cells, VI).figure.axes[0].collections[0].get_array()
    assert np.asarray(shares).tolist() == [
        [1.0, 1.0],
        [0.25, 0.5],
    ]  # Chợ Mới: 120 of 100, 40 of 30; Kiến An: 25 of 100, 15 of 30


def test_a_column_is_headed_by_its_name_and_its_target_where_it_has_one():
    heads = [text for text in written(charts.heat(CELLS.assign(target=CELLS["target"] + 2.5), VI)) if "≥\u00a0" in text]
    assert heads == ["≥\u00a032,5"]
    assert {"Công khai, minh bạch", "Thanh toán trực tuyến"} <= set(written(charts.heat(CELLS, VI)))


def test_a_missing_value_is_a_dash_on_white_and_is_never_marked():
    cells = CELLS.assign(value=[UNKNOWN, 7.56, 72.6, 28.19]).sort_values("rank", kind="stable")
    chart = charts.heat(cells, VI)
    assert row_of(chart, "Kiến An") == ["2", "Kiến An", "–", "▼7,56"]
    assert np.ma.getmaskarray(chart.figure.axes[0].collections[0].get_array()).tolist() == [
        [False, False],
        [True, False],
    ]
    assert "1 ô được đánh dấu" in chart.alt
    assert charts.heat(cells.dropna(subset="value"), VI).svg() == chart.svg()  # no row for the cell: the same


def test_the_heat_table_says_the_range_of_each_indicator_and_how_many_reached_the_target():
    assert charts.heat(CELLS.assign(value=[19.3, 30.0, 72.6, 28.19]), VI).alt == (
        "Bảng màu 2 đơn vị theo 2 chỉ số; 2 ô được đánh dấu ▼. Công khai, minh bạch: từ 19,3 đến 72,6. "
        "Thanh toán trực tuyến: từ 28,19 đến 30,00. Đạt chỉ tiêu 30: 1/2 đơn vị."
    )


def test_figures_can_be_read_on_every_shade():
    cells = many_cells(101, ("Tiến độ",)).assign(value=np.arange(101.0), target=100, flagged=False)
    chart = charts.heat(cells, VI)
    figures = {f"{value},00": value / 100 for value in range(101)}
    for text in texts(chart):
        if text.get_text() in figures:
            inks = [relative_luminance(text.get_color()), relative_luminance(charts.SHADES(figures[text.get_text()]))]
            assert (max(inks) + 0.05) / (min(inks) + 0.05) >= 4.5


# Lost points


def test_each_part_shows_what_was_lost_and_what_was_obtained():
    chart = charts.lost_points(PARTS, VI)
    assert row_of(chart, "Công khai, minh bạch") == ["Công khai, minh bạch", "−7,24", "10,76/18"]
    assert row_of(chart, "Điểm không có trong các cột") == ["Điểm không có trong các cột", "−7,41", "20,59/28"]
    assert row_of(chart, "Tổng điểm đạt được") == ["Tổng điểm đạt được", "57,45/100"]


def test_the_steps_lead_from_the_maximum_to_the_total():
    bars = charts.lost_points(PARTS, VI).figure.axes[0].patches
    ends = [bar.get_x() + bar.get_width() for bar in bars]
    steps = bars[3:-2:2]  # for each row: what is left, then the step
    point = charts.WIDTH / 100
    assert ends[0] == pytest.approx(100 * point)
    assert [bar.get_x() / point for bar in steps] == pytest.approx([92.764, 91.616, 86.54, 81.2702, 64.8582, 57.45])
    assert [bar.get_width() / point for bar in steps] == pytest.approx([7.236, 1.148, 5.076, 5.2698, 16.412, 7.4082])
    assert ends[-2] == pytest.approx(57.45 * point)


def test_the_lost_points_say_every_number_they_show():
    assert charts.lost_points(PARTS.tail(2), EN).alt == (
        "From a maximum of 50 points, 23.82 lost, 26.18 left. By part, points lost (obtained/maximum): "
        "Số hóa hồ sơ −16.41 (5.59/22); Điểm không có trong các cột −7.41 (20.59/28)."
    )


def test_points_above_their_maximum_are_a_gain_and_stay_on_the_sheet():
    chart = charts.lost_points(pd.DataFrame({"part": ["Hài lòng"], "points": [18.33], "max_points": [18]}), VI)
    assert row_of(chart, "Hài lòng") == ["Hài lòng", "+0,33", "18,33/18"]
    assert max(bar.get_x() + bar.get_width() for bar in chart.figure.axes[0].patches) == pytest.approx(charts.WIDTH)


def test_a_part_that_is_not_known_makes_the_total_not_known():
    chart = charts.lost_points(PARTS.assign(points=PARTS["points"].where(PARTS.index != 1)), VI)
    assert row_of(chart, "Tiến độ giải quyết") == ["Tiến độ giải quyết", "–", "–/20"]
    assert row_of(chart, "Tổng điểm đạt được") == ["Tổng điểm đạt được", "–/100"]


# Ranks from cut-off to cut-off


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            VI,
            "Thứ hạng của 5 đơn vị qua 2 kỳ, từ 27/11/2023 đến 04/12/2023. Đứng đầu hiện nay: Chợ Mới. "
            "Tăng hạng nhiều nhất: Tấn Mỹ (từ 3 thành 2). Giảm hạng nhiều nhất: Long Điền B (từ 2 thành 3).",
        ),
        (
            EN,
            "Ranks from 27 November 2023 to 4 December 2023, cut-offs: 2, units: 5. First now: Chợ Mới. "
            "Gained the most places: Tấn Mỹ (from 3 to 2). Lost the most places: Long Điền B (from 2 to 3).",
        ),
    ],
    ids=["vi", "en"],
)
def test_the_ranks_say_who_is_first_and_who_moved_most(words, said):
    assert charts.bump(COURSE, words).alt == said


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("Chợ Mới", ["1", "Chợ Mới", "="]),
        ("Tấn Mỹ", ["2", "Tấn Mỹ", "▲1"]),
        ("Long Điền B", ["3", "Long Điền B", "▼1"]),
    ],
)
def test_a_line_ends_at_its_rank_its_name_and_its_move(name, row):
    assert row_of(charts.bump(COURSE, VI), name) == row


def test_a_line_begins_at_the_rank_of_the_first_cutoff():
    chart = charts.bump(COURSE[COURSE["unit_name"].isin(["Tấn Mỹ", "Kiến An"])], VI)
    grey = [each for each in texts(chart) if each.get_color() == charts.GREY and each.get_text() in "35"]
    assert [each.get_text() for each in grey] == ["3", "5"]
    rose = next(line for line in chart.figure.axes[0].lines if line.get_color() == charts.BLUE)
    assert abs(rose.get_ydata()[0] - grey[0].get_position()[1]) < charts.SMALL / 2  # a text stands on its baseline


def lines_of(chart: charts.Chart, colour: str) -> list[list[float]]:
    """The heights of each joined line of a colour, cut where it is cut."""
    lines = [
        line.get_ydata()
        for line in chart.figure.axes[0].lines
        if line.get_color() == colour and line.get_linestyle() == "-"
    ]
    cuts = [np.split(line, np.flatnonzero(np.isnan(line))) for line in lines if len(line)]
    stretches = [part[~np.isnan(part)] for parts in cuts for part in parts]
    return [list(part) for part in stretches if len(part)]


def test_who_rose_is_blue_and_who_fell_is_orange_and_their_signs_say_so_too():
    chart = charts.bump(COURSE, VI)
    (rose,), (fell,) = lines_of(chart, charts.BLUE), lines_of(chart, charts.ORANGE)
    assert rose == fell[::-1] and rose[0] > rose[1]  # from third to second; heights grow downwards
    assert {text.get_text() for text in texts(chart) if text.get_color() == charts.BLUE} == {"2", "Tấn Mỹ", "▲1"}
    assert {text.get_text() for text in texts(chart) if text.get_color() == charts.ORANGE} == {"3", "Long Điền B", "▼1"}


def test_the_control_row_has_no_line():
    assert "Huyện" not in written(charts.bump(COURSE, VI))


def test_units_that_share_a_rank_have_labels_of_their_own():
    tied = COURSE.assign(
        rank=COURSE["rank"].mask(COURSE["unit_name"].eq("Long Điền B") & COURSE["cutoff"].eq("2023-12-04"), 2)
    )
    chart = charts.bump(tied, VI)
    assert row_of(chart, "Long Điền B")[-3:] == ["2", "Long Điền B", "="]
    assert row_of(chart, "Tấn Mỹ")[-3:] == ["2", "Tấn Mỹ", "▲1"]


def test_a_line_is_cut_where_the_series_ends_and_the_move_counts_from_there():
    weeks = [("2023-12-18", 2, 1), ("2023-12-25", 2, 1), ("2024-01-08", 1, 2), ("2024-01-15", 1, 2)]
    rows = [(cutoff, name, rank) for cutoff, *ranks in weeks for name, rank in zip("AB", ranks, strict=True)]
    course = pd.DataFrame(rows, columns=["cutoff", "unit_name", "rank"]).assign(corrected=False, carried_by="")
    course = course.assign(unit_code=course["unit_name"], total=60.0, since=course["cutoff"].str[:4] + "-01-01")
    chart = charts.bump(course, VI)
    assert sorted(map(len, lines_of(chart, charts.GREY)))[-4:] == [2, 2, 2, 2]  # two units, two series
    assert row_of(chart, "A")[-1] == row_of(chart, "B")[-1] == "="
    assert "vạch đứt: bắt đầu chuỗi số liệu mới" in " ".join(written(chart)).replace("\n", " ")
    assert chart.alt.endswith("Không có đơn vị nào đổi hạng.")


def test_a_cutoff_without_a_rank_is_not_leapt_by_the_line():
    course = pd.concat([COURSE.assign(cutoff=day) for day in ("2023-11-20", "2023-11-27", "2023-12-04")])
    course = course.drop_duplicates(["cutoff", "unit_code"]).reset_index(drop=True)
    hole = course["unit_code"].eq("Chợ Mới") & course["cutoff"].eq("2023-11-27")
    for holed in (course[~hole], course.assign(rank=course["rank"].mask(hole))):
        drawn = [line.get_ydata() for line in charts.bump(holed, VI).figure.axes[0].lines]
        assert sum(np.isnan(line[1:-1]).any() for line in drawn if 3 <= len(line) <= 5) == 1


def test_a_corrected_point_is_hollow_and_the_key_says_so():
    corrected = COURSE.assign(corrected=COURSE["unit_name"].eq("Kiến An") & COURSE["cutoff"].eq("2023-11-27"))
    for chart, there in ((charts.bump(COURSE, VI), False), (charts.bump(corrected, VI), True)):
        hollow = [line for line in chart.figure.axes[0].lines if line.get_markerfacecolor() == "white"]
        assert [len(line.get_xdata()) for line in hollow] == [1] * there
        assert any("○ số liệu đã đính chính" in each.replace("\n", " ") for each in [" ".join(written(chart))]) is there


def test_of_many_units_only_those_that_moved_most_or_are_asked_for_have_names():
    scores = many_scores(30).assign(unit_name=[f"Xã {i:02}" for i in range(30)], rank=np.arange(30) + 1.0)
    then = scores["rank"].copy()
    then.iloc[[0, 29]], then.iloc[[10, 12]] = then.iloc[[29, 0]].to_numpy(), then.iloc[[12, 10]].to_numpy()
    course = course_of(scores.assign(previous_rank=then))
    chart = charts.bump(course, VI, {"Xã 20"})
    assert [each for each in written(chart) if each.startswith("Xã")] == ["Xã 00", "Xã 10", "Xã 12", "Xã 20", "Xã 29"]
    assert the_text(chart, "Xã 20").get_color() == charts.INK
    assert len(lines_of(chart, charts.PALE)) == 25


def test_many_units_of_which_none_moved_are_named_from_the_first():
    scores = many_scores(30).assign(unit_name=[f"Xã {i:02}" for i in range(30)], rank=np.arange(30) + 1.0)
    chart = charts.bump(course_of(scores.assign(previous_rank=scores["rank"])), VI)
    assert [each for each in written(chart) if each.startswith("Xã")] == [f"Xã {i:02}" for i in range(25)]


def test_one_cutoff_shows_ranks_and_claims_no_move():
    chart = charts.bump(COURSE[COURSE["cutoff"] == "2023-12-04"], VI)
    assert row_of(chart, "Tấn Mỹ")[-3:] == ["2", "Tấn Mỹ", "–"]
    assert chart.alt == (
        "Thứ hạng của 5 đơn vị qua 1 kỳ, từ 04/12/2023 đến 04/12/2023. Đứng đầu hiện nay: Chợ Mới. "
        "Chưa có kỳ trước để so sánh."
    )


def test_a_unit_that_is_missing_now_stands_last_with_a_dash():
    gone = COURSE["unit_name"].eq("Chợ Mới") & COURSE["cutoff"].eq("2023-12-04")
    assert row_of(charts.bump(COURSE[~gone], VI), "Chợ Mới")[-3:] == ["–", "Chợ Mới", "–"]


def test_cutoffs_are_named_by_day_and_the_year_where_it_changes_and_only_as_many_as_fit():
    chart = charts.bump(many_weeks(18), VI)
    days = [each for each in written(chart) if "/" in each and len(each) == 5]
    years = [each for each in written(chart) if each in ("2022", "2023")]
    assert days[-1] == "04/12" and 2 <= len(days) < 10
    assert years == ["2022", "2023"]


# Totals, a panel a unit


@pytest.mark.parametrize(
    ("words", "said"),
    [
        # the medians: of 49.18, 51.10, 62.24, 62.35, 65.79; the district is none of the units
        (
            VI,
            "Tổng điểm qua 2 kỳ, từ 27/11/2023 đến 04/12/2023, mỗi đơn vị một ô nhỏ, 6 ô. Trung vị các đơn vị ở kỳ mới "
            "nhất: 62,24. Tăng nhiều nhất trong chuỗi số liệu: Tấn Mỹ (+1,23). Giảm nhiều nhất trong chuỗi số liệu: "
            "Mỹ Hội Đông (−5,78).",
        ),
        (
            EN,
            "Total points from 27 November 2023 to 4 December 2023, cut-offs: 2, a small panel a unit, panels: 6. Median "
            "of the units at the newest cut-off: 62.24. Rose the most within its series: Tấn Mỹ (+1.23). Fell the most "
            "within its series: Mỹ Hội Đông (−5.78).",
        ),
    ],
    ids=["vi", "en"],
)
def test_the_totals_say_the_median_and_who_rose_and_fell_most(words, said):
    assert charts.totals(COURSE, words).alt == said


def test_the_control_row_stands_first_and_the_units_follow_by_rank():
    heads = [
        each for each in written(charts.totals(COURSE, VI)) if each.rsplit(". ")[-1] in {*SCORES["unit_name"], "Huyện"}
    ]
    assert heads == ["Huyện", "1. Chợ Mới", "2. Tấn Mỹ", "3. Long Điền B", "4. Mỹ Hội Đông", "5. Kiến An"]


def test_every_panel_has_the_same_scale_and_its_newest_total_beside_the_line():
    chart = charts.totals(COURSE, VI)
    lines = [
        line.get_ydata()
        for line in chart.figure.axes[0].lines
        if line.get_color() == charts.BLUE and len(line.get_ydata()) == 2
    ]
    units = lines[::2]  # each followed by its two dots
    falls = [line[1] - line[0] for line in units]
    # Huyện, Chợ Mới, Tấn Mỹ, Long Điền B, Mỹ Hội Đông, Kiến An
    assert [fall / falls[0] for fall in falls] == pytest.approx(
        [each / 1.35 for each in (1.35, 0.38, 1.23, 0.34, -5.78, 0.15)]
    )
    bold = [text.get_text() for text in texts(chart) if text.get_weight() == "bold"]
    assert bold == ["57,45", "65,79", "62,35", "62,24", "51,10", "49,18"]


def test_the_median_is_that_of_all_units_whichever_have_panels():
    some = charts.totals(COURSE, VI, {"Kiến An"})
    assert "1 ô" in some.alt and "62,24" in some.alt and "Kiến An (+0,15)" in some.alt
    assert [each for each in written(some) if ". " in each] == ["5. Kiến An"]


def test_a_carried_total_is_an_open_diamond_and_a_corrected_one_a_ring():
    first = COURSE["cutoff"].eq("2023-11-27")
    carried = COURSE.assign(carried_by=np.where(first, "2023-12-04", ""), rank=COURSE["rank"].mask(first))
    chart = charts.totals(carried.assign(corrected=COURSE["unit_name"].eq("Kiến An") & ~first), VI)
    marks = [line.get_marker() for line in chart.figure.axes[0].lines if line.get_markerfacecolor() == "white"]
    assert marks == ["D"] * 5 + ["o", "D"]
    key = written(chart)[:4]
    assert "○" in "".join(key) and "◇" in "".join(key)


def test_a_total_that_is_missing_now_leaves_the_newest_known_one_at_its_place():
    chart = charts.totals(
        COURSE.assign(
            total=COURSE["total"].mask(
                COURSE["unit_name"].eq("Kiến An") & COURSE["rank"].eq(5) & COURSE["cutoff"].eq("2023-12-04")
            )
        ),
        VI,
    )
    label, beside = the_text(chart, "49,03"), the_text(chart, "51,10")
    assert label.get_weight() == "bold" and label.get_position()[0] < beside.get_position()[0] + charts.WIDTH / 3
    assert "Kiến An" not in chart.alt


# Contributions to a change


def test_contributions_say_every_part_of_every_change():
    assert charts.contributions(CHANGED, VI).alt == (
        "Các phần làm thay đổi tổng điểm của 2 đơn vị. Mỹ Hội Đông −5,78: Phần điểm bảng không thể hiện −6,00, "
        "Số hóa hồ sơ +0,22. Tấn Mỹ +1,23: Thanh toán trực tuyến −0,03, Công khai, minh bạch +1,26."
    )


def test_losses_end_and_gains_begin_at_one_line():
    chart = charts.contributions(CHANGED, VI)
    bars = [(bar.get_x(), bar.get_x() + bar.get_width(), bar.get_facecolor()) for bar in chart.figure.axes[0].patches]
    point, zero = charts.WIDTH / (6 + 1.26), 6 * charts.WIDTH / (6 + 1.26)
    ends = [(start - zero, end - zero) for start, end, _ in bars]
    assert np.array(ends) / point == pytest.approx(np.array([(-6, 0), (0, 0.22), (-0.03, 0), (0, 1.26)]), abs=1e-9)
    assert [matplotlib.colors.to_hex(colour) for *_, colour in bars] == [
        charts.GREY,
        charts.BLUE,
        charts.ORANGE,
        charts.BLUE,
    ]


def test_a_part_has_its_name_in_its_bar_or_in_the_list_below():
    chart = charts.contributions(CHANGED, VI)
    white = [text.get_text() for text in texts(chart) if text.get_color() == "white"]
    assert white == [f"{REST}\u00a0−6,00", "+1,26"]
    assert "Số hóa hồ sơ\u00a0+0,22" in written(chart)
    assert "Thanh toán trực tuyến\u00a0−0,03\u00a0· Công khai, minh bạch\u00a0+1,26" in written(chart)
    assert row_of(chart, "Tấn Mỹ") == ["Tấn Mỹ", "+1,23"]


def test_a_part_that_is_not_known_is_a_dash_without_a_bar():
    chart = charts.contributions(CHANGED.assign(contribution=[UNKNOWN, -6.0, 1.26, 0, -0.03]), VI)
    assert "Số hóa hồ sơ\u00a0–" in written(chart)
    assert "Số hóa hồ sơ –." in chart.alt


def test_a_change_of_nothing_is_said():
    still = pd.DataFrame({"unit_name": ["A"], "part": ["Số hóa hồ sơ"], "contribution": [0.0], "change": [0.0]})
    assert charts.contributions(still, VI).alt.endswith("A 0,00: không phần nào thay đổi.")


# Changes and their usual limits


def test_the_control_chart_says_the_limits_and_each_point_that_breaks_a_rule():
    assert charts.control(POINTS, LIMITS, VI).alt == (
        "Mức tăng, giảm điểm qua 4 kỳ, từ 13/11/2023 đến 04/12/2023; kỳ mới nhất: +0,50. Trung bình +0,25, giới hạn "
        "dao động thông thường từ −1,75 đến +2,25. Điểm bất thường: 27/11/2023 −5,78 (ngoài giới hạn)."
    )
    usual = charts.control(POINTS.assign(rule=""), LIMITS, EN).alt
    assert usual.endswith("from −1.75 to +2.25. No point is out of the ordinary.")


def test_a_point_that_breaks_a_rule_has_the_rules_name_and_another_mark():
    chart = charts.control(POINTS, LIMITS, VI)
    assert {"27/11: ngoài giới hạn", "trên +2,25", "TB +0,25", "dưới −1,75", "+0,50"} <= set(written(chart))
    (mark,) = [line for line in chart.figure.axes[0].lines if line.get_marker() == "D"]
    points = [line for line in chart.figure.axes[0].lines if line.get_marker() == "o"][-1]
    assert mark.get_ydata().tolist() == [points.get_ydata()[2]]


def test_centre_and_limits_lie_where_their_figures_are():
    chart = charts.control(POINTS, LIMITS, VI)
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
    chart = charts.control(POINTS.assign(rule=["", "shift", "shift", "beyond"]), LIMITS, VI)
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
    chart = charts.control(POINTS.assign(rule=""), NO_LIMITS | {"missing": missing}, VI)
    assert chart.alt.endswith(f"kỳ mới nhất: +0,50. {said}")
    assert said in " ".join(written(chart))
    assert "mốc 0,00" in written(chart) and not any(each.startswith("TB") for each in written(chart))


def test_a_missing_change_is_a_gap():
    chart = charts.control(POINTS.assign(value=[0.5, UNKNOWN, -5.78, 0.5]), LIMITS, VI)
    assert "qua 3 kỳ" in chart.alt
    assert np.isnan(chart.figure.axes[0].lines[0].get_ydata()).sum() == 1


# All of them


@functools.cache
def drawn(kind: str, count: int, lang: str = "vi") -> charts.Chart:
    """To be looked at only: it is drawn once for all tests."""
    words = {"vi": VI, "en": EN}[lang]
    if kind == "ranking":
        return charts.ranking(many_scores(count), BANDS, words)
    if kind == "heat":
        return charts.heat(many_cells(count, NAMES[words.lang]), words)
    if kind == "bump":
        return charts.bump(many_weeks(count), words, {LONG_NAME})
    if kind == "totals":
        return charts.totals(many_weeks(count), words)
    if kind == "contributions":
        sizes = np.random.default_rng(766).normal(0, 2, (count, 6))
        parts = pd.DataFrame(
            sizes, many_scores(count)["unit_name"], [*NAMES[words.lang], words.say("name.not_itemised")]
        )
        rows = parts.stack().rename_axis(["unit_name", "part"]).rename("contribution").reset_index()
        return charts.contributions(
            rows.assign(change=rows.groupby("unit_name")["contribution"].transform("sum")), words
        )
    if kind == "control":
        return charts.control(many_points(count), LIMITS, words)
    parts = pd.concat([PARTS] * (count // 9), ignore_index=True)
    parts.loc[1, "part"] = LONG_NAME
    return charts.lost_points(parts, words)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("count", [18, pytest.param(135, marks=pytest.mark.long)])
@pytest.mark.parametrize("kind", ["ranking", "heat", "lost_points", "bump", "totals", "contributions", "control"])
def test_no_label_is_cut_or_covers_another_and_type_is_large_enough(kind, count, lang):
    chart = drawn(kind, count, lang)
    figure, labels = chart.figure, texts(chart)
    renderer = FigureCanvasAgg(figure).get_renderer()
    boxes = np.array([text.get_window_extent(renderer).extents for text in labels])
    width, height = figure.get_size_inches() * figure.dpi
    assert (boxes[:, :2] >= 0).all() and (boxes[:, 2] <= width).all() and (boxes[:, 3] <= height).all()
    left, bottom, right, top = boxes.T
    across = np.minimum.outer(right, right) - np.maximum.outer(left, left)
    down = np.minimum.outer(top, top) - np.maximum.outer(bottom, bottom)
    both = np.argwhere(np.triu((across > 0.5) & (down > 0.5), k=1))
    assert [(labels[i].get_text(), labels[j].get_text()) for i, j in both] == []
    assert min(text.get_size() for text in labels) >= 9
    # five English heads of columns need a little more than the 5.2 inches of the sheet
    assert 5.2 - 1e-6 <= figure.get_size_inches()[0] <= 5.7


def test_figures_stay_inside_the_cells_of_the_heat_table():
    chart = drawn("heat", 18, "en")
    renderer = FigureCanvasAgg(chart.figure).get_renderer()
    axes = chart.figure.axes[0]
    edges = np.unique(axes.collections[0].get_coordinates()[..., 0])
    for text in texts(chart):
        if text.get_text().strip("▼").replace(".", "").isdigit() and text.get_horizontalalignment() == "center":
            box = text.get_window_extent(renderer).transformed(axes.transData.inverted())
            column = np.searchsorted(edges, text.get_position()[0])
            assert edges[column - 1] <= box.x0 and box.x1 <= edges[column]


@pytest.mark.parametrize("name", ["$a_1^2$", r"$\frac{", "<b>Long & Điền</b>", "$ và $"])
def test_a_name_is_written_as_it_is(name):
    scores = SCORES.assign(unit_name=SCORES["unit_name"].replace("Kiến An", name))
    chart = charts.ranking(scores, BANDS, VI)
    assert not the_text(chart, name).get_parse_math()
    assert name in chart.alt
    assert "<svg" in chart.svg()  # unfinished mathematics would raise here
    charts.heat(CELLS.assign(unit_name=name, rank=[1, 1, 2, 2]), VI).svg()
    charts.lost_points(PARTS.assign(part=name), VI).svg()
    charts.bump(COURSE.assign(unit_name=COURSE["unit_name"].replace("Kiến An", name)), VI).svg()
    charts.totals(COURSE.assign(unit_name=COURSE["unit_name"].replace("Kiến An", name)), VI).svg()
    charts.contributions(CHANGED.assign(unit_name=name, part=name), VI).svg()


@pytest.mark.parametrize("words", [VI, EN], ids=["vi", "en"])
def test_a_frame_without_rows_gives_a_chart_that_says_so(words):
    for chart in (
        charts.ranking(SCORES[:0], BANDS, words),
        charts.heat(CELLS[:0], words),
        charts.lost_points(PARTS[:0], words),
        charts.bump(COURSE[:0], words),
        charts.bump(COURSE.assign(rank=UNKNOWN), words),
        charts.totals(COURSE[:0], words),
        charts.totals(COURSE.assign(total=UNKNOWN), words),
        charts.totals(COURSE, words, {"nobody"}),
        charts.contributions(CHANGED[:0], words),
        charts.control(POINTS[:0], LIMITS, words),
    ):
        assert chart.alt == words.say("chart.nothing")
        assert len(chart.alt) >= 40
        assert " ".join(written(chart)) == chart.alt
        assert chart.svg().startswith("<svg")


def test_a_frame_of_one_row_can_be_drawn():
    one = charts.ranking(SCORES[:1].assign(previous_total=np.nan, previous_rank=np.nan), BANDS, VI)
    assert row_of(one, "Kiến An") == ["5", "Kiến An", "49,18", "–"]
    assert row_of(charts.heat(CELLS[:1], VI), "Kiến An") == ["2", "Kiến An", "▼19,3"]
    assert "10,76/18" in written(charts.lost_points(PARTS[:1], VI))
    assert "1. Chợ Mới" in written(charts.totals(COURSE[COURSE["unit_code"].eq("Chợ Mới")].tail(1), VI))
    assert "+0,50" in written(charts.control(POINTS[:1], NO_LIMITS, VI))
    assert f"{REST}\u00a0−6,00" in written(charts.contributions(CHANGED[1:2], VI))


def test_charts_leave_their_frames_as_they_were():
    shown = (SCORES, BANDS, CELLS, PARTS, COURSE, CHANGED, POINTS)
    frames = [frame.copy() for frame in shown]
    all_charts()
    for before, after in zip(frames, shown, strict=True):
        pd.testing.assert_frame_equal(before, after)


@pytest.mark.parametrize("name", ["Đ" * 2_000, "dài " * 500])
def test_a_name_of_thousands_of_letters_is_wrapped_at_once(name):
    began = time.perf_counter()
    lines = sheet.wrapped(name, 160).split("\n")
    assert time.perf_counter() - began < 2  # seconds; it was 42
    assert "".join(lines).replace(" ", "") == name.replace(" ", "")
    assert 130 < max(map(sheet.width_of, lines)) <= 160


@given(st.lists(st.text("iWớ-–", min_size=1, max_size=9), min_size=1, max_size=8), st.integers(20, 200))
def test_lines_hold_as_many_letters_as_their_width_allows(names, width):
    text = " ".join(names)
    tried = ("\n".join(textwrap.wrap(text, letters)) for letters in range(len(text), 0, -1))
    fitting = (each for each in tried if all(sheet.width_of(line) <= width for line in each.split("\n")))
    assert sheet.wrapped(text, width) == next(fitting, text)


@given(st.text("aăâđêôơưỆẠÁứVAWTYfijl0123456789.,-–▼−:;()/%· ", max_size=40), st.sampled_from(["normal", "bold"]))
def test_a_text_is_measured_as_wide_as_it_is_laid_out(text, weight):
    font = FontProperties(family="DejaVu Sans", size=100, weight=weight)
    laid_out = text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]
    assert sheet.width_of(text, 100, weight) == pytest.approx(laid_out, abs=0.1)  # of the 100: letters joined as in ffi


def test_a_notebook_shows_a_chart_as_svg_with_its_alternative_text():
    chart = charts.lost_points(PARTS, VI)
    data, metadata = chart._repr_mimebundle_()
    assert data == {"image/svg+xml": chart.svg()}
    assert metadata == {"image/svg+xml": {"alt": chart.alt, "caption": ""}}
    assert chart.svg().startswith("<svg") and "<text" not in chart.svg()  # text is paths: the same on every machine
    assert "<metadata" not in chart.svg()


def test_a_picture_for_the_mail_is_a_png_5_2_inches_wide():
    png = charts.ranking(SCORES, BANDS, VI).png(dpi=100)
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(png[16:20], "big") == 520
    assert png == charts.ranking(SCORES, BANDS, VI).png(dpi=100)


def test_a_picture_for_the_mail_has_256_colours_and_looks_the_same():
    chart = drawn("heat", 18)
    full = np.asarray(Image.open(io.BytesIO(chart._saved("png", dpi=160))).convert("RGB")).astype(int)
    picture = Image.open(io.BytesIO(chart.png()))
    assert picture.mode == "P"
    difference = np.abs(full - np.asarray(picture.convert("RGB")).astype(int)).max(axis=2)
    assert difference.max() <= 32 and (difference > 16).mean() < 0.001


@pytest.mark.parametrize(
    ("kind", "count", "most"),
    [
        *[("ranking", 18, 40_000), ("heat", 18, 52_000), ("bump", 18, 48_000), ("totals", 18, 65_000)],
        *[
            pytest.param(kind, 135, most, marks=pytest.mark.long)
            for kind, most in {"ranking": 100_000, "heat": 150_000, "bump": 105_000, "totals": 265_000}.items()
        ],
    ],
)
def test_a_chart_is_small_enough_to_stand_with_the_others_on_one_page(kind, count, most):
    assert len(drawn(kind, count).svg().encode()) <= most


def all_charts() -> str:
    shown = [charts.ranking(SCORES, BANDS, VI), charts.heat(CELLS, VI), charts.lost_points(PARTS, VI)]
    shown += [charts.bump(COURSE, VI, {"Kiến An", "Chợ Mới"}), charts.totals(COURSE, VI)]
    shown += [charts.contributions(CHANGED, VI), charts.control(POINTS, LIMITS, VI)]
    return hashlib.sha256("".join(chart.svg() for chart in shown).encode()).hexdigest()


def test_the_first_and_the_newest_cutoff_are_named_and_of_the_others_those_there_is_room_for():
    days = pd.date_range("2022-11-07", periods=60, freq="7D").strftime("%Y-%m-%d")
    points = pd.DataFrame({"cutoff": days, "value": np.arange(60) % 7 / 10, "rule": ""})
    none = {"centre": np.nan, "lower": np.nan, "upper": np.nan, "missing": 1}
    named = [text.get_text() for text in charts.control(points, none, VI).figure.axes[0].texts]
    assert {"07/11", "25/12"} <= set(named) and sum(name[2:3] == "/" for name in named) < 20


@pytest.mark.long
def test_equal_frames_give_equal_bytes_in_every_process_whatever_the_readers_settings():
    command = [sys.executable, "-c", "import test_charts; print(test_charts.all_charts())"]
    elsewhere = os.environ | {"PYTHONHASHSEED": "766", "SOURCE_DATE_EPOCH": "0"}
    done = subprocess.run(command, cwd=Path(__file__).parent, env=elsewhere, capture_output=True, text=True, check=True)
    with matplotlib.rc_context({"font.family": "serif", "figure.facecolor": "black", "axes.grid": True}):
        assert all_charts() == done.stdout.strip()
