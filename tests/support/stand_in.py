"""A week that stands in for a real one: small notebooks, a gate that accepts, a report of one word."""

import dataclasses
import json
import shutil
import time
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pandas as pd
import pytest
from nbformat import v4

from analysis.gate import clean
from analysis.run import gating, pipeline
from analysis.weeks import atomic, paths, table_files
from analysis.weeks.home import PROJECT
from support.district import words

AREA, CUTOFF = "cho-moi", "2023-12-04"


PROBLEM = "không phải là số"  # of whoever found it: no sentence of ours is said for it


PARAMETERS = 'area = ""  # the area\ncutoff = ""\nrun = ""'


# Written without the module: the notebook is a stranger to it.
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
    shutil.copytree(PROJECT / "config" / "wording", home / "config" / "wording")
    put(home / "config" / AREA / "area.toml", "x = 1")
    put(home / "data" / "raw" / AREA / f"{CUTOFF}.txt", "raw")
    return home


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def write_notebook(
    folder: Path, *cells: str, parameters: str = PARAMETERS, tags: tuple[str, ...] = (), name: str = "2_score"
) -> None:
    codes = [v4.new_code_cell(code, id=f"cell-{number}") for number, code in enumerate((parameters, *cells))]
    codes[0].metadata.tags, codes[-1].metadata.tags = ["parameters"], list(tags)
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    folder.mkdir(exist_ok=True)
    nbformat.write(
        v4.new_notebook(cells=[v4.new_markdown_cell("# Title", id="t"), *codes], metadata=kernel),
        folder / f"{name}.ipynb",
    )


def steps(
    home: Path,
    *cells: str,
    severities: tuple[str, ...] = (),
    stages: tuple[str, ...] = ("2_score",),
    told: list[str] | None = None,
    **about,
) -> pipeline.Pipeline:
    """The week's steps with one notebook of these cells, a gate that finds these problems, and a one-word report."""
    folder = home.parent / "notebooks {x}"
    write_notebook(folder, *cells, **about)
    found = pd.DataFrame(
        [("", "t.txt", 5, "TỶ LỆ", "G", "7l", PROBLEM) for _ in severities], columns=clean.PROBLEMS
    ).assign(severity=severities)

    def export(home, area, cutoff, run, words):
        put(paths.run_reports(home, area, run) / "report.html", words.lang)

    return pipeline.Pipeline(
        gate=lambda *_: accepted(problems=found, refused="error" in severities),
        notebooks=folder,
        stages=stages,
        export=export,
        tell=(told if told is not None else []).append,
        index=lambda *_: None,
    )


def accepted(**about) -> gating.GateSummary:
    """What a gate says of a table of these units, without problems unless told."""
    about = {"problems": pd.DataFrame(columns=clean.PROBLEMS), "refused": False, "units": units_named()} | about
    return gating.summarise(SimpleNamespace(**about), words())


def units_named(*codes: str) -> pd.DataFrame:
    return pd.DataFrame([(code, f"tên {code}", "xã", "commune") for code in codes], columns=clean.UNITS)


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


def record_as_published(home: Path) -> None:
    """Make the record of the week say that its files were published as they are now."""
    tables, reports = published(home)
    made = atomic.hashes([*tables.rglob("*"), *reports.rglob("*")], home)
    made.pop((tables / "run.json").relative_to(home).as_posix(), None)
    atomic.save_json(tables / "run.json", atomic.load_json(tables / "run.json") | {"products": made})


UNIT_PARAMETERS = PARAMETERS + '\nunit = ""\nlang = ""'


