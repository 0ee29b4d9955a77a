"""Cut-offs and the labels that name them.

The *cut-off* (thời gian chốt số liệu) is the day on which a week's figures were closed; it identifies the week. Tables
and reports name it by a week label: week n of a month has its cut-off on the month's n-th Monday. So "TUẦN 04/11" is
the fourth week of November, not the fourth day of November (docs/method.md §5).
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

from analysis.config.units import INVISIBLE

ISO_DAY, MOST_WEEKS = re.compile(r"\d{4}-\d{2}-\d{2}"), 5
# What may stand between the parts of a date; "_" stands for a space in the names of files.
STROKE = r"[\s_]*[/.–—_-][\s_]*"
STROKES = str.maketrans("∕⁄／‐‑−", "///---")
OF_MONTH = r"[\s_]*[/.,(–—-]?[\s_]*(?:của\s*|of\s*)?(?:tháng|thang|month)[\s_]*"
OF_YEAR = r"[\s_]*[/.,(–—-]?[\s_]*(?:năm|nam|year)[\s_]*"
SHORT_OR_LONG = r"(?P<y>\d{4}|\d\d(?![/.-]\d))(?!\d)"
LAST = -1
ORDINALS = {
    "nhất": 1,
    "hai": 2,
    "ba": 3,
    "tư": 4,
    "một": 1,
    "bốn": 4,
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "v": 5,
    "đầu": 1,
    "cuối": LAST,
}
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTHS_VI = ("một", "hai", "ba", "tư", "năm", "sáu", "bảy", "tám", "chín", "mười", "mười một", "mười hai")
ENGLISH = rf"(?P<m>{'|'.join(MONTHS)})[a-z]*"
# Which week of its month: "4", "IV", "thứ tư", "đầu tiên của" tháng, "cuối" tháng
WHICH = (
    r"\d{1,2}(?!\d)|(?-i:IV|I{1,3}|V)\b|(?<=thứ\s)(?:nhất|hai|ba|tư)\b|(?:một|hai|ba|bốn)(?=\stháng\s\d)"
    r"|(?:đầu|cuối)(?=(?:\s(?:tiên|cùng))?(?:\scủa)?\stháng\s\d)"
)
# "Tuần báo cáo: 4/11"; with a year it is a day, as in "Tuần: 04/12/2023"
LABEL_END = r"(?:\s+báo cáo)?\s*:(?![\s_]*\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*\d)|\s+báo cáo(?=\s\D)"
WEEK = re.compile(
    rf"(?:tu[ầâa]n|week)(?:{LABEL_END})?[\s_]*(?:(?:th[ứử]|s[ốo])[\s_]*)?(?P<week>{WHICH})(?:\s(?:tiên|cùng)(?=\s))?"
    rf"(?:(?:{OF_MONTH}|[\s_]*[/,]?[\s_]*T(?=\d)|\s*/\s*|[._-])(?P<month>\d{{1,2}})(?!\d|[/._-]\d{{1,2}}[/._-]\d))?"
    rf"(?:(?:{OF_YEAR}|[\s_]*[\s_,/.–-][\s_]*)(?P<year>(?:19|20)\d\d)(?!\d|{STROKE}\d))?(?!\d)",
    re.I,
)
WEEK_OF_YEAR = re.compile(r"(?<!\d)(?P<year>\d{4})[\s_-]?W(?P<week>\d{2})(?!\d)")
# "ngày 27/11" has no year: the nearest one is used. A point may be that of a decimal, so only "ngày" may precede it.
NO_YEAR = (
    rf"(?:(?:ngày|ngay)[\s_:]*(?P<d>\d{{1,2}})(?:{STROKE}|{OF_MONTH})|"
    rf"(?:đến|tới|hết|chốt|giờ[\s\d]{{0,6}},?|\d{{1,2}}h\d{{0,2}},?)[\s_:]*(?P<day>\d{{1,2}})(?:\s*/\s*|{OF_MONTH}))"
    rf"(?P<m>\d{{1,2}})(?!\d|(?:{STROKE}|{OF_YEAR})\d)"
)
WITH_YEAR = [
    re.compile(pattern, re.I)
    for pattern in (
        rf"(?<!\d)(?<!\d[/.-])(?P<y>(?:19|20)\d\d){STROKE}(?P<m>\d{{1,2}}){STROKE}(?P<d>\d{{1,2}})(?!\d)",
        r"(?<!\d)(?P<y>20\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>[0-3]\d)(?!\d)",
        r"(?<!\d)(?P<d>[0-3]\d) ?(?P<m>0[1-9]|1[0-2]) ?(?P<y>20\d\d)(?!\d)",
        rf"(?<!\d)(?P<d>\d{{1,2}}){STROKE}(?P<m>\d{{1,2}})(?:(?:[/._-]|\s*/\s*|{STROKE}(?=\d{{4}})){SHORT_OR_LONG})",
        rf"(?:ngày[\s_]*)?(?<!\d)(?P<d>\d{{1,2}})(?:{OF_MONTH}|\s*[/-]\s*|(?<=ngày \d)\.|(?<=ngày \d\d)\.)"
        rf"(?P<m>\d{{1,2}})(?:{OF_YEAR}|[/._-]|{STROKE}(?=\d{{4}})|[\s_,]+(?=(?:19|20)\d\d)){SHORT_OR_LONG}",
        rf"(?:ngày\s*)?(?<!\d)(?P<d>\d{{1,2}})\s*tháng\s+(?P<m>{'|'.join(reversed(MONTHS_VI))})\s*năm\s*(?P<y>\d{{4}})(?!\d)",
        rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s./_-]*{ENGLISH}[\s.,/_-]*(?P<y>\d{{4}}|\d\d)(?!\d)",
        rf"\b{ENGLISH}\.?\s*(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s*(?P<y>\d{{4}})(?!\d)",
    )
]
DAYS = [*WITH_YEAR, re.compile(NO_YEAR, re.I)]
TYPED_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
# What stands before a date that is no cut-off by its own words: a document's date behind its number, the day on which a
# table was printed or signed, a deadline, the first day of a period, the week before.
DOCUMENT = r"quyết định|nghị định|nghị quyết|thông tư|chỉ thị|kế hoạch|công văn|công điện|tờ trình"
OF_ANOTHER = re.compile(
    rf"(?:(?:(?:(?:{DOCUMENT}|báo cáo|thông báo|văn bản|hướng dẫn|luật)\s+số[\s:\d.…_-]*(?:/\s*[^\s,;()]*)?"
    r"|(?:\bsố[\s:\d.…_-]*|\d[\d.…_/]*)/\s*(?-i:[A-ZĐ])[^\s,;()]*)(?:\s+của\s[^\d,;()]{1,60}?)?"
    rf"|\b(?:{DOCUMENT})(?:\s+\d{{1,5}}(?![\d/.-]))?)[\s,:(–-]*(?:(?:được\s+)?(?:ký|ban hành)\s*)?"
    r"|\b(?:so (?:sánh )?với|(?:kỳ|kì|tuần|tháng|lần) trước)(?:\s(?:kỳ|tuần)(?:\s(?:trước|báo cáo))?)?[\s:(,]*"
    r"|(?:\btừ|\bfrom|\b(?:in|ký|lập|ban hành|phát hành|gửi|tạo|họp|(?<!trích )xuất)(?:\s(?:báo cáo|bảng|biểu))?"
    r"|\b(?:hạn|nộp|gửi)\b[^\d;.()]{0,60}\strước|thời hạn|\bhạn (?:nộp|gửi|chót|cuối)(?:\sbáo cáo)?)"
    r"[\s:]*(?:(?:lúc\s*)?\d{1,2}\s*(?:h|giờ|:)[\s\d,phút-]*)?"
    r"|\b(?:captured|imported|created|updated|modified|generated|exported|fetched|retrieved|published|issued|printed"
    r"|signed|start|from|begin|previous|prior|last)[\w.]*\s)(?:ngày[\s:]*)?\Z",
    re.I,
)
TO = re.compile(r"\s*(?:[-–—~]|đến|tới|to)\s*(?:hết\s*)?(?:ngày\s*)?", re.I)
# "Chợ Mới, ngày 05 tháng 12 năm 2023", a line by itself or behind the number of the document
SIGNED = re.compile(r"(?:^|/\S+\s+)[\W_]*(?P<place>[^\d,;:/()]+),\s*(?:ngày\s*)?\Z", re.I | re.M)
NO_PLACE = frozenset(
    ("báo", "biểu", "bảng", "chiều", "chủ", "giờ", "kết", "kỳ", "ngày", "số", "sáng", "thời", "thứ", "tuần", "tính")
)
LINE_ENDS = re.compile(r"[^\w\n]*(?:\n|\Z)")
MOST_BEFORE = 120  # characters before a date that are asked what it is


class Named(NamedTuple):
    """A day or week that a text names: the words, the date (None where no such date exists), where it begins."""

    words: str
    day: date | None
    start: int


def cutoff(text: str) -> date:
    """``"2023-12-04"`` => the date. Raises ValueError that says how a cut-off is written."""
    try:
        if not ISO_DAY.fullmatch(text):  # fromisoformat also accepts 20231204; a week has one name only
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"cut-off {text!r}: expected an ISO date such as 2023-12-04") from None


def typed_cutoff(text: str) -> date:
    """As ``cutoff``, and also as people type it: ``"04/12/2023"``, ``"4.12.2023"``. Raises as ``cutoff``."""
    found = TYPED_DAY.fullmatch(text.strip())
    return (_date(*(int(each) for each in reversed(found.groups()))) if found else None) or cutoff(text)


def days_in(name: str) -> list[date]:
    """The whole days, with their year, that a file's name tells, each once: ``"2023-12-04 (1).txt"``."""
    days, rest = [], spaced(name)
    for pattern in WITH_YEAR:
        days += [_named_day(each.groupdict(), date.min) for each in pattern.finditer(rest)]
        rest = pattern.sub(_blank, rest)
    return list(dict.fromkeys(day for day in days if day))


