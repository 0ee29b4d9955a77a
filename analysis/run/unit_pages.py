"""Makes one page per unit, in parallel, each by its own run of 5_unit; where a run fails, a page that says so.

Each page is made in its own process from a task of plain values, which can also be sent to another machine. A task
returns its error instead of raising it, so that one unit's failure does not stop the pages of the others.
"""

import traceback
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from analysis.config import periods, wording
from analysis.config.units import Unit
from analysis.config.wording import Wording, capital
from analysis.exits import AnalysisError
from analysis.run import editions, notebook
from analysis.run.notebook import DEFAULT_OPTIONS, EngineOptions
from analysis.run.processes import isolated
from analysis.weeks import atomic, in_use, paths, store
from analysis.weeks.home import without_folders

if TYPE_CHECKING:
    import pandas as pd

STAGE = "5_unit"
UNORDERED = "generator_unordered"
FAILED = "failed"  # folder of a run for the files of its failed pages


@dataclass(frozen=True)
class Task:
    """The values that are needed to make one unit's page.

    unit, name : the unit's code; its name with a capital first letter
    notebooks  : the folder that holds 5_unit
    way        : how the notebook is run
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
        """The values that are the same for all pages of one run."""
        return self.home, self.area, self.cutoff, self.run, self.lang


class PageResult(NamedTuple):
    """The result of making a page. ``reason`` is "" where it was made; else ``details`` is the traceback."""

    unit: str
    reason: str = ""
    details: str = ""


def make_all(tasks: list[Task], jobs: int | None, words: Wording, cluster: str = "") -> list[PageResult]:
    """Make every page in the run's folders; where a page fails, put a page there that says so.

    Meanwhile a terminal shows a progress bar. All processes that this call starts here end before it returns, but for
    the server of the run, which ``editions.forget`` ends.
    jobs    : how many at once; None: one per processor
    words   : of the progress bar; the pages, and why one failed, are in the language of their tasks
    cluster : address of a Dask scheduler whose workers make the pages; they have this package and see these folders
    Returns : the results, in the order of the tasks
    Raises  : ClusterError where that cluster cannot be used.
    """
    made = _in_parallel(tasks, jobs, words, cluster)
    for task in tasks:
        if made[task.unit].reason:
            _replace(task, wording.load(task.home, task.lang))
    return [made[task.unit] for task in tasks]


def table(units: list[Unit], made: list[PageResult]) -> "pd.DataFrame":
    """The week's table ``pages``: unit_code, unit_name, status (made, failed), reason.

    It has one row for each unit in ``made``, in the order of ``units``.
    """
    import pandas as pd

    reasons = {each.unit: each.reason for each in made}
    rows = [
        (unit.code, unit.name, "failed" if reasons[unit.code] else "made", reasons[unit.code])
        for unit in units
        if unit.code in reasons
    ]
    return pd.DataFrame(rows, columns=["unit_code", "unit_name", "status", "reason"])


def write(home: Path, area: str, cutoff: str, run: str, units: list[Unit], made: list[PageResult]) -> None:
    """Write the week's table ``pages``. Call it in a child process: the check of the columns takes long to import."""
    store.open_week(area, cutoff, run, home).write("pages", table(units, made))


def make(task: Task) -> PageResult:
    """Run 5_unit for one unit and export its output as the unit's page."""
    try:
        words, source = wording.load(task.home, task.lang), task.notebooks / f"{STAGE}.ipynb"
        target = paths.run_folder(task.home, task.area, task.run) / f"{_file(task)}.ipynb"
        about = {
            "source": source,
            "target": target,
            "way": task.way,
            "words": words,
            "of": editions.fork_server(*task.of_run),
        }
        notebook.run_isolated(task.home, _make, task, source, target, words, **about)
    except Exception as error:  # one unit's failure must not stop the other units' pages
        return _failed(task.home, task.unit, error)
    return PageResult(task.unit)


def error_text(error: Exception, words: Wording | None = None) -> str:
    """The error as text for a person: an ``AnalysisError`` as it is, any other with the name of its class in front.

    words : for the sentence about a file that is open in Word or Excel
    """
    if words and (said := in_use.advice(error, words)):
        return said
    return str(error) if isinstance(error, AnalysisError) else f"{type(error).__name__}: {error}"


