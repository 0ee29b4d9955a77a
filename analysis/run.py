"""The week as a whole: gate, notebooks, the units' pages, export, publish; or nothing at all.

A stage has succeeded when nothing was raised, every code cell ran to its end, and the token that its last cell writes
names this run and the tables as they are. Whatever reads tables does so in a process of its own (isolated), so this one
need not import what that takes.
"""

import importlib.metadata
import secrets
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from analysis import (
    atomic,
    files,
    isolated,
    notebook,
    pages,
    paths,
    periods,
    preload,
    products,
    provenance,
    publish,
    reuse,
    store,
    wording,
)
from analysis.exits import Exit
from analysis.home import PROJECT, working_in
from analysis.notebook import USUAL, Way
from analysis.units import Unit, with_kind
from analysis.wording import Wording, capital

if TYPE_CHECKING:
    import pandas as pd

    from analysis.clean import Cleaned

NOTEBOOKS = PROJECT / "notebooks"
STAGES = ("1_clean", "2_score", "3_trend", pages.STAGE, "4_report")  # the report links to the pages
WITHOUT_CHARTS = {"1_clean", "2_score", "3_trend"}
VERSIONS_OF = (  # what products may hang on
    *("babel", "css-inline", "docxtpl", "inscriptis", "ipykernel", "ipython", "jinja2", "lxml", "matplotlib"),
    *("nbclient", "nbconvert", "nbformat", "numpy", "pandas", "pandera", "papermill", "pillow", "seaborn"),
    *("traitlets", "xlrd", "xlsxwriter"),
)


@dataclass(frozen=True)
class Outcome:
    """How a week ended: exit status, the sentence for the person who ran it, the report if there is one."""

    status: Exit
    message: str
    report: Path | None = None


class Gated(NamedTuple):
    """What the gate says of a week's tables, in plain values; ``lines`` tells people of its problems."""

    refused: bool
    units: list[Unit]
    lines: list[str]


def _gate(raw: list[Path], home: Path, area: str, cutoff: str, words: Wording) -> Gated:
    try:
        return isolated.call(gated, raw, home, area, cutoff, words, of=preload.GATE)
    except (isolated.TookTooLong, isolated.Died) as error:
        raise OSError(f"{', '.join(path.name for path in raw)}: {notebook.ended(error, words)}") from error


def gated(raw: list[Path], home: Path, area: str, cutoff: str, words: Wording) -> Gated:
    """Gate the tables by the rules in force. Raises : ConfigError; OSError where a file cannot be opened."""
    from analysis import clean, rules

    held = rules.load(home, area, periods.cutoff(cutoff))
    found = summary(clean.gate(raw, held, words), words)
    return found._replace(lines=[*held.warnings, *found.lines])


def summary(cleaned: "Cleaned", words: Wording) -> Gated:
    """What a week has to know of what the gate found."""
    units = cleaned.units[["unit_code", "unit_name", "type"]].itertuples(index=False, name=None)
    return Gated(cleaned.refused, [Unit(*each) for each in units], problem_lines(cleaned.problems, words))


def _export(home: Path, area: str, cutoff: str, run: str, words: Wording) -> None:
    """The run's products, each part in a process of its own."""
    isolated.together(products.PARTS, home, area, cutoff, run, words, of=preload.PAGES)


def _index(home: Path, area: str, words: Wording) -> None:
    """The page that lists the area's weeks."""
    from analysis import listed

    if listed.is_stale(home, area, words):
        isolated.call(listed.renew, home, area, words, of=preload.PAGES)


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Steps:
    """What a week is made of; a test brings its own."""

    gate: Callable = _gate
    notebooks: Path = NOTEBOOKS
    stages: tuple[str, ...] = STAGES
    export: Callable = _export
    tell: Callable[[str], None] = _tell
    way: Way = USUAL
    index: Callable = _index


