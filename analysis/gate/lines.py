"""Which lines of a sheet are no unit's row, although they stand below its header (docs/method.md §7).

Official forms have such lines: the numbers of the columns, headings of sections, notes, places and days, signatures,
the row numbers of a spreadsheet. They are passed over, and each is named once. Nobody loses a figure by that: a line
with a figure in a column of figures is never passed over, nor is one that names a unit or nearly does. Registered units
must all be there. Where the table itself is the registry, a line is passed over only where its words say what it is,
and where nothing in it looks like a unit's code.
"""

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from analysis.config import units
from analysis.gate import parse

if TYPE_CHECKING:
    from analysis.gate.sheet import Reading

# "(3)", "[4]", "B", "II", "5=3+4", "(4)=(3)/(2)*100%"
COLUMN_NUMBER = re.compile(
    r"[(\[]?(?:(?P<number>-?\d{1,3})|(?P<letters>[A-Z]{1,4}))[)\]]?\.?(?:\s*=[\s\d()\[\]+\-–*/:x×%,.A-Z]+)?"
)
LEAST_NUMBERED = 3  # columns; fewer may be anything
MOST_ASKED = 3  # texts of a line, from the left, that say what it is: such as a number, a code and a name
ENUMERATION = re.compile(r"(?:[IVXLC]+|[A-ZĐ]|\d{1,2})(?:\.\d{1,2})*\s*[.)\-/:]?")
BEGINS_WITH = re.compile(rf"(?:{ENUMERATION.pattern[:-1]})\s+")  # "I. Các xã", "A) Khối phường", "2 - Các sở"
WORD = re.compile(r"[^\W\d_]{2}")
SECTION = re.compile(r"(?:các|khối|nhóm|cụm|khu vực|vùng|cấp)\b")
NOTE = re.compile(
    r"(?:\(?\*+\)?|\(\d{1,2}\)|\[\d{1,2}\]|[-–+]\s)\s*\w"
    r"|(?:ghi chú|chú thích|chú ý|lưu ý|nguồn|đơn vị tính|đvt|note|source)\b"
)
PLACE_AND_DAY = re.compile(r"(?:^|[\s,])ngày\s.*\btháng\s.*\bnăm\b")
SIGNATURE = re.compile(
    r"(?:người (?:lập|tổng hợp|kiểm|báo cáo|ký)|lập (?:biểu|bảng)|kiểm soát|thủ trưởng|(?:phó )?chủ tịch|"
    r"(?:phó )?(?:chánh văn phòng|giám đốc|trưởng phòng)|kế toán|nơi nhận|xác nhận|lưu:)"
    r"|(?:tm|kt|tl|tuq|q)\s*\.|\(\s*(?:đã )?(?:ký|kí)\b|ký tên"
)
WHOLE = r"(?:toàn|cả)(?: bộ)? (?:huyện|tỉnh|nước|xã|quận|thành phố|thị xã|ngành|địa bàn)"
TOTAL = re.compile(rf"(?:tổng|cộng|tổng cộng|tổng số|{WHOLE})(?: {WHOLE})?")
SUBTOTAL = re.compile(r"(?:cộng|tiểu tổng|(?:tổng|tổng cộng|tổng số) (?:khối|nhóm|các|cụm))\s\S.*")
NUMBERS, SECTIONS, NOTES, SIGNATURES, WORDS = (
    f"passed.{name}" for name in ("numbers", "section", "note", "signature", "words")
)


class Passed(NamedTuple):
    """A line that is passed over: its first cell's column, and the key of the sentence that says what it is."""

    column: int
    key: str


def find_row_numbers(sheet: "Reading") -> int | None:
    """The column of row numbers left of the table: without a header, as spreadsheets and counted lists have it.

    Its cells are whole numbers that count the rows, from 1 anew after a heading; the label of a sum or heading may
    stand in it, too. In the header it is empty or holds the numbers of the header's own rows.
    """
    known = [column for column, field in sheet.header.columns["field"].items() if field]
    below = [row for row in sorted(sheet.rows) if row > sheet.header.rows[-1]]
    for column in range(1, min(known, default=0)):
        texts = {row: sheet.cell(row, column).text.strip() for row in below if sheet.cell(row, column).filled}
        counted = [(row, int(text)) for row, text in texts.items() if text.isdecimal()]
        labels = [row for row, text in texts.items() if not (text.isdecimal() or ENUMERATION.fullmatch(text))]
        if (
            len(counted) > max(1, len(labels))
            and re.fullmatch(r"[\d\s/]*", sheet.heads.get(column, ""))
            and not any(sheet.cell(row, sheet.column_of.get("unit")).filled for row in labels)
            and all(
                later in (1, earlier + 1, earlier + below - above)
                for (above, earlier), (below, later) in pairwise(counted)
            )
        ):
            return column
    return None


def find_passed(sheet: "Reading", rows: list[int], below_heading: set[int]) -> dict[int, Passed]:
    """Which of ``rows``, in order, are passed over. below_heading : those directly below a header"""
    found: dict[int, Passed] = {}
    last = max((row for row in rows if _is_record(sheet, row)), default=0)
    signing = False
    for row in rows:
        texts = {column: cell.text.strip() for column, cell in sheet.rows[row].items() if cell.filled}
        key = ""
        if row in below_heading and _counts_columns(sheet, texts):
            key = NUMBERS
        elif not _is_record(sheet, row) and not _may_be_unit(sheet, row, texts):
            key = _heading_of(sheet, texts) if row < last else _closing_of(sheet, texts, signing)
        if key:
            found[row] = Passed(min(texts), key)
        signing = signing or key == SIGNATURES
    return found


