"""appendix.xlsx holds every figure as a number, marks what is below its threshold, and no text of it is ever run."""

import dataclasses
import functools
import io
import re
import time
import zipfile
from collections import Counter
from datetime import date, datetime, timedelta

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils.cell import range_boundaries
from support.district import edition, say, week
from support.kinds import made
from support.office import corrected, crowd, needs_office, printed
from support.payloads import PAYLOADS
from support.sampled import sampled

from analysis.config import wording
from analysis.report import headline, workbook

NAN = float("nan")
NUMBERS = ["total", "previous_total", "change", "not_itemised"]
HEADS = [
    "Hạng",
    "Đơn vị",
    "Tổng điểm",
    "Xếp loại",
    "Kỳ trước",
    "Tăng/giảm",
    "Công khai, minh bạch",
    "Tiến độ giải quyết",
]
HEADS += [
    f"Hồ sơ nộp trực tuyến ({say('piece.target', target='50%')})",
    f"Hồ sơ thanh toán trực tuyến ({say('piece.target', target='30%')})",
    f"Số hóa hồ sơ ({say('piece.target', target='80%')})",
]
HEADS += [
    "Chứng thực bản sao điện tử",
    "Chứng thực bản sao điện tử (lũy kế)",
    say("piece.not_itemised"),
    say("workbook.attention"),
]
PLACES = {"total": "C", "band": "D", "previous_total": "E", "change": "F", "not_itemised": "N", "attention": "O"}
SHEETS = ("ranking", "sources", "asks", "week_rates", "weeks", "dictionary")
UNITS, AREA = list(range(2, 20)), 21  # their rows; the one between is empty
PLACES |= {"CKMB": "G", "TD": "H", "DVCTT": "I", "TT": "J", "SH": "K", "CT": "L", "CT_LUYKE": "M"}


@functools.cache
def compiled() -> bytes:
    return workbook.build_workbook(edition())


def opened(data: bytes):
    return openpyxl.load_workbook(io.BytesIO(data))


def ranking():
    return opened(compiled())[say("workbook.ranking")]


def texts(sheet) -> list[str]:
    return [cell.value for row in sheet for cell in row if isinstance(cell.value, str)]


# -- the figures -----------------------------------------------------------------------------------------------------


def test_the_columns_stand_in_the_order_of_the_offices_table():
    assert [cell.value for cell in ranking()[1]] == HEADS


def test_every_cell_holds_the_figure_of_the_weeks_tables_as_a_number():
    sheet, names = ranking(), edition().names
    rows = {sheet[f"B{row}"].value: row for row in [*UNITS, AREA]}
    scores = week()["scores"].merge(week()["changes"][["unit_code", "previous_total", "change"]], on="unit_code")
    compared = 0
    for unit in scores.itertuples():
        row = rows[wording.capital(names.unit(unit.unit_code))]
        wanted = {name: getattr(unit, name) for name in NUMBERS} | figures(unit.unit_code)
        for name, value in wanted.items():
            cell = sheet[f"{PLACES[name]}{row}"]
            assert cell.data_type == "n" and cell.value == pytest.approx(value, abs=1e-9)
            compared += 1
        assert sheet[f"D{row}"].value == unit.band
        assert sheet[f"A{row}"].value == (None if unit.unit_code == "893" else unit.rank)
    assert compared == 19 * 11


def figures(code: str) -> dict[str, float]:
    held = week()["measurements"].query("unit_code == @code").set_index("indicator")["value"]
    return {name: held[name] for name in ("CKMB", "TD", "DVCTT", "TT", "SH", "CT", "CT_LUYKE")}


def test_figures_are_shown_with_the_decimals_of_their_column():
    sheet = ranking()
    formats = {name: sheet[f"{letter}5"].number_format for name, letter in PLACES.items()}
    assert formats["total"] == formats["TD"] == "#,##0.00"
    assert formats["CKMB"] == formats["SH"] == "#,##0.0"
    assert formats["CT"] == "#,##0"
    assert formats["change"] == "+#,##0.00;-#,##0.00;#,##0.00"


