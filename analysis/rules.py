"""The rules of the index and of an area: configuration as data, checked whole, then cut to a date.

``config/index-766/`` says what the decision says (groups, indicators, bands), ``config/<area>/`` what an area adds
(units, names, columns of its table, thresholds). Rows are dated: ``valid_from`` to ``valid_to``, both included, an
open end for rules still in force. An old week computed again is computed under the rules of its own date.
"""

import io
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import pandas as pd

from analysis import score, units
from analysis.headers import TIER, header_key
from analysis.store import ConfigError
from analysis.wording import Wording

KINDS = ("text", "score", "change", "percent", "points", "count")
STRUCTURAL_FIELDS = ("unit", "code", "rank", "total", "previous_total", "change", "band", "other")
# A long table has one row a unit and indicator instead of one column an indicator.
LONG_FIELDS = ("group", "indicator", "numerator", "denominator", "value", "published_points", "max_points")
FROM_FILE = "from-file"
FOREVER = pd.Timestamp("2200-01-01")
DATED = ["valid_from", "valid_to"]
COLUMNS = {
    "index-766/groups.csv": ["group", "name_vi", "name_en", "max_points", *DATED, "source"],
    "index-766/indicators.csv": [
        *["indicator", "group", "scope", "split", "name_vi", "name_en", "unit", "max_points"],
        *["rule", "full_at_pct", "if_no_cases", *DATED, "source"],
    ],
    "index-766/bands.csv": ["band", "name_en", "from_points", *DATED, "source"],
    "units.csv": ["code", "name", "type", "kind", *DATED, "successor_code", "source"],
    "aliases.csv": ["what", "written", "meant", "reason"],
    "columns.csv": ["header", "field", "kind", "required", "decimals", "on_excess"],
    "province_rank.csv": ["cutoff", "rank", "of", "source"],
    "sheets.csv": ["sheet", "rows", "period_vi", "period_en", *DATED, "source"],
}
NUMBERS = ("max_points", "full_at_pct", "from_points", "decimals", "rank", "of")
DATES = ("valid_from", "valid_to", "cutoff")
ALLOWED = {
    "split": ("whole", "part"),
    "unit": ("percent", "count", "points"),
    "if_no_cases": ("full", "zero", "null"),
    "what": ("unit", "header", "indicator"),
    "rows": ("units", "control", "none"),
    ("columns", "kind"): KINDS,
    ("units", "kind"): ("commune", "department"),
    "required": ("yes", "no"),
    "on_excess": ("refuse", "warn"),
    "rule": tuple(score.RULES),
}
ALWAYS = ("from_points", "rank", "of")  # numbers that may not be left out
REQUIRED = ("group", "indicator", "band", "code", "name", "header", "field", "written", "meant", "valid_from", "source")
AREA_TABLES = {
    "": {
        "code": str,
        "units": str,
        "scope": str,
        "control_rows": list,
        "weak_bands": list,
        "rose_most": int,
        "fell_most": int,
    },
    "name": {"vi": str, "en": str, "peers_vi": str, "peers_en": str},
    "targets": {},
    "marks_below": {},
    "responsible": {},
    "step": {
        "group": str,
        "size_points": (int, float),
        "tolerance_points": (int, float),
        "group_tolerance_points": (int, float),
        "level_tolerance_points": (int, float),
    },
    "trend": {
        **dict.fromkeys(["least_changes", "shown_cutoffs", "recent_weeks", "least_streak"], int),
        "target_day": str,
    },
    "page": dict.fromkeys(["peers", "signals", "contributions"], int),
    "mail": {"first_rows": int, "last_rows": int},
    "peer": {"least_units": int, "beyond": (int, float)},
    "document": {
        **dict.fromkeys(["superior", "agency", "issuer", "number_suffix", "place", "signer", "archive"], str),
        **dict.fromkeys(["basis", "recipients"], list),
    },
}


