"""Reads the tables or the paragraphs of a Word document (.docx; ISO/IEC 29500-1, WordprocessingML)."""

from collections.abc import Iterator

from lxml import etree

from analysis.readers import archive, markup
from analysis.readers.grid import STRUCK, Grid, Piece, Tables, Unreadable, titles, unread_kind
from analysis.readers.word_looks import OFF, Looks, W

STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
HIDDEN = "hidden"
MARKS = {"b": "b", "u": "u", "strike": STRUCK, "dstrike": STRUCK, "vanish": HIDDEN}
LEVELS = {"superscript": "^", "subscript": "_"}
# Tracked changes that nobody has accepted yet: we cannot decide which figure is valid.
TRACKED = tuple(W + each for each in ("ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel", "cellMerge"))
TEXTS = (W + "t", "{http://schemas.openxmlformats.org/officeDocument/2006/math}t")
BREAKS = {W + "tab": "\t", W + "br": "\n", W + "cr": "\n", W + "noBreakHyphen": "-"}
COPIED = (
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
)  # a second copy of the text, for old versions of Word
MOST_TAGS = 1_000_000


def tables(data: bytes) -> Tables:
    package = archive.Package(data)
    found, lines = Tables(), list(_header_lines(package))
    looks = Looks(next(_parts(package, "styles"), None))
    for each in _blocks(_part(package, package.main())):
        if each.tag == W + "p":
            lines += filter(None, [_meant(each).replace("\n", " ")])
            continue
        grid = found.add()
        _fill(grid, each, looks)
        if grid:
            grid.above = titles(lines)
            lines = []
    return found.filled().numbered()


def lines(data: bytes) -> Iterator[tuple[int, str]]:
    """The lines of text outside tables, each with the number of its paragraph; struck or hidden text is left out.

    Raises : Unreadable where a table holds text, which is no paragraph, or where a change is not accepted yet.
    """
    document = _document(data)
    if next(document.iter(*TRACKED), None) is not None:
        raise Unreadable("problem.file.tracked_changes")
    number = 0
    for each in _blocks(document):
        if each.tag == W + "tbl":
            if _meant(each).strip():
                raise Unreadable("problem.file.table_in_remarks", after=number)
            continue
        number += 1
        yield from ((number, line) for line in _meant(each).split("\n"))


def _document(data: bytes) -> etree._Element:
    package = archive.Package(data)
    return _part(package, package.main())


def _header_lines(package: archive.Package) -> Iterator[str]:
    """The lines of the headers of its pages."""
    for part in _parts(package, "header"):
        for each in part.iter(W + "p"):
            yield from filter(None, [_meant(each).replace("\n", " ")])


def _parts(package: archive.Package, wanted: str) -> Iterator[etree._Element]:
    """The parts of a kind that the document refers to."""
    for kind, path in package.related(package.main()).values():
        if kind == wanted:
            yield _part(package, path)


def _part(package: archive.Package, name: str) -> etree._Element:
    xml = package.part(name).replace(STRICT, W[1:-1].encode())
    if xml.count(b"<") > MOST_TAGS:
        raise Unreadable("problem.file.too_many_tags", part=name, limit=MOST_TAGS)
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, remove_comments=True)
    return etree.fromstring(xml, parser)


def _meant(element: etree._Element) -> str:
    """The text that a person reads as valid: neither hidden nor struck through."""
    return markup.text_of(piece for piece in _pieces(element) if not piece[1] & {HIDDEN, STRUCK})[0]


def _blocks(element: etree._Element) -> Iterator[etree._Element]:
    """Paragraphs outside tables, and all tables, nested ones too, in their order."""
    for each in markup.nearest(element, lambda each: each.tag in (W + "p", W + "tbl"), _copied):
        yield each
        if each.tag == W + "tbl":
            yield from (inner for inner in _blocks(each) if inner.tag == W + "tbl")


def _fill(grid: Grid, table: etree._Element, looks: Looks) -> None:
    if next(table.iter(*TRACKED), None) is not None:
        raise Unreadable("problem.file.tracked_changes")
    whole = looks.of_table(table)
    for number, row in enumerate(markup.nearest(table, lambda each: each.tag == W + "tr", _is_table), 1):
        around = looks.of_row(row, whole, number == 1)
        column = 1 + markup.span(_setting(row, "trPr", "gridBefore") or "0")
        if _on(_setting(row, "trPr", "hidden")):
            grid.hidden_rows.add(number)
        for cell in markup.nearest(row, lambda each: each.tag == W + "tc", _is_table):
            columns = max(1, markup.span(_setting(cell, "tcPr", "gridSpan")))
            grid.check(number, column + columns - 1)
            if not _continues(cell):
                pieces = list(_pieces(cell))
                value, mark, struck = markup.text_of(piece for piece in pieces if HIDDEN not in piece[1])
                hidden = any(HIDDEN in marks and text.strip() for text, marks in pieces)
                unread = looks.unread(cell, around, column, columns, value)
                grid.put(number, column, value, kind=unread_kind(unread), mark=mark, hidden=struck or hidden)
            column += columns


def _pieces(element: etree._Element, marks: frozenset[str] = frozenset()) -> Iterator[Piece]:
    """The text in ``element`` in pieces, with the marks of their runs. What styles add is ``Looks``'."""
    for child in element.iterchildren(tag=etree.Element):
        if _is_table(child) or _copied(child):
            continue
        if child.tag in BREAKS:
            yield BREAKS[child.tag], marks
        elif child.tag in TEXTS:
            yield child.text or "", marks
        else:
            yield from _pieces(child, _run_marks(child) if child.tag == W + "r" else marks)
        if child.tag == W + "p":
            yield "\n", marks


def _run_marks(run: etree._Element) -> frozenset[str]:
    level = LEVELS.get(_setting(run, "rPr", "vertAlign"), "")
    return frozenset([*(mark for name, mark in MARKS.items() if _on(_setting(run, "rPr", name))), *level])


def _continues(cell: etree._Element) -> bool:
    """Whether the cell continues a merged cell above it or on its left."""
    return any(_setting(cell, "tcPr", name) not in (None, "restart") for name in ("vMerge", "hMerge"))


def _setting(element: etree._Element, properties: str, name: str) -> str | None:
    """The value of a property; "" where the property has no value; None where it is missing."""
    found = element.find(f"{W}{properties}/{W}{name}")
    return None if found is None else found.get(W + "val", "")


def _on(setting: str | None) -> bool:
    return setting is not None and setting not in OFF


def _is_table(element: etree._Element) -> bool:
    return element.tag == W + "tbl"


def _copied(element: etree._Element) -> bool:
    return element.tag in COPIED
