"""A month, a quarter or a year on disk: the stored weeks within, and the tables that they are compiled to.

A period has the same two folders as a week, under its own name: ``data/processed/<area>/2023-11/``, and for a notebook
run by hand ``draft/2023-11/`` there. Weeks are only read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.config import rhythm
from analysis.config.spans import GLOBS, Span, is_span, span
from analysis.weeks import parameters, paths, store
from analysis.weeks.home import find_home

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from analysis.config.rules import Rules
    from analysis.config.wording import Wording

WEEKLY, MONTHLY = 3, 14  # days, half of the rhythm: how far a cut-off may lie from the expected one it stands for


@dataclass(frozen=True)
class Period:
    """The weeks of one span, and the folder of its tables.

    weeks  : those within by cut-off, oldest first; at least one
    before : the last week of the span before; None: it has none
    known  : every stored cut-off of the area up to the first one after the span
    book   : reads and writes the tables of the period
    """

    home: Path
    area: str
    span: Span
    weeks: Mapping[str, store.Week]
    before: store.Week | None
    known: tuple[str, ...]
    book: store.Week

    @property
    def last(self) -> store.Week:
        """The newest week within: the period's figures are those of its cut-off."""
        return self.weeks[max(self.weeks)]

    @property
    def used(self) -> list[store.Week]:
        """Every week that is read, oldest first."""
        return [*([self.before] if self.before else []), *self.weeks.values()]

    @cached_property
    def revisions(self) -> dict[str, int]:
        """The revision of every week that is read, by cut-off; 1 for a first issue."""
        return {week.cutoff: len(store.revisions(week.folder)) + 1 for week in self.used}

    @property
    def revision(self) -> int:
        """That of the period itself; 1 for a first issue."""
        return len(store.revisions(self.book.folder)) + 1

    def rules(self) -> "Rules":
        """The rules in force at the last cut-off. Raises : as ``rules.load``."""
        return self.last.rules()

    def words(self, lang: str) -> "Wording":
        """The sentences of a language about the area's index."""
        return self.last.words(lang)

    def read(self, name: str) -> "pd.DataFrame":
        """A table of the last week within. Raises : as ``Week.read``."""
        return self.last.read(name)

    def read_then(self, name: str) -> "pd.DataFrame":
        """The same of the last week of the span before; without rows where there is none."""
        return self.before.read(name) if self.before else self.last.read(name).iloc[:0]

    def read_each(self, name: str) -> "dict[str, pd.DataFrame]":
        """A table of every week that is read, by cut-off; without those that an older program made without it."""
        return {week.cutoff: week.read(name) for week in self.used if (week.folder / f"{name}.csv").is_file()}

    @property
    def has_ledger(self) -> bool:
        """Whether the last week has a table of asks: older programs made weeks without."""
        return (self.last.folder / "asks.csv").is_file()

    def read_replies(self) -> "pd.DataFrame":
        """What units answered in any week within, by the day of the report that shows it; nothing twice."""
        import pandas as pd

        rows = pd.concat([week.read("replies") for week in self.weeks.values()], ignore_index=True)
        return rows.drop_duplicates(ignore_index=True)

    def read_replaced(self, name: str) -> "pd.DataFrame | None":
        """A table of the period as the issue before this one has it; None for a first issue."""
        earlier = store.revisions(self.book.folder)
        return store.Week(self.home, self.area, self.span.name, earlier[-1]).read(name) if earlier else None

    def provenance(self) -> dict[str, str]:
        """revision, and code: version of the program, fingerprint of its files, and the commit if there is one."""
        from analysis.weeks import provenance

        return {"revision": str(self.revision), "code": provenance.version_of_code()}

    def expected(self, as_of: "date") -> "tuple[list[date] | None, int]":
        """The cut-offs that [expected] of area.toml makes one expect up to ``as_of`` (None without a
        rhythm), and how many days from one a stored cut-off may lie that stands for it."""
        said = self.rules().settings["expected"]
        if not (said["weekday"] or said["day"]):
            return None, 0
        days = rhythm.list_expected(said, self.span.first, min(as_of, self.span.last))
        return days, WEEKLY if said["weekday"] else MONTHLY

    def read_places(self, week: store.Week | None) -> "pd.DataFrame":
        """The places that are known of a week: unit_code, indicator (TOTAL for the total), place, of; of two scopes
        that of the area's peers."""
        from analysis.weeks import history

        others = [day for day in store.published(self.home, self.area) if week is None or day != week.cutoff]
        rows = history.places(self.home, self.area, without=others)
        peers_in = self.rules().settings["name"]["peers_in"]
        rows = rows.sort_values("scope", key=lambda scope: scope != peers_in, kind="stable")
        rows = rows.drop_duplicates(["unit_code", "indicator"])
        return rows[["unit_code", "indicator", "place", "of"]].reset_index(drop=True)


def open_period(area: str, name: str, run: str = "", home: Path | None = None) -> Period:
    """The period in the private folder of ``run``; without one, its draft. home : None, as in notebooks: ``find_home``

    Raises : NotFound where no week lies within.
    """
    parameters.check()
    home, its = home or find_home(), span(name)
    stored = store.weeks(home, area)
    weeks = {day: week for day, week in stored.items() if its.holds(day)}
    if not weeks:
        raise paths.NotFound(f"{area}: no stored week lies within {name}")
    earlier = [day for day in stored if its.previous.holds(day)]
    after = [day for day in stored if day > str(its.last)][:1]
    known = (*(day for day in stored if day <= str(its.last)), *after)
    draft, published = paths.processed(home, area, "draft", name), paths.processed(home, area, name)
    folder, held = (paths.run_folder(home, area, run), None) if run else (draft, published)
    book = store.Week(home, area, name, folder, run, held)
    return Period(home, area, its, weeks, stored[earlier[-1]] if earlier else None, known, book)


def published(home: Path, area: str) -> list[str]:
    """The names of the published periods, by their last day, the longer ones last: 2023-11, 2023-12, 2023-Q4, 2023."""
    root = paths.processed(home, area)
    names = {path.name for pattern in GLOBS for path in root.glob(pattern) if path.is_dir() and is_span(path.name)}
    return sorted(names, key=lambda name: (span(name).last, -span(name).first.toordinal()))


def used_days(home: Path, area: str, its: Span) -> list[str]:
    """The cut-offs that a period reads: the last stored one of the span before, and all within."""
    days = store.published(home, area)
    return [*[day for day in days if its.previous.holds(day)][-1:], *(day for day in days if its.holds(day))]
