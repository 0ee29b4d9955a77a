"""The week's mail from the published folder to the recipients: who gets what, once, and what is told of it."""

import email
import os
import re
import shutil
import signal
import smtplib
import subprocess
import sys
import tempfile
import threading
import time
import unicodedata
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from email.header import decode_header, make_header
from pathlib import Path

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st
from support import smtp_server as mx
from support.district import say
from support.faults import needs_fork
from support.mailed import (
    AREA,
    BODY,
    CORRECTED,
    CUTOFF,
    LAN,
    MINH,
    MONDAY,
    NAMES,
    NOON,
    SUBJECT,
    WEEK,
    filled,
    hand_over_here,
    hand_over_in_children,
    publish_letters,
    publish_reminders,
    publish_week,
    write_down,
    write_recipients,
)
from support.settings import SENDER, write_settings

from analysis.cli import main
from analysis.config import wording
from analysis.config.files import ConfigError
from analysis.mail import addressees, compose, outbox, sender, sending, status
from analysis.mail import settings as mail_settings
from analysis.mail.outbox import ACCEPTED, GAVE_UP, PENDING, UNCERTAIN, Outbox
from analysis.weeks import command, paths, publish
from analysis.weeks.home import PROJECT


@pytest.fixture(scope="module")
def words():
    return wording.load(PROJECT, "vi")


@pytest.fixture
def home(monkeypatch, words):
    """A home with one published week and three recipients, and no server yet; in memory where there is such a place."""
    hand_over_here(monkeypatch)
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield filled(Path(folder) / "home", monkeypatch, words)


def call(*arguments: object, home: Path) -> int:
    return main(["mail", CUTOFF, *map(str, arguments), "--home", str(home)])


def send(home: Path, words, told: list | None = None, now: float = NOON, **other) -> tuple[int, str]:
    """``mailing.send`` in this process, at one moment."""
    how = {"clock": lambda: now, "sleep": lambda _: pytest.fail("waits"), "attempt": sender.attempt} | other
    return sending.send(home, *WEEK, words, (told if told is not None else []).append, **how)


def states(home: Path) -> dict[str, str]:
    with closing(Outbox(sending.path(home))) as box:
        return {f"r{row['revision']} {row['address'].partition('@')[0]}": row["state"] for row in box.rows(*WEEK)}


def read(data: bytes, name: str) -> str:
    """A header as any mail program reads it; the library's own newer parser puts spaces into names (gh-144156)."""
    return str(make_header(decode_header(re.sub("\r\n ", " ", email.message_from_bytes(data)[name].strip()))))


# -- the whole way ----------------------------------------------------------------------------------------------------


def test_each_recipient_gets_one_letter_of_their_own_and_a_second_call_sends_nothing(home, monkeypatch, capsys):
    hand_over_in_children(monkeypatch)
    with mx.serving() as (port, seen):
        write_settings(home, port, reply_to="Chị Lan <lan@chomoi.example>")
        assert call("--send", home=home) == 0
        assert call("--send", home=home) == 0
        assert call("--resend-uncertain", home=home) == 0
    assert Counter(seen.recipients()) == Counter(f"{box}@leaders.example" for box in NAMES)
    assert seen.wire.count(b"mail FROM:") == seen.wire.count(b"rcpt TO:") == seen.connections == 3
    said = capsys.readouterr()
    assert said.out.count(say("mail.state.accepted")) == 9 and say("mail.progress", count=3, all=3) in said.err
    messages = [email.message_from_bytes(data, policy=email.policy.default) for _, _, data in seen.taken]
    assert len({message["Message-ID"] for message in messages}) == 3
    week = (paths.reports(home, *WEEK) / "mail.eml").read_bytes()
    for (envelope, to, data), message, name in zip(seen.taken, messages, NAMES.values(), strict=True):
        assert envelope == "bao-cao@chomoi.example"
        assert read(data, "To").replace('"', "") == f"{name} <{to}>" and len(message["To"].addresses) == 1
        assert read(data, "From") == SENDER and read(data, "Subject") == SUBJECT and message.defects == []
        assert message["Reply-To"].addresses[0].addr_spec == "lan@chomoi.example"
        assert message["Auto-Submitted"] == "auto-generated" and message["Content-Language"] == "vi"
        assert abs(message["Date"].datetime.timestamp() - time.time()) < 60
        assert data.partition(b"\r\n\r\n")[2] == week.partition(b"\r\n\r\n")[2]


def test_the_letters_are_the_same_bytes_whatever_the_operator_speaks(home, monkeypatch, capsys):
    letters = {}
    with mx.serving() as (port, seen):
        write_settings(home, port)
        for lang in ("vi", "en"):
            shutil.rmtree(home / "data" / "outbox", ignore_errors=True)
            before, said = len(seen.taken), wording.load(home, lang)
            status, text = send(home, said)
            assert status == 0 and said.say("mail.state.accepted") in text
            letters[lang] = sorted(seen.taken[before:])
    assert len(letters["vi"]) == 3 and letters["vi"] == letters["en"]
    for locale, lang in (("C", "vi"), ("en_US.UTF-8", "en")):
        monkeypatch.setenv("LC_ALL", locale)
        assert call("--status", home=home) == 0
        assert wording.load(home, lang).say("mail.state.accepted") in capsys.readouterr().out


def test_preview_is_the_default_and_opens_nothing(home, capsys):
    with mx.serving() as (port, seen):
        smtp = f'host = "localhost"\nport = {port}\nsecurity = "tls"\nuser = "a"\npassword_file = "none"\n'
        write_settings(home, smtp=smtp)
        assert call(home=home) == call("--preview", home=home) == 0
    assert seen.connections == 0 and not sending.path(home).exists()
    folder = home / "data" / "outbox" / "preview" / AREA / CUTOFF
    assert str(folder) in (said := capsys.readouterr().out) and "chưa gửi thư nào" in said
    written = {path.name: email.message_from_bytes(path.read_bytes()) for path in sorted(folder.iterdir())}
    assert [message["To"].rpartition("<")[2] for message in written.values()] == [
        f"{box}@leaders.example>" for box in NAMES
    ]
    write_recipients(home, "lan")
    call(home=home)
    assert [path.name for path in folder.iterdir()] == ["001.eml"]


