"""One letter against real servers: what they do at each stage, and the state that follows from it."""

import ast
import base64
import itertools
import os
import re
import ssl
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
import trustme
from support import smtp_server as mx
from support.faults import needs_posix
from support.sampled import sampled
from support.tree import modules

from analysis.mail import sender
from analysis.mail.outbox import ACCEPTED, PENDING, REFUSED, UNCERTAIN, Letter, Outbox
from analysis.mail.sender import Server

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # STARTTLS is not all of TLS
WEEK = ("cho-moi", "2023-12-04")
NOON = 1_700_000_000.0
SECRET, USER = "mat-khau-bi-mat", "bao-cao"
MESSAGE = b"Subject: x\r\n\r\nKi\r\n.\r\n..hai\r\n" + b"a" * 70 + b"\r\n"


@pytest.fixture
def box(tmp_path):
    with closing(Outbox(tmp_path / "outbox" / "outbox.sqlite")) as box:
        yield box


def queued(box: Outbox, *names: str, message: bytes = MESSAGE) -> int:
    """Put down a letter for each name; the id of the first."""
    letters = [
        Letter(f"{name} <{name}@leaders.example>", f"{name}@leaders.example", "a@office.example", f"<{name}>", message)
        for name in names or ("lan",)
    ]
    box.queue(*WEEK, 1, letters, NOON)
    return box.next(*WEEK)["id"]


def plain(port: int, **other) -> Server:
    return Server(
        **{"host": "127.0.0.1", "port": port, "security": "none", "stage_s": 0.3, "dot_s": 0.3, "whole_s": 3} | other
    )


def tried(box: Outbox, server: Server, attempt: Callable = sender.attempt) -> tuple[str, str]:
    """The state of the one letter after one try, and the reason kept."""
    attempt(box, queued(box), server, lambda: NOON)
    [row] = box.rows(*WEEK)
    return row["state"], row["reply"]


# -- what the server does at each stage, and the state after it -------------------------------------------------------

