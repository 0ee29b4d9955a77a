"""The gate: the real table cell by cell, and one wrong cell at a time refused with its place and value."""

import csv
import random
import unicodedata
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from support import hostile
from support.district import GOLDEN, RAW, changed, gate, in_force, lines, saved, say, words
from support.sampled import sampled

from analysis.gate import checks, clean, parse, problems
from analysis.method import score


@pytest.fixture(scope="module")
def real():
    return gate()


def test_the_real_table_is_clean_cell_by_cell(real):
    with (GOLDEN / "cho-moi-2023-12-04.csv").open(encoding="utf-8") as expected:
        printed = {
            (row["unit_code"], indicator): float(value)
            for row in csv.DictReader(expected)
            for indicator, value in row.items()
            if indicator != "unit_code"
        }
    assert len(printed) == len(real.measurements) == 19 * 10
    assert real.measurements.set_index(["unit_code", "indicator"])["value"].to_dict() == printed


def test_every_changed_cell_of_the_real_table_is_a_repair(real):
    found = [(each.column_letter, each.row, each.raw, each.clean) for each in real.repairs.itertuples()]
    assert sorted(found) == sorted(
        [
            ("A", 3, "ST T", "STT"),
            ("H", 3, "TIỀN ĐỘ GIẢI QUYẾT (%)", "TIẾN ĐỘ GIẢI QUYẾT (%)"),
            ("A", 5, "TOÀN HUYỆN", ""),
            ("L", 5, "1.746", "1746"),
            ("M", 5, "2.834", "2834"),
            ("G", 8, "78,7", "78.7"),
            ("B", 10, "TÂN MỸ", "Tấn Mỹ"),
            ("I", 11, "13,2", "13.2"),
            *[("D", row, "TRUNGB ÌNH", "TRUNG BÌNH") for row in (12, 15, 17, 19, 21, 23)],
        ]
    )


@pytest.mark.parametrize("typed", ["TRUNG HOÀ", "TRUNG HÒA", "trung hoà", unicodedata.normalize("NFD", "Trung hoà")])
def test_a_band_is_known_by_the_old_and_the_new_place_of_its_tone_mark(tmp_path, typed):
    held = in_force()
    bands = held.bands.assign(band=held.bands["band"].replace("Trung bình", "Trung hòa"))
    rows = [[cell.replace("TRUNG BÌNH", typed).replace("TRUNGB ÌNH", typed) for cell in row] for row in lines()]
    cleaned = clean.gate(saved(tmp_path, rows), replace(held, bands=bands), words())
    assert not cleaned.refused
    moved = "oà" in unicodedata.normalize("NFC", typed).lower()
    found = cleaned.repairs.loc[cleaned.repairs["column_letter"] == "D", "reason"]
    assert set(found) == ({say("repair.tone_place")} if moved else set())


@pytest.mark.parametrize("typed", ["Mức độ số hoá", "MỨC ĐỘ SỐ HÓA", unicodedata.normalize("NFD", "Mức độ số hoá")])
def test_an_indicator_of_a_long_table_is_known_by_its_alias_as_people_type_it(tmp_path, typed):
    held = hostile.in_force("gia-lai", date(2026, 10, 8))
    alias = pd.DataFrame([("indicator", "MDSH / Mức độ số hóa", "MDSH", "")], columns=held.aliases.columns)
    rows = hostile.metrics()
    rows[3][2:4] = ["MDSH", typed]
    (tmp_path / "table").write_bytes(hostile.text(rows, separator=","))
    cleaned = clean.gate(tmp_path / "table", replace(held, aliases=pd.concat([held.aliases, alias])), words())
    assert say("problem.unknown_indicator") not in set(cleaned.problems["problem"])
    assert "MDSH" in set(cleaned.measurements["indicator"])


def test_the_real_table_has_no_problem_and_its_control_totals_hold(real):
    assert real.problems.empty
    assert real.controls.set_index("indicator")["expected"].to_dict() == {"": 18, "CT": 1746, "CT_LUYKE": 2834}
    assert (real.controls["expected"] == real.controls["found"]).all()


def test_the_offices_marks_are_kept_with_the_figures(real):
    units = real.measurements[real.measurements["unit_code"] != "893"]
    assert units["mark"].value_counts().to_dict() == {"": 161, "u": 18, "b": 1}
    assert units.query("mark == 'b'")[["unit_name", "indicator", "value"]].to_numpy().tolist() == [
        ["Kiến An", "CKMB", 19.3]
    ]


