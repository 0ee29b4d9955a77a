"""area.toml and defaults.toml say what the model knows, in its types and ranges; every slip is named, all at once."""

import shutil
import tomllib
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from support.district import HOME, RAW, words

from analysis.cli import main
from analysis.config import area, files, rules, schema
from analysis.config.files import ConfigError, File
from analysis.run import gating

DAY = date(2023, 12, 4)
REAL = sorted((HOME.parent / "shared" / "data" / "real").glob("*/config/*/area.toml"))


@pytest.fixture
def home(tmp_path):
    shutil.copytree(HOME / "config", tmp_path / "config")
    return tmp_path


def edit(home: Path, old: str, new: str, name: str = "cho-moi/area.toml") -> None:
    path = home / "config" / name
    text = path.read_text("utf-8")
    assert old in text, "the test changes nothing"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def faults(home: Path) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        rules.load(home, "cho-moi", DAY)
    return str(refused.value).splitlines()


FIRST = 'code = "893"'
STEP, WHY = "[[rebase]]\n", 'reason = { vi = "x", en = "x" }\n'
GOOD = f'{STEP}cutoff = "2024-03-04"\n{WHY}'
SLIPS = [
    ("[at_most]", "[at_mots]", "[at_mots] is not known; the nearest known key is [at_most]"),
    (FIRST, f"{FIRST}\nexces_pct = 5", "exces_pct is not known; the nearest known key is excess_pct"),
    (FIRST, f"{FIRST}\nrose_most = true", "rose_most = true: expected a whole number of at least 0"),
    (FIRST, f"{FIRST}\nrose_most = -3", "rose_most = -3: expected a whole number of at least 0"),
    ("[name]", "[step]\ntolerance_points = -5\n[name]", "[step] tolerance_points = -5: expected a number above 0"),
    ("[name]", "[mail]\nfirst_rows = -20\n[name]", "[mail] first_rows = -20: expected a whole number of at least 0"),
    (FIRST, f'{FIRST}\nunit_codes = "H21["', 'unit_codes = "H21[": expected a regular expression, such as "H21\\\\.[0-9]+"; this one has unterminated character set at position 3'),
    ("[name]", "[peer]\nleast_units = 0\n[name]", "[peer] least_units = 0: expected a whole number of at least 1"),
    ('control_rows = ["TOÀN HUYỆN", "Tổng cộng"]', "control_rows = [1]", 'control_rows = [1]: expected a list of texts in quotation marks, such as ["TOÀN HUYỆN"]'),
    ("[name]", '[trend]\ntarget_day = "02-30"\n[name]', '[trend] target_day = "02-30": expected month and day, a day that every year has, such as "12-31"'),
    ("default = true", 'default = "yes"', 'default = "yes": expected true or false'),
    (FIRST, f"{FIRST}\nrose_most = 3.0", "rose_most = 3.0: expected a whole number of at least 0"),
    (FIRST, f"{FIRST}\nexcess_pct = nan", "excess_pct = NaN: expected a number of at least 0"),
    ("[name]", "[step]\nsize_points = true\n[name]", "[step] size_points = true: expected a number above 0"),
    ("[name]", "[trend]\nrose_most = 3\n[name]", "[trend] rose_most is not known; rose_most belongs to the top of the file, before the first [table]"),
    (FIRST, f"{FIRST}\nzzz = 1", "zzz is not known; expected one of code, default, units, "),
    (FIRST, f"{FIRST}\ntrend = 3", "trend = 3: expected the table [trend]"),
    ('en = "Chợ Mới district"', "", '[name] en is missing; expected a text in quotation marks, such as "Chợ Mới district"'),
    (FIRST, "", 'code is missing; expected a text in quotation marks, such as "893"'),
    ('TD = { vi = "Bộ phận Một cửa huyện", en = "the district One-stop Unit" }', 'TD = { vi = "Bộ phận Một cửa huyện" }', '[responsible] TD = {"vi": "Bộ phận Một cửa huyện"}: expected a table { vi = "…", en = "…" }'),
    ("SH = 80", "SH = true", "[targets] SH = true: expected a number"),
    ("[name]", f'{STEP}cutoff = "2024-02-30"\n{WHY}[name]', '[[rebase]] number 1: cutoff = "2024-02-30": expected a day, such as "2023-12-04"'),
    ("[name]", f"{STEP}cutoff = 2024-03-04\n{WHY}[name]", '[[rebase]] number 1: cutoff = "2024-03-04": expected a day, in quotation marks, such as "2024-03-04"'),
    ("[name]", f'{STEP}cutoff = "2024-03-04"\nunit_code = 30634\n{WHY}[name]', "[[rebase]] number 1: unit_code = 30634: expected a text in quotation marks"),
    ("[name]", f'{STEP}cutoff = "2024-03-04"\nunit_code = "30635"\n{WHY}[name]', "[[rebase]] number 1: unit_code: '30635' is no unit of the area"),
    ("[name]", f'{STEP}cutoff = "2024-03-04"\nindicator = "DVC"\n{WHY}[name]', "[[rebase]] number 1: indicator: no such indicator: 'DVC'"),
    ("[name]", f'{GOOD}{STEP}cutoff = "2024-03-04"\n[name]', '[[rebase]] number 2: reason is missing; expected a table { vi = "…", en = "…" }'),
    ("[name]", f'{STEP}cutoff = "2024-03-04"\nreason = "x"\n[name]', '[[rebase]] number 1: reason = "x": expected a table { vi = "…", en = "…" }'),
    ("[name]", f'{STEP}cutoff = "2024-03-04"\nreason = {{ vi = "", en = "x" }}\n[name]', '[[rebase]] number 1: reason = {"vi": "", "en": "x"}: expected a table { vi = "…", en = "…" }'),
    ("[name]", f'{STEP}cutof = "2024-03-04"\n{WHY}cutoff = "2024-03-04"\n[name]', "[[rebase]] number 1: cutof is not known; the nearest known key is [[rebase]] number 1: cutoff"),
    ("[name]", GOOD.replace("[[rebase]]", "[rebase]") + "[name]", 'rebase = {"cutoff": "2024-03-04", "reason": {"vi": "x", "en": "x"}}: expected tables [[rebase]]'),
    (FIRST, f'{FIRST}\nrebase = ["2024-03-04"]', '[[rebase]] number 1 = "2024-03-04": expected tables [[rebase]]'),
    ("[name]", GOOD.replace("rebase", "rebas") + "[name]", "rebas is not known; the nearest known key is [[rebase]]"),
    ('CT = "CT_LUYKE"', "CT = 3", "[at_most] CT = 3: expected a text in quotation marks"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), SLIPS, ids=[said[:40] for _, _, said in SLIPS])
