"""Files of replies: each line read as what it says, or refused with file, row, column and value."""

import io
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from support.district import CONTROL, CUTOFF, RAW, edition, in_force, say, week, words

from analysis.gate import clean, replies
from analysis.report.form import build_form
from analysis.weeks import store, table_files

BEFORE = "2023-11-27"
OPEN = [
    ("30634", "CKMB", "flag"),
    ("30634", "TT", "flag"),
    ("30637", "TOTAL", "fell"),
    (CONTROL, "TT", "target"),
    ("30649", "CT", "zero"),
]
HEAD = "mã đề nghị;đơn vị;chỉ số;ngày;nội dung;nguyên nhân;giải pháp;hẹn;số văn bản;loại"
ASK = f"30634:CKMB:{BEFORE}"
DEPARTMENT = "phong-tu-phap"


def known() -> pd.DataFrame:
    """The asks before this report: some open, one closed, a standing task, and one of a unit that was merged since."""
    rows = [
        (f"{code}:{name}:{BEFORE}", "units" if code == CONTROL else "unit", code, "", "", name, kind, BEFORE, True)
        for code, name, kind in OPEN
    ]
    rows += [
        (f"30640:TT:{BEFORE}", "unit", "30640", "Long Điền A", "", "TT", "flag", BEFORE, False),
        (f"99999:TT:{BEFORE}", "unit", "99999", "Tân Cũ", "", "TT", "flag", BEFORE, False),
        (f"chung-thuc:CT:{BEFORE}", "department", "", "", DEPARTMENT, "CT", "task", BEFORE, True),
    ]
    names = ["ask_id", "addressee", "unit_code", "unit_name", "department", "indicator", "kind", "opened", "is_open"]
    return pd.DataFrame(rows, columns=names)


def read(path: Path, lang: str = "vi", asks: pd.DataFrame | None = None):
    """The rows, and the problems as: severity, row, column letter, value, sentence."""
    asks = known() if asks is None else asks
    logs, rows = replies.read_replies([path], asks, week()["units"], in_force(), words(lang))
    table_files.checked("replies", rows)
    told = [
        (each.severity, each.place["row"], each.place["column_letter"], each.value, each.key, each.fields)
        for log in logs
        for each in log.problems
    ]
    return rows, told


def put(folder: Path, *lines: str, head: str = HEAD, name: str = "phan-hoi.csv") -> Path:
    path = folder / f"{CUTOFF}-{name}"
    path.write_text("\n".join([head, *lines]) + "\n", "utf-8")
    return path


def said(rows: pd.DataFrame) -> list[str]:
    columns = ["ask_id", "kind", "day", "text", "cause", "solution", "promised", "document"]
    return ["|".join(row).rstrip("|") for row in rows[columns].itertuples(index=False)]


