"""Holds a table while it is read: its cells by row and column. Beyond the limits the file is refused with a reason.

The readers ``from_*.py`` turn bytes into ``Tables``. They run in a child process that must start fast (sandbox.py), so
neither this module nor they import pandas.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from analysis.exits import AnalysisError

# K10 of the reading contract (docs/method.md §7); "unpacked" and "entries" are for zipped files.
MOST_BYTES, MOST_UNPACKED, MOST_ENTRIES = 5_000_000, 50_000_000, 2_000
MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS = 5_000, 100, 1_000
# Limits for a whole file: the cells of one table, and the text of a text file.
MOST_TABLES, MOST_CELLS, MOST_TEXT, MOST_TAGS = 100, 120_000, 5_000_000, 2_500_000
MOST_PARAGRAPHS, MOST_IN_PARAGRAPH = 200, 2_000  # of remarks; characters in one of them
MOST_TITLES = 40  # lines above a table; fewer than the rows in which the gate looks for a header
Piece = tuple[str, Iterable[str]]  # a text and its marks
# "b" bold, "u" underlined, "s" struck through, "^" raised, "_" lowered; only the first two are marks of whole cells.
STRUCK = "s"
# Codes in a page header: its parts (&L), fonts (&"Arial,Bold", &14, &K000000) and fields (&P)
HEADER_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|[0-9]+|[^&])')
UNREAD = "unread: "  # begins the kind of a cell that may show another text than the one that is read; why follows
MARKED = re.compile(r"\s*<([bu])>(.*)</\1>\s*", re.IGNORECASE | re.DOTALL)


class Unreadable(AnalysisError, ValueError):
    """The file cannot be read. ``key`` is the key of the sentence with the reason; ``fields`` are its fields."""

    def __init__(self, key: str, /, **fields: object) -> None:
        super().__init__(key, fields)
        self.key, self.fields = key, fields


@contextmanager
def refusing() -> Iterator[None]:
    """Turn every error inside into a fault of the file, because readers of foreign formats fail in many ways."""
    try:
        yield
    except (Unreadable, ImportError):  # a missing package is no fault of the file
        raise
    except MemoryError:
        raise Unreadable("problem.file.too_much_memory") from None
    except Exception as fault:
        error = f"{type(fault).__name__}: {fault}".encode("utf-8", "replace").decode()
        raise Unreadable("problem.file.broken", error=error[:200]) from fault


def letter(column: int) -> str:
    """``1`` => ``A``, ``27`` => ``AA``: the letter a spreadsheet shows above the column."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def unread_kind(what: str) -> str:
    """The kind of a text cell; ``what``, if anything, may show another text than ours and is not understood."""
    return f"{UNREAD}{what}" if what else "text"


def titles(lines: list[str]) -> list[str]:
    """The last lines before a table, which hold its title and week. A long line is prose and no title."""
    return [line for line in lines if len(line) <= MOST_CHARACTERS][-MOST_TITLES:]


def header_lines(text: str) -> list[str]:
    """The lines of a spreadsheet's page header, without its codes: ``"&L&14Tuần 1&RTrang &P"`` => Tuần 1, Trang."""
    return [line for each in HEADER_CODE.sub("\n", text).split("\n") if (line := each.strip())]


def common(marks: Iterable[Iterable[str]]) -> str:
    """The mark of a whole cell: the marks that all its pieces of text have: ``[{"b"}, {"b", "u"}]`` => ``"b"``."""
    sets = [set(each) for each in marks]
    return "".join(sorted(set.intersection(*sets))) if sets else ""


def joined(pieces: Iterable[Piece]) -> tuple[str, str, bool]:
    """The text of a cell as a person reads it, its mark, and whether any of it is struck through.

    Struck text is not valid and is left out, unless the whole text is struck. Raised or lowered text is separated from
    the figure beside it: ``[("72.6", ""), ("1", "^")]`` => ``"72.6^1"``. Marks of spaces are ignored.
    """
    pieces = list(pieces)
    filled = [marks for text, marks in pieces if text.strip()]
    struck = [STRUCK in marks for marks in filled]
    if any(struck) and not all(struck):
        return *joined(piece for piece in pieces if STRUCK not in piece[1])[:2], True
    whole, level, texts = common(filled), "", []
    for text, marks in pieces:
        now = "".join(each for each in ("^", "_") if each in marks and each not in whole)
        if text.strip() and now != level:
            level = now
            texts.append(level)
        texts.append(text)
    return "".join(texts), "".join(each for each in whole if each in ("b", "u")), any(struck)


def unmarked(text: str) -> tuple[str, set[str]]:
    """The text without typed tags, and their marks: ``"<b>YẾU</b>"`` => ``("YẾU", {"b"})``."""
    marks = set()
    while "<" in text and (found := MARKED.fullmatch(text)):
        marks.add(found[1].lower())
        text = found[2]
    return text, marks


