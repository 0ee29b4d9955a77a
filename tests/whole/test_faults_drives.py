"""File systems that lack what a disk has: each week is published, corrected, mailed and withdrawn, and the loss is said."""

import errno
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from support.district import words
from support.faults import failing, how_many, some
from support.network_drive import LACKS, network_drive
from support.stand_in import AREA, CUTOFF, accepted, home, inside, published, put, state, week_of  # noqa: F401

from analysis.exits import Exit
from analysis.mail import sending
from analysis.mail.outbox import ACCEPTED, Letter, Outbox, OutboxError, opened
from analysis.run import pipeline, withdraw
from analysis.weeks import atomic, lacking, paths
from analysis.weeks.home import PROJECT

FOLDER, FILE = ("EINVAL", "EOPNOTSUPP", "EACCES", "EPERM", "EBADF"), ("EINVAL", "EOPNOTSUPP", "EBADF")
# What is refused, by which answer, and what is told of it
REFUSALS = [
    (LACKS, {"folder_sync", "file_sync", "exchange", "times", "private", "lock", "file_locks"}),
    *(({"folder_fsync": answer}, {"folder_sync"}) for answer in FOLDER),
    *(({"file_fsync": answer}, {"file_sync"}) for answer in FILE),
    *(({"exchange": answer}, {"exchange"}) for answer in ("EINVAL", "EOPNOTSUPP")),
    *(({"utime": answer}, {"times"}) for answer in ("EPERM", "EACCES", "EOPNOTSUPP", "EINVAL", "ENOSYS")),
    *(({"chmod": answer}, {"times", "private"}) for answer in ("EPERM", "EACCES", "EOPNOTSUPP")),
    *(({"posix_locks": answer}, {"file_locks"}) for answer in ("ENOLCK", "EOPNOTSUPP", "EINVAL")),
    ({"shared_memory": "ENODEV"}, {"wal"}),
    ({"rename_across": "EXDEV"}, set()),  # copied instead: nothing is lost
    *(({"flock": answer}, {"lock"}) for answer in ("EOPNOTSUPP", "ENOLCK")),
    ({"link": "EPERM"}, set()),
    ({"case": ""}, set()),
]
NOON = 1_700_000_000.0


@pytest.fixture(autouse=True)
def _each_begins_anew():
    lacking.forget()
    yield
    lacking.forget()


def mailed(home: Path) -> list[str]:  # noqa: F811
    """The states of the week's letters after each has gone its way, as the sender takes it."""
    boxes = [f"{name}@leaders.example" for name in ("lan", "minh")]
    letters = [Letter(box, box, "a@office.example", f"<{box}>", b"x") for box in boxes]
    with closing(Outbox(sending.path(home))) as box:
        box.queue(AREA, CUTOFF, 1, letters, NOON)
        while waiting := box.next(AREA, CUTOFF):
            with closing(Outbox(sending.path(home))) as its:  # in its own process, while the first has it open
                letter = its.take(waiting["id"])
                assert its.sending(letter["id"], letter["tries"], NOON)
                its.settle(letter["id"], letter["tries"], ACCEPTED, "250", NOON)
        assert [row[0] for row in box.db.execute("PRAGMA integrity_check")] == ["ok"]
        return [row["state"] for row in box.rows(AREA, CUTOFF)]


def that_fails(home: Path) -> pipeline.Pipeline:  # noqa: F811
    def export(*_) -> None:
        raise ValueError("no report")

    quiet = {"tell": lambda line: None, "index": lambda *_: None}
    return pipeline.Pipeline(lambda *_: accepted(), home.parent / "no notebooks", (), export, **quiet)


