"""A week's tables, the weeks before it, and what it was before it was corrected."""

from pathlib import Path

import pytest
from support.on_disk import points, put

from analysis.weeks import paths, publish, store, table_files

AREA, CUTOFF, RUN = "cho-moi", "2023-12-04", "2023-12-04-abc"


@pytest.fixture
def home(tmp_path):
    return tmp_path


def test_a_cutoff_is_a_date_and_never_a_path(home):
    with pytest.raises(ValueError, match="expected an ISO date"):
        store.open_week(AREA, "../2023-12-04", home=home)


def test_a_draft_reads_what_it_lacks_from_the_published_week_and_writes_only_itself(home):
    store.write_table(home / "data/processed/cho-moi/2023-12-04", "points", points(1.0))
    week = store.open_week(AREA, CUTOFF, home=home)
    assert week.read("points")["points"].tolist() == [1.0]
    week.write("points", points(2.0))
    assert week.read("points")["points"].tolist() == [2.0]
    assert week.folder == home / "data/processed/cho-moi/draft/2023-12-04"
    assert table_files.from_csv("points", (home / "data/processed/cho-moi/2023-12-04" / "points.csv").read_bytes())[
        "points"
    ].tolist() == [1.0]


def test_a_run_reads_nothing_but_what_it_made_itself(home):
    store.write_table(home / "data/processed/cho-moi/2023-12-04", "points", points(1.0))
    with pytest.raises(paths.NotFound, match=r"no points\.csv yet; 2_score writes it: run that first"):
        store.open_week(AREA, CUTOFF, RUN, home=home).read("points")


def test_a_token_names_the_run_and_the_tables_of_its_stage(home):
    week = store.open_week(AREA, CUTOFF, RUN, home=home)
    week.write("points", points(1.0))
    week.close("2_score")
    assert not publish.settled(week.folder, "2_score", "another run")
    assert not publish.settled(week.folder, "3_trend", RUN)
    week.write("points", points(2.0))
    assert not publish.settled(week.folder, "2_score", RUN)
    week.close("2_score")
    assert publish.settled(week.folder, "2_score", RUN)
    assert not publish.settled(week.folder, "2_score", RUN), "a token serves once"


def test_history_is_the_published_weeks_before_the_cutoff_and_is_only_read(home):
    for day in ("2023-11-27", "2023-11-20", "2023-12-04", "draft", "failed", ".run-2023-11-13-x"):
        store.write_table(home / "data/processed/cho-moi" / day, "points", points(1.0))
    history = store.history(home, AREA, CUTOFF)
    assert list(history) == ["2023-11-20", "2023-11-27"]
    assert history["2023-11-27"].read("points")["points"].tolist() == [1.0]
    with pytest.raises(PermissionError):
        history["2023-11-27"].write("points", points(2.0))
    assert store.published(home, AREA) == ["2023-11-20", "2023-11-27", "2023-12-04"]


def issue(folder: Path, points_: float, raw: str, revision: int) -> None:
    """What a published week or an earlier revision of it holds."""
    store.write_table(folder, "points", points(points_))
    put(folder / "raw" / "2023-12-04.txt", raw)
    for number in range(1, revision):
        (folder / f"r{number}").mkdir()


def test_a_run_finds_the_revisions_before_it_in_its_own_folder_in_order(home):
    week = store.open_week(AREA, CUTOFF, RUN, home=home)
    assert store.earlier_revisions(week) == []
    for number in (1, 2, 9, 10):
        issue(week.folder / f"r{number}", number, "raw", 1)
    (week.folder / "raw").mkdir()
    earlier = store.earlier_revisions(week)
    assert [each.read("points")["points"].item() for each in earlier] == [1, 2, 9, 10]
    with pytest.raises(PermissionError):
        earlier[0].write("points", points(3.0))


def test_what_only_resembles_a_revision_is_somebodys_own(tmp_path):
    for name in ("r2", "r1", "r0", "r01", "r1²", "R3", "r", "r1 (copy)"):
        (tmp_path / name).mkdir()
    (tmp_path / "r4").write_text("a file")
    assert [path.name for path in store.revisions(tmp_path)] == ["r1", "r2"]


@pytest.mark.parametrize(
    ("raw", "before"),
    [
        pytest.param("second", ["r1"], id="the published table: the published revision"),
        pytest.param("third", ["r1", "2023-12-04"], id="another table: the revision after it"),
    ],
)
def test_a_draft_is_the_revision_that_its_run_would_be(home, raw, before):
    put(home / "data/raw/cho-moi/2023-12-04.txt", raw)
    assert store.earlier_revisions(store.open_week(AREA, CUTOFF, home=home)) == []
    issue(home / "data/processed/cho-moi/2023-12-04", 2, "second", revision=2)
    assert [each.folder.name for each in store.earlier_revisions(store.open_week(AREA, CUTOFF, home=home))] == before


@pytest.mark.parametrize("name", store.MAY_LACK)
def test_a_week_that_was_published_before_there_was_this_table_is_read_as_one_without_rows(home, name):
    store.write_table(home / "data/processed/cho-moi/2023-12-04", "points", points(1.0))
    held = store.history(home, AREA)[CUTOFF].read(name)
    assert held.empty and list(held.columns)
