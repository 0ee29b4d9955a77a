"""Signals on simulated years: how many are false, and how soon a change is found; ours beside the rules before.

    python bench/signals.py [--seeds 1 2 3] [--years 100] [--out FILE]

A simulated year is a report of 18 units (and the area's row) with 26 weeks to learn and 52 that are judged; a new year
begins between them, cut-offs are 5 to 9 days apart, and one week is left out. A unit's weekly dossiers are negative
binomial (r = 8) around 5, 12, 40, 60, 150 or 500; a week's rate is drawn from Beta(φ p, φ (1 − p)), p from 5 to 40 %,
independent or linked from week to week (the normal scores have the lag-one correlation AR). What is watched is what a
table prints: cumulative counts, or cumulative rates to 0.1 or 0.01.

False signals are counted in years without a change. For what is found, six of the units (40 to 60 dossiers a week, p
from 10 to 40 %) change in week 27 of the judged year: three fall to a third in one rate, three double in another.

The rules before are XmR charts on the changes of the total (limits from 15 changes of the calendar year, four rules).
Prints the tables of docs/method.md: means over all seeds.
"""

import argparse
import math
import sys
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np

from analysis.method import signals as cusum

UNITS, LEARNED, JUDGED, CHANGED_AT, FOUND_WITHIN = 18, 26, 52, 26, 8
VOLUMES = (5, 12, 40, 60, 150, 500)
JANUARY, BEFORE = date(2023, 1, 1).toordinal(), 22  # weeks before the first cut-off that is learned from
FALLS, DOUBLES = (0, slice(0, 3)), (1, slice(3, 6))  # indicator and units that change
BATCH = 20  # years that share a calendar


class Setting(NamedTuple):
    """What a year is drawn with."""

    name: str
    phi: float = 60
    memory: float = 0.0
    indicators: int = 2
    decimals: int | None = None  # None: counts
    learned: int = LEARNED


SETTINGS = [
    Setting("independent"),
    Setting("AR 0.5", memory=0.5),
    Setting("independent, φ = 30", phi=30),
    Setting("independent, φ = 20", phi=20),
    Setting("AR 0.3, φ = 30", phi=30, memory=0.3),
    Setting("AR 0.5, φ = 30", phi=30, memory=0.5),
    Setting("independent, 5 rate columns", indicators=5),
    Setting("AR 0.5, 5 rate columns", memory=0.5, indicators=5),
    Setting("independent, 8 weeks learned", learned=8),
    Setting("independent, rates to 0.01", decimals=2),
    Setting("independent, rates to 0.1", decimals=1),
    Setting("AR 0.5, rates to 0.1", memory=0.5, decimals=1),
]


# -- years -----------------------------------------------------------------------------------------------------------


class Years(NamedTuple):
    """Cumulative counts, years × indicators × units (the last: the area) × cut-offs; the first judged cut-off."""

    numerator: np.ndarray
    denominator: np.ndarray
    days: np.ndarray
    judged_from: int
    changed_from: int


def drawn(random: np.random.Generator, years: int, setting: Setting, changed=False, volume=None, rate=None) -> Years:
    """Years of one calendar; with volume and rate, of all units alike."""
    hidden = BEFORE + LEARNED - setting.learned  # weeks of the first year that the history does not show
    weeks, change = hidden + setting.learned + JUDGED, hidden + setting.learned + CHANGED_AT
    shape = (years, setting.indicators, UNITS)
    usual = random.uniform(0.05, 0.40, shape)
    dossiers = random.choice(VOLUMES, (years, 1, UNITS)).astype(float)
    if changed:
        for indicator, units in (FALLS, DOUBLES):
            usual[:, indicator, units] = random.uniform(0.10, 0.40, usual[:, indicator, units].shape)
            dossiers[:, 0, units] = random.uniform(40, 60, dossiers[:, 0, units].shape)
    if volume:
        usual, dossiers = np.full(shape, rate), np.full(dossiers.shape, float(volume))
    true = np.repeat(usual[..., None], weeks, axis=-1)
    if changed:
        true[:, FALLS[0], FALLS[1], change:] /= 3
        true[:, DOUBLES[0], DOUBLES[1], change:] *= 2
    spans = random.integers(5, 10, weeks)
    days = JANUARY - 1 + np.cumsum(spans)
    happened = random.gamma(8, dossiers[..., None] / 8 * spans / 7, (years, 1, UNITS, weeks))
    cases = np.broadcast_to(random.poisson(happened), true.shape)
    hits = random.binomial(cases, _of_weeks(random, true, setting))
    return _cumulated(random, cases, hits, days, spans, hidden, setting.learned)


