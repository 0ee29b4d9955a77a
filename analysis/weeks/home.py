"""The home, the folder that holds config/, data/ and reports/, and what notebooks see of the environment.

Everything else gets the home as an argument: only this module reads ``ANALYSIS_HOME``.
"""

import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

# Environment variables that notebooks may see, beside ANALYSIS_HOME; all others, secrets among them, are removed.
# Whole names, because names of passwords begin like names of settings: JUPYTERHUB_API_TOKEN, PYTHONANYWHERE_…
SHOWN = {
    "PATH", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "CONDA_PREFIX",  # where programs and libraries are
    "PYTHONHOME", "PYTHONPATH", "PYTHONUSERBASE", "PYTHONNOUSERSITE", "PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE",
    "PYTHONSAFEPATH",
    "JUPYTER_PATH", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_PREFER_ENV_PATH", "JUPYTER_PLATFORM_DIRS",
    "HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "MPLCONFIGDIR", "IPYTHONDIR",  # caches
    "TMPDIR", "TEMP", "TMP", "JOBLIB_TEMP_FOLDER",
    "LANG", "LANGUAGE", "LC_ALL", "LC_COLLATE", "LC_CTYPE", "LC_MESSAGES", "LC_MONETARY", "LC_NUMERIC", "LC_TIME",
    "TZ", "TZDIR", "PYTHONTZPATH", "PYTHONUTF8", "PYTHONHASHSEED",
    "DASK_CONFIG", "DASK_DISTRIBUTED__COMM__TLS__CA_FILE",  # names of files, for week --cluster tls://
    "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT", "DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY",
    "LOKY_MAX_CPU_COUNT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",  # how much of the machine
    "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "PROGRAMDATA",  # Windows
    "APPDATA", "LOCALAPPDATA", "USERPROFILE", "HOMEDRIVE", "HOMEPATH", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE",
}  # fmt: skip


def find_home() -> Path:
    """The folder that holds config/, data/ and reports/: ``ANALYSIS_HOME``, else the project."""
    return Path(os.environ.get("ANALYSIS_HOME") or PROJECT)


@contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """Make ``folder`` the home of this process and its children; these see only the variables in SHOWN.
    So no notebook can publish a password or a user's name. When the context ends, the variables are back, and the mail
    can be sent with its password.
    """
    with only():
        os.environ["ANALYSIS_HOME"] = str(Path(folder).resolve())
        yield


def at_home(folder: Path, function: Callable, *arguments) -> object:
    """Call ``function`` with ``folder`` as the home, and return its result."""
    with working_in(folder):
        return function(*arguments)


def without_folders(home: Path, text: str) -> str:
    """The text without names of this machine's folders, as ``folder_remover`` says."""
    return folder_remover(home)(text)


def folder_remover(home: Path) -> Callable[[str], str]:
    """A function that returns a text without names of this machine's folders: each is replaced by … in the paths.

    home : is replaced as well
    """
    named = [home.absolute(), PROJECT, Path.cwd(), Path.home(), tempfile.gettempdir(), sys.prefix, *sys.path]
    named += [value for value in environment().values() if os.pathsep not in value]
    folders = {each for folder in map(Path, named) if folder.is_absolute() for each in (folder, folder.resolve())}
    known = sorted((str(each) for each in folders if each != each.parent), key=len, reverse=True)
    end = r"(?![\w.~-])(?:[/\\]ipykernel_\d+)?([/\\])?"  # kernels keep cells in files there
    found = re.compile(rf"(?<![\w.~-])(?:{'|'.join(map(re.escape, known))}){end}")
    return partial(found.sub, lambda match: "" if match[1] else "…")


def environment() -> dict[str, str]:
    """The environment variables of this process that are in SHOWN."""
    return {name: value for name, value in os.environ.items() if name in SHOWN}


@contextmanager
def only() -> Iterator[None]:
    """Inside the context this process and its children have only the variables in SHOWN, and those set inside."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name not in SHOWN}
    try:
        yield
    finally:
        os.environ.pop("ANALYSIS_HOME", None)
        os.environ.update(hidden)
