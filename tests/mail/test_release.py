"""Somebody looks first: what the operator gets, when, once, and that nothing leaves before."""

import email
import email.policy
import re
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from support import smtp_server as mx
from support.mailed import (
    AREA,
    BODY,
    CORRECTED,
    CUTOFF,
    NOON,
    SUBJECT,
    WEEK,
    filled,
    hand_over_here,
    publish_letters,
    publish_week,
    write_recipients,
)
from support.settings import write_settings

from analysis.cli import main
from analysis.config import wording
from analysis.config.files import ConfigError
from analysis.exits import Exit
from analysis.mail import addressees, outbox, release, sending, settings
from analysis.mail.outbox import Outbox
from analysis.weeks import command, paths
from analysis.weeks.home import PROJECT

IT, HOUR = "it@office.example", 3600
HAND, AFTER = {"operator": f"Tổ CNTT <{IT}>", "release": "by hand"}, {"operator": IT, "release": "after 2h"}


@pytest.fixture(scope="module")
def words():
    return wording.load(PROJECT, "vi")


@pytest.fixture
def home(monkeypatch, words):
    hand_over_here(monkeypatch)
    with tempfile.TemporaryDirectory() as folder:
        yield filled(Path(folder) / "home", monkeypatch, words)


def run(home: Path, words, now: float = NOON, weeks=None, told: list | None = None) -> list[tuple[int, str]]:
    """What a schedule that has just made the week, or finds it waiting, does about its mail."""
    weeks = [WEEK] if weeks is None else weeks
    tell = (told if told is not None else []).append
    return list(release.send_weeks(home, weeks, words, words, tell, lambda: now))


def next_run(home: Path, words, now: float) -> list[tuple[int, str]]:
    """What the next schedule does, which has made no week."""
    return run(home, words, now, [(AREA, day) for day in sending.waiting(home, AREA)])


def call(*options: str, home: Path) -> int:
    return main(["mail", CUTOFF, *options, "--home", str(home)])


def told(seen) -> list:
    """The letters to the operator, read."""
    return [
        email.message_from_bytes(data, policy=email.policy.default) for _, to, data in seen.taken if to.lower() == IT
    ]


def leaders(seen) -> list[str]:
    return [to for _, to, _ in seen.taken if to.lower() != IT]


def text(letter) -> str:
    return letter.get_body(("plain",)).get_content().replace("\r\n", "\n")


# -- by hand ----------------------------------------------------------------------------------------------------------


def test_by_hand_the_operator_gets_the_mail_as_it_would_arrive_the_list_and_the_command_and_nobody_else_gets_anything(
    home, words
):
    with mx.serving() as (port, seen):
        write_settings(home, port, **HAND)
        [(status, said)] = run(home, words)
        assert (status, said) == (
            Exit.DONE,
            words.say("mail.waits_for_person", area=AREA, cutoff=CUTOFF, command=command.typed(home)),
        )
        assert leaders(seen) == [] and not queued(home)
        assert call(home=home) == 0  # the preview of the command, on the disk
    [letter] = told(seen)
    assert letter["Subject"] == words.say("mail.release_subject", area=AREA, cutoff=CUTOFF)
    assert f"mail {CUTOFF} --area {AREA} --send" in text(letter)
    assert text(letter).rstrip().split("\n")[-4:] == [
        "Danh sách 3 thư sẽ gửi:",
        "  Nguyễn Thị Lan <lan@leaders.example>",
        "  Trần Minh <minh@leaders.example>",
        "  Hoa, Phòng Tư pháp <hoa@leaders.example>",
    ]
    [part] = letter.iter_attachments()
    assert (part.get_content_type(), part.get_filename()) == ("message/rfc822", f"{CUTOFF}.eml")
    shown = (home / "data" / "outbox" / "preview" / AREA / CUTOFF / "001.eml").read_bytes()
    dateless = re.sub(rb"\r\nDate: [^\r]*", b"", seen.taken[0][2])
    assert re.sub(rb"\r\nDate: [^\r]*", b"", shown) in dateless
    assert letter.defects == [] and part.get_content()["Subject"] == SUBJECT


def queued(home: Path, cutoff: str = CUTOFF) -> list:
    with closing(Outbox(sending.path(home))) as box:
        return [row["state"] for row in box.rows(AREA, cutoff)]


