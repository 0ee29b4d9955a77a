"""A month, a quarter and a year compiled from stored weeks: every figure against a second opinion, every sentence read."""

import functools
import json
import re
import shutil
from datetime import date
from pathlib import Path

import docx
import pandas as pd
import pytest
from support import kinds, played, second_period
from support.district import HOME, words
from support.real import DATA, DAYS, GIA_LAI, MISSING, gate
from support.sampled import sampled

from analysis.method import period as method
from analysis.report import period_asks, period_document, period_page, period_workbook
from analysis.report import period_sentences as said
from analysis.report.period_edition import PeriodEdition, read_edition
from analysis.run import internal
from analysis.run.internal import take_out_internal
from analysis.weeks import paths

AREA = "cho-moi"
MONDAYS = ["2023-10-30", "2023-11-06", "2023-11-13", "2023-11-20", "2023-11-27"]
LEFT_OUT = ("2023-11-13", "2023-11-20")


def publish(home: Path, weeks: kinds.Weeks, left_out: tuple[str, ...] = ()) -> None:
    """Make the weeks by the notebooks, one after the other, but those left out."""
    before = None
    for day in weeks.states:
        if day not in left_out:
            kinds.make(home, day, kinds.cleaned(weeks, day, before))
            played.publish(home, AREA, day)
        before = day


@pytest.fixture(scope="module")
def home(once):
    """A home with weeks of the real district, two of them left out; none was expected. It is only looked at."""

    def fill(home: Path) -> None:
        with played.at(home):
            publish(home, kinds.ordinary(len(MONDAYS), date.fromisoformat(MONDAYS[0])), LEFT_OUT)

    with played.at(once("weeks-of-a-month", fill)) as home:
        yield home


@pytest.fixture
def punctual(home, tmp_path):
    """The same home, where a table is expected each Monday."""
    shutil.copytree(home, tmp_path / "home")
    path = tmp_path / "home" / "config" / AREA / "area.toml"
    path.write_text(path.read_text("utf-8") + '\n[expected]\nweekday = "monday"\n', "utf-8")
    with played.at(tmp_path / "home") as home:
        yield home


@functools.cache
def compiled(home: Path, span: str, as_of: str = "", lang: str = "vi", area: str = AREA) -> PeriodEdition:
    """The notebook played, and the edition that its products are made from."""
    names = played.notebook("6_period", area=area, span=span, as_of=as_of, lang=lang)
    edition = read_edition(home, area, span, "", as_of, words(lang))
    for name, table in names["edition"].tables.items():
        pd.testing.assert_frame_equal(table.reset_index(drop=True), edition.tables[name], check_dtype=False)
    return edition


def check(home: Path, edition: PeriodEdition, weeks: list[str], before: str | None, area: str = AREA) -> None:
    """Each figure of the period against the second opinion."""
    folder = {day: paths.processed(home, area, day) for day in [*weeks, *([before] if before else [])]}
    last, then = folder[weeks[-1]], folder.get(before)
    bands = edition.tables["period_bands"]
    told = {(row.kind, row.band): row for row in bands.itertuples()}
    for week, column in ((last, "units"), (then, "previous_units")):
        counted = second_period.counts(week, home) if week else {}
        if week and not edition.reason:
            assert {key: int(getattr(row, column)) for key, row in told.items() if getattr(row, column)} == counted
    for kind, its in bands.groupby("kind"):
        everyone = sum(row["kind"] == kind for row in second_period.rows(last, "units"))
        assert its["share"].tolist() == [pytest.approx(100 * count / everyone) for count in its["units"]]
    now, was = second_period.totals(last), second_period.totals(then) if then else {}
    compared = edition.reason in ("", method.NEW_BANDS)
    for row in edition.units.itertuples():
        assert row.total == now[row.unit_code]
        if compared:
            assert row.change == pytest.approx(round(now[row.unit_code] - was[row.unit_code], 6))
        else:
            assert pd.isna(row.change)
    figures, earlier = second_period.figures(last), second_period.figures(then) if then else {}
    rows = edition.tables["period_figures"].dropna(subset="value")
    assert {(row.unit_code, row.indicator): row.value for row in rows.itertuples()} == figures
    for row in rows.itertuples() if compared else ():
        assert row.change == pytest.approx(
            figures[row.unit_code, row.indicator] - earlier[row.unit_code, row.indicator]
        )
    sets = second_period.balance(then, [folder[day] for day in weeks])
    assert period_asks.balance(edition) == {name: len(ids) for name, ids in sets.items()}
    assert set(edition.open_asks["ask_id"]) == sets["open"]
    assert len(sets["before"]) + len(sets["raised"]) == len(sets["done"]) + len(sets["ended"]) + len(sets["open"])


@pytest.mark.parametrize(
    ("span", "weeks", "before"),
    [
        ("2023-11", ["2023-11-06", "2023-11-27"], "2023-10-30"),
        ("2023-Q4", [day for day in MONDAYS if day not in LEFT_OUT], None),
    ],
)
def test_every_figure_of_a_month_and_of_a_first_quarter_is_what_a_second_opinion_finds(home, span, weeks, before):
    check(home, compiled(home, span), weeks, before)


