"""The office's own remarks: what each is about, what is refused with its place, and that no figure changes by them."""

import io
from pathlib import Path

import docx
import openpyxl
import pandas as pd
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from support.district import CUTOFF, RAW, in_force, lines, saved, say, words

from analysis.config import rules
from analysis.gate import clean, remarks
from analysis.report.edition import Edition
from analysis.weeks.home import PROJECT

NAME = f"{CUTOFF}-ghi-chu.txt"
KIEN_AN, KIEN_THANH = "30634", "30649"


def gated(*paths: Path, lang: str = "vi") -> clean.Cleaned:
    return clean.gate(paths, in_force(), words(lang))


def said(folder: Path, text: str | bytes, name: str = NAME) -> clean.Cleaned:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return gated(RAW, path)


def rows(cleaned: clean.Cleaned) -> list[tuple[str, str, str, str]]:
    assert cleaned.problems.empty, list(cleaned.problems["problem"])
    return list(cleaned.remarks.itertuples(index=False, name=None))


def beginning(key: str) -> str:
    """A sentence up to its first field."""
    return words().sentences[key].partition("{")[0]


def document(*paragraphs: str) -> bytes:
    made, data = docx.Document(), io.BytesIO()
    for text in paragraphs:
        made.add_paragraph(text)
    made.save(data)
    return data.getvalue()


PARAGRAPHS = ("Chung.", "", "[Kiến An]", "Một.", "Hai.", "[Thanh toán trực tuyến]", "Ba.")
READ = [
    ("", "", "Chung.", 1),
    ("unit", KIEN_AN, "Một.", 4),
    ("unit", KIEN_AN, "Hai.", 5),
    ("indicator", "TT", "Ba.", 7),
]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (NAME, "\n".join(PARAGRAPHS).encode()),
        (NAME, "\r\n".join(PARAGRAPHS).encode("utf-8-sig")),  # as Notepad saves it
        (NAME, "\r".join(PARAGRAPHS).encode("utf-16")),
        (NAME.upper(), ("\n".join(PARAGRAPHS) + "\n\n").encode()),
        (NAME.replace("txt", "docx"), document(*PARAGRAPHS)),
    ],
)
def test_what_follows_a_heading_is_about_what_it_names_until_the_next_heading(tmp_path, name, data):
    found = rows(said(tmp_path, data, name))
    assert found == [(about, code, text, f"{name}:{number}") for about, code, text, number in READ]


def test_a_line_of_dashes_says_nothing(tmp_path):
    found = rows(said(tmp_path, "Chung.\n-----\n[Kiến An]\n-\n…\n- Một."))
    assert [(code, text) for _, code, text, _ in found] == [("", "Chung."), (KIEN_AN, "- Một.")]


def test_a_line_break_within_a_word_paragraph_ends_a_line(tmp_path):
    found = rows(said(tmp_path, document("[Kiến An]\nMột.\nHai."), NAME.replace("txt", "docx")))
    assert [(code, text) for _, code, text, _ in found] == [(KIEN_AN, "Một."), (KIEN_AN, "Hai.")]


@pytest.mark.parametrize(
    ("heading", "about"),
    [
        ("Kiến An", ("unit", KIEN_AN)),
        ("UBND XÃ KIẾN  AN", ("unit", KIEN_AN)),
        ("  xã Kiến An ", ("unit", KIEN_AN)),
        ("TÂN MỸ", ("unit", "30643")),  # as aliases.csv has it
        (KIEN_AN, ("unit", KIEN_AN)),
        ("thị trấn Chợ Mới", ("unit", "30628")),
        ("Hồ sơ thanh toán trực tuyến", ("indicator", "TT")),
        ("Dossiers paid online", ("indicator", "TT")),
        ("TT", ("indicator", "TT")),
        ("DỊCH VỤ TRỰC TUYẾN / THANH TOÁN TRỰC TUYẾN", ("indicator", "TT")),
        ("thanh toán trực tuyến", ("indicator", "TT")),  # the column, though a group is called so too
        ("Công khai, minh bạch (%)", ("indicator", "CKMB")),
        ("Mức độ hài lòng", ("indicator", "MDHL")),  # a group of which the table prints nothing
        ("Số hóa hồ sơ", ("indicator", "SH")),  # the indicator before the group of its name
    ],
)
def test_a_heading_is_known_by_every_name_that_the_table_and_the_rules_have(tmp_path, heading, about):
    ((kind, code, text, _),) = rows(said(tmp_path, f"[{heading}]\nx"))
    assert ((kind, code), text) == (about, "x")


