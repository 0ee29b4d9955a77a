"""Signals: a unit's own week against the unit's own past, so that a whole report calls few of them by chance.

The figures are cumulative within their period. Each pair of figures gives the rate of the weeks between them, exactly
from counts, else as an estimate. Each unit and indicator has a chart: two cumulative sums (CUSUM) of log-likelihood
ratios, one for a rise and one for a fall, against the unit's baseline. A chart's spread is estimated from its own past
and shrunk towards the area's. The threshold is set for all charts together. Formulas and simulations: docs/method.md.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

COLUMNS = ["cutoff", "unit_code", "indicator", "rate", "baseline", "score", "signal", "since"]
NUMBERS = ("rate", "baseline", "score")
UP, DOWN, NONE = "up", "down", ""
DEFAULTS = {"flows": None, "accumulates": "year", "false_a_year": 2.0, "decimals": {}, "rebase": (), "area": None}
MONTHS_OF = {"year": 12, "quarter": 3, "month": 1}
NO_RATES = ("TOTAL", "PREVIOUS_TOTAL", "CHANGE")

WEEK = 7  # days
LEAST_WEEKS = 8  # weeks of a baseline before its chart is judged
LONGEST_FIRST = 31  # days of a period that its first figure may cover and still count as a week
STANDS_AT_MOST = 364  # days, after which the new level becomes the baseline
RISE, FALL = 1.7, 0.45  # the changes that a chart looks for, as factors of the rate (or of its complement, if smaller)
LEAST_CHANGE = 0.02  # the smallest change looked for: two percentage points
MOST_OF_ONE_WEEK = 0.45  # of the threshold: one week alone is no signal
CALM = 0.7  # of the threshold: up to it, the weeks before this one enter the baseline
CAUTION = 0.8  # standard errors by which the baseline is moved towards the change looked for
HALF_LIFE = 78  # weeks until a week counts half in the baseline
EARNED = 2.6  # how far the threshold may be below the logarithm of the weeks between two false signals (simulated)
USUAL_SPREAD = 1 / 60  # over-dispersion where the area has no past: weeks with the spread of Beta(60p, 60(1 − p))
USUAL_OF_ESTIMATES = 1 / 20  # the same where cases are not known: it contains the sampling
UNIT_SPREAD = 0.4  # how much units' over-dispersion differs, relative to the area's
WEEKS_OF_AREA = 3  # the area's spread counts as much as so many of the unit's estimated weeks
MOST_MEMORY = 0.8  # the largest correlation of one week with the next that is believed
LEAST_TOGETHER = 5  # units needed before they can be said to move together
TOGETHER, STILL_TOGETHER = 4.0, 2.0  # standard errors by which the units' weeks deviate together, and do so still
LEAST_OF_A_PAST = 4  # weeks from which a chart's own spread is estimated
LEAST_SPREAD, MOST_SPREAD = 1e-3, 0.9  # bounds of over-dispersion
MEMORY_CAUTION = 0.5  # standard errors that are taken off the estimated correlation, for most weeks are independent
LEAST_THRESHOLD = 2.0
UNEVEN = 1.2  # an estimate's variance is taken to be larger, for dossiers do not come evenly
NO_IDEA = 1e3  # standard error of a correlation that is estimated from nothing
TINY = 1e-4  # a rate is taken to be at least so far from 0 and 1


class Weeks(NamedTuple):
    """The weeks' own rates; arrays of one shape, cut-offs along the last axis."""

    rate: np.ndarray  # 0 to 1, NaN where it is not known; an estimate may lie outside
    cases: np.ndarray  # dossiers of the week; NaN: the rate is an estimate
    rounding: np.ndarray  # variance of the rate that comes from the printed figures' rounding
    spans: np.ndarray  # what a usual week is of the week's days; 1 where the cases are known


