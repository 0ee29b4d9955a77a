"""The week's tables: their columns, in order, with kinds and meanings. Reading and writing both check against these.

Three kinds of column. *Text* holds codes, names and sentences; missing is the empty string. *Numbers* are floats;
missing is NaN, never 0. *Flags* are True or False, never missing. Percentages run from 0 to 100.
"""

import csv
import io
import re
from collections import defaultdict
from contextlib import suppress

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera import dtypes

MARKS = ("", "b", "u", "bu")
SEVERITIES = ("error", "warning")
STATUSES = ("computed", "published", "not assessed", "missing")


class TableError(ValueError):
    """A frame is not the table it is said to be; the message lists every fault with table, column and row."""


def _text(about: str, one_of: tuple[str, ...] = ()) -> pa.Column:
    return pa.Column(str, pa.Check.isin(one_of) if one_of else None, coerce=True, description=about)


def _key(about: str) -> pa.Column:
    return pa.Column(str, pa.Check.str_length(min_value=1, error="is empty"), coerce=True, description=about)


def _number(about: str) -> pa.Column:
    finite = pa.Check(lambda values: ~np.isinf(pd.to_numeric(values, errors="coerce")), error="is not finite")
    return pa.Column(float, finite, nullable=True, coerce=True, description=about)


def _flag(about: str) -> pa.Column:
    return pa.Column(bool, description=about)  # not coerced: every text would be True


def _table(unique: list[str] | None = None, **columns: pa.Column) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(columns, strict=True, ordered=True, unique=unique)


PLACE = {
    "file": _text("name of the delivered file"),
    "row": _number("the row as a person sees it, from 1; missing: the file as a whole"),
    "column": _text("the header of the column; empty: the row as a whole"),
    "column_letter": _text("the letter of the column"),
}
UNIT = {"unit_code": _key("code of the unit, or of the area for the control row"), "unit_name": _text("its name")}

