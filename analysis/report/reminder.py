"""Reminds a unit of what it has been asked again and again: the document to sign, and the letter with the form.

A unit is reminded of its asks that are overdue, or that were made ``[asks] remind_from`` times or more; it needs no
page of its own. Not of one that this week alone already meets (``once``: it waits to be confirmed), nor of one whose
day the office has put off. The document is the office's own template config/<area>/don-doc.docx, else the program's
(docs/document.md). It is internal, and names no day that the office has not set.
"""

from datetime import date, datetime
from pathlib import Path

import pandas as pd
from docxtpl import DocxTemplate

from analysis.config.files import ConfigError
from analysis.config.wording import capital
from analysis.method.asked import TASK
from analysis.method.ledger import CLOSED, ONCE, OVERDUE
from analysis.report import ask_course, ask_words, document, page, sentences
from analysis.report.edition import Edition
from analysis.report.templates import TEMPLATES
from analysis.tables import ADDRESSEES
from analysis.weeks import paths

TEMPLATE = "don-doc.docx"
EXTENDED = "extended"
HEADS = ("number", "ask", "opened", "times", "level_opened", "level")
LETTER_TYPE = "BC-"  # of a report's number; a letter has none


def find_open(edition: Edition, code: str) -> pd.DataFrame:
    """The unit's rows of the ledger that are open, the strongest kind first."""
    rows = edition.tables["asks"]
    is_its = (rows["addressee"] == ADDRESSEES[0]) & (rows["unit_code"] == code) & (rows["kind"] != TASK)
    return rows[is_its & ~rows["state"].isin(CLOSED)]


def find_reminded(edition: Edition, code: str) -> pd.DataFrame:
    """Of ``find_open`` what the unit is reminded of; without rows it gets no reminder."""
    rows = find_open(edition, code)
    is_often = rows["times"] >= edition.rules.settings["asks"]["remind_from"]
    waits = rows["note"].str.split().map(lambda codes: ONCE in codes) if len(rows) else False
    return rows[((rows["state"] == OVERDUE) | (is_often & (rows["state"] != EXTENDED))) & ~waits]


def reminded_units(edition: Edition) -> list[str]:
    """The codes of the units that get a reminder, in the order of the edition."""
    return [code for code in edition.units["unit_code"] if len(find_reminded(edition, code))]


def build_reminder(edition: Edition, home: Path, code: str) -> bytes:
    """The unit's reminder as a Word file, its number and signature open; the same edition gives the same bytes.

    Raises : ConfigError where the office's template is no Word file, or uses an unknown field.
    """
    own = home / "config" / edition.rules.area / TEMPLATE
    name = f"config/{edition.rules.area}/{TEMPLATE}"
    try:
        template = DocxTemplate(own if own.is_file() else TEMPLATES / "document" / TEMPLATE)
        template.render(fields(edition, code), document.environment())
    except Exception as error:  # the office may have changed anything in Word
        raise ConfigError(f"{name}: {error}; what a template may ask for: docs/document.md") from error
    day = datetime.combine(edition.rules.cutoff, datetime.min.time())
    return document.sealed(template.docx, title(edition, code), day)


def title(edition: Edition, code: str) -> str:
    """What it is about, with the unit: for the file's properties and the letter."""
    return f"{edition.words.say('reminder.title', period=_period(edition))} – {edition.names.full_unit(code)}"


def fields(edition: Edition, code: str) -> dict:
    """The values that a template can use, by the names in docs/document.md."""
    words, say = edition.words, edition.words.say
    office, own = edition.rules.settings["document"], edition.rules.settings["reminder"]
    suffix = own["number_suffix"] or office["number_suffix"].removeprefix(LETTER_TYPE)
    to = say_addressee(edition, code)
    rows = ask_rows(edition, find_reminded(edition, code))
    return {
        "superior": office["superior"],
        "agency": office["agency"],
        "number": f"{say('piece.number')} {document.BLANK}/{suffix}",
        "nation": say("piece.nation"),
        "motto": say("piece.motto"),
        "place": sentences.place_and_day(edition),
        "subject": say("reminder.subject"),
        "report": say("reminder.slip"),
        "to": say("reminder.to", unit=capital(to)),
        "intro": say_intro(edition, code),
        "heads": {name: say(f"reminder.head_{name}") for name in HEADS},
        "asks": rows,
        "request": capital(say("reminder.request", unit=to, form=_form_name(code))),
        "reply_by": say_reply_by(edition, code),
        "end": say("reminder.end", issuer=capital(office["issuer"]), unit=to),
        "recipients": {
            "heading": say("piece.recipients"),
            "lines": [
                f"- {say('reminder.as_above')};",
                *(f"- {each};" for each in own["recipients"]),
                f"- {say('piece.archive', archive=office['archive'])}",
            ],
        },
        "authority": own["authority"],
        "signer": office["signer"],
        "signature": say("piece.signature"),
    } | {"open": words.number(len(find_open(edition, code)), 0), "unit": edition.names.full_unit(code)}


