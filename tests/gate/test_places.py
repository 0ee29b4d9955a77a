"""Places in the province or the country, from a file of the week: read exactly, or refused with file, row and value."""

import io

import openpyxl
import pytest
from support.district import CONTROL, CUTOFF, RAW, in_force, say, words
from support.sampled import sampled

from analysis.gate import clean

NAME = f"{CUTOFF}-xep-hang.csv"
CONFIGURED = (CONTROL, "province", "TOTAL", 7, 11)  # what province_rank.csv says of this week


def gated(folder, *texts, lang="vi"):
    files = []
    for number, text in enumerate(texts):
        files.append(folder / f"{number or ''}" / NAME)
        files[-1].parent.mkdir(exist_ok=True)
        files[-1].write_text(text, "utf-8")
    return clean.gate([RAW, *files], in_force(), words(lang))


def rows(cleaned):
    assert not cleaned.refused, list(cleaned.problems["problem"])
    return list(cleaned.places.drop(columns="source").itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("thứ hạng,trong số,nguồn\n5,11,Công văn số 1\n", [5, 11, "Công văn số 1"]),
        ("\ufeffTHỨ HẠNG;TRONG SỐ;NGUỒN\n5;11;Công văn số 1, trang 2\n\n", [5, 11, "Công văn số 1, trang 2"]),
        ("rank,of\n11,11\n", [11, 11, ""]),
        ("source,of,rank\nletter,34,1\n", [1, 34, "letter"]),
        ("TT,Hạng,Trên\n1,5,11\n", [5, 11, ""]),  # the number of the row is passed over
    ],
)
def test_without_the_other_columns_a_row_is_the_areas_own_place_among_its_peers(tmp_path, text, expected):
    cleaned = gated(tmp_path, text)
    assert rows(cleaned) == [(CONTROL, "province", "TOTAL", *expected[:2])]
    assert cleaned.places["source"].item() == expected[2]


HEADER = "đơn vị,phạm vi,chỉ số,hạng,trên\n"
READ = [
    ("huyện Chợ Mới,tỉnh,,5,11", (CONTROL, "province", "TOTAL", 5, 11)),
    ("UBND huyện Chợ Mới,trong tỉnh,Tổng điểm,5,11", (CONTROL, "province", "TOTAL", 5, 11)),
    ("TOÀN HUYỆN,Toàn quốc,total,120,705", (CONTROL, "country", "TOTAL", 120, 705)),
    (",,Thanh toán trực tuyến,3,11", (CONTROL, "province", "TT", 3, 11)),
    (",cả nước,Công khai\\, minh bạch,1,11", (CONTROL, "country", "CKMB", 1, 11)),
    ("Chợ Mới,,,40,156", ("30628", "province", "TOTAL", 40, 156)),  # the town, not the district
    ("UBND xã KIẾN AN,TỈNH,TT,41,156", ("30634", "province", "TT", 41, 156)),
]


@pytest.mark.parametrize(("line", "expected"), READ, ids=[line for line, _ in READ])
def test_units_scopes_and_indicators_are_known_by_what_people_call_them(tmp_path, line, expected):
    line = '"{}"'.format('","'.join(line.replace("\\,", "\0").split(","))).replace("\0", ",")
    its = rows(gated(tmp_path, HEADER + line + "\n"))
    assert expected in its and set(its) <= {expected, CONFIGURED}


def test_a_place_of_the_file_beats_province_rank_csv_and_other_rows_do_not(tmp_path):
    assert rows(gated(tmp_path)) == [CONFIGURED]
    assert rows(gated(tmp_path, HEADER + ",,TT,3,11\n")) == [CONFIGURED, (CONTROL, "province", "TT", 3, 11)]
    assert rows(gated(tmp_path, HEADER + ",,,8,11\n")) == [(CONTROL, "province", "TOTAL", 8, 11)]


