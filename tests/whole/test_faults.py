"""Faults of disk and machine around publishing: whatever fails, there is the old week or the new one, and it is whole."""

import ctypes
import errno
import functools
import hashlib
import itertools
import mmap
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from support.faults import (
    ALL,
    PAGE,
    disk_with,
    failing,
    how_many,
    killed,
    leftovers,
    mounted,
    needs_fork,
    needs_linux,
    needs_proc,
    put_back,
    some,
)
from support.sampled import sampled
from support.stand_in import (
    AREA,
    CUTOFF,
    INTERRUPTED,
    accepted,
    contents,
    earlier_week,
    echo,
    gone,
    home,  # noqa: F401
    processes,
    published,
    put,
    record_as_published,
    state,
    week_of,
)

from analysis.exits import Exit
from analysis.mail.outbox import ACCEPTED, SENDING, UNCERTAIN, Letter, Outbox
from analysis.run import pipeline
from analysis.weeks import atomic, paths, provenance, publish
from analysis.weeks.home import PROJECT

# -- one call to the system fails, or the process dies before it -----------------------------------------------------

CHANGING = (
    *("openat", "write", "pwrite64", "sendfile", "copy_file_range", "ftruncate", "fallocate", "fsync", "fdatasync"),
    *("rename", "renameat2", "mkdir", "unlink", "unlinkat", "rmdir", "chmod", "fchmod", "utimensat"),
)
PR_SET_PTRACER = 0x59616D61  # linux/prctl.h
UNFORESEEN = 70  # exit status of a process that raised what it should not


@pytest.fixture
def strace():
    if not shutil.which("strace") or subprocess.run(["strace", "-qq", "true"], capture_output=True).returncode:
        pytest.skip("no strace that may trace: faults of the system cannot be injected")


def traced(act: Callable[[], int], log: Path, faults: Sequence[str] = ()) -> int:
    """Exit status of ``act`` in a process of its own, or minus the signal that ended it.

    log : takes every call that may change something.  faults : as strace's inject= has them
    """
    log.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        status = UNFORESEEN
        try:
            ctypes.CDLL(None).prctl(PR_SET_PTRACER, ctypes.c_ulong(-1), 0, 0, 0)
            until = time.monotonic() + 60
            while not (log.exists() and log.stat().st_size) and time.monotonic() < until:
                os.getppid()  # until strace has seen it
            status = act()
        except BaseException:
            traceback.print_exc()
        finally:  # whatever it was: the tests go on in the parent only
            os._exit(status)
    calls = ",".join(f"?{name}" for name in ("getppid", *CHANGING))
    options = ["-e", f"trace={calls}", *(part for fault in faults for part in ("-e", f"inject={fault}"))]
    strace = subprocess.Popen(["strace", "-qq", "-y", "-s", "0", "-o", log, *options, "-p", str(child)])
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    strace.wait()
    return status


def faults_at_every_change(
    log: Path,
    home: Path,  # noqa: F811
    always: Sequence[str] = (),
) -> list[tuple[str, str, list[str]]]:
    """What can go wrong at each call that changed something below ``home``: kind, call, strace's words for it.

    always : faults of calls that fail in any case; strace would forget them where it is told another of the same call
    """
    changing = [name for name in CHANGING if not any(each.startswith(f"{name}:") for each in always)]
    counts, found = Counter(), []
    for line in log.read_text("utf-8").splitlines():
        name = line.partition("(")[0]
        counts[name] += 1
        only_read = name == "openat" and not re.search("O_WRONLY|O_RDWR|O_CREAT", line)
        if name not in changing or only_read or str(home) not in line:
            continue
        call = f"{name} {counts[name]}"
        lost = [f"?{each}:error=EROFS:when={counts[each] + (each != name)}+" for each in changing if each != "openat"]
        found += [
            ("killed", call, [f"{name}:signal=SIGKILL:when={counts[name]}"]),
            ("EIO", call, [f"{name}:error=EIO:when={counts[name]}"]),
            ("ENOSPC", call, [f"{name}:error=ENOSPC:when={counts[name]}"]),
            ("disk lost", call, lost),  # nothing can be written from here on
        ]
    return found