def test_a_missing_figure_is_an_empty_cell_and_a_zero_is_a_zero():
    held = week()["measurements"]
    gone = held["unit_code"].eq("30628") & held["indicator"].eq("CT")
    sheet = opened(workbook.build_workbook(edition(measurements=held.assign(value=held["value"].mask(gone)))))[
        "Xếp hạng"
    ]
    assert sheet["B2"].value == "Thị trấn Chợ Mới" and sheet["L2"].value is None
    assert [sheet[f"L{row}"].value for row in (16, 19)] == [0, 0]  # Mỹ An, Kiến An


def test_the_area_stands_apart_below_the_units_in_bold_and_has_no_rank():
    sheet = ranking()
    assert [sheet[f"{letter}{AREA}"].value for letter in "ABC"] == [None, "Huyện Chợ Mới", 57.45]
    assert all(cell.font.bold for cell in sheet[AREA]) and not any(cell.font.bold for cell in sheet[UNITS[-1]])
    assert not any(cell.value for cell in sheet[AREA - 1])


def test_filtering_and_sorting_take_the_units_and_leave_the_area_alone():
    assert ranking().auto_filter.ref == f"A1:O{UNITS[-1]}"
    scores = week()["scores"]
    alone = opened(workbook.build_workbook(edition(scores=scores[scores["unit_code"] != "893"])))
    assert alone[say("workbook.ranking")].auto_filter.ref == f"A1:O{UNITS[-1]}"  # a table without the area's row


def test_head_and_units_stay_in_sight_and_the_head_is_printed_on_each_page_across_one_a4_in_width():
    sheet = ranking()
    assert sheet.freeze_panes == "C2"
    assert sheet.print_title_rows == "$1:$1"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight) == (True, 0)


# -- marks -----------------------------------------------------------------------------------------------------------


def marked(sheet) -> set[str]:
    """The cells that Excel would mark by the rules in the sheet."""
    found = set()
    for cells in sheet.conditional_formatting:
        left, first, right, last = range_boundaries(str(cells.sqref))
        assert left == right
        for rule in cells.rules:
            for row in range(first, last + 1):
                cell = sheet.cell(row, left)
                if rule.type == "notContainsErrors":  # whatever stands there
                    holds = True
                elif rule.type == "cellIs":
                    holds = f'"{cell.value}"' == rule.formula[0]
                else:
                    own, limit = re.fullmatch(r"AND\(ISNUMBER\((\w+)\),\1<(\d+)\)", rule.formula[0]).groups()
                    assert own == sheet.cell(first, left).coordinate
                    holds = cell.value is not None and cell.value < float(limit)
                if holds:
                    assert rule.dxf.font.b and rule.dxf.font.u
                    found.add(cell.coordinate)
    return found


def test_the_marks_are_those_of_the_page_by_rules_that_go_on_working():
    sheet = ranking()
    rows = {sheet[f"B{row}"].value: row for row in UNITS}
    flags = edition().found("flag")
    names = edition().names
    wanted = {
        f"{PLACES[each.indicator]}{rows[wording.capital(names.unit(each.unit_code))]}" for each in flags.itertuples()
    }
    assert len(wanted) == 18
    wanted |= {f"{PLACES['change']}{rows['Mỹ Hội Đông']}"}  # the only fall that stands out
    assert marked(sheet) == wanted | {"D19"}  # Kiến An: Yếu


def test_the_marks_are_told_in_words_as_well():
    sheet = ranking()
    assert sheet["O19"].value == "Công khai, minh bạch; Hồ sơ nộp trực tuyến; Hồ sơ thanh toán trực tuyến"
    assert sheet["O18"].value == f"Hồ sơ nộp trực tuyến; {say('workbook.marked_fall')}"
    assert not sheet["O2"].value
    assert any(say("piece.appendix_marks", thresholds="#").split("#")[0] in text for text in texts(sheet))


# -- where they come from --------------------------------------------------------------------------------------------


