"""The rows of the tables that page, mail, Word document and workbook show, as texts by the names templates use."""

import pandas as pd

from analysis.config.units import PREFIX
from analysis.config.wording import MISSING, Wording, capital
from analysis.report import phrases
from analysis.report.edition import Edition, once


def correction_rows(edition: Edition) -> list[dict]:
    """``unit``, ``indicator``, ``old`` and ``new`` of each figure that changed since the issue before."""
    words, names = edition.words, edition.names
    return [
        {
            "unit": capital(names.unit(each.unit_code)),
            "indicator": names.measured(each.indicator),
            "old": words.number(each.old, decimals),
            "new": words.number(each.new, decimals),
        }
        for each in edition.tables["corrections"].itertuples()
        for decimals in [names.telling_decimals(each.indicator, each.old, each.new)]
    ]


def week_rate_table(edition: Edition) -> dict[str, list]:
    """The own rates of this cut-off by unit: ``names`` of the indicators and ``rows`` (unit, cells as texts).

    The indicators are the printed flows that have a target or a department in charge, else all; no rows where no rate
    is known.
    """
    settings, names = edition.rules.settings, edition.names
    printed = [each["code"] for each in printed_columns(edition) if names.is_flow(each["code"])]
    chosen = [code for code in printed if code in settings["targets"] or code in settings["responsible"]] or printed
    held = {(each.unit_code, each.indicator): each for each in edition.tables["week_rates"].itertuples()}
    codes = [edition.names.control, *edition.units["unit_code"]]
    rows = []
    for code in codes:
        cells = [phrases.say_week_rate(rate, names) if (rate := held.get((code, each))) else "" for each in chosen]
        if any(cells):
            rows.append({"unit": capital(names.unit(code)), "cells": [cell or MISSING for cell in cells]})
    return {"names": [names.indicator(code) for code in chosen], "rows": rows}


def appendix_note(edition: Edition) -> str:
    """What the marks of the table of all units mean, and what its row of the whole area is, where it has one."""
    words, names = edition.words, edition.names
    told = {"TOTAL": "total", "PREVIOUS_TOTAL": "previous_total"}
    untold = {"CHANGE", *(name for name, column in told.items() if column not in edition.total_columns)}
    marks = [each for each in edition.rules.settings["marks_below"].items() if each[0] not in untold]
    limits = words.listed(f"{names.indicator(name)} < {names.limit(name, limit)}" for name, limit in marks)
    if "change" in edition.total_columns:
        lines = [words.say("piece.appendix_marks", thresholds=limits) if limits else words.say("piece.appendix_falls")]
    else:
        lines = [words.say("piece.appendix_marks_only", thresholds=limits)] if limits else []
    lines += [words.say("piece.appendix_computed")] if edition.has_totals and names.is_total_computed else []
    lines += [words.say("piece.appendix_area")] if edition.district is not None else []
    return " ".join(lines)


def area_rows(edition: Edition) -> list[dict]:
    """The row of the whole area; none where the table has none."""
    return [] if edition.district is None else [table_row(edition, edition.district, control=True)]


@once
def printed_columns(edition: Edition) -> list[dict]:
    """The columns of indicators and groups in the order of the table: code, figure, name, target ("": none)."""
    targets, names = edition.rules.settings["targets"], edition.names
    groups, indicators = set(edition.rules.groups["group"]), set(edition.rules.indicators["indicator"])
    shown = [
        (each.field, each.kind == "points" and each.field in groups)
        for each in edition.rules.printed.itertuples()
        if each.field in indicators or each.kind == "points"
    ]
    return [
        {
            "code": code,
            "figure": "published_points" if is_group else "value",
            "name": names.group(code) if is_group else names.indicator(code),
            "target": names.limit(code, targets[code]) if code in targets else "",
        }
        for code, is_group in shown
    ]


def column_name(column: dict, words: Wording) -> str:
    """``Số hóa hồ sơ (chỉ tiêu 80%)``"""
    return (
        f"{column['name']} ({words.say('piece.target', target=column['target'])})"
        if column["target"]
        else column["name"]
    )


def table_row(edition: Edition, unit: pd.Series, control: bool = False) -> dict:
    """One row of the table of all units, by the names that templates use.

    unit : a row of ``edition.units``, or ``edition.district``;  control : whether it is the area's own row
    """
    words, names = edition.words, edition.names
    figures = edition.figures.get(unit["unit_code"])
    flagged = edition.flagged.get(unit["unit_code"], set())
    return {
        "control": control,
        "rank": words.number(unit["rank"], 0) if not control else "",
        "unit": capital(names.unit(unit["unit_code"])),
        "name": PREFIX.sub("", names.unit(unit["unit_code"])),
        "page": edition.unit_page(unit["unit_code"]),
        "total": words.number(unit["total"]),
        "band": names.band(unit["band"]),
        "weak": unit["band"] in edition.rules.settings["weak_bands"],
        "previous_total": words.number(unit["printed_previous"]),
        "change": words.number(unit["printed_change"], signed=True),
        "fell": unit["unit_code"] in edition.fallen,
        "cells": [
            {
                "text": words.number(figures[column["figure"]].get(column["code"]), names.decimals(column["code"])),
                "flag": column["code"] in flagged,
            }
            for column in printed_columns(edition)
        ],
        "not_itemised": words.number(unit["not_itemised"]),
    }
