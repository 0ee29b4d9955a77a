"""A papermill engine whose cells run in the same process as papermill: no second process, no sockets.

Use: ``papermill --engine inprocess …``. The week's runs use it by default on Linux, because each of their notebooks has
its own process anyway (``isolated``). The kernel is ipykernel's, and what it would send to others is put into the
notebook (``outputs``), so the executed notebooks are the same as with papermill's own engine. A crash of a cell also
ends papermill; the waiting process notices that, and finds the notebook as far as it came in a ``journal``.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from types import SimpleNamespace

import zmq
from ipykernel.inprocess.ipkernel import InProcessKernel
from ipykernel.iostream import BackgroundSocket
from nbclient.util import run_sync
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, NotebookExecutionManager
from traitlets.config import Config

from analysis.run.processes import journal
from analysis.run.processes.isolated import FORKS
from analysis.run.processes.outputs import Outlet, capture_output

UNKEPT = Config({"HistoryManager": {"enabled": False}})  # nobody needs a history of a run's cells
OVER_FILES = FORKS and zmq.has("ipc")
LOOPBACK = "127.0.0.1"
PYTHON = "python3"  # the name of the only kernel that this process can be


class InProcessEngine(NBClientEngine):
    """Runs the code cells, and stops at the first with an error, also where a tag of the cell allows errors.

    A notebook for another kernel than Python's is given to papermill's own engine.
    """

    @classmethod
    def execute_notebook(
        cls, nb, kernel_name, finish: Callable[[NotebookNode], NotebookNode] | None = None, **options
    ) -> NotebookNode:
        """Run the notebook and return it. Options are those of papermill's own engine, and of
        ``execute_managed_notebook``.

        finish : called with the executed notebook; papermill saves what it returns
        """
        executed = super().execute_notebook(nb, kernel_name, **options)
        return finish(executed) if finish else executed

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, **options) -> None:
        """Run the cells. Options are those of papermill's own engine, except those for the start of a kernel.

        is_separate : run the cells by papermill's own engine, in a kernel that is another process
        noted       : the file for the ``journal``; None: there is none
        """
        is_separate = options.pop("is_separate", False)
        with journal.kept(nb_man, options.pop("noted", None)):
            if is_separate or kernel_name != PYTHON:
                with private_sockets() as config:
                    super().execute_managed_notebook(nb_man, kernel_name, config=config, **options)
            else:
                cls._execute_here(nb_man, options.get("log_output", False))

    @staticmethod
    def _execute_here(nb_man: NotebookExecutionManager, log_output: bool) -> None:
        """Run the cells in this process."""
        kernel = ready_kernel()
        shown = Shown(nb_man, record_timing=False, log_output=log_output)
        with capture_output(kernel.session):
            for index, cell in enumerate(nb_man.nb.cells):
                if cell.cell_type != "code" or not cell.source.strip():
                    continue
                cell.execution_count = kernel.execution_count
                nb_man.cell_start(cell, index)
                kernel.session.receive = partial(shown.process_message, cell=cell, cell_index=index)
                is_done = kernel.run(cell.source)
                if not is_done:
                    nb_man.cell_exception(cell, cell_index=index)
                nb_man.cell_complete(cell, cell_index=index)
                if not is_done:
                    break
        nb_man.nb.metadata["language_info"] = kernel.language_info
        shown.set_widgets_metadata()


class Kernel(InProcessKernel):
    """The kernel that runs cells in this process; its messages go to the ``Outlet``, and no thread serves sockets.

    Its cells can ``await``; for that ipykernel 7.4 needs a thread that only a kernel with sockets has. So this kernel
    says that the thread is there, and that it supports no subshells.
    """

    shell_channel_thread = SimpleNamespace(parent_thread=None)
    _supports_kernel_subshells = False

    def run(self, code: str) -> bool:
        """Run a cell; False where it ended with an error. What it shows has then been received by the session."""
        parent = self.session.msg("execute_request", {"code": code})
        self.set_parent([], parent)
        self.shell.set_parent(parent)
        reply = run_sync(self.do_execute)(code, silent=False, store_history=True, allow_stdin=False)
        sys.stdout.flush()
        sys.stderr.flush()
        return reply["status"] == "ok"


class Shown(PapermillNotebookClient):
    """Puts the outputs of cells into the notebook, as papermill's own engine does."""

    def __init__(self, nb_man: NotebookExecutionManager, **options) -> None:
        super().__init__(nb_man, **options)
        self.reset_execution_trackers()
        self.clear_before_next_output = False


@lru_cache
def start_kernel() -> Kernel:
    """The kernel of this process. A server starts it before it forks, so that it is there in every notebook's process.

    In a server nothing has run in it but an empty cell.
    """
    sys.modules.setdefault("debugpy", None)  # not needed here, and its start takes half of the time
    session = Outlet(key=b"")
    kernel = Kernel(config=UNKEPT, session=session, iopub_socket=BackgroundSocket(None))
    kernel.shell.run_cell("", silent=True)  # what is done once a process
    return kernel


def furnish() -> None:
    """Repeat what matplotlib and pandas set up on import inside a kernel: here they were imported before it."""
    if "matplotlib" in sys.modules:
        start_kernel().shell.enable_matplotlib("inline")
    if "pandas" in sys.modules:
        sys.modules["pandas"].options.display.max_columns = 20


def ready_kernel() -> Kernel:
    """The kernel, in the environment of this process: a process that was forked has another one than the server."""
    kernel = start_kernel()
    furnish()
    kernel.shell.init_environment()
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    return kernel


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
