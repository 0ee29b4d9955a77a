"""Five names for analysts: ``history``, ``week``, ``what_if``, ``check`` and ``charts``.

Every name takes an area (a folder of config/), and ``home``: the folder that holds config/ and data/ (None: the one of
``weeks.home.find_home``). A cut-off is an ISO date such as "2023-12-04"; None is the newest published one. A unit is
given by its code or its name, an indicator by its code or its Vietnamese or English name; upper and lower case make no
difference. Whatever is not there raises ``Unknown``, which lists what there is. Tables: docs/tables.md.
"""

import difflib
import warnings
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pandas as pd

from analysis import tables
from analysis.config import files, periods, rules, wording
from analysis.config.units import Registry, spelling_key
from analysis.exits import AnalysisError
from analysis.gate import clean, replies
from analysis.method import what_if as assumed
from analysis.report import figures
from analysis.report.charts.sheet import Chart, draw_nothing
from analysis.report.edition import Edition
from analysis.weeks import history as past
from analysis.weeks import paths, store
from analysis.weeks.damage import find_damage
from analysis.weeks.home import find_home

HISTORY = ["cutoff", "unit_code", "unit_name", "indicator", "value", "numerator", "denominator"]
HISTORY += ["points", "total", "band", "rank", "since"]
OF_ANOTHER_CUTOFF = ("PREVIOUS_TOTAL", "CHANGE")
MOST_LISTED = 30  # names that an error lists


class Unknown(AnalysisError, LookupError):
    """There is no such area, cut-off, table, unit or indicator. The text lists what there is, the nearest first."""

    def __init__(self, what: str, given: object, there: Iterable[str]) -> None:
        names = sorted(there, key=lambda name: -_likeness(str(given), name))
        more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
        listed = f"{', '.join(names[:MOST_LISTED]) or 'none'}{more}"
        super().__init__(f"no {what}{'' if given is None else f' {str(given)!r}'}; there are: {listed}")


class UnknownTable(Unknown, AttributeError):
    """A week has no table of that name. It is also an AttributeError, which ``hasattr`` needs."""


class WeekTables:
    """The tables of one published week, each an attribute: ``.scores``, ``.measurements``; ``dir`` lists them.

    An attribute is a new frame each time. Columns, units and missing values: docs/tables.md.
    area, cutoff : of the week
    Raises       : UnknownTable where the week has no such table; TableError where its file is not that table
    """

    def __init__(self, held: store.Week, codes: tuple[str, ...] | None = None) -> None:
        self.area, self.cutoff = held.area, held.cutoff
        self._held, self._codes = held, codes

    def of(self, *units: str) -> "WeekTables":
        """The same tables with the rows of these units only, given by code or name (the area: its control row).

        Tables without the column unit_code stay whole. Raises : Unknown for a unit that the week does not have.
        """
        return WeekTables(self._held, tuple(_Units(self._held).code(unit) for unit in units))

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._names():
            raise UnknownTable(f"table in the week {self.cutoff} of {self.area}:", name, self._names())
        frame = self._held.read(name)
        if self._codes is None or "unit_code" not in frame:
            return frame
        return frame[frame["unit_code"].isin(self._codes)].reset_index(drop=True)

    def __dir__(self) -> list[str]:
        return sorted(["area", "cutoff", "of", *self._names()])

    def __repr__(self) -> str:
        return f"<week {self.cutoff} of {self.area}: {', '.join(self._names())}>"

    def _names(self) -> list[str]:
        return [name for name in tables.TABLES if name == "pages" or (self._held.folder / f"{name}.csv").is_file()]


