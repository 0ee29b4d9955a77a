"""What became of a period's asks, what stays open, what units state, and who is asked for what: sentences.

The words are in config/wording (``period.*``); those of a single ask are in ask_words.py.
"""

import pandas as pd

from analysis.config.wording import capital, uncapital
from analysis.method.asked import FLAG, OWN, TARGET
from analysis.method.ledger import DONE, ENDED
from analysis.report import asks, followup
from analysis.report.ask_words import is_by_word, name_subject, name_unit, say_ask, say_level, say_target, say_times
from analysis.report.period_edition import PeriodEdition
from analysis.tables import KINDS_OF_ASKS, KINDS_OF_REPLIES

REPLY = KINDS_OF_REPLIES[0]

MOST_DONE = 20  # asks that were done, named one by one; our choice


def balance(edition: PeriodEdition) -> dict[str, int]:
    """The asks of the period: ``before`` (open at its start), ``raised``, ``done``, ``ended``, ``open`` at its end.

    before + raised = done + ended + open
    """
    rows = edition.asks
    before = int(rows["was_open"].sum())
    return {
        "before": before,
        "raised": len(rows) - before,
        "done": int((rows["state"] == DONE).sum()),
        "ended": int((rows["state"] == ENDED).sum()),
        "open": int((rows["closed"] == "").sum()),
    }


def balance_line(edition: PeriodEdition) -> str:
    """How many asks there were, came, were done and are left; "" without a ledger."""
    if edition.asks.empty:
        return ""
    return edition.words.say("period.balance", **balance(edition))


def done_line(edition: PeriodEdition) -> str:
    """The asks that figures say are met, by name; "" for none."""
    rows = edition.asks[_is_done(edition) & ~_is_by_word(edition)]
    return _say_done_asks(edition, "period.done", rows)


def by_word_line(edition: PeriodEdition) -> str:
    """The asks that were done by what somebody says, not by a figure: a unit gave the cause of a fall, or the office
    closed it. Internal: not in a public copy; "" for none."""
    rows = edition.asks[_is_done(edition) & _is_by_word(edition)]
    return _say_done_asks(edition, "period.done_by_word", rows)


def _is_done(edition: PeriodEdition) -> pd.Series:
    return edition.asks["state"] == DONE


def _is_by_word(edition: PeriodEdition) -> pd.Series:
    return pd.Series([is_by_word(row) for row in edition.asks.itertuples()], edition.asks.index, dtype=bool)


def _say_done_asks(edition: PeriodEdition, key: str, rows: pd.DataFrame) -> str:
    texts = [_say_done(edition, row) for row in rows.itertuples()]
    return edition.words.say(key, count=len(rows), asks=_list_others(edition, texts, MOST_DONE)) if texts else ""


def _say_done(edition: PeriodEdition, row) -> str:
    """``Kiến An: công khai, minh bạch (27/11/2023)``"""
    words = say_ask(edition, row).rstrip(".") if row.kind == OWN else name_subject(edition, row)
    about = {"subject": uncapital(words), "date": edition.say_day(row.closed)}
    return edition.words.say("period.done_one", unit=capital(_name_asked(edition, row)), **about)


def _list_others(edition: PeriodEdition, texts: list[str], most: int) -> str:
    others = len(texts) - most
    more = [edition.words.say("period.other_asks", count=others)] if others > 0 else []
    return "; ".join([*texts[:most], *more])


def follow_lines(edition: PeriodEdition) -> list[str]:
    """What was done, by name; and where nothing is open, or nothing is known of asks, that."""
    if edition.tables["period_asks"].empty:
        return [edition.words.say("period.nothing_open" if edition.has_ledger else "period.no_ledger")]
    nothing = edition.words.say("period.nothing_open") if edition.open_asks.empty else ""
    return list(filter(None, [done_line(edition), nothing]))


def open_rows(edition: PeriodEdition) -> list[dict]:
    """What stayed open, the strongest kind first: ``name`` of what it is about, ``text``, ``department`` (its code),
    ``count``. One row for each kind of ask and indicator, its units by name."""
    rows, told = edition.open_asks, []
    for kind in KINDS_OF_ASKS:
        for (indicator, _), its in rows[rows["kind"] == kind].groupby(["indicator", "department"], sort=False):
            subject = edition.words.say("followup.own") if kind == OWN else name_subject(edition, its.iloc[0])
            told.append(
                {
                    "name": subject,
                    "text": _say_open(edition, kind, its),
                    "department": its["department"].iat[0],
                    "count": len(its),
                    "kind": kind,
                    "indicator": indicator,
                }
            )
    return told


