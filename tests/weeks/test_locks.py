"""One process at a time, also on a drive that cannot lock files; a process that died stops nobody."""

import contextlib
import errno
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import filelock
import pytest
from support.district import words
from support.faults import IS_LINUX, needs_linux

from analysis.weeks import lacking, locks
from analysis.weeks.home import PROJECT

fcntl = pytest.importorskip("fcntl", reason="the drives are told apart by what flock answers")

KINDS = {"that locks files": 0, "without locks": errno.ENOLCK, "without that call": errno.ENOSYS, "of another kind": errno.EOPNOTSUPP}  # fmt: skip
HOLD = """\
import fcntl, os, pathlib, sys
path, number = pathlib.Path(sys.argv[1]), int(sys.argv[2])
def refuse(*_):
    raise OSError(number, os.strerror(number))
if number:
    fcntl.flock = refuse
from analysis.weeks import locks
with locks.held(path):
    print("held", flush=True)
    input()"""


@pytest.fixture(params=KINDS.values(), ids=KINDS.keys())
def drive(request, monkeypatch):
    """A drive whose ``flock`` gives this error; 0: a usual one."""
    number = request.param
    if not number and not IS_LINUX:
        pytest.skip("flock is switched off")

    def refuse(*_):
        raise OSError(number, os.strerror(number))

    if number:
        monkeypatch.setattr(fcntl, "flock", refuse)
    lacking.forget()
    monkeypatch.setattr(locks, "MOMENT_S", 0.2)
    return number


@contextlib.contextmanager
def holding(path: Path, drive: int):
    """Another process that holds the lock."""
    command = [sys.executable, "-c", HOLD, str(path), str(drive)]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PROJECT)
    try:
        assert holder.stdout.readline() == b"held\n"
        yield holder
    finally:
        holder.kill()
        holder.communicate()


def left(path: Path) -> list[str]:
    return sorted(each.name for each in path.parent.iterdir())


def test_of_two_processes_one_holds_the_lock_and_the_other_hears_who_and_since_when(tmp_path, drive):
    path = tmp_path / ".lock"
    with holding(path, drive) as holder:
        with pytest.raises(locks.Busy) as busy, locks.held(path):
            pass
        assert busy.value.pid == str(holder.pid)
        assert busy.value.since.count("/") == 2
        assert busy.value.advice(words()) == ""
        holder.communicate(b"\n")  # it ends as it should
    with locks.held(path):
        pass
    assert left(path) == []


def test_a_holder_that_is_killed_stops_nobody(tmp_path, drive):
    path = tmp_path / ".lock"
    with holding(path, drive) as holder:
        holder.kill()
        holder.wait()
        assert left(path) != []
        with locks.held(path), pytest.raises(locks.Busy), locks.held(path):
            pass
    assert left(path) == []


def test_that_a_lock_is_weaker_is_noted_for_whoever_tells_it(tmp_path, drive):
    with locks.held(tmp_path / ".lock"):
        assert [(each.what, each.folder) for each in lacking.untold()] == ([("lock", tmp_path)] if drive else [])


@needs_linux
def test_the_locked_file_itself_is_neither_written_nor_read(tmp_path, monkeypatch):
    path, opened = tmp_path / ".lock", []
    sys.addaudithook(lambda event, about: opened.append(about[:2]) if event == "open" else None)
    with locks.held(path):
        assert path.read_bytes() == b""
        del opened[:]
        monkeypatch.setattr(locks, "MOMENT_S", 0.2)
        with pytest.raises(locks.Busy) as busy, locks.held(path):
            pass
    assert busy.value.pid == str(os.getpid())
    assert [mode for name, mode in opened if name == str(path) and mode is not None] == []  # filelock's own has no mode


WEAK = pytest.mark.parametrize("drive", [errno.ENOLCK], indirect=True)


def holder_of(path: Path, **changed) -> None:
    """Change what stands beside the lock."""
    beside = path.with_name(".lock.holder")
    beside.write_text(json.dumps(json.loads(beside.read_text("utf-8")) | changed), "utf-8")


@WEAK
def test_a_lock_of_another_machine_stays_and_the_sentence_says_which_file_to_delete(tmp_path, drive):
    path = tmp_path / ".lock"
    with holding(path, drive) as holder:
        holder_of(path, host="may-khac")
        with pytest.raises(locks.Busy) as busy, locks.held(path):
            pass
        assert busy.value.pid == f"{holder.pid}@may-khac" and busy.value.since
        assert busy.value.left == tmp_path / ".lock.held" and busy.value.left.is_file()
        said = busy.value.advice(words())
        assert str(busy.value.left) in said and f"{holder.pid}@may-khac" in said
    busy.value.left.unlink()
    with locks.held(path):
        pass


@WEAK
def test_a_lock_of_which_nobody_knows_the_holder_names_the_file_too(tmp_path, drive):
    path = tmp_path / ".lock"
    (tmp_path / ".lock.held").write_text("999999\nmay-khac\n")  # its holder died before it wrote who it is
    with pytest.raises(locks.Busy) as busy, locks.held(path):
        pass
    assert (busy.value.pid, busy.value.left) == ("", tmp_path / ".lock.held")
    assert str(tmp_path / ".lock.held") in busy.value.advice(words())


@WEAK
def test_a_number_that_another_process_has_got_since_holds_no_lock(tmp_path, drive, monkeypatch):
    path, mine = tmp_path / ".lock", locks._this_process()
    monkeypatch.setattr(filelock.SoftFileLock, "_try_break_stale_lock", lambda _: None)  # as on a network drive
    (tmp_path / ".lock.held").write_text(f"{os.getpid()}\n{mine['host']}\n")
    path.with_name(".lock.holder").write_text(json.dumps(mine), "utf-8")
    with pytest.raises(locks.Busy), locks.held(path):
        pass
    holder_of(path, started="an earlier start")
    with locks.held(path):
        pass
    assert left(path) == []


@WEAK
def test_a_killed_holder_stops_nobody_where_no_two_names_can_be_exchanged(tmp_path, drive, monkeypatch):
    monkeypatch.setattr(filelock.SoftFileLock, "_try_break_stale_lock", lambda _: None)  # filelock's own way needs that
    path = tmp_path / ".lock"
    with holding(path, drive) as holder:
        holder.kill()
        holder.wait()
        with locks.held(path):
            pass
    assert left(path) == []


@WEAK
def test_where_a_lock_has_a_new_holder_by_then_it_is_put_back(tmp_path, drive, monkeypatch):
    monkeypatch.setattr(filelock.SoftFileLock, "_try_break_stale_lock", lambda _: None)
    path, existing, rename = tmp_path / ".lock", tmp_path / ".lock.held", Path.rename
    with holding(path, drive) as holder:
        holder.kill()
        holder.wait()

        def after_another(self, target):
            if self == existing:
                existing.write_text(f"{os.getpid()}\n{locks._place()['host']}\n")
            return rename(self, target)

        monkeypatch.setattr(Path, "rename", after_another)
        with pytest.raises(locks.Busy), locks.held(path):
            pass
        assert existing.is_file()
        existing.unlink()


@WEAK
def test_of_many_that_come_at_once_one_works_at_a_time(tmp_path, drive):
    path, inside, together, done = tmp_path / ".lock", [], [], []

    def work() -> None:
        for _ in range(8):
            with contextlib.suppress(locks.Busy), locks.held(path):
                inside.append(1)
                together.append(len(inside))
                inside.pop()
                done.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert done and set(together) == {1}


def test_another_error_of_the_drive_is_told(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(OSError, match="Input/output error"), locks.held(tmp_path / ".lock"):
        pass
