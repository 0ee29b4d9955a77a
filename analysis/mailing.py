"""How the week's mail gets to its recipients: preview, sending, who got what; and letters to the operator.

Sending works through the outbox: one try after the other, with waits between, in one process for a week. It may be
stopped and called again at any time; the outbox says what is left to do.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import filelock

from analysis import isolated, mail, mail_settings, outbox, paths, publish, sender, store
from analysis.exits import Exit
from analysis.files import ConfigError
from analysis.mail_settings import NoSettings, Settings
from analysis.outbox import Letter, Outbox
from analysis.sender import Server
from analysis.stem import ForkServer
from analysis.wording import Wording

MOST_TOLD = 64 * 1024  # bytes of a log, its end, for the operator


class AlreadySending(Exception):
    """Another process is sending the letters of this week."""


# -- the week's letters ----------------------------------------------------------------------------------------------


def path(home: Path) -> Path:
    """The outbox: of all areas, because who got what must outlive the weeks' folders."""
    return home / "data" / "outbox" / "outbox.sqlite"


def compiled(home: Path, area: str, cutoff: str) -> tuple[int, bytes]:
    """Revision and mail.eml of the published week. Raises paths.NotFound, and publish.Busy while it is being made."""
    place = paths.reports(home, area, cutoff, "mail.eml")
    if not place.is_file():
        raise paths.NotFound(place)
    with publish.locked(home, area, cutoff):
        return len(store.revisions(place.parent)) + 1, place.read_bytes()


def letters(
    home: Path, area: str, cutoff: str, about: Settings, box: Outbox | None, now: float
) -> tuple[int, list[Letter]]:
    """The revision, and the letter to everyone on the list and to whoever got an earlier revision of this week.

    box    : says who got one: a correction must reach them too
    Raises : as ``compiled``; MailError if mail.eml is not what was made, ConfigError for a domain no longer allowed.
    """
    revision, week = compiled(home, area, cutoff)
    reached = box.reached(area, cutoff, revision) if box else []
    everyone = {mail_settings.bare(each).casefold(): each for each in [*reached, *about.recipients]}
    if odd := [each for each in everyone if each.rpartition("@")[2] not in about.domains]:
        raise ConfigError(
            f"{mail_settings.SETTINGS}: {', '.join(odd)} got the report before; the domain is no longer among domains"
        )
    fields = {"sender": about.sender, "reply_to": about.reply_to, "seed": f"{area} {cutoff} {revision}"}
    date, own, made = datetime.fromtimestamp(now).astimezone(), mail_settings.bare(about.sender), []
    for each in everyone.values():
        message = mail.addressed(week, to=each, date=date, **fields)
        made.append(Letter(each, mail_settings.bare(each), own, mail.identity(message), message))
    return revision, made


def preview(home: Path, area: str, cutoff: str, words: Wording) -> tuple[int, str]:
    """Write what each recipient would get, one .eml each; asks no server and no password. DONE, and what to tell."""
    compiled(home, area, cutoff)
    place, about = paths.reports(home, area, cutoff, "mail.eml"), mail_settings.settings(home, area)
    if about is None:
        return Exit.DONE, how_to(home, area, cutoff, words)
    with _box(home) as box:
        _, made = letters(home, area, cutoff, about, box, time.time())
    folder = path(home).parent / "preview" / area / cutoff
    for old in folder.glob("*.eml"):
        old.unlink()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for number, each in enumerate(made, start=1):
        (folder / f"{number:03d}.eml").write_bytes(each.message)
    lines = [f"  {number:03d}.eml  {each.address}" for number, each in enumerate(made, start=1)]
    return Exit.DONE, "\n".join([words.say("mail.previewed", count=len(made), folder=folder, mail=place), *lines])


