"""Every kind of week that a report must be true in: each is made by the notebooks on a home of its own.

``made(kind)`` gives the edition of the week. The weeks are those of Chợ Mới (rates only, nothing of satisfaction
printed) or, where the name says so, of a province (all groups printed, cases counted or not).
"""

import functools
import tempfile
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.config import rules
from analysis.method import revisions
from analysis.report import findings
from analysis.report.edition import Edition
from analysis.tables import INDICATOR_OF
from analysis.weeks import paths, store
from support import other_index, played, province
from support.dated import enter_anew
from support.district import CONTROL, in_force, week, words
from support.stored import stored

AREA = "cho-moi"
RATES = ("CKMB", "TD", "DVCTT", "TT", "SH")
DECIMALS = in_force().columns.set_index("field")["decimals"][list(RATES)].astype(int).to_dict()  # as printed
WORTH = {"CKMB": 0.18, "TD": 0.2, "DVCTT": 0.12, "TT": 0.06, "SH": 0.22}  # points of one percentage point
MONDAY = date(2023, 10, 2)


@dataclass
class Weeks:
    """The cleaned tables of some weeks, to be changed before they are made.

    states  : rates, rest (points not itemised) and total of each unit, by cut-off
    undated : cut-offs whose table calls the other column only "the week before"
    carried : by cut-off, the previous totals in the table where they are not those of the cut-off before
    slips   : by cut-off, the states that were published first and are corrected by those of ``states``
    """

    states: dict[str, pd.DataFrame]
    undated: set[str] = field(default_factory=set)
    carried: dict[str, pd.Series | None] = field(default_factory=dict)
    slips: dict[str, pd.DataFrame] = field(default_factory=dict)
    names: dict[str, dict[str, str]] = field(default_factory=dict)
    without_control: bool = False
    without_totals: bool = False
    left_out: set[str] = field(default_factory=set)
    config: Callable[[Path], None] = lambda home: None

    def totals(self, day: str) -> pd.Series:
        state = self.states[day]
        return (sum(points * state[name] for name, points in WORTH.items()) + state["rest"]).round(2)


def ordinary(weeks: int = 4, first: date = MONDAY, seed: int = 766) -> Weeks:
    """Weeks of the real district that move a little, upwards on the whole."""
    chance = np.random.default_rng(seed)
    real = week()["measurements"].pivot(index="unit_code", columns="indicator", values="value")[list(RATES)]
    rest = pd.Series(chance.uniform(19.5, 21, len(real)), real.index)
    rates, states = real.copy(), {}
    for number in range(weeks):
        if number:
            moved = chance.normal(0.3, 0.25, rates.shape) * [1, 0.01, 1, 1, 1]  # of nearly 100 % little more can come
            rates = (rates + moved).clip(0, 100)
        states[str(first + timedelta(weeks=number))] = rates.round(DECIMALS).assign(rest=rest)
    return Weeks(states)


def cleaned(weeks: Weeks, day: str, before: str | None) -> dict[str, pd.DataFrame]:
    """The tables that 1_clean would write of a week."""
    real, totals, renamed = week(), weeks.totals(day), weeks.names.get(day, {})
    units = real["units"][real["units"]["unit_code"].isin(totals.index)]
    units = units.assign(unit_name=[renamed.get(each.unit_code, each.unit_name) for each in units.itertuples()])
    previous = weeks.carried.get(day, weeks.totals(before) if before else None)
    wide = weeks.states[day][list(RATES)].assign(TOTAL=totals)
    if previous is not None:
        wide = wide.assign(PREVIOUS_TOTAL=previous, CHANGE=(totals - previous).round(2))
    order = [code for code in [*units["unit_code"], CONTROL] if code in wide.index]
    if weeks.without_totals:
        wide = wide.drop(columns=list(INDICATOR_OF.values()), errors="ignore")
    if weeks.without_control:
        order.remove(CONTROL)
    cells = wide.loc[order].rename_axis("unit_code").reset_index().melt("unit_code", var_name="indicator").dropna()
    shown = units.set_index("unit_code")["unit_name"].to_dict() | {CONTROL: "Chợ Mới"}
    empty = dict.fromkeys(("numerator", "denominator", "published_points"), np.nan)
    cells = cells.assign(unit_name=cells["unit_code"].map(shown), mark="", **empty)
    said = before if before and day not in weeks.undated else ""
    source = pd.DataFrame([("table.txt", day, said)], columns=["file", "cutoff", "previous_cutoff"])
    nothing = {
        name: real[name].iloc[:0] for name in ("repairs", "problems", "controls", "corrections", "remarks", "places")
    }
    return nothing | {"measurements": cells[real["measurements"].columns], "units": units, "source": source}


