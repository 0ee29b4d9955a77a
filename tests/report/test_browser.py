"""What people open, in a browser: read by everyone (WCAG 2.2 AA) in every width and colour, asking for nothing, and
whatever was typed into a table or its name is shown as typed and does nothing."""

import dataclasses
import email
import email.policy
import functools
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from nbformat import v4
from support import printed, province
from support.district import edition, gate, in_force, say, week, words
from support.gated import page as gate_page_of
from support.gated import wrong
from support.homes import TYPED
from support.indexed import made as index_of
from support.office import corrected, crowd
from support.pages import gate_page, made, report_page, unasked
from support.payloads import PAYLOADS
from support.sampled import sampled
from support.shown import showing, shown

from analysis.characters import visible
from analysis.config.wording import capital
from analysis.mail import compose
from analysis.report import export, gatepage, headline, indexpage, published_weeks, unitpage
from analysis.report.edition import Edition
from analysis.run import unit_pages

KIEN_AN = "30634"

# -- read by everyone ------------------------------------------------------------------------------------------------

WIDTHS = (320, 360, 768, 1280, 1920)
LOOKS = [{"width": width, "dark": dark} for width in WIDTHS for dark in (False, True)]
LOOKS += [{"width": 768, "media": "print"}]  # on paper, whose width is the paper's, whatever the window's
LOOKS += [{"width": 768, "forced": True}]
NARROW, WIDE, PRINTED = LOOKS[0], LOOKS[7], LOOKS[10]
FEW = [NARROW, WIDE, PRINTED]  # for what is made of the same pieces as another page
OTHERS = [LOOKS[2], LOOKS[5], LOOKS[8], LOOKS[11]]  # with FEW every width, both colours, paper and colours by force

# What axe cannot tell, as text that has to be scrolled to, is measured too: for each element with text of its own the
# contrast of its colour and the nearest painted ground (WCAG 2.2, 1.4.3).
# Landmarks of one kind have names of their own, no anchor stands twice, and no level of headings is left out.
ASK = """async () => {
  const name = e => e.ariaLabel ?? (e.getAttribute('aria-labelledby') ?? '').split(' ')
    .map(id => document.getElementById(id)?.textContent.trim()).join(' ');
  const twice = list => list.filter((each, i) => list.indexOf(each) < i);
  const alike = () => [
    ...['nav', 'section[aria-labelledby], section[aria-label]', '[role=region]']
      .flatMap(s => twice([...document.querySelectorAll(s)].map(name))),
    ...twice([...document.querySelectorAll('[id]')].map(e => e.id)),
    ...[...document.querySelectorAll('h1, h2, h3, h4')].map(e => +e.tagName[1]).filter((n, i, all) => n > (all[i - 1] ?? 0) + 1)];
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const rgba = text => text.match(/[\\d.]+/g).map(Number);
  const ground = e => { for (; e; e = e.parentElement) {
    const c = rgba(getComputedStyle(e).backgroundColor); if (c[3] !== 0) return c; } return [255, 255, 255]; };
  const contrasts = [...document.querySelectorAll('body *')]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
    .map(e => { const [a, b] = [light(rgba(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
      return [e.tagName + '.' + e.className, (a + .05) / (b + .05)]; });
  if (!window.axe) { AXE }
  const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
  const no_targets = { 'target-size': { enabled: !matchMedia('print').matches } };  // paper has nothing to press
  const { violations, passes } = await axe.run(document, { runOnly: rules, rules: no_targets, resultTypes: ['violations'] });
  return { violations: violations.flatMap(rule => rule.nodes.map(node => rule.id + ': ' + node.target)),
           tried: passes.length, measured: contrasts.length, pale: contrasts.filter(each => each[1] < 4.5),
           wide: document.documentElement.scrollWidth - innerWidth, title: document.title, alike: alike() };
}""".replace("AXE", AXE_SCRIPT)


def linked() -> Edition:
    """The real week with a page of its own for every unit, so that its table is full of links."""
    units = week()["units"][["unit_code", "unit_name"]].assign(status="made", reason="")
    return edition(pages=units)


@functools.cache
def linked_page() -> str:
    return report_page(linked())


def areas_page() -> str:
    """The list of one area whose configuration cannot be read."""
    weeks = {"cho-moi": [published_weeks.Published("2023-12-04", 1, ("2023-12-04/report.html",))]}
    return indexpage.build_areas_index(Path("none"), weeks, words())


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    return gate_page_of(wrong(tmp_path_factory.mktemp("wrong")))