class Notes:
    """What a process tells its parent without any call to the system: none fails, and none is killed before."""

    def __init__(self) -> None:
        self.shared = mmap.mmap(-1, 1 << 16)

    def clear(self) -> None:
        self.shared[:] = bytes(len(self.shared))

    def add(self, line: str) -> None:
        at, text = self.shared.find(b"\0"), f"{line}\n".encode()
        self.shared[at : at + len(text)] = text

    def lines(self) -> list[str]:
        return self.shared[: self.shared.find(b"\0")].decode().splitlines()


def told(act: Callable[[], pipeline.Outcome], notes: Notes) -> int:
    """Exit status of what is done; the sentence is noted, as the command line would print it."""
    try:
        outcome = act()
    except OSError as error:
        notes.add(f"{error.filename}: {error.strerror}")
        return Exit.FAILED
    notes.add(outcome.message)
    return outcome.status


EXCHANGES_NOTHING = ["renameat2:error=EINVAL"]  # as some file systems answer: then a folder takes three renames
ISSUES = {
    "first issue": (["first"], []),
    "made again": (["first", "first"], []),
    "corrected": (["first", "second"], []),
    "corrected by renames": (["first", "second"], EXCHANGES_NOTHING),
}


@needs_fork
@pytest.mark.parametrize("issues", sampled([*ISSUES], 1, long=3, first=["corrected"]))
def test_at_every_call_that_changes_the_disk_a_fault_leaves_a_whole_week_and_the_next_run_heals_it(
    home,  # noqa: F811
    strace,
    counted,
    issues,
):
    (*earlier, last), always = ISSUES[issues]
    for text in earlier:
        week_of(home, text, reissue=True)
    if last in earlier:  # by an earlier program
        put(published(home)[0] / "scores.csv", "older")
        put(published(home)[1] / "report.html", "older")
        record_as_published(home)
    before = shutil.copytree(home, home.parent / "before")
    old, log, notes = state(home), home.parent / "log", Notes()

    def act() -> int:
        return told(lambda: week_of(home, last, reissue=True), notes)

    assert traced(act, log, always) == Exit.DONE
    new = state(home)
    half = [old[0], new[1]]  # between the two folders' renames
    tried = some(faults_at_every_change(log, home, always), 7)
    wrong = {}
    for kind, call, faults in tried:
        put_back(before, home)
        notes.clear()
        status, left = traced(act, log, [*always, *faults]), state(home)
        said = " ".join(notes.lines())
        named = os.strerror(getattr(errno, kind, errno.EROFS)) in said and str(home) in said
        may_be = {Exit.DONE: [new], Exit.FAILED: [old], -signal.SIGKILL: [old, half, new]}.get(status, [])
        if kind == "disk lost":  # then nothing can be undone either
            may_be = [old, half, new]
        again = week_of(home, last)  # without a word of a correction: finishes what is half published, starts nothing
        finished = state(home)
        healed = week_of(home, last, reissue=True)
        wrong[f"{kind} at {call}"] = failing(
            injected=status == -signal.SIGKILL if kind == "killed" else "INJECTED" in log.read_text("utf-8"),
            whole=left in may_be or (always and kind in ("killed", "disk lost")),
            named=status != Exit.FAILED or named,
            finished=finished == (new if again.status == Exit.DONE else old),
            healed=healed.status == Exit.DONE and state(home) == new,
            tidy=leftovers(home) == [],
        )
    counted(f"week {issues}", len(tried), {fault: each for fault, each in wrong.items() if each})


NOON = 1_700_000_000.0


