"""The gate of a week: what it leaves where the tables are refused, and that nothing of it is left once they are not."""

import re
import shutil

import pytest
from support.district import CUTOFF, HOME, RAW, changed, words

from analysis.run import gating
from analysis.weeks import paths

DAY = str(CUTOFF)


@pytest.fixture
def home(tmp_path):
    shutil.copytree(HOME / "config", tmp_path / "home" / "config")
    return tmp_path / "home"


def gate(home, *tables):
    return gating.gate_week(list(tables), home, "cho-moi", DAY, words())


def test_refused_tables_of_a_week_leave_the_page_that_shows_what_to_correct(home, tmp_path):
    found = gate(home, changed(tmp_path, 6, "G", "7l.6"))
    assert found.refused and found.page == paths.processed(home, "cho-moi", "refused", DAY, "gate.html")
    assert "7l.6" in found.page.read_text("utf-8")


def test_the_page_is_gone_once_the_tables_are_accepted_and_those_of_other_weeks_stay(home, tmp_path):
    gate(home, changed(tmp_path, 6, "G", "7l.6"))
    other = paths.processed(home, "cho-moi", "refused", "2023-12-11")
    other.mkdir()
    assert gate(home, RAW).page is None
    assert [path.name for path in other.parent.iterdir()] == ["2023-12-11"]
    other.rmdir()
    gate(home, changed(tmp_path, 6, "G", "7l.6"))
    gate(home, RAW)
    assert not other.parent.exists()


def test_where_the_page_cannot_be_written_the_problems_are_still_told(home, tmp_path):
    paths.processed(home, "cho-moi").mkdir(parents=True)
    paths.processed(home, "cho-moi", "refused").write_text("a file where a folder should be")
    found = gate(home, changed(tmp_path, 6, "G", "7l.6"))
    assert found.refused and found.page is None and any("7l.6" in line for line in found.lines)


@pytest.mark.parametrize(
    ("row", "letter", "text", "is_same"),
    [
        pytest.param(8, "G", "78.7", True, id="a decimal point instead of a comma"),
        pytest.param(8, "B", "BÌNH PHƯỚC XUÂN ", True, id="a name with a space behind it", marks=pytest.mark.long),
        pytest.param(12, "D", "TRUNG BÌNH", True, id="a misspelt band set right", marks=pytest.mark.long),
        pytest.param(8, "G", "78.8", False, id="another figure"),
        pytest.param(8, "K", "26.4", False, id="another rate of digitisation", marks=pytest.mark.long),
        pytest.param(5, "G", "59.9", False, id="another figure of the whole area", marks=pytest.mark.long),
    ],
)
def test_another_table_of_a_published_week_is_known_to_hold_the_same_figures(
    home, tmp_path, row, letter, text, is_same
):
    held = paths.processed(home, "cho-moi", DAY, "raw")
    held.mkdir(parents=True)
    shutil.copy(RAW, held)
    found = gate(home, changed(tmp_path, row, letter, text))
    assert (found.refused, found.is_same) == (False, is_same)
    assert not gate(home, RAW).is_same  # it is the published table itself


def test_a_table_without_the_bold_print_of_the_published_one_holds_the_same_figures(home, tmp_path):
    held, plain = paths.processed(home, "cho-moi", DAY, "raw"), tmp_path / RAW.name
    held.mkdir(parents=True)
    shutil.copy(RAW, held)
    plain.write_text(re.sub("</?[bu]>", "", RAW.read_text("utf-8")), "utf-8")
    found = gate(home, plain)
    assert (found.refused, found.is_same) == (False, True)


def test_of_two_first_tables_none_is_the_same_as_what_is_not_published(home):
    assert not gate(home, RAW).is_same
