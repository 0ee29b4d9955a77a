"""The week's notebooks played in this process: the code of their cells, without a kernel, on a home of one's own."""

import functools
import shutil
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pandas as pd

from analysis.gate.clean import Cleaned
from analysis.method import revisions
from analysis.tables import WRITTEN_BY
from analysis.weeks import atomic, paths, store
from analysis.weeks.home import working_in

HOME = Path(__file__).parents[2]


@contextmanager
def at(home: Path):
    """``home`` as the home of this process; with the project's own config, where it has none."""
    if not (home / "config").exists():
        shutil.copytree(HOME / "config", home / "config")
    with working_in(home):
        yield home


@functools.cache
def _cells(name: str) -> tuple:
    """The code cells of a notebook, each compiled, and whether it is the one with the parameters."""
    notebook = nbformat.read(HOME / "notebooks" / f"{name}.ipynb", as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return tuple((compile(cell.source, name, "exec"), "parameters" in cell.metadata.get("tags", [])) for cell in cells)


def notebook(name: str, **parameters: str) -> dict:
    """Run the notebook's cells with these parameters; its names afterwards."""
    names = {"display": lambda *values: None}
    for code, is_parameters in _cells(name):
        exec(code, names)
        if is_parameters:
            names |= parameters
    return names


def tables(home: Path, area: str, cutoff: str, cleaned: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """All tables of a week by name, made by notebooks 2 to 4 of those that 1_clean would have written; a draft.

    home : as ``at`` gave it
    """
    week = store.open_week(area, cutoff, home=home)
    for name, frame in cleaned.items():
        week.write(name, frame)
    atomic.save(week.folder / "raw" / "table.txt", cleaned["measurements"].to_csv())  # what it was made from
    told = dict(cleaned)
    for stage in ("2_score", "3_trend"):
        names = notebook(stage, area=area, cutoff=cutoff)
        told |= {name: names[name] for name, writer in WRITTEN_BY.items() if writer == stage}
    return told | {"pages": week.read("pages")}


def cleaned(home: Path, area: str, cutoff: str, accepted: Cleaned) -> dict[str, pd.DataFrame]:
    """``tables`` of a week's first issue, as the gate accepted it."""
    assert not accepted.refused
    nothing = revisions.corrections(accepted.measurements, accepted.measurements)
    return tables(home, area, cutoff, accepted.tables | {"corrections": nothing})


def publish(home: Path, area: str, cutoff: str) -> None:
    """The week's draft becomes its published tables; one that is published already becomes revision r1."""
    draft, place = store.open_week(area, cutoff, home=home).folder, paths.processed(home, area, cutoff)
    if place.is_dir():
        place.rename(draft / "r1")
    draft.rename(place)
