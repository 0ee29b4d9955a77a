"""Whatever a notebook's kernel does, the run ends with status 3, names notebook and cell, and changes nothing.

The notebooks and the week around them are those of test_run: one notebook, a gate that accepts, a report of one word.
"""

import dataclasses
import json
import os
import time
from pathlib import Path

import psutil
import pytest
from support.sampled import sampled
from support.stand_in import AREA, CLOSE, CUTOFF, contents, earlier_week, processes, published, steps

from analysis.exits import Exit
from analysis.run import notebook, pipeline, preload
from analysis.run.processes import isolated

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="no /proc to see processes in")

HERE = """\
import os, pathlib
driver = os.getppid() if type(get_ipython()).__name__ == "ZMQInteractiveShell" else os.getpid()  # else it is this one
(pathlib.Path(os.environ["ANALYSIS_HOME"]).parent / f"process-{os.getpid()}-{driver}").touch()"""
ENGINES = tuple(notebook.ENGINES) if os.environ.get("FAULTS") == "all" else (notebook.DEFAULT_OPTIONS.engine,)
SHORT = 2 if "papermill" in ENGINES else 1  # seconds for a notebook that would never end; papermill starts slowly
DEAD = {"inprocess": "tiến trình dừng đột ngột", "papermill": "DeadKernelError"}
FAULTS = {  # the cell that goes wrong, what is said of it, and its tags
    "killed": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", DEAD),
    "os._exit(0)": ("import os; os._exit(0)", DEAD),
    "segmentation fault": ("import ctypes; ctypes.string_at(0)", DEAD),
    "sys.exit(0)": ("import sys; sys.exit(0)", "các ô lệnh sau chưa chạy"),
    "endless loop": ("while True: pass", f"quá {SHORT} giây"),
    "loop that ignores interrupts": (
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
        f"quá {SHORT} giây",
    ),
    "loop that catches everything": (
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        f"quá {SHORT} giây",
    ),
    "stopped": ("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", f"quá {SHORT} giây"),
    "waits for ever": ("import time; time.sleep(10_000)", f"quá {SHORT} giây"),
    "out of memory": ("held = bytearray(3 * 1024**3)", "MemoryError"),
    "out of memory, bit by bit": ("held = []\nwhile True: held.append(bytearray(64 * 1024**2))", "MemoryError"),
    "input()": ("input()", "StdinNotImplementedError"),
    "50 MB of output": ("print('x' * 50_000_000)", "50 MB"),
    "failing magic": ("%nosuchmagic", "CellExecutionError"),
    "failing program": ("%%bash\nexit 3", "CalledProcessError"),
    "raises": ("1 / 0", "ZeroDivisionError"),
    "syntax": ("if", "SyntaxError"),
}


@pytest.fixture(params=ENGINES)
def way(request):
    isolated.call(int, of=preload.PAGES)  # the servers are there before the seconds count
    return notebook.EngineOptions(request.param, seconds=60, memory=2 * 1024**3)


def ended(home, week: pipeline.Pipeline, way, reason: str | dict[str, str], cell: str) -> None:
    """The week ends as it must; ``reason`` may be another with each engine."""
    reason = reason if isinstance(reason, str) else reason[way.engine]
    hangs = f"{SHORT} giây" in reason
    week = dataclasses.replace(week, way=dataclasses.replace(way, seconds=SHORT) if hangs else way)
    before = earlier_week(home)
    outcome = pipeline.make_week(home, AREA, CUTOFF, steps=week)
    assert outcome.status == Exit.FAILED
    assert "2_score.ipynb" in outcome.message and cell in outcome.message and reason in outcome.message, outcome.message
    assert contents(*published(home)) == before
    assert not (home / "data" / "outbox").exists()
    (kept,) = (home / "data" / "processed" / AREA / "failed").iterdir()
    assert reason in (kept / "reason.txt").read_text("utf-8")
    until = time.monotonic() + 5
    while (left := [pid for pid in processes(home) if psutil.pid_exists(pid)]) and time.monotonic() < until:
        time.sleep(0.05)
    assert left == []


LATER = {  # faults that end as another one does
    "segmentation fault",
    "endless loop",
    "loop that catches everything",
    "stopped",
    "waits for ever",
    "out of memory, bit by bit",
    "failing program",
}


@pytest.mark.parametrize("fault", sampled([*FAULTS], short=0, long=len(LATER), first=[*(FAULTS.keys() - LATER)]))
def test_a_fault_of_a_kernel_ends_the_run_and_names_notebook_and_cell(home, way, fault):
    cell, reason = FAULTS[fault]
    ended(home, steps(home, HERE, cell, CLOSE), way, reason, cell.splitlines()[0])


def test_an_error_that_its_tag_allows_is_an_error(home, way):
    ended(
        home,
        steps(home, HERE, CLOSE + "\n1 / 0", tags=("raises-exception",)),
        way,
        "ZeroDivisionError",
        "import hashlib",
    )


def test_a_kernel_that_exits_in_the_last_cell_has_not_come_to_its_end(home, way):
    ended(home, steps(home, HERE, CLOSE + "\nos._exit(0)"), way, DEAD, "import hashlib")


def test_a_parameter_that_is_not_there_starts_no_kernel(home, way):
    week = steps(home, HERE, CLOSE, parameters='area = ""\ncut_off = ""\nrun = ""')
    ended(home, week, way, "không có tham số cutoff", "ô tham số")


@pytest.mark.parametrize(
    ("argv", "reason"),
    [
        (None, "NoSuchKernel"),
        (["python", "-c", "import time; time.sleep(1000)"], f"quá {SHORT} giây"),
        pytest.param(["false"], "Kernel died", marks=pytest.mark.long),
    ],
    ids=["none of that name", "one that never answers", "one that ends at once"],
)
def test_a_kernel_that_does_not_start_ends_the_run(home, way, monkeypatch, argv, reason):
    if argv:
        spec = home.parent / "jupyter" / "kernels" / "absent" / "kernel.json"
        spec.parent.mkdir(parents=True)
        spec.write_text(json.dumps({"argv": argv, "display_name": "x", "language": "python"}))
        monkeypatch.setenv("JUPYTER_PATH", str(home.parent / "jupyter"))
    week = steps(home, HERE, CLOSE)
    path = week.notebooks / "2_score.ipynb"
    path.write_text(path.read_text("utf-8").replace('"name": "python3"', '"name": "absent"'), "utf-8")
    ended(home, week, way, reason, "chưa chạy ô nào")


def test_what_a_notebook_has_started_does_not_outlive_it(home, way):
    starts = "import subprocess\nleft = subprocess.Popen(['sleep', '1000'], start_new_session=True)\n"
    starts += "(pathlib.Path(os.environ['ANALYSIS_HOME']).parent / f'process-{left.pid}-{left.pid}').touch()"
    week = dataclasses.replace(steps(home, HERE, starts, CLOSE), way=way)
    assert pipeline.make_week(home, AREA, CUTOFF, steps=week).status == Exit.DONE
    assert len(processes(home)) == {"inprocess": 2, "papermill": 3}[way.engine]
    assert [pid for pid in processes(home) if psutil.pid_exists(pid) and os.getpgid(pid)] == []