@dataclass(frozen=True, eq=False)
class Rules:
    """What is in force for one area on one cut-off. The frames carry the columns of their files (see COLUMNS).

    indicators : those of the area's scope; units : empty where the delivered table itself is the registry
    forms      : columns.csv and every columns-*.csv by name: each describes one form of table the area delivers
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

    def named(self, code: str, words: Wording) -> str:
        """The name of what a measurement is of: an indicator, a group, or one of the totals."""
        for table, key in ((self.indicators, "indicator"), (self.groups, "group")):
            if len(its := table.loc[table[key] == code, f"name_{words.lang}"]):
                return its.iat[0]
        return words.say(f"name.{code.lower()}")

    @property
    def columns(self) -> pd.DataFrame:
        """The columns of the area's main form of table."""
        return self.forms["columns.csv"]

    @property
    def from_file(self) -> bool:
        return self.settings["units"] == FROM_FILE


def load(home: Path, area: str, cutoff: date) -> Rules:
    """The rules of ``area`` on ``cutoff``, after the whole configuration was checked.

    Raises : ConfigError with every fault found, or when the area has no folder or no unit on that date.
    """
    return _in_force(area, cutoff, _files(Path(home) / "config", area))


@lru_cache
def _in_force(area: str, cutoff: date, files: tuple[tuple[str, bytes], ...]) -> Rules:
    """The same, from what the files hold: what is remembered is never that of other files."""
    settings, tables = _checked(area, files)
    cut = {name: in_force(table, cutoff) if "valid_from" in table else table for name, table in tables.items()}
    if cut["units.csv"].empty and settings["units"] != FROM_FILE:
        raise ConfigError(f"config/{area}/units.csv: no unit is registered on {cutoff}")
    return Rules(
        area=area,
        cutoff=cutoff,
        settings=settings,
        groups=cut["index-766/groups.csv"],
        indicators=_of_scope(cut["index-766/indicators.csv"], settings["scope"]),
        bands=cut["index-766/bands.csv"].sort_values("from_points", ascending=False, ignore_index=True),
        units=cut["units.csv"],
        aliases=cut["aliases.csv"],
        forms={name: table for name, table in cut.items() if name.startswith("columns")},
        province_rank=cut["province_rank.csv"],
        sheets=cut["sheets.csv"],
    )


def beginnings(home: Path, area: str) -> tuple[pd.DataFrame | None, list[str]]:
    """On all dates at once, when something began that makes earlier scores those of another series; days are ISO.

    Returns : (unit_code, day: a row of the registry came into force; None where the delivered table is the registry,
              the days on which groups, bands or the area's indicators became others)
    Raises  : ConfigError as ``load`` does.
    """
    settings, tables = _checked(area, _files(Path(home) / "config", area))
    indicators = _of_scope(tables["index-766/indicators.csv"], settings["scope"])
    changed = _changes(tables["index-766/groups.csv"], indicators, tables["index-766/bands.csv"])
    registry = tables["units.csv"]
    registered = pd.DataFrame({"unit_code": registry["code"], "day": registry["valid_from"].dt.strftime("%Y-%m-%d")})
    return None if settings["units"] == FROM_FILE else registered, [str(day) for day in changed]


def _of_scope(indicators: pd.DataFrame, scope: str) -> pd.DataFrame:
    return indicators[indicators["scope"] == scope].reset_index(drop=True)


def in_force(table: pd.DataFrame, day: date) -> pd.DataFrame:
    """The rows of a dated table that hold on ``day``."""
    when = pd.Timestamp(day)
    return table[(table["valid_from"] <= when) & ~(table["valid_to"] < when)].reset_index(drop=True)


def _files(config: Path, area: str) -> tuple[tuple[str, bytes], ...]:
    """What there is of the index and of ``area``: names as in COLUMNS, area.toml, columns-*.csv; what each holds."""
    folder = config / area
    if not (folder / "area.toml").is_file():
        areas = sorted(path.parent.name for path in config.glob("*/area.toml"))
        raise ConfigError(
            f"area {area!r} is not configured: config/{area}/area.toml does not exist (there are: {', '.join(areas)})"
        )
    paths = {name: (config if "/" in name else folder) / name for name in COLUMNS}
    paths |= {path.name: path for path in (folder / "area.toml", *sorted(folder.glob("columns-*.csv")))}
    return tuple((name, path.read_bytes()) for name, path in paths.items() if path.is_file())


