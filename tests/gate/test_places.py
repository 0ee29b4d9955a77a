"""The area's place in its province, from a file of the week: read exactly, or refused with file, row and value."""

import pytest
from support.district import CUTOFF, RAW, in_force, say, words

from analysis.gate import clean


def gated(folder, *texts):
    files = []
    for number, text in enumerate(texts):
        files.append(folder / f"{number or ''}" / f"{CUTOFF}-xep-hang.csv")
        files[-1].parent.mkdir(exist_ok=True)
        files[-1].write_text(text, "utf-8")
    return clean.gate([RAW, *files], in_force(), words())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("thứ hạng,trong số,nguồn\n7,11,Công văn số 1\n", [7, 11, "Công văn số 1"]),
        ("\ufeffTHỨ HẠNG;TRONG SỐ;NGUỒN\n7;11;Công văn số 1, trang 2\n\n", [7, 11, "Công văn số 1, trang 2"]),
        ("rank,of\n11,11\n", [11, 11, ""]),
        ("source,of,rank\nletter,34,1\n", [1, 34, "letter"]),
    ],
)
def test_a_place_is_read_by_its_headers_in_both_languages(tmp_path, text, expected):
    cleaned = gated(tmp_path, text)
    assert not cleaned.refused
    assert cleaned.place.to_numpy().tolist() == [expected]


@pytest.mark.parametrize(
    ("text", "row", "value", "key", "fields"),
    [
        ("7,11\n", 1, "", "place_columns", {}),
        ("thứ hạng,nguồn\n7,x\n", 1, "", "place_columns", {}),
        ("rank,of,source\n", "", "", "place_rows", {"count": 0}),
        ("rank,of\n7,11\n8,11\n", "", "", "place_rows", {"count": 2}),
        ("rank,of\nbảy,11\n", 2, "bảy", "not_a_count", {}),
        ("rank,of\n7,\n", 2, "", "not_a_count", {}),
        ("rank,of\n７,11\n", 2, "７", "not_a_count", {}),
        ("rank,of\n12,11\n", 2, "12", "no_place", {"of": 11}),
        ("rank,of\n0,11\n", 2, "0", "no_place", {"of": 11}),
    ],
)
def test_what_is_no_place_is_refused_at_its_cell(tmp_path, text, row, value, key, fields):
    (problem,) = gated(tmp_path, text).problems.itertuples()
    assert (problem.severity, problem.file) == ("error", f"{CUTOFF}-xep-hang.csv")
    assert (problem.row, problem.value, problem.problem) == (row, value, say(f"problem.{key}", **fields))


def test_a_table_without_such_a_file_has_no_place():
    assert clean.gate(RAW, in_force(), words()).place.empty
