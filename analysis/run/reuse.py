"""Finds and copies outputs of the published week that can be reused: stages and unit pages with unchanged inputs.

A stage can read the tables of the stages before it; what else it reads is listed in ``OWN``. A unit's page is the same
where its text and its drawn data are the same, which is checked without drawing. Nothing is reused where the code, the
configuration or the environment has changed, or where a published file is not as it was published.
"""

import hashlib
import json
from contextlib import suppress
from functools import partial
from pathlib import Path

from analysis.run import editions
from analysis.run.processes import isolated
from analysis.weeks import atomic, paths, publish, store
from analysis.weeks import record as record_file

COMMON = ("code", "commit", "config", "versions")  # keys of a run's record that every output depends on
OWN = {  # what each stage reads besides tables: keys of the record
    "1_clean": ("raw", "remarks", "revision", "lang"),
    "2_score": (),
    "3_trend": ("earlier", "replies", "forms", "lang"),
    "4_report": ("raw", "remarks", "revision", "parameters", "units"),
}


def key(stage: str, folder: Path, record: dict) -> str:
    """The fingerprint of everything that a stage can read; "" for a stage that is not in ``OWN``.

    folder : the run's folder, as it is before the stage
    record : the record of the run: commit, revision, inputs
    """
    if stage not in OWN:
        return ""
    known = record["inputs"] | {"lang": record["inputs"]["parameters"]["lang"]} | record
    read = {name: known[name] for name in COMMON + OWN[stage]}
    return hashlib.sha256(
        json.dumps([read, atomic.hashes(folder.glob("*.csv"), folder)], sort_keys=True).encode()
    ).hexdigest()


def stage(home: Path, name: str, published: Path, folder: Path, before: dict) -> bool:
    """Copy a stage's outputs from the published week into the run's folder; False where one of them is missing.

    before : the record of the published week
    """
    tables = record_file.read_token(published / f"{name}.json")
    files = [f"{name}.json", f"{name}.ipynb", *(f"{table}.csv" for table in tables)]
    if not _intact(home, [published / file for file in files], before):
        return False
    for file in files:
        atomic.copy_content(published / file, folder / file)
    return True


def units(home: Path, record: dict, before: dict, codes: list[str], run: str, jobs: int | None = None) -> list[str]:
    """Copy the pages that would be the same, with their notebooks; return the codes of their units.

    record, before : the record of this run so far, and that of the published week
    codes          : the units that get a page
    jobs           : how many processes compare pages; None: one per processor. They are forked from the server of the
                     run, which ``editions.forget`` ends.
    """
    area, cutoff, lang = record["area"], record["cutoff"], record["inputs"]["parameters"]["lang"]
    made = set(before.get("units", ())) - set(before.get("failed", ()))
    if (
        not made
        or any(_recorded(before, name) != _recorded(record, name) for name in COMMON)
        or before["inputs"].get("parameters", {}).get("lang") != lang
    ):
        return []
    copies = {code: _copies(home, area, cutoff, code, run) for code in codes if code in made}
    there = [code for code, files in copies.items() if _intact(home, list(files), before)]
    if not there or not _intact(home, list(paths.processed(home, area, cutoff).glob("*.csv")), before):
        return []
    same = _find_unchanged(there, jobs, home, area, cutoff, run, lang)
    for code in same:
        for old, new in copies[code].items():
            new.parent.mkdir(parents=True, exist_ok=True)
            atomic.copy_content(old, new)
    return same


def _find_unchanged(codes: list[str], jobs: int | None, *of_run: object) -> list[str]:
    """Call ``unchanged`` in several processes. Where one fails, no page is reused: every unit gets a new page."""
    shares = min(jobs or isolated.PROCESSORS, len(codes))
    parts = [partial(unchanged, *of_run, codes[first::shares]) for first in range(shares)]
    with suppress(isolated.TookTooLong, isolated.Died):
        return [code for its in isolated.together(parts, of=editions.fork_server(*of_run)) for code in its]
    return []


def unchanged(home: Path, area: str, cutoff: str, run: str, lang: str, codes: list[str]) -> list[str]:
    """The codes whose published page shows exactly what a new page would show."""
    from analysis.report import unitpage

    week = store.open_week(area, cutoff, run, home)
    published = store.Week(home, area, cutoff, paths.processed(home, area, cutoff))
    try:
        edition = unitpage.keep_edition(week, week.rules(), week.words(lang))
        held = {name: published.read(name) for name in unitpage.DRAWN}
    except (paths.NotFound, ValueError):  # the published week lacks a table that pages need
        return []
    same = []
    for code in codes:
        with suppress(Exception):  # the page is then made again, and that reports the error
            same += [code] if unitpage.is_same(edition, code, held, _read_pieces(published, code)) else []
    return same


def _read_pieces(week: store.Week, code: str) -> list[str]:
    """The pieces of a unit's page as ``unitpage.page_pieces`` has them, read from its executed notebook.

    The head, which the notebook shows last, has its text in the metadata.
    """
    notebook, html = atomic.load_json(week.folder / f"{paths.unit_file(code)}.ipynb"), "text/html"
    *shown, head = [
        output
        for cell in notebook["cells"]
        if "page" in cell["metadata"].get("tags", ())
        for output in cell.get("outputs", ())
        if html in output.get("data", {})
    ]
    return [head["metadata"][html]["head"]["description"], *("".join(each["data"][html]) for each in shown)]


def _copies(home: Path, area: str, cutoff: str, code: str, run: str) -> dict[Path, Path]:
    """The files of a unit's page: published path => path in the run."""
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
