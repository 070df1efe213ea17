"""Whoever is to hear of a run of a job: notices, the ping, the figures, the command. None of it may end the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from batch_update.api.ping import ping
from batch_update.jobs.definition.job_file import Job
from batch_update.jobs.definition.job_tables import Notify
from batch_update.jobs.notices.delivering import attachable
from batch_update.jobs.notices.message import notice_of
from batch_update.jobs.notices.metrics import write_metrics
from batch_update.jobs.notices.occasions import occasions_of, went_badly
from batch_update.jobs.notices.on_failure import run_command
from batch_update.jobs.notices.together import Telling, together
from batch_update.jobs.notices.ways import send_to_all
from batch_update.jobs.record.job_run import JobRun
from batch_update.secrets.reading_secrets import read_secret
from batch_update.secrets.secret import Secret
from batch_update.settings.locales import language_here

PATIENCE = 7.0
"""seconds for all notices at the end of a run together"""
PATIENCE_AT_START = 2.0
"""seconds for the one at its start: with servers that are all silent a run takes no more than ten seconds longer"""
PATIENCE_WITH_COMMAND = 30.0
PING, METRICS, COMMAND = "monitor.ping", "monitor.metrics", "monitor.on-failure"


def announce_start(
    job: Job, began: datetime, *, environ: Mapping[str, str], patience: float = PATIENCE_AT_START
) -> tuple[str, ...]:
    """Ping whoever watches that a run has begun. Returns what could not be told, and never raises."""
    monitor = job.tables.monitor
    if monitor is None or monitor.ping is None:
        return ()
    rid = rid_of(job.name, began)
    start = partial(
        _ping, monitor.ping, "", environ=environ, below="start", rid=rid, seconds=patience, attempts=1
    )
    return tuple(together({PING: start}, patience))


def announce_end(
    job: Job,
    job_run: JobRun,
    before: JobRun | None,
    *,
    environ: Mapping[str, str],
    advice: Sequence[tuple[str, str]] = (),
    patience: float = PATIENCE,
) -> tuple[str, ...]:
    """Tell of a run whoever is to hear of it. Returns what could not be told, a line each, and never raises.

    `before`: the last run before it that was not without a sheet. `advice`: commands that make sense now, each
    behind what it is for. No line holds anything of an address.
    """
    tellings: dict[str, Telling] = {}
    notify, monitor = job.tables.notify, job.tables.monitor
    if notify and notify.to and occasions_of(job_run, before) & frozenset(notify.on):
        tellings["notify"] = partial(
            _notify, notify, job_run, before, environ=environ, advice=advice, patience=patience
        )
    if monitor and monitor.ping:
        tellings[PING] = partial(_ping_end, monitor.ping, job_run, environ=environ, patience=patience)
    if monitor and monitor.metrics:
        tellings[METRICS] = partial(_write_figures, monitor.metrics, job_run)
    told = list(together(tellings, patience))
    if monitor and monitor.on_failure and went_badly(job_run):
        command = partial(_run, monitor.on_failure, job_run, job.path.absolute().parent, environ)
        told += together({COMMAND: command}, PATIENCE_WITH_COMMAND + 5)
    return tuple(told)


def rid_of(job: str, began: datetime) -> str:
    """Return the id under which a watcher knows a run: of its job and when it began, so that start and end agree."""
    return str(uuid5(NAMESPACE_URL, f"batch-update:{job}:{began.isoformat()}"))


# ---------------------------------------------------------------- one by one


def _notify(
    notify: Notify,
    job_run: JobRun,
    before: JobRun | None,
    *,
    environ: Mapping[str, str],
    advice: Sequence[tuple[str, str]],
    patience: float,
) -> list[str]:
    files, too_large = attachable(job_run.folders) if notify.attach else ([], [])
    message = notice_of(job_run, before, language=language_here(environ), advice=advice, unattached=too_large)
    sent = send_to_all(message, notify.to, environ=environ, patience=patience, files=files)
    return [f"{way.place}: {way.why}" for way in sent if way.why]


def _ping_end(secret: Secret, job_run: JobRun, *, environ: Mapping[str, str], patience: float) -> list[str]:
    """Ping that a run has ended; one that did not go well has its exit status in the address."""
    return _ping(
        secret,
        job_run.line,
        environ=environ,
        below=str(int(job_run.exit)) if job_run.exit else "",
        rid=rid_of(job_run.job, job_run.began),
        seconds=patience / 3,
        attempts=2,
    )


def _ping(
    secret: Secret,
    text: str,
    *,
    environ: Mapping[str, str],
    below: str,
    rid: str,
    seconds: float,
    attempts: int,
) -> list[str]:
    address = read_secret(secret, environ, what="the address to ping")
    why = ping(address, text, below=below, rid=rid, seconds=seconds, attempts=attempts)
    return [f"{PING}: {why}"] if why else []


def _write_figures(path: Path, job_run: JobRun) -> list[str]:
    try:
        write_metrics(path, job_run)
    except OSError as error:
        return [f"{METRICS}: the file cannot be written: {error.strerror or error}"]
    return []


def _run(command: Sequence[str], job_run: JobRun, folder: Path, environ: Mapping[str, str]) -> list[str]:
    why = run_command(command, job_run, folder=folder, environ=environ, patience=PATIENCE_WITH_COMMAND)
    return [f"{COMMAND}: {why}"] if why else []
