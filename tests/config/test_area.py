"""area.toml and defaults.toml say what the model knows, in its types and ranges; every slip is named, all at once."""

import shutil
import tomllib
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from support.district import HOME, RAW, words
from support.sampled import sampled

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
    ("basis = [\n", 'basis = [{ text = "luật A" },\n', '[document] basis = [{"text": "luật A"}, "Quyết định'),
    ("[[departments]]", '[[departments]]\nvii = "x"', "[[departments]] number 1: vii is not known; the nearest known key is [[departments]] number 1: vi"),
    ('vi = "Văn phòng Đăng ký đất đai - Chi nhánh Chợ Mới"', 'vi = ""', '[[departments]] number 1: vi = "": expected a text in quotation marks, such as "Phòng Nội vụ"'),
    ('MDHL = { vi = "Bộ phận Một cửa huyện"', 'MDHL = { vi = "—"', "department '—': expected a name in Latin letters"),
    ('vi = "Văn phòng Đăng ký đất đai - Chi nhánh Chợ Mới"', 'vi = "ការិយាល័យ"\nen = "x"\n[[departments]]\nvi = "Văn phòng Đăng ký đất đai - Chi nhánh Chợ Mới"', "department 'ការិយាល័យ': expected a name in Latin letters"),
    ('MDHL = { vi = "Bộ phận Một cửa huyện"', 'MDHL = { vi = "30634"', "department '30634': this is the code of a unit"),
    ("SH = 80", "SH = true", "[targets] SH = true: expected a number"),
    ("SH = 80", "SH = 100.1", "[targets] SH = 100.1: expected a number from 0 to 100"),
    ("SH = 80", "SH = -1", "[targets] SH = -1: expected a number from 0 to 100"),
    ("SH = 80", "TOTAL = 80", "[targets] TOTAL: a target is of a rate, and this figure is not in percent"),
    ("SH = 80", "CT = 80", "[targets] CT: a target is of a rate, and this figure is not in percent"),
    ("[name]", f'{STEP}cutoff = "2024-02-30"\n{WHY}[name]', '[[rebase]] number 1: cutoff = "2024-02-30": expected a day, such as "2023-12-04"'),
    ("[name]", f"{STEP}cutoff = 2024-03-04\n{WHY}[name]", '[[rebase]] number 1: cutoff = "2024-03-04": expected a day, in quotation marks, such as "2024-03-04"'),
    ("[name]", f'{STEP}cutoff = "2024-03-04"\nunit_code = 30634\n{WHY}[name]', "[[rebase]] number 1: unit_code = 30634: expected a text in quotation marks"),
    ("[name]", f'{STEP}cutoff = "2024-03-04"\nunit_code = "30635"\n{WHY}[name]', "[[rebase]] number 1: unit_code: '30635' is no unit of the area"),
    ("[name]", f'{STEP}cutoff = "2024-03-04"\nindicator = "DVC"\n{WHY}[name]', "[[rebase]] number 1: indicator: 'DVC' is no flow of indicators.csv"),
    ("[name]", f'{STEP}cutoff = "2024-03-04"\nindicator = "CKMB"\n{WHY}[name]', "[[rebase]] number 1: indicator: 'CKMB' is no flow of indicators.csv"),
    ("[name]", f'{STEP}cutoff = "2024-03-04"\nindicator = "MDHL"\n{WHY}[name]', "[[rebase]] number 1: indicator: 'MDHL' is no flow of indicators.csv"),
    ("[name]", f'{STEP}cutoff = "2024-03-04"\nindicator = "TOTAL"\n{WHY}[name]', "[[rebase]] number 1: indicator: 'TOTAL' is no flow of indicators.csv"),
    ("[name]", f"{STEP}{WHY}[name]", '[[rebase]] number 1: cutoff is missing; expected a day, in quotation marks, such as "2024-03-04"'),
    ("[name]", f'{STEP}cutoff = "04/03/2024"\n{WHY}[name]', '[[rebase]] number 1: cutoff = "04/03/2024": expected a day, such as "2023-12-04"'),
    ("[name]", f'{GOOD}{STEP}cutoff = "2024-03-04"\n[name]', '[[rebase]] number 2: reason is missing; expected a table { vi = "…", en = "…" }'),
    ("[name]", f'{STEP}cutoff = "2024-03-04"\nreason = "x"\n[name]', '[[rebase]] number 1: reason = "x": expected a table { vi = "…", en = "…" }'),
    ("[name]", f'{STEP}cutoff = "2024-03-04"\nreason = {{ vi = "", en = "x" }}\n[name]', '[[rebase]] number 1: reason = {"vi": "", "en": "x"}: expected a table { vi = "…", en = "…" }'),
    ("[name]", f'{STEP}cutof = "2024-03-04"\n{WHY}cutoff = "2024-03-04"\n[name]', "[[rebase]] number 1: cutof is not known; the nearest known key is [[rebase]] number 1: cutoff"),
    ("[name]", GOOD.replace("[[rebase]]", "[rebase]") + "[name]", 'rebase = {"cutoff": "2024-03-04", "reason": {"vi": "x", "en": "x"}}: expected tables [[rebase]]'),
    (FIRST, f'{FIRST}\nrebase = ["2024-03-04"]', '[[rebase]] number 1 = "2024-03-04": expected tables [[rebase]]'),
    ("[name]", GOOD.replace("rebase", "rebas") + "[name]", "rebas is not known; the nearest known key is [[rebase]]"),
    ('CT = "CT_LUYKE"', "CT = 3", "[at_most] CT = 3: expected a text in quotation marks"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "said"), sampled([pytest.param(*each, id=each[-1][:40]) for each in SLIPS], 14, long=len(SLIPS))
)
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


