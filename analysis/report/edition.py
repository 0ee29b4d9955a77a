"""One week's edition: the data from which report, unit pages, document, workbook and mail are made."""

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, wraps
from typing import Self

import pandas as pd

from analysis.config.formulas import rate_pct
from analysis.config.rules import Rules
from analysis.config.wording import Wording
from analysis.method import score
from analysis.method.asked import TASK
from analysis.method.ledger import CLOSED
from analysis.method.moves import CHANGE, find_directions
from analysis.method.places import select_own
from analysis.report.names import Names
from analysis.report.phrases import say_short_age
from analysis.weeks import paths

NOT_XML = re.compile(
    "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)  # characters that no Office file can hold


def once(function: Callable) -> Callable:
    """For a function of an edition and plain values: what it returns is kept with the edition, because the pieces of a
    page ask the same several times, and the pages of all units ask the same of the week. Nobody may change it."""

    @wraps(function)
    def kept(edition: "Edition", *values: object) -> object:
        asked = function, *values
        if asked not in edition.known:
            edition.known[asked] = function(edition, *values)
        return edition.known[asked]

    return kept


@dataclass(frozen=True)
class Edition:
    """The tables of one week, with the rules and words that a report of it needs.

    tables : by name: those of tables.BEFORE_REPORT, as the week's CSV files have them; findings, as found in them; and,
             where pages and letters are made, the ledgers of asks
    province_rank : "7/11", or "" to take it from the week's table ``place_changes``
    provenance    : file, hash (of the file), remarks, revision, code (its version), as provenance.provenance gives them
    """

    rules: Rules
    words: Wording
    tables: dict[str, pd.DataFrame]
    province_rank: str = ""
    provenance: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """The sentences of an edition are about its index and its kinds of units."""
        object.__setattr__(self, "words", self.rules.worded(self.words))

    @cached_property
    def known(self) -> dict[tuple, object]:
        """What functions marked ``once`` have found out: by function and values."""
        return {}

    def own_copy(self) -> Self:
        """An edition that knows what this one knows; what is done to its tables, and found out then, stays with it."""
        own, tables = copy.copy(self), {name: frame.copy(deep=False) for name, frame in self.tables.items()}
        vars(own).update(tables=tables, known=dict(self.known))
        return own

    @once
    def with_place(self, province_rank: str) -> Self:
        """The edition with another ``province_rank``."""
        return replace(self, province_rank=province_rank)

    @cached_property
    def names(self) -> Names:
        return Names(self.rules, self.words, self.tables["units"])

    @cached_property
    def district(self) -> pd.Series | None:
        """Score and change of the control row; None where the delivered table has no control row."""
        rows = self._scored[self._scored["unit_code"] == self.names.control]
        return rows.iloc[0] if len(rows) else None

    @cached_property
    def units(self) -> pd.DataFrame:
        """Score, change and kind of every unit, by kind and rank."""
        kinds = self.tables["units"][["unit_code", "kind"]]
        return self._scored.merge(kinds, on="unit_code").sort_values(["kind", "rank"], kind="stable", ignore_index=True)

    @cached_property
    def _unit_rows(self) -> dict[str, pd.Series]:
        return {code: self.units.iloc[place] for place, code in enumerate(self.units["unit_code"])}

    def unit(self, code: str) -> pd.Series:
        """Score, change and kind of one unit. Raises ValueError where the week has no such unit."""
        if code not in self._unit_rows:
            known = ", ".join(self.units["unit_code"])
            raise ValueError(f"unit {code!r}: the week's table has no such unit; it has {known}")
        return self._unit_rows[code]

    @once
    def of_kind(self, kind: str) -> pd.DataFrame:
        """The rows of ``units`` of one kind."""
        return self.units[self.units["kind"] == kind]

    def of_unit(self, table: str, code: str) -> pd.DataFrame:
        """The unit's rows of a table."""
        return self._by_unit(table).get(code, self.tables[table].iloc[:0])

    @once
    def _by_unit(self, table: str) -> dict[str, pd.DataFrame]:
        return dict(list(self.tables[table].groupby("unit_code", sort=False)))

    @cached_property
    def kinds(self) -> dict[str, str]:
        """Each unit's kind."""
        return dict(zip(self.units["unit_code"], self.units["kind"], strict=True))

    @cached_property
    def _scored(self) -> pd.DataFrame:
        moved = self.tables["changes"][
            ["unit_code", "previous_total", "change", "previous_rank", "rank_move", "previous_cutoff"]
        ]
        rows = self.tables["scores"].merge(moved, on="unit_code")
        printed = self.tables["measurements"].pivot(index="unit_code", columns="indicator", values="value")
        for name, own in (("PREVIOUS_TOTAL", "previous_total"), ("CHANGE", "change")):
            # What the office printed is shown as printed, also where we do not compare.
            its = printed[name].reindex(rows["unit_code"]).to_numpy() if name in printed else float("nan")
            rows[f"printed_{own.removesuffix('_total')}"] = pd.Series(its, rows.index).fillna(rows[own])
        return rows

    @cached_property
    def has_totals(self) -> bool:
        """Whether any unit has a total this week. Else nothing is said of totals, bands, places and routes."""
        return bool(self.units["total"].notna().any())

    @cached_property
    def total_columns(self) -> tuple[str, ...]:
        """The columns of totals, in their order, in which some row of the table of all units says something.

        Without earlier totals there is nothing to say of them, nor of changes; of what totals and their parts leave
        only where it is more than rounding, and the total is not computed from the parts.
        """
        if not self.has_totals:
            return ()
        rows, nothing = self._scored, score.nothing_points(self.words.decimals)
        earlier = {"previous_total": "printed_previous", "change": "printed_change"}
        shown = [name for name, held in earlier.items() if rows[held].notna().any()]
        has_rest = not self.names.is_total_computed and rows["not_itemised"].abs().max() > nothing
        return ("rank", "total", "band", *shown, *(["not_itemised"] if has_rest else []))

    @cached_property
    def paged(self) -> set[str]:
        """The units that have a page of their own beside the report."""
        return set(self.tables["pages"]["unit_code"])

    def unit_page(self, code: str) -> str:
        """The unit's page, as the report links to it: ``units/30634.html``; "" where it has none."""
        return f"{paths.unit_file(code)}.html" if code in self.paged else ""

    @cached_property
    def units_course(self) -> pd.DataFrame:
        """The course of the present units, without the control row."""
        course = self.tables["course"]
        return course[course["unit_code"].isin(self.units["unit_code"])]

    @cached_property
    def published_before(self) -> date | None:
        """The newest earlier cut-off whose own table is known; None for the first one."""
        course = self.tables["course"]
        days = course.loc[(course["carried_by"] == "") & (course["cutoff"] < str(self.rules.cutoff)), "cutoff"]
        return date.fromisoformat(days.max()) if len(days) else None

    @cached_property
    def revision(self) -> int:
        """1 for a first issue; from 2 on, page and mail are marked as a correction."""
        return int(self.provenance.get("revision", 1))

    @cached_property
    def figures(self) -> dict[str, pd.DataFrame]:
        """Each unit's measurements by indicator."""
        return {code: its.set_index("indicator") for code, its in self.tables["measurements"].groupby("unit_code")}

    @cached_property
    def flagged(self) -> dict[str, set[str]]:
        """Each unit's indicators below the threshold that marks a cell."""
        return {code: set(its["indicator"]) for code, its in self.found("flag").groupby("unit_code")}

    @once
    def found(self, finding: str, indicator: str | None = None) -> pd.DataFrame:
        rows = self.tables["findings"]
        kept = (rows["finding"] == finding) & ((rows["indicator"] == indicator) if indicator else True)
        return rows[kept]

    @cached_property
    def marked(self) -> dict[tuple[str, str], int]:
        """1 for each marked rise and −1 for each marked fall, by unit and indicator of the table ``moves``.

        The one rule for every table, chart and mail.
        """
        rows = self.tables["moves"]
        ways = find_directions(rows)
        keys = zip(rows["unit_code"], rows["indicator"], strict=True)
        return {key: way for key, way in zip(keys, ways, strict=True) if way}

    @cached_property
    def marked_totals(self) -> dict[str, int]:
        """``marked`` of the totals, by unit."""
        return {code: way for (code, indicator), way in self.marked.items() if indicator == CHANGE}

    @cached_property
    def fallen(self) -> set[str]:
        """The units whose total has a marked fall."""
        return {code for code, way in self.marked_totals.items() if way < 0}

    @cached_property
    def rates(self) -> dict[str, pd.Series]:
        """Each unit's rates since the period began, percent, by indicator: from counts where there are any."""
        cells = self.tables["measurements"]
        cells = cells.assign(rate=rate_pct(cells))
        return {code: its.set_index("indicator")["rate"] for code, its in cells.groupby("unit_code")}

    @cached_property
    def target_day(self) -> date:
        """The day by which targets are to be reached."""
        for name in ("possible", "routes"):
            if len(held := self.tables[name]):
                return date.fromisoformat(held["by"].iat[0])
        return date.fromisoformat(f"{self.rules.cutoff.year}-{self.rules.settings['trend']['target_day']}")

    @cached_property
    def ages(self) -> dict[tuple[str, str, str], object]:
        """Rows of the table ``standing`` by finding, unit and indicator."""
        return {(each.finding, each.unit_code, each.indicator): each for each in self.tables["standing"].itertuples()}

    @cached_property
    def open_asks(self) -> pd.DataFrame:
        """The rows of the ledger that ask something of somebody this week; no standing tasks."""
        rows = self.tables["asks"]
        return rows[~rows["state"].isin(CLOSED) & (rows["kind"] != TASK)]

    def remarks(self, about: str = "", code: str = "") -> list[str]:
        """The office's own words about a unit, indicator (or group) or department, one paragraph each; in their order.

        about, code : as in the table ``remarks``; without them what is about the week as a whole
        """
        rows = self.tables["remarks"]
        return rows.loc[(rows["about"] == about) & (rows["code"] == code), "text"].tolist()

    def unit_list(
        self, rows: pd.DataFrame, with_value: bool = True, most: int | None = None, with_age: bool = True
    ) -> str:
        """``Hòa Bình (5,27%, mới), Long Giang (6,45%, 4 kỳ) và …`` in the order of the rows; of more than ``most`` the
        others are counted."""
        named = self.named(rows if most is None else rows.head(most), with_value, with_age)
        if others := len(rows) - len(named):
            named.append(self.words.say("piece.others", count=others))
        return self.words.listed(named)

    def named(self, rows: pd.DataFrame, with_value: bool = True, with_age: bool = True) -> list[str]:
        names = []
        for each in rows.itertuples():
            about = [self.names.figure(each.indicator, each.value)] if with_value else []
            held = self.ages.get((getattr(each, "finding", ""), each.unit_code, each.indicator))
            about += filter(None, [say_short_age(held, self.words)] if held and with_age else [])
            name = self.names.unit(each.unit_code)
            names.append(f"{name} ({'; '.join(about)})" if about else name)
        return names

    @cached_property
    def previous_period(self) -> str:
        """The label of the previous cut-off; with its year if that is another year."""
        cutoff = self.tables["changes"]["previous_cutoff"].iat[0]
        if not cutoff:
            return self.words.say("period.previous")
        day = pd.Timestamp(cutoff).date()
        return self.words.period(day, with_year=day.year != self.rules.cutoff.year)

    @cached_property
    def standing(self) -> tuple[str, str] | None:
        """The rank in the province: (rank, number of areas), from the parameter or ``own_place``."""
        known = self.own_place
        return None if known is None else (f"{known['place']:.0f}", f"{known['of']:.0f}")

    @cached_property
    def own_place(self) -> pd.Series | None:
        """The area's place by its total among its peers, as a row of ``place_changes``: by the parameter, else as it is
        known; where it is not, its place in the other scope; None where neither is."""
        settings, rows = self.rules.settings, self.tables["place_changes"]
        own = select_own(rows, settings["code"], settings["name"]["peers_in"])
        if not self.province_rank:
            return own.iloc[0] if len(own) else None
        place, _, of = self.province_rank.partition("/")
        if not (place.strip().isdigit() and of.strip().isdigit() and 0 < int(place) <= int(of)):
            raise ValueError(f"province_rank {self.province_rank!r}: expected a place such as 7/11")
        held = own.iloc[0] if len(own) else pd.Series({"previous_cutoff": ""})
        return pd.Series({**held, "place": float(place), "of": float(of)})


def printable(text: str) -> str:
    """The text for an Office file: control characters are replaced by �, and each line ends with a line feed."""
    return NOT_XML.sub("�", text.replace("\r\n", "\n").replace("\r", "\n"))
