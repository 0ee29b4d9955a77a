"""How this system's users type our command; every message that names a command asks here."""

import contextlib
import os
import shlex
import shutil
import sys
from pathlib import Path

from analysis.weeks.home import PROJECT

WINDOWS = os.name == "nt"
SCRIPT = Path("Scripts", "analysis.exe") if WINDOWS else Path("bin", "analysis")  # in the environment
WITHOUT_SCRIPT = "python -m analysis"  # where the package is on the path but not installed


def typed(home: Path) -> str:
    """The command up to what it is to do, as it works from the working folder and for this home:
    ``.venv/bin/analysis``, ``analysis --home DIR``.

    home : named where it is not the project, so that a pasted command changes the same weeks as the one that named it
    """
    if home.resolve() == PROJECT:
        return _way()
    return f"{_way()} --home {_quoted(str(home.resolve()))}"


def _way() -> str:
    """``analysis`` where that starts this program, else the way to it from the working folder: ``.venv/bin/analysis``,
    ``.venv\\Scripts\\analysis``, or the whole path.
    """
    script = Path(sys.prefix) / SCRIPT
    if not script.is_file():
        return WITHOUT_SCRIPT
    found = shutil.which("analysis")
    if found and Path(found).samefile(script):
        return "analysis"
    with contextlib.suppress(ValueError, OSError):  # it is elsewhere, or the working folder is gone
        script = script.relative_to(Path.cwd())
    return _quoted(str(script.with_suffix("") if WINDOWS else script))


def _quoted(path: str) -> str:
    if not WINDOWS:
        return shlex.quote(path)
    return f'"{path}"' if " " in path else path
