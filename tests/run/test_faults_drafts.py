"""Kills, a full disk, and odd things in a week's folder of reports: what people did there is there afterwards."""

import errno
import itertools
import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from support.drafts import STEPS, held, new_rule, office_file, reports, week
from support.faults import ALL, disk_with, failing, killed, leftovers, needs_fork, put_back, some
from support.sampled import sampled
from support.stand_in import AREA, CUTOFF, home, put  # noqa: F401

from analysis.exits import Exit
from analysis.run import pipeline
from analysis.weeks import atomic, paths

EDITED, PDF, NOTE, OLD = office_file("đã sửa"), b"signed", b"notes", office_file("bản cũ, đã sửa")
WORK = {EDITED, PDF, NOTE, OLD}


def with_work(home: Path) -> Path:  # noqa: F811
    """A week issued twice, with an edited draft in each issue, a file and a folder."""
    week(home, "zeroth")
    week(home, "first", reissue=True)
    for name, data in {
        "report.docx": EDITED,
        "ký/đã ký.pdf": PDF,
        "units/ghi chép.txt": NOTE,
        "r1/report.docx": OLD,
    }.items():
        reports(home, name).parent.mkdir(exist_ok=True)
        reports(home, name).write_bytes(data)
    return home


@needs_fork
@pytest.mark.parametrize(
    ("reissue", "can_exchange"),
    sampled([*itertools.product((True, False), repeat=2)], short=1, long=3, first=[(True, True)]),
)
def test_killed_before_any_change_on_disk_a_run_loses_nothing_of_what_people_did(
    home,  # noqa: F811
    monkeypatch,
    counted,
    reissue,
    can_exchange,
):
    if not can_exchange:
        monkeypatch.setattr(atomic, "_exchange", lambda one, other: False)
    with_work(home)
    text, folder = ("second", "r2/") if reissue else ("first", "")
    new_rule(home)
    before = shutil.copytree(home, home.parent / "before")
    wrong, kills = {}, 0
    week(home, text, reissue)
    new = held(home)
    assert {name for name, data in new.items() if data in WORK} == {
        *(f"{folder}{name}" for name in ("report.docx", "ký/đã ký.pdf", "units/ghi chép.txt")),
        "r1/report.docx",
    }
    for number in itertools.count(1, 1 if ALL else 20):
        put_back(before, home)
        if not killed(number, lambda: week(home, text, reissue)):
            break
        kills += 1
        left = {path.read_bytes() for path in home.joinpath("reports").rglob("*") if path.is_file()}
        healed = week(home, text, reissue)
        wrong[f"killed before change {number}"] = failing(
            there=left >= WORK, healed=healed.status == Exit.DONE and held(home) == new, tidy=leftovers(home) == []
        )
    assert kills > (40 if ALL else 2)
    counted("draft and files of people, killed", kills, {fault: each for fault, each in wrong.items() if each})


@needs_fork
def test_on_a_full_disk_what_people_did_stays(tmp_path, home, counted):  # noqa: F811
    with_work(home)
    new_rule(home)
    before, text, wrong, statuses = held(home), "x" * 60_000, {}, set()
    raw, sizes = [put(tmp_path / "second.txt", text)], some(range(0, 140, 7), 5)
    for free in sizes:
        with disk_with(home, tmp_path, free * 4096) as place:
            try:
                outcome = pipeline.make_week(place, AREA, CUTOFF, raw, reissue=True, steps=STEPS)
                status = outcome.status
            except OSError as error:
                assert error.errno == errno.ENOSPC
                status = Exit.FAILED
            statuses.add(status)
            left = held(place)
        checks = failing(there=set(left.values()) >= WORK, untouched=status == Exit.DONE or left == before)
        if checks:
            wrong[f"{free} pages free"] = checks
    assert statuses == {Exit.DONE, Exit.FAILED}
    counted("draft and files of people, full disk", len(sizes), wrong)


def _link(path: Path) -> None:
    path.symlink_to(put(path.parents[4] / "elsewhere.pdf", "signed"))


def _read_only(path: Path) -> None:
    put(path, "x").chmod(0o400)


def _read_only_folder(path: Path) -> None:
    put(path / "a.txt", "x")
    path.chmod(0o555)


def _socket(path: Path) -> None:
    where = Path.cwd()
    os.chdir(path.parent)  # an address holds no more than about a hundred bytes
    try:
        socket.socket(socket.AF_UNIX).bind(path.name)
    finally:
        os.chdir(where)


