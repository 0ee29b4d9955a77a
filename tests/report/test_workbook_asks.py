"""The workbook's sheet of asks: the rows of the ledger, and nothing that is internal."""

import io
from datetime import datetime

import openpyxl
import pandas as pd
import pytest
from support import two_weeks
from support.district import say
from support.two_weeks import FIRST, HOA_BINH, KIEN_AN, SECOND

from analysis.report import ask_words, workbook

PUBLIC = ["ask_id", "ask_kind", "ask", "opened", "times", "level_opened", "level", "target", "progress", "state"]
INTERNAL = {"due": "2023-12-08", "reply_by": "2023-12-20", "replied": "2023-12-06", "reply": "Đang mua máy quét"}


def sheet(**about) -> pd.DataFrame:
    book = openpyxl.load_workbook(io.BytesIO(workbook.build_workbook(two_weeks.edition(**about))))
    head, *rows = book[say("workbook.asks")].iter_rows(values_only=True)
    return pd.DataFrame(rows, columns=head)


@pytest.mark.parametrize("cutoff", [FIRST, SECOND])
def test_each_row_of_the_ledger_but_standing_tasks_is_a_row_and_says_what_the_ledger_says(cutoff):
    edition = two_weeks.edition(cutoff=cutoff)
    ledger, held = edition.tables["asks"].query("kind != 'task'").reset_index(drop=True), sheet(cutoff=cutoff)
    assert len(held) == len(ledger) == 25
    assert held[say("workbook.ask_id")].tolist() == ledger["ask_id"].tolist()
    for name in ("times", "level_opened", "level", "target"):
        assert held[say(f"workbook.{name}")].tolist() == pytest.approx(ledger[name].tolist(), nan_ok=True)
    assert held[say("workbook.opened")].tolist() == [datetime.fromisoformat(day) for day in ledger["opened"]]
    for name in ("progress", "state"):
        told = [say(f"workbook.{name}_{code}") if code else None for code in ledger[name]]
        assert held[say(f"workbook.{name}")].where(held[say(f"workbook.{name}")].notna(), None).tolist() == told
    words = [ask_words.say_ask(edition, row) for row in ledger.itertuples(index=False)]
    assert held[say("workbook.ask")].tolist() == words


def test_what_is_done_stands_once_as_done():
    held = sheet().set_index(say("workbook.ask_id"))[say("workbook.state")]
    done = held[held == say("workbook.state_done")]
    assert set(done.index) == {f"{KIEN_AN}:CKMB:{FIRST}", f"{KIEN_AN}:TOTAL:{FIRST}", f"{HOA_BINH}:TT:{FIRST}"}


@pytest.mark.parametrize("state", ["overdue", pytest.param("extended", marks=pytest.mark.long)])
def test_nothing_of_it_is_internal(state):
    asks = two_weeks.tables()[1]["asks"].copy()
    is_open = (asks["state"] == "open") & (asks["addressee"] == "unit")
    asks.loc[is_open, ["state", *INTERNAL]] = [state, *INTERNAL.values()]
    held = sheet(asks=asks)
    assert held.equals(sheet())
    heads = [say(f"workbook.{name}") for name in PUBLIC]
    assert list(held.columns) == [
        heads[0],
        say("piece.unit"),
        say("piece.indicator"),
        *heads[1:],
        say("piece.department"),
    ]


def test_a_week_without_a_ledger_has_no_such_sheet():
    nothing = two_weeks.tables()[1]["asks"].iloc[:0]
    book = openpyxl.load_workbook(io.BytesIO(workbook.build_workbook(two_weeks.edition(asks=nothing))))
    assert say("workbook.asks") not in book.sheetnames
