"""Makes one week of many areas, several areas at once. Each area has its own process, which makes page after page."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from analysis import console
from analysis.config import wording
from analysis.config.wording import WordingError
from analysis.exits import Exit
from analysis.run import pipeline, preload, unit_pages
from analysis.run.pipeline import Outcome, Pipeline
from analysis.weeks import lacking, paths
from analysis.weeks.paths import NoArea


def make_all(
    home: Path, areas: list[str], cutoff: str | None = None, lang: str = "vi", messages: str = "", **about
) -> Iterator[Outcome]:
    """Make the week of every area that has a table for it; yield what to print about each area when it ends.

    cutoff : ISO date; None: the newest table of each area
    about  : the other arguments of ``make_weeks``
    Raises : WordingError.
    """
    words, days, odd = wording.load(home, messages or lang), {}, False
    for area in areas:
        try:
            days[area] = paths.raw_days(home, area)
            yield from pipeline.misnamed(home, area, words)
        except (NoArea, OSError) as error:  # one area's folder must not stop the other areas
            odd = True
            yield Outcome(Exit.FAILED, f"{area}: {error}")
    asked = [area for area, its in days.items() if (cutoff in its if cutoff else its)]
    if not asked:
        if odd:
            return
        yield Outcome(Exit.REFUSED, words.say("run.no_raw", area="*", cutoff=cutoff or "????-??-??"))
        return
    for area in sorted(set(days) - set(asked)):
        yield Outcome(None, words.say("run.no_raw", area=area, cutoff=cutoff or "????-??-??"))
    for area, outcome in make_weeks(home, asked, cutoff=cutoff, lang=lang, messages=messages, **about):
        yield replace(outcome, message=f"{area}: {outcome.message}")


def make_weeks(
    home: Path, areas: list[str], jobs: int | None = None, cluster: str = "", steps: Pipeline | None = None, **about
) -> Iterator[tuple[str, Outcome]]:
    """Make the week of every area; yield the area and its outcome when it ends.

    jobs    : how many areas at once; None: one per processor. With a cluster it is one area at a time, because the
              cluster makes many pages of that area at once
    about   : the other arguments of ``pipeline.make_week``
    Raises  : WordingError.
    """
    import joblib
    from tqdm import tqdm

    jobs = 1 if cluster else min(jobs or joblib.cpu_count(), max(len(areas), 1))
    parallel = joblib.Parallel(jobs, return_as="generator_unordered")
    called = (joblib.delayed(_make_week)(home, area, cluster, steps or Pipeline(), **about) for area in areas)
    bar = {"total": len(areas), "disable": None, "leave": False, "bar_format": "{n_fmt}/{total_fmt} |{bar}| {elapsed}"}
    for area, outcome, lacks in tqdm(parallel(called), **bar):
        lacking.add(lacks)
        yield area, outcome


def _make_week(
    home: Path, area: str, cluster: str, steps: Pipeline, **about
) -> tuple[str, Outcome, list[lacking.Lack]]:
    """The area, its outcome, and what this process noticed that file systems lack."""
    steps = replace(steps, tell=partial(_tell, steps.tell, area))
    with console.unfailing():  # this process has streams of its own
        preload.warm_up(home, area)
        try:
            outcome = pipeline.make_week(home, area, jobs=1, cluster=cluster, steps=steps, **about)
        except WordingError:
            raise
        except Exception as error:  # one area's failure must not stop the other areas
            words = wording.load(home, about.get("messages") or about.get("lang", "vi"))
            outcome = Outcome(Exit.FAILED, unit_pages.error_text(error, words))
    return area, outcome, lacking.noticed()


def _tell(tell: Callable[[str], None], area: str, line: str) -> None:
    tell(f"{area}: {line}")
