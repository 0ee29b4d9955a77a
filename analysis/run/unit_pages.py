"""One page a unit, each made by its own run of 5_unit, in parallel; where that fails, a page that says so.

Each page is made in a process of its own from a task of plain values, which a Dask worker on another machine can do as
well. A task returns what went wrong instead of raising it, so that one unit's failure does not stop the other pages.
"""

import traceback
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from analysis.config import periods, wording
from analysis.config.units import Unit
from analysis.config.wording import Wording, capital
from analysis.exits import AnalysisError
from analysis.run import notebook, preload
from analysis.run.notebook import DEFAULT_OPTIONS, EngineOptions
from analysis.run.processes import isolated
from analysis.run.processes.fork_server import ForkServer
from analysis.weeks import atomic, paths, publish, store
from analysis.weeks.home import without_folders

if TYPE_CHECKING:
    import pandas as pd

STAGE = "5_unit"
UNORDERED = "generator_unordered"
CONNECT_S = 10  # for a scheduler to answer
FAILED = "failed"  # the folder of a run that holds what its failed pages left


@dataclass(frozen=True)
class Task:
    """One unit's page.

    unit, name : its code, and its name to begin a line with
    notebooks  : the folder that holds 5_unit
    way        : how it is run
    """

    home: Path
    area: str
    cutoff: str
    run: str
    unit: str
    name: str
    lang: str
    notebooks: Path
    way: EngineOptions = DEFAULT_OPTIONS

    @property
    def of_run(self) -> tuple[Path, str, str, str, str]:
        """What the pages of one run have in common."""
        return self.home, self.area, self.cutoff, self.run, self.lang


class PageResult(NamedTuple):
    """What became of a page: ``reason`` is "" where it was made, ``details`` is the traceback where it was not."""

    unit: str
    reason: str = ""
    details: str = ""


def make_all(tasks: list[Task], jobs: int | None, words: Wording, cluster: str = "") -> list[PageResult]:
    """Every page, or the page that says that there is none, in the run's private folders; in the order of the tasks.

    jobs    : how many at once; None: one a processor. A terminal shows a bar meanwhile. No process here outlives this
              call.
    cluster : address of a Dask scheduler whose workers make the pages; they have this package and see these folders
    Raises  : OSError where no scheduler answers at that address.
    """
    made = _in_parallel(tasks, jobs, words, cluster)
    for task in tasks:
        if made[task.unit].reason:
            _replace(task, words)
    return [made[task.unit] for task in tasks]


def table(units: list[Unit], made: list[PageResult]) -> "pd.DataFrame":
    """The week's table ``pages``: unit_code, unit_name, status, reason; those that were asked for, as ordered there."""
    import pandas as pd

    reasons = {each.unit: each.reason for each in made}
    rows = [
        (unit.code, unit.name, "failed" if reasons[unit.code] else "made", reasons[unit.code])
        for unit in units
        if unit.code in reasons
    ]
    return pd.DataFrame(rows, columns=["unit_code", "unit_name", "status", "reason"])


def write(home: Path, area: str, cutoff: str, run: str, units: list[Unit], made: list[PageResult]) -> None:
    """Write the week's table ``pages``; in a process that knows what columns may hold, which takes long to import."""
    store.open_week(area, cutoff, run, home).write("pages", table(units, made))


def make(task: Task) -> PageResult:
    """Run 5_unit for one unit and export what it shows as the unit's page."""
    try:
        words, source = wording.load(task.home, task.lang), task.notebooks / f"{STAGE}.ipynb"
        target = paths.run_folder(task.home, task.area, task.run) / f"{_file(task)}.ipynb"
        about = {"source": source, "target": target, "way": task.way, "words": words, "of": fork_server(*task.of_run)}
        notebook.run_isolated(task.home, _make, task, source, target, words, **about)
    except Exception as error:  # whatever it was: the other units get their pages
        reason = without_folders(task.home, error_text(error))  # it is published
        return PageResult(task.unit, reason, "".join(traceback.format_exception(error)))
    return PageResult(task.unit)


@lru_cache(maxsize=1)
def fork_server(home: Path, area: str, cutoff: str, run: str, lang: str) -> ForkServer:
    """The server whose forks compare and make a run's pages: it has read the run's rules, sentences and tables.

    One at a time; ``forget`` ends it.
    """
    return ForkServer(partial(_read, home, area, cutoff, run, lang), of=preload.PAGES)


