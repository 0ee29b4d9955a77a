"""Every chart: every label can be read, and the same frame gives the same bytes."""

import io
import os
import re
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
from support.charted import (
    BANDS,
    CELLS,
    CHANGED,
    COURSE,
    EN,
    OWN_RATES,
    PARTS,
    REST,
    SCORES,
    UNKNOWN,
    VI,
    all_charts,
    drawn,
    lines,
    row_of,
    texts,
    the_text,
    written,
)
from support.sampled import sampled

from analysis.report.charts import sheet
from analysis.report.charts.courses import draw_bump, draw_totals
from analysis.report.charts.heat import draw_heat
from analysis.report.charts.own_rates import draw_own_rates, draw_signals
from analysis.report.charts.points import draw_contributions, draw_lost_points
from analysis.report.charts.ranking import draw_ranking
from analysis.report.charts.strip import draw_spread, draw_strip


@sheet.LOOK
def measured(figure, labels):
    """The box of each label, as a picture has it."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    return np.array([text.get_window_extent(renderer).extents for text in labels])


@pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.sweep)])
@pytest.mark.parametrize("count", [18, pytest.param(135, marks=pytest.mark.long)])
@pytest.mark.parametrize(
    "kind",
    sampled(
        [
            *["ranking", "heat", "lost_points", "bump", "totals", "lines", "contributions", "own_rates"],
            *["strip", "spread", "signals"],
        ],
        short=6,
        long=5,
    ),
)
def test_no_label_is_cut_or_covers_another_and_type_is_large_enough(kind, count, lang):
    chart = drawn(kind, count, lang)
    figure, labels = chart.figure, texts(chart)
    boxes = measured(figure, labels)
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


@pytest.mark.parametrize(
    "name",
    sampled(
        ["$a_1^2$", r"$\frac{", "<b>Long & Điền</b>", "$ và $"],
        short=2,
        long=2,
        first=[r"$\frac{", "<b>Long & Điền</b>"],
    ),
)
def test_a_name_is_written_as_it_is(name):
    scores = SCORES.assign(unit_name=SCORES["unit_name"].replace("Kiến An", name))
    chart = draw_ranking(scores, BANDS, VI)
    assert not the_text(chart, name).get_parse_math()
    assert name in chart.alt
    assert "<svg" in chart.svg()  # unfinished mathematics would raise here
    draw_heat(CELLS.assign(unit_name=name, rank=[1, 1, 2, 2]), VI).svg()
    draw_lost_points(PARTS.assign(part=name), VI).svg()
    draw_bump(COURSE.assign(unit_name=COURSE["unit_name"].replace("Kiến An", name)), VI).svg()
    draw_totals(COURSE.assign(unit_name=COURSE["unit_name"].replace("Kiến An", name)), VI).svg()
    draw_contributions(CHANGED.assign(unit_name=name, part=name), VI).svg()


@pytest.mark.parametrize("words", [VI, EN], ids=["vi", "en"])
def test_a_frame_without_rows_gives_a_chart_that_says_so(words):
    for chart in (
        draw_ranking(SCORES[:0], BANDS, words),
        draw_heat(CELLS[:0], words),
        draw_lost_points(PARTS[:0], words),
        draw_bump(COURSE[:0], words),
        draw_bump(COURSE.assign(rank=UNKNOWN), words),
        draw_totals(COURSE[:0], words),
        draw_totals(COURSE.assign(total=UNKNOWN), words),
        draw_totals(COURSE, words, {"nobody"}),
        lines(COURSE[:0], words),
        lines(COURSE, words, nobody="Nobody"),
        draw_contributions(CHANGED[:0], words),
        draw_own_rates(OWN_RATES[:0], words, "TT"),
        draw_own_rates(OWN_RATES[:1], words, "TT"),
        draw_strip(SCORES[:0].assign(kind=""), BANDS, words),
        draw_spread(CELLS[:0], words),
        draw_signals(OWN_RATES[:0].assign(unit_name="", what=""), words),
    ):
        assert chart.alt == words.say("chart.nothing")
        assert len(chart.alt) >= 40
        assert " ".join(written(chart)) == chart.alt
        assert chart.svg().startswith("<svg")


def test_a_frame_of_one_row_can_be_drawn():
    one = draw_ranking(SCORES[:1].assign(previous_total=np.nan, previous_rank=np.nan), BANDS, VI)
    assert row_of(one, "Kiến An") == ["5", "Kiến An", "49,18", "–"]
    assert row_of(draw_heat(CELLS[:1], VI), "Kiến An") == ["2", "Kiến An", "▼19,3"]
    assert "10,76/18" in written(draw_lost_points(PARTS[:1], VI))
    assert "1. Chợ Mới" in written(draw_totals(COURSE[COURSE["unit_code"].eq("Chợ Mới")].tail(1), VI))
    assert "20,0%" in written(draw_own_rates(OWN_RATES[1:2], VI, "TT"))
    assert f"{REST}\u00a0▼\u00a0−6,00" in written(draw_contributions(CHANGED[1:2], VI))


def test_charts_leave_their_frames_as_they_were():
    shown = (SCORES, BANDS, CELLS, PARTS, COURSE, CHANGED, OWN_RATES)
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
    font = FontProperties(family=sheet.FAMILY, size=100, weight=weight)
    laid_out = text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]
    assert sheet.width_of(text, 100, weight) == pytest.approx(laid_out, abs=0.1)  # of the 100: letters joined as in ffi


def test_a_notebook_shows_a_chart_as_svg_with_its_alternative_text():
    chart = draw_lost_points(PARTS, VI)
    data, metadata = chart._repr_mimebundle_()
    assert data == {"image/svg+xml": chart.svg()}
    assert metadata == {"image/svg+xml": {"alt": chart.alt, "caption": ""}}
    assert chart.svg().startswith("<svg") and not re.search(r" id=| style=|<style|<metadata", chart.svg())


def test_a_picture_for_the_mail_is_a_png_5_2_inches_wide():
    png = draw_ranking(SCORES, BANDS, VI).png(dpi=100)
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(png[16:20], "big") == 520
    assert png == draw_ranking(SCORES, BANDS, VI).png(dpi=100)


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


@pytest.mark.long
def test_equal_frames_give_equal_bytes_in_every_process_whatever_the_readers_settings():
    command = [sys.executable, "-c", "from support import charted; print(charted.all_charts())"]
    elsewhere = os.environ | {"PYTHONHASHSEED": "766", "SOURCE_DATE_EPOCH": "0"}
    done = subprocess.run(
        command, cwd=Path(__file__).parents[2], env=elsewhere, capture_output=True, text=True, check=True
    )
    with matplotlib.rc_context({"font.family": "serif", "figure.facecolor": "black", "axes.grid": True}):
        assert all_charts() == done.stdout.strip()