def test_a_preview_is_what_is_then_sent_but_for_the_date(home):
    with mx.serving() as (port, seen):
        write_settings(home, port)
        call(home=home)
        call("--send", home=home)
    folder = home / "data" / "outbox" / "preview" / AREA / CUTOFF
    dateless = [re.sub(rb"\r\nDate: [^\r]*", b"", path.read_bytes()) for path in sorted(folder.iterdir())]
    assert dateless == [re.sub(rb"\r\nDate: [^\r]*", b"", data) for _, _, data in seen.taken]


def test_without_settings_the_week_ends_with_the_mail_and_the_line_that_says_how_to_send_it(home, capsys):
    assert call(home=home) == 0
    said = capsys.readouterr().out
    assert str(paths.reports(home, *WEEK) / "mail.eml") in said and f"mail {CUTOFF} --area {AREA} --send" in said
    assert call("--send", home=home) == call("--resend-uncertain", home=home) == 64
    assert "docs/mail.md" in capsys.readouterr().err
    assert call("--status", home=home) == 0
    assert not (home / "data" / "outbox").exists()


def test_without_a_server_the_letters_are_made_and_shown_and_none_is_sent(home, words, capsys):
    write_settings(home)
    (home / "mail.toml").write_text((home / "mail.toml").read_text("utf-8").partition("[smtp]")[0], "utf-8")
    assert call(home=home) == 0
    folder = home / "data" / "outbox" / "preview" / AREA / CUTOFF
    assert len(list(folder.glob("*.eml"))) == 3 and str(folder) in capsys.readouterr().out
    assert call("--send", home=home) == call("--resend-uncertain", home=home) == 64
    assert sending.ending(home, *WEEK, words) in capsys.readouterr().err
    assert not sending.path(home).exists()


@pytest.mark.parametrize(("settings", "told"), [(None, True), ("sender = 'x'", True), ("[smtp]", False)])
def test_the_week_ends_with_how_its_mail_is_sent_unless_a_server_is_set(home, words, settings, told):
    if settings is not None:
        (home / "mail.toml").write_text(settings)
    said = sending.ending(home, *WEEK, words)
    assert (said == sending.how_to(home, *WEEK, words)) == told and bool(said) == told


def test_settings_that_cannot_be_read_are_named_at_the_end_of_a_week(home, words):
    (home / "mail.toml").write_text("sender = 'x'\n[smtp\n")
    said = sending.ending(home, *WEEK, words)
    how_to, fault = said.rsplit("\n", 1)
    assert how_to == sending.how_to(home, *WEEK, words) and fault.startswith("mail.toml line 2: ")


def test_the_weeks_draft_becomes_letters_that_are_drafts_no_more(home, words):
    message = compose.build_mail(BODY, subject=SUBJECT, words=words, date=MONDAY, seed="x")
    compose.save(message, paths.reports(home, *WEEK) / "mail.eml")
    write_down(home)
    with mx.serving() as (port, seen):
        write_settings(home, port)
        assert send(home, words)[0] == 0
    assert len(seen.taken) == 3
    for _, to, data in seen.taken:
        assert sorted(email.message_from_bytes(data).keys()) == INTENDED and to in read(data, "To")


@pytest.mark.parametrize("option", ["--preview", "--send", "--status", "--resend-uncertain"])
def test_a_week_that_is_not_published_has_no_mail(home, option, capsys):
    write_settings(home)
    assert main(["mail", "2023-12-11", option, "--home", str(home)]) == 2
    assert "2023-12-11" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["--send", "--preview"], ["--status", "--send"], ["--sent"], ["--area", "x"]])
def test_wrong_usage_is_told(home, wrong):
    assert call(*wrong, home=home) == 64


def test_a_refusal_concerns_its_recipient_only_and_is_told(home, capsys):
    with mx.serving({"RCPT": mx.for_box("minh@", mx.says("550 5.1.1 no such user"))}) as (port, seen):
        write_settings(home, port)
        assert call("--send", home=home) == 4
        assert call("--send", home=home) == 4
    assert seen.recipients() == ["lan@leaders.example", "hoa@leaders.example"]
    capsys.readouterr()
    assert call("--status", home=home) == 4
    lines = capsys.readouterr().out.splitlines()
    heads = ("revision", "address", "state", "changed", "tries", "reply")
    assert re.split(r"\s{2,}", lines[0]) == [say(f"mail.column.{head}") for head in heads]
    assert re.fullmatch(
        rf"r1 +minh@leaders\.example +{say('mail.state.refused')} +\d\d:\d\d \d\d/\d\d/\d{{4}} +1 +550 5\.1\.1 no such user",
        lines[2],
    )


def test_a_letter_that_may_have_arrived_is_sent_again_only_when_asked_for_and_under_the_same_id(home, capsys):
    with mx.serving({"dot": mx.once(mx.hangs_up)}) as (port, seen):
        write_settings(home, port)
        write_recipients(home, "lan")
        assert call("--send", home=home) == call("--send", home=home) == call("--status", home=home) == 4
        assert len(seen.taken) == 1
        assert "--resend-uncertain" in capsys.readouterr().out
        assert call("--resend-uncertain", home=home) == 0
    assert len(seen.taken) == 2 and seen.taken[0] == seen.taken[1]


def test_a_refused_login_stops_the_work_and_corrected_it_goes_on_at_once(home, capsys):
    with mx.serving({"MAIL": mx.once(mx.says("530 5.7.0 authentication required"))}) as (port, seen):
        write_settings(home, port)
        assert call("--send", home=home) == 4
        assert "không chấp nhận tài khoản" in capsys.readouterr().err
        assert set(states(home).values()) == {PENDING} and seen.connections == 1
        assert call("--send", home=home) == 0
    assert len(seen.taken) == 3


