"""Executed notebooks without a kernel: what their cells show."""

import ast
import functools

import nbformat
import pytest
from IPython.core.formatters import DisplayFormatter
from nbformat import v4

from analysis.config import wording
from analysis.report import ask_course, clusters, figures, page, unitpage
from analysis.report.edition import Edition
from support import district
from support.homes import PROJECT


@pytest.fixture(scope="session")
def words():
    return wording.load(PROJECT, "vi")


@functools.cache
def sample(lang: str = "vi", name: str = "4_report", unit: str = "") -> nbformat.NotebookNode:
    """A notebook of the real week with what its cells tagged page or mail show; those before them need no run here."""
    return showing(district.edition(lang), name, unit)


def showing(
    edition: Edition, name: str = "4_report", unit: str = "", kinds: tuple[str, ...] = ("page", "mail")
) -> nbformat.NotebookNode:
    """The same of any edition; only cells tagged with one of ``kinds`` show anything."""
    notebook = nbformat.read(PROJECT / "notebooks" / f"{name}.ipynb", as_version=4)
    values = []
    names = {"figures": figures, "page": page, "unitpage": unitpage, "clusters": clusters}
    names |= {"ask_course": ask_course}
    names |= {"edition": edition, "unit": unit}
    names["display"] = lambda *each: values.extend(each)
    show = DisplayFormatter()
    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", []))
        if tags & {"page", *kinds}:  # cells for the mail use names of those for the page
            *before, last = ast.parse(cell.source).body
            exec(compile(ast.Module(before, []), name, "exec"), names)
            values.append(eval(compile(ast.Expression(last.value), name, "eval"), names))
            told = [value for value in values if value is not None and tags & {*kinds}]
            outputs = [show.format(value) for value in told]
            cell.outputs = [v4.new_output("display_data", data, metadata=about) for data, about in outputs]
            values.clear()
    return notebook


def shown(tags: str, html: str) -> nbformat.NotebookNode:
    """An executed code cell that displays a piece of HTML."""
    cell = v4.new_code_cell("secret_code()", outputs=[v4.new_output("display_data", {"text/html": html})])
    cell.metadata.tags = tags.split()
    return cell


def charted(chart: object) -> nbformat.NotebookNode:
    """A notebook whose only cell, tagged ``page``, shows a chart."""
    data, about = chart._repr_mimebundle_()
    cell = v4.new_code_cell(outputs=[v4.new_output("display_data", data, metadata=about)])
    cell.metadata.tags = ["page"]
    return v4.new_notebook(cells=[cell])
