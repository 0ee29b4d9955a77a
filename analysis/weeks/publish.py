"""Makes a run's private folders, and publishes them as the week: completely, or not at all.

A run works in folders that no reader uses. Publishing exchanges them with the week's folders by renames, so a reader
finds the old week or the new one, never a mix. A failed run does not change the published week; its files are kept
under ``failed/``. What people edited or added in the week's reports is theirs: it is moved into the new folder
(``office``) before the old one is deleted.

What a reader can rely on (docs/method.md, section 10): a file is always complete. A folder that is opened once shows
one version, and its name still means that folder afterwards. Tables and reports are two folders; they belong together
when they match ``products`` in the week's run.json (``intact``).
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from analysis.config.wording import Wording
from analysis.weeks import atomic, locks, office, paths, store
from analysis.weeks import record as records

FAILURES_KEPT = 5
FAILURE = re.compile(r"\d{4}(-\d{2}){0,2}(-Q\d)?-\d{8}T\d{12}")  # what else lies there is somebody's own


@contextmanager
def locked(home: Path, area: str, cutoff: str) -> Iterator[None]:
    """Allow only one run of a week at a time. Raises locks.Busy."""
    path = paths.processed(home, area, f".lock-{cutoff}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with locks.held(path):
            yield
    finally:
        with suppress(OSError):
            path.parent.rmdir()  # a refused first week leaves nothing behind


def say_busy(busy: locks.Busy, cutoff: str, words: Wording) -> str:
    """The sentence that another process makes the week."""
    return words.say("run.busy", cutoff=cutoff, pid=busy.pid, since=busy.since) + busy.advice(words)


def tidy(home: Path, area: str, cutoff: str) -> list[office.Kept]:
    """Clean up after a killed run of this week: finish half a publication, undo half a rename, remove what is left.

    Returns what people had edited or added in a folder that was replaced, and where it is now.
    """
    tables, reports = paths.processed(home, area), paths.reports(home, area)
    aside = [atomic.recover(root / cutoff) for root in (reports, tables)]
    for folder in _find_runs(tables, cutoff):
        if _half_published(home, area, cutoff, folder.name.removeprefix(".run-")):
            atomic.swap(folder, tables / cutoff)
            atomic.sync_entry(folder.parent)
            _remove_draft(home, area, cutoff)
    kept = []
    for folder in (aside[0], *_find_runs(reports, cutoff)):
        if folder.is_dir() and (replaced := _replaced(home, area, cutoff, folder)) is not None:
            kept += _carry(home, area, cutoff, folder, replaced)
        else:
            atomic.remove(folder)
    for folder in (aside[1], *_find_runs(tables, cutoff)):
        if not (reports / folder.name).exists():  # else it tells what in that folder is of people
            atomic.remove(folder)
    return kept


def _find_runs(root: Path, cutoff: str) -> list[Path]:
    """The private folders of runs of this week, or period: 2023-11 is no beginning of the name of 2023-11-27."""
    its = re.compile(rf"\.run-{re.escape(cutoff)}-[^-]+")
    return [path for path in root.glob(f".run-{cutoff}-*") if its.fullmatch(path.name)]


def begin(
    home: Path,
    area: str,
    cutoff: str,
    run: str,
    raw: Iterable[Path],
    keep: str = "",
    replies: Iterable[Path] = (),
    forms: bytes = b"",
) -> Path:
    """Make the private folder of a new run, with copies of the raw tables, which cannot change during the run.

    keep    : the name, such as r1, under which the published week is kept; "": it is replaced
    replies : the files of replies;  forms : as ``forms.write_forms``

    Earlier revisions are copied into the run's folders. So one rename publishes the new revision together with the old
    ones: none is missing at any moment, and the folder of an area holds nothing but weeks. What is of people is not
    copied: it may change during the run, and is moved when the run is published.
    """
    (reports, its_reports), (tables, its_tables) = _places(home, area, cutoff, run)
    for new in (reports, tables):
        new.mkdir(parents=True)
    made = made_reports(home, its_reports, records.read(home, area, cutoff, its_tables))
    if keep and its_tables.is_dir():
        atomic.copy(its_tables, tables / keep)
    if keep and its_reports.is_dir():
        office.copy_published(its_reports, reports / keep, made or None)
    for new, place in ((reports, its_reports), (tables, its_tables)):
        for old in store.revisions(new / keep) if keep else ():
            atomic.move(old, new / old.name)
        for old in () if keep else store.revisions(place):
            if new == tables:
                atomic.copy(old, new / old.name)
            else:
                office.copy_published(old, new / old.name, office.published_in(made, old.name) if made else None)
    folder = paths.run_folder(home, area, run)
    for path in raw:
        (folder / "raw").mkdir(exist_ok=True)
        atomic.copy_content(path, folder / "raw" / path.name)
    its_replies = {folder / "replies" / path.name: path for path in replies}
    if its_replies or forms:
        (folder / "replies").mkdir()
    for copy, path in its_replies.items():
        atomic.copy_content(path, copy)
    if forms:
        atomic.save(folder / "replies" / paths.FORMS, forms)
    return folder


def settled(folder: Path, stage: str, run: str) -> bool:
    """Whether ``stage`` of this run ran to its end, and its tables are unchanged since.

    The run's name is then removed from the token, because it is no longer needed; the tables' fingerprints stay.
    """
    path = folder / f"{stage}.json"
    token, tables = atomic.load_json(path), records.read_token(path)
    held = {name: folder / f"{name}.csv" for name in tables}
    proven = (
        token.get("run") == run
        and token.get("tables", {}) == tables
        and all(path.is_file() and atomic.sha256(path) == tables[name] for name, path in held.items())
    )
    if proven:
        atomic.save_json(path, {"tables": tables})
    return proven


def products(home: Path, area: str, cutoff: str, run: str, keep: str = "") -> dict[str, str]:
    """sha256 of every file that a run made, by the path below home that the file gets when published.

    Also of what people edited in earlier issues, as it was published.
    """
    (reports, reports_place), (tables, tables_place) = _places(home, area, cutoff, run)
    made = made_reports(home, reports_place, records.read(home, area, cutoff, tables_place))
    edited = office.edited_before(reports_place, made, keep) if made and reports_place.is_dir() else {}
    before = {f"{reports_place.relative_to(home).as_posix()}/{name}": each for name, each in edited.items()}
    return before | _hashes(home, reports, reports_place) | _hashes(home, tables, tables_place)


def intact(home: Path, made: dict[str, str]) -> bool:
    """Whether every published product exists and is unchanged, or is a draft that the office has edited."""
    return bool(made) and all(
        (home / path).is_file() and (atomic.sha256(home / path) == digest or is_edited(home, path, digest))
        for path, digest in made.items()
    )


def is_edited(home: Path, path: str, digest: str) -> bool:
    """Whether people edited a published product. Only reports are for that: path is below home."""
    return path.startswith("reports/") and office.is_edited(home / path, digest)


def of_people(home: Path, area: str, cutoff: str) -> dict[str, str]:
    """What people did in the week's reports, as ``office.find`` has it; {} where no record tells it."""
    place = paths.reports(home, area, cutoff)
    made = made_reports(home, place, records.read(home, area, cutoff))
    return office.find(place, made) if made and place.is_dir() else {}


