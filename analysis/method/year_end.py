"""Where the year will end: an interval for each total and each rate on a day, and the odds of each band.

A cumulative rate on the day is what it is so far and what is still to come, by days (``possible``). The week's own
rates that are still to come are predicted from those seen: a level that drifts (a random walk), a part with memory
(autoregressive) and a part without. The variances are fitted to all units of the area together, by the mean squares
of differences between weeks so and so far apart; they are scaled by p (1 − p), and the part without memory, which is
larger where there are few dossiers, is each unit's own. The prediction is the best linear one, its error normal.
Points of stocks and what is not itemised move by steps that add up, or as cumulative figures do, less from week to
week. How often the intervals hold is measured on generated years: docs/method.md.

Pure functions, frame in, new frame out. Settings are a mapping; each has a default:
  by           : the day, ISO. Default: 31 December of the newest cut-off's year.
  level        : how often an interval is to hold. Default: 0.8.
  least_weeks  : weeks of a unit before anything is said of it. Default: 12.
  most_weeks   : how far back it looks. Default: 60.
  area         : code of the area's row: it is fitted by itself. Default: no such row.
  accumulates, decimals, flows : as in ``week_rates``; flows by default those of nature ``flow``.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from analysis import tables
from analysis.config.formulas import rate_pct
from analysis.method import possible, week_rates
from analysis.tables import NOT_ITEMISED

YEAR_END = list(tables.TABLES["year_end"].columns)
LEVEL, LEAST_WEEKS, MOST_WEEKS = 0.8, 12, 60
MEMORIES = (0.3, 0.5, 0.7)  # tried: how much of a week is left in the next
PRIOR_WEEKS = 10.0  # a unit's own scatter counts as much as the area's after so many weeks
FARTHEST = 40  # weeks apart that are compared
EXTRAPOLATED = 0.2  # a variance of points is itself uncertain: so much more for as many weeks to come as were seen
FEW = 4.0  # and the more so the fewer units it was seen on
NORMAL = NormalDist()


def forecast_year_end(
    history: pd.DataFrame,
    indicators: pd.DataFrame,
    bands: pd.DataFrame,
    settings: Mapping | None = None,
    maximum: float = 100.0,
) -> pd.DataFrame:
    """An interval for every unit's total, rates and points on a day, as seen from the newest cut-off of ``history``.

    history    : as in ``week_rates``; the totals are its rows of the indicator TOTAL
    indicators : indicator, unit, max_points, rule, full_at_pct, nature (may be absent: no flows)
    bands      : band, from_points;  maximum : all points of the index
    Returns : YEAR_END. Of a total (indicator TOTAL) a row for each band, with the odds of ending in it (0 to 1, in all
              1). Of a flow one row, in percent; of every other indicator that earns points, and of what is
              not itemised (NOT_ITEMISED), one row in points: there band is "" and odds are missing. low to high holds
              in ``level`` of cases; middle is the mean. What has fewer than ``least_weeks`` weeks has no row; nothing
              has after ``by``. A total is left out where one of its flows is, or where ``by`` is in another year.
    Formula : docs/method.md
    """
    settings = dict(settings or {})
    history = history[history["indicator"].notna()]
    newest = max(history["cutoff"].astype(str), default="")
    by = settings.get("by") or f"{newest[:4]}-12-31"
    rules = indicators[(indicators["unit"] == "percent") & (indicators["rule"] != "none")]
    rules = rules.reindex(columns=["indicator", "max_points", "full_at_pct", "nature"]).set_index("indicator")
    flows = settings.setdefault("flows", list(rules.index[rules["nature"].eq(possible.FLOW)]))
    few = history["cutoff"].nunique() < int(settings.get("least_weeks", LEAST_WEEKS))
    if few or newest > by:
        return pd.DataFrame(columns=YEAR_END)
    units = history.loc[history["cutoff"].astype(str) == newest, "unit_code"].unique()
    horizon = _Horizon(newest, by, units, settings)
    printed = rules.index[rules.index.isin(history["indicator"].unique())]
    steps = week_rates.week_steps(history, settings)
    steps["basis"] = week_rates.rates_of(steps, settings)["basis"]
    steps = dict(list(steps[steps["unit_code"].isin(units)].groupby("indicator")))
    parts = {name: _flow(steps[name], name, horizon) for name in flows if name in steps}
    parts = {name: part for name, part in parts.items() if part is not None}
    rows = [part.rows(name, horizon.wide) for name, part in parts.items()]
    if newest[:4] == by[:4]:
        earned = {name: _points(history, name, rules, horizon) for name in printed}
        earned |= {"TOTAL": _values(history, "TOTAL", horizon)}
        rows += _stocks_and_totals(earned, parts, rules, bands, horizon, maximum)
    frame = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=YEAR_END)
    order = pd.Categorical(frame["unit_code"], units).codes
    return frame.iloc[np.argsort(order, kind="stable")].reset_index(drop=True)[YEAR_END]


@dataclass
class _Horizon:
    """What is looked at, from when, and until when."""

    newest: str
    by: str
    units: np.ndarray
    settings: Mapping

    @property
    def wide(self) -> float:
        """Standard deviations from the middle to an end of the interval."""
        return NORMAL.inv_cdf(0.5 + float(self.settings.get("level", LEVEL)) / 2)

    @property
    def least(self) -> int:
        return int(self.settings.get("least_weeks", LEAST_WEEKS))

    @property
    def most(self) -> int:
        return int(self.settings.get("most_weeks", MOST_WEEKS))

    @property
    def is_area(self) -> np.ndarray:
        return self.units == self.settings.get("area", None)

    def days(self, indicator: str) -> tuple[float, float]:
        """Days gone and days in all of the period that lasts until ``by``."""
        row = pd.DataFrame({"unit_code": [""], "indicator": [indicator]})
        gone, whole = possible.period_days(row, self.newest, self.by, self.settings.get("accumulates", "year"))
        return float(gone.iloc[0]), float(whole.iloc[0])


@dataclass
class _Part:
    """What a figure will be on the day, by unit: its mean and variance; missing where nothing is said."""

    units: np.ndarray
    middle: np.ndarray
    variance: np.ndarray
    least: np.ndarray | float  # what it cannot fall below, and not exceed
    most: np.ndarray | float
    moves: pd.DataFrame  # standardised, by unit and cut-off

    def rows(self, name: str, wide: float) -> pd.DataFrame:
        spread = wide * np.sqrt(self.variance)
        ends = {"low": self.middle - spread, "middle": self.middle, "high": self.middle + spread}
        ends = {end: np.clip(value, self.least, self.most) for end, value in ends.items()}
        frame = pd.DataFrame({"unit_code": self.units, "indicator": name, **ends, "band": "", "odds": np.nan})
        return frame[np.isfinite(self.variance)]


# -- flows -----------------------------------------------------------------------------------------------------------


def _flow(steps: pd.DataFrame, name: str, horizon: _Horizon) -> _Part | None:
    """The rate of the whole period on the day; None where no unit has a figure now.

    steps : as ``week_rates.week_steps`` gives them, of this flow, with the basis of each week's rate
    """
    if steps["cutoff"].max() != horizon.newest:
        return None
    cutoffs = sorted(steps["cutoff"].unique())[-horizon.most :]
    steps = steps[steps["cutoff"].isin(cutoffs)]
    is_known = ~steps["basis"].isin([week_rates.FIRST, week_rates.REVISED, week_rates.NO_CASES])
    columns = {"own": steps["estimate"].where(is_known), "cases": steps["cases"].where(is_known), "now": steps["value"]}
    own, cases, now = (
        steps.assign(**{column: values})
        .pivot(index="unit_code", columns="cutoff", values=column)
        .reindex(index=horizon.units, columns=cutoffs)
        .to_numpy(float)
        for column, values in columns.items()
    )
    now = now[:, -1]
    p = np.clip(now / 100, 0.01, 0.99)
    scale = 1e4 * p * (1 - p)

    by_day = steps.groupby("cutoff")[["days", "days_before", "half"]].median()
    spans = (by_day["days"] - by_day["days_before"]).to_numpy() / 7
    when = np.array(cutoffs, "datetime64[D]").astype(float) / 7 - spans / 2
    gone, whole = horizon.days(name)
    left = (whole - gone) / 7
    count = max(1, round(left))
    ahead = np.datetime64(horizon.by).astype(float) / 7 - (np.arange(count) + 0.5) * left / count
    counted = np.isfinite(cases)
    with np.errstate(divide="ignore", invalid="ignore"):
        sampling = np.where(counted, scale[:, None] / cases, 0.0)
        a_week = np.where(counted, cases, 0.0).sum(axis=1) / (spans * counted).sum(axis=1)
        to_come = np.where(a_week > 0, scale / (a_week * max(left, 1e-9)), 0.0)
    seen = _Seen(own, when, spans, sampling, _rounding(by_day), scale)
    mean, variance = _predicted(seen, _fitted(seen, horizon.is_area), ahead, left, to_come)

    rest = 1 - gone / whole
    known = now * (gone / whole) if gone > 0 else np.zeros(len(now))
    is_said = (np.isfinite(own).sum(axis=1) >= horizon.least) & np.isfinite(now)
    middle, variance = known + rest * np.clip(mean, 0, 100), rest**2 * variance
    moves = pd.DataFrame(_standardised(np.diff(own, axis=1, prepend=np.nan)), horizon.units, cutoffs)
    middle, variance = (np.where(is_said, each, np.nan) for each in (middle, variance))
    return _Part(horizon.units, middle, variance, known, known + 100 * rest, moves)


@dataclass
class _Seen:
    """The own rates of weeks, percent, by unit and week, and what scatters them whatever the unit does."""

    own: np.ndarray  # missing: nothing is known of that week
    when: np.ndarray  # the middle of each week, in weeks
    spans: np.ndarray  # how long each took, in weeks
    sampling: np.ndarray  # variance by unit and week where the dossiers are counted, otherwise 0
    rounding: np.ndarray  # covariance of weeks by the rounding of printed rates
    scale: np.ndarray  # p (1 − p) of each unit, in squares of percentage points


def _rounding(by_day: pd.DataFrame) -> np.ndarray:
    """What the rounding of printed cumulative rates adds to the covariance of the own rates of weeks."""
    weeks, spans = np.arange(len(by_day)), (by_day["days"] - by_day["days_before"]).to_numpy()
    share = np.diag(by_day["days"].to_numpy() / spans)
    share[weeks[1:], weeks[:-1]] = -(by_day["days_before"].to_numpy() / spans)[1:]
    return share @ np.diag(by_day["half"].to_numpy() ** 2 / 3) @ share.T


@dataclass
class _Fitted:
    """Variances by unit, as multiples of p (1 − p): of the level's step in a week, with memory, and without."""

    level: np.ndarray
    lasting: np.ndarray
    memory: float
    white: np.ndarray


