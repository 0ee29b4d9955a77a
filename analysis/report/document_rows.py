"""What the letter in Word says of a week: the page's sentences, without what a clerk would strike out.

A letter states and asks. It does not say which figures are missing, what cannot be told yet, how columns are read, or
what is inferred about single items; the page does. Its sections are numbered in the order of those that say something.
"""

import pandas as pd

from analysis.config.wording import uncapital
from analysis.method.moves import CHANGE
from analysis.report import asks, asks_of_units, followup
from analysis.report.edition import Edition

LOST = "step"  # a lost block of points: what is inferred about it is not told
FACTS = ("entered_band", "band", "fell", LOST, "move", "signal")  # what a unit is told of itself, in this order


def followup_lines(edition: Edition) -> list[str]:
    """What became of what the last report asked; none where it asked nothing."""
    told, say = followup.follow_up(edition), edition.words.say
    if told is None:
        return []
    lines = [" ".join(filter(None, [told.counts, told.late]))]
    if told.met:
        met = "; ".join(say("followup.met_each", name=uncapital(each["name"]), text=each["text"]) for each in told.met)
        lines.append(say("followup.met", met=met))
    lines += told.by_word
    if told.behind:
        behind = [
            say("followup.and_then", text=each.text, then=each.overdue) if each.overdue else each.text
            for each in told.behind
        ]
        lines.append(f"{told.behind_heading}:")
        lines += [f"- {each}{end}" for each, end in _end_list([*behind, *filter(None, [told.more_behind])])]
    lines += [told.silent] if told.silent else []
    return lines + [
        say("followup.said", head=each.head, text=each.text + ("…" if each.rest else "")) for each in told.statements
    ]


def _end_list(items: list[str]) -> list[tuple[str, str]]:
    """Each item of a list with its mark: a full stop after the last one."""
    return [*((each, ";") for each in items[:-1]), (items[-1], ".")]


def request_rows(edition: Edition) -> list[dict]:
    """The orders to the heads of all units, the office's own remarks, the requests to units by name, then indicators
    that no department answers for: ``name`` of those ordered or of the indicator (or "") and ``text`` of each."""
    say, rows = edition.words.say, [{"name": "", "text": text} for text in asks.say_general_remarks(edition)]
    for each in (asked := asks.request_rows(edition)):
        name = f"{each['name']}: " if each["name"] else ""
        rows.append({"name": name, "text": " ".join(each["texts"]) if name else _unit_text(edition, each)})
    if orders := asks.general_orders(edition):
        text = " ".join([*orders, *([say("piece.in_particular")] if asked else [])])
        rows.insert(0, {"name": say("piece.general_orders") + " ", "text": text})
    return rows


def department_sections(edition: Edition) -> list[dict]:
    """``name`` of each department with something to do, and ``rows``: its standing tasks, then what is asked about its
    indicators, then the office's own words; ``name`` of the indicator (or "") and ``text`` of each."""
    return [
        {
            "name": each["name"],
            "rows": [
                *({"name": "", "text": text} for text in each["standing"]),
                *({"name": f"{ask['name']}: ", "text": " ".join(ask["texts"])} for ask in each["asks"]),
                *({"name": "", "text": text} for text in each["remarks"]),
            ],
        }
        for each in asks.department_sections(edition)
    ]


def task_rows(edition: Edition) -> list[dict]:
    """Each department's standing tasks, then its indicators: ``department``, ``task``; and of an indicator ``flagged``
    and ``missed``, how many units are below the limits, and the ``lowest``."""
    indicators = asks.actor_rows(edition)
    rows = []
    for section in asks.department_sections(edition):
        rows += [
            {"department": section["name"], "task": text, "flagged": "", "missed": "", "lowest": ""}
            for text in section["standing"]
        ]
        rows += [each | {"task": each["indicator"]} for each in indicators if each["department"] == section["name"]]
    return rows


def _unit_text(edition: Edition, row: dict) -> str:
    """What the unit of a row is told and asked; after the loss of a block of points also what it must look at."""
    if not row["unit"]:
        return " ".join(row["texts"])
    lost = edition.of_unit("steps", row["unit"]).query("blocks < 0")
    check = [edition.words.say("document.ask_check")] if len(lost) else []
    return " ".join([*_facts(edition, row["unit"], lost), *check, row["texts"][-1]])


def _facts(edition: Edition, code: str, lost: pd.DataFrame) -> list[str]:
    """What is known of a unit that is asked for something; of a lost block of points what is seen of it."""
    words, names = edition.words, edition.names
    told = asks_of_units.tell_unit(edition, code, FACTS)
    texts = [text for kind, its in told.items() if kind != LOST for text in its]
    if told[LOST] and not any(told[kind] for kind in FACTS if kind != LOST):
        text, name = _say_lost(edition, lost.iloc[0]), names.unit(code)
        begins = not texts and text.startswith(name)
        texts.append(names.full_unit(code) + text.removeprefix(name) if begins else text)
    routes = edition.of_unit("routes", code)
    if (told["band"] or told["entered_band"]) and len(routes):
        fields = {"gap": words.number(routes["gap"].iat[0]), "band": names.band(routes["next_band"].iat[0])}
        texts.append(words.say("finding.route_gap", unit=names.unit(code), **fields))
    return texts


def _say_lost(edition: Edition, step: pd.Series) -> str:
    fields = {"unit": edition.names.unit(step["unit_code"]), "points": edition.words.number(-step["points"])}
    if step["indicator"] == CHANGE:
        return edition.words.say("document.lost", **fields)
    part = uncapital(edition.names.measured(step["indicator"]))
    return edition.words.say(f"document.lost_{step['against']}", part=part, **fields)