# Shows the unit's code and what it sees of a password; broken.json says whose page fails, and how.
UNIT = """\
import json, os, pathlib, signal, time
from IPython.display import HTML
home = pathlib.Path(os.environ["ANALYSIS_HOME"])
(home.parent / f"process-{os.getpid()}").touch()
broken = json.loads((home.parent / "broken.json").read_text()).get(unit, "")
if broken == "raises": 1 / 0
if broken == "killed": os.kill(os.getpid(), signal.SIGKILL)
if broken == "slow": time.sleep(60)
if unit == "../Z": from analysis.weeks import paths
name = unit if unit.isalnum() else paths.unit_file(unit).removeprefix("units/")
folder = home / "data/processed" / area / f".run-{run}" / "units"
if broken != "no token": (folder / f"{name}.json").write_text(json.dumps({"run": run, "tables": {}}))
HTML(f"<h1>{unit} {os.environ.get('ANALYSIS_SMTP_PASSWORD')}</h1>") if broken != "shows nothing" else None"""


CODES = ("A", "B", "C", "../Z")


def paged(
    home: Path, *codes: str, broken: dict[str, str] | None = None, told: list[str] | None = None
) -> pipeline.Pipeline:
    """A week with pages for units of these codes, and no other notebook; the failures of some are no input of it."""
    week = steps(home, stages=("5_unit",), told=told)
    write_notebook(week.notebooks, UNIT, parameters=UNIT_PARAMETERS, tags=("page",), name="5_unit")
    put(home.parent / "broken.json", json.dumps(broken or {}))
    return dataclasses.replace(week, gate=lambda *_: accepted(units=units_named(*codes)))


def headings(home: Path) -> dict[str, str]:
    """What the units' pages are headed, by file name."""
    pages = (published(home)[1] / "units").glob("*")
    return {path.stem: path.read_text("utf-8").split("<h1>")[1].split("</h1>")[0] for path in pages}


def pages_table(home: Path) -> dict[str, list[str]]:
    table = table_files.from_csv("pages", (published(home)[0] / "pages.csv").read_bytes())
    return {each.unit_code: [each.unit_name, each.status, each.reason] for each in table.itertuples()}


def processes(home: Path) -> set[int]:
    """Those that ran units' pages, and what test_kernels adds."""
    return {int(number) for path in home.parent.glob("process-*") for number in path.name.split("-")[1:]}


def gone(pids: set[int], seconds: float = 10) -> bool:
    """Whether all of them end within so many seconds."""
    until = time.monotonic() + seconds
    while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.monotonic() < until:
        time.sleep(0.1)
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


# The stand-in area has no rules, so the page that says a page is missing names no index.
MISSING = "Bộ chỉ số\u00a0– Xã tên {}\u00a0– Tuần 1 tháng 12 năm 2023"


INTERRUPTED = "import sys; from pathlib import Path; from support.stand_in import AREA, CUTOFF, paged, pipeline; " + (
    "home = Path(sys.argv[1]); week = paged(home, 'A', 'B', 'C', broken=dict.fromkeys('ABC', 'slow')); "
    "pipeline.make_week(home, AREA, CUTOFF, units='all', jobs=int(sys.argv[2]), steps=week)"
)


def echo(home, area, cutoff, name, words):
    """A report and a table that say what the raw table says, and a table that says the remarks."""
    folder = paths.run_folder(home, area, name)
    (raw,), remarks = paths.held_raw(folder)
    for path in (folder / "scores.csv", paths.run_reports(home, area, name) / "report.html"):
        atomic.save(path, raw.read_text())
    for remark in remarks:
        atomic.save(folder / "remarks.csv", remark.read_text())


def week_of(home: Path, text: str, reissue: bool = False) -> pipeline.Outcome:
    """The week made from a table that says ``text``, without notebooks."""
    quick = pipeline.Pipeline(
        lambda *_: accepted(), home.parent / "no notebooks", (), echo, lambda line: None, index=lambda *_: None
    )
    return pipeline.make_week(
        home, AREA, CUTOFF, [put(home.parent / f"{text}.txt", text)], reissue=reissue, steps=quick
    )


def inside(folder: Path) -> dict[str, bytes]:
    """What a folder holds, by its path in it; run.json of the current revision tells the time, and is left out."""
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: data for name, data in found.items() if name != "run.json"}


def state(home: Path) -> list[dict[str, bytes]]:
    return [inside(folder) for folder in published(home)]
