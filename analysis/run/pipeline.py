"""Makes and publishes one week, completely or not at all, and updates the index of the area's weeks.

The driver imports nothing heavy; whatever reads tables runs in a child.
"""

import hashlib
import importlib.metadata
import platform
import secrets
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from analysis.config import files, wording
from analysis.config.units import Unit
from analysis.config.wording import Wording
from analysis.exits import AnalysisError, Exit
from analysis.run import editions, gating, preload, products, unit_pages
from analysis.run.notebook import DEFAULT_OPTIONS, EngineOptions
from analysis.run.processes import isolated
from analysis.run.stages import REPORT, STAGES, Stages, timed
from analysis.weeks import atomic, command, damage, locks, office, paths, provenance, publish, record, store
from analysis.weeks.forms import write_forms
from analysis.weeks.home import PROJECT, working_in

NOTEBOOKS = PROJECT / "notebooks"
VERSIONS_OF = (  # packages whose version can change an output
    *("babel", "css-inline", "docxtpl", "holidays", "inscriptis", "ipykernel", "ipython", "jinja2", "jupyter-client"),
    *("lxml", "matplotlib", "nbclient", "nbconvert", "nbformat", "numpy", "pandas", "pandera", "papermill", "pillow"),
    *("seaborn", "traitlets", "xlrd", "xlsxwriter"),
)


@cache
def _versions() -> dict[str, str]:
    """Those of the packages and of Python, as this process runs with them."""
    return {name: importlib.metadata.version(name) for name in VERSIONS_OF} | {"python": platform.python_version()}


@dataclass(frozen=True)
class Outcome:
    """The result of making a week, or a line to print that is no result.

    status  : exit status of the week; None: only a line to print
    message : the sentence for the person who started the run
    report  : path of the page; None: there is none
    mails   : area and cut-off of each mail that may be sent now
    is_issue : the week was completely published for the first time, or issued again: only such a week a schedule mails
    """

    status: Exit | None
    message: str
    report: Path | None = None
    mails: tuple[tuple[str, str], ...] = ()
    is_issue: bool = False


def misnamed(home: Path, area: str, words: Wording, status: Exit | None = None) -> list[Outcome]:
    """What to print of the files in data/raw/<area>/ that no week reads, because their names tell none; [] for none."""
    names = paths.misnamed_raw(home, area)
    return [Outcome(status, words.say("run.misnamed", area=area, names=words.listed(names)))] if names else []


def _export(home: Path, area: str, cutoff: str, run: str, words: Wording) -> None:
    """Make page and mail in a process of their own; the run's other products are made of its tables while the report's
    notebook runs."""
    server = editions.fork_server(home, area, cutoff, run, words.lang)
    isolated.call(products.page_and_mail, home, area, cutoff, run, words, of=server)


def _remind(home: Path, area: str, cutoff: str, run: str, words: Wording) -> list[str]:
    """Make the run's reminders in a process of their own. Returns the codes of the units that have one."""
    server = editions.fork_server(home, area, cutoff, run, words.lang)
    return isolated.call(products.reminders, home, area, cutoff, run, words, of=server)


def renew_index(home: Path, area: str, words: Wording) -> None:
    """Make the area's index page, and the one of all areas, again if they do not match what is published."""
    from analysis.report import published_weeks

    if published_weeks.is_stale(home, area, words) or published_weeks.are_areas_stale(home, words):
        isolated.call(_save_index, home, area, words, of=preload.PAGES)


def _save_index(home: Path, area: str, words: Wording) -> None:
    from analysis.report import indexpage

    indexpage.save(home, area, words)
    indexpage.save_areas(home, words)


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Pipeline:
    """The steps that make a week; a test can replace each of them.

    gate      : checks the raw tables
    notebooks : the folder of the notebooks
    stages    : their names, in order
    export    : makes page and mail of the report's notebook; another one makes all products, and may return the parts
                for which the Word template has no place
    remind    : makes the reminders, after that; returns the codes of the units that have one
    tell      : takes a line for the person who waits
    way       : how notebooks are run
    index     : updates the area's index page
    """

    gate: Callable = gating.call_gate
    notebooks: Path = NOTEBOOKS
    stages: tuple[str, ...] = STAGES
    export: Callable = _export
    tell: Callable[[str], None] = _tell
    way: EngineOptions = DEFAULT_OPTIONS
    index: Callable = renew_index
    remind: Callable = _remind