def test_the_control_row_is_filed_under_the_area_and_is_no_average(real):
    district = real.measurements.query("unit_code == '893' and indicator == 'TD'")["value"].item()
    communes = real.measurements.query("unit_code != '893' and indicator == 'TD'")["value"]
    assert district == 94.26 < communes.min()


def test_the_previous_totals_carry_the_cutoff_their_header_names(real):
    assert real.source.to_dict("records") == [
        {"file": "2023-12-04.txt", "cutoff": "2023-12-04", "previous_cutoff": "2023-11-27"}
    ]


# One cell changed at a time: (row, letter, text) and each problem it raises as (row, letter, value, message).
ONE_CELL = [
    ("unknown unit", 24, "B", "KIẾN ÂN", [(24, "B", "KIẾN ÂN", say("problem.unknown_unit_like", nearest="Kiến An")), ("", "B", "Kiến An", say("problem.missing_unit", name="xã Kiến An"))]),
    ("percent above 100", 6, "G", "101", [(6, "G", "101", say("problem.out_of_range", low=0, high=100))]),
    ("letter for a digit", 6, "G", "7l.2", [(6, "G", "7l.2", say("problem.not_a_number"))]),
    ("three decimals", 6, "H", "99.670", [(6, "H", "99.670", say("problem.three_decimals"))]),
    ("empty cell", 6, "J", "", [(6, "J", "", say("problem.missing_value"))]),
    ("wrong band", 6, "D", "KHÁ", [(6, "D", "KHÁ", say("problem.wrong_band", total="65,79", band="Trung bình"))]),
    ("no band", 6, "D", "GIỎI", [(6, "D", "GIỎI", say("problem.unknown_band", bands="Xuất sắc, Tốt, Khá, Trung bình, Yếu"))]),
    ("wrong change", 6, "F", "0.83", [(6, "F", "0.83", say("problem.wrong_change", total="65,79", previous="65,41", difference="+0,38"))]),
    ("wrong count", 6, "L", "391", [(5, "L", "1.746", say("problem.wrong_sum", sum="1.818", control="1.746"))]),
    ("half a certified copy", 6, "L", "31.9", [(6, "L", "31.9", say("problem.not_a_count"))]),
    ("another week in the title", 1, "A", "(Ngày 11/12/2023)", [(1, "A", "(Ngày 11/12/2023)", say("problem.wrong_week", words="11/12/2023", named="11/12/2023", asked="04/12/2023"))]),
    ("column doubled", 3, "G", "TIẾN ĐỘ GIẢI QUYẾT (%)", [(3, "H", "TIỀN ĐỘ GIẢI QUYẾT (%)", say("problem.doubled_column")), (3, "", "CÔNG KHAI, MINH BẠCH (%)", say("problem.missing_column"))]),
    ("district row renamed", 5, "A", "HUYỆN", [(5, "B", "", say("problem.no_unit_name")), (5, "A", "HUYỆN", say("problem.not_a_count")), ("", "B", "TOÀN HUYỆN", say("problem.missing_control"))]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "letter", "text", "expected"),
    sampled([pytest.param(*case[1:], id=case[0]) for case in ONE_CELL], short=6, long=len(ONE_CELL)),
)
def test_one_wrong_cell_is_refused_with_row_column_and_value(tmp_path, row, letter, text, expected):
    cleaned = gate(changed(tmp_path, row, letter, text))
    assert cleaned.refused
    errors = cleaned.problems.query("severity == 'error'")
    assert (
        list(zip(errors["row"], errors["column_letter"], errors["value"], errors["problem"], strict=True)) == expected
    )
    assert (errors["file"] == "table.txt").all()
    assert ((errors["column"] != "") | (errors["column_letter"] != "")).all()


def test_a_figure_beyond_the_header_is_refused(tmp_path):
    rows = lines()
    rows[5] = [*rows[5], "7"]
    errors = gate(saved(tmp_path, rows)).problems.query("severity == 'error'")
    assert errors[["row", "column_letter", "value"]].to_numpy().tolist() == [[6, "N", "7"]]


