"""The tables and the code that a week was made from."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from support.on_disk import put

from analysis.weeks import provenance, store
from analysis.weeks.home import PROJECT

AREA, CUTOFF, RUN = "cho-moi", "2023-12-04", "2023-12-04-abc"


@pytest.fixture
def home(tmp_path):
    return tmp_path


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
    for name in (
        "analysis/run/pipeline.py",
        "notebooks/1_clean.ipynb",
        "notebooks/templates/page/style.css",
        "README.md",
    ):
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
        *("analysis/run/pipeline.py", "analysis/new.py", "analysis/report/charts/new.py"),
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
    names = ["analysis/run/pipeline.py", "analysis/report/page.py", "analysis/report/charts/svg.py"]
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


@pytest.fixture
def unknown_version():
    """Nothing is known yet of the code that runs, nor afterwards."""
    provenance.version_of_code.cache_clear()
    yield
    provenance.version_of_code.cache_clear()


@pytest.mark.usefixtures("unknown_version")
def test_the_page_tells_version_fingerprint_and_commit_of_the_code(home, monkeypatch):
    week = store.open_week(AREA, CUTOFF, RUN, home=home)
    put(week.folder / "raw" / "a.csv")
    alone = r"\d+\.\d+\.\d+-[0-9a-f]{12}"
    known = provenance.provenance(week)["code"]
    assert re.fullmatch(alone + (r", git [0-9a-f]{12}\+?" if provenance.commit() else ""), known)
    monkeypatch.setenv("PATH", "")
    assert provenance.provenance(week)["code"] == known  # it is found out once a process
    provenance.version_of_code.cache_clear()
    assert re.fullmatch(alone, provenance.provenance(week)["code"]) and known.startswith(
        provenance.provenance(week)["code"]
    )
