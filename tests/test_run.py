"""A week from raw table to published report, on small notebooks with a real kernel: all of it, or nothing."""

import dataclasses
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pandas as pd
import pytest
from nbformat import v4

from analysis import clean, publish, run, store

AREA, CUTOFF = "cho-moi", "2023-12-04"
PARAMETERS = 'area = ""  # the area\ncutoff = ""\nrun = ""'
# Written without the module, so that the kernel starts faster.
CLOSE = """\
import hashlib, json, os, pathlib
folder = pathlib.Path(os.environ["ANALYSIS_HOME"], "data/processed", area, f".run-{run}")
(folder / "points.csv").write_text("unit_code\\n")
tables = {"points": hashlib.sha256(b"unit_code\\n").hexdigest()}
(folder / "2_score.json").write_text(json.dumps({"run": run, "tables": tables}))"""


@pytest.fixture
def home(tmp_path):
    """A home with a raw table, and beside it a folder for notebooks. Braces in its name are no placeholders."""
    home = tmp_path / "home {1}"
    shutil.copytree(store.PROJECT / "config" / "wording", home / "config" / "wording")
    put(home / "config" / AREA / "area.toml", "x = 1")
    put(home / "data" / "raw" / AREA / f"{CUTOFF}.txt", "raw")
    return home


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def write_notebook(folder: Path, *cells: str, parameters: str = PARAMETERS, tags: tuple[str, ...] = ()) -> None:
    codes = [v4.new_code_cell(code, id=f"cell-{number}") for number, code in enumerate((parameters, *cells))]
    codes[0].metadata.tags, codes[-1].metadata.tags = ["parameters"], list(tags)
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    folder.mkdir(exist_ok=True)
    nbformat.write(
        v4.new_notebook(cells=[v4.new_markdown_cell("# Title", id="t"), *codes], metadata=kernel),
        folder / "2_score.ipynb",
    )


def steps(
    home: Path,
    *cells: str,
    severities: tuple[str, ...] = (),
    stages: tuple[str, ...] = ("2_score",),
    told: list[str] | None = None,
    **about,
) -> run.Steps:
    """The week's steps with one notebook of these cells, a gate that finds these problems, and a one-word report."""
    folder = home.parent / "notebooks {x}"
    write_notebook(folder, *cells, **about)
    found = pd.DataFrame(
        [("", "t.txt", 5, "TỶ LỆ", "G", "7l", "không phải là số") for _ in severities], columns=clean.PROBLEMS
    ).assign(severity=severities)

    def export(home, area, cutoff, run, words):
        put(store.run_reports(area, run) / "report.html", words.lang)

    return run.Steps(
        gate=lambda *_: SimpleNamespace(problems=found, refused="error" in severities),
        notebooks=folder,
        stages=stages,
        export=export,
        tell=(told if told is not None else []).append,
    )


def contents(*folders: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}


def published(home: Path) -> tuple[Path, Path]:
    return home / "data" / "processed" / AREA / CUTOFF, home / "reports" / AREA / CUTOFF


def earlier_week(home: Path) -> dict[str, bytes]:
    """The week as an earlier run published it from the same table. Returns what must stay as it is."""
    tables, reports = published(home)
    put(tables / "points.csv", "earlier")
    put(tables / "raw" / f"{CUTOFF}.txt", "raw")
    put(reports / "report.html", "earlier")
    return contents(tables, reports)


# -- with kernels ----------------------------------------------------------------------------------------------------


