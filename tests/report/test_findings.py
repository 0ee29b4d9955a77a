"""On the real table our findings are the office's own, and add what the office could not say (report 3668/BC-VP)."""

import numpy as np
import pandas as pd
import pytest
from support.district import gate, in_force, lines, saved, say, scored, week, words

from analysis.report import findings
from analysis.report.names import Names
from analysis.report.phrases import say_route
from analysis.tables import TABLES


def named(finding, indicator=None, tables=None):
    rows = (tables or week())["findings"].query("finding == @finding")
    rows = rows if indicator is None else rows[rows["indicator"] == indicator]
    names = (tables or week())["scores"].set_index("unit_code")["unit_name"]
    return list(rows["unit_code"].map(names))


def text(finding, indicator=None, lang="vi"):
    rows = week(lang)["findings"].query("finding == @finding")
    return rows.loc[rows["indicator"] == indicator if indicator else rows.index, "text"].iloc[0]


def test_the_weak_band_is_kien_an_alone():
    assert named("band") == ["Kiến An"]


def test_falling_is_my_hoi_dong_alone():
    assert named("fell") == ["Mỹ Hội Đông"]
    assert week()["findings"].query("finding == 'fell'")["value"].item() == -5.78


@pytest.mark.parametrize(
    ("indicator", "units"),
    [
        ("CKMB", ["Kiến An", "Mỹ Hiệp", "Hội An", "Mỹ An", "Long Giang"]),
        ("TT", ["Hòa Bình", "Long Giang", "Mỹ Hiệp", "Kiến An", "Long Điền B"]),
        (
            "DVCTT",
            ["Hòa Bình", "Hòa An", "Mỹ An", "Mỹ Hiệp", "Kiến An", "An Thạnh Trung", "Mỹ Hội Đông", "Long Điền A"],
        ),
        ("CHANGE", ["Mỹ Hội Đông"]),
    ],
)
def test_the_flagged_units_are_those_the_office_names_lowest_first(indicator, units):
    assert sorted(named("flag", indicator)) == sorted(units)
    if indicator in ("CKMB", "TT"):
        assert named("flag", indicator) == units


def test_exactly_the_18_underlined_cells_and_the_bold_one_are_marked():
    cells = week()["measurements"].query("unit_code != '893' and mark != ''")
    flags = week()["findings"].query("finding == 'flag'")
    assert set(zip(flags["unit_code"], flags["indicator"], strict=True)) == set(
        zip(cells["unit_code"], cells["indicator"], strict=True)
    )
    assert len(flags) == 19
    assert text("reconcile") == say("finding.marks_agree", count=19)


def test_every_unit_misses_every_target():
    assert [len(named("target", indicator)) for indicator in ("DVCTT", "TT", "SH")] == [18, 18, 18]


def test_the_fall_is_the_size_of_one_satisfaction_item_and_the_level_of_two():
    steps = week()["findings"].query("finding == 'step'")
    assert steps[["unit_code", "indicator", "reference"]].to_numpy().tolist() == [
        ["30637", "CHANGE", -6.0],
        ["30637", "NOT_ITEMISED", -12.0],
    ]
    lost = {"change": "−5,78", "unit": "Mỹ Hội Đông", "items": 1, "size": 6}
    assert text("step", "CHANGE").startswith(say("finding.step_lost", **lost))


def test_kien_an_lacks_0_82_points_and_the_first_way_is_transparency():
    routes = week()["findings"].query("finding == 'route'")
    assert routes[["unit_code", "indicator", "value", "reference"]].iloc[0].tolist() == ["30634", "CKMB", 4.6, 0.82]
    lacks = {"unit": "Kiến An", "gap": "0,82", "band": "Trung bình"}
    assert routes["text"].iloc[0] == say("finding.route", indicator="công khai, minh bạch", needed="4,6", **lacks)


def test_a_route_that_needs_all_the_room_there_is_does_not_pass_100_percent():
    # Kiến An lacks 0.82 points, which are 4.56 points of transparency; at 95.44 % 4.6 of them would make 100.04 %
    routes = week()["routes"].query("unit_code == '30634' and indicator == 'CKMB'").assign(own_pct=95.44, room_pct=4.56)
    names = Names(in_force(), words(), week()["units"])
    lacks = {"unit": "Kiến An", "gap": "0,82", "band": "Trung bình"}
    said = say("finding.route", indicator="công khai, minh bạch", needed="4,56", **lacks)
    assert say_route(next(routes.itertuples()), names) == said


