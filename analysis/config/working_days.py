"""Working days in Vietnam: Saturdays, Sundays and public holidays are none. PyPI ``holidays`` knows the holidays.

A Saturday that is worked in exchange for a day off counts as none: whoever counts on it loses nothing by that.
"""

from datetime import date, timedelta
from functools import lru_cache

SATURDAY = 5


def add_working_days(day: str, count: int) -> str:
    """The ``count``-th working day after ``day``, both ISO: one after Friday 2023-12-01 is Monday 2023-12-04."""
    found = date.fromisoformat(day)
    while count > 0:
        found += timedelta(days=1)
        count -= is_working_day(found)
    return str(found)


def is_working_day(day: date) -> bool:
    """Whether offices work on the day."""
    return day.weekday() < SATURDAY and day not in _holidays()


@lru_cache
def _holidays():
    import holidays  # only where a day is set

    return holidays.country_holidays("VN")  # it adds each year that it is asked about
