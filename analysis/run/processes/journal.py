"""What of a notebook has run, noted in a file while it runs: after a crash nothing else tells.

papermill would save the whole notebook twice for each cell, which takes longer than most cells do. Here each cell is
written once: a line when it begins, and one with its outputs when it has ended; the first line is the notebook.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from analysis.weeks import atomic

if TYPE_CHECKING:
    from papermill.engines import NotebookExecutionManager


def place(target: Path) -> Path:
    """The journal of the notebook that is written to ``target``; it is there while the notebook runs."""
    return target.with_suffix(".journal")


@contextmanager
def kept(manager: "NotebookExecutionManager", path: Path | None) -> Iterator[None]:
    """Note in ``path`` what the manager is told of cells; None: nothing. The file is deleted when the context ends."""
    if path is None:
        yield
        return
    start, complete = manager.cell_start, manager.cell_complete
    with path.open("w", encoding="utf-8") as file:

        def cell_start(cell, cell_index: int, **about) -> None:
            _add(file, [cell_index, None])
            start(cell, cell_index, **about)

        def cell_complete(cell, cell_index: int, **about) -> None:
            complete(cell, cell_index=cell_index, **about)
            _add(file, [cell_index, cell])

        _add(file, manager.nb)
        manager.cell_start, manager.cell_complete = cell_start, cell_complete
        try:
            yield
        finally:
            del manager.cell_start, manager.cell_complete
    path.unlink()


def _add(file: IO[str], what: object) -> None:
    with atomic.naming(Path(file.name)):
        file.write(json.dumps(what) + "\n")
        file.flush()


def restore(target: Path) -> dict | None:
    """Write to ``target`` the notebook as far as its journal goes, delete the journal, and return the code cell that
    began last; None where there is no journal, or no code cell had begun."""
    path, begun = place(target), None
    with suppress(OSError, ValueError):  # incomplete, for example because the disk is full
        first, *lines = path.read_text("utf-8").splitlines()
        notebook = json.loads(first)
        for index, cell in map(json.loads, lines):
            if cell:
                notebook["cells"][index] = cell
            elif notebook["cells"][index]["cell_type"] == "code":
                begun = notebook["cells"][index]
        target.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", "utf-8", "replace")
    with suppress(OSError):
        path.unlink()
    return begun
