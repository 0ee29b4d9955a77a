"""The contenders and their work: the real week of Chợ Mới with generated earlier weeks, and pages of its 18 units.

All work in a temporary folder: a copy of the project, a home with the earlier weeks published, and for the peers a home
that also has the week's draft. Ours runs in the project's environment, each peer in its own. The products show whether
the work was really done.
"""

import compileall
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import generate
import nbformat

from analysis.weeks import paths, store
from analysis.weeks.home import working_in

PROJECT = Path(__file__).parent.parent
AREA, CUTOFF = generate.AREA, str(generate.CUTOFF)
STAGES = ("1_clean", "2_score", "3_trend")
MISSING = "Chưa có dữ liệu"  # text of the page that replaces a failed one
OLD_PAGES = "57d441c"  # the commit whose pages ours are measured against
# Of a peer that makes one page after the other, every so many-th page is timed, and counts for as many.
SAMPLED = {"papermill": 6, "papermill2": 3, "notebooker": 3}
CHANGED_UNIT = "30634"  # the last of the table: neither the median nor the best of any figure, before or after
BAD_UNIT = "30679"  # in the middle of the list


class NotDone(Exception):
    """The timed command did not do its work, so its time does not count."""


@dataclass(frozen=True)
class Place:
    """The folders. units: code → name as on pages; totals: code → total as on pages."""

    folder: Path
    project: Path
    base: Path
    drafted: Path
    units: dict[str, str]
    totals: dict[str, str]

    @property
    def notebooks(self) -> Path:
        return self.project / "notebooks"

    def new(self, name: str) -> Path:
        """An empty folder."""
        shutil.rmtree(self.folder / name, ignore_errors=True)
        (self.folder / name).mkdir(parents=True)
        return self.folder / name

    def home(self, name: str = "home", of: Path | None = None) -> Path:
        """A new copy of the home ``of``; without it, of the home in which only earlier weeks are published."""
        shutil.rmtree(self.folder / name, ignore_errors=True)
        return Path(shutil.copytree(of or self.base, self.folder / name))


def prepared(folder: Path, history: int) -> Place:
    project, base, drafted = copied(folder / "project"), folder / "base", folder / "drafted"
    shutil.copytree(PROJECT / "config", base / "config")
    (base / "data" / "raw" / AREA).mkdir(parents=True)
    shutil.copy(PROJECT / "data" / "raw" / AREA / f"{CUTOFF}.txt", base / "data" / "raw" / AREA)
    for day in generate.earlier_weeks(base, history):
        publish(base, day)
    shutil.copytree(base, drafted)
    with working_in(drafted):
        for stage in STAGES:
            played(stage, CUTOFF)
        scores = store.open_week(AREA, CUTOFF, home=drafted).read("scores")
    units = scores[scores["unit_code"] != generate.CONTROL]
    names = dict(zip(units["unit_code"], units["unit_name"], strict=True))
    totals = dict(zip(units["unit_code"], units["total"].map("{:.2f}".format).str.replace(".", ","), strict=True))
    return Place(folder, project, base, drafted, names, totals)


