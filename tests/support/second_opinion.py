"""A second opinion: the tables of a week once more, from its raw figures, by docs/method.md and docs/tables.md alone.

Nothing of the product is imported, and no pandas: what both arrive at was reasoned twice. A week is read from the CSV
files that it was published with, the rules from those of config/; each function answers with one table, as
{key of the row: {column: cell}}. A missing number is NaN, a missing text "".
"""

import csv
import functools
import itertools
import math
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

NAN = math.nan
REST, CHANGE, TOTAL, BEFORE = "NOT_ITEMISED", "CHANGE", "TOTAL", "PREVIOUS_TOTAL"
# The settings whose keys are codes: an area has them whole, or not at all.
OF_CODES = ("targets", "marks_below", "at_most", "responsible", "rebase")


def once(tell):
    """The table, which is told of a week or of a history, is computed once."""

    @functools.wraps(tell)
    def told(of, *rest):
        if tell.__name__ not in of.told:
            of.told[tell.__name__] = tell(of, *rest)
        return of.told[tell.__name__]

    return told


# -- what is read ----------------------------------------------------------------------------------------------------


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def number(text: str) -> float:
    return float(text) if text else NAN


@dataclass(frozen=True)
class Figure:
    """One cell of a delivered table."""

    value: float
    numerator: float
    denominator: float
    published: float

    @property
    def is_counted(self) -> bool:
        return not (math.isnan(self.numerator) or math.isnan(self.denominator))

    @property
    def rate(self) -> float:
        """Percent; from the counts where there are any."""
        if not self.is_counted:
            return self.value if math.isnan(self.denominator) else NAN
        return 100 * self.numerator / self.denominator if self.denominator else NAN


@dataclass(frozen=True)
class Week:
    """A week as delivered; cells by unit and indicator, kinds of the units (the area's own row is none of them)."""

    day: str
    cells: dict[tuple[str, str], Figure]
    kinds: dict[str, str]
    names: dict[str, str]
    dated: str  # the cut-off that the table names as that of its previous totals; "": none
    revision: int
    corrected: frozenset[str]  # units whose total was changed after publication
    told: dict = field(default_factory=dict)

    def __getitem__(self, key: tuple[str, str]) -> Figure:
        return self.cells.get(key, Figure(NAN, NAN, NAN, NAN))

    def totals(self, name: str = TOTAL) -> dict[str, float]:
        return {unit: cell.value for (unit, each), cell in self.cells.items() if each == name and known(cell.value)}

    @functools.cached_property
    def units(self) -> list[str]:
        """All rows of the table, the area's own included, that have a total column."""
        return list(dict.fromkeys(unit for unit, _ in self.cells))


def read_week(folder: Path) -> Week:
    day, cells, names = folder.name, {}, {}
    for row in read_csv(folder / "measurements.csv"):
        figures = (row[name] for name in ("value", "numerator", "denominator", "published_points"))
        cells[row["unit_code"], row["indicator"]] = Figure(*map(number, figures))
        names[row["unit_code"]] = row["unit_name"]
    kinds = {row["unit_code"]: row["kind"] for row in read_csv(folder / "units.csv")}
    dated = max((row["previous_cutoff"] for row in read_csv(folder / "source.csv")), default="")
    older = [path for path in folder.glob("r[0-9]*") if path.is_dir()]
    changed = [row for path in (*older, folder) for row in read_csv(path / "corrections.csv")]
    corrected = frozenset(row["unit_code"] for row in changed if row["indicator"] == TOTAL)
    return Week(day, cells, kinds, names, dated, 1 + len(older), corrected)


@dataclass(frozen=True)
class Rules:
    """What holds on a day: the settings of the area and the rows of the index."""

    settings: dict
    indicators: dict[str, dict[str, str]]
    groups: dict[str, float]  # their maximum
    bands: list[tuple[float, str]]  # from the highest
    registry: list[dict[str, str]]
    decimals: dict[str, int]  # that a column is printed with
    changed: list[str]  # days on which groups, bands or indicators of the area changed
    tasks: list[dict[str, str]] = ()  # in force

    @property
    def earning(self) -> dict[str, dict[str, str]]:
        return {name: each for name, each in self.indicators.items() if each["rule"] != "none"}

    @property
    def flows(self) -> list[str]:
        return [name for name, each in self.indicators.items() if each["nature"] == "flow"]

    @property
    def accumulates(self) -> str:
        return self.settings.get("period", {}).get("accumulates") or self.settings["index"]["accumulates"]

    @property
    def area(self) -> str:
        return self.settings["code"]


def read_rules(config: Path, area: str, day: str) -> Rules:
    settings = tomllib.loads((config / "defaults.toml").read_text("utf-8-sig"))
    for key, value in tomllib.loads((config / area / "area.toml").read_text("utf-8-sig")).items():
        merged = isinstance(value, dict) and key not in OF_CODES
        settings[key] = settings.get(key, {}) | value if merged else value
    tables = {name: read_csv(config / "index-766" / f"{name}.csv") for name in ("groups", "bands", "indicators")}
    tables["indicators"] = [row for row in tables["indicators"] if row["scope"] == settings["scope"]]
    held = {name: [row for row in rows if holds(row, day)] for name, rows in tables.items()}
    bands = sorted(((float(row["from_points"]), row["band"]) for row in held["bands"]), reverse=True)
    registry = config / area / "units.csv"
    return Rules(
        settings,
        {row["indicator"]: row for row in held["indicators"]},
        {row["group"]: float(row["max_points"]) for row in held["groups"]},
        bands,
        read_csv(registry) if settings["units"] == "units.csv" else [],
        {row["field"]: int(row["decimals"]) for row in read_csv(config / area / "columns.csv") if row["decimals"]},
        sorted({row["valid_from"] for rows in tables.values() for row in rows}),
        [row for row in read_csv(tasks) if holds(row, day)] if (tasks := config / area / "tasks.csv").is_file() else [],
    )


def holds(row: dict[str, str], day: str) -> bool:
    return row["valid_from"] <= day <= (row["valid_to"] or "9999")


# -- small things ----------------------------------------------------------------------------------------------------


def known(value: float) -> bool:
    return not math.isnan(value)


def clean(value: float) -> float:
    """Figures of two decimals differ by noise of the machine: 0.1 + 0.2 - 0.3 is 0."""
    return round(value, 9)


def median_and_mad(values: list[float]) -> tuple[float, float]:
    held = np.array([value for value in values if known(value)])
    if not held.size:
        return NAN, NAN
    middle = np.median(held)
    return float(middle), clean(float(np.median(np.abs(held - middle))))


def places(totals: dict[str, float], kinds: dict[str, str]) -> dict[str, float]:
    """1 and the number of those of the same kind that have more."""
    return {
        unit: 1.0 + sum(other > total for each, other in totals.items() if kinds.get(each) == kinds[unit])
        for unit, total in totals.items()
        if unit in kinds
    }


# -- points, bands, places -------------------------------------------------------------------------------------------