def test_a_changed_mail_eml_is_not_sent(home, capsys):
    place = paths.reports(home, *WEEK) / "mail.eml"
    whole = place.read_bytes()
    with mx.serving() as (port, seen):
        write_settings(home, port)
        for changed in (
            *(b"Bcc: x@evil.example\r\n" + whole, whole.replace(b"\r\n", b"\n"), whole + "ạ".encode()),
            *(
                whole.replace(b"\r\n", b"\r\nSubject: x\r\n", 1),
                whole + b"x" * 999,
                whole + b"\rx",
                b"",
                b"Subject: x\r\n\r\n",
            ),
        ):
            place.write_bytes(changed)
            write_down(home)  # so it is not the digest that gives it away
            assert call("--send", home=home) == 4
            assert "mail.eml" in capsys.readouterr().out
    assert seen.connections == 0 and states(home) == {}


def test_the_week_that_is_being_made_is_not_mailed(home):
    write_settings(home)
    with publish.locked(home, *WEEK):
        assert call("--send", home=home) == call(home=home) == 5


def test_of_two_senders_one_works_and_the_other_says_so(home):
    command = [sys.executable, "-m", "analysis", "mail", CUTOFF, "--send", "--home", str(home)]
    with mx.serving({"RCPT": mx.once(mx.is_silent)}) as (port, seen):
        write_settings(home, port)
        first = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        while not seen.connections:
            time.sleep(0.02)
        second = subprocess.run(command, capture_output=True, encoding="utf-8")
        assert (second.returncode, "đang được một tiến trình khác gửi" in second.stderr) == (5, True)
        os.killpg(first.pid, signal.SIGKILL)  # and a sender that died blocks nobody
        first.wait()
        assert call("--send", home=home) == 0
    assert sorted(seen.recipients()) == sorted(f"{box}@leaders.example" for box in NAMES)


def test_a_try_that_outlives_its_sender_doubles_nothing_and_says_what_became_of_it(home):
    command = [sys.executable, "-m", "analysis", "mail", CUTOFF, "--send", "--home", str(home)]
    second_is_done = threading.Event()
    with mx.serving({"dot": mx.once(mx.once_set(second_is_done))}) as (port, seen):
        write_settings(home, port)
        first = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not seen.taken:
            time.sleep(0.02)
        first.kill()  # the process that hands over the letter goes on
        first.wait()
        assert call("--send", home=home) == 4
        assert sorted(states(home).values()) == [ACCEPTED, ACCEPTED, UNCERTAIN]
        second_is_done.set()
        while seen.open:
            time.sleep(0.005)
        assert call("--status", home=home) == 0
    assert Counter(seen.recipients()) == Counter(f"{box}@leaders.example" for box in NAMES)


def test_a_stopped_sender_says_so_and_goes_on_when_called_again(home, words):
    told = []

    def stop(_):
        raise KeyboardInterrupt

    with mx.serving({"RCPT": mx.once(mx.says("450 later"))}) as (port, _):
        write_settings(home, port)
        assert send(home, words, told, sleep=stop)[0] == 4
        assert "Đã dừng" in told[-1] and "Còn 1 thư chờ gửi, lần thử tới lúc" in told[-2]
        assert sorted(states(home).values()) == [ACCEPTED, ACCEPTED, PENDING]
        assert send(home, words, now=NOON + 360)[0] == 0


def test_a_greylisted_letter_is_tried_for_48_hours_of_a_clock_and_then_given_up(home, words):
    now, slept, told = [NOON], [], []

    def sleep(seconds):
        slept.append(seconds)
        now[0] += seconds

    write_recipients(home, "lan")
    with mx.serving({"RCPT": mx.says("450 4.7.1 greylisted")}) as (port, seen):
        write_settings(home, port)
        answer, _ = send(home, words, told, clock=lambda: now[0], sleep=sleep)
    assert answer == 4 and states(home) == {"r1 lan": GAVE_UP} and seen.taken == []
    for waited, minutes in zip(slept, [5, 15, 30, *[60] * 100], strict=False):
        assert minutes * 60 <= waited <= minutes * 72
    assert 40 <= len(slept) <= 50 and seen.connections == len(slept) + 1
    assert 46 * 3600 < now[0] - NOON <= 48 * 3600


# -- corrections ------------------------------------------------------------------------------------------------------


def test_a_correction_goes_to_those_who_got_the_first_issue_even_if_no_longer_on_the_list(home, words):
    with mx.serving({"RCPT": mx.once(mx.says("550 no"))}) as (port, seen):
        write_settings(home, port)
        assert send(home, words)[0] == 4  # lan never got it
        publish_week(home, words, CORRECTED, BODY.replace("49,18", "50,18"))
        write_recipients(home, "minh", "tam")
        assert send(home, words)[0] == 0
    assert seen.recipients() == [f"{box}@leaders.example" for box in ("minh", "hoa", "minh", "hoa", "tam")]
    assert [read(data, "Subject") for _, _, data in seen.taken] == [SUBJECT] * 2 + [CORRECTED] * 3
    assert len({compose.identity(data) for _, _, data in seen.taken}) == 5


def test_what_still_waits_of_the_first_issue_is_not_sent_after_the_correction(home, words):
    with mx.serving({"RCPT": mx.once(mx.says("450 later"), 3)}) as (port, seen):
        write_settings(home, port)

        def reissue(_):
            publish_week(home, words, CORRECTED)
            raise KeyboardInterrupt

        send(home, words, sleep=reissue)
        assert send(home, words)[0] == 0
    assert [state for key, state in states(home).items() if key.startswith("r1")] == [GAVE_UP] * 3
    assert [read(data, "Subject") for _, _, data in seen.taken] == [CORRECTED] * 3


# -- letters of units and departments ---------------------------------------------------------------------------------


