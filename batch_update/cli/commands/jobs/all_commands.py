"""All commands about job files: importing each puts it into the group, in the order of help."""

from batch_update.cli.commands.jobs import (
    check_jobs,
    init_job,
    notify_test,
    run_jobs,
    show_job,
)
from batch_update.cli.commands.jobs.group import app
from batch_update.cli.commands.jobs.overview import list_jobs, next_and_log
from batch_update.cli.commands.jobs.starting import schedule_jobs, serve_jobs

__all__ = [
    "app",
    "check_jobs",
    "init_job",
    "list_jobs",
    "next_and_log",
    "notify_test",
    "run_jobs",
    "schedule_jobs",
    "serve_jobs",
    "show_job",
]
