"""Lists the published weeks of an area with their files, and checks whether the indexes are up to date.

Kept apart from the page (``indexpage``) so that a run with nothing to do imports nothing heavy.
"""

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from analysis.config import files, periods
from analysis.config.wording import Wording
from analysis.weeks import atomic, paths, period, provenance, record, store

NAME, RECORD = "index.html", "index.json"
REPORT, DOCUMENT, WORKBOOK = "report.html", "report.docx", "appendix.xlsx"
INTERNAL = "internal"  # the keyword of a document that holds what is for the office alone


class Published(NamedTuple):
    """A published week: its cut-off, its revision (1: the first issue), its files, and how many units' pages failed.

    files : links from the index, such as ``2023-12-04/report.html`` and ``2023-12-04/r1/report.html``
    """

    cutoff: str
    revision: int
    files: tuple[str, ...]
    failed: int = 0


def is_stale(home: Path, area: str, words: Wording) -> bool:
    """Whether the index is missing or does not match the published weeks; where there are none, whether it is there."""
    page, weeks = paths.reports(home, area, NAME), published(home, area)
    if not weeks:
        return page.is_file()
    made_of = {"inputs": inputs(home, area, weeks, words), "page": atomic.sha256(page) if page.is_file() else ""}
    return atomic.load_json(paths.processed(home, area, RECORD)) != made_of


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
            links = tuple(f"{day}/{name}" for name in names if (reports / name).is_file())
            weeks.append(Published(day, len(kept) + 1, links, len(record.read_failed(home, area, day))))
    return weeks


def published_periods(home: Path, area: str) -> list[Published]:
    """Every published period as a week is listed, its name in place of a cut-off; by last day, longer ones last."""
    found = []
    for name in period.published(home, area):
        reports, kept = paths.reports(home, area, name), store.revisions(paths.processed(home, area, name))
        names = [REPORT, DOCUMENT, WORKBOOK, *(f"{each.name}/{REPORT}" for each in kept)]
        links = tuple(f"{name}/{each}" for each in names if (reports / each).is_file())
        found.append(Published(name, len(kept) + 1, links))
    return found


def find_drafts(home: Path, area: str) -> list[str]:
    """The names of the published periods that were not over when they were made."""
    return [name for name in period.published(home, area) if record.read(home, area, name).get("is_draft")]


def inputs(home: Path, area: str, weeks: list[Published], words: Wording) -> str:
    """The fingerprint of everything that the index is made from."""
    config = [
        path
        for name in (area, files.index_folder(home, area), "wording")
        for path in (home / "config" / name).glob("*")
    ]
    names = [
        f"{name}.csv" for name in ("scores", "changes", "units", "place*", "asks", "corrections", "r*/corrections")
    ]
    held = [path for week in weeks for name in names for path in paths.processed(home, area, week.cutoff).glob(name)]
    periods = [published_periods(home, area), find_drafts(home, area)]
    told = [
        words.lang,
        weeks,
        periods,
        has_neighbours(home, area),
        provenance.code(),
        atomic.hashes([*config, *held], home),
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


# -- the index of all areas ------------------------------------------------------------------------------------------


def listed_areas(home: Path) -> list[str]:
    """The areas whose own index is there, by name."""
    return [area for area in files.areas(home) if paths.is_area(area) and paths.reports(home, area, NAME).is_file()]


def has_neighbours(home: Path, area: str) -> bool:
    """Whether there is an index of another area."""
    return any(other != area for other in listed_areas(home))


def areas_page(home: Path) -> Path:
    """Where the index of all areas is."""
    return home / "reports" / NAME


def areas_record(home: Path) -> Path:
    """Where it is recorded of what the index of all areas was made."""
    return home / "data" / "processed" / RECORD


def are_areas_stale(home: Path, words: Wording) -> bool:
    """Whether the index of all areas is missing or does not match theirs; where they have none, whether it is there."""
    page = areas_page(home)
    if not listed_areas(home):
        return page.is_file()
    made_of = {"inputs": areas_inputs(home, words), "page": atomic.sha256(page) if page.is_file() else ""}
    return atomic.load_json(areas_record(home)) != made_of


def areas_inputs(home: Path, words: Wording) -> str:
    """The fingerprint of everything that the index of all areas is made from: what the areas' own are made from."""
    made_of = {area: atomic.load_json(paths.processed(home, area, RECORD)).get("inputs") for area in listed_areas(home)}
    return hashlib.sha256(json.dumps([words.lang, made_of], sort_keys=True).encode()).hexdigest()