@pytest.mark.parametrize(
    ("line", "key", "fields", "value"),
    [
        ("[Kien An]", "unknown_heading_like", {"nearest": "Kiến An"}, "Kien An"),
        ("[Thanh toan truc tuyen]", "unknown_heading_like", {"nearest": "Thanh toán trực tuyến"}, None),
        ("[Pleiku]", "unknown_heading", {}, "Pleiku"),
        ("[]", "remark_heading", {}, "[]"),
        ("[Kiến An", "remark_heading", {}, "[Kiến An"),
        ("[Kiến An] khắc phục", "remark_heading", {}, None),
        ("Kiến \u202eAn", "remark_character", {"code": "U+202E"}, ""),
        ("Kiến\u200f An", "remark_character", {"code": "U+200F"}, ""),
        ("Kiến An\x07", "remark_character", {"code": "U+0007"}, ""),
        ("Kiến\u2028An", "remark_character", {"code": "U+2028"}, ""),
        ("Kiến An \uf0b7", "remark_character", {"code": "U+F0B7"}, ""),  # a bullet of the font Symbol
    ],
)
def test_what_is_not_certain_is_refused_with_file_and_line(tmp_path, line, key, fields, value):
    cleaned = said(tmp_path, f"Chung.\n{line}\nx")
    (problem,) = cleaned.problems.itertuples()
    assert (problem.severity, problem.file, problem.row) == ("error", NAME, 2)
    assert problem.problem == say(f"problem.{key}", **fields)
    assert value in (None, problem.value)
    (shown,) = clean.problem_lines(cleaned.problems, words())
    assert shown.startswith(f"{NAME}, dòng 2:")


def test_every_problem_of_a_file_is_told_at_once(tmp_path):
    assert list(said(tmp_path, "[a]\nx\n[b\n\x07").problems["row"]) == [1, 3, 4]


def test_two_files_for_one_week_are_refused_by_name(tmp_path):
    word = tmp_path / NAME.replace("txt", "docx")
    word.write_bytes(document("x"))
    (tmp_path / NAME).write_text("y")
    cleaned = gated(RAW, tmp_path / NAME, word)
    assert list(cleaned.problems["file"]) == [NAME, word.name] and cleaned.remarks.empty
    assert all(NAME in text and word.name in text for text in cleaned.problems["problem"])


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "empty_file"),
        ("Đề nghị".encode("utf-16-le"), "not_text"),
        ("Hoµ B×nh thanh to¸n".encode(), "file.old_encoding"),
        ("Hoµ B×nh".encode("latin-1"), "file.old_encoding"),
        (b"<html><body>x</body></html>", "file.no_paragraphs"),
        (b"%PDF-1.7", "file.pdf"),
        (b"PK\x03\x04 torn", "file.torn"),
        (b"x\n" * 201, "file.too_many_paragraphs"),
        (b"x" * 2001, "file.paragraph_too_long"),
        (b"x" * 5_000_001, "file_too_large"),
    ],
)
def test_a_file_that_holds_no_paragraphs_is_refused_with_what_to_do(tmp_path, data, key):
    (text,) = said(tmp_path, data).problems["problem"]
    assert text.startswith(beginning(f"problem.{key}"))


def test_a_change_in_a_word_file_that_nobody_has_accepted_is_refused(tmp_path):
    made, data = docx.Document(), io.BytesIO()
    made.add_paragraph("Chung.")._p.append(parse_xml(f"<w:ins {nsdecls('w')}><w:r><w:t>Thêm.</w:t></w:r></w:ins>"))
    made.save(data)
    found = said(tmp_path, data.getvalue(), NAME.replace("txt", "docx"))
    assert list(found.problems["problem"]) == [say("problem.file.tracked_changes")]