def earned(rule: dict[str, str], cell: Figure) -> tuple[float, str]:
    """Points of one indicator and where they come from (sections 2 and 8)."""
    most = float(rule["max_points"])
    if cell.is_counted and cell.denominator == 0:
        if rule["if_no_cases"] in ("full", "zero"):
            return most if rule["if_no_cases"] == "full" else 0.0, "computed"
        return 0.0, "not assessed"
    if not known(cell.rate):
        return NAN, "missing"
    full = float(rule["full_at_pct"] or 100)
    return most * (min(cell.rate, full) if rule["rule"] == "capped" else cell.rate) / full, "computed"


@once
def points(week: Week, rules: Rules) -> dict:
    told = {}
    for unit in week.units:
        for group, most in rules.groups.items():
            parts = {name: each for name, each in rules.earning.items() if each["group"] == group}
            sums, printed = [], 0.0
            for name, rule in parts.items():
                if (unit, name) not in week.cells:
                    continue
                cell = week[unit, name]
                its, status = earned(rule, cell)
                shown = NAN if status == "not assessed" else its
                told[unit, group, name] = row(
                    points=shown, max_points=float(rule["max_points"]), published_points=cell.published, status=status
                )
                sums.append(its)
                printed += float(rule["max_points"])
            published = week[unit, group].published
            own, status = NAN, "missing"
            if known(published):
                own, status = published, "published"
            if math.isclose(printed, most) and all(map(known, sums)):
                own, status = sum(sums), "computed"
            told[unit, group, ""] = row(points=own, max_points=most, published_points=published, status=status)
    return told


def row(**cells: float | str | bool) -> dict:
    return cells


def counted_parts(of_points: dict, unit: str) -> dict[tuple[str, str], float]:
    """The parts of a unit's total: groups whose points are known, else the indicators that are printed of them."""
    its = {(group, name): each["points"] for (code, group, name), each in of_points.items() if code == unit}
    whole = {group for (group, name), value in its.items() if not name and known(value)}
    return {
        (group, name): value
        for (group, name), value in its.items()
        if (known(value) or name) and (group in whole) == (not name)
    }


@once
def scores(week: Week, rules: Rules) -> dict:
    of_points, totals = points(week, rules), week.totals()
    place = places(totals, week.kinds)
    told = {}
    for unit in week.units:
        total, parts = totals.get(unit, NAN), counted_parts(of_points, unit)
        computed = sum(parts.values()) if parts else NAN
        band = next((name for least, name in rules.bands if total >= least), "")
        told[(unit,)] = row(
            unit_name=week.names[unit],
            total=total,
            computed_total=computed,
            not_itemised=round(total - computed, 6),
            band=band,
            rank=place.get(unit, NAN),
        )
    return told


def with_sums(week: Week, rules: Rules) -> Week:
    """The week with the totals that no table prints: where the area says so, the sum of the groups as printed."""
    if rules.settings.get("total") != "computed":
        return week
    cells = dict(week.cells)
    for unit in week.units:
        printed = [week[unit, group].published for group in rules.groups]
        if all(map(known, printed)):
            cells[unit, TOTAL] = Figure(half_up(sum(printed)), NAN, NAN, NAN)
    return replace(week, cells=cells, told={})


def reconciliation(week: Week, rules: Rules) -> dict:
    """Each figure that is both computed and published; sums are of the rounded parts, as the portal adds them."""
    told = {}
    of_points, totals = points(week, rules), week.totals()
    for unit in week.units:
        sums = {}
        for group in rules.groups:
            its = {name: each for (code, its, name), each in of_points.items() if (code, its) == (unit, group)}
            own = its.pop("")
            sums[group] = own["points"]
            rounded = {name: half_up(each["points"]) for name, each in its.items() if each["status"] == "computed"}
            for name, value in rounded.items():
                if known(its[name]["published_points"]):
                    told[unit, group, name] = compared(value, its[name]["published_points"], 0.01)
            if own["status"] == "computed":
                sums[group] = sum(rounded.values())
                if known(own["published_points"]):
                    told[unit, group, ""] = compared(half_up(sums[group]), own["published_points"], 0.02)
        is_printed = rules.settings.get("total") != "computed"
        if is_printed and unit in totals and all(map(known, sums.values())):
            told[unit, "", TOTAL] = compared(half_up(sum(sums.values())), totals[unit], 0.02)
    return told


def half_up(value: float) -> float:
    return math.floor(value * 100 + 0.5 + 1e-7) / 100


def compared(computed: float, published: float, within: float) -> dict:
    difference = clean(published - computed)
    return row(computed=computed, published=published, difference=difference, agrees=abs(difference) <= within + 1e-9)


# -- the week before -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class History:
    """What is known when a week is made: the weeks published before it, itself, and where it is made again a later one."""

    week: Week
    past: list[Week]  # by cut-off
    rules: Rules
    rules_on: dict[str, Rules]
    later: Week | None = None
    units: list[str] = ()  # those that the area has now, and itself
    ledgers: dict = field(default_factory=dict)  # of all weeks, as they were thought here, by cut-off
    replies: dict = field(default_factory=dict)  # what was typed, by cut-off: rows of files, each with its file and row
    forms: dict = field(default_factory=dict)  # by unit, when it was sent one
    told: dict = field(default_factory=dict)

    def since(self, day: str, unit: str) -> str:
        """The day on which the series of a unit began that a cut-off belongs to (section 9, Series)."""
        days = [f"{day[:4]}-01-01", *self.rules.changed, *self.began(unit, day)]
        return max(each for each in days if each <= day)

    def began(self, unit: str, day: str) -> list[str]:
        if self.rules.registry:
            return founded(self.rules.registry, unit)
        named = [(each.day, each.names[unit]) for each in (*self.past, self.week) if unit in each.names]
        return [
            now
            for (then, old), (now, new) in itertools.pairwise(named)
            if old.casefold() != new.casefold() and then[:4] == now[:4]
        ]

    @property
    def published(self) -> dict[str, Week]:
        return {each.day: each for each in self.past}

    @property
    def watched(self) -> list[Week]:
        """The weeks from which signals learn."""
        return [*self.past[-self.rules.settings["signal"]["cutoffs"] :], self.week]


def founded(registry: list[dict[str, str]], unit: str) -> list[str]:
    """When a code began to mean this unit: not where it only got another name or type, but where others joined it."""
    told = []
    for each in (each for each in registry if each["code"] == unit):
        day_before = str(date.fromisoformat(each["valid_from"]) - timedelta(days=1))
        ended = [other for other in registry if other["valid_to"] == day_before]
        joined = any(other["code"] != unit and other["successor_code"] == unit for other in ended)
        if joined or unit not in {other["code"] for other in ended}:
            told.append(each["valid_from"])
    return told


@once
def previous_totals(history: History) -> tuple[str, dict[str, float]]:
    """The cut-off compared with, and its totals as the table carries them, else as they were published."""
    week, published = history.week, history.published
    carried = week.totals(BEFORE)
    if not carried:
        newest = max(published, default="")
        return newest, published[newest].totals() if newest else {}
    if week.dated:
        return week.dated, carried
    for day in sorted(published, reverse=True):
        theirs = published[day].totals()
        same = sum(clean(theirs.get(unit, NAN) - total) == 0 for unit, total in carried.items())
        if 2 * same > len(carried):
            return day, carried
    a_week_ago = str(date.fromisoformat(week.day) - timedelta(days=7))
    newest = max(published, default="")
    return (newest if newest >= a_week_ago else a_week_ago), carried


