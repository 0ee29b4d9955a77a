"""Sends the mails of the weeks that a schedule has made, as ``release`` in mail.toml lets them out.

``at once``; ``by hand``: the operator gets a preview, and a person releases the mail with ``mail CUTOFF --send``;
``after 2h``: the operator gets the preview, and the first run two hours later sends it, unless a person has stopped it.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from analysis.config.wording import Wording
from analysis.exits import AnalysisError, Exit
from analysis.mail import operator, outbox, remembered, sender, sending, settings
from analysis.mail.outbox import Letter, Outbox
from analysis.mail.sending import Issue
from analysis.mail.settings import Settings
from analysis.mail.status import say_reply, say_time
from analysis.weeks import command, paths

MOST_ATTACHED = 10 * 1024 * 1024  # bytes of previews in one letter, our choice: many servers take 20 MB, encoded


def send_weeks(
    home: Path,
    weeks: Iterable[tuple[str, str]],
    words: Wording,
    letter: Wording,
    tell: Callable[[str], None],
    clock: Callable[[], float] = time.time,
) -> Iterator[tuple[Exit, str]]:
    """Send the mail of each week, area and cut-off, or have it looked at first; yield status and text of each.

    letter : the wording of letters to the operator
    One week's fault holds up no other, but a login that was refused is tried no second time: that locks accounts. The
    letters of the other weeks are put down, and wait for the next run.
    """
    may_log_in = True
    for area, cutoff in weeks:
        try:
            yield _send_week(home, area, cutoff, words, letter, tell, clock, may_log_in)
        except AnalysisError as error:
            may_log_in = may_log_in and not isinstance(error, sending.LoginRefused)
            yield error.status, str(error)


def _send_week(
    home: Path,
    area: str,
    cutoff: str,
    words: Wording,
    letter: Wording,
    tell: Callable[[str], None],
    clock: Callable[[], float],
    may_log_in: bool,
) -> tuple[Exit, str]:
    """Send the week's mail, tell the operator, or say for whom or until when it waits. Raises as ``sending.send``."""
    about = settings.settings(home, area)
    if about and about.server and (about.release != settings.AT_ONCE or sending.path(home).is_file()):
        issue = sending.compiled(home, area, cutoff, words)
        with outbox.opened(sending.path(home)) as box:
            if waits := _waiting(home, box, area, cutoff, issue, about, words, letter, clock(), may_log_in):
                return waits
    return sending.send(home, area, cutoff, words, tell, may_log_in=may_log_in)


def _waiting(
    home: Path,
    box: Outbox,
    area: str,
    cutoff: str,
    issue: Issue,
    about: Settings,
    words: Wording,
    letter: Wording,
    now: float,
    may_log_in: bool,
) -> tuple[Exit, str] | None:
    """Status and text where the mail must wait; None where it may go. The operator is told where that is not done yet.

    Raises : LoginRefused; what ``sending.letters`` raises.
    """
    week = {"area": area, "cutoff": cutoff}
    said = week | {"command": command.typed(home)}
    key = week | {"revision": issue.revision, "content": issue.content}
    if remembered.when(box, remembered.HELD, **week, revision=issue.revision) is not None:
        return Exit.DONE, words.say("mail.held", **said)
    if about.release == settings.AT_ONCE or remembered.when(box, remembered.RELEASED, **key) is not None:
        return None
    letters = sending.letters(home, area, cutoff, issue, about, box, now)
    remembered.note(box, remembered.ASKED, **key, now=now, again=False)
    told = remembered.when(box, remembered.TOLD, **key)
    if told is None:
        if not may_log_in:
            raise sending.LoginRefused(words.say("mail.login_not_again", **week))
        verdict = _preview(home, area, cutoff, letters, issue, about, about.released_at(now), letter)
        if verdict.state == sender.LOGIN:
            raise sending.LoginRefused(words.say("mail.login_refused", user=about.server.user))
        if verdict.state != outbox.ACCEPTED:
            reply, to = say_reply(verdict.reply, words), settings.bare(about.operator)
            return Exit.UNSETTLED, words.say("mail.not_asked", **said, operator=to, reply=reply)
    if told is None or told > now:  # later than now: a clock was wrong, and the time begins anew
        remembered.note(box, remembered.TOLD, **key, now=now)
        told = now
    if (due := about.released_at(told)) is None:
        return Exit.DONE, words.say("mail.waits_for_person", **said)
    return None if due <= now else (Exit.DONE, words.say("mail.waits_until", **said, time=say_time(due)))


def _preview(
    home: Path,
    area: str,
    cutoff: str,
    letters: list[Letter],
    issue: Issue,
    about: Settings,
    due: float | None,
    words: Wording,
) -> sender.Verdict:
    """Send the operator what the recipients would get, with the list of them and the command that releases it.

    Attached is one letter of each content, as the first who gets it would see it.
    """
    week = {"area": area, "cutoff": cutoff}
    said = week | {"command": command.typed(home)}
    how = (
        words.say("mail.release_after", **said, time=say_time(due))
        if due
        else words.say("mail.release_by_hand", **said)
    )
    first, size = {}, 0
    for each in letters:
        if each.about not in first and size + len(each.message) <= MOST_ATTACHED:
            first[each.about] = each
            size += len(each.message)
    left = len({each.about for each in letters}) - len(first)
    lines = [words.say("mail.release_text", **week, revision=f"r{issue.revision}"), how]
    lines += [words.say("mail.release_left_out", **said, count=left)] if left else []
    lines += ["", words.say("mail.release_recipients", count=len(letters))]
    lines += [f"  {each.recipient.strip()}  {issue.name(each.about)}".rstrip() for each in letters]
    subject = words.say("mail.release_subject", **week)
    attached = {_file(cutoff, each.about): each.message for each in first.values()}
    return operator.hand_over(about.server, about.sender, about.operator, subject, "\n".join(lines), attached)


def _file(cutoff: str, code: str) -> str:
    """What a preview is called: ``2023-12-04.eml``, ``2023-12-04-30634.eml``."""
    return f"{cutoff}-{Path(paths.letter_file(code)).name}" if code else f"{cutoff}.eml"
