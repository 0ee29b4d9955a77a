"""Checks that need several files of the configuration: references, sums, periods."""

import re
from collections.abc import Iterable, Iterator
from datetime import date

import pandas as pd

from analysis.config import units
from analysis.config.area import ANY_CODE, FROM_FILE, LAYOUTS, NAMED_BY_UNIT
from analysis.config.departments import find_code, list_departments, with_dated
from analysis.config.files import TIER, changes, in_force
from analysis.config.units import column_key, header_key

STRUCTURAL_FIELDS = ("unit", "code", "rank", "total", "previous_total", "change", "band", "remark", "other")
# A long table has one row for each unit and indicator, instead of one column for each indicator.
LONG_FIELDS = ("group", "indicator", "numerator", "denominator", "value", "published_points", "max_points")
FILLS = {"transposed": "unit", "one-unit": "unit", "groups": "indicator"}  # the field that a layout of [[shape]] fills
FOREVER = pd.Timestamp("2200-01-01")
MOST_DECIMALS = 10  # of a column: no more are read


def faults(area: str, settings: dict, tables: dict[str, pd.DataFrame], maximum: float | None = None) -> Iterator[str]:
    """The faults that a single file does not show: in references, sums and periods.

    maximum : all points of the index, as its index.toml says; None: it does not say it
    """
    groups, indicators, bands = (tables[f"index/{name}.csv"] for name in ("groups", "indicators", "bands"))
    index = settings["index_folder"]
    registry, aliases = tables["units.csv"], tables["aliases.csv"]
    for name, key in (("groups", "group"), ("indicators", "indicator"), ("bands", "band")):
        yield from _period_faults(f"{index}/{name}.csv", tables[f"index/{name}.csv"], key)
    yield from _period_faults(f"{area}/units.csv", registry, "code")
    yield from _unknown(f"{index}/indicators.csv", indicators, "group", set(groups["group"]))
    for column, wanted in (
        ("max_points", indicators["rule"] != "none"),
        ("full_at_pct", indicators["rule"] == "capped"),
    ):
        for row in indicators.index[wanted & ~(indicators[column] > 0)]:
            rule = indicators.at[row, "rule"]
            yield f"{index}/indicators.csv row {row + 2}: {column}: the rule {rule} needs a number above 0"
    for row in indicators.index[(indicators["nature"] == "flow") & (indicators["unit"] != "percent")]:
        unit = indicators.at[row, "unit"]
        yield f"{index}/indicators.csv row {row + 2}: nature: a flow is a share of cases, in percent, not in {unit}"
    places = tables["province_rank.csv"]
    for row in places.index[~places["rank"].between(1, places["of"]) | places["cutoff"].duplicated()]:
        shown = f"{places.at[row, 'rank']:.0f} of {places.at[row, 'of']:.0f}"
        yield f"{area}/province_rank.csv row {row + 2}: rank: {shown} is no place, or its cut-off stands twice"
    yield from _sum_faults(index, groups, indicators, maximum)
    for day in changes(bands):
        limits = in_force(bands, day)["from_points"]
        if not (limits == 0).any():
            yield f"{index}/bands.csv: on {day} no band begins at 0 points"
        if not (limits.diff().dropna() < 0).all():
            yield f"{index}/bands.csv: on {day} from_points is not falling from the first band to the last"

    for name, may_be_empty in (("units.csv", False), ("sheets.csv", True)):
        known = {*settings["kinds"], *([""] if may_be_empty else [])}
        for row in tables[name].index[~tables[name]["kind"].isin(known)]:
            expected = f"expected one of {', '.join(settings['kinds'])}, the [kinds] of area.toml"
            yield f"{area}/{name} row {row + 2}: kind: {tables[name].at[row, 'kind']!r} is not valid, {expected}"
    if len(others := [code for code, kind in settings["kinds"].items() if not kind["types"]]) > 1 and (
        settings["units"] == FROM_FILE
    ):
        yield f"{area}/area.toml: [kinds] {', '.join(others)}: only one kind may have no types: that of all other units"
    yield from _sheet_faults(f"{area}/sheets.csv", tables["sheets.csv"], settings["kinds"])
    scope = of_scope(indicators, settings["scope"])
    if scope.empty and settings["scope"]:
        yield f"{area}/area.toml: scope: {settings['scope']!r} is not a scope of indicators.csv"
    fields = {*STRUCTURAL_FIELDS, *scope["indicator"], *groups["group"]}
    forms = {name: table for name, table in tables.items() if name.startswith("columns")}
    for name, form in forms.items():
        known = {*STRUCTURAL_FIELDS, *LONG_FIELDS} if "indicator" in set(form["field"]) else fields
        yield from _unknown(f"{area}/{name}", form, "field", known)
        yield from _column_faults(f"{area}/{name}", form)
        if settings["total"] == "computed" and "total" in set(form["field"]):
            yield f"{area}/area.toml: total: {name} prints a total, and 'computed' is for tables that print none"
    yield from _doubled(
        f"{area}/aliases.csv", aliases, aliases["what"] + aliases["written"].map(units.name_key), "written"
    )
    yield from _alias_faults(f"{area}/aliases.csv", aliases, set(registry["code"]), fields, forms)
    names = registry["name"].map(units.name_key)
    for day in changes(registry):
        current = in_force(registry.assign(name_key=names), day)
        for name in current.loc[current.duplicated("name_key"), "name"]:
            yield f"{area}/units.csv: on {day} two units are called {name!r}"
    known = {*scope["indicator"], "TOTAL", "PREVIOUS_TOTAL", "CHANGE"}
    for table, also in (("targets", set()), ("marks_below", set()), ("responsible", set(groups["group"]))):
        for name in (name for name in settings[table] if name not in known | also):
            yield f"{area}/area.toml: [{table}] {name}: no such indicator"
    for name in set(settings["place_targets"]) - {*scope["indicator"], *groups["group"], "TOTAL"}:
        yield f"{area}/area.toml: [place_targets] {name}: no such indicator or group"
    yield from _task_faults(f"{area}/tasks.csv", tables["tasks.csv"], {*scope["indicator"], *groups["group"]})
    rates = set(scope.loc[scope["unit"] == "percent", "indicator"])
    for name in (name for name in settings["targets"] if name in known - rates):
        yield f"{area}/area.toml: [targets] {name}: a target is of a rate, and this figure is not in percent"
    flows = set(scope.loc[scope["nature"] == "flow", "indicator"])
    yield from _shape_faults(f"{area}/area.toml", settings["shape"], forms)
    yield from _rebase_faults(f"{area}/area.toml", settings, flows, set(registry["code"]))
    yield from _balance_faults(f"{area}/area.toml", settings, forms)
    for part, whole in settings["at_most"].items():
        for name in {part, whole} - set(scope["indicator"]):
            yield f"{area}/area.toml: [at_most] {name}: no such indicator"
    for name in set(settings["weak_bands"]) - set(bands["band"]):
        yield f"{area}/area.toml: weak_bands: {name!r} is not a band of bands.csv"