FAULTS = {
    # before the letter: nothing about the recipient, so later
    "greeting 421": ("greeting", mx.says("421 busy"), PENDING),
    "greeting 554": ("greeting", mx.says("554 no service here"), PENDING),
    "greeting unreadable": ("greeting", mx.says(b"\xff\xfe\x00hello"), PENDING),
    "greeting of another protocol": ("greeting", mx.says("HTTP/1.1 400 Bad Request"), PENDING),
    "greeting too long": ("greeting", mx.says("220 " + "x" * 10_000), PENDING),
    "greeting hangs up": ("greeting", mx.hangs_up, PENDING),
    "greeting reset": ("greeting", mx.resets, PENDING),
    "greeting silent": ("greeting", mx.is_silent, PENDING),
    "EHLO 500": ("EHLO", mx.says("500 what?"), ACCEPTED),  # HELO is asked next, and answered
    "EHLO and HELO 421": ("EHLO HELO", mx.says("421 closing"), PENDING),
    "EHLO and HELO 550": ("EHLO HELO", mx.says("550 not you"), PENDING),
    "EHLO hangs up": ("EHLO", mx.hangs_up, PENDING),
    "EHLO reset": ("EHLO", mx.resets, PENDING),
    "EHLO silent": ("EHLO", mx.is_silent, PENDING),
    # about the letter
    "MAIL 451": ("MAIL", mx.says("451 4.7.1 greylisted"), PENDING),
    "MAIL 552 too big": ("MAIL", mx.says("552 5.3.4 too big"), REFUSED),
    "MAIL 550": ("MAIL", mx.says("550 5.7.1 no such sender"), REFUSED),
    "MAIL 421": ("MAIL", mx.says("421 closing"), PENDING),
    "MAIL 250 in many lines": ("MAIL", mx.says("250-one\r\n250-two\r\n250 three"), ACCEPTED),
    "MAIL 354": ("MAIL", mx.says("354 go on"), PENDING),
    "MAIL hangs up": ("MAIL", mx.hangs_up, PENDING),
    "RCPT 450": ("RCPT", mx.says("450 4.2.1 try again"), PENDING),
    "RCPT 452": ("RCPT", mx.says("452 4.2.2 mailbox full"), PENDING),
    "RCPT 550": ("RCPT", mx.says("550 5.1.1 no such user"), REFUSED),
    "RCPT 553": ("RCPT", mx.says("553 5.1.3 bad address"), REFUSED),
    "RCPT 251": ("RCPT", mx.says("251 will forward"), ACCEPTED),
    "RCPT 550 in many lines": ("RCPT", mx.says("550-5.1.1 no\r\n550 5.1.1 such user"), REFUSED),
    "RCPT no code": ("RCPT", mx.says("ok then"), PENDING),
    "RCPT answer too long": ("RCPT", mx.says("550 " + "x" * 10_000), PENDING),
    "RCPT hangs up": ("RCPT", mx.hangs_up, PENDING),
    "RCPT reset": ("RCPT", mx.resets, PENDING),
    "RCPT silent": ("RCPT", mx.is_silent, PENDING),
    "DATA 451": ("DATA", mx.says("451 later"), PENDING),
    "DATA 554": ("DATA", mx.says("554 5.7.1 no"), REFUSED),
    "DATA 250": ("DATA", mx.says("250 what of?"), PENDING),
    "DATA hangs up": ("DATA", mx.hangs_up, PENDING),
    "DATA 354 and takes it before it came": ("DATA", mx.says("354 go on\r\n250 taken"), PENDING),
    # after the last dot: what was not said is not known
    "dot 250": ("dot", mx.says("250 taken"), ACCEPTED),
    "dot 252": ("dot", mx.says("252 will try"), ACCEPTED),
    "dot 250 in pieces": ("dot", mx.in_pieces, ACCEPTED),
    "dot 421": ("dot", mx.says("421 closing"), PENDING),
    "dot 451": ("dot", mx.says("451 4.3.0 local error"), PENDING),
    "dot 452": ("dot", mx.says("452 disk full"), PENDING),
    "dot 550": ("dot", mx.says("550 5.7.1 spam"), REFUSED),
    "dot 552": ("dot", mx.says("552 too much"), REFUSED),
    "dot 554": ("dot", mx.says("554 failed"), REFUSED),
    "dot 354": ("dot", mx.says("354 once more"), UNCERTAIN),
    "dot no code": ("dot", mx.says("fine"), UNCERTAIN),
    "dot unreadable": ("dot", mx.says(b"\x80\x81\x82"), UNCERTAIN),
    "dot answer too long": ("dot", mx.says("550 " + "x" * 10_000), UNCERTAIN),
    "dot half an answer": ("dot", mx.says(b"250-taken\r\n"), UNCERTAIN),
    "dot hangs up": ("dot", mx.hangs_up, UNCERTAIN),
    "dot reset": ("dot", mx.resets, UNCERTAIN),
    "dot silent": ("dot", mx.is_silent, UNCERTAIN),
    # after it was taken: nothing changes that
    "QUIT 500": ("QUIT", mx.says("500 never"), ACCEPTED),
    "QUIT hangs up": ("QUIT", mx.hangs_up, ACCEPTED),
    "QUIT reset": ("QUIT", mx.resets, ACCEPTED),
    "QUIT unreadable": ("QUIT", mx.says(b"\xff" * 10_000), ACCEPTED),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_of_a_server_ends_in_the_state_that_is_true(box, fault):
    stage, act, state = FAULTS[fault]
    with mx.serving(dict.fromkeys(stage.split(), act)) as (port, seen):
        assert tried(box, plain(port))[0] == state
    assert seen.connections == 1
    if state == ACCEPTED:
        assert (
            seen.taken == [("a@office.example", "lan@leaders.example", MESSAGE)] and stage != "dot"
        ) or stage == "dot"
    if stage not in ("dot", "QUIT") and state != ACCEPTED:
        assert seen.taken == []


def test_there_are_more_than_forty_of_them():
    assert len(FAULTS) >= 40 and {state for _, _, state in FAULTS.values()} == {PENDING, ACCEPTED, REFUSED, UNCERTAIN}


@pytest.mark.parametrize(
    ("stage", "act"),
    sampled(
        [*itertools.product(["greeting", "EHLO", "RCPT", "dot"], [mx.drips, mx.never_ends])],
        short=3,
        long=5,
        first=[("greeting", mx.drips), ("RCPT", mx.never_ends), ("dot", mx.drips)],
    ),
)
def test_a_server_that_speaks_for_ever_is_left_when_the_whole_takes_too_long(box, stage, act):
    with mx.serving({stage: act}) as (port, _):
        began = time.monotonic()
        state, reply = tried(box, plain(port, whole_s=0.4), sender.in_child)
        assert time.monotonic() - began < 3
    assert (state, reply) == (UNCERTAIN if stage == "dot" else PENDING, "too_long")
    assert stage == "dot" or box.next(*WEEK)["due"] >= NOON + 300


def test_a_server_that_is_not_there_is_asked_again_later(box):
    with mx.serving() as (port, _):
        pass
    state, reply = tried(box, plain(port))
    assert state == PENDING and reply.startswith("ConnectionRefusedError")
    assert NOON + 300 <= box.next(*WEEK)["due"] <= NOON + 360


def test_a_letter_arrives_as_its_very_bytes_dots_and_all(box):
    with mx.serving() as (port, seen):
        assert tried(box, plain(port), sender.in_child) == (ACCEPTED, "")
    assert seen.taken == [("a@office.example", "lan@leaders.example", MESSAGE)]
    assert b"SIZE=%d" % len(MESSAGE) in seen.wire and b"ehlo office.example\r\n" in seen.wire


def test_a_big_letter_over_a_slow_line_is_no_fault(box):
    big = b"Subject: x\r\n\r\n" + (b"x" * 76 + b"\r\n") * 24_000
    with mx.serving(data_size_limit=None) as (port, seen):
        sender.attempt(box, queued(box, message=big), plain(port, dot_s=10))
    assert [message for _, _, message in seen.taken] == [big]


@pytest.mark.parametrize("act", [mx.answers_and_hangs_up, mx.answers_and_resets])
def test_a_server_that_goes_while_the_letter_is_under_way_has_not_taken_it(box, act):
    with mx.serving({"DATA": act}) as (port, seen):
        sender.attempt(box, queued(box, message=MESSAGE * 100_000), plain(port), lambda: NOON)
    assert box.rows(*WEEK)[0]["state"] == PENDING and seen.taken == []


def test_the_servers_words_are_kept_on_one_plain_line(box):
    with mx.serving({"RCPT": mx.says(b"550-5.1.1 kh\xc3\xb4ng c\xc3\xb3\t\x1b[31m\r\n550 " + b"x" * 300)}) as (port, _):
        state, reply = tried(box, plain(port))
    assert state == REFUSED and reply.startswith("550 5.1.1 không có [31m x") and len(reply) == 160


# -- a process of its own ---------------------------------------------------------------------------------------------


def test_a_sender_that_dies_before_the_last_dot_leaves_a_letter_to_be_sent_later(box, monkeypatch):
    monkeypatch.setattr(sender, "COMMAND", [sys.executable, "-c", "import os; os.abort()"])
    assert tried(box, plain(9), sender.in_child) == (PENDING, "died")
    assert box.next(*WEEK)["due"] > NOON


def test_a_sender_that_dies_after_it_leaves_one_that_is_uncertain(box, monkeypatch):
    code = (
        "import json, os, sys; from analysis.mail.outbox import Outbox; job = json.load(sys.stdin); box = Outbox(job['box']); "
        "row = box.take(job['letter']); box.sending(row['id'], row['tries'], 0); os.abort()"
    )
    monkeypatch.setattr(sender, "COMMAND", [sys.executable, "-c", code])
    assert tried(box, plain(9), sender.in_child) == (UNCERTAIN, "died")


# -- a letter that is in no outbox -------------------------------------------------------------------------------------

LETTER = {"address": "it@office.example", "sender": "a@office.example", "message": MESSAGE + "Chợ Mới\r\n".encode()}


def test_a_letter_without_an_outbox_is_handed_over_by_the_child_as_it_is():
    with mx.serving() as (port, seen):
        assert sender.hand_over_in_child(plain(port), LETTER) == (ACCEPTED, "")
    assert seen.taken == [(LETTER["sender"], LETTER["address"], LETTER["message"])]


def test_of_a_letter_without_an_outbox_the_child_says_what_the_server_said():
    with mx.serving({"RCPT": mx.says("550 không có")}) as (port, _):
        assert sender.hand_over_in_child(plain(port), LETTER) == (REFUSED, "550 không có")


def test_where_the_child_gives_no_answer_a_letter_without_an_outbox_is_uncertain(monkeypatch):
    with mx.serving({"RCPT": mx.drips}) as (port, _):
        assert sender.hand_over_in_child(plain(port, whole_s=0.6), LETTER) == (UNCERTAIN, "too_long")
    monkeypatch.setattr(sender, "COMMAND", [sys.executable, "-c", "import os; os.abort()"])
    assert sender.hand_over_in_child(plain(9), LETTER) == (UNCERTAIN, "died")


def test_a_letter_that_another_process_took_meanwhile_gets_no_last_dot(box):
    letter = queued(box)
    with mx.serving({"DATA": _taken_over(box, letter)}) as (port, seen):
        sender.attempt(box, letter, plain(port))
    assert seen.taken == [] and b"\r\n.\r\n" not in seen.wire.replace(b"\r\n..\r\n", b"")
    assert box.rows(*WEEK)[0]["state"] == PENDING


def _taken_over(box, letter):
    async def act(server, answer):
        with closing(Outbox(box.path)) as other:
            other.take(letter)
        await server.write(answer)

    return act


def test_a_try_thought_uncertain_that_comes_to_its_end_says_what_it_knows(box):
    letter = queued(box)

    async def found_by_the_next_start(server, answer):
        with closing(Outbox(box.path)) as other:
            assert other.recover(*WEEK, NOON) == 1
        await server.write(answer)

    with mx.serving({"dot": found_by_the_next_start}) as (port, _):
        sender.attempt(box, letter, plain(port))
    assert box.rows(*WEEK)[0]["state"] == ACCEPTED


# -- the password -----------------------------------------------------------------------------------------------------


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "password"
    path.write_text(SECRET + "\n")
    path.chmod(0o600)
    return path


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def verified(authority, secret, tmp_path):
    """``verified(port, **other)`` => a server that must prove to be localhost."""
    ca = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(ca)
    about = {
        "host": "localhost",
        "security": "starttls",
        "user": USER,
        "password_file": str(secret),
        "ca_file": str(ca),
    }
    return lambda port, **other: plain(port, **about | other)


def shown(seen: mx.Seen) -> bool:
    """Whether the password or the message reached the server, plain or as AUTH writes it."""
    plain_auth = base64.b64encode(f"\0{USER}\0{SECRET}".encode())
    told = (SECRET.encode(), base64.b64encode(SECRET.encode()), plain_auth, b"aaaaaaaa", b"lan@leaders")
    return any(each in seen.wire for each in told) or bool(seen.logins or seen.taken)


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("attempt", [sender.attempt, sender.in_child])
def test_a_server_that_proves_its_name_gets_the_password_and_the_letter(box, authority, verified, security, attempt):
    tls = mx.context(authority.issue_cert("localhost"))
    with mx.serving(tls=tls, implicit=security == "tls", password=SECRET) as (port, seen):
        assert tried(box, verified(port, security=security), attempt) == (ACCEPTED, "")
    assert seen.logins == [(USER.encode(), SECRET.encode())] and len(seen.taken) == 1 and shown(seen)


def test_the_password_comes_from_the_environment_where_there_is_no_file(box, authority, verified, monkeypatch):
    monkeypatch.setenv(sender.PASSWORD, SECRET)
    with mx.serving(tls=mx.context(authority.issue_cert("localhost")), password=SECRET) as (port, seen):
        assert tried(box, verified(port, password_file=""), sender.in_child)[0] == ACCEPTED
    assert seen.logins == [(USER.encode(), SECRET.encode())]


def _certificates(authority: trustme.CA) -> dict[str, trustme.LeafCert]:
    now = datetime.now(UTC)
    return {
        "signed by somebody unknown": trustme.CA().issue_cert("localhost"),
        "another name": authority.issue_cert("mail.evil.example"),
        "another address": authority.issue_cert("127.0.0.2"),
        "a name in the common name only": authority.issue_cert("other.example", common_name="localhost"),
        "expired": authority.issue_cert("localhost", not_after=now - timedelta(days=1)),
        "not yet valid": authority.issue_cert("localhost", not_before=now + timedelta(days=1)),
    }


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("kind", _certificates(trustme.CA()))
def test_a_server_that_cannot_prove_its_name_sees_neither_password_nor_letter(box, authority, verified, kind, security):
    tls = mx.context(_certificates(authority)[kind])
    with mx.serving(tls=tls, implicit=security == "tls", password=SECRET) as (port, seen):
        state, reply = tried(box, verified(port, security=security))
    assert state == PENDING and reply.startswith("SSLCertVerificationError")
    assert seen.connections == 1 and not shown(seen)


def _talk(*answers: bytes) -> Callable:
    """A bare server that gives these answers, one for each thing it hears, and listens on."""

    def talk(line: mx.Recorded) -> None:
        for answer in answers:
            line.send(answer)
            line.receive()
        line.drain()

    return talk


HELLO = b"250-mx\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n"
TALKS = {
    "STARTTLS taken out": (
        "starttls",
        _talk(b"220 mx\r\n", b"250-mx\r\n250 AUTH PLAIN LOGIN\r\n", *[b"250 ok\r\n"] * 9),
    ),
    "STARTTLS 454": ("starttls", _talk(b"220 mx\r\n", HELLO, b"454 not now\r\n", *[b"235 ok\r\n"] * 9)),
    "STARTTLS 502": ("starttls", _talk(b"220 mx\r\n", HELLO, b"502 never\r\n", *[b"235 ok\r\n"] * 9)),
    "plain text after STARTTLS": ("starttls", _talk(b"220 mx\r\n", HELLO, b"220 go\r\n", *[b"250 AUTH PLAIN\r\n"] * 9)),
    "answers put in with STARTTLS": (
        "starttls",
        _talk(b"220 mx\r\n", HELLO, b"220 go\r\n" + HELLO + b"235 in\r\n" * 9),
    ),
    "hangs up at the handshake": ("starttls", _talk(b"220 mx\r\n", HELLO, b"220 go\r\n")),
    "EHLO refused, so without any extension": (
        "starttls",
        _talk(b"220 mx\r\n", b"500 no\r\n", *[b"250 AUTH PLAIN\r\n"] * 9),
    ),
    "plain text where TLS is spoken": ("tls", _talk(b"220 mx\r\n", HELLO, *[b"235 ok\r\n"] * 9)),
}


@pytest.mark.parametrize("name", TALKS)
def test_a_server_that_talks_its_way_around_tls_sees_neither_password_nor_letter(box, verified, name):
    security, talk = TALKS[name]
    with mx.raw(talk) as (port, seen):
        assert tried(box, verified(port, security=security))[0] == PENDING
    assert seen.connections == 1 and not shown(seen)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_an_outdated_version_of_tls_is_not_spoken(box, authority, verified, security):
    old = mx.context(authority.issue_cert("localhost"))
    old.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with mx.serving(tls=old, implicit=security == "tls", password=SECRET) as (port, seen):
        state, reply = tried(box, verified(port, security=security))
    assert state == PENDING and reply.startswith("SSL")
    assert seen.connections == 1 and not shown(seen)


def test_without_tls_nothing_is_said_to_another_machine(box):
    elsewhere = [each for each in _own_addresses() if not each.startswith("127.")]
    if not elsewhere:
        pytest.skip("this machine has no address but 127.0.0.1")
    with mx.serving(host=elsewhere[0]) as (port, seen):
        state, reply = tried(box, plain(port, host=elsewhere[0]))
    assert state == PENDING and "only to this machine itself" in reply
    assert not shown(seen)


def _own_addresses() -> list[str]:
    import socket

    return [each[4][0] for each in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]


@pytest.mark.parametrize("answer", ["535 5.7.8 bad credentials mat-khau-bi-mat", "534 5.7.9 weak", "538 no"])
def test_a_refused_login_is_our_own_fault_and_costs_no_letter_a_try(box, authority, verified, answer):
    with mx.serving({"AUTH": mx.says(answer)}, mx.context(authority.issue_cert("localhost")), password=SECRET) as (
        port,
        _,
    ):
        letter = queued(box)
        assert sender.attempt(box, letter, verified(port)) == sender.LOGIN_REFUSED
        assert sender.in_child(box, letter, verified(port)) == sender.LOGIN_REFUSED
    [row] = box.rows(*WEEK)
    assert (row["state"], row["tries"], row["reply"]) == (PENDING, 0, f"login {answer[:3]}")
    assert box.next(*WEEK)["due"] == NOON


def test_a_server_that_wants_a_login_we_do_not_have_is_our_own_fault_too(box):
    with mx.serving({"MAIL": mx.says("530 5.7.0 authentication required")}) as (port, _):
        assert sender.attempt(box, queued(box), plain(port)) == sender.LOGIN_REFUSED


@pytest.mark.parametrize("answer", ["454 4.7.0 temporary", "421 closing", "gibberish"])
def test_a_login_that_fails_for_now_is_tried_later(box, authority, verified, answer):
    with mx.serving({"AUTH": mx.says(answer)}, mx.context(authority.issue_cert("localhost")), password=SECRET) as (
        port,
        _,
    ):
        assert tried(box, verified(port))[0] == PENDING
    assert box.rows(*WEEK)[0]["tries"] == 1


def test_a_server_that_repeats_the_password_does_not_get_it_into_the_outbox(box, authority, verified):
    tls = mx.context(authority.issue_cert("localhost"))
    with mx.serving({"RCPT": mx.says(f"550 your password is {SECRET}")}, tls, password=SECRET) as (port, _):
        assert tried(box, verified(port)) == (REFUSED, "550 your password is …")
    assert SECRET.encode() not in b"".join(path.read_bytes() for path in box.path.parent.iterdir())


@needs_posix
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o602])
def test_a_password_file_that_others_may_read_is_refused(verified, secret, mode):
    secret.chmod(mode)
    with pytest.raises(sender.PasswordError, match=rf"others may read it \(mode {mode:o}\); expected chmod 600"):
        sender.password(verified(1))


