"""In every kind of week, each figure of each sentence stands in the week's tables: read back from the finished page."""

import html
import re

import pytest
from support import kinds
from support.stated import Cells, figures

from analysis.method.signals import LEAST_WEEKS
from analysis.report import asks, headline, sentences, table_rows, unitpage

TAG = re.compile(r"<[^>]+>")


def limits(edition) -> tuple[float, ...]:
    """The numbers of the settings that sentences may say, and of the rules."""
    settings = edition.rules.settings
    said = [*settings["targets"].values(), *settings["marks_below"].values(), LEAST_WEEKS, 99, 100]
    said += [100 * settings["year_end"]["level"], settings["trend"]["least_streak"]]
    said += [*edition.rules.bands["from_points"], *edition.rules.indicators["max_points"].dropna()]
    return tuple(map(float, [*said, *edition.rules.groups["max_points"], edition.revision, edition.revision - 1]))


def unsupported(texts, cells) -> list[tuple[str, str]]:
    return [(figure, text) for text in texts for figure in figures(text) if not cells.has(figure)]


def of_report(edition) -> list[str]:
    texts = [*headline.minute_lines(edition), *sentences.result_lines(edition), *sentences.trend_lines(edition)]
    texts += [text for each in asks.request_rows(edition) for text in each["texts"]]
    return texts + sentences.data_lines(edition)


def of_page(edition, code: str) -> list[str]:
    """The sentences and cells of a unit's page, without those about the whole area."""
    told = html.unescape(" ".join(unitpage.page_pieces(edition, code)[:4]))
    return [text for text in TAG.sub("\n", told).split("\n") if text.strip()]


# The others take a minute and more: they are long.
SHORT = ("first", "planted", "new year")
EVERY_KIND = [pytest.param(kind, marks=() if kind in SHORT else pytest.mark.long) for kind in kinds.ALL]


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_figure_of_report_findings_and_units_pages_stands_in_a_table_of_the_week(kind):
    edition, found = kinds.made(kind), kinds.made(kind).tables["findings"]
    anywhere, texts = Cells(edition.tables, more=limits(edition)), of_report(edition)
    assert sum(len(figures(text)) for text in texts) > 20
    assert unsupported(texts, anywhere) == []
    for code, its in found[found["unit_code"] != ""].groupby("unit_code"):  # about a unit: in a row of that unit
        assert unsupported(its["text"], Cells(edition.tables, code, limits(edition))) == []
    for code in edition.units["unit_code"].iloc[[0, len(edition.units) // 2, -1]].unique():
        texts = of_page(edition, code)
        assert len(texts) > 5 and unsupported(texts, anywhere) == []


WEEK, BEFORE = "tuần 4 tháng 10 năm 2023", "tuần 3 tháng 10"
SAID = [
    ("merged", "trend", "finding.gone", {"units": "Long Giang", "period": f"{BEFORE} năm 2023"}),
    ("no control row", "result", "piece.no_area", {"area": "huyện Chợ Mới"}),
    ("other totals carried", "minute", "piece.carried", {}),
    ("other totals carried", "trend", "piece.carried", {}),
    ("unmoved after rises", "trend", "piece.all_same", {"count": 18, "period": "tuần 2 tháng 11"}),
    ("all tied", "requests", "piece.ask_everyone_same", {"count": 18, "target": "80%", "highest": "#"}),
    ("week left out", "trend", "week_rate.own", {"since": BEFORE, "rates": "#"}),
    ("new year", "trend", "week_rate.begun", {"indicators": "#"}),
    ("41 weak of two kinds", "minute", "piece.of_kind", {"kind": "Các sở, ban, ngành", "text": "#"}),
]


@pytest.mark.parametrize(
    ("kind", "where", "key", "fields"),
    [pytest.param(*case, marks=() if case[0] in SHORT else pytest.mark.long) for case in SAID],
)
def test_what_only_such_a_week_says_stands_in_its_report(kind, where, key, fields):
    edition = kinds.made(kind)
    texts = {
        "minute": headline.minute_lines(edition),
        "result": sentences.result_lines(edition),
        "trend": sentences.trend_lines(edition),
        "requests": [text for each in asks.request_rows(edition) for text in each["texts"]],
    }
    said = edition.words.say(key, **fields).split("#")[0]
    assert said[1:] in " ".join(texts[where])  # its first letter depends on its place
    ordinary = kinds.made("first")
    others = [*headline.minute_lines(ordinary), *sentences.result_lines(ordinary), *sentences.trend_lines(ordinary)]
    assert kind == "41 weak of two kinds" or said[1:] not in " ".join(others)


@pytest.mark.parametrize("kind", ["new year", pytest.param("new year undated", marks=pytest.mark.long)])
def test_the_first_week_of_a_year_shows_the_printed_previous_totals_and_says_why_no_change_is_computed(kind):
    edition = kinds.made(kind)
    assert edition.tables["changes"]["change"].isna().all()
    cells = edition.tables["measurements"].query("indicator == 'PREVIOUS_TOTAL'").set_index("unit_code")["value"]
    rows = [table_rows.table_row(edition, each) for _, each in edition.units.iterrows()]
    printed = [edition.words.number(cells[code]) for code in edition.units["unit_code"]]
    assert [each["previous_total"] for each in rows] == printed and not any(each["fell"] for each in rows)
    reason = edition.words.say("finding.withheld_new_year")
    assert reason in sentences.trend_lines(edition) and reason in " ".join(headline.minute_lines(edition))
    code, total = edition.units["unit_code"].iloc[0], printed[0]
    assert {reason, edition.words.say("unit.printed_previous", previous=total)} <= set(of_page(edition, code))


def test_a_figure_that_stands_nowhere_is_found():
    edition = kinds.made("planted")
    cells = Cells(edition.tables, more=limits(edition))
    assert unsupported(["Kiến An giảm 123,45 điểm."], cells) == [("123,45", "Kiến An giảm 123,45 điểm.")]
    wrong = edition.tables["findings"]["text"].str.replace(r"\d+,\d\d", "987,65", regex=True)
    assert len(unsupported(wrong, cells)) > 10


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Kiến An đạt 49,18/100 điểm, đứng thứ 18/18", ["49,18", "18", "18"]),
        ("từ 19,3% lên 23,9% đến ngày 31/12/2023", ["19,3", "23,9"]),
        ("kỳ này −5,78 (trung vị: +0,27), 1.746 trường hợp", ["5,78", "0,27", "1.746"]),
        ("Bộ chỉ số 766 – Tuần 1 tháng 12 năm 2023: so với tuần 4 tháng 11", []),
        ("ước 8,3% (từ 0,0% đến 16,2%)", ["8,3", "0,0", "16,2"]),
    ],
)
def test_the_figures_of_a_sentence_are_read_back(sentence, expected):
    assert figures(sentence) == expected
