"""Python files in the folder in which the command is called are nobody's modules, whatever they are called."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.sampled import sampled

from analysis.weeks.home import PROJECT

CUTOFF = "2023-12-04"
TABLE = PROJECT / "data" / "raw" / "cho-moi" / f"{CUTOFF}.txt"
# Of our packages, of theirs, and of Python; what Python itself imports before it comes to the package is not among them.
NAMES = ("pandas", "numpy", "matplotlib", "typer", "babel", "json", "csv", "pickle", "random", "tempfile", "papermill")
SCRIPT = Path(sys.prefix, "Scripts" if sys.platform == "win32" else "bin", "analysis")
WAYS = {"the script": [SCRIPT], "the module": [sys.executable, "-m", "analysis"]}


@pytest.fixture
def folder(tmp_path):
    """Each file in it would leave a mark and end the process."""
    for name in NAMES:
        code = f"import pathlib\n(pathlib.Path(__file__).parent / 'ran-{name}').touch()\nraise SystemExit(77)\n"
        (tmp_path / f"{name}.py").write_text(code, "utf-8")
    return tmp_path


def call(folder, way, *arguments):
    """The exit status of the command called in that folder."""
    done = subprocess.run([*WAYS[way], *map(str, arguments)], cwd=folder, capture_output=True, timeout=300)
    assert not list(folder.glob("ran-*")), done.stdout + done.stderr
    return done.returncode


@pytest.mark.parametrize("way", ["the script", pytest.param("the module", marks=pytest.mark.long)])
def test_a_table_is_checked_in_a_folder_with_such_files(way, folder):
    assert call(folder, way, "gate", TABLE, "--out", folder / "out") == 0


@pytest.mark.parametrize(
    ("way", "engine"), sampled([("the script", "inprocess"), ("the module", "papermill")], short=0, long=1)
)
def test_kernels_and_every_other_process_of_a_week_import_none_of_them(way, engine, folder):
    home = folder / "home"
    shutil.copytree(PROJECT / "config", home / "config")
    (home / "data" / "raw" / "cho-moi").mkdir(parents=True)
    shutil.copy(TABLE, home / "data" / "raw" / "cho-moi")
    assert call(folder, way, "week", CUTOFF, "--area", "cho-moi", "--engine", engine, "--home", home) == 0
    assert (home / "reports" / "cho-moi" / CUTOFF / "report.html").is_file()
