"""Indexes of generated weeks, and what they are made of."""

import functools

import numpy as np
import pandas as pd

from analysis.report import indexpage
from support.district import CONTROL, in_force, week, words

AREA, REAL = "cho-moi", "2023-12-04"
DAYS = [str(day.date()) for day in pd.date_range("2023-01-02", periods=60, freq="7D")]  # to 19 February 2024
FILES = ("report.html", "report.docx", "appendix.xlsx")


def totals_of(days: list[str], units: dict[str, str] | None = None, control: bool = True) -> pd.DataFrame:
    """Generated weeks as ``indexpage.read`` gives them: 18 units, or ``units`` (name by code), and the area's own row.

    Every week unit n has 50 + n + 0.1 × week, the area 55 + 0.1 × week; a change is 0.1, and none with a new year.
    """
    names = units or dict(week()["units"][["unit_code", "unit_name"]].to_numpy())
    rows = []
    for number, day in enumerate(days):
        change = 0.1 if number and days[number - 1][:4] == day[:4] else np.nan
        if control:
            rows.append((day, CONTROL, "huyện Chợ Mới", 55 + 0.1 * number, np.nan, np.nan, change))
        for n, (code, name) in enumerate(names.items()):
            rows.append((day, code, name, 50 + n + 0.1 * number, len(names) - n, "commune", change))
    columns = ["cutoff", "unit_code", "unit_name", "total", "rank", "kind", "change"]
    frame = pd.DataFrame(rows, columns=columns)
    since = frame["cutoff"].str[:4] + "-01-01"
    return frame.assign(
        band="Trung bình",
        revision=1.0,
        corrected=False,
        carried_by="",
        since=since,
        place=float("nan"),
        of=float("nan"),
    )


def listed(days: list[str], revised: dict[str, int] | None = None) -> list[indexpage.Published]:
    """The weeks with all their files; revised : revision by cut-off. In the third week two units' pages failed."""
    weeks = []
    for day in days:
        revision = (revised or {}).get(day, 1)
        names = [*FILES, *(f"r{number}/report.html" for number in range(1, revision))]
        failed = 2 if day == DAYS[2] else 0
        weeks.append(indexpage.Published(day, revision, tuple(f"{day}/{name}" for name in names), failed))
    return weeks


@functools.cache
def made(lang: str = "vi", first: int = 0) -> str:
    """The index of sixty weeks of two years: one corrected twice, one whose table cannot be read, one without a total.

    The page that is looked at in a browser.  first : its first week, at most 40
    """
    lost, without = DAYS[50], DAYS[48]
    days = DAYS[first:]
    totals = totals_of(days)
    totals = totals[(totals["cutoff"] != lost) & ~((totals["cutoff"] == without) & (totals["unit_code"] == CONTROL))]
    return indexpage.build_index(listed(days, {DAYS[40]: 3}), totals, in_force(), words(lang), up=True)