def total_key(text: str) -> str:
    """The problem of a row with this label, which config does not name; "" where it is no label of a sum."""
    if TOTAL.fullmatch(key := _key(text)):
        return "problem.unnamed_control"
    return "problem.unnamed_subtotal" if SUBTOTAL.fullmatch(key) else ""


def bare(text: str) -> str:
    """The words of a line without what counts it: ``"I. Các xã"`` => ``"Các xã"``."""
    return BEGINS_WITH.sub("", text.strip(), count=1)


def _key(text: str) -> str:
    return units.spelling_key(bare(text))


def _is_record(sheet: "Reading", row: int) -> bool:
    """Whether the row is read as one of a unit, of the area or as a subtotal, by its name or code."""
    if sheet.control_label(row) or sheet.subtotal_label(row):
        return True
    if not sheet.rules.from_file:
        return sheet.unit_of(row) is not None
    named = sheet.cell(row, sheet.column_of.get("unit")).filled
    if "code" not in sheet.column_of:
        return named and _holds_figures(sheet, row)
    code = sheet.cell(row, sheet.column_of["code"]).text.strip()
    form = sheet.rules.settings["unit_codes"]
    return bool(re.fullmatch(form, code)) and (form != ".+" or (named and _holds_figures(sheet, row)))


def _holds_figures(sheet: "Reading", row: int) -> bool:
    """Whether a column of figures holds anything but words: a figure, a date, or the sign of a missing figure."""
    cells = (sheet.cell(row, sheet.column_of[name]) for name in sheet.figures if name != "rank")
    return any(
        cell.filled and (cell.kind != "text" or not WORD.search(cell.text) or cell.text.casefold() in parse.MISSING)
        for cell in cells
    )


def _may_be_unit(sheet: "Reading", row: int, texts: dict[int, str]) -> bool:
    """Whether the line has a figure, or a text that names a unit, nearly does, or has the form of one."""
    if _holds_figures(sheet, row):
        return True
    if sheet.rules.from_file:
        form = sheet.rules.settings["unit_codes"]
        return form != ".+" and any(re.search(form, text) for text in texts.values())
    return any(
        sheet.registry.match(each) or sheet.registry.nearest(each) or _is_typed_name(each)
        for text in _first(texts)
        for each in {text, bare(text)}
    )


def _first(texts: dict[int, str]) -> list[str]:
    return [texts[column] for column in sorted(texts)[:MOST_ASKED]]


def _is_typed_name(text: str) -> bool:
    """Whether the text is a name with a type, such as "Xã Tân Lập": perhaps a unit that is not registered."""
    return bool(units.unit_type_of(text)) and len(text.split()) <= 6 and not re.search(r"[\d,.;:]", text[3:])


def _counts_columns(sheet: "Reading", texts: dict[int, str]) -> bool:
    """Whether the cells are the columns' numbers: letters from A, numbers from 1, one after the other."""
    named = sheet.column_of.get("unit", sheet.column_of.get("code"))
    found = [COLUMN_NUMBER.fullmatch(texts[column].upper()) for column in sorted(texts)]
    if len(texts) < LEAST_NUMBERED or named not in texts or not all(found):
        return False
    numbers = [abs(int(each["number"])) for each in found if each["number"]]
    letters = [each["letters"] for each in found if each["letters"]]
    counted = (
        [chr(ord("A") + place) for place in range(len(letters))],
        [_roman(each + 1) for each in range(len(letters))],
    )
    first = numbers[0] if numbers else 1
    begins = first in (0, 1, 2 if not letters else len(letters) + 1)
    return letters in counted and begins and numbers == list(range(first, first + len(numbers)))


def _roman(number: int) -> str:
    text = ""
    for sign, value in (("L", 50), ("XL", 40), ("X", 10), ("IX", 9), ("V", 5), ("IV", 4), ("I", 1)):
        text, number = text + sign * (number // value), number % value
    return text


def _heading_of(sheet: "Reading", texts: dict[int, str]) -> str:
    """The key of a heading among the units: words in one cell, and at most what counts it in another."""
    words = [text for text in texts.values() if WORD.search(bare(text)) and not ENUMERATION.fullmatch(text)]
    counts = [text for text in texts.values() if ENUMERATION.fullmatch(text)]
    if len(words) != 1 or len(counts) > 1 or len(texts) > len(words) + len(counts):
        return ""
    if NOTE.match(units.spelling_key(words[0])):
        return NOTES
    said = bool(SECTION.match(_key(words[0])))
    counted = bool(BEGINS_WITH.match(words[0])) or (bool(counts) and not counts[0].strip(".)").isdecimal())
    if counts and not (said or counted):
        return ""  # counted like the units, so perhaps one of them
    return SECTIONS if said or counted or not sheet.rules.from_file else ""


def _closing_of(sheet: "Reading", texts: dict[int, str], signing: bool) -> str:
    """The key of a line below the last unit, by its words."""
    said = [units.spelling_key(text) for text in _first(texts)]
    if any(SIGNATURE.match(text) or PLACE_AND_DAY.search(text) for text in said):
        return SIGNATURES
    if any(NOTE.match(text) for text in said):
        return NOTES
    if signing or not sheet.rules.from_file:
        return WORDS if any(map(WORD.search, said)) else ""
    return ""