def week(
    home: Path,
    area: str,
    cutoff: str | None = None,
    raw: list[Path] | None = None,
    lang: str = "vi",
    province_rank: str = "",
    reissue: bool = False,
    units: str | list[str] | None = None,
    jobs: int | None = None,
    cluster: str = "",
    steps: Steps | None = None,
) -> Outcome:
    """Make and publish the report of one week from its raw tables.

    home    : holds config/, data/ and reports/
    cutoff  : ISO date; None: the latest that has a raw table
    raw     : the tables as delivered, no two of one name; None: those of data/raw/<area>/
    reissue : other tables than the published ones are a correction, and become the week's next revision
    units   : whose pages to make: "none", "all", or codes, beside those that the published week has; None: only those
    jobs    : how many pages at once; None: one a processor
    cluster : address of a Dask scheduler whose workers make the pages
    Raises : ConfigError, WordingError where the configuration is wrong.
    """
    home, words = home.resolve(), wording.load(home, lang)
    with working_in(home):
        try:
            cutoff = cutoff or paths.newest_raw(home, area)
            raw = sorted(raw or paths.raw_files(home, area, cutoff), key=lambda path: path.name)
        except paths.NotFound:
            return Outcome(Exit.REFUSED, words.say("run.no_raw", area=area, cutoff=cutoff or "????-??-??"))
        except ValueError as error:
            return Outcome(Exit.REFUSED, words.say("run.no_day", area=area, cutoff=cutoff, reason=error))
        parameters = {"lang": lang, "province_rank": province_rank}
        this = _Week(home, area, cutoff, raw, parameters, reissue, units, jobs, cluster, words, steps or Steps())
        try:
            with publish.locked(home, area, cutoff):
                publish.tidy(home, area, cutoff)
                outcome = this.outcome()
                if outcome.report:
                    this.list_weeks()
                return outcome
        except publish.Busy as busy:
            return Outcome(Exit.BUSY, words.say("run.busy", cutoff=cutoff, pid=busy.pid, since=busy.since))


