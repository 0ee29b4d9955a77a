"""What a week waits for: each step, when it began and ended, and its processor time.

    python bench/timeline.py [--history 17] [--units none all]

The week is that of ``compare``. It is made by a copy of the project whose modules also note when a server has prepared
itself and when a call began and ended; that takes some hundredths of a second. Prints a section of RESULTS.md.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import contenders

NOTES = """

import json as _json, os as _os, time as _time


def _note(kind, name, began, cpu):
    line = _json.dumps({"kind": kind, "name": name, "began": began, "cpu": cpu, "ended": _time.monotonic()})
    with open(NOTED, "a", encoding="utf-8") as file:
        file.write(line + chr(10))


def _cpu():
    its = _os.times()
    return its.user + its.system + its.children_user + its.children_system
"""
TRACED = {
    "run/processes/isolated.py": """
_untraced = _work


def _work(answers, surroundings, order):
    function, arguments = pickle.loads(order)
    calls = [getattr(each, "func", each) for each in (function, *arguments) if callable(each)]
    notebooks = [each.stem for each in arguments if isinstance(each, Path) and each.suffix == ".ipynb"]
    began, at = _time.monotonic(), _cpu()
    _untraced(answers, surroundings, order)
    _note("call", (notebooks or [calls[-1].__name__])[0], began, _cpu() - at)
""",
    "run/preload.py": """
def _traced(prepare):
    import functools

    @functools.wraps(prepare)
    def traced(*arguments):
        began, at = _time.monotonic(), _cpu()
        prepare(*arguments)
        _note("server", prepare.__name__, began, _cpu() - at)

    return traced


prepare_gate, prepare_tables, prepare_pages = map(_traced, (prepare_gate, prepare_tables, prepare_pages))
GATE.prepare = prepare_gate
""",
    "run/editions.py": """
_untraced_prepare = _prepare


def _prepare(*arguments):
    began, at = _time.monotonic(), _cpu()
    _untraced_prepare(*arguments)
    _note("server", "editions", began, _cpu() - at)
""",
    "run/pipeline.py": """
_untraced_publish = publish.publish_week


def _publish(*arguments):
    began, at = _time.monotonic(), _cpu()
    done = _untraced_publish(*arguments)
    _note("driver", "publishing", began, _cpu() - at)
    return done


publish.publish_week = _publish
""",
}


def traced(project: Path, noted: Path) -> None:
    """Let the modules of this copy note what they do in the file ``noted``."""
    for module, more in TRACED.items():
        path = project / "analysis" / module
        path.write_text(f"{path.read_text('utf-8')}\n\nNOTED = {str(noted)!r}{NOTES}\n{more}", "utf-8")


def timeline(events: list[dict], began: float) -> str:
    """The events as a table; began: when the command was given."""
    rows = ["| from, s | to, s | CPU, s | where | what |", "| ---: | ---: | ---: | --- | --- |"]
    for each in sorted(events, key=lambda each: each["began"]):
        times = [f"{each['began'] - began:.2f}", f"{each['ended'] - began:.2f}", f"{each['cpu']:.2f}"]
        named = f"`{each['name']}`"
        rows.append(f"| {' | '.join([*times, each['kind'], named])} |")
    return "\n".join(rows)


def week_of(place: contenders.Place, units: str, noted: Path) -> str:
    """What one week waited for, which makes the pages of these units."""
    for _ in range(2):  # in the first everything is compiled
        noted.unlink(missing_ok=True)
        took = contenders.ours(place, place.home(), "--units", units)
        began = time.monotonic() - took
    events = [json.loads(line) for line in noted.read_text("utf-8").splitlines()]
    return f"`--units {units}`, one week of {took:.2f} s:\n\n{timeline(events, began)}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--history", type=int, default=17)
    options.add_argument("--units", nargs="+", default=["none", "all"])
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="timeline-") as folder:
        place = contenders.prepared(Path(folder), chosen.history)
        noted = Path(folder, "noted.jsonl")
        traced(place.project, noted)
        weeks = [week_of(place, units, noted) for units in chosen.units]
    print("\n## What a week waits for", "`bench/timeline.py`.", *weeks, sep="\n\n")


if __name__ == "__main__":
    main()