def _of_weeks(random: np.random.Generator, true: np.ndarray, setting: Setting) -> np.ndarray:
    """Each week's own probability: Beta(φ p, φ (1 − p)), through normal scores that are linked from week to week."""
    if not setting.memory:
        return random.beta(true * setting.phi, (1 - true) * setting.phi)
    scores = random.standard_normal(true.shape)
    for week in range(1, true.shape[-1]):
        scores[..., week] *= math.sqrt(1 - setting.memory**2)
        scores[..., week] += setting.memory * scores[..., week - 1]
    table, places = _quantiles(setting.phi), np.rint((true - RATES[0]) / (RATES[1] - RATES[0])).astype(int)
    at = np.interp(scores, NORMAL_SCORES, NORMAL_SHARES) * (table.shape[1] - 1)
    below = np.minimum(at.astype(int), table.shape[1] - 2)
    return table[places, below] * (1 - at + below) + table[places, below + 1] * (at - below)


RATES = np.linspace(0.005, 0.995, 991)
NORMAL_SCORES = np.linspace(-6, 6, 6001)
NORMAL_SHARES = np.array([0.5 * (1 + math.erf(score / math.sqrt(2))) for score in NORMAL_SCORES])
_TABLES: dict[float, np.ndarray] = {}


def _quantiles(phi: float) -> np.ndarray:
    """Quantiles of Beta(φ p, φ (1 − p)) at even probabilities, a row for each of RATES, by adding up the density."""
    if phi not in _TABLES:
        edges = np.concatenate([[0], np.geomspace(1e-9, 1e-3, 400), np.linspace(1e-3, 1, 4000)[1:]])
        middle, width = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
        rows = []
        for rate in RATES:
            density = (rate * phi - 1) * np.log(middle) + ((1 - rate) * phi - 1) * np.log1p(-middle)
            share = np.concatenate([[0], np.cumsum(np.exp(density - density.max()) * width)])
            rows.append(np.interp(np.linspace(0, 1, 1201), share / share[-1], edges))
        _TABLES[phi] = np.array(rows)
    return _TABLES[phi]


def _cumulated(random, cases, hits, days, spans, hidden: int, learned: int) -> Years:
    """Cumulative from 1 January, the area's row added, the hidden weeks and one before the change without a cut-off."""
    new_year = date(date.fromordinal(int(days[0])).year + 1, 1, 1).toordinal()
    first = int(np.searchsorted(days, new_year))
    counts = np.stack([hits, cases - hits])
    if first < len(days):  # the days of that week before the new year are in no figure
        counts[..., first] = random.binomial(counts[..., first], min(1, (days[first] - new_year + 1) / spans[first]))
    summed = np.concatenate([np.cumsum(part, axis=-1) for part in np.split(counts, [first], axis=-1)], axis=-1)
    summed = np.concatenate([summed, summed.sum(axis=-2, keepdims=True)], axis=-2)
    judged = hidden + learned
    kept = np.delete(np.arange(len(days)), judged + random.integers(2, CHANGED_AT - 2))[hidden - 1 :]
    numerator, denominator = summed[0][..., kept].astype(float), summed.sum(axis=0)[..., kept].astype(float)
    return Years(numerator, denominator, days[kept], learned + 1, learned + CHANGED_AT)


# -- ours ------------------------------------------------------------------------------------------------------------


