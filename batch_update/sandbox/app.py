"""The sandbox as an ASGI app: keys, rate windows, faults and the log around the calls of the API."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import anyio
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from batch_update.model.reports import Window
from batch_update.sandbox.belongings import HOME, Holdings
from batch_update.sandbox.calls import answers
from batch_update.sandbox.calls.answers import Answer
from batch_update.sandbox.calls.call import Call, Handler, Refused
from batch_update.sandbox.document.openapi import document
from batch_update.sandbox.faults import Fault, Faults
from batch_update.sandbox.handlers import handlers
from batch_update.sandbox.intake import Intake, Taken
from batch_update.sandbox.limits import Admission, WindowKind, admit
from batch_update.sandbox.routes import ROUTES
from batch_update.sandbox.seeds import HOW_MANY
from batch_update.sandbox.state import Desk, Seen, State
from batch_update.settings.tunables import DEFAULT_RATES, SANDBOX_KEY

READ_ONLY_KEY = "sandbox-key-that-may-only-read"
CUT = "sandbox.cut"
"""The ASGI extension by which a server lets the app cut the connection: a function without arguments."""

Role = Literal["full", "read"]

_START_PAGE = """An imitation of the Famulor API, for trials and tests. No real assistant is behind it.

Assistants  10001 to 10060 unless made otherwise
Key         {key}
Limits      {limits}
Document    {address}/openapi.json

curl -X PUT {address}/api/user/assistant/10001 \\
  -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' \\
  -d '{{"name": "Reception", "speech_speed": 1.1}}'

curl '{address}/api/user/assistants/get?per_page=2' -H 'Authorization: Bearer {key}'

Served below {address}/api, everything else is answered with 404 or 405:
{served}
"""
BALANCE = 125.5
PATIENCE = 30.0
"""Seconds that a request may take to come."""


class ConnectionCut(ConnectionResetError):
    """The connection ended without an answer: how a client in the same process sees a cut."""


def make_app(
    state_path: Path | None,
    *,
    limits: tuple[Window, ...] = DEFAULT_RATES,
    windows: WindowKind = "sliding",
    faults: Faults | None = None,
    key: str = SANDBOX_KEY,
    read_only_key: str = READ_ONLY_KEY,
    assistants: int = HOW_MANY,
    further_voices: int = 0,
    latency: float = 0.0,
    balance: float = BALANCE,
    patience: float = PATIENCE,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
) -> Sandbox:
    """Return an imitation of the API under /api, as an ASGI app.

    `state_path`: where it keeps its assistants between processes; None is memory. `limits`: rate windows, () for none.
    `assistants`: how many a fresh state begins with. `further_voices`: how many the account has beside those of the
    catalogue, with ids from 100001. `latency`: seconds before each answer. `balance`: what the
    account has left. `patience`: seconds that a body may take to come. `clock`: seconds since 1970. Raises UsageError
    where the state cannot be used.

    A client in the same process sees a cut connection as `ConnectionCut`, an OSError; over a port (`serving.serve`) the
    connection closes without an answer.
    """
    return Sandbox(
        State(state_path, assistants=assistants),
        limits=limits,
        windows=windows,
        faults=faults or Faults(),
        keys={key: "full", read_only_key: "read"},
        has=replace(HOME, further_voices=further_voices),
        latency=latency,
        balance=balance,
        patience=patience,
        clock=clock,
        sleep=sleep,
    )


class Sandbox:
    """The ASGI app that `make_app` makes. A context manager; `close` lets go of its file."""

    def __init__(
        self,
        state: State,
        *,
        limits: tuple[Window, ...],
        windows: WindowKind,
        faults: Faults,
        keys: Mapping[str, Role],
        has: Holdings,
        latency: float,
        balance: float,
        patience: float,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._state = state
        self._limits = limits
        self._windows: WindowKind = windows
        self._faults = faults
        self._keys = keys
        self._has = has
        self._latency = latency
        self._balance = balance
        self._intake = Intake(patience)
        self._clock = clock
        self._sleep = sleep
        self._updates = 0
        routes = [Route(path, _Endpoint(self, methods)) for path, methods in handlers().items()]
        # The vendor's update is at the singular `assistant`; under the plural one there is a path, but not for PUT.
        routes.append(
            Route("/api/user/assistants/{id}", _Endpoint(self, {"GET": lambda call: answers.no_assistant()}))
        )
        routes += [Route("/", self._start_page), Route("/openapi.json", self._openapi)]
        self._router = Router(routes, redirect_slashes=False, default=_Endpoint(self, {}))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._router(scope, receive, send)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the file. May be called more than once."""
        self._state.close()

    def reset(self) -> None:
        """Begins anew: fresh assistants, empty log, updates counted from 1."""
        self._state.reset()
        self._updates = 0

    def change_faults(self, faults: Faults) -> None:
        """From now on these go wrong, and no others. Updates are counted on."""
        self._faults = faults

    def requests_seen(self) -> list[Seen]:
        """Every request to the API since the state was made or reset, in the order in which they were worked on."""
        return self._state.requests_seen()

    async def _start_page(self, request: Request) -> Response:
        address = str(request.base_url).rstrip("/")
        limits = ", ".join(f"{window} s" for window in self._limits) or "off"
        key = next(iter(self._keys))
        served = "\n".join(f"  {route.method:<6} {route.path}" for route in ROUTES)
        return PlainTextResponse(_START_PAGE.format(address=address, limits=limits, key=key, served=served))

    async def _openapi(self, request: Request) -> Response:
        return JSONResponse(document())

    async def answer(self, request: Request, methods: Mapping[str, Handler]) -> Answer:
        """Works on a request to the API: one transaction for what it does and for its line in the log.

        The body of a request that has no right to be worked on is read past and not kept.
        """
        is_wanted = _handler(request, methods) is not None and self._role(request) is not None
        taken = await (self._intake.take(request) if is_wanted else self._intake.pass_over(request))
        with self._state.transaction() as desk:
            now = self._clock()
            answer, fault, counted = self._work(desk, request, taken, methods, now)
            if taken.refused is not None:
                answer = replace(answer, headers={**answer.headers, **taken.refused.headers})
            path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            seen = Seen(
                0, now, request.method, path, taken.body.decode("utf-8", "replace"), answer.status, answer.applied,
                fault.what if fault else "", counted,
            )  # fmt: skip
            desk.log(seen)
        if wait := answer.delay + self._latency:
            await self._sleep(wait)
        return answer

    def _work(
        self, desk: Desk, request: Request, taken: Taken, methods: Mapping[str, Handler], now: float
    ) -> tuple[Answer, Fault | None, Role | None]:
        """Return the answer, the fault that struck, and whose windows the request counts in."""
        handler = _handler(request, methods)
        if handler is None:
            return _no_handler(request, methods), None, None
        role = self._role(request)
        outage = self._faults.on_all
        if outage is not None and outage.status != 401:
            return answers.struck(outage, None), outage, None
        if role is None or self._faults.key_is_dead(self._updates):
            no_key = "authorization" not in request.headers
            return answers.no_key() if no_key else answers.invalid_key(), None, None
        if taken.refused is not None:
            return taken.refused, None, None
        admission = admit(self._limits, self._windows, now, role, desk)
        if admission.retry_after is not None:
            return answers.too_many(admission.retry_after, admission.headers), None, None
        call = Call(
            desk, now, request.path_params, request.query_params, request.headers.get("content-type", ""), taken.body,
            may_write=role == "full", has=self._has, balance=self._balance,
        )  # fmt: skip
        fault = self._next_fault() if request.method == "PUT" else None
        answer = _handled(handler, call) if fault is None or fault.applies else None
        if fault is not None:
            answer = answers.struck(fault, answer)
        assert answer is not None, "without a fault the handler has answered"
        if answer.page is None:
            answer = replace(answer, headers=_rate_headers(admission, answer) | dict(answer.headers))
        return answer, fault, role

    def _role(self, request: Request) -> Role | None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        return self._keys.get(key.strip()) if scheme.lower() == "bearer" else None

    def _next_fault(self) -> Fault | None:
        # The lock of the transaction around it keeps two threads from counting at once.
        self._updates += 1
        return self._faults.at(self._updates)


