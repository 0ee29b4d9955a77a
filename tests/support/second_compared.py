"""A second opinion on what offices compare besides: places, groups of units, the same week a year ago.

Written from docs/method.md §16 with plain Python, without the product's modules.
"""

import math
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

from support.second_opinion import (
    NAN,
    History,
    counted_parts,
    founded,
    holds,
    known,
    number,
    points,
    read_csv,
    row,
    scores,
)


def tables(history: History, folder: Path, earlier: list[Path]) -> list[tuple[str, dict, tuple[str, ...]]]:
    """Each table, what is thought of it here, and the columns that name a row.

    folder, earlier : those of the week, and of the weeks before it, by cut-off
    """
    return [
        ("place_changes", place_changes(folder, earlier, history), ("unit_code", "scope", "indicator")),
        ("clusters", clusters(history), ("cluster", "kind")),
        ("year_ago", year_ago(history), ("unit_code",)),
    ]


def place_changes(folder: Path, earlier: list[Path], history: History) -> dict:
    """Each place of the week beside the newest one before."""
    key, told = ("unit_code", "scope", "indicator"), {}
    for each in read_csv(folder / "places.csv"):
        days = founded(history.rules.registry, each["unit_code"])
        begun = max((day for day in days if day <= folder.name), default="")
        before = [
            (path.name, other)
            for path in earlier
            if path.name >= begun
            for other in read_csv(path / "places.csv")
            if all(other[name] == each[name] for name in key)
        ]
        day, other = before[-1] if before else ("", {"place": "", "of": ""})
        told[tuple(each[name] for name in key)] = row(
            place=number(each["place"]),
            of=number(each["of"]),
            previous_place=number(other["place"]),
            previous_of=number(other["of"]),
            previous_cutoff=day,
        )
    return told


def clusters(history: History) -> dict:
    its, members = history.week.totals(), defaultdict(list)
    for unit in history.rules.registry:
        if unit.get("cluster") and holds(unit, history.week.day):
            members[unit["cluster"], unit["kind"]].append(unit["code"])
    of_points, means = points(history.week, history.rules), {}
    for key, codes in members.items():
        if all(code in its for code in codes):
            exact = sum(round(its[code] * 100) for code in codes)
            means[key] = math.floor(exact / len(codes) + 0.5)  # in hundredths, half up
    told = {}
    for (name, kind), codes in members.items():
        totals = {code: its[code] for code in codes if code in its}
        ranked = [mean for (_, other), mean in means.items() if other == kind]
        own = means.get((name, kind)) if len(ranked) > 1 else None
        lost = defaultdict(list)
        for code in codes:
            for (group, indicator), earned in counted_parts(of_points, code).items():
                if known(earned):
                    lost[group, indicator].append(of_points[code, group, indicator]["max_points"] - earned)
        average = {part: sum(each) / len(codes) for part, each in lost.items() if len(each) == len(codes)}
        worst = max(average, key=average.get, default=("", ""))
        if round(average.get(worst, 0), 6) <= 0:
            worst = ("", "")
        told[name, kind] = row(
            units=float(len(codes)),
            known=float(len(totals)),
            mean=sum(totals.values()) / len(totals) if totals else NAN,
            lowest=min(totals.values(), default=NAN),
            highest=max(totals.values(), default=NAN),
            lowest_unit=min(totals, key=totals.get, default=""),
            highest_unit=max(totals, key=totals.get, default=""),
            place=1.0 + sum(other > own for other in ranked) if own is not None else NAN,
            of=float(len(ranked)) if own is not None else NAN,
            group=worst[0],
            indicator=worst[1],
            lost=average.get(worst, NAN),
        )
    return told


def year_ago(history: History) -> dict:
    now, published = history.week.day, history.published
    year, month, day = (int(part) for part in now.split("-"))
    same = date(year - 1, month, 28 if (month, day) == (2, 29) else day)
    near = [str(same + timedelta(days=days)) for days in (0, -1, 1, -2, 2, -3, 3)]
    then = next((each for each in near if each in published), "")
    told = {}
    for (unit,), each in scores(history.week, history.rules).items() if then else ():
        total, before = each["total"], published[then].totals().get(unit, NAN)
        reason = ""
        if not known(total):
            reason = "no_total"
        elif any(then < changed <= now for changed in history.rules.changed):
            reason = "new_rules"
        elif any(then < begun <= now for begun in founded(history.rules.registry, unit)):
            reason = "new_unit"
        elif not known(before):
            reason = "no_previous"
        told[(unit,)] = row(
            year_ago_cutoff=then,
            total=total,
            year_ago_total=before,
            change=NAN if reason else total - before,
            reason=reason,
        )
    return told
