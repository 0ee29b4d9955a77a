"""What the sheets and files of one form must have together: every page, every record, and no unit twice."""

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from analysis.gate import checks, shapes
from analysis.gate.problems import WARNING, Log

if TYPE_CHECKING:
    from analysis.gate.sheet import Reading

# What an answer calls the number of all its records. "total" may count other things, so that a page must be named too.
COUNTS = {"totalelements", "totalrecords", "recordstotal", "totalitems", "totalrows"}
OF_PAGES, PAGE = (
    {"total", "totalcount", "count"},
    {"page", "pageindex", "pagenumber", "pageno", "currentpage", "offset"},
)


class Answered(NamedTuple):
    """How many records the answer says that it has (none: it does not say), and how many this list of it has."""

    declared: tuple[int, ...] = ()
    found: int = 0


def answered(every: pd.DataFrame, cells: pd.DataFrame, sheet: str, steps: list[dict]) -> Answered:
    """What the envelope of an answer says of its records; of any other file nothing.

    every : the cells of the file;  cells : of the list that is read;  steps : the [[shape]] tables of its form
    """
    name = next((each["records"] for each in steps if each["records"]), "")
    above, key = name.rpartition(".")[::2] if name else (sheet.rpartition(".")[0], "")
    if "sheet" not in every or (above == sheet and not name):
        return Answered()
    its = every[every["sheet"] == above]
    head = its[its["row"] == 1]
    column_of = {str(text): column for text, column in zip(head["value"], head["column"], strict=True)}
    plain = {text.replace("_", "").lower(): column for text, column in column_of.items()}
    wanted = COUNTS | (OF_PAGES if PAGE & set(plain) else set())
    columns = [column_of[key]] if key in column_of else [] if name else [plain[each] for each in wanted & set(plain)]
    values = its.loc[(its["row"] > 1) & its["column"].isin(columns) & (its["kind"] == "number"), "value"]
    return Answered(tuple(sorted({int(each) for each in values})), int(cells.loc[cells["row"] > 1, "row"].nunique()))


def check_beside(log: Log, beside: list[tuple[str, pd.DataFrame]], split: str) -> None:
    """Of a table in pages each sheet with figures needs the header. Where a sheet is a unit's, others are named."""
    for name, cells in beside:
        if cells["value"].astype(str).str.contains(r"\d").any():
            key, severity = (
                ("problem.page_without_header", "error") if split == "pages" else ("problem.unknown_sheet", WARNING)
            )
            log.problem(key, value=name, severity=severity)


def check(readings: list["Reading"]) -> None:
    """Add to the sheets what is missing or doubled among those of each form."""
    for form in dict.fromkeys(each.form for each in readings):
        its = [each for each in readings if each.form == form]
        _check_pages(its)
        _check_records(its)
        if any(each["form"] == form for each in its[0].rules.settings.get("shape", [])):
            _check_doubled(its)
        if shapes.is_split([form], its[0].rules) and not its[0].long:
            checks.check_ranks(its)
            checks.check_sums(its)


def by_table(readings: list["Reading"]) -> list[list["Reading"]]:
    """The sheets by the table that they are of: the pages of one table together, any other sheet alone."""
    tables: dict[tuple, list[Reading]] = {}
    for at, each in enumerate(readings):
        split = shapes.is_split([each.form], each.rules)
        tables.setdefault((each.form, "" if split else at), []).append(each)
    return list(tables.values())


def _check_pages(readings: list["Reading"]) -> None:
    found = set().union(*(each.pages for each in readings))
    numbers, most = {number for number, _ in found}, max((of for _, of in found), default=0)
    for number in range(1, max(numbers | {most}, default=0) + 1):
        if number not in numbers:
            readings[0].problem("problem.missing_page", value=f"{number}/{most}" if most else str(number))


def _check_records(readings: list["Reading"]) -> None:
    for sheet in dict.fromkeys(each.sheet for each in readings):
        its = [each for each in readings if each.sheet == sheet]
        found = sum(each.answered.found for each in its)
        for said in sorted({number for each in its for number in each.answered.declared} - {found}):
            its[0].problem("problem.other_count", value=str(said), found=its[0].words.number(found, 0))


def _check_doubled(readings: list["Reading"]) -> None:
    """A unit (in a long table its indicator) is in one file or sheet only."""
    first: dict[tuple[str, str], Reading] = {}
    for reading in readings:
        for record in reading.records:
            other = first.setdefault((record.code, record.indicator), reading)
            if other is not reading:
                column = reading.column_of.get("unit")
                reading.fault("problem.doubled_elsewhere", record.row, column, name=record.name, other=other.file)
