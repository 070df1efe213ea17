"""The command of a job that is run where a run did not go well, with the facts of the run in its environment."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from batch_update.jobs.record.job_run import JobRun
from batch_update.text import printable, utc_text

# Not the prefix of the settings: a command that calls this program again would be refused a variable that is none.
PREFIX = "JOB_RUN_"
_MOST_FACT = 4_000
"""characters of a fact: systems bear no variables without end"""


def run_command(
    command: Sequence[str], job_run: JobRun, *, folder: Path, environ: Mapping[str, str], patience: float
) -> str:
    """Run it without a shell, in this folder, its output on stderr. Returns why it did not go well, "" where it did.

    It is ended after `patience` seconds. Its arguments are not repeated: they may hold a token.
    """
    inherited = {name: text for name, text in environ.items() if not name.startswith(PREFIX)}
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=inherited | run_variables(job_run),
            stdin=subprocess.DEVNULL,
            stdout=_stderr(),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return f"the command cannot be run: {getattr(error, 'strerror', None) or 'it is none'}"
    return _seen_through(process, patience)


def run_variables(job_run: JobRun) -> dict[str, str]:
    """Return what the command is told of the run, as variables of its environment."""
    facts = {
        "JOB": job_run.job,
        "ENDING": str(job_run.ending),
        "EXIT": str(int(job_run.exit)),
        "LINE": job_run.line,
        "CODE": job_run.code,
        "MESSAGE": job_run.message,
        "FOLDER": str(job_run.folders[-1]) if job_run.folders else "",
        "FAILURES": "\n".join(map(printable, job_run.failures)),
        "DUE": utc_text(job_run.due) if job_run.due else "",
        "BEGAN": utc_text(job_run.began),
        "ENDED": utc_text(job_run.ended),
    }
    return {PREFIX + name: text.replace("\0", "")[:_MOST_FACT] for name, text in facts.items()}


def _stderr() -> int:
    """Return where the output goes. A pipe would be waited for until all that the command began has ended, too."""
    try:
        os.fstat(2)
    except OSError:
        return subprocess.DEVNULL
    return 2


def _seen_through(process: subprocess.Popen[bytes], patience: float) -> str:
    try:
        status = process.wait(patience)
    except subprocess.TimeoutExpired:
        _end(process)
        return f"the command did not end within {patience:g} s and was ended"
    return f"the command ended with exit status {status}" if status else ""


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and, where the system can, all that it began."""
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