def test_a_slip_is_refused_with_file_key_value_and_what_is_expected(home, old, new, said):
    edit(home, old, new)
    (fault,) = faults(home)
    assert fault.startswith(f"config/cho-moi/area.toml: {said}"), fault


def test_all_slips_are_named_at_once_each_on_its_line_with_its_own_file(home):
    edit(home, FIRST, "code = 893\nrose_most = -1")
    edit(home, "[at_most]", "[at_mots]")
    edit(home, "beyond = 3.5", "beyond = 0", "defaults.toml")
    assert faults(home) == [
        'config/cho-moi/area.toml: code = 893: expected a text in quotation marks, such as "893"',
        "config/cho-moi/area.toml: rose_most = -1: expected a whole number of at least 0",
        "config/defaults.toml: [peer] beyond = 0: expected a number above 0",
        "config/cho-moi/area.toml: [at_mots] is not known; the nearest known key is [at_most]",
    ]


@pytest.mark.parametrize("day", ["12-31", "02-28", "01-01"])
def test_a_day_that_every_year_has_is_a_target_day(home, day):
    edit(home, "[name]", f'[trend]\ntarget_day = "{day}"\n[name]')
    assert rules.load(home, "cho-moi", DAY).settings["trend"]["target_day"] == day


@pytest.mark.parametrize("day", ["02-29", "04-31", "13-01", "00-10", "1-1", "12-31 ", "31/12"])
def test_any_other_text_is_none(home, day):
    edit(home, "[name]", f'[trend]\ntarget_day = "{day}"\n[name]')
    assert "a day that every year has" in faults(home)[0]


# -- what all areas share ----------------------------------------------------------------------------------------------


def test_an_area_overrides_what_all_share_key_by_key(home):
    before = rules.load(home, "cho-moi", DAY).settings
    edit(home, "[name]", "[trend]\nrecent_weeks = 9\n[name]")
    edit(home, "rose_most = 3", "rose_most = 7", "defaults.toml")
    now = rules.load(home, "cho-moi", DAY).settings
    assert now == before | {"rose_most": 7, "trend": before["trend"] | {"recent_weeks": 9}}


