"""What a week is compared with, from the raw table to the tables of 3_trend: the real table of Chợ Mới, weeks made of it
by other dates, headers and totals, and generated weeks in which units or rules change."""

import dataclasses
import re
from collections.abc import Collection
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from support import district, kinds, played
from support.district import say
from support.sampled import sampled

from analysis.report import findings, unitpage
from analysis.weeks import history

AREA = "cho-moi"
TITLE, HEADER, FIRST = 0, 2, 4  # rows of the delivered table, from 0
TOTAL, BAND, PREVIOUS, CHANGE, SH = 2, 3, 4, 5, 10  # its columns
DATED, UNDATED = ("TUẦN 01/12", "TUẦN 04/11"), ("TUẦN NÀY", "TUẦN TRƯỚC")


@pytest.fixture
def home(tmp_path):
    with played.at(tmp_path / "home") as home:
        yield home


def table(cutoff: str, headers: tuple[str, str] = UNDATED) -> list[list[str]]:
    """The real table under another cut-off, with these weeks in the headers of its totals."""
    rows = district.lines()
    rows[TITLE] = [f"(Thời gian chốt số liệu: Ngày {date.fromisoformat(cutoff):%d/%m/%Y})"]
    for column, week in zip((TOTAL, PREVIOUS), headers, strict=True):
        rows[HEADER][column] = f"ĐIỂM TỔNG HỢP ({week})"
    return rows


def before(cutoff: str, lowered: Collection[str] = ()) -> list[list[str]]:
    """The table of a week before: the previous totals as totals, unmoved, and digitisation 1 percentage point lower.

    lowered : units, as the table names them, whose total is 0.50 points lower than the real table carries
    """
    rows = table(cutoff)
    for row in (row for row in rows[FIRST:] if len(row) > SH and row[PREVIOUS]):
        total = number(row[PREVIOUS]) - 0.5 * (row[1] in lowered)
        row[TOTAL] = row[PREVIOUS] = f"{total:.2f}"
        row[BAND], row[CHANGE], row[SH] = "YẾU" if total < 50 else "TRUNG BÌNH", "0", f"{number(row[SH]) - 1:.1f}"
    return rows


def number(cell: str) -> float:
    return float(re.sub("<.*?>", "", cell).replace(",", "."))


def made(home: Path, cutoff: str, rows: list[list[str]], publish: bool = False) -> dict[str, pd.DataFrame]:
    """All tables of the week; publish: as a week of the history."""
    accepted = district.gate(district.saved(home, rows), date.fromisoformat(cutoff))
    tables = played.cleaned(home, AREA, cutoff, accepted)
    if publish:
        played.publish(home, AREA, cutoff)
    return tables


def test_a_header_without_dates_is_compared_as_one_with_dates(home):
    made(home, "2023-11-27", before("2023-11-27", {"HỘI AN"}), publish=True)
    dated, undated = (made(home, "2023-12-04", table("2023-12-04", headers)) for headers in (DATED, UNDATED))
    assert (
        dated["source"]["previous_cutoff"].item() == "2023-11-27" and undated["source"]["previous_cutoff"].item() == ""
    )
    assert len(dated["carried"]) == 1 and dated["contributions"]["unit_code"].nunique() == 19
    for name in ("changes", "contributions", "carried", "course"):
        pd.testing.assert_frame_equal(undated[name], dated[name])


def test_a_header_without_dates_is_not_compared_across_the_new_year(home):
    tables = made(home, "2024-01-01", table("2024-01-01"))
    assert set(tables["changes"]["previous_cutoff"]) == {"2023-12-25"}
    assert tables["changes"]["change"].isna().all() and tables["contributions"].empty
    printed = tables["measurements"].query("indicator in ('PREVIOUS_TOTAL', 'CHANGE')")
    assert len(printed) == 38 and printed["value"].notna().all()


def test_previous_totals_without_a_date_are_compared_but_are_of_no_day_of_the_history(home):
    tables = made(home, "2023-12-04", table("2023-12-04"), publish=True)
    assert tables["changes"]["change"].notna().all() and tables["contributions"].empty
    assert set(tables["course"]["cutoff"]) == set(history.load(home, AREA)["cutoff"]) == {"2023-12-04"}


@pytest.mark.long
def test_without_a_date_the_totals_of_a_week_left_out_are_not_those_of_the_published_week_before_it(home):
    every = {row[1] for row in district.lines() if len(row) > 1}
    made(home, "2023-11-20", before("2023-11-20", every), publish=True)
    tables = made(home, "2023-12-04", table("2023-12-04"))
    assert set(tables["changes"]["previous_cutoff"]) == {"2023-11-27"}
    assert tables["contributions"].empty and tables["carried"].empty


# -- units and rules that change between two weeks -------------------------------------------------------------------

LAST, BEFORE = "2023-10-23", say("period.week_of_year", week=3, month=10, year=2023)
COMPARED = ("changes", "moves", "contributions", "standing", "course")


def tables_of(kind: str) -> dict[str, pd.DataFrame]:
    return kinds.made(kind).tables


def texts(kind: str) -> list[str]:
    return tables_of(kind)["findings"]["text"].tolist()


