"""Loads the rules of the index and of an area: checks the whole configuration, then selects what is valid on a date.

``config/index-…/`` holds the rules of an index, such as those of the decision (names, groups, indicators, bands).
``config/<area>/`` holds what an area adds (units, names, columns of its table, thresholds) and says which index it is.
Rows are dated: ``valid_from`` to ``valid_to``, both included; rules still in force have no end. An old week that is
computed again uses the rules of its own date.
"""

import math
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.config import area as area_settings
from analysis.config import checks, files
from analysis.config import index as index_file
from analysis.config.area import FROM_FILE
from analysis.config.departments import Department, list_departments, with_dated
from analysis.config.files import ConfigError, File
from analysis.config.review import OpenPoint, find_open_points
from analysis.config.wording import Wording

# The columns of indicators.csv that decide how many points we read out of a figure.
READING = ["indicator", "group", "max_points", "rule", "full_at_pct", "if_no_cases"]


@dataclass(frozen=True, eq=False)
class Rules:
    """The rules in force for one area on one cut-off. The frames have the columns of their files (see files.COLUMNS).

    settings   : every key of area.toml and defaults.toml, as plain values (see area.Area); what defaults.toml says in
                 points is of 100, and is scaled to ``maximum``
    index      : every key of the index's index.toml (see index.Index); empty where nothing says what it is called
    maximum    : all points of the index
    indicators : those of the area's scope, maybe none; units : empty where the delivered table itself is the registry
    forms      : columns.csv and every columns-*.csv by name; each describes one form of table that the area delivers
    bands_since, reading_since : the day, ISO, from which on the bands had these limits, and the area's indicators
                 (our own reading of a total) earned points by these rules; "": it has none that earn points
    warnings   : one sentence for each key that has no effect any more
    open_points : what has to be filled in or checked before there may be a report
    """

    area: str
    cutoff: date
    settings: dict
    index: dict
    maximum: float
    groups: pd.DataFrame
    indicators: pd.DataFrame
    bands: pd.DataFrame
    units: pd.DataFrame
    aliases: pd.DataFrame
    forms: dict[str, pd.DataFrame]
    province_rank: pd.DataFrame
    sheets: pd.DataFrame
    tasks: pd.DataFrame
    bands_since: str
    reading_since: str
    warnings: tuple[str, ...] = ()
    open_points: tuple[OpenPoint, ...] = ()

    def worded(self, words: Wording) -> Wording:
        """The same wording about this index and the area's kinds of units; of the same words always the same object."""
        if words not in self._worded:
            made = words.about(self.index, self.maximum, self.settings["kinds"], self.points_decimals)
            self._worded.update({words: made, made: made})
        return self._worded[words]

    @cached_property
    def _worded(self) -> dict[Wording, Wording]:
        return {}

    @cached_property
    def points_decimals(self) -> int:
        """The decimals that points are shown with: those of the main form's total, else as many as its maximum needs:
        two of 100 points, four of one point."""
        return self.decimals.get("total", max(2, 2 - math.ceil(math.log10(self.maximum / 100))))

    def named(self, code: str, words: Wording) -> str:
        """The name of the indicator, group or total with this code."""
        for table, key in ((self.indicators, "indicator"), (self.groups, "group")):
            if len(its := table.loc[table[key] == code, f"name_{words.lang}"]):
                return its.iat[0]
        return words.say(f"name.{code.lower()}")

    @property
    def departments(self) -> tuple[Department, ...]:
        """The departments of the area, each once."""
        return list_departments(self.settings)

    @cached_property
    def columns(self) -> pd.DataFrame:
        """The columns of the area's main form of table."""
        return self.forms["columns.csv"]

    @cached_property
    def printed(self) -> pd.DataFrame:
        """What the table prints of the index, in its order: field (an indicator or a group), kind.

        Those of the main form; where it has none, and a form has a row for each indicator, the indicators of the scope
        and, where their points are printed, the groups.
        """
        codes = {*self.groups["group"], *self.indicators["indicator"]}
        own = self.columns.loc[self.columns["field"].isin(codes), ["field", "kind"]]
        rows = [form for form in self.forms.values() if "indicator" in set(form["field"])]
        if len(own) or not rows:
            return own
        groups = self.groups["group"] if any("published_points" in set(form["field"]) for form in rows) else []
        kinds = dict(zip(self.indicators["indicator"], self.indicators["unit"], strict=True))
        found = [*kinds.items(), *((group, "points") for group in groups if group not in kinds)]
        return pd.DataFrame(found, columns=["field", "kind"])

    @cached_property
    def groups_not_printed(self) -> list[str]:
        """The groups of which the table prints nothing, or only a part of the points."""
        printed = self.indicators[self.indicators["indicator"].isin(self.printed["field"])]
        printed = printed.groupby("group")["max_points"].sum()
        most = self.groups.set_index("group")["max_points"]
        return [group for group in most.index if not self.is_printed(group) and printed.get(group, 0) < most[group]]

    def is_printed(self, group: str) -> bool:
        """Whether the table prints the points of the whole group."""
        return group in set(self.printed.loc[self.printed["kind"] == "points", "field"])

    def is_hidden(self, group: str) -> bool:
        """Whether the index has the group and the main form does not print its points: other figures hint at them."""
        return group in set(self.groups["group"]) and not self.is_printed(group)

    @cached_property
    def flows(self) -> list[str]:
        """The indicators that count dossiers as they come."""
        return self.indicators.loc[self.indicators["nature"] == "flow", "indicator"].tolist()

    @cached_property
    def decimals(self) -> dict[str, int]:
        """The decimals of the figures of the main form, by field: of 0.8253 on the scale 1, which is 82.53, two."""
        known = self.columns.dropna(subset="decimals")
        full = known["field"].map(self.maxima).where(known["kind"] == "points", 100.0)
        full = full.mask(known["kind"].isin(["score", "change"]), self.maxima["TOTAL"])
        shift = np.floor(np.log10(full / known["scale"])).fillna(0)
        found = dict(zip(known["field"], (known["decimals"] - shift).clip(lower=0).astype(int), strict=True))
        rates = self.printed.loc[self.printed["kind"] == "percent", "field"]
        return (dict.fromkeys(rates, found["value"]) if "value" in found else {}) | found

    @cached_property
    def maxima(self) -> dict[str, float]:
        """The most points of each indicator and group, and of the total (``TOTAL``)."""
        groups = self.groups.set_index("group")["max_points"]
        indicators = self.indicators.set_index("indicator")["max_points"].dropna()
        return {"TOTAL": self.maximum, **indicators, **groups}

    def accumulates(self, units: pd.DataFrame) -> dict[str, str]:
        """Since when the figures of each unit of the week, and of the area's own row, accumulate: a word of PERIODS.

        units   : unit_code, kind (as the week's table ``units``)
        Returns : by unit_code; the area's own code is among them
        Source  : sheets.csv, where it says it of the unit's kind; else [period] of area.toml; else the index
        """
        words = {kind: self._accumulates(kind) for kind in units["kind"].unique()}
        return dict(zip(units["unit_code"], units["kind"].map(words), strict=True)) | {
            self.settings["code"]: self._accumulates()
        }

    def _accumulates(self, kind: str = "") -> str:
        """The same of one kind of units; "": of the area's own row."""
        return next(iter(checks.words_said(self.sheets, kind)), _otherwise(self.settings, self.index))

    @property
    def from_file(self) -> bool:
        return self.settings["units"] == FROM_FILE


