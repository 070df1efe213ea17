"""Fleets whose workers, coordinator, scheduler, disk or keys fail, on every engine: no row lost, none sent twice."""

from __future__ import annotations

import json
import pickle
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import which
from typing import Any

import distributed
import psutil

from tests.torture.fleet_field import AT_ONCE, Field, at_work, has_in_hand, planned, workers_of
from tests.torture.table import Tried

TTL = 3.0
"""seconds that a lease may stand still, in place of a minute"""
ACCOUNTS, ROWS = 6, 50
MORE_ROWS = {"Ctrl-C": 3}
"""Kinds in which an account has to be at work for longer: times the rows."""
HERE = ("--engine", "here")
HERE_2 = ("--engine", "here", "--workers", "2")
DASK_2 = ("--engine", "dask", "--workers", "2")
DASK_4 = ("--engine", "dask", "--workers", "4")
Case = Callable[[Field], Iterator[str]]


def attempts(scale: float, seed: int) -> Iterator[Tried]:
    """Each fault with each engine that can meet it."""
    for kind, cases in CASES.items():
        for name, case in cases.items():
            if "parallel" in name and which("parallel") is None:
                continue
            begun = time.monotonic()
            counted: dict[str, int] = {}
            faults = tried(case, max(12, round(ROWS * scale)) * MORE_ROWS.get(kind, 1), figures=counted)
            note = ", ".join(f"{count} {what}" for what, count in counted.items())
            told = tuple(f"{kind}: {name}: {fault}" for fault in faults)
            yield Tried(f"{kind}: {name}", 1, told, time.monotonic() - begun, note=note)


def tried(
    case: Case, rows: int, accounts: int = ACCOUNTS, figures: dict[str, int] | None = None
) -> list[str]:
    """Return what was wrong with one case; `figures` gets what was counted."""
    with (
        tempfile.TemporaryDirectory(prefix="fleet-torture-") as name,
        planned(Path(name), accounts, rows) as field,
    ):
        try:
            return list(case(field))
        except AssertionError as error:
            return [f"{error}; {field.heard()}"]
        finally:
            if figures is not None:
                figures |= field.figures


# ---------------------------------------------------------------- who works on it


def run(field: Field, engine: tuple[str, ...], *more: str) -> subprocess.Popen[str]:
    return field.begin(field.child("run", "--ttl", f"{TTL}", *engine, *more))


def one_shard(field: Field, account: str, machine: str) -> subprocess.Popen[str]:
    """A shard on a machine of its own: nothing but the folder of the fleet is shared."""
    locks = str(field.place / f"locks of {machine}")
    return field.begin(field.child("shard", account, "--ttl", f"{TTL}"), BATCH_UPDATE_LOCKS_DIR=locks)


def in_parallel(field: Field, *more: str) -> subprocess.Popen[str]:
    """GNU parallel over all shards."""
    shard = " ".join(field.child("shard", "{}", "--ttl", f"{TTL}", *more))
    return field.begin(
        ["parallel", "--will-cite", "-j", "3", shard, ":::", *(one.name for one in field.accounts)]
    )


def halfway(field: Field, share: float = 0.3) -> None:
    """Return once so many of the updates have come."""
    field.until(lambda: field.server.updates >= share * field.rows * len(field.accounts))


def over(field: Field, process: subprocess.Popen[str], *wanted: int) -> Iterator[str]:
    """Wait for the end of a process, and yield its exit status where that is not wanted."""
    if (status := process.wait(180)) not in (wanted or (0,)):
        yield f"it ended with {status}: {field.heard()}"


# ---------------------------------------------------------------- what happens to them


def strike(field: Field, coordinator: subprocess.Popen[str]) -> None:
    """Kill a worker as soon as one has an account in hand: further processes begin later than this one."""
    field.until(lambda: any(map(has_in_hand, workers_of(coordinator.pid))))
    at_work(workers_of(coordinator.pid)).kill()


def kill_worker(engine: tuple[str, ...]) -> Case:
    def case(field: Field) -> Iterator[str]:
        coordinator = run(field, engine)
        halfway(field)
        strike(field, coordinator)
        yield from over(field, coordinator)
        yield from field.judged(AT_ONCE * len(field.accounts))

    return case


def kill_coordinator(engine: tuple[str, ...]) -> Case:
    def case(field: Field) -> Iterator[str]:
        coordinator = run(field, engine)
        halfway(field)
        workers = workers_of(coordinator.pid)
        coordinator.kill()
        coordinator.wait(10)
        field.until(lambda: not any(one.is_running() for one in workers), 20)
        yield from over(field, run(field, engine))
        yield from field.judged(AT_ONCE * len(field.accounts))

    return case


def kill_shard(field: Field) -> Iterator[str]:
    """One of the shards of GNU parallel dies; then it is started once more over all."""
    parallel = in_parallel(field)
    halfway(field)
    at_work(workers_of(parallel.pid, "fleet_child")).kill()
    yield from over(field, parallel, 1)
    yield from over(field, in_parallel(field))
    yield from field.judged(AT_ONCE)


