"""The page and the mail's digest, made of the pieces of the real week: what they show, and how they look."""

import dataclasses
import functools
import itertools
import re
from collections.abc import Iterator
from copy import deepcopy

import pandas as pd
import pytest
from nbformat import v4
from support import two_weeks
from support.district import edition, say, week, words
from support.office import corrected, crowd
from support.pages import TITLE, gate_page, made, report_page, unasked
from support.sampled import sampled
from support.shown import sample, showing, shown
from support.two_weeks import KIEN_AN, SECOND

from analysis.report import export, page
from analysis.run import unit_pages
from analysis.tables import TABLES

PARAGRAPH = shown("page mail", "<p>Huyện Chợ Mới</p>")
KINDS, LANGS = (
    pytest.mark.parametrize(
        "kind", sampled(["page", "unit", "digest"], short=1, long=2, first=["unit"])
    ),  # others: test_browser
    pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.long)]),
)


def test_the_page_and_the_mail_show_what_the_cells_with_their_tag_display():
    page, digest = made("page"), made("digest")
    assert say("page.requests") in page and "Tấn Mỹ" in page and page.count('<svg role="img" aria-label="') == 2
    assert say("piece.mail_requests_heading") in digest and digest.count('src="data:image/png;base64,') == 1
    assert say("piece.recipients") in page and say("piece.recipients") not in digest and "svg" not in digest


def test_code_prose_and_noise_stay_in_the_notebook():
    noise = v4.new_code_cell("warn()", outputs=[v4.new_output("stream", name="stderr", text="/secret/path warning")])
    noise.metadata.tags = ["page", "mail"]
    cells = [v4.new_markdown_cell("# secret prose"), noise, PARAGRAPH, shown("", "secret piece")]
    for make in (export.page, export.digest):
        html = make(v4.new_notebook(cells=cells), words(), TITLE)
        assert "Huyện Chợ Mới" in html
        assert "secret" not in html and "warn" not in html
        assert "<script" not in html and "style=" not in html


@pytest.mark.parametrize(
    ("lang", "skip"),
    [
        pytest.param(lang, say("page.skip", lang), marks=pytest.mark.long if lang == "en" else ())
        for lang in ("vi", "en")
    ],
)
def test_the_page_has_its_language_its_title_and_a_way_past_the_top(browse, lang, skip):
    ask = """[document.documentElement.lang, document.title, document.querySelector('.skip').textContent,
              document.querySelector(document.querySelector('.skip').getAttribute('href')).tagName]"""
    assert browse(made("page", lang), ask).answer == [lang, TITLE, skip, "MAIN"]


@KINDS
@LANGS
def test_headings_form_one_outline_and_every_reference_leads_to_one_place(browse, kind, lang):
    ask = """[[...document.querySelectorAll('h1, h2, h3')].map(e => +e.tagName[1]),
              [...document.querySelectorAll('[id]')].map(e => e.id),
              [...document.querySelectorAll('[aria-labelledby]')].map(e => e.getAttribute('aria-labelledby'))]"""
    levels, names, references = browse(made(kind, lang), ask).answer
    assert levels.count(1) == 1 and levels[0] == 1 and 2 in levels
    assert max(b - a for a, b in itertools.pairwise(levels)) == 1
    assert len(names) == len(set(names)) and set(references) <= set(names)


def test_the_page_opens_with_its_style_and_no_network_no_script_no_complaint(browse):
    ask = """[document.scripts.length, getComputedStyle(document.querySelector('main')).maxWidth,
              [...document.querySelectorAll('figure svg')].map(e => e.getAttribute('aria-label').length >= 40),
              document.fonts.check('16px "Report Sans"', 'Ặ'), getComputedStyle(document.querySelector('figure svg')).fontFamily]"""
    seen = browse(made("page"), ask)
    assert (seen.requests, seen.errors, seen.dialogs) == ([], [], [])
    assert seen.answer[:3] == [0, "1440px", [True] * 2]
    assert seen.answer[3] and seen.answer[4].startswith('"Report Sans"')


