"""Ledgers of asks made by the method alone, week after week, from figures that a test gives: no notebook, no files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pandas as pd

from analysis import tables
from analysis.method import ledger, score
from analysis.method.answers import REPLIES
from analysis.method.asked import find_cells
from analysis.method.endings import Breaks
from analysis.method.moves import CHANGE
from analysis.method.signals import signals
from analysis.method.week_rates import compute_every_week
from analysis.tables import NOT_ITEMISED
from support.few_units import BANDS

AREA = "893"
NO_TASKS = pd.DataFrame(columns=["code", "department", "indicators"])
NO_LEDGERS = pd.DataFrame(columns=["cutoff", *ledger.ASKS])
NOTHING = {name: pd.DataFrame(columns=list(table.columns)) for name, table in tables.TABLES.items()}


def of_rates(history: pd.DataFrame, settings: Mapping, flows: list[str]) -> dict[str, pd.DataFrame]:
    """The ledger of each cut-off of a history of rates: no totals, no points.

    history : cutoff, unit_code, indicator, value, numerator, denominator
    """
    rates = compute_every_week(history, {"flows": flows})
    called = signals(history, {"flows": flows, "area": AREA})
    units = [code for code in history["unit_code"].unique() if code != AREA]
    known = ledger.Settings(names=dict.fromkeys([*units, AREA], ""), targets=settings["targets"], flows=tuple(flows))
    made: dict[str, pd.DataFrame] = {}
    earlier = NO_LEDGERS
    for cutoff in sorted(history["cutoff"].unique()):
        now = {name: each[each["cutoff"] == cutoff] for name, each in (("week_rates", rates), ("signals", called))}
        held = NOTHING | now | {"units": pd.DataFrame({"unit_code": units})}
        cells = find_cells(held, history[history["cutoff"] == cutoff], settings, BANDS, flows)
        breaks = Breaks(units=set(units))
        made[cutoff] = ledger.make_ledger(cells, NO_TASKS, earlier, [*made], cutoff, breaks, known)
        earlier = pd.concat([earlier, made[cutoff].assign(cutoff=cutoff)], ignore_index=True)
    return made


UNIT, OTHER = "a", "b"
SETTINGS = {
    **{"code": AREA, "weak_bands": ["Yếu"], "marks_below": {"CKMB": 50, "TT": 8}, "targets": {"DVCTT": 50}},
    **{"answering": ["CT"], "step": {"size_points": 6.0, "level_tolerance_points": 1.0}},
}
FLOWS = ["DVCTT", "TT"]


@dataclass
class Told:
    """What the tables of one week say of UNIT: only what its asks depend on.

    figures : by indicator;  others : those of the other unit;  total : points
    parts   : points by part of the total, NOT_ITEMISED among them
    fell    : by part (CHANGE: the total) that fell by a marked move, the points before
    lost    : by part (NOT_ITEMISED: against the peers), points of a lost block
    own     : by flow, the week's own rate: low, rate, cases, basis
    called  : by flow, its own rate, the usual one, the signal that stands and since when
    breaks, settings : what is not as usual;  since : the day on which the units' series began
    tasks   : code, department, indicators
    replies : rows of the table that this report shows first, without their cut-off: only what is not empty
    days    : due_days and reply_days
    """

    figures: Mapping[str, float] = field(default_factory=dict)
    others: Mapping[str, float] = field(default_factory=dict)
    total: float = 60.0
    parts: Mapping[str, float] = field(default_factory=dict)
    fell: Mapping[str, float] = field(default_factory=dict)
    lost: Mapping[str, float] = field(default_factory=dict)
    own: Mapping[str, tuple] = field(default_factory=dict)
    called: Mapping[str, tuple] = field(default_factory=dict)
    units: tuple[str, ...] = (UNIT, OTHER)
    breaks: Mapping[str, object] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)
    since: str = ""
    tasks: tuple[tuple[str, str, str], ...] = ()
    replies: tuple[Mapping[str, str], ...] = ()
    days: tuple[int, int] = (0, 0)


def make(told: Told, made: Mapping[str, pd.DataFrame], cutoff: str) -> pd.DataFrame:
    """The ledger of the week after those that were made before it."""
    settings = SETTINGS | told.settings
    cells = find_cells(*_tables(told), settings, BANDS, FLOWS)
    before = {day: rows for day, rows in sorted(made.items()) if day < cutoff}
    earlier = pd.concat([NO_LEDGERS, *(rows.assign(cutoff=day) for day, rows in before.items())], ignore_index=True)
    known = ledger.Settings(
        names={UNIT: "A", OTHER: "B", AREA: "area"},
        area=AREA,
        answering={"CT": "justice"},
        targets=settings["targets"],
        flows=tuple(FLOWS),
        since=dict.fromkeys((UNIT, OTHER, AREA), told.since),
        order=("CKMB", "DVCTT", "TT", "CT"),
        due_days=told.days[0],
        reply_days=told.days[1],
    )
    tasks = pd.DataFrame(told.tasks, columns=list(NO_TASKS.columns))
    breaks = Breaks(**{"units": {*told.units}, **told.breaks})
    said = [*(rows.attrs["replies"] for rows in before.values()), find_replies(told, cutoff)]
    replies = pd.concat(said, ignore_index=True)
    rows = ledger.make_ledger(cells, tasks, earlier, [*before], cutoff, breaks, known, replies)
    rows.attrs["replies"] = said[-1]
    return rows


def find_replies(told: Told, cutoff: str) -> pd.DataFrame:
    """The replies of the week, as a table."""
    rows = [
        dict.fromkeys(REPLIES, "") | {"cutoff": cutoff, "row": float(number), "day": cutoff} | dict(each)
        for number, each in enumerate(told.replies, start=2)
    ]
    return pd.DataFrame(rows, columns=REPLIES).astype({"row": float})


def _tables(told: Told) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """The week's tables, and its figures."""
    units = pd.DataFrame({"unit_code": [*told.units]})
    total = {UNIT: told.total, OTHER: 60.0}
    rest = {UNIT: told.parts.get(NOT_ITEMISED, np.nan), OTHER: np.nan}
    scores = units.assign(total=units["unit_code"].map(total), not_itemised=units["unit_code"].map(rest))
    scores["band"] = score.band(scores["total"], BANDS)
    parts = {part: now for part, now in told.parts.items() if part != NOT_ITEMISED}
    rows = {
        "points": [{"group": part, "indicator": part, "points": now} for part, now in parts.items()],
        "contributions": [{"group": "", "indicator": part, "previous_points": was} for part, was in told.fell.items()],
        "changes": [{"previous_total": told.fell.get(CHANGE, told.total)}],
        "moves": [{"indicator": part, "move": -2.0, "median": 0.1, "marked": True} for part in told.fell],
        "steps": [
            {"indicator": part, "against": "peers" if part == NOT_ITEMISED else "before", "points": -by, "blocks": -by}
            for part, by in told.lost.items()
        ],
        "week_rates": [
            {"indicator": name, "low": low, "rate": rate, "high": rate, "cases": cases, "basis": basis}
            for name, (low, rate, cases, basis) in told.own.items()
        ],
        "signals": [
            {"indicator": name, "rate": rate, "baseline": usual, "signal": signal, "since": since}
            for name, (rate, usual, signal, since) in told.called.items()
        ],
    }
    frames = {
        name: pd.DataFrame([{"unit_code": UNIT} | row for row in its], columns=list(NOTHING[name].columns))
        for name, its in rows.items()
    }
    cells = [(UNIT, *each) for each in told.figures.items()] + [(OTHER, *each) for each in told.others.items()]
    figures = pd.DataFrame(cells, columns=["unit_code", "indicator", "value"]).astype({"value": float})
    return frames | {"units": units, "scores": scores}, figures


