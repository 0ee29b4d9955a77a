"""The ledger of letters: one row for each week, revision, letter and recipient, with the exact bytes and their state.

SMTP cannot guarantee that a letter arrives exactly once (RFC 5321 §6.1): between the last dot and the server's answer
nobody knows whether it was accepted. So the state ``sending`` is committed before that dot. A letter that is found in
that state later is ``uncertain``, and is sent again only if a person asks for it.

pending → sending → accepted | refused | gave up | uncertain; pending again after an answer that means "later".
"""

import hashlib
import json
import random
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from analysis.exits import AnalysisError
from analysis.mail import database

STATES = ("pending", "sending", "accepted", "refused", "gave up", "uncertain")
PENDING, SENDING, ACCEPTED, REFUSED, GAVE_UP, UNCERTAIN = STATES
UNSETTLED = (REFUSED, GAVE_UP, UNCERTAIN)  # a person must look at these
MAY_HAVE_ARRIVED = (ACCEPTED, UNCERTAIN, SENDING)
WAITS_MIN = (5, 15, 30, 60)  # then hourly; greylisting needs minutes, RFC 5321 §4.5.4.1 asks for growing waits
ANY_REVISION = 1_000_000  # later than all
JITTER = 0.2  # share of the wait, so that many letters are not tried again at the same moment
LONGEST_WAIT_S = 60 * max(WAITS_MIN) * (1 + JITTER)  # a letter that is to wait longer was put down by a wrong clock
GIVE_UP_HOURS = 48  # our choice: after two days the figures of a week are old
KEEP_BYTES_DAYS = 365  # our choice: who was sent what stays known after that, the text of the letter does not
REMINDER = "don-doc:"  # before a unit's code: its letter is a reminder, which nobody but a person releases
OF_REMINDERS = f"(substr(about, 1, {len(REMINDER)}) = '{REMINDER}')"  # 1 or 0: reminders go apart from a week's mail
# Headers that say from whom to whom and when, and not what.
ABOUT_SENDING = (b"from", b"to", b"reply-to", b"date", b"message-id")
# Mailboxes are in ASCII, so NOCASE folds them whole: lan@ and Lan@ are one person.
SCHEMA = f"""
CREATE TABLE IF NOT EXISTS letters (
    id INTEGER PRIMARY KEY,
    area TEXT NOT NULL, cutoff TEXT NOT NULL, revision INTEGER NOT NULL,
    about TEXT NOT NULL DEFAULT '',
    address TEXT NOT NULL COLLATE NOCASE, recipient TEXT NOT NULL, sender TEXT NOT NULL,
    message_id TEXT NOT NULL, message BLOB NOT NULL,
    state TEXT NOT NULL DEFAULT '{PENDING}' CHECK (state IN {STATES}),
    queued REAL NOT NULL, due REAL NOT NULL, changed REAL NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0, resent INTEGER NOT NULL DEFAULT 0, reply TEXT NOT NULL DEFAULT '',
    digest TEXT NOT NULL DEFAULT '',
    UNIQUE (area, cutoff, revision, about, address)
)"""


class OutboxError(AnalysisError):
    """The file of the outbox is damaged, or cannot be written; the text names it and is what SQLite says."""


@dataclass(frozen=True)
class Letter:
    """A letter to one recipient: ``Name <box@host>``, the two addresses of the envelope, and the message's bytes.

    about : code of the unit or department whose letter it is; "": the week's mail; REMINDER and a unit's code
    """

    recipient: str
    address: str
    sender: str
    message_id: str
    message: bytes
    about: str = ""


def digest(address: str, sender: str, message: bytes) -> str:
    """The fingerprint of what a row would send, and to whom: what has another one was changed since it was queued."""
    return hashlib.sha256(b"\0".join(map(_bytes, (address, sender, message)))).hexdigest()


def content(message: bytes) -> bytes:
    """What a letter says, whoever gets it under whatever name: it without the headers of its way."""
    head, _, body = _bytes(message).partition(b"\r\n\r\n")
    lines = re.split(rb"\r\n(?![ \t])", head)
    return b"\r\n".join([*(line for line in lines if line.partition(b":")[0].lower() not in ABOUT_SENDING), b"", body])


def _bytes(value: object) -> bytes:
    """What a cell holds: another program may have written a text where bytes were."""
    return value if isinstance(value, bytes) else str(value).encode()


def next_try(tries: int, queued: float, now: float, jitter: float) -> float | None:
    """When to try again after ``tries`` tries; None where that is later than 48 hours after ``queued``.

    queued, now : seconds since the epoch.  jitter : a random number from 0 to 1.
    """
    wait_s = 60 * WAITS_MIN[min(tries, len(WAITS_MIN)) - 1] * (1 + JITTER * jitter)
    return now + wait_s if now + wait_s <= queued + 3600 * GIVE_UP_HOURS else None


