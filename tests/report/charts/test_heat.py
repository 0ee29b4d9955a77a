"""The table of units by indicators: marks, shades, and what it says."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from seaborn.utils import relative_luminance
from support.charted import CELLS, UNKNOWN, VI, drawn, row_of, texts, written

from analysis.report.charts.heat import DEEPEST, draw_heat
from analysis.report.charts.sheet import FAR, INK


def test_a_flagged_cell_carries_a_mark_and_bold_type_and_no_other_cell_does():
    chart = draw_heat(CELLS, VI)
    assert row_of(chart, "Chợ Mới") == ["1", "Chợ Mới", "72,6", "28,19"]
    assert row_of(chart, "Kiến An") == ["2", "Kiến An", "▼19,3", "▼7,56"]
    assert [text.get_text() for text in texts(chart) if text.get_weight() == "bold"] == ["▼19,3", "▼7,56"]


def shades(chart):
    """Of each shaded cell: its left and upper edge, and how much of the colour, in twelfths of the deepest."""
    bars = chart.figure.axes[0].patches
    return [(bar.get_x(), bar.get_y(), round(bar.get_facecolor()[3] / DEEPEST * 12)) for bar in bars]


def test_the_shade_is_how_much_is_lacking_to_the_target_or_the_maximum_and_what_is_there_has_none():
    # Chợ Mới: 120 of 100, 40 of 30: neither has a shade; Kiến An: 25 of 100 lacks 9 of 12, 15 of 30 lacks 6
    held = shades(draw_heat(CELLS.assign(value=[25.0, 15.0, 120.0, 40.0]), VI))
    assert [shade for *_, shade in held] == [6, 9]
    assert held[0][0] > held[1][0] and held[0][1] == held[1][1]
    groups = CELLS.assign(value=[9.0, 0.0, 18.0, 9.0], target=UNKNOWN, most=18.0)
    assert sorted(shade for *_, shade in shades(draw_heat(groups, VI))) == [6, 6, 12]


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ((99.0, 15.0, 98.2, 28.0), "near"),  # nobody lacks a twentieth of the goal
        ((60.0, 15.0, 60.0, 28.0), "equal"),  # far from it, but everybody the same
        ((100.0, 15.0, 100.0, 28.0), "equal"),
    ],
)
def test_a_column_that_tells_nothing_of_the_units_is_not_drawn_and_the_key_says_what_it_holds(values, key):
    chart = draw_heat(CELLS.assign(value=values, flagged=[False, True, False, False]), VI)
    low, high = (VI.number(each, 1) for each in sorted((values[0], values[2])))
    fields = {"value": low} if key == "equal" else {"lowest": low, "highest": high}
    assert VI.say(f"chart.heat.{key}", indicator="Công khai, minh bạch", **fields) in " ".join(written(chart)).replace(
        "\n", " "
    )
    assert row_of(chart, "Chợ Mới") == ["1", "Chợ Mới", "28,00"]
    assert VI.say("chart.heat.alt_range", indicator="Công khai, minh bạch", lowest=low, highest=high) in chart.alt


def test_a_column_with_a_marked_cell_is_drawn_however_near_its_goal_and_one_unit_has_all_that_it_lacks():
    near = CELLS.assign(value=[99.0, 15.0, 98.2, 28.0])
    assert row_of(draw_heat(near, VI), "Chợ Mới") == ["1", "Chợ Mới", "98,2", "28,00"]
    assert row_of(draw_heat(near[2:].assign(value=[60.0, 28.0]), VI), "Chợ Mới") == ["1", "Chợ Mới", "60,0", "28,00"]


def test_a_maximum_is_no_target():
    heads = written(draw_heat(CELLS.assign(target=UNKNOWN, most=18.0), VI))
    assert VI.say("chart.heat.most", target=18) in " ".join(heads) and "≥\u00a0" not in " ".join(heads[:-1])


def test_a_column_is_headed_by_its_name_and_its_target_where_it_has_one():
    heads = [text for text in written(draw_heat(CELLS.assign(target=CELLS["target"] + 2.5), VI)) if "≥\u00a0" in text]
    assert heads == ["≥\u00a032,5"]
    assert {"Công khai, minh bạch", "Thanh toán trực tuyến"} <= set(written(draw_heat(CELLS, VI)))


def test_a_missing_value_is_a_dash_on_white_and_is_never_marked():
    cells = CELLS.assign(value=[UNKNOWN, 7.56, 72.6, 28.19]).sort_values("rank", kind="stable")
    chart = draw_heat(cells, VI)
    assert row_of(chart, "Kiến An") == ["2", "Kiến An", "–", "▼7,56"]
    assert len(shades(chart)) == 3
    assert VI.say("chart.heat.missing") in " ".join(written(chart)).replace("\n", " ")
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
    for ground, ink in (("#ffffff", INK), ("#15181c", "#e8e5e0")):  # the page's in light and in dark
        mixed = np.outer(np.linspace(0, DEEPEST, 13), np.array(to_rgb(FAR)) - to_rgb(ground)) + to_rgb(ground)
        for shade in mixed:
            inks = sorted((relative_luminance(ink), relative_luminance(tuple(shade))))
            assert (inks[1] + 0.05) / (inks[0] + 0.05) >= 4.5


def test_figures_stay_inside_the_cells_of_the_heat_table():
    chart = drawn("heat", 18, "en")
    renderer = FigureCanvasAgg(chart.figure).get_renderer()
    axes = chart.figure.axes[0]
    edges = np.unique([bar.get_x() for bar in axes.patches] + [axes.get_xlim()[1]])
    for text in texts(chart):
        if text.get_text().strip("▼").replace(".", "").isdigit() and text.get_horizontalalignment() == "center":
            box = text.get_window_extent(renderer).transformed(axes.transData.inverted())
            column = np.searchsorted(edges, text.get_position()[0])
            assert edges[column - 1] <= box.x0 and box.x1 <= edges[column]
