"""Where things are in a home: raw tables, the week's folders, a run's private ones, a unit's files."""

import hashlib
import re
from pathlib import Path

from analysis.config import periods
from analysis.exits import AnalysisError

ISO_DAY = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"


class NotFound(AnalysisError, FileNotFoundError):
    """A table or raw file is not where it should be; the message says what to do."""


def processed(home: Path, area: str, *names: str) -> Path:
    """The folder of an area's tables, and what is named in it."""
    return Path(home, "data", "processed", _plain(area), *names)


def reports(home: Path, area: str, *names: str) -> Path:
    """The folder of an area's reports, and what is named in it."""
    return Path(home, "reports", _plain(area), *names)


def run_folder(home: Path, area: str, run: str) -> Path:
    """The private folder of a run, for tables."""
    return processed(home, area, f".run-{run}")


def run_reports(home: Path, area: str, run: str) -> Path:
    """The private folder of a run, for reports."""
    return reports(home, area, f".run-{run}")


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


def raw_files(home: Path, area: str, cutoff: str, folder: Path | None = None) -> list[Path]:
    """The tables of a week as delivered, by name: those in ``folder/raw/``, else ``data/raw/<area>/<cutoff>*.*``.

    Every file whose name begins with the cut-off is of that week: none is passed over in silence, the gate tells where
    two of them disagree. Raises NotFound if there is none.
    """
    own = _files(folder / "raw") if folder else []
    found = own or _files(_raw(home, area), f"{periods.cutoff(cutoff)}[!0-9]*")
    if not found:
        raise NotFound(f"data/raw/{area}: expected a table {cutoff}*.*, found none")
    return found


def newest_raw(home: Path, area: str) -> str:
    """The latest cut-off that has a raw table. Raises NotFound if there is none."""
    days = raw_days(home, area)
    if not days:
        raise NotFound(f"data/raw/{area}: no table there; expected one named by its cut-off, such as 2023-12-04.txt")
    return days[-1]


def raw_days(home: Path, area: str) -> list[str]:
    """The days by which files of data/raw/<area>/ are named, oldest first; some may be no day of the calendar."""
    files = _files(_raw(home, area), f"{ISO_DAY}[!0-9]*")
    return sorted({path.name[:10] for path in files})


def misnamed_raw(home: Path, area: str) -> list[str]:
    """The files of data/raw/<area>/ whose names begin with no day: of which week they are cannot be known."""
    named = raw_days(home, area)
    return [path.name for path in _files(_raw(home, area), "[!.]*") if path.name[:10] not in named]


def _raw(home: Path, area: str) -> Path:
    return Path(home, "data", "raw", _plain(area))


def _files(folder: Path, pattern: str = "*") -> list[Path]:
    return sorted(path for path in folder.glob(pattern) if path.is_file())