TABLES = {
    "measurements": _table(
        unique=["unit_code", "indicator"],
        **UNIT,
        indicator=_key("an indicator, or TOTAL, PREVIOUS_TOTAL, CHANGE"),
        value=_number("as delivered: percent, points or count"),
        numerator=_number("cases that count"),
        denominator=_number("all cases"),
        published_points=_number("points that the delivered table itself gives"),
        mark=_text("how the office marked the cell: u underlined, b bold", MARKS),
    ),
    "repairs": _table(
        **PLACE,
        raw=_text("the cell as delivered"),
        clean=_text("the cell as used"),
        reason=_text("why, as a sentence"),
    ),
    "problems": _table(
        severity=_text("error refuses the table, warning is accepted and shown", SEVERITIES),
        **PLACE,
        value=_text("the cell as delivered"),
        problem=_text("what is wrong, as a sentence"),
    ),
    "controls": _table(
        control=_key("what must be the same going in and coming out: units, sum"),
        indicator=_text("the indicator summed; empty for the number of units"),
        expected=_number("by the registry or the control row"),
        found=_number("by the rows of the units"),
    ),
    "units": _table(
        unique=["unit_code"],
        **UNIT,
        type=_text("xã, phường, thị trấn, đặc khu; empty: none"),
        kind=_key("commune or department: ranked and compared among themselves"),
    ),
    "corrections": _table(
        unique=["unit_code", "indicator", "field"],
        **UNIT,
        indicator=_key("the indicator corrected"),
        field=_text("which of its figures", ("value", "numerator", "denominator", "published_points")),
        old=_number("in the revision before; missing: it had none"),
        new=_number("in this one; missing: it has none"),
    ),
    "source": _table(
        file=_text("name of the delivered file"),
        cutoff=_key("the cut-off, ISO"),
        previous_cutoff=_text("cut-off of the previous totals that the table carries, ISO; empty: none"),
    ),
    "points": _table(
        unique=["unit_code", "group", "indicator"],
        unit_code=UNIT["unit_code"],
        group=_key("one of the six groups"),
        indicator=_text("empty on the group's own row"),
        points=_number("by the rules in force"),
        max_points=_number("what full marks are"),
        published_points=_number("points that the delivered table itself gives"),
        status=_text("where the points come from", STATUSES),
    ),
    "scores": _table(
        unique=["unit_code"],
        **UNIT,
        total=_number("points as published, 0 to 100"),
        computed_total=_number("sum of the points that can be computed"),
        not_itemised=_number("total minus computed total"),
        band=_text("the band of the total; empty: no total"),
        rank=_number("1 is best, ties share; missing for the control row"),
    ),
    "reconciliation": _table(
        unique=["unit_code", "group", "indicator"],
        unit_code=UNIT["unit_code"],
        group=_text("one of the six groups; empty for the total"),
        indicator=_text("TOTAL for the total; empty on a group's own row"),
        computed=_number("points by the rules, rounded half up to 0.01"),
        published=_number("points as published"),
        difference=_number("published minus computed"),
        agrees=_flag("within 0.01 for a metric, 0.02 for a sum"),
    ),
    "changes": _table(
        unique=["unit_code"],
        **UNIT,
        total=_number("points as published"),
        previous_total=_number("the same one cut-off before"),
        change=_number("points"),
        rank=_number("1 is best"),
        previous_rank=_number("the same one cut-off before"),
        rank_move=_number("places gained (positive) or lost"),
        explained_change=_number("points of the change that printed columns explain"),
        unexplained_change=_number("the rest of it"),
        previous_cutoff=_text("the cut-off compared with, ISO; empty: none"),
    ),
    "course": _table(
        unique=["cutoff", "unit_code"],
        cutoff=_key("the cut-off, ISO"),
        **UNIT,
        total=_number("points as published"),
        rank=_number("1 is best; missing for the control row and for carried totals"),
        band=_text("the band of the total; empty: no total, or carried"),
        revision=_number("1 for a first issue; missing for carried totals"),
        corrected=_flag("this unit's total was changed after publication"),
        carried_by=_text("cut-off of the table that carried this total; empty: published"),
        since=_key("the day its series began, ISO: totals of different series are not compared"),
    ),
    "contributions": _table(
        unique=["unit_code", "group", "indicator"],
        unit_code=UNIT["unit_code"],
        group=_text("one of the six groups; empty for what is not itemised"),
        indicator=_text("empty on a whole group; NOT_ITEMISED for the rest of the total"),
        points=_number("now"),
        previous_points=_number("at the previous cut-off"),
        contribution=_number("points of the change; a unit's add up to it"),
    ),
    "signals": _table(
        unique=["unit_code"],
        unit_code=UNIT["unit_code"],
        since=_key("the day its series began, ISO"),
        changes=_number("how many earlier changes the series has"),
        missing=_number("how many more are needed before limits are drawn"),
        value=_number("this change, for the usual span between cut-offs; missing: the series begins here"),
        centre=_number("mean of the earlier changes; missing: too few, or none ever moved"),
        lower=_number("lower limit of the earlier changes"),
        upper=_number("upper limit of the earlier changes"),
        rule=_text("the rule that this change breaks; empty: none", ("", "beyond", "near", "shift", "trend")),
        streak=_number("changes in a row that rose (positive) or fell (negative), this one included"),
    ),
    "carried": _table(
        unique=["unit_code", "carrier"],
        unit_code=UNIT["unit_code"],
        carrier=_key("cut-off of the table that carries it, ISO"),
        carried=_number("the previous total that a delivered table carries"),
        published=_number("the total that week was published with, where it is another"),
    ),
    "peers": _table(
        unique=["unit_code", "indicator"],
        unit_code=UNIT["unit_code"],
        indicator=_key("the figure compared: a rate, a group's points, or NOT_ITEMISED"),
        value=_number("the unit's figure, percent or points"),
        median=_number("of the units of its kind"),
        gap=_number("value minus median"),
        deviation=_number("gap in robust standard deviations"),
        outlier=_flag("out of the ordinary among its peers"),
    ),
    "routes": _table(
        unique=["unit_code", "indicator"],
        unit_code=UNIT["unit_code"],
        next_band=_key("the lowest band above the total"),
        gap=_number("points to it"),
        indicator=_key("the indicator that would have to gain them"),
        points_per_pct=_number("points that one percentage point brings"),
        own_pct=_number("the rate now"),
        room_pct=_number("percentage points left to full points"),
        needed_pct=_number("percentage points that it alone would need"),
        needed_cases=_number("the same in whole cases; missing: the table has no counts"),
        enough=_flag("needed is within the room"),
        best_pct=_number("best rate among the units of its kind"),
        best_unit=_key("code of a unit that has it"),
        mix_pct=_number("its part of the cheapest mix, percentage points; missing: no mix brings the gap"),
        mix_cases=_number("the same in whole cases; missing: the table has no counts"),
        mix_proven=_flag("the mix asks for no rate that no peer has reached"),
    ),
    "pace": _table(
        unique=["unit_code", "indicator"],
        unit_code=UNIT["unit_code"],
        indicator=_key("TOTAL (target: the next band) or an indicator with a target"),
        value=_number("now, points or percent"),
        target=_number("to be reached"),
        by=_key("by when, ISO"),
        weeks_left=_number("until then"),
        needed_per_week=_number("points or percentage points a week that the target needs"),
        recent_per_week=_number("what the last weeks brought; missing: no earlier week to compare with"),
        recent_weeks=_number("how many weeks that looks back"),
    ),
    "findings": _table(
        finding=_key("what kind of finding"),
        severity=_text("how much it matters"),
        unit_code=_text("the unit, or the area; empty: the table as a whole"),
        indicator=_text("the indicator or total it is about"),
        value=_number("the figure"),
        reference=_number("what it is compared with"),
        text=_text("the finding as a sentence"),
    ),
    "pages": _table(
        unique=["unit_code"],
        **UNIT,
        status=_text("whether its page was made; of a failed one there is a page that says so", ("made", "failed")),
        reason=_text("why it failed, for the maintainer; empty: made"),
    ),
}

