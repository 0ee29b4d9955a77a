"""The rows of the workbook's sheet of asks: each of the week's ledger that is open, done or ended, as its row says.

The workbook is public: no day by which an ask is due, no reply, and not that an ask is overdue or was put off. Standing
tasks are no asks that are counted, and are not here.
"""

from datetime import date

import pandas as pd

from analysis.config.wording import capital
from analysis.method.asked import BAND, FELL, SIGNAL, TARGET, TASK, TOTAL
from analysis.method.ledger import CLOSED, DONE, NEW
from analysis.report import ask_words
from analysis.report.edition import Edition
from analysis.tables import ADDRESSEES

UNITS = ADDRESSEES[1]
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
            "unit": capital(_name_unit(edition, row)),
            "indicator": ask_words.name_subject(edition, row),
            "ask_kind": say(f"workbook.kind_{row.kind}"),
            "ask": ask_words.say_ask(edition, row),
            "opened": date.fromisoformat(row.opened),
            "times": row.times,
            "level_opened": row.level_opened,
            "level": row.level,
            "target": row.target,
            "progress": say(f"workbook.progress_{code}") if (code := _find_progress(row)) else "",
            "state": say(f"workbook.state_{row.state if row.state in STATES else 'open'}"),
            "department": names.get(row.department, ""),
        }
        | {f"{name}_decimals": _count_decimals(edition, row) for name in ("level_opened", "level", "target")}
        for row in find_rows(edition).itertuples(index=False)
    ]


def _name_unit(edition: Edition, row) -> str:
    """The unit, or the area where all units are asked."""
    if row.unit_code or row.addressee != UNITS:
        return ask_words.name_unit(edition, row)
    return edition.names.unit(edition.names.control)


def _find_progress(row) -> str:
    """The code of the row's progress; BY_WORD of what is done, but by no figure."""
    return ask_words.BY_WORD if row.state == DONE and ask_words.is_by_word(row) else row.progress


def _count_decimals(edition: Edition, row) -> int:
    if row.kind == TARGET:
        return 0
    if row.kind in (BAND, FELL) or row.indicator == TOTAL:
        return edition.words.decimals
    decimals = edition.names.decimals(row.indicator)
    return min(decimals, 2) if row.kind == SIGNAL else decimals
