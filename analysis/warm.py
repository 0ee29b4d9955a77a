"""What a process is forked from has imported: a call in a process of its own then starts in a hundredth of a second."""

import gc
import importlib

IMPORTED = (
    *("matplotlib.pyplot", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg"),
    *("matplotlib_inline.backend_inline", "seaborn", "pandas", "pandera.pandas"),
    *("papermill", "nbclient", "nbconvert", "nbformat", "ipykernel.kernelapp", "ipykernel.ipkernel"),
    *("analysis.pages", "analysis.engine", "analysis.notebook", "analysis.export", "analysis.mail"),
    *("analysis.clean", "analysis.score", "analysis.trend", "analysis.findings", "analysis.figures"),
    *("analysis.unitpage", "analysis.document", "analysis.appendix", "analysis.revisions"),
)

for name in IMPORTED:
    importlib.import_module(name)
gc.freeze()  # what is here stays as it is: a child that collects garbage would copy the pages it lies in
