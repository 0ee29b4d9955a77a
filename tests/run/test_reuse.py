"""What of a published week stands in the next run: only what would be the same, byte for byte."""

import json
import os
import shutil
from pathlib import Path

import pandas as pd
import pytest
from support.district import words
from support.homes import UNITS

from analysis.exits import Exit
from analysis.run import editions, pipeline, reuse, verify
from analysis.weeks import atomic, paths, store

AREA, CUTOFF = "cho-moi", "2023-12-04"
RECORD = {
    "commit": "c",
    "revision": 1,
    "inputs": {
        "code": {"a": "1"}, "config": {"b": "2"}, "versions": {"pandas": "3"}, "raw": ["r"], "remarks": [], "replies": [], "forms": "",
        "earlier": {},
        "parameters": {"lang": "vi", "province_rank": ""}, "units": "none",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory, real_home):
    """The real week with the pages of UNITS, as published."""
    return shutil.copytree(real_home, tmp_path_factory.mktemp("reuse") / "home")


def made(home, **about) -> tuple[pipeline.Outcome, list[str]]:
    told = []
    outcome = pipeline.make_week(home, AREA, CUTOFF, steps=pipeline.Pipeline(tell=told.append), **about)
    return outcome, [line.replace(",", ".") for line in told]


def kept(told: list[str]) -> list[str]:
    return [line.partition(":")[0] for line in told if "giữ nguyên" in line]


def corrected(home, old: str, new: str):
    """The table with one cell as typed instead."""
    text = (home / "data" / "raw" / AREA / f"{CUTOFF}.txt").read_text("utf-8")
    assert text.count(old) == 1
    (home.parent / "corrected").mkdir(exist_ok=True)
    path = home.parent / "corrected" / f"{CUTOFF}.txt"
    path.write_text(text.replace(old, new), "utf-8")
    return path


# -- a stage ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "stages"),
    [
        ({}, []),
        ({"code": {"a": "9"}}, ["1_clean", "2_score", "3_trend", "4_report"]),
        ({"config": {}}, ["1_clean", "2_score", "3_trend", "4_report"]),
        ({"versions": {"pandas": "4"}}, ["1_clean", "2_score", "3_trend", "4_report"]),
        ({"raw": ["s"]}, ["1_clean", "4_report"]),
        ({"remarks": ["s"]}, ["1_clean", "4_report"]),
        ({"replies": ["s"]}, ["3_trend"]),
        ({"forms": "s"}, ["3_trend"]),
        ({"earlier": {"x": "1"}}, ["3_trend"]),
        ({"parameters": {"lang": "vi", "province_rank": "7/11"}}, ["4_report"]),
        ({"parameters": {"lang": "en", "province_rank": ""}}, ["1_clean", "3_trend", "4_report"]),
        ({"units": "all"}, ["4_report"]),
    ],
)
def test_a_stage_is_made_again_where_something_it_reads_beside_the_tables_has_changed(tmp_path, change, stages):
    record = RECORD | {"inputs": RECORD["inputs"] | change}
    keys = {stage: (reuse.key(stage, tmp_path, RECORD), reuse.key(stage, tmp_path, record)) for stage in reuse.OWN}
    assert [stage for stage, (before, now) in keys.items() if before != now] == stages


def test_a_stage_is_made_again_where_a_table_before_it_has_changed_and_an_unknown_one_always(tmp_path):
    before = reuse.key("2_score", tmp_path, RECORD)
    (tmp_path / "measurements.csv").write_text("a\n1\n")
    assert reuse.key("2_score", tmp_path, RECORD) != before
    assert reuse.key("9_other", tmp_path, RECORD) == ""


# -- a unit's page ---------------------------------------------------------------------------------------------------

KIEN_AN, MY_HOI_DONG, NHON_MY = UNITS
RUN = f"{CUTOFF}-abc"


@pytest.fixture
def published(real_home, tmp_path):
    """The real week, and beside it a run that has come to the units' pages with the tables as they were."""
    here = shutil.copytree(real_home, tmp_path / "home")
    paths.run_folder(here, AREA, RUN).mkdir(parents=True)
    for path in paths.processed(here, AREA, CUTOFF).glob("*.csv"):
        shutil.copy(path, paths.run_folder(here, AREA, RUN))
    yield here
    editions.forget()


def change(home: Path, table: str, unit: str, column: str, value, **of) -> None:
    """One cell of the run's table: of the unit's row that has these values, the first of them."""
    week = store.open_week(AREA, CUTOFF, RUN, home)
    rows = week.read(table)
    its = rows[(rows["unit_code"] == unit) & rows[list(of)].eq(pd.Series(of)).all(axis=1)]
    rows.loc[its.index[0], column] = value
    week.write(table, rows)


@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        pytest.param([], UNITS, id="nothing"),
        # drawn by the chart of its changes alone, and said nowhere
        pytest.param([("course", KIEN_AN, "total", 40.0)], [MY_HOI_DONG, NHON_MY], id="an earlier total"),
        pytest.param(
            [("changes", MY_HOI_DONG, "previous_rank", 1.0)], [KIEN_AN, NHON_MY], id="its place in the week before"
        ),
        # said of every unit, though in none of their rows: the best of their kind, here Nhơn Mỹ's
        pytest.param(
            [("measurements", NHON_MY, "value", 99.9, {"indicator": "TT"})], [], id="a figure that is now the best"
        ),
    ],
)
def test_a_page_stays_where_neither_what_it_says_nor_what_it_draws_has_changed(published, cells, kept):
    for table, unit, column, value, *of in cells:
        change(published, table, unit, column, value, **(of[0] if of else {}))
    assert reuse.unchanged(published, AREA, CUTOFF, RUN, "vi", UNITS) == kept


