"""Previews and sends the week's mail, and says who got which letter.

One process for each week sends the letters of the outbox: one try after the other, with waits between them. It may be
stopped and started again at any time; the outbox knows which letters are left.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import filelock

from analysis.config.files import ConfigError
from analysis.config.wording import Wording
from analysis.exits import AnalysisError, Exit
from analysis.mail import compose, outbox, sender, settings
from analysis.mail.outbox import Letter, Outbox
from analysis.mail.sender import Server
from analysis.mail.settings import NoSettings, Settings
from analysis.mail.status import say_time, summarise
from analysis.weeks import paths, publish, store


class NothingPublished(AnalysisError, FileNotFoundError):
    """The week is not published, so it has no mail."""

    status = Exit.REFUSED


class WeekIsBusy(AnalysisError):
    """Another process makes this week, or sends its letters."""

    status = Exit.BUSY


# -- the week's letters ----------------------------------------------------------------------------------------------


def path(home: Path) -> Path:
    """The file of the outbox. It is for all areas, and outside the weeks' folders, because it must outlive them."""
    return home / "data" / "outbox" / "outbox.sqlite"


def compiled(home: Path, area: str, cutoff: str, words: Wording) -> tuple[int, bytes]:
    """Revision and mail.eml of the published week. Raises NothingPublished; WeekIsBusy while the week is being made."""
    place = paths.reports(home, area, cutoff, "mail.eml")
    if not place.is_file():
        raise NothingPublished(words.say("mail.nothing_published", area=area, cutoff=cutoff))
    try:
        with publish.locked(home, area, cutoff):
            return len(store.revisions(place.parent)) + 1, place.read_bytes()
    except publish.Busy as busy:
        raise WeekIsBusy(words.say("run.busy", cutoff=cutoff, pid=busy.pid, since=busy.since)) from None


def letters(
    area: str, cutoff: str, revision: int, week: bytes, about: Settings, box: Outbox | None, now: float
) -> list[Letter]:
    """A letter to everyone on the list, and to everyone who got an earlier revision of this week.

    revision, week : as ``compiled`` returns them
    box            : knows who got an earlier revision; a correction must reach them too
    Raises         : MailError if mail.eml is not what was made, ConfigError for a domain no longer allowed.
    """
    reached = box.reached(area, cutoff, revision) if box else []
    everyone = {settings.bare(each).casefold(): each for each in [*reached, *about.recipients]}
    if odd := [each for each in everyone if each.rpartition("@")[2] not in about.domains]:
        raise ConfigError(
            f"{settings.SETTINGS}: {', '.join(odd)} got the report before; the domain is no longer among domains"
        )
    fields = {"sender": about.sender, "reply_to": about.reply_to, "seed": f"{area} {cutoff} {revision}"}
    date, own, made = datetime.fromtimestamp(now).astimezone(), settings.bare(about.sender), []
    for each in everyone.values():
        message = compose.addressed(week, to=each, date=date, **fields)
        made.append(Letter(each, settings.bare(each), own, compose.identity(message), message))
    return made


def preview(home: Path, area: str, cutoff: str, words: Wording) -> tuple[Exit, str]:
    """Write one .eml file for each recipient, without a server or a password. Returns DONE and the text to print.

    Raises : ConfigError; NothingPublished; WeekIsBusy; MailError; OutboxError.
    """
    revision, week = compiled(home, area, cutoff, words)
    place, about = paths.reports(home, area, cutoff, "mail.eml"), settings.settings(home, area)
    if about is None:
        return Exit.DONE, how_to(home, area, cutoff, words)
    with _box(home) as box:
        made = letters(area, cutoff, revision, week, about, box, time.time())
    folder = path(home).parent / "preview" / area / cutoff
    for old in folder.glob("*.eml"):
        old.unlink()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for number, each in enumerate(made, start=1):
        (folder / f"{number:03d}.eml").write_bytes(each.message)
    lines = [f"  {number:03d}.eml  {each.address}" for number, each in enumerate(made, start=1)]
    return Exit.DONE, "\n".join([words.say("mail.previewed", count=len(made), folder=folder, mail=place), *lines])


