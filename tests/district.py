"""The real table of Chợ Mới for tests: as delivered, with one thing changed, cleaned, and scored."""

import functools
from datetime import date
from pathlib import Path

import pandas as pd

from analysis import clean, findings, revisions, rules, score, trend, wording

HOME = Path(__file__).parent.parent
RAW = HOME / "data" / "raw" / "cho-moi" / "2023-12-04.txt"
CUTOFF = date(2023, 12, 4)
CONTROL = "893"
GOLDEN = Path(__file__).parent / "golden"


@functools.cache
def in_force(cutoff: date = CUTOFF) -> rules.Rules:
    return rules.load(HOME, "cho-moi", cutoff)


@functools.cache
def words(lang: str = "vi") -> wording.Wording:
    return wording.load(HOME, lang)


def lines() -> list[list[str]]:
    return [line.split("\t") for line in RAW.read_text("utf-8").split("\n")]


def saved(folder: Path, rows: list[list[str]], name: str = "table.txt") -> Path:
    path = folder / name
    path.write_text("\n".join("\t".join(row) for row in rows), encoding="utf-8")
    return path


def changed(folder: Path, row: int, letter: str, text: str) -> Path:
    """A copy of the table with one cell changed; row and letter as a person sees them."""
    rows = lines()
    rows[row - 1][ord(letter) - ord("A")] = text
    return saved(folder, rows)


def gate(path: Path = RAW, cutoff: date = CUTOFF) -> clean.Cleaned:
    return clean.gate(path, in_force(cutoff), words())


@functools.cache
def week(lang: str = "vi") -> dict[str, pd.DataFrame]:
    """All tables of the week, by name."""
    held = in_force()
    cleaned = clean.gate(RAW, held, words(lang))
    return scored(cleaned.tables, lang)


def scored(tables: dict[str, pd.DataFrame], lang: str = "vi") -> dict[str, pd.DataFrame]:
    held = in_force()
    measurements, units = tables["measurements"], tables["units"]
    points = score.points(measurements, held.indicators, held.groups)
    scores = score.scores(measurements, points, held.bands, units)
    day, previous = trend.previous_totals(measurements, tables["source"], {}, str(CUTOFF))
    tables = tables | {
        "points": points,
        "scores": scores,
        "reconciliation": score.reconciliation(points, scores),
        "changes": trend.changes(scores, previous, day, units),
        "carried": trend.carried_differences(previous, day, {}),
        "peers": trend.peers(scores, units, **held.settings["peer"]),
        "routes": trend.routes(scores, measurements, held.indicators, held.bands, units),
    }
    tables["corrections"] = revisions.corrections(tables["measurements"], tables["measurements"])
    return tables | {"findings": findings.collect(tables, held, words(lang))}
