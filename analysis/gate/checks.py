"""The checks of one sheet: its header, its weeks, the figures of a row, and its figures as a whole.

Each check takes a sheet (``sheet.Reading``) and adds what it finds to the sheet's problems and repairs.
"""

import math
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pandas as pd

from analysis.config import periods, units
from analysis.config.files import TIER
from analysis.config.wording import Wording
from analysis.gate import headers, lines
from analysis.gate.problems import ERROR, MOST_OF_A_KIND, WARNING, Log
from analysis.method import score
from analysis.readers import from_json, read
from analysis.readers.grid import MOST_TITLES

if TYPE_CHECKING:
    from analysis.config.rules import Rules
    from analysis.gate.sheet import Reading, Record

FIGURE = r"\s*[-+]?[\d.,\s]*\d\s*%?\s*"
ODD_TITLES = ("format", "formula")  # kinds of cells
RATE_TOLERANCE_PCT = 0.1  # a printed rate may be rounded, not more


def check_header(sheet: "Reading") -> None:
    """Every required column must exist, and no column twice.

    Unknown columns, and targets that differ from ours, are warnings. Known typing errors in a header are repairs.
    """
    targets = sheet.rules.settings["targets"]
    for column, each in sheet.header.columns.iterrows():
        if each["reason"]:
            sheet.repair(each["reason"], each["row"], column, each["meant"].split(TIER)[-1])
        if each["fits"]:
            sheet.fault("problem.ambiguous_column", each["row"], column, headers=each["fits"])
            continue
        if each["field"] == "" and _is_beyond(sheet, each["text"]):
            continue
        if column == sheet.row_numbers:
            continue
        if each["field"] == "":
            sheet.fault("problem.unknown_column", each["row"], column, severity=WARNING)
            continue
        target, wanted = headers.target_of(each["text"]), targets.get(each["field"])
        if target is not None and wanted is not None and target != wanted:
            numbers = {"printed": sheet.words.number(target, 0), "target": sheet.words.number(wanted, 0)}
            sheet.fault("problem.other_target", each["row"], column, severity=WARNING, **numbers)
    known = sheet.header.columns[~sheet.header.columns["field"].isin(["", "other"])]
    for column in known.index[known["field"].duplicated()]:
        sheet.fault("problem.doubled_column", known.at[column, "row"], column)
    for name, spec in sheet.specs[(sheet.specs["required"] == "yes") | (sheet.specs.index == "indicator")].iterrows():
        if name not in sheet.column_of:
            place = sheet.place(sheet.header.rows[0], spec["header"])
            sheet.problem("problem.missing_column", place, spec["header"])


def _is_beyond(sheet: "Reading", header: str) -> bool:
    """Whether a column holds a text of a record around those of the answer's list, which has it by its path."""
    path = header.rpartition(".")[0]
    return path == from_json.ROOT or (bool(path) and sheet.sheet.startswith(f"{path}."))


def check_weeks(sheet: "Reading") -> None:
    """A day or week in a title, a header or the sheet's name must be the cut-off; that of previous totals earlier.

    Sets the sheet's ``previous``, the cut-off of its previous totals. If that is not the week before, it is a warning.
    """
    asked = sheet.rules.cutoff
    for row in [each for each in sorted(sheet.rows) if each < sheet.header.rows[0]]:
        texts = {column: periods.spaced(cell.text) for column, cell in sorted(sheet.rows[row].items())}
        for column, words, day in _days_of_row(texts, asked):
            _wrong_week(sheet, sheet.at(row, column), sheet.cell(row, column).text, words, day, asked)
        if len(sheet.problems) > MOST_OF_A_KIND:
            break  # no title has so many wrong days
    check_name(sheet, sheet.sheet, asked)
    for row in sheet.header.rows:
        for column, cell in sheet.rows[row].items():
            known = column in sheet.column_of.values()
            if known or cell.kind != "date":  # a label such as 04/11 that the spreadsheet took for a day is no column
                _check_header_weeks(sheet, row, column, cell.text)


