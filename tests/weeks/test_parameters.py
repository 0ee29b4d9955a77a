"""A mistyped parameter stops a notebook instead of running the default week."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

from analysis.weeks import parameters

DEFAULTS = 'area = "cho-moi"  # the area\ncutoff = "2023-12-04"'


@pytest.mark.parametrize(
    ("cells", "unknown"),
    [
        (["", DEFAULTS, '# Parameters\ncutoff = "2023-12-11"\n'], None),
        (["", DEFAULTS], None),
        ([], None),
        (["", DEFAULTS, '# Parameters\ncutof = "2023-12-11"\n'], "unknown parameter cutof; there are: area, cutoff"),
        (["", DEFAULTS, "# Parameters\na = 1\nb = 2\n", "x = 1"], "unknown parameter a, b; there are: area, cutoff"),
    ],
)
def test_a_parameter_the_notebook_does_not_have_is_refused_by_name(monkeypatch, cells, unknown):
    shell = InteractiveShell()
    shell.user_ns["In"] = cells
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    if unknown is None:
        parameters.check()
    else:
        with pytest.raises(parameters.UnknownParameter, match=unknown):
            parameters.check()


def test_outside_a_notebook_there_is_nothing_to_check():
    parameters.check()