def dated_faults(area: str, dated: list[tuple[str, dict]], tables: dict[str, pd.DataFrame]) -> Iterator[str]:
    """The faults of targets and departments, which settings and tables say together, on every day.

    dated : the settings by day, ISO; "": from the beginning
    """
    targets, departments, tasks = (tables[f"{name}.csv"] for name in ("targets", "departments", "tasks"))
    scope = of_scope(tables["index/indicators.csv"], dated[0][1]["scope"])
    rates = set(scope.loc[scope["unit"] == "percent", "indicator"])
    yield from _unknown(f"{area}/targets.csv", targets, "indicator", rates)
    for row in targets.index[~targets["target"].fillna(0).between(0, 100)]:
        yield f"{area}/targets.csv row {row + 2}: target: expected a number from 0 to 100, or an empty cell"
    known = {*scope["indicator"], *tables["index/groups.csv"]["group"], ""}
    yield from _unknown(f"{area}/departments.csv", departments, "answers_for", known)
    for row in departments.index[(departments["name_vi"] == "") | (departments["name_en"] == "")]:
        yield f"{area}/departments.csv row {row + 2}: expected its name in both languages"
    yield from _period_faults(f"{area}/targets.csv", targets, "indicator")
    own = departments["answers_for"].where(departments["answers_for"] != "", departments["name_vi"])
    yield from _period_faults(f"{area}/departments.csv", departments.assign(own=own), "own")
    numbered = tasks.assign(number=tasks.index)
    days = {*changes(tasks, departments), *(date.fromisoformat(since) for since, _ in dated if since)}
    for day in sorted({date.min, *days}):
        settings = next(each for since, each in reversed(dated) if since <= str(day))
        if day == date.min:  # no row of a table is in force yet
            now, its = departments.iloc[:0], numbered.iloc[:0]
        else:
            now, its = in_force(departments, day), in_force(numbered, day)
        settings = with_dated(settings, targets.iloc[:0], now)
        yield from _department_faults(f"{area}/area.toml", settings, set(tables["units.csv"]["code"]))
        names = {each.code: each.vi for each in list_departments(settings)}
        for number, name in its[["number", "department"]].itertuples(index=False):
            if name and find_code(name) not in names:
                expected = f"area.toml names {', '.join(names.values())}"
                yield f"{area}/tasks.csv row {number + 2}: department: {name!r} is not known; {expected}"


