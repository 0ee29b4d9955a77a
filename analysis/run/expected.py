"""The table that has not come: which cut-off an area's office should have delivered by now, and what lies nearby.

``[expected]`` of area.toml says the rhythm. Nothing is expected of an area without it.
"""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple

from analysis.config import departments, files, periods
from analysis.config.files import ConfigError
from analysis.config.rhythm import day_of, working_day
from analysis.config.wording import Wording
from analysis.weeks import paths, store

LOOKED_BACK = 6  # expected cut-offs, our choice: more than holidays can hide
MOST_NAMED = 5  # files, our choice


class Missed(NamedTuple):
    """An expected cut-off without a table, since when it is missed, and files that may be that table."""

    cutoff: date
    since: datetime
    near: list[str]


def missed(home: Path, area: str, now: datetime) -> Missed | None:
    """The latest expected cut-off whose table should be there and is not. Raises ConfigError.

    A table counts for the expected day that it lies nearest to: an office that closes on a Tuesday after a holiday has
    delivered Monday's table.
    """
    if (rhythm := _rhythm(home, area)) is None:
        return None
    off = {periods.cutoff(day) for day in rhythm["days_off"]}
    expected = _expected(rhythm, now.date())
    for cutoff, following in zip(expected[1:], expected, strict=False):
        first = working_day(cutoff, 0, off)
        if first >= following:  # days off from one cut-off to the next: there is no table
            continue
        since = datetime.combine(working_day(cutoff, rhythm["days_later"], off), time(rhythm["hour"]))
        if since <= now:
            reach = (following - cutoff).days // 2
            there = any(abs((day - cutoff).days) <= reach for day in _delivered(home, area))
            return None if there else Missed(cutoff, since, _near(home, area, cutoff))
    return None


def say(missing: Missed, area: str, words: Wording) -> str:
    """The sentence about a table that has not come."""
    about = {"area": area, "cutoff": str(missing.cutoff), "since": f"{missing.since:%H:%M %d/%m/%Y}"}
    said = words.say("run.table_missed", **about)
    return f"{said} {words.say('run.table_near', names=words.listed(missing.near))}" if missing.near else said


def _rhythm(home: Path, area: str) -> dict | None:
    """The values of [expected] of area.toml, else of defaults.toml; None where nothing is expected.

    They are read here and not by ``rules.load``, whose tables (pandas) a call without news does not wait for.
    """
    shown, says = f"config/{area}/{files.AREA}", {}
    for name in (f"config/{files.DEFAULTS}", shown):
        held = files.parse_toml(files.read(home / name, name) or b"", name).get("expected", {})
        says = says | held if isinstance(held, dict) else {"expected": held}
    if not says.keys() - {"days_off"}:
        return None
    from analysis.config import area as model
    from analysis.config import schema

    values, faults, _ = schema.check(model.Expected, [schema.Layer(f"{shown} [expected]", says)])
    if not faults and bool(values["weekday"]) == bool(values["day"]):
        faults = [f"{shown} [expected]: expected either weekday, of weekly tables, or day, of monthly ones"]
    if faults:
        raise ConfigError("\n".join(faults))
    return values


def _expected(rhythm: dict, today: date) -> list[date]:
    """The expected cut-offs, newest first: the one after today, and some before."""
    if rhythm["weekday"]:
        ahead = (files.WEEKDAYS.index(rhythm["weekday"]) - today.weekday() - 1) % 7 + 1
        return [today + timedelta(days=ahead - 7 * count) for count in range(LOOKED_BACK)]
    months = [today.year * 12 + today.month - 1 + count for count in range(1, -LOOKED_BACK, -1)]
    days = [day_of(month // 12, month % 12 + 1, rhythm["day"]) for month in months]
    return days[1:] if days[1] > today else days


def _delivered(home: Path, area: str) -> list[date]:
    """The cut-offs that have a table or are published."""
    days = []
    for day in {*paths.raw_days(home, area), *store.published(home, area)}:
        try:
            days.append(periods.cutoff(day))
        except ValueError:  # told by ``due.make_weeks``
            continue
    return days


def _near(home: Path, area: str, cutoff: date) -> list[str]:
    """Files that may be the table: misnamed ones of the area, and of the day or the area in a wrong folder."""
    raw, areas = home / "data" / "raw", files.areas(home)
    found = [raw / area / name for name in paths.misnamed_raw(home, area)]
    for path in sorted(raw.glob("*")) + sorted(raw.glob("*/*")):
        if path.parent == raw / area or not path.is_file() or paths.STRAY.fullmatch(path.name):
            continue
        days, is_nowhere = periods.days_in(path.stem), path.parent.name not in areas
        names_area = f"-{area}-" in f"-{departments.find_code(path.stem)}-"
        if (cutoff in days and (is_nowhere or names_area)) or (names_area and not days):
            found.append(path)
    return [path.relative_to(home).as_posix() for path in found[:MOST_NAMED]]
