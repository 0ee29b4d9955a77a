"""Makes a run's private folders, and publishes them as the week: completely, or not at all.

A run works in folders that no reader uses. Publishing exchanges them with the week's folders by renames, so a reader
finds the old week or the new one, never a mix. A failed run does not change the published week; its files are kept
under ``failed/``.

What a reader can rely on (docs/method.md, section 10): a file is always complete. A folder that is opened once shows
one version, and its name still means that folder afterwards. Tables and reports are two folders; they belong together
when they match ``products`` in the week's run.json (``intact``).
"""

import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from analysis.weeks import atomic, locks, paths, store

FAILURES_KEPT = 5
FAILURE = re.compile(r"\d{4}-\d{2}-\d{2}-\d{8}T\d{12}")  # what else lies there is somebody's own


@contextmanager
def locked(home: Path, area: str, cutoff: str) -> Iterator[bool]:
    """Allow only one run of a week at a time; gives True where this is not certain. Raises locks.Busy."""
    path = paths.processed(home, area, f".lock-{cutoff}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with locks.held(path) as is_weak:
            yield is_weak
    finally:
        with suppress(OSError):
            path.parent.rmdir()  # a refused first week leaves nothing behind


def tidy(home: Path, area: str, cutoff: str) -> None:
    """Clean up after a killed run of this week: finish half a publication, undo half a rename, remove what is left."""
    roots = (paths.processed(home, area), paths.reports(home, area))
    left = [atomic.recover(root / cutoff) for root in roots]
    for folder in paths.processed(home, area).glob(f".run-{cutoff}-*"):
        if _half_published(home, area, cutoff, folder.name.removeprefix(".run-")):
            atomic.swap(folder, paths.processed(home, area, cutoff))
            atomic.sync_entry(folder.parent)
            _remove_draft(home, area, cutoff)
    for folder in [*left, *(folder for root in roots for folder in root.glob(f".run-{cutoff}-*"))]:
        atomic.remove(folder)


def begin(home: Path, area: str, cutoff: str, run: str, raw: Iterable[Path], keep: str = "") -> Path:
    """Make the private folder of a new run, with copies of the raw tables, which cannot change during the run.

    keep : the name, such as r1, under which the published week is kept; "": it is replaced

    Earlier revisions are copied into the run's folders. So one rename publishes the new revision together with the old
    ones: none is missing at any moment, and the folder of an area holds nothing but weeks.
    """
    for new, place in _places(home, area, cutoff, run):
        new.mkdir(parents=True)
        if keep and place.is_dir():
            atomic.copy(place, new / keep)
            for old in store.revisions(new / keep):
                atomic.move(old, new / old.name)
        else:
            for old in store.revisions(place):
                atomic.copy(old, new / old.name)
    folder = paths.run_folder(home, area, run)
    (folder / "raw").mkdir()
    for path in raw:
        with atomic.naming(folder / "raw" / path.name):
            shutil.copyfile(path, folder / "raw" / path.name)
    return folder


def settled(folder: Path, stage: str, run: str) -> bool:
    """Whether ``stage`` of this run ran to its end, and its tables are unchanged since.

    The run's name is then removed from the token, because it is no longer needed; the tables' fingerprints stay.
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
    """sha256 of every file that a run made, by the path below home that the file gets when published."""
    (reports, reports_place), (tables, tables_place) = _places(home, area, cutoff, run)
    return _hashes(home, reports, reports_place) | _hashes(home, tables, tables_place)


def intact(home: Path, made: dict[str, str]) -> bool:
    """Whether every published product exists and is unchanged."""
    return bool(made) and all(
        (home / path).is_file() and atomic.sha256(home / path) == digest for path, digest in made.items()
    )


def publish_week(home: Path, area: str, cutoff: str, run: str) -> None:
    """Publish the run's tables and reports as those of the week.

    The tables go last, because run.json among them describes both folders. So ``tidy`` can recognise a run that was
    killed between the two.
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
    for new, _ in pairs:
        atomic.remove(new)
    _remove_draft(home, area, cutoff)


def _remove_draft(home: Path, area: str, cutoff: str) -> None:
    """Delete the draft of a week that is published; where ``draft`` is a link, somebody keeps the drafts elsewhere."""
    atomic.remove(paths.processed(home, area, "draft", cutoff), below=paths.processed(home, area))


def keep_failed(home: Path, area: str, cutoff: str, run: str, reason: str, part: str = "") -> Path:
    """Keep the files of a failed run, with its reason, under failed/; only the newest few runs are kept there.

    part : the folder in the run that is kept, where only a part has failed; "": the whole run
    """
    folder = paths.run_folder(home, area, run) / part
    kept = paths.processed(home, area, "failed", f"{cutoff}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
    kept.parent.mkdir(exist_ok=True)
    atomic.save(folder / "reason.txt", reason)
    atomic.move(folder, kept)
    ours = [path for path in kept.parent.iterdir() if FAILURE.fullmatch(path.name)]
    for old in sorted(ours, key=lambda path: path.name.rpartition("-")[2])[:-FAILURES_KEPT]:
        atomic.remove(old, below=paths.processed(home, area))
    return kept


def _half_published(home: Path, area: str, cutoff: str, run: str) -> bool:
    """Whether the run was killed between its two renames: reports published, tables complete but not published."""
    (_, reports), (tables, place) = _places(home, area, cutoff, run)
    made = atomic.load_json(tables / "run.json").get("products", {})
    return bool(made) and made.items() <= (_hashes(home, reports, reports) | _hashes(home, tables, place)).items()


def _hashes(home: Path, folder: Path, place: Path) -> dict[str, str]:
    """sha256 of every file in ``folder``, by the path below home that the file has in ``place``."""
    base = place.relative_to(home)
    return {(base / path).as_posix(): digest for path, digest in atomic.hashes(folder.rglob("*"), folder).items()}


def _places(home: Path, area: str, cutoff: str, run: str) -> list[tuple[Path, Path]]:
    """Pairs of a run's private folder and the folder that it is published as; tables last."""
    return [
        (paths.run_reports(home, area, run), paths.reports(home, area, cutoff)),
        (paths.run_folder(home, area, run), paths.processed(home, area, cutoff)),
    ]
