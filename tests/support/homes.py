"""Homes in which the real week is published, each made once for all workers of a test run."""

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from analysis.cli import main
from analysis.exits import Exit
from support import district

PROJECT = Path(__file__).parents[2]


UNITS = ["30634", "30637", "30658"]  # Kiến An, Mỹ Hội Đông, and one in the middle


# In the name of a file: everything but what the file system refuses, a slash.
TYPED = """"><img src=x onerror=alert(1)> <script>alert(1)<script> {{ 7*7 }} {% x %} & ${7*7} =1+1 'a' &lt;b&gt; \u202e;.txt"""


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """``once(name, fill)`` => a folder that ``fill(folder)`` has filled once for all workers of this test run.

    What is in it is only looked at, or copied.
    """
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def folder(name: str, fill: Callable[[Path], None]) -> Path:
        with FileLock(base / f"{name}.lock"):
            if not (base / name).is_dir():
                shutil.rmtree(base / f"{name}.begun", ignore_errors=True)
                (base / f"{name}.begun").mkdir()
                fill(base / f"{name}.begun")
                (base / f"{name}.begun").rename(base / name)
        return base / name

    return folder


def analysis_at(home: Path, *arguments: object) -> str:
    """What the command ``week 2023-12-04`` says at that home, where it succeeds."""
    said = io.TextIOWrapper(io.BytesIO(), "utf-8")
    with contextlib.redirect_stdout(said):
        assert main(["week", "2023-12-04", *map(str, arguments), "--home", str(home)]) == Exit.DONE
    said.seek(0)
    return said.read()


# papermill's command line called several times, as a shell would, but imported once; the last call may fail.
PAPERMILL = """\
import json, sys
from papermill.cli import papermill
for arguments in json.loads(sys.argv[1]):
    papermill(arguments, standalone_mode=False)"""


def papermill_called(calls: list[list], home: Path = PROJECT, cwd: Path = PROJECT) -> subprocess.CompletedProcess:
    """What ``papermill`` says that is called so in ``cwd``, its kernels at ``home``."""
    shown = {
        name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"
    }  # ipykernel asks for it
    command = [sys.executable, "-c", PAPERMILL, json.dumps(calls, default=str)]
    environment = shown | {"ANALYSIS_HOME": str(home)}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="session")
def real_home(once):
    """A home in which the real week is published with the pages of UNITS, as a first issue."""

    def publish(home: Path) -> None:
        shutil.copytree(PROJECT / "config", home / "config")
        (home / "data" / "raw" / "cho-moi").mkdir(parents=True)
        shutil.copy(district.RAW, home / "data" / "raw" / "cho-moi")
        said = analysis_at(home, "--units", ",".join(UNITS))
        assert str(home / "reports" / "cho-moi" / "2023-12-04" / "report.html") in said

    return once("real", publish)


@pytest.fixture(scope="session")
def corrected_home(once, real_home):
    """The same home after a correction of one cell as r2, by a table that is called TYPED where a file may be."""

    def correct(home: Path) -> None:
        shutil.copytree(real_home, home, dirs_exist_ok=True)
        table = district.changed(home.parent, 6, "G", "72.7")
        with contextlib.suppress(OSError):
            table = table.rename(home.parent / TYPED)
        assert "bản r2" in analysis_at(home, "--raw", table, "--reissue", "--units", UNITS[0])

    return once("corrected", correct)
