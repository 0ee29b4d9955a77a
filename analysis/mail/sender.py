"""Hands one letter to the mail server: one SMTP transaction in its own process. Only this module uses a network.

The child process, ``python -m`` this module, reads the letter and the server from standard input: a letter of an outbox
by its number, or a whole letter that is in no outbox. A slow server can keep a client for ever, so the parent ends a
try that takes too long. The password is read here, from a file that only its owner can read, or from the environment.
It is sent only over TLS with a verified server name.
"""

import base64
import dataclasses
import ipaddress
import json
import os
import re
import select
import smtplib
import socket
import ssl
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from analysis.exits import AnalysisError
from analysis.mail import outbox
from analysis.mail.outbox import Outbox

PASSWORD = "ANALYSIS_SMTP_PASSWORD"  # the environment variable
CREDENTIALS, CREDENTIAL = "CREDENTIALS_DIRECTORY", "smtp-password"  # systemd's LoadCredential=smtp-password:…
SECURITIES = ("starttls", "tls", "none")
LOGIN_CODES = (530, 534, 535, 538)  # these answers are about our account, not about the recipient
UNKNOWN_MECHANISM = (504,)  # RFC 4954 §4
MECHANISMS = {"PLAIN": "auth_plain", "LOGIN": "auth_login", "CRAM-MD5": "auth_cram_md5"}  # as smtplib calls them
MOST_PASSWORD = 1000  # bytes, our choice: a larger file is not that of a password
BOM = b"\xef\xbb\xbf"  # some editors on Windows write it
MOST_MEMORY = 512 * 1024 * 1024
PIECE = 64 * 1024  # bytes; each piece has the time limit of a stage, so that a slow connection is no fault
COMMAND = [sys.executable, "-P", "-m", __name__]  # -P: nothing is imported from the working folder
SETTLED, LOGIN_REFUSED = 0, 77  # exit statuses of the child; the latter is EX_NOPERM of sysexits.h


class PasswordError(AnalysisError, ValueError):
    """The password is missing or is not safe to use; the message says how to correct that."""


@dataclass(frozen=True)
class Server:
    """The mail server. ``security``: starttls, tls, or none (only for a server on this machine)."""

    host: str
    port: int
    security: str
    user: str = ""
    password_file: str = ""
    ca_file: str = ""
    stage_s: float = 60  # for one answer
    dot_s: float = 600  # for the answer to the last dot: RFC 5321 §4.5.3.2.6
    whole_s: float = 900  # for the whole transaction


class Verdict(NamedTuple):
    """The result of a try: a state of the outbox, or LOGIN; and the server's own words."""

    state: str
    reply: str


LOGIN = "login"  # our account was refused, so other letters would fail too


def password(server: Server) -> str:
    """The password of ``server.user``; "" without a user. Raises PasswordError.

    It is read from password_file, else from the environment, else from systemd's credentials of the service. Only the
    service's user can read these, by an access list; therefore their file mode shows 0440.
    """
    if not server.user:
        return ""
    path, private = Path(server.password_file), 0o077
    if not server.password_file:
        if PASSWORD in os.environ:
            return _ascii(os.environ[PASSWORD])
        if CREDENTIALS not in os.environ:
            raise PasswordError(f"no password for {server.user}: set password_file in mail.toml, or ${PASSWORD}")
        path, private = Path(os.environ[CREDENTIALS]) / CREDENTIAL, 0o037
    return _ascii(_line_of(path, private))


def _line_of(path: Path, private: int) -> str:
    """The one line of a password file. Raises PasswordError, whose text says nothing of what is in the file.

    private : the bits of its mode that must not be set
    It is looked at before it is opened: opening a pipe waits for ever, and a device may do anything.
    """
    expected = "expected a file with the password alone, on one line"
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            kind = "a folder" if stat.S_ISDIR(about.st_mode) else "a device or a pipe"
            raise PasswordError(f"{path}: it is {kind}; {expected}")
        if os.name == "posix" and about.st_mode & private:
            raise PasswordError(f"{path}: others may read it (mode {about.st_mode & 0o777:03o}); expected chmod 600")
        if about.st_size > MOST_PASSWORD:
            raise PasswordError(f"{path}: it has {about.st_size:,} bytes; {expected}")
        held = path.read_bytes()
    except OSError as error:
        raise PasswordError(f"{path}: {error.strerror}; {expected}") from None
    secret = held.removeprefix(BOM).decode("latin-1").rstrip("\r\n")  # it accepts any byte: ``_ascii`` refuses others
    if not secret:
        raise PasswordError(f"{path}: it is empty; {expected}")
    if lines := sum(secret.count(end) for end in ("\n", "\r")):
        raise PasswordError(f"{path}: it has {lines + 1} lines or more; {expected}")
    return secret


