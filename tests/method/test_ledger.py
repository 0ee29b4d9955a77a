"""The ledger of asks: planted courses, each week's rows worked by hand by docs/method.md §14."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from support.ledgers import AREA, UNIT, Told, make
from support.sampled import sampled

from analysis.method import answers
from analysis.method.moves import CHANGE
from analysis.tables import NOT_ITEMISED
from analysis.weeks import table_files

DAYS = [f"2023-{month}-{day:02}" for month, days in (("10", range(2, 31, 7)), ("11", range(6, 28, 7))) for day in days]
NEXT_YEAR = "2024-01-01"
NAN = np.nan


def ckmb(*values: float, **told) -> list[Told]:
    """Weeks in which a state that can be mended at once stands so; its mark is 50."""
    return [Told({"CKMB": value}, **told) for value in values]


def tt(value: float, low: float = NAN, cases: float = NAN, signal: str = "", since: str = "", basis: str = "") -> Told:
    """A week in which this share of all dossiers so far was paid online, and of its own at least ``low``; mark 8."""
    basis = basis or ("counts" if cases == cases else "estimate")
    return Told({"TT": value}, own={"TT": (low, low, cases, basis)}, called={"TT": (low, 20.0, signal, since)})


def signal(called: str, rate: float = 5.0, since: str = DAYS[0], **told) -> Told:
    """A week in which this signal stands of the share of dossiers filed online, or none."""
    return Told(called={"DVCTT": (rate, 20.0, called, since if called else "")}, **told)


def fell(points: float, before: float | None = None, **told) -> Told:
    """A week with these points of TT, which fell from ``before``."""
    return Told(parts={"TT": points}, fell={} if before is None else {"TT": before}, **told)


def rest(points: float, gap: float = 0.0, **told) -> Told:
    """A week with so many points that are not itemised; ``gap`` below the peers, if that is a lost block."""
    return Told(parts={NOT_ITEMISED: points}, lost={NOT_ITEMISED: gap} if gap else {}, **told)


def targets(*values: tuple[float, float], **told) -> list[Told]:
    """Weeks in which two units filed so much online; the target is 50."""
    return [Told({"DVCTT": own}, {"DVCTT": other}, **told) for own, other in values]


def reply(ask: str, kind: str = "reply", **told: str) -> dict[str, str]:
    """A reply of the unit about one of its asks: its indicator and, behind ``@``, when it was opened."""
    indicator, _, opened = ask.partition("@")
    named = {"ask_id": f"{UNIT}:{indicator}:{opened}" if opened else "", "unit_code": UNIT, "indicator": indicator}
    return named | {"kind": kind} | told


def answered(told: Told, *replies: dict[str, str]) -> Told:
    return dataclasses.replace(told, replies=replies)


def own(text: str, number: int = 1, day: str = DAYS[0], **told: str) -> dict[str, str]:
    """What the office itself asks of the unit, about CT."""
    ask_id = f"{UNIT}:CT:{day}:{number}"
    return {"ask_id": ask_id, "unit_code": UNIT, "indicator": "CT", "kind": "own", "text": text} | told


def zero(*values: float) -> list[Told]:
    return [Told({"CT": value}) for value in values]


MERGED = {"breaks": {"begun": {UNIT: DAYS[2]}}}
GONE = {"units": ("b",), "breaks": {"heirs": {UNIT: "b"}}}
NEW_YEAR = {"breaks": {"year": NEXT_YEAR}, "since": NEXT_YEAR}
# A course, its weeks (None: no report), and of each report what the ledger says: the ask, its kind, state, progress, how
# many times it was asked, level_opened > level (of target), and the note.
COURSES = {
    "met": (
        ckmb(19.3, 55),
        ["CKMB flag new - 1 19.3>19.3/50", "CKMB flag done met 1 19.3>55/50"],
    ),
    "better, slowly, and met at the mark": (
        ckmb(19.3, 20.2, 20.3, 50, 50),
        [
            "CKMB flag new - 1 19.3>19.3/50",
            "CKMB flag open same 2 19.3>20.2/50",
            "CKMB flag open better 3 19.3>20.3/50",
            "CKMB flag done met 3 19.3>50/50",
            "",
        ],
    ),
    "never met, and worse": (
        ckmb(45, 45, 44.01, 44, 45),
        [
            "CKMB flag new - 1 45>45/50",
            "CKMB flag open same 2 45>45/50",
            "CKMB flag open same 3 45>44.01/50",
            "CKMB flag open worse 4 45>44/50",
            "CKMB flag open same 5 45>45/50",
        ],
    ),
    "raised, falling back, again within four reports": (
        ckmb(40, 51, 52, 52, 52, 49, 49),
        [
            "CKMB flag new - 1 40>40/50",
            "CKMB flag done met 1 40>51/50",
            *("", "", ""),
            "CKMB flag open better 2 40>49/50 again",
            "CKMB flag open better 3 40>49/50",
        ],
    ),
    "falling back after more than four reports": (
        ckmb(40, 51, 52, 52, 52, 52, 49),
        ["CKMB flag new - 1 40>40/50", "CKMB flag done met 1 40>51/50", *[""] * 4, "CKMB flag new - 1 49>49/50 #6"],
    ),
    "the figure is missing": (
        ckmb(40, NAN, 42),
        [
            "CKMB flag new - 1 40>40/50",
            "CKMB flag open unclear 2 40>-/50",
            "CKMB flag open better 3 40>42/50",
        ],
    ),
    "figures of earlier weeks are revised": (
        [tt(5), tt(4, basis="revised"), tt(4)],
        ["TT flag new - 1 5>5/8", "TT flag open unclear 2 5>4/8", "TT flag open same 3 5>4/8"],
    ),
    "a week is left out": (
        [*ckmb(40), None, *ckmb(40)],
        ["CKMB flag new - 1 40>40/50", None, "CKMB flag open same 2 40>40/50"],
    ),
    "a flow moves by its signals, whatever its figure does": (
        [tt(5), tt(7.5), tt(7.6, signal="up", since=DAYS[2]), tt(7.9, signal="up", since=DAYS[2]), tt(8)],
        [
            "TT flag new - 1 5>5/8",
            "TT flag open same 2 5>7.5/8",
            "TT flag open better 3 5>7.6/8",
            "TT flag open better 4 5>7.9/8",
            "TT flag done met 4 5>8/8",
        ],
    ),
    "a signal that was called before is no progress": (
        [tt(5, signal="up", since=DAYS[0]), tt(5, signal="up", since=DAYS[0])],
        ["TT flag new - 1 5>5/8", "TT flag open same 2 5>5/8"],
    ),
    "a flow is met by two weeks of its own": (
        [tt(5), tt(5.1, 9, 20), tt(5.2, 8, 20)],
        ["TT flag new - 1 5>5/8", "TT flag open same 2 5>5.1/8 once", "TT flag done met 2 5>5.2/8"],
    ),
    "one week of its own, few cases, and another one are not two": (
        [tt(5), tt(5.1, 9, 20), tt(5.2, 9, 19), tt(5.2, 9, 20), tt(5.2, 7.9, 90)],
        [
            "TT flag new - 1 5>5/8",
            "TT flag open same 2 5>5.1/8 once",
            "TT flag open same 3 5>5.2/8",
            "TT flag open same 4 5>5.2/8 once",
            "TT flag open same 5 5>5.2/8",
        ],
    ),
    "an estimated week counts by its lower bound": (
        [tt(5), tt(5.1, 8), tt(5.2, 8)],
        ["TT flag new - 1 5>5/8", "TT flag open same 2 5>5.1/8 once", "TT flag done met 2 5>5.2/8"],
    ),
    "a flow whose own week meets the mark is not asked about": (
        [tt(5, 8, 3), tt(5, 7)],
        ["", "TT flag new - 1 5>5/8 #1"],
    ),
    "a flow that was done twice within a year is to clear its mark": (
        [tt(7), tt(8), tt(7.9), tt(8), tt(7.9), tt(8.9), tt(9)],
        [
            "TT flag new - 1 7>7/8",
            "TT flag done met 1 7>8/8",
            "TT flag open same 2 7>7.9/8 again",
            "TT flag done met 2 7>8/8",
            "TT flag open same 3 7>7.9/8 again unsteady",
            "TT flag open same 4 7>8.9/8 unsteady",
            "TT flag done met 4 7>9/8",
        ],
    ),
    "a signal": (
        [signal("down"), signal("down", 6), signal("down", NAN), signal("", 19)],
        [
            "DVCTT signal new - 1 5>5/20",
            "DVCTT signal open same 2 5>6/20",
            "DVCTT signal open unclear 3 5>-/20",
            "DVCTT signal done met 3 5>19/20",
        ],
    ),
    "a signal whose usual rate was begun anew": (
        [signal("down"), signal("", breaks={"rebase": [{"cutoff": DAYS[1], "unit_code": "", "indicator": "DVCTT"}]})],
        ["DVCTT signal new - 1 5>5/20", "DVCTT signal ended unclear 1 5>5/20 baseline"],
    ),
    "a weak band": (
        [Told(total=49.18), Told(total=49.9), Told(total=50.18), Told(total=50)],
        [
            "TOTAL band new - 1 49.18>49.18/50",
            "TOTAL band open same 2 49.18>49.9/50",
            "TOTAL band done met 2 49.18>50.18/-",
            "",
        ],
    ),
    "a fall regains its points": (
        [fell(0.4, 1.6), fell(1.5), fell(1.6)],
        ["TT fell new - 1 0.4>0.4/1.6", "TT fell open better 2 0.4>1.5/1.6", "TT fell done met 2 0.4>1.6/1.6"],
    ),
    "a fall falls further: its points are those before the first": (
        [fell(4.0, 6.0), fell(2.0, 4.0), fell(4.0), fell(6.0)],
        [
            "TT fell new - 1 4>4/6",
            "TT fell open worse 2 4>2/6",
            "TT fell open same 3 4>4/6",
            "TT fell done met 3 4>6/6",
        ],
    ),
    "a fall after the points were regained is the same ask, of other points": (
        [fell(4.0, 6.0), fell(7.0), fell(5.0, 7.0), fell(6.5), fell(7.0)],
        [
            "TT fell new - 1 4>4/6",
            "TT fell done met 1 4>7/6",
            "TT fell open better 2 4>5/7 again",
            "TT fell open better 3 4>6.5/7",
            "TT fell done met 3 4>7/7",
        ],
    ),
    "a total falls of which no part is known": (
        [Told(total=51.1, fell={CHANGE: 56.88}), Told(total=56.87), Told(total=56.88)],
        [
            "TOTAL fell new - 1 51.1>51.1/56.88",
            "TOTAL fell open better 2 51.1>56.87/56.88",
            "TOTAL fell done met 2 51.1>56.88/56.88",
        ],
    ),
    "a total falls with a part of it": (
        [Told(total=58, parts={"TT": 4.0}, fell={CHANGE: 60, "TT": 6.0})],
        ["TT fell new - 1 4>4/6"],
    ),
    "a block below the peers comes back but for tenths": (
        [rest(14.5, 6), rest(14.6, 6), rest(19.4), rest(19.5)],
        [
            f"{NOT_ITEMISED} fell new - 1 14.5>14.5/20.5",
            f"{NOT_ITEMISED} fell open same 2 14.5>14.6/20.5",
            f"{NOT_ITEMISED} fell open better 3 14.5>19.4/20.5",
            f"{NOT_ITEMISED} fell done met 3 14.5>19.5/20.5",
        ],
    ),
    "a block below the peers asks only where no other fall is asked about": (
        [rest(14.5, 6, total=54, fell={CHANGE: 60}), rest(14.5, 6, total=54), rest(14.5, 6, total=60)],
        [
            "TOTAL fell new - 1 54>54/60",
            "TOTAL fell open same 2 54>54/60",
            f"{NOT_ITEMISED} fell new - 1 14.5>14.5/20.5 #2; TOTAL fell done met 2 54>60/60",
        ],
    ),
    "the strongest kind of a cell": (
        [tt(5), tt(5, 2, signal="down", since=DAYS[1]), tt(5, 5), tt(8.1, 20)],
        [
            "TT flag new - 1 5>5/8",
            "TT signal open worse 2 2>2/20 kind:flag>signal",
            "TT flag open better 3 5>5/8 kind:signal>flag",
            "TT flag done met 3 5>8.1/8",
        ],
    ),
    "a stronger kind first, the weaker adds no row": (
        [Told(total=49, fell={CHANGE: 52})],
        ["TOTAL band new - 1 49>49/50"],
    ),
    "the target of the area, one row for all its units": (
        targets((40, 45), (51, 45), (51, NAN), (51, 50)),
        [
            "DVCTT target new - 1 0>0/2 at:50",
            "DVCTT target open better 2 0>1/2 at:50",
            "DVCTT target done met 2 0>1/1 at:50",
            "",
        ],
    ),
    "a changed target": (
        [*targets((51, 45)), *targets((51, 45), (61, 60), settings={"targets": {"DVCTT": 60}})],
        [
            "DVCTT target new - 1 1>1/2 at:50",
            "DVCTT target open worse 2 1>0/2 at:60 target:50>60",
            "DVCTT target done met 2 1>2/2 at:60",
        ],
    ),
    "a changed mark": (
        [*ckmb(40), *ckmb(45, 60, settings={"marks_below": {"CKMB": 60}})],
        [
            "CKMB flag new - 1 40>40/50",
            "CKMB flag open better 2 40>45/60 target:50>60",
            "CKMB flag done met 2 40>60/60",
        ],
    ),
    "a mark that is given up": (
        [*ckmb(40), *ckmb(40, settings={"marks_below": {}})],
        ["CKMB flag new - 1 40>40/50", "CKMB flag ended unclear 1 40>-/- rule"],
    ),
    "a count of nothing": (
        zero(0, 0, 3),
        ["CT zero new - 1 0>0/0", "CT zero open same 2 0>0/0", "CT zero done met 2 0>3/0"],
    ),
    "the unit goes into another one": (
        [*ckmb(40, 40), *[Told(**GONE)] * 2],
        [
            "CKMB flag new - 1 40>40/50",
            "CKMB flag open same 2 40>40/50",
            "CKMB flag ended unclear 2 40>-/- merged:b",
            "",
        ],
    ),
    "another unit comes into it, which inherits nothing": (
        [*ckmb(40, 40), *ckmb(40, 40, **MERGED)],
        [
            "CKMB flag new - 1 40>40/50",
            "CKMB flag open same 2 40>40/50",
            "CKMB flag ended unclear 2 40>40/50 merged:a; CKMB flag new - 1 40>40/50 #2",
            "CKMB flag open same 2 40>40/50 #2",
        ],
    ),
    "the indicator's rule changes": (
        [*ckmb(40), *ckmb(40, breaks={"indicators": {"CKMB": DAYS[1]}})],
        ["CKMB flag new - 1 40>40/50", "CKMB flag ended unclear 1 40>40/50 rule; CKMB flag new - 1 40>40/50 #1"],
    ),
    "the limits of bands change": (
        [Told(total=49), Told(total=49, breaks={"bands": DAYS[1]})],
        ["TOTAL band new - 1 49>49/50", "TOTAL band ended unclear 1 49>49/50 rule; TOTAL band new - 1 49>49/50 #1"],
    ),
    "the new year ends totals and points, and a state goes on unclear": (
        [
            Told({"CKMB": 40}, total=49, parts={"TT": 4.0}, fell={"TT": 6.0}),
            *[None] * 8,
            Told({"CKMB": 42}, total=51, parts={"TT": 1.0}, **NEW_YEAR),
        ],
        [
            "CKMB flag new - 1 40>40/50; TOTAL band new - 1 49>49/50; TT fell new - 1 4>4/6",
            *[None] * 8,
            "CKMB flag open unclear 2 40>42/50; TOTAL band ended unclear 1 49>51/- year; TT fell ended unclear 1 4>1/6 year",
        ],
    ),
    "a fall is met by a reply that gives its cause": (
        [
            fell(4.0, 6.0),
            answered(fell(4.0), reply(f"TT@{DAYS[0]}", text="Đã rõ.")),
            answered(fell(4.0), reply(f"TT@{DAYS[0]}", cause="Phiếu khảo sát chưa được gửi.")),
            fell(4.0),
        ],
        [
            "TT fell new - 1 4>4/6",
            "TT fell open same 2 4>4/6",
            "TT fell done met 2 4>4/6 explained",
            "",
        ],
    ),
    "a cause that names no part explains none, nor does one from before the fall": (
        [
            fell(4.0, 6.0),
            answered(fell(4.0), reply(f"TT@{DAYS[0]}", indicator="", cause="Thiếu người.")),
            answered(fell(4.0), reply(f"TT@{DAYS[0]}", cause="Thiếu người.", day="2023-10-01")),
        ],
        ["TT fell new - 1 4>4/6", "TT fell open same 2 4>4/6", "TT fell open same 3 4>4/6"],
    ),
    "a cause given under the report that asks closes it in the next, and a further fall is asked again": (
        [
            answered(fell(4.0, 6.0), reply(f"TT@{DAYS[0]}", cause="Lỗi phần mềm.", day=DAYS[0])),
            fell(2.0, 4.0),
            fell(2.0),
            answered(fell(2.0), reply(f"TT@{DAYS[0]}", cause="Lỗi nữa.", day=DAYS[1])),
        ],
        [
            "TT fell new - 1 4>4/6",
            "TT fell open worse 2 4>2/4 explained again",
            "TT fell open worse 3 4>2/4",
            "TT fell done met 3 4>2/4 explained",
        ],
    ),
    "a fall that is explained leaves a weaker kind that stands": (
        [
            dataclasses.replace(tt(5), parts={"TT": 4.0}, fell={"TT": 6.0}),
            dataclasses.replace(tt(5), parts={"TT": 4.0}, replies=(reply(f"TT@{DAYS[0]}", cause="Lỗi phần mềm."),)),
        ],
        ["TT fell new - 1 4>4/6", "TT flag open better 2 5>5/8 explained kind:fell>flag"],
    ),
    "the office says that an ask is done, and the figures ask it again": (
        [*ckmb(40), answered(*ckmb(42), reply(f"CKMB@{DAYS[0]}", "done")), *ckmb(42, 55)],
        [
            "CKMB flag new - 1 40>40/50",
            "CKMB flag done better 1 40>42/50 office",
            "CKMB flag open better 2 40>42/50 again",
            "CKMB flag done met 2 40>55/50",
        ],
    ),
    "the office ends an ask, and what the next report's figures ask is another one": (
        [*ckmb(40), answered(*ckmb(42), reply(f"CKMB@{DAYS[0]}", "end")), *ckmb(42)],
        ["CKMB flag new - 1 40>40/50", "CKMB flag ended unclear 1 40>42/50 office", "CKMB flag new - 1 42>42/50 #2"],
    ),
    "what the figures meet needs no word of the office": (
        [*ckmb(40), answered(*ckmb(50), reply(f"CKMB@{DAYS[0]}", "end"))],
        ["CKMB flag new - 1 40>40/50", "CKMB flag done met 1 40>50/50"],
    ),
    "the office's word under the report that asks counts in the next, once": (
        [answered(*ckmb(40), reply(f"CKMB@{DAYS[0]}", "done")), *ckmb(40, 40, 40)],
        [
            "CKMB flag new - 1 40>40/50",
            "CKMB flag done same 1 40>40/50 office",
            "CKMB flag open same 2 40>40/50 again",
            "CKMB flag open same 3 40>40/50",
        ],
    ),
    "an ask of the office itself lives until the office says so, beside what the figures ask": (
        [answered(*zero(0), own("Rà soát.")), *zero(1), answered(*zero(1), reply(f"CT@{DAYS[0]}:1", "done")), *zero(1)],
        [
            "CT own new - 1 ->-/-; CT zero new - 1 0>0/0",
            "CT own open - 2 ->-/-; CT zero done met 1 0>1/0",
            "CT own done met 2 ->-/- office",
            "",
        ],
    ),
    "the office ends an ask of its own": (
        [answered(*zero(1), own("Rà soát.")), answered(*zero(1), reply(f"CT@{DAYS[0]}:1", "end"))],
        ["CT own new - 1 ->-/-", "CT own ended - 1 ->-/- office"],
    ),
    "an ask of the office ends with its unit": (
        [answered(*zero(1), own("Rà soát.")), Told(**GONE)],
        ["CT own new - 1 ->-/-", "CT own ended - 1 ->-/- merged:b"],
    ),
    "tasks stand, and are closed by the office": (
        [Told(tasks=(("t", "justice", "CT"), ("all", "", "")))] * 2 + [Told(tasks=(("all", "", ""),))] * 2,
        [
            " task new - - ->-/-; CT task new - - ->-/-",
            " task standing - - ->-/-; CT task standing - - ->-/-",
            " task standing - - ->-/-; CT task ended - - ->-/- office",
            " task standing - - ->-/-",
        ],
    ),
}


def said(rows: pd.DataFrame) -> str:
    """The ledger as COURSES have it; ``#2`` of an ask that was opened in another week than the first."""

    def figure(value: float) -> str:
        return f"{value:g}" if value == value else "-"

    told = []
    for row in rows.itertuples():
        words = [row.indicator, row.kind, row.state, row.progress or "-", figure(row.times)]
        words.append(f"{figure(row.level_opened)}>{figure(row.level)}/{figure(row.target)}")
        began = DAYS.index(row.opened)
        told.append(" ".join([*words, *filter(None, [row.note]), *([f"#{began}"] if began else [])]))
    return "; ".join(sorted(told))


