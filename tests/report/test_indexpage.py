"""The index of published weeks: what it lists, what it says where something is missing, and when it is made anew."""

import dataclasses
import itertools
import os
import re
import shutil
from pathlib import Path

import lxml.html
import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from support import played, two_weeks
from support.district import CONTROL, HOME, in_force, say, week, words
from support.indexed import AREA, DAYS, FILES, REAL, listed, made, totals_of
from support.payloads import PAYLOADS
from support.sampled import sampled

from analysis.characters import visible
from analysis.config import wording
from analysis.method import revisions
from analysis.report import indexpage
from analysis.report.charts.courses import draw_course
from analysis.report.charts.sheet import RULES, Chart
from analysis.run.internal import take_out_internal
from analysis.tables import TABLES
from analysis.weeks import atomic, history, paths, store, table_files

DRAFT_AND_TABLE = f"{say('index.document')} , {say('index.workbook')}"


class Page:
    """An index to ask questions of."""

    def __init__(self, html: str) -> None:
        self.tree = lxml.html.document_fromstring(html)

    @property
    def text(self) -> str:
        return plain(self.tree.xpath("//main")[0])

    @property
    def heads(self) -> list[str]:
        return [plain(each) for each in self.tree.xpath("(//table)[1]/thead//th")]

    @property
    def rows(self) -> list[list[str]]:
        return [[plain(cell) for cell in row.xpath("*")] for row in self.tree.xpath("//tbody/tr")]

    @property
    def links(self) -> list[str]:
        return [str(each) for each in self.tree.xpath("//main//a/@href")]

    def row(self, day: str) -> list[str]:
        return next(row for row in self.rows if wording.Wording.date(words(), pd.Timestamp(day).date()) in row[0])


def plain(element) -> str:
    return " ".join(" ".join(element.itertext()).replace("\u00a0", " ").split())


def page(days: list[str], totals: pd.DataFrame | None = None, lang: str = "vi", held=None) -> Page:
    totals = totals_of(days) if totals is None else totals
    return Page(indexpage.build_index(listed(days), totals, held or in_force(), words(lang)))


# -- weeks on disk ---------------------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path):
    with played.at(tmp_path):
        yield tmp_path


def publish(home: Path, day: str, tables: dict[str, pd.DataFrame], files: tuple[str, ...] = FILES) -> Path:
    """A published week as run.py leaves it: its tables, and what people open."""
    for name, frame in tables.items():
        store.write_table(paths.processed(home, AREA, day), name, frame)
    for name in files:
        atomic.save(paths.reports(home, AREA, day, name), day)
    return paths.processed(home, AREA, day)


def real() -> dict[str, pd.DataFrame]:
    return {name: week()[name] for name in ("scores", "changes", "units", "corrections")}