def simulated_years(seed: int, rate: Callable[[np.random.Generator, int], np.ndarray], weeks: int = 78) -> pd.DataFrame:
    """Eighteen units whose true rates do not change: cumulative counts, 5 to 500 dossiers a week.

    rate : the true rates of the units, 0 to 1
    """
    chance = np.random.default_rng(seed)
    days = [date(2022, 7, 4) + timedelta(weeks=number) for number in range(weeks)]
    true, volume = rate(chance, 18), np.geomspace(5, 500, 18)
    rows, sums, year = [], np.zeros((2, 18)), 0
    for day in days:
        if day.year != year:
            sums, year = np.zeros((2, 18)), day.year
        cases = chance.negative_binomial(8, 8 / (8 + volume))
        hits = chance.binomial(cases, chance.beta(60 * true, 60 * (1 - true)))
        sums = sums + np.array([hits, cases])
        whole = sums.sum(axis=1)
        codes = [f"{number:02}" for number in range(18)]
        rows += [
            (str(day), code, "DVCTT", 100 * part / every if every else np.nan, part, every)
            for code, part, every in [*zip(codes, *sums, strict=True), (AREA, *whole)]
        ]
    return pd.DataFrame(rows, columns=["cutoff", "unit_code", "indicator", "value", "numerator", "denominator"])