def follow(weeks: list[Told | None], days: list[str] | None = None) -> dict[str, pd.DataFrame]:
    made: dict[str, pd.DataFrame] = {}
    for day, told in zip(days or [*DAYS, NEXT_YEAR], weeks, strict=False):
        if told:
            made[day] = make(told, made, day)
    return made


@pytest.mark.parametrize("course", sampled([*COURSES], 16, long=len(COURSES)))
def test_each_week_of_a_planted_course_has_the_rows_worked_by_hand(course):
    weeks, expected = COURSES[course]
    made = follow(weeks)
    told = [None if week is None else said(made[day]) for day, week in zip([*DAYS, NEXT_YEAR], weeks, strict=False)]
    assert told == expected
    for rows in made.values():
        table_files.checked("asks", rows)


def test_an_ask_is_named_by_unit_indicator_and_the_week_that_opened_it():
    made = follow([Told({"CKMB": 40}, tasks=(("review", "", "CKMB TT"),)), *targets((40, 40))])
    assert made[DAYS[0]]["ask_id"].tolist() == ["a:CKMB:2023-10-02", "review:CKMB+TT:2023-10-02"]
    assert made[DAYS[1]]["ask_id"].tolist()[1:2] == [f"{AREA}:DVCTT:2023-10-09"]


