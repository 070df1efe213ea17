"""All commands about fleets: importing each puts it into the group; help has them in the order of work."""

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

_ORDER = ("plan", "apply", "status", "resume", "undo", "report", "list", "promote", "shard")
app.registered_commands.sort(key=lambda one: _ORDER.index(one.name or ""))

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
