"""All commands about the list of accounts: importing each puts it into the group, in the order of help."""

from batch_update.cli.commands.accounts import list_accounts

from batch_update.cli.commands.accounts import check_accounts, add_account  # isort: skip
from batch_update.cli.commands.accounts.group import app

__all__ = ["add_account", "app", "check_accounts", "list_accounts"]