def test_a_table_in_a_word_file_is_refused(tmp_path):
    made, data = docx.Document(), io.BytesIO()
    made.add_paragraph("Chung.")
    made.add_table(1, 1).cell(0, 0).text = "Kiến An"
    made.save(data)
    word = NAME.replace("txt", "docx")
    assert list(said(tmp_path, data.getvalue(), word).problems["problem"]) == [
        say("problem.file.table_in_remarks", after=1)
    ]


def test_text_that_was_struck_through_or_hidden_is_left_out(tmp_path):
    made, data = docx.Document(), io.BytesIO()
    for text, name in (("Còn", ""), ("Bỏ", "strike"), ("Ẩn", "hidden")):
        run = made.add_paragraph().add_run(text)
        if name:
            setattr(run.font, name, True)
    made.save(data)
    assert [row[2] for row in rows(said(tmp_path, data.getvalue(), NAME.replace("txt", "docx")))] == ["Còn"]


def test_words_stay_as_typed_but_for_spaces_and_composed_letters(tmp_path):
    typed = "  Đạt  ½ của 30 m²;\tKie\u0302\u0301n\u200b An <b>=1+1</b> "
    assert [row[2] for row in rows(said(tmp_path, typed))] == ["Đạt ½ của 30 m²; Kiến An <b>=1+1</b>"]


def test_figures_are_the_same_with_and_without_remarks(tmp_path):
    plain, with_remarks = gated(RAW), said(tmp_path, "[Kiến An]\nx")
    for name, table in plain.tables.items():
        if name != "remarks":
            pd.testing.assert_frame_equal(table, with_remarks.tables[name])
    assert plain.remarks.empty and list(plain.remarks) == remarks.REMARKS


# -- the column of the table -----------------------------------------------------------------------------------------


def with_column(folder: Path, cells: dict[int, str]) -> Path:
    """The real table with a column GHI CHÚ; its cells by row, as a person sees it."""
    table = lines()
    for row, text in {3: "GHI CHÚ", **cells}.items():
        table[row - 1] = [*table[row - 1], *[""] * (13 - len(table[row - 1])), text]
    return saved(folder, table, "table.txt")


def test_a_remark_in_the_table_is_about_the_unit_of_its_row_and_comes_after_those_of_the_file(tmp_path):
    (tmp_path / NAME).write_text("[Kiến An]\nTừ tệp.")
    code = {row[1].strip(): number for number, row in enumerate(lines(), 1) if len(row) > 1}
    table = with_column(tmp_path, {code["KIẾN AN"]: "Từ  bảng.", 5: "Cả huyện.", code["KIẾN THÀNH"]: " – "})
    assert rows(gated(table, tmp_path / NAME)) == [
        ("unit", KIEN_AN, "Từ tệp.", f"{NAME}:2"),
        ("", "", "Cả huyện.", "table.txt N5"),
        ("unit", KIEN_AN, "Từ bảng.", f"table.txt N{code['KIẾN AN']}"),
    ]


@pytest.mark.parametrize(
    ("typed", "key"), [("An\u202eKiến", "problem.remark_character"), ("An\x07", "problem.remark_character")]
)
def test_a_cell_that_is_no_plain_text_is_refused_with_its_place(tmp_path, typed, key):
    (problem,) = gated(with_column(tmp_path, {8: typed})).problems.itertuples()
    assert (problem.row, problem.column, problem.column_letter) == (8, "GHI CHÚ", "N")
    assert problem.problem.startswith(beginning(key))


def test_a_cell_of_a_workbook_that_is_a_date_or_an_error_is_refused_and_its_lines_are_paragraphs(tmp_path):
    book = openpyxl.Workbook()
    for row in lines():
        book.active.append([text.removeprefix("<u>").removesuffix("</u>") for text in row])
    book.active["N3"], book.active["N8"] = "GHI CHÚ", "Một.\nHai."
    book.save(tmp_path / "table.xlsx")
    assert [row[2] for row in gated(tmp_path / "table.xlsx").remarks.itertuples(index=False)] == ["Một.", "Hai."]
    book.active["N8"] = CUTOFF
    book.save(tmp_path / "table.xlsx")
    (text,) = gated(tmp_path / "table.xlsx").problems["problem"]
    assert text == say("problem.remark_cell")


