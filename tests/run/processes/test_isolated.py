"""A call in a process of its own: what it gives and raises, its limits, and that nothing of it is left."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from functools import partial

import psutil
import pytest
from support.calls import (
    beside,
    call,
    dies,
    exists_soon,
    fails,
    fails_beside,
    gives_a_function_of_its_own,
    is_gone,
    leaves,
    leaves_a_copy,
    leaves_a_thread,
    leaves_and_dies,
    number_in,
    preparing,
    raises_told,
    said,
    sleeps,
    takes,
    together,
    waits_for,
)
from support.faults import needs_fork

from analysis.run.processes import isolated
from analysis.weeks.home import PROJECT


def test_a_call_gives_what_the_function_gives_in_another_process_and_the_callers_environment(monkeypatch):
    monkeypatch.setenv("TOLD", "now")
    value, pid, told = call(said, {"a": [1]})
    assert (value, told) == ({"a": [1]}, "now")
    assert pid != os.getpid() and is_gone(pid)


def test_what_the_function_raises_is_raised_with_where_it_happened():
    with pytest.raises(KeyError, match="what went wrong") as caught:
        call(fails)
    assert "in fails" in caught.value.__notes__[0]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_process_that_dies_is_told_with_its_status(number):
    with pytest.raises(isolated.Died) as caught:
        call(dies, number)
    assert caught.value.status == -number


def test_when_the_time_is_up_the_process_is_killed(tmp_path):
    began = time.monotonic()
    with pytest.raises(isolated.TookTooLong):
        call(sleeps, tmp_path / "pid", seconds=0.5)
    assert time.monotonic() - began < 10
    assert is_gone(int((tmp_path / "pid").read_text()))


@needs_fork  # Windows limits no memory
def test_memory_is_limited_to_what_was_said():
    assert call(takes, 200 * 1024**2, memory=1024**3) == 200 * 1024**2
    with pytest.raises(MemoryError):
        call(takes, 2 * 1024**3, memory=1024**3)


@pytest.mark.parametrize("own_session", [False, True])
def test_what_the_call_has_started_ends_with_it(tmp_path, own_session):
    call(leaves, tmp_path / "pid", own_session)
    assert is_gone(int((tmp_path / "pid").read_text()))


@needs_fork  # elsewhere nobody can tell whose those were
@pytest.mark.parametrize("own_session", [False, True])
def test_what_the_call_has_started_ends_also_where_the_call_dies(tmp_path, own_session):
    with pytest.raises(isolated.Died):
        call(leaves_and_dies, tmp_path / "pid", own_session)
    assert is_gone(int((tmp_path / "pid").read_text()))


def test_a_thread_that_is_left_behind_holds_up_nothing():
    began = time.monotonic()
    assert call(leaves_a_thread) == "done"
    assert time.monotonic() - began < 30


def test_what_was_said_before_the_call_ended_is_heard():
    done = subprocess.run([sys.executable, "-c", SAYS], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "nói\n", "")


SAYS = "from analysis.run.processes import isolated, fork_server as stem; isolated.call(print, 'nói', of=stem.ForkServer(bool))"


def test_calls_at_once_give_what_each_gives_in_their_order():
    assert together([int, str, float], 1) == [1, "1", 1.0]
    assert together([]) == []


def test_the_first_of_calls_at_once_to_fail_ends_the_others_and_leaves_no_process(tmp_path):
    began = time.monotonic()
    with pytest.raises(KeyError):
        together([sleeps, fails_beside], tmp_path / "pid")
    assert time.monotonic() - began < 30  # of 60 that the other sleeps
    assert is_gone(int((tmp_path / "pid").read_text()))


def test_a_call_that_fails_ends_no_call_of_another_thread(tmp_path):
    answers = []
    other = threading.Thread(target=lambda: answers.append(call(waits_for, tmp_path / "begun", tmp_path / "go")))
    other.start()
    assert exists_soon(tmp_path / "begun")
    with pytest.raises(KeyError):
        together([fails])
    (tmp_path / "go").touch()
    other.join(30)
    assert answers == ["done"]


def test_calls_beside_a_block_go_on_with_it_and_it_can_wait_for_what_they_give(tmp_path):
    with beside([partial(waits_for, tmp_path / "begun", tmp_path / "go"), int]) as answers:
        assert exists_soon(tmp_path / "begun")
        (tmp_path / "go").touch()
        assert answers() == ["done", 0]


def test_of_calls_beside_a_block_the_first_to_fail_is_told_where_they_are_waited_for_and_ends_the_others(tmp_path):
    with pytest.raises(KeyError, match="pid"), beside([sleeps, fails_beside], tmp_path / "pid") as answers:
        answers()
    assert is_gone(int((tmp_path / "pid").read_text()))


def test_a_block_that_fails_ends_the_calls_beside_it_and_no_other(tmp_path):
    with beside([waits_for], tmp_path / "begun", tmp_path / "go") as answers:
        with pytest.raises(ValueError, match="block"), beside([sleeps], tmp_path / "pid"):
            pid = number_in(tmp_path / "pid")
            assert exists_soon(tmp_path / "begun")
            raise ValueError("of the block")
        assert is_gone(pid)
        (tmp_path / "go").touch()
        assert answers() == ["done"]


@pytest.mark.skipif(threading.current_thread() is not threading.main_thread(), reason="signals come to the main thread")
def test_ctrl_c_ends_calls_at_once_and_leaves_no_process(tmp_path):
    paths = [tmp_path / name for name in "ab"]

    def interrupt():
        assert all(map(exists_soon, paths))
        time.sleep(0.1)  # until their numbers are in them
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored, where a shell has begun us beside it
    try:
        threading.Thread(target=interrupt).start()
        with pytest.raises(KeyboardInterrupt):
            together([partial(sleeps, path) for path in paths])
    finally:
        signal.signal(signal.SIGINT, before)
    assert all(is_gone(int(path.read_text())) for path in paths)


@needs_fork
def test_time_that_the_server_takes_to_prepare_counts():
    began = time.monotonic()
    with pytest.raises(isolated.TookTooLong):
        isolated.call(int, seconds=0.5, of=preparing())
    assert time.monotonic() - began < 10


@needs_fork
def test_a_call_whose_process_is_not_born_yet_can_be_ended_too():
    ended = threading.Event()

    def wait():
        with pytest.raises(isolated.Died):
            isolated.call(int, of=preparing())
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    until = time.monotonic() + 10
    while not isolated._going_on and time.monotonic() < until:
        time.sleep(0.01)
    isolated.end_all()
    assert ended.wait(10)


def test_an_answer_that_pickle_does_not_know_is_told_as_such():
    with pytest.raises(Exception, match="pickle"):
        call(gives_a_function_of_its_own)


def test_an_order_of_many_megabytes_arrives_and_so_does_its_answer():
    assert call(bytes.upper, b"a" * 5_000_000) == b"A" * 5_000_000


@pytest.mark.long
def test_where_processes_are_not_forked_a_call_starts_anew_and_does_the_same(tmp_path, monkeypatch):
    """As on Windows and macOS."""
    monkeypatch.setattr(isolated, "FORKS", False)
    assert call(said, 1)[0] == 1
    with pytest.raises(KeyError, match="what went wrong"):
        call(fails)
    with pytest.raises(isolated.Died) as caught:
        call(dies, signal.SIGKILL)
    assert caught.value.status == -signal.SIGKILL
    for seconds in (5, 15, 45):  # a busy machine takes long to start an interpreter
        with pytest.raises(isolated.TookTooLong):
            call(sleeps, tmp_path / "pid", seconds=seconds)
        if (tmp_path / "pid").exists():
            break
    assert is_gone(int((tmp_path / "pid").read_text()))


@needs_fork
def test_a_copy_of_the_process_that_outlives_it_holds_up_nothing():
    began = time.monotonic()
    with pytest.raises(isolated.Died):
        call(leaves_a_copy)
    assert time.monotonic() - began < 30


def test_an_error_that_pickle_would_lose_says_the_same():
    with pytest.raises(RuntimeError, match="Told: no space in /data") as caught:
        call(raises_told)
    assert "in raises_told" in caught.value.__notes__[0]


def test_a_project_without_its_sentences_can_start_processes_all_the_same(tmp_path):
    """As in a container, whose configuration lies elsewhere."""
    for name in ("analysis", "notebooks"):
        shutil.copytree(PROJECT / name, tmp_path / "copy" / name)
    code = "from analysis.run.processes import isolated; from analysis.run import preload; assert isolated.call(int, of=preload.PAGES) == 0"
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "copy")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_call_that_is_going_on_can_be_ended(tmp_path):
    ended = []

    def wait(path):
        with pytest.raises(isolated.Died):
            call(sleeps, path)
        ended.append(path)

    paths = [tmp_path / name for name in "ab"]
    threads = [threading.Thread(target=wait, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    until = time.monotonic() + 30
    while not all(path.is_file() and path.read_text() for path in paths) and time.monotonic() < until:
        time.sleep(0.02)
    isolated.end_all()
    for thread in threads:
        thread.join(10)
    assert sorted(ended) == paths
    assert all(is_gone(int(path.read_text())) for path in paths)


CALLS = """
import sys
sys.path.insert(0, sys.argv[1])
from support import calls
from analysis.run.processes import isolated
from analysis.run.processes.fork_server import ForkServer
isolated.FORKS = sys.argv[3] == "True"
if __name__ == "__main__":  # a process started anew comes by here too
    isolated.call(calls.sleeps, sys.argv[2], of=ForkServer(bool))
"""


@pytest.mark.parametrize("forks", [pytest.param(True, marks=needs_fork), pytest.param(False, marks=pytest.mark.long)])
def test_a_call_dies_with_its_caller_even_where_that_is_killed(tmp_path, forks):
    arguments = [str(PROJECT / "tests"), str(tmp_path / "pid"), str(forks)]
    caller = subprocess.Popen([sys.executable, "-c", CALLS, *arguments])
    until = time.monotonic() + 60
    while not (tmp_path / "pid").is_file() and time.monotonic() < until:
        time.sleep(0.02)
    started = psutil.Process(caller.pid).children(recursive=True)
    caller.kill()
    caller.wait()
    assert len(started) >= 2 and all(is_gone(each.pid) for each in started)
