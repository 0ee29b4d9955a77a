"""The formulas of the index: a rate of an indicator → its points. ``rule`` in indicators.csv names one of RULES."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

NOT_A_NUMBER = float("nan")


def linear(rate_pct: "pd.Series", max_points: "pd.Series", full_at_pct: "pd.Series") -> "pd.Series":
    """Points in proportion to the rate: ``max × rate``. Missing stays missing."""
    return max_points * rate_pct / 100


def capped(rate_pct: "pd.Series", max_points: "pd.Series", full_at_pct: "pd.Series") -> "pd.Series":
    """All points from ``full_at_pct`` on, in proportion below: ``max × min(1, rate / full_at)``."""
    return max_points * (rate_pct / full_at_pct).clip(upper=1)


def none(rate_pct: "pd.Series", max_points: "pd.Series", full_at_pct: "pd.Series") -> "pd.Series":
    """No points: printed for information only."""
    return rate_pct * NOT_A_NUMBER


RULES = {"linear": linear, "capped": capped, "none": none}


def rate_pct(rows: "pd.DataFrame") -> "pd.Series":
    """The rate: numerator / denominator where both are known, because a printed rate is rounded; else as printed."""
    counted = 100 * rows["numerator"] / rows["denominator"].replace(0, NOT_A_NUMBER)
    return counted.fillna(rows["value"].where(rows["denominator"].isna()))
