"""A call in a process of its own, with little time and memory, that takes everything with it when it ends.

The process is forked from one that has imported what the call needs (``stem``, ``warm``): it starts in a hundredth of a
second, and what goes wrong in it, a crash included, ends that one call. Where processes are not forked (Windows, macOS)
it is a new one.
"""

import contextlib
import ctypes
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from functools import partial
from multiprocessing import connection
from pathlib import Path
from typing import Self

import psutil

from analysis import stem, warm
from analysis.stem import Stem

try:
    import resource
except ImportError:  # Windows
    resource = None

FORKS = sys.platform == "linux"
PROCESSORS = len(os.sched_getaffinity(0)) if FORKS else os.cpu_count() or 1  # that this process may use
MOST_SECONDS = 900  # our choice: a notebook takes seconds; one that hangs must not hold the week for ever
MOST_MEMORY = 4 * 1024**3  # bytes of data; our choice: the nation's history takes less than half
LEFT_BEHIND_S = 10  # seconds for what a call has left to be gone, before it is looked for
ENDING_S = 0.1  # seconds between what a process says last and its end
PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
GATE = Stem(warm.gate)  # for calls that read raw tables
TABLES = Stem(warm.tables, of=GATE)  # for those that read and write tables, and run notebooks that do
CHARTS = Stem(warm.charts, of=TABLES)  # for those that also draw
PAGES = Stem(warm.pages, of=CHARTS)  # for those that also make pages and documents


