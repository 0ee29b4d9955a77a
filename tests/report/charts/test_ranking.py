"""The chart of a ranking: what it says, in what order."""

import numpy as np
import pandas as pd
import pytest
from support.charted import BANDS, EN, SCORES, UNKNOWN, VI, row_of, texts, the_text, written

from analysis.report.charts.ranking import draw_ranking
from analysis.report.charts.sheet import BLUE, GREY, INK, ORANGE


@pytest.mark.parametrize(
    ("words", "highest", "lowest", "most"),
    [
        (VI, "Chợ Mới (65,79)", "Kiến An (49,18)", "Mỹ Hội Đông (−5,78)"),
        (EN, "Chợ Mới (65.79)", "Kiến An (49.18)", "Mỹ Hội Đông (−5.78)"),
    ],
    ids=["vi", "en"],
)
def test_the_ranking_says_who_is_highest_who_is_lowest_and_whose_fall_is_marked(words, highest, lowest, most):
    bands = "Trung bình 4, Yếu 1"
    assert draw_ranking(SCORES, BANDS, words).alt == " ".join(
        [
            words.say("chart.ranking.alt", count=5, highest=highest, lowest=lowest, bands=bands),
            words.say("chart.ranking.alt_fell", units=most),
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
        ),  # a marked fall: total at the left of the dots, loss at the right
        ("Kiến An", ["5", "Kiến An", "49,18", "="]),
    ],
)
def test_a_row_reads_rank_name_total_and_rank_move(name, row):
    assert row_of(draw_ranking(SCORES, BANDS, VI), name) == row


def test_only_a_marked_fall_is_orange_and_its_figures_are_also_bold_and_signed():
    chart = draw_ranking(SCORES, BANDS, VI)
    orange = [(text.get_text(), text.get_weight()) for text in texts(chart) if text.get_color() == ORANGE]
    assert orange == [
        ("4", "bold"),
        ("Mỹ Hội Đông", "bold"),
        ("51,10", "bold"),
        ("−5,78", "bold"),
        ("=", "bold"),
    ]


@pytest.mark.parametrize(
    ("marked", "fell", "rose", "ordinary"),
    [
        ({"Mỹ Hội Đông": -1}, ["Mỹ Hội Đông"], [], "Chợ Mới Tấn Mỹ Long Điền B Kiến An"),
        ({"Tấn Mỹ": 1}, [], ["Tấn Mỹ"], "Chợ Mới Long Điền B Mỹ Hội Đông Kiến An"),  # 5.78 lost, as others did
        ({}, [], [], "Chợ Mới Tấn Mỹ Long Điền B Mỹ Hội Đông Kiến An"),
    ],
)
def test_a_change_that_is_not_marked_is_grey_whatever_its_size(marked, fell, rose, ordinary):
    chart = draw_ranking(SCORES.assign(marked=SCORES["unit_name"].map(marked).fillna(0).astype(int)), BANDS, VI)
    names = [
        (text.get_text(), text.get_color()) for text in texts(chart) if text.get_text() in set(SCORES["unit_name"])
    ]
    assert [name for name, colour in names if colour == ORANGE] == fell
    assert [name for name, colour in names if colour == BLUE] == rose
    assert " ".join(name for name, colour in names if colour == INK) == ordinary
    counts = {ORANGE: len(fell), BLUE: len(rose), GREY: 5 - len(fell) - len(rose)}
    dots = [line for line in chart.figure.axes[0].lines if line.get_markerfacecolor() != "white"]
    assert {line.get_markerfacecolor(): len(line.get_xdata()) for line in dots} == counts
    signed = [text for text in written(chart) if text[0] in "+−"]
    assert signed == ["−5,78"] * len(fell) + ["+1,23"] * len(rose)
    assert (VI.say("chart.ranking.marked") in " ".join(written(chart))) is bool(marked)
    assert (VI.say("chart.ranking.alt_ordinary") in chart.alt) is not marked


def test_a_marked_rise_has_its_total_at_the_right_and_what_it_gained_at_the_left():
    chart = draw_ranking(SCORES.assign(marked=SCORES["unit_name"].eq("Tấn Mỹ").astype(int)), BANDS, EN)
    assert row_of(chart, "Tấn Mỹ") == ["2", "Tấn Mỹ", "+1.23", "62.35", "▲1"]
    assert chart.alt.endswith(EN.say("chart.ranking.alt_rose", units="Tấn Mỹ (+1.23)"))


def test_the_dots_lie_where_the_points_are():
    scores = SCORES.assign(marked=[0, 1, -1, 0, 0])  # Kiến An, Tấn Mỹ, Mỹ Hội Đông, Chợ Mới, Long Điền B
    lines = draw_ranking(scores, BANDS, VI).figure.axes[0].lines
    before, now = (np.concatenate([line.get_xdata() for line in lines[i::2]]) for i in (0, 1))
    # First the ordinary ones in the order of rank, then the marked rise, then the marked fall. From 49.03 to 65.79.
    order = [65.79, 62.24, 49.18, 62.35, 51.10]
    scale = (now[0] - now[2]) / (65.79 - 49.18)
    assert now == pytest.approx([now[0] - (65.79 - each) * scale for each in order])
    assert now[4] < before[4] and before[4] - now[4] == pytest.approx(5.78 * scale)
    assert before[0] == pytest.approx(now[0] - 0.38 * scale)


def test_without_a_previous_cutoff_the_ranking_says_so_and_claims_no_fall():
    chart = draw_ranking(SCORES.assign(previous_total=np.nan, previous_rank=np.nan, marked=0), BANDS, VI)
    assert "○" not in "".join(written(chart))
    assert row_of(chart, "Mỹ Hội Đông") == ["4", "Mỹ Hội Đông", "51,10", "–"]
    alone = {"highest": "Chợ Mới (65,79)", "lowest": "Kiến An (49,18)", "bands": "Trung bình 4, Yếu 1"}
    assert chart.alt == VI.say("chart.ranking.alt", count=5, **alone)  # and nothing of a fall
    hollow = [line for line in chart.figure.axes[0].lines if line.get_markerfacecolor() == "white"]
    assert not np.isfinite(np.concatenate([line.get_xdata() for line in hollow])).any()


def test_a_unit_without_a_previous_total_has_a_dash_for_its_move():
    scores = SCORES.copy()
    scores.loc[scores["unit_name"] == "Kiến An", ["previous_total", "previous_rank"]] = np.nan
    chart = draw_ranking(scores, BANDS, VI)
    assert row_of(chart, "Kiến An") == ["5", "Kiến An", "49,18", "–"]


def test_a_unit_without_a_total_stands_last_and_is_neither_zero_nor_lowest():
    nobody = pd.DataFrame([("Hòa An", UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, 0)], columns=SCORES.columns)
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
    scores = pd.DataFrame({"unit_name": ["A", "B"], "total": totals[::-1], "rank": [1, 2], "band": "TB", "marked": 0})
    chart = draw_ranking(scores.assign(previous_total=np.nan, previous_rank=np.nan), BANDS, VI)
    assert [text for text in written(chart) if "≥" in text] == limits
