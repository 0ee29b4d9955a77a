"""Sentences about the same week a year ago: points where the rules are the same, else that they are not."""

from datetime import date

import pandas as pd

from analysis.report.edition import Edition


def say_area(edition: Edition) -> list[str]:
    """The area's total beside that of the same week a year ago; where the rules changed in between, that they did, also
    of a table without a row of the area. Nothing where no such week is published."""
    rows = edition.tables["year_ago"]
    own = rows[rows["unit_code"] == edition.names.control]
    if own.empty:
        own = rows[rows["reason"] == "new_rules"]
    return _say(edition, own)


def say_unit(edition: Edition, code: str) -> list[str]:
    """The same of one unit."""
    return _say(edition, edition.of_unit("year_ago", code))


def _say(edition: Edition, rows: pd.DataFrame) -> list[str]:
    """The sentence of the first row; none where a total is missing, now or then."""
    if rows.empty or rows["reason"].iat[0] in ("no_total", "no_previous"):
        return []
    words, row = edition.words, rows.iloc[0]
    day = words.date(date.fromisoformat(row["year_ago_cutoff"]))
    if row["reason"] == "new_rules":
        return [words.say("places.year_ago_new_rules", day=day)]
    fields = {"day": day, "unit": edition.names.typed(row["unit_code"])}
    if row["reason"]:
        return [words.say(f"places.year_ago_{row['reason']}", **fields)]
    fields["then"] = words.number(row["year_ago_total"])
    change = words.number(abs(row["change"]))
    if change == words.number(0):
        return [words.say("places.year_ago_same", **fields)]
    key = "places.year_ago_higher" if row["change"] > 0 else "places.year_ago_lower"
    return [words.say(key, change=change, **fields)]
