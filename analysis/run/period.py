"""Makes and publishes the report of a month, a quarter or a year, from the stored weeks within; whole or not at all.

The same machinery as for a week: private folders, one notebook, products, publishing, people's own files. A period that
was published and is over is issued again where a week of it was corrected, came late or was taken back; the first issue
is kept. A draft is replaced.
"""

import secrets
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from analysis.config import spans, wording
from analysis.config.spans import Span
from analysis.config.wording import Wording
from analysis.exits import Exit
from analysis.run import notebook, period_products, preload
from analysis.run.pipeline import Outcome, Pipeline, Publication
from analysis.run.processes import isolated
from analysis.run.stages import timed
from analysis.weeks import atomic, command, damage, office, paths, period, provenance, publish, record, store
from analysis.weeks.home import working_in

STAGE = "6_period"


def make_period(
    home: Path,
    area: str,
    name: str,
    is_open: bool = False,
    lang: str = "vi",
    steps: Pipeline | None = None,
    messages: str = "",
    today: date | None = None,
) -> Outcome:
    """Make and publish the report of one period from its stored weeks.

    home    : holds config/, data/ and reports/
    name    : 2023-11, 2023-Q4 or 2023
    is_open : whether one that is not over is made too, as a draft
    lang    : the language of the products;  messages : that of what is said; "": the same
    today   : the day of the run; None: today. It is recorded with the period
    Raises  : ConfigError, WordingError where the configuration is wrong; ValueError where ``name`` is no period.
    """
    home, words, its = home.resolve(), wording.load(home, messages or lang), spans.span(name)
    today = today or date.today()
    this = _Period(home, area, its.name, {"lang": lang}, words, steps or Pipeline(), its, today)
    with working_in(home):
        if refusal := this.refusal(is_open):
            return Outcome(Exit.REFUSED, refusal)
        return this.make_alone()


def _export(home: Path, area: str, name: str, run: str, words: Wording) -> None:
    """Make the run's products, each in its own process."""
    isolated.together(period_products.PARTS, home, area, name, run, words, of=preload.PAGES)


@dataclass(frozen=True)
class _Period(Publication):
    span: Span
    today: date

    @property
    def is_closed(self) -> bool:
        return self.span.is_closed(self.today)

    @property
    def as_of(self) -> str:
        """The last day of the span that is over, ISO."""
        return str(min(self.span.last, self.today - timedelta(days=1)))

    @property
    def days(self) -> list[str]:
        """The cut-offs that are read: the last one of the span before, and all within."""
        return period.used_days(self.home, self.area, self.span)

    def refusal(self, is_open: bool) -> str:
        """Why the period cannot be made; "" where it can."""
        about = {"area": self.area, "span": self.cutoff}
        if not any(self.span.holds(day) for day in self.days):
            return self.words.say("period.run_no_weeks", **about)
        if not (self.is_closed or is_open):
            return self.words.say(
                "period.run_open", last=str(self.span.last), command=command.typed(self.home), **about
            )
        wrong = [file for day in self.days if (file := damage.find_damage(self.home, self.area, day))]
        return self.words.say("period.run_damaged", files=self.words.listed(wrong), **about) if wrong else ""

    def inputs(self) -> dict:
        """What decides the products: the tables of the weeks that are read, rules, code, versions, and what is over."""
        folders = {day: paths.processed(self.home, self.area, day) for day in self.days}
        tables = [path for folder in folders.values() for path in folder.glob("*.csv")]
        rhythm = store.published(self.home, self.area)  # which cut-offs there are decides what is missing
        return self.shared_inputs() | {
            "raw": [],
            "remarks": [],
            "earlier": record.by_week(atomic.hashes(tables, self.home)),
            "weeks": {day: len(store.revisions(folder)) + 1 for day, folder in folders.items()},
            "known": [day for day in rhythm if day <= str(self.span.last)]
            + [day for day in rhythm if day > str(self.span.last)][:1],
            "as_of": self.as_of,
        }

    def outcome(self) -> Outcome:
        published = paths.processed(self.home, self.area, self.cutoff)
        report = paths.reports(self.home, self.area, self.cutoff, "report.html")
        before, inputs = record.read(self.home, self.area, self.cutoff), self.inputs()
        if publish.intact(self.home, before.get("products", {})) and before.get("inputs") == inputs:
            return self.done(
                "\n".join([self.words.say("period.run_nothing_new", report=report), *self.edited()]), report
            )
        revision = len(store.revisions(published)) + 1
        if before.get("revision", revision) != revision:
            return Outcome(Exit.FAILED, self.words.say("run.revisions_lost", cutoff=self.cutoff, folder=published))
        is_reissue = bool(before) and not before.get("is_draft") and self._differs(before, inputs)
        keep = f"r{revision}" if is_reissue else ""
        run = f"{self.cutoff}-{secrets.token_hex(6)}"  # a token names its run, so each run has its own name
        try:
            kept = self.make(run, inputs, revision + is_reissue, keep)
        except Exception as error:  # any error: the published period stays, and the person gets a sentence
            return self.failed(run, error)
        finally:
            moved = publish.tidy(self.home, self.area, self.cutoff)
        done = [self.words.say("run.done", report=report)]
        if keep:
            done.append(self.words.say("run.reissued", revision=f"r{revision + 1}", kept=report.with_name(keep)))
        kept = [each for each in kept if each.kind != office.LEFT] + moved  # what was left is tried once more
        return self.done("\n".join([*done, *self.of_people(kept)]), report)

    @staticmethod
    def _differs(before: dict, inputs: dict) -> bool:
        """Whether the published report is compiled from other weeks: one came, went, or was corrected."""
        return before.get("inputs", {}).get("weeks") != inputs["weeks"]

    def make(self, run: str, inputs: dict, revision: int, keep: str) -> list[office.Kept]:
        """Make and publish the period. Returns what is of people."""
        began = time.perf_counter()
        folder = publish.begin(self.home, self.area, self.cutoff, run, [], keep)
        with timed(STAGE, self.words, self.steps.tell):
            self._run_notebook(run, folder)
        with timed("export", self.words, self.steps.tell):
            _export(self.home, self.area, self.cutoff, run, self.of_products)
        if self.inputs() != inputs:
            raise OSError(self.words.say("run.earlier_changed"))
        made = {"area": self.area, "cutoff": self.cutoff, "revision": revision, "run": run, "inputs": inputs}
        made |= {"commit": provenance.commit(), "day": str(self.today), "is_draft": not self.is_closed}
        made |= {
            "products": publish.products(self.home, self.area, self.cutoff, run, keep),
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": round(time.perf_counter() - began, 1),
        }
        atomic.save_json(folder / record.NAME, made)
        return publish.publish_week(self.home, self.area, self.cutoff, run, keep)

    def _run_notebook(self, run: str, folder: Path) -> None:
        """Run the notebook in the run's folder; it must run to its end and write its token."""
        source, target = self.steps.notebooks / f"{STAGE}.ipynb", folder / f"{STAGE}.ipynb"
        values = {"area": self.area, "span": self.cutoff, "as_of": self.as_of, "run": run} | self.parameters
        about = {"source": source, "target": target, "way": self.steps.way, "words": self.words, "of": preload.PAGES}
        called = (self.home, source, target, values, self.words, self.steps.way)
        notebook.run_isolated(self.home, notebook.run, *called, **about)
        notebook.expect_token(folder, STAGE, run, source, self.words)