def test_no_password_at_all_is_told_and_so_is_one_that_smtp_cannot_carry(verified, secret, monkeypatch):
    monkeypatch.delenv(sender.PASSWORD, raising=False)
    with pytest.raises(sender.PasswordError, match="set password_file"):
        sender.password(verified(1, password_file=""))
    secret.write_text("mật-khẩu")
    with pytest.raises(sender.PasswordError, match="ASCII") as told:
        sender.password(verified(1))
    assert "mật" not in str(told.value)
    assert sender.password(verified(1, user="")) == ""


def test_the_password_is_in_no_argument_and_no_input_of_the_child(box, authority, verified, monkeypatch):
    given = []
    run = subprocess.run
    monkeypatch.setattr(
        subprocess, "run", lambda *args, **options: given.append((args, options)) or run(*args, **options)
    )
    with mx.serving(tls=mx.context(authority.issue_cert("localhost")), password=SECRET) as (port, _):
        assert tried(box, verified(port), sender.in_child)[0] == ACCEPTED
    assert len(given) == 1 and SECRET not in repr(given)


# -- one wrong password is tried once ---------------------------------------------------------------------------------

MECHANISMS = (
    "AUTH CRAM-MD5 PLAIN LOGIN",
    "AUTH LOGIN PLAIN",
    "AUTH=LOGIN PLAIN CRAM-MD5",
    "AUTH LOGIN",
    "AUTH CRAM-MD5",
)


