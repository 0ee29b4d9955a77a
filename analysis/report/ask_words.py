"""What a row of the ledger of asks asks for, in few words: for page, mail, letters, reminders and workbook alike.

A row is one of the table ``asks``, as a named tuple or a Series. The words are in config/wording (``followup.ask_*``).
"""

import math

import pandas as pd

from analysis.config.wording import MISSING, capital
from analysis.method.asked import BAND, FELL, FLAG, OWN, SIGNAL, TARGET, TASK, TOTAL, ZERO
from analysis.method.endings import OFFICE
from analysis.method.ledger import AT, EXPLAINED, MET, ONCE
from analysis.report.edition import Edition

BY_WORD = "by_word"  # how an ask stands that is done, but by no figure


def say_ask(edition: Edition, row) -> str:
    """What is asked, to begin a line, without a full stop: ``Công khai, minh bạch: 19,3%; ngưỡng 50%``.

    An ask of the office itself, and a standing task, is the office's own words.
    """
    words, about = edition.words, {"what": name_subject(edition, row), "level": say_level(edition, row)}
    if row.kind == OWN:
        return _find_own_words(edition, row) or about["what"]
    if row.kind == TASK:
        return _find_task(edition, row) or about["what"]
    if row.kind == ZERO:
        return words.say("followup.ask_zero", **about)
    if (target := say_target(edition, row)) == MISSING:
        return words.say("followup.ask_level", **about)
    return words.say(f"followup.ask_{row.kind}", target=target, **about)


def name_subject(edition: Edition, row) -> str:
    """The name of the indicator or the part of the total that is asked about; of several the names of all.

    Of an ask about a unit as a whole, and about what the index has no more, its code.
    """
    return capital(edition.words.listed(_name(edition, code) for code in row.indicator.split()))


def name_ask(edition: Edition, row) -> str:
    """What an ask is called in a table: its subject; of the office's own ask its words."""
    return capital(say_ask(edition, row).rstrip(".")) if row.kind == OWN else name_subject(edition, row)


def say_level(edition: Edition, row) -> str:
    """The level of this week as the reader knows it: ``19,3%``, ``49,18``; of a target ``0/18``."""
    names, words = edition.names, edition.words
    if _is_missing(row.level):
        return words.say("followup.no_level")
    if row.kind == TARGET:
        return f"{words.number(row.level, 0)}/{words.number(row.target, 0)}"
    return _say_value(edition, row, row.level) if row.kind != SIGNAL else names.rate(row.indicator, row.level)


def say_target(edition: Edition, row) -> str:
    """What the level is to be: ``50%``; MISSING where the row has none."""
    names, wanted = edition.names, _find_target_value(row)
    if _is_missing(wanted):
        return MISSING
    if row.kind in (FLAG, TARGET):
        return names.limit(row.indicator, wanted)
    return _say_value(edition, row, wanted) if row.kind != SIGNAL else names.rate(row.indicator, wanted)


def say_times(edition: Edition, row) -> str:
    """``lần 2``: how many reports have asked it; "" for the first, and for a standing task."""
    if _is_missing(row.times) or row.times < 2:
        return ""
    return edition.words.say("followup.times", count=edition.words.number(row.times, 0))


def split_by_mark(edition: Edition, rows: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """The rows of asks about one indicator by the mark that they are asked about, in words; "" of those about none."""
    marks = [say_target(edition, row) if row.kind == FLAG else "" for row in rows.itertuples(index=False)]
    return [(mark, its) for mark, its in rows.groupby(pd.Series(marks, rows.index, dtype=str), sort=False)]


def name_met(edition: Edition, rows, most: int | None = None) -> str:
    """``Kiến An (55,0%), Mỹ Hiệp (51,2%) và 3 đơn vị khác``: the units whose asks, rows of ``asks``, were met.

    most : how many are named at most; never more than a request names
    """
    asked = edition.rules.settings["page"]["asked"]
    most = asked if most is None else min(most, asked)
    named = [_name_met(edition, row) for row in rows.head(most).itertuples(index=False)]
    if others := len(rows) - len(named):
        named.append(edition.words.say("piece.others", count=others))
    return edition.words.listed(named)


def _name_met(edition: Edition, row) -> str:
    """The unit with the figure that met its ask: its own week's, where the printed one is still below the mark."""
    name, words = name_unit(edition, row), edition.words
    if row.kind == OWN or _is_missing(row.level) or EXPLAINED in row.note.split():
        return name
    is_by_week = row.kind == SIGNAL or (row.kind == FLAG and row.level < row.target)
    if is_by_week and _is_missing(row.rate):
        return name
    figure = say_level(edition, row)
    if is_by_week:
        figure = words.say("followup.own_week", rate=edition.names.rate(row.indicator, row.rate))
    return f"{name} ({figure})"


def is_by_word(row) -> bool:
    """Of an ask that is done, whether by what somebody says, a unit's cause or the office: no figure says it."""
    return row.kind == OWN or row.progress != MET or not {EXPLAINED, OFFICE}.isdisjoint(row.note.split())


def say_about(edition: Edition, row) -> list[str]:
    """How often an ask was asked; that it was met once where two are needed."""
    once = edition.words.say("followup.once") if ONCE in row.note.split() else ""
    return list(filter(None, [say_times(edition, row), once]))


def name_unit(edition: Edition, row) -> str:
    """The name of the unit of a row, also where it is not among this week's units any more."""
    name = edition.names.unit(row.unit_code)
    return row.unit_name if name == row.unit_code else name


def _find_target_value(row) -> float:
    """The limit of the row; of TARGET the one that its note names, for its own target is a number of units."""
    if row.kind != TARGET:
        return row.target
    return next((float(code.partition(":")[2]) for code in row.note.split() if code.startswith(f"{AT}:")), math.nan)


def _say_value(edition: Edition, row, value: float) -> str:
    if row.kind in (BAND, FELL) or row.indicator == TOTAL:
        return edition.words.say("followup.points", points=edition.words.number(value))
    return edition.names.figure(row.indicator, value)


def _name(edition: Edition, code: str) -> str:
    try:
        return edition.names.measured(code)
    except KeyError:
        return code


def _find_task(edition: Edition, row) -> str:
    """The task as its department's section has it; "" where it is not in force any more."""
    tasks, words = edition.rules.tasks, edition.words
    its = tasks[tasks["code"] == row.ask_id.partition(":")[0]]
    if its.empty:
        return ""
    role, text = its["role"].iat[0], its[f"text_{words.lang}"].iat[0]
    return words.say(f"piece.task_{role}", task=text) if role else text


def _find_own_words(edition: Edition, row) -> str:
    """The words of an ask of the office itself, as it put them down; "" where no reply file has them."""
    replies = edition.tables.get("replies")
    if replies is None:
        return ""
    texts = replies.loc[(replies["ask_id"] == row.ask_id) & (replies["kind"] == OWN), "text"]
    return texts.iat[-1] if len(texts) else ""


def _is_missing(value: float) -> bool:
    return value != value