def ending(home: Path, area: str, cutoff: str, words: Wording) -> str:
    """The last line that a run prints about mail: ``how_to`` where no server is set; "" where one is set.

    Where the settings cannot be read, the reason is added, because then no mail can be sent.
    """
    try:
        says = settings.read(home) or {}
    except (OSError, ConfigError) as error:
        return f"{how_to(home, area, cutoff, words)}\n{error}"
    return "" if "smtp" in says else how_to(home, area, cutoff, words)


def how_to(home: Path, area: str, cutoff: str, words: Wording) -> str:
    """The line that says where the week's mail is and how to send it."""
    return words.say(
        "mail.how_to",
        mail=paths.reports(home, area, cutoff, "mail.eml"),
        settings=settings.SETTINGS,
        help=settings.HELP,
        area=area,
        cutoff=cutoff,
    )


@contextmanager
def _box(home: Path) -> Iterator[Outbox | None]:
    """The outbox, or None where there is no file yet; the file is not created."""
    if not path(home).is_file():
        yield None
        return
    with outbox.opened(path(home)) as box:
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
) -> tuple[Exit, str]:
    """Send the week's letters until none waits.

    resend  : send the uncertain letters again, and add no new ones
    Returns : DONE, or UNSETTLED if a letter was refused, given up or is uncertain; and the table of all letters
    Raises : NoSettings; ConfigError; PasswordError; NothingPublished; WeekIsBusy; MailError; OutboxError.
    """
    compiled(home, area, cutoff, words)
    about = settings.settings(home, area)
    if about is None or about.server is None:
        raise NoSettings(how_to(home, area, cutoff, words))
    sender.password(about.server)
    with _only_sender(home, area, cutoff, words), outbox.opened(path(home)) as box:
        box.recover(area, cutoff, clock())
        if resend:
            box.resend(area, cutoff, clock())
        else:
            revision, week = compiled(home, area, cutoff, words)
            made = letters(area, cutoff, revision, week, about, box, clock())
            box.queue(area, cutoff, revision, made, clock())
        try:
            done = _work(box, area, cutoff, about.server, words, tell, clock, sleep, attempt)
        except KeyboardInterrupt:
            box.recover(area, cutoff, clock())
            tell(words.say("mail.stopped"))
            done = False
        status, said = summarise(box.rows(area, cutoff), area, cutoff, words)
        return status if done else Exit.UNSETTLED, said


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
    """Try the letters, always the one that is due first, until none waits; False if our own account is refused."""
    while letter := box.next(area, cutoff):
        if (wait_s := letter["due"] - clock()) > 0:
            waiting = sum(row["state"] == outbox.PENDING for row in box.rows(area, cutoff))
            tell(words.say("mail.waiting", count=waiting, time=say_time(letter["due"])))
            sleep(wait_s)
            continue
        if attempt(box, letter["id"], server, clock) == sender.LOGIN_REFUSED:
            tell(words.say("mail.login_refused", user=server.user))
            return False
        rows = box.rows(area, cutoff)
        settled = sum(row["state"] not in (outbox.PENDING, outbox.SENDING) for row in rows)
        tell(words.say("mail.progress", count=settled, all=len(rows)))
    return True


def status(home: Path, area: str, cutoff: str, words: Wording) -> tuple[Exit, str]:
    """DONE or UNSETTLED, as ``send`` returns it, and the table of all letters. Raises NothingPublished; OutboxError."""
    with _box(home) as box:
        rows = box.rows(area, cutoff) if box else []
    if not rows:
        compiled(home, area, cutoff, words)
        return Exit.DONE, words.say("mail.nothing_queued", area=area, cutoff=cutoff)
    return summarise(rows, area, cutoff, words)


def waiting(home: Path, area: str) -> list[str]:
    """The weeks that have waiting letters, oldest first. Raises OutboxError."""
    with _box(home) as box:
        return box.waiting(area) if box else []


@contextmanager
def _only_sender(home: Path, area: str, cutoff: str, words: Wording) -> Iterator[None]:
    """Allow only one sender of a week at a time. The system frees the lock of a dead one. Raises WeekIsBusy."""
    lock = path(home).with_name(f".lock-{area}-{cutoff}")
    lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with filelock.FileLock(lock, timeout=0):
            yield
    except filelock.Timeout:
        raise WeekIsBusy(words.say("mail.already_sending", area=area, cutoff=cutoff)) from None