def check_beside(log: Log, cells: pd.DataFrame, asked: date) -> None:
    """A day or week beside the table of figures, in a box of words such as a title page, must be the cut-off."""
    filled = cells[cells["value"].map(str).str.strip() != ""]
    box = filled[filled["row"] > 0]
    if len(box) > MOST_TITLES or box["value"].map(str).str.fullmatch(FIGURE).any():
        filled = filled[filled["row"] < 1]  # a table of other figures, whose days are its own
    for row, its in filled.groupby("row", sort=True):
        texts = {each.column: periods.spaced(str(each.value)) for each in its.itertuples()}
        for column, words, day in _days_of_row(texts, asked):
            place = log.place(row, "", read.letter(column))
            _wrong_week(log, place, str(its.loc[its["column"] == column, "value"].iat[0]), words, day, asked)


def check_name(log: Log, name: str, asked: date) -> None:
    """A day or week in the name of a file or sheet must be the cut-off asked for."""
    for words, day in _other_days(name, asked):
        _wrong_week(log, log.place(), "", words, day, asked)


def _check_header_weeks(sheet: "Reading", row: int, column: int, text: str) -> None:
    asked, words = sheet.rules.cutoff, " ".join(text.split())
    for day in dict.fromkeys(day for _, day in periods.named_cutoffs(text, asked)):
        if sheet.column_of.get("previous_total") == column and day is not None and day < asked:
            sheet.previous = day
            if asked - day != timedelta(weeks=1):
                sheet.fault("problem.week_gap", row, column, WARNING, named=sheet.words.date(day))
        elif day != asked:
            _wrong_week(sheet, sheet.at(row, column), text, words, day, asked)


def _other_days(text: str, asked: date) -> list[tuple[str, date | None]]:
    """Each day or week that ``text`` names and that is not the cut-off asked for, once."""
    return [each for each in dict.fromkeys(periods.named_cutoffs(text, asked)) if each[1] != asked]


def _days_of_row(texts: dict[int, str], asked: date) -> Iterator[tuple[int, str, date | None]]:
    """Each other day or week that the cells of a row name, with the column in which it begins.

    A date may be split over cells, as a comma splits it in a CSV.
    """
    for words, day in _other_days("\n".join(texts.values()), asked):
        yield next((column for column, text in texts.items() if words.split("\n")[0] in text), min(texts)), words, day


def _wrong_week(log: Log, place: dict, value: str, words: str, day: date | None, asked: date) -> None:
    words = " ".join(words.split())
    if day is None:
        log.problem("problem.no_such_week", place, value, words=words)
    else:
        log.problem(
            "problem.wrong_week", place, value, words=words, named=log.words.date(day), asked=log.words.date(asked)
        )


def check_hidden(sheet: "Reading") -> None:
    """A hidden row or column with data is an error, reported once: a person who looks at the table does not see it."""
    filled = [
        (row, column, cell.hidden)
        for row, its in sorted(sheet.rows.items())
        for column, cell in its.items()
        if cell.filled
    ]
    seen = {column for _, column, hidden in filled if not hidden}
    noted: set[tuple[str, int]] = set()
    for row, column, hidden in filled:
        line = ("row", row) if column in seen else ("column", column)
        if hidden and line not in noted:
            noted.add(line)
            sheet.fault("problem.hidden", row, column)


def check_characters(sheet: "Reading") -> None:
    """Titles and headers must show what they hold: a day or a name may read otherwise.

    In a title that is also no number whose format shows words ("Tuần 4/11"), and no formula without a result.
    """
    for row, its in sorted(sheet.rows.items()):
        odd = (*ODD_TITLES, "character") if row < sheet.header.rows[0] else ("character",)
        for column, cell in its.items():
            if row <= sheet.header.rows[-1] and cell.kind in odd:
                sheet.fault(f"problem.{cell.kind}_cell", row, column)


def check_unread(sheet: "Reading", row: int) -> None:
    """Where a cell may show another text than the one that was read, its text is nothing to go by.

    A remark is only words, so there it is a warning. In columns of no meaning, titles and lines that are no units' it
    does not matter.
    """
    for name, column in sheet.column_of.items():
        if what := sheet.cell(row, column).unread:
            sheet.fault("problem.unread", row, column, WARNING if name == "remark" else ERROR, what=what)


