"""Cut-offs and the labels that name them.

The *cut-off* (thời gian chốt số liệu) is the day on which a week's figures were closed; it identifies the week. Tables
and reports name it by a week label: week n of a month has its cut-off on the month's n-th Monday. So "TUẦN 04/11" is
the fourth week of November, not the fourth day of November (docs/method.md §5).
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta

WEEK = re.compile(
    r"tu[ầâa]n\s*(?:th[ứử]\s*)?(\d{1,2})"
    r"(?:(?:\s*(?:/|tháng|của tháng)\s*|[.-])(\d{1,2})(?!\d|[/.-]\d{1,2}[/.-]\d)"
    r"(?:\s*(?:[/.-]|năm)\s*(\d{4}))?)?(?!\d)",
    re.I,
)
DAY = re.compile(r"(?<!\d)(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?!\d)")
# "đến ngày 27 tháng 11 năm 2023", but not the place and day of signing: "Chợ Mới, ngày 28 tháng 11 năm 2023"
DAY_IN_WORDS = re.compile(r"(?<!,\s)ngày\s*(\d{1,2})\s*tháng\s*(\d{1,2})\s*năm\s*(\d{4})", re.I)
DAY_OF_YEAR = re.compile(r"(?<!,\s)ngày\s*(\d{1,2})\s*(?:[/.-]|tháng)\s*(\d{1,2})(?!\d|\s*(?:[/.-]|năm)\s*\d)", re.I)
ISO_DAY = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
COMPACT_DAY = re.compile(r"(?<!\d)(20\d{2})(0[1-9]|1[0-2])([0-3]\d)(?!\d)")


def cutoff(text: str) -> date:
    """``"2023-12-04"`` => the date. Raises ValueError that says how a cut-off is written."""
    try:
        if not ISO_DAY.fullmatch(text):  # fromisoformat also accepts 20231204; a week has one name only
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"cut-off {text!r}: expected an ISO date such as 2023-12-04") from None


def week_of_month(day: date) -> int | None:
    """1 to 5 where ``day`` is a Monday: which Monday of its month. None on other days."""
    return (day.day - 1) // 7 + 1 if day.weekday() == 0 else None


def nth_monday(week: int, month: int, year: int) -> date | None:
    """The month's ``week``-th Monday; None where the month or the Monday does not exist."""
    if not (1 <= month <= 12 and 1 <= week <= 5):
        return None
    first = date(year, month, 1)
    day = first + timedelta(days=(7 - first.weekday()) % 7 + 7 * (week - 1))
    return day if day.month == month else None


def label_cutoff(week: int, month: int, near: date, year: int | None = None) -> date | None:
    """The cut-off of week ``week`` of ``month``; without a year, the one nearest to ``near``.

    So in a table closed on 2024-01-01, "TUẦN 04/12" is 2023-12-25. None where there is no such Monday.
    """
    years = [year] if year else [near.year - 1, near.year, near.year + 1]
    mondays = [day for day in (nth_monday(week, month, each) for each in years) if day]
    return min(mondays, key=lambda day: abs(day - near), default=None)


def named_cutoffs(text: str, near: date) -> Iterator[tuple[str, date | None]]:
    """Every cut-off that ``text`` names: (the words, the date or None where no such date exists).

    Reads ``04/12/2023``, ``04.12.23``, ``ngày 04 tháng 12 năm 2023``, ``2023-12-04``, ``20231204`` and week
    labels. A label without a month ("Tuần 1") takes the month of the date beside it in the text, or of ``near``.
    """
    text = unicodedata.normalize("NFC", text)
    weeks, rest = list(WEEK.finditer(text)), WEEK.sub(" ", text)  # the numbers of a week label are no date
    found = [(each, (3, 2, 1)) for pattern in (DAY, DAY_IN_WORDS) for each in pattern.finditer(rest)]
    found += [(each, (1, 2, 3)) for pattern in (ISO_DAY, COMPACT_DAY) for each in pattern.finditer(rest)]
    days = [(each[0], _date(*(int(each[part]) for part in order))) for each, order in found]
    for each in DAY_OF_YEAR.finditer(rest):  # "đến ngày 27/11" has no year: the nearest one is used
        years = (near.year - 1, near.year, near.year + 1)
        nearest = [day for day in (_date(year, int(each[2]), int(each[1])) for year in years) if day]
        days.append((each[0], min(nearest, key=lambda day: abs(day - near), default=None)))
    yield from days
    beside = next((day for _, day in days if day), near)
    for found in weeks:
        week, month, year = int(found[1]), int(found[2] or beside.month), found[3] and int(found[3])
        named = nth_monday(week, month, beside.year) if not found[2] else label_cutoff(week, month, near, year)
        yield found[0], named


def names_week(text: str) -> bool:
    """Whether a header names a week by number, as "TUẦN 04/11" does and "so với tuần trước" does not."""
    return WEEK.search(unicodedata.normalize("NFC", text)) is not None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year if year > 99 else 2000 + year, month, day)
    except ValueError:
        return None
