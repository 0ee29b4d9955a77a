"""The source files of the project, in every room."""

import os
from pathlib import Path

from analysis.weeks.home import PROJECT

PACKAGE = PROJECT / "analysis"
FOLDERS = [folder for folder, _, names in os.walk(PACKAGE) if "__init__.py" in names]
ROOMS = sorted(Path(folder).relative_to(PROJECT).as_posix() for folder in FOLDERS)


def modules(folder: str = "analysis") -> list[Path]:
    """Every Python file below a folder of the project, by path. Raises LookupError where a room has none."""
    found = sorted((PROJECT / folder).rglob("*.py"))
    rooms = ROOMS if folder == "analysis" else [f"{folder}/{room.partition('/')[2]}".rstrip("/") for room in ROOMS]
    if unseen := set(rooms) - {path.parent.relative_to(PROJECT).as_posix() for path in found}:
        raise LookupError(f"no module is found in {', '.join(sorted(unseen))}")
    return found
