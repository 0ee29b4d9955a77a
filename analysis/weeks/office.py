"""What people did in a week's folder of reports: the draft they edited, the files they added. It is theirs.

A published file is known by its sha256 in run.json; whatever else is in the folder is of people. So an edit needs no
record of its own, which the next edit would make wrong. What is theirs is never copied, only moved: a program that has
the file open goes on writing into the same file.

In this module a file's name is its path in the folder, and ``made`` the sha256 of the published files by their names.
"""

import os
import re
import zipfile
from collections.abc import Container, Iterator
from contextlib import suppress
from itertools import count, takewhile
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from analysis.weeks import atomic, paths

OURS, STRAY = "", "stray"  # a published file; what an office program keeps beside an open file
EDITED, CHANGED, ADDED = "edited", "changed", "added"  # CHANGED: a page or mail, or an Office file that does not open
LEFT = "left"  # of people, and could not be moved
PARTS = {".docx": "word/", ".xlsx": "xl/"}  # what people edit, and the folder of its parts in the file
PROPERTIES = "docProps/core.xml"
WITH_PASSWORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how an Office file that asks for a password begins
BESIDE = re.compile(r"(.+)\.new(?:-[0-9]+)?(\.[^./]+)")  # our file's name where the office keeps the published one


class Kept(NamedTuple):
    """A file or folder of people that a run met, and where it is now.

    kind : EDITED, CHANGED, ADDED or LEFT
    name : its name before
    now  : where it is
    ours : the name of our file, where that had to take another one
    """

    kind: str
    name: str
    now: Path
    ours: str = ""


def published_in(made: dict[str, str], folder: str) -> dict[str, str]:
    """Of ``products`` in run.json those in a folder, by their names there. folder : its path below home"""
    return {path.removeprefix(f"{folder}/"): each for path, each in made.items() if path.startswith(f"{folder}/")}


def is_edited(path: Path, digest: str) -> bool:
    """Whether a published Office file was edited: it has another sha256, and still is a file of its kind."""
    return path.is_file() and atomic.sha256(path) != digest and opens(path)


def opens(path: Path) -> bool:
    """Whether the file is whole, of the kind that its name says, and of a kind that people edit."""
    parts = PARTS.get(path.suffix.lower())
    try:
        with path.open("rb") as file:
            if not parts or file.read(len(WITH_PASSWORD)) == WITH_PASSWORD:
                return bool(parts)
            with zipfile.ZipFile(file) as held:
                return held.testzip() is None and any(name.startswith(parts) for name in held.namelist())
    except Exception:  # zipfile raises whatever the damage makes it stumble over
        return False


def find_published(path: Path, digest: str, *others: Path) -> Path | None:
    """Where a published file stands that people edited under its name: beside it, or in the ``others``; or None."""
    beside = sorted(each for each in path.parent.glob("*.new*") if _published_name(each.name) == path.name)
    there = (each for each in [*beside, *others] if each.is_file() and atomic.sha256(each) == digest)
    return next(there, None)


def last_edit(path: Path) -> tuple[str, str]:
    """Who edited an Office file last, and when (ISO), as its program wrote down; "" for what it did not."""
    import xml.etree.ElementTree as tree

    with suppress(Exception):  # a damaged file, one with a password, or one without these properties
        with zipfile.ZipFile(path) as held:
            known = {each.tag.rpartition("}")[2]: each.text or "" for each in tree.fromstring(held.read(PROPERTIES))}
        return known.get("lastModifiedBy", ""), known.get("modified", "")
    return "", ""


def find(folder: Path, made: dict[str, str]) -> dict[str, str]:
    """What people did in the folder: EDITED, CHANGED or ADDED by name; a folder they added is one name."""
    found = {name: _kind(folder, name, made) for name in _entries(folder, made)}
    return {name: kind for name, kind in found.items() if kind not in (OURS, STRAY)}


def copy_published(folder: Path, to: Path, made: dict[str, str] | None) -> None:
    """Copy the folder without what people edited or added; ``made`` is None where no record tells that: every file."""
    for name in _entries(folder, made or {}):
        if _is_plain(folder / name) and (made is None or _kind(folder, name, made) in (OURS, CHANGED)):
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            atomic.copy_content(folder / name, to / name)


def edited_before(folder: Path, made: dict[str, str], keep: str) -> dict[str, str]:
    """sha256 of what people edited in earlier issues, as it was published, by the name that it gets.

    keep : as in ``carry``
    """
    named = {name: _target(name, keep) for name, kind in find(folder, made).items() if kind == EDITED and name in made}
    return {to: made[name] for name, to in named.items() if _is_of_issue(to)}


