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
FOR_TABLES = (
    *("pandas", "pandera.pandas", "pandera.backends.pandas.register"),
    *("papermill", "nbclient", "nbformat", "ipykernel.ipkernel"),
    *("analysis.inprocess", "analysis.notebook", "analysis.clean", "analysis.score", "analysis.history"),
    *("analysis.trend", "analysis.revisions"),
)
FOR_CHARTS = (
    *("matplotlib.pyplot", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg"),
    *("matplotlib_inline.backend_inline", "seaborn", "nbconvert", "ipykernel.kernelapp"),
    *("analysis.pages", "analysis.products", "analysis.export", "analysis.mail", "analysis.findings"),
    *("analysis.figures", "analysis.unitpage", "analysis.document", "analysis.appendix", "analysis.indexpage"),
)


def tables(home: Path | None = None, area: str = "") -> None:
    """For the notebooks that clean, score and compare: also what columns may hold, and the rules of an area."""
    # jsonschema would import a grammar of addresses that takes a second, for checks that no notebook asks for; pandera
    # what makes up examples of tables for tests.
    with _as_if_without("rfc3987_syntax", "hypothesis"):
        _import(FOR_TABLES)
        import pandas as pd

        from analysis import tables

        for name, table in tables.TABLES.items():
            tables.checked(name, pd.DataFrame(columns=list(table.columns)))
    if area:
        from analysis import rules

        with suppress(rules.ConfigError):  # it is told when the area is gated
            rules.beginnings(home, area)


def charts(home: Path | None = None) -> None:
    """For those that draw and make pages, after ``tables``: also fonts, letters, a language's numbers, templates."""
    _import(FOR_CHARTS)
    import nbformat
    import pandas as pd
    from matplotlib.backends import backend_registry

    backend_registry.list_all()  # looks for backends that other packages bring, which every kernel asks for

    from analysis import charts, export, report, store, wording

    for name in report.pieces().list_templates():
        report.pieces().get_template(name)
    part = pd.DataFrame({"part": [" ".join(LETTERS)], "points": [1.0], "max_points": [2.0]})
    for lang in ("en", "vi"):
        words = wording.load(home or store.PROJECT, lang)
        chart = charts.lost_points(part, words)
        chart.svg()
    chart.png()
    data, about = chart._repr_mimebundle_()
    shown = nbformat.v4.new_output("display_data", data, metadata=about)
    cell = nbformat.v4.new_code_cell(outputs=[shown], metadata={"tags": ["page"]})
    export.page(nbformat.v4.new_notebook(cells=[cell]), words, "766")


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
