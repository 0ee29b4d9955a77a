"""A chart as an SVG element: real text where it was measured, colours as attributes, and few bytes."""

import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from support.charted import PARTS, VI, drawn, written
from support.sampled import sampled
from support.shown import charted

from analysis.report import export
from analysis.report.charts import sheet, svg
from analysis.report.charts.points import draw_lost_points

KINDS = (
    "ranking",
    "heat",
    "lost_points",
    "bump",
    "totals",
    "lines",
    "contributions",
    "own_rates",
    "strip",
    "spread",
    "signals",
)
SOME = pytest.mark.parametrize("kind", sampled(KINDS, short=4, long=7))
FEW = pytest.mark.parametrize(
    "kind", sampled(["heat", "bump", "contributions", "signals", "strip"], short=1, long=4, first=["signals"])
)


def written_as(draw):
    """The elements of a sheet of 100 by 100 points, its ground left out."""
    held = sheet.Sheet(100 - 2 * sheet.EDGE)
    draw(held)
    held.figure.set_figheight(100 / 72)
    held.axes.set(xlim=(0, 100), ylim=(100, 0))
    held.axes.axis("off")
    _, _, inside = svg.draw(held.figure, "A").removesuffix("</svg>").partition("/>")
    return inside


def test_the_element_has_the_size_of_the_sheet_and_its_typeface_and_a_white_ground():
    drawing = svg.draw(Figure(figsize=(2, 1), dpi=100), "Report Sans, sans-serif")
    assert drawing == (
        '<svg xmlns="http://www.w3.org/2000/svg" width="144" height="72" viewBox="0 0 144 72" '
        'font-family="Report Sans, sans-serif"><path d="M0 72h144v-72h-144z" fill="#ffffff"/></svg>'
    )


@pytest.mark.parametrize(
    ("look", "element"),
    [
        ({}, '<text fill="#252525" font-size="13" x="5" y="20">a &lt; b</text>'),
        ({"ha": "right"}, '<text fill="#252525" font-size="13" text-anchor="end" x="5" y="20">a &lt; b</text>'),
        (
            {"ha": "center", "weight": "bold", "color": sheet.BLUE},
            '<text fill="#08519c" font-weight="700" font-size="13" text-anchor="middle" x="5" y="20">a &lt; b</text>',
        ),
    ],
)
def test_a_text_stands_on_its_baseline_as_text(look, element):
    # the line is 13 × 1.35 tall, its baseline 0.36 of the type below its middle: 6.545 + 8.775 + 4.68 = 20
    assert written_as(lambda held: held.write(5, 6.545, "a < b", up=0, **look)) == element


def test_a_text_may_hold_what_no_xml_may():
    assert ">ab</text>" in written_as(lambda held: held.write(5, 20, "a\x07\x00b\x1b"))


def test_texts_of_one_look_are_one_group_and_shapes_of_one_look_one_path():
    def draw(held):
        held.bar(1, 1, 10, 5, sheet.PALE)
        held.bar(1, 11, 10.04, 5, sheet.PALE)
        held.bar(1, 21, 10, 5, sheet.BLUE)
        held.write(5, 30, "a"), held.write(5, 50, "b")

    shapes, _, texts = written_as(draw).partition("<g")
    assert (
        shapes == '<path d="M1 1h10v5h-10zM1 11h10v5h-10z" fill="#d9d9d9"/><path d="M1 21h10v5h-10z" fill="#08519c"/>'
    )
    assert re.fullmatch(' fill="#252525" font-size="13"><text [^>]*>a</text><text [^>]*>b</text></g>', texts)


def test_a_line_goes_by_steps_between_rounded_points_and_is_cut_where_a_point_is_missing():
    def draw(held):
        held.axes.plot([0, 0.04, 0.08, 0.12, 5, np.nan, 7, 7], [0, 1, 2, 3, 3, 4, 1, 2], color=sheet.GREY, linewidth=2)

    # 0.04 and 0.08 are 0.0 and 0.1: the slips do not add up
    assert written_as(draw) == ('<path d="M0 0v1l.1 1v1h4.9M7 1v1" fill="none" stroke="#636363" stroke-width="2"/>')


def test_round_marks_are_circles_and_others_paths():
    def draw(held):
        held.axes.plot([10, 20], [10, 20], "o", mfc="white", mec=sheet.BLUE, mew=1.6, ms=8)
        held.axes.plot([50], [50], "D", mfc=sheet.ORANGE, mec="none", ms=7)

    circles, _, diamond = written_as(draw).partition("</g>")
    assert circles == (
        '<g fill="#ffffff" stroke="#08519c" stroke-width="1.6"><circle cx="10" cy="10" r="4"/>'
        '<circle cx="20" cy="20" r="4"/>'
    )
    assert diamond.startswith('<path d="M50 ') and diamond.endswith('z" fill="#a63603"/>')


@SOME
def test_each_text_of_a_chart_is_in_its_drawing_and_nothing_that_the_page_forbids_or_that_must_be_unique(kind):
    chart = drawn(kind, 18)
    root = ElementTree.fromstring(chart.svg())
    told = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert sorted(told) == sorted(line for text in written(chart) for line in text.split("\n"))
    assert {name for each in root.iter() for name in each.attrib} & {"id", "style", "class", "href"} == set()
    assert {each.tag.rpartition("}")[2] for each in root.iter()} <= {"svg", "g", "path", "circle", "text"}


@SOME
def test_every_colour_of_a_chart_is_one_of_those_that_the_stylesheet_sets_for_the_scheme(kind):
    styled = set(re.findall('="(#[0-9a-f]{6})"', export._style("page")))
    assert set(re.findall('(?:fill|stroke)="(#[0-9a-f]{6})"', drawn(kind, 18).svg())) - styled == set()


ASK = """async () => {
  await document.fonts.ready;
  const box = document.querySelector('svg').viewBox.baseVal;
  return [...document.querySelectorAll('svg text')].map(each => {
    const { x, y, width, height } = each.getBBox();
    return [each.textContent, each.getComputedTextLength(), +each.closest('[font-size]').getAttribute('font-size'),
            !!each.closest('[font-weight]'), x >= 0 && y >= -4 && x + width <= box.width && y + height <= box.height + 4];
  }); }"""


def opened(chart, words=VI):
    return export.page(charted(chart), words, "T")


@FEW
def test_a_browser_sets_each_text_as_wide_as_it_was_measured_and_inside_the_sheet(browse, kind):
    seen = browse(opened(drawn(kind, 18)), ASK)
    assert (seen.errors, seen.requests) == ([], [])
    for text, wide, size, bold, inside in seen.answer:
        others = 4 * len(re.findall("[●○◇]", text))  # pixels: marks that are of another font, which machines choose
        measured = sheet.width_of(text, size, "bold" if bold else "normal")
        assert inside and wide == pytest.approx(measured, rel=0.01, abs=0.4 + others)


def test_a_browser_finds_the_text_of_a_chart(browse):
    parts = pd.concat([PARTS, PARTS.iloc[:1].assign(part="xã Mỹ Hội Đông")], ignore_index=True)
    ask = """[window.find('xã Mỹ Hội Đông'), getSelection().toString(), document.body.innerText.includes('xã Mỹ Hội Đông')]"""
    assert browse(opened(draw_lost_points(parts, VI)), ask).answer == [True, "xã Mỹ Hội Đông", True]