class Outbox:
    """The ledger in a file that only its owner can read. Each method is one transaction, which is on disk on return."""

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self.db = database.connect(self.path)
        self.db.row_factory = sqlite3.Row
        self.db.create_function("digest", 3, digest, deterministic=True)
        self.db.create_function("content", 1, content, deterministic=True)
        self.db.execute(SCHEMA)
        self._renew()

    def _renew(self) -> None:
        """Take over the table of an earlier version: from before letters of units, and from before digests.

        The first is rebuilt, because SQLite cannot change what is unique in a table. Where one person had two rows of a
        week, as lan@ and Lan@, the one that may have arrived is kept.
        """
        if "digest" in self._columns():
            return
        with self.db:
            self.db.execute("BEGIN IMMEDIATE")
            held = self._columns()  # another process may have been faster
            if "about" not in held:
                self._rebuild(held)
            elif "digest" not in held:
                self.db.execute("ALTER TABLE letters ADD COLUMN digest TEXT NOT NULL DEFAULT ''")
            self.db.execute("UPDATE letters SET digest = digest(address, sender, message) WHERE digest = ''")

    def _rebuild(self, held: list[str]) -> None:
        self.db.execute("ALTER TABLE letters RENAME TO letters_before")
        self.db.execute(SCHEMA)
        names = ", ".join(held)
        self.db.execute(
            f"INSERT OR IGNORE INTO letters ({names}) SELECT {names} FROM letters_before "
            "ORDER BY state IN (?, ?, ?) DESC, id",
            MAY_HAVE_ARRIVED,
        )
        self.db.execute("DROP TABLE letters_before")

    def _columns(self) -> list[str]:
        return [row["name"] for row in self.db.execute("PRAGMA table_info(letters)")]

    def close(self) -> None:
        self.db.close()

    def queue(
        self,
        area: str,
        cutoff: str,
        revision: int,
        letters: Iterable[Letter],
        now: float,
        changed: bool = False,
        reminders: bool = False,
    ) -> None:
        """Add the letters of a week, or its ``reminders``; neither counts for the other. Each week, revision, letter
        and address has one row; capitals do not count.

        A letter that may have been sent is not changed. One that was certainly not sent is replaced if its content has
        changed, for example after a correction of the sender. A waiting letter is given up if its recipient is no
        longer on the list, or if the letters of a later week or revision are added.

        A letter that was put down in the future, by a clock that was wrong, is put down anew with the right date; so is
        one whose row was changed by another program.

        changed : an accepted letter whose content has changed waits again too, because a person asked for it. Another
                  name of its reader, or of the sender, is no other content
        """
        letters, week = list(letters), (area, cutoff, revision)
        replaced = ", ".join(f"'{each}'" for each in (PENDING, REFUSED, GAVE_UP))
        says_otherwise = (
            "CASE length(message) WHEN 0 THEN message_id <> excluded.message_id"  # its bytes were dropped after a year
            " ELSE content(message) <> content(excluded.message) END"
        )
        with self.db:
            self.db.execute("BEGIN IMMEDIATE")
            self.db.execute(
                "UPDATE letters SET state = ?, reply = 'replaced', changed = ? "
                f"WHERE state = ? AND area = ? AND (cutoff, revision) < (?, ?) AND {OF_REMINDERS} = ? "
                "AND NOT EXISTS (SELECT 1 FROM letters WHERE area = ? AND cutoff = ? AND revision = ? "
                f"AND {OF_REMINDERS} = ?)",
                (GAVE_UP, now, PENDING, *week, reminders, *week, reminders),
            )
            kept = [f"{each.about} {each.address.lower()}" for each in letters]
            self.db.execute(
                "UPDATE letters SET state = ?, reply = 'off_list', changed = ? WHERE state = ? AND area = ? "
                f"AND cutoff = ? AND revision = ? AND resent = 0 AND {OF_REMINDERS} = ? "
                "AND about || ' ' || lower(address) NOT IN (SELECT value FROM json_each(?))",
                (GAVE_UP, now, PENDING, *week, reminders, json.dumps(kept)),
            )
            self.db.executemany(
                "INSERT INTO letters (area, cutoff, revision, about, address, recipient, sender, message_id, message, "
                "queued, due, changed, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (area, cutoff, revision, about, address) DO UPDATE SET address = excluded.address, "
                "recipient = excluded.recipient, sender = excluded.sender, message_id = excluded.message_id, "
                "message = excluded.message, digest = excluded.digest, "
                f"state = '{PENDING}', queued = excluded.queued, due = excluded.due, changed = excluded.changed, "
                "reply = '' "
                f"WHERE resent = 0 AND (state IN ({replaced}) AND (message_id <> excluded.message_id "
                "OR reply IN ('off_list', 'altered') "
                f"OR state = '{PENDING}' AND queued > excluded.queued + {LONGEST_WAIT_S}) "
                f"OR {changed:d} AND state = '{ACCEPTED}' AND {says_otherwise})",
                [
                    (
                        *(*week, each.about, each.address, each.recipient, each.sender, each.message_id),
                        *(each.message, now, now, now, digest(each.address, each.sender, each.message)),
                    )
                    for each in letters
                ],
            )

    def recover(self, area: str, cutoff: str, now: float) -> int:
        """Mark letters that an earlier sender left ``sending`` as uncertain. Returns how many.

        Only the process that holds the week's lock may call it.
        """
        return self._changed(
            "UPDATE letters SET state = ?, reply = 'stopped', changed = ? WHERE state = ? AND area = ? AND cutoff = ?",
            *(UNCERTAIN, now, SENDING, area, cutoff),
        )

    def resend(self, area: str, cutoff: str, now: float, reminders: bool = False) -> int:
        """Let the uncertain letters (or reminders) of the newest revision wait again, unchanged, because a person asked
        for it."""
        return self._changed(
            "UPDATE letters SET state = ?, queued = ?, due = ?, changed = ?, resent = 1 WHERE state = ? AND area = ? "
            f"AND cutoff = ? AND {OF_REMINDERS} = ? "
            "AND revision = (SELECT max(revision) FROM letters WHERE area = ? AND cutoff = ?)",
            *(PENDING, now, now, now, UNCERTAIN, area, cutoff, reminders, area, cutoff),
        )

    def mend_clock(self, area: str, cutoff: str, now: float) -> int:
        """Let letters that wait for a time that we never set be due now: a clock was wrong once. Returns how many.

        Their 48 hours begin now too where they began in the future. What is settled keeps the time that was written
        down.
        """
        return self._changed(
            "UPDATE letters SET due = min(due, ?), queued = min(queued, ?) "
            "WHERE state = ? AND area = ? AND cutoff = ? AND (due > ? OR queued > ?)",
            *(now, now, PENDING, area, cutoff, now + LONGEST_WAIT_S, now + LONGEST_WAIT_S),
        )

    def next(self, area: str, cutoff: str, reminders: bool = False) -> sqlite3.Row | None:
        """The waiting letter (or reminder) that is due first: id, due."""
        return self.db.execute(
            f"SELECT id, due FROM letters WHERE state = ? AND area = ? AND cutoff = ? AND {OF_REMINDERS} = ? "
            "ORDER BY due, id LIMIT 1",
            (PENDING, area, cutoff, reminders),
        ).fetchone()

    def take(self, letter: int) -> sqlite3.Row | None:
        """Begin a try. Returns the letter; its number of tries identifies this try. None: the letter does not wait."""
        rows = self.db.execute(
            "UPDATE letters SET tries = tries + 1 WHERE id = ? AND state = ? "
            "RETURNING id, tries, queued, address, sender, message, digest",
            (letter, PENDING),
        ).fetchall()
        return rows[0] if rows else None

    def sending(self, letter: int, tries: int, now: float) -> bool:
        """Commit the state ``sending`` before the last dot. False where another try has begun: then send no dot."""
        return bool(
            self._changed(
                "UPDATE letters SET state = ?, changed = ? WHERE id = ? AND tries = ? AND state = ?",
                *(SENDING, now, letter, tries, PENDING),
            )
        )

    def settle(self, letter: int, tries: int, state: str, reply: str, now: float, jitter: float | None = None) -> None:
        """Record the result of a try. With ``pending`` the letter is tried again later, or given up after 48 hours.

        These begin with the first try: a letter that lay in a machine that was off, or whose clock jumped, has not been
        tried for two days. A late answer replaces "uncertain".
        """
        queued = self.db.execute("SELECT queued FROM letters WHERE id = ?", (letter,)).fetchone()["queued"]
        queued, due = max(queued, now) if tries == 1 else queued, now
        if state == PENDING:
            due = next_try(tries, queued, now, random.random() if jitter is None else jitter)
        self._changed(
            "UPDATE letters SET state = ?, reply = ?, due = ?, changed = ?, queued = ? WHERE id = ? AND tries = ? "
            f"AND state IN ('{PENDING}', '{SENDING}', '{UNCERTAIN}')",
            *(state if due else GAVE_UP, reply, due or now, now, queued, letter, tries),
        )

    def close_try(self, letter: int, reply: str, now: float) -> None:
        """Close the try of a sender that gave no answer: ``sending`` becomes uncertain, a due letter waits again."""
        row = self.db.execute("SELECT tries, state, due FROM letters WHERE id = ?", (letter,)).fetchone()
        if row["state"] == SENDING or (row["state"] == PENDING and row["due"] <= now):
            self.settle(letter, row["tries"], UNCERTAIN if row["state"] == SENDING else PENDING, reply, now)

    def postpone(self, letter: int, tries: int, reply: str, now: float) -> None:
        """Let the letter wait, and do not count the try, because the fault is ours and not the recipient's."""
        self._changed(
            "UPDATE letters SET tries = tries - 1, reply = ?, changed = ? WHERE id = ? AND tries = ? AND state = ?",
            *(reply, now, letter, tries, PENDING),
        )

    def reached(self, area: str, cutoff: str, before: int = ANY_REVISION) -> list[sqlite3.Row]:
        """Who got, or may have got, a revision earlier than ``before``: about, recipient, revision (the newest)."""
        return self.db.execute(
            "SELECT about, recipient, max(revision) AS revision FROM letters "
            "WHERE area = ? AND cutoff = ? AND revision < ? AND state IN (?, ?, ?) "
            "GROUP BY about, address ORDER BY id",  # beside max(), SQLite takes the other columns from its row
            (area, cutoff, before, *MAY_HAVE_ARRIVED),
        ).fetchall()

    def withdraw(self, area: str, cutoff: str, now: float) -> None:
        """Stop the week's waiting letters, and file them all aside, so that another week of that day begins anew.

        Only the process that holds the week's lock may call it.
        """
        aside = f"{cutoff} withdrawn {now:.0f}"
        with self.db:
            self.db.execute("BEGIN IMMEDIATE")
            self.db.execute(
                "UPDATE letters SET state = ?, reply = 'withdrawn', changed = ? WHERE state = ? AND area = ? "
                "AND cutoff = ?",
                (GAVE_UP, now, PENDING, area, cutoff),
            )
            self.db.execute("UPDATE letters SET cutoff = ? WHERE area = ? AND cutoff = ?", (aside, area, cutoff))

    def forget_bytes(self, now: float) -> int:
        """Drop the bytes of letters that have been settled for a year; the rows stay. Returns how many.

        An uncertain letter is not settled: a person may have it sent again.
        """
        return self._changed(
            "UPDATE letters SET message = x'' WHERE state IN (?, ?, ?) AND changed < ? AND length(message) > 0",
            *(ACCEPTED, REFUSED, GAVE_UP, now - 86_400 * KEEP_BYTES_DAYS),
        )

    def waiting(self, area: str) -> list[str]:
        """The weeks with letters that wait, or that a dead sender left ``sending``; oldest first. Not of reminders,
        which no schedule sends."""
        rows = self.db.execute(
            f"SELECT DISTINCT cutoff FROM letters WHERE area = ? AND state IN (?, ?) AND NOT {OF_REMINDERS} "
            "ORDER BY cutoff",
            (area, PENDING, SENDING),
        )
        return [row["cutoff"] for row in rows]

    def forms(self, area: str) -> list[tuple[str, str, str]]:
        """Which units were sent the form that goes with a reminder, once a server has accepted it: cut-off, code of the
        unit, and the day (ISO, local time) on which the first recipient's letter was accepted; by cut-off and unit.

        Not of a week that was withdrawn since.
        """
        rows = self.db.execute(
            f"SELECT cutoff, substr(about, {len(REMINDER) + 1}) AS unit, min(changed) AS first FROM letters "
            f"WHERE area = ? AND state = ? AND length(cutoff) = 10 AND {OF_REMINDERS} "
            "GROUP BY cutoff, unit ORDER BY cutoff, unit",
            (area, ACCEPTED),
        )
        return [(row["cutoff"], row["unit"], f"{datetime.fromtimestamp(row['first']):%Y-%m-%d}") for row in rows]

    def rows(self, area: str, cutoff: str, reminders: bool | None = None) -> list[sqlite3.Row]:
        """Every letter of the week: revision, about, address, state, changed, due, tries, reply.

        reminders : True: only these; False: without them; None: all
        """
        return self.db.execute(
            "SELECT revision, about, address, state, changed, due, tries, reply FROM letters "
            f"WHERE area = ? AND cutoff = ? AND coalesce({OF_REMINDERS} = ?, 1) ORDER BY revision, id",
            (area, cutoff, reminders),
        ).fetchall()

    def _changed(self, statement: str, *values: object) -> int:
        return self.db.execute(statement, values).rowcount


@contextmanager
def opened(path: Path) -> Iterator[Outbox]:
    """The outbox, closed when the context ends. Raises OutboxError, also for any SQLite error inside the context."""
    try:
        with closing(Outbox(path)) as box:
            yield box
    except sqlite3.Error as error:
        raise OutboxError(f"{path}: {type(error).__name__}: {error}") from error
