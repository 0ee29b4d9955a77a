"""The week's own rate: how many of the dossiers of one week were on time, filed online, paid online.

The portal's rates are cumulative: they count every dossier since the year (quarter, month) began. So the change of such
a rate says little about the week: it shrinks all year for the same behaviour. The week's own rate comes from the
difference of two cumulative figures: exact where the table has counts, an estimate with bounds where it has rates only.
It makes sense for flows (shares of dossiers), not for stocks (shares of procedures), and never for a total.

Pure functions. Settings are a mapping; each has a default:
  flows       : the indicators that are flows (nature ``flow`` of indicators.csv). Default: every indicator of the
                history except TOTAL, PREVIOUS_TOTAL and CHANGE.
  accumulates : since when a figure counts: "year", "quarter", "month", or "none" (each figure is of its own span); one
                for all, or a mapping by indicator. Default: "year".
  decimals    : of the printed rates, by indicator. Default: as many as the history's figures need.
  uneven      : dossiers come unevenly: a week has between a third of its even share and three times it.
                Default: 3.
  widest      : bounds farther apart (percentage points) say nothing. Default: 20.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis import tables

WEEK_RATES = list(tables.TABLES["week_rates"].columns)
COUNTS, ESTIMATE, FIRST, REVISED, TOO_WIDE, NO_CASES = "counts", "estimate", "first", "revised", "too_wide", "no_cases"
NO_FLOWS = ("TOTAL", "PREVIOUS_TOTAL", "CHANGE")
PERIODS = ("year", "quarter", "month", "none")
UNEVEN, WIDEST, MOST_DECIMALS = 3.0, 20.0, 4
KEYS = ["cutoff", "unit_code", "indicator"]
FIGURES = ["value", "numerator", "denominator"]


def compute_week_rates(history: pd.DataFrame, settings: Mapping | None = None) -> pd.DataFrame:
    """The own rates of the newest week of ``history``: of every unit and of the area's row.

    history : cutoff (ISO), unit_code, indicator, value (percent), numerator, denominator, of this week and of earlier
              ones; numerator and denominator may be absent. ``since`` (ISO, optional): the day a unit's series began;
              figures from before it belong to another unit. Further columns are ignored.
    Returns : WEEK_RATES, a row for each unit and flow that has a figure now, in the order of ``history``.
              rate, low, high in percent; cases: dossiers of the week (missing where the table has no counts); basis:
              ``counts``   from numerators and denominators: exact, low = high = rate
              ``estimate`` from two printed rates; the true rate lies between low and high (docs/method.md)
              and where rate, low and high are missing, the reason:
              ``first``    there is no earlier figure of this unit in the history to compare with
              ``revised``  figures went down, or the two cannot belong to one course: somebody changed earlier figures
              ``too_wide`` bounds farther apart than ``widest``
              ``no_cases`` the week had no dossier
    Raises  : ValueError where a unit has two figures of one indicator at one cut-off, or a setting is not known.
    """
    rates = compute_every_week(history, settings)
    newest = str(pd.Series(history["cutoff"]).max()) if len(history) else ""
    return rates.loc[rates["cutoff"] == newest, WEEK_RATES].reset_index(drop=True)


def compute_every_week(history: pd.DataFrame, settings: Mapping | None = None) -> pd.DataFrame:
    """``compute_week_rates`` of every week of ``history``: the same columns after ``cutoff``, by cut-off."""
    return rates_of(week_steps(history, settings), settings)


def rates_of(steps: pd.DataFrame, settings: Mapping | None = None) -> pd.DataFrame:
    """The same, a row for each row of ``week_steps``."""
    settings = settings or {}
    uneven, widest = float(settings.get("uneven", UNEVEN)), float(settings.get("widest", WIDEST))
    if uneven < 1:
        raise ValueError(f"uneven {uneven:g}: expected 1 or more")
    low, high = _bounds(steps, uneven)
    width = np.minimum(high, 100) - np.maximum(low, 0)
    counted, first = steps["counted"].to_numpy(), steps["is_first"].to_numpy()
    cases, hits = steps["cases"].to_numpy(), steps["hits"].to_numpy()
    estimate = steps["estimate"].to_numpy()
    went_down = counted & ((hits < 0) | (hits > cases))  # so also where there are fewer cases
    basis = np.select(
        [first, went_down, counted & (cases == 0), counted, (high < 0) | (low > 100), width > widest],
        [FIRST, REVISED, NO_CASES, COUNTS, REVISED, TOO_WIDE],
        default=ESTIMATE,
    )
    exact, guessed = basis == COUNTS, basis == ESTIMATE
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.select([exact, guessed], [100 * hits / cases, np.clip(estimate, 0, 100)], default=np.nan)
    return pd.DataFrame(
        {
            "cutoff": steps["cutoff"],
            "unit_code": steps["unit_code"],
            "indicator": steps["indicator"],
            "rate": rate,
            "low": np.select([exact, guessed], [rate, np.clip(low, 0, 100)], default=np.nan),
            "high": np.select([exact, guessed], [rate, np.clip(high, 0, 100)], default=np.nan),
            "cases": np.where(exact | (basis == NO_CASES), cases, np.nan),
            "basis": basis,
        }
    )


def week_steps(history: pd.DataFrame, settings: Mapping | None = None) -> pd.DataFrame:
    """What lies between each cumulative figure and the one before it: what the rates of weeks are made of.

    Returns : one row a cut-off, unit and flow with a figure, by cut-off, then in the order of ``history``:
              cutoff, unit_code, indicator
              days, days_before : from the first day of the period to this cut-off and to the previous one, both days
                                  counted; days_before is 0 for the first figure of a period
              late              : days of the period before the unit's own series began: 0 but after a merger
              value, value_before : cumulative rates, percent; value_before is missing for the first figure of a period
              half, half_before : half a unit of their last printed decimal, 0 where a rate comes from counts
              counted           : cases and hits are exact
              cases, hits       : dossiers of the week, and those of them that count; missing where not counted
              estimate          : the week's own rate: from counts, else under an even flow (may lie outside 0 to 100)
              is_first          : no earlier figure to compare with
    Raises  : as ``compute_week_rates``.
    """
    frame = _figures(history, settings or {})
    before = _before(frame)
    begins, cutoff, earlier = (_days(each) for each in (frame["begins"], frame["cutoff"], before["cutoff"]))
    began = np.maximum(begins, _days(frame["since"].replace("", None)))
    began = np.where(np.isnat(began), begins, began)
    is_other = ~np.isnat(earlier) & (earlier < began) & (began > begins)  # the code was another unit's
    starts_anew = frame["is_alone"].to_numpy() | (~np.isnat(earlier) & (earlier < begins) & ~is_other)
    follows = ~starts_anew & ~is_other & ~np.isnat(earlier)

    figures = {name: before[name].where(follows) for name in ("value", "half", "numerator", "denominator")}
    days = (cutoff - begins).astype(float) + 1
    days_before = np.where(follows, (earlier - begins).astype(float) + 1, 0.0)
    late = (began - begins).astype(float)
    counted = frame["is_counted"] & (starts_anew | (follows & before["is_counted"]))
    cases, hits = (
        (frame[name] - figures[name].where(follows, 0.0)).where(counted) for name in ("denominator", "numerator")
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        even = figures["value"] + (frame["value"] - figures["value"]) * (days - late) / (days - days_before)
        own = 100 * hits / cases
    return frame[KEYS].assign(
        days=days,
        days_before=days_before,
        late=late,
        value=frame["value"],
        value_before=figures["value"],
        half=frame["half"],
        half_before=figures["half"],
        counted=counted,
        cases=cases,
        hits=hits,
        estimate=own.where(counted, even.where(follows, frame["value"])),
        is_first=~(starts_anew | (follows & (counted | figures["value"].notna()))),
    )


def _figures(history: pd.DataFrame, settings: Mapping) -> pd.DataFrame:
    """The figures of flows, by cut-off.

    Returns : KEYS, value (from counts where there are any), numerator, denominator, is_counted, half, begins (first day
              of the period, ISO), is_alone (nothing accumulates), since (ISO or "")
    """
    flows = settings.get("flows")
    wanted = history["indicator"].isin(flows) if flows is not None else ~history["indicator"].isin(NO_FLOWS)
    frame = history[wanted & history["indicator"].notna()]
    frame = frame.reindex(columns=[*KEYS, *FIGURES, "since"]).astype(dict.fromkeys(FIGURES, float) | {"cutoff": str})
    if (doubled := frame.duplicated(KEYS)).any():
        raise ValueError(
            "two figures of one cut-off, unit and indicator: " + ", ".join(frame.loc[doubled, KEYS].iloc[0])
        )
    frame["is_counted"] = frame["numerator"].notna() & frame["denominator"].notna()
    frame["half"] = np.where(frame["is_counted"], 0.0, 0.5 * 10.0 ** -_decimals(frame, settings.get("decimals", {})))
    by_counts = 100 * frame["numerator"] / frame["denominator"].replace(0, np.nan)
    frame["value"] = by_counts.where(frame["is_counted"], frame["value"])
    frame["since"] = frame["since"].astype(object).fillna("").astype(str)
    period = setting_of(frame["indicator"], settings.get("accumulates", "year"), "year")
    if unknown := sorted(set(period) - set(PERIODS)):
        raise ValueError(f"accumulates {', '.join(map(repr, unknown))}: expected one of {', '.join(PERIODS)}")
    frame["begins"], frame["is_alone"] = period_begins(frame["cutoff"], period), period == "none"
    frame = frame[frame["is_counted"] | frame["value"].notna()]
    return frame.iloc[np.argsort(frame["cutoff"].to_numpy(), kind="stable")].reset_index(drop=True)


def _before(frame: pd.DataFrame) -> pd.DataFrame:
    """Like ``frame``, of the previous cut-off at which the indicator was printed.

    Returns : cutoff (missing: there is none), and the unit's figures there, if it has any: value, half, numerator,
              denominator, is_counted
    """
    days = frame[["indicator", "cutoff"]].drop_duplicates()
    days["previous"] = days.groupby("indicator")["cutoff"].shift()
    asked = frame[KEYS].merge(days, how="left", on=["indicator", "cutoff"])
    held = frame.drop(columns=["begins", "since", "is_alone"]).rename(columns={"cutoff": "previous"})
    found = asked.merge(held, how="left", on=["unit_code", "indicator", "previous"])
    return found.assign(cutoff=found.pop("previous"), is_counted=found["is_counted"].eq(True))


def _bounds(steps: pd.DataFrame, uneven: float) -> tuple[np.ndarray, np.ndarray]:
    """Between which values the week's own rate lies, not yet cut to 0 to 100.

    The cumulative rate is R = (1 − q) R₋₁ + q w, where q is the week's share of all cases so far. Under an even flow q
    is the share of days; here it may be ``uneven`` times less or more, but never above 1. Both rates may be off by half
    a unit of their last decimal. w = R₋₁ + (R − R₋₁) / q is monotone in each, so the corners hold the extremes.
    """
    names = ("value", "value_before", "half", "half_before", "days", "days_before", "late")
    now, then, half, half_before, days, days_before, late = (steps[name].to_numpy(float) for name in names)
    begins = np.isnan(then)
    then, half_before = np.where(begins, now, then), np.where(begins, half, half_before)
    span = days - days_before
    shares = [np.minimum(1.0, share) for share in (span / days / uneven, span / (days - late) * uneven)]
    gains = [np.where(begins, 1.0, 1 / share) for share in shares]
    low = np.min([(now - half) * gain - (then + half_before) * (gain - 1) for gain in gains], axis=0)
    high = np.max([(now + half) * gain - (then - half_before) * (gain - 1) for gain in gains], axis=0)
    return low, high


def period_begins(cutoffs: pd.Series, accumulates: pd.Series | str) -> pd.Series:
    """The first day of the period that each cut-off lies in, ISO: of its year, quarter, month, or ("none") itself."""
    days = _days(cutoffs)
    months = days.astype("datetime64[M]")
    quarters = months - (months.astype(int) % 3).astype("timedelta64[M]")
    begins = {"year": days.astype("datetime64[Y]"), "quarter": quarters, "month": months, "none": days}
    chosen = [np.broadcast_to(accumulates, days.shape) == name for name in begins]
    texts = [each.astype("datetime64[D]").astype(str) for each in begins.values()]
    return pd.Series(np.select(chosen, texts, default=""), index=cutoffs.index, dtype=str)


def _days(texts: pd.Series) -> np.ndarray:
    """ISO texts as days; missing is NaT."""
    return pd.to_datetime(texts, format="%Y-%m-%d").to_numpy("datetime64[D]")


def setting_of(names: pd.Series, setting: Mapping | str, default: str) -> pd.Series:
    """A setting of each indicator, given for all of them or by name."""
    if isinstance(setting, Mapping):
        return names.map(dict(setting)).fillna(default)
    return pd.Series(setting, index=names.index, dtype=str)


def _decimals(frame: pd.DataFrame, given: Mapping) -> np.ndarray:
    """How many decimals each indicator is printed with: as given, else as many as its values need, at most four."""
    values = frame["value"].where(~frame["is_counted"])
    needed = pd.Series(0, index=frame.index)
    for places in range(MOST_DECIMALS):
        needed = needed.mask((values - values.round(places)).abs() > 1e-9, places + 1)
    needed = needed.groupby(frame["indicator"]).transform("max")
    return frame["indicator"].map(dict(given)).fillna(needed).to_numpy(float)