def letters() -> list[Letter]:
    boxes = [f"{name}@leaders.example" for name in ("lan", "minh", "hoa")]
    return [Letter(f"x <{box}>", box, "a@office.example", f"<{box}>", b"Subject: x\r\n\r\nx\r\n") for box in boxes]


def mailed(path: Path, notes: Notes) -> int:
    """Every letter of the week is put down and goes its way; noted are each last dot, and each answer once it is kept."""
    try:
        with closing(Outbox(path)) as box:
            box.recover(AREA, CUTOFF, NOON)
            box.queue(AREA, CUTOFF, 1, letters(), NOON)
            while waiting := box.next(AREA, CUTOFF):
                letter = box.take(waiting["id"])
                assert box.sending(letter["id"], letter["tries"], NOON)
                notes.add(f"sent {letter['address']}")
                box.settle(letter["id"], letter["tries"], ACCEPTED, "250", NOON)
                notes.add(f"kept {letter['address']}")
    except (OSError, sqlite3.Error) as error:
        notes.add(str(error))
        return Exit.FAILED
    return Exit.DONE


def states(path: Path, cutoff: str) -> dict[str, str]:
    with closing(Outbox(path)) as box:
        assert [row[0] for row in box.db.execute("PRAGMA integrity_check")] == ["ok"]
        return {row["address"]: row["state"] for row in box.rows(AREA, cutoff)}


@needs_fork
@pytest.mark.parametrize("few", how_many(4, long=12))
def test_at_every_call_of_the_ledger_a_fault_loses_no_letter_and_doubles_none(tmp_path, strace, counted, few):
    home, log, notes = tmp_path / "home", tmp_path / "log", Notes()  # noqa: F811
    path, addresses = home / "outbox" / "outbox.sqlite", [letter.address for letter in letters()]
    with closing(Outbox(path)) as box:  # an earlier week, settled
        box.queue(AREA, "2023-11-27", 1, letters()[:1], NOON)
        letter = box.take(1)
        box.settle(1, letter["tries"], ACCEPTED, "250", NOON)
    before = shutil.copytree(home, tmp_path / "before")
    assert traced(lambda: mailed(path, notes), log) == Exit.DONE
    assert notes.lines() == [f"{what} {address}" for address in addresses for what in ("sent", "kept")]
    tried, wrong = some(faults_at_every_change(log, home), few), {}
    for kind, call, faults in tried:
        put_back(before, home)
        notes.clear()
        status = traced(lambda: mailed(path, notes), log, faults)
        left = states(path, CUTOFF)
        sent, kept = ([line[5:] for line in notes.lines() if line.startswith(what)] for what in ("sent", "kept"))
        again = mailed(path, notes)
        sent_in_all = [line[5:] for line in notes.lines() if line.startswith("sent")]
        wrong[f"{kind} at {call}"] = failing(
            injected=status == -signal.SIGKILL if kind == "killed" else "INJECTED" in log.read_text("utf-8"),
            ended=status in (Exit.DONE, Exit.FAILED, -signal.SIGKILL),
            told=status != Exit.FAILED or len(notes.lines()) > len(sent) + len(kept),
            kept={left[address] for address in kept} <= {ACCEPTED},
            never_waiting_once_sent={left[address] for address in sent} <= {SENDING, ACCEPTED},
            none_doubled=len(sent_in_all) == len(set(sent_in_all)),
            healed=again == Exit.DONE and set(states(path, CUTOFF).values()) <= {ACCEPTED, UNCERTAIN},
            none_lost=list(states(path, CUTOFF)) == addresses,
            one_uncertain=list(states(path, CUTOFF).values()).count(UNCERTAIN) <= 1,
            earlier_week=states(path, "2023-11-27") == {addresses[0]: ACCEPTED},
        )
    counted("ledger", len(tried), {fault: each for fault, each in wrong.items() if each})


# -- killed before any change ----------------------------------------------------------------------------------------


