"""The office's own remarks in every product: where each stands, and that it is marked as the office's words."""

import dataclasses
import io

import docx
import openpyxl
import pandas as pd
import pytest
from support.district import HOME, edition
from support.fragments import text

from analysis.report import asks, document, headline, letters, page, remarks, unitpage, workbook
from analysis.report.edition import Edition

KIEN_AN, TAN_MY = "30634", "30643"
ISSUER = "Văn phòng HĐND và UBND huyện"
SAID = [
    ("", "", "Chung <b>cả kỳ</b>.", "x:1"),
    ("unit", KIEN_AN, "Về Kiến An.", "x:3"),
    ("unit", KIEN_AN, "Thêm nữa.", "x:4"),
    ("indicator", "TT", "Về thanh toán.", "x:6"),
    ("indicator", "MDHL", "Về hài lòng.", "x:8"),
    ("indicator", "CT_LUYKE", "Về chứng thực.", "x:10"),
    ("department", "phong-tu-phap", "Về Phòng Tư pháp.", "x:12"),
]


def remarked(lang: str = "vi", said: list[tuple] = SAID) -> Edition:
    """The real week, with remarks."""
    return edition(lang, remarks=pd.DataFrame(said, columns=["about", "code", "text", "source"]))


def marked(edition: Edition, said: str) -> str:
    return edition.words.say("piece.remark", issuer=ISSUER, text=said)


@pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.long)])
def test_every_remark_stands_in_page_and_letter_once_as_the_offices_words(lang):
    its = remarked(lang)
    shown = text(page.requests(its))
    letter = "\n".join(each.text for each in docx.Document(io.BytesIO(document.build_document(its, HOME))).paragraphs)
    for _, code, said, _ in SAID:
        on = its.words.say("piece.remark_on", issuer=ISSUER, name="§", texts="§").split("§")[1]
        for product in (shown, letter):
            assert product.count(f"“{said}”") == product.count(said) == 1, said
            assert (on if code in (KIEN_AN, "CT_LUYKE") else marked(its, said)) in product
    assert (
        its.words.say("piece.remark_on", issuer=ISSUER, name=its.names.full_unit(KIEN_AN), texts="").rstrip() in shown
    )


def test_a_remark_stands_with_whom_it_is_for():
    its = remarked()
    sections = {each["code"]: each for each in asks.department_sections(its)}
    asked = {ask["indicator"]: ask["texts"] for each in sections.values() for ask in each["asks"]}
    assert marked(its, "Về thanh toán.") == asked["TT"][-1]
    assert marked(its, "Về Phòng Tư pháp.") in sections["phong-tu-phap"]["remarks"]
    assert asks.say_general_remarks(its)[0] == marked(its, "Chung <b>cả kỳ</b>.")


def test_a_remark_is_no_request_no_news_and_no_count_of_either():
    its = remarked(
        said=[*SAID, ("indicator", "MDHL", "Thêm.", "x:14"), ("department", "van-phong-dkdd", "Nữa.", "x:16")]
    )
    assert asks.request_rows(its) == asks.request_rows(edition())
    assert headline.minute_lines(its) == headline.minute_lines(edition())
    assert headline.preheader(its) == headline.preheader(edition())
    assert [each.subject for each in letters.department_letters(its)] == [
        each.subject for each in letters.department_letters(edition())
    ]


def test_a_remark_on_what_nobody_answers_for_stands_among_those_on_units_and_one_on_a_group_with_whom_its_parts_have():
    its = remarked(said=[("indicator", "CT_LUYKE", "Một.", "x:1"), ("indicator", "TTTT", "Hai.", "x:2")])
    name = its.names.measured("CT_LUYKE")
    assert asks.say_general_remarks(its) == [its.words.say("piece.remark_on", issuer=ISSUER, name=name, texts="“Một.”")]
    found = {ask["indicator"]: each["code"] for each in asks.department_sections(its) for ask in each["asks"]}
    assert found["TTTT"] == found["TT"]


def test_the_mail_has_every_remark_too():
    shown = text(page.mail_requests(remarked()))
    assert [shown.count(said) for _, _, said, _ in SAID] == [1] * len(SAID)


def test_a_units_page_has_its_own_remarks_and_no_others():
    its = remarked()
    shown = text(unitpage.requests(its, KIEN_AN))
    assert remarks.say_heading(its) in shown
    assert [said in shown for about, _, said, _ in SAID] == [about == "unit" for about, *_ in SAID]
    assert remarks.say_heading(its) not in text(unitpage.requests(its, TAN_MY))
    pieces = unitpage.page_pieces(its, KIEN_AN)
    assert sum("Thêm nữa." in piece for piece in pieces) == 1


def test_a_units_own_letter_has_its_remarks_and_no_other_units():
    its = remarked()
    pages = its.tables["units"][["unit_code", "unit_name"]].assign(status="made", reason="")
    its = dataclasses.replace(its, tables=its.tables | {"pages": pages})
    told = {each.code: "".join(each.pieces) for each in letters.unit_letters(its)}
    assert [code for code, html in told.items() if "Về Kiến An." in html and "Thêm nữa." in html] == [KIEN_AN]


def test_the_workbook_lists_the_remarks_with_what_they_are_about():
    its = remarked()
    book = openpyxl.load_workbook(io.BytesIO(workbook.build_workbook(its)))
    rows = [row for row in book[its.words.say("workbook.sources")].iter_rows(values_only=True)]
    held = {(row[0], row[1]) for row in rows}
    assert {
        (its.words.say("piece.remark_all"), "Chung <b>cả kỳ</b>."),
        ("Xã Kiến An", "Thêm nữa."),
        ("Hồ sơ thanh toán trực tuyến", "Về thanh toán."),
        ("Mức độ hài lòng", "Về hài lòng."),
        ("Phòng Tư pháp", "Về Phòng Tư pháp."),
    } <= held


def test_what_the_office_types_is_shown_as_typed_and_never_read_as_anything_else():
    typed = ["=1+1", "{{ area }}", "<script>x</script>", "“trích”", "x" * 2000]
    its = remarked(said=[(*about, each, "x:1") for each in typed for about in (("", ""), ("unit", KIEN_AN))])
    letter = "\n".join(each.text for each in docx.Document(io.BytesIO(document.build_document(its, HOME))).paragraphs)
    assert {each: letter.count(each) for each in typed} == dict.fromkeys(typed, 2)
    assert "<script>" not in page.requests(its).data + unitpage.requests(its, KIEN_AN).data
    book = openpyxl.load_workbook(io.BytesIO(workbook.build_workbook(its)))
    cells = [cell for row in book[its.words.say("workbook.sources")] for cell in row if cell.value in typed]
    assert {(cell.value, cell.data_type) for cell in cells} == {(each, "s") for each in typed}


def test_without_remarks_nothing_is_said_of_them():
    its = edition()
    assert remarks.say_general(its, ["TT"]) == remarks.remark_rows(its) == remarks.find_codes(its) == []
    assert remarks.say_heading(its) not in text(unitpage.requests(its, KIEN_AN))
    assert all(each["remarks"] == [] for each in asks.department_sections(its))
