"""The charts of a report: selects the rows of the week's tables for each chart, and adds its caption.

Every function takes the edition. Where there is nothing to draw it returns None (or no charts), which a cell shows as
nothing.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from analysis.config.wording import capital
from analysis.method import score
from analysis.report import headline
from analysis.report.charts.courses import draw_bump, draw_lines, draw_totals
from analysis.report.charts.heat import draw_heat
from analysis.report.charts.own_rates import draw_own_rates, draw_signals
from analysis.report.charts.points import draw_contributions, draw_lost_points
from analysis.report.charts.preview import draw_preview
from analysis.report.charts.ranking import draw_ranking
from analysis.report.charts.sheet import Chart, Picture
from analysis.report.charts.strip import draw_spread, draw_strip
from analysis.report.edition import Edition
from analysis.report.ranking import LONG
from analysis.tables import NOT_ITEMISED

PANELS = 36  # small multiples on a page of A4
DIFFERS, PLACES = 2, 3  # points that a total wandered from the median, and places that a unit moved: our choice
LEAST_CUTOFFS = 3  # two points are only a change
NAMED = ("band", "fell", "rose", "step", "signal")  # findings that name a unit


def ranking(edition: Edition) -> list[Chart]:
    """Each unit's total now and at the previous cut-off, a chart for each kind; of many units one strip."""
    if many := strip(edition):
        return [many]
    bands = _bands(edition)
    if not edition.has_totals:
        return []
    return [
        captioned(
            draw_ranking(units.assign(marked=_marks(units, edition)), bands, edition.words, among=edition.units),
            "ranking",
            edition,
            part,
        )
        for units, part in _kinds(edition)
    ]


def strip(edition: Edition) -> Chart | None:
    """The totals of many units as dots on one scale; None of so few units that each can have a row, and of none."""
    if len(edition.units) <= LONG or not edition.has_totals:
        return None
    units = edition.units.assign(marked=_marks(edition.units, edition))
    several = units["kind"].nunique() > 1
    units["kind"] = [edition.words.say(f"kind.{kind}") if several else "" for kind in units["kind"]]
    return captioned(draw_strip(units, _bands(edition), edition.words), "strip", edition)


def _bands(edition: Edition) -> pd.DataFrame:
    return edition.rules.bands.assign(name=edition.rules.bands["band"].map(edition.names.band))


def heat(edition: Edition) -> list[Chart]:
    """Indicators compared with targets, units by rank; where the table has no rates, groups with their maximum.

    Without totals only indicators with a target.
    Of many units, a row of dots for each indicator.
    """
    settings, names = edition.rules.settings, edition.names
    percent = edition.rules.indicators.query("unit == 'percent'")["indicator"]
    rates = set(percent) & set(edition.rules.printed["field"])
    if not edition.has_totals:  # nothing says whether a high rate is a good one, except a target
        rates &= set(settings["targets"])
    if not rates:
        groups = edition.tables["points"].query("indicator == ''").dropna(subset="points")
        if groups.empty:
            return []
        groups = groups.rename(columns={"group": "name", "points": "value"})
        cells = groups.assign(
            indicator_name=groups["name"].map(names.group), most=groups["max_points"], decimals=edition.words.decimals
        )
        cells, name = cells.assign(target=float("nan"), flagged=False), "heat_groups"
    else:
        cells = edition.tables["measurements"]
        cells = cells[cells["indicator"].isin(rates)]
        cells = cells.assign(
            indicator_name=cells["indicator"].map(names.indicator),
            target=cells["indicator"].map(settings["targets"]).astype(float),
            most=100.0,
            decimals=cells["indicator"].map(names.decimals),
            flagged=[each.indicator in edition.flagged.get(each.unit_code, ()) for each in cells.itertuples()],
        )
        name = "heat"
    cells = cells.drop(columns="unit_name", errors="ignore")
    if len(edition.units) > LONG:
        cells = cells.merge(edition.units[["unit_code", "unit_name"]], on="unit_code")
        return [captioned(draw_spread(cells, edition.words), "spread", edition)]
    return [
        captioned(
            draw_heat(cells.merge(units[["unit_code", "unit_name", "rank"]], on="unit_code"), edition.words),
            name,
            edition,
            part,
        )
        for units, part in _kinds(edition)
    ]


def bump(edition: Edition) -> Chart | None:
    """Ranks over the cut-offs; None while there are too few cut-offs, where ranks hardly moved, and of many units."""
    if len(edition.units) > LONG or not edition.has_totals:
        return None
    kinds = edition.units.set_index("unit_code")[
        "kind"
    ]  # each kind has its own ranking; the chart shows the larger kind
    course = edition.units_course
    course = course[course["unit_code"].map(kinds) == kinds.mode().iat[0]]
    if course.loc[course["rank"].notna(), "cutoff"].nunique() < LEAST_CUTOFFS:
        return None
    ranks = course[course["since"] == course["since"].max()].groupby("unit_code")["rank"]
    if (ranks.max() - ranks.min()).max() < PLACES:
        return None
    return captioned(draw_bump(course, edition.words, edition.marked_totals), "bump", edition)