def carry(old: Path, new: Path, made: dict[str, str], made_now: dict[str, str], keep: str = "") -> list[Kept]:
    """Move what is of people from the replaced folder into the new one, and delete the rest of ``old``.

    made, made_now : what was published in ``old`` and in ``new``
    keep           : the folder of ``new``, such as r1, that holds the issue that was replaced; "": none does
    A draft that was edited keeps its name, and ours of this name gets another. A changed page is kept under another
    name, for ours is linked to and mailed. Nothing is overwritten. What cannot be moved stays, and ``old`` with it.
    """
    kept, names = [], list(_entries(old, made, new, keep))
    kinds = {name: _kind(old, name, made) for name in names}
    theirs = {_target(name, keep) for name, kind in kinds.items() if kind != OURS}
    for name, kind in kinds.items():
        if kind == OURS:
            with suppress(OSError):
                (old / name).unlink()
            continue
        try:
            moved = _move(old, new, name, kind, made_now, theirs, keep)
        except OSError:
            moved = Kept(LEFT, name, old / name)
        kept += [moved] if moved and (kind != STRAY or moved.kind == LEFT) else []
    for base, _, _ in os.walk(old, topdown=False):
        with suppress(OSError):  # somebody has put something there meanwhile: the next run moves it
            Path(base).rmdir()
    return kept


def _move(
    old: Path, new: Path, name: str, kind: str, made_now: dict[str, str], theirs: set[str], keep: str
) -> Kept | None:
    """Move one file or folder of people; None where it held nothing of anybody, or is there already."""
    source, to = old / name, _target(name, keep)
    target = new / to
    if not os.path.lexists(target):
        if kind == CHANGED and _is_plain(source) and not source.read_bytes().strip(b"\0"):
            source.unlink()
            return None
        target.parent.mkdir(parents=True, exist_ok=True)
        source.rename(target)
        return Kept(kind, name, target)
    if kind == EDITED and _is_plain(target) and atomic.sha256(target) == made_now.get(to):
        ours = _free_name(new, to, "new", theirs)
        target.rename(new / ours)
        source.rename(target)
        return Kept(kind, name, target, ours)
    if _is_plain(source) and _is_plain(target):
        changed = [target, *takewhile(Path.is_file, (new / each for each in _names_beside(to, "changed")))]
        is_there = any(atomic.sha256(each) == atomic.sha256(source) for each in changed)
        if is_there or (kind == CHANGED and _is_beginning(source, target)):
            source.unlink()
            return None
    other = new / _free_name(new, to, "changed", theirs)
    source.rename(other)
    return Kept(CHANGED, name, other)


def _is_beginning(path: Path, whole: Path) -> bool:
    """Whether a damaged file holds nothing but the beginning of ours: cut off, and perhaps filled up with zeros."""
    return whole.read_bytes().startswith(path.read_bytes().rstrip(b"\0"))


def _entries(folder: Path, made: dict[str, str], new: Path | None = None, keep: str = "", below: str = "") -> Iterator:
    """The names of all files, and of the folders that people added, which are not looked into.

    new : where folders that are there too are looked into, because their files go one by one
    """
    for path in sorted((folder / below).iterdir()):
        name = f"{below}{path.name}"
        if path.is_dir() and not atomic.is_link(path) and _is_ours(name, made, new, keep):
            yield from _entries(folder, made, new, keep, f"{name}/")
        else:
            yield name


def _is_ours(folder: str, made: dict[str, str], new: Path | None, keep: str) -> bool:
    is_issue = paths.is_revision(folder)
    is_there = new is not None and (new / _target(folder, keep)).is_dir()
    return is_issue or is_there or any(name.startswith(f"{folder}/") for name in made)


def _kind(folder: Path, name: str, made: dict[str, str]) -> str:
    path = folder / name
    recorded = made.get(name, made.get(_published_name(name)))
    with suppress(OSError):  # what cannot be read is not ours
        if path.is_file() and recorded:
            if atomic.sha256(path) == recorded:
                return OURS
            if opens(path):
                return EDITED
    if name in made:
        return CHANGED
    return STRAY if paths.STRAY.fullmatch(path.name) else ADDED


def _published_name(name: str) -> str:
    """report.new-2.docx => report.docx; "" for other names"""
    beside = BESIDE.fullmatch(name)
    return "".join(beside.groups()) if beside else ""


def _is_plain(path: Path) -> bool:
    return path.is_file() and not atomic.is_link(path)


def _is_of_issue(name: str) -> bool:
    """Whether the name is in the folder of an earlier issue: r1/report.docx"""
    revision, inside, _ = name.partition("/")
    return bool(inside) and paths.is_revision(revision)


def _target(name: str, keep: str) -> str:
    """The name in the new folder: an earlier issue stays where it is, the replaced one goes into ``keep``."""
    return name if _is_of_issue(f"{name}/") or not keep else f"{keep}/{name}"


def _names_beside(name: str, word: str) -> Iterator[str]:
    """report.new.docx, report.new-2.docx, …"""
    path = PurePosixPath(name)
    for number in count(1):
        yield str(path.with_name(f"{path.stem}.{word}{f'-{number}' if number > 1 else ''}{path.suffix}"))


def _free_name(folder: Path, name: str, word: str, theirs: Container[str]) -> str:
    free = (each for each in _names_beside(name, word) if each not in theirs)
    return next(each for each in free if not os.path.lexists(folder / each))
