"""Where things are in a home."""

import pytest
from support.on_disk import put

from analysis.weeks import paths

AREA, CUTOFF = "cho-moi", "2023-12-04"


@pytest.fixture
def home(tmp_path):
    return tmp_path


@pytest.mark.parametrize(
    ("delivered", "of_the_week"),
    [
        (["2023-11-27.txt", "2023-12-04.xlsx"], ["2023-12-04.xlsx"]),
        (["2023-12-04.csv", "2023-12-04-subcriteria.csv"], ["2023-12-04-subcriteria.csv", "2023-12-04.csv"]),
        (["2023-12-04.txt", "2023-12-04 (1).txt"], ["2023-12-04 (1).txt", "2023-12-04.txt"]),  # not passed over
        (["2023-12-04.xlsx", "2023-12-04.xlsx.crdownload", "2023-12-04.xlsx~"], ["2023-12-04.xlsx"]),
    ],
)
def test_the_raw_tables_of_a_week_are_all_that_begin_with_its_cutoff(home, delivered, of_the_week):
    for name in delivered:
        put(home / "data/raw/cho-moi" / name, f"what {name} says")
    assert [path.name for path in paths.raw_files(home, AREA, CUTOFF)] == of_the_week


STRAYS = [
    *("~$2023-12-11.xlsx", ".~lock.2023-12-11.xlsx#", "2023-12-11.xlsx~", "Thumbs.db", "thumbs.DB", "desktop.ini"),
    *("2023-12-11.xlsx.crdownload", "Unconfirmed 4711.crdownload", "2023-12-11.xlsx.part", ".DS_Store", "~WRL0001.tmp"),
]


@pytest.mark.parametrize("name", STRAYS)
def test_what_programs_leave_beside_a_table_is_no_table_of_any_week_and_not_misnamed(home, name):
    put(home / "data/raw/cho-moi" / name)
    assert (paths.raw_days(home, AREA), paths.misnamed_raw(home, AREA)) == ([], [])


@pytest.mark.parametrize("name", ["2023-12-04 (1).txt", "2023-12-04 - Copy.txt", "2023-12-04.txt.txt"])
def test_a_copy_of_a_table_under_another_name_is_the_same_table(home, name):
    for each in ("2023-12-04.txt", name):
        put(home / "data/raw/cho-moi" / each, "the same bytes")
    assert [path.name for path in paths.raw_files(home, AREA, CUTOFF)] == ["2023-12-04.txt"]


def test_a_copy_whose_name_tells_no_week_is_not_misnamed_and_another_table_is(home):
    for name, text in (("2023-12-04.txt", "table"), ("Copy of 2023-12-04.txt", "table"), ("04-12-2023.txt", "other")):
        put(home / "data/raw/cho-moi" / name, text)
    assert paths.misnamed_raw(home, AREA) == ["04-12-2023.txt"]


RESERVED = [
    *("2023-12-04-ghi-chu.txt", "2023-12-04-ghi-chu.docx", "2023-12-04-xep-hang.csv", "2023-12-04-phan-hoi.csv"),
    *(
        "2023-12-04-xep-hang.xlsx",
        "2023-12-04-phan-hoi",
        "2023-12-04-phan-hoi-2.xlsx",
        "2023-12-04-Ghi-Chu.TXT",
        "2023-12-04-PHAN-HOI.eml",
    ),
]
TABLES = [
    *("2023-12-04-ghi-chu.xlsx", "2023-12-04-ghi-chu-2.txt", "2023-12-04-xep-hang.docx", "2023-12-04-bo-sung.csv"),
    *("2023-12-04 phan-hoi.csv", "2023-12-04-ghi-chú.txt", "2023-12-04-bang-phan-hoi.csv"),  # refused, not passed over
]


@pytest.mark.parametrize("name", RESERVED)
def test_a_reserved_name_is_no_table_and_makes_no_week_and_is_not_misnamed(home, name):
    put(home / "data/raw/cho-moi" / name)
    assert (paths.raw_days(home, AREA), paths.misnamed_raw(home, AREA)) == ([], [])
    with pytest.raises(paths.NotFound, match=r"expected a table 2023-12-04\*\.\*, found none"):
        paths.raw_files(home, AREA, CUTOFF)
    put(home / "data/raw/cho-moi/2023-12-04.txt")
    put(home / "data/raw/cho-moi/2023-11-27-ghi-chu.txt")
    assert [path.name for path in paths.raw_files(home, AREA, CUTOFF)] == ["2023-12-04.txt"]
    assert [path.name for path in paths.reserved_raw(home, AREA, CUTOFF)] == [name]