def check_counts(sheet: "Reading", record: "Record") -> None:
    """A numerator must not exceed its denominator, a printed rate must match both, a printed maximum must be ours."""
    counted, of, rate = (record.values.get(name) for name in ("numerator", "denominator", "value"))
    if counted is not None and of is not None and counted > of:
        sheet.fault("problem.above_denominator", record.row, sheet.column_of["numerator"], of=sheet.words.number(of, 0))
    elif None not in (counted, of, rate) and of and abs(rate - 100 * counted / of) > RATE_TOLERANCE_PCT:
        said = sheet.words.number(100 * counted / of)
        sheet.fault("problem.other_rate", record.row, sheet.column_of["value"], rate=said)
    most, ours = record.values.get("max_points"), sheet.limits.get(sheet.meaning(record.indicator))
    if most is not None and ours is not None and most != ours:
        said = sheet.words.number(ours, 0)
        sheet.fault("problem.other_maximum", record.row, sheet.column_of["max_points"], WARNING, most=said)


def check_band(sheet: "Reading", record: "Record") -> None:
    """The printed band must be one of ours, and the total must be in it."""
    if "band" not in sheet.column_of:
        return
    row, column, bands = record.row, sheet.column_of["band"], sheet.rules.bands
    text = units.plain(sheet.cell(row, column).text)
    printed = sheet.bands.get(units.spelling_key(text).replace(" ", ""))
    if printed is None:
        sheet.fault("problem.unknown_band", row, column, bands=", ".join(bands["band"]))
        return
    if text.lower() != printed.lower():
        same = units.spelling_key(text) == units.spelling_key(printed)
        sheet.repair("repair.tone_place" if same else "repair.split_word", row, column, printed.upper())
    total = record.values.get("total")
    if total is not None and (fitting := score.band_of(total, bands)) != printed:
        sheet.fault("problem.wrong_band", row, column, total=sheet.words.number(total), band=fitting)


def check_change(sheet: "Reading", record: "Record") -> None:
    """The printed change must be the total minus the previous total, each rounded as points are shown."""
    total, previous, change = (record.values.get(name) for name in ("total", "previous_total", "change"))
    if None in (total, previous, change):
        return
    decimals = sheet.rules.points_decimals
    difference = score.rounded(total - previous, decimals)
    if difference != score.rounded(change, decimals):
        fields = {"total": sheet.words.number(total), "previous": sheet.words.number(previous)}
        said = sheet.words.number(difference, signed=True)
        sheet.fault("problem.wrong_change", record.row, sheet.column_of["change"], difference=said, **fields)


def check_parts(sheet: "Reading", record: "Record") -> None:
    """A figure that is part of another must not exceed it. Else a warning: only the office knows which one is wrong."""
    for part, whole in sheet.rules.settings.get("at_most", {}).items():
        counted, of = record.values.get(part), record.values.get(whole)
        if None not in (counted, of) and counted > of:
            said = sheet.header.columns["text"][sheet.column_of[whole]]
            sheet.fault(
                "problem.above_whole",
                record.row,
                sheet.column_of[part],
                WARNING,
                whole=said,
                of=sheet.words.number(of, 0),
            )


def check_scale(sheet: "Reading") -> None:
    """A percent column without a value above 1 may be on the scale 0 to 1: it is an error, reported at its header.

    Where columns.csv declares the scale, there is no doubt.
    """
    for name, column in _columns_of_kind(sheet, "percent"):
        if sheet.layouts[name].scale is not None:
            continue
        plain = [each for each in sheet.named() if sheet.cell(each.row, column).kind != "percent"]
        values = [each.values[name] for each in plain if each.values.get(name) is not None]
        if len(values) > 1 and 0 < max(values) <= 1:
            sheet.fault("problem.percent_scale", sheet.header.columns.at[column, "row"], column)