READ = {
    "by the code of the ask": (f"{ASK};;;30/11/2023;Đã làm.", [f"{ASK}|reply|2023-11-30|Đã làm."]),
    "a code in other capitals, with spaces": (f" 30634:ckmb:{BEFORE} ;;;30/11;Đã làm.", [f"{ASK}|reply|2023-11-30|Đã làm."]),
    "the unit and the indicator may stand beside the code": (f"{ASK};UBND xã Kiến An;Công khai, minh bạch;30/11;x", [f"{ASK}|reply|2023-11-30|x"]),
    "by unit and indicator": (";Kiến An;TT;30.11.2023;x;n;g;15/12;12/BC", [f"30634:TT:{BEFORE}|reply|2023-11-30|x|n|g|2023-12-15|12/BC"]),
    "by a unit's code": (";30634;Thanh toán trực tuyến;2023-11-30;x", [f"30634:TT:{BEFORE}|reply|2023-11-30|x"]),
    "by unit alone: all that it is asked": (";xã KIẾN AN;;30/11;x", [f"{ASK}|reply|2023-11-30|x", f"30634:TT:{BEFORE}|reply|2023-11-30|x"]),
    "the total": (";Mỹ Hội Đông;Tổng điểm;30/11;;Mất phiếu.", [f"30637:TOTAL:{BEFORE}|reply|2023-11-30||Mất phiếu."]),
    "the area, which is not the town of its name": (";huyện Chợ Mới;TT;30/11;x", [f"{CONTROL}:TT:{BEFORE}|reply|2023-11-30|x"]),
    "a unit on what all units are asked": (f"{CONTROL}:TT:{BEFORE};Kiến An;;30/11;x", [f"{CONTROL}:TT:{BEFORE}|reply|2023-11-30|x"]),
    "a department": (";Phòng Tư pháp;;30/11;x", [f"chung-thuc:CT:{BEFORE}|reply|2023-11-30|x"]),
    "a promise is words enough": (f"{ASK};;;30/11;;;;15/12", [f"{ASK}|reply|2023-11-30||||2023-12-15"]),
    "an extension": (f"{ASK};;;30/11;;;;15/12;;Gia hạn", [f"{ASK}|extend|2023-11-30||||2023-12-15"]),
    "closed by the office, by unit and indicator": (";Kiến An;TT;30/11;;;;;;hoàn thành", [f"30634:TT:{BEFORE}|done|2023-11-30"]),
    "ended by the office": (f"{ASK};;;30/11;;;;;;KẾT THÚC", [f"{ASK}|end|2023-11-30"]),
    "the office asks a unit": (";Kiến An;CT;30/11;Rà soát.;;;;;đề nghị", [f"30634:CT:{CUTOFF}:1|own|2023-11-30|Rà soát."]),
    "the office asks a department": (";Phòng Tư pháp;;04/12;Phối hợp.;;;;;đề nghị", [f"{DEPARTMENT}::{CUTOFF}:1|own|2023-12-04|Phối hợp."]),
    "the office asks all": (";huyện Chợ Mới;;04/12;Họp.;;;;;đề nghị", [f"{CONTROL}::{CUTOFF}:1|own|2023-12-04|Họp."]),
    "the first day": (f"{ASK};;;27/11/2023;x", [f"{ASK}|reply|2023-11-27|x"]),
    "the last day": (f"{ASK};;;10/12/2023;x", [f"{ASK}|reply|2023-12-10|x"]),
    "a dash is no cause": (f"{ASK};;;30/11;x;-;…", [f"{ASK}|reply|2023-11-30|x"]),
    "dashes answer nothing": (f"{ASK};;;;-;-", []),
    "nobody has answered yet": (f"{ASK};Kiến An;CKMB;;", []),
    "spaces and lines within an answer": (f'{ASK};;;30/11;"Một.  Hai\t."', [f"{ASK}|reply|2023-11-30|Một. Hai ."]),
}  # fmt: skip


@pytest.mark.parametrize("case", READ)
def test_a_line_is_read_as_what_people_type(tmp_path, case):
    line, expected = READ[case]
    rows, problems = read(put(tmp_path, line))
    assert (said(rows), [each for each in problems if each[0] == "error"]) == (expected, [])