def kill_parallel(field: Field) -> Iterator[str]:
    """Who began the shards dies; they go on to their ends, and a second round finds them at work or over."""
    parallel = in_parallel(field)
    halfway(field)
    shards = workers_of(parallel.pid, "fleet_child")
    parallel.kill()
    parallel.wait(10)
    psutil.wait_procs(shards, 60)
    yield from over(field, in_parallel(field))
    yield from field.judged(0)


def stop_worker(engine: tuple[str, ...], seconds: float = 3 * TTL) -> Case:
    """A worker stands still for three times what its leases may, then goes on: it finds its leases lost.

    For longer than Dask waits for a worker: another one takes its accounts over meanwhile.
    """

    def case(field: Field) -> Iterator[str]:
        coordinator = run(field, engine)
        halfway(field)
        worker = at_work([*workers_of(coordinator.pid), psutil.Process(coordinator.pid)])
        worker.suspend()
        with suppress(subprocess.TimeoutExpired):
            coordinator.wait(seconds)
        with suppress(psutil.NoSuchProcess):
            worker.resume()
        yield from over(field, coordinator)
        yield from field.judged(AT_ONCE * len(field.accounts))

    return case


def stop_shard(field: Field) -> Iterator[str]:
    """A shard of GNU parallel stands still for three times what its lease may, and nobody takes over meanwhile."""
    parallel = in_parallel(field)
    halfway(field)
    shard = at_work(workers_of(parallel.pid, "fleet_child"))
    shard.suspend()
    time.sleep(3 * TTL)
    shard.resume()
    yield from over(field, parallel, 1)
    yield from over(field, in_parallel(field))
    yield from field.judged(AT_ONCE)


def split_brain(field: Field) -> Iterator[str]:
    """A shard stands still, another one takes over; the first goes on while the second is at work."""
    one = field.accounts[0].name
    first = one_shard(field, one, "one")
    field.until(lambda: field.server.updates >= 5)
    first.send_signal(signal.SIGSTOP)
    time.sleep(0.5)  # what is in flight comes
    sent = field.server.updates
    second = one_shard(field, one, "another")
    field.until(lambda: field.server.updates > sent)
    first.send_signal(signal.SIGCONT)
    yield from over(field, second)
    yield from over(field, first, 5)
    if "R140" not in field.heard():
        yield f"the first did not find its lease lost: {field.heard()}"
    yield from over(field, in_parallel(field))
    yield from field.judged(AT_ONCE)


def interrupted(engine: tuple[str, ...], times: int) -> Case:
    """Ctrl-C ends all shards in order; the second one at once, and what was in flight is compared then."""

    def case(field: Field) -> Iterator[str]:
        coordinator = run(field, engine)
        halfway(field)
        for _ in range(times):
            coordinator.send_signal(signal.SIGINT)
            time.sleep(0.3)
        yield from over(field, coordinator, 130)
        sent = field.server.updates
        if sent == field.rows * len(field.accounts):
            yield "it did not end before it was done"
        time.sleep(1)
        if field.server.updates > sent:
            yield f"{field.server.updates - sent} rows were sent after it had ended"
        yield from over(field, run(field, engine))
        yield from field.judged((times - 1) * AT_ONCE * len(field.accounts))

    return case


@contextmanager
def scheduler(field: Field, workers: int) -> Iterator[tuple[str, psutil.Process]]:
    """A scheduler of its own with so many workers, and its process."""
    told = field.place / "scheduler.json"
    wanted = {
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0",
        "DASK_DISTRIBUTED__SCHEDULER__WORK_STEALING": "False",
        "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "30s",
    }
    dask = [sys.executable, "-m", "dask"]
    at = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(told)]
    process = field.begin([*dask, "scheduler", "--port", "0", *at], **wanted)
    field.until(told.exists)
    field.begin([*dask, "worker", "--nworkers", f"{workers}", "--nthreads", "10", *at])
    address = json.loads(told.read_text())["address"]
    with distributed.Client(address, set_as_default=False) as client:
        client.wait_for_workers(workers, 60)
    yield address, psutil.Process(process.pid)


def cut_off(how: str, workers: int = 2) -> Case:
    """The scheduler dies, or stands still: the coordinator says so, and the fleet goes on without it."""

    def case(field: Field) -> Iterator[str]:
        with scheduler(field, workers) as (address, process):
            coordinator = run(field, ("--engine", "dask", "--scheduler", address))
            halfway(field)
            yield from shown_in_graph(field, address)
            getattr(process, how)()
            yield from over(field, coordinator, 5)
            if "R149" not in field.heard():
                yield f"the coordinator does not say so: {field.heard()}"
            process.kill()
        yield from over(field, run(field, HERE))
        yield from field.judged(AT_ONCE * len(field.accounts))

    return case


def graph(dask_scheduler: Any) -> bytes:
    """Return all that a scheduler knows of its tasks. It is asked there."""
    return pickle.dumps(
        [(key, repr(task), task.run_spec, task.annotations) for key, task in dask_scheduler.tasks.items()]
    )


