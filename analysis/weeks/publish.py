"""A run's private folders, and how they become the week: whole, or not at all.

A run works where nobody looks. Publishing exchanges its folders with the week's by renames, so that a reader finds the
old week or the new one, never a mix. A failed run leaves the published week as it was and is kept under ``failed/``.

What a reader is promised (docs/method.md, section 10): one file is always whole; one folder is of one version when it
is read through one opening of it, and its name still means that folder afterwards; tables and reports, being two
folders, belong together when they are what ``products`` in the week's run.json tells (``intact``).
"""

import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import filelock

from analysis.weeks import atomic, paths, store

FAILURES_KEPT = 5
MOMENT_S = 2  # our choice


class Busy(Exception):
    """Another run of the same week is going on. ``pid`` and ``since`` are empty where it has not said so yet."""

    def __init__(self, pid: str, since: str) -> None:
        super().__init__(f"process {pid}, since {since}")
        self.pid, self.since = pid, since


@contextmanager
def locked(home: Path, area: str, cutoff: str) -> Iterator[None]:
    """Only one run of a week at a time; the system frees the lock of a run that died. Raises Busy."""
    path = paths.processed(home, area, f".lock-{cutoff}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with filelock.FileLock(path, timeout=0):
            with atomic.naming(path):
                path.write_text(f"{os.getpid()} {datetime.now():%H:%M:%S %d/%m/%Y}", "utf-8")
            try:
                yield
            finally:
                with suppress(OSError):  # what is left is no lock; filelock takes one on an unlinked file for none
                    path.unlink()
    except filelock.Timeout:
        raise Busy(*_holder(path)) from None
    finally:
        with suppress(OSError):
            path.parent.rmdir()  # a refused first week leaves nothing behind


def _holder(lock: Path) -> tuple[str, str]:
    """Who works, and since when. A run says so when it has the lock, which is a moment after it has taken it."""
    until = time.monotonic() + MOMENT_S
    while time.monotonic() < until:
        with suppress(OSError):
            pid, _, since = lock.read_text("utf-8").partition(" ")
            if since:
                return pid, since
        time.sleep(0.01)
    return "", ""


def tidy(home: Path, area: str, cutoff: str) -> None:
    """Clean up after a killed run: finish what was half published, undo half a rename, remove the rest."""
    roots = (paths.processed(home, area), paths.reports(home, area))
    left = [atomic.recover(root / cutoff) for root in roots]
    for folder in paths.processed(home, area).glob(f".run-{cutoff}-*"):
        if _half_published(home, area, cutoff, folder.name.removeprefix(".run-")):
            atomic.swap(folder, paths.processed(home, area, cutoff))
            atomic.sync_entry(folder.parent)
            left.append(paths.processed(home, area, "draft", cutoff))
    for folder in [*left, *(folder for root in roots for folder in root.glob(f".run-{cutoff}-*"))]:
        shutil.rmtree(folder, ignore_errors=True)


def begin(home: Path, area: str, cutoff: str, run: str, raw: Iterable[Path], keep: str = "") -> Path:
    """The private folder of a new run, with the raw tables in it: what is read cannot change meanwhile.

    keep : the name, such as r1, under which the week as published is kept; "": it is made again, and replaced

    Revisions are kept within the folders that publishing exchanges, and come along as copies. So one rename brings
    the new revision and keeps the old ones, at no moment is one missing, and whoever looks for weeks finds weeks only.
    """
    for new, place in _places(home, area, cutoff, run):
        new.mkdir(parents=True)
        if keep and place.is_dir():
            shutil.copytree(place, new / keep)
            for old in store.revisions(new / keep):
                old.rename(new / old.name)
        else:
            for old in store.revisions(place):
                shutil.copytree(old, new / old.name)
    folder = paths.run_folder(home, area, run)
    (folder / "raw").mkdir()
    for path in raw:
        with atomic.naming(folder / "raw" / path.name):
            shutil.copyfile(path, folder / "raw" / path.name)
    return folder


def settled(folder: Path, stage: str, run: str) -> bool:
    """Whether ``stage`` of this run came to its end and its tables are those it wrote.

    Its token then tells the tables only: the run's name, which is never given twice, has served.
    """
    path = folder / f"{stage}.json"
    token = atomic.load_json(path)
    tables = token.get("tables", {})
    held = {name: folder / f"{name}.csv" for name in tables}
    proven = token.get("run") == run and all(
        path.is_file() and atomic.sha256(path) == tables[name] for name, path in held.items()
    )
    if proven:
        atomic.save_json(path, {"tables": tables})
    return proven


def products(home: Path, area: str, cutoff: str, run: str) -> dict[str, str]:
    """sha256 of everything a run made, by the path below home that it will have when published."""
    (reports, reports_place), (tables, tables_place) = _places(home, area, cutoff, run)
    return _hashes(home, reports, reports_place) | _hashes(home, tables, tables_place)


def intact(home: Path, made: dict[str, str]) -> bool:
    """Whether every published product is there as it was made."""
    return bool(made) and all(
        (home / path).is_file() and atomic.sha256(home / path) == digest for path, digest in made.items()
    )


def publish_week(home: Path, area: str, cutoff: str, run: str) -> None:
    """Make the run's tables and reports those of the week.

    The tables go last: run.json among them vouches for both folders, so ``tidy`` knows a run killed in between.
    """
    pairs = _places(home, area, cutoff, run)
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
    for left in (*(new for new, _ in pairs), paths.processed(home, area, "draft", cutoff)):
        shutil.rmtree(left, ignore_errors=True)


def keep_failed(home: Path, area: str, cutoff: str, run: str, reason: str, part: str = "") -> Path:
    """Keep what a failed run made, with its reason, under failed/; only the newest few are kept.

    part : a folder of the run's that alone has failed; "": all of it
    """
    folder = paths.run_folder(home, area, run) / part
    kept = paths.processed(home, area, "failed", f"{cutoff}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
    kept.parent.mkdir(exist_ok=True)
    atomic.save(folder / "reason.txt", reason)
    folder.rename(kept)
    oldest_first = sorted(kept.parent.iterdir(), key=lambda path: path.name.rpartition("-")[2])
    for old in oldest_first[:-FAILURES_KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return kept


def _half_published(home: Path, area: str, cutoff: str, run: str) -> bool:
    """Whether the run was killed between its two renames: its reports published, its tables complete but not."""
    (_, reports), (tables, place) = _places(home, area, cutoff, run)
    made = atomic.load_json(tables / "run.json").get("products", {})
    return bool(made) and made.items() <= (_hashes(home, reports, reports) | _hashes(home, tables, place)).items()


def _hashes(home: Path, folder: Path, place: Path) -> dict[str, str]:
    """sha256 of everything in ``folder``, by the path below home that it has in ``place``."""
    base = place.relative_to(home)
    return {(base / path).as_posix(): digest for path, digest in atomic.hashes(folder.rglob("*"), folder).items()}


def _places(home: Path, area: str, cutoff: str, run: str) -> list[tuple[Path, Path]]:
    """The private folders of a run, each with the one it will be published as; tables last."""
    return [
        (paths.run_reports(home, area, run), paths.reports(home, area, cutoff)),
        (paths.run_folder(home, area, run), paths.processed(home, area, cutoff)),
    ]
