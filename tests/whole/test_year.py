"""Sixty weeks of 18 units with planted events: each is found and named, and ordinary weeks raise no alarm. The weeks are
generated, scored by the notebooks and published one after the other."""

import tempfile
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support import played
from support.district import CONTROL, say, week, words
from support.stored import stored

from analysis.config import rules
from analysis.method import revisions
from analysis.report import findings
from analysis.weeks import history, paths, store

pytestmark = pytest.mark.long
AREA = "cho-moi"
DAYS = [str(date(2023, 1, 2) + timedelta(weeks=n)) for n in range(60)]  # to 19 February 2024
LEFT_OUT = DAYS[20]  # never published: the next table carries its totals
STEP, REGAINED = ("30649", DAYS[30]), ("30649", DAYS[38])  # Kiến Thành loses a satisfaction item, and regains it
SPIKE = ("30655", DAYS[34])  # Mỹ An: 20 percentage points of transparency for one week
DRIFT = ("30679", DAYS[28:46])  # Hòa An falls by what the others rise
MERGER, MERGED, GONE = DAYS[43], "30658", "30661"  # Long Giang goes into Nhơn Mỹ, whose code is used again
TYPED_WRONG, CORRECTED = DAYS[44], "30652"  # Mỹ Hiệp's total; corrected a week later
NEW_YEAR = DAYS[52]
# How the findings begin that call this week the first one.
BEGINNINGS = tuple(say(f"finding.{key}", period="#").split("#")[0] for key in ("no_history", "history_begins"))


def table(number: int, state: pd.DataFrame, before: pd.DataFrame | None) -> dict[str, pd.DataFrame]:
    """The cleaned tables of one week; state, before : rates and total of each unit, by code."""
    real = week()
    kept = state.index.intersection(real["units"]["unit_code"])
    names = real["units"].set_index("unit_code").loc[kept]
    columns = {"TOTAL": state["total"].round(2)} | {name: state[name] for name in ("CKMB", "TD", "DVCTT", "TT", "SH")}
    if before is not None:
        columns["PREVIOUS_TOTAL"] = before["total"].round(2).reindex(state.index)
    wide = pd.DataFrame(columns).loc[[*kept, CONTROL]]
    cells = wide.rename_axis("unit_code").reset_index().melt("unit_code", var_name="indicator").dropna()
    shown = names["unit_name"].to_dict() | {CONTROL: "Chợ Mới"}
    cells = cells.assign(unit_name=cells["unit_code"].map(shown), mark="")
    empty = dict.fromkeys(("numerator", "denominator", "published_points"), np.nan)
    measurements = cells.assign(**empty)[real["measurements"].columns]
    previous = DAYS[number - 1] if before is not None else ""
    source = pd.DataFrame([("table.txt", DAYS[number], previous)], columns=["file", "cutoff", "previous_cutoff"])
    nothing = {name: real[name].iloc[:0] for name in ("repairs", "problems", "controls", "corrections")}
    units = real["units"][real["units"]["unit_code"].isin(kept)]
    return nothing | {"measurements": measurements, "units": units, "source": source}


def states() -> list[pd.DataFrame]:
    """Rates and totals of every week: each year begins anew and ordinary weeks bring 0.14 points, give or take 0.22."""
    chance = np.random.default_rng(766)
    codes = [*week()["units"]["unit_code"], CONTROL]
    told = []
    for day in DAYS:
        if day in (DAYS[0], NEW_YEAR):
            rates = pd.DataFrame({"CKMB": 30.0, "TD": 99.0, "DVCTT": 8.0, "TT": 12.0, "SH": 24.0}, index=codes)
            rates += chance.uniform(-0.5, 0.5, rates.shape)
            rest = pd.Series(chance.uniform(20, 21, len(codes)), codes)
        moved = pd.Series(chance.normal(0.8, 1.2, len(codes)), codes)
        if day in DRIFT[1]:
            moved[DRIFT[0]] -= 2.2
        rates["CKMB"] += moved
        for (code, when), points in ((STEP, -6.0), (REGAINED, 6.0)):
            if day == when:
                rest[code] += points
        shown = rates.copy()
        if day == SPIKE[1]:
            shown.loc[SPIKE[0], "CKMB"] += 20
        if day >= MERGER:
            shown = shown.drop(GONE)
        explained = (
            0.18 * shown["CKMB"] + 0.2 * shown["TD"] + 0.12 * shown["DVCTT"] + 0.06 * shown["TT"] + 0.22 * shown["SH"]
        )
        told.append(shown.round(1).assign(total=explained + rest[shown.index]))
    return told