def test_the_level_of_the_week_before_is_shown_beside_that_of_the_first():
    rows = follow(ckmb(40, 41, 45))[DAYS[2]]
    assert rows[["level_opened", "level_before", "level"]].values.tolist() == [[40, 41, 45]]


def test_the_department_of_an_ask_is_the_one_that_answers_for_its_indicator():
    rows = follow([Told({"CKMB": 40, "CT": 0})])[DAYS[0]]
    assert dict(zip(rows["indicator"], rows["department"], strict=True)) == {"CKMB": "", "CT": "justice"}


def dated(*weeks: Told) -> list[list[tuple[str, str, str]]]:
    """Due, reply_by and state of each ask, week by week."""
    return [[tuple(row) for row in rows[["due", "reply_by", "state"]].values] for rows in follow([*weeks]).values()]


def test_where_the_office_sets_no_days_nothing_is_due_nor_overdue():
    assert dated(*ckmb(40, 40)) == [[("", "", "new")], [("", "", "open")]]


def test_due_days_are_working_days_after_the_report_that_opened_the_ask_and_the_day_itself_is_not_overdue():
    weeks = ckmb(40, 40, 40, 51, days=(5, 3))
    first = ("2023-10-09", "2023-10-05")
    assert dated(*weeks) == [[(*first, state)] for state in ("new", "open", "overdue", "done")]


