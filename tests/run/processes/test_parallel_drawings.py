"""Drawings made while the next cells run: the same notebook, whatever becomes of the process that draws."""

import importlib
import pkgutil
from pathlib import Path

import nbformat
import papermill  # noqa: F401  it loads our engine, and must be there before that is
import pytest
from nbformat import v4
from support.district import HOME, words
from support.faults import needs_fork

import analysis
from analysis.run import notebook, preload
from analysis.run.processes import isolated, parallel_drawings

pytestmark = needs_fork

DRAW = """\
from dataclasses import replace
import pandas as pd, pathlib
from analysis.report.charts import sheet; from analysis.config import wording
from analysis.report.charts.points import draw_lost_points
from analysis.weeks.home import PROJECT
words = wording.load(PROJECT, "vi")
parts = pd.DataFrame({"part": ["Kiến An"], "points": [1.0], "max_points": [2.0]})
chart = draw_lost_points(parts, words)"""


def executed(folder: Path, way: notebook.EngineOptions, *cells: str) -> list:
    """The outputs of each cell, as one of the week's processes has them."""
    code = [v4.new_code_cell(cell, id=f"cell-{number}") for number, cell in enumerate(('x = ""', *cells))]
    code[0].metadata.tags = ["parameters"]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(v4.new_notebook(cells=code, metadata=kernel), folder / "source.ipynb")
    isolated.call(
        notebook.run, HOME, folder / "source.ipynb", folder / "target.ipynb", {}, words(), way, of=preload.PAGES
    )
    return [cell.outputs for cell in nbformat.read(folder / "target.ipynb", as_version=4).cells[1:]]


@pytest.mark.long
def test_a_notebook_with_drawings_is_the_same_beside_in_its_turn_and_by_papermills_own_engine(tmp_path):
    cells = DRAW, "chart", "print(1)\ndisplay(chart, sheet.Picture(chart))\nprint(2)", "chart if False else None", "1"
    ways = (
        notebook.EngineOptions(beside=True),
        notebook.EngineOptions(beside=False),
        notebook.EngineOptions("papermill"),
    )
    first, second, third = (executed(tmp_path, way, *cells) for way in ways)
    assert first == second == third
    kinds = [[*output.get("data", {"text": ""})] for outputs in first for output in outputs]
    assert kinds == [["image/svg+xml", "text/plain"], ["text"], *[["image/svg+xml", "text/plain"]], ["image/png", "text/plain"], ["text"], ["text/plain"]]  # fmt: skip


def shown(
    folder: Path, how: str, is_beside: bool = True, before: str = "", times: int = 1
) -> tuple[list, list[str], list[str]]:
    """What the cell of a chart that goes wrong so shows, what of the next, and by which processes it was drawn."""
    log, place = folder / f"{how}.log", str(HOME / "tests")
    kind = f"{before}\nimport sys, os; sys.path.insert(0, {place!r}); from support import told\n"
    kind += "get_ipython().display_formatter.mimebundle_formatter"
    kind += ".for_type(told.Told, get_ipython().display_formatter.mimebundle_formatter.lookup_by_type(sheet.Chart))" if is_beside else ""  # fmt: skip
    draw = f"display(*[told.Told(chart.figure, {how!r}, {str(log)!r}) for _ in range({times})])"
    its, after = executed(folder, notebook.EngineOptions(beside=is_beside), DRAW, kind, draw, "print(os.getpid())")[2:]
    return its, after, log.read_text().split()


def test_what_is_drawn_beside_is_all_that_knows_its_own_mime_bundle():
    drawn = {getattr(importlib.import_module(module), name) for module, name in notebook.DRAWN}
    modules = [
        importlib.import_module(each.name)
        for each in pkgutil.walk_packages(analysis.__path__, "analysis.")
        if each.name != "analysis.__main__"
    ]
    ours = {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and value.__module__.startswith("analysis.")
    }
    assert drawn == {each for each in ours if hasattr(each, "_repr_mimebundle_")}


def test_what_a_cell_shows_is_drawn_once_by_another_process_than_the_notebooks(tmp_path):
    (its,), (after,), (drew,) = shown(tmp_path, "draws")
    assert its.data["image/svg+xml"] == "<svg>draws</svg>" and its.metadata == {"image/svg+xml": {"alt": "draws"}}
    assert drew != after.text.strip()


@pytest.mark.parametrize("is_beside", [True, False])
def test_a_drawing_that_cannot_be_made_fails_the_notebook_beside_and_in_its_turn(tmp_path, is_beside):
    with pytest.raises(notebook.NotebookFailed, match="không vẽ được"):
        shown(tmp_path, "fails", is_beside)


@pytest.mark.parametrize("how", ["dies", "warns", "hangs"])
def test_a_drawing_whose_process_fails_is_drawn_again_by_the_notebooks_which_says_what_is_wrong(tmp_path, how):
    soon = (
        "import analysis.run.processes.parallel_drawings; analysis.run.processes.parallel_drawings.MOST_SECONDS = 0.3"
    )
    its, (after,), (first, *again) = shown(tmp_path, how, before=soon)
    assert first != after.text.strip() and again == [after.text.strip()]
    told = "".join(output.get("text", "") for output in its)
    drawn = [output.data.get("image/svg+xml") for output in its if "data" in output]
    assert drawn == [f"<svg>{how}</svg>"]
    assert ("hãy chú ý" in told) == (how == "warns")
    assert all(parallel_drawings.LATER not in output.get("data", {}) for output in its)


def test_no_more_are_drawn_at_once_than_there_are_processors(tmp_path):
    its, _, log = shown(tmp_path, "takes a while", times=4)
    assert len(its) == 4 and len(log) == 8  # each begins and ends
    at_once = [len([each for each in set(log[:end]) if log[:end].count(each) == 1]) for end in range(1, 9)]
    assert max(at_once) <= isolated.PROCESSORS


def test_where_no_process_can_be_had_the_notebooks_own_draws(tmp_path):
    its, (after,), drew = shown(tmp_path, "draws", before="import os\ndef fork(): raise OSError\nos.fork = fork")
    assert [output.data["image/svg+xml"] for output in its] == ["<svg>draws</svg>"]
    assert drew == [after.text.strip()]
