"""Exit statuses, and the errors that a person may meet: each ends in its sentence, never in a traceback."""

import ast
import itertools

import pytest

from analysis.cli import main
from analysis.exits import WORST_FIRST, AnalysisError, Exit, worst
from analysis.gate import clean
from analysis.weeks import paths
from analysis.weeks.home import PROJECT

PACKAGE = PROJECT / "analysis"
GATE = ["gate", str(PROJECT / "data" / "raw" / "cho-moi" / "2023-12-04.txt"), "--cutoff", "2023-12-04"]
# Errors whose callers say in the person's language what they mean, and that of a notebook which cannot become a page.
ANSWERED_BY_CALLERS = {"TookTooLong", "Died", "_Answered", "Busy", "ExportError", "OtherCode"}


def test_a_command_ends_as_its_worst_part_did():
    assert sorted(WORST_FIRST) == sorted(Exit)
    assert worst([]) == Exit.DONE
    for first, second in itertools.combinations(WORST_FIRST, 2):
        assert worst([Exit.DONE, second, first, second]) == first


@pytest.mark.parametrize(
    "error", [AnalysisError("không có bảng"), paths.NotFound("không có bảng"), OSError("không có bảng")]
)
def test_an_error_for_a_person_ends_the_command_with_its_sentence(error, monkeypatch, capsys):
    monkeypatch.setattr(clean, "gate", lambda *_: (_ for _ in ()).throw(error))
    assert main([*GATE, "--area", "cho-moi", "--home", str(PROJECT)]) == Exit.FAILED
    assert capsys.readouterr().err == "không có bảng\n"


def test_an_error_in_the_program_is_not_hidden(monkeypatch):
    monkeypatch.setattr(clean, "gate", lambda *_: [][0])
    with pytest.raises(IndexError):
        main([*GATE, "--area", "cho-moi", "--home", str(PROJECT)])


def test_every_error_of_the_package_has_the_one_base_unless_its_callers_answer_it():
    classes = {
        node.name: {ast.unparse(base) for base in node.bases}
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    }
    is_error = {name for name, bases in classes.items() if any(base.endswith(("Error", "Exception")) for base in bases)}
    based = {"AnalysisError"}
    while more := {name for name, bases in classes.items() if bases & based} - based:
        based |= more
    assert {"ConfigError", "TableError", "NotFound", "NotebookFailed", "Unreadable"} <= based
    assert is_error - based == ANSWERED_BY_CALLERS


def test_the_module_below_all_others_imports_none_of_them():
    imports = [
        ast.unparse(node)
        for node in ast.walk(ast.parse((PACKAGE / "exits.py").read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert imports and not [each for each in imports if "analysis" in each]