def test_a_second_control_row_is_refused(tmp_path):
    rows = lines()
    errors = gate(saved(tmp_path, [*rows, rows[4]])).problems.query("severity == 'error'")
    assert errors[["row", "value", "problem"]].to_numpy().tolist() == [
        [25, "TOÀN HUYỆN", say("problem.doubled_control", first=5)]
    ]


@pytest.mark.parametrize(
    ("name", "clean"),
    [("KIẾN\u200b AN", "Kiến An"), (unicodedata.normalize("NFD", "KIẾN AN"), "Kiến An"), ("kiến  an ", None)],
)
def test_what_a_person_cannot_see_in_a_name_is_a_repair_and_case_and_spacing_are_not(tmp_path, name, clean):
    repairs = gate(changed(tmp_path, 24, "B", name)).repairs.query("row == 24")
    assert repairs["clean"].tolist() == ([clean] if clean else [])


def test_a_line_of_words_below_the_table_is_one_problem_and_not_one_a_column(tmp_path):
    cleaned = gate(saved(tmp_path, [*lines(), ["", "Người lập biểu"]]))
    assert cleaned.problems[["row", "column_letter", "value"]].to_numpy().tolist() == [[25, "B", "Người lập biểu"]]


def test_a_file_that_is_no_table_is_a_problem_like_any_other(tmp_path):
    path = tmp_path / "empty.txt"
    path.write_text("")
    cleaned = gate(path)
    assert cleaned.refused and cleaned.problems[["file", "problem"]].to_numpy().tolist() == [
        ["empty.txt", say("problem.empty_file")]
    ]


def test_a_percent_column_on_the_scale_of_one_is_refused_at_its_header(tmp_path):
    rows = lines()
    for row in [4, *range(5, 13), *range(14, 24)]:
        rows[row][6] = "0.5"
    errors = gate(saved(tmp_path, rows)).problems.query("severity == 'error'")
    assert errors[["row", "column_letter"]].to_numpy().tolist() == [[3, "G"]]
    assert errors["problem"].item() == say("problem.percent_scale")


def test_all_problems_of_a_table_are_told_at_once(tmp_path):
    rows = lines()
    rows[5][6], rows[6][7], rows[7][1] = "7l.2", "101", "LONG ĐIỀN C"
    cleaned = gate(saved(tmp_path, rows))
    assert list(cleaned.problems["value"]) == ["7l.2", "101", "LONG ĐIỀN C", "Bình Phước Xuân"]


def test_a_missing_row_is_refused_by_the_units_name(tmp_path):
    cleaned = gate(saved(tmp_path, [row for row in lines() if "KIẾN AN" not in row]))
    assert list(cleaned.problems.query("row == ''")["problem"]) == [say("problem.missing_unit", name="xã Kiến An")]


def test_a_doubled_row_is_refused_at_its_second_place(tmp_path):
    rows = lines()
    cleaned = gate(saved(tmp_path, [*rows, rows[23]]))
    errors = cleaned.problems.query("severity == 'error'")
    assert errors[["row", "column_letter", "value", "problem"]].to_numpy().tolist() == [
        [25, "B", "KIẾN AN", say("problem.doubled_unit", name="Kiến An", first=24)]
    ]


def test_last_weeks_table_under_this_weeks_cutoff_is_refused_wherever_it_says_so():
    cleaned = gate(cutoff=date(2023, 12, 11))
    named = cleaned.problems[["row", "column_letter", "value"]].to_numpy().tolist()
    assert [3, "C", "ĐIỂM TỔNG HỢP (TUẦN 01/12)"] in named
    assert [1, "A", "(Thời gian chốt số liệu: Ngày 04/12/2023 -Tuần 1)"] in named
    file_name = say("problem.wrong_week", words="2023-12-04", named="04/12/2023", asked="11/12/2023")
    assert file_name in list(cleaned.problems["problem"])
    assert cleaned.refused


def test_a_file_name_with_another_cutoff_is_refused(tmp_path):
    cleaned = gate(saved(tmp_path, lines(), "2023-11-27.txt"))
    assert list(cleaned.problems["problem"]) == [
        say("problem.wrong_week", words="2023-11-27", named="27/11/2023", asked="04/12/2023")
    ]


def test_a_gap_before_this_week_is_a_warning_and_is_accepted(tmp_path):
    cleaned = gate(changed(tmp_path, 3, "E", "ĐIỂM TỔNG HỢP (TUẦN 03/11)"))
    assert not cleaned.refused
    assert list(cleaned.problems["severity"]) == ["warning"]
    assert cleaned.source["previous_cutoff"].item() == "2023-11-20"