def reason(history: History, unit: str) -> str:
    """Why a total is not compared; "": it is."""
    day, before = previous_totals(history)
    now = history.week.day
    if unit not in history.week.totals():
        return "no_total"
    if unit not in before or not day:
        return "no_previous"
    if day[:4] != now[:4]:
        return "new_year"
    if any(day < changed <= now for changed in history.rules.changed):
        return "new_rules"
    return "new_unit" if history.since(now, unit) > day else ""


@once
def contributions(history: History) -> dict:
    day, before = previous_totals(history)
    earlier = history.published.get(day)
    if earlier is None:
        return {}
    now, then = points(history.week, history.rules), points(earlier, history.rules_on[day])
    totals, told = history.week.totals(), {}
    for unit in history.week.units:
        if reason(history, unit) or unit not in earlier.units:
            continue
        ours, theirs = counted_parts(now, unit), counted_parts(then, unit)
        both = [part for part in ours if part in theirs and known(ours[part]) and known(theirs[part])]
        if not both:
            continue
        for part in both:
            told[unit, *part] = row(
                points=ours[part], previous_points=theirs[part], contribution=round(ours[part] - theirs[part], 6)
            )
        rest, rest_before = (
            round(totals[unit] - sum(ours[part] for part in both), 6),
            round(before[unit] - sum(theirs[part] for part in both), 6),
        )
        if rest or rest_before:
            told[unit, "", REST] = row(
                points=rest, previous_points=rest_before, contribution=round(rest - rest_before, 6)
            )
    return told


@once
def changes(history: History) -> dict:
    day, before = previous_totals(history)
    parts, totals = contributions(history), history.week.totals()
    place, published = places(totals, history.week.kinds), history.published.get(day)
    place_before = places(published.totals(), published.kinds) if published else places(before, history.week.kinds)
    told = {}
    for unit in history.week.units:
        total = totals.get(unit, NAN)
        held = unit in before and bool(day) and history.since(history.week.day, unit) <= day
        then = before[unit] if held else NAN
        rank, rank_before = place.get(unit, NAN), place_before.get(unit, NAN) if held else NAN
        its = [each["contribution"] for (code, _, name), each in parts.items() if code == unit and name != REST]
        change = clean(total - then)
        explained = sum(its) if its else NAN
        told[(unit,)] = row(
            unit_name=history.week.names[unit],
            total=total,
            previous_total=then,
            change=change,
            rank=rank,
            previous_rank=rank_before,
            rank_move=rank_before - rank,
            explained_change=explained,
            unexplained_change=change - explained,
            previous_cutoff=day,
        )
    return told


def figure_changes(history: History) -> dict:
    """Each figure of a unit without a total, beside the one before."""
    (day, _), told, week = previous_totals(history), {}, history.week
    totals = week.totals()
    for (unit, name), cell in week.cells.items():
        if unit in totals or name in (TOTAL, BEFORE, "CHANGE") or day not in history.published:
            continue
        then = history.published[day][unit, name]
        now, then = (each.value if known(each.value) else each.published for each in (cell, then))
        if known(now) and known(then) and history.since(week.day, unit) <= day:
            told[unit, name] = row(value=now, previous_value=then, change=clean(now - then))
    return told


# -- moves, blocks, peers --------------------------------------------------------------------------------------------


def carriers_of(history: History, day: str) -> tuple[str, dict[str, float]]:
    """Of a cut-off that is not published: the newest table that says it carries its totals, and these."""
    tables = [week for week in (*history.past, history.week) if week.dated == day and week.totals(BEFORE)]
    return (tables[-1].day, tables[-1].totals(BEFORE)) if tables else ("", {})


@once
def course(history: History) -> dict:
    """Every known total of the newest cut-offs: published, or carried by a later table."""
    weeks = {each.day: each for each in (*history.past, history.week)}
    others = {each.dated for each in weeks.values() if each.dated and each.totals(BEFORE)} - weeks.keys()
    told = {}
    for day in sorted(weeks.keys() | others)[-history.rules.settings["trend"]["shown_cutoffs"] :]:
        if day in weeks:
            week, its = weeks[day], scores(weeks[day], history.rules_on[day])
            for (unit,), each in its.items():
                held = {name: each[name] for name in ("unit_name", "total", "rank", "band")}
                new = row(revision=float(week.revision), corrected=unit in week.corrected, carried_by="")
                told[day, unit] = held | new | row(since=history.since(day, unit))
            continue
        for week in (each for each in weeks.values() if each.dated == day):  # a later table replaces an earlier one
            for unit, total in week.totals(BEFORE).items():
                new = row(unit_name=week.names[unit], total=total, rank=NAN, band="", revision=NAN, corrected=False)
                told[day, unit] = new | row(carried_by=week.day, since=history.since(day, unit))
    return told


def carried(history: History) -> dict:
    """Where a table carries another total of a published week than it was published with."""
    day, _ = previous_totals(history)
    published, told = history.published | {history.week.day: history.week}, {}
    tables = [(history.week, day)]
    if history.later:
        its = History(history.later, [*history.past, history.week], history.rules, history.rules_on)
        tables.append((history.later, previous_totals(its)[0]))
    for week, before in tables:
        theirs = published[before].totals() if before in published else {}
        for unit, total in week.totals(BEFORE).items():
            if unit in theirs and clean(theirs[unit] - total):
                told[unit, week.day] = row(carried=total, published=theirs[unit])
    return told


def streak(history: History, unit: str) -> float:
    """Rises or falls in a row, the told change included; with its sign."""
    change = changes(history)[(unit,)]["change"]
    if not known(change):
        return NAN
    sign, count = np.sign(change), 1
    if not sign:
        return 0.0
    day, _ = previous_totals(history)
    series = history.since(history.week.day, unit)
    its = [
        each["total"]
        for (when, code), each in sorted(course(history).items())
        if code == unit and when <= day and each["since"] == series and known(each["total"])
    ]
    for then, now in reversed(list(itertools.pairwise(its))):
        if np.sign(clean(now - then)) != sign:
            break
        count += 1
    return float(sign * count)


@once
def moves(history: History) -> dict:
    least, most = (history.rules.settings["move"][name] for name in ("least_points", "sigmas"))
    kinds, told = history.week.kinds, {}
    its = {(unit, CHANGE): each["change"] for (unit,), each in changes(history).items()}
    its |= {(unit, name or group): each["contribution"] for (unit, group, name), each in contributions(history).items()}
    others = defaultdict(list)
    for (unit, name), move in its.items():
        if unit in kinds and known(move):
            others[kinds[unit], name].append(move)
    usual = {}
    for alike, same in others.items():
        middle, _ = median_and_mad(same) if len(same) >= 3 else (NAN, NAN)
        spread = float(np.median([abs(np.round(other - middle, 6)) for other in same])) if known(middle) else NAN
        usual[alike] = middle, spread
    for (unit, name), move in its.items():
        middle, spread = usual.get((kinds.get(unit), name), (NAN, NAN))
        away = float(np.round(move - middle, 6))
        sigmas = away / (1.4826 * spread) if spread else NAN
        marked = unit in kinds and known(move) and abs(move if math.isnan(middle) else away) >= least
        if marked and known(middle) and spread:
            marked = abs(sigmas) >= most
        told[unit, name] = row(
            move=move,
            median=middle,
            sigmas=sigmas,
            marked=bool(marked),
            streak=streak(history, unit) if name == CHANGE else NAN,
            reason=reason(history, unit) if name == CHANGE else "",
        )
    return told