def test_who_rose_most_is_named_in_order():
    assert named("rose") == ["Tấn Mỹ", "An Thạnh Trung", "Hòa An"]


def test_the_data_findings_say_what_the_figures_cannot_show():
    said = " ".join(week()["findings"].query("finding == 'data'")["text"])
    assert say("finding.repairs", count=14) in said
    assert say("finding.no_history", period=say("period.week_of_year", week=1, month=12, year=2023)) in said
    assert "Mức độ hài lòng" in said


def about_changes(**changed):
    tables = week() | {"changes": week()["changes"].assign(**changed)}
    return findings.collect(tables, in_force(), words()).query("finding == 'data' and indicator == 'CHANGE'")["text"]


@pytest.mark.parametrize(
    ("previous_cutoff", "said"),
    [
        ("", "finding.no_previous"),
        ("2022-12-26", "finding.other_series"),
    ],
)
def test_a_first_week_without_comparable_totals_says_why_there_is_no_change(previous_cutoff, said):
    texts = about_changes(previous_total=np.nan, change=np.nan, previous_cutoff=previous_cutoff)
    assert texts.iloc[0] == say(said, period=say("period.week_of_year", week=1, month=12, year=2023))


def test_a_unit_without_a_page_is_named_for_the_leaders():
    pages = pd.DataFrame([("30634", "Kiến An", "failed", "5_unit.ipynb: …")], columns=list(TABLES["pages"].columns))
    found = findings.collect(week() | {"pages": pages}, in_force(), words())
    assert say("finding.no_page", units="Kiến An") in list(found["text"])


def test_english_findings_carry_the_same_figures():
    vi, en = week("vi")["findings"], week("en")["findings"]
    pd.testing.assert_frame_equal(vi.drop(columns="text"), en.drop(columns="text"))
    assert text("band", lang="en") == say("finding.band", "en", unit="Kiến An", band="Weak", total="49.18")


def test_another_week_names_its_own_units_and_not_ours(tmp_path):
    rows = lines()
    rows[5][2], rows[5][5] = "45.79", "-19.62"  # Chợ Mới falls into the weak band
    rows[5][3] = "YẾU"
    rows[23][2], rows[23][3], rows[23][5] = "55.18", "TRUNG BÌNH", "6.15"  # Kiến An regains an item
    rows[22][2], rows[22][5] = "57.10", "0.22"  # Mỹ Hội Đông no longer falls
    held = gate(saved(tmp_path, rows))
    assert not held.refused
    tables = scored(held.tables)
    assert named("band", tables=tables) == ["Chợ Mới"]
    assert named("fell", tables=tables) == ["Chợ Mới"]
    steps = tables["findings"].query("finding == 'step' and indicator == 'CHANGE'")
    assert steps["unit_code"].tolist() == ["30634"]
    regained = {"change": "+6,15", "unit": "Kiến An", "items": 1, "size": 6}
    assert steps["text"].iloc[0] == say("finding.step_regained", **regained)


def test_a_cell_at_its_threshold_is_not_below_it(tmp_path):
    rows = lines()
    rows[14][6] = "50"  # Hòa An's transparency, exactly at the threshold
    held = gate(saved(tmp_path, rows))
    tables = scored(held.tables)
    assert "Hòa An" not in named("flag", "CKMB", tables=tables)


def test_a_mark_of_the_office_that_we_do_not_share_is_a_finding(tmp_path):
    rows = lines()
    rows[5][7] = "<u>99.67</u>"
    held = gate(saved(tmp_path, rows))
    tables = scored(held.tables)
    said = tables["findings"].query("finding == 'reconcile' and severity == 'watch'")["text"].tolist()
    assert said == [say("finding.marked_by_office", unit="Chợ Mới", indicator="Tiến độ giải quyết", value="99,67%")]


def test_every_finding_about_a_unit_carries_its_figure_and_a_sentence():
    units = week()["findings"].query("unit_code != ''")
    assert units["value"].notna().all() and (units["text"] != "").all()
