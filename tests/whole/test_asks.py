"""The ledger of the real week of Chợ Mới, and of a second week that follows it; made and published by the notebooks."""

import pandas as pd
import pytest
from support import district, two_weeks
from support.two_weeks import FIRST, HOA_BINH, KIEN_AN, MY_AN, MY_HOI_DONG

# Report 3668/BC-VP, points 1 and 2: whom it asks, and about what; the marks below which it underlines cells.
ASKED = {
    ("band", "TOTAL"): {KIEN_AN},
    ("fell", "TOTAL"): {MY_HOI_DONG},
    ("flag", "CKMB"): {KIEN_AN, "30652", MY_AN, "30661", "30673"},
    ("flag", "DVCTT"): {"30640", "30679", "30670", HOA_BINH, MY_AN, "30652", MY_HOI_DONG, KIEN_AN},
    ("flag", "TT"): {"30646", HOA_BINH, "30661", "30652", KIEN_AN},
    ("target", "DVCTT"): {"893"},
    ("target", "TT"): {"893"},
    ("target", "SH"): {"893"},
    ("zero", "CT"): {MY_AN, KIEN_AN},
}


@pytest.fixture(scope="module")
def weeks():
    """The tables ``asks`` of both weeks."""
    return tuple(made["asks"] for made in two_weeks.tables())


def of_units(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["kind"] != "task"]


def test_the_real_week_asks_the_units_of_report_3668_for_its_reasons_and_all_asks_are_new(weeks):
    rows = of_units(weeks[0])
    assert rows.groupby(["kind", "indicator"])["unit_code"].agg(set).to_dict() == ASKED
    assert (len(rows), set(rows["state"]), set(rows["times"])) == (25, {"new"}, {1.0})


def test_the_departments_tasks_stand_beside_and_are_not_counted(weeks):
    for rows, state in zip(weeks, ("new", "standing"), strict=True):
        its = rows[rows["kind"] == "task"]
        assert len(its) == len(district.in_force().tasks) and set(its["state"]) == {state}
        assert its["times"].isna().all()


def test_in_the_second_week_only_what_rose_is_done_and_all_else_is_asked_a_second_time(weeks):
    rows = of_units(weeks[1]).set_index(["unit_code", "indicator"])
    assert len(rows) == 25
    done = rows[rows["state"] == "done"]
    assert {*done.index} == {(KIEN_AN, "CKMB"), (KIEN_AN, "TOTAL"), (HOA_BINH, "TT")}
    assert set(done["progress"]) == {"met"}
    rest = rows.drop(done.index)
    assert (set(rest["state"]), set(rest["times"]), set(rest["opened"])) == ({"open"}, {2.0}, {FIRST})


def test_my_hoi_dong_stays_open_until_its_points_are_back(weeks):
    row = of_units(weeks[1]).set_index(["unit_code", "kind"]).loc[(MY_HOI_DONG, "fell")]
    assert row[["level_opened", "level", "target", "progress"]].tolist() == [51.1, 51.1, 56.88, "same"]


def test_what_did_not_move_is_the_same_and_the_area_has_one_unit_more_at_its_target(weeks):
    rows = of_units(weeks[1]).query("state == 'open'").set_index(["kind", "unit_code", "indicator"])
    area = rows.loc[("target", "893", "TT")]
    assert area[["level_opened", "level", "target", "progress", "note"]].tolist() == [0, 1, 18, "better", "at:30"]
    assert set(rows.drop(("target", "893", "TT"))["progress"]) == {"same"}
