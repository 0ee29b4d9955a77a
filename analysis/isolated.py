"""A call in a process of its own, with little time and memory, that takes everything with it when it ends.

The process is forked from one that is kept for that and has imported what notebooks need (``warm``): it starts in a
hundredth of a second, and what goes wrong in it, a crash included, ends that one call. Where processes are not forked
(Windows, macOS) it is a new one.
"""

import atexit
import contextlib
import ctypes
import multiprocessing
import os
import pickle
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from multiprocessing import connection, forkserver

import psutil

try:
    import resource
except ImportError:  # Windows
    resource = None

FORKS = sys.platform == "linux"
MOST_SECONDS = 900  # our choice: a notebook takes seconds; one that hangs must not hold the week for ever
MOST_MEMORY = 4 * 1024**3  # bytes of data; our choice: the nation's history takes less than half
LEFT_BEHIND_S = 10  # seconds that a thread may go on after the answer
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h

# What the processes of a week see of the environment, beside ANALYSIS_HOME. Whole names, for passwords begin like
# settings: JUPYTERHUB_API_TOKEN, PYTHONANYWHERE_…
SHOWN = {
    "PATH", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "CONDA_PREFIX",  # where programs and libraries are
    "PYTHONHOME", "PYTHONPATH", "PYTHONUSERBASE", "PYTHONNOUSERSITE", "PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE",
    "JUPYTER_PATH", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_PREFER_ENV_PATH", "JUPYTER_PLATFORM_DIRS",
    "HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "MPLCONFIGDIR", "IPYTHONDIR",  # caches, as of fonts
    "TMPDIR", "TEMP", "TMP", "JOBLIB_TEMP_FOLDER",
    "LANG", "LANGUAGE", "LC_ALL", "LC_COLLATE", "LC_CTYPE", "LC_MESSAGES", "LC_MONETARY", "LC_NUMERIC", "LC_TIME",
    "TZ", "TZDIR", "PYTHONTZPATH", "PYTHONUTF8", "PYTHONHASHSEED",
    "LOKY_MAX_CPU_COUNT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",  # how much of the machine
    "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "PROGRAMDATA",  # Windows
    "APPDATA", "LOCALAPPDATA", "USERPROFILE", "HOMEDRIVE", "HOMEPATH", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE",
}  # fmt: skip


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


_warmed: list[bool] = []


def warm_up() -> None:
    """Begin to import what calls will need, in the process that they are forked from, and do not wait for it."""
    if FORKS and not _warmed:  # what other threads see of the environment changes once, before there are any
        _warmed.append(True)
        multiprocessing.set_forkserver_preload(["analysis.warm"])
        with shown_only():  # what that process is started with can be seen in all that is forked from it
            forkserver.ensure_running()


@contextlib.contextmanager
def shown_only() -> Iterator[None]:
    """Meanwhile this process and those it starts have no variables but those SHOWN, and what is set meanwhile."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name not in SHOWN}
    try:
        yield
    finally:
        os.environ.pop("ANALYSIS_HOME", None)
        os.environ.update(hidden)


_going_on: set[int] = set()  # the processes of calls


@atexit.register
def _cool_down() -> None:
    """End the process that calls are forked from, which would first import all that it has begun to."""
    if FORKS and (pid := forkserver._forkserver._forkserver_pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def call(function: Callable, *arguments, seconds: float = MOST_SECONDS, memory: int = MOST_MEMORY) -> object:
    """What ``function`` gives; function, arguments and answer must be such that pickle knows them.

    seconds : wall clock; then the process is killed with all it has started
    memory  : bytes of data that it, and each process it starts, may have
    Raises  : what ``function`` raises, with its traceback as a note; TookTooLong; Died.
    """
    multiprocessing.current_process().daemon = False  # as a Dask worker's is, which then could not start another
    warm_up()
    receiver, sender = multiprocessing.Pipe(duplex=False)
    context = multiprocessing.get_context("forkserver" if FORKS else "spawn")
    child = context.Process(target=_answer, args=(sender, dict(os.environ), memory, function, arguments))
    child.start()
    _going_on.add(child.pid)
    sender.close()
    try:
        ready = connection.wait([receiver, child.sentinel], seconds)
        if not ready:
            raise TookTooLong(seconds)
        try:
            if receiver not in ready:  # dead, though what it has started may hold its end of the pipe
                raise EOFError
            error, answer = receiver.recv()
        except EOFError:
            child.join()
            raise Died(child.exitcode) from None
        child.join(LEFT_BEHIND_S)
    finally:
        receiver.close()
        _end(child.pid)
        child.join()
        _going_on.discard(child.pid)
    if error:
        raise error
    return answer


def _answer(
    sender: connection.Connection, environment: dict[str, str], memory: int, function: Callable, arguments: tuple
) -> None:
    """The process of a call: one that works, in the environment of its caller, and one that ends what it leaves."""
    _bind(memory)
    if FORKS and (worker := os.fork()):
        sender.close()
        _watch(worker)
    elif FORKS:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        die_with_parent()
    os.environ.clear()
    os.environ.update(environment)
    try:
        answer = (None, function(*arguments))
    except Exception as error:
        answer = (_portable(error), None)
    sender.send(answer)
    _kill(psutil.Process().children(recursive=True))


def _watch(worker: int) -> None:
    """Wait until the process that works has ended, end what it has left, and end as it has ended."""

    def end(status: int) -> None:
        _kill(psutil.Process().children(recursive=True))
        os.kill(os.getpid(), -status) if status < 0 else os._exit(status)

    signal.signal(signal.SIGTERM, lambda *_: end(-signal.SIGKILL))  # the caller is gone
    end(os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]))


def _portable(error: Exception) -> Exception:
    """The error with its traceback as a note; where pickle would lose it, another that says the same."""
    note = "".join(traceback.format_exception(error))
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        error = RuntimeError(f"{type(error).__name__}: {error}")
    error.add_note(note)
    return error


def _bind(memory: int) -> None:
    """End with the caller, look after what is orphaned, and keep to the memory."""
    if hasattr(os, "setsid"):
        os.setsid()  # the terminal's Ctrl-C is for the caller
    if FORKS:
        # The process that all are forked from ends with the last that holds this end of its pipe: the caller alone.
        os.close(forkserver._forkserver._forkserver_alive_fd)
        die_with_parent(signal.SIGTERM)
        system = ctypes.CDLL(None)
        system.prctl(PR_SET_CHILD_SUBREAPER, 1)
    if resource:
        with contextlib.suppress(ValueError, OSError):  # a system that is stricter already
            resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def end_all() -> None:
    """End every call that is going on, in whatever thread; there it has Died."""
    for pid in list(_going_on):
        _end(pid)


def die_with_parent(by: int = signal.SIGKILL) -> None:
    """Let the system send this process a signal when the one that has forked it ends, however it ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, by)


def _end(pid: int) -> None:
    """Kill the process of a call with all it has started, if it is still there."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        started = process.children(recursive=True)
        process.terminate()  # which ends what it has started, too, and lays it to rest
        _wait([process], 2)
        _kill([process, *started])


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
