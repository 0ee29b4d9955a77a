"""The engine whose kernel is the process itself, and papermill's own: the same notebooks, the same outputs."""

import errno
import json
import os
import re
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import v4
from papermill.engines import papermill_engines
from support.district import HOME, words
from support.faults import needs_fork, needs_linux
from support.homes import papermill_called
from support.sampled import sampled

from analysis.run import notebook, preload, stages
from analysis.run.processes import engine as inprocess
from analysis.weeks import store

STAGES = stages.STAGES if os.environ.get("FAULTS") == "all" else stages.STAGES[:1]
CELLS = [
    'name = "Kiến An"',
    "import os, sys, warnings, pandas as pd\nprint('một dòng', name)\nprint('lỗi', file=sys.stderr)",
    "pd.DataFrame({'đơn vị': ['A', 'B'], 'điểm': [1.5, None]})",
    "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2], label=name)\nplt.legend()\nplt.show()",
    "plt.figure(figsize=(2, 1)); plt.bar(['a', 'b'], [1, 2])",
    "warnings.warn('hãy chú ý')",
    "%time pass",
    "!echo $PWD | wc -l",
    "from IPython.display import HTML, display\ndisplay(HTML('<b>đậm</b>'))\n{'a': [1, 2]}",
    "import multiprocessing, threading\nos.getcwd().count('/') > 0, threading.active_count() > 1",
    "await __import__('asyncio').sleep(0, 'đợi')",
    "os.system('echo ra')\n__import__('time').sleep(0.3)",
]


def notebook_of(folder: Path, *cells: str) -> Path:
    code = [v4.new_code_cell(cell, id=f"cell-{number}") for number, cell in enumerate(cells)]
    code[0].metadata.tags = ["parameters"]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(v4.new_notebook(cells=code, metadata=kernel), path := folder / "source.ipynb")
    return path


def executed(name: str, source: Path, target: Path, at: Path = HOME) -> Path:
    about = {"source": source, "target": target, "words": words(), "of": preload.PAGES}
    notebook.run_isolated(
        at, notebook.run, at, source, target, {}, words(), way := notebook.EngineOptions(name), way=way, **about
    )
    return target


def outputs(path: Path) -> list:
    cells = nbformat.read(path, as_version=4).cells
    told = [json.dumps(cell.outputs) for cell in cells if cell.cell_type == "code" and "%time" not in cell.source]
    # papermill leaves the folder in; a picture, in which none stands, takes seconds to look through
    return [json.loads(re.sub(r"[^\" ]*ipykernel_\d+/", "", each) if "ipykernel_" in each else each) for each in told]


@needs_fork
@pytest.mark.long
def test_a_notebook_of_many_kinds_of_output_gives_the_same_with_every_engine_by_papermill_and_by_us(tmp_path):
    assert papermill_engines.get_engine("inprocess") is inprocess.InProcessEngine
    source = notebook_of(tmp_path, *CELLS)
    stock = outputs(executed("papermill", source, tmp_path / "its own.ipynb"))
    done = papermill_called([["--engine", "inprocess", "--no-progress-bar", source, tmp_path / "called.ipynb"]])
    assert done.returncode == 0, done.stderr
    assert "Ctrl-C" not in done.stdout and "WARNING" not in done.stderr
    assert outputs(tmp_path / "called.ipynb") == stock
    assert outputs(executed("inprocess", source, tmp_path / "by us.ipynb")) == stock
    shown = [output for cell in stock for output in cell]
    assert sum("image/png" in output.get("data", {}) for output in shown) == 2
    assert not any(output["output_type"] == "error" for output in shown)


@pytest.mark.long
def test_stages_of_the_week_give_the_same_bytes_with_every_engine(tmp_path):
    (tmp_path / "config").symlink_to(HOME / "config")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "raw").symlink_to(HOME / "data" / "raw")
    folder, made = store.open_week("cho-moi", "2023-12-04", home=tmp_path).folder, {}
    folder.mkdir(parents=True)
    for name in notebook.ENGINES:
        for stage in STAGES:
            source = HOME / "notebooks" / f"{stage}.ipynb"
            executed(name, source, folder / source.name, at=tmp_path)
        made[name] = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in (".csv", ".ipynb")}
    assert {f"{stage}.ipynb" for stage in STAGES} < set(made["papermill"]) and "measurements.csv" in made["papermill"]
    assert made["inprocess"] == made["papermill"]


