"""Faults and their counts: how many of a kind were tried and survived is told after the tests (conftest.py).

``make faults`` (FAULTS=all) has every fault, else there is a sample.
"""

import itertools
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from analysis.weeks import atomic

ALL = os.environ.get("FAULTS") == "all"
# ELSEWHERE is set: the tests without what only Linux has (support/elsewhere)
IS_LINUX = sys.platform == "linux" and not os.environ.get("ELSEWHERE")
needs_linux = pytest.mark.skipif(not IS_LINUX, reason="Linux alone has that")
needs_posix = pytest.mark.skipif(
    os.name != "posix" or (not IS_LINUX and sys.platform == "linux"), reason="modes of files"
)
needs_fork = pytest.mark.skipif(not IS_LINUX, reason="needs processes that can be forked and killed")
needs_proc = pytest.mark.skipif(not Path("/proc").is_dir(), reason="no /proc to see processes in")


def some(cases: Sequence, few: int) -> Sequence:
    """All of them in the long form, else a few, evenly spread."""
    return cases if ALL or len(cases) <= few else [cases[number * len(cases) // few] for number in range(few)]


def how_many(short: int, long: int) -> list:
    """Parameters: how many cases ``some`` tries in make test, and in make long; make faults has all of them once."""
    return [short] if ALL else [short, pytest.param(long, marks=pytest.mark.long)]


@pytest.fixture
def counted(record_property):
    """``counted(what, tried, wrong)`` keeps the count for the end of the tests, and fails where anything is wrong.

    wrong : what did not hold, by fault
    """

    def counted(what: str, tried: int, wrong: dict[str, list[str]]) -> None:
        record_property("count", f"{what}: {tried} faults, {tried - len(wrong)} survived")
        assert wrong == {}

    return counted


def failing(**checks: bool) -> list[str]:
    return [name for name, holds in checks.items() if not holds]


def leftovers(home: Path) -> list[Path]:
    """What only a run that has come to no end leaves; every such name begins with a dot."""
    return list(home.rglob(".*"))


def put_back(before: Path, home: Path) -> None:
    shutil.rmtree(home)
    shutil.copytree(before, home)


CHANGES = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "ctypes.dlsym"}  # the last finds renameat2


def killed(number: int, act: Callable) -> bool:
    """Do ``act`` in a process that dies by SIGKILL before its change ``number`` on disk; False if it makes fewer."""
    child = os.fork()
    if child == 0:
        count = itertools.count(1)

        def die(event: str, details: tuple) -> None:
            opened = event == "open" and bool(details[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
            if (opened or event in CHANGES) and next(count) == number:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(die)
        try:
            act()
        finally:  # whatever it was: the tests go on in the parent only
            os._exit(0)
    status = os.waitpid(child, 0)[1]
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


@contextmanager
def mounted(place: Path, *options: str) -> Iterator[Path]:
    place.mkdir(exist_ok=True)
    done = subprocess.run(["mount", *options, place], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"nothing can be mounted: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


PAGE = 4096


@contextmanager
def disk_with(home: Path, folder: Path, free: int) -> Iterator[Path]:
    """A copy of the home on a small disk, where about so many bytes are free."""
    paths = list(home.rglob("*"))
    size = sum(-(-path.stat().st_size // PAGE) * PAGE for path in paths if path.is_file()) + len(paths) * PAGE
    with mounted(folder / "disk", "-t", "tmpfs", "-o", f"size={size + free}", "tmpfs") as disk:
        yield shutil.copytree(home, disk / "home")


@pytest.fixture
def opened(monkeypatch):
    """``opened(path, …)``: files that somebody has open, as in Word; with no path they are closed.

    As on Windows, such a file is not replaced, renamed or deleted, and a folder with one in it gets no other name.
    """
    held: set[Path] = set()

    def refused(call, by_name: bool):
        def act(*names, **about):
            for name in [Path(each).absolute() for each in names[: 2 if by_name else 1]]:
                inside = any(each == name or name in each.parents for each in held)
                if inside and any(each.exists() for each in held):
                    error = PermissionError(13, "The process cannot access the file", *map(str, names[:1]))
                    if by_name:
                        error.filename2 = str(names[1])
                    error.winerror = 32 if name in held else 5
                    raise error
            return call(*names, **about)

        return act

    for name in ("rename", "replace", "unlink", "remove", "rmdir"):
        monkeypatch.setattr(os, name, refused(getattr(os, name), name.startswith("re") and name != "remove"))
    monkeypatch.setattr(atomic, "_exchange", lambda *_: False)

    def opened(*paths: Path) -> None:
        held.clear()
        held.update(paths)

    return opened
