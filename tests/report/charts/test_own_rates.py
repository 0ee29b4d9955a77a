"""The chart of the week's own rates: dots, bounds, what is usual, the signals, and what it says."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from support.charted import EN, OWN_RATES, UNKNOWN, VI, texts, written

from analysis.report.charts.own_rates import draw_own_rates
from analysis.report.charts.sheet import BLUE, GREY, ORANGE

TT = "Thanh toán trực tuyến"
DOWN = VI.say("chart.own_rates.down", day="20/11/2023")
UP = VI.say("chart.own_rates.up", day="04/12/2023")


def marks(chart, kind):
    """Height and colour of each mark of a kind that is drawn, from left to right."""
    lines = [line for line in chart.figure.axes[0].lines if line.get_marker() == kind]
    drawn = [(x, y, line.get_markerfacecolor()) for line in lines for x, y in zip(*line.get_data(), strict=True)]
    return [(y, colour) for _, y, colour in sorted(drawn) if np.isfinite(y)]


def segments(chart, colour):
    """The straight lines of a colour, each as x0, y0, x1, y1."""
    kinds = [each for each in chart.figure.axes[0].collections if to_hex(each.get_edgecolor()[0]) == colour]
    return [path.vertices.ravel().tolist() for each in kinds for path in each.get_paths()]


def a_point(chart):
    """The height of one percentage point; y grows downwards."""
    at = {text.get_text(): text.get_position()[1] for text in texts(chart)}
    return (at["20%"] - at["60%"]) / 40


@pytest.mark.parametrize("words", [VI, EN], ids=["vi", "en"])
def test_the_chart_says_the_newest_rate_what_is_usual_and_each_signal_by_name(words):
    days = {"first": "2023-11-06", "down": "2023-11-20", "over": "2023-11-27", "last": "2023-12-04"}
    days = {name: words.date(np.datetime64(day).item()) for name, day in days.items()}
    down, up = (words.say(f"chart.own_rates.{key}", day=days[day]) for key, day in (("down", "down"), ("up", "last")))
    assert draw_own_rates(OWN_RATES, words, TT).alt == " ".join(
        [
            words.say("chart.own_rates.alt", what=TT, count=5, first=days["first"], last=days["last"]),
            words.say("chart.own_rates.alt_counts", rate=f"{words.number(64.6, 1)}%", hits=31, cases=48),
            words.say("chart.own_rates.alt_gaps", count=1),
            words.say("chart.own_rates.alt_usual", value=f"{words.number(21, 1)}%"),
            words.say("chart.own_rates.alt_over", signal=down, last=days["over"]),
            words.say("chart.own_rates.alt_stands", signal=up),
        ]
    )


@pytest.mark.parametrize(
    ("newest", "key", "fields"),
    [
        ({"cases": UNKNOWN}, "newest", {"rate": "64,6%"}),
        ({"low": 61.0, "high": 70.5}, "estimate", {"rate": "64,6%", "low": "61,0%", "high": "70,5%"}),
        ({"rate": UNKNOWN, "low": UNKNOWN, "high": UNKNOWN}, "none", {}),
    ],
)
def test_the_newest_rate_is_said_with_what_is_known_of_it(newest, key, fields):
    rates = OWN_RATES.copy()
    rates.loc[5, list(newest)] = list(newest.values())
    assert VI.say(f"chart.own_rates.alt_{key}", **fields) in draw_own_rates(rates, VI, TT).alt


def test_rates_are_dots_where_their_figures_are_and_cutoffs_before_the_first_rate_are_left_out():
    chart = draw_own_rates(OWN_RATES, VI, TT)
    at = np.array([y for y, _ in marks(chart, "o")])
    point = a_point(chart)
    assert (at[0] - at) / point == pytest.approx([0, 10, -15, 100 * 31 / 48 - 20])  # 20, 30, gap, 5, 64.58
    assert "30/10" not in " ".join(written(chart))


def test_an_estimate_has_a_bar_between_its_bounds_and_a_counted_rate_none():
    chart = draw_own_rates(OWN_RATES.assign(signal="", since=""), VI, TT)
    (bar,) = segments(chart, BLUE)
    x, high, same, low = bar
    dot = marks(chart, "o")[1][0]
    assert x == same and sorted([dot - high, dot - low]) == pytest.approx(
        sorted([10 * a_point(chart), -5 * a_point(chart)])
    )
    assert VI.say("chart.own_rates.estimate") in " ".join(written(chart)).replace("\n", " ")
    counted = draw_own_rates(
        OWN_RATES.assign(signal="", since="", low=OWN_RATES["rate"], high=OWN_RATES["rate"]), VI, TT
    )
    assert segments(counted, BLUE) == []


def test_what_is_usual_is_a_line_from_where_it_is_known():
    chart = draw_own_rates(OWN_RATES, VI, TT)
    (line,) = [each for each in chart.figure.axes[0].lines if each.get_color() == GREY and each.get_linewidth() == 1.6]
    first, dot = line.get_ydata()[1], marks(chart, "o")[0][0]
    assert np.isnan(line.get_ydata()[0]) and first == pytest.approx(dot)  # 20 % as the first rate
    assert VI.say("chart.own_rates.usual", value="21,0%") in written(chart)


def test_a_signal_is_another_mark_with_its_name_and_the_span_in_which_it_stood():
    chart = draw_own_rates(OWN_RATES, VI, TT)
    dots = [y for y, _ in marks(chart, "o")]
    assert marks(chart, "D") == [(dots[2], ORANGE), (dots[3], BLUE)]
    assert {(text.get_text(), text.get_color()) for text in texts(chart)} >= {(DOWN, ORANGE), (UP, BLUE)}
    (down,) = [each for each in segments(chart, ORANGE) if each[1] == each[3]]
    lines = chart.figure.axes[0].lines
    days = next(line.get_xdata() for line in lines if line.get_marker() == "o" and len(line.get_xdata()) == 5)
    assert down[0] < days[2] < days[3] < down[2] < days[4]  # from the gap of 20 November to 27 November


def test_a_signal_without_any_rate_is_still_named_and_no_mark_is_explained_that_is_not_there():
    rates = OWN_RATES.assign(signal=["", "", "", "down", "", ""], since=["", "", "", "2023-11-20", "", ""])
    chart = draw_own_rates(rates, VI, TT)
    assert DOWN in written(chart) and marks(chart, "D") == []
    assert VI.say("chart.own_rates.signal") not in " ".join(written(chart)).replace("\n", " ")


def test_a_signal_that_was_called_before_the_chart_begins_keeps_its_day():
    chart = draw_own_rates(OWN_RATES[4:], VI, TT)
    assert DOWN in written(chart)


def test_before_anything_is_usual_the_chart_says_so_and_does_not_say_that_all_is_calm():
    chart = draw_own_rates(OWN_RATES[:3].assign(baseline=UNKNOWN), VI, TT)
    assert chart.alt.endswith(VI.say("chart.own_rates.alt_few"))
    assert VI.say("chart.own_rates.few") in " ".join(written(chart)).replace("\n", " ")
    calm = draw_own_rates(OWN_RATES.assign(signal="", since=""), VI, TT)
    assert calm.alt.endswith(VI.say("chart.own_rates.alt_calm"))


@pytest.mark.parametrize(("rate", "levels"), [(100.0, ["99%", "100%"]), (0.0, ["0%", "1%"])])
def test_rates_that_never_vary_lie_on_a_scale_from_0_to_100(rate, levels):
    same = OWN_RATES.assign(rate=rate, low=rate, high=rate, baseline=rate, signal="", since="")
    shown = [text.get_text() for text in texts(draw_own_rates(same, VI, TT))]
    shown = [
        float(text[:-1].replace(",", ".")) for text in shown if text.endswith("%") and not text.startswith("thường")
    ]
    assert min(shown) >= float(levels[0][:-1]) and max(shown) <= float(levels[1][:-1])
