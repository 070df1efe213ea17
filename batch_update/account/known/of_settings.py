"""The account of a list that settings name: what it brings to them, and who it has to be."""

from __future__ import annotations

from batch_update.account.known.accounts_file import read_accounts
from batch_update.account.known.known_account import KnownAccount
from batch_update.errors import UsageError
from batch_update.settings.tunables import Settings


def settings_for(known: KnownAccount, settings: Settings) -> Settings:
    """Return the settings of a run on this account: it is named, and the server that the list has for it.

    Where the settings name an account themselves, as those of one run do, a server that they name, too, is theirs.
    Raises UsageError U182 where the settings say where another key lies.
    """
    if settings.key_file is not None:
        raise UsageError(
            f"the setting account names {known.name}, whose key the list knows, and the setting key_file another one",
            code="U182",
        )
    is_said = settings.account is not None and "base_url" in settings.model_fields_set
    server = {} if is_said else {"base_url": known.base_url}
    return settings.model_copy(update={"account": known.name, **server})


def known_account(settings: Settings) -> KnownAccount | None:
    """Return the account that the settings name; None where they name none, and of the sandbox, which knows none.

    Raises UsageError: U180 for a list that is wrong, U181 for an account that is not in it.
    """
    if settings.account is None or settings.sandbox:
        return None
    return read_accounts(settings.accounts_file).named(settings.account)


def at_account(settings: Settings) -> Settings:
    """Return the settings at the account that they name, if they name one. Raises UsageError."""
    known = known_account(settings)
    return settings if known is None else settings_for(known, settings)