def ours(years: Years, decimals: int | None) -> cusum.Watched:
    """The charts of all years, from the figures that a table would print."""
    numerator, denominator = years.numerator, years.denominator
    value = np.divide(numerator, denominator, out=np.full(numerator.shape, np.nan), where=denominator > 0)
    if decimals is not None:
        value = value.round(decimals + 2)
        numerator, denominator = np.full((2, *value.shape), np.nan)
    step = np.full(value.shape, 10.0 ** -((decimals or 6) + 2))
    january = [date.fromordinal(int(day)).replace(month=1, day=1).toordinal() for day in years.days]
    begun = np.array([january] * value.shape[1])
    weeks = cusum.week_figures(value, numerator, denominator, step, np.zeros(value.shape), years.days, begun)
    return cusum.watch(weeks, np.zeros(value.shape, bool), years.days, false_a_year=2.0)


def called(found: cusum.Watched) -> np.ndarray:
    """Where a signal is called."""
    return (found.signal != 0) & (found.since == np.arange(found.signal.shape[-1]))


# -- the rules before ------------------------------------------------------------------------------------------------


def rules_before(years: Years) -> np.ndarray:
    """Where a chart of changes of the total first completes a rule: years × units × cut-offs."""
    share = np.divide(
        years.numerator, years.denominator, out=np.zeros(years.numerator.shape), where=years.denominator > 0
    )
    points = 6 * np.minimum(share[:, 0] / 0.5, 1) + 6 * share[:, 1:].sum(axis=1)  # online filing, and payment
    totals, days = (40 + points).round(2), years.days
    january = np.array([date.fromordinal(int(day)).year for day in days])
    found = np.zeros(totals.shape, bool)
    for year in np.unique(january):
        at = np.flatnonzero(january == year)
        gaps = np.diff(days[at]).astype(float)
        for place in range(17, len(at) + 1):
            scale = np.median(gaps[: place - 1]) / gaps[: place - 1]
            moved = (np.diff(totals[..., at[:place]], axis=-1) * scale).round(6)
            rules = np.apply_along_axis(_stands_out, -1, moved)
            found[..., at[place - 1]] = rules
    return found & ~np.concatenate([np.zeros_like(found[..., :1]), found[..., :-1]], axis=-1)


def _stands_out(moved: np.ndarray) -> bool:
    """Whether the newest change completes one of the four rules, by limits from the earlier ones."""
    centre, upper = _limits(moved[:-1])
    if math.isnan(centre):
        return False
    distance = (moved - centre) / ((upper - centre) / 3)
    last = distance[-1]
    side = np.sign(last)
    return bool(
        abs(last) > 3
        or (side and (side * distance[-8:] > 0).all())
        or (abs(last) > 2 and (side * distance[-3:] > 2).sum() >= 2)
        or (len(moved) >= 6 and abs(np.sign(np.diff(moved[-6:])).sum()) == 5)
    )


def _limits(values: np.ndarray) -> tuple[float, float]:
    """Centre and upper limit of an XmR chart, values beyond them left out (docs/method.md of before)."""
    kept = values
    while len(kept) > 1:
        centre, spread = kept.mean(), np.abs(np.diff(kept)).mean() / 1.128
        if spread == 0:
            break
        inside = values[np.abs(values - centre) <= 3 * spread]
        if len(inside) >= len(kept) or 2 * len(inside) < len(values):
            return centre, centre + 3 * spread
        kept = inside
    return math.nan, math.nan


# -- tables ----------------------------------------------------------------------------------------------------------


class Measured(NamedTuple):
    """Of one setting and one seed."""

    false: np.ndarray  # signals of each year
    fallen: np.ndarray  # weeks until it was found, of each unit that fell; inf: not in the judged year
    doubled: np.ndarray


