"""The real week through the real notebooks: what comes out, what a bad table leaves untouched, and each one alone."""

import email
import email.policy
import shutil
import subprocess
import sys

import lxml.html
import nbformat
import pandas as pd
import pytest
from support import played
from support.district import GOLDEN, HOME, RAW, changed, say
from support.homes import UNITS, papermill_called
from support.sampled import sampled

from analysis.cli import main
from analysis.report import unitpage
from analysis.weeks import store, table_files

PUBLISHED = ("data/processed/cho-moi/2023-12-04", "reports/cho-moi/2023-12-04")


def home_with(folder, *names):
    for name in names:
        shutil.copytree(HOME / name, folder / name)
    (folder / "data" / "raw" / "cho-moi").mkdir(parents=True)
    shutil.copy(RAW, folder / "data" / "raw" / "cho-moi" / RAW.name)
    return folder


def state(home):
    return {
        str(path.relative_to(home)): path.read_bytes()
        for folder in PUBLISHED
        for path in sorted((home / folder).rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory, real_home):
    """A home in which the week of 4 December 2023 has been published, with the pages of UNITS."""
    return shutil.copytree(real_home, tmp_path_factory.mktemp("published") / "home")


@pytest.fixture(scope="module")
def page(home):
    return (home / PUBLISHED[1] / "report.html").read_text("utf-8")


def test_the_week_leaves_its_tables_its_notebooks_and_its_report_and_nothing_else(home):
    assert sorted(path.name for path in (home / PUBLISHED[1]).iterdir()) == [
        *("appendix.xlsx", "index.html", "mail.eml", "report.docx", "report.html", "units")
    ]
    assert sorted(path.name for path in (home / PUBLISHED[1] / "units").iterdir()) == [f"{unit}.html" for unit in UNITS]
    assert {path.name for path in (home / PUBLISHED[0]).glob("*.ipynb")} == {
        *("1_clean.ipynb", "2_score.ipynb", "3_trend.ipynb", "4_report.ipynb")
    }
    assert sorted(path.name for path in (home / "data" / "processed" / "cho-moi").iterdir() if path.is_dir()) == [
        "2023-12-04"
    ]


def test_the_scores_written_are_the_office_totals_and_our_findings_its_own(home):
    scores = pd.read_csv(home / PUBLISHED[0] / "scores.csv", index_col="unit_code")
    golden = pd.read_csv(GOLDEN / "cho-moi-2023-12-04.csv", index_col="unit_code")
    assert scores["total"].to_dict() == golden["TOTAL"].to_dict()
    findings = pd.read_csv(home / PUBLISHED[0] / "findings.csv", dtype={"unit_code": str})
    assert findings.query("finding == 'band'")["unit_code"].tolist() == ["30634"]
    assert findings.query("finding == 'fell'")["unit_code"].tolist() == ["30637"]


def test_what_is_made_beside_the_reports_notebook_tells_the_findings_that_the_notebook_writes(home):
    week = store.Week(home, "cho-moi", "2023-12-04", folder := home / PUBLISHED[0])
    found = unitpage.keep_edition(week, week.rules(), week.words("vi")).tables["findings"]
    assert table_files.to_csv("findings", found).encode() == (folder / "findings.csv").read_bytes()


def test_the_page_shows_no_code_no_script_and_asks_for_nothing_from_outside(page):
    assert '<html lang="vi">' in page
    assert "<script" not in page and "week.read" not in page
    links = {"src", "href", "srcset", "action", "data", "poster", "background"}
    attributes = [each for element in lxml.html.fromstring(page).iter() for each in element.items()]
    told = [value for name, value in attributes if name in links and not value.startswith(("data:", "#"))]
    beside = ["../index.html", "../index.html#2023-12-04", "appendix.xlsx", "report.docx"]
    assert sorted({*told}) == beside + [f"units/{unit}.html" for unit in UNITS]  # what lies beside it, and nothing else
    assert "Content-Security-Policy" in page
    assert len(page.encode()) <= 1_000_000


SHOWN = """({
    text: document.body.innerText,
    pictures: [...document.querySelectorAll('figure svg')].map(each => each.getAttribute('aria-label').length),
    width: document.documentElement.scrollWidth,
})"""


@pytest.mark.parametrize("width", [320, pytest.param(1280, marks=pytest.mark.long)])
def test_the_page_opens_in_a_browser_with_the_network_refused(page, browse, width):
    seen = browse(page, SHOWN, width=width)
    assert seen.requests == [] and seen.errors == []
    text = seen.answer["text"]
    assert (
        text.index("57,45")
        < text.rindex(say("page.requests"))
        < text.rindex(say("page.ranking"))
        < text.rindex(say("page.moved"))
        < text.rindex(say("page.outlook"))
        < text.index(say("piece.appendix_heading"))
        < text.rindex(say("page.letter"))
    )
    assert "57,45/100 điểm" in text and "7/11" in text
    assert len(seen.answer["pictures"]) == 2 and min(seen.answer["pictures"]) >= 40
    assert seen.answer["width"] <= width


def test_the_mail_says_the_same_with_pictures_inside_and_text_first(home):
    message = email.message_from_bytes((home / PUBLISHED[1] / "mail.eml").read_bytes(), policy=email.policy.default)
    news = "57,45; Kiến An Yếu; Mỹ Hội Đông −5,78"
    assert message["Subject"] == say("piece.mail_subject", area="Chợ Mới", day="04/12", news=news)
    text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "Kiến An (49,18)" in " ".join(text.split()) and "Kiến An (49,18)" in html
    assert html.count("cid:") == sum(part.get_content_type() == "image/png" for part in message.walk()) == 1


def test_nothing_published_names_this_machine(home, real_home):
    for name, data in state(home).items():
        assert str(real_home).encode() not in data and str(HOME).encode() not in data, name


def called(home, *arguments):
    """The status that the command line answers with, in this process."""
    return main([*map(str, arguments), "--home", str(home)])


def test_a_second_run_of_the_same_table_changes_nothing(home, capsys):
    before = state(home)
    assert called(home, "week", "2023-12-04") == 0 and "1_clean" not in capsys.readouterr().err
    assert state(home) == before


@pytest.mark.parametrize(
    ("row", "letter", "text"),
    sampled([(6, "G", "7l.2"), (6, "G", "101"), (24, "B", "KIẾN ÂN"), (6, "D", "KHÁ")], 1, long=3),
)
def test_a_bad_table_is_refused_with_place_and_value_and_the_published_week_stays(
    home, tmp_path, capsys, row, letter, text
):
    before = state(home)
    assert called(home, "week", "2023-12-04", "--raw", changed(tmp_path, row, letter, text)) == 2
    said = capsys.readouterr().err
    assert "table.txt" in said and f"dòng {row}" in said
    assert f"cột {letter}" in said and text in said
    assert state(home) == before


def test_a_run_with_nothing_to_do_imports_nothing_that_takes_long(home):
    call = "import sys; from analysis.cli import main; assert main(sys.argv[1:]) == 0; print(*sys.modules)"
    command = [sys.executable, "-c", call, "week", "2023-12-04", "--home", home]
    said = subprocess.run(command, capture_output=True, text=True, cwd=home).stdout
    assert "Không có gì mới" in said
    assert {"numpy", "pandas", "pandera", "IPython", "matplotlib", "nbformat", "jinja2"} & set(said.split()) == set()


def test_another_table_for_a_published_week_is_refused(home, tmp_path):
    before = state(home)
    assert called(home, "week", "2023-12-04", "--raw", changed(tmp_path, 6, "G", "72.7")) == 2
    assert state(home) == before


@pytest.mark.long
def test_a_corrected_table_is_issued_again_with_what_it_corrects_and_the_first_issue_stays(home, corrected_home):
    again = corrected_home
    for folder in PUBLISHED:
        kept = again / folder / "r1"
        assert {str(path.relative_to(kept)): path.read_bytes() for path in kept.rglob("*") if path.is_file()} == {
            name.removeprefix(f"{folder}/"): data for name, data in state(home).items() if name.startswith(folder)
        }
    corrections = pd.read_csv(again / PUBLISHED[0] / "corrections.csv", dtype={"unit_code": str})
    assert corrections.values.tolist() == [["30628", "Chợ Mới", "CKMB", "value", 72.6, 72.7]]
    mails = [(path / PUBLISHED[1] / "mail.eml").read_bytes() for path in (home, again)]
    first, second = (email.message_from_bytes(mail, policy=email.policy.default)["Message-ID"] for mail in mails)
    assert first != second


@pytest.mark.long
def test_in_english_the_report_says_the_same_and_its_run_leaves_nothing_where_it_was_started(tmp_path):
    home = home_with(tmp_path / "another home", "config")
    (tmp_path / "cwd").mkdir()
    command = [sys.executable, "-m", "analysis", "week", "2023-12-04", "--lang", "en", "--home", home]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path / "cwd", timeout=300)
    assert done.returncode == 0, done.stderr
    assert str(home / "reports" / "cho-moi" / "2023-12-04" / "report.html") in done.stdout
    assert list((tmp_path / "cwd").iterdir()) == []
    page = (home / PUBLISHED[1] / "report.html").read_text("utf-8")
    assert '<html lang="en">' in page and "57.45/100 points" in page and "Requests" in page


