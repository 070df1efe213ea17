"""Servers whose lists and answers contradict, lie, lag, trim or break off, in virtual time; no row may be untrue."""

from __future__ import annotations

import json
import random
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import anyio

from batch_update.account.fetching import fetch_present
from batch_update.errors import ApiError, RunStopped
from batch_update.fields.values.reported import flat_tools
from batch_update.model.plans import Outcome, Plan, Status, Verified
from batch_update.model.reports import Event, Pace, Report
from batch_update.outcomes import as_wanted, exit_status
from batch_update.plan.from_sheet import make_plan
from batch_update.run.exporting import export
from batch_update.run.planning import Looked, look
from batch_update.send.accounting import apply_plan
from batch_update.send.verifying import read_back
from tests.api import virtual
from tests.api.sending import client_for
from tests.clocks import virtual_clock
from tests.made import column, sheet_of
from tests.made import ids as made_ids
from tests.torture.table import Tried

SERVERS = 600
"""at the full scale"""

LISTS = (
    "honest", "lags", "total too high", "total too low", "empty with a total", "repeats a page", "last page wrong",
    "one twice", "ids missing", "fewer a page", "total jumps", "says no", "down at first", "no claims", "page wrong",
    "forgets one", "endless",
)  # fmt: skip
UPDATES = (
    "honest", "lost but applied", "lost", "says no", "207", "status error", "errors", "another id", "garbage, applied",
    "garbage", "ignores", "trims", "stores another", "422", "500, applied", "500", "hangs, applied", "no id",
)  # fmt: skip
APPLYING = {"honest", "lost but applied", "garbage, applied", "trims", "500, applied", "hangs, applied"}
SPEEDS = (0.8, 0.9, 1.0, 1.1)
PROMPTS = ("Be kind.", " Be kind.", "Be kind.\n", "Be brief.\nBe kind. ", "Gru\u0308\u00df Gott")
TOOLS = ([], [{"type": "end_call", "data": {"description": "Bye "}}], [{"type": "dtmf_input"}])