def tables(totals: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The tables of one generated week."""
    held, nothing = real(), dict.fromkeys(("computed_total", "not_itemised"), np.nan)
    scores = totals.assign(**nothing)[held["scores"].columns]
    changes = scores[["unit_code", "unit_name", "total", "rank"]].assign(change=totals["change"], previous_cutoff="")
    changes = changes.reindex(columns=held["changes"].columns)
    return held | {"scores": scores, "changes": changes, "corrections": held["corrections"][:0]}


def publish_all(home: Path, days: list[str]) -> None:
    for day, its in totals_of(days).groupby("cutoff"):
        publish(home, day, tables(its))


def index(home: Path) -> Path:
    return paths.reports(home, AREA, "index.html")


def saved(home: Path, lang: str = "vi") -> Page:
    indexpage.save(home, AREA, words(lang))
    return Page(index(home).read_text("utf-8"))


# -- what it lists ---------------------------------------------------------------------------------------------------


def test_the_real_week_is_one_row_with_its_total_change_band_place_and_who_is_highest_and_lowest(home):
    publish(home, REAL, real())
    seen = saved(home)
    period = wording.capital(say("period.week_of_year", week=1, month=12, year=2023))
    assert seen.heads == [
        *map(say, ("index.period", "piece.total", "piece.change", "piece.band", "index.place")),
        *map(say, ("index.units", "index.highest", "index.lowest", "index.files")),
    ]
    assert seen.rows == [
        [
            *[f"{period} 04/12/2023", "57,45", "+0,29", "Trung bình", "7/11"],
            *["18", "Chợ Mới (65,79)", "Kiến An (49,18)", DRAFT_AND_TABLE],
        ]
    ]
    assert say("index.published_one", day="04/12/2023") in seen.text
    result = say("piece.result", area="Huyện Chợ Mới", total="57,45", band="Trung bình")
    place = say("piece.standing", rank=7, of=11, peers="huyện, thị xã, thành phố")
    assert say("piece.sentence", text=f"{result}, {place}") in seen.text


def test_in_english_the_same_week_has_the_english_band_and_date(home):
    publish(home, REAL, real())
    row = saved(home, "en").rows[0]
    period = wording.capital(say("period.week_of_year", "en", week=1, month="December", year=2023))
    assert row[0] == f"{period} 4 December 2023"
    assert row[1:5] == ["57.45", "+0.29", "Average", "7/11"]


def test_the_newest_week_comes_first_under_the_heading_of_its_year():
    seen = page(DAYS)
    assert [plain(each) for each in seen.tree.xpath("//h2")] == [
        say("index.course_heading"),
        say("index.year", year=2024),
        say("index.year", year=2023),
    ]
    days = [re.search(r"\d\d/\d\d/\d{4}", row[0])[0] for row in seen.rows]
    assert (days[0], days[-1], len(days)) == ("19/02/2024", "02/01/2023", 60)
    assert days == [pd.Timestamp(day).strftime("%d/%m/%Y") for day in reversed(DAYS)]
    assert [len(table.xpath("tbody/tr")) for table in seen.tree.xpath("//table")] == [8, 52]


def test_weeks_of_one_year_need_no_heading_of_a_year():
    headings = [plain(each) for each in page(DAYS[:5]).tree.xpath("//h2")]
    assert headings == [say("index.course_heading"), say("index.weeks_heading")]


def test_a_cutoff_that_is_no_monday_is_named_by_its_date_once():
    assert page(["2023-10-31"]).rows[0][0] == wording.capital(say("period.day", date="31/10/2023"))


def test_of_units_that_share_the_highest_total_the_first_is_named_and_the_others_are_counted():
    totals = totals_of(DAYS[:1], {"1": "Kiến An", "2": "Hòa An", "3": "Mỹ An"})
    totals.loc[totals["unit_code"].isin(["2", "3"]), "total"] = 61.5
    assert page(DAYS[:1], totals).rows[0][-3:-1] == [
        say("index.tied", unit="Hòa An", count=1, total="61,50"),
        "Kiến An (50,00)",
    ]


def test_units_of_two_kinds_stand_in_rows_of_their_own_and_are_not_compared():
    totals = totals_of(DAYS[:1], {"1": "Kiến An", "2": "Hòa An", "3": "Sở Tư pháp", "4": "Sở Y tế"})
    totals.loc[totals["unit_code"].isin(["3", "4"]), "kind"] = "department"
    seen = page(DAYS[:1], totals)
    assert [row[-5:-1] if len(row) > 6 else row for row in seen.rows] == [
        [say("kind.commune"), "2", "Hòa An (51,00)", "Kiến An (50,00)"],
        [say("kind.department"), "2", "Sở Y tế (53,00)", "Sở Tư pháp (52,00)"],
    ]
    assert set(seen.tree.xpath("//tbody/tr[1]/*/@rowspan")) == {"2"} and not seen.tree.xpath("//tbody/tr[2]/th")


def test_a_corrected_week_says_so_and_leads_to_what_was_issued_before(home):
    place = publish(home, REAL, real())
    first = shutil.copytree(place, home / "first")
    later = real() | {
        "scores": week()["scores"].assign(total=lambda rows: rows["total"].mask(rows["unit_code"] == CONTROL, 57.5))
    }
    before, now = (week()["measurements"], week()["measurements"].replace({"value": {57.45: 57.5}}))
    publish(home, REAL, later | {"corrections": revisions.corrections(before, now)})
    first.rename(place / "r1")
    period = wording.capital(say("period.week_of_year", week=1, month=12, year=2023))
    assert (
        saved(home).row(REAL)[0]
        == f"{period} 04/12/2023 {say('index.revised', number=1)}; {say('index.issue', number=1)}"
    )
    assert f"{REAL}/r1/report.html" not in saved(home).links  # its report is not there: no link to nowhere
    atomic.save(paths.reports(home, AREA, REAL, "r1", "report.html"), "first")
    seen = saved(home)
    assert f"{REAL}/r1/report.html" in seen.links
    assert seen.row(REAL)[1] == "57,50"


def test_every_link_leads_to_a_file_beside_the_index_so_that_the_folder_can_be_served_as_it_is(home):
    publish_all(home, DAYS[:3])
    (paths.reports(home, AREA, DAYS[1], "report.docx")).unlink()
    links = saved(home).links
    assert all((index(home).parent / link).is_file() for link in links)
    assert links.count(f"{DAYS[2]}/report.html") == 2  # in the first lines, and in its row
    assert f"{DAYS[1]}/report.html" in links and f"{DAYS[1]}/report.docx" not in links


# -- the way to a week -----------------------------------------------------------------------------------------------


def test_the_open_and_done_asks_of_a_week_are_counted_and_only_the_overdue_ones_are_internal():
    days = DAYS[:3]
    told = pd.DataFrame({"cutoff": days[1:], "open": [22, 21], "overdue": [0, 2], "done": [3, 1]})
    page = indexpage.build_index(listed(days), totals_of(days), in_force(), words(), asks=told)
    overdue = say("reminder.index_overdue", count=2)
    assert page.count(f'<span data-internal=""> ({overdue})</span>') == page.count("data-internal") == 1
    public = take_out_internal(page)
    for is_open, done in ((22, 3), (21, 1)):
        told = f"{say('reminder.index_open', count=is_open)}, {say('reminder.index_done', count=done)}"
        assert told in public
    assert overdue not in public
    assert say("workbook.asks") not in indexpage.build_index(listed(days), totals_of(days), in_force(), words())


def test_what_is_counted_of_a_week_is_its_ledger_without_standing_tasks(tmp_path):
    first, second = two_weeks.tables()
    for day, tables in ((two_weeks.FIRST, first), (two_weeks.SECOND, second)):
        store.write_table(paths.processed(tmp_path, AREA, day), "asks", tables["asks"])
    counted = indexpage.read_asks(tmp_path, AREA).set_index("cutoff").to_dict("index")
    assert counted == {
        two_weeks.FIRST: {"open": 25, "overdue": 0, "done": 0},
        two_weeks.SECOND: {"open": 22, "overdue": 0, "done": 3},
    }
    assert indexpage.read_asks(tmp_path, "an-giang").empty


def test_each_week_and_each_year_has_a_place_that_links_lead_to(browse):
    seen = Page(made())
    assert [str(each) for each in seen.tree.xpath("//tbody/@id")] == [*reversed(DAYS)]
    assert seen.links[1:4] == ["#y2024", "#y2023", "../index.html"]
    assert {"y2023", "y2024"} <= {str(each) for each in seen.tree.xpath("//h2/@id")}
    ask = f"""(location.hash = '{DAYS[30]}', new Promise(done => setTimeout(() => {{
      const top = id => document.getElementById(id).getBoundingClientRect().top;
      const ground = id => getComputedStyle(document.getElementById(id).querySelector('td')).backgroundColor;
      done(['{DAYS[31]}', '{DAYS[30]}', '{DAYS[29]}'].map(id => [top(id) >= 0 && top(id) < innerHeight, ground(id)])); }}, 300)))"""
    after, its, before = browse(made(), ask).answer
    assert after[0] and its[0] and before[0]  # the weeks beside it are seen as well
    assert its[1] != before[1] == after[1]


def test_weeks_of_one_year_and_one_area_need_no_list_of_places():
    assert not page(DAYS[:5]).tree.xpath("//nav")


def test_files_are_saved_under_names_that_tell_area_and_week():
    names = page(DAYS[:1]).tree.xpath("//a/@download")
    assert names == ["766-cho-moi-2023-01-02.docx", "766-cho-moi-2023-01-02.xlsx"]


# -- complete, or it is said -----------------------------------------------------------------------------------------


def test_what_is_not_complete_or_not_final_says_so_in_its_row():
    seen = Page(made())
    assert (
        say("index.failed", count=2) in seen.row(DAYS[2])[0]
        and say("index.failed", count=2) not in seen.row(DAYS[3])[0]
    )
    assert say("index.draft_note") in seen.text and "dự thảo" in seen.row(DAYS[3])[-1]
    assert say("index.issue", number=2) in seen.row(DAYS[40])[0] and "thay thế" in seen.row(DAYS[40])[0]


def test_a_week_whose_report_is_gone_says_so(home):
    publish_all(home, DAYS[:2])
    paths.reports(home, AREA, DAYS[1], "report.html").unlink()
    seen = saved(home)
    assert say("index.no_report") in seen.row(DAYS[1])[0] and say("index.no_report") not in seen.row(DAYS[0])[0]


@pytest.mark.parametrize(
    ("record", "said"), [('{"failed": ["1", "2", "3"]}', True), ('{"failed": 3}', False), ("[", False)]
)
def test_the_record_of_a_week_tells_how_many_pages_of_units_are_missing(home, record, said):
    publish_all(home, DAYS[:1])
    atomic.save(paths.processed(home, AREA, DAYS[0], "run.json"), record)
    assert (say("index.failed", count=3) in saved(home).text) is said


# -- all areas -------------------------------------------------------------------------------------------------------


def areas(home: Path, lang: str = "vi") -> Page:
    indexpage.save_areas(home, words(lang))
    return Page((home / "reports" / "index.html").read_text("utf-8"))


def test_all_areas_are_listed_each_with_its_newest_week(home):
    publish(home, REAL, real())
    publish(home, "2023-11-27", real())
    saved(home)
    copied = shutil.copytree(home / "config" / AREA, home / "config" / "b-area")
    (copied / "area.toml").write_text((copied / "area.toml").read_text("utf-8").replace("huyện Chợ Mới", "huyện <B>"))
    for place in (paths.processed, paths.reports):
        shutil.copytree(place(home, AREA, "2023-11-27"), place(home, "b-area", "2023-11-27"))
    indexpage.save(home, "b-area", words())
    period = wording.capital(say("period.week_of_year", week=1, month=12, year=2023))
    seen = areas(home)
    assert [row[0] for row in seen.rows] == ["Huyện <B>", "Huyện Chợ Mới"]
    assert seen.rows[1][1:] == [f"{period} (04/12/2023)", "57,45", "+0,29", "Trung bình", "7/11", "2"]
    assert all((home / "reports" / link).is_file() for link in seen.links) and len(seen.links) == 4
    assert "../index.html" in saved(home).links  # an area beside others leads back to their list


def test_an_area_whose_configuration_is_wrong_is_listed_by_its_folder(home):
    publish(home, REAL, real())
    saved(home)
    (home / "config" / AREA / "area.toml").write_text("x =", "utf-8")
    (row,) = areas(home).rows
    assert (row[0], row[2], row[-1]) == (AREA, "–", "1")


def test_an_area_whose_tables_cannot_be_read_is_listed_without_figures(home):
    publish(home, REAL, real())
    saved(home)
    paths.processed(home, AREA, REAL, "scores.csv").write_text("?", "utf-8")
    (row,) = areas(home).rows
    assert (row[0], row[2], row[-2]) == ("Huyện Chợ Mới", "–", "7/11")


def test_the_list_of_areas_is_written_again_only_when_one_of_them_has_changed(home):
    publish_all(home, DAYS[:2])
    saved(home)
    areas(home)
    os.utime(home / "reports" / "index.html", (1, 1))
    areas(home)
    assert (home / "reports" / "index.html").stat().st_mtime == 1
    publish(home, DAYS[2], tables(totals_of(DAYS[2:3])))
    saved(home)
    assert areas(home).rows[0][-1] == "3"


def test_without_an_areas_index_there_is_no_list_of_areas(home):
    indexpage.save_areas(home, words())
    assert not (home / "reports").exists()


# -- the course ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("weeks", "said"), [(weeks, say("index.few", count=weeks, least=3)) for weeks in (1, 2)])
def test_one_week_or_two_are_no_course_and_it_says_so(weeks, said):
    seen = page(DAYS[:weeks])
    assert said in seen.text and not seen.tree.xpath("//figure")


def test_the_chart_tells_each_series_by_itself_and_the_page_why_the_line_is_broken():
    seen = page(DAYS)
    (alt,) = seen.tree.xpath("//figure/*/@aria-label")
    series = (
        {"first": "02/01/2023", "last": "25/12/2023", "then": "55,00", "now": "60,10", "low": "55,00", "high": "60,10"},
        {"first": "01/01/2024", "last": "19/02/2024", "then": "60,20", "now": "60,90", "low": "60,20", "high": "60,90"},
    )
    whole = say("chart.course.alt", cutoffs=60, first="02/01/2023", last="19/02/2024", newest="60,90")
    assert alt == " ".join([whole, *(say("chart.course.alt_series", **each) for each in series)])
    assert seen.text.count(say("index.new_year", day="01/01/2024")) == 1
    assert seen.row("2024-01-01")[2] == "–" and seen.row("2024-01-08")[2] == "+0,10"


def test_where_the_rules_changed_within_a_year_the_reason_is_the_rules():
    totals = totals_of(DAYS[:8])
    seen = page(DAYS[:8], totals.assign(since=np.where(totals["cutoff"] < DAYS[4], "2023-01-01", "2023-01-25")))
    assert say("index.new_rules", day="25/01/2023") in seen.text
    assert say("index.new_year", day="#").split("#")[1] not in seen.text


def test_the_line_of_a_chart_is_cut_where_a_series_ends_and_a_dashed_line_stands_there():
    its = totals_of(DAYS).query("unit_code == @CONTROL")
    chart = draw_course(its, words())
    line = next(each for each in chart.figure.axes[0].lines if len(each.get_xdata()) > 50)
    assert np.flatnonzero(np.isnan(line.get_ydata())).tolist() == [52]  # the first week of 2024 is the 53rd
    assert "vạch đứt" in written(chart) and "vạch đứt" not in written(draw_course(its[:52], words()))


def test_a_corrected_and_a_carried_total_have_marks_that_the_chart_explains():
    its = totals_of(DAYS[:5]).query("unit_code == @CONTROL")
    assert not {"○", "◇"} & set(written(draw_course(its, words())))
    marked = its.assign(corrected=its["cutoff"] == DAYS[1], carried_by=np.where(its["cutoff"] == DAYS[2], DAYS[3], ""))
    assert {"○", "◇"} <= set(written(draw_course(marked, words())))


@pytest.mark.parametrize("values", [[57.0], [57.0, 57.0, 57.0], [57.0, np.nan, 58.0]])
def test_a_course_of_one_value_of_equal_values_or_with_a_gap_can_be_drawn(values):
    its = totals_of(DAYS[: len(values)]).query("unit_code == @CONTROL").assign(total=values)
    assert words().number(values[-1]) in written(draw_course(its, words()))


def test_a_course_that_never_moved_lies_in_the_middle_of_its_sheet():
    axes = draw_course(totals_of(DAYS[:3]).query("unit_code == @CONTROL").assign(total=57.0), words()).figure.axes[0]
    days = axes.collections[0].get_segments()  # from the top to the bottom, one a cut-off that is named
    assert axes.lines[0].get_ydata() == pytest.approx(days[0][:, 1].mean())


@pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.long)])
@pytest.mark.parametrize(
    "values", [[57.0, 57.01], np.linspace(50, 60, 60), np.full(60, 100.0)], ids=["near", "many", "equal"]
)
def test_no_label_of_the_course_is_cut_or_covers_another(lang, values):
    its = (
        totals_of(DAYS[: len(values)])
        .query("unit_code == @CONTROL")
        .assign(total=values, corrected=True, carried_by="x")
    )
    figure = draw_course(its, words(lang)).figure
    with matplotlib.rc_context(RULES):  # as a picture is drawn
        renderer = FigureCanvasAgg(figure).get_renderer()
        boxes = [text.get_window_extent(renderer) for text in figure.axes[0].texts]
    width, height = figure.get_size_inches() * figure.dpi
    assert all(box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height for box in boxes)
    assert not any(one.padded(-0.5).overlaps(other.padded(-0.5)) for one, other in itertools.combinations(boxes, 2))


def written(chart: Chart) -> str:
    return "\n".join(text.get_text() for text in chart.figure.axes[0].texts)


# -- what is missing is said -----------------------------------------------------------------------------------------


def test_an_area_whose_tables_have_no_row_of_the_area_is_told_by_the_median_of_its_units():
    seen = page(DAYS[:4], totals_of(DAYS[:4], control=False))
    assert seen.heads == [say(f"index.{head}") for head in ("period", "units", "median", "highest", "lowest", "files")]
    assert seen.rows[-1][1:3] == ["18", "58,50"]  # of 50, 51 … 67
    assert say("index.no_total") in seen.text and not seen.tree.xpath("//figure")
    assert say("index.about", area="#").split("#")[1] not in seen.text
    assert say("piece.result", area="Chợ Mới", total="#", band="").split("#")[0] not in seen.text


def test_a_single_week_without_the_areas_total_is_counted_and_has_its_median_in_the_list():
    seen = Page(made())
    assert say("index.without_total", count=1) in seen.text
    row = seen.row(DAYS[48])
    assert row[1:4] == ["–", "–", "–"] and row[seen.heads.index(say("index.median"))] == "63,30"  # 58.5 + 0.1 × 48


@pytest.mark.parametrize(
    "name", ["scores", *[pytest.param(name, marks=pytest.mark.long) for name in ("changes", "units")]]
)
@pytest.mark.parametrize(
    "content", [None, b"", b"alt;kaputt\n1;2\xff", b"unit_code\n1\n"], ids=["gone", "empty", "binary", "old"]
)
def test_a_week_whose_table_cannot_be_read_is_listed_and_leaves_the_others_theirs(home, name, content):
    publish_all(home, DAYS[:4])
    path = paths.processed(home, AREA, DAYS[1], f"{name}.csv")
    path.unlink() if content is None else path.write_bytes(content)
    seen = saved(home)
    assert seen.row(DAYS[1])[1:] == [say("index.no_table"), DRAFT_AND_TABLE]
    assert f"{DAYS[1]}/report.html" in seen.links
    assert [row[1] for row in seen.rows] == ["55,30", "55,20", say("index.no_table"), "55,00"]
    assert say("index.unreadable", count=1) in seen.text


def test_what_a_later_table_carries_of_the_week_that_cannot_be_read_is_in_the_chart_with_its_mark(home):
    for number, (day, its) in enumerate(totals_of(DAYS[:4]).groupby("cutoff")):
        held = tables(its)
        previous = DAYS[number - 1] if number else ""
        held["changes"] = held["changes"].assign(
            previous_total=held["changes"]["total"] - 0.1, previous_cutoff=previous
        )
        publish(home, day, held)
    paths.processed(home, AREA, DAYS[1], "scores.csv").unlink()
    seen = saved(home)
    course = {"first": "02/01/2023", "last": "23/01/2023", "newest": "55,30"}
    assert say("chart.course.alt", cutoffs=4, **course) in seen.tree.xpath("//figure/*/@aria-label")[0]
    assert seen.row(DAYS[1])[1] == say("index.no_table")


def test_a_week_of_which_it_cannot_be_read_what_its_previous_totals_are_of_is_listed(home):
    publish(home, REAL, real())
    paths.processed(home, AREA, REAL, "source.csv").write_text("file,cutoff\n", "utf-8")
    assert saved(home).row(REAL)[1].startswith(say("index.no_table"))


def test_of_a_week_of_which_only_the_report_is_left_the_report_is_listed(home):
    publish_all(home, DAYS[:2])
    shutil.rmtree(paths.processed(home, AREA, DAYS[0]))
    assert saved(home).row(DAYS[0])[1] == say("index.no_table") and f"{DAYS[0]}/report.html" in saved(home).links


def test_an_index_of_which_no_table_can_be_read_still_lists_its_weeks(home):
    publish_all(home, DAYS[:3])
    for path in paths.processed(home, AREA).glob("*/scores.csv"):
        path.write_bytes(b"?")
    assert len(saved(home).rows) == 3


def test_the_place_in_the_province_is_told_of_a_week_whose_table_cannot_be_read(home):
    publish(home, REAL, real())
    publish(home, DAYS[0], real())
    paths.processed(home, AREA, REAL, "units.csv").unlink()
    assert saved(home).row(REAL)[1] == f"{say('index.no_table')} {say('index.place')}: 7/11."


def test_folders_that_are_no_week_are_not_listed(home):
    publish_all(home, DAYS[:2])
    for name in ("2023-13-01", ".run-2023-01-09-abc", "draft", ".aside-2023-01-02"):
        paths.reports(home, AREA, name).mkdir()
        paths.processed(home, AREA, name).mkdir()
    assert len(saved(home).rows) == 2


def test_a_band_that_is_no_longer_in_force_is_told_by_its_own_word():
    totals = totals_of(DAYS[:1]).assign(band="Đạt")
    assert page(DAYS[:1], totals, "en").rows[0][3] == "Đạt"


# -- what is typed is only text --------------------------------------------------------------------------------------


def test_names_of_units_and_of_the_area_are_shown_as_typed_and_do_nothing(browse):
    days = [str(day.date()) for day in pd.date_range("2023-01-02", periods=len(PAYLOADS), freq="7D")]
    totals = pd.concat(totals_of([day], {"1": text}) for day, text in zip(days, PAYLOADS, strict=True))
    area = '</title><script>window.ran = 1</script><img src=x onerror="window.ran = 2">{{ 7*7 }}'
    held = dataclasses.replace(in_force(), settings=in_force().settings | {"name": {"vi": area, "peers_vi": area}})
    ask = "[window.ran ?? 0, document.scripts.length, document.title, document.querySelector('main').textContent]"
    seen = browse(indexpage.build_index(listed(days), totals, held, words()), ask)
    ran, scripts, title, text = seen.answer
    assert (ran, scripts, seen.requests, seen.errors, seen.dialogs) == (0, 0, [], [], [])
    assert area in title and area in text
    assert [name for name in PAYLOADS if visible(name) not in text] == []


# -- in a browser ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.long)])
@pytest.mark.parametrize("width", sampled([320, 768, 1280], short=1, long=2, first=[320]))
def test_the_index_opens_in_its_language_without_scripts_requests_or_sideways_scroll(browse, width, lang):
    ask = """[document.documentElement.lang, document.scripts.length, document.documentElement.scrollWidth,
              document.querySelector('main').contains(document.querySelector(document.querySelector('.skip').hash + ' h1')),
              [...document.querySelectorAll('figure svg')].every(e => e.getBoundingClientRect().width > 100)]"""
    seen = browse(made(lang), ask, width=width)
    assert (seen.requests, seen.errors, seen.dialogs) == ([], [], [])
    assert seen.answer == [lang, 0, width, True, True]


def test_on_paper_the_list_fits_across(browse):
    room = round((297 - 20 - 20) / 25.4 * 96)
    assert browse(made(), "document.documentElement.scrollWidth", width=room, media="print").answer <= room


@pytest.mark.long
def test_ten_years_of_weeks_are_less_than_a_megabyte():
    days = [str(day.date()) for day in pd.date_range("2020-01-06", periods=260, freq="14D")]
    html = indexpage.build_index(listed(days, dict.fromkeys(days, 2)), totals_of(days), in_force(), words())
    assert len(html.encode()) < 1_000_000 and len(Page(html).rows) == 260


# -- when it is made -------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_the_same_weeks_give_the_same_bytes_whatever_the_order_of_the_rows():
    totals = totals_of(DAYS)
    units_kept = totals.sort_values("cutoff", ascending=False, kind="stable")
    one, other = (indexpage.build_index(listed(DAYS), each, in_force(), words()) for each in (totals, units_kept))
    assert one == other


def test_without_a_published_week_there_is_no_index(home):
    indexpage.save(home, AREA, words())
    assert not index(home).exists() and not paths.reports(home, AREA).exists()


def test_an_index_of_the_weeks_as_they_are_is_left_alone(home):
    publish_all(home, DAYS[:3])
    saved(home)
    os.utime(index(home), (1, 1))
    record = paths.processed(home, AREA, "index.json").read_bytes()
    saved(home)
    assert index(home).stat().st_mtime == 1 and paths.processed(home, AREA, "index.json").read_bytes() == record


HARMS = [
    ("page gone", lambda home: index(home).unlink()),
    ("page cut off", lambda home: index(home).write_text("<html>half of", "utf-8")),
    ("record gone", lambda home: paths.processed(home, AREA, "index.json").unlink()),
    ("record cut off", lambda home: paths.processed(home, AREA, "index.json").write_text("[1, 2", "utf-8")),
]


@pytest.mark.parametrize("harm", sampled([pytest.param(each, id=name) for name, each in HARMS], short=2, long=2))
def test_an_index_that_is_missing_or_harmed_is_made_again_to_the_byte(home, harm):
    publish_all(home, DAYS[:3])
    saved(home)
    before = {path: path.read_bytes() for path in (index(home), paths.processed(home, AREA, "index.json"))}
    harm(home)
    saved(home)
    assert {path: path.read_bytes() for path in before} == before


def test_an_index_that_only_lost_its_record_is_not_written_again(home):
    publish_all(home, DAYS[:3])
    saved(home)
    os.utime(index(home), (1, 1))
    paths.processed(home, AREA, "index.json").unlink()
    saved(home)
    assert index(home).stat().st_mtime == 1 and paths.processed(home, AREA, "index.json").is_file()


def test_where_the_last_week_is_gone_no_index_lists_it(home):
    publish_all(home, DAYS[:1])
    saved(home)
    indexpage.save_areas(home, words())
    assert indexpage.areas_page(home).is_file()
    for place in (paths.processed(home, AREA, DAYS[0]), paths.reports(home, AREA, DAYS[0])):
        shutil.rmtree(place, ignore_errors=True)
    indexpage.save(home, AREA, words())
    indexpage.save_areas(home, words())
    assert not index(home).exists() and not indexpage.areas_page(home).exists()
    assert not indexpage.is_stale(home, AREA, words())


def rewrite(home: Path, name: str, **columns: object) -> None:
    """One table of a published week made again, with these figures for everyone."""
    place = paths.processed(home, AREA, DAYS[1])
    store.write_table(place, name, table_files.from_csv(name, (place / f"{name}.csv").read_bytes()).assign(**columns))


def changed_place(home: Path) -> None:
    path = home / "config" / AREA / "province_rank.csv"
    path.write_text(path.read_text("utf-8") + f"{DAYS[1]},3,11,letter\n", "utf-8")


def told_place(home: Path) -> None:
    columns = list(TABLES["places"].columns)
    place = pd.DataFrame([(CONTROL, "province", "TOTAL", 4.0, 11.0, "letter")], columns=columns)
    store.write_table(paths.processed(home, AREA, DAYS[1]), "places", place)


def told_by_an_older_program(home: Path) -> None:
    paths.processed(home, AREA, DAYS[1], "place.csv").write_text("rank,of,source\n5.0,11.0,letter\n", "utf-8")


def a_correction(home: Path) -> None:
    shutil.copytree(paths.processed(home, AREA, DAYS[1]), paths.processed(home, AREA, DAYS[1], "r1"))


CHANGES = [
    ("a week published", lambda home: publish(home, DAYS[3], tables(totals_of(DAYS[3:4]))), "23/01/2023"),
    ("totals", lambda home: rewrite(home, "scores", total=77.0), "77,00"),
    ("changes", lambda home: rewrite(home, "changes", change=-1.5), "−1,50"),
    ("kinds", lambda home: rewrite(home, "units", kind="department"), say("kind.department")),
    ("a week corrected", a_correction, "Đính chính"),
    ("a place entered", changed_place, "3/11"),
    ("a place delivered", told_place, "4/11"),
    ("a place delivered to an older program", told_by_an_older_program, "5/11"),
]


@pytest.mark.parametrize(
    ("happen", "said"), sampled([pytest.param(*each[1:], id=each[0]) for each in CHANGES], short=4, long=4)
)
def test_what_changes_is_in_the_index_the_next_time(home, happen, said):
    publish_all(home, DAYS[:3])
    assert said not in saved(home).text
    happen(home)
    assert said in saved(home).text


def test_what_is_mended_in_an_earlier_revision_is_seen_as_well(home):
    publish_all(home, DAYS[:3])
    kept = (
        Path(shutil.copytree(paths.processed(home, AREA, DAYS[1]), paths.processed(home, AREA, DAYS[1], "r1")))
        / "corrections.csv"
    )
    whole = kept.read_bytes()
    kept.write_bytes(b"?")
    assert saved(home).row(DAYS[1])[1].startswith("Không đọc được")
    kept.write_bytes(whole)
    assert saved(home).row(DAYS[1])[1] == "55,10"


def test_a_week_that_another_run_publishes_meanwhile_is_not_lost(home, monkeypatch):
    publish_all(home, DAYS[:2])
    reading = indexpage.read

    def while_another_publishes(home, area):
        found = reading(home, area)
        if not paths.processed(home, AREA, DAYS[2]).exists():
            publish(home, DAYS[2], tables(totals_of(DAYS[2:3])))
        return found

    monkeypatch.setattr(indexpage, "read", while_another_publishes)
    assert len(saved(home).rows) == 3


@pytest.mark.long
def test_the_generated_history_is_read_as_history_reads_it(home):
    publish_all(home, DAYS)
    found = indexpage.read(home, AREA)
    pd.testing.assert_frame_equal(found[history.COLUMNS], history.load(home, AREA))
    assert found["kind"].isna().tolist() == (found["unit_code"] == CONTROL).tolist()
    assert HOME not in index(home).parents


@pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.long)])
def test_weeks_without_totals_are_listed_without_columns_and_a_course_of_totals(lang):
    totals = totals_of(["2023-11-27", "2023-12-04"]).assign(total=float("nan"), change=float("nan"), band="")
    shown = page(["2023-11-27", "2023-12-04"], totals, lang)
    assert say("index.no_totals", lang) in shown.text and say("index.course_heading", lang) not in shown.text
    assert not {say(f"index.{key}", lang) for key in ("median", "highest", "lowest")} & set(shown.heads)
    assert [len(row) for row in shown.rows] == [4, 4]  # cut-off, place, number of units, files
