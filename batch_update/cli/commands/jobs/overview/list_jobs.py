"""`job list`: the jobs of a folder, what each is for, when it runs next and how it last ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from batch_update.cli.commands.jobs.group import DEFAULT_DIR, JOBS_DIR, app, beginning
from batch_update.cli.documents import out_document
from batch_update.cli.help import Command
from batch_update.cli.options import AS_JSON
from batch_update.cli.printed_commands import Following, command_of, next_lines, program
from batch_update.cli.screens.screen import out, paint, say
from batch_update.clock import SYSTEM
from batch_update.errors import UsageError
from batch_update.jobs.definition.job_file import load_job
from batch_update.jobs.definition.job_finding import find_jobs
from batch_update.settings.tunables import Settings
from batch_update.text import local_time, printable, quoted_path

if TYPE_CHECKING:
    from batch_update.report.documents.of_jobs import ListedJob

_MARKS = {
    "success": ("ok", "good"),
    "unchanged": ("ok", "good"),
    "nothing": ("ok", "good"),
    "drift": ("~~", "warning"),
    "conflict": ("!!", "warning"),
    "at work": (">>", "good"),
    "never ran": ("--", ""),
}
"""State of a job -> its mark and the color of it; all else did not go well."""


@app.command("list", cls=Command)
def list_jobs(jobs_dir: JOBS_DIR = DEFAULT_DIR, as_json: AS_JSON = False) -> None:
    """List the jobs of a folder: what each is for, when it runs next, and how it last ended.

    ok its last run went well, !! it did not, ~~ it told drift, >> it runs now, -- it never ran.
    """
    from batch_update.report.documents.of_jobs import ListedJobs

    paths = find_jobs(jobs_dir)
    jobs = tuple(map(_listed, paths))
    following: Following = {}
    wrong = [path for path, job in zip(paths, jobs, strict=True) if job.error]
    right = [path for path in paths if path not in wrong]
    if wrong:
        following["look"] = f"{program()} job check {quoted_path(wrong[0])}"
    if right:
        following["run_job"] = command_of("job run", Settings(), right[0])
    if as_json:
        out_document(ListedJobs(jobs), following=following)
        return
    for job in jobs:
        for line in _lines_about(job):
            out(line)
    if following:
        out("\n" + next_lines(following))
    else:
        say(f"{jobs_dir} holds no job files (*.toml). To begin with one: {beginning()}")


def _lines_about(job: ListedJob) -> Iterator[str]:
    mark, color = _MARKS.get(job.state, ("!!", "error"))
    what = job.description or job.file
    name = f"{paint(mark, color) if color else mark} {printable(job.name)}"
    yield f"{name}   {printable(what)}" if what else name
    if job.error:
        yield f"   {paint('wrong, see job check', 'error')}: {printable(job.error.splitlines()[0])}"
        return
    yield f"   next  {f'{local_time(job.next)}, {job.schedule}' if job.next else 'by hand: it has no schedule'}"
    if job.state in ("at work", "cut short"):
        yield f"   now   {job.state}"
    if job.last:
        yield f"   last  {local_time(job.last.began)}, {job.last.ending}: {job.last.line}"
    elif job.state == "never ran":
        yield "   last  never"


def _listed(path: Path) -> ListedJob:
    from batch_update.jobs.record.job_record import job_state
    from batch_update.jobs.record.told_run import ran_job
    from batch_update.jobs.schedule.coming_runs import coming_runs, standing
    from batch_update.jobs.schedule.schedule_words import in_words
    from batch_update.report.documents.of_jobs import ListedJob

    listed = ListedJob(path.stem, "", "", "", "", None, "", None)
    try:
        job = load_job(path)
        listed = replace(listed, description=job.tables.description, file=job.shown_file)
        if job.tables.schedule:
            coming = coming_runs([job], SYSTEM.wall(), 1)
            words = in_words(job.tables.schedule)
            listed = replace(listed, schedule=words, next=coming[0].start if coming else None)
        state = job_state(job.settings.runs_dir, job.name, file=job.path)
    except UsageError as error:
        return replace(listed, error=error.message)
    last = ran_job(state.last_run) if state.last_run else None
    return replace(listed, state=standing(state), last=last)