def signals(history: pd.DataFrame, settings: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """The signals of every published cut-off, each called from that cut-off and earlier ones alone.

    history  : cutoff (ISO), unit_code, indicator, value (percent 0–100, cumulative, NaN where missing); optional are
               numerator and denominator (cumulative counts), since (day the unit's series began, ISO; a day other than
               1 January begins a new baseline), carried_by (rows that are not "" there are left out), rank. Other
               columns are ignored, the order of the rows too.
    settings : a mapping; ``{}`` works. Keys that are not named here are left to others.
               flows        – the indicators to watch; default: all whose values lie within 0–100 and agree with their
                              counts. Never the total.
               accumulates  – "year" (default), "quarter", "month", or "none" where each figure is of its own cut-off
                              alone; or a mapping by indicator
               false_a_year – false signals a year that all charts of the report together may have, 2.0
               decimals     – printed decimals of the values by indicator; default: as many as are seen
               rebase       – known steps: mappings (or rows) of cutoff, unit_code ("": all), indicator ("": all),
                              reason. The week that ends with the cut-off is the first of a new baseline.
               area         – unit_code of the area's own row; default: the only unit without a rank, or the code that
                              begins all others, or the unit with as many cases as all others together
    Returns  : one row a cutoff, unit_code, indicator of the history's flows, in that order.
               rate     – of the week's own cases, percent; NaN where it is not known (first figure, no cases, revised
                          figures, missing)
               baseline – the unit's usual rate before this week, percent; NaN before it is learned (8 weeks). In a week
                          in which most units move together it is what such a week would bring the unit.
               score    – the larger of the chart's two sums as a share of the threshold, negative for a fall; from 1
                          (−1) on a signal is called; NaN before a baseline is learned
               signal   – "up" or "down" from the week in which it is called until its sum is back at 0, else "". After
                          a year the new level becomes the baseline, and the signal ends.
               since    – the cut-off at which the standing signal was called, else "". So one signal is one distinct
                          unit_code, indicator, signal, since.
               Where most units move together, the area has the signal and not each unit. An area without a row of its
               own has rows only where its signal stands, with the code of the settings, else "".
    Raises   : ValueError for a missing column, a setting that cannot be, a cut-off that is no ISO day, or two rows of
               one cutoff, unit_code, indicator.
    Source   : Hawkins 1987 (self-starting CUSUM); Page 1954; docs/method.md.
    """
    chosen = _checked_settings(settings or {})
    rows = _flows(_checked_rows(history), chosen["flows"])
    if rows.empty:
        return pd.DataFrame({name: pd.Series(dtype=float if name in NUMBERS else str) for name in COLUMNS})
    cells = _cells(rows, chosen)
    weeks = _with_area(week_figures(*cells.figures, cells.days, cells.begun), has_row=cells.area_has_row)
    found = watch(weeks, cells.new_baselines, cells.days, chosen["false_a_year"])
    return _result(cells, weeks, found)


# -- what comes in ---------------------------------------------------------------------------------------------------


def _checked_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    chosen = {name: settings.get(name, default) for name, default in DEFAULTS.items()}
    if not chosen["false_a_year"] > 0:
        raise ValueError(f"signals: false_a_year is {chosen['false_a_year']}; a number above 0 is expected")
    given = chosen["accumulates"]
    for name in given.values() if isinstance(given, Mapping) else [given]:
        if name not in (*MONTHS_OF, "none"):
            raise ValueError(f"signals: accumulates is {name!r}; one of {', '.join(MONTHS_OF)}, none is expected")
    return chosen


def _checked_rows(history: pd.DataFrame) -> pd.DataFrame:
    """The history's rows with all optional columns, those of carried figures left out."""
    missing = [name for name in ("cutoff", "unit_code", "indicator", "value") if name not in history]
    if missing:
        raise ValueError(f"signals: the history has no column {', '.join(missing)}")
    rows = history.reset_index(drop=True)
    if "carried_by" in rows:
        rows = rows[rows["carried_by"].isna() | (rows["carried_by"] == "")]
    for name in ("numerator", "denominator", "rank"):
        rows = rows.assign(**{name: rows[name].astype(float) if name in rows else np.nan})
    since = rows["since"].fillna("").astype(str).str[:10] if "since" in rows else ""
    rows = rows.assign(cutoff=rows["cutoff"].astype(str).str[:10], since=since, value=rows["value"].astype(float))
    for cutoff in rows["cutoff"].unique():
        _day(cutoff)
    keys = ["cutoff", "unit_code", "indicator"]
    twice = rows[rows.duplicated(keys)]
    if len(twice):
        raise ValueError(f"signals: two rows of {', '.join(twice[keys].astype(str).iloc[0])}; one is expected")
    return rows


def _day(cutoff: str) -> int:
    try:
        return date.fromisoformat(cutoff).toordinal()
    except ValueError:
        raise ValueError(f"signals: cutoff {cutoff!r} is no day; expected is one like 2023-12-04") from None


def _flows(rows: pd.DataFrame, flows) -> pd.DataFrame:
    """The rows of the indicators to watch, the value taken from the counts where they are given."""
    some, none = rows["denominator"] > 0, (rows["denominator"] == 0) & (rows["numerator"] == 0)
    of_counts = (100 * rows["numerator"] / rows["denominator"]).where(some)
    if flows is None:
        apart = (rows["value"] - of_counts).abs() > 1
        no_rate = apart | (rows["value"] < 0) | (rows["value"] > 100) | rows["indicator"].isin(NO_RATES)
        is_flow = ~rows["indicator"].isin(rows.loc[no_rate, "indicator"].unique())
    else:
        is_flow = rows["indicator"].isin([flows] if isinstance(flows, str) else list(flows))
    value = of_counts.mask(none, 0.0).fillna(rows["value"])  # no case yet: 0 of 0, from which the next week begins
    return rows.assign(value=value)[is_flow].reset_index(drop=True)


class _Cells(NamedTuple):
    """The rows as arrays of indicators × units × cut-offs, the area the last of the units."""

    figures: tuple[np.ndarray, ...]  # value (0–1), numerator, denominator, step (of printing), series (its first day)
    new_baselines: np.ndarray
    days: np.ndarray  # ordinal day of each cut-off
    begun: np.ndarray  # first day of the period that the figures of a cut-off are of, by indicator and cut-off
    cutoffs: list[str]
    units: list[str]
    indicators: list[str]
    area_has_row: bool
    at: tuple[np.ndarray, ...]  # indicator, unit, cut-off of each row


def _cells(rows: pd.DataFrame, chosen: Mapping[str, Any]) -> _Cells:
    area = chosen["area"] if chosen["area"] is not None else _area_of(rows)
    of_cutoff, cutoffs = pd.factorize(rows["cutoff"], sort=True)
    of_indicator, indicators = pd.factorize(rows["indicator"], sort=True)
    of_unit, codes = pd.factorize(rows["unit_code"], sort=True)
    units = [*(code for code in codes if code != area), area]
    at = (of_indicator, np.array([units.index(code) for code in codes])[of_unit], of_cutoff)
    shape = (len(indicators), len(units), len(cutoffs))

    def cells(values, missing=np.nan):
        array = np.full(shape, missing)
        array[at] = values
        return array

    days = np.array([_day(cutoff) for cutoff in cutoffs])
    series = np.maximum.accumulate(cells(_series(rows["since"]), 0.0), axis=-1)
    printed = np.maximum.accumulate(cells(_decimals(rows), 0.0), axis=-1).max(axis=1, keepdims=True)
    for place, indicator in enumerate(indicators):
        printed[place] = chosen["decimals"].get(indicator, printed[place])
    figures = (cells(rows["value"] / 100), cells(rows["numerator"]), cells(rows["denominator"]))
    new = np.diff(series, axis=-1, prepend=series[..., :1]) > 0
    for step in _rebased(chosen["rebase"]):
        since = np.searchsorted(days, _day(step["cutoff"][:10]))
        of = [step["indicator"] in ("", each) for each in indicators], [step["unit_code"] in ("", u) for u in units]
        if since < len(days):
            new[..., since] |= np.logical_and.outer(*of)
    begun = np.array([_begun(days, _accumulates(chosen["accumulates"], each)) for each in indicators])
    has_row = area in codes
    steps = np.broadcast_to(10.0 ** -(printed + 2), shape)
    return _Cells((*figures, steps, series), new, days, begun, list(cutoffs), units, list(indicators), has_row, at)


def _area_of(rows: pd.DataFrame) -> str | None:
    """The unit that is the area itself, None where nothing names one."""
    codes = rows["unit_code"].unique()
    ranked = rows.groupby("unit_code")["rank"].count()
    if (ranked == 0).sum() == 1 and len(codes) > 1:
        return ranked.idxmin()
    begins = [code for code in codes if all(str(other).startswith(str(code)) for other in codes)]
    if begins and len(codes) > 3:
        return begins[0]
    cases = rows.pivot_table(index=["indicator", "cutoff"], columns="unit_code", values="denominator", aggfunc="sum")
    if cases.shape[1] > 3 and cases.sum(axis=None) > 0:
        largest = cases.sum().idxmax()
        if (cases[largest] >= cases.drop(columns=largest).sum(axis=1)).all():
            return largest
    return None


def _series(since: pd.Series) -> np.ndarray:
    """The ordinal day on which each row's series began, 0 where that is not known or a 1 January."""
    of_row, given = pd.factorize(since)
    return np.array([0.0 if day.endswith("-01-01") or not day else _day(day) for day in given])[of_row]


def _decimals(rows: pd.DataFrame) -> np.ndarray:
    """How many decimals each value was printed with, at most 6; those that come from counts are exact."""
    values = rows["value"].to_numpy()
    decimals = np.full(len(values), 6.0)
    for places in (5, 4, 3, 2, 1, 0):
        decimals[np.abs(values - values.round(places)) < 1e-9] = places
    return np.where(np.isnan(values), 0, decimals)


def _rebased(rebase) -> list[dict[str, str]]:
    steps = rebase.to_dict("records") if isinstance(rebase, pd.DataFrame) else rebase
    names = ("cutoff", "unit_code", "indicator", "reason")
    named = [step if isinstance(step, Mapping) else dict(zip(names, step, strict=False)) for step in steps]
    return [{name: str(step.get(name) or "") for name in names} for step in named]


def _accumulates(given, indicator: str) -> str:
    return given.get(indicator, "year") if isinstance(given, Mapping) else given


def _begun(days: np.ndarray, accumulates: str) -> np.ndarray:
    """The first day of each cut-off's period. A figure of its own cut-off alone begins after the cut-off before it."""
    if accumulates == "none":
        return np.maximum(np.concatenate([[days[0] - WEEK], days[:-1]]), days - LONGEST_FIRST) + 1
    months = MONTHS_OF[accumulates]
    cutoffs = [date.fromordinal(day) for day in days]
    return np.array([day.replace(month=day.month - (day.month - 1) % months, day=1).toordinal() for day in cutoffs])


# -- the week's own rates --------------------------------------------------------------------------------------------


def week_figures(value, numerator, denominator, step, series, days, begun) -> Weeks:
    """The weeks' own rates from cumulative figures.

    value, numerator, denominator : cumulative, value 0–1; NaN where missing;  step : of the printed value, 0–1
    series : ordinal day on which the unit's series began, 0: earlier than all figures
    days   : ordinal day by cut-off;  begun : first day of the cut-off's period, by indicator and cut-off
    Formula: (numerator − the one before) / (denominator − the one before), within a period; the first of a period is
             what it is, if it covers a month at most. Without counts, in an even flow: value before + (value − value
             before) × days of the period / days since the cut-off before.
    """
    shape = value.shape
    found = Weeks(*(np.full(shape, fill) for fill in (np.nan, np.nan, 0.0, 1.0)))
    last = {
        name: np.full(shape[:-1], np.nan) for name in ("value", "numerator", "denominator", "day", "begun", "series")
    }
    with np.errstate(invalid="ignore", divide="ignore"):
        for place, day in enumerate(days):
            now = {
                "value": value[..., place],
                "numerator": numerator[..., place],
                "denominator": denominator[..., place],
            }
            began = np.broadcast_to(begun[:, place, None], shape[:-1])
            now |= {"day": np.full(shape[:-1], day, float), "begun": began.astype(float), "series": series[..., place]}
            known, elapsed = ~np.isnan(now["value"]), day - began + 1
            follows = known & (last["begun"] == began) & (last["series"] == now["series"])
            first = known & ~follows & (elapsed <= LONGEST_FIRST) & (now["series"] <= began)
            of = {name: now[name] - np.where(follows, last[name], 0) for name in ("numerator", "denominator")}
            gap = np.where(follows, day - last["day"], elapsed)
            counted = ~np.isnan(of["denominator"]) & ~np.isnan(of["numerator"])
            sound = (of["numerator"] >= 0) & (of["numerator"] <= of["denominator"]) & (of["denominator"] > 0)
            estimate = np.where(follows, last["value"] + (now["value"] - last["value"]) * elapsed / gap, now["value"])
            before = np.where(follows, (elapsed - gap) / gap, 0)
            rounding = step[..., place] ** 2 / 12 * ((elapsed / gap) ** 2 + before**2)
            # Outside what a week of three times the even flow could bring, a figure before it was revised.
            slack = 4 * np.sqrt(rounding)
            likely = (estimate >= -2 * last["value"] - slack) & (estimate <= 3 - 2 * last["value"] + slack)
            usable = (follows | first) & np.where(counted, sound, ~follows | likely)
            rate = np.where(counted, of["numerator"] / of["denominator"], estimate)
            found.rate[..., place] = np.where(usable, rate, np.nan)
            found.cases[..., place] = np.where(usable & counted, of["denominator"], np.nan)
            found.rounding[..., place] = np.where(usable & ~counted, rounding, 0)
            found.spans[..., place] = np.where(usable & ~counted, WEEK / gap, 1)
            last = {name: np.where(known, now[name], last[name]) for name in last}
    return found


def _with_area(weeks: Weeks, has_row: bool) -> Weeks:
    """The weeks with those of the area, the last of the units: its own, else those of all units together."""
    units = Weeks(*(array[..., :-1, :] for array in weeks))
    if has_row or units.rate.shape[-2] < LEAST_TOGETHER:
        return weeks
    counted, known = ~np.isnan(units.cases), ~np.isnan(units.rate)
    cases, many = np.where(counted, units.cases, 0).sum(axis=-2), known.sum(axis=-2)
    by_cases = counted.any(axis=-2)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(
            by_cases[..., None, :], np.where(counted, units.cases, 0) / cases[..., None, :], known / many[..., None, :]
        )
    whole = Weeks(
        np.where(many > 0, (np.where(known, units.rate, 0) * share).sum(axis=-2), np.nan),
        np.where(by_cases, cases, np.nan),
        (units.rounding * share**2).sum(axis=-2),
        np.where(by_cases | (many == 0), 1, (units.spans * share**2).sum(axis=-2)),
    )
    pairs = zip(units, whole, strict=True)
    return Weeks(*(np.concatenate([array, of_area[..., None, :]], axis=-2) for array, of_area in pairs))


# -- the charts ------------------------------------------------------------------------------------------------------


class _Past(NamedTuple):
    """What a chart knows of its past: running sums over weeks, each an array over charts.

    w is a week's rate, v its variance as a share of p (1 − p), u = 1 / v its weight. The sums of pairs are over weeks
    that follow each other, with the weight √(u u').
    """

    count: np.ndarray  # weeks, all alike; in the sums that follow, older weeks count less
    weeks: np.ndarray
    u: np.ndarray
    uw: np.ndarray
    uww: np.ndarray
    sampling: np.ndarray  # Σ u / cases
    rounding: np.ndarray  # Σ u × variance of the rate from rounding
    spread: np.ndarray  # Σ u × spans
    pairs: np.ndarray  # Σ √(u u')
    pair_sums: np.ndarray  # Σ √(u u') (w + w')
    pair_products: np.ndarray  # Σ √(u u') w w'
    pair_rounding: np.ndarray  # Σ √(u u') × half the variance from rounding: both rates contain the figure between them


KEPT = np.array([1.0] + [0.5 ** (1 / HALF_LIFE)] * (len(_Past._fields) - 1))  # of each sum from week to week


class Watched(NamedTuple):
    """What ``watch`` finds; arrays like the weeks'."""

    baseline: np.ndarray  # 0 to 1, NaN before it is learned
    score: np.ndarray
    signal: np.ndarray  # 1, −1, 0
    since: np.ndarray  # place of the cut-off at which the standing signal was called, −1


def watch(weeks: Weeks, new_baselines: np.ndarray, days: np.ndarray, false_a_year: float) -> Watched:
    """The charts of a report, cut-off by cut-off.

    weeks : arrays of (reports ×) indicators × units × cut-offs, the last of the units the area. Reports know nothing of
            each other, so that many simulated ones can be watched at once.
    new_baselines : where a baseline begins, like the weeks;  days : ordinal day by cut-off
    """
    shape, looks = weeks.rate.shape[:-1], _looks_a_year(days)
    found = Watched(*(np.full(weeks.rate.shape, fill) for fill in (np.nan, np.nan, 0, -1)))
    past, held = np.zeros((2, len(KEPT), *shape))  # held: weeks that are not in the baseline yet
    kept = KEPT.reshape(-1, *(1,) * len(shape))
    sums, signal, since = np.zeros((2, *shape)), np.zeros(shape, int), np.full(shape, -1)
    together, together_from = np.zeros((2, *shape[:-1], 1), int)
    before, spread, lasting = np.full((2, *shape), np.nan), np.full(shape, USUAL_SPREAD), np.zeros(shape)
    for place, day in enumerate(days):
        is_usual_now = (together != 0) & (day - together_from > STANDS_AT_MOST)
        together = np.where(is_usual_now, 0, together)
        new = new_baselines[..., place] | is_usual_now
        past[:, new], held[:, new], sums[:, new], signal[new], before[:, new] = 0, 0, 0, 0, np.nan

        week, chart = Weeks(*(array[..., place] for array in weeks)), _Past(*past)
        known, learned = ~np.isnan(week.rate), chart.count >= LEAST_WEEKS
        level = _level(chart)
        spread, lasting = _spread(chart, level, spread, lasting, np.isnan(week.cases) & (chart.sampling == 0))
        long_run = spread + lasting
        doubt = _ratio(1 + _share_lasting(chart, spread, lasting), chart.u, 1.0)
        expected_variance = _variance(week, level, long_run) + doubt

        judged, quiet = known & learned, known & learned & (signal == 0)
        were = together
        together = _together(week, level, expected_variance, quiet, were)
        together_from = np.where(together == were, together_from, day)
        expected = _expected(week, level, expected_variance, quiet, together)
        threshold = _threshold(learned, looks[place], false_a_year)
        gained = _log_ratios(week, expected, long_run, doubt, expected_variance)
        gained = np.clip(gained, -MOST_OF_ONE_WEEK * threshold, MOST_OF_ONE_WEEK * threshold)
        sums = np.where(judged, np.clip(sums + gained, 0, threshold), sums)
        sums[..., -1] = _of_area(sums[..., -1], together[..., 0], were[..., 0], judged[..., -1], threshold[..., 0])

        direction = np.where(sums[0] >= threshold, 1, np.where(sums[1] >= threshold, -1, 0))
        turned = (direction != 0) & (direction != signal)
        ended = (signal != 0) & (turned | (np.where(signal > 0, sums[0], sums[1]) <= 0))
        signal = np.where(turned, direction, np.where(ended, 0, signal))
        since = np.where(turned, place, since)

        entry, before = _entry(week, _variance(week, level, spread), before, known, together)
        past, held = np.where(known, kept * past, past), np.where(known, kept * held, held)
        lasted = (signal != 0) & (day - days[since] >= STANDS_AT_MOST)
        past[:, lasted], sums[:, lasted], signal[lasted], held[:, ended] = 0, 0, 0, 0
        is_calm = (signal == 0) & (sums.max(axis=0) <= CALM * threshold)
        past, held = np.where(is_calm, past + held, past), np.where(is_calm, 0, held)
        past, held = np.where(learned, past, past + entry), np.where(learned, held + entry, held)

        found.baseline[..., place] = np.where(learned, expected, np.nan)
        score = np.where(sums[0] >= sums[1], sums[0], -sums[1]) / threshold
        found.score[..., place] = np.where(learned | (signal != 0), score, np.nan)
        found.signal[..., place] = signal
        found.since[..., place] = np.where(signal != 0, since, -1)
    return found


def _looks_a_year(days: np.ndarray) -> np.ndarray:
    """How many cut-offs a year has, by the usual number of days between those up to each cut-off."""
    gaps = np.diff(days)
    usual = [WEEK] + [np.median(gaps[:place]) for place in range(1, len(days))]
    return 365.25 / np.maximum(usual, 1)


def _units(charts: np.ndarray) -> np.ndarray:
    """The charts of units, without the area's; the area's alone where there is no other."""
    return charts[..., :-1] if charts.shape[-1] > 1 else charts


def _ratio(part: np.ndarray, whole: np.ndarray, otherwise: float = 0.0) -> np.ndarray:
    return np.divide(part, whole, out=np.full(np.broadcast(part, whole).shape, otherwise), where=whole > 0)


def _level(chart: _Past) -> np.ndarray:
    """The usual rate p = Σ u w / Σ u, at least a quarter of a case from 0 and 1 (one half before the first week)."""
    least = np.maximum(0.25 / (chart.u + 0.5), TINY)
    return np.clip(_ratio(chart.uw, chart.u, 0.5), least, 1 - least)


def _variance(week: Weeks, level: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Variance of the week's rate as a share of p (1 − p): sampling, rounding, over-dispersion."""
    sampling = np.where(np.isnan(week.cases), 0, 1 / np.where(week.cases > 0, week.cases, 1))
    return sampling + week.rounding / (level * (1 - level)) + spread * week.spans


def _share_lasting(chart: _Past, spread: np.ndarray, lasting: np.ndarray) -> np.ndarray:
    """By how much the link from week to week raises the variance of the chart's mean, relative to independent weeks."""
    return _ratio(lasting * chart.spread, chart.sampling + spread * chart.spread)


def _spread(
    chart: _Past, level: np.ndarray, spread: np.ndarray, lasting: np.ndarray, estimated: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Over-dispersion ρ of each chart's weeks, and what the link from week to week adds to it in the long run.

    spread, lasting : the same, as estimated at the cut-off before
    Moments  : E Σ u (w − p)² = p (1 − p) (Σ u / cases + ρ Σ u span − lost) + rounding, where the estimated p takes
               ``lost`` away; E Σ √(u u') (w − p) (w' − p) = p (1 − p) (r ρ − lost / Σ u) Σ √(u u')
    Shrinking: ρ towards the median of the area's units, each weighted with its information (1 / the variance of its
               estimate); r, which is one of the area for each indicator, towards 0
    Long run : a mean of many weeks varies as if ρ were ρ (1 + r) / (1 − r). Without counts, ρ contains the sampling,
               which links no weeks: then r is of the smallest ρ among the units (its lower fifth).
    """
    mean, variance = _ratio(chart.uw, chart.u), level * (1 - level)
    lost = 1 + _share_lasting(chart, spread, lasting)
    squares = (chart.uww - 2 * mean * chart.uw + mean**2 * chart.u - chart.rounding) / variance
    own = _ratio(squares - chart.sampling + lost, chart.spread)
    cases = _ratio(chart.u, chart.sampling, 50.0)
    noise = chart.weeks * (2 + 1 / np.maximum(cases * variance, 0.02))
    information = np.where(chart.count >= LEAST_OF_A_PAST, _ratio(chart.spread**2, noise), 0)
    prior = np.where(estimated, USUAL_OF_ESTIMATES, USUAL_SPREAD)
    usual = _usual_spread(_units(own), _units(information), prior)
    of_area = np.where(estimated, WEEKS_OF_AREA * _ratio(information, chart.weeks), 1 / (UNIT_SPREAD * usual) ** 2)
    shrunk = _ratio(information * own + of_area * usual, information + of_area)
    spread = np.clip(np.where(information > 0, shrunk, usual), LEAST_SPREAD / 2, MOST_SPREAD)

    least = np.quantile(_units(spread), 0.2, axis=-1, keepdims=True)
    linked = np.where(estimated, np.minimum(spread, least), spread)
    products = chart.pair_products - mean * chart.pair_sums + mean**2 * chart.pairs + chart.pair_rounding
    products /= variance
    counts = (information > 0) & (chart.pairs > 0)
    common = np.where(counts, products + lost * _ratio(chart.pairs, chart.u), 0)
    whole = _units(np.where(counts, linked * chart.pairs, 0)).sum(axis=-1, keepdims=True)
    error = _ratio(np.sqrt(_units(np.where(counts, chart.weeks, 0)).sum(axis=-1, keepdims=True)), whole, NO_IDEA)
    memory = _ratio(_units(common).sum(axis=-1, keepdims=True), whole) - MEMORY_CAUTION * error
    memory = np.clip(memory / (1 + error**2), 0, MOST_MEMORY)
    return spread, linked * 2 * memory / (1 - memory)


def _usual_spread(own: np.ndarray, information: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """The weighted median of the units' over-dispersion, drawn towards what is usual while there is little past."""
    order = np.argsort(own, axis=-1)
    sorted_own, weights = (np.take_along_axis(array, order, axis=-1) for array in (own, information))
    total = weights.sum(axis=-1, keepdims=True)
    middle = np.argmax(np.cumsum(weights, axis=-1) >= total / 2, axis=-1)[..., None]
    median = np.maximum(np.take_along_axis(sorted_own, middle, axis=-1), 0)
    worth = 2 / prior**2
    drawn = (total * median + worth * prior) / (total + worth)
    return np.maximum(drawn, LEAST_SPREAD)


def _together(
    week: Weeks, level: np.ndarray, variance: np.ndarray, quiet: np.ndarray, before: np.ndarray
) -> np.ndarray:
    """1 or −1 where most units of an area deviate in one direction this week, else 0.

    quiet : charts that are judged and have no signal of their own;  before : the same of the last cut-off
    """
    if week.rate.shape[-1] <= LEAST_TOGETHER:
        return np.zeros_like(before)
    deviation = np.where(quiet, (week.rate - level) / np.sqrt(level * (1 - level) * variance), 0)
    deviation = _units(np.clip(deviation, -3, 3))
    information = _units(np.where(quiet, np.minimum(1, level * (1 - level) / variance), 0))
    whole = _ratio(
        (np.sqrt(information) * deviation).sum(-1, keepdims=True), np.sqrt(information.sum(-1, keepdims=True))
    )
    units = _units(quiet).sum(axis=-1, keepdims=True)
    found = np.zeros_like(before)
    for direction in (1, -1):
        most = 2 * (direction * deviation > 0.3).sum(axis=-1, keepdims=True) > units
        begins = most & (direction * whole > TOGETHER)
        goes_on = (before == direction) & (direction * whole > STILL_TOGETHER)
        found = np.where((units >= LEAST_TOGETHER) & (begins | goes_on), direction, found)
    return found


def _expected(
    week: Weeks, level: np.ndarray, variance: np.ndarray, quiet: np.ndarray, together: np.ndarray
) -> np.ndarray:
    """What the week should bring each unit: its usual rate, or, where units move together, that moved like the others.

    Formula : one difference of log odds for all units, by maximum likelihood with weights 1 / variance, none of them
              more than three times the median
    """
    if not together.any():
        return level
    weights = _units(np.where(quiet, 1 / variance, 0))
    weights = np.minimum(weights, 3 * np.median(weights, axis=-1, keepdims=True) + TINY)
    rates, odds = _units(np.where(quiet, week.rate, 0)), np.log(_units(level) / (1 - _units(level)))
    shift = np.zeros(together.shape)
    for _ in range(6):
        moved = 1 / (1 + np.exp(-odds - shift))
        slope = (weights * moved * (1 - moved)).sum(axis=-1, keepdims=True)
        step = (weights * (rates - moved)).sum(axis=-1, keepdims=True) / np.maximum(slope, TINY)
        shift = np.clip(shift + np.clip(step, -1.5, 1.5), -6, 6)
    moved = np.clip(1 / (1 + np.exp(-odds - np.where(together != 0, shift, 0))), TINY, 1 - TINY)
    return np.concatenate([np.where(together != 0, moved, _units(level)), level[..., -1:]], axis=-1)


def _threshold(learned: np.ndarray, looks: float, false_a_year: float) -> np.ndarray:
    """The sum from which a signal is called: the more charts and cut-offs a year, the higher.

    Formula : log(2 × charts × cut-offs a year / false signals a year) − EARNED. The sum of log-likelihood ratios of a
              chart without change reaches h once in exp(h) weeks or more (Lorden 1971).
    """
    charts = np.maximum(learned.sum(axis=(-1, -2), keepdims=True), 1)
    return np.maximum(np.log(2 * charts * looks / false_a_year) - EARNED, LEAST_THRESHOLD)


def _log_ratios(week: Weeks, expected: np.ndarray, spread: np.ndarray, doubt: np.ndarray, variance: np.ndarray):
    """The log-likelihood ratios of the week for a rise and for a fall (beta-binomial).

    The baseline is first moved by CAUTION standard errors towards the change. Where cases are not known, half
    of the variance is taken for sampling, and half for over-dispersion.
    """
    counted = ~np.isnan(week.cases)
    variance = UNEVEN * variance
    cases = np.where(counted, np.where(counted, week.cases, 1), 2 / variance)
    dispersion = np.minimum(np.where(counted, spread + doubt, variance / 2), MOST_SPREAD)
    whole = 1 / dispersion - 1
    hits = np.clip(np.nan_to_num(week.rate, nan=0.5), 0, 1) * cases
    error = CAUTION * np.sqrt(doubt * expected * (1 - expected))
    high, low = np.minimum(expected + error, 1 - TINY), np.maximum(expected - error, TINY)
    pairs = ((high, _risen(high)), (low, 1 - _risen(1 - low)))
    return np.stack(
        [_log_likelihood(hits, cases, whole, to) - _log_likelihood(hits, cases, whole, of) for of, to in pairs]
    )


def _risen(rate: np.ndarray) -> np.ndarray:
    """The rise that a chart looks for; a fall is the same of the complement."""
    return np.minimum(np.maximum(RISE * rate, rate + LEAST_CHANGE), 1 - FALL * (1 - rate))


def _log_likelihood(hits: np.ndarray, cases: np.ndarray, whole: np.ndarray, rate: np.ndarray) -> np.ndarray:
    """Of the beta-binomial with a = whole × rate, b = whole × (1 − rate), without what does not depend on the rate."""
    a, b = whole * rate, whole * (1 - rate)
    return _log_gamma(hits + a) - _log_gamma(a) + _log_gamma(cases - hits + b) - _log_gamma(b)


def _log_gamma(x: np.ndarray) -> np.ndarray:
    """log Γ(x) for x > 0, by Stirling's series for x + 6: exact to 1e-10."""
    y = x + 6
    square = 1 / (y * y)
    series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680))) / y
    stirling = (y - 0.5) * np.log(y) - y + 0.5 * np.log(2 * np.pi) + series
    return stirling - np.log(x * (x + 1) * (x + 2) * (x + 3) * (x + 4) * (x + 5))


