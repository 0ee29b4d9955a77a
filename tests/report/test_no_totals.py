"""A week whose table prints no totals: nothing of totals is said; and one whose totals are computed: it is said."""

import html
import io
import re
import shutil
import zipfile
from dataclasses import replace

import openpyxl
import pytest
from support import kinds, real
from support.district import HOME, words
from support.sampled import sampled

from analysis.report import (
    asks,
    document,
    figures,
    headline,
    letters,
    page,
    sentences,
    table_rows,
    unitpage,
    workbook,
)

TAG = re.compile(r"<[^>]+>")
LANGS = ["vi", pytest.param("en", marks=pytest.mark.sweep)]
WITHOUT = sampled(
    ["no total", "no total, first week", "no total, no control", "no total, one unit"],
    short=1,
    long=2,
    first=["no total"],
)
PAGE = (page.headline, page.requests, page.ranking, page.moved, page.week_rates, page.outlook, page.appendix)
MAIL = (page.mail_head, page.mail_requests, page.standings, page.mail_note)
# What is said of totals, bands, places and the year's end; the one sentence that they are missing is taken out first.
OF_TOTALS = {
    "vi": r"/100|xếp loại|thứ hạng|xếp hạng|đứng thứ|đồng hạng|tổng điểm|dự báo cuối năm|trung vị .* điểm\b(?! phần trăm)",
    "en": r"of 100|\bbands?\b|\brank|\bplaced?\b|\btotals?\b|end of the year|median .* points\b",
}


def shown(pieces, edition) -> str:
    return plain(" ".join(piece(edition).data for piece in pieces))


def plain(markup: str) -> str:
    return html.unescape(TAG.sub(" ", markup))


def in_word(edition, home=HOME) -> str:
    packed = zipfile.ZipFile(io.BytesIO(document.build_document(edition, home)))
    return html.unescape(TAG.sub("", packed.read("word/document.xml").decode().replace("</w:p>", "\n")))


def of_totals(text: str, edition) -> list[str]:
    return re.findall(OF_TOTALS[edition.words.lang], text.replace(sentences.totals_note(edition), ""), re.IGNORECASE)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", WITHOUT)
def test_without_totals_page_and_mail_say_so_in_one_sentence_and_nothing_else_of_totals(kind, lang):
    edition = kinds.made(kind, lang)
    said = sentences.totals_note(edition)
    for pieces in (PAGE, MAIL):
        text = shown(pieces, edition)
        assert said in text and of_totals(text, edition) == [] and "nan" not in text.lower().split()
    told = [*headline.minute_lines(edition), headline.subject(edition), headline.description(edition)]
    assert told.count(said) == 1 and of_totals(" ".join(told), edition) == []


@pytest.mark.parametrize("lang", LANGS)
def test_without_totals_the_letter_in_word_says_so_once_and_its_table_has_units_and_figures_only(lang):
    edition = kinds.made("no total", lang)
    text, say = in_word(edition), edition.words.say
    assert text.count(sentences.totals_note(edition)) == 1 and document.GONE not in text
    body = text.split(say("document.appendix"), 1)[1]
    heads = [
        say("piece.unit"),
        *(table_rows.column_name(each, edition.words) for each in table_rows.printed_columns(edition)),
    ]
    lines = [line.strip() for line in body.split("\n") if line.strip()]
    assert lines[lines.index(heads[0]) :][: len(heads)] == heads
    first = table_rows.table_row(edition, edition.district, control=True)
    assert lines[lines.index(heads[-1]) + 1 :][: len(heads)] == [
        first["unit"],
        *(each["text"] for each in first["cells"]),
    ]


@pytest.mark.parametrize("kind", WITHOUT)
def test_without_totals_the_units_stand_as_delivered_with_their_figures_in_page_mail_and_workbook(kind):
    edition = kinds.made(kind)
    delivered = [code for code in edition.tables["measurements"]["unit_code"].unique() if code in edition.kinds]
    assert edition.units["unit_code"].tolist() == delivered
    shown = page.ranking(edition).data
    rows = re.findall(r"<th scope=\"row\"[^>]*>(.*?)</th>(.*?)</tr>", shown, re.DOTALL)
    named = [TAG.sub("", name) for name, _ in rows][bool(table_rows.area_rows(edition)) :]
    assert named == [table_rows.table_row(edition, each)["unit"] for _, each in edition.units.iterrows()]
    columns = table_rows.printed_columns(edition)
    assert {len(re.findall("<td", cells)) for _, cells in rows} == {len(columns)}
    assert page.appendix(edition).data == ""
    sheet = openpyxl.load_workbook(io.BytesIO(workbook.build_workbook(edition))).worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    assert heads == [
        edition.words.say("piece.unit"),
        *(table_rows.column_name(each, edition.words) for each in columns),
        edition.words.say("workbook.attention"),
    ]
    assert sheet.cell(2, 2).value == edition.figures[delivered[0]]["value"][columns[0]["code"]]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", WITHOUT)
