"""Exports an executed notebook as the page or as the mail's digest, with nbconvert and our templates on ``basic``.

The export holds what the code cells tagged ``page`` (or ``mail``) display: pieces of HTML, and charts with alternative
text. Code, markdown, streams, errors and plain text stay in the notebook. The pieces are escaped where they are made;
in addition the page's policy forbids scripts and requests, so that a missing escape does no harm.
"""

import re
from base64 import b64encode
from functools import lru_cache
from html import escape

from nbconvert import HTMLExporter
from nbformat import NotebookNode, from_dict

from analysis.config.wording import Wording
from analysis.report import csp
from analysis.report.html_head import Head
from analysis.report.templates import TEMPLATES

CHART = {"page": "image/svg+xml", "mail": "image/png"}  # mail clients do not show SVG
STYLES = {"page": ("style.css", "charts.css"), "mail": ("style.css",)}
DRAWING = re.compile("<!--drawing ([0-9]+)-->")  # nbconvert parses the page; a drawing is put in afterwards as it is
FONT = re.compile(r"(?<=url\()\.\./(fonts/[^)]+)")  # of a stylesheet; the page holds the font itself
NO_ALT = "No description has been provided for this image"  # what nbconvert writes where alt is missing


class ExportError(ValueError):
    """The notebook cannot be shown as it is; the message names the cell and what is wrong with it."""


def page(notebook: NotebookNode, words: Wording, title: str, styles: str = "") -> str:
    """The page as one HTML file: without code, scripts and requests; the only inline part is its stylesheet.

    notebook : executed; its code cells tagged ``page`` display text/html, or image/svg+xml with ``alt`` (and, if
               wanted, ``caption``) in the output's metadata for that type. One of them may be a html_head.render_head.
    styles   : the name of a further stylesheet in notebooks/templates, such as ``index/style.css``
    Raises   : ExportError for a picture without alternative text, for an output of a kind that the page cannot show,
               and where no tagged cell shows anything.
    """
    return _export(notebook, words, title, "page", styles)


def digest(notebook: NotebookNode, words: Wording, title: str) -> str:
    """The mail's digest: like ``page``, but from the cells tagged ``mail`` and with charts as image/png.

    ``mail.compose.build_mail`` makes a message from it.
    """
    return _export(notebook, words, title, "mail")


def as_notebook(pieces: list[str], tag: str) -> NotebookNode:
    """A notebook that displays pieces of HTML in one cell with this tag, for what no notebook shows."""
    return display([({"text/html": piece}, {}) for piece in pieces], tag)


def display(shown: list[tuple[dict, dict]], tag: str) -> NotebookNode:
    """A notebook that displays these, each its data and metadata by kind, in one cell with this tag.

    It is not made by ``nbformat.v4``, which checks each output by its schema: that takes longer than to export it.
    """
    outputs = [{"output_type": "display_data", "data": data, "metadata": about} for data, about in shown]
    cell = {"cell_type": "code", "source": "", "execution_count": None, "metadata": {"tags": [tag]}, "outputs": outputs}
    return from_dict({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [cell]})


def _export(notebook: NotebookNode, words: Wording, title: str, template: str, styles: str = "") -> str:
    style = _style(template, styles)
    resources = {"title": title, "skip": words.say("page.skip"), "style": style, "policy": csp.policy(style)}
    kept, drawings = _keep_tagged(notebook, template), []
    resources["head"] = next(filter(None, (output.metadata.get("head") for output in kept.cells[0].outputs)), Head())
    for output in kept.cells[0].outputs:
        if drawing := output.data.get("image/svg+xml"):
            output.data["image/svg+xml"] = f"<!--drawing {len(drawings)}-->"
            drawings.append(drawing)
    html, _ = _exporter(template, words.lang).from_notebook_node(kept, resources)
    html = DRAWING.sub(lambda found: drawings[int(found[1])], html)
    if NO_ALT in html:
        raise ExportError(f"a piece of HTML in a cell tagged {template} has an image without alternative text")
    return html


@lru_cache
def _style(template: str, more: str = "") -> str:
    """The stylesheets of a template as one, and one ``more``, with the fonts that they name in it."""
    names = [*(f"{template}/{name}" for name in STYLES[template]), *filter(None, [more])]
    style = "\n".join((TEMPLATES / name).read_text("utf-8") for name in names)
    return FONT.sub(
        lambda found: "data:font/woff2;base64," + b64encode((TEMPLATES / found[1]).read_bytes()).decode(), style
    )


@lru_cache
def _exporter(template: str, lang: str) -> HTMLExporter:
    """The exporter, cached: compiling its templates takes longer than exporting a page."""
    return HTMLExporter(
        template_name=template,
        extra_template_basedirs=[str(TEMPLATES)],
        extra_template_paths=[str(TEMPLATES)],
        language_code=lang,
    )


def _keep_tagged(notebook: NotebookNode, tag: str) -> NotebookNode:
    """A notebook with only the outputs of cells tagged ``tag``, each output in one kind."""
    outputs = [
        _reduced(output, CHART[tag], f"cell {number} ({tag})")
        for number, cell in enumerate(notebook.cells, start=1)
        if cell.cell_type == "code" and tag in cell.metadata.get("tags", [])
        for output in cell.outputs
        if set(output.get("data", {})) - {"text/plain"}
    ]
    if not outputs:
        raise ExportError(f"no code cell tagged {tag} displays anything")
    return display(outputs, tag)


def _reduced(output: NotebookNode, chart: str, where: str) -> tuple[dict, dict]:
    """Data and metadata of the kind that is shown."""
    if "text/html" in output.data:
        return {"text/html": output.data["text/html"]}, output.metadata.get("text/html", {})
    if chart not in output.data:
        raise ExportError(f"{where}: displays {', '.join(sorted(output.data))}; expected text/html or {chart}")
    about = output.metadata.get(chart, {})
    if not about.get("alt", "").strip():
        raise ExportError(f"{where}: the chart has no alternative text in its metadata ({chart}: alt)")
    if chart == "image/png":
        return {chart: "".join(output.data[chart].split())}, about
    # The drawing stands in the page itself: its text can be found and selected, its colours are those of the page.
    _, start, drawing = output.data[chart].partition("<svg")
    drawing = f'{start} role="img" aria-label="{escape(about["alt"])}"{drawing}'
    return {chart: drawing}, about
