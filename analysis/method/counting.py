"""What figures count and since when: the units of one table may count from different days.

An area's table may come from several sheets, such as communes since 1 January and departments of the month alone. The
methods take one period for all units; ``Counting`` calls them once for each period and puts the answers together.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Counting:
    """Which indicators count dossiers, with which decimals they are printed, and since when each unit's figures count.

    flows       : the indicators of nature flow;  decimals : of the printed rates, by indicator
    area        : code of the area's own row
    accumulates : "year", "quarter", "month" or "none", by unit_code; the area's row among them
    """

    flows: list[str]
    decimals: Mapping[str, int]
    area: str
    accumulates: Mapping[str, str]

    def periods(self) -> Iterator[tuple[str, pd.Index]]:
        """Each period, and the codes of the units whose figures count since its beginning."""
        periods = pd.Series(dict(self.accumulates), dtype=str)
        yield from ((period, its.index) for period, its in periods.groupby(periods, sort=False))

    def apply(self, method: Callable[..., pd.DataFrame], figures: pd.DataFrame, settings: Mapping) -> pd.DataFrame:
        """The rows of ``method(figures, settings=…)``, called for the units of each period.

        A number of false signals that is allowed for the whole report is shared out by the number of units.
        """
        parts = []
        for period, codes in self.periods():
            its = figures[figures["unit_code"].isin(codes)]
            own = {"flows": self.flows, "decimals": self.decimals, "area": self.area, "accumulates": period}
            if "false_a_year" in settings:
                own["false_a_year"] = settings["false_a_year"] * len(codes) / len(self.accumulates)
            parts.append(method(its, settings={**settings, **own}))
        return pd.concat(parts, ignore_index=True)
