"""One process at a time: a lock file, and beside it a file that says who holds the lock.

The system frees the lock of a process that died. Some network drives have no such locks. There the existence of a file
is the lock; it stays where its holder was killed, and the next process removes it if that holder ran on this machine.
This is weaker: of two processes that find such a file in the same moment, both may work.

Who holds the lock never stands in the locked file, because on Windows no other process can read that.
"""

import errno
import json
import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import filelock

from analysis.config.wording import Wording
from analysis.weeks import atomic, lacking

MOMENT_S = 2  # our choice
WITHOUT_LOCKS = {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP}  # what a drive that has none answers


class Busy(Exception):
    """Another process holds the lock.

    pid, since : "" where it has not written them yet; of a process of another machine: 123@machine
    left       : the file to delete where the holder has died; None where the system or the next process sees to that
    """

    def __init__(self, pid: str, since: str, left: Path | None = None) -> None:
        super().__init__(f"process {pid}, since {since}")
        self.pid, self.since, self.left = pid, since, left

    def advice(self, words: Wording) -> str:
        """A line to add to the sentence that somebody else is at work: which file to delete if nobody is; or ""."""
        return "\n" + words.say("run.lock_left", file=self.left, pid=self.pid or "?") if self.left else ""


@contextmanager
def held(path: Path, named: bool = True) -> Iterator[None]:
    """Hold the lock ``path``. Raises Busy.

    named : also write down who holds a lock that the system frees
    """
    lock, is_weak = _acquired(path)
    try:
        if named or is_weak:
            with atomic.naming(_holder(path)):
                _holder(path).write_text(json.dumps(_this_process()), "utf-8")
        yield
    finally:
        for each in (_holder(path), *([] if is_weak else [path])):
            with suppress(OSError):  # deleting is safe: filelock ignores a lock on a deleted file
                each.unlink(missing_ok=True)
        lock.release()


def _acquired(path: Path) -> tuple[filelock.BaseFileLock, bool]:
    """The lock, and whether it is a weaker one. Raises Busy."""
    lock = filelock.FileLock(path, timeout=0, fallback_to_soft=False)
    try:
        lock.acquire()
        return lock, False
    except filelock.Timeout:
        raise _busy(path) from None
    except NotImplementedError:
        pass
    except OSError as error:
        if error.errno not in WITHOUT_LOCKS:
            raise
    with suppress(OSError):
        path.unlink(missing_ok=True)
    lacking.note("lock", path.parent)
    lock = filelock.SoftFileLock(_existing(path), timeout=0)
    for _ in range(2):
        with suppress(filelock.Timeout):
            lock.acquire()
            return lock, True
        if not _removed_if_dead(path):
            break
    raise _busy(path, lock)


def _holder(path: Path) -> Path:
    return path.with_name(f"{path.name}.holder")


def _existing(path: Path) -> Path:
    """The file whose existence is the lock. Not ``path``: the try to lock that one leaves it there."""
    return path.with_name(f"{path.name}.held")


def _busy(path: Path, weak: filelock.SoftFileLock | None = None) -> Busy:
    """Who holds the lock, and since when; a process writes both a moment after it takes the lock."""
    until = time.monotonic() + MOMENT_S
    while (holder := _read(path)) is None or _is_dead(holder):
        if time.monotonic() > until:
            return Busy("", "", _existing(path) if weak else None)
        time.sleep(0.01)
    is_here = _is_here(holder)
    pid = str(holder["pid"]) if is_here else f"{holder['pid']}@{holder['host']}"
    return Busy(pid, str(holder["since"]), _existing(path) if weak and not is_here else None)


def _removed_if_dead(path: Path) -> bool:
    """Remove the file of a holder of this machine that has died.

    It is renamed first, because only one process can do that; what has another holder by then is put back.
    """
    existing, holder = _existing(path), _read(path)
    if holder is None or not _is_dead(holder) or _pid(existing) != holder["pid"]:
        return False
    aside = existing.with_name(f"{existing.name}.{os.getpid()}")
    try:
        existing.rename(aside)
        is_dead = _pid(aside) == holder["pid"]
        if is_dead:
            aside.unlink()
        else:
            aside.rename(existing)
    except OSError:  # another process was faster
        return False
    return is_dead


def _pid(existing: Path) -> int | None:
    return filelock.SoftFileLock(existing).pid


def _this_process() -> dict:
    pid = os.getpid()
    return _place() | {"pid": pid, "started": _started(pid), "since": f"{datetime.now():%H:%M:%S %d/%m/%Y}"}


def _read(path: Path) -> dict | None:
    """What ``_this_process`` wrote; None where nothing whole is there."""
    try:
        holder = json.loads(_holder(path).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    known = isinstance(holder, dict) and {"host", "space", "pid", "started", "since"} <= holder.keys()
    return holder if known and isinstance(holder["pid"], int) else None


def _place() -> dict[str, str]:
    """This machine and, in a container, its own numbering of processes: a number means nothing elsewhere."""
    space = ""
    with suppress(OSError):
        space = str(Path("/proc/self/ns/pid").readlink())
    return {"host": platform.node(), "space": space}


def _is_here(holder: dict) -> bool:
    return _place().items() <= holder.items()


def _is_dead(holder: dict) -> bool:
    """Whether the holder certainly runs no more: its number is nobody's here, or that of a later process."""
    return _is_here(holder) and _started(holder["pid"]) != holder["started"]


def _started(pid: int) -> str:
    """When the process started, in terms that a clock set right meanwhile does not change; "" where there is none."""
    import psutil

    try:
        if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return ""
        with suppress(OSError):
            boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
            about = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
            return f"{boot} {about.rpartition(')')[2].split()[19]}"  # proc(5): field 22, the second is in brackets
        return str(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return ""
    except psutil.Error:  # it runs, and is another user's
        return "?"