REFUSED = {
    "an unknown ask": ("30634:CKMB:2023-11-20;;;30/11;x", "A", "unknown_ask_like", {"nearest": ASK}),
    "nothing like an ask": ("xyz;;;30/11;x", "A", "unknown_ask", {}),
    "an unknown unit": (";Kiến Anh;TT;30/11;x", "B", "unknown_unit_like", {"nearest": "Kiến An"}),
    "a part of a unit's name": (";Xã Mỹ Hội;TT;30/11;x", "B", "unknown_unit_like", {"nearest": "Mỹ Hội Đông"}),
    "nobody like it": (";Sở Nội vụ;TT;30/11;x", "B", "unknown_unit", {}),
    "an unknown indicator": (";Kiến An;Thanh toán trục tuyến;30/11;x", "C", "unknown_indicator_like", {"nearest": "Thanh toán trực tuyến"}),
    "a part of an indicator's name": (";Kiến An;Chứng thực;30/11;x", "C", "unknown_indicator_like", {"nearest": "Chứng thực bản sao điện tử"}),
    "an unknown kind": (f"{ASK};;;30/11;x;;;;;xong", "J", "unknown_kind", {"kinds": "phản hồi, gia hạn, hoàn thành, kết thúc và đề nghị"}),
    "another unit's ask": (f"{ASK};Mỹ Hiệp;;30/11;x", "B", "other_unit", {"name": "Kiến An", "ask": ASK}),
    "another indicator's ask": (f"{ASK};;TT;30/11;x", "C", "other_indicator", {"ask": ASK}),
    "neither ask nor unit": (";;;30/11;Đã làm.", "E", "nobody", {}),
    "no day": (f"{ASK};;;;x", "D", "no_day", {}),
    "no day of the calendar": (f"{ASK};;;31/11/2023;x", "D", "not_a_day", {}),
    "words for a day": (f"{ASK};;;hôm qua;x", "D", "not_a_day", {}),
    "last year's day": (f"{ASK};;;30/11/2022;x", "D", "day_out_of_range", {"first": "27/11/2023", "last": "10/12/2023"}),
    "before it was asked": (f"{ASK};;;26/11/2023;x", "D", "day_out_of_range", {"first": "27/11/2023", "last": "10/12/2023"}),
    "after the week": (f"{ASK};;;11/12/2023;x", "D", "day_out_of_range", {"first": "27/11/2023", "last": "10/12/2023"}),
    "of unit alone, before it was asked": (";Kiến An;;26/11/2023;x", "D", "day_out_of_range", {"first": "27/11/2023", "last": "10/12/2023"}),
    "a promise before the reply": (f"{ASK};;;30/11;x;;;29/11/2023", "H", "promise_out_of_range", {"since": "30/11/2023"}),
    "a promise of another century": (f"{ASK};;;30/11;x;;;15/12/2203", "H", "promise_out_of_range", {"since": "30/11/2023"}),
    "an extension to no day": (f"{ASK};;;30/11;x;;;;;gia hạn", "H", "no_new_day", {}),
    "an ask of the office without words": (";Kiến An;;30/11;;;;;;đề nghị", "E", "no_words", {}),
    "an ask of the office with a code": (f"{ASK};;;30/11;x;;;;;đề nghị", "A", "own_with_code", {}),
    "an ask of the office last year": (";Kiến An;;30/11/2022;x;;;;;đề nghị", "D", "own_day_out_of_range", {"first": "03/09/2023", "last": "10/12/2023"}),
    "an ask of the office of a unit that is gone": (";Tân Cũ;;30/11;x;;;;;đề nghị", "B", "gone_unit", {}),
    "which of several asks is closed": (";Kiến An;;30/11;;;;;;hoàn thành", "J", "several_asks", {"asks": f"{ASK} và 30634:TT:{BEFORE}"}),
    "nothing to close": (";Mỹ Hiệp;;30/11;;;;;;kết thúc", "J", "no_ask", {"name": "Mỹ Hiệp"}),
    "a task is closed elsewhere": (f"chung-thuc:CT:{BEFORE};;;30/11;;;;;;kết thúc", "J", "of_task", {}),
    "a hidden character": (f"{ASK};;;30/11;Đã \u202e làm", "E", "character_cell", {}),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused_by_its_cell_with_what_is_nearest(tmp_path, case):
    line, letter, key, fields = REFUSED[case]
    rows, problems = read(put(tmp_path, f"{ASK};;;30/11;Một.", line))
    ((*place, _, told, given),) = problems
    assert place == ["error", 3, letter] and told.split(".")[1] == key and given == fields
    assert say(told, **given) and len(rows) == 1


@pytest.mark.parametrize(
    ("line", "key", "kept"),
    [
        (f"30640:TT:{BEFORE};;;30/11;x", "closed_ask", [f"30640:TT:{BEFORE}"]),
        (f"99999:TT:{BEFORE};;;30/11;x", "closed_ask", [f"99999:TT:{BEFORE}"]),
        (";Tân Cũ;;30/11;x", "no_open_ask", [""]),
        (";Mỹ Hiệp;TT;30/11;x", "no_open_ask", [""]),
        (f"{ASK};;;30/11;", "only_day", []),
        (f"{ASK};;;30/11;-;–;...", "only_day", []),
    ],
)
def test_what_answers_nothing_that_is_open_is_kept_with_a_warning(tmp_path, line, key, kept):
    rows, problems = read(put(tmp_path, f"{ASK};;;30/11;Một.", line))
    assert [(severity, each) for severity, *_, each, _ in problems] == [("warning", f"replies.{key}")]
    assert rows["ask_id"].tolist() == [ASK, *kept]


@pytest.mark.parametrize(
    ("head", "key"),
    [
        ("đơn vị;chỉ số;nội dung", "problem.lacking_columns"),
        ("đơn vị;chỉ số;ngày", "problem.lacking_columns"),
        ("chỉ số;ngày;nội dung", "replies.no_subject"),
        ("đơn vị;ngày;nội dung;nguyên nhân;nguyên nhân", "problem.doubled_column"),
        ("đơn vị;ngày;nội dung;nguyen nhan", "problem.unknown_header_like"),
    ],
)
def test_a_column_that_was_deleted_or_misspelt_is_named(tmp_path, head, key):
    rows, problems = read(put(tmp_path, "x;x;x", head=head))
    assert [each for *_, each, _ in problems] == [key] and rows.empty


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("đơn vị,ngày,nội dung", "Kiến An,30/11,Đã họp, phân công"),
        ("đơn vị,ngày,nội dung,nguyên nhân", "Kiến An,30/11,Đã họp, phân công,"),  # no cause was given
        ("đơn vị,ngày,nội dung,nguyên nhân", "Kiến An,30/11,Đã họp,Thiếu người, thiếu máy"),
    ],
)
def test_an_answer_that_a_comma_parts_is_refused(tmp_path, head, line):
    rows, problems = read(put(tmp_path, line, head=head))
    assert [key for *_, key, _ in problems] == ["problem.headless_cell"] and rows.empty