def _fitted(seen: _Seen, is_area: np.ndarray) -> _Fitted:
    """The variances by moments: squares of differences between weeks, less what sampling and rounding explain."""
    own, when, spans, rounding = seen.own, seen.when, seen.spans, seen.rounding
    first, second = np.triu_indices(len(when), 1)
    near = second - first <= min(FARTHEST, max(4, 3 * len(when) // 4))
    first, second = first[near], second[near]
    close, apart, scatter = second - first <= 4, when[second] - when[first], 1 / spans[first] + 1 / spans[second]
    explained = (rounding[first, first] + rounding[second, second] - 2 * rounding[first, second])[None, :]
    explained = (explained + seen.sampling[:, first] + seen.sampling[:, second]) / seen.scale[:, None]
    squares = (own[:, second] - own[:, first]) ** 2 / seen.scale[:, None] - explained
    others = ~is_area if (~is_area).any() else is_area
    raw = _means((squares + explained)[:, close], np.inf)[others]
    usual = np.median(raw[np.isfinite(raw)]) if np.isfinite(raw).any() else 1.0
    precision = np.maximum(raw, max(usual / 4, 1e-9)) ** -2.0  # what scatters much says little about the others
    level, lasting, white, memory = _pooled(squares[others], precision, apart, scatter)

    lasts = level * apart + 2 * lasting * (1 - memory**apart)
    weeks = np.isfinite(own).sum(axis=1)
    own_white = _means(((squares - lasts) / scatter)[:, close], white)
    own_white = np.maximum((PRIOR_WEEKS * white + weeks * own_white) / (PRIOR_WEEKS + weeks), 0.0)
    # The area's row holds all units, whose moves even out: it has the same shape at its own size.
    size = np.clip(_means((squares / np.maximum(lasts + white * scatter, 1e-12))[:, close], 1.0), 0.0, 1.0)
    size = np.where(is_area, size, 1.0)
    return _Fitted(level * size, lasting * size, memory, np.where(is_area, size * white, own_white))


def _means(values: np.ndarray, otherwise: float) -> np.ndarray:
    """The mean of each row, of what is not missing; ``otherwise`` where all is."""
    held = np.isfinite(values)
    mean = np.where(held, values, 0.0).sum(axis=1) / np.maximum(held.sum(axis=1), 1)
    return np.where(held.any(axis=1), mean, otherwise)


def _pooled(
    squares: np.ndarray, precision: np.ndarray, apart: np.ndarray, scatter: np.ndarray
) -> tuple[float, float, float, float]:
    """Level, lasting part, part without memory, and the memory that fits best; units weigh by their precision."""
    held = np.isfinite(squares)
    weighing = np.where(held, precision[:, None] / precision.max(), 0.0)
    count = weighing.sum(axis=0)
    mean = np.where(held, weighing * squares, 0.0).sum(axis=0) / np.maximum(count, 1e-12)
    weight = np.sqrt(count)
    tried = []
    for memory in MEMORIES:
        bases = np.column_stack([apart, 2 * (1 - memory**apart), scatter])
        found, misfit = _least_squares(bases * weight[:, None], mean * weight)
        tried.append((misfit, memory, found))
    _, memory, found = min(tried, key=lambda each: each[0])
    return float(found[0]), float(found[1]), float(found[2]), memory


def _least_squares(bases: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, float]:
    """The best coefficients of which none is negative, and the sum of squares that is left."""
    count = bases.shape[1]
    best, least = np.zeros(count), float(wanted @ wanted)
    for size in range(1, count + 1):
        for some in map(list, itertools.combinations(range(count), size)):
            found = np.linalg.lstsq(bases[:, some], wanted, rcond=None)[0]
            left = wanted - bases[:, some] @ found
            if (found >= 0).all() and left @ left < least - 1e-12:
                best, least = np.zeros(count), float(left @ left)
                best[some] = found
    return best, least


def _predicted(
    seen: _Seen, fitted: _Fitted, ahead: np.ndarray, left: float, to_come: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of the own rate of all that is still to come.

    ahead : the weeks that are still to come;  left : how many;  to_come : variance by their number of dossiers
    The best linear unbiased prediction with an unknown mean (ordinary kriging); the walk enters by its variogram.
    """

    def covariance(these: np.ndarray, those: np.ndarray) -> np.ndarray:
        apart = np.abs(these[:, None] - those[None, :])[None]
        level, lasting, scale = (each[:, None, None] for each in (fitted.level, fitted.lasting, seen.scale))
        return scale * (lasting * fitted.memory**apart - level * apart / 2)

    units, weeks = seen.own.shape
    is_known, at = np.isfinite(seen.own), np.arange(weeks)
    alone = seen.scale[:, None] * (fitted.white[:, None] / seen.spans + 1e-9) + seen.sampling
    system = np.ones((units, weeks + 1, weeks + 1))
    system[:, :weeks, :weeks] = covariance(seen.when, seen.when) + seen.rounding
    system[:, at, at] += np.where(is_known, alone, 1e6 * seen.scale[:, None])  # what is not known weighs nothing
    system[:, weeks, weeks] = 0.0
    towards = np.ones((units, weeks + 1))
    towards[:, :weeks] = covariance(seen.when, ahead).mean(axis=2)
    weights = np.linalg.solve(system, towards[:, :, None])[:, :, 0]
    mean = (weights[:, :weeks] * np.where(is_known, seen.own, 0.0)).sum(axis=1)
    to_be = covariance(ahead, ahead).mean(axis=(1, 2)) + seen.scale * fitted.white / max(left, 1e-9) + to_come
    return mean, np.maximum(to_be - (weights * towards).sum(axis=1), 0.0)


# -- points ----------------------------------------------------------------------------------------------------------


def _values(history: pd.DataFrame, name: str, horizon: _Horizon) -> pd.DataFrame:
    """The figures of the newest series of this year, by unit and cut-off; rates from counts where there are any."""
    year = horizon.newest[:4]
    rows = history[(history["indicator"] == name) & (history["cutoff"].astype(str).str[:4] == year)]
    rows = rows.reindex(columns=["cutoff", "unit_code", "value", "numerator", "denominator", "since"])
    if rows["since"].notna().any():
        newest = rows.sort_values("cutoff").groupby("unit_code")["since"].last()
        rows = rows[rows["since"] == rows["unit_code"].map(newest)]
    rows = rows.assign(value=rate_pct(rows))
    return rows.pivot(index="unit_code", columns="cutoff", values="value").reindex(horizon.units)


def _points(history: pd.DataFrame, name: str, rules: pd.DataFrame, horizon: _Horizon) -> pd.DataFrame:
    rule = rules.loc[name]
    full = 100.0 if pd.isna(rule["full_at_pct"]) else rule["full_at_pct"]
    return rule["max_points"] * (_values(history, name, horizon) / full).clip(upper=1.0)


def _stocks_and_totals(earned, flows, rules, bands, horizon, maximum) -> list[pd.DataFrame]:
    """Rows of stocks and what is not itemised in points, and of the totals."""
    total = earned.pop("TOTAL")
    if total.empty or horizon.newest not in total:
        return []
    # A unit's figures that are missing now belong to what is not itemised.
    held = {
        name: frame.reindex(columns=total.columns).where(frame[horizon.newest].notna(), 0.0)
        for name, frame in earned.items()
        if horizon.newest in frame
    }
    stocks = [name for name in held if name not in flows]
    by_flows = sum((held[name] for name in held if name in flows), 0.0 * total)
    rows = []
    for name in stocks:
        part = _moving(held[name], horizon, 0.0, rules.loc[name, "max_points"])
        part.variance = np.where(earned[name][horizon.newest].notna(), part.variance, np.nan)
        rows.append(part.rows(name, horizon.wide))
    other = total - by_flows
    rest = other - sum((held[name] for name in stocks), 0.0 * total)
    rows.append(_moving(rest, horizon, -maximum, maximum).rows(NOT_ITEMISED, horizon.wide))
    parts = [_moving(other, horizon, -maximum, maximum)]
    for name, part in flows.items():
        if name in held:
            parts.append(_in_points(part, rules.loc[name], earned[name][horizon.newest].isna().to_numpy()))
    middle = sum(part.middle for part in parts)
    deviations = np.sqrt(np.stack([part.variance for part in parts]))
    others = ~horizon.is_area if (~horizon.is_area).any() else horizon.is_area
    together = _correlations([part.moves[others] for part in parts])
    variance = np.einsum("iu,ij,ju->u", deviations, together, deviations)
    whole = _Part(horizon.units, middle, variance, 0.0, maximum, parts[0].moves)
    return [*rows, _with_odds(whole.rows("TOTAL", horizon.wide), whole, bands)]


def _in_points(part: _Part, rule: pd.Series, none: np.ndarray) -> _Part:
    """A rate's mean and variance as points, no more than full points; units of ``none`` have no such rate."""
    full = 100.0 if pd.isna(rule["full_at_pct"]) else float(rule["full_at_pct"])
    mean, deviation = part.middle, np.sqrt(part.variance)
    at = np.clip((full - mean) / np.where(deviation > 0, deviation, 1e-12), -30, 30)
    below, density = (np.vectorize(each, otypes=[float])(at) for each in (NORMAL.cdf, NORMAL.pdf))
    first = mean * below - deviation * density + full * (1 - below)
    second = (mean**2 + part.variance) * below - deviation * density * (mean + full) + full**2 * (1 - below)
    worth, variance = rule["max_points"] / full, np.maximum(second - first**2, 0.0)
    return _Part(
        part.units,
        np.where(none, 0.0, worth * first),
        np.where(none, 0.0, worth**2 * variance),
        0.0,
        rule["max_points"],
        part.moves,
    )


def _moving(points: pd.DataFrame, horizon: _Horizon, least: float, most: float) -> _Part:
    """Points that move by steps, or less and less as cumulative figures do; on the day."""
    points = points[points.columns[-horizon.most :]]
    values = points.to_numpy(float)
    start = np.datetime64(f"{horizon.newest[:4]}-01-01")
    gone = (points.columns.to_numpy("datetime64[D]") - start).astype(float) / 7 + 1 / 7
    left = (np.datetime64(horizon.by) - np.datetime64(horizon.newest)).astype(float) / 7
    middle, variance = values[:, -1].copy(), np.full(len(values), np.nan)
    for its in (horizon.is_area, ~horizon.is_area):
        if its.any() and len(gone) > 1:
            drift, error = _drift(values[its], gone)
            found = _spread(values[its] - drift * gone, gone, left, horizon.wide)
            spread = sum(each * base for each, base in zip(found, _bases(gone[-1], left), strict=True))
            if its.sum() <= FEW:  # what drifts apart in few series is hidden where their drift is taken off
                left_over = np.diff(values[its], axis=1) - drift * np.diff(gone)
                spread = max(spread, _means(left_over.reshape(1, -1) ** 2, 0.0)[0] / np.diff(gone).mean() * left)
            unsure = EXTRAPOLATED * (1 + FEW / its.sum()) * left / len(gone)
            variance[its] = spread * (1 + unsure) + (error * left) ** 2
            middle[its] += drift * left
    enough = np.isfinite(middle) & (np.isfinite(values).sum(axis=1) >= horizon.least)
    middle, variance = np.where(enough, middle, np.nan), np.where(enough, variance, np.nan)
    moves = pd.DataFrame(_standardised(np.diff(values, axis=1, prepend=np.nan)), points.index, points.columns)
    return _Part(horizon.units, middle, variance, least, most, moves)


def _drift(values: np.ndarray, gone: np.ndarray) -> tuple[float, float]:
    """What all units together gain in a week, and its standard error; both shrunk to 0 where chance explains it."""
    recent = slice(-max(LEAST_WEEKS, len(gone) // 2), None)
    steps = _means(np.diff(values, axis=1).T, np.nan)[recent]
    spans = np.diff(gone)[recent][np.isfinite(steps)]
    steps = steps[np.isfinite(steps)]
    if len(steps) < 2 or steps.sum() == 0:
        return 0.0, 0.0
    drift = steps.sum() / spans.sum()
    error = np.sqrt(((steps - drift * spans) ** 2).sum() / (len(steps) - 1) * len(steps)) / spans.sum()
    kept = max(0.0, 1 - (error / drift) ** 2)
    return kept * drift, kept * error


def _spread(values: np.ndarray, gone: np.ndarray, left: float, wide: float) -> np.ndarray:
    """Coefficients of ``_bases``, so that moves over any time lie within ``wide`` deviations as often as they should.

    A unit's points move seldom and then far, so squares say little: it is their quantile that is fitted, of moves of
    about the same length and season together. Of few units, or the area's row, it is not less than the mean square.
    """
    bases, squares, counts = [], [], []
    for lag in range(1, len(gone)):
        moves = np.abs(values[:, lag:] - values[:, :-lag])
        apart, began = gone[lag:] - gone[:-lag], gone[:-lag]
        for some in np.array_split(np.arange(len(apart)), min(3, max(1, len(apart) // 4))):
            seen = moves[:, some][np.isfinite(moves[:, some])]
            if len(seen):
                usual = np.quantile(seen, 2 * NORMAL.cdf(wide) - 1) / wide
                usual = usual if len(values) > FEW else max(usual, np.sqrt(np.mean(seen**2)))
                bases.append([base.mean() for base in _bases(began[some], apart[some])])
                squares.append(usual**2)
                counts.append(len(seen) / apart[some].mean())
    weight = np.sqrt(counts) * np.exp(-np.abs(np.log(np.array(bases)[:, 0] / max(left, 1e-9))))
    return _least_squares(np.array(bases) * weight[:, None], np.array(squares) * weight)[0] if counts else np.zeros(3)


def _standardised(steps: np.ndarray) -> np.ndarray:
    """Each unit's moves in units of their root mean square; missing where it never moved."""
    held = np.isfinite(steps)
    size = np.sqrt((np.where(held, steps, 0.0) ** 2).sum(axis=1) / np.maximum(held.sum(axis=1), 1))
    return steps / np.where(size > 0, size, np.nan)[:, None]


def _bases(gone: np.ndarray, apart: np.ndarray) -> tuple[np.ndarray, ...]:
    """How the mean square of a move grows: by steps; if cumulative, with weeks that scatter, with weeks that drift."""
    return apart, apart / (gone * (gone + apart)), apart**2 / (gone + apart)


def _correlations(moves: list[pd.DataFrame]) -> np.ndarray:
    """Of the moves of the parts in the same week, all units together."""
    count = len(moves)
    together = np.eye(count)
    for one, other in itertools.combinations(range(count), 2):
        shared = moves[one].columns.intersection(moves[other].columns)
        product = (moves[one][shared] * moves[other][shared]).to_numpy().reshape(1, -1)
        together[one, other] = together[other, one] = np.clip(_means(product, 0.0)[0], -1, 1)
    return together


def _with_odds(rows: pd.DataFrame, whole: _Part, bands: pd.DataFrame) -> pd.DataFrame:
    """The rows of totals, one for each band, with the odds that the total ends in it."""
    middle, deviation = whole.middle[rows.index], np.maximum(np.sqrt(whole.variance[rows.index]), 1e-9)
    limits = bands.sort_values("from_points", ascending=False)
    below = np.vectorize(NORMAL.cdf, otypes=[float])
    above = np.stack([1 - below((limit - middle) / deviation) for limit in limits["from_points"]])
    above[-1] = 1.0  # the lowest band takes all that is left
    odds = np.diff(above, axis=0, prepend=0.0)
    each = [rows.assign(band=band, odds=odd) for band, odd in zip(limits["band"], odds, strict=True)]
    return pd.concat(each).sort_index(kind="stable")