def test_a_home_that_lacks_defaults_or_some_of_them_has_those_of_the_program(home):
    before = rules.load(home, "cho-moi", DAY).settings
    (home / "config" / "defaults.toml").write_text("rose_most = 1\n[mail]\nfirst_rows = 5\n", "utf-8")
    now = rules.load(home, "cho-moi", DAY).settings
    assert now == before | {"rose_most": 1, "mail": before["mail"] | {"first_rows": 5}}
    (home / "config" / "defaults.toml").unlink()
    assert rules.load(home, "cho-moi", DAY).settings == before


def test_a_table_keyed_by_indicators_is_taken_whole(home):
    """An area that marks no fall must not begin to, because all others do."""
    shared = "[marks_below]\nCKMB = 10\nCHANGE = 0\n[responsible]\nHS = { vi = 'a', en = 'b' }\n"
    (home / "config" / "defaults.toml").write_text(shared, "utf-8")
    edit(home, "CKMB = 50\nDVCTT = 8\nTT = 8\nCHANGE = 0", "SH = 1")
    held = rules.load(home, "cho-moi", DAY).settings
    assert held["marks_below"] == {"SH": 1} and list(held["responsible"]) == ["CKMB", "DVCTT", "TT", "SH", "TD", "CT"]


def test_numbers_stay_as_they_are_written(home):
    settings = rules.load(home, "cho-moi", DAY).settings
    assert repr(settings["step"]["size_points"]) == "6" and repr(settings["step"]["group_tolerance_points"]) == "1.0"
    assert repr(settings["targets"]) == "{'DVCTT': 50, 'TT': 30, 'SH': 80}"


def test_the_areas_we_ship_repeat_nothing_that_all_share():
    shared = tomllib.loads((HOME / "config" / "defaults.toml").read_text("utf-8"))
    for path in (HOME / "config").glob("*/area.toml"):
        own = tomllib.loads(path.read_text("utf-8"))
        for key, value in shared.items():
            if isinstance(value, dict):
                assert value.items().isdisjoint(own.get(key, {}).items()), path
            else:
                assert own.get(key) != value, path


def test_known_steps_are_a_list_with_every_key_and_there_are_none_by_default(home):
    assert rules.load(home, "cho-moi", DAY).settings["rebase"] == []
    reason = {"vi": "gộp kho hồ sơ", "en": "files merged"}
    says = 'reason = { vi = "gộp kho hồ sơ", en = "files merged" }\n'
    edit(home, "[name]", f'{GOOD}{STEP}cutoff = "2024-07-01"\nunit_code = "30634"\nindicator = "SH"\n{says}[name]')
    first, second = rules.load(home, "cho-moi", DAY).settings["rebase"]
    assert first == {"cutoff": "2024-03-04", "unit_code": "", "indicator": "", "reason": {"vi": "x", "en": "x"}}
    assert second == {"cutoff": "2024-07-01", "unit_code": "30634", "indicator": "SH", "reason": reason}


@pytest.mark.parametrize("unit", ["893", "30634"])
def test_a_known_step_is_of_a_unit_or_of_the_area_itself(home, unit):
    edit(home, "[name]", f'{GOOD}unit_code = "{unit}"\n[name]')
    assert rules.load(home, "cho-moi", DAY).settings["rebase"][0]["unit_code"] == unit


@pytest.mark.parametrize(("unit", "is_known"), [("H21", True), ("H21.5", True), ("30634", False)])
def test_where_the_table_is_the_registry_the_code_of_a_known_step_has_the_form_of_its_units(home, unit, is_known):
    edit(home, "[name]", f'{GOOD}unit_code = "{unit}"\n[name]', "gia-lai/area.toml")
    if is_known:
        assert rules.load(home, "gia-lai", DAY).settings["rebase"][0]["unit_code"] == unit
    else:
        with pytest.raises(ConfigError, match=r"\[\[rebase\]\] number 1: unit_code: '30634' is no unit of the area"):
            rules.load(home, "gia-lai", DAY)


# -- what offices have written stays valid -------------------------------------------------------------------------------


