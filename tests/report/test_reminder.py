"""Who is reminded of what, in which words; and the form for the answers, as LibreOffice and our own reader see it."""

import functools
import io
import re
import shutil
import subprocess
from datetime import date

import docx
import openpyxl
import pytest
from support import two_weeks
from support.district import HOME, in_force, say, words
from support.office import needs_office, printed
from support.two_weeks import FIRST, HOA_BINH, KIEN_AN, MY_HOI_DONG

from analysis.config.files import ConfigError
from analysis.gate import replies
from analysis.report import ask_words, form, reminder

TWICE = {"asks": {"remind_from": 2}}  # both weeks are two reports


@functools.cache
def edition(lang: str = "vi"):
    return two_weeks.edition(lang, settings=TWICE)


def otherwise(unit: str = KIEN_AN, indicator: str = "CT", settings: dict = TWICE, **values: object):
    """The second week's edition with other values in one row of its ledger."""
    asks = two_weeks.tables()[1]["asks"].copy()
    row = (asks["unit_code"] == unit) & (asks["indicator"] == indicator)
    assert row.sum() == 1
    asks.loc[row, list(values)] = list(values.values())
    return two_weeks.edition(settings=settings, asks=asks)


def text(data: bytes) -> str:
    held = docx.Document(io.BytesIO(data))
    cells = [cell.text for table in held.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(each.text for each in held.paragraphs), *cells])


# -- who is reminded of what ------------------------------------------------------------------------------------------


def test_nobody_is_reminded_in_a_second_week_where_three_times_are_needed_and_everyone_with_an_open_ask_where_two_are():
    assert reminder.reminded_units(two_weeks.edition()) == []
    asks = two_weeks.tables()[1]["asks"].query("addressee == 'unit' and state == 'open'")
    assert set(reminder.reminded_units(edition())) == set(asks["unit_code"]) and len(set(asks["unit_code"])) == 11


@pytest.mark.parametrize(
    ("values", "remind_from", "is_reminded"),
    [
        ({"times": 2.0}, 2, True),
        ({"times": 2.0}, 3, False),
        ({"times": 1.0, "state": "overdue", "due": "2023-12-08"}, 3, True),
        ({"times": 2.0, "note": "once"}, 2, False),  # it waits to be confirmed
        ({"times": 2.0, "note": "again unsteady"}, 2, True),
        ({"times": 9.0, "state": "extended", "due": "2024-01-31"}, 2, False),  # the office has put it off
        ({"times": 9.0, "state": "done"}, 2, False),
        ({"times": 9.0, "state": "ended", "note": "rule"}, 2, False),
    ],
)
def test_a_unit_is_reminded_of_what_was_asked_often_or_is_overdue_and_not_yet_met(values, remind_from, is_reminded):
    held = otherwise(settings={"asks": {"remind_from": remind_from}}, **values)
    assert ("CT" in set(reminder.find_reminded(held, KIEN_AN)["indicator"])) == is_reminded


def test_what_the_reminder_and_the_form_say_of_an_ask_is_what_the_ledger_says():
    for code in reminder.reminded_units(edition()):
        rows = two_weeks.tables()[1]["asks"].query("unit_code == @code and state == 'open'")
        told = reminder.fields(edition(), code)["asks"]
        expected = [
            (ask_words.say_ask(edition(), row), "04/12/2023", "2", ask_words.say_level(edition(), row))
            for row in rows.itertuples(index=False)
        ]
        assert [(each["ask"], each["opened"], each["times"], each["level"]) for each in told] == expected
        sheet = openpyxl.load_workbook(io.BytesIO(form.build_form(edition(), code))).active
        assert [row[0].value for row in sheet.iter_rows(min_row=FIRST_ROW)] == rows["ask_id"].tolist()


# -- the document -----------------------------------------------------------------------------------------------------


def test_the_document_is_a_letter_with_an_open_number_to_the_units_committee_and_names_no_day_that_nobody_set():
    told = text(reminder.build_reminder(edition(), HOME, KIEN_AN))
    assert say("reminder.to", unit="Ủy ban nhân dân xã Kiến An") in told
    assert re.search(r"Số:\s+/VP\n", told) and say("piece.signature") in told and say("reminder.subject") in told
    assert "TL. CHỦ TỊCH" not in told and "CHÁNH VĂN PHÒNG" in told
    assert set(re.findall(r"\d\d/\d\d/\d{4}", told)) == {"11/12/2023", "04/12/2023"}  # the week, and since when