def measured(seed: int, years: int, setting: Setting, before=False) -> Measured:
    random, parts = np.random.default_rng([seed, SETTINGS.index(setting)]), []
    for _ in range(0, years, BATCH):
        calm, moved = drawn(random, BATCH, setting), drawn(random, BATCH, setting, changed=True)
        if before:
            false = rules_before(calm)[..., calm.judged_from :].sum(axis=(1, 2))
            up = down = rules_before(moved)[:, None].repeat(setting.indicators, axis=1)
        else:
            false = called(ours(calm, setting.decimals))[..., calm.judged_from :].sum(axis=(1, 2, 3))
            found = ours(moved, setting.decimals)
            up, down = found.signal > 0, found.signal < 0
        delays = [_delays(where[:, at[0], at[1]], moved.changed_from) for where, at in ((down, FALLS), (up, DOUBLES))]
        parts.append(Measured(false, *delays))
    return Measured(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def _delays(found: np.ndarray, since: int) -> np.ndarray:
    """Weeks from the change until it is found, 0: in the first week of it."""
    after = found[..., since:]
    return np.where(after.any(axis=-1), after.argmax(axis=-1), np.inf).ravel()


def row(name: str, seeds: list[int], years: int, setting: Setting, before=False) -> str:
    parts = [measured(seed, years, setting, before) for seed in seeds]
    whole = Measured(*(np.concatenate(each) for each in zip(*parts, strict=True)))
    worst = max(part.false.mean() for part in parts)
    shares = [f"{100 * (delays < FOUND_WITHIN).mean():.0f} %" for delays in whole[1:]]
    waits = [
        f"{np.median(delays[np.isfinite(delays)]):.0f}" if np.isfinite(delays).any() else "–" for delays in whole[1:]
    ]
    cells = [
        name,
        f"{whole.false.mean():.2f} ({worst:.2f})",
        " / ".join(shares),
        " / ".join(waits),
        str(len(whole.false)),
    ]
    return f"| {' | '.join(cells)} |"


def found_by_volume(seed: int, years: int) -> list[str]:
    """What is found within 8 weeks, by dossiers a week and usual rate: falls to a third / doubles."""
    rates, lines = (0.05, 0.10, 0.20, 0.40), []
    for volume in VOLUMES:
        cells = []
        for rate in rates:
            random, delays = np.random.default_rng([seed, volume, int(100 * rate)]), ([], [])
            for _ in range(0, years, BATCH):
                moved = drawn(random, BATCH, SETTINGS[0], changed=True, volume=volume, rate=rate)
                found = ours(moved, None)
                down, up = found.signal < 0, found.signal > 0
                delays[0].append(_delays(down[:, FALLS[0], FALLS[1]], moved.changed_from))
                delays[1].append(_delays(up[:, DOUBLES[0], DOUBLES[1]], moved.changed_from))
            cells.append(" / ".join(f"{100 * (np.concatenate(each) < FOUND_WITHIN).mean():.0f}" for each in delays))
        lines.append(f"| {volume} | {' | '.join(cells)} |")
    return lines


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    options.add_argument("--years", type=int, default=100, help="simulated years a seed and setting")
    options.add_argument("--before", type=int, default=20, help="the same for the rules before, which are slow")
    options.add_argument("--out", type=Path)
    chosen = options.parse_args()
    lines = [
        "| weeks drawn | false signals a year (worst seed) | found within 8 weeks: falls to ⅓ / doubles | "
        "median weeks until found | years |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for setting in SETTINGS[:2]:
        lines.append(row(f"XmR on changes of the total, {setting.name}", chosen.seeds, chosen.before, setting, True))
        print(lines[-1], file=sys.stderr)
    for setting in SETTINGS:
        lines.append(row(f"ours, {setting.name}", chosen.seeds, chosen.years, setting))
        print(lines[-1], file=sys.stderr)
    lines += ["", "| dossiers a week | 5 % | 10 % | 20 % | 40 % |", "| ---: | ---: | ---: | ---: | ---: |"]
    lines += found_by_volume(chosen.seeds[0], chosen.years)
    text = "\n".join(lines)
    print(text)
    if chosen.out:
        chosen.out.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
