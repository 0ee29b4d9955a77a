"""The table of units by indicators, shaded by how near each value is to its target."""

from functools import partial

import numpy as np
import pandas as pd
import seaborn as sns

from analysis.config.wording import Wording
from analysis.report.charts.sheet import (
    BLUE,
    GAP,
    INK,
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

SHADES = sns.light_palette(BLUE, as_cmap=True).resampled(25)  # cells of one shade become one path: fewer bytes
EVEN_CONTRAST = 0.179  # the luminance on which black and white text have the same contrast


@LOOK
def draw_heat(cells: pd.DataFrame, words: Wording) -> Chart:
    """A table of units by indicators: the nearer a value is to its target, the darker its cell.

    cells : one row for each cell: unit_name, rank, indicator_name, value (percent or points, NaN: missing), target
            (NaN: none, the shade is then the share of 100), decimals, flagged (bool; marked ▼ and bold). Indicators are
            in the order in which they first appear.
    """
    if cells.empty:
        return draw_nothing(words)
    columns = cells.drop_duplicates("indicator_name").set_index("indicator_name")
    ranked = cells.fillna({"rank": np.inf})
    table = ranked.pivot(index=["rank", "unit_name"], columns="indicator_name", values=["value", "flagged"])
    units = table.index.to_frame(index=False).replace(np.inf, np.nan)
    values = table["value"][columns.index].astype(float)
    flags = table["flagged"][columns.index].eq(True) & values.notna()
    shares = (values / columns["target"].where(columns["target"] > 0, 100)).clip(0, 1).to_numpy()
    texts = values.apply(lambda each: each.map(partial(words.number, decimals=int(columns["decimals"][each.name]))))
    texts = texts.mask(flags, "▼" + texts).to_numpy()
    goals = columns.target.map(lambda t: words.say("chart.heat.target", target=show_limit(t, words)) if t > 0 else "")

    # The largest type with which every column holds its cells, its target and each word of its name.
    for size in (12, 11, 10, 9):
        names = Names(units, words, size)
        held = [max(width_of(text, size, "bold") for text in column) for column in texts.T]
        heads = [max(width_of(word, size) for word in f"{name} {goal}".split(" ")) for name, goal in goals.items()]
        widths = np.maximum(held, heads) + GAP
        if (spare := WIDTH - names.width - GAP - widths.sum()) >= 0:
            break
    widths += max(spare, 0) / len(widths)
    edges = names.width + GAP + np.cumsum([0, *widths])
    heads = [f"{wrapped(name, widths[j] - GAP, size)}\n{goals[name]}" for j, name in enumerate(columns.index)]

    sheet = Sheet(edges[-1])
    top = sheet.write_key(words.say("chart.heat.key")) + max(tall(head, size) for head in heads) + GAP
    rows, middles = names.rows(top)
    names.write(sheet, middles, [INK] * len(units))
    sheet.axes.pcolormesh(edges, rows, shares, cmap=SHADES, vmin=0, vmax=1, edgecolors="white", linewidth=1.5)
    for j, x in enumerate(edges[:-1] + widths / 2):
        sheet.write(x, top - GAP / 2, heads[j], size, up=1, ha="center")
        for i, y in enumerate(middles):
            dark = sns.utils.relative_luminance(SHADES(np.nan_to_num(shares[i, j]))) < EVEN_CONTRAST
            look = {"color": "white" if dark else "black", "weight": "bold" if flags.iat[i, j] else "normal"}
            sheet.write(x, y, texts[i, j], size, ha="center", **look)
    return sheet.chart(rows[-1], _say_heat(values, flags, columns, words))


def _say_heat(values: pd.DataFrame, flags: pd.DataFrame, columns: pd.DataFrame, words: Wording) -> str:
    said = [words.say("chart.heat.alt", units=len(values), indicators=len(columns), marked=flags.sum().sum())]
    for column in columns.itertuples():
        shown = values[column.Index]
        ends = [words.number(each, column.decimals) for each in (shown.min(), shown.max())]
        said.append(words.say("chart.heat.alt_range", indicator=column.Index, lowest=ends[0], highest=ends[1]))
        if column.target > 0:
            reached = {"reached": (shown >= column.target).sum(), "known": shown.count()}
            said.append(words.say("chart.heat.alt_target", target=show_limit(column.target, words), **reached))
    return " ".join(said)
