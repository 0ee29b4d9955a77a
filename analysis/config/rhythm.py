"""The rhythm of an area's tables, as ``[expected]`` of area.toml says it: on which cut-offs a table is expected.

Public holidays are not computed: the office lists its days off.
"""

import calendar
from collections.abc import Collection
from datetime import date, timedelta
from itertools import pairwise

from analysis.config.files import WEEKDAYS

WORKING_DAYS = range(5)  # Monday to Friday


def list_expected(rhythm: dict, first: date, last: date) -> list[date]:
    """The expected cut-offs from ``first`` to ``last``, oldest first; none of which the office works no day until the
    next one.

    rhythm : weekday or day, and days_off, as in [expected]
    """
    off = {date.fromisoformat(str(day)) for day in rhythm["days_off"]}
    days = list_cutoffs(rhythm, first, last + timedelta(days=62))
    return [day for day, after in pairwise(days) if day <= last and working_day(day, 0, off) < after]


def list_cutoffs(rhythm: dict, first: date, last: date) -> list[date]:
    """The cut-offs of the rhythm from ``first`` to ``last``, oldest first, whether anybody works then or not."""
    if rhythm["weekday"]:
        start = first + timedelta(days=(WEEKDAYS.index(rhythm["weekday"]) - first.weekday()) % 7)
        return [start + timedelta(days=days) for days in range(0, (last - start).days + 1, 7)]
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    days = [day_of(month // 12, month % 12 + 1, rhythm["day"]) for month in months]
    return [day for day in days if first <= day <= last]


def day_of(year: int, month: int, day: int) -> date:
    """The day of that month, or its last one."""
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def working_day(day: date, later: int, off: Collection[date]) -> date:
    """The first working day on or after ``day``, or the ``later``-th after that."""
    while True:
        if day.weekday() in WORKING_DAYS and day not in off:
            if later == 0:
                return day
            later -= 1
        day += timedelta(days=1)
