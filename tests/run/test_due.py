"""Which weeks are due, and how they are made by themselves: oldest first, each alone, and what is mailed of them."""

import dataclasses
import io
import itertools
import json
import os
import shutil
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from support import smtp_server as mx
from support.district import say, words
from support.faults import needs_posix
from support.mailed import hand_over_here, hand_over_in_children
from support.sampled import sampled
from support.settings import write_settings
from support.stand_in import AREA, accepted, contents, put

from analysis import cli as command
from analysis.config.files import ConfigError
from analysis.exits import Exit
from analysis.mail import compose, sender, sending
from analysis.mail import settings as mail_settings
from analysis.mail.outbox import Outbox
from analysis.run import due, pipeline
from analysis.weeks import paths, store
from analysis.weeks.home import PROJECT

FIRST, SECOND, THIRD = DAYS = ("2023-11-20", "2023-11-27", "2023-12-04")


@pytest.fixture
def home(tmp_path, monkeypatch):
    home = tmp_path / "home"
    shutil.copytree(PROJECT / "config" / "wording", home / "config" / "wording")
    put(home / "config" / AREA / "area.toml", "code = 1")
    monkeypatch.delenv(sender.PASSWORD, raising=False)
    hand_over_here(monkeypatch)
    for day in DAYS:
        put_table(home, day)
    return home


def put_table(home: Path, day: str, text: str = "", area: str = AREA) -> None:
    put(home / "data" / "raw" / area / f"{day}.txt", text or day)


def quick(tried: list[str]) -> pipeline.Pipeline:
    """A week without notebooks: a table that says "bad" is refused, one that says "rule" meets a wrong rule."""

    def gate(raw, home, area, cutoff, words):
        tried.append(cutoff)
        if raw[0].read_text() == "rule":
            raise ConfigError("config/units.csv: row 7")
        return accepted(refused=raw[0].read_text() == "bad")

    def export(home, area, cutoff, name, words):
        known = ",".join(store.history(home, area, cutoff))
        put(paths.run_folder(home, area, name) / "scores.csv", known)
        put(paths.run_reports(home, area, name) / "report.html", known)

    return pipeline.Pipeline(gate, PROJECT / "no notebooks", (), export, lambda line: None, index=lambda *_: None)


def made(home: Path, **about) -> tuple[list[str], dict[str, int]]:
    """The weeks that were tried, in their order, and how those that were due ended."""
    tried = []
    ended = {day: outcome.status for day, outcome in due.make_weeks(home, AREA, steps=quick(tried), **about)}
    return tried, ended


def known(home: Path, day: str) -> str:
    """The earlier weeks that the report of a week knows."""
    return (home / "reports" / AREA / day / "report.html").read_text()


def test_every_week_without_a_report_is_made_oldest_first_and_then_none_is_due(home):
    assert made(home) == ([*DAYS], dict.fromkeys(DAYS, Exit.DONE))
    assert known(home, THIRD) == f"{FIRST},{SECOND}"
    before = contents(home)
    assert made(home) == ([], {})
    assert contents(home) == before


def test_only_what_has_no_report_is_made(home):
    pipeline.make_week(home, AREA, FIRST, steps=quick([]))
    assert made(home)[0] == [SECOND, THIRD]


@pytest.mark.parametrize(("fault", "status"), [("bad", Exit.REFUSED), ("rule", Exit.FAILED)])
def test_a_later_week_does_not_wait_for_a_broken_one_and_is_made_again_when_that_one_comes(home, fault, status):
    put_table(home, SECOND, fault)
    assert made(home) == ([*DAYS], {FIRST: Exit.DONE, SECOND: status, THIRD: Exit.DONE})
    assert known(home, THIRD) == FIRST
    assert due.missing(home, AREA) == [SECOND]
    assert made(home) == ([SECOND], {SECOND: status})  # tried and told each time, until somebody corrects it
    put_table(home, SECOND, "corrected")
    assert made(home) == ([SECOND, THIRD], {SECOND: Exit.DONE, THIRD: Exit.DONE})
    assert known(home, THIRD) == f"{FIRST},{SECOND}"
    assert (made(home), due.missing(home, AREA)) == (([], {}), [])


