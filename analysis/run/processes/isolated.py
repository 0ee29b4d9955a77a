"""Runs a call in a child process with limits on time and memory, and kills its descendants.

The child is forked from a ``ForkServer`` that has imported what the call needs, so it starts in a hundredth of a
second. An error or a crash in it ends only that call. Where processes are not forked (Windows, macOS) the child is a
new interpreter.
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
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import connection
from pathlib import Path
from typing import Self

import psutil

from analysis import console
from analysis.run.processes import fork_server
from analysis.run.processes.fork_server import ForkServer

try:
    import resource
except ImportError:  # Windows
    resource = None

FORKS = sys.platform == "linux"
PROCESSORS = len(os.sched_getaffinity(0)) if FORKS else os.cpu_count() or 1  # processors that this process may use
MOST_SECONDS = 900  # our choice: a notebook takes seconds; one that hangs must not block the week for ever
MOST_MEMORY = 4 * 1024**3  # bytes of data; our choice: the whole country's history takes less than half
LEFT_BEHIND_S = 10  # seconds to wait until the processes of a finished call are gone
ENDING_S = 0.1  # seconds to wait between a process's last message and its end
PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


class TookTooLong(Exception):
    """The call took longer than allowed and was ended."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"more than {seconds:g} s")
        self.seconds = seconds


class Died(Exception):
    """The process of the call ended without an answer; ``status`` is its exit status, negative for a signal."""

    def __init__(self, status: int | None) -> None:
        super().__init__(f"exit status {status}")
        self.status = status


def call(
    function: Callable, *arguments, of: ForkServer, seconds: float = MOST_SECONDS, memory: int = MOST_MEMORY
) -> object:
    """Call ``function`` in a child process and return its answer. Function, arguments and answer must be picklable.

    of      : the server that the child is forked from
    seconds : wall-clock time, including the child's start; then the child and every process it started are killed
    memory  : bytes of data that the child, and each process it starts, may use
    Raises  : what ``function`` raises, with its traceback as a note; TookTooLong; Died.
    """
    return together([function], *arguments, seconds=seconds, memory=memory, of=of)[0]


def together(
    functions: Iterable[Callable],
    *arguments,
    of: ForkServer,
    seconds: float = MOST_SECONDS,
    memory: int = MOST_MEMORY,
) -> list:
    """Call the functions at the same time and return their answers in order. The first error ends all other calls.

    Arguments and errors are those of ``call``.
    """
    with _begun(functions, arguments, of, memory) as calls:
        return _answers(calls, seconds)


@contextlib.contextmanager
def beside(
    functions: Iterable[Callable],
    *arguments,
    of: ForkServer,
    seconds: float = MOST_SECONDS,
    memory: int = MOST_MEMORY,
) -> Iterator[Callable[[], list]]:
    """Call the functions at the same time, while the context's block goes on. Gives the function that waits for their
    answers, in order, or raises their first error. When the block ends, so have the calls; an error in it ends them at
    once. Arguments and errors are those of ``call``."""
    with _begun(functions, arguments, of, memory) as calls, ThreadPoolExecutor(1) as pool:
        answers = pool.submit(_answers, calls, seconds)
        try:
            yield answers.result
        except BaseException:
            for each in calls:
                each.halt()
            raise


@contextlib.contextmanager
def _begun(functions: Iterable[Callable], arguments: tuple, of: ForkServer, memory: int) -> "Iterator[list[_Call]]":
    """The calls, begun. When the context ends, all their processes have ended."""
    surroundings = dict(os.environ), sys.path, str(Path.cwd()), memory
    with contextlib.ExitStack() as going_on:
        yield [
            going_on.enter_context((_Forked if FORKS else _Spawned)(of, surroundings, pickle.dumps((each, arguments))))
            for each in functions
        ]


def _answers(calls: "list[_Call]", seconds: float) -> list:
    """Wait for the calls' answers, or for their first error."""
    until = time.monotonic() + seconds
    while pending := [each for each in calls if not each.answered]:
        lines = {line: each for each in pending for line in each.lines}
        ready = connection.wait(lines, max(0, until - time.monotonic()))
        if not ready:
            raise TookTooLong(seconds)
        for each in {lines[line] for line in ready}:
            each.hear()
    return [each.answer for each in calls]


def end_all() -> None:
    """End every running call, of all threads; the thread that waits for such a call gets Died."""
    going_on = list(_going_on)
    for each in going_on:
        each.halt()
    for each in going_on:
        each.over.wait(LEFT_BEHIND_S)


