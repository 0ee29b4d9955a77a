"""A papermill engine whose cells run in the same process as papermill: no second process, no sockets.

Use: ``papermill --engine inprocess …``. The week's runs use it by default on Linux, because each of their notebooks has
its own process anyway (``isolated``). The kernel is ipykernel's and sends the same messages as every kernel, so the
executed notebooks are the same as with papermill's own engine. A crash of a cell also ends papermill; the waiting
process notices that, and finds the last started cell in the notebook.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace

import zmq
from ipykernel.inprocess.blocking import BlockingInProcessKernelClient
from ipykernel.inprocess.ipkernel import InProcessKernel
from ipykernel.iostream import OutStream
from nbclient.exceptions import CellExecutionComplete
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, NotebookExecutionManager
from papermill.iorw import papermill_io
from traitlets.config import Config

from analysis.run.processes.isolated import FORKS
from analysis.run.processes.parallel_drawings import ParallelDrawings

UNKEPT = Config({"HistoryManager": {"enabled": False}})  # nobody needs a history of a run's cells
OVER_FILES = FORKS and zmq.has("ipc")
LOOPBACK = "127.0.0.1"
PYTHON = "python3"  # the name of the only kernel that this process can be


class InProcessEngine(NBClientEngine):
    """Runs the code cells, and stops at the first with an error, also where a tag of the cell allows errors.

    A notebook for another kernel than Python's is given to papermill's own engine.
    """

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, **options) -> None:
        """Run the notebook. Options are those of papermill's own engine, except those for the start of a kernel.

        beside : module and class of objects that forked copies draw while the next cells run
        """
        drawn = options.pop("beside", ())
        if kernel_name != PYTHON:
            with private_sockets() as config:
                super().execute_managed_notebook(nb_man, kernel_name, config=config, **options)
            return
        client = _client()
        beside = ParallelDrawings(client.kernel.shell, drawn) if drawn else None
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
    """A kernel whose cells can ``await``; for that ipykernel 7.4 needs a thread that only a kernel with sockets has.

    So this kernel says that the thread is there, and that it supports no subshells.
    """

    shell_channel_thread = SimpleNamespace(parent_thread=None)
    _supports_kernel_subshells = False


class Shown(PapermillNotebookClient):
    """Puts the outputs of cells into the notebook, as papermill's own engine does."""

    def __init__(self, nb_man: NotebookExecutionManager, **options) -> None:
        super().__init__(nb_man, **options)
        self.reset_execution_trackers()
        self.clear_before_next_output = False

    def take(self, client: BlockingInProcessKernelClient, cell, index: int) -> None:
        """Take the kernel's messages about one cell, up to the message that it is idle again."""
        with suppress(CellExecutionComplete):
            while True:
                self.process_message(client.get_iopub_msg(), cell, index)


@contextmanager
def private_sockets() -> Iterator[Config]:
    """Settings for papermill's own engine: nobody else can speak to the kernel.

    Its sockets are files in a private folder. Where they cannot be (Windows has none; on macOS their names may have
    104 bytes), they are ports of this machine alone, and Jupyter signs messages by a key that stands in that folder.
    Without a connection file the sockets would be in the working directory, where two runs would use the same names.
    """
    with tempfile.TemporaryDirectory(prefix="kernel-") as private:
        about = {"transport": "ipc"} if OVER_FILES else {"transport": "tcp", "ip": LOOPBACK}
        yield Config({"KernelManager": about | {"connection_file": str(Path(private, "kernel.json"))}})


def _client() -> BlockingInProcessKernelClient:
    """The client of a kernel that runs in this process."""
    sys.modules.setdefault("debugpy", None)  # not needed here, and its start takes half of the time
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
    """Save the notebook only when a cell begins; gives the function to call then.

    papermill would save it twice for each cell, and copy, check and write the whole notebook each time. That takes
    longer than most of our cells. After the last cell papermill saves the notebook in its own way.
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
