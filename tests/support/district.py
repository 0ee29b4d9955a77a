"""The real table of Chợ Mới for tests: as delivered, with one thing changed, cleaned, and scored."""

import functools
import tempfile
from datetime import date
from pathlib import Path

import pandas as pd

from analysis.config import rules, wording
from analysis.gate import clean
from analysis.method import revisions
from analysis.report import findings
from analysis.report.edition import Edition
from support import played
from support.stored import stored

HOME = played.HOME
RAW = HOME / "data" / "raw" / "cho-moi" / "2023-12-04.txt"
CUTOFF = date(2023, 12, 4)
CONTROL = "893"
GOLDEN = Path(__file__).parent / "golden"


@functools.cache
def in_force(cutoff: date = CUTOFF) -> rules.Rules:
    return rules.load(HOME, "cho-moi", cutoff)


@functools.cache
def words(lang: str = "vi") -> wording.Wording:
    return in_force().worded(wording.load(HOME, lang))


def say(key: str, lang: str = "vi", **fields: object) -> str:
    """The sentence that is expected: the office may word it otherwise, its key and fields stay."""
    return words(lang).say(key, **fields)


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
@stored
def week(lang: str = "vi") -> dict[str, pd.DataFrame]:
    """All tables of the week, by name."""
    held = in_force()
    cleaned = clean.gate(RAW, held, words(lang))
    return scored(cleaned.tables, lang)


def scored(tables: dict[str, pd.DataFrame], lang: str = "vi") -> dict[str, pd.DataFrame]:
    """The tables that the notebooks make of a cleaned week that has no history, by name."""
    tables = {"corrections": revisions.corrections(tables["measurements"], tables["measurements"])} | tables
    with tempfile.TemporaryDirectory() as folder, played.at(Path(folder)) as home:
        tables = played.tables(home, "cho-moi", str(CUTOFF), tables)
    return tables | {"findings": findings.collect(tables, in_force(), words(lang))}


def edition(lang: str = "vi", origin: dict[str, str] | None = None, **tables: pd.DataFrame) -> Edition:
    """The week's edition; some of its tables, or parts of its provenance, replaced. As it is, it is one for all tests:
    what its pieces ask several times is then known, and nobody may change it."""
    return _edition(lang) if not origin and not tables else _made(lang, origin, **tables)


@functools.cache
def _edition(lang: str) -> Edition:
    return _made(lang, None)


def _made(lang: str, origin: dict[str, str] | None, **tables: pd.DataFrame) -> Edition:
    known = {"file": "2023-12-04.txt", "hash": "0" * 64, "revision": "1", "code": "0.1.0-abc1234"} | (origin or {})
    return Edition(in_force(), words(lang), week(lang) | tables, "", known)