def test_what_the_office_has_set_stands_there():
    own = {"authority": "TL. CHỦ TỊCH", "number_suffix": "UBND-VP", "recipients": ["TT. UBND huyện"]}
    days = {"due": "2023-12-08", "state": "overdue", "reply_by": "2023-12-20", "replied": "2023-12-06"}
    told = text(reminder.build_reminder(otherwise(settings=TWICE | {"reminder": own}, **days), HOME, KIEN_AN))
    assert "TL. CHỦ TỊCH" in told and "/UBND-VP" in told and "- TT. UBND huyện;" in told
    assert say("reminder.reply_by", day="20/12/2023") in told
    assert "Quá thời hạn 08/12/2023; phản hồi gần nhất 06/12/2023" in told


@pytest.mark.parametrize(
    ("values", "remind_from", "count", "why"),
    [
        ({}, 2, 3, "đã đề nghị từ 2 lần trở lên"),
        ({"times": 1.0}, 2, 2, "đã đề nghị từ 2 lần trở lên"),
        ({"times": 9.0, "state": "extended"}, 2, 2, "đã đề nghị từ 2 lần trở lên"),
        ({"state": "overdue"}, 2, 3, "đã đề nghị từ 2 lần trở lên hoặc đã quá thời hạn"),
        ({"state": "overdue"}, 3, 1, "đã quá thời hạn"),
    ],
)
def test_it_says_how_many_asks_are_open_and_of_how_many_the_unit_is_reminded_and_why(values, remind_from, count, why):
    held = otherwise(settings={"asks": {"remind_from": remind_from}}, **values)
    assert reminder.say_intro(held, KIEN_AN) == (
        "Theo số liệu Bộ chỉ số phục vụ người dân, doanh nghiệp đến ngày 11/12/2023, Ủy ban nhân dân xã Kiến An "
        f"còn 3 nội dung đề nghị chưa hoàn thành; đôn đốc {count} nội dung {why}, cụ thể:"
    )
    assert len(reminder.fields(held, KIEN_AN)["asks"]) == count


def test_an_office_may_use_its_own_slip_and_a_fault_in_it_is_named(tmp_path):
    folder = tmp_path / "config" / "cho-moi"
    folder.mkdir(parents=True)
    for field, said in (("report", say("reminder.slip")), ("unit", "Xã Kiến An"), ("open", "3")):
        slip = docx.Document()
        slip.add_paragraph(f"{{{{ {field} }}}}")
        slip.save(folder / "don-doc.docx")
        assert text(reminder.build_reminder(edition(), tmp_path, KIEN_AN)) == said
    slip = docx.Document()
    slip.add_paragraph("{{ nobody_knows }}")
    slip.save(folder / "don-doc.docx")
    with pytest.raises(ConfigError, match=r"config/cho-moi/don-doc\.docx: .*nobody_knows"):
        reminder.build_reminder(edition(), tmp_path, KIEN_AN)


def test_the_same_week_gives_the_same_bytes_in_both_languages():
    for lang in ("vi", "en"):
        for build in (
            lambda held: reminder.build_reminder(held, HOME, KIEN_AN),
            lambda held: form.build_form(held, KIEN_AN),
        ):
            assert build(edition(lang)) == build(edition(lang))
        assert reminder.build_pieces(edition(lang), KIEN_AN)


# -- the form ---------------------------------------------------------------------------------------------------------

ANSWERED = {
    "E": date(2023, 12, 13),
    "F": "Đã niêm yết; =1+1",
    "G": "Thiếu máy quét",
    "H": "Mua máy",
    "I": date(2023, 12, 29),
    "J": "12/UBND",
}


FIRST_ROW = 8  # of the asks, below the help and the heads


@functools.cache
def sheet(code: str = KIEN_AN, lang: str = "vi"):
    return openpyxl.load_workbook(io.BytesIO(form.build_form(edition(lang), code))).active


def test_the_form_has_the_heads_that_replies_are_read_by_whatever_the_language_of_the_report():
    for lang in ("vi", "en"):
        assert [cell.value for cell in sheet(lang=lang)[FIRST_ROW - 1]] == [
            *("Mã đề nghị", "Đơn vị", "Chỉ số", "Đề nghị", "Ngày", "Nội dung", "Nguyên nhân", "Giải pháp", "Hẹn"),
            "Số văn bản",
        ]
    assert [cell.value for cell in sheet(MY_HOI_DONG)[FIRST_ROW]][:4] == [
        *("30637:TOTAL:2023-12-04", "Xã Mỹ Hội Đông", "Tổng điểm"),
        "Tổng điểm: 51,10 điểm; cần đạt từ 56,88 điểm (từ 04/12/2023; lần 2)",
    ]


