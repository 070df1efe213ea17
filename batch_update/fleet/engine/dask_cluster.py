"""The workers that Dask has: some processes of our own on this machine, or those of a scheduler somewhere."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import dask
import distributed

from batch_update.errors import UsageError
from batch_update.fleet.engine.scheduler_address import SchedulerAddress
from batch_update.fleet.engine.shard_work import SHARDS_AT_ONCE
from batch_update.own_process import heed_no_signal
from batch_update.text import printable
from batch_update.version import __version__

MISSED_AFTER = 30.0
"""seconds until a worker that is silent counts as lost: under a lease's time, before another may take over"""
_MISSED = "seconds until a lost worker is missed"
_LOG = "batch-update.log"
_OWN: Mapping[str, object] = {
    "distributed.scheduler.allowed-failures": 0,
    "distributed.scheduler.work-stealing": False,
    "distributed.scheduler.worker-ttl": f"{MISSED_AFTER:g}s",
    "distributed.scheduler.http.routes": [],  # nothing is shown to browsers
    "distributed.worker.http.routes": [],
    "distributed.worker.profile.enabled": False,  # it would look at hundreds of threads, a hundred times a second
    "distributed.worker.preload": [__name__],
    "distributed.nanny.pre-spawn-environ": {"DASK_LOGGING__DISTRIBUTED": "warning"},  # until that was loaded
}
_SAFE_PATH, _OURS = "PYTHONSAFEPATH", "for workers of batch-update"
_CONNECT = 10.0
"""seconds to reach a scheduler in"""
_LOGGERS = (
    "distributed",
    "distributed.client",
    "distributed.gc",
    "tornado",
    "tornado.application",
    "asyncio",
)


@contextmanager
def cluster_here(log: Path, workers: int, shards: int) -> Iterator[Any]:
    """Hold the client of workers on this machine, which end with it, however it ends."""
    threads = max(1, min(SHARDS_AT_ONCE, -(-shards // workers)))
    with ExitStack() as stack:
        stack.enter_context(_logged(log))
        stack.enter_context(_past_this_folder())
        stack.enter_context(dask.config.set({**_OWN, _LOG: str(log)}))
        scratch = stack.enter_context(
            tempfile.TemporaryDirectory(prefix="batch-update-", ignore_cleanup_errors=True)
        )
        cluster = distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=threads,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address=None,
            scheduler_kwargs={"dashboard": False},
            memory_limit=0,
            local_directory=scratch,
            silence_logs=False,
            **_between_processes(),
        )
        stack.callback(cluster.close)
        client = distributed.Client(cluster, timeout=_CONNECT, set_as_default=False)
        stack.callback(client.close)
        yield client


@contextmanager
def cluster_at(scheduler: SchedulerAddress, log: Path, connect: float = _CONNECT) -> Iterator[Any]:
    """Hold a client of a scheduler that somebody else started. Raises UsageError (U101, U170, U171, U172)."""
    scheduler.refuse_unsafe()
    with ExitStack() as stack:
        stack.enter_context(_logged(log))
        try:
            client = distributed.Client(
                scheduler.url, security=_security(scheduler), timeout=connect, set_as_default=False
            )
        except (OSError, ValueError) as error:
            message = f"the scheduler {printable(scheduler.url)} does not answer ({type(error).__name__})"
            raise UsageError(message, code="U172", remedy=_unanswered(scheduler)) from None
        stack.callback(client.close)
        _refuse_unlike(client)
        yield client


def dask_setup(_: Any) -> None:
    """Prepare a process that is a worker of our own: Dask calls this in it, before it takes work.

    Ctrl-C of a terminal and the end of a service reach every process of a group; there the shards come to their end by
    the fleet's file `stop`, since a worker that died of the signal would leave what is in flight unknown.
    """
    heed_no_signal()
    if os.environ.get(_SAFE_PATH) == _OURS:  # a command that prints a key may be a program of several files
        del os.environ[_SAFE_PATH]
    _log_into(Path(dask.config.get(_LOG)))


def facts(dask_scheduler: Any) -> dict[str, Any]:
    """Return how a scheduler was started. It is asked there."""
    return {
        "allowed failures": dask_scheduler.allowed_failures,
        "work stealing": dask.config.get("distributed.scheduler.work-stealing"),
        _MISSED: dask_scheduler.worker_ttl or float("inf"),
        "version": __version__,
    }


def _refuse_unlike(client: Any) -> None:
    """Raise UsageError (U172) where the scheduler would begin a shard by itself, or runs another version."""
    try:
        found = client.run_on_scheduler(facts)
    except Exception as error:  # noqa: BLE001  # whatever the scheduler met comes back as it is
        message = f"the scheduler cannot be asked how it was started ({type(error).__name__})"
        remedy = f"start it where batch-update {__version__} is installed"
        raise UsageError(message, code="U172", remedy=remedy) from None
    wanted = {**found, "allowed failures": 0, "work stealing": False, "version": __version__}
    unlike = [
        f"{name} is {found[name]}, wanted is {wanted[name]}" for name in found if found[name] != wanted[name]
    ]
    if found[_MISSED] > MISSED_AFTER:
        unlike.append(f"{_MISSED} is {found[_MISSED]:g}, wanted is at most {MISSED_AFTER:g}")
    if unlike:
        raise UsageError(
            "the scheduler is not started as a fleet needs it: " + "; ".join(unlike), code="U172"
        )


def _security(scheduler: SchedulerAddress) -> Any:
    """Return the files of TLS as Dask has them; None for a scheduler without."""
    if not scheduler.url.startswith("tls"):
        return None
    return distributed.Security(
        require_encryption=True,
        tls_ca_file=str(scheduler.ca),
        tls_client_cert=str(scheduler.cert),
        tls_client_key=str(scheduler.key) if scheduler.key else None,
    )


def _unanswered(scheduler: SchedulerAddress) -> str:
    """Return what to do where a scheduler does not answer; "" for what the code says."""
    if not scheduler.url.startswith("tls"):
        return ""
    files = "the files of the options scheduler_ca and scheduler_cert"
    return f"see whether it runs, and with TLS, and whether {files} belong to its own"


def _between_processes() -> dict[str, Any]:
    """Return how our own workers are spoken to: with certificates of this one fleet, in memory alone.

    Other users of the machine can reach its loopback, too. Without the package that makes certificates it is open to
    them, as Dask has it.
    """
    try:
        return {"protocol": "tls://", "security": distributed.Security.temporary()}
    except ImportError:
        return {}


@contextmanager
def _past_this_folder() -> Iterator[None]:
    """Have processes that are begun meanwhile import nothing of the folder where people stand.

    A worker is begun with `-c`, also in place of one that died, and what it imports first would be looked for there.
    """
    if os.environ.get(_SAFE_PATH):
        yield
        return
    os.environ[_SAFE_PATH] = _OURS
    try:
        yield
    finally:
        os.environ.pop(_SAFE_PATH, None)


@contextmanager
def _logged(path: Path) -> Iterator[None]:
    """Keep from the screen, and write into a file, what Dask logs meanwhile."""
    before = {
        name: (logging.getLogger(name).handlers, logging.getLogger(name).propagate) for name in _LOGGERS
    }
    handler = _log_into(path)
    try:
        yield
    finally:
        for name, (handlers, propagates) in before.items():
            logging.getLogger(name).handlers = handlers
            logging.getLogger(name).propagate = propagates
        handler.close()


def _log_into(path: Path) -> logging.Handler:
    """Have what Dask logs in this process end in a file alone. Several processes add their lines to it."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
    logging.getLogger("distributed").setLevel(logging.INFO)
    return handler
