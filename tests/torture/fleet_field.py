"""A fleet at a sandbox with many accounts that counts, processes that work on it, and what must be true afterwards."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

from batch_update.errors import JournalError
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.record.fleet_file import save_fleet
from batch_update.journal.reading import read_run
from batch_update.journal.recorded import report_of
from batch_update.model.fleets import AccountPlan, FleetPlan
from batch_update.model.plans import Status
from batch_update.model.reports import Window
from batch_update.sandbox.many.ready_list import ReadyList
from batch_update.sandbox.many.switchboard import Manner, make_many
from batch_update.sandbox.many.tenants import Tenant, tenants
from tests.clocks import NOON
from tests.fleet.planned_parts import planned_part
from tests.sandbox.served import serving
from tests.torture.fleet_epochs import attempts_of, late, sent_by, wrong_order

ROOT = Path(__file__).parents[2]
RATE = Window(20, 1)
"""of each account, at the server and at the client"""
AT_ONCE = 2
"""requests under way for an account"""
SPEED = 1.15
PAGES = (
    *("", "status", "info", "health", "metrics", "sitemap.json", "json/counts.json", "json/index.html"),
    *(
        "info/main/workers.html",
        "info/main/logs.html",
        "individual-graph",
        "tasks",
        "graph",
        "api/v1/get_workers",
    ),
)
"""Of what Dask shows to browsers."""


class Counting:
    """The sandbox with many accounts, and a key that can be revoked."""

    def __init__(self, accounts: int, rows: int) -> None:
        self.app = make_many(accounts, None, manner=Manner(limits=(RATE,), assistants=rows, latency=0.02))
        self.revoked: set[bytes] = set()
        self.updates = 0
        self.statuses: Counter[int] = Counter()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["method"] == "PUT":
            self.updates += 1
            if self._key(scope) in self.revoked:
                headers = [(b"content-type", b"application/json")]
                await send({"type": "http.response.start", "status": 401, "headers": headers})
                await send({"type": "http.response.body", "body": b'{"message": "Unauthenticated."}'})
                return
        await self.app(scope, receive, send)

    @staticmethod
    def _key(scope: Any) -> bytes:
        return next((v.partition(b" ")[2] for k, v in scope["headers"] if k == b"authorization"), b"")


@dataclass
class Field:
    """All that a fleet needs, in one folder."""

    place: Path
    server: Counting
    url: str
    accounts: tuple[Tenant, ...]
    rows: int
    folder: FleetFolder = field(init=False)
    processes: list[subprocess.Popen[str]] = field(default_factory=list)
    said: int = 0
    figures: dict[str, int] = field(default_factory=dict)
    """what was counted when it was judged last"""
    asked_too_soon: int = 0
    """429 that were an answer to the judge"""
    pages: dict[str, bool] = field(default_factory=dict)
    """pages of Dask that were asked for, and whether they name an account"""

    def __post_init__(self) -> None:
        self.folder = FleetFolder(self.place / "runs" / "2026-11-28T2200-fleet-sheet")

    # ------------------------------------------------------------ planned

    def plan(self) -> None:
        """Save a plan for each account, and the fleet's."""
        lists = self.place / "accounts.toml"
        ReadyList(lists).write(self.accounts, self.url)
        found = tuple(sorted(map(self._account_plan, self.accounts), key=lambda one: one.account))
        settings = {
            "rate": f"{RATE}",
            "concurrency": AT_ONCE,
            "reread_after": 0.0,
            "accounts_file": str(lists),
        }
        save_fleet(self.folder, FleetPlan(self.folder.id, "apply", "sheet.csv", NOON, found, settings))
        # What was read for the plans counts at the server, and no record of requests that is shared tells of it.
        time.sleep(RATE.seconds)

    def _account_plan(self, one: Tenant) -> AccountPlan:
        sheet = self.place / f"{one.name}.csv"
        with sheet.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("id", "speech_speed"), *((at, SPEED) for at in self.ids(one))])
        at: dict[str, Any] = {"base_url": self.url, "key": one.key, "rate": "off", "environ": self.environ()}
        return planned_part(self.folder, one.name, sheet, **at)

    def ids(self, one: Tenant) -> range:
        return range(one.first_id, one.first_id + self.rows)

    def environ(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
        return {
            **kept,
            "HOME": str(self.place / "home"),
            "PYTHONPATH": str(ROOT),
            "TMPDIR": str(self.place / "tmp"),
        }

    # ------------------------------------------------------------ at work

    def child(self, what: str, *more: str) -> list[str]:
        """The command of a process that works on the fleet."""
        return [sys.executable, "-m", "tests.torture.fleet_child", what, str(self.folder.path), *more]

    def begin(self, command: list[str], **more: str) -> subprocess.Popen[str]:
        """Begin a process; what it says goes into a file. `more` stands in its environment."""
        self.said += 1
        (self.place / "tmp").mkdir(exist_ok=True)
        with (self.place / f"said-{self.said}.txt").open("w") as out:
            process = subprocess.Popen(
                command,
                stdout=out,
                stderr=out,
                env=self.environ() | more,
                cwd=self.place,
                text=True,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def until(self, what: Callable[[], bool], seconds: float = 60.0) -> None:
        """Return once it is so. Raises AssertionError where it takes too long."""
        deadline = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < deadline, f"it took over {seconds:g} s; {self.heard()}"
            time.sleep(0.05)

    def heard(self) -> str:
        return "".join(path.read_text() for path in sorted(self.place.glob("said-*.txt")))

    def end(self) -> None:
        """End what is left of the processes that were begun here, each by its number."""
        for process in self.processes:
            for one in (*family(process.pid), process):
                with suppress(psutil.NoSuchProcess, ProcessLookupError):
                    one.kill()
            process.wait(10)

    # ------------------------------------------------------------ judged

    def judged(self, in_flight: int, *, but: tuple[str, ...] = ()) -> Iterator[str]:
        """Yield what is wrong now that all is over: `in_flight` requests were under way when something died."""
        sent: Counter[int] = Counter()
        seen = [one for one in self.server.app.requests_seen() if one.method == "PUT"]
        puts: dict[str, list[tuple[float, int]]] = {one.name: [] for one in self.accounts}
        for one in seen:
            at = int(one.path.rpartition("/")[2])
            sent[at] += 1
            puts[one.account].append((one.at, at))
        refused = sum(one.status == 429 for one in self.server.app.requests_seen()) - self.asked_too_soon
        repeats = sum(count - 1 for count in sent.values())
        lost = sum(
            there[at] != SPEED
            for one in self.accounts
            if one.name not in but
            for there in [self.speeds(one)]
            for at in self.ids(one)
        )
        self.figures = {"rows lost": lost, "repeats": repeats, "in flight at most": in_flight, "429": refused}
        if refused:
            yield f"{refused} requests were refused with 429"
        if repeats > in_flight:
            yield f"{repeats} requests were repeated, and {in_flight} were in flight"
        for each in self.accounts:
            yield from self._order(each, puts[each.name])
            if each.name not in but:
                yield from self._judged(each)
        yield from self.shown_keys()

    def _order(self, one: Tenant, puts: list[tuple[float, int]]) -> Iterator[str]:
        """Yield what is wrong with who sent what when."""
        at_home = self.folder.run_of(one.name, 1).parent
        local = self.place / "local" / self.folder.id / one.name
        epochs = range(1, self.folder.latest_epoch(one.name) + 1)
        places = [(at, local / f"{at}" if (local / f"{at}").exists() else at_home / f"{at}") for at in epochs]
        sent = sent_by(attempts_of(places), ((came, at - one.first_id) for came, at in puts))
        for name, count in zip(("late in flight", "late"), late(sent), strict=True):
            self.figures[name] = self.figures.get(name, 0) + count
        self.figures["epochs"] = max(self.figures.get("epochs", 0), epochs.stop - 1)
        yield from wrong_order(one.name, sent, AT_ONCE)

    def _judged(self, one: Tenant) -> Iterator[str]:
        epoch = self.folder.latest_epoch(one.name)
        if not epoch:
            yield f"{one.name} was never begun"
            return
        try:
            report = report_of(read_run(self.folder.run_of(one.name, epoch)))
        except JournalError as error:
            yield f"{one.name}: {error}"
            return
        there = self.speeds(one)
        for outcome in report.outcomes:
            if outcome.status is not Status.UPDATED and outcome.status is not Status.UNCHANGED:
                yield f"{one.name}: {outcome}"
        if len(report.outcomes) != self.rows:
            yield f"{one.name}: {self.rows} rows in, {len(report.outcomes)} lines out"
        if wrong := [at for at in self.ids(one) if there[at] != SPEED]:
            yield f"{one.name}: the server has {[there[at] for at in wrong]} for {wrong}"

    def speeds(self, one: Tenant) -> dict[int, float]:
        """What the server holds now."""
        found: dict[int, float] = {}
        for page in range(1, 2 + self.rows // 100):
            found |= {each["id"]: float(each["speech_speed"]) for each in self._page(one, page)}
        return found

    def _page(self, one: Tenant, page: int) -> list[dict[str, Any]]:
        """What one of the pages of an account's assistants holds, once there is room for the question."""
        while True:
            answer = httpx.get(
                f"{self.url}/user/assistants/get",
                params={"per_page": 100, "page": page},
                headers={"Authorization": f"Bearer {one.key}"},
            )
            if answer.status_code != 429:
                found: list[dict[str, Any]] = answer.json()["data"]
                return found
            self.asked_too_soon += 1
            time.sleep(RATE.seconds)

    def shown_keys(self) -> Iterator[str]:
        """Yield the files that show a key, of all that were written anywhere in the folder."""
        for path in self.place.rglob("*"):
            if path.is_file() and path.parent.name != "keys":
                yield from self.shown_in(str(path), path.read_bytes())

    def shown_in(self, what: str, text: bytes) -> Iterator[str]:
        """Yield the accounts whose keys a text shows."""
        yield from (
            f"{what} shows the key of {one.name}" for one in self.accounts if one.key.encode() in text
        )

    def shown_outside(self, pid: int) -> Iterator[str]:
        """Yield what shows a key of what anybody can see of a process and those that it began: words, pages."""
        for one in (psutil.Process(pid), *family(pid)):
            with suppress(psutil.Error):
                yield from self.shown_in("a command", "\0".join(one.cmdline()).encode())
                yield from self.shown_in("an environment", repr(one.environ()).encode())
        for page in sorted(self._pages()):
            with suppress(httpx.HTTPError):
                answer = httpx.get(page, timeout=5)
                self.pages[page] = any(one.name in answer.text for one in self.accounts)
                yield from self.shown_in(page, answer.content)

    def _pages(self) -> Iterator[str]:
        """The pages that Dask may show to browsers, of all its processes that logged where they are."""
        logs = (self.folder.path / "engine.log", *self.place.glob("said-*.txt"))
        told = "".join(path.read_text(errors="replace") for path in logs if path.exists())
        for at in set(re.findall(r"dashboard at:\s+(?:http://)?(127\.0\.0\.1:\d+)", told)):
            yield from (f"http://{at}/{page}" for page in PAGES)


def family(pid: int) -> list[psutil.Process]:
    """The processes that one has begun, and theirs; none where it is gone."""
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).children(recursive=True)
    return []


def workers_of(pid: int, *words: str) -> list[psutil.Process]:
    """The Pythons that a process has begun and that have a word in their command: those of its engine, or of shards."""
    words = words or ("spawn_main", "further_process")
    pythons = [one for one in family(pid) if one.name().startswith("python")]
    return [one for one in pythons if any(word in " ".join(one.cmdline()) for word in words)]


def at_work(workers: list[psutil.Process]) -> psutil.Process:
    """Return one of these processes that has an account in hand: the journal of one is open in it."""
    for one in workers:
        if has_in_hand(one):
            return one
    raise AssertionError("no worker has an account in hand")


def has_in_hand(worker: psutil.Process) -> bool:
    """Whether the journal of an account is open in a process."""
    with suppress(psutil.Error):
        return any("/accounts/" in file.path for file in worker.open_files())
    return False


@contextmanager
def planned(place: Path, accounts: int, rows: int) -> Iterator[Field]:
    """A fleet that is planned, at a server on a port of this machine."""
    server = Counting(accounts, rows)
    with serving(server) as url:
        fleet = Field(
            place, server, f"{url}/api" if not url.endswith("/api") else url, tenants(accounts), rows
        )
        fleet.plan()
        try:
            yield fleet
        finally:
            fleet.end()
    server.app.close()
