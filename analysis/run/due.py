"""Every week by itself: which weeks of an area are due, and the making of each, oldest first."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from analysis.config import periods, wording
from analysis.exits import AnalysisError, Exit
from analysis.run import pipeline, unit_pages
from analysis.run.pipeline import Outcome, Pipeline
from analysis.weeks import atomic, paths, publish, store


def make_all(home: Path, areas: list[str], send: bool = False, lang: str = "vi", **about) -> Iterator[Outcome]:
    """Make every week that is due of each area; what to print of each, and of what stands in the way of others.

    send   : whether mails are sent afterwards. Then the last outcome of an area names its mails: of the weeks made, and
             of those whose letters were left waiting, without the weeks that could not be made.
    about  : as of ``make_weeks``
    Raises : WordingError.
    """
    words, nothing = wording.load(home, lang), True
    for area in areas:
        for outcome in _make_area(home, area, send, words, **about):
            nothing &= outcome.status is None
            yield outcome
    if nothing:
        yield Outcome(Exit.DONE, words.say("run.nothing_due", areas=words.listed(areas)))


def _make_area(home: Path, area: str, send: bool, words: wording.Wording, **about) -> Iterator[Outcome]:
    """What ``make_all`` yields of one area."""
    from analysis.mail import sending

    made, withheld = set(), set()
    for cutoff, outcome in make_weeks(home, area, words.lang, **about):
        (made if outcome.status == Exit.DONE else withheld).add(cutoff)
        message = f"{words.say('run.due', area=area, cutoff=cutoff)} {outcome.message}"
        yield replace(outcome, message=message, mails=())
    letters = set()
    try:
        letters = (made | set(sending.waiting(home, area))) - withheld if send else set()
    except AnalysisError as error:  # a damaged outbox holds up no report either
        yield Outcome(error.status, f"{area}: {error}")
    if names := paths.misnamed_raw(home, area):
        yield Outcome(Exit.REFUSED, words.say("run.misnamed", area=area, names=words.listed(names)))
    for cutoff in sorted(withheld) if send else ():
        yield Outcome(None, words.say("run.not_sent", area=area, cutoff=cutoff))
    if without := missing(home, area):
        yield Outcome(None, words.say("run.without_weeks", area=area, cutoffs=words.listed(without)))
    yield Outcome(None, "", mails=tuple((area, cutoff) for cutoff in sorted(letters)))


def make_weeks(
    home: Path,
    area: str,
    lang: str = "vi",
    units: str | list[str] | None = None,
    jobs: int | None = None,
    cluster: str = "",
    steps: Pipeline | None = None,
) -> Iterator[tuple[str, Outcome]]:
    """Make every week of ``area`` that is due, as ``run.make_week`` would; cut-off and outcome, oldest first.

    A later week does not wait for one that failed: it is due again when that one is published. A file named by a day
    that is none is refused. The other arguments : as of ``run.make_week``. Raises : WordingError.
    """
    words = wording.load(home, lang)
    for cutoff in paths.raw_days(home, area):
        try:
            periods.cutoff(cutoff)
        except ValueError as error:
            yield cutoff, Outcome(Exit.REFUSED, words.say("run.no_day", area=area, cutoff=cutoff, reason=error))
            continue
        try:
            if is_due(home, area, cutoff):
                about = {"lang": lang, "units": units, "jobs": jobs, "cluster": cluster, "steps": steps}
                yield cutoff, pipeline.make_week(home, area, cutoff, **about)
        except wording.WordingError:
            raise
        except Exception as error:  # whatever it was: the other weeks are made
            yield cutoff, Outcome(Exit.FAILED, unit_pages.error_text(error))


def is_due(home: Path, area: str, cutoff: str) -> bool:
    """Whether the week has no whole report, or one of another table, or one without an earlier week that is there now.

    Another table than the published one is a correction; ``run.make_week`` refuses it until a person says --reissue.
    """
    record = atomic.load_json(paths.processed(home, area, cutoff, "run.json"))
    inputs, folder = record.get("inputs", {}), len(paths.processed(home, area).relative_to(home).parts)
    known = {path.split("/")[folder] for path in inputs.get("earlier", ())}
    return (
        inputs.get("raw") != atomic.digests(paths.raw_files(home, area, cutoff))
        or bool(record.get("failed"))
        or not publish.intact(home, record.get("products", {}))
        or not known.issuperset(store.history(home, area, cutoff))
    )


def missing(home: Path, area: str) -> list[str]:
    """The weeks that have a raw table and no report, though a later one has: its history lacks them."""
    published = store.published(home, area)
    return [day for day in paths.raw_days(home, area) if published and day < published[-1] and day not in published]
