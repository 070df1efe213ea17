"""Before the night: each way that a job tells of its runs is looked at, or tried with a notice that is a test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from shutil import which

from batch_update.api.ping import fault_of_address, ping
from batch_update.errors import BatchUpdateError
from batch_update.jobs.definition.job_file import Job
from batch_update.jobs.definition.job_tables import Monitor
from batch_update.jobs.notices.message import notice_of_test
from batch_update.jobs.notices.metrics import fault_of_metrics_file
from batch_update.jobs.notices.telling import COMMAND, METRICS, PATIENCE, PING
from batch_update.jobs.notices.ways import Way, send_to_all
from batch_update.secrets.reading_secrets import read_secret
from batch_update.secrets.secret import Secret, where_it_lies
from batch_update.settings.locales import language_here
from batch_update.text import excerpt


def foreseen(job: Job, *, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return what would keep others from hearing of the job, a line each. Nothing is sent."""
    ways = _ways(job, environ=environ, only_look=True)
    return tuple(f"{way.place}: {way.why}" for way in ways if way.why)


def try_ways(job: Job, *, environ: Mapping[str, str]) -> tuple[Way, ...]:
    """Send a notice that says it is a test by each way of the job, and return what became of it.

    A watcher that is pinged is told of it without taking it for a run. The file of the figures and the command are
    looked at and left alone: who reads the one believes it, and the other may wake somebody.
    """
    return tuple(_ways(job, environ=environ, only_look=False))


def _ways(job: Job, *, environ: Mapping[str, str], only_look: bool) -> Iterator[Way]:
    message = notice_of_test(job.name, language=language_here(environ))
    if notify := job.tables.notify:
        yield from send_to_all(message, notify.to, environ=environ, patience=PATIENCE, only_look=only_look)
    if monitor := job.tables.monitor:
        yield from _of_monitor(job, monitor, environ, only_look=only_look)


def _of_monitor(job: Job, monitor: Monitor, environ: Mapping[str, str], *, only_look: bool) -> Iterator[Way]:
    if monitor.ping:
        yield _pinged(monitor.ping, environ, only_look=only_look)
    if monitor.metrics:
        yield Way(METRICS, "file", fault_of_metrics_file(monitor.metrics, job.name))
    if monitor.on_failure:
        yield Way(COMMAND, "command", _fault_of_command(monitor.on_failure, environ))


def _pinged(secret: Secret, environ: Mapping[str, str], *, only_look: bool) -> Way:
    way = Way(f"{PING}, {where_it_lies(secret)}", "", "")
    try:
        address = read_secret(secret, environ, what="the address to ping")
    except BatchUpdateError as error:
        return replace(way, why=error.message)
    if fault := fault_of_address(address):
        return replace(way, why=fault)
    way = replace(way, kind=address.partition(":")[0].lower())
    post = partial(ping, address, "test notice", below="log", seconds=PATIENCE / 3)
    return way if only_look else replace(way, why=post())


def _fault_of_command(command: Sequence[str], environ: Mapping[str, str]) -> str:
    found = which(command[0], path=environ.get("PATH"))
    return "" if found else f"there is no command {excerpt(command[0])} that can be run"
