"""A real mail server on loopback: postfix takes letters and dovecot keeps them, to be fetched by IMAP.

Both run from configurations of their own in one temporary folder; what the machine has configured is not read.
"""

import contextlib
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PROGRAMS = Path("/usr/lib/postfix/sbin")  # where Debian has them
DOMAIN, PASSWORD = "leaders.example", "x"
NEEDED_S = 30

POSTFIX = """compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
daemon_directory = {programs}
maillog_file_prefixes = {home}
maillog_file = {home}/postfix.log
myhostname = mail.chomoi.example
mydestination =
virtual_mailbox_domains = {domain}
virtual_transport = virtual
virtual_mailbox_base = {home}
virtual_mailbox_maps = static:boxes/all/
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.1
alias_maps =
alias_database =
"""
SERVICES = """127.0.0.1:{smtp} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
postlog unix-dgram n - n - 1 postlogd
"""
DOVECOT = """protocols = imap
listen = 127.0.0.1
base_dir = {home}/run
state_dir = {home}/run
log_path = {home}/dovecot.log
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{home}/boxes/all
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = home={home}/boxes allow_all_users=yes
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


def _lacking() -> str:
    lacking = [name for name in ("postfix", "dovecot") if not shutil.which(name, path="/usr/sbin:/usr/bin")]
    if not PROGRAMS.is_dir():
        lacking += [str(PROGRAMS)]
    return ", ".join(dict.fromkeys([*lacking, *([] if os.geteuid() == 0 else ["root"])]))


needs_mail_server = pytest.mark.skipif(bool(_lacking()), reason=f"not here: {_lacking()}")


@contextlib.contextmanager
def delivering() -> Iterator[tuple[int, int]]:
    """The ports of SMTP and IMAP. What comes for DOMAIN is in one mailbox, with any name and PASSWORD."""
    home = Path(tempfile.mkdtemp(dir="/tmp"))
    smtp, imap = _free_ports(2)
    postfix_id, nobody = pwd.getpwnam("postfix").pw_uid, pwd.getpwnam("nobody")
    fields = {"home": home, "programs": PROGRAMS, "domain": DOMAIN, "password": PASSWORD, "uid": nobody.pw_uid}
    fields |= {"smtp": smtp, "imap": imap, "gid": nobody.pw_gid}
    home.chmod(0o755)
    for name in ("postfix", "queue", "data", "boxes", "run"):
        (home / name).mkdir()
    os.chown(home / "data", postfix_id, -1)
    os.chown(home / "boxes", nobody.pw_uid, -1)
    for name, text in (("postfix/main.cf", POSTFIX), ("postfix/master.cf", SERVICES), ("dovecot.conf", DOVECOT)):
        (home / name).write_text(text.format(**fields))
    postfix = ["/usr/sbin/postfix", "-c", home / "postfix"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        with (
            subprocess.Popen(["/usr/sbin/dovecot", "-F", "-c", home / "dovecot.conf"], **quiet) as dovecot,
            subprocess.Popen([*postfix, "start-fg"], start_new_session=True, **quiet),
        ):
            try:
                for port in (smtp, imap):
                    _await_port(port, home)
                yield smtp, imap
            finally:
                subprocess.run([*postfix, "stop"], check=False, **quiet)
                dovecot.terminate()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def fetch(port: int, wanted: int = 1) -> list[bytes]:
    """The letters in the mailbox, waited for: exactly as the server has them."""
    end = time.monotonic() + NEEDED_S
    with imaplib.IMAP4("127.0.0.1", port) as there:
        there.login("reader", PASSWORD)
        while True:
            there.select("INBOX", readonly=True)
            numbers = there.search(None, "ALL")[1][0].split()
            if len(numbers) >= wanted or time.monotonic() > end:
                return [there.fetch(number, "(BODY.PEEK[])")[1][0][1] for number in numbers]
            time.sleep(0.2)


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as held:
        taken = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in taken]


def _await_port(port: int, home: Path) -> None:
    end = time.monotonic() + NEEDED_S
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    logs = "\n".join(log.read_text(errors="replace") for log in home.glob("*.log"))
    pytest.fail(f"no server on port {port}:\n{logs}")
