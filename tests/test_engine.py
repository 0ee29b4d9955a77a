"""The engine with forked kernels and papermill's own: the same notebooks, the same outputs, byte for byte."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from district import HOME, words
from nbformat import v4
from papermill.engines import papermill_engines

from analysis import engine, isolated, notebook, store

pytestmark = pytest.mark.skipif(not engine.AVAILABLE, reason="kernels are forked on Linux only")

CELLS = [
    'name = "Kiến An"',
    "import os, sys, warnings, pandas as pd\nprint('một dòng', name)\nprint('lỗi', file=sys.stderr)",
    "pd.DataFrame({'đơn vị': ['A', 'B'], 'điểm': [1.5, None]})",
    "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2], label=name)\nplt.legend()\nplt.show()",
    "plt.figure(figsize=(2, 1)); plt.bar(['a', 'b'], [1, 2])",
    "warnings.warn('hãy chú ý')",
    "%time pass\nget_ipython().__class__.__name__",
    "!echo $PWD | wc -l",
    "from IPython.display import HTML, display\ndisplay(HTML('<b>đậm</b>'))\n{'a': [1, 2]}",
    "import multiprocessing, threading\nos.getcwd().count('/') > 0, threading.active_count() > 1",
    "await __import__('asyncio').sleep(0, 'đợi')",
]


def executed(name: str, source: Path, target: Path) -> Path:
    options = {"home": HOME, "source": source, "target": target, "words": words()}
    notebook.apart(notebook.run, source, target, {}, words(), name, way=notebook.Way(name), **options)
    return target


def outputs(path: Path) -> list:
    cells = nbformat.read(path, as_version=4).cells
    told = [json.dumps(cell.outputs) for cell in cells if cell.cell_type == "code" and "%time" not in cell.source]
    return [json.loads(re.sub(r"[^\" ]*ipykernel_\d+/", "", each)) for each in told]  # papermill leaves the folder in


@pytest.fixture
def source(tmp_path):
    code = [v4.new_code_cell(cell, id=f"cell-{number}") for number, cell in enumerate(CELLS)]
    code[0].metadata.tags = ["parameters"]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(v4.new_notebook(cells=code, metadata=kernel), tmp_path / "source.ipynb")
    return tmp_path / "source.ipynb"


def test_a_notebook_of_many_kinds_of_output_gives_the_same_with_both_engines(source):
    forked, stock = (executed(name, source, source.with_name(f"{name}.ipynb")) for name in ("forked", "papermill"))
    assert outputs(forked) == outputs(stock)
    shown = [output for cell in outputs(forked) for output in cell]
    assert sum("image/png" in output.get("data", {}) for output in shown) == 2
    assert not any(output["output_type"] == "error" for output in shown)


@pytest.mark.parametrize("stage", ["1_clean", "2_score"])
def test_a_stage_of_the_week_gives_the_same_bytes_with_both_engines(tmp_path, stage, monkeypatch):
    monkeypatch.setenv("ANALYSIS_HOME", str(tmp_path))
    (tmp_path / "config").symlink_to(HOME / "config")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "raw").symlink_to(HOME / "data" / "raw")
    source, made = HOME / "notebooks" / f"{stage}.ipynb", {}
    for name in ("forked", "papermill"):
        for number, each in enumerate(["1_clean", stage] if stage != "1_clean" else [stage]):
            target, at = tmp_path / f"{name}{number}.ipynb", HOME / "notebooks" / f"{each}.ipynb"
            options = {"home": tmp_path, "source": at, "target": target, "words": words()}
            notebook.apart(notebook.run, at, target, {}, words(), name, way=notebook.Way(name), **options)
        draft = store.week("cho-moi", "2023-12-04").folder
        made[name] = [target.read_bytes()] + [path.read_bytes() for path in sorted(draft.glob("*.csv"))]
    assert len(made["forked"]) > 3 and made["forked"] == made["papermill"], source


def test_papermill_itself_knows_the_engine(source, tmp_path):
    assert papermill_engines.get_engine("forked") is engine.ForkedEngine
    command = [sys.executable, "-m", "papermill", "--engine", "forked", "--no-progress-bar"]
    shown = {
        name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"
    }  # ipykernel asks for it
    command += [source, tmp_path / "out.ipynb"]
    done = subprocess.run(command, env=shown, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert outputs(tmp_path / "out.ipynb") == outputs(executed("papermill", source, tmp_path / "stock.ipynb"))
    assert "Ctrl-C" not in done.stdout and "WARNING" not in done.stderr


def modules_of_a_kernel(source, target):
    notebook.run(source, target, {}, words(), "forked")
    return nbformat.read(target, as_version=4).cells[1].outputs[0].text


def test_a_forked_kernel_finds_everything_imported_and_is_spoken_to_over_no_port(tmp_path):
    look = "import sys, ipykernel.connect as c\nprint(*(name in sys.modules for name in ('pandas', 'seaborn')), "
    look += "c.get_connection_info(unpack=True)['transport'])"
    code = [v4.new_code_cell("x = 1", metadata={"tags": ["parameters"]}), v4.new_code_cell(look)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(v4.new_notebook(cells=code, metadata=kernel), tmp_path / "source.ipynb")
    said = isolated.call(modules_of_a_kernel, tmp_path / "source.ipynb", tmp_path / "target.ipynb")
    assert said == "True True ipc\n"