PAGES = {  # how each is made, and in which looks make test, make long and make sweep open it
    "report": (linked_page, {"test": [NARROW, WIDE], "long": [PRINTED, *OTHERS], "sweep": LOOKS}),
    "report of many units": (lambda: large(), {"sweep": LOOKS}),
    "unit": (lambda: made("unit"), {"long": [*FEW, *OTHERS], "sweep": LOOKS}),
    "missing": (lambda: unit_pages.missing(words(), unitpage.title(edition(), KIEN_AN)), {"long": FEW}),
    "report in English": (lambda: made("page", "en"), {"sweep": FEW}),
    "unit in English": (lambda: made("unit", "en"), {"sweep": FEW}),
    "correction": (lambda: report_page(corrected()), {"long": [NARROW], "sweep": FEW}),
    "gate": (gate_page, {"long": [NARROW, WIDE], "sweep": FEW}),
    "mail": (lambda: made("digest"), {"test": [NARROW], "long": [WIDE, PRINTED]}),
    "index": (lambda: index_of(first=38), {"long": [NARROW, WIDE], "sweep": FEW}),
    "index of sixty weeks": (index_of, {"sweep": FEW}),
    "areas": (areas_page, {"long": FEW}),
}
MARKS = {"test": (), "long": pytest.mark.long, "sweep": pytest.mark.sweep}


def faults(browse, page: str, looks: list[dict]) -> dict[str, dict]:
    """What is wrong with a page, by look; each look without fault is left out."""
    seen = browse(page, ASK, looks=looks)
    assert (seen.requests, seen.errors, seen.dialogs) == ([], [], [])
    found = {}
    for look, answer in zip(looks, seen.answer, strict=True):
        assert answer["tried"] >= 10 and answer["measured"] >= 4 and answer["title"]
        wide = answer["wide"] > 0 and "media" not in look  # paper has a width of its own
        if answer["violations"] or (answer["pale"] and "forced" not in look) or wide or answer["alike"]:
            found[str(look)] = answer
    return found


@pytest.mark.parametrize(
    ("make", "looks"),
    [
        pytest.param(make, looks, id=f"{name}, looks of {tier}", marks=MARKS[tier])
        for name, (make, tiers) in PAGES.items()
        for tier, looks in tiers.items()
    ],
)
def test_everyone_can_read_it_at_every_width_in_light_dark_and_print_and_it_asks_for_nothing(browse, make, looks):
    assert faults(browse, make(), looks) == {}


@pytest.mark.long
def test_so_it_is_with_the_page_of_a_refused_table(browse, refused):
    assert faults(browse, refused, [NARROW, PRINTED]) == {}


def test_faults_would_be_found(browse):
    broken = '<html><body><p id="a" style="color: #999">pale</p><img src="data:,"><pre>' + "x" * 500
    seen = browse(broken, ASK, width=320).answer
    assert {each.partition(":")[0] for each in seen["violations"]} >= {"color-contrast", "html-has-lang", "image-alt"}
    assert [each[0] for each in seen["pale"]] == ["P."] and seen["wide"] > 0


LANGS = pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.long)])
PHONE = {"width": 390}
LINES = """() => {
  const tops = range => new Set([...range.getClientRects()].map(box => Math.round(box.top))).size;
  const all = each => { const r = document.createRange(); r.selectNodeContents(each); return tops(r); };
  return [...document.querySelectorAll('h1 span')].map(each => [each.textContent, all(each)]); }"""


def test_on_a_phone_the_title_is_broken_after_its_dashes(browse):
    (seen,) = browse(linked_page(), LINES, looks=[PHONE]).answer
    assert seen == [["Bộ chỉ số 766\u00a0–", 1], ["huyện Chợ Mới\u00a0–", 1], ["Tuần 1 tháng 12 năm 2023", 1]]


FIRST = """() => { const bottom = s => Math.round(document.querySelector(s).getBoundingClientRect().bottom);
  return [bottom('.items'), Math.round(document.getElementById('requests').getBoundingClientRect().top),
          Math.max(...[...document.querySelectorAll('.asks li, .departments ul:not(.note) li')]
            .map(e => Math.round(e.getBoundingClientRect().bottom))),
          Math.max(...[...document.querySelectorAll('.items li')].map(e => e.getBoundingClientRect().height /
            parseFloat(getComputedStyle(e).lineHeight)))]; }"""