# -- where the table is the registry, and where an area has several sheets --------------------------------------------


def area_gate(area: str, day: str, paths: list[Path]) -> clean.Cleaned:
    return clean.gate(paths, rules.load(PROJECT, area, pd.Timestamp(day).date()), words())


def test_headings_name_units_of_every_sheet_and_each_sheet_may_have_the_column(tmp_path):
    names = ["MA_COQUAN", "TEN", "TONG_SCORE", "CKMB", "TDGQ", "CLGQ", "TTTT", "MDHL", "MDSH", "GHI CHÚ"]
    sheets = {
        "Xã Phường": [["H01.101", "UBND phường Long Xuyên", 78, 15, 15, 10, 8, 15, 15, "Ghi chú phường."]],
        "Sở Ban": [["H01.01", "Sở Nội vụ", 78, 15, 15, 10, 8, 15, 15, "Ghi chú sở."]],
        "Điểm năm": [["H01", "UBND tỉnh An Giang", 78, 15, 15, 10, 8, 15, 15, "Cả tỉnh."]],
    }
    with pd.ExcelWriter(tmp_path / "2025-10-31.xlsx") as book:
        for name, its in sheets.items():
            pd.DataFrame(its, columns=names).to_excel(book, sheet_name=name, index=False)
    (beside := tmp_path / "2025-10-31-ghi-chu.txt").write_text("[phường Bình Đức]\nx")
    found = area_gate("an-giang", "2025-10-31", [tmp_path / "2025-10-31.xlsx", beside]).remarks
    assert [tuple(row) for row in found.drop(columns="text").to_numpy()] == [
        ("unit", "H01.102", "2025-10-31-ghi-chu.txt:2"),
        ("unit", "H01.101", "2025-10-31.xlsx [Xã Phường] J2"),
        ("unit", "H01.01", "2025-10-31.xlsx [Sở Ban] J2"),
        ("", "", "2025-10-31.xlsx [Điểm năm] J2"),
    ]


def test_where_the_table_is_the_registry_a_heading_names_its_units_and_a_repeated_remark_is_kept_once(tmp_path):
    header = "unit_code,unit_name,group,metric,numerator,denominator,ratio,score,max_score,GHI CHÚ"
    told = ["H21.1,xã A Dơk,TDGQ,ON_TIME,1,2,50,10,20,Nhắc.", "H21.1,xã A Dơk,MDHL,GROUP_TOTAL,,,,9,18,Nhắc."]
    (table := tmp_path / "2026-10-08.csv").write_text("\n".join([header, *told]))
    (beside := tmp_path / "2026-10-08-ghi-chu.txt").write_text("[A DƠK]\nx\n[H21.1]\ny\n[Pleiku]\nz")
    cleaned = area_gate("gia-lai", "2026-10-08", [table, beside])
    assert cleaned.remarks[["code", "text"]].to_numpy().tolist()[:2] == [["H21.1", "x"], ["H21.1", "y"]]
    assert cleaned.remarks["text"].tolist().count("Nhắc.") == 1
    assert cleaned.problems.loc[cleaned.problems["file"] == beside.name, "value"].tolist() == ["Pleiku"]


# -- for whoever shows them ------------------------------------------------------------------------------------------


def test_an_edition_gives_the_paragraphs_in_their_order():
    table = pd.DataFrame(
        [("", "", "a", "x:1"), ("unit", KIEN_AN, "b", "x:2"), ("", "", "c", "x:3"), ("indicator", KIEN_AN, "d", "x:4")],
        columns=remarks.REMARKS,
    )
    edition = Edition(in_force(), words(), {"remarks": table})
    assert edition.remarks() == ["a", "c"]
    assert edition.remarks("unit", KIEN_AN) == ["b"]
    assert edition.remarks("unit", KIEN_THANH) == edition.remarks("department", "x") == []
