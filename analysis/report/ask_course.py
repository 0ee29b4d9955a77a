"""The course of what a unit is asked: how its figure stood when it was asked, how it stands now, and a small picture.

The pictures are laid out here and drawn as SVG by ``pieces/asked.html.j2``: so they are text like the rest of a page,
and what is compared of a page holds them. They need the ledgers of earlier reports; without these there are none.
"""

import math
from datetime import date
from itertools import groupby

import pandas as pd
from IPython.display import HTML

from analysis.config.wording import MISSING, capital
from analysis.method.asked import OWN, TASK, ZERO
from analysis.method.ledger import AGAIN_WITHIN, DONE, ENDED, NEW, OPEN, OVERDUE
from analysis.report import ask_words, page
from analysis.report.edition import Edition, once
from analysis.tables import ADDRESSEES
from analysis.weeks import history, paths
from analysis.weeks.store import Week

LEDGERS = "ledgers"  # among the tables of an edition: the rows of earlier ledgers, after their cutoff
LEAST_REPORTS = 3  # two points are only a change
WIDTH, HEIGHT, EDGE = 96, 26, 4  # pixels
LEAST_SPAN, LEAST_COUNTED = 10.0, 4.0  # what the height stands for at least: of per cent or points, of a count


def read_ledgers(week: Week) -> pd.DataFrame:
    """The ledgers of the reports before the week that may have an ask of the week, after their cutoff."""
    folder = paths.processed(week.home, week.area, week.cutoff)
    return history.ledgers(Week(week.home, week.area, week.cutoff, folder), AGAIN_WITHIN)[0]


def asked(edition: Edition, code: str) -> HTML:
    """The unit's asks with their course, for its page. Empty where nothing was asked before."""
    rows = list_courses(edition, code)
    if not rows:
        return HTML("")
    return page.render_piece("asked", edition, rows=rows, has_pictures=any(row["picture"] for row in rows))


@once
def list_courses(edition: Edition, code: str) -> list[dict]:
    """Each ask of the unit that is open or closed this week, where any was asked before.

    ``name`` (of what is asked about), ``since`` and how often, ``opened`` and ``now`` (the figure as a text), ``state``
    (how it stands), ``internal`` (the day that it is due and of the last reply, or ""), and ``picture`` as ``lay_out``
    gives it, with its ``alt``; None: it was in too few reports
    """
    asks, words = edition.tables["asks"], edition.words
    its = asks[(asks["addressee"] == ADDRESSEES[0]) & (asks["unit_code"] == code) & (asks["kind"] != TASK)]
    if its["state"].eq(NEW).all():
        return []
    ledgers = edition.tables.get(LEDGERS)
    reports = [] if ledgers is None else [*ledgers["cutoff"].unique(), str(edition.rules.cutoff)]
    return [
        {
            "name": ask_words.name_ask(edition, row),
            "since": "; ".join(filter(None, [_say_since(edition, row), ask_words.say_times(edition, row)])),
            "opened": say_level(edition, row, row.level_opened),
            "now": say_level(edition, row, row.level),
            "state": words.say(f"reminder.state_{say_state(row)}"),
            "internal": _say_internal(edition, row),
            "picture": _draw(edition, row, ledgers, reports),
        }
        for row in its.itertuples(index=False)
    ]


def say_level(edition: Edition, row, level: float) -> str:
    """A level of the ask; – of an ask of the office itself, which is about no figure."""
    return MISSING if row.kind == OWN else ask_words.say_level(edition, row._replace(level=level))


def say_courses(edition: Edition, code: str) -> list[dict]:
    """``list_courses`` in words, each with its ``name`` and ``texts``, for a letter to the unit."""
    return [
        {
            "name": row["name"],
            "texts": [
                _say_course(edition, row),
                *([f"{row['internal']}."] if row["internal"] else []),
            ],
        }
        for row in list_courses(edition, code)
    ]


