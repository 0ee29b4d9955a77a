"""Real tables of other indices, read by what their columns.csv and area.toml declare of their layout."""

import re
import shutil
from decimal import Decimal

import pandas as pd
import pytest
from support.district import HOME, words
from support.real import MISSING, REAL, gate

from analysis.gate import checks

on_real = pytest.mark.skipif(not REAL.is_dir(), reason=MISSING)
NO_CONTROL = ('control_rows = ["(không có)"]', "control_rows = []")


def home_of(name, folder, *edits):
    """A home with the table's own configuration, without a control row, and with edits: (file, text, its successor)."""
    shutil.copytree(HOME / "config", folder / "config")
    shutil.copytree(REAL / name / "config", folder / "config", dirs_exist_ok=True)
    for file, old, new in (("area.toml", *NO_CONTROL), *edits):
        path = folder / "config" / name / file
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    return folder


def gated(name, day, kind, folder, *edits):
    return gate(name, day, REAL / name / f"{day}.{kind}", home=home_of(name, folder, *edits))


@pytest.mark.long
@on_real
def test_every_figure_of_an_index_from_0_to_1_with_four_decimals_is_read_exactly(tmp_path):
    """DTI 2022, five provinces, eight parts and the whole."""
    cleaned, held = gated(
        "dti-2022",
        "2022-12-31",
        "html",
        tmp_path,
        ("columns.csv", "decimals,on_excess", "decimals,on_excess,scale"),
        ("columns.csv", ",yes,2,refuse", ",yes,4,refuse,1"),
        ("columns.csv", ",text,yes,,refuse", ",text,yes,,refuse,"),
        ("columns.csv", ",count,no,0,refuse", ",count,no,0,refuse,"),
    )
    assert cleaned.problems.empty and cleaned.repairs.empty
    typed = re.findall(r"<td>([01]\.\d{4})</td>", (REAL / "dti-2022" / "2022-12-31.html").read_text("utf-8"))
    assert len(typed) == 45
    assert sorted(map(repr, cleaned.measurements["value"])) == sorted(
        repr(float(Decimal(each) * 100)) for each in typed
    )
    assert held.decimals["CQS"] == held.decimals["total"] == 2


BALANCES = """
[[balances]]
total = "TONG"
parts = ["DA_XL", "CHUA_XL"]

[[balances]]
total = "DA_XL"
parts = ["TRUOC", "DUNG", "TRE"]
severity = "warn"

[[shares]]
rate = "TRUOC_PCT"
part = "TRUOC"
of = "DA_XL"

[[shares]]
rate = "TRE_PCT"
part = "TRE"
of = "DA_XL"
"""


@pytest.mark.long
@on_real
def test_dossiers_add_up_and_what_does_not_is_told_with_its_difference(tmp_path):
    """Thừa Thiên Huế: all dossiers are handled or not; those handled early, in time and late are fewer than all."""
    cleaned, _ = gated("hue-ho-so", "2021-12-31", "html", tmp_path, ("area.toml", "[responsible]", BALANCES))
    parts = "Trước hạn / Tổng + Đúng hạn / Tổng + Trễ hạn / Tổng"
    expected = [
        ("warning", 3, "C", "257141", "247.529", "+9.612"),  # 124,907 + 102,770 + 19,852
        ("warning", 4, "C", "61827", "59.560", "+2.267"),
        ("warning", 5, "C", "1611", "1.608", "+3"),
    ]
    found = cleaned.problems[["severity", "row", "column_letter", "value", "problem"]].itertuples(
        index=False, name=None
    )
    assert list(found) == [
        (*place, words().say("problem.wrong_balance", parts=parts, sum=sum_, difference=difference))
        for *place, sum_, difference in expected
    ]


@pytest.mark.long
@on_real
@pytest.mark.parametrize(("ties", "warnings"), [("any", 0), ("order", 0), ("min", 1), ("dense", 6)])
def test_a_table_counts_the_ranks_of_equal_totals_as_it_says(tmp_path, ties, warnings):
    """SIPAS 2015: two provinces of 84.94 are 4 and 5, five more follow."""
    said = (NO_CONTROL[1], f'{NO_CONTROL[1]}\nrank_ties = "{ties}"')
    cleaned, _ = gated("sipas-2015", "2015-12-31", "csv", tmp_path, ("area.toml", *said))
    assert len(cleaned.problems) == warnings and not cleaned.refused


# Totals 90, 80, 80, 70 and the ranks a table prints of them; the ranks that are not ours are told.
TIES = [
    ("any", [1, 2, 2, 4], []),
    ("any", [1, 2, 3, 4], []),
    ("any", [1, 3, 2, 4], []),
    ("any", [1, 3, 3, 4], [2]),
    ("any", [1, 2, 2, 3], [4]),
    ("any", [1, 2, 4, 4], [3]),
    ("min", [1, 2, 2, 4], []),
    ("min", [1, 2, 3, 4], [3]),
    ("order", [1, 2, 3, 4], []),
    ("order", [1, 3, 2, 4], []),
    ("order", [1, 2, 2, 4], [3]),
    ("dense", [1, 2, 2, 3], []),
    ("dense", [1, 2, 2, 4], [4]),
]


@pytest.mark.parametrize(("ties", "printed", "told"), TIES)
def test_which_ranks_of_equal_totals_are_told(ties, printed, told):
    rows = [1, 2, 3, 4]
    ranks = pd.Series(printed, rows, dtype=float)
    ours = checks._ranks(pd.Series([90.0, 80.0, 80.0, 70.0], rows), ranks, ties)
    assert list(ranks.index[ranks != ours]) == told