def totals(edition: Edition) -> Chart | None:
    """Totals over the cut-offs, of the units whose line is another one than the median's; None where there are none.

    Of many units only those that findings name. None with too few cut-offs.
    """
    course = edition.tables["course"]
    if course["cutoff"].nunique() < LEAST_CUTOFFS or not edition.has_totals:
        return None
    wide = edition.units_course.pivot(index="cutoff", columns="unit_code", values="total")
    apart = wide.sub(wide.median(axis=1), axis=0)
    differs = (apart.max() - apart.min()).ge(DIFFERS)
    kept = [code for code in edition.units["unit_code"] if differs.get(code)]
    if not kept:
        return None
    if len(kept) >= PANELS:
        found = edition.tables["findings"]
        named = set(found.loc[found["finding"].isin(NAMED), "unit_code"])
        kept = [code for code in kept if code in named][: PANELS - 1]
    # The whole course is given, because the median is that of all units, with and without a panel.
    return captioned(draw_totals(course, edition.words, units=[edition.names.control, *kept]), "totals", edition)


def course(edition: Edition, rows: pd.DataFrame, figure: str, codes: list[str]) -> Chart:
    """One figure of chosen units over the cut-offs: an indicator's value, a group's points, or TOTAL.

    rows : cutoff, unit_code, value, points, total, band, since of that figure
    """
    names, grouped = edition.names, figure in set(edition.rules.groups["group"]) and rows["value"].isna().all()
    rows = rows.assign(
        value=rows["points"] if grouped else rows["value"],
        carried=(rows["band"] == "") & rows["total"].notna(),  # every published total has a band
    )
    lines, what = {code: names.unit(code) for code in codes}, names.measured(figure)
    chart = draw_lines(
        rows, lines, edition.words, what, edition.words.number if grouped else partial(names.figure, figure)
    )
    return captioned(chart, "course", edition, what=what)