# -- bounds ------------------------------------------------------------------------------------------------------------

POSITIVE, NOT_NEGATIVE = "a number above 0", "a whole number of at least 0"
BETWEEN = "a number above 0 and below 1"
PERIOD = '"year" or "quarter" or "month" or "none"'
# Table and key; what is expected; values that are refused, and values at the bounds that are not.
BOUNDS = [
    ("move", "least_points", POSITIVE, ["0", "-1", '"1"', "true", "inf"], ["0.01", "3"]),
    ("move", "sigmas", POSITIVE, ["0", "-3.5", "nan"], ["0.1"]),
    ("rates", "uneven", "a number of at least 1", ["0.99", "0", '"3"'], ["1", "1.5"]),
    ("rates", "widest", POSITIVE, ["0", "-20"], ["0.1", "100"]),
    ("signal", "false_a_year", POSITIVE, ["0", "-1", "inf"], ["0.1", "50"]),
    ("signal", "cutoffs", "a whole number of at least 8", ["7", "8.0", "120.5"], ["8", "999"]),
    ("year_end", "level", BETWEEN, ["0", "1", "80", "-0.8"], ["0.01", "0.99"]),
    ("year_end", "least_weeks", "a whole number of at least 3", ["2", "3.5"], ["3"]),
    ("trend", "least_streak", "a whole number of at least 2", ["1", "0", "-7", "7.0"], ["2"]),  # one is no row
    ("page", "peers", NOT_NEGATIVE, ["-1", "2.0", "true"], ["0", "99"]),
    ("page", "steady_pct", "a number from 0 to 100", ["-0.1", "100.1", '"90"'], ["0", "99.5", "100"]),
    ("page", "asked", "a whole number of at least 1", ["0", "2.5"], ["1", "99"]),
    ("period", "accumulates", f'{PERIOD}, such as "year"', ['"week"', '"Year"', "true"], ['"quarter"', '"none"']),
    ("period", "certainty", "a text in quotation marks", ["1"], ['"sure"']),
]
DEFAULTS = {
    "move": {"least_points": 1.0, "sigmas": 3.5},
    "rates": {"uneven": 3, "widest": 20},
    "signal": {"false_a_year": 2.0, "cutoffs": 120},
    "year_end": {"level": 0.8, "least_weeks": 12},
    "trend": {"shown_cutoffs": 60, "recent_weeks": 4, "least_streak": 7, "target_day": "12-31"},
    "page": {"steady_pct": 90, "asked": 10, "peers": 5, "signals": 8, "contributions": 12},
    "period": {"accumulates": "", "certainty": ""},
    "index_folder": "index-766",
    "rebase": [],
}


def read(more: str) -> schema.Checked:
    """The settings of An Giang, which says nothing of these tables itself, with some lines more."""
    own = (HOME / "config" / "an-giang" / "area.toml").read_text("utf-8")
    shared = File(files.DEFAULTS, (HOME / "config" / "defaults.toml").read_bytes())
    return area.settings("an-giang", (shared, File(files.AREA, f"{own}\n{more}\n".encode())))


def each_value(place: int) -> list:
    return [pytest.param(*row[:3], value, id=f"{row[0]}.{row[1]} = {value}") for row in BOUNDS for value in row[place]]


def test_what_an_area_does_not_say_is_as_documented():
    held = read("")
    assert (held.faults, held.warnings) == ([], [])
    assert {name: held.values[name] for name in DEFAULTS} == DEFAULTS


