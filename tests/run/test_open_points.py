"""Before a report: what is empty or unchecked is named, and only the report waits for it."""

import shutil
from pathlib import Path

import pytest
from support.district import RAW, say, words
from support.on_disk import put

from analysis.cli import main
from analysis.config.files import ConfigError
from analysis.run import gating
from analysis.weeks.home import PROJECT

CUTOFF = "2023-12-04"
REVIEW = "file,row,column,value,question,checked\n"
PLACES = {
    "agency": '"VĂN PHÒNG HĐND VÀ UBND"',
    "place": '"Chợ Mới"',
    "signer": '"CHÁNH VĂN PHÒNG"',
    "number_suffix": '"BC-VP"',
}


@pytest.fixture
def home(tmp_path):
    shutil.copytree(PROJECT / "config", tmp_path / "config")
    return tmp_path


def change(home: Path, old: str, new: str) -> None:
    path = home / "config" / "cho-moi" / "area.toml"
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


def gated(home: Path) -> gating.GateSummary:
    return gating.gate_week([RAW], home, "cho-moi", CUTOFF, words())


def refusal(home: Path) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        gated(home)
    return str(refused.value).splitlines()


@pytest.mark.parametrize("key", PLACES)
def test_a_report_needs_every_key_of_the_letterhead_and_names_the_empty_one(home, key):
    change(home, f"{key} = {PLACES[key]}", f'{key} = ""')
    first, empty = refusal(home)
    assert first == say("run.open_points", area="cho-moi", count=1)
    assert empty.strip() == say("run.empty", place=f"config/cho-moi/area.toml: [document] {key}")


def test_a_key_of_the_letterhead_that_is_not_there_is_empty(home):
    change(home, 'signer = "CHÁNH VĂN PHÒNG"\n', "")
    assert "[document] signer" in refusal(home)[1]


def test_the_area_is_named_before_a_report(home):
    change(home, 'en = "Chợ Mới district"', 'en = ""')
    assert "[name] en" in refusal(home)[1]


def test_the_body_above_the_agency_may_be_empty(home):
    change(home, 'superior = "ỦY BAN NHÂN DÂN\\nHUYỆN CHỢ MỚI"', 'superior = ""')
    assert not gated(home).refused


def test_an_index_without_bands_has_no_report_yet(home):
    text = (home / "config" / "index-766" / "bands.csv").read_text("utf-8")
    put(home / "config" / "index-766" / "bands.csv", text.splitlines()[0] + "\n")
    change(home, 'code = "893"', 'weak_bands = []\ncode = "893"')
    assert refusal(home)[1].strip() == say("run.empty", place="config/index-766/bands.csv")


def test_a_guess_that_nobody_has_checked_is_named_with_its_place_and_question(home):
    put(
        home / "config" / "cho-moi" / "review.csv",
        f"{REVIEW}columns.csv,7,field,CKMB,Cột này có đúng là công khai?,\nunits.csv,,,18,Đủ chưa?,yes\n",
    )
    _, unchecked = refusal(home)
    fields = {"place": "config/cho-moi/columns.csv: 7: field", "value": "CKMB"}
    assert unchecked.strip() == say("run.unchecked", question="Cột này có đúng là công khai?", **fields)


def test_a_checked_guess_stops_nothing(home):
    put(home / "config" / "cho-moi" / "review.csv", f"{REVIEW}columns.csv,7,field,CKMB,Đúng không?,yes\n")
    assert not gated(home).refused


def test_an_answer_other_than_yes_is_a_fault_of_the_file(home):
    put(home / "config" / "cho-moi" / "review.csv", f"{REVIEW}columns.csv,7,field,CKMB,Đúng không?,maybe\n")
    assert refusal(home) == ["config/cho-moi/review.csv row 2: checked: 'maybe' is not valid, expected one of yes"]


def test_a_table_can_be_tried_before_everything_is_answered(home, capsys):
    change(home, 'signer = "CHÁNH VĂN PHÒNG"', 'signer = ""')
    assert main(["gate", str(RAW), "--area", "cho-moi", "--home", str(home)]) == 0
    assert say("run.not_yet", area="cho-moi", count=1) in capsys.readouterr().err


def test_two_default_areas_stop_a_command_that_names_none_and_are_told_to_one_that_does(home, capsys):
    path = home / "config" / "gia-lai" / "area.toml"
    put(path, "default = true\n" + path.read_text("utf-8"))
    assert main(["gate", str(RAW), "--home", str(home)]) == 3
    both = "config/cho-moi/area.toml and config/gia-lai/area.toml: each says default = true"
    assert both in capsys.readouterr().err
    assert main(["gate", str(RAW), "--area", "cho-moi", "--home", str(home)]) == 0
    assert both in capsys.readouterr().err
