"""The real week of Chợ Mới with some of its tables or settings replaced, and the findings made of them anew."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from analysis.method.moves import find_moves
from analysis.report import findings
from analysis.tables import TABLES
from support.district import edition, in_force, week, words

KIEN_AN, MY_HOI_DONG, TAN_MY, AREA = "30634", "30637", "30643", "893"


def told(lang, settings=None, **tables):
    """The real week's edition with some tables and settings replaced, and the findings of these."""
    held = dataclasses.replace(in_force(), settings=in_force().settings | (settings or {}))
    tables = week(lang) | tables
    tables["findings"] = findings.collect(tables, held, words(lang))
    return dataclasses.replace(edition(lang, **tables), rules=held)


def both(table):
    """Each case for both languages: what is given, then the Vietnamese and the English sentence."""
    each = [
        pytest.param(lang, *given, said, id=f"{name} ({lang})")
        for name, *given, vi, en in table
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
