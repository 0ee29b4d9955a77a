"""Shared code for tables of web pages and Word documents: spans of cells, and text in pieces with marks."""

import re
from collections.abc import Callable, Iterable, Iterator

from lxml import etree

from analysis.readers.grid import MOST_COLUMNS, Piece, joined


class Spans:
    """Finds the column of each next cell in a row; skips columns that are covered by cells of rows above."""

    def __init__(self) -> None:
        self.reaching: dict[int, int] = {}  # column => number of rows that it still covers
        self.column = 1

    def next_row(self) -> None:
        self.column = 1
        self.reaching = {column: rows - 1 for column, rows in self.reaching.items() if rows > 1}

    def place(self, columns: int = 1, rows: int = 1) -> int:
        """The first column of a cell that spans so many ``columns`` and ``rows``."""
        while self.column in self.reaching:
            self.column += 1
        first, self.column = self.column, self.column + columns
        if rows > 1:
            self.reaching |= dict.fromkeys(range(first, min(self.column, MOST_COLUMNS + 1)), rows)
        return first


def text_of(pieces: Iterable[Piece]) -> tuple[str, str, bool]:
    """Like ``grid.joined``: text, mark, and whether any is struck. Line breaks stay; other spaces become one."""
    text, mark, struck = joined(pieces)
    return re.sub(r" *\n[ \n]*", "\n", re.sub(r"[ \t\r\f]+", " ", text)).strip(" \n"), mark, struck


def nearest(element: etree._Element, wanted: Callable, stop: Callable) -> Iterator[etree._Element]:
    """The ``wanted`` elements below, in order; not those inside another wanted one or inside one to ``stop`` at."""
    for child in element.iterchildren(tag=etree.Element):
        if wanted(child):
            yield child
        elif not stop(child):
            yield from nearest(child, wanted, stop)


def span(text: str | None) -> int:
    """A number of columns or rows: ``"2"`` => 2. Text that is no number counts as 1, as in browsers."""
    digits = re.match(r"\s*([0-9]{1,9})", text or "")
    return int(digits[1]) if digits else 1


def names(text: str) -> frozenset[str]:
    """A set of names: ``names("td th")`` => ``{"td", "th"}``."""
    return frozenset(text.split())
