"""The ranking as a table that is a chart too: each unit's total on one scale, and its course, as small drawings.

The drawings only show again what the figures beside them say. They are given as numbers for attributes of SVG.
"""

import math
import unicodedata
from collections.abc import Iterable

import pandas as pd

from analysis.report import table_rows
from analysis.report.edition import Edition

LONG = 40  # our choice: units that are read one by one; of more, tables are grouped and charts show dots
TEN = 10
SCALE, COURSE, HEIGHT, EDGE = 120, 64, 20, 6  # pixels
STEP = 0.05  # of the maximum, between which the scale begins and ends
LEAST_CUTOFFS, MOST_CUTOFFS = 3, 60
ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONES = "\u0300\u0309\u0303\u0301\u0323"  # in the order of dictionaries: huyền, hỏi, ngã, sắc, nặng


def rankings(edition: Edition) -> list[dict]:
    """A table for each kind of units that have totals: ``kind`` (its name), ``groups`` of rows, ``limits`` of bands on
    the scale.

    A group has an ``id``, a ``label`` ("": the table is short) and ``rows``, those of ``table_rows.table_row`` with
    ``way`` (1: a marked rise, −1: a marked fall), ``now`` and ``before`` (places on the scale) and ``course``.
    """
    kinds = edition.units.groupby("kind")
    return [_ranking(edition, kind, units) for kind, units in kinds if units["total"].notna().any()]


def _ranking(edition: Edition, kind: str, units: pd.DataFrame) -> dict:
    words, scale = edition.words, Scale(units, edition.rules.maximum)
    courses = _draw_courses(edition, units) if len(units) <= LONG else {}
    rows = []
    for _, each in units.iterrows():
        drawn = {"now": scale.place(each["total"]), "before": scale.place(each["previous_total"])}
        drawn |= {"way": edition.marked_totals.get(each["unit_code"], 0), "course": courses.get(each["unit_code"], [])}
        rows.append(table_rows.table_row(edition, each) | drawn)
    groups = [{"id": "", "label": "", "rows": rows}]
    if len(rows) > LONG:
        tens = [rows[first : first + TEN] for first in range(0, len(rows), TEN)]
        labels = [words.say("ranking.ranks", first=ten[0]["rank"], last=ten[-1]["rank"]) for ten in tens]
        groups = [
            {"id": f"{kind}-{number}", "label": label, "rows": ten}
            for number, (label, ten) in enumerate(zip(labels, tens, strict=True), start=1)
        ]
    limits = edition.rules.bands["from_points"]
    limits = limits[limits.between(scale.low, scale.high, inclusive="neither")].sort_values()
    return {
        "code": kind,
        "kind": words.say(f"kind.{kind}") if edition.units["kind"].nunique() > 1 else "",
        "is_long": len(rows) > LONG,
        "groups": groups,
        "limits": [(scale.place(limit), words.limit(limit)) for limit in limits],
        "ends": [(scale.place(end), words.limit(end)) for end in (scale.low, scale.high)],
        "key": _say_key(edition, rows, limits, bool(courses)),
        "has_change": "change" in edition.total_columns,
        "has_course": bool(courses),
    }


def _say_key(edition: Edition, rows: list[dict], limits: pd.Series, has_course: bool) -> str:
    """By what the table is sorted, and what its drawings and marks mean; only of what it shows."""
    words = edition.words
    texts = [words.say("ranking.sorted"), words.say("ranking.key_now")]
    texts += [words.say("ranking.key_before")] if any(each["before"] is not None for each in rows) else []
    if len(limits):
        texts.append(words.say("ranking.key_limits", limits=words.listed(words.limit(each) for each in limits)))
    texts += [words.say("ranking.key_marks")] if any(each["way"] for each in rows) else []
    texts += [words.say("ranking.key_course", first=_first_day(edition))] if has_course else []
    return " ".join(texts)


