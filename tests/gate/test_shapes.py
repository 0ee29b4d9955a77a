"""Tables laid out otherwise than one row a unit: what is read of them, and what is wrong with them, at its place.

The configuration is that of docs/layouts.md, with a [[shape]]. Every case is a delivered table and what comes of it,
worked by hand.
"""

import ast
import csv
import inspect
import io
import json
import re
import shutil
import tempfile
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.district import HOME, words
from support.example import home_of
from support.hostile import xlsx
from support.sampled import sampled

from analysis.config import rules
from analysis.config.files import ConfigError
from analysis.gate import clean, history, layout, pages, problems, shapes

DAY = date(2023, 12, 4)
COLUMNS = "header,field,kind,required,decimals,on_excess"
HEADS = {
    "unit": "Đơn vị,unit,text,yes,,refuse",
    "total": "Tổng điểm,total,score,yes,2,refuse",
    "rate": "Đúng hạn,TD,percent,yes,1,refuse",
    "previous": "TUẦN TRƯỚC / Tổng điểm,previous_total,score,no,2,refuse",
    "rank": "Hạng,rank,count,no,0,refuse",
    "remark": "Ghi chú,remark,text,no,,refuse",
}
LONG = {
    "columns.csv": f"{COLUMNS}\n{HEADS['unit']}\nChỉ tiêu,indicator,text,yes,,refuse\nTử số,numerator,count,no,,refuse\n"
    "Mẫu số,denominator,count,no,,refuse\nTỷ lệ,value,percent,no,1,refuse\nĐiểm,published_points,score,no,2,refuse\n",
    "aliases.csv": "what,written,meant,reason\nindicator,Tổng điểm,TOTAL,\nindicator,Đúng hạn,TD,\n",
}
NAMES = ["Xã An Hòa", "Xã Bình Thủy", "Thị trấn Mỹ Luông"]
ROWS = [["Xã An Hòa", "70.25", "92.5"], ["Xã Bình Thủy", "65.5", "88"], ["Thị trấn Mỹ Luông", "81", "97.1"]]
FIGURES = {
    **{("101", "TOTAL"): 70.25, ("102", "TOTAL"): 65.5, ("103", "TOTAL"): 81.0},
    **{("101", "TD"): 92.5, ("102", "TD"): 88.0, ("103", "TD"): 97.1},
}


def columns(*names):
    return {"columns.csv": "\n".join([COLUMNS, *(HEADS[name] for name in names)]) + "\n"}


def shape(kind, **keys):
    return {"layout": kind, **keys}


def toml(*steps):
    """The [[shape]] tables as area.toml has them; a text in JSON is one in TOML."""
    return "".join(
        "[[shape]]\n" + "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in step.items())
        for step in steps
    )


@cache
def _rules(text, files):
    with tempfile.TemporaryDirectory() as folder:
        return rules.load(home_of({"area.toml": text, **dict(files)}, Path(folder)), "example", DAY)


def held(*steps, top="", **files):
    """The function that loads the rules, for the tests that run only."""
    return partial(_rules, top + toml(*steps), tuple((name, text) for name, text in files.items()))


