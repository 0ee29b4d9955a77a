"""Targets, thresholds and departments are dated like rules: a day before a change has what it had."""

import shutil
from datetime import date

import pandas as pd
import pytest
from support.district import HOME
from support.sampled import sampled

from analysis.config import rules
from analysis.config.departments import find_code
from analysis.config.files import ConfigError

BEFORE, DAY, AFTER = date(2023, 12, 4), "2024-01-01", date(2024, 1, 1)
TARGETS = "indicator,target,valid_from,valid_to,source\n"
DEPARTMENTS = "answers_for,name_vi,name_en,valid_from,valid_to,source\n"
JUSTICE = "Sở Tư pháp"


@pytest.fixture
def home(tmp_path):
    shutil.copytree(HOME / "config", tmp_path / "config")
    return tmp_path


def put(home, name: str, text: str, mode: str = "w") -> None:
    with (home / "config" / "cho-moi" / name).open(mode, encoding="utf-8") as file:
        file.write(text)


def on(home, day: date) -> rules.Rules:
    return rules.load(home, "cho-moi", day)


def faults(home) -> str:
    with pytest.raises(ConfigError) as error:
        on(home, BEFORE)
    return str(error.value)


# What an office writes on a day, and what is then in force.
CHANGES = {
    "targets.csv": (TARGETS + f"DVCTT,60,{DAY},,QĐ 1\n", {"targets": {"DVCTT": 60, "TT": 30, "SH": 80}}),
    "departments.csv": (
        DEPARTMENTS + f"SH,{JUSTICE},the Department of Justice,{DAY},,QĐ 2\n",
        {"SH": {"vi": JUSTICE, "en": "the Department of Justice"}},
    ),
    "area.toml": (
        f'\n[[change]]\nvalid_from = "{DAY}"\nfell_most = 4\n[change.marks_below]\nCKMB = 60\n[change.page]\nasked = 3\n',
        {"marks_below": {"CKMB": 60}, "fell_most": 4},
    ),
}


@pytest.mark.parametrize("file", CHANGES)
def test_a_day_before_a_change_has_the_settings_that_it_had(home, file):
    before = on(home, BEFORE)
    put(home, file, CHANGES[file][0], "a")
    again = on(home, BEFORE)
    assert again.settings == before.settings and again.departments == before.departments
    for name in ("units", "tasks", "columns", "indicators"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(before, name))


@pytest.mark.parametrize("file", CHANGES)
def test_from_its_day_on_a_change_is_in_force(home, file):
    put(home, file, CHANGES[file][0], "a")
    after = on(home, AFTER).settings
    both = after | after["responsible"]
    assert {key: both[key] for key in CHANGES[file][1]} == CHANGES[file][1]
    assert after["page"]["peers"] == 5 and after["step"] == on(home, BEFORE).settings["step"]


def test_an_empty_target_is_none_from_that_day_on(home):
    put(home, "targets.csv", TARGETS + f"TT,,{DAY},,QĐ 1\n")
    assert on(home, AFTER).settings["targets"] == {"DVCTT": 50, "SH": 80}


def test_a_row_that_has_ended_leaves_what_area_toml_says(home):
    put(home, "targets.csv", TARGETS + "DVCTT,40,2023-01-01,2023-12-31,QĐ 1\n")
    assert on(home, BEFORE).settings["targets"]["DVCTT"] == 40 and on(home, AFTER).settings["targets"]["DVCTT"] == 50


def test_a_department_of_no_indicator_has_its_days_and_its_tasks(home):
    put(home, "departments.csv", DEPARTMENTS + f",{JUSTICE},the Department of Justice,{DAY},,QĐ 2\n")
    task = f"x,{JUSTICE},,,Làm.,Do.,{DAY},,QĐ 3\n"
    put(home, "tasks.csv", task, "a")
    code = find_code(JUSTICE)
    assert code in {each.code for each in on(home, AFTER).departments}
    assert code not in {each.code for each in on(home, BEFORE).departments}


def test_later_changes_stand_on_earlier_ones_in_the_order_of_their_days(home):
    for day, most in (("2023-11-01", 2), ("2023-10-01", 1)):
        put(home, "area.toml", f'\n[[change]]\nvalid_from = "{day}"\nrose_most = {most}\n', "a")
    put(home, "area.toml", '\n[[change]]\nvalid_from = "2023-12-01"\nfell_most = 9\n', "a")
    known = [on(home, date(2023, month, 6)).settings for month in (9, 10, 11, 12)]
    assert [(each["rose_most"], each["fell_most"]) for each in known] == [(3, 5), (1, 5), (2, 5), (2, 9)]