def make(home: Path, day: str, tables: dict[str, pd.DataFrame], area: str = AREA) -> dict[str, pd.DataFrame]:
    """The tables of one week by the notebooks, a draft; without its findings."""
    if (published := paths.processed(home, area, day)).is_dir():
        old = store.Week(home, area, day, published).read("measurements")
        tables["corrections"] = revisions.corrections(old, tables["measurements"])
    return played.tables(home, area, day, tables)


def newest(weeks: Weeks) -> Edition:
    """The edition of the last of the weeks, after the others were published."""
    with tempfile.TemporaryDirectory() as folder, played.at(Path(folder)) as home:
        weeks.config(home)
        days, before = list(weeks.states), None
        for day in days:
            if day in weeks.slips:
                right, weeks.states[day] = weeks.states[day], weeks.slips[day]
                make(home, day, cleaned(weeks, day, before))
                played.publish(home, AREA, day)
                weeks.states[day] = right
            if day not in weeks.left_out:
                tables = make(home, day, cleaned(weeks, day, before))
                if day != days[-1]:
                    played.publish(home, AREA, day)
            before = day
        held = rules.load(home, AREA, date.fromisoformat(days[-1]))
    revision = "2" if len(tables["corrections"]) else "1"
    tables["findings"] = findings.collect(tables, held, words())
    return Edition(held, words(), tables, "", {"file": "table.txt", "hash": "0" * 64, "revision": revision})


# -- the kinds -------------------------------------------------------------------------------------------------------


def first() -> Weeks:
    """The first week there is; its table carries the totals of the week before."""
    weeks = ordinary(2)
    weeks.left_out = {next(iter(weeks.states))}
    return weeks


def no_previous() -> Weeks:
    return ordinary(1)


def new_year() -> Weeks:
    return ordinary(3, date(2023, 12, 18))


def new_year_undated() -> Weeks:
    weeks = new_year()
    weeks.undated = set(weeks.states)
    return weeks


def undated() -> Weeks:
    weeks = ordinary()
    weeks.undated = set(weeks.states)
    return weeks


def other_carried() -> Weeks:
    """After six rises a table that carries higher totals than were published, and new ones between them."""
    weeks = ordinary(8)
    *_, before, last = weeks.states
    weeks.carried = {last: weeks.totals(before) + 0.5}
    weeks.states[last] = weeks.states[before].assign(rest=weeks.states[before]["rest"] + 0.2)
    return weeks


def unmoved() -> Weeks:
    """After rises a week in which nothing moved."""
    weeks = ordinary(8)
    *_, before, last = weeks.states
    weeks.states[last] = weeks.states[before].copy()
    return weeks


def _registry(edit: Callable[[pd.DataFrame, str], pd.DataFrame], day: str) -> Callable[[Path], None]:
    def config(home: Path) -> None:
        path = home / "config" / AREA / "units.csv"
        edit(pd.read_csv(path, dtype=str, keep_default_na=False), day).to_csv(path, index=False)

    return config


def _entered_anew(file: str, row: str, day: str, **values: str) -> Callable[[Path], None]:
    return lambda home: enter_anew(home / "config" / file, row, day, **values)


MERGED, GONE = "30658", "30661"  # Long Giang goes into Nhơn Mỹ, whose code is used again
RENAMED = "Nhơn Mỹ Đông"


def merge_in(registry: pd.DataFrame, day: str) -> pd.DataFrame:
    ends = registry["code"].isin([MERGED, GONE])
    new = registry[registry["code"] == MERGED].assign(valid_from=day)
    registry.loc[ends, "valid_to"] = str(date.fromisoformat(day) - timedelta(days=1))
    registry.loc[registry["code"] == GONE, "successor_code"] = MERGED
    return pd.concat([registry, new])


