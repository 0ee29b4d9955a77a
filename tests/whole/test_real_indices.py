"""Real tables of other areas and of another index: every sentence fits the index, its units and what the table has.

The tables are read where they are; they are no part of this repository.
"""

import html
import re

import pytest
from support.district import say
from support.real import DATA, MISSING
from support.real_indices import newest

from analysis.report import asks, document, headline, page, parts, sentences, unitpage, workbook

pytestmark = [pytest.mark.skipif(not DATA.is_dir(), reason=MISSING), pytest.mark.long]
AREAS = ("ha-noi-766", "tinh-766-2026", "sipas-2015")
PIECES = "headline ranking letter mail_head requests moved appendix standings data_note"
# What reports on Decision 766, on communes and on weeks say; nothing of it is true of a yearly index of satisfaction.
FOREIGN = re.compile(r"(?<!\d)766|phản ánh|hồ sơ|cấp xã|sở, ban|tuần|dưới ngưỡng cần|Công khai|trực tuyến|doanh nghiệp")
EMPTY = re.compile(r"<t[dh][^>]*>–</t[dh]>|<h2[^>]*>[^<]*</h2>\s*(</section>|<h2)|<ul>\s*</ul>")


def markup(edition) -> str:
    code = edition.units["unit_code"].iat[3]
    return "".join(
        [*(getattr(page, name)(edition).data for name in PIECES.split()), *unitpage.page_pieces(edition, code)]
    )


def plain(text: str) -> str:
    text = re.sub(r"data:[^\"')]+|<style.*?</style>", "", text, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


@pytest.mark.parametrize("area", AREAS)
def test_no_table_has_a_column_without_figures_and_no_heading_stands_alone(area):
    edition = newest(area)
    assert [found[0] for found in EMPTY.finditer(markup(edition))] == []
    columns = {column.code for column in workbook.ranking_columns(edition)}
    heads = {name for name, head in document.fields(edition)["appendix"].items() if head == document.GONE}
    compared = {"previous_total", "change"}
    assert compared <= columns if area == "tinh-766-2026" else compared <= heads and not compared & columns
    assert ("not_itemised" in columns) == (area == "ha-noi-766") == ("not_itemised" not in heads)
    falls = say("piece.appendix_falls") in plain(markup(edition))
    assert falls == (area == "tinh-766-2026")  # marked falls are explained where changes are shown


def test_a_report_on_satisfaction_in_provinces_says_nothing_of_dossiers_communes_or_weeks():
    edition = newest("sipas-2015")
    told = plain(markup(edition))
    assert [told[found.start() - 60 : found.end() + 20] for found in FOREIGN.finditer(told)] == []
    assert "Chỉ số hài lòng" in told and "các tỉnh, thành phố" in told and "95,99" in told
    assert not re.search("nhóm|từng phần|tiêu chí", told)  # its one group is the total
    assert sentences.data_lines(edition) == [say("piece.nothing_about_data")]
    assert edition.units[["unit_name", "rank"]].to_numpy().tolist()[3:6] == [
        ["Ha Tinh", 4],
        ["Lai Chau", 4],
        ["Ho Chi Minh City", 6],
    ]


def test_the_letter_of_ha_noi_names_the_totals_far_from_their_groups_and_points_to_no_part_that_it_lacks():
    edition = newest("ha-noi-766")
    line = say("piece.totals_differ", count=124, all=142)
    assert f"{line} {say('piece.totals_differ_where')}" in map(parts.plain, headline.items(edition))
    (own,) = (each for each in sentences.result_lines(edition, in_letter=True) if each.startswith(line))
    named = "Thiên Lộc, Kim Anh, Kiến Hưng, Hoà Xá, Văn Miếu - Quốc Tử Giám, Hạ Bằng, Thượng Phúc, Bạch Mai"
    assert [name for name in named.split(", ") if f"{name} (công bố " not in own] == []
    assert "Về số liệu" not in own


def test_weak_units_of_which_no_more_is_known_are_asked_in_one_request_and_the_others_are_counted():
    together, others = asks.request_rows(newest("ha-noi-766"))
    named = [("Sở Dân tộc và Tôn giáo", "19,28"), ("Sở Ngoại vụ", "19,28"), ("Thanh tra", "19,28")]
    named += [("Sở Tài chính", "27,92"), ("Sở Nông nghiệp và Môi trường", "30,15")]
    units = [f"{name} Thành phố Hà Nội ({total})" for name, total in named]
    told = f"{', '.join(units[:-1])} và {units[-1]}"
    assert together["texts"] == [say("piece.weak_together", units=told, band="Yếu"), say("piece.ask_weak_together")]
    assert others["texts"] == [say("piece.others_asked", count=36)]


def test_the_mail_of_ha_noi_ranks_each_kind_under_its_name():
    rows = re.findall(r"<tr>.*?</tr>", page.standings(newest("ha-noi-766")).data, re.S)
    kinds = {at: plain(row).strip() for at, row in enumerate(rows) if "rowgroup" in row}
    assert list(kinds.values()) == ["Các đơn vị cấp xã", "Các sở, ban, ngành"]
    first = [plain(rows[at + 1]).split()[0] for at in kinds]
    assert first == ["1", "1"]


def test_the_period_of_all_sheets_is_said_once_and_a_part_of_the_file_without_a_name_is_not_quoted():
    for area in ("ha-noi-766", "tinh-766-2026"):
        lines = sentences.data_lines(newest(area))
        assert lines.count(say("finding.period", period="lũy kế từ đầu năm")) == 1
        assert not [each for each in lines if "“”" in each or "Trang tính" in each]


def test_of_the_provinces_the_leap_of_one_group_and_a_loss_behind_a_gain_are_told():
    edition = newest("tinh-766-2026")
    told = plain(markup(edition))
    khanh_hoa, quang_tri = (edition.of_unit("findings", code) for code in ("H32", "H50"))
    assert khanh_hoa["text"].str.contains("tăng 8,46 điểm .*công khai, minh bạch \\+8,00").any()
    assert quang_tri["text"].str.contains("cung cấp dịch vụ công trực tuyến giảm 1,88 điểm").any()
    assert "các tỉnh, thành phố" in told and not re.search("sở, ban|cấp xã", told)


def test_nothing_is_said_of_how_long_figures_are_below_a_limit_where_the_area_has_none():
    for area in AREAS:
        assert say("finding.ages_unknown") not in plain(markup(newest(area)))