def test_an_ask_that_is_raised_again_is_due_anew():
    last = dated(*ckmb(40, 51, 40, days=(5, 3)))[-1]
    assert last == [("2023-10-23", "2023-10-19", "open")]


def test_an_extension_moves_the_day_and_a_promise_does_not():
    promise = reply(f"CKMB@{DAYS[0]}", promised="2023-12-31", text="Sẽ làm.")
    moved = reply(f"CKMB@{DAYS[0]}", "extend", promised="2023-10-20")
    later = reply(f"CKMB@{DAYS[0]}", "extend", promised="2023-11-03")
    week = ckmb(40, days=(5, 0))[0]
    weeks = [week, answered(week, promise), answered(week, moved), week, answered(week, later), week]
    expected = ["2023-10-09 new", "2023-10-09 open", "2023-10-20 extended", "2023-10-20 overdue"]
    expected += ["2023-11-03 extended", "2023-11-03 overdue"]
    days = [*DAYS[:5], DAYS[6]]
    made = follow(weeks, days)
    assert [f"{rows['due'].item()} {rows['state'].item()}" for rows in made.values()] == expected


def test_an_extension_dates_an_ask_of_an_office_that_sets_no_days():
    moved = reply(f"CKMB@{DAYS[0]}", "extend", promised="2023-10-20")
    assert dated(*ckmb(40), answered(*ckmb(40), moved))[-1] == [("2023-10-20", "", "extended")]


