"""Where things are, the week's tables on disk, and publishing: whole, or not at all."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import atomic, paths, provenance, publish, store, table_files, tables
from analysis.home import PROJECT, SHOWN, find_home, without_folders, working_in

AREA, CUTOFF, RUN = "cho-moi", "2023-12-04", "2023-12-04-abc"


@pytest.fixture
def home(tmp_path):
    return tmp_path


def put(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def points(*values: float, code: str = "00123") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "unit_code": [f"{code}{number}" for number, _ in enumerate(values)],
            "group": "CKMB",
            "indicator": "",
            "points": values,
            "max_points": 18.0,
            "published_points": np.nan,
            "status": "computed",
        }
    )


def problem(value: str) -> pd.DataFrame:
    row = {"severity": "error", "file": "a.txt", "row": "", "column": None, "column_letter": "", "value": value}
    return pd.DataFrame([row | {"problem": "p"}])


# -- the machine -----------------------------------------------------------------------------------------------------


OTHERS = ("ANALYSIS_SMTP_PASSWORD", "GITHUB_TOKEN", "JUPYTERHUB_API_TOKEN", "PYTHONANYWHERE_X", "LC_X", "USER", "X")


@pytest.mark.parametrize("name", OTHERS)
def test_the_processes_of_a_week_see_no_variable_that_they_do_not_need_and_it_is_back_afterwards(
    home, monkeypatch, name
):
    monkeypatch.setenv("ANALYSIS_HOME", str(home))
    monkeypatch.setenv(name, "a")
    monkeypatch.setenv("LC_TIME", "vi_VN.UTF-8")
    ask = "import os; print(os.environ.get('LC_TIME'), os.environ['ANALYSIS_HOME'], *os.environ, sep='\\n')"
    with working_in(home / "elsewhere"):
        assert find_home() == home / "elsewhere"
        child = subprocess.run([sys.executable, "-c", ask], capture_output=True, encoding="utf-8", check=True)
    assert (os.environ[name], find_home()) == ("a", home)
    language, folder, *seen = child.stdout.splitlines()
    assert (language, folder) == ("vi_VN.UTF-8", str(home / "elsewhere"))
    assert "PATH" in seen and set(seen) <= SHOWN | {"ANALYSIS_HOME", "LINES", "COLUMNS"}  # readline adds these


def test_where_no_home_was_named_none_is_afterwards(home, monkeypatch):
    monkeypatch.delenv("ANALYSIS_HOME", raising=False)
    with pytest.raises(KeyError), working_in(home):
        raise KeyError
    assert "ANALYSIS_HOME" not in os.environ


def test_a_text_is_told_without_the_folders_of_this_machine(home, monkeypatch):
    (nearby := home / "tệp tạm").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(nearby))
    monkeypatch.setenv("MPLCONFIGDIR", "/some where/else")
    told = {
        f"No such file: '{home}/data/x.csv'": "No such file: 'data/x.csv'",
        f"{nearby}/ipykernel_4711/123.py:1: UserWarning": "123.py:1: UserWarning",
        f"in {PROJECT / 'analysis' / 'run.py'}, line 3": "in analysis/run.py, line 3",
        f"{Path.cwd()}\n{nearby}, {sys.prefix}": "…\n…, …",
        "/some where/else/fontlist.json": "fontlist.json",
        f"https://office.example{home}/x {home}-2 /another/x": f"https://office.example{home}/x {home}-2 /another/x",
    }
    assert {text: without_folders(home, text) for text in told} == told


# -- raw tables ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("delivered", "of_the_week"),
    [
        (["2023-11-27.txt", "2023-12-04.xlsx"], ["2023-12-04.xlsx"]),
        (["2023-12-04.csv", "2023-12-04-subcriteria.csv"], ["2023-12-04-subcriteria.csv", "2023-12-04.csv"]),
        (["2023-12-04.txt", "2023-12-04 (1).txt"], ["2023-12-04 (1).txt", "2023-12-04.txt"]),  # not passed over
        (["2023-12-04.xlsx", "~$2023-12-04.xlsx", ".2023-12-04.xlsx"], ["2023-12-04.xlsx"]),  # Excel's, while open
    ],
)
def test_the_raw_tables_of_a_week_are_all_that_begin_with_its_cutoff(home, delivered, of_the_week):
    for name in delivered:
        put(home / "data/raw/cho-moi" / name)
    assert [path.name for path in paths.raw_files(home, AREA, CUTOFF)] == of_the_week


def test_the_raw_tables_in_a_run_folder_win(home):
    put(home / "data/raw/cho-moi/2023-12-04.txt")
    own = [put(home / "elsewhere/raw" / name) for name in ("a.txt", "b.txt")]
    assert paths.raw_files(home, AREA, CUTOFF, home / "elsewhere") == own
    assert [path.name for path in paths.raw_files(home, AREA, CUTOFF, home / "nowhere")] == ["2023-12-04.txt"]


@pytest.mark.parametrize("name", ["2023-11-27.txt", "2023-12-041.txt", "table 2023-12-04.txt"])
def test_no_raw_table_of_the_week_is_an_error(home, name):
    put(home / "data/raw/cho-moi" / name)
    with pytest.raises(paths.NotFound, match=r"expected a table 2023-12-04\*\.\*, found none"):
        paths.raw_files(home, AREA, CUTOFF)


def test_the_newest_raw_table_is_the_one_of_the_latest_cutoff(home):
    for name in ("2023-12-04-subcriteria.txt", "2023-11-27.csv", "notes.txt", "2024-rules.txt"):
        put(home / "data/raw/cho-moi" / name)
    assert paths.newest_raw(home, AREA) == "2023-12-04"
    with pytest.raises(paths.NotFound, match="named by its cut-off"):
        paths.newest_raw(home, "an-giang")


@pytest.mark.parametrize("area", ["..", "../cho-moi", "cho-moi/x", "", ".hidden", "Chợ Mới"])
def test_an_area_is_a_plain_name_and_never_a_path(home, area):
    with pytest.raises(ValueError, match="expected the name of a folder of config/"):
        paths.processed(home, area)


def test_a_cutoff_is_a_date_and_never_a_path(home):
    with pytest.raises(ValueError, match="expected an ISO date"):
        store.open_week(AREA, "../2023-12-04", home=home)


# -- tables ----------------------------------------------------------------------------------------------------------


def test_a_table_comes_back_as_it_was_written_codes_as_text_and_missing_as_missing(home):
    frame = points(16.74, np.nan, 1 / 3)
    frame.loc[0, "unit_code"] = "NA"
    store.write_table(home, "points", frame)
    back = table_files.from_csv("points", (home / "points.csv").read_bytes())
    assert list(back["unit_code"]) == ["NA", "001231", "001232"]
    assert list(back["indicator"]) == ["", "", ""]
    assert back["points"].isna().tolist() == [False, True, False]
    assert (home / "points.csv").read_text("utf-8").splitlines()[3] == "001232,CKMB,,0.3333333333,18,,computed"


@given(st.text())
def test_any_delivered_text_comes_back_letter_by_letter(value):
    text = table_files.to_csv("problems", problem(value))
    back = table_files.from_csv("problems", text.encode())
    assert back["value"].tolist() == [value]
    assert table_files.to_csv("problems", back) == text


def test_an_empty_table_keeps_its_columns_and_their_kinds(home):
    store.write_table(home, "points", points())
    back = table_files.from_csv("points", (home / "points.csv").read_bytes())
    assert back.dtypes.astype(str).tolist() == ["str"] * 3 + ["float64"] * 3 + ["str"]


def test_days_are_written_as_iso_text_and_no_day_as_nothing():
    days = {"file": ["a.txt"], "cutoff": [pd.Timestamp("2023-12-04")], "previous_cutoff": [pd.NaT]}
    assert table_files.to_csv("source", pd.DataFrame(days)) == "file,cutoff,previous_cutoff\na.txt,2023-12-04,\n"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda frame: frame.assign(unit_code=123), "unit_code: holds numbers .123. where text is expected"),
        (lambda frame: frame.assign(unit_code=""), "unit_code: '': is empty"),
        (lambda frame: frame.assign(points=np.inf), "points: inf: is not finite"),
        (lambda frame: frame.assign(points="16,74"), "points: '16,74'"),
        (lambda frame: frame.assign(status="guessed"), "status: 'guessed'"),
        (lambda frame: frame.assign(extra=1), "extra: column_in_schema"),
        (lambda frame: frame.drop(columns="points"), "points: column_in_dataframe"),
        (lambda frame: frame[frame.columns[::-1]], "column_ordered"),
        (lambda frame: pd.concat([frame, frame]), "multiple_fields_uniqueness"),
    ],
)
def test_a_frame_that_is_not_the_table_is_refused_and_the_file_stays(home, wrong, message):
    store.write_table(home, "points", points(1.0))
    before = contents(home)
    with pytest.raises(tables.TableError, match=message):
        store.write_table(home, "points", wrong(points(2.0)))
    assert contents(home) == before


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("1.5", '"1,5"', "points: '1,5'"),
        ("1.5", "1.5,", "more cells than the header"),
        ("unit_code,", "code,", "unit_code: column_in_dataframe"),
        ("computed", "\x00", "status"),
    ],
)
def test_a_file_edited_by_hand_into_something_else_is_refused(old, new, message):
    text = table_files.to_csv("points", points(1.5)).replace(old, new, 1)
    with pytest.raises(tables.TableError, match=message):
        table_files.from_csv("points", text.encode())


def test_a_flag_is_true_or_false_and_nothing_else():
    peer = {"unit_code": "1", "indicator": "SH", "value": 22.5, "median": 24.3, "gap": -1.8, "deviation": -0.9}
    text = table_files.to_csv("peers", pd.DataFrame([peer | {"outlier": False}]))
    assert table_files.from_csv("peers", text.encode())["outlier"].tolist() == [False]
    with pytest.raises(tables.TableError, match="outlier"):
        table_files.from_csv("peers", text.replace("False", "no").encode())


def test_every_table_has_a_notebook_that_writes_it_and_every_column_a_meaning():
    assert set(tables.WRITTEN_BY) == set(tables.TABLES)
    assert all(column.description for table in tables.TABLES.values() for column in table.columns.values())


# -- weeks -----------------------------------------------------------------------------------------------------------


def test_a_draft_reads_what_it_lacks_from_the_published_week_and_writes_only_itself(home):
    store.write_table(home / "data/processed/cho-moi/2023-12-04", "points", points(1.0))
    week = store.open_week(AREA, CUTOFF, home=home)
    assert week.read("points")["points"].tolist() == [1.0]
    week.write("points", points(2.0))
    assert week.read("points")["points"].tolist() == [2.0]
    assert week.folder == home / "data/processed/cho-moi/draft/2023-12-04"
    assert table_files.from_csv("points", (home / "data/processed/cho-moi/2023-12-04" / "points.csv").read_bytes())[
        "points"
    ].tolist() == [1.0]


def test_a_run_reads_nothing_but_what_it_made_itself(home):
    store.write_table(home / "data/processed/cho-moi/2023-12-04", "points", points(1.0))
    with pytest.raises(paths.NotFound, match=r"no points\.csv yet; 2_score writes it: run that first"):
        store.open_week(AREA, CUTOFF, RUN, home=home).read("points")


def test_a_token_names_the_run_and_the_tables_of_its_stage(home):
    week = store.open_week(AREA, CUTOFF, RUN, home=home)
    week.write("points", points(1.0))
    week.close("2_score")
    assert not publish.settled(week.folder, "2_score", "another run")
    assert not publish.settled(week.folder, "3_trend", RUN)
    week.write("points", points(2.0))
    assert not publish.settled(week.folder, "2_score", RUN)
    week.close("2_score")
    assert publish.settled(week.folder, "2_score", RUN)
    assert not publish.settled(week.folder, "2_score", RUN), "a token serves once"


def test_history_is_the_published_weeks_before_the_cutoff_and_is_only_read(home):
    for day in ("2023-11-27", "2023-11-20", "2023-12-04", "draft", "failed", ".run-2023-11-13-x"):
        store.write_table(home / "data/processed/cho-moi" / day, "points", points(1.0))
    history = store.history(home, AREA, CUTOFF)
    assert list(history) == ["2023-11-20", "2023-11-27"]
    assert history["2023-11-27"].read("points")["points"].tolist() == [1.0]
    with pytest.raises(PermissionError):
        history["2023-11-27"].write("points", points(2.0))
    assert store.published(home, AREA) == ["2023-11-20", "2023-11-27", "2023-12-04"]


def issue(folder: Path, points_: float, raw: str, revision: int) -> None:
    """What a published week or an earlier revision of it holds."""
    store.write_table(folder, "points", points(points_))
    put(folder / "raw" / "2023-12-04.txt", raw)
    for number in range(1, revision):
        (folder / f"r{number}").mkdir()


def test_a_run_finds_the_revisions_before_it_in_its_own_folder_in_order(home):
    week = store.open_week(AREA, CUTOFF, RUN, home=home)
    assert store.earlier_revisions(week) == []
    for number in (1, 2, 9, 10):
        issue(week.folder / f"r{number}", number, "raw", 1)
    (week.folder / "raw").mkdir()
    earlier = store.earlier_revisions(week)
    assert [each.read("points")["points"].item() for each in earlier] == [1, 2, 9, 10]
    with pytest.raises(PermissionError):
        earlier[0].write("points", points(3.0))


@pytest.mark.parametrize(
    ("raw", "before"),
    [
        pytest.param("second", ["r1"], id="the published table: the published revision"),
        pytest.param("third", ["r1", "2023-12-04"], id="another table: the revision after it"),
    ],
)
def test_a_draft_is_the_revision_that_its_run_would_be(home, raw, before):
    put(home / "data/raw/cho-moi/2023-12-04.txt", raw)
    assert store.earlier_revisions(store.open_week(AREA, CUTOFF, home=home)) == []
    issue(home / "data/processed/cho-moi/2023-12-04", 2, "second", revision=2)
    assert [each.folder.name for each in store.earlier_revisions(store.open_week(AREA, CUTOFF, home=home))] == before


def test_the_page_can_name_every_raw_table_and_the_revision(home):
    week = store.open_week(AREA, CUTOFF, RUN, home=home)
    for name, text in (("a.csv", "one"), ("b.csv", "two")):
        put(week.folder / "raw" / name, text)
    put(week.folder / "r1" / "raw" / "a.csv")
    said = provenance.provenance(week)
    assert (said["file"], said["revision"]) == ("a.csv\nb.csv", "2")
    # sha256sum of "one" and "two"
    assert [each[:8] for each in said["hash"].split("\n")] == ["7692c3ad", "3fc4ccfe"]


def git(project: Path, *arguments: str) -> str:
    about = ["-c", "user.name=x", "-c", "user.email=x@office.example", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", "-C", project, *about, *arguments], check=True, capture_output=True, text=True).stdout


@pytest.fixture
def checkout(tmp_path):
    """A project under git: a commit of code, and one of documents after it."""
    if not shutil.which("git"):
        pytest.skip("no git")
    project = tmp_path / "project"
    for name in ("analysis/run.py", "notebooks/1_clean.ipynb", "notebooks/templates/page/style.css", "README.md"):
        put(project / name, "one")
    git(tmp_path, "init", "--quiet", str(project))
    git(project, "add", ".")
    git(project, "commit", "--quiet", "--message", "code")
    for name in ("README.md", "tests/test_run.py", "notebooks/explore/year.ipynb", "config/x.toml"):
        put(project / name, "two")
    git(project, "add", ".")
    git(project, "commit", "--quiet", "--message", "documents")
    return project


def test_the_commit_told_is_the_last_that_changed_the_code_whatever_else_was_changed(checkout, tmp_path, monkeypatch):
    code = git(checkout, "rev-parse", "HEAD~1")[:12]
    assert provenance.commit(checkout) == code
    put(checkout / "README.md", "three")
    git(tmp_path, "clone", "--quiet", str(checkout), "another")
    assert provenance.commit(checkout) == provenance.commit(tmp_path / "another") == code
    monkeypatch.setenv("GIT_DIR", str(PROJECT / ".git"))
    assert provenance.commit(checkout) == code


@pytest.mark.parametrize(
    "name",
    [
        *("analysis/run.py", "analysis/new.py", "analysis/report/charts/new.py"),
        *("notebooks/1_clean.ipynb", "notebooks/templates/page/style.css"),
    ],
)
def test_code_that_differs_from_its_commit_is_marked(checkout, name):
    clean = provenance.commit(checkout)
    put(checkout / name, "changed")
    assert provenance.commit(checkout) == f"{clean}+"
    git(checkout, "add", ".")
    assert provenance.commit(checkout) == f"{clean}+"
    git(checkout, "commit", "--quiet", "--message", "more code")
    assert provenance.commit(checkout) == git(checkout, "rev-parse", "HEAD")[:12]


def test_the_fingerprint_of_the_code_covers_every_folder_of_the_package(checkout, monkeypatch):
    names = ["analysis/run.py", "analysis/report/page.py", "analysis/report/charts/svg.py"]
    for name in names:
        put(checkout / name)
    monkeypatch.setattr(provenance, "PROJECT", checkout)
    assert set(names) <= set(provenance.code(checkout / "notebooks"))


def test_code_without_git_has_no_commit_to_tell(checkout, tmp_path, monkeypatch):
    shutil.copytree(checkout, tmp_path / "archive", ignore=shutil.ignore_patterns(".git"))
    git(tmp_path, "init", "--quiet", "empty")
    assert provenance.commit(tmp_path / "archive") == provenance.commit(tmp_path / "empty") == ""
    put(checkout / ".git" / "index", "no index")
    assert provenance.commit(checkout) == ""
    monkeypatch.setenv("PATH", "")
    assert provenance.commit(PROJECT) == ""


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a file away")
def test_whoever_does_not_own_the_project_tells_the_same_commit_as_who_does(checkout):
    """As a service does that runs as a user of its own."""
    known = provenance.commit(checkout)
    for path in [checkout, *checkout.rglob("*")]:
        os.chown(path, 65534, 65534)
    assert provenance.commit(checkout) == known != ""


def test_the_page_tells_version_fingerprint_and_commit_of_the_code(home, monkeypatch):
    week = store.open_week(AREA, CUTOFF, RUN, home=home)
    put(week.folder / "raw" / "a.csv")
    alone = r"\d+\.\d+\.\d+-[0-9a-f]{12}"
    known = provenance.provenance(week)["code"]
    assert re.fullmatch(alone + (r", git [0-9a-f]{12}\+?" if provenance.commit() else ""), known)
    monkeypatch.setenv("PATH", "")
    assert re.fullmatch(alone, provenance.provenance(week)["code"]) and known.startswith(
        provenance.provenance(week)["code"]
    )


# -- publishing ------------------------------------------------------------------------------------------------------


def made(home: Path, text: str, run: str = RUN, keep: str = "") -> str:
    """A run that made two tables and a report which all say ``text``."""
    raw = put(home / "table.txt", "raw")
    folder = publish.begin(home, AREA, CUTOFF, run, [raw], keep)
    for path in (folder / "a.csv", folder / "b.csv", paths.run_reports(home, AREA, run) / "report.html"):
        put(path, text)
    return run


def week_folders(home: Path) -> tuple[Path, Path]:
    return home / "data/processed/cho-moi", home / "reports/cho-moi"


def test_a_published_week_is_there_with_its_raw_table_and_nothing_private_is_left(home):
    put(home / "data/processed/cho-moi/draft/2023-12-04/points.csv")
    products = publish.products(home, AREA, CUTOFF, made(home, "one"))
    assert sorted(products) == [
        *[f"data/processed/cho-moi/2023-12-04/{name}" for name in ("a.csv", "b.csv", "raw/table.txt")],
        "reports/cho-moi/2023-12-04/report.html",
    ]
    assert not publish.intact(home, products)
    publish.publish_week(home, AREA, CUTOFF, RUN)
    assert publish.intact(home, products)
    put(home / "reports/cho-moi/2023-12-04/report.html", "edited")
    assert not publish.intact(home, products)
    processed, reports = week_folders(home)
    assert {path.name for path in [*processed.iterdir(), *reports.iterdir()]} == {"2023-12-04", "draft"}
    assert list((processed / "draft").iterdir()) == []


@pytest.mark.parametrize("can_exchange", [True, False])
def test_a_week_published_again_is_replaced_whole(home, monkeypatch, can_exchange):
    if not can_exchange:
        monkeypatch.setattr(atomic, "_exchange", lambda one, other: False)
    publish.publish_week(home, AREA, CUTOFF, made(home, "one"))
    put(home / "data/processed/cho-moi/2023-12-04/only-in-one.csv")
    publish.publish_week(home, AREA, CUTOFF, made(home, "two"))
    processed, reports = week_folders(home)
    expected = {"a.csv": b"two", "b.csv": b"two", "raw/table.txt": b"raw"}
    assert contents(processed) == {f"2023-12-04/{name}": data for name, data in expected.items()}
    assert contents(reports) == {"2023-12-04/report.html": b"two"}


@pytest.mark.parametrize("can_exchange", [True, False])
def test_a_week_issued_again_keeps_what_it_was_beside_it_and_making_it_again_keeps_that(
    home, monkeypatch, can_exchange
):
    if not can_exchange:
        monkeypatch.setattr(atomic, "_exchange", lambda one, other: False)
    whole = {"a.csv", "b.csv", "raw/table.txt"}
    for text, keep in (("one", ""), ("two", "r1"), ("three", "r2"), ("three again", "")):
        publish.publish_week(home, AREA, CUTOFF, made(home, text, keep=keep))
    processed, reports = week_folders(home)
    assert set(contents(processed / CUTOFF)) == whole | {f"r{n}/{name}" for n in (1, 2) for name in whole}
    for folder, text in (("r1", b"one"), ("r2", b"two"), (".", b"three again")):
        assert (processed / CUTOFF / folder / "b.csv").read_bytes() == text
        assert (reports / CUTOFF / folder / "report.html").read_bytes() == text
    assert store.published(home, AREA) == [CUTOFF]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux exchanges two folders in one step")
def test_a_reader_finds_the_old_week_or_the_new_one_and_never_a_mix(home):
    publish.publish_week(home, AREA, CUTOFF, made(home, "0"))
    folder, stop, seen, wrong = home / "data/processed/cho-moi/2023-12-04", threading.Event(), set(), []

    def read() -> None:
        while not stop.is_set():
            try:
                handle = os.open(folder, os.O_RDONLY)
            except FileNotFoundError:
                wrong.append("no week at all")
                continue
            try:
                texts = {Path(f"/proc/self/fd/{handle}", name).read_text() for name in ("a.csv", "b.csv")}
            except FileNotFoundError:
                continue  # the old week, being removed
            finally:
                os.close(handle)
            seen.update(texts)
            if len(texts) != 1:
                wrong.append(texts)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(1, 40):
        publish.publish_week(home, AREA, CUTOFF, made(home, str(number)))
    stop.set()
    reader.join()
    assert wrong == []
    assert len(seen) > 5  # it did read while weeks changed


def test_where_the_second_folder_cannot_be_published_the_first_is_taken_back(home, monkeypatch):
    publish.publish_week(home, AREA, CUTOFF, made(home, "one"))
    before = [contents(folder) for folder in week_folders(home)]
    made(home, "two")
    swap = atomic.swap

    def fail_on_tables(new: Path, place: Path) -> None:
        if place.parent.parent.name == "processed" and "two" in (new / "a.csv").read_text():
            raise OSError(28, "No space left on device")
        swap(new, place)

    monkeypatch.setattr(atomic, "swap", fail_on_tables)
    with pytest.raises(OSError, match="No space left"):
        publish.publish_week(home, AREA, CUTOFF, RUN)
    publish.tidy(home, AREA, CUTOFF)
    assert [contents(folder) for folder in week_folders(home)] == before


def test_what_a_killed_run_left_is_undone_and_other_weeks_are_let_alone(home):
    publish.publish_week(home, AREA, CUTOFF, made(home, "one"))
    processed, reports = week_folders(home)
    before = contents(processed), contents(reports)
    made(home, "two", "2023-12-04-killed")
    (processed / "2023-12-04").rename(processed / ".aside-2023-12-04")  # killed in the middle of three renames
    put(reports / ".aside-2023-12-04" / "report.html", "old")  # killed after the second of them
    other = put(processed / ".run-2023-11-27-x" / "a.csv")
    publish.tidy(home, AREA, CUTOFF)
    assert other.exists()
    shutil.rmtree(other.parent)
    assert (contents(processed), contents(reports)) == before


@pytest.mark.parametrize("first_issue", [True, False])
def test_what_a_killed_run_had_half_published_is_finished(home, monkeypatch, first_issue):
    if not first_issue:
        publish.publish_week(home, AREA, CUTOFF, made(home, "one"))
    put(home / "data/processed/cho-moi/draft/2023-12-04/points.csv")
    folder = paths.run_folder(home, AREA, made(home, "two"))
    atomic.save_json(folder / "run.json", {"products": publish.products(home, AREA, CUTOFF, RUN)})
    atomic.swap(paths.run_reports(home, AREA, RUN), paths.reports(home, AREA, CUTOFF))  # and was killed here
    publish.tidy(home, AREA, CUTOFF)
    processed, reports = week_folders(home)
    assert {(processed / CUTOFF / "a.csv").read_text(), (reports / CUTOFF / "report.html").read_text()} == {"two"}
    assert {path.name for path in [*processed.iterdir(), *reports.iterdir()]} == {"2023-12-04", "draft"}
    assert list((processed / "draft").iterdir()) == []


def test_a_failed_run_is_kept_with_its_reason_but_only_the_newest_five(home):
    for number in range(7):
        made(home, str(number))
        kept = publish.keep_failed(home, AREA, CUTOFF, RUN, f"reason {number}")
        publish.tidy(home, AREA, CUTOFF)
    failed = sorted((home / "data/processed/cho-moi/failed").iterdir())
    assert [(folder / "reason.txt").read_text() for folder in failed] == [f"reason {number}" for number in range(2, 7)]
    assert kept == failed[-1]
    assert (kept / "a.csv").read_text() == "6"


def test_a_second_run_of_the_week_hears_who_runs_and_a_dead_run_blocks_nobody(home):
    hold = """\
import pathlib, sys
from analysis import publish
with publish.locked(pathlib.Path(sys.argv[1]), "cho-moi", "2023-12-04"):
    print("held", flush=True)
    input()"""
    command = [sys.executable, "-c", hold, str(home)]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PROJECT)
    try:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(publish.Busy) as busy, publish.locked(home, AREA, CUTOFF):
            pass
        assert busy.value.pid == str(holder.pid)
        assert busy.value.since
        with publish.locked(home, AREA, "2023-11-27"):
            pass
    finally:
        holder.kill()
        holder.communicate()
    with publish.locked(home, AREA, CUTOFF):
        pass
    assert not (home / "data/processed/cho-moi").exists()
