"""Whether a person sees what is written in a cell of a spreadsheet: the colours and the size of its letters."""

import colorsys
import re
from collections.abc import Sequence
from typing import NamedTuple

BLACK, WHITE = (0, 0, 0), (255, 255, 255)
Colour = tuple[int, int, int] | None  # red, green, blue; None where it is not known
NEAR = 24  # of 255: colours whose parts differ by less cannot be told apart
SMALLEST = 4  # points; smaller letters are no letters to a reader
PICTURES = ("wingdings", "webdings", "marlett", "bookshelf symbol", "zapf dingbats")
# The colours by which a number format calls its own (ISO/IEC 29500-1, 18.8.31); [Color1] is the palette's first.
NAMED = {
    **{"black": BLACK, "white": WHITE, "red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)},
    **{"yellow": (255, 255, 0), "magenta": (255, 0, 255), "cyan": (0, 255, 255)},
}
# The standard palette by number (18.8.27): the first eight are there twice.
PALETTE = re.findall(
    "[0-9A-F]{6}",
    2
    * "000000 FFFFFF FF0000 00FF00 0000FF FFFF00 FF00FF 00FFFF "
    + "800000 008000 000080 808000 800080 008080 C0C0C0 808080 9999FF 993366 FFFFCC CCFFFF 660066 FF8080 0066CC CCCCFF "
    "000080 FF00FF FFFF00 00FFFF 800080 800000 008080 0000FF 00CCFF CCFFFF CCFFCC FFFF99 99CCFF FF99CC CC99FF FFCC99 "
    "3366FF 33CCCC 99CC00 FFCC00 FF9900 FF6600 666699 969696 003366 339966 003300 333300 993300 993366 333399 333333",
)


class Font(NamedTuple):
    """How the letters of a cell, or of a part of it, look. ``marks`` as in grid.py; ``size`` in points."""

    marks: str = ""
    colour: Colour = BLACK
    size: float = 11
    name: str = ""

    @property
    def pictures(self) -> bool:
        """Whether the font draws pictures in the place of digits."""
        return self.name.casefold().startswith(PICTURES)

    def is_seen(self, behind: Colour, shown_as: str = "", palette: Sequence[str] = PALETTE) -> bool:
        """Whether its letters stand out from the cell. ``shown_as`` : the colour that a number format asks for."""
        return self.size >= SMALLEST and not near(named(shown_as, palette) if shown_as else self.colour, behind)


def near(one: Colour, other: Colour) -> bool:
    return None not in (one, other) and all(abs(a - b) < NEAR for a, b in zip(one, other, strict=True))


def named(name: str, palette: Sequence[str]) -> Colour:
    """``named("white")``, ``named("color2")`` => white."""
    number = name.removeprefix("color")
    return rgb(palette[int(number) + 7]) if number.isdigit() and 1 <= int(number) <= 56 else NAMED.get(name)


def rgb(text: str) -> Colour:
    """``"FFFF0000"`` or ``"FF0000"`` => red."""
    try:
        return tuple(bytes.fromhex(text[-6:])) if len(text) in (6, 8) else None
    except ValueError:
        return None


def tinted(colour: Colour, tint: float) -> Colour:
    """The colour made darker (below 0) or lighter (above 0)."""
    if colour is None or not tint:
        return colour
    hue, light, full = colorsys.rgb_to_hls(*(each / 255 for each in colour))
    light = light * (1 + tint) if tint < 0 else light * (1 - tint) + tint
    return tuple(round(255 * each) for each in colorsys.hls_to_rgb(hue, min(max(light, 0), 1), full))
