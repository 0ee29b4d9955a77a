"""A scanner for marks of the machine and its people: in every file below a folder, however they are written or packed.

It opens what our products are made of: ZIP (.docx, .xlsx), mail, PNG, SQLite, data: URIs, pictures in a notebook. In each
part it undoes what writers do to text, twice over, and looks for each mark in UTF-8, UTF-16, base64 and hex.
"""

import base64
import email
import html
import io
import quopri
import re
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from email.header import decode_header, make_header
from os.path import commonprefix
from pathlib import Path
from urllib.parse import unquote_to_bytes

# How a text may stand in a file of ours, and where that happens. The scanner is tried on each of them.
WRITTEN: dict[str, Callable[[str], bytes]] = {
    "plain": str.encode,  # pages, tables, notebooks
    "upper case": lambda text: text.upper().encode(),  # headings; names of variables on Windows
    "UTF-16": lambda text: text.encode("utf-16-le"),  # properties and streams of older Office files
    "UTF-16, the other way round": lambda text: text.encode("utf-16-be"),
    "base64": lambda text: base64.b64encode(text.encode()),  # attachments, pictures, headers of mail, logins
    "base64, one byte later": lambda text: base64.b64encode(b"_" + text.encode()),
    "base64, two bytes later": lambda text: base64.b64encode(b"__" + text.encode()),
    "base64, in lines": lambda text: base64.encodebytes(b"a" * 50 + text.encode()),
    "base64 of UTF-16": lambda text: base64.b64encode(text.encode("utf-16-le")),
    "quoted-printable": lambda text: quopri.encodestring(b"a" * 70 + text.encode()),  # the mail's text and HTML
    "quoted-printable, every byte": lambda text: "".join(f"={byte:02X}" for byte in text.encode()).encode(),
    "percent": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()).encode(),  # drawings in a page, links
    "entities": lambda text: "".join(f"&#{ord(each)};" for each in text).encode(),  # HTML, XML
    "entities, hexadecimal": lambda text: "".join(f"&#x{ord(each):X};" for each in text).encode(),
    "JSON": lambda text: "".join(f"\\u{ord(each):04x}" for each in text).encode(),  # notebooks, run.json
    "JSON in JSON": lambda text: "".join(f"\\\\u{ord(each):04x}" for each in text).encode(),
    "bytes as Python shows them": lambda text: "".join(f"\\x{byte:02x}" for byte in text.encode()).encode(),
    "hexadecimal": lambda text: text.encode().hex().encode(),  # dumps of bytes
    "between tags": lambda text: "<w:t/>".join(text).encode(),  # Word cuts words into runs
}
SPACE = re.compile(rb"\s+|\\n")
ESCAPE = re.compile(rb"&#?\w+;|\\+u([0-9a-fA-F]{4})|\\+x([0-9a-fA-F]{2})|\\([nrt\"/\\])")
LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}
TAG = re.compile(rb"<[^<>]*>")
ENCODED = re.compile(rb"(?:;base64,|(?=iVBORw0KGgo|UEsDB))([A-Za-z0-9+/\s]{8,}=*)")  # a data: URI, PNG or ZIP as base64


def found(folder: Path, marks: dict[str, str]) -> dict[str, set[str]]:
    """The names of the marks found, each with the files below ``folder`` that hold it, in their text or their name.

    marks : text by name, in lower case; long enough not to stand in a file by chance.
    """
    ways = list(_ways(marks))
    held: dict[str, set[str]] = {}
    for path in sorted(folder.rglob("*")):
        where = path.relative_to(folder).as_posix()
        for part in (where.encode(), *(_parts(path.read_bytes()) if path.is_file() else ())):
            for name in _in_part(part, ways):
                held.setdefault(name, set()).add(where)
    return held


def _ways(marks: dict[str, str]) -> Iterator[tuple[bool, bytes, dict[str, bytes]]]:
    """For each way to write a mark: whether it is packed, what all marks so written begin with, and each of them."""
    forms = {name: _forms(text) for name, text in marks.items()}
    for packed in (False, True):
        for way in zip(*(each[packed] for each in forms.values()), strict=True):
            yield packed, commonprefix(way), dict(zip(marks, way, strict=True))  # noqa: RUF071 - of bytes, no paths


