"""Many areas at once, and pages made by the workers of a cluster: all arrive, none twice, whoever dies on the way."""

import json
import os
import threading
import time
from pathlib import Path

import psutil
import pytest
from support.stand_in import AREA, CUTOFF, headings, paged, pages_table, put

from analysis.exits import Exit
from analysis.run import areas, editions, pipeline, preload
from analysis.run import cluster as cluster_of_dask
from analysis.run.processes import isolated

# Each page notes that it was made, and takes a moment, so that a worker can be killed meanwhile.
NOTED = 'import time\n(home.parent / f"made-{unit}-{os.getpid()}").touch()\ntime.sleep(0.5)\n'
CODES = tuple("ABCDE")


def gate_of(raw, home, area, cutoff, words):
    from support.stand_in import accepted

    if area == "second":
        raise KeyError("second: no such column")  # a slip of ours
    return accepted()


def report(home, area, cutoff, name, words):
    from analysis.weeks import paths

    # As a notebook is, in a process of its own.
    said = isolated.call(str, area, of=preload.GATE) if area == "third" else area
    put(paths.run_reports(home, area, name) / "report.html", said)


def quiet(line):
    pass


def nothing(*_):
    pass


@pytest.mark.long
def test_every_area_is_made_and_one_that_fails_stops_no_other(home, capfd):
    names = [AREA, "second", "third"]
    for name in names:
        put(home / "config" / name / "area.toml", "x = 1")
        put(home / "data" / "raw" / name / f"{CUTOFF}.txt", name)
    steps = pipeline.Pipeline(gate_of, home.parent / "none", (), report, quiet, index=nothing)
    ended = dict(areas.make_weeks(home, names, jobs=2, steps=steps))
    assert {name: outcome.status for name, outcome in ended.items()} == {AREA: 0, "second": 3, "third": 0}
    assert "KeyError" in ended["second"].message and "no such column" in ended["second"].message
    for name in (AREA, "third"):
        assert (home / "reports" / name / CUTOFF / "report.html").read_text() == name
    assert not (home / "reports" / "second").exists()


@pytest.fixture
def cluster():
    distributed = pytest.importorskip("distributed")
    quiet_dashboard = {"dashboard_address": None, "silence_logs": 50}
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, **quiet_dashboard) as made:
        yield made


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="no /proc to see processes in")
def test_the_workers_of_a_cluster_make_the_pages_though_one_is_killed_on_the_way(home, cluster):
    week = paged(home, *CODES)
    path = week.notebooks / "5_unit.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    cell = notebook["cells"][-1]
    cell["source"] = "".join(cell["source"]).replace("broken = json", NOTED + "broken = json", 1)
    path.write_text(json.dumps(notebook), "utf-8")
    victim = cluster.workers[0].pid

    def kill():
        until = time.monotonic() + 60
        while not list(home.parent.glob("made-*")) and time.monotonic() < until:
            time.sleep(0.05)
        psutil.Process(victim).kill()  # with it ends what it has started; its nanny starts another worker

    killer = threading.Thread(target=kill)
    killer.start()
    outcome = pipeline.make_week(home, AREA, CUTOFF, units="all", cluster=cluster.scheduler_address, steps=week)
    killer.join()
    assert outcome.status == Exit.DONE, outcome.message
    assert headings(home) == {code: f"{code} None" for code in CODES}
    assert {code: row[1] for code, row in pages_table(home).items()} == dict.fromkeys(CODES, "made")
    made_by = {int(path.name.split("-")[1]) for path in home.parent.glob("process-*")}
    assert os.getpid() not in made_by
    assert {path.name.split("-")[1] for path in home.parent.glob("made-*")} == set(CODES)
    assert not psutil.pid_exists(victim)
    with pytest.importorskip("distributed").Client(cluster.scheduler_address) as client:
        held = client.run(editions.fork_server.cache_info)
    assert [each.currsize for each in held.values()] == [0, 0]  # no worker keeps what the run's pages are forked from


def test_a_scheduler_that_does_not_answer_leaves_the_week_as_it_was(home, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster_of_dask, "CONNECT_S", 0.3)
    outcome = pipeline.make_week(home, AREA, CUTOFF, units="all", cluster="tcp://127.0.0.1:9", steps=paged(home, "A"))
    assert outcome.status == Exit.FAILED and "127.0.0.1:9" in outcome.message
    assert not (home / "reports" / AREA).exists() or not list((home / "reports" / AREA).iterdir())