class TookTooLong(Exception):
    """The call was ended because its time was up."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"more than {seconds:g} s")
        self.seconds = seconds


class Died(Exception):
    """The process of the call ended without an answer; ``status`` as a shell would tell it, negative for a signal."""

    def __init__(self, status: int | None) -> None:
        super().__init__(f"exit status {status}")
        self.status = status


def begin() -> None:
    """Begin to import what every week needs, before it is known which it is; do not wait for it."""
    if FORKS:
        GATE.begin()


def warm_up(home: Path, area: str) -> None:
    """Begin to import what calls will need, and to read the rules of ``area``, and do not wait for it."""
    if FORKS:
        TABLES.prepare, CHARTS.prepare = partial(warm.tables, home, area), partial(warm.charts, home)
        PAGES.prepare = partial(warm.pages, home)
        PAGES.begin()


def call(
    function: Callable, *arguments, seconds: float = MOST_SECONDS, memory: int = MOST_MEMORY, of: Stem = PAGES
) -> object:
    """What ``function`` gives; function, arguments and answer must be such that pickle knows them.

    seconds : wall clock, the birth of the process included; then it is killed with all it has started
    memory  : bytes of data that it, and each process it starts, may have
    of      : what it is forked from
    Raises  : what ``function`` raises, with its traceback as a note; TookTooLong; Died.
    """
    return together([function], *arguments, seconds=seconds, memory=memory, of=of)[0]


def together(
    functions: Iterable[Callable],
    *arguments,
    seconds: float = MOST_SECONDS,
    memory: int = MOST_MEMORY,
    of: Stem = PAGES,
) -> list:
    """What each of them gives, all called at once; the first that fails ends the others. Raises : as ``call``."""
    until = time.monotonic() + seconds
    surroundings = dict(os.environ), sys.path, str(Path.cwd()), memory
    with contextlib.ExitStack() as going_on:
        calls = [
            going_on.enter_context((_Forked if FORKS else _Spawned)(of, surroundings, pickle.dumps((each, arguments))))
            for each in functions
        ]
        while pending := [each for each in calls if not each.answered]:
            lines = {line: each for each in pending for line in each.lines}
            ready = connection.wait(lines, max(0, until - time.monotonic()))
            if not ready:
                raise TookTooLong(seconds)
            for each in {lines[line] for line in ready}:
                each.hear()
        return [each.answer for each in calls]


def end_all() -> None:
    """End every call that is going on, in whatever thread; there it has Died."""
    going_on = list(_going_on)
    for each in going_on:
        each.halt()
    for each in going_on:
        each.over.wait(LEFT_BEHIND_S)


class _Call:
    """A call that is going on, in a process that may not be born yet; where the context ends nothing of it is left."""

    pid: int | None = None
    answered = False
    answer: object = None

    def __init__(self) -> None:
        self.answers, self.its_answers = multiprocessing.Pipe(duplex=False)
        self.halted, self._halt = multiprocessing.Pipe(duplex=False)
        self.lines = [self.answers, self.halted]
        self.over = threading.Event()

    def __enter__(self) -> Self:
        _going_on.add(self)
        return self

    def halt(self) -> None:
        """Have the thread that waits for it end it."""
        with contextlib.suppress(OSError):  # it is over
            self._halt.send_bytes(b"")

    def hear(self) -> None:
        """What it has said, or that it can say nothing any more. Raises : as ``call``."""
        if self.halted.poll():
            raise Died(None)
        try:
            if not self.answers.poll():  # dead, though what it has started may hold its end of the pipe
                raise EOFError
            error, self.answer = self.answers.recv()
        except EOFError:
            raise Died(self.status()) from None
        self.answered = True
        self.status()
        if error:
            raise error

    def __exit__(self, *_: object) -> None:
        if self.pid and not self.is_over():
            _end(self.pid)
        for each in (self.answers, self.its_answers, self.halted, self._halt):
            each.close()
        _going_on.discard(self)
        self.over.set()

    def status(self) -> int | None:
        """How it has ended, if it says so in a while."""
        raise NotImplementedError

    def is_over(self) -> bool:
        """Whether it has ended."""
        raise NotImplementedError


_going_on: set[_Call] = set()


class _Forked(_Call):
    """One whose process a stem forks, as soon as it has prepared."""

    def __init__(self, of: Stem, surroundings: tuple, order: bytes) -> None:
        super().__init__()
        self.order = surroundings, order
        self.ended, its_line = multiprocessing.Pipe()
        self.lines.append(self.ended)
        with self.its_answers, its_line:
            of.fork(_guard, self.its_answers, its_line)

    def hear(self) -> None:
        """First its number, at which it is told what to do."""
        if self.pid or self.halted.poll():
            return super().hear()
        try:
            self.pid = self.ended.recv()
            self.ended.send(self.order)
        except (EOFError, OSError):  # it died as it was born
            raise Died(None) from None

    def status(self) -> int | None:
        with contextlib.suppress(EOFError, OSError):
            return self.ended.recv() if self.ended.poll(LEFT_BEHIND_S) else None

    def is_over(self) -> bool:
        """And with it all that it has started."""
        with contextlib.suppress(EOFError, OSError):
            while self.ended.poll(ENDING_S):
                self.ended.recv()
            return False
        return True

    def __exit__(self, *about: object) -> None:
        super().__exit__(*about)
        self.ended.close()


class _Spawned(_Call):
    """One whose process starts anew."""

    def __init__(self, _: Stem, surroundings: tuple, order: bytes) -> None:
        super().__init__()
        multiprocessing.current_process().daemon = False  # as a Dask worker's is, which then could not start another
        self.process = multiprocessing.get_context("spawn").Process(
            target=_alone, args=(self.its_answers, surroundings, order)
        )
        self.process.start()
        self.its_answers.close()
        self.pid = self.process.pid
        self.lines.append(self.process.sentinel)

    def status(self) -> int | None:
        self.process.join(LEFT_BEHIND_S)
        return self.process.exitcode

    def is_over(self) -> bool:
        return self.process.exitcode is not None

    def __exit__(self, *about: object) -> None:
        super().__exit__(*about)
        self.process.join()


def _guard(answers: int, line: int) -> None:
    """The process of a call: it starts the one that works, ends what that leaves, and tells how it has ended."""
    os.setsid()
    answers, line = connection.Connection(answers), connection.Connection(line)
    stem.die_with_parent(signal.SIGTERM)  # who gave the order is gone, and with it what this was forked from
    line.send(os.getpid())
    surroundings, order = line.recv()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)  # what is orphaned is looked after here
    worker = os.fork()
    if worker == 0:
        line.close()
        stem.die_with_parent()
        try:
            _work(answers, surroundings, order)
            os._exit(0)  # a thread that is left behind holds up nothing
        finally:
            os._exit(1)
    answers.close()
    signal.signal(signal.SIGTERM, lambda *_: (_kill_started(), os._exit(1)))
    status = os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
    with contextlib.suppress(ChildProcessError):  # nothing is left: then the system need not be searched for it
        os.waitpid(-1, os.WNOHANG)
        _kill_started()
    line.send(status)
    os._exit(0)


def _alone(answers: connection.Connection, surroundings: tuple, order: bytes) -> None:
    """As ``_work`` in a process started anew: it hears nothing from the terminal, and ends with who gave the order."""
    if hasattr(os, "setsid"):
        os.setsid()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _work(answers, surroundings, order)
    _kill_started()
    os._exit(0)


def _end_with_parent() -> None:
    multiprocessing.parent_process().join()
    _kill_started()
    os._exit(1)


def _work(answers: connection.Connection, surroundings: tuple, order: bytes) -> None:
    """Do what was ordered, in the environment of who did, and answer."""
    environment, path, folder, memory = surroundings
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:] = path
    os.chdir(folder)
    if resource:
        with contextlib.suppress(ValueError, OSError):  # a system that is stricter already
            resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        function, arguments = pickle.loads(order)
        answer = pickle.dumps((None, function(*arguments)))
    except Exception as error:  # also of pickle, which may not know the answer
        answer = pickle.dumps((_portable(error), None))
    answers.send_bytes(answer)
    sys.stdout.flush()
    sys.stderr.flush()


def _portable(error: Exception) -> Exception:
    """The error with its traceback as a note; where pickle would lose it, another that says the same."""
    note = "".join(traceback.format_exception(error))
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        error = RuntimeError(f"{type(error).__name__}: {error}")
    error.add_note(note)
    return error


def _end(pid: int) -> None:
    """Kill the process of a call with all it has started, if it is still there."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        started = process.children(recursive=True)
        process.terminate()  # which ends what it has started, too, and lays it to rest
        _wait([process], 2)
        _kill([process, *started])


def _kill_started() -> None:
    _kill(psutil.Process().children(recursive=True))


def _kill(processes: list[psutil.Process]) -> None:
    for each in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            each.kill()
    _wait(processes, 10)


def _wait(processes: list[psutil.Process], seconds: float) -> None:
    until = time.monotonic() + seconds
    while any(map(_runs, processes)) and time.monotonic() < until:
        time.sleep(0.002)


def _runs(process: psutil.Process) -> bool:
    """Whether it still does. One's own is asked how it ended; of another's that waits to be asked nothing is left."""
    with contextlib.suppress(psutil.NoSuchProcess, ChildProcessError):
        if FORKS and process.ppid() == os.getpid():
            return os.waitpid(process.pid, os.WNOHANG)[0] == 0
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False