def _of_area(
    sums: np.ndarray, together: np.ndarray, were: np.ndarray, judged: np.ndarray, threshold: np.ndarray
) -> np.ndarray:
    """The area's two sums: where its units move together, at the threshold in that direction and 0 in the other.

    Once they no longer do, the area's own weeks bring the sum back; at once where it has none.
    """
    moved = np.stack([np.where(together == direction, threshold, 0) for direction in (1, -1)])
    return np.where((together != 0) | ((were != 0) & ~judged), moved, sums)


def _entry(week: Weeks, variance: np.ndarray, before: np.ndarray, known: np.ndarray, together: np.ndarray):
    """What the week adds to the sums of the past, and (u, w) of the week for its pair with the next one.

    A week in which units move together adds nothing.
    """
    enters = known & (together == 0)
    u, w = np.where(enters, 1 / variance, 0), np.where(enters, week.rate, 0)
    u_before, w_before = np.nan_to_num(before)
    sampling = np.where(np.isnan(week.cases), 0, 1 / np.where(week.cases > 0, week.cases, 1))
    pair = np.sqrt(u * u_before)
    sums = [enters, enters, u, u * w, u * w**2, u * sampling, u * week.rounding, u * week.spans]
    entry = np.stack([*sums, pair, pair * (w + w_before), pair * w * w_before, pair * week.rounding / 2])
    following = np.where(enters, [u, w], np.where(known, np.nan, before))
    return entry, following


