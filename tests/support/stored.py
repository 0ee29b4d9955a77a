"""What takes seconds to make is made once a test run; its other processes read it from a file."""

import functools
import hashlib
import os
import pickle
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

FOLDER = "TESTS_STORED"  # names the run's folder to its processes


def pytest_configure(config) -> None:
    if not hasattr(config, "workerinput"):  # the process that the others belong to
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="stored-")


def pytest_unconfigure(config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(FOLDER), ignore_errors=True)


def stored(function: Callable) -> Callable:
    """The function, whose answer depends on its plain arguments alone. Each call gives an object of its own.

    Two processes that begin together both make it: on as many processors that costs nobody time.
    """

    @functools.wraps(function)
    def read(*arguments, **named):
        if FOLDER not in os.environ:
            return function(*arguments, **named)
        asked = repr((function.__module__, function.__qualname__, arguments, sorted(named.items())))
        path = Path(os.environ[FOLDER], hashlib.sha256(asked.encode()).hexdigest())
        with suppress(FileNotFoundError):
            return pickle.loads(path.read_bytes())
        made = function(*arguments, **named)
        new = path.with_suffix(f".{os.getpid()}")
        new.write_bytes(pickle.dumps(made))
        new.replace(path)
        return made

    return read
