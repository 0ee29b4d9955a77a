"""What fork servers import and prepare: where something of it fails, calls only become slower, and nothing else tells."""

import sys
from pathlib import Path

from support.faults import needs_fork

from analysis.run import preload
from analysis.run.processes import isolated

HOME = Path(__file__).parents[2]

pytestmark = needs_fork


def test_what_takes_long_the_first_time_is_really_done_before():
    assert isolated.call(done_once, of=preload.PAGES) is None


def done_once():
    preload.prepare_gate()
    preload.prepare_tables(HOME, "cho-moi")
    preload.prepare_pages(HOME)


def imported(names):
    return [name for name in names if name not in sys.modules]


def test_what_notebooks_need_is_imported_when_a_call_begins():
    needed = ["pandas", "matplotlib.pyplot", "seaborn", "papermill", "nbconvert", "ipykernel.inprocess.ipkernel"]
    assert (
        isolated.call(imported, [*needed, "analysis.method.changes", "analysis.report.document"], of=preload.PAGES)
        == []
    )


def test_what_calls_import_later_is_no_part_of_the_module_that_the_driver_imports():
    """The driver begins the servers first of all: what it imports for that, it waits for."""
    heavy = {"pandas", "matplotlib", "papermill", "analysis.config.rules", "analysis.weeks.store"}
    assert isolated.call(loaded_by_preload, of=isolated.ForkServer(bool)).isdisjoint(heavy)


def loaded_by_preload():
    return set(sys.modules)