def history(area: str, home: Path | None = None) -> pd.DataFrame:
    """Every published figure of an area: one row for each cut-off, unit and figure, oldest cut-off first.

    Returns : cutoff (ISO); unit_code, unit_name (the control row, which counts no unit, has the area's code);
              indicator (code of an indicator or a group, or TOTAL); value (as delivered: per cent 0–100, points or a
              count); numerator, denominator (cases); points (of the indicator, or of the group where the figure is a
              group; missing for TOTAL and for what earns none); total (the unit's points at that cut-off, 0–100), band
              ("": none), rank (1 is best), since (ISO: totals of different series are not compared; "": no total).
              Missing figures are NaN. A total that only a later table carries has its TOTAL row, without band and
              rank. PREVIOUS_TOTAL and CHANGE are left out. Without a published week the frame has no rows. A week
              whose tables are not those that were published is left out, with a warning.
    Raises  : Unknown for the area; TableError or NotFound where a published week cannot be read
    """
    home = _home_of(area, home)
    for damaged in store.find_damaged(home, area).values():
        warnings.warn(f"{damaged} is not what was published; its week is left out; make it again", stacklevel=2)
    totals, cells = past.load(home, area), past.read(home, area, "measurements")
    cells = past.with_totals(cells[~cells["indicator"].isin(OF_ANOTHER_CUTOFF)], totals[totals["carried_by"] == ""])
    carried = totals[totals["carried_by"] != ""].assign(indicator="TOTAL", value=lambda rows: rows["total"])
    rows = pd.concat([cells, carried[["cutoff", "unit_code", "unit_name", "indicator", "value"]]], ignore_index=True)
    rows = rows.merge(_points(past.read(home, area, "points")), how="left", on=["cutoff", "unit_code", "indicator"])
    of_unit = totals[["cutoff", "unit_code", "total", "band", "rank", "since"]]
    rows = rows.merge(of_unit, how="left", on=["cutoff", "unit_code"]).fillna({"band": "", "since": ""})
    return rows.sort_values("cutoff", kind="stable", ignore_index=True)[HISTORY]


def week(area: str, cutoff: str | date | None = None, home: Path | None = None) -> WeekTables:
    """The tables of one published week: ``week("cho-moi").scores``, ``week("cho-moi").of("Kiến An").measurements``.

    Raises : Unknown for the area, or a cut-off that is not published
    """
    return WeekTables(_held(area, cutoff, home))


def what_if(
    area: str,
    unit: str,
    cutoff: str | date | None = None,
    home: Path | None = None,
    **figures: float | tuple[float, float],
) -> pd.DataFrame:
    """Totals, bands and places of all units as they would be if one unit had other figures.

    figures : by indicator: ``CKMB=24`` (per cent) or ``CKMB=(12, 50)`` (12 of 50 cases); ``**{"Tiến độ …": 90}`` too
    Returns : unit_code, unit_name, total_now, total (points), band_now, band ("": no total), rank_now, rank (NaN for
              the control row). All other points of a total are assumed not to change.
    Raises  : Unknown for area, cut-off, unit or an indicator that the unit does not have; ValueError for a figure that
              is no rate from 0 to 100 %, or that earns no points, and for a week without totals
    """
    held = _held(area, cutoff, home)
    code, in_force, scores = _Units(held).code(unit), held.rules(), held.read("scores")
    if scores["total"].isna().all():
        raise ValueError(f"{area}, {held.cutoff}: the table has no totals")
    measurements = past.with_totals(held.read("measurements"), scores)
    there = set(measurements.loc[measurements["unit_code"] == code, "indicator"]) - {*OF_ANOTHER_CUTOFF, "TOTAL"}
    rows = []
    for name, figure in figures.items():
        numerator, denominator = figure if isinstance(figure, tuple | list) else (None, None)
        value = figure if numerator is None else None
        rows.append((code, _indicator(name, in_force, there), value, numerator, denominator))
    changed = pd.DataFrame(rows, columns=["unit_code", "indicator", "value", "numerator", "denominator"])
    if changed["indicator"].duplicated().any():
        raise ValueError(f"{', '.join(figures)}: the same indicator twice")
    held_rules = (in_force.indicators, in_force.groups, in_force.bands, held.read("units"))
    return assumed.what_if(measurements, changed, *held_rules)