def got(seen) -> list[tuple[str, str]]:
    """What arrived at the server: address and subject, in order."""
    return [(to, read(data, "Subject")) for _, to, data in seen.taken]


def test_whoever_names_a_unit_or_department_gets_its_letter_instead_of_the_weeks_mail(home, words, capsys):
    publish_letters(home, words)
    rows = [("lan", ""), ("minh", "Kiến An"), ("minh", "Phòng Tư pháp"), ("MINH", "30634"), ("hoa", "xã Kiến An")]
    write_recipients(home, rows=[(AREA, "", f"{box}@leaders.example", about) for box, about in rows])
    expected = [
        (LAN, SUBJECT),
        (MINH, "766 xã Kiến An"),
        (MINH, "766 Phòng Tư pháp"),
        ("hoa@leaders.example", "766 xã Kiến An"),
    ]
    with mx.serving() as (port, seen):
        write_settings(home, port)
        assert call(home=home) == 0 and seen.connections == 0
        shown = re.findall(r"(\d{3}\.eml)  (\S+) *(.*)", capsys.readouterr().out)
        assert shown == [
            ("001.eml", LAN, ""),
            ("002.eml", MINH, "30634 (xã Kiến An)"),
            ("003.eml", MINH, "phong-tu-phap (Phòng Tư pháp)"),
            ("004.eml", "hoa@leaders.example", "30634 (xã Kiến An)"),
        ]
        assert call("--send", home=home) == call("--send", home=home) == call("--status", home=home) == 0
    assert got(seen) == expected
    head, *lines = capsys.readouterr().out.splitlines()[-5:]
    assert re.split(r"\s{2,}", head)[:4] == [say(f"mail.column.{n}") for n in ("revision", "address", "about", "state")]
    assert [line.split()[2] for line in lines[1:3]] == ["30634", "phong-tu-phap"]
    messages = [email.message_from_bytes(data, policy=email.policy.default) for _, _, data in seen.taken]
    assert len({message["Message-ID"] for message in messages}) == 4
    assert [len(list(message.iter_attachments())) for message in messages[1:]] == [0, 0, 0]
    assert sorted(messages[1].keys()) == INTENDED and messages[1]["To"].addresses[0].addr_spec == MINH


def test_a_letter_that_may_have_arrived_is_uncertain_and_the_others_of_its_reader_go_out(home, words):
    publish_letters(home, words)
    write_recipients(home, rows=[(AREA, "", LAN, about) for about in ("30634", "phong-tu-phap")])
    with mx.serving({"dot": mx.once(mx.hangs_up)}) as (port, seen):
        write_settings(home, port)
        assert send(home, words)[0] == send(home, words)[0] == 4
        assert got(seen) == [(LAN, "766 xã Kiến An"), (LAN, "766 Phòng Tư pháp")]
        assert send(home, words, resend=True)[0] == 0
    assert seen.taken[2] == seen.taken[0] and len(seen.taken) == 3


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ("30700", "no unit in force on 2023-12-04; its successor: 30634 (Kiến An)"),
        ("30637", f"make them: {{command}} week {CUTOFF} --area {AREA} --units 30637"),
        ("Kiến", "no unit of this week and no department has this code or name"),
    ],
)
def test_one_letter_that_cannot_be_refuses_all_before_anything_is_put_down(home, words, about, said, capsys):
    publish_letters(home, words)
    lines = ["code,name,type,kind,valid_from,valid_to,successor_code,source", "30634,Kiến An,xã,commune,2022-06-23,,,x"]
    lines += ["30700,Cũ,xã,commune,2022-06-23,2023-06-30,30634,x"]
    (home / "config" / AREA / "units.csv").write_text("\n".join(lines), "utf-8")
    write_recipients(home, rows=[(AREA, "", LAN, ""), (AREA, "", MINH, about)])
    with mx.serving() as (port, seen):
        write_settings(home, port)
        assert call("--send", home=home) == call(home=home) == 3
    assert seen.connections == 0 and not sending.path(home).exists()
    told = capsys.readouterr().err
    assert f"recipients.csv: row 3: for: {about}: " in told and said.format(command=command.typed(home)) in told


def test_a_week_made_before_there_were_letters_says_that_it_must_be_made_again(home, capsys):
    write_settings(home)
    write_recipients(home, rows=[(AREA, "", LAN, ""), (AREA, "", MINH, "30634")])
    assert call("--send", home=home) == 3
    assert f"row 3: for: 30634: this week was made without letters: {command.typed(home)} week {CUTOFF}" in (
        capsys.readouterr().err
    )


@pytest.mark.parametrize("changed", [False, True])
def test_a_correction_sends_the_letters_that_it_changes_and_no_other_twice(home, words, changed):
    publish_letters(home, words)
    write_recipients(home, rows=[(AREA, "", LAN, ""), (AREA, "", LAN, "30634"), (AREA, "", MINH, "phong-tu-phap")])
    with mx.serving({"RCPT": mx.for_box("minh@", mx.once(mx.says("550 no")))}) as (port, seen):
        write_settings(home, port)
        assert send(home, words)[0] == 4  # minh got nothing
        publish_week(home, words, CORRECTED)
        publish_letters(home, words, **{"Kiến_An": "2"} if changed else {})
        write_recipients(home, rows=[(AREA, "", MINH, "phong-tu-phap")])
        assert send(home, words)[0] == send(home, words)[0] == 0
    again = [(LAN, "766 xã Kiến An")] if changed else []
    assert got(seen)[2:] == [(LAN, CORRECTED), *again, (MINH, "766 Phòng Tư pháp")]


@pytest.mark.parametrize("name", ["mail.eml", "mail/30634.eml", addressees.LIST])
def test_what_was_changed_after_it_was_published_is_not_sent(home, words, name, capsys):
    publish_letters(home, words)
    write_settings(home)
    place = next(
        path for path in (paths.reports(home, *WEEK) / name, paths.processed(home, *WEEK) / name) if path.is_file()
    )
    place.write_bytes(place.read_bytes().replace(b"Ki", b"Ky").replace(b"49", b"75"))
    for option in ("--send", "--preview"):
        assert call(option, home=home) == 4
        assert place.relative_to(home).as_posix() in capsys.readouterr().out
    place.unlink()
    assert call("--send", home=home) in (2, 4)
    assert not sending.path(home).exists()


