"""In every kind of week, each figure of each sentence stands in the week's tables: read back from the finished page."""

import dataclasses
import html
import re

import pytest
from support import asked, kinds
from support.stated import Cells, figures, spellings

from analysis.method.signals import LEAST_WEEKS
from analysis.report import asks, headline, letters, parts, sentences, table_rows, unitpage

TAG = re.compile(r"<[^>]+>")


def limits(edition) -> tuple[float, ...]:
    """The numbers of the settings that sentences may say, and of the rules."""
    settings = edition.rules.settings
    said = [*settings["targets"].values(), *settings["marks_below"].values(), LEAST_WEEKS, 99, 100]
    said += [100 * settings["year_end"]["level"], settings["trend"]["least_streak"]]
    said += [settings["large_difference_pct"] * edition.rules.groups["max_points"].sum() / 100]
    said += [*edition.rules.bands["from_points"], *edition.rules.indicators["max_points"].dropna()]
    return tuple(map(float, [*said, *edition.rules.groups["max_points"], edition.revision, edition.revision - 1]))


def gaps(edition, code: str) -> tuple[float, ...]:
    """What this unit lacks to each band above it: the band's limit less its total."""
    total = edition.tables["scores"].set_index("unit_code")["total"][code]
    return tuple(round(limit - total, 2) for limit in edition.rules.bands["from_points"] if limit > total)


def unsupported(texts, cells, more=()) -> list[tuple[str, str]]:
    """more : figures that may stand there as well"""
    also = {each for figure in more for each in spellings(figure)}
    its = [(figure, text) for text in texts for figure in figures(text)]
    return [(figure, text) for figure, text in its if figure not in also and not cells.has(figure)]


def of_report(edition) -> list[str]:
    texts = [*headline.minute_lines(edition), *sentences.result_lines(edition), *sentences.trend_lines(edition)]
    return texts + of_requests(edition) + sentences.data_lines(edition)


def of_requests(edition) -> list[str]:
    """What units and departments are asked by the week's figures; standing tasks are the office's own words."""
    rows = [*asks.request_rows(edition), *by_indicator(edition)]
    return [text for each in rows for text in each["texts"]]


def by_indicator(edition) -> list[dict]:
    sections = asks.department_sections(edition)
    return [each for section in sections for each in section["asks"] + section["watched"]]


def of_page(edition, code: str) -> list[str]:
    """The sentences and cells of a unit's page, without those about the whole area."""
    told = html.unescape(" ".join(unitpage.page_pieces(edition, code)[:6]))
    return [text for text in TAG.sub("\n", told).split("\n") if text.strip()]