def test_the_newest_week_is_missing_to_no_other(home):
    put_table(home, THIRD, "bad")
    assert made(home)[1][THIRD] == Exit.REFUSED
    assert due.missing(home, AREA) == []


def test_another_table_of_a_published_week_is_refused_and_told_and_the_week_stays(home):
    made(home)
    before = contents(home / "data" / "processed", home / "reports")
    put_table(home, FIRST, "another")
    assert made(home) == ([FIRST], {FIRST: Exit.REFUSED})
    assert contents(home / "data" / "processed", home / "reports") == before


def test_a_copy_of_the_same_bytes_beside_a_table_makes_nothing_due_and_is_no_correction(home):
    made(home)
    before = contents(home / "data" / "processed", home / "reports")
    copy = put(home / "data" / "raw" / AREA / f"{FIRST} (1).txt", FIRST)
    for name in ("~$2023-11-20.txt", "Thumbs.db", "2023-12-11.xlsx.crdownload"):
        put(home / "data" / "raw" / AREA / name, "no table")
    assert made(home) == ([], {})
    (home / "data" / "raw" / AREA / f"{FIRST}.txt").unlink()
    assert made(home) == ([], {})
    named = pipeline.make_week(home, AREA, FIRST, raw=[copy, put(home / "copy.txt", FIRST)], steps=quick([]))
    assert (named.status, "Không có gì mới" in named.message) == (Exit.DONE, True)
    assert contents(home / "data" / "processed", home / "reports") == before


def test_a_damaged_or_half_made_report_is_made_again(home):
    made(home)
    put(home / "reports" / AREA / FIRST / "report.html", "damaged")
    record = home / "data" / "processed" / AREA / THIRD / "run.json"
    record.write_text(json.dumps(json.loads(record.read_text()) | {"failed": ["30634"]}))
    assert made(home) == ([FIRST, THIRD], {FIRST: Exit.DONE, THIRD: Exit.DONE})


def test_a_file_named_by_a_day_that_is_none_is_told_and_the_others_are_made(home):
    put_table(home, "2023-13-04")
    put(home / "data" / "raw" / AREA / "notes.txt", "no table of a week")
    ended = dict(due.make_weeks(home, AREA, steps=quick([])))
    assert {day: outcome.status for day, outcome in ended.items()} == {
        **dict.fromkeys(DAYS, Exit.DONE),
        "2023-13-04": Exit.REFUSED,
    }
    assert "2023-13-04, không phải là một ngày" in ended["2023-13-04"].message


def test_a_reserved_file_makes_no_week_due(home):
    made(home)
    for name in ("2023-12-18-ghi-chu.txt", f"{SECOND}-phan-hoi.txt", "2023-12-18-phan-hoi.csv"):
        put(home / "data" / "raw" / AREA / name, "no table")
    assert (made(home), due.missing(home, AREA)) == (([], {}), [])


BESIDE = ("ghi-chu.txt", "xep-hang.csv", "phan-hoi.csv", "phan-hoi-30634.xlsx")


@pytest.mark.parametrize(
    ("name", "remark"), sampled([*itertools.product(BESIDE, ("new", "changed", "removed"))], short=3, long=9)
)
def test_other_remarks_or_another_place_make_their_week_due_and_no_later_one_while_its_tables_stay(home, remark, name):
    beside = home / "data" / "raw" / AREA / f"{SECOND}-{name}"
    if remark != "new":
        put(beside, "first")
    made(home)
    beside.unlink() if remark == "removed" else put(beside, "other")
    assert made(home) == ([SECOND], {SECOND: Exit.DONE})
    assert made(home) == ([], {})


def test_an_area_without_tables_has_nothing_due(home):
    shutil.rmtree(home / "data")
    assert made(home) == ([], {})


# -- on the command line ---------------------------------------------------------------------------------------------


@pytest.fixture
def call(home, monkeypatch):
    """The command line, with weeks that are made at once; with the gate and notebooks: test_deploy.py."""
    whole, steps = pipeline.make_week, letters()

    def call(*arguments: str, gate=steps.gate) -> int:
        quickly = dataclasses.replace(steps, gate=gate)
        monkeypatch.setattr(pipeline, "make_week", lambda *about, **more: whole(*about, **more | {"steps": quickly}))
        return command.main([*arguments, "--home", str(home)])

    return call


