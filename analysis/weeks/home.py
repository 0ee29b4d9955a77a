"""The home, the folder that holds config/, data/ and reports/, and what notebooks see of the environment.

Everything else gets the home as an argument: only this module reads ``ANALYSIS_HOME``.
"""

import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

# Beside ANALYSIS_HOME. Whole names, for passwords begin like settings: JUPYTERHUB_API_TOKEN, PYTHONANYWHERE_…
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


def find_home() -> Path:
    """The folder that holds config/, data/ and reports/: ``ANALYSIS_HOME``, else the project."""
    return Path(os.environ.get("ANALYSIS_HOME") or PROJECT)


@contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """``folder`` is the home for this process and those it starts; meanwhile they see no variables but those SHOWN.

    So no notebook can tell a password or a name; what sends the mail afterwards finds its password again.
    """
    with only():
        os.environ["ANALYSIS_HOME"] = str(Path(folder).resolve())
        yield


def at_home(folder: Path, function: Callable, *arguments) -> object:
    """What ``function`` gives where ``folder`` is the home."""
    with working_in(folder):
        return function(*arguments)


def without_folders(home: Path, text: str) -> str:
    """The text as any machine would tell it: what lies in a folder of this one by its place there, the folder as …

    home : a folder of this machine as well
    """
    named = [home.absolute(), PROJECT, Path.cwd(), Path.home(), tempfile.gettempdir(), sys.prefix, *sys.path]
    named += [value for value in environment().values() if os.pathsep not in value]
    folders = {each for folder in map(Path, named) if folder.is_absolute() for each in (folder, folder.resolve())}
    known = sorted((str(each) for each in folders if each != each.parent), key=len, reverse=True)
    end = r"(?![\w.~-])(?:[/\\]ipykernel_\d+)?([/\\])?"  # a kernel keeps each cell in a file, below its number
    found = re.compile(rf"(?<![\w.~-])(?:{'|'.join(map(re.escape, known))}){end}")
    return found.sub(lambda match: "" if match[1] else "…", text)


def environment() -> dict[str, str]:
    """The variables of this process that are SHOWN."""
    return {name: value for name, value in os.environ.items() if name in SHOWN}


@contextmanager
def only() -> Iterator[None]:
    """Meanwhile this process and those it starts have no variables but those SHOWN, and what is set meanwhile."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name not in SHOWN}
    try:
        yield
    finally:
        os.environ.pop("ANALYSIS_HOME", None)
        os.environ.update(hidden)