@once
def peers(week: Week, rules: Rules) -> dict:
    least, beyond = rules.settings["peer"]["least_units"], rules.settings["peer"]["beyond"]
    figures = {}
    for unit in week.kinds:
        for name in rules.indicators:
            if rules.indicators[name]["unit"] == "percent":
                figures[unit, name] = week[unit, name].rate
        for group in rules.groups:
            if known(week[unit, group].published):
                figures[unit, group] = week[unit, group].published
        figures[unit, REST] = scores(week, rules)[(unit,)]["not_itemised"]
    told, others = {}, defaultdict(list)
    for (unit, name), value in figures.items():
        if known(value):
            others[week.kinds[unit], name].append(value)
    spreads = {key: median_and_mad(its) if len(its) >= least else (NAN, 0.0) for key, its in others.items()}
    for (unit, name), value in figures.items():
        middle, spread = spreads.get((week.kinds[unit], name), (NAN, 0.0))
        if not known(value) or spread <= 0.005:  # all the same, but for rounding
            continue
        gap = clean(value - middle)
        deviation = 0.6745 * gap / spread
        told[unit, name] = row(
            value=value, median=middle, gap=gap, deviation=deviation, outlier=bool(abs(deviation) > beyond)
        )
    return told


@once
def steps(history: History) -> dict:
    settings, told = history.rules.settings["step"], {}
    group, size = settings["group"], settings["size_points"]
    parts, moved, among = contributions(history), changes(history), peers(history.week, history.rules)
    printed = group in {
        name
        for (_, name, each), its in points(history.week, history.rules).items()
        if not each and known(its["points"])
    }
    for unit in history.week.kinds:
        looked = [
            (group, parts.get((unit, group, ""), {}).get("contribution", NAN), "group_tolerance_points"),
            (
                REST,
                parts.get((unit, "", REST), {}).get("contribution", NAN) if not printed else NAN,
                "tolerance_points",
            ),
            (CHANGE, moved.get((unit,), {}).get("change", NAN), "tolerance_points"),
        ]
        name, move, tolerance = next((each for each in looked if known(each[1])), ("", NAN, ""))
        if known(move):
            blocks = size * round(move / size)
            if blocks and abs(move - blocks) <= settings[tolerance] + 1e-9:
                told[unit, "before"] = row(indicator=name, points=move, blocks=float(blocks))
        level = among.get((unit, REST))
        if level and level["outlier"] and level["gap"] < 0 and not printed:
            blocks = size * round(level["gap"] / size)
            if blocks and abs(level["gap"] - blocks) <= settings["level_tolerance_points"] + 1e-9:
                told[unit, "peers"] = row(indicator=REST, points=level["gap"], blocks=float(blocks))
    return told


# -- the week's own rates, what is still possible --------------------------------------------------------------------


def begins(day: str, accumulates: str) -> str:
    """The first day of the period whose cases figures of this cut-off count."""
    if accumulates == "year":
        return f"{day[:4]}-01-01"
    month = int(day[5:7])
    return f"{day[:5]}{month if accumulates == 'month' else 3 * ((month - 1) // 3) + 1:02d}-01"


def days(first: str, last: str) -> int:
    """Both counted."""
    return (date.fromisoformat(last) - date.fromisoformat(first)).days + 1


def began(history: History, unit: str, first: str) -> str:
    """The day since which the figures of a unit are its own: the first of the period, or that of a merger after it."""
    return max(first, history.since(history.week.day, unit))


def week_rate(history: History, unit: str, name: str) -> dict:
    """The own rate of the week (section 13)."""
    rules, day, now = history.rules, history.week.day, history.week[unit, name]
    first = begins(day, rules.accumulates)
    own_first = began(history, unit, first)
    nothing = row(rate=NAN, low=NAN, high=NAN, cases=NAN)
    half, half_before = (0 if now.is_counted else 0.5 * 10.0 ** -rules.decimals.get(name, 2)), 0.0
    earlier = last_printed(history).get(name)
    if earlier is None:
        return nothing | row(basis="first")
    before = Figure(0, 0, 0, NAN) if earlier.day < first else earlier[unit, name]
    if first <= earlier.day < own_first or (first < own_first and earlier.day < first) or not is_printed(before):
        return nothing | row(basis="first")
    if now.is_counted and before.is_counted:
        hits, cases = now.numerator - before.numerator, now.denominator - before.denominator
        if hits < 0 or hits > cases:
            return nothing | row(basis="revised")
        if not cases:
            return nothing | row(basis="no_cases", cases=0.0)
        rate = 100 * hits / cases
        return row(rate=rate, low=rate, high=rate, cases=cases, basis="counts")
    if earlier.day < first:
        ends, rate = [now.rate - half, now.rate + half], now.rate
    elif not known(before.rate) or not known(now.rate):
        return nothing | row(basis="first")
    else:
        span = days(earlier.day, day) - 1
        even = span / days(own_first, day)
        half_before = 0 if before.is_counted else 0.5 * 10.0 ** -rules.decimals.get(name, 2)
        uneven = rules.settings["rates"]["uneven"]
        shares = span / days(first, day) / uneven, min(1.0, even * uneven)
        olds = before.rate - half_before, before.rate + half_before
        ends = [
            old + (new - old) / share for share in shares for old in olds for new in (now.rate - half, now.rate + half)
        ]
        rate = before.rate + (now.rate - before.rate) / even
    if max(ends) < 0 or min(ends) > 100:
        return nothing | row(basis="revised")
    low, high, rate = (min(100.0, max(0.0, each)) for each in (min(ends), max(ends), rate))
    if high - low > rules.settings["rates"]["widest"]:
        return nothing | row(basis="too_wide")
    return row(rate=rate, low=low, high=high, cases=NAN, basis="estimate")


@once
def last_printed(history: History) -> dict[str, Week]:
    """By figure, the newest earlier week in whose table any of the area's units has it."""
    return {
        name: week
        for week in history.past
        for (unit, name), cell in week.cells.items()
        if unit in history.units and is_printed(cell)
    }


def is_printed(cell: Figure) -> bool:
    return cell.is_counted or known(cell.value)


@once
def week_rates(history: History) -> dict:
    return {
        (unit, name): week_rate(history, unit, name)
        for unit in history.week.units
        for name in history.rules.flows
        if is_printed(history.week[unit, name])
    }


def target_day(history: History) -> str:
    return f"{history.week.day[:4]}-{history.rules.settings['trend']['target_day']}"


def still(history: History, unit: str, name: str) -> tuple[float, float]:
    """Days of the period that are gone, and all of its days until the target day; nothing is gone of a stock."""
    by, day = target_day(history), history.week.day
    first = begins(by, history.rules.accumulates)
    if history.rules.indicators[name]["nature"] != "flow" or day < first or not known(history.week[unit, name].rate):
        return 0.0, 1.0
    first = began(history, unit, first)
    return float(min(days(first, day), days(first, by))), float(days(first, by))