def merge_in_config(home) -> None:
    """The registry of a district whose commune GONE goes into MERGED, which keeps its code and name."""
    path = home / "config" / AREA / "units.csv"
    registry = pd.read_csv(path, dtype=str, keep_default_na=False)
    ends = registry["code"].isin([MERGED, GONE])
    new = registry[registry["code"] == MERGED].assign(valid_from=MERGER)
    registry.loc[ends, "valid_to"] = str(date.fromisoformat(MERGER) - timedelta(days=1))
    registry.loc[registry["code"] == GONE, "successor_code"] = MERGED
    pd.concat([registry, new]).to_csv(path, index=False)


def make(home: Path, number: int, state: pd.DataFrame, before: pd.DataFrame | None) -> dict[str, pd.DataFrame]:
    """One week through the notebooks and into history; with its findings."""
    day = DAYS[number]
    cleaned = table(number, state, before)
    if (published := paths.processed(home, AREA, day)).is_dir():
        old = store.Week(home, AREA, day, published).read("measurements")
        cleaned["corrections"] = revisions.corrections(old, cleaned["measurements"])
    tables = played.tables(home, AREA, day, cleaned)
    held = rules.load(home, AREA, date.fromisoformat(day))
    tables["findings"] = findings.collect(tables, held, words())
    played.publish(home, AREA, day)
    return tables


@pytest.fixture(scope="module")
def year():
    return made_year()


@stored
def made_year() -> tuple[dict[str, dict[str, pd.DataFrame]], pd.DataFrame]:
    """The tables of every published week by cut-off, and the history there is in the end."""
    with tempfile.TemporaryDirectory() as folder, played.at(Path(folder)) as home:
        merge_in_config(home)
        told, all_states = {}, states()
        for number, day in enumerate(DAYS):
            if day == LEFT_OUT:
                continue
            state, before = all_states[number], all_states[number - 1] if number and day != NEW_YEAR else None
            if day == TYPED_WRONG:
                wrong = state.copy()
                wrong.loc[CORRECTED, "total"] -= 0.5
                told["typed wrong"] = make(home, number, wrong, before)
                continue
            told[day] = make(home, number, state, before)
            if day == DAYS[45]:
                told[TYPED_WRONG] = make(home, 44, all_states[44], all_states[43])
        return told, history.load(home, AREA)


def found(tables, finding):
    return set(tables["findings"].query("finding == @finding")["unit_code"])


def moves(tables):
    return tables["moves"].query("indicator == 'CHANGE'").set_index("unit_code")


def test_the_lost_and_the_regained_block_are_named_in_their_weeks_and_no_other_move_is(year):
    steps = {
        (row.unit_code, day)
        for day, tables in year[0].items()
        for row in tables["steps"].query("against == 'before'").itertuples()
    }
    assert steps == {STEP, REGAINED}


@pytest.mark.parametrize("event", [STEP, REGAINED, SPIKE, (SPIKE[0], DAYS[35])], ids=["lost", "regained", "up", "down"])
def test_a_step_and_both_ends_of_a_spike_are_marked(year, event):
    unit, day = event
    assert moves(year[0][day]).at[unit, "marked"]
    assert unit in found(year[0][day], "fell" if moves(year[0][day]).at[unit, "move"] < 0 else "rose")


def test_ordinary_weeks_mark_no_move(year):
    events = {STEP, REGAINED, SPIKE, (SPIKE[0], DAYS[35]), (CORRECTED, TYPED_WRONG), (CORRECTED, DAYS[45])}
    marked = {(unit, day) for day, tables in year[0].items() for unit in moves(tables).query("marked").index} - {
        (CORRECTED, "typed wrong")
    }
    assert marked <= events


def test_rises_and_falls_in_a_row_are_named_from_seven_on(year):
    for tables in year[0].values():
        texts = " ".join(tables["findings"]["text"])
        streaks = moves(tables)["streak"].abs()
        assert (streaks.max() >= 7) or "liên tiếp" not in texts.replace("kỳ liên tiếp)", "")


