"""What is said of places in the province or the country: the change by the same number of peers, and nothing guessed."""

import dataclasses
import math

import pandas as pd
import pytest
from support.district import CONTROL, edition, in_force, week, words
from support.sampled import sampled

from analysis.report import findings, headline, places, sentences, unitpage
from analysis.tables import TABLES

COLUMNS = list(TABLES["place_changes"].columns)
KIEN_AN = "30634"
NONE = (math.nan, math.nan, "")
LAST, EARLIER = "2023-11-27", "2022-12-26"


def told(*rows, lang="vi", **settings):
    rules = dataclasses.replace(in_force(), settings=in_force().settings | settings)
    changes = pd.DataFrame(rows, columns=COLUMNS).astype({"place": float, "of": float})
    tables = week() | {"place_changes": changes}
    found = findings.collect(tables, rules, words(lang))
    return dataclasses.replace(edition(lang, place_changes=changes), rules=rules, tables=tables | {"findings": found})


def row(place, of, *before, code=CONTROL, scope="province", indicator="TOTAL"):
    return (code, scope, indicator, place, of, *(before or NONE))


MOVES = [
    ("a rise", row(7, 11, 9.0, 11.0, LAST), "tăng 2 bậc so với tuần 4 tháng 11", "2 places up from week 4 of November"),
    ("a fall", row(7, 11, 6.0, 11.0, LAST), "giảm 1 bậc so với tuần 4 tháng 11", "1 place down from week 4 of November"),
    ("none", row(7, 11, 7.0, 11.0, LAST), "giữ nguyên so với tuần 4 tháng 11", "unchanged from week 4 of November"),
    ("among others", row(7, 11, 7.0, 12.0, LAST), "tuần 4 tháng 11 là 7/12", "week 4 of November: 7 of 12"),
    ("of another year", row(7, 11, 8.0, 11.0, EARLIER), "tăng 1 bậc so với tuần 4 tháng 12 năm 2022",
     "1 place up from week 4 of December 2022"),
    ("not known before", row(7, 11), "", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("its", "vi", "en"), sampled([pytest.param(*case[1:], id=case[0]) for case in MOVES], short=3, long=3)
)
def test_the_result_tells_the_areas_place_with_its_change(its, vi, en):
    line = sentences.result_line(told(its))
    assert "xếp hạng 7/11 huyện, thị xã, thành phố" + (f" ({vi}), " if vi else ", ") in line
    line = sentences.result_line(told(its, lang="en"))
    assert "ranked 7 of 11 districts, towns and cities" + (f" ({en}), " if en else ", ") in line


def test_the_large_figure_says_the_change_in_its_label():
    label = "hạng trong các huyện, thị xã, thành phố; tăng 2 bậc"
    figures = headline.figures(told(row(7, 11, 9.0, 11.0, LAST)))
    assert ("7/11", label) in [(each["value"], each["label"]) for each in figures]
    older = headline.figures(told(row(7, 11, 9.0, 11.0, EARLIER)))
    assert f"{label} so với tuần 4 tháng 12 năm 2022" in [each["label"] for each in older]


def test_other_places_are_listed_by_scope_and_by_the_cut_off_they_are_compared_with():
    its = told(
        row(7, 11),
        row(3, 11, 5.0, 11.0, LAST, indicator="CKMB"),
        row(9, 11, 9.0, 11.0, LAST, indicator="TT"),
        row(2, 11, indicator="SH"),
        row(90, 705, 80.0, 705.0, LAST, scope="country"),
    )
    names = [its.names.measured(code) for code in ("CKMB", "TT", "SH")]
    ckmb, tt, sh = (name[0].lower() + name[1:] for name in names)
    assert places.say_places(its, CONTROL) == [
        "Thứ hạng cấp tỉnh của huyện Chợ Mới, so với tuần 4 tháng 11:"
        f" {ckmb} 3/11 (tăng 2 bậc); {tt} 9/11 (giữ nguyên).",
        f"Thứ hạng cấp tỉnh của huyện Chợ Mới: {sh} 2/11.",
        "Thứ hạng toàn quốc của huyện Chợ Mới, so với tuần 4 tháng 11: tổng điểm 90/705 (giảm 10 bậc).",
    ]
    lines = sentences.result_lines(its)
    assert set(places.say_places(its, CONTROL)) <= set(lines)


def test_of_many_places_ten_are_listed_and_the_others_counted():
    codes = [*in_force().indicators["indicator"], *in_force().groups["group"]]
    codes = list(dict.fromkeys(codes))[:13]
    (line,) = places.say_places(told(*(row(1, 11, indicator=code) for code in codes)), CONTROL)
    assert line.count("1/11") == 10 and line.endswith(f"còn {len(codes) - 10} thứ hạng khác.")


def test_a_unit_has_its_places_on_its_page_and_others_do_not():
    its = told(row(41, 156, 39.0, 156.0, LAST, code=KIEN_AN))
    said = "Thứ hạng cấp tỉnh của xã Kiến An, so với tuần 4 tháng 11: tổng điểm 41/156 (giảm 2 bậc)."
    assert said in unitpage.standing(its, KIEN_AN).data
    assert "Thứ hạng" not in unitpage.standing(its, "30637").data
    assert said not in sentences.result_lines(its)


TARGETS = [
    ("reached", 7, {"TOTAL": 7}, "info", "hiện xếp hạng 7, đạt mục tiêu."),
    ("missed", 8, {"TOTAL": 7}, "watch", "hiện xếp hạng 8, chưa đạt mục tiêu."),
]


@pytest.mark.parametrize(
    ("place", "targets", "severity", "ends"), [t[1:] for t in TARGETS], ids=[t[0] for t in TARGETS]
)
def test_a_target_that_is_a_place_is_told_and_asks_nobody(place, targets, severity, ends):
    its = told(row(place, 11), place_targets=targets)
    (found,) = its.found("place").itertuples()
    assert (found.severity, found.unit_code, found.value, found.reference) == (severity, CONTROL, place, 7)
    assert found.text == f"Mục tiêu thứ hạng cấp tỉnh về tổng điểm là trong nhóm 7/11: {ends}"
    assert found.text in sentences.result_lines(its)


def test_a_target_of_a_place_that_is_not_known_says_nothing():
    assert told(row(7, 11), place_targets={"TT": 3}).found("place").empty
    assert told(row(7, 11, scope="country"), place_targets={"TOTAL": 3}).found("place").empty
