"""Makes the indexes of what is published: ``reports/<area>/index.html`` and ``reports/index.html``.

An area's index has one row for each week, newest first, with the area's total and the files, and a chart of the totals.
A week is listed even if its tables cannot be read; then its row says so. ``#2023-12-04`` leads to its row. The index of
all areas has one row for each area. Links are relative: a web server can serve the folder.
"""

import dataclasses
import hashlib
from collections.abc import Callable
from datetime import date
from itertools import groupby
from pathlib import Path

import pandas as pd

from analysis.config import rules, spans
from analysis.config.files import ConfigError
from analysis.config.rules import Rules
from analysis.config.wording import MISSING, Wording, capital
from analysis.method.asked import TASK
from analysis.method.ledger import CLOSED, DONE, OVERDUE
from analysis.method.places import select_own
from analysis.report import csp
from analysis.report.html_head import Head, build_head, render_head
from analysis.report.published_weeks import (
    DOCUMENT,
    NAME,
    RECORD,
    REPORT,
    WORKBOOK,
    Published,
    are_areas_stale,
    areas_inputs,
    areas_page,
    areas_record,
    find_drafts,
    has_neighbours,
    inputs,
    is_stale,
    listed_areas,
    published,
    published_periods,
)
from analysis.weeks import atomic, history, paths, store, table_files

LEAST_CUTOFFS = 3  # two points are only a change
LONG = 40  # rows of a table that scrolls by itself on a phone
PUBLIC = ("base_url", "robots")
ATTEMPTS = 3  # another week may be published meanwhile


# -- reading and writing ---------------------------------------------------------------------------------------------


def save(home: Path, area: str, words: Wording) -> None:
    """Make the index of ``area`` again if it is missing or does not match the published weeks.

    If it matches, only files are hashed. Another run may publish a week at the same time, so the check is repeated
    after writing. Without a published week there is no index: one from before the last week was withdrawn is deleted.

    Raises : OSError where the page cannot be written; ConfigError as rules.load does
    """

    def build() -> tuple[str, str] | None:
        weeks, up = published(home, area), has_neighbours(home, area)
        if not weeks:
            return None
        made_of = inputs(home, area, weeks, words)
        held = rules.load(home, area, date.fromisoformat(weeks[-1].cutoff))
        periods = period_rows(published_periods(home, area), find_drafts(home, area), held, words)
        about = {"up": up, "asks": read_asks(home, area), "periods": periods}
        return made_of, build_index(weeks, read(home, area), held, words, **about)

    _keep(
        paths.reports(home, area, NAME),
        paths.processed(home, area, RECORD),
        lambda: is_stale(home, area, words),
        build,
    )


def save_areas(home: Path, words: Wording) -> None:
    """Make the index of all areas again if it is missing or does not match theirs. Raises : OSError."""

    def build() -> tuple[str, str] | None:
        made_of = areas_inputs(home, words)
        weeks = {area: published(home, area) for area in listed_areas(home)}
        return (made_of, build_areas_index(home, weeks, words)) if weeks else None

    _keep(areas_page(home), areas_record(home), lambda: are_areas_stale(home, words), build)


def _keep(page: Path, record: Path, is_stale: Callable[[], bool], build: Callable[[], tuple[str, str] | None]) -> None:
    """Write the page that ``build`` returns, and of what it is made, until the page is no longer stale.

    Where it returns None there is nothing to list any more, and the page is deleted.
    """
    for _ in range(ATTEMPTS):
        if not is_stale():
            return
        made = build()
        if made is None:
            page.unlink(missing_ok=True)
            record.unlink(missing_ok=True)
            continue
        made_of, html = made[0], made[1].encode()
        if not page.is_file() or page.read_bytes() != html:
            atomic.save(page, html)
        atomic.save_json(record, {"inputs": made_of, "page": hashlib.sha256(html).hexdigest()})


def read(home: Path, area: str) -> pd.DataFrame:
    """The totals of all weeks whose tables can be read: the columns of ``history.load``, and kind, change, place, of.

    kind   : a kind of units; NaN for the control row and for carried totals
    change : points, as in that week's report; NaN: none
    place, of : the area's place in its province, and among how many, as a file of the week says; NaN: none does
    """
    try:
        return _totals(home, area)
    except (OSError, ValueError):  # a table is missing or damaged
        lost = [day for day, week in store.history(home, area).items() if not _readable(week)]
        return _totals(home, area, lost)


