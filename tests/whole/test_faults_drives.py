"""File systems that lack what a disk has: each week is published, corrected, mailed and withdrawn, and the loss is said."""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from support.district import words
from support.faults import failing, some
from support.network_drive import LACKS, network_drive
from support.stand_in import AREA, CUTOFF, accepted, home, inside, published, put, state, week_of  # noqa: F401

from analysis.exits import Exit
from analysis.mail import sending
from analysis.mail.outbox import ACCEPTED, Letter, Outbox
from analysis.run import pipeline, withdraw
from analysis.weeks import lacking, paths

FOLDER, FILE = ("EINVAL", "EOPNOTSUPP", "EACCES", "EPERM", "EBADF"), ("EINVAL", "EOPNOTSUPP", "EBADF")
# What is refused, by which answer, and what is told of it
REFUSALS = [
    (
        {lack: answer for lack, answer in LACKS.items() if lack != "flock"},
        {"folder_sync", "file_sync", "exchange", "times", "private", "file_locks"},
    ),
    *(({"folder_fsync": answer}, {"folder_sync"}) for answer in FOLDER),
    *(({"file_fsync": answer}, {"file_sync"}) for answer in FILE),
    *(({"exchange": answer}, {"exchange"}) for answer in ("EINVAL", "EOPNOTSUPP")),
    *(({"utime": answer}, {"times"}) for answer in ("EPERM", "EACCES", "EOPNOTSUPP", "EINVAL", "ENOSYS")),
    *(({"chmod": answer}, {"times", "private"}) for answer in ("EPERM", "EACCES", "EOPNOTSUPP")),
    *(({"posix_locks": answer}, {"file_locks"}) for answer in ("ENOLCK", "EOPNOTSUPP", "EINVAL")),
    ({"shared_memory": "ENODEV"}, {"wal"}),
    ({"rename_across": "EXDEV"}, set()),  # copied instead: nothing is lost
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


def test_what_a_file_system_lacks_stops_no_week_and_no_mail_and_is_noted_once(on_a_drive, counted):
    tried, wrong = some(REFUSALS, 6), {}
    for number, (lacks, lost) in enumerate(tried):
        lacking.forget()
        with on_a_drive(number, lacks) as home:  # noqa: F811
            checks = lived_through(home)
            noticed = [each.what for each in lacking.untold()]
        checks += failing(noted=sorted(noticed) == sorted(lost), told_once=lacking.untold() == [])
        wrong |= {str(lacks): [*checks, noticed]} if checks else {}
    counted("what file systems lack", len(tried), wrong)