def week_of_month(day: date) -> int | None:
    """1 to 5 where ``day`` is a Monday: which Monday of its month. None on other days."""
    return (day.day - 1) // 7 + 1 if day.weekday() == 0 else None


def nth_monday(week: int, month: int, year: int) -> date | None:
    """The month's ``week``-th Monday, or its last one; None where the month or the Monday does not exist."""
    if not (1 <= month <= 12 and (1 <= week <= MOST_WEEKS or week == LAST)):
        return None
    if week == LAST:
        return nth_monday(MOST_WEEKS, month, year) or nth_monday(MOST_WEEKS - 1, month, year)
    first = date(year, month, 1)
    day = first + timedelta(days=(7 - first.weekday()) % 7 + 7 * (week - 1))
    return day if day.month == month else None


def label_cutoff(week: int, month: int, near: date, year: int | None = None) -> date | None:
    """The cut-off of week ``week`` of ``month``; without a year, the one nearest to ``near``.

    So in a table closed on 2024-01-01, "TUẦN 04/12" is 2023-12-25. None where there is no such Monday.
    """
    years = [year] if year else _years(near)
    mondays = [day for day in (nth_monday(week, month, each) for each in years) if day]
    return min(mondays, key=lambda day: abs(day - near), default=None)


def spaced(text: str) -> str:
    """The text composed (NFC), without invisible characters, with plain strokes, one space or line break for many."""
    text = INVISIBLE.sub("", unicodedata.normalize("NFC", text)).translate(STROKES)
    return re.sub(r"[\s_]{2,}", lambda run: next((each for each in "\n_" if each in run[0]), " "), text)