def test_without_totals_a_units_page_and_letter_show_its_figures_and_no_empty_section(kind, lang):
    edition = kinds.made(kind, lang)
    code = edition.units["unit_code"].iloc[0]
    pieces = "".join(unitpage.page_pieces(edition, code))
    assert of_totals(plain(pieces), edition) == []
    contents = re.findall(r'<a href="#([^"]+)"', pieces)
    assert contents and all(f'id="{each}"' in pieces for each in contents)
    for section in re.findall(r"<section.*?</section>", pieces, re.DOTALL):
        assert TAG.sub("", re.sub(r"<h[12].*?</h[12]>", "", section, flags=re.DOTALL)).strip()
    assert len(unitpage.figures(edition, code)) == 4
    pages = edition.tables["units"][["unit_code", "unit_name"]].assign(status="made", reason="")
    paged = replace(edition, tables=edition.tables | {"pages": pages})
    for letter in [*letters.unit_letters(paged), *letters.department_letters(paged)]:
        assert of_totals(f"{letter.subject} {plain(''.join(letter.pieces))}", edition) == []


def test_without_totals_nothing_is_drawn_of_totals():
    edition = kinds.made("no total")
    drawn = (figures.strip, figures.bump, figures.totals, figures.lost_points, figures.preview)
    assert [draw(edition) for draw in drawn] == [None] * len(drawn)
    assert figures.ranking(edition) == figures.contributions(edition) == []
    assert len(figures.heat(edition)) == 1  # of the rates that have a target


def test_without_totals_each_rate_is_compared_with_the_one_before():
    edition = kinds.made("no total")
    moved = edition.tables["figure_changes"].query("indicator == 'SH' and unit_code != '893'")["change"]
    (line,) = [each for each in sentences.figure_move_lines(edition) if each.startswith("Số hóa")]
    counts = [int(count) for count in re.findall(r"(?:tăng ở|giảm ở|không đổi ở) (\d+)", line)]
    assert counts == [(moved > 0).sum(), (moved < 0).sum(), (moved == 0).sum()] and sum(counts) == 18
    assert f"+{moved.max():.1f}".replace(".", ",") in line
    one = edition.tables["figure_changes"].query("unit_code == '30628' and indicator == 'SH'").iloc[0]
    (own,) = [each for each in sentences.figure_change_lines(edition, "30628") if each.startswith("Số hóa")]
    shown = [words().number(each, 1) for each in (one["value"], abs(one["change"]), one["previous_value"])]
    assert re.findall(r"\d+,\d", own) == shown


@pytest.mark.parametrize("kind", ["no total", pytest.param("no total, first week", marks=pytest.mark.long)])
def test_without_totals_departments_are_asked_about_their_indicators_all_the_same(kind):
    edition = kinds.made(kind)
    assert [each["code"] for each in asks.department_sections(edition) if each["asks"]]
    assert asks.request_rows(edition) == [] and re.search(r"\d+ đơn vị dưới ngưỡng", headline.subject(edition))


@pytest.mark.parametrize("lang", LANGS)
def test_computed_totals_are_called_so_on_page_mail_word_workbook_and_unit_page(lang):
    edition = kinds.made("computed totals", lang)
    said, head = sentences.totals_note(edition), edition.names.total_heading()
    assert head != edition.words.say("piece.total")
    page_text, mail_text = shown(PAGE, edition), shown(MAIL, edition)
    assert said in page_text and said in mail_text and head in page_text and head in mail_text
    text = in_word(edition)
    assert said in text and head in text
    sheet = openpyxl.load_workbook(io.BytesIO(workbook.build_workbook(edition))).worksheets[0]
    assert head in [cell.value for cell in sheet[1]]
    code = edition.units["unit_code"].iloc[0]
    assert said in "".join(unitpage.page_pieces(edition, code))
    assert edition.names.rest_heading() not in page_text + text  # nothing can be left of a sum of its parts


