"""A plan as a file: exactly what was reviewed, with the values it saw and a digest, to be applied later."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from batch_update import __version__
from batch_update.errors import SheetError
from batch_update.model import Json, Plan
from batch_update.run.lines import plan_from, plan_lines
from batch_update.run.recorded import Facts
from batch_update.run.written import dump, load

SCHEMA = 1
MARK = "batch_update_plan"
"""The key by which a plan's file is told from other JSON."""


def digest(plan: Plan) -> str:
    """16 hexadecimal digits over the account and every change, with the values that it was planned from."""
    changes = [[c.assistant_id, dict(c.body), dict(c.before)] for c in plan.changes]
    content = json.dumps([plan.account, changes], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def save_plan(plan: Plan, now: datetime) -> str:
    """The plan as JSON text. It holds what the sheet holds, secrets too: keep it as you keep the sheet."""
    lines = plan_lines(plan, Facts(), now, f"batch-update {__version__}")
    tables = {table: [[*values[:-1], load(str(values[-1]))] for values in rows] for table, rows in lines}
    document = {MARK: SCHEMA, "account": plan.account, "digest": digest(plan), **tables}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def is_saved_plan(content: bytes) -> bool:
    """Whether a file with this content is a saved plan."""
    return f'"{MARK}"'.encode() in content[:200]


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
    def lines(table: str) -> Iterator[tuple[Any, ...]]:
        return ((*values[:-1], dump(values[-1])) for values in found[table])

    ((run,),) = found["run"]
    return plan_from(run, lines)


def _unusable(name: str, reason: str) -> SheetError:
    return SheetError(
        f"{name}: {reason}", code="S113", remedy="make it again: batch-update plan SHEET --out FILE.json"
    )