def of_scope(indicators: pd.DataFrame, scope: str) -> pd.DataFrame:
    return indicators[indicators["scope"] == scope].reset_index(drop=True)


def _rebase_faults(file: str, settings: dict, flows: set[str], codes: set[str]) -> Iterator[str]:
    """The codes of known steps must exist; where the delivered table is the registry, a unit's has its form.

    Only flows have a usual rate, so a step of anything else would change nothing.
    """
    for number, step in enumerate(settings["rebase"], start=1):
        unit, indicator = step["unit_code"], step["indicator"]
        if unit and unit != settings["code"] and not _is_unit(unit, settings, codes):
            yield f"{file}: [[rebase]] number {number}: unit_code: {unit!r} is no unit of the area"
        if indicator and indicator not in flows:
            yield f"{file}: [[rebase]] number {number}: indicator: {indicator!r} is no flow of indicators.csv"


def _shape_faults(file: str, shapes: list[dict], forms: dict[str, pd.DataFrame]) -> Iterator[str]:
    """A layout is of a form that there is, and has its own keys."""
    for number, shape in enumerate(shapes, start=1):
        where = f"{file}: [[shape]] number {number}"
        needed, optional = LAYOUTS[shape["layout"]]
        given = {key for key, value in shape.items() if value and key not in ("form", "layout")}
        for key in (key for key in needed if key not in given):
            yield f"{where}: {key} is missing; the layout {shape['layout']} needs it"
        for key in sorted(given - {*needed, *optional}):
            yield f"{where}: {key} is no key of the layout {shape['layout']}"
        if shape["layout"] == "one-unit" and (shape["unit_from"] in NAMED_BY_UNIT) != bool(shape["unit"]):
            said = "is missing" if not shape["unit"] else "has no meaning"
            yield f"{where}: unit {said} where unit_from is {shape['unit_from']!r}"
        form = forms.get(shape["form"])
        if form is None:
            yield f"{where}: form: there is no {shape['form']!r}; there are {', '.join(forms)}"
        elif shape["layout"] in FILLS and FILLS[shape["layout"]] not in set(form["field"]):
            filled = f"of the field {FILLS[shape['layout']]}, which the layout {shape['layout']} fills"
            yield f"{where}: {shape['form']} has no column {filled}"


def _is_unit(code: str, settings: dict, codes: set[str]) -> bool:
    form = settings["unit_codes"] if settings["units"] == FROM_FILE else ""
    return code in codes or bool(form and re.fullmatch(form, code))