def check_ranks(sheets: list["Reading"]) -> None:
    """A printed rank that is not the rank by total is a warning. Where a row is missing, no rank is compared.

    sheets : one, or the pages of one table, whose ranks go on from page to page

    Of units with equal totals, ``rank_ties`` of area.toml says which ranks they have.
    """
    rules, rows = sheets[0].rules, _rows_of(sheets)
    if any("rank" not in each.column_of for each in sheets) or len(rows) < len(rules.units):
        return
    if any(each.values.get("total") is None for _, each in rows):
        return
    totals = pd.Series([each.values["total"] for _, each in rows], dtype=float)
    printed = pd.Series([each.values.get("rank") for _, each in rows], dtype=float)
    ranks = _ranks(totals, printed, rules.settings.get("rank_ties", "any"))
    for at in printed.index[printed.notna() & (printed != ranks)]:
        sheet, record = rows[at]
        place = sheet.words.number(ranks[at], 0)
        sheet.fault("problem.other_rank", record.row, sheet.column_of["rank"], WARNING, rank=place)


def _rows_of(sheets: list["Reading"]) -> list[tuple["Reading", "Record"]]:
    """The rows of units, known or not, each with its sheet."""
    return [(sheet, each) for sheet in sheets for each in [*sheet.named(), *sheet.unnamed]]


def _ranks(totals: pd.Series, printed: pd.Series, ties: str) -> pd.Series:
    """The ranks by total, as a table counts them that has these ``printed`` ones (see ``rank_ties`` of area.toml)."""
    if ties == "dense":
        return totals.rank(method="dense", ascending=False)
    shared = score.rank(totals)
    in_order = shared + printed.groupby(shared).rank(method="first") - 1
    if ties == "order":
        return in_order
    is_shared = (printed == shared).groupby(shared).transform("all") | (ties == "min")
    return shared.where(is_shared, in_order)


def check_sums(sheets: list["Reading"]) -> None:
    """Counts must add up to those of the control row. Where a figure could not be read, nothing is compared.

    sheets : as for ``check_ranks``
    """
    sheet = _sheet_of_control(sheets)
    control = sheet.control() if sheet else None
    for name, column in count_columns(sheet) if control else []:
        values = [each.values.get(name) for _, each in _rows_of(sheets)]
        expected = control.values.get(name)
        if expected is not None and None not in values and sum(values) != expected:
            fields = {"sum": sheet.words.number(sum(values), 0), "control": sheet.words.number(expected, 0)}
            sheet.fault("problem.wrong_sum", control.row, column, **fields)


def _sheet_of_control(sheets: list["Reading"]) -> "Reading | None":
    return next((each for each in sheets if each.control()), None)


def check_subtotals(sheet: "Reading") -> None:
    """The counts of a subtotal must be the sum of its units': of those since the last heading or subtotal.

    Where the first one stands above every unit, subtotals head their units, and sum those down to the next heading or
    subtotal. A figure that is missing or could not be read is not compared.
    """
    breaks = sorted(
        {each.row for each in sheet.subtotals}
        | {row for row, passed in sheet.passed.items() if passed.key == lines.SECTIONS}
    )
    units_read = [*sheet.named(), *sheet.unnamed]
    first = min((each.row for each in units_read), default=0)
    head = any(each.row < first for each in sheet.subtotals)
    for subtotal in sheet.subtotals:
        above = max((row for row in breaks if row < subtotal.row), default=0)
        below = min((row for row in breaks if row > subtotal.row), default=math.inf)
        begin, end = (subtotal.row, below) if head else (above, subtotal.row)
        its = [each for each in units_read if begin < each.row < end]
        for name, column in count_columns(sheet):
            values, printed = [each.values.get(name) for each in its], subtotal.values.get(name)
            if printed is not None and None not in values and sum(values) != printed:
                fields = {"sum": sheet.words.number(sum(values), 0), "subtotal": sheet.words.number(printed, 0)}
                sheet.fault("problem.wrong_subtotal", subtotal.row, column, **fields)


