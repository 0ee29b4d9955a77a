"""Which indicator of a unit is drawn: that of its strongest signal, with as many cut-offs as are shown."""

import pandas as pd

from analysis.method.own_rates import OWN_RATES, select_own_rates

DAYS = ("2023-11-20", "2023-11-27", "2023-12-04")


def rates(*pairs: tuple[str, str]) -> pd.DataFrame:
    rows = [(day, unit, name, 20.0, 18.0, 22.0, float("nan"), "estimate") for day in DAYS for unit, name in pairs]
    return pd.DataFrame(rows, columns=["cutoff", "unit_code", "indicator", "rate", "low", "high", "cases", "basis"])


def signals(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["cutoff", "unit_code", "indicator", "score"])
    return frame.assign(rate=20.0, baseline=25.0, signal="", since="")


PAIRS = (("a", "DVCTT"), ("a", "TT"), ("b", "TT"))


def test_the_indicator_with_the_largest_score_now_is_drawn_whatever_its_sign():
    called = signals((DAYS[2], "a", "DVCTT", 0.4), (DAYS[2], "a", "TT", -0.9), (DAYS[2], "b", "TT", float("nan")))
    frame = select_own_rates(rates(*PAIRS), called, DAYS[2], 60)
    assert list(frame.columns) == OWN_RATES
    assert set(zip(frame["unit_code"], frame["indicator"], strict=True)) == {("a", "TT"), ("b", "TT")}
    assert sorted(frame["cutoff"].unique()) == list(DAYS)


def test_only_the_newest_cutoffs_are_kept_and_those_without_a_chart_have_no_signal():
    called = signals((DAYS[2], "a", "TT", 0.1))
    frame = select_own_rates(rates(("a", "TT")), called, DAYS[2], 2)
    assert frame["cutoff"].tolist() == list(DAYS[1:])
    assert frame["baseline"].isna().tolist() == [True, False] and set(frame["signal"]) == {""}


def test_without_rates_there_is_nothing_to_draw():
    assert select_own_rates(rates(), signals(), DAYS[2], 60).empty