def test_an_extension_from_before_an_ask_was_raised_again_is_over():
    moved = reply(f"CKMB@{DAYS[0]}", "extend", promised="2023-12-31")
    assert dated(*ckmb(40), answered(*ckmb(40), moved), *ckmb(51, 40))[-1] == [("", "", "open")]


def test_the_offices_own_ask_is_due_on_the_day_that_it_says_and_several_of_a_report_are_numbered():
    asks = own("Một.", promised="2023-10-10"), own("Hai.", 2)
    made = follow([answered(Told(days=(5, 0)), *asks), Told(), Told()])
    told = made[DAYS[2]][["ask_id", "due", "state", "addressee", "department"]].values.tolist()
    assert told == [
        ["a:CT:2023-10-02:1", "2023-10-10", "overdue", "unit", "justice"],
        ["a:CT:2023-10-02:2", "2023-10-09", "overdue", "unit", "justice"],
    ]


def test_the_office_asks_a_department_and_all_units_too():
    to_department = own("Phối hợp.", ask_id=f"justice:CT:{DAYS[0]}:1", unit_code="", department="justice")
    to_all = own("Rà soát.", ask_id=f"{AREA}:CT:{DAYS[0]}:1", unit_code=AREA)
    made = follow([answered(Told(), to_department, to_all), Told()])
    told = made[DAYS[1]][["addressee", "unit_code", "department", "state"]].values.tolist()
    assert sorted(told) == [["department", "", "justice", "open"], ["units", AREA, "justice", "open"]]


