"""The sandbox with many accounts as an ASGI app: each request goes to the account whose key it carries."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import anyio
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from batch_update.model.reports import Window
from batch_update.sandbox.app import BALANCE, PATIENCE, Sandbox
from batch_update.sandbox.faults import Faults
from batch_update.sandbox.limits import WindowKind
from batch_update.sandbox.many.endowment import HOW_MANY, assistants_of, holdings_of
from batch_update.sandbox.many.tenants import Tenant, tenants
from batch_update.sandbox.state import Seen, State
from batch_update.settings.tunables import DEFAULT_RATES

_START_PAGE = """An imitation of the Famulor API with {count} accounts, for trials and tests: no assistant is real.

{lines}
An id of one account is answered with 404 in every other one.

Document    {address}/openapi.json

curl '{address}/api/user/assistants/get?per_page=2' -H 'Authorization: Bearer {key}'
"""
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Manner:
    """How every account of a sandbox answers; each option as `sandbox.app.make_app` has it."""

    limits: tuple[Window, ...] = DEFAULT_RATES
    windows: WindowKind = "sliding"
    assistants: int = HOW_MANY
    further_voices: int = 0
    latency: float = 0.0
    balance: float = BALANCE
    patience: float = PATIENCE
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep


def make_many(
    accounts: int,
    folder: Path | None = None,
    *,
    faults: Mapping[str, Faults] | None = None,
    manner: Manner | None = None,
) -> Switchboard:
    """Return a sandbox with so many accounts, as an ASGI app.

    `folder`: where each keeps its assistants in a file of its own; None is memory. `faults`: by the name of the
    account. An account is made when it is first spoken to.
    """
    return Switchboard(tenants(accounts), folder, faults or {}, manner or Manner())


class Switchboard:
    """The ASGI app that `make_many` makes. A context manager; `close` lets go of its files."""

    def __init__(
        self, accounts: tuple[Tenant, ...], folder: Path | None, faults: Mapping[str, Faults], manner: Manner
    ) -> None:
        self.accounts = accounts
        self._by_key = {one.key.encode(): one for one in accounts}
        self._folder = folder
        self._faults = dict(faults)
        self._manner = manner
        self._open: dict[str, Sandbox] = {}
        # Answers those that no account knows: it takes no key.
        self._porter = self._sandbox(State(None, assistants=0), "", Tenant(0), Faults())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/":
            await self._start_page(scope)(scope, receive, send)
            return
        known = self._by_key.get(_key_in(scope))
        await (self._porter if known is None else self._sandbox_of(known))(scope, receive, send)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the files. May be called more than once."""
        for sandbox in (self._porter, *self._open.values()):
            sandbox.close()

    def account(self, name: str) -> Sandbox:
        """Return the sandbox of one account. Raises KeyError."""
        return self._sandbox_of({one.name: one for one in self.accounts}[name])

    def requests_seen(self) -> list[Seen]:
        """Every request to the API, each with its account, as they came."""
        seen = [
            replace(one, account=name)
            for name, sandbox in (("", self._porter), *self._open.items())
            for one in sandbox.requests_seen()
        ]
        return sorted(seen, key=lambda one: one.at)

    def _sandbox_of(self, tenant: Tenant) -> Sandbox:
        found = self._open.get(tenant.name)
        if found is None:
            state = State(
                self._folder and self._folder / f"{tenant.name}.db",
                assistants=self._manner.assistants,
                seeds=partial(assistants_of, tenant),
            )
            faults = self._faults.get(tenant.name, Faults())
            found = self._open[tenant.name] = self._sandbox(state, tenant.key, tenant, faults)
        return found

    def _sandbox(self, state: State, key: str, tenant: Tenant, faults: Faults) -> Sandbox:
        how = self._manner
        return Sandbox(
            state,
            limits=how.limits,
            windows=how.windows,
            faults=faults,
            keys={key: "full"} if key else {},
            has=holdings_of(tenant, how.further_voices),
            latency=how.latency,
            balance=how.balance,
            patience=how.patience,
            clock=how.clock,
            sleep=how.sleep,
        )

    def _start_page(self, scope: Scope) -> PlainTextResponse:
        lines = [f"{one.name:<16}{one.first_id:>10} ...  {one.key}\n" for one in self.accounts[:_SHOWN]]
        if len(self.accounts) > _SHOWN:
            lines.append(f"... and so on up to {self.accounts[-1].name}\n")
        address = str(Request(scope).base_url).rstrip("/")
        key = self.accounts[0].key
        return PlainTextResponse(
            _START_PAGE.format(count=len(self.accounts), lines="".join(lines), address=address, key=key)
        )


def _key_in(scope: Scope) -> bytes:
    """Return the key that a request carries; empty for none."""
    for name, value in scope.get("headers", ()):
        if name == b"authorization":
            scheme, _, key = value.partition(b" ")
            return bytes(key.strip()) if scheme.lower() == b"bearer" else b""
    return b""
