"""A file is what it holds, whatever its name says; and what we do not read is refused with what to do instead."""

import gzip
import io
import warnings
import zipfile

import pytest
import xlwt
from support import delivered
from support.delivered import package, zipped
from support.district import RAW, words

from analysis.readers import kinds, legacy
from analysis.readers.grid import Unreadable


def ole(*streams: str) -> bytes:
    return kinds.OLE + b"\0" * 504 + b"".join(name.encode("utf-16-le") for name in streams)


def xls() -> bytes:
    book, data = xlwt.Workbook(), io.BytesIO()
    book.add_sheet("a").write(0, 0, "x")
    book.save(data)
    return data.getvalue()


def locked() -> bytes:
    """A zip whose directory says that its parts need a password."""
    data = bytearray(delivered.xlsx())
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 1)
    return bytes(data)


def twofold() -> bytes:
    """A workbook with two main parts of one name: which one is read, is a matter of the program."""
    data = io.BytesIO(package("xl/workbook.xml", "<workbook/>"))
    with zipfile.ZipFile(data, "a") as out, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        out.writestr("xl/workbook.xml", "<workbook/>")
    return data.getvalue()


def bzipped() -> bytes:
    """A workbook that could be read: nothing but its compression is amiss."""
    data, made = io.BytesIO(), delivered.xlsx('<row r="1"><c r="A1"><v>5</v></c></row>')
    with zipfile.ZipFile(data, "w", zipfile.ZIP_BZIP2) as out, zipfile.ZipFile(io.BytesIO(made)) as held:
        for name in held.namelist():
            out.writestr(name, held.read(name))
    return data.getvalue()


READ = {
    "the real table": (RAW.read_bytes(), "text"),
    "text that begins with a mark": (b"<b>a</b>\t<u>b</u>", "text"),
    "text that begins with a bracket": (b"[1]\tA\n", "text"),
    "text that begins with a brace": ("{Tuần 1}".encode(), "text"),
    "a bare table": (b"<table><tr><td>1", "html"),
    "a page with a BOM and blank lines": (b"\xef\xbb\xbf\r\n <!DOCTYPE html><html><body>", "html"),
    "a page in UTF-16": ("<?xml version='1.0'?><html><table>".encode("utf-16"), "html"),
    "a table in capitals": (b"<meta charset=utf-8><TABLE border=1>", "html"),
    "a list of records": (b' [ {"ID": "1"} ]', "json"),
    "an object": (b'\xef\xbb\xbf{"data": []}', "json"),
    "an empty list": (b"[]", "json"),
    "a workbook": (delivered.xlsx(), "xlsx"),
    "a document": (delivered.word("<w:p/>"), "docx"),
    "an old workbook": (xls(), "xls"),
}


@pytest.mark.parametrize("name", READ)
def test_the_kind_of_a_file_is_told_by_its_content(name):
    data, kind = READ[name]
    assert kinds.detect_kind(data) == kind


