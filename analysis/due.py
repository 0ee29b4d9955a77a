"""Every week by itself: which weeks of an area are due, and the making of each, oldest first."""

from collections.abc import Iterator
from pathlib import Path

from analysis import atomic, pages, paths, periods, publish, run, store, wording
from analysis.exits import Exit
from analysis.run import Outcome, Steps


def weeks(
    home: Path,
    area: str,
    lang: str = "vi",
    units: str | list[str] | None = None,
    jobs: int | None = None,
    cluster: str = "",
    steps: Steps | None = None,
) -> Iterator[tuple[str, Outcome]]:
    """Make every week of ``area`` that is due, as ``run.week`` would; its cut-off and how it ended, oldest first.

    A later week does not wait for one that failed: it is due again when that one is published. A file named by a day
    that is none is refused. The other arguments : as of ``run.week``. Raises : WordingError.
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
                yield (
                    cutoff,
                    run.week(home, area, cutoff, lang=lang, units=units, jobs=jobs, cluster=cluster, steps=steps),
                )
        except wording.WordingError:
            raise
        except Exception as error:  # whatever it was: the other weeks are made
            yield cutoff, Outcome(Exit.FAILED, pages.told(error))


def is_due(home: Path, area: str, cutoff: str) -> bool:
    """Whether the week has no whole report, or one of another table, or one without an earlier week that is there now.

    Another table than the published one is a correction; ``run.week`` refuses it, for a person to say so (--reissue).
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
