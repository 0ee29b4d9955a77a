"""A Dask cluster: who may be asked, whose answers count, and when the waiting ends; with real schedulers and workers."""

import os
import shutil
import signal
import threading
import time
from pathlib import Path

import pytest
import trustme
from support.district import say, words
from support.faults import failing
from support.on_workers import ROOT, Processes, seconds
from support.stand_in import AREA, CUTOFF, headings, paged, pages_table

from analysis.cli import main
from analysis.exits import Exit
from analysis.run import cluster, pipeline

pytest.importorskip("distributed")


@pytest.fixture
def dask():
    made = Processes()
    yield made
    made.end()


@pytest.fixture
def scheduler(dask, tmp_path):
    return dask.scheduler(tmp_path / "scheduler.json")


def workers_at(address: str, count: int) -> list[str]:
    """The addresses of so many workers, when they are there."""
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(count, timeout=60)
        return list(client.scheduler_info(n_workers=-1)["workers"])


def other_version(folder: Path) -> Path:
    """The program in another folder, with one line more."""
    for name in ("analysis", "notebooks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    with (folder / "analysis" / "exits.py").open("a", encoding="utf-8") as file:
        file.write("\n")
    return folder


def answered(address, folder, *tasks) -> dict[float, str]:
    """What each task was answered: its sentence where it failed, else ""."""
    said = cluster.answers(seconds, list(tasks), address, folder, words(), words("en"), int)
    return {task: str(answer) if isinstance(answer, Exception) else "" for task, answer in said}


# -- who is asked ----------------------------------------------------------------------------------------------------

FAR = ("tcp://10.0.0.5:8786", "tcp://[fe80::1]:8786", "tcp://localhost.example:8786", "tcp://0.0.0.0:8786")
NONE = (
    "10.0.0.5:8786",
    "localhost:8786",
    "tls://10.0.0.5",
    "http://127.0.0.1:8786",
    "ucx://127.0.0.1:8786",
    "tcp://:1",
)
OURS = (
    "tcp://127.0.0.1:8786",
    "tcp://localhost:8786",
    "tcp://[::1]:8786",
    "tls://10.0.0.5:8786",
    "tls://dask.example:1",
)


@pytest.mark.parametrize("address", [*FAR, *NONE, "tcp://127.0.0.1:99999"])
def test_a_plain_address_of_another_machine_and_what_is_no_address_are_wrong_usage(address, capfd):
    assert main(["week", CUTOFF, "--cluster", address]) == Exit.WRONG_USAGE
    assert address in capfd.readouterr().err


def test_a_plain_address_is_for_this_machine_unless_allowed_and_a_protected_one_for_any():
    for address in OURS:
        cluster.check_address(address)
    for address in FAR:
        cluster.check_address(address, is_plain_allowed=True)
    for address in NONE:
        with pytest.raises(ValueError, match="tls://HOST:PORT"):
            cluster.check_address(address, is_plain_allowed=True)


# -- whose answers count ---------------------------------------------------------------------------------------------


@pytest.mark.long
def test_every_worker_that_cannot_make_pages_is_named_with_what_it_lacks(
    dask, scheduler, tmp_path, monkeypatch, counted
):
    monkeypatch.setattr(cluster, "ANSWER_S", 10)
    (seen := tmp_path / "seen").mkdir()
    other = other_version(tmp_path / "other")
    blind = f"import pathlib; is_dir = pathlib.Path.is_dir; pathlib.Path.is_dir = lambda path: {str(seen)!r} != str(path) and is_dir(path)"
    names = {
        "right": dask.worker(scheduler, "--name", "right"),
        "lacks": dask.worker(scheduler, "--name", "lacks", before="sys.modules['analysis'] = None"),
        "other": dask.worker(scheduler, "--name", "other", path=other),
        "blind": dask.worker(scheduler, "--name", "blind", before=blind),
        "silent": dask.worker(scheduler, "--name", "silent"),
    }
    from distributed import Client

    with Client(scheduler, set_as_default=False) as client:
        client.wait_for_workers(len(names), timeout=60)
        told = client.scheduler_info(n_workers=-1)["workers"]
    addresses = {each["name"]: address for address, each in told.items()}
    names["silent"].send_signal(signal.SIGSTOP)
    with pytest.raises(cluster.ClusterError) as refused:
        answered(scheduler, seen, 0)
    first, *faults = str(refused.value).splitlines()
    assert first == say("run.cluster_unfit", count=4)
    reason = next(each for each in faults if each.startswith(addresses["lacks"]))
    expected = {
        "lacks": reason if "analysis" in reason and "ModuleNotFoundError" in reason else "",
        "other": say("run.worker_other", worker=addresses["other"]),
        "blind": say("run.worker_blind", worker=addresses["blind"], folder=seen),
        "silent": say("run.worker_silent", worker=addresses["silent"], seconds=10),
    }
    wrong = {name: failing(named=sentence in faults) for name, sentence in expected.items()}
    counted("workers unfit", len(expected), {name: each for name, each in wrong.items() if each})
    assert len(faults) == len(expected)


@pytest.mark.long
def test_what_a_worker_of_another_version_that_joined_later_answers_does_not_count(dask, scheduler, tmp_path):
    dask.worker(scheduler)
    workers_at(scheduler, 1)
    other = other_version(tmp_path / "other")
    tasks = [1 + number / 100 for number in range(12)]
    said = cluster.answers(seconds, tasks, scheduler, tmp_path, words(), words("en"), int)
    first = next(said)
    dask.worker(scheduler, path=other)
    reasons = [str(answer) for _, answer in (first, *said) if isinstance(answer, Exception)]
    assert 0 < len(reasons) < len(tasks) and set(reasons) == {say("run.cluster_other", "en")}


# -- when the waiting ends -------------------------------------------------------------------------------------------


def test_a_cluster_without_a_worker_is_told_after_a_short_wait(scheduler, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "WORKERS_S", 0.2)
    began = time.monotonic()
    with pytest.raises(cluster.ClusterError) as refused:
        answered(scheduler, tmp_path, 0)
    assert str(refused.value) == say("run.cluster_empty", address=scheduler, seconds=0.2)
    assert time.monotonic() - began < 30


def test_where_nothing_is_finished_any_more_the_rest_has_failed_with_that_reason(
    dask, scheduler, tmp_path, monkeypatch
):
    monkeypatch.setattr(cluster, "STALLED_S", 120)
    worker = dask.worker(scheduler)
    workers_at(scheduler, 1)
    said = cluster.answers(seconds, [0, 300, 301], scheduler, tmp_path, words(), words("en"), int)
    assert next(said) == (0, (0, worker.pid))
    monkeypatch.setattr(cluster, "STALLED_S", 0)
    monkeypatch.setattr(cluster, "ANSWER_S", 0.5)  # in the end, the worker is busy
    began = time.monotonic()
    rest = {task: str(answer) for task, answer in said}
    assert rest == dict.fromkeys((300, 301), say("run.cluster_stalled", "en", minutes=0))
    assert time.monotonic() - began < 30


@pytest.mark.long
@pytest.mark.parametrize("lost", ["worker", "scheduler"])
def test_where_worker_or_scheduler_is_lost_the_rest_has_failed(dask, scheduler, tmp_path, monkeypatch, lost, counted):
    monkeypatch.setattr(cluster, "WORKERS_S", 2)
    worker = dask.worker(scheduler)
    workers_at(scheduler, 1)
    killed = {"worker": worker, "scheduler": dask.running[0]}[lost]
    threading.Timer(3, killed.send_signal, [signal.SIGKILL]).start()
    began = time.monotonic()
    said = answered(scheduler, tmp_path, 0, 300, 301)
    checks = failing(
        first=said[0] == "",
        rest=bool(said[300] and said[301]),
        reason=lost == "scheduler" or said[300] == say("run.cluster_gone", "en", seconds=2),
        soon=time.monotonic() - began < 60,
    )
    counted(f"{lost} killed", 1, {lost: checks} if checks else {})


# -- tls -------------------------------------------------------------------------------------------------------------


def certificates(folder, authority):
    """The files of an authority and of what it has signed, as Dask's settings name them."""
    folder.mkdir()
    signed = authority.issue_cert("localhost", "127.0.0.1")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    signed.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    signed.private_key_pem.write_to_path(folder / "key.pem")
    return {name: str(folder / f"{name}.pem") for name in ("ca", "cert", "key")}


@pytest.mark.long
def test_pages_are_made_over_tls_by_a_worker_of_one_thread_and_by_nobody_without_a_certificate(
    home, dask, tmp_path, monkeypatch, counted
):
    settings = pytest.importorskip("dask.config")
    monkeypatch.setattr(cluster, "CONNECT_S", 3)
    ours = certificates(tmp_path / "ours", trustme.CA())
    strangers = certificates(tmp_path / "strangers", trustme.CA())
    options = [f"--tls-{name}={ours[key]}" for name, key in (("ca-file", "ca"), ("cert", "cert"), ("key", "key"))]
    address = dask.scheduler(tmp_path / "tls.json", "--protocol", "tls", *options)
    worker = dask.worker(address, *options)
    assert address.startswith("tls://")

    def week(files, at=address):
        named = {"ca-file": files.get("ca"), "client.cert": files.get("cert"), "client.key": files.get("key")}
        with settings.set({f"distributed.comm.tls.{name}": file for name, file in named.items()}):
            return pipeline.make_week(home, AREA, CUTOFF, units="all", cluster=at, steps=paged(home, "A", "B"))

    refused = {
        "no certificate": week({}),
        "of another authority": week(strangers),
        "plain": week(ours, address.replace("tls://", "tcp://")),
    }
    wrong = {
        name: failing(
            status=outcome.status == Exit.FAILED, told="127.0.0.1" in outcome.message and "Dask" in outcome.message
        )
        for name, outcome in refused.items()
    }
    counted("tls refused", len(refused), {name: each for name, each in wrong.items() if each})
    assert not (home / "reports" / AREA / CUTOFF).exists()

    outcome = week(ours)
    assert outcome.status == Exit.DONE, outcome.message
    assert headings(home) == {"A": "A None", "B": "B None"}
    assert {code: row[1] for code, row in pages_table(home).items()} == {"A": "made", "B": "made"}
    made_by = {int(path.name.split("-")[1]) for path in home.parent.glob("process-*")}
    assert made_by and os.getpid() not in made_by and worker.poll() is None