@pytest.mark.parametrize(
    ("row", "letter", "text", "said"),
    [
        (4, "I", "DVCTT (Chỉ tiêu trên 60%)", say("problem.other_target", printed=60, target=50)),
        (6, "A", "2", say("problem.other_rank", rank=1)),
    ],
)
def test_what_changes_no_figure_is_a_warning(tmp_path, row, letter, text, said):
    cleaned = gate(changed(tmp_path, row, letter, text))
    assert not cleaned.refused
    assert cleaned.problems["problem"].item() == said


def test_a_column_that_config_does_not_know_is_named_and_kept_out(tmp_path):
    rows = [
        [*row, "NGƯỜI LẬP" if number == 2 else "x"] if number != 3 and any(row) else row
        for number, row in enumerate(lines())
    ]
    cleaned = gate(saved(tmp_path, rows[2:], "t.txt"))
    assert not cleaned.refused
    assert list(cleaned.problems["column"]) == ["NGƯỜI LẬP"]


def test_columns_in_another_order_give_the_same_measurements(tmp_path, real):
    places = list(range(13))
    random.Random(766).shuffle(places)
    rows = [list(row) + [""] * (13 - len(row)) for row in lines()]
    rows[2][9], rows[2][11], rows[2][12] = (
        "DỊCH VỤ TRỰC TUYẾN",
        "SỐ HÓA",
        "SỐ HÓA",
    )  # spans stand above each leaf once moved
    moved = [[row[place] for place in places] if any(row[1:]) else row for row in rows]
    cleaned = gate(saved(tmp_path, moved))
    keys = ["unit_code", "indicator"]
    same = cleaned.measurements.sort_values(keys, ignore_index=True)
    pd.testing.assert_frame_equal(same, real.measurements.sort_values(keys, ignore_index=True))


def test_whole_blocks_of_columns_may_be_moved_with_their_flattened_spans(tmp_path, real):
    places = [0, 1, 10, 11, 12, 6, 7, 8, 9, 5, 4, 3, 2]
    moved = [[(list(row) + [""] * 13)[place] for place in places] if any(row[1:]) else row for row in lines()]
    cleaned = gate(saved(tmp_path, moved))
    keys = ["unit_code", "indicator"]
    same = cleaned.measurements.sort_values(keys, ignore_index=True)
    pd.testing.assert_frame_equal(same, real.measurements.sort_values(keys, ignore_index=True))


def test_rows_in_another_order_give_the_same_scores(tmp_path, real):
    rows = lines()
    body = [row for row in rows[5:] if any(row)]
    random.Random(766).shuffle(body)
    cleaned = gate(saved(tmp_path, rows[:5] + body))
    assert not cleaned.refused
    assert (
        cleaned.measurements.set_index(["unit_code", "indicator"])["value"].to_dict()
        == real.measurements.set_index(["unit_code", "indicator"])["value"].to_dict()
    )


def test_a_header_repeated_after_a_page_break_is_passed_over(tmp_path, real):
    rows = lines()
    cleaned = gate(saved(tmp_path, rows[:14] + rows[2:4] + rows[14:]))
    assert cleaned.problems.empty
    assert len(cleaned.measurements) == len(real.measurements)


def test_a_file_without_the_table_says_which_columns_are_needed(tmp_path):
    cleaned = gate(saved(tmp_path, [["Kính gửi"], ["a", "b"]]))
    assert cleaned.refused and "CÔNG KHAI, MINH BẠCH (%)" in cleaned.problems["problem"].item()


def test_a_unit_is_registered_as_what_it_was_on_the_cutoff():
    types = {
        day: in_force(day).units.set_index("code").at["30673", "type"] for day in (date(2023, 4, 9), date(2023, 4, 10))
    }
    assert types == {date(2023, 4, 9): "xã", date(2023, 4, 10): "thị trấn"}


def test_a_refusal_says_all_problems_one_a_line(tmp_path):
    cleaned = gate(changed(tmp_path, 6, "G", "7l.2"))
    place = f"{say('place.row', row=6)}, {say('place.column', letter='G', column='CÔNG KHAI, MINH BẠCH (%)')}"
    with pytest.raises(clean.Refused) as refused:
        clean.accepted(cleaned, words())
    assert f"table.txt, {place}: «7l.2»: {say('problem.not_a_number')}" in str(refused.value)