def test_an_own_ask_that_its_file_does_not_hold_any_more_ends_as_corrected():
    made = follow([answered(Told(), own("Một.")), Told()])
    made[DAYS[0]] = make(Told(), made, DAYS[0])
    assert said(make(Told(), made, DAYS[2])) == "CT own ended - 1 ->-/- corrected"


def test_the_newest_reply_is_shown_by_its_day_and_of_one_without_words_what_it_gives():
    def replied(*replies: dict[str, str]) -> tuple[str, str]:
        row = follow([*ckmb(40), answered(*ckmb(40), *replies)])[DAYS[1]]
        return row["replied"].item(), row["reply"].item()

    first = reply(f"CKMB@{DAYS[0]}", text="Một.", day="2023-10-04")
    second = reply(f"CKMB@{DAYS[0]}", solution="Hai.", day="2023-10-06")
    moved = reply(f"CKMB@{DAYS[0]}", "extend", promised="2023-10-20", text="Gia hạn.", day="2023-10-07")
    assert replied() == ("", "")
    assert replied(second, first) == replied(first, second, moved) == ("2023-10-06", "Hai.")


def test_a_reply_that_names_no_ask_answers_what_its_report_asks_first_and_nothing_else():
    general = reply("", text="Sẽ làm.")
    rows = follow([*ckmb(40), answered(Told({"CKMB": 40, "CT": 0}), general)])[DAYS[1]]
    assert dict(zip(rows["indicator"], rows["reply"], strict=True)) == {"CKMB": "", "CT": "Sẽ làm."}


