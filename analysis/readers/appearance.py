"""What a person sees of a spreadsheet's cell: its value and kind by number format, and whether its letters are seen.

The readers of both kinds of workbook end here, so that a number in an .xls is judged as one in an .xlsx is.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from analysis.readers import fonts, numberformat
from analysis.readers.fonts import Colour, Font
from analysis.readers.grid import STRUCK, joined

LEAST_HEIGHT, LEAST_WIDTH = 2, 0.5  # points, characters: in a lower row or a narrower column nothing can be read


class Style(NamedTuple):
    """How a cell shows what it holds.

    formats  : its number formats, each a number and a code; two where programs do not agree which one it is
    behind   : the colour behind its letters
    repeated : whether it repeats its text until the cell is full
    """

    formats: tuple[tuple[int, str], ...] = ((0, ""),)
    font: Font = Font()
    behind: Colour = fonts.WHITE
    repeated: bool = False


class Seen(NamedTuple):
    """A cell as grid.py holds it. Its kind is ``format`` where something else is shown than is stored."""

    value: object
    kind: str
    mark: str
    hidden: bool


def of_number(stored: float, style: Style, from_1904: bool = False, palette: list[str] = fonts.PALETTE) -> Seen:
    """A number as its format shows it. Raises : OverflowError where it is too large for a number or a date."""
    kind, colour = numberformat.shown(stored, *style.formats[0])
    if any(numberformat.shown(stored, *each) != (kind, colour) for each in style.formats[1:]):
        kind, colour = "format", ""
    value = numberformat.moment(stored, from_1904) if kind == "date" else numberformat.whole(stored)
    if kind == "nothing":
        return Seen(value, "number", "", True)
    mark, hidden, odd = _look(style, colour, tuple(palette) if colour else ())
    return Seen(value, "format" if odd else kind, mark, hidden)


def of_text(pieces: Iterable[tuple[str, Font]], style: Style) -> Seen:
    """A text of pieces, each with its font. What its format adds to it belongs to it."""
    pieces = list(pieces)
    whole = "".join(text for text, _ in pieces)
    shown = numberformat.shown_text(whole, style.formats[-1][1])
    if whole and shown == "":
        return Seen(whole, "text", _look(style)[0], True)
    if shown is not None and shown != whole:
        pieces = [(shown, style.font)]
    odd = shown is None or style.repeated or any(font.pictures for _, font in pieces)
    text, mark, unseen = joined((text, _marks(font, style)) for text, font in pieces)
    return Seen(text, "format" if odd else "text", mark, unseen)


def of_other(value: object, kind: str, style: Style) -> Seen:
    """A date, a truth, an error or a formula."""
    mark, hidden, _ = _look(style)
    return Seen(value, kind, mark, hidden)


@lru_cache(10_000)
def _look(style: Style, colour: str = "", palette: tuple[str, ...] = ()) -> tuple[str, bool, bool]:
    """Of a value in the cell's own font: its mark, whether it is hidden, and whether something else is shown."""
    _, mark, hidden = joined([("x", _marks(style.font, style, colour, palette))])
    return mark, hidden, style.repeated or style.font.pictures


def _marks(font: Font, style: Style, colour: str = "", palette: tuple[str, ...] = ()) -> str:
    """The font's marks; what nobody sees is as if it was struck through."""
    return font.marks + STRUCK * (not font.is_seen(style.behind, colour, palette))