def test_by_hand_the_operator_is_told_once_and_not_each_morning_and_a_person_releases_it(home, words):
    with mx.serving() as (port, seen):
        write_settings(home, port, **HAND)
        run(home, words)
        for day in range(1, 30):
            assert next_run(home, words, NOON + day * 24 * HOUR)[0][0] == Exit.DONE
        assert len(seen.taken) == 1
        assert call("--send", home=home) == call("--send", home=home) == 0
        assert sending.waiting(home, AREA) == [] and next_run(home, words, NOON) == []
        run(home, words)
    assert Counter(leaders(seen)) == Counter(f"{box}@leaders.example" for box in ("lan", "minh", "hoa"))
    assert len(told(seen)) == 1


def test_after_a_release_the_schedule_sends_what_waits(home, words):
    with mx.serving() as (port, seen):
        write_settings(home, port, **HAND)
        run(home, words)
        with closing(Outbox(sending.path(home))) as box:
            issue, about = sending.compiled(home, *WEEK, words), settings.settings(home, AREA)
            box.queue(*WEEK, 1, sending.letters(home, *WEEK, issue, about, box, NOON), NOON)
        next_run(home, words, NOON)
        assert leaders(seen) == []  # somebody queued them, and nobody released them
        assert call("--send", home=home) == 0
    assert len(leaders(seen)) == 3


@pytest.mark.parametrize("way", [HAND, AFTER])
def test_a_correction_is_looked_at_anew(home, words, way):
    with mx.serving() as (port, seen):
        write_settings(home, port, **way)
        run(home, words)
        assert call("--send", home=home) == 0
        publish_week(home, words, CORRECTED, BODY.replace("49,18", "50,18"))
        assert run(home, words)[0][0] == next_run(home, words, NOON + HOUR)[0][0] == Exit.DONE
        assert len(leaders(seen)) == 3
        _, letter = told(seen)
        assert "bản r2" in text(letter) and next(letter.iter_attachments()).get_content()["Subject"] == CORRECTED
        assert call("--send", home=home) == 0
    assert len(leaders(seen)) == 6 and len(told(seen)) == 2


@pytest.mark.parametrize("way", [HAND, AFTER])
def test_what_has_changed_since_somebody_looked_is_looked_at_again(home, words, way):
    """A week made again under its revision, because an earlier week or remarks have come."""
    with mx.serving() as (port, seen):
        write_settings(home, port, **way)
        run(home, words)
        place = paths.reports(home, *WEEK) / "mail.eml"
        kept = place.read_bytes()
        place.parent.rename(place.parent.with_name("gone"))
        publish_week(home, words, SUBJECT, BODY.replace("49,18", "49,19"))
        assert place.read_bytes() != kept
        next_run(home, words, NOON + 3 * HOUR)
        assert len(told(seen)) == 2 and leaders(seen) == []


def test_what_the_operator_could_not_be_told_is_told_by_the_next_run(home, words):
    with mx.serving({"RCPT": mx.once(mx.says("450 4.7.1 greylisted"))}) as (port, seen):
        write_settings(home, port, **HAND)
        [(status, said)] = run(home, words)
        assert status == Exit.UNSETTLED and "450 4.7.1 greylisted" in said and IT in said
        assert next_run(home, words, NOON + HOUR)[0][0] == Exit.DONE
        next_run(home, words, NOON + 2 * HOUR)
    assert len(told(seen)) == 1 and leaders(seen) == []


def test_a_week_that_a_newer_one_has_overtaken_is_asked_about_no_more(home, words):
    newer = "2023-12-11"
    with mx.serving() as (port, _):
        write_settings(home, port, **HAND)
        run(home, words)
        publish_week(home, words, cutoff=newer)
        run(home, words, NOON + 1, [(AREA, newer)])
        assert sending.waiting(home, AREA) == [CUTOFF, newer]
        assert main(["mail", newer, "--send", "--home", str(home)]) == 0
        assert sending.waiting(home, AREA) == []


def test_who_is_told_may_be_a_recipient_too_and_gets_the_mail_when_it_is_released(home, words):
    with mx.serving() as (port, seen):
        write_settings(home, port, operator="IT@Leaders.example", release="by hand")
        write_recipients(home, "it", "lan")
        run(home, words)
        next_run(home, words, NOON + HOUR)
        assert call("--send", home=home) == call("--send", home=home) == 0
    assert [to.lower() for _, to, _ in seen.taken] == [f"{box}@leaders.example" for box in ("it", "it", "lan")]


