"""A chart written shorter: the same picture, far fewer bytes, and nothing that only matplotlib needs."""

import base64
import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image, ImageChops
from support.charted import drawn

from analysis.report.charts import svg

TWO_LETTERS = """<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9pt" version="1.1">
 <defs><style type="text/css">*{stroke-linejoin: round}</style></defs>
 <g id="figure_1"><g id="text_1"><!-- ab -->
  <g style="fill: #ffffff" transform="translate(1.25 2.5) scale(0.13 -0.13)">
   <defs><path id="DejaVuSans-44" d="M 640 0 L 640 64 Q 0 0 64 128 z" transform="scale(0.015625)"/></defs>
   <use xlink:href="#DejaVuSans-44"/><use xlink:href="#DejaVuSans-44" transform="translate(61.28 0)"/>
  </g></g>
  <path d="M 1 2 L 1 5 L 3 6 L 3 6.04" clip-path="url(#p1)" style="fill: none; stroke: #08519c"/>
  <path d="M 7 7 L 8 7" style="fill: none; stroke: #08519c"/></g>
 <defs><clipPath id="p1"><rect width="9"/></clipPath></defs>
</svg>"""


def test_each_part_is_written_as_briefly_as_it_can_be():
    assert svg.compact(TWO_LETTERS) == (
        '<svg width="9pt" xmlns="http://www.w3.org/2000/svg" stroke-linejoin="round">'
        '<path d="m1 2v3l2 1v0M7 7h1" fill="none" stroke="#08519c"/>'  # two that look alike are one
        '<defs><path d="m50 0v-5q-50 5-45-5z" id="a"/></defs>'  # letters of five hundred units, upright
        '<g fill="#fff" transform="scale(.026)"><use href="#a" x="48" y="96"/><use href="#a" x="354" y="96"/></g></svg>'
    )


def test_a_text_may_hold_what_no_xml_may():
    short = svg.compact(TWO_LETTERS.replace("<!-- ab -->", "<!-- a\x07\x00b\x1b -->"))
    assert short == svg.compact(TWO_LETTERS)


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("M 0 0 L 0.04 1 L 0.08 2 L 0.12 3", "m0 0v1l.1 1v1"),  # rounded points, so the slips do not add up
        ("M 10 10 L 8 9.5 L 7 9", "m10 10l-2-.5-1-.5"),
        ("M 1 1 L 2 1 L 2 2 z M 5 5 L 6 6", "m1 1h1v1zm4 4l1 1"),  # a closed part goes back to its start
        ("M 0 0 C 1 2 3 4 5 6 C 6 7 8 9 10 11", "m0 0c1 2 3 4 5 6 1 1 3 3 5 5"),
    ],
)
def test_a_path_goes_by_steps(path, steps):
    document = f'<svg xmlns="http://www.w3.org/2000/svg"><path d="{path}"/></svg>'
    assert re.search(' d="([^"]*)"', svg.compact(document))[1] == steps


def test_texts_of_one_look_stand_together_after_all_else_and_many_letters_on_a_line_share_its_place():
    one, other = text("ab", 1), text("aabab", 2).replace('transform="tr', 'style="fill: #08519c" transform="tr')
    short = svg.compact(document(one, '<path d="M 1 1 L 2 2"/>', other, one))
    assert short.partition("</defs>")[2] == (
        '<g transform="scale(.02)"><use href="#a" x="0" y="50"/><use href="#b" x="300" y="50"/>'
        '<use href="#a" x="0" y="50"/><use href="#b" x="300" y="50"/></g>'
        '<g fill="#08519c" transform="scale(.02)"><g transform="translate(0 100)"><use href="#a"/><use href="#a" x="300"/>'
        '<use href="#b" x="600"/><use href="#a" x="900"/><use href="#b" x="1200"/></g></g></svg>'
    )
    assert short.index('d="m1 1l1 1"') < short.index("<defs>")