def test_an_ask_of_a_report_that_is_not_published_yet_is_one_of_somebody_and_something_that_there_is(tmp_path):
    for code, is_known in {
        f"30634:CKMB:{CUTOFF}": True,
        f"{CONTROL}:TT:{CUTOFF}": True,
        f"30634:CT:{CUTOFF}:1": True,
        f"30634:XX:{CUTOFF}": False,
        f"30600:TT:{CUTOFF}": False,
        f"30634:CT:{CUTOFF}:x": False,
    }.items():
        rows, problems = read(put(tmp_path, f"{code};;;05/12;x"))
        assert (rows["ask_id"].tolist(), problems != []) == (([code], False) if is_known else ([], True)), code
    own = known().iloc[:1].assign(ask_id=f"30634:TT:{CUTOFF}", indicator="TT", opened=str(CUTOFF), is_open=False)
    asks = pd.concat([known(), own])
    for code, is_known in {f"30634:TT:{CUTOFF}": True, f"30634:CKMB:{CUTOFF}": False}.items():  # published: it tells
        rows, _ = read(put(tmp_path, f"{code};;;05/12;x"), asks=asks)
        assert (len(rows) == 1) == is_known


def test_several_asks_of_the_office_to_the_same_are_numbered_over_all_files(tmp_path):
    lines = [
        f";Kiến An;{name};30/11;{text};;;;;đề nghị" for name, text in (("CT", "Một."), ("", "Hai."), ("CT", "Ba."))
    ]
    files = [put(tmp_path, *lines), put(tmp_path, lines[0], name="phan-hoi-2.csv")]
    _, rows = replies.read_replies(files, known(), week()["units"], in_force(), words())
    numbers = [f"30634:CT:{CUTOFF}:{number}" for number in (2, 3, 1)]
    assert rows["ask_id"].tolist() == [f"30634:CT:{CUTOFF}:1", numbers[0], f"30634::{CUTOFF}:1", numbers[1]]


def test_a_copy_of_a_file_is_read_once(tmp_path):
    files = [put(tmp_path, f"{ASK};;;30/11;Một.", name=name) for name in ("phan-hoi.csv", "phan-hoi (1).csv")]
    _, rows = replies.read_replies(files, known(), week()["units"], in_force(), words())
    assert rows["file"].tolist() == [f"{CUTOFF}-phan-hoi.csv"]


# -- the form ----------------------------------------------------------------------------------------------------------