def auths(seen: mx.Seen) -> list[str]:
    """The mechanisms by which a login was tried, in order."""
    return re.findall(r"(?mi)^AUTH (\S+)", seen.wire.decode("latin-1"))


def refusing(*answers: str, offered: str = MECHANISMS[0]) -> Callable:
    """A bare server without TLS that offers a login and answers each try so, the last one for ever."""

    def talk(line: mx.Recorded) -> None:
        left = list(answers)
        line.send(b"220 mx\r\n")
        while heard := line.receive():
            if heard[:4].upper() in (b"EHLO", b"HELO"):
                line.send(f"250-mx\r\n250 {offered}\r\n".encode())
            elif heard[:5].upper() == b"AUTH " and heard.split()[1].upper() != b"PLAIN":
                line.send(b"334 PDEyM0BteD4=\r\n")
            else:
                line.send(f"{left.pop(0) if len(left) > 1 else left[0]}\r\n".encode())

    return talk


CODES = ("535 5.7.8 bad credentials", "534 5.7.9 too weak", "538 5.7.11 encryption required", "525 5.7.13 account disabled")  # fmt: skip


@pytest.mark.parametrize(("code", "offered"), sampled([*itertools.product(CODES, MECHANISMS)], short=7, long=13))
def test_a_wrong_password_is_tried_once_however_many_mechanisms_are_offered(box, secret, offered, code):
    with mx.raw(refusing(code, offered=offered)) as (port, seen):
        letter = queued(box)
        server = plain(port, user=USER, password_file=str(secret))
        assert sender.attempt(box, letter, server, lambda: NOON) == sender.LOGIN_REFUSED
    assert len(auths(seen)) == 1 and seen.connections == 1
    assert box.rows(*WEEK)[0]["reply"] == f"login {code[:3]}"