def letters() -> pipeline.Pipeline:
    """``quick``, with a mail that can be sent."""
    steps = quick([])

    def export(home, area, cutoff, name, words):
        steps.export(home, area, cutoff, name, words)
        day = datetime.fromisoformat(cutoff).replace(tzinfo=UTC)
        _, remarks = paths.held_raw(paths.run_folder(home, area, name))
        said = "".join(f"<p>{each.read_text()}</p>" for each in remarks)
        message = compose.build_mail(f"<p>{cutoff}</p>{said}", subject=cutoff, words=words, date=day, seed=cutoff)
        compose.save(message, paths.run_reports(home, area, name) / "mail.eml")

    return dataclasses.replace(steps, export=export)


def subjects(seen: mx.Seen) -> list[str]:
    return [line for _, _, data in seen.taken for line in data.decode().split("\r\n") if line.startswith("Subject")]


def recipients(home: Path, *areas: str) -> None:
    rows = [f"{area},Nguyễn Thị Lan,lan@leaders.example" for area in areas]
    put(home / "recipients.csv", "\n".join(["area,name,address", *rows]) + "\n")


def test_the_worst_status_is_answered_and_each_week_is_told(call, home, capsys):
    put_table(home, SECOND, "bad")
    put_table(home, FIRST, "rule")
    assert call("week", "--due", "--area", AREA) == Exit.FAILED
    said = capsys.readouterr()
    assert f"{AREA}, kỳ chốt {FIRST}: config/units.csv: row 7" in said.err
    assert f"{AREA}, kỳ chốt {SECOND}: {SECOND}.txt: bị từ chối" in said.err
    assert f"{AREA}: tuần {FIRST} và {SECOND} chưa có báo cáo. Các tuần sau đó vẫn được lập" in said.err
    assert f"{AREA}, kỳ chốt {THIRD}: Đã làm xong" in said.out
    put_table(home, FIRST)
    assert call("week", "--due", "--area", AREA) == Exit.REFUSED
    put_table(home, SECOND)
    assert call("week", "--due", "--area", AREA) == Exit.DONE
    capsys.readouterr()
    assert call("week", "--due", "--area", AREA) == Exit.DONE
    assert "Không có tuần nào phải làm" in capsys.readouterr().out


def test_all_areas_are_made_and_one_without_tables_is_no_fault(call, home, capsys):
    for area in ("an-giang", "gia-lai"):
        put(home / "config" / area / "area.toml", "code = 2")
    put_table(home, THIRD, area="gia-lai")
    assert call("week", "--due", "--area", "all") == Exit.DONE
    assert (home / "reports" / "gia-lai" / THIRD / "report.html").is_file()
    assert sorted(path.name for path in (home / "reports" / AREA).iterdir()) == [*DAYS]
    assert call("week", "--due", "--area", "all") == Exit.DONE
    assert "của an-giang, cho-moi và gia-lai đều đã có báo cáo" in capsys.readouterr().out


def test_an_area_without_a_table_of_the_week_that_is_asked_for_is_named(call, home, monkeypatch, capsys):
    put(home / "config" / "gia-lai" / "area.toml", "code = 2")
    done = pipeline.Outcome(Exit.DONE, "xong", paths.reports(home, AREA, THIRD, "report.html"))
    monkeypatch.setattr("analysis.run.areas.make_weeks", lambda home, asked, **_: [(area, done) for area in asked])
    assert call("week", THIRD, "--area", "all") == Exit.DONE
    said = capsys.readouterr()
    assert said.out == f"{AREA}: xong\n"
    assert "gia-lai" in said.err and THIRD in said.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("week", THIRD, "--due"), "no CUTOFF"),
        (("week", "--due", "--reissue"), "no CUTOFF"),
        (("week", "--area", "all", "--reissue"), "a table is of one area"),
        (("mail", THIRD, "--area", "all"), "one area, not all"),
        (("verify", "--area", "all"), "one area, not all"),
    ],
)
def test_wrong_usage_is_told(call, arguments, said, capsys):
    assert call(*arguments) == 64
    assert said in capsys.readouterr().err


