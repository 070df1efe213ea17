"""Mistakes of a job that show without its sheet and server: who is asked, where secrets lie, what can be written."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from batch_update.account.account import key_named
from batch_update.api.keys import ApiKey
from batch_update.errors import BatchUpdateError, KeyMissing, UsageError
from batch_update.jobs.checking.night_finding import Finding, findings_of
from batch_update.jobs.definition.job_file import Job
from batch_update.jobs.definition.job_key_place import key_of_job
from batch_update.jobs.definition.sheet_address import is_address
from batch_update.jobs.notices.trying import foreseen
from batch_update.jobs.record.record_file import LONGEST_NAME
from batch_update.model.reports import Exit
from batch_update.report.files.parquet import require_parquet
from batch_update.settings.tunables import Settings
from batch_update.sheet.opening import STDIN
from batch_update.text import printable, quoted_path

_REFER = 'Write where it lies: key = { env = "NAME" }, { file = "PATH" } or { credential = "NAME" }.'


def night_findings(job: Job, settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what would go wrong at night, and what is odd. `settings`: as they count, with the environment."""
    yield from _asked(job, settings)
    yield from _of_name(job)
    yield from _folders(job, settings)
    yield from _reports(job)
    yield from _notices(job, environ)


def _asked(job: Job, settings: Settings) -> Iterator[Finding]:
    if job.tables.mode == "apply" and not settings.yes:
        yield Finding(
            "nobody can be asked at night, and the key yes is not set: nothing would be sent",
            'Write yes = true, or mode = "plan" where it shall only tell what differs.',
            Exit.USAGE,
        )
    if settings.pause == "ask":
        yield Finding(
            'nobody can be asked at night, which pause = "ask" does before each further wave',
            "Write how many seconds to wait: pause = 60.",
            Exit.USAGE,
        )
    if job.input.file == STDIN:
        yield Finding(
            "the sheet is read from stdin, which holds nothing at night unless something is piped into the job",
            "Name a file.",
        )
    if settings.run_dir is not None:
        yield Finding(
            "the key run-dir gives every run one folder, which the first one takes",
            "Take it out: each run gets a folder of its own in runs-dir.",
            Exit.USAGE,
        )


def night_key(
    job: Job, settings: Settings, environ: Mapping[str, str]
) -> tuple[ApiKey | None, list[Finding]]:
    """Return the key that the job would use, None for a sandbox's, and what is wrong or odd with it."""
    warnings: list[str] = []
    if settings.sandbox:
        return None, []
    try:
        key = key_of_job(job.tables.key, settings, environ, warnings.append)
        key = key or key_named(settings, environ, warnings.append)
    except KeyMissing as error:
        remedy = error.remedy if job.tables.key else _REFER
        return None, [Finding(error.message, remedy, error.exit)]
    except BatchUpdateError as error:
        return None, findings_of(error)
    return key, list(map(Finding, warnings))


# ---------------------------------------------------------------- folders


def _of_name(job: Job) -> Iterator[Finding]:
    if len(os.fsencode(job.name)) > LONGEST_NAME:
        words = f"the name of the job is longer than {LONGEST_NAME} bytes, and so no record can be kept of its runs"
        yield Finding(words, "Give its file a shorter name.", Exit.USAGE)


def _folders(job: Job, settings: Settings) -> Iterator[Finding]:
    tables = job.tables
    yield from _unwritable("runs-dir", settings.runs_dir, Exit.USAGE)
    if job.input.archive is not None and not is_address(job.input.file):
        yield from _unwritable("input.archive", job.input.archive, Exit.USAGE)
    if tables.log is not None:
        yield from _unwritable("the folder of log.file", tables.log.file.parent, Exit.OK)
        if tables.log.file.is_dir():
            yield Finding(f"log.file: {_place_words(tables.log.file)} is a folder", "Name a file.")


def _unwritable(what: str, folder: Path, status: Exit) -> Iterator[Finding]:
    """Yield that nothing can be written into a folder, or that it cannot be made; nothing is tried."""
    there = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
    if not there.is_dir():
        yield Finding(f"{what}: {_place_words(there)} is no folder", "Name another place.", status)
    elif not os.access(there, os.W_OK | os.X_OK):
        remedy = "Let who runs the job write there, or name another place."
        yield Finding(f"{what}: {_place_words(there)} may not be written to", remedy, status)


def _reports(job: Job) -> Iterator[Finding]:
    if "parquet" in job.tables.reports:
        try:
            require_parquet()
        except UsageError as error:
            yield from findings_of(error, is_warning=True)


def _place_words(path: Path) -> str:
    return printable(str(path))


# ---------------------------------------------------------------- who hears of it


def _notices(job: Job, environ: Mapping[str, str]) -> Iterator[Finding]:
    if job.tables.notify is not None and not job.tables.notify.to:
        yield Finding(
            "the table notify names nobody: no notice is sent",
            'Write where its addresses lie: to = [{ env = "NIGHT_MAIL" }].',
        )
    for line in foreseen(job, environ=environ):
        remedy = f"Mend it, then: batch-update job notify-test {quoted_path(job.path)}"
        yield Finding(line, remedy, Exit.USAGE)