def check(
    files: str | Path | Iterable[str | Path],
    area: str,
    cutoff: str | date,
    home: Path | None = None,
    lang: str = "vi",
) -> clean.Cleaned:
    """What the gate says of a delivered file, or of several files of one cut-off; nothing is written.

    lang    : language of the sentences, vi or en
    Returns : .refused (whether an error refuses the table), and frames: .problems, .repairs, .measurements, and the
              others of ``gate.clean.Cleaned``. Measurements of a refused table are incomplete.
    Raises  : Unknown for the area, or a cut-off that is no date; OSError where a file cannot be opened
    """
    home = _home_of(area, home)
    try:
        day = periods.cutoff(str(cutoff))
    except ValueError:
        raise Unknown("cut-off", cutoff, ["any ISO date such as 2023-12-04"]) from None
    week = store.Week(home, area, str(day), paths.processed(home, area, str(day)))
    named = [files] if isinstance(files, str | Path) else files
    return replies.gate_with_replies(named, week, rules.load(home, area, day), wording.load(home, lang))


class charts:
    """The charts of one week of an area, the newest or that of ``cutoff``; ``lang``: vi or en.

    A chart is shown as SVG where a cell ends with it; ``.alt`` is its text, ``.png()`` and ``.svg()`` are its data.
    Without anything to draw a chart says so. Raises : Unknown for area, cut-off, unit or indicator
    """

    @staticmethod
    def course(
        area: str,
        indicator: str,
        units: str | Iterable[str],
        cutoff: str | date | None = None,
        home: Path | None = None,
        lang: str = "vi",
    ) -> Chart:
        """One figure of chosen units over the cut-offs up to ``cutoff``, a line each: ``course("cho-moi", "TT", …)``.

        indicator : an indicator (its value: per cent or a count), a group (its points), or TOTAL (points)
        """
        held = _held(area, cutoff, home)
        rows = history(area, held.home).query("cutoff <= @held.cutoff")
        code = _indicator(indicator, held.rules(), rows["indicator"].unique())
        every = _Units(held)
        codes = [every.code(unit) for unit in ([units] if isinstance(units, str) else units)]
        rows = rows[(rows["indicator"] == code) & rows["unit_code"].isin(codes)]
        return figures.course(_edition(held, lang), rows, code, codes)

    @staticmethod
    def ranking(area: str, cutoff: str | date | None = None, home: Path | None = None, lang: str = "vi") -> list[Chart]:
        """Each unit's total now and at the previous cut-off; several charts where there are many units."""
        return figures.ranking(_edition(_held(area, cutoff, home), lang))

    @staticmethod
    def heat(area: str, cutoff: str | date | None = None, home: Path | None = None, lang: str = "vi") -> list[Chart]:
        """Indicators compared with their targets, units by rank; several charts where there are many units."""
        return figures.heat(_edition(_held(area, cutoff, home), lang))

    @staticmethod
    def lost(
        area: str,
        unit: str | None = None,
        cutoff: str | date | None = None,
        home: Path | None = None,
        lang: str = "vi",
    ) -> Chart:
        """Where the area or one unit lost points of 100: a step for each part."""
        return _of_unit(figures.lost_points, _held(area, cutoff, home), unit, lang)

    @staticmethod
    def signals(
        area: str,
        unit: str | None = None,
        cutoff: str | date | None = None,
        home: Path | None = None,
        lang: str = "vi",
    ) -> Chart:
        """The own rates of one unit's weeks, with what is usual and the cut-offs at which a signal stands.

        unit : None: the unit with the strongest signal. The indicator is that of its strongest signal; fewer than three
               rates are too few to draw.
        """
        return _of_unit(figures.own_rates, _held(area, cutoff, home), unit, lang)


# -- finding what was asked for --------------------------------------------------------------------------------------


