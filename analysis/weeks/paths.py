"""Paths in a home: raw tables, the week's folders, a run's private folders, a unit's files."""

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from analysis.config import departments, periods
from analysis.exits import AnalysisError
from analysis.weeks import atomic

ISO_DAY = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
# After the cut-off: the office's remarks, the replies to the report, places. Never a table.
RESERVED = re.compile(r"-(ghi-chu\.(txt|docx)|phan-hoi.*|xep-hang\.(csv|xlsx))", re.IGNORECASE | re.DOTALL)
# What Office, browsers, editors and file managers leave beside a table: open, half loaded, kept, or their own.
STRAY = re.compile(
    r"~\$.*|\..*|.*~|.*\.(crdownload|part|partial|download|tmp)|(eh)?thumbs\.db|desktop\.ini", re.IGNORECASE | re.DOTALL
)
REVISION = re.compile("r[1-9][0-9]*")
DEVICE = re.compile("con|prn|aux|nul|conin\\$|conout\\$|(com|lpt)[0-9¹²³]", re.IGNORECASE)
REMARKS = re.compile(r"\d{4}-\d{2}-\d{2}-ghi-chu\.(txt|docx)", re.IGNORECASE | re.ASCII)
REPLIES = re.compile(r"\d{4}-\d{2}-\d{2}-phan-hoi.*\.(csv|xlsx)", re.IGNORECASE | re.DOTALL | re.ASCII)
FORMS = "forms.csv"  # of the folder replies/ of a week: which units had been sent a form
PLACE = re.compile(r"\d{4}-\d{2}-\d{2}-xep-hang\.(csv|xlsx)", re.IGNORECASE | re.ASCII)


class NotFound(AnalysisError, FileNotFoundError):
    """A table or raw file is not where it should be; the message says what to do."""


class NoArea(AnalysisError, ValueError):
    """A folder of config/ whose name no area can have, such as a copy that a file manager made."""


def processed(home: Path, area: str, *names: str) -> Path:
    """The folder of an area's tables, or the path ``names`` in it."""
    return Path(home, "data", "processed", _plain(area), *names)


def reports(home: Path, area: str, *names: str) -> Path:
    """The folder of an area's reports, or the path ``names`` in it."""
    return Path(home, "reports", _plain(area), *names)


def run_folder(home: Path, area: str, run: str) -> Path:
    """The run's private folder for tables."""
    return processed(home, area, f".run-{run}")


def run_reports(home: Path, area: str, run: str) -> Path:
    """The run's private folder for reports."""
    return reports(home, area, f".run-{run}")


def unit_file(code: str) -> str:
    """The path of a unit's files without extension: ``units/H21.114``.

    It is the same below the week's tables (``.ipynb``; ``.json``, the token) and below its reports (``.html``).
    A delivered table may have a code that is no safe file name, such as ``../x``, or ``CON``, which Windows keeps for a
    device; its fingerprint is used instead. So it is for ``h21.114``, which is ``H21.114`` where capitals do not count.
    """
    return f"units/{_file_name(code)}"


def letter_file(code: str) -> str:
    """The path of the letter of a unit or department below the week's tables: ``mail/H21.114.eml``."""
    return f"mail/{_file_name(code)}.eml"


def reminder_file(code: str) -> str:
    """The path of a unit's reminder below the week's reports: ``units/30634-don-doc.docx``."""
    return f"{unit_file(code)}-don-doc.docx"


def reminder_letter(code: str) -> str:
    """The path of the letter that brings a unit its reminder, below the week's tables: ``mail/30634-don-doc.eml``."""
    return f"mail/{_file_name(code)}-don-doc.eml"


def form_file(code: str) -> str:
    """The path of a unit's form for replies below the week's reports, ``units/phan-hoi-30634.xlsx``; its name is also
    that of the letter's attachment."""
    return f"units/phan-hoi-{_file_name(code)}.xlsx"


def _file_name(code: str) -> str:
    plain = re.fullmatch(r"(?![a-z][^.]*\.)[A-Za-z0-9][A-Za-z0-9.-]{0,63}(?<!\.)", code)
    return code if plain and not is_device(code) else "~" + hashlib.sha256(code.encode()).hexdigest()[:16]


def is_device(name: str) -> bool:
    """Whether Windows keeps the name, whatever follows its first point, for a device: ``nul``, ``COM1.txt``."""
    return DEVICE.fullmatch(name.partition(".")[0]) is not None


def is_revision(name: str) -> bool:
    """Whether the folder of a week with this name holds an earlier revision: ``r1``."""
    return REVISION.fullmatch(name) is not None


def saved_name(index: str, area: str, cutoff: str) -> str:
    """How a file of a week is called where a reader saves it, without its suffix: ``766-cho-moi-2023-12-04``.

    index : the short name of the index; may be empty
    """
    return "-".join(filter(None, [departments.find_code(index), area, cutoff]))


def is_area(name: str) -> bool:
    """Whether ``name`` can be the name of an area: small letters, digits, hyphens."""
    return re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) is not None


def _plain(area: str) -> str:
    if not is_area(area):
        expected = "expected the name of a folder of config/, such as cho-moi"
        raise NoArea(f"area {area!r}: {expected}: small letters, digits and hyphens")
    return area


