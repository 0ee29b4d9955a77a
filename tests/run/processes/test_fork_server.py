"""A process that others are forked from: they have what it has, it is begun when it is needed, and it ends in time."""

import os
import signal
import subprocess
import sys
import time
from functools import partial

import psutil
import pytest
from support.faults import needs_fork
from support.prepared import done, environment, fails, look, parent_of_guard, prepare

from analysis.run.processes import isolated
from analysis.run.processes.fork_server import ForkServer
from analysis.weeks.home import PROJECT

pytestmark = needs_fork


def test_what_is_forked_from_a_fork_server_has_what_that_and_those_it_grew_from_have_done_once():
    root = ForkServer(partial(prepare, "root"))
    branch = ForkServer(partial(prepare, "branch"), of=root)
    assert isolated.call(look, of=branch)[0] == ["root", "branch"]
    assert isolated.call(look, of=root)[0] == ["root"]
    assert isolated.call(look, of=branch)[0] == ["root", "branch"]


def test_a_fork_server_that_cannot_prepare_serves_all_the_same():
    assert isolated.call(look, of=ForkServer(partial(fails, "half")))[0] == ["half"]


def is_over(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize("killed", ["root", "branch"])
def test_a_fork_server_whose_process_is_gone_is_begun_anew(killed):
    servers = {"root": ForkServer(partial(prepare, "root"))}
    servers["branch"] = ForkServer(partial(prepare, "branch"), of=servers["root"])
    before = isolated.call(look, of=servers["branch"])
    processes = {name: psutil.Process(isolated.call(parent_of_guard, of=each)) for name, each in servers.items()}
    processes[killed].send_signal(signal.SIGKILL)
    ending = processes if killed == "root" else {killed: processes[killed]}  # a branch ends with its root
    until = time.monotonic() + 10
    while not all(map(is_over, ending.values())) and time.monotonic() < until:
        time.sleep(0.01)
    after = isolated.call(look, of=servers["branch"])
    assert after[0] == before[0] and after[1] != before[1]


def test_a_fork_server_sees_no_variable_but_those_that_are_shown(monkeypatch):
    monkeypatch.setenv("SMTP_TOKEN", "canary")
    seen, at_first = isolated.call(environment, of=ForkServer(partial(prepare, "")))
    assert seen["SMTP_TOKEN"] == "canary"  # that of the caller, which sees no such variable during a week
    assert "canary" not in at_first and "PATH=" in at_first


def test_a_fork_server_that_cannot_fork_fails_that_call_and_serves_the_next():
    server = ForkServer(fork_fails_once)
    with pytest.raises(isolated.Died):
        isolated.call(look, of=server)
    assert isolated.call(look, of=server)[0] == ["failed to fork"]


def fork_fails_once():
    fork = os.fork

    def fails():
        os.fork = fork
        done.append("failed to fork")
        raise BlockingIOError("Resource temporarily unavailable")

    os.fork = fails


SAYS = """
import sys, warnings
from functools import partial
from analysis.run.processes import isolated
from analysis.run.processes.fork_server import ForkServer
server = ForkServer(partial(print, "prepared", end=""))
print(isolated.call(warnings.warn, "told", of=server) if sys.argv[1:] else [isolated.call(int, of=server) for _ in "ab"])
"""


def test_what_is_said_to_prepare_is_said_once():
    done = subprocess.run([sys.executable, "-c", SAYS], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("prepared[0, 0]\n", "")


def test_the_switches_of_the_interpreter_are_handed_on():
    done = subprocess.run([sys.executable, "-W", "error", "-c", SAYS, "warn"], capture_output=True, text=True)
    assert done.returncode == 1 and "UserWarning: told" in done.stderr


def test_the_module_can_be_imported_where_there_is_no_sigkill():
    """As on Windows."""
    without = (
        "import signal; del signal.SIGKILL; import analysis.run.processes.fork_server, analysis.run.processes.isolated"
    )
    assert subprocess.run([sys.executable, "-c", without], capture_output=True).returncode == 0


ENDS = """
import os, sys, time
from functools import partial
sys.path.insert(0, sys.argv[1])
from support import prepared
from analysis.run.processes import isolated
from analysis.run.processes.fork_server import ForkServer
root = ForkServer(partial(prepared.prepare, "root"))
branch = ForkServer(partial(prepared.prepare if sys.argv[3] == "ready" else prepared.prepare_long, "branch"), of=root)
isolated.call(int, of=root)
isolated.call(int, of=branch) if sys.argv[3] == "ready" else branch.begin()
open(sys.argv[2], "w").write("ready")
time.sleep(60 if sys.argv[4] == "killed" else 0)
"""


@pytest.mark.parametrize("ending", ["killed", pytest.param("ends", marks=pytest.mark.long)])
@pytest.mark.parametrize("state", ["ready", pytest.param("preparing", marks=pytest.mark.long)])
def test_servers_end_with_the_process_that_began_them(tmp_path, state, ending):
    arguments = [str(PROJECT / "tests"), str(tmp_path / "ready"), state, ending]
    with subprocess.Popen([sys.executable, "-c", ENDS, *arguments]) as caller:
        started, until = [], time.monotonic() + 60
        while not (tmp_path / "ready").exists() and time.monotonic() < until:
            started = psutil.Process(caller.pid).children(recursive=True) or started
            time.sleep(0.01)
        if ending == "killed":
            started = psutil.Process(caller.pid).children(recursive=True)
            caller.kill()
    assert started
    until = time.monotonic() + 10
    while (left := [each for each in started if each.is_running()]) and time.monotonic() < until:
        time.sleep(0.02)
    assert left == []
