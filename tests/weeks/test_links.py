"""What a link leads to is never deleted; a link in the place of an area's folder is another disk, and works."""

import pytest
from support.stand_in import AREA, CUTOFF, home, inside, published, put, state, week_of  # noqa: F401

from analysis.exits import Exit
from analysis.weeks import atomic, lacking, paths, publish


@pytest.fixture(autouse=True)
def _forgotten():
    yield
    lacking.forget()


@pytest.fixture
def elsewhere(tmp_path):
    """Somebody's own folder, with a file in it and in a folder of the week's name."""
    for name in ("note.txt", f"{CUTOFF}/note.txt", f"{AREA}/{CUTOFF}/007.eml"):
        put(tmp_path / "elsewhere" / name, "somebody's own")
    return tmp_path / "elsewhere"


def own(elsewhere) -> bool:
    texts = [path.read_text() for path in elsewhere.rglob("*") if path.is_file()]
    return texts == ["somebody's own"] * 3


def test_drafts_that_are_kept_elsewhere_stay_when_their_week_is_published(home, elsewhere):  # noqa: F811
    paths.processed(home, AREA).mkdir(parents=True)
    paths.processed(home, AREA, "draft").symlink_to(elsewhere)
    assert week_of(home, "first").status == Exit.DONE
    assert own(elsewhere) and paths.processed(home, AREA, "draft").is_symlink()


def test_a_draft_that_is_a_link_is_deleted_without_what_it_leads_to(home, elsewhere):  # noqa: F811
    put(paths.processed(home, AREA, "draft", "2023-11-27", "x.csv"), "of another week")
    paths.processed(home, AREA, "draft", CUTOFF).symlink_to(elsewhere)
    assert week_of(home, "first").status == Exit.DONE
    assert own(elsewhere)
    assert [path.name for path in paths.processed(home, AREA, "draft").iterdir()] == ["2023-11-27"]


def test_a_private_folder_that_is_a_link_is_tidied_without_what_it_leads_to(home, elsewhere):  # noqa: F811
    paths.reports(home, AREA).mkdir(parents=True)
    paths.reports(home, AREA, f".run-{CUTOFF}-1").symlink_to(elsewhere)
    publish.tidy(home, AREA, CUTOFF)
    assert own(elsewhere) and list(paths.reports(home, AREA).iterdir()) == []


def test_a_week_that_is_a_link_is_replaced_by_a_folder_and_what_it_led_to_stays(home, tmp_path):  # noqa: F811
    week_of(home, "first")
    reports = published(home)[1]
    reports.rename(tmp_path / "kept by somebody")
    reports.symlink_to(tmp_path / "kept by somebody")
    assert week_of(home, "second", reissue=True).status == Exit.DONE
    assert state(home)[1] == {"report.html": b"second", "r1/report.html": b"first"} and not reports.is_symlink()
    assert inside(tmp_path / "kept by somebody") == {"report.html": b"first"}
    assert list(home.rglob(".*")) == []


def test_reports_on_another_disk_are_published_there(home, tmp_path):  # noqa: F811
    (tmp_path / "disk").mkdir()
    paths.reports(home, AREA).parent.mkdir()
    paths.reports(home, AREA).symlink_to(tmp_path / "disk")
    for text in ("first", "second"):
        assert week_of(home, text, reissue=True).status == Exit.DONE
    assert inside(tmp_path / "disk") == {f"{CUTOFF}/report.html": b"second", f"{CUTOFF}/r1/report.html": b"first"}
    assert paths.reports(home, AREA).is_symlink() and list((tmp_path / "disk").rglob(".*")) == []


def keep_failure(home, number: int) -> None:  # noqa: F811
    run = f"{CUTOFF}-{number}"
    paths.run_folder(home, AREA, run).mkdir(parents=True)
    publish.keep_failed(home, AREA, CUTOFF, run, f"reason {number}")


def test_failures_that_are_kept_elsewhere_are_not_pruned(home, elsewhere):  # noqa: F811
    paths.processed(home, AREA).mkdir(parents=True)
    paths.processed(home, AREA, "failed").symlink_to(elsewhere)
    for number in range(7):
        keep_failure(home, number)
    assert len(list(elsewhere.glob(f"{CUTOFF}-2*"))) == 7
    assert (elsewhere / "note.txt").is_file() and (elsewhere / CUTOFF / "note.txt").is_file()


def test_of_failures_the_oldest_are_pruned_and_nothing_that_somebody_put_beside_them(home):  # noqa: F811
    note = put(paths.processed(home, AREA, "failed", "notes-1", "note.txt"), "somebody's own")
    for number in range(7):
        keep_failure(home, number)
    kept = [path / "reason.txt" for path in paths.processed(home, AREA, "failed").glob(f"{CUTOFF}-*")]
    assert sorted(path.read_text() for path in kept) == [f"reason {number}" for number in range(2, 7)]
    assert note.is_file()


def test_nothing_behind_a_link_on_the_way_is_deleted(tmp_path, elsewhere):
    (tmp_path / "preview").symlink_to(elsewhere)
    atomic.remove(tmp_path / "preview" / AREA / CUTOFF / "007.eml", below=tmp_path)
    atomic.remove(tmp_path / "preview" / CUTOFF, below=tmp_path)
    assert own(elsewhere)
    atomic.remove(tmp_path / "preview", below=tmp_path)
    assert own(elsewhere) and not (tmp_path / "preview").is_symlink()


def test_a_delivered_table_that_is_a_link_is_kept_with_its_content_when_it_is_moved(tmp_path):
    table = put(tmp_path / "incoming" / "table.txt", "first")
    link = tmp_path / "raw" / "2023-12-04.txt"
    link.parent.mkdir()
    link.symlink_to("../incoming/table.txt")
    kept = tmp_path / "withdrawn" / "raw" / "2023-12-04.txt"
    kept.parent.mkdir(parents=True)
    atomic.move(link, kept)
    assert kept.read_text() == "first" and not kept.is_symlink()
    assert table.read_text() == "first" and not link.is_symlink()
