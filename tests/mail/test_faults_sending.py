"""What clocks, hands and servers do to letters, each with what must follow; counted for ``make faults``."""

import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from support import smtp_server as mx
from support.faults import failing, some
from support.mailed import NOON, WEEK, filled, hand_over_here, write_recipients
from support.settings import write_settings

from analysis.config import wording
from analysis.exits import AnalysisError
from analysis.mail import release, sender, sending
from analysis.mail.outbox import Outbox
from analysis.weeks import paths
from analysis.weeks.home import PROJECT

DAY, YEARS = 86_400, 2315 * 86_400
BOXES = ("lan", "minh", "hoa")


@pytest.fixture
def home(monkeypatch):
    hand_over_here(monkeypatch)
    with tempfile.TemporaryDirectory() as folder:
        yield filled(Path(folder) / "home", monkeypatch, wording.load(PROJECT, "vi"))


def ledger(home: Path, statement: str) -> None:
    with closing(Outbox(sending.path(home))) as box:
        box.db.execute(statement)


def stopped_at(home: Path, words, now: float) -> None:
    """A first call that leaves letters waiting: the server says "later", and the sender is stopped."""

    def stop(_):
        raise KeyboardInterrupt

    how = {"clock": lambda: now, "sleep": stop, "attempt": sender.attempt}
    sending.send(home, *WEEK, words, lambda _: None, **how)


CLOCKS = {"right": 0, "an hour ahead": 3600, "a day ahead": DAY, "2,315 days ahead": YEARS, "a day behind": -DAY, "in 1970": -NOON + 1}  # fmt: skip
HANDS = {
    "due in years": f"UPDATE letters SET due = due + {YEARS}",
    "due never": "UPDATE letters SET due = 1e18",
    "queued in years": f"UPDATE letters SET queued = queued + {YEARS}, due = due + {YEARS}",
    "another figure": "UPDATE letters SET message = replace(message, '49', '75')",
    "an empty letter": "UPDATE letters SET message = x''",
    "a text for bytes": "UPDATE letters SET message = 'x'",
    "another sender": "UPDATE letters SET sender = 'x@evil.example'",
    "capitals": "UPDATE letters SET address = upper(address)",
}


@pytest.mark.parametrize("lists", [BOXES, tuple(map(str.upper, BOXES))])
def test_no_clock_and_no_hand_in_the_outbox_makes_a_letter_sleep_or_go_out_twice_or_changed(home, lists, counted):
    words, wrong, tried = wording.load(PROJECT, "vi"), {}, 0
    for name, fault in some([*CLOCKS.items(), *HANDS.items()], 7):
        tried += 1
        sending.path(home).unlink(missing_ok=True)
        write_recipients(home, *BOXES)
        with mx.serving({"RCPT": mx.once(mx.says("450 later"), 3)}) as (port, seen):
            write_settings(home, port)
            is_clock = name in CLOCKS
            stopped_at(home, words, NOON + (fault if is_clock else 0))
            if not is_clock:
                ledger(home, fault)
            write_recipients(home, *lists)
            slept, now = [], [NOON]

            def sleep(seconds, slept=slept, now=now):
                slept.append(seconds)
                now[0] += seconds

            for _ in range(2):
                how = {"clock": lambda now=now: now[0], "sleep": sleep, "attempt": sender.attempt}
                status, _ = sending.send(home, *WEEK, words, lambda _: None, **how)
        got = Counter(to.lower() for to in seen.recipients())
        bad = failing(
            all_once=got == Counter(f"{box}@leaders.example" for box in BOXES),
            slept_little=sum(slept) < 2 * 3600,
            as_published=all(b"49,18" in data and by == "bao-cao@chomoi.example" for by, _, data in seen.taken),
            done=status == 0,
        )
        wrong |= {name: bad} if bad else {}
    counted("letters: clocks and hands", tried, wrong)


ANSWERS = ("535 5.7.8 bad", "534 5.7.9 weak", "538 5.7.11 no", "525 5.7.13 disabled", "500 5.5.1 what", "550 5.7.1 no", "454 4.7.0 later", "432 4.7.12 later")  # fmt: skip


def test_whatever_a_server_answers_to_a_login_one_password_is_shown_once_in_a_run_of_two_weeks(home, counted, tmp_path):
    words, wrong = wording.load(PROJECT, "vi"), {}
    (secret := tmp_path / "password").write_text("bi-mat")
    secret.chmod(0o600)
    for answer in (answers := some(ANSWERS, 4)):
        sending.path(home).unlink(missing_ok=True)

        def talk(line, answer=answer):
            line.send(b"220 mx\r\n")
            while heard := line.receive():
                hello = heard[:4].upper() in (b"EHLO", b"HELO")
                line.send(b"250-mx\r\n250 AUTH CRAM-MD5 LOGIN PLAIN\r\n" if hello else f"{answer}\r\n".encode())

        with mx.raw(talk) as (port, seen):
            smtp = f'host = "127.0.0.1"\nport = {port}\nsecurity = "none"\nuser = "a"\npassword_file = "{secret}"\n'
            write_settings(home, smtp=smtp, operator="it@office.example", release="by hand")
            told = list(release.send_weeks(home, [WEEK, WEEK], words, words, lambda _: None, lambda: NOON))
        tries = bytes(seen.wire).upper().count(b"AUTH ")
        bad = failing(once=tries == (1 if answer[0] == "5" else 2), told=[status for status, _ in told] == [4, 4])
        wrong |= {answer: bad} if bad else {}
    counted("login refused", len(answers), wrong)


def test_a_published_week_that_anything_was_done_to_queues_nothing(home, counted):
    words, wrong = wording.load(PROJECT, "vi"), {}
    mail, record = paths.reports(home, *WEEK) / "mail.eml", paths.processed(home, *WEEK) / "run.json"
    kept = {path: path.read_bytes() for path in (mail, record)}
    changes = {
        "another figure": (mail, lambda data: data.replace(b"49,18", b"75,45")),
        "one byte more": (mail, lambda data: data + b" "),
        "empty": (mail, lambda data: b""),
        "no mail": (mail, None),
        "no record": (record, None),
        "an empty record": (record, lambda data: b""),
        "half a record": (record, lambda data: data[: len(data) // 2]),
        "a record of a list": (record, lambda data: b"[]"),
        "a record in UTF-16": (record, lambda data: data.decode().encode("utf-16")),
        "products without the mail": (record, lambda data: data.replace(b"/mail.eml", b"/mail.old")),
    }
    with mx.serving() as (port, seen):
        write_settings(home, port)
        for name, (path, change) in changes.items():
            for place, data in kept.items():
                place.write_bytes(data)
            path.unlink() if change is None else path.write_bytes(change(kept[path]))
            try:
                sending.send(home, *WEEK, words, lambda _: None, attempt=sender.attempt)
                said = ""
            except AnalysisError as error:
                said = str(error)
            named = "mail.eml" if path == mail or "without" in name else "run.json"
            bad = failing(refused_by_name=named in said, nothing_queued=not sending.path(home).exists())
            wrong |= {name: bad} if bad else {}
    assert seen.connections == 0
    counted("published mail: edited by hand", len(changes), wrong)
