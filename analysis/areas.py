"""One week of many areas: several areas at once, each in a process of its own that makes its pages one by one."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from analysis import pages, preload, run
from analysis.exits import Exit
from analysis.run import Outcome, Steps
from analysis.wording import WordingError


def weeks(
    home: Path, areas: list[str], jobs: int | None = None, cluster: str = "", steps: Steps | None = None, **about
) -> Iterator[tuple[str, Outcome]]:
    """Make the week of every area; the area and how it ended, as they end.

    jobs    : how many areas at once; None: one a processor; with a cluster one, whose pages the cluster makes at once
    about   : as of ``run.week``
    Raises  : WordingError.
    """
    import joblib
    from tqdm import tqdm

    jobs = 1 if cluster else min(jobs or joblib.cpu_count(), max(len(areas), 1))
    parallel = joblib.Parallel(jobs, return_as="generator_unordered")
    called = (joblib.delayed(_week)(home, area, cluster, steps or Steps(), **about) for area in areas)
    bar = {"total": len(areas), "disable": None, "leave": False, "bar_format": "{n_fmt}/{total_fmt} |{bar}| {elapsed}"}
    yield from tqdm(parallel(called), **bar)


def _week(home: Path, area: str, cluster: str, steps: Steps, **about) -> tuple[str, Outcome]:
    steps = replace(steps, tell=partial(_tell, steps.tell, area), way=replace(steps.way, beside=False))
    preload.warm_up(home, area)
    try:
        return area, run.week(home, area, jobs=1, cluster=cluster, steps=steps, **about)
    except WordingError:
        raise
    except Exception as error:  # whatever it was: the other areas get their weeks
        return area, Outcome(Exit.FAILED, pages.told(error))


def _tell(tell, area: str, line: str) -> None:
    tell(f"{area}: {line}")