def test_the_table_holds_this_reports_replies_and_the_earlier_ones_of_asks_that_it_shows():
    first = reply(f"CKMB@{DAYS[0]}", text="Một."), reply("", indicator="CT", text="Không ai hỏi.")
    made = follow([answered(*ckmb(40), *first), answered(*ckmb(55), reply(f"CKMB@{DAYS[0]}", text="Hai.")), *ckmb(55)])
    told = {}
    for day, rows in made.items():
        every = pd.concat([each.attrs["replies"] for then, each in made.items() if then <= day])
        table = answers.tell_replies(every, rows, {UNIT: "2023-10-03", "b": "2023-10-03"}, day)
        table_files.checked("replies", table)
        told[day] = [" ".join(filter(None, [each.cutoff[5:], each.kind, each.text])) for each in table.itertuples()]
    assert [told[day] for day in DAYS[:3]] == [
        ["10-02 reply Một.", "10-02 reply Không ai hỏi.", "10-02 form"],
        ["10-02 reply Một.", "10-09 reply Hai.", "10-09 form"],
        [],
    ]


def test_a_reply_that_names_no_ask_stands_in_the_table_once_for_each_ask_that_it_fits():
    general = reply("", text="Sẽ làm.")
    rows = follow([answered(Told({"CKMB": 40, "CT": 0}), general)])[DAYS[0]]
    table = answers.tell_replies(rows.attrs["replies"], rows, {}, DAYS[0])
    assert sorted(table["ask_id"]) == ["a:CKMB:2023-10-02", "a:CT:2023-10-02"]


