"""What in a cell of a Word document may show another text than the one that is read, and is not understood.

Elements and properties that leave a text as it is are listed (ISO/IEC 29500-1, part 17); whatever is not listed is
named, and so is a style that hides, raises or numbers text. A picture or a footnote beside words without a digit is let
be.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from analysis.readers import declared
from analysis.readers.declared import BLACK, WHITE, Colour
from analysis.readers.markup import names, nearest

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
OFF = frozenset({"0", "false", "off", "none"})
MOST_BASES = 100  # styles that one style is based on, one after the other
# Elements that hold text, or nothing that is seen.
PLAIN = names(
    """
    p r t tab br cr noBreakHyphen hyperlink smartTag smartTagPr customXml customXmlPr sdt sdtContent sdtEndPr proofErr
    bookmarkStart bookmarkEnd permStart permEnd commentRangeStart commentRangeEnd commentReference annotationRef
    lastRenderedPageBreak tc tcPr pPr rPr sdtPr
    """
)
ADDED = names("drawing pict object footnoteReference endnoteReference AlternateContent")  # they stand beside the text
OF_RUNS = names(
    """
    rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid vanish
    color spacing w kern position sz szCs highlight u effect bdr shd vertAlign lang rPrChange ligatures numForm
    numSpacing cntxtAlts stylisticSets
    """
)
OF_PARAGRAPHS = names(
    """
    pStyle keepNext keepLines pageBreakBefore widowControl numPr suppressLineNumbers pBdr shd tabs suppressAutoHyphens
    kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN adjustRightInd snapToGrid spacing ind
    contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment textboxTightWrap outlineLvl divId
    cnfStyle rPr sectPr pPrChange bidi
    """
)
OF_CELLS = names(
    "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection vAlign hideMark tcPrChange headers"
)
OF_ROWS = names(
    """
    cnfStyle divId gridBefore gridAfter wBefore wAfter cantSplit trHeight tblHeader tblCellSpacing jc hidden trPrChange
    """
)
OF_TABLES = names(
    """
    tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing tblInd
    tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription tblPrChange
    """
)
OF_CONTROLS = names(
    """
    rPr alias tag id lock placeholder temporary label tabIndex equation comboBox date docPartObj docPartList
    dropDownList picture richText text citation group bibliography color appearance
    """
)
SMALLEST, LOWEST, NARROWEST = 8, 80, 100  # half a point; a twentieth of a point
HIGHLIGHTS = {
    **{"black": BLACK, "white": WHITE, "yellow": (255, 255, 0), "green": (0, 255, 0), "cyan": (0, 255, 255)},
    **{"magenta": (255, 0, 255), "blue": (0, 0, 255), "red": (255, 0, 0), "darkBlue": (0, 0, 128)},
    **{"darkCyan": (0, 128, 128), "darkGreen": (0, 128, 0), "darkMagenta": (128, 0, 128), "darkRed": (128, 0, 0)},
    **{"darkYellow": (128, 128, 0), "darkGray": (128, 128, 128), "lightGray": (192, 192, 192)},
}


@dataclass(frozen=True)
class Style:
    """What is odd in a style and those it is based on; the colour it gives to text, and to the ground."""

    odd: tuple[str, ...] = ()
    colour: Colour | None = None
    ground: Colour | None = None
    first_row: Colour | None = None  # the ground of a table's first row


@dataclass(frozen=True)
class Around:
    """What holds for the text of a row: what is odd, and the ground behind it."""

    odd: tuple[str, ...] = ()
    style: Style = field(default_factory=Style)
    ground: Colour = WHITE
    widths: tuple[int, ...] = ()
    fixed: bool = False


class Looks:
    """The looks of the parts of one document, by its styles."""

    def __init__(self, styles: etree._Element | None) -> None:
        self.elements = {} if styles is None else {each.get(f"{W}styleId"): each for each in styles.iter(f"{W}style")}
        self.known: dict[str, Style] = {}
        defaults = [] if styles is None else [*styles.iterfind(f"{W}docDefaults/*")]
        self.default = self._own("docDefaults", defaults)
        self.usual = {
            each.get(f"{W}type"): name
            for name, each in self.elements.items()
            if _is_on(each.get(f"{W}default", "0")) and name
        }

    def of_table(self, table: etree._Element) -> Around:
        properties = table.find(f"{W}tblPr")
        style = self.style(_value(properties, "tblStyle") or self.usual.get("table"))
        odd = [*_unlisted(properties, OF_TABLES), *style.odd]
        widths = tuple(_number(each.get(f"{W}w")) for each in table.iterfind(f"{W}tblGrid/{W}gridCol"))
        layout = None if properties is None else properties.find(f"{W}tblLayout")
        fixed = layout is not None and layout.get(f"{W}type") == "fixed"
        return Around(tuple(odd), style, _ground(properties) or style.ground or WHITE, widths, fixed)

    def of_row(self, row: etree._Element, around: Around, first: bool) -> Around:
        odd = [*around.odd]
        for each in row.iterfind(f"{W}tblPrEx"):
            odd += _unlisted(each, OF_TABLES)
        properties = row.find(f"{W}trPr")
        odd += _unlisted(properties, OF_ROWS)
        height = None if properties is None else properties.find(f"{W}trHeight")
        if height is not None and height.get(f"{W}hRule") == "exact" and _number(height.get(f"{W}val")) < NARROWEST:
            odd.append("w:trHeight")
        ground = (around.style.first_row if first else None) or around.ground
        return Around(tuple(odd), around.style, ground, around.widths, around.fixed)

    def unread(self, cell: etree._Element, around: Around, column: int, columns: int, value: str) -> str:
        """What is not understood in the cell; empty where its text is seen as it is read."""
        words = any(map(str.isalpha, value)) and not any(map(str.isdigit, value))
        return next(
            (what for what, beside in self._troubles(cell, around, column, columns) if not (beside and words)), ""
        )

    def style(self, name: str | None) -> Style:
        """A style with those that it is based on; one that the document lacks changes nothing."""
        chain: list[str] = []
        while name in self.elements and name not in self.known and name not in chain:
            if len(chain) == MOST_BASES:
                return Style(("w:basedOn",))
            chain.append(name)
            name = _value(self.elements[name], "basedOn")
        base = self.known.get(name, Style(("w:basedOn",) if name in chain else ()))
        for each in reversed(chain):
            own = self._own(each, [self.elements[each], *self.elements[each].iter(f"{W}tblStylePr")])
            base = self.known[each] = Style(
                (*base.odd, *own.odd),
                own.colour or base.colour,
                own.ground or base.ground,
                own.first_row or base.first_row,
            )
        return base

    def _own(self, name: str, parts: list[etree._Element]) -> Style:
        """What the properties of one style say; ``parts`` hold them, for a table style also those of its regions."""
        odd, colour, ground, first_row = [], None, None, None
        for part in parts:
            run, region = part.find(f"{W}rPr"), part.get(f"{W}type", "") if part.tag == f"{W}tblStylePr" else ""
            its = {
                "rPr": [*_odd_run(run), *(mark for mark in ("vanish", "strike", "dstrike") if _says(run, mark))],
                "pPr": [*_odd_paragraph(part.find(f"{W}pPr"))],
                "tblPr": _unlisted(part.find(f"{W}tblPr"), OF_TABLES),
                "trPr": _unlisted(part.find(f"{W}trPr"), OF_ROWS - {"hidden"}),
                "tcPr": _unlisted(part.find(f"{W}tcPr"), OF_CELLS),
            }
            if (_value(run, "vertAlign") or "baseline") != "baseline":
                its["rPr"].append("w:vertAlign")
            odd += [
                f"{each if each.startswith('w:') else f'w:{each}'} ({name})" for held in its.values() for each in held
            ]
            text = _colour(_value(run, "color"))
            behind = next(filter(None, map(_ground, (part.find(f"{W}{each}") for each in ("tcPr", "tblPr")))), None)
            if region and text and declared.near(text, behind or WHITE):
                odd.append(f"w:color ({name})")
            if region == "firstRow":
                first_row = behind
            elif not region or region == "wholeTable":
                colour, ground = text or colour, behind or _ground(run) or _ground(part.find(f"{W}pPr")) or ground
        return Style(tuple(odd), colour, ground, first_row)

    def _troubles(self, cell: etree._Element, around: Around, column: int, columns: int) -> Iterator[tuple[str, bool]]:
        """Each oddity, and whether it cannot change words."""
        properties = cell.find(f"{W}tcPr")
        whole = [*self.default.odd, *around.odd, *_unlisted(properties, OF_CELLS)]
        if _width(properties, around, column, columns) < NARROWEST:
            whole.append("w:tcW")
        behind = _ground(properties)
        for paragraph in nearest(cell, _is_paragraph, _is_table):
            of_paragraph = paragraph.find(f"{W}pPr")
            style = self.style(_value(of_paragraph, "pStyle") or self.usual.get("paragraph"))
            odd = [*whole, *_odd_paragraph(of_paragraph), *style.odd]
            numbering = [each for each in odd if each.startswith("w:numPr")]
            texts = [each for each in paragraph.iter(f"{W}t") if (each.text or "").strip()]
            yield from ((each, each in numbering) for each in (odd if texts else numbering))
            ground = _ground(of_paragraph) or style.ground or behind
            for run in dict.fromkeys(_runs(texts, paragraph)):
                yield from ((each, False) for each in self._odd_run(run, style, around, ground))
        yield from _strange(cell)

    def _odd_run(self, run: etree._Element, paragraph: Style, around: Around, ground: Colour | None) -> Iterator[str]:
        properties = run.find(f"{W}rPr")
        own = self.style(_value(properties, "rStyle"))
        yield from own.odd
        yield from _odd_run(properties)
        colours = (_colour(_value(properties, "color")), own.colour, paragraph.colour, around.style.colour)
        colour = next(filter(None, (*colours, self.default.colour)), None)
        if _value(properties, "color") == "auto":
            return
        behind = _ground(properties) or own.ground or ground or around.ground
        if colour and declared.near(colour, behind):
            yield "w:color"


def _strange(element: etree._Element) -> Iterator[tuple[str, bool]]:
    """What is no plain text within an element; properties are looked at elsewhere."""
    for child in element.iterchildren(tag=etree.Element):
        name = child.tag.rpartition("}")[2]
        if name in ADDED:
            yield _named(child), True
        elif name not in PLAIN or not child.tag.startswith(W):
            yield _named(child), False
        elif name == "sdtPr":
            yield from ((each, False) for each in _unlisted(child, OF_CONTROLS))
        elif not name.endswith("Pr"):
            yield from _strange(child)


def _is_paragraph(element: etree._Element) -> bool:
    return element.tag == f"{W}p"


def _is_table(element: etree._Element) -> bool:
    return element.tag == f"{W}tbl"


def _runs(texts: Iterable[etree._Element], paragraph: etree._Element) -> Iterator[etree._Element]:
    for text in texts:
        for each in text.iterancestors():
            if each.tag == f"{W}r":
                yield each
            if each is paragraph:
                break


def _odd_run(properties: etree._Element | None) -> Iterator[str]:
    """What is odd in the properties of a run; hidden, struck and raised text is read as such."""
    if properties is None:
        return
    yield from _unlisted(properties, OF_RUNS)
    for each in properties.iterchildren(tag=etree.Element):
        name = each.tag.rpartition("}")[2]
        value = each.get(f"{W}val", "")
        number = _number(value)
        if (
            (name in ("sz", "szCs") and number < SMALLEST)
            or (name == "w" and not 50 <= _number(value.rstrip("%"), 100) <= 300)
            or (name == "spacing" and not -40 <= number <= 200)
            or (name == "position" and number != 0)
            or (name == "effect" and value not in ("", "none"))
            or (name == "rFonts" and any(map(declared.SYMBOLS.search, each.attrib.values())))
        ):
            yield f"w:{name}"


def _odd_paragraph(properties: etree._Element | None) -> Iterator[str]:
    if properties is None:
        return
    yield from _unlisted(properties, OF_PARAGRAPHS)
    for each in properties.iterchildren(tag=etree.Element):
        name = each.tag.rpartition("}")[2]
        if (
            (name == "numPr" and _value(each, "numId") not in (None, "0"))
            or (name == "bidi" and _is_on(each.get(f"{W}val", "")))
            or (name == "spacing" and each.get(f"{W}lineRule") == "exact" and _number(each.get(f"{W}line")) < LOWEST)
            or (name == "ind" and not all(-720 <= _number(value, 0) <= 5_000 for value in each.attrib.values()))
        ):
            yield f"w:{name}"


def _unlisted(properties: etree._Element | None, listed: frozenset[str]) -> list[str]:
    """The properties that are not listed and not switched off."""
    if properties is None:
        return []
    return [
        _named(each)
        for each in properties.iterchildren(tag=etree.Element)
        if each.tag.rpartition("}")[2] not in listed and _is_on(each.get(f"{W}val", ""))
    ]


def _width(properties: etree._Element | None, around: Around, column: int, columns: int) -> float:
    """The width of a cell; without limit where it takes what its text needs."""
    width = None if properties is None else properties.find(f"{W}tcW")
    if width is not None and width.get(f"{W}type", "dxa") == "dxa" and _number(width.get(f"{W}w")) > 0:
        return _number(width.get(f"{W}w"))
    its = around.widths[column - 1 : column - 1 + columns]
    return sum(its) if around.fixed and its else float("inf")


def _ground(properties: etree._Element | None) -> Colour | None:
    """The colour behind a text by ``highlight`` or ``shd``, if these give one."""
    if properties is None:
        return None
    shading = properties.find(f"{W}shd")
    if (highlight := _value(properties, "highlight")) in HIGHLIGHTS:
        return HIGHLIGHTS[highlight]
    if shading is None:
        return None
    return _colour(shading.get(f"{W}color" if shading.get(f"{W}val") == "solid" else f"{W}fill"))


def _colour(text: str | None) -> Colour | None:
    try:
        return tuple(bytes.fromhex(text or "")) if len(text or "") == 6 else None
    except ValueError:
        return None


def _says(properties: etree._Element | None, name: str) -> bool:
    value = _value(properties, name)
    return value is not None and _is_on(value)


def _value(element: etree._Element | None, name: str) -> str | None:
    found = None if element is None else element.find(f"{W}{name}")
    return None if found is None else found.get(f"{W}val", "")


def _is_on(value: str) -> bool:
    return value not in OFF


def _number(text: str | None, otherwise: float = 0) -> float:
    """A measure; one with a unit of its own, as "12pt", is in twentieths of a point, too."""
    found = declared.NUMBER.fullmatch(text or "")
    if not found or len(text) > 20:
        return otherwise
    return float(found[1]) * (15 * declared.PIXELS[found[2]] if found[2] in declared.PIXELS else 1)


def _named(element: etree._Element) -> str:
    """``w:sym``; only what is plain in such a name is said."""
    name = element.tag.rpartition("}")[2]
    return f"{'w' if element.tag.startswith(W) else element.prefix or ''}:{name}"[:40].lstrip(":")
