"""Tables in which a figure has parts: numerator, denominator, rate, points. Each is a column of a long form.

They are delivered as rows (a column says which part it is), or as columns in groups (the group is the indicator).
"""

import pandas as pd

from analysis.config.files import TIER
from analysis.config.units import header_key, spelling_key
from analysis.gate.layout import KEYS, About, Unfit, joined, known_columns, last_tier, made, place_of, texts_of, tiers

MOST_ROWS = 20_000  # units times indicators; a row of a form costs much more than a row of a file


def gathered(cells: pd.DataFrame, shape: dict, about: About) -> pd.DataFrame:
    """Rows that differ by what a column says of them become one row, with a column for each of its words."""
    texts = texts_of(cells)
    place = place_of(texts, {header_key(shape["part"])})
    value = known_columns(texts, place[0], {header_key(shape["figures"])}) if place else {}
    if not value:
        raise Unfit("problem.no_parts", fields={"part": shape["part"], "figures": shape["figures"]})
    (top, part), figure = place, next(iter(value.values()))
    keys = sorted(known_columns(texts, top, about.keys_of(KEYS)).values())
    new: dict[str, int] = {}
    first: dict[tuple, int] = {}
    base: dict[int, int] = {}
    seen: dict[tuple[int, str], int] = {}
    added = []
    for row in sorted(each for each in texts if each > top):
        line = texts[row]
        if line == texts[top]:  # the header again, after a page break
            continue
        if part not in line:
            if figure in line and any(map(str.isdigit, line[figure])):
                about.problem("problem.no_part", row, part, "", part=shape["part"])
            continue
        about_what = tuple(spelling_key(line.get(column, "")) for column in keys)
        base[row] = first.setdefault(about_what, row)
        word = header_key(line[part])
        if (twice := seen.setdefault((base[row], word), row)) != row:
            about.problem("problem.doubled_part", row, part, line[part], first=twice)
            continue
        if word not in new:
            new[word] = int(cells["column"].max()) + len(new) + 1
            head = {"row": top, "column": new[word], "value": line[part], "head": texts[top][part]}
            added.append(head | {"at_row": row, "at_column": part})
    moved = cells[cells["row"].isin(base) & (cells["column"] == figure)]
    words = [header_key(texts[row].get(part, "")) for row in moved["row"]]
    moved = moved.assign(row=moved["row"].map(base), column=[new[word] for word in words], head=texts[top][figure])
    moved = moved[[seen[base[row], word] == row for row, word in zip(moved["at_row"], words, strict=True)]]
    gone = {row for row in base if base[row] != row}
    rest = cells[~cells["row"].isin(gone) & ((cells["row"] < top) | ~cells["column"].isin([part, figure]))]
    return joined(rest, made(cells, added), moved)


def spread(cells: pd.DataFrame, shape: dict, about: About) -> pd.DataFrame:
    """Columns in groups: the group is the indicator, its leaves are columns of the form. Each becomes a row.

    A column without a group is one of the form, or an indicator of which only ``figures`` is delivered.
    """
    texts = texts_of(cells)
    if (place := place_of(texts, about.keys_of(["unit", "code"]))) is None:
        raise Unfit("problem.no_groups", fields={"columns": _leaves(about)})
    top, of_unit = place
    bottom = last_tier(texts, top, of_unit)
    known, leaves = about.keys_of(about.form["field"]), about.keys_of(about.figures)
    passed = {header_key(each) for each in shape["others"]}
    groups: dict[str, dict[int, str]] = {}
    heads, keys = {}, set()
    for column, its in tiers({row: texts.get(row, {}) for row in range(top, bottom + 1)}):
        heads[column] = TIER.join(text for _, text in its.values())
        group, _, leaf = heads[column].rpartition(TIER)
        if group and header_key(leaf) in leaves:
            groups.setdefault(group, {})[column] = leaf
        elif shape["figures"] and header_key(heads[column]) not in known | passed:
            groups[heads[column]] = {column: shape["figures"]}
        elif header_key(heads[column]) in about.keys_of(KEYS):
            keys.add(column)
    if not groups:
        raise Unfit("problem.no_groups", fields={"columns": _leaves(about)})
    return _spread(cells, (top, bottom), groups, heads, keys, about)


def _spread(
    cells: pd.DataFrame,
    header: tuple[int, int],
    groups: dict[str, dict[int, str]],
    heads: dict[int, str],
    keys: set[int],
    about: About,
) -> pd.DataFrame:
    """The rows of each group. ``header`` : its first and last row;  ``keys`` : the columns that every row repeats."""
    (top, bottom), first, texts = header, int(cells["column"].max()) + 1, texts_of(cells)
    grouped = {column for its in groups.values() for column in its}
    column_of: dict[str, int] = {}
    for its in groups.values():
        for leaf in its.values():
            column_of.setdefault(header_key(leaf), first + 1 + len(column_of))
    below = cells[cells["row"] > bottom]
    heading = [texts.get(row) for row in range(top, bottom + 1)]  # which may be repeated after a page break
    rows = [row for row in sorted(set(below["row"])) if texts.get(row) not in heading]
    if len(rows) * len(groups) > MOST_ROWS:
        fields = {"rows": len(rows) * len(groups), "limit": MOST_ROWS}
        raise Unfit("problem.too_many_rows", certain=True, fields=fields)
    with_figures = {row for row in rows if grouped & set(texts.get(row, {}))}
    place_in = {row: bottom + 1 + number * len(groups) for number, row in enumerate(rows)}
    below = below.assign(place=below["row"].map(place_in)).dropna(subset="place")
    others = [column for column in heads if column not in grouped]
    new = [
        {"row": bottom, "column": column, "value": heads[column], "at_row": top, "at_column": column}
        for column in others
    ]
    new.append({"row": bottom, "column": first, "value": about.header_of("indicator"), "at_row": top, "at_column": 0})
    parts = []
    for number, (group, its) in enumerate(groups.items()):
        column, lead = min(its), below["row"].isin(with_figures)
        for each, leaf in its.items():
            head = {"row": bottom, "column": column_of[header_key(leaf)], "value": leaf, "head": heads[each]}
            if all(head["column"] != other["column"] for other in new):
                new.append(head | {"at_row": bottom, "at_column": each})
        label = below[(below["column"] == column) & lead]
        moved = below[below["column"].isin(its) & lead]
        beside = below[~below["column"].isin(grouped) & (below["column"].isin(keys) & lead if number else True)]
        parts += [
            label.assign(row=label["place"] + number, column=first, value=group, kind="text", head=group),
            moved.assign(
                row=moved["place"] + number,
                column=[column_of[header_key(its[each])] for each in moved["column"]],
                head=moved["column"].map(heads),
            ),
            beside.assign(row=beside["place"] + number),
        ]
    return joined(cells[cells["row"] < top], made(cells, new), *parts)


def _leaves(about: About) -> str:
    return ", ".join(about.form.loc[about.form["field"].isin(about.figures), "header"])
