"""The accounts of a list as people read them: which there are, and first of all what is wrong with some."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from os.path import commonpath

from batch_update.report.documents.fleets.of_accounts import AskedAccount, ListedAccount
from batch_update.report.screen.tables import fitted_lines
from batch_update.text import cells, counted, listed, printable

_EACH = 20
"""Accounts in order that are told one by one; of more only their number is."""

_FILE = "the file "
"""Begins the place of a key that lies in a file."""
_ANY_WIDTH = 100_000
"""Cells: a table of which nothing is cut."""


def listed_lines(accounts: Sequence[ListedAccount], *, width: int) -> Iterator[str]:
    """Yield a table of the accounts of each server, in which no place of a key is cut.

    Of one that is too wide, the folder of all files of keys is told once, above, or each key has a line of its own.
    """
    by_server: defaultdict[str, list[ListedAccount]] = defaultdict(list)
    for account in accounts:
        by_server[account.server].append(account)
    for server, some in by_server.items():
        yield f"{printable(server)}: {counted(len(some), 'account')}"
        yield from _lines_of_server(some, width)


def _lines_of_server(accounts: Sequence[ListedAccount], width: int) -> Iterator[str]:
    if _are_narrow(whole := _whole_lines(accounts), width):
        yield from whole
        return
    if folder := _common_folder([one.key for one in accounts]):
        yield f"  files of keys are in {printable(folder)}"
        accounts = [replace(one, key=_within(one.key, folder)) for one in accounts]
        if _are_narrow(whole := _whole_lines(accounts), width):
            yield from whole
            return
    others = [(one.name, one.owner, ", ".join(one.tags)) for one in accounts]
    heading, *lines = fitted_lines([("account", "owner", "tags"), *others], width=width)
    yield heading
    for line, one in zip(lines, accounts, strict=True):
        yield line
        yield f"      {printable(one.key)}"


def _whole_lines(accounts: Sequence[ListedAccount]) -> list[str]:
    rows = [(one.name, one.key, one.owner, ", ".join(one.tags)) for one in accounts]
    return list(fitted_lines([("account", "its key", "owner", "tags"), *rows], width=_ANY_WIDTH))


def _are_narrow(lines: Sequence[str], width: int) -> bool:
    return max(map(cells, lines)) <= width


def _common_folder(places: Sequence[str]) -> str:
    """Return the folder that several files of keys lie in, with what ends it; "" where there is none worth telling."""
    files = [place.removeprefix(_FILE) for place in places if place.startswith(_FILE)]
    if len(files) < 2:
        return ""
    with suppress(ValueError):  # some begin at the root, and some do not
        if folder := commonpath(map(os.path.dirname, files)):
            return folder.rstrip(os.sep) + os.sep
    return ""


def _within(place: str, folder: str) -> str:
    """Return where a key lies, a file from this folder on."""
    return _FILE + place.removeprefix(_FILE).removeprefix(folder) if place.startswith(_FILE) else place


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
