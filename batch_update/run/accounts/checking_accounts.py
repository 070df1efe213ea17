"""The accounts of a list, each asked whose its key is: what is missing, refused, another's or down is told of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import anyio.to_thread

from batch_update.account.account import server_name
from batch_update.account.known.known_account import KnownAccount
from batch_update.account.whose import refuse_owner
from batch_update.errors import BatchUpdateError
from batch_update.model.reports import Exit, worst
from batch_update.run.accounts.at_once import done_with_each
from batch_update.run.steps.means import Means, speaking
from batch_update.run.watching import Watcher
from batch_update.secrets.reading_secrets import referred_key
from batch_update.settings.tunables import Settings
from batch_update.text import as_compared, listed

AT_ONCE = 32
"""Accounts that are asked at the same time: each is one request, and one that is down keeps its place for a while."""
_QUICK = {"max_attempts": 2, "max_outage": 0.0}
"""Settings that count unless others were given: whoever looks at all accounts waits for none that is down."""


@dataclass(frozen=True, slots=True)
class CheckedAccount:
    """An account of a list, and what became of asking whose its key is."""

    account: KnownAccount
    server: str
    """host and port"""
    found: str = ""
    """the e-mail of whose key it is, as the server tells it; "" where it did not"""
    key: str = ""
    """a fingerprint of the key at its server; "" where there is no key"""
    error: BatchUpdateError | None = None
    """what is wrong; None: in order"""
    warnings: tuple[str, ...] = ()
    """what is odd, and can be lived with"""

    @property
    def exit(self) -> Exit:
        return Exit.OK if self.error is None else self.error.exit


async def ask_accounts(
    accounts: Sequence[KnownAccount], settings: Settings, means: Means
) -> list[CheckedAccount]:
    """Ask about each account whose its key is, several at once, each at its own pace; in the order given.

    A server that does not answer is not waited for, unless the setting max_outage says so. Nothing is raised for what
    is wrong with one.
    """
    quick = {name: value for name, value in _QUICK.items() if name not in settings.model_fields_set}
    settings = settings.model_copy(update=quick)
    check = partial(_checked, settings=settings, means=means)
    return list(_with_sharers(await done_with_each(accounts, check, AT_ONCE)))


async def _checked(known: KnownAccount, settings: Settings, means: Means) -> CheckedAccount:
    warnings: list[str] = []
    # The account is not named: it may stand in no list yet.
    own = settings.model_copy(update={"base_url": known.base_url, "account": None, "key_file": None})
    checked = CheckedAccount(known, server_name(own))
    try:
        key = await anyio.to_thread.run_sync(  # a command that prints it takes a while
            referred_key, known.key, means.environ, warnings.append
        )
        quiet = replace(means, key=key, watcher=_Noting(warnings))
        account = quiet.account(own)
        checked = replace(checked, key=account.name)
        async with speaking(own, account, quiet, lambda event: None) as client:
            checked = replace(checked, found=(await client.whoami()).email)
        refuse_owner(known.owner, checked.found, checked.server)
    except BatchUpdateError as error:
        checked = replace(checked, error=error)
    return replace(checked, warnings=tuple(warnings))


class _Noting(Watcher):
    """Keeps the warnings about an account, to be told at its line."""

    def __init__(self, warnings: list[str]) -> None:
        self._warnings = warnings

    def warning(self, words: str) -> None:
        self._warnings.append(words)


def _with_sharers(checked: Sequence[CheckedAccount]) -> Iterator[CheckedAccount]:
    """Yield them with a warning each for those that have a key or an owner that others of the list have, too."""
    keys, owners = defaultdict(list), defaultdict(list)
    for one in checked:
        if one.key:
            keys[one.key].append(one.account.name)
        if one.found:
            owners[as_compared(one.found), one.server].append(one.account.name)
    for one in checked:
        with_key = _others(keys[one.key], one) if one.key else []
        with_owner = _others(owners[as_compared(one.found), one.server], one) if one.found else []
        said = (
            [f"has the key of {listed(with_key)}, too: they are one account at one pace"]
            if with_key
            else [f"belongs to {one.found} as {listed(with_owner)} does: is it one account?"]
            if with_owner
            else []
        )
        yield replace(one, warnings=(*one.warnings, *said))


def _others(names: Iterable[str], one: CheckedAccount) -> list[str]:
    return [name for name in names if name != one.account.name]


def worst_of_accounts(checked: Iterable[CheckedAccount]) -> Exit:
    """Return the exit status: the worst."""
    return worst(one.exit for one in checked)
