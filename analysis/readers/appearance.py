"""What a person sees of a spreadsheet's cell: its value and kind by number format, and whether its letters are seen.

The readers of both kinds of workbook end here, so that a number in an .xls is judged as one in an .xlsx is.
"""

from collections.abc import Iterable
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
    shown = {numberformat.shown(stored, number, code) for number, code in style.formats}
    kind, colour = shown.pop() if len(shown) == 1 else ("format", "")
    value = numberformat.moment(stored, from_1904) if kind == "date" else numberformat.whole(stored)
    font = style.font
    if kind == "nothing":
        return Seen(value, "number", "", True)
    if style.repeated or font.pictures:
        kind = "format"
    return _seen(value, kind, [(str(stored), font)], style, colour, palette)


def of_text(pieces: Iterable[tuple[str, Font]], style: Style) -> Seen:
    """A text of pieces, each with its font. What its format adds to it belongs to it."""
    pieces = list(pieces)
    whole = "".join(text for text, _ in pieces)
    shown = numberformat.shown_text(whole, style.formats[-1][1])
    if whole and shown == "":
        return _seen(whole, "text", pieces, style)._replace(hidden=True)
    if shown is not None and shown != whole:
        pieces = [(shown, style.font)]
    odd = shown is None or style.repeated or any(font.pictures for _, font in pieces)
    return _seen(None, "format" if odd else "text", pieces, style)


def of_other(value: object, kind: str, style: Style) -> Seen:
    """A date, a truth, an error or a formula."""
    return _seen(value, kind, [(str(value), style.font)], style)


def _seen(
    value: object,
    kind: str,
    pieces: list[tuple[str, Font]],
    style: Style,
    colour: str = "",
    palette: list[str] = fonts.PALETTE,
) -> Seen:
    """``value`` : None for a text, which is that of its pieces without what nobody sees."""
    marked = [(text, font.marks + STRUCK * (not font.is_seen(style.behind, colour, palette))) for text, font in pieces]
    text, mark, unseen = joined(marked)
    return Seen(text if value is None else value, kind, mark, unseen)
