"""Codes become the names that a reader knows, and figures are written as a reader writes them."""

from datetime import date

import pytest
from support.district import HOME, in_force, week, words

from analysis.config import rules
from analysis.report.names import Names

KIEN_AN, TOWN, AREA = "30634", "30628", "893"


def names(lang="vi"):
    return Names(in_force(), words(lang), week()["units"])


@pytest.mark.parametrize(
    ("lang", "code", "alone", "within_a_line", "beginning_a_line"),
    [
        ("vi", KIEN_AN, "Kiến An", "xã Kiến An", "Xã Kiến An"),
        ("vi", TOWN, "thị trấn Chợ Mới", "thị trấn Chợ Mới", "Thị trấn Chợ Mới"),  # called like its district
        ("vi", AREA, "huyện Chợ Mới", "huyện Chợ Mới", "Huyện Chợ Mới"),
        ("en", KIEN_AN, "Kiến An", "Kiến An", "Kiến An"),  # in English a name stands alone
        ("en", TOWN, "Chợ Mới", "Chợ Mới", "Chợ Mới"),
        ("en", AREA, "Chợ Mới district", "Chợ Mới district", "Chợ Mới district"),
    ],
)
def test_a_unit_is_named_alone_within_a_line_and_beginning_one(lang, code, alone, within_a_line, beginning_a_line):
    its = names(lang)
    assert (its.unit(code), its.typed(code), its.full_unit(code)) == (alone, within_a_line, beginning_a_line)


@pytest.mark.parametrize(
    ("lang", "code", "name"),
    [
        ("vi", "CKMB", "Công khai, minh bạch"),  # an indicator and a group: the indicator
        ("vi", "TTTT", "Thanh toán trực tuyến"),  # a group only
        ("vi", "TOTAL", "Tổng điểm"),  # neither
        ("en", "TTTT", "Online payment"),
    ],
)
def test_what_is_measured_is_an_indicator_a_group_or_a_total(lang, code, name):
    assert names(lang).measured(code) == name


@pytest.mark.parametrize(
    ("indicator", "value", "figure", "limit"),
    [
        ("CKMB", 72.6, "72,6%", "72,6%"),  # one decimal in the printed table
        ("TT", 7.416, "7,42%", "7,42%"),  # two
        ("TT", 30, "30,00%", "30%"),
        ("CT", 1234, "1.234", "1.234"),  # a count
        ("TOTAL", 57.45, "57,45", "57,45"),
        ("CHANGE", -5.78, "−5,78", "−5,78"),
        ("CHANGE", 0.29, "+0,29", "0,29"),  # a limit is no move: without a sign
        ("TT", float("nan"), "–%", None),
    ],
)
def test_a_figure_has_its_columns_decimals_and_a_limit_no_idle_ones(indicator, value, figure, limit):
    assert names().figure(indicator, value) == figure
    assert limit is None or names().limit(indicator, value) == limit


@pytest.mark.parametrize(
    ("indicator", "old", "new", "decimals"),
    [
        ("CKMB", 19.3, 19.4, 1),  # its column's are enough
        ("CKMB", 19.26, 19.27, 2),  # both would be 19,3
        ("CKMB", 19.26, 19.34, 2),
        ("TT", 7.4, 7.404, 3),
        ("TT", 7.404, 7.404, 2),  # the same
        ("TT", 0.1234567891, 0.1234567892, 10),  # as fine as a file has them
        ("CT", 12.0, 13.0, 0),
        ("TT", float("nan"), 7.4, 2),
    ],
)
def test_two_figures_that_are_not_the_same_are_written_with_as_many_decimals_as_tell_them_apart(
    indicator, old, new, decimals
):
    assert names().telling_decimals(indicator, old, new) == decimals


def test_a_part_of_a_total_stands_within_a_sentence():
    class Part:
        group, indicator = "MDSH", ""

    assert names().part(Part) == "số hóa hồ sơ"
    Part.indicator = "TT"
    assert names().part(Part) == "hồ sơ thanh toán trực tuyến"


@pytest.mark.parametrize(("area", "printed"), [("cho-moi", False), ("gia-lai", True)])
def test_a_group_is_printed_where_the_table_has_its_own_column(area, printed):
    held = rules.load(HOME, area, date(2023, 12, 4) if area == "cho-moi" else date(2026, 9, 23))
    assert held.is_printed("MDHL") == printed
    assert (Names(held, words(), week()["units"]).groups_not_printed == []) == printed
