"""What is there now: the account's list, read page by page until every assistant that matters has been seen."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from batch_update.model import Json, Present
from batch_update.plan.normalizing import normalize_assistant


class Lister(Protocol):
    """What this asks of a client; `api.client.Client` is one."""

    server: str

    def assistants(self, per_page: int = 100) -> AsyncGenerator[dict[str, Json], None]: ...


@dataclass(frozen=True, slots=True)
class Fetched:
    """The assistants that were seen, as an update would send them."""

    present: dict[int, Present]
    account: str
    """whose they are and where: `user 501 at app.famulor.de`; "" where there are none"""
    pages: int
    """requests that it took"""
    total: int | None
    """assistants of the account; None where the list was not read to its end"""

    @property
    def complete(self) -> bool:
        """Whether the whole list was read."""
        return self.total is not None


async def fetch_present(
    client: Lister, wanted: Collection[int] | None = None, *, per_page: int = 100, to_end: bool = False
) -> Fetched:
    """Read the list until every id in `wanted` has been seen, or all of it. Raises what the client raises.

    `to_end`: all of it in any case, so that the number of assistants is known; only those wanted are kept.
    """
    if wanted is not None and not wanted and not to_end:
        return Fetched({}, "", 0, None)
    missing = None if wanted is None else set(wanted)
    present: dict[int, Present] = {}
    account = ""
    seen = 0
    async with aclosing(client.assistants(per_page)) as entries:
        async for entry in entries:
            seen += 1
            account = account or _account(entry, client.server)
            number = _id(entry.get("id"))
            if isinstance(number, int) and (wanted is None or number in wanted):
                present[number] = normalize_assistant(entry)
            if missing is not None:
                missing.discard(number)
                if not missing and not to_end:  # leaving before the page is used up asks for no further page
                    return Fetched(present, account, _pages(seen, per_page), None)
    return Fetched(present, account, _pages(seen, per_page), seen)


def _id(value: Json) -> int | None:
    """An assistant's id, which may be reported as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return value if type(value) is int else None


def _pages(seen: int, per_page: int) -> int:
    return max(1, -(-seen // per_page))


def _account(entry: dict[str, Json], server: str) -> str:
    """The list names the owner of each assistant; that saves asking for it."""
    owner = entry.get("user_id")
    return f"user {owner} at {server}" if owner is not None else server