class _Call:
    """A running call; its process may not exist yet. When the context ends, all its processes have ended."""

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
        """Make the thread that waits for this call end it."""
        with contextlib.suppress(OSError):  # the call has already ended
            self._halt.send_bytes(b"")

    def hear(self) -> None:
        """Receive the answer, or detect that no answer will come. Raises : as ``call``."""
        if self.halted.poll():
            raise Died(None)
        try:
            if not self.answers.poll():  # it is dead, though a process that it started may keep the pipe open
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
        """The exit status of the worker; None where it is not known in time."""
        raise NotImplementedError

    def is_over(self) -> bool:
        """Whether the process has ended."""
        raise NotImplementedError


_going_on: set[_Call] = set()


class _Forked(_Call):
    """A call whose process is forked by a server, as soon as the server is ready."""

    def __init__(self, of: ForkServer, surroundings: tuple, order: bytes) -> None:
        super().__init__()
        self.order = surroundings, order
        self.ended, its_line = multiprocessing.Pipe()
        self.lines.append(self.ended)
        with self.its_answers, its_line:
            of.fork(_guard, self.its_answers, its_line)

    def hear(self) -> None:
        """First receive the id of the process, and reply with the order; after that the same as for any call."""
        if self.pid or self.halted.poll():
            return super().hear()
        try:
            self.pid = self.ended.recv()
            self.ended.send(self.order)
        except (EOFError, OSError):  # the process died at once
            raise Died(None) from None

    def status(self) -> int | None:
        with contextlib.suppress(EOFError, OSError):
            return self.ended.recv() if self.ended.poll(LEFT_BEHIND_S) else None

    def is_over(self) -> bool:
        """Whether the process has ended, and every process that it started."""
        with contextlib.suppress(EOFError, OSError):
            while self.ended.poll(ENDING_S):
                self.ended.recv()
            return False
        return True

    def __exit__(self, *about: object) -> None:
        super().__exit__(*about)
        self.ended.close()


class _Spawned(_Call):
    """A call whose process is a new interpreter."""

    def __init__(self, _: ForkServer, surroundings: tuple, order: bytes) -> None:
        super().__init__()
        multiprocessing.current_process().daemon = False  # a Dask worker is a daemon, which may not start processes
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
    """The main process of a call: forks a worker, kills the processes that it leaves, and sends its exit status."""
    os.setsid()
    answers, line = connection.Connection(answers), connection.Connection(line)
    fork_server.die_with_parent(signal.SIGTERM)  # its parent, the server, ends when the caller does
    line.send(os.getpid())
    surroundings, order = line.recv()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)  # orphans among its descendants become its children
    worker = os.fork()
    if worker == 0:
        line.close()
        fork_server.die_with_parent()
        try:
            _work(answers, surroundings, order)
            os._exit(0)  # does not wait for threads that still run
        finally:
            os._exit(1)
    answers.close()
    signal.signal(signal.SIGTERM, lambda *_: (_kill_started(), os._exit(1)))
    status = os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
    with contextlib.suppress(ChildProcessError):  # no child is left, so nothing must be killed
        os.waitpid(-1, os.WNOHANG)
        _kill_started()
    line.send(status)
    os._exit(0)


def _alone(answers: connection.Connection, surroundings: tuple, order: bytes) -> None:
    """Call ``_work`` in a new interpreter, which ignores the terminal's signals and ends together with its caller."""
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
    """Call the ordered function in the caller's environment and send the answer."""
    environment, path, folder, memory = surroundings
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:] = path
    os.chdir(folder)
    if resource:
        with contextlib.suppress(ValueError, OSError):  # the system's own limit is lower
            resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        function, arguments = pickle.loads(order)
        answer = pickle.dumps((None, function(*arguments)))
    except Exception as error:  # also where the answer cannot be pickled
        answer = pickle.dumps((_portable(error), None))
    answers.send_bytes(answer)
    console.flush()


def _portable(error: Exception) -> Exception:
    """The error with its traceback as a note; where it cannot be pickled, a RuntimeError with the same text."""
    note = "".join(traceback.format_exception(error))
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        error = RuntimeError(f"{type(error).__name__}: {error}")
    error.add_note(note)
    return error


def _end(pid: int) -> None:
    """Kill the process of a call and all its descendants."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        started = process.children(recursive=True)
        process.terminate()  # then it kills and reaps the processes that it started
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
    """Whether the process still runs. Reaps our own children; counts other processes' zombies as dead."""
    with contextlib.suppress(psutil.NoSuchProcess, ChildProcessError):
        if FORKS and process.ppid() == os.getpid():
            return os.waitpid(process.pid, os.WNOHANG)[0] == 0
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False
