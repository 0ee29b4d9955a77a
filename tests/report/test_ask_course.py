"""The course of what a unit is asked, on its page and in its letter: then and now, and a small picture."""

from dataclasses import replace

import pandas as pd
import pytest
from IPython.display import HTML
from support import two_weeks
from support.district import say
from support.fragments import text
from support.two_weeks import FIRST, HOA_BINH, KIEN_AN, MY_AN, MY_HOI_DONG, with_ledgers

from analysis.report import ask_course, ask_words, letters, reminder, unitpage, workbook_asks
from analysis.report.ask_course import lay_out

NAN = float("nan")


def test_each_ask_stands_as_it_was_when_it_was_asked_and_as_it_is_now_as_the_ledger_says():
    edition = two_weeks.edition()
    for code in (KIEN_AN, HOA_BINH, MY_AN, MY_HOI_DONG):
        rows = edition.tables["asks"].query("unit_code == @code")
        told = [
            (row["name"], row["opened"], row["now"], row["state"]) for row in ask_course.list_courses(edition, code)
        ]
        assert told == [
            (
                ask_words.name_subject(edition, row),
                ask_words.say_level(edition, row._replace(level=row.level_opened)),
                ask_words.say_level(edition, row),
                say(f"reminder.state_{'done' if row.state == 'done' else row.progress}"),
            )
            for row in rows.itertuples(index=False)
        ]
    (transparency,) = [row for row in ask_course.list_courses(edition, KIEN_AN) if row["opened"] == "19,3%"]
    assert (transparency["now"], transparency["state"]) == ("55,0%", say("reminder.state_done"))


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({"state": "done", "progress": "met"}, "hoàn thành"),
        ({"state": "done", "progress": "met", "note": "explained"}, "hoàn thành (không theo số liệu)"),
        ({"state": "done", "progress": "unclear", "note": "office"}, "hoàn thành (không theo số liệu)"),
        ({"kind": "own", "progress": ""}, "chưa hoàn thành"),
    ],
)
def test_what_no_figure_met_is_not_said_to_be_met_by_one_in_course_and_workbook(values, state):
    asks = two_weeks.tables()[1]["asks"].copy()
    row = (asks["unit_code"] == KIEN_AN) & (asks["indicator"] == "CT")
    asks.loc[row, list(values)] = list(values.values())
    edition = two_weeks.edition(asks=asks)
    assert state in [each["state"] for each in ask_course.list_courses(edition, KIEN_AN)]
    (told,) = [each for each in workbook_asks.list_rows(edition) if each["ask_id"] == f"{KIEN_AN}:CT:{FIRST}"]
    by_word = "theo số liệu" in state
    assert told["progress"] == (say("workbook.progress_by_word") if by_word else say("workbook.progress_met") if told["state"] == say("workbook.state_done") else "")  # fmt: skip


def test_in_a_first_week_all_asks_are_new_and_there_is_no_course_of_them():
    edition = two_weeks.edition(cutoff=FIRST)
    assert ask_course.list_courses(edition, KIEN_AN) == [] and ask_course.asked(edition, KIEN_AN).data == ""
    assert "asked" not in unitpage._contents(edition, KIEN_AN)


@pytest.mark.parametrize(
    ("levels", "target", "lines", "last", "height"),
    [
        ([0.0, 10.0], NAN, "M4 22L92 4", (92, 4), None),
        ([0.0, 5.0, 10.0], 10.0, "M4 22L48 13L92 4", (92, 4), 4),
        ([0.0, None, 10.0], NAN, "M4 22h0M92 4h0", (92, 4), None),  # a missing figure breaks the line
        ([0.0, 10.0, None], 20.0, "M4 22L48 13", None, 4),
        ([50.0, 51.0, 50.0], NAN, "M4 14L48 12L92 14", (92, 14), None),  # a small move looks small
    ],
)
def test_the_picture_has_a_point_for_each_report_and_stands_for_ten_points_at_least(
    levels, target, lines, last, height
):
    drawn = lay_out(levels, target, 10.0)
    assert (drawn["lines"], drawn["last"], drawn["target"]) == (lines, last, height)