FORM = [
    "Mã đề nghị",
    "Đơn vị",
    "Chỉ số",
    "Đề nghị",
    "Ngày",
    "Nội dung",
    "Nguyên nhân",
    "Giải pháp",
    "Hẹn",
    "Số văn bản",
]
ROW = [ASK, "xã Kiến An", "Công khai, minh bạch", "Công khai, minh bạch: 19,3%; ngưỡng 50% (từ 27/11/2023)"]
ANSWER = [date(2023, 11, 30), "Đã làm.", "Thiếu người.", "Cử thêm.", date(2023, 12, 15), "12/BC"]


def form(folder: Path, *rows: list, head: list[str] = FORM, name: str = "phan-hoi-30634.xlsx") -> Path:
    """A form as a unit gives it back, with its title and how to fill it in above."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in (["PHIẾU PHẢN HỒI"], ["Chỉ điền các ô màu vàng."], [], head, *rows):
        book.active.append(row)
    book.save(out)
    path = folder / f"{CUTOFF}-{name}"
    path.write_bytes(out.getvalue())
    return path


def test_a_filled_form_is_read_back_as_it_is_and_what_is_not_answered_says_nothing(tmp_path):
    other = [f"30634:TT:{BEFORE}", "xã Kiến An", "Thanh toán trực tuyến", "… (từ 27/11/2023; lần 2)"]
    rows, problems = read(form(tmp_path, ROW + ANSWER, other))
    assert problems == []
    assert said(rows) == [f"{ASK}|reply|2023-11-30|Đã làm.|Thiếu người.|Cử thêm.|2023-12-15|12/BC"]
    assert rows[["file", "row"]].values.tolist() == [[f"{CUTOFF}-phan-hoi-30634.xlsx", 5]]


def test_a_form_that_nobody_filled_in_is_named(tmp_path):
    rows, problems = read(form(tmp_path, ROW))
    assert rows.empty and [(severity, key) for severity, *_, key, _ in problems] == [("warning", "replies.nothing")]


BADLY = {
    "another unit's row": ([f"30637:TOTAL:{BEFORE}", "Mỹ Hội Đông", "Tổng điểm", "", *ANSWER], "not_of_form"),
    "another unit's code": ([f"30637:TOTAL:{BEFORE}", "", "", "", *ANSWER], "not_of_form"),
    "last year's day": ([*ROW, date(2022, 11, 30), "Đã làm."], "day_out_of_range"),
    "an answer in the locked words": ([*ROW[:3], "Đã làm.", *ANSWER], "other_words"),
    "the words of an ask of another week": ([*ROW[:3], "x (từ 20/11/2023)", *ANSWER], "other_words"),
    "a new line with words for an ask": (["", "Kiến An", "TT", "Đã làm.", *ANSWER], "words_without_ask"),
    "another indicator": ([*ROW[:2], "Thanh toán trực tuyến", "", *ANSWER], "other_indicator"),
}  # fmt: skip


@pytest.mark.parametrize("case", BADLY)
def test_a_badly_filled_form_is_refused_by_name(tmp_path, case):
    row, key = BADLY[case]
    rows, problems = read(form(tmp_path, row))
    assert rows.empty and {each for *_, each, _ in problems} == {f"replies.{key}"}


def test_an_answer_that_stands_in_the_locked_words_alone_is_not_lost(tmp_path):
    rows, problems = read(form(tmp_path, [*ROW[:3], "Đã làm."]))
    assert rows.empty and [each for *_, each, _ in problems] == ["replies.other_words"]


def test_what_is_typed_beside_the_columns_is_not_lost(tmp_path):
    rows, problems = read(form(tmp_path, [*ROW, *ANSWER, "", "Đã gửi kèm báo cáo."]))
    assert rows.empty and [(*each[1:4], each[4]) for each in problems] == [
        (5, "L", "Đã gửi kèm báo cáo.", "problem.headless_cell")
    ]


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("phan-hoi-30634.xlsx", "30634"),
        ("PHAN-HOI-30634 (1).xlsx", "30634"),
        ("phan-hoi-30634-lan-2.xlsx", "30634"),
        ("phan-hoi-30634 - Copy.xlsx", "30634"),
        ("phan-hoi-306341.xlsx", ""),
        ("phan-hoi-2.xlsx", ""),
    ],
)
def test_a_form_is_known_by_the_code_in_its_name(tmp_path, name, unit):
    _, problems = read(form(tmp_path, [*ROW, *ANSWER, "hoàn thành"], head=[*FORM, "Loại"], name=name))
    assert [each for *_, each, _ in problems] == (["replies.kind_in_form"] if unit else [])


def test_a_column_deleted_from_a_form_is_named(tmp_path):
    head = [name for name in FORM if name != "Ngày"]
    rows, problems = read(form(tmp_path, [*ROW, *ANSWER[1:]], head=head))
    assert rows.empty and [(each, fields) for *_, each, fields in problems] == [
        ("problem.lacking_columns", {"columns": "ngày"})
    ]


def test_a_form_without_its_codes_is_the_units_of_its_name(tmp_path):
    rows, problems = read(form(tmp_path, [date(2023, 11, 30), "Sẽ làm.", "TT"], head=["Ngày", "Nội dung", "Chỉ số"]))
    assert [each for *_, each, _ in problems] == ["replies.no_subject"] and rows.empty
    rows, problems = read(form(tmp_path, ["", date(2023, 11, 30), "Sẽ làm."], head=["Đơn vị", "Ngày", "Nội dung"]))
    assert problems == [] and rows["ask_id"].tolist() == [ASK, f"30634:TT:{BEFORE}"]


def test_only_the_office_extends_and_closes(tmp_path):
    rows, problems = read(form(tmp_path, [*ROW, *ANSWER, "hoàn thành"], head=[*FORM, "Loại"]))
    assert rows.empty and [each for *_, each, _ in problems] == ["replies.kind_in_form"]


def test_a_file_that_is_no_table_is_refused(tmp_path):
    path = tmp_path / f"{CUTOFF}-phan-hoi.xlsx"
    path.write_bytes(b"%PDF-1.7")
    rows, problems = read(path)
    assert rows.empty and [each for *_, each, _ in problems] == ["problem.file.pdf"]


# -- with the tables of the week -------------------------------------------------------------------------------------


def test_a_file_of_replies_is_checked_alone_or_with_its_table_and_a_wrong_one_refuses_the_week(tmp_path):
    weeks = store.Week(tmp_path, "cho-moi", str(CUTOFF), tmp_path / "nowhere")
    right, wrong = (
        put(tmp_path, f"30634:CKMB:{CUTOFF};;;05/12;x"),
        put(tmp_path, ";Kiến Anh;;05/12;x", name="phan-hoi-2.csv"),
    )
    for files, refused in {(RAW,): False, (RAW, right): False, (RAW, wrong): True, (wrong,): True}.items():
        cleaned = replies.gate_with_replies(files, weeks, in_force(), words())
        assert cleaned.refused == refused
        assert bool(len(cleaned.measurements)) == (RAW in files)
    (line,) = clean.problem_lines(cleaned.problems, words())
    assert line.startswith(f"{wrong.name}, dòng 2, cột B (đơn vị): «Kiến Anh»:")
    assert len(cleaned.controls) == 0  # nobody counts the units of a file that has no table


def test_the_form_that_a_unit_is_sent_is_read_back_as_it_fills_it_in(tmp_path):
    asks = week()["asks"].assign(is_open=True)
    book = openpyxl.load_workbook(io.BytesIO(build_form(edition(), "30634")))
    sheet = book.active
    head = next(row for row in sheet.iter_rows() if row[0].value == "Mã đề nghị")
    first, *others = [row for row in sheet.iter_rows(min_row=head[0].row + 1) if row[0].value]
    for cell, answer in zip(first[4:], ANSWER, strict=True):
        cell.value = answer if not isinstance(answer, date) else date(2023, 12, 5 + 10 * (cell.column_letter == "I"))
    path = tmp_path / "2023-12-11-phan-hoi-30634.xlsx"
    book.save(path)
    logs, rows = replies.read_replies([path], asks, week()["units"], in_force(date(2023, 12, 11)), words())
    assert [each for log in logs for each in log.problems] == [] and others
    assert said(rows) == [f"{first[0].value}|reply|2023-12-05|Đã làm.|Thiếu người.|Cử thêm.|2023-12-15|12/BC"]