def load(home: Path, area: str, cutoff: date) -> Rules:
    """Check the whole configuration and return the rules of ``area`` on ``cutoff``.

    Raises : ConfigError with every fault found, or where the area has no folder or no unit on that date.
    """
    return _in_force(area, cutoff, files.of_area(home, area))


@lru_cache
def _in_force(area: str, cutoff: date, held: tuple[File, ...]) -> Rules:
    """The same as ``load``, cached by the files' content."""
    dated, index, tables, warnings = _checked(area, held)
    _, settings, said = area_settings.find_in_force(dated, cutoff)
    indicators = checks.of_scope(tables["index/indicators.csv"], settings["scope"])
    earning = indicators[indicators["rule"] != "none"]
    cut = {name: files.in_force(table, cutoff) if "valid_from" in table else table for name, table in tables.items()}
    if cut["columns.csv"].empty:
        raise ConfigError(f"config/{area}/columns.csv: no column is in force on {cutoff}")
    if cut["units.csv"].empty and settings["units"] != FROM_FILE:
        raise ConfigError(f"config/{area}/units.csv: no unit is registered on {cutoff}")
    groups = cut["index/groups.csv"]
    maximum = float(round(groups["max_points"].sum(), 6)) or index["maximum"]
    settings = with_dated(settings, cut["targets.csv"], cut["departments.csv"])
    rules = Rules(
        area=area,
        cutoff=cutoff,
        settings=settings,
        index=index,
        maximum=maximum,
        groups=groups,
        indicators=files.in_force(indicators, cutoff),
        bands=cut["index/bands.csv"].sort_values("from_points", ascending=False, ignore_index=True),
        units=cut["units.csv"],
        aliases=cut["aliases.csv"],
        forms={name: table for name, table in cut.items() if name.startswith("columns")},
        province_rank=cut["province_rank.csv"],
        sheets=cut["sheets.csv"],
        tasks=cut["tasks.csv"],
        bands_since=str(files.same_since(tables["index/bands.csv"], ["band", "from_points"], cutoff)),
        reading_since=str(files.same_since(earning, READING, cutoff)) if len(earning) else "",
        warnings=tuple(warnings),
        open_points=tuple(
            find_open_points(
                area,
                settings,
                cut["index/bands.csv"],
                any("total" in set(table["field"]) for name, table in cut.items() if name.startswith("columns")),
                tables["review.csv"],
            )
        ),
    )
    return replace(rules, settings=area_settings.scaled(settings, said, maximum, rules.points_decimals))