def merged() -> Weeks:
    weeks = ordinary()
    last = list(weeks.states)[-1]
    weeks.states[last] = weeks.states[last].drop(GONE)
    weeks.config = _registry(merge_in, last)
    return weeks


def renamed() -> Weeks:
    weeks = ordinary()
    last = list(weeks.states)[-1]
    weeks.names = {last: {MERGED: RENAMED}}
    weeks.config = _entered_anew(f"{AREA}/units.csv", MERGED, last, name=RENAMED, type="thị trấn")
    return weeks


def read_otherwise() -> Weeks:
    """In the last week our reading gives online payment 8 points, not 6. Published totals are what they are."""
    weeks = ordinary()
    weeks.config = _entered_anew("index-766/indicators.csv", "TT,TTTT", list(weeks.states)[-1], max_points="8")
    return weeks


def other_bands() -> Weeks:
    """In the last week "Trung bình" begins at 55 points, not 50: units from 54 to 56 and from 56 to 54, as planted."""
    weeks = _crossing({"30670": (56.0, 54.0), "30673": (54.0, 56.0)})
    weeks.config = _entered_anew("index-766/bands.csv", "Trung bình", list(weeks.states)[-1], from_points="55")
    return weeks


def left_out() -> Weeks:
    weeks = ordinary(5)
    weeks.left_out = {list(weeks.states)[-2]}
    return weeks


def all_weak() -> Weeks:
    weeks = ordinary()
    for state in weeks.states.values():
        state["rest"] -= 21
    return weeks


def all_tied() -> Weeks:
    weeks = ordinary()
    for state in weeks.states.values():
        for name in RATES:
            state[name] = state[name].iloc[0]
        state["rest"] = 20.0
    return weeks


def one_unit() -> Weeks:
    weeks = ordinary()
    weeks.states = {day: state.loc[[MERGED, CONTROL]] for day, state in weeks.states.items()}

    def config(home: Path) -> None:
        path = home / "config" / AREA / "units.csv"
        registry = pd.read_csv(path, dtype=str, keep_default_na=False)
        registry[registry["code"] == MERGED].to_csv(path, index=False)
        aliases = home / "config" / AREA / "aliases.csv"
        aliases.write_text(aliases.read_text("utf-8").split("\n")[0] + "\n", "utf-8")

    weeks.config = config
    return weeks


def all_fell() -> Weeks:
    """Everything falls by 0.2."""
    weeks = ordinary()
    *_, before, last = weeks.states
    weeks.states[last] = weeks.states[before].assign(rest=weeks.states[before]["rest"] - 0.2)
    return weeks


def no_control() -> Weeks:
    weeks = ordinary()
    weeks.without_control = True
    return weeks


def no_total(weeks: int = 4) -> Weeks:
    """The table prints rates only: no total, nor what follows from one."""
    without = ordinary(weeks)
    without.without_totals = True

    def config(home: Path) -> None:
        path = home / "config" / AREA / "columns.csv"
        columns = pd.read_csv(path, dtype=str, keep_default_na=False)
        columns[~columns["field"].isin([*INDICATOR_OF, "band"])].to_csv(path, index=False)

    without.config = config
    return without


def no_total_no_control() -> Weeks:
    weeks = no_total()
    weeks.without_control = True
    return weeks


def no_total_one_unit() -> Weeks:
    alone, without = one_unit(), no_total()
    whole, part = alone.config, without.config
    alone.without_totals, alone.config = True, lambda home: (whole(home), part(home))
    return alone


def planted() -> Weeks:
    """A lost block of points, a fall that a rise hides, a unit that enters a weak band and one that leaves it."""
    weeks = _crossing({"30670": (52.0, 48.0), "30673": (48.0, 53.0)})
    now = weeks.states[list(weeks.states)[-1]]
    now.loc["30649", "rest"] -= 6
    now.loc["30655", "CKMB"] += 20
    now.loc["30655", "SH"] -= 12
    return weeks


def _crossing(totals: dict[str, tuple[float, float]]) -> Weeks:
    """Ordinary weeks but for the totals of these units in the last week but one and in the last."""
    weeks = ordinary()
    for code, its in totals.items():
        for day, wanted in zip(list(weeks.states)[-2:], its, strict=True):
            weeks.states[day].loc[code, "rest"] += wanted - weeks.totals(day)[code]
    return weeks


