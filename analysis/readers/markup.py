"""What tables of web pages and of Word documents have in common: spans, and text in pieces with marks of their own."""

import re
from collections.abc import Callable, Iterable, Iterator

from lxml import etree

from analysis.readers.grid import MOST_CHARACTERS, MOST_COLUMNS, Piece, joined

MOST_TITLES = 10


class Spans:
    """Where the next cell of a row goes, past those that cells of rows above reach down into."""

    def __init__(self) -> None:
        self.reaching: dict[int, int] = {}  # column => rows still to come
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
    """As ``grid.joined``: text, mark, whether any is struck through. Lines keep apart, spaces do not."""
    text, mark, struck = joined(pieces)
    return re.sub(r" *\n[ \n]*", "\n", re.sub(r"[ \t\r\f]+", " ", text)).strip(" \n"), mark, struck


def titles(lines: list[str]) -> list[str]:
    """Of the lines before a table the last ones, which say what and of which week it is; longer ones are prose."""
    return [line for line in lines if len(line) <= MOST_CHARACTERS][-MOST_TITLES:]


def nearest(element: etree._Element, wanted: Callable, stop: Callable) -> Iterator[etree._Element]:
    """The elements below that are ``wanted``, in order, looking neither into them nor into those to ``stop`` at."""
    for child in element.iterchildren(tag=etree.Element):
        if wanted(child):
            yield child
        elif not stop(child):
            yield from nearest(child, wanted, stop)


def span(text: str | None) -> int:
    """A number of columns or rows: ``"2"`` => 2; what is no number counts as one, as everywhere."""
    digits = re.match(r"\s*([0-9]{1,9})", text or "")
    return int(digits[1]) if digits else 1