def missing(words: Wording, title: str) -> str:
    """The HTML page that replaces a failed one: it says that the page is missing, what that means, where to look."""
    from analysis.report import export
    from analysis.report.templates import template

    piece = template("pieces/unit_missing.html.j2").render(say=words.say, title=title)
    return export.page(export.as_notebook([piece], "page"), words, title)


def _title(task: Task, words: Wording) -> str:
    """The title that ``unitpage.title`` gives, also for a page that could not be made."""
    week = store.open_week(task.area, task.cutoff, task.run, task.home)
    with suppress(AnalysisError, OSError):  # the page may have failed because the rules cannot be read
        words = week.words(task.lang)
    text = words.say("piece.title", area=task.name, period=capital(words.period(periods.cutoff(task.cutoff))))
    try:
        corrections = week.read("corrections")
    except paths.NotFound:
        return text
    corrected = corrections["unit_code"].eq(task.unit).any()
    return words.say("piece.corrected_title", text=text) if corrected else text


def _make(task: Task, source: Path, target: Path, words: Wording) -> None:
    from analysis.report import export

    folder, file = paths.run_folder(task.home, task.area, task.run), _file(task)
    target.parent.mkdir(exist_ok=True)
    values = {name: getattr(task, name) for name in ("area", "cutoff", "run", "unit", "lang")}
    done = notebook.execute(task.home, source, target, values, words, task.way)
    notebook.expect_token(folder, file, task.run, source, words)
    page = export.page(done, words, _title(task, words))
    atomic.save(paths.run_reports(task.home, task.area, task.run) / f"{file}.html", page)


def _in_parallel(tasks: list[Task], jobs: int | None, words: Wording, cluster: str) -> dict[str, PageResult]:
    """Make the pages, here or by a cluster; return the results by unit."""
    from tqdm import tqdm

    bar = {"desc": words.say("unit_page.progress"), "bar_format": "{desc}: {n_fmt}/{total_fmt} |{bar}| {elapsed}"}
    try:
        with closing(_by_cluster(tasks, cluster, words) if cluster else _here(tasks, jobs)) as done:
            shown = tqdm(done, total=len(tasks), disable=None, leave=False, **bar)  # None: only on a terminal
            return {each.unit: each for each in shown}
    finally:
        isolated.end_all()


def _here(tasks: list[Task], jobs: int | None) -> Iterator[PageResult]:
    """One thread per page waits for its process."""
    import joblib

    editions.fork_server(*tasks[0].of_run)  # the threads share it
    with joblib.parallel_config("threading"):
        parallel = joblib.Parallel(min(jobs or joblib.cpu_count(), len(tasks)), return_as=UNORDERED)
        with closing(parallel(joblib.delayed(make)(task) for task in tasks)) as done:
            yield from done


def _by_cluster(tasks: list[Task], address: str, words: Wording) -> Iterator[PageResult]:
    """The workers make the pages, and drop the run's server afterwards."""
    from analysis.run import cluster

    home, area, _, run, lang = tasks[0].of_run
    folder, of_pages = paths.run_folder(home, area, run), wording.load(home, lang)
    for task, answer in cluster.answers(make, tasks, address, folder, words, of_pages, editions.forget):
        yield _failed(home, task.unit, answer) if isinstance(answer, Exception) else answer


def _failed(home: Path, unit: str, error: Exception) -> PageResult:
    reason = without_folders(home, error_text(error))  # the reason is published
    return PageResult(unit, reason, "".join(traceback.format_exception(error)))


def _replace(task: Task, words: Wording) -> None:
    """Replace a failed page by one that says so; move the files that it left into ``failed``."""
    folder, file = paths.run_folder(task.home, task.area, task.run), _file(task)
    (folder / FAILED).mkdir(exist_ok=True)
    for path in (folder / f"{file}.ipynb", folder / f"{file}.json"):
        if path.is_file():
            atomic.move(path, folder / FAILED / path.name)
    atomic.save(paths.run_reports(task.home, task.area, task.run) / f"{file}.html", missing(words, _title(task, words)))


def _file(task: Task) -> str:
    return paths.unit_file(task.unit)
