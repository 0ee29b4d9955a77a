"""A letter to the operator that something failed: one try, in the sender's own child process, without the outbox."""

from datetime import datetime
from pathlib import Path

from analysis.config.wording import Wording
from analysis.exits import Exit
from analysis.mail import compose, outbox, sender, settings
from analysis.mail.settings import NoSettings
from analysis.mail.status import say_reply

MOST_BYTES = 64 * 1024  # of a log, from its end


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
    sender.password(server)
    text = text.encode()[-MOST_BYTES:].decode("utf-8", "ignore").strip() or letter.say("mail.operator_nothing")
    about = {"subject": letter.say("mail.operator_subject"), "sender": own, "to": to}
    message = compose.note(letter.say("mail.operator_text") + "\n\n" + text, date=datetime.now().astimezone(), **about)
    given = {"address": settings.bare(to), "sender": settings.bare(own), "message": message}
    verdict = sender.hand_over_in_child(server, given)
    if verdict.state == outbox.ACCEPTED:
        return Exit.DONE, words.say("mail.operator_told", operator=given["address"])
    reply = say_reply(verdict.reply, words)
    return Exit.UNSETTLED, words.say("mail.operator_not_told", operator=given["address"], reply=reply)
