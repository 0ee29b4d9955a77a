"""``week --remind``: made with the week or after it, as the revision that it is; kept until a person says otherwise."""

import dataclasses

from support.stand_in import AREA, CLOSE, CUTOFF, contents, published, put, steps

from analysis.exits import Exit
from analysis.run import pipeline
from analysis.weeks import paths, record


def reminding(home, told=None, codes=("30634",)) -> pipeline.Pipeline:
    """The steps of a week in which these units have a reminder."""

    def remind(home, area, cutoff, run, words):
        for code in codes:
            put(paths.run_reports(home, area, run) / paths.reminder_file(code), "a reminder")
        return list(codes)

    return dataclasses.replace(steps(home, CLOSE, told=told), remind=remind)


def make(home, told=None, codes=("30634",), **about) -> pipeline.Outcome:
    return pipeline.make_week(home, AREA, CUTOFF, steps=reminding(home, told, codes), **about)


def made(home) -> set[str]:
    return {path.name for path in published(home)[1].rglob("*-don-doc.docx")}


def test_a_published_week_gets_its_reminders_under_its_revision_and_is_no_issue_that_a_schedule_mails(home):
    assert make(home).is_issue and made(home) == set()
    before = {path: data for path, data in contents(published(home)[1]).items()}
    outcome = make(home, told := [], remind=True)
    assert outcome.status == Exit.DONE and not outcome.is_issue and made(home) == {"30634-don-doc.docx"}
    assert before.items() <= contents(published(home)[1]).items()
    held = record.read(home, AREA, CUTOFF)
    assert held["revision"] == 1 and any(path.endswith("units/30634-don-doc.docx") for path in held["products"])
    assert any("--remind" in line for line in told)


def test_reminders_stay_when_nothing_or_something_else_is_said_and_go_where_a_person_says_so(home):
    make(home, remind=True)
    first = contents(*published(home))
    make(home)
    assert contents(*published(home)) == first  # nothing is new
    put(home / "data" / "raw" / AREA / f"{CUTOFF}-ghi-chu.txt", "a remark")
    make(home)
    assert made(home) == {"30634-don-doc.docx"}
    make(home, remind=False)
    assert made(home) == set()


def test_where_nobody_is_to_be_reminded_that_is_said(home):
    make(home, told := [], codes=(), remind=True)
    assert made(home) == set() and any("remind_from" in line for line in told)
