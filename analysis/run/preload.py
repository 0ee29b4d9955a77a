"""Imports and prepares what each tier of fork servers needs, so that a call can start its own work at once."""

import importlib
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from analysis.run.processes import isolated
from analysis.run.processes.fork_server import ForkServer
from analysis.weeks.home import PROJECT

FOR_GATE = (
    "pandas",
    "analysis.gate.clean",
    "analysis.config.rules",
)
FOR_TABLES = (
    *(
        "papermill",
        "nbclient",
        "nbformat",
        "ipykernel.ipkernel",
        "analysis.run.processes.engine",
        "analysis.run.notebook",
    ),
    *("analysis.method.score", "analysis.weeks.history", "analysis.method.revisions", "analysis.method.changes"),
    *("analysis.method.moves", "analysis.method.peers", "analysis.method.routes", "analysis.method.signals"),
    *("analysis.method.steps", "analysis.method.standing", "analysis.method.year_end", "analysis.method.ledger"),
)
FOR_PAGES = (
    *("matplotlib.pyplot", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg"),
    *("matplotlib_inline.backend_inline", "seaborn"),
    *("analysis.report.findings", "analysis.report.figures", "analysis.report.page", "analysis.report.export"),
    *("analysis.run.unit_pages", "analysis.run.products", "analysis.mail.compose", "analysis.report.unitpage"),
    *("analysis.report.document", "analysis.report.workbook", "analysis.report.indexpage", "analysis.report.letters"),
)


def prepare_gate() -> None:
    """Import what reading raw tables needs."""
    _import(FOR_GATE)


def prepare_tables(home: Path, area: str = "") -> None:
    """After ``prepare_gate``: import what the notebooks 1_clean, 2_score and 3_trend need; read an area's rules."""
    from analysis.config import files, rules

    if area:
        with suppress(files.ConfigError):  # the gate reports it
            rules.beginnings(home, area)
    # jsonschema would spend a second on importing a grammar of addresses, for checks that no notebook uses.
    with _as_if_without("rfc3987_syntax"):
        _import(FOR_TABLES)
    from analysis.run import notebook
    from analysis.run.processes import engine

    engine.start_kernel()
    notebook.warm_up()


def prepare_pages(home: Path) -> None:
    """After ``prepare_tables``: import what drawing, pages and documents need; compile templates and export a page."""
    _import(FOR_PAGES)
    from analysis.config import wording
    from analysis.report import export, templates
    from analysis.run.processes import engine

    engine.furnish()
    templates.compile_pieces()
    export.page(export.display([({"text/html": "766"}, {})], "page"), wording.load(home, "vi"), "766")


# The servers use the program's own folder as home until ``warm_up`` sets another.
GATE = ForkServer(prepare_gate)  # for calls that read raw tables
TABLES = ForkServer(partial(prepare_tables, PROJECT), of=GATE)  # for calls and notebooks that read and write tables
PAGES = ForkServer(partial(prepare_pages, PROJECT), of=TABLES)  # for calls that also draw and make documents


def begin() -> None:
    """Start the first server without waiting for it. Every week needs it, and it does not depend on the area."""
    if isolated.FORKS:
        GATE.begin()


def warm_up(home: Path, area: str) -> None:
    """Start all servers without waiting for them; they read the rules of ``area``."""
    if isolated.FORKS:
        TABLES.prepare, PAGES.prepare = partial(prepare_tables, home, area), partial(prepare_pages, home)
        PAGES.begin()


def _import(names: Iterable[str]) -> None:
    for name in names:
        importlib.import_module(name)


@contextmanager
def _as_if_without(*names: str) -> Iterator[None]:
    """Make these modules impossible to import until the context ends; modules already imported stay."""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules |= dict.fromkeys(hidden)
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
