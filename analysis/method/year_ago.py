"""The same week a year ago. Figures accumulate from the year's beginning, so it is the fair one to compare with."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import pandas as pd

NEAR = 3  # our choice: days that the cut-off then may lie from the same day of the year before
COLUMNS = ["unit_code", "year_ago_cutoff", "total", "year_ago_total", "change", "reason"]


def find_cutoff(cutoff: str, published: Iterable[str]) -> str:
    """The published cut-off nearest to the same day a year ago, within NEAR days; "" where there is none.

    Of two that are equally near the earlier one; of 29 February the same day is 28 February. All days are ISO.
    """
    same = _a_year_before(cutoff)
    far = {each: abs((date.fromisoformat(each) - same).days) for each in published}
    return min((each for each in far if far[each] <= NEAR), key=lambda each: (far[each], each), default="")


def find_earliest(cutoff: str) -> str:
    """The earliest day, ISO, that ``find_cutoff`` may find."""
    return str(_a_year_before(cutoff) - timedelta(days=NEAR))


def _a_year_before(cutoff: str) -> date:
    day = date.fromisoformat(cutoff)
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def compare_year_ago(
    scores: pd.DataFrame, past: pd.DataFrame, cutoff: str, begun: Mapping[str, str], changed: Iterable[str]
) -> pd.DataFrame:
    """Each total beside that of the same week a year ago; no rows where no such week is published.

    scores  : unit_code, total
    past    : cutoff, unit_code, total, carried_by of earlier weeks, as ``history.load`` returns them
    begun   : the day, ISO, on which a code began to stand for this unit, by unit_code
    changed : the days, ISO, on which the rules of totals, the bands, or what the index's figures earn came to be others
    Returns : COLUMNS, in the order of ``scores``. change is NaN where ``reason`` says why: no_total now, new_rules or
              new_unit since then, no_previous then
    """
    published = past[past["carried_by"] == ""]
    then = find_cutoff(cutoff, published["cutoff"].unique())
    if not then:
        return pd.DataFrame(columns=COLUMNS)
    totals = published[published["cutoff"] == then].set_index("unit_code")["total"]
    is_changed = any(then < day <= cutoff for day in changed)
    rows = []
    for code, total in zip(scores["unit_code"], scores["total"], strict=True):
        before = totals.get(code, float("nan"))
        reason = ""
        if pd.isna(total):
            reason = "no_total"
        elif is_changed:
            reason = "new_rules"
        elif begun.get(code, "") > then:
            reason = "new_unit"
        elif pd.isna(before):
            reason = "no_previous"
        change = float("nan") if reason else round(total - before, 6)
        rows.append((code, then, total, before, change, reason))
    return pd.DataFrame(rows, columns=COLUMNS)
