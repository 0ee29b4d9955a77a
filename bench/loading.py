"""Times reading five years of a province's weeks from disk: the history that the next week's report needs.

    python bench/loading.py [--units 156] [--cutoffs 260] [--runs 5]

Publishes generated weeks in a temporary folder, as the notebooks write them (deterministic), then times reading them:
  load        totals, what tables carry of other weeks, corrections, and where each series begins
  indicators  every figure of every week: here seven per unit
Prints a paragraph of RESULTS.md.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import tables
from analysis.weeks import history, paths, store

HOME = Path(__file__).parent.parent
AREA = "gia-lai"
FIRST = date(2021, 1, 4)
INDICATORS = ["TOTAL", "CKMB", "TDGQ", "DVCTT", "TTTT", "MDHL", "MDSH"]


def week(number: int, units: int) -> dict[str, pd.DataFrame]:
    """The tables that history reads. Before every tenth week one week is missing; its totals are carried."""
    totals = np.random.default_rng(number).integers(0, 10_001, units) / 100
    unit = pd.DataFrame(
        {"unit_code": [f"H21.{n}" for n in range(units)], "unit_name": [f"xã {n}" for n in range(units)]}
    )
    before = str(FIRST + timedelta(weeks=number, days=-7 if number % 10 else -1))
    known = {
        "scores": unit.assign(total=totals, computed_total=totals, not_itemised=0.0, band="Khá", rank=1.0),
        "changes": unit.assign(total=totals, previous_total=totals, change=0.0, previous_cutoff=before),
        "measurements": pd.concat(unit.assign(indicator=each, value=totals, mark="") for each in INDICATORS),
    }
    return {name: frame.reindex(columns=list(tables.TABLES[name].columns)) for name, frame in known.items()}


def seconds(read, home: Path) -> float:
    began = time.perf_counter()
    read(home, AREA)
    return time.perf_counter() - began


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--units", type=int, default=156)
    options.add_argument("--cutoffs", type=int, default=260)
    options.add_argument("--runs", type=int, default=5)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        shutil.copytree(HOME / "config", home / "config")
        print(f"publishing {chosen.cutoffs} weeks", file=sys.stderr)
        for number in range(chosen.cutoffs):
            folder = paths.processed(home, AREA, str(FIRST + timedelta(weeks=number)))
            for name, frame in week(number, chosen.units).items():
                store.write_table(folder, name, frame)
        said = {}
        for read in (history.load, history.indicators):
            median = statistics.median(seconds(read, home) for _ in range(chosen.runs))
            said[read.__name__] = f"{median:.2f} s ({len(read(home, AREA)):,} rows)"
        print(
            f"\n`bench/loading.py`, medians of {chosen.runs}: {chosen.units} units × {chosen.cutoffs} cut-offs read "
            f"back, totals {said['load']}, every figure {said['indicators']}."
        )


if __name__ == "__main__":
    main()