def test_the_second_sheet_tells_file_digest_controls_and_each_repair():
    book = opened(compiled())
    assert book.sheetnames == [say(f"workbook.{name}") for name in SHEETS]
    sheet = book.worksheets[1]
    told = texts(sheet)
    assert {"2023-12-04.txt", "0" * 64, "04/12/2023", "23/06/2022", "0.1.0-abc1234"} <= set(told)
    rows = [[cell.value for cell in row] for row in sheet]
    assert next(row[:4] for row in rows if row[0] == say("gate.control_units"))[1:] == [18, 18, 0]
    sums = [row[1:4] for row in rows if str(row[0]).startswith(say("gate.control_sum", column="#").split("#")[0])]
    assert sums == [[1746, 1746, 0], [2834, 2834, 0]]
    assert ["2023-12-04.txt", "G8", "78,7", "78.7", say("repair.decimal_comma")] in rows
    assert sum(row[0] == "2023-12-04.txt" and row[4] is not None for row in rows) == len(week()["repairs"]) == 14


def test_a_reissued_week_tells_what_it_corrects_on_a_sheet_of_its_own():
    sheet = opened(workbook.build_workbook(corrected()))[say("piece.correction_heading")]
    assert [[cell.value for cell in row] for row in sheet] == [
        [say(f"piece.{head}") for head in ("unit", "figure", "old", "new")],
        ["Thị trấn Chợ Mới", "Công khai, minh bạch", 76.2, 72.6],
    ]
    assert sheet["C2"].number_format == "#,##0.0"
    this = corrected()
    slight = this.tables | {"corrections": this.tables["corrections"].assign(new=76.23)}
    sheet = opened(workbook.build_workbook(dataclasses.replace(this, tables=slight)))[say("piece.correction_heading")]
    assert [sheet[cell].number_format for cell in ("C2", "D2")] == ["#,##0.00"] * 2  # 76,20 and 76,23


def test_units_of_several_kinds_are_told_apart_in_a_column():
    units = week()["units"]
    departments = units.assign(kind=units["kind"].where(units["unit_code"] != "30628", "department"))
    sheet = opened(workbook.build_workbook(edition(units=departments)))[say("workbook.ranking")]
    assert sheet["C1"].value == "Loại đơn vị"
    assert [sheet[f"C{row}"].value for row in (2, 19)] == ["Các đơn vị cấp xã", "Các sở, ban, ngành"]


def test_english_names_sheets_and_columns_and_carries_the_same_figures():
    book = opened(workbook.build_workbook(edition("en")))
    assert book.sheetnames == [say(f"workbook.{name}", "en") for name in SHEETS]
    numbers = [[cell.value for cell in row if cell.data_type == "n"] for row in book.worksheets[0].iter_rows(2, AREA)]
    assert numbers == [[cell.value for cell in row if cell.data_type == "n"] for row in ranking().iter_rows(2, AREA)]


# -- the own rates of the week ---------------------------------------------------------------------------------------


def test_the_last_sheet_has_the_own_rate_of_each_unit_and_indicator_or_why_there_is_none():
    rows = [("30634", "TT", 64.58, 64.58, 64.58, 48.0, "counts"), ("893", "TT", 31.0, 25.0, 37.0, NAN, "estimate")]
    rows += [("30634", "TD", NAN, NAN, NAN, NAN, "too_wide")]
    columns = ["unit_code", "indicator", "rate", "low", "high", "cases", "basis"]
    book = opened(workbook.build_workbook(edition(week_rates=pd.DataFrame(rows, columns=columns))))
    sheet = book[say("workbook.week_rates")]
    name, paid = "Kiến An", "Hồ sơ thanh toán trực tuyến"
    assert [[cell.value for cell in row] for row in sheet.iter_rows(2)] == [
        [name, paid, 64.58, 64.58, 64.58, 48, say("workbook.basis_counts")],
        ["Huyện Chợ Mới", paid, 31, 25, 37, None, say("workbook.basis_estimate")],
        [name, "Tiến độ giải quyết", None, None, None, None, say("workbook.basis_too_wide")],
    ]


