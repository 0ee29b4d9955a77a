"""Files and folders changed in one step: a reader, or a crash, finds the old state or the new one, never a mix."""

import ctypes
import errno
import hashlib
import json
import os
import shutil
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from analysis.characters import ODD
from analysis.weeks import lacking

MOST_JSON = 64 * 1024 * 1024  # bytes; our choice: the largest of ours, a notebook with charts, has a few million
AT_FDCWD, RENAME_EXCHANGE = -100, 2  # linux/fcntl.h, linux/fs.h


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Add the file's name to an OSError; an error in the middle of a write does not have it."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(path)
        raise


def save(path: Path, content: str | bytes) -> Path:
    """Write the whole file or nothing: write another file first, then rename it to ``path``. Returns ``path``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = part_of(path)
    try:
        with naming(path):
            part.write_bytes(content.encode() if isinstance(content, str) else content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def save_json(path: Path, value: object) -> Path:
    """Letters stay as they are, unless a text holds characters that are not seen: a file's name may be anything."""
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
    return save(path, (json.dumps(value, indent=1, sort_keys=True) if ODD.search(text) else text) + "\n")


def load_json(path: Path) -> dict:
    """The JSON object in the file; {} where there is no such file, or none that can be read and holds an object."""
    try:
        if not path.is_file() or path.stat().st_size > MOST_JSON:
            return {}
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def swap(new: Path, place: Path) -> None:
    """Give the folder ``new`` the name ``place``; a folder that had this name gets the name ``new``.

    This takes one rename where the file system can exchange two names. Elsewhere it takes three, and ``recover`` is
    needed after a crash.
    """
    if not place.exists():
        new.rename(place)
    elif not _exchange(new, place):
        aside = _aside(place)
        try:
            _put_aside(place, aside)
            new.rename(place)
            aside.rename(new)
        finally:
            if aside.exists() and not new.exists():  # only the last rename failed
                place.rename(new)
            recover(place)


def recover(place: Path) -> Path:
    """Restore ``place`` after a crash in ``swap``. Returns the name that ``swap`` gives it for a moment."""
    aside, whole = _aside(place), _whole(place)
    remove(part_of(whole))
    if whole.exists():  # ``place`` was being deleted
        remove(place)
        whole.rename(place)
    if aside.exists() and not place.exists():
        aside.rename(place)
    return aside


def _aside(place: Path) -> Path:
    return place.with_name(f".aside-{place.name}")


def _whole(place: Path) -> Path:
    return place.with_name(f".whole-{place.name}")


def part_of(path: Path) -> Path:
    """Where a file or folder is written before it gets its name."""
    return path.with_name(f".{path.name}.part")


def _put_aside(place: Path, aside: Path) -> None:
    """Rename the folder; where it lies on a layer that cannot be renamed, in a container, copy it and delete it."""
    try:
        place.rename(aside)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        whole = _whole(place)
        copy(place, part_of(whole))
        part_of(whole).rename(whole)  # from here on ``recover`` takes the copy
        remove(place)
        whole.rename(aside)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names (Linux renameat2); False where the system or the file system cannot do that."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if sys.platform == "linux" else None
    if rename is None:
        return False
    is_done = rename(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0
    if not is_done and ctypes.get_errno() in lacking.NOT_OFFERED:
        lacking.note("exchange", other.parent)
    return is_done


def move(source: Path, target: Path) -> None:
    """Give the file or folder another place. It is whole at one of the two at any moment; a link's content is moved.

    Between two file systems it is copied and then deleted. A call that was killed meanwhile is finished by the same
    call. Raises FileExistsError where another content is at ``target``.
    """
    if target.exists():
        if not _holds(target, source):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
        remove(source)
        return
    try:
        if not is_link(source):
            source.rename(target)
            return
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
    remove(part_of(target))
    copy(source, part_of(target))
    part_of(target).rename(target)
    remove(source)


def _holds(folder: Path, source: Path) -> bool:
    """Whether everything in ``source`` is in ``folder`` too, byte for byte."""
    if source.is_dir():
        return hashes(source.rglob("*"), source).items() <= hashes(folder.rglob("*"), folder).items()
    return folder.is_file() and sha256(folder) == sha256(source)


def copy(source: Path, target: Path) -> None:
    """Copy a file, or a folder with all that is in it, with times and modes where the file system keeps them."""
    if source.is_dir():
        target.mkdir()
        for each in sorted(source.iterdir()):
            copy(each, target / each.name)
    else:
        copy_content(source, target)
    with naming(target), lacking.optional("times", target.parent, lacking.NOT_OFFERED | lacking.NOT_ALLOWED):
        shutil.copystat(source, target)  # os.utime names no file in its errors


def copy_content(source: Path, target: Path) -> None:
    """Copy a file without its times and mode. An error names ``target`` where the system's names none."""
    with naming(target):
        shutil.copyfile(source, target)


def is_link(path: Path) -> bool:
    """Whether the path is a symbolic link, or a junction of Windows."""
    try:
        about = path.lstat()
    except OSError:
        return False
    junction = getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", None)
    return stat.S_ISLNK(about.st_mode) or getattr(about, "st_reparse_tag", 0) == junction


def remove(place: Path, below: Path | None = None) -> None:
    """Delete a file or folder as far as possible, never what a link leads to: of a link only the link itself.

    below : a folder above ``place``; where a folder between them is a link, nothing is deleted
    """
    between = () if below is None else place.parent.relative_to(below).parts
    while between:
        if is_link(below.joinpath(*between)):
            return
        between = between[:-1]
    if is_link(place) or place.is_file():
        with suppress(OSError):
            place.unlink()
    else:
        shutil.rmtree(place, ignore_errors=True)


def sync(folder: Path) -> None:
    """Write a folder and its files to the disk, so that a later rename never shows an empty file."""
    for path in [*folder.rglob("*"), folder]:
        sync_entry(path)


def sync_entry(path: Path) -> bool:
    """Write one file, or the list of names in one folder, to the disk; False where the file system cannot do that."""
    if os.name != "posix":  # Windows can open no folder, and can sync no file opened for reading
        return True
    is_folder, done = path.is_dir(), False
    what, more = ("folder_sync", lacking.NOT_ALLOWED) if is_folder else ("file_sync", {errno.EBADF})
    with naming(path), lacking.optional(what, path if is_folder else path.parent, lacking.NOT_OFFERED | more):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
            done = True
        finally:
            os.close(handle)
    return done


def sha256(path: Path) -> str:
    """The digest of a regular file. Raises OSError for any other: a device has no end, a pipe may never begin."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "is not a regular file", str(path))
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digests(files: Iterable[Path]) -> list[str]:
    """sha256 of each content, sorted, without names: other names and further copies give the same list."""
    return sorted({sha256(path) for path in files})


def hashes(files: Iterable[Path], base: Path) -> dict[str, str]:
    """sha256 of each file, by its path relative to ``base``."""
    return {path.relative_to(base).as_posix(): sha256(path) for path in sorted(files) if path.is_file()}
