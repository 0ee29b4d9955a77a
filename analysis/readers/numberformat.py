"""What a spreadsheet's number stands for: the kind that its format shows it as, and the day behind a serial number."""

import re
from datetime import datetime, timedelta
from functools import lru_cache

# The formats that every spreadsheet has without writing them down.
PERCENTS = frozenset({9, 10})
DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
# Text in quotes, an escaped character, a filler or a space as wide as one, a colour, a condition or a currency.
ASIDE = re.compile(r'"[^"]*"|\\.|[_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
FIRST_DAY = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}


@lru_cache
def kind(number: int, code: str = "") -> str:
    """``kind(0, "0.0%")`` => percent, ``kind(14)`` => date, else number. ``code`` is empty for built-in formats."""
    shown = ASIDE.sub("", code.partition(";")[0]).casefold()
    if "%" in shown or (not code and number in PERCENTS):
        return "percent"
    if (not code and number in DATES) or (shown not in ("general", "standard") and re.search("[dmyhs]", shown)):
        return "date"
    return "number"


def moment(serial: float, from_1904: bool = False) -> datetime:
    """Day 45264 => 4 December 2023. The first sixty days count a 29 February 1900 that never was."""
    lost = 1 if not from_1904 and 1 <= serial < 60 else 0
    return FIRST_DAY[from_1904] + timedelta(days=serial + lost)


def whole(number: float) -> float | int:
    """``319.0`` => ``319``: spreadsheets know only one kind of number.

    Raises : OverflowError for infinity.
    """
    return int(number) if number == int(number) and abs(number) < 1e15 else number