def possible(history: History) -> dict:
    told, week = {}, history.week
    for unit, name in itertools.product(week.units, history.rules.settings.get("targets", {})):
        if not is_printed(week[unit, name]) or week.day > target_day(history):
            continue
        value, target = week[unit, name].rate, float(history.rules.settings["targets"][name])
        gone, all_days = still(history, unit, name)
        most, needed = 100.0, target
        if gone:
            most = (value * gone + 100 * (all_days - gone)) / all_days
            needed = on_the_rest(value, target, gone, all_days)
        state = "reached" if value >= target - 1e-9 else "possible" if most >= target - 1e-9 else "impossible"
        told[unit, name] = row(
            value=value, target=target, by=target_day(history), needed=needed, most=most, state=state
        )
    return told


def on_the_rest(rate: float, target: float, gone: float, all_days: float) -> float:
    """The rate that what is still to come must have for the target; missing where nothing comes any more."""
    rest = all_days - gone
    return max(0.0, (target * all_days - rate * gone) / rest) if rest else NAN


def routes(history: History) -> dict:
    week, rules, told = history.week, history.rules, {}
    lost = {unit: -each["blocks"] for (unit, _), each in steps(history).items() if each["blocks"] < 0}
    by = target_day(history)
    for unit, kind in week.kinds.items():
        total = week.totals().get(unit, NAN)
        above = [(least, band) for least, band in rules.bands if least > total]
        if not above:
            continue
        least, band = above[-1]
        gap, ways = clean(least - total), {}
        for name in (name for code, name in week.cells if code == unit and name in rules.earning):
            rule, rate = rules.earning[name], week[unit, name].rate
            if not known(rate):
                continue
            full, worth = float(rule["full_at_pct"] or 100), float(rule["max_points"])
            worth /= full
            gone, all_days = still(history, unit, name)
            rest = all_days - gone
            most = (rate * gone + 100 * rest) / all_days
            room = max(0.0, min(full, most if gone else 100.0) - rate)
            others = {code: week[code, name].rate for code in week.kinds if week.kinds[code] == kind}
            best = max(value for value in others.values() if known(value))
            cell, enough = week[unit, name], room * worth >= gap - may_lack(gap)
            needed = min(gap / worth, room) if enough else gap / worth
            proven = (rate * gone + best * rest) / all_days - rate if gone else best - rate
            ways[name] = row(
                points_per_pct=worth,
                own_pct=rate,
                room_pct=room,
                needed_pct=needed,
                needed_cases=whole_cases(needed, rate, cell.denominator, gone, all_days),
                enough=bool(enough),
                best_pct=best,
                best_unit=next(code for code, value in others.items() if value == best),
                nature=rule["nature"],
                room_points=room * worth,
                needed_rate=on_the_rest(rate, rate + needed, gone, all_days) if gone else NAN,
                proven=min(room, max(0.0, proven)),
                cases=cell.denominator,
                gone=gone,
                all_days=all_days,
            )
        told |= mixed(
            unit, ways, lost.get(unit, 0.0), row(next_band=band, gap=gap, by=by), rules.settings["step"]["group"]
        )
    return told


def may_lack(gap: float) -> float:
    """Points that may lack at the next band, for totals are rounded to 0.01."""
    return min(0.005 + 1e-9, gap / 2)


def whole_cases(pct: float, rate: float, cases: float, gone: float, all_days: float) -> float:
    """How many more cases must count so that the rate rises by so much; of a flow, how many of those still to come."""
    if not known(cases):
        return NAN
    if not gone:
        return float(math.ceil(clean(pct * cases / 100)))
    in_the_end = cases * all_days / gone
    return float(math.ceil(clean((rate + pct) * in_the_end / 100 - rate * cases / 100))) if pct > 1e-9 else 0.0


def mixed(unit: str, ways: dict, lost: float, same: dict, group: str) -> dict:
    """The ways of a unit with their parts of the mix: a lost block first, then stocks, what is neither, and flows."""
    counted = all(known(each["cases"]) for each in ways.values())
    natures = ("step", "stock", "", "flow")

    gap = same["gap"]
    least = gap - may_lack(gap)
    proven = lost + sum(each["proven"] * each["points_per_pct"] for each in ways.values()) >= least
    enough = lost + sum(each["room_points"] for each in ways.values()) >= least

    def value(name: str) -> tuple:
        each = ways[name]
        most = each["proven"] * each["points_per_pct"] if proven else each["room_points"]
        after_all = 0.01 - most if most < 0.01 else 0
        return after_all, natures.index(each["nature"]), -each["points_per_pct"] / (each["cases"] if counted else 1)

    left, order, told = gap - min(lost, gap), 0, {}
    if lost:
        order = 1
        told[unit, group] = same | row(
            **dict.fromkeys(("points_per_pct", "own_pct", "room_pct", "needed_pct", "needed_cases", "best_pct"), NAN),
            enough=lost >= least,
            best_unit="",
            **dict.fromkeys(("mix_pct", "mix_cases", "needed_rate", "mix_rate"), NAN),
            mix_proven=proven,
            nature="step",
            room_points=lost,
            order=1.0,
            mix_points=min(lost, gap),
        )
    for name in sorted(ways, key=value):
        each = ways[name]
        cases, gone, all_days, room = (each.pop(column) for column in ("cases", "gone", "all_days", "proven"))
        room = room if proven else each["room_pct"]
        part = min(room, left / each["points_per_pct"]) if left > gap - least else 0.0
        left = clean(left - part * each["points_per_pct"])
        order += part > 1e-9
        rate = on_the_rest(each["own_pct"], each["own_pct"] + part, gone, all_days) if gone and part > 1e-9 else NAN
        mix = row(
            mix_pct=part,
            mix_cases=whole_cases(part, each["own_pct"], cases, gone, all_days),
            order=float(order) if part > 1e-9 else NAN,
            mix_points=part * each["points_per_pct"],
            mix_rate=rate,
        )
        if not enough:
            mix = dict.fromkeys(mix, NAN)
        told[unit, name] = same | each | mix | row(mix_proven=bool(proven))
    return told


def standing(history: History) -> dict:
    settings, rules, told = history.rules.settings, history.rules, {}
    weeks = [*history.past, history.week]
    shown = sorted(set(day for day, _ in course(history)))
    judged = defaultdict(dict)  # (finding, unit, indicator) => cut-off: whether it held then
    for (day, unit), each in course(history).items():
        if known(each["total"]):
            band = next(name for least, name in rules.bands if each["total"] >= least)
            judged["band", unit, TOTAL][day] = band in settings["weak_bands"]
    for finding, limits in (("flag", settings["marks_below"]), ("target", settings.get("targets", {}))):
        for name, limit in limits.items():
            for week in weeks[-1 - settings["signal"]["cutoffs"] :]:
                for unit in week.units:
                    if known(week[unit, name].value):
                        judged[finding, unit, name][week.day] = week[unit, name].value < limit
    for week in weeks:
        if week.day in shown:
            for (unit, name), each in peers(week, history.rules_on[week.day]).items():
                judged["peer", unit, name][week.day] = each["outlier"] and np.sign(each["gap"])
    for (finding, unit, name), held in judged.items():
        if not held.get(history.week.day):
            continue
        series = history.since(history.week.day, unit)
        its = [day for day in sorted(held, reverse=True) if history.since(day, unit) == series]
        count = next((place for place, day in enumerate(its) if held[day] != held[history.week.day]), len(its))
        told[finding, unit, name] = row(since=its[count - 1], weeks=float(count), is_open=count == len(its))
    return told


