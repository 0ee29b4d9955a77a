"""Lets the workers of a Dask cluster answer for tasks: checks who they are, never waits for ever.

Whoever reaches a scheduler can run code on its workers and on its clients, for Dask sends pickles. So a scheduler on
another machine is reached by tls:// only, unless a person allows plain tcp://.
"""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from analysis.config.wording import Wording
from analysis.exits import AnalysisError
from analysis.run.processes import isolated
from analysis.weeks import provenance

if TYPE_CHECKING:
    from distributed import Client

CONNECT_S = 10  # our choice: a scheduler answers at once, or after it was restarted
WORKERS_S = 30  # our choice: a worker that is starting, or started anew, takes seconds
ANSWER_S = 30  # our choice: what a worker is asked needs no computing
# Our choice: a task ends by itself within MOST_SECONDS; a cluster that is silent for longer has lost it.
STALLED_S = isolated.MOST_SECONDS + 300
TICK_S = 1  # how often it is asked whether there are workers still


class ClusterError(AnalysisError):
    """The cluster cannot be reached or used; the text is the sentence to print."""


class OtherCode(Exception):
    """The worker has another version of this program than the one who asks."""


def check_address(address: str, is_plain_allowed: bool = False) -> None:
    """Raise ValueError where the address is none of a scheduler, or would send code unprotected between machines."""
    try:
        scheme, host, port = (parts := urlsplit(address)).scheme, parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"{address!r} is no address: {error}") from None
    if scheme not in ("tcp", "tls") or not host or not port:
        raise ValueError(f"expected tls://HOST:PORT, or tcp://HOST:PORT on this machine, got {address!r}")
    if scheme == "tcp" and not is_plain_allowed and not _is_this_machine(host):
        raise ValueError(
            f"{address} is another machine, and tcp:// protects nothing: whoever is between can run code here. Use"
            " tls:// (docs/schedule.md), or allow it with --cluster-insecure in a network that you trust"
        )


def _is_this_machine(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def answers(
    function: Callable,
    tasks: list,
    address: str,
    folder: Path,
    words: Wording,
    of_answers: Wording,
    finish: Callable[[], object],
) -> Iterator[tuple[object, object]]:
    """Let the workers call ``function`` with each task; yield the task and its answer, or the exception in its place.

    folder     : what every worker must see
    words      : of the sentence where the cluster cannot be used; of_answers: of those in place of an answer
    finish     : is called on every worker in the end
    Raises     : ClusterError where the cluster cannot be used; then no task was begun.
    """
    with _connected(address, words) as client:
        try:
            _check_workers(client, folder, words)
            futures = client.map(_answer, tasks, function=function, code=_code(), pure=False)
            try:
                yield from _collected(client, dict(zip(futures, tasks, strict=True)), of_answers)
            finally:
                client.cancel(futures)
        finally:
            _ask(client, finish)


def _answer(task: object, function: Callable, code: str) -> object:
    """Runs on a worker, which may have joined after the others were checked."""
    if _code() != code:
        raise OtherCode
    return function(task)


@cache
def _code() -> str:
    """The fingerprint of this program as this process has loaded it; it holds until the process is started anew."""
    return provenance.fingerprint()


def _told(folder: Path) -> tuple[str, bool]:
    """Runs on a worker: its code, and whether it sees the folder."""
    return _code(), folder.is_dir()


@contextmanager
def _connected(address: str, words: Wording) -> Iterator["Client"]:
    try:
        from distributed import Client
    except ImportError:
        raise ClusterError(words.say("run.cluster_no_dask")) from None
    try:
        client = Client(address, timeout=CONNECT_S, set_as_default=False)
    except Exception as error:  # besides OSError: what the certificates lack
        reason = f"{type(error).__name__}: {error}"
        raise ClusterError(words.say("run.cluster_silent", address=address, reason=reason)) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=WORKERS_S)
        except TimeoutError:
            raise ClusterError(words.say("run.cluster_empty", address=address, seconds=WORKERS_S)) from None
        yield client


def _check_workers(client: "Client", folder: Path, words: Wording) -> None:
    """Raise ClusterError, which names every worker that cannot answer for the tasks, and why."""
    told, faults = _ask(client, _told, folder), []
    for worker, said in sorted(told.items()):
        if said is None:
            faults.append(words.say("run.worker_silent", worker=worker, seconds=ANSWER_S))
        elif isinstance(said, Exception):
            faults.append(words.say("run.worker_lacks", worker=worker, reason=said))
        elif said[0] != _code():
            faults.append(words.say("run.worker_other", worker=worker))
        elif not said[1]:
            faults.append(words.say("run.worker_blind", worker=worker, folder=folder))
    if faults:
        raise ClusterError("\n".join([words.say("run.cluster_unfit", count=len(faults)), *faults]))


def _ask(client: "Client", function: Callable, *arguments) -> dict[str, object]:
    """What each worker answers, or its exception; None where it has not answered after ANSWER_S seconds.

    Each has its own thread, for Dask waits for a stopped worker without a limit.
    """
    told = dict.fromkeys(_workers(client))

    def ask(worker: str) -> None:
        with suppress(Exception):  # the client was closed meanwhile
            told.update(client.run(function, *arguments, workers=[worker], on_error="return"))

    threads = [threading.Thread(target=ask, args=(worker,), daemon=True) for worker in told]
    until = time.monotonic() + ANSWER_S
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0, until - time.monotonic()))
    return dict(told)


def _workers(client: "Client") -> list[str]:
    """The addresses of the workers; [] too where the scheduler is gone."""
    with suppress(Exception):
        return list(client.scheduler_info(n_workers=-1)["workers"])
    return []


def _collected(client: "Client", pending: dict, words: Wording) -> Iterator[tuple[object, object]]:
    """Yield each task with its answer as it comes; where none comes any more, the rest with the reason."""
    done = queue.SimpleQueue()
    for future in pending:
        future.add_done_callback(done.put)
    heard = seen = time.monotonic()  # when the last answer came; when there was a worker
    while pending:
        try:
            future = done.get(timeout=TICK_S)
        except queue.Empty:
            now = time.monotonic()
            seen = now if _workers(client) else seen
            if now - seen > WORKERS_S:
                reason = words.say("run.cluster_gone", seconds=WORKERS_S)
            elif now - heard > STALLED_S:
                reason = words.say("run.cluster_stalled", minutes=STALLED_S // 60)
            else:
                continue
            yield from ((task, ClusterError(reason)) for task in pending.values())
            return
        heard = seen = time.monotonic()
        yield pending.pop(future), _result(future, words)


def _result(future, words: Wording) -> object:
    try:
        return future.result(timeout=ANSWER_S)
    except OtherCode:
        return ClusterError(words.say("run.cluster_other"))
    except Exception as error:  # a worker was lost again and again, or lacks the program, or the scheduler is gone
        return error
