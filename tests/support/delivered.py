"""Files for tests of reading: made by other programs' writers, or by hand where those would not make them so wrong."""

import io
import struct
import zipfile
from collections.abc import Callable

import docx
import openpyxl

from analysis.readers.grid import Tables, letter

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
TYPES = (  # without it no other program opens a package
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{SPREADSHEET}.sheet.main+xml"/>'
    f'<Override PartName="/xl/sheet1.xml" ContentType="{SPREADSHEET}.worksheet+xml"/>'
    f'<Override PartName="/xl/strings.xml" ContentType="{SPREADSHEET}.sharedStrings+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{SPREADSHEET}.styles+xml"/></Types>'
)


def zipped(parts: dict[str, bytes | str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as out:
        for name, part in parts.items():
            out.writestr(name, part)
    return data.getvalue()


def relations(**targets: str) -> str:
    """``relations(r1="worksheet sheet1.xml")``: the part that says what another part refers to."""
    rows = "".join(
        f'<Relationship Id="{name}" Type="{RELATIONS}/{kind}" Target="{path}"/>'
        for name, (kind, path) in ((name, target.split()) for name, target in targets.items())
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{rows}</Relationships>'


def xlsx(rows: bytes | str = "", before: str = "", after: str = "", prolog: str = "", **others: bytes | str) -> bytes:
    """A workbook of one sheet, "Trang", by the XML of its rows; ``others`` are strings=, styles= or book=."""
    rows = rows.encode() if isinstance(rows, str) else rows
    sheet = f'{prolog}<worksheet xmlns="{MAIN}">{before}<sheetData>'.encode() + rows + b"</sheetData>" + after.encode()
    book = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets><sheet name="Trang" sheetId="1" r:id="r1"/></sheets>'
    )
    parts = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": relations(r1="officeDocument xl/workbook.xml"),
        "xl/workbook.xml": others.get("book", book + "</workbook>"),
        "xl/_rels/workbook.xml.rels": relations(
            r1="worksheet sheet1.xml", r2="sharedStrings strings.xml", r3="styles styles.xml"
        ),
        "xl/sheet1.xml": sheet + b"</worksheet>",
        "xl/strings.xml": others.get("strings", f'<sst xmlns="{MAIN}"/>'),
        "xl/styles.xml": others.get("styles", f'<styleSheet xmlns="{MAIN}"/>'),
    }
    return zipped(parts)


def package(main: str, part: bytes | str) -> bytes:
    """An Office file that holds nothing but its main part."""
    return zipped({"_rels/.rels": relations(r1=f"officeDocument {main}"), main: part})


def boxed(book: bytes, text: str, hidden: bool = False) -> bytes:
    """A workbook that openpyxl wrote, with a text box on its first sheet."""
    with zipfile.ZipFile(io.BytesIO(book)) as held:
        parts = {name: held.read(name) for name in held.namelist()}
    drawing = "http://schemas.openxmlformats.org/drawingml/2006"
    return zipped(
        parts
        | {
            "xl/worksheets/_rels/sheet1.xml.rels": relations(r1="drawing ../drawings/drawing1.xml"),
            "xl/drawings/drawing1.xml": f'<x:wsDr xmlns:x="{drawing}/spreadsheetDrawing" xmlns:a="{drawing}/main">'
            f'<x:twoCellAnchor><x:sp><x:nvSpPr><x:cNvPr id="2" name="x" hidden="{hidden:d}"/></x:nvSpPr><x:txBody>'
            f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p></x:txBody></x:sp></x:twoCellAnchor></x:wsDr>",
        }
    )


def box_records(text: str, kind: int = 6) -> bytes:
    """The records of a text box of an .xls ([MS-XLS] 2.4.181, 2.4.329); 25 is the kind of a comment."""
    characters = text.encode("utf-16-le")
    records = (
        (0x5D, struct.pack("<HHHHH", 0x15, 0x12, kind, 1, 0) + bytes(16)),
        (0x1B6, struct.pack("<HHHHHHHI", 0, 0, 0, 0, 0, len(text), 16, 0)),
        (0x3C, b"\1" + characters),
        (0x3C, bytes(16)),
    )
    return b"".join(struct.pack("<HH", number, len(record)) + record for number, record in records)


def word(body: bytes | str) -> bytes:
    """A document by the XML of its body."""
    body = body.encode() if isinstance(body, str) else body
    document = f'<w:document xmlns:w="{WORD}"><w:body>'.encode() + body + b"</w:body></w:document>"
    return package("word/document.xml", document)


def workbook(fill: Callable[[openpyxl.Workbook], object]) -> bytes:
    """A workbook that openpyxl wrote."""
    book, data = openpyxl.Workbook(), io.BytesIO()
    fill(book)
    book.save(data)
    return data.getvalue()


def document(fill: Callable[[docx.document.Document], object]) -> bytes:
    """A document that python-docx wrote."""
    made, data = docx.Document(), io.BytesIO()
    fill(made)
    made.save(data)
    return data.getvalue()


def listed(tables: Tables) -> list[tuple]:
    """Row, column letter, value and kind of every cell that is not empty, of all tables."""
    return [
        (row, letter(column), value, kind)
        for grid in tables
        for line in grid.lines()
        for row, column, value, kind, _, _ in line
        if kind != "empty"
    ]
