"""A week that was delivered under a wrong day is taken back: kept whole, later weeks due again, nobody written to."""

import shutil
import time
from contextlib import closing
from pathlib import Path

import pytest
from support.district import say, words
from support.stand_in import AREA, accepted, contents, put

from analysis import cli
from analysis.exits import Exit
from analysis.mail import outbox, sending
from analysis.mail.outbox import Letter, Outbox
from analysis.run import due, pipeline, withdraw
from analysis.weeks import atomic, command, paths, publish, store
from analysis.weeks.home import PROJECT

FIRST, WRONG, THIRD = DAYS = ("2023-11-20", "2023-11-28", "2023-12-04")
REASON = "bảng của ngày 27/11 được gửi dưới tên 28/11"
WHO = ("Lan <lan@office.example>", "Minh <minh@office.example>")


@pytest.fixture
def home(tmp_path, monkeypatch, three_weeks):
    monkeypatch.setattr(withdraw, "renew_index", lambda *_: None)
    return shutil.copytree(three_weeks, tmp_path / "home")


@pytest.fixture(scope="module")
def three_weeks(tmp_path_factory):
    """A home with three published weeks, to be copied."""
    home = tmp_path_factory.mktemp("withdraw") / "home"
    shutil.copytree(PROJECT / "config" / "wording", home / "config" / "wording")
    put(home / "config" / AREA / "area.toml", "code = 1")
    for day in DAYS:
        put(home / "data" / "raw" / AREA / f"{day}.txt", day)
    put(home / "data" / "raw" / AREA / f"{WRONG}-phan-hoi.txt", "a reply")
    assert made(home) == list(DAYS)
    return home


def made(home: Path) -> list[str]:
    """The weeks that were due, and now are made."""

    def export(home, area, cutoff, name, words):
        folder = paths.run_folder(home, area, name)
        put(folder / "scores.csv", (folder / "raw" / f"{cutoff}.txt").read_text())
        put(paths.run_reports(home, area, name) / "report.html", cutoff)

    steps = pipeline.Pipeline(
        lambda *_: accepted(), PROJECT / "no notebooks", (), export, lambda line: None, index=lambda *_: None
    )
    return [day for day, outcome in due.make_weeks(home, AREA, steps=steps) if outcome.status == Exit.DONE]


def mailed(home: Path, *states: str) -> None:
    """Letters of the wrong week, one for each of WHO, in these states."""
    letters = [Letter(who, who[who.index("<") + 1 : -1], "a@office.example", f"<{who}>", b"text") for who in WHO]
    with closing(Outbox(sending.path(home))) as box:
        box.queue(AREA, WRONG, 1, letters[: len(states)], time.time())
        for number, state in enumerate(states, 1):
            box.db.execute("UPDATE letters SET state = ? WHERE id = ?", (state, number))


def taken_back(home: Path) -> pipeline.Outcome:
    return withdraw.withdraw_week(home, AREA, WRONG, REASON, words())


def kept(home: Path) -> Path:
    (folder,) = paths.processed(home, AREA, "withdrawn").iterdir()
    return folder


def test_the_week_is_kept_whole_with_its_reason_and_stands_nowhere_else(home):
    tables, reports = paths.processed(home, AREA, WRONG), paths.reports(home, AREA, WRONG)
    before = {path.relative_to(place) for place in (tables, reports) for path in place.rglob("*") if path.is_file()}
    outcome = taken_back(home)
    assert (outcome.status, REASON in outcome.message) == (Exit.DONE, True)
    held = kept(home)
    after = {path.relative_to(held / name) for name in ("tables", "reports") for path in (held / name).rglob("*.*")}
    assert before <= after and REASON in (held / "reason.txt").read_text("utf-8")
    assert sorted(path.name for path in (held / "raw").iterdir()) == [f"{WRONG}-phan-hoi.txt", f"{WRONG}.txt"]
    assert not tables.exists() and not reports.exists()
    assert [path.name for path in (home / "data" / "raw" / AREA).iterdir() if WRONG in path.name] == []