def made_reports(home: Path, reports: Path, record: dict) -> dict[str, str]:
    """sha256 of the published reports by their names in their folder, from run.json."""
    return office.published_in(record.get("products", {}), reports.relative_to(home).as_posix())


def publish_week(home: Path, area: str, cutoff: str, run: str, keep: str = "") -> list[office.Kept]:
    """Publish the run's tables and reports as those of the week. Returns what is of people, and where it is now.

    The tables go last, because run.json among them describes both folders. So ``tidy`` can recognise a run that was
    killed between the two. The old reports are emptied before the old tables, whose run.json tells
    what of them is ours.
    """
    (reports, _), (tables, its_tables) = pairs = _places(home, area, cutoff, run)
    replaced = records.read(home, area, cutoff, its_tables)
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
    kept = _carry(home, area, cutoff, reports, replaced, keep) if reports.exists() else []
    if not reports.exists():
        atomic.remove(tables)
    _remove_draft(home, area, cutoff)
    return kept


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
    if not part:  # without its tables nothing would tell that these reports were never published
        atomic.remove(paths.run_reports(home, area, run))
    atomic.move(folder, kept)
    ours = [path for path in kept.parent.iterdir() if FAILURE.fullmatch(path.name)]
    for old in sorted(ours, key=lambda path: path.name.rpartition("-")[2])[:-FAILURES_KEPT]:
        atomic.remove(old, below=paths.processed(home, area))
    return kept


