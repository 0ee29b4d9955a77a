"""How often the bounds of the week's own rates and the intervals of the year's end hold, on generated years.

    python bench/rates.py [--seeds 1 2 3] [--areas 10] [--only week|year]

Generates areas of 18 units: weeks that are independent, serially dependent, slowly drifting or both; beta-binomial
counts (a + b = 60), weekly volumes negative binomial (r = 8) with means from 5 to 500, irregular spans and a week left
out. The judged modules see only what an office prints. Prints the tables of docs/method.md.
"""

import argparse
import itertools

import numpy as np
import pandas as pd

from analysis.method import week_rates, year_end

UNITS, WEEKS, DISPERSION, BURSTS = 18, 52, 60.0, 8.0
VOLUMES = (5, 12, 40, 60, 150, 500)
YEAR = np.datetime64("2025-01-01")


def cutoffs(random: np.random.Generator, weeks: int = WEEKS) -> np.ndarray:
    """Mondays of a year, a fifth of them up to three days late, and one of the later weeks left out."""
    days = YEAR + 5 + 7 * np.arange(weeks) + np.where(random.random(weeks) < 0.2, random.integers(1, 4, weeks), 0)
    days[-1] = min(days[-1], YEAR + 364)
    return np.delete(days, random.integers(12, weeks - 8))


def behaviours(
    kind: str, base: np.ndarray, weeks: int, random: np.random.Generator, dispersion: float = DISPERSION
) -> np.ndarray:
    """The chance that a dossier counts, by unit and week. ``kind``: independent, ar 0.5, drift, drift ar 0.3, …

    Independent weeks are beta distributed around the unit's base with a + b = ``dispersion``; dependent ones have the
    same spread on the logit scale; a drift is a random walk of the logit, 0.05 a week.
    """
    words = kind.split()
    shape = (len(base), weeks)
    level = np.log(base / (1 - base))[:, None] + np.zeros(shape)
    if "drift" in words:
        level = level + np.cumsum(random.normal(0, 0.05, shape), axis=1)
    level = 1 / (1 + np.exp(-level))
    if "ar" not in words:
        return random.beta(level * dispersion, (1 - level) * dispersion)
    memory = float(words[-1])
    noise = random.normal(0, 1, shape)
    for week in range(1, weeks):
        noise[:, week] = memory * noise[:, week - 1] + np.sqrt(1 - memory**2) * noise[:, week]
    spread = 1 / np.sqrt((dispersion + 1) * base * (1 - base))
    return 1 / (1 + np.exp(-(np.log(level / (1 - level)) + spread[:, None] * noise)))