# A check that cannot fail is no check: with each one switched off, a bad table gets through.
@pytest.mark.parametrize(
    ("target", "name", "row", "letter", "text"),
    [
        (checks, "check_weeks", 1, "A", "(Ngày 11/12/2023)"),
        (clean, "_check_whole", 5, "A", "Tổng cộng"),
        (checks, "check_sums", 6, "L", "391"),
        (checks, "check_band", 6, "D", "KHÁ"),
        (checks, "check_change", 6, "F", "0.83"),
    ],
)
def test_each_check_is_what_refuses_its_bad_table(tmp_path, monkeypatch, target, name, row, letter, text):
    rows = lines()
    rows[row - 1][ord(letter) - ord("A")] = text
    if name == "_check_whole":
        rows = [each for each in rows if "KIẾN AN" not in each]
        rows[4][11], rows[4][12] = "1746", "2832"
    path = saved(tmp_path, rows)
    assert gate(path).refused
    monkeypatch.setattr(target, name, lambda *args: problems.Log("", words()))
    assert not gate(path).refused


def test_the_range_check_is_what_refuses_a_percentage_above_100(tmp_path, monkeypatch):
    path = changed(tmp_path, 6, "G", "101")
    assert gate(path).refused
    monkeypatch.setitem(parse.RANGES, "percent", (0, 1000))
    assert not gate(path).refused


def test_the_raw_file_is_not_touched():
    before = RAW.read_bytes()
    gate()
    assert RAW.read_bytes() == before


def test_totals_are_compared_as_the_two_decimals_they_are_printed_with():
    assert score.rounded(57.45 - 57.16) == 0.29  # 0.29000000000000625 in binary


def test_a_wrong_day_above_several_tables_of_a_file_is_one_problem():
    sheets = [problems.Log("answer.json [units]", words()), problems.Log("answer.json [units.groups]", words())]
    for sheet in sheets:
        sheet.problem("problem.no_such_week", sheet.place(0), "week 6, month 11", words="week 6, month 11")
        sheet.problem("problem.no_unit_name", sheet.place(7))
    clean._tell_once(sheets)
    assert [[each.place["row"] for each in sheet.problems] for sheet in sheets] == [[0, 7], [7]]


def test_of_a_refused_table_two_hundred_problems_of_a_kind_are_listed_and_the_rest_is_counted(tmp_path):
    rows = lines()
    far = [["", *[""] * 20, "x"] for _ in range(300)]
    rows[6][6] = "7l.2"
    found = gate(saved(tmp_path, [*rows, *far])).problems
    beyond = found[found["problem"].str.startswith(say("problem.beyond_header"))]
    assert len(beyond) == 200
    assert beyond["problem"].iloc[-1] == say("problem.and_more", problem=say("problem.beyond_header"), count="100")
    assert set(beyond["problem"].iloc[:-1]) == {say("problem.beyond_header")}
    assert "7l.2" in set(found["value"])  # another kind is not left out


def test_a_second_file_that_disagrees_everywhere_is_told_in_twenty_lines(tmp_path):
    rows = lines()
    for row in (each for each in rows[5:] if len(each) == 13):
        row[6:9] = ["50.01"] * 3
    found = gate([RAW, saved(tmp_path, rows)]).problems
    assert len(found) == 20
    assert found["problem"].iloc[-1].endswith(say("problem.and_more", problem="", count="34"))  # 3 columns × 18 − 20


def test_a_long_value_is_told_by_its_begin_and_of_many_lines_passed_over_two_hundred():
    log = problems.Log("table.txt", words())
    for row in range(300):
        log.problem("passed.words", log.place(row), "a" * 1_000, severity="passed")
    told = problems.listed(log.problems, words())
    assert len(told) == 200
    assert {each["value"] for each in told} == {"a" * 199 + "…"}


@pytest.mark.parametrize(("severity", "rows"), [("warning", 300), ("error", 200)])
def test_the_warnings_of_an_accepted_table_are_all_listed_because_the_report_counts_them(severity, rows):
    log = problems.Log("table.txt", words())
    for row in range(300):
        log.problem("problem.hidden", log.place(row), severity=severity)
    assert len(problems.listed(log.problems, words())) == rows
