"""A run's private folders, and how they become the week: whole, or not at all.

A run works where nobody looks. Publishing exchanges its folders with the week's by renames, so that a reader finds the
old week or the new one, never a mix. A failed run leaves the published week as it was and is kept under ``failed/``.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import filelock

from analysis import atomic, store

FAILURES_KEPT = 5


class Busy(Exception):
    """Another run of the same week is going on. ``pid`` and ``since`` are empty where it has not said so yet."""

    def __init__(self, pid: str, since: str) -> None:
        super().__init__(f"process {pid}, since {since}")
        self.pid, self.since = pid, since


@contextmanager
def locked(area: str, cutoff: str) -> Iterator[None]:
    """Only one run of a week at a time; the system frees the lock of a run that died. Raises Busy."""
    path = store.processed(area, f".lock-{cutoff}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with filelock.FileLock(path, timeout=0):
            path.write_text(f"{os.getpid()} {datetime.now():%H:%M:%S %d/%m/%Y}", "utf-8")
            try:
                yield
            finally:
                path.unlink(missing_ok=True)  # filelock takes a lock on an unlinked file for none
    except filelock.Timeout:
        with suppress(OSError):
            pid, _, since = path.read_text("utf-8").partition(" ")
            raise Busy(pid, since) from None
        raise Busy("", "") from None
    finally:
        with suppress(OSError):
            path.parent.rmdir()  # a refused first week leaves nothing behind


def tidy(area: str, cutoff: str) -> None:
    """Undo what a killed run of this week left: half a rename, private folders."""
    for place in (store.processed(area), store.reports(area)):
        aside = atomic.recover(place / cutoff)
        for left in [aside, *place.glob(f".run-{cutoff}-*")]:
            shutil.rmtree(left, ignore_errors=True)


def begin(area: str, cutoff: str, run: str, raw: Path) -> Path:
    """The private folder of a new run, with the raw table in it: what is read cannot change meanwhile."""
    for new, _ in _places(area, cutoff, run):
        new.mkdir(parents=True)
    folder = store.run_folder(area, run)
    (folder / "raw").mkdir()
    shutil.copyfile(raw, folder / "raw" / raw.name)
    return folder


def completed(folder: Path, stage: str, run: str) -> bool:
    """Whether ``stage`` of this run came to its end and its tables are those it wrote."""
    token = store.load_json(folder / f"{stage}.json")
    held = {name: folder / f"{name}.csv" for name in token.get("tables", {})}
    return token.get("run") == run and all(
        path.is_file() and store.sha256(path) == token["tables"][name] for name, path in held.items()
    )


def products(area: str, cutoff: str, run: str) -> dict[str, str]:
    """sha256 of everything a run made, by the path below home that it will have when published."""
    return {
        (place / path).relative_to(store.home()).as_posix(): digest
        for new, place in _places(area, cutoff, run)
        for path, digest in store.hashes(new.rglob("*"), new).items()
    }


def intact(made: dict[str, str]) -> bool:
    """Whether every published product is there as it was made."""
    return bool(made) and all(
        (store.home() / path).is_file() and store.sha256(store.home() / path) == digest for path, digest in made.items()
    )


def week(area: str, cutoff: str, run: str) -> None:
    """Make the run's tables and reports those of the week.

    The tables go last: run.json among them vouches for both folders, so a run killed in between is run again.
    """
    pairs = _places(area, cutoff, run)
    for new, _ in pairs:
        atomic.sync(new)
    done = []
    try:
        for new, place in pairs:
            atomic.swap(new, place)
            done.append((new, place))
        for _, place in pairs:
            atomic.sync_entry(place.parent)
    except OSError:
        for new, place in reversed(done):
            atomic.swap(new, place) if new.exists() else place.rename(new)
        raise
    for left in (*(new for new, _ in pairs), store.processed(area, "draft", cutoff)):
        shutil.rmtree(left, ignore_errors=True)


def keep_failed(area: str, cutoff: str, run: str, reason: str) -> Path:
    """Keep what a failed run made, with its reason, under failed/; only the newest few are kept."""
    kept = store.processed(area, "failed", f"{cutoff}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
    kept.parent.mkdir(exist_ok=True)
    atomic.save(store.run_folder(area, run) / "reason.txt", reason)
    store.run_folder(area, run).rename(kept)
    oldest_first = sorted(kept.parent.iterdir(), key=lambda path: path.name.rpartition("-")[2])
    for old in oldest_first[:-FAILURES_KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return kept


def _places(area: str, cutoff: str, run: str) -> list[tuple[Path, Path]]:
    """The private folders of a run, each with the one it will be published as; tables last."""
    return [
        (store.run_reports(area, run), store.reports(area, cutoff)),
        (store.run_folder(area, run), store.processed(area, cutoff)),
    ]
