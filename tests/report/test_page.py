"""The pieces of the page hold the table as delivered, mark the same cells, and escape what the data holds."""

import dataclasses
import re

import pandas as pd
import pytest
from support.district import edition, in_force, say, week, words
from support.fragments import text

from analysis.report import asks, headline, page
from analysis.tables import NOT_ITEMISED


def test_the_appendix_holds_every_figure_of_the_table_and_marks_the_same_cells():
    piece = page.appendix(edition()).data
    assert piece.count('class="flag') == 19
    assert piece.count('class="text weak"') == 1
    assert piece.count(say("piece.flag_word")) == 18 and piece.count(say("piece.fell_word")) == 1
    held = week()["measurements"]
    names = edition().names
    for each in held[
        held["indicator"].isin(["TOTAL", "CKMB", "TD", "DVCTT", "TT", "SH", "CT", "CT_LUYKE"])
    ].itertuples():
        assert f">{words().number(each.value, names.decimals(each.indicator))}<" in piece


def test_a_column_that_the_table_may_leave_out_is_a_dash_where_it_does():
    cells = week()["measurements"].query("indicator != 'CT'")
    assert page.appendix(edition(measurements=cells)).data.count("<td>–</td>") == 18 + 1


def test_the_standings_of_the_mail_hold_every_unit_with_total_change_and_band():
    said = text(page.standings(edition()))
    assert said.startswith(
        "Xếp hạng các đơn vị Hạng Đơn vị Tổng điểm Tăng/giảm Xếp loại 1 Thị trấn Chợ Mới 65,79 +0,38 Trung bình"
    )
    assert "17 Mỹ Hội Đông 51,10 −5,78" in said and said.endswith("18 Kiến An 49,18 +0,15 Yếu")


def test_a_long_ranking_is_cut_in_its_middle_for_the_mail_and_says_so():
    settings = in_force().settings | {"mail": {"first_rows": 2, "last_rows": 3, "attach_page": False}}
    rules = dataclasses.replace(in_force(), settings=settings)
    said = text(page.standings(dataclasses.replace(edition(), rules=rules)))
    assert "2 Nhơn Mỹ 64,55 +0,30 Trung bình … 13 đơn vị ở giữa: xem phụ lục … 16 Mỹ Hiệp" in said


def test_the_page_says_which_file_rules_and_code_it_comes_from():
    assert text(page.provenance(edition())) == (
        "Nguồn gốc Tệp số liệu 2023-12-04.txt Mã SHA-256 của tệp " + "0" * 64 + " Thời gian chốt số liệu 04/12/2023"
        " Lần phát hành 1 Quy tắc có hiệu lực từ 23/06/2022 Phiên bản mã nguồn 0.1.0-abc1234"
    )


def test_rules_of_an_index_without_groups_and_indicators_are_in_force_since_its_bands_are():
    none = {name: getattr(in_force(), name).head(0) for name in ("groups", "indicators")}
    without = dataclasses.replace(edition(), rules=dataclasses.replace(in_force(), **none))
    assert "Quy tắc có hiệu lực từ 23/06/2022" in text(page.provenance(without))


def test_a_fall_is_marked_where_the_one_rule_for_moves_marks_it_and_nowhere_else():
    for moves, marks in ((week()["moves"], 1), (week()["moves"].assign(marked=False), 0)):
        piece = page.appendix(edition(moves=moves)).data
        assert piece.count('class="flag') == 18 + marks and piece.count(say("piece.fell_word")) == marks


def test_the_document_leaves_number_and_signature_open():
    said = text(page.letter(edition()))
    assert "Số: /BC-VP" in said and "Chợ Mới, ngày 04 tháng 12 năm 2023" in said
    assert "CHÁNH VĂN PHÒNG [Chữ ký, họ và tên]" in said and "- Lưu: VT." in said


def test_markup_in_the_data_is_shown_and_never_run():
    repairs = pd.DataFrame(
        [{"column_letter": "A", "row": 1.0, "raw": "<script>x</script>", "clean": "x", "reason": "y"}]
    )
    piece = page.data_note(edition(repairs=repairs)).data
    assert "&lt;script&gt;" in piece and "<script>" not in piece


def with_settings(**changed):
    settings = {name: in_force().settings[name] | values for name, values in changed.items()}
    rules = dataclasses.replace(in_force(), settings=in_force().settings | settings)
    return dataclasses.replace(edition(), rules=rules)


@pytest.mark.parametrize("base", ["https://office.example/766", "https://office.example/766/"])
def test_the_mail_leads_to_the_page_where_the_area_says_its_address(base):
    piece = page.mail_head(with_settings(public={"base_url": base})).data
    assert '<a href="https://office.example/766/cho-moi/2023-12-04/report.html">' in piece
    assert say("piece.page_attached") not in piece


def test_else_the_mail_speaks_of_the_page_only_where_it_is_attached():
    assert say("piece.page_attached") in page.mail_head(with_settings(mail={"attach_page": True})).data
    assert 'class="where"' not in page.mail_head(edition()).data


def test_the_mail_asks_the_units_in_two_sentences_then_each_department_once():
    piece = page.mail_requests(edition()).data
    heads = re.findall("<h3>(.*?)</h3>", piece)
    assert heads[0] == say("piece.mail_units") and len(set(heads)) == len(heads)
    assert [head.replace("\u00a0", " ") for head in heads[1:4]] == [
        *("Phòng Văn hóa – Thông tin", "Bộ phận Một cửa huyện", "Phòng Tư pháp")
    ]
    units = re.findall("<li>(.*?)</li>", piece.partition("</ul>")[0], re.S)
    assert len(units) == 2 and units[0].startswith("Xã Kiến An xếp loại “Yếu” với 49,18 điểm.")
    assert units[1].endswith(say("piece.ask_fallen"))
    asked = [each["texts"] for each in asks.request_rows(edition()) if each["unit"]]
    assert units == [f"{texts[0]} {texts[-1]}" for texts in asked] and max(map(len, asked)) > 2


