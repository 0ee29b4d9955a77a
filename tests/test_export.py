import re
from copy import deepcopy

import pytest
from conftest import PROJECT, shown
from nbformat import v4

from analysis import export, wording

TITLE = "Báo cáo <tuần 1> & “766”"
PARAGRAPH = shown("page mail", "<p>Huyện Chợ Mới</p>")

# For each element with text of its own: contrast of its colour and the nearest painted ground (WCAG 2.2, 1.4.3).
CONTRAST = """() => {
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const rgba = text => text.match(/[\\d.]+/g).map(Number);
  const ground = e => { for (; e; e = e.parentElement) {
    const c = rgba(getComputedStyle(e).backgroundColor); if (c[3] !== 0) return c; } return [255, 255, 255]; };
  return [...document.querySelectorAll('body *')]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
    .map(e => { const [a, b] = [light(rgba(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
      return [e.tagName + '.' + e.className, (a + .05) / (b + .05)]; });
}"""


@pytest.fixture(scope="module")
def page(sample, words):
    return export.page(sample, words, TITLE)


@pytest.fixture(scope="module")
def digest(sample, words):
    return export.digest(sample, words, TITLE)


def test_the_page_shows_what_cells_tagged_page_display_and_nothing_else(page, digest):
    assert "Trong một phút" in page and "Tấn Mỹ" in page and 'src="data:image/svg+xml;base64,' in page
    assert "Nơi nhận" in page and "Nơi nhận" not in digest
    assert 'src="data:image/png;base64,' in digest and "svg" not in digest
    for html in (page, digest):
        assert "secret" not in html and "warning" not in html
        assert "<script" not in html and "style=" not in html


def test_the_page_has_its_language_its_title_and_a_way_past_the_top(browse, page):
    ask = """[document.documentElement.lang, document.title, document.querySelector('.skip').textContent,
              document.querySelector(document.querySelector('.skip').getAttribute('href')).tagName]"""
    assert browse(page, ask).answer == ["vi", TITLE, "Đến nội dung chính", "MAIN"]


def test_the_page_speaks_english_when_the_wording_does(sample):
    page = export.page(sample, wording.load(PROJECT, "en"), TITLE)
    assert '<html lang="en">' in page and "Skip to the main content" in page


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_page_opens_with_its_style_and_no_network_no_script_no_complaint(browse, page, dark):
    ask = """[document.scripts.length, getComputedStyle(document.querySelector('main')).maxWidth,
              [...document.images].every(i => i.naturalWidth > 0 && i.alt.length >= 40)]"""
    seen = browse(page, ask, dark=dark)
    assert (seen.requests, seen.errors, seen.dialogs) == ([], [], [])
    assert seen.answer == [0, "672px", True]


@pytest.mark.parametrize("width", [320, 390, 768, 1152, 1280])
@pytest.mark.parametrize("kind", ["page", "digest"])
def test_nothing_scrolls_sideways(browse, request, kind, width):
    ask = "[document.documentElement.scrollWidth, innerWidth]"
    wide, window = browse(request.getfixturevalue(kind), ask, width=width).answer
    assert wide <= window == width


def test_on_a_phone_the_wide_table_scrolls_in_a_region_that_keys_can_reach(browse, page):
    ask = """[...document.querySelectorAll('.scroll')].map(e =>
             [e.scrollWidth > e.clientWidth, e.tabIndex, e.getAttribute('role'), !!e.getAttribute('aria-label')])"""
    assert browse(page, ask, width=320).answer == [[True, 0, "region", True]]


def test_on_paper_the_table_fits_between_the_margins_and_repeats_its_head(browse, page):
    a4 = round((210 - 30 - 15) / 25.4 * 96)
    ask = """[document.documentElement.scrollWidth, ...['thead', '.skip', 'tr', 'figure'].map(s =>
             { const c = getComputedStyle(document.querySelector(s)); return c.display + ' ' + c.breakInside; }),
             getComputedStyle(document.body).backgroundColor]"""
    wide, head, skip, row, figure, ground = browse(page, ask, width=a4, dark=True, media="print").answer
    assert wide <= a4
    assert head.startswith("table-header-group") and skip.startswith("none")
    assert row.endswith("avoid") and figure.endswith("avoid")
    assert ground == "rgb(255, 255, 255)"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("kind", ["page", "digest"])