def test_a_week_is_published_whole_and_a_second_run_changes_nothing_and_a_third_makes_the_same_bytes(home):
    told = []
    week = steps(home, "print(area, cutoff)", "", CLOSE, told=told)
    outcome = run.week(home, AREA, steps=week)
    tables, reports = published(home)
    assert (outcome.status, outcome.report) == (run.DONE, reports / "report.html")
    assert {path.name for path in tables.iterdir()} == {
        *["points.csv", "2_score.ipynb", "2_score.json", "run.json", "raw"]
    }
    assert contents(reports) == {str(reports / "report.html"): b"vi"}
    assert any("2_score" in line and "giây" in line for line in told)
    assert [path.name for path in tables.parent.iterdir()] == [CUTOFF]

    executed = (tables / "2_score.ipynb").read_text("utf-8")
    assert "cho-moi 2023-12-04" in executed
    record = (tables / "run.json").read_text("utf-8")
    for text in (executed, record):
        assert str(home) not in text and str(home.parent) not in text
    assert "_time" not in executed and "iopub" not in executed and "input_path" not in executed

    before = contents(home)
    again = run.week(home, AREA, CUTOFF, steps=steps(home, "print(area, cutoff)", "", CLOSE))
    assert (again.status, again.report) == (run.DONE, outcome.report)
    assert "Không có gì mới" in again.message
    assert contents(home) == before

    put(reports / "report.html", "damaged")
    assert "Đã làm xong" in run.week(home, AREA, CUTOFF, steps=week).message
    after = contents(home)
    assert [path for path in before if before[path] != after[path]] == [str(tables / "run.json")]


@pytest.mark.parametrize(
    ("cells", "tags", "cell", "reason"),
    [
        pytest.param(
            ("good = 1", "1 / 0", CLOSE), (), "[4] 1 / 0", "ZeroDivisionError: division by zero", id="a cell raises"
        ),
        pytest.param(
            ("import sys\nsys.exit(0)", CLOSE), (), "[3] import sys", "các ô lệnh sau chưa chạy", id="sys.exit(0)"
        ),
        pytest.param(("import os\nos._exit(0)", CLOSE), (), "] import os", "DeadKernelError", id="the kernel dies"),
        pytest.param(("good = 1",), (), "ô lệnh cuối", "2_score.json", id="no token"),
        pytest.param(
            (CLOSE + "; 1 / 0",), ("raises-exception",), "[3] import hashlib", "ZeroDivision", id="an error allowed"
        ),
        pytest.param(
            (CLOSE.replace('"run": run', '"run": "other"'),), (), "ô lệnh cuối", "2_score.json", id="another's token"
        ),
        pytest.param(
            (CLOSE, '(folder / "points.csv").write_text("x")'), (), "ô lệnh cuối", "bị đổi", id="a table changed"
        ),
    ],
)
def test_a_notebook_that_did_not_do_all_it_should_leaves_the_published_week_as_it_was(home, cells, tags, cell, reason):
    before = earlier_week(home)
    outcome = run.week(home, AREA, CUTOFF, steps=steps(home, *cells, tags=tags))
    assert outcome.status == run.FAILED
    assert all(part in outcome.message for part in ("2_score.ipynb", cell, reason))
    assert contents(*published(home)) == before
    (kept,) = (home / "data" / "processed" / AREA / "failed").iterdir()
    assert str(kept.relative_to(home)) in outcome.message
    told = (kept / "reason.txt").read_text("utf-8")
    assert cell in told and "Cách xử lý" in told
    assert (kept / "2_score.ipynb").is_file()
    assert [*home.rglob(".run-*"), *home.rglob(".lock-*")] == []


# -- without ---------------------------------------------------------------------------------------------------------


def test_a_parameter_that_a_notebook_does_not_have_is_an_error(home):
    before = earlier_week(home)
    outcome = run.week(home, AREA, CUTOFF, steps=steps(home, CLOSE, parameters='area = ""\ncut_off = ""\nrun = ""'))
    assert outcome.status == run.FAILED
    assert "không có tham số cutoff; chỉ có area, cut_off, run" in outcome.message
    assert contents(*published(home)) == before


def test_a_failing_export_publishes_nothing(home):
    before = earlier_week(home)
    broken = dataclasses.replace(steps(home, stages=()), export=lambda *_: 1 / 0)
    outcome = run.week(home, AREA, CUTOFF, steps=broken)
    assert (outcome.status, "ZeroDivisionError" in outcome.message) == (run.FAILED, True)
    assert contents(*published(home)) == before