class _Endpoint:
    """The ASGI app behind one path of the API."""

    def __init__(self, sandbox: Sandbox, methods: Mapping[str, Handler]) -> None:
        self._sandbox = sandbox
        self._methods = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = await self._sandbox.answer(Request(scope, receive), self._methods)
        except ClientDisconnect:
            return  # nobody is left to answer, and nothing was done
        if answer.status is None:
            await _cut(scope, receive)
            return
        kind = "application/json" if answer.page is None else "text/html"
        response = Response(answer.body(), answer.status, dict(answer.headers), kind)
        await response(scope, receive, send)


async def _cut(scope: Scope, receive: Receive) -> None:
    """Ends the connection without an answer. Raises ConnectionCut where no server stands between."""
    cut = scope.get("extensions", {}).get(CUT)
    if cut is None:
        raise ConnectionCut("the sandbox cut the connection")
    cut()
    while (await receive())["type"] != "http.disconnect":
        pass


def _rate_headers(admission: Admission, answer: Answer) -> dict[str, str]:
    """A 429 on request says that nothing is left, as one of somebody else's doing would."""
    told = dict(admission.headers)
    if told and answer.status == 429:
        told["X-RateLimit-Remaining"] = "0"
    return told


def _handler(request: Request, methods: Mapping[str, Handler]) -> Handler | None:
    return methods.get("GET" if request.method == "HEAD" else request.method)


def _handled(handler: Handler, call: Call) -> Answer:
    try:
        return handler(call)
    except Refused as refused:
        return refused.answer


def _no_handler(request: Request, methods: Mapping[str, Handler]) -> Answer:
    path = request.url.path.lstrip("/")
    if not methods:
        return answers.no_route(path)
    allowed = ", ".join([*methods, "HEAD"] if "GET" in methods else methods)
    return answers.no_method(request.method, path, allowed)