def withheld(tables: dict[str, pd.DataFrame]) -> dict[str, str]:
    reasons = tables["moves"].query("indicator == 'CHANGE' and reason != ''")
    return dict(zip(reasons["unit_code"], reasons["reason"], strict=True))


@pytest.mark.parametrize("name", COMPARED)
@pytest.mark.long
def test_a_unit_under_another_name_and_of_another_type_is_told_as_if_it_had_kept_them(name):
    told, expected = (
        tables_of(kind)[name].drop(columns="unit_name", errors="ignore") for kind in ("renamed", "ordinary")
    )
    pd.testing.assert_frame_equal(told, expected)


@pytest.mark.long
def test_hoi_an_is_the_same_unit_in_the_week_in_which_it_becomes_a_town():
    edition = kinds.newest(kinds.ordinary(3, date(2023, 3, 27)))  # the town is registered from 10 April
    its = {name: edition.tables[name].query("unit_code == '30673'") for name in COMPARED}
    assert edition.names.typed("30673") == "thị trấn Hội An" and withheld(edition.tables) == {}
    assert its["changes"][["change", "previous_rank"]].notna().all(axis=None) and len(its["contributions"]) > 1
    assert set(its["course"]["since"]) == {"2023-01-01"} and len(its["course"]) == 3


def test_a_unit_that_takes_in_another_one_is_another_unit_and_the_others_are_compared():
    tables = tables_of("merged")
    assert withheld(tables) == {kinds.MERGED: "new_unit"}
    assert set(tables["course"].query("unit_code == @kinds.MERGED")["since"]) == {"2023-01-01", LAST}
    assert say("finding.withheld_new_unit_of", units="Nhơn Mỹ") in texts("merged")


@pytest.mark.long
def test_where_our_reading_changed_totals_are_compared_and_the_points_of_parts_are_not():
    tables, expected = tables_of("read otherwise"), tables_of("ordinary")
    parts = ["explained_change", "unexplained_change"]
    for name in ("changes", "course"):
        pd.testing.assert_frame_equal(*(each[name].drop(columns=parts, errors="ignore") for each in (tables, expected)))
    moves = (each["moves"].query("indicator == 'CHANGE'").reset_index(drop=True) for each in (tables, expected))
    pd.testing.assert_frame_equal(*moves, check_dtype=False)
    assert tables["contributions"].empty and tables["changes"][parts].isna().all(axis=None)
    assert say("finding.new_reading", period=BEFORE) in texts("read otherwise")
    assert say("finding.no_parts", period=BEFORE) not in texts("read otherwise")


@pytest.mark.long
def test_where_the_limits_of_bands_changed_everything_but_the_bands_is_compared():
    tables = tables_of("other bands")
    assert withheld(tables) == {} and set(tables["course"]["since"]) == {"2023-01-01"}
    assert tables["contributions"]["unit_code"].nunique() == 19
    crossed = tables["scores"].set_index("unit_code").loc[["30670", "30673"], "band"]
    assert crossed.tolist() == ["Yếu", "Trung bình"]  # by the limits before it was the other way round: no and yes
    assert not set(tables["findings"]["finding"]) & {"entered_band", "left_band"}
    assert set(tables["standing"].query("finding == 'band'")["since"]) == {LAST}
    assert say("finding.new_bands", period=BEFORE) in texts("other bands")
    assert say("unit.first_bands") in unitpage.standing(kinds.made("other bands"), "30670").data


@pytest.mark.long
def test_where_the_week_before_is_not_published_that_is_the_reason_whatever_our_reading_was():
    edition = kinds.made("week left out")
    held = dataclasses.replace(edition.rules, reading_since=str(edition.rules.cutoff))
    said = findings.collect(edition.tables, held, edition.words)["text"]
    period = say("period.week_of_year", week=4, month=10, year=2023)
    assert say("finding.no_parts", period=period) in set(said)
    assert say("finding.new_reading", period=period) not in set(said)


@pytest.mark.parametrize("kind", sampled(["ordinary", "renamed", "merged"], 1, long=2, first=["merged"]))
def test_what_did_not_change_is_given_as_no_reason(kind):
    reasons = {say(f"finding.{key}", period=BEFORE) for key in ("new_reading", "new_bands", "no_parts")}
    assert not reasons & set(texts(kind))


def test_two_weeks_are_read_by_the_same_rules_where_the_past_of_the_rules_was_amended_between(home):
    made(home, "2023-11-27", before("2023-11-27"), publish=True)
    path = home / "config" / "index-766" / "indicators.csv"
    rules = path.read_text("utf-8")
    assert rules.count('Dossiers paid online,percent,6,linear,,null,2022-06-23,,"Our reading') == 1
    path.write_text(
        rules.replace(
            'Dossiers paid online,percent,6,linear,,null,2022-06-23,,"Our',
            'Dossiers paid online,percent,8,linear,,null,2022-06-23,,"Our',
        ),
        "utf-8",
    )
    parts = made(home, "2023-12-04", table("2023-12-04"))["contributions"].query("indicator == 'TT'")
    assert len(parts) == 19 and (parts["contribution"] == 0).all()  # the rates are those of the week before