def _say_open(edition: PeriodEdition, kind: str, rows: pd.DataFrame) -> str:
    """What is open about one indicator: the units with their level, and how many reports have asked it."""
    words, most = edition.words, edition.rules.settings["page"]["asked"]
    if kind == TARGET:
        row = next(rows.itertuples())
        about = {"reached": say_level(edition, row), "target": say_target(edition, row)}
        text, times = words.say("period.open_target", **about), say_times(edition, row)
        return words.say("piece.sentence", text=f"{text} ({times})" if times else text)
    say = _say_own if kind == OWN else _say_unit
    named = [say(edition, row) for row in rows.sort_values("level", kind="stable").itertuples()]
    about = {"units": edition.count_others(named, most)}
    if kind == FLAG:
        about["limit"] = words.listed(
            [edition.names.limit(rows["indicator"].iat[0], each) for each in rows["target"].unique()]
        )
    return words.say(f"period.open_{kind}", **about)


def _say_unit(edition: PeriodEdition, row) -> str:
    """``Mỹ Hiệp (26,4%, lần 2)``"""
    about = ", ".join(filter(None, [say_level(edition, row), say_times(edition, row)]))
    return f"{name_unit(edition, row)} ({about})"


def _say_own(edition: PeriodEdition, row) -> str:
    """The unit, or the department, and the office's own words."""
    return f"{capital(_name_asked(edition, row))}: {uncapital(say_ask(edition, row)).rstrip('.')}"


def _name_asked(edition: PeriodEdition, row) -> str:
    """The unit, the department, or all units."""
    if row.unit_code:
        return name_unit(edition, row)
    named = {each.code: each.called(edition.words.lang) for each in edition.rules.departments}
    return named.get(row.department) or row.department or edition.words.say("followup.all_units")


def list_statements(edition: PeriodEdition) -> list[followup.Statement]:
    """What units state about asks that are open, of each ask the newest. Internal: not in a public copy."""
    replies, asked = edition.tables["replies"], set(edition.open_asks["ask_id"])
    its = replies[(replies["kind"] == REPLY) & replies["ask_id"].isin(asked)]
    its = (
        its.sort_values("day", ascending=False, kind="stable")
        .drop_duplicates("ask_id")
        .drop_duplicates(followup.STATED)
    )
    its = its.sort_values("unit_code", kind="stable")
    return [followup.say_statement(edition, row) for row in its.itertuples(index=False)]


def has_internal(edition: PeriodEdition) -> bool:
    """Whether the period's Word document holds what is for the office alone."""
    return bool(list_statements(edition) or by_word_line(edition))


def causes_line(edition: PeriodEdition) -> str:
    """Where causes come from: only from whom they concern."""
    return edition.words.say("period.causes" if list_statements(edition) else "period.no_causes")


# -- who is asked for what ------------------------------------------------------------------------------------------


def department_rows(edition: PeriodEdition) -> list[dict]:
    """Who is asked: first the heads of all units, then each department with something to do. ``code, name``;
    ``tasks``: its standing tasks; ``asks``: one line for each indicator about which something is open."""
    say, rows = edition.words.say, open_rows(edition)
    known = {each.code: capital(each.called(edition.words.lang)) for each in edition.rules.departments}
    sections = [{"code": "", "name": say("piece.heads"), "tasks": _tasks(edition, "")}]
    sections += [{"code": code, "name": name, "tasks": _tasks(edition, code)} for code, name in known.items()]
    for section in sections:
        its = [each for each in rows if (each["department"] if each["department"] in known else "") == section["code"]]
        section["asks"] = [_say_request(edition, each) for each in its]
    return [each for each in sections if each["tasks"] or each["asks"]]


def _say_request(edition: PeriodEdition, row: dict) -> str:
    if row["kind"] == TARGET:
        return edition.words.say("period.request_target", name=row["name"])
    return edition.words.say(f"period.request_{row['kind']}", name=row["name"], count=row["count"])


def _tasks(edition: PeriodEdition, department: str) -> list[str]:
    return asks.say_tasks(edition, department)
