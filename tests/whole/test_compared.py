"""What a week is compared with, from the raw table to the tables of 3_trend: the real table of Chợ Mới, and weeks made
of it by other dates, headers and totals."""

import re
from collections.abc import Collection
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from support import district, played

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


def test_without_a_date_the_totals_of_a_week_left_out_are_not_those_of_the_published_week_before_it(home):
    every = {row[1] for row in district.lines() if len(row) > 1}
    made(home, "2023-11-20", before("2023-11-20", every), publish=True)
    tables = made(home, "2023-12-04", table("2023-12-04"))
    assert set(tables["changes"]["previous_cutoff"]) == {"2023-11-27"}
    assert tables["contributions"].empty and tables["carried"].empty