@pytest.mark.parametrize("answer", ["454 4.7.0 temporary", "432 4.7.12 transition needed", "421 4.3.2 closing"])
def test_a_login_that_fails_for_now_is_tried_once_too_and_costs_a_try(box, secret, answer):
    with mx.raw(refusing(answer)) as (port, seen):
        assert tried(box, plain(port, user=USER, password_file=str(secret)))[0] == PENDING
    assert len(auths(seen)) == 1 and box.rows(*WEEK)[0]["tries"] == 1 and box.next(*WEEK)["due"] > NOON


def test_a_mechanism_that_the_server_does_not_know_after_all_gives_the_next_its_turn(box, secret):
    with mx.raw(refusing("504 5.5.4 unrecognized", "235 in", "550 enough")) as (port, seen):
        tried(box, plain(port, user=USER, password_file=str(secret)))
    assert auths(seen) == ["PLAIN", "LOGIN"]


@pytest.mark.parametrize("offered", ["SIZE 1000", "AUTH GSSAPI NTLM XOAUTH2"])
def test_where_no_mechanism_that_we_know_is_offered_the_password_stays_here(box, secret, offered):
    with mx.raw(refusing("235 in", offered=offered)) as (port, seen):
        state, reply = tried(box, plain(port, user=USER, password_file=str(secret)))
    assert (state, auths(seen)) == (PENDING, []) and "no login by PLAIN, LOGIN, CRAM-MD5" in reply