def test_what_no_department_answers_for_is_asked_in_the_mail_too_and_a_mail_without_requests_has_no_heading_of_them():
    settings = in_force().settings | {"responsible": {}}
    rules = dataclasses.replace(in_force(), settings=settings, tasks=in_force().tasks.iloc[:0])
    nobody = dataclasses.replace(edition(), rules=rules)
    named = [row["name"] for row in asks.request_rows(nobody) if row["name"]]
    assert named and all(f"<strong>{name}:</strong>" in page.mail_requests(nobody).data for name in named)
    calm = dataclasses.replace(nobody, tables=nobody.tables | {"asks": week()["asks"].iloc[:0]})
    assert page.mail_requests(calm).data == ""


def test_the_mail_says_nothing_of_the_data_but_that_the_table_is_in_doubt():
    assert page.mail_note(edition()).data == ""
    doubt = week()["findings"].query("finding == 'reconcile'").head(1)
    doubts = pd.concat([doubt.assign(indicator=name, severity="watch") for name in ("TOTAL", NOT_ITEMISED, "CKMB")])
    assert say("piece.doubts", count=1) in page.mail_note(edition(findings=doubts)).data


def test_the_page_asks_units_then_departments_then_the_heads_of_all_and_each_for_this_week_before_every_week():
    piece = page.requests(edition()).data
    told = text(page.requests(edition()))
    order = [told.index(each) for each in ("Xã Kiến An xếp loại", "1. Phòng Văn hóa", say("piece.heads"))]
    assert order == sorted(order)
    for section in asks.department_sections(edition()):
        its = piece.partition(f'id="department-{section["code"]}"')[2].partition("<h3")[0]
        places = [its.index(each["name"]) for each in section["asks"]] + [its.index(section["standing"][0])]
        assert places == sorted(places)


def test_of_a_unit_the_page_says_first_what_is_found_and_asked_then_small_what_else_is_known():
    (unit, *_) = [row for row in asks.request_rows(edition()) if row["unit"]]
    said = re.findall("<li>(.*?)</li>", page.requests(edition()).data, re.S)[0]
    large, _, small = said.partition('<span class="note">')
    plain = re.sub("<[^>]+>", "", large)
    assert plain.split() == f"{unit['texts'][0]} {unit['texts'][-1]}".split()
    assert re.sub("<[^>]+>", "", small).split() == " ".join(unit["texts"][1:-1]).split()


def test_every_department_with_a_section_stands_in_the_list_of_contents():
    listed = re.findall('href="#department-(.*?)"', page.headline(edition()).data)
    assert listed == [each["code"] for each in asks.department_sections(edition())]


def test_a_unit_with_a_page_of_its_own_is_linked_to_it():
    pages = pd.DataFrame([("30634", "Kiến An", "made", "")], columns=["unit_code", "unit_name", "status", "reason"])
    linked = page.appendix(edition(pages=pages)).data
    assert re.findall(r'<a href="(.*?)">(.*?)</a>', linked) == [("units/30634.html", "Kiến An")]


def test_a_first_issue_says_nothing_of_corrections():
    assert page.correction(edition()).data == ""
    assert not headline.title(edition()).startswith("[")


def test_a_reissued_week_is_marked_and_lists_each_figure_old_and_new():
    change = {
        "unit_code": "30628",
        "unit_name": "Chợ Mới",
        "indicator": "CKMB",
        "field": "value",
        "old": 72.6,
        "new": 76.2,
    }
    second = edition(corrections=pd.DataFrame([change]), origin={"revision": "2"})
    assert text(page.correction(second)).endswith("Thị trấn Chợ Mới Công khai, minh bạch 72,6 76,2")
    assert "lần phát hành thứ 2, thay thế lần phát hành thứ 1" in text(page.correction(second))
    slight = edition(corrections=pd.DataFrame([change | {"new": 72.63}]), origin={"revision": "2"})
    assert text(page.correction(slight)).endswith("Thị trấn Chợ Mới Công khai, minh bạch 72,60 72,63")
    assert headline.subject(second).startswith("[Đính chính] 766 Chợ Mới 04/12: ")
    assert headline.title(second).startswith("[Đính chính] Bộ chỉ số 766")


def test_without_a_row_of_the_whole_area_the_page_tells_the_units_alone():
    tables = week() | {name: week()[name].query("unit_code != '893'") for name in ("scores", "changes")}
    pieces = [page.headline, page.ranking, page.appendix, page.standings]
    said = [text(piece(edition(**tables))) for piece in pieces]
    assert not any("57,45" in each for each in said)
    assert headline.subject(edition(**tables)) == "766 Chợ Mới 04/12: Kiến An Yếu; Mỹ Hội Đông −5,78"


def test_english_pieces_carry_the_same_numbers():
    for piece in (page.headline, page.requests, page.ranking, page.appendix):
        vi, en = text(piece(edition("vi"))), text(piece(edition("en")))
        vi_numbers = sorted(re.findall(r"\d+,\d+", vi))
        assert vi_numbers == sorted(number.replace(".", ",") for number in re.findall(r"\d+\.\d+", en))
