"""Published cut-offs as one frame: what of them counts, what tables carry of others, and where a new series begins."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.dated import enter_anew
from support.district import HOME

from analysis import tables
from analysis.weeks import history, paths, store, table_files

AREA, FROM_FILE = "cho-moi", "gia-lai"
NAMES = {"893": "Huyện Chợ Mới", "30634": "Kiến An", "30673": "Hội An"}
A, B = "30634", "30673"
GIA_LAI = HOME.parent / "shared" / "data" / "gia-lai-2026"
NAN = float("nan")


@pytest.fixture
def home(tmp_path):
    shutil.copytree(HOME / "config", tmp_path / "config")
    return tmp_path


def scores(totals: dict[str, float], names: dict[str, str] = NAMES) -> pd.DataFrame:
    frame = pd.DataFrame({"unit_code": list(totals), "unit_name": [names.get(code, code) for code in totals]})
    frame["total"] = list(totals.values())
    frame = frame.assign(computed_total=frame["total"] - 20, not_itemised=20.0, band="Khá", rank=1.0)
    frame.loc[frame["unit_code"] == "893", "rank"] = np.nan
    return frame


def changes(held: pd.DataFrame, previous: dict[str, float], of: str) -> pd.DataFrame:
    """previous : totals by unit_code of the cut-off ``of``"""
    empty = dict.fromkeys(tables.TABLES["changes"].columns, np.nan)
    known = {"unit_code": held["unit_code"], "unit_name": held["unit_name"], "total": held["total"]}
    return pd.DataFrame(empty | known | {"previous_total": held["unit_code"].map(previous), "previous_cutoff": of})


def corrections(totals: dict[str, float], indicator: str = "TOTAL") -> pd.DataFrame:
    """totals : what they were, by unit_code"""
    rows = [(code, NAMES[code], indicator, "value", old, NAN) for code, old in totals.items()]
    return pd.DataFrame(rows, columns=list(tables.TABLES["corrections"].columns))


def measurements(figures: dict[str, float], indicator: str = "TOTAL") -> pd.DataFrame:
    rows = [(code, NAMES.get(code, code), indicator, value, NAN, NAN, NAN, "") for code, value in figures.items()]
    return pd.DataFrame(rows, columns=list(tables.TABLES["measurements"].columns))


def source(day: str, previous: str = "") -> pd.DataFrame:
    return pd.DataFrame({"file": ["a.txt"], "cutoff": [day], "previous_cutoff": [previous]})


def publish(
    home: Path,
    day: str,
    totals: dict[str, float],
    area: str = AREA,
    names: dict[str, str] = NAMES,
    previous: dict[str, float] | None = None,
    of: str = "",
    corrected: pd.DataFrame | None = None,
    dated: bool = True,
) -> Path:
    """A published week, as its notebooks write it; dated: its table says of which cut-off its previous totals are."""
    folder, held = paths.processed(home, area, day), scores(totals, names)
    written = {
        "scores": held,
        "changes": changes(held, previous or {}, of),
        "source": source(day, of if dated else ""),
        "corrections": corrections({}) if corrected is None else corrected,
        "measurements": pd.concat([measurements(totals), measurements(previous or {}, "PREVIOUS_TOTAL")]),
    }
    for name, frame in written.items():
        store.write_table(folder, name, frame)
    return folder


def reissue(home: Path, day: str, totals: dict[str, float], corrected: pd.DataFrame) -> None:
    """The same week from a corrected table; what it was is kept within it, as publishing does."""
    folder, number = paths.processed(home, AREA, day), len(store.revisions(paths.processed(home, AREA, day))) + 1
    before = folder.parent / "before"
    folder.rename(before)
    for old in store.revisions(before):
        shutil.copytree(old, folder / old.name)
        shutil.rmtree(old)
    before.rename((folder if folder.is_dir() else publish(home, day, totals)) / f"r{number}")
    publish(home, day, totals, corrected=corrected)


def found(frame: pd.DataFrame, *columns: str) -> list[tuple]:
    return list(frame[list(columns)].itertuples(index=False, name=None))


def since(frame: pd.DataFrame, code: str) -> dict[str, str]:
    return frame[frame["unit_code"] == code].set_index("cutoff")["since"].to_dict()


# -- which weeks, in which order -------------------------------------------------------------------------------------


def test_an_area_without_published_weeks_has_a_history_without_rows(home):
    assert list(history.load(home, AREA)) == history.COLUMNS and history.load(home, AREA).empty
    assert list(history.indicators(home, AREA)) == history.INDICATORS and history.indicators(home, AREA).empty


def test_history_is_by_cutoff_and_within_it_in_the_order_of_the_file(home):
    publish(home, "2023-11-27", {"893": 60.5, B: 71.25, A: 70})
    publish(home, "2023-11-20", {"893": 60, A: 69, B: NAN})
    frame = history.load(home, AREA)
    assert list(frame) == history.COLUMNS
    assert found(frame, "cutoff", "unit_code", "unit_name") == [
        ("2023-11-20", "893", "Huyện Chợ Mới"),
        ("2023-11-20", A, "Kiến An"),
        ("2023-11-20", B, "Hội An"),
        ("2023-11-27", "893", "Huyện Chợ Mới"),
        ("2023-11-27", B, "Hội An"),
        ("2023-11-27", A, "Kiến An"),
    ]
    assert frame["total"].fillna(-1).tolist() == [60, 69, -1, 60.5, 71.25, 70]
    assert frame["computed_total"].fillna(-1).tolist() == [40, 49, -1, 40.5, 51.25, 50]
    assert frame["rank"].isna().tolist() == [True, False, False, True, False, False]
    assert set(frame["carried_by"]) == {""} and set(frame["revision"]) == {1.0} and not frame["corrected"].any()


DAYS = ["2023-11-06", "2023-11-20", "2023-11-21", "2023-11-22", "2023-11-27"]  # weeks and days, with gaps


@pytest.mark.parametrize(
    ("before", "newest", "expected"),
    [
        ("", None, DAYS),
        ("2023-11-22", None, DAYS[:3]),
        pytest.param("2023-11-06", None, [], marks=pytest.mark.long),
        pytest.param("2023-11-07", 3, DAYS[:1], marks=pytest.mark.long),
        pytest.param("", 2, DAYS[3:], marks=pytest.mark.long),
        ("2023-11-22", 1, DAYS[2:3]),
        ("", 0, []),
    ],
)
def test_only_weeks_before_a_cutoff_and_only_the_newest_of_them_whatever_their_spacing(home, before, newest, expected):
    for day in DAYS:
        publish(home, day, {A: 70})
    assert history.load(home, AREA, before, newest)["cutoff"].tolist() == expected
    assert history.indicators(home, AREA, before, newest)["cutoff"].tolist() == expected


def test_figures_are_those_of_the_published_weeks(home):
    publish(home, "2023-11-20", {A: 69, B: 70})
    store.write_table(paths.processed(home, AREA, "2023-11-27"), "measurements", measurements({A: 98.5}, "TD"))
    expected = [("2023-11-20", A, "TOTAL", 69.0), ("2023-11-20", B, "TOTAL", 70.0), ("2023-11-27", A, "TD", 98.5)]
    assert found(history.indicators(home, AREA), "cutoff", "unit_code", "indicator", "value") == expected


# -- revisions -------------------------------------------------------------------------------------------------------


def test_of_a_week_issued_again_the_newest_totals_count_and_those_that_changed_are_marked(home):
    publish(home, "2023-11-20", {A: 68, B: 70})
    publish(home, "2023-11-27", {A: 69, B: 71})
    reissue(home, "2023-11-27", {A: 69.5, B: 71}, corrections({A: 69}))
    assert found(history.load(home, AREA), "cutoff", "unit_code", "total", "revision", "corrected") == [
        ("2023-11-20", A, 68.0, 1.0, False),
        ("2023-11-20", B, 70.0, 1.0, False),
        ("2023-11-27", A, 69.5, 2.0, True),
        ("2023-11-27", B, 71.0, 2.0, False),
    ]


def test_a_total_stays_marked_when_a_later_revision_corrects_something_else(home):
    publish(home, "2023-11-27", {A: 69, B: 71})
    reissue(home, "2023-11-27", {A: 69.5, B: 71}, corrections({A: 69}))
    reissue(home, "2023-11-27", {A: 69.5, B: 71}, corrections({B: 98}, "TD"))
    frame = history.load(home, AREA)
    assert found(frame, "unit_code", "revision", "corrected") == [(A, 3.0, True), (B, 3.0, False)]


# -- totals that a table carries -------------------------------------------------------------------------------------


def test_totals_that_a_table_carries_of_an_unpublished_cutoff_are_history_with_their_provenance(home):
    publish(home, "2023-11-27", {"893": 61, B: 71, A: 70}, previous={"893": 60, B: 70.5, A: NAN}, of="2023-11-20")
    frame = history.load(home, AREA)
    told = frame[frame["carried_by"] == "2023-11-27"]
    assert found(told, "cutoff", "unit_code", "unit_name", "total", "band", "corrected") == [
        ("2023-11-20", "893", "Huyện Chợ Mới", 60.0, "", False),
        ("2023-11-20", B, "Hội An", 70.5, "", False),
    ]
    assert told[["rank", "computed_total", "not_itemised", "revision"]].isna().all(axis=None)
    assert frame["cutoff"].tolist() == ["2023-11-20"] * 2 + ["2023-11-27"] * 3


def test_carried_totals_give_way_when_the_real_week_arrives_even_for_units_that_it_does_not_have(home):
    publish(home, "2023-11-27", {A: 70, B: 71}, previous={A: 69, B: 70}, of="2023-11-20")
    publish(home, "2023-11-20", {A: 69.5})
    frame = history.load(home, AREA)
    assert found(frame, "cutoff", "unit_code", "total", "carried_by") == [
        ("2023-11-20", A, 69.5, ""),
        ("2023-11-27", A, 70.0, ""),
        ("2023-11-27", B, 71.0, ""),
    ]
    assert history.load(home, AREA, newest=1)["cutoff"].unique().tolist() == ["2023-11-27"]


def test_of_several_tables_that_carry_a_total_the_newest_counts_for_each_unit_that_it_has(home):
    publish(home, "2023-11-21", {A: 70, B: 71}, previous={A: 69, B: 70}, of="2023-11-20")
    publish(home, "2023-11-22", {A: 70.5}, previous={A: 69.25}, of="2023-11-20")
    told = history.load(home, AREA).query("carried_by != ''")
    assert found(told, "unit_code", "total", "carried_by") == [(B, 70.0, "2023-11-21"), (A, 69.25, "2023-11-22")]
    assert history.load(home, AREA, before="2023-11-22").query("carried_by != ''")["total"].tolist() == [69.0, 70.0]


def test_a_carried_cutoff_is_one_of_the_newest(home):
    publish(home, "2023-11-27", {A: 70}, previous={A: 69}, of="2023-11-20")
    publish(home, "2023-11-13", {A: 68})
    assert history.load(home, AREA, newest=2)["cutoff"].tolist() == ["2023-11-20", "2023-11-27"]


@pytest.mark.parametrize("of", ["", "2023-11-20"])
def test_previous_totals_of_a_cutoff_that_the_table_does_not_name_are_of_no_week_in_history(home, of):
    publish(home, "2023-11-27", {A: 70}, previous={A: 69}, of=of, dated=False)
    publish(home, "2023-12-11", {A: 72}, previous={A: 71}, of="2023-12-04")
    assert history.load(home, AREA)["cutoff"].tolist() == ["2023-11-27", "2023-12-04", "2023-12-11"]


def test_a_total_that_a_table_carries_for_a_named_cutoff_stays_where_a_later_table_names_none(home):
    publish(home, "2023-11-27", {A: 70}, previous={A: 69}, of="2023-11-20")
    publish(home, "2023-11-28", {A: 70}, previous={A: 68}, of="2023-11-20", dated=False)
    told = history.load(home, AREA).query("carried_by != ''")
    assert found(told, "cutoff", "total", "carried_by") == [("2023-11-20", 69.0, "2023-11-27")]


def carriers(home: Path, day: str, previous_cutoff: str) -> list[tuple]:
    week = store.history(home, AREA)[day]
    return found(history.carriers(week, previous_cutoff), "carrier", "cutoff", "unit_code", "total")


@pytest.mark.parametrize("dated", [True, False])
def test_the_totals_of_other_cutoffs_are_those_that_a_table_and_the_next_one_carry(home, dated):
    publish(home, "2023-11-27", {A: 70}, previous={A: 69}, of="2023-11-20", dated=dated)
    publish(home, "2023-12-04", {A: 71}, previous={A: 70.5, B: 8}, of="2023-11-27", dated=dated)
    publish(home, "2023-12-11", {A: 72}, previous={A: 71}, of="2023-12-04", dated=dated)
    assert carriers(home, "2023-11-27", "2023-11-20") == [
        ("2023-11-27", "2023-11-20", A, 69),
        ("2023-12-04", "2023-11-27", A, 70.5),
        ("2023-12-04", "2023-11-27", B, 8),
    ]


def test_totals_that_a_table_does_not_carry_are_of_no_other_cutoff(home):
    publish(home, "2023-11-20", {A: 69})
    publish(home, "2023-11-27", {A: 70})
    assert carriers(home, "2023-11-27", "2023-11-20") == []


# -- where a new series begins ---------------------------------------------------------------------------------------


def test_a_year_begins_a_new_series(home):
    for day in ("2023-12-25", "2024-01-01", "2024-01-08"):
        publish(home, day, {A: 70})
    expected = {"2023-12-25": "2023-01-01", "2024-01-01": "2024-01-01", "2024-01-08": "2024-01-01"}
    assert since(history.load(home, AREA), A) == expected


def test_the_previous_total_of_another_year_is_of_another_series(home):
    publish(home, "2024-01-01", {A: 70}, previous={A: 69}, of="2023-12-25")
    assert since(history.load(home, AREA), A) == {"2023-12-25": "2023-01-01", "2024-01-01": "2024-01-01"}


def test_a_unit_of_the_registry_that_becomes_a_town_goes_on_in_its_series(home):
    # Hội An: a commune until 9 April 2023, a town from 10 April, under the same code (units.csv)
    for day in ("2023-04-03", "2023-04-10", "2023-04-17"):
        publish(home, day, {"893": 60, A: 70, B: 71})
    assert set(history.load(home, AREA)["since"]) == {"2023-01-01"}


def test_a_unit_of_the_registry_that_takes_in_another_one_begins_a_new_series_and_the_others_go_on(home):
    path = home / "config" / AREA / "units.csv"
    rows = path.read_text("utf-8")
    assert rows.count("30676,Hòa Bình,xã,commune,2022-06-23,2025-06-30,30673") == 1
    path.write_text(
        rows.replace("30676,Hòa Bình,xã,commune,2022-06-23,2025", "30676,Hòa Bình,xã,commune,2022-06-23,2023")
    )
    for day in ("2023-06-26", "2023-07-03"):
        publish(home, day, {"893": 60, A: 70, B: 71})
    frame = history.load(home, AREA)
    assert since(frame, B) == {"2023-06-26": "2023-01-01", "2023-07-03": "2023-07-01"}
    assert set(since(frame, A).values()) == set(since(frame, "893").values()) == {"2023-01-01"}


GROUPS = "index-766/groups.csv"
INDICATORS = "index-766/indicators.csv"
BANDS = "index-766/bands.csv"


@pytest.mark.parametrize(
    ("file", "begins", "area", "begun"),
    [
        (GROUPS, "CKMB,", AREA, "2023-11-15"),  # the decision: the office computes its totals otherwise
        pytest.param(GROUPS, "CKMB,", FROM_FILE, "2023-11-15", marks=pytest.mark.long),
        (INDICATORS, "CKMB,CKMB,printed,", AREA, "2023-01-01"),  # our reading of published totals
        (INDICATORS, "PUBLISH_ON_TIME,CKMB,portal,", FROM_FILE, "2023-01-01"),
        (BANDS, "Tốt,", AREA, "2023-01-01"),  # the names of totals
    ],
)
def test_only_rules_by_which_totals_are_computed_begin_a_new_series_and_they_do_for_every_unit(
    home, file, begins, area, begun
):
    enter_anew(home / "config" / file, begins, "2023-11-15")
    for day in ("2023-11-14", "2023-11-15", "2023-11-16"):  # days, not weeks
        publish(home, day, {"893": 60, A: 70}, area)
    frame = history.load(home, area)
    expected = {"2023-11-14": "2023-01-01", "2023-11-15": begun, "2023-11-16": begun}
    assert since(frame, A) == since(frame, "893") == expected


def named(home: Path, day: str, **names: str) -> Path:
    return publish(home, day, dict.fromkeys(names, 70.0), FROM_FILE, names)


@pytest.mark.parametrize(
    ("before", "after", "others"),
    [
        ({"a": "Vân Canh", "b": "An Khê"}, {"a": "Vân Canh", "b": "An Bình"}, ""),  # b is renamed
        ({"a": "Vân Canh", "b": "An Khê"}, {"a": "xã  VÂN CANH", "b": "An Bình"}, ""),  # and a is written otherwise
        ({"a": "Vân Canh", "b": "An Khê", "c": "Ia Grai"}, {"a": "Vân Canh", "b": "An Bình"}, "b"),  # b took in c
        ({"a": "Vân Canh", "b": "An Khê"}, {"a": "Vân Canh", "b": "An Bình", "c": "Ia Grai"}, "b"),  # c is out of b
        ({"a": "Vân Canh", "b": "An Khê", "c": "Ia Grai"}, {"a": "Vân Canh", "b": "An Khê"}, ""),  # c is missing
        ({"a": "Vân Canh", "b": "An Khê"}, {"a": "An Khê", "b": "Vân Canh"}, "ab"),  # the codes are exchanged
        ({"a": "Vân Canh", "b": "An Khê"}, {"a": "An Khê", "b": "An Bình"}, "ab"),  # a name went to another code
    ],
)
def test_where_the_table_is_the_registry_a_code_under_another_name_is_the_same_unit_unless_units_came_or_went(
    home, before, after, others
):
    named(home, "2026-09-23", **before)
    for day in ("2026-10-02", "2026-10-04"):
        named(home, day, **after)
    frame = history.load(home, FROM_FILE)
    for code in after:
        now = "2026-10-02" if code in others else "2026-01-01"
        expected = {"2026-09-23": "2026-01-01", "2026-10-02": now, "2026-10-04": now}
        assert since(frame, code) == {
            day: begun for day, begun in expected.items() if day > "2026-10" or code in before
        }


def test_a_name_that_is_missing_for_a_while_and_returns_is_the_same_unit(home):
    named(home, "2026-09-23", a="Vân Canh")
    named(home, "2026-10-02", b="An Khê")
    named(home, "2026-10-04", a="Vân Canh")
    assert set(since(history.load(home, FROM_FILE), "a").values()) == {"2026-01-01"}


def test_where_a_series_began_does_not_depend_on_how_much_of_the_history_is_asked_for(home):
    named(home, "2025-12-29", a="Ia Grai")
    named(home, "2026-01-05", a="An Khê", b="Ia Grai")  # under another name, and in another year
    named(home, "2026-01-12", a="An Bình")  # b is a part of it now
    named(home, "2026-01-19", a="An Bình")
    whole = history.load(home, FROM_FILE)
    assert whole["since"].tolist() == ["2025-01-01", "2026-01-01", "2026-01-01", "2026-01-12", "2026-01-12"]
    for newest, first in ((1, "2026-01-19"), (2, "2026-01-12"), (3, "2026-01-05")):
        expected = whole[whole["cutoff"] >= first].reset_index(drop=True)
        pd.testing.assert_frame_equal(history.load(home, FROM_FILE, newest=newest), expected)


@pytest.mark.parametrize("area", [AREA, FROM_FILE])
def test_a_week_being_made_gets_the_series_that_history_will_give_it(home, area):
    days = ["2023-03-27", "2023-04-10", "2023-04-17", "2024-01-08"]
    names = [NAMES | {A: name} for name in ("Kiến An", "Kiến Thành", "Kiến Thành", "Long Giang")]
    for day, called in zip(days, names, strict=True):
        week, totals = store.open_week(area, day, f"{day}-abc", home=home), {"893": 60, A: 70, B: 71}
        totals |= {"30661": 72} if day == days[0] else {}  # this unit goes as another gets its new name
        week.write("scores", scores(totals, called))
        week.write("measurements", measurements(totals))
        week.write("source", source(day))
        week.write("corrections", corrections({}))
        made = history.rows(week).set_index("unit_code")["since"]
        publish(home, day, totals, area, called)
        now = history.load(home, area).query("cutoff == @day").set_index("unit_code")["since"]
        pd.testing.assert_series_equal(made, now)
    begun = "2023-04-10" if area == FROM_FILE else "2023-01-01"
    assert since(history.load(home, area), A)["2023-04-17"] == begun


def test_the_rows_of_a_week_being_made_are_those_that_history_will_have(home):
    publish(home, "2023-11-20", {A: 69})
    week = store.open_week(AREA, "2023-11-27", "2023-11-27-abc", home=home)
    carried = measurements({A: 68.5, B: 70}, "PREVIOUS_TOTAL")
    week.write("scores", scores({"893": 60, A: 70, B: 71}))
    week.write("measurements", pd.concat([measurements({"893": 60, A: 70, B: 71}), carried]))
    week.write("source", source("2023-11-27", "2023-11-20"))
    week.write("corrections", corrections({}))
    rows = history.rows(week)
    publish(home, "2023-11-27", {"893": 60, A: 70, B: 71})
    now = history.load(home, AREA, newest=1)
    pd.testing.assert_frame_equal(rows.query("carried_by == ''").reset_index(drop=True), now)
    # what the table carries of a published week is told all the same: it may be another total
    assert found(rows.query("carried_by != ''"), "cutoff", "unit_code", "total", "carried_by") == [
        ("2023-11-20", A, 68.5, "2023-11-27"),
        ("2023-11-20", B, 70.0, "2023-11-27"),
    ]


def test_the_rows_of_a_week_being_issued_again_are_marked_where_their_total_is_corrected(home):
    raw = publish(home, "2023-11-27", {A: 69, B: 71}) / "raw"
    raw.mkdir()
    (raw / "2023-11-27.txt").write_text("as first issued", "utf-8")
    week = store.open_week(AREA, "2023-11-27", "2023-11-27-abc", home=home)
    shutil.copytree(paths.processed(home, AREA, "2023-11-27"), week.folder / "r1")
    week.write("scores", scores({A: 69.5, B: 71}))
    week.write("measurements", measurements({A: 69.5, B: 71}))
    week.write("source", source("2023-11-27"))
    week.write("corrections", corrections({A: 69}))
    assert found(history.rows(week), "unit_code", "revision", "corrected") == [(A, 2.0, True), (B, 2.0, False)]


# -- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("scores", "70,50,", "7O,50,", "scores.csv record 2: total: '7O'"),
        pytest.param("scores", "70,50,", "70,50,,", "scores.csv", marks=pytest.mark.long),
        ("scores", "70,50,", "inf,50,", "scores.csv record 2: total: inf: is not finite"),
        pytest.param("scores", "30634", "893", "scores.csv record 1: unit_code", marks=pytest.mark.long),
        ("scores", "30634", "", "scores.csv record 2: unit_code: '': is empty"),
        pytest.param("scores", "unit_code", "code", "scores.csv", marks=pytest.mark.long),
        ("scores", "Kiến", '"Kiến', "scores.csv: Error tokenizing"),
        ("changes", "total,previous_total", "previous_total,total", "changes.csv"),
    ],
)
def test_a_file_that_is_not_its_table_is_named_with_its_week(home, name, old, new, message):
    for day in ("2023-11-13", "2023-11-20", "2023-11-27"):
        publish(home, day, {"893": 60, A: 70})
    path = paths.processed(home, AREA, "2023-11-20", f"{name}.csv")
    text = path.read_text("utf-8")
    assert old in text, "the test changes nothing"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(tables.TableError, match=rf"^2023-11-20/{message}"):
        history.load(home, AREA)


@pytest.mark.parametrize("left", range(1, 40))
def test_a_file_that_was_cut_off_anywhere_does_not_run_into_the_next(left):
    text = table_files.to_csv("scores", scores({"893": 60, A: 70})).encode()
    files = {"first": text[:-left], "second": text}
    try:
        alone = [table_files.from_csv("scores", data) for data in files.values()]
    except tables.TableError:
        with pytest.raises(tables.TableError, match=r"^first/"):
            table_files.from_csvs("scores", files)
    else:
        together = table_files.from_csvs("scores", files)
        pd.testing.assert_frame_equal(together.reset_index(drop=True), pd.concat(alone, ignore_index=True))


def test_a_week_whose_table_is_gone_is_named(home):
    (publish(home, "2023-11-20", {A: 70}) / "changes.csv").unlink()
    with pytest.raises(paths.NotFound, match=r"^cho-moi: 2023-11-20/changes\.csv is gone"):
        history.load(home, AREA)


texts = st.text(st.sampled_from("aộ,\"'\n\r=-+@ \t1"), max_size=6)


@pytest.mark.long
@given(st.lists(st.lists(texts, max_size=3), max_size=4))
def test_many_files_read_as_one_are_what_each_is_by_itself(files):
    empty = dict.fromkeys(tables.TABLES["repairs"].columns, "")
    frames = [
        pd.DataFrame([empty | {"raw": text, "reason": text} for text in its], columns=list(empty)) for its in files
    ]
    written = {str(number): table_files.to_csv("repairs", frame).encode() for number, frame in enumerate(frames)}
    together = table_files.from_csvs("repairs", written)
    assert together["raw"].tolist() == together["reason"].tolist() == [text for its in files for text in its]
    assert together.index.tolist() == [key for key, its in zip(written, files, strict=True) for _ in its]
    for key, data in written.items():
        alone = table_files.from_csv("repairs", data)
        pd.testing.assert_frame_equal(together[together.index == key].reset_index(drop=True), alone)


@pytest.mark.long
def test_five_years_of_weeks_of_a_province_are_read_as_they_were_written(home):
    # 156 units × 260 cut-offs; its time is measured in bench/history.py
    codes, days = [f"H21.{n}" for n in range(156)], [date(2021, 1, 4) + timedelta(7 * n) for n in range(260)]
    held = scores(dict.fromkeys(codes, 70.0))
    moved = changes(held, {}, "")
    for number, day in enumerate(days):
        totals = ((np.arange(156) * 37 + number * 11) % 10_000) / 100
        folder = paths.processed(home, FROM_FILE, str(day))
        folder.mkdir(parents=True)
        (folder / "scores.csv").write_text(table_files.to_csv("scores", held.assign(total=totals)), "utf-8")
        (folder / "changes.csv").write_text(table_files.to_csv("changes", moved.assign(total=totals)), "utf-8")
    frame = history.load(home, FROM_FILE)
    assert len(frame) == 156 * 260 and not frame.duplicated(["cutoff", "unit_code"]).any()
    assert frame["total"].sum() == pytest.approx(
        sum((unit * 37 + week * 11) % 10_000 for week in range(260) for unit in range(156)) / 100
    )
    assert frame.groupby("since")["cutoff"].nunique().to_dict() == {
        "2021-01-01": 52,
        "2022-01-01": 25,
        "2022-06-23": 27,  # Decision 766, from which on there are rules
        "2023-01-01": 52,
        "2024-01-01": 53,  # a leap year that begins on a Monday
        "2025-01-01": 51,  # the 260th is 22 December
    }


@pytest.mark.skipif(not GIA_LAI.is_dir(), reason=f"the reference figures are not here: {GIA_LAI}")
def test_the_four_days_of_gia_lai_are_one_series_as_the_portal_published_them(home):
    days = ["2026-09-23", "2026-10-02", "2026-10-04", "2026-10-08"]
    for day in days:
        table = pd.read_csv(GIA_LAI / f"communes_{day}.csv", dtype={"code": str})
        totals, names = table.set_index("code")["total"], table.set_index("code")["name"]
        publish(home, day, totals.to_dict(), FROM_FILE, names.to_dict())
    frame = history.load(home, FROM_FILE)
    assert frame["cutoff"].value_counts(sort=False).to_dict() == dict.fromkeys(days, 136)
    assert frame.query("unit_code == 'H21'")["total"].tolist() == [62.74, 65.47, 65.53, 66.08]
    assert set(frame["since"]) == {"2026-01-01"}


def test_ledgers_are_those_of_earlier_weeks_that_have_one_each_in_its_newest_revision(home):
    row = {name: "" for name in tables.TABLES["asks"].columns} | {"addressee": "unit", "kind": "flag", "state": "new"}
    numbers = dict.fromkeys(("times", "level_opened", "level_before", "level", "rate", "low", "high", "target"), 1.0)

    def ledger(folder: Path, name: str) -> None:
        text = dict.fromkeys(("ask_id", "indicator", "opened"), name)
        store.write_table(folder, "asks", pd.DataFrame([row | numbers | text]))

    week = store.open_week(AREA, "2023-12-04", home=home)
    assert history.ledgers(week)[0].empty and history.ledgers(week)[1] == []
    for day in ("2023-11-13", "2023-11-20", "2023-11-27", "2023-12-04"):
        folder = publish(home, day, {"a": 50.0})
        if day != "2023-11-20":  # made by a program that kept no ledger
            ledger(folder, day)
    ledger(paths.processed(home, AREA, "2023-11-27", "r1"), "first issue")
    rows, reports = history.ledgers(week)
    assert found(rows, "cutoff", "ask_id") == [("2023-11-13", "2023-11-13"), ("2023-11-27", "2023-11-27")]
    assert reports == ["2023-11-13", "2023-11-27"]


def test_from_a_day_on_every_cutoff_is_read_however_few_of_the_newest_are_asked_for(home):
    for day in ("2021-12-27", "2022-12-26", "2023-01-02", "2023-11-27", "2023-12-04"):
        publish(home, day, {"a": 50.0})
    for since, expected in {
        "": ["2023-12-04"],
        "2023-01-01": ["2023-01-02", "2023-11-27", "2023-12-04"],
        "2022-12-26": ["2022-12-26", "2023-01-02", "2023-11-27", "2023-12-04"],
        "2024-01-01": ["2023-12-04"],
    }.items():
        assert history.load(home, AREA, newest=1, since=since)["cutoff"].tolist() == expected


def test_the_tables_of_a_week_that_is_not_asked_for_are_not_looked_at(home, monkeypatch):
    for day in ("2021-12-27", "2022-12-26", "2023-11-27", "2023-12-04"):
        publish(home, day, {"a": 50.0})
    looked, find = [], store.find_damage
    monkeypatch.setattr(store, "find_damage", lambda home, area, day: looked.append(day) or find(home, area, day))
    history.load(home, AREA, newest=1)
    assert set(looked) <= {"2022-12-26", "2023-11-27", "2023-12-04"}  # one more tells that the year is over
    assert store.find_week(home, AREA, "2023-11-27").cutoff == "2023-11-27" and store.find_week(home, AREA, "") is None


def test_of_old_ledgers_those_are_read_that_know_an_ask_of_the_newest_or_lie_not_before_a_day(home):
    empty = {name: "" for name in tables.TABLES["asks"].columns}
    numbers = dict.fromkeys(("times", "level_opened", "level_before", "level", "rate", "low", "high", "target"), 1.0)
    about = {"addressee": "unit", "kind": "flag", "state": "open", "indicator": "CKMB"}
    opened = {
        "2023-11-06": "2023-11-06",
        "2023-11-13": "2023-11-13",
        "2023-11-20": "2023-11-13",
        "2023-11-27": "2023-11-27",
    }
    for day, first in opened.items():
        task = {"ask_id": "task", "opened": "2020-01-06", "kind": "task"}
        rows = [about | {"ask_id": first, "opened": first}, about | task]
        store.write_table(
            publish(home, day, {"a": 50.0}), "asks", pd.DataFrame([empty | numbers | row for row in rows])
        )
    week = store.open_week(AREA, "2023-12-04", home=home)
    for newest, since, days in [
        (1, "", ["2023-11-27"]),
        (2, "", ["2023-11-13", "2023-11-20", "2023-11-27"]),
        (1, "2023-11-20", ["2023-11-20", "2023-11-27"]),
        (1, "2023-01-02", [*opened]),
        (None, "2023-11-20", [*opened]),
    ]:
        rows, reports = history.ledgers(week, newest, since)
        assert reports == days and rows["cutoff"].unique().tolist() == days
