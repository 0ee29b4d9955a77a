"""The command line on the real table of Chợ Mới: what it says, writes and answers."""

import os
import shutil
import subprocess
import sys
from importlib.metadata import entry_points

import pandas as pd
import pytest
from support.district import say

from analysis.cli import main
from analysis.exits import Exit
from analysis.gate import replies
from analysis.mail import sending
from analysis.run import pipeline
from analysis.weeks.home import PROJECT

TABLE = PROJECT / "data" / "raw" / "cho-moi" / "2023-12-04.txt"
CUTOFF = "2023-12-04"


@pytest.fixture(autouse=True)
def no_home_from_outside(monkeypatch):
    monkeypatch.setenv("ANALYSIS_HOME", str(PROJECT))


def call(*arguments: object) -> int:
    return main([str(each) for each in arguments])


def at(row: int, letter: str, column: str) -> str:
    return f"{say('place.row', row=row)}, {say('place.column', letter=letter, column=column)}"


@pytest.fixture
def wrong_table(tmp_path):
    """Two cells of the real table changed: 72.6 to 7l.6 in row 6, one commune's name in row 9."""
    text = TABLE.read_text("utf-8")
    path = tmp_path / "2023-12-04.txt"
    path.write_text(text.replace("\t72.6\t", "\t7l.6\t").replace("\tLONG ĐIỀN A\t", "\tLONG ĐIỀN Z\t"), "utf-8")
    return path


def test_gate_says_what_is_accepted_and_what_was_repaired(tmp_path, capsys):
    assert call("gate", TABLE, "--cutoff", CUTOFF, "--out", tmp_path / "new" / "out") == 0
    said = capsys.readouterr().out
    assert say("finding.control_units", found=18, expected=18) in said
    assert say("finding.control_sum", indicator="Chứng thực bản sao điện tử", found="1.746", expected="1.746") in said
    repair = say("run.repair", clean="78.7", reason=say("repair.decimal_comma"))
    assert f"{at(8, 'G', 'CÔNG KHAI, MINH BẠCH (%)')}: «78,7»: {repair}" in said
    assert say("run.accepted", file="2023-12-04.txt") in said
    written = {path.name for path in (tmp_path / "new" / "out").iterdir()}
    assert written == {"gate.html", "measurements.csv", "repairs.csv", "problems.csv"}


def test_gate_lists_every_cell_to_correct_and_leaves_no_accepted_table_of_before(wrong_table, tmp_path, capsys):
    call("gate", TABLE, "--cutoff", CUTOFF, "--out", tmp_path / "out")
    assert call("gate", wrong_table, "--cutoff", CUTOFF, "--out", tmp_path / "out") == 2
    said = capsys.readouterr().out
    assert f"{at(6, 'G', 'CÔNG KHAI, MINH BẠCH (%)')}: «7l.6»" in said
    assert f"{at(9, 'B', 'ĐƠN VỊ')}: «LONG ĐIỀN Z»" in said
    assert say("run.refused", file="2023-12-04.txt") in said
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"gate.html", "repairs.csv", "problems.csv"}
    problems = pd.read_csv(tmp_path / "out" / "problems.csv", dtype=str)
    assert {("6", "G", "7l.6"), ("9", "B", "LONG ĐIỀN Z")} <= {
        (each.row, each.column_letter, each.value) for each in problems.itertuples()
    }


def test_the_csv_of_gate_begins_as_excel_wants_it_and_that_of_score_as_programs_do(tmp_path):
    call("gate", TABLE, "--cutoff", CUTOFF, "--out", tmp_path / "gate")
    call("score", TABLE, "--cutoff", CUTOFF, "--out", tmp_path / "score")
    for name in ("measurements.csv", "repairs.csv", "problems.csv"):
        marked, plain = (tmp_path / "gate" / name).read_bytes(), (tmp_path / "score" / name).read_bytes()
        assert (marked[:3], marked[3:]) == (b"\xef\xbb\xbf", plain)


@pytest.mark.parametrize("name", ["2023-12-04.txt", "2023-12-04 (1).txt", "bang 04-12-2023.txt", "20231204.txt"])
def test_gate_takes_the_cut_off_from_the_name_of_the_file(name, tmp_path, capsys):
    shutil.copy(TABLE, tmp_path / name)
    assert call("gate", tmp_path / name) == 0
    assert say("run.accepted", file=name) in capsys.readouterr().out


def test_gate_asks_for_the_cut_off_where_the_names_tell_two(tmp_path, capsys):
    shutil.copy(TABLE, tmp_path / "2023-11-27.txt")
    assert call("gate", TABLE, tmp_path / "2023-11-27.txt") == 64
    assert "tell several: 2023-11-27, 2023-12-04" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("typed", ["04/12/2023", "4/12/2023", "4.12.2023", "04-12-2023"])
