"""The meaning of a number in a spreadsheet: its kind by its format, and the date of a serial number."""

import re
from datetime import datetime, timedelta
from functools import lru_cache

# Numbers of the built-in formats, which a workbook does not define.
PERCENTS = frozenset({9, 10})
DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
# Parts of a format that show no digits: quoted text, an escaped character, a filler, a space, a colour, a condition.
ASIDE = re.compile(r'"[^"]*"|\\.|[_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
FIRST_DAY = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}


@lru_cache
def cell_kind(number: int, code: str = "") -> str:
    """``cell_kind(0, "0.0%")`` => percent, ``cell_kind(14)`` => date, else number. Built-in formats need no code."""
    shown = ASIDE.sub("", code.partition(";")[0]).casefold()
    if "%" in shown or (not code and number in PERCENTS):
        return "percent"
    if (not code and number in DATES) or (shown not in ("general", "standard") and re.search("[dmyhs]", shown)):
        return "date"
    return "number"


def moment(serial: float, from_1904: bool = False) -> datetime:
    """Day 45264 => 4 December 2023. The first sixty days are shifted: the format counts a false 29 February 1900."""
    lost = 1 if not from_1904 and 1 <= serial < 60 else 0
    return FIRST_DAY[from_1904] + timedelta(days=serial + lost)


def whole(number: float) -> float | int:
    """``319.0`` => ``319``, because a spreadsheet stores all numbers as floats.

    Raises : OverflowError for infinity.
    """
    return int(number) if number == int(number) and abs(number) < 1e15 else number
