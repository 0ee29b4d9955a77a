"""Groups of units (cụm, khối) as a compact table of the page, and one line of a unit's page."""

import pandas as pd
from IPython.display import HTML

from analysis.config.wording import MISSING, capital
from analysis.report.edition import Edition
from analysis.report.templates import template


def is_known(edition: Edition) -> bool:
    """Whether any unit of a cluster has a total: else there is nothing to show of clusters."""
    return bool(edition.tables["clusters"]["known"].sum())


def build_table(edition: Edition) -> HTML:
    """The table of the page: the clusters of each kind by place, the incomplete ones last; empty where there are none.

    It has columns only of what some cluster has: a place where two are complete, a part where points are known.
    """
    if not is_known(edition):
        return HTML("")
    rows, words = rows_of(edition), edition.words
    fields = {"rows": rows, "say": words.say, "lang": words.lang, "total_heading": edition.names.total_heading()}
    fields |= {"has_place": any(row["place"] for row in rows), "has_worst": any(row["worst"] for row in rows)}
    fields |= {"is_incomplete": any(row["is_incomplete"] for row in rows)}
    return HTML(template("pieces/clusters.html.j2").render(**fields))


def rows_of(edition: Edition) -> list[dict]:
    """Each cluster as texts: ``cluster``, ``kind`` (where a new one begins and there are several), ``place``,
    ``units``, ``mean``, ``lowest`` and ``highest`` with the unit's name, ``worst``; "" or – of what is not known."""
    words, names, held = edition.words, edition.names, edition.tables["clusters"]
    several, before, rows = held["kind"].nunique() > 1, "", []
    for each in held.itertuples():
        is_incomplete = each.known < each.units
        counts = {"known": words.number(each.known, 0), "units": words.number(each.units, 0)}
        row = {"cluster": each.cluster, "is_incomplete": is_incomplete, "place": say_place(each, edition)}
        row["kind"] = capital(words.say(f"kind.{each.kind}")) if several and each.kind != before else ""
        row["units"] = words.say("places.known", **counts) if is_incomplete else counts["units"]
        row["mean"] = words.number(each.mean) if each.known else MISSING
        for end in ("lowest", "highest"):
            row[end] = words.number(getattr(each, end)) if each.known else MISSING
            row[f"{end}_unit"] = names.unit(getattr(each, f"{end}_unit")) if each.known else ""
        row["worst"] = say_worst(each, edition)
        rows.append(row)
        before = each.kind
    return rows


def say_place(row, edition: Edition) -> str:
    """``2/3``; "" of a cluster that is not ranked. row : of the table ``clusters``"""
    if pd.isna(row.place):
        return ""
    return f"{edition.words.number(row.place, 0)}/{edition.words.number(row.of, 0)}"


def say_worst(row, edition: Edition) -> str:
    """``Mức độ hài lòng (−5,23)``: the part in which the cluster loses most points, and how many on average."""
    if pd.isna(row.lost):
        return ""
    lost = edition.words.number(-row.lost, signed=True)
    return edition.words.say("places.worst", part=say_part(row, edition), lost=lost)


def say_part(row, edition: Edition) -> str:
    """The name of the part, to begin a cell."""
    if not (row.group or row.indicator):
        return ""
    return capital(edition.names.part(row))


def say_unit(edition: Edition, code: str) -> list[str]:
    """One sentence about the cluster that a unit is in; nothing where it is in none or alone, or has no total."""
    words, registry, held = edition.words, edition.rules.units, edition.tables["clusters"]
    own = registry[registry["code"] == code]
    if own.empty or held.empty:
        return []
    its = held[(held["cluster"] == own["cluster"].iat[0]) & (held["kind"] == own["kind"].iat[0])]
    total = edition.unit(code)["total"]
    if its.empty or its["known"].iat[0] < 2 or pd.isna(total):
        return []
    (row,) = its.itertuples()
    fields = {name: words.number(getattr(row, name)) for name in ("mean", "lowest", "highest")}
    fields |= {"cluster": row.cluster, "known": int(row.known)}
    return [words.say("places.unit_in_cluster", **fields)]