def test_a_cut_off_is_understood_as_people_type_it(typed, monkeypatch, capsys):
    asked = []
    done = pipeline.Outcome(Exit.DONE, "")
    monkeypatch.setattr(pipeline, "make_week", lambda home, area, cutoff, *_, **__: asked.append(cutoff) or done)
    assert call("week", typed, "--area", "cho-moi") == 0
    assert asked == [CUTOFF]
    assert call("gate", TABLE, "--cutoff", typed) == 0


def test_score_writes_the_points_and_the_published_totals(tmp_path):
    assert call("score", TABLE, "--cutoff", CUTOFF, "--area", "cho-moi", "--out", tmp_path) == 0
    scores = pd.read_csv(tmp_path / "scores.csv", dtype={"unit_code": str})
    assert list(scores.columns) == ["unit_code", "unit_name", "total", "computed_total", "not_itemised", "band", "rank"]
    assert len(scores) == 19
    last = scores.set_index("unit_name").loc["Kiến An"]
    assert (last["total"], last["band"], last["rank"]) == (49.18, "Yếu", 18)
    assert {path.name for path in tmp_path.iterdir()} == {
        *["measurements.csv", "points.csv", "scores.csv", "reconciliation.csv", "repairs.csv", "problems.csv"]
    }


def test_score_of_a_refused_table_scores_nothing(wrong_table, tmp_path):
    assert call("score", wrong_table, "--cutoff", CUTOFF, "--out", tmp_path / "out") == 2
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"repairs.csv", "problems.csv"}


def test_several_files_are_gated_as_one_table_and_must_agree(wrong_table, tmp_path, capsys):
    same, other = tmp_path / "same.txt", tmp_path / "other.txt"
    same.write_bytes(TABLE.read_bytes())
    other.write_text(TABLE.read_text("utf-8").replace("\t72.6\t", "\t72.7\t"), "utf-8")
    assert call("gate", TABLE, same, "--cutoff", CUTOFF) == 0
    assert say("run.accepted", file="2023-12-04.txt, same.txt") in capsys.readouterr().out
    assert call("score", TABLE, other, "--cutoff", CUTOFF, "--out", tmp_path / "out") == 2
    assert f"other.txt, {at(6, 'G', 'CÔNG KHAI, MINH BẠCH (%)')}: «72.7»" in capsys.readouterr().out


def test_without_an_area_that_is_the_default_one_must_be_named(tmp_path, capsys):
    for area in ("an-giang", "cho-moi"):
        (tmp_path / "config" / area).mkdir(parents=True)
        (tmp_path / "config" / area / "area.toml").write_text("code = 1")
    assert call("gate", TABLE, "--cutoff", CUTOFF, "--home", tmp_path) == 64
    assert "there are several, name one: an-giang, cho-moi" in capsys.readouterr().err


def test_a_form_for_replies_without_the_cut_off_in_its_name_is_no_table_and_gate_says_its_name(tmp_path, capsys):
    form = tmp_path / "phan-hoi-30634.xlsx"
    shutil.copy(TABLE, form)
    assert main(["gate", str(form), "--cutoff", CUTOFF]) == 64
    assert "2023-12-11-phan-hoi-30634.xlsx" in capsys.readouterr().err.replace("\n", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Cách dùng: "),
        (("wekk",), "wekk"),
        (("gate",), "FILE"),
        (("gate", PROJECT / "README.md"), "which week is it? The files' names tell none"),
        (("gate", TABLE, PROJECT / "README.md", "--cutoff", "4/13/2023"), "expected an ISO date"),
        (("week", "04/12/23"), "expected an ISO date"),
        (("score", TABLE, "--out", "out"), "--cutoff"),
        (("gate", TABLE.parent / "none.txt", "--cutoff", CUTOFF), "none.txt"),
        (("gate", TABLE, "--cutoff", CUTOFF, "--area", "../cho-moi"), "'../cho-moi' is not configured; there are: "),
        (("gate", TABLE, TABLE, "--cutoff", CUTOFF), "two files of one name"),
        (("gate", TABLE, "--cutoff", CUTOFF, "--home", TABLE.parent), "holds no area"),
        (("score", TABLE, "--cutoff", CUTOFF), "--out"),
        (("week", "2023-13-01"), "expected an ISO date"),
        (("week", "--lang", "fr"), "fr"),
        (("week", "--raw", TABLE), "which week"),
        (("week", "--units", "30634,,30637"), "expected none, all, or codes of units"),
        (("week", "--units", ""), "expected none, all, or codes of units"),
        (("week", "--jobs", "0"), "--jobs"),
    ],
)
def test_wrong_usage_is_said_and_answered_with_64(arguments, said, capsys):
    assert call(*arguments) == 64
    assert said in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="devices and pipes")
