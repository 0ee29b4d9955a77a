"""What a page says of itself in its head: the news, its address where the office has named it, and nothing to load."""

import dataclasses
import struct

import lxml.html
import pytest
from nbformat import v4
from support import kinds
from support.district import CONTROL, edition, week, words
from support.pages import TITLE, made
from support.shown import showing, shown

from analysis.report import export, figures, headline, html_head, indexpage, unitpage
from analysis.report.charts import preview

PUBLIC = {"base_url": "https://chomoi.example/766", "robots": "noindex"}
FELL = "30637"


def metas(html: str) -> dict[str, str]:
    tree = lxml.html.document_fromstring(html)
    return {each.get("name") or each.get("property"): each.get("content") for each in tree.xpath("//head/meta")}


def published_at(public: dict[str, str]):
    known = edition()
    return dataclasses.replace(
        known, rules=dataclasses.replace(known.rules, settings=known.rules.settings | {"public": public})
    )


def test_whoever_sees_only_a_link_to_the_report_is_told_the_result_and_who_is_weak_or_fell():
    said = metas(made("page"))
    assert said["description"] == said["og:description"]
    assert said["description"].endswith(". Kiến An Yếu; Mỹ Hội Đông −5,78.")
    assert "57,45" in said["description"] and "7/11" in said["description"]
    assert (said["og:title"], said["og:type"]) == (TITLE, "article")


def test_a_link_to_the_page_of_a_unit_tells_of_that_unit():
    said = metas(made("unit"))["description"]
    assert said.startswith("Xã Mỹ Hội Đông") and "5,78" in said and "Kiến An" not in said


@pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.sweep)])
@pytest.mark.parametrize("kind", kinds.CASES)
def test_every_kind_of_week_has_its_news_in_few_words(kind, lang):
    said = headline.description(kinds.made(kind, lang))
    assert 20 < len(said) < 400 and "nan" not in said.lower().split() and "  " not in said


def test_without_an_address_in_the_settings_the_page_names_none_and_search_engines_are_told_nothing():
    html = made("page")
    assert {"og:url", "robots"}.isdisjoint(metas(html)) and "canonical" not in html


def test_with_an_address_each_page_names_its_own_place_there():
    known = published_at(PUBLIC)
    report = export.page(showing(known, kinds=("page",)), words(), TITLE)
    assert metas(report)["og:url"] == "https://chomoi.example/766/cho-moi/2023-12-04/report.html"
    assert metas(report)["robots"] == "noindex"
    assert metas(report)["og:image"] == "https://chomoi.example/766/cho-moi/2023-12-04/preview.png"
    unit = export.page(showing(known, "5_unit", FELL), words(), TITLE)
    assert metas(unit)["og:url"] == f"https://chomoi.example/766/cho-moi/2023-12-04/units/{FELL}.html"
    (canonical,) = lxml.html.document_fromstring(unit).xpath("//link[@rel='canonical']/@href")
    assert canonical == metas(unit)["og:url"]


def test_the_icon_is_in_the_page_and_nothing_is_loaded_or_complained_of(browse):
    html = export.page(showing(published_at(PUBLIC), kinds=("page",)), words(), TITLE)
    ask = """(async () => { const i = new Image(); i.src = document.querySelector('link[rel=icon]').href;
             await i.decode(); return [i.naturalWidth > 0, i.src.slice(0, 5)]; })()"""
    seen = browse(html, ask)
    assert (seen.answer, seen.requests, seen.errors) == ([True, "data:"], [], [])


def test_what_is_typed_stays_text_in_the_head():
    typed = '"><script>1</script> & {{ 7 }}\n\n x'
    cell = shown("page", "<p>text</p>")
    cell.outputs.insert(0, v4.new_output("display_data", {"text/html": ""}))
    cell.outputs[0].metadata = {"text/html": {"head": html_head.build_head(PUBLIC, "a.html", typed)._asdict()}}
    html = export.page(v4.new_notebook(cells=[cell]), words(), TITLE)
    assert metas(html)["description"] == '"><script>1</script> & {{ 7 }} x' and "<script" not in html


def test_the_mail_has_no_head_of_a_page():
    assert "og:" not in made("digest") and 'rel="icon"' not in made("digest")


def test_what_makes_two_pages_of_a_unit_differ_is_its_news_as_well():
    assert unitpage.description(edition(), FELL) in unitpage.page_pieces(edition(), FELL)


def test_the_folder_of_a_week_leads_to_its_report():
    news = html_head.build_head(PUBLIC, "cho-moi/2023-12-04/report.html", "x")
    html = indexpage.build_way_in("Tuần <1> & 2", news, words())
    tree = lxml.html.document_fromstring(html)
    assert tree.xpath("//meta[@http-equiv='refresh']/@content") == ["0; url=report.html"]
    assert tree.xpath("//a/@href") == ["report.html"] and tree.findtext(".//h1") == "Tuần <1> & 2"
    assert tree.xpath("//link[@rel='canonical']/@href") == [news.url] and metas(html)["robots"] == "noindex"


def test_a_report_without_the_areas_total_has_no_picture():
    scores = week()["scores"]
    scores = scores[scores["unit_code"] != CONTROL]
    without = dataclasses.replace(edition(scores=scores), rules=published_at(PUBLIC).rules)
    assert headline.head(without).image == "" and figures.preview(without) is None


def test_the_picture_of_a_report_is_of_the_size_that_its_head_says():
    png = figures.preview(edition()).png(preview.DPI)
    assert struct.unpack(">II", png[16:24]) == (1200, 630)  # the header of a PNG