def _half_published(home: Path, area: str, cutoff: str, run: str) -> bool:
    """Whether the run was killed between its two renames: reports published, tables complete but not published.

    Then its own folder of reports is the week's old one. People may have edited either meanwhile.
    """
    (new, reports), (tables, place) = _places(home, area, cutoff, run)
    record = records.read(home, area, cutoff, tables)
    made = record.get("products", {})
    of_reports = made_reports(home, reports, record)
    of_tables = {path: each for path, each in made.items() if not path.startswith("reports/")}
    if not made or record.get("run", run) != run or not of_tables.items() <= _hashes(home, tables, place).items():
        return False
    return bool(of_reports) and _count(reports, of_reports) >= max(1, _count(new, of_reports))


def _count(folder: Path, made: dict[str, str]) -> int:
    """How many of the files are in the folder, unchanged."""
    return sum((folder / name).is_file() and atomic.sha256(folder / name) == each for name, each in made.items())


def _replaced(home: Path, area: str, cutoff: str, folder: Path) -> dict | None:
    """The record of the week whose reports are in a folder that a killed run left; None where it was never published.

    A run's folder holds the reports that it replaced, once its tables are published; so does one set aside, unless
    what lies there are a run's own, which were published for a moment and taken back.
    """
    tables = paths.processed(home, area)
    run, published = folder.name.removeprefix(".run-"), records.read(home, area, cutoff)
    beside = [tables / folder.name, tables / f".aside-{cutoff}", *_find_runs(tables, cutoff)]
    held = [(each, records.read(home, area, cutoff, each)) for each in beside]
    old = [record for each, record in held if record.get("products") and each.name != f".run-{record.get('run')}"]
    if folder.name.startswith(".aside-"):
        before, place = next(iter(old), published), paths.reports(home, area, cutoff)
        unpublished = [record for each, record in held if each.name == f".run-{record.get('run')}"]
        fit = [_count(folder, made_reports(home, place, record)) for record in (before, *unpublished)]
        return before if fit[0] == max(fit) else None
    own = held[0][1]
    if published.get("run") == run or (own.get("products") and own.get("run") != run):
        return next(iter(old), {})
    return None


def _carry(
    home: Path, area: str, cutoff: str, folder: Path, replaced: dict, keep: str | None = None
) -> list[office.Kept]:
    """Move what is of people from the reports that were replaced into those of the week.

    keep : as in ``begin``; None: what the revisions of the two records tell
    """
    if atomic.is_link(folder):  # nothing is moved or deleted through a link: what it leads to stays as it is
        atomic.remove(folder)
        return []
    place, now = paths.reports(home, area, cutoff), records.read(home, area, cutoff)
    if keep is None:
        revision = replaced.get("revision", 0)
        keep = f"r{revision}" if 0 < revision < now.get("revision", 0) else ""
    try:
        kept = office.carry(folder, place, made_reports(home, place, replaced), made_reports(home, place, now), keep)
        atomic.sync_entry(place)
    except OSError:  # the week is published; what is left is moved by the next run
        return [office.Kept(office.LEFT, folder.name, folder)]
    return kept


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