@LANGS
def test_the_first_screen_holds_the_headline_and_at_a_desk_all_that_is_asked_this_week_stands_within_the_second(
    browse, lang
):
    week = linked() if lang == "vi" else edition(lang)
    phone, desk = browse(
        report_page(week), FIRST, looks=[{"width": 360, "height": 720}, {"width": 1280, "height": 800}]
    ).answer
    assert phone[0] <= 720 and phone[1] <= 2 * 720
    assert desk[0] <= 800 and desk[1] <= 800 and desk[2] <= 2 * 800 and desk[3] < 2.1  # items of at most two lines


UNIT_FIRST = """() => { const svg = document.querySelector('.among svg'), scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  const sizes = [...svg.querySelectorAll('text')].map(e => scale * parseFloat(getComputedStyle(e).fontSize));
  const beyond = [...svg.querySelectorAll('text')].filter(e => e.getBoundingClientRect().right > innerWidth || e.getBoundingClientRect().left < 0);
  return [Math.round(document.querySelector('.items').getBoundingClientRect().bottom), Math.min(...sizes), Math.max(...sizes),
          beyond.length, Math.round(document.getElementById('requests').getBoundingClientRect().top)]; }"""


@LANGS
def test_so_it_is_with_a_units_page_whose_picture_can_be_read_on_a_phone_and_is_no_larger_than_its_text(browse, lang):
    phone, desk = browse(
        made("unit", lang), UNIT_FIRST, looks=[{"width": 360, "height": 720}, {"width": 1280, "height": 800}]
    ).answer
    assert phone[0] <= 720 and desk[0] <= 800 and desk[4] <= 800
    assert phone[1] >= 10 and max(phone[2], desk[2]) <= 17 and phone[3] == desk[3] == 0


# The areas of main's children, two by two, that share more than an edge.
OVER = """() => { const boxes = [...document.querySelectorAll('main > *')].map(e => [e.id || e.className || e.tagName, e.getBoundingClientRect()]);
  const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  return boxes.flatMap(([one, a], i) => boxes.slice(i + 1).filter(([, b]) => over(a, b)).map(([two]) => one + ' / ' + two)); }"""


@pytest.mark.parametrize("count", sampled([2, 18, 40, 41], short=1, long=1, first=[41]))
def test_no_part_of_the_page_lies_over_another_with_few_or_many_units(browse, count):
    page = report_page(crowd([f"Xã {number}" for number in range(count)]))
    assert browse(page, OVER, looks=[{"width": width} for width in WIDTHS]).answer == [[]] * len(WIDTHS)


UNDER = """() => { const [asks, departments] = ['.asks', '.departments'].map(e => document.querySelector(e).getBoundingClientRect());
  return [asks.left == departments.left, departments.top - asks.bottom < 50]; }"""


@pytest.mark.parametrize("count", sampled([40, 18], short=0, long=1))
def test_where_no_unit_is_asked_for_anything_the_departments_stand_under_the_heading(browse, count):
    week = crowd([f"Xã {number}" for number in range(count)])
    page = report_page(unasked(week))
    looks = [{"width": width} for width in WIDTHS]
    assert browse(page, UNDER, looks=looks).answer == [[True, True]] * len(WIDTHS)
    assert browse(page, OVER, looks=looks).answer == [[]] * len(WIDTHS)


@pytest.mark.parametrize("width", [360, pytest.param(1280, marks=pytest.mark.long)])
def test_what_is_folded_opens_without_a_script_and_is_printed_closed(browse, width):
    ask = """() => { const body = document.querySelector('.letter'), fold = body.previousElementSibling;
      const shown = () => body.getBoundingClientRect().height > 0, closed = shown();
      fold.open = true; const open = shown(); fold.open = false; return [closed, open]; }"""
    assert browse(linked_page(), ask, width=width).answer == [False, True]
    assert browse(linked_page(), ask, width=width, media="print").answer == [True, True]


@pytest.mark.long
def test_firefox_prints_what_is_folded_and_prints_it_once(tmp_path):
    pages = printed.in_firefox(report_page(edition()), tmp_path)
    told = " ".join(pages)
    assert len(pages) <= 9
    assert all(told.count(each) == 1 for each in ("Nơi nhận:", "Căn cứ Quyết định", say("piece.repairs_summary")))


# -- one file of no more than 700 kB ---------------------------------------------------------------------------------

MOST_BYTES = {"a district": 200_000, "156 units": 700_000}


