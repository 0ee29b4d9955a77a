"""One sheet of a delivered table → its records, and all its problems (docs/method.md §7).

A *record* is one row: a unit (or the control row) with its figures by field. A wide table has one row for each unit, a
long one has one row for each unit and indicator. Reading does not stop at the first problem, and nothing is guessed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import pairwise, repeat
from typing import NamedTuple

import pandas as pd

from analysis.characters import first_code
from analysis.config import units
from analysis.config.departments import find_code
from analysis.config.files import TIER
from analysis.config.rules import Rules
from analysis.config.wording import Wording
from analysis.gate import balances, checks, headers, lines, pages, parse, remarks, shapes
from analysis.gate.problems import ERROR, PASSED, WARNING, Log
from analysis.readers import read
from analysis.readers.grid import UNREAD

IDENTITY = ("unit", "code", "other", "group", "indicator", "band", "remark")  # fields that are no figures
LONGEST_NAME = 100  # characters of a unit's name, with its type and suffix


@dataclass
class Record:
    """One row of the table: the unit it belongs to, and its figures by field (None: missing)."""

    row: int
    code: str = ""
    name: str = ""
    type: str = ""
    control: bool = False
    indicator: str = ""  # only in a long table
    values: dict[str, float | None] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)


class Cell(NamedTuple):
    value: object = ""
    kind: str = "empty"
    mark: str = ""
    hidden: bool = False

    @property
    def text(self) -> str:
        """The value as a person types it: numbers without trailing zeros, dates without a time."""
        if isinstance(self.value, float):
            short = f"{self.value:.10g}"
            return short if float(short) == self.value else repr(self.value)
        return str(self.value)

    @property
    def filled(self) -> bool:
        return bool(self.text.strip())

    @property
    def unread(self) -> str:
        """What the reader did not understand in the cell, which may show another text than ours; empty: nothing."""
        return self.kind.removeprefix(UNREAD) if self.kind.startswith(UNREAD) else ""


class Reading(Log):
    """One sheet, read by the form that its header fits. After ``read`` the result is in the attributes.

    records  : one for each row of a unit or of the control row, in order
    unnamed  : rows whose name matches no unit
    subtotals: rows that area.toml names as subtotals, with their counts;  passed : other rows that are no unit's
    is_double: whether the sheet holds two tables of the same units, of which none is read
    remarks  : the office's remarks in the table: code of the unit ("" of the area's row), text, file and cell
    previous : the cut-off of the previous totals, if the table names one
    pages    : the pages that its lines name (layout.About)
    answered : how many records the answer says that it has, and how many this list of it has (pages.Answered)
    problems, repairs : as in ``Log``
    """

    NO_CELL = Cell()

    def __init__(
        self,
        cells: pd.DataFrame,
        source: tuple[str, str, str],
        form: str,
        header: headers.Header,
        rules: Rules,
        words: Wording,
    ) -> None:
        self.source, self.sheet, shown = source  # file, sheet, and the name of both in problems
        super().__init__(shown, words)
        self.form, self.header, self.rules = form, header, rules
        self.rows: dict[int, dict[int, Cell]] = {}
        how = [cells[name] if name in cells else repeat(usual) for name, usual in Cell._field_defaults.items()]
        for row, column, *cell in zip(cells["row"], cells["column"], *how, strict=False):
            self.rows.setdefault(row, {})[column] = Cell(*cell)
        self.places = _places(cells)
        known = header.columns[~header.columns["field"].isin(["", "other"])]
        self.heads = header.columns["text"].to_dict()
        self.column_of = {name: column for column, name in zip(known.index, known["field"], strict=True)}
        self.specs = rules.forms[form].drop_duplicates("field").set_index("field")
        self.spec_of = self.specs.to_dict("index")
        self.bands = {units.spelling_key(name).replace(" ", ""): name for name in rules.bands["band"]}
        self.long = "indicator" in self.specs.index
        self.figures = [name for name in self.column_of if name not in IDENTITY]
        self.registry = units.Registry(rules.units, rules.aliases, rules.settings.get("name_suffix", ""))
        self.labels, self.parts = (
            {units.name_key(label) for label in rules.settings[key]} for key in ("control_rows", "subtotal_rows")
        )
        spoken = rules.aliases[rules.aliases["what"] == "indicator"]
        self.spoken = dict(zip(spoken["written"].map(units.spelling_key), spoken["meant"], strict=True))
        self.limits = rules.maxima
        self.layouts = {name: parse.layout_of(self.spec_of[name]) for name in self.figures}
        self.group_of = dict(zip(rules.indicators["indicator"], rules.indicators["group"], strict=True))
        self.records: list[Record] = []
        self.unnamed: list[Record] = []
        self.subtotals: list[Record] = []
        self.passed: dict[int, lines.Passed] = {}
        self.is_double = False
        self.row_numbers: int | None = None
        self.remarks: list[tuple[str, str, str]] = []
        self.seen: dict[tuple[str, str], int] = {}
        self.called: dict[str, Record] = {}  # where the table is the registry: records by name
        self.coded: dict[str, Record] = {}  # where codes are made of names: records by code
        self.previous: date | None = None
        self.pages: set[tuple[int, int]] = set()
        self.answered = pages.Answered()

    def read(self) -> "Reading":
        if checks.find_second_table(self):
            self.is_double = True
            return self
        self._leave_out_row_numbers()
        checks.check_header(self)
        checks.check_weeks(self)
        checks.check_hidden(self)
        checks.check_characters(self)
        for row in self.header.rows:
            checks.check_unread(self, row)
        self.read_rows()
        checks.check_scale(self)
        if not self.long:
            if not shapes.is_split([self.form], self.rules):  # else pages.check does, of all of them together
                checks.check_ranks([self])
                checks.check_sums([self])
            checks.check_subtotals(self)
        return self

    def named(self) -> list[Record]:
        return [record for record in self.records if not record.control]

    def control(self) -> Record | None:
        return next((record for record in self.records if record.control), None)

    # -- problems and repairs of a cell --------------------------------------------------------------------------

    def at(self, row: int | str, column: int | None) -> dict:
        above = (
            isinstance(row, int) and row < self.header.rows[0]
        )  # a title line is above the header, so it has no column name
        text = "" if above else self.heads.get(column, "")
        if self.places:
            # A cell that is not there is in the row of the others, below the header of its column.
            beside = self.places.get((row, min(self.rows.get(row, [0]))), (row, 0, None))
            below = self.places.get((self.header.rows[-1], column), ("", column, None))
            row, column, head = self.places.get((row, column), (beside[0], below[1], None))
            text = text if head is None or above else head
        return self.place(row, text, read.letter(column) if column else "")

    def cell(self, row: int | str, column: int | None) -> Cell:
        return self.rows.get(row, {}).get(column, self.NO_CELL)

    def fault(self, key: str, row: int | str, column: int | None, severity: str = ERROR, **fields) -> None:
        self.problem(key, self.at(row, column), self.cell(row, column).text, severity, **fields)

    def repair(self, reason: str, row: int, column: int, clean: str) -> None:
        raw = self.cell(row, column).text
        self.repairs.append({**self.at(row, column), "raw": raw, "clean": clean, "reason": self.words.say(reason)})

    # -- the rows ------------------------------------------------------------------------------------------------

    def read_rows(self) -> None:
        """Read the rows below the header, except empty ones, a header that is repeated after a page break, and lines
        that are no unit's."""
        heading = [self._texts(row) for row in self.rows if row <= self.header.rows[-1]]  # titles and header
        filled = [row for row in sorted(self.rows) if any(self._texts(row)) and row >= self.header.rows[-1]]
        rows = [row for row in filled[1:] if self._texts(row) not in heading]
        below = {row for above, row in pairwise(filled) if self._texts(above) in heading}
        self.passed = lines.find_passed(self, rows, below)
        for row in rows:
            if row in self.passed:
                self._pass_over(row, *self.passed[row])
            elif self.subtotal_label(row):
                self._read_subtotal(row)
            else:
                self._read_row(row)

    def _pass_over(self, row: int, column: int, key: str) -> None:
        self.fault(key, row, column, PASSED)

    def _leave_out_row_numbers(self) -> None:
        """Take the row numbers off the sheet, and say so once. What else their column holds may be labels of rows."""
        self.row_numbers = column = lines.find_row_numbers(self)
        if column:
            self._pass_over(self.header.rows[-1], column, "passed.row_numbers")
            self.heads.pop(column, None)
            for row, cells in self.rows.items():
                if row >= self.header.rows[0] and cells.get(column, self.NO_CELL).text.strip().isdecimal():
                    cells.pop(column)

    def _read_subtotal(self, row: int) -> None:
        """Read the counts of a subtotal. Its other figures are no sums of its units'."""
        record = Record(row)
        for name, column in checks.count_columns(self):
            cell = self.cell(row, column)
            parsed = parse.cell(cell.value, cell.kind, "count")
            if parsed.fault:
                self.fault(parsed.fault, row, column)
            record.values[name] = parsed.value
        self.subtotals.append(record)
        known = any(value is not None for value in record.values.values())
        self._pass_over(row, self.subtotal_label(row), "passed.subtotal" if known else "passed.subtotal_unchecked")

    def _texts(self, row: int) -> list[str]:
        return [cell.text.strip() for cell in self.rows[row].values()]

    def _read_row(self, row: int) -> None:
        headed = self.heads.keys() | {self.row_numbers}
        if beyond := [column for column, cell in self.rows[row].items() if column not in headed and cell.filled]:
            self.fault("problem.beyond_header", row, min(beyond))  # further ones are of the same fault
        if self._has_odd_characters(row):
            self.unnamed.append(Record(row))
            return
        record = Record(row)
        label = self.control_label(row)
        record.control = label is not None
        if label is None and self._is_unnamed_total(row):
            return
        if label is None and not self._has_figures(row) and self.unit_of(row) is None:
            self._words(row)
            return
        checks.check_unread(self, row)
        if record.control:
            self._name_control(record, label)
        else:
            self._name_unit(record)
        if "remark" in self.column_of and record.code:
            self._read_remark(record)
        for name in self.figures:
            if not (record.control and name == "rank"):
                self._read_figure(record, name)
        if self.long:
            checks.check_counts(self, record)
        else:
            checks.check_band(self, record)
            checks.check_change(self, record)
            checks.check_parts(self, record)
            balances.check(self, record)

    def _has_odd_characters(self, row: int) -> bool:
        """Whether what names the row holds characters that are not seen; each such cell is a problem."""
        named = (self.column_of[name] for name in ("unit", "code", "group", "indicator") if name in self.column_of)
        odd = [column for column in named if self.cell(row, column).kind == "character"]
        for column in odd:
            self.fault("problem.character_cell", row, column)
        return bool(odd)

    def _is_unnamed_total(self, row: int) -> bool:
        """Whether the row is a total or subtotal that area.toml does not name; it is a problem that says which key."""
        coded = self.rules.from_file and self.cell(row, self.column_of.get("code")).filled
        labels = {
            column: text
            for column, text in self._label_texts(row).items()
            if (key := lines.total_key(text)) and not (coded and key == "problem.unnamed_subtotal")
        }
        named = not self.rules.from_file and self.unit_of(row)
        if not labels or named or any(map(self.registry.nearest, labels.values())):
            return False
        column, text = next(iter(labels.items()))
        self.fault(lines.total_key(text), row, column, label=text)
        return True

    def _label_texts(self, row: int) -> dict[int, str]:
        """The texts of a row that may be its label, by column: outside the columns of figures."""
        figures = {self.column_of[name] for name in self.figures if name != "rank"}
        return {
            column: cell.text.strip()
            for column, cell in sorted(self.rows[row].items())
            if cell.filled and cell.kind == "text" and column not in figures
        }

    def subtotal_label(self, row: int) -> int | None:
        """The column of the label by which area.toml names the row as a subtotal; None where it is none."""
        if not self.parts or self.long:
            return None
        texts = self._label_texts(row).items()
        own = (
            column for column, text in texts if {units.name_key(each) for each in (text, lines.bare(text))} & self.parts
        )
        return next(own, None)

    def _has_figures(self, row: int) -> bool:
        cells = (self.cell(row, self.column_of[name]).text for name in self.figures if name != "rank")
        return any(character.isdigit() for text in cells for character in text)

    def unit_of(self, row: int) -> units.Hit | str | None:
        """The unit of a row, by its name, or by its code where the table is the registry; None: no unit."""
        if self.rules.from_file and "code" in self.column_of:
            return self.cell(row, self.column_of["code"]).text.strip() or None
        if self.rules.from_file:
            return units.unit_type_of(self.cell(row, self.column_of.get("unit")).text) or None
        return self.registry.match(self.cell(row, self.column_of.get("unit")).text)

    def find_named(self) -> Callable[[str], str | None]:
        """Which unit a text names exactly, by its code; where the table is the registry, of those it names itself."""
        if not self.rules.from_file:

            def whose(text: str) -> str | None:
                hit = self.registry.match(text)
                return hit.code if hit else None

        else:
            held = {}
            for row in (each for each in self.rows if each > self.header.rows[-1]):
                code, name = (self.cell(row, self.column_of.get(field)).text.strip() for field in ("code", "unit"))
                if code and name:
                    held |= {code: code, units.name_key(self.registry.bare(name)): code}

            def whose(text: str) -> str | None:
                return held.get(text.strip()) or held.get(units.name_key(self.registry.bare(text)))

        return cache(lambda text: whose(text) if len(text) <= LONGEST_NAME else None)

    def _words(self, row: int) -> None:
        """Report a line of words, below the table or where the table is cut off, as one problem at its first cell."""
        column = min(column for column, cell in self.rows[row].items() if cell.filled)
        if self.cell(row, named := self.column_of.get("unit")).filled and not self.rules.from_file:
            self._unknown_name(row, named)
        else:
            self.fault("problem.stray_words", row, column)

    def _unknown_name(self, row: int, column: int) -> None:
        nearest = self.registry.nearest(self.cell(row, column).text)
        key = "problem.unknown_unit_like" if nearest else "problem.unknown_unit"
        self.fault(key, row, column, **({"nearest": nearest} if nearest else {}))

    def control_label(self, row: int) -> int | None:
        """The column that marks the row as the control row; None where it is a unit's row."""
        coded = self.column_of.get("code")
        if self.cell(row, coded).text.strip() == self.rules.settings["code"]:
            return coded
        named = filter(None, (self.column_of.get("unit"), *self._places()))
        return next((each for each in named if units.name_key(self.cell(row, each).text) in self.labels), None)

    def _places(self) -> tuple[int | None, ...]:
        """The columns that count the rows, where the label of a sum may stand."""
        return self.column_of.get("rank"), self.row_numbers

    def _name_control(self, record: Record, column: int) -> bool:
        first = self.control()
        if first is not None and not self.long:
            self.fault("problem.doubled_control", record.row, column, first=first.row)
            return True
        if column in self._places():
            self.repair("repair.label_moved", record.row, column, "")
        record.code, record.name = self.rules.settings["code"], self.rules.settings["name"]["vi"]
        return self._keep(record)

    def _name_unit(self, record: Record) -> bool:
        """Set the record's unit by code and name, or by name alone. If that is not certain: False, and a problem."""
        row, column = record.row, self.column_of.get("unit")
        name = self.cell(row, column).text
        code = self.cell(row, self.column_of.get("code")).text.strip()
        if not name.strip():
            self.fault("problem.no_unit_name", row, column)
        elif self.rules.from_file:
            code = code if "code" in self.column_of else self._made_code(name)
            if self._is_code(row, code):
                record.code, record.name, record.type = code, self.registry.bare(name), units.unit_type_of(name)
                first = self.called.setdefault(units.name_key(name), record)
                alike = self.coded.setdefault(code, record) if "code" not in self.column_of else record
                if first.code != code:
                    self._twice(row, column, record.name, first.row)
                elif units.name_key(alike.name) != units.name_key(record.name):
                    self.fault("problem.names_alike", row, column, name=alike.name, code=code)
                else:
                    return self._keep(record)
        elif code and code not in self.registry.names:
            self.fault("problem.unknown_code", row, self.column_of["code"])
        elif (hit := self.registry.match(name)) is None:
            self._unknown_name(row, column)
        elif code and hit.code != code:
            self.fault("problem.code_of_another", row, column, code=code, name=self.registry.names[code])
        else:
            record.code, record.name = hit.code, self.registry.names[hit.code]
            if self._keep(record) and hit.reason:
                self.repair(hit.reason, row, column, record.name)
            if own := self.registry.other_type(name, hit.code):
                self.fault("problem.other_type", row, column, WARNING, name=own)
            return True
        self.unnamed.append(record)
        return False

    def _made_code(self, name: str) -> str:
        """The code of a unit that has none: ``"UBND xã An Hòa"`` => ``"xa-an-hoa"``. A unit renamed is another one."""
        return find_code(f"{units.unit_type_of(name)} {self.registry.bare(name)}")

    def _twice(self, row: int, column: int | None, name: str, first: int) -> None:
        """Report a unit that has a row already, or a column, where units are the columns of the file."""
        if self.at(row, column) == self.at(first, column):  # the unit is named once, above its rows
            column = self.column_of[self.figures[0]]
        here, there = self.at(row, column), self.at(first, column)
        if here["row"] == there["row"]:
            self.fault("problem.doubled_unit_column", row, column, name=name, first=there["column_letter"])
        else:
            self.fault("problem.doubled_unit", row, column, name=name, first=there["row"])

    def _is_code(self, row: int, code: str) -> bool:
        """Whether a code has the pattern of area.toml (``unit_codes``); only where the table is the registry."""
        if not code:
            self.fault("problem.missing_value", row, self.column_of.get("code"))
        elif not re.fullmatch(self.rules.settings.get("unit_codes", ".+"), code):
            self.fault("problem.unknown_code", row, self.column_of["code"])
        else:
            return True
        return False

    def _keep(self, record: Record) -> bool:
        """Keep the record, unless its unit (in a long table: its unit and indicator) already has a row."""
        if self.long and not self._name_indicator(record):
            return True
        first = self.seen.setdefault((record.code, record.indicator), record.row)
        if first != record.row:
            self._twice(record.row, self.column_of.get("unit"), record.name, first)
            return False
        self.records.append(record)
        return True

    def _name_indicator(self, record: Record) -> bool:
        """Set the indicator of a long table's row from "group / metric". If config has none: False, and a warning."""
        if "indicator" not in self.column_of:
            return False  # check_header has said so
        group = self.cell(record.row, self.column_of.get("group")).text.strip()
        metric = self.cell(record.row, self.column_of["indicator"]).text.strip()
        record.indicator = f"{group}{TIER}{metric}" if group else metric
        known = self.meaning(record.indicator) in {
            "TOTAL",
            *self.rules.groups["group"],
            *self.rules.indicators["indicator"],
        }
        if not known:
            self.fault("problem.unknown_indicator", record.row, self.column_of["indicator"], severity=WARNING)
        elif (
            group and self.group_of.get(meaning := self.meaning(record.indicator), group).casefold() != group.casefold()
        ):
            own = self.group_of[meaning]
            name = self.rules.named(own, self.words)
            self.fault("problem.other_group", record.row, self.column_of["group"], group=own, name=name)
        return known

    def meaning(self, indicator: str) -> str:
        """The indicator or group that "group / metric" means, by aliases.csv or by its own name."""
        return self.spoken.get(units.spelling_key(indicator)) or indicator.split(TIER)[-1]

    def _read_remark(self, record: Record) -> None:
        column = self.column_of["remark"]
        cell = self.cell(record.row, column)
        if cell.kind == "character":
            self.fault("problem.remark_character", record.row, column, code=first_code(cell.text))
            return
        if cell.kind not in ("text", "empty", "number") and not cell.unread:
            self.fault("problem.remark_cell", record.row, column)
            return
        place = self.at(record.row, column)
        source = f"{self.file} {place['column_letter']}{place['row']}"
        for line in re.split("\r\n|\n|\r", cell.text):
            if odd := remarks.odd_character(line):
                self.fault("problem.remark_character", record.row, column, code=odd)
            elif remarks.is_said(line):
                self.remarks.append(("" if record.control else record.code, remarks.cleaned(line), source))

    # -- figures -------------------------------------------------------------------------------------------------

    def _read_figure(self, record: Record, name: str) -> None:
        row, column, spec = record.row, self.column_of[name], self.spec_of[name]
        cell = self.cell(row, column)
        if cell.unread:
            return
        low, high = self._range(record, name)
        layout = self.layouts[name]._replace(full=high)
        parsed = parse.cell(cell.value, cell.kind, spec["kind"], layout)
        if parsed.fault:
            self.fault(parsed.fault, row, column, **parsed.fields)
            return
        if parsed.value is None and spec["required"] == "yes" and not self.long:
            self.fault("problem.missing_value", row, column)
        if parsed.value is not None and not low <= parsed.value <= high:
            most = high * (1 + self.rules.settings.get("excess_pct", 0) / 100)
            excess = high < parsed.value <= most and spec["on_excess"] == "warn"
            fields = {"low": self._limit(layout.figure(low)), "high": self._limit(layout.figure(high))}
            self.fault("problem.out_of_range", row, column, WARNING if excess else ERROR, **fields)
            if not excess:
                return
        if parsed.repair:
            self.repair(parsed.repair, row, column, parsed.clean)
        record.values[name], record.marks[name] = parsed.value, cell.mark

    def _range(self, record: Record, name: str) -> tuple[float, float]:
        """The least and the greatest value of a figure; those of points and totals follow from the index."""
        kind = self.spec_of[name]["kind"]
        low, high = parse.RANGES[kind]
        total = self.limits.get("TOTAL", high)
        if kind == "change":
            return -total, total
        if kind == "points" and name != "max_points":
            return low, self.limits.get(self.meaning(record.indicator) if self.long else name, total)
        return low, total if kind in ("score", "points") else high

    def _limit(self, figure: float) -> str:
        return self.words.number(figure, 0 if figure == int(figure) else 2)


def _places(cells: pd.DataFrame) -> dict[tuple[int, int], tuple[int | str, int, str | None]]:
    """Where each cell is in the file: row, column and header, if a layout has put it elsewhere (shapes.py)."""
    if "at_row" not in cells:
        return {}
    keys = zip(cells["row"], cells["column"], strict=True)
    return dict(zip(keys, zip(cells["at_row"], cells["at_column"], cells["head"], strict=True), strict=True))
