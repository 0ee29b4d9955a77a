"""The provinces as the portal delivers them: every published figure reconciled, by configuration alone.

The reference figures are read where they are; they are no part of this repository.
"""

import functools
import shutil
from pathlib import Path

import pandas as pd
import pytest
from support import played
from support.district import HOME, say, words
from support.real import AN_GIANG, DATA, DAYS, GIA_LAI, MISSING, SUBCRITERIA, gate
from support.sampled import sampled

from analysis.gate import clean
from analysis.method import score
from analysis.report import findings

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=MISSING)


@functools.cache  # what is made is only looked at
def scored(area: str, day: str, *paths: Path, home: Path = HOME):
    cleaned, in_force = gate(area, day, *paths, home=home)
    assert not cleaned.refused, clean.problem_lines(cleaned.problems, words())[:5]
    points = score.points(cleaned.measurements, in_force.indicators, in_force.groups)
    scores = score.scores(cleaned.measurements, points, in_force.bands, cleaned.units)
    return cleaned, points, scores, score.reconciliation(points, scores)


@pytest.mark.parametrize("day", sampled(DAYS, 1, long=3, first=DAYS[-1:]))
def test_on_each_gia_lai_day_all_136_rows_add_up_exactly(day):
    cleaned, _, scores, reconciliation = scored("gia-lai", day, GIA_LAI / f"communes_{day}.csv")
    totals = reconciliation.query("indicator == 'TOTAL'")
    assert len(totals) == len(scores) == 136  # four days: 544 rows
    assert totals["difference"].abs().max() == 0
    assert len(cleaned.units) == 135 and "H21" not in set(cleaned.units["unit_code"])


def test_the_77_satisfaction_scores_above_18_are_accepted_with_warnings_because_they_are_the_portals_own():
    problems = pd.concat(scored("gia-lai", day, GIA_LAI / f"communes_{day}.csv")[0].problems for day in DAYS)
    assert problems["severity"].tolist() == ["warning"] * 77
    assert set(problems["column"]) == {"MDHL"} and set(problems["file"]) == {"communes_2026-09-23.csv"}
    assert problems["value"].astype(float).max() == 18.33


def test_every_metric_whose_rule_is_known_reproduces_its_published_score_to_the_hundredth():
    _, points, _, reconciliation = scored("gia-lai", "2026-10-08", SUBCRITERIA)
    metrics = reconciliation[~reconciliation["indicator"].isin(["", "TOTAL"])]
    assert metrics["indicator"].nunique() == 15
    assert (metrics["difference"] == 0).all()
    assert len(metrics) == 15 * 30
    # two departments had no payment to make: no cases is not zero points, and is kept apart
    assert points.query("status == 'not assessed'")[["group", "published_points"]].notna().sum().tolist() == [2, 0]


def test_every_group_and_total_of_the_30_units_adds_up():
    _, points, _, reconciliation = scored("gia-lai", "2026-10-08", SUBCRITERIA)
    groups, totals = (reconciliation.query(f"indicator == '{name}'") for name in ("", "TOTAL"))
    assert len(groups) == 4 * 30 and len(totals) == 30
    assert groups["agrees"].all() and totals["agrees"].all()
    own = points.query("indicator == ''")
    assert set(own.query("status == 'published'")["group"]) == {"DVCTT", "TTTT"}  # the split is not known


def test_group_points_and_sub_criteria_of_one_day_are_joined_by_unit():
    files = (GIA_LAI / "communes_2026-10-08.csv", SUBCRITERIA)
    cleaned, _, scores, reconciliation = scored("gia-lai", "2026-10-08", *files)
    assert reconciliation["agrees"].all()
    shared = cleaned.measurements.query("indicator == 'TOTAL'")
    assert len(shared) == len(scores) == shared["unit_code"].nunique()
    one = cleaned.measurements.query("unit_code == 'H21.227'").set_index("indicator")
    assert one.at["TOTAL", "value"] == 75.31
    assert one.at["CKMB", "published_points"] == 11.79
    assert one.loc["ON_TIME", ["numerator", "denominator"]].tolist() == [2507, 2580]


