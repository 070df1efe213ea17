"""`job show`: a job as it counts, with where each value comes from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from batch_update.cli.commands.jobs.group import DEFAULT_DIR, JOBS_DIR, NAME, app
from batch_update.cli.documents import out_document
from batch_update.cli.help import Command
from batch_update.cli.options import AS_JSON
from batch_update.cli.screens.screen import out
from batch_update.jobs.definition.job_file import load_job
from batch_update.jobs.definition.job_finding import find_job
from batch_update.text import printable

if TYPE_CHECKING:
    from batch_update.jobs.checking.origins import CountingKey
    from batch_update.report.documents.of_jobs import ShownKey


@app.command("show", cls=Command)
def show_job(
    name: NAME,
    jobs_dir: JOBS_DIR = DEFAULT_DIR,
    as_json: AS_JSON = False,
) -> None:
    """Show a job as it counts: its file, what that extends, the environment and the defaults put together.

    Beside each value stands where it comes from. Secrets are shown as what refers to them.
    """
    from batch_update.jobs.checking.origins import counting_keys
    from batch_update.report.documents.of_jobs import ShownJob

    job = load_job(find_job(name, jobs_dir))
    keys = counting_keys(job, os.environ)
    if as_json:
        files = tuple(str(source.path) for source in job.merged.sources)
        out_document(ShownJob(job.name, files, tuple(map(_told_key, keys))))
        return
    for key in sorted(keys, key=lambda key: key.source == "default"):
        if key.source != "default" or key.value not in (None, [], {}, ""):
            _out_key(key)


def _out_key(key: CountingKey) -> None:
    """Print `limit = 10   # jobs/nightly.toml, line 3`."""
    from batch_update.toml.toml_lines import dotted
    from batch_update.toml.toml_writing import as_toml

    place = key.variable or "default"
    if key.file is not None:
        place = printable(str(key.file)) + (f", line {key.line}" if key.line else "")
    out(f"{dotted(key.path)} = {printable(as_toml(key.value))}   # {place}")


def _told_key(key: CountingKey) -> ShownKey:
    from batch_update.report.documents.of_jobs import ShownKey
    from batch_update.toml.toml_lines import dotted

    file = None if key.file is None else str(key.file)
    return ShownKey(dotted(key.path), key.value, key.source, file, key.line, key.variable or None)