# -- a password file that is none -------------------------------------------------------------------------------------

NO_PASSWORD = {
    "empty": (b"", "it is empty"),
    "a line end": (b"\r\n", "it is empty"),
    "a byte order mark": (b"\xef\xbb\xbf\n", "it is empty"),
    "two lines": (f"{SECRET}\nother\n".encode(), "it has 2 lines or more"),
    "two lines of Windows": (f"{SECRET}\r\nother".encode(), "lines or more"),
    "a remark above": (f"# password\n{SECRET}\n".encode(), "it has 2 lines or more"),
    "5 MB": (SECRET.encode() * 349_526, "it has 5,242,890 bytes"),
    "UTF-16": (SECRET.encode("utf-16"), "outside ASCII|zero byte"),
    "UTF-16 without a mark": (SECRET.encode("utf-16-le"), "zero byte"),
}


@pytest.mark.parametrize("kind", NO_PASSWORD)
def test_a_password_file_that_holds_another_thing_is_refused_and_nothing_of_it_is_told(verified, secret, kind):
    held, said = NO_PASSWORD[kind]
    secret.write_bytes(held)
    with pytest.raises(sender.PasswordError, match=said) as told:
        sender.password(verified(1))
    assert SECRET not in str(told.value) and "other" not in str(told.value)


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices in folders")
@pytest.mark.parametrize("kind", ["a folder", "a pipe", "a device", "nothing", "a link to nothing", "a link to a pipe"])
def test_a_password_file_that_is_no_file_is_refused_without_waiting(verified, secret, kind):
    secret.unlink()
    pipe = secret.with_name("pipe")
    os.mkfifo(pipe, 0o600)
    made = {
        "a folder": secret.mkdir,
        "a pipe": lambda: os.mkfifo(secret, 0o600),
        "a device": lambda: secret.symlink_to("/dev/zero"),
        "nothing": lambda: None,
        "a link to nothing": lambda: secret.symlink_to(secret.with_name("nowhere")),
        "a link to a pipe": lambda: secret.symlink_to(pipe),
    }
    made[kind]()
    with pytest.raises(sender.PasswordError) as told:
        sender.password(verified(1))
    kinds = {"a pipe": "a device or a pipe", "a device": "a device or a pipe", "a link to a pipe": "a device or a pipe"}
    expected = {"nothing": "No such file", "a link to nothing": "No such file"}.get(
        kind, f"it is {kinds.get(kind, kind)}"
    )
    assert str(told.value).startswith(f"{secret}: {expected}") and str(told.value).endswith("on one line")


