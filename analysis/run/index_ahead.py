"""Makes the index pages while a run's report is made, as they will be once the run is published.

They are made in a folder of links in which the run's folders have the place of the week's. What was made there is used
only if it is made of exactly what is then published; else, and where it fails, ``renew_index`` makes them as before.
"""

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from analysis.config.wording import Wording
from analysis.run import preload
from analysis.run.processes import isolated
from analysis.weeks import atomic, paths, store

MOST_SECONDS = 60  # our choice: they take half a second, and publishing waits for them


class Made(NamedTuple):
    """An index page, and the fingerprint of what it is made of; of an area, and of all areas."""

    page: str
    inputs: str
    areas_page: str
    areas_inputs: str


@contextmanager
def beside(home: Path, area: str, cutoff: str, run: str, words: Wording) -> Iterator[Callable[[], None]]:
    """Inside the context the indexes are made, in a process of their own; gives the function that puts them in their
    place, to be called when the run is published. Whatever goes wrong with them does not concern the run.

    Where processes are not forked nothing is made.
    """
    if not isolated.FORKS:
        yield lambda: None
        return
    about = {"of": preload.PAGES, "seconds": MOST_SECONDS}
    with isolated.beside([foresee], home, area, cutoff, run, words, **about) as answers:

        def put() -> None:
            with suppress(Exception):  # the run then renews the indexes itself, and tells what is wrong with them
                _put(home, area, words, *answers())

        yield put


def foresee(home: Path, area: str, cutoff: str, run: str, words: Wording) -> Made:
    """The indexes as they will be. Call it in a child process: it imports what draws them."""
    from analysis.report import indexpage, published_weeks

    with tempfile.TemporaryDirectory(prefix="index-") as folder:
        _link(home, view := Path(folder), area, cutoff, run)
        indexpage.save(view, area, words)
        indexpage.save_areas(view, words)
        pages = paths.reports(view, area, published_weeks.NAME), published_weeks.areas_page(view)
        records = paths.processed(view, area, published_weeks.RECORD), published_weeks.areas_record(view)
        texts = [page.read_text("utf-8") for page in pages]
        inputs = [atomic.load_json(record)["inputs"] for record in records]
        return Made(texts[0], inputs[0], texts[1], inputs[1])


def _link(home: Path, view: Path, area: str, cutoff: str, run: str) -> None:
    """Fill ``view`` with links to what is in the home, and to the run's folders in place of the week's."""
    from analysis.report import published_weeks as published

    made = {published.NAME, published.RECORD, cutoff}
    (view / "config").symlink_to(home / "config")
    for root in (paths.processed(home, area).parent, paths.reports(home, area).parent):
        (view / root.relative_to(home) / area).mkdir(parents=True)
        for each in (*root.glob("[!.]*"), *(root / area).glob("[!.]*")):
            if each.name not in made and each != root / area:
                (view / each.relative_to(home)).symlink_to(each)
    paths.processed(view, area, cutoff).symlink_to(paths.run_folder(home, area, run))
    reports, its = paths.reports(view, area, cutoff), paths.run_reports(home, area, run)
    reports.mkdir()
    for name in (published.REPORT, published.DOCUMENT, published.WORKBOOK):
        (reports / name).touch()  # they are being made
    for each in store.revisions(its):
        (reports / each.name).symlink_to(each)


def _put(home: Path, area: str, words: Wording, made: Made) -> None:
    from analysis.report import published_weeks as published

    if published.inputs(home, area, published.published(home, area), words) == made.inputs:
        _save(paths.reports(home, area, published.NAME), paths.processed(home, area, published.RECORD), made[:2])
        if published.areas_inputs(home, words) == made.areas_inputs:
            _save(published.areas_page(home), published.areas_record(home), made[2:])


def _save(page: Path, record: Path, made: tuple[str, str]) -> None:
    html = made[0].encode()
    atomic.save(page, html)
    atomic.save_json(record, {"inputs": made[1], "page": hashlib.sha256(html).hexdigest()})