@dataclass(frozen=True)
class _Week:
    home: Path
    area: str
    cutoff: str
    raw: list[Path]
    parameters: dict[str, str]
    reissue: bool
    units: str | list[str] | None
    jobs: int | None
    cluster: str
    words: Wording
    steps: Steps

    @property
    def names(self) -> str:
        return ", ".join(path.name for path in self.raw)

    def outcome(self) -> Outcome:
        published = paths.processed(self.home, self.area, self.cutoff)
        report = paths.reports(self.home, self.area, self.cutoff, "report.html")
        before = atomic.load_json(published / "run.json")
        inputs = self.inputs(before)
        complete = not before.get("failed") and publish.intact(self.home, before.get("products", {}))
        if before.get("inputs") == inputs and complete:
            return Outcome(Exit.DONE, self.words.say("run.nothing_new", report=report), report)
        refused, units, lines = self.steps.gate(self.raw, self.home, self.area, self.cutoff, self.words)
        for line in lines:
            self.steps.tell(line)
        if refused:
            return Outcome(Exit.REFUSED, self.words.say("run.refused", file=self.names))
        if unknown := self.unknown(units):
            return Outcome(Exit.WRONG_USAGE, unknown)
        revision, held = len(store.revisions(published)) + 1, atomic.digests(published.glob("raw/*"))
        keep = f"r{revision}" if held not in ([], inputs["raw"]) else ""
        if before.get("revision", revision) != revision:
            return Outcome(Exit.FAILED, self.words.say("run.revisions_lost", cutoff=self.cutoff, folder=published))
        if keep and not self.reissue:
            return Outcome(Exit.REFUSED, self.other_table(inputs, keep))
        revision += bool(keep)
        run = f"{self.cutoff}-{secrets.token_hex(6)}"  # a token with this name was left by this run and no other
        try:
            failed = self.make(run, inputs, before, revision, keep, self.asked(inputs["units"], units))
        except Exception as error:  # whatever it was: the published week stays, the person gets a sentence
            return self.failed(run, error)
        finally:
            publish.tidy(self.home, self.area, self.cutoff)
        from analysis import mailing

        done = self.words.say("run.done", report=report)
        if keep:
            done += "\n" + self.words.say("run.reissued", revision=f"r{revision}", kept=report.with_name(keep))
        if ending := mailing.ending(self.home, self.area, self.cutoff, self.words):
            done += "\n" + ending
        return Outcome(Exit.FAILED, f"{done}\n{failed}", report) if failed else Outcome(Exit.DONE, done, report)

    def list_weeks(self) -> None:
        """The week stands, listed or not; the next run lists it."""
        try:
            self.steps.index(self.home, self.area, self.words)
        except Exception as error:
            self.steps.tell(self.words.say("run.not_listed", reason=pages.told(error)))

    def other_table(self, inputs: dict, current: str) -> str:
        """Why this is not the week's table: it never was, or it is the one that a correction has replaced."""
        fields = {"cutoff": self.cutoff, "file": self.names, "revision": current}
        for old in store.revisions(paths.processed(self.home, self.area, self.cutoff)):
            if atomic.digests(old.glob("raw/*")) == inputs["raw"]:
                return self.words.say("run.replaced_table", earlier=old.name, **fields)
        return self.words.say("run.other_table", **fields)

    def unknown(self, units: list[Unit]) -> str:
        """What to say of codes that were asked for and are no units; "" where there are none."""
        names = {unit.code: unit.name for unit in units}
        unknown = [code for code in self.units if code not in names] if isinstance(self.units, list) else []
        known = ", ".join(f"{code} ({name})" for code, name in names.items())
        return self.words.say("run.unknown_units", codes=", ".join(unknown), known=known) if unknown else ""

    @staticmethod
    def asked(pages_of: str | list[str], units: list[Unit]) -> list[Unit]:
        """The units that get a page; a unit that had one and is gone gets none."""
        if pages_of == "all":
            return units
        return [unit for unit in units if pages_of != "none" and unit.code in pages_of]

    def pages_of(self, before: dict) -> str | list[str]:
        """Whose pages to make: "none", "all" or codes. Those that the week has stay, unless "none" is said."""
        there = [path.stem for path in paths.reports(self.home, self.area, self.cutoff, "units").glob("*.html")]
        held = before.get("inputs", {}).get("units") or sorted(there) or "none"
        if not isinstance(self.units, list):
            return self.units or held
        return held if held == "all" else sorted({*self.units, *(held if isinstance(held, list) else ())})

    def inputs(self, before: dict) -> dict:
        """What the products follow from: tables, rules, code, environment, parameters, earlier weeks, whose pages.

        before : the record of the published week, which says whose pages it has
        """
        config = self.home / "config"
        others = {path.parent for path in config.glob("*/area.toml")} - {config / self.area}
        rules = [path for path in config.rglob("[!.]*") if not others & set(path.parents)]
        own = files.from_program(self.home)
        return {
            "raw": atomic.digests(self.raw),
            "config": atomic.hashes(rules, self.home)
            | {f"program/{name}": each for name, each in atomic.hashes(own, files.PROGRAM.parent).items()},
            "code": provenance.code(self.steps.notebooks),
            "earlier": self.earlier(),
            "parameters": self.parameters,
            "units": self.pages_of(before),
            "versions": {name: importlib.metadata.version(name) for name in VERSIONS_OF}
            | {"python": ".".join(map(str, sys.version_info[:3]))},
        }

    def earlier(self) -> dict[str, str]:
        """sha256 of every table of the weeks before, but of the list of their units' pages: no later week shows it."""
        folders = [each.folder for each in store.history(self.home, self.area, self.cutoff).values()]
        tables = (path for folder in folders for path in folder.glob("*.csv") if path.stem != "pages")
        return atomic.hashes(tables, self.home)

    def make(self, run: str, inputs: dict, before: dict, revision: int, keep: str, units: list[Unit]) -> str:
        """Make and publish the week. Returns what to say of pages that failed, or "".

        before : the record of the published week: what follows from the same inputs is taken over from there
        units  : those that get a page
        """
        began = time.perf_counter()
        published, stages = paths.processed(self.home, self.area, self.cutoff), before.get("stages", {})
        folder = publish.begin(self.home, self.area, self.cutoff, run, self.raw, keep)
        if atomic.digests(folder.glob("raw/*")) != inputs["raw"]:
            raise OSError(self.words.say("run.raw_changed", file=self.names))
        record = {"area": self.area, "cutoff": self.cutoff, "revision": revision, "inputs": inputs}
        record |= {"commit": provenance.commit(), "stages": {}}
        made: list[pages.Made] = []
        for stage in self.steps.stages:
            if stage == pages.STAGE:
                made = self.unit_pages(run, units, record, before)
                continue
            key = record["stages"][stage] = reuse.key(stage, folder, record)
            if key and stages.get(stage) == key and reuse.stage(self.home, stage, published, folder, before):
                self.steps.tell(self.words.say("run.kept", stage=stage))
            else:
                with self.timed(stage):
                    self.stage(stage, folder, run)
        with self.timed("export"):
            self.steps.export(self.home, self.area, self.cutoff, run, self.words)
        failed = [each for each in made if each.reason]
        said = self.failed_pages(run, failed, units) if failed else ""
        record |= {
            "units": [each.unit for each in made],
            "failed": [each.unit for each in failed],
            "products": publish.products(self.home, self.area, self.cutoff, run),
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": round(time.perf_counter() - began, 1),
        }
        if self.earlier() != inputs["earlier"]:
            raise OSError(self.words.say("run.earlier_changed"))
        atomic.save_json(folder / "run.json", record)
        publish.publish_week(self.home, self.area, self.cutoff, run)
        return said

    def unit_pages(self, run: str, units: list[Unit], record: dict, before: dict) -> list[pages.Made]:
        """The pages of the units, and the week's table ``pages``; those are taken over that would be the same."""
        lang, fields = self.words.lang, (self.home, self.area, self.cutoff, run)
        tasks = [
            pages.Task(*fields, code, capital(with_kind(kind, name, lang)), lang, self.steps.notebooks, self.steps.way)
            for code, name, kind in units
        ]
        codes = [unit.code for unit in units]
        try:
            same = reuse.units(self.home, record, before, codes, run, self.jobs)
            if same:
                self.steps.tell(self.words.say("run.kept_pages", count=len(same)))
            made = {code: pages.Made(code) for code in same}
            if tasks := [task for task in tasks if task.unit not in made]:
                with self.timed(pages.STAGE):
                    made |= {each.unit: each for each in pages.make_all(tasks, self.jobs, self.words, self.cluster)}
        finally:
            pages.forget()
        made = [made[code] for code in codes]
        isolated.call(pages.write, self.home, self.area, self.cutoff, run, units, made, of=preload.TABLES)
        return made

    def failed_pages(self, run: str, failed: list[pages.Made], units: list[Unit]) -> str:
        """Keep what failed pages left, for the maintainer; say which they are, and why, for the person."""
        names = {unit.code: unit.name for unit in units}
        reasons = [f"  {names[each.unit]} ({each.unit}): {each.reason}" for each in failed]
        text = "\n\n".join([*reasons, self.words.say("run.what_to_do"), *(each.details for each in failed)])
        kept = publish.keep_failed(self.home, self.area, self.cutoff, run, text, pages.FAILED).relative_to(self.home)
        return self.words.say("run.pages_failed", count=len(failed), reasons="\n".join(reasons), kept=kept)

    def stage(self, stage: str, folder: Path, run: str) -> None:
        """Run one notebook in the private folder; it must come to its end and leave its token."""
        source, way = self.steps.notebooks / f"{stage}.ipynb", self.steps.way
        values = {"area": self.area, "cutoff": self.cutoff, "run": run}
        about = {"source": source, "target": folder / source.name, "way": way, "words": self.words}
        about["of"] = preload.TABLES if stage in WITHOUT_CHARTS else preload.CHARTS
        called = (self.home, source, folder / source.name, values, self.words, way, self.parameters)
        notebook.apart(self.home, notebook.run, *called, **about)
        if not publish.settled(folder, stage, run):
            raise notebook.NotebookFailed(self.words.say("run.no_token", notebook=source.name, token=f"{stage}.json"))

    def failed(self, run: str, error: Exception) -> Outcome:
        reason = pages.told(error)
        kept = wording.MISSING
        with suppress(OSError):  # a full disk: then there is nothing to keep, and the reason is still told
            text = "\n\n".join([reason, self.words.say("run.what_to_do"), "".join(traceback.format_exception(error))])
            kept = publish.keep_failed(self.home, self.area, self.cutoff, run, text).relative_to(self.home)
        return Outcome(Exit.FAILED, self.words.say("run.failed", reason=reason, kept=kept))

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        seconds = self.words.number(time.perf_counter() - began, 1)
        self.steps.tell(self.words.say("run.stage", stage=stage, seconds=seconds))


def problem_lines(problems: "pd.DataFrame", words: Wording) -> list[str]:
    """The gate's problems for people, errors first, each kind under a heading with their number."""
    from analysis import clean

    lines = []
    for severity in ("error", "warning"):
        its = problems[problems["severity"] == severity]
        if len(its):
            lines += [words.say(f"run.{severity}s", count=len(its))]
            lines += [f"  {line}" for line in clean.problem_lines(its, words)]
    return lines
