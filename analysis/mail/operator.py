"""Letters to the operator: one try, in the sender's own child process, without the outbox."""

import codecs
import locale
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from analysis.config.wording import Wording
from analysis.exits import Exit
from analysis.mail import compose, outbox, sender, settings
from analysis.mail.sender import Server, Verdict
from analysis.mail.settings import NoSettings
from analysis.mail.status import say_reply

MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
MOST_BYTES = 64 * 1024  # of a log, from its end


def as_text(data: bytes) -> str:
    """A log as text: UTF-16, as PowerShell writes it, or UTF-8; a line that is neither is in the system's encoding."""
    for mark, encoding in MARKS.items():
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):  # the end of such a log has no mark
        if data[first::2].count(0) > len(data) / 4:
            return data.decode(encoding, "replace")
    return unicodedata.normalize("NFC", "".join(map(_line, data.splitlines(keepends=True))))


def _line(data: bytes) -> str:
    for cut in range(4):  # the end of a log may begin within a letter
        if all(each & 0xC0 == 0x80 for each in data[:cut]):
            with suppress(UnicodeDecodeError):
                return data[cut:].decode()
    return data.decode(locale.getencoding(), "replace")


def tell(home: Path, text: str, letter: Wording, words: Wording) -> tuple[Exit, str]:
    """Send the end of ``text``, a log, to the operator, in one try and without the outbox.

    letter, words : the wording of the letter, and of what is said to whoever started the program
    Returns : DONE or UNSETTLED, and the sentence to print. The recipients and their domains are not read, because the
              fault may be there.
    Raises : NoSettings, where mail.toml names no operator or no server; ConfigError; PasswordError.
    """
    if (known := settings.operator(home)) is None:
        about = {"settings": settings.SETTINGS, "help": settings.SCHEDULE_HELP}
        raise NoSettings(words.say("mail.no_operator", **about))
    own, to, server = known
    text = text.encode()[-MOST_BYTES:].decode("utf-8", "ignore").strip() or letter.say("mail.operator_nothing")
    text = letter.say("mail.operator_text") + "\n\n" + text
    verdict = hand_over(server, own, to, letter.say("mail.operator_subject"), text)
    if verdict.state == outbox.ACCEPTED:
        return Exit.DONE, words.say("mail.operator_told", operator=settings.bare(to))
    reply = say_reply(verdict.reply, words)
    return Exit.UNSETTLED, words.say("mail.operator_not_told", operator=settings.bare(to), reply=reply)


def hand_over(
    server: Server, own: str, to: str, subject: str, text: str, attached: Mapping[str, bytes] | None = None
) -> Verdict:
    """Send one plain letter from ``own`` to the operator ``to``, in one try. Raises PasswordError.

    attached : letters, by the name that the reader sees
    """
    sender.password(server)
    about = {"subject": subject, "sender": own, "to": to, "date": datetime.now().astimezone()}
    message = compose.note(text, attached=attached or {}, **about)
    given = {"address": settings.bare(to), "sender": settings.bare(own), "message": message}
    return sender.hand_over_in_child(server, given)