@lru_cache
def _checked(area: str, files: tuple[tuple[str, bytes], ...]) -> tuple[dict, dict[str, pd.DataFrame]]:
    """The settings of ``area``, and every table typed, on all dates."""
    held, faults = dict(files), []
    settings = _settings(area, held["area.toml"], faults)
    optional = {"sheets.csv", *(["units.csv"] if settings.get("units") == FROM_FILE else [])}
    tables = {
        name: _table(area, name, held.get(name), faults)
        if name not in optional or name in held
        else _typed(pd.DataFrame(columns=COLUMNS[name], dtype=str), name, name, faults)
        for name in [*COLUMNS, *(name for name in held if name.startswith("columns-"))]
    }
    if not faults:
        faults += [f"config/{where}" for where in _faults(area, settings, tables)]
    if faults:
        raise ConfigError("\n".join(faults))
    return settings, tables


def _table(area: str, name: str, data: bytes | None, faults: list[str]) -> pd.DataFrame:
    """One CSV of the configuration, typed; its faults (columns, types, words) are added to ``faults``."""
    shown, columns = f"config/{name}" if "/" in name else f"config/{area}/{name}", COLUMNS[_kind_of(name)]
    if data is None:
        faults.append(f"{shown}: the file is missing")
        return pd.DataFrame(columns=columns)
    try:
        table = pd.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False)
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        faults.append(f"{shown}: {error}")
        return pd.DataFrame(columns=columns)
    if list(table.columns) != columns:
        faults.append(f"{shown}: the columns are {', '.join(table.columns)}; expected {', '.join(columns)}")
        return table
    return _typed(table, name, shown, faults)


def _kind_of(name: str) -> str:
    return "columns.csv" if name.startswith("columns") else name


def _typed(table: pd.DataFrame, name: str, shown: str, faults: list[str]) -> pd.DataFrame:
    """Numbers as floats, dates as timestamps, words among those allowed; every other cell is a fault."""
    stem = Path(_kind_of(name)).stem
    for column in table:
        allowed = ALLOWED.get((stem, column)) or ALLOWED.get(column)
        texts = table[column].str.strip()
        if column in NUMBERS:
            table[column] = pd.to_numeric(texts.replace("", None), errors="coerce")
            wrong = table[column].isna() & ((texts != "") | (column in ALWAYS))
        elif column in DATES:
            table[column] = pd.to_datetime(texts.replace("", None), format="%Y-%m-%d", errors="coerce")
            wrong = table[column].isna() & ((texts != "") | (column in ("valid_from", "cutoff")))
        elif allowed:
            wrong = ~texts.isin(allowed)
        else:
            table[column] = texts
            wrong = (texts == "") & (column in REQUIRED)
        expected = f", expected one of {', '.join(allowed)}" if allowed else ""
        faults += [
            f"{shown} row {row + 2}: {column}: {texts[row]!r} is not valid{expected}" for row in table.index[wrong]
        ]
    return table


def _settings(area: str, data: bytes, faults: list[str]) -> dict:
    shown = f"config/{area}/area.toml"
    try:
        settings = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(f"{shown}: {error}")
        return {}
    for table, keys in AREA_TABLES.items():
        held = settings if not table else settings.get(table)
        if not isinstance(held, dict):
            faults.append(f"{shown}: the table [{table}] is missing")
            continue
        for key, kind in keys.items():
            if not isinstance(held.get(key), kind):
                faults.append(
                    f"{shown}: {f'[{table}] ' if table else ''}{key}: {held.get(key)!r} is missing or of the wrong type"
                )
    return settings


