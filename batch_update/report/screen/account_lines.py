"""The accounts of a list as people read them: which there are, and first of all what is wrong with some."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from batch_update.report.documents.fleets.of_accounts import AskedAccount, ListedAccount
from batch_update.report.screen.tables import fitted_lines
from batch_update.text import counted, listed, printable

_EACH = 20
"""Accounts in order that are told one by one; of more only their number is."""


def listed_lines(accounts: Sequence[ListedAccount], *, width: int) -> Iterator[str]:
    """Yield a table of the accounts of each server, as wide as the screen."""
    by_server: defaultdict[str, list[ListedAccount]] = defaultdict(list)
    for account in accounts:
        by_server[account.server].append(account)
    for server, some in by_server.items():
        yield f"{printable(server)}: {counted(len(some), 'account')}"
        rows = [(one.name, one.key, one.owner, ", ".join(one.tags)) for one in some]
        yield from fitted_lines([("account", "its key", "owner", "tags"), *rows], width=width)


def checked_lines(accounts: Sequence[AskedAccount], *, quiet: bool) -> Iterator[tuple[str, str]]:
    """Yield lines with their tone: what is wrong, once with all accounts it is wrong with; what is odd; the rest."""
    wrong: dict[tuple[str, str], dict[str, list[str]]] = {}
    for one in accounts:
        if one.code or one.exit:
            wrong.setdefault((one.code, one.remedy), {}).setdefault(one.message, []).append(one.name)
    for (code, remedy), messages in wrong.items():
        for message, names in messages.items():
            yield f"{listed(names, 10)}: {printable(message)}" + (f" ({code})" if code else ""), "error"
        yield f"  {printable(remedy)}", ""
    for one in accounts:
        yield from ((f"{one.name}: warning: {printable(said)}", "warning") for said in one.warnings)
    if not quiet:
        yield from _in_order([one for one in accounts if not one.exit], len(accounts))


def _in_order(accounts: Sequence[AskedAccount], number: int) -> Iterator[tuple[str, str]]:
    if len(accounts) <= _EACH:
        for one in accounts:
            whose = printable(one.found) or "the server does not say whose it is"
            yield f"{one.name}: in order, {whose}", "good"
    tone = "good" if len(accounts) == number else ""
    yield f"{len(accounts):,} of {counted(number, 'account')} in order", tone