def ending(home: Path, area: str, cutoff: str, words: Wording) -> str:
    """What a week ends with: ``how_to`` where no server is set, "" where one is and ``mail --send`` does the rest.

    Settings that cannot be read send nothing either: why not is said behind it.
    """
    try:
        says = mail_settings.read(home) or {}
    except (OSError, ConfigError) as error:
        return f"{how_to(home, area, cutoff, words)}\n{error}"
    return "" if "smtp" in says else how_to(home, area, cutoff, words)


def how_to(home: Path, area: str, cutoff: str, words: Wording) -> str:
    """The line that says where the week's mail is and how it is sent."""
    return words.say(
        "mail.how_to",
        mail=paths.reports(home, area, cutoff, "mail.eml"),
        settings=mail_settings.SETTINGS,
        help=mail_settings.HELP,
        area=area,
        cutoff=cutoff,
    )


@contextmanager
def _box(home: Path) -> Iterator[Outbox | None]:
    """The outbox where there is one; none is made by looking."""
    if not path(home).is_file():
        yield None
        return
    with closing(Outbox(path(home))) as box:
        yield box


# -- sending ---------------------------------------------------------------------------------------------------------


def send(
    home: Path,
    area: str,
    cutoff: str,
    words: Wording,
    tell: Callable[[str], None],
    resend: bool = False,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
    attempt: Callable[..., int] = sender.in_child,
) -> tuple[int, str]:
    """Send the week's letters until none waits: DONE, or UNSETTLED if one was refused, given up or is uncertain;
    and the table of who got what.

    resend : send the uncertain ones again, and put down no new ones
    Raises : NoSettings; ConfigError; PasswordError; paths.NotFound; MailError; AlreadySending.
    """
    compiled(home, area, cutoff)
    about = mail_settings.settings(home, area)
    if about is None or about.server is None:
        raise NoSettings(how_to(home, area, cutoff, words))
    sender.password(about.server)
    with _only_sender(home, area, cutoff), closing(Outbox(path(home))) as box:
        box.recover(area, cutoff, clock())
        if resend:
            box.resend(area, cutoff, clock())
        else:
            revision, made = letters(home, area, cutoff, about, box, clock())
            box.queue(area, cutoff, revision, made, clock())
        try:
            done = _work(box, area, cutoff, about.server, words, tell, clock, sleep, attempt)
        except KeyboardInterrupt:
            box.recover(area, cutoff, clock())
            tell(words.say("mail.stopped"))
            done = False
        answer, said = _told(box.rows(area, cutoff), area, cutoff, words)
        return answer if done else Exit.UNSETTLED, said


def _work(
    box: Outbox,
    area: str,
    cutoff: str,
    server: Server,
    words: Wording,
    tell: Callable[[str], None],
    clock: Callable[[], float],
    sleep: Callable[[float], None],
    attempt: Callable[..., int],
) -> bool:
    """One try after the other, whichever letter is due first, until none waits; False if our own account is refused."""
    while letter := box.next(area, cutoff):
        if (wait_s := letter["due"] - clock()) > 0:
            waiting = sum(row["state"] == outbox.PENDING for row in box.rows(area, cutoff))
            tell(words.say("mail.waiting", count=waiting, time=_time(letter["due"])))
            sleep(wait_s)
            continue
        if attempt(box, letter["id"], server, clock) == sender.LOGIN_REFUSED:
            tell(words.say("mail.login_refused", user=server.user))
            return False
        rows = box.rows(area, cutoff)
        settled = sum(row["state"] not in (outbox.PENDING, outbox.SENDING) for row in rows)
        tell(words.say("mail.progress", count=settled, all=len(rows)))
    return True


def status(home: Path, area: str, cutoff: str, words: Wording) -> tuple[int, str]:
    """Who got what: DONE or UNSETTLED as ``send`` would say, and a table."""
    with _box(home) as box:
        rows = box.rows(area, cutoff) if box else []
    if not rows:
        compiled(home, area, cutoff)
        return Exit.DONE, words.say("mail.nothing_queued", area=area, cutoff=cutoff)
    return _told(rows, area, cutoff, words)


