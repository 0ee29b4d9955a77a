"""Many units as dots: where each stands, who has a name, and what the charts say."""

import numpy as np
import pandas as pd
import pytest
from support.charted import BANDS, CELLS, SCORES, UNKNOWN, VI, texts, written

from analysis.report.charts.sheet import BLUE, MIDDLE, ORANGE, WIDTH
from analysis.report.charts.strip import DOT, draw_spread, draw_strip

ONE_KIND = SCORES.assign(kind="")


def crowd(count, **columns):
    frame = pd.DataFrame({"unit_name": [f"Xã {i:03}" for i in range(count)], "total": np.linspace(90, 40, count)})
    frame = frame.assign(previous_total=frame["total"], rank=range(1, count + 1), band="TB", marked=0, kind="")
    return frame.assign(**columns)


def dots(chart, colour):
    lines = [line for line in chart.figure.axes[0].lines if line.get_marker() == "o" and line.get_color() == colour]
    return [point for line in lines for point in zip(*line.get_data(), strict=True)]


def names_in(chart):
    return [text for text in written(chart) if "Xã" in text]


def test_every_unit_is_a_dot_the_higher_its_total_the_higher_and_a_marked_one_has_the_colour_of_its_move():
    chart = draw_strip(ONE_KIND, BANDS, VI)
    assert [len(dots(chart, colour)) for colour in (MIDDLE, ORANGE, BLUE)] == [4, 1, 0]
    heights = [y for _, y in dots(chart, MIDDLE)]
    assert heights == sorted(heights)  # drawn from the highest total down; y grows downwards
    assert "51,10\u00a0 Mỹ Hội Đông\u00a0▼\u00a0−5,78" in written(chart)


def test_dots_of_one_total_stand_side_by_side_and_never_leave_their_column():
    chart = draw_strip(crowd(135, total=60.0), BANDS, VI)
    places = dots(chart, MIDDLE)
    assert len({y for _, y in places}) == 1 and len({x for x, _ in places}) == 135
    assert max(x for x, _ in places) <= 0.32 * WIDTH


@pytest.mark.parametrize(("count", "names"), [(100, [0, 1, 2, 97, 98, 99]), (4, [0, 1, 2, 3])])
def test_the_three_highest_and_the_three_lowest_have_names(count, names):
    assert [text.rpartition(" ")[2] for text in names_in(draw_strip(crowd(count), BANDS, VI))] == [
        f"{i:03}" for i in names
    ]


def test_marked_units_have_names_as_far_as_there_is_room_those_that_moved_most_first():
    moved = crowd(60)
    moved = moved.assign(marked=-1, previous_total=moved["total"] + np.arange(60) / 10)
    named = [int(text.split("Xã ")[1][:3]) for text in names_in(draw_strip(moved, BANDS, VI))]
    assert named == [0, 1, 2, *range(38, 60)]  # 25 lines of 12 points


def test_each_kind_has_its_column_with_its_median_on_one_scale():
    two = pd.concat([crowd(10, kind="xã"), crowd(10, kind="sở").assign(total=np.linspace(80, 70, 10))])
    chart = draw_strip(two, BANDS, VI)
    said = " ".join(written(chart))
    assert VI.say("chart.strip.median", median="65,00") in said and VI.say("chart.strip.median", median="75,00") in said
    left, right = ([y for x, y in dots(chart, MIDDLE) if (x > WIDTH / 2) == side] for side in (False, True))
    assert min(left) < min(right) and max(right) < max(left)


def test_the_strip_says_bands_ends_medians_and_marked_moves():
    alt = draw_strip(ONE_KIND, BANDS, VI).alt
    highest = VI.listed(["Chợ Mới (65,79)", "Tấn Mỹ (62,35)", "Long Điền B (62,24)"])
    lowest = VI.listed(["Long Điền B (62,24)", "Mỹ Hội Đông (51,10)", "Kiến An (49,18)"])
    assert VI.say("chart.strip.alt_ends", highest=highest, median="62,24", lowest=lowest) in alt
    assert VI.say("chart.strip.alt", count=5, bands="Trung bình 4, Yếu 1") in alt
    assert VI.say("chart.ranking.alt_fell", units="Mỹ Hội Đông (−5,78)") in alt


def spread(values, **columns):
    rows = pd.DataFrame({"unit_name": [f"Xã {i}" for i in range(len(values))], "rank": 1, "value": values})
    rows = rows.assign(indicator_name="Số hóa", target=UNKNOWN, most=20.0, decimals=2)
    return draw_spread(rows.assign(**columns), VI)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([5.0, 1.0, 2.0, 3.0], "thấp nhất: Xã 1 (1,00), Xã 2 (2,00) và Xã 3 (3,00)"),
        ([1.0, 2.0, 2.0, 2.0, 9.0], "thấp nhất: Xã 0 (1,00)"),  # three share the second place: none of them is named
        ([1.0, 1.0, 1.0, 1.0, 9.0], "thấp nhất: 4 đơn vị (1,00)"),
        ([4.0, 4.0, 4.0, UNKNOWN], "mọi đơn vị bằng nhau (4,00)"),
    ],
)
def test_below_a_row_of_dots_are_the_lowest_units_or_how_many_there_are(values, said):
    chart = spread(values)
    assert said in written(chart) and said in chart.alt


def test_a_row_goes_from_nothing_to_the_maximum_and_a_target_stands_in_it():
    (low, high), x = (2.0, 20.0), spread([2.0, 20.0]).figure.axes[0].lines[0].get_xdata()
    assert list(x) == pytest.approx([WIDTH * low / 20, WIDTH * high / 20])
    assert VI.say("chart.spread.target") not in " ".join(written(spread([1.0])))
    assert VI.say("chart.spread.target") in " ".join(written(spread([1.0], target=10.0)))


def test_dots_of_one_value_are_piled_up_within_their_row():
    heights = spread([5.0] * 100).figure.axes[0].lines[0].get_ydata()
    assert len(set(heights)) == 100 and np.ptp(heights) <= 24 - DOT
    assert texts(draw_spread(CELLS, VI))