# -- all weeks -------------------------------------------------------------------------------------------------------


def records(sheet) -> list[dict]:
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


TWO_WEEKS = pd.DataFrame(
    [
        # cut-off, code, name, total, rank, band, revision, corrected, carried by, since
        ("2023-11-20", "30634", "Kiến An", 48.9, 18.0, "Yếu", 1.0, False, "", "2023-01-01"),
        ("2023-11-20", "30600", "Xã cũ", 50.0, 17.0, "Trung bình", 1.0, False, "", "2023-01-01"),
        ("2023-11-27", "30634", "Kiến An", 49.03, NAN, "", NAN, False, "2023-12-04", "2023-01-01"),
        ("2023-12-04", "893", "Chợ Mới", 57.45, NAN, "Trung bình", 1.0, False, "", "2023-01-01"),
        ("2023-12-04", "30634", "Kiến An", 49.18, 18.0, "Yếu", 1.0, False, "", "2023-01-01"),
    ],
    columns=[
        *("cutoff", "unit_code", "unit_name", "total", "rank", "band", "revision", "corrected", "carried_by", "since"),
    ],
)


def all_weeks(course: pd.DataFrame = TWO_WEEKS, **tables) -> list[dict]:
    return records(opened(workbook.build_workbook(edition(course=course, **tables)))[say("workbook.weeks")])


def test_every_known_total_is_a_row_by_cutoff_and_unit_with_change_rank_and_band():
    totals = [each for each in all_weeks() if each["Số liệu"] == "Tổng điểm"]
    wanted = ["Ngày chốt số liệu", "Mã đơn vị", "Đơn vị", "Giá trị", "Tăng/giảm", "Hạng", "Xếp loại"]
    assert [[each[name] for name in wanted] for each in totals] == [
        [datetime(2023, 11, 20), "30600", "Xã cũ", 50, None, 17, "Trung bình"],  # no unit any more: its name of then
        [datetime(2023, 11, 20), "30634", "Kiến An", 48.9, None, 18, "Yếu"],
        [datetime(2023, 11, 27), "30634", "Kiến An", 49.03, 0.13, None, None],
        [datetime(2023, 12, 4), "893", "Huyện Chợ Mới", 57.45, 0.29, None, "Trung bình"],
        [datetime(2023, 12, 4), "30634", "Kiến An", 49.18, 0.15, 18, "Yếu"],
    ]
    kinds = [(each["Loại đơn vị"], each["Nguồn"]) for each in totals[2:4]]
    assert kinds == [
        ("Các đơn vị cấp xã", say("workbook.carried")),
        (say("workbook.area"), say("workbook.published")),
    ]


def test_totals_of_different_series_are_not_subtracted():
    begun = TWO_WEEKS.assign(since=TWO_WEEKS["since"].where(TWO_WEEKS["cutoff"] < "2023-11-27", "2023-11-27"))
    assert [each["Tăng/giảm"] for each in all_weeks(begun) if each["Ngày chốt số liệu"] < datetime(2023, 12, 4)] == [
        None
    ] * 3


def test_this_weeks_indicators_are_rows_as_well_each_with_its_unit_points_and_part_of_the_change():
    parts = pd.DataFrame(
        [("30634", "DVCTT", "DVCTT", 0.65, 0.6, 0.05)],
        columns=["unit_code", "group", "indicator", "points", "previous_points", "contribution"],
    )
    rows = {each["Số liệu"]: each for each in all_weeks(contributions=parts) if each["Mã đơn vị"] == "30634"}
    shown = {name: [row[key] for key in ("Giá trị", "Đơn vị tính", "Điểm", "Tăng/giảm")] for name, row in rows.items()}
    assert shown["Công khai, minh bạch"] == [19.3, "%", pytest.approx(3.474), None]  # 18 points of 19.3 %
    assert shown["Hồ sơ nộp trực tuyến"] == [5.4, "%", pytest.approx(0.648), 0.05]  # 6 points of 5.4 %, twice
    assert shown["Chứng thực bản sao điện tử"] == [0, "số lượng", None, None]
    assert shown[say("piece.not_itemised")] == [
        pytest.approx(19.69, abs=0.005),
        "điểm",
        pytest.approx(19.69, abs=0.005),
        None,
    ]


