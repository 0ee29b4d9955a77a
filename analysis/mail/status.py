"""Shows the letters of a week as a table for people, and derives the exit status from them."""

from datetime import datetime
from pathlib import Path

from analysis.config.wording import Wording
from analysis.exits import Exit
from analysis.mail import outbox
from analysis.weeks import command


def summarise(home: Path, rows: list, area: str, cutoff: str, words: Wording) -> tuple[Exit, str]:
    """DONE or UNSETTLED, and the table of the letters. Where a letter is uncertain, the text says what to do.

    rows : as ``Outbox.rows`` returns them
    """
    lines = [table(rows, words)]
    if any(row["state"] == outbox.UNCERTAIN for row in rows):
        lines.append(words.say("mail.uncertain_hint", area=area, cutoff=cutoff, command=command.typed(home)))
    return verdict(rows), "\n".join(lines)


def verdict(rows: list) -> Exit:
    """UNSETTLED if a letter of the newest revision was refused, given up, or is uncertain; else DONE."""
    newest = max((row["revision"] for row in rows), default=0)
    states = {row["state"] for row in rows if row["revision"] == newest and row["reply"] != "off_list"}
    return Exit.UNSETTLED if states & set(outbox.UNSETTLED) else Exit.DONE


def table(rows: list, words: Wording) -> str:
    """The letters as a table for people: revision, address, state, since, tries, what the server said.

    Where units or departments have letters of their own, also whose letter it is.
    """
    about = ["about"] if any(row["about"] for row in rows) else []
    columns = ("revision", "address", *about, "state", "changed", "tries", "reply")
    lines = [[words.say(f"mail.column.{name}") for name in columns]] + [
        [
            f"r{row['revision']}",
            row["address"],
            *(row[name] for name in about),
            _say_state(row, words),
            say_time(row["changed"]),
            str(row["tries"]),
            say_reply(row["reply"], words),
        ]
        for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def say_reply(reply: str, words: Wording) -> str:
    """Our own reasons in the reader's language, a server's reply as it gave it."""
    reason = f"mail.reason.{reply}"
    return words.say(reason) if reply and words.has(reason) else reply


def say_time(seconds: float) -> str:
    """Seconds since 1970 as the local time, such as ``07:30 04/12/2023``."""
    return f"{datetime.fromtimestamp(seconds):%H:%M %d/%m/%Y}"


def _say_state(row, words: Wording) -> str:
    """The state of a letter, and the time of its next try where it waits for one."""
    said = words.say(f"mail.state.{row['state'].replace(' ', '_')}")
    return f"{said} ({say_time(row['due'])})" if row["state"] == outbox.PENDING and row["tries"] else said
