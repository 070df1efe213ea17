"""A plan as a file: exactly what was reviewed, with the values it saw and a digest, to be applied later."""

from __future__ import annotations

import codecs
import hashlib
import json
from typing import BinaryIO

from batch_update.errors import SheetError
from batch_update.model import Json, Plan
from batch_update.run.written import (
    change_value,
    outcome_value,
    plain,
    problem_value,
    read_change,
    read_outcome,
    read_problem,
    read_sheet,
    row_values,
    sheet_value,
)

SCHEMA = 2
MARK = "batch_update_plan"
"""The key by which a plan's file is told from other JSON."""
HEAD = 200
"""Bytes at the beginning of a file that show whether it is a plan."""


def digest(plan: Plan) -> str:
    """16 hexadecimal digits over the account and every change, with the values that it was planned from."""
    changes = [[c.assistant_id, dict(c.body), dict(c.before)] for c in plan.changes]
    content = json.dumps([plan.account, changes], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def save_plan(plan: Plan) -> str:
    """The plan as JSON text. It holds what the sheet holds, secrets too: keep it as you keep the sheet."""
    document = {
        MARK: SCHEMA,
        "account": plan.account,
        "digest": digest(plan),
        "changes": list(map(change_value, plan.changes)),
        "settled": [(index, outcome_value(outcome)) for index, outcome in plan.settled.items()],
        "problems": list(map(problem_value, plan.problems)),
        "sheet": sheet_value(plan.sheet),
        "sheet_problems": list(map(problem_value, plan.sheet.problems)),
        "rows": list(row_values(plan.sheet)),
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1, default=plain) + "\n"


def is_saved_plan(file: BinaryIO) -> bool:
    """Whether this file, at whose beginning one is and stays, is a saved plan."""
    text = file.read(HEAD).removeprefix(codecs.BOM_UTF8).lstrip()
    file.seek(0)
    return text.startswith(b"{") and f'"{MARK}"'.encode() in text


def load_plan(name: str, text: str) -> Plan:
    """The plan that was saved. Raises SheetError S113 where the text is no plan, or not as it was saved."""
    try:
        found = json.loads(text)
        version, saved_digest = found[MARK], found["digest"]
        plan = _read(found) if version == SCHEMA else None
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise _unusable(name, "it cannot be read as a plan") from None
    if plan is None:
        raise _unusable(name, f"it was saved by another version (schema {version!r})")
    if digest(plan) != saved_digest:
        raise _unusable(name, "its changes are not those that were saved")
    return plan


def _read(found: dict[str, Json]) -> Plan:
    of_sheet = tuple(map(read_problem, found["sheet_problems"]))
    return Plan(
        sheet=read_sheet(found["sheet"], found["rows"], of_sheet),
        changes=tuple(map(read_change, found["changes"])),
        settled={index: read_outcome(outcome) for index, outcome in found["settled"]},
        problems=tuple(map(read_problem, found["problems"])),
        account=found["account"],
    )


def _unusable(name: str, reason: str) -> SheetError:
    return SheetError(
        f"{name}: {reason}", code="S113", remedy="make it again: batch-update plan SHEET --out FILE.json"
    )