def test_its_days_are_days_and_its_head_stays_in_sight_with_a_filter():
    sheet = opened(compiled())[say("workbook.weeks")]
    assert sheet["A2"].is_date and sheet["A2"].number_format == "dd/mm/yyyy"
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("D2", f"A1:M{sheet.max_row}")


@pytest.mark.parametrize(
    "kind", sampled(["41 weak of two kinds", "all groups printed", "merged", "other totals carried"], short=0, long=2)
)
def test_the_newest_totals_and_changes_are_those_of_the_ranking(kind):
    book = opened(workbook.build_workbook(made(kind)))
    newest = max(each["Ngày chốt số liệu"] for each in records(book[say("workbook.weeks")]))
    told = {
        each["Đơn vị"]: (each["Giá trị"], each["Hạng"], each["Xếp loại"])
        for each in records(book[say("workbook.weeks")])
        if each["Số liệu"] == "Tổng điểm" and each["Ngày chốt số liệu"] == newest
    }
    units = [each for each in records(book[say("workbook.ranking")]) if each["Hạng"] is not None and each["Đơn vị"]]
    assert {
        each["Đơn vị"]: (each["Tổng điểm"], each["Hạng"], each["Xếp loại"]) for each in units
    }.items() <= told.items()


@pytest.mark.long
def test_of_156_units_and_61_weeks_it_stays_below_a_megabyte():
    many = crowd([f"Xã số {number}" for number in range(156)])
    now = many.tables["course"].query("cutoff == '2023-12-04'")
    weeks = [now.assign(cutoff=str(date(2023, 12, 4) - timedelta(weeks=number))) for number in range(61)]
    course = pd.concat(weeks, ignore_index=True)
    assert len(workbook.build_workbook(dataclasses.replace(many, tables=many.tables | {"course": course}))) < 1_000_000


# -- the data dictionary ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", wording.LANGUAGES)
def test_the_dictionary_tells_of_each_column_of_each_sheet_its_meaning_unit_missing_value_and_source(lang):
    book = opened(workbook.build_workbook(dataclasses.replace(corrected(), words=edition(lang).words)))
    rows = [[cell.value for cell in row] for row in book[say("workbook.dictionary", lang)].iter_rows(2)]
    described = {(sheet, column) for sheet, column, *_ in rows}
    tables = [
        name
        for name in book.sheetnames
        if name not in (say("workbook.dictionary", lang), say("workbook.sources", lang))
    ]
    assert {(name, cell.value) for name in tables for cell in book[name][1]} <= described
    heads = {
        cell.value
        for row in book[say("workbook.sources", lang)]
        for cell in row
        if cell.font.b and cell.border.left.style
    }
    assert heads == {column for sheet, column in described if sheet == say("workbook.sources", lang)}
    assert all(all(row) for row in rows)


# -- shown as typed --------------------------------------------------------------------------------------------------


ALONE = [pytest.param([text], id=str(number)) for number, text in enumerate(PAYLOADS)]