def lived_through(home: Path) -> list[str]:  # noqa: F811
    """What did not hold of a week that was published, corrected twice, failed to be corrected, mailed and withdrawn."""
    made = [week_of(home, "first"), *(week_of(home, text, reissue=True) for text in ("second", "third"))]
    tables, reports = before = state(home)
    another = put(home.parent / "fourth.txt", "fourth")
    failed = pipeline.make_week(home, AREA, CUTOFF, [another], reissue=True, steps=that_fails(home))
    letters, stays = mailed(home), state(home) == before
    gone = withdraw.withdraw_week(home, AREA, CUTOFF, "wrong day", words())
    [kept] = paths.processed(home, AREA, "withdrawn").iterdir()
    return failing(
        published={each.status for each in made} == {Exit.DONE},
        newest=(tables["scores.csv"], reports["report.html"]) == (b"third", b"third"),
        first=(tables["r1/raw/first.txt"], reports["r1/report.html"]) == (b"first", b"first"),
        second=(tables["r2/raw/second.txt"], reports["r2/report.html"]) == (b"second", b"second"),
        failed=failed.status == Exit.FAILED and stays,
        failure_kept=[path.is_dir() for path in paths.processed(home, AREA, "failed").iterdir()] == [True],
        mailed=letters == [ACCEPTED, ACCEPTED],
        withdrawn=gone.status == Exit.DONE and not any(path.exists() for path in published(home)),
        kept_whole=[inside(kept / "tables"), inside(kept / "reports")] == before,
        tidy=[path.name for path in (home / "reports").rglob(".*")] == []
        and [path.name for path in paths.processed(home, AREA).rglob(".*")] == [],
    )


@pytest.fixture
def on_a_drive(home, tmp_path):  # noqa: F811
    """``on_a_drive(number, lacks)``: the same home on a network drive that lacks this."""

    @contextmanager
    def mounted(number: int, lacks: dict[str, str]) -> Iterator[Path]:
        shutil.copytree(home / "config", tmp_path / f"drive {number} (files)" / "home" / "config")
        with network_drive(tmp_path / f"drive {number}", lacks) as drive:
            yield drive / "home"

    return mounted


@pytest.mark.parametrize("few", how_many(3, long=8))
def test_what_a_file_system_lacks_stops_no_week_and_no_mail_and_is_noted_once(on_a_drive, counted, few):
    tried, wrong = some(REFUSALS, few), {}
    for number, (lacks, lost) in enumerate(tried):
        lacking.forget()
        with on_a_drive(number, lacks) as home:  # noqa: F811
            checks = lived_through(home)
            noticed = [each.what for each in lacking.untold()]
        checks += failing(noted=sorted(noticed) == sorted(lost), told_once=lacking.untold() == [])
        wrong |= {str(lacks): [*checks, noticed]} if checks else {}
    counted("what file systems lack", len(tried), wrong)


BROKEN = [({call: answer}, answer) for call in ("folder_fsync", "file_fsync") for answer in ("EIO", "ENOSPC", "EROFS")]


def test_a_broken_or_full_disk_is_no_lack_and_fails_the_week(on_a_drive, counted):
    tried, wrong = some(BROKEN, 2), {}
    for number, (faults, answer) in enumerate(tried):
        with on_a_drive(number, faults) as home:  # noqa: F811
            made = week_of(home, "first")
            named = os.strerror(getattr(errno, answer)) in made.message and str(home) in made.message
            wrong[str(faults)] = failing(
                failed=made.status == Exit.FAILED, named=named, nothing_published=state(home) == [{}, {}]
            )
            if "file_fsync" in faults:  # else a letter could be sent twice
                with pytest.raises((OSError, OutboxError), match=re.escape(str(home))), opened(sending.path(home)):
                    pass
        lacking.forget()
    counted("disk that cannot be written to", len(tried), {fault: each for fault, each in wrong.items() if each})


