"""The letters of units and departments: the week's news of one of them, for its chairman or its head.

A unit's letter is its page in short; a department's is its section of the report, its standing tasks first. Nothing is
computed or drawn for them that page and report do not have, and no notebook runs, because a week may have 150.
"""

from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from analysis.config.wording import capital
from analysis.report import ask_course, asks, headline, page, remarks, sentences, unitpage
from analysis.report.edition import Edition
from analysis.report.html_head import address
from analysis.tables import ABOUT_DEPARTMENT, ABOUT_UNIT


class Letter(NamedTuple):
    """Code of the unit or department, subject, title, and the pieces of HTML in order."""

    code: str
    subject: str
    title: str
    pieces: list[str]


def unit_letters(edition: Edition) -> Iterator[Letter]:
    """The letter of each unit that has a page: its lines for a minute, what it is asked and how that went on, remarks,
    its figures."""
    made = edition.tables["pages"].query("status == 'made'")["unit_code"]
    for code in edition.units.loc[edition.units["unit_code"].isin(made), "unit_code"]:
        asked, words = asks.unit_requests(edition, code), edition.words
        pieces = [unitpage.minute(edition, code)]
        if asked:
            fields = {"heading": words.say("letter.requests_heading"), "items": asked}
            pieces.append(page.render_piece("letter_list", edition, **fields))
        if courses := ask_course.say_courses(edition, code):
            fields = {"heading": words.say("reminder.course_heading"), "items": courses}
            pieces.append(page.render_piece("letter_list", edition, **fields))
        if said := edition.remarks(ABOUT_UNIT, code):
            fields = {"heading": remarks.say_heading(edition), "items": _items(said)}
            pieces.append(page.render_piece("letter_list", edition, **fields))
        table = unitpage.lost_table(edition, code, with_best=False)
        rates = sentences.week_rate_lines(edition, code, only_known=True)
        texts = list(filter(None, [table["note"], *rates]))
        fields = {
            "rows": table["rows"],
            "has_peers": table["has_peers"],
            "has_points": table["has_points"],
            "has_targets": table["has_targets"],
            "texts": texts,
        }
        pieces.append(page.render_piece("letter_figures", edition, **fields))
        pieces += _link(edition, address(edition.rules.settings["public"], unitpage.published_path(edition, code)))
        title, corrected = unitpage.title(edition, code), edition.tables["corrections"]["unit_code"].eq(code).any()
        news = [_standing(edition, code), _count(edition, "asks", len(asked))]
        yield Letter(code, _subject(edition, edition.names.unit(code), news, title, corrected), title, _html(pieces))


def department_letters(edition: Edition) -> Iterator[Letter]:
    """The letter of each department that has a section: its standing tasks, its indicators' asks, remarks."""
    words = edition.words
    for section in asks.department_sections(edition):
        title = words.say("piece.title", area=section["name"], period=capital(words.period(edition.rules.cutoff)))
        indicators = [each["indicator"] for each in section["asks"]]
        corrected = edition.tables["corrections"]["indicator"].isin(indicators).any()
        title = sentences.mark_correction(title, edition) if corrected else title
        pieces = [page.render_piece("letter_title", edition, title=title)]
        parts = {words.say(f"letter.{part}_heading"): section[part] for part in ("standing", "asks", "watched")}
        parts[remarks.say_heading(edition)] = edition.remarks(ABOUT_DEPARTMENT, section["code"])
        for heading, said in parts.items():
            if said:
                fields = {"heading": heading, "items": _items(said)}
                pieces.append(page.render_piece("letter_list", edition, **fields))
        report = headline.head(edition).url
        pieces += _link(edition, f"{report}#department-{section['code']}" if report else "")
        news = [headline.say_below(edition, indicators), _count(edition, "tasks", len(section["standing"]))]
        name = section["name"]
        yield Letter(section["code"], _subject(edition, name, news, title, corrected), title, _html(pieces))


def _subject(edition: Edition, name: str, news: list[str], title: str, corrected: bool) -> str:
    """``766 Kiến An 04/12: 49,18 (+0,15), Yếu; 3 đề nghị``; the title where there is no news."""
    words, news = edition.words, list(filter(None, news))
    if not news:
        return title
    day = words.say("chart.day", day=edition.rules.cutoff)
    text = words.say("piece.mail_subject", area=name, day=day, news="; ".join(news))
    return sentences.mark_correction(text, edition) if corrected else text


def _standing(edition: Edition, code: str) -> str:
    """``49,18 (+0,15), Yếu``; "" without a total."""
    words, unit = edition.words, edition.unit(code)
    if pd.isna(unit["total"]):
        return ""
    total, change = words.number(unit["total"]), unit["change"]
    score = total if pd.isna(change) else f"{total} ({words.number(change, signed=True)})"
    return f"{score}, {edition.names.band(unit['band'])}"


def _count(edition: Edition, what: str, count: int) -> str:
    return edition.words.say(f"letter.subject_{what}", count=count) if count else ""


def _link(edition: Edition, to: str) -> list:
    """The line that leads to the page that the letter is of; none where the area's address is not known."""
    return [page.render_piece("letter_link", edition, address=to)] if to else []


def _items(said: list) -> list[dict]:
    """The items of a list: sentences, or rows with a ``name`` and ``texts``."""
    return [each if isinstance(each, dict) else {"name": "", "texts": [each]} for each in said]


def _html(pieces: list) -> list[str]:
    return [piece.data for piece in pieces]
