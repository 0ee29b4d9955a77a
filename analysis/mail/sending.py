"""Previews and sends the week's mail, and says who got which letter.

One process for each week sends the letters of the outbox: one try after the other, with waits between them. It may be
stopped and started again at any time; the outbox knows which letters are left.
"""

import hashlib
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from analysis.config import spans
from analysis.config.files import ConfigError
from analysis.config.wording import Wording
from analysis.exits import AnalysisError, Exit
from analysis.mail import addressees, addresses, compose, outbox, remembered, sender, settings
from analysis.mail.outbox import Letter, Outbox
from analysis.mail.sender import Server
from analysis.mail.settings import NoSettings, Settings
from analysis.mail.status import say_time, summarise
from analysis.weeks import atomic, command, locks, paths, publish, record, store

PREVIEW = re.compile(r"\d{3,}\.eml")  # what else lies there is somebody's own


class NothingPublished(AnalysisError, FileNotFoundError):
    """The week is not published, so it has no mail."""

    status = Exit.REFUSED


class WeekIsBusy(AnalysisError):
    """Another process makes this week, or sends its letters."""

    status = Exit.BUSY


class LoginRefused(AnalysisError):
    """The server refuses our account, so no other letter is tried; the text is the table of the letters, or says so."""

    status = Exit.UNSETTLED


# -- the week's letters ----------------------------------------------------------------------------------------------


def path(home: Path) -> Path:
    """The file of the outbox. It is for all areas, and outside the weeks' folders, because it must outlive them."""
    return home / "data" / "outbox" / "outbox.sqlite"


@dataclass(frozen=True)
class Issue:
    """What a published week has to send: its mail and letters; or, apart from these, its reminders.

    week    : the bytes of mail.eml
    letters : the bytes of the letter of each unit and department that has one, by code
    listed  : every unit and department; empty where the week was made without letters
    folder  : the week's tables; earlier revisions are in it
    reminders : the bytes of the letter with the reminder and the form of each unit that has one, by code
    is_of_reminders : these are sent, and nothing else
    """

    revision: int
    week: bytes
    letters: dict[str, bytes]
    listed: list[addressees.Listed]
    folder: Path
    reminders: dict[str, bytes] = field(default_factory=dict)
    is_of_reminders: bool = False

    @property
    def contents(self) -> dict[str, bytes]:
        """What is sent, by what it is about."""
        if self.is_of_reminders:
            return {f"{outbox.REMINDER}{code}": data for code, data in self.reminders.items()}
        return {"": self.week} | self.letters

    @property
    def content(self) -> str:
        """The fingerprint of all that is sent: other remarks, or another earlier week, may change it."""
        parts = [self.week, *(part for code, data in sorted(self.letters.items()) for part in (code.encode(), data))]
        return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()

    def is_as_before(self, about: str, revision: int) -> bool:
        """Whether a unit's letter is, byte for byte, that of an earlier revision."""
        files = {each.code: each.file for each in self.listed}
        if self.is_of_reminders:
            files = {f"{outbox.REMINDER}{code}": paths.reminder_letter(code) for code in self.reminders}
        old = self.folder / f"r{revision}" / files.get(about, "")
        return bool(files.get(about)) and old.is_file() and old.read_bytes() == self.contents.get(about)

    def name(self, about: str) -> str:
        """Code and name of the unit or department that a letter is about; "" of the week's mail."""
        code = about.removeprefix(outbox.REMINDER)
        return next((f"{each.code} ({each.name_vi})" for each in self.listed if each.code == code), about)


def compiled(home: Path, area: str, cutoff: str, words: Wording, reminders: bool = False) -> Issue:
    """What the published week has to send, as it was made; with ``reminders`` these alone.

    Raises : NothingPublished; WeekIsBusy while the week is being made; MailError for a letter that is missing, or is
             not as run.json says that it was published, and for a run.json that says nothing.
    """
    place, folder = paths.reports(home, area, cutoff, "mail.eml"), paths.processed(home, area, cutoff)
    name, about = place.relative_to(home).as_posix(), {"area": area, "cutoff": cutoff, "command": command.typed(home)}
    nothing = "period.mail_nothing" if spans.is_span(cutoff) else "mail.nothing_published"
    if not (place.is_file() or (folder / record.NAME).is_file()):
        raise NothingPublished(words.say(nothing, **about))
    try:
        with publish.locked(home, area, cutoff):
            made_as = record.read(home, area, cutoff)
            made = made_as.get("products")
            if not made:  # nobody can tell what was published
                shown = (folder / record.NAME).relative_to(home).as_posix()
                raise compose.MailError(words.say("mail.not_as_published", file=shown))
            if not place.is_file() and name not in made:
                raise NothingPublished(words.say(nothing, **about))
            table = folder / addressees.LIST
            is_there = table.is_file() or table.relative_to(home).as_posix() in made
            listed = addressees.read_list(_as_published(table, home, made, words)) if is_there else []
            letters = {each.code: _as_published(folder / each.file, home, made, words) for each in listed if each.file}
            week = _as_published(place, home, made, words)
            revision = made_as.get("revision") or len(store.revisions(place.parent)) + 1  # people may add a folder r9
            reminded = _find_reminders(home, folder, made, listed, words) if reminders else {}
            return Issue(revision, week, letters, listed, folder, reminded, reminders)
    except locks.Busy as busy:
        raise WeekIsBusy(publish.say_busy(busy, cutoff, words)) from None


