"""Reads the parts of a zipped Office file: checks them before unpacking, and their XML before parsing."""

import io
import posixpath
import zipfile
from collections.abc import Callable
from urllib.parse import unquote
from xml.parsers import expat

from analysis.readers.grid import MOST_ENTRIES, MOST_TAGS, MOST_UNPACKED, Unreadable

FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY", b"\0")  # text that can expand without end, and encodings other than UTF-8
PROLOG = 65_536  # bytes at the start; a DTD comes before the root element
Handler = Callable[..., None]


class Package:
    """A zip of XML parts. No part is unpacked beyond the size in the directory, and the sum of these sizes is limited.

    Names of parts match without regard to case, and a backslash is a slash, as Office takes them.
    Raises : Unreadable where the directory is missing; for too many entries, too much to unpack, a password, two
             entries of one name, or a DTD.
    """

    def __init__(self, data: bytes) -> None:
        try:
            self.zip = zipfile.ZipFile(io.BytesIO(data))
        except zipfile.BadZipFile:  # the directory at the end of the file is missing or damaged
            raise Unreadable("problem.file.torn") from None
        entries = self.zip.infolist()
        if len(entries) > MOST_ENTRIES:
            raise Unreadable("problem.file.too_many_entries", entries=len(entries), limit=MOST_ENTRIES)
        size = sum(entry.file_size for entry in entries)
        if size > MOST_UNPACKED:
            raise Unreadable("problem.file.unpacks_too_large", size=size, limit=MOST_UNPACKED)
        if any(entry.flag_bits & 1 for entry in entries):
            raise Unreadable("problem.file.encrypted")
        self.entries = {_key(entry.filename): entry for entry in entries}
        if len(self.entries) < len(entries):
            raise Unreadable("problem.file.broken", error="two entries of one name")
        # Only these two methods keep within the size in the directory; Office files use no others.
        if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
            raise Unreadable("problem.file.broken", error="a compression that Office files do not use")
        for name in self.entries:
            if name.endswith((".xml", ".rels")):
                self.head(name)

    def holds(self, name: str) -> bool:
        return _key(name) in self.entries

    def head(self, name: str) -> bytes:
        """The first bytes of a part."""
        with self.zip.open(self.entries[_key(name)]) as part:
            head = part.read(PROLOG)
        _check_markup(name, head)
        return head

    def part(self, name: str) -> bytes:
        """The XML of one part; checked for a DTD and for too many tags."""
        xml = self.zip.read(self.entries[_key(name)])
        _check_markup(name, xml)
        if xml.count(b"<") > MOST_TAGS:
            raise Unreadable("problem.file.too_many_tags", part=name, limit=MOST_TAGS)
        return xml

    def related(self, name: str = "") -> dict[str, tuple[str, str]]:
        """The parts that a part refers to: id => (kind of relation, path); of the whole package by default."""
        folder, file = posixpath.split(name)
        relations = posixpath.join(folder, "_rels", f"{file}.rels")
        found: dict[str, tuple[str, str]] = {}

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                if attributes["Id"] in found:
                    raise Unreadable("problem.file.broken", error=f"two relations {attributes['Id'][:20]}")
                target = posixpath.join("/", folder, unquote(attributes["Target"]).replace("\\", "/"))
                found[attributes["Id"]] = (
                    attributes["Type"].rpartition("/")[2],
                    posixpath.normpath(target).lstrip("/"),
                )

        if self.holds(relations):
            parse(self.part(relations), start)
        return found

    def main(self) -> str:
        """The path of the part that holds the workbook or the document; empty where there is none."""
        return next((path for kind, path in self.related().values() if kind == "officeDocument"), "")


def parse(xml: bytes, start: Handler, end: Handler | None = None, text: Handler | None = None) -> None:
    """Call ``start(tag, attributes)``, ``end(tag)``, ``text(characters)`` in the order of the document.

    Tags have no namespace prefix. No tree is built, because a small file can hold a very large tree.
    """
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, attributes: start(tag[tag.find(":") + 1 :], attributes)
    if end:
        parser.EndElementHandler = lambda tag: end(tag[tag.find(":") + 1 :])
    if text:
        parser.CharacterDataHandler = text
    parser.Parse(xml, True)


def _key(name: str) -> str:
    """``/XL\\Workbook.xml`` => ``xl/workbook.xml``: the name by which a part is found."""
    return posixpath.normpath(posixpath.join("/", name.replace("\\", "/"))).lstrip("/").lower()


def _check_markup(name: str, xml: bytes) -> None:
    if any(each in xml for each in FORBIDDEN):
        raise Unreadable("problem.file.forbidden_markup", part=name)