def _totals(home: Path, area: str, without: list[str] = ()) -> pd.DataFrame:
    weeks = {day: week for day, week in store.history(home, area).items() if day not in without}
    keys, found = ["cutoff", "unit_code"], history.load(home, area, without=without)
    for name, column in (("units", "kind"), ("changes", "change")):
        files = {day: (week.folder / f"{name}.csv").read_bytes() for day, week in weeks.items()}
        its = table_files.from_csvs(name, files).rename_axis("cutoff").reset_index()
        found = found.merge(its[[*keys, column]], on=keys, how="left")
    if not weeks:
        return found.assign(place=float("nan"), of=float("nan"))
    settings = rules.load(home, area, date.fromisoformat(max(weeks))).settings
    places = history.places(home, area, without=without)
    places = select_own(places, settings["code"], settings["name"]["peers_in"])
    return found.merge(places[[*keys, "place", "of"]], on=keys, how="left")


def read_asks(home: Path, area: str) -> pd.DataFrame:
    """How many asks each week's ledger has: cutoff, open, overdue (of the open ones) and done in that week, standing
    tasks left out. A week that older programs made has no row; where a ledger cannot be read, none has."""
    held = {day: week for day, week in store.history(home, area).items() if (week.folder / "asks.csv").is_file()}
    try:
        rows = table_files.from_csvs("asks", {day: week.data("asks") for day, week in held.items()})
    except (OSError, ValueError):  # the week is made again; meanwhile nothing is told of any
        rows = table_files.from_csvs("asks", {})
    rows = rows[rows["kind"] != TASK].rename_axis("cutoff").reset_index()
    counted = {"open": ~rows["state"].isin(CLOSED), "overdue": rows["state"] == OVERDUE, "done": rows["state"] == DONE}
    return rows[["cutoff"]].assign(**counted).groupby("cutoff").sum().reset_index()


def read_week(home: Path, area: str, cutoff: str) -> pd.DataFrame:
    """The totals of one week, as ``read`` returns them; no rows where they cannot be read."""
    try:
        found = _totals(home, area, [day for day in store.published(home, area) if day != cutoff])
    except (OSError, ValueError):
        return pd.DataFrame(columns=["cutoff", "unit_code", "unit_name", "total", "kind", "carried_by", "place", "of"])
    return found[(found["cutoff"] == cutoff) & (found["carried_by"] == "")]


def _readable(week: store.Week) -> bool:
    revised = [*earlier, week] if (earlier := store.earlier_revisions(week)) else []
    try:
        for name in ("scores", "changes", "units", *(["source"] if (week.folder / "source.csv").is_file() else [])):
            week.read(name)
        for each in revised:
            each.read("corrections")
    except (OSError, ValueError):
        return False
    return True


# -- the way into a week ---------------------------------------------------------------------------------------------


def build_way_in(title: str, head: Head, words: Wording) -> str:
    """The page that a web server shows for the folder of a week; it leads on to report.html at once."""
    from analysis.report.templates import template

    fields = {"title": title, "head": head, "lang": words.lang, "policy": csp.policy("")}
    return template("page/way_in.html.j2").render(say=words.say, report=REPORT, **fields)


# -- the page --------------------------------------------------------------------------------------------------------


