"""Publishing: whole, or not at all."""

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from support.faults import needs_linux
from support.on_disk import contents as all_contents
from support.on_disk import put

from analysis.weeks import atomic, locks, paths, publish, store
from analysis.weeks.home import PROJECT

AREA, CUTOFF = "cho-moi", "2023-12-04"


@pytest.fixture
def home(tmp_path):
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {name: data for name, data in all_contents(folder).items() if not name.endswith("run.json")}


def made(home: Path, text: str, run: str = "", keep: str = "") -> str:
    """A run that made two tables and a report which all say ``text``."""
    run = run or f"{CUTOFF}-{text.replace(' ', '-')}"
    raw = put(home / "table.txt", "raw")
    folder = publish.begin(home, AREA, CUTOFF, run, [raw], keep)
    for path in (folder / "a.csv", folder / "b.csv", paths.run_reports(home, AREA, run) / "report.html"):
        put(path, text)
    made = publish.products(home, AREA, CUTOFF, run, keep)
    atomic.save_json(folder / "run.json", {"run": run, "revision": 2 if keep else 1, "products": made})
    return run


def week_folders(home: Path) -> tuple[Path, Path]:
    return home / "data/processed/cho-moi", home / "reports/cho-moi"


def test_a_published_week_is_there_with_its_raw_table_and_nothing_private_is_left(home):
    put(home / "data/processed/cho-moi/draft/2023-12-04/points.csv")
    run = made(home, "one")
    products = atomic.load_json(paths.run_folder(home, AREA, run) / "run.json")["products"]
    assert sorted(products) == [
        *[f"data/processed/cho-moi/2023-12-04/{name}" for name in ("a.csv", "b.csv", "raw/table.txt")],
        "reports/cho-moi/2023-12-04/report.html",
    ]
    assert not publish.intact(home, products)
    publish.publish_week(home, AREA, CUTOFF, run)
    assert publish.intact(home, products)
    put(home / "reports/cho-moi/2023-12-04/report.html", "edited")
    assert not publish.intact(home, products)
    processed, reports = week_folders(home)
    assert {path.name for path in [*processed.iterdir(), *reports.iterdir()]} == {"2023-12-04", "draft"}
    assert list((processed / "draft").iterdir()) == []


@pytest.mark.parametrize("can_exchange", [True, False])
def test_a_week_published_again_is_replaced_whole(home, monkeypatch, can_exchange):
    if not can_exchange:
        monkeypatch.setattr(atomic, "_exchange", lambda one, other: False)
    publish.publish_week(home, AREA, CUTOFF, made(home, "one"))
    put(home / "data/processed/cho-moi/2023-12-04/only-in-one.csv")
    publish.publish_week(home, AREA, CUTOFF, made(home, "two"))
    processed, reports = week_folders(home)
    expected = {"a.csv": b"two", "b.csv": b"two", "raw/table.txt": b"raw"}
    assert contents(processed) == {f"2023-12-04/{name}": data for name, data in expected.items()}
    assert contents(reports) == {"2023-12-04/report.html": b"two"}


@pytest.mark.parametrize("can_exchange", [True, False])
def test_a_week_issued_again_keeps_what_it_was_beside_it_and_making_it_again_keeps_that(
    home, monkeypatch, can_exchange
):
    if not can_exchange:
        monkeypatch.setattr(atomic, "_exchange", lambda one, other: False)
    whole = {"a.csv", "b.csv", "raw/table.txt"}
    for text, keep in (("one", ""), ("two", "r1"), ("three", "r2"), ("three again", "")):
        publish.publish_week(home, AREA, CUTOFF, made(home, text, keep=keep), keep)
    processed, reports = week_folders(home)
    assert set(contents(processed / CUTOFF)) == whole | {f"r{n}/{name}" for n in (1, 2) for name in whole}
    for folder, text in (("r1", b"one"), ("r2", b"two"), (".", b"three again")):
        assert (processed / CUTOFF / folder / "b.csv").read_bytes() == text
        assert (reports / CUTOFF / folder / "report.html").read_bytes() == text
    assert store.published(home, AREA) == [CUTOFF]


@needs_linux  # which exchanges two folders in one step
def test_a_reader_finds_the_old_week_or_the_new_one_and_never_a_mix(home):
    publish.publish_week(home, AREA, CUTOFF, made(home, "0"))
    folder, stop, seen, wrong = home / "data/processed/cho-moi/2023-12-04", threading.Event(), set(), []

    def read() -> None:
        while not stop.is_set():
            try:
                handle = os.open(folder, os.O_RDONLY)
            except FileNotFoundError:
                wrong.append("no week at all")
                continue
            try:
                texts = {Path(f"/proc/self/fd/{handle}", name).read_text() for name in ("a.csv", "b.csv")}
            except FileNotFoundError:
                continue  # the old week, being removed
            finally:
                os.close(handle)
            seen.update(texts)
            if len(texts) != 1:
                wrong.append(texts)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(1, 40):
        publish.publish_week(home, AREA, CUTOFF, made(home, str(number)))
    stop.set()
    reader.join()
    assert wrong == []
    assert len(seen) > 5  # it did read while weeks changed


