"""Draws a notebook's charts in forked processes while the next cells run. On two cores a report takes half the time.

This works only with a kernel in this process (``inprocess``). A forked copy of the process draws the chart that a cell
shows; the copy has the state of that moment. When all cells have run, the drawings are put into the notebook. The
notebook is the same as without forked copies.
"""

import os
import signal
import traceback
import warnings
from collections.abc import Iterable
from contextlib import redirect_stderr, redirect_stdout, suppress
from io import StringIO
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import NamedTuple

from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode, v4

from analysis.run.processes import fork_server
from analysis.run.processes.isolated import PROCESSORS

LATER = "text/x-drawn-beside"  # marks an output whose drawing is still being made
# A forked child that waits for a lock of a thread it does not have would wait for ever; hence the time limit. Our
# choice: a drawing takes half a second.
MOST_SECONDS = 60


class Drawing(NamedTuple):
    """A drawing in progress: the object, the process that draws it, and the pipe for its MIME bundle."""

    of: object
    pid: int
    bundle: Connection


class ParallelDrawings:
    """The drawings of one notebook; at most one per processor is made at a time.

    drawn : module and class of the objects to draw; each has ``_repr_mimebundle_``
    """

    def __init__(self, shell: InteractiveShell, drawn: Iterable[tuple[str, str]]) -> None:
        self.begun: list[Drawing] = []
        self.made: dict[int, tuple | None] = {}  # by number of the drawing
        for module, name in drawn:
            shell.display_formatter.mimebundle_formatter.for_type_by_name(module, name, self.begin)

    def begin(self, drawn: object, **_: object) -> dict | tuple[dict, dict]:
        """Begin a drawing. IPython calls this as a formatter; until ``put`` the output holds the drawing's number.

        Where no process can be forked, the drawing is made at once in this process.
        """
        while len(self.made) <= len(self.begun) - PROCESSORS:
            self._receive()
        bundle, its_bundle = Pipe(duplex=False)
        with its_bundle:
            try:
                pid = _fork()
            except OSError:
                bundle.close()
                return drawn._repr_mimebundle_()
            if pid == 0:
                _draw(drawn, its_bundle)
        self.begun.append(Drawing(drawn, pid, bundle))
        return {LATER: str(len(self.begun) - 1)}

    def put(self, cells: list[NotebookNode]) -> None:
        """Put every drawing into its output. If its process failed, draw it again in this process to get the error."""
        while len(self.made) < len(self.begun):
            self._receive()
        for cell in cells:
            for output in list(cell.get("outputs", ())):
                if LATER in output.get("data", {}):
                    number = int(output.data.pop(LATER))
                    (data, about), said, wrong = self.made[number] or _drawn(self.begun[number].of)
                    output.data |= data
                    output.metadata |= about
                    place = cell.outputs.index(output)
                    told = [v4.new_output("stream", name="stderr", text=said)] if said else []
                    cell.outputs[place:place] = told + wrong

    def _receive(self) -> None:
        """Wait for a bundle. It is None where the process died, was too slow, printed something or raised an error."""
        awaited = {each.bundle: number for number, each in enumerate(self.begun) if number not in self.made}
        for bundle in wait(list(awaited), MOST_SECONDS) or awaited:
            number = awaited[bundle]
            self.made[number] = None
            with bundle, suppress(EOFError, OSError):
                if bundle.poll():
                    self.made[number] = bundle.recv()
            pid = self.begun[number].pid
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _fork() -> int:
    with (
        warnings.catch_warnings()
    ):  # Python 3.12 warns of locks that threads hold; MOST_SECONDS ends a child that waits
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _draw(drawn: object, bundle: Connection) -> None:
    """Draw and send the bundle, in the forked copy. The copy ends when the notebook's process ends."""
    try:
        fork_server.die_with_parent()
        made = _drawn(drawn)
        bundle.send(None if made[1] or made[2] else made)
    finally:  # end the copy in any case: only the original process may continue with the notebook
        os._exit(0)


def _drawn(drawn: object) -> tuple[tuple[dict, dict], str, list[NotebookNode]]:
    """The MIME bundle, the text printed while drawing, and the error if drawing failed (then the notebook fails too).

    Printed text is captured here because a forked copy lacks the threads that would pass it on.
    """
    with redirect_stdout(StringIO()) as said, redirect_stderr(said):
        try:
            bundle = drawn._repr_mimebundle_()
            wrong = []
        except Exception as error:
            bundle, told = ({}, {}), traceback.format_exception(error)
            wrong = [v4.new_output("error", ename=type(error).__name__, evalue=str(error), traceback=told)]
    return bundle, said.getvalue(), wrong