def table(rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def gated(in_force, tables, folder):
    """What the gate makes of tables: rows, a text or bytes, by the name of their file."""
    for name, data in tables.items():
        data = table(data) if isinstance(data, list) else data
        (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return clean.gate([folder / name for name in tables], in_force(), words("en"))


def figures(cleaned):
    return {
        (each.unit_code, each.indicator): each.value
        for each in cleaned.measurements.itertuples()
        if each.value == each.value
    }


def places(cleaned):
    """Each problem as "severity place key", the key found by its sentence."""
    return [f"{each.severity} {each.column_letter}{each.row}" for each in cleaned.problems.itertuples()]


# -- the same table in every layout ----------------------------------------------------------------------------------

TRANSPOSED = shape("transposed", corner="Chỉ tiêu")
DAYS = shape("columns-by-day")
LINE = shape("one-unit", unit_from="line", unit="Đơn vị báo cáo")
PARTS = shape("parts", part="Thành phần", figures="Giá trị")
OTHER_DAYS = ["20/11/2023", "27/11/2023", "11/12/2023"]


def as_ordinary(rows):
    return held(), {"t.csv": [["Đơn vị", "Tổng điểm", "Đúng hạn"], *rows]}


def as_transposed(rows):
    heads = ["Chỉ tiêu", "Tổng điểm", "Đúng hạn"]
    return held(TRANSPOSED), {"t.csv": [list(line) for line in zip(heads, *rows, strict=True)]}


def as_columns_by_day(rows):
    """The day above its two columns; the cut-off in the middle."""
    days = [*OTHER_DAYS[:2], "04/12/2023", OTHER_DAYS[2]]
    top = ["Đơn vị", *(cell for day in days for cell in (day, ""))]
    lines = [
        [row[0], *(cell for day in days for cell in (row[1:] if day == "04/12/2023" else ["1", "99"]))] for row in rows
    ]
    return held(DAYS), {"t.csv": [top, ["", *["Tổng điểm", "Đúng hạn"] * 4], *lines]}


def as_days_below_groups(rows):
    """The other way round: the days below the indicators."""
    top = ["Đơn vị", "Tổng điểm", "", "Đúng hạn", ""]
    days = ["", "27/11/2023", "4/12/2023", "27/11/2023", "4/12/2023"]
    return held(DAYS), {"t.csv": [top, days, *([row[0], "1", row[1], "99", row[2]] for row in rows)]}


def as_days_in_headers(rows):
    top = ["Đơn vị", "Tổng điểm (27/11/2023)", "Đúng hạn ngày 04/12/2023", "Tổng điểm đến ngày 04/12/2023"]
    return held(DAYS), {"t.csv": [top, *([row[0], "1", row[2], row[1]] for row in rows)]}


def as_spreadsheet_days(rows):
    """A day as the spreadsheet holds it, above its columns."""
    top = ["Đơn vị", datetime(2023, 11, 27), "", datetime(2023, 12, 4), ""]
    lines = [[row[0], 1.5, 99.5, float(row[1]), float(row[2])] for row in rows]
    return held(DAYS), {"t.xlsx": xlsx([top, ["", *["Tổng điểm", "Đúng hạn"] * 2], *lines])}


def as_rows_by_day(rows):
    lines = [[day, row[0], "1", "99"] for day in OTHER_DAYS for row in rows]
    lines[1:1] = [["04/12/2023", *row] for row in reversed(rows)]
    return held(shape("rows-by-day", day="Ngày")), {"t.csv": [["Ngày", "Đơn vị", "Tổng điểm", "Đúng hạn"], *lines]}


def as_one_unit_files(rows):
    return held(LINE), {
        f"{number}.csv": [[f"Đơn vị báo cáo: UBND {name.lower()}"], ["Tổng điểm", "Đúng hạn"], [total, rate]]
        for number, (name, total, rate) in enumerate(rows)
    }


def as_one_unit_sheets(rows):
    sheets = {name: [["Tổng điểm", "Đúng hạn"], [float(total), float(rate)]] for name, total, rate in rows}
    (first, its), *others = sheets.items()
    return held(shape("one-unit", unit_from="sheet")), {"t.xlsx": xlsx(its, title=first, **dict(others))}


def as_parts(rows):
    """Rows of the parts of each indicator, the parts of a unit far from each other."""
    lines = [[row[0], "Tổng điểm", "Điểm", row[1]] for row in rows] + [
        [row[0], "Đúng hạn", "Tỷ lệ", row[2]] for row in rows
    ]
    return held(PARTS, **LONG), {"t.csv": [["Đơn vị", "Chỉ tiêu", "Thành phần", "Giá trị"], *lines]}


def as_parts_of_a_unit(rows):
    """The indicator is the part, and the form has a column for each."""
    lines = [
        [row[0], name, cell] for row in rows for name, cell in zip(["Tổng điểm", "Đúng hạn"], row[1:], strict=True)
    ]
    return held(shape("parts", part="Chỉ tiêu", figures="Kết quả")), {
        "t.csv": [["Đơn vị", "Chỉ tiêu", "Kết quả"], *lines]
    }


def as_groups(rows):
    """Columns in groups, each an indicator with its parts."""
    top, leaves = ["Đơn vị", "Tổng điểm", "", "Đúng hạn", ""], ["", "Điểm", "Tỷ lệ", "Điểm", "Tỷ lệ"]
    return held(shape("groups"), **LONG), {"t.csv": [top, leaves, *([row[0], row[1], "", "", row[2]] for row in rows)]}


def as_pages(rows):
    head = ["Đơn vị", "Tổng điểm", "Đúng hạn"]
    return held(shape("pages")), {
        f"{number}.csv": [head, row, [f"Trang {number}/{len(rows)}"]] for number, row in enumerate(rows, 1)
    }


def as_pages_of_an_answer(rows):
    keys = ["Đơn vị", "Tổng điểm", "Đúng hạn"]
    answer = [
        {"page": number, "total": len(rows), "ds": [dict(zip(keys, [row[0], *map(float, row[1:])], strict=True))]}
        for number, row in enumerate(rows)
    ]
    sheets = (
        "sheet,rows,period_vi,period_en,valid_from,valid_to,source\nds,units,,,2020-01-01,,x\n,none,,,2020-01-01,,x\n"
    )
    return held(shape("pages"), **{"sheets.csv": sheets}), {"t.json": json.dumps(answer, ensure_ascii=False)}


LAID_OUT = [
    as_ordinary, as_transposed, as_columns_by_day, as_days_below_groups, as_days_in_headers, as_spreadsheet_days,
    as_rows_by_day, as_one_unit_files, as_one_unit_sheets, as_parts, as_parts_of_a_unit, as_groups, as_pages, as_pages_of_an_answer,
]  # fmt: skip


@pytest.mark.parametrize("lay_out", sampled(LAID_OUT, short=7, long=7))
def test_a_table_gives_the_same_figures_in_every_layout(lay_out, tmp_path):
    cleaned = gated(*lay_out(ROWS), tmp_path)
    assert cleaned.problems.query("severity == 'error'").empty, list(cleaned.problems["problem"])
    assert figures(cleaned) == FIGURES


ANY_TABLE = st.permutations(NAMES).flatmap(
    lambda names: st.tuples(
        *(
            st.tuples(st.integers(0, 10_000), st.integers(20, 1_000)).map(lambda each, name=name: (name, *each))
            for name in names
        )
    )
)


@pytest.mark.long
@settings(max_examples=max(1, settings.default.max_examples // 20), deadline=None, derandomize=True)
@given(ANY_TABLE)
def test_any_table_gives_the_same_figures_in_every_layout(drawn):
    rows = [[name, f"{total / 100:g}", f"{rate / 10:g}"] for name, total, rate in drawn]
    code = dict(zip(NAMES, ["101", "102", "103"], strict=True))
    expected = {(code[name], "TOTAL"): total / 100 for name, total, _ in drawn}
    expected |= {(code[name], "TD"): rate / 10 for name, _, rate in drawn}
    for lay_out in LAID_OUT:
        with tempfile.TemporaryDirectory() as folder:
            assert figures(gated(*lay_out(rows), Path(folder))) == pytest.approx(expected), lay_out.__name__


# -- what is wrong, at its place -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A table that is refused, or warned of: each problem as "severity place", with the key and fields of its sentence.

    switch : what takes the check away, after which nothing is refused; None where there is then nothing to read
    """

    name: str
    made: tuple
    problems: list[tuple[str, str, dict]]
    switch: object = None


def unheard(key):
    """Nobody hears of one kind of problem."""
    problem = problems.Log.problem

    def deaf(log, said, *args, **fields):
        if said != f"problem.{key}":
            problem(log, said, *args, **fields)

    return lambda monkeypatch: monkeypatch.setattr(problems.Log, "problem", deaf)


def off(owner, name):
    return lambda monkeypatch: monkeypatch.setattr(owner, name, lambda *args, **kwargs: None)


def spoiled(lay_out, change, name="t.csv"):
    """A good table in a layout, with one thing changed in its rows, or its files."""
    in_force, tables = lay_out(ROWS)
    return in_force, change({key: [list(row) for row in rows] for key, rows in tables.items()})


def put(row, column, text, name="t.csv"):
    def change(tables):
        tables[name][row - 1][column - 1] = text
        return tables

    return change


def without(*names):
    return lambda tables: {name: rows for name, rows in tables.items() if name not in names}


def add(*rows, name="t.csv", to=None):
    return lambda tables: tables | {to or name: [*tables[name], *map(list, rows)]}


def drop_columns(*numbers, name="t.csv"):
    return lambda tables: (
        tables | {name: [[cell for place, cell in enumerate(row, 1) if place not in numbers] for row in tables[name]]}
    )


ANSWER = {
    "columns.csv": f"{COLUMNS}\nten,unit,text,yes,,refuse\ndiem,total,score,yes,2,refuse\n",
    "sheets.csv": "sheet,rows,period_vi,period_en,valid_from,valid_to,source\ndata.ds,units,,,2020-01-01,,x\n"
    "data,none,,,2020-01-01,,x\n",
}
FROM_FILE = 'units = "from-file"\n'
NO_UNITS = {"units.csv": "code,name,type,kind,valid_from,valid_to,successor_code,source\n"}
MANY = [["Đơn vị", *(each for number in range(41) for each in (f"CT {number}", ""))], ["", *["Điểm", "Tỷ lệ"] * 41]]
MANY += [[f"Xã {number}", *["5"] * 82] for number in range(488)]
GAP = [["Đơn vị", "20/11/2023", "04/12/2023", ""], ["", "Tổng điểm", "Tổng điểm", "Đúng hạn"]]
GAP += [[row[0], "60", *row[1:]] for row in ROWS]
GAP_ROWS = [["Ngày", "Đơn vị", "Tổng điểm", "Đúng hạn"], *(["20/11/2023", row[0], "60", "50"] for row in ROWS)]
GAP_ROWS += [["04/12/2023", *row] for row in ROWS]


def answered(total, rows=ROWS, key="totalElements"):
    """An answer of the portal that says how many records it has."""
    records = [{"ten": name, "diem": float(points)} for name, points, _ in rows]
    return json.dumps({"data": {key: total, "ds": records}}, ensure_ascii=False)


PASSED = {"count": "3", "days": "20 November 2023 … 11 December 2023"}
ASKED = {"asked": "4 December 2023"}
# fmt: off
CASES = [
    Case("a transposed table has a column of no known unit", spoiled(as_transposed, put(1, 3, "Xã Bình Thụy")),
         [("error C1", "unknown_unit_like", {"nearest": "Bình Thủy"}), ("error A", "missing_unit", {"name": "xã Bình Thủy"})]),
    Case("a transposed table has a unit twice", spoiled(as_transposed, lambda t: {"t.csv": [[*row, row[1]] for row in t["t.csv"]]}),
         [("error E1", "doubled_unit_column", {"name": "An Hòa", "first": "B"})], unheard("doubled_unit_column")),
    Case("a transposed table has a column of figures without a unit", spoiled(as_transposed, lambda t: {"t.csv": [[*row, cell] for row, cell in zip(t["t.csv"], ["", "5", "6"], strict=True)]}),
         [("error E1", "no_unit_name", {})], unheard("no_unit_name")),
    Case("a transposed table has a row of figures without an indicator", spoiled(as_transposed, add(["", "1", "2", "3"])),
         [("error B4", "beyond_header", {}), ("error C4", "beyond_header", {}), ("error D4", "beyond_header", {})], unheard("beyond_header")),
    Case("a transposed table has a figure out of range", spoiled(as_transposed, put(3, 4, "197.1")),
         [("error D3", "out_of_range", {"low": "0", "high": "100"})]),
    Case("a transposed table lacks a required indicator", spoiled(as_transposed, lambda t: {"t.csv": t["t.csv"][:2]}),
         [("error 1", "missing_column", {})]),
    Case("a transposed table has another corner", spoiled(as_transposed, put(1, 1, "Nội dung")),
         [("error ", "no_corner", {"corner": "Chỉ tiêu"})]),
    Case("a history is of other days only", spoiled(as_columns_by_day, drop_columns(6, 7)),
         [("error B1", "day_missing", ASKED | {"found": "20 November 2023 … 11 December 2023"})]),
    Case("the pair of the cut-off lacks a column", spoiled(as_columns_by_day, drop_columns(7)),
         [("warning B1", "days_passed_over", PASSED), ("error 2", "missing_column", {})]),
    Case("the cut-off stands twice in a history", spoiled(as_columns_by_day, put(1, 4, "04/12/2023")),
         [("warning B1", "days_passed_over", {"count": "2", "days": "20 November 2023, 11 December 2023"}),
          ("error F2", "doubled_column", {}), ("error G2", "doubled_column", {})], unheard("doubled_column")),
    Case("a day of a history does not exist", spoiled(as_columns_by_day, put(1, 4, "31/11/2023")),
         [("error D1", "no_such_week", {"words": "31/11/2023"}), ("warning B1", "days_passed_over", {"count": "2", "days": "20 November 2023, 11 December 2023"}),
          ("error F2", "doubled_column", {}), ("error G2", "doubled_column", {})]),
    Case("no column of a history has a day", spoiled(as_days_in_headers, lambda t: {"t.csv": [["Đơn vị", "Điểm 1", "Điểm 2", "Điểm 3"], *t["t.csv"][1:]]}),
         [("error ", "no_days", {"unit": "Đơn vị"})]),
    Case("a history has a figure out of range", spoiled(as_columns_by_day, put(4, 7, "188")),
         [("warning B1", "days_passed_over", PASSED), ("error G4", "out_of_range", {"low": "0", "high": "100"})]),
    Case("rows by day are of other days only", spoiled(as_rows_by_day, lambda t: {"t.csv": [row for row in t["t.csv"] if row[0] != "04/12/2023"]}),
         [("error A1", "day_missing", ASKED | {"found": "20 November 2023 … 11 December 2023"})]),
    Case("a row of figures has no day", spoiled(as_rows_by_day, put(3, 1, "")),
         [("error A3", "no_day", {"day": "Ngày"}), ("warning A2", "days_passed_over", PASSED)], unheard("no_day")),
    Case("a row of figures has a day that is none", spoiled(as_rows_by_day, put(3, 1, "04/13/2023")),
         [("error A3", "no_day", {"day": "Ngày"}), ("warning A2", "days_passed_over", PASSED)], unheard("no_day")),
    Case("a unit stands twice on the cut-off", spoiled(as_rows_by_day, add(["4.12.2023", "An Hòa", "5", "6"])),
         [("warning A2", "days_passed_over", PASSED), ("error B14", "doubled_unit", {"name": "An Hòa", "first": "5"})], unheard("doubled_unit")),
    Case("the column of days has another header", spoiled(as_rows_by_day, put(1, 1, "Kỳ")),
         [("error ", "no_day_column", {"day": "Ngày"})]),
    Case("a unit is in two files", spoiled(as_one_unit_files, lambda t: t | {"3.csv": t["0.csv"]}),
         [("error A1", "doubled_elsewhere", {"name": "An Hòa", "other": "0.csv"})], off(pages, "_check_doubled")),
    Case("the line with the unit is not there", spoiled(as_one_unit_files, put(1, 1, "Báo cáo", "1.csv")),
         [("error ", "no_unit_line", {"line": "Đơn vị báo cáo", "count": "0"}), ("error A", "missing_unit", {"name": "xã Bình Thủy"})]),
    Case("two lines name two units", spoiled(as_one_unit_files, lambda t: t | {"1.csv": [["Đơn vị báo cáo: xã An Hòa"], *t["1.csv"]]}),
         [("error ", "no_unit_line", {"line": "Đơn vị báo cáo", "count": "2"}), ("error A", "missing_unit", {"name": "xã Bình Thủy"})]),
    Case("the line names no known unit", spoiled(as_one_unit_files, put(1, 1, "Đơn vị báo cáo: xã Bình Thụy", "1.csv")),
         [("error A1", "unknown_unit_like", {"nearest": "Bình Thủy"}), ("error A", "missing_unit", {"name": "xã Bình Thủy"})]),
    Case("the file of a unit has two rows of figures", spoiled(as_one_unit_files, add(["1", "2"], name="1.csv")),
         [("error A4", "doubled_unit", {"name": "Bình Thủy", "first": "3"})], unheard("doubled_unit")),
    Case("a part stands twice", spoiled(as_parts, add(["Xã An Hòa", "Đúng hạn", "Tỷ lệ", "93"])),
         [("error C8", "doubled_part", {"first": "5"})], unheard("doubled_part")),
    Case("a figure has no part", spoiled(as_parts, put(5, 3, "")),
         [("error C5", "no_part", {"part": "Thành phần"})], unheard("no_part")),
    Case("a part of a figure exceeds the whole", spoiled(as_parts, add(["Xã An Hòa", "Đúng hạn", "Tử số", "5"], ["Xã An Hòa", "Đúng hạn", "Mẫu số", "4"])),
         [("error D8", "above_denominator", {"of": "4"})]),
    Case("a part is not known", spoiled(as_parts, put(5, 3, "Ti lệ")),
         [("warning C5", "unknown_column", {})]),
    Case("the column of indicators is not there", spoiled(as_parts, put(1, 2, "Loại")),
         [("warning B1", "unknown_column", {}), ("error 1", "missing_column", {})]
         + [("error A", "missing_unit", {"name": name[0].lower() + name[1:]}) for name in NAMES]),
    Case("the column of parts is not there", spoiled(as_parts, put(1, 3, "Loại")),
         [("error ", "no_parts", {"part": "Thành phần", "figures": "Giá trị"})]),
    Case("a figure in a group of columns is out of range", spoiled(as_groups, put(4, 5, "188")),
         [("error E4", "out_of_range", {"low": "0", "high": "100"})]),
    Case("a unit has two rows in a table with groups of columns", spoiled(as_groups, add(["An Hòa", "5", "", "", "6"])),
         [("error A6", "doubled_unit", {"name": "An Hòa", "first": "3"})], unheard("doubled_unit")),
    Case("groups of columns give more rows than a table may have", (held(shape("groups"), **LONG), {"t.csv": MANY}),
         [("error ", "too_many_rows", {"rows": "20008", "limit": "20000"})]),
    Case("no columns stand in groups", (held(shape("groups"), **LONG), {"t.csv": [["Đơn vị", "Tổng điểm", "Đúng hạn"], *ROWS]}),
         [("error ", "no_groups", {"columns": "Tử số, Mẫu số, Tỷ lệ, Điểm"})]),
    Case("a page is missing", spoiled(as_pages, without("2.csv")),
         [("error A", "missing_unit", {"name": "xã Bình Thủy"}), ("error ", "missing_page", {})], off(pages, "_check_pages")),
    Case("a unit is on two pages", spoiled(as_pages, lambda t: t | {"2.csv": [*t["2.csv"], t["1.csv"][1]]}),
         [("error A4", "doubled_elsewhere", {"name": "An Hòa", "other": "1.csv"})], off(pages, "_check_doubled")),
]
JSON_CASES = [
    Case("an answer says that it has more records", (held(shape("pages"), **ANSWER), {"t.json": answered(4)}),
         [("error ", "other_count", {"found": "3"})], off(pages, "_check_records")),
    Case("an answer is the first of two pages", (held(shape("pages"), **ANSWER), {"1.json": answered(4, ROWS[:2]), "2.json": answered(4, ROWS[2:])}),
         [("error ", "other_count", {"found": "3"})], off(pages, "_check_records")),
    Case("an answer calls the number of its records otherwise", (held(shape("pages", records="data.soLuong"), **ANSWER), {"t.json": answered(4, key="soLuong")}),
         [("error ", "other_count", {"found": "3"})], off(pages, "_check_records")),
    Case("a list names the number of its records without a [[shape]]", (held(**ANSWER), {"t.json": answered(4)}),
         [("error ", "other_count", {"found": "3"})], off(pages, "_check_records")),
    Case("no unit stands under the key", (held(shape("one-unit", unit_from="key", unit="data.ten"), **ANSWER), {"t.json": answered(3)}),
         [("error ", "no_unit_key", {"name": "data.ten", "count": "0"})]),
    Case("a sheet of several pages has no header", (held(shape("pages")), {"t.xlsx": xlsx([["Đơn vị", "Tổng điểm", "Đúng hạn"], *ROWS], trang_2=[["Xã An Hòa", 1.5, 2.5]])}),
         [("error ", "page_without_header", {})], unheard("page_without_header")),
    Case("two names make one code", (held(top=FROM_FILE, **NO_UNITS), {"t.csv": [["Đơn vị", "Tổng điểm", "Đúng hạn"], ["Xã Tân Mỹ", "70", "92"], ["Xã Tấn Mỹ", "71", "93"]]}),
         [("error A3", "names_alike", {"name": "Tân Mỹ", "code": "xa-tan-my"})], unheard("names_alike")),
    Case("a name stands twice where names are the key", (held(top=FROM_FILE, **NO_UNITS), {"t.csv": [["Đơn vị", "Tổng điểm", "Đúng hạn"], ["Xã Tân Mỹ", "70", "92"], ["UBND xã Tân Mỹ", "71", "93"]]}),
         [("error A3", "doubled_unit", {"name": "Tân Mỹ", "first": "2"})], unheard("doubled_unit")),
    Case("the day before is not a week before", (held(DAYS | {"previous": True}, **columns("unit", "total", "rate", "previous")), {"t.csv": GAP}),
         [("warning B1", "week_gap", {"named": "20 November 2023"})], unheard("week_gap")),
    Case("the row of the day before is not a week before", (held(shape("rows-by-day", day="Ngày", previous=True), **columns("unit", "total", "rate", "previous")), {"t.csv": GAP_ROWS}),
         [("warning A2", "week_gap", {"named": "20 November 2023"})], unheard("week_gap")),
]
# fmt: on


def heard(cleaned):
    return [(f"{each.severity} {each.column_letter}{each.row}", each.problem) for each in cleaned.problems.itertuples()]


@pytest.mark.parametrize("case", sampled([*CASES, *JSON_CASES], short=14, long=100), ids=lambda each: each.name)
def test_what_is_wrong_is_said_at_the_files_own_row_and_column(case, tmp_path):
    wanted = [(place, words("en").say(f"problem.{key}", **fields)) for place, key, fields in case.problems]
    assert sorted(heard(gated(*case.made, tmp_path))) == sorted(wanted)


SWITCHED = [pytest.param(each, id=each.name) for each in (*CASES, *JSON_CASES) if each.switch]


@pytest.mark.parametrize("case", sampled(SWITCHED, short=8, long=len(SWITCHED)))
def test_each_check_is_what_hears_of_its_bad_table(case, tmp_path, monkeypatch):
    before = heard(gated(*case.made, tmp_path))
    case.switch(monkeypatch)
    after = heard(gated(*case.made, tmp_path))
    assert set(after) < set(before)


# Not switched off above, for without it there is nothing to read: what says that a table has not its layout.
NOT_THERE = {
    "no_corner", "no_days", "no_day_column", "day_missing", "no_unit_line", "no_unit_key", "no_parts", "no_groups", "no_header", "too_many_rows",
}  # fmt: skip
ELSEWHERE = {"no_such_week", "days_passed_over", "unknown_sheet"}


def test_every_sentence_of_the_layouts_is_heard_of_a_bad_table():
    keys = set()
    for module in (shapes, history, layout, pages):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Constant) and re.fullmatch(r"problem\.[a-z_]+", str(node.value)):
                keys.add(node.value.removeprefix("problem."))
    tried = {key for case in (*CASES, *JSON_CASES) for _, key, _ in case.problems}
    switched = {key for case in (*CASES, *JSON_CASES) if case.switch for _, key, _ in case.problems}
    assert len(keys) > 12
    assert keys - tried - {"no_header", "unknown_sheet"} == set()
    assert keys - switched - NOT_THERE - ELSEWHERE == set()


# -- the configuration -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "fault"),
    [
        (shape("transposed"), "[[shape]] number 1: corner is missing; the layout transposed needs it"),
        (shape("columns-by-day", day="Ngày"), "number 1: day is no key of the layout columns-by-day"),
        (shape("one-unit", unit_from="line"), "number 1: unit is missing where unit_from is 'line'"),
        (shape("one-unit", unit_from="file", unit="x"), "number 1: unit has no meaning where unit_from is 'file'"),
        (shape("pages", form="columns-2.csv"), "form: there is no 'columns-2.csv'; there are columns.csv"),
        (shape("sideways"), '[[shape]] number 1: layout = "sideways": expected one of "transposed", "columns-by-day"'),
        (shape("parts", part="A", figures="B", oters=["C"]), "oters is not known; the nearest known key is"),
    ],
)
def test_a_shape_that_makes_no_sense_is_refused(step, fault):
    with pytest.raises(ConfigError, match=re.escape(fault)):
        held(step)()


# -- single behaviours -----------------------------------------------------------------------------------------------


def test_two_layouts_of_one_form_are_steps_in_their_order(tmp_path):
    """A file a unit, with a history in columns."""
    tables = {
        f"{number}.csv": [
            [f"Đơn vị báo cáo: {name}"],
            ["27/11/2023", "", "04/12/2023", ""],
            ["Tổng điểm", "Đúng hạn", "Tổng điểm", "Đúng hạn"],
            ["1", "99", total, rate],
        ]
        for number, (name, total, rate) in enumerate(ROWS)
    }
    cleaned = gated(held(LINE, DAYS), tables, tmp_path)
    assert figures(cleaned) == FIGURES
    assert places(cleaned) == ["warning A2"] * 3


def test_a_table_that_is_always_one_units_has_it_from_the_configuration(tmp_path):
    one = "code,name,type,kind,valid_from,valid_to,successor_code,source\n101,An Hòa,xã,commune,2020-01-01,,,x\n"
    in_force = held(shape("one-unit", unit_from="config", unit="xã An Hòa"), **{"units.csv": one})
    cleaned = gated(in_force, {"t.csv": [["Tổng điểm", "Đúng hạn"], ["70.25", "92.5"]]}, tmp_path)
    assert figures(cleaned) == {("101", "TOTAL"): 70.25, ("101", "TD"): 92.5}


@pytest.mark.parametrize("name", ["xã_An_Hòa_27_11_2023", "2023-12-04 UBND xã An Hoà", "04.12.2023-An Hòa"])
def test_the_unit_in_a_files_name_stands_beside_the_day(name, tmp_path):
    in_force = held(shape("one-unit", unit_from="file"))
    cleaned = gated(in_force, {f"{name}.csv": [["Tổng điểm", "Đúng hạn"], ["70.25", "92.5"]]}, tmp_path)
    assert figures(cleaned) == {("101", "TOTAL"): 70.25, ("101", "TD"): 92.5}


@pytest.mark.parametrize("lay_out", [as_columns_by_day, as_rows_by_day])
def test_the_latest_earlier_day_gives_the_previous_totals_where_config_says_so(lay_out, tmp_path):
    (_, tables), names = lay_out(ROWS), columns("unit", "total", "rate", "previous")
    step = DAYS if lay_out is as_columns_by_day else shape("rows-by-day", day="Ngày")
    cleaned = gated(held(step | {"previous": True}, **names), tables, tmp_path)
    assert {key: value for key, value in figures(cleaned).items() if key[1] == "PREVIOUS_TOTAL"} == {
        (code, "PREVIOUS_TOTAL"): 1.0 for code in ("101", "102", "103")
    }
    assert cleaned.source["previous_cutoff"].tolist() == ["2023-11-27"]


def test_scores_that_look_like_days_are_no_days(tmp_path):
    rows = [["Xã An Hòa", "8/10", "9/10"], ["Xã Bình Thủy", "1/2", "3/4"], ["Thị trấn Mỹ Luông", "5/6", "7/8"]]
    cleaned = gated(held(DAYS), {"t.csv": [["Đơn vị", "Tổng điểm", "Đúng hạn"], *rows]}, tmp_path)
    assert [text for _, text in heard(cleaned)] == [words("en").say("problem.no_days", unit="Đơn vị")]


def test_an_unknown_unit_above_many_rows_is_told_once(tmp_path):
    rows = [["Đơn vị báo cáo: xã Lạ"], ["Chỉ tiêu", "Tỷ lệ", "Điểm"], ["Đúng hạn", "92.5", ""], ["Tổng điểm", "", "70"]]
    cleaned = gated(held(LINE, **LONG), {"t.csv": rows}, tmp_path)
    assert places(cleaned).count("error A1") == 1


def test_a_unit_renamed_is_another_unit_where_names_are_the_key(tmp_path):
    def codes(name):
        rows = [["Đơn vị", "Tổng điểm", "Đúng hạn"], [name, "70.25", "92.5"], ["Phòng Nội vụ", "80", "93"]]
        return gated(held(top=FROM_FILE, **NO_UNITS), {"t.csv": rows}, tmp_path).units["unit_code"].tolist()

    assert codes("Ủy ban nhân dân xã An Hoà") == codes("Xã An Hòa") == ["xa-an-hoa", "phong-noi-vu"]
    assert codes("Phường An Hòa") == ["phuong-an-hoa", "phong-noi-vu"]


def test_departments_may_be_named_where_codes_of_units_have_no_form(tmp_path):
    other = '[[departments]]\nvi = "Văn phòng"\nen = "the office"\n'
    assert [each.code for each in held(top=FROM_FILE + other, **NO_UNITS)().departments] == ["van-phong"]


HA_NOI = HOME.parent / "shared" / "data" / "real" / "ha-noi-766"


@pytest.mark.skipif(not HA_NOI.is_dir(), reason=f"the reference figures are not here: {HA_NOI}")
def test_the_groups_of_ha_noi_are_the_same_by_a_form_of_five_columns(tmp_path):
    shutil.copytree(HA_NOI / "config", tmp_path / "config")
    day, area = date(2026, 10, 1), tmp_path / "config" / "ha-noi-766"
    before = clean.gate(HA_NOI / f"{day}.json", rules.load(tmp_path, "ha-noi-766", day), words("en"))
    step = toml(shape("groups", form="columns-groups.csv"))
    (area / "area.toml").write_text((area / "area.toml").read_text("utf-8") + step, "utf-8")
    form = "code,code,text,yes,,refuse\nname,unit,text,yes,,refuse\nNhóm,indicator,text,yes,,refuse\n"
    form += "score,published_points,points,yes,2,warn\nmaxScore,max_points,points,no,0,refuse\n"
    form += "type,other,text,no,,refuse\nsourceName,other,text,no,,refuse\n"
    (area / "columns-groups.csv").write_text(f"{COLUMNS}\n{form}", "utf-8")
    (area / "aliases.csv").write_text("what,written,meant,reason\nindicator,CLGQ,DVCTT,\n", "utf-8")
    after = clean.gate(HA_NOI / f"{day}.json", rules.load(tmp_path, "ha-noi-766", day), words("en"))
    order = ["unit_code", "indicator"]
    held_before, held_after = (each.measurements.sort_values(order, ignore_index=True) for each in (before, after))
    assert len(held_after) == 994
    assert held_after[[*order, *clean.FIGURES]].equals(held_before[[*order, *clean.FIGURES]])