def waiting(home: Path, area: str) -> list[str]:
    """The weeks of which letters still wait, oldest first."""
    with _box(home) as box:
        return box.waiting(area) if box else []


def _told(rows: list, area: str, cutoff: str, words: Wording) -> tuple[int, str]:
    lines = [table(rows, words)]
    if any(row["state"] == outbox.UNCERTAIN for row in rows):
        lines.append(words.say("mail.uncertain_hint", area=area, cutoff=cutoff))
    return verdict(rows), "\n".join(lines)


def verdict(rows: list) -> int:
    """UNSETTLED if a letter of the newest revision was refused, given up, or is uncertain."""
    newest = max((row["revision"] for row in rows), default=0)
    told = [row["state"] for row in rows if row["revision"] == newest and row["reply"] != "off_list"]
    return Exit.UNSETTLED if set(told) & set(outbox.UNSETTLED) else Exit.DONE


def table(rows: list, words: Wording) -> str:
    """The letters as a table for people: revision, address, state, since, tries, what the server said."""
    heads = [words.say(f"mail.column.{name}") for name in ("revision", "address", "state", "changed", "tries", "reply")]
    lines = [heads] + [
        [
            f"r{row['revision']}",
            row["address"],
            _state(row, words),
            _time(row["changed"]),
            str(row["tries"]),
            _reply(row, words),
        ]
        for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _state(row, words: Wording) -> str:
    said = words.say(f"mail.state.{row['state'].replace(' ', '_')}")
    return f"{said} ({_time(row['due'])})" if row["state"] == outbox.PENDING and row["tries"] else said


def _reply(row, words: Wording) -> str:
    """Our own reasons in the reader's language, a server's as it gave them."""
    reason = f"mail.reason.{row['reply']}"
    return words.say(reason) if row["reply"] and words.has(reason) else row["reply"]


def _time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds):%H:%M %d/%m/%Y}"


# -- the operator ----------------------------------------------------------------------------------------------------


def tell(home: Path, text: str, words: Wording) -> tuple[int, str]:
    """Send the operator the end of ``text``, a log: DONE or UNSETTLED, and what to say of it. One try, no outbox.

    Asks neither for recipients nor for their domains: what is wrong with those may be what has to be told.
    Raises : NoSettings, where mail.toml names no operator or no server; ConfigError; PasswordError.
    """
    if (known := mail_settings.operator(home)) is None:
        about = {"settings": mail_settings.SETTINGS, "help": mail_settings.SCHEDULE_HELP}
        raise NoSettings(words.say("mail.no_operator", **about))
    own, to, server = known
    text = text.encode()[-MOST_TOLD:].decode("utf-8", "ignore").strip() or words.say("mail.operator_nothing")
    about = {"subject": words.say("mail.operator_subject"), "sender": own, "to": to}
    message = mail.note(words.say("mail.operator_text") + "\n\n" + text, date=datetime.now().astimezone(), **about)
    letter = {"address": mail_settings.bare(to), "sender": mail_settings.bare(own), "message": message}
    try:  # from a server that has imported nothing: what a week needs may be what is wrong
        verdict = isolated.call(sender.hand_over, server, letter, seconds=server.whole_s, of=ForkServer(bool))
    except (isolated.TookTooLong, isolated.Died) as error:
        verdict = sender.Verdict(outbox.UNCERTAIN, str(error))
    if verdict.state == outbox.ACCEPTED:
        return Exit.DONE, words.say("mail.operator_told", operator=mail_settings.bare(to))
    return Exit.UNSETTLED, words.say("mail.operator_not_told", operator=mail_settings.bare(to), reply=verdict.reply)


@contextmanager
def _only_sender(home: Path, area: str, cutoff: str) -> Iterator[None]:
    """Only one sender of a week at a time; the system frees the lock of one that died. Raises AlreadySending."""
    lock = path(home).with_name(f".lock-{area}-{cutoff}")
    lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with filelock.FileLock(lock, timeout=0):
            yield
    except filelock.Timeout:
        raise AlreadySending from None
