"""A template process. Processes forked from it inherit its imports.

Servers fork in tiers, so nothing is imported twice. A server first prepares, then forks one process an order, one order
after the other. It ends when no process is left that can give it orders, and what it has forked ends with it. Only
where processes are forked (Linux).
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

from analysis.weeks.home import environment

PR_SET_PDEATHSIG = 1  # linux/prctl.h
MOST_BYTES = 65_536  # of an order: names of functions, a few plain values
START = "import sys; sys.path[:] = {path!r}; from {module} import serve; serve({fd})"


class ForkServer:
    """A process that others are forked from. It starts at the first order or with ``begin``, and again if it dies."""

    def __init__(self, prepare: Callable[[], object], of: "ForkServer | None" = None) -> None:
        """prepare : called once in the server's process, before the first order; pickle must know it
        of         : the server that this one is forked from; None: a new interpreter
        """
        self.prepare, self.of = prepare, of
        self._orders: socket.socket | None = None
        self._lock = threading.Lock()

    def begin(self) -> socket.socket:
        """Start the process and let it prepare; do not wait for that. Returns the socket that takes orders."""
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
        """Call ``target`` in a process forked from the server, with the numbers that these lines have there."""
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


def serve(line: int) -> None:
    """What a server's process does. The first message on the line says how to prepare, each later one is an order."""
    with socket.socket(fileno=line) as orders:
        prepare = orders.recv(MOST_BYTES)
        gc.disable()  # collecting takes a fifth of the time of the imports, and there is little to collect
        with contextlib.suppress(Exception):  # preparing only saves time: the call that needs it shows what is wrong
            pickle.loads(prepare)()
        sys.stdout.flush()  # else each child would say it again
        sys.stderr.flush()
        gc.enable()
        gc.freeze()  # a child that collects garbage would copy the memory pages of all that is here
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the caller learns how the call ended; nobody waits for it here
        while True:
            order, lines, *_ = socket.recv_fds(orders, MOST_BYTES, 4, socket.MSG_CMSG_CLOEXEC)
            if not order:
                os._exit(0)
            with contextlib.suppress(OSError):  # no memory for one more process: the caller sees its lines closed
                if os.fork() == 0:
                    break
            for each in lines:
                os.close(each)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    die_with_parent()
    try:
        pickle.loads(order)(*lines)
    finally:
        os._exit(1)  # a target ends its process itself; here it has failed


def die_with_parent(by: int | None = None) -> None:
    """Have the system send this process the signal ``by`` when its parent ends; None: SIGKILL."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL if by is None else by)  # Windows knows no SIGKILL


_roots: list[tuple[int, subprocess.Popen]] = []  # the number of the process that started it, and the server


def _start(line: socket.socket) -> None:
    """Start a new interpreter that is a server. The terminal's Ctrl-C does not reach it: that is for the caller."""
    flags = subprocess._args_from_interpreter_flags()  # as multiprocessing does: -W error, -X utf8, -I
    command = [sys.executable, *flags, "-c", START.format(path=sys.path, module=__name__, fd=line.fileno())]
    quiet = {"stdin": subprocess.DEVNULL, "pass_fds": [line.fileno()], "start_new_session": True}
    # Its environment can be seen in every process that it forks.
    _roots.append((os.getpid(), subprocess.Popen(command, env=environment(), **quiet)))


@atexit.register
def _end_all() -> None:
    """End them at once: a server that still prepares would first finish that."""
    for started_by, root in _roots:
        if started_by == os.getpid():
            root.kill()
            root.wait()