DRAWINGS = [
    'x = ""',
    "import pandas as pd\nfrom analysis.config import wording\nfrom analysis.report.charts import points, sheet\n"
    "from analysis.weeks.home import PROJECT\nparts = pd.DataFrame({'part': ['A'], 'points': [1.0], 'max_points': [2.0]})\n"
    "chart = points.draw_lost_points(parts, wording.load(PROJECT, 'vi'))",
    "print(1)\ndisplay(chart, sheet.Picture(chart))\nprint(2)",
    "chart",
]
FAILS = "def svg():\n    raise ValueError('không vẽ được')\nobject.__setattr__(chart, 'svg', svg)\nchart"


@pytest.mark.long
def test_charts_and_pictures_are_the_same_with_every_engine(tmp_path):
    source = notebook_of(tmp_path, *DRAWINGS)
    made = {name: outputs(executed(name, source, tmp_path / f"{name}.ipynb")) for name in notebook.ENGINES}
    assert made["inprocess"] == made["papermill"]
    kinds = [[*output.get("data", {"text": ""})] for cell in made["inprocess"] for output in cell]
    svg, png = ["image/svg+xml", "text/plain"], ["image/png", "text/plain"]
    assert kinds == [["text"], svg, png, ["text"], svg]


@pytest.mark.parametrize("engine", sampled(notebook.ENGINES, short=1, long=1))
def test_a_chart_that_cannot_be_drawn_fails_its_notebook(tmp_path, engine):
    with pytest.raises(notebook.NotebookFailed, match="không vẽ được"):
        executed(engine, notebook_of(tmp_path, *DRAWINGS[:2], FAILS), tmp_path / "target.ipynb")


FULL = "import resource\nfiles = resource.RLIMIT_FSIZE\nresource.setrlimit(files, (10, resource.getrlimit(files)[1]))"


@needs_linux
def test_where_a_notebook_cannot_be_written_its_file_is_named(tmp_path):
    with pytest.raises(notebook.NotebookFailed, match="target") as failed:
        executed("inprocess", notebook_of(tmp_path, 'x = ""', FULL), tmp_path / "target.ipynb")
    assert os.strerror(errno.EFBIG) in str(failed.value)


TRANSPORT = """\
import ipykernel.connect
print(ipykernel.connect.get_connection_info(unpack=True)["transport"])"""


