"""All commands about fleets: importing each puts it into the group, in the order of help."""

from batch_update.cli.commands.fleets import list_fleets, plan_fleet
from batch_update.cli.commands.fleets.group import app

__all__ = ["app", "list_fleets", "plan_fleet"]
