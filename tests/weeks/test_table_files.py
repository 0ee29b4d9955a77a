"""The week's tables as files: what comes back, and what is refused."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.on_disk import contents, points

from analysis import tables
from analysis.weeks import store, table_faults, table_files


@pytest.fixture
def home(tmp_path):
    return tmp_path


def problem(value: str) -> pd.DataFrame:
    row = {"severity": "error", "file": "a.txt", "row": "", "column": None, "column_letter": "", "value": value}
    return pd.DataFrame([row | {"problem": "p"}])


def test_a_table_comes_back_as_it_was_written_codes_as_text_and_missing_as_missing(home):
    frame = points(16.74, np.nan, 1 / 3)
    frame.loc[0, "unit_code"] = "NA"
    store.write_table(home, "points", frame)
    back = table_files.from_csv("points", (home / "points.csv").read_bytes())
    assert list(back["unit_code"]) == ["NA", "001231", "001232"]
    assert list(back["indicator"]) == ["", "", ""]
    assert back["points"].isna().tolist() == [False, True, False]
    assert (home / "points.csv").read_text("utf-8").splitlines()[3] == "001232,CKMB,,0.3333333333,18,,computed"


@given(st.text())
def test_any_delivered_text_comes_back_letter_by_letter(value):
    text = table_files.to_csv("problems", problem(value))
    back = table_files.from_csv("problems", text.encode())
    assert back["value"].tolist() == [value]
    assert table_files.to_csv("problems", back) == text


def test_an_empty_table_keeps_its_columns_and_their_kinds(home):
    store.write_table(home, "points", points())
    back = table_files.from_csv("points", (home / "points.csv").read_bytes())
    assert back.dtypes.astype(str).tolist() == ["str"] * 3 + ["float64"] * 3 + ["str"]


def test_days_are_written_as_iso_text_and_no_day_as_nothing():
    days = {"file": ["a.txt"], "cutoff": [pd.Timestamp("2023-12-04")], "previous_cutoff": [pd.NaT]}
    assert table_files.to_csv("source", pd.DataFrame(days)) == "file,cutoff,previous_cutoff\na.txt,2023-12-04,\n"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda frame: frame.assign(unit_code=123), "unit_code: holds numbers .123. where text is expected"),
        (lambda frame: frame.assign(unit_code=""), "unit_code: '': is empty"),
        (lambda frame: frame.assign(points=np.inf), "points: inf: is not finite"),
        (lambda frame: frame.assign(points="16,74"), "points: '16,74'"),
        (lambda frame: frame.assign(status="guessed"), "status: 'guessed'"),
        (lambda frame: frame.assign(extra=1), "extra: column_in_schema"),
        (lambda frame: frame.drop(columns="points"), "points: column_in_dataframe"),
        (lambda frame: frame[frame.columns[::-1]], "column_ordered"),
        (lambda frame: pd.concat([frame, frame]), "multiple_fields_uniqueness"),
    ],
)
def test_a_frame_that_is_not_the_table_is_refused_and_the_file_stays(home, wrong, message):
    store.write_table(home, "points", points(1.0))
    before = contents(home)
    with pytest.raises(tables.TableError, match=message):
        store.write_table(home, "points", wrong(points(2.0)))
    assert contents(home) == before


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("1.5", '"1,5"', "points: '1,5'"),
        ("1.5", "1.5,", "more cells than the header"),
        ("unit_code,", "code,", "unit_code: column_in_dataframe"),
        ("computed", "\x00", "status"),
    ],
)
def test_a_file_edited_by_hand_into_something_else_is_refused(old, new, message):
    text = table_files.to_csv("points", points(1.5)).replace(old, new, 1)
    with pytest.raises(tables.TableError, match=message):
        table_files.from_csv("points", text.encode())


def test_a_flag_is_true_or_false_and_nothing_else():
    peer = {"unit_code": "1", "indicator": "SH", "value": 22.5, "median": 24.3, "gap": -1.8, "deviation": -0.9}
    text = table_files.to_csv("peers", pd.DataFrame([peer | {"outlier": False}]))
    assert table_files.from_csv("peers", text.encode())["outlier"].tolist() == [False]
    with pytest.raises(tables.TableError, match="outlier"):
        table_files.from_csv("peers", text.replace("False", "no").encode())


def test_every_table_has_a_notebook_that_writes_it_and_every_column_a_meaning():
    assert set(tables.WRITTEN_BY) == set(tables.TABLES)
    assert all(column.description for table in tables.TABLES.values() for column in table.columns.values())


# -- the quick check and pandera -------------------------------------------------------------------------------------

SLIPS = {
    "none": lambda frame, column: frame,
    "a missing text or number": lambda frame, column: with_first(frame, column, None),
    "an empty cell": lambda frame, column: with_first(frame, column, ""),
    "another text": lambda frame, column: with_first(frame, column, "another"),
    "a number": lambda frame, column: with_first(frame, column, 7),
    "a number as text": lambda frame, column: with_first(frame, column, "7.5"),
    "no end": lambda frame, column: with_first(frame, column, np.inf),
    "a flag": lambda frame, column: with_first(frame, column, True),
    "all as objects": lambda frame, column: frame.astype({column: object}),
    "whole numbers": lambda frame, column: frame.assign(**{column: range(len(frame))}),
    "no such column": lambda frame, column: frame.drop(columns=column),
    "another name": lambda frame, column: frame.rename(columns={column: column.upper()}),
    "one column more": lambda frame, column: frame.assign(more=""),
    "the column at the end": lambda frame, column: frame.assign(**{column: frame.pop(column)}),
    "a row twice": lambda frame, column: pd.concat([frame, frame.iloc[:1]]),
    "no rows": lambda frame, column: frame.iloc[:0],
}


def with_first(frame: pd.DataFrame, column: str, value: object) -> pd.DataFrame:
    values = frame[column].astype(object)
    return frame.assign(**{column: pd.Series([value, *values[1:]], frame.index, dtype=object).infer_objects()})


def filled(table: tables.Table) -> pd.DataFrame:
    """Three good rows of a table."""
    values = {tables.NUMBER: [1.5, -0.0, np.nan], tables.FLAG: [True, False, True], tables.TEXT: ["a", "b b", "ố"]}
    columns = table.columns.items()
    return pd.DataFrame({name: [*about.one_of * 3][:3] or values[about.kind] for name, about in columns})


def judged_alike(table: tables.Table, frame: pd.DataFrame) -> bool:
    try:
        validated = table_faults.schema(table).validate(frame, lazy=True)
    except pa.errors.SchemaErrors:
        return not table_files._is_sound(table, frame)
    return table_files._is_sound(table, frame) == validated.dtypes.equals(frame.dtypes)


EVERY_KIND = {
    "code": tables.Column(tables.TEXT, "", is_key=True),
    "text": tables.Column(tables.TEXT, ""),
    "word": tables.Column(tables.TEXT, "", ("yes", "no")),
    "word_or_empty": tables.Column(tables.TEXT, "", ("", "yes")),
    "number": tables.Column(tables.NUMBER, ""),
    "flag": tables.Column(tables.FLAG, ""),
}


@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.parametrize("column", EVERY_KIND)
@pytest.mark.parametrize(
    "unique",
    [
        pytest.param(("code", "word"), id="code and word"),
        pytest.param(("code",), id="code", marks=pytest.mark.long),
        pytest.param((), id="nothing", marks=pytest.mark.long),
    ],
)
def test_the_quick_check_takes_what_pandera_takes_and_refuses_what_it_refuses(unique, column, slip):
    table = tables.Table(EVERY_KIND, unique)
    assert judged_alike(table, SLIPS[slip](filled(table), column).reset_index(drop=True))


@pytest.mark.parametrize("name", tables.TABLES)
def test_both_checks_know_every_table(name):
    table = tables.TABLES[name]
    frame = filled(table).astype(dict.fromkeys(table.of(tables.TEXT), "str"))
    assert judged_alike(table, frame)
    assert judged_alike(table, pd.concat([frame, frame.iloc[:1]], ignore_index=True))


def test_pandera_is_imported_only_where_something_is_wrong():
    code = (
        "import sys\nfrom analysis.weeks import table_files\nfrom analysis.tables import TableError\n"
        "table_files.from_csv('source', b'file,cutoff,previous_cutoff\\na,2023-12-04,\\n')\n"
        "assert not any(name.startswith('pandera') for name in sys.modules)\n"
        "try:\n    table_files.from_csv('source', b'file,cutoff,previous_cutoff\\na,,\\n')\n"
        "except TableError as error:\n    print(error)\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said == "source.csv record 1: cutoff: '': is empty\n"