ODD: dict[str, tuple[str, Callable[[Path], object]]] = {
    "a signed PDF": ("Báo cáo số 766 (đã ký).pdf", lambda path: put(path, "x")),
    "a folder in a folder": ("hồ sơ", lambda path: put(path / "trong" / "a.txt", "x")),
    "an empty folder": ("trống", Path.mkdir),
    "a link to a file": ("bản ký.pdf", _link),
    "a link to nothing": ("mất.pdf", lambda path: path.symlink_to("nowhere")),
    "a link to the folder itself": ("vòng", lambda path: path.symlink_to(".")),
    "a file that is only read": ("chỉ đọc.txt", _read_only),
    "a folder that is only read": ("chỉ đọc", _read_only_folder),
    "a pipe": ("pipe", os.mkfifo),
    "a socket": ("socket", _socket),
    "a name that Windows forbids": ('a:b*?"<>|.txt', lambda path: put(path, "x")),
    "a name with a line end": ("a\nb\u202e.txt", lambda path: put(path, "x")),
    "a name that is no UTF-8": (os.fsdecode(b"\xff\xfe.txt"), lambda path: put(path, "x")),
    "the longest name": ("x" * 251 + ".txt", lambda path: put(path, "x")),
    "a name of a revision": ("r7", lambda path: put(path, "x")),
    "a folder with the name of a revision": ("r8", lambda path: put(path / "a.txt", "x")),
    "a name as ours beside an edited draft": ("report.new.docx", lambda path: path.write_bytes(EDITED)),
    "a name as a changed page": ("report.changed.html", lambda path: put(path, "x")),
    "a draft with a password": ("report.docx", lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 x")),
    "a draft that is a link": ("report.docx", lambda path: (path.unlink(), _link_draft(path))),
    "a hidden folder": (".git", lambda path: put(path / "HEAD", "x")),
    "a copy of ours": ("report (1).docx", lambda path: path.write_bytes(office_file("first"))),
}


def _link_draft(path: Path) -> None:
    elsewhere = path.parents[4] / "elsewhere.docx"
    elsewhere.write_bytes(EDITED)
    path.symlink_to(elsewhere)


def seen(path: Path) -> object:
    """What it is: the same file or folder after it was moved."""
    about = path.lstat()
    if path.is_dir() and not path.is_symlink():
        return [about.st_mode, sorted((each.name, seen(each)) for each in path.iterdir())]
    return about.st_mode, about.st_ino, about.st_size


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has neither pipes nor such names")
@pytest.mark.parametrize("reissue", [True, False])
def test_whatever_people_put_there_is_the_same_thing_at_the_same_place_afterwards(home, counted, reissue):  # noqa: F811
    before, tried, wrong = shutil.copytree(home, home.parent / "before"), dict(some([*ODD.items()], 5)), {}
    for what, (name, act) in tried.items():
        put_back(before, home)
        week(home)
        act(reports(home, name))
        was = seen(reports(home, name))
        new_rule(home)
        outcome = week(home, "second" if reissue else "first", reissue)
        again = week(home, "second" if reissue else "first")
        place = reports(home, f"r1/{name}" if reissue and name not in ("r7", "r8") else name)
        wrong[what] = failing(
            done=outcome.status == again.status == Exit.DONE,
            nothing_new="Không có gì mới" in again.message,
            the_same=os.path.lexists(place) and seen(place) == was,
            said=name.startswith(".") or "ăn phòng" in outcome.message or "đã bị thay đổi" in outcome.message,
            tidy=not list(paths.reports(home, AREA).glob(".*")),
        )
    counted(
        "things that people put beside a report", len(tried), {fault: each for fault, each in wrong.items() if each}
    )


def test_what_cannot_be_moved_stays_whole_is_named_and_is_moved_by_a_later_run(home, monkeypatch, counted):  # noqa: F811
    """As a file that another program keeps open on Windows; twice, with another publication between."""
    wrong = {}
    for tries in (1, 2, 3, 4):
        shutil.rmtree(home / "data" / "processed", ignore_errors=True)
        shutil.rmtree(home / "reports", ignore_errors=True)
        week(home)
        reports(home, "report.docx").write_bytes(EDITED)
        put(reports(home, "ký/đã ký.pdf"), "signed")
        rename, left = Path.rename, itertools.count(1)

        def fails(path: Path, to: Path, rename=rename, left=left, tries=tries) -> Path:
            if path.name == "report.docx" and path.read_bytes() == EDITED and next(left) <= tries:
                raise PermissionError(errno.EACCES, "is open", str(path))
            return rename(path, to)

        monkeypatch.setattr(Path, "rename", fails)
        new_rule(home)
        first = week(home)
        there = EDITED in {path.read_bytes() for path in (home / "reports").rglob("*") if path.is_file()}
        new_rule(home)
        second = week(home)
        monkeypatch.setattr(Path, "rename", rename)
        week(home)
        wrong[f"not moved {tries} times"] = failing(
            done=first.status == second.status == Exit.DONE,
            there=there,
            named=(".run-" in first.message) == (tries > 1) and "report.docx" in first.message,
            moved=held(home)["report.docx"] == EDITED and held(home)["ký/đã ký.pdf"] == PDF,
            ours=office_file("first") in held(home).values(),
            tidy=leftovers(home) == [],
        )
    counted("a draft that cannot be moved", len(wrong), {fault: each for fault, each in wrong.items() if each})
