"""A second opinion: the tables of a week once more, from its raw figures, by docs/method.md and docs/tables.md alone.

Nothing of the product is imported, and no pandas: what both arrive at was reasoned twice. A week is read from the CSV
files that it was published with, the rules from those of config/; each function answers with one table, as
{key of the row: {column: cell}}. A missing number is NaN, a missing text "".
"""

import csv
import itertools
import math
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

NAN = math.nan
REST, CHANGE, TOTAL, BEFORE = "NOT_ITEMISED", "CHANGE", "TOTAL", "PREVIOUS_TOTAL"
# The settings whose keys are codes: an area has them whole, or not at all.
OF_CODES = ("targets", "marks_below", "at_most", "responsible", "rebase")


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

    def __getitem__(self, key: tuple[str, str]) -> Figure:
        return self.cells.get(key, Figure(NAN, NAN, NAN, NAN))

    def totals(self, name: str = TOTAL) -> dict[str, float]:
        return {unit: cell.value for (unit, each), cell in self.cells.items() if each == name and known(cell.value)}

    @property
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
    changed: list[str]  # days on which groups, bands or indicators of the area changed

    @property
    def earning(self) -> dict[str, dict[str, str]]:
        return {name: each for name, each in self.indicators.items() if each["rule"] != "none"}

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
        sorted({row["valid_from"] for rows in tables.values() for row in rows}),
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
    """The parts of a unit's total whose points are known: whole groups, else the indicators that are printed of them."""
    its = {(group, name): each["points"] for (code, group, name), each in of_points.items() if code == unit}
    whole = {group for (group, name), value in its.items() if not name and known(value)}
    return {
        (group, name): value for (group, name), value in its.items() if known(value) and (group in whole) == (not name)
    }


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
            not_itemised=total - computed,
            band=band,
            rank=place.get(unit, NAN),
        )
    return told


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
        if unit in totals and all(map(known, sums.values())):
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
    """What is known when a week is made: the weeks published before it, and itself."""

    week: Week
    past: list[Week]  # by cut-off
    rules: Rules
    rules_on: dict[str, Rules]

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


def founded(registry: list[dict[str, str]], unit: str) -> list[str]:
    return [each["valid_from"] for each in registry if each["code"] == unit]


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
        both = [part for part in ours if part in theirs]
        if not both:
            continue
        for part in both:
            told[unit, *part] = row(
                points=ours[part], previous_points=theirs[part], contribution=ours[part] - theirs[part]
            )
        rest, rest_before = (
            totals[unit] - sum(ours[part] for part in both),
            before[unit] - sum(theirs[part] for part in both),
        )
        if abs(rest) > 1e-6 or abs(rest_before) > 1e-6:
            told[unit, "", REST] = row(points=rest, previous_points=rest_before, contribution=rest - rest_before)
    return told


def changes(history: History) -> dict:
    day, before = previous_totals(history)
    parts, totals = contributions(history), history.week.totals()
    place, place_before = places(totals, history.week.kinds), places(before, history.week.kinds)
    told = {}
    for unit in history.week.units:
        total = totals.get(unit, NAN)
        held = not reason(history, unit)
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
}
WITHIN = 1e-6  # of a figure, relative to it where it is above 1; files hold ten digits


class Comparison:
    """Weeks that are compared as they are published, and what came of it.

    cells       : how many were compared, by table
    differences : table, cut-off, key, column, what was published, what is thought here
    """

    def __init__(self, home: Path, area: str) -> None:
        self._home, self._area = home, area
        self._weeks: dict[str, Week] = {}
        self._rules: dict[str, Rules] = {}
        self.cells: dict[str, int] = defaultdict(int)
        self.differences: list[tuple] = []

    def add(self, day: str) -> None:
        """Compare the tables of the week, the newest one or one that was published again."""
        folder = self._home / "data" / "processed" / self._area / day
        self._rules[day] = read_rules(self._home / "config", self._area, day)
        self._weeks[day] = read_week(folder)
        past = [self._weeks[each] for each in sorted(self._weeks) if each < day]
        history = History(self._weeks[day], past, self._rules[day], self._rules)
        for name, (tell, key) in TABLES.items():
            self._compare(name, day, read_csv(folder / f"{name}.csv"), tell(history), key)

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
                if not is_same(theirs[each][column], thought):
                    self.differences.append((name, day, each, column, theirs[each][column], thought))


def is_same(published: str, thought: float | str | bool) -> bool:
    if isinstance(thought, str | bool):
        return published == str(thought)
    figure = number(published)
    if math.isnan(figure) or math.isnan(thought):
        return math.isnan(figure) and math.isnan(thought)
    return abs(figure - thought) <= WITHIN * max(1, abs(thought))