def _find_reminders(
    home: Path, folder: Path, made: dict[str, str], listed: list[addressees.Listed], words: Wording
) -> dict[str, bytes]:
    """The letters with the week's reminders, by the code of the unit. Raises MailError."""
    files = {each.code: folder / paths.reminder_letter(each.code) for each in listed if each.kind == addressees.UNIT}
    known = {code: file for code, file in files.items() if file.relative_to(home).as_posix() in made}
    return {code: _as_published(file, home, made, words) for code, file in known.items()}


def _as_published(path: Path, home: Path, made: dict[str, str], words: Wording) -> bytes:
    """The bytes of a product; MailError where they are not those that were published. made : sha256, from run.json"""
    name = path.relative_to(home).as_posix()
    data = path.read_bytes() if path.is_file() else None
    if data is None or hashlib.sha256(data).hexdigest() != made.get(name):
        raise compose.MailError(words.say("mail.not_as_published", file=name))
    return data


def letters(
    home: Path, area: str, cutoff: str, issue: Issue, about: Settings, box: Outbox | None, now: float
) -> list[Letter]:
    """A letter to everyone on the list, and to everyone who got an earlier revision of theirs.

    issue  : as ``compiled`` returns it
    box    : knows who got an earlier revision; a correction must reach them too. Who got a unit's letter gets no
             second one where the correction does not concern it
    Raises : MailError if a letter is not what was made; ConfigError for a domain no longer allowed, and for a row of
             the list that names no letter.
    """
    reached = box.reached(area, cutoff, issue.revision) if box else []
    got = {(each["about"], addresses.fold(settings.bare(each["recipient"]))): each for each in reached}
    wanted = {key: each["recipient"] for key, each in got.items()}
    wanted |= _assigned(home, area, cutoff, issue, about)
    same = {key for key, each in got.items() if key[0] and issue.is_as_before(key[0], each["revision"])}
    contents = issue.contents
    everyone = {key: each for key, each in wanted.items() if key not in same and key[0] in contents}
    if odd := [box for _, box in everyone if addresses.domain(box) not in about.domains]:
        raise ConfigError(
            f"{settings.SETTINGS}: {', '.join(odd)} got the report before; the domain is no longer among domains"
        )
    date, own, made = datetime.fromtimestamp(now).astimezone(), settings.bare(about.sender), []
    for (code, _), each in everyone.items():
        seed = " ".join(filter(None, [area, cutoff, str(issue.revision), code]))
        fields = {"sender": about.sender, "reply_to": about.reply_to, "seed": seed}
        message = compose.addressed(contents[code], to=each, date=date, **fields)
        made.append(Letter(each, settings.bare(each), own, compose.identity(message), message, code))
    return made


def _assigned(home: Path, area: str, cutoff: str, issue: Issue, about: Settings) -> dict[tuple[str, str], str]:
    """As ``addressees.assign`` returns it; of reminders those of units. Raises ConfigError."""
    again = f"{command.typed(home)} week {cutoff} --area {area} --units"
    registry = home / "config" / area / "units.csv"
    recipients = about.recipients
    if spans.is_span(cutoff):  # a period has one mail, and no letters of units and departments
        recipients = [each for each in recipients if not each.about]
    if not issue.listed and (named := [each for each in recipients if each.about]):
        raise ConfigError(f"{named[0].where}: for: {named[0].about}: this week was made without letters: {again} all")
    if not issue.is_of_reminders:
        return addressees.assign(recipients, issue.listed, registry, cutoff, again)
    found = addressees.assign(about.recipients, issue.listed, registry, cutoff, "")
    return {(f"{outbox.REMINDER}{code}", address): each for (code, address), each in found.items() if code}