def test_the_weeks_after_it_are_due_again_and_those_before_are_not(home):
    assert say("withdraw.later", area=AREA, cutoffs=THIRD, command=command.typed(home)) in taken_back(home).message
    assert made(home) == [THIRD]
    assert made(home) == []


def test_the_right_table_of_that_day_makes_a_first_issue_that_may_be_mailed(home):
    mailed(home, outbox.ACCEPTED)
    taken_back(home)
    put(home / "data" / "raw" / AREA / f"{WRONG}.txt", "the right one")
    assert made(home) == [WRONG, THIRD]
    assert store.revisions(paths.processed(home, AREA, WRONG)) == []
    with closing(Outbox(sending.path(home))) as box:
        assert box.rows(AREA, WRONG) == [] and box.reached(AREA, WRONG) == []


@pytest.mark.parametrize(
    ("states", "names"),
    [
        ((outbox.ACCEPTED, outbox.UNCERTAIN), WHO),
        ((outbox.SENDING, outbox.REFUSED), WHO[:1]),  # it may have gone out: its sender died
        ((outbox.PENDING, outbox.GAVE_UP), ()),
        ((), ()),
    ],
)
def test_who_may_have_got_its_mail_is_named_and_no_letter_waits_any_more(home, states, names):
    mailed(home, *states)
    said = taken_back(home).message
    assert (say("withdraw.reached", names=words().listed(names)) if names else say("withdraw.unmailed")) in said
    assert sending.waiting(home, AREA) == []
    assert (kept(home) / "reached.txt").read_text("utf-8").splitlines() == list(names)


def test_a_week_that_is_being_made_is_not_taken_back(home):
    with publish.locked(home, AREA, WRONG):
        outcome = taken_back(home)
    assert outcome.status == Exit.BUSY and outcome.message.startswith(f"Báo cáo tuần {WRONG} đang được làm")
    assert paths.reports(home, AREA, WRONG).is_dir() and not paths.processed(home, AREA, "withdrawn").exists()


@pytest.mark.parametrize("at", range(6))
def test_a_call_that_was_killed_is_finished_by_the_same_call(home, monkeypatch, at):
    mailed(home, outbox.ACCEPTED)
    calls, move, sync = [], atomic.move, atomic.sync_entry

    def killed(*given, act):
        if len(calls) == at:
            raise KeyboardInterrupt
        calls.append(given)
        return act(*given)

    with monkeypatch.context() as during:
        during.setattr(atomic, "move", lambda *given: killed(*given, act=move))
        during.setattr(atomic, "sync_entry", lambda path: killed(path, act=sync) if path.is_dir() else sync(path))
        with pytest.raises(KeyboardInterrupt):
            taken_back(home)
    if at < 5:
        said = taken_back(home).message
        assert say("withdraw.reached", names=WHO[0]) in said
    assert sorted(path.name for path in kept(home).iterdir()) == [
        "raw",
        "reached.txt",
        "reason.txt",
        "reports",
        "tables",
    ]
    assert len(contents(kept(home) / "raw")) == 2


def test_a_week_that_is_not_published_is_nothing_to_take_back(home):
    before = contents(home)
    outcome = withdraw.withdraw_week(home, AREA, "2023-10-02", REASON, words())
    assert (outcome.status, contents(home)) == (Exit.REFUSED, before)


def test_a_week_whose_letters_are_being_sent_stays(home):
    mailed(home, outbox.PENDING)
    before = contents(paths.processed(home, AREA, WRONG))
    with sending._only_sender(home, AREA, WRONG, words()), pytest.raises(sending.WeekIsBusy):
        taken_back(home)
    assert contents(paths.processed(home, AREA, WRONG)) == before


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reason_must_be_given(home, reason, capsys):
    assert cli.main(["withdraw", WRONG, "--reason", reason, "--area", AREA, "--home", str(home)]) == Exit.WRONG_USAGE
    assert paths.processed(home, AREA, WRONG).is_dir()