def test_only_the_answers_cells_can_be_changed_and_no_password_is_needed_to_mend_the_rest():
    protection = sheet().protection
    assert protection.sheet and not protection.password and not protection.formatColumns
    for row in sheet().iter_rows(min_row=FIRST_ROW):
        assert [cell.column_letter for cell in row if not cell.protection.locked] == list("EFGHIJ")
    assert all(cell.protection.locked for row in sheet().iter_rows(max_row=FIRST_ROW - 1) for cell in row)


def test_only_days_from_the_ask_on_can_be_typed_where_a_day_belongs():
    rules = {str(each.sqref): each for each in sheet().data_validations.dataValidation}
    assert {each.type for each in rules.values()} == {"date"} and set(rules) == {
        f"{c}{r}" for c in "EI" for r in (8, 9, 10)
    }
    serial = (date.fromisoformat(FIRST) - date(1899, 12, 30)).days
    assert rules["E8"].formula1 == str(serial) and rules["I8"].formula1 == str(serial + 7)
    assert all(each.showErrorMessage and "04/12/2023" in rules["E8"].error for each in rules.values())


def test_it_is_printed_across_on_one_page_of_a4():
    held = sheet().page_setup
    assert (held.orientation, int(held.paperSize)) == (
        "landscape",
        9,
    ) and sheet().sheet_properties.pageSetUpPr.fitToPage


def test_what_a_unit_fills_in_is_read_as_its_reply_with_the_report_that_shall_show_it(tmp_path):
    later = date(2023, 12, 18)
    book = openpyxl.load_workbook(io.BytesIO(form.build_form(edition(), KIEN_AN)))
    for column, value in ANSWERED.items():
        book.active[f"{column}{FIRST_ROW}"].value = value
    book.save(path := tmp_path / f"{later}-phan-hoi-{KIEN_AN}.xlsx")
    asks = two_weeks.tables()[1]["asks"].assign(is_open=lambda rows: ~rows["state"].isin(["done", "ended"]))
    logs, rows = replies.read_replies([path], asks, two_weeks.tables()[1]["units"], in_force(later), words())
    assert [problem for log in logs for problem in log.problems] == []
    (told,) = rows.to_dict("records")  # the rows that were left empty say nothing
    expected = {"ask_id": "30634:DVCTT:2023-12-04", "kind": "reply", "day": "2023-12-13", "promised": "2023-12-29"}
    expected |= {"text": ANSWERED["F"], "cause": ANSWERED["G"], "solution": ANSWERED["H"], "document": ANSWERED["J"]}
    assert {name: told[name] for name in expected} == expected


@needs_office
@pytest.mark.long
def test_the_form_and_the_reminder_fit_one_page_on_paper():
    for data, kind, size in (
        (form.build_form(edition(), KIEN_AN), "xlsx", (297, 210)),
        (reminder.build_reminder(edition(), HOME, HOA_BINH), "docx", (210, 297)),
    ):
        sizes = printed(data, kind).sizes
        assert len(sizes) == 1 and sizes[0] == pytest.approx(size, abs=1)


@needs_office
@pytest.mark.long
def test_what_is_filled_in_and_saved_by_libreoffice_is_read_with_its_dates_and_texts(tmp_path):
    book = openpyxl.load_workbook(io.BytesIO(form.build_form(edition(), KIEN_AN)))
    for column, value in ANSWERED.items():
        book.active[f"{column}{FIRST_ROW}"].value = value
    (tmp_path / "filled").mkdir()
    book.save(tmp_path / "filled" / "phan-hoi-30634.xlsx")
    soffice = [shutil.which("soffice"), "--headless", f"-env:UserInstallation=file://{tmp_path}/office"]
    subprocess.run(
        [*soffice, "--convert-to", "xlsx", "--outdir", tmp_path, tmp_path / "filled" / "phan-hoi-30634.xlsx"],
        check=True,
        capture_output=True,
    )
    saved = openpyxl.load_workbook(tmp_path / "phan-hoi-30634.xlsx").active
    held = {column: saved[f"{column}{FIRST_ROW}"].value for column in ANSWERED}
    assert {c: v.date() if hasattr(v, "date") else v for c, v in held.items()} == ANSWERED
    assert saved.protection.sheet and saved[f"A{FIRST_ROW}"].value == "30634:DVCTT:2023-12-04"
