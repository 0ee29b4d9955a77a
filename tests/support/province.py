"""Provinces of generated units as the portal delivers them, after published cut-offs; all groups are printed."""

import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.config import rules
from analysis.gate import clean
from analysis.method import score
from analysis.method.changes import CONTRIBUTIONS, compute_changes
from analysis.report import findings
from analysis.report.edition import Edition
from analysis.tables import TABLES
from analysis.weeks import paths, store
from support import played
from support.district import words
from support.stored import stored

AREA, CONTROL, LAST = "gia-lai", "H21", date(2026, 10, 5)
PORTAL = {
    "CKMB": "CKMB",
    "TDGQ": "TDGQ",
    "DVCTT": "CLGQ",
    "TTTT": "TTTT",
    "MDHL": "MDHL",
    "MDSH": "MDSH",
}  # its headers
FIRST_WORDS = ("Vĩnh", "Hoài", "Phù", "Tuy", "Krông", "Chư", "Kông Bơ", "An", "Bình", "Đức", "Ia", "Nhơn", "Mỹ")
SECOND_WORDS = ("Thạnh", "Nhơn Đông", "Mỹ", "Phước Bắc", "Pa", "Sê", "La - Gia Lai", "Khê", "Hiệp", "Cơ", "Krái", "Lộc")


@stored
def edition(units: int, cutoffs: int, lang: str = "vi") -> Edition:
    """Its newest week, and the one before, by the notebooks; of the weeks before those, only the totals are made."""
    with tempfile.TemporaryDirectory() as folder, played.at(Path(folder)) as home:
        *older, before, now = _weeks(home, units, cutoffs)
        held = rules.load(home, AREA, LAST)
        _publish_totals(home, older, _gate(home, *before, held), held)
        played.cleaned(home, AREA, before[0], _gate(home, *before, held))
        played.publish(home, AREA, before[0])
        tables = played.cleaned(home, AREA, now[0], _gate(home, *now, held))
        tables["findings"] = findings.collect(tables, held, words(lang))
    origin = {"file": "communes_2026-10-05.csv", "hash": "0" * 64, "revision": "1", "code": "0.1.0-abc1234"}
    return Edition(held, words(lang), tables, "", origin)


def _weeks(home: Path, units: int, cutoffs: int) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each cut-off with its table: every group's points wander between none and their maximum."""
    chance = np.random.default_rng(766)
    most = rules.load(home, AREA, LAST).groups.set_index("group")["max_points"]
    share = chance.uniform(0.4, 0.9, (units + 1, len(most)))
    names = [f"{first} {second}" for first in FIRST_WORDS for second in SECOND_WORDS][:units]
    for number in range(cutoffs):
        share = np.clip(share + chance.normal(0, 0.02, share.shape), 0, 1)
        table = pd.DataFrame(share * most.to_numpy(), columns=list(most.index)).round(2)
        table.insert(0, "total", table.sum(axis=1).round(2))
        table.insert(0, "name", ["tỉnh Gia Lai", *(f"xã {name}" for name in names)])
        table.insert(0, "code", [CONTROL, *(f"{CONTROL}.{number}" for number in range(1, units + 1))])
        yield str(LAST - timedelta(weeks=cutoffs - 1 - number)), table


def _gate(home: Path, cutoff: str, table: pd.DataFrame, held: rules.Rules) -> clean.Cleaned:
    path = home / "table.csv"
    table.to_csv(path, index=False)
    return clean.gate([path], held, words())


def _publish_totals(home: Path, weeks: list[tuple[str, pd.DataFrame]], like: clean.Cleaned, held: rules.Rules) -> None:
    points = score.points(like.measurements, held.indicators, held.groups)
    scores = score.scores(like.measurements, points, held.bands, like.units)
    none, peers = pd.Series(dtype=float), pd.DataFrame(columns=list(TABLES["peers"].columns))
    changes = compute_changes(scores, none, "", none, pd.DataFrame(columns=CONTRIBUTIONS))
    for cutoff, table in weeks:
        totals = scores["unit_code"].map(table.set_index("code")["total"])
        bands = score.band(totals, held.bands)
        ranks = totals.where(scores["unit_code"] != CONTROL).rank(ascending=False, method="min")
        told = {
            "scores": scores.assign(total=totals, computed_total=totals, band=bands, rank=ranks),
            "changes": changes,
            "peers": peers,
        }
        told |= {"points": points.iloc[:0], "measurements": like.measurements.iloc[:0]}
        for name, frame in told.items():
            store.write_table(paths.processed(home, AREA, cutoff), name, frame)


