"""An edition answers what every product asks of a week: the area, its units in order, what was found of them."""

import dataclasses

import pandas as pd
import pytest
from support.district import edition, week

KIEN_AN, MY_HOI_DONG, AREA = "30634", "30637", "893"


def test_the_row_of_the_area_is_none_of_its_units_and_these_stand_by_rank():
    this = edition()
    assert (this.district["unit_code"], this.district["total"], this.district["change"]) == (AREA, 57.45, 0.29)
    assert AREA not in set(this.units["unit_code"]) and len(this.units) == 18
    assert this.units["rank"].is_monotonic_increasing and this.units["unit_code"].iat[-1] == KIEN_AN


def test_units_of_another_kind_are_ranked_apart():
    units = week()["units"]
    of_two_kinds = units.assign(kind=units["kind"].mask(units["unit_code"] == KIEN_AN, "department"))
    assert edition(units=of_two_kinds).units["kind"].tolist() == ["commune"] * 17 + ["department"]


def test_a_table_without_the_areas_row_has_no_area():
    assert edition(scores=week()["scores"].query("unit_code != @AREA")).district is None


def test_what_was_found_is_told_by_kind_and_by_indicator():
    this = edition()
    assert this.found("fell")["unit_code"].tolist() == [MY_HOI_DONG]
    assert set(this.found("target")["indicator"]) == {"DVCTT", "TT", "SH"}
    assert len(this.found("target", "TT")) == 18  # all are below 30 %
    assert this.flagged[MY_HOI_DONG] == {"DVCTT"} and AREA not in this.flagged


def test_a_move_has_the_sign_of_its_rise_or_fall_only_where_it_is_marked():
    rows = [(MY_HOI_DONG, "CHANGE", -5.78, True), (MY_HOI_DONG, "CKMB", 1.2, True), (MY_HOI_DONG, "TT", -9.0, False)]
    rows += [(KIEN_AN, "CHANGE", 0.0, True), (KIEN_AN, "SH", float("nan"), False)]  # stood still; withheld
    rows = pd.DataFrame(rows, columns=["unit_code", "indicator", "move", "marked"])
    this = edition(moves=rows.assign(median=0.2))
    assert this.marked == {(MY_HOI_DONG, "CHANGE"): -1, (MY_HOI_DONG, "CKMB"): 1}
    assert this.marked_totals == {MY_HOI_DONG: -1} and this.fallen == {MY_HOI_DONG}
    assert edition().fallen == {MY_HOI_DONG}  # of the real week


def test_the_course_is_that_of_the_units_there_are_now():
    gone = week()["course"].assign(unit_code="30600")
    both = pd.concat([week()["course"], gone])
    assert set(edition(course=both).units_course["unit_code"]) == set(week()["units"]["unit_code"]) - {AREA}


def test_the_place_in_the_province_comes_from_the_parameter_else_the_tables_and_is_none_where_neither_says():
    assert edition().standing == ("7", "11")
    assert dataclasses.replace(edition(), province_rank="6/11").standing == ("6", "11")
    told = week()["place_changes"].assign(place=5.0)
    assert edition(place_changes=told).standing == ("5", "11")
    assert edition(place_changes=told.iloc[:0]).standing is None


@pytest.mark.parametrize("place", ["7", "12/11", "0/11", "x/11", "7/"])
def test_a_place_that_is_none_is_refused(place):
    with pytest.raises(ValueError, match="expected a place such as 7/11"):
        _ = dataclasses.replace(edition(), province_rank=place).standing


@pytest.mark.parametrize(
    ("previous", "label"),
    [
        ("2023-11-27", "tuần 4 tháng 11"),
        ("2022-12-26", "tuần 4 tháng 12 năm 2022"),  # of another year: with it
        ("", "kỳ trước"),  # a column of the table, of no cut-off that is known
    ],
)
def test_the_cutoff_that_is_compared_with_is_named_and_the_year_only_where_it_is_another(previous, label):
    changes = week()["changes"].assign(previous_cutoff=previous)
    assert edition(changes=changes).previous_period == label


@pytest.mark.parametrize(("origin", "revision"), [({}, 1), ({"revision": "3"}, 3)])
def test_an_edition_knows_which_issue_it_is(origin, revision):
    assert edition(origin=origin).revision == revision