def edited(home: Path, name: str, change) -> Path:
    """A file of the week in which ``change`` has changed the text."""
    (place,) = [
        path for path in (paths.reports(home, *WEEK) / name, paths.processed(home, *WEEK) / name) if path.exists()
    ]
    place.write_text(change(place.read_text("utf-8")), "utf-8")
    return place


RECORDS = {
    "missing": lambda text: None,
    "empty": lambda text: "",
    "no JSON": lambda text: text[:-5],
    "a list": lambda text: "[]",
    "without products": lambda text: "{}",
    "products that are a list": lambda text: '{"products": ["mail.eml"]}',
    "products that are a text": lambda text: '{"products": "all"}',
    "no products": lambda text: '{"products": {}}',
    "another digest": lambda text: re.sub(r'(mail\.eml": ")..', r"\1zz", text),
    "a digest that is a number": lambda text: re.sub(r'(mail\.eml": )"[0-9a-f]+"', r"\g<1>5", text),
    "without the mail": lambda text: text.replace("/mail.eml", "/mail.old"),
    "without the list of letters": lambda text: re.sub(r'(?m)^.*letters\.csv".*\n', "", text),
    "without a letter": lambda text: re.sub(r'(?m)^.*30634\.eml".*\n', "", text),
}


@pytest.mark.parametrize("kind", RECORDS)
def test_a_record_that_was_edited_or_is_missing_proves_nothing_and_nothing_is_queued(home, words, kind, capsys):
    publish_letters(home, words)
    record = paths.processed(home, *WEEK) / "run.json"
    text = RECORDS[kind](record.read_text("utf-8"))
    record.unlink() if text is None else record.write_text(text, "utf-8")
    with mx.serving() as (port, seen):
        write_settings(home, port)
        for option in ("--send", "--preview"):
            assert call(option, home=home) == 4
            said = capsys.readouterr().out
            named = {"without the list of letters": "letters.csv", "without a letter": "30634.eml"}.get(
                kind, "mail.eml" if kind in ("another digest", "without the mail") else "run.json"
            )
            assert named in said and "không còn đúng như khi phát hành" in said, said
    assert seen.connections == 0 and not sending.path(home).exists()


@pytest.mark.parametrize("name", ["mail.eml", "letters.csv", "30634.eml", "reports", "a folder for mail.eml"])
def test_a_letter_that_is_missing_is_named_and_nothing_is_queued(home, words, name, capsys):
    publish_letters(home, words)
    write_settings(home)
    mail = paths.reports(home, *WEEK) / "mail.eml"
    if name == "reports":
        shutil.rmtree(mail.parent)
    else:
        (mail if "mail.eml" in name else paths.processed(home, *WEEK) / "mail" / name).unlink()
    if name.startswith("a folder"):
        mail.mkdir()
    for option in ("--send", "--preview"):
        assert call(option, home=home) == 4
        assert (name if name[0] in "l3" else "mail.eml") in capsys.readouterr().out
    assert not sending.path(home).exists()


def test_a_figure_typed_into_the_mail_is_refused_with_the_name_of_the_file(home, words, capsys):
    write_settings(home)
    edited(home, "mail.eml", lambda text: text.replace("49,18", "75,45"))
    assert call("--send", home=home) == 4
    assert f"reports/{AREA}/{CUTOFF}/mail.eml không còn đúng" in capsys.readouterr().out
    assert not sending.path(home).exists()


# -- reminders --------------------------------------------------------------------------------------------------------


TO_KIEN_AN = (AREA, NAMES["minh"], MINH, "Kiến An")


def test_reminders_go_only_where_a_person_asks_for_them_and_to_whom_the_list_names_for_the_unit(home, words, capsys):
    publish_letters(home, words)
    publish_reminders(home, words, "30634", "30637")  # of 30637 there is no page
    write_recipients(home, rows=[(AREA, NAMES["lan"], LAN), TO_KIEN_AN])
    with mx.serving() as (port, seen):
        write_settings(home, port)
        assert call("--send", home=home) == 0
        assert seen.recipients() == [LAN, MINH]
        assert call("--remind", home=home) == 0
        assert seen.recipients() == [LAN, MINH]
        assert call("--remind", "--send", home=home) == call("--remind", "--send", home=home) == 0
        assert seen.recipients() == [LAN, MINH, MINH]
        assert call("--send", home=home) == 0 and len(seen.taken) == 3
    reminder = email.message_from_bytes(seen.taken[-1][2], policy=email.policy.default)
    assert [each.get_filename() for each in reminder.iter_attachments()] == ["phan-hoi-30634.xlsx"]
    assert say("reminder.reminds_nobody", units="30637 (xã Mỹ Hội Đông)") in capsys.readouterr().out
    with closing(Outbox(sending.path(home))) as box:
        assert [form[:2] for form in box.forms(AREA)] == [(CUTOFF, "30634")]


def test_a_unit_needs_no_page_to_be_reminded_and_a_week_without_reminders_says_how_to_make_them(home, words, capsys):
    publish_letters(home, words)
    write_recipients(home, rows=[(AREA, NAMES["minh"], MINH, "Mỹ Hội Đông")])
    write_settings(home, 1)
    about = {"area": AREA, "cutoff": CUTOFF, "command": command.typed(home)}
    for how in ([], ["--send"]):
        assert call("--remind", *how, home=home) == 0
        assert capsys.readouterr().out.strip() == say("reminder.none_made", **about)
    publish_reminders(home, words, "30637")
    assert call("--remind", home=home) == 0 and "001.eml  minh@" in capsys.readouterr().out
    assert call(home=home) == 3  # its letter needs the page