@pytest.mark.parametrize("name", TABLES)
def test_a_name_that_only_resembles_a_reserved_one_is_a_table(home, name):
    put(home / "data/raw/cho-moi" / name)
    assert [path.name for path in paths.raw_files(home, AREA, CUTOFF)] == [name]
    assert (paths.raw_days(home, AREA), paths.reserved_raw(home, AREA, CUTOFF)) == ([CUTOFF], [])


def test_the_raw_tables_in_a_run_folder_win(home):
    put(home / "data/raw/cho-moi/2023-12-04.txt")
    own = [put(home / "elsewhere/raw" / name) for name in ("a.txt", "b.txt")]
    assert paths.raw_files(home, AREA, CUTOFF, home / "elsewhere") == own
    assert [path.name for path in paths.raw_files(home, AREA, CUTOFF, home / "nowhere")] == ["2023-12-04.txt"]


def test_what_came_beside_the_table_of_a_week_is_known_by_its_name_alone(home):
    put(home / "data/raw/cho-moi/2023-12-04.txt")
    assert paths.files_beside(home, AREA, CUTOFF) == []
    names = ["2023-12-04-GHI-CHU.docx", "2023-12-04-ghi-chu.txt", "2023-12-04-xep-hang.csv"]
    for name in [*names, "2023-11-27-ghi-chu.txt", "2023-12-04-phan-hoi.txt", "2023-11-27-xep-hang.csv"]:
        put(home / "data/raw/cho-moi" / name)
    assert [path.name for path in paths.files_beside(home, AREA, CUTOFF)] == names


def test_in_a_weeks_folder_tables_and_remarks_are_told_apart_and_its_own_win(home):
    put(home / "data/raw/cho-moi/2023-12-04-ghi-chu.txt")
    table = put(home / "elsewhere/raw/2023-12-04.txt")
    assert paths.files_beside(home, AREA, CUTOFF, home / "elsewhere") == []  # published without
    remark = put(home / "elsewhere/raw/2023-12-04-ghi-chu.txt")
    assert paths.raw_files(home, AREA, CUTOFF, home / "elsewhere") == [table]
    assert paths.files_beside(home, AREA, CUTOFF, home / "elsewhere") == [remark]
    assert paths.held_raw(home / "elsewhere") == ([table], [remark])
    assert [path.parent.name for path in paths.files_beside(home, AREA, CUTOFF, home / "draft")] == ["cho-moi"]


@pytest.mark.parametrize("name", ["2023-11-27.txt", "2023-12-041.txt", "table 2023-12-04.txt"])
def test_no_raw_table_of_the_week_is_an_error(home, name):
    put(home / "data/raw/cho-moi" / name)
    with pytest.raises(paths.NotFound, match=r"expected a table 2023-12-04\*\.\*, found none"):
        paths.raw_files(home, AREA, CUTOFF)


def test_the_newest_raw_table_is_the_one_of_the_latest_cutoff(home):
    for name in ("2023-12-04-subcriteria.txt", "2023-11-27.csv", "notes.txt", "2024-rules.txt"):
        put(home / "data/raw/cho-moi" / name)
    assert paths.newest_raw(home, AREA) == "2023-12-04"
    with pytest.raises(paths.NotFound, match="named by its cut-off"):
        paths.newest_raw(home, "an-giang")


def test_the_newest_raw_table_is_never_a_reserved_file(home):
    for name in ("2023-12-04.txt", "2023-12-11-ghi-chu.docx", "2023-12-18-phan-hoi.csv", "2023-12-25-xep-hang.csv"):
        put(home / "data/raw/cho-moi" / name)
    assert paths.newest_raw(home, AREA) == "2023-12-04"
    assert paths.raw_days(home, AREA) == ["2023-12-04"]


@pytest.mark.parametrize(
    ("name", "misnamed"),
    [
        ("notes.txt", True),
        ("ghi-chu.txt", True),
        ("2023-12-041.txt", True),
        ("2023-13-04-ghi-chu.txt", True),  # the remark of no week
        ("2023-13-04.txt", False),  # refused as the table of a day that is none
        ("2023-12-11.txt", False),
        ("2023-12-11-ghi-chu.txt", False),
        (".DS_Store", False),
    ],
)
def test_a_file_is_misnamed_where_its_name_does_not_tell_its_week(home, name, misnamed):
    for each in ("2023-12-04.txt", name):  # whatever tables lie beside it
        put(home / "data/raw/cho-moi" / each, each)
    assert paths.misnamed_raw(home, AREA) == ([name] if misnamed else [])


@pytest.mark.parametrize("area", ["..", "../cho-moi", "cho-moi/x", "", ".hidden", "Chợ Mới"])
def test_an_area_is_a_plain_name_and_never_a_path(home, area):
    with pytest.raises(ValueError, match="expected the name of a folder of config/"):
        paths.processed(home, area)
