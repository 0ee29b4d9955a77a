"""An earlier week that is not what was published is named and not compared with; it is healed by being made again."""

import functools
import json
import shutil

import pytest
from support.stand_in import AREA, CUTOFF, accepted, put

from analysis.exits import Exit
from analysis.run import due, pipeline
from analysis.weeks import atomic, paths, record, store

EARLIER = "2023-11-27"


def export(home, area, cutoff, run, words):
    """A report and a table that say which earlier weeks there are."""
    known = ",".join(store.history(home, area, cutoff))
    put(paths.run_folder(home, area, run) / "scores.csv", f"known\n{known}\n")
    put(paths.run_reports(home, area, run) / "report.html", known)


def steps(home, told):
    return pipeline.Pipeline(
        lambda *_: accepted(), home.parent / "none", (), export, told.append, index=lambda *_: None
    )


@pytest.fixture
def told():
    return []


@pytest.fixture
def make(home, told):
    return functools.partial(pipeline.make_week, home, AREA, steps=steps(home, told))


@pytest.fixture
def published(home, make):
    """A home with the earlier week, and the raw table of the next one. Returns the earlier week's table."""
    put(home / "data" / "raw" / AREA / f"{EARLIER}.txt", "earlier")
    assert make(EARLIER).status == Exit.DONE
    return paths.processed(home, AREA, EARLIER, "scores.csv")


def named(told):
    """The lines that name a file of a week."""
    return [line for line in told if "data/processed/" in line]


def said(home, cutoff=CUTOFF):
    return paths.reports(home, AREA, cutoff, "report.html").read_text()


def test_a_week_is_made_without_the_damaged_one_which_is_named(home, make, told, published):
    put(published, "known\nedited\n")
    assert make(CUTOFF).status == Exit.DONE and said(home) == ""
    (line,) = named(told)
    assert f"data/processed/{AREA}/{EARLIER}/scores.csv" in line and f"week {EARLIER}" in line
    assert record.read(home, AREA, CUTOFF)["inputs"]["earlier"] == {}


def test_it_is_made_again_with_it_when_it_is_mended(home, make, published):
    put(published, "known\nedited\n")
    make(CUTOFF)
    assert make(EARLIER).status == Exit.DONE and published.read_text() == "known\n\n"
    assert make(CUTOFF).status == Exit.DONE and said(home) == EARLIER


def test_a_week_made_while_the_earlier_one_was_whole_stays_and_the_damage_is_named(home, make, told, published):
    make(CUTOFF)
    told.clear()
    put(published, "known\nedited\n")
    assert "Không có gì mới" in make(CUTOFF).message and said(home) == EARLIER and "scores.csv" in named(told)[0]


def test_a_schedule_mends_the_damaged_week_and_leaves_the_later_one(home, make, told, published):
    make(CUTOFF)
    put(published, "known\nedited\n")
    ended = list(due.make_weeks(home, AREA, steps=steps(home, told)))
    assert [cutoff for cutoff, _ in ended] == [EARLIER] and published.read_text() == "known\n\n"


def test_a_schedule_makes_a_week_again_once_what_it_was_made_without_is_mended(home, make, told, published):
    put(published, "known\nedited\n")
    make(CUTOFF)
    assert not due.is_due(home, AREA, CUTOFF)
    ended = [cutoff for cutoff, _ in due.make_weeks(home, AREA, steps=steps(home, told))]
    assert ended == [EARLIER, CUTOFF] and said(home) == EARLIER


@pytest.mark.parametrize(
    "content",
    [
        "",
        pytest.param("null", marks=pytest.mark.long),
        pytest.param("[]", marks=pytest.mark.long),
        '{"products": {"../../x": "a"}}',
        "[" * 9999,
    ],
    ids=range(5),
)
def test_a_record_that_is_none_is_healed_by_making_the_week_again(home, make, told, published, content):
    outside = put(home.parent / "x", "mine")
    put(published.with_name(record.NAME), content)
    assert make(CUTOFF).status == Exit.DONE and said(home) == ""
    assert f"{EARLIER}/run.json" in named(told)[0]
    assert due.is_due(home, AREA, EARLIER) and make(EARLIER).status == Exit.DONE
    assert record.read(home, AREA, EARLIER)["cutoff"] == EARLIER and outside.read_text() == "mine"


def test_a_folder_in_the_place_of_the_record_is_healed_too(home, make, published):
    published.with_name(record.NAME).unlink()
    published.with_name(record.NAME).mkdir()
    assert make(EARLIER).status == Exit.DONE and record.read(home, AREA, EARLIER)["cutoff"] == EARLIER


def test_a_record_of_another_week_heals_nothing_else(home, make, published):
    """Copied from the other week, it names files of that week, which stay as they are."""
    make(CUTOFF)
    other = paths.processed(home, AREA, CUTOFF)
    before = {path: path.read_bytes() for path in other.rglob("*") if path.is_file()}
    shutil.copy(other / record.NAME, published.with_name(record.NAME))
    assert make(EARLIER).status == Exit.DONE and record.read(home, AREA, EARLIER)["cutoff"] == EARLIER
    assert {path: path.read_bytes() for path in other.rglob("*") if path.is_file()} == before


def test_a_record_that_lists_each_table_of_the_earlier_weeks_as_older_programs_did_is_the_same(home, make, published):
    """An update must not make every week again."""
    make(CUTOFF)
    held, place = record.read(home, AREA, CUTOFF), paths.processed(home, AREA, CUTOFF, record.NAME)
    assert [*held["inputs"]["earlier"]] == [published.parent.relative_to(home).as_posix()]
    tables = {published.relative_to(home).as_posix(): atomic.sha256(published)}
    atomic.save_json(place, json.loads(place.read_text()) | {"inputs": held["inputs"] | {"earlier": tables}})
    assert record.read(home, AREA, CUTOFF) == held
    assert "Không có gì mới" in make(CUTOFF).message
