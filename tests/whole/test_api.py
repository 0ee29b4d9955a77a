"""The five names for analysts on the real week, and on a province whose table has points of groups."""

import shutil
import subprocess
import sys

import pandas as pd
import pytest
from support import played
from support.district import RAW, changed
from support.on_disk import put

import analysis
from analysis import api, charts, check, history, tables, week, what_if
from analysis.config import rules, wording
from analysis.config.periods import cutoff
from analysis.exits import AnalysisError
from analysis.gate import clean

AREA, CUTOFF = "cho-moi", "2023-12-04"
KIEN_AN, HOA_BINH, CONTROL = "30634", "30676", "893"

# Three communes and the province. CKMB as a group: its points alone.
PROVINCE = """\
code,name,total,CKMB,TDGQ,DVCTT,TTTT,MDHL,MDSH
H21,tỉnh Gia Lai,75.06,11.79,17.17,6.67,4.37,18,17.06
H21.101,xã An Phú,72.5,10.5,17,6,4,18,17
H21.102,phường An Bình,74,12,17,6,4,18,17
H21.103,xã Vân Canh,75,13,17,6,4,18,17
"""


@pytest.fixture(scope="module")
def home(real_home):
    """A home in which the real week is published; only looked at."""
    return real_home


@pytest.fixture(scope="module")
def one(home):
    """Kiến An's figures of the real week, by indicator."""
    return history(AREA, home).query("cutoff == @CUTOFF and unit_code == @KIEN_AN").set_index("indicator")


# -- the names themselves --------------------------------------------------------------------------------------------


def test_the_package_offers_five_names_and_imports_none_of_its_modules_for_them():
    said = (
        "import analysis, sys; print([n for n in sys.modules if n.startswith(('analysis.', 'pandas'))], dir(analysis))"
    )
    ran = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("[] ")
    assert all(repr(name) in ran.stdout for name in ("charts", "check", "history", "week", "what_if"))
    assert [getattr(analysis, name).__doc__ for name in analysis.__all__ if not getattr(analysis, name).__doc__] == []


def test_another_name_is_no_attribute_of_the_package():
    with pytest.raises(AttributeError, match="'analysis' has no attribute 'weak'"):
        _ = analysis.weak


# -- history ---------------------------------------------------------------------------------------------------------


def test_the_history_is_one_tidy_frame(home):
    frame = history(AREA, home)
    assert list(frame) == api.HISTORY
    assert not frame.duplicated(["cutoff", "unit_code", "indicator"]).any()
    assert frame["cutoff"].is_monotonic_increasing
    newest = frame.query("cutoff == @CUTOFF")
    assert len(newest) == 19 * 8  # 18 communes and the control row; the total and seven printed figures
    assert set(newest["indicator"]) == {"TOTAL", "CKMB", "TD", "DVCTT", "TT", "SH", "CT", "CT_LUYKE"}
    assert newest.loc[newest["unit_code"] == CONTROL, "rank"].isna().all()


def test_a_figure_has_its_points_and_its_units_total_band_and_place(one):
    assert one.loc["TT", ["value", "total", "band", "rank", "since"]].tolist() == [7.56, 49.18, "Yếu", 18, "2023-01-01"]
    assert one.at["TT", "points"] == pytest.approx(6 * 7.56 / 100)
    assert one.at["CKMB", "points"] == pytest.approx(18 * one.at["CKMB", "value"] / 100)  # the group has that code too
    assert one["points"].isna().to_dict() == {name: name in ("TOTAL", "CT", "CT_LUYKE") for name in one.index}
    assert one.at["TOTAL", "value"] == 49.18


def test_a_total_that_a_later_table_carries_has_its_row(home):
    carried = history(AREA, home).query("cutoff == '2023-11-27'")
    assert len(carried) == 19 and set(carried["indicator"]) == {"TOTAL"}
    row = carried.set_index("unit_code").loc[KIEN_AN]
    assert (row["value"], row["total"], row["band"]) == (49.03, 49.03, "") and pd.isna(row["rank"])


def test_an_area_without_a_published_week_has_an_empty_history(home):
    frame = history("gia-lai", home)
    assert list(frame) == api.HISTORY and frame.empty


# -- week ------------------------------------------------------------------------------------------------------------


def test_each_table_of_a_week_is_an_attribute_and_the_newest_week_needs_no_date(home):
    newest = week(AREA, home=home)
    assert (newest.area, newest.cutoff) == (AREA, CUTOFF)
    its = {name: table for name, table in tables.TABLES.items() if name not in tables.PERIOD_TABLES}
    assert {*its} == {*dir(newest)} - {"area", "cutoff", "of"} and "scores" in repr(newest)
    for name, table in its.items():
        assert list(getattr(newest, name)) == list(table.columns)
    first = newest.scores
    first["total"] = 0.0
    assert newest.scores["total"].max() == 65.79  # a new frame each time
    assert not hasattr(newest, "score") and not hasattr(newest, "_repr_html_")


