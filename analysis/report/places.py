"""Sentences about places in the province or the country, each with its change since the last one known before.

A place is compared only where as many were ranked; else the place before is told as it was. What is called the change
of a place is that of its number: up is towards 1.
"""

from datetime import date

import pandas as pd

from analysis.config.wording import Wording, uncapital
from analysis.method.places import select_own
from analysis.report.edition import Edition, once

MOST = 10  # our choice: places that one sentence lists; the workbook has all


def say_move(row: pd.Series, edition: Edition) -> str:
    """``tăng 1 bậc so với tuần 4 tháng 11`` of a row of ``place_changes``; "" where no place before is known."""
    if not row["previous_cutoff"]:
        return ""
    kind, fields = _move(row, edition.words)
    return edition.words.say(f"places.{kind}_since", period=_period(row["previous_cutoff"], edition), **fields)


def say_short_move(row: pd.Series, edition: Edition) -> str:
    """The same without the period: ``tăng 1 bậc``."""
    if not row["previous_cutoff"]:
        return ""
    kind, fields = _move(row, edition.words)
    return edition.words.say(f"places.{kind}", **fields)


def _move(row: pd.Series, words: Wording) -> tuple[str, dict[str, str]]:
    """Which sentence tells the change, and its fields."""
    if row["previous_of"] != row["of"]:
        return "other", {"place": words.number(row["previous_place"], 0), "of": words.number(row["previous_of"], 0)}
    gained = row["previous_place"] - row["place"]
    if gained == 0:
        return "same", {}
    return ("up" if gained > 0 else "down"), {"count": int(abs(gained))}


def with_move(text: str, edition: Edition) -> str:
    """The words about the area's own place, with its change in brackets where one is known."""
    row = edition.own_place
    move = say_move(row, edition) if row is not None else ""
    return edition.words.say("places.moved", text=text, move=move) if move else text


def with_short_move(text: str, edition: Edition) -> str:
    """The same for the label of a large figure; the period only where it is not that of the other changes."""
    row = edition.own_place
    if row is None:
        return text
    is_usual = row["previous_cutoff"] == edition.tables["changes"]["previous_cutoff"].max()
    move = say_short_move(row, edition) if is_usual else say_move(row, edition)
    return edition.words.say("places.labelled", text=text, move=move) if move else text


@once
def others(edition: Edition) -> pd.DataFrame:
    """The rows of ``place_changes`` without the area's own place by its total, which is told with its result."""
    rows, settings = edition.tables["place_changes"], edition.rules.settings
    return rows.drop(select_own(rows, settings["code"], settings["name"]["peers_in"]).index)


def say_places(edition: Edition, code: str) -> list[str]:
    """The ``others`` of a unit or the area, a sentence for each scope and cut-off compared with."""
    rows = others(edition)
    rows = rows[rows["unit_code"] == code]
    return [_list(edition, code, its) for _, its in rows.groupby(["scope", "previous_cutoff"], sort=False)]


def _list(edition: Edition, code: str, rows: pd.DataFrame) -> str:
    words, first = edition.words, rows.iloc[0]
    told = [_item(row, edition) for _, row in rows.head(MOST).iterrows()]
    if more := len(rows) - len(told):
        told.append(words.say("places.more", count=more))
    fields = {"scope": words.say(f"places.{first['scope']}"), "unit": edition.names.typed(code)}
    fields |= {"places": "; ".join(told)}
    if not first["previous_cutoff"]:
        return words.say("places.listed", **fields)
    return words.say("places.listed_since", period=_period(first["previous_cutoff"], edition), **fields)


def _item(row: pd.Series, edition: Edition) -> str:
    words = edition.words
    fields = {"indicator": uncapital(edition.names.measured(row["indicator"]))}
    fields |= {"place": words.number(row["place"], 0), "of": words.number(row["of"], 0)}
    move = say_short_move(row, edition)
    return words.say("places.item_moved", move=move, **fields) if move else words.say("places.item", **fields)


def say_targets(edition: Edition) -> list[str]:
    """Of each target that is a place of the area ([place_targets]) whether it is reached; nothing where that place is
    not known."""
    return edition.found("place")["text"].tolist()


def _period(cutoff: str, edition: Edition) -> str:
    day = date.fromisoformat(cutoff)
    return edition.words.period(day, with_year=day.year != edition.rules.cutoff.year)
