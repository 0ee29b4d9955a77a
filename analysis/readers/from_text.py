"""Reads typed or exported text, in UTF-8 or UTF-16: a table separated by tab, semicolon or comma; or lines."""

import codecs
import csv
import io
import re

from analysis.readers import legacy
from analysis.readers.grid import MOST_COLUMNS, MOST_ROWS, Tables, Unreadable

BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def decoded(data: bytes) -> str:
    """The Unicode text. The encoding is that of the byte order mark, else UTF-8; it is never guessed.

    Raises : Unreadable for bytes in another encoding.
    """
    encoding = next((name for bom, name in BOMS.items() if data.startswith(bom)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-8":
            legacy.refuse_bytes(data)
        raise Unreadable("problem.not_text", byte=error.start + 1) from None
    if not text.strip():
        raise Unreadable("problem.empty_file")
    if "\0" in text:
        raise Unreadable("problem.not_text", byte=text.index("\0") + 1)
    return text


def tables(data: bytes) -> Tables:
    found = Tables()
    grid = found.add(ragged=True)
    rows = _rows(decoded(data))
    if len(rows) > MOST_ROWS:
        raise Unreadable("problem.too_many_rows", rows=len(rows), limit=MOST_ROWS)
    for row, texts in rows:
        if len(texts) > MOST_COLUMNS:
            raise Unreadable("problem.too_many_columns", row=row, columns=len(texts), limit=MOST_COLUMNS)
        for column, text in enumerate(texts, 1):
            grid.put(row, column, text)
    return found


def lines(data: bytes) -> list[tuple[int, str]]:
    """The lines of text, numbered from 1. Only a line feed, a carriage return or both end a line."""
    return list(enumerate(re.split("\r\n|\n|\r", decoded(data).removeprefix("\ufeff")), 1))


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Lines of text: (line number, cells). The separator is the most frequent one."""
    separator = max("\t;,", key=lambda each: text.count(each) if each != "," else text.count(each) // 2)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows, before = [], 0
    try:
        for texts in reader:
            rows.append((before + 1, texts))
            before = reader.line_num
    except csv.Error as error:
        raise Unreadable("problem.broken_text", row=before + 1, error=str(error)) from None
    return rows