# -- what goes out ---------------------------------------------------------------------------------------------------


def _result(cells: _Cells, weeks: Weeks, found: Watched) -> pd.DataFrame:
    at = cells.at
    if not cells.area_has_row:  # rows of the area, where its signal stands
        indicators, cutoffs = np.nonzero(found.signal[:, -1, :])
        of_area = (indicators, np.full(len(indicators), len(cells.units) - 1), cutoffs)
        at = tuple(np.concatenate(pair) for pair in zip(at, of_area, strict=True))
    cutoffs = np.array([*cells.cutoffs, NONE], dtype=object)
    names = np.array([*cells.units[:-1], cells.units[-1] or NONE], dtype=object)
    frame = pd.DataFrame(
        {
            "cutoff": cutoffs[at[2]],
            "unit_code": names[at[1]],
            "indicator": np.array(cells.indicators, dtype=object)[at[0]],
            "rate": (100 * np.clip(weeks.rate[at], 0, 1)).round(6),
            "baseline": (100 * found.baseline[at]).round(6),
            "score": found.score[at].round(6),
            "signal": np.array([NONE, UP, DOWN], dtype=object)[found.signal[at]],
            "since": cutoffs[found.since[at]],
        }
    )
    return frame.sort_values(["cutoff", "unit_code", "indicator"], ignore_index=True)[COLUMNS]