def test_files_of_one_cutoff_that_disagree_are_refused_at_the_second_figure(tmp_path):
    other = tmp_path / "subcriteria.csv"
    text = SUBCRITERIA.read_text("utf-8")
    assert "H21.227,xã Vân Canh,ALL,TOTAL,,,75.31,75.31,100" in text
    changed = text.replace("ALL,TOTAL,,,75.31,75.31,100", "ALL,TOTAL,,,75.30,75.30,100", 1)
    other.write_text(changed, encoding="utf-8")
    cleaned, _ = gate("gia-lai", "2026-10-08", GIA_LAI / "communes_2026-10-08.csv", other)
    errors = cleaned.problems.query("severity == 'error'")
    assert errors[["file", "row", "column", "value"]].to_numpy().tolist() == [["subcriteria.csv", 2, "score", "75.3"]]
    elsewhere = say("problem.files_disagree", name="Vân Canh", indicator="Tổng điểm", other="75,31")
    assert errors["problem"].item() == elsewhere


def test_a_group_that_an_indicator_belongs_to_is_told_by_its_code_and_its_name(tmp_path):
    other = tmp_path / "subcriteria.csv"
    text = SUBCRITERIA.read_text("utf-8")
    assert ",TDGQ,ON_TIME," in text
    other.write_text(text.replace(",TDGQ,ON_TIME,", ",CKMB,ON_TIME,", 1), encoding="utf-8")
    cleaned, _ = gate("gia-lai", "2026-10-08", GIA_LAI / "communes_2026-10-08.csv", other)
    said = cleaned.problems.query("value == 'CKMB'")["problem"].tolist()
    assert said == [say("problem.other_group", group="TDGQ", name="Tiến độ, kết quả giải quyết")]


@pytest.mark.parametrize(
    ("old", "new", "column", "said"),
    sampled(
        [
            ("2507,2580,97.17", "2507,2580,79.17", "ratio", say("problem.other_rate", rate="97,17")),
            ("ON_TIME,2507,2580", "ON_TIME,2607,2580", "numerator", say("problem.above_denominator", of="2.580")),
            ("ON_TIME,2507,2580", "ON_TIME,25.07,2580", "numerator", say("problem.not_a_count")),
            ("TDGQ,ON_TIME,2507", "TDGQ,PUBLISH_ON_TIME,2507", None, None),
        ],
        1,
        long=3,
    ),
)
def test_a_wrong_count_or_rate_of_a_sub_criterion_is_refused(tmp_path, old, new, column, said):
    path = tmp_path / "subcriteria.csv"
    text = SUBCRITERIA.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    errors = gate("gia-lai", "2026-10-08", path)[0].problems.query("severity == 'error'")
    assert not errors.empty
    if column:
        assert errors[["row", "column"]].to_numpy().tolist()[0] == [3, column] and errors["problem"].iloc[0] == said


@pytest.mark.long
def test_the_same_file_under_the_rules_of_another_date_gives_other_points(tmp_path):
    shutil.copytree(HOME / "config", tmp_path / "config")
    path = tmp_path / "config" / "index-766" / "indicators.csv"
    held = [line for line in path.read_text("utf-8").splitlines() if line.startswith("REUSED_DIGITIZED_DATA,")]
    was = held[0].replace("capped,80,null,2022-06-23,,", "linear,,null,2022-06-23,2025-12-31,")
    now = held[0].replace("2022-06-23", "2026-01-01")
    assert was != held[0] != now
    path.write_text(path.read_text("utf-8").replace(held[0], f"{was}\n{now}"), encoding="utf-8")
    plain = tmp_path / "subcriteria.csv"  # a file name without a date, so that it may be asked for under both
    shutil.copy(SUBCRITERIA, plain)

    def reused(day):
        points = scored("gia-lai", day, plain, home=tmp_path)[1].set_index(["unit_code", "indicator"])["points"]
        return round(points["H21.227", "REUSED_DIGITIZED_DATA"], 4)

    # 1543 of 2580: capped at 80% it is 2 × 0.59806 / 0.8, linear it is 2 × 0.59806
    assert (reused("2026-10-08"), reused("2025-10-08")) == (1.4952, 1.1961)


