"""Files of the configuration: read with or without a byte order mark, typed, named where they are wrong."""

import os
import shutil
from datetime import date

import pandas as pd
import pytest
from support.district import HOME

from analysis.config import files
from analysis.config.files import ConfigError


@pytest.fixture
def home(tmp_path):
    shutil.copytree(HOME / "config", tmp_path / "home" / "config")
    return tmp_path / "home"


def put(path, text=""):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


# -- TOML -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_file_is_read_with_a_byte_order_mark_and_without(mark, end):
    text = mark + 'name = "huyện"'.encode() + end + b"[x]" + end + b"y = 1"
    assert files.parse_toml(text, "a.toml") == {"name": "huyện", "x": {"y": 1}}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'a = 1\nb = "x\nc = 2\n', "a.toml line 2: Illegal character"),
        (b'\xef\xbb\xbfa = 1\nb = "x\nc = 2\n', "a.toml line 2: Illegal character"),
        (b'a = 1\r\nb = "x\r\nc = 2\r\n', "a.toml line 2: Illegal character"),
        (b"a = 1\nb = [1,\n", "a.toml line 2: "),
        (b"a = 1\n\nb\n", "a.toml line 3: Expected '='"),
        (b"a = 1\na = 2\n", "a.toml line 2: Cannot overwrite a value"),
        (b"a =", "a.toml line 1: Invalid value"),
        (b'a = """', "a.toml line 1: "),
        (b"a = 1\nb = 'x\nc = 2\n\n[d]\n", 'a.toml line 2: Expected "\'"'),
        (b'a = [\n1,\n]\nb = """x\nc = 2\n\n[d]\n', "a.toml line 4: "),
        ('a = 1\nb = "Tân Mỹ"\n'.encode("cp1258", "replace"), "a.toml line 2: not written in UTF-8"),
        ('a = "x"\n'.encode("utf-16"), "a.toml line 1: not written in UTF-8"),
    ],
)
def test_a_broken_line_is_a_sentence_with_file_and_line(data, said):
    with pytest.raises(ConfigError) as refused:
        files.parse_toml(data, "a.toml")
    assert str(refused.value).startswith(said) and "\n" not in str(refused.value)


# -- where they are ---------------------------------------------------------------------------------------------------


def test_the_programs_own_configuration_is_found():
    assert (files.PROGRAM / files.DEFAULTS).is_file() and (HOME / "config").resolve() == files.PROGRAM


def test_what_the_home_lacks_of_the_index_is_the_programs_own_and_the_homes_wins(home):
    bands = home / "config" / "index-766" / "bands.csv"
    bands.write_text("band,name_en,from_points,valid_from,valid_to,source\nĐạt,Pass,0,2000-01-01,,x\n", "utf-8")
    (home / "config" / "index-766" / "groups.csv").unlink()
    held = {(file.name, file.own): file.data for file in files.of_area(home, "cho-moi")}
    assert held["index-766/bands.csv", False] == bands.read_bytes()
    assert held["index-766/groups.csv", True] == (files.PROGRAM / "index-766" / "groups.csv").read_bytes()
    assert ("aliases.csv", True) not in held and (files.DEFAULTS, True) in held and (files.DEFAULTS, False) in held


def test_in_the_project_itself_each_file_is_read_once_and_none_is_taken_from_elsewhere():
    held = files.of_area(HOME, "cho-moi")
    assert [file.name for file in held].count(files.DEFAULTS) == 1 and not any(file.own for file in held)


def test_only_what_counts_of_the_programs_own_files_is_named(home):
    assert files.from_program(HOME) == files.from_program(home) == []
    (home / "config" / "index-766" / "groups.csv").unlink()
    (home / "config" / "defaults.toml").unlink()
    put(home / "config" / "wording" / "vi.toml", "")
    put(home / "config" / "index-766" / "bands.csv", "x")  # read instead of the program's, not beside it
    names = [path.relative_to(files.PROGRAM).as_posix() for path in files.from_program(home)]
    assert names == ["index-766/groups.csv", "defaults.toml", "wording/vi.toml"]


@pytest.mark.parametrize(
    ("says", "chosen"),
    [
        ({"cho-moi": "default = true", "an-giang": ""}, "cho-moi"),
        ({"cho-moi": "default = false", "an-giang": "code = 1"}, None),
        ({"cho-moi": "\ufeffdefault = true", "an-giang": "code = 'x"}, "cho-moi"),
        ({"cho-moi": "default = true", "an-giang": "default = 'yes'"}, "cho-moi"),
    ],
)
def test_the_default_area_is_the_one_that_says_so_whatever_is_wrong_with_another(home, says, chosen):
    for area, text in says.items():
        put(home / "config" / area / "area.toml", text)
    assert files.default_area(home, list(says)) == chosen