@needs_fork
@pytest.mark.parametrize(
    ("issues", "can_exchange"),
    [
        (["first", "second", "third"], False),
        pytest.param(["first", "second", "third"], True, marks=pytest.mark.long),
        *(
            pytest.param(issues, each, marks=pytest.mark.long)
            for issues in (["first"], ["first", "second"])
            for each in (True, False)
        ),
    ],
)
def test_a_run_killed_before_any_change_on_disk_leaves_the_old_week_or_the_new_one(
    home,  # noqa: F811
    monkeypatch,
    record_property,
    issues,
    can_exchange,
):
    """Needs no strace."""
    if not can_exchange:
        monkeypatch.setattr(atomic, "_exchange", lambda one, other: False)
    *earlier, last = issues
    for text in earlier:
        week_of(home, text, reissue=True)
    before = shutil.copytree(home, home.parent / "before")
    old = state(home)
    week_of(home, last, reissue=True)
    new, kills, halves = state(home), 0, 0
    for number in itertools.count(1, 1 if ALL else 11):
        put_back(before, home)
        if not killed(number, lambda: week_of(home, last, reissue=True)):
            break
        kills += 1
        left = state(home)
        halves += left == [old[0], new[1]]
        if can_exchange:
            assert left in (old, new, [old[0], new[1]]), number
        again = week_of(home, last)  # without a word of a correction: finishes what is half published, starts nothing
        assert state(home) == (new if again.status == Exit.DONE else old), number
        assert week_of(home, last, reissue=True).status == Exit.DONE
        assert state(home) == new, number
        assert leftovers(home) == [], number
    assert kills > (25 if ALL else 2) and halves >= ALL
    record_property("count", f"week killed before a change: {kills} faults, {kills} survived")


# -- the whole run killed --------------------------------------------------------------------------------------------


def at_home_of_its_own(folder: Path) -> Path:
    """A home with the real table and the project's rules."""
    for name in ("config", "data/raw"):
        shutil.copytree(PROJECT / name, folder / name)
    return folder


MARK = "JOBLIB_TEMP_FOLDER"  # a variable that a week shows to all its processes, and that changes nothing here


def published_earlier(home: Path) -> Path:  # noqa: F811
    """The same home, with the week as an earlier program published it."""
    tables, reports = published(home)
    put(tables / "points.csv", "older")
    shutil.copytree(home / "data" / "raw" / AREA, tables / "raw")
    put(reports / "report.html", "older")
    record_as_published(home)
    return home