def _say_course(edition: Edition, row: dict) -> str:
    """``từ 04/12/2023; lần 2; khi đề nghị: 19,3%, hiện nay: 26,4%; tốt hơn.``; of what has no figure no figures."""
    key, names = ("course_line", ("since", "opened", "now", "state"))
    if row["opened"] == row["now"] == MISSING:
        key, names = ("course_own", ("since", "state"))
    return edition.words.say(f"reminder.{key}", **{name: row[name] for name in names})


def say_state(row) -> str:
    """The code of how an ask stands: done, by word (what is done and no figure says it), ended, new, its progress, or
    open of what has none."""
    if row.state == DONE:
        return ask_words.BY_WORD if ask_words.is_by_word(row) else DONE
    return row.state if row.state in (ENDED, NEW) else row.progress or OPEN


def _say_since(edition: Edition, row) -> str:
    return edition.words.say("reminder.since", day=edition.words.date(date.fromisoformat(row.opened)))


def _say_internal(edition: Edition, row) -> str:
    """The day that the office has set, and that of the unit's last reply; for the office and the unit alone."""
    words, key = edition.words, "reminder.overdue" if row.state == OVERDUE else "reminder.due"
    told = [(key, row.due), ("reminder.replied", row.replied)]
    said = [words.say(key, day=words.date(date.fromisoformat(day))) for key, day in told if day]
    return capital("; ".join(said))


def _draw(edition: Edition, row, ledgers: pd.DataFrame | None, reports: list[str]) -> dict | None:
    levels = find_levels(row, ledgers, reports, edition.rules.settings["trend"]["shown_cutoffs"])
    known = [level for level in levels if level is not None]
    if len(known) < LEAST_REPORTS:
        return None
    counted = not edition.names.is_percent(row.indicator) and row.indicator in set(
        edition.rules.indicators["indicator"]
    )
    said = [ask_words.say_level(edition, row._replace(level=level)) for level in (known[0], known[-1])]
    alt = edition.words.say("reminder.course_alt", count=len(levels), first=said[0], last=said[1])
    target = math.nan if row.kind == ZERO else row.target  # it is to be above 0: no line to reach
    return lay_out(levels, target, LEAST_COUNTED if counted else LEAST_SPAN) | {"alt": alt}


def find_levels(row, ledgers: pd.DataFrame | None, reports: list[str], newest: int) -> list[float | None]:
    """The level of the ask in each report since the first that asked it as what it is now, this one last; None: it was
    not asked then, or its figure was missing. newest : how many reports at most

    ledgers : earlier rows, with their cutoff;  reports : the cut-offs that have a ledger, oldest first, this one last
    """
    if ledgers is None:
        return []
    its = ledgers[(ledgers["ask_id"] == row.ask_id) & (ledgers["kind"] == row.kind)]
    held = dict(zip(its["cutoff"], its["level"], strict=True)) | {reports[-1]: row.level}
    days = [day for day in reports if day >= min(held)][-newest:]
    return [level if (level := held.get(day)) == level else None for day in days]


def lay_out(levels: list[float | None], target: float, least: float) -> dict:
    """``width``, ``height``; the ``lines`` of the course as the attribute d of a path, broken where a level is missing;
    the ``last`` point (x, y; None: its level is missing), and the height of the ``target`` (None: it has none).

    least : what the height stands for at least, so that a small move looks small
    """
    known = [level for level in levels if level is not None] + ([] if target != target else [target])
    low, high = min(known), max(known)
    low, high = (low, high) if high - low >= least else ((low + high - least) / 2, (low + high + least) / 2)
    step = (WIDTH - 2 * EDGE) / max(len(levels) - 1, 1)

    def rise(level: float) -> int:
        return round(HEIGHT - EDGE - (level - low) / (high - low) * (HEIGHT - 2 * EDGE))

    points = [
        None if level is None else (round(EDGE + place * step), rise(level)) for place, level in enumerate(levels)
    ]
    runs = [list(run) for is_known, run in groupby(points, key=lambda point: point is not None) if is_known]
    lines = "".join("M" + "L".join(f"{x} {y}" for x, y in run) + ("h0" if len(run) == 1 else "") for run in runs)
    drawn = {"width": WIDTH, "height": HEIGHT, "lines": lines, "last": points[-1]}
    return drawn | {"target": None if target != target else rise(target)}