def preview(home: Path, area: str, cutoff: str, words: Wording, reminders: bool = False) -> tuple[Exit, str]:
    """Write one .eml file for each recipient, without a server or a password. Returns DONE and the text to print.

    Raises : ConfigError; NothingPublished; WeekIsBusy; MailError; OutboxError.
    """
    issue = compiled(home, area, cutoff, words, reminders)
    place, about = paths.reports(home, area, cutoff, "mail.eml"), settings.settings(home, area)
    if reminders and not issue.reminders:
        return Exit.DONE, words.say("reminder.none_made", area=area, cutoff=cutoff, command=command.typed(home))
    if about is None:
        return Exit.DONE, how_to(home, area, cutoff, words, reminders)
    with _box(home) as box:
        made = letters(home, area, cutoff, issue, about, box, time.time())
    folder = path(home).parent / "preview" / area / (f"{cutoff}-don-doc" if reminders else cutoff)
    for old in folder.glob("*.eml"):
        if PREVIEW.fullmatch(old.name):
            atomic.remove(old, below=path(home).parent)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for number, each in enumerate(made, start=1):
        atomic.save(folder / f"{number:03d}.eml", each.message)
    lines = [
        f"  {number:03d}.eml  {each.address}  {issue.name(each.about)}".rstrip()
        for number, each in enumerate(made, start=1)
    ]
    place = issue.folder / "mail" if reminders else place
    said = [words.say("mail.previewed", count=len(made), folder=folder, mail=place), *lines]
    if reminders:
        said += _say_unaddressed(issue, {each.about for each in made}, words)
    return Exit.DONE, "\n".join(said)


def _say_unaddressed(issue: Issue, addressed: set[str], words: Wording) -> list[str]:
    """The line that names the reminders that go to nobody, because the list of recipients names no one for the unit."""
    without = [issue.name(about) for about in issue.contents if about not in addressed]
    return [words.say("reminder.reminds_nobody", units=words.listed(without))] if without else []


def ending(home: Path, area: str, cutoff: str, words: Wording) -> str:
    """The last line that a run prints about mail: ``how_to`` where no server is set; "" where one is set.

    Where the settings cannot be read, the reason is added, because then no mail can be sent.
    """
    try:
        says = settings.read(home) or {}
    except (OSError, ConfigError) as error:
        return f"{how_to(home, area, cutoff, words)}\n{error}"
    return "" if "smtp" in says else how_to(home, area, cutoff, words)


def how_to(home: Path, area: str, cutoff: str, words: Wording, reminders: bool = False) -> str:
    """The line that says where the week's mail is, or its reminders are, and how to send them."""
    return words.say(
        "reminder.how_to" if reminders else "mail.how_to",
        mail=paths.reports(home, area, cutoff, "units" if reminders else "mail.eml"),
        settings=settings.SETTINGS,
        help=settings.HELP,
        command=command.typed(home),
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
    changed: bool = False,
    reminders: bool = False,
    may_log_in: bool = True,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
    attempt: Callable[..., int] = sender.in_child,
) -> tuple[Exit, str]:
    """Send the week's letters until none waits.

    resend  : send the uncertain letters again, and add no new ones
    changed : send those who have it already what has changed in it since, such as new remarks
    reminders : send the week's reminders, and nothing else: only a person asks for that
    may_log_in : False: only put the letters down, because the server has just refused our account
    Returns : DONE, or UNSETTLED if a letter was refused, given up or is uncertain; and the table of all letters
    Raises : NoSettings; ConfigError; PasswordError; NothingPublished; WeekIsBusy; MailError; OutboxError; LoginRefused.
    """
    issue, about = compiled(home, area, cutoff, words, reminders), settings.settings(home, area)
    if reminders and not issue.reminders:
        return Exit.DONE, words.say("reminder.none_made", area=area, cutoff=cutoff, command=command.typed(home))
    if about is None or about.server is None:
        raise NoSettings(how_to(home, area, cutoff, words, reminders))
    sender.password(about.server)
    if not resend:
        _assigned(home, area, cutoff, issue, about)  # a row that names no letter stops all before an outbox is made
    with _only_sender(home, area, cutoff, words), outbox.opened(path(home)) as box:
        box.recover(area, cutoff, clock())
        box.forget_bytes(clock())
        if resend:
            box.resend(area, cutoff, clock(), reminders)
        else:
            issue = compiled(home, area, cutoff, words, reminders)
            made = letters(home, area, cutoff, issue, about, box, clock())
            box.queue(area, cutoff, issue.revision, made, clock(), changed, reminders)
        if not resend and not reminders:
            remembered.note(box, remembered.RELEASED, area, cutoff, clock(), issue.revision, issue.content)
            remembered.forget(box, area, cutoff, remembered.HELD)
        if not may_log_in:
            raise LoginRefused(words.say("mail.login_not_again", area=area, cutoff=cutoff))
        done = True
        try:
            _work(home, box, area, cutoff, about.server, words, tell, clock, sleep, attempt, reminders)
        except KeyboardInterrupt:
            box.recover(area, cutoff, clock())
            tell(words.say("mail.stopped"))
            done = False
        rows = box.rows(area, cutoff, reminders)
        status, said = summarise(home, rows, area, cutoff, words)
        if reminders:
            said = "\n".join([said, *_say_unaddressed(issue, {row["about"] for row in rows}, words)])
        return status if done else Exit.UNSETTLED, said