def test_a_first_issue_that_is_corrected_is_measured_by_its_newest_revision():
    made = follow(ckmb(40, 42))
    made[DAYS[0]] = make(*ckmb(30), made, DAYS[0])
    assert said(make(*ckmb(42), made, DAYS[2])) == "CKMB flag open better 3 30>42/50"


def test_an_ask_that_its_corrected_week_does_not_raise_ends_and_one_that_still_stands_is_new():
    made = follow(ckmb(40, 40))
    made[DAYS[0]] = make(*ckmb(55), made, DAYS[0])
    now = said(make(*ckmb(40), made, DAYS[2]))
    assert now == "CKMB flag ended unclear 1 40>40/50 corrected; CKMB flag new - 1 40>40/50 #2"


def test_a_week_that_is_issued_again_is_not_counted_twice():
    made = follow(ckmb(40, 41))
    made[DAYS[1]] = make(*ckmb(42), made, DAYS[1])
    assert said(made[DAYS[1]]) == "CKMB flag open better 2 40>42/50"


def test_a_late_week_counts_from_the_next_that_is_made():
    made = follow([*ckmb(40), None, *ckmb(40)])
    made[DAYS[1]] = make(*ckmb(40), made, DAYS[1])
    assert made[DAYS[2]]["times"].tolist() == [2]
    made[DAYS[2]] = make(*ckmb(40), made, DAYS[2])
    assert made[DAYS[2]]["times"].tolist() == [3]


def test_a_signal_that_became_usual_after_a_year_was_not_met():
    year = ["2022-10-03", "2023-10-02"]
    made = follow([signal("down", since=year[0]), signal("", 5)], year)
    assert made[year[1]][["state", "note"]].values.tolist() == [["ended", "baseline"]]


@pytest.mark.parametrize("seed", [7, pytest.param(8, marks=pytest.mark.long)])
def test_ledgers_made_from_nothing_equal_those_made_week_by_week(seed):
    """Weeks come late, in any order, and are corrected; whenever one changes, the later ones are made again."""
    chance, days = np.random.default_rng(seed), DAYS[:6]
    made: dict[str, pd.DataFrame] = {}
    known: dict[str, Told] = {}
    for day in [*chance.permutation(days), *chance.choice(days, 2)]:
        known[day] = _any_week(chance)
        for later in sorted(each for each in known if each >= day):
            made[later] = make(known[later], made, later)
    straight = follow([known[day] for day in days], days)
    assert straight.keys() == made.keys()
    for day in days:
        pd.testing.assert_frame_equal(made[day], straight[day])


def _any_week(chance: np.random.Generator) -> Told:
    own = {"TT": (chance.uniform(4, 12),) * 2 + (float(chance.integers(5, 60)), "counts")}
    figures = {
        "CKMB": chance.choice([40, 45, 51, 60]),
        "TT": chance.choice([7.0, 7.9, 8.0, 9.0]),
        "CT": chance.choice([0, 1]),
    }
    parts = {NOT_ITEMISED: chance.choice([14.0, 20.0])}
    lost = {NOT_ITEMISED: 6.0} if parts[NOT_ITEMISED] == 14 else {}
    total = chance.choice([48.0, 52.0, 58.0])
    fallen = {CHANGE: total + 4} if chance.random() < 0.3 else {}
    return Told(figures, total=total, own=own, parts=parts, lost=lost, fell=fallen)
