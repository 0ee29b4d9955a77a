"""What is committed: notebooks that read as prose and hold no outputs, and no trace of one person's machine."""

import json
import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("**/[!.]*.ipynb"))
LONGEST_CELL = 12
# A folder of one person or one machine, at the start of a path; a web address may hold the same words.
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:home|root|Users|work|mnt|srv|tmp)/\w|\b[A-Z]:\\+Users")


def source_files():
    """Every file but those in the folders that .gitignore names, so that it works without git too."""
    ignored = re.findall(r"(\S+)/$", (ROOT / ".gitignore").read_text("utf-8"), re.MULTILINE)
    for folder, below, names in os.walk(ROOT):
        here = Path(folder)
        below[:] = [
            name for name in below if name != ".git" and not any((here / name).match(pattern) for pattern in ignored)
        ]
        yield from (here / name for name in names)


def code_cells(notebook):
    return [cell for cell in json.loads(notebook.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]


def named(path):
    return path.relative_to(ROOT / "notebooks").as_posix()


def test_there_are_notebooks_to_look_at():
    assert NOTEBOOKS


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=named)
def test_a_notebook_holds_no_outputs_and_no_counts(notebook):
    ran = [cell for cell in code_cells(notebook) if cell["outputs"] or cell["execution_count"] is not None]
    assert ran == []


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=named)
def test_a_code_cell_is_short_enough_to_read_at_a_glance(notebook):
    sources = ["".join(cell["source"]) for cell in code_cells(notebook)]
    assert [source for source in sources if len(source.splitlines()) > LONGEST_CELL] == []


@pytest.mark.parametrize("notebook", [each for each in NOTEBOOKS if each.parent.name == "notebooks"], ids=named)
def test_a_stage_has_one_parameters_cell(notebook):
    tags = [tag for cell in code_cells(notebook) for tag in cell["metadata"].get("tags", [])]
    assert tags.count("parameters") == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("data = '/" + "home/lan/766'", True),
        ("cd /" + "work/main", True),
        ("C:" + "\\Users\\lan", True),
        ("https://example.org/home/index.html", False),
        ("../shared/work/notes", False),
        ("#!/usr/bin/env bash", False),
    ],
)
def test_a_machine_path_is_told_from_an_address(text, expected):
    assert bool(MACHINE_PATH.search(text)) is expected


def test_no_source_file_names_a_folder_of_one_machine():
    found = []
    for path in source_files():
        text = path.read_bytes().decode("utf-8", errors="ignore")
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in MACHINE_PATH.finditer(text)]
    assert found == []
