"""What became of what the last report asked: counts, who met it, who is worse or overdue, and what the units say.

A report whose area was asked nothing before says nothing of it. What is for the office alone is marked ``internal``:
overdue asks, who has not answered, and the units' own statements. docs/method.md §14.
"""

from datetime import date
from typing import NamedTuple

import pandas as pd

from analysis.config.wording import capital, uncapital
from analysis.method.asked import FLAG, OWN, TARGET, TASK, ZERO
from analysis.method.ledger import (
    AGAIN,
    BETTER,
    CLOSED,
    DONE,
    ENDED,
    EXPLAINED,
    EXTENDED,
    NEW,
    OTHER_KIND,
    OVERDUE,
    SAME,
    UNCLEAR,
    WORSE,
)
from analysis.report import ask_words, parts
from analysis.report.edition import Edition, once
from analysis.report.parts import Part

IN_ORDER = (DONE, BETTER, SAME, WORSE, UNCLEAR, ENDED)
MOST_BEHIND = 10
LONGEST = 200  # characters of a statement that are shown at once
# Our choice, so that the section of a province is one screen: units that are praised by name, of each indicator at
# least LEAST_MET; statements that are shown at once, where there are more than FEW_STATEMENTS.
MOST_MET, LEAST_MET, MOST_STATEMENTS, FEW_STATEMENTS = 24, 3, 2, 4
REPLY, FORM = "reply", "form"
# What makes a statement one: a line of a file about a unit as a whole has a row for each of its asks.
STATED = ["unit_code", "department", "day", "text", "cause", "solution", "promised", "document"]


class Behind(NamedTuple):
    """An ask that is worse than when it was opened, or overdue.

    text : what is asked of whom, and how it was;  overdue : that its day is past, or ""
    """

    text: str
    overdue: str
    is_worse: bool


class Statement(NamedTuple):
    """What a unit says: ``head`` who and when, ``text`` its first words, ``rest`` what follows them, or ""."""

    head: str
    text: str
    rest: str


class FollowUp(NamedTuple):
    """The section. Internal are ``late``, ``by_word``, ``silent``, ``statements`` and their rest, and what of
    ``behind`` is only overdue."""

    counts: str
    late: str
    met: list[dict]
    by_word: list[str]
    behind: list[Behind]
    behind_heading: str
    more_behind: str
    silent: str
    statements: list[Statement]


@once
def follow_up(edition: Edition) -> FollowUp | None:
    """The section; None where no earlier report has asked anything."""
    rows = find_followed(edition)
    if rows.empty:
        return None
    behind = _find_behind(rows)
    more = len(behind) - MOST_BEHIND
    return FollowUp(
        _say_counts(edition, rows),
        _say_late(edition, rows),
        _list_met(edition, rows),
        _say_by_word(edition, rows),
        [_say_behind(edition, row) for row in behind.head(MOST_BEHIND).itertuples(index=False)],
        _head_behind(edition, behind),
        edition.words.say("followup.more_behind", count=more) if more > 0 else "",
        _say_silent(edition, rows),
        _list_statements(edition),
    )


def has_internal(edition: Edition) -> bool:
    """Whether the section says anything that is for the office alone."""
    told = follow_up(edition)
    return told is not None and any((told.late, told.by_word, told.silent, told.statements))


def find_followed(edition: Edition) -> pd.DataFrame:
    """The rows of what the last report asked: all but standing tasks, and what is asked this week for the first time or
    again after it was closed; with ``outcome``, one of IN_ORDER."""
    rows = edition.tables["asks"]
    again = rows["note"].str.split().map(lambda codes: AGAIN in codes).astype(bool)
    rows = rows[(rows["kind"] != TASK) & (rows["state"] != NEW) & ~(again & rows["level_before"].isna())]
    closed = rows["state"].isin(CLOSED)
    # What the office follows itself has no figure that could have moved.
    known = rows["progress"].where(rows["progress"].isin(IN_ORDER), UNCLEAR)
    return rows.assign(outcome=rows["state"].where(closed, known))