@dataclass
class OddServer:
    """One list and one way to answer updates, some of them odd; it knows what is true."""

    dice: random.Random
    kind: str
    updates: tuple[str, ...]
    held: dict[int, dict[str, Any]]
    lag: float = 0.0
    shown: dict[int, dict[str, Any]] = field(default_factory=dict)
    later: list[tuple[float, int, dict[str, Any]]] = field(default_factory=list)
    arrived: Counter[int] = field(default_factory=Counter)
    applied: Counter[int] = field(default_factory=Counter)
    confirmed: Counter[int] = field(default_factory=Counter)
    """updates that were answered as done"""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["method"] == "PUT":
            number = int(scope["path"].rpartition("/")[2])
            status, body = await self._update(number, json.loads((await receive())["body"]))
        elif self.kind == "down at first" and anyio.current_time() < 20:
            raise ConnectionRefusedError
        else:
            query = parse_qs(scope["query_string"].decode())
            status, body = 200, self._page(int(query["page"][0]), int(query["per_page"][0]))
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": raw})

    # ------------------------------------------------------------ updates

    async def _update(self, number: int, wanted: dict[str, Any]) -> tuple[int, Any]:
        self.arrived[number] += 1
        way = self.dice.choice(self.updates)
        if number not in self.held:
            return 404, {"message": "Assistant not found"}
        if way in APPLYING or way == "stores another":
            self._store(number, {n: self._stored(way, v) for n, v in wanted.items()})
            self.applied[number] += way != "stores another"
        fine = {"message": "Assistant updated successfully", "data": {"id": number, "status": "inactive"}}
        match way:
            case "lost" | "lost but applied":
                raise ConnectionResetError
            case "hangs, applied":
                await anyio.sleep_forever()
            case "says no":
                return 200, {**fine, "success": False, "message": "No credit"}
            case "207":
                return 207, {"data": [{"id": number, "status": 422, "error": "No credit"}]}
            case "status error":
                return 200, {"status": "error", "message": "No credit"}
            case "errors":
                return 200, {**fine, "errors": {"speech_speed": ["Too fast."]}}
            case "another id":
                return 200, {"data": {"id": number + 1}}
            case "garbage" | "garbage, applied":
                return 200, b'{"data": {"id'
            case "no id":
                return 200, {"message": "done"}
            case "422":
                return 422, {"message": "Validation failed", "errors": {"name": ["Gone."]}}
            case "500" | "500, applied":
                return 500, b"<html>"
        self.confirmed[number] += 1
        return 200, fine

    def _stored(self, way: str, value: Any) -> Any:
        if way == "stores another":
            return "Other" if isinstance(value, str) else 0.7 if isinstance(value, float) else []
        if "trims" in self.updates:
            return json.loads(json.dumps(value).replace('\\n"', '"').replace(' "', '"').replace('" ', '"'))
        return value

    def _store(self, number: int, values: dict[str, Any]) -> None:
        self.held[number] = {**self.held[number], **values}
        self.later.append((anyio.current_time() + self.lag, number, dict(self.held[number])))

    # ------------------------------------------------------------ the list

    def _page(self, page: int, size: int) -> dict[str, Any]:
        for at, number, values in self.later:
            if at <= anyio.current_time():
                self.shown[number] = values
        entries = [{"id": number, "user_id": 7, **_listed(values)} for number, values in self.shown.items()]
        size = min(size, 30) if self.kind == "fewer a page" else size
        here = entries[(page - 1) * size : page * size]
        last = max(1, -(-len(entries) // size))
        body = {
            "data": here,
            "total": len(entries),
            "last_page": last,
            "current_page": page,
            "per_page": size,
        }
        return body | self._twist(page, entries, here)

    def _twist(self, page: int, entries: list[Any], here: list[Any]) -> dict[str, Any]:
        total = len(entries)
        match self.kind:
            case "total too high":
                return {"total": total + 7}
            case "total too low":
                return {"total": total // 2, "last_page": None}
            case "empty with a total":
                return {"data": []}
            case "repeats a page":
                return {"data": entries[:100], "total": total + 100, "last_page": 9}
            case "last page wrong":
                return {"last_page": 9}
            case "one twice":
                return (
                    {"data": [entries[0], *here[1:]], "total": None}
                    if page == 1
                    else {"data": [entries[0], *here]}
                )
            case "ids missing":
                return {"data": [{n: v for n, v in e.items() if n != "id" or k} for k, e in enumerate(here)]}
            case "total jumps":
                return {"total": total + page}
            case "says no":
                return {"data": [], "total": 0, "success": False, "message": "No credit"}
            case "no claims":
                return {"total": None, "last_page": None, "per_page": None, "current_page": None}
            case "page wrong":
                return {"current_page": page + 1}
            case "forgets one":
                return {"data": here[1:]}
            case "endless":
                return {"data": [*here, *({"id": 10**6 + page * 100 + n} for n in range(100 - len(here)))]}
        return {}


def _listed(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "speech_speed": str(values["speech_speed"])}


# ---------------------------------------------------------------- one server


def server_of(seed: int) -> OddServer:
    dice = random.Random(seed)
    held = {
        number: {"name": f"A{number}", "speech_speed": dice.choice(SPEEDS), "system_prompt": dice.choice(PROMPTS),
                 "tools": dice.choice(TOOLS)}
        for number in range(1, dice.choice((1, 3, 90, 130)) + 1)
    }  # fmt: skip
    kind = LISTS[seed % len(LISTS)]
    # A list that lags may still show what was there before, and that may be what was wanted.
    known = [way for way in UPDATES if kind != "lags" or way != "stores another"]
    ways = tuple(dice.sample(known, dice.randint(1, 3)))
    lag = dice.choice((0.5, 4.0, 4.9)) if kind == "lags" else 0.0
    return OddServer(dice, kind, ways, held, lag, {number: dict(values) for number, values in held.items()})


def plan_for(server: OddServer, *, fetched: bool) -> Plan:
    dice = server.dice
    ids = dice.sample(range(1, len(server.held) + 1), min(12, len(server.held))) + [10**7] * dice.randint(
        0, 1
    )
    columns = {
        "speech_speed": [str(dice.choice(SPEEDS)) for _ in ids],
        "system_prompt": [dice.choice(PROMPTS) for _ in ids],
        "tools": [json.dumps(dice.choice(TOOLS)) for _ in ids],
    }
    chosen = dice.sample(sorted(columns), dice.randint(1, 3))
    return make_plan(sheet_of(made_ids(ids), *(column(n, columns[n]) for n in chosen)), fetched=fetched)


@dataclass
class Came:
    """What came of one server."""

    wanted: Plan
    report: Report | None = None
    again: Plan | None = None
    exported: tuple[str, ...] | None = None
    ended: str = ""


def run_one(server: OddServer, *, fetch: bool) -> Came:
    came = Came(plan_for(server, fetched=fetch))
    events: list[Event] = []

    async def main() -> None:
        async with client_for(server, events, rates=(), concurrency=4, outage=120.0) as client:
            looked = await look(came.wanted, client) if fetch else Looked(came.wanted, 0)
            report = await apply_plan(
                looked.plan, client, pace=Pace((), concurrency=4), skip_invalid=True, clock=virtual_clock()
            )
            came.report = report if report.stopped else await read_back(report, client)
        async with client_for(server, events, rates=(), outage=120.0) as client:
            if fetch:
                came.again = (await look(came.wanted, client)).plan
            came.exported = tuple(row[0] for row in (await export(client)).rows)
            await fetch_present(client, [1])

    try:
        virtual.run(main, "asyncio")
    except (ApiError, RunStopped) as error:
        came.ended = error.code
    return came


# ---------------------------------------------------------------- what is true


def untruths(server: OddServer, came: Came) -> Iterator[str]:
    """What was told and is not so."""
    if came.exported is not None and set(came.exported) != {str(number) for number in server.held}:
        yield f"an export of {len(came.exported)} of {len(server.held)}"
    if came.report is None:
        return
    bodies = {index: change for change in came.wanted.changes for index in change.indexes}
    for index, outcome in enumerate(came.report.outcomes):
        if index in bodies:
            change = bodies[index]
            for fault in _untrue(server, change.assistant_id, change.body, outcome):
                yield f"assistant {change.assistant_id} is {outcome.status} {outcome.verified} {outcome.code}: {fault}"
    if exit_status(came.report) == 0 and not all(
        _holds(server, c.assistant_id, c.body) for c in bodies.values()
    ):
        yield "exit 0, and not all is as wanted"
    is_verified = all(o.verified is Verified.VERIFIED for o in came.report.outcomes)
    if came.again is not None and came.again.changes and is_verified:
        yield f"the next plan sends {[dict(c.body) for c in came.again.changes][:2]}"


def _untrue(server: OddServer, number: int, body: Any, outcome: Outcome) -> Iterator[str]:
    holds = _holds(server, number, body)
    applied, confirmed = bool(server.applied[number]), bool(server.confirmed[number])
    match outcome.status:
        case Status.UPDATED if not (applied or confirmed):
            yield "it was neither applied nor confirmed"
        case Status.FAILED if applied:
            yield "it was applied"
        case Status.UNCHANGED if not holds:
            yield "it holds something else"
        case Status.NOT_SENT if server.arrived[number]:
            yield "it was sent"
        case Status.INVALID if number in server.held:
            yield "it is there, and its row is good"
    if outcome.verified is Verified.VERIFIED and not holds:
        yield "it holds something else"
    # One that says yes and does nothing shows texts with their spaces, so that taking them off looks like no habit.
    if outcome.verified is Verified.MISMATCH and holds and "ignores" not in server.updates:
        yield "it holds what was sent"
    if as_wanted(outcome) and outcome.verified is not Verified.NOT_READ and not holds:
        yield "it is not as wanted"


def _holds(server: OddServer, number: int, body: Any) -> bool:
    """Whether the server holds this, but for spaces at the ends of texts."""
    held = server.held.get(number)
    return held is not None and all(_plain(value) == _plain(held[name]) for name, value in body.items())


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return [_plain(item) for item in flat_tools(value)]
    return {name: _plain(part) for name, part in value.items()} if isinstance(value, dict) else value


# ---------------------------------------------------------------- many


def attempts(scale: float, seed: int) -> Iterator[Tried]:
    """One line for servers whose account is read first, one for those that are sent to unseen."""
    for fetch in (True, False):
        count = max(len(LISTS), round(SERVERS * scale / 2))
        yield odd_servers(range(seed, seed + count), fetch=fetch)


def odd_servers(seeds: range, *, fetch: bool) -> Tried:
    faults: list[str] = []
    rows, slowest, ends = 0, 0.0, Counter[str]()
    for seed in seeds:
        server, begun = server_of(seed), time.perf_counter()
        try:
            came = run_one(server, fetch=fetch)
        except Exception:  # noqa: BLE001  # whatever it is, it is a fault that was found
            faults.append(
                f"server {seed} ({server.kind}, {server.updates}): {traceback.format_exc(limit=-3)}"
            )
            continue
        slowest = max(slowest, time.perf_counter() - begun)
        ends[came.ended or "to the end"] += 1
        rows += len(came.report.outcomes) if came.report else 0
        faults += [
            f"server {seed} ({server.kind}; {', '.join(server.updates)}): {f}" for f in untruths(server, came)
        ]
    told = ", ".join(f"{number} {end}" for end, number in sorted(ends.items()))
    name = "odd servers, read first" if fetch else "odd servers, sent to unseen"
    return Tried(name, len(seeds), tuple(faults), slowest, note=f"{rows} rows; {told}")
