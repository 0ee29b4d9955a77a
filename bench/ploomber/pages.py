"""Makes the units' pages, and with --raw first runs the week's notebooks, as ploomber pipelines on two processes.

    python bench/ploomber/pages.py NOTEBOOKS OUT CODE… [--raw TABLE]

ploomber gives a notebook ``upstream``, ``product`` and ``resources_``. So copies run here that have these three names
in their parameters cell and are else unchanged. A page depends only on the figures of its own unit. Then ploomber makes
only one page where one unit has changed; linked to the notebook before it, it would make every page.
"""

import argparse
import os
import sys
from pathlib import Path

import nbformat
from ploomber import DAG
from ploomber.exceptions import DAGBuildError
from ploomber.executors import Parallel
from ploomber.products import File
from ploomber.tasks import NotebookRunner

from analysis.weeks import store

AREA, CUTOFF = "cho-moi", "2023-12-04"
WEEK = ("1_clean", "2_score", "3_trend", "4_report")


def adapted(source: Path, folder: Path) -> Path:
    notebook = nbformat.read(source, as_version=4)
    cell = next(cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))
    cell.source += "\nupstream = None\nproduct = None\nresources_ = None"
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / source.name)
    return folder / source.name


def week(notebooks: Path, out: Path, raw: Path) -> DAG:
    """The week's notebooks, each after the one before, the first after the raw table."""
    dag, before = DAG(executor=Parallel(processes=2)), None
    for name in WEEK:
        params = {"area": AREA, "cutoff": CUTOFF} | ({} if before else {"resources_": {"raw": str(raw)}})
        product = File(out / f"{name}.{'html' if name == '4_report' else 'ipynb'}")
        task = NotebookRunner(
            adapted(notebooks / f"{name}.ipynb", out / "source"), product, dag, name, params, static_analysis="disable"
        )
        if before:
            task.set_upstream(before)
        before = task
    return dag


def pages(notebooks: Path, out: Path, units: list[str]) -> DAG:
    """One task per unit, each after the figures of that unit."""
    dag, source = DAG(executor=Parallel(processes=2)), adapted(notebooks / "5_unit.ipynb", out / "source")
    measurements = store.open_week(AREA, CUTOFF).read("measurements")
    for unit in units:
        figures = out / "figures" / f"{unit}.csv"
        figures.parent.mkdir(exist_ok=True)
        measurements[measurements["unit_code"] == unit].to_csv(figures, index=False)
        params = {"area": AREA, "cutoff": CUTOFF, "unit": unit, "resources_": {"figures": str(figures)}}
        NotebookRunner(source, File(out / f"{unit}.html"), dag, unit, params, static_analysis="disable")
    return dag


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("notebooks", type=Path)
    options.add_argument("out", type=Path)
    options.add_argument("units", nargs="+")
    options.add_argument("--raw", type=Path)
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    os.chdir(chosen.out)
    try:
        if chosen.raw:
            print(week(chosen.notebooks, chosen.out, chosen.raw).build())
        print(pages(chosen.notebooks, chosen.out, chosen.units).build())
    except DAGBuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
