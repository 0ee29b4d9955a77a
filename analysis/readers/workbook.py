"""Reads the parts of an .xlsx that its cells refer to: sheets by relation, strings and styles by number."""

import re
from functools import lru_cache

from analysis.readers import archive, fonts
from analysis.readers.appearance import Style
from analysis.readers.fonts import Colour, Font
from analysis.readers.grid import MOST_CHARACTERS, STRUCK

REFERENCE = re.compile(r"([A-Z]{1,4})([1-9][0-9]*)")
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
OFF = frozenset({"0", "false", "off", "none"})
MARKS = {"b": "b", "u": "u", "strike": STRUCK}
LEVELS = {"superscript": "^", "subscript": "_"}
SCHEME = ("lt1", "dk1", "lt2", "dk2", *(f"accent{number}" for number in range(1, 7)), "hlink", "folHlink")
OFFICE = re.findall(
    "[0-9A-F]{6}", "FFFFFF 000000 EEECE1 1F497D 4F81BD C0504D 9BBB59 8064A2 4BACC6 F79646 0000FF 800080"
)


def sheets(xml: bytes) -> tuple[list[tuple[str, bool, str]], bool]:
    """For each sheet its name, whether it is hidden, and its relation; and whether days are counted from 1904."""
    found, from_1904 = [], False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal from_1904
        if tag == "sheet":
            relation = next(value for name, value in attributes.items() if name.endswith(":id"))
            found.append((attributes["name"], attributes.get("state", "visible") != "visible", relation))
        elif tag == "workbookPr":
            from_1904 = is_on(attributes.get("date1904", "0"))

    archive.parse(xml, start)
    return found, from_1904


