"""Saved plans that were damaged, made up or blown up, each shown and applied in a process of its own."""

from __future__ import annotations

import contextlib
import io
import json
import random
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import typer

from batch_update.cli.commands.changing.apply import run_sheet
from batch_update.cli.screens.terminal import ready_streams
from batch_update.model.plans import Change, Outcome, Plan, Status
from batch_update.model.sheets import Problem, Severity
from batch_update.plan.saving import MARK, MOST_BYTES, SCHEMA, SEAL, _seal, save_plan
from batch_update.settings.tunables import Settings
from tests.made import plan_of
from tests.torture.child_case import Verdict
from tests.torture.mutating import mutated
from tests.torture.table import Tried, try_all

CASES = 3_000
"""of which two in three are made up: as whole as if they had been saved so"""
Case = tuple[str, Callable[[], int | None]]
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 1.0, 1.5, 10**30, 1e308, "", "x", "1", "\0", "\ud800", "9" * 5_000, [], [[]], {},
    {"a": 1}, [None], [1, 2, 3], "error", "updated", "voice_id", "utf-8", "=1+1",
)  # fmt: skip
BOMBS = (
    "[],",
    "{},",
    "[[[]]],",
    '{"a":{}},',
    "1.5,",
    "100000,",
    '"ab",',
    '"\U0001f600",',
    '"é",',
    '"\\ud83d\\ude00",',
)
ROWS = 12


def good_plan() -> Plan:
    """A plan with a bit of everything."""
    plan = plan_of(
        {number: (number - 1,) for number in range(1, ROWS - 2)},
        {row: Outcome(Status.INVALID, "V104", "too fast") for row in range(ROWS - 3, ROWS)},
    )
    changes = tuple(
        Change(
            c.assistant_id,
            {"speech_speed": 1.1, "variables": {"city": "Ulm"}},
            c.indexes,
            before={"speech_speed": 1.0},
        )
        for c in plan.changes
    )
    problems = (
        Problem("V104", "too fast", index=ROWS - 1, column=1),
        Problem("X220", "x", Severity.WARNING, 0),
    )
    return replace(plan, changes=changes, problems=problems, account="user 501 at sandbox")


def attempts(scale: float, seed: int) -> Iterator[Tried]:
    text = save_plan(good_plan())
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "plan.json"
        path.write_text(text, "utf-8")
        for _ in range(2):  # what is imported on the way is imported here, and not in each fork
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                apply(path)
        count = max(2, round(CASES * scale))
        yield try_all("mutated saved plans", damaged(path, text, count // 3, seed), judge)
        yield try_all("made-up saved plans", made_up(path, text, count - count // 3, seed), judge)
        yield try_all("saved plans that blow up", bombs(path, scale), judge)


def damaged(path: Path, text: str, count: int, seed: int) -> Iterator[Case]:
    for number in range(count):
        path.write_bytes(mutated(text.encode(), random.Random(f"{seed} damaged {number}")))
        yield f"number {number} of seed {seed}", partial(apply, path)


def made_up(path: Path, text: str, count: int, seed: int) -> Iterator[Case]:
    """Each with a value that was exchanged, doubled or taken away, and the seal that fits."""
    for number in range(count):
        document = json.loads(text)
        dice = random.Random(f"{seed} made up {number}")
        for _ in range(dice.choice((1, 1, 2, 4))):
            exchange(document, dice)
        document.pop(MARK, None), document.pop(SEAL, None)
        sealed = {MARK: SCHEMA, SEAL: _seal(document), **document}
        path.write_text(json.dumps(sealed), "utf-8")
        yield f"number {number} of seed {seed}", partial(apply, path)


def exchange(document: Any, dice: random.Random) -> None:
    """Damage one place, however deep."""
    holder = document
    while True:
        keys: list[Any] = [*holder] if isinstance(holder, dict) else [*range(len(holder))]
        if not keys:
            return
        key = dice.choice(keys)
        below = holder[key]
        if not (isinstance(below, (dict, list)) and below) or dice.random() < 0.15:
            break
        holder = below
    way = dice.random()
    if way < 0.7:
        holder[key] = dice.choice(ODD)
    elif way < 0.85:
        del holder[key]
    elif isinstance(holder, list):
        holder.append(holder[key])
    else:
        holder[dice.choice(("x", "id", "name"))] = holder[key]


def bombs(path: Path, scale: float) -> Iterator[Case]:
    """As large as is read at all, and just small enough to be looked into."""
    head = f'{{"{MARK}":{SCHEMA},"{SEAL}":"","rows":['
    for piece in BOMBS if scale >= 0.1 else BOMBS[:2]:
        for size in (MOST_BYTES, MOST_BYTES // 4, MOST_BYTES // 15, MOST_BYTES // 40):
            path.write_text(head + piece * (size // len(piece.encode()) - 40) + "1]}", "utf-8")
            yield f"{size:,} bytes of {piece!r}", partial(apply, path)
    path.write_text(head[:-1] + "{" + ",".join(f'"{n}":{n}' for n in range(200_000)) + "}}", "utf-8")
    yield "an object of 200,000 names", partial(apply, path)


def apply(path: Path) -> int:
    """What `batch-update apply PLAN --sandbox --yes` does, with the sandbox beside the plan."""
    ready_streams()
    settings = Settings(
        sandbox=True, sandbox_state=path.with_name("sandbox.db"), runs_dir=path.with_name("runs"), yes=True,
        skip_invalid=True, rate="off", sandbox_limits="off",
    )  # fmt: skip
    try:
        return int(run_sheet(str(path), settings))
    except typer.Exit as end:
        return end.exit_code


def judge(name: str, verdict: Verdict) -> Iterable[str]:
    """An end that no plan may have."""
    if verdict.exit not in {0, 1, 2, 3, 5}:
        yield f"exit {verdict.exit}: {verdict.said[-300:]}"