def edited(home, change) -> None:
    path = paths.processed(home, AREA, CUTOFF) / "units" / f"{KIEN_AN}.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    change(notebook["cells"])
    path.write_text(json.dumps(notebook), "utf-8")


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        (lambda cells: cells.append({"cell_type": "markdown", "metadata": {"tags": ["page"]}, "source": ""}), UNITS),
        (lambda cells: cells.append({"cell_type": "code", "outputs": []}), UNITS[1:]),
        pytest.param(lambda cells: cells.clear(), UNITS[1:], marks=pytest.mark.long),
    ],
    ids=["prose that is tagged", "a cell without metadata", "nothing shown"],
)
def test_a_page_whose_notebook_cannot_be_compared_is_made_again_and_the_others_stay(published, change, kept):
    edited(published, change)
    assert reuse.unchanged(published, AREA, CUTOFF, RUN, "vi", UNITS) == kept


def test_pages_are_taken_over_with_their_notebooks_and_none_from_a_week_that_is_not_as_it_was_published(published):
    before = atomic.load_json(paths.processed(published, AREA, CUTOFF) / "run.json")
    assert sorted(reuse.units(published, before, before, UNITS, RUN)) == UNITS
    for code in UNITS:
        for new, old in ((paths.run_folder, paths.processed), (paths.run_reports, paths.reports)):
            for path in (new(published, AREA, RUN) / "units").glob(f"{code}.*"):
                assert path.read_bytes() == (old(published, AREA, CUTOFF) / "units" / path.name).read_bytes()
    assert len(list((paths.run_folder(published, AREA, RUN) / "units").iterdir())) == 2 * len(UNITS)
    course = paths.processed(published, AREA, CUTOFF) / "course.csv"
    course.write_text(course.read_text("utf-8") + "\n", "utf-8")
    assert reuse.units(published, before, before, UNITS, RUN) == []


@pytest.mark.parametrize(("jobs", "processes"), [(1, 1), (2, 2), (9, 3)])
def test_pages_are_compared_in_as_many_processes_as_jobs_were_asked_for_and_no_more_than_there_are_pages(
    published, monkeypatch, jobs, processes
):
    asked = []
    monkeypatch.setattr(reuse.isolated, "together", lambda parts, of: asked.extend(parts) or [])
    before = atomic.load_json(paths.processed(published, AREA, CUTOFF) / "run.json")
    assert reuse.units(published, before, before, UNITS, RUN, jobs) == []
    assert len(asked) == processes and sorted(code for part in asked for code in part.args[-1]) == UNITS


def test_where_a_process_that_compares_dies_every_page_is_made_again(published, monkeypatch):
    monkeypatch.setattr(reuse, "unchanged", dies)
    before = atomic.load_json(paths.processed(published, AREA, CUTOFF) / "run.json")
    assert reuse.units(published, before, before, UNITS, RUN) == []


def dies(*_):
    os._exit(9)


def test_what_pages_are_forked_from_ends_where_comparing_them_fails(published, monkeypatch):
    def fails(home, record, before, codes, run, jobs):
        editions.fork_server(home, AREA, CUTOFF, run, "vi").begin()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(reuse, "units", fails)
    outcome, told = made(published, province_rank="6/11")
    assert outcome.status == Exit.FAILED and "No space left on device" in outcome.message
    assert kept(told) == ["1_clean", "2_score", "3_trend"]
    assert editions.fork_server.cache_info().currsize == 0


# -- the real week ---------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_another_place_in_the_province_makes_the_report_again_and_nothing_before_it(home):
    outcome, told = made(home, units=UNITS, province_rank="6/11")
    assert outcome.status == Exit.DONE
    assert kept(told) == ["1_clean", "2_score", "3_trend", "5_unit"]
    assert "6/11" in outcome.report.read_text("utf-8")


@pytest.mark.long
def test_a_page_more_is_made_beside_those_that_are_there(home):
    _, told = made(home, units=[*UNITS, "30628"])
    assert kept(told) == ["1_clean", "2_score", "3_trend", "5_unit"]
    assert sum(line.startswith("5_unit: xong sau") for line in told) == 1
    assert len(list((home / "reports" / AREA / CUTOFF / "units").iterdir())) == 4


@pytest.mark.long
def test_a_stage_whose_table_was_damaged_is_made_again_and_so_are_pages_that_cannot_be_compared(home):
    scores = home / "data" / "processed" / AREA / CUTOFF / "scores.csv"
    whole = scores.read_bytes()
    scores.write_text("damaged")
    outcome, told = made(home)
    assert outcome.status == Exit.DONE and kept(told) == ["1_clean", "3_trend", "4_report"]
    assert scores.read_bytes() == whole


@pytest.mark.long
def test_a_correction_of_one_unit_makes_its_page_and_the_report_again_and_every_byte_is_as_from_nothing(home):
    table = corrected(
        home, "<u>7.42</u>", "<u>7.43</u>"
    )  # Mỹ Hiệp's online payment: no median, no best, no band follows from it
    before = {path.name: path.read_bytes() for path in (home / "reports" / AREA / CUTOFF / "units").iterdir()}
    outcome, told = made(home, raw=[table], reissue=True)
    assert outcome.status == Exit.DONE, outcome.message
    after = {path.name: path.read_bytes() for path in (home / "reports" / AREA / CUTOFF / "units").iterdir()}
    same = [name for name in before if before[name] == after[name]]
    assert len(same) >= 3 and any(line.startswith(f"5_unit: {len(same)} ") for line in told), told
    assert verify.verify_week(home, AREA).status == Exit.DONE, "a week from nothing is another"
    assert words().say("piece.corrected_title", text="") not in after["30634.html"].decode()
    assert store.published(home, AREA) == [CUTOFF]
