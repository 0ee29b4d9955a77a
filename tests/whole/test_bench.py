"""What bench/ generates is as a district and a province deliver it, and its tables tell what the rounds were."""

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.district import in_force, words
from support.few_units import BANDS, communes, measured

from analysis.config import periods, rules
from analysis.gate import clean
from analysis.method import score

sys.path.append(str(Path(__file__).parents[2] / "bench"))

import compare
import generate
import history
import quick

NOT_DONE = float("nan")


def gated(home: Path, area: str, path: Path) -> clean.Cleaned:
    return clean.gate([path], rules.load(home, area, periods.cutoff(path.stem)), words())


def totals(cleaned: clean.Cleaned, indicator: str) -> pd.Series:
    rows = cleaned.measurements.query("indicator == @indicator")
    return rows.set_index("unit_code")["value"].sort_index()


@pytest.fixture(scope="module")
def nation(tmp_path_factory):
    home = tmp_path_factory.mktemp("nation")
    return home, generate.nation(home, units=41, areas=2, cutoffs=2)


def test_the_units_of_a_nation_are_shared_by_its_areas_and_the_gate_has_nothing_to_say_of_their_tables(nation):
    home, areas = nation
    raw = {area: sorted((home / "data" / "raw" / area).iterdir()) for area in areas}
    assert {area: len(paths) for area, paths in raw.items()} == {"tinh-01": 2, "tinh-02": 2}
    counts = []
    for area, paths in raw.items():
        for path in paths:
            cleaned = gated(home, area, path)
            assert not cleaned.refused and cleaned.problems.empty and cleaned.repairs.empty
        counts.append(len(cleaned.units))
    assert counts == [21, 20]


def test_what_is_generated_is_the_same_each_time(nation, tmp_path):
    home, areas = nation
    generate.nation(tmp_path, units=41, areas=2, cutoffs=2)
    for area in areas:
        for path in (home / "data" / "raw" / area).iterdir():
            assert path.read_bytes() == (tmp_path / "data" / "raw" / area / path.name).read_bytes()


def test_each_generated_week_before_the_real_one_carries_the_totals_of_the_week_before_it(tmp_path):
    home = generate.PROJECT
    raw = tmp_path / "data" / "raw" / generate.AREA
    raw.mkdir(parents=True)
    real = raw / f"{generate.CUTOFF}.txt"
    real.write_bytes((home / "data" / "raw" / generate.AREA / real.name).read_bytes())
    days = generate.earlier_weeks(tmp_path, 2)
    assert days == ["2023-11-20", "2023-11-27"]
    weeks = [gated(home, generate.AREA, raw / f"{day}.txt") for day in [*days, real.stem]]
    assert not any(week.refused for week in weeks)
    for before, after in pairwise(weeks):
        pd.testing.assert_series_equal(totals(before, "TOTAL"), totals(after, "PREVIOUS_TOTAL"), check_names=False)


@pytest.mark.parametrize(
    ("ours", "other", "told"),
    [
        ([1.0, 2.0, 9.0], [2.0, 4.0, 3.0], ["0.50", "≤ 0.50: met"]),  # 0.5, 0.5 and 3; the medians' own is 0.67
        ([1.1, 2.2, 3.3], [2.0, 4.0, 6.0], ["0.55", "≤ 0.50: missed"]),
        ([1.0, NOT_DONE, 3.0], [4.0, 1.0, 6.0], ["0.38", "≤ 0.50: met"]),  # 0.25 and 0.5; the second does not count
        ([NOT_DONE], [1.0], ["not done", "≤ 0.50: missed"]),
    ],
)
def test_contenders_are_compared_round_by_round_and_what_was_not_done_has_no_time(ours, other, told):
    assert compare.against(ours, other, 0.5) == told


def test_the_quick_form_reads_the_ratio_of_the_week_that_the_comparison_writes():
    text = compare.table(
        ["who", "seconds", "least–most", "ours ÷ it", "reach"],
        compare.timed("ours", [2.0]),
        compare.timed("papermill and nbconvert", [8.0], *compare.against([2.0], [8.0], 0.3)),
    )
    assert quick.find_told(text) == 0.25
    assert 0 < quick.find_told(quick.RESULTS.read_text("utf-8")) < 1


def test_what_is_timed_once_counts_in_its_round_alone_and_is_no_failure():
    notes = []
    times = compare.rounds({"ours": lambda: 2.0, "slow": lambda: 8.0}, 2, notes, once=("slow",))
    assert compare.against(times["ours"], times["slow"]) == ["0.25", "–"]
    assert notes == []


def test_what_fails_in_a_round_is_named_and_the_others_are_timed_all_the_same():
    def fails():
        raise compare.NotDone("a\nb\nno page\nexit status 3\n30679.html")

    notes = []
    times = compare.rounds({"ours": lambda: 2.0, "theirs": fails}, 2, notes)
    assert times["ours"] == [2.0, 2.0] and [each == each for each in times["theirs"]] == [False, False]
    assert notes[0] == "theirs, round 1: not done, so not counted: no page / exit status 3 / 30679.html"


def test_many_cutoffs_at_once_give_what_one_by_one_gives():
    random = np.random.default_rng(766)
    frame = pd.DataFrame({"G": random.integers(0, 1801, 40) / 100, "H": random.integers(0, 2001, 40) / 100})
    frame = frame.assign(cutoff=[0] * 20 + [1] * 20, unit_code=[f"u{n}" for n in range(20)] * 2)
    frame["total"] = (frame["G"] + frame["H"]).round(2) + 0.03 * (frame.index % 7 == 0)  # some do not reconcile
    frame.loc[[3, 4], "total"] = 20.0  # and two share a place
    at_once = history.score_many(frame, ["G", "H"], BANDS)
    nothing = in_force().indicators.query("rule == 'none'")
    groups = pd.DataFrame({"group": ["G", "H"], "max_points": [18.0, 20.0]})
    for _, its in at_once.groupby("cutoff"):
        cells = [(unit.unit_code, "TOTAL", unit.total) for unit in its.itertuples()]
        published = its.melt("unit_code", ["G", "H"], "indicator", "published_points").assign(unit_name="")
        measurements = pd.concat([measured(*cells), published], ignore_index=True)
        points = score.points(measurements, nothing, groups)
        scores = score.scores(measurements, points, BANDS, communes(**dict.fromkeys(its["unit_code"]))).set_index(
            "unit_code"
        )
        agrees = score.reconciliation(points, scores.reset_index()).set_index("unit_code")["agrees"]
        for each in its.itertuples():
            one = scores.loc[each.unit_code]
            assert (each.rank, each.band) == (one["rank"], one["band"])
            assert each.computed_total == pytest.approx(one["computed_total"])
            assert each.agrees == agrees[each.unit_code]