@pytest.mark.parametrize("lang", LANGS)
def test_a_unit_that_lacks_a_group_has_no_computed_total_and_is_named_once(lang):
    edition = kinds.made("computed totals", lang)
    (lacking,) = edition.units.loc[edition.units["total"].isna(), "unit_code"]
    assert lacking == edition.units["unit_code"].iloc[-1]
    row = table_rows.table_row(edition, edition.units.iloc[-1])
    assert (row["rank"], row["total"], row["band"]) == ("–", "–", edition.words.say("piece.unranked"))
    said = edition.words.say("finding.withheld_no_total_computed_of", units=edition.names.unit(lacking))
    assert sentences.trend_lines(edition).count(said) == 1
    assert edition.words.say("unit.no_total_computed", unit=edition.names.full_unit(lacking)) in "".join(
        unitpage.page_pieces(edition, lacking)
    )
    best = edition.units["unit_code"].iloc[0]  # 11 of the 12 have a place
    assert unitpage.figures(edition, best)[-1]["value"] == "1/11"


def test_a_computed_total_is_the_sum_of_the_printed_groups_and_moves_by_its_parts():
    edition = kinds.made("computed totals")
    groups = edition.tables["points"].query("indicator == ''")
    sums = groups.groupby("unit_code")["published_points"].sum(min_count=6).round(2).dropna()
    totals = edition.tables["scores"].set_index("unit_code")["total"].dropna()
    assert totals.to_dict() == sums.reindex(totals.index).to_dict() and len(totals) == 12
    changes = edition.tables["changes"].set_index("unit_code")["change"].dropna()
    parts = edition.tables["contributions"].groupby("unit_code")["contribution"].sum().round(6)
    assert parts.to_dict() == changes.to_dict() and len(changes) == 12
    assert "TOTAL" not in set(edition.tables["reconciliation"]["indicator"])


HUE = real.REAL / "hue-ho-so"
COUNTS = ("TONG", "DA_XL", "CHUA_XL", "TRUOC", "DUNG", "TRE")


@pytest.fixture(params=["as delivered", "counts only"])
def hue(request, tmp_path):
    """Dossiers by level of online service: counts and rates of which none earns points, no total, no control row."""
    if not HUE.is_dir():
        pytest.skip(real.MISSING)
    shutil.copytree(HUE / "config", tmp_path / "config")
    own = tmp_path / "config" / "hue-ho-so"
    area = (own / "area.toml").read_text("utf-8")
    (own / "area.toml").write_text(re.sub("control_rows = .*", "control_rows = []", area), "utf-8")
    if request.param == "counts only":
        columns = (own / "columns.csv").read_text("utf-8")
        (own / "columns.csv").write_text(
            re.sub(r"(?m)^(.*) / %,\w+,percent,yes,1", r"\1 / %,other,text,no,", columns), "utf-8"
        )
    files = {"2021-12-31": HUE / "2021-12-31.html"}
    return request.param, real.editions("hue-ho-so", files, tmp_path / "config")["2021-12-31"], tmp_path


@pytest.mark.long
def test_a_real_table_of_counts_and_rates_that_earn_nothing_is_told_by_its_own_figures(hue):
    case, edition, home = hue
    told = {
        "as delivered": "Đúng hạn %: từ 19,1% (Mức 3) đến 40,0% (Mức 1, 2).",
        "counts only": "Trễ hạn: từ 268 (Mức 4) đến 19.852 (Mức 1, 2).",
    }
    assert told[case] in sentences.result_lines(edition)
    text = shown(PAGE, edition) + shown(MAIL, edition) + in_word(edition, home)
    assert "268.763" in text and of_totals(text.replace("Xếp theo thứ tự", ""), edition) == []
    columns = [each["code"] for each in table_rows.printed_columns(edition)]
    assert columns == list(COUNTS) if case == "counts only" else set(COUNTS) < set(columns)
    assert figures.heat(edition) == []  # no target says which rates are good ones
    for code in edition.units["unit_code"]:
        pieces = "".join(unitpage.page_pieces(edition, code))
        assert of_totals(plain(pieces), edition) == []
        contents = re.findall(r'<a href="#([^"]+)"', pieces)
        assert contents and all(f'id="{each}"' in pieces for each in contents)