def test_where_the_second_folder_cannot_be_published_the_first_is_taken_back(home, monkeypatch):
    publish.publish_week(home, AREA, CUTOFF, made(home, "one"))
    before = [contents(folder) for folder in week_folders(home)]
    run = made(home, "two")
    swap = atomic.swap

    def fail_on_tables(new: Path, place: Path) -> None:
        if place.parent.parent.name == "processed" and "two" in (new / "a.csv").read_text():
            raise OSError(28, "No space left on device")
        swap(new, place)

    monkeypatch.setattr(atomic, "swap", fail_on_tables)
    with pytest.raises(OSError, match="No space left"):
        publish.publish_week(home, AREA, CUTOFF, run)
    publish.tidy(home, AREA, CUTOFF)
    assert [contents(folder) for folder in week_folders(home)] == before


def test_what_a_killed_run_left_is_undone_and_other_weeks_are_let_alone(home):
    publish.publish_week(home, AREA, CUTOFF, made(home, "one"))
    processed, reports = week_folders(home)
    before = contents(processed), contents(reports)
    made(home, "two", "2023-12-04-killed")
    (processed / "2023-12-04").rename(processed / ".aside-2023-12-04")  # killed in the middle of three renames
    put(reports / ".aside-2023-12-04" / "report.html", "one")  # killed after the second of them
    other = put(processed / ".run-2023-11-27-x" / "a.csv")
    publish.tidy(home, AREA, CUTOFF)
    assert other.exists()
    shutil.rmtree(other.parent)
    assert (contents(processed), contents(reports)) == before


def test_reports_that_were_published_for_a_moment_and_taken_back_are_nobodys_own(home):
    publish.publish_week(home, AREA, CUTOFF, made(home, "one"))
    _, reports = week_folders(home)
    before = [contents(folder) for folder in week_folders(home)]
    run = made(home, "two")
    paths.run_reports(home, AREA, run).rename(reports / ".aside-2023-12-04")  # the disk was lost at the last rename
    assert publish.tidy(home, AREA, CUTOFF) == []
    assert [contents(folder) for folder in week_folders(home)] == before


@pytest.mark.parametrize("first_issue", [True, False])
def test_what_a_killed_run_had_half_published_is_finished(home, monkeypatch, first_issue):
    if not first_issue:
        publish.publish_week(home, AREA, CUTOFF, made(home, "one"))
    put(home / "data/processed/cho-moi/draft/2023-12-04/points.csv")
    run = made(home, "two")
    atomic.swap(paths.run_reports(home, AREA, run), paths.reports(home, AREA, CUTOFF))  # and was killed here
    publish.tidy(home, AREA, CUTOFF)
    processed, reports = week_folders(home)
    assert {(processed / CUTOFF / "a.csv").read_text(), (reports / CUTOFF / "report.html").read_text()} == {"two"}
    assert {path.name for path in [*processed.iterdir(), *reports.iterdir()]} == {"2023-12-04", "draft"}
    assert list((processed / "draft").iterdir()) == []


def test_a_failed_run_is_kept_with_its_reason_but_only_the_newest_five(home):
    for number in range(7):
        kept = publish.keep_failed(home, AREA, CUTOFF, made(home, str(number)), f"reason {number}")
        publish.tidy(home, AREA, CUTOFF)
    failed = sorted((home / "data/processed/cho-moi/failed").iterdir())
    assert [(folder / "reason.txt").read_text() for folder in failed] == [f"reason {number}" for number in range(2, 7)]
    assert kept == failed[-1]
    assert (kept / "a.csv").read_text() == "6"


def test_a_second_run_of_the_week_hears_who_runs_and_a_dead_run_blocks_nobody(home):
    hold = """\
import pathlib, sys
from analysis.weeks import publish
with publish.locked(pathlib.Path(sys.argv[1]), "cho-moi", "2023-12-04"):
    print("held", flush=True)
    input()"""
    command = [sys.executable, "-c", hold, str(home)]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PROJECT)
    try:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(locks.Busy) as busy, publish.locked(home, AREA, CUTOFF):
            pass
        assert busy.value.pid == str(holder.pid)
        assert busy.value.since
        with publish.locked(home, AREA, "2023-11-27"):
            pass
    finally:
        holder.kill()
        holder.communicate()
    with publish.locked(home, AREA, CUTOFF):
        pass
    assert not (home / "data/processed/cho-moi").exists()