def test_a_table_that_was_not_written_is_not_listed(home, tmp_path):
    folder = tmp_path / "data" / "processed" / AREA / CUTOFF
    put(folder / "scores.csv", (home / "data" / "processed" / AREA / CUTOFF / "scores.csv").read_text("utf-8"))
    put(tmp_path / "config" / AREA / "area.toml")
    assert dir(week(AREA, home=tmp_path)) == ["area", "cutoff", "of", "pages", "scores"]


@pytest.mark.parametrize(
    ("units", "codes"),
    [
        (("Kiến An", HOA_BINH), {KIEN_AN, HOA_BINH}),
        (("XÃ  KIẾN AN",), {KIEN_AN}),
        (("Chợ Mới",), {"30628"}),
        (("huyện Chợ Mới",), {CONTROL}),
        (("Toàn huyện", CONTROL), {CONTROL}),
    ],
)
def test_a_week_is_cut_to_units_by_code_or_name(home, units, codes):
    its = week(AREA, home=home).of(*units)
    for frame in (its.scores, its.measurements, its.course):
        assert set(frame["unit_code"]) == codes
    assert len(its.source) == 1  # is of no unit


# -- what if ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("figure", [24, (12, 50)])
def test_another_rate_or_other_counts_move_total_band_and_place(home, one, figure):
    then = what_if(AREA, "Kiến An", home=home, CKMB=figure).set_index("unit_code")
    assert then.at[KIEN_AN, "total"] == pytest.approx(49.18 + 0.18 * (24 - one.at["CKMB", "value"]))
    assert then.loc[KIEN_AN, ["band_now", "band"]].tolist() == ["Yếu", "Trung bình"]
    others = then.drop(KIEN_AN)
    assert others["total"].equals(others["total_now"].rename("total"))
    best = what_if(AREA, KIEN_AN, home=home, CKMB=100, **{"Số hóa hồ sơ": 100}).set_index("unit_code")
    assert best.at[KIEN_AN, "rank"] == 1 and best.at["30628", "rank"] == 2


def test_nothing_changed_changes_nothing(home):
    then = what_if(AREA, KIEN_AN, home=home)
    assert then["total"].equals(then["total_now"].rename("total")) and len(then) == 19


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ({"CKMB": 101}, "30634, CKMB: 101 is no rate"),
        ({"CT": 3}, "30634, CT: no known rule makes points of it"),
        ({"CKMB": 3, "Transparency": 4}, "the same indicator twice"),
    ],
)
def test_a_figure_that_cannot_be_is_refused(home, figures, said):
    with pytest.raises(ValueError, match=said):
        what_if(AREA, KIEN_AN, home=home, **figures)


# -- check -----------------------------------------------------------------------------------------------------------


def test_a_file_is_checked_as_the_gate_does(home, tmp_path):
    good = check(RAW, AREA, CUTOFF, home)
    assert not good.refused and len(good.measurements) == 19 * 10 and len(good.repairs) == 14
    bad = check(str(changed(tmp_path, 6, "G", "7l.2")), AREA, cutoff(CUTOFF), home, lang="en")
    assert bad.refused
    assert bad.problems.query("severity == 'error'")[["row", "column_letter", "value"]].to_numpy().tolist() == [
        [6, "G", "7l.2"]
    ]
    words = wording.load(home, "en")
    expected = clean.gate(tmp_path / "table.txt", rules.load(home, AREA, cutoff(CUTOFF)), words)
    assert bad.problems.equals(expected.problems)
    assert not check([RAW], AREA, CUTOFF, home).refused


# -- charts ----------------------------------------------------------------------------------------------------------


def test_a_course_draws_a_line_for_each_unit_with_its_newest_figure(home):
    chart = charts.course(AREA, "TOTAL", ["Hòa Bình", KIEN_AN], home=home, lang="en")
    labels = {text.get_text().replace("\u00a0", "") for text in chart.figure.axes[0].texts}
    assert {"49.18 Kiến An", "56.90 Hòa Bình"} <= labels
    words = wording.load(home, "en")
    ends = {"first": "27 November 2023", "last": "4 December 2023"}
    assert chart.alt.startswith(words.say("chart.lines.alt", what="Total", cutoffs=2, count=2, **ends))
    assert chart.alt.endswith(words.say("chart.lines.alt_unit", unit="Kiến An", then="49.03", now="49.18", **ends))
    assert "Chợ Mới district" in chart.caption


@pytest.mark.parametrize("indicator", ["TT", "tt", "Hồ sơ thanh toán trực tuyến", "dossiers paid online"])
def test_an_indicator_is_known_by_its_code_and_by_its_names(home, indicator):
    chart = charts.course(AREA, indicator, "Kiến An", home=home)
    assert "7,56%" in chart.alt and "Hồ sơ thanh toán trực tuyến" in chart.alt


def test_the_other_charts_are_those_of_the_report(home):
    (ranking,), (heat,) = charts.ranking(AREA, home=home), charts.heat(AREA, CUTOFF, home)
    assert "18" in ranking.alt and "65,79" in ranking.alt and heat.caption and heat.alt != ranking.alt
    assert "57,45" in charts.lost(AREA, home=home).alt and "49,18" in charts.lost(AREA, "Kiến An", home=home).alt
    nothing = wording.load(home, "vi").say("chart.nothing")
    assert charts.signals(AREA, home=home).alt == charts.signals(AREA, "Kiến An", home=home).alt == nothing


