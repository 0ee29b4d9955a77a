"""Where things are in a home: raw tables, the week's folders, a run's private ones, a unit's files."""

import hashlib
import re
from pathlib import Path

from analysis import periods
from analysis.home import find_home

ISO_DAY = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"


class NotFound(FileNotFoundError):
    """A table or raw file is not where it should be; the message says what to do."""


def processed(area: str, *names: str, at: Path | None = None) -> Path:
    """at : the home; None: this process's"""
    return (at or find_home()).joinpath("data", "processed", _plain(area), *names)


def reports(area: str, *names: str) -> Path:
    return find_home().joinpath("reports", _plain(area), *names)


def run_folder(area: str, run: str, at: Path | None = None) -> Path:
    return processed(area, f".run-{run}", at=at)


def run_reports(area: str, run: str) -> Path:
    return reports(area, f".run-{run}")


def unit_file(code: str) -> str:
    """The name of a unit's files, without what their kind adds: ``units/H21.114``.

    The same below the week's tables (``.ipynb``; ``.json``, the token) and below its reports (``.html``).
    A code that is no plain name, such as ``../x``, comes from a delivered table and is told by its fingerprint.
    """
    plain = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]{0,63}", code)
    return f"units/{code if plain else '~' + hashlib.sha256(code.encode()).hexdigest()[:16]}"


def _plain(area: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", area):
        raise ValueError(f"area {area!r}: expected the name of a folder of config/, such as cho-moi")
    return area


def raw_files(area: str, cutoff: str, folder: Path | None = None) -> list[Path]:
    """The tables of a week as delivered, by name: those in ``folder/raw/``, else ``data/raw/<area>/<cutoff>*.*``.

    Every file whose name begins with the cut-off is of that week: none is passed over in silence, the gate tells where
    two of them disagree. Raises NotFound if there is none.
    """
    own = _files(folder / "raw") if folder else []
    found = own or _files(find_home() / "data" / "raw" / _plain(area), f"{periods.cutoff(cutoff)}[!0-9]*")
    if not found:
        raise NotFound(f"data/raw/{area}: expected a table {cutoff}*.*, found none")
    return found


def newest_raw(area: str) -> str:
    """The latest cut-off that has a raw table. Raises NotFound if there is none."""
    days = raw_days(area)
    if not days:
        raise NotFound(f"data/raw/{area}: no table there; expected one named by its cut-off, such as 2023-12-04.txt")
    return days[-1]


def raw_days(area: str) -> list[str]:
    """The days by which files of data/raw/<area>/ are named, oldest first; some may be no day of the calendar."""
    files = _files(find_home() / "data" / "raw" / _plain(area), f"{ISO_DAY}[!0-9]*")
    return sorted({path.name[:10] for path in files})


def misnamed_raw(area: str) -> list[str]:
    """The files of data/raw/<area>/ whose names begin with no day: of which week they are cannot be known."""
    named = raw_days(area)
    return [
        path.name
        for path in _files(find_home() / "data" / "raw" / _plain(area), "[!.]*")
        if path.name[:10] not in named
    ]


def _files(folder: Path, pattern: str = "*") -> list[Path]:
    return sorted(path for path in folder.glob(pattern) if path.is_file())
