"""The chart of a ranking: what it says, in what order."""

import numpy as np
import pandas as pd
import pytest
from support.charted import BANDS, EN, SCORES, UNKNOWN, VI, row_of, texts, the_text, written

from analysis.report.charts.ranking import draw_ranking
from analysis.report.charts.sheet import ORANGE


@pytest.mark.parametrize(
    ("words", "highest", "lowest", "most"),
    [
        (VI, "Chợ Mới (65,79)", "Kiến An (49,18)", "Mỹ Hội Đông (−5,78)"),
        (EN, "Chợ Mới (65.79)", "Kiến An (49.18)", "Mỹ Hội Đông (−5.78)"),
    ],
    ids=["vi", "en"],
)
def test_the_ranking_says_who_is_highest_who_is_lowest_and_who_fell_most(words, highest, lowest, most):
    bands = "Trung bình 4, Yếu 1"
    assert draw_ranking(SCORES, BANDS, words).alt == " ".join(
        [
            words.say("chart.ranking.alt", count=5, highest=highest, lowest=lowest, bands=bands),
            words.say("chart.ranking.alt_fell", fell=1, known=5),
            words.say("chart.ranking.alt_most", most=most),
        ]
    )


def test_units_stand_in_the_order_of_rank_whatever_the_order_of_the_frame():
    chart = draw_ranking(SCORES, BANDS, VI)
    names = [text for text in written(chart) if text in set(SCORES["unit_name"])]
    assert names == ["Chợ Mới", "Tấn Mỹ", "Long Điền B", "Mỹ Hội Đông", "Kiến An"]
    heights = [the_text(chart, name).get_position()[1] for name in names]
    assert heights == sorted(heights)  # y grows downwards
    assert draw_ranking(SCORES[::-1], BANDS, VI).svg() == chart.svg()


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
    assert row_of(draw_ranking(SCORES, BANDS, VI), name) == row


def test_only_a_unit_that_fell_is_orange_and_its_figures_are_also_bold_and_signed():
    chart = draw_ranking(SCORES, BANDS, VI)
    orange = [(text.get_text(), text.get_weight()) for text in texts(chart) if text.get_color() == ORANGE]
    assert orange == [
        ("4", "normal"),
        ("Mỹ Hội Đông", "normal"),
        ("51,10", "bold"),
        ("−5,78", "bold"),
        ("=", "bold"),
    ]


def test_the_dots_lie_where_the_points_are():
    lines = draw_ranking(SCORES, BANDS, VI).figure.axes[0].lines
    before, now = (np.concatenate([line.get_xdata() for line in lines[i::2]]) for i in (0, 1))
    # Fell: Mỹ Hội Đông; the others in the order of rank. The scale runs from 49.03 to 65.79.
    order = [65.79, 62.35, 62.24, 49.18, 51.10]
    scale = (now[0] - now[3]) / (65.79 - 49.18)
    assert now == pytest.approx([now[0] - (65.79 - each) * scale for each in order])
    assert now[4] < before[4] and before[4] - now[4] == pytest.approx(5.78 * scale)
    assert before[0] == pytest.approx(now[0] - 0.38 * scale)


def test_without_a_previous_cutoff_the_ranking_says_so_and_claims_no_fall():
    chart = draw_ranking(SCORES.assign(previous_total=np.nan, previous_rank=np.nan), BANDS, VI)
    assert "○" not in "".join(written(chart))
    assert row_of(chart, "Mỹ Hội Đông") == ["4", "Mỹ Hội Đông", "51,10", "–"]
    alone = {"highest": "Chợ Mới (65,79)", "lowest": "Kiến An (49,18)", "bands": "Trung bình 4, Yếu 1"}
    assert chart.alt == VI.say("chart.ranking.alt", count=5, **alone)  # and nothing of a fall
    hollow = [line for line in chart.figure.axes[0].lines if line.get_markerfacecolor() == "white"]
    assert not np.isfinite(np.concatenate([line.get_xdata() for line in hollow])).any()


def test_a_unit_without_a_previous_total_is_not_counted_among_those_that_could_fall():
    scores = SCORES.copy()
    scores.loc[scores["unit_name"] == "Kiến An", ["previous_total", "previous_rank"]] = np.nan
    chart = draw_ranking(scores, BANDS, VI)
    assert VI.say("chart.ranking.alt_fell", fell=1, known=4) in chart.alt
    assert row_of(chart, "Kiến An") == ["5", "Kiến An", "49,18", "–"]


def test_a_unit_without_a_total_stands_last_and_is_neither_zero_nor_lowest():
    nobody = pd.DataFrame([("Hòa An", UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)], columns=SCORES.columns)
    chart = draw_ranking(pd.concat([nobody, SCORES]), BANDS, VI)
    assert row_of(chart, "Hòa An") == ["–", "Hòa An", "–", "–"]
    assert the_text(chart, "Hòa An").get_position()[1] > the_text(chart, "Kiến An").get_position()[1]
    ends = {"highest": "Chợ Mới (65,79)", "lowest": "Kiến An (49,18)", "bands": "Trung bình 4, Yếu 1"}
    assert VI.say("chart.ranking.alt", count=6, **ends) in chart.alt


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
    chart = draw_ranking(scores.assign(previous_total=np.nan, previous_rank=np.nan), BANDS, VI)
    assert [text for text in written(chart) if "≥" in text] == limits