def test_other_remarks_are_mailed_by_no_schedule_and_to_who_has_a_letter_only_on_request(call, home, capsys):
    recipients(home, AREA)
    beside = home / "data" / "raw" / AREA / f"{THIRD}-ghi-chu.txt"
    with mx.serving() as (port, seen):
        write_settings(home, port)
        assert call("week", "--due", "--area", AREA, "--send") == Exit.DONE
        sent = len(seen.taken)
        for text in ("new", "changed"):
            put(beside, text)
            rows = [f"{AREA},{name},{name}@leaders.example" for name in ("lan", text)]
            put(home / "recipients.csv", "\n".join(["area,name,address", *rows]) + "\n")
            assert call("week", "--due", "--area", AREA, "--send") == Exit.DONE
            assert text.encode() in (home / "reports" / AREA / THIRD / "mail.eml").read_bytes()
            assert len(seen.taken) == sent
        assert call("mail", THIRD, "--area", AREA, "--send") == Exit.DONE
        assert len(seen.taken) == sent + 1 and seen.recipients()[-1] == "changed@leaders.example"
        for _ in range(2):  # asked for twice, sent once
            assert call("mail", THIRD, "--area", AREA, "--send", "--changed") == Exit.DONE
    assert len(seen.taken) == sent + 2 and seen.recipients()[-1] == "lan@leaders.example"
    assert b"changed" in seen.taken[-1][2]


def test_an_edited_draft_a_healed_report_and_a_new_rule_mail_nothing_of_a_week_that_was_never_mailed(call, home):
    recipients(home, AREA)
    report = home / "reports" / AREA / FIRST / "report.html"
    with mx.serving() as (port, seen):
        write_settings(home, port)
        assert call("week", "--due", "--area", AREA) == Exit.DONE
        put(report.with_name("đã ký.pdf"), "signed")
        put(report, "damaged")
        assert call("week", "--due", "--area", AREA, "--send") == Exit.DONE
        assert report.read_text() != "damaged" and report.with_name("report.changed.html").read_text() == "damaged"
        (home / "data" / "processed" / AREA / SECOND / "run.json").unlink()
        assert call("week", "--due", "--area", AREA, "--send") == Exit.DONE
        assert seen.taken == []
        put_table(home, "2023-12-11")
        assert call("week", "--due", "--area", AREA, "--send") == Exit.DONE
    assert subjects(seen) == ["Subject: 2023-12-11"]


def test_a_week_whose_pages_failed_at_first_is_mailed_once_it_is_whole(home):
    steps, broken = quick([]), ["30634"]
    (day, first), *_ = due.make_weeks(home, AREA, steps=steps)
    assert first.is_issue
    record = home / "data" / "processed" / AREA / day / "run.json"
    told = json.loads(record.read_text())
    for unissued, is_issue in ((True, True), (False, False)):
        record.write_text(json.dumps(told | {"failed": broken, "unissued": unissued}))
        assert next(due.make_weeks(home, AREA, steps=steps))[1].is_issue == is_issue


def test_changed_letters_are_sent_only_together_with_send(call):
    assert call("mail", THIRD, "--area", AREA, "--changed") == Exit.WRONG_USAGE


def test_a_letter_that_still_waits_is_sent_with_the_other_remarks(call, home, capsys):
    recipients(home, AREA)
    write_settings(home, 1)
    call("week", "--due", "--area", AREA)
    with closing(Outbox(sending.path(home))) as box:
        about, issue = mail_settings.settings(home, AREA), sending.compiled(home, AREA, THIRD, words())
        waiting = sending.letters(home, AREA, THIRD, issue, about, box, time.time())
        box.queue(AREA, THIRD, issue.revision, waiting, time.time())
    put(home / "data" / "raw" / AREA / f"{THIRD}-ghi-chu.txt", "late")
    with mx.serving() as (port, seen):
        write_settings(home, port)
        assert call("week", "--due", "--area", AREA, "--send") == Exit.DONE
    assert [b"late" in data for _, _, data in seen.taken] == [True]


def test_a_week_is_mailed_after_it_is_published_and_only_once(call, home, capsys):
    recipients(home, AREA)
    with mx.serving() as (port, seen):
        write_settings(home, port)
        assert call("week", THIRD, "--area", AREA, "--send") == 0
        assert call("week", THIRD, "--area", AREA, "--send") == 0
    assert subjects(seen) == [f"Subject: {THIRD}"]
    assert capsys.readouterr().out.count(say("mail.state.accepted")) == 2