def test_the_lost_block_stands_beside_the_peers_from_its_week_until_it_is_regained(year):
    for day in DAYS[30:38]:
        its = year[0][day]["standing"].query("finding == 'peer' and unit_code == @STEP[0]")
        assert its["since"].tolist() == [STEP[1]]
    assert year[0][REGAINED[1]]["standing"].query("finding == 'peer' and unit_code == @STEP[0]").empty


def test_the_spike_is_told_by_its_indicator_and_the_lost_item_by_what_the_table_does_not_print(year):
    for (unit, day), part in ((SPIKE, "CKMB"), (STEP, "NOT_ITEMISED")):
        parts = year[0][day]["contributions"].query(f"unit_code == '{unit}'")
        largest = parts.loc[parts["contribution"].abs().idxmax()]
        assert part in (largest["group"], largest["indicator"])


def test_at_the_merger_the_code_begins_a_new_series_and_has_no_change(year):
    tables = year[0][MERGER]
    moved = tables["changes"].set_index("unit_code")["change"]
    assert moved.isna().to_dict() == {code: code == MERGED for code in moved.index}
    assert moves(tables)["reason"].to_dict() == {code: "new_unit" if code == MERGED else "" for code in moved.index}
    assert say("finding.withheld_new_unit_of", units="Nhơn Mỹ") in list(tables["findings"]["text"])
    assert GONE not in set(year[0][DAYS[59]]["course"].query("cutoff >= @MERGER")["unit_code"])


def test_the_new_year_is_compared_with_nothing_before_it(year):
    tables = year[0][NEW_YEAR]
    assert tables["changes"]["change"].isna().all() and tables["contributions"].empty
    said = list(tables["findings"]["text"])
    assert set(moves(tables)["reason"]) == {"new_year"}  # there are totals to compare with, but of last year
    assert not moves(tables)["marked"].any()
    assert not any(text.startswith(BEGINNINGS) for text in said)
    second = year[0][DAYS[53]]
    assert second["changes"]["change"].notna().all() and (moves(second)["streak"].abs() == 1).all()


def test_before_eight_weeks_are_known_nothing_is_called_a_signal_and_the_new_year_is_no_beginning(year):
    for number in range(8):
        signals = year[0][DAYS[number]]["signals"]
        assert signals["baseline"].isna().all() and (signals["signal"] == "").all()
    known = [year[0][day]["signals"]["baseline"].notna().mean() for day in (DAYS[51], DAYS[53])]
    assert known[0] > 0.9 and known[1] > 0.9


def test_the_week_that_was_left_out_is_in_history_as_the_next_table_carries_it(year):
    rows = year[1].query("cutoff == @LEFT_OUT")
    assert set(rows["carried_by"]) == {DAYS[21]} and len(rows) == 19
    assert year[0][DAYS[21]]["contributions"].empty  # its columns are nowhere
    said = list(year[0][DAYS[21]]["findings"]["text"])
    assert say("finding.no_parts", period=say("period.week_of_year", week=4, month=5, year=2023)) in said
    assert not any(text.startswith(BEGINNINGS) for text in said)  # it began twenty weeks ago
    assert year[0][DAYS[21]]["changes"]["change"].notna().all()


def test_the_total_typed_wrong_is_named_when_the_next_table_carries_the_right_one(year):
    found = year[0][DAYS[45]]["carried"]
    assert found["unit_code"].tolist() == [CORRECTED]
    assert (found["carried"] - found["published"]).tolist() == pytest.approx([0.5])


def test_after_the_late_correction_history_has_the_right_total_marked_and_says_so(year):
    row = year[1].query("cutoff == @TYPED_WRONG").set_index("unit_code")
    assert row["corrected"][lambda corrected: corrected].index.tolist() == [CORRECTED]
    assert row.at[CORRECTED, "revision"] == 2
    texts = " ".join(year[0][DAYS[46]]["findings"]["text"])
    assert "đã được đính chính sau khi phát hành: Mỹ Hiệp." in texts
    assert year[0][DAYS[46]]["carried"].empty
    assert "đã được đính chính" not in " ".join(year[0][DAYS[51]]["findings"]["text"])  # no news after four weeks