@stored
def computed_totals(lang: str = "vi", units: int = 12, cutoffs: int = 4) -> Edition:
    """Gia Lai's newest week where its table prints every group and no total, and area.toml says that it is computed."""
    with tempfile.TemporaryDirectory() as folder, played.at(Path(folder)) as home:
        *_, (_, tables) = computed_weeks(home, units, cutoffs)
        held = rules.load(home, AREA, LAST)
        tables["findings"] = findings.collect(tables, held, words(lang))
    return Edition(held, words(lang), tables, "", {"file": "table.csv", "hash": "0" * 64, "revision": "1"})


def computed_weeks(home: Path, units: int, cutoffs: int) -> Iterator[tuple[str, dict[str, pd.DataFrame]]]:
    """Each cut-off of such weeks with its tables, published. In the newest the fifth unit lacks the points of a group."""
    config = home / "config" / AREA
    area = (config / "area.toml").read_text("utf-8").replace('scope = "portal"', 'scope = "portal"\ntotal = "computed"')
    (config / "area.toml").write_text(area, "utf-8")
    for form in config.glob("columns*.csv"):
        lines = form.read_text("utf-8").splitlines(keepends=True)
        lines = [line.replace("MDHL,MDHL,points,yes", "MDHL,MDHL,points,no") for line in lines]
        form.write_text("".join(line for line in lines if ",total," not in line), "utf-8")
    held = rules.load(home, AREA, LAST)
    for day, table in _weeks(home, units, cutoffs):
        if day == str(LAST):
            table.loc[5, "MDHL"] = float("nan")
        tables = played.cleaned(home, AREA, day, _gate(home, day, table.drop(columns="total"), held))
        played.publish(home, AREA, day)
        yield day, tables


@stored
def of_two_kinds(weak: dict[str, int], lang: str = "vi") -> Edition:
    """An Giang after three cut-offs: its communes of the year, its departments of the month, so many of each weak."""
    area, control, days = "an-giang", "H01", ("2025-10-17", "2025-10-24", "2025-10-31")
    chance = np.random.default_rng(766)
    with tempfile.TemporaryDirectory() as folder, played.at(Path(folder)) as home:
        held = rules.load(home, area, date.fromisoformat(days[-1]))
        units, most = held.units[["code", "name", "kind"]], held.groups.set_index("group")["max_points"]
        order = units.groupby("kind").cumcount()
        level = np.where(order < units["kind"].map(weak), 0.4, chance.uniform(0.55, 0.95, len(units)))
        share = level[:, None] + chance.normal(0, 0.03, (len(units), len(most)))
        for day in days:
            share = (share + chance.normal(0.002, 0.004, share.shape)).clip(0, 1)
            table = pd.DataFrame(share * most.to_numpy(), columns=[PORTAL[group] for group in most.index]).round(2)
            table = pd.concat([units.rename(columns={"code": "MA_COQUAN", "name": "TEN"}), table], axis=1)
            own = table.mean(numeric_only=True).round(2).to_frame().T.assign(MA_COQUAN=control, TEN="tỉnh An Giang")
            with pd.ExcelWriter(home / "table.xlsx") as book:
                sheets = {"Điểm năm": own, "Sở Ban": table[table["kind"] == "department"]}
                for sheet, rows in (sheets | {"Xã Phường": table[table["kind"] == "commune"]}).items():
                    rows = rows.drop(columns="kind", errors="ignore")
                    points = rows[list(PORTAL.values())].sum(axis=1).round(2)
                    rows.assign(TONG_SCORE=points).to_excel(book, sheet_name=sheet, index=False)
            accepted = clean.gate([home / "table.xlsx"], held, words())
            tables = played.cleaned(home, area, day, accepted)
            if day != days[-1]:
                played.publish(home, area, day)
        tables["findings"] = findings.collect(tables, held, words(lang))
    return Edition(held, words(lang), tables, "", {"file": "table.xlsx", "hash": "0" * 64, "revision": "1"})