def test_each_due_week_is_mailed_in_its_order_and_nothing_of_one_that_failed(call, home, capsys):
    recipients(home, AREA)
    put_table(home, SECOND, "bad")
    with mx.serving() as (port, seen):
        write_settings(home, port)
        assert call("week", "--due", "--send", "--area", AREA) == Exit.REFUSED
        assert subjects(seen) == [f"Subject: {FIRST}", f"Subject: {THIRD}"]
        assert say("run.not_sent", area=AREA, cutoff=SECOND) in capsys.readouterr().err
        assert call("week", SECOND, "--send", "--area", AREA) == Exit.REFUSED
        assert len(seen.taken) == 2


def test_an_area_without_recipients_holds_up_no_mail_of_another(call, home, capsys):
    put(home / "config" / "an-giang" / "area.toml", "code = 2")
    put_table(home, THIRD, area="an-giang")
    recipients(home, AREA)
    with mx.serving() as (port, seen):
        write_settings(home, port)
        assert call("week", "--due", "--send", "--area", "all") == Exit.FAILED
    assert subjects(seen) == [f"Subject: {FIRST}", f"Subject: {SECOND}", f"Subject: {THIRD}"]
    assert "recipients.csv: no row of the area an-giang" in capsys.readouterr().err


def test_a_damaged_outbox_holds_up_no_report(call, home, capsys):
    sending.path(home).parent.mkdir(parents=True)
    sending.path(home).write_bytes(b"no database" * 100)
    assert call("week", "--due", "--send", "--area", AREA) == Exit.FAILED
    assert store.published(home, AREA) == [FIRST, SECOND, THIRD]
    assert f"{AREA}: {sending.path(home)}: DatabaseError: file is not a database" in capsys.readouterr().err


def test_a_refused_table_is_worse_than_a_refused_letter(call, home, capsys):
    recipients(home, AREA)
    put_table(home, SECOND, "bad")
    with mx.serving({"RCPT": mx.says("550 nobody")}) as (port, _):
        write_settings(home, port)
        assert call("week", FIRST, "--send", "--area", AREA) == 4
        assert call("week", "--due", "--send", "--area", AREA) == Exit.REFUSED
    assert "550 nobody" in capsys.readouterr().out


def test_letters_that_were_left_waiting_are_sent_the_next_time_though_no_week_is_due(call, home):
    recipients(home, AREA)
    with mx.serving() as (port, seen):
        write_settings(home, port)
        assert call("week", "--due", "--area", AREA) == Exit.DONE
        with closing(Outbox(sending.path(home))) as box:
            about = mail_settings.settings(home, AREA)
            issue = sending.compiled(home, AREA, THIRD, words())
            waiting = sending.letters(home, AREA, THIRD, issue, about, box, time.time())
            box.queue(AREA, THIRD, issue.revision, waiting, time.time())
        assert sending.waiting(home, AREA) == [THIRD]
        assert call("week", "--due", "--area", AREA) == Exit.DONE
        assert seen.taken == []
        assert call("week", "--due", "--send", "--area", AREA) == Exit.DONE
    assert (subjects(seen), sending.waiting(home, AREA)) == ([f"Subject: {THIRD}"], [])


def test_without_a_server_nothing_is_sent_and_the_week_is_there(call, home, capsys):
    assert call("week", THIRD, "--send", "--area", AREA) == 64
    assert "Chưa thiết lập máy chủ gửi thư" in capsys.readouterr().err
    assert (home / "reports" / AREA / THIRD / "report.html").is_file()


def test_the_sender_sees_the_password_and_the_run_does_not(call, monkeypatch):
    monkeypatch.setenv(sender.PASSWORD, "secret")
    seen = []

    def gate(*_):
        seen.append(os.environ.get(sender.PASSWORD))
        return accepted()

    monkeypatch.setattr(sending, "send", lambda *_, **__: seen.append(os.environ[sender.PASSWORD]) or (0, ""))
    assert call("week", THIRD, "--send", "--area", AREA, gate=gate) == 0
    assert call("week", "--due", "--send", "--area", AREA, gate=gate) == 0
    # the third is made anew, of more history, and not mailed anew
    assert seen == [None, "secret", None, None, None, "secret", "secret"]


