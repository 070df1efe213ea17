"""Whose assistants a plan is about: asked for where the list did not tell, and another account is refused."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from typing import Protocol
from urllib.parse import urlsplit

from batch_update.account.account import placed
from batch_update.account.fetching import Lister, owner_of
from batch_update.api.address import server_of
from batch_update.api.lookups import Owner
from batch_update.errors import ApiError, RunStopped
from batch_update.model.plans import Plan
from batch_update.settings.tunables import SANDBOX_URL, Settings
from batch_update.text import as_compared, excerpt

AT = " at "
"""stands between whose it is and where"""


class Asked(Lister, Protocol):
    """A client as far as it is asked whose key it has; `api.client.Client` is one."""

    async def whoami(self) -> Owner: ...


async def with_account(plan: Plan, client: Asked) -> Plan:
    """Return the plan, with whose it is where that was not known. Raises KeyRefused.

    Where the server does not tell, that is noted, and the plan is as it was: then only the server tells it from others.
    """
    if _owner(plan.account) or not plan.changes:
        return plan
    try:
        me = await client.whoami()
    except (ApiError, RunStopped) as error:
        client.note(f"whose key this is cannot be told: {error.message}")
        return plan
    return replace(plan, account=_told(me.email, client), unseen=not plan.compared) if me.email else plan


async def require_owner(owner: str, client: Asked) -> None:
    """Ask whose key it is. Raises RunStopped X312 where it is another's than the list of accounts says."""
    refuse_owner(owner, (await client.whoami()).email, client.server)


def refuse_owner(owner: str, found: str, server: str) -> None:
    """Raises RunStopped X312 where a key is another's than the list of accounts says, or nobody says whose it is."""
    if owner and as_compared(found) != as_compared(owner):
        whose = (
            f"the key of {excerpt(found)}" if found else "a key of which the server does not say whose it is"
        )
        raise RunStopped(f"{server}: {whose}, and not of {owner} as the list of accounts says", code="X312")


async def refuse_another(plan: Plan, client: Asked, fetched: str | None = None) -> None:
    """Raises RunStopped X310 where the plan was made for another server or account than this client speaks to.

    `fetched` is the account that the list named just now, where it was read.
    """
    if not plan.changes:
        return
    if plan.server and not _is_same_server(plan.server, f"{urlsplit(plan.server).scheme}://{client.server}"):
        raise _another_place(plan.server, client.server)
    if not (owner := _owner(plan.account)):
        return
    if "@" in owner:
        found = _told((await client.whoami()).email, client)
    else:
        found = await _first_owner(client) if fetched is None else fetched
    if not _is_same(plan.account, found):
        raise _another_place(plan.account, found or "an account without assistants")


def _is_same_server(one: str, other: str) -> bool:
    """Whether two base URLs lead to the same server, however they are spelled."""
    return server_of(one) == server_of(other)


def at_home(settings: Settings, server: str, made: Settings | None = None) -> Settings:
    """Return the settings, at the server or sandbox that a plan was made for, where they name none.

    `made` are those that it was made with. Raises RunStopped X310 where they name another one.
    """
    if not server:
        return settings
    is_sandbox = server == SANDBOX_URL
    given = settings.model_fields_set
    home: dict[str, object] = {"sandbox": is_sandbox}
    if not is_sandbox:
        home["base_url"] = server
    elif made and made.sandbox_state and "sandbox_state" not in given:
        home["sandbox_state"] = made.sandbox_state
    if not {"base_url", "sandbox"} & given:
        return settings.model_copy(update=home)
    _refuse_elsewhere(settings, server, made)
    return settings.model_copy(update=home) if is_sandbox else settings


def _refuse_elsewhere(settings: Settings, server: str, made: Settings | None) -> None:
    """Raise RunStopped X310 where the settings name another server or sandbox than the plan was made for."""
    here, nothing = placed(settings), "; nothing was sent by this command"
    is_sandbox = server == SANDBOX_URL
    if settings.sandbox != is_sandbox or not _is_same_server(here.base_url, server):
        found = "the sandbox" if settings.sandbox else settings.base_url
        raise _another_place("the sandbox" if is_sandbox else server, found + nothing)
    if made and made.sandbox_state and here.sandbox_state not in (None, made.sandbox_state):
        found = f"the one in {here.sandbox_state}"
        raise _another_place(f"the sandbox in {made.sandbox_state}", found + nothing)


def _another_place(planned: str, found: str) -> RunStopped:
    """Return the refusal of a plan that was made for somewhere else."""
    return RunStopped(
        f"the plan was made for {planned}, and this is {found}",
        code="X310",
    )


async def _first_owner(client: Lister) -> str:
    """Whose the first assistant of the list is; "" where there is none."""
    async with aclosing(client.assistant_pages(1)) as pages:
        async for page in pages:
            for entry in page.entries:
                return owner_of(entry, client.server)
    return ""


def _told(email: str, client: Lister) -> str:
    return f"{email}{AT}{client.server}"


def _owner(account: str) -> str:
    return account.rpartition(AT)[0]


def _is_same(one: str, other: str) -> bool:
    servers = (f"https://{account.rpartition(AT)[2]}" for account in (one, other))
    return _owner(one) == _owner(other) and _is_same_server(*servers)