@needs_linux
@pytest.mark.parametrize(
    ("engine", "kernel"),
    [pytest.param("papermill", "python3", marks=pytest.mark.long), ("inprocess", "another")],
)
def test_a_kernel_that_is_started_is_spoken_to_over_no_port(tmp_path, monkeypatch, engine, kernel):
    spec = tmp_path / "jupyter" / "kernels" / "another" / "kernel.json"
    spec.parent.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec.write_text(json.dumps({"argv": argv, "display_name": "x", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    code = [v4.new_code_cell("x = 1", metadata={"tags": ["parameters"]}), v4.new_code_cell(TRANSPORT)]
    about = {"kernelspec": {"name": kernel, "display_name": "x", "language": "python"}}
    nbformat.write(v4.new_notebook(cells=code, metadata=about), tmp_path / "source.ipynb")
    (said,) = outputs(executed(engine, tmp_path / "source.ipynb", tmp_path / "target.ipynb"))[1]
    assert said["text"] == "ipc\n"


OVER_PORTS = """\
import json, os, psutil, stat, ipykernel.connect
about = ipykernel.connect.get_connection_info(unpack=True)
file = ipykernel.connect.get_connection_file()
bound = psutil.Process().net_connections("inet")
print(json.dumps([about["transport"], about["ip"], len(about["key"]), about["signature_scheme"],
    stat.S_IMODE(os.stat(file).st_mode), os.stat(os.path.dirname(file)).st_mode & 0o777,
    sorted({each.laddr.ip for each in bound}), any(each.status == "LISTEN" for each in bound)]))"""


def test_where_no_sockets_are_files_a_kernel_listens_to_this_machine_alone_and_by_a_key(tmp_path, monkeypatch):
    monkeypatch.setattr(inprocess, "OVER_FILES", False)
    code = [v4.new_code_cell("x = 1", metadata={"tags": ["parameters"]}), v4.new_code_cell(OVER_PORTS)]
    about = {"kernelspec": {"name": "python3", "display_name": "x", "language": "python"}}
    nbformat.write(v4.new_notebook(cells=code, metadata=about), source := tmp_path / "source.ipynb")
    notebook.run(HOME, source, target := tmp_path / "target.ipynb", {}, words(), notebook.EngineOptions("papermill"))
    (said,) = outputs(target)[1]
    transport, ip, key, scheme, *rest = json.loads(said["text"])
    assert (transport, ip, scheme) == ("tcp", "127.0.0.1", "hmac-sha256") and key >= 32
    assert rest == [0o600, 0o700, ["127.0.0.1"], True]


def test_the_cells_of_a_run_come_into_nobodys_history(tmp_path, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    code = [v4.new_code_cell("x = 1", metadata={"tags": ["parameters"]}), v4.new_code_cell("secret = 'canary'")]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(v4.new_notebook(cells=code, metadata=kernel), tmp_path / "source.ipynb")
    executed("inprocess", tmp_path / "source.ipynb", tmp_path / "target.ipynb")
    assert [
        path for path in (tmp_path / "ipython").rglob("*") if path.is_file() and b"canary" in path.read_bytes()
    ] == []


FROM_ELSEWHERE = """\
import multiprocessing, os, subprocess, sys
print("trong ô")
print("lỗi trong ô", file=sys.stderr)
child = multiprocessing.get_context("fork").Process(target=print, args=["từ bản sao"])
child.start(); child.join()
subprocess.run(["sh", "-c", "echo từ lệnh; echo lỗi của lệnh >&2"], check=True)
print("xong")
"x" if os.environ["TERM"] == "xterm-color" and "MPLBACKEND" in os.environ else os.environ"""


@needs_fork
def test_what_a_cell_forks_or_starts_is_shown_with_what_it_prints_and_in_the_environment_of_a_kernel(tmp_path):
    code = [v4.new_code_cell("x = 1", metadata={"tags": ["parameters"]}), v4.new_code_cell(FROM_ELSEWHERE)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(v4.new_notebook(cells=code, metadata=kernel), tmp_path / "source.ipynb")
    *told, last = outputs(executed("inprocess", tmp_path / "source.ipynb", tmp_path / "target.ipynb"))[1]
    out, err = ("".join(each["text"] for each in told if each["name"] == name) for name in ("stdout", "stderr"))
    assert sorted(out.splitlines()) == sorted(["trong ô", "từ bản sao", "từ lệnh", "xong"])
    assert sorted(err.splitlines()) == sorted(["lỗi trong ô", "lỗi của lệnh"])
    assert last["data"]["text/plain"] == "'x'"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["source.ipynb", "target.ipynb"]


def test_of_a_notebook_that_is_killed_is_kept_what_had_run_and_no_journal(tmp_path):
    cells = ["x = 1", "print('trước')", "import os\nos._exit(1)", "print('sau')"]
    code = [v4.new_code_cell(cell) for cell in cells]
    code[0].metadata.tags = ["parameters"]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(v4.new_notebook(cells=code, metadata=kernel), tmp_path / "source.ipynb")
    with pytest.raises(notebook.NotebookFailed, match=r"ô lệnh \[ \] import os"):
        executed("inprocess", tmp_path / "source.ipynb", target := tmp_path / "target.ipynb")
    kept = nbformat.read(target, as_version=4)
    nbformat.validate(kept)
    assert [[each.text for each in cell.outputs] for cell in kept.cells] == [[], ["trước\n"], [], []]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["source.ipynb", "target.ipynb"]


def test_a_notebook_that_is_killed_leaves_nothing_among_the_temporary_files(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    die = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
    code = [v4.new_code_cell("x = 1", metadata={"tags": ["parameters"]}), v4.new_code_cell(die)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(v4.new_notebook(cells=code, metadata=kernel), tmp_path / "source.ipynb")
    with pytest.raises(notebook.NotebookFailed):
        executed("inprocess", tmp_path / "source.ipynb", tmp_path / "target.ipynb")
    assert list((tmp_path / "temporary").iterdir()) == []