def _ascii(secret: str) -> str:
    if "\0" in secret:  # it ends the password in AUTH PLAIN, so that another one would be tried
        raise PasswordError("the password holds a zero byte; is its file written in UTF-16? save it as plain text")
    if not secret.isascii():  # smtplib could not send it, and its message would show a part of it
        raise PasswordError("the password holds letters outside ASCII, which SMTP cannot carry")
    return secret


# -- one transaction -------------------------------------------------------------------------------------------------


class _Answered(Exception):
    """An answer of the server that ends the transaction."""


def transact(
    server: Server, letter: dict, secret: str, commit: Callable[[], bool]
) -> tuple[Verdict, smtplib.SMTP | None]:
    """Hand over one letter. ``commit`` is called once, before the last dot; if it returns False, no dot is sent.

    letter  : address, sender (the envelope), message (bytes, lines ended by CR LF)
    Returns : the verdict, and the connection for ``leave``; None where it cannot be used any more.
    """
    smtp, stage = None, "commands"
    try:
        smtp = _connected(server, letter["sender"], secret)
        _expect(smtp.mail(letter["sender"], _options(smtp, letter["message"])), 2)
        _expect(smtp.rcpt(letter["address"]), 2)
        smtp.sock.setsockopt(
            socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
        )  # else the last dot waits for an acknowledgement
        stage = "data"
        _expect(smtp.docmd("DATA"), 3)
        body = re.sub(rb"(?m)^\.", b"..", letter["message"])
        for start in range(0, len(body), PIECE):
            smtp.send(body[start : start + PIECE])
        _expect_silence(smtp)
        if commit():
            stage = "dot"
            smtp.sock.settimeout(server.dot_s)
            smtp.send(b".\r\n")
            _expect(smtp.getreply(), 2)
            return Verdict(outbox.ACCEPTED, ""), smtp
        verdict = Verdict(outbox.PENDING, "taken_over")
    except _Answered as answer:
        verdict = _judged(*answer.args, dotted=stage == "dot")
        if stage != "data":
            return verdict, smtp
    except smtplib.SMTPAuthenticationError as error:  # its text is not used: a server may repeat the password
        code = error.smtp_code
        verdict = Verdict(LOGIN if code // 100 == 5 else outbox.PENDING, f"login {code}")
    except Exception as error:  # of smtplib, the system or TLS: no reliable answer about the letter
        state = outbox.UNCERTAIN if stage == "dot" else outbox.PENDING
        verdict = Verdict(state, f"{type(error).__name__}: {error}")
    if smtp is not None:
        smtp.close()
    return verdict, None


def leave(smtp: smtplib.SMTP | None) -> None:
    """Close the connection politely; the server's answer to that changes nothing."""
    if smtp is not None:
        with suppress(Exception), closing(smtp):
            smtp.sock.settimeout(5)
            smtp.quit()


def _connected(server: Server, sender: str, secret: str) -> smtplib.SMTP:
    """A connection that may carry the letter: over TLS with a verified name, and logged in where there is a user."""
    # We greet with the sender's domain, which the letter shows anyway, and not with the name of this machine.
    about = {"local_hostname": sender.rpartition("@")[2], "timeout": server.stage_s}
    if server.security == "tls":
        smtp = smtplib.SMTP_SSL(server.host, server.port, context=_verifying(server), **about)
    else:
        smtp = smtplib.SMTP(server.host, server.port, **about)
    try:
        if server.security == "starttls":
            smtp.starttls(context=_verifying(server))  # raises an error where the server does not offer it
        elif server.security == "none" and not ipaddress.ip_address(smtp.sock.getpeername()[0]).is_loopback:
            raise smtplib.SMTPNotSupportedError("without TLS only to this machine itself")
        smtp.ehlo_or_helo_if_needed()
        if server.user:
            _log_in(smtp, server.user, secret)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _log_in(smtp: smtplib.SMTP, user: str, secret: str) -> None:
    """Try the password once. smtplib's own ``login`` tries it by each mechanism, and three refusals lock an account.

    Over TLS the plain one is as safe as the others, and the only one that every server can compare with what it keeps.
    A server that does not know the mechanism has not looked at the password; then it is the next one's turn.
    Raises : SMTPAuthenticationError; SMTPNotSupportedError where the server offers no mechanism that we know.
    """
    smtp.user, smtp.password = user, secret  # the mechanisms take them from there
    offered = set(smtp.esmtp_features.get("auth", "").upper().split())
    known = [name for name in MECHANISMS if name in offered]
    if not known:
        raise smtplib.SMTPNotSupportedError(f"the server offers no login by {', '.join(MECHANISMS)}")
    for name in known:
        try:
            smtp.auth(name, getattr(smtp, MECHANISMS[name]))
        except smtplib.SMTPAuthenticationError as error:
            if error.smtp_code not in UNKNOWN_MECHANISM or name == known[-1]:
                raise
        else:
            return


def _verifying(server: Server) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=server.ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _options(smtp: smtplib.SMTP, message: bytes) -> list[str]:
    return [f"SIZE={len(message)}"] if smtp.has_extn("size") else []


def _expect(answer: tuple[int, bytes], hundreds: int) -> None:
    if answer[0] // 100 != hundreds:
        raise _Answered(*answer)


def _expect_silence(smtp: smtplib.SMTP) -> None:
    """Check that the server is connected and has sent nothing: an early answer would look like that to the last dot."""
    waiting = bool(select.select([smtp.sock], [], [], 0)[0])
    limit = smtp.sock.gettimeout()
    smtp.sock.settimeout(0)
    with suppress(ssl.SSLWantReadError):  # only TLS messages are waiting
        if smtp.file.peek(1) or waiting:
            raise smtplib.SMTPServerDisconnected("the server hung up or spoke out of turn")
    smtp.sock.settimeout(limit)


def _judged(code: int, text: bytes, dotted: bool) -> Verdict:
    reply = f"{code} {text.decode('utf-8', 'replace')}"
    if code in LOGIN_CODES and not dotted:
        return Verdict(LOGIN, f"login {code}")
    if code // 100 == 5:
        return Verdict(outbox.REFUSED, reply)
    return Verdict(outbox.UNCERTAIN if dotted and code // 100 != 4 else outbox.PENDING, reply)


def hand_over(server: Server, letter: dict) -> Verdict:
    """Try once to send a letter that is in no outbox; return the result. Raises PasswordError."""
    secret = password(server)
    verdict, smtp = transact(server, letter, secret, lambda: True)
    leave(smtp)
    return verdict._replace(reply=_on_one_line(verdict.reply, secret))


# -- one try ---------------------------------------------------------------------------------------------------------


def attempt(box: Outbox, letter: int, server: Server, clock: Callable[[], float] = time.time) -> int:
    """Try once to send a letter of the outbox, and record the result there. Returns SETTLED or LOGIN_REFUSED."""
    row = box.take(letter)
    if row is None:
        return SETTLED
    if outbox.digest(row["address"], row["sender"], row["message"]) != row["digest"]:
        box.settle(letter, row["tries"], outbox.GAVE_UP, "altered", clock())
        return SETTLED
    secret = password(server)
    verdict, smtp = transact(server, dict(row), secret, lambda: box.sending(letter, row["tries"], clock()))
    reply = _on_one_line(verdict.reply, secret)
    if verdict.state == LOGIN:
        box.postpone(letter, row["tries"], reply, clock())
    else:
        box.settle(letter, row["tries"], verdict.state, reply, clock())
    leave(smtp)  # only after the server's answer is on the disk
    return LOGIN_REFUSED if verdict.state == LOGIN else SETTLED


# -- the child process -----------------------------------------------------------------------------------------------


def in_child(box: Outbox, letter: int, server: Server, clock: Callable[[], float] = time.time) -> int:
    """Call ``attempt`` in a child process, which is ended when it takes too long or when this process is stopped."""
    status, answer = _in_child({"box": str(box.path.resolve()), "letter": letter}, server)
    if status is None:
        box.close_try(letter, answer, clock())
        return SETTLED
    return status


def hand_over_in_child(server: Server, letter: dict) -> Verdict:
    """Call ``hand_over`` in a child process. UNCERTAIN with ``died`` or ``too_long`` where it gives no answer."""
    written = letter | {"message": base64.b64encode(letter["message"]).decode()}
    status, answer = _in_child({"letter": written}, server)
    return Verdict(outbox.UNCERTAIN, answer) if status is None else Verdict(*json.loads(answer))


def _in_child(job: dict, server: Server) -> tuple[int | None, str]:
    """Exit status and output of the child; where it did not end normally, None and ``died`` or ``too_long``."""
    text = json.dumps(job | {"server": dataclasses.asdict(server)})
    about = {"encoding": "utf-8", "check": False, "capture_output": True}
    try:
        child = subprocess.run(COMMAND, input=text, timeout=server.whole_s, **about)
    except subprocess.TimeoutExpired:
        return None, "too_long"
    return (child.returncode, child.stdout) if child.returncode in (SETTLED, LOGIN_REFUSED) else (None, "died")


def _on_one_line(reply: str, secret: str) -> str:
    """A server's answer as one line for a table; the password is removed if the server repeats it."""
    if secret:
        reply = reply.replace(secret, "…")
    return " ".join("".join(each if each.isprintable() else " " for each in reply).split())[:160]


def main() -> int:
    with suppress(ImportError):  # Windows has no resource
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))  # against an endless answer
    status, answer = done(sys.stdin.read())
    print(answer, end="")
    return status


def done(job: str) -> tuple[int, str]:
    """What the child does: exit status and output."""
    about = json.loads(job)
    letter, server = about["letter"], Server(**about["server"])
    if "box" not in about:
        return SETTLED, json.dumps(hand_over(server, letter | {"message": base64.b64decode(letter["message"])}))
    with closing(Outbox(about["box"])) as box:
        return attempt(box, letter, server), ""


if __name__ == "__main__":
    sys.exit(main())
