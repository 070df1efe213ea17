"""A plan as a file: exactly what was reviewed, with the values it saw and a seal over it all, to be applied later."""

from __future__ import annotations

import codecs
import hashlib
import json
import sys
from collections.abc import Iterator
from typing import BinaryIO

from batch_update.errors import SheetError
from batch_update.model.alike import Alike
from batch_update.model.as_json import (
    as_dict,
    called_value,
    change_value,
    dump,
    outcome_value,
    problem_value,
    read_called,
    read_change,
    read_outcome,
    read_problem,
    row_values,
    sheet_of_value,
    sheet_value,
    text_of_value,
)
from batch_update.model.plans import Plan
from batch_update.model.sheets import Json
from batch_update.plan.sound import check_plan
from batch_update.strict_json import read_own_json
from batch_update.text import json_signs

SCHEMA = 4
MARK = "batch_update_plan"
"""The key by which a plan's file is told from other JSON."""
SEAL = "seal"
HEAD = 200
"""Bytes at the beginning of a file that show whether it is a plan."""
MOST_BYTES = 40 * 1024 * 1024
"""of a plan's file"""
MOST_MEMORY = 190 * 1024 * 1024
"""bytes that its text and what is read from it may take together"""
OF_VALUE, OF_HOLDER = 64, 110
"""bytes that a small value takes, and that a list or object takes by itself"""


def digest(plan: Plan) -> str:
    """Return 16 hexadecimal digits over the account and every change, with the values that it was planned from."""
    changes = [[c.assistant_id, dict(c.body), dict(c.before)] for c in plan.changes]
    # Whose a plan is that was not compared is asked for only when it is sent.
    account = plan.account if plan.compared else ""
    content = json.dumps([account, changes], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def save_plan(plan: Plan) -> str:
    """Return the plan as JSON text. It holds what the sheet holds, secrets too: keep it as you keep the sheet.

    Raises SheetError S103 where it would be too large to be read again.
    """
    document = _document(plan)
    sealed = {MARK: SCHEMA, SEAL: _seal(document), **document}
    text = json.dumps(sealed, ensure_ascii=False, allow_nan=False, indent=1, default=as_dict) + "\n"
    if _is_too_large(text):
        raise _too_large("the plan")
    return text


def is_saved_plan(file: BinaryIO) -> bool:
    """Whether this file, at whose beginning one is and stays, is a saved plan."""
    text = file.read(HEAD).removeprefix(codecs.BOM_UTF8).lstrip()
    file.seek(0)
    return text.startswith(b"{") and f'"{MARK}"'.encode() in text


def read_plan(name: str, file: BinaryIO) -> Plan:
    """Return the plan in this file. Raises SheetError as `load_plan` does."""
    return read_with_digest(name, file)[0]


def read_with_digest(name: str, file: BinaryIO) -> tuple[Plan, str]:
    """Return the plan in this file, and its digest. Raises SheetError as `load_plan` does."""
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise _too_large(name)
    text = content.decode("utf-8-sig", "replace")
    del content
    return _loaded(name, text)


def load_plan(name: str, text: str) -> Plan:
    """Return the plan that was saved as this text.

    Raises SheetError: S113 where the text is no plan, or not as it was saved, S103 where it would take too much memory.
    """
    return _loaded(name, text)[0]


def _loaded(name: str, text: str) -> tuple[Plan, str]:
    if _is_too_large(text):
        raise _too_large(name)
    try:
        document = read_own_json(text)
        del text
        version = document.pop(MARK)
        if version != SCHEMA:
            raise _no_plan(name, f"it was saved by another version (schema {version!r})")
        if document.pop(SEAL) != _seal(document):
            raise _no_plan(name, "it is not as it was saved")
        return _plan_of_document(document)
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError):
        raise _no_plan(name, "it cannot be read as a plan") from None


def _document(plan: Plan) -> dict[str, Json]:
    return {
        "account": plan.account,
        "server": plan.server,
        "unseen": plan.unseen,
        "digest": digest(plan),
        "called": called_value(plan.called),
        "changes": list(map(change_value, plan.changes)),
        "settled": [(index, outcome_value(outcome)) for index, outcome in plan.settled.items()],
        "problems": list(map(problem_value, plan.problems)),
        "sheet": sheet_value(plan.sheet),
        "sheet_problems": list(map(problem_value, plan.sheet.problems)),
        "rows": list(row_values(plan.sheet)),
    }


def _seal(document: dict[str, Json]) -> str:
    """Return a checksum of all that stands there, whatever the spaces between: of names, values and their types."""
    seal = hashlib.sha256()
    for name in sorted(document):
        value = document[name]
        for piece in value if isinstance(value, list) else [value]:
            seal.update(f"{dump(name)} {dump(piece)}\n".encode())
    return seal.hexdigest()


def _plan_of_document(document: dict[str, Json]) -> tuple[Plan, str]:
    """Return the plan that a document holds and its digest; it is used up meanwhile, so that there never are two."""
    unseen, wanted, settled = document["unseen"], document["digest"], document["settled"]
    of_sheet, alike = tuple(map(read_problem, _taken(document, "sheet_problems"))), Alike()
    plan = Plan(
        sheet=sheet_of_value(document["sheet"], _taken(document, "rows"), of_sheet, alike),
        changes=tuple(alike.change(read_change(found)) for found in _taken(document, "changes")),
        settled={index: read_outcome(outcome) for index, outcome in settled},
        problems=tuple(map(read_problem, _taken(document, "problems"))),
        account=text_of_value(document["account"]),
        server=text_of_value(document["server"]),
        unseen=unseen is True,
        called=read_called(document.get("called", {})),
    )
    found = digest(plan)
    if len(plan.settled) != len(settled) or type(unseen) is not bool or found != wanted:
        raise ValueError("what it says of itself is not so")
    check_plan(plan)
    return plan, found


def _taken(document: dict[str, Json], name: str) -> Iterator[Json]:
    values = document.pop(name)
    if type(values) is not list:
        raise ValueError(f"{name} is no list")
    values.reverse()
    while values:
        yield values.pop()


def _is_too_large(text: str) -> bool:
    """Whether reading it could take more than the memory there is for it; counted is the most that each sign costs."""
    holders, values = json_signs(text)
    return sys.getsizeof(text) * 2 + holders * OF_HOLDER + values * OF_VALUE > MOST_MEMORY


def _too_large(name: str) -> SheetError:
    return SheetError(
        f"{name}: a saved plan as large as this takes too much memory",
        code="S103",
        remedy="split the sheet, or apply the sheet itself: the setting expect holds it to the digest that plan shows",
    )


def _no_plan(name: str, reason: str) -> SheetError:
    return SheetError(f"{name}: {reason}", code="S113")