def _faults(area: str, settings: dict, tables: dict[str, pd.DataFrame]) -> Iterator[str]:
    """What shows only when the files are read together: references, sums, periods."""
    groups, indicators, bands = (tables[f"index-766/{name}.csv"] for name in ("groups", "indicators", "bands"))
    registry, aliases = tables["units.csv"], tables["aliases.csv"]
    for name, key in (("groups", "group"), ("indicators", "indicator"), ("bands", "band")):
        yield from _period_faults(f"index-766/{name}.csv", tables[f"index-766/{name}.csv"], key)
    yield from _period_faults(f"{area}/units.csv", registry, "code")
    yield from _unknown("index-766/indicators.csv", indicators, "group", set(groups["group"]))
    for column, wanted in (
        ("max_points", indicators["rule"] != "none"),
        ("full_at_pct", indicators["rule"] == "capped"),
    ):
        for row in indicators.index[wanted & ~(indicators[column] > 0)]:
            rule = indicators.at[row, "rule"]
            yield f"index-766/indicators.csv row {row + 2}: {column}: the rule {rule} needs a number above 0"
    places = tables["province_rank.csv"]
    for row in places.index[~places["rank"].between(1, places["of"]) | places["cutoff"].duplicated()]:
        shown = f"{places.at[row, 'rank']:.0f} of {places.at[row, 'of']:.0f}"
        yield f"{area}/province_rank.csv row {row + 2}: rank: {shown} is no place, or its cut-off stands twice"
    yield from _sum_faults(groups, indicators)
    for day in _changes(bands):
        limits = in_force(bands, day)["from_points"]
        if not (limits == 0).any():
            yield f"index-766/bands.csv: on {day} no band begins at 0 points"
        if not (limits.diff().dropna() < 0).all():
            yield f"index-766/bands.csv: on {day} from_points is not falling from the first band to the last"

    scope = _of_scope(indicators, settings["scope"])
    if scope.empty:
        yield f"{area}/area.toml: scope: {settings['scope']!r} is not a scope of indicators.csv"
    fields = {*STRUCTURAL_FIELDS, *scope["indicator"], *groups["group"]}
    forms = {name: table for name, table in tables.items() if name.startswith("columns")}
    for name, form in forms.items():
        known = {*STRUCTURAL_FIELDS, *LONG_FIELDS} if "indicator" in set(form["field"]) else fields
        yield from _unknown(f"{area}/{name}", form, "field", known)
        yield from _doubled(f"{area}/{name}", form, form["header"].map(header_key), "header")
        once = form[form["field"] != "other"]
        yield from _doubled(f"{area}/{name}", once, once["field"], "field")
    yield from _doubled(
        f"{area}/aliases.csv", aliases, aliases["what"] + aliases["written"].map(units.name_key), "written"
    )
    yield from _alias_faults(f"{area}/aliases.csv", aliases, set(registry["code"]), fields, forms)
    names = registry["name"].map(units.name_key)
    for day in _changes(registry):
        current = in_force(registry.assign(name_key=names), day)
        for name in current.loc[current.duplicated("name_key"), "name"]:
            yield f"{area}/units.csv: on {day} two units are called {name!r}"
    known = {*scope["indicator"], "TOTAL", "PREVIOUS_TOTAL", "CHANGE"}
    for table, is_right in (("targets", _is_number), ("marks_below", _is_number), ("responsible", _is_bilingual)):
        for name, value in settings[table].items():
            if name not in known:
                yield f"{area}/area.toml: [{table}] {name}: no such indicator"
            elif not is_right(value):
                yield f"{area}/area.toml: [{table}] {name}: {value!r} is of the wrong type"
    for part, whole in settings.get("at_most", {}).items():
        for name in {part, whole} - set(scope["indicator"]):
            yield f"{area}/area.toml: [at_most] {name}: no such indicator"
    if not re.fullmatch(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|30|31)", settings["trend"]["target_day"]):
        yield f"{area}/area.toml: [trend] target_day: {settings['trend']['target_day']!r}: expected a day such as 12-31"
    if settings["units"] not in ("units.csv", FROM_FILE):
        yield f"{area}/area.toml: units: {settings['units']!r}: expected units.csv or {FROM_FILE}"
    for name in set(settings["weak_bands"]) - set(bands["band"]):
        yield f"{area}/area.toml: weak_bands: {name!r} is not a band of bands.csv"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_bilingual(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(lang), str) for lang in ("vi", "en"))