@pytest.mark.parametrize("typed", [pytest.param(PAYLOADS, id="all"), *sampled(ALONE, short=0, long=15)])
def test_whatever_is_typed_stays_a_text_as_typed(typed):
    repairs = [
        {"file": text, "row": 1.0, "column": text, "column_letter": "A", "raw": text, "clean": text, "reason": text}
        for text in typed
    ]
    origin = {"file": typed[-1]}
    held = edition(origin=origin, **crowd(typed, origin=origin).tables | {"repairs": pd.DataFrame(repairs)})
    data = workbook.build_workbook(held)
    book = opened(data)
    found = Counter(unescaped(each) for each in texts(book.worksheets[1]))
    for row, text in enumerate(typed, start=2):
        shown = re.sub("[\x00\x07\x1b]", "�", text)
        name = book[say("workbook.ranking")].cell(row, 2)
        assert (name.data_type, unescaped(name.value)) == ("s", wording.capital(shown))
        assert name.quotePrefix  # so it stays one when the office edits the cell
        assert found[shown] == 4 + (text == typed[-1])  # of the repair: file, raw, clean, reason; and the file
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        for part in parts.namelist():
            assert not re.search(rb"<f[ >]|<hyperlink|TargetMode|externalLink", parts.read(part)), part


def unescaped(text: str) -> str:
    """_x005F_ guards an underscore that would begin such an escape; openpyxl leaves it as it is."""
    return text.replace("_x005F_", "_")


def test_a_text_longer_than_a_cell_holds_is_cut_and_the_rest_stays():
    sheet = opened(workbook.build_workbook(crowd(["Đ" * 40_000, "Xã khác"])))[say("workbook.ranking")]
    assert len(sheet["B2"].value) == 32_767 and sheet["B3"].value == "Xã khác"


@pytest.mark.long
@needs_office
def test_libreoffice_shows_them_as_typed_on_pages_that_lie_across():
    pages = printed(workbook.build_workbook(crowd(PAYLOADS)), "xlsx")
    assert {(round(width), round(height)) for width, height in pages.sizes} == {(297, 210)}
    told = "".join(pages.text().split())
    short = [each for each in PAYLOADS if 5 < len(each) < 25 and each.isascii() and each.isprintable()]
    missing = [each for each in short if "".join(wording.capital(each).split()) not in told]
    assert len(short) > 20 and missing == []
    assert "evil" not in pages.links


@pytest.mark.long
@needs_office
def test_of_135_units_each_is_printed_and_each_page_of_the_ranking_has_the_head():
    pages = printed(workbook.build_workbook(crowd([f"Xã-{number}" for number in range(1, 136)])), "xlsx")
    first_sheet = {min(word.page for word in pages.words if word.text == f"Xã-{unit}") for unit in range(1, 136)}
    assert len(first_sheet) >= 3
    assert all({"Hạng", "Đơn", "vị"} <= set(pages.text(page).split()) for page in first_sheet)
    told = {word.text for word in pages.words}
    assert {f"Xã-{number}" for number in range(1, 136)} <= told
    assert {run.font[0] for run in pages.runs} <= {"Tinos"}


@needs_office
@pytest.mark.parametrize("lang", sampled(wording.LANGUAGES, short=0, long=1))
def test_in_print_every_word_of_every_head_stands_whole_above_the_first_unit(lang):
    data = workbook.build_workbook(edition(lang))
    pages, sheet = printed(data, "xlsx"), opened(data).worksheets[0]
    below = pages.find(sheet["D2"].value)[0]
    above = " ".join(word.text for word in pages.words if word.page == 1 and word.bottom <= below.top)
    heads = " ".join(cell.value for cell in sheet[1])
    assert not Counter(parts(heads)) - Counter(parts(above))


def parts(text: str) -> list[str]:
    """The words, a hyphenated one as two: a line may end at its hyphen."""
    return text.replace("-", " ").split()


# -- bytes -----------------------------------------------------------------------------------------------------------


def test_the_same_week_gives_the_same_bytes_on_another_day_and_in_another_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 40 * 86_400)
    monkeypatch.setenv("TZ", "Asia/Ho_Chi_Minh")
    assert workbook.build_workbook(edition()) == compiled()
    with zipfile.ZipFile(io.BytesIO(compiled())) as parts:
        assert {each.date_time for each in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_its_properties_tell_the_week_and_nobody():
    about = opened(compiled()).properties
    assert (about.creator or "", about.lastModifiedBy or "") == ("", "")
    assert about.title == headline.title(edition())
    assert {about.created.date(), about.modified.date()} == {edition().rules.cutoff}
