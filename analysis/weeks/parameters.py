"""A parameter that a notebook does not have stops it, where papermill would only warn and run the default week.

papermill puts what it is given into a cell of its own, straight behind the cell tagged ``parameters``. So the notebook
can see for itself whether that cell sets a name that the one before it does not.
"""

import ast
from itertools import pairwise

from analysis.exits import AnalysisError

INJECTED = "# Parameters"  # how papermill begins its cell


class UnknownParameter(AnalysisError, TypeError):
    """The notebook was given a parameter that its parameters cell does not set."""


def check() -> None:
    """Compare what was injected with what there is; outside a notebook, or with nothing injected, do nothing.

    Raises : UnknownParameter that names what is unknown and what there is.
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
