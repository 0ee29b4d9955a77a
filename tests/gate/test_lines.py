"""Lines of everyday forms that are no unit's: each added to the tables of the shipped areas, which are read as before.

Misspelt units and second tables are in test_hostile.py; here are the real tables, and sums of blocks of units.
"""

import csv
from dataclasses import replace
from datetime import date

import openpyxl
import pandas as pd
import pytest
from support.district import HOME, in_force, lines, saved, words
from support.real import AN_GIANG, GIA_LAI, MISSING
from support.sampled import sampled

from analysis.config import rules
from analysis.gate import checks, clean
from analysis.method import score

COMMUNES = GIA_LAI / "communes_2026-10-08.csv"
# What is added: the key of its sentence, where ("numbers": directly below the header, "units": before the first unit,
# "end": below the last one), and its cells by column; the code or place is in column 0, the unit's name in column 1.
EVERYDAY = {
    "column numbers": ("numbers", "numbers", lambda width: [str(each) for each in range(1, width + 1)]),
    "column numbers in brackets": ("numbers", "numbers", lambda width: [f"({each})" for each in range(1, width + 1)]),
    "letters, then numbers": ("numbers", "numbers", lambda width: ["A", "B", *map(str, range(1, width - 1))]),
    "a computed column": ("numbers", "numbers", lambda width: ["1", "2", "3=4+5", *map(str, range(4, width + 1))]),
    "Roman numbers": ("numbers", "numbers", lambda width: ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"][:width]),
    "a counted heading": ("section", "units", lambda width: ["I", "Các xã, thị trấn"]),
    "a heading": ("section", "units", lambda width: ["KHỐI PHƯỜNG"]),
    "a heading in the names' column": ("section", "units", lambda width: ["", "A. Khối các phường"]),
    "a note": ("note", "end", lambda width: ["Ghi chú: số liệu 9 tháng, 3 đơn vị nộp chậm"]),
    "a note with a star": ("note", "end", lambda width: ["", "* Số liệu tạm tính"]),
    "a counted note": ("note", "end", lambda width: ["", "(1) Không tính hồ sơ rút"]),
    "the source": ("note", "end", lambda width: ["Nguồn: Cổng Dịch vụ công quốc gia"]),
    "place and day": ("signature", "end", lambda width: [""] * 5 + ["Chợ Mới, ngày 05 tháng 12 năm 2023"]),
    "who made it": ("signature", "end", lambda width: ["", "NGƯỜI LẬP BIỂU", "", "", "", "TM. ỦY BAN NHÂN DÂN"]),
    "where it is signed": ("signature", "end", lambda width: [""] * 5 + ["(Ký tên, đóng dấu)"]),
    "the recipients": ("signature", "end", lambda width: ["Nơi nhận:"]),
}  # fmt: skip


def inserted(rows, header, where, row):
    """``rows`` with the line added. header : the index of the header's last row"""
    at = {"numbers": header + 1, "units": header + 1, "end": len(rows)}[where]
    return [*rows[:at], row, *rows[at:]]


def cho_moi(folder, added=None):
    rows = lines()
    while not any(rows[-1]):
        rows.pop()
    return saved(folder, rows if added is None else inserted(rows, 3, *added), "2023-12-04.txt")


def an_giang(folder, added=None):
    book = openpyxl.load_workbook(AN_GIANG)
    for name in ("Xã Phường", "Sở Ban"):
        sheet = book[name]
        if added:
            rows = inserted([list(row) for row in sheet.iter_rows(values_only=True)], 0, *added)
            for number, row in enumerate(rows, 1):
                for column in range(1, sheet.max_column + 1):
                    sheet.cell(number, column).value = row[column - 1] if column <= len(row) else None
    book.save(folder / "bao_cao.xlsx")
    return folder / "bao_cao.xlsx"


def gia_lai(folder, added=None):
    rows = list(csv.reader(COMMUNES.read_text("utf-8").splitlines()))
    path = folder / "2026-10-08.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows if added is None else inserted(rows, 0, *added))
    return path


AREAS = {
    "cho-moi": (cho_moi, date(2023, 12, 4), None, 13, 1),
    "an-giang": (an_giang, date(2025, 10, 31), AN_GIANG, 9, 2),
    "gia-lai": (gia_lai, date(2026, 10, 8), COMMUNES, 9, 1),
}


@pytest.fixture(scope="module")
def as_delivered(tmp_path_factory):
    found = {}

    def of(area):
        if area not in found:
            make, day, _, *_ = AREAS[area]
            found[area] = clean.gate(make(tmp_path_factory.mktemp(area)), rules.load(HOME, area, day), words())
        return found[area]

    return of


@pytest.mark.parametrize("name", sampled([*EVERYDAY], short=0, long=7))
@pytest.mark.parametrize("area", AREAS)
def test_an_everyday_line_is_passed_over_and_named_and_the_figures_are_those_without_it(
    tmp_path, as_delivered, area, name
):
    make, day, needed, width, sheets = AREAS[area]
    if needed and not needed.exists():
        pytest.skip(MISSING)
    key, where, row = EVERYDAY[name]
    if name == "Roman numbers" and width > 9:
        row = lambda width: [*["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII"]]  # noqa: E731
    cells = row(width)
    cleaned = clean.gate(make(tmp_path, (where, cells)), rules.load(HOME, area, day), words())
    base = as_delivered(area)
    passed = cleaned.problems.query("severity == 'passed'")
    first = next(each for each in cells if each)
    assert not cleaned.refused
    assert list(passed["value"]) == [first] * sheets
    assert list(passed["problem"]) == [words().say(f"passed.{key}")] * sheets
    pd.testing.assert_frame_equal(cleaned.measurements, base.measurements)
    others = cleaned.problems.query("severity != 'passed'")
    assert list(others["problem"]) == list(base.problems["problem"])


# -- sums of blocks of units -----------------------------------------------------------------------------------------


def with_sums(*labels, control=("TOÀN HUYỆN",)):
    held = in_force()
    return replace(held, settings=held.settings | {"subtotal_rows": list(labels), "control_rows": list(control)})


def counts(rows, first, last):
    """The sums of the two columns of counts over the rows from ``first`` to ``last``, as a person numbers them."""
    return [sum(int(row[at].replace(".", "")) for row in rows[first - 1 : last] if any(row)) for at in (11, 12)]


def blocks(first_sum=(0, 0), second_sum=(0, 0), heads=False):
    """The real table in two blocks, of 8 and 10 units, each with the sum of its counts, which may be off."""
    rows = lines()[:24]
    one, two = counts(rows, 6, 13), counts(rows, 15, 24)
    sums = [
        ["", label, *[""] * 9, *(str(value + off) for value, off in zip(values, offs, strict=True))]
        for label, values, offs in (("Cộng khối 1", one, first_sum), ("Cộng khối 2", two, second_sum))
    ]
    if heads:
        return [*rows[:5], sums[0], *rows[5:13], sums[1], *rows[14:]]
    return [*rows[:13], sums[0], *rows[14:], sums[1]]


def said(folder, rows, held):
    cleaned = clean.gate(saved(folder, rows), held, words())
    frame = cleaned.problems
    return cleaned, list(
        frame[["severity", "row", "column_letter", "value", "problem"]].itertuples(index=False, name=None)
    )


BOTH = ("Cộng khối 1", "Cộng khối 2")
WRONG = "problem.wrong_subtotal"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (blocks(), []),
        (blocks(heads=True), []),
        (blocks(first_sum=(1, 0)), [("error", 14, "L", 1)]),
        (blocks(second_sum=(0, -5)), [("error", 25, "M", 2)]),
        (blocks(first_sum=(2, 0), heads=True), [("error", 6, "L", 1)]),
    ],
    ids=["below", "above", "below, one too many", "last, five too few", "above, two too many"],
)  # fmt: skip
def test_the_counts_of_a_named_subtotal_must_be_the_sum_of_its_own_units(tmp_path, rows, expected):
    _, problems = said(tmp_path, rows, with_sums(*BOTH))
    errors = [each[:3] for each in problems if each[0] == "error"]
    assert errors == [each[:3] for each in expected]
    assert [each[3:] for each in problems if each[0] == "passed"] == [
        (label, words().say("passed.subtotal")) for label in BOTH
    ]
    for severity, row, letter, block in expected:
        values = counts(lines()[:24], *((6, 13) if block == 1 else (15, 24)))
        found = next(each for each in problems if each[:3] == (severity, row, letter))
        right = words().number(values["LM".index(letter)], 0)
        assert found[4] == words().say(WRONG, sum=right, subtotal=words().number(int(found[3]), 0))


