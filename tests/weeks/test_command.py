"""Messages name the command as it is typed here."""

import re
import sys
import tomllib
from pathlib import Path

import pytest
from support.district import HOME
from support.tree import modules

from analysis.weeks import command

SCRIPT = {False: ("bin", "analysis"), True: ("Scripts", "analysis.exe")}


@pytest.fixture(params=[False, True], ids=["posix", "windows"])
def place(request, tmp_path, monkeypatch):
    """A project with its environment, no ``analysis`` on the PATH; and whether it is Windows."""
    windows = request.param
    (tmp_path / "Báo cáo").mkdir()
    script = tmp_path.joinpath("Báo cáo", ".venv", *SCRIPT[windows])
    script.parent.mkdir(parents=True)
    script.touch(0o755)
    monkeypatch.setattr(command, "WINDOWS", windows)
    monkeypatch.setattr(command, "SCRIPT", Path(*SCRIPT[windows]))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "Báo cáo" / ".venv"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path / "Báo cáo")
    return script, windows


def test_from_the_folder_of_the_project_it_is_the_way_into_the_environment(place):
    script, _ = place
    assert command.typed(command.PROJECT) == str(Path(".venv", script.parent.name, "analysis"))


def test_from_elsewhere_it_is_the_whole_path_in_quotes_where_it_has_spaces(place, tmp_path, monkeypatch):
    script, windows = place
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert command.typed(command.PROJECT) == ('"{}"' if windows else "'{}'").format(script.with_suffix(""))


@pytest.mark.parametrize("place", [False], indirect=True, ids=["posix"])  # only Windows looks for analysis.exe
def test_where_the_path_finds_it_it_is_its_name(place, tmp_path, monkeypatch):
    script, _ = place
    monkeypatch.setenv("PATH", str(script.parent))
    assert command.typed(command.PROJECT) == "analysis"
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "analysis").symlink_to(script)
    monkeypatch.setenv("PATH", str(tmp_path / "links"))
    assert command.typed(command.PROJECT) == "analysis"


def test_another_program_of_that_name_on_the_path_is_not_named(place, tmp_path, monkeypatch):
    script, _ = place
    (tmp_path / "analysis").touch(0o755)
    assert command.typed(command.PROJECT) == str(Path(".venv", script.parent.name, "analysis"))


def test_where_the_package_is_not_installed_it_is_the_module(place):
    script, _ = place
    script.unlink()
    assert command.typed(command.PROJECT) == "python -m analysis"


def test_of_another_home_it_names_that_home(place, tmp_path):
    _, windows = place
    (tmp_path / "bản sao").mkdir()
    quote = '"' if windows else "'"
    assert (
        command.typed(tmp_path / "bản sao")
        == f"{command.typed(command.PROJECT)} --home {quote}{tmp_path / 'bản sao'}{quote}"
    )
    assert command.typed(command.PROJECT) == command.typed(command.PROJECT)


def test_no_sentence_and_no_module_spells_the_command_out():
    spelt = re.compile(r"\.venv|python3? -m analysis(?![.\w])")
    for lang in ("vi", "en"):
        said = tomllib.loads((HOME / "config" / "wording" / f"{lang}.toml").read_text("utf-8"))
        said.pop("start")  # start.py speaks of the environment itself
        assert [line for line in lines_of(said) if spelt.search(line)] == []
    named = {"command.py", "__main__.py", "cli.py"}  # what decides; and the docstrings of the two ways in
    assert {path.name for path in modules() if spelt.search(path.read_text("utf-8"))} == named


def lines_of(table):
    for value in table.values():
        yield from lines_of(value) if isinstance(value, dict) else [value]