def test_without_a_server_reminders_are_said_to_be_in_the_weeks_folder_and_how_to_send_them(home, words, capsys):
    publish_letters(home, words)
    publish_reminders(home, words, "30637")
    assert call("--remind", home=home) == 0 and call("--remind", "--send", home=home) == 64
    for said in capsys.readouterr():
        assert str(paths.reports(home, *WEEK) / "units") in said and "mail.eml" not in said
        assert f"mail {CUTOFF} --area {AREA} --remind --send" in said


def test_a_period_has_no_reminders(home, capsys):
    assert main(["mail", "2023-12", "--area", AREA, "--home", str(home), "--remind"]) == 64
    assert "a period has no reminders" in capsys.readouterr().err


# -- a clock that was wrong once --------------------------------------------------------------------------------------

YEARS = 2315 * 86_400


def test_a_letter_that_waits_since_the_clock_was_wrong_goes_out_at_once(home, words):
    with mx.serving({"RCPT": mx.once(mx.says("450 later"))}) as (port, seen):
        write_settings(home, port)

        def stop(_):
            raise KeyboardInterrupt

        assert send(home, words, now=NOON + YEARS, sleep=stop)[0] == 4
        assert sorted(states(home).values()) == [ACCEPTED, ACCEPTED, PENDING]
        assert send(home, words, now=NOON)[0] == 0  # ``send`` fails where it waits
    assert len(seen.taken) == 3 and set(states(home).values()) == {ACCEPTED}


def test_a_clock_that_is_set_back_while_letters_wait_makes_none_sleep_for_years(home, words):
    now, slept = [NOON], []

    def sleep(seconds):
        slept.append(seconds)
        now[0] += seconds if len(slept) > 1 else -YEARS

    with mx.serving({"RCPT": mx.once(mx.says("450 later"), 4)}) as (port, seen):
        write_settings(home, port)
        assert send(home, words, clock=lambda: now[0], sleep=sleep)[0] == 0
    assert len(seen.taken) == 3 and max(slept) <= 72 * 60


def test_a_letter_is_dated_when_it_goes_out_and_not_when_a_wrong_clock_put_it_down(home, words):
    with mx.serving({"MAIL": mx.once(mx.says("530 login"))}) as (port, seen):
        write_settings(home, port)
        with pytest.raises(sending.LoginRefused):
            send(home, words, now=NOON + YEARS)
        assert send(home, words, now=NOON)[0] == 0
    dates = {
        email.message_from_bytes(data, policy=email.policy.default)["Date"].datetime.year for _, _, data in seen.taken
    }
    assert dates == {2023}


# -- one person, one letter -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "again", ["Lan@leaders.example", "lan@LEADERS.example", " lan@leaders.example.", "lan@leaders。example"]
)
@pytest.mark.parametrize("option", [(), pytest.param(("--changed",), marks=pytest.mark.long)])
def test_an_address_or_a_name_written_otherwise_makes_no_second_letter(home, again, option):
    with mx.serving() as (port, seen):
        write_settings(home, port)
        write_recipients(home, "lan")
        assert call("--send", home=home) == 0
        write_recipients(home, rows=[(AREA, "Bà Lan, Chánh Văn phòng", again)])
        assert call("--send", *option, home=home) == call("--resend-uncertain", home=home) == 0
    assert seen.recipients() == ["lan@leaders.example"]


def test_a_correction_reaches_who_is_written_otherwise_now_once(home, words):
    with mx.serving() as (port, seen):
        write_settings(home, port)
        write_recipients(home, "lan", "minh")
        assert send(home, words)[0] == 0
        publish_week(home, words, CORRECTED)
        write_recipients(home, rows=[(AREA, "Bà Lan", "LAN@Leaders.example."), (AREA, "", "tam@leaders.example")])
        assert send(home, words)[0] == send(home, words)[0] == 0
    assert [box.lower() for box in seen.recipients()[2:]] == [
        f"{box}@leaders.example" for box in ("lan", "minh", "tam")
    ]


def test_who_changes_the_sender_sends_nobody_a_second_letter(home, words):
    with mx.serving() as (port, seen):
        write_settings(home, port)
        assert send(home, words)[0] == 0
        write_settings(home, port, sender="Phòng Nội vụ <noi-vu@chomoi.example>", reply_to="a@chomoi.example")
        assert send(home, words, changed=True)[0] == 0
    assert len(seen.taken) == 3


def test_the_bytes_of_letters_settled_for_a_year_are_dropped_when_a_later_week_is_sent(home, words):
    with mx.serving() as (port, _):
        write_settings(home, port)
        send(home, words)
        size = sum(len(each) for each in held(home))
        send(home, words, now=NOON + 364 * 86_400)
        assert size and sum(len(each) for each in held(home)) == size
        send(home, words, now=NOON + 366 * 86_400)
    assert held(home) == [b""] * 3 and set(states(home).values()) == {ACCEPTED}


def held(home: Path) -> list[bytes]:
    with closing(Outbox(sending.path(home))) as box:
        return [row["message"] for row in box.db.execute("SELECT message FROM letters")]


# -- the id, the attachment -------------------------------------------------------------------------------------------


def test_the_id_follows_from_week_revision_content_and_recipient_and_not_from_the_date(home):
    week = (paths.reports(home, *WEEK) / "mail.eml").read_bytes()
    about = {
        "compiled": week,
        "sender": SENDER,
        "to": "lan@leaders.example",
        "date": MONDAY,
        "seed": "cho-moi 2023-12-04 1",
    }

    def identity(**other) -> str:
        return compose.identity(compose.addressed(**about | other))

    first = identity()
    assert re.fullmatch(r"<[0-9a-f]{32}@chomoi\.example>", first)
    assert identity(date=datetime.now(UTC)) == first
    others = [
        identity(seed="cho-moi 2023-12-11 1"),
        identity(seed="cho-moi 2023-12-04 2"),
        identity(compiled=week.replace(b"49,18", b"50,18")),
        identity(to="minh@leaders.example"),
        identity(sender="x@chomoi.example"),
    ]
    assert len({first, *others}) == 6