class Look:
    """Collects how letters look, by the elements of a font; colours may refer to a palette that comes later."""

    def __init__(self) -> None:
        self.marks, self.size, self.name = "", 11.0, ""
        self.colour: dict[str, str] = {}

    def take(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "sz":
            self.size = float(attributes.get("val", "11"))
        elif tag in ("name", "rFont"):
            self.name = attributes.get("val", "")
        elif tag == "color":
            self.colour = attributes
        else:
            self.marks += mark(tag, attributes)

    def font(self, colours: "Colours") -> Font:
        return Font(self.marks, colours.of(self.colour, fonts.BLACK), self.size, self.name)


Text = tuple[tuple[str, Look | None], ...]  # the pieces of a string and their looks; None: as the cell


class Runs:
    """Collects a text of pieces that have their own formats."""

    def __init__(self) -> None:
        self.pieces: list[list[str]] = [[]]
        self.looks: list[Look | None] = [None]
        self.length = 0
        self.taking = self.phonetic = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "t":
            self.taking = not self.phonetic
        elif tag == "rPh":
            self.phonetic = True
        elif tag == "r":
            self.pieces.append([])
            self.looks.append(None)
        elif tag == "rPr":
            self.looks[-1] = Look()
        elif self.looks[-1] is not None:
            self.looks[-1].take(tag, attributes)

    def end(self, tag: str) -> None:
        if tag == "t":
            self.taking = False
        elif tag == "rPh":
            self.phonetic = False

    def text(self, characters: str) -> None:
        if self.taking and self.length <= MOST_CHARACTERS:  # one more character is enough to refuse the file
            self.pieces[-1].append(characters)
            self.length += len(characters)

    def whole(self) -> Text:
        texts = (ESCAPED.sub(lambda found: chr(int(found[1], 16)), "".join(each)) for each in self.pieces)
        return tuple((text, look) for text, look in zip(texts, self.looks, strict=True) if text)


class Strings:
    """The strings that cells refer to by number."""

    def __init__(self) -> None:
        self.found: list[Text] = []
        self.runs = Runs()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.runs.start(tag, attributes)

    def end(self, tag: str) -> None:
        self.runs.end(tag)
        if tag == "si":
            self.found.append(self.runs.whole())
            self.runs = Runs()

    def text(self, characters: str) -> None:
        self.runs.text(characters)


class Colours:
    """What the colours of a workbook are: by theme, by palette, or as they are."""

    def __init__(self) -> None:
        self.theme = [fonts.rgb(each) for each in OFFICE]
        self.palette = list(fonts.PALETTE)
        self.own: list[str] = []  # a palette of the workbook's own
        self._part = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take an element of the theme."""
        if tag in SCHEME:
            self._part = tag
        elif self._part and tag in ("srgbClr", "sysClr"):
            number = SCHEME.index(self._part)
            self.theme[number] = fonts.rgb(attributes.get("lastClr") or attributes.get("val", ""))
            self._part = ""

    def of(self, attributes: dict[str, str], automatic: Colour) -> Colour:
        tint = float(attributes.get("tint", "0"))
        if "rgb" in attributes:
            return fonts.tinted(fonts.rgb(attributes["rgb"]), tint)
        if "theme" in attributes:
            return fonts.tinted(dict(enumerate(self.theme)).get(index(attributes["theme"])), tint)
        if "indexed" in attributes:
            number = index(attributes["indexed"])
            palette = [*self.own, *self.palette[len(self.own) :]]
            system = {64: fonts.BLACK, 65: fonts.WHITE}
            return fonts.tinted(system.get(number) or fonts.rgb(dict(enumerate(palette)).get(number, "")), tint)
        return automatic


class Fill:
    """Collects the colour behind a cell."""

    def __init__(self) -> None:
        self.pattern: str | None = None
        self.front: dict[str, str] = {}
        self.back: dict[str, str] = {}

    def take(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "patternFill":
            self.pattern = attributes.get("patternType")
        elif tag == "gradientFill":
            self.pattern = tag
        elif tag == "fgColor":
            self.front = attributes
        elif tag == "bgColor":
            self.back = attributes

    def colour(self, colours: Colours, conditional: bool = False) -> Colour:
        """The colour; of a pattern that of its ground. A conditional format has it where another has its ground."""
        if conditional:
            return colours.of(self.back or self.front, None) if self.pattern != "none" else None
        if self.pattern in (None, "none"):
            return fonts.WHITE
        if self.pattern == "gradientFill":
            return None
        return colours.of(self.front if self.pattern == "solid" else self.back, fonts.WHITE)


class Change:
    """What a conditional format changes where it applies."""

    def __init__(self) -> None:
        self.look, self.fill = Look(), Fill()
        self.code = ""

    def take(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt":
            self.code = attributes.get("formatCode", "")
        self.look.take(tag, attributes)
        self.fill.take(tag, attributes)


class Styles:
    """Collects the styles by number; ``cells`` gives them when all is read."""

    def __init__(self) -> None:
        self.colours = Colours()
        self.fonts: list[Look] = []
        self.fills: list[Fill] = []
        self.changes: list[Change] = []
        self.codes: dict[int, str] = {}
        self.formats: dict[str, list[dict[str, str]]] = {"cellStyleXfs": [], "cellXfs": []}
        self.section = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in ("fonts", "fills", "numFmts", "cellXfs", "cellStyleXfs", "dxfs", "indexedColors"):
            self.section = tag
        elif self.section in ("fonts", "fills", "dxfs"):
            made = {"fonts": Look, "fills": Fill, "dxfs": Change}[self.section]
            its = {"fonts": self.fonts, "fills": self.fills, "dxfs": self.changes}[self.section]
            if tag == {"fonts": "font", "fills": "fill", "dxfs": "dxf"}[self.section]:
                its.append(made())
            elif its:
                its[-1].take(tag, attributes)
        elif tag == "numFmt" and self.section == "numFmts":
            self.codes[index(attributes["numFmtId"])] = attributes["formatCode"]
        elif tag == "rgbColor" and self.section == "indexedColors":
            self.colours.own.append(attributes.get("rgb", ""))
        elif tag == "xf" and self.section in self.formats:
            self.formats[self.section].append(attributes)
        elif tag == "alignment" and self.formats.get(self.section):
            last = self.formats[self.section][-1]
            self.formats[self.section][-1] = last | {"horizontal": attributes.get("horizontal", "")}

    def end(self, tag: str) -> None:
        if tag == self.section:
            self.section = ""

    def cells(self) -> list[Style]:
        """The styles of cells, by number. What one does not say of itself is that of the style it is made from."""
        return [self._style(own, self._base(own)) for own in self.formats["cellXfs"]]

    def _base(self, own: dict[str, str]) -> dict[str, str]:
        return dict(enumerate(self.formats["cellStyleXfs"])).get(index(own.get("xfId", "0")), {})

    def _style(self, own: dict[str, str], base: dict[str, str]) -> Style:
        def number(name: str, of: dict[str, str]) -> int:
            return index(of.get(name, "0"))

        whole = base | own
        look = dict(enumerate(self.fonts)).get(number("fontId", whole), Look())
        fill = dict(enumerate(self.fills)).get(number("fillId", whole), Fill())
        used = {number("numFmtId", whole)}
        if not is_on(own.get("applyNumberFormat", "1")):  # the style's own for some programs, the cell's for others
            used.add(number("numFmtId", base))
        formats = tuple((each, self.codes.get(each, "")) for each in sorted(used))
        return Style(formats, look.font(self.colours), fill.colour(self.colours), whole.get("horizontal") == "fill")


def mark(tag: str, attributes: dict[str, str]) -> str:
    """The mark that an element gives its font: ``<strike/>`` => ``"s"``; "" for any other, or where it is off."""
    if tag == "vertAlign":
        return LEVELS.get(attributes.get("val", ""), "")
    return MARKS.get(tag, "") if is_on(attributes.get("val", "1")) else ""


def is_on(value: str) -> bool:
    return value not in OFF


@lru_cache
def index(text: str) -> int:
    """The text as a number. Raises ValueError for any other text; a negative number would count from the end."""
    if not re.fullmatch("[0-9]{1,9}", text):
        raise ValueError(f"{text[:20]!r} is no index")
    return int(text)


def place(reference: str) -> tuple[int, int]:
    """``"AA5"`` => row 5, column 27. Raises ValueError for any other text."""
    found = REFERENCE.fullmatch(reference)
    if not found:
        raise ValueError(f"{reference[:20]!r} is no cell")
    return int(found[2]), _column(found[1])


@lru_cache
def _column(letters: str) -> int:
    number = 0
    for each in letters:
        number = number * 26 + ord(each) - ord("A") + 1
    return number