def test_a_refused_table_lists_its_problems_and_writes_nothing(home):
    told, before = [], contents(home)
    outcome = run.week(home, AREA, CUTOFF, steps=steps(home, severities=("warning", "error", "error"), told=told))
    assert outcome.status == run.REFUSED
    assert "bị từ chối" in outcome.message
    assert told[0] == "LỖI (2):"
    assert told[3] == "CẢNH BÁO (1):"
    assert all(part in told[1] for part in ("t.txt", "dòng 5", "cột G", "7l", "không phải là số"))
    assert contents(home) == before
    assert not (home / "data" / "processed" / AREA).exists()


def test_warnings_are_told_and_the_week_is_made(home):
    told = []
    outcome = run.week(home, AREA, CUTOFF, steps=steps(home, severities=("warning",), stages=(), told=told))
    assert outcome.status == run.DONE
    assert told[0] == "CẢNH BÁO (1):"


def test_another_table_for_a_published_week_is_refused(home):
    assert run.week(home, AREA, CUTOFF, steps=steps(home, stages=())).status == run.DONE
    before = contents(*published(home))
    other = put(home.parent / "corrected.txt", "corrected")
    outcome = run.week(home, AREA, CUTOFF, other, steps=steps(home, stages=()))
    assert outcome.status == run.REFUSED
    assert "corrected.txt" in outcome.message
    assert contents(*published(home)) == before


@pytest.mark.parametrize(
    ("change", "again"),
    [
        pytest.param(lambda home: None, False, id="nothing"),
        pytest.param(lambda home: put(home / "config" / "an-giang" / "area.toml", "x = 2"), False, id="another area"),
        pytest.param(lambda home: put(home / "config" / AREA / "units.csv", "x"), True, id="a rule"),
        pytest.param(
            lambda home: put(home.parent / "notebooks {x}" / "templates" / "a.j2", "x"), True, id="a template"
        ),
        pytest.param(
            lambda home: put(home / "data" / "processed" / AREA / "2023-11-27" / "scores.csv", "x"),
            True,
            id="an earlier week",
        ),
        pytest.param(lambda home: (published(home)[1] / "report.html").unlink(), True, id="a product lost"),
        pytest.param(lambda home: put(published(home)[0] / "run.json", "{"), True, id="a broken record"),
    ],
)
def test_a_week_is_made_again_only_where_something_it_follows_from_has_changed(home, change, again):
    put(home / "config" / "an-giang" / "area.toml", "x = 1")
    run.week(home, AREA, CUTOFF, steps=steps(home, stages=()))
    change(home)
    outcome = run.week(home, AREA, CUTOFF, steps=steps(home, stages=()))
    assert outcome.status == run.DONE
    assert ("Đã làm xong" in outcome.message) == again


def test_the_language_and_the_place_in_the_province_are_part_of_what_is_made(home):
    run.week(home, AREA, CUTOFF, steps=steps(home, stages=()))
    assert "Nothing" not in run.week(home, AREA, CUTOFF, lang="en", steps=steps(home, stages=())).message
    run.week(home, AREA, CUTOFF, lang="en", province_rank="7/11", steps=steps(home, stages=()))
    record = json.loads((published(home)[0] / "run.json").read_text("utf-8"))
    assert record["inputs"]["parameters"] == {"lang": "en", "province_rank": "7/11"}


def test_a_week_that_is_being_made_is_not_made_twice(home, monkeypatch):
    monkeypatch.setenv("ANALYSIS_HOME", str(home))
    with publish.locked(AREA, CUTOFF):
        outcome = run.week(home, AREA, CUTOFF, steps=steps(home, stages=()))
    assert outcome.status == run.BUSY
    assert "đang được làm" in outcome.message


def test_without_a_raw_table_there_is_a_sentence(home):
    outcome = run.week(home, AREA, "2023-11-27", steps=steps(home, stages=()))
    assert outcome.status == run.REFUSED
    assert "data/raw/cho-moi/2023-11-27.*; hiện có: –" in outcome.message
