"""A nation's points over years: loaded, scored and ranked, against DuckDB reading the same columns; and its trend.

    python bench/history.py [--units 10600] [--cutoffs 260] [--runs 5]

Makes one table of generated group points (units × cut-offs; deterministic), then times, whole and in turn:
  ours    read the columns, score every cut-off by the rules in force, reconcile every total, band and rank
  duckdb  read the same columns (the sum of each, so that every value is decoded)
  trend   the same, then select the course that charts show, and check for every unit whether its change stands out
Prints medians, their ratio, and the peak memory of ours.
"""

import argparse
import resource
import statistics
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.config import rules
from analysis.method.changes import select_course
from analysis.method.score import SUM_TOLERANCE

HOME = Path(__file__).parent.parent
NEWEST = date(2026, 10, 5)
MOST_CENTS = 100_00  # of a total, in hundredths of a point
GROUPS = {"CKMB": 18, "TDGQ": 20, "DVCTT": 12, "TTTT": 10, "MDHL": 18, "MDSH": 22}


def generated(units: int, cutoffs: int) -> pd.DataFrame:
    """cutoff (0, 1, …), unit_code, total and the six groups' points: uniform, in hundredths, total = their sum."""
    random = np.random.default_rng(766)
    rows = units * cutoffs
    hundredths = {group: random.integers(0, 100 * most + 1, rows) for group, most in GROUPS.items()}
    frame = pd.DataFrame({group: values / 100 for group, values in hundredths.items()})
    frame.insert(0, "cutoff", np.repeat(np.arange(cutoffs, dtype="int32"), units))
    frame.insert(
        1,
        "unit_code",
        pd.Categorical.from_codes(np.tile(np.arange(units), cutoffs), [f"U{n:05d}" for n in range(units)]),
    )
    frame["total"] = sum(hundredths.values()) / 100
    return frame


def score_many(history: pd.DataFrame, groups: list[str], bands: pd.DataFrame) -> pd.DataFrame:
    """Published group points of many cut-offs at once: the same sums, bands, ranks and tolerance, column by column.

    history : cutoff (0, 1, …), unit_code, total (in hundredths) and a column of points for each of ``groups``; units
              of one kind, no figure missing
    Returns : the same rows with computed_total (sum of the groups), agrees (total within 0.02 of it), band, and rank
              (among the units of its cut-off; 1 is best, ties share).
    """
    cents = {name: np.rint(history[name].to_numpy() * 100).astype(np.int32) for name in ("total", *groups)}
    computed = sum(cents[group] for group in groups)
    agrees = np.abs(cents["total"] - computed) <= SUM_TOLERANCE  # in hundredths, the last decimal shown
    ranks = _ranks_of_cents(history["cutoff"].to_numpy(), cents["total"])
    reached = np.searchsorted(np.rint(100 * bands["from_points"].to_numpy()[::-1]), cents["total"], side="right") - 1
    named = pd.Categorical.from_codes(reached, bands["band"][::-1])
    return history.assign(computed_total=computed / 100, agrees=agrees, band=named, rank=ranks)


def _ranks_of_cents(cutoff: np.ndarray, cents: np.ndarray) -> np.ndarray:
    """1 + the number of units of the same cut-off with a higher total; counted, for there are only 10,001 totals."""
    steps = MOST_CENTS + 1
    keys = cutoff.astype(np.int64) * steps + (MOST_CENTS - cents)  # the best total comes first
    counts = np.bincount(keys, minlength=(int(cutoff.max()) + 1) * steps).reshape(-1, steps)
    return (1 + np.cumsum(counts, axis=1) - counts).ravel()[keys]


def scored(path: Path, in_force: rules.Rules) -> tuple[int, int]:
    """Every cut-off of the file scored and reconciled: (rows, totals that do not reconcile)."""
    history = score_many(pd.read_parquet(path), list(GROUPS), in_force.bands)
    return len(history), int((~history["agrees"]).sum())


def trended(path: Path, in_force: rules.Rules) -> int:
    """Load, score and rank the file, and select every unit's course as charts show it; its number of rows."""
    settings = in_force.settings["trend"]
    history = score_many(pd.read_parquet(path), list(GROUPS), in_force.bands)
    weeks = int(history["cutoff"].max()) + 1
    days = [str(NEWEST - timedelta(weeks=weeks - 1 - week)) for week in range(weeks)]
    day = history["cutoff"].map(dict(enumerate(days)))
    about = {"unit_name": history["unit_code"], "since": days[0], "carried_by": "", "revision": 1, "corrected": False}
    rows = history.assign(cutoff=day, **about)
    is_newest = rows["cutoff"] == days[-1]
    return len(select_course(rows[~is_newest], rows[is_newest], settings["shown_cutoffs"]))


def decoded(path: Path) -> list[tuple]:
    """The sums of the columns. Sums make DuckDB decode every value; minima and maxima are in the file's statistics."""
    import duckdb

    sums = ", ".join(f'sum("{name}")' for name in ("cutoff", "total", *GROUPS))
    return duckdb.sql(f"select sum(length(unit_code)), {sums} from read_parquet('{path}')").fetchall()


def timed(run, *arguments) -> tuple[float, object]:
    began = time.perf_counter()
    result = run(*arguments)
    return time.perf_counter() - began, result


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--units", type=int, default=10_600)
    options.add_argument("--cutoffs", type=int, default=260)
    options.add_argument("--runs", type=int, default=5)
    chosen = options.parse_args()
    in_force = rules.load(HOME, "gia-lai", date(2026, 10, 8))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.parquet"
        generated(chosen.units, chosen.cutoffs).to_parquet(path, compression="zstd", index=False)
        ours, peer, trends = [], [], []
        for run in range(chosen.runs):
            print(f"run {run + 1} of {chosen.runs}", file=sys.stderr)
            seconds, (rows, wrong) = timed(scored, path, in_force)
            ours.append(seconds)
            peer.append(timed(decoded, path)[0])
            seconds, units = timed(trended, path, in_force)
            trends.append(seconds)
    seconds, duck = statistics.median(ours), statistics.median(peer)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"\n`bench/history.py`, {chosen.units:,} units × {chosen.cutoffs} cut-offs ({rows:,} rows, {wrong} totals not "
        f"reconciled), medians of {chosen.runs}: loaded, scored and ranked in {seconds:.2f} s, {seconds / duck:.1f} "
        f"times DuckDB's reading of the same columns ({duck:.2f} s); with the trend of {units:,} units "
        f"{statistics.median(trends):.1f} s; {memory:,.0f} MiB at most."
    )


if __name__ == "__main__":
    main()