def test_the_appendix_beside_the_mail_is_attached_and_arrives(home, words):
    place = paths.reports(home, *WEEK)
    (place / "appendix.xlsx").write_bytes(b"PK\3\4 appendix")
    message = compose.build_mail(BODY, subject=SUBJECT, words=words, sender=SENDER, date=MONDAY, seed="x")
    attached = {"766-cho-moi-2023-12-04.xlsx": place / "appendix.xlsx"}
    compose.save(message, place / "mail.eml", attached)
    first = (place / "mail.eml").read_bytes()
    compose.save(message, place / "mail.eml", attached)
    assert (place / "mail.eml").read_bytes() == first
    write_down(home)
    with mx.serving() as (port, seen):
        write_settings(home, port)
        assert send(home, words)[0] == 0
    got = email.message_from_bytes(seen.taken[0][2], policy=email.policy.default)
    assert [part.get_content_type() for part in got.walk()][:4] == [
        *("multipart/mixed", "multipart/alternative", "text/plain", "text/html")
    ]
    [attached] = got.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("766-cho-moi-2023-12-04.xlsx", b"PK\3\4 appendix")
    assert got["Content-Language"] == "vi" and got.defects == []
    assert "Kiến An 49,18" in got.get_body(("plain",)).get_content()


# -- settings and recipients ------------------------------------------------------------------------------------------


def test_every_fault_of_settings_and_recipients_is_told_at_once_and_nothing_is_sent(home, capsys):
    smtp = 'host = "mail.example"\nport = 25\nsecurity = "none"\nca_file = "no.pem"\n'
    write_settings(home, smtp=smtp, sender="Văn phòng", reply_to="a@b, c@d")
    (home / "config" / "an-giang").mkdir()
    (home / "config" / "an-giang" / "area.toml").touch()
    rows = [
        (AREA, "Lan", "lan@leaders.example"),
        (AREA, "Lan", "LAN@leaders.example"),
        (AREA, "Minh", "minh@evil.example"),
        ("an-giang", "Hoa", "hoa@leaders.example.evil.example"),
        (AREA, "Tâm", "tâm@leaders.example"),
        (AREA, "Tâm", "tam@leaders.example, x@evil.example"),
        (AREA, "Tâm\r\nBcc: x@evil.example", "tam@leaders.example"),
    ]
    write_recipients(home, rows=rows)
    assert call("--send", "--area", AREA, home=home) == 3
    said = capsys.readouterr().err
    for each in (
        *('mail.toml: [smtp] security = "none" is only for this machine', 'mail.toml: [smtp] ca_file = "no.pem"'),
        *('mail.toml: sender = "Văn phòng": expected one address', 'mail.toml: reply_to = "a@b, c@d": expected one'),
        *(
            "recipients.csv: row 3: LAN@leaders.example: this address already has a row",
            "row 4: minh@evil.example: the domain",
        ),
        *("row 5: hoa@leaders.example.evil.example: the domain", "row 6: address 'tâm@leaders.example': expected one"),
        *("row 7: address 'tam@leaders.example, x@evil.example'", "row 8: name 'Tâm\\r\\nBcc"),
    ):
        assert each in said, each
    assert not sending.path(home).exists()


def test_a_password_that_others_may_read_stops_before_anything_is_put_down(home, capsys):
    (home / "password").write_text("x")
    (home / "password").chmod(0o644)
    write_settings(
        home, smtp='host = "localhost"\nport = 9\nsecurity = "tls"\nuser = "a"\npassword_file = "password"\n'
    )
    assert call("--send", home=home) == 3
    assert "chmod 600" in capsys.readouterr().err
    assert not sending.path(home).exists()


def test_a_password_stands_nowhere_but_in_its_file(home, monkeypatch, capfd):
    hand_over_in_children(monkeypatch)
    secret, authority = "mat-khau-rat-bi-mat", trustme.CA()
    (home / "password").write_text(secret)
    (home / "password").chmod(0o600)
    authority.cert_pem.write_to_path(home / "ca.pem")
    tls = mx.context(authority.issue_cert("localhost"))
    with mx.serving({"RCPT": mx.once(mx.says(f"550 {secret}"))}, tls, password=secret) as (port, seen):
        smtp = f'host = "localhost"\nport = {port}\nsecurity = "starttls"\nuser = "a"\n'
        write_settings(home, smtp=smtp + 'password_file = "password"\nca_file = "ca.pem"\n')
        assert call("--send", home=home) == 4
        assert call("--status", home=home) == 4
    assert len(seen.taken) == 2 and len(seen.logins) == 3
    said = capfd.readouterr()
    assert secret not in said.out + said.err
    assert [path for path in home.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()] == [
        home / "password"
    ]


def test_git_takes_in_neither_settings_nor_recipients_nor_password_nor_outbox():
    ignored = (PROJECT / ".gitignore").read_text("utf-8").split()
    assert {f"/{mail_settings.SETTINGS}", "/recipients.csv", "/smtp-password", "data/outbox/"} <= set(ignored)


# -- headers ----------------------------------------------------------------------------------------------------------

