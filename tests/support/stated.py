"""Whether the figures of a sentence stand in the week's tables: an independent reading of what was written.

The sentence is read back as a person reads it; nothing of the code that wrote it is used.
"""

import functools
import math
import re
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd

# What is no figure of a table: dates, week labels, the maximum of a total, numbers of sections.
PERIODS = (
    r"\d{2}/\d{2}/\d{4}",
    r"tuần \d+ tháng \d+( năm \d{4})?",
    r"/\d+ điểm",
    r"ngày \d+ tháng \d+ năm \d+",
    r"^\d\. ",
    r"bộ chỉ số 766",
)
NUMBER = re.compile(r"(?<![\w/])[+−]?\d{1,3}(?:\.\d{3})*(?:,\d+)?(?!\w)|(?<=/)\d+(?!\w)|[+−]?\d+(?:,\d+)?(?=%)")
DECIMALS = range(5)


def figures(sentence: str) -> list[str]:
    """The numbers of a Vietnamese sentence as written, without sign: ``từ 5,4% đến 1.746`` => 5,4 and 1.746."""
    for period in PERIODS:
        sentence = re.sub(period, " ", sentence, flags=re.I)
    return [found.lstrip("+−") for found in NUMBER.findall(sentence)]


class Cells:
    """All figures that stand in the given rows, and what follows from one row alone, as they may be written."""

    def __init__(
        self,
        tables: dict[str, pd.DataFrame],
        unit: str | None = None,
        more: tuple[float, ...] = (),
        counts: frozenset[int] | None = None,
    ) -> None:
        """
        unit   : only rows of this unit count (tables without units count whole)
        more   : limits of the settings
        counts : those of the same tables, where they are known
        """
        rows = {
            name: frame[frame["unit_code"].eq(unit)] if unit is not None and "unit_code" in frame else frame
            for name, frame in tables.items()
        }
        self._written = set()
        for frame in rows.values():
            for name in frame.select_dtypes("number"):
                self._add(frame[name])
        self._follows(tables, rows, unit)
        self.counts = counts or count_words(tables)
        self._add(pd.Series(sorted(self.counts), dtype=float))
        self._add(pd.Series(more, dtype=float))

    def has(self, figure: str) -> bool:
        return figure in self._written

    def _add(self, values: pd.Series) -> None:
        for value in np.abs(values.dropna().unique()):
            self._written |= spellings(float(value))

    def _follows(self, tables: dict, rows: dict, unit: str | None) -> None:
        """What is one step from a row: points lost, the rate to be reached, hits of the week, the gap to a median."""
        points, routes, rates = rows["points"], rows["routes"], rows["week_rates"]
        self._add(points["max_points"] - points["points"])
        most = maximum(tables) - points.groupby("unit_code")["max_points"].sum()
        self._add(most)
        for part in ("needed_pct", "mix_pct"):
            self._add(routes["own_pct"] + routes[part])
        self._add(rates["rate"] * rates["cases"] / 100)
        self._add(rows["year_end"]["odds"] * 100)
        self._add(routes.loc[routes["nature"] != "step"].groupby("unit_code")["room_points"].sum())
        kinds = tables["units"].set_index("unit_code")["kind"]
        for figure in ("total", "not_itemised"):
            all_of_it = tables["scores"].set_index("unit_code")[figure]
            for _, codes in kinds.groupby(kinds):
                its = all_of_it.reindex(codes.index)
                self._add(pd.Series([its.median()]))
                own = its if unit is None else its.reindex([unit])
                self._add(own - its.median())
        moved = tables["changes"].set_index("unit_code")["change"].reindex(kinds.index)
        self._add(pd.Series([moved.median()]))
        self._unprinted(tables, rows)

    def _unprinted(self, tables: dict, rows: dict) -> None:
        """The points that the parts which are not itemised can earn, and those lost there."""
        for code, its in rows["points"].groupby("unit_code"):
            own = its[its["indicator"] == ""]
            known = own[own["points"].notna()]
            parts = its[(its["indicator"] != "") & ~its["group"].isin(known["group"])]
            most = maximum(tables) - known["max_points"].sum() - parts["max_points"].sum()
            rest = tables["scores"].set_index("unit_code")["not_itemised"].get(code, np.nan)
            self._add(pd.Series([most, most - rest]))


def count_words(tables: dict[str, pd.DataFrame]) -> frozenset[int]:
    """How many rows have the same word, or the same two words; how many units rose, fell and stayed."""
    counts = set()
    for frame in tables.values():
        counts.add(len(frame))
        words = [
            name for name in frame if not pd.api.types.is_numeric_dtype(frame[name]) and name not in ("text", "raw")
        ]
        numbered = [frame[name].factorize() for name in words]  # a missing word is -1, and counts nowhere
        for place, (codes, known) in enumerate(numbered):
            counts |= set(np.bincount(codes[codes >= 0]).tolist())
            for others, _ in numbered[place + 1 :]:
                both = (codes >= 0) & (others >= 0)
                counts |= set(np.bincount(codes[both] + others[both] * len(known)).tolist()) - {0}  # no such pair
    off = (tables["reconciliation"]["published"] - tables["reconciliation"]["computed"]).abs()
    counts.add(int((off > 2.5).sum()))  # totals far from the sum of their groups
    units = tables["units"]["unit_code"]
    moved = tables["changes"].set_index("unit_code")["change"].reindex(units)
    counts |= {int((moved > 0).sum()), int((moved < 0).sum()), int((moved == 0).sum()), len(units)}
    totals = tables["scores"].set_index("unit_code")["total"].reindex(units)
    counts |= {int(count) - 1 for count in totals.value_counts()}
    counts |= {len(units) - count for count in counts if count <= len(units)}
    # The others, where so many are named.
    return frozenset(counts | {count - shown for count in counts for shown in (2, 5)})


@functools.cache
def spellings(value: float) -> frozenset[str]:
    """A figure as it may be written, rounded half up or up: ``5.4`` => 5, 6, 5,4, 5,40 …"""
    upwards = (math.ceil(round(value * 10**decimals, 6)) / 10**decimals for decimals in DECIMALS)
    both = zip(DECIMALS, upwards, strict=True)
    return frozenset(written(each, decimals) for decimals, up in both for each in (value, up))


def maximum(tables: dict) -> float:
    """All points of the index: what the groups of a unit can earn together."""
    points = tables["points"]
    return points[points["indicator"] == ""].groupby("unit_code")["max_points"].sum().max()


def written(value: float, decimals: int) -> str:
    """``1746.0`` => ``1.746``; ``5.4`` with two decimals => ``5,40``: rounded half up, as Vietnamese writes it."""
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{abs(rounded):,.{decimals}f}".replace(",", "_").replace(".", ",").replace("_", ".")
