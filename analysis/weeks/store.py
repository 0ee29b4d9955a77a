"""The weeks of an area: the tables of a week, the weeks published before it, and its earlier revisions.

A run works in a private folder, ``data/processed/<area>/.run-<run>/``, which ``publish`` turns into the week's folder.
A notebook run by hand works in ``data/processed/<area>/draft/<cutoff>/``. A published week is only read, never written.
A week that is published again from a corrected table keeps its earlier revisions in ``r1/``, ``r2/`` … in its folders.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.config import periods
from analysis.weeks import atomic, forms, parameters, paths
from analysis.weeks.atomic import digests, sha256
from analysis.weeks.damage import WITHOUT_NUMBERS, find_damage
from analysis.weeks.home import find_home

if TYPE_CHECKING:
    import pandas as pd

    from analysis.config.rules import Rules
    from analysis.config.wording import Wording

MAY_LACK = (
    *WITHOUT_NUMBERS,
    "asks",
    "replies",
    "places",
    "place_changes",
    "clusters",
    "year_ago",
)  # older programs made weeks without them


@dataclass(frozen=True)
class Week:
    """The tables of one week in one folder. A draft reads tables that it lacks from the published week."""

    home: Path
    area: str
    cutoff: str
    folder: Path
    run: str | None = None  # None: a published week, which is only read
    published: Path | None = None
    written: dict[str, str] = field(default_factory=dict, compare=False)

    def rules(self) -> "Rules":
        """The rules in force on the cut-off. Raises : as ``rules.load``."""
        from analysis.config import rules

        return rules.load(self.home, self.area, periods.cutoff(self.cutoff))

    def words(self, lang: str) -> "Wording":
        """The sentences of a language, ``vi`` or ``en``, about the area's index.

        Raises : as ``wording.load`` and ``rules.load``.
        """
        from analysis.config import wording

        return self.rules().worded(wording.load(self.home, lang))

    def raw_files(self) -> list[Path]:
        """The delivered tables: the run's copies, else the files in data/raw/. Raises : NotFound."""
        return paths.raw_files(self.home, self.area, self.cutoff, self.folder)

    def files_beside(self) -> list[Path]:
        """What was delivered beside the tables: the run's copies, else the files in data/raw/; mostly none."""
        return paths.files_beside(self.home, self.area, self.cutoff, self.folder)

    def reply_files(self) -> list[Path]:
        """The files of replies: the run's copies, else the files in data/raw/; mostly none."""
        return paths.reply_files(self.home, self.area, self.cutoff, self.folder)

    def sent_forms(self) -> dict[str, str]:
        """The units that had been sent a form when the week was made: by unit_code, the day of the last one, ISO."""
        return forms.read_forms(self.folder)

    def read(self, name: str) -> "pd.DataFrame":
        """The table ``name``; missing text is "", missing numbers are NaN.

        Raises : as ``data``; TableError if the file is not that table.
        """
        from analysis.weeks import table_files

        return table_files.from_csv(name, self.data(name))

    def data(self, name: str) -> bytes:
        """The bytes of the table's file.

        A missing table of MAY_LACK has no rows: no notebook writes pages, and older weeks lack the others.
        Raises : NotFound that names the notebook to run first.
        """
        from analysis import tables

        for folder in filter(None, (self.folder, self.published)):
            if (folder / f"{name}.csv").is_file():
                return (folder / f"{name}.csv").read_bytes()
        if name in MAY_LACK:
            return without_rows(name)
        notebook = tables.WRITTEN_BY.get(name, "no notebook")
        raise paths.NotFound(
            f"{self.area}, {self.cutoff}: there is no {name}.csv yet; {notebook} writes it: run that first"
        )

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
        """Record that ``stage`` ran to its end: write its token ``<stage>.json`` with the run's name and its tables."""
        atomic.save_json(self.folder / f"{stage}.json", {"run": self.run, "tables": self.written})


def open_week(area: str, cutoff: str, run: str = "", home: Path | None = None) -> Week:
    """The week in the private folder of ``run``; without one, its draft. home : None, as in notebooks: ``find_home``"""
    parameters.check()
    home, day = home or find_home(), str(periods.cutoff(cutoff))
    if run:
        return Week(home, area, day, paths.run_folder(home, area, run), run)
    return Week(home, area, day, paths.processed(home, area, "draft", day), "", paths.processed(home, area, day))


def published(home: Path, area: str) -> list[str]:
    """The published cut-offs, oldest first."""
    return sorted(path.name for path in paths.processed(home, area).glob(paths.ISO_DAY) if path.is_dir())


def history(home: Path, area: str, before: str = "") -> dict[str, Week]:
    """The published weeks by cut-off, oldest first; with ``before`` only those earlier than that cut-off.

    A week whose tables are not those that were published is left out (``find_damaged``).
    """
    return dict(reversed([(week.cutoff, week) for week in newest_first(home, area, before)]))


def newest_first(home: Path, area: str, before: str = "") -> Iterator[Week]:
    """The weeks of ``history``, the newest first; the tables of each are looked at only when it is asked for."""
    return filter(is_whole, reversed(weeks(home, area, before).values()))


def find_week(home: Path, area: str, cutoff: str) -> Week | None:
    """The published week of that cut-off; None where there is none whose tables are those that were published."""
    week = weeks(home, area).get(cutoff)
    return week if week and is_whole(week) else None


def is_whole(week: Week) -> bool:
    """Whether the tables of a published week are those that were published."""
    return not find_damage(week.home, week.area, week.cutoff)


def find_damaged(home: Path, area: str, before: str = "") -> dict[str, str]:
    """The weeks that ``history`` leaves out, each with a file of it that is not as it was published, below ``home``."""
    found = {day: find_damage(home, area, day) for day in weeks(home, area, before)}
    return {day: file for day, file in found.items() if file}


def weeks(home: Path, area: str, before: str = "") -> dict[str, Week]:
    """The same as ``history``, with weeks whose tables are not those that were published."""
    days = [day for day in published(home, area) if not before or day < str(periods.cutoff(before))]
    return {day: Week(home, area, day, paths.processed(home, area, day)) for day in days}


def revisions(folder: Path) -> list[Path]:
    """The earlier revisions in a week's folder, r1 first. The number of the week's own revision is one higher."""
    kept = [path for path in folder.glob("r*") if paths.is_revision(path.name) and path.is_dir()]
    return sorted(kept, key=lambda path: int(path.name[1:]))


def earlier_revisions(week: Week) -> list[Week]:
    """The earlier revisions of the week, r1 first; none for a first issue.

    A draft counts like a run: if its raw table is not the published one, the published week is an earlier revision.
    """
    kept = revisions(week.folder)
    if week.published and week.published.is_dir():
        kept = revisions(week.published)
        if digests(week.raw_files()) != digests(paths.held_raw(week.published)[0]):
            kept.append(week.published)
    return [Week(week.home, week.area, week.cutoff, folder) for folder in kept]


def without_rows(name: str) -> bytes:
    """The file of the table ``name`` where it has no rows. It imports nothing heavy."""
    from analysis import tables

    return ",".join(tables.TABLES[name].columns).encode() + b"\n"


def write_table(folder: Path, name: str, frame: "pd.DataFrame") -> Path:
    from analysis.weeks import table_files

    return atomic.save(folder / f"{name}.csv", table_files.to_csv(name, frame))
