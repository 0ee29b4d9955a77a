"""Where points were lost, and what made a change."""

import matplotlib
import numpy as np
import pandas as pd
import pytest
from support.charted import CHANGED, EN, PARTS, REST, UNKNOWN, VI, row_of, texts, written

from analysis.report.charts.points import draw_contributions, draw_lost_points
from analysis.report.charts.sheet import BLUE, GREY, INK, MIDDLE, ORANGE, WIDTH

TOTAL = VI.say("chart.lost.total")


def test_each_part_shows_what_was_lost_and_what_was_obtained():
    chart = draw_lost_points(PARTS, VI)
    assert row_of(chart, "Công khai, minh bạch") == ["Công khai, minh bạch", "−7,24", "10,76/18"]
    assert row_of(chart, "Điểm không có trong các cột") == ["Điểm không có trong các cột", "−7,41", "20,59/28"]
    assert row_of(chart, TOTAL) == [TOTAL, "57,45/100"]


def test_the_steps_lead_from_the_maximum_to_the_total():
    bars = draw_lost_points(PARTS, VI).figure.axes[0].patches
    ends = [bar.get_x() + bar.get_width() for bar in bars]
    steps = bars[3:-2:2]  # for each row: what is left, then the step
    point = WIDTH / 100
    assert ends[0] == pytest.approx(100 * point)
    assert [bar.get_x() / point for bar in steps] == pytest.approx([92.764, 91.616, 86.54, 81.2702, 64.8582, 57.45])
    assert [bar.get_width() / point for bar in steps] == pytest.approx([7.236, 1.148, 5.076, 5.2698, 16.412, 7.4082])
    assert ends[-2] == pytest.approx(57.45 * point)


def test_the_lost_points_say_every_number_they_show():
    steps = "Số hóa hồ sơ −16.41 (5.59/22); Điểm không có trong các cột −7.41 (20.59/28)"
    said = EN.say("chart.lost.alt", most=50, lost="23.82", total="26.18", steps=steps)
    assert draw_lost_points(PARTS.tail(2), EN).alt == said


def test_points_above_their_maximum_are_a_gain_and_stay_on_the_sheet():
    chart = draw_lost_points(pd.DataFrame({"part": ["Hài lòng"], "points": [18.33], "max_points": [18]}), VI)
    assert row_of(chart, "Hài lòng") == ["Hài lòng", "+0,33", "18,33/18"]
    assert max(bar.get_x() + bar.get_width() for bar in chart.figure.axes[0].patches) == pytest.approx(WIDTH)


def test_a_part_that_is_not_known_makes_the_total_not_known():
    chart = draw_lost_points(PARTS.assign(points=PARTS["points"].where(PARTS.index != 1)), VI)
    assert row_of(chart, "Tiến độ giải quyết") == ["Tiến độ giải quyết", "–", "–/20"]
    assert row_of(chart, TOTAL) == [TOTAL, "–/100"]


def test_contributions_say_every_part_of_every_change():
    lost, gained = f"{REST} −6,00", "Công khai, minh bạch +1,26"
    lost, gained = (VI.say("chart.contributions.alt_marked", part=part) for part in (lost, gained))
    fell = {"unit": "Mỹ Hội Đông", "change": "−5,78", "parts": f"{lost}, Số hóa hồ sơ +0,22"}
    rose = {"unit": "Tấn Mỹ", "change": "+1,23", "parts": f"Thanh toán trực tuyến −0,03, {gained}"}
    said = [VI.say("chart.contributions.alt_unit_marked", **fell), VI.say("chart.contributions.alt_unit", **rose)]
    assert draw_contributions(CHANGED, VI).alt == " ".join([VI.say("chart.contributions.alt", count=2), *said])


@pytest.mark.parametrize("words", [VI, EN], ids=["vi", "en"])
def test_how_many_units_are_left_out_is_said_where_there_are_any(words):
    several, none = draw_contributions(CHANGED, words, left_out=6), draw_contributions(CHANGED, words)
    assert words.say("chart.contributions.left_out", count=6) in " ".join(written(several)).replace("\u00a0", " ")
    assert several.alt == f"{none.alt} {words.say('chart.contributions.alt_left_out', count=6)}"
    assert words.say("chart.contributions.left_out", count=0) not in " ".join(written(none))


def test_losses_end_and_gains_begin_at_one_line():
    chart = draw_contributions(CHANGED, VI)
    bars = [(bar.get_x(), bar.get_x() + bar.get_width(), bar.get_facecolor()) for bar in chart.figure.axes[0].patches]
    point, zero = WIDTH / (6 + 1.26), 6 * WIDTH / (6 + 1.26)
    ends = [(start - zero, end - zero) for start, end, _ in bars]
    assert np.array(ends) / point == pytest.approx(np.array([(-6, 0), (0, 0.22), (-0.03, 0), (0, 1.26)]), abs=1e-9)
    assert [matplotlib.colors.to_hex(colour) for *_, colour in bars] == [ORANGE, MIDDLE, MIDDLE, BLUE]


def test_what_is_not_marked_is_grey_whatever_its_size_and_a_marked_move_has_its_sign():
    chart = draw_contributions(CHANGED.assign(marked=0, change_marked=0), VI)
    assert {matplotlib.colors.to_hex(bar.get_facecolor()) for bar in chart.figure.axes[0].patches} == {MIDDLE}
    assert {text.get_color() for text in texts(chart)} == {INK, GREY}
    assert not set("▲▼") & set("".join(written(chart)))
    assert row_of(chart, "Mỹ Hội Đông") == ["Mỹ Hội Đông", "−5,78"]
    chart = draw_contributions(CHANGED, VI)
    assert row_of(chart, "Mỹ Hội Đông") == ["Mỹ Hội Đông", "▼\u00a0−5,78"]
    assert VI.say("chart.contributions.marked") in " ".join(written(chart)).replace("\u00a0", " ")


def test_a_part_has_its_name_in_its_bar_or_in_the_list_below():
    chart = draw_contributions(CHANGED, VI)
    white = [text.get_text() for text in texts(chart) if text.get_color() == "white"]
    assert white == [f"{REST}\u00a0▼\u00a0−6,00", "▲\u00a0+1,26"]
    assert "Số hóa hồ sơ\u00a0+0,22" in written(chart)
    assert "Thanh toán trực tuyến\u00a0−0,03\u00a0· Công khai, minh bạch\u00a0▲\u00a0+1,26" in written(chart)
    assert row_of(chart, "Tấn Mỹ") == ["Tấn Mỹ", "+1,23"]


def test_a_part_that_is_not_known_is_a_dash_without_a_bar():
    chart = draw_contributions(CHANGED.assign(contribution=[UNKNOWN, -6.0, 1.26, 0, -0.03]), VI)
    assert "Số hóa hồ sơ\u00a0–" in written(chart)
    assert "Số hóa hồ sơ –." in chart.alt


def test_a_change_of_nothing_is_said():
    still = pd.DataFrame({"unit_name": ["A"], "part": ["Số hóa hồ sơ"], "contribution": [0.0], "change": [0.0]})
    still = still.assign(marked=0, change_marked=0)
    said = VI.say("chart.contributions.alt_unit", unit="A", change="0,00", parts=VI.say("chart.contributions.alt_none"))
    assert draw_contributions(still, VI).alt.endswith(said)
