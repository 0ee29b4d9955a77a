"""Finds the weeks of an area that are due, and makes each of them, oldest first."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from analysis.config import periods, wording
from analysis.exits import AnalysisError, Exit
from analysis.run import expected, pipeline, unit_pages
from analysis.run.pipeline import Outcome, Pipeline
from analysis.weeks import atomic, paths, publish, record, store
from analysis.weeks.damage import find_damage, look
from analysis.weeks.paths import NoArea


def make_all(
    home: Path,
    areas: list[str],
    send: bool = False,
    lang: str = "vi",
    messages: str = "",
    by_schedule: bool = False,
    **about,
) -> Iterator[Outcome]:
    """Make every week that is due in each area; yield what to print: of each week, and of what stops others.

    send   : whether mails are sent afterwards. Then the last outcome of an area names the mails to send: those of the
             weeks that are published for the first time now, and those whose letters still wait; but no mail of a week
             that could not be made. A week that was only made again, as after an edit, is mailed by a person.
    by_schedule : whether nobody watches: a table that has not come is REFUSED in the first call only, so that the
             operator is told once
    about  : the other arguments of ``make_weeks``
    Raises : WordingError.
    """
    words, nothing = wording.load(home, messages or lang), True
    for area in areas:
        for outcome in _make_area(home, area, send, words, lang=lang, **about):
            nothing &= outcome.status is None
            yield outcome
        for outcome in _missed(home, area, words, by_schedule):
            nothing &= outcome.status is None
            yield outcome
    if nothing:
        yield Outcome(Exit.DONE, words.say("run.nothing_due", areas=words.listed(areas)))


def _make_area(home: Path, area: str, send: bool, words: wording.Wording, **about) -> Iterator[Outcome]:
    """Yield the outcomes of ``make_all`` for one area; what is wrong with it stops no other area."""
    from analysis.mail import sending

    issued, withheld = set(), set()
    try:
        for cutoff, outcome in make_weeks(home, area, messages=words.lang, **about):
            if outcome.status != Exit.DONE:
                withheld.add(cutoff)
            elif outcome.is_issue:
                issued.add(cutoff)
            message = f"{words.say('run.due', area=area, cutoff=cutoff)} {outcome.message}"
            yield replace(outcome, message=message, mails=())
    except (NoArea, OSError) as error:
        yield Outcome(Exit.FAILED, f"{area}: {error}")
        return
    letters = set()
    try:
        letters = (issued | set(sending.waiting(home, area))) - withheld if send else set()
    except AnalysisError as error:  # a damaged outbox must not stop the reports
        yield Outcome(error.status, f"{area}: {error}")
    with suppress(OSError):  # a file that cannot be read is named where it belongs to a week
        yield from pipeline.misnamed(home, area, words, Exit.REFUSED)
    for cutoff in sorted(withheld) if send else ():
        yield Outcome(None, words.say("run.not_sent", area=area, cutoff=cutoff))
    if without := missing(home, area):
        yield Outcome(None, words.say("run.without_weeks", area=area, cutoffs=words.listed(without)))
    yield Outcome(None, "", mails=tuple((area, cutoff) for cutoff in sorted(letters)))


def _missed(home: Path, area: str, words: wording.Wording, by_schedule: bool) -> list[Outcome]:
    """What to print of a table that should have come and has not; [] for none."""
    try:
        missing = expected.missed(home, area, datetime.now())
    except (AnalysisError, OSError) as error:
        return [Outcome(Exit.FAILED, f"{area}: {error}")]
    if missing is None:
        return []
    said = expected.say(missing, area, words)
    try:
        is_new = not (by_schedule and _is_told(home, area, str(missing.cutoff)))
    except (AnalysisError, OSError) as error:  # better told each morning than never
        return [Outcome(Exit.FAILED, f"{area}: {error}"), Outcome(Exit.REFUSED, said)]
    return [Outcome(Exit.REFUSED if is_new else None, said)]


def _is_told(home: Path, area: str, cutoff: str) -> bool:
    """Whether an earlier run has said that this table has not come. From now on it has."""
    from analysis.mail import outbox, remembered, sending

    with outbox.opened(sending.path(home)) as box:
        told = remembered.when(box, remembered.MISSED, area, cutoff) is not None
        remembered.note(box, remembered.MISSED, area, cutoff, datetime.now().timestamp(), again=False)
    return told


def make_weeks(
    home: Path,
    area: str,
    lang: str = "vi",
    units: str | list[str] | None = None,
    jobs: int | None = None,
    cluster: str = "",
    steps: Pipeline | None = None,
    messages: str = "",
    remind: bool | None = None,
) -> Iterator[tuple[str, Outcome]]:
    """Make every week of ``area`` that is due; yield its cut-off and outcome, oldest first.

    A later week does not wait for an earlier one that failed; it becomes due again when the earlier one is published. A
    file is refused where its name begins with a date that does not exist.
    The other arguments : as in ``pipeline.make_week``. Raises : WordingError.
    """
    words = wording.load(home, messages or lang)
    for cutoff in paths.raw_days(home, area):
        try:
            periods.cutoff(cutoff)
        except ValueError as error:
            yield cutoff, Outcome(Exit.REFUSED, words.say("run.no_day", area=area, cutoff=cutoff, reason=error))
            continue
        try:
            if is_due(home, area, cutoff):
                about = {"lang": lang, "units": units, "jobs": jobs, "cluster": cluster, "steps": steps}
                about["remind"] = remind
                yield cutoff, pipeline.make_week(home, area, cutoff, messages=messages, **about)
        except wording.WordingError:
            raise
        except Exception as error:  # one week's failure must not stop the other weeks
            yield cutoff, Outcome(Exit.FAILED, unit_pages.error_text(error, words))


def is_due(home: Path, area: str, cutoff: str) -> bool:
    """Whether the week must be made: it has no complete report, or its raw table, remarks, replies or the earlier
    weeks changed.

    A raw table that is not the published one is a correction. ``pipeline.make_week`` refuses it until a person gives
    the option --reissue.
    """
    made = record.read(home, area, cutoff)
    inputs, folder = made.get("inputs", {}), len(paths.processed(home, area).relative_to(home).parts)
    known = {path.split("/")[folder] for path in inputs.get("earlier", ())}
    return (
        inputs.get("raw") != atomic.digests(paths.raw_files(home, area, cutoff))
        or inputs.get("remarks", []) != atomic.digests(paths.files_beside(home, area, cutoff))
        or inputs.get("replies", []) != atomic.digests(paths.reply_files(home, area, cutoff))
        or bool(made.get("failed"))
        or not publish.intact(home, made.get("products", {}))
        or not known <= set(there := store.weeks(home, area, cutoff))
        or any(not find_damage(home, area, day) for day in set(there) - known)
        or _knows_withdrawn(home, area, inputs.get("earlier", {}))
    )


def _knows_withdrawn(home: Path, area: str, earlier: dict[str, str]) -> bool:
    """Whether the week was made from a week that was withdrawn since, and whose day has another week now."""
    days = {path.name[:10] for path in paths.processed(home, area, "withdrawn").glob("*")}
    known = {folder: digest for folder, digest in earlier.items() if days & set(folder.split("/"))}
    there = [record.by_week(look(home, area, Path(folder).name).digests) for folder in known]
    return any(its != {folder: known[folder]} for its, folder in zip(there, known, strict=True))


def missing(home: Path, area: str) -> list[str]:
    """The weeks that have a raw table but no report, while a later week has one: that week's history lacks them."""
    published = store.published(home, area)
    return [day for day in paths.raw_days(home, area) if published and day < published[-1] and day not in published]
