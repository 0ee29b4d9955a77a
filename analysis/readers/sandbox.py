"""Reads a file in a child process with limits on memory and time, so that no file can make the machine unusable.

``python -m analysis.readers.sandbox`` reads a file's bytes from standard input and writes lines of JSON: the name of a
table, then its rows; with the argument ``paragraphs`` its paragraphs. The last line says that all is read, or names the
problem. The child starts in a tenth of a second, because neither it nor the readers import pandas. On Windows, which
has no such limits on processes, only the limit on wall-clock time applies.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from analysis.readers import kinds
from analysis.readers.grid import Tables, Unreadable, refusing

try:
    import resource
except ImportError:  # Windows
    resource = None

MOST_MEMORY = 512 * 1024 * 1024
MOST_CPU_SECONDS, MOST_SECONDS = 10, 30
TOO_SLOW = -signal.SIGXCPU if hasattr(signal, "SIGXCPU") else None  # the status of a child that took too long
PARAGRAPHS = "paragraphs"  # the argument with which the child reads these instead of tables
COMMAND = [sys.executable, "-P", "-m", "analysis.readers.sandbox"]  # -P: nothing is imported from the working folder
Cell = tuple[str, int, int, object, str, str, bool]


def cells(data: bytes) -> list[Cell]:
    """Every cell of every table in ``data``: sheet, row, column, value, kind, mark, hidden.

    Raises : Unreadable.
    """
    return list(_cells(_read(data)))


def paragraphs(data: bytes) -> list[tuple[int, str]]:
    """The lines of a text or Word file that hold something, numbered. Raises : Unreadable."""
    return [tuple(json.loads(line)) for line in _read(data, PARAGRAPHS)]


def _read(data: bytes, *what: str) -> list[bytes]:
    """The lines that the child writes. Raises : Unreadable."""
    kinds.detect_kind(data)  # files of other kinds are refused without a child process
    command = [*COMMAND, *what]
    try:
        child = subprocess.run(command, input=data, capture_output=True, timeout=MOST_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise Unreadable("problem.file.too_slow", seconds=MOST_SECONDS) from None
    lines = child.stdout.splitlines()
    end = json.loads(lines[-1]) if lines and child.returncode == 0 else {}
    if "problem" in end:
        raise Unreadable(end["problem"], **end["fields"])
    if child.returncode == TOO_SLOW:
        raise Unreadable("problem.file.too_slow", seconds=MOST_CPU_SECONDS)
    if end != {"done": True}:
        raise Unreadable("problem.file.reader_died", status=child.returncode)
    return lines[:-1]


def _cells(lines: list[bytes]) -> Iterator[Cell]:
    sheet = ""
    for line in map(json.loads, lines):
        if isinstance(line, dict):
            sheet = line["table"]
            continue
        for row, column, value, kind, mark, hidden in line:
            value = datetime.fromisoformat(value) if kind == "date" else value
            yield sheet, row, column, value, kind, mark, hidden


def _print_tables(tables: Tables) -> None:
    for grid in tables:
        print(json.dumps({"table": grid.name}))
        for line in grid.lines():
            print(json.dumps(line, default=datetime.isoformat))


def main() -> None:
    """The child's main function: turns the file's bytes into lines of JSON."""
    if resource:
        for limit, soft, hard in (
            (resource.RLIMIT_AS, MOST_MEMORY, MOST_MEMORY),
            (resource.RLIMIT_CPU, MOST_CPU_SECONDS, MOST_CPU_SECONDS + 1),
            (resource.RLIMIT_CORE, 0, 0),
        ):
            with suppress(ValueError, OSError):  # the system has no such limit, or a lower one
                resource.setrlimit(limit, (soft, hard))
    try:
        with refusing():
            data = sys.stdin.buffer.read()
            if sys.argv[1:] == [PARAGRAPHS]:
                for line in kinds.paragraphs(data):
                    print(json.dumps(line))
            else:
                _print_tables(kinds.tables(data))
        print(json.dumps({"done": True}))
    except Unreadable as fault:
        print(json.dumps({"problem": fault.key, "fields": fault.fields}))


if __name__ == "__main__":
    main()