def test_gate_and_score_write_the_columns_that_other_programs_read(tmp_path):
    home = home_with(tmp_path / "home", "config")
    assert called(home, "score", RAW, "--cutoff", "2023-12-04", "--out", tmp_path / "out") == 0
    columns = {path.name: path.read_text("utf-8").splitlines()[0] for path in (tmp_path / "out").glob("*.csv")}
    assert columns == {
        "measurements.csv": "unit_code,unit_name,indicator,value,numerator,denominator,published_points,mark",
        "repairs.csv": "file,row,column,column_letter,raw,clean,reason",
        "problems.csv": "severity,file,row,column,column_letter,value,problem",
        "points.csv": "unit_code,group,indicator,points,max_points,published_points,status",
        "scores.csv": "unit_code,unit_name,total,computed_total,not_itemised,band,rank",
        "reconciliation.csv": "unit_code,group,indicator,computed,published,difference,agrees",
    }
    assert not (home / "data" / "processed").exists() and not (home / "reports").exists()


@pytest.mark.long
def test_each_notebook_runs_alone_with_plain_papermill_from_any_folder_and_none_with_a_mistyped_parameter(tmp_path):
    home = home_with(tmp_path / "home", "config")
    (tmp_path / "elsewhere").mkdir()
    calls = [
        [str(HOME / "notebooks" / f"{stage}.ipynb"), str(tmp_path / f"{stage}.ipynb"), "-p", "cutoff", "2023-12-04"]
        for stage in ("1_clean", "2_score", "3_trend", "4_report", "5_unit")
    ]
    calls[-1] += ["-p", "unit", "30637"]  # papermill makes a number of it
    calls += [[calls[0][0], str(tmp_path / "wrong.ipynb"), "-p", "cutof", "2023-12-04"]]
    ran = papermill_called(calls, cwd=tmp_path / "elsewhere", home=home)
    assert ran.returncode != 0
    assert "unknown parameter cutof; there are: area, cutoff, lang, run" in ran.stderr
    for _, done, *_ in calls[:-1]:
        cells = [cell for cell in nbformat.read(done, as_version=4).cells if cell.cell_type == "code"]
        assert all(cell.execution_count for cell in cells)
    assert list(tmp_path.joinpath("elsewhere").iterdir()) == []
    assert not (home / PUBLISHED[0]).exists()  # alone they work on a draft and publish nothing