def test_a_folder_with_an_area_toml_is_an_area_though_it_leads_nowhere_and_one_that_cannot_be_read_is_none(
    tmp_path, monkeypatch
):
    for name in ("an-giang", "lost+found", "index-766"):
        (tmp_path / "config" / name).mkdir(parents=True)
    (tmp_path / "config" / "an-giang" / "area.toml").symlink_to("nowhere.toml")
    lstat = os.lstat

    def refused(path, **about):
        if "lost+found" in str(path):
            raise PermissionError(13, "Permission denied", str(path))
        return lstat(path, **about)

    monkeypatch.setattr(os, "lstat", refused)  # root may read everything
    assert files.areas(tmp_path) == ["an-giang"]


def test_two_default_areas_are_a_fault_that_names_both_files(home):
    for area in ("cho-moi", "an-giang"):
        put(home / "config" / area / "area.toml", "default = true")
    with pytest.raises(
        ConfigError, match=r"config/cho-moi/area\.toml and config/an-giang/area\.toml: each says default"
    ):
        files.default_area(home, ["cho-moi", "an-giang", "gia-lai"])


def test_a_slip_that_may_hide_the_default_area_is_named(home):
    put(home / "config" / "cho-moi" / "area.toml", "code = 'x\ndefault = true")
    put(home / "config" / "an-giang" / "area.toml", "default = 'yes'")
    with pytest.raises(ConfigError) as refused:
        files.default_area(home, ["cho-moi", "an-giang", "gia-lai"])
    first, second = str(refused.value).splitlines()
    assert first.startswith("config/cho-moi/area.toml line 1: ")
    assert second == "config/an-giang/area.toml: default = 'yes': expected true or false"


# -- tables -----------------------------------------------------------------------------------------------------------


def test_a_table_may_begin_with_a_byte_order_mark_as_excel_writes_it():
    text = "\ufeffwhat,written,meant,reason\nunit,Tân Mỹ,30643,x\n"
    faults: list[str] = []
    assert files.table("cho-moi", "aliases.csv", text.encode(), faults)["meant"].tolist() == ["30643"]
    assert faults == []


def test_a_table_that_a_vietnamese_excel_saved_is_read_with_its_semicolons_days_and_decimal_commas():
    text = "band;name_en;from_points;valid_from;valid_to;source\nKhá;Fair, or so;64,5;1/7/2025;31/12/2025;a, b\n"
    faults: list[str] = []
    (row,) = files.table("", "index/bands.csv", text.encode(), faults).itertuples()
    assert faults == []
    assert (row.name_en, row.from_points, row.source) == ("Fair, or so", 64.5, "a, b")
    assert (str(row.valid_from.date()), str(row.valid_to.date())) == ("2025-07-01", "2025-12-31")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("unit,Tân, Mỹ,30643,x\n".encode(), "row 2: more cells than columns; write a text with a comma in quotation marks"),
        ("unit,Tân Mỹ,30643,x\nunit,Tân\x0bAn,30643,x\n".encode(), "line 3: the control character U+000B; type this line again"),
        ("unit,Tân Mỹ,30643,x\0\n".encode(), "line 2: the control character U+0000; type this line again"),
        ("unit,Tân Mỹ,30643,x\n".encode("utf-16"), "line 2: not written in UTF-8; save the file as UTF-8"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_read_is_one_sentence_with_file_and_line(data, said):
    faults: list[str] = []
    assert files.table("cho-moi", "aliases.csv", b"what,written,meant,reason\n" + data, faults).empty
    assert faults == [f"config/cho-moi/aliases.csv {said}"]


def test_the_rows_in_force_are_those_of_a_period_with_both_its_days():
    days = {"valid_from": ["2023-01-01", "2023-06-01"], "valid_to": ["2023-05-31", None]}
    dated = pd.DataFrame({name: pd.to_datetime(pd.Series(each)) for name, each in days.items()})
    held = {day: files.in_force(dated, day).index.size for day in (date(2022, 12, 31), date(2023, 1, 1))}
    assert held == {date(2022, 12, 31): 0, date(2023, 1, 1): 1}
    for day, begins in ((date(2023, 5, 31), "2023-01-01"), (date(2023, 6, 1), "2023-06-01")):
        assert files.in_force(dated, day)["valid_from"].tolist() == [pd.Timestamp(begins)]
    assert files.changes(dated) == [date(2023, 1, 1), date(2023, 6, 1)]


def test_every_column_has_a_meaning():
    assert [(name, column) for name, held in files.COLUMNS.items() for column, about in held.items() if not about] == []
