"""Lists the published weeks of an area with their files, and checks whether the area's index is up to date.

Kept apart from the page (``indexpage``) so that a run with nothing to do imports nothing heavy.
"""

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from analysis.config import periods
from analysis.config.wording import Wording
from analysis.weeks import atomic, paths, provenance, store

NAME, RECORD = "index.html", "index.json"
REPORT, DOCUMENT, WORKBOOK = "report.html", "report.docx", "appendix.xlsx"


class Published(NamedTuple):
    """A published week: its cut-off, its revision (1: the first issue), and its files.

    files : links from the index, such as ``2023-12-04/report.html`` and ``2023-12-04/r1/report.html``
    """

    cutoff: str
    revision: int
    files: tuple[str, ...]


def is_stale(home: Path, area: str, words: Wording) -> bool:
    """Whether the index is missing or does not match the published weeks; False where no week is published."""
    page, weeks = paths.reports(home, area, NAME), published(home, area)
    made_of = {"inputs": inputs(home, area, weeks, words), "page": atomic.sha256(page) if page.is_file() else ""}
    return bool(weeks) and atomic.load_json(paths.processed(home, area, RECORD)) != made_of


def published(home: Path, area: str) -> list[Published]:
    """Every published week, oldest first, also one that has only tables or only reports left."""
    folders = {*paths.processed(home, area).glob(paths.ISO_DAY), *paths.reports(home, area).glob(paths.ISO_DAY)}
    weeks = []
    for day in sorted({folder.name for folder in folders if folder.is_dir()}):
        with suppress(ValueError):  # 2023-13-01 is no cut-off
            periods.cutoff(day)
            reports, kept = paths.reports(home, area, day), store.revisions(paths.processed(home, area, day))
            kept = kept or store.revisions(reports)
            names = [REPORT, DOCUMENT, WORKBOOK, *(f"{each.name}/{REPORT}" for each in kept)]
            files = tuple(f"{day}/{name}" for name in names if (reports / name).is_file())
            weeks.append(Published(day, len(kept) + 1, files))
    return weeks


def inputs(home: Path, area: str, weeks: list[Published], words: Wording) -> str:
    """The fingerprint of everything that the index is made from."""
    config = [path for name in (area, "index-766", "wording") for path in (home / "config" / name).glob("*")]
    names = [f"{name}.csv" for name in ("scores", "changes", "units", "corrections", "r*/corrections")]
    held = [path for week in weeks for name in names for path in paths.processed(home, area, week.cutoff).glob(name)]
    told = [words.lang, weeks, provenance.code(), atomic.hashes([*config, *held], home)]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
