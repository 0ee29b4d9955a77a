"""Cells → measurements and repairs, or all problems of the table at once (docs/method.md §7).

A cell is either its clean value or a problem that names file, row, column and value; what cleaning changed is a
repair. An *error* refuses the whole table, a *warning* is accepted and shown. The control row (TOÀN HUYỆN …) is read
like a unit, kept under the area's own code, and counted with no unit: it also holds offices that are in no commune.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from analysis import headers, parse, periods, read, score, units
from analysis.rules import Rules
from analysis.wording import Wording

INDICATOR_OF = {"total": "TOTAL", "previous_total": "PREVIOUS_TOTAL", "change": "CHANGE"}
MEASUREMENTS = ["unit_code", "unit_name", "indicator", "value", "numerator", "denominator", "published_points", "mark"]
REPAIRS = ["file", "row", "column", "column_letter", "raw", "clean", "reason"]
PROBLEMS = ["severity", "file", "row", "column", "column_letter", "value", "problem"]
CONTROLS = ["control", "indicator", "expected", "found"]
ERROR, WARNING = "error", "warning"


class Refused(ValueError):
    """The table was refused; ``problems`` is the frame of all its problems, the message says them one a line."""

    def __init__(self, problems: pd.DataFrame, words: Wording) -> None:
        self.problems = problems
        super().__init__("\n" + "\n".join(problem_lines(problems, words)))


@dataclass(frozen=True)
class Cleaned:
    """What the gate found in one table.

    measurements : unit_code, unit_name, indicator, value, numerator, denominator, published_points, mark; control row
                   first (its code is the area's), then units as delivered; empty when refused
    repairs      : file, row, column, column_letter, raw, clean, reason; one row for each cell that cleaning changed
    problems     : severity (error, warning), file, row, column, column_letter, value, problem
    controls     : control, indicator, expected, found: what must be the same going in and coming out
    source       : one row: file, cutoff, previous_cutoff (ISO; of the totals the table itself carries, "" if none)
    """

    measurements: pd.DataFrame
    repairs: pd.DataFrame
    problems: pd.DataFrame
    controls: pd.DataFrame
    source: pd.DataFrame

    @property
    def refused(self) -> bool:
        return bool((self.problems["severity"] == ERROR).any())


def gate(path: Path, rules: Rules, words: Wording) -> Cleaned:
    """Read the table in ``path`` and clean it; a file that cannot be read at all is a problem like any other.

    Raises : OSError where the file cannot be opened.
    """
    file = Path(path).name
    try:
        cells = read.cells(path)
    except read.Unreadable as fault:
        problem = dict.fromkeys(PROBLEMS, "") | {"severity": ERROR, "file": file}
        return _nothing(pd.DataFrame([problem | {"problem": words.say(fault.key, **fault.fields)}]), file, rules)
    return table(cells, file, rules, words)


def accepted(cleaned: Cleaned, words: Wording) -> Cleaned:
    """The same, or Refused with all problems: for a notebook, which must stop where a person would."""
    if cleaned.refused:
        raise Refused(cleaned.problems, words)
    return cleaned


def problem_lines(problems: pd.DataFrame, words: Wording) -> list[str]:
    """One line a problem, with what is known of its place: ``file, dòng 5, cột G (CÔNG KHAI …): «7l.2»: …``."""
    lines = []
    for each in problems.fillna("").itertuples():
        place = [each.file]
        if each.row != "":
            place.append(words.say("place.row", row=each.row))
        if each.column:
            key = "place.column" if each.column_letter else "place.column_name"
            letter = {"letter": each.column_letter} if each.column_letter else {}
            place.append(words.say(key, column=each.column, **letter))
        value = f" «{each.value}»:" if each.value != "" else ""
        lines.append(f"{', '.join(place)}:{value} {each.problem}")
    return lines


def table(cells: pd.DataFrame, file: str, rules: Rules, words: Wording) -> Cleaned:
    """Cells as delivered (read.cells) → Cleaned. Nothing is guessed, and nothing stops at the first problem."""
    header = headers.find(cells, rules.columns, rules.aliases, rules.cutoff)
    if header is None:
        expected = ", ".join(rules.columns.loc[rules.columns["required"] == "yes", "header"])
        problem = dict.fromkeys(PROBLEMS, "") | {"severity": ERROR, "file": file}
        text = words.say("problem.no_header", headers=expected)
        return _nothing(pd.DataFrame([problem | {"problem": text}]), file, rules)
    reading = _Reading(cells, file, header, rules, words)
    reading.check_header()
    reading.check_weeks()
    reading.read_rows()
    reading.check_units()
    reading.check_sums()
    return reading.result()


def _nothing(problems: pd.DataFrame, file: str, rules: Rules) -> Cleaned:
    return Cleaned(
        pd.DataFrame(columns=MEASUREMENTS),
        pd.DataFrame(columns=REPAIRS),
        problems[PROBLEMS],
        pd.DataFrame(columns=CONTROLS),
        _source(file, rules.cutoff, None),
    )


def _source(file: str, cutoff: date, previous: date | None) -> pd.DataFrame:
    return pd.DataFrame({"file": [file], "cutoff": [str(cutoff)], "previous_cutoff": [str(previous or "")]})


class _Reading:
    """One table being read: what was found so far. It lives only inside ``table``."""

    def __init__(self, cells: pd.DataFrame, file: str, header: headers.Header, rules: Rules, words: Wording) -> None:
        self.file, self.header, self.rules, self.words = file, header, rules, words
        self.rows: dict[int, dict[int, tuple[str, str]]] = {}
        for cell in cells.itertuples():
            self.rows.setdefault(cell.row, {})[cell.column] = (str(cell.value), cell.mark)
        known = header.columns[header.columns["field"] != ""]
        self.column_of = {name: column for column, name in zip(known.index, known["field"], strict=True)}
        self.specs = rules.columns.set_index("field")
        self.problems: list[dict] = []
        self.repairs: list[dict] = []
        self.units: list[dict] = []
        self.unnamed: list[dict] = []  # rows whose name hits no unit: refused, but counted in sums and ranks
        self.control: dict | None = None
        self.previous: date | None = None

    # -- what is said of a cell ----------------------------------------------------------------------------------

    def problem(
        self, key: str, row: int | str, column: int | None, value: str | None = None, severity: str = ERROR, **fields
    ) -> None:
        at = self._place(row, column)
        value = self._text(row, column) if value is None else value
        self.problems.append({"severity": severity, **at, "value": value, "problem": self.words.say(key, **fields)})

    def repair(self, reason: str, row: int, column: int, clean: str) -> None:
        raw = self._text(row, column)
        self.repairs.append({**self._place(row, column), "raw": raw, "clean": clean, "reason": self.words.say(reason)})

    def _place(self, row: int | str, column: int | None) -> dict:
        texts = self.header.columns["text"]
        letter = read.letter(column) if column else ""
        return {"file": self.file, "row": row, "column": texts.get(column, ""), "column_letter": letter}

    def _text(self, row: int | str, column: int | None) -> str:
        return self.rows.get(row, {}).get(column, ("", ""))[0]

    # -- the header ----------------------------------------------------------------------------------------------

    def check_header(self) -> None:
        for column, each in self.header.columns.iterrows():
            if each["reason"]:
                self.repair(each["reason"], each["row"], column, each["meant"].split(headers.TIER)[-1])
            if each["field"] == "":
                self.problem("problem.unknown_column", each["row"], column, severity=WARNING)
                continue
            target, wanted = headers.target_of(each["text"]), self.rules.settings["targets"].get(each["field"])
            if target is not None and wanted is not None and target != wanted:
                numbers = {"printed": self.words.number(target, 0), "target": self.words.number(wanted, 0)}
                self.problem("problem.other_target", each["row"], column, severity=WARNING, **numbers)
        known = self.header.columns[self.header.columns["field"] != ""]
        for column in known.index[known["field"].duplicated()]:
            self.problem("problem.doubled_column", known.at[column, "row"], column)
        for name, spec in self.specs[self.specs["required"] == "yes"].iterrows():
            if name not in self.column_of:
                self.problem("problem.missing_column", self.header.rows[0], None, value=spec["header"])
                self.problems[-1]["column"] = spec["header"]

    def check_weeks(self) -> None:
        """K8: every week that title, header or file name names is the cut-off, or for previous totals one before it."""
        asked = self.rules.cutoff
        for row, column, text in self._titles():
            for words, day in periods.named_cutoffs(text, asked):
                if day != asked:
                    self._wrong_week(words, day, row, column)
        for words, day in periods.named_cutoffs(Path(self.file).stem, asked):
            if day != asked:
                self._wrong_week(words, day, "", None)
        for column, each in self.header.columns.iterrows():
            if not periods.WEEK.search(each["text"]):
                continue
            week = each["week"]
            if each["field"] == "previous_total" and week is not None and week < asked:
                self.previous = week
                if asked - week != timedelta(weeks=1):
                    self.problem("problem.week_gap", each["row"], column, severity=WARNING, named=self.words.date(week))
            elif week != asked:
                self._wrong_week(each["text"], week, each["row"], column)

    def _titles(self) -> Iterator[tuple[int, int, str]]:
        for row, its in self.rows.items():
            if row < self.header.rows[0]:
                yield from ((row, column, text) for column, (text, _) in its.items())

    def _wrong_week(self, words: str, day: date | None, row: int | str, column: int | None) -> None:
        asked = self.words.date(self.rules.cutoff)
        if day is None:
            self.problem("problem.no_such_week", row, column, words=words)
        else:
            self.problem("problem.wrong_week", row, column, words=words, named=self.words.date(day), asked=asked)

    # -- the rows ------------------------------------------------------------------------------------------------

    def read_rows(self) -> None:
        last = self.header.rows[-1]
        heading = [[text for text, _ in self.rows[row].values()] for row in self.header.rows]
        for row in sorted(each for each in self.rows if each > last):
            texts = {column: text for column, (text, _) in self.rows[row].items()}
            if any(text.strip() for text in texts.values()) and list(texts.values()) not in heading:
                self._read_row(row, texts)

    def _read_row(self, row: int, texts: dict[int, str]) -> None:
        for column, text in texts.items():
            if column not in self.header.columns.index and text.strip():
                self.problem("problem.beyond_header", row, column)
        labels = {column: units.name_key(texts.get(column, "")) for column in self._label_columns()}
        control = next((column for column, key in labels.items() if key in self._control_keys()), None)
        record = {"row": row, "values": {}, "marks": {}}
        for name, column in self.column_of.items():
            if self.specs.at[name, "kind"] != "text" and not (control is not None and name == "rank"):
                self._read_number(record, name, row, column)
        if control is not None:
            self._keep_control(record, control)
        else:
            self._keep_unit(record, texts.get(self.column_of.get("unit"), ""))
        self._check_band(record)
        self._check_change(record)

    def _label_columns(self) -> list[int]:
        return [self.column_of[name] for name in ("unit", "rank") if name in self.column_of]

    def _control_keys(self) -> set[str]:
        return {units.name_key(label) for label in self.rules.settings["control_rows"]}

    def _read_number(self, record: dict, name: str, row: int, column: int) -> None:
        text, mark = self.rows[row].get(column, ("", ""))
        parsed = parse.number(text, self.specs.at[name, "kind"])
        if parsed.fault:
            low, high = (self.words.number(limit, 0) for limit in parse.RANGES[self.specs.at[name, "kind"]])
            fields = {"low": low, "high": high} if parsed.fault == "problem.out_of_range" else {}
            self.problem(parsed.fault, row, column, **fields)
            return
        if parsed.value is None and self.specs.at[name, "required"] == "yes":
            self.problem("problem.missing_value", row, column)
        if parsed.repair:
            self.repair(parsed.repair, row, column, parsed.clean)
        record["values"][name] = parsed.value
        record["marks"][name] = mark

    def _keep_control(self, record: dict, column: int) -> None:
        if self.control is not None:
            self.problem("problem.doubled_control", record["row"], column, first=self.control["row"])
            return
        if column != self.column_of["unit"]:
            self.repair("repair.label_moved", record["row"], column, "")
        self.control = record | {"code": self.rules.settings["code"], "name": self.rules.settings["name"]["vi"]}

    def _keep_unit(self, record: dict, name: str) -> None:
        row, column = record["row"], self.column_of["unit"]
        registry = self.rules.units
        hit = units.match(name, registry, self.rules.aliases)
        if hit is None:
            nearest = units.nearest(name, registry)
            key = (
                "problem.no_unit_name"
                if not name.strip()
                else "problem.unknown_unit_like"
                if nearest
                else "problem.unknown_unit"
            )
            self.problem(key, row, column, **({"nearest": nearest} if key.endswith("like") else {}))
            self.unnamed.append(record)
            return
        code, reason = hit
        first = next((unit["row"] for unit in self.units if unit["code"] == code), None)
        official = registry.loc[registry["code"] == code, "name"].iloc[0]
        if first is not None:
            self.problem("problem.doubled_unit", row, column, name=official, first=first)
            return
        if reason:
            self.repair(reason, row, column, official)
        elif units.name_key(name) != " ".join(units.PREFIX.sub("", name.casefold()).split(" ")):
            self.repair("repair.spelling", row, column, official)
        self.units.append(record | {"code": code, "name": official})

    def _check_band(self, record: dict) -> None:
        """The band printed is one of ours, and the one its total falls in."""
        if "band" not in self.column_of:
            return
        row, column = record["row"], self.column_of["band"]
        bands = self.rules.bands
        text = self._text(row, column)
        squeezed = bands["band"].map(lambda name: "".join(units.plain(name).casefold().split()))
        printed = bands.loc[squeezed == "".join(units.plain(text).casefold().split()), "band"]
        if printed.empty:
            self.problem("problem.unknown_band", row, column, bands=", ".join(bands["band"]))
            return
        if units.plain(text).casefold() != printed.iloc[0].casefold():
            self.repair("repair.split_word", row, column, printed.iloc[0].upper())
        total = record["values"].get("total")
        if total is not None:
            fitting = score.band(pd.Series([total]), bands).iloc[0]
            if fitting != printed.iloc[0]:
                self.problem("problem.wrong_band", row, column, total=self.words.number(total), band=fitting)

    def _check_change(self, record: dict) -> None:
        total, previous, change = (record["values"].get(name) for name in ("total", "previous_total", "change"))
        if None in (total, previous, change):
            return
        difference = score.rounded(total - previous)
        if difference != score.rounded(change):
            fields = {"total": self.words.number(total), "previous": self.words.number(previous)}
            self.problem(
                "problem.wrong_change",
                record["row"],
                self.column_of["change"],
                difference=self.words.number(difference, signed=True),
                **fields,
            )

    # -- the whole -----------------------------------------------------------------------------------------------

    def check_units(self) -> None:
        """K6: every registered unit once, and the control row there; the printed place is the rank by total."""
        found = {unit["code"] for unit in self.units}
        missing = self.rules.units[~self.rules.units["code"].isin(found)]
        column = self.column_of.get("unit")
        for unit in missing.itertuples():
            self.problem("problem.missing_unit", "", column, value=unit.name, name=f"{unit.type} {unit.name}")
        if self.control is None and self.rules.settings["control_rows"]:
            self.problem("problem.missing_control", "", column, value=self.rules.settings["control_rows"][0])
        if len(missing) <= len(self.unnamed):
            self._check_ranks()

    def _check_ranks(self) -> None:
        rows = [*self.units, *self.unnamed]
        ranks = score.rank(pd.Series({each["row"]: each["values"].get("total") for each in rows}, dtype=float))
        for each in rows:
            printed, rank = each["values"].get("rank"), ranks[each["row"]]
            if printed is not None and pd.notna(rank) and printed != rank:
                place = self.words.number(rank, 0)
                self.problem("problem.other_rank", each["row"], self.column_of["rank"], severity=WARNING, rank=place)

    def check_sums(self) -> None:
        """Counts add up to the control row's; a figure that could not be read leaves nothing to compare."""
        for name in self._counts():
            values = [each["values"].get(name) for each in [*self.units, *self.unnamed]]
            expected = self.control["values"].get(name) if self.control else None
            if expected is None or None in values:
                continue
            if sum(values) != expected:
                fields = {"sum": self.words.number(sum(values), 0), "control": self.words.number(expected, 0)}
                self.problem("problem.wrong_sum", self.control["row"], self.column_of[name], **fields)

    def _counts(self) -> list[str]:
        return [name for name in self.column_of if self.specs.at[name, "kind"] == "count" and name != "rank"]

    def controls(self) -> pd.DataFrame:
        """Rows and sums going in, and what came out of them."""
        rows = [{"control": "units", "indicator": "", "expected": len(self.rules.units), "found": len(self.units)}]
        for name in self._counts():
            if self.control:
                total = sum(unit["values"].get(name) or 0 for unit in self.units)
                rows.append(
                    {"control": "sum", "indicator": name, "expected": self.control["values"].get(name), "found": total}
                )
        return pd.DataFrame(rows, columns=CONTROLS).astype({"expected": float, "found": float})

    def result(self) -> Cleaned:
        rows = [
            {
                "unit_code": record["code"],
                "unit_name": record["name"],
                "indicator": INDICATOR_OF.get(name, name),
                "value": record["values"].get(name),
                "mark": record["marks"].get(name, ""),
            }
            for record in [*([self.control] if self.control else []), *self.units]
            for name in self.column_of
            if name not in ("unit", "band", "rank", "code")
        ]
        measurements = pd.DataFrame(rows).reindex(columns=MEASUREMENTS)
        return Cleaned(
            measurements.astype({name: float for name in ("value", "numerator", "denominator", "published_points")}),
            pd.DataFrame(self.repairs, columns=REPAIRS),
            pd.DataFrame(self.problems, columns=PROBLEMS),
            self.controls(),
            _source(self.file, self.rules.cutoff, self.previous),
        )