@pytest.mark.parametrize("kind", kinds.NO_SWEEP)
def test_every_figure_of_report_findings_and_units_pages_stands_in_a_table_of_the_week(kind):
    edition, found = kinds.made(kind), kinds.made(kind).tables["findings"]
    assert len(headline.subject(edition)) <= headline.WIDEST_SUBJECT
    anywhere, texts = Cells(edition.tables, more=limits(edition)), of_report(edition)
    # Of a first week of which groups are printed there is little to say.
    assert sum(len(figures(text)) for text in texts) > (10 if kind == "computed totals, first week" else 20)
    assert unsupported(texts, anywhere) == []
    for code, its in found[found["unit_code"] != ""].groupby("unit_code"):  # about a unit: in a row of that unit
        assert unsupported(its["text"], Cells(edition.tables, code, limits(edition), anywhere.counts)) == []
    for code in edition.units["unit_code"].iloc[[0, len(edition.units) // 2, -1]].unique():
        texts = of_page(edition, code)
        assert len(texts) > 5 and unsupported(texts, anywhere, gaps(edition, code)) == []


def named(listed: str) -> tuple[list[str], int]:
    """The units of a list, and how many units it stands for: ``A (1; mới), B (2) và 3 đơn vị khác`` => [A, B], 5."""
    names = [each.strip() for each in re.sub(r" \([^()]*\)", "", listed).replace(" và ", ", ").split(",")]
    others = [int(each.split()[0]) for each in names if re.fullmatch(r"\d+ đơn vị khác", each)]
    return [each for each in names if not each.endswith("đơn vị khác")], len(names) - len(others) + sum(others)


@pytest.mark.parametrize("kind", kinds.CASES)
def test_every_request_of_page_mail_and_word_has_its_row_in_the_ledger_and_every_open_row_stands_there(kind):
    edition = kinds.made(kind)
    assert {name: asked.find_faults(edition, lines) for name, lines in asked.lines_of(edition).items()} == {
        **{"page": [], "mail": [], "Word": []}
    }
    assert asked.list_units_requests(edition) == asked.list_open(edition)


@pytest.mark.parametrize("kind", kinds.CASES)
def test_every_request_about_satisfaction_names_the_units_that_lost_points_of_it(kind):
    edition = kinds.made(kind)
    steps = edition.tables["steps"]
    points = set(edition.open_asks.query("kind in ['band', 'fell']")["unit_code"])
    lost = {edition.names.unit(code) for code in steps.loc[steps["blocks"] < 0, "unit_code"] if code in points}
    body = {"MDHL": {"vi": "Phòng X", "en": "X"}}
    settings = edition.rules.settings | {"responsible": body}
    known = dataclasses.replace(edition, rules=dataclasses.replace(edition.rules, settings=settings))
    texts = [text for each in by_indicator(known) if each["indicator"] == "MDHL" for text in each["texts"]]
    texts = [text for text in texts if "; cần kiểm tra" in text]
    assert len(texts) == bool(lost)
    for text in texts:
        names, count = named(re.search(r": (.*?); cần kiểm tra", text)[1].replace("; ", ", "))
        assert count == len(lost) and set(names) <= lost


COUNTS = re.compile(r"(\d+) đơn vị tăng, (\d+) giảm, (\d+) không đổi(?:, (\d+) không so sánh được)?;")
FIGURE = re.compile(r"([^,:]+?) \(([+−]?\d+,\d+)[^()]*\)")  # ``Kiến An (49,18; mới)``
MISSED = re.compile(r"(\d+)% \((\d+)/(\d+) đơn vị\)")


def listed(text: str) -> str:
    return text.replace(" và ", ", ")


@pytest.mark.parametrize("kind", kinds.CASES)
def test_the_items_below_the_figures_name_and_count_what_the_tables_hold(kind):
    edition = kinds.made(kind)
    told, units = [parts.plain(each) for each in headline.items(edition)], edition.tables["units"]
    said = " ".join(told)
    kinds_of = units.set_index("unit_code")["kind"]
    scores = edition.tables["scores"].set_index("unit_code")[["total", "band"]].loc[kinds_of.index]
    changes = edition.tables["changes"].set_index("unit_code")["change"].loc[kinds_of.index]
    assert 0 < len(told) <= headline.MOST_ITEMS and len(set(told)) == len(told)

    weak = scores[scores["band"].isin(edition.rules.settings["weak_bands"])].sort_values("total")
    (band,) = edition.rules.settings["weak_bands"]
    lists = re.findall(rf"xếp loại “{band}”: ([^:]+?)\.(?= |$)", said, re.I)
    assert len(lists) == weak.index.map(kinds_of).nunique()
    for its in lists:
        names, count = named(its)
        (kind_of,) = {kinds_of[code] for code in weak.index if edition.names.unit(code) in names}
        its = weak[weak.index.map(kinds_of) == kind_of]
        assert count == len(its) and set(names) == {edition.names.unit(code) for code in its.index[: len(names)]}

    for found, (_, its) in zip(COUNTS.findall(said), changes.groupby(kinds_of), strict=False):
        assert [int(each or 0) for each in found] == [
            (its > 0).sum(),
            (its < 0).sum(),
            (its == 0).sum(),
            its.isna().sum(),
        ]

    figure = {edition.names.unit(code): edition.words.number(value, signed=True) for code, value in changes.items()}
    for begins, sign in (("Giảm điểm", -1), ("Tăng", 1)):
        for text in re.findall(rf"{begins} đáng chú ý[^:]*: (.*?)\.(?= |$)", said):
            for name, shown in FIGURE.findall(listed(text)):
                assert figure[name.strip()] == shown and shown[0] == {-1: "−", 1: "+"}[sign]

    cells = edition.tables["measurements"].query("unit_code in @kinds_of.index").dropna(subset="value")
    targets = edition.rules.settings["targets"].items()
    missed = [
        (its["value"] < target).sum() for name, target in targets if len(its := cells[cells["indicator"] == name])
    ]
    shown = [int(count) for _, count, _ in MISSED.findall(said)] or [
        int(n) for n in re.findall(r"^Tất cả (\d+) đơn vị chưa", "\n".join(told), re.MULTILINE)
    ] * len(missed)
    assert shown == [each for each in missed if each]

    # Of what the last report asked: what is neither new nor a task, nor raised anew after it was closed.
    rows = edition.tables["asks"].query("kind != 'task' and state != 'new'")
    rows = rows[~(rows["note"].str.contains(r"\bagain\b") & rows["level_before"].isna())]
    followed = re.findall(r"Đề nghị kỳ trước: (\d+)/(\d+) đã hoàn thành", said)
    counts = [(str((rows["state"] == "done").sum()), str(len(rows)))]
    assert followed == (counts if len(rows) else [])


@pytest.mark.parametrize("kind", kinds.CASES)
def test_a_departments_section_says_who_cannot_reach_a_target_any_more_and_from_where_to_where_the_units_are(kind):
    edition = kinds.made(kind)
    units = set(edition.tables["units"]["unit_code"])
    held = edition.tables["possible"].query("state == 'impossible' and unit_code in @units")
    cells = edition.tables["measurements"].query("unit_code in @units").dropna(subset="value")
    for section in asks.department_sections(edition):
        for each in section["asks"]:
            its, said = held[held["indicator"] == each["indicator"]], " ".join(each["texts"])
            about = re.findall(r"([^.;]*) không còn khả năng đạt[^.]*cao nhất còn có thể là ([\d,]+)%", said)
            about += [("0", most) for most in re.findall(r"Không đơn vị nào còn khả năng[^.]*là ([\d,]+)%", said)]
            assert len(about) <= bool(len(its)), each  # it stands with the target, where that is asked
            for who, most in about:
                number = re.search(r"\d+", who)
                assert {"0": len(units)}.get(who, int(number[0]) if number else 1) == len(its)
                assert most == edition.words.number(its["most"].max(), 1)
            # The best of them by name: all who share it are named or counted.
            if found := re.search(r"là [\d,]+%, (.*?)\)", said):
                best = its[its["most"].round(1) == its["most"].max().round(1)]
                assert named(found[1])[1] == len(best)
        for each in section["watched"]:
            values = cells.loc[cells["indicator"] == each["indicator"], "value"]
            ends = {edition.names.figure(each["indicator"], end) for end in (values.min(), values.max())}
            assert ends == set(re.findall(r"[\d,]*\d%?(?= \(|;|\.$)", each["texts"][0])) - {""}


@pytest.mark.parametrize("kind", kinds.CASES)
def test_the_letters_of_units_and_departments_say_what_the_tables_hold_of_them(kind):
    edition = kinds.made(kind)
    pages = edition.tables["units"][["unit_code", "unit_name"]].assign(status="made", reason="")
    edition = dataclasses.replace(edition, tables=edition.tables | {"pages": pages})
    scores = edition.tables["scores"].set_index("unit_code")
    changes = edition.tables["changes"].set_index("unit_code")["change"]
    cells = edition.tables["measurements"].pivot(index="unit_code", columns="indicator", values="value")
    limits_of = edition.rules.settings["marks_below"]
    below = {
        name: cells.index[cells[name] < limits_of[name]] for name in limits_of if name in cells and name != "CHANGE"
    }
    below = {name: [code for code in its if code in set(pages["unit_code"])] for name, its in below.items()}
    for letter in letters.unit_letters(edition):
        requests, number = asks.unit_requests(edition, letter.code), edition.words.number
        total, change = number(scores["total"][letter.code]), changes[letter.code]
        moved = "" if change != change else f" ({number(change, signed=True)})"
        news = [f"{total}{moved}, {scores['band'][letter.code]}"] if scores["band"][letter.code] else []
        news += [f"{len(requests)} đề nghị"] if requests else []
        assert f": {'; '.join(news)}" in letter.subject if news else letter.subject == letter.title
        assert bool(requests) == ("đề nghị" in letter.subject)
        low = {each["name"] for each in requests if "dưới ngưỡng" in each["texts"][0]}
        assert low <= {edition.names.indicator(name) for name, its in below.items() if letter.code in its}
        texts = [text for each in requests for text in each["texts"]]
        assert len(set(texts)) == len(texts) or len(requests) > 1
    tasks = edition.rules.tasks["department"].value_counts().to_dict()
    sections = {each["code"]: each for each in asks.department_sections(edition)}
    for letter in letters.department_letters(edition):
        section = sections[letter.code]
        under = {code for each in section["asks"] for code in below.get(each["indicator"], ())}
        assert (f"{len(under)} đơn vị dưới ngưỡng" in letter.subject) == bool(under)
        (mine,) = [d for d in edition.rules.departments if d.code == letter.code]
        count = sum(n for name, n in tasks.items() if name and name in mine.called("vi"))
        assert len(section["standing"]) == count
        assert (f"{count} nhiệm vụ" in letter.subject) == bool(count)


@pytest.mark.parametrize("kind", kinds.CASES)
def test_no_unit_is_told_the_same_figure_of_its_fall_twice(kind):
    edition = kinds.made(kind)
    for each in asks.request_rows(edition):
        texts = [text for text in each["texts"] if not text.startswith("Đề nghị")]
        assert not ("chuyển từ" in texts[0] and any("xếp loại “" in text for text in texts[1:]))
        told = [text for text in texts if re.search(r": [^:]* giảm [\d,]+ điểm \(trung vị", text)]
        fallen = any("Trong đó:" in text for text in texts)
        assert not fallen or all("kiểm tra số liệu" in text for text in told)


WEEK, BEFORE = "tuần 4 tháng 10 năm 2023", "tuần 3 tháng 10"
SAID = [
    ("other bands", "minute", "headline.new_bands", {"period": BEFORE}),
    ("merged", "trend", "finding.gone", {"units": "Long Giang", "period": f"{BEFORE} năm 2023"}),
    ("no control row", "result", "piece.no_area", {"area": "huyện Chợ Mới"}),
    ("other totals carried", "minute", "piece.carried", {}),
    ("other totals carried", "trend", "piece.carried", {}),
    ("unmoved after rises", "trend", "piece.all_same", {"count": 18, "period": "tuần 2 tháng 11"}),
    ("all tied", "requests", "followup.all_alike", {"value": "#"}),
    ("week left out", "trend", "week_rate.own", {"since": BEFORE, "rates": "#"}),
    ("new year", "trend", "week_rate.begun", {"indicators": "#"}),
    ("41 weak of two kinds", "minute", "piece.of_kind", {"kind": "các sở, ban, ngành", "text": "#"}),
]


@pytest.mark.parametrize(
    ("kind", "where", "key", "fields"),
    [pytest.param(*case, marks=() if case[0] == "merged" else pytest.mark.long) for case in SAID],
)
def test_what_only_such_a_week_says_stands_in_its_report(kind, where, key, fields):
    edition = kinds.made(kind)
    texts = {
        "minute": headline.minute_lines(edition),
        "result": sentences.result_lines(edition),
        "trend": sentences.trend_lines(edition),
        "requests": of_requests(edition),
    }
    said = edition.words.say(key, **fields).split("#")[0]
    assert said[1:] in " ".join(texts[where])  # its first letter depends on its place
    ordinary = kinds.made("first")
    others = [*headline.minute_lines(ordinary), *sentences.result_lines(ordinary), *sentences.trend_lines(ordinary)]
    assert kind == "41 weak of two kinds" or said[1:] not in " ".join(others)


@pytest.mark.parametrize("kind", ["new year", "new year undated"])
@pytest.mark.long
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
