"""Runs one notebook with papermill and checks that it really ran.

papermill's record does not prove that: after a crash it marks every cell as completed, a cell with ``sys.exit(0)``
raises no error, and a mistyped parameter is only a warning. So the parameters are checked before the run, and every
code cell after it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.config.wording import MISSING, Wording
from analysis.exits import AnalysisError
from analysis.run.processes import isolated, journal
from analysis.run.processes.fork_server import ForkServer
from analysis.weeks import atomic, publish
from analysis.weeks.home import at_home, folder_remover, working_in

if TYPE_CHECKING:
    from nbformat import NotebookNode

MOST_SHOWN = 10_000_000  # characters of one cell's output; our choice: our largest chart has a fiftieth of that
ENGINES = ("inprocess", "papermill")  # --engine; "papermill": a kernel in a process of its own, as papermill has it


class NotebookFailed(AnalysisError):
    """A notebook failed. The message names the notebook, the cell and the reason."""


@dataclass(frozen=True)
class EngineOptions:
    """How notebooks are run.

    engine  : ``inprocess``, or ``papermill``: the engine that papermill brings
    seconds : wall-clock time for one notebook; then it is killed, and every process that it started
    memory  : bytes of data that it, and each process it starts, may use
    """

    engine: str = "inprocess" if isolated.FORKS else "papermill"
    seconds: float = isolated.MOST_SECONDS
    memory: int = isolated.MOST_MEMORY


DEFAULT_OPTIONS = EngineOptions()


def run_isolated(
    home: Path,
    function: Callable,
    *arguments,
    source: Path,
    target: Path,
    way: EngineOptions,
    words: Wording,
    of: ForkServer,
) -> object:
    """Call ``function``, which runs a notebook, in its own process that works in ``home``; return its result.

    That process never has a password, neither before the notebook runs nor after.

    source, target : the notebook, and the file for the executed one
    of             : the server that the process is forked from
    Raises         : what ``function`` raises; NotebookFailed where the time is up or the process dies.
    """
    try:
        return isolated.call(at_home, home, function, *arguments, seconds=way.seconds, memory=way.memory, of=of)
    except (isolated.TookTooLong, isolated.Died) as error:
        fields = {"cell": _reached(target, words), "reason": ended(error, words)}
        raise NotebookFailed(words.say("run.cell", notebook=source.name, **fields)) from error


def ended(error: isolated.TookTooLong | isolated.Died, words: Wording) -> str:
    """Say to people why a call has no answer: it took too long, or its process died."""
    if isinstance(error, isolated.TookTooLong):
        return words.say("run.too_long", seconds=words.number(error.seconds, 0))
    return words.say("run.died", status=MISSING if error.status is None else error.status)


def run(*arguments: object) -> None:
    """Call ``execute``, and return nothing: who waits in another process would import nbformat for the answer."""
    execute(*arguments)


def execute(
    home: Path,
    source: Path,
    target: Path,
    values: dict[str, str],
    words: Wording,
    way: EngineOptions = DEFAULT_OPTIONS,
    wanted: dict[str, str] | None = None,
) -> "NotebookNode":
    """Run ``source`` with these parameters; write the executed notebook, without times and paths, to ``target`` and
    return it.

    home   : the home that the notebook's cells use
    values : parameters that the notebook must have
    wanted : parameters that are given only if the notebook has them
    Raises : NotebookFailed where the notebook lacks a parameter of ``values``, and where a code cell did not run to its
             end or had an error. Then ``target`` shows the cells that ran.
    """
    import papermill

    known = papermill.inspect_notebook(_literal(source))
    values = values | {name: value for name, value in (wanted or {}).items() if name in known}
    if unknown := sorted(set(values) - set(known)):
        fields = {"names": ", ".join(unknown), "known": ", ".join(known)}
        raise NotebookFailed(words.say("run.unknown_parameter", notebook=source.name, **fields))
    faults: list[dict] = []

    def finish(done: "NotebookNode") -> "NotebookNode":
        faults[:] = _faults(done, words)
        return done if faults else _portable(home, done)

    try:
        with working_in(home), atomic.naming(target):
            done = papermill.execute_notebook(
                *(_literal(source), _literal(target), values),
                request_save_on_cell_execute=False,  # it would take longer than most of our cells
                progress_bar=False,
                log_output=False,
                engine_name="inprocess",
                is_separate=way.engine == "papermill",
                noted=journal.place(target),
                finish=finish,
                extra_arguments=["--log-level=CRITICAL"],  # nobody needs the kernel's own log
            )
    except Exception as error:  # any error of papermill, nbclient or the kernel means that the notebook failed
        fields = {"cell": _reached(target, words, error), "reason": _reason(error)}
        raise NotebookFailed(words.say("run.cell", notebook=source.name, **fields)) from error
    if faults:
        raise NotebookFailed(words.say("run.cell", notebook=source.name, **faults[0]))
    with atomic.naming(target), target.open("a", encoding="utf-8") as file:
        file.write("\n")  # papermill ends the file without it
    return done


def expect_token(folder: Path, stage: str, run: str, source: Path, words: Wording) -> None:
    """Raise NotebookFailed unless the notebook's last cell has written the stage's token in this run, and its tables
    are unchanged since."""
    if not publish.settled(folder, stage, run):
        raise NotebookFailed(words.say("run.no_token", notebook=source.name, token=f"{stage}.json"))


def _literal(path: Path) -> str:
    """The path with its braces doubled, because papermill replaces {…} in paths."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _code(notebook: "NotebookNode") -> "list[NotebookNode]":
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]


