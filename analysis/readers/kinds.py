"""Detects the kind of a file by its content and never by its name (K11), and reads its tables or paragraphs."""

import importlib
import re
import struct

from analysis.readers import archive, from_text, legacy
from analysis.readers.grid import MOST_BYTES, MOST_IN_PARAGRAPH, MOST_PARAGRAPHS, Tables, Unreadable, refusing

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of Office before 2007, and of encrypted files since
OLE_HEADER = 512
NAMES = ("EncryptedPackage", "Workbook", "Book", "WordDocument")  # names of streams in such a container
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
# First bytes of other files => key of the sentence that says what to do instead.
OTHERS = {
    b"%PDF": "problem.file.pdf",
    b"\x89PNG": "problem.file.image",
    b"\xff\xd8\xff": "problem.file.image",
    b"GIF8": "problem.file.image",
    b"II*\0": "problem.file.image",
    b"MM\0*": "problem.file.image",
    b"RIFF": "problem.file.image",
    b"{\\rtf": "problem.file.old_word",
    b"Rar!": "problem.file.archive",
    b"7z\xbc\xaf": "problem.file.archive",
    b"\x1f\x8b": "problem.file.archive",
}
OTHER_WORKBOOKS = {"urn:schemas-microsoft-com:office:spreadsheet": "XML 2003", "MIME-Version:": ".mht"}
JSON = re.compile(r'\[\s*[\[\]{"]|\{\s*["}]')
PAGE, TABLE = re.compile(r"<(?:!doctype html|html|head|body)\b", re.I), re.compile(r"<table[\s>]", re.I)
ROOT = re.compile(rb"<(?:\w+:)?(workbook|document)[\s>]")


def detect_kind(data: bytes) -> str:
    """The kind of file: ``text``, ``html``, ``json``, ``xlsx``, ``docx`` or ``xls``.

    Raises : Unreadable for a file that is too large, and for every other kind; it names the kind and what to do.
    """
    if len(data) > MOST_BYTES:
        raise Unreadable("problem.file_too_large", size=len(data), limit=MOST_BYTES)
    with refusing():
        begin = data[:100].lstrip()
        for known, key in OTHERS.items():
            if begin.startswith(known):
                raise Unreadable(key)
        if data.startswith(OLE):
            return _kind_of_ole(data)
        if data.startswith(ZIP):
            return _kind_of_zip(data)
        return _kind_of_text(from_text.decoded(data))


def tables(data: bytes) -> Tables:
    """The tables of the file, each within its limits.

    Raises : Unreadable, and nothing else, whatever the bytes are.
    """
    kind = detect_kind(data)
    with refusing():
        found = importlib.import_module(f"{__package__}.from_{kind}").tables(data).filled()
        legacy.refuse(found)
        return found


def paragraphs(data: bytes) -> list[tuple[int, str]]:
    """The lines of a text or of a Word document that hold something, each with the number of its line or paragraph.

    Raises : Unreadable, and nothing else, whatever the bytes are.
    """
    kind = detect_kind(data)
    with refusing():
        if kind not in ("text", "json", "docx"):  # a text may begin like JSON: "[]"
            raise Unreadable("problem.file.no_paragraphs")
        reader = from_text if kind != "docx" else importlib.import_module(f"{__package__}.from_docx")
        found = [(number, line) for number, line in reader.lines(data) if line.strip()]
        if len(found) > MOST_PARAGRAPHS:
            raise Unreadable("problem.file.too_many_paragraphs", paragraphs=len(found), limit=MOST_PARAGRAPHS)
        for number, line in found:
            line.encode()  # half a character fails here, where the file can still be refused
            if len(line) > MOST_IN_PARAGRAPH:
                raise Unreadable("problem.file.paragraph_too_long", row=number, limit=MOST_IN_PARAGRAPH)
        legacy.refuse_texts(line for _, line in found)
        return found


def _kind_of_ole(data: bytes) -> str:
    """The kind by the stream names in the directory. A file that is cut off before its directory is refused as torn."""
    streams = [name for name in NAMES if name.encode("utf-16-le") in data]
    if "EncryptedPackage" in streams:
        raise Unreadable("problem.file.encrypted")
    if "Workbook" in streams or "Book" in streams:
        return "xls"
    if len(data) < OLE_HEADER or _directory(data) >= len(data):
        raise Unreadable("problem.file.torn")
    raise Unreadable("problem.file.old_word" if "WordDocument" in streams else "problem.file.other")


def _directory(data: bytes) -> int:
    """The offset of the directory in an OLE file: that of its sector, after the header, which fills one sector."""
    shift, sector = struct.unpack_from("<H", data, 30)[0], struct.unpack_from("<I", data, 48)[0]
    return (sector + 1) << min(shift, 12)


def _kind_of_zip(data: bytes) -> str:
    package = archive.Package(data)
    main = package.main()
    if main.endswith(".bin"):
        raise Unreadable("problem.file.other_workbook", kind=".xlsb")
    root = ROOT.search(package.head(main)) if main else None
    if root:
        return {b"workbook": "xlsx", b"document": "docx"}[root[1]]
    if package.holds("mimetype"):
        spreadsheet = package.head("mimetype").endswith(b"spreadsheet")
        raise Unreadable("problem.file.other_workbook", kind=".ods" if spreadsheet else "OpenDocument")
    raise Unreadable("problem.file.other" if main else "problem.file.archive")


def _kind_of_text(text: str) -> str:
    text = text.lstrip("\ufeff \t\r\n")
    for begin, kind in OTHER_WORKBOOKS.items():
        if begin in text[:1_000]:
            raise Unreadable("problem.file.other_workbook", kind=kind)
    if text.startswith("<") and (PAGE.match(text) or TABLE.search(text)):
        return "html"
    return "json" if JSON.match(text) else "text"
