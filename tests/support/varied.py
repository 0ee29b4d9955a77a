"""The real week of Chợ Mới with some of its tables or settings replaced, and the findings made of them anew."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from analysis.config.departments import find_answering
from analysis.method import ledger
from analysis.method.asked import find_cells
from analysis.method.endings import Breaks
from analysis.method.moves import find_moves
from analysis.report import findings
from analysis.tables import TABLES
from support.district import edition, in_force, week, words
from support.ledgers import NO_LEDGERS, NO_TASKS
from support.sampled import spread

KIEN_AN, MY_HOI_DONG, TAN_MY, AREA = "30634", "30637", "30643", "893"


def told(lang, settings=None, **tables):
    """The real week's edition with some tables and settings replaced, and the ledger and the findings of these."""
    held = dataclasses.replace(in_force(), settings=in_force().settings | (settings or {}))
    tables = week(lang) | tables
    tables["asks"] = asked_first(tables, held)
    tables["findings"] = findings.collect(tables, held, words(lang))
    return dataclasses.replace(edition(lang, **tables), rules=held)


def asked_first(tables, held):
    """The ledger of asks that these tables begin, as 3_trend makes it where no earlier report has one."""
    settings, indicators = held.settings, held.indicators
    answering = find_answering(settings, indicators.set_index("indicator")["group"].to_dict())
    named = [code for code in indicators["indicator"] if code in answering]
    cells = find_cells(tables, tables["measurements"], settings | {"answering": named}, held.bands, held.flows)
    names = tables["units"].set_index("unit_code")["unit_name"].to_dict() | {settings["code"]: settings["name"]["vi"]}
    order = tuple(indicators["indicator"])
    about = {"answering": answering, "targets": settings["targets"], "flows": tuple(held.flows)}
    known = ledger.Settings(names, area=settings["code"], **about, step=settings["step"], order=order)
    return ledger.make_ledger(
        *(cells, NO_TASKS, NO_LEDGERS, [], str(held.cutoff), Breaks(units=set(tables["units"]["unit_code"])), known)
    )


def both(table):
    """Each case for both languages: what is given, then the Vietnamese and the English sentence.

    Make test tries the first in both languages and two more in Vietnamese; the others are long.
    """
    tried = spread(range(len(table)), 3)
    each = [
        pytest.param(
            lang,
            *given,
            said,
            id=f"{name} ({lang})",
            marks=() if number == 0 or (lang == "vi" and number in tried) else pytest.mark.long,
        )
        for number, (name, *given, vi, en) in enumerate(table)
        for lang, said in (("vi", vi), ("en", en))
    ]
    return pytest.mark.parametrize(("lang", *(f"given{place}" for place in range(len(table[0]) - 3)), "said"), each)


def moved(others: float, changes: dict[str, float]) -> dict:
    """The week's tables where the units changed so; the moves and findings made of them anew."""
    held, rows = week(), week()["changes"]
    rows = rows.assign(change=rows["unit_code"].map(changes).fillna(others))
    tables = held | {"changes": rows}
    settings = in_force().settings["move"]
    tables["moves"] = find_moves(rows, held["contributions"], held["course"], held["units"], {}, settings)
    tables["steps"] = held["steps"].iloc[:0]
    tables["asks"] = asked_first(tables, in_force())
    tables["findings"] = findings.collect(tables, in_force(), words())
    return tables


def weak(lang, settings, *codes):
    """The edition where these units are weak, the lowest first."""
    scores, low = week()["scores"], dict(zip(codes, range(40, 50), strict=False))
    total = scores["unit_code"].map(low).fillna(scores["total"].clip(lower=55))
    scores = scores.assign(total=total, band=np.where(total < 50, "Yếu", "Trung bình"))
    routes = pd.concat([week()["routes"].query("unit_code == @KIEN_AN").assign(unit_code=code) for code in codes])
    return told(lang, settings, scores=scores, routes=routes)


def signalled(*units):
    given = [
        {
            "unit_code": code,
            "indicator": "TT",
            "rate": 6.0,
            "baseline": 20.0,
            "score": -2.0,
            "signal": "down",
            "since": "2023-12-04",
        }
        for code in units
    ]
    return pd.DataFrame(given, columns=list(TABLES["signals"].columns))