def named_cutoffs(text: str, near: date) -> Iterator[tuple[str, date | None]]:
    """Every cut-off that ``text`` names: (the words, the date or None where no such date exists), days before weeks.

    Reads ``04/12/2023``, ``04.12.23``, ``04_12_2023``, ``ngày 04 tháng 12 năm 2023``, ``2023-12-04``, ``20231204``,
    ``4 Dec 2023`` and week labels. A label without a month ("Tuần 1") takes the month of the date beside it in the
    text, or of ``near``; with a year only ("Tuần 49 năm 2023"), it is a week of that year. A date that is by
    its own words another thing, such as that of a document behind its number or of a signature, is left out.
    """
    text = spaced(text)
    weeks, rest = list(WEEK.finditer(text)), WEEK.sub(_blank, text)  # the numbers of a week label are no date
    days = []
    for pattern in DAYS:
        for each in pattern.finditer(rest):
            days.append(Named(each[0], _named_day(each.groupdict(), near), each.start()))
        rest = pattern.sub(_blank, rest)  # so that no part of a date is read again
    days = _ends_only(sorted(days, key=lambda each: each.start), text)
    beside = None
    for each in days:  # one after the other: who needs the first only does not wait for all
        if not _of_another(text, each):
            beside = beside or each.day
            yield each[:2]
    for found in [*weeks, *WEEK_OF_YEAR.finditer(rest)]:
        if not _says_another(text, found.start()):
            yield found[0], _named_week(found.groupdict(), beside, near)