@functools.cache
def large() -> str:
    return export.page(showing(province.edition(units=156, cutoffs=60), kinds=("page",)), words(), "T")


@pytest.mark.parametrize("print_page", sampled([printed.in_chromium, printed.in_firefox], short=0, long=1))
def test_every_printed_page_of_its_appendix_has_every_column(print_page, tmp_path):
    head = re.search(r'<table class="appendix">(.*?)</thead>', large(), re.DOTALL)[1]
    names = set(re.findall(r"\w+", re.sub(r"<.*?>", " ", head)))
    pages = print_page(large(), tmp_path)
    first = next(number for number, page in enumerate(pages) if say("piece.appendix_heading") in page)
    after = next(number for number, page in enumerate(pages) if say("piece.data_heading") in page)
    assert after - first > 5
    assert [names - set(re.findall(r"\w+", page)) for page in pages[first:after]] == [set()] * (after - first)


@pytest.mark.long
def test_the_page_of_156_units_and_60_cutoffs_is_small_and_has_few_charts():
    assert large().count("<figure") == 5  # lost points, totals, indicators, what made changes, the course of some
    assert len(large().encode()) <= MOST_BYTES["156 units"]


def test_the_pages_of_a_district_and_of_its_units_are_small():
    assert max(len(made(kind).encode()) for kind in ("page", "unit")) <= MOST_BYTES["a district"]


@pytest.mark.long
def test_its_charts_can_be_seen_and_nothing_scrolls_sideways(browse):
    ask = """[[...document.querySelectorAll('figure svg')].filter(each => each.getBoundingClientRect().height > 50).length,
              document.documentElement.scrollWidth <= innerWidth]"""
    seen = browse(large(), ask, looks=[{"width": width} for width in WIDTHS])
    assert (seen.answer, seen.requests, seen.errors) == ([[5, True]] * len(WIDTHS), [], [])


# -- shown as typed --------------------------------------------------------------------------------------------------

BESIDE = ("#", "../report.html", "../index.html", "report.docx", "appendix.xlsx")
# A long name makes other parts of a drawing than a short one, but never parts of another kind.
ALL = """() => { const drawn = tag => !['g', 'text', 'path', 'circle'].includes(tag); for (const each of document.querySelectorAll('details')) each.open = true;
  return { text: document.body.innerText, alts: [...document.querySelectorAll('img, svg')].map(e => e.alt ?? e.getAttribute('aria-label')).join(' '),
           title: document.title, tags: [...document.querySelectorAll('*')].map(each => each.tagName).filter(drawn),
           handlers: [...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames()).filter(a => a.startsWith('on')),
           links: [...document.links].map(each => each.getAttribute('href')) }; }"""


def one_line(text: str) -> str:
    """As a page shows it: white space is one space, a NUL nothing or the sign for what cannot be shown."""
    return " ".join(re.sub("[\0�]", "", text).split())


def typed(names: list[str]) -> Edition:
    """An edition in which each text is a unit's name, a file's name, a raw value that was mended, and a finding."""
    repairs = pd.DataFrame({"raw": names, "clean": names, "reason": names, "file": names, "column": names})
    repairs = repairs.assign(row=1, column_letter="A")[week()["repairs"].columns]
    found = pd.DataFrame({"text": names}).assign(finding="data", severity="info", unit_code="893", indicator="")
    every = crowd(names, origin={"file": "\n".join(names)})
    findings = pd.concat([every.tables["findings"], found], ignore_index=True)
    return dataclasses.replace(every, tables=every.tables | {"findings": findings, "repairs": repairs})


def harmless(names: list[str]) -> list[str]:
    return [f"x{number}" for number in range(len(names))]


def report_of(names: list[str]) -> str:
    return export.page(showing(typed(names), kinds=("page",)), words(), names[4])


def units_of(names: list[str]) -> str:
    """The pieces of every unit's page, one below the other."""
    every = typed(names)
    pieces = (unitpage.minute, unitpage.lost)
    told = [piece(every, code).data for code in every.units["unit_code"] for piece in pieces]
    return export.page(v4.new_notebook(cells=[shown("page", each) for each in told]), words(), names[4])


def missing_of(names: list[str]) -> str:
    return unit_pages.missing(words(), " ".join(names))


