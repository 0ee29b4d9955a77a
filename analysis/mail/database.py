"""Opens the file of the outbox, also on a network drive.

What is committed is on the disk before the next step in each way: "sending" must not be forgotten, or a letter goes
twice. Where processes cannot share memory (WAL) a rollback journal does that. It is cut to nothing (TRUNCATE), not
deleted, because a deletion is on the disk only once its folder is, which such drives do not offer either.
"""

import errno
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

from analysis.weeks import atomic, lacking

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

WAIT_S = 60
DEAD_S = 120  # our choice: a transaction takes milliseconds
WAL = 2  # in the file's header, https://www.sqlite.org/fileformat2.html
VERSIONS_AT = slice(18, 20)
Begin = Callable[..., sqlite3.Connection]
NO_LOCKS = lacking.NOT_OFFERED | {errno.ENOLCK}
NO_SHARED_MEMORY = ("SQLITE_IOERR_SHM", "SQLITE_PROTOCOL", "SQLITE_CANTOPEN")


def connect(path: Path) -> sqlite3.Connection:
    """The database in a file that only its owner can read; each statement is a transaction of its own.

    Raises : OSError, sqlite3.Error.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)  # SQLite gives its other files the same mode
    try:
        has_locks, mode = _has_locks(handle), os.fstat(handle).st_mode
    finally:
        os.close(handle)
    if os.name == "posix" and mode & 0o077:
        lacking.note("private", path.parent)
    begin = partial(_begin, path, has_locks, "FULL" if atomic.sync_entry(path) else "OFF")
    if not has_locks:
        _remove_dead(path)
    if has_locks and _may_have_wal(path) and (db := _with_wal(begin)):
        return db
    db = _with_rollback(path, begin)
    lacking.note("wal" if has_locks else "file_locks", path.parent)
    return db


def _begin(path: Path, has_locks: bool, synchronous: str, locking: str = "NORMAL") -> sqlite3.Connection:
    place = path.absolute().as_uri() + ("" if has_locks else "?vfs=unix-dotfile")
    db = sqlite3.connect(place, uri=True, timeout=WAIT_S, isolation_level=None)
    try:
        db.execute(f"PRAGMA locking_mode = {locking}")  # the first, for any other statement opens a log
        db.execute(f"PRAGMA synchronous = {synchronous}")
    except sqlite3.Error:
        db.close()
        raise
    return db


def _may_have_wal(path: Path) -> bool:
    """Whether the file is new or has it; one that had to do without it once is not tried again."""
    with path.open("rb") as file:
        versions = file.read(20)[VERSIONS_AT]
    return not versions or versions == bytes([WAL, WAL])


def _with_wal(begin: Begin) -> sqlite3.Connection | None:
    """The database with a write-ahead log; None where the file system cannot do that."""
    db = None
    try:
        db = begin()
        (mode,) = db.execute("PRAGMA journal_mode = WAL").fetchone()
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the log is opened only now
        if mode == "wal":
            return db
    except sqlite3.Error as error:
        if not getattr(error, "sqlite_errorname", "").startswith(NO_SHARED_MEMORY):
            raise
    if db:
        db.close()
    return None


def _with_rollback(path: Path, begin: Begin) -> sqlite3.Connection:
    """The database with a rollback journal. A log that is there is taken in first, by a process that is alone."""
    if (path.stat().st_size and _may_have_wal(path)) or path.with_name(f"{path.name}-wal").exists():
        with closing(begin(locking="EXCLUSIVE")) as db:  # then the log needs no shared memory
            db.execute("PRAGMA journal_mode = TRUNCATE")
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    db = begin()
    db.execute("PRAGMA journal_mode = TRUNCATE")
    return db


def _has_locks(handle: int) -> bool:
    """Whether the file system can lock a part of a file, as SQLite does."""
    if fcntl is None:
        return True
    try:
        fcntl.lockf(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        fcntl.lockf(handle, fcntl.LOCK_UN)
    except OSError as error:
        return error.errno not in NO_LOCKS
    return True


def _remove_dead(path: Path) -> None:
    """Remove the folder that is SQLite's lock where there are no others, if its process has died."""
    lock = path.with_name(f"{path.name}.lock")
    with suppress(OSError):
        if time.time() - lock.stat().st_mtime > DEAD_S:
            lock.rmdir()
