"""A published week whose tables are not those that were published is found, whatever happened to them."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.weeks import atomic, damage, record, store

AREA, CUTOFF = "cho-moi", "2023-11-27"
FOLDER = f"data/processed/{AREA}/{CUTOFF}"


def publish(home, day=CUTOFF):
    """A week of a few files, with its record."""
    folder = home / "data" / "processed" / AREA / day
    for name in ("scores", "changes", "pages", "r1/corrections", "r1/scores"):
        atomic.save(folder / f"{name}.csv", f"{name}\n1\n")
    made = {"area": AREA, "cutoff": day, "products": atomic.hashes(folder.rglob("*"), home)}
    atomic.save_json(folder / record.NAME, made)
    return folder


@pytest.fixture
def folder(tmp_path):
    return publish(tmp_path)


def found(folder):
    return damage.find_damage(folder.parents[3], AREA, folder.name)


def edit(path):
    path.write_text(path.read_text().replace("1", "2"))


def hide(path):
    path.unlink()
    path.symlink_to("nowhere")


def replace_by_folder(path):
    path.unlink()
    path.mkdir()


def replace_by_pipe(path):
    path.unlink()
    os.mkfifo(path)


DAMAGES = {
    "edited": edit,
    "lost": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "other columns": lambda path: path.write_text("x\n1\n"),
    "zeros": lambda path: path.write_bytes(bytes(9)),
    "a link to nowhere": hide,
    "a folder": replace_by_folder,
    **({"a pipe": replace_by_pipe} if hasattr(os, "mkfifo") else {}),
}


def test_a_week_as_it_was_published_has_none(folder):
    assert found(folder) == ""


@pytest.mark.parametrize("name", ["scores.csv", "r1/corrections.csv"])
@pytest.mark.parametrize("do", DAMAGES.values(), ids=DAMAGES)
def test_the_damaged_table_is_named(folder, do, name):
    assert found(folder) == ""
    do(folder / name)
    assert found(folder) == f"{FOLDER}/{name}"


@pytest.mark.parametrize("name", ["pages.csv", "r1/scores.csv"])
def test_a_table_that_no_later_week_shows_is_not_looked_at(folder, name):
    edit(folder / name)
    assert found(folder) == ""


def test_a_table_mended_is_no_damage_any_more(folder):
    before = (folder / "scores.csv").read_bytes()
    edit(folder / "scores.csv")
    assert found(folder)
    (folder / "scores.csv").write_bytes(before)
    assert found(folder) == ""


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"products": 3}', "{", '{"area": "gia-lai"}'])
def test_a_week_of_whose_tables_its_record_can_tell_nothing_is_damaged(folder, content):
    (folder / record.NAME).write_text(content)
    assert found(folder) == f"{FOLDER}/run.json"


def test_a_week_that_has_no_record_or_one_without_hashes_counts_as_it_is(folder):
    atomic.save_json(folder / record.NAME, {"area": AREA, "cutoff": CUTOFF})
    assert found(folder) == ""
    (folder / record.NAME).unlink()
    edit(folder / "scores.csv")
    assert found(folder) == ""


def test_a_table_that_cannot_be_read_is_damage_also_without_a_record(folder):
    (folder / record.NAME).unlink()
    replace_by_folder(folder / "scores.csv")
    assert found(folder) == f"{FOLDER}/scores.csv"


def test_a_disk_error_is_damage_and_no_error(folder, monkeypatch):
    def fail(path):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("pathlib.Path.read_bytes", fail)
    assert found(folder) == f"{FOLDER}/changes.csv"


def test_history_leaves_a_damaged_week_out_and_names_it(folder):
    home = folder.parents[3]
    publish(home, "2023-11-20")
    edit(folder / "changes.csv")
    assert list(store.history(home, AREA)) == ["2023-11-20"] and list(store.weeks(home, AREA)) == ["2023-11-20", CUTOFF]
    assert store.find_damaged(home, AREA) == {CUTOFF: f"{FOLDER}/changes.csv"}
    assert store.find_damaged(home, AREA, before=CUTOFF) == {}


@given(st.data())
def test_any_byte_of_a_table_changed_is_found(tmp_path_factory, data):
    folder = publish(tmp_path_factory.mktemp("week"))
    path = folder / "scores.csv"
    whole = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(whole)
    assert found(folder) == f"{FOLDER}/scores.csv"


def test_each_table_is_hashed_once_until_it_changes(folder, monkeypatch):
    read, before = [], damage.Path.read_bytes
    monkeypatch.setattr("pathlib.Path.read_bytes", lambda path: read.append(path.name) or before(path))
    for _ in range(3):
        found(folder)
    assert sorted(read) == ["changes.csv", "corrections.csv", "scores.csv"]


def test_places_are_looked_at_because_later_weeks_show_them_and_remarks_are_not(folder):
    for name in ("places", "remarks"):
        atomic.save(folder / f"{name}.csv", "x\n")
    digests = damage.look(folder.parents[3], AREA, folder.name).digests
    assert f"{FOLDER}/places.csv" in digests and f"{FOLDER}/remarks.csv" not in digests