# -- the operator ----------------------------------------------------------------------------------------------------


def told(text: str, home: Path, monkeypatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode()), "utf-8"))
    return command.main(["tell", "--home", str(home), *arguments])


def test_the_operator_alone_is_told_and_gets_the_end_of_the_log(home, monkeypatch, capsys):
    recipients(home, AREA)
    with mx.serving() as (port, seen):
        write_settings(home, port, operator="Tổ CNTT <it@office.example>")
        assert told("đầu\n" + "x" * 70_000 + "\n.\nHuyện Chợ Mới: bị từ chối\n", home, monkeypatch) == 0
    ((envelope, to, data),) = seen.taken
    assert (envelope, to) == ("bao-cao@chomoi.example", "it@office.example")
    letter = message_from_bytes(data, policy=policy.default)
    lines = letter.get_content().replace("\r\n", "\n").rstrip("\n").split("\n")
    assert lines[-2:] == [".", "Huyện Chợ Mới: bị từ chối"] and "đầu" not in lines
    assert letter["Subject"] == say("mail.operator_subject") and letter.defects == []
    assert "it@office.example" in capsys.readouterr().out
    assert not sending.path(home).exists()


@pytest.mark.parametrize(
    ("locale", "asked", "letter", "said"),
    [("C", (), "vi", "vi"), ("en_US.UTF-8", (), "vi", "en"), ("C", ("--lang", "en"), "en", "en")],
)
def test_the_letter_to_the_operator_is_vietnamese_unless_it_is_asked_for_in_english(
    home, monkeypatch, capsys, locale, asked, letter, said
):
    monkeypatch.setenv("LC_ALL", locale)
    with mx.serving() as (port, seen):
        write_settings(home, port, operator="it@office.example")
        assert told("x", home, monkeypatch, *asked) == 0
    got = message_from_bytes(seen.taken[0][2], policy=policy.default)
    assert got["Subject"] == words(letter).say("mail.operator_subject")
    assert words(letter).say("mail.operator_text").split("\n")[0] in got.get_content()
    assert words(said).say("mail.operator_told", operator="it@office.example") in capsys.readouterr().out


def test_a_fault_in_the_list_of_recipients_is_no_reason_not_to_tell_the_operator(home, monkeypatch):
    put(home / "recipients.csv", "area,name\n")
    with mx.serving() as (port, seen):
        write_settings(home, port, operator="it@office.example")
        assert told("x", home, monkeypatch) == 0
    assert len(seen.taken) == 1


@pytest.mark.parametrize(
    ("settings", "status"),
    [({}, 64), ({"operator": "it@a.example\nBcc: x@b.example"}, 3), ({"operator": "two@a.example, more@a.example"}, 3)],
)
def test_without_an_operator_or_with_a_false_one_nothing_is_sent(home, monkeypatch, settings, status):
    with mx.serving() as (port, seen):
        write_settings(home, port, **settings)
        assert told("x", home, monkeypatch) == status
    assert seen.connections == 0


def test_a_server_that_refuses_or_is_away_is_said(home, monkeypatch, capsys):
    with mx.serving({"MAIL": mx.says("550 no")}) as (port, _):
        write_settings(home, port, operator="it@office.example")
        assert told("x", home, monkeypatch) == 4
    assert say("mail.operator_not_told", operator="it@office.example", reply="550 no") in capsys.readouterr().err
    write_settings(home, port, operator="it@office.example")
    assert told("x", home, monkeypatch) == 4


def test_a_letter_to_the_operator_that_is_uncertain_says_why_in_the_readers_language(home, monkeypatch, capsys):
    hand_over_in_children(monkeypatch)
    monkeypatch.setattr(sender, "COMMAND", [sys.executable, "-c", "import os; os.abort()"])
    write_settings(home, 9, operator="it@office.example")
    assert told("x", home, monkeypatch) == Exit.UNSETTLED
    assert (
        say("mail.operator_not_told", operator="it@office.example", reply=say("mail.reason.died"))
        in capsys.readouterr().err
    )