BREAKS = (
    *("\r\n", "\n", "\r", "\0", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\r\n "),
    *("=?UTF-8?Q?=0A?=", "=?utf-8?b?DQo=?=", "=?utf-8?q?=0D=0A?= "),
)
PAYLOADS = [f"a{end}{header}" for end in BREAKS for header in ("Bcc: x@evil.example", "Subject: x", "\r\n<b>x</b>")]
INTENDED = [
    "Auto-Submitted",
    "Content-Language",
    "Content-Type",
    "Date",
    "From",
    "MIME-Version",
    "Message-ID",
    "Subject",
    "To",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_is_refused_wherever_it_stands(home, words, payload):
    with pytest.raises(compose.MailError):
        compose.build_mail(BODY, subject=payload, words=words, sender=SENDER, date=MONDAY, seed="x")
    for name in ("sender", "reply_to"):
        for value in (f"{payload} <a@b.example>", f"a@b.example{payload}"):
            write_settings(home, **{name: value})
            with pytest.raises(ConfigError):
                mail_settings.settings(home, AREA)
    write_settings(home)
    for row in [(AREA, payload, "lan@leaders.example"), (AREA, "Lan", f"lan@leaders.example{payload}")]:
        write_recipients(home, rows=[row])
        with pytest.raises(ConfigError):
            mail_settings.settings(home, AREA)


def test_there_are_more_than_forty_payloads():
    assert len(set(PAYLOADS)) >= 40


@pytest.mark.parametrize(
    "name",
    [
        '"a',
        "a: b",
        "a; b",
        "(a",
        "a, b <x",
        "a@b",
        "%0d%0aBcc: x",
        "\\r\\nBcc: x",
        "<script>",
        "a=",
        "?=",
        "..",
        "'",
        "a[b]",
    ],
)
def test_an_odd_name_is_refused_or_stays_one_name(home, words, name):
    write_settings(home)
    write_recipients(home, rows=[(AREA, name, "lan@leaders.example")])
    try:
        about = mail_settings.settings(home, AREA)
    except ConfigError:
        return
    issue = sending.compiled(home, *WEEK, words)
    [letter] = sending.letters(home, *WEEK, issue, about, None, NOON)
    message = email.message_from_bytes(letter.message, policy=email.policy.default)
    assert sorted(message.keys()) == INTENDED
    assert [(each.display_name, each.addr_spec) for each in message["To"].addresses] == [(name, "lan@leaders.example")]


SYLLABLES = [
    "Nguyễn",
    "Đặng",
    "Ưu",
    "ngươi",
    "Mỹ",
    "Hội",
    "Đông",
    "điểm",
    "57,45",
    "−5,78",
    "UBND",
    "a",
    "x" * 70,
    "📉",
]
TEXTS = st.lists(
    st.sampled_from(SYLLABLES + [unicodedata.normalize("NFD", each) for each in SYLLABLES]), min_size=1, max_size=40
)


@given(subject=TEXTS, name=TEXTS)
def test_vietnamese_subjects_and_names_arrive_as_they_were_written(words, subject, name):
    subject, name = " ".join(subject), " ".join(name)
    message = compose.build_mail("<p>x</p>", subject=subject, words=words, sender=SENDER, date=MONDAY, seed="x")
    letter = compose.addressed(message.as_bytes(), sender=SENDER, to=f"{name} <a@b.example>", date=MONDAY, seed="x")
    assert letter.isascii() and max(map(len, letter.split(b"\r\n"))) <= 998
    assert read(letter, "Subject") == subject
    assert read(letter, "To").replace('"', "") == f"{name} <a@b.example>"


# -- killed -----------------------------------------------------------------------------------------------------------

TRACED = {Path(each.__file__).name for each in (sender, outbox, sending, status, smtplib)}
ALL = os.environ.get("FAULTS") == "all"
FEW = 20


def killed(number: int, act) -> tuple[bool, int]:
    """Do ``act`` in a process that dies by SIGKILL before its line ``number`` of ours and smtplib's.

    Returns whether it died, and where it has not the number of its lines.
    """
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        done = 0

        def trace(frame, event, arg):
            nonlocal done
            if event == "line":
                done += 1
                if done == number:
                    os.kill(os.getpid(), signal.SIGKILL)
            return trace

        sys.settrace(lambda frame, event, arg: trace if Path(frame.f_code.co_filename).name in TRACED else None)
        try:
            act()
        finally:
            os.write(tell, str(done).encode())
            os._exit(0)
    os.close(tell)
    with os.fdopen(told) as lines:
        died = os.WIFSIGNALED(os.waitpid(child, 0)[1])
        return died, int(lines.read() or 0)


@needs_fork
@pytest.mark.parametrize("fewest", [FEW, pytest.param(200 if ALL else 40, marks=pytest.mark.long)])
def test_a_sender_killed_at_any_line_doubles_nothing_and_loses_nothing_in_silence(home, words, fewest, record_property):
    """At so many lines spread over the whole; ``FAULTS=all`` (make faults) at every line."""

    def settled() -> None:
        began = time.monotonic()
        while seen.open and time.monotonic() - began < 5:
            time.sleep(0.002)

    with mx.serving() as (port, seen):
        write_settings(home, port)
        lines = _killed_anew(0, home, words)[1]
        step = 1 if ALL and fewest > FEW else max(1, lines // fewest)
        kills, uncertain, really = 0, 0, 0
        for number in range(1, lines + 1, step):
            settled()
            before = len(seen.taken)
            kills += _killed_anew(number, home, words)[0]
            settled()
            answer, _ = send(home, words)
            settled()
            got, left = Counter(seen.recipients()[before:]), states(home)
            assert max(got.values(), default=0) <= 1, (number, "sent twice")
            unknown = [box for box, state in left.items() if state == UNCERTAIN]
            assert len(unknown) <= 1 and set(left.values()) <= {ACCEPTED, UNCERTAIN}, (number, left)
            for box, state in left.items():
                assert got[f"{box.removeprefix('r1 ')}@leaders.example"] == 1 or state == UNCERTAIN, (number, "lost")
            assert answer == (4 if unknown else 0)
            uncertain += len(unknown)
            really += sum(got[f"{box.removeprefix('r1 ')}@leaders.example"] for box in unknown)
    record_property(
        "count",
        f"sender killed at {kills} of {lines} lines: {kills} faults, {kills} survived ({kills * 3} letters: 0 doubled,"
        f" 0 lost, {uncertain} uncertain, {really} of them arrived)",
    )
    assert kills >= min(lines, fewest) and uncertain > 0


def _killed_anew(number: int, home: Path, words) -> tuple[bool, int]:
    shutil.rmtree(home / "data" / "outbox", ignore_errors=True)
    return killed(number, lambda: send(home, words))
