"""The table of units by indicators: marks, shades, and what it says."""

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from seaborn.utils import relative_luminance
from support.charted import CELLS, UNKNOWN, VI, drawn, many_cells, row_of, texts, written

from analysis.report.charts.heat import SHADES, draw_heat


def test_a_flagged_cell_carries_a_mark_and_bold_type_and_no_other_cell_does():
    chart = draw_heat(CELLS, VI)
    assert row_of(chart, "Chợ Mới") == ["1", "Chợ Mới", "72,6", "28,19"]
    assert row_of(chart, "Kiến An") == ["2", "Kiến An", "▼19,3", "▼7,56"]
    assert [text.get_text() for text in texts(chart) if text.get_weight() == "bold"] == ["▼19,3", "▼7,56"]


def test_the_shade_is_the_share_of_the_target_or_of_a_hundred_and_never_more_than_whole():
    cells = CELLS.assign(value=[25.0, 15.0, 120.0, 40.0])
    shares = draw_heat(cells, VI).figure.axes[0].collections[0].get_array()
    assert np.asarray(shares).tolist() == [
        [1.0, 1.0],
        [0.25, 0.5],
    ]  # Chợ Mới: 120 of 100, 40 of 30; Kiến An: 25 of 100, 15 of 30


def test_a_column_is_headed_by_its_name_and_its_target_where_it_has_one():
    heads = [text for text in written(draw_heat(CELLS.assign(target=CELLS["target"] + 2.5), VI)) if "≥\u00a0" in text]
    assert heads == ["≥\u00a032,5"]
    assert {"Công khai, minh bạch", "Thanh toán trực tuyến"} <= set(written(draw_heat(CELLS, VI)))


def test_a_missing_value_is_a_dash_on_white_and_is_never_marked():
    cells = CELLS.assign(value=[UNKNOWN, 7.56, 72.6, 28.19]).sort_values("rank", kind="stable")
    chart = draw_heat(cells, VI)
    assert row_of(chart, "Kiến An") == ["2", "Kiến An", "–", "▼7,56"]
    assert np.ma.getmaskarray(chart.figure.axes[0].collections[0].get_array()).tolist() == [
        [False, False],
        [True, False],
    ]
    assert VI.say("chart.heat.alt", units=2, indicators=2, marked=1) in chart.alt
    assert draw_heat(cells.dropna(subset="value"), VI).svg() == chart.svg()  # no row for the cell: the same


def test_the_heat_table_says_the_range_of_each_indicator_and_how_many_reached_the_target():
    assert draw_heat(CELLS.assign(value=[19.3, 30.0, 72.6, 28.19]), VI).alt == " ".join(
        [
            VI.say("chart.heat.alt", units=2, indicators=2, marked=2),
            VI.say("chart.heat.alt_range", indicator="Công khai, minh bạch", lowest="19,3", highest="72,6"),
            VI.say("chart.heat.alt_range", indicator="Thanh toán trực tuyến", lowest="28,19", highest="30,00"),
            VI.say("chart.heat.alt_target", target=30, reached=1, known=2),
        ]
    )


def test_figures_can_be_read_on_every_shade():
    cells = many_cells(101, ("Tiến độ",)).assign(value=np.arange(101.0), target=100, flagged=False)
    chart = draw_heat(cells, VI)
    figures = {f"{value},00": value / 100 for value in range(101)}
    for text in texts(chart):
        if text.get_text() in figures:
            inks = [relative_luminance(text.get_color()), relative_luminance(SHADES(figures[text.get_text()]))]
            assert (max(inks) + 0.05) / (min(inks) + 0.05) >= 4.5


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
