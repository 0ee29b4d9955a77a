"""A papermill engine whose cells run in the very process that papermill runs in: no second process, no sockets.

``papermill --engine inprocess …``; the week's runs use it unless told otherwise, for each of their notebooks has a
process to itself anyway (``isolated``). The kernel is ipykernel's own and answers in the messages of every kernel, so
notebooks and outputs are those of papermill's own engine. A crash takes papermill with it: whoever waits for that
process learns of it, and finds the cell that was begun last in the notebook.
"""

import json
import sys
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

from analysis import engine
from analysis.beside import Beside

UNKEPT = Config({"HistoryManager": {"enabled": False}})  # a run's cells are nobody's history
PYTHON = "python3"  # the kernel that this process can be


class InProcessEngine(NBClientEngine):
    """Runs the code cells up to the first with an error, whatever its tags allow. Any other kernel is forked."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, **options) -> None:
        """Options as papermill's own engine knows them, but for those of starting a kernel.

        beside : whether drawings may be made in processes of their own, while the next cells run
        """
        if kernel_name != PYTHON:
            engine.ForkedEngine.execute_managed_notebook(nb_man, kernel_name, **options)
            return
        client = _client()
        beside = Beside(client.kernel.shell) if options.get("beside") else None
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


def _client() -> BlockingInProcessKernelClient:
    """Of a kernel that is this process."""
    sys.modules.setdefault("debugpy", None)  # nobody debugs here, and it takes as long to start as all the rest
    kernel = Kernel(config=UNKEPT)
    kernel.stdout, kernel.stderr = (
        OutStream(kernel.session, kernel.iopub_thread, name) for name in ("stdout", "stderr")
    )
    client = BlockingInProcessKernelClient(kernel=kernel, session=kernel.session)
    client.start_channels()
    engine.furnish(kernel.shell)
    return client


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