def count_outcomes(edition: Edition) -> dict[str, int]:
    """How many of the last report's asks had each outcome, in the order of IN_ORDER; those that no ask had left out."""
    counts = find_followed(edition)["outcome"].value_counts()
    return {outcome: int(counts[outcome]) for outcome in IN_ORDER if outcome in counts}


def item(edition: Edition) -> list[Part]:
    """The section in one line, in parts; [] where it says nothing."""
    counts, words = count_outcomes(edition), edition.words
    if not counts:
        return []
    whole = sum(counts.values())
    done = [Part(f"{counts.get(DONE, 0)}/{whole}", strong=True)]
    others = [_say_part(edition, outcome, count) for outcome, count in counts.items() if outcome != DONE]
    if not others:
        return parts.say(words, "followup.item_all", done=done)
    return parts.say(words, "followup.item", done=done, others="; ".join(others))


def _say_part(edition: Edition, outcome: str, count: int) -> str:
    return edition.words.say(f"followup.count_{outcome}", count=edition.words.number(count, 0))


def _say_counts(edition: Edition, rows: pd.DataFrame) -> str:
    """How many of the last report's asks were met, stand better or worse, or ended, and why those ended."""
    words, counts = edition.words, count_outcomes(edition)
    if set(counts) == {DONE}:
        return (
            words.say("followup.all_done", count=counts[DONE]) if counts[DONE] > 1 else words.say("followup.one_done")
        )
    told = [_say_part(edition, outcome, count) for outcome, count in counts.items() if outcome != ENDED]
    if ENDED in counts:
        told.append(_say_ended(edition, rows[rows["state"] == ENDED]))
    return words.say("followup.counts", count=words.number(len(rows), 0), outcomes="; ".join(told))


def _say_ended(edition: Edition, rows: pd.DataFrame) -> str:
    """``4 kết thúc theo dõi (3 sang năm mới; 1 đính chính số liệu)``"""
    words = edition.words
    reasons = rows["note"].str.split().str[-1].fillna("").str.partition(":")[0]
    counts = reasons[reasons.map(lambda reason: words.has(f"followup.ended_{reason}"))].value_counts(sort=False)
    told = [words.say(f"followup.ended_{reason}") for reason in counts.index]
    if len(told) > 1:
        numbers = (words.number(count, 0) for count in counts)
        told = [
            words.say("followup.ended_each", count=count, reason=why) for count, why in zip(numbers, told, strict=True)
        ]
    text = _say_part(edition, ENDED, len(rows))
    return words.say("followup.ended_why", text=text, reasons="; ".join(told)) if told else text


def _say_late(edition: Edition, rows: pd.DataFrame) -> str:
    """How many open asks are past their day, and of how many the office has moved the day."""
    words = edition.words
    told = [
        words.say(f"followup.state_{state}", count=words.number(count, 0))
        for state in (OVERDUE, EXTENDED)
        if (count := int((rows["state"] == state).sum()))
    ]
    return words.say("followup.late", states="; ".join(told)) if told else ""