@KINDS
@LANGS
def test_nothing_scrolls_sideways(browse, kind, lang):
    ask, widths = "[document.documentElement.scrollWidth, innerWidth]", (390, 1152)  # others: test_browser
    seen = browse(made(kind, lang), ask, looks=[{"width": width} for width in widths]).answer
    assert [window for _, window in seen] == [*widths] and all(wide <= window for wide, window in seen)


@LANGS
def test_on_a_phone_the_wide_table_scrolls_in_a_region_that_keys_can_reach(browse, lang):
    ask = """(document.querySelectorAll('details').forEach(e => e.open = true),
             [...document.querySelectorAll('.scroll')].map(e => {
               const name = e.ariaLabel ?? document.getElementById(e.getAttribute('aria-labelledby')).textContent;
               return [e.querySelector('table').className, e.scrollWidth > e.clientWidth, e.tabIndex, e.role, name]; }))"""
    regions = {each[0]: each[1:] for each in browse(made("page", lang), ask, width=320).answer}
    assert regions["appendix"][0] and not regions["ranks"][0]  # the ranking leaves its drawings out
    assert all(each[1:3] == [0, "region"] and each[3] for each in regions.values())
    assert len({each[3] for each in regions.values()}) == len(regions) == 3


@functools.cache
def long_page():
    """With 54 rows of units, as a province has."""
    scores = pd.concat([week()["scores"]] * 3)
    appendix = page.appendix(edition(scores=scores))
    return export.page(v4.new_notebook(cells=[shown("page", appendix.data)]), words(), TITLE)


# Where the head of the table of all units, its first cell of a name and that of the first unit stand, after one has
# scrolled down and to the right: against the window on a wide one, else in the table's own region.
SCROLLED = """() => {
  const e = document.querySelector('.all'), own = getComputedStyle(e).overflowY === 'auto';
  e.scrollIntoView(); e.scrollBy(300, 300); if (!own) window.scrollBy(0, 300);
  const box = e.getBoundingClientRect(), edge = own ? box.top + 1.5 : 0;
  const at = s => e.querySelector(s).getBoundingClientRect();
  return [own, Math.round(at('thead th').top - edge), Math.round(at('thead th.text').left - box.left),
          Math.round(at('tbody th[scope=row]').left - box.left)]; }"""


@pytest.mark.parametrize(("width", "own"), sampled([(320, True), (768, True), (1280, False)], short=1, long=2))
def test_the_head_and_the_names_stay_when_one_scrolls_in_the_table_of_all_units(browse, width, own):
    for page_of in (made("page"), long_page()):
        is_own, top, *left = browse(page_of, SCROLLED, width=width, height=500).answer
        assert (is_own, top) == (own, 0) and (not own or max(left) <= 1)


@pytest.mark.parametrize(("room", "left_out"), [(210 - 30 - 15, ".appendix"), (297 - 20 - 20, "#none")])
@LANGS
def test_on_paper_all_fits_upright_between_the_margins_but_the_appendix_which_fits_across(browse, lang, room, left_out):
    ask = f"(document.querySelector('{left_out}')?.remove(), document.documentElement.scrollWidth)"
    room = round(room / 25.4 * 96)
    assert browse(made("page", lang), ask, width=room, media="print").answer <= room


def test_on_paper_the_table_repeats_its_head_and_closed_details_are_open(browse):
    ask = """[getComputedStyle(document.querySelector('section:has(.appendix)')).page,
             ...['thead', '.skip', 'tr', 'figure'].map(s => getComputedStyle(document.querySelector(s)))
             .map(c => c.display + ' ' + c.breakInside),
             getComputedStyle(document.body).backgroundColor,
             document.querySelector('.datanote td').checkVisibility()]"""
    paper, head, skip, row, figure, ground, repairs = browse(made("page"), ask, dark=True, media="print").answer
    assert paper == "across" and head.startswith("table-header-group") and skip.startswith("none")
    assert row.endswith("avoid") and figure.endswith("avoid")
    assert ground == "rgb(255, 255, 255)" and repairs


