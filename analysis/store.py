"""Where things are on disk: raw tables, the week's tables, earlier weeks.

A run works in a private folder, ``data/processed/<area>/.run-<run>/``, which ``publish`` makes the week's own; a
notebook run by hand works in ``data/processed/<area>/draft/<cutoff>/``. Whoever reads a published week only reads.
A week published anew from a corrected table keeps what it was before in ``r1/``, ``r2/`` … within its own folders.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from analysis import atomic, parameters, periods, shown

if TYPE_CHECKING:
    import pandas as pd

PROJECT = Path(__file__).resolve().parent.parent
ISO_DAY = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
# git's names of the files that ``code`` tells of
CODE = (":(glob)analysis/*.py", ":(glob)notebooks/*.ipynb", "notebooks/templates")


class NotFound(FileNotFoundError):
    """A table or raw file is not where it should be; the message says what to do."""


class ConfigError(ValueError):
    """The configuration is wrong; the message lists every fault with file, row and value."""


def home() -> Path:
    """The folder that holds config/, data/ and reports/: ``ANALYSIS_HOME``, else the project."""
    return Path(os.environ.get("ANALYSIS_HOME") or PROJECT)


@contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """``folder`` is the home for this process and those it starts; meanwhile they see no variables but those SHOWN.

    So no notebook can tell a password or a name; what sends the mail afterwards finds its password again.
    """
    with shown.only():
        os.environ["ANALYSIS_HOME"] = str(Path(folder).resolve())
        yield


def at_home(folder: Path, function: Callable, *arguments) -> object:
    """What ``function`` gives where ``folder`` is the home."""
    with working_in(folder):
        return function(*arguments)


def without_folders(text: str) -> str:
    """The text as any machine would tell it: what lies in a folder of this one by its place there, the folder as …"""
    named = [home(), PROJECT, Path.cwd(), Path.home(), tempfile.gettempdir(), sys.prefix, *sys.path]
    named += [value for value in shown.environment().values() if os.pathsep not in value]
    folders = {each for folder in map(Path, named) if folder.is_absolute() for each in (folder, folder.resolve())}
    known = sorted((str(each) for each in folders if each != each.parent), key=len, reverse=True)
    end = r"(?![\w.~-])(?:[/\\]ipykernel_\d+)?([/\\])?"  # a kernel keeps each cell in a file, below its number
    found = re.compile(rf"(?<![\w.~-])(?:{'|'.join(map(re.escape, known))}){end}")
    return found.sub(lambda match: "" if match[1] else "…", text)


def processed(area: str, *names: str, at: Path | None = None) -> Path:
    """at : the home; None: this process's"""
    return (at or home()).joinpath("data", "processed", _plain(area), *names)


def reports(area: str, *names: str) -> Path:
    return home().joinpath("reports", _plain(area), *names)


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


# -- raw tables ------------------------------------------------------------------------------------------------------


def raw_files(area: str, cutoff: str, folder: Path | None = None) -> list[Path]:
    """The tables of a week as delivered, by name: those in ``folder/raw/``, else ``data/raw/<area>/<cutoff>*.*``.

    Every file whose name begins with the cut-off is of that week: none is passed over in silence, the gate tells where
    two of them disagree. Raises NotFound if there is none.
    """
    own = _files(folder / "raw") if folder else []
    found = own or _files(home() / "data" / "raw" / _plain(area), f"{periods.cutoff(cutoff)}[!0-9]*")
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
    files = _files(home() / "data" / "raw" / _plain(area), f"{ISO_DAY}[!0-9]*")
    return sorted({path.name[:10] for path in files})


def misnamed_raw(area: str) -> list[str]:
    """The files of data/raw/<area>/ whose names begin with no day: of which week they are cannot be known."""
    named = raw_days(area)
    return [
        path.name for path in _files(home() / "data" / "raw" / _plain(area), "[!.]*") if path.name[:10] not in named
    ]


def _files(folder: Path, pattern: str = "*") -> list[Path]:
    return sorted(path for path in folder.glob(pattern) if path.is_file())


def default_area(areas: list[str]) -> str | None:
    """The area whose area.toml says ``default = true``; None unless exactly one does."""
    texts = {area: (home() / "config" / area / "area.toml").read_text("utf-8") for area in areas}
    chosen = [area for area, text in texts.items() if tomllib.loads(text).get("default") is True]
    return chosen[0] if len(chosen) == 1 else None


# -- the week's tables -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Week:
    """The tables of one week in one folder; a draft reads from the published week what it does not have itself."""

    area: str
    cutoff: str
    folder: Path
    run: str | None = None  # None: published, only to be read
    published: Path | None = None
    written: dict[str, str] = field(default_factory=dict)

    def read(self, name: str) -> "pd.DataFrame":
        """The table ``name``; text missing is "", numbers missing NaN.

        Raises : as ``data``; TableError if the file is not that table.
        """
        from analysis import tables

        return tables.from_csv(name, self.data(name))

    def data(self, name: str) -> bytes:
        """The file of the table ``name``.

        Raises : NotFound, naming the notebook to run first. ``pages``, which no notebook writes, is without rows where
                 it is missing: then no unit has a page.
        """
        from analysis import tables

        for folder in filter(None, (self.folder, self.published)):
            if (folder / f"{name}.csv").is_file():
                return (folder / f"{name}.csv").read_bytes()
        if name == "pages":
            return ",".join(tables.TABLES[name].columns).encode() + b"\n"
        notebook = tables.WRITTEN_BY.get(name, "no notebook")
        raise NotFound(f"{self.area}, {self.cutoff}: there is no {name}.csv yet; {notebook} writes it: run that first")

    def read_all(self) -> "dict[str, pd.DataFrame]":
        """Every table that is written before the report, by name."""
        from analysis import tables

        return {name: self.read(name) for name in tables.BEFORE_REPORT}

    def write(self, name: str, frame: "pd.DataFrame") -> None:
        """Write the table ``name``, whole or not at all. Raises TableError if ``frame`` is not that table."""
        if self.run is None:
            raise PermissionError(f"{self.area}, {self.cutoff}: a published week is only read")
        self.written[name] = sha256(write_table(self.folder, name, frame))

    def close(self, stage: str) -> None:
        """Say that ``stage`` came to its end: its token ``<stage>.json`` names the run and each table it wrote."""
        save_json(self.folder / f"{stage}.json", {"run": self.run, "tables": self.written})


