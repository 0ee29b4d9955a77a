"""Reads the tables of a web page. Many systems export a web page under the name .xls."""

import re
from collections.abc import Iterable, Iterator

from lxml import etree

from analysis.readers import from_text, markup
from analysis.readers.grid import MOST_COLUMNS, MOST_ROWS, STRUCK, Grid, Tables, Unreadable, titles, unread_kind
from analysis.readers.looks import Looks
from analysis.readers.looks import hides as _hidden

MARKS = {"b": "b", "strong": "b", "u": "u", "ins": "u", "s": STRUCK, "strike": STRUCK, "del": STRUCK}
MARKS |= {"sup": "^", "sub": "_"}
STYLES = {
    "b": re.compile(r"font-weight\s*:\s*(bold|[6-9]00)"),
    "u": re.compile(r"text-decoration[^;]*underline"),
    STRUCK: re.compile(r"text-decoration[^;]*line-through"),
    "^": re.compile(r"vertical-align\s*:\s*super"),
    "_": re.compile(r"vertical-align\s*:\s*sub"),
}
UNSEEN = frozenset({"script", "style", "template", "title", "noscript", "object", "select", "textarea", "head"})
LINES = markup.names(
    """
    br hr p div li dt dd ul ol dl pre center caption h1 h2 h3 h4 h5 h6 blockquote address form fieldset legend article
    section main header footer nav aside figure figcaption details summary
    """
)
# A picture may be embedded in its tag. Any other tag of this length is an attack that costs time, as is deep nesting.
MOST_TAGS = 500_000
PICTURE, LONG_TAG = re.compile(r"<img\b[^<>]*>", re.IGNORECASE), re.compile(r"<[^<>]{20000}")


def tables(data: bytes) -> Tables:
    page = _page(from_text.decoded(data))
    above, looks = _lines_above(page), Looks(page, LINES)
    found, lines = Tables(), _lines(page.iterfind(".//head/title"))
    for table in page.iter("table"):
        grid = found.add(hidden=any(map(_not_meant, (table, *table.iterancestors()))))
        _fill(grid, table, looks)
        lines += above.get(table, []) + _lines(table.iterchildren("caption"))
        if grid:
            grid.above = titles(lines)
            lines = []
    return found.filled().numbered()


def _page(text: str) -> etree._Element:
    text = PICTURE.sub("<img>", text)
    if LONG_TAG.search(text) or text.count("<") > MOST_TAGS:
        raise Unreadable("problem.file.too_many_tags", part="HTML", limit=MOST_TAGS)
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    page = etree.fromstring(text.encode(), parser)
    if page is None:
        raise Unreadable("problem.file.no_table")
    # At a fatal error the parser stops and returns what it has read: a shorter table, without any message.
    for fatal in parser.error_log.filter_from_fatals():
        raise Unreadable("problem.file.broken", error=fatal.message)
    return page


def _lines(elements: Iterable[etree._Element]) -> list[str]:
    """The lines of titles and captions, which stand outside the running text."""
    texts = (markup.text_of(_pieces(each, frozenset()))[0] for each in elements if not _not_meant(each))
    return [line for text in texts for line in text.split("\n") if line]


def _lines_above(page: etree._Element) -> dict[etree._Element, list[str]]:
    """The lines of text between each table and the table before it."""
    found, pieces = {}, []
    for piece in _pieces(page, frozenset(), tables=True):
        if isinstance(piece, tuple):
            pieces += [piece] if STRUCK not in piece[1] else []
        else:
            found[piece] = [line for line in markup.text_of(pieces)[0].split("\n") if line]
            pieces = []
    return found


def _pieces(element: etree._Element, marks: frozenset[str], tables: bool = False) -> Iterator:
    """The visible text in ``element`` in pieces; with ``tables`` also the tables in it."""
    tag, marks = element.tag, marks | _marks(element)
    if tag in LINES:
        yield "\n", marks
    if element.text:
        yield _spaced(element.text), marks
    for child in element.iterchildren(tag=etree.Element):
        if _is_table(child):
            yield from [child] if tables else []
        elif child.tag not in UNSEEN and not _hidden(child):
            yield from _pieces(child, marks, tables)
        if child.tail:
            yield _spaced(child.tail), marks
    if tag in LINES:
        yield "\n", marks


def _marks(element: etree._Element) -> set[str]:
    style = element.get("style", "")[:1_000].casefold()
    return {mark for mark, pattern in STYLES.items() if pattern.search(style)} | {*MARKS.get(element.tag, "")}


def _fill(grid: Grid, table: etree._Element, looks: Looks) -> None:
    spans, group, whole = markup.Spans(), None, looks.around(table)
    hidden_columns, odd_columns = _columns(table, looks)
    grid.hidden_columns |= hidden_columns
    for number, row in enumerate(markup.nearest(table, lambda each: each.tag == "tr", _is_table), 1):
        if row.getparent() is not group:  # a cell cannot span rows beyond its group of rows
            group, spans = row.getparent(), markup.Spans()
            grouped = looks.within(whole, group) if group is not table else whole
        state = looks.within(grouped, row)
        spans.next_row()
        for cell in markup.nearest(row, lambda each: each.tag in ("td", "th"), _is_table):
            columns = max(1, markup.span(cell.get("colspan")))
            column = spans.place(columns, markup.span(cell.get("rowspan")) or MOST_ROWS)  # 0: all rows that follow
            value, mark, struck = markup.text_of(_pieces(cell, frozenset()))
            hidden = struck or _hidden(cell) or any(map(_not_meant, (row, group))) or _hides_text(cell)
            grid.check(number, column + columns - 1)
            unread = looks.unread(state, cell, value, _hidden, odd_columns.get(column, ()))
            grid.put(number, column, value, kind=unread_kind(unread), mark=mark, hidden=hidden)


def _columns(table: etree._Element, looks: Looks) -> tuple[set[int], dict[int, list[str]]]:
    """The columns that are hidden, and what is not understood of the others, by column."""
    hidden, odd, column = set(), {}, 1
    for each in markup.nearest(table, _is_column, _is_table):
        columns = max(1, markup.span(each.get("span")))
        here = range(column, min(column + columns, MOST_COLUMNS + 1))
        group = each.getparent()
        hidden |= set(here) if _hidden(each) or _hidden(group) else set()
        found = [*looks.of(each).odd, *looks.of(each).beside]
        found += looks.of(group).odd if group.tag == "colgroup" else []
        odd |= dict.fromkeys(here, found)
        column += columns
    return hidden, odd


def _is_column(element: etree._Element) -> bool:
    return element.tag == "col" or (element.tag == "colgroup" and element.find("col") is None)


def _hides_text(cell: etree._Element) -> bool:
    """Whether the cell holds hidden text; some systems write such text as a key for sorting."""
    return any(_hidden(each) and "".join(each.itertext()).strip() for each in cell.iterdescendants(tag=etree.Element))


def _not_meant(element: etree._Element) -> bool:
    """Whether everything in ``element`` is hidden or struck through."""
    return _hidden(element) or STRUCK in _marks(element)


def _spaced(text: str) -> str:
    """The text with spaces instead of line breaks, which mean spaces in the source of a page."""
    return re.sub(r"[ \t\r\n\f]+", " ", text)


def _is_table(element: etree._Element) -> bool:
    return element.tag == "table"
