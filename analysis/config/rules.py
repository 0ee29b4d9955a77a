"""Loads the rules of the index and of an area: checks the whole configuration, then selects what is valid on a date.

``config/index-766/`` holds the rules of the decision (groups, indicators, bands). ``config/<area>/`` holds what an area
adds (units, names, columns of its table, thresholds). Rows are dated: ``valid_from`` to ``valid_to``, both included;
rules still in force have no end. An old week that is computed again uses the rules of its own date.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import pandas as pd

from analysis.config import area as area_settings
from analysis.config import checks, files
from analysis.config.area import FROM_FILE
from analysis.config.files import ConfigError, File
from analysis.config.wording import Wording


@dataclass(frozen=True, eq=False)
class Rules:
    """The rules in force for one area on one cut-off. The frames have the columns of their files (see files.COLUMNS).

    settings   : every key of area.toml and defaults.toml, as plain values (see area.Area)
    indicators : those of the area's scope; units : empty where the delivered table itself is the registry
    forms      : columns.csv and every columns-*.csv by name; each describes one form of table that the area delivers
    warnings   : one sentence for each key that has no effect any more
    """

    area: str
    cutoff: date
    settings: dict
    groups: pd.DataFrame
    indicators: pd.DataFrame
    bands: pd.DataFrame
    units: pd.DataFrame
    aliases: pd.DataFrame
    forms: dict[str, pd.DataFrame]
    province_rank: pd.DataFrame
    sheets: pd.DataFrame
    warnings: tuple[str, ...] = ()

    def named(self, code: str, words: Wording) -> str:
        """The name of the indicator, group or total with this code."""
        for table, key in ((self.indicators, "indicator"), (self.groups, "group")):
            if len(its := table.loc[table[key] == code, f"name_{words.lang}"]):
                return its.iat[0]
        return words.say(f"name.{code.lower()}")

    @property
    def columns(self) -> pd.DataFrame:
        """The columns of the area's main form of table."""
        return self.forms["columns.csv"]

    @property
    def groups_not_printed(self) -> list[str]:
        """The groups of which the main form prints nothing, or only a part of the points."""
        printed = self.indicators[self.indicators["indicator"].isin(self.columns["field"])]
        printed = printed.groupby("group")["max_points"].sum()
        most = self.groups.set_index("group")["max_points"]
        return [group for group in most.index if not self.is_printed(group) and printed.get(group, 0) < most[group]]

    def is_printed(self, group: str) -> bool:
        """Whether the main form prints the points of the whole group."""
        return group in set(self.columns.loc[self.columns["kind"] == "points", "field"])

    @property
    def flows(self) -> list[str]:
        """The indicators that count dossiers as they come."""
        return self.indicators.loc[self.indicators["nature"] == "flow", "indicator"].tolist()

    @property
    def decimals(self) -> dict[str, int]:
        """The decimals that the main form prints, by field."""
        known = self.columns.dropna(subset="decimals").set_index("field")["decimals"]
        return known.astype(int).to_dict()

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
        index = self.settings["index"]
        is_meant = set(index["groups"]) <= set(self.groups["group"])
        otherwise = self.settings["period"]["accumulates"] or (index["accumulates"] if is_meant else "none")
        return next(iter(checks.words_said(self.sheets, kind)), otherwise)

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
    settings, tables, warnings = _checked(area, held)
    cut = {name: files.in_force(table, cutoff) if "valid_from" in table else table for name, table in tables.items()}
    if cut["units.csv"].empty and settings["units"] != FROM_FILE:
        raise ConfigError(f"config/{area}/units.csv: no unit is registered on {cutoff}")
    return Rules(
        area=area,
        cutoff=cutoff,
        settings=settings,
        groups=cut["index-766/groups.csv"],
        indicators=checks.of_scope(cut["index-766/indicators.csv"], settings["scope"]),
        bands=cut["index-766/bands.csv"].sort_values("from_points", ascending=False, ignore_index=True),
        units=cut["units.csv"],
        aliases=cut["aliases.csv"],
        forms={name: table for name, table in cut.items() if name.startswith("columns")},
        province_rank=cut["province_rank.csv"],
        sheets=cut["sheets.csv"],
        warnings=tuple(warnings),
    )


def beginnings(home: Path, area: str) -> tuple[pd.DataFrame | None, list[str]]:
    """The days, over all time, on which a new series of scores begins; ISO.

    Returns : a frame (unit_code, day) of the days on which rows of the registry came into force (None where the
              delivered table is the registry), and the days on which groups, bands or the area's indicators changed
    Raises  : ConfigError as ``load`` does.
    """
    settings, tables, _ = _checked(area, files.of_area(home, area))
    indicators = checks.of_scope(tables["index-766/indicators.csv"], settings["scope"])
    changed = files.changes(tables["index-766/groups.csv"], indicators, tables["index-766/bands.csv"])
    registry = tables["units.csv"]
    registered = pd.DataFrame({"unit_code": registry["code"], "day": registry["valid_from"].dt.strftime("%Y-%m-%d")})
    return None if settings["units"] == FROM_FILE else registered, [str(day) for day in changed]


@lru_cache
def _checked(area: str, held: tuple[File, ...]) -> tuple[dict, dict[str, pd.DataFrame], list[str]]:
    """The settings of ``area``, every table with typed columns and all dates, and the warnings."""
    settings, faults, warnings = area_settings.settings(area, held)
    by_name = {file.name: file.data for file in held}
    optional = {*files.OPTIONAL, *(["units.csv"] if settings.get("units") == FROM_FILE else [])}
    tables = {
        name: files.table(area, name, by_name.get(name), faults)
        if name not in optional or name in by_name
        else files.empty(name)
        for name in [*files.COLUMNS, *(name for name in by_name if name.startswith("columns-"))]
    }
    if not faults:
        faults += [f"config/{where}" for where in checks.faults(area, settings, tables)]
    if faults:
        taken = [file.name for file in held if file.own and file.name in files.COLUMNS]
        faults += [f"config/{name}: not there; the program's own was read in its place" for name in taken]
        raise ConfigError("\n".join(faults))
    return settings, tables, warnings
