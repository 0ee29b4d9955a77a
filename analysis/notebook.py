"""One notebook run by papermill, and whether it really ran.

papermill's record is no proof of that: after a crash it calls every cell completed, ``sys.exit(0)``
raises nothing, and a mistyped parameter is only a warning. So parameters are compared before, and every code cell
looked at after.
"""

import tempfile
from pathlib import Path

import nbformat
import papermill
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from analysis import atomic
from analysis.wording import Wording

CELL_LIMIT_S = 600  # our choice: cells take seconds; one that hangs must not hold the week for ever


class NotebookFailed(Exception):
    """A notebook did not do all it should; the message names notebook, cell and reason."""


def parameters(source: Path) -> list[str]:
    """The names that the cell tagged ``parameters`` sets."""
    return list(papermill.inspect_notebook(_literal(source)))


def run(source: Path, target: Path, values: dict[str, str], words: Wording) -> None:
    """Run ``source`` with these parameters; the executed notebook, without times and paths, becomes ``target``.

    Raises : NotebookFailed for a parameter that the notebook does not have, and unless every code cell ran to its end
             without an error. ``target`` then shows how far it came.
    """
    known = parameters(source)
    if unknown := sorted(set(values) - set(known)):
        fields = {"names": ", ".join(unknown), "known": ", ".join(known)}
        raise NotebookFailed(words.say("run.unknown_parameter", notebook=source.name, **fields))
    try:
        with tempfile.TemporaryDirectory(prefix="kernel-") as private:
            papermill.execute_notebook(
                *(_literal(source), _literal(target), values),
                progress_bar=False,
                log_output=False,
                execution_timeout=CELL_LIMIT_S,
                config=_sockets(private),
                extra_arguments=["--log-level=CRITICAL"],  # what the kernel says of its own affairs is for nobody
            )
    except Exception as error:  # papermill's, nbclient's, the kernel's: each means that the notebook failed
        cell = _culprit(nbformat.read(target, as_version=4)) if target.is_file() else ""
        raise NotebookFailed(words.say("run.cell", notebook=source.name, cell=cell, reason=_reason(error))) from error
    done = nbformat.read(target, as_version=4)
    if not all(_ran(cell) for cell in _code(done)):
        reason = words.say("run.not_to_the_end")
        raise NotebookFailed(words.say("run.cell", notebook=source.name, cell=_culprit(done), reason=reason))
    atomic.save(target, nbformat.writes(_portable(done)) + "\n")


def _sockets(private: str) -> Config:
    """Sockets in a folder of the run's own: on TCP everyone on the machine could listen, and without a connection file
    they would stand in the working directory, where two runs would take each other's."""
    return Config({"KernelManager": {"transport": "ipc", "connection_file": f"{private}/kernel.json"}})


def _literal(path: Path) -> str:
    """papermill fills in {…} of a path."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]


def _ran(cell: NotebookNode) -> bool:
    completed = cell.metadata.get("papermill", {}).get("status") == "completed"
    return completed and cell.execution_count is not None and not _errors(cell)


def _errors(cell: NotebookNode) -> list[NotebookNode]:
    return [output for output in cell.outputs if output.output_type == "error"]


def _culprit(notebook: NotebookNode) -> str:
    """The cell that failed: the first with an error, else the last that was started (a dead kernel leaves no error)."""
    cells = _code(notebook)
    started = [cell for cell in cells if cell.metadata.get("papermill", {}).get("start_time")]
    wrong = [cell for cell in cells if _errors(cell)] or started[-1:]
    return " / ".join(f"[{cell.execution_count or ' '}] {cell.source.strip().splitlines()[0]}" for cell in wrong[:1])


def _reason(error: Exception) -> str:
    if isinstance(error, PapermillExecutionError):
        return f"{error.ename}: {error.evalue}"
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"


def _portable(notebook: NotebookNode) -> NotebookNode:
    """Without times, paths and chance: the same run gives the same bytes, and tells nothing of the machine."""
    kept = ("parameters", "version")
    notebook.metadata.papermill = {key: notebook.metadata.papermill[key] for key in kept}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        cell.metadata.pop("papermill", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = "injected-parameters"
    return notebook
