"""The sheets that a run of a job takes: all of its input but for those that are as they were at the last success."""

from __future__ import annotations

from functools import partial

from batch_update.errors import UsageError
from batch_update.jobs.input.picking import choose
from batch_update.jobs.input.sent_before import sent_before
from batch_update.jobs.input.taken import Intake
from batch_update.jobs.record.job_state import JobState
from batch_update.jobs.record.record_file import FOLDER
from batch_update.jobs.running.hands import Turn
from batch_update.jobs.running.turns import Workday
from batch_update.run.steps.means import Means, Sequel


def taken(day: Workday, state: JobState) -> Intake | Exception:
    """Return the sheets of this run, or why there is none, or the error that ends the run."""
    job, settings = day.job, day.settings
    if settings.run_dir is not None and job.input.take == "all":
        return UsageError(
            "the setting run_dir gives all sheets one folder, which the first one takes",
            code="U101",
            remedy="leave it out: each sheet gets a folder of its own in runs_dir",
        )
    sent = sent_before(reversed(state.runs))

    def story(means: Means) -> Sequel[Intake]:
        inbox = settings.runs_dir / FOLDER / f"{job.name}.inbox"
        folder = job.path.resolve().parent
        choosing = partial(
            choose, job.input, settings, folder=folder, inbox=inbox, environ=means.environ, clock=day.clock
        )
        return partial(choosing, sent=sent)

    return day.seen(Turn(job.name, "choose", job.input.file, settings), story)