class Beginnings(NamedTuple):
    """The days, over all time, on which a new series of totals begins; ISO.

    units : unit_code, day: see ``find_arrangements``; None where the delivered table is the registry
    rules : the days on which rows of groups.csv begin or end: the decision, by which offices compute their totals
    years : whether each year begins one: not where nothing accumulates, as in an index that is measured once a year
    """

    units: pd.DataFrame | None
    rules: list[str]
    years: bool


def beginnings(home: Path, area: str) -> Beginnings:
    """Where new series of the area begin. Bands and indicators begin none: they change no published total.

    Raises : ConfigError as ``load`` does.
    """
    return _beginnings(area, files.of_area(home, area))


@lru_cache
def _beginnings(area: str, held: tuple[File, ...]) -> Beginnings:
    """The same as ``beginnings``, cached by the files' content."""
    dated, index, tables, _ = _checked(area, held)
    settings = dated[0].values  # a change concerns none of the keys that are used here
    units = None if settings["units"] == FROM_FILE else find_arrangements(tables["units.csv"])
    said = [_otherwise(settings, index), *tables["sheets.csv"]["accumulates"]]
    days = [str(day) for day in files.changes(tables["index/groups.csv"])]
    return Beginnings(units, days, years=not {*said} <= {"", "none"})


def find_heirs(home: Path, area: str, cutoff: date) -> dict[str, str]:
    """The code that each unit which is not there any more on ``cutoff`` went into, as units.csv names it.

    Raises : ConfigError as ``load`` does.
    """
    _, _, tables, _ = _checked(area, files.of_area(home, area))
    registry = tables["units.csv"].sort_values("valid_to", kind="stable")
    gone = registry[(registry["valid_to"] < pd.Timestamp(cutoff)) & (registry["successor_code"] != "")]
    gone = gone[gone["successor_code"] != gone["code"]]
    there = set(files.in_force(registry, cutoff)["code"])
    return {code: heir for code, heir in zip(gone["code"], gone["successor_code"], strict=True) if code not in there}


def find_changed_indicators(home: Path, area: str, cutoff: date) -> dict[str, str]:
    """The newest day, ISO, up to ``cutoff``, on which the area's row of an indicator came to say something else.

    Returns : by indicator; one whose row never changed is left out
    Raises  : ConfigError as ``load`` does.
    """
    dated, _, tables, _ = _checked(area, files.of_area(home, area))
    rows = checks.of_scope(tables["index/indicators.csv"], dated[0].values["scope"]).sort_values(
        "valid_from", kind="stable"
    )
    rows, found = rows[rows["valid_from"] <= pd.Timestamp(cutoff)], {}
    for indicator, its in rows[rows.duplicated("indicator", keep=False)].groupby("indicator"):
        said = its[[*READING, "nature"]].astype(object).fillna("")
        is_other = (said != said.shift()).any(axis=1).iloc[1:]
        if is_other.any():
            found[indicator] = str(its.loc[is_other[is_other].index[-1], "valid_from"].date())
    return found