def _list_met(edition: Edition, rows: pd.DataFrame) -> list[dict]:
    """Who met what: ``name`` of the indicator, with its mark where that was asked about, and ``text``, the units with
    the figures that met it."""
    words, told = edition.words, []
    met = rows[(rows["state"] == DONE) & ~_is_by_word(rows)]
    most = max(LEAST_MET, MOST_MET // max(met["indicator"].nunique(), 1))
    for (indicator, is_area), rows_of in met.groupby([met["indicator"], met["kind"] == TARGET], sort=False):
        for mark, its in ask_words.split_by_mark(edition, rows_of):
            first = next(its.itertuples(index=False))
            name = ask_words.name_subject(edition, first)
            name = words.say("followup.met_name", name=name, limit=mark) if mark else name
            text = _say_met_target(edition, first) if is_area else ask_words.name_met(edition, its, most)
            told.append({"indicator": indicator, "name": name, "text": text})
    return told


def _say_met_target(edition: Edition, row) -> str:
    fields = {"reached": ask_words.say_level(edition, row), "target": ask_words.say_target(edition, row)}
    return edition.words.say("followup.met_target", **fields)


def _say_by_word(edition: Edition, rows: pd.DataFrame) -> list[str]:
    """What is done by what somebody says, not by a figure: falls whose cause was given; what the office calls done."""
    done = rows[rows["state"] == DONE]
    explained = _has_code(done, EXPLAINED)
    told = (("explained", explained), ("done_by_office", ~explained & _is_by_word(done)))
    return [
        edition.words.say(f"followup.{key}", asks="; ".join(_name_asks(edition, done[which])))
        for key, which in told
        if which.any()
    ]


def _is_by_word(rows: pd.DataFrame) -> pd.Series:
    """Of rows that are done, whether by what somebody says: no figure says it."""
    return pd.Series([ask_words.is_by_word(row) for row in rows.itertuples()], rows.index, dtype=bool)


def _name_asks(edition: Edition, rows: pd.DataFrame) -> list[str]:
    most = edition.rules.settings["page"]["asked"]
    named = [_name_ask(edition, row) for row in rows.head(most).itertuples(index=False)]
    others = len(rows) - len(named)
    return [*named, *([edition.words.say("followup.other_asks", count=others)] if others else [])]


def _name_ask(edition: Edition, row) -> str:
    """``Kiến An – tổng điểm``; of what the office asks itself its words."""
    what = ask_words.say_ask(edition, row).rstrip(".") if row.kind == OWN else ask_words.name_subject(edition, row)
    name = _name_asked(edition, row)
    return edition.words.say("followup.ask_of", unit=name, ask=uncapital(what)) if name else what


def _has_code(rows: pd.DataFrame, code: str) -> pd.Series:
    return rows["note"].str.split().map(lambda codes: code in codes).astype(bool)


# -- worse or overdue ------------------------------------------------------------------------------------------------


def _find_behind(rows: pd.DataFrame) -> pd.DataFrame:
    """The open asks that are worse than when they were opened, or overdue; the farthest from its target first, by what
    is lacking as a share of the target."""
    rows = rows[~rows["state"].isin(CLOSED) & ((rows["progress"] == WORSE) | (rows["state"] == OVERDUE))]
    lacking = (1 - rows["level"] / rows["target"].where(rows["target"] > 0)).where(rows["kind"] != ZERO, 1.0)
    return rows.assign(lacking=lacking).sort_values("lacking", ascending=False, kind="stable", na_position="last")


def _head_behind(edition: Edition, rows: pd.DataFrame) -> str:
    """``Kém hơn khi đề nghị hoặc quá hạn``, or either of the two."""
    say, is_overdue = edition.words.say, (rows["state"] == OVERDUE).any()
    if not (rows["progress"] == WORSE).any():
        return say("followup.only_overdue")
    return " ".join([say("followup.worse"), *([say("followup.or_overdue")] if is_overdue else [])])


def _say_behind(edition: Edition, row) -> Behind:
    words, is_worse = edition.words, row.progress == WORSE
    unit = _name_asked(edition, row)
    text = uncapital(ask_words.say_ask(edition, row)).rstrip(".")
    if is_worse:
        text = words.say("followup.and_then", text=text, then=_say_worse(edition, row))
    overdue = ""
    if row.state == OVERDUE:
        overdue = words.say("followup.overdue", due=words.date(date.fromisoformat(row.due)))
    return Behind(capital(words.say("followup.ask_of", unit=unit, ask=text) if unit else text), overdue, is_worse)


def _say_worse(edition: Edition, row) -> str:
    """Why an ask counts as worse: a fallen own rate, a stronger reason, or its level when it was opened."""
    words = edition.words
    if any(code.startswith(f"{OTHER_KIND}:") for code in row.note.split()):
        return words.say("followup.worse_kind")
    if row.kind == FLAG and row.indicator in edition.rules.flows:
        return words.say("followup.worse_flow")
    opened = row._replace(level=row.level_opened)
    return words.say("followup.worse_level", level=ask_words.say_level(edition, opened))


def _name_asked(edition: Edition, row) -> str:
    """The unit, the department or the units that an ask is of."""
    if row.unit_code:
        return ask_words.name_unit(edition, row)
    return _name_department(edition, row.department) or edition.words.say("followup.all_units")


def _name_department(edition: Edition, code: str) -> str:
    named = {each.code: each.called(edition.words.lang) for each in edition.rules.departments}
    return named.get(code, "")


# -- what units say --------------------------------------------------------------------------------------------------


def _replies(edition: Edition, kind: str) -> pd.DataFrame:
    """The rows of a kind of the table of replies; none where an older program made the week."""
    rows = edition.tables["replies"]
    return rows[rows["kind"] == kind]


def _say_silent(edition: Edition, rows: pd.DataFrame) -> str:
    """The units that were sent a form since when neither they nor anybody for them has answered, and that are still
    asked; "" where all have, or none was sent one.

    A unit answers by the day that it types, or by the report that shows it: what this report is the first to show is an
    answer in any case, for the forms are those of earlier reports."""
    forms, replies = _replies(edition, FORM), _replies(edition, REPLY)
    sent = forms.groupby("unit_code")["day"].max().to_dict()
    answered = replies.assign(day=replies[["day", "cutoff"]].max(axis=1)).groupby("unit_code")["day"].max().to_dict()
    shown = set(replies.loc[replies["cutoff"] == str(edition.rules.cutoff), "unit_code"])
    still = rows.loc[~rows["state"].isin(CLOSED), "unit_code"]
    asked = [code for code in dict.fromkeys(still) if code in sent and code not in shown]
    silent = [code for code in asked if answered.get(code, "") < sent[code]]
    if not silent:
        return ""
    most = edition.rules.settings["page"]["asked"]
    named = [edition.names.unit(code) for code in silent[:most]]
    if others := len(silent) - len(named):
        named.append(edition.words.say("piece.others", count=others))
    return edition.words.say("followup.silent", units=edition.words.listed(named))


def _list_statements(edition: Edition) -> list[Statement]:
    """What units answer, as this report is the first to show it, in their own words."""
    rows = _replies(edition, REPLY)
    rows = rows[rows["cutoff"] == str(edition.rules.cutoff)].drop_duplicates(STATED)
    return [say_statement(edition, row) for row in rows.itertuples(index=False)]


def say_statement(edition: Edition, row) -> Statement:
    """A reply, a row of the table ``replies``, as its unit's statement: ``Theo UBND xã Kiến An (06/12)``."""
    words = edition.words
    who = _name_speaker(edition, row)
    day = date.fromisoformat(row.day)
    head = words.say("followup.statement", unit=who, day=words.say("chart.day", day=day))
    said = [row.text] if row.text else []
    said += [
        words.say(f"followup.{name}", text=getattr(row, name)) for name in ("cause", "solution") if getattr(row, name)
    ]
    if row.promised:
        said.append(words.say("followup.promised", day=words.date(date.fromisoformat(row.promised))))
    if row.document:
        said.append(words.say("followup.document", text=row.document))
    text, rest = _cut(join_said(said))
    return Statement(head, text, rest)


def join_said(said: list[str]) -> str:
    """The parts of a statement, each as a sentence of its own."""
    return " ".join([*map(_end, said[:-1]), *said[-1:]])


def _end(text: str) -> str:
    """The text with a full stop where it does not end as a sentence does: another one follows."""
    return text if text.endswith((".", "!", "?", "…", ";")) else f"{text}."


def _name_speaker(edition: Edition, row) -> str:
    """``UBND xã Kiến An``; a department by its name."""
    if not row.unit_code:
        return _name_department(edition, row.department) or row.department
    units = edition.tables["units"].set_index("unit_code")["type"]
    name = edition.names.typed(row.unit_code)
    return edition.words.say("followup.committee", unit=name) if units.get(row.unit_code, "") else name


def _cut(text: str) -> tuple[str, str]:
    """The first LONGEST characters, up to the end of a word, and what follows."""
    if len(text) <= LONGEST:
        return text, ""
    at = text.rfind(" ", 0, LONGEST + 1)
    at = LONGEST if at <= 0 else at
    return text[:at], text[at:].strip()
