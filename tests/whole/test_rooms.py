"""The house: each room is seen by whatever finds code by its place or by its name, and docs/architecture.md lists it."""

import ast
import importlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import setuptools
from support import tree
from support.tree import PACKAGE, ROOMS

from analysis.mail import sender
from analysis.readers import sandbox
from analysis.run import preload
from analysis.weeks import provenance
from analysis.weeks.home import PROJECT

MODULES = sorted(Path(folder, name) for folder, _, names in os.walk(PACKAGE) for name in names if name.endswith(".py"))
MOST_AT_THE_TOP = 8


def of_each_room(files) -> list[str]:
    """The rooms of which at least one of the files is."""
    return sorted({Path(file).parent.as_posix() for file in files} & set(ROOMS))


def test_the_rooms_are_those_of_the_plan():
    below = [room.removeprefix("analysis/") for room in ROOMS if room != "analysis"]
    assert below == [*("config", "gate", "mail", "method", "readers", "report", "report/charts"), *("run", "run/new_area", "run/processes", "weeks")]  # fmt: skip
    assert sum(path.parent == PACKAGE for path in MODULES) <= MOST_AT_THE_TOP


def test_the_fingerprint_of_the_code_has_every_module_of_every_room():
    named = {name for name in provenance.code() if name.startswith("analysis/")}
    assert named == {path.relative_to(PROJECT).as_posix() for path in MODULES}
    assert of_each_room(named) == ROOMS


@pytest.mark.parametrize("room", ROOMS)
def test_a_change_in_any_room_changes_the_commit_that_a_report_names(room, tmp_path):
    module = tmp_path / room / "module.py"
    module.parent.mkdir(parents=True)
    module.write_text("x = 1\n")
    git = ["git", "-C", str(tmp_path), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *command], check=True, env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)})
    before = provenance.commit(tmp_path)
    module.write_text("x = 2\n")
    assert before and provenance.commit(tmp_path) == f"{before}+"


def test_a_walk_that_leaves_a_room_out_is_noticed(monkeypatch):
    assert of_each_room(path.relative_to(PROJECT) for path in tree.modules()) == ROOMS
    monkeypatch.setattr(Path, "rglob", Path.glob)  # as before there were rooms
    with pytest.raises(LookupError, match="no module is found in analysis/config, analysis/gate"):
        tree.modules()


def test_every_room_is_installed():
    about = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
    found = setuptools.find_packages(str(PROJECT), **about["tool"]["setuptools"]["packages"]["find"])
    assert sorted(found) == [room.replace("/", ".") for room in ROOMS]


def test_every_module_named_by_a_string_is_there():
    named = [*preload.FOR_GATE, *preload.FOR_TABLES, *preload.FOR_PAGES]
    named += [command[command.index("-m") + 1] for command in (sender.COMMAND, sandbox.COMMAND)]
    importlib.import_module("papermill")  # it loads the engines itself
    engines = [each for each in entry_points(group="papermill.engine") if each.value.startswith("analysis.")]
    named += [each.module for each in engines]
    assert engines and all(each.load() for each in engines)
    for name in named:
        importlib.import_module(name)


def test_every_kind_of_file_has_its_reader():
    kinds = {path.stem.removeprefix("from_") for path in MODULES if path.stem.startswith("from_")}
    assert kinds == {"text", "xlsx", "xls", "html", "docx", "json"}
    source = (PACKAGE / "readers" / "kinds.py").read_text("utf-8")
    assert all(f'"{kind}"' in source for kind in kinds)


def test_the_architecture_lists_every_module_in_its_room():
    text = (PROJECT / "docs" / "architecture.md").read_text("utf-8")
    listed = re.findall(r"^- `(analysis/[\w/]+\.py)`: \S", text, re.M)
    there = {path.relative_to(PROJECT).as_posix() for path in MODULES if path.name != "__init__.py"}
    assert sorted(listed) == sorted(there)


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "analysis"])
def test_a_room_says_what_comes_in_what_goes_out_and_imports_nothing(room):
    tree = ast.parse((PROJECT / room / "__init__.py").read_text("utf-8"))
    assert len(ast.get_docstring(tree)) > 40
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]


@pytest.mark.parametrize("room", ["config", "gate", "mail", "method", "readers", "report", "run", "weeks"])
def test_tests_mirror_the_rooms(room):
    assert list((PROJECT / "tests" / room).rglob("test_*.py"))


def test_no_test_imports_another():
    files = sorted((PROJECT / "tests").rglob("*.py"))
    found = [
        f"{path.name}: {name}"
        for path in files
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [])
        + ([each.name for each in node.names] if isinstance(node, ast.Import) else [])
        if name.split(".")[-1].startswith("test_") or name == "conftest"
    ]
    assert len(files) > 80 and found == []


# The module that is moved, and a room where its imports or its users break the direction.
WRONG = {
    "analysis/readers/grid.py": "report",
    "analysis/config/rules.py": "readers",
    "analysis/method/score.py": "gate",
    "analysis/weeks/publish.py": "config",
    "analysis/gate/clean.py": "method",
    "analysis/mail/sending.py": "weeks",
    "analysis/report/findings.py": "gate",
    "analysis/report/charts/sheet.py": "run",
    "analysis/run/pipeline.py": "report",
    "analysis/run/processes/isolated.py": "mail",
}


@pytest.mark.long
@pytest.mark.parametrize(("module", "room"), WRONG.items())
def test_a_module_in_a_wrong_room_breaks_the_contract(module, room, tmp_path):
    """The moved module is imported from its new place by those that imported it before."""
    shutil.copytree(PACKAGE, tmp_path / "analysis", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    lint = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    quiet = {"cwd": tmp_path, "env": os.environ | {"PYTHONPATH": str(tmp_path)}, "capture_output": True, "text": True}
    assert subprocess.run(lint, **quiet).returncode == 0
    old, new = module.removesuffix(".py").replace("/", "."), f"analysis.{room}.{Path(module).stem}"
    (tmp_path / module).rename(tmp_path / "analysis" / room / Path(module).name)
    (parent, name), (into, _) = old.rsplit(".", 1), new.rsplit(".", 1)
    for path in (tmp_path / "analysis").rglob("*.py"):
        text = path.read_text("utf-8").replace(f"from {old} import", f"from {new} import")
        line = re.compile(rf"^( *)from {re.escape(parent)} import (.*\b{name}\b.*)$", re.M)
        path.write_text(line.sub(rf"\1from {into} import {name}\n\1from {parent} import \2", text), "utf-8")
    done = subprocess.run(lint, **quiet)
    assert done.returncode != 0 and "BROKEN" in done.stdout
