"""The product's tables against a second opinion (tests/support/second_opinion.py), cell by cell: the real week of Chợ Mới
after generated ones, the four real days of Gia Lai, and generated years in which everything happens."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from support import district, kinds, played, province, real, years
from support.second_opinion import Comparison

REAL = str(district.CUTOFF)


# How many cells of each table are compared at least.
OF_A_DOZEN_WEEKS = {
    **{"points": 10_000, "scores": 1_400, "course": 13_000, "changes": 2_400, "contributions": 4_000, "moves": 9_000},
    **{"carried": 30, "peers": 6_500, "steps": 10, "week_rates": 4_500, "possible": 4_000, "routes": 20_000},
    **{"standing": 2_500, "signals": 4_500, "own_rates": 12_000, "asks": 6_000, "replies": 3_000},
}
OF_FOUR_WEEKS = {
    **{"points": 4_000, "scores": 500, "course": 2_000, "changes": 900, "contributions": 1_300, "moves": 3_000},
    **{"carried": 30, "peers": 2_500, "steps": 10, "week_rates": 1_800, "possible": 1_500, "routes": 8_500},
    **{"standing": 1_100, "signals": 1_800, "own_rates": 2_000, "asks": 3_000, "replies": 1_000},
}
OF_GIA_LAI = {
    **{"points": 15_000, "scores": 3_200, "reconciliation": 4_400, "course": 10_000, "changes": 5_400},
    **{"contributions": 7_000, "moves": 18_000, "peers": 12_000, "steps": 60, "week_rates": 1_400, "routes": 9_000},
    **{"standing": 200, "signals": 1_400, "own_rates": 200},
}
OF_A_FULL_YEAR = {
    **{"points": 50_000, "scores": 7_000, "course": 300_000, "changes": 11_000, "contributions": 15_000},
    **{"moves": 45_000, "carried": 30, "peers": 30_000, "steps": 15, "week_rates": 23_000, "possible": 20_000},
    **{"routes": 100_000, "standing": 12_000, "signals": 23_000, "own_rates": 280_000},
    **{"asks": 30_000, "replies": 80_000},
}


def mondays(first: date, weeks: int) -> list[str]:
    return [str(first + timedelta(weeks=number)) for number in range(weeks)]


def assert_agreed(comparison: Comparison, at_least: Mapping[str, int]) -> None:
    """No cell differs, and so many were compared of each table."""
    print(f"cells compared: {sum(comparison.cells.values())}", dict(comparison.cells))
    differences = comparison.differences
    assert not differences, f"{len(differences)} differ:\n" + "\n".join(map(str, differences[:20]))
    few = {name: (comparison.cells[name], least) for name, least in at_least.items() if comparison.cells[name] < least}
    assert not few


@pytest.mark.parametrize(
    ("weeks", "at_least"), [(4, OF_FOUR_WEEKS), pytest.param(12, OF_A_DOZEN_WEEKS, marks=pytest.mark.long)]
)
def test_the_real_week_after_generated_ones_is_computed_alike(tmp_path, weeks, at_least):
    year = years.ordinary(mondays(district.CUTOFF - timedelta(weeks=weeks), weeks), seed=11)
    with played.at(tmp_path) as home:
        comparison = Comparison(home, "cho-moi")
        for day in years.made(home, year, counted=("DVCTT",), is_answered=True):
            comparison.add(day)
        played.cleaned(home, "cho-moi", REAL, district.gate())
        played.publish(home, "cho-moi", REAL)
        comparison.add(REAL)
    assert_agreed(comparison, at_least)


@pytest.mark.long
def test_weeks_without_totals_are_computed_alike(tmp_path):
    weeks, before = kinds.no_total(3), None
    with played.at(tmp_path) as home:
        weeks.config(home)
        comparison = Comparison(home, "cho-moi")
        for day in weeks.states:
            kinds.make(home, day, kinds.cleaned(weeks, day, before))
            played.publish(home, "cho-moi", day)
            comparison.add(day)
            before = day
    # 19 rows of 3 weeks; 5 figures of 19 rows since 2 cut-offs
    assert_agreed(comparison, {"scores": 19 * 3 * 6, "figure_changes": 5 * 19 * 2 * 3, "changes": 19 * 3 * 10})


@pytest.mark.long
def test_weeks_whose_totals_are_computed_are_computed_alike(tmp_path):
    with played.at(tmp_path) as home:
        comparison = Comparison(home, "gia-lai")
        for day, _ in province.computed_weeks(home, units=12, cutoffs=3):
            comparison.add(day)
    assert_agreed(comparison, {"scores": 13 * 3 * 6, "contributions": 6 * 12 * 3, "figure_changes": 5 * 3})


@pytest.mark.skipif(not real.GIA_LAI.is_dir(), reason=real.MISSING)
@pytest.mark.long
def test_the_real_days_of_gia_lai_are_computed_alike(tmp_path):
    with played.at(tmp_path) as home:
        comparison = Comparison(home, "gia-lai")
        for day in real.DAYS:
            files = [real.GIA_LAI / f"communes_{day}.csv"] + [real.SUBCRITERIA] * (day == real.DAYS[-1])
            cleaned, _ = real.gate("gia-lai", day, *files, home=home)
            played.cleaned(home, "gia-lai", day, cleaned)
            played.publish(home, "gia-lai", day)
            comparison.add(day)
    assert_agreed(comparison, OF_GIA_LAI)


@pytest.mark.long
def test_a_year_in_which_everything_happens_is_computed_alike(tmp_path):
    with played.at(tmp_path) as home:
        comparison = Comparison(home, "cho-moi")
        for day in years.made(home, years.full(seed=766), counted=("DVCTT", "TT"), is_answered=True):
            comparison.add(day)
    assert_agreed(comparison, OF_A_FULL_YEAR)