def test_cells_of_one_shade_are_one_path():
    cells = "".join(
        f'<path d="M {x} 0 L {x} 9" style="fill: {shade}"/>' for x, shade in enumerate(["#111", "#222", "#111"])
    )
    short = svg.compact(f'<svg xmlns="http://www.w3.org/2000/svg"><g id="QuadMesh_1">{cells}</g></svg>')
    assert re.findall(r'd="(.*?)" fill="(.*?)"', short) == [("m0 0v9M2 0v9", "#111"), ("m1 0v9", "#222")]


def text(word: str, y: int) -> str:
    uses = "".join(f'<use xlink:href="#{letter}" transform="translate({60 * i} 0)"/>' for i, letter in enumerate(word))
    return f'<g><g transform="translate(0 {y}) scale(0.1 -0.1)">{uses}</g></g>'


def document(*parts: str) -> str:
    """With the letters a, b and x, each a point of its own, at the first text as matplotlib has them."""
    shapes = "".join(f'<path id="{name}" d="M {640 * i} 0" transform="scale(1)"/>' for i, name in enumerate("abx"))
    head = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
    return f"{head}{''.join(parts).replace('<use', f'<defs>{shapes}</defs><use', 1)}</svg>"


def spelled(short: str) -> list[list[tuple[str, int]]]:
    """The letters on each baseline with their places, whatever groups they come by."""
    root = ElementTree.fromstring(short)
    held = {each.get("id"): each for each in root.iter() if each.get("id")}
    lines = {}

    def read(part, x, y):
        if moved := re.fullmatch(r"translate\((\d+) (\d+)\)", part.get("transform", "")):
            x, y = x + int(moved[1]), y + int(moved[2])
        x, y = x + int(part.get("x", 0)), y + int(part.get("y", 0))
        if part.get("d"):
            lines.setdefault(y, []).append((part.get("d"), x))
        for each in [held[part.get("href")[1:]]] if part.get("href") else part:
            read(each, x, y)

    for each in root:
        if each.get("transform"):
            read(each, 0, 0)
    return list(lines.values())


def test_letters_that_often_stand_side_by_side_are_one_and_the_texts_still_say_the_same():
    words = ["xaab", "aab", "ba", "aabb", "aab", "aab", "b"]
    short = svg.compact(document(*(text(word, y) for y, word in enumerate(words))))
    shape = {"a": "m0 0", "b": "m50 0", "x": "m100 0"}
    assert spelled(short) == [[(shape[letter], 300 * i) for i, letter in enumerate(word)] for word in words]
    assert len(re.findall("<use", short)) < sum(map(len, words))
    assert set(re.findall(' id="([^"]*)"', short)) == set(re.findall(' href="#([^"]*)"', short))  # and no more


@pytest.mark.long
@pytest.mark.parametrize("kind", ["heat", "bump", "contributions"])
def test_a_chart_written_shorter_looks_the_same_in_a_browser(kind, browse):
    chart = drawn(kind, 18)
    whole, short = chart._saved("svg").decode(), chart.svg()
    assert len(short) < 0.35 * len(whole)
    assert not re.search(r"<!--|<metadata|clip|xlink|<style|DejaVu", short)
    shots = [pixels(browse, document) for document in (whole[whole.index("<svg") :], short)]
    difference = np.asarray(ImageChops.difference(*shots)).max(axis=2)
    assert shots[0].size == shots[1].size and (difference > 64).mean() < 0.002


def pixels(browse, document: str) -> Image.Image:
    """The picture that a browser makes of an SVG in an ``<img>``."""
    address = "data:image/svg+xml;base64," + base64.b64encode(document.encode()).decode()
    ask = f"""(async () => {{
        const image = new Image(); image.src = "{address}"; await image.decode();
        const sheet = document.createElement("canvas"); sheet.width = 2 * image.width; sheet.height = 2 * image.height;
        sheet.getContext("2d").drawImage(image, 0, 0, sheet.width, sheet.height);
        return sheet.toDataURL("image/png");
    }})()"""
    return Image.open(io.BytesIO(base64.b64decode(browse("", ask).answer.partition(",")[2]))).convert("RGB")