def make_week(
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
    steps: Pipeline | None = None,
    messages: str = "",
    remind: bool | None = None,
    forms: bytes | None = None,
) -> Outcome:
    """Make and publish the report of one week from its raw tables.

    home    : holds config/, data/ and reports/
    cutoff  : ISO date; None: the latest that has a raw table
    lang    : the language of the products
    raw     : the tables as delivered, the office's remarks and the replies, no two of one name; None: those of
              data/raw/<area>/, from which remarks and replies are also taken where only tables are named
    reissue : tables that are not the published ones are a correction; make them the week's next revision
    units   : units to make pages for: "none", "all", or codes (added to the pages of the published week); None: the
              units that have a page in the published week
    jobs    : how many pages at once; None: one per processor
    cluster : address of a Dask scheduler whose workers make the pages
    messages : the language of what is said to the person who waits; "": that of the products
    remind  : whether units are reminded of their asks in documents of their own; None: as the published week has it
    forms   : which units were sent a form (``weeks.forms``); None: as the published week has it, else by the outbox
    Raises : ConfigError, WordingError where the configuration is wrong.
    """
    home, words = home.resolve(), wording.load(home, messages or lang)
    with working_in(home):
        try:
            cutoff = cutoff or paths.newest_raw(home, area)
            given = sorted(raw or (), key=lambda path: path.name)
            others = [path for path in given if not (paths.is_beside(path) or paths.is_reply(path))]
            tables = paths.without_copies(others) or paths.raw_files(home, area, cutoff)
            remarks = [path for path in given if paths.is_beside(path)] or paths.files_beside(home, area, cutoff)
            replies = [path for path in given if paths.is_reply(path)] or paths.reply_files(home, area, cutoff)
        except paths.NotFound:
            return Outcome(Exit.REFUSED, words.say("run.no_raw", area=area, cutoff=cutoff or "????-??-??"))
        except ValueError as error:
            return Outcome(Exit.REFUSED, words.say("run.no_day", area=area, cutoff=cutoff, reason=error))
        parameters = {"lang": lang, "province_rank": province_rank}
        about = (home, area, cutoff, parameters, words, steps or Pipeline())
        this = _Week(*about, tables, remarks, replies, reissue, units, jobs, cluster, remind, forms)
        return this.make_alone()


