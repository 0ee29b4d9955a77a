"""What the file system of a folder does not offer: noted and told once a run, while the run goes on.

Network drives and some other file systems refuse what a local disk does. What is lost by it is listed in
docs/schedule.md. A fault of the disk is not meant here (full, broken, only read): that one ends the run.
"""

import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

PRIVATE = ".run-"
NOT_OFFERED = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EBADF}


class Lack(NamedTuple):
    """``what`` is the end of the sentence's key (``lost.…``); ``folder`` is where it was met first."""

    what: str
    device: int
    folder: Path


_noticed: dict[tuple[str, int], Lack] = {}
_told: set[tuple[str, int]] = set()


def note(what: str, folder: Path) -> None:
    """``folder`` : where it was met; a run's private folder, which nobody sees afterwards, is told as the one above."""
    private = [each for each in (folder, *folder.parents) if each.name.startswith(PRIVATE)]
    folder, device = private[-1].parent if private else folder, 0
    with suppress(OSError):
        device = folder.stat().st_dev
    add([Lack(what, device, folder)])


def add(lacks: Iterable[Lack]) -> None:
    """Note also what another process has noticed."""
    for each in lacks:
        _noticed.setdefault((each.what, each.device), each)


def noticed() -> list[Lack]:
    return list(_noticed.values())


def untold() -> list[Lack]:
    """What nobody was told of yet in this process; it counts as told from now on."""
    new = [each for key, each in _noticed.items() if key not in _told]
    _told.update(_noticed)
    return new


def forget() -> None:
    """At the beginning of a run nothing is known."""
    _noticed.clear()
    _told.clear()


@contextmanager
def optional(what: str, folder: Path, refusals: Iterable[int] = NOT_OFFERED) -> Iterator[None]:
    """Where the file system answers with one of ``refusals``, note it and go on. Raises any other OSError."""
    try:
        yield
    except OSError as error:
        if error.errno not in refusals:
            raise
        note(what, folder)