REFUSED = {
    "a PDF": (b"%PDF-1.7", "pdf"),
    "a PDF after a line break": (b"\n%PDF-1.7", "pdf"),
    "a picture": (b"\x89PNG\r\n\x1a\n", "image"),
    "rich text": (b"{\\rtf1\\ansi", "old_word"),
    "an old document": (ole("Root Entry", "WordDocument"), "old_word"),
    "an encrypted workbook": (ole("Root Entry", "EncryptedPackage", "EncryptionInfo"), "encrypted"),
    "a zip with a password": (locked(), "encrypted"),
    "two parts of one name": (twofold(), "broken"),
    "another compression": (bzipped(), "broken"),
    "old slides": (ole("Root Entry", "PowerPoint Document"), "other"),
    "gzip": (gzip.compress(b"a\tb"), "archive"),
    "a zip": (zipped({"table.csv": "a,b"}), "archive"),
    "a zip in a zip": (zipped({"inner.zip": zipped({"a": "b"})}), "archive"),
    "an empty zip": (zipped({}), "archive"),
    "a web archive": (b"MIME-Version: 1.0\nContent-Type: multipart/related", "other_workbook"),
    "a workbook of 2003": (
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Table>',
        "other_workbook",
    ),
    "OpenDocument": (zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "other_workbook"),
    "a binary workbook": (package("xl/workbook.bin", ""), "other_workbook"),
    "slides": (package("ppt/presentation.xml", "<p:presentation/>"), "other"),
    "a torn workbook": (delivered.xlsx('<row r="1"/>')[:-40], "torn"),
    "the first half of a workbook": (delivered.xlsx('<row r="1"/>')[:500], "torn"),
    "the first bytes of a workbook": (delivered.xlsx('<row r="1"/>')[:10], "torn"),
    "the first half of an old workbook": (xls()[:2_700], "torn"),
    "the first bytes of an old workbook": (xls()[:10], "torn"),
    "an old workbook of nothing but its name": (ole("Workbook"), "broken"),
    "a page without a table": (b"<html><body>no table", "no_table"),
    "no records": (b"[]", "no_table"),
    "an empty workbook": (delivered.xlsx(), "no_table"),
    "a document without a table": (delivered.word("<w:p/>"), "no_table"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_we_do_not_read_is_refused_by_name(name):
    data, key = REFUSED[name]
    with pytest.raises(Unreadable) as refused:
        kinds.tables(data)
    assert refused.value.key == f"problem.file.{key}"
    assert words().say(refused.value.key, **refused.value.fields)


def test_more_bytes_than_a_file_may_have_are_not_looked_at():
    with pytest.raises(Unreadable) as refused:
        kinds.detect_kind(b"%PDF" + bytes(5_000_000))
    assert refused.value.key == "problem.file_too_large"


# "Xã Hòa Bình đạt điểm", typed in each encoding from its own code table.
TCVN3 = b"X\xb7 H\xdfa B\xd7nh \xae\xb9t \xaei\xd3m"
WINDOWS = b"X\xe3 Ho\xcca Bi\xccnh \xf0a\xf2t \xf0i\xea\xd2m"
VNI = "Xaõ Hoøa Bình ñaït ñieåm"
OLD = {
    "TCVN3": (TCVN3, "TCVN3 (ABC)"),
    "VNI": (VNI.encode("latin-1"), "VNI"),
    "Windows-1258": (WINDOWS, "Windows-1258"),
    # The same, in a file that calls itself Unicode: text typed in a font made for the old encoding.
    "TCVN3 in UTF-8": (TCVN3.decode("latin-1").encode(), "TCVN3 (ABC)"),
    "VNI in UTF-8": (VNI.encode(), "VNI"),
    "VNI in a page": (f"<table><tr><td>{VNI}</table>".encode(), "VNI"),
    "TCVN3 in a workbook": (
        delivered.workbook(lambda book: book.active.append(["X·", "Hßa", "B×nh", 57.45])),
        "TCVN3 (ABC)",
    ),
}


@pytest.mark.parametrize("name", OLD)
def test_an_old_vietnamese_encoding_is_named_and_never_decoded(name):
    data, encoding = OLD[name]
    with pytest.raises(Unreadable) as refused:
        kinds.tables(data)
    assert (refused.value.key, refused.value.fields["encoding"]) == ("problem.file.old_encoding", encoding)


@pytest.mark.parametrize(
    "text",
    [
        "Xã Hoà Bình\tquý giá\tUỷ ban\tthuỷ lợi\thòa khoẻ",
        "Xã SRó\tKông Bơ La\tIa Dơk\tPlei Pông\tKrông Pa\tHoóc Môn",
        "m² × 100 % · 15° «an» ½ §5",
        "Müller GmbH, Zürich – façade, naïve",
    ],
)
def test_unicode_text_is_not_taken_for_an_old_encoding(text):
    assert delivered.listed(kinds.tables(text.encode()))


@pytest.mark.parametrize("text", ["déjà créé à Zürich, Müller, garçon", "Größe, Übung, Maß", "ação, não, coração"])
def test_another_languages_old_encoding_is_not_taken_for_a_vietnamese_one(text):
    with pytest.raises(Unreadable) as refused:
        kinds.tables(text.encode("latin-1"))
    assert refused.value.key == "problem.not_text"


@pytest.mark.parametrize(
    ("word", "is_one"), [("nghiêng", True), ("Thuỷ", True), ("quý", True), ("bàá", False), ("xtr", False)]
)
def test_a_syllable_has_at_most_one_tone(word, is_one):
    assert legacy.vietnamese(word) is is_one