def raw_files(home: Path, area: str, cutoff: str, folder: Path | None = None) -> list[Path]:
    """The delivered tables of a week, sorted by name: those in ``folder/raw/``, else ``data/raw/<area>/<cutoff>*.*``.

    Every file whose name begins with the cut-off belongs to that week; all are its tables but those of a reserved name,
    strays, and copies (``without_copies``). None else is skipped; the gate reports where two of them disagree. Raises
    NotFound if there is none.
    """
    dated = _dated(home, area, str(periods.cutoff(cutoff)))
    found = (held_raw(folder)[0] if folder else []) or without_copies(dated)
    if not found:
        raise NotFound(f"data/raw/{area}: expected a table {cutoff}*.*, found none")
    return found


def without_copies(files: Iterable[Path]) -> list[Path]:
    """The files, sorted by name, each content once: of equal ones that with the shortest name.

    ``2023-12-04 (1).txt`` beside a ``2023-12-04.txt`` of the same bytes is the same table.
    """
    files = list(files)
    if len(files) < 2:
        return files
    first: dict[str, Path] = {}
    for path in sorted(files, key=lambda path: (len(path.name), path.name)):
        first.setdefault(atomic.sha256(path), path)
    return sorted(first.values(), key=lambda path: path.name)


def files_beside(home: Path, area: str, cutoff: str, folder: Path | None = None) -> list[Path]:
    """What was delivered of a week beside its tables: in ``folder/raw/`` where that exists, else in data/raw/."""
    if folder and (folder / "raw").is_dir():
        return held_raw(folder)[1]
    return [path for path in reserved_raw(home, area, cutoff) if is_beside(path)]


def is_beside(path: Path) -> bool:
    """Whether a file is no table, by its name: the office's remarks, or places in the province or the country."""
    return is_place(path) or REMARKS.fullmatch(path.name) is not None


def is_place(path: Path) -> bool:
    """Whether a file says places in the province or the country, by its name."""
    return PLACE.fullmatch(path.name) is not None


def reply_files(home: Path, area: str, cutoff: str, folder: Path | None = None) -> list[Path]:
    """The files of replies that a week shows: in ``folder/replies/`` of a week or run, else those in data/raw/."""
    if folder and (folder / "raw").is_dir():
        return held_replies(folder)
    return [path for path in reserved_raw(home, area, cutoff) if is_reply(path)]


def is_reply(path: Path) -> bool:
    """Whether a file holds replies, by its name: a table, as people fill it in."""
    return REPLIES.fullmatch(path.name) is not None


def held_replies(folder: Path) -> list[Path]:
    """The files of replies that a week was made with, as its folder keeps them; sorted by name."""
    return [path for path in _files(folder / "replies") if is_reply(path)]


def held_raw(folder: Path) -> tuple[list[Path], list[Path]]:
    """What a week was made from, as its folder keeps it: its tables, and what came beside; each sorted by name."""
    files = _files(folder / "raw")
    return [path for path in files if not is_beside(path)], [path for path in files if is_beside(path)]


def reserved_raw(home: Path, area: str, cutoff: str) -> list[Path]:
    """The remarks, replies and places of a week in data/raw/<area>/, sorted by name: the files of a reserved name."""
    return _dated(home, area, str(periods.cutoff(cutoff)), reserved=True)


def delivered_files(home: Path, area: str, cutoff: str) -> list[Path]:
    """Every file of data/raw/<area>/ whose name begins with the cut-off: tables, copies, files of a reserved name."""
    day = str(periods.cutoff(cutoff))
    return [*_dated(home, area, day), *_dated(home, area, day, reserved=True)]


def newest_raw(home: Path, area: str) -> str:
    """The latest cut-off that has a raw table. Raises NotFound if there is none."""
    days = raw_days(home, area)
    if not days:
        raise NotFound(f"data/raw/{area}: no table there; expected one named by its cut-off, such as 2023-12-04.txt")
    return days[-1]


def raw_days(home: Path, area: str) -> list[str]:
    """The days in the names of the tables in data/raw/<area>/, oldest first; some may not exist in the calendar."""
    return sorted({path.name[:10] for path in _dated(home, area)})


def misnamed_raw(home: Path, area: str) -> list[str]:
    """The files of data/raw/<area>/ whose names do not tell their week.

    They begin with no day or, where the name is reserved, with a day that is not in the calendar. Not among them are a
    table of such a day (its week is refused), strays, and copies of a table whose name tells its week.
    """
    tables = _dated(home, area)
    weeks = {*tables, *(path for path in _dated(home, area, reserved=True) if _in_calendar(path.name[:10]))}
    odd = [path for path in _delivered(home, area) if path not in weeks]
    known = set(atomic.digests(tables)) if odd else set()
    return [path.name for path in odd if atomic.sha256(path) not in known]


def _dated(home: Path, area: str, day: str = ISO_DAY, *, reserved: bool = False) -> list[Path]:
    """The tables whose names begin with ``day``; or, not these, the files of a reserved name."""
    files = _delivered(home, area, f"{day}[!0-9]*")
    return [path for path in files if bool(RESERVED.fullmatch(path.name[10:])) == reserved]


def _delivered(home: Path, area: str, pattern: str = "*") -> list[Path]:
    """The files of data/raw/<area>/ that a person may have put there: all but strays."""
    return [path for path in _files(_raw(home, area), pattern) if not STRAY.fullmatch(path.name)]


def _in_calendar(day: str) -> bool:
    try:
        return bool(periods.cutoff(day))
    except ValueError:
        return False


def _raw(home: Path, area: str) -> Path:
    return Path(home, "data", "raw", _plain(area))


def _files(folder: Path, pattern: str = "*") -> list[Path]:
    return sorted(path for path in folder.glob(pattern) if path.is_file())