def test_a_week_on_a_layer_that_cannot_be_renamed_is_replaced_and_withdrawn(home, tmp_path):  # noqa: F811
    """As in a container whose image holds the week: the overlay refuses to rename such a folder (EXDEV)."""
    week_of(home, "first")
    before = state(home)
    folders = [tmp_path / name for name in ("upper", "work", "merged")]
    for each in folders:
        each.mkdir()
    upper, work, merged = folders
    options = f"lowerdir={home.rename(tmp_path / 'lower')},upperdir={upper},workdir={work},redirect_dir=off"
    if subprocess.run(["mount", "-t", "overlay", "-o", options, "overlay", merged], capture_output=True).returncode:
        pytest.skip("no overlay can be mounted")
    try:
        with pytest.raises(OSError) as refused:
            published(merged)[0].rename(merged / "elsewhere")
        assert refused.value.errno == errno.EXDEV
        assert week_of(merged, "second", reissue=True).status == Exit.DONE
        tables, reports = state(merged)
        assert (reports["report.html"], reports["r1/report.html"]) == (b"second", b"first")
        assert {f"r1/{name}": data for name, data in before[0].items()}.items() <= tables.items()
        assert list(merged.rglob(".*")) == []
    finally:
        subprocess.run(["umount", "--lazy", merged], check=True)


def test_a_replacing_that_was_killed_while_it_copied_gives_the_old_week_back(tmp_path):
    place, whole = tmp_path / "2023-12-04", tmp_path / ".whole-2023-12-04"
    put(place / "half.csv", "half deleted")
    put(whole / "scores.csv", "first")
    put(tmp_path / "..whole-2023-12-04.part" / "scores.csv", "an earlier try")
    atomic.recover(place)
    assert [path.name for path in tmp_path.iterdir()] == ["2023-12-04"] and inside(place) == {"scores.csv": b"first"}


def test_moving_between_file_systems_is_finished_by_the_same_call_and_covers_nothing_of_others(tmp_path):
    source, target = tmp_path / "week", tmp_path / "kept"
    put(source / "b.csv", "b")  # a.csv was deleted before the kill
    for name in "ab":
        put(target / f"{name}.csv", name)
    atomic.move(source, target)
    assert not source.exists() and inside(target) == {"a.csv": b"a", "b.csv": b"b"}
    put(source / "a.csv", "another")
    with pytest.raises(FileExistsError, match="kept"):
        atomic.move(source, target)
    assert inside(source) == {"a.csv": b"another"} and inside(target) == {"a.csv": b"a", "b.csv": b"b"}


# -- the outbox ------------------------------------------------------------------------------------------------------


def letter_left(path: Path) -> None:
    """An outbox with a letter that is being sent, as a process leaves it that is killed: in the log, not in the file."""
    child = subprocess.run([sys.executable, "-c", LEFT, path, AREA, CUTOFF], cwd=PROJECT, check=False)
    assert child.returncode == -signal.SIGKILL and path.with_name("outbox.sqlite-wal").stat().st_size


LEFT = """import os, signal, sys
from analysis.mail.outbox import Letter, Outbox
box = Outbox(sys.argv[1])
box.queue(*sys.argv[2:], 1, [Letter("x", "lan@leaders.example", "a@office.example", "<1>", b"x")], 0.0)
assert box.sending(1, box.take(1)["tries"], 0.0)
os.kill(os.getpid(), signal.SIGKILL)"""


@pytest.mark.parametrize("lack", ["shared_memory", "posix_locks"])
def test_an_outbox_that_is_moved_to_a_network_drive_forgets_no_letter(tmp_path, lack):
    letter_left(tmp_path / "drive (files)" / "outbox.sqlite")
    with network_drive(tmp_path / "drive", {lack: LACKS[lack]}) as drive, opened(drive / "outbox.sqlite") as box:
        assert box.recover(AREA, CUTOFF, NOON) == 1  # it is uncertain, and is not sent again
        journal = [box.db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert journal == ["truncate", 2]


def test_a_lock_that_a_killed_process_left_where_there_are_no_others_is_removed(tmp_path):
    with network_drive(tmp_path / "drive", {"posix_locks": "ENOLCK"}) as drive:
        lock = drive / "outbox.sqlite.lock"
        lock.mkdir()
        os.utime(lock, (NOON, NOON))
        with opened(drive / "outbox.sqlite") as box:
            assert box.waiting(AREA) == []