@pytest.mark.parametrize(
    "name",
    sampled(
        sorted(path.stem for path in (HOME / "notebooks" / "explore").glob("*.ipynb")), 2, long=9, first=["what_if"]
    ),
)
def test_each_notebook_to_explore_with_runs_on_a_single_published_week(home, name):
    with played.at(home):
        played.notebook(f"explore/{name}")


def test_notebooks_to_explore_with_count_every_unit_and_not_the_control_row(home, tmp_path):
    golden = pd.read_csv(GOLDEN / "cho-moi-2023-12-04.csv", index_col="unit_code").drop(893)
    with played.at(home):
        year = played.notebook("explore/year")
        compared = played.notebook("explore/compare", workbook=str(tmp_path / "history.xlsx"))
    assert year["units"].query("cutoff == '2023-12-04'")["unit_code"].astype(int).tolist() == golden.index.tolist()
    assert compared["figures"].loc[["TT", "TOTAL"], "median"].tolist() == golden[["TT", "TOTAL"]].median().tolist()
    assert compared["apart"].sum() == pytest.approx(golden.at[30628, "TOTAL"] - golden.at[30634, "TOTAL"])
    written = pd.read_excel(tmp_path / "history.xlsx", dtype={"unit_code": str})
    assert list(written) == list(compared["frame"]) and len(written) == len(compared["frame"])


@pytest.mark.long
def test_a_notebook_to_explore_with_runs_in_a_kernel_of_its_own(home, tmp_path):
    ran = papermill_called([[HOME / "notebooks" / "explore" / "year.ipynb", tmp_path / "out.ipynb"]], home=home)
    assert ran.returncode == 0, ran.stderr
