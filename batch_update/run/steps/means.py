"""The means of a run beside its settings, and how it gets at the account and the server with them."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import anyio
from anyio.lowlevel import checkpoint

from batch_update.account.account import Account, account_of, only_here, placed, server_name
from batch_update.account.connect import client_for, sandbox_app
from batch_update.account.locking import AccountLock
from batch_update.api.address import check_base_url, hint_of
from batch_update.api.client import Client
from batch_update.api.keys import ApiKey
from batch_update.api.pace.ledger import AHEAD, MOST_AHEAD, Ledger
from batch_update.api.wire.proxies import find_proxy
from batch_update.clock import SYSTEM, Clock
from batch_update.errors import AccessError, ApiError, BatchUpdateError, RunStopped, UsageError
from batch_update.journal.storing.shared_disk import SharedDisk
from batch_update.model.reports import Event
from batch_update.run.watching import Watcher
from batch_update.send.signals import Interrupts, no_interrupts
from batch_update.settings.tunables import Settings

T = TypeVar("T")
Sequel = Callable[[], Awaitable[T]]
"""The part of a story that needs the server, to be awaited once: all that does not need it is done by then."""


@dataclass(frozen=True, slots=True)
class AmongMany:
    """How a run holds up none of the many others on its event loop. It ends without its files.

    Whoever began it has those made from its journal, by another process: see `run.remaking`.
    """

    disk: SharedDisk
    """writes the journals of all of them, in threads"""
    at_once: int
    """requests of one run under way at most, where no setting says"""
    stop: anyio.Event | None = None
    """set once the file that ends all of them is there; None: each looks for it"""
    give_way: Callable[[], Awaitable[None]] = checkpoint
    """returns when a run that has sent all may read back, since those that send come first"""


@dataclass(frozen=True, slots=True)
class Means:
    """Who watches a run, whose key it uses and which signals end it. By default nobody, the settings' and none."""

    watcher: Watcher = field(default_factory=Watcher)
    key: ApiKey | None = None
    """None: it is found where the settings and the environment say"""
    app: Any = None
    """an ASGI application to speak to, in place of a server"""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    interrupts: Interrupts = no_interrupts
    """opens the stream of signals that end sending, and closes it when the results are written"""
    journal: bool = True
    """whether the run has a folder, where it is written down as it happens, with its results at the end"""
    share: bool = True
    """whether the account is locked for other runs, and its pace shared with other processes"""
    clock: Clock = SYSTEM
    job: str = ""
    """the name of the job file that begins it"""
    leave: Callable[[], None] = lambda: None
    """called right before the first byte of each request, once its intention is on the disk: the RunStopped that it
    raises ends the run, and nothing of the request goes out"""
    spent: bool = False
    """whether what was sent with the key lately is not known here, so that its windows count as used up"""
    among: AmongMany | None = None
    """None: the run has its event loop for itself"""

    def account(self, settings: Settings) -> Account:
        """Return the account that these settings speak to. Raises AccessError and UsageError."""
        account = account_of(settings, self.watcher.warning, key=self.key, environ=self.environ)
        _refuse_key_in_words(settings, account.key)
        return account

    @property
    def disk(self) -> SharedDisk | None:
        """Return what writes journals in threads, where many share it; None: each is written on the event loop."""
        return None if self.among is None else self.among.disk

    async def give_way(self) -> None:
        """Return when what comes after sending holds up nobody who sends."""
        if self.among is not None:
            await self.among.give_way()

    async def aside(self, task: Callable[[], T]) -> T:
        """Do what takes long without holding up other runs on this event loop; at once where there are none."""
        return task() if self.disk is None else await self.disk.aside(task)

    def check_words(self, settings: Settings) -> None:
        """Raises UsageError where the note or the author holds the key, as far as there is one."""
        key = self.key
        with suppress(BatchUpdateError):  # what is wrong with the account is told by whoever needs it
            key = account_of(settings, key=key, environ=self.environ).key
        if key is not None:
            _refuse_key_in_words(settings, key)


def _refuse_key_in_words(settings: Settings, key: ApiKey) -> None:
    for name, said in (("note", settings.note), ("author", settings.author)):
        if key.redact(said) != said:  # every report of the run would tell it
            raise UsageError(
                f"the setting {name} holds the API key", code="U101", remedy="write it without the key"
            )


def tell_way(settings: Settings, means: Means) -> None:
    """Tell which proxy requests go through. Raises UsageError for one that is none, and for an unsafe address."""
    if settings.sandbox or means.app is not None:
        return
    proxy = find_proxy(check_base_url(settings.base_url), settings.proxy, means.environ)
    if proxy is not None:
        means.watcher.proxied(server_name(settings), proxy.name)


@asynccontextmanager
async def speaking(
    settings: Settings, account: Account, means: Means, on_event: Callable[[Event], None]
) -> AsyncIterator[Client]:
    """Open a client for the account, to its server or to the sandbox in this process.

    Raises UsageError, and RunStopped X312 before anything else is asked where the key is of another account.
    """
    async with AsyncExitStack() as stack:
        app = means.app
        if app is None and settings.sandbox:
            app = stack.enter_context(sandbox_app(settings))
        elif app is None and (hint := hint_of(settings.base_url)):
            means.watcher.warning(hint)
        ahead = AHEAD if means.among is None else MOST_AHEAD
        ledger = Ledger(account.ledger, ahead=ahead, clock=means.clock) if means.share else None
        client = client_for(
            placed(settings),
            key=account.key,
            app=app,
            ledger=ledger,
            environ=means.environ,
            leave=means.leave,
            spent=means.spent,
            on_event=on_event,
            clock=means.clock,
        )
        with before_sending():
            await stack.enter_async_context(client)
        yield client


@dataclass(frozen=True, slots=True)
class Hold:
    """An account that this run, and no other one, works on."""

    lock: AccountLock | None
    account: Account
    settings: Settings

    def works_in(self, folder: Path) -> None:
        """Tell other runs in which folder this one works."""
        if self.lock is not None:
            self.lock.works_in(folder)

    def refuse_company(self, folder: Path) -> None:
        """Raises RunLocked where another process works in this folder, whatever key or sandbox it uses.

        So it is where no account is locked, too: one journal has one writer.
        """
        only_here(folder, self.settings, but=None if self.lock is None else self.account.lock)


@asynccontextmanager
async def holding(account: Account, settings: Settings, means: Means, command: str) -> AsyncIterator[Hold]:
    """Keep other runs on the account out. Raises RunLocked where one is at work and stays so, UsageError (U112)."""
    if not means.share:
        yield Hold(None, account, settings)
        return
    lock = AccountLock(
        account.lock,
        command=command,
        wait=settings.wait,
        on_wait=means.watcher.waiting,
        clock=means.clock,
    )
    async with lock:
        yield Hold(lock, account, settings)


@contextmanager
def before_sending() -> Iterator[None]:
    """Have an answer of the server that ends the run say, too, that nothing was sent by it."""
    try:
        yield
    except (AccessError, ApiError, RunStopped) as error:
        error.message = error.message.rstrip(".") + "; nothing was sent by this command"
        error.args = (error.message,)
        raise