# -- signals (section 12) --------------------------------------------------------------------------------------------

CLOSE = 1e-4  # rates are kept so far from 0 and 1


@dataclass
class Chart:
    """One unit's course of one indicator, as far as it has been seen."""

    last: tuple | None = None  # the last known figure: its cell, rate, day, period and series
    past: np.ndarray = field(default_factory=lambda: np.zeros(12))  # N, M, U, A, B, S, K, D, P, P1, P2, Pk
    waiting: np.ndarray = field(default_factory=lambda: np.zeros(12))
    before: tuple[float, float] | None = None  # u and w of the week before
    sums: list[float] = field(default_factory=lambda: [0.0, 0.0])  # of a rise, of a fall
    signal: int = 0
    since: str = ""
    spread: float = 1 / 60
    lasting: float = 0.0
    series: str = ""

    def begin(self) -> None:
        self.past, self.waiting, self.before = np.zeros(12), np.zeros(12), None
        self.sums, self.signal = [0.0, 0.0], 0

    @property
    def level(self) -> float:
        _, _, u, uw, *_ = self.past
        least = max(0.25 / (u + 0.5), CLOSE)
        return min(max(uw / u if u else 0.5, least), 1 - least)

    @property
    def is_learned(self) -> bool:
        return self.past[0] >= 8

    @property
    def link(self) -> float:
        """By how much memory raises the variance of the mean."""
        _, _, _, _, _, sampling, _, spans, *_ = self.past
        whole = sampling + self.spread * spans
        return self.lasting * spans / whole if whole else 0.0


@dataclass(frozen=True)
class OwnWeek:
    """The own rate of a week, 0 to 1, its cases (NaN without counts), variance from rounding, and span."""

    rate: float
    cases: float
    rounding: float
    span: float

    def variance(self, level: float, spread: float) -> float:
        sampling = 1 / self.cases if known(self.cases) else 0.0
        return sampling + self.rounding / (level * (1 - level)) + spread * self.span


NO_WEEK = OwnWeek(NAN, NAN, 0.0, 1.0)


def own_week(chart: Chart, cell: Figure, day: str, first: str, decimals: int) -> OwnWeek:
    """The week's own rate as signals see it; the chart keeps the figure."""
    rate = cell.rate / 100
    if cell.is_counted and cell.denominator == 0 == cell.numerator:
        rate = 0.0
    if not known(rate):
        return NO_WEEK
    last, chart.last = chart.last, (cell, rate, day, first, chart.series)
    elapsed = gap = days(first, day)
    follows = last is not None and last[3:] == (first, chart.series)
    if not follows and (elapsed > 31 or chart.series > first):
        return NO_WEEK
    hits, cases, value, before = cell.numerator, cell.denominator, rate, 0.0
    if follows:
        gap = days(last[2], day) - 1
        hits, cases = hits - last[0].numerator, cases - last[0].denominator
        value = last[1] + (rate - last[1]) * elapsed / gap
        before = (elapsed - gap) / gap
    if known(hits) and known(cases):
        return OwnWeek(hits / cases, cases, 0.0, 1.0) if 0 <= hits <= cases and cases > 0 else NO_WEEK
    rounding = 10.0 ** (-2 * (decimals + 2)) / 12 * ((elapsed / gap) ** 2 + before**2)
    slack = 4 / 3 * math.sqrt(rounding)
    if follows and not -slack <= last[1] + (value - last[1]) / 3 <= 1 + slack:
        return NO_WEEK
    return OwnWeek(value, NAN, rounding, 7 / gap)


def weighted_median(pairs: list[tuple[float, float]]) -> float:
    whole, so_far = sum(weight for _, weight in pairs), 0.0
    for value, weight in sorted(pairs):
        so_far += weight
        if so_far >= whole / 2:
            return value
    return NAN


def estimate_spreads(charts: dict[str, Chart], weeks: dict[str, OwnWeek], area: str) -> None:
    """Over-dispersion and memory of the charts of one indicator, at a cut-off."""
    units = [unit for unit in charts if unit != area]
    own, information, estimated, losts = {}, {}, {}, {}
    for unit, chart in charts.items():
        count, weight, u, uw, uww, sampling, rounding, spans, *_ = chart.past
        mean, variance = uw / u if u else 0.0, chart.level * (1 - chart.level)
        squares = (uww - 2 * mean * uw + mean**2 * u - rounding) / variance
        losts[unit] = 1 + chart.link
        own[unit] = (squares - sampling + losts[unit]) / spans if spans else 0.0
        cases = u / sampling if sampling else 50.0
        noise = weight * (2 + 1 / max(cases * variance, 0.02))
        information[unit] = spans**2 / noise if count >= 4 else 0.0
        estimated[unit] = not known(weeks[unit].cases) and sampling == 0
    whole = sum(information[unit] for unit in units)
    middle = max(0.0, weighted_median([(own[unit], information[unit]) for unit in units]))
    for unit, chart in charts.items():
        prior = 1 / 20 if estimated[unit] else 1 / 60
        usual = max((whole * middle + 2 / prior) / (whole + 2 / prior**2), 0.001)
        spread, its = usual, information[unit]
        if its:
            of_area = 3 * its / chart.past[1] if estimated[unit] else 1 / (0.4 * usual) ** 2
            spread = (its * own[unit] + of_area * usual) / (its + of_area)
        chart.spread = min(max(spread, 0.0005), 0.9)
    least = float(np.quantile([charts[unit].spread for unit in units], 0.2))
    linked = {unit: min(each.spread, least) if estimated[unit] else each.spread for unit, each in charts.items()}
    together = common = many = 0.0
    for unit in units:
        _, weight, u, uw, *_, pairs, pair_sums, products, pair_rounding = charts[unit].past
        if information[unit] and pairs:
            mean, level = uw / u, charts[unit].level
            told = products - mean * pair_sums + mean**2 * pairs + pair_rounding
            common += told / (level * (1 - level)) + losts[unit] * pairs / u
            together += linked[unit] * pairs
            many += weight
    error = math.sqrt(many) / together if together else 1000.0
    memory = ((common / together if together else 0.0) - error / 2) / (1 + error**2)
    memory = min(max(memory, 0.0), 0.8)
    for unit, chart in charts.items():
        chart.lasting = 2 * memory * linked[unit] / (1 - memory)


def beta_binomial(hits: float, cases: float, dispersion: float, rate: float) -> float:
    """Its log-likelihood but for what does not depend on the rate."""
    whole = 1 / dispersion - 1
    a, b = whole * rate, whole * (1 - rate)
    return math.lgamma(hits + a) - math.lgamma(a) + math.lgamma(cases - hits + b) - math.lgamma(b)


def risen(rate: float) -> float:
    return min(max(1.7 * rate, rate + 0.02), 1 - 0.45 * (1 - rate))


