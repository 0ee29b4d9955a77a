"""How this system's users type our command; every message that names a command asks here."""

import contextlib
import os
import shlex
import shutil
import sys
from pathlib import Path

WINDOWS = os.name == "nt"
SCRIPT = Path("Scripts", "analysis.exe") if WINDOWS else Path("bin", "analysis")  # in the environment
WITHOUT_SCRIPT = "python -m analysis"  # where the package is on the path but not installed


def typed() -> str:
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
    if not WINDOWS:
        return shlex.quote(str(script))
    bare = str(script.with_suffix(""))
    return f'"{bare}"' if " " in bare else bare
