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
from analysis.report.charts.own_rates import draw_own_rates
from analysis.report.charts.points import draw_contributions, draw_lost_points
from analysis.report.charts.preview import draw_preview
from analysis.report.charts.ranking import draw_ranking
from analysis.report.charts.sheet import Chart, Picture
from analysis.report.edition import Edition
from analysis.tables import NOT_ITEMISED

ROWS, PANELS = 36, 36  # units in one chart, and panels of small multiples, on a page of A4
DETAILED = 12  # units whose parts are drawn in one chart: they fill a page of A4
LEAST_CUTOFFS = 3  # two points are only a change
NAMED = ("band", "fell", "rose", "step", "signal")  # findings that name a unit


def ranking(edition: Edition) -> list[Chart]:
    """Each unit's total now and at the previous cut-off, on one scale; several charts for many units or kinds."""
    bands = edition.rules.bands.assign(name=edition.rules.bands["band"].map(edition.names.band))
    return [
        captioned(
            draw_ranking(units.assign(marked=_marks(units, edition)), bands, edition.words, among=edition.units),
            "ranking",
            edition,
            part,
        )
        for units, part in _parts(edition)
    ]


def heat(edition: Edition) -> list[Chart]:
    """Indicators compared with targets, units by rank; where the table has no rates, groups with their maximum."""
    settings, names = edition.rules.settings, edition.names
    percent = edition.rules.indicators.query("unit == 'percent'")["indicator"]
    rates = set(percent) & set(edition.rules.columns["field"])
    if not rates:
        groups = edition.tables["points"].query("indicator == ''").rename(columns={"group": "name", "points": "value"})
        cells = groups.assign(indicator_name=groups["name"].map(names.group), most=groups["max_points"], decimals=2)
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
    return [
        captioned(
            draw_heat(cells.merge(units[["unit_code", "unit_name", "rank"]], on="unit_code"), edition.words),
            name,
            edition,
            part,
        )
        for units, part in _parts(edition)
    ]


def bump(edition: Edition) -> Chart | None:
    """Ranks over the cut-offs; None while there are too few cut-offs."""
    kinds = edition.units.set_index("unit_code")[
        "kind"
    ]  # each kind has its own ranking; the chart shows the larger kind
    course = edition.units_course
    course = course[course["unit_code"].map(kinds) == kinds.mode().iat[0]]
    if course.loc[course["rank"].notna(), "cutoff"].nunique() < LEAST_CUTOFFS:
        return None
    return captioned(draw_bump(course, edition.words, edition.marked_totals), "bump", edition)


def totals(edition: Edition) -> Chart | None:
    """Each unit's total over the cut-offs; of many units only those that findings name. None with too few cut-offs."""
    course = edition.tables["course"]
    if course["cutoff"].nunique() < LEAST_CUTOFFS:
        return None
    kept = list(edition.units["unit_code"])
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
    """The parts of the change of one unit, or without a code of the units that changed most; of many, several charts.

    Every unit with a marked move, of its total or of a part, is drawn. Where these are fewer than the settings ask for,
    the others follow, those that fell most first. No chart where the previous week's own table is missing.
    """
    parts, count = edition.tables["contributions"], edition.rules.settings["page"]["contributions"]
    moved = edition.units.dropna(subset="change").sort_values("change", kind="stable")
    moved = moved[moved["unit_code"].isin(parts["unit_code"])]
    worth = moved["unit_code"].isin([code] if code else [unit for unit, _ in edition.marked])
    others = moved[~worth].head(0 if code else max(count - worth.sum(), 0))
    kept = moved[worth | moved.index.isin(others.index)] if code or count else moved[:0]
    left_out = 0 if code else len(moved) - len(kept)
    rows = kept.assign(change_marked=_marks(kept, edition))
    rows = rows[["unit_code", "unit_name", "change", "change_marked"]].merge(parts, on="unit_code")
    rows["part"] = [capital(edition.names.part(each)) for each in rows.itertuples()]
    measured = rows["indicator"].where(rows["indicator"] != "", rows["group"])
    rows["marked"] = [edition.marked.get(each, 0) for each in zip(rows["unit_code"], measured, strict=True)]
    area, charts = edition.names.typed(code or edition.names.control), -(-len(kept) // DETAILED)
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
        its = held[(held["unit_code"] == unit) & (held["indicator"] == name)]
        if its["rate"].count() >= LEAST_CUTOFFS:
            days = held.loc[held["cutoff"] >= its["cutoff"].min(), ["cutoff"]].drop_duplicates()
            its = days.merge(its, how="left", on="cutoff").fillna({"signal": "", "since": ""})
            what = edition.names.indicator(name)
            chart = draw_own_rates(its, edition.words, what)
            return captioned(chart, "own_rates", edition, indicator=what, unit=edition.names.typed(unit))
    return None


def _by_urgency(edition: Edition, code: str, indicator: str) -> list[tuple[str, str]]:
    """Unit and indicator of the standing signals, the strongest first; then what one unit loses most points by."""
    if code and indicator:
        return [(code, indicator)]
    signals, points = edition.tables["signals"], edition.tables["points"]
    signals = signals[signals["signal"] != ""].sort_values("score", key=abs, ascending=False, kind="stable")
    points = points.assign(lost=points["max_points"] - points["points"])
    points = points[(points["unit_code"] == code) & (points["indicator"] != "") & (points["lost"] > 0)]
    points = points.sort_values("lost", ascending=False, kind="stable")
    rows = pd.concat([each[["unit_code", "indicator"]] for each in (signals, points)])
    wanted = rows["unit_code"].eq(code) | (code == "")
    return list(rows[wanted & (rows["indicator"].eq(indicator) | (indicator == ""))].itertuples(index=False, name=None))


def lost_points(edition: Edition, code: str = "") -> Chart | None:
    """Where points of 100 were lost by the area or one unit: each part that explains the total, then the rest.

    None where the table has no such total.
    """
    code = code or edition.names.control
    scores, points = edition.tables["scores"], edition.tables["points"]
    total = scores[scores["unit_code"] == code].dropna(subset="total")
    if total.empty:
        return None
    order = {group: place for place, group in enumerate(edition.rules.groups["group"])}
    points = score.explained(points[points["unit_code"] == code])
    points = points.sort_values("group", key=lambda groups: groups.map(order), kind="stable")
    names = edition.names
    named = [
        names.indicator(each.indicator) if each.indicator else names.group(each.group) for each in points.itertuples()
    ]
    parts = points.assign(part=named)[["part", "points", "max_points"]]
    rest = {
        "part": edition.names.indicator(NOT_ITEMISED),
        "points": total["not_itemised"].iat[0],
        "max_points": edition.rules.groups["max_points"].sum() - points["max_points"].sum(),
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


def _parts(edition: Edition) -> Iterator[tuple[pd.DataFrame, str]]:
    """The units by kind and rank, in parts that fit on a page of A4; each with the text that names the part."""
    words, kinds = edition.words, edition.units.groupby("kind")
    for kind, units in kinds:
        count = -(-len(units) // ROWS)
        for number, rows in enumerate(np.array_split(np.arange(len(units)), count), start=1):
            told = [words.say(f"kind.{kind}")] if len(kinds) > 1 else []
            told += [f"{number}/{count}"] if count > 1 else []
            yield units.iloc[rows], ", ".join(told)
