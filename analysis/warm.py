"""What the stems of a week's calls have imported, and have done once: a call then begins with its own work at once."""

import importlib
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LETTERS = (
    "aáàảãạăắằẳẵặâấầẩẫậbcdđeéèẻẽẹêếềểễệghiíìỉĩịklmnoóòỏõọôốồổỗộơớờởỡợpqrstuúùủũụưứừửữựvxyýỳỷỹỵ"
    "0123456789%+−,./▲▼ABCDĐGHIKLMNOPQRSTUVXY"
)
FOR_GATE = ("pandas", "pandera.pandas", "pandera.backends.pandas.register", "analysis.clean", "analysis.rules")
FOR_TABLES = (
    *("papermill", "nbclient", "nbformat", "ipykernel.ipkernel", "analysis.inprocess", "analysis.notebook"),
    *("analysis.score", "analysis.history", "analysis.revisions", "analysis.changes"),
    *("analysis.signals", "analysis.peers", "analysis.routes", "analysis.pace"),
)
FOR_CHARTS = (
    *("matplotlib.pyplot", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg"),
    *("matplotlib_inline.backend_inline", "seaborn"),
    *("analysis.findings", "analysis.figures", "analysis.report"),
)
FOR_PAGES = (
    *("analysis.pages", "analysis.products", "analysis.export", "analysis.mail", "analysis.unitpage"),
    *("analysis.document", "analysis.appendix", "analysis.indexpage"),
)


def gate() -> None:
    """For reading raw tables."""
    with _as_if_without("hypothesis"):  # with which pandera would make up examples of tables for tests
        _import(FOR_GATE)


def tables(home: Path | None = None, area: str = "") -> None:
    """After ``gate``, for the notebooks that clean, score and compare: the rules of an area."""
    from analysis import files, rules

    if area:
        with suppress(files.ConfigError):  # it is told when the area is gated
            rules.beginnings(home, area)
    # jsonschema would import a grammar of addresses that takes a second, for checks that no notebook asks for.
    with _as_if_without("rfc3987_syntax"):
        _import(FOR_TABLES)


def charts(home: Path | None = None) -> None:
    """After ``tables``, for those that draw: fonts, letters, a language's numbers, the report's templates."""
    _import(FOR_CHARTS)
    from matplotlib.backends import backend_registry

    backend_registry.list_all()  # looks for backends that other packages bring, which every kernel asks for

    from analysis import templates

    templates.compile_pieces()
    for lang in ("en", "vi"):
        chart = _chart(home, lang)
        chart.svg()
    chart.png()


def pages(home: Path | None = None) -> None:
    """After ``charts``, for those that make pages and documents: nbconvert's templates."""
    _import(FOR_PAGES)
    import nbformat

    from analysis import export, wording
    from analysis.home import PROJECT

    data, about = _chart(home, "vi")._repr_mimebundle_()
    shown = nbformat.v4.new_output("display_data", data, metadata=about)
    cell = nbformat.v4.new_code_cell(outputs=[shown], metadata={"tags": ["page"]})
    export.page(nbformat.v4.new_notebook(cells=[cell]), wording.load(home or PROJECT, "vi"), "766")


def _chart(home: Path | None, lang: str):
    """A chart in which every letter stands."""
    import pandas as pd

    from analysis import wording
    from analysis.chart_points import draw_lost_points
    from analysis.home import PROJECT

    part = pd.DataFrame({"part": [" ".join(LETTERS)], "points": [1.0], "max_points": [2.0]})
    return draw_lost_points(part, wording.load(home or PROJECT, lang))


def _import(names: Iterable[str]) -> None:
    for name in names:
        importlib.import_module(name)


@contextmanager
def _as_if_without(*names: str) -> Iterator[None]:
    """Meanwhile these modules cannot be imported, unless they are already."""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules |= dict.fromkeys(hidden)
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
