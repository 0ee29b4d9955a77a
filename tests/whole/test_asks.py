"""The ledger of the real week of Chợ Mới, and of a second week that follows it; made and published by the notebooks."""

import pandas as pd
import pytest
from support import asked, district, two_weeks
from support.fragments import text
from support.two_weeks import FIRST, HOA_BINH, KIEN_AN, MY_AN, MY_HOI_DONG, SECOND

from analysis.report import document_rows, followup, page

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


# -- what is shown -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("product", ["page", "mail", "Word"])
@pytest.mark.parametrize("cutoff", [pytest.param(FIRST, marks=pytest.mark.long), SECOND])
def test_every_request_has_its_row_and_every_open_row_stands_there_once_as_the_ledger_has_it(cutoff, product):
    week = two_weeks.edition(cutoff=cutoff)
    assert asked.find_faults(week, asked.lines_of(week)[product]) == []


def test_what_differs_from_the_ledger_is_found():
    """The check itself: lines of a ledger from which a row is taken, to which one is added, or in which one differs."""
    week, rows = two_weeks.edition(), two_weeks.tables()[1]["asks"]
    lines = asked.lines_of(week)["page"]
    is_one = (rows["unit_code"] == MY_AN) & (rows["indicator"] == "CKMB")
    without = two_weeks.edition(asks=rows[~is_one])
    assert asked.find_faults(without, lines) == [f"Công khai, minh bạch: no row of ['{MY_AN}']"]
    thrice = two_weeks.edition(asks=rows.assign(times=rows["times"].mask(is_one, 3.0)))
    assert asked.find_faults(thrice, lines) == ["Công khai, minh bạch (flag): 1 not named, 0 counted"]
    fallen = rows[rows["unit_code"] == MY_HOI_DONG].query("kind == 'fell'")
    more = two_weeks.edition(asks=pd.concat([rows, fallen.assign(unit_code=MY_AN)]))
    assert asked.find_faults(more, lines) == ["1 units not named, 0 counted"]
    assert asked.find_faults(week, [*lines, "Xã Mỹ An giảm 3 điểm."]) == [f"{MY_AN}: no row"]


@pytest.mark.parametrize("cutoff", [FIRST, SECOND])
def test_a_unit_is_asked_on_its_page_and_in_its_letter_what_the_ledger_has_open(cutoff):
    week = two_weeks.edition(cutoff=cutoff)
    assert asked.list_units_requests(week) == asked.list_open(week)


def test_the_second_week_praises_who_met_an_ask_and_asks_nobody_for_what_is_met():
    week = two_weeks.edition()
    said = text(page.followup(week))
    assert (
        "Trong 25 đề nghị kỳ trước: 3 đã hoàn thành; 1 có chuyển biến nhưng chưa hoàn thành; 21 chưa thấy chuyển biến rõ."
        in said
    )
    assert (
        "Tổng điểm: Kiến An (55,61 điểm). Công khai, minh bạch (ngưỡng 50%): Kiến An (55,0%). Hồ sơ thanh toán trực tuyến (ngưỡng 8%): Hòa Bình (31,00%)."
        in said
    )
    asked_of = text(page.requests(week))
    assert "Xã Mỹ Hội Đông – tổng điểm: 51,10 điểm; cần đạt từ 56,88 điểm (lần 2)." in asked_of
    assert "Mỹ Hiệp (26,4%, lần 2)" in asked_of and "0/18 đơn vị đạt chỉ tiêu 50% (cao nhất 20,1%; lần 2)" in asked_of
    assert "Xã Kiến An" not in asked_of and "Kiến An (55,0%, " not in asked_of


def test_the_first_report_has_no_section_on_earlier_asks():
    week = two_weeks.edition(cutoff=FIRST)
    assert page.followup(week).data == page.mail_followup(week).data == ""
    assert document_rows.followup_lines(week) == [] and followup.item(week) == []
    assert "followup" not in page.headline(week).data