def _work(
    home: Path,
    box: Outbox,
    area: str,
    cutoff: str,
    server: Server,
    words: Wording,
    tell: Callable[[str], None],
    clock: Callable[[], float],
    sleep: Callable[[float], None],
    attempt: Callable[..., int],
    reminders: bool,
) -> None:
    """Try the letters, or the reminders, always the one that is due first, until none waits. Raises LoginRefused."""
    while True:
        box.mend_clock(area, cutoff, clock())
        if (letter := box.next(area, cutoff, reminders)) is None:
            return
        if (wait_s := letter["due"] - clock()) > 0:
            waiting = sum(row["state"] == outbox.PENDING for row in box.rows(area, cutoff, reminders))
            tell(words.say("mail.waiting", count=waiting, time=say_time(letter["due"])))
            sleep(wait_s)
            continue
        if attempt(box, letter["id"], server, clock) == sender.LOGIN_REFUSED:
            tell(words.say("mail.login_refused", user=server.user))
            raise LoginRefused(summarise(home, box.rows(area, cutoff, reminders), area, cutoff, words)[1])
        rows = box.rows(area, cutoff, reminders)
        settled = sum(row["state"] not in (outbox.PENDING, outbox.SENDING) for row in rows)
        tell(words.say("mail.progress", count=settled, all=len(rows)))


def status(home: Path, area: str, cutoff: str, words: Wording) -> tuple[Exit, str]:
    """DONE or UNSETTLED, as ``send`` returns it, and the table of all letters. Raises NothingPublished; OutboxError."""
    with _box(home) as box:
        rows = box.rows(area, cutoff) if box else []
    if not rows:
        compiled(home, area, cutoff, words)
        return Exit.DONE, words.say("mail.nothing_queued", area=area, cutoff=cutoff)
    return summarise(home, rows, area, cutoff, words)


def waiting(home: Path, area: str) -> list[str]:
    """The weeks that have letters that wait, or mail that waits for its release, oldest first. Raises OutboxError."""
    with _box(home) as box:
        return sorted({*box.waiting(area), *remembered.unreleased(box, area)}) if box else []


def withdraw(home: Path, area: str, cutoff: str, words: Wording, keep: Callable[[list[str]], None]) -> None:
    """Stop the week's letters and file them aside, after ``keep`` has kept who got, or may have got, one of them.

    Raises : WeekIsBusy; OutboxError.
    """
    with _only_sender(home, area, cutoff, words), _box(home) as box:
        if box is None:
            keep([])
            return
        box.recover(area, cutoff, time.time())
        keep(list(dict.fromkeys(row["recipient"] for row in box.reached(area, cutoff))))
        box.withdraw(area, cutoff, time.time())
        remembered.forget(box, area, cutoff)


def hold(home: Path, area: str, cutoff: str, words: Wording) -> tuple[Exit, str]:
    """Stop the mail of a week's revision: no schedule sends it any more, until a person does.

    Raises : NothingPublished; WeekIsBusy, also while its letters are being sent; MailError; OutboxError.
    """
    issue = compiled(home, area, cutoff, words)
    with _only_sender(home, area, cutoff, words), outbox.opened(path(home)) as box:
        remembered.note(box, remembered.HELD, area, cutoff, time.time(), issue.revision)
    return Exit.DONE, words.say("mail.held", area=area, cutoff=cutoff, command=command.typed(home))


@contextmanager
def _only_sender(home: Path, area: str, cutoff: str, words: Wording) -> Iterator[None]:
    """Allow only one sender of a week at a time. Raises WeekIsBusy."""
    lock = path(home).with_name(f".lock-{area}-{cutoff}")
    lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with locks.held(lock):
            yield
    except locks.Busy as busy:
        said = words.say("mail.already_sending", area=area, cutoff=cutoff, command=command.typed(home))
        raise WeekIsBusy(said + busy.advice(words)) from None