def _ran(cell: "NotebookNode") -> bool:
    completed = cell.metadata.get("papermill", {}).get("status") == "completed"
    return completed and cell.execution_count is not None and not _errors(cell)


def _errors(cell: "NotebookNode") -> "list[NotebookNode]":
    return [output for output in cell.outputs if output.output_type == "error"]


def warm_up() -> None:
    """Do what papermill and nbformat do once a process: look through a notebook, check it and write it."""
    import nbformat
    import papermill

    cell = nbformat.v4.new_code_cell("x = 1", metadata={"tags": ["parameters"]})
    about = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    papermill.inspect_notebook(nbformat.v4.new_notebook(cells=[cell], metadata=about))


def _faults(notebook: "NotebookNode", words: Wording) -> list[dict]:
    """What is wrong with an executed notebook: fields of the sentence that names the cell and the reason."""
    if not all(_ran(cell) for cell in _code(notebook)):
        return [{"cell": _culprit(notebook), "reason": words.say("run.not_to_the_end")}]
    sizes = [(cell, len(json.dumps(cell.outputs))) for cell in _code(notebook)]
    most = words.number(MOST_SHOWN / 1e6, 0)
    return [
        {"cell": _cell_label(cell), "reason": words.say("run.too_much", size=words.number(size / 1e6, 0), most=most)}
        for cell, size in sizes
        if size > MOST_SHOWN
    ]


def _reached(target: Path, words: Wording, error: Exception | None = None) -> str:
    """The label of the cell at which the notebook failed; a sentence where no cell was started."""
    begun = journal.restore(target)
    if source := getattr(error, "source", ""):  # of papermill's error, which has saved the notebook itself
        return _label(source, error.exec_count)
    return _label("".join(begun["source"]), begun["execution_count"]) if begun else words.say("run.not_begun")


def _culprit(notebook: "NotebookNode") -> str:
    """The label of the cell that failed: the first with an error, else the last one started (the kernel has died)."""
    cells = _code(notebook)
    started = [cell for cell in cells if cell.metadata.get("papermill", {}).get("start_time")]
    wrong = [cell for cell in cells if _errors(cell)] or started[-1:]
    return _cell_label(wrong[0]) if wrong else ""


def _cell_label(cell: "NotebookNode") -> str:
    return _label(cell.source, cell.execution_count)


def _label(source: str, count: int | None) -> str:
    return f"[{count or ' '}] {source.strip().splitlines()[0]}"


def _reason(error: Exception) -> str:
    from papermill.exceptions import PapermillExecutionError

    if isinstance(error, PapermillExecutionError):  # there is no value where a magic failed; the cell shows the reason
        return f"{error.ename}: {error.evalue}" if error.evalue else error.ename
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"


def _portable(home: Path, notebook: "NotebookNode") -> "NotebookNode":
    """Remove times, paths and random values, so that the same week gives the same bytes on every machine.

    The parameter ``run`` is emptied, because the run's folder no longer exists when somebody opens the notebook. In
    JupyterLab the notebook then works on the draft of its week.
    """
    kept, without = ("parameters", "version"), folder_remover(home)
    parameters = notebook.metadata.papermill.parameters
    run = parameters.get("run", "")
    if run:
        parameters["run"] = ""
    notebook.metadata.papermill = {key: notebook.metadata.papermill[key] for key in kept}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        cell.metadata.pop("papermill", None)
        for output in cell.get("outputs", []):
            if "text" in output:  # a warning contains the path of the kernel's temporary file
                output.text = without(output.text)
            if "text/plain" in output.get("data", {}):
                output.data["text/plain"] = without(output.data["text/plain"])
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = "injected-parameters"
            cell.source = cell.source.replace(f'run = "{run}"', 'run = ""')
    return notebook
