"""All commands about job files: importing each puts it into the group, in the order of help."""

from batch_update.cli.commands.jobs import (
    check_jobs,
    init_job,
    list_jobs,
    notify_test,
    run_jobs,
    schedule_jobs,
    show_job,
)
from batch_update.cli.commands.jobs.group import app

__all__ = [
    "app",
    "check_jobs",
    "init_job",
    "list_jobs",
    "notify_test",
    "run_jobs",
    "schedule_jobs",
    "show_job",
]
