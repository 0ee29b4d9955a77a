"""The home, what processes see of the environment, and that nobody else looks either up."""

import ast
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from analysis.weeks.home import PROJECT, SHOWN, find_home, without_folders, working_in


@pytest.fixture
def home(tmp_path):
    return tmp_path


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
        f"in {PROJECT / 'analysis' / 'run' / 'pipeline.py'}, line 3": "in analysis/run/pipeline.py, line 3",
        f"{Path.cwd()}\n{nearby}, {sys.prefix}": "…\n…, …",
        "/some where/else/fontlist.json": "fontlist.json",
        f"https://office.example{home}/x {home}-2 /another/x": f"https://office.example{home}/x {home}-2 /another/x",
    }
    assert {text: without_folders(home, text) for text in told} == told


MODULES = [path for path in (PROJECT / "analysis").rglob("*.py") if path.name != "home.py"]
LOOK_IT_UP = {
    "store.py",
    "period.py",
    "cli.py",
    "api.py",
}  # for notebooks, the command line and analysts, who may name none


def test_only_one_module_knows_the_variable_that_names_the_home():
    knows = [path.name for path in MODULES if re.search(r"(?<!\$)ANALYSIS_HOME", path.read_text("utf-8"))]
    assert MODULES and knows == []


def test_only_what_is_given_no_home_looks_it_up():
    assert {path.name for path in MODULES if "find_home" in path.read_text("utf-8")} == LOOK_IT_UP


def functions(path: Path) -> list[ast.FunctionDef]:
    return [each for each in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(each, ast.FunctionDef)]


def has_a_default(function: ast.FunctionDef, name: str) -> bool:
    arguments = [*function.args.posonlyargs, *function.args.args]
    later = dict(zip([each.arg for each in function.args.kwonlyargs], function.args.kw_defaults, strict=True))
    with_default = arguments[len(arguments) - len(function.args.defaults) :]
    return name in [each.arg for each in with_default] or later.get(name) is not None


def test_no_other_function_does_without_a_home():
    found = {(path.name, each.name) for path in MODULES for each in functions(path) if has_a_default(each, "home")}
    commands = {
        *(
            ("cli.py", name)
            for name in ("program", "week", "period", "gate", "score", "verify", "site", "tell", "mail")
        ),
        *(("cli.py", name) for name in ("withdraw", "new_area")),
    }
    names = ("history", "week", "what_if", "check", "course", "ranking", "heat", "lost", "signals")
    assert found == {
        ("store.py", "open_week"),
        ("period.py", "open_period"),
        *commands,
        *(("api.py", name) for name in names),
    }