def in_full(home: Path, name: str) -> str:
    """The area.toml of an area as offices have them: every key of today's defaults in its own file."""
    shared, own = ((home / "config" / each).read_text("utf-8") for each in ("defaults.toml", f"{name}/area.toml"))
    plain, tables = shared.split("\n[", 1)
    tables = "".join(f"\n[{table}" for table in tables.split("\n[") if not table.startswith("document]"))
    return plain + "\n" + own.replace("[document]", '[document]\narchive = "VT"', 1) + tables


def test_an_area_that_says_every_key_itself_loads_as_it_did(home):
    before = rules.load(home, "cho-moi", DAY)
    text = in_full(home, "cho-moi")
    (home / "config" / "defaults.toml").write_text("rose_most = 9\nfell_most = 9\n[peer]\nbeyond = 9\n", "utf-8")
    (home / "config" / "cho-moi" / "area.toml").write_text(text, "utf-8")
    assert rules.load(home, "cho-moi", DAY).settings == before.settings


@pytest.mark.skipif(not REAL, reason="the real tables of other areas are not beside the project")
@pytest.mark.parametrize("path", REAL, ids=[path.parent.name for path in REAL])
def test_the_configurations_of_real_tables_load_unchanged(path):
    home, name = path.parents[2], path.parent.name
    newest = max(each.name[:10] for each in home.glob("20*"))
    held = rules.load(home, name, date.fromisoformat(newest))
    says = tomllib.loads(path.read_text("utf-8"))
    retired = [key for key in area.RETIRED if says.get("trend", {}).pop(key.removeprefix("[trend] "), None)]
    assert len(held.warnings) == len(retired)
    for key, said in says.items():
        own = held.settings[key]
        assert (own | said if isinstance(said, dict) else said) == own, key


@pytest.mark.skipif(not REAL, reason="the real tables of other areas are not beside the project")
def test_figures_of_other_indices_do_not_accumulate_by_default():
    held = {path.parent.name: rules.load(path.parents[2], path.parent.name, date(2026, 10, 10)) for path in REAL}
    of_year = {"ha-noi-766", "tinh-766-2026"}
    no_units = pd.DataFrame({"unit_code": [], "kind": []})
    said = {name: each.accumulates(no_units)[each.settings["code"]] for name, each in held.items()}
    assert said == {name: "year" if name in of_year else "none" for name in held}


def test_a_key_that_has_lost_its_meaning_is_accepted_with_a_warning(home, monkeypatch):
    before = rules.load(home, "cho-moi", DAY).settings
    monkeypatch.setattr(area, "RETIRED", {"[trend] slope": "limits replaced it", "colour": "there is one palette"})
    edit(home, FIRST, f'{FIRST}\ncolour = "red"')
    edit(home, "[name]", '[trend]\nslope = "any"\n[name]')
    held = rules.load(home, "cho-moi", DAY)
    assert held.settings == before
    assert held.warnings == (
        "config/cho-moi/area.toml: colour has no effect any more: there is one palette",
        "config/cho-moi/area.toml: [trend] slope has no effect any more: limits replaced it",
    )


def test_a_warning_reaches_whoever_runs_a_command(home, monkeypatch, capsys):
    monkeypatch.setattr(area, "RETIRED", {"colour": "there is one palette"})
    edit(home, FIRST, f'{FIRST}\ncolour = "red"')
    said = "config/cho-moi/area.toml: colour has no effect any more: there is one palette"
    assert main(["gate", str(RAW), "--cutoff", str(DAY), "--area", "cho-moi", "--home", str(home)]) == 0
    assert said in capsys.readouterr().err
    assert gating.gate_week([RAW], home, "cho-moi", str(DAY), words()).lines[0] == said


def test_every_key_says_what_it_means():
    held = [
        name for name in area.Area.model_fields if schema.table_of(area.Area, name) or schema.entry_of(area.Area, name)
    ]
    for table in ["", *held]:
        for name, about in schema.properties(area.Area, table).items():
            assert (table == "" and "$ref" in about) or about.get("description"), f"[{table}] {name}"


def test_a_file_that_is_no_toml_is_named_alone():
    held = (File(files.DEFAULTS, b"rose_most = true"), File(files.AREA, b'x = "a\ncode = 1'))
    values, faults, _ = area.settings("cho-moi", held)
    assert values == {} and len(faults) == 1 and faults[0].startswith("config/cho-moi/area.toml line 1: ")
