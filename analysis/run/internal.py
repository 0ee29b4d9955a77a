"""Takes out of a page what is for the office alone, so that the page can be public: replies, overdue asks, reminders.

Such a part is an element with the attribute ``data-internal``. Every other character of the page stays as it was. A
Word document with such parts is public as a whole, or not at all.
"""

import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path

from analysis.report import published_weeks

INTERNAL = "data-internal"
ENDLESS = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)  # elements without an end


def take_out_internal(page: str) -> str:
    """The page without its internal elements.

    Raises : ValueError where such an element has no end.
    """
    if INTERNAL not in page:
        return page
    finder = _Finder(page)
    finder.feed(page)
    finder.close()
    if finder.depth:
        raise ValueError(f"an element with {INTERNAL} has no end")
    kept, at = [], 0
    for start, end in finder.found:
        kept.append(page[at:start])
        at = end
    return "".join([*kept, page[at:]])


def is_internal(document: Path) -> bool:
    """Whether a Word document says of itself, by its keyword, that it holds such a part; there it is not taken out."""
    try:
        with zipfile.ZipFile(document) as parts:
            about = parts.read("docProps/core.xml").decode()
    except (OSError, KeyError, zipfile.BadZipFile):
        return False
    return f">{published_weeks.INTERNAL}</cp:keywords>" in about


class _Finder(HTMLParser):
    """Finds where the outermost internal elements begin and end.

    found : their places in the page
    depth : within such an element, how many elements of its tag are open, itself among them
    """

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[int, int]] = []
        self.depth = 0
        self._page, self._tag, self._start = page, "", 0
        self._lines = [0, *(match.end() for match in re.finditer("\n", page))]

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if self.depth:
            self.depth += tag == self._tag
        elif any(name == INTERNAL for name, _ in attrs):
            if tag in ENDLESS:
                self.handle_startendtag(tag, attrs)
            else:
                self.depth, self._tag, self._start = 1, tag, self._place()

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        if not self.depth and any(name == INTERNAL for name, _ in attrs):
            self.found.append((self._place(), self._place() + len(self.get_starttag_text())))

    def handle_endtag(self, tag: str) -> None:
        if self.depth and tag == self._tag:
            self.depth -= 1
            if not self.depth:
                self.found.append((self._start, self._page.index(">", self._place()) + 1))

    def _place(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column