def gains(week: OwnWeek, expected: float, spread: float, doubt: float, variance: float) -> list[float]:
    """What the week adds to the sum of a rise and to that of a fall."""
    cases, dispersion = week.cases, min(spread + doubt, 0.9)
    if not known(cases):
        cases, dispersion = 2 / (1.2 * variance), min(0.6 * variance, 0.9)
    hits = min(max(week.rate, 0.0), 1.0) * cases
    error = 0.8 * math.sqrt(doubt * expected * (1 - expected))
    high, low = min(expected + error, 1 - CLOSE), max(expected - error, CLOSE)
    ways = (high, risen(high)), (low, 1 - risen(1 - low))
    return [beta_binomial(hits, cases, dispersion, to) - beta_binomial(hits, cases, dispersion, of) for of, to in ways]


def shifted(looked: dict[str, tuple[float, float]], levels: dict[str, float]) -> dict[str, float]:
    """What each unit's week should bring where all move together; looked: rate and variance of those looked at."""
    weights = {unit: 1 / looked[unit][1] if unit in looked else 0.0 for unit in levels}
    most = 3 * float(np.median(list(weights.values()))) + CLOSE
    weights = {unit: min(weight, most) for unit, weight in weights.items()}
    shift = 0.0

    def moved(unit: str) -> float:
        return 1 / (1 + (1 - levels[unit]) / levels[unit] * math.exp(-shift))

    for _ in range(6):
        slope = sum(weight * moved(unit) * (1 - moved(unit)) for unit, weight in weights.items())
        step = sum(weights[unit] * (rate - moved(unit)) for unit, (rate, _) in looked.items()) / max(slope, CLOSE)
        shift = min(max(shift + min(max(step, -1.5), 1.5), -6.0), 6.0)
    return {unit: min(max(moved(unit), CLOSE), 1 - CLOSE) for unit in levels}


def move_together(looked: dict[str, tuple[float, float]], levels: dict[str, float], before: int) -> int:
    if len(looked) < 5:
        return 0
    deviations, weights = [], []
    for unit, (rate, variance) in looked.items():
        own = levels[unit] * (1 - levels[unit])
        deviations.append(min(max((rate - levels[unit]) / math.sqrt(own * variance), -3.0), 3.0))
        weights.append(min(1.0, own / variance))
    whole = sum(math.sqrt(i) * z for i, z in zip(weights, deviations, strict=True)) / math.sqrt(sum(weights))
    for way in (-1, 1):
        most = 2 * sum(way * z > 0.3 for z in deviations) > len(deviations)
        if (most and way * whole > 4) or (before == way and way * whole > 2):
            return way
    return 0


def stand(chart: Chart, week: OwnWeek, level: float, day: str, threshold: float, together: int) -> None:
    """What the sums call, and how the week enters the past."""
    is_learned = chart.is_learned
    way = 1 if chart.sums[0] >= threshold else -1 if chart.sums[1] >= threshold else 0
    turned = way != 0 and way != chart.signal
    ended = chart.signal != 0 and (turned or chart.sums[chart.signal < 0] <= 0)
    if turned:
        chart.signal, chart.since = way, day
    elif ended:
        chart.signal = 0
    entry = np.zeros(12)
    if known(week.rate):
        for each in (chart.past, chart.waiting):
            each[1:] *= 0.5 ** (1 / 78)
        if not together:
            w, u = week.rate, 1 / week.variance(level, chart.spread)
            u_before, w_before = chart.before or (0.0, 0.0)
            pair, sampling = math.sqrt(u * u_before), u / week.cases if known(week.cases) else 0.0
            entry[:8] = 1, 1, u, u * w, u * w**2, sampling, u * week.rounding, u * week.span
            entry[8:] = pair, pair * (w + w_before), pair * w * w_before, pair * week.rounding / 2
        chart.before = None if together else (u, w)
    if ended:
        chart.waiting = np.zeros(12)
    if chart.signal and days(chart.since, day) - 1 >= 364:
        chart.past, chart.sums, chart.signal = np.zeros(12), [0.0, 0.0], 0
    if not chart.signal and max(chart.sums) <= 0.7 * threshold:
        chart.past, chart.waiting = chart.past + chart.waiting, np.zeros(12)
    if is_learned:
        chart.waiting = chart.waiting + entry
    else:
        chart.past = chart.past + entry


def watch(
    charts: dict[str, Chart], weeks: dict[str, OwnWeek], were: tuple[int, str], area: str, day: str, threshold: float
) -> tuple[dict[str, dict], tuple[int, str]]:
    """One cut-off of one indicator: what stands then, by unit, and whether the units move together."""
    levels = {unit: chart.level for unit, chart in charts.items()}
    estimate_spreads(charts, weeks, area)
    doubts, variances = {}, {}
    for unit, chart in charts.items():
        doubts[unit] = (1 + chart.link) / chart.past[2] if chart.past[2] else 1.0
        variances[unit] = weeks[unit].variance(levels[unit], chart.spread + chart.lasting) + doubts[unit]
    looked = {
        unit: (weeks[unit].rate, variances[unit])
        for unit, chart in charts.items()
        if unit != area and chart.is_learned and not chart.signal and known(weeks[unit].rate)
    }
    direction = move_together(looked, levels, were[0])
    expected = dict(levels)
    if direction:
        expected |= shifted(looked, {unit: level for unit, level in levels.items() if unit != area})
    told = {}
    for unit, chart in charts.items():
        week, is_learned = weeks[unit], chart.is_learned
        judged = is_learned and known(week.rate)
        if judged:
            long_run = chart.spread + chart.lasting
            for way, gain in enumerate(gains(week, expected[unit], long_run, doubts[unit], variances[unit])):
                gain = min(max(gain, -0.45 * threshold), 0.45 * threshold)
                chart.sums[way] = min(max(chart.sums[way] + gain, 0.0), threshold)
        if unit == area and (direction or (were[0] and not judged)):
            chart.sums = [threshold * (direction == way) for way in (1, -1)]
        stand(chart, week, levels[unit], day, threshold, direction)
        score = (chart.sums[0] if chart.sums[0] >= chart.sums[1] else -chart.sums[1]) / threshold
        told[unit] = row(
            rate=round(100 * min(max(week.rate, 0.0), 1.0), 6) if known(week.rate) else NAN,
            baseline=round(100 * expected[unit], 6) if is_learned else NAN,
            score=round(score, 6) if is_learned or chart.signal else NAN,
            signal={1: "up", -1: "down", 0: ""}[chart.signal],
            since=chart.since if chart.signal else "",
        )
    return told, (direction, day if direction != were[0] else were[1])


def weeks_of(history: History, week: Week, name: str, charts: dict[str, Chart]) -> dict[str, OwnWeek]:
    """The own weeks of an indicator; where a series begins within the year, its chart begins anew."""
    first, told = begins(week.day, history.rules.accumulates), {}
    before = max((each.day for each in history.watched if each.day < week.day), default="9999")
    for unit, chart in charts.items():
        told[unit] = NO_WEEK
        for step in history.rules.settings.get("rebase", ()):
            is_its = step.get("unit_code", unit) == unit and step.get("indicator", name) == name
            if is_its and before < step["cutoff"] <= week.day:
                chart.begin()
        if (unit, name) in week.cells:
            began = history.since(week.day, unit) if (unit, TOTAL) in week.cells else ""
            series = max(chart.series, "" if began.endswith("-01-01") else began)
            if series > chart.series and week is not history.watched[0]:
                chart.begin()
            chart.series = series
            told[unit] = own_week(chart, week[unit, name], week.day, first, history.rules.decimals.get(name, 2))
    return told


