"""Drawings made in processes of their own while a notebook's next cells run: a report takes half the time on two cores.

Only for a kernel that is this very process (``inprocess``): what a cell shows is drawn by a copy of it, in which all is
as it was then. The notebook gets the drawing when all its cells have run, and is the same as without.
"""

import os
import traceback
from contextlib import redirect_stderr, redirect_stdout, suppress
from io import StringIO
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import NamedTuple

from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode, v4

from analysis import stem

DRAWN = (("analysis.sheet", "Chart"), ("analysis.sheet", "Picture"))  # what knows its own MIME bundle, and takes long
LATER = "text/x-drawn-beside"  # stands in an output until the drawing does


class Drawing(NamedTuple):
    """What is being drawn, by which process, and where that sends the bundle."""

    of: object
    pid: int
    bundle: Connection


class Beside:
    """The drawings of one notebook."""

    def __init__(self, shell: InteractiveShell) -> None:
        self.begun: list[Drawing] = []
        for kind in DRAWN:
            shell.display_formatter.mimebundle_formatter.for_type_by_name(*kind, self.begin)

    def begin(self, drawn: object, **_: object) -> dict[str, str]:
        """As a formatter of IPython: what is shown for now is the number under which it is drawn."""
        bundle, its_bundle = Pipe(duplex=False)
        pid = os.fork()
        if pid == 0:
            _draw(drawn, its_bundle)
        its_bundle.close()
        self.begun.append(Drawing(drawn, pid, bundle))
        return {LATER: str(len(self.begun) - 1)}

    def put(self, cells: list[NotebookNode]) -> None:
        """Put every drawing where it is shown. One whose process failed is drawn again here, to say what is wrong."""
        for cell in cells:
            for output in list(cell.get("outputs", ())):
                if LATER in output.get("data", {}):
                    drawing = self.begun[int(output.data.pop(LATER))]
                    (data, about), said, wrong = self._received(drawing) or _drawn(drawing.of)
                    output.data |= data
                    output.metadata |= about
                    place = cell.outputs.index(output)
                    told = [v4.new_output("stream", name="stderr", text=said)] if said else []
                    cell.outputs[place:place] = told + wrong

    @staticmethod
    def _received(drawing: Drawing) -> tuple | None:
        """The bundle, and nothing said; None where the process died, or had anything to say."""
        made = None
        with drawing.bundle, suppress(EOFError, OSError):
            made = drawing.bundle.recv()
        with suppress(ChildProcessError):
            os.waitpid(drawing.pid, 0)
        return made


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
