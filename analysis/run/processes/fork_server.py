"""A template process. Processes forked from it inherit its imports.

Servers fork in tiers, so nothing is imported twice. A server first prepares; then it forks one process for each order,
one order after the other. It ends when no process is left that can send it orders, and the processes that it forked end
with it. It is used only where processes are forked (Linux).
"""

import atexit
import contextlib
import ctypes
import gc
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection

from analysis import console
from analysis.weeks.home import environment

PR_SET_PDEATHSIG = 1  # linux/prctl.h
MOST_BYTES = 65_536  # size of an order: names of functions and a few plain values
START = "import sys; sys.path[:] = {path!r}; from {module} import serve; serve({fd})"


class ForkServer:
    """A process that others are forked from. It starts with ``begin`` or the first order, and again if it dies."""

    def __init__(self, prepare: Callable[[], object], of: "ForkServer | None" = None) -> None:
        """prepare : called once in the server's process, before the first order; it must be picklable
        of         : the server that this one is forked from; None: a new interpreter
        """
        self.prepare, self.of = prepare, of
        self._orders: socket.socket | None = None
        self._lock = threading.Lock()

    def begin(self) -> socket.socket:
        """Start the process, which then prepares; do not wait for it. Returns the socket that takes orders."""
        with self._lock:
            if self._orders is not None:
                return self._orders
            orders, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with its:
                if self.of:
                    self.of.fork(serve, its)
                else:
                    _start(its)
            orders.send(pickle.dumps(self.prepare))
            self._orders = orders
            return orders

    def fork(self, target: Callable, *lines: socket.socket | Connection) -> None:
        """Call ``target`` in a process forked from the server; its arguments are the file descriptors of ``lines``."""
        order = pickle.dumps(target)
        for _ in range(2):
            orders = self.begin()
            with contextlib.suppress(OSError):  # the server has died, for example because memory ran out
                socket.send_fds(orders, [order], [line.fileno() for line in lines])
                return
            self._forget(orders)
        raise ChildProcessError("a process that others are forked from ends as soon as it has begun")

    def _forget(self, orders: socket.socket) -> None:
        """Close the socket of a dead server, unless another thread has; the next order starts it again."""
        with self._lock:
            if self._orders is orders:
                self._orders.close()
                self._orders = None


def serve(line: int) -> None:
    """The main loop of a server's process. The first message is the function that prepares, each later one an order."""
    with socket.socket(fileno=line) as orders:
        prepare = orders.recv(MOST_BYTES)
        gc.disable()  # it would take a fifth of the time of the imports and free little
        with contextlib.suppress(Exception):  # preparing only saves time; a later call shows the error
            pickle.loads(prepare)()
        console.flush()  # else each child would print the same text again
        gc.enable()
        gc.freeze()  # else garbage collection in a child would copy the shared memory pages
        signal.signal(
            signal.SIGCHLD, signal.SIG_IGN
        )  # the system reaps forked processes; the caller learns their exit status otherwise
        while True:
            order, lines, *_ = socket.recv_fds(orders, MOST_BYTES, 4, socket.MSG_CMSG_CLOEXEC)
            if not order:
                os._exit(0)
            with contextlib.suppress(OSError):  # no memory for another process: the caller sees its lines closed
                if os.fork() == 0:
                    break
            for each in lines:
                os.close(each)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    die_with_parent()
    try:
        pickle.loads(order)(*lines)
    finally:
        os._exit(1)  # a target that succeeds ends the process itself; this one has failed


def die_with_parent(by: int | None = None) -> None:
    """Ask the system to send the signal ``by`` (None: SIGKILL) to this process when its parent ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL if by is None else by)  # Windows has no SIGKILL


_roots: list[tuple[int, subprocess.Popen]] = []  # the process id of its starter, and the server


def _start(line: socket.socket) -> None:
    """Start a server in a new interpreter. The terminal's Ctrl-C does not reach it; only the caller handles Ctrl-C."""
    flags = subprocess._args_from_interpreter_flags()  # -W error, -X utf8, -I …, as multiprocessing does
    command = [sys.executable, *flags, "-c", START.format(path=sys.path, module=__name__, fd=line.fileno())]
    quiet = {"stdin": subprocess.DEVNULL, "pass_fds": [line.fileno()], "start_new_session": True}
    # Every process that it forks inherits this environment.
    _roots.append((os.getpid(), subprocess.Popen(command, env=environment(), **quiet)))


@atexit.register
def _end_all() -> None:
    """Kill the servers at once, because a server that is still preparing would finish that first."""
    for started_by, root in _roots:
        if started_by == os.getpid():
            root.kill()
            root.wait()
