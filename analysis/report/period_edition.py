"""One period's edition: the data from which its page, Word document, workbook and mail are made."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

import pandas as pd

from analysis.config import rules
from analysis.config.rules import Rules
from analysis.config.spans import Span
from analysis.config.wording import Wording
from analysis.method import period as method
from analysis.report.names import Names
from analysis.tables import PERIOD_TABLES
from analysis.weeks import period as stored_periods


@dataclass(frozen=True)
class PeriodEdition:
    """The tables of one period, with the rules and words that a report of it needs.

    rules   : those in force at its last cut-off
    tables  : those of the period by name, with ``units`` and ``replies`` of the weeks it is compiled from, and
              ``corrections`` of an issue that replaces another
    as_of   : the last day that is over; before the span's last day it is a draft
    reason  : why it is not compared with the span before, as ``method.period.find_break`` says it
    provenance : revision, code (its version)
    has_ledger : whether the last week has a table of asks
    """

    rules: Rules
    words: Wording
    tables: dict[str, pd.DataFrame]
    span: Span
    as_of: date
    reason: str = ""
    provenance: dict[str, str] = field(default_factory=dict)
    has_ledger: bool = True

    def __post_init__(self) -> None:
        """The sentences of an edition are about its index and its kinds of units."""
        object.__setattr__(self, "words", self.rules.worded(self.words))

    @cached_property
    def names(self) -> Names:
        return Names(self.rules, self.words, self.tables["units"])

    @property
    def is_draft(self) -> bool:
        return self.as_of < self.span.last

    @property
    def revision(self) -> int:
        """1 for a first issue; from 2 on, page and mail are marked as a correction."""
        return int(self.provenance.get("revision", 1))

    @property
    def label(self) -> str:
        """``tháng 11 năm 2023``"""
        return self.words.span(self.span)

    @property
    def previous_label(self) -> str:
        """``tháng 10 năm 2023``"""
        return self.words.span(self.span.previous)

    def say_day(self, day: str) -> str:
        """``2023-11-27`` => ``27/11/2023``"""
        return self.words.date(date.fromisoformat(day))

    def count_others(self, named: list[str], most: int) -> str:
        """The first ``most`` names in a list, the others counted: ``Hòa Bình, Long Giang và 3 đơn vị khác``."""
        others = len(named) - most
        more = [self.words.say("piece.others", count=others)] if others > 0 else []
        return self.words.listed([*named[:most], *more])

    @cached_property
    def days(self) -> list[date]:
        """The cut-offs within, oldest first."""
        rows = self.tables["period_weeks"]
        return [date.fromisoformat(day) for day in rows.loc[rows["state"] == method.WITHIN, "cutoff"]]

    @cached_property
    def previous_day(self) -> date | None:
        """The last cut-off of the span before; None where it has none."""
        rows = self.tables["period_weeks"]
        held = rows.loc[rows["state"] == method.BEFORE, "cutoff"]
        return date.fromisoformat(held.iat[0]) if len(held) else None

    @cached_property
    def area(self) -> pd.Series | None:
        """The row of the whole area in ``period_units``; None where the table has none, or no total of it."""
        rows = self.tables["period_units"]
        rows = rows[(rows["unit_code"] == self.names.control) & rows["total"].notna()]
        return rows.iloc[0] if len(rows) else None

    @cached_property
    def units(self) -> pd.DataFrame:
        """The rows of the units in ``period_units``, without the area's, by kind and rank."""
        rows = self.tables["period_units"]
        rows = rows[rows["unit_code"] != self.names.control]
        return rows.sort_values(["kind", "rank"], kind="stable", ignore_index=True)

    @cached_property
    def has_totals(self) -> bool:
        return bool(self.units["total"].notna().any())

    @cached_property
    def asks(self) -> pd.DataFrame:
        """The rows of ``period_asks``."""
        return self.tables["period_asks"]

    @cached_property
    def open_asks(self) -> pd.DataFrame:
        """Those that are open at the last cut-off."""
        return self.asks[self.asks["closed"] == ""]

    @cached_property
    def figures(self) -> pd.DataFrame:
        """The rows of ``period_figures``, with the ``kind`` of each unit ("" for the area)."""
        rows = self.tables["period_figures"]
        kinds = dict(zip(self.units["unit_code"], self.units["kind"], strict=True))
        return rows.assign(kind=rows["unit_code"].map(kinds).fillna(""))

    @cached_property
    def printed(self) -> list[str]:
        """The codes of the figures that the table prints, in its order."""
        return [code for code in self.rules.printed["field"] if code in set(self.figures["indicator"])]

    def place(self, indicator: str, code: str = "") -> tuple[int, int, int | None, int | None] | None:
        """The place in a figure (TOTAL: the total) and among how many, now and before (None: not known); None where
        there is none. code : of the unit; "": the area"""
        rows = self.figures
        rows = rows[(rows["unit_code"] == (code or self.names.control)) & (rows["indicator"] == indicator)]
        rows = rows.dropna(subset=["place", "of"])
        if rows.empty:
            return None
        row = rows.iloc[0]
        before = [None if pd.isna(row[name]) else int(row[name]) for name in ("previous_place", "previous_of")]
        return int(row["place"]), int(row["of"]), *before


def read_edition(home: Path, area: str, name: str, run: str, as_of: str, words: Wording) -> PeriodEdition:
    """The edition of a period whose tables the notebook has written.

    run : the private run; "": the draft;  as_of : as the notebook has it, ISO; "": the span is over
    """
    stored = stored_periods.open_period(area, name, run, home)
    in_force, begun = stored.rules(), rules.beginnings(home, area)
    before = stored.before.cutoff if stored.before else ""
    held = {table: stored.book.read(table) for table in (*PERIOD_TABLES, "corrections")}
    held |= {"units": stored.read("units"), "replies": stored.read_replies()}
    reason = method.find_break(before, stored.last.cutoff, in_force.bands_since, begun.rules, begun.years)
    over = min(stored.span.last, date.fromisoformat(as_of)) if as_of else stored.span.last
    return PeriodEdition(in_force, words, held, stored.span, over, reason, stored.provenance(), stored.has_ledger)