def week_begun(home: Path) -> subprocess.Popen:  # noqa: F811
    """``python -m analysis week`` of that home; of all processes only its own have MARK as the home."""
    command = [sys.executable, "-m", "analysis", "week", CUTOFF, "--area", AREA, "--home", str(home)]
    return subprocess.Popen(
        command, env=os.environ | {MARK: str(home)}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def going_on(home: Path) -> list[int]:  # noqa: F811
    """The processes of that home's week."""
    mark, found = f"{MARK}={home}\0".encode(), []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            found += [int(process.name)] if mark in (process / "environ").read_bytes() else []
        except OSError:  # it has ended, or is somebody else's
            continue
    return found


def soon(holds: Callable[[], bool], seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while not holds() and time.monotonic() < until:
        time.sleep(0.02)
    return holds()


@needs_proc
@pytest.mark.parametrize("few", [4])
@pytest.mark.long
def test_the_whole_run_killed_at_any_moment_leaves_a_whole_week_and_no_process_and_the_next_run_heals_it(
    tmp_path, counted, few
):
    """The next run begins by tidying; where then every byte is as before, it is the run that was tried at first."""
    home = published_earlier(at_home_of_its_own(tmp_path / "home"))  # noqa: F811
    before, old, as_before = shutil.copytree(home, tmp_path / "before"), state(home), contents(home)

    def ended() -> float:
        began = time.monotonic()
        week = week_begun(home)
        said = week.communicate()[1]
        assert week.returncode == Exit.DONE, said
        return time.monotonic() - began

    code, seconds, new = provenance.code(), ended(), state(home)
    half = [old[0], new[1]]
    kills, wrong, halves = (60 if ALL else few), {}, Counter()
    for number in range(kills):
        while True:
            put_back(before, home)
            began, week = time.monotonic(), week_begun(home)
            try:
                week.communicate(timeout=seconds * (number + 0.5) / kills)
                seconds = time.monotonic() - began  # the machine has become faster: once more
            except subprocess.TimeoutExpired:
                week.kill()
                week.communicate()
                break
        no_process, left = soon(lambda: not going_on(home), 20), state(home)  # who is importing ends after that
        with publish.locked(home, AREA, CUTOFF):
            publish.tidy(home, AREA, CUTOFF)
        tidied = state(home)
        halves["old" if left == old else "new" if left == new else "between"] += 1
        checks = failing(
            no_process=no_process,
            whole=left in (old, half, new),
            tidy=leftovers(home) == [],
            as_before=contents(home) == as_before if left == old else tidied == new,
        )
        if ALL and number % 10 == 9:
            seconds = ended()  # the machine may have become slower, too
            checks += failing(healed=state(home) == new, tidy_again=leftovers(home) == [])
        if checks:
            wrong[f"killed after {number + 0.5} / {kills} of {seconds:.1f} s"] = checks
    assert provenance.code() == code, "the program was changed meanwhile, and its weeks with it"
    counted(f"whole run ({', '.join(f'{count} {name}' for name, count in halves.items())})", kills, wrong)


@needs_proc
@pytest.mark.long
def test_a_run_that_is_killed_takes_with_it_what_would_go_on_for_long(home):  # noqa: F811
    before = earlier_week(home)
    environment = os.environ | {"PYTHONPATH": f"{PROJECT / 'tests'}:{PROJECT}"}
    with subprocess.Popen([sys.executable, "-c", INTERRUPTED, home, "2"], env=environment) as week:
        started = soon(lambda: len(processes(home)) == 2, 60)  # two pages that sleep
        week.kill()
    assert started and gone(processes(home))
    assert contents(*published(home)) == before


# -- read while it is replaced ---------------------------------------------------------------------------------------


@pytest.fixture
def in_memory(tmp_path):
    """A folder on a file system without a disk, where there is one: a week is replaced in milliseconds."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else tmp_path) as folder:
        yield Path(folder)


def read_through(place: Path) -> dict[str, str] | None:
    """All that a published folder holds, read through one opening of it; None: it was replaced meanwhile, read again.

    As analysis/weeks/publish.py tells readers to do.
    """
    opened = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        found = {}
        for base, _, names, folder in os.fwalk(".", dir_fd=opened):
            for name in names:
                with os.fdopen(os.open(name, os.O_RDONLY, dir_fd=folder), "rb") as file:
                    found[f"{base}/{name}"] = file.read().decode()
        return found if os.path.samestat(os.fstat(opened), place.stat()) else None
    except FileNotFoundError:
        return None
    finally:
        os.close(opened)


def replace_over_and_over(home: Path, number_of: mmap.mmap) -> None:  # noqa: F811
    """Publish the versions a and b by turns, for ever."""
    for number, text in enumerate(itertools.cycle("ab")):
        name = f"{CUTOFF}-{number}"
        publish.begin(home, AREA, CUTOFF, name, [])
        folders = paths.run_folder(home, AREA, name), paths.run_reports(home, AREA, name)
        for folder, each in itertools.product(folders, range(12)):
            put(folder / f"part {each % 3}" / f"{each}.csv", text * 5_000)
        made = publish.products(home, AREA, CUTOFF, name)
        atomic.save_json(folders[0] / "run.json", {"products": made})
        publish.publish_week(home, AREA, CUTOFF, name)
        number_of[:8] = (number + 1).to_bytes(8, "big")


@needs_fork
@needs_linux
def test_a_reader_of_a_week_that_is_replaced_over_and_over_sees_no_mix(in_memory, record_property):
    home = in_memory  # noqa: F811
    number_of, whole, again, mixed = mmap.mmap(-1, 8), Counter(), 0, 0
    writer = os.fork()
    if writer == 0:
        try:
            replace_over_and_over(home, number_of)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(UNFORESEEN)
    try:
        assert soon(lambda: any(number_of[:8]), 60)
        for place in itertools.islice(itertools.cycle(published(home)), 2_000 if ALL else 600):
            while (found := read_through(place)) is None:
                again += 1
            texts = {text[0] for name, text in found.items() if not name.endswith("run.json")}
            assert (len(found) - ("./run.json" in found), len(texts)) == (12, 1)
            whole[place, *texts] += 1
            # by their names, one after the other: what is mixed is not what run.json tells
            made = atomic.load_json(published(home)[0] / "run.json")["products"]
            try:
                held = {path: (home / path).read_bytes() for path in made}
            except FileNotFoundError:
                continue
            if len(set(held.values())) > 1:
                mixed += 1
                assert {path: hashlib.sha256(data).hexdigest() for path, data in held.items()} != made
    finally:
        ended = os.waitpid(writer, os.WNOHANG)[1]
        os.kill(writer, signal.SIGKILL)
        os.waitpid(writer, 0)
    assert ended == 0 and len(whole) == 4
    replaced = int.from_bytes(number_of[:8], "big")
    record_property(
        "count",
        f"{whole.total()} readings of a week replaced {replaced} times: 0 mixed, {again} begun again;"
        f" {mixed} mixed by name, all told by run.json",
    )


# -- two at once -----------------------------------------------------------------------------------------------------


@needs_fork
def test_of_two_runs_started_together_one_works_and_the_other_says_who_and_since_when(home, counted):  # noqa: F811
    pairs, wrong = (50 if ALL else 4), {}

    def gate(*_) -> object:
        """The one that works waits until the other has given up."""
        soon(lambda: any(home.parent.glob("told-*")), 20)
        return accepted()

    steps = pipeline.Pipeline(gate, home.parent / "no notebooks", (), echo, lambda line: None, index=lambda *_: None)
    for number in range(pairs):
        for folder in (home / "data" / "processed", home / "reports"):
            shutil.rmtree(folder, ignore_errors=True)
        ready, go = os.pipe()
        children = []
        for _ in range(2):
            child = os.fork()
            if child == 0:
                status = UNFORESEEN
                try:
                    os.close(go)
                    os.read(ready, 1)  # until the parent lets both go
                    outcome = pipeline.make_week(home, AREA, CUTOFF, steps=steps)
                    put(home.parent / f"telling-{os.getpid()}", outcome.message)
                    (home.parent / f"telling-{os.getpid()}").rename(home.parent / f"told-{os.getpid()}")
                    status = outcome.status
                except BaseException:
                    traceback.print_exc()
                finally:
                    os._exit(status)
            children.append(child)
        os.close(go)
        os.close(ready)
        ended = {os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]): child for child in children}
        said = {child: (home.parent / f"told-{child}").read_text("utf-8") for child in children}
        for path in home.parent.glob("told-*"):
            path.unlink()
        works, gave_up = ended.get(Exit.DONE), ended.get(Exit.BUSY)
        since = rf"tiến trình {works}, từ lúc \d\d:\d\d:\d\d \d\d/\d\d/\d{{4}}"
        checks = failing(
            one_works=set(ended) == {Exit.DONE, Exit.BUSY},
            says_who=re.search(since, said.get(gave_up, "")) is not None,
            published=state(home) == [{"raw/2023-12-04.txt": b"raw", "scores.csv": b"raw"}, {"report.html": b"raw"}],
            tidy=leftovers(home) == [],
        )
        if checks:
            wrong[f"pair {number}"] = [*checks, said]
    counted("two runs at once", pairs, wrong)


# -- a disk that is full or only read --------------------------------------------------------------------------------


@contextmanager
def only_read(folder: Path) -> Iterator[None]:
    """Root may write whatever the modes say: for root the folder is mounted so."""
    if os.geteuid() == 0:
        with mounted(folder, "--bind", str(folder)):
            subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
            yield
        return
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    for each in folders:
        each.chmod(0o555)
    try:
        yield
    finally:
        for each in folders:
            each.chmod(0o755)


@needs_fork
def test_on_a_full_disk_the_run_says_which_file_and_what_was_published_stays(tmp_path, home, counted):  # noqa: F811
    """A correction of 100 kB, which is stored four times; the sizes go from nothing left to enough."""
    week_of(home, "first")
    old, text, wrong, statuses = state(home), "x" * 100_000, {}, Counter()
    raw, sizes = [put(tmp_path / "second.txt", text)], some(range(0, 120, 4), 6)  # pages free
    quick = pipeline.Pipeline(
        lambda *_: accepted(), tmp_path / "no notebooks", (), echo, lambda line: None, index=lambda *_: None
    )
    for free in sizes:
        with disk_with(home, tmp_path, free * PAGE) as place:
            notes = Notes()
            act = functools.partial(pipeline.make_week, place, AREA, CUTOFF, raw, reissue=True, steps=quick)
            status = told(act, notes)
            said, left = " ".join(notes.lines()), state(place)
            statuses[status] += 1
            checks = failing(
                ended=status in (Exit.DONE, Exit.FAILED),
                untouched=left == old if status == Exit.FAILED else left[0]["scores.csv"] == text.encode(),
                named=status == Exit.DONE or (os.strerror(errno.ENOSPC) in said and str(place) in said),
                tidy=leftovers(place) == [],
            )
        if checks:
            wrong[f"{free} pages free"] = [*checks, said]
    assert set(statuses) == {Exit.DONE, Exit.FAILED}
    counted("full disk", len(sizes), wrong)


@pytest.mark.skipif(not ALL, reason="takes the whole week each time: only in make faults")
def test_on_a_full_disk_the_whole_run_says_so(tmp_path, counted):
    home = published_earlier(at_home_of_its_own(tmp_path / "home"))  # noqa: F811
    old, wrong, free_kB = state(home), {}, (0, 16, 100, 250, 400, 550)
    for free in free_kB:
        with disk_with(home, tmp_path, free * 1024) as place:
            week = week_begun(place)
            said = week.communicate()[1]
            left, kept = state(place), leftovers(place)
        if checks := failing(
            status=week.returncode == Exit.FAILED,
            untouched=left == old,
            named=os.strerror(errno.ENOSPC) in said and re.search(rf"{place}/\S+|\d_\w+\.ipynb", said) is not None,
            tidy=kept == [],
        ):
            wrong[f"{free} kB free"] = [*checks, said[-1500:]]
    counted("full disk, whole run", len(free_kB), wrong)


@pytest.mark.parametrize(
    "issued",
    [
        pytest.param(False, id="before a first issue", marks=pytest.mark.long),
        pytest.param(True, id="with a week published"),
    ],
)
def test_on_a_home_that_is_only_read_the_run_says_which_file_and_changes_nothing(tmp_path, issued):
    home = at_home_of_its_own(tmp_path / "home")  # noqa: F811
    if issued:
        published_earlier(home)
    before = contents(home)
    with only_read(home):
        week = week_begun(home)
        said = week.communicate()[1]
    reason = os.strerror(errno.EROFS if os.geteuid() == 0 else errno.EACCES)
    assert (week.returncode, reason in said, str(home) in said) == (Exit.FAILED, True, True), said
    assert contents(home) == before
