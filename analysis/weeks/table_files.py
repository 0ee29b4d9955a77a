"""Writes and reads the week's tables as CSV files, and checks each against the data dictionary (tables.py)."""

import csv
import functools
import io
import re
from collections import defaultdict
from contextlib import suppress

import numpy as np
import pandas as pd

from analysis.tables import FLAG, NUMBER, TABLES, TEXT, Column, Table, TableError


def checked(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """``frame`` with the column types of the table ``name``.

    Raises : TableError with every fault, or where there is no such table.
    """
    if name not in TABLES:
        raise TableError(f"there is no table {name!r}; the week's tables are {', '.join(TABLES)}")
    return _valid(name, TABLES[name], frame)


def _valid(name: str, table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.reset_index(drop=True)
    if _is_sound(table, frame):
        return frame
    unfit = [column for column, about in table.columns.items() if column in frame and not _fits(frame[column], about)]
    plain = frame.assign(**{column: _plain(name, frame[column], table.columns[column]) for column in unfit})
    if _is_sound(table, plain):
        return plain
    from analysis.weeks import table_faults  # here, because pandera takes long to import

    return table_faults.validated(name, table, plain)


def _is_sound(table: Table, frame: pd.DataFrame) -> bool:
    """Whether the frame is the table, types of columns included. ``table_faults`` tells what is wrong with it, by
    pandera; this tells only whether, in a hundredth of the time. A test compares the two."""
    if list(frame.columns) != list(table.columns):
        return False
    if not all(_fits(frame[name], column) for name, column in table.columns.items()):
        return False
    return not table.unique or len(set(zip(*(frame[name].to_numpy() for name in table.unique), strict=True))) == len(
        frame
    )


@functools.cache
def _kind_of(dtype: np.dtype | pd.api.extensions.ExtensionDtype) -> str:
    return {"float64": NUMBER, "bool": FLAG}.get(str(dtype), TEXT if dtype == "str" else "")


def _fits(values: pd.Series, column: Column) -> bool:
    """Whether the values are of the column's kind, and among those that it may hold."""
    if _kind_of(values.dtype) != column.kind:
        return False
    held = values.to_numpy()
    if column.kind == TEXT:
        texts = set(held)
        is_whole = not pd.isna(held).any() and not (column.is_key and "" in texts)
        return is_whole and (not column.one_of or texts <= set(column.one_of))
    return column.kind == FLAG or not np.isinf(held).any()


# Texts that a spreadsheet would evaluate when it opens a CSV (OWASP, CSV injection). A plain number is harmless.
EVALUATED = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?%?|-")


FLOATS = "%.10g"  # in a file
KEPT = 64  # tables of a process; our choice: no more than a week and the one before have


def to_csv(name: str, frame: pd.DataFrame) -> str:
    """The table as CSV: with a header, floats with ten digits, missing values empty, line feeds. Raises TableError.

    A text that a spreadsheet would evaluate gets an apostrophe in front, as OWASP advises; ``from_csv`` removes it.
    """
    held = checked(name, frame)
    texts = {column: set(held[column].to_numpy()) for column in TABLES[name].of(TEXT)}
    guarded = {column: held[column].map(_guarded) for column, its in texts.items() if any(map(_evaluated, its))}
    # A spreadsheet begins a new row at an unquoted carriage return; Python quotes only line feeds.
    returns = any("\r" in text for its in texts.values() for text in its)
    quoting = csv.QUOTE_ALL if returns else csv.QUOTE_MINIMAL
    held = held.assign(**guarded) if guarded else held
    return held.to_csv(index=False, float_format=FLOATS, lineterminator="\n", quoting=quoting)


def _evaluated(text: str) -> bool:
    return bool(EVALUATED.match(text)) and not PLAIN_NUMBER.fullmatch(text)


def _guarded(text: str) -> str:
    return f"'{text}" if _evaluated(text) else text


def _unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and _evaluated(text[1:]) else text


def from_csv(name: str, data: bytes) -> pd.DataFrame:
    """The table from the UTF-8 bytes that ``to_csv`` wrote. Raises TableError where they are not that table."""
    return _parsed(name, data).copy(deep=False)  # pandas copies what is written to, so the kept frame stays as it is


@functools.lru_cache(KEPT)
def _parsed(name: str, data: bytes) -> pd.DataFrame:
    """The same, kept by the bytes of the file: a notebook and its modules ask for the same tables again."""
    return _read(name, TABLES[name], data)


def from_csvs(name: str, files: dict[str, bytes]) -> pd.DataFrame:
    """The same table of many weeks as one frame; its index holds the keys of ``files``.

    All files are parsed and checked together, because checking a small file takes longer than reading it. If the whole
    has a fault, each file is read alone, so that nothing is accepted here that ``from_csv`` would refuse.

    Raises : TableError; each line begins with the key of the file: ``2023-12-04/scores.csv record 3: …``.
    """
    table, columns = TABLES[name], list(TABLES[name].columns)
    headers = [",".join(f"{quote}{column}{quote}" for column in columns).encode() + b"\n" for quote in ("", '"')]
    bodies = {key: data.partition(b"\n")[2] for key, data in files.items()}
    if all(data.endswith(b"\n") and data.startswith(tuple(headers)) for data in files.values()):
        keys = [key for key, body in bodies.items() for _ in range(QUOTED.sub(b"", body).count(b"\n"))]
        of_any_week = Table(table.columns)
        try:
            frame = _read(name, of_any_week, b"".join([headers[0], *bodies.values()])).set_axis(keys)
        except ValueError:  # a TableError, or the number of records is not that of the keys
            frame = None
        if frame is not None and not (
            table.unique and frame.set_index(list(table.unique), append=True).index.has_duplicates
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


def _read(name: str, table: Table, data: bytes) -> pd.DataFrame:
    numbers = dict.fromkeys(table.of(NUMBER), float)
    with suppress(ValueError):  # else each cell is read as text, to find the one that is no number
        return _valid(name, table, _cells(name, data, defaultdict(lambda: str, numbers)))
    return _valid(name, table, _cells(name, data, str))


def _cells(name: str, data: bytes, kinds) -> pd.DataFrame:
    missing = {column: [""] for column in TABLES[name].of(NUMBER)}
    try:
        # Only a line feed ends a line; pandas would also end one at a carriage return, which a delivered cell may hold.
        options = {"keep_default_na": False, "na_values": missing, "lineterminator": "\n"}
        frame = pd.read_csv(io.BytesIO(data), dtype=kinds, **options)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise TableError(f"{name}.csv: {error}") from None
    if not isinstance(frame.index, pd.RangeIndex):  # pandas took the first column for row names
        raise TableError(f"{name}.csv: the rows have more cells than the header")
    texts = [
        column for column in TABLES[name].of(TEXT) if column in frame and b"'" in data
    ]  # without "'" no text has an apostrophe to remove
    return frame.assign(**{column: frame[column].map(_unguarded) for column in texts}) if texts else frame


def _plain(name: str, values: pd.Series, column: Column) -> pd.Series:
    """Missing values as the column's type has them, days as ISO text. Numbers in a column of text raise TableError,
    because a code such as 00123 would have lost its zeros."""
    if column.kind == NUMBER:
        values = values if pd.api.types.is_numeric_dtype(values) else values.mask(values.eq(""))
        with suppress(ValueError, TypeError):  # else it stays, to be named as a fault
            return values.astype(float)
        return values
    if column.kind == FLAG:
        texts = {"True": True, "False": False}
        return values.map(texts).astype(bool) if values.isin(list(texts)).all() else values
    if pd.api.types.is_datetime64_any_dtype(values):
        return values.dt.strftime("%Y-%m-%d").fillna("")
    if pd.api.types.is_numeric_dtype(values) and values.notna().any():
        raise TableError(f"{name}.csv: {values.name}: holds numbers ({values.dropna().iloc[0]}) where text is expected")
    return values.astype(object).where(values.notna(), "").astype(str)
