"""Reads the parts of an .xlsx that its cells refer to: sheets by relation, strings and styles by number."""

import re
from functools import lru_cache

from analysis.readers import archive, numberformat
from analysis.readers.grid import MOST_CHARACTERS, STRUCK

ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
OFF = frozenset({"0", "false", "off", "none"})
MARKS = {"b": "b", "u": "u", "strike": STRUCK}
LEVELS = {"superscript": "^", "subscript": "_"}
Text = tuple[tuple[str, str | None], ...]  # the pieces of a string and their marks; None: the marks of the cell


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


class Runs:
    """Collects a text of pieces that have their own formats."""

    def __init__(self) -> None:
        self.pieces: list[list[str]] = [[]]
        self.marks: list[str | None] = [None]
        self.length = 0
        self.taking = self.phonetic = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "t":
            self.taking = not self.phonetic
        elif tag == "rPh":
            self.phonetic = True
        elif tag == "r":
            self.pieces.append([])
            self.marks.append(None)
        elif tag == "rPr":
            self.marks[-1] = ""
        elif self.marks[-1] is not None:
            self.marks[-1] += mark(tag, attributes)

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
        return tuple((text, marks) for text, marks in zip(texts, self.marks, strict=True) if text)


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


class Styles:
    """The styles by number: the kind as which a style shows a number, and the marks of its font."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []
        self.fonts: list[str] = []
        self.codes: dict[int, str] = {}
        self.section = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in ("fonts", "numFmts", "cellXfs", "cellStyleXfs", "dxfs"):
            self.section = tag
        elif tag == "font" and self.section == "fonts":
            self.fonts.append("")
        elif self.section == "fonts" and self.fonts:
            self.fonts[-1] += mark(tag, attributes)
        elif tag == "numFmt" and self.section == "numFmts":
            self.codes[index(attributes["numFmtId"])] = attributes["formatCode"]
        elif tag == "xf" and self.section == "cellXfs":
            number, font = index(attributes.get("numFmtId", "0")), index(attributes.get("fontId", "0"))
            marks = "".join(self.fonts[font : font + 1])
            self.found.append((numberformat.cell_kind(number, self.codes.get(number, "")), marks))

    def end(self, tag: str) -> None:
        if tag == self.section:
            self.section = ""


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