def test_subtotals_change_no_figure(tmp_path):
    cleaned, _ = said(tmp_path, blocks(), with_sums(*BOTH))
    base = clean.gate(saved(tmp_path, lines(), "base.txt"), in_force(), words())
    pd.testing.assert_frame_equal(cleaned.measurements, base.measurements)


def test_a_heading_begins_a_block_that_a_subtotal_sums(tmp_path):
    rows = lines()[:24]
    one = counts(rows, 15, 24)
    rows = [*rows[:13], ["", "II. Khối phía nam"], *rows[14:], ["", "Cộng khối 2", *[""] * 9, *map(str, one)]]
    cleaned, problems = said(tmp_path, rows, with_sums("Cộng khối 2"))
    assert [each[0] for each in problems] == ["passed", "passed"] and not cleaned.refused


def test_a_subtotal_that_no_key_names_is_refused_with_the_key_that_would(tmp_path):
    _, problems = said(tmp_path, blocks(), with_sums("Cộng khối 1"))
    assert problems[-1][:4] == ("error", 25, "B", "Cộng khối 2")
    assert "subtotal_rows" in problems[-1][4]


def test_a_figure_of_a_subtotal_that_is_no_count_is_refused(tmp_path):
    rows = blocks()
    rows[13][11] = "1,339"
    _, problems = said(tmp_path, rows, with_sums(*BOTH))
    assert ("error", 14, "L", "1,339", words().say("problem.not_a_count")) in problems


def test_without_the_check_a_subtotal_that_does_not_add_up_gets_through(tmp_path, monkeypatch):
    monkeypatch.setattr(checks, "check_subtotals", lambda sheet: None)
    cleaned, _ = said(tmp_path, blocks(first_sum=(1, 0)), with_sums(*BOTH))
    assert not cleaned.refused


def test_the_tolerance_of_a_total_is_as_that_of_a_group_where_config_says_nothing():
    last = 0.01  # the index has points of two decimals
    assert in_force().settings["sum_tolerance_points"] == score.SUM_TOLERANCE * last


# -- the control row may be missing ----------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", [True, False], ids=["no row", "a row that no key names"])
def test_a_table_needs_no_total_row_where_control_rows_is_empty(tmp_path, missing):
    rows = lines()[:24]
    rows = rows[:4] + rows[5:] if missing else rows
    cleaned, problems = said(tmp_path, rows, with_sums(control=()))
    if missing:
        assert problems == [] and "893" not in set(cleaned.measurements["unit_code"])
    else:
        key = words().say("problem.unnamed_control", label="TOÀN HUYỆN")
        assert problems == [("error", 5, "A", "TOÀN HUYỆN", key)]
        assert "control_rows" in key
