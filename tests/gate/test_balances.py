"""Sums and rates that area.toml declares hold in every row, of the units and of the area."""

from types import SimpleNamespace

import pytest
from support.district import words

from analysis.gate import balances, parse
from analysis.gate.problems import ERROR, WARNING

NAMES = ["RECEIVED", "ONLINE", "DIRECT", "ON_TIME", "RESOLVED", "ON_TIME_PCT"]
BALANCE = {"total": "RECEIVED", "parts": ["ONLINE", "DIRECT"], "tolerance": 0, "severity": "error"}
SHARE = {"rate": "ON_TIME_PCT", "part": "ON_TIME", "of": "RESOLVED", "tolerance": None, "severity": "error"}


def faults(values, balance=None, share=None, decimals=1.0, layout=parse.USUAL):
    """What is said of a row: key, severity, the field whose cell is named, and what stands in the sentence."""
    said = []
    settings = {"balances": [BALANCE | balance] if balance is not None else []}
    settings["shares"] = [SHARE | share] if share is not None else []
    sheet = SimpleNamespace(
        rules=SimpleNamespace(settings=settings),
        column_of={name: number for number, name in enumerate(NAMES, 1)},
        heads={number: name.lower() for number, name in enumerate(NAMES, 1)},
        spec_of={name: {"decimals": decimals} for name in NAMES},
        layouts=dict.fromkeys(NAMES, layout),
        words=words("en"),
        fault=lambda key, row, column, severity, **fields: said.append((key, severity, NAMES[column - 1], fields)),
    )
    balances.check(sheet, SimpleNamespace(row=6, values=values))
    return said


def sum_of(total, online, direct):
    return {"RECEIVED": total, "ONLINE": online, "DIRECT": direct}


@pytest.mark.parametrize(
    ("values", "balance"),
    [
        (sum_of(10.0, 7.0, 3.0), {}),
        (sum_of(0.3, 0.1, 0.2), {}),  # 0.1 + 0.2 is more than 0.3 in binary
        (sum_of(10.02, 7.0, 3.0), {"tolerance": 0.02}),
        (sum_of(10.0, 7.0, None), {}),  # nothing to compare
        (sum_of(None, 7.0, 3.0), {}),
        ({"RECEIVED": 10.0, "ONLINE": 7.0}, {}),  # the table has no such column
    ],
)
def test_a_sum_that_holds_or_cannot_be_known_is_no_problem(values, balance):
    assert faults(values, balance) == []


@pytest.mark.parametrize(
    ("values", "balance", "severity", "sum_", "difference"),
    [
        (sum_of(10.0, 7.0, 4.0), {}, ERROR, "11", "−1"),
        (sum_of(268763.0, 257141.0, 0.0), {}, ERROR, "257,141", "+11,622"),
        (sum_of(0.31, 0.1, 0.2), {}, ERROR, "0.3", "+0.01"),
        (sum_of(10.021, 7.0, 3.0), {"tolerance": 0.02}, ERROR, "10", "+0.021"),
        (sum_of(10.0, 7.0, 4.0), {"severity": "warn"}, WARNING, "11", "−1"),
    ],
)
def test_a_sum_that_does_not_hold_is_told_at_the_total_with_sum_and_difference(
    values, balance, severity, sum_, difference
):
    fields = {"parts": "online + direct", "sum": sum_, "difference": difference}
    assert faults(values, balance) == [("problem.wrong_balance", severity, "RECEIVED", fields)]


def rate_of(rate, part, whole):
    return {"ON_TIME_PCT": rate, "ON_TIME": part, "RESOLVED": whole}


@pytest.mark.parametrize(
    ("values", "share", "decimals"),
    [
        (rate_of(48.6, 124907.0, 257141.0), {}, 1.0),  # 48.5753
        (rate_of(40.0, 102770.0, 257141.0), {}, 1.0),  # 39.9664
        (rate_of(66.67, 2.0, 3.0), {}, float("nan")),  # two decimals, if none are declared
        (rate_of(12.5, 1.0, 8.0), {}, 1.0),
        (rate_of(12.0, 1.0, 8.0), {}, 0.0),  # half of the last digit, up or down
        (rate_of(13.0, 1.0, 8.0), {}, 0.0),
        (rate_of(13.5, 1.0, 8.0), {"tolerance": 1.0}, 1.0),
        (rate_of(0.0, 0.0, 0.0), {}, 1.0),  # of nothing there is no rate
        (rate_of(12.5, None, 8.0), {}, 1.0),
    ],
)
def test_a_rate_that_is_that_of_its_counts_within_rounding_is_no_problem(values, share, decimals):
    assert faults(values, share=share, decimals=decimals) == []


@pytest.mark.parametrize(
    ("values", "share", "severity", "rate", "difference"),
    [
        (rate_of(48.7, 124907.0, 257141.0), {}, ERROR, "48.58", "+0.12"),
        (rate_of(12.4, 1.0, 8.0), {}, ERROR, "12.50", "−0.10"),
        (rate_of(14.0, 1.0, 8.0), {"tolerance": 1.0}, ERROR, "12.50", "+1.50"),
        (rate_of(12.4, 1.0, 8.0), {"severity": "warn"}, WARNING, "12.50", "−0.10"),
    ],
)
def test_another_rate_than_that_of_its_counts_is_told_at_the_rate(values, share, severity, rate, difference):
    fields = {"part": "on_time", "whole": "resolved", "rate": rate, "difference": difference}
    assert faults(values, share=share) == [("problem.wrong_share", severity, "ON_TIME_PCT", fields)]


def test_the_last_digit_of_a_rate_on_the_scale_of_one_is_a_hundredth_of_it():
    on_one = parse.Layout(decimals=4, scale=1.0)
    assert faults(rate_of(66.67, 2.0, 3.0), share={}, decimals=4.0, layout=on_one) == []
    assert len(faults(rate_of(66.66, 2.0, 3.0), share={}, decimals=4.0, layout=on_one)) == 1