def test_on_an_giang_all_102_communes_and_15_departments_reconcile_within_two_hundredths():
    cleaned, _, scores, reconciliation = scored("an-giang", "2025-10-31", AN_GIANG)
    totals = reconciliation.query("indicator == 'TOTAL'").merge(cleaned.units, on="unit_code")
    assert totals["kind"].value_counts().to_dict() == {"commune": 102, "department": 15}
    assert totals["agrees"].all() and totals["difference"].abs().max() <= 0.02
    named = scores.set_index("unit_code")
    assert named.at["H01.146", "unit_name"] == "Chợ Mới" and named.at["H01.146", "total"] == 92.99
    assert named.loc[["H01.187", "H01.13"], "rank"].tolist() == [1, 1]  # each first of its kind


def test_payment_and_online_services_of_an_giang_are_not_taken_for_each_other():
    cleaned, *_ = scored("an-giang", "2025-10-31", AN_GIANG)
    points = cleaned.measurements.query("unit_code == 'H01.187'").set_index("indicator")["published_points"]
    assert (points["TTTT"], points["DVCTT"]) == (8.55, 8.1)  # columns TTTT and CLGQ of the row of Đông Thái


def test_the_sheets_of_two_periods_are_told_apart_by_configuration_and_the_report_says_so(tmp_path):
    cleaned, in_force = gate("an-giang", "2025-10-31", AN_GIANG)
    assert [each.split("[")[1] for each in cleaned.source["file"]] == ["Sở Ban]", "Xã Phường]"] or len(
        cleaned.source
    ) == 3
    with played.at(tmp_path) as home:
        tables = played.cleaned(home, "an-giang", "2025-10-31", cleaned)
    said = " ".join(findings.collect(tables, in_force, words()).query("finding == 'data'")["text"])
    assert say("finding.sheet_period", sheet="Xã Phường", period="lũy kế từ đầu năm") in said
    assert say("finding.sheet_period", sheet="Sở Ban", period="trong tháng") in said


def test_the_provinces_own_row_is_its_control_row():
    cleaned, _, scores, _ = scored("an-giang", "2025-10-31", AN_GIANG)
    own = scores.query("unit_code == 'H01'")
    assert own["unit_name"].item() == "tỉnh An Giang" and own["rank"].isna().all()
    assert "H05" not in set(scores["unit_code"])  # the other provinces of that sheet are no concern of ours
    assert cleaned.controls.query("control == 'units'")[["expected", "found"]].to_numpy().tolist() == [[117, 117]]


@pytest.mark.long
def test_where_numerators_are_known_routes_are_told_in_whole_cases(tmp_path):
    with played.at(tmp_path) as home:
        files = (GIA_LAI / f"communes_{DAYS[3]}.csv", SUBCRITERIA)
        tables = played.cleaned(home, "gia-lai", DAYS[3], gate("gia-lai", DAYS[3], *files, home=home)[0])
    counted = tables["routes"].query("nature == 'stock' and enough and needed_cases > 0")
    assert len(counted) > 0
    cells = tables["measurements"].set_index(["unit_code", "indicator"])
    for each in counted.itertuples():
        d = cells.at[(each.unit_code, each.indicator), "denominator"]
        a_case = each.points_per_pct * 100 / d
        assert each.needed_cases * a_case >= each.gap - 1e-6 > (each.needed_cases - 1) * a_case - 1e-6
