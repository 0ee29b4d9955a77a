"""The units' pages one by one: their files, the page in place of a failed one, and what each needs to be made."""

import itertools
import pickle
import re
import time
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbformat import v4
from support.district import HOME, edition, say, words
from support.sampled import sampled

from analysis.config.units import Unit
from analysis.method import revisions
from analysis.report import unitpage
from analysis.run import editions, notebook, unit_pages
from analysis.run.processes import isolated
from analysis.weeks import paths, publish, store, table_files

AREA, CUTOFF, RUN = "cho-moi", "2023-12-04", "2023-12-04-0123456789ab"
UNITS = [Unit("A", "Tấn Mỹ", "xã"), Unit("B", "Kiến An", "xã"), Unit("C", "Hòa An", "xã")]
PLAIN_NAME = re.compile(r"units/[A-Za-z0-9~][A-Za-z0-9.-]*")


@pytest.fixture
def home(tmp_path):
    """A home with the configuration, and the private folders of a run."""
    (tmp_path / "config").symlink_to(HOME / "config")
    publish.begin(tmp_path, AREA, CUTOFF, RUN, [])
    return tmp_path


def task(home: Path, unit: str, *cells: str) -> unit_pages.Task:
    """The page of one unit, by a notebook whose last cell is shown."""
    parameters = "\n".join(f'{name} = ""' for name in ("area", "cutoff", "run", "unit", "lang"))
    code = [v4.new_code_cell(cell) for cell in (parameters, *cells)]
    code[0].metadata.tags, code[-1].metadata.tags = ["parameters"], ["page"]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    (home / f"notebooks-{unit}").mkdir()
    nbformat.write(v4.new_notebook(cells=code, metadata=kernel), home / f"notebooks-{unit}" / "5_unit.ipynb")
    return unit_pages.Task(home, AREA, CUTOFF, RUN, unit, f"Xã {unit}", "vi", home / f"notebooks-{unit}")


# -- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["30634", "H21.114", "H21.114.5-a", "a" * 64])
def test_the_files_of_a_unit_are_named_by_its_code(code):
    assert paths.unit_file(code) == f"units/{code}"
    assert PLAIN_NAME.fullmatch(paths.unit_file(code))


@pytest.mark.parametrize(
    "code",
    ["..", ".", "", "../x", "../../report", "/etc/passwd", "a/b", "a\\b", "C:x", "a\0b", "a\nb", "a b", "a%2fb", "xã",
     ".hidden", "~x", "-rf", "a" * 65, "a?b#c", "<script>", "'\"",
     "CON", "con", "aux", "Nul", "com1", "LPT9", "prn.1", "COM1.txt", "H21.", "h21.114"],
)  # fmt: skip
def test_a_code_that_is_no_plain_name_is_told_by_its_fingerprint_and_stays_in_the_folder(code):
    name = paths.unit_file(code)
    assert PLAIN_NAME.fullmatch(name) and name.startswith("units/~")
    assert name != paths.unit_file(code + "x")


# -- the table -------------------------------------------------------------------------------------------------------


def test_the_table_tells_of_each_page_asked_for_in_the_order_of_the_units_whether_it_was_made():
    made = [
        unit_pages.PageResult("C", "5_unit.ipynb, ô lệnh [3] x: ValueError: y", "Traceback"),
        unit_pages.PageResult("A"),
    ]
    assert table_files.checked("pages", unit_pages.table(UNITS, made)).values.tolist() == [
        ["A", "Tấn Mỹ", "made", ""],
        ["C", "Hòa An", "failed", "5_unit.ipynb, ô lệnh [3] x: ValueError: y"],
    ]


def test_no_pages_are_a_table_without_rows_written_or_not(home):
    week = store.open_week(AREA, CUTOFF, RUN, home=home)
    assert list(week.read("pages").columns) == ["unit_code", "unit_name", "status", "reason"]
    week.write("pages", unit_pages.table(UNITS, []))
    assert len(week.read("pages")) == 0 and (week.folder / "pages.csv").is_file()


def test_a_notebook_run_by_hand_sees_the_published_pages(home):
    store.write_table(
        paths.processed(home, AREA, CUTOFF), "pages", unit_pages.table(UNITS, [unit_pages.PageResult("B")])
    )
    assert store.open_week(AREA, CUTOFF, home=home).read("pages")["unit_code"].tolist() == ["B"]


# -- the page in place of a failed one -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lang", "width"), sampled([*itertools.product(["vi", "en"], [320, 1280])], short=1, long=3, first=[("vi", 320)])
)
def test_the_page_of_a_failed_one_says_so_leads_to_the_report_and_blames_nobody(browse, lang, width):
    html = unit_pages.missing(words(lang), "Xã <Kiến An> & Tấn Mỹ")
    ask = """[document.documentElement.lang, document.title, document.querySelector('h1').textContent,
              document.querySelector('h2').textContent, document.querySelector('main a').getAttribute('href'),
              document.documentElement.scrollWidth <= innerWidth, document.body.innerText]"""
    seen = browse(html, ask, width=width)
    assert (seen.requests, seen.errors) == ([], [])
    *about, text = seen.answer
    heading = say("unit_page.missing_heading", lang)
    assert about == [lang, *["Xã <Kiến An> & Tấn Mỹ"] * 2, heading, "../report.html", True]
    assert not re.search(r"ipynb|Error|Traceback|/[a-z]+/", text)


