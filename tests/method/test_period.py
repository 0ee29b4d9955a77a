"""What a month, a quarter or a year is compiled to; every expected value is worked by hand."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from analysis import tables
from analysis.method import period
from analysis.method.ledger import CLOSED

NAN = float("nan")
BANDS = ["Tốt", "Khá", "Yếu"]
NOV, OCT = "2023-11-27", "2023-10-30"


def kinds(*rows: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame([(f"u{at}", *row) for at, row in enumerate(rows)], columns=["unit_code", "kind", "band"])


def test_units_are_counted_by_kind_and_band_in_counts_and_per_cent():
    now = kinds(("xa", "Khá"), ("xa", "Khá"), ("xa", "Yếu"), ("so", "Tốt"), ("xa", "Khá"))
    then = kinds(("xa", "Yếu"), ("xa", "Khá"), ("so", "Tốt"), ("xa", "Yếu"))
    rows = period.count_bands(now, then, BANDS).to_numpy().tolist()
    assert rows == [
        ["xa", "Tốt", 0, 0, 0, 0],
        ["xa", "Khá", 3, 75, 1, pytest.approx(100 / 3)],
        ["xa", "Yếu", 1, 25, 2, pytest.approx(200 / 3)],
        ["so", "Tốt", 1, 100, 1, 100],
        ["so", "Khá", 0, 0, 0, 0],
        ["so", "Yếu", 0, 0, 0, 0],
    ]


def test_units_without_a_total_are_a_row_of_their_own_and_the_shares_still_add_up():
    counted = period.count_bands(kinds(("xa", "Khá"), ("xa", "")), None, BANDS)
    assert counted["band"].tolist() == [*BANDS, ""]
    assert counted["share"].sum() == 100 and counted["share"].tolist() == [0, 50, 0, 50]
    assert counted[["previous_units", "previous_share"]].isna().all(axis=None)


def test_a_kind_that_was_not_there_before_has_no_earlier_counts_rather_than_zeros():
    counted = period.count_bands(kinds(("xa", "Khá"), ("so", "Tốt")), kinds(("xa", "Khá")), BANDS)
    assert counted.groupby("kind")["previous_units"].count().to_dict() == {"so": 0, "xa": 3}


@pytest.mark.parametrize(
    ("before", "bands_since", "new_rules", "years", "reason"),
    [
        ("", "2022-06-23", [], True, period.NO_PREVIOUS),
        (OCT, "2022-06-23", [], True, ""),
        (OCT, "2022-06-23", ["2022-06-23"], True, ""),  # the rules began long before
        (OCT, "2023-11-15", [], True, period.NEW_BANDS),
        (OCT, "2023-10-30", [], True, ""),  # in force on the very day
        (OCT, "2022-06-23", ["2023-11-15"], True, period.NEW_RULES),
        ("2022-12-26", "2022-06-23", [], True, period.NEW_YEAR),
        ("2022-12-26", "2022-06-23", [], False, ""),  # nothing accumulates over the year
    ],
)
def test_why_two_last_cutoffs_are_not_compared(before, bands_since, new_rules, years, reason):
    assert period.find_break(before, NOV, bands_since, new_rules, years) == reason


def scores(*rows: tuple[str, float, str, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["unit_code", "total", "band", "rank"])
    return frame.assign(unit_name=frame["unit_code"].str.upper())


def test_each_unit_is_compared_within_its_series_only():
    now = scores(("a", 72.5, "Khá", 1), ("b", 40.0, "Yếu", 3), ("c", 55.0, "Yếu", 2), ("d", NAN, "", NAN))
    then = scores(("a", 70.25, "Yếu", 2), ("b", 41.0, "Yếu", 3), ("d", 60.0, "Yếu", 1))
    since = pd.Series({"a": "2023-01-01", "b": "2023-11-15", "c": "2023-01-01", "d": "2023-01-01"})
    found = period.compare_units(now, then, {"a": "xa", "b": "xa", "c": "xa"}, since, OCT, [], True, True)
    found = found.set_index("unit_code")
    assert found.loc[
        "a", ["kind", "previous_total", "previous_band", "previous_rank", "change", "reason"]
    ].tolist() == [*("xa", 70.25, "Yếu", 2.0, 2.25, "")]
    assert found["reason"].to_dict() == {"a": "", "b": "new_unit", "c": "no_previous", "d": "no_total"}
    assert found.loc[["b", "c", "d"], ["previous_total", "change", "previous_rank"]].isna().all(axis=None)
    assert found.loc["d", "kind"] == ""


def test_under_other_bands_a_unit_keeps_its_change_and_loses_its_earlier_band():
    now, then = scores(("a", 72.5, "Khá", 1)), scores(("a", 70.0, "Tốt", 1))
    found = period.compare_units(now, then, {"a": "xa"}, pd.Series({"a": "2023-01-01"}), OCT, [], True, False).iloc[0]
    assert (found["change"], found["previous_band"]) == (2.5, "")


def cells(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["unit_code", "indicator", "value", "published_points"])


NO_PLACES = pd.DataFrame(columns=period.PLACES)


def test_figures_are_compared_as_the_table_prints_them_and_a_place_without_a_figure_has_a_row():
    now = cells(("a", "SH", 14.4, NAN), ("a", "MDHL", NAN, 12.0), ("b", "SH", 9.0, NAN), ("b", "X", 1.0, NAN))
    then = cells(("a", "SH", 10.0, NAN), ("a", "MDHL", NAN, 18.0), ("b", "SH", NAN, NAN))
    since = pd.Series({"a": "2023-01-01", "b": "2023-01-01"})
    printed = {"MDHL": "published_points", "SH": "value"}
    places = pd.DataFrame([("a", "SH", 10, 63), ("a", "TOTAL", 7, 11)], columns=period.PLACES)
    earlier = pd.DataFrame([("a", "SH", 10, 63)], columns=period.PLACES)
    found = period.compare_figures(now, then, printed, since, OCT, {}, places, earlier)
    assert found.fillna(-1).to_numpy().tolist() == [
        ["a", "MDHL", 12.0, 18.0, -6.0, -1, -1, -1, -1],
        ["a", "SH", 14.4, 10.0, 4.4, 10, 63, 10, 63],
        ["a", "TOTAL", -1, -1, -1, 7, 11, -1, -1],
        ["b", "SH", 9.0, -1, -1, -1, -1, -1, -1],
    ]
    changed = period.compare_figures(now, then, printed, since, OCT, {"SH": "2023-11-01"}, NO_PLACES, NO_PLACES)
    assert changed.set_index(["unit_code", "indicator"])["change"].dropna().to_dict() == {("a", "MDHL"): -6.0}


def asks(**states: str) -> pd.DataFrame:
    """A ledger: by the unit of each ask its state, and its kind behind a colon where it is no flag."""
    blank = {name: "" for name in tables.TABLES["asks"].columns} | dict.fromkeys(
        ("times", "level_opened", "level_before", "level", "rate", "low", "high", "target"), NAN
    )
    rows = [
        blank
        | {"ask_id": unit, "unit_code": unit, "state": said.partition(":")[0], "kind": said.partition(":")[2] or "flag"}
        for unit, said in states.items()
    ]
    return pd.DataFrame(rows, columns=list(blank))


def test_what_became_of_each_ask_balances():
    ledgers = {
        OCT: asks(a="open", b="new", c="done", d="open", t="standing:task"),
        "2023-11-06": asks(a="open", b="done", d="ended", e="new", t="standing:task"),
        "2023-11-13": asks(a="open", b="open", e="open", f="new", t="standing:task"),  # b is raised again
        NOV: asks(a="done", b="open", e="extended", f="done", g="new", t="standing:task"),
    }
    found = period.follow_asks(ledgers, ["2023-11-06", "2023-11-13", NOV]).set_index("ask_id")
    assert found["was_open"].to_dict() == {
        **{"a": True, "b": True, "d": True},
        **{"e": False, "f": False, "g": False},
    }
    assert found["closed"].to_dict() == {"a": NOV, "b": "", "d": "2023-11-06", "e": "", "f": NOV, "g": ""}
    assert found["reports"].to_dict() == {"a": 3, "b": 3, "d": 1, "e": 3, "f": 2, "g": 1}
    is_open = found["closed"] == ""
    assert found["was_open"].sum() + (~found["was_open"]).sum() == found["state"].isin(CLOSED).sum() + is_open.sum()


def test_without_a_ledger_there_is_no_ask():
    assert period.follow_asks({}, [NOV]).empty and period.follow_asks({OCT: asks(a="open")}, [NOV]).empty


MONDAYS = [date(2023, 11, day) for day in (6, 13, 20, 27)]


@pytest.mark.parametrize(
    ("days", "missing"),
    [
        ([6, 13, 20, 27], []),
        ([6, 14, 20, 27], []),  # closed on the Tuesday after a holiday
        ([6, 20, 27], [13]),
        ([6, 9, 20, 27], [13]),  # two tables of one week stand for one expected day only
        ([], [6, 13, 20, 27]),
    ],
)
def test_a_cutoff_that_was_expected_and_is_not_there_is_missing(days, missing):
    stored = [date(2023, 11, day) for day in days]
    assert [day.day for day in period.find_missing(stored, MONDAYS, 3)] == missing


def test_without_a_rhythm_what_lies_further_apart_than_usual_is_a_gap():
    days = [date(2023, 10, 16), date(2023, 10, 23), date(2023, 10, 30), date(2023, 11, 6), date(2023, 11, 27)]
    first, last = date(2023, 11, 1), date(2023, 11, 30)
    assert period.find_gaps(days, first, last) == [(date(2023, 11, 6), date(2023, 11, 27))]
    assert period.find_gaps(days[:4], first, last) == [(date(2023, 11, 6), last)]
    assert period.find_gaps(days[:4], date(2023, 10, 1), date(2023, 10, 31)) == []
    assert period.find_gaps(days[:3], first, last) == []  # two distances tell no usual one


def test_weeks_are_listed_with_what_is_missing_among_them():
    revisions, known = {OCT: 1, "2023-11-06": 2, NOV: 1}, [OCT, "2023-11-06", NOV]
    about = (date(2023, 11, 1), date(2023, 11, 30))
    found = period.list_weeks(revisions, OCT, known, MONDAYS, 3, *about)
    assert found[["state", "cutoff"]].to_numpy().tolist() == [
        ["before", OCT],
        ["within", "2023-11-06"],
        ["missing", "2023-11-13"],
        ["missing", "2023-11-20"],
        ["within", NOV],
    ]
    assert found["revision"].fillna(0).tolist() == [1, 2, 0, 0, 1]


def test_an_issue_that_replaces_another_names_each_total_that_changed_and_a_first_issue_none():
    new = pd.DataFrame([("a", "A", 2.0), ("b", "B", NAN), ("c", "C", 3.0)], columns=["unit_code", "unit_name", "total"])
    old = pd.DataFrame([("a", "A", 1.0), ("b", "B", NAN), ("d", "D", 4.0)], columns=["unit_code", "unit_name", "total"])
    found = period.correct_totals(old, new).sort_values("unit_code")
    assert found[["unit_code", "unit_name", "old", "new"]].replace({np.nan: None}).to_numpy().tolist() == [
        ["a", "A", 1.0, 2.0],
        ["c", "C", None, 3.0],
        ["d", "D", 4.0, None],
    ]
    assert period.correct_totals(None, new).empty