def say_addressee(edition: Edition, code: str) -> str:
    """``Ủy ban nhân dân xã Kiến An``; a unit that is no commune by its name, such as a department's."""
    kinds = edition.rules.settings["kinds"]
    is_place = bool(kinds.get(edition.kinds[code], {}).get("types"))
    typed = edition.names.typed(code)
    return edition.words.say("reminder.committee", unit=typed) if is_place else typed


def say_intro(edition: Edition, code: str) -> str:
    """How many asks of the unit are open, of how many of them it is reminded, and why of these."""
    words, rows, often = edition.words, find_reminded(edition, code), edition.rules.settings["asks"]["remind_from"]
    is_overdue, is_often = (rows["state"] == OVERDUE).any(), (rows["times"] >= often).any()
    if is_overdue:
        why = words.say("reminder.why_both", often=often) if is_often else words.say("reminder.why_overdue")
    else:
        why = words.say("reminder.why_often", often=often)
    counts = {"open": len(find_open(edition, code)), "count": len(rows)}
    about = {"unit": say_addressee(edition, code), "period": _period(edition)}
    return words.say("reminder.intro", why=why, **counts, **about)


def say_reply_by(edition: Edition, code: str) -> str:
    """By which day the office asks for a reply; "" where it has set none."""
    days = sorted(day for day in find_reminded(edition, code)["reply_by"] if day)
    return edition.words.say("reminder.reply_by", day=_day(edition, days[0])) if days else ""


def ask_rows(edition: Edition, rows: pd.DataFrame) -> list[dict]:
    """The rows of the ledger as the document and the letter show them, by HEADS; ``about``: what else is known of each,
    or ""."""
    words, told = edition.words, []
    for number, row in enumerate(rows.itertuples(index=False), start=1):
        told.append(
            {
                "number": words.number(number, 0),
                "ask": ask_words.say_ask(edition, row),
                "opened": _day(edition, row.opened),
                "times": words.number(row.times, 0),
                "level_opened": ask_course.say_level(edition, row, row.level_opened),
                "level": ask_course.say_level(edition, row, row.level),
                "about": _say_about(edition, row),
            }
        )
    return told


def _say_about(edition: Edition, row) -> str:
    """What else is known of an ask: the day that the office has set, and when the unit last answered."""
    say = edition.words.say
    due = (
        say("reminder.overdue" if row.state == OVERDUE else "reminder.due", day=_day(edition, row.due))
        if row.due
        else ""
    )
    replied = say("reminder.replied", day=_day(edition, row.replied)) if row.replied else ""
    return capital("; ".join(filter(None, [due, replied])))


def build_pieces(edition: Edition, code: str) -> list[str]:
    """The letter's pieces of HTML: what the document says, for whoever opens the form."""
    told = fields(edition, code) | {"title": title(edition, code), "form": _form_name(code)}
    return [page.render_piece("reminder", edition, **told).data]


def subject(edition: Edition, code: str) -> str:
    """``766 Kiến An 04/12: đôn đốc 5 đề nghị``"""
    words, count = edition.words, len(find_reminded(edition, code))
    news = words.say("reminder.subject_news", count=count)
    day = words.say("chart.day", day=edition.rules.cutoff)
    return words.say("piece.mail_subject", area=edition.names.unit(code), day=day, news=news)


def _form_name(code: str) -> str:
    return Path(paths.form_file(code)).name


def _period(edition: Edition) -> str:
    return edition.words.date(edition.rules.cutoff)


def _day(edition: Edition, iso: str) -> str:
    return edition.words.date(date.fromisoformat(iso))