# -- after some hours -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("way", "hours"),
    [
        ("after 2h", 2),
        pytest.param("after 24h", 24, marks=pytest.mark.long),
        pytest.param("after 1 h", 1, marks=pytest.mark.long),
        ("after 0h", 0),
    ],
)
def test_after_some_hours_the_next_run_sends_it(home, words, way, hours):
    with mx.serving() as (port, seen):
        write_settings(home, port, operator=IT, release=way)
        run(home, words)
        if hours:
            [(status, said)] = next_run(home, words, NOON + hours * HOUR - 1)
            assert status == Exit.DONE and "--hold" in said and leaders(seen) == []
            assert "--hold" in text(told(seen)[0])
            assert next_run(home, words, NOON + hours * HOUR)[0][0] == Exit.DONE
        assert next_run(home, words, NOON + 9 * HOUR) == []
    assert len(told(seen)) == 1 and len(leaders(seen)) == 3


def test_a_person_stops_it_and_lets_it_go(home, words, capsys):
    with mx.serving() as (port, seen):
        write_settings(home, port, **AFTER)
        run(home, words)
        assert call("--hold", home=home) == 0
        assert words.say("mail.held", area=AREA, cutoff=CUTOFF, command=command.typed(home)) in capsys.readouterr().out
        assert next_run(home, words, NOON + 9 * HOUR) == []
        assert run(home, words, NOON + 9 * HOUR) == [
            (Exit.DONE, words.say("mail.held", area=AREA, cutoff=CUTOFF, command=command.typed(home)))
        ]
        assert leaders(seen) == []
        publish_week(home, words, CORRECTED)  # another issue is another question
        run(home, words, NOON + 9 * HOUR)
        next_run(home, words, NOON + 11 * HOUR)
        assert len(leaders(seen)) == 3
        assert call("--hold", home=home) == call("--send", home=home) == 0
    assert len(leaders(seen)) == 3 and len(told(seen)) == 2


def test_waiting_letters_of_a_week_that_is_sent_at_once_can_be_stopped_too(home, words):
    with mx.serving({"MAIL": mx.once(mx.says("530 login"))}) as (port, seen):
        write_settings(home, port)
        assert run(home, words)[0][0] == Exit.UNSETTLED and sending.waiting(home, AREA) == [CUTOFF]
        assert call("--hold", home=home) == 0
        assert next_run(home, words, NOON)[0][1] == words.say(
            "mail.held", area=AREA, cutoff=CUTOFF, command=command.typed(home)
        )
        assert seen.taken == []
        assert call("--send", home=home) == 0
    assert len(leaders(seen)) == 3


def test_a_clock_that_was_wrong_when_the_operator_was_told_holds_it_for_two_hours_and_not_for_years(home, words):
    with mx.serving() as (port, seen):
        write_settings(home, port, **AFTER)
        run(home, words, NOON + 2315 * 24 * HOUR)
        assert next_run(home, words, NOON)[0][0] == Exit.DONE and leaders(seen) == []
        next_run(home, words, NOON + 2 * HOUR)
    assert len(leaders(seen)) == 3 and len(told(seen)) == 1


# -- letters of units, refusals ---------------------------------------------------------------------------------------


def test_the_letter_of_each_unit_and_department_is_shown_once_and_held_back_with_the_others(home, words):
    publish_letters(home, words)
    rows = [("lan", ""), ("minh", "Kiến An"), ("hoa", "30634"), ("tam", "Phòng Tư pháp")]
    write_recipients(home, rows=[(AREA, "", f"{box}@leaders.example", about) for box, about in rows])
    with mx.serving() as (port, seen):
        write_settings(home, port, **HAND)
        run(home, words)
        next_run(home, words, NOON + 24 * HOUR)
        [letter] = told(seen)
        assert [part.get_filename() for part in letter.iter_attachments()] == [
            f"{CUTOFF}.eml",
            f"{CUTOFF}-30634.eml",
            f"{CUTOFF}-phong-tu-phap.eml",
        ]
        assert "  <minh@leaders.example>  30634 (xã Kiến An)" in text(letter).split("\n") and leaders(seen) == []
        assert call("--send", home=home) == 0
    assert len(leaders(seen)) == 4


def test_more_recipients_than_the_limit_are_refused_before_the_operator_is_asked(home, words):
    publish_letters(home, words)
    many = [(AREA, "", f"a{number}@leaders.example", "Kiến An") for number in range(1200)]
    write_recipients(home, rows=many)
    with mx.serving() as (port, seen):
        write_settings(home, port, **HAND)
        [(status, said)] = run(home, words)
        assert (
            status == Exit.FAILED
            and f"1200 recipients of 30634, more than the limit of {addressees.MOST_RECIPIENTS}" in said
        )
        assert call("--send", home=home) == Exit.FAILED
    assert seen.connections == 0 and queued(home) == []


