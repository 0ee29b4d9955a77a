"""What was answered about the asks: the rows of the table ``replies`` by the ask that each is about.

Pure functions; docs/method.md §14.
"""

from collections import defaultdict
from collections.abc import Mapping

import pandas as pd

from analysis import tables

REPLIES = list(tables.TABLES["replies"].columns)
REPLY, EXTEND, DONE, END, OWN, FORM = tables.KINDS_OF_REPLIES
NO_REPLIES = pd.DataFrame(columns=REPLIES)


class Answers:
    """The replies of this report and of the earlier ones, by the code of the ask.

    replies : rows of the table, each once: that of the report that shows it first;  cutoff : of this report
    """

    def __init__(self, replies: pd.DataFrame, cutoff: str) -> None:
        rows = replies[replies["cutoff"] <= cutoff].sort_values(["day", "cutoff", "file", "row"], kind="stable")
        self._by_ask, self._open = defaultdict(list), []
        self._own = rows[(rows["cutoff"] == cutoff) & (rows["kind"] == OWN)].sort_values("ask_id", kind="stable")
        for row in rows.itertuples(index=False):
            if row.ask_id:
                self._by_ask[row.ask_id].append(row)
            elif row.cutoff == cutoff and row.kind == REPLY:
                self._open.append(row)

    def about(self, ask_id: str, of: str = "", indicator: str = "") -> tuple:
        """The rows about an ask, the newest last; with ``of``, its unit or department, it is asked for the first time:
        then also those that name no ask, and fit."""
        rows = self._by_ask.get(ask_id, [])
        return tuple([*rows, *(each for each in self._open if fits(each, of, indicator))] if of else rows)

    def asked_by_office(self) -> list:
        """The asks of the office itself in this report."""
        return list(self._own.itertuples(index=False))


def fits(reply, of: str, indicator: str) -> bool:
    """Whether a reply that names no ask is about an ask of this unit or department, about this indicator."""
    return of != "" and of in (reply.unit_code, reply.department) and reply.indicator in ("", *indicator.split())


def tell_replies(replies: pd.DataFrame, asks: pd.DataFrame, forms: Mapping[str, str], cutoff: str) -> pd.DataFrame:
    """The week's table: this report's replies, and the earlier ones about asks that it still shows.

    replies : as Answers has them
    asks    : the ledger;  forms : by unit_code, the day on which a form was sent to it last, ISO
    Returns : REPLIES, by the report that shows them first. A reply that named no ask has that of each ask that it fits,
              where this report asks it first; forms are those of units that have an ask here
    """
    new = [row for row in asks.itertuples(index=False) if row.opened == cutoff and row.kind != OWN]
    rows = []
    for reply in replies[replies["cutoff"] <= cutoff].to_dict("records"):
        if reply["cutoff"] != cutoff or reply["kind"] == FORM:
            continue
        found = [reply["ask_id"]]
        if not reply["ask_id"]:
            row = pd.Series(reply)
            found = [ask.ask_id for ask in new if fits(row, ask.unit_code or ask.department, ask.indicator)] or [""]
        rows += [reply | {"ask_id": ask_id} for ask_id in found]
    earlier = replies[(replies["cutoff"] < cutoff) & replies["ask_id"].isin(asks["ask_id"]) & (replies["kind"] != FORM)]
    asked = set(asks.loc[asks["unit_code"] != "", "unit_code"])
    empty = dict.fromkeys(REPLIES, "") | {"cutoff": cutoff, "row": float("nan"), "kind": FORM}
    sent = [empty | {"unit_code": code, "day": day} for code, day in sorted(forms.items()) if code in asked]
    told = pd.DataFrame([*earlier.to_dict("records"), *rows, *sent], columns=REPLIES)
    return told.sort_values("cutoff", kind="stable", ignore_index=True)
