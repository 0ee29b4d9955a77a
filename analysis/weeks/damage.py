"""Finds published weeks whose tables are not those that were published: no later week is compared with them.

The record of a week (run.json) has the sha256 of its tables. A week of a program that kept none counts as it is.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from analysis.weeks import paths, record

WITHOUT_NUMBERS = ("pages", "remarks")  # tables that a week may lack, and that no later week reads
MOST_WEEKS = 4096  # whose digests are kept; our choice


class Tables(NamedTuple):
    """The tables of a published week that later weeks may show.

    digests : sha256 by path below the home; "" of one that cannot be read
    damaged : the first file that is missing, cannot be read, or is not as it was published, below the home; "": none
    """

    digests: dict[str, str]
    damaged: str


def find_damage(home: Path, area: str, cutoff: str) -> str:
    """``damaged`` of the week's tables."""
    return look(home, area, cutoff).damaged


def look(home: Path, area: str, cutoff: str) -> Tables:
    """The week's tables as they are now. A file is hashed once in a process, until it changes."""
    folder = paths.processed(home, area, cutoff)
    return _look(home, area, cutoff, tuple(_files(folder)))


def _files(folder: Path) -> Iterator[tuple[str, int, int, int, int, int]]:
    """The record, the tables, and the corrections of earlier revisions: each name, and what changes with the file."""
    try:
        entries = sorted(os.listdir(folder))  # noqa: PTH208 (paths would take most of the time)
    except OSError:
        return
    for name in entries:
        if paths.is_revision(name):
            name = f"{name}/corrections.csv"
        elif name != record.NAME and not _is_own_table(name):
            continue
        try:
            about = os.stat(f"{folder}{os.sep}{name}")  # noqa: PTH116 (asked of every table of every week)
        except FileNotFoundError:
            continue
        except OSError:
            yield name, 0, 0, 0, 0, 0
            continue
        yield name, about.st_mode, about.st_size, about.st_mtime_ns, about.st_ctime_ns, about.st_ino


@lru_cache(MOST_WEEKS)
def _look(home: Path, area: str, cutoff: str, files: tuple) -> Tables:
    below, folder = f"data/processed/{area}/{cutoff}/", paths.processed(home, area, cutoff)
    held = {f"{below}{name}": _digest(folder / name, mode) for name, mode, *_ in files if name != record.NAME}
    digests = {path: digest for path, digest in held.items() if _is_own_table(path.removeprefix(below))}
    made = record.read_products(home, area, cutoff)
    if made is None and os.path.lexists(folder / record.NAME):
        return Tables(digests, below + record.NAME)
    names = {path: path.removeprefix(below) for path in made or () if path.startswith(below)}
    recorded = [path for path, name in names.items() if _is_own_table(name) or _is_corrections(name)]
    wrong = [path for path in recorded if held.get(path) != made[path]]
    return Tables(digests, min([*wrong, *(path for path, digest in held.items() if not digest)], default=""))


def _is_own_table(name: str) -> bool:
    return "/" not in name and name.endswith(".csv") and name[:-4] not in WITHOUT_NUMBERS


def _is_corrections(name: str) -> bool:
    revision, _, table = name.partition("/")
    return table == "corrections.csv" and paths.is_revision(revision)


def _digest(path: Path, mode: int) -> str:
    """sha256 of a regular file; "" of one that cannot be read, and of anything else."""
    if not stat.S_ISREG(mode):
        return ""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
