"""Why an ask ends although nobody met it: what it was about is not there any more, or was never so.

Pure functions; the codes stand in the note of the ask. docs/method.md §14.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from analysis.method.asked import BAND, FELL, SIGNAL, TARGET, TOTAL
from analysis.method.signals import STANDS_AT_MOST

MERGED, GONE, YEAR, RULE, CORRECTED, BASELINE, OFFICE = (
    *("merged", "gone", "year", "rule", "corrected", "baseline", "office"),
)


@dataclass(frozen=True)
class Breaks:
    """What has ended by a cut-off, with the days, ISO; an empty day: it never changed.

    units      : the codes of this week's units
    begun      : by unit_code, the newest day on which the code began to stand for another unit
    heirs      : by unit_code, the code that a unit which is not there any more went into
    year       : the first day of the year, where a year begins new totals
    totals     : the newest day on which the rules of totals changed;  bands : on which the limits of bands did
    reading    : the newest day on which our reading of any indicator's points changed
    indicators : by indicator, the newest day on which its own row changed
    rebase     : known steps: cutoff, unit_code ("": all), indicator ("": all)
    """

    units: Collection[str] = ()
    begun: Mapping[str, str] = field(default_factory=dict)
    heirs: Mapping[str, str] = field(default_factory=dict)
    year: str = ""
    totals: str = ""
    bands: str = ""
    reading: str = ""
    indicators: Mapping[str, str] = field(default_factory=dict)
    rebase: Sequence[Mapping[str, str]] = ()


def find_ending(kind: str, unit: str, indicator: str, opened: str, cutoff: str, breaks: Breaks) -> str:
    """The code of the first reason that fits, from MERGED to RULE or BASELINE; "": the ask goes on.

    opened : the cut-off at which the ask was opened: what changed on that day, it knows of
    """
    if kind != TARGET and (ending := find_unit_ending(unit, opened, breaks)):
        return ending
    if kind in (BAND, FELL) or indicator == TOTAL:
        if breaks.year > opened:
            return YEAR
        changed = [breaks.totals]
        changed += [breaks.bands] if kind == BAND else []
        changed += [breaks.reading] if indicator != TOTAL else []
        return RULE if max(changed) > opened else ""
    if breaks.indicators.get(indicator, "") > opened:
        return RULE
    if kind == SIGNAL and _has_new_baseline(unit, indicator, opened, cutoff, breaks.rebase):
        return BASELINE
    return ""


def find_unit_ending(unit: str, opened: str, breaks: Breaks) -> str:
    """MERGED or GONE, where the unit is not the one any more that was asked; else ""."""
    if unit not in breaks.units:
        return f"{MERGED}:{breaks.heirs[unit]}" if unit in breaks.heirs else GONE
    return f"{MERGED}:{unit}" if breaks.begun.get(unit, "") > opened else ""


def _has_new_baseline(unit: str, indicator: str, opened: str, cutoff: str, rebase: Sequence[Mapping[str, str]]) -> bool:
    return any(
        opened < step["cutoff"] <= cutoff and step["unit_code"] in ("", unit) and step["indicator"] in ("", indicator)
        for step in rebase
    )


def has_outlasted(opened: str, cutoff: str) -> bool:
    """Whether a signal that began with the ask ended only because its level has become the usual one."""
    return date.fromisoformat(cutoff) - date.fromisoformat(opened) >= timedelta(days=STANDS_AT_MOST)