def gate_of(names: list[str]) -> str:
    """Each text as the name of a file with one cell, as that cell, and in a problem and a repair of it."""
    told = pd.DataFrame({"file": names, "value": names, "problem": names, "column": names, "raw": names})
    told = told.assign(clean=names, reason=names, row=1, column_letter="A", severity="error")
    cleaned = gate()
    changed = {name: told[getattr(cleaned, name).columns] for name in ("problems", "repairs")}
    cells = told.assign(column=1)[["file", "row", "column", "column_letter", "value"]]
    return gatepage.page(cells, dataclasses.replace(cleaned, **changed), words(), in_force())


@pytest.mark.long
@pytest.mark.parametrize(
    ("make", "names"),
    [
        *((report_of, PAYLOADS[part::2]) for part in range(2)),  # a longer ranking is grouped by the letters of names
        *((make, PAYLOADS) for make in (units_of, missing_of, gate_of)),
    ],
)
def test_whatever_is_typed_is_shown_as_typed_adds_nothing_to_a_page_and_does_nothing(browse, make, names):
    seen, plain = browse(make(names), ALL), browse(make(harmless(names)), ALL)
    assert (seen.requests, seen.errors, seen.dialogs, seen.answer["handlers"]) == ([], [], [], [])
    assert Counter(seen.answer["tags"]) == Counter(plain.answer["tags"])
    assert [each for each in seen.answer["links"] if not each.startswith(BESIDE)] == []
    told = one_line(seen.answer["text"])
    # Characters that nobody sees, in the names of units, stand there as their codes.
    assert [each for each in names if one_line(each) not in told and one_line(visible(each)) not in told] == []
    assert one_line(names[4]) in one_line(seen.answer["title"])


def mails():
    """The payloads in twelve parts: of a longer ranking a mail leaves the middle out, and long names fill it."""
    return [PAYLOADS[part::12] for part in range(12)]


def mail_of(names: list[str]) -> tuple[str, str]:
    """The plain text and the HTML of a message, its pictures back in their places."""
    digest = export.digest(showing(typed(names), kinds=("mail",)), words(), headline.title(edition()))
    about = {"subject": "x", "sender": "a@b.example", "date": datetime(2023, 12, 4, tzinfo=UTC), "seed": "x"}
    message = email.message_from_bytes(
        compose.build_mail(digest, words=words(), **about).as_bytes(), policy=email.policy.default
    )
    return opened(message)


def opened(message: email.message.EmailMessage) -> tuple[str, str]:
    text, body = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    return text, re.sub('src="cid:[^"]*"', 'src="data:,"', body)


@pytest.mark.parametrize("names", sampled(mails(), short=0, long=2))
def test_so_it_is_in_the_mail_whose_text_says_it_too(browse, names):
    text, body = mail_of(names)
    seen, plain = browse(body, ALL), browse(mail_of(harmless(names))[1], ALL)
    assert (seen.requests, seen.errors, seen.dialogs) == ([], [], [])
    assert (seen.answer["handlers"], seen.answer["links"]) == ([], [])
    assert Counter(seen.answer["tags"]) == Counter(plain.answer["tags"])
    for told in (one_line(seen.answer["text"]), one_line(text)):
        shown_as = {each: (one_line(each), one_line(capital(each))) for each in names}  # a row begins with a capital
        assert [each for each, forms in shown_as.items() if not any(form in told for form in forms)] == []


@pytest.fixture(scope="module")
def published(corrected_home):
    """The reports of the real week, made by its notebooks of a table whose file is called TYPED."""
    if not (corrected_home / "data" / "processed" / "cho-moi" / "2023-12-04" / "raw" / TYPED).is_file():
        pytest.skip("the file system allows no such name")
    return corrected_home / "reports" / "cho-moi" / "2023-12-04"


@pytest.mark.long
@pytest.mark.parametrize("name", ["report.html", f"units/{KIEN_AN}.html", "mail.eml"])
def test_the_name_of_a_raw_file_goes_the_whole_way_and_does_nothing(browse, published, name):
    data = (published / name).read_bytes()
    if name.endswith("eml"):
        text, page = opened(email.message_from_bytes(data, policy=email.policy.default))
        assert "alert" not in text or one_line(TYPED) in one_line(text)
    else:
        page = data.decode()
    seen = browse(page, ALL)
    assert (seen.requests, seen.errors, seen.dialogs, seen.answer["handlers"]) == ([], [], [], [])
    assert "SCRIPT" not in seen.answer["tags"]
    if not name.endswith("eml"):
        assert one_line(visible(TYPED)) in one_line(seen.answer["text"])