def shown_in_graph(field: Field, address: str) -> Iterator[str]:
    with distributed.Client(address, set_as_default=False) as client:
        found = client.run_on_scheduler(graph)
    if field.accounts[0].name.encode() not in found:
        yield "the tasks could not be looked at"
    yield from field.shown_in("a task", found)


def looked_at(engine: tuple[str, ...]) -> Case:
    """While Dask is at work somebody looks at its commands, its environments and its pages."""

    def case(field: Field) -> Iterator[str]:
        coordinator = run(field, engine)
        halfway(field, 0.05)
        yield from field.shown_outside(coordinator.pid)
        yield from (f"{page} names an account" for page, names in field.pages.items() if names)
        if not field.pages:
            yield "no page was asked for"
        yield from over(field, coordinator)
        yield from field.judged(0)

    return case


def looked_at_elsewhere(field: Field) -> Iterator[str]:
    """While a scheduler that is started by hand is at work, with all the pages that it has."""
    with scheduler(field, 2) as (address, process):
        coordinator = run(field, ("--engine", "dask", "--scheduler", address))
        halfway(field, 0.05)
        yield from shown_in_graph(field, address)
        yield from field.shown_outside(process.pid)
        if not field.pages:
            yield "no page was asked for"
        yield from over(field, coordinator)
    yield from field.judged(0)


def full_disk(begin: Callable[[Field, tuple[str, ...]], subprocess.Popen[str]]) -> Case:
    """The folder of the workers has room for some rows only; then there is room again."""

    def case(field: Field) -> Iterator[str]:
        local = ("--local", str(field.place / "local"), "--room", "150000")
        yield from over(field, begin(field, local), 1, 2, 5, 6)
        yield from over(field, run(field, HERE))
        yield from field.judged(AT_ONCE * len(field.accounts))

    return case


def revoked(begin: Callable[[Field, tuple[str, ...]], subprocess.Popen[str]]) -> Case:
    """A key is refused in the midst of its account: that one is told, the others are done."""

    def case(field: Field) -> Iterator[str]:
        process = begin(field, ())
        halfway(field)
        victim = field.accounts[1]
        field.server.revoked.add(victim.key.encode())
        yield from over(field, process, 1, 2, 4, 5)
        yield from field.judged(0, but=(victim.name,))
        field.server.revoked.clear()
        yield from over(field, run(field, HERE))
        yield from field.judged(0)

    return case


def _here(field: Field, more: tuple[str, ...]) -> subprocess.Popen[str]:
    return run(field, HERE, *more)


def _dask_2(field: Field, more: tuple[str, ...]) -> subprocess.Popen[str]:
    return run(field, DASK_2, *more)


def _dask_4(field: Field, more: tuple[str, ...]) -> subprocess.Popen[str]:
    return run(field, DASK_4, *more)


def _parallel(field: Field, more: tuple[str, ...]) -> subprocess.Popen[str]:
    return in_parallel(field, *more)


CASES: dict[str, dict[str, Case]] = {
    "kill -9 of a worker": {
        "here 2": kill_worker(HERE_2),
        "dask 2": kill_worker(DASK_2),
        "dask 4": kill_worker(DASK_4),
        "parallel": kill_shard,
    },
    "kill -9 of the coordinator": {
        "here": kill_coordinator(HERE),
        "here 2": kill_coordinator(HERE_2),
        "dask 2": kill_coordinator(DASK_2),
        "dask 4": kill_coordinator(DASK_4),
        "parallel": kill_parallel,
    },
    "a worker stands still": {
        "here": stop_worker(HERE),
        "dask 2": stop_worker(DASK_2),
        "dask 2, for long": stop_worker(DASK_2, 75),
        "dask 4": stop_worker(DASK_4),
        "in parallel": stop_shard,
        "two shards": split_brain,
    },
    "the scheduler is cut off": {
        "killed, dask 2": cut_off("kill"),
        "stopped, dask 2": cut_off("suspend"),
        "killed, dask 4": cut_off("kill", 4),
        "stopped, dask 4": cut_off("suspend", 4),
    },
    "Ctrl-C": {
        "here": interrupted(HERE, 1),
        "here 2": interrupted(HERE_2, 1),
        "here 2, twice": interrupted(HERE_2, 2),
        "dask 2": interrupted(DASK_2, 1),
        "dask 4, twice": interrupted(DASK_4, 2),
    },
    "somebody looks at Dask": {"dask 2": looked_at(DASK_2), "a scheduler": looked_at_elsewhere},
    "the disk of a worker is full": {
        "here": full_disk(_here),
        "dask 2": full_disk(_dask_2),
        "dask 4": full_disk(_dask_4),
        "parallel": full_disk(_parallel),
    },
    "a key is revoked": {
        "here": revoked(_here),
        "dask 2": revoked(_dask_2),
        "dask 4": revoked(_dask_4),
        "parallel": revoked(_parallel),
    },
}
"""Kind -> engine -> case."""