@dataclass(frozen=True)
class Publication:
    """What a run makes and publishes in a folder of its area: a week, or a period.

    cutoff     : the folder's name
    parameters : lang of the products, and others that notebooks take
    words      : of what is said
    """

    home: Path
    area: str
    cutoff: str
    parameters: dict[str, str]
    words: Wording
    steps: Pipeline

    @property
    def of_products(self) -> Wording:
        """The wording of what is made; ``words`` is that of what is said."""
        return wording.load(self.home, self.parameters["lang"])

    def shared_inputs(self) -> dict:
        """What decides all products of an area: rules, code, versions, parameters."""
        config = self.home / "config"
        others = {config / area for area in files.areas(self.home)} - {config / self.area}
        rules = [path for path in config.rglob("[!.]*") if not others & set(path.parents)]
        own = files.from_program(self.home)
        return {
            "config": atomic.hashes(rules, self.home)
            | {f"program/{name}": each for name, each in atomic.hashes(own, files.PROGRAM.parent).items()},
            "code": provenance.code(self.steps.notebooks),
            "parameters": self.parameters,
            "versions": _versions(),
        }

    def make_alone(self) -> Outcome:
        """Make and publish it where no other run does meanwhile; first tidy what a killed run left."""
        try:
            with publish.locked(self.home, self.area, self.cutoff):
                kept = publish.tidy(self.home, self.area, self.cutoff)
                outcome = self.outcome()
                outcome = replace(outcome, message="\n".join([outcome.message, *self.of_people(kept)]))
                if outcome.report:
                    self.list_weeks()
                return outcome
        except locks.Busy as busy:
            return Outcome(Exit.BUSY, publish.say_busy(busy, self.cutoff, self.words))

    def outcome(self) -> Outcome:
        """Make and publish it, or say why not."""
        raise NotImplementedError

    def done(self, message: str, report: Path) -> Outcome:
        """The outcome of a week that is completely published: its mail may be sent."""
        return Outcome(Exit.DONE, message, report, ((self.area, self.cutoff),))

    def edited(self) -> list[str]:
        """What to say of published files that people have edited, where nothing else is new.

        Those of an earlier issue are left out: it is not made again.
        """
        found = publish.of_people(self.home, self.area, self.cutoff)
        of_issue = {name for name in found if not paths.is_revision(name.partition("/")[0])}
        names = [name for name, kind in found.items() if kind == office.EDITED and name in of_issue]
        return [self.words.say("run.office_edited", names=self.words.listed(names))] if names else []

    def of_people(self, kept: list[office.Kept]) -> list[str]:
        """What to say of files that people edited or added, and that the run has met."""
        place, said = paths.reports(self.home, self.area, self.cutoff), []
        stayed = {kind: [each for each in kept if each.kind == kind] for kind in (office.ADDED, office.LEFT)}
        for each in kept:
            now = each.now.relative_to(self.home).as_posix()
            if each.ours:
                said.append(self.words.say("run.office_kept", name=each.name, new=each.ours, folder=place))
            elif each.kind == office.CHANGED and each.now != place / each.name:
                said.append(self.words.say("run.office_changed", name=each.name, kept=now))
            elif each.kind in (office.EDITED, office.CHANGED):
                said.append(self.words.say("run.office_there", name=each.name, kept=now))
        for kind, its in stayed.items():
            names = self.words.listed([each.now.relative_to(self.home).as_posix() for each in its])
            said += [self.words.say(f"run.office_{kind}", names=names)] if its else []
        return said

    def list_weeks(self) -> None:
        """Update the index page. If that fails, the week stays published, and the next run updates the page."""
        try:
            self.steps.index(self.home, self.area, self.of_products)
        except Exception as error:
            self.steps.tell(self.words.say("run.not_listed", reason=unit_pages.error_text(error, self.words)))

    def failed(self, run: str, error: Exception) -> Outcome:
        reason = unit_pages.error_text(error, self.words)
        kept = wording.MISSING
        with suppress(OSError):  # where the disk is full nothing is kept, but the reason is still printed
            text = "\n\n".join([reason, self.words.say("run.what_to_do"), "".join(traceback.format_exception(error))])
            kept = publish.keep_failed(self.home, self.area, self.cutoff, run, text).relative_to(self.home)
        return Outcome(Exit.FAILED, self.words.say("run.failed", reason=reason, kept=kept))


