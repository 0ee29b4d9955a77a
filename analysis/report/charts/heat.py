"""The table of units by indicators, shaded by how far each value is from its goal."""

from functools import partial

import numpy as np
import pandas as pd

from analysis.config.wording import Wording
from analysis.report.charts.sheet import (
    FAR,
    GAP,
    LOOK,
    WIDTH,
    Chart,
    Names,
    Sheet,
    draw_nothing,
    show_limit,
    tall,
    width_of,
    wrapped,
)

SHADES = 12  # cells of one shade become one path: fewer bytes
DEEPEST = 0.6  # of FAR over the ground: text on it is as easy to read as elsewhere, on white and on black
TELLS = 0.05  # of its goal: nearer than this, all units of a column are as good as there; our choice


@LOOK
def draw_heat(cells: pd.DataFrame, words: Wording) -> Chart:
    """A table of units by indicators: the farther a value is from its goal, the darker its cell.

    cells : one row for each cell: unit_name, rank, indicator_name, value (percent or points, NaN: missing), target
            (NaN: none), most (the maximum; the goal where there is no target), decimals, flagged (bool; marked ▼ and
            bold). Indicators are in the order in which they first appear.

    A column in which no unit is marked or more than a little away from its goal is not drawn, nor one in which all
    units have the same value: what they have is said in the key. Where that would be every column, all are drawn.
    """
    if cells.empty:
        return draw_nothing(words)
    columns = cells.drop_duplicates("indicator_name").set_index("indicator_name")
    ranked = cells.fillna({"rank": np.inf})
    table = ranked.pivot(index=["rank", "unit_name"], columns="indicator_name", values=["value", "flagged"])
    units = table.index.to_frame(index=False).replace(np.inf, np.nan)
    values = table["value"][columns.index].astype(float)
    flags = table["flagged"][columns.index].eq(True) & values.notna()
    aimed = columns["target"] > 0
    lacking = (1 - values / columns["target"].where(aimed, columns["most"])).clip(0, 1)
    far = (lacking.max() >= TELLS) | flags.any()
    told = far & ((values.nunique(dropna=False) > 1) | (len(values) == 1))
    told = told if told.any() else ~told
    said = [words.say("chart.heat.key"), *([words.say("chart.heat.marked")] * int(flags.any(axis=None)))]
    said += [words.say("chart.heat.missing")] if values.loc[:, told].isna().any(axis=None) else []
    said += [_say_left_out(values[name], columns.loc[name], far[name], words) for name in columns.index[~told]]
    alt = _say_heat(values, flags, columns, int(told.sum()), words)
    values, flags, lacking = (each.loc[:, told] for each in (values, flags, lacking))
    columns, aimed = columns[told], aimed[told]

    texts = values.apply(lambda each: each.map(partial(words.number, decimals=int(columns["decimals"][each.name]))))
    texts = texts.mask(flags, "▼" + texts).to_numpy()
    goals = [
        words.say("chart.heat.target" if aimed[name] else "chart.heat.most", target=show_limit(goal, words))
        for name, goal in columns["target"].where(aimed, columns["most"]).items()
    ]

    # The largest type with which every column holds its cells, its goal and each word of its name.
    for size in (12, 11, 10, 9):
        names = Names(units, words, size)
        held = [max(width_of(text, size, "bold") for text in column) for column in texts.T]
        heads = [
            max(width_of(word, size) for word in f"{name} {goal}".split(" "))
            for name, goal in zip(columns.index, goals, strict=True)
        ]
        widths = np.maximum(held, heads) + GAP
        if (spare := WIDTH - names.width - GAP - widths.sum()) >= 0:
            break
    widths += max(spare, 0) / len(widths)
    edges = names.width + GAP + np.cumsum([0, *widths])
    heads = [
        f"{wrapped(name, widths[j] - GAP, size)}\n{goal}"
        for j, (name, goal) in enumerate(zip(columns.index, goals, strict=True))
    ]

    sheet = Sheet(edges[-1])
    top = sheet.write_key("\u00a0· ".join(said)) + max(tall(head, size) for head in heads) + GAP
    rows, middles = names.rows(top)
    names.write(sheet, middles)
    shades = np.ceil(lacking.fillna(0).to_numpy() * SHADES)
    for i, j in sorted(np.argwhere(shades), key=lambda cell: shades[*cell]):
        corner, size_of_cell = (edges[j], rows[i]), (widths[j] - 1, rows[i + 1] - rows[i] - 1)
        sheet.bar(*corner, *size_of_cell, FAR, opacity=DEEPEST * shades[i, j] / SHADES)
    for j, x in enumerate(edges[:-1] + widths / 2):
        sheet.write(x, top - GAP / 2, heads[j], size, up=1, ha="center")
        for i, y in enumerate(middles):
            sheet.write(x, y, texts[i, j], size, ha="center", weight="bold" if flags.iat[i, j] else "normal")
    return sheet.chart(rows[-1], alt)


def _say_left_out(values: pd.Series, column: pd.Series, far: bool, words: Wording) -> str:
    """Why a column is not drawn: all have the same value, or all are as good as at the goal."""
    low, high = (words.number(each, int(column["decimals"])) for each in (values.min(), values.max()))
    if low == high:
        return words.say("chart.heat.equal", indicator=values.name, value=low)
    return words.say("chart.heat.near", indicator=values.name, lowest=low, highest=high)


def _say_heat(values: pd.DataFrame, flags: pd.DataFrame, columns: pd.DataFrame, drawn: int, words: Wording) -> str:
    said = [words.say("chart.heat.alt", units=len(values), indicators=drawn, marked=flags.sum().sum())]
    for column in columns.itertuples():
        shown = values[column.Index]
        ends = [words.number(each, column.decimals) for each in (shown.min(), shown.max())]
        said.append(words.say("chart.heat.alt_range", indicator=column.Index, lowest=ends[0], highest=ends[1]))
        if column.target > 0:
            reached = {"reached": (shown >= column.target).sum(), "known": shown.count()}
            said.append(words.say("chart.heat.alt_target", target=show_limit(column.target, words), **reached))
    return " ".join(said)
