"""What the processes of a week see of the environment, so that no notebook can tell a password or a name."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

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
