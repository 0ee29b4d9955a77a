"""Months, quarters and years: what a periodical report is about, by the name that its folder and its command have."""

import re
from datetime import date, timedelta
from typing import NamedTuple

MONTH, QUARTER, YEAR = "month", "quarter", "year"
MONTHS_IN = {MONTH: 1, QUARTER: 3, YEAR: 12}
NAME = re.compile(r"(?P<year>(?!0000)[0-9]{4})(?:-(?:Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2])))?")
# Patterns of a folder's name, for Path.glob; some of what they find is no span, such as 2023-13.
GLOBS = ("[0-9][0-9][0-9][0-9]", "[0-9][0-9][0-9][0-9]-[0-9][0-9]", "[0-9][0-9][0-9][0-9]-Q[1-4]")


class Span(NamedTuple):
    """A month, a quarter or a year.

    name  : ``2023-11``, ``2023-Q4`` or ``2023``
    kind  : MONTH, QUARTER or YEAR
    first, last : its days, both included
    """

    name: str
    kind: str
    first: date
    last: date

    @property
    def number(self) -> int:
        """Which of its year: 1 to 12 of a month, 1 to 4 of a quarter, 1 of a year."""
        return (self.first.month - 1) // MONTHS_IN[self.kind] + 1

    @property
    def previous(self) -> "Span":
        """The one of the same kind before it."""
        day = self.first - timedelta(days=1)
        return _of(self.kind, day.year, (day.month - 1) // MONTHS_IN[self.kind] + 1)

    def is_closed(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.last < today

    def holds(self, cutoff: str) -> bool:
        """Whether the cut-off, an ISO day, lies within."""
        return str(self.first) <= cutoff <= str(self.last)


def span(text: str) -> Span:
    """``"2023-11"``, ``"2023-Q4"`` or ``"2023"`` => the span. Raises ValueError that says how one is written."""
    found = NAME.fullmatch(text)
    if not found:
        raise ValueError(f"period {text!r}: expected a month, a quarter or a year: 2023-11, 2023-Q4, 2023")
    kind = next((kind for kind in (QUARTER, MONTH) if found[kind]), YEAR)
    return _of(kind, int(found["year"]), int(found[kind]) if kind != YEAR else 1)


def is_span(text: str) -> bool:
    """Whether the text names a span, as ``span`` reads it."""
    return NAME.fullmatch(text) is not None


def _of(kind: str, year: int, number: int) -> Span:
    months = MONTHS_IN[kind]
    first = date(year, months * (number - 1) + 1, 1)
    following = first.month + months
    after = date(year + 1, 1, 1) if following > 12 else date(year, following, 1)
    name = {MONTH: f"{year:04d}-{number:02d}", QUARTER: f"{year:04d}-Q{number}", YEAR: f"{year:04d}"}[kind]
    return Span(name, kind, first, after - timedelta(days=1))