def build_index(
    weeks: list[Published],
    totals: pd.DataFrame,
    held: Rules,
    words: Wording,
    up: bool = False,
    asks: pd.DataFrame | None = None,
    periods: list[dict] = (),
) -> str:
    """The index as one HTML file without scripts and requests; the same weeks give the same bytes.

    weeks  : oldest first, at least one
    totals : as ``read`` returns them; a week without rows there has tables that cannot be read
    held   : the rules in force at the newest cut-off
    up     : whether the page links to the index of all areas
    asks   : as ``read_asks`` returns them; how many are overdue is marked as internal
    periods : as ``period_rows`` returns them
    """
    words = held.worded(words)
    area, course = held.settings["name"][words.lang], _course(totals, held)
    rows = _rows(weeks[::-1], totals[totals["carried_by"] == ""], held, words)
    counts = {} if asks is None else asks.set_index("cutoff").to_dict("index")
    rows = [row | {"asks": _say_asks(counts.get(row["day"]), words)} for row in rows]
    title, first = words.say("index.title", area=area), _head(rows, course, area, held, words)
    has_totals = totals.empty or totals["total"].notna().any()
    first |= {} if has_totals else {"lines": []}  # there is nothing of which a course could be missing
    shown = [({"text/html": _html("index", words, up=up, has_totals=has_totals, **first)}, {})]
    if course["cutoff"].nunique() >= LEAST_CUTOFFS:
        shown.append(_chart(course, area, words)._repr_mimebundle_())
    if periods:
        shown.append(({"text/html": _html("index_periods", words, rows=periods)}, {}))
    shown.append(({"text/html": _html("index_weeks", words, **_weeks(rows, area, has_totals, words))}, {}))
    news = " ".join(filter(None, [first["published"], first["result"]]))
    head = build_head(held.settings["public"], f"{held.area}/{NAME}", news, kind="website")
    return _page(shown, head, title, words)


def period_rows(periods: list[Published], drafts: list[str], held: Rules, words: Wording) -> list[dict]:
    """The months, quarters and years that have a report, the newest first: ``name``, ``label``, whether it is a
    ``draft``, its ``revision`` and the ``earlier`` issues, and its files.

    periods : as ``published_periods`` returns them;  drafts : the names of those that were not over when they were made
    """
    rows = []
    for each in reversed(periods):
        links = {name.removeprefix(f"{each.cutoff}/"): name for name in each.files}
        rows.append(
            {
                "name": each.cutoff,
                "label": capital(words.span(spans.span(each.cutoff))),
                "draft": each.cutoff in drafts,
                "revision": each.revision,
                "earlier": [(no, links.get(f"r{no}/{REPORT}", "")) for no in range(each.revision - 1, 0, -1)],
                "file_name": paths.saved_name(held.index.get("short", ""), held.area, each.cutoff),
                "report": links.get(REPORT, ""),
                "document": links.get(DOCUMENT, ""),
                "workbook": links.get(WORKBOOK, ""),
            }
        )
    return rows


def build_areas_index(home: Path, weeks: dict[str, list[Published]], words: Wording) -> str:
    """The index of all areas as one HTML file: for each area its newest week, and how many there are.

    weeks : by area, oldest first, at least one each; an area whose configuration is wrong is listed without its figures
    """
    rows, publics, about = [], [], []
    for area, its in weeks.items():
        named = {"area": area, "name": area, "count": words.number(len(its), 0)}
        try:
            held = rules.load(home, area, date.fromisoformat(its[-1].cutoff))
        except ConfigError:
            rows.append(_blank(its[-1], words) | named)
            continue
        named["name"] = capital(held.settings["name"][words.lang])
        publics.append(held.settings["public"])
        about.append(held)
        (row,) = _rows(its[-1:], read_week(home, area, its[-1].cutoff), held, held.worded(words))
        rows.append(row | named)
    if about and all(each.index == about[0].index for each in about):  # else the list is about no single index
        words = about[0].worded(words)
    shown = [({"text/html": _html("index_areas", words, areas=rows, missing=MISSING)}, {})]
    shared = {key: values.pop() if len(values := {each[key] for each in publics}) == 1 else "" for key in PUBLIC}
    head = build_head(shared, NAME, words.say("index.areas_about"), kind="website")
    return _page(shown, head, words.say("index.areas_title"), words)


def _page(shown: list[tuple[dict, dict]], head: Head, title: str, words: Wording) -> str:
    from analysis.report import export

    data, about = render_head(head)._repr_html_()
    shown = [*shown, ({"text/html": data}, {"text/html": about})]
    return export.page(export.display(shown, "page"), words, title, "index/style.css")


def _course(totals: pd.DataFrame, held: Rules) -> pd.DataFrame:
    """The area's own totals, of as many cut-offs as charts show."""
    own = totals[totals["unit_code"] == held.settings["code"]].dropna(subset="total")
    return own.sort_values("cutoff").tail(held.settings["trend"]["shown_cutoffs"])