def test_a_workbook_is_read_like_the_text(tmp_path):
    book, data = openpyxl.Workbook(), io.BytesIO()
    for row in (["Đơn vị", "Phạm vi", "Chỉ số", "Hạng", "Trên"], ["Kiến An", "tỉnh", "TT", 41, 156]):
        book.active.append(row)
    book.save(data)
    path = tmp_path / f"{CUTOFF}-xep-hang.xlsx"
    path.write_bytes(data.getvalue())
    cleaned = clean.gate([RAW, path], in_force(), words())
    assert rows(cleaned) == [CONFIGURED, ("30634", "province", "TT", 41, 156)]


REFUSED = [
    ("7,11\n", 1, "7,11", "unknown_header", {"columns": "đơn vị, phạm vi, chỉ số, hạng, trên và nguồn"}),
    ("thứ hạng,nguồn\n7,x\n", 1, "", "lacking_columns", {"columns": "trên"}),
    ("hang,trên\n7,11\n", 1, "hang", "unknown_header_like", {"nearest": "hạng"}),
    ("hạng,trên,thứ hạng\n7,11,7\n", 1, "", "doubled_column", {}),
    ("rank,of,source\n", "", "", "no_places", {}),
    ("rank,of\nbảy,11\n", 2, "bảy", "not_a_count", {}),
    ("rank,of\n7,\n", 2, "", "not_a_count", {}),
    ("rank,of\n7.5,11\n", 2, "7.5", "not_a_count", {}),
    ("rank,of\n７,11\n", 2, "７", "not_a_count", {}),
    ("rank,of\n12,11\n", 2, "12", "no_place", {"of": 11}),
    ("rank,of\n0,11\n", 2, "0", "no_place", {"of": 11}),
    ("rank,of\n7,11\n8,11\n", 3, "8", "place_twice", {"first": f"{NAME}:2"}),
    (HEADER + "Kiến Ann,,,7,11\n", 2, "Kiến Ann", "unknown_unit_like", {"nearest": "Kiến An"}),
    (HEADER + "Long Xuyên,,,7,11\n", 2, "Long Xuyên", "unknown_unit", {}),
    (HEADER + "Phòng Tư pháp,,,7,11\n", 2, "Phòng Tư pháp", "unknown_unit", {}),
    (HEADER + ",huyện,,7,11\n", 2, "huyện", "unknown_scope", {"scopes": "tỉnh và cả nước"}),
    (HEADER + ",,Thanh toan trực tuyến,7,11\n", 2, "Thanh toan trực tuyến", "unknown_place_of_like",
     {"nearest": "Thanh toán trực tuyến"}),
    (HEADER + ",,Thanh toán,7,11\n", 2, "Thanh toán", "unknown_place_of_like", {"nearest": "Thanh toán trực tuyến"}),
    (HEADER + ",,Kiến An,7,11\n", 2, "Kiến An", "unknown_place_of", {}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "row", "value", "key", "fields"), sampled(REFUSED, short=8, long=len(REFUSED)))
def test_what_is_no_place_is_refused_at_its_cell(tmp_path, text, row, value, key, fields):
    problem = next(gated(tmp_path, text).problems.itertuples())
    assert (problem.severity, problem.file) == ("error", NAME)
    assert (problem.row, problem.value, problem.problem) == (row, value, say(f"problem.{key}", **fields))


def test_a_problem_names_the_column_as_the_file_calls_it(tmp_path):
    (problem,) = gated(tmp_path, HEADER + "Kiến Ann,,,7,11\n").problems.itertuples()
    assert (problem.column, problem.column_letter) == ("đơn vị", "A")


def test_every_row_is_told_at_once_and_two_files_may_not_say_the_same(tmp_path):
    problems = gated(tmp_path, HEADER + "Kiến Ann,huyện,,x,11\n,,,0,11\n").problems
    assert list(problems["row"]) == [2, 2, 2, 3]
    twice = gated(tmp_path, "rank,of\n7,11\n", "rank,of\n7,11\n").problems
    assert list(twice["problem"]) == [say("problem.place_twice", first=f"{NAME}:2")]


def test_a_table_without_such_a_file_has_the_configured_place_alone():
    assert rows(clean.gate(RAW, in_force(), words())) == [CONFIGURED]