def others() -> list[str]:
    """What a correction adds, and three cut-offs, a weak area, moves up and down, what is new; and many units."""
    held = {"course": three_weeks(), "standing": week()["standing"].assign(weeks=1, is_open=False)}
    held |= {"scores": week()["scores"].assign(band="Yếu"), "moves": week()["moves"].assign(marked=True)}
    held["pages"] = week()["units"][["unit_code", "unit_name"]].assign(status="made", reason="")
    told = edition(**held)
    many = page.ranking(edition(scores=pd.concat([week()["scores"]] * 3)))
    pieces = [page.headline(told), page.correction(corrected()), page.ranking(told), many]
    return [export.page(v4.new_notebook(cells=[shown("page", each.data) for each in pieces]), words(), TITLE)]


def crowded() -> Iterator[str]:
    """A ranking too long to be read line by line, with and without requests to units; and a page that could not be made."""
    many = crowd([f"Xã {number}" for number in range(41)])
    own = {"indicator": "TT", "rate": 20.0, "low": 10.0, "high": 30.0, "cases": None, "basis": "estimate"}
    rated = dataclasses.replace(many, tables=many.tables | {"week_rates": many.units[["unit_code"]].assign(**own)})
    pages = [rated, unasked(edition()), unasked(many), many]
    yield unit_pages.missing(words(), TITLE)
    yield from map(report_page, pages)


def followed() -> Iterator[str]:
    """What became of what was asked, with a long reply, also of many units; and a unit's page with the course of it."""
    reply = dict.fromkeys(TABLES["replies"].columns, "") | {"unit_code": KIEN_AN, "kind": "reply", "row": 2.0}
    reply |= {"cutoff": SECOND, "day": "2023-12-06", "text": "Đã rà soát. " * 20}
    one = two_weeks.edition(replies=pd.DataFrame([reply]))
    many = crowd([f"Xã {number}" for number in range(41)])
    still = many.tables["asks"].assign(state="open", progress="same")
    many = dataclasses.replace(many, tables=many.tables | {"asks": still})
    unit = showing(two_weeks.with_ledgers(15.0, 17.0), "5_unit", KIEN_AN)
    yield export.page(unit, words(), TITLE)
    yield from map(report_page, (one, many))


def pages() -> Iterator[str]:
    """Pages that together have everything a page can have; the fewest are made that show it."""
    yield from (made("page"), made("unit"), long_page(), gate_page())
    yield from itertools.chain(others(), followed(), crowded())


def mails() -> Iterator[str]:
    yield from (made("digest"), doubted(), made("digest", "en"))


def doubted() -> str:
    """A mail that leads to its page, and says that the table is to be looked at again."""
    known, settings = edition(), edition().rules.settings
    public = settings["public"] | {"base_url": "https://office.example"}
    doubt = (
        week()["findings"].query("finding == 'reconcile'").head(1).assign(indicator="PREVIOUS_TOTAL", severity="watch")
    )
    rules = dataclasses.replace(known.rules, settings=settings | {"public": public})
    told = dataclasses.replace(known, rules=rules, tables=known.tables | {"findings": doubt})
    return export.digest(showing(told, kinds=("mail",)), words(), TITLE)


def three_weeks() -> pd.DataFrame:
    course = week()["course"]
    days = ("2023-11-20", "2023-11-27", "2023-12-04")
    return pd.concat([course[course["cutoff"] == "2023-12-04"].assign(cutoff=day, since=days[0]) for day in days])


# The selectors of the first stylesheet that match nothing, each alternative of a list or of :is() by itself.
# States (:focus, :target) and what CSS makes up (::before) belong to an element that has to be there.
UNUSED = r"""() => {
  const rules = list => [...list].flatMap(r => r instanceof CSSStyleRule ? [r.selectorText] : rules(r.cssRules ?? []));
  const inner = /(?:[^()]|\([^()]*\))*/.source;
  const parts = list => list.match(RegExp(`(?:[^(),]|\\(${inner}\\))+`, 'g')).map(s => s.trim());
  const alternatives = list => parts(list).flatMap(s => {
    const [, before, some, after] = s.match(RegExp(`^(.*?):is\\((${inner})\\)(.*)$`)) ?? [];
    return some ? parts(some).flatMap(each => alternatives(before + each + after)) : [s]; });
  const element = s => s.replace(/::[a-z-]+|:(focus-visible|focus|target)/g, '') || '*';
  return [...new Set(rules(document.styleSheets[0].cssRules).flatMap(alternatives))]
    .filter(s => !document.querySelector(element(s)));
}"""


