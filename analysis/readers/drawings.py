"""The lines of the text boxes that are drawn on a sheet of a workbook: its title, and its day, may stand in one.

In an .xlsx they are a part of their own (ISO/IEC 29500-1, 20.5 and 21.1.2), in an .xls records among those of the
sheet ([MS-XLS] 2.4.181 and 2.4.329).
"""

import struct

from analysis.readers import workbook

OBJECT, TEXT, CONTINUED = 0x005D, 0x01B6, 0x003C  # the kinds of records of an .xls
COMMENT = 0x0019  # a kind of object: a note to a cell, which is shown to nobody who does not ask for it


class Boxes:
    """Collects the lines of a drawing of an .xlsx, as ``archive.parse`` calls it, but not those of hidden shapes."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._pieces: list[str] = []
        self._hidden = self._taking = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "cNvPr":
            self._hidden = workbook.is_on(attributes.get("hidden", "0"))
        elif tag in ("br", "tab"):
            self._pieces.append(" ")
        self._taking = tag == "t" and not self._hidden

    def end(self, tag: str) -> None:
        self._taking = False
        if tag == "p":
            self.lines += filter(None, ["".join(self._pieces).strip()])
            self._pieces = []

    def text(self, characters: str) -> None:
        if self._taking:
            self._pieces.append(characters)


class Records:
    """Collects the lines of the text boxes of an .xls from its records, in their order."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._comment = self._waiting = False
        self._characters = 0  # of a text, which follows in the next record

    def read(self, kind: int, record: bytes) -> None:
        if kind == OBJECT and len(record) >= 6:
            self._comment = struct.unpack_from("<H", record, 4)[0] == COMMENT
        elif kind == TEXT and len(record) >= 12:
            self._waiting, self._characters = not self._comment, struct.unpack_from("<H", record, 10)[0]
        elif kind == CONTINUED and self._waiting and self._characters and record:
            wide = record[0] & 1
            text = record[1 : 1 + self._characters * (1 + wide)].decode("utf-16-le" if wide else "latin-1", "replace")
            self._characters -= (len(record) - 1) // (1 + wide)
            self.lines += filter(None, (line.strip() for line in text.splitlines()))
            self._waiting = self._characters > 0