# The notebook that writes each table: what to run where one is missing.
WRITTEN_BY = (
    dict.fromkeys(("measurements", "repairs", "problems", "controls", "units", "source", "corrections"), "1_clean")
    | dict.fromkeys(("points", "scores", "reconciliation"), "2_score")
    | dict.fromkeys(("course", "changes", "contributions", "signals", "carried", "peers", "routes", "pace"), "3_trend")
    | dict.fromkeys(("findings",), "4_report")
    | dict.fromkeys(("pages",), "run.py")  # of all runs of 5_unit; missing: there were none
)
BEFORE_REPORT = [name for name, notebook in WRITTEN_BY.items() if notebook != "4_report"]


def checked(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """``frame`` in the types of the table ``name``.

    Raises : TableError with every fault, or when there is no such table.
    """
    if name not in TABLES:
        raise TableError(f"there is no table {name!r}; the week's tables are {', '.join(TABLES)}")
    return _valid(name, TABLES[name], frame)


def _valid(name: str, schema: pa.DataFrameSchema, frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.reset_index(drop=True)
    if _is_sound(schema, frame):
        return frame
    known = {column: kind for column, kind in schema.columns.items() if column in frame}
    plain = frame.assign(**{column: _plain(name, frame[column], kind) for column, kind in known.items()})
    if _is_sound(schema, plain):
        return plain
    try:
        return schema.validate(plain, lazy=True)
    except pa.errors.SchemaErrors as errors:
        raise TableError("\n".join(_fault(name, each) for each in errors.failure_cases.to_dict("records"))) from None


def _is_sound(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> bool:
    """Whether nothing is amiss at first sight: the schema's own checks, at a fifth of the time that ``validate`` takes
    to gather every fault. What is only of another type is not sound, though ``validate`` may turn it into its own."""
    return (
        list(frame.columns) == list(schema.columns)
        and all(frame[name].dtype == _type_of(column) for name, column in schema.columns.items())
        and all(_fits(frame[name], column) for name, column in schema.columns.items())
        and not (schema.unique and frame.duplicated(schema.unique).any())
    )


def _type_of(column: pa.Column) -> str:
    return str(column.dtype) if dtypes.is_float(column.dtype) or dtypes.is_bool(column.dtype) else "str"


def _fits(values: pd.Series, column: pa.Column) -> bool:
    missing = values.hasnans and not column.nullable
    return not missing and all(check(values).check_passed for check in column.checks)


# What a spreadsheet would evaluate when it opens a CSV (OWASP, CSV injection). A plain number is only a number.
EVALUATED = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?%?|-")


FLOATS = "%.10g"  # in a file


def to_csv(name: str, frame: pd.DataFrame) -> str:
    """The table as CSV: a header, floats with ten digits, missing empty, line feeds. Raises TableError.

    A text that a spreadsheet would evaluate is guarded by an apostrophe in front, as OWASP advises; ``from_csv`` takes
    it off again.
    """
    held = checked(name, frame)
    texts = {column: held[column].map(_guarded) for column in _texts(name)}
    # To a spreadsheet a carriage return without quotes begins a row; Python quotes only line feeds.
    returns = any("\r" in text for column in texts.values() for text in column)
    quoting = csv.QUOTE_ALL if returns else csv.QUOTE_MINIMAL
    return held.assign(**texts).to_csv(index=False, float_format=FLOATS, lineterminator="\n", quoting=quoting)


def _evaluated(text: str) -> bool:
    return bool(EVALUATED.match(text)) and not NUMBER.fullmatch(text)


def _guarded(text: str) -> str:
    return f"'{text}" if _evaluated(text) else text


def _unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and _evaluated(text[1:]) else text


def from_csv(name: str, data: bytes) -> pd.DataFrame:
    """The table that ``to_csv`` wrote, in UTF-8. Raises TableError where it is not that table."""
    return _read(name, TABLES[name], data)


def from_csvs(name: str, files: dict[str, bytes]) -> pd.DataFrame:
    """The same table of many weeks, one below the other, under an index of the keys of ``files``.

    Parsed and checked as one, for checking a small file takes longer than reading it. Where anything is amiss with the
    whole, each file is read by itself, so that nothing passes here that ``from_csv`` would refuse.

    Raises : TableError, each line beginning with the key of the file: ``2023-12-04/scores.csv record 3: …``.
    """
    schema, columns = TABLES[name], list(TABLES[name].columns)
    headers = [",".join(f"{quote}{column}{quote}" for column in columns).encode() + b"\n" for quote in ("", '"')]
    bodies = {key: data.partition(b"\n")[2] for key, data in files.items()}
    if all(data.endswith(b"\n") and data.startswith(tuple(headers)) for data in files.values()):
        keys = [key for key, body in bodies.items() for _ in range(QUOTED.sub(b"", body).count(b"\n"))]
        of_any_week = pa.DataFrameSchema(schema.columns, strict=True, ordered=True)
        try:
            frame = _read(name, of_any_week, b"".join([headers[0], *bodies.values()])).set_axis(keys)
        except ValueError:  # a TableError, or not as many records as keys
            frame = None
        if frame is not None and not (
            schema.unique and frame.set_index(schema.unique, append=True).index.has_duplicates
        ):
            return frame
    return pd.concat([_read_of(key, name, data) for key, data in files.items()])


QUOTED = re.compile(rb'"[^"]*"')  # a doubled quote ends one of these and begins the next


def _read_of(key: str, name: str, data: bytes) -> pd.DataFrame:
    try:
        frame = from_csv(name, data)
    except TableError as error:
        raise TableError("\n".join(f"{key}/{line}" for line in str(error).split("\n"))) from None
    return frame.set_axis([key] * len(frame))


def _read(name: str, schema: pa.DataFrameSchema, data: bytes) -> pd.DataFrame:
    numbers = {column: float for column, kind in TABLES[name].columns.items() if dtypes.is_float(kind.dtype)}
    with suppress(ValueError):  # else each cell is read as a text, to say which of them is no number
        return _valid(name, schema, _cells(name, data, defaultdict(lambda: str, numbers)))
    return _valid(name, schema, _cells(name, data, str))


def _cells(name: str, data: bytes, kinds) -> pd.DataFrame:
    missing = {column: [""] for column, kind in TABLES[name].columns.items() if dtypes.is_float(kind.dtype)}
    try:
        # Only a line feed ends a line: a delivered cell may hold a carriage return, which pandas would take for one.
        options = {"keep_default_na": False, "na_values": missing, "lineterminator": "\n"}
        frame = pd.read_csv(io.BytesIO(data), dtype=kinds, **options)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise TableError(f"{name}.csv: {error}") from None
    if not isinstance(frame.index, pd.RangeIndex):  # pandas took the first column for row names
        raise TableError(f"{name}.csv: the rows have more cells than the header")
    texts = [column for column in _texts(name) if column in frame and b"'" in data]  # else nothing was guarded
    return frame.assign(**{column: frame[column].map(_unguarded) for column in texts})


def _texts(name: str) -> list[str]:
    kinds = TABLES[name].columns.items()
    return [column for column, kind in kinds if not (dtypes.is_float(kind.dtype) or dtypes.is_bool(kind.dtype))]


def _plain(name: str, values: pd.Series, column: pa.Column) -> pd.Series:
    """Missing as the kind writes it, days as ISO text. A number is no code: 00123 would have lost its zeros."""
    if dtypes.is_float(column.dtype):
        return values.astype(float) if pd.api.types.is_numeric_dtype(values) else values.mask(values.eq(""))
    if dtypes.is_bool(column.dtype):
        texts = {"True": True, "False": False}
        return values.map(texts).astype(bool) if values.isin(list(texts)).all() else values
    if pd.api.types.is_datetime64_any_dtype(values):
        return values.dt.strftime("%Y-%m-%d").fillna("")
    if pd.api.types.is_numeric_dtype(values) and values.notna().any():
        raise TableError(f"{name}.csv: {values.name}: holds numbers ({values.dropna().iloc[0]}) where text is expected")
    return values.astype(object).where(values.notna(), "").astype(str)


def _fault(name: str, case: dict) -> str:
    if case["schema_context"] == "DataFrameSchema" and case["column"] is None:
        expected = ", ".join(TABLES[name].columns)
        return f"{name}.csv: {case['failure_case']}: {case['check']}; expected the columns {expected}"
    row = "" if pd.isna(case["index"]) else f" record {int(case['index']) + 1}"
    return f"{name}.csv{row}: {case['column']}: {case['failure_case']!r}: {case['check']}"