def correction() -> Weeks:
    """The newest week issued again: one unit had 10 % of its dossiers digitised too much, another one too little."""
    weeks = ordinary()
    last = list(weeks.states)[-1]
    weeks.slips = {last: weeks.states[last].copy()}
    weeks.slips[last].loc[["30649", "30655"], "SH"] += [10, -1.3]
    return weeks


def long_fall() -> Weeks:
    """Twenty-six weeks; online filing of one unit falls to a third in the last eight."""
    weeks = ordinary(26, date(2023, 6, 5))
    days = list(weeks.states)
    chance = np.random.default_rng(1)
    for number, day in enumerate(days):
        gone = (date.fromisoformat(day) - date(2023, 1, 1)).days
        usual = 20 + chance.normal(0, 0.02)
        fallen = max(0, number - 17) * 7 / gone
        weeks.states[day].loc["30643", "DVCTT"] = round(usual * (1 - fallen) + 6 * fallen, DECIMALS["DVCTT"])
    return weeks


def known_step() -> Weeks:
    """Twelve weeks; in the tenth the online filing of one unit is counted anew, as its area.toml says."""
    weeks = ordinary(12)

    def config(home: Path) -> None:
        path = home / "config" / AREA / "area.toml"
        reason = '{ vi = "đổi cổng nộp hồ sơ", en = "another portal" }'
        step = f'cutoff = "{list(weeks.states)[9]}"\nunit_code = "30643"\nindicator = "DVCTT"\nreason = {reason}\n'
        path.write_text(f"{path.read_text('utf-8')}\n[[rebase]]\n{step}", "utf-8")

    weeks.config = config
    return weeks


KINDS = {
    **{"ordinary": ordinary, "first": first, "no previous totals": no_previous, "undated": undated},
    **{"new year": new_year, "new year undated": new_year_undated, "other totals carried": other_carried},
    **{"unmoved after rises": unmoved, "merged": merged, "renamed": renamed, "week left out": left_out},
    **{"all weak": all_weak, "all tied": all_tied, "one unit": one_unit, "all fell": all_fell},
    **{"read otherwise": read_otherwise, "other bands": other_bands, "known step": known_step},
    **{"no control row": no_control, "planted": planted, "long fall": long_fall, "correction": correction},
    **{"no total": no_total, "no total, first week": lambda: no_total(1), "no total, no control": no_total_no_control},
    **{"no total, one unit": no_total_one_unit},
}
OF_A_PROVINCE = {
    "all groups printed": lambda: province.edition(units=40, cutoffs=9),
    "computed totals": lambda: province.computed_totals(),
    "computed totals, first week": lambda: province.computed_totals(cutoffs=1),
    "another index of 80 points": lambda: other_index.edition(80),
    "another index of one point": lambda: other_index.edition(1),
    "41 weak of two kinds": lambda: province.of_two_kinds({"commune": 36, "department": 5}),
}
ALL = (*KINDS, *OF_A_PROVINCE)
SHORT = ("planted", "computed totals")
LONG = ("new year", "merged", "correction", "no total", "another index of one point", "41 weak of two kinds")


def among(kinds: Collection[str], short: Collection[str] = SHORT, long: Collection[str] = LONG) -> list:
    """Cases for parametrize: a few kinds in make test, more in make long, all others in make sweep."""
    marks = {kind: () if kind in short else pytest.mark.long if kind in long else pytest.mark.sweep for kind in kinds}
    return [pytest.param(kind, marks=mark) for kind, mark in marks.items()]


CASES, NO_SWEEP = among(ALL), among(ALL, long=ALL)


@functools.cache
def made(kind: str, lang: str = "vi") -> Edition:
    """The newest week of this kind. Its figures have no language: of another one only what is said is made anew."""
    its = _made(kind)
    if lang == "vi":
        return its
    found = findings.collect(its.tables, its.rules, its.rules.worded(words(lang)))
    return replace(its, words=words(lang), tables=its.tables | {"findings": found})


@functools.cache
@stored
def _made(kind: str) -> Edition:
    return OF_A_PROVINCE[kind]() if kind in OF_A_PROVINCE else newest(KINDS[kind]())
