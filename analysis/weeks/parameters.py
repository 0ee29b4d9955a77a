"""Stops a notebook that got an unknown parameter. papermill would only warn, and run the default week.

papermill puts the given parameters into a new cell directly after the cell tagged ``parameters``. So the notebook can
check whether the new cell sets a name that the tagged cell does not set.
"""

import ast
from itertools import pairwise

from analysis.exits import AnalysisError

INJECTED = "# Parameters"  # the first line of papermill's cell


class UnknownParameter(AnalysisError, TypeError):
    """The notebook was given a parameter that its parameters cell does not set."""


def check() -> None:
    """Compare the injected parameters with the notebook's own; do nothing outside a notebook or without injected ones.

    Raises : UnknownParameter that names the unknown parameters and the known ones.
    """
    from IPython import get_ipython

    cells = getattr(get_ipython(), "user_ns", {}).get("In", [])
    for before, cell in pairwise(cells):
        if cell.startswith(INJECTED):
            known = _names(before)
            if unknown := [name for name in _names(cell) if name not in known]:
                raise UnknownParameter(f"unknown parameter {', '.join(unknown)}; there are: {', '.join(known)}")


def _names(source: str) -> list[str]:
    return [each.targets[0].id for each in ast.parse(source).body if isinstance(each, ast.Assign)]