@pytest.mark.parametrize("written", [b"%s", b"%s\n", b"%s\r\n", b"\xef\xbb\xbf%s\r\n"])
def test_a_password_as_editors_save_it_is_the_same(verified, secret, written):
    secret.write_bytes(written % SECRET.encode())
    assert sender.password(verified(1)) == SECRET


# -- a letter that was changed in the outbox --------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["message = replace(message, 'hai', 'ba')", "message = CAST('x' AS TEXT)", "message = x''", "address = 'evil@leaders.example'", "sender = 'x@office.example'", "digest = ''"])  # fmt: skip
def test_a_letter_that_was_changed_in_the_outbox_is_not_sent_and_the_next_call_makes_it_anew(box, column):
    letter = queued(box)
    box.db.execute(f"UPDATE letters SET {column}")
    with mx.serving() as (port, seen):
        assert sender.attempt(box, letter, plain(port), lambda: NOON) == sender.SETTLED
        [row] = box.rows(*WEEK)
        assert (row["state"], row["reply"], seen.connections) == ("gave up", "altered", 0)
        if not column.startswith("address"):  # else the list has a letter of its own to the right box
            assert tried(box, plain(port)) == (ACCEPTED, "")
            assert seen.taken == [("a@office.example", "lan@leaders.example", MESSAGE)]


