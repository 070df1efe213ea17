"""The vendor's API for Python: update an assistant, list them, look up what may be chosen."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import httpx

from batch_update.api.address import check_base_url
from batch_update.api.answers.paging import PER_PAGE, Page, Paging, entries_of
from batch_update.api.answers.replies import Applied, Verdict
from batch_update.api.answers.saying import clean
from batch_update.api.calling import Call, Caller
from batch_update.api.keys import ApiKey
from batch_update.api.lookups import (
    CustomTool,
    Group,
    Knowledgebase,
    Language,
    Model,
    Owner,
    PhoneNumber,
    Provider,
    Voice,
    entry_as,
)
from batch_update.api.pace.ledger import Ledger
from batch_update.api.pace.outlook import Outlook
from batch_update.api.pace.pacer import Pacer
from batch_update.api.wire.exchange import Wires
from batch_update.api.wire.proxies import find_proxy
from batch_update.clock import SYSTEM, Clock
from batch_update.errors import ApiError, BatchUpdateError, RunStopped
from batch_update.fields.tools import secrets_in
from batch_update.model.plans import Status
from batch_update.model.reports import Event, Pace, Reply, Stats
from batch_update.model.sheets import Body, Json

T = TypeVar("T")

_ASSISTANTS = "/user/assistants/get"


class Client:
    """The API of one account. Use it as an async context manager, on asyncio or trio, from one event loop.

    `proxy` is the address of one to go through, or `off`; where it says nothing, `environ` does
    (HTTPS_PROXY and its kin). With `app`, an ASGI application is spoken to in process. With a `ledger`, the windows
    are shared with all other processes that use it. `leave` is called right before the first byte of each request:
    the RunStopped that it raises stops all sending. `spent`: begin as if the windows had just been used up. `admit` is
    awaited when the client is entered, and nothing is asked or sent with it before: what it raises is passed on. Raises
    UsageError for an address that a key must not travel to (U103), and where the certificates that SSL_CERT_FILE names
    cannot be read (U101).
    """

    def __init__(
        self,
        key: ApiKey,
        *,
        base_url: str,
        pace: Pace,
        app: Any = None,
        ledger: Ledger | None = None,
        proxy: str | None = None,
        environ: Mapping[str, str] = os.environ,
        leave: Callable[[], None] = lambda: None,
        spent: bool = False,
        admit: Callable[[Client], Awaitable[None]] | None = None,
        on_event: Callable[[Event], None] = lambda event: None,
        clock: Clock = SYSTEM,
    ) -> None:
        self._base = self.base_url = check_base_url(base_url)
        self.server = urlsplit(self._base).netloc
        """host and port, for people to read"""
        self._key = key
        self._on_event = on_event
        way = find_proxy(self._base, proxy, environ) if app is None else None
        self.proxy = way.name if way else ""
        """the proxy that requests go through, for people to read; "" for none"""
        self._wires = Wires(self._base, key, timeout=pace.timeout, app=app, clock=clock, proxy=way)
        self._pacer = Pacer(pace, ledger=ledger, spent=spent, on_event=on_event, clock=clock)
        self._caller = Caller(
            key,
            self._wires,
            self._pacer,
            attempts=pace.attempts,
            secrets=way.secrets() if way else frozenset(),
            leave=leave,
            on_event=on_event,
            clock=clock,
        )
        self._outage = pace.outage
        self._notes: set[str] = set()
        self._admit = admit
        """None once it let the client in"""

    async def __aenter__(self) -> Self:
        admit, self._admit = self._admit, None
        if admit is not None:
            try:
                await admit(self)
            except BaseException:
                self._admit = admit
                await self.__aexit__()
                raise
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self.stop_sending()
        await self._wires.aclose()

    @property
    def stats(self) -> Stats:
        """Requests, retries, gates and slow-downs so far."""
        return self._pacer.stats

    def outlook(self) -> Outlook:
        """Return how fast requests can go out as things are."""
        return self._pacer.outlook()

    def stop_sending(self) -> None:
        """From now on no attempt begins. Who waits returns at once, with what is true of it."""
        self._caller.stop()

    async def close_idle(self) -> None:
        """Close the connections that no request uses now: files that are to be written need their places."""
        await self._wires.close_idle()

    def _require_entered(self) -> None:
        if self._admit is not None:
            raise ValueError("whose key this is has to be asked first: use the client with async with")

    # ------------------------------------------------------------ updates

    async def update(
        self,
        assistant_id: int,
        body: Body,
        *,
        before_send: Callable[[int], Awaitable[None]] | None = None,
    ) -> Reply:
        """Change an assistant: the fields of `body` and no others. `PUT /user/assistant/{id}`.

        Never raises for what the server or the network does: that is in the reply. `before_send(attempt)` is
        awaited when an attempt has leave to go out and before its first byte; what it raises is passed on, and
        nothing is sent.
        """
        if assistant_id < 1:
            raise ValueError(f"an assistant's id is a whole number above 0, not {assistant_id}")
        self._require_entered()
        content = json.dumps(dict(body), allow_nan=False, separators=(",", ":")).encode("ascii")
        url = f"{self._base}/user/assistant/{assistant_id:d}"
        secrets = frozenset(secrets_in(body))
        call = Call("PUT", url, content, assistant_id, before_send, secrets)
        return _reply(call, await self._caller.make(call))

    # ------------------------------------------------------------ look-ups

    async def whoami(self) -> Owner:
        """Whose key this is. `GET /user/me`. Look-ups raise KeyRefused, RunStopped or ApiError."""
        found = await self._get("/user/me")
        inner = found.get("data") if isinstance(found, dict) else None
        return self._typed(Owner, inner if isinstance(inner, dict) else found)

    async def assistants(self, per_page: int = PER_PAGE) -> AsyncGenerator[dict[str, Json], None]:
        """Return all assistants of the account with their configuration, as the API tells it. All pages.

        Raises ApiError A201 at the end where the list left open whether these are all.
        """
        async with aclosing(self._entries(_ASSISTANTS, per_page)) as entries:
            async for entry in entries:
                yield entry

    async def assistant_pages(self, per_page: int = PER_PAGE) -> AsyncGenerator[Page, None]:
        """Return the list of all assistants page by page, with what makes it doubtful that these are all."""
        async with aclosing(self._pages(_ASSISTANTS, per_page)) as pages:
            async for page in pages:
                yield page

    def note(self, message: str) -> None:
        """Tell something of a list that is odd and can be lived with; the same is told once."""
        if message not in self._notes:
            self._notes.add(message)
            self._on_event(Event("list", message))

    async def voices(self, mode: str | None = None, language_id: int | None = None) -> list[Voice]:
        return await self._all(Voice, "/user/assistants/voices", mode=mode, language_id=language_id)

    async def languages(self) -> list[Language]:
        return await self._all(Language, "/user/assistants/languages")

    async def models(self, type: str = "llm") -> list[Model]:
        """`llm` is for pipeline; the others are `multimodal` and `dualplex`."""
        return await self._all(Model, "/user/assistants/models", type=type)

    async def phone_numbers(self, type: str | None = None) -> list[PhoneNumber]:
        """`inbound` or `outbound`; both where nothing is said."""
        return await self._all(PhoneNumber, "/user/assistants/phone-numbers", type=type)

    async def synthesizer_providers(self, language_id: int | None = None) -> list[Provider]:
        return await self._all(Provider, "/user/assistants/synthesizer-providers", language_id=language_id)

    async def transcriber_providers(self, language_id: int | None = None) -> list[Provider]:
        return await self._all(Provider, "/user/assistants/transcriber-providers", language_id=language_id)

    async def knowledgebases(self) -> list[Knowledgebase]:
        return await self._all(Knowledgebase, "/user/knowledgebases")

    async def tools(self) -> list[CustomTool]:
        return await self._all(CustomTool, "/user/tools")

    async def folders(self) -> list[Group]:
        return await self._groups("/user/folders")

    async def labels(self) -> list[Group]:
        return await self._groups("/user/labels")

    async def _groups(self, path: str) -> list[Group]:
        return [self._typed(Group, entry) async for entry in self._entries(path, 100)]

    async def _all(self, kind: type[T], path: str, **query: str | int | None) -> list[T]:
        return [self._typed(kind, entry) for entry in self._list(await self._get(path, **query))]

    async def _entries(self, path: str, per_page: int) -> AsyncGenerator[dict[str, Json], None]:
        """Return everything in a list that comes in pages, and at the end an error where that may not be all."""
        doubt = ""
        async with aclosing(self._pages(path, per_page)) as pages:
            async for page in pages:
                doubt = page.doubt
                for entry in page.entries:
                    yield entry
        if doubt:
            message = clean(f"{path}: the list contradicts itself: {doubt}", self._key.redact)
            raise ApiError(message, code="A201")

    async def _pages(self, path: str, per_page: int) -> AsyncGenerator[Page, None]:
        reading = Paging()
        while reading.next is not None:
            found = await self._get(path, per_page=per_page, page=reading.next)
            try:
                page = reading.take(found)
            except ValueError as error:
                raise self._odd(str(error)) from None
            if not all(isinstance(entry, dict) for entry in page.entries):
                raise self._odd("an entry is no object")
            yield page

    async def _get(self, path: str, **query: str | int | None) -> Json:
        """Return the JSON behind a path."""
        self._require_entered()
        given = {name: value for name, value in query.items() if value is not None}
        url = str(httpx.URL(self._base + path, params=given)) if given else self._base + path
        call = Call("GET", url)
        verdict = await self._caller.make(call)
        if verdict.applied is Applied.YES:
            return verdict.data
        if call.attempts == 0:
            raise verdict.stop or RunStopped("sending was stopped before this look-up", code="R101")
        raise self._failed(path, verdict)

    def _failed(self, path: str, verdict: Verdict) -> BatchUpdateError:
        """Return why a look-up has no answer, and what to do about it."""
        message = f"{urlsplit(self._base).netloc.rpartition('@')[2]}{path}: {verdict.words}"
        again = "check the network and the setting base_url, then try again"
        if isinstance(verdict.stop, RunStopped) and verdict.stop.code == "R103":
            remedy = f"{again}; the setting max_outage says how long to wait"
            waited = f"{verdict.stop.message}: " if self._outage else ""
            return RunStopped(f"{waited}{message}", code="R103", remedy=remedy)
        if verdict.stop is not None:
            return verdict.stop
        remedy = (
            again
            if verdict.http is None
            else "try again in a while; where it stays so, check the setting base_url"
        )
        return ApiError(message, code=verdict.code, remedy=remedy)

    def _list(self, found: Json) -> list[Json]:
        try:
            return entries_of(found)
        except ValueError as error:
            raise self._odd(str(error)) from None

    def _typed(self, kind: type[T], entry: Json) -> T:
        try:
            return entry_as(kind, entry)
        except ValueError as error:
            raise self._odd(str(error)) from None

    def _odd(self, fault: str) -> ApiError:
        message = clean(f"an answer of the server makes no sense: {fault}", self._key.redact)
        return ApiError(message, code="A200")


def _reply(call: Call, verdict: Verdict) -> Reply:
    status, code, message = _conclude(call, verdict)
    return Reply(
        status=status,
        code=code,
        message=message,
        http=verdict.http,
        attempts=call.attempts,
        request_id=verdict.request_id,
        started=call.started if call.attempts else None,
        ms=round((call.ended - call.begun) * 1000) if call.attempts else None,
        field_errors=verdict.field_errors,
        stop=verdict.stop,
    )


def _conclude(call: Call, verdict: Verdict) -> tuple[Status, str, str]:
    """Status, code and message of a call that is over."""
    if verdict.applied is Applied.YES:
        lost = f"applied at attempt {call.attempts}; an earlier one had no clear answer" if call.doubt else ""
        return Status.UPDATED, "", lost
    if verdict.applied is Applied.MAYBE:
        return Status.UNKNOWN, verdict.code, verdict.message
    if call.doubt:
        return Status.UNKNOWN, call.doubt, f"{verdict.message}; an earlier attempt may have been applied"
    if call.attempts == 0:  # none begun, or all met a 429
        return Status.NOT_SENT, verdict.code, verdict.message
    return Status.FAILED, verdict.code, verdict.message