def find_second_table(sheet: "Reading") -> bool:
    """Whether the sheet holds a second table of the same units; it is one problem that names where both begin.

    Else an older table could be read in place of the new one. A column beside the table with the names of its own rows'
    units is no table, nor is a line that names one unit.
    """
    first, last = sheet.header.rows[0], sheet.header.rows[-1]
    whose, column = sheet.find_named(), sheet.column_of.get("unit", sheet.column_of.get("code"))
    places: dict[int, list[tuple[int, str]]] = {}
    for row, cells in sorted(sheet.rows.items()):
        for each, cell in cells.items():
            if cell.kind == "text" and (code := whose(cell.text)):
                places.setdefault(each, []).append((row, code))
    held: dict[int, str] = {}
    for row, code in places.get(column, []):
        if row > last and (sheet.long or code not in held.values()):
            held[row] = code
    for each, its in sorted(places.items()):
        above = [(row, code) for row, code in its if row < first]
        own = each in sheet.column_of.values()
        if own:
            others = [] if each != column or sheet.long else [at for at in its if at[0] > last and at[0] not in held]
        elif each in sheet.heads:
            beside = [at for at in its if at[0] > last]
            is_foreign = any(held.get(row) != code for row, code in beside)
            enough = len({code for _, code in beside}) >= max(2, len(set(held.values())) / 2)
            others = beside if is_foreign and enough else []
        else:
            others = [at for at in its if at[0] >= first]
        for found in (above, others):
            if held and len({code for _, code in found} & set(held.values())) > 1:
                here, there = min(held), found[0][0]
                fields = {"first": f"{read.letter(column)}{here}", "second": f"{read.letter(each)}{there}"}
                sheet.fault("problem.second_table", there, each, **fields)
                return True
    return False


def find_sum_differences(measurements: pd.DataFrame, rules: "Rules") -> pd.DataFrame:
    """The printed totals of units all of whose groups are printed, and how far each lies from their sum.

    measurements : as in ``clean.Cleaned``
    Returns : unit_code, unit_name, total, sum, difference (total less sum), agrees (within ``sum_tolerance_points``)
    """
    groups = measurements[measurements["indicator"].isin(rules.groups["group"])].dropna(subset="published_points")
    by_unit = groups.groupby("unit_code")["published_points"]
    sums = by_unit.sum()[by_unit.size() == len(rules.groups)]
    totals = measurements[measurements["indicator"] == "TOTAL"].rename(columns={"value": "total"})
    frame = totals[["unit_code", "unit_name", "total"]].dropna(subset="total")
    frame = frame[frame["unit_code"].isin(sums.index)].reset_index(drop=True)
    frame["sum"] = score.rounded(frame["unit_code"].map(sums).astype(float), rules.points_decimals)
    frame["difference"] = (frame["total"] - frame["sum"]).round(6)
    return frame.assign(agrees=frame["difference"].abs() <= rules.settings["sum_tolerance_points"])


def say_sum_differences(measurements: pd.DataFrame, rules: "Rules", words: Wording) -> dict[str, str]:
    """The fields of the warning about printed totals that are not the sum of their groups; empty where all are."""
    found = find_sum_differences(measurements, rules)
    off = found[~found["agrees"].astype(bool)]
    if off.empty:
        return {}
    furthest = off.loc[off["difference"].abs().idxmax()]
    figures = {"total": words.number(furthest["total"]), "sum": words.number(furthest["sum"])}
    counts = {"count": words.number(len(off), 0), "all": words.number(len(found), 0)}
    return {**counts, "unit": furthest["unit_name"], **figures}


def sum_counts(sheets: list["Reading"]) -> list[dict]:
    """Control totals: the sum of each count (``found``; None: one is missing), and the control row's (``expected``).

    sheets : as for ``check_ranks``
    """
    sheet = _sheet_of_control(sheets)
    if sheet is None or sheet.long:
        return []
    control, rows = sheet.control(), []
    for name, _ in count_columns(sheet):
        values = [each.values.get(name) for _, each in _rows_of(sheets)]
        found = None if None in values else sum(values)
        rows.append({"control": "sum", "indicator": name, "expected": control.values.get(name), "found": found})
    return rows


def count_columns(sheet: "Reading") -> Iterator[tuple[str, int]]:
    return ((name, column) for name, column in _columns_of_kind(sheet, "count") if name != "rank")


def _columns_of_kind(sheet: "Reading", kind: str) -> Iterator[tuple[str, int]]:
    return ((name, sheet.column_of[name]) for name in sheet.figures if sheet.specs.at[name, "kind"] == kind)