def _forms(text: str) -> tuple[list[bytes], list[bytes]]:
    """The bytes to look for: as they are, letters of ASCII in lower case; and as base64 or hex, where no space is left."""
    codes = ("utf-8", "utf-16-le", "utf-16-be")
    written = [each.encode(code).lower() for each in (text, text.upper()) for code in codes]
    packed = [text.encode(code) for code in codes]
    return written, [
        form for each in packed for form in (each.hex().encode(), each.hex().upper().encode(), *_base64(each))
    ]


def _base64(data: bytes) -> Iterator[bytes]:
    """What stands in base64 of any text that holds ``data``: three ways, by how many bytes come before."""
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + data)
        yield whole[(0, 2, 3)[before] : (before + len(data)) * 8 // 6]


def _in_part(part: bytes, ways: list[tuple[bool, bytes, dict[str, bytes]]]) -> set[str]:
    held = set()
    for view in _views(part):
        lower, dense = view.lower(), SPACE.sub(b"", view).replace(b"-", b"+").replace(b"_", b"/")
        for packed, head, forms in ways:
            text = dense if packed else lower
            if head in text:
                held |= {name for name, form in forms.items() if form in text}
    return held


def _views(data: bytes) -> set[bytes]:
    """The part as it is, and with up to two layers of writing undone."""
    views = {data}
    for _ in range(2):
        views |= {
            undo(view) for view in views for undo in (unquote_to_bytes, quopri.decodestring, _unescaped, _untagged)
        }
    return views


def _unescaped(data: bytes) -> bytes:
    return ESCAPE.sub(_character, data)


def _character(match: re.Match) -> bytes:
    if match[1]:
        return chr(int(match[1], 16)).encode("utf-8", "surrogatepass")
    if match[2]:
        return bytes.fromhex(match[2].decode())
    return LETTERS.get(match[3], match[3]) if match[3] else html.unescape(match[0].decode("latin-1")).encode()


def _untagged(data: bytes) -> bytes:
    return TAG.sub(b"", data)


def _parts(data: bytes) -> Iterator[bytes]:
    """The bytes, and those of everything packed in them."""
    yield data
    # A database cuts long values into pages: what is packed in them is whole in the values only.
    openers = (_recorded,) if data.startswith(b"SQLite format 3\0") else (_unzipped, _mailed, _drawn, _embedded)
    for opened in (each for opener in openers for each in opener(data)):
        yield from _parts(opened)


def _unzipped(data: bytes) -> Iterator[bytes]:
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield archive.comment
            for member in archive.infolist():
                yield from (member.filename.encode(), member.comment, member.extra, archive.read(member))


def _mailed(data: bytes) -> Iterator[bytes]:
    if re.match(rb"[A-Za-z-]+: ", data) and b"\nMIME-Version: " in data.partition(b"\n\n")[0].replace(b"\r", b""):
        for part in email.message_from_bytes(data).walk():
            for name, value in part.items():
                yield f"{name}: {make_header(decode_header(value))}".encode()
            if not part.is_multipart():
                yield part.get_payload(decode=True)


def _drawn(data: bytes) -> Iterator[bytes]:
    """What a PNG says beside its picture."""
    at = 8
    while data.startswith(b"\x89PNG") and at < len(data):
        (length,), kind = struct.unpack(">I", data[at : at + 4]), data[at + 4 : at + 8]
        chunk = data[at + 8 : at + 8 + length]
        if kind in (b"zTXt", b"iTXt", b"iCCP"):
            for start in range(len(chunk) - 1):  # where its text begins depends on the kind
                with suppress(zlib.error):
                    yield zlib.decompress(chunk[start:])
                    break
        at += length + 12


def _recorded(data: bytes) -> Iterator[bytes]:
    """Every value of a database."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(data[:18] + b"\1\1" + data[20:])  # no longer in WAL mode, which memory has not
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in database.execute(f'SELECT * FROM "{table}"'):
                yield from (each if isinstance(each, bytes) else str(each).encode() for each in row)


def _embedded(data: bytes) -> Iterator[bytes]:
    for match in ENCODED.finditer(data):
        packed = SPACE.sub(b"", match[1])
        yield base64.b64decode(packed + b"=" * (-len(packed) % 4))
