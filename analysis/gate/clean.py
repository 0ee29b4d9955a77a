"""Delivered files → measurements and repairs, or all problems at once (docs/method.md §7).

A cell gives either its clean value or a problem that names file, row, column and value. A cell that cleaning changed is
a repair. An *error* refuses all files; a *warning* is accepted and shown. The control row (TOÀN HUYỆN …) is kept under
the area's own code and does not count as a unit, because it includes offices that belong to no commune. Several files
of one cut-off are joined by unit, and must agree where they overlap.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

import pandas as pd

from analysis.characters import in_one_line, visible
from analysis.config.rules import Rules
from analysis.config.units import find_kinds
from analysis.config.wording import Wording
from analysis.exits import AnalysisError
from analysis.gate import checks, pages, places, remarks, shapes
from analysis.gate.problems import ERROR, WARNING, Log, listed
from analysis.gate.sheet import Reading, Record
from analysis.readers import read
from analysis.tables import INDICATOR_OF
from analysis.weeks.paths import is_beside, is_place

FIGURES = ["value", "numerator", "denominator", "published_points"]
MEASUREMENTS = ["unit_code", "unit_name", "indicator", *FIGURES, "mark"]
REPAIRS = ["file", "row", "column", "column_letter", "raw", "clean", "reason"]
PROBLEMS = ["severity", "file", "row", "column", "column_letter", "value", "problem"]
CONTROLS = ["control", "indicator", "expected", "found"]
UNITS = ["unit_code", "unit_name", "type", "kind"]


class Refused(AnalysisError, ValueError):
    """The table was refused. ``problems`` is the frame of all problems; the message lists them, one per line."""

    def __init__(self, problems: pd.DataFrame, words: Wording) -> None:
        self.problems = problems
        super().__init__("\n" + "\n".join(problem_lines(problems, words)))


@dataclass(frozen=True)
class Cleaned:
    """The gate's result for the files of one cut-off.

    measurements : unit_code, unit_name, indicator, value, numerator, denominator, published_points, mark; control row
                   first (its code is the area's), then units as delivered. A group's published points have the group's
                   code as indicator
    repairs      : file, row, column, column_letter, raw, clean, reason; one row for each cell that cleaning changed
    problems     : severity (error, warning; passed: a line that is no unit's, passed over), file, row, column,
                   column_letter, value, problem
    controls     : control, indicator, expected, found: numbers of rows and sums that cleaning must not change
    units        : unit_code, unit_name, type, kind of the measured units, without the control row
    source       : one row for each sheet: file (with the sheet's name where there are several), cutoff, previous_cutoff
                   (ISO; of the previous totals that the table itself carries, "" if none)
    remarks      : about, code, text, source: the office's own words, those of the file first
    places       : unit_code, scope, indicator, place, of, source: places in the province or the country, as files say;
                   the area's own total also as province_rank.csv says
    """

    measurements: pd.DataFrame
    repairs: pd.DataFrame
    problems: pd.DataFrame
    controls: pd.DataFrame
    units: pd.DataFrame
    source: pd.DataFrame
    remarks: pd.DataFrame
    places: pd.DataFrame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The frames by the names of the week's tables."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @property
    def refused(self) -> bool:
        return bool((self.problems["severity"] == ERROR).any())


def gate(paths: Path | Iterable[Path], rules: Rules, words: Wording) -> Cleaned:
    """Read the files of one cut-off and clean them. A file that cannot be read is reported as a problem.

    paths  : tables, and what came beside them, which is told by its name (``is_beside``)
    Raises : OSError where a file cannot be opened.
    """
    words = rules.worded(words)  # figures with as many decimals as the index has
    delivered = list(map(Path, [paths] if isinstance(paths, str | Path) else paths))
    logs: list[Log] = []
    for path in (each for each in delivered if not is_beside(each)):
        try:
            cells = read.cells(path)
        except read.Unreadable as fault:
            logs.append(log := Log(path.name, words))
            log.problem(fault.key, **fault.fields)
        else:
            logs += _readings(cells, visible(path.name), rules, words)
    return _joined(logs, list(filter(is_beside, delivered)), rules, words)


def accepted(cleaned: Cleaned, words: Wording) -> Cleaned:
    """Return ``cleaned``, or raise Refused with all problems, so that a notebook stops at a refused table."""
    if cleaned.refused:
        raise Refused(cleaned.problems, words)
    return cleaned


def problem_lines(problems: pd.DataFrame, words: Wording) -> list[str]:
    """One line for each problem, with its place if known: ``file, dòng 5, cột G (CÔNG KHAI …): «7l.2»: …``."""
    lines = []
    for each in problems.fillna("").itertuples():
        place = [each.file]
        if each.row != "":
            place.append(words.say("place.row", row=each.row))
        if each.column and each.column_letter:
            place.append(words.say("place.column", column=each.column, letter=each.column_letter))
        elif each.column:
            place.append(words.say("place.column_name", column=each.column))
        elif each.column_letter:
            place.append(words.say("place.column_letter", letter=each.column_letter))
        value = f" «{in_one_line(str(each.value))}»:" if each.value != "" else ""
        lines.append(f"{in_one_line(', '.join(place))}:{value} {visible(each.problem)}")
    return lines


# -- which sheets, by which form -------------------------------------------------------------------------------------


def _readings(cells: pd.DataFrame, file: str, rules: Rules, words: Wording) -> list[Log]:
    """Read the relevant sheets of one file; a sheet that cannot be read gives a log with its problem."""
    log, found, beside, unfit = Log(file, words), [], [], []
    sheets = cells.groupby(cells.get("sheet", ""), sort=False) if "sheet" in cells else [("", cells)]
    configured = rules.sheets.set_index("sheet")["rows"].to_dict()
    by_name = dict(iter(sheets))
    by_config = bool(set(configured) & set(by_name))
    for name, its in by_name.items():
        role = configured.get(name, "") if by_config else "units"
        if its.get("hidden", pd.Series(False, index=its.index)).all() and (its["value"].astype(str) != "").any():
            log.problem("problem.hidden_sheet", value=name)
        elif role in ("units", "control"):
            form, reasons = shapes.find(its, _source(file, name, by_name), cells, rules, words)
            if form is not None:
                found.append((name, role, its, form))
            elif told := [each for each in reasons if each.certain or by_config]:
                log.problems += [each.problem(_source(file, name, by_name)[2]) for each in told]
            elif by_config:
                log.problem("problem.no_header", log.place(), name, headers=_needed(rules))
            else:
                beside.append((name, its))
                unfit += [each.problem(_source(file, name, by_name)[2]) for each in reasons]
        elif role == "":
            log.problem("problem.unknown_sheet" if name else "problem.unknown_top", value=name, severity=WARNING)
    for name in [each for each, role in configured.items() if by_config and role != "none" and each not in by_name]:
        log.problem("problem.missing_sheet", value=name)
    if not found and not log.problems:
        log.problems += unfit
    if not found and not log.problems:
        log.problem("problem.no_header", headers=_needed(rules))
    split = shapes.is_split([form.name for *_, form in found], rules)
    if split and not by_config:
        pages.check_beside(log, beside, split)
    if len(found) > 1 and not by_config and not split:
        log.problem("problem.several_sheets", value=", ".join(name for name, *_ in found))
        found = []
    logs = [log]
    if found:
        checks.check_name(log, Path(file).stem, rules.cutoff)
        logs += [_beside(its, f"{file} [{name}]", found, rules, words) for name, its in beside]
    readings = []
    for name, role, its, form in found:
        readings.append(_read(_source(file, name, by_name), role, form, rules, words))
        if role == "units":
            readings[-1].answered = pages.answered(cells, its, name, shapes.of(form.name, rules))
    _tell_once([*readings, *logs])
    return [*logs, *readings]


def _source(file: str, sheet: str, sheets: dict) -> tuple[str, str, str]:
    """The names of a file and of one of its sheets, and that of both in problems."""
    return file, sheet, f"{file} [{sheet}]" if len(sheets) > 1 else file


def _beside(cells: pd.DataFrame, shown: str, found: list[tuple], rules: Rules, words: Wording) -> Log:
    """What is wrong about the days beside the tables ``found``.

    Lists of one answer have its envelope above them, which says their days; the records in them are of other things.
    """
    above = cells.loc[cells["row"] < 1, ["row", "value"]].to_numpy().tolist()
    envelope = above and any(
        above == its.loc[its["row"] < 1, ["row", "value"]].to_numpy().tolist() for _, _, its, _ in found
    )
    log = Log(shown, words)
    if not envelope:
        checks.check_beside(log, cells, rules.cutoff)
    return log


def _tell_once(readings: list[Log]) -> None:
    """Leave a problem of a line that stands above several tables, such as the envelope of an answer, at the first."""
    told: set[tuple] = set()
    for reading in readings:
        above = [each for each in reading.problems if isinstance(each.place["row"], int) and each.place["row"] < 1]
        again = [each for each in above if (each.place["row"], each.value, each.key) in told]
        reading.problems = [each for each in reading.problems if each not in again]
        told |= {(each.place["row"], each.value, each.key) for each in above}


def _read(source: tuple[str, str, str], role: str, form: shapes.Found, rules: Rules, words: Wording) -> Reading:
    """Read one sheet. From a sheet that serves the control row only, nothing else is read."""
    name, header, cells, about = form
    if role == "control":
        code = header.columns.index[header.columns["field"] == "code"]
        rows = cells.loc[cells["column"].isin(code) & (cells["value"] == rules.settings["code"]), "row"]
        cells = cells[(cells["row"] <= header.rows[-1]) | cells["row"].isin(rows)]
    reading = Reading(cells, source, name, header, rules, words)
    reading.problems, reading.previous, reading.pages = list(about.log.problems), about.previous, about.pages
    reading.read()
    reading.problems = shapes.told_once(reading.problems)
    return reading


def _needed(rules: Rules) -> str:
    return ", ".join(rules.columns.loc[rules.columns["required"] == "yes", "header"])


# -- the files as a whole --------------------------------------------------------------------------------------------


def _joined(logs: list[Log], beside: list[Path], rules: Rules, words: Wording) -> Cleaned:
    """The result of all tables, by the logs of their sheets, and of the files beside them."""
    sheets = [log for log in logs if isinstance(log, Reading)]
    readings = [each for each in sheets if not each.is_double]
    units = _units(readings, rules)
    remarked = [path for path in beside if not is_place(path)]
    headings = remarks.Headings(rules, units)
    of_files, said = remarks.read_files(remarked, headings, words)
    of_places, placed = places.read_files(list(filter(is_place, beside)), headings, units, rules, words)
    said += remarks.of_columns(remark for each in readings for remark in each.remarks)
    measurements, disagreements = _measurements(readings, rules, words)
    whole = _check_whole(readings, units, rules, words) if readings and readings == sheets else Log("", words)
    totals = _check_totals(readings, measurements, rules, words)
    every = [*logs, disagreements, whole, totals, *of_files, *of_places]
    problems = pd.DataFrame(listed((each for log in every for each in log.problems), words), columns=PROBLEMS)
    sources = [
        {"file": each.file, "cutoff": str(rules.cutoff), "previous_cutoff": str(each.previous or "")}
        for each in readings
    ]
    return Cleaned(
        measurements,
        pd.DataFrame([each for log in every for each in sorted(log.repairs, key=_by_place)], columns=REPAIRS),
        problems,
        _controls(readings, rules),
        units,
        pd.DataFrame(sources, columns=["file", "cutoff", "previous_cutoff"]),
        pd.DataFrame(said, columns=remarks.REMARKS),
        places.with_configured(placed, rules),
    )


def _by_place(repair: dict) -> tuple:
    return repair["row"], len(repair["column_letter"]), repair["column_letter"]


def _check_whole(readings: list[Reading], units: pd.DataFrame, rules: Rules, words: Wording) -> Log:
    """Check that the files of the main form together have every registered unit exactly once, and the control row, and
    that every unit is of a kind."""
    main = [each for each in readings if each.form == "columns.csv"] or readings
    first = next((each for each in main if each.named()), main[0])
    log = Log(first.file, words)
    column = next((first.at("", first.column_of[name]) for name in ("unit", "code") if name in first.column_of), None)
    found = {record.code for each in main for record in each.records}
    for unit in rules.units[~rules.units["code"].isin(found)].itertuples():
        name = f"{unit.type} {unit.name}".strip()
        log.problem("problem.missing_unit", column, unit.name, name=name)
    if rules.from_file and not any(each.named() for each in main):
        log.problem("problem.no_units", column)
    pages.check(readings)
    if rules.from_file:
        unfit = set(units.loc[units["kind"] == "", "unit_code"])
        for reading, record in ((each, record) for each in main for record in each.named() if record.code in unfit):
            place = reading.at(record.row, reading.column_of.get("unit"))
            log.problem("problem.no_kind", place, record.name, kinds=", ".join(rules.settings["kinds"]))
    wanted = rules.settings["control_rows"]
    if wanted and not rules.from_file and rules.settings["code"] not in found:
        log.problem("problem.missing_control", column, wanted[0])
    return log


def _check_totals(readings: list[Reading], measurements: pd.DataFrame, rules: Rules, words: Wording) -> Log:
    """One warning for all printed totals that are not the sum of their printed groups, at the first table's total."""
    log = Log("", words)
    if fields := checks.say_sum_differences(measurements, rules, words):
        first = next(each for each in readings if {"total", "indicator"} & set(each.column_of))
        place = first.at("", first.column_of.get("total"))
        log.problem("problem.totals_differ", place, severity=WARNING, **fields)
    return log


def _measurements(readings: list[Reading], rules: Rules, words: Wording) -> tuple[pd.DataFrame, Log]:
    """All figures, one row for each unit and indicator. Two files or rows must agree about the same figure."""
    rows: dict[tuple[str, str], dict] = {}
    log = Log("", words)
    order = {code: place for place, code in enumerate(_order(readings))}
    for reading in readings:
        for record in reading.records:
            for indicator, name, part, value in _figures(reading, record):
                key = (record.code, indicator)
                row = rows.setdefault(key, {"unit_code": record.code, "unit_name": record.name, "indicator": indicator})
                row["mark"] = row.get("mark") or record.marks.get(name, "")
                if value is not None and row.setdefault(part, value) != value:
                    place = reading.at(record.row, reading.column_of[name])
                    about = {"name": record.name, "indicator": rules.named(indicator, words)}
                    log.problem(
                        "problem.files_disagree", place, f"{value:.10g}", other=words.number(row[part]), **about
                    )
    frame = pd.DataFrame(list(rows.values())).reindex(columns=MEASUREMENTS)
    frame = frame.assign(mark=frame["mark"].fillna("")).astype(dict.fromkeys(FIGURES, float))
    ordered = frame.sort_values("unit_code", key=lambda codes: codes.map(order), kind="stable", ignore_index=True)
    return ordered, log


def _figures(reading: Reading, record: Record) -> Iterable[tuple[str, str, str, float | None]]:
    """The figures of a record: (indicator or group, field, column of the measurement, value)."""
    groups = set(reading.rules.groups["group"])
    if reading.long:
        indicator = reading.meaning(record.indicator)
        if indicator == "TOTAL":  # the published total is the value; its rate adds nothing
            yield indicator, "published_points", "value", record.values.get("published_points")
            return
        for name in FIGURES:
            if name in reading.column_of:
                yield indicator, name, name, record.values.get(name)
        return
    for name in reading.figures:
        if name == "rank":
            continue
        published = reading.spec_of[name]["kind"] == "points" and name in groups
        yield INDICATOR_OF.get(name, name), name, "published_points" if published else "value", record.values.get(name)


def _order(readings: list[Reading]) -> list[str]:
    """Codes in the order of the measurements: the control row first, then units as the main table has them."""
    main_first = sorted(readings, key=lambda each: each.form != "columns.csv")
    records = [record for each in main_first for record in each.records]
    return list(dict.fromkeys(record.code for record in sorted(records, key=lambda each: not each.control)))


def _units(readings: list[Reading], rules: Rules) -> pd.DataFrame:
    """The measured units: as registered, or as the table names them where it is the registry itself."""
    if not rules.from_file:
        held = rules.units.rename(columns={"code": "unit_code", "name": "unit_name"})
        return held[UNITS]
    named = {record.code: record for each in readings for record in each.named()}
    kinds = find_kinds({each.code: (each.type, each.name) for each in named.values()}, rules.settings["kinds"])
    rows = [(each.code, each.name, each.type, kinds[each.code]) for each in named.values()]
    return pd.DataFrame(rows, columns=UNITS)


def _controls(readings: list[Reading], rules: Rules) -> pd.DataFrame:
    """Numbers of rows and sums before cleaning, and the same after it."""
    found = len({record.code for each in readings for record in each.named()})
    rows = [{"control": "units", "indicator": "", "expected": len(_units(readings, rules)), "found": found}]
    rows += [row for table in pages.by_table(readings) for row in checks.sum_counts(table)]
    return pd.DataFrame(rows, columns=CONTROLS).astype({"expected": float, "found": float})
