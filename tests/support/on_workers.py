"""A scheduler and workers of Dask as processes of their own, and what tests let them do."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
START = "import sys; {before}; from distributed.cli.dask_{what} import main; main()"
QUIET = ("--no-dashboard", "--host", "127.0.0.1")


def seconds(task: float) -> tuple[float, int]:
    """Takes so long; the task, and which process it was."""
    time.sleep(task)
    return task, os.getpid()


class Processes:
    """Dask's own commands; all of them are ended by ``end``."""

    def __init__(self) -> None:
        self.running: list[subprocess.Popen] = []

    def start(self, what: str, *arguments: object, before: str = "pass", path: Path = ROOT) -> subprocess.Popen:
        """``scheduler`` or ``worker``. before: what it does first; path: where it finds our package."""
        command = [sys.executable, "-c", START.format(before=before, what=what), *map(str, arguments), *QUIET]
        environment = os.environ | {"PYTHONPATH": f"{path}{os.pathsep}{ROOT / 'tests'}"}
        process = subprocess.Popen(command, env=environment, cwd=path, stderr=subprocess.DEVNULL)
        self.running.append(process)
        return process

    def scheduler(self, file: Path, *arguments: object) -> str:
        """Starts one; its address."""
        self.start("scheduler", "--scheduler-file", file, "--port", 0, *arguments)
        until = time.monotonic() + 60
        while not (file.is_file() and file.read_text()) and time.monotonic() < until:
            time.sleep(0.05)
        return json.loads(file.read_text())["address"]

    def worker(self, address: str, *arguments: object, **about) -> subprocess.Popen:
        """Starts one without a nanny, of one thread."""
        return self.start("worker", address, "--no-nanny", "--nthreads", 1, *arguments, **about)

    def end(self) -> None:
        for process in self.running:
            if psutil.pid_exists(process.pid):
                process.send_signal(signal.SIGKILL)  # a stopped one too
            process.wait()
