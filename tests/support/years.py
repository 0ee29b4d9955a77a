"""Generated years of a district's weeks, with everything that may happen in them; made and published by the notebooks.

Dossiers come week by week and are counted since 1 January, so that rates are what a portal would show; transparency
(a stock) and what is not printed wander. The events that a year of some 60 weeks has stand in ``full``.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.method import revisions
from analysis.weeks import paths, store
from support import answered, district, kinds, played
from support.dated import enter_anew
from support.kinds import AREA, DECIMALS, GONE, RATES, Weeks

FLOWS = {"TD": (97, 99.9), "DVCTT": (6, 30), "TT": (5, 35), "SH": (18, 40)}  # usual rates of the units, percent
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


def ordinary(days: list[str], seed: int, changed: Sequence[tuple[str, str, str, str, float]] = ()) -> Year:
    """A year in which nothing happens but what is planted.

    changed : unit ("": all), flow, first and last cut-off, and the factor of its usual rate in these weeks
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
            for unit, its, first, last, factor in changed:
                if its == name and first <= day <= last:
                    rate[codes.index(unit) if unit else ...] *= factor
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


RENAMED, NEW_NAME = "30667", "Bình Phước Xuân Đông"


def full(seed: int) -> Year:
    """62 weeks over two year ends, in which everything happens; each event stands in a line of its own."""
    days = [str(date(2022, 11, 28) + timedelta(weeks=number, days=2 * (number == 20))) for number in range(62)]
    filing = ("30643", "DVCTT", days[36], days[-1], 0.3), ("30664", "TT", days[30], days[-1], 2.2)
    year = ordinary(days, seed, (*filing, ("", "DVCTT", days[28], days[28], 0.2)))  # and an outage of one week
    weeks, states = year.weeks, year.weeks.states
    weeks.left_out = {days[18]}
    weeks.undated = {days[10], days[33], days[57]}
    weeks.carried = {days[35]: weeks.totals(days[34]) + 0.3, days[22]: None}
    weeks.names = {day: {RENAMED: NEW_NAME} for day in days[12:]}
    weeks.config = _settings(days)
    for day in days[40:]:  # Long Giang goes into Nhơn Mỹ
        states[day] = states[day].drop(GONE)
    for first, last, unit, points in (
        *((days[15], days[24], "30649", -6), (days[48], days[-1], "30655", -12)),  # lost, and regained
        *((days[45], days[52], "30631", -3.5), (days[51], days[-1], "30634", 1.6)),
    ):
        for day in days[days.index(first) : days.index(last)]:
            states[day].loc[unit, "rest"] += points
    for number, day in enumerate(days[26:46]):
        states[day].loc["30679", "rest"] -= round(0.3 * number, 2)  # a drift
    states[days[34]].loc["30655", "CKMB"] = 5.0  # a spike
    for unit, points in (("CKMB", 15), ("SH", -12)):
        states[days[50]].loc["30652", unit] += points  # a fall that a rise hides
    for day in days[8:14]:  # two units are tied
        states[day].loc["30670", "rest"] += round(weeks.totals(day)["30673"] - weeks.totals(day)["30670"], 2)
    for day in days[38:44]:  # figures of earlier weeks are taken back
        year.counts[day].loc[("30637", "TT"), "numerator"] //= 2
    year.missing = {
        days[14]: [("30640", "DVCTT"), ("30646", "TD")],
        days[16]: [("30676", "TOTAL"), ("30676", "CHANGE"), ("30628", "CKMB")],
        days[37]: [("30628", "PREVIOUS_TOTAL"), ("30628", "CHANGE"), (district.CONTROL, "SH")],
        days[55]: [("30640", "DVCTT"), ("30670", "TOTAL"), ("30670", "CHANGE"), ("30646", "SH")],
    }
    year.reissued = {days[31]: ("30652", 0.5), days[44]: ("30637", -6.0)}
    return year


def _settings(days: list[str]) -> Callable[[Path], None]:
    def config(home: Path) -> None:
        path = home / "config" / AREA / "units.csv"
        enter_anew(path, RENAMED, days[12], name=NEW_NAME, type="thị trấn")
        registry = pd.read_csv(path, dtype=str, keep_default_na=False)
        registry.loc[(registry["code"] == RENAMED) & (registry["valid_to"] < days[12]), "successor_code"] = RENAMED
        kinds.merge_in(registry, days[40]).to_csv(path, index=False)
        area = home / "config" / AREA / "area.toml"
        step = f'[[rebase]]\ncutoff = "{days[46]}"\nindicator = "SH"\nreason = {{ vi = "Đổi cách tính", en = "A new count" }}\n'
        days_set = "[asks]\ndue_days = 10\nreply_days = 5\n"
        area.write_text(f"{area.read_text('utf-8')}\n{step}{days_set}", "utf-8")

    return config


def made(home: Path, year: Year, counted: tuple[str, ...] = (), is_answered: bool = False) -> Iterator[str]:
    """Each cut-off when it has been made and published; a corrected one comes twice. home: as ``played.at`` gave it.

    counted     : indicators that are delivered with their counts
    is_answered : whether units and the office write what ``answered`` plants
    """
    year.weeks.config(home)
    before = again = None
    for day in year.weeks.states:
        if day in year.weeks.left_out:
            before = day
            continue
        wrong = year.reissued.get(day)
        yield _make(home, _delivered(year, day, before, counted, wrong), is_answered)
        if again:  # the week before is corrected when this one is out
            yield _make(home, _delivered(year, *again, counted, None), is_answered)
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
    cells.loc[cells.index.isin(year.missing.get(day, [])), ["value", *FIELDS]] = np.nan
    return tables | {"measurements": cells.reset_index()[tables["measurements"].columns]}


def _make(home: Path, tables: dict[str, pd.DataFrame], is_answered: bool) -> str:
    day = tables["source"]["cutoff"].item()
    if is_answered:
        answered.plant(home, AREA, day)
    if (published := paths.processed(home, AREA, day)).is_dir():
        old = store.Week(home, AREA, day, published).read("measurements")
        tables["corrections"] = revisions.corrections(old, tables["measurements"])
    played.tables(home, AREA, day, tables)
    played.publish(home, AREA, day)
    return day
