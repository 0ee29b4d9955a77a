"""Files and folders changed in one step: a reader, or a crash, finds the old state or the new one, never a mix."""

import ctypes
import errno
import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from analysis.characters import ODD

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
    part = path.with_name(f".{path.name}.part")
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
    """The JSON object in the file; {} where the file is missing or holds no JSON object."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
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
            place.rename(aside)
            new.rename(place)
            aside.rename(new)
        finally:
            if aside.exists() and not new.exists():  # only the last rename failed
                place.rename(new)
            recover(place)


def recover(place: Path) -> Path:
    """Restore ``place`` after a crash in ``swap``. Returns the name that ``swap`` gives it for a moment."""
    aside = _aside(place)
    if aside.exists() and not place.exists():
        aside.rename(place)
    return aside


def sync(folder: Path) -> None:
    """Write a folder and its files to the disk, so that a later rename never shows an empty file."""
    for path in [*folder.rglob("*"), folder]:
        sync_entry(path)


def _aside(place: Path) -> Path:
    return place.with_name(f".aside-{place.name}")


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names (Linux renameat2); False where the system cannot do that."""
    rename = getattr(ctypes.CDLL(None), "renameat2", None) if sys.platform == "linux" else None
    if rename is None:
        return False
    return rename(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0


def sync_entry(path: Path) -> None:
    """Write one file, or the list of names in one folder, to the disk."""
    if os.name == "posix":  # Windows can open no folder, and can sync no file opened for reading
        handle = os.open(path, os.O_RDONLY)
        try:
            with naming(path):
                os.fsync(handle)
        finally:
            os.close(handle)


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