@once
def every_signal(history: History) -> dict:
    """The signals at every cut-off that is looked back to, by cut-off, unit and indicator."""
    rules, weeks, told = history.rules, history.watched, {}
    charts = {name: {unit: Chart() for unit in history.units} for name in rules.flows}
    moved = dict.fromkeys(rules.flows, (0, ""))  # in which direction all move together, and since when
    for place, week in enumerate(weeks):
        gaps = [days(a.day, b.day) - 1 for a, b in itertools.pairwise(weeks[: place + 1])]
        looks = 365.25 / (np.median(gaps) if gaps else 7)
        own = {name: weeks_of(history, week, name, its) for name, its in charts.items()}
        for name, (direction, since) in moved.items():
            if direction and days(since, week.day) - 1 > 364:
                moved[name] = (0, since)
                for chart in charts[name].values():
                    chart.begin()
        learned = sum(chart.is_learned for its in charts.values() for chart in its.values())
        allowed = rules.settings["signal"]["false_a_year"]
        threshold = max(2.0, math.log(2 * max(learned, 1) * looks / allowed) - 2.6)
        for name, its in charts.items():
            rows, moved[name] = watch(its, own[name], moved[name], rules.area, week.day, threshold)
            told |= {(week.day, unit, name): each for unit, each in rows.items() if (unit, name) in week.cells}
    return told


def signals(history: History) -> dict:
    return {(unit, name): each for (day, unit, name), each in every_signal(history).items() if day == history.week.day}


def own_rates(history: History) -> dict:
    """The weeks of each unit's strongest chart, the first by name where two are alike."""
    strongest, told = {}, {}
    for (unit, name), each in sorted(signals(history).items()):
        score = abs(each["score"]) if known(each["score"]) else -1.0
        if unit not in strongest or score > strongest[unit][0]:
            strongest[unit] = (score, name)
    weeks = [*history.past, history.week][-history.rules.settings["trend"]["shown_cutoffs"] :]
    for week in weeks:
        past = [each for each in history.past if each.day < week.day]
        then = History(week, past, history.rules, history.rules_on, units=history.units)
        for unit, (_, name) in strongest.items():
            if is_printed(week[unit, name]):
                each = every_signal(history)[week.day, unit, name]
                stands = {column: each[column] for column in ("baseline", "signal", "since")}
                told[week.day, unit, name] = week_rate(then, unit, name) | stands
    return told


# -- both opinions ---------------------------------------------------------------------------------------------------

# Each table, what tells it here, and the columns that name a row.
TABLES = {
    "points": (lambda history: points(history.week, history.rules), ("unit_code", "group", "indicator")),
    "scores": (lambda history: scores(history.week, history.rules), ("unit_code",)),
    "reconciliation": (
        lambda history: reconciliation(history.week, history.rules),
        ("unit_code", "group", "indicator"),
    ),
    "contributions": (contributions, ("unit_code", "group", "indicator")),
    "changes": (changes, ("unit_code",)),
    "course": (course, ("cutoff", "unit_code")),
    "figure_changes": (figure_changes, ("unit_code", "indicator")),
    "carried": (carried, ("unit_code", "carrier")),
    "moves": (moves, ("unit_code", "indicator")),
    "peers": (lambda history: peers(history.week, history.rules), ("unit_code", "indicator")),
    "steps": (steps, ("unit_code", "against")),
    "week_rates": (week_rates, ("unit_code", "indicator")),
    "possible": (possible, ("unit_code", "indicator")),
    "routes": (routes, ("unit_code", "indicator")),
    "standing": (standing, ("finding", "unit_code", "indicator")),
    "signals": (signals, ("unit_code", "indicator")),
    "own_rates": (own_rates, ("cutoff", "unit_code", "indicator")),
}
# Of a figure, relative to it where it is above 1: parts are kept to a millionth, and a deviation divides two of them.
WITHIN, WITHIN_OF_A_DEVIATION = 2e-6, 1e-4


class Comparison:
    """Weeks that are compared as they are published, and what came of it.

    cells       : how many were compared, by table
    differences : table, cut-off, key, column, what was published, what is thought here
    """

    def __init__(self, home: Path, area: str) -> None:
        self._home, self._area = home, area
        self._weeks: dict[str, Week] = {}
        self._rules: dict[str, Rules] = {}
        self._ledgers: dict[str, dict] = {}
        self._replies: dict[str, list] = {}
        self.cells: dict[str, int] = defaultdict(int)
        self.differences: list[tuple] = []

    def add(self, day: str) -> None:
        """Compare the tables of the week, the newest one or one that was published again."""
        from support import second_compared  # they need what stands above
        from support.second_ledger import asks, read_replies, replies

        folder = self._home / "data" / "processed" / self._area / day
        self._rules[day] = read_rules(self._home / "config", self._area, day)
        self._weeks[day] = with_sums(read_week(folder), self._rules[day])
        past = [self._weeks[each] for each in sorted(self._weeks) if each < day]
        later = self._weeks[min((each for each in self._weeks if each > day), default=day)]
        later = later if later.day > day else None
        week = self._weeks[day]
        self._replies[day], forms = read_replies(folder / "replies", day)
        about = (later, week.units, self._ledgers, self._replies, forms)
        history = History(week, past, self._rules[day], self._rules, *about)
        for name, (tell, key) in TABLES.items():
            self._compare(name, day, read_csv(folder / f"{name}.csv"), tell(history), key)
        self._ledgers[day] = asks(history)
        self._compare("asks", day, read_csv(folder / "asks.csv"), self._ledgers[day], ("ask_id",))
        told, key = replies(history, self._ledgers[day]), ("cutoff", "row", "ask_id", "unit_code", "kind")
        self._compare("replies", day, read_csv(folder / "replies.csv"), told, key)
        earlier = [folder.with_name(each) for each in sorted(self._weeks) if each < day]
        for name, ours, key in second_compared.tables(history, folder, earlier):
            self._compare(name, day, read_csv(folder / f"{name}.csv"), ours, key)

    def _compare(self, name: str, day: str, rows: list[dict[str, str]], ours: dict, key: tuple[str, ...]) -> None:
        theirs = {tuple(each[column] for column in key): each for each in rows}
        assert len(theirs) == len(rows)
        for only, keys in (("published", theirs.keys() - ours.keys()), ("thought", ours.keys() - theirs.keys())):
            self.differences += [(name, day, each, "", f"only {only}", "") for each in sorted(keys)]
        for each in theirs.keys() & ours.keys():
            missing = theirs[each].keys() - ours[each].keys() - set(key)
            self.differences += [(name, day, each, column, theirs[each][column], "no column") for column in missing]
            for column, thought in ours[each].items():
                self.cells[name] += 1
                within = WITHIN_OF_A_DEVIATION if column in ("sigmas", "deviation") else WITHIN
                if not is_same(theirs[each][column], thought, within):
                    self.differences.append((name, day, each, column, theirs[each][column], thought))


def is_same(published: str, thought: float | str | bool, within: float) -> bool:
    if isinstance(thought, str | bool):
        return published == str(thought)
    figure = number(published)
    if math.isnan(figure) or math.isnan(thought):
        return math.isnan(figure) and math.isnan(thought)
    return abs(figure - thought) <= within * max(1, abs(thought))
