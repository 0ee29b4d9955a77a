"""The report of a period is published whole or not at all, reused, issued again, and refused where it is not over."""

import shutil
from datetime import date

import pytest
from support.district import HOME, say
from support.drafts import office_file

from analysis.cli import main
from analysis.config import wording
from analysis.exits import Exit
from analysis.mail import sending
from analysis.mail.recipients import Recipient
from analysis.report import indexpage, published_weeks
from analysis.run import period, verify
from analysis.run.pipeline import Pipeline
from analysis.weeks import atomic, paths, publish, record, store

AREA, SPAN = "cho-moi", "2023-11"
AFTER, WITHIN = date(2023, 12, 1), date(2023, 11, 28)
WORDS = wording.load(HOME, "vi")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home with four stored weeks, and a period that is made at once: its page names the tables that it was made of."""
    shutil.copytree(HOME / "config", tmp_path / "config")
    for day in ("2023-10-30", "2023-11-20", "2023-11-27", "2023-12-04"):
        store_week(tmp_path, day, "first")

    def run_notebook(this, run, folder):
        texts = [(paths.processed(this.home, AREA, day) / "scores.csv").read_text() for day in this.days]
        atomic.save(folder / "period_weeks.csv", "\n".join([this.as_of, *texts]))
        token = {"run": run, "tables": {"period_weeks": atomic.sha256(folder / "period_weeks.csv")}}
        atomic.save_json(folder / "6_period.json", token)
        assert publish.settled(folder, period.STAGE, run)

    def export(home, area, name, run, words):
        text = (paths.run_folder(home, area, run) / "period_weeks.csv").read_text()
        folder = paths.run_reports(home, area, run)
        for file in ("report.html", "index.html"):
            atomic.save(folder / file, f"{file} {text}")
        atomic.save(folder / "report.docx", office_file(text))
        atomic.save(paths.run_reports(home, area, run) / "mail.eml", "Subject: x\n\nx")

    monkeypatch.setattr(period._Period, "_run_notebook", run_notebook)
    monkeypatch.setattr(period, "_export", export)
    return tmp_path


def store_week(home, day, text):
    folder = paths.processed(home, AREA, day)
    atomic.save(folder / "scores.csv", f"{day} {text}")
    products = {f"data/processed/{AREA}/{day}/scores.csv": atomic.sha256(folder / "scores.csv")}
    atomic.save_json(folder / record.NAME, {"area": AREA, "cutoff": day, "products": products})


def correct(home, day):
    """The week is issued again: its first issue is kept, as ``publish`` does it."""
    folder = paths.processed(home, AREA, day)
    atomic.save(folder / "r1" / "scores.csv", (folder / "scores.csv").read_text())
    store_week(home, day, "corrected")


def made(home, name=SPAN, today=AFTER, **about):
    steps = Pipeline(tell=lambda line: None, index=lambda *_: None)
    return period.make_period(home, AREA, name, steps=steps, today=today, **about)


def files(home, name=SPAN):
    roots = (paths.processed(home, AREA, name), paths.reports(home, AREA, name))
    return {
        path.relative_to(home).as_posix(): path.read_bytes()
        for root in roots
        for path in root.rglob("*")
        if path.is_file()
    }


def page(home, *below):
    return paths.reports(home, AREA, SPAN, *below, "report.html").read_text()


def test_a_period_that_is_over_is_compiled_from_its_weeks_and_the_last_one_before(home):
    outcome = made(home)
    assert (outcome.status, outcome.mails) == (Exit.DONE, ((AREA, SPAN),))
    assert "2023-11-30\n2023-10-30 first\n2023-11-20 first\n2023-11-27 first" in page(home)
    held = record.read(home, AREA, SPAN)
    assert (held["day"], held["is_draft"], held["revision"]) == ("2023-12-01", False, 1)
    assert held["inputs"]["weeks"] == {"2023-10-30": 1, "2023-11-20": 1, "2023-11-27": 1}
    assert store.published(home, AREA) == ["2023-10-30", "2023-11-20", "2023-11-27", "2023-12-04"]  # it is no week


def test_the_same_again_changes_nothing_and_another_day_neither(home):
    made(home)
    before = files(home)
    assert say("period.run_nothing_new", report=paths.reports(home, AREA, SPAN, "report.html")) in made(home).message
    assert made(home, today=date(2024, 6, 1)).status == Exit.DONE
    assert files(home) == before


@pytest.mark.parametrize("name", ["2023-11", "2023-Q4", "2023"])
def test_a_period_that_is_not_over_is_refused_with_the_command_that_makes_a_draft(home, name):
    outcome = made(home, name, today=WITHIN)
    assert outcome.status == Exit.REFUSED and f"period {name} --area {AREA} --open" in outcome.message
    assert not paths.reports(home, AREA, name).exists()


def test_its_last_day_itself_is_not_over_yet(home):
    assert made(home, today=date(2023, 11, 30)).status == Exit.REFUSED
    assert made(home, today=date(2023, 12, 1)).status == Exit.DONE


def test_a_draft_is_replaced_and_never_kept_as_an_issue(home):
    assert made(home, today=WITHIN, is_open=True).status == Exit.DONE
    assert page(home).startswith("report.html 2023-11-27") and record.read(home, AREA, SPAN)["is_draft"]
    assert made(home, is_open=True).status == Exit.DONE
    assert page(home).startswith("report.html 2023-11-30") and not record.read(home, AREA, SPAN)["is_draft"]
    assert record.read(home, AREA, SPAN)["revision"] == 1 and not paths.reports(home, AREA, SPAN, "r1").exists()


def test_where_a_week_was_corrected_the_period_is_issued_again_and_its_first_issue_kept(home):
    made(home)
    first = page(home)
    correct(home, "2023-11-20")
    outcome = made(home)
    assert say("run.reissued", revision="r2", kept=paths.reports(home, AREA, SPAN, "r1")) in outcome.message
    assert (page(home, "r1"), "2023-11-20 corrected" in page(home)) == (first, True)
    assert record.read(home, AREA, SPAN)["revision"] == 2
    before = files(home)
    assert made(home).status == Exit.DONE and files(home) == before


def test_a_week_that_comes_late_or_is_taken_back_makes_another_issue_too(home):
    made(home)
    store_week(home, "2023-11-13", "late")
    made(home)
    assert record.read(home, AREA, SPAN)["revision"] == 2
    shutil.rmtree(paths.processed(home, AREA, "2023-11-13"))
    made(home)
    assert record.read(home, AREA, SPAN)["revision"] == 3
    assert [path.name for path in store.revisions(paths.reports(home, AREA, SPAN))] == ["r1", "r2"]


def test_what_corrects_no_week_makes_it_again_under_its_revision(home):
    made(home)
    path = home / "config" / AREA / "tasks.csv"
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    assert made(home).status == Exit.DONE and record.read(home, AREA, SPAN)["revision"] == 1


def test_an_edited_draft_in_word_is_kept_and_ours_stands_beside_it(home):
    made(home)
    edited = paths.reports(home, AREA, SPAN, "report.docx")
    edited.write_bytes(office_file("edited"))
    assert say("run.office_edited", names="report.docx") in made(home).message
    store_week(home, "2023-11-27", "made again")
    made(home)
    assert edited.read_bytes() == office_file("edited")
    assert b"made again" in edited.with_name("report.new.docx").read_bytes()


def test_a_failed_run_leaves_the_published_period_as_it_was(home, monkeypatch):
    made(home)
    before = files(home)
    store_week(home, "2023-11-27", "again")

    def fail(*_):
        raise OSError("no disk")

    monkeypatch.setattr(period, "_export", fail)
    assert made(home).status == Exit.FAILED and files(home) == before
    assert len(list(paths.processed(home, AREA, "failed").iterdir())) == 1
    assert not list(paths.processed(home, AREA).glob(".run-*"))


def test_a_month_does_not_clean_up_after_a_week_of_it_that_is_being_made(home):
    its = paths.run_folder(home, AREA, "2023-11-27-0123456789ab")
    own = paths.run_folder(home, AREA, f"{SPAN}-0123456789ab")
    for folder in (its, own):
        atomic.save(folder / "scores.csv", "x")
    made(home)
    assert its.is_dir() and not own.exists()


def test_a_week_that_is_not_as_it_was_published_stops_it_and_is_named(home):
    (paths.processed(home, AREA, "2023-11-20") / "scores.csv").write_text("damaged")
    outcome = made(home)
    assert outcome.status == Exit.REFUSED and f"data/processed/{AREA}/2023-11-20/scores.csv" in outcome.message


def test_without_a_week_there_is_nothing_to_compile(home):
    outcome = made(home, "2023-09")
    assert (outcome.status, outcome.message) == (Exit.REFUSED, say("period.run_no_weeks", area=AREA, span="2023-09"))


def test_verify_rebuilds_it_as_on_its_day_and_names_the_week_that_has_changed_since(home):
    made(home, today=WITHIN, is_open=True)
    store_week(home, "2023-12-11", "later")  # a later week changes nothing
    quiet = Pipeline(tell=lambda line: None, index=lambda *_: None)
    outcome = verify.verify_week(home, AREA, SPAN, steps=quiet)
    assert outcome.status == Exit.DONE, outcome.message
    store_week(home, "2023-11-20", "changed")
    outcome = verify.verify_week(home, AREA, SPAN, steps=quiet)
    assert outcome.status == verify.DIFFERS
    assert say("verify.because_earlier", names="2023-11-20") in outcome.message
    nothing = verify.verify_week(home, AREA, "2023-12", steps=quiet)
    assert nothing.message == say("period.verify_nothing", area=AREA, cutoff="2023-12")


def test_what_is_due_is_weeks_and_never_a_period(home):
    made(home)
    shutil.rmtree(paths.reports(home, AREA, SPAN))
    assert SPAN not in {each.cutoff for each in published_weeks.published(home, AREA)}
    assert SPAN not in store.weeks(home, AREA)  # due looks there, and in data/raw


def test_the_index_lists_periods_the_newest_first_and_the_public_copy_only_what_is_over(home, tmp_path):
    made(home)
    made(home, "2023-Q4", today=WITHIN, is_open=True)
    listed, drafts = published_weeks.published_periods(home, AREA), published_weeks.find_drafts(home, AREA)
    assert ([each.cutoff for each in listed], drafts) == ([SPAN, "2023-Q4"], ["2023-Q4"])
    held = store.Week(home, AREA, "2023-11-27", home).rules()
    rows = indexpage.period_rows(listed, drafts, held, WORDS)
    assert [(row["label"], row["draft"], row["report"]) for row in rows] == [
        ("Quý IV năm 2023", True, "2023-Q4/report.html"),
        ("Tháng 11 năm 2023", False, f"{SPAN}/report.html"),
    ]
    weeks = published_weeks.published(home, AREA)
    before = published_weeks.inputs(home, AREA, weeks, WORDS)
    shutil.rmtree(paths.reports(home, AREA, SPAN))
    assert published_weeks.inputs(home, AREA, weeks, WORDS) != before


def test_its_mail_goes_to_whom_the_weeks_mail_goes_and_not_to_single_units(home):
    made(home)
    issue = sending.compiled(home, AREA, SPAN, WORDS)
    assert (issue.revision, issue.listed) == (1, [])
    rows = [Recipient("An <an@office.example>"), Recipient("Kiến An <b@office.example>", "Kiến An")]
    about = type("About", (), {"recipients": rows})()
    assert [key[0] for key in sending._assigned(home, AREA, SPAN, issue, about)] == [""]
    with pytest.raises(sending.NothingPublished, match=f"period 2023-10 --area {AREA}"):
        sending.compiled(home, AREA, "2023-10", WORDS)


@pytest.mark.parametrize("typed", ["2023-13", "tháng 11", "2023-11-27"])
def test_what_is_no_period_is_wrong_usage(home, capsys, typed):
    assert main(["period", typed, "--home", str(home), "--area", AREA]) == Exit.WRONG_USAGE
    assert "expected a month, a quarter or a year" in " ".join(capsys.readouterr().err.split())
