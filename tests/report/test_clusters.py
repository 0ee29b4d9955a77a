"""Groups of units on the page, on a unit's page and in the workbook: what is known is told, and nothing else."""

import dataclasses
import io

import lxml.html
import openpyxl
import pandas as pd
import pytest
from support.district import edition, in_force, say, words

from analysis.method.clusters import compare_clusters
from analysis.report import clusters, page, unitpage, workbook

KIEN_AN = "30634"  # the 18th of 18: 49.18
NAMES = ("Cụm 1", "Cụm 2")


def grouped(lang="vi", without=(), names=NAMES, department=()):
    """The real week with its units in two clusters, every second unit in each, in the order of the registry.

    without : units without a total;  department : units of another kind
    """
    units = in_force().units
    units = units.assign(cluster=[names[at % 2] for at in range(len(units))])
    units = units.assign(kind=units["kind"].mask(units["code"].isin(department), "department"))
    its = edition(lang)
    scores = its.tables["scores"]
    scores = scores.assign(total=scores["total"].mask(scores["unit_code"].isin(without)))
    held = compare_clusters(units, scores, its.tables["points"])
    rules = dataclasses.replace(in_force(), units=units)
    return dataclasses.replace(edition(lang, clusters=held, scores=scores), rules=rules)


def cells(its):
    table = lxml.html.fromstring(clusters.build_table(its).data)
    return [[cell.text_content() for cell in row.iterfind("*")] for row in table.iterfind(".//tr")]


def test_a_row_tells_place_units_mean_ends_and_the_part_that_costs_most():
    head, first, second = cells(grouped())
    assert head == ["Hạng", "Cụm, khối", "Số đơn vị", "Trung bình", "Thấp nhất", "Cao nhất", "Mất nhiều điểm nhất"]
    assert [first[0], second[0]] == ["1/2", "2/2"] and first[2] == second[2] == "9"
    its = grouped().tables["clusters"].iloc[0]
    assert first[3:6] == [
        words().number(its["mean"]),
        f"{words().number(its['lowest'])} {edition().names.unit(its['lowest_unit'])}",
        f"{words().number(its['highest'])} {edition().names.unit(its['highest_unit'])}",
    ]
    assert first[6].startswith("Số hóa hồ sơ (−")


def test_an_incomplete_cluster_has_no_place_and_says_how_many_are_known():
    rows = cells(grouped(without=[KIEN_AN]))
    assert "Hạng" not in rows[0]  # the other one would be alone
    assert [row[1] for row in rows[1:]].count("8/9 có điểm") == 1
    assert say("places.incomplete_note") in clusters.build_table(grouped(without=[KIEN_AN])).data
    assert say("places.incomplete_note") not in clusters.build_table(grouped()).data


def test_kinds_stand_apart_under_their_own_headings():
    codes = [code for code in in_force().units["code"] if code != KIEN_AN][:4]
    rows = cells(grouped(department=codes))
    headings = [row[0] for row in rows if len(row) == 1]
    assert headings == ["Các đơn vị cấp xã", "Các sở, ban, ngành"]
    assert [row[0] for row in rows[1:] if len(row) > 1] == ["1/2", "2/2", "1/2", "2/2"]


@pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.long)])
def test_where_the_office_names_no_clusters_nothing_is_shown(lang):
    assert clusters.build_table(edition(lang)).data == ""
    assert say("page.clusters", lang) not in page.headline(edition(lang)).data
    assert say("page.clusters", lang) in page.headline(grouped(lang)).data
    assert clusters.say_unit(edition(lang), KIEN_AN) == []
    without = grouped(lang, without=list(in_force().units["code"]))  # nor where no unit has a total
    assert clusters.build_table(without).data == "" and say("page.clusters", lang) not in page.headline(without).data


def test_a_unit_reads_the_mean_and_the_ends_of_its_cluster():
    its = grouped()
    held = its.tables["clusters"].set_index("lowest_unit").loc[KIEN_AN]
    shown = {name: words().number(held[name]) for name in ("mean", "lowest", "highest")}
    (said,) = clusters.say_unit(its, KIEN_AN)
    assert said == say("places.unit_in_cluster", cluster=held["cluster"], known=9, **shown)
    assert said in unitpage.standing(its, KIEN_AN).data
    assert clusters.say_unit(grouped(without=[KIEN_AN]), KIEN_AN) == []
    assert clusters.say_unit(grouped(names=("", "Cụm 2")), in_force().units["code"].iat[0]) == []


def test_the_workbook_has_a_sheet_of_them():
    book = openpyxl.load_workbook(io.BytesIO(workbook.build_workbook(grouped())))
    rows = [[cell.value for cell in row] for row in book[say("workbook.clusters")].iter_rows()]
    held = grouped().tables["clusters"]
    assert [row[0] for row in rows[1:]] == held["cluster"].tolist() and rows[1][2:6] == [1, 2, 9, 9]
    assert rows[1][6] == pytest.approx(held["mean"].iat[0]) and rows[1][11] == "Số hóa hồ sơ"


def test_a_name_of_a_cluster_is_never_markup():
    held = grouped(names=("<b>Cụm</b>", "Cụm 2"))
    assert "<b>Cụm" not in clusters.build_table(held).data and pd.notna(held.tables["clusters"]["mean"]).all()
