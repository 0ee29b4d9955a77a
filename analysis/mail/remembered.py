"""What was decided or told about a week's mail, or its missing table, so that the next run does not ask or tell again.

It stands in the file of the outbox, beside the letters. A decision is about the mail as it was then: a week, its
revision, and the fingerprint of what would be sent.
"""

import sqlite3

from analysis.mail.outbox import Outbox

SCHEMA = """
CREATE TABLE IF NOT EXISTS remembered (
    what TEXT NOT NULL, area TEXT NOT NULL, cutoff TEXT NOT NULL, revision INTEGER NOT NULL, content TEXT NOT NULL,
    at REAL NOT NULL, PRIMARY KEY (what, area, cutoff, revision, content)
)"""
ASKED = "asked"  # a schedule has found mail that a person is to look at first
TOLD = "told"  # the operator got the preview of it
HELD = "held"  # a person stopped the revision
RELEASED = "released"  # a person, or the time, let it go
MISSED = "missed"  # the operator was told that the table of this day has not come


def note(
    box: Outbox, what: str, area: str, cutoff: str, now: float, revision: int = 0, content: str = "", again: bool = True
) -> None:
    """Write down that it happened now; what was written before stays where it is not to be written ``again``."""
    verb = "REPLACE" if again else "IGNORE"
    _table(box).execute(
        f"INSERT OR {verb} INTO remembered VALUES (?, ?, ?, ?, ?, ?)", (what, area, cutoff, revision, content, now)
    )


def forget(box: Outbox, area: str, cutoff: str, what: str = "%") -> None:
    """Take back what was written of a week: all of it, or one kind."""
    _table(box).execute("DELETE FROM remembered WHERE area = ? AND cutoff = ? AND what LIKE ?", (area, cutoff, what))


def when(box: Outbox, what: str, area: str, cutoff: str, revision: int = 0, content: str = "") -> float | None:
    """When it happened, in seconds since 1970; None where it did not."""
    row = (
        _table(box)
        .execute(
            "SELECT at FROM remembered WHERE (what, area, cutoff, revision, content) = (?, ?, ?, ?, ?)",
            (what, area, cutoff, revision, content),
        )
        .fetchone()
    )
    return None if row is None else row["at"]


def unreleased(box: Outbox, area: str) -> list[str]:
    """The weeks whose mail waits for a person or a time, oldest first.

    Not those that a person stopped, nor those that were asked about before a later week went out.
    """
    rows = _table(box).execute(
        "SELECT DISTINCT cutoff FROM remembered AS asked WHERE what = ? AND area = ? AND NOT EXISTS ("
        " SELECT 1 FROM remembered AS done WHERE done.area = asked.area AND ("
        "  done.what = ? AND (done.cutoff, done.revision, done.content)"
        "   = (asked.cutoff, asked.revision, asked.content)"
        "  OR done.what = ? AND (done.cutoff, done.revision) = (asked.cutoff, asked.revision)"
        "  OR done.what = ? AND done.cutoff > asked.cutoff AND done.at > asked.at)"
        ") ORDER BY cutoff",
        (ASKED, area, RELEASED, HELD, RELEASED),
    )
    return [row["cutoff"] for row in rows]


def _table(box: Outbox) -> sqlite3.Connection:
    """The file of the outbox with the table in it: an earlier version's lacks it."""
    box.db.execute(SCHEMA)
    return box.db