def _alias_faults(
    file: str, aliases: pd.DataFrame, codes: set[str], fields: set[str], forms: dict[str, pd.DataFrame]
) -> Iterator[str]:
    """What an alias stands for must exist: a registered code, an indicator or group, a header of some form."""
    delivered = [header for form in forms.values() for header in form["header"]]
    keys = {header_key(text) for header in delivered for text in (header, header.split(TIER)[-1])}
    yield from _unknown(file, aliases[aliases["what"] == "unit"], "meant", codes)
    yield from _unknown(file, aliases[aliases["what"] == "indicator"], "meant", fields | {"TOTAL"})
    spoken = aliases[aliases["what"] == "header"]
    for row in spoken.index[~spoken["meant"].map(header_key).isin(keys)]:
        yield f"{file} row {row + 2}: meant: {spoken.at[row, 'meant']!r} is not a header of columns.csv"


def _period_faults(file: str, table: pd.DataFrame, key: str) -> Iterator[str]:
    """Periods of one key may neither overlap nor leave a gap, nor end before they begin."""
    for code, rows in table.sort_values("valid_from").groupby(key, sort=False):
        ends = rows["valid_to"].fillna(FOREVER)
        for row in rows.index[ends < rows["valid_from"]]:
            end = rows.at[row, "valid_to"].date()
            yield f"{file} row {row + 2}: {code}: the period ends on {end}, before it begins"
        for earlier, later in zip(rows.index, rows.index[1:], strict=False):
            begins, gap = rows.at[later, "valid_from"], (rows.at[later, "valid_from"] - ends[earlier]).days
            if gap != 1:
                fault = "overlaps" if gap < 1 else "leaves a gap after"
                where = f"{file} row {later + 2}: {code}"
                yield f"{where}: the period from {begins.date()} {fault} the one of row {earlier + 2}"


def _sum_faults(groups: pd.DataFrame, indicators: pd.DataFrame) -> Iterator[str]:
    """On every date groups sum to 100, and a scope's indicators to their group, or less where printed in part."""
    for day in _changes(groups, indicators):
        maxima = in_force(groups, day).groupby("group")["max_points"].sum()
        if round(maxima.sum(), 6) != 100:
            yield f"index-766/groups.csv: on {day} the groups sum to {maxima.sum():g} points, not 100"
        for (scope, group), rows in in_force(indicators, day).groupby(["scope", "group"]):
            points, known = rows["max_points"].sum(), (rows["split"] == "whole").all()
            limit = maxima.get(group, 0)
            if points > limit + 1e-9 or (known and abs(points - limit) > 1e-9):
                yield (
                    f"index-766/indicators.csv: on {day} the {scope} indicators of {group} sum to {points:g} points,"
                    f" {'not' if known else 'more than'} the group's {limit:g}"
                )


def _changes(*tables: pd.DataFrame) -> list[date]:
    """The days on which a dated table says something new: between two of them nothing changes."""
    begins = {day.date() for table in tables for day in table["valid_from"]}
    ends = {day.date() + timedelta(days=1) for table in tables for day in table["valid_to"].dropna()}
    return sorted(begins | {day for day in ends if any(not in_force(table, day).empty for table in tables)})


def _unknown(file: str, table: pd.DataFrame, column: str, known: set[str]) -> Iterator[str]:
    for row in table.index[~table[column].isin(known)]:
        yield f"{file} row {row + 2}: {column}: {table.at[row, column]!r} is not known"


def _doubled(file: str, table: pd.DataFrame, keys: pd.Series, column: str) -> Iterator[str]:
    for row in table.index[keys.duplicated()]:
        yield f"{file} row {row + 2}: {column}: {table.at[row, column]!r} stands twice"
