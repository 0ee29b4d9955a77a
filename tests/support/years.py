"""Generated years of a district's weeks, with everything that may happen in them; made and published by the notebooks.

Dossiers come week by week and are counted since 1 January, so that rates are what a portal would show; transparency
(a stock) and what is not printed wander. The events that a year of some 60 weeks has stand in ``full``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.method import revisions
from analysis.weeks import paths, store
from support import district, kinds, played
from support.kinds import AREA, RATES, Weeks

FLOWS = {"TD": (97, 99.9), "DVCTT": (6, 30), "TT": (5, 35), "SH": (18, 40)}  # usual rates of the units, percent
DECIMALS = {"CKMB": 1, "TD": 2, "DVCTT": 1, "TT": 2, "SH": 1}
FIELDS = ["numerator", "denominator"]


@dataclass
class Year:
    """Weeks to be made one after the other.

    counts   : by cut-off, numerator and denominator by (unit, indicator); of the figures that are delivered with counts
    missing  : cells that a table lacks, by cut-off
    reissued : by cut-off, how a first issue was wrong: unit, points that its total then had too many
    """

    weeks: Weeks
    counts: dict[str, pd.DataFrame] = field(default_factory=dict)
    missing: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    reissued: dict[str, tuple[str, float]] = field(default_factory=dict)


def ordinary(days: list[str], seed: int, changed: dict[tuple[str, str], tuple[str, float]] | None = None) -> Year:
    """A year in which nothing happens but what is planted.

    changed : (unit, flow) => first cut-off and factor of its usual rate from then on
    """
    chance = np.random.default_rng(seed)
    codes = [*district.week()["units"]["unit_code"]]
    usual = {name: chance.uniform(*span, len(codes)) / 100 for name, span in FLOWS.items()}
    volume = np.round(np.geomspace(8, 300, len(codes)))
    stock, rest = chance.uniform(25, 90, len(codes)), chance.uniform(14, 21, len(codes)).round(2)
    states, counts, before = {}, {}, None
    for day in days:
        if before is None or before[:4] != day[:4]:
            since = date(int(day[:4]), 1, 1) - timedelta(days=1)
            sums = {name: np.zeros((2, len(codes))) for name in FLOWS}
        else:
            since = date.fromisoformat(before)
        span = (date.fromisoformat(day) - since).days
        stock = np.clip(stock + chance.normal(0.1, 0.5, len(codes)), 0, 100)
        rest = (rest + chance.normal(0, 0.02, len(codes))).round(2)
        shown = {"CKMB": stock}
        for name in FLOWS:
            rate = usual[name].copy()
            for (unit, its), (first, factor) in (changed or {}).items():
                if its == name and day >= first:
                    rate[codes.index(unit)] *= factor
            cases = chance.negative_binomial(8, 8 / (8 + volume * span / 7))
            hits = chance.binomial(cases, chance.beta(60 * rate, 60 * (1 - rate)))
            sums[name] += [hits, cases]
            shown[name] = 100 * sums[name][0] / np.maximum(sums[name][1], 1)
        state, all_of_it = pd.DataFrame(shown, codes), {name: each.sum(axis=1) for name, each in sums.items()}
        own = {name: 100 * hits / cases for name, (hits, cases) in all_of_it.items()} | {"CKMB": stock.mean()}
        state.loc[district.CONTROL] = own
        state = state[list(RATES)].round(DECIMALS)
        states[day] = state.assign(rest=[*rest, round(float(rest.mean()), 2)])
        tall = {(code, name): sums[name][:, place] for place, code in enumerate(codes) for name in FLOWS}
        tall |= {(district.CONTROL, name): each for name, each in all_of_it.items()}
        counts[day] = pd.DataFrame(tall, FIELDS).T
        before = day
    return Year(Weeks(states), counts)


def made(home: Path, year: Year, counted: tuple[str, ...] = ()) -> Iterator[str]:
    """Each cut-off when it has been made and published; a corrected one comes twice. home: as ``played.at`` gave it.

    counted : indicators that are delivered with their counts
    """
    year.weeks.config(home)
    before = again = None
    for day in year.weeks.states:
        if day in year.weeks.left_out:
            before = day
            continue
        wrong = year.reissued.get(day)
        yield _make(home, _delivered(year, day, before, counted, wrong))
        if again:  # the week before is corrected when this one is out
            yield _make(home, _delivered(year, *again, counted, None))
        again = (day, before) if wrong else None
        before = day


def _delivered(
    year: Year, day: str, before: str | None, counted: tuple[str, ...], wrong: tuple[str, float] | None
) -> dict[str, pd.DataFrame]:
    tables = kinds.cleaned(year.weeks, day, before)
    cells = tables["measurements"].set_index(["unit_code", "indicator"])
    its = year.counts[day]
    its = its[its.index.isin(cells.index) & its.index.get_level_values(1).isin(counted)]
    cells.loc[its.index, FIELDS] = its
    if wrong:
        cells.loc[(wrong[0], "TOTAL"), "value"] += wrong[1]
        cells.loc[(wrong[0], "CHANGE"), "value"] += wrong[1]
    cells = cells.drop(index=year.missing.get(day, []))
    return tables | {"measurements": cells.reset_index()[tables["measurements"].columns]}


def _make(home: Path, tables: dict[str, pd.DataFrame]) -> str:
    day = tables["source"]["cutoff"].item()
    if (published := paths.processed(home, AREA, day)).is_dir():
        old = store.Week(home, AREA, day, published).read("measurements")
        tables["corrections"] = revisions.corrections(old, tables["measurements"])
    played.tables(home, AREA, day, tables)
    played.publish(home, AREA, day)
    return day
