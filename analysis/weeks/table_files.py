"""Writes and reads the week's tables as CSV files, and checks each against the data dictionary (tables.py)."""

import csv
import io
import re
from collections import defaultdict
from contextlib import suppress

import pandas as pd
import pandera.pandas as pa
from pandera import dtypes

from analysis.tables import TABLES, TableError


def checked(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """``frame`` with the column types of the table ``name``.

    Raises : TableError with every fault, or where there is no such table.
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
    """Whether the frame passes the schema's checks. This takes a fifth of the time of ``validate``, which lists every
    fault. A column of another type is not sound here, although ``validate`` might convert it."""
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


# Texts that a spreadsheet would evaluate when it opens a CSV (OWASP, CSV injection). A plain number is harmless.
EVALUATED = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?%?|-")


FLOATS = "%.10g"  # in a file


def to_csv(name: str, frame: pd.DataFrame) -> str:
    """The table as CSV: with a header, floats with ten digits, missing values empty, line feeds. Raises TableError.

    A text that a spreadsheet would evaluate gets an apostrophe in front, as OWASP advises; ``from_csv`` removes it.
    """
    held = checked(name, frame)
    texts = {column: held[column].map(_guarded) for column in _texts(name)}
    # A spreadsheet begins a new row at an unquoted carriage return; Python quotes only line feeds.
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
    """The table from the UTF-8 bytes that ``to_csv`` wrote. Raises TableError where they are not that table."""
    return _read(name, TABLES[name], data)


def from_csvs(name: str, files: dict[str, bytes]) -> pd.DataFrame:
    """The same table of many weeks as one frame; its index holds the keys of ``files``.

    All files are parsed and checked together, because checking a small file takes longer than reading it. If the whole
    has a fault, each file is read alone, so that nothing is accepted here that ``from_csv`` would refuse.

    Raises : TableError; each line begins with the key of the file: ``2023-12-04/scores.csv record 3: …``.
    """
    schema, columns = TABLES[name], list(TABLES[name].columns)
    headers = [",".join(f"{quote}{column}{quote}" for column in columns).encode() + b"\n" for quote in ("", '"')]
    bodies = {key: data.partition(b"\n")[2] for key, data in files.items()}
    if all(data.endswith(b"\n") and data.startswith(tuple(headers)) for data in files.values()):
        keys = [key for key, body in bodies.items() for _ in range(QUOTED.sub(b"", body).count(b"\n"))]
        of_any_week = pa.DataFrameSchema(schema.columns, strict=True, ordered=True)
        try:
            frame = _read(name, of_any_week, b"".join([headers[0], *bodies.values()])).set_axis(keys)
        except ValueError:  # a TableError, or the number of records is not that of the keys
            frame = None
        if frame is not None and not (
            schema.unique and frame.set_index(schema.unique, append=True).index.has_duplicates
        ):
            return frame
    return pd.concat([_read_of(key, name, data) for key, data in files.items()])


QUOTED = re.compile(rb'"[^"]*"')  # a doubled quote ends one match and begins the next


def _read_of(key: str, name: str, data: bytes) -> pd.DataFrame:
    try:
        frame = from_csv(name, data)
    except TableError as error:
        raise TableError("\n".join(f"{key}/{line}" for line in str(error).split("\n"))) from None
    return frame.set_axis([key] * len(frame))


def _read(name: str, schema: pa.DataFrameSchema, data: bytes) -> pd.DataFrame:
    numbers = {column: float for column, kind in TABLES[name].columns.items() if dtypes.is_float(kind.dtype)}
    with suppress(ValueError):  # else each cell is read as text, to find the one that is no number
        return _valid(name, schema, _cells(name, data, defaultdict(lambda: str, numbers)))
    return _valid(name, schema, _cells(name, data, str))


def _cells(name: str, data: bytes, kinds) -> pd.DataFrame:
    missing = {column: [""] for column, kind in TABLES[name].columns.items() if dtypes.is_float(kind.dtype)}
    try:
        # Only a line feed ends a line; pandas would also end one at a carriage return, which a delivered cell may hold.
        options = {"keep_default_na": False, "na_values": missing, "lineterminator": "\n"}
        frame = pd.read_csv(io.BytesIO(data), dtype=kinds, **options)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise TableError(f"{name}.csv: {error}") from None
    if not isinstance(frame.index, pd.RangeIndex):  # pandas took the first column for row names
        raise TableError(f"{name}.csv: the rows have more cells than the header")
    texts = [
        column for column in _texts(name) if column in frame and b"'" in data
    ]  # without "'" no text has an apostrophe to remove
    return frame.assign(**{column: frame[column].map(_unguarded) for column in texts})


def _texts(name: str) -> list[str]:
    kinds = TABLES[name].columns.items()
    return [column for column, kind in kinds if not (dtypes.is_float(kind.dtype) or dtypes.is_bool(kind.dtype))]


def _plain(name: str, values: pd.Series, column: pa.Column) -> pd.Series:
    """Missing values as the column's type has them, days as ISO text. Numbers in a column of text raise TableError,
    because a code such as 00123 would have lost its zeros."""
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
