"""What a process is forked from has imported, and has done once: a call in a process of its own then starts at once."""

import contextlib
import gc
import importlib
import sys

IMPORTED = (
    *("matplotlib.pyplot", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg"),
    *("matplotlib_inline.backend_inline", "seaborn", "pandas", "pandera.pandas", "joblib.externals.loky"),
    *("papermill", "nbclient", "nbconvert", "nbformat", "ipykernel.kernelapp", "ipykernel.ipkernel"),
    *("analysis.pages", "analysis.inprocess", "analysis.notebook", "analysis.export", "analysis.mail"),
    *("analysis.clean", "analysis.score", "analysis.trend", "analysis.findings", "analysis.figures"),
    *("analysis.unitpage", "analysis.document", "analysis.appendix", "analysis.revisions", "analysis.indexpage"),
)


def do_once() -> None:
    """What takes long the first time: fonts, letters as they are drawn, a language's numbers, what columns may hold."""
    import nbformat
    import pandas as pd

    from analysis import charts, export, report, store, tables, wording

    for name, table in tables.TABLES.items():
        tables.checked(name, pd.DataFrame(columns=list(table.columns)))
    for name in report.pieces().list_templates():
        report.pieces().get_template(name)
    part = pd.DataFrame({"part": ["Kiến An 0123456789"], "points": [1.0], "max_points": [2.0]})
    for lang in ("en", "vi"):
        words = wording.load(store.PROJECT, lang)
        chart = charts.lost_points(part, words)
        chart.svg()
    chart.png()
    data, about = chart._repr_mimebundle_()
    shown = nbformat.v4.new_output("display_data", data, metadata=about)
    cell = nbformat.v4.new_code_cell(outputs=[shown], metadata={"tags": ["page"]})
    export.page(nbformat.v4.new_notebook(cells=[cell]), words, "766")


# jsonschema would import a grammar of addresses that takes a second, for checks that no notebook asks for.
sys.modules.setdefault("rfc3987_syntax", None)
for name in IMPORTED:
    importlib.import_module(name)
if sys.modules["rfc3987_syntax"] is None:
    del sys.modules["rfc3987_syntax"]
with contextlib.suppress(Exception):  # only to be quicker: what is wrong is told by the call that meets it
    do_once()
gc.freeze()  # what is here stays as it is: a child that collects garbage would copy the pages it lies in
