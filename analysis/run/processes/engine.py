"""A papermill engine whose cells run in the same process as papermill: no second process, no sockets.

``papermill --engine inprocess …``. The week's runs use it by default on Linux, because each of their notebooks has a
process of its own anyway (``isolated``). The kernel is ipykernel's and sends the same messages as every kernel, so
notebooks and outputs are those of papermill's own engine. A crash ends papermill as well: the process that waits for
it sees that, and finds in the notebook the cell that was begun last.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import SimpleNamespace

from ipykernel.inprocess.blocking import BlockingInProcessKernelClient
from ipykernel.inprocess.ipkernel import InProcessKernel
from ipykernel.iostream import OutStream
from nbclient.exceptions import CellExecutionComplete
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, NotebookExecutionManager
from papermill.iorw import papermill_io
from traitlets.config import Config

from analysis.run.processes.parallel_drawings import Beside

UNKEPT = Config({"HistoryManager": {"enabled": False}})  # a run's cells are nobody's history
PYTHON = "python3"  # the kernel that this process can be


class InProcessEngine(NBClientEngine):
    """Runs the code cells up to the first with an error, whatever its tags allow.

    Another kernel than Python's is started by papermill's own engine.
    """

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, **options) -> None:
        """Options as papermill's own engine knows them, but for those of starting a kernel.

        beside : module and class of what is drawn in forked copies while the next cells run
        """
        drawn = options.pop("beside", ())
        if kernel_name != PYTHON:
            with private_sockets() as config:
                super().execute_managed_notebook(nb_man, kernel_name, config=config, **options)
            return
        client = _client()
        beside = Beside(client.kernel.shell, drawn) if drawn else None
        shown = Shown(nb_man, record_timing=False, log_output=options.get("log_output", False))
        with _saved_by_the_cell(nb_man) as begun:
            for index, cell in enumerate(nb_man.nb.cells):
                if cell.cell_type != "code" or not cell.source.strip():
                    continue
                nb_man.cell_start(cell, index)
                begun(index)
                client.execute(cell.source, allow_stdin=False)
                shown.take(client, cell, index)
                failed = client.get_shell_msg()["content"]["status"] != "ok"
                if failed:
                    nb_man.cell_exception(cell, cell_index=index)
                nb_man.cell_complete(cell, cell_index=index)
                if failed:
                    break
        if beside:
            beside.put(nb_man.nb.cells)
        nb_man.nb.metadata["language_info"] = client.kernel.language_info
        shown.set_widgets_metadata()


class Kernel(InProcessKernel):
    """One in which a cell may await: in ipykernel 7.4 that asks for a thread that only a kernel with sockets has."""

    shell_channel_thread = SimpleNamespace(parent_thread=None)
    _supports_kernel_subshells = False


class Shown(PapermillNotebookClient):
    """What cells show, kept in the notebook as papermill's own engine keeps it."""

    def __init__(self, nb_man: NotebookExecutionManager, **options) -> None:
        super().__init__(nb_man, **options)
        self.reset_execution_trackers()
        self.clear_before_next_output = False

    def take(self, client: BlockingInProcessKernelClient, cell, index: int) -> None:
        """All that the kernel has said of one cell, up to that it is idle again."""
        with suppress(CellExecutionComplete):
            while True:
                self.process_message(client.get_iopub_msg(), cell, index)


@contextmanager
def private_sockets() -> Iterator[Config]:
    """Settings for papermill's own engine that keep a kernel's sockets in a private folder.

    On TCP everyone on the machine could listen. Without a connection file the sockets would be in the working
    directory, where two runs would take each other's.
    """
    with tempfile.TemporaryDirectory(prefix="kernel-") as private:
        yield Config({"KernelManager": {"transport": "ipc", "connection_file": f"{private}/kernel.json"}})


def _client() -> BlockingInProcessKernelClient:
    """Of a kernel that is this process."""
    sys.modules.setdefault("debugpy", None)  # nobody debugs here, and it takes as long to start as all the rest
    kernel = Kernel(config=UNKEPT)
    kernel.stdout, kernel.stderr = (
        OutStream(kernel.session, kernel.iopub_thread, name) for name in ("stdout", "stderr")
    )
    client = BlockingInProcessKernelClient(kernel=kernel, session=kernel.session)
    client.start_channels()
    _furnish(kernel.shell)
    return client


def _furnish(shell) -> None:
    """Repeat what matplotlib and pandas set up on import inside a kernel: here they were imported before it."""
    if "matplotlib" in sys.modules:
        shell.enable_matplotlib("inline")
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    if "pandas" in sys.modules:
        sys.modules["pandas"].options.display.max_columns = 20


@contextmanager
def _saved_by_the_cell(nb_man: NotebookExecutionManager) -> Iterator[Callable[[int], None]]:
    """Save the notebook when a cell has begun, and only then; gives the function to say that.

    papermill would save it twice a cell, each time the whole copied, checked and written anew, which takes longer than
    most of our cells. When it has ended papermill saves it its own way.
    """
    cells, begun_before = [json.dumps(cell) for cell in nb_man.nb.cells], []

    def begun(index: int) -> None:
        for changed in (*begun_before, index):
            cells[changed] = json.dumps(nb_man.nb.cells[changed])
        begun_before[:] = [index]
        if nb_man.output_path:
            rest = json.dumps({name: value for name, value in nb_man.nb.items() if name != "cells"})
            papermill_io.write(f'{{"cells": [{", ".join(cells)}], {rest[1:]}', nb_man.output_path)

    nb_man.save = lambda **_: None
    try:
        yield begun
    finally:
        del nb_man.save
