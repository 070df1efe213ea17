"""All commands about fleets: importing each puts it into the group, in the order of help."""

from batch_update.cli.commands.fleets import (
    list_fleets,
    plan_fleet,
    promote_fleet,
    report_fleet,
    see_shard,
    status_fleet,
)
from batch_update.cli.commands.fleets.group import app
from batch_update.cli.commands.fleets.sending_fleets import apply_fleet, resume_fleet, undo_fleet

__all__ = [
    "app",
    "apply_fleet",
    "list_fleets",
    "plan_fleet",
    "promote_fleet",
    "report_fleet",
    "resume_fleet",
    "see_shard",
    "status_fleet",
    "undo_fleet",
]
