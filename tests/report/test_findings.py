"""On the real table our findings are the office's own, and add what the office could not say (report 3668/BC-VP)."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from support import kinds
from support.district import gate, in_force, lines, saved, say, scored, week, words
from support.few_units import course
from support.sampled import sampled

from analysis.report import findings
from analysis.tables import TABLES

KIEN_AN, MY_HOI_DONG, AREA = "30634", "30637", "893"
THIS = say("period.week_of_year", week=1, month=12, year=2023)
SATISFACTION = "mức độ hài lòng"


def collected(lang="vi", held=None, **tables):
    """The findings of the real week with some of its tables replaced."""
    return findings.collect(week(lang) | tables, held or in_force(), words(lang))


def texts(found, finding, *units):
    rows = found[(found["finding"] == finding) & (found["unit_code"].isin(units) if units else True)]
    return rows["text"].tolist()


def rows_of(table, *rows):
    """A table of these rows, each column where it belongs."""
    return pd.DataFrame(rows, columns=list(TABLES[table].columns))


def named(finding, indicator=None, tables=None):
    rows = (tables or week())["findings"].query("finding == @finding")
    rows = rows if indicator is None else rows[rows["indicator"] == indicator]
    names = (tables or week())["scores"].set_index("unit_code")["unit_name"]
    return list(rows["unit_code"].map(names))


def text(finding, indicator=None, lang="vi"):
    rows = week(lang)["findings"].query("finding == @finding")
    return rows.loc[rows["indicator"] == indicator if indicator else rows.index, "text"].iloc[0]


def test_the_weak_band_is_kien_an_alone_and_the_carried_total_was_weak_too():
    assert named("band") == ["Kiến An"]
    assert text("band") == say("finding.band", unit="Kiến An", band="Yếu", total="49,18")
    assert week()["findings"].query("finding == 'band'")["since"].item() == "2023-11-27"


def test_the_marked_fall_is_my_hoi_dong_alone_beside_a_median_of_0_265():
    # the changes of the 18 units by size: …, 0.26, 0.27, … in the middle
    assert named("fell") == ["Mỹ Hội Đông"]
    row = week()["findings"].query("finding == 'fell'").iloc[0]
    assert (row["value"], round(row["reference"], 6), row["since"]) == (-5.78, 0.265, "")
    assert row["text"] == say("finding.fell", unit="Mỹ Hội Đông", change="5,78", median="+0,27")


def test_no_rise_of_this_week_is_out_of_the_ordinary():
    # Tấn Mỹ rose most, by 1.23: 0.965 points more than the median, and a point is needed
    assert named("rose") == [] and named("move") == []


@pytest.mark.parametrize(
    ("indicator", "units"),
    [
        ("CKMB", ["Kiến An", "Mỹ Hiệp", "Hội An", "Mỹ An", "Long Giang"]),
        ("TT", ["Hòa Bình", "Long Giang", "Mỹ Hiệp", "Kiến An", "Long Điền B"]),
        (
            "DVCTT",
            ["Hòa Bình", "Hòa An", "Mỹ An", "Mỹ Hiệp", "Kiến An", "An Thạnh Trung", "Mỹ Hội Đông", "Long Điền A"],
        ),
        ("CHANGE", []),  # what moved is judged beside the peers, by no threshold
    ],
)
def test_the_flagged_units_are_those_the_office_names_lowest_first(indicator, units):
    assert sorted(named("flag", indicator)) == sorted(units)
    if indicator in ("CKMB", "TT"):
        assert named("flag", indicator) == units


def test_exactly_the_18_underlined_cells_are_below_a_threshold_and_the_bold_one_is_the_marked_fall():
    cells = week()["measurements"].query("unit_code != '893' and mark != ''")
    flags = week()["findings"].query("finding == 'flag'")
    marked = {*zip(flags["unit_code"], flags["indicator"], strict=True), (MY_HOI_DONG, "CHANGE")}
    assert len(flags) == 18
    assert marked == set(zip(cells["unit_code"], cells["indicator"], strict=True))
    assert text("reconcile") == say("finding.marks_agree", count=19)


def test_an_ordinary_fall_is_no_mark_of_ours_that_the_office_lacks():
    moves = week()["moves"]
    fell = moves["unit_code"].eq(KIEN_AN) & moves["indicator"].eq("CHANGE")
    cells = week()["measurements"]
    change = cells["unit_code"].eq(KIEN_AN) & cells["indicator"].eq("CHANGE")
    found = collected(
        moves=moves.assign(move=moves["move"].mask(fell, -0.2)),
        measurements=cells.assign(value=cells["value"].mask(change, -0.2)),
    )
    assert texts(found, "reconcile") == [say("finding.marks_agree", count=19)]


def test_every_unit_misses_every_target():
    assert [len(named("target", indicator)) for indicator in ("DVCTT", "TT", "SH")] == [18, 18, 18]


def test_the_fall_is_near_6_points_and_the_level_near_12_and_no_items_are_counted():
    steps = week()["findings"].query("finding == 'step'")
    assert steps[["unit_code", "indicator", "reference"]].to_numpy().tolist() == [
        [MY_HOI_DONG, "CHANGE", -6.0],
        [MY_HOI_DONG, "NOT_ITEMISED", -12.0],
    ]
    fields = {"unit": "Mỹ Hội Đông", "group": SATISFACTION}
    level = say("finding.step_against_peers", gap="11,26", points=12, **fields)
    assert steps["text"].tolist() == [
        say("finding.step_lost_points", change="5,78", points=6, **fields),
        f"{level} {say('finding.step_earlier', now=6, before=6)}",
    ]
    assert "tiêu chí" not in " ".join(steps["text"])


@pytest.mark.parametrize(
    ("indicator", "points", "blocks", "key"),
    [
        ("CHANGE", -5.78, -6.0, "step_lost_points"),
        ("NOT_ITEMISED", -5.78, -6.0, "step_lost_points_of_rest"),
        ("MDHL", -12.1, -12.0, "step_lost_points_of_group"),  # the table prints the group: nothing is inferred
        ("CHANGE", 6.15, 6.0, "step_regained_points"),
        ("NOT_ITEMISED", 6.15, 6.0, "step_regained_points_of_rest"),
        ("MDHL", 11.9, 12.0, "step_regained_points_of_group"),
    ],
)
def test_a_block_of_points_is_told_of_the_smallest_part_that_has_it(indicator, points, blocks, key):
    found = collected(steps=rows_of("steps", (KIEN_AN, indicator, "before", points, blocks)))
    change = words().number(abs(points))
    fields = {"unit": "Kiến An", "points": f"{abs(blocks):.0f}", "group": SATISFACTION}
    first = say(f"finding.{key}", change=change, **fields)
    assert texts(found, "step") == [first[0].upper() + first[1:]]
    step = found.query("finding == 'step'").iloc[0]
    assert step["severity"] == ("act" if blocks < 0 else "watch") and (step["value"], step["reference"]) == (
        points,
        blocks,
    )


def test_a_gap_to_the_peers_that_is_this_weeks_loss_is_not_divided_into_now_and_before():
    rows = rows_of("steps", (KIEN_AN, "CHANGE", "before", -5.9, -6.0), (KIEN_AN, "NOT_ITEMISED", "peers", -6.2, -6.0))
    level = texts(collected(steps=rows), "step")[1]
    assert level == say("finding.step_against_peers", unit="Kiến An", gap="6,20", points=6, group=SATISFACTION)


def test_the_routes_of_a_weak_unit_name_first_what_can_be_mended_at_once():
    routes = week()["findings"].query("finding == 'route'")
    assert routes[["unit_code", "indicator", "value", "reference"]].to_numpy().tolist() == [
        [KIEN_AN, "TOTAL", 0.82, 0.82],
        [KIEN_AN, "SH", 0.82, 0.82],
        [KIEN_AN, "DVCTT", 0.82, 0.82],
    ]
    lacks = {"unit": "Kiến An", "gap": "0,82", "band": "Trung bình"}
    way = {"indicator": "công khai, minh bạch", "own": "19,3%", "to": "23,9%", "needed": "4,6"}
    reached = say("finding.route_reached_one")
    mix = say("finding.route_mix", ways=say("finding.need_stock", **way), reached=reached)
    assert routes["text"].iloc[0] == f"{say('finding.route_gap', **lacks)} {mix}"


def test_the_data_findings_say_what_the_figures_cannot_show():
    said = " ".join(week()["findings"].query("finding == 'data'")["text"])
    assert say("finding.repairs", count=10) in said  # two decimal commas, two separators of thousands are none
    assert say("finding.no_history", period=say("period.week_of_year", week=1, month=12, year=2023)) in said
    assert "Mức độ hài lòng" in said


def about_changes(**tables):
    return collected(**tables).query("finding == 'data' and indicator == 'CHANGE'")["text"].tolist()


def withheld(reason, *codes):
    """The tables of the week if the changes of these units (of all without any) were withheld for this reason."""
    changes, moves = week()["changes"], week()["moves"]
    ours = changes["unit_code"].isin(codes or changes["unit_code"])
    columns = ["previous_total", "change", "previous_rank", "rank_move"]
    changes = changes.assign(**{name: changes[name].mask(ours) for name in columns})
    ours = moves["unit_code"].isin(codes or moves["unit_code"])
    moves = moves.assign(move=moves["move"].mask(ours), reason=np.where(ours, reason, ""))
    return {"changes": changes, "moves": moves.assign(marked=moves["marked"] & ~ours)}


@pytest.mark.parametrize("reason", ["new_year", "new_rules", "new_unit", "no_previous"])
def test_a_first_week_without_comparable_totals_says_since_when_it_is_kept_and_why_there_is_no_change(reason):
    assert about_changes(**withheld(reason))[:3] == [
        say("finding.history_begins", period=THIS),
        say("finding.ages_unknown"),
        say(f"finding.withheld_{reason}"),
    ]


def test_a_unit_that_alone_is_not_compared_is_named_with_the_reason():
    said = about_changes(**withheld("new_unit", KIEN_AN))
    assert said[:3] == [
        say("finding.no_history", period=THIS),
        say("finding.ages_unknown"),
        say("finding.withheld_new_unit_of", units="Kiến An"),
    ]
    assert "Mỹ Hội Đông" in named("fell")  # the others are compared


def test_how_many_units_have_too_few_weeks_for_a_usual_rate_is_said_and_nothing_where_all_have_one():
    few = say("finding.not_judged", units=18, least=8)
    assert about_changes()[-1] == few
    signals = week()["signals"]
    assert few not in about_changes(signals=signals.assign(baseline=20.0))
    one = signals.assign(baseline=np.where(signals["unit_code"] == KIEN_AN, np.nan, 20.0))
    assert about_changes(signals=one)[-1] == say("finding.not_judged", units=1, least=8)


@pytest.mark.parametrize(
    ("unit", "indicator", "what"),
    [
        ("", "", say("finding.rebased_all")),
        (KIEN_AN, "", "Kiến An"),
        (KIEN_AN, "TT", "hồ sơ thanh toán trực tuyến của Kiến An"),
    ],
)
def test_a_known_step_is_told_with_its_day_and_reason_once_it_has_come(unit, indicator, what):
    def told(cutoff):
        step = {"cutoff": cutoff, "unit_code": unit, "indicator": indicator, "reason": {"vi": "đổi cổng", "en": "x"}}
        settings = in_force().settings | {"rebase": [step]}
        return collected(held=dataclasses.replace(in_force(), settings=settings))["text"].tolist()

    said = say("finding.rebased", date="04/12/2023", what=what, reason="đổi cổng")
    assert said in told("2023-12-04") and said not in told("2023-12-11")


@pytest.mark.long
def test_a_known_step_of_the_configuration_begins_a_new_baseline_of_that_unit_and_indicator_alone():
    """Eight weeks have a rate of their own before it, and three after it."""
    tables = kinds.made("known step").tables
    unknown = tables["signals"].query("baseline.isna()")[["unit_code", "indicator"]].to_numpy().tolist()
    assert unknown == [["30643", "DVCTT"]]
    reason = "Từ 04/12/2023, mức thường được tính lại cho hồ sơ nộp trực tuyến của Tấn Mỹ: đổi cổng nộp hồ sơ."
    assert reason in texts(tables["findings"], "data")


def test_a_known_step_of_a_unit_that_is_no_longer_there_is_not_told():
    step = {"cutoff": "2023-11-27", "unit_code": "30999", "indicator": "", "reason": {"vi": "đổi cổng", "en": "x"}}
    held = dataclasses.replace(in_force(), settings=in_force().settings | {"rebase": [step]})
    assert "đổi cổng" not in " ".join(collected(held=held)["text"])


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
    assert named("fell", tables=tables) == ["Chợ Mới"] and named("rose", tables=tables) == ["Kiến An"]
    steps = tables["findings"].query("finding == 'step' and indicator == 'CHANGE'")
    assert steps["unit_code"].tolist() == ["30634"]
    regained = {"change": "6,15", "unit": "Kiến An", "points": 6, "group": SATISFACTION}
    assert steps["text"].iloc[0] == say("finding.step_regained_points", **regained)
    entered = {"unit": "Thị trấn Chợ Mới", "previous_band": "Trung bình", "previous": "65,41"}
    assert texts(tables["findings"], "entered_band") == [
        say("finding.entered_band", band="Yếu", total="45,79", **entered)
    ]
    left = {"unit": "Kiến An", "previous_band": "Yếu", "previous": "49,03", "band": "Trung bình", "total": "55,18"}
    assert texts(tables["findings"], "left_band") == [say("finding.left_band", **left)]


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
    expected = say("finding.marked_by_office", unit="Thị trấn Chợ Mới", indicator="Tiến độ giải quyết", value="99,67%")
    assert said == [expected]


def test_every_finding_about_a_unit_carries_its_figure_and_a_sentence():
    units = week()["findings"].query("unit_code != ''")
    assert units["value"].notna().all() and (units["text"] != "").all()


# -- since when, bands crossed, moves --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weeks", "is_open", "age"),
    [
        (1, False, say("age.new")),
        (1, True, ""),
        (5, False, say("age.since", period=say("period.week_of_year", week=1, month=11, year=2023), count=5)),
        (5, True, say("age.open", period=say("period.week_of_year", week=1, month=11, year=2023), count=5)),
    ],
)
def test_a_band_and_a_distance_from_the_peers_tell_how_long_they_have_stood_a_threshold_has_it_in_its_row(
    weeks, is_open, age
):
    since = "2023-11-06" if weeks == 5 else "2023-12-04"
    held = week()["standing"].assign(weeks=float(weeks), is_open=is_open, since=since)
    found = collected(standing=held, asks=week()["asks"].iloc[:0])
    for finding in ("band", "peer"):
        assert texts(found, finding) and all(each.endswith(f" {age}".rstrip()) for each in texts(found, finding))
    assert set(found.query("finding in ('band', 'peer', 'flag', 'target')")["since"]) == {since}
    assert set(found.query("finding not in ('band', 'peer', 'flag', 'target', 'step')")["since"]) == {""}


@pytest.mark.parametrize("times", [1.0, 3.0])
def test_what_is_asked_says_how_often_and_since_which_report_it_was_asked_not_since_when_it_has_stood(times):
    asks = week()["asks"].assign(times=times, opened="2023-11-20")
    found = collected(asks=asks).query("finding in ('band', 'flag')")
    period = say("period.week_of_year", week=3, month=11, year=2023)
    said = say("followup.opened", count=3, period=period) if times > 1 else ""
    assert len(found) == 19 and all(each.endswith(f". {said}".rstrip()) for each in found["text"])
    assert not found["text"].str.contains("kỳ có số liệu").any()


def test_what_was_not_followed_through_the_weeks_has_no_age():
    found = collected(standing=week()["standing"].iloc[:0])
    assert set(found["since"]) == {""}
    assert texts(found, "band") == [say("finding.band", unit="Kiến An", band="Yếu", total="49,18")]


def planted(finding):
    """Unit, indicator, severity and text of a finding in the week with planted events."""
    rows = kinds.made("planted").tables["findings"].query("finding == @finding")
    return rows[["unit_code", "indicator", "severity", "text"]].to_numpy().tolist()


def test_a_unit_that_enters_or_leaves_a_weak_band_is_a_finding():
    into = {"unit": "An Thạnh Trung", "previous_band": "Trung bình", "previous": "52,00"}
    out = {"unit": "Hội An", "previous_band": "Yếu", "previous": "48,00", "band": "Trung bình", "total": "53,00"}
    assert planted("entered_band") == [
        ["30670", "TOTAL", "act", say("finding.entered_band", band="Yếu", total="48,00", **into)]
    ]
    assert planted("left_band") == [["30673", "TOTAL", "info", say("finding.left_band", **out)]]


def test_where_nothing_is_compared_no_band_is_crossed():
    found = collected(**withheld("new_year"))
    assert not set(found["finding"]) & {"entered_band", "left_band", "fell", "rose", "move"}


def test_marked_moves_are_told_largest_first_and_a_fall_that_a_rise_hides_is_one_of_them():
    # Kiến Thành lost 6 points of what is not printed, An Thạnh Trung 4; Hội An gained 5, Mỹ An 3.6 and lost 2.6
    assert [unit for unit, *_ in planted("fell")] == ["30649", "30670"]
    assert [unit for unit, *_ in planted("rose")] == ["30673", "30655"]
    falls = [(unit, part) for unit, part, severity, _ in planted("move") if severity == "watch"]
    assert falls == [("30649", "NOT_ITEMISED"), ("30670", "NOT_ITEMISED"), ("30655", "MDSH")]
    rises = [(unit, part) for unit, part, severity, _ in planted("move") if severity == "info"]
    assert rises == [("30673", "NOT_ITEMISED"), ("30655", "CKMB")]
    (hidden,) = [text for unit, part, _, text in planted("move") if (unit, part) == ("30655", "MDSH")]
    assert "dù tổng điểm tăng" in hidden and hidden.startswith("Mỹ An: số hóa hồ sơ giảm 2,5")


def test_a_fall_of_a_part_that_its_weeks_cases_hardly_explain_asks_to_check_the_figures():
    edition = kinds.made("planted")
    rates = edition.tables["week_rates"].copy()
    its = (rates["unit_code"] == "30655") & (rates["indicator"] == "SH")
    for basis, is_said in (("revised", True), ("too_wide", False)):
        tables = edition.tables | {"week_rates": rates.assign(basis=rates["basis"].mask(its, basis))}
        found = findings.collect(tables, edition.rules, edition.words).query(
            "finding == 'move' and unit_code == '30655'"
        )
        (text,) = found.loc[found["indicator"] == "MDSH", "text"]
        assert text.endswith(say("finding.part_revised")) == is_said


def test_a_rise_far_behind_its_peers_is_said_as_that_and_is_no_notable_rise():
    edition = kinds.made("planted")
    moves = edition.tables["moves"].copy()
    its = (moves["indicator"] == "CHANGE") & (moves["unit_code"] == "30658")
    moves.loc[its, ["move", "median", "marked"]] = [0.1, 3.0, True]
    rows = findings.collect(edition.tables | {"moves": moves}, edition.rules, edition.words)
    said = say("finding.move_apart", unit="Nhơn Mỹ", part="tổng điểm", move="+0,10", median="+3,00")
    assert rows[rows["finding"].isin(["apart", "rose"]) & (rows["unit_code"] == "30658")][
        ["finding", "severity", "text"]
    ].to_numpy().tolist() == [["apart", "info", said]]


def test_the_parts_of_a_change_stand_in_its_sentence():
    (said,) = [text for unit, *_, text in planted("fell") if unit == "30649"]
    assert said.startswith("Kiến Thành giảm 5,8") and "Trong đó: phần điểm bảng không thể hiện −6,00; " in said


def test_a_planted_block_of_6_points_is_found_where_it_shows():
    steps = planted("step")
    assert steps[0][:3] == ["30649", "NOT_ITEMISED", "act"]
    fields = {"unit": "Kiến Thành", "change": "6,00", "points": 6, "group": SATISFACTION}
    assert steps[0][3] == say("finding.step_lost_points_of_rest", **fields)


# -- signals ---------------------------------------------------------------------------------------------------------


def signalled(*signals, rates=()):
    """The signal findings; signals : unit, indicator, score, signal, since;  rates : as in week_rates."""
    rows = rows_of(
        "signals", *[(unit, name, 6.0, 20.0, score, way, since) for unit, name, score, way, since in signals]
    )
    found = collected(signals=rows, week_rates=rows_of("week_rates", *rates), asks=week()["asks"].iloc[:0])
    return found.query("finding == 'signal'")


NEW, OLD = "2023-12-04", "2023-11-20"


def test_signals_of_the_area_come_first_then_the_strongest_and_each_says_whether_it_is_new():
    found = signalled(
        (KIEN_AN, "TT", 1.2, "up", NEW), (MY_HOI_DONG, "DVCTT", -1.9, "down", OLD), (AREA, "TD", -1.1, "down", NEW)
    )
    assert found["unit_code"].tolist() == [AREA, MY_HOI_DONG, KIEN_AN]
    assert found["severity"].tolist() == ["watch", "watch", "info"]
    assert found["since"].tolist() == [NEW, OLD, NEW]
    since = say("finding.signal_since", period=say("period.week_of_year", week=3, month=11, year=2023))
    told = {"indicator": "tiến độ giải quyết", "baseline": "20,00%"}
    assert found["text"].tolist() == [
        f"{say('finding.signal_fell', unit='Huyện Chợ Mới', **told)} {say('finding.signal_new')}",
        f"{say('finding.signal_fell', unit='Mỹ Hội Đông', indicator='hồ sơ nộp trực tuyến', baseline='20,0%')} {since}",
        f"{say('finding.signal_rose', unit='Kiến An', indicator='hồ sơ thanh toán trực tuyến', baseline='20,00%')} "
        f"{say('finding.signal_new')}",
    ]


def test_where_the_area_moves_together_a_unit_is_told_apart_in_that_indicator_only():
    found = signalled(
        (AREA, "TT", -2.0, "down", NEW), (KIEN_AN, "TT", -1.5, "down", NEW), (KIEN_AN, "DVCTT", -1.2, "down", NEW)
    )
    apart = say("finding.signal_fell_apart", unit="Kiến An", indicator="hồ sơ thanh toán trực tuyến")
    assert found["text"].iloc[1].startswith(apart)
    usual = {"indicator": "hồ sơ nộp trực tuyến", "baseline": "20,0%"}
    assert found["text"].iloc[2].startswith(say("finding.signal_fell", unit="Kiến An", **usual))


def test_the_figure_of_a_signal_is_the_weeks_own_rate_and_its_reference_what_is_usual():
    rates = [
        (KIEN_AN, "DVCTT", 6.25, 6.25, 6.25, 48.0, "counts"),
        (KIEN_AN, "TT", np.nan, np.nan, np.nan, np.nan, "first"),
    ]
    found = signalled((KIEN_AN, "DVCTT", -1.9, "down", NEW), (KIEN_AN, "TT", -1.2, "down", NEW), rates=rates)
    assert found["value"].iloc[0] == 6.25 and np.isnan(found["value"].iloc[1])
    assert found["reference"].tolist() == [20.0, 20.0]
    now = say("finding.signal_now", rate=say("week_rate.counts", rate="6,3%", hits=3, cases=48))
    assert now in found["text"].iloc[0]
    assert say("finding.signal_now", rate="#").split("#")[0] not in found["text"].iloc[1]


def test_without_a_standing_signal_there_is_no_finding_of_one():
    assert signalled((KIEN_AN, "TT", 0.4, "", "")).empty


# -- peers -----------------------------------------------------------------------------------------------------------


def far(indicator, value, median):
    row = (KIEN_AN, indicator, value, median, value - median, 4.0 * np.sign(value - median), True)
    return texts(collected(peers=rows_of("peers", row), standing=week()["standing"].iloc[:0]), "peer")


@pytest.mark.parametrize(
    ("indicator", "name", "value", "median", "shown", "gap"),
    [
        ("TD", "tiến độ giải quyết", 98.06, 99.75, ("98,06%", "99,75%"), ("below", "1,69", "percent")),
        ("CKMB", "công khai, minh bạch", 87.2, 63.65, ("87,2%", "63,7%"), ("above", "23,6", "percent")),
        (
            "NOT_ITEMISED",
            "phần điểm bảng không thể hiện",
            9.525,
            20.7852,
            ("9,53", "20,79"),
            ("below", "11,26", "points"),
        ),
        # two figures that differ are never shown as the same
        ("CKMB", "công khai, minh bạch", 50.03, 50.01, ("50,03%", "50,01%"), ("above", "0,02", "percent")),
    ],
)
def test_a_figure_far_from_its_peers_is_told_as_lower_or_higher(indicator, name, value, median, shown, gap):
    side, amount, unit = gap
    fields = {"unit": "Kiến An", "indicator": name, "value": shown[0], "median": shown[1]}
    gap = say(f"gap.{side}", amount=amount, unit=say(f"gap.{unit}"))
    assert far(indicator, value, median) == [say("finding.far_from_peers", gap=gap, **fields)]


# -- the data itself -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reasons", "slips"),
    [
        ([], 0),
        (["split_word"], 1),
        (["split_word", "wrong_letter", "decimal_comma"], 2),
        (["decimal_comma", "thousands", "percent_sign", "percent_format"], 0),  # ways to write a number
    ],
)
def test_what_was_typed_wrong_is_counted_and_another_way_to_write_a_number_is_no_slip(reasons, slips):
    repairs = week()["repairs"].iloc[: len(reasons)].assign(reason=[say(f"repair.{reason}") for reason in reasons])
    told = [say("finding.repairs", count=slips)] if slips else []
    assert [each for each in texts(collected(repairs=repairs), "data") if "chuẩn hóa" in each] == told


@pytest.mark.parametrize(
    ("rest", "told", "reference"),
    [(-10.48, "−10,48", 0.0), (28.83, "28,83", 28.0), (0.0, "", None), (28.0, "", None), (-0.004, "", None)],
)
def test_points_not_itemised_that_cannot_be_are_a_warning_about_the_table_or_our_reading(rest, told, reference):
    scores = week()["scores"]
    scores = scores.assign(not_itemised=scores["not_itemised"].mask(scores["unit_code"] == KIEN_AN, rest))
    found = collected(scores=scores).query("finding == 'reconcile' and indicator == 'NOT_ITEMISED'")
    assert found["text"].tolist() == (
        [say("finding.rest_out_of_bounds", unit="Kiến An", value=told, most="28,00")] if told else []
    )
    assert found["reference"].tolist() == ([reference] if told else [])


@pytest.mark.parametrize("rest", [-12.05, 11.97])
def test_where_every_group_is_printed_a_total_that_is_not_their_sum_is_no_part_that_the_table_does_not_show(rest):
    scores, groups = week()["scores"], in_force().groups
    its = scores["unit_code"] == KIEN_AN
    whole = {"unit_code": KIEN_AN, "indicator": "", "points": groups["max_points"], "status": "published"}
    points = pd.concat(
        [week()["points"].query("unit_code != @KIEN_AN"), groups[["group", "max_points"]].assign(**whole)]
    )
    found = collected(scores=scores.assign(not_itemised=scores["not_itemised"].mask(its, rest)), points=points)
    assert found.query("finding == 'reconcile' and indicator == 'NOT_ITEMISED'").empty


def test_another_previous_total_than_was_published_is_told_and_which_of_them_is_used():
    carried = rows_of("carried", (KIEN_AN, "2023-12-04", 49.03, 48.53), (KIEN_AN, "2023-12-11", 49.2, 49.18))
    told = texts(collected(carried=carried), "reconcile")[-2:]
    later = say("period.week_of_year", week=2, month=12, year=2023)
    first = say("finding.carried", unit="Kiến An", carrier=THIS, carried="49,03", published="48,53")
    assert told == [
        f"{first} {say('finding.carried_used')}",
        say("finding.carried", unit="Kiến An", carrier=later, carried="49,20", published="49,18"),
    ]


def test_what_was_published_and_corrected_lately_is_named_by_day_in_a_daily_report():
    days = course(("2023-12-01", KIEN_AN, 49.0, ""), ("2023-12-04", KIEN_AN, 49.18, ""))
    days = days.assign(corrected=days["cutoff"] == "2023-12-01", unit_name="Kiến An")
    said = about_changes(course=days)
    day = say("period.day", date="01/12/2023")
    assert said[0] == say("finding.history", count=2, first=day, last=THIS)
    assert said[-1] == say("finding.corrected_week", period=day, units="Kiến An")


def problem(row=7.0, column="TIẾN ĐỘ", value="99", said="khác"):
    return {"severity": "warning", "row": row, "column": column, "value": value, "problem": said}


LANGS = pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.long)])
DATA = [
    ("one warning", {"problems": [problem()]}, "data",
     ["Dòng 7, cột TIẾN ĐỘ: “99” khác."], ["Row 7, column TIẾN ĐỘ: “99” khác."]),
    ("a warning of a whole column", {"problems": [problem(row=np.nan)]}, "data",
     ["Dòng –, cột TIẾN ĐỘ: “99” khác."], ["Row –, column TIẾN ĐỘ: “99” khác."]),
    ("two alike", {"problems": [problem(), problem(row=8.0)]}, "data",
     ["2 ô của cột TIẾN ĐỘ: khác."], ["2 cells of column TIẾN ĐỘ: khác."]),
    ("a warning of the whole table", {"problems": [problem(np.nan, "", "Trang 2", "khác")]}, "data",
     ["“Trang 2”: khác."], ["“Trang 2”: khác."]),
    ("all computed figures agree", {"reconciliation": [(KIEN_AN, "CKMB", "", 3.47, 3.47, 0.0, True)]}, "reconcile",
     ["Đối chiếu với điểm công bố: 1/1 số liệu tính lại được trùng khớp."],
     ["Reconciled with the published points: 1 of 1 figures that can be computed agree."]),
    ("a group and an indicator differ",
     {"reconciliation": [(KIEN_AN, "MDHL", "", 12.0, 6.0, -6.0, False), (KIEN_AN, "CKMB", "CKMB", 3.47, 3.5, 0.03, False)]}, "reconcile",
     ["Đối chiếu với điểm công bố: 0/2 số liệu tính lại được trùng khớp.", "Kiến An: Mức độ hài lòng tính lại được 12,00 điểm, điểm công bố là 6,00.", "Kiến An: Công khai, minh bạch tính lại được 3,47 điểm, điểm công bố là 3,50."],
     ["Reconciled with the published points: 0 of 2 figures that can be computed agree.", "Kiến An: Satisfaction computes to 12.00, published is 6.00.", "Kiến An: Transparency computes to 3.47, published is 3.50."]),
]  # fmt: skip


@LANGS
@pytest.mark.parametrize(
    ("given", "finding", "vi", "en"),
    sampled([pytest.param(*case[1:], id=case[0]) for case in DATA], short=3, long=len(DATA)),
)
def test_what_is_odd_about_the_table_and_what_agrees_is_told(lang, given, finding, vi, en):
    tables = {name: rows_of(name, *rows) for name, rows in given.items()}
    unmarked = {"measurements": week()["measurements"].assign(mark="")}
    more = texts(collected(lang, **tables, **unmarked), finding)
    before = texts(collected(lang, **unmarked), finding)
    assert [text for text in more if text not in before] == {"vi": vi, "en": en}[lang]


YEAR, MONTH = ("lũy kế từ đầu năm", "year to date"), ("trong tháng", "the month")
CONTROL = ("Năm", "control", "năm", "the year")
PERIODS = [
    ([("Xã", "units", *YEAR), CONTROL], ["Số liệu của bảng: lũy kế từ đầu năm."], ["Period of the figures of the table: year to date."]),
    ([("Xã", "units", *YEAR), ("Sở", "units", *YEAR)], ["Số liệu của bảng: lũy kế từ đầu năm."], ["Period of the figures of the table: year to date."]),
    (
        [("Xã", "units", *YEAR), ("Sở", "units", *MONTH)],
        ["Trang tính “Xã”: số liệu lũy kế từ đầu năm.", "Trang tính “Sở”: số liệu trong tháng."],
        ["Period of the figures on the sheet “Xã”: year to date.", "Period of the figures on the sheet “Sở”: the month."],
    ),
    ([("Xã", "units", *YEAR), ("Sở", "units", "", "")], ["Trang tính “Xã”: số liệu lũy kế từ đầu năm."], ["Period of the figures on the sheet “Xã”: year to date."]),
    ([("Xã", "units", "", ""), ("Sở", "units", "", "")], [], []),
]  # fmt: skip


@LANGS
@pytest.mark.parametrize(("sheets", "vi", "en"), sampled(PERIODS, short=3, long=len(PERIODS)))
def test_the_period_of_the_sheets_of_units_is_told_once_where_it_is_the_same(lang, sheets, vi, en):
    columns = ("sheet", "rows", "period_vi", "period_en")
    held = dataclasses.replace(in_force(), sheets=pd.DataFrame(sheets, columns=columns))
    before = texts(collected(lang, in_force()), "data")
    assert [each for each in texts(collected(lang, held), "data") if each not in before] == {"vi": vi, "en": en}[lang]


@LANGS
def test_every_finding_begins_with_a_capital_letter(lang):
    found = [week(lang)["findings"], kinds.made("planted", lang).tables["findings"]]
    assert all(text[0] == text[0].upper() for rows in found for text in rows["text"])