@pytest.mark.long
@pytest.mark.parametrize(
    "pages",
    [pytest.param(pages, id="page"), pytest.param(mails, id="mail")],
)
def test_every_selector_of_the_stylesheet_matches_something_in_what_leaders_read(browse, pages):
    unused = None
    for html in pages():
        answer = set(browse(html, UNUSED).answer)
        unused = answer if unused is None else unused & answer
        if not unused:
            return
    assert unused == set()


INJECTED = """<p id="shown">Kiến An</p>
<script>window.ran = 1; alert(1)</script><img src="data:," alt="a" onerror="window.ran = 2; alert(2)">
<svg onload="window.ran = 3"></svg><img src="http://outside.test/a.png" alt="b"><iframe src="http://outside.test/"></iframe>
<link rel="stylesheet" href="http://outside.test/a.css"><style>#shown { color: rgb(1, 2, 3) }</style>
<base href="http://outside.test/"><meta http-equiv="refresh" content="9;url=http://outside.test/">"""
ASK_INJECTED = "[window.ran ?? 0, getComputedStyle(document.querySelector('#shown')).color === 'rgb(1, 2, 3)']"


def test_what_slips_into_a_piece_neither_runs_nor_asks_the_network_nor_paints(browse):
    page = export.page(v4.new_notebook(cells=[shown("page", INJECTED)]), words(), TITLE)
    seen = browse(page, ASK_INJECTED)
    assert (seen.answer, seen.requests, seen.dialogs) == ([0, False], [], [])
    assert any("Content Security Policy" in error for error in seen.errors)


@pytest.mark.long
def test_without_the_policy_the_same_piece_would_have_run(browse):
    page = export.page(v4.new_notebook(cells=[shown("page", INJECTED)]), words(), TITLE)
    seen = browse(re.sub("<meta [^>]*Content-Security-Policy[^>]*>", "", page), ASK_INJECTED)
    assert seen.answer[0] > 0 and seen.answer[1] and seen.requests and seen.dialogs


def without_alt(cell):
    cell = deepcopy(cell)
    cell.outputs[0].metadata = {}
    return cell


def tagged(tag, cell):
    cell = deepcopy(cell)
    cell.metadata.tags = [tag]
    return cell


def charts():
    """The first chart of the page, and the first of the mail."""
    cells = [cell for cell in sample().cells if cell.get("outputs")]
    return [next(c for c in cells if kind in c.outputs[0].data) for kind in ("image/svg+xml", "image/png")]


@pytest.mark.parametrize(
    ("make", "cells", "complaint"),
    [
        (export.page, lambda svg, png: [without_alt(svg)], r"cell 1 \(page\): the chart has no alternative text"),
        (export.digest, lambda svg, png: [without_alt(png)], r"cell 1 \(mail\): the chart has no alternative text"),
        (export.digest, lambda svg, png: [PARAGRAPH, tagged("mail", svg)], r"cell 2 \(mail\): displays image/svg\+xml"),
        (export.page, lambda svg, png: [shown("page", '<img src="data:,">')], "an image without alternative text"),
        (export.page, lambda svg, png: [shown("mail", "<p>text</p>")], "no code cell tagged page displays anything"),
    ],
)
def test_a_notebook_that_would_show_too_little_is_refused(make, cells, complaint):
    with pytest.raises(export.ExportError, match=complaint):
        make(v4.new_notebook(cells=cells(*charts())), words(), TITLE)


def test_words_in_alternative_text_stay_words(browse):
    chart, _ = deepcopy(charts())
    alt = "\"><script>window.ran = 1</script> & 'Kiến An'"
    chart.outputs[0].metadata = {"image/svg+xml": {"alt": alt}}
    page = export.page(v4.new_notebook(cells=[chart]), words(), TITLE)
    ask = "[document.querySelector('svg').getAttribute('aria-label'), document.scripts.length]"
    assert browse(page, ask).answer == [alt, 0]


def test_the_same_notebook_gives_the_same_page_and_is_left_as_it_was():
    notebook = deepcopy(sample())
    assert export.page(notebook, words(), TITLE) == made("page")
    assert notebook == sample()