@pytest.mark.parametrize(("table", "key", "expected", "value"), each_value(3))
def test_a_value_out_of_its_bounds_is_refused_with_file_key_and_value(table, key, expected, value):
    shown = {"inf": "Infinity", "nan": "NaN"}.get(value, value)
    said = f"config/an-giang/area.toml: [{table}] {key} = {shown}: expected {expected}"
    assert read(f"[{table}]\n{key} = {value}").faults == [said]


@pytest.mark.parametrize(("table", "key", "expected", "value"), each_value(4))
def test_a_value_at_its_bounds_is_taken_and_all_else_stays(table, key, expected, value):
    held, before = read(f"[{table}]\n{key} = {value}"), read("").values
    said = tomllib.loads(f"value = {value}")["value"]
    assert held == schema.Checked(before | {table: before[table] | {key: said}}, [], [])


@pytest.mark.parametrize(
    ("table", "key", "hint"),
    [
        ("move", "least_point", "the nearest known key is [move] least_points"),
        ("rates", "wides", "the nearest known key is [rates] widest"),
        ("signal", "false_per_year", "the nearest known key is [signal] false_a_year"),
        ("signal", "least_weeks", "least_weeks belongs to the table [year_end]"),
        ("year_end", "levels", "the nearest known key is [year_end] level"),
        ("period", "accumulate", "the nearest known key is [period] accumulates"),
        ("trend", "steady_pct", "steady_pct belongs to the table [page]"),
        ("page", "steady", "the nearest known key is [page] steady_pct"),
        ("rates", "zzz", "expected one of [rates] uneven, [rates] widest"),
    ],
)
def test_a_key_that_a_table_does_not_have_is_refused_with_the_nearest_one(table, key, hint):
    said = f"config/an-giang/area.toml: [{table}] {key} is not known; {hint}"
    assert read(f"[{table}]\n{key} = 1").faults == [said]


# -- days --------------------------------------------------------------------------------------------------------------


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
    assert held["marks_below"] == {"SH": 1} and list(held["responsible"]) == [
        "CKMB",
        "DVCTT",
        "TT",
        "SH",
        "TD",
        "CT",
        "MDHL",
    ]


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
    unnamed = (home / "config" / "index-766").is_dir()  # another index, whose names nobody has written
    assert len(held.warnings) == len(retired) + unnamed and bool(held.index) is not unnamed
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


@pytest.mark.parametrize("value", ["12", '"many"'])
@pytest.mark.parametrize("name", ["cho-moi/area.toml", "defaults.toml"])
def test_how_many_changes_control_charts_need_is_accepted_with_a_warning_in_either_file(home, name, value):
    before = rules.load(home, "cho-moi", DAY).settings
    at, key = ("[name]", "[trend]\n{}\n[name]") if "/" in name else ("[trend]", "[trend]\n{}\n")
    edit(home, at, key.format(f"least_changes = {value}"), name)
    held = rules.load(home, "cho-moi", DAY)
    assert held.settings == before and "least_changes" not in held.settings["trend"]
    assert held.warnings == (
        f"config/{name}: [trend] least_changes has no effect any more: signals on the own rates of weeks have taken the"
        " place of control charts",
    )


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


# -- on the web --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["", "https://office.example", "https://office.example:8443/766", "https://a-b.gov.vn/x/y_z~1/"]
)
def test_an_https_address_is_where_readers_find_the_reports(home, url):
    edit(home, "[name]", f'[public]\nbase_url = "{url}"\n[name]')
    assert rules.load(home, "cho-moi", DAY).settings["public"] == {"base_url": url, "robots": ""}


@pytest.mark.parametrize(
    "url", ["http://office.example", "office.example", "https://", "https://a.vn/?q", "https://a.vn/#x", 'https://a"b']
)
def test_any_other_address_is_refused(home, url):
    edit(home, "[name]", f"[public]\nbase_url = '{url}'\n[name]")
    assert "expected an https address without" in faults(home)[0]


def test_search_engines_are_told_to_come_or_to_stay_away_or_nothing(home):
    edit(home, "[name]", '[public]\nrobots = "none"\n[name]')
    assert faults(home) == [
        'config/cho-moi/area.toml: [public] robots = "none": expected "index" or "noindex", such as "noindex"'
    ]


def test_a_total_is_computed_only_of_a_table_that_prints_none(home):
    edit(home, FIRST, f'{FIRST}\ntotal = "computed"')
    said = "columns.csv prints a total, and 'computed' is for tables that print none"
    assert [each for each in faults(home) if each.endswith(f"cho-moi/area.toml: total: {said}")]
