"""Writes a chart as an SVG element for a page: real text, no ids, no style, and few bytes.

Text is text, so it can be found, selected and read aloud. Every colour is an attribute; ``page/charts.css`` names the
colours of ``sheet.py`` and sets those of the reader's scheme in their place. Where that stylesheet is missing, as in
JupyterLab, the drawing looks the same by itself. Shapes of one look that follow each other are one path.
"""

import re
from collections.abc import Iterable
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Transform

NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def draw(figure: Figure, family: str) -> str:
    """The ``<svg>`` element of a figure, a point of the figure being a pixel of the page.

    Places are rounded to a tenth. A figure is drawn as it is at 72 dots an inch. Texts are single lines on a baseline,
    as ``Sheet.write`` writes them.
    """
    dpi, figure.dpi = figure.dpi, 72
    try:
        renderer = Elements(*figure.bbox.size)
        figure.draw(renderer)
        width, height = map(number, figure.bbox.size)
    finally:
        figure.dpi = dpi
    parts = [_element(tag, look, its) for (tag, look), its in groupby(renderer.parts, key=lambda part: part[:2])]
    about = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}" font-family={quoteattr(family)}'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {about}>{"".join(parts)}</svg>'


class Elements(RendererBase):
    """Collects what matplotlib draws: tag, look (attributes as text) and each shape's own part."""

    def __init__(self, width: float, height: float):
        super().__init__()
        self.width, self.height = width, height
        self.parts: list[tuple[str, str, str]] = []

    def draw_path(self, gc: GraphicsContextBase, path: Path, transform: Transform, rgbFace=None) -> None:
        """Draw lines and bars; what is round is a circle, for no other curves are in our charts."""
        placed, look = transform.transform_path(path), _look(gc, rgbFace)
        if path.codes is not None and Path.CURVE4 in path.codes:
            (left, low), (right, high) = placed.get_extents().get_points()
            centre = f'cx="{number((left + right) / 2)}" cy="{number(self.height - (low + high) / 2)}"'
            self.parts.append(("circle", look, f'<circle {centre} r="{number((right - left) / 2)}"/>'))
        elif steps := self._steps(placed):
            self.parts.append(("path", look, steps))

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext: Text | None = None) -> None:
        anchor = {"center": "middle", "right": "end"}.get(mtext.get_ha(), "")
        x, y = mtext.get_transform().transform(mtext.get_unitless_position())
        look = _paint("fill", gc.get_rgb()) + (' font-weight="700"' if prop.get_weight() == "bold" else "")
        look += f' font-size="{number(prop.get_size_in_points())}"' + (f' text-anchor="{anchor}"' if anchor else "")
        place = f'x="{number(x)}" y="{number(self.height - y)}"'
        self.parts.append(("text", look, f"<text {place}>{escape(NO_XML.sub('', s))}</text>"))

    def get_canvas_width_height(self) -> tuple[float, float]:
        return self.width, self.height

    def points_to_pixels(self, points: float) -> float:
        return points

    def _steps(self, path: Path) -> str:
        """``M1 2V5l2 1``: points are rounded before steps are computed, so that errors do not add up."""
        steps, here, start = [], (0, 0), (0, 0)
        for (x, y), code in path.iter_segments(simplify=False, curves=False, remove_nans=True):
            before, here = here, (round(x, 1), round(self.height - y, 1))
            if code == Path.CLOSEPOLY:
                steps.append("z")
                here = start
            elif code == Path.MOVETO:
                start = here
                steps.append("M" + _joined(here))
            else:
                steps.append(_step(here[0] - before[0], here[1] - before[1]))
        return "".join(steps) if len(steps) > 1 else ""


def _element(tag: str, look: str, parts: Iterable[tuple[str, str, str]]) -> str:
    """One path of all steps; or the element, or a group of several, with the look that they share."""
    own = [part for _, _, part in parts]
    if tag == "path":
        return f'<path d="{"".join(own)}"{look}/>'
    return f"<g{look}>{''.join(own)}</g>" if len(own) > 1 else own[0].replace(" ", f"{look} ", 1)


def _look(gc: GraphicsContextBase, fill) -> str:
    """The attributes of a shape, in a fixed order."""
    look = ' fill="none"' if fill is None else _paint("fill", fill)
    if gc.get_linewidth() and gc.get_rgb()[3]:
        look += _paint("stroke", gc.get_rgb()) + f' stroke-width="{number(gc.get_linewidth())}"'
        _, dashes = gc.get_dashes()
        look += f' stroke-dasharray="{_joined(dashes)}"' if dashes is not None else ""
    return look


def _paint(what: str, colour: tuple[float, ...]) -> str:
    opacity = f' {what}-opacity="{number(colour[3], 2)}"' if colour[3:] and colour[3] < 1 else ""
    return f' {what}="{to_hex(colour[:3])}"{opacity}'


def _step(across: float, down: float) -> str:
    across, down = number(across), number(down)
    if across == "0":
        return f"v{down}"
    return f"h{across}" if down == "0" else "l" + _spaced([across, down])


def _joined(values) -> str:
    return _spaced([number(each) for each in values])


def _spaced(texts: list[str]) -> str:
    """Numbers with a space only where a minus sign does not part them."""
    return texts[0] + "".join(each if each.startswith("-") else f" {each}" for each in texts[1:])


def number(value: float, decimals: int = 1) -> str:
    """``0.50`` => ``.5``, ``-0.0`` => ``0``."""
    text = f"{value:.{decimals}f}".rstrip("0").rstrip(".") if decimals else f"{value:.0f}"
    return re.sub(r"^(-?)0\.", r"\1.", text) if text.strip("-0.") else "0"
