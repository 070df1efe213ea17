"""The log file of a job: a line for each run, as text or JSON, that begins a new file once it is large."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import closing
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler

from filelock import FileLock, Timeout

from batch_update.disk import make_folder, refuse_odd
from batch_update.jobs.definition.job_tables import LogFile
from batch_update.jobs.record.job_run import JobRun
from batch_update.jobs.record.told_run import log_line, ran_job
from batch_update.report.documents.envelope import compact_text
from batch_update.text import printable

PATIENCE = 5.0
"""seconds to wait for another process that writes a line"""


def add_line(log: LogFile, run: JobRun) -> Iterator[str]:
    """Add the line of a run, and yield why that could not be done. Never raises.

    Two processes may write at once: each holds a lock beside the file meanwhile, also while a new file is begun.
    """
    place = printable(str(log.file))
    try:
        make_folder(log.file.parent)
        refuse_odd(log.file)
        lock = FileLock(f"{log.file}.lock", mode=0o600, timeout=PATIENCE, fallback_to_soft=False)
        with lock, closing(_Handler(log)) as handler:
            line = compact_text(ran_job(run)) if log.format == "json" else log_line(run)
            handler.emit(logging.makeLogRecord({"msg": line}))
            if handler.error is not None:
                raise handler.error
    except Timeout:
        yield f"the log {place} was not written: another process holds {place}.lock"
    except OSError as error:
        yield f"the log {place} cannot be written: {error.strerror or error}"


class _Handler(RotatingFileHandler):
    """Writes for its owner alone, and keeps an error for whoever asks."""

    error: Exception | None = None

    def __init__(self, log: LogFile) -> None:
        most = int(log.max_mb * 1024 * 1024)
        super().__init__(log.file, maxBytes=most, backupCount=log.backups, encoding="utf-8")

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(descriptor, "a", encoding=self.encoding)

    def handleError(self, record: logging.LogRecord) -> None:  # as the library calls it
        found = sys.exc_info()[1]
        self.error = found if isinstance(found, OSError) else OSError(str(found))