def forget() -> None:
    """End the server of the last run's pages, by forgetting it: it ends when no process can give it orders."""
    fork_server.cache_clear()


def _read(home: Path, area: str, cutoff: str, run: str, lang: str) -> None:
    from analysis.config import rules
    from analysis.report import unitpage

    in_force = rules.load(home, area, periods.cutoff(cutoff))
    unitpage.edition(store.open_week(area, cutoff, run, home), in_force, wording.load(home, lang))


def error_text(error: Exception) -> str:
    """What went wrong, for a person: an ``AnalysisError`` says it in full, any other with the name of its class."""
    return str(error) if isinstance(error, AnalysisError) else f"{type(error).__name__}: {error}"


def missing(words: Wording, title: str) -> str:
    """The page of a unit whose own could not be made: that there is none, what that means, where to look instead."""
    from nbformat import v4

    from analysis.report import export
    from analysis.report.templates import template

    piece = template("pieces/unit_missing.html.j2").render(say=words.say, title=title)
    cell = v4.new_code_cell(outputs=[v4.new_output("display_data", {"text/html": piece})], metadata={"tags": ["page"]})
    return export.page(v4.new_notebook(cells=[cell]), words, title)


def _title(task: Task, words: Wording) -> str:
    """What ``unitpage.title`` says, also where the page has none."""
    text = words.say("piece.title", area=task.name, period=capital(words.period(periods.cutoff(task.cutoff))))
    try:
        corrections = store.open_week(task.area, task.cutoff, task.run, task.home).read("corrections")
    except paths.NotFound:
        return text
    corrected = corrections["unit_code"].eq(task.unit).any()
    return words.say("piece.corrected_title", text=text) if corrected else text


def _make(task: Task, source: Path, target: Path, words: Wording) -> None:
    import nbformat

    from analysis.report import export

    folder, file = paths.run_folder(task.home, task.area, task.run), _file(task)
    target.parent.mkdir(exist_ok=True)
    values = {name: getattr(task, name) for name in ("area", "cutoff", "run", "unit", "lang")}
    notebook.run(task.home, source, target, values, words, replace(task.way, beside=False))
    if not publish.settled(folder, file, task.run):
        raise notebook.NotebookFailed(words.say("run.no_token", notebook=source.name, token=f"{file}.json"))
    page = export.page(nbformat.read(target, as_version=4), words, _title(task, words))
    atomic.save(paths.run_reports(task.home, task.area, task.run) / f"{file}.html", page)


def _in_parallel(tasks: list[Task], jobs: int | None, words: Wording, cluster: str) -> dict[str, PageResult]:
    """What became of each page, by unit. Here a thread a page waits for the process that makes it."""
    import joblib
    from tqdm import tqdm

    bar = {"desc": words.say("unit_page.progress"), "bar_format": "{desc}: {n_fmt}/{total_fmt} |{bar}| {elapsed}"}
    if tasks:
        fork_server(*tasks[0].of_run)  # the threads below share it
    with _backend(cluster):
        parallel = joblib.Parallel(-1 if cluster else min(jobs or joblib.cpu_count(), len(tasks)), return_as=UNORDERED)
        try:
            with closing(parallel(joblib.delayed(make)(task) for task in tasks)) as done:
                shown = tqdm(done, total=len(tasks), disable=None, leave=False, **bar)  # None: only on a terminal
                return {each.unit: each for each in shown}
        finally:
            isolated.end_all()
            forget()


@contextmanager
def _backend(cluster: str) -> Iterator[None]:
    """Where joblib calls: in threads, or in the workers of a cluster, which afterwards forget the run."""
    import joblib

    if not cluster:
        with joblib.parallel_config("threading"):
            yield
        return
    from distributed import Client

    with Client(cluster, timeout=CONNECT_S) as client, joblib.parallel_config("dask"):
        try:
            yield
        finally:
            client.run(forget, on_error="ignore")


def _replace(task: Task, words: Wording) -> None:
    """Put the page that says that there is none in the failed one's place, and what it left into ``failed``."""
    folder, file = paths.run_folder(task.home, task.area, task.run), _file(task)
    (folder / FAILED).mkdir(exist_ok=True)
    for path in (folder / f"{file}.ipynb", folder / f"{file}.json"):
        if path.is_file():
            path.rename(folder / FAILED / path.name)
    atomic.save(paths.run_reports(task.home, task.area, task.run) / f"{file}.html", missing(words, _title(task, words)))


def _file(task: Task) -> str:
    return paths.unit_file(task.unit)