@dataclass(frozen=True)
class _Week(Publication):
    tables: list[Path]
    remarks: list[Path]
    replies: list[Path]
    reissue: bool
    units: str | list[str] | None
    jobs: int | None
    cluster: str
    remind: bool | None = None
    forms: bytes | None = None

    @property
    def raw(self) -> list[Path]:
        """Everything that was delivered for the week."""
        return self.tables + self.remarks + self.replies

    @property
    def names(self) -> str:
        return ", ".join(path.name for path in self.raw)

    def outcome(self) -> Outcome:
        published = paths.processed(self.home, self.area, self.cutoff)
        report = paths.reports(self.home, self.area, self.cutoff, "report.html")
        before = record.read(self.home, self.area, self.cutoff)
        earlier, left_out = self.earlier()
        forms = self.sent_forms(before)
        inputs = self.inputs(before, earlier) | {"forms": hashlib.sha256(forms).hexdigest() if forms else ""}
        for day, file in left_out.items():
            self.steps.tell(self.words.say("run.left_out", area=self.area, cutoff=day, file=file))
        complete = not before.get("failed") and publish.intact(self.home, before.get("products", {}))
        # A week that was made while an earlier one was whole stays as it is: made again it would say less.
        known = before.get("inputs", {}).get("earlier", {})
        folders = [f"data/processed/{self.area}/{day}" for day in left_out]
        whole = {folder: known[folder] for folder in folders if folder in known}
        if complete and before.get("inputs") in (inputs, inputs | {"earlier": inputs["earlier"] | whole}):
            said = [self.words.say("run.nothing_new", report=report), *self.edited()]
            return self.done("\n".join(said), report)
        refused, units, lines, page, is_same = self.steps.gate(self.raw, self.home, self.area, self.cutoff, self.words)
        if is_same:  # it corrects nothing: the week stays what its own table made it
            same = replace(self, tables=paths.held_raw(published)[0], reissue=False).outcome()
            said = self.words.say("run.same_figures", file=self.names, cutoff=self.cutoff)
            return replace(same, message=f"{said}\n{same.message}")
        for line in lines:
            self.steps.tell(line)
        named = {path.resolve() for path in self.raw}  # with --raw, a table may have any name
        reserved = paths.reserved_raw(self.home, self.area, self.cutoff)
        if unread := [path.name for path in reserved if path.resolve() not in named]:
            self.steps.tell(self.words.say("run.not_read", area=self.area, names=self.words.listed(unread)))
        if refused:
            said = [self.words.say("run.refused", file=self.names)]
            said += [self.words.say("run.page", page=page)] if page else []
            return Outcome(Exit.REFUSED, "\n".join(said))
        if unknown := self.unknown(units):
            return Outcome(Exit.WRONG_USAGE, unknown)
        revision, held = len(store.revisions(published)) + 1, atomic.digests(paths.held_raw(published)[0])
        keep = f"r{revision}" if held not in ([], inputs["raw"]) else ""
        if before.get("revision", revision) != revision:
            return Outcome(Exit.FAILED, self.words.say("run.revisions_lost", cutoff=self.cutoff, folder=published))
        if keep and not self.reissue:
            return Outcome(Exit.REFUSED, self.other_table(inputs, keep))
        revision += bool(keep)
        run = f"{self.cutoff}-{secrets.token_hex(6)}"  # a token names its run, so each run has its own name
        was_there = published.is_dir() or report.is_file()
        is_issue = bool(keep) or not was_there or before.get("unissued", bool(before.get("failed")))
        try:
            pages = self.asked(inputs["units"], units)
            failed, kept = self.make(run, inputs, before, revision, keep, pages, is_issue, forms)
        except Exception as error:  # any error: the published week stays, and the person gets a sentence
            return self.failed(run, error)
        finally:
            editions.forget()
            moved = publish.tidy(self.home, self.area, self.cutoff)
        kept = [each for each in kept if each.kind != office.LEFT] + moved  # what was left is tried once more
        from analysis.mail import sending

        done = self.words.say("run.done", report=report)
        if keep:
            done += "\n" + self.words.say("run.reissued", revision=f"r{revision}", kept=report.with_name(keep))
        is_remarked = bool(before) and not keep and before.get("inputs", {}).get("remarks", []) != inputs["remarks"]
        if is_remarked:
            done += "\n" + self.words.say("run.remarked", revision=f"r{revision}", area=self.area, cutoff=self.cutoff)
        if before and not keep and before.get("inputs", {}).get("replies", []) != inputs["replies"]:
            done += "\n" + self.words.say("replies.anew", revision=f"r{revision}", area=self.area, cutoff=self.cutoff)
        done = "\n".join([done, *self.of_people(kept)])
        if ending := sending.ending(self.home, self.area, self.cutoff, self.words):
            done += "\n" + ending
        outcome = Outcome(Exit.FAILED, f"{done}\n{failed}", report) if failed else self.done(done, report)
        return replace(outcome, is_issue=is_issue and not failed)

    def other_table(self, inputs: dict, current: str) -> str:
        """Say why this table is refused: it was never the week's table, or a correction has replaced it."""
        fields = {"cutoff": self.cutoff, "file": self.names, "revision": current}
        for old in store.revisions(paths.processed(self.home, self.area, self.cutoff)):
            if atomic.digests(paths.held_raw(old)[0]) == inputs["raw"]:
                return self.words.say("run.replaced_table", earlier=old.name, **fields)
        return self.words.say("run.other_table", **fields)

    def unknown(self, units: list[Unit]) -> str:
        """The sentence about requested codes that are no units; "" where all are units."""
        names = {unit.code: unit.name for unit in units}
        unknown = [code for code in self.units if code not in names] if isinstance(self.units, list) else []
        known = ", ".join(f"{code} ({name})" for code, name in names.items())
        return self.words.say("run.unknown_units", codes=", ".join(unknown), known=known) if unknown else ""

    @staticmethod
    def asked(pages_of: str | list[str], units: list[Unit]) -> list[Unit]:
        """The units that get a page. A unit that is no longer in the table gets none."""
        if pages_of == "all":
            return units
        return [unit for unit in units if pages_of != "none" and unit.code in pages_of]

    def pages_of(self, before: dict) -> str | list[str]:
        """Units to make pages for: "none", "all" or codes. Pages of the published week stay, unless "none" is given."""
        there = [path.stem for path in paths.reports(self.home, self.area, self.cutoff, "units").glob("*.html")]
        held = before.get("inputs", {}).get("units") or sorted(there) or "none"
        if not isinstance(self.units, list):
            return self.units or held
        return held if held == "all" else sorted({*self.units, *(held if isinstance(held, list) else ())})

    def inputs(self, before: dict, earlier: dict[str, str]) -> dict:
        """What decides the products: tables, remarks, replies, rules, code, versions, parameters, earlier weeks, units.

        before  : the record (run.json) of the published week, which lists the units that have pages
        earlier : the digests that ``earlier`` returns
        """
        return self.shared_inputs() | {
            "raw": atomic.digests(self.tables),
            "remarks": atomic.digests(self.remarks),
            "replies": atomic.digests(self.replies),
            "earlier": earlier,
            "units": self.pages_of(before),
            "remind": before.get("inputs", {}).get("remind", False) if self.remind is None else self.remind,
        }

    def earlier(self) -> tuple[dict[str, str], dict[str, str]]:
        """A digest of the tables of each earlier week that a later week may show, by its folder; and the weeks that are
        left out because they are damaged, each with its file."""
        days = store.weeks(self.home, self.area, self.cutoff)
        looked = {day: damage.look(self.home, self.area, day) for day in days}
        whole = [tables.digests for tables in looked.values() if not tables.damaged]
        left_out = {day: tables.damaged for day, tables in looked.items() if tables.damaged}
        return record.by_week({path: digest for its in whole for path, digest in its.items()}), left_out

    def sent_forms(self, before: dict) -> bytes:
        """Which units had been sent a form: what the week was made with, else what the outbox knows now."""
        file = paths.processed(self.home, self.area, self.cutoff, "replies", paths.FORMS)
        if self.forms is not None:
            return self.forms
        if "forms" in before.get("inputs", {}):
            return file.read_bytes() if file.is_file() else b""
        from analysis.mail.forms import find_sent_forms  # here: a run with nothing to do imports no mail

        sent: dict[str, str] = {}
        with suppress(AnalysisError, OSError):  # a damaged outbox holds up no report; whoever sends is told of it
            sent = find_sent_forms(self.home, self.area, self.cutoff)
        return write_forms(sent)

    def make(
        self,
        run: str,
        inputs: dict,
        before: dict,
        revision: int,
        keep: str,
        units: list[Unit],
        is_issue: bool,
        forms: bytes,
    ) -> tuple[str, list[office.Kept]]:
        """Make and publish the week. Returns the sentence about pages that failed, or "", and what is of people.

        before   : the record of the published week; outputs with unchanged inputs are reused from that week
        units    : the units that get a page
        is_issue : the revision has not been completely published yet
        forms    : which units had been sent a form
        """
        began = time.perf_counter()
        where = (self.home, self.area, self.cutoff, run)
        folder = publish.begin(*where, self.tables + self.remarks, keep, self.replies, forms)
        held = map(atomic.digests, (*paths.held_raw(folder), paths.held_replies(folder)))
        if [*held] != [inputs[name] for name in ("raw", "remarks", "replies")]:
            raise OSError(self.words.say("run.raw_changed", file=self.names))
        record = {"area": self.area, "cutoff": self.cutoff, "revision": revision, "run": run, "inputs": inputs}
        record |= {"commit": provenance.commit(), "stages": {}}
        fields = (self.home, self.area, self.cutoff, run, folder, self.parameters, self.words)
        stages = Stages(*fields, self.steps.notebooks, self.steps.way, self.steps.tell, self.jobs, self.cluster)
        of_report = [name for name in self.steps.stages if name == REPORT]
        made = stages.make([name for name in self.steps.stages if name != REPORT], units, record, before)
        with self.index_ahead(run) as put_index, self.made_of_tables(run) as lacked:
            stages.make(of_report, [], record, before)
            with timed("export", self.words, self.steps.tell):
                parts = [part for its in lacked() for part in its]
                lacking = self.steps.export(self.home, self.area, self.cutoff, run, self.of_products) or parts
        if lacking:
            names = self.words.listed([self.words.say(f"run.part_{part}") for part in lacking])
            self.steps.tell(self.words.say("run.template_lacks", area=self.area, parts=names))
        self.reminded(run, inputs["remind"])
        failed = [each for each in made if each.reason]
        said = self.failed_pages(run, failed, units) if failed else ""
        record |= {
            "units": [each.unit for each in made],
            "failed": [each.unit for each in failed],
            "unissued": is_issue and bool(failed),
            "products": publish.products(self.home, self.area, self.cutoff, run, keep),
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": round(time.perf_counter() - began, 1),
        }
        if self.earlier()[0] != inputs["earlier"]:
            raise OSError(self.words.say("run.earlier_changed"))
        atomic.save_json(folder / "run.json", record)
        kept = publish.publish_week(self.home, self.area, self.cutoff, run, keep)
        put_index()
        return said, kept

    def index_ahead(self, run: str) -> AbstractContextManager[Callable[[], None]]:
        """Make the indexes too, as they will be, while the report is made, unless the run has another index."""
        if self.steps.index is not renew_index:
            return nullcontext(lambda: None)
        from analysis.run import index_ahead  # here: a run with nothing to do does not need it

        return index_ahead.beside(self.home, self.area, self.cutoff, run, self.of_products)

    def made_of_tables(self, run: str) -> AbstractContextManager[Callable[[], list[list[str]]]]:
        """Make the products that need no notebook while the report's runs, unless the run has another export. Gives
        the function that waits for them and returns the parts for which the Word template has no place."""
        if self.steps.export is not _export:
            return nullcontext(list)
        where = (self.home, self.area, self.cutoff, run)
        server = editions.fork_server(*where, self.parameters["lang"])
        return isolated.beside(
            [products.of_tables], *where, self.of_products, self.parameters["province_rank"], of=server
        )

    def reminded(self, run: str, is_asked: bool) -> None:
        """Make the run's reminders where they are asked for, and tell how many there are."""
        if not is_asked:
            return
        count = len(self.steps.remind(self.home, self.area, self.cutoff, run, self.of_products))
        about = {"area": self.area, "cutoff": self.cutoff, "command": command.typed(self.home)}
        about |= {"folder": paths.reports(self.home, self.area, self.cutoff, "units"), "count": count}
        self.steps.tell(self.words.say("reminder.made", **about) if count else self.words.say("reminder.nothing"))

    def failed_pages(self, run: str, failed: list[unit_pages.PageResult], units: list[Unit]) -> str:
        """Keep the files of failed pages for the maintainer; return the sentence that names these pages and reasons."""
        names = {unit.code: unit.name for unit in units}
        reasons = [f"  {names[each.unit]} ({each.unit}): {each.reason}" for each in failed]
        text = "\n\n".join([*reasons, self.words.say("run.what_to_do"), *(each.details for each in failed)])
        kept = publish.keep_failed(self.home, self.area, self.cutoff, run, text, unit_pages.FAILED).relative_to(
            self.home
        )
        return self.words.say("run.pages_failed", count=len(failed), reasons="\n".join(reasons), kept=kept)