def _otherwise(settings: dict, index: dict) -> str:
    """Since when figures accumulate of which sheets.csv does not say it."""
    return settings["period"]["accumulates"] or index.get("accumulates", "none")


def find_arrangements(registry: pd.DataFrame) -> pd.DataFrame:
    """The days on which a code began to stand for a unit of other places: founded, merged or divided.

    registry : as in units.csv; the rows of a code follow each other without a gap
    Returns  : unit_code, day (ISO). A unit is its code and the places that it covers. So a row that follows another
               one of its code with another name or type is the same unit, except where the earlier row names another
               code as successor, or a unit is founded on that day of which no row says out of which ones. A row that
               repeats name, type and cluster is entered because the places changed. The successor of another code
               begins anew.
    Source   : docs/method.md §5 and §9
    """
    heir = registry["successor_code"].where(registry["successor_code"] != "", registry["code"])
    ended = registry.assign(heir=heir, day=registry["valid_to"] + pd.Timedelta(days=1)).dropna(subset="day")
    given = ended.loc[ended["heir"] != ended["code"], ["heir", "day"]].rename(columns={"heir": "code"})
    kept = ended.loc[ended["heir"] == ended["code"], ["code", "day", "name", "type", "kind", "cluster"]]
    rows = registry.rename(columns={"valid_from": "day"})
    rows = rows.merge(kept, how="left", on=["code", "day"], suffixes=("", "_before"))
    follows = rows["name_before"].notna()
    is_renamed = follows & ((rows["name"] != rows["name_before"]) | (rows["type"] != rows["type_before"]))
    is_clustered = follows & (rows["kind"] == rows["kind_before"]) & (rows["cluster"] != rows["cluster_before"])
    is_clustered &= ~is_renamed  # only the group that the office compares it in is another one
    of_nothing = rows[~follows & ~_keys(rows, "code").isin(_keys(given, "code"))]
    is_same = is_renamed & ~_keys(rows, "kind").isin(_keys(of_nothing, "kind"))
    begun = pd.concat([rows.loc[~(is_same | is_clustered), ["code", "day"]], given])
    return pd.DataFrame({"unit_code": begun["code"], "day": begun["day"].dt.strftime("%Y-%m-%d")})


def _keys(rows: pd.DataFrame, column: str) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(rows[[column, "day"]])


@lru_cache
def _checked(
    area: str, held: tuple[File, ...]
) -> tuple[list[area_settings.Dated], dict, dict[str, pd.DataFrame], list[str]]:
    """The settings of ``area`` by day, the index, every table with typed columns and all dates, and the warnings."""
    dated, faults, warnings = area_settings.dated_settings(area, held)
    settings = dated[0].values
    by_name, folder = {file.name: file.data for file in held}, settings.get("index_folder", files.INDEX)
    optional = {*files.OPTIONAL, *(["units.csv"] if settings.get("units") == FROM_FILE else [])}
    tables = {
        name: files.table(area, name, by_name.get(files.place(name, folder)), faults, folder)
        if name not in optional or name in by_name
        else files.empty(name)
        for name in [*files.COLUMNS, *(name for name in by_name if name.startswith("columns-"))]
    }
    index = index_file.read(held, folder, set(tables["index/groups.csv"].get("group", ())))
    faults += index.faults
    if not faults:
        maximum = index.values.get("maximum")
        found = [where for _, each, _ in dated for where in checks.faults(area, each, tables, maximum)]
        found += checks.dated_faults(area, [(each.since, each.values) for each in dated], tables)
        faults += [f"config/{where}" for where in dict.fromkeys(found)]
    if faults:
        taken = [file.name for file in held if file.own and file.name.startswith(f"{folder}/")]
        faults += [f"config/{name}: not there; the program's own was read in its place" for name in taken]
        raise ConfigError("\n".join(faults))
    return dated, index.values, tables, [*warnings, *index.warnings]