def test_who_has_a_task_has_to_be_there_as_long_as_the_task(home):
    put(home, "departments.csv", DEPARTMENTS + f"CT,{JUSTICE},the Department of Justice,{DAY},,QĐ 2\n")
    assert "tasks.csv row 13: department: 'Phòng Tư pháp' is not known" in faults(home)


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("targets.csv", TARGETS + "XX,5,2024-01-01,,x\n", "cho-moi/targets.csv row 2: indicator: 'XX' is not known"),
        ("targets.csv", TARGETS + "TT,101,2024-01-01,,x\n", "targets.csv row 2: target: expected a number from 0 to 100"),
        ("targets.csv", TARGETS + "TT,5,,,x\n", "targets.csv row 2: valid_from: '' is not valid"),
        ("targets.csv", TARGETS + "TT,5,2024-01-01,,x\nTT,6,2024-02-01,,x\n", "targets.csv row 3: TT: the period from 2024-02-01 overlaps"),
        ("departments.csv", DEPARTMENTS + "XX,a,b,2024-01-01,,x\n", "departments.csv row 2: answers_for: 'XX' is not known"),
        ("departments.csv", DEPARTMENTS + "CT,a,,2024-01-01,,x\n", "departments.csv row 2: expected its name in both languages"),
        ("tasks.csv", f"x,{JUSTICE},,,Làm.,Do.,2024-01-01,,x\n", f"tasks.csv row 15: department: '{JUSTICE}' is not known"),
        ("area.toml", '[[change]]\nrose_most = 1\n', "config/cho-moi/area.toml: [[change]] number 1: valid_from is missing"),
        ("area.toml", '[[change]]\nvalid_from = "2024-13-01"\n', 'area.toml: [[change]] number 1: valid_from = "2024-13-01": expected a day'),
        ("area.toml", '[[change]]\nvalid_from = "2024-01-01"\nrose_mst = 1\n', "area.toml: [[change]] of 2024-01-01: rose_mst is not known; the nearest known key is rose_most"),
        ("area.toml", '[[change]]\nvalid_from = "2024-01-01"\n[change.targets]\nDVCTT = "60"\n', 'area.toml: [[change]] of 2024-01-01: [targets] DVCTT = "60": expected a number from 0 to 100'),
        ("area.toml", '[[change]]\nvalid_from = "2024-01-01"\n[change.targets]\nXX = 60\n', "area.toml: [targets] XX: no such indicator"),
        ("area.toml", '[[change]]\nvalid_from = "2024-01-01"\ncode = "1"\n', "area.toml: [[change]] of 2024-01-01: code is always the same"),
        ("area.toml", '[[change]]\nvalid_from = "2024-01-01"\n[change.expected]\nhour = 9\n', "area.toml: [[change]] of 2024-01-01: expected is always the same"),
        ("area.toml", '[[change]]\nvalid_from = "2024-01-01"\n[[change]]\nvalid_from = "2024-01-01"\n', "[[change]] of 2024-01-01: two of one day"),
        ("area.toml", "change = 1\n", "area.toml: change = 1: expected tables [[change]]"),
        ("../defaults.toml", '[[change]]\nvalid_from = "2024-01-01"\n', "config/defaults.toml: [[change]] belongs to area.toml"),
    ],
)  # fmt: skip
def test_a_slip_in_what_is_dated_is_named(home, file, text, said):
    if text.startswith("change"):
        path = home / "config" / "cho-moi" / file
        path.write_text(text + path.read_text("utf-8"), "utf-8")
    else:
        put(home, file, ("\n" if file.endswith("toml") else "") + text, "a")
    assert said in faults(home)


@pytest.mark.parametrize(
    "text",
    sampled(["rose_most = 1", "[change.page]\nasked = 3", '[change.document]\nsigner = "PHÓ"'], 1, long=2),
)
def test_every_other_key_of_the_file_can_change(home, text):
    put(home, "area.toml", f'\n[[change]]\nvalid_from = "{DAY}"\n{text}\n', "a")
    assert on(home, AFTER).settings != on(home, BEFORE).settings


def test_points_of_an_index_of_another_maximum_are_scaled_also_after_a_change(home):
    """defaults.toml says points of 100; what a change says is said in the area's own points."""
    from analysis.config import area, files

    held = files.of_area(home, "cho-moi")
    put(home, "area.toml", f'\n[[change]]\nvalid_from = "{DAY}"\n[change.step]\nsize_points = 4\n', "a")
    dated, faults_, _ = area.dated_settings("cho-moi", files.of_area(home, "cho-moi"))
    assert faults_ == [] and held != files.of_area(home, "cho-moi")
    scaled = [area.scaled(each.values, each.said, 50.0, 2)["step"]["size_points"] for each in dated]
    assert scaled == [3.0, 4]