def week(area: str, cutoff: str, run: str = "") -> Week:
    """The week in the private folder of ``run``; without one, its draft."""
    parameters.check()
    day = str(periods.cutoff(cutoff))
    if run:
        return Week(area, day, run_folder(area, run), run)
    return Week(area, day, processed(area, "draft", day), "", processed(area, day))


def published(area: str) -> list[str]:
    """The published cut-offs, oldest first."""
    return sorted(path.name for path in processed(area).glob(ISO_DAY) if path.is_dir())


def history(area: str, before: str = "") -> dict[str, Week]:
    """The published weeks, or those earlier than the cut-off ``before``, oldest first, by cut-off; only to be read."""
    days = [day for day in published(area) if not before or day < str(periods.cutoff(before))]
    return {day: Week(area, day, processed(area, day)) for day in days}


def revisions(folder: Path) -> list[Path]:
    """The earlier revisions kept in a week's folder, r1 first: one fewer than the week's own number."""
    kept = [path for path in folder.glob("r[1-9]*") if path.name[1:].isdigit()]
    return sorted(kept, key=lambda path: int(path.name[1:]))


def earlier_revisions(week: Week) -> list[Week]:
    """What the week was before it was corrected, r1 first, only to be read; none for a first issue.

    A draft stands where its run would: of another table than the published one, it is the revision after that.
    """
    kept = revisions(week.folder)
    if week.published and week.published.is_dir():
        kept = revisions(week.published)
        if digests(raw_files(week.area, week.cutoff, week.folder)) != digests(_files(week.published / "raw")):
            kept.append(week.published)
    return [Week(week.area, week.cutoff, folder) for folder in kept]


def code(notebooks: Path = PROJECT / "notebooks") -> dict[str, str]:
    """sha256 of each file whose change may change a report: modules, notebooks, templates."""
    told = [*notebooks.glob("*.ipynb"), *(notebooks / "templates").rglob("[!.]*")]
    return hashes((PROJECT / "analysis").glob("*.py"), PROJECT) | hashes(told, notebooks.parent)


def commit(project: Path = PROJECT) -> str:
    """The git commit that last changed the code, with "+" where the files are not those of it; "" where none is known.

    Not the newest commit: one that changes only documents changes no report, and is told in none. A copy without git's
    folder, or a machine without git, has no commit to tell; the fingerprint tells the files apart all the same.
    """
    last = _git(project, "rev-list", "--max-count=1", "HEAD", "--", *CODE)
    changed = _git(project, "--no-optional-locks", "status", "--porcelain", "--untracked-files=all", "--", *CODE)
    return last[:12] + "+" * bool(changed) if last and changed is not None else ""


def _git(project: Path, *arguments: str) -> str | None:
    """What git answers; None where it cannot. GIT_DIR, as hooks set it, may mean another project."""
    # Whoever may read the project may be told its commit: a service runs as another user than its owner.
    command = ["git", "-c", f"safe.directory={project.resolve()}", "-C", str(project), *arguments]
    try:
        done = subprocess.run(command, env=shown.environment(), capture_output=True, check=True, timeout=30)
        return done.stdout.decode()
    except (OSError, subprocess.SubprocessError):
        return None


def provenance(week: Week) -> dict[str, str]:
    """What the page says of its origin.

    file, hash : name and sha256 of each raw table, one a line
    revision   : "1" for a first issue
    code       : version of the program, fingerprint of its files, and the commit if there is one
    """
    raw = raw_files(week.area, week.cutoff, week.folder)
    fingerprint, known = hashlib.sha256(json.dumps(code(), sort_keys=True).encode()).hexdigest(), commit()
    return {
        "file": "\n".join(path.name for path in raw),
        "hash": "\n".join(map(sha256, raw)),
        "revision": str(len(earlier_revisions(week)) + 1),
        "code": f"{version('analysis')}-{fingerprint[:12]}" + (f", git {known}" if known else ""),
    }


def read_table(folder: Path, name: str) -> "pd.DataFrame":
    from analysis import tables

    return tables.from_csv(name, (folder / f"{name}.csv").read_bytes())


def write_table(folder: Path, name: str, frame: "pd.DataFrame") -> Path:
    from analysis import tables

    return atomic.save(folder / f"{name}.csv", tables.to_csv(name, frame))


def save_json(path: Path, value: object) -> Path:
    return atomic.save(path, json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def load_json(path: Path) -> dict:
    """What the file holds; {} where it is missing or is no JSON object."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def digests(files: Iterable[Path]) -> list[str]:
    """sha256 of each, sorted: the same tables under other names are the same tables."""
    return sorted(map(sha256, files))


def hashes(files: Iterable[Path], base: Path) -> dict[str, str]:
    """sha256 by path relative to ``base``."""
    return {path.relative_to(base).as_posix(): sha256(path) for path in sorted(files) if path.is_file()}