def counts(
    chances: np.ndarray, volumes: np.ndarray, days: np.ndarray, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Dossiers of each unit and week, and those that count; ``volumes``: dossiers of seven days."""
    spans = np.diff(np.concatenate([[YEAR - 1], days])).astype(float)
    mean = volumes[:, None] * spans / 7
    cases = random.negative_binomial(BURSTS, BURSTS / (BURSTS + mean))
    return cases, random.binomial(cases, chances)


def printed(hits: np.ndarray, cases: np.ndarray, decimals: int) -> np.ndarray:
    """Cumulative rates as a table prints them; missing before the first dossier."""
    with np.errstate(invalid="ignore"):
        rate = 100 * hits.cumsum(axis=1) / cases.cumsum(axis=1)
    return np.floor(rate * 10**decimals + 0.5) / 10**decimals


def long(days: np.ndarray, indicator: str, **values: np.ndarray) -> pd.DataFrame:
    """cutoff, unit_code, indicator and the values, each an array by unit and week."""
    units, weeks = next(iter(values.values())).shape
    frame = pd.DataFrame(
        {
            "cutoff": np.tile(days.astype(str), units),
            "unit_code": np.repeat([f"u{unit:05d}" for unit in range(units)], weeks),
            "indicator": indicator,
        }
    )
    return frame.assign(**{name: each.ravel() for name, each in values.items()})


# -- the week's own rate ---------------------------------------------------------------------------------------------


def bounds_hold(kind: str, volume: float, decimals: int, seed: int, areas: int, uneven: float = 3.0) -> dict:
    """How often the bounds held the week's true share of dossiers, and how wide they were."""
    random = np.random.default_rng([seed, int(volume), decimals, sum(map(ord, kind))])
    days = cutoffs(random)
    units = UNITS * areas
    chances = behaviours(kind, random.uniform(0.05, 0.4, units), len(days), random)
    cases, hits = counts(chances, np.full(units, float(volume)), days, random)
    history = long(days, "DVCTT", value=printed(hits, cases, decimals))
    rates = week_rates.compute_every_week(history, {"decimals": {"DVCTT": decimals}, "uneven": uneven})
    with np.errstate(invalid="ignore"):
        own = 100 * hits / cases
    true = long(days, "DVCTT", true=own, cases=cases, week=np.tile(np.arange(len(days)), (units, 1)))
    both = rates.drop(columns="cases").merge(true, on=["cutoff", "unit_code", "indicator"])
    both = both[(both["week"] >= 1) & (both["cases"] > 0)]
    said = both[both["basis"] == "estimate"]
    held = said["true"].between(said["low"] - 1e-9, said["high"] + 1e-9)
    width = said["high"] - said["low"]
    return {
        "judged": len(said),
        "held": int(held.sum()),
        "share": 100 * held.mean(),
        "width": width.median(),
        "too_wide": 100 * (both["basis"] == "too_wide").mean(),
        "revised": 100 * (both["basis"] == "revised").mean(),
    }


def week_table(seeds: list[int], areas: int) -> None:
    for uneven in (1.0, 3.0):
        for decimals in (1, 2):
            rows = []
            for kind in ("independent", "ar 0.5"):
                for volume in VOLUMES:
                    got = pd.DataFrame([bounds_hold(kind, volume, decimals, seed, areas, uneven) for seed in seeds])
                    rows.append({"kind": kind, "volume": volume, "worst": got["share"].min(), **got.mean()})
            frame = pd.DataFrame(rows)
            pooled = 100 * frame["held"].sum() / frame["judged"].sum()
            print(f"uneven {uneven:g}, {decimals} decimals: pooled {pooled:.1f}")
            print(frame.round(1).to_string(index=False))


# -- the year's end --------------------------------------------------------------------------------------------------

RULES = pd.DataFrame(
    {
        "indicator": ["CKMB", "TD", "DVCTT", "TT", "SH"],
        "unit": "percent",
        "max_points": [18.0, 20.0, 6.0, 6.0, 22.0],
        "rule": ["linear", "linear", "capped", "linear", "linear"],
        "full_at_pct": [np.nan, np.nan, 50.0, np.nan, np.nan],
        "nature": ["stock", "flow", "flow", "flow", "flow"],
    }
)
BASES = {"TD": (0.85, 0.99), "DVCTT": (0.05, 0.4), "TT": (0.05, 0.4), "SH": (0.15, 0.35)}
BANDS = pd.DataFrame(
    {"band": ["Xuất sắc", "Tốt", "Khá", "Trung bình", "Yếu"], "from_points": [90.0, 80.0, 70.0, 50.0, 0.0]}
)
KINDS = ("independent", "ar 0.3", "ar 0.5", "drift", "drift ar 0.3", "drift ar 0.5")
AT_WEEKS = (20, 35, 45)
STEPS = 0.003  # how often a unit loses or regains six points at once, a week


def year(kind: str, seed: int, counted: bool, rest: str = "steps") -> tuple[pd.DataFrame, pd.Series]:
    """An area's year as its tables print it, the area's row last, and what it ends with: flows in percent, else points.

    rest : what is not itemised: ``steps`` (small moves, and six points at once now and then), ``constant``, or ``flow``
           (an unprinted cumulative rate of dossiers, worth 18 points)
    """
    random = np.random.default_rng([seed, sum(map(ord, kind)), 7])
    days = cutoffs(random)
    days[-1] = YEAR + 364
    shape = (UNITS, len(days))
    volumes = np.exp(random.uniform(np.log(5), np.log(500), UNITS))
    frames, total, ends = [], np.zeros((UNITS + 1, len(days))), {}

    def flow(low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
        chances = behaviours(kind, random.uniform(low, high, UNITS), len(days), random)
        cases, hits = counts(chances, volumes, days, random)
        return tuple(np.vstack([each, each.sum(axis=0)]).cumsum(axis=1).astype(float) for each in (cases, hits))

    for rule in RULES.itertuples():
        full = 100.0 if np.isnan(rule.full_at_pct) else rule.full_at_pct
        if rule.nature == "flow":
            cases, hits = flow(*BASES[rule.indicator])
            with np.errstate(invalid="ignore"):
                rate = 100 * hits / cases
            held = {"numerator": hits, "denominator": cases} if counted else {}
            frames.append(long(days, rule.indicator, value=np.floor(100 * rate + 0.5) / 100, **held))
            ends[rule.indicator] = rate[:, -1]
        else:  # procedures are published in small lots: most weeks nothing changes
            lots = np.where(random.random(shape) < 0.15, random.normal(0.3, 2.5, shape), 0.0)
            rate = np.clip(random.uniform(20, 85, UNITS)[:, None] + lots.cumsum(axis=1), 0, 100)
            rate = np.vstack([rate, rate.mean(axis=0)])
            frames.append(long(days, rule.indicator, value=np.floor(10 * rate + 0.5) / 10))
            ends[rule.indicator] = rule.max_points / full * rate[:, -1]
        total += rule.max_points * np.minimum(np.nan_to_num(rate) / full, 1)
    if rest == "flow":
        cases, hits = flow(0.5, 0.9)
        unprinted = 18 * hits / np.maximum(cases, 1)
    else:
        lost = np.where(random.random(shape) < STEPS, random.choice([-6.0, 6.0], shape), 0.0)
        moves = (lost + random.normal(0, 0.05, shape)) * (rest == "steps")
        unprinted = 18 + np.clip(moves.cumsum(axis=1), -12, 2)
        unprinted = np.vstack([unprinted, unprinted.mean(axis=0)])
    total += unprinted
    frames.append(long(days, "TOTAL", value=np.round(total, 2)))
    ends |= {"TOTAL": total[:, -1], "NOT_ITEMISED": unprinted[:, -1]}
    codes = [f"u{unit:05d}" for unit in range(UNITS + 1)]
    ended = pd.DataFrame(ends, index=codes).rename_axis("unit_code").melt(ignore_index=False, var_name="indicator")
    return pd.concat(frames, ignore_index=True), ended.set_index("indicator", append=True)["value"]


def intervals_hold(kind: str, seed: int, counted: bool, rest: str = "steps") -> pd.DataFrame:
    """indicator, what, week (seen from), low, high, the true value, and whether it was held, of one area's year."""
    history, ended = year(kind, seed, counted, rest)
    days, area = sorted(history["cutoff"].unique()), f"u{UNITS:05d}"
    said = []
    for week in AT_WEEKS:
        seen = history[history["cutoff"] <= days[week - 1]]
        frame = year_end.forecast_year_end(seen, RULES, BANDS, {"by": days[-1], "area": area})
        said.append(frame.drop_duplicates(["unit_code", "indicator"]).assign(week=week))
    frame = pd.concat(said).join(ended.rename("true"), on=["unit_code", "indicator"]).dropna(subset="true")
    frame["what"] = frame["indicator"].where(frame["indicator"].isin(["TOTAL", "CKMB", "NOT_ITEMISED"]), "flows")
    frame["what"] += np.where(frame["unit_code"] == area, " of the area", "")
    return frame.assign(held=frame["true"].between(frame["low"], frame["high"]), width=frame["high"] - frame["low"])


def year_table(seeds: list[int], areas: int) -> None:
    for counted, rest in itertools.product((True, False), ("steps", "constant", "flow")):
        kept = []
        for kind in KINDS:
            years = [1000 * seed + area for seed in seeds for area in range(areas)]
            kept.append(pd.concat(intervals_hold(kind, year, counted, rest) for year in years).assign(kind=kind))
        frame = pd.concat(kept)
        print("\nwith counts" if counted else "\nrates only, printed to 0.01", f"; not itemised: {rest}")
        for what in ("TOTAL", "flows", "CKMB", "NOT_ITEMISED"):
            its = frame[frame["what"] == what].groupby(["kind", "week"], sort=False)
            held, width = 100 * its["held"].mean().unstack(), its["width"].median().unstack()
            print(f"{what}: held, median width")
            print(pd.concat([held.round(0), width.round(1)], axis=1).to_string())
        pooled = 100 * frame.groupby(["what", "week"])["held"].mean().unstack()
        pooled["all"] = 100 * frame.groupby("what")["held"].mean()
        print(pooled.round(1).to_string(), flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    options.add_argument("--areas", type=int, default=10)
    options.add_argument("--only", choices=["week", "year"])
    chosen = options.parse_args()
    if chosen.only != "year":
        week_table(chosen.seeds, chosen.areas)
    if chosen.only != "week":
        year_table(chosen.seeds, chosen.areas)


if __name__ == "__main__":
    main()