def texts(edition: PeriodEdition) -> list[str]:
    """Every sentence that page, mail and Word may hold."""
    rows = [*period_asks.open_rows(edition), *period_asks.department_rows(edition)]
    return [
        *(said.title(edition), said.heading(edition), said.subject(edition), said.basis(edition)),
        *said.headline_lines(edition),
        *said.general_lines(edition),
        *said.figure_lines(edition),
        *period_asks.follow_lines(edition),
        period_asks.causes_line(edition),
        *(text for row in rows for text in (row.get("text", ""), *row.get("asks", ()), *row.get("tasks", ()))),
        *said.origin(edition),
        *said.origin(edition).values(),
    ]


@pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.long)])
def test_a_month_is_headed_by_its_last_cutoff_and_never_called_points_of_that_month(home, lang):
    told = " ".join(texts(compiled(home, "2023-11", lang=lang)))
    heading = {
        "vi": "Lũy kế từ đầu năm đến 27/11/2023",
        "en": "Accumulated from the beginning of the year to 27 November 2023",
    }
    assert heading[lang] in told
    assert not re.search(r"điểm (của )?tháng|points of (the )?(month|November)", told, re.I)
    assert not re.search(r"\bnan\b|None|\[\]|\{", told)


def test_an_open_period_is_a_draft_that_misses_what_was_expected_and_nothing_that_is_still_to_come(punctual):
    draft = compiled(punctual, "2023-Q4", as_of="2023-11-27")
    assert draft.is_draft and said.title(draft).startswith("[Dự thảo] ")
    assert said.headline_lines(draft)[0] == (
        "Dự thảo: Quý IV năm 2023 chưa kết thúc, báo cáo chỉ gồm các kỳ số liệu đến hết ngày 27/11/2023."
    )
    missing = [f"{day}/2023" for day in ("02/10", "09/10", "16/10", "23/10", "13/11", "20/11")]
    assert said.missing_lines(draft) == [f"Thiếu kỳ số liệu: {draft.words.listed(missing)}."]


def test_a_period_without_one_before_it_compares_nothing_and_says_so(home):
    edition = compiled(home, "2023-Q4")
    assert said.compared_line(edition) == "Chưa lưu kỳ số liệu nào của quý III năm 2023 nên không so sánh với kỳ trước."
    assert all(not row["previous_units"] for row in said.band_rows(edition, "commune"))
    assert edition.units["change"].isna().all() and not any(row["rose"] for row in said.figure_rows(edition))


def test_what_a_department_is_asked_are_the_open_asks_of_its_indicators_and_its_standing_tasks(home):
    edition = compiled(home, "2023-11")
    rows = {row["code"]: row for row in period_asks.department_rows(edition)}
    lines = edition.open_asks.drop_duplicates(["department", "kind", "indicator"])["department"].value_counts()
    assert {code: len(row["asks"]) for code, row in rows.items() if row["asks"]} == lines.to_dict()
    assert sum(row["count"] for row in period_asks.open_rows(edition)) == len(edition.open_asks)


def test_a_place_is_told_with_how_it_moved(home):
    edition = compiled(home, "2023-11")
    rows = edition.tables["period_figures"]
    control = edition.names.control

    def placed(place, of, before, of_before):
        row = dict.fromkeys(rows.columns, float("nan")) | {"unit_code": control, "indicator": "TOTAL"}
        row |= {"place": place, "of": of, "previous_place": before, "previous_of": of_before}
        own = pd.concat([rows, pd.DataFrame([row])], ignore_index=True)
        held = edition.tables | {"period_figures": own}
        return said.say_place(PeriodEdition(edition.rules, edition.words, held, edition.span, edition.as_of), "TOTAL")

    nan = float("nan")
    assert placed(10, 63, 10, 63) == "hạng giữ nguyên 10/63"
    assert placed(8, 63, 10, 63) == "hạng 8/63, tăng 2 bậc"
    assert placed(12, 63, 10, 63) == "hạng 12/63, giảm 2 bậc"
    assert placed(8, 34, 10, 63) == "hạng 8/34 (kỳ trước 10/63)"  # other rows: no step up or down
    assert placed(8, 63, nan, nan) == "hạng 8/63"
    assert said.say_place(edition, "TOTAL") == ""


