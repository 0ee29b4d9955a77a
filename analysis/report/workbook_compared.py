"""The rows of the sheets of appendix.xlsx that compare: places, groups of units, the same week a year ago."""

from datetime import date

import numpy as np

from analysis.config.wording import capital
from analysis.report import clusters
from analysis.report.edition import Edition


def list_places(edition: Edition) -> list[dict]:
    """One row for each place, in the order of the file: a row by the names of the columns of ``place_changes``."""
    names, say = edition.names, edition.words.say
    return [
        each._asdict()
        | {"unit": capital(names.unit(each.unit_code)), "indicator": names.measured(each.indicator)}
        | {"scope": say(f"places.{each.scope}"), "previous_cutoff": _day(each.previous_cutoff)}
        for each in edition.tables["place_changes"].itertuples()
    ]


def list_clusters(edition: Edition) -> list[dict]:
    """One row for each cluster and kind, as the page has them."""
    names, say = edition.names, edition.words.say
    return [
        each._asdict()
        | {"kind": capital(say(f"kind.{each.kind}")), "part": clusters.say_part(each, edition)}
        | {end: names.unit(getattr(each, end)) for end in ("lowest_unit", "highest_unit")}
        for each in edition.tables["clusters"].itertuples()
    ]


def list_year_ago(edition: Edition) -> list[dict]:
    """One row for each unit and the area. Where the rules changed, the total then is left out: it is no measure."""
    names, say = edition.names, edition.words.say
    rows = []
    for each in edition.tables["year_ago"].itertuples():
        row = {"unit": capital(names.unit(each.unit_code)), "total": each.total, "year_ago_change": each.change}
        row |= {
            "year_ago_cutoff": _day(each.year_ago_cutoff),
            "why": say(f"workbook.why_{each.reason}") if each.reason else "",
        }
        row["year_ago_total"] = np.nan if each.reason in ("new_rules", "new_unit") else each.year_ago_total
        rows.append(row)
    return rows


def _day(cutoff: str) -> date | None:
    return date.fromisoformat(cutoff) if cutoff else None