def prepared_of(commit: str, place: Place, history: int) -> Place:
    """The same week of the same area as an earlier commit makes it, with the earlier weeks published by that commit."""
    folder = place.new(commit)
    tree = folder / "tree"
    tree.mkdir()
    archive = ["git", "-C", str(PROJECT), "archive", "--output", str(folder / "tree.tar"), commit]
    if (packed := subprocess.run(archive, capture_output=True, text=True)).returncode:
        raise NotDone(packed.stderr)
    shutil.unpack_archive(folder / "tree.tar", tree, filter="data")
    environ = environment(PROJECT, "", folder) | {"PYTHONPATH": f"{tree}{os.pathsep}{tree / 'bench'}"}
    script = f"python -P -c \"import contenders, pathlib; contenders.prepared(pathlib.Path('{folder}'), {history})\""
    seconds(script, (), folder, environ)
    # Names of engines are looked up in what is installed; that of the commit has others for the same.
    about = tomllib.loads((tree / "pyproject.toml").read_text("utf-8"))["project"]
    named = folder / "project" / f"{about['name']}-0.dist-info"
    named.mkdir()
    (named / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {about['name']}\nVersion: 0\n", "utf-8")
    lines = [
        f"[{group}]\n" + "".join(f"{name} = {of}\n" for name, of in its.items())
        for group, its in about["entry-points"].items()
    ]
    (named / "entry_points.txt").write_text("\n".join(lines), "utf-8")
    return replace(place, folder=folder, project=folder / "project", base=folder / "base", drafted=folder / "drafted")


def copied(project: Path) -> Path:
    """A copy of the project, so that the timed code does not change, and cannot write in the project's own folders."""
    for name in ("analysis", "notebooks", "config"):
        shutil.copytree(PROJECT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    compileall.compile_dir(project / "analysis", quiet=1)  # as in any installed copy
    return project


def publish(home: Path, day: str, area: str = AREA) -> None:
    """Write an earlier week's tables as its notebooks would, but without kernels; only the history reads them."""
    with working_in(home):
        for stage in STAGES:
            played(stage, day, area)
        draft = store.open_week(area, day, home=home).folder
        (draft / "raw").mkdir()
        for table in (home / "data" / "raw" / area).glob(f"{day}.*"):
            shutil.copy(table, draft / "raw")
        draft.rename(paths.processed(home, area, day))


def played(stage: str, cutoff: str, area: str = AREA) -> list[tuple[nbformat.NotebookNode, float]]:
    """Run the notebook's cells in this process; each with the seconds that it took, those of text with 0."""
    names, told = {}, []
    for cell in nbformat.read(PROJECT / "notebooks" / f"{stage}.ipynb", as_version=4).cells:
        began = time.perf_counter()
        if cell.cell_type == "code":
            exec(cell.source, names)
            names |= {"area": area, "cutoff": cutoff} if "parameters" in cell.metadata.get("tags", []) else {}
        told.append((cell, time.perf_counter() - began if cell.cell_type == "code" else 0.0))
    return told


# -- running ---------------------------------------------------------------------------------------------------------


def environment(project: Path, peer: str, home: Path) -> dict[str, str]:
    """peer : a folder of bench/ with an environment of its own; "": ours"""
    binaries = PROJECT / ".venv" / "bin" if not peer else PROJECT / "bench" / peer / ".venv" / "bin"
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {
        "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(project),
        "ANALYSIS_HOME": str(home),
        "NOTEBOOK_KERNEL_NAME": "python3",  # of notebooker
        "PLOOMBER_STATS_ENABLED": "false",  # else it uses the network
    }


def seconds(
    script: str, arguments: Iterable[object], folder: Path, environ: dict[str, str], fails: bool = False
) -> float:
    """Wall time of a shell command; NotDone with its last lines where its exit status is not the expected one."""
    with (folder / "said.txt").open("w+", encoding="utf-8") as said:
        began = time.perf_counter()
        command = ["bash", "-c", script, "bash", *map(str, arguments)]
        done = subprocess.run(command, cwd=folder, env=environ, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        took = time.perf_counter() - began
    if bool(done.returncode) != fails:
        last = (folder / "said.txt").read_text("utf-8", errors="replace").strip()[-2000:]
        told_without_folders = re.sub(r"(?<!\w)/[\w./-]*/", "", last)
        raise NotDone(f"exit status {done.returncode}: {told_without_folders}")
    return took


# -- ours ------------------------------------------------------------------------------------------------------------

OURS = f'python -m analysis week {CUTOFF} --area {AREA} "$@"'


def ours(place: Place, home: Path, *options: object, project: Path | None = None, fails: bool = False) -> float:
    folder = place.folder / "ours"
    folder.mkdir(exist_ok=True)
    return seconds(OURS, options, folder, environment(project or place.project, "", home), fails)


def our_week(place: Place) -> float:
    home = place.home()
    took = ours(place, home)
    report = reports(home)
    expect_week(place, report / "report.html")
    if not all((report / name).stat().st_size for name in ("mail.eml", "report.docx", "appendix.xlsx")):
        raise NotDone("an empty product")
    return took


def our_pages(place: Place, jobs: int) -> float:
    """Time the whole week with its pages; the time of the pages is the difference to ``our_week``."""
    home = place.home()
    took = ours(place, home, "--units", "all", "--jobs", jobs)
    expect_week(place, reports(home) / "report.html")
    expect_pages(place, reports(home) / "units")
    return took


def reports(home: Path) -> Path:
    return home / "reports" / AREA / CUTOFF


# -- peers -----------------------------------------------------------------------------------------------------------

PAPERMILL = 'papermill --no-progress-bar "$NOTEBOOKS/5_unit.ipynb" {}.ipynb -p cutoff ' + CUTOFF + " -p unit {}"
SCRIPTS = {
    "week": f"""set -e
        for stage in {" ".join(STAGES)} 4_report; do
            papermill --no-progress-bar "$NOTEBOOKS/$stage.ipynb" $stage.ipynb -p cutoff {CUTOFF}
        done
        jupyter nbconvert --to html 4_report.ipynb""",
    "papermill": f"""failed=0
        for unit in "$@"; do {PAPERMILL.replace("{}", '"$unit"')} || failed=1; done
        jupyter nbconvert --to html *.ipynb && exit $failed""",
    "papermill2": f"""failed=0
        printf '%s\\n' "$@" | xargs -P 2 -I{{}} {PAPERMILL} || failed=1
        ls *.ipynb | xargs -P 2 -n 9 jupyter nbconvert --to html && exit $failed""",
    "ploomber": 'python "$BENCH/ploomber/pages.py" "$NOTEBOOKS" "$PWD" "$@"',
    "notebooker": 'python "$BENCH/notebooker/pages.py" "$NOTEBOOKS" "$PWD" "$@"',
}


def peer(
    place: Place, name: str, folder: Path, *arguments: object, project: Path | None = None, fails: bool = False
) -> float:
    """name : a key of SCRIPTS, without the 2 a folder of bench/"""
    project = project or place.project
    environ = environment(project, name.rstrip("2"), place.drafted)
    environ |= {"NOTEBOOKS": str(project / "notebooks"), "BENCH": str(PROJECT / "bench")}
    return seconds(SCRIPTS[name], arguments, folder, environ, fails)


def their_week(place: Place, binaries: str = "papermill") -> float:
    """binaries : the folder of bench/ in whose environment papermill and nbconvert run; "": ours, which has them too"""
    folder = place.new("their-week")
    shutil.rmtree(place.drafted / "data" / "processed" / AREA / "draft")
    environ = environment(place.project, binaries, place.drafted) | {"NOTEBOOKS": str(place.notebooks)}
    took = seconds(SCRIPTS["week"], (), folder, environ)
    expect_week(place, folder / "4_report.html")
    return took


def their_pages(place: Place, name: str) -> float:
    """Seconds for all pages, by those that are SAMPLED."""
    folder, units = place.new(name), list(place.units)[:: SAMPLED.get(name, 1)]
    took = peer(place, name, folder, *units)
    expect_pages(place, folder, units)
    return took * len(place.units) / len(units)


def floor(place: Place, workers: int, letters: str = "text") -> float:
    """Drawing the same figures alone, with text as text or as ``outlines``."""
    folder = place.new("floor")
    script = f'python "{PROJECT}/bench/figures.py" "{place.notebooks}" {workers} {letters} "$@" > drawn.json'
    seconds(script, place.units, folder, environment(place.project, "", place.drafted))
    drawn = json.loads((folder / "drawn.json").read_text())
    if drawn["charts"] < len(place.units):
        raise NotDone(f"only {drawn['charts']} charts")
    return drawn["seconds"]


# -- whether it was done ---------------------------------------------------------------------------------------------


def expect_week(place: Place, report: Path) -> None:
    """The report names every unit and every total."""
    text = report.read_text("utf-8")
    if lost := [place.units[code] for code in place.units if not named(place, code, text)]:
        raise NotDone(f"{report.name} lacks {', '.join(lost)}")


def expect_pages(place: Place, folder: Path, units: Iterable[str] = ()) -> None:
    """units : those that have pages; none named: all"""
    expected = list(units or place.units)
    good = sum(state(place, folder, code) == "good" for code in expected)
    if good < len(expected):
        raise NotDone(f"{good} of {len(expected)} pages")


def state(place: Place, folder: Path, code: str) -> str:
    """The state of a unit's page: good (has name, total, charts), honest (says that it failed), traceback, nothing, or
    else."""
    path = folder / f"{code}.html"
    if not path.is_file():
        return "nothing"
    text = path.read_text("utf-8")
    if MISSING in text:
        return "honest"
    if "Traceback" in text:
        return "traceback"
    charts = len(re.findall(r"<img\b[^>]*\bsrc=|<svg\b", text))
    return "good" if named(place, code, text) and charts else "else"


def named(place: Place, code: str, text: str) -> bool:
    return place.units[code] in text and place.totals[code] in text


def told(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {what}", file=sys.stderr, flush=True)