@pytest.mark.parametrize("arguments", [("gate",), ("score", "--out", "out"), ("week", CUTOFF, "--raw")])
def test_a_device_and_a_pipe_are_no_table_of_any_command(arguments, tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe")
    cutoff = () if arguments[0] == "week" else ("--cutoff", CUTOFF)
    for path in ("/dev/zero", tmp_path / "pipe"):
        assert call(*arguments, path, *cutoff) == 64
        assert "expected a regular file" in " ".join(capsys.readouterr().err.split())


def test_pages_for_a_unit_that_is_not_in_the_table_are_wrong_usage_and_nothing_is_made(tmp_path, capsys):
    shutil.copytree(PROJECT / "config", tmp_path / "config")
    arguments = ("week", CUTOFF, "--area", "cho-moi", "--raw", TABLE, "--units", "30634, 99", "--home", tmp_path)
    assert call(*arguments) == 64
    said = capsys.readouterr().err
    assert (
        say("run.unknown_units", codes="99", known="#").split("#")[0] in said
        and "30628 (Chợ Mới), 30631 (Mỹ Luông)" in said
    )
    assert {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*") if path.is_file()} == {"config"}


def test_the_help_of_a_week_tells_of_the_units_pages(capsys):
    assert call("week", "--help", "--lang", "en") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "--units none|all|CODE,…" in said and "Default: those that the published week has, else none." in said
    assert "--jobs" in said and "one for each processor" in said


def test_a_home_named_before_the_command_is_the_commands(tmp_path, monkeypatch):
    asked, done = [], pipeline.Outcome(Exit.DONE, "")
    monkeypatch.setattr(pipeline, "make_week", lambda home, *_, **__: asked.append(home) or done)
    for before, after in ((("--home", PROJECT), ()), (("--lang", "en", "--home", tmp_path), ("--home", PROJECT))):
        assert call(*before, "week", CUTOFF, "--area", "cho-moi", *after) == 0
    assert asked == [PROJECT, PROJECT]


def test_a_home_without_the_areas_rules_is_an_error_without_a_traceback(tmp_path, capsys):
    (tmp_path / "config" / "cho-moi").mkdir(parents=True)
    (tmp_path / "config" / "cho-moi" / "area.toml").write_text("code = 1")
    assert call("gate", TABLE, "--cutoff", CUTOFF, "--home", tmp_path) == 3
    said = capsys.readouterr().err
    assert "config" in said and "Traceback" not in said


def test_a_folder_that_cannot_be_written_is_an_error_that_names_it(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert call("gate", TABLE, "--cutoff", CUTOFF, "--out", tmp_path / "file" / "out") == 3
    assert str(tmp_path / "file" / "out") in capsys.readouterr().err


def test_help_is_there_before_anything_heavy_is_loaded():
    heavy = "import sys; from analysis.cli import main; main(['gate', '--help']); sys.exit('pandas' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True)
    assert (shown.returncode, "--cutoff DATE" in shown.stdout) == (0, True)


def test_the_command_is_installed_by_its_own_name_and_its_help_says_that_name(monkeypatch, capsys):
    (script,) = entry_points(group="console_scripts", name="analysis")
    monkeypatch.setattr("sys.argv", ["/somewhere/bin/analysis", "gate", "--help"])
    assert script.load()() == Exit.DONE
    assert capsys.readouterr().out.startswith("Cách dùng: analysis gate ")
    monkeypatch.setattr("sys.argv", ["/somewhere/analysis/__main__.py", "gate", "--help"])
    assert main() == Exit.DONE
    assert capsys.readouterr().out.startswith("Cách dùng: python -m analysis gate ")


def test_ctrl_c_is_answered_with_what_became_of_the_week_and_a_status_of_its_own(monkeypatch, capsys):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "make_week", stopped)
    assert call("week", "2023-12-04", "--area", "cho-moi") == Exit.STOPPED == 130
    assert say("run.halted") in capsys.readouterr().err


@pytest.mark.parametrize("command", ["mail", "gate"])
def test_ctrl_c_elsewhere_has_the_same_status_and_shows_no_traceback(command, monkeypatch, capsys):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(sending, "preview", stopped)
    monkeypatch.setattr(replies, "gate_with_replies", stopped)
    arguments = {"mail": ["2023-12-04"], "gate": [str(TABLE), "--cutoff", "2023-12-04"]}[command]
    assert call(command, *arguments, "--area", "cho-moi") == Exit.STOPPED
    said = capsys.readouterr().err
    assert "Traceback" not in said and (say("mail.stopped") in said) == (command == "mail")