class Grid:
    """One table. ``put`` adds a cell; ``lines`` returns the cells row by row.

    A table of a text file is ``ragged``: its lines may differ in length. Any other table is filled with empty cells to
    a rectangle. ``above`` holds the lines of text above the table; they become its rows 0, -1, -2 …
    """

    def __init__(self, name: str, used: Counter | None = None, hidden: bool = False, ragged: bool = False) -> None:
        self.name, self.hidden, self.ragged = name, hidden, ragged
        self.used = Counter() if used is None else used  # counts cells and characters of all tables of a file
        self.above: list[str] = []
        self.rows: dict[int, dict[int, tuple[object, str, str]]] = {}
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.hidden_cells: set[tuple[int, int]] = set()

    def __bool__(self) -> bool:
        return any(str(value).strip() for cells in self.rows.values() for value, _, _ in cells.values())

    def put(
        self, row: int, column: int, value: object, kind: str = "text", mark: str = "", hidden: bool = False
    ) -> None:
        """Put a cell in its place. Typed tags ``<b>`` and ``<u>`` around a whole text become marks.

        Raises : Unreadable for a cell outside the limits, too many or given twice; UnicodeError for half a character.
        """
        self.check(row, column)
        self.used["cells"] += 1
        if self.used["cells"] > MOST_CELLS:
            raise Unreadable("problem.file.too_many_cells", limit=MOST_CELLS)
        cells = self.rows.setdefault(row, {})
        if column in cells:
            raise Unreadable("problem.file.doubled_cell", cell=self.place(row, column))
        if isinstance(value, str):
            if len(value) > MOST_CHARACTERS:
                raise Unreadable("problem.cell_too_long", cell=self.place(row, column), limit=MOST_CHARACTERS)
            value.encode()  # a lone surrogate fails here, where the file can still be refused
            self.used["characters"] += len(value)
            if self.used["characters"] > MOST_TEXT:
                raise Unreadable("problem.file.too_much_text", limit=MOST_TEXT)
            value, typed = unmarked(value)
            mark = "".join(sorted({*mark, *typed}))
        cells[column] = (value, "empty" if value == "" and kind == "text" else kind, mark)
        if hidden:
            self.hidden_cells.add((row, column))

    def check(self, row: int, column: int) -> None:
        if not (1 <= row <= MOST_ROWS and 1 <= column <= MOST_COLUMNS):
            limits = {"rows": MOST_ROWS, "columns": MOST_COLUMNS}
            raise Unreadable("problem.file.far_cell", cell=self.place(row, column), **limits)

    def cover(self, top: int, left: int, bottom: int, right: int) -> None:
        """Empty the cells of a merged area except the first, because their content is not visible.

        Raises : Unreadable where the areas of a file take up more than its tables can.
        """
        for row in range(top, min(bottom, MOST_ROWS) + 1):
            cells = self.rows.get(row, {})
            for column in [each for each in cells if left <= each <= right and (row, each) != (top, left)]:
                del cells[column]
            self.used["covered"] += 1
        if self.used["covered"] > MOST_CELLS:
            raise Unreadable("problem.file.too_many_cells", limit=MOST_CELLS)

    def place(self, row: int, column: int) -> str:
        """The name of a cell as a spreadsheet writes it: ``A5``, or ``Sở Ban!A5``."""
        return f"{self.name}!{letter(column)}{row}" if self.name else f"{letter(column)}{row}"

    def lines(self) -> Iterator[list[tuple[int, int, object, str, str, bool]]]:
        """The cells of each row: row, column, value, kind, mark, hidden."""
        for row, line in enumerate(self.above, 1 - len(self.above)):
            yield [(row, 1, line, "text", "", self.hidden)]
        rows, columns = self._span(self.rows), self._span(column for cells in self.rows.values() for column in cells)
        for row in self.rows if self.ragged else rows:
            yield [self._cell(row, column) for column in (self.rows[row] if self.ragged else columns)]

    def area(self) -> int:
        """The number of cells in the table, including empty ones."""
        if self.ragged:
            return sum(map(len, self.rows.values()))
        return len(self._span(self.rows)) * len(self._span(column for cells in self.rows.values() for column in cells))

    def _span(self, numbers: Iterable[int]) -> range:
        numbers = list(numbers)
        return range(min(numbers, default=1), max(numbers, default=0) + 1)

    def _cell(self, row: int, column: int) -> tuple[int, int, object, str, str, bool]:
        value, kind, mark = self.rows.get(row, {}).get(column, ("", "empty", ""))
        hidden = self.hidden or row in self.hidden_rows or column in self.hidden_columns
        return row, column, value, kind, mark, hidden or (row, column) in self.hidden_cells


class Tables(list[Grid]):
    """The tables of one file, in the file's order."""

    def __init__(self, grids: Iterable[Grid] = ()) -> None:
        super().__init__(grids)
        self.used = Counter()

    def add(self, name: str = "", **how: bool) -> Grid:
        if len(self) == MOST_TABLES:
            raise Unreadable("problem.file.too_many_tables", limit=MOST_TABLES)
        self.append(Grid(name, self.used, **how))
        return self[-1]

    def filled(self) -> "Tables":
        """The tables that are not empty.

        Raises : Unreadable where all are empty, or where together they hold too much.
        """
        filled = Tables(each for each in self if each)
        if not filled:
            raise Unreadable("problem.file.no_table")
        if sum(each.area() for each in filled) > MOST_CELLS:
            raise Unreadable("problem.file.too_many_cells", limit=MOST_CELLS)
        return filled

    def numbered(self) -> "Tables":
        """The same tables; several get the names "bảng 1", "bảng 2" …, for tables of pages and documents have none."""
        for number, each in enumerate(self, 1):
            each.name = f"bảng {number}" if len(self) > 1 else ""
        return self