@pytest.mark.parametrize(
    "corrected",
    [pytest.param("", marks=pytest.mark.long), "30634", "30637"],
    ids=["first issue", "its own figures", "another's"],
)
def test_the_title_of_a_page_is_its_heading_marked_where_its_own_figures_are_corrected_page_or_none(home, corrected):
    row = [corrected, "", "SH", "value", 25.4, 26.4]
    corrections = pd.DataFrame([row] if corrected else [], columns=revisions.COLUMNS)
    store.open_week(AREA, CUTOFF, RUN, home=home).write("corrections", corrections)
    made = unit_pages.make_all(
        [unit_pages.Task(home, AREA, CUTOFF, RUN, "30634", "Xã Kiến An", "vi", home / "none")], 1, words()
    )
    html = (paths.run_reports(home, AREA, RUN) / "units" / "30634.html").read_text("utf-8")
    title = unitpage.title(edition(origin={"revision": "2"}, corrections=corrections), "30634")
    assert made[0].reason and title.startswith(say("piece.corrected_title", text="")) == (corrected == "30634")
    assert re.findall("<(?:title|h1)>(.*?)</", html) == [
        title,
        title.replace(" –", "\u00a0–"),
    ]  # no line begins with a dash


# -- making ----------------------------------------------------------------------------------------------------------


def test_a_task_is_plain_values_that_can_be_sent_to_another_process(home):
    sent = task(home, "A")
    assert pickle.loads(pickle.dumps(sent)) == sent
    values = [*vars(sent).values(), *vars(sent.way).values()]
    assert {type(value) for value in values} <= {str, int, bool, type(home), notebook.EngineOptions}


def test_the_reason_of_a_failure_names_no_folder_of_this_machine(home):
    made = unit_pages.make(unit_pages.Task(home, AREA, CUTOFF, RUN, "A", "Xã A", "vi", home / "none"))
    assert "FileNotFoundError" in made.reason and "'none/5_unit.ipynb'" in made.reason
    assert str(home) in made.details and made.details.startswith("Traceback")


TOKEN = """\
import json, os, pathlib, signal, time
folder = pathlib.Path(os.environ["ANALYSIS_HOME"], "data/processed", area, f".run-{run}", "units")
(folder / f"{unit}.json").write_text(json.dumps({"run": run, "tables": {}}))"""
SHOW = "from IPython.display import HTML\nHTML(f'<h1>{unit}</h1>')"
# B ends the process that makes its page, as a machine without memory would, while C's is being made.
KERNEL = '(folder / f"{unit}.kernel").write_text(str(os.getpid()))'
KILL = """\
while not (folder / "C.kernel").exists(): time.sleep(0.1)
os.kill(os.getpid(), signal.SIGKILL)"""


@pytest.mark.long  # in test_pipeline a page is killed too
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="no /proc to see processes in")
def test_where_the_process_that_makes_a_page_is_killed_that_page_has_failed_and_the_others_are_made(home):
    cells = {"A": (), "B": (KERNEL, KILL, "time.sleep(60)"), "C": (KERNEL, "time.sleep(0.3)")}
    made = unit_pages.make_all([task(home, unit, TOKEN, *its, SHOW) for unit, its in cells.items()], 2, words())
    assert [each.unit for each in made if not each.reason] == ["A", "C"]
    assert made[1].reason.startswith("5_unit.ipynb, ô lệnh") and say("run.died", status=-9) in made[1].reason
    made_pages = {
        path.stem: path.read_text("utf-8") for path in (paths.run_reports(home, AREA, RUN) / "units").iterdir()
    }
    assert all(f"<h1>{unit}</h1>" in made_pages[unit] for unit in "AC")
    assert say("unit_page.missing_heading") in made_pages["B"]
    kernels = [Path("/proc", path.read_text()) for path in paths.run_folder(home, AREA, RUN).glob("units/*.kernel")]
    until = time.monotonic() + 10
    while any(path.exists() for path in kernels) and time.monotonic() < until:
        time.sleep(0.1)
    assert [path.exists() for path in kernels] == [False, False]


def test_pages_are_made_in_processes_that_found_the_weeks_tables_and_rules_read(real_home):
    home = real_home
    of_run = (home, AREA, CUTOFF, "", "vi")
    try:
        held = isolated.call(read_again, home, of=editions.fork_server(*of_run))
    finally:
        editions.forget()
    assert held == ((1, 1), 1, True)


def read_again(home):
    """As 5_unit does: how often the tables were read from files, how often remembered; how often the rules were read;
    and whether it is known already which units are there."""
    from analysis.config import rules
    from analysis.report import unitpage

    week = store.open_week(AREA, CUTOFF, "", home=home)
    edition = unitpage.edition(week, week.rules(), week.words("vi"))
    return unitpage._edition.cache_info()[1::-1], rules._in_force.cache_info().misses, "units" in vars(edition)
