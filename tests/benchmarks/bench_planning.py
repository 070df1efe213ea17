"""How long it takes to plan a sheet against fetched assistants, beside reading the sheet alone."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from batch_update.fields.values.normalized import normalize_assistant
from batch_update.model.plans import Plan
from batch_update.model.sheets import Sheet
from batch_update.plan.changing.comparing import compare
from batch_update.plan.changing.holding import hold_back
from batch_update.plan.from_sheet import make_plan
from batch_update.sandbox.calls.listing import reported
from batch_update.sandbox.seeds import seed_assistants
from batch_update.sheet.reading import read_sheet
from tests.benchmarks.bench_checking import write_sheet
from tests.benchmarks.lines import Line, best_of

ROWS = 10_000
Raw = Mapping[str, Any]


def run() -> list[Line]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "changes.csv")
        write_sheet(path, ROWS)  # twelve columns, and hardly a value that is there already
        return list(plan_beside_reading(path, list(listed())))


def listed() -> Iterator[Raw]:
    """Assistants as the list reports them, decoded from JSON as a client gets them."""
    for assistant in seed_assistants(ROWS):
        yield json.loads(json.dumps(reported(assistant)))


def plan_beside_reading(path: Path, raw: list[Raw]) -> Iterator[Line]:
    sheet = read_sheet(path)
    plan = planned(sheet, raw)
    present = {entry["id"]: normalize_assistant(entry) for entry in raw}
    differing = ROWS - 60  # of the seeds only the first 60 are not all pipeline
    assert len(plan.changes) >= differing and not plan.errors

    planning, reading, comparing, holding = best_of(
        5,
        lambda: planned(sheet, raw),
        lambda: read_sheet(path),
        lambda: compare(make_plan(sheet, fetched=True), present),
        lambda: hold_back(plan, present, by_field=False),
    )
    what = f"plan of {ROWS:,} rows x 12 columns against {ROWS:,} fetched assistants, beyond reading both"
    ratio = f"{planning / reading:.1f} x reading the sheet ({reading:.3f} s)"
    yield Line(what, f"{planning:.3f} s", ratio, "under 2 s", planning < 2)
    yield Line(
        "of that, checking and comparing",
        f"{comparing:.3f} s",
        f"{comparing / reading:.1f} x reading the sheet",
    )
    yield Line(
        "a saved plan against what is there now",
        f"{holding:.3f} s",
        f"{holding / reading:.1f} x reading the sheet",
    )


def planned(sheet: Sheet, raw: list[Raw]) -> Plan:
    """All that planning does once the sheet and the pages have been read."""
    present = {entry["id"]: normalize_assistant(entry) for entry in raw}
    return compare(make_plan(sheet, fetched=True), present, account="user 501 at example.com")