def test_what_units_state_stands_in_their_own_words_and_is_internal(home):
    edition = compiled(home, "2023-11")
    ask = next(edition.open_asks.query("addressee == 'unit'").itertuples())
    blank = dict.fromkeys(edition.tables["replies"].columns, "")
    reply = blank | {"ask_id": ask.ask_id, "unit_code": ask.unit_code, "indicator": ask.indicator, "kind": "reply"}
    reply |= {"day": "2023-11-24", "text": "Đã phân công <b>cán bộ</b>.", "cause": "thiếu máy quét"}
    held = edition.tables | {"replies": pd.DataFrame([reply | {"row": 2.0}])}
    own = PeriodEdition(edition.rules, edition.words, held, edition.span, edition.as_of)
    (told,) = period_asks.list_statements(own)
    assert told.head == f"Theo UBND {edition.names.typed(ask.unit_code)} (24/11)" and "thiếu máy quét" in told.text
    html = period_page.standing(own).data
    assert "Đã phân công &lt;b&gt;cán bộ&lt;/b&gt;." in html
    assert period_asks.causes_line(edition) == "Báo cáo không nêu nguyên nhân: số liệu không cho biết nguyên nhân."
    assert (period_asks.has_internal(own), period_asks.has_internal(edition)) == (True, False)
    document = home / "told.docx"
    for each, is_told in ((own, True), (edition, False)):
        document.write_bytes(period_document.build_document(each, home))
        assert internal.is_internal(document) is is_told
    assert "thiếu máy quét" not in take_out_internal(html)


@pytest.mark.long
def test_word_and_workbook_are_the_same_bytes_of_the_same_period(home):
    first, again = (compiled.__wrapped__(home, "2023-11") for _ in range(2))
    assert period_document.build_document(first, home) == period_document.build_document(again, home)
    assert period_workbook.build_workbook(first) == period_workbook.build_workbook(again)


def test_an_issue_that_replaces_another_says_so_on_the_page_and_in_word_with_each_total_that_changed(home, tmp_path):
    edition = compiled(home, "2023-11")
    unit = edition.units.iloc[0]
    changed = pd.DataFrame([(unit["unit_code"], unit["unit_name"], "TOTAL", "value", 50.0, 51.25)])
    changed.columns = list(edition.tables["corrections"].columns)
    held = edition.tables | {"corrections": changed}
    again = PeriodEdition(edition.rules, edition.words, held, edition.span, edition.as_of, "", {"revision": "2"})
    assert said.title(again).startswith("[Đính chính] ") and period_page.correction(edition).data == ""
    html = period_page.correction(again).data
    document = tmp_path / "again.docx"
    document.write_bytes(period_document.build_document(again, home))
    words_of = "\n".join(
        [each.text for each in docx.Document(document).paragraphs]
        + [cell.text for table in docx.Document(document).tables for row in table.rows for cell in row.cells]
    )
    for text in (said.correction_line(again), "50,00", "51,25"):
        assert text in html and text in words_of
    assert said.correction_line(again).endswith("Tổng điểm thay đổi được nêu dưới đây.")


@pytest.mark.long
@pytest.mark.skipif(not DATA.is_dir(), reason=MISSING)
def test_a_month_of_the_four_gia_lai_days_is_what_a_second_opinion_finds(tmp_path):
    with played.at(tmp_path) as home:
        for day in DAYS:
            cleaned, _ = gate("gia-lai", day, GIA_LAI / f"communes_{day}.csv", home=home)
            played.cleaned(home, "gia-lai", day, cleaned)
            played.publish(home, "gia-lai", day)
        edition = compiled(home, "2026-10", area="gia-lai")
        check(home, edition, list(DAYS[1:]), DAYS[0], area="gia-lai")
        assert said.basis(edition) == "Lũy kế từ đầu năm đến 08/10/2026"
        rows = said.band_rows(edition, "commune")
        assert [(row["band"], row["units"], row["previous_units"], row["difference"]) for row in rows] == [
            ("Khá", "91", "89", "+2"),
            ("Trung bình", "44", "46", "−2"),
        ]


HALF_A_YEAR = ([f"2023-{month:02d}" for month in range(1, 7)] + ["2023-Q1", "2023-Q2"], 31)
A_YEAR = ([f"2023-{month:02d}" for month in range(1, 13)] + [f"2023-Q{at}" for at in range(1, 5)] + ["2023"], 57)


@pytest.mark.parametrize(("names", "weeks"), sampled([HALF_A_YEAR, A_YEAR], short=0, long=1))
def test_every_month_and_quarter_of_weeks_is_what_a_second_opinion_finds(tmp_path, names, weeks):
    with played.at(tmp_path) as home:
        weeks = kinds.ordinary(weeks, date(2022, 12, 5))
        publish(home, weeks)
        days = list(weeks.states)
        for name in names:
            edition = compiled(home, name)
            within = [day for day in days if edition.span.holds(day)]
            before = [day for day in days if edition.span.previous.holds(day)]
            check(home, edition, within, before[-1] if before else None)
            assert (edition.reason == method.NEW_YEAR) == (name in ("2023-01", "2023-Q1", "2023"))
            assert said.missing_lines(edition) == []
            assert not re.search(r"\bnan\b|None|\[\]|\{", " ".join(texts(edition)))


def test_the_notebook_reads_as_prose():
    cells = json.loads((HOME / "notebooks" / "6_period.ipynb").read_text("utf-8"))["cells"]
    assert cells[0]["cell_type"] == "markdown" and "".join(cells[0]["source"]).startswith("# 6 · Period")
    assert sum(cell["cell_type"] == "markdown" for cell in cells) * 3 >= len(cells)