def _department_faults(file: str, settings: dict, codes: set[str]) -> Iterator[str]:
    """Tasks, remarks and letters are filed under the code of a department, so that it must have one of its own."""
    for code, name, _ in list_departments(settings):
        if not code:
            yield f"{file}: department {name!r}: expected a name in Latin letters"
        elif code in codes or (settings["unit_codes"] != ANY_CODE and _is_unit(code, settings, codes)):
            yield f"{file}: department {name!r}: this is the code of a unit"


def _task_faults(file: str, tasks: pd.DataFrame, known: set[str]) -> Iterator[str]:
    """A task serves known indicators or groups."""
    yield from _period_faults(file, tasks, "code")
    for row, codes in tasks["indicators"].str.split().items():
        for code in (code for code in codes if code not in known):
            yield f"{file} row {row + 2}: indicators: {code!r} is not known"


def _column_faults(file: str, form: pd.DataFrame) -> Iterator[str]:
    """On no day does a header or a field stand twice; figures have decimals, scale and signs that can be read."""
    keys = form["header"].map(column_key)
    once = form["field"].where(form["field"] != "other", form.index.to_series().astype(str))
    for column, its in (("header", keys), ("field", once)):
        twice = {
            number
            for day in [pd.Timestamp.min.date(), *changes(form)]
            for number in _doubled_rows(in_force(form.assign(key=its, number=form.index), day))
        }
        for row in sorted(twice):
            yield f"{file} row {row + 2}: {column}: {form.at[row, column]!r} stands twice"
    for row in form.index[form["valid_to"] < form["valid_from"]]:
        yield f"{file} row {row + 2}: valid_to: the period ends before it begins"
    figures = form["kind"] != "text"
    whole = form["decimals"].isna() | (form["decimals"].between(0, MOST_DECIMALS) & (form["decimals"] % 1 == 0))
    for row in form.index[~whole]:
        yield f"{file} row {row + 2}: decimals: expected a whole number from 0 to {MOST_DECIMALS}"
    scaled = form["scale"].isna() | ((form["scale"] > 0) & figures & (form["kind"] != "count"))
    for row in form.index[~scaled]:
        yield f"{file} row {row + 2}: scale: expected a number above 0, and no column of texts or counts"
    for row in form.index[(form["signs"] != "") & (~figures | form["signs"].str.contains("[0-9/]"))]:
        yield f"{file} row {row + 2}: signs: expected words behind the numbers of a column, without digits and strokes"


def _doubled_rows(form: pd.DataFrame) -> list[int]:
    return form.loc[form["key"].duplicated(), "number"].tolist()


def _balance_faults(file: str, settings: dict, forms: dict[str, pd.DataFrame]) -> Iterator[str]:
    """Sums and rates that must hold are of figures that a table with a row a unit has."""
    wide = [form for form in forms.values() if "indicator" not in set(form["field"])]
    known = {name for form in wide for name in form.loc[form["kind"] != "text", "field"]}
    for table, keys in (("balances", ("total", "parts")), ("shares", ("rate", "part", "of"))):
        for number, its in enumerate(settings[table], start=1):
            named = [(key, name) for key in keys for name in ([its[key]] if isinstance(its[key], str) else its[key])]
            for key, name in named:
                if name not in known:
                    yield f"{file}: [[{table}]] number {number}: {key}: {name!r} is no column of figures in columns.csv"
            if len(names := [name for _, name in named]) > len(set(names)):
                yield f"{file}: [[{table}]] number {number}: a column stands twice"


def words_said(sheets: pd.DataFrame, kind: str) -> list[str]:
    """What sheets.csv says of since when the figures of a kind of units accumulate; "": of the area's own row.

    The area's own row is on a sheet of its own, or among the units on a sheet that holds every kind.
    """
    said = sheets[sheets["accumulates"] != ""]
    own = said[said["rows"] == ("units" if kind else "control")]
    held = own[own["kind"].isin([kind, ""])] if kind else own
    if not kind and held.empty:
        held = said[(said["rows"] == "units") & (said["kind"] == "")]
    return held["accumulates"].unique().tolist()


