"""The same week a year ago in words: points only where the rules are the same, else that they are not."""

import io
import math

import openpyxl
import pandas as pd
import pytest
from support.district import CONTROL, edition, say

from analysis.report import sentences, unitpage, workbook, year_ago
from analysis.tables import TABLES

COLUMNS = list(TABLES["year_ago"].columns)
KIEN_AN, DAY = "30634", "2022-12-05"


def told(*rows, lang="vi"):
    return edition(lang, year_ago=pd.DataFrame(rows, columns=COLUMNS))


def row(total, then, reason="", code=CONTROL):
    return (code, DAY, total, then, math.nan if reason else total - then, reason)


SAID = [
    ("more", row(57.45, 55.1), "higher", {"then": "55,10", "change": "2,35"}),
    ("less", row(57.45, 60.0), "lower", {"then": "60,00", "change": "2,55"}),
    ("the same", row(57.45, 57.45), "same", {"then": "57,45"}),
    ("the same as shown", row(57.45, 57.448), "same", {"then": "57,45"}),
    ("other rules", row(57.45, 55.1, "new_rules"), "new_rules", None),
    ("another unit", row(57.45, 55.1, "new_unit"), "new_unit", {}),
]


@pytest.mark.parametrize(("its", "key", "fields"), [case[1:] for case in SAID], ids=[case[0] for case in SAID])
def test_the_area_reads_its_total_of_a_year_ago_or_why_not(its, key, fields):
    unit = {} if fields is None else {"unit": "huyện Chợ Mới"} | fields
    said = say(f"places.year_ago_{key}", day="05/12/2022", **unit)
    assert year_ago.say_area(told(its)) == [said]
    assert said in sentences.result_lines(told(its))


@pytest.mark.parametrize("reason", ["no_total", "no_previous"])
def test_where_a_total_is_missing_nothing_is_said(reason):
    assert year_ago.say_area(told(row(math.nan, 55.1, reason))) == []


def test_without_such_a_week_nothing_is_said_and_without_a_row_of_the_area_only_that_rules_changed():
    assert year_ago.say_area(edition()) == year_ago.say_unit(edition(), KIEN_AN) == []
    assert year_ago.say_area(told(row(49.18, 50.0, code=KIEN_AN))) == []
    changed = told(row(49.18, 50.0, "new_rules", code=KIEN_AN))
    assert year_ago.say_area(changed) == [say("places.year_ago_new_rules", day="05/12/2022")]


def test_a_unit_reads_its_own_on_its_page():
    its = told(row(57.45, 55.1), row(49.18, 50.0, code=KIEN_AN))
    (said,) = year_ago.say_unit(its, KIEN_AN)
    assert said == "Cùng kỳ năm trước (số liệu đến 05/12/2022) xã Kiến An đạt 50,00 điểm; kỳ này thấp hơn 0,82 điểm."
    assert said in unitpage.standing(its, KIEN_AN).data
    assert said not in sentences.result_lines(its)


def test_the_workbook_has_all_of_them_and_no_total_of_other_rules():
    its = told(row(57.45, 55.1), row(49.18, 50.0, "new_rules", code=KIEN_AN))
    book = openpyxl.load_workbook(io.BytesIO(workbook.build_workbook(its)))
    area, unit = ([cell.value for cell in line] for line in list(book[say("workbook.year_ago")].iter_rows())[1:])
    assert area[1] == 57.45 and area[3:] == [55.1, pytest.approx(2.35), None]
    assert unit[3:] == [None, None, say("workbook.why_new_rules")]