def _named_day(parts: dict[str, str | None], near: date) -> date | None:
    day, year = int(parts.get("d") or parts["day"]), parts.get("y")
    month = _month(parts["m"].lower())
    if year:
        return _date(int(year), month, day)
    nearest = [found for each in _years(near) if (found := _date(each, month, day))]
    return min(nearest, key=lambda found: abs(found - near), default=None)


def _named_week(parts: dict[str, str | None], beside: date | None, near: date) -> date | None:
    week = ORDINALS.get(parts["week"].lower()) or int(parts["week"])
    year = parts["year"] and int(parts["year"])
    if parts.get("month"):
        return label_cutoff(week, int(parts["month"]), near, year)
    if not year or (beside and beside.year == year and week <= MOST_WEEKS):
        return nth_monday(week, (beside or near).month, (beside or near).year)
    try:
        return date.fromisocalendar(year, week, 1)
    except ValueError:
        return None


def _years(near: date) -> list[int]:
    """The years in which the nearest date without a year may be."""
    return [near.year - 1, near.year, near.year + 1]


def _month(text: str) -> int:
    names = MONTHS_VI if text in MONTHS_VI else MONTHS
    return names.index(text) + 1 if text in names else int(text)


def _ends_only(days: list[Named], text: str) -> list[Named]:
    """Without the first day of each period: of "28/11/2023 - 04/12/2023" the last day is the cut-off."""
    ends = []
    for each, after in zip_longest(days, days[1:]):
        gap = text[each.start + len(each.words) : after.start] if after else ""
        if not (TO.fullmatch(gap) and each.day and after.day and each.day < after.day):
            ends.append(each)
    return ends


def _of_another(text: str, named: Named) -> bool:
    """Whether the date says of itself that it is no cut-off, or stands behind the place of a signature."""
    if _says_another(text, named.start):
        return True
    signed = SIGNED.search(text, max(0, named.start - MOST_BEFORE), named.start)
    if not signed or not LINE_ENDS.match(text, named.start + len(named.words)):
        return False
    place = re.findall(r"\w+", signed["place"].replace("TP.", "").replace("TT.", ""))
    return all(map(str.istitle, place)) and not NO_PLACE & {word.lower() for word in place}


def _says_another(text: str, start: int) -> bool:
    before = text[max(0, start - MOST_BEFORE - 1) : start]
    return _is_of_another(re.sub(r"\d", "0", before), start > MOST_BEFORE)


@lru_cache(maxsize=10_000)  # the same words stand before many dates
def _is_of_another(before: str, cut: bool) -> bool:
    """Whether what stands before a date says that it is another thing; ``cut`` : the first character is not asked."""
    return OF_ANOTHER.search(before, 1 if cut else 0) is not None


def _blank(found: re.Match) -> str:
    return "\0" * len(found[0])


def names_week(text: str) -> bool:
    """Whether a header names a week by number, as "TUẦN 04/11" does and "so với tuần trước" does not."""
    return WEEK.search(unicodedata.normalize("NFC", text)) is not None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year if year > 99 else 2000 + year, month, day)
    except ValueError:
        return None