def _sheet_faults(file: str, sheets: pd.DataFrame, kinds: Iterable[str]) -> Iterator[str]:
    """The figures of units of one kind are compared, so that they must accumulate since the same day."""
    for day in changes(sheets):
        for kind in ("", *kinds):
            if len(words := words_said(in_force(sheets, day), kind)) > 1:
                whose = f"units of the kind {kind}" if kind else "the area's own row"
                said = f"{file}: on {day} accumulates: {', '.join(words)} for {whose}"
                yield f"{said}; say in kind which units a sheet holds"


def _alias_faults(
    file: str, aliases: pd.DataFrame, codes: set[str], fields: set[str], forms: dict[str, pd.DataFrame]
) -> Iterator[str]:
    """The meaning of an alias must exist: a registered code, an indicator or group, or a header of a form."""
    delivered = [header for form in forms.values() for header in form["header"]]
    keys = {header_key(text) for header in delivered for text in (header, header.split(TIER)[-1])}
    yield from _unknown(file, aliases[aliases["what"] == "unit"], "meant", codes)
    yield from _unknown(file, aliases[aliases["what"] == "indicator"], "meant", fields | {"TOTAL"})
    spoken = aliases[aliases["what"] == "header"]
    for row in spoken.index[~spoken["meant"].map(header_key).isin(keys)]:
        yield f"{file} row {row + 2}: meant: {spoken.at[row, 'meant']!r} is not a header of columns.csv"


def _period_faults(file: str, table: pd.DataFrame, key: str) -> Iterator[str]:
    """The periods of one key must not overlap, leave a gap, or end before they begin."""
    held = table.sort_values("valid_from")
    begins, ends = held["valid_from"], held["valid_to"].fillna(FOREVER)
    for row in held.index[ends < begins]:
        end = held.at[row, "valid_to"].date()
        yield f"{file} row {row + 2}: {held.at[row, key]}: the period ends on {end}, before it begins"
    earlier = pd.DataFrame({"row": held.index, "end": ends}).groupby(held[key], sort=False).shift()
    gaps = (begins - earlier["end"]).dt.days
    for row in held.index[gaps.notna() & (gaps != 1)]:
        fault = "overlaps" if gaps[row] < 1 else "leaves a gap after"
        where, other = f"{file} row {row + 2}: {held.at[row, key]}", int(earlier.at[row, "row"]) + 2
        yield f"{where}: the period from {begins[row].date()} {fault} the one of row {other}"


def _sum_faults(index: str, groups: pd.DataFrame, indicators: pd.DataFrame, maximum: float | None) -> Iterator[str]:
    """On every date the groups sum to the maximum of the index, and a scope's indicators to their group (or less where
    printed in part)."""
    if groups.empty and maximum is None:
        yield f"{index}/groups.csv: there is no group, and index.toml says no maximum: how many points are there?"
    for day in changes(groups, indicators):
        maxima = in_force(groups, day).groupby("group")["max_points"].sum()
        if not groups.empty:
            maximum = round(maxima.sum(), 6) if maximum is None else maximum
            if round(maxima.sum() - maximum, 6):
                yield f"{index}/groups.csv: on {day} the groups sum to {maxima.sum():g} points, not {maximum:g}"
        for (scope, group), rows in in_force(indicators, day).groupby(["scope", "group"]):
            points, known = rows["max_points"].sum(), (rows["split"] == "whole").all()
            limit = maxima.get(group, 0)
            if points > limit + 1e-9 or (known and abs(points - limit) > 1e-9):
                yield (
                    f"{index}/indicators.csv: on {day} the {scope} indicators of {group} sum to {points:g} points,"
                    f" {'not' if known else 'more than'} the group's {limit:g}"
                )


def _unknown(file: str, table: pd.DataFrame, column: str, known: set[str]) -> Iterator[str]:
    for row in table.index[~table[column].isin(known)]:
        yield f"{file} row {row + 2}: {column}: {table.at[row, column]!r} is not known"


def _doubled(file: str, table: pd.DataFrame, keys: pd.Series, column: str) -> Iterator[str]:
    for row in table.index[keys.duplicated()]:
        yield f"{file} row {row + 2}: {column}: {table.at[row, column]!r} stands twice"