# -- what is not there -----------------------------------------------------------------------------------------------

UNKNOWN = {
    "area": (lambda home: history("cho-mo", home), "no area 'cho-mo'; there are: cho-moi, "),
    "folder": (lambda home: week("../config", home=home), "no area '../config'; there are: "),
    "area of a check": (lambda home: check(RAW, "chợ mới", CUTOFF, home), "no area 'chợ mới'; there are: cho-moi, "),
    "cut-off": (lambda home: week(AREA, "2023-12-05", home), "no published week of cho-moi '2023-12-05'; there are: 2023-12-04"),
    "no week": (lambda home: charts.heat("gia-lai", home=home), "no published week of gia-lai; there are: none"),
    "no date": (lambda home: check(RAW, AREA, "4/12/2023", home), "no cut-off '4/12/2023'; there are: any ISO date such as 2023-12-04"),
    "table": (lambda home: week(AREA, home=home).score, "no table in the week 2023-12-04 of cho-moi: 'score'; there are: scores, "),
    "unit": (lambda home: week(AREA, home=home).of("Kien An"), "no unit 'Kien An'; there are: Kiến An (30634), "),
    "code": (lambda home: what_if(AREA, "306349", home=home), "no unit '306349'; there are: Kiến An (30634), "),
    "unit of a chart": (lambda home: charts.lost(AREA, "Hoà Bìn", home=home), "no unit 'Hoà Bìn'; there are: Hòa Bình (30676), "),
    "indicator": (lambda home: charts.course(AREA, "TTT", KIEN_AN, home=home), "no indicator 'TTT'; there are: TT (Hồ sơ thanh toán trực tuyến), "),
    "figure": (lambda home: what_if(AREA, KIEN_AN, home=home, CKM=3), "no indicator 'CKM'; there are: CKMB (Công khai, minh bạch), "),
    "total": (lambda home: what_if(AREA, KIEN_AN, home=home, TOTAL=3), "no indicator 'TOTAL'; there are: "),
}  # fmt: skip


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_is_not_there_says_what_there_is_the_nearest_first(home, name):
    call, said = UNKNOWN[name]
    with pytest.raises(api.Unknown) as error:
        call(home)
    assert str(error.value).startswith(said)
    assert isinstance(error.value, AnalysisError) and isinstance(error.value, LookupError)


def test_of_very_many_names_the_nearest_are_listed():
    names = [f"xã Thứ {number} (H{number})" for number in range(200)]
    said = str(api.Unknown("unit", "xã Thứ 155", names))
    assert said.startswith("no unit 'xã Thứ 155'; there are: xã Thứ 155 (H155), ") and said.endswith(" and 170 more")
    assert said.count("(H") == 30


# -- a province ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def province(tmp_path_factory):
    """A home with one published week of PROVINCE."""
    home = tmp_path_factory.mktemp("province")
    with played.at(home):
        found = check(put(home / "table.csv", PROVINCE), "gia-lai", "2026-10-08", home)
        played.cleaned(home, "gia-lai", "2026-10-08", found)
        played.publish(home, "gia-lai", "2026-10-08")
    return home


def test_a_figure_that_is_a_group_has_the_groups_points(province):
    frame = history("gia-lai", province).set_index(["unit_code", "indicator"])
    assert frame.at[("H21.101", "CKMB"), "points"] == 10.5 and pd.isna(frame.at[("H21.101", "CKMB"), "value"])
    chart = charts.course("gia-lai", "CKMB", ["H21.101", "Vân Canh", "tỉnh Gia Lai"], home=province)
    assert all(each in chart.alt for each in ("10,50", "13,00", "11,79")) and "%" not in chart.alt


def test_a_unit_of_a_table_that_is_the_registry_is_known_by_its_name(province):
    held = week("gia-lai", home=province)
    assert held.of("phường An Bình", "Vân Canh").units["unit_code"].tolist() == ["H21.102", "H21.103"]
    with pytest.raises(api.Unknown, match=r"no unit 'An Phu'; there are: An Phú \(H21.101\), "):
        held.of("An Phu")


def test_a_week_that_is_not_what_was_published_is_left_out_of_the_history_with_a_warning(real_home, tmp_path):
    copied = tmp_path / "home"
    shutil.copytree(real_home, copied)
    scores = copied / "data" / "processed" / AREA / CUTOFF / "scores.csv"
    scores.write_text(scores.read_text("utf-8").replace("57.45", "75.45"), "utf-8")
    with pytest.warns(UserWarning, match=rf"{CUTOFF}/scores\.csv is not what was published"):
        assert history(AREA, copied).empty
    with pytest.warns(UserWarning, match=rf"{CUTOFF}/scores\.csv is not what was published"):
        assert week(AREA, home=copied).cutoff == CUTOFF