NETWORK = r"(smtplib|socket|socketserver|ssl|http|requests|httpx|asyncio|ftplib|imaplib|urllib\.request)(\..*)?"


ON_THIS_MACHINE = {"AF_UNIX", "SOCK_SEQPACKET", "MSG_CMSG_CLOEXEC", "socketpair", "send_fds", "recv_fds", "socket"}


def test_only_the_sender_knows_a_network():
    """stem.py gives orders to processes over pairs of sockets, and opens none that could reach further."""
    found, used = {}, []
    for path in modules():
        nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
        names = {each.name for node in nodes if isinstance(node, ast.Import) for each in node.names}
        names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
        names |= {f"urllib.{each.name}" for node in nodes if isinstance(node, ast.ImportFrom) for each in node.names}
        if nets := {name for name in names if re.fullmatch(NETWORK, name)}:
            found[path.name] = nets
        if path.name == "fork_server.py":
            parts = [node for node in nodes if isinstance(node, ast.Attribute)]
            used = [node.attr for node in parts if isinstance(node.value, ast.Name) and node.value.id == "socket"]
            made = [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) == "socket.socket"]
    assert found == {"sender.py": {"smtplib", "socket", "ssl"}, "fork_server.py": {"socket"}}
    assert "socketpair" in used and set(used) <= ON_THIS_MACHINE
    assert [[each.arg for each in call.keywords] for call in made] == [["fileno"]] and not any(
        call.args for call in made
    )
