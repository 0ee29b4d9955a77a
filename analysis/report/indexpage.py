"""Makes the index of an area's published weeks, ``reports/<area>/index.html``. A web server can serve that folder.

The index has one row for each week, newest first, with the area's total and the files, and a chart of the totals. A
week is listed even if its tables cannot be read; then its row says so. Links are relative.
"""

import dataclasses
import hashlib
from datetime import date
from itertools import groupby
from pathlib import Path

import pandas as pd

from analysis.config import rules
from analysis.config.rules import Rules
from analysis.config.wording import MISSING, Wording, capital
from analysis.report import csp
from analysis.report.head import Head
from analysis.report.published_weeks import (
    DOCUMENT,
    NAME,
    RECORD,
    REPORT,
    WORKBOOK,
    Published,
    inputs,
    is_stale,
    published,
)
from analysis.weeks import atomic, history, paths, store, table_files

LEAST_CUTOFFS = 3  # two points are only a change
LONG = 40  # rows of a table that scrolls by itself on a phone
ATTEMPTS = 3  # another week may be published meanwhile


# -- reading and writing ---------------------------------------------------------------------------------------------


def save(home: Path, area: str, words: Wording) -> None:
    """Make the index of ``area`` again if it is missing or does not match the published weeks.

    If it matches, only files are hashed. Another run may publish a week at the same time, so the check is repeated
    after writing. Without a published week no index is made.

    Raises : OSError where the page cannot be written; ConfigError as rules.load does
    """
    page, record = paths.reports(home, area, NAME), paths.processed(home, area, RECORD)
    for _ in range(ATTEMPTS):
        if not is_stale(home, area, words):
            return
        weeks = published(home, area)
        made_of = {"inputs": inputs(home, area, weeks, words)}
        held = rules.load(home, area, date.fromisoformat(weeks[-1].cutoff))
        html = build_index(weeks, read(home, area), held, words).encode()
        if not page.is_file() or page.read_bytes() != html:
            atomic.save(page, html)
        atomic.save_json(record, made_of | {"page": hashlib.sha256(html).hexdigest()})


def read(home: Path, area: str) -> pd.DataFrame:
    """The totals of all weeks whose tables can be read: the columns of ``history.load``, and kind and change.

    kind   : commune or department; NaN for the control row and for carried totals
    change : points, as in that week's report; NaN: none
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
    return found


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


def build_index(weeks: list[Published], totals: pd.DataFrame, held: Rules, words: Wording) -> str:
    """The index as one HTML file without scripts and requests; the same weeks give the same bytes.

    weeks  : oldest first, at least one
    totals : as ``read`` returns them; a week without rows there has tables that cannot be read
    held   : the rules in force at the newest cut-off
    """
    from nbformat import v4

    from analysis.report import export

    area, course = held.settings["name"][words.lang], _course(totals, held)
    by_week = dict(list(totals[totals["carried_by"] == ""].groupby("cutoff")))
    rows = [_row(week, by_week.get(week.cutoff, totals.iloc[:0]), held, words) for week in reversed(weeks)]
    shown = [({"text/html": _html("index", words, **_head(rows, course, area, held, words))}, {})]
    if course["cutoff"].nunique() >= LEAST_CUTOFFS:
        shown.append(_chart(course, area, words)._repr_mimebundle_())
    shown.append(({"text/html": _html("index_weeks", words, **_weeks(rows, area, words))}, {}))
    outputs = [v4.new_output("display_data", data, metadata=about) for data, about in shown]
    notebook = v4.new_notebook(cells=[v4.new_code_cell(outputs=outputs, metadata={"tags": ["page"]})])
    return export.page(notebook, words, words.say("index.title", area=area))


def _course(totals: pd.DataFrame, held: Rules) -> pd.DataFrame:
    """The area's own totals, of as many cut-offs as charts show."""
    own = totals[totals["unit_code"] == held.settings["code"]].dropna(subset="total")
    return own.sort_values("cutoff").tail(held.settings["trend"]["shown_cutoffs"])


def _row(week: Published, totals: pd.DataFrame, held: Rules, words: Wording) -> dict:
    """The values of one week's row; totals : the rows of that week, none where its tables cannot be read."""
    folder, places = f"{week.cutoff}/", held.province_rank
    links = {name.removeprefix(folder): name for name in week.files}
    own = totals[totals["unit_code"] == held.settings["code"]].dropna(subset="total")
    place = places[places["cutoff"] == pd.Timestamp(week.cutoff)]
    area = next(own.itertuples(), None)
    return {
        "year": week.cutoff[:4],
        "period": capital(words.period(date.fromisoformat(week.cutoff))),
        "cutoff": words.date(date.fromisoformat(week.cutoff)),
        "readable": len(totals) > 0,
        "place": f"{place['rank'].iat[0]:.0f}/{place['of'].iat[0]:.0f}" if len(place) else "",
        "total": words.number(area.total) if area else "",
        "change": words.number(area.change, signed=True) if area else MISSING,
        "band": _band(area.band, held, words) if area else MISSING,
        "kinds": [_spread(*each, words) for each in totals.groupby("kind")] or [{}],
        "revision": week.revision,
        "earlier": [(number, links.get(f"r{number}/{REPORT}", "")) for number in range(week.revision - 1, 0, -1)],
        "report": links.get(REPORT, ""),
        "document": links.get(DOCUMENT, ""),
        "workbook": links.get(WORKBOOK, ""),
    }


def _band(code: str, held: Rules, words: Wording) -> str:
    """The name of a band; its code where the band is no longer in force."""
    if words.lang == "vi":
        return code
    return dict(zip(held.bands["band"], held.bands["name_en"], strict=True)).get(code, code)


def _spread(kind: str, units: pd.DataFrame, words: Wording) -> dict:
    """The number of units of one kind, their median, and the units with the highest and the lowest total."""
    total, key = units["total"], f"kind.{kind}"
    return {
        "name": words.say(key) if words.has(key) else kind,
        "count": words.number(len(units), 0),
        "median": words.number(total.median()),
        "highest": _named(units[total == total.max()], words),
        "lowest": _named(units[total == total.min()], words),
    }


def _named(units: pd.DataFrame, words: Wording) -> str:
    """The unit and its total: ``Hòa Bình (61,27)``; of several with the same total the first, and how many others."""
    if units.empty:
        return MISSING
    name, total = units["unit_name"].iat[0], words.number(units["total"].iat[0])
    if others := len(units) - 1:
        return words.say("index.tied", unit=name, count=words.number(others, 0), total=total)
    return words.say("index.unit", unit=name, total=total)


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


def _weeks(rows: list[dict], area: str, words: Wording) -> dict:
    """The rows grouped by year, and the columns that are not empty in all weeks."""
    shown = {
        "place": any(row["place"] for row in rows),
        "total": any(row["total"] for row in rows),
        "median": any(row["readable"] and not row["total"] for row in rows),
        "kind": len({each["name"] for row in rows for each in row["kinds"] if each}) > 1,
    }
    years = [(year, list(its)) for year, its in groupby(rows, key=lambda row: row["year"])]
    notes = [words.say("index.about", area=area), words.say("index.change_note")] if shown["total"] else []
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
