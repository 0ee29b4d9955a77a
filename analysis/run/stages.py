"""Runs the notebooks of a week one after the other, or reuses their outputs where their inputs are unchanged.

A stage has succeeded when no error was raised, every code cell ran to its end, and the token that its last cell writes
names this run and matches the tables on disk.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from analysis.config.units import Unit, with_unit_type
from analysis.config.wording import Wording, capital
from analysis.run import editions, notebook, preload, reuse, unit_pages
from analysis.run.notebook import EngineOptions
from analysis.run.processes import isolated
from analysis.weeks import atomic, paths, store

REPORT = "4_report"
STAGES = ("1_clean", "2_score", "3_trend", unit_pages.STAGE, REPORT)  # the report links to the pages


@dataclass(frozen=True)
class Stages:
    """The stages of one run of a week.

    folder     : the run's private folder
    parameters : values that are given to each notebook that has such a parameter; lang is also that of the pages
    words      : of what is told
    notebooks  : the folder of the notebooks
    way        : how they are run
    tell       : takes a line for the person who waits
    jobs       : how many units' pages at once; None: one per processor
    cluster    : address of a Dask scheduler whose workers make the pages, or ""
    """

    home: Path
    area: str
    cutoff: str
    run: str
    folder: Path
    parameters: dict[str, str]
    words: Wording
    notebooks: Path
    way: EngineOptions
    tell: Callable[[str], None]
    jobs: int | None
    cluster: str

    def make(self, names: Iterable[str], units: list[Unit], record: dict, before: dict) -> list[unit_pages.PageResult]:
        """Run these stages, or reuse the published outputs of a stage whose inputs are the same.

        units   : the units that get a page
        record  : the record of this run: commit, revision, inputs, stages; each stage's key is added to
                  ``record["stages"]``
        before  : the record of the published week
        Returns : the result of each unit's page
        Raises  : NotebookFailed, or any other error that ends the run.
        """
        published, keys = paths.processed(self.home, self.area, self.cutoff), before.get("stages", {})
        made: list[unit_pages.PageResult] = []
        for name in names:
            if name == unit_pages.STAGE:
                made = self._make_pages(units, record, before)
                continue
            key = record["stages"][name] = reuse.key(name, self.folder, record)
            if key and keys.get(name) == key and reuse.stage(self.home, name, published, self.folder, before):
                self.tell(self.words.say("run.kept", stage=name))
            else:
                with timed(name, self.words, self.tell):
                    self._run_notebook(name)
        return made

    def _run_notebook(self, name: str) -> None:
        """Run one notebook in the run's folder; it must run to its end and write its token."""
        source, target = self.notebooks / f"{name}.ipynb", self.folder / f"{name}.ipynb"
        values = {"area": self.area, "cutoff": self.cutoff, "run": self.run}
        about = {"source": source, "target": target, "way": self.way, "words": self.words}
        of_run = (self.home, self.area, self.cutoff, self.run, self.parameters["lang"])
        about["of"] = editions.fork_server(*of_run) if name == REPORT else preload.TABLES
        called = (self.home, source, target, values, self.words, self.way, self.parameters)
        notebook.run_isolated(self.home, notebook.run, *called, **about)
        notebook.expect_token(self.folder, name, self.run, source, self.words)

    def _make_pages(self, units: list[Unit], record: dict, before: dict) -> list[unit_pages.PageResult]:
        """Make the units' pages and the week's table ``pages``; reuse pages that would be the same."""
        if not units:
            atomic.save(self.folder / "pages.csv", store.without_rows("pages"))
            return []
        lang, fields = self.parameters["lang"], (self.home, self.area, self.cutoff, self.run)
        tasks = [
            unit_pages.Task(
                *fields, code, capital(with_unit_type(unit_type, name, lang)), lang, self.notebooks, self.way
            )
            for code, name, unit_type in units
        ]
        codes = [unit.code for unit in units]
        # Pages link to each other: which there will be is known before the first is made.
        expected = [unit_pages.PageResult(code) for code in codes]
        isolated.call(unit_pages.write, *fields, units, expected, of=preload.TABLES)
        same = reuse.units(self.home, record, before, codes, self.run, self.jobs)
        if same:
            self.tell(self.words.say("run.kept_pages", count=len(same)))
        made = {code: unit_pages.PageResult(code) for code in same}
        if tasks := [task for task in tasks if task.unit not in made]:
            with timed(unit_pages.STAGE, self.words, self.tell):
                made |= {each.unit: each for each in unit_pages.make_all(tasks, self.jobs, self.words, self.cluster)}
        made = [made[code] for code in codes]
        isolated.call(unit_pages.write, *fields, units, made, of=preload.TABLES)
        return made


@contextmanager
def timed(stage: str, words: Wording, tell: Callable[[str], None]) -> Iterator[None]:
    """When the context ends without an error, tell how many seconds the stage took."""
    began = time.perf_counter()
    yield
    tell(words.say("run.stage", stage=stage, seconds=words.number(time.perf_counter() - began, 1)))