def test_previews_that_would_make_one_letter_too_large_are_counted(home, words, monkeypatch):
    publish_letters(home, words)
    rows = [("lan", ""), ("minh", "Kiến An"), ("tam", "Phòng Tư pháp")]
    write_recipients(home, rows=[(AREA, "", f"{box}@leaders.example", about) for box, about in rows])
    size = len((paths.reports(home, *WEEK) / "mail.eml").read_bytes())
    monkeypatch.setattr(release, "MOST_ATTACHED", size + 300)
    with mx.serving() as (port, seen):
        write_settings(home, port, **HAND)
        run(home, words)
    [letter] = told(seen)
    assert [part.get_filename() for part in letter.iter_attachments()] == [f"{CUTOFF}.eml"]
    assert words.say("mail.release_left_out", area=AREA, cutoff=CUTOFF, command=command.typed(home), count=2) in text(
        letter
    )


def test_a_mail_that_was_edited_is_shown_to_nobody(home, words):
    place = paths.reports(home, *WEEK) / "mail.eml"
    place.write_bytes(place.read_bytes().replace(b"49,18", b"75,45"))
    with mx.serving() as (port, seen):
        write_settings(home, port, **HAND)
        [(status, said)] = run(home, words)
    assert status == Exit.UNSETTLED and "mail.eml" in said and seen.connections == 0


def test_a_week_that_was_taken_back_is_asked_about_no_more_and_its_day_begins_anew(home, words):
    with mx.serving() as (port, seen):
        write_settings(home, port, **HAND)
        run(home, words)
        assert call("--hold", home=home) == 0
        sending.withdraw(home, *WEEK, words, lambda names: None)
        assert sending.waiting(home, AREA) == []
        run(home, words)
    assert len(told(seen)) == 2


def test_of_a_release_that_is_no_week_nothing_is_held(home, capsys):
    assert main(["mail", "2023-12-11", "--hold", "--home", str(home)]) == Exit.REFUSED
    assert call("--hold", "--send", home=home) == Exit.WRONG_USAGE


# -- one wrong password -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", [{}, HAND])
def test_a_login_that_is_refused_is_tried_once_in_a_run_of_many_weeks_and_once_in_the_next(home, words, way):
    days = ["2023-12-11", "2023-12-18", "2023-12-25"]
    for day in days:
        publish_week(home, words, cutoff=day)
    weeks = [WEEK, *((AREA, day) for day in days)]
    with mx.serving({"MAIL": mx.says("530 5.7.0 authentication required")}) as (port, seen):
        write_settings(home, port, **way)
        for runs in (1, 2):
            answers = run(home, words, weeks=weeks)
            assert [status for status, _ in answers] == [Exit.UNSETTLED] * 4 and seen.connections == runs
            # at once, the letters of the newest week have taken the place of those before; they are tried in the next run
            tried = 3 if runs == 2 and not way else 0
            not_tried = [words.say("mail.login_not_again", area=AREA, cutoff=day) for day in days[tried:]]
            assert [said for _, said in answers[tried + 1 :]] == not_tried
    with mx.serving() as (port, seen):  # what was not tried is not forgotten
        write_settings(home, port, **way)
        next_run(home, words, NOON)
    assert len(leaders(seen)) == (0 if way else 3) and len(told(seen)) == (4 if way else 0)
    assert queued(home, days[-1]) == ([] if way else [outbox.ACCEPTED] * 3)


# -- settings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["later", "by  hand", "after", "after 2", "after 2d", "after -1h", "after 1.5h", "after 9999h", "", 2, True])  # fmt: skip
def test_another_release_is_refused_by_name(home, value):
    write_settings(home, **HAND | {"release": value})
    with pytest.raises(ConfigError, match=r'mail\.toml: release = .*expected "at once", "by hand" or "after 2h"'):
        settings.settings(home, AREA)


@pytest.mark.parametrize("way", ["by hand", "after 2h"])
def test_a_release_that_tells_nobody_is_refused(home, way, capsys):
    write_settings(home, release=way)
    assert call("--send", home=home) == Exit.FAILED
    assert f'mail.toml: release = "{way}" needs operator' in capsys.readouterr().err


def test_what_is_not_said_is_sent_at_once(home, words):
    with mx.serving() as (port, seen):
        write_settings(home, port, operator=IT)
        assert run(home, words)[0][0] == Exit.DONE
    assert len(leaders(seen)) == 3 and told(seen) == []
    assert outbox.ACCEPTED in queued(home)[0]