def test_there_is_a_picture_from_three_reports_on_and_none_without_earlier_ledgers():
    counts = [
        [row["picture"] is not None for row in ask_course.list_courses(edition, MY_HOI_DONG)]
        for edition in (two_weeks.edition(), with_ledgers(), with_ledgers(30.0), with_ledgers(NAN))
    ]
    assert counts == [[False] * 2, [False] * 2, [True] * 2, [False] * 2]
    picture = ask_course.list_courses(with_ledgers(45.0), MY_HOI_DONG)[0]["picture"]
    assert picture["alt"] == say("reminder.course_alt", count=3, first="45,00 điểm", last="51,10 điểm")


def test_a_report_in_which_it_was_another_kind_is_not_in_its_picture():
    edition = with_ledgers(45.0, 46.0)
    ledgers = edition.tables[ask_course.LEDGERS]
    other = ledgers.assign(kind=ledgers["kind"].where(ledgers["cutoff"] != "2023-11-01", "signal"))
    row = next(edition.tables["asks"].query("unit_code == @MY_HOI_DONG").itertuples(index=False))
    days = [*other["cutoff"].unique(), "2023-12-11"]
    assert ask_course.find_levels(row, other, days, 60) == [46.0, 51.1, 51.1]
    assert ask_course.find_levels(row, other, days, 2) == [51.1, 51.1]


def test_to_sixty_reports_the_courses_of_a_page_weigh_less_than_8_kilobytes():
    first = two_weeks.tables()[0]["asks"]
    days = [str(day) for day in pd.date_range(end=FIRST, periods=59, freq="7D").date]
    weeks = [first.assign(cutoff=day, level=float(place * 37 % 83)) for place, day in enumerate(days)]
    edition = two_weeks.edition(**{ask_course.LEDGERS: pd.concat(weeks)})
    weights = {code: len(ask_course.asked(edition, code).data.encode()) for code in edition.units["unit_code"]}
    assert 3_000 < max(weights.values()) <= 8_000


def test_what_is_internal_is_marked_on_the_page_and_stands_in_the_letter():
    asks = two_weeks.tables()[1]["asks"].copy()
    row = (asks["unit_code"] == MY_HOI_DONG) & (asks["kind"] == "fell")
    asks.loc[row, ["state", "due", "replied"]] = ["overdue", "2023-12-08", "2023-12-06"]
    edition = two_weeks.edition(asks=asks)
    said = "Quá thời hạn 08/12/2023; phản hồi gần nhất 06/12/2023"
    shown = ask_course.asked(edition, MY_HOI_DONG).data
    assert f"<small data-internal>{said}</small>" in shown and shown.count("data-internal") == 1
    assert any(f"{said}." in each["texts"] for each in ask_course.say_courses(edition, MY_HOI_DONG))


def test_an_ask_of_the_office_itself_stands_in_its_own_words_and_has_no_figures():
    asks = two_weeks.tables()[1]["asks"].copy()
    row = asks["ask_id"] == f"{KIEN_AN}:CT:{FIRST}"
    asks.loc[row, ["kind", "indicator", "progress"]] = ["own", "", ""]
    asks.loc[row, ["level", "level_opened", "target"]] = NAN
    said = {name: "" for name in two_weeks.tables()[1]["replies"].columns} | {"row": 2.0, "kind": "own"}
    said |= {"ask_id": f"{KIEN_AN}:CT:{FIRST}", "text": "Báo cáo việc niêm yết"}
    edition = two_weeks.edition(asks=asks, replies=pd.DataFrame([said]), settings={"asks": {"remind_from": 2}})
    (own,) = [each for each in ask_course.list_courses(edition, KIEN_AN) if each["opened"] == "–"]
    assert (own["name"], own["now"], own["state"]) == ("Báo cáo việc niêm yết", "–", say("reminder.state_open"))
    (told,) = [each for each in reminder.fields(edition, KIEN_AN)["asks"] if each["level"] == "–"]
    assert told["ask"] == "Báo cáo việc niêm yết"


def test_the_letter_tells_what_the_page_shows():
    edition = two_weeks.edition()
    pages = edition.units.assign(status="made", reason="")[["unit_code", "unit_name", "status", "reason"]]
    edition = replace(edition, tables=edition.tables | {"pages": pages})
    sent = {each.code: text(HTML("".join(each.pieces))) for each in letters.unit_letters(edition)}
    for code in (KIEN_AN, HOA_BINH):
        for row in ask_course.list_courses(edition, code):
            line = say("reminder.course_line", **{name: row[name] for name in ("since", "opened", "now", "state")})
            assert f"{row['name']}: {line}" in sent[code]
            assert f"{row['opened']} {row['now']} {row['state']}" in text(ask_course.asked(edition, code))