def test_a_password_that_cannot_be_read_is_said_before_a_letter_to_the_operator_is_begun(home, monkeypatch, capsys):
    monkeypatch.delenv(sender.PASSWORD, raising=False)
    with mx.serving() as (port, seen):
        smtp = f'host = "127.0.0.1"\nport = {port}\nsecurity = "none"\nuser = "bao-cao"\n'
        write_settings(home, port, operator="it@office.example", smtp=smtp)
        assert told("x", home, monkeypatch) == Exit.FAILED
    assert seen.connections == 0 and "no password for bao-cao" in capsys.readouterr().err


@needs_posix
def test_systemds_credential_is_the_password_and_only_its_own_user_may_read_it(tmp_path, monkeypatch):
    server = sender.Server("mail.example", 587, "starttls", "user")
    monkeypatch.delenv(sender.PASSWORD, raising=False)
    with pytest.raises(sender.PasswordError):
        sender.password(server)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "smtp-password").write_text("secret\n")
    (tmp_path / "smtp-password").chmod(0o440)  # as systemd shows it: the group's bit is its access list
    assert sender.password(server) == "secret"
    (tmp_path / "smtp-password").chmod(0o444)
    with pytest.raises(sender.PasswordError):
        sender.password(server)


def test_a_table_whose_name_tells_no_week_is_told_and_no_success(home, call, capsys):
    put(home / "data" / "raw" / AREA / ".gitkeep", "")
    assert call("week", "--due", "--area", AREA) == Exit.DONE
    put(home / "data" / "raw" / AREA / "11-12-2023.txt", "a week that nobody would miss")
    assert call("week", "--due", "--area", AREA) == Exit.REFUSED
    assert f"data/raw/{AREA}: " in (said := capsys.readouterr().err) and "11-12-2023.txt" in said


@pytest.mark.parametrize("arguments", [("week",), ("week", THIRD), ("week", "--area", "all"), ("week", "--lang", "en")])
def test_every_command_that_makes_a_week_says_which_table_it_passes_over(home, call, capsys, arguments):
    chosen = arguments if "--area" in arguments else (*arguments, "--area", AREA)
    put(home / "data" / "raw" / AREA / "15-01-2024.xlsx", "a week that nobody would miss")
    done = call(*chosen)
    assert "15-01-2024.xlsx" in (said := capsys.readouterr().err) and f"data/raw/{AREA}: " in said
    assert done == Exit.DONE
    call(*chosen)
    assert "15-01-2024.xlsx" in capsys.readouterr().err  # also where there is nothing new


def test_where_no_name_tells_a_week_the_tables_that_are_there_are_said(home, call, capsys):
    for path in (home / "data" / "raw" / AREA).iterdir():
        path.rename(path.with_name(f"table {path.name}"))
    assert call("week", "--area", AREA) == Exit.REFUSED
    assert f"table {FIRST}.txt" in capsys.readouterr().err


# -- a slip in one area stops that area alone -------------------------------------------------------------------------


def test_a_folder_of_config_that_can_be_no_area_is_named_and_the_others_are_made(home):
    """A file manager's copy of a folder of config/."""
    put(home / "config" / "cho-moi - Copy" / "area.toml", "x = 1")
    names = ["cho-moi - Copy", AREA]
    ended = list(due.make_all(home, names, steps=quick([])))
    assert [outcome.status for outcome in ended if outcome.status is not None] == [Exit.FAILED, *[Exit.DONE] * 3]
    assert ended[0].message.startswith(
        "cho-moi - Copy: area 'cho-moi - Copy': expected the name of a folder of config/"
    )


def test_an_areas_folder_that_cannot_be_read_is_named_and_the_others_are_made(home, monkeypatch):
    put(home / "config" / "second" / "area.toml", "x = 1")
    before = due.paths.raw_days

    def raw_days(home, area):
        if area == "second":
            raise PermissionError(13, "Permission denied", f"data/raw/{area}")
        return before(home, area)

    monkeypatch.setattr(due.paths, "raw_days", raw_days)
    ended = list(due.make_all(home, ["second", AREA], steps=quick([])))
    assert [outcome.status for outcome in ended if outcome.status is not None] == [Exit.FAILED, *[Exit.DONE] * 3]
    assert "data/raw/second" in ended[0].message
