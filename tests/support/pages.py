"""The pages of the real week, each made once."""

import dataclasses
import functools

from analysis.report import export, gatepage, headline
from analysis.report.asks_of_units import OF_UNITS
from analysis.report.edition import Edition
from support.district import RAW, gate, in_force, words
from support.shown import sample, showing

TITLE = "Báo cáo <tuần 1> & “766”"


@functools.cache
def made(kind, lang="vi"):
    if kind == "unit":  # the page of the unit that fell
        return export.page(sample(lang, "5_unit", "30637"), words(lang), TITLE)
    return getattr(export, kind)(sample(lang), words(lang), TITLE)


@functools.cache
def gate_page():
    """It stands on the report's stylesheet, with one of its own after it."""
    return gatepage.page(gatepage.delivered([RAW]), gate(), words(), in_force())


def report_page(week: Edition) -> str:
    return export.page(showing(week, kinds=("page",)), words(), headline.title(week))


def unasked(week: Edition) -> Edition:
    """The week where no unit is asked for anything by name."""
    held = week.tables["asks"]
    return dataclasses.replace(week, tables=week.tables | {"asks": held[~held["kind"].isin(OF_UNITS)]})
