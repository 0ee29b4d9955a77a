"""What a total, band and rank would be under other figures."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.district import in_force, week

from analysis.method import what_if as method


def what_if(**cells):
    """The real week with cells of Kiến An (30634) changed: indicator => rate, or (numerator, denominator)."""
    rows = [
        {"unit_code": "30634", "indicator": name}
        | (dict(zip(("numerator", "denominator"), cell, strict=True)) if isinstance(cell, tuple) else {"value": cell})
        for name, cell in cells.items()
    ]
    held, rules = week(), in_force()
    rules = (rules.indicators, rules.groups, rules.bands)
    return method.what_if(held["measurements"], pd.DataFrame(rows), *rules, held["units"]).set_index("unit_code")


def test_what_if_moves_the_total_by_the_points_that_the_new_rates_bring_and_with_it_band_and_rank():
    # transparency from 19.3 to 24 %: 4.7 × 0.18 = 0.846; payment from 7.56 to 10 %: 2.44 × 0.06 = 0.1464
    told = what_if(CKMB=24.0, TT=10.0).loc["30634"]
    assert told[["total_now", "total"]].tolist() == pytest.approx([49.18, 49.18 + 0.846 + 0.1464])
    assert told[["band_now", "band"]].tolist() == ["Yếu", "Trung bình"]
    assert told[["rank_now", "rank"]].tolist() == [18, 18]
    assert what_if(CKMB=40.0).loc["30634", "rank"] == 16  # 52.906 passes Mỹ Hội Đông (51.10) and Mỹ Hiệp (51.39)


def test_what_if_takes_counts_as_well_as_rates():
    assert what_if(TT=(1.0, 10.0)).loc["30634", "total"] == pytest.approx(49.18 + 2.44 * 0.06)


def test_what_if_leaves_every_other_unit_as_it_is():
    others = what_if(CKMB=24.0).drop("30634")
    assert (others["total"] == others["total_now"]).all() and (others["band"] == others["band_now"]).all()


def test_beyond_its_limit_a_capped_indicator_brings_no_more():
    assert what_if(DVCTT=90.0).loc["30634", "total"] == what_if(DVCTT=50.0).loc["30634", "total"]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"CT": 5.0}, "30634, CT: no known rule makes points of it"),
        ({"MDHL": 5.0}, "30634, MDHL: the table has no such figure"),
        ({"TT": 101.0}, "30634, TT: 101 is no rate from 0 to 100 %"),
        ({"TT": (11.0, 10.0)}, "30634, TT: 110 is no rate from 0 to 100 %"),
    ],
)
def test_what_if_refuses_what_the_table_or_the_rules_do_not_carry(cells, said):
    with pytest.raises(ValueError, match=f"^{said}$"):
        what_if(**cells)


@pytest.mark.long
@settings(max_examples=20)
@given(st.sampled_from(["CKMB", "TD", "DVCTT", "TT", "SH"]), st.floats(0, 100), st.floats(0, 100))
def test_a_better_rate_never_scores_lower(indicator, low, high):
    low, high = sorted((low, high))
    assert what_if(**{indicator: low}).at["30634", "total"] <= what_if(**{indicator: high}).at["30634", "total"] + 1e-9
