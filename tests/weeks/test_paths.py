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
        (["2023-12-04.xlsx", "~$2023-12-04.xlsx", ".2023-12-04.xlsx"], ["2023-12-04.xlsx"]),  # Excel's, while open
    ],
)
def test_the_raw_tables_of_a_week_are_all_that_begin_with_its_cutoff(home, delivered, of_the_week):
    for name in delivered:
        put(home / "data/raw/cho-moi" / name)
    assert [path.name for path in paths.raw_files(home, AREA, CUTOFF)] == of_the_week


def test_the_raw_tables_in_a_run_folder_win(home):
    put(home / "data/raw/cho-moi/2023-12-04.txt")
    own = [put(home / "elsewhere/raw" / name) for name in ("a.txt", "b.txt")]
    assert paths.raw_files(home, AREA, CUTOFF, home / "elsewhere") == own
    assert [path.name for path in paths.raw_files(home, AREA, CUTOFF, home / "nowhere")] == ["2023-12-04.txt"]


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


@pytest.mark.parametrize("area", ["..", "../cho-moi", "cho-moi/x", "", ".hidden", "Chợ Mới"])
def test_an_area_is_a_plain_name_and_never_a_path(home, area):
    with pytest.raises(ValueError, match="expected the name of a folder of config/"):
        paths.processed(home, area)