def _rows(weeks: list[Published], totals: pd.DataFrame, held: Rules, words: Wording) -> list[dict]:
    """The values of each week's row; totals : published ones, of a week whose tables cannot be read none."""
    areas = totals[totals["unit_code"] == held.settings["code"]].dropna(subset="total")
    areas = {area.cutoff: area for area in areas.drop_duplicates("cutoff").itertuples()}
    ranks = held.province_rank.drop_duplicates("cutoff")
    known = {str(rank.cutoff.date()): (rank.rank, rank.of) for rank in ranks.itertuples()}
    readable, kinds = set(totals["cutoff"]), _spreads(totals, words)
    rows = []
    for week in weeks:
        area, place = areas.get(week.cutoff), known.get(week.cutoff)
        if area and not pd.isna(area.place):
            place = area.place, area.of
        rows.append(
            _blank(week, words)
            | {
                "readable": week.cutoff in readable,
                "file_name": paths.saved_name(held.index.get("short", ""), held.area, week.cutoff),
                "place": "{:.0f}/{:.0f}".format(*place) if place else "",
                "total": words.number(area.total) if area else "",
                "change": words.number(area.change, signed=True) if area else MISSING,
                "band": _band(area.band, held, words) if area else MISSING,
                "kinds": kinds.get(week.cutoff, [{}]),
            }
        )
    return rows


def _say_asks(counts: dict | None, words: Wording) -> dict | None:
    """How many asks are ``open``, ``overdue`` ("": none) and ``done``, each as a text; None: it is not known."""
    if counts is None:
        return None
    told = {name: words.say(f"reminder.index_{name}", count=int(count)) for name, count in counts.items()}
    return told | {"overdue": told["overdue"] if counts["overdue"] else ""}


def _blank(week: Published, words: Wording) -> dict:
    """What is known of a week without its tables."""
    folder = f"{week.cutoff}/"
    links = {name.removeprefix(folder): name for name in week.files}
    return {
        "day": week.cutoff,
        "year": week.cutoff[:4],
        "period": capital(words.period(date.fromisoformat(week.cutoff))),
        "cutoff": words.date(date.fromisoformat(week.cutoff)),
        **dict.fromkeys(("total", "place"), ""),
        **dict.fromkeys(("change", "band"), MISSING),
        "unfinished": _unfinished(week, REPORT in links, words),
        "revision": week.revision,
        "earlier": [(number, links.get(f"r{number}/{REPORT}", "")) for number in range(week.revision - 1, 0, -1)],
        "report": links.get(REPORT, ""),
        "document": links.get(DOCUMENT, ""),
        "workbook": links.get(WORKBOOK, ""),
    }


def _unfinished(week: Published, has_report: bool, words: Wording) -> str:
    """What is missing of a published week; "" where it is complete."""
    if not has_report:
        return words.say("index.no_report")
    return words.say("index.failed", count=words.number(week.failed, 0)) if week.failed else ""


def _band(code: str, held: Rules, words: Wording) -> str:
    """The name of a band; its code where the band is no longer in force."""
    if words.lang == "vi":
        return code
    return dict(zip(held.bands["band"], held.bands["name_en"], strict=True)).get(code, code)


def _spreads(totals: pd.DataFrame, words: Wording) -> dict[str, list[dict]]:
    """By cut-off, for each kind of units: how many there are, their median, and those with the highest and the lowest
    total."""
    keys = ["cutoff", "kind"]
    groups = totals.groupby(keys)["total"]
    about = groups.agg(["size", "median", "max", "min"])
    named = {
        end: totals[totals["total"] == groups.transform(end)].groupby(keys)["unit_name"].agg(["first", "size"])
        for end in ("max", "min")
    }
    found: dict[str, list[dict]] = {}
    for each in about.itertuples():
        cutoff, kind = each.Index
        ends = [
            _named(*named[end].loc[each.Index], total, words) if each.Index in named[end].index else MISSING
            for end, total in (("max", each.max), ("min", each.min))
        ]
        row = {"name": words.say(key) if words.has(key := f"kind.{kind}") else kind}
        row |= {"count": words.number(each.size, 0), "median": words.number(each.median)}
        found.setdefault(cutoff, []).append(row | dict(zip(("highest", "lowest"), ends, strict=True)))
    return found


