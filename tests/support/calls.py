"""Functions that tests call in processes of their own: what pickle knows by its module."""

import os
import subprocess
import threading
import time
from functools import partial
from pathlib import Path

import psutil

from analysis.run import preload
from analysis.run.processes import isolated
from analysis.run.processes.fork_server import ForkServer

call, together, beside = (
    partial(each, of=preload.PAGES) for each in (isolated.call, isolated.together, isolated.beside)
)


def said(value):
    return value, os.getpid(), os.environ.get("TOLD")


def fails():
    raise KeyError("what went wrong")


def dies(number):
    os.kill(os.getpid(), number)


def sleeps(path):
    Path(path).write_text(str(os.getpid()))
    time.sleep(60)


def no_products(*about):
    raise OSError("no room for a letter")


def endless_products(home, *about):
    sleeps(home / "beside")


def takes(count):
    return len(bytearray(count))


def leaves(path, own_session):
    child = subprocess.Popen(["sleep", "60"], start_new_session=own_session)
    Path(path).write_text(str(child.pid))


def is_gone(pid: int) -> bool:
    until = time.monotonic() + 5
    while psutil.pid_exists(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not psutil.pid_exists(pid)


def leaves_and_dies(path, own_session):
    leaves(path, own_session)
    os._exit(0)


def leaves_a_thread():
    threading.Thread(target=time.sleep, args=(60,)).start()
    return "done"


def fails_beside(path):
    """Fail when the other, which has left its number there, is at work."""
    while not (path.exists() and path.read_text()):
        time.sleep(0.02)
    raise KeyError(path)


def waits_for(begun, path):
    begun.touch()
    return "done" if exists_soon(path) else "nothing came"


def exists_soon(path: Path) -> bool:
    until = time.monotonic() + 30
    while not path.exists() and time.monotonic() < until:
        time.sleep(0.02)
    return path.exists()


def number_in(path: Path) -> int:
    """The number of the process that sleeps, as soon as it has left it there."""
    until = time.monotonic() + 30
    while not (path.exists() and path.read_text()) and time.monotonic() < until:
        time.sleep(0.02)
    return int(path.read_text())


def preparing() -> ForkServer:
    """A server that prepares longer than anybody waits."""
    return ForkServer(partial(time.sleep, 60))


def gives_a_function_of_its_own():
    return lambda: None


def leaves_a_copy():
    if os.fork():
        os._exit(1)
    time.sleep(60)


def raises_told():
    raise Told("no space", "/data")


class Told(Exception):
    """One that pickle cannot make again: it wants two arguments and hands on one."""

    def __init__(self, what, where):
        super().__init__(f"{what} in {where}")
