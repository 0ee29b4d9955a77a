"""Drawings made in processes of their own while a notebook's next cells run: a report takes half the time on two cores.

Only for a kernel that is this very process (``inprocess``): what a cell shows is drawn by a copy of it, in which all is
as it was then. The notebook gets the drawing when all its cells have run, and is the same as without.
"""

import os
import signal
import traceback
import warnings
from contextlib import redirect_stderr, redirect_stdout, suppress
from io import StringIO
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import NamedTuple

from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode, v4

from analysis import stem
from analysis.isolated import PROCESSORS

DRAWN = (("analysis.sheet", "Chart"), ("analysis.sheet", "Picture"))  # what knows its own MIME bundle, and takes long
LATER = "text/x-drawn-beside"  # stands in an output until the drawing does
MOST_SECONDS = 60  # our choice: a drawing takes half a second; one that waits for a thread that is not there, for ever


class Drawing(NamedTuple):
    """What is being drawn, by which process, and where that sends the bundle."""

    of: object
    pid: int
    bundle: Connection


class Beside:
    """The drawings of one notebook, at most one a processor at once."""

    def __init__(self, shell: InteractiveShell) -> None:
        self.begun: list[Drawing] = []
        self.made: dict[int, tuple | None] = {}  # by number
        for kind in DRAWN:
            shell.display_formatter.mimebundle_formatter.for_type_by_name(*kind, self.begin)

    def begin(self, drawn: object, **_: object) -> dict | tuple[dict, dict]:
        """As a formatter of IPython: what is shown for now is the number under which it is drawn.

        Where no process can be had it is drawn at once.
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
        """Put every drawing where it is shown. One whose process failed is drawn again here, to say what is wrong."""
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
        """Wait for a bundle with which nothing was said; None where the process died, or had anything to say."""
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
    with warnings.catch_warnings():  # of threads, from Python 3.12 on: what draws takes no lock of theirs, or is ended
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _draw(drawn: object, bundle: Connection) -> None:
    """The process that draws; it ends with the one whose notebook it is."""
    try:
        stem.die_with_parent()
        made = _drawn(drawn)
        bundle.send(None if made[1] or made[2] else made)
    finally:  # whatever it was: the notebook goes on in one process only
        os._exit(0)


def _drawn(drawn: object) -> tuple[tuple[dict, dict], str, list[NotebookNode]]:
    """The MIME bundle, what was said meanwhile, and the error of what cannot show itself, which fails the notebook.

    In a copy of the process there are no threads to hand on what is said.
    """
    with redirect_stdout(StringIO()) as said, redirect_stderr(said):
        try:
            bundle = drawn._repr_mimebundle_()
            wrong = []
        except Exception as error:
            bundle, told = ({}, {}), traceback.format_exception(error)
            wrong = [v4.new_output("error", ename=type(error).__name__, evalue=str(error), traceback=told)]
    return bundle, said.getvalue(), wrong