def _named(unit: str, count: int, total: float, words: Wording) -> str:
    """The unit and its total: ``Hòa Bình (61,27)``; of several with the same total the first, and how many others."""
    if others := count - 1:
        return words.say("index.tied", unit=unit, count=words.number(others, 0), total=words.number(total))
    return words.say("index.unit", unit=unit, total=words.number(total))


def _head(rows: list[dict], course: pd.DataFrame, area: str, held: Rules, words: Wording) -> dict:
    """The title, the number of weeks, the newest result, and the lines about the course."""
    newest, result = rows[0], ""
    if newest["total"]:
        fields = {name: newest[name] for name in ("total", "band")}
        parts = [words.say("piece.result", area=capital(area), **fields)]
        if newest["place"]:
            rank, of = newest["place"].split("/")
            peers = held.settings["name"][f"peers_{words.lang}"]
            parts.append(words.say("piece.standing", rank=rank, of=of, peers=peers))
        result = words.say("piece.sentence", text=", ".join(parts))
    ends = {"first": rows[-1]["cutoff"], "last": newest["cutoff"]}
    several = words.say("index.published", count=words.number(len(rows), 0), **ends)
    return {
        "title": words.say("index.title", area=area),
        "published": several if len(rows) > 1 else words.say("index.published_one", day=newest["cutoff"]),
        "newest": newest,
        "result": result,
        "lines": _course_lines(rows, course, words),
        "years": list(dict.fromkeys(row["year"] for row in rows)),
    }


def _course_lines(rows: list[dict], course: pd.DataFrame, words: Wording) -> list[str]:
    """Lines that say why there is no chart, why its line is interrupted, and which weeks are not in it."""
    known, lines = course["cutoff"].nunique(), []
    if not known:
        lines.append(words.say("index.no_total"))
    elif known < LEAST_CUTOFFS:
        lines.append(words.say("index.few", count=words.number(known, 0), least=words.number(LEAST_CUTOFFS, 0)))
    for since in course["since"].drop_duplicates().iloc[1:]:
        key = "index.new_year" if since.endswith("-01-01") else "index.new_rules"
        lines.append(words.say(key, day=words.date(date.fromisoformat(since))))
    without = [row for row in rows if row["readable"] and not row["total"]] if known else []
    return lines + _counted("index.without_total", without, words)


def _weeks(rows: list[dict], area: str, has_totals: bool, words: Wording) -> dict:
    """The rows grouped by year, and the columns that are not empty in all weeks."""
    shown = {
        "place": any(row["place"] for row in rows),
        "total": any(row["total"] for row in rows),
        "median": has_totals and any(row["readable"] and not row["total"] for row in rows),
        "ends": has_totals,
        "asks": any(row["asks"] for row in rows),
        "kind": len({each["name"] for row in rows for each in row["kinds"] if each}) > 1,
    }
    years = [(year, list(its)) for year, its in groupby(rows, key=lambda row: row["year"])]
    notes = [words.say("index.about", area=area), words.say("index.change_note")] if shown["total"] else []
    notes += [] if has_totals else [words.say("index.no_totals")]
    notes += [words.say("index.draft_note")] if any(row["document"] for row in rows) else []
    notes += _counted("index.unreadable", [row for row in rows if not row["readable"]], words)
    return {"years": years, "shown": shown, "notes": notes, "missing": MISSING, "long": LONG}


def _counted(key: str, rows: list[dict], words: Wording) -> list[str]:
    return [words.say(key, count=words.number(len(rows), 0))] if rows else []


def _chart(course: pd.DataFrame, area: str, words: Wording):
    from analysis.report.charts.courses import draw_course

    ends = {"first": course["cutoff"].iat[0], "last": course["cutoff"].iat[-1]}
    days = {name: words.date(date.fromisoformat(day)) for name, day in ends.items()}
    return dataclasses.replace(draw_course(course, words), caption=words.say("index.caption", area=area, **days))


def _html(piece: str, words: Wording, **fields: object) -> str:
    from analysis.report.templates import template

    return template(f"pieces/{piece}.html.j2").render(say=words.say, **fields)
