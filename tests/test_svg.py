"""A chart written shorter: the same picture, far fewer bytes, and nothing that only matplotlib needs."""

import base64
import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image, ImageChops
from test_charts import VI, drawn

from analysis import svg

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
        '<g fill="#fff" transform="translate(1.2 2.5)scale(.013)">'  # letters of a thousand units, upright
        '<defs><path d="m100 0v-10q-100 10-90-10z" id="a"/></defs><use href="#a"/><use href="#a" x="613"/></g>'
        '<path d="m1 2v3l2 1v0" fill="none" stroke="#08519c"/><path d="m7 7h1" fill="none" stroke="#08519c"/></svg>'
    )


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


def text(word: str) -> str:
    uses = "".join(f'<use xlink:href="#{letter}" transform="translate({60 * i} 0)"/>' for i, letter in enumerate(word))
    return f'<g transform="translate(0 0) scale(0.1 -0.1)">{uses}</g>'


def spelled(document: str) -> list[list[tuple[str, int]]]:
    """The letters of each text with their places, whatever groups they come by."""
    root = ElementTree.fromstring(document)
    held = {each.get("id"): each for each in root.iter() if each.get("id")}

    def letters(use, x):
        place, target = x + int(use.get("x", 0)), held[use.get("href")[1:]]
        if target.tag.endswith("path"):
            return [(target.get("d"), place)]
        return [letter for part in target for letter in letters(part, place)]

    texts = [each for each in root.iter(f"{svg.SPACE}g") if each.get("transform")]
    return [[letter for use in group if use.tag.endswith("use") for letter in letters(use, 0)] for group in texts]


def test_letters_that_often_stand_side_by_side_are_one_and_the_texts_still_say_the_same():
    words = ["xaab", "aab", "ba", "aabb", "aab", "aab", "b"]
    shapes = "".join(f'<path id="{name}" d="M {640 * i} 0" transform="scale(1)"/>' for i, name in enumerate("abx"))
    document = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
        f"<defs>{shapes}</defs>{''.join(map(text, words))}</svg>"
    )
    short = svg.compact(document)
    shape = {"a": "m0 0", "b": "m100 0", "x": "m200 0"}
    assert [[place for _, place in line] for line in spelled(short)] == [
        [600 * i for i in range(len(word))] for word in words
    ]
    assert [[name for name, _ in line] for line in spelled(short)] == [
        [shape[letter] for letter in word] for word in words
    ]
    assert len(re.findall("<use", short)) < sum(map(len, words))
    assert set(re.findall(' id="([^"]*)"', short)) == set(re.findall(' href="#([^"]*)"', short))  # and no more


@pytest.mark.parametrize("kind", ["heat", "bump", "contributions"])
def test_a_chart_written_shorter_looks_the_same_in_a_browser(kind, browse):
    chart = drawn(kind, 18, VI)
    whole, short = chart._saved("svg").decode(), chart.svg()
    assert len(short) < 0.45 * len(whole)
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
