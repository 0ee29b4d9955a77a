"""The rows of the workbook's sheet of all weeks: one a cut-off, unit and figure, for those who pivot.

Of earlier weeks the tables of a week hold the totals only; of this week also the indicators and groups.
"""

from datetime import date

import pandas as pd

from analysis.config.wording import capital
from analysis.report import table_rows
from analysis.report.edition import Edition
from analysis.tables import NOT_ITEMISED


def list_rows(edition: Edition) -> list[dict]:
    """The total of each unit and of the area at every cut-off known, oldest first; then this week's other figures."""
    names, say, this = edition.names, edition.words.say, str(edition.rules.cutoff)
    course = edition.tables["course"].sort_values(["cutoff", "rank"], kind="stable", na_position="first")
    ours = course["unit_code"].map(edition.tables["changes"].set_index("unit_code")["change"])
    since_before = course.groupby(["unit_code", "since"])["total"].diff().round(10)
    total = {"indicator": names.total_heading(), "measure": say("workbook.unit_points")}
    rows = [
        _about_unit(edition, each)
        | total
        | {"value": each.total, "points": each.total, "change": change, "rank": each.rank}
        | {"band": names.band(each.band) if each.band else ""}
        | {"origin": say("workbook.carried" if each.carried_by else "workbook.published")}
        for each, change in zip(course.itertuples(), ours.where(course["cutoff"] == this, since_before), strict=True)
        if pd.notna(each.total)
    ]
    now = course[(course["cutoff"] == this) & (course["carried_by"] == "")]
    return rows + [
        _about_unit(edition, each) | figure for each in now.itertuples() for figure in _figures(edition, each)
    ]


def _about_unit(edition: Edition, row) -> dict:
    """What the row of the table ``course`` says of unit and cut-off. A unit of earlier tables has the name it had."""
    code, names, say = row.unit_code, edition.names, edition.words.say
    kind = edition.kinds.get(code, "")
    return {
        "cutoff": date.fromisoformat(row.cutoff),
        "unit_code": code,
        "unit": capital(names.unit(code) if kind or code == names.control else row.unit_name),
        "kind": say("workbook.area") if code == names.control else capital(say(f"kind.{kind}")) if kind else "",
        "since": date.fromisoformat(row.since),
    }


def _figures(edition: Edition, row) -> list[dict]:
    """A unit's figures of this week: the printed columns and what is not itemised, each with its points and what it
    contributed to the change of the total."""
    names, say, code = edition.names, edition.words.say, row.unit_code
    points = _by_part(edition.of_unit("points", code), "points")
    changes = _by_part(edition.of_unit("contributions", code), "contribution")
    told = []
    for each in table_rows.printed_columns(edition):
        part = (each["code"], "") if each["figure"] == "published_points" else ("", each["code"])
        value = edition.figures[code][each["figure"]].get(each["code"]) if code in edition.figures else None
        told.append(
            (each["name"], value, names.decimals(each["code"]), find_unit(each, edition), points.get(part), part)
        )
    rest = next(iter(edition.of_unit("scores", code)["not_itemised"]), None)
    if "not_itemised" in edition.total_columns:
        told.append((names.rest_heading(), rest, 2, "points", rest, ("", NOT_ITEMISED)))
    return [
        {"indicator": name, "value": value, "value_decimals": decimals, "measure": say(f"workbook.unit_{unit}")}
        | {"points": its, "change": changes.get(part), "rank": None, "band": "", "origin": say("workbook.published")}
        for name, value, decimals, unit, its, part in told
    ]


def _by_part(rows: pd.DataFrame, column: str) -> dict[tuple[str, str], float]:
    """A unit's figure by group ("": of an indicator) and indicator ("": of a whole group)."""
    groups = rows["group"].where(rows["indicator"] == "", "")
    return dict(zip(zip(groups, rows["indicator"], strict=True), rows[column], strict=True))


def find_unit(column: dict, edition: Edition) -> str:
    """The unit of a printed column: points of a group, percent or a count of an indicator."""
    if column["figure"] == "published_points":
        return "points"
    return "percent" if edition.names.is_percent(column["code"]) else "count"
