"""The floor: the figures that 5_unit draws, drawn by plain Python in warm processes, without notebooks or pages.

    python bench/figures.py NOTEBOOKS WORKERS text|outlines CODE…

Reads the week's draft in ANALYSIS_HOME, draws one unit to be warm, then every unit as the notebook's cells say, in one
process or shared among forked ones: with text as text, as pages have it, or with its outlines, as matplotlib writes a
figure. Prints JSON: seconds (of drawing alone) and charts.
"""

import io
import json
import multiprocessing
import sys
import time
from functools import partial
from pathlib import Path

import nbformat

names = {}
cells = []


def ready(notebook: Path) -> None:
    """Run the notebook's cells before the first that is shown; keep those that draw."""
    code = [cell for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"]
    shown = ["page" in cell.metadata.get("tags", []) for cell in code]
    for cell in code[: shown.index(True)]:
        exec(cell.source, names)
    names["display"] = lambda *charts: charts
    drawing = [cell.source for cell in code if cell.source.startswith(("figures.", "display(*figures."))]
    cells[:] = [compile(source, notebook.name, "eval") for source in drawing]


def drawn(unit: str, outlined: bool) -> int:
    """Draw the unit's figures as SVG; how many there were."""
    shown = [eval(cell, names | {"unit": unit}) for cell in cells]
    charts = [chart for each in shown for chart in (each if isinstance(each, tuple) else (each,)) if chart is not None]
    return len([chart.figure.savefig(io.BytesIO(), format="svg") if outlined else chart.svg() for chart in charts])


def main(notebooks: str, workers: str, letters: str, *units: str) -> None:
    ready(Path(notebooks) / "5_unit.ipynb")
    draw_unit = partial(drawn, outlined=letters == "outlines")
    draw_unit(units[0])
    with multiprocessing.get_context("fork").Pool(int(workers)) as pool:
        draw = pool.map if int(workers) > 1 else map
        list(draw(draw_unit, units[: int(workers)]))
        began = time.perf_counter()
        charts = sum(draw(draw_unit, units, *([1] if int(workers) > 1 else [])))
        print(json.dumps({"seconds": time.perf_counter() - began, "charts": charts}))


if __name__ == "__main__":
    main(*sys.argv[1:])