def _home_of(area: str, home: Path | None) -> Path:
    home = Path(home or find_home())
    if area not in files.areas(home):
        raise Unknown("area", area, files.areas(home))
    return home


def _held(area: str, cutoff: str | date | None, home: Path | None) -> store.Week:
    home = _home_of(area, home)
    weeks = store.weeks(home, area)
    chosen = max(weeks, default="") if cutoff is None else str(cutoff)
    if chosen not in weeks:
        raise Unknown(f"published week of {area}", cutoff, weeks)
    if damaged := find_damage(home, area, chosen):
        warnings.warn(f"{damaged} is not what was published; make that week again", stacklevel=3)
    return weeks[chosen]


class _Units:
    """The units of a week, including the area (its control row); finds one by code or name."""

    def __init__(self, held: store.Week) -> None:
        in_force, units = held.rules(), held.read("units")
        self._names = dict(zip(units["unit_code"], units["unit_name"], strict=True))
        registered = units.rename(columns={"unit_code": "code", "unit_name": "name"})
        self._registry = Registry(registered, in_force.aliases, in_force.settings.get("name_suffix", ""))
        control = in_force.settings["code"]
        self._exact = {code.casefold(): code for code in [*self._names, control]}
        self._exact |= {_key(name): control for name in in_force.settings["name"].values()}
        self._exact |= {_key(name): control for name in in_force.settings["control_rows"]}
        self._control = f"{in_force.settings['name']['vi']} ({control})"

    def code(self, unit: str) -> str:
        if code := self._exact.get(_key(unit)):
            return code
        if hit := self._registry.match(str(unit)):
            return hit.code
        raise Unknown("unit", unit, [*(f"{name} ({code})" for code, name in self._names.items()), self._control])


def _indicator(wanted: str, in_force: rules.Rules, there: Iterable[str]) -> str:
    """The code of an indicator, group or total among ``there``, by its code or by a name."""
    names = dict.fromkeys(sorted(there), "")
    meant = {}
    for table, key in ((in_force.indicators, "indicator"), (in_force.groups, "group")):
        for code, *both in table[[key, "name_vi", "name_en"]].itertuples(index=False):
            if code in names:
                names[code] = names[code] or both[0]
                for name in both:
                    meant.setdefault(_key(name), code)
    meant |= {_key(code): code for code in names}
    if _key(wanted) not in meant:
        raise Unknown("indicator", wanted, [f"{code} ({name})" if name else code for code, name in names.items()])
    return meant[_key(wanted)]


def _key(name: object) -> str:
    return spelling_key(str(name))


def _likeness(given: str, name: str) -> float:
    """How similar ``given`` is to ``name`` (``code (name)`` or ``name (code)``) or to one of its two parts, 0 to 1."""
    parts = (name, *name.removesuffix(")").split(" (", 1))
    return max(difflib.SequenceMatcher(None, _key(given), _key(each)).ratio() for each in parts)


# -- drawing ---------------------------------------------------------------------------------------------------------


def _points(points: pd.DataFrame) -> pd.DataFrame:
    """Points by the name of the figure; a group whose only indicator has the same code is that indicator."""
    named = points.assign(indicator=points["indicator"].where(points["indicator"] != "", points["group"]))
    keys = ["cutoff", "unit_code", "indicator"]
    return named.drop_duplicates(keys)[[*keys, "points"]]  # a group's indicators come before its own row


def _edition(held: store.Week, lang: str) -> Edition:
    """The edition that charts are made from. A table that older versions did not write has no rows."""
    read = {name: held.read(name) for name in WeekTables(held)._names()}
    unwritten = {name: pd.DataFrame(columns=list(table.columns)) for name, table in tables.TABLES.items()}
    return Edition(held.rules(), held.words(lang), unwritten | read)


def _of_unit(draw, held: store.Week, unit: str | None, lang: str) -> Chart:
    edition = _edition(held, lang)
    return draw(edition, "" if unit is None else _Units(held).code(unit)) or draw_nothing(edition.words)