def contributions(edition: Edition, code: str = "") -> list[Chart]:
    """The parts of the change of one unit, or without a code of those that stand out; of many, several charts.

    A unit stands out where a move of its total or of a part is marked. No chart where the settings want none, and where
    the previous week's own table is missing.
    """
    parts, count = edition.tables["contributions"], edition.rules.settings["page"]["contributions"]
    units = edition.units
    if code:
        parts, units = edition.of_unit("contributions", code), units[units["unit_code"] == code]
    moved = units.dropna(subset="change").sort_values("change", kind="stable")
    moved = moved[moved["unit_code"].isin(parts["unit_code"])]
    worth = moved if code else moved[moved["unit_code"].isin([unit for unit, _ in edition.marked])]
    kept = worth if code or count else moved[:0]
    left_out = len(moved) - len(kept)
    rows = kept.assign(change_marked=_marks(kept, edition))
    rows = rows[["unit_code", "unit_name", "change", "change_marked"]].merge(parts, on="unit_code")
    rows["part"] = [capital(edition.names.part(each)) for each in rows.itertuples()]
    measured = rows["indicator"].where(rows["indicator"] != "", rows["group"])
    rows["marked"] = [edition.marked.get(each, 0) for each in zip(rows["unit_code"], measured, strict=True)]
    area, charts = edition.names.typed(code or edition.names.control), -(-len(kept) // max(count, 1))
    drawn = []
    for number, codes in enumerate(np.array_split(kept["unit_code"], charts) if charts else [], start=1):
        chart = draw_contributions(rows[rows["unit_code"].isin(codes)], edition.words, left_out)
        part = f"{number}/{charts}" if charts > 1 else ""
        drawn.append(captioned(chart, "contributions", edition, part, area=area))
    return drawn


def _marks(units: pd.DataFrame, edition: Edition) -> pd.Series:
    """Of each unit's total: 1 a marked rise, −1 a marked fall, 0 neither."""
    return units["unit_code"].map(edition.marked_totals).fillna(0).astype(int)


def own_rates(edition: Edition, code: str = "", indicator: str = "") -> Chart | None:
    """The week's own rates of one unit and indicator; of those that fit, the one with the strongest signal.

    code, indicator : of the unit and the indicator; "": any. A unit without a signal has the indicator of which it
                      loses most points.
    None without such a signal (or unit), and with too few rates.
    """
    held = edition.tables["own_rates"]
    for unit, name in _by_urgency(edition, code, indicator):
        its = edition.of_unit("own_rates", unit)
        its = its[its["indicator"] == name]
        if its["rate"].count() >= LEAST_CUTOFFS:
            days = held.loc[held["cutoff"] >= its["cutoff"].min(), ["cutoff"]].drop_duplicates()
            its = days.merge(its, how="left", on="cutoff").fillna({"signal": "", "since": ""})
            what = edition.names.indicator(name)
            chart = draw_own_rates(its, edition.words, what)
            return captioned(chart, "own_rates", edition, indicator=what, unit=edition.names.typed(unit))
    return None


def signals(edition: Edition) -> Chart | None:
    """The own rates of every standing signal, the strongest first; what is beyond the setting is only counted.

    None without a signal, and where no rates are known.
    """
    held, standing = edition.tables["own_rates"], edition.tables["signals"]
    standing = standing[standing["signal"] != ""].sort_values("score", key=abs, ascending=False, kind="stable")
    known = held.dropna(subset="rate").groupby(["unit_code", "indicator"]).size()
    pairs = [
        pair
        for pair in zip(standing["unit_code"], standing["indicator"], strict=True)
        if known.get(pair, 0) >= LEAST_CUTOFFS
    ]
    most = edition.rules.settings["page"]["signals"]
    if len(pairs) < 2 or not most:
        return own_rates(edition) if most else None
    names, drawn = edition.names, []
    for unit, indicator in pairs[:most]:
        its = held[(held["unit_code"] == unit) & (held["indicator"] == indicator)]
        drawn.append(its.assign(unit_name=capital(names.typed(unit)), what=names.indicator(indicator)))
    return captioned(draw_signals(pd.concat(drawn), edition.words, len(pairs) - len(drawn)), "signals", edition)


def _by_urgency(edition: Edition, code: str, indicator: str) -> list[tuple[str, str]]:
    """Unit and indicator of the standing signals, the strongest first; then what one unit loses most points by."""
    if code and indicator:
        return [(code, indicator)]
    signals = edition.of_unit("signals", code) if code else edition.tables["signals"]
    signals = signals[signals["signal"] != ""].sort_values("score", key=abs, ascending=False, kind="stable")
    points = edition.of_unit("points", code)
    points = points.assign(lost=points["max_points"] - points["points"])
    points = points[(points["indicator"] != "") & (points["lost"] > 0)]
    points = points.sort_values("lost", ascending=False, kind="stable")
    rows = pd.concat([each[["unit_code", "indicator"]] for each in (signals, points)])
    return list(rows[rows["indicator"].eq(indicator) | (indicator == "")].itertuples(index=False, name=None))


def lost_points(edition: Edition, code: str = "") -> Chart | None:
    """Where points were lost by the area or one unit: each part that explains the total, then the rest.

    None where the table has no such total, or nothing is known of any part of it.
    """
    code = code or edition.names.control
    scores, points = edition.tables["scores"], edition.tables["points"]
    total = scores[scores["unit_code"] == code].dropna(subset="total")
    if total.empty:
        return None
    order = {group: place for place, group in enumerate(edition.rules.groups["group"])}
    points = score.explained(points[points["unit_code"] == code])
    if len(points) and points["points"].isna().all():
        return None
    points = points.sort_values("group", key=lambda groups: groups.map(order), kind="stable")
    names = edition.names
    named = [
        names.indicator(each.indicator) if each.indicator else names.group(each.group) for each in points.itertuples()
    ]
    parts = points.assign(part=named)[["part", "points", "max_points"]]
    rest = {
        "part": edition.names.indicator(NOT_ITEMISED),
        "points": total["not_itemised"].iat[0],
        "max_points": edition.rules.maximum - points["max_points"].sum(),
    }
    if rest["max_points"] > 0:
        parts = pd.concat([parts, pd.DataFrame([rest])], ignore_index=True)
    return captioned(draw_lost_points(parts, edition.words), "lost", edition, area=edition.names.typed(code))


def picture(chart: Chart | None) -> Picture | None:
    """The chart for the mail; None where there is no chart."""
    return Picture(chart) if chart else None


def preview(edition: Edition) -> Chart | None:
    """The picture for previews of links: the area's figures in large type; None where it has no total."""
    if known := headline.figures_of_area(edition):
        return draw_preview(headline.title(edition), known[0], known[1:])
    return None


def captioned(chart: Chart, name: str, edition: Edition, part: str = "", **fields: str) -> Chart:
    area, period = edition.rules.settings["name"][edition.words.lang], edition.words.period(edition.rules.cutoff)
    caption = edition.words.say(f"piece.caption_{name}", **{"area": area, "period": period} | fields)
    return replace(
        chart, caption=edition.words.say("piece.caption_part", caption=caption, part=part) if part else caption
    )


def _kinds(edition: Edition) -> Iterator[tuple[pd.DataFrame, str]]:
    """The units of each kind by rank, with the kind's name where there are several."""
    kinds = edition.units.groupby("kind")
    for kind, units in kinds:
        yield units, edition.words.say(f"kind.{kind}") if len(kinds) > 1 else ""
