"""Which outputs of the published week can be reused: stages and units' pages whose inputs are the same.

A stage reads the tables that are there before it; what it reads besides tables is listed in ``OWN``. A unit's page is
the same where its text and its drawn data are: no page is drawn to find that out. Nothing made by other code,
configuration or packages is reused, and no file that has changed since it was published.
"""

import hashlib
import json
import shutil
from contextlib import suppress
from functools import partial
from pathlib import Path

from analysis.config import wording
from analysis.run import unit_pages
from analysis.run.processes import isolated
from analysis.weeks import atomic, paths, publish, store

COMMON = ("code", "commit", "config", "versions")  # parts of a run's record that every stage depends on
OWN = {  # what a stage reads besides tables
    "1_clean": ("raw", "revision", "lang"),
    "2_score": (),
    "3_trend": ("earlier", "lang"),
    "4_report": ("raw", "revision", "parameters", "units"),
}


def key(stage: str, folder: Path, record: dict) -> str:
    """The fingerprint of everything that a stage can read; "" for a stage that ``OWN`` does not list.

    folder : the run's, as it is before the stage
    record : of the run: commit, revision, inputs
    """
    if stage not in OWN:
        return ""
    known = record["inputs"] | {"lang": record["inputs"]["parameters"]["lang"]} | record
    read = {name: known[name] for name in COMMON + OWN[stage]}
    return hashlib.sha256(
        json.dumps([read, atomic.hashes(folder.glob("*.csv"), folder)], sort_keys=True).encode()
    ).hexdigest()


def stage(home: Path, name: str, published: Path, folder: Path, before: dict) -> bool:
    """Copy the outputs of a stage from the published week into the run's folder; False where one is missing.

    before : the record of the published week
    """
    token = atomic.load_json(published / f"{name}.json")
    files = [f"{name}.json", f"{name}.ipynb", *(f"{table}.csv" for table in token.get("tables", {}))]
    if not token or not _intact(home, [published / file for file in files], before):
        return False
    for file in files:
        shutil.copyfile(published / file, folder / file)
    return True


def units(home: Path, record: dict, before: dict, codes: list[str], run: str, jobs: int | None = None) -> list[str]:
    """Copy the pages that would be the same, with their notebooks; the codes of their units.

    record, before : of the run, so far, and of the published week
    jobs           : in how many processes pages are compared; None: one a processor. They are forked from the server of
                     the run's pages, which ``pages.forget`` ends.
    """
    area, cutoff, lang = record["area"], record["cutoff"], record["inputs"]["parameters"]["lang"]
    made = set(before.get("units", ())) - set(before.get("failed", ()))
    if (
        not made
        or any(_recorded(before, name) != _recorded(record, name) for name in COMMON)
        or (before["inputs"]["parameters"]["lang"] != lang)
    ):
        return []
    copies = {code: _copies(home, area, cutoff, code, run) for code in codes if code in made}
    there = [code for code, files in copies.items() if _intact(home, list(files), before)]
    if not there or not _intact(home, list(paths.processed(home, area, cutoff).glob("*.csv")), before):
        return []
    same = _compared(there, jobs, home, area, cutoff, run, lang)
    for code in same:
        for old, new in copies[code].items():
            new.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(old, new)
    return same


def _compared(codes: list[str], jobs: int | None, *of_run: object) -> list[str]:
    """``unchanged`` in several processes; where one of them dies or takes too long, none: every page is made anew."""
    shares = min(jobs or isolated.PROCESSORS, len(codes))
    parts = [partial(unchanged, *of_run, codes[first::shares]) for first in range(shares)]
    with suppress(isolated.TookTooLong, isolated.Died):
        return [code for its in isolated.together(parts, of=unit_pages.fork_server(*of_run)) for code in its]
    return []


def unchanged(home: Path, area: str, cutoff: str, run: str, lang: str, codes: list[str]) -> list[str]:
    """The codes of those units whose published page has the same text and the same drawn data as a new one would."""
    from analysis.config import periods, rules
    from analysis.report import unitpage

    day, words = periods.cutoff(cutoff), wording.load(home, lang)
    published = store.Week(home, area, cutoff, paths.processed(home, area, cutoff))
    try:
        edition = unitpage.edition(store.open_week(area, cutoff, run, home), rules.load(home, area, day), words)
        held = {name: published.read(name) for name in unitpage.DRAWN}
    except (paths.NotFound, ValueError):  # a week without such pages
        return []
    same = []
    for code in codes:
        with suppress(Exception):  # making the page will show what is wrong
            drawn = unitpage.drawn(edition.tables, code) == unitpage.drawn(held, code)
            same += [code] if drawn and unitpage.said(edition, code) == _said(published, code) else []
    return same


def _said(week: store.Week, code: str) -> list[str]:
    """What the page of a unit says, as its notebook, once executed, shows it."""
    notebook = atomic.load_json(week.folder / f"{paths.unit_file(code)}.ipynb")
    shown = [
        output.get("data", {})
        for cell in notebook["cells"]
        if "page" in cell["metadata"].get("tags", ())
        for output in cell.get("outputs", ())
    ]
    return ["".join(each["text/html"]) for each in shown if "text/html" in each]


def _copies(home: Path, area: str, cutoff: str, code: str, run: str) -> dict[Path, Path]:
    """The files of a unit's page: as published, and where they stand in the run."""
    file = paths.unit_file(code)
    tables, reports = paths.processed(home, area, cutoff), paths.reports(home, area, cutoff)
    return {
        tables / f"{file}{kind}": paths.run_folder(home, area, run) / f"{file}{kind}" for kind in (".ipynb", ".json")
    } | {reports / f"{file}.html": paths.run_reports(home, area, run) / f"{file}.html"}


def _intact(home: Path, files: list[Path], before: dict) -> bool:
    named = {path.relative_to(home).as_posix() for path in files}
    held = {name: digest for name, digest in before.get("products", {}).items() if name in named}
    return len(held) == len(named) and publish.intact(home, held)


def _recorded(record: dict, name: str) -> object:
    return record.get("inputs", {}).get(name, record.get(name))
