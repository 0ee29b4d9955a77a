"""How long asks stay open: the share is worked by hand, and what is still open is not counted as done."""

import pandas as pd
import pytest

from analysis.method.durations import estimate_medians, estimate_open, list_spells

NAN = float("nan")


def spells(*lasted: tuple[float, bool], **others: list) -> pd.DataFrame:
    return pd.DataFrame(lasted, columns=["reports", "is_done"]).assign(**others)


@pytest.mark.parametrize(
    ("lasted", "curve"),
    [
        # of five all last 1, one is done: 4/5; then one of four: 3/5; the open one leaves; then one of two: 3/10
        (
            [(1, True), (2, True), (2, False), (3, True), (5, False)],
            [(1, 5, 1, 0.8), (2, 4, 1, 0.6), (3, 2, 1, 0.3)],
        ),
        ([(2, True), (2, True), (4, False)], [(2, 3, 2, 1 / 3)]),
        ([(1, True)], [(1, 1, 1, 0.0)]),
        ([(7, False), (3, False)], []),  # nothing was done: nothing is known but that they are open
        ([], []),
    ],
)
def test_the_share_still_open_falls_by_what_is_done_of_those_that_lasted_so_long(lasted, curve):
    found = estimate_open(spells(*lasted).astype({"is_done": bool}))
    assert [tuple(row) for row in found.itertuples(index=False)] == [pytest.approx(row) for row in curve]


def test_half_are_done_after_so_many_reports_or_it_is_not_known():
    held = spells(
        *[(1, True), (2, True), (3, True)], *[(1, True), (9, False), (9, False)], kind=["flag"] * 3 + ["band"] * 3
    )
    found = estimate_medians(held, "kind")
    assert found["kind"].tolist() == ["flag", "band"] and found["asks"].tolist() == [3, 3]
    assert found["done"].tolist() == [3, 1]
    assert found["median"].iat[0] == 2 and pd.isna(found["median"].iat[1])


def row(cutoff: str, ask: str, state: str, kind: str = "flag", replied: str = "") -> dict:
    about = {"unit_code": "1", "unit_name": "A", "indicator": "TT", "opened": "2023-12-04"}
    return about | {"cutoff": cutoff, "ask_id": ask, "state": state, "kind": kind, "replied": replied}


def test_an_ask_lasts_the_reports_in_which_it_was_asked_and_the_one_that_closes_it_is_none():
    ledgers = pd.DataFrame(
        [
            row("2023-12-18", "met", "done"),  # in any order
            row("2023-12-04", "met", "new"),
            row("2023-12-11", "met", "open"),
            row("2023-12-04", "open", "new"),
            row("2023-12-11", "open", "overdue"),
            row("2023-12-18", "open", "extended", replied="2023-12-12"),
            row("2023-12-11", "ended", "new"),
            row("2023-12-18", "ended", "ended"),
            row("2023-12-04", "task", "new", kind="task"),
        ]
    )
    found = list_spells(ledgers).set_index("ask_id")[["reports", "is_done", "is_replied"]]
    assert {name: tuple(each) for name, each in zip(found.index, found.to_numpy().tolist(), strict=True)} == {
        "met": (2, True, False),
        "open": (3, False, True),
        "ended": (1, False, False),
    }
