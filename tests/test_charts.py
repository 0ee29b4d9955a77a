"""The charts: what they say, in what order, and that every label can be read.

Figures of Chợ Mới's units are those of report 3668/BC-VP (4 December 2023).
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from seaborn.utils import relative_luminance

from analysis import charts, wording

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


# All of them


def drawn(kind: str, count: int, words: wording.Wording) -> charts.Chart:
    if kind == "ranking":
        return charts.ranking(many_scores(count), BANDS, words)
    if kind == "heat":
        return charts.heat(many_cells(count, NAMES[words.lang]), words)
    parts = pd.concat([PARTS] * (count // 9), ignore_index=True)
    parts.loc[1, "part"] = LONG_NAME
    return charts.lost_points(parts, words)


@pytest.mark.parametrize("words", [VI, EN], ids=["vi", "en"])
@pytest.mark.parametrize("count", [18, 135])
@pytest.mark.parametrize("kind", ["ranking", "heat", "lost_points"])
def test_no_label_is_cut_or_covers_another_and_type_is_large_enough(kind, count, words):
    chart = drawn(kind, count, words)
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
    chart = drawn("heat", 18, EN)
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


@pytest.mark.parametrize("words", [VI, EN], ids=["vi", "en"])
def test_a_frame_without_rows_gives_a_chart_that_says_so(words):
    for chart in (
        charts.ranking(SCORES[:0], BANDS, words),
        charts.heat(CELLS[:0], words),
        charts.lost_points(PARTS[:0], words),
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


def test_charts_leave_their_frames_as_they_were():
    frames = [SCORES.copy(), BANDS.copy(), CELLS.copy(), PARTS.copy()]
    charts.ranking(SCORES, BANDS, VI), charts.heat(CELLS, VI), charts.lost_points(PARTS, VI)
    for before, after in zip(frames, (SCORES, BANDS, CELLS, PARTS), strict=True):
        pd.testing.assert_frame_equal(before, after)


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


def all_charts() -> str:
    shown = charts.ranking(SCORES, BANDS, VI), charts.heat(CELLS, VI), charts.lost_points(PARTS, VI)
    return hashlib.sha256("".join(chart.svg() for chart in shown).encode()).hexdigest()


def test_equal_frames_give_equal_bytes_in_every_process_whatever_the_readers_settings():
    command = [sys.executable, "-c", "import test_charts; print(test_charts.all_charts())"]
    elsewhere = os.environ | {"PYTHONHASHSEED": "766", "SOURCE_DATE_EPOCH": "0"}
    done = subprocess.run(command, cwd=Path(__file__).parent, env=elsewhere, capture_output=True, text=True, check=True)
    with matplotlib.rc_context({"font.family": "serif", "figure.facecolor": "black", "axes.grid": True}):
        assert all_charts() == done.stdout.strip()
