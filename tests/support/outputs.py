"""Calls of the command line whose output cannot be written, and weeks without notebooks for it.

``python -m support.outputs week …`` is the command line with such weeks.
"""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from analysis import cli
from analysis.mail import compose
from analysis.run import areas, due, pipeline  # noqa: F401 (they name the class that is replaced below)
from analysis.weeks import paths, store
from analysis.weeks.home import PROJECT
from support.stand_in import accepted, put

GONE = "a reader that has left"
OUTPUTS = {  # as a shell has it
    "a full disk": ">/dev/full",
    "a full disk for errors": "2>/dev/full",
    "a full disk for both": ">/dev/full 2>&1",
    "closed": ">&-",
    "closed for errors": "2>&-",
    "all three closed": "<&- >&- 2>&-",
    GONE: "",
}


def called(output: str, *command: object, module: str = "analysis") -> tuple[int, bytes]:
    """Exit status, and what was written to standard error where that can be."""
    shell = ["sh", "-c", f'exec "$@" {OUTPUTS.get(output, "")}', "sh"]
    whole = [*shell, sys.executable, "-m", module, *map(str, command)]
    about = {"stdin": subprocess.DEVNULL, "cwd": PROJECT, "stderr": subprocess.PIPE, "stdout": subprocess.PIPE}
    environment = os.environ | {"PYTHONPATH": f"{PROJECT / 'tests'}{os.pathsep}{PROJECT}"}
    if output == GONE:
        read, about["stdout"] = os.pipe()
        os.close(read)
        about["stderr"] = about["stdout"]
    done = subprocess.run(whole, env=environment, check=False, timeout=600, **about)
    if output == GONE:
        os.close(about["stdout"])
    return done.returncode, done.stderr or b""


def _gate(raw, home, area, cutoff, words):
    return accepted(refused=raw[0].read_text() == "bad")


def _export(home: Path, area: str, cutoff: str, run: str, words) -> None:
    put(paths.run_folder(home, area, run) / "scores.csv", ",".join(store.history(home, area, cutoff)))
    place = paths.run_reports(home, area, run)
    put(place / "report.html", cutoff)
    date = datetime.fromisoformat(cutoff).replace(tzinfo=UTC)
    compose.save(
        compose.build_mail(f"<p>{cutoff}</p>", subject=cutoff, words=words, date=date, seed=cutoff), place / "mail.eml"
    )


def _index(*_) -> None:
    pass


QUICK = pipeline.Pipeline(gate=_gate, notebooks=PROJECT / "no notebooks", stages=(), export=_export, index=_index)


if __name__ == "__main__":
    pipeline.Pipeline = lambda: QUICK
    sys.exit(cli.main())