class Scale:
    """From below the lowest total to above the highest one, now or before, on ``SCALE`` pixels."""

    def __init__(self, units: pd.DataFrame, maximum: float) -> None:
        known = units[["total", "previous_total"]].stack().dropna()
        low, high = (known.min(), known.max()) if len(known) else (0, maximum)
        step = STEP * maximum
        self.low, self.high = (round(step * end, 9) for end in (math.floor(low / step), math.ceil(high / step)))
        if self.low == self.high:
            self.low, self.high = self.low - step, self.high + step

    def place(self, total: float) -> float | None:
        """Pixels from the left, or None where the total is not known."""
        if pd.isna(total):
            return None
        return round(EDGE + (SCALE - 2 * EDGE) * (total - self.low) / (self.high - self.low), 1)


def _draw_courses(edition: Edition, units: pd.DataFrame) -> dict[str, list[str]]:
    """The points of each unit's line, in stretches cut where a series begins or a cut-off is missing.

    {} with too few cut-offs. A point lies above or below the middle of its own line; one point of the index is as high
    in every row.
    """
    course = _shown_course(edition)
    days = {day: number for number, day in enumerate(sorted(course["cutoff"].unique()))}
    course = course[course["unit_code"].isin(units["unit_code"])].dropna(subset="total")
    if len(days) < LEAST_CUTOFFS or course.empty:
        return {}
    ends = course.groupby("unit_code")["total"].agg(["min", "max"])
    widest, middle = (
        max((ends["max"] - ends["min"]).max(), edition.rules.maximum / 100),
        (ends["min"] + ends["max"]) / 2,
    )
    drawn: dict[str, list[str]] = {}
    for code, its in course.sort_values("cutoff").groupby("unit_code"):
        x = its["cutoff"].map(days)
        stretches = (its["since"].ne(its["since"].shift()) | x.diff().ne(1)).cumsum()
        across = (4 + (COURSE - 8) * x / (len(days) - 1)).round(1)
        down = (HEIGHT / 2 - (HEIGHT - 6) * (its["total"] - middle[code]) / widest).round(1)
        drawn[code] = [
            " ".join(f"{left:g},{top:g}" for left, top in zip(across[part], down[part], strict=True))
            for _, part in stretches.groupby(stretches).groups.items()
        ]
    return drawn


def _shown_course(edition: Edition) -> pd.DataFrame:
    days = sorted(edition.tables["course"]["cutoff"].unique())[-MOST_CUTOFFS:]
    return edition.tables["course"][edition.tables["course"]["cutoff"].isin(days)]


def _first_day(edition: Edition) -> str:
    return edition.words.date(pd.Timestamp(_shown_course(edition)["cutoff"].min()).date())


# -- by name ---------------------------------------------------------------------------------------------------------


def by_letter(rows: list[dict]) -> list[dict]:
    """The rows of a long table as groups of one letter: ``id``, ``label`` and ``rows`` in the order of dictionaries."""
    rows, groups = sorted(rows, key=lambda row: order_key(row["name"])), {}
    for row in rows:
        letter = _letter(row["name"])
        label = letter.upper() if letter in ALPHABET else "#"
        groups.setdefault(label, []).append(row)
    return [
        {"id": f"letter-{number}", "label": label, "rows": its} for number, (label, its) in enumerate(groups.items(), 1)
    ]


def order_key(name: str) -> list[tuple]:
    """What Vietnamese dictionaries sort by, word for word: letters first, then tones."""
    return [
        (tuple(ALPHABET.find(letter) for letter in _letters(word)), tuple(TONES.find(tone) for tone in _tones(word)))
        for word in name.split()
    ]


def _letter(name: str) -> str:
    return next(iter(_letters(name)), "")


def _letters(text: str) -> str:
    """In lower case, with the marks of letters and without those of tones: ``Hòa Ế`` => ``hoa ê``."""
    apart = unicodedata.normalize("NFD", text.casefold())
    return unicodedata.normalize("NFC", "".join(each for each in apart if each not in TONES))


def _tones(word: str) -> Iterable[str]:
    return (each for each in unicodedata.normalize("NFD", word) if each in TONES)


def say_order(edition: Edition, is_long: bool) -> str:
    """By what the table of all units is sorted, as a sentence."""
    by = (
        "name"
        if is_long
        else "delivered"
        if not edition.has_totals
        else "kind"
        if edition.units["kind"].nunique() > 1
        else "rank"
    )
    return edition.words.say(f"ranking.by_{by}")
