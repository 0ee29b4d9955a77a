"""A process that others are forked from: what it has imported and done once, each of them has from its first moment.

One stem grows from another and goes on from there, so nothing is imported twice. A stem serves orders one after the
other, and none before it has prepared; it ends with the last process that can give it orders, and what it has forked
ends with it. Only where processes are forked (Linux).
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

from analysis.home import environment

PR_SET_PDEATHSIG = 1  # linux/prctl.h
MOST_BYTES = 65_536  # of an order: names of functions, a few plain values
START = "import sys; sys.path[:] = {path!r}; from analysis import stem; stem.live({fd})"


class Stem:
    """Begun at the first order, or with ``begin``; anew where its process is gone."""

    def __init__(self, prepare: Callable[[], object], of: "Stem | None" = None) -> None:
        """prepare : called once, before the first order; such that pickle knows it
        of         : the stem it grows from; None: a new interpreter
        """
        self.prepare, self.of = prepare, of
        self._orders: socket.socket | None = None
        self._lock = threading.Lock()

    def begin(self) -> socket.socket:
        """Let it prepare, and do not wait for that. Where orders are given."""
        with self._lock:
            if self._orders is not None:
                return self._orders
            orders, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with its:
                if self.of:
                    self.of.fork(live, its)
                else:
                    _start(its)
            orders.send(pickle.dumps(self.prepare))
            self._orders = orders
            return orders

    def fork(self, target: Callable, *lines: socket.socket | Connection) -> None:
        """Have ``target`` called in a process forked from this one, with the numbers that these lines have there."""
        order = pickle.dumps(target)
        for _ in range(2):
            orders = self.begin()
            with contextlib.suppress(OSError):  # its process is gone, as after the system ran out of memory
                socket.send_fds(orders, [order], [line.fileno() for line in lines])
                return
            self._forget(orders)
        raise ChildProcessError("a process that others are forked from ends as soon as it has begun")

    def _forget(self, orders: socket.socket) -> None:
        """The next order begins it anew, unless another thread has begun it since."""
        with self._lock:
            if self._orders is orders:
                self._orders.close()
                self._orders = None


def live(line: int) -> None:
    """The process of a stem. The first thing said on the line is how to prepare."""
    with socket.socket(fileno=line) as orders:
        prepare = orders.recv(MOST_BYTES)
        gc.disable()  # a fifth of the time that imports take, and there is little to collect
        with contextlib.suppress(Exception):  # only to be quicker: what is wrong is told by the call that meets it
            pickle.loads(prepare)()
        sys.stdout.flush()  # else each child would say it again
        sys.stderr.flush()
        gc.enable()
        gc.freeze()  # what is here stays as it is: a child that collects garbage would copy the pages it lies in
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # those who gave the order hear how it ended, nobody else asks
        while True:
            order, lines, *_ = socket.recv_fds(orders, MOST_BYTES, 4, socket.MSG_CMSG_CLOEXEC)
            if not order:
                os._exit(0)
            with contextlib.suppress(OSError):  # no memory or no number for one more: who gave the order hears an end
                if os.fork() == 0:
                    break
            for each in lines:
                os.close(each)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    die_with_parent()
    try:
        pickle.loads(order)(*lines)
    finally:
        os._exit(1)  # who comes here has not come to its own end


def die_with_parent(by: int | None = None) -> None:
    """Let the system send this process a signal, else SIGKILL, when the one that has forked it ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL if by is None else by)  # Windows knows no SIGKILL


_roots: list[tuple[int, subprocess.Popen]] = []  # with the number of the process that has started each


def _start(line: socket.socket) -> None:
    """A new interpreter that is a stem. It hears nothing from the terminal: Ctrl-C is for who gives the orders."""
    flags = subprocess._args_from_interpreter_flags()  # as multiprocessing hands them on: -W error, -X utf8, -I
    command = [sys.executable, *flags, "-c", START.format(path=sys.path, fd=line.fileno())]
    quiet = {"stdin": subprocess.DEVNULL, "pass_fds": [line.fileno()], "start_new_session": True}
    # What it sees of the environment can be seen in all it forks.
    _roots.append((os.getpid(), subprocess.Popen(command, env=environment(), **quiet)))


@atexit.register
def _end_all() -> None:
    """At once: a stem that still prepares would first come to the end of that."""
    for started_by, root in _roots:
        if started_by == os.getpid():
            root.kill()
            root.wait()