def test_all_text_stands_out_from_its_ground(browse, request, kind, dark):
    contrasts = browse(request.getfixturevalue(kind), CONTRAST, dark=dark).answer
    assert len(contrasts) > 90
    assert [each for each in contrasts if each[1] < 4.5] == []


INJECTED = """<p id="shown">Kiến An</p>
<script>window.ran = 1; alert(1)</script><img src="data:," alt="a" onerror="window.ran = 2; alert(2)">
<svg onload="window.ran = 3"></svg><img src="http://outside.test/a.png" alt="b"><iframe src="http://outside.test/"></iframe>
<link rel="stylesheet" href="http://outside.test/a.css"><style>#shown { color: rgb(1, 2, 3) }</style>
<base href="http://outside.test/"><meta http-equiv="refresh" content="9;url=http://outside.test/">"""
ASK_INJECTED = "[window.ran ?? 0, getComputedStyle(document.querySelector('#shown')).color === 'rgb(1, 2, 3)']"


def test_what_slips_into_a_piece_neither_runs_nor_asks_the_network_nor_paints(browse, words):
    page = export.page(v4.new_notebook(cells=[shown("page", INJECTED)]), words, TITLE)
    seen = browse(page, ASK_INJECTED)
    assert (seen.answer, seen.requests, seen.dialogs) == ([0, False], [], [])
    assert any("Content Security Policy" in error for error in seen.errors)


def test_without_the_policy_the_same_piece_would_have_run(browse, words):
    page = export.page(v4.new_notebook(cells=[shown("page", INJECTED)]), words, TITLE)
    seen = browse(re.sub("<meta [^>]*Content-Security-Policy[^>]*>", "", page), ASK_INJECTED)
    assert seen.answer[0] > 0 and seen.answer[1] and seen.requests and seen.dialogs


def without_alt(cell):
    cell = deepcopy(cell)
    cell.outputs[0].metadata = {}
    return cell


def only_svg(cell):
    cell = deepcopy(cell)
    del cell.outputs[0].data["image/png"]
    return cell


@pytest.mark.parametrize(
    ("make", "change", "complaint"),
    [
        (export.page, lambda chart: [without_alt(chart)], r"cell 1 \(page\): the chart has no alternative text"),
        (export.digest, lambda chart: [without_alt(chart)], r"cell 1 \(mail\): the chart has no alternative text"),
        (export.digest, lambda chart: [PARAGRAPH, only_svg(chart)], r"cell 2 \(mail\): displays image/svg\+xml"),
        (export.page, lambda chart: [shown("page", '<img src="data:,">')], "an image without alternative text"),
        (export.page, lambda chart: [shown("mail", "<p>text</p>")], "no code cell tagged page displays anything"),
    ],
)
def test_a_notebook_that_would_show_too_little_is_refused(sample, words, make, change, complaint):
    chart = next(cell for cell in sample.cells if "image/svg+xml" in str(cell.get("outputs", "")))
    with pytest.raises(export.ExportError, match=complaint):
        make(v4.new_notebook(cells=change(chart)), words, TITLE)


def test_words_in_alternative_text_stay_words(browse, sample, words):
    chart = deepcopy(next(cell for cell in sample.cells if "image/svg+xml" in str(cell.get("outputs", ""))))
    alt = "\"><script>window.ran = 1</script> & 'Kiến An'"
    chart.outputs[0].metadata = {"image/svg+xml": {"alt": alt}}
    page = export.page(v4.new_notebook(cells=[chart]), words, TITLE)
    assert browse(page, "[document.images[0].alt, document.scripts.length]").answer == [alt, 0]


def test_the_same_notebook_gives_the_same_page_and_is_left_as_it_was(sample, words, page):
    before = deepcopy(sample)
    assert export.page(sample, words, TITLE) == page
    assert sample == before
