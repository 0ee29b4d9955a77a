"""A papermill engine whose kernels start in a tenth of a second: real ipykernels, forked instead of started.

``papermill --engine forked …``, or ``week --engine forked``. The kernel is forked from the process that drives it,
before that has any thread or socket, and finds pandas, matplotlib and seaborn imported. Notebooks, protocol and outputs
are those of papermill's own engine, which takes over where a process cannot be forked so.
"""

import importlib
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Empty

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from papermill.engines import NBClientEngine
from traitlets import default

from analysis import isolated, stem

IMPORTED = ("pandas", "matplotlib.pyplot", "seaborn", "matplotlib_inline.backend_inline", "ipykernel.kernelapp")
READY_S = 0.05  # how long an answer on one socket may come after that on the other


class ForkedEngine(NBClientEngine):
    """papermill's own engine, with another way to come by a kernel."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, **options) -> None:
        """Run the notebook's cells; options as papermill's own engine knows them."""
        if not isolated.FORKS:
            return super().execute_managed_notebook(nb_man, kernel_name, **options)
        for name in IMPORTED:
            importlib.import_module(name)
        orders, given = multiprocessing.Pipe()
        process = multiprocessing.get_context("fork").Process(target=_kernel, args=(given,))
        process.start()
        given.close()
        try:
            with tempfile.TemporaryDirectory(prefix="kernel-") as private:
                manager = type("Manager", (Manager,), {"forked": process, "orders": orders, "private": private})
                options = {"kernel_manager_class": manager, "shutdown_kernel": "immediate"} | options
                return super().execute_managed_notebook(nb_man, kernel_name, **options)
        finally:
            orders.close()
            _end(process)


class Manager(AsyncKernelManager):
    """Of one kernel, which is there already and waits for its orders; its sockets lie in a folder of its own."""

    forked: multiprocessing.Process
    orders: Connection
    private: str

    def __init__(self, **options) -> None:
        super().__init__(**options)
        self.provisioner = Forked(kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self)

    @default("client_class")
    def _client_class_default(self) -> str:
        return f"{__name__}.Client"

    @default("transport")
    def _transport_default(self) -> str:
        return "ipc"

    @default("connection_file")
    def _connection_file_default(self) -> str:
        return str(Path(self.private, "kernel.json"))


class Forked(LocalProvisioner):
    """Starts the waiting kernel; ends it with all it has started."""

    async def launch_kernel(self, cmd: list[str], **options):
        """Give the waiting kernel the arguments of ``python -m ipykernel_launcher``; another kernel is started."""
        if cmd[1:3] != ["-m", "ipykernel_launcher"]:
            return await super().launch_kernel(cmd, **options)
        self.process, self.pid, self.pgid = self.parent.forked, self.parent.forked.pid, self.parent.forked.pid
        self.parent.orders.send((cmd[3:], str(options.get("cwd") or Path.cwd())))
        return self.connection_info

    async def poll(self) -> int | None:
        """Exit status; None while the kernel runs."""
        if isinstance(self.process, multiprocessing.process.BaseProcess):
            return self.process.exitcode
        return await super().poll()

    async def wait(self) -> int | None:
        if not isinstance(self.process, multiprocessing.process.BaseProcess):
            return await super().wait()
        self.process.join()  # asked for only when it has ended
        status, self.process = self.process.exitcode, None  # has_process is now False
        return status

    async def kill(self, restart: bool = False) -> None:
        if isinstance(self.process, multiprocessing.process.BaseProcess):
            _end(self.process)
        else:
            await super().kill(restart)


class Client(AsyncKernelClient):
    """Knows that a kernel is ready by the answer to its own question, and does not wait for a silence."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Raises : RuntimeError where the kernel dies, or does not answer within so many seconds."""
        until = time.monotonic() + (timeout or float("inf"))
        while time.monotonic() < until:
            asked = self.kernel_info()
            with suppress(Empty):
                if await self._answered(asked):
                    return
            if not await self.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
        raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")

    async def _answered(self, asked: str) -> bool:
        """Whether the question was answered, and the kernel heard to be idle after it. Raises Empty."""
        while (reply := await self.get_shell_msg(timeout=1))["parent_header"].get("msg_id") != asked:
            pass
        while True:  # what was published before the subscription is lost: then it is asked again
            message = await self.get_iopub_msg(timeout=READY_S)
            if message["parent_header"].get("msg_id") == asked and message["content"].get("execution_state") == "idle":
                self._handle_kernel_info_reply(reply)
                return True


def _kernel(orders: Connection) -> None:
    """The forked process: wait for orders, then be an ipykernel. It dies with the process that drives it."""
    os.setsid()
    stem.die_with_parent()
    try:
        arguments, folder = orders.recv()
    except EOFError:
        return
    orders.close()
    os.chdir(folder)
    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance()
    app.initialize([*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"])  # else it says how to end it by hand
    furnish(app.shell)
    app.start()


def furnish(shell) -> None:
    """What matplotlib and pandas find out when they are imported, for a kernel before which they were imported."""
    if "matplotlib" in sys.modules:
        shell.enable_matplotlib("inline")
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    if "pandas" in sys.modules:
        sys.modules["pandas"].options.display.max_columns = 20


def _end(process: multiprocessing.process.BaseProcess) -> None:
    """Kill the kernel and what it has started, and wait until it is gone."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()  # should it not have come to a group of its own yet
    process.join()
