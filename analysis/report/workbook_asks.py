"""The rows of the workbook's sheet of asks: each of the week's ledger that is open, done or ended, as its row says.

The workbook is public: no day by which an ask is due, no reply, and not that an ask is overdue or was put off. Standing
tasks are no asks that are counted, and are not here.
"""

from datetime import date

import pandas as pd

from analysis.config.wording import capital
from analysis.method.asked import BAND, FELL, SIGNAL, TARGET, TASK, TOTAL
from analysis.method.ledger import CLOSED, NEW
from analysis.report import ask_words
from analysis.report.edition import Edition

STATES = (NEW, "open", *CLOSED)  # what is shown; any other state of a row is open


def find_rows(edition: Edition) -> pd.DataFrame:
    """The rows of the ledger that the sheet has, in their order."""
    asks = edition.tables["asks"]
    return asks[asks["kind"] != TASK]


def list_rows(edition: Edition) -> list[dict]:
    """``find_rows``, each as a row by column code."""
    say = edition.words.say
    names = {each.code: capital(each.called(edition.words.lang)) for each in edition.rules.departments}
    return [
        {
            "ask_id": row.ask_id,
            "unit": capital(ask_words.name_unit(edition, row)),
            "indicator": ask_words.name_subject(edition, row),
            "ask_kind": say(f"workbook.kind_{row.kind}"),
            "ask": ask_words.say_ask(edition, row),
            "opened": date.fromisoformat(row.opened),
            "times": row.times,
            "level_opened": row.level_opened,
            "level": row.level,
            "target": row.target,
            "progress": say(f"workbook.progress_{row.progress}") if row.progress else "",
            "state": say(f"workbook.state_{row.state if row.state in STATES else 'open'}"),
            "department": names.get(row.department, ""),
        }
        | {f"{name}_decimals": _count_decimals(edition, row) for name in ("level_opened", "level", "target")}
        for row in find_rows(edition).itertuples(index=False)
    ]


def _count_decimals(edition: Edition, row) -> int:
    if row.kind == TARGET:
        return 0
    if row.kind in (BAND, FELL) or row.indicator == TOTAL:
        return edition.words.decimals
    decimals = edition.names.decimals(row.indicator)
    return min(decimals, 2) if row.kind == SIGNAL else decimals
