"""The plan of a fleet as a file: which accounts, the digest of each, the settings that were given; under a seal."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from batch_update.account.known.known_account import odd_name
from batch_update.disk import read_plain, replace_private, sync_folder
from batch_update.errors import RunStopped, UsageError
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.model.as_json import dump, made_from
from batch_update.model.fleets import AccountPlan, FleetPlan
from batch_update.model.sheets import Json
from batch_update.settings.layers import read_settings
from batch_update.strict_json import Unfit, read_json
from batch_update.text import as_compared, printable, utc_text

SCHEMA = 1
MARK, SEAL = "batch_update_fleet", "seal"
MOST_BYTES = 16 * 1024 * 1024
"""of the file; some ten thousand accounts"""
_DIGEST = re.compile(r"(?:[0-9a-f]{16})?").fullmatch


def save_fleet(folder: FleetFolder, plan: FleetPlan) -> None:
    """Write the plan of a fleet, whole or not at all, and return once it is on the disk. Raises UsageError U154."""
    document = _fleet_document(plan)
    text = json.dumps({MARK: SCHEMA, SEAL: _seal(document), **document}, indent=1) + "\n"
    try:
        replace_private(folder.plan, text.encode("ascii"))
        sync_folder(folder.path)
    except OSError as error:
        raise UsageError(
            f"the plan of the fleet cannot be written: {error.strerror or error} ({printable(str(folder.plan))})",
            code="U154",
        ) from error


def read_fleet(folder: FleetFolder) -> FleetPlan:
    """Return the plan that lies in the folder of a fleet. Nothing of it is trusted.

    Raises UsageError: U150 where there is none, U151 where it is damaged or cannot be read, U152 where another version
    wrote it, U153 where it is that of another fleet.
    """
    try:
        content = read_plain(folder.plan, MOST_BYTES + 1)
    except FileNotFoundError:
        raise UsageError(f"{printable(str(folder.path))} holds no plan of a fleet", code="U150") from None
    except OSError as error:
        raise _unusable_plan(folder, error.strerror or str(error)) from error
    if len(content) > MOST_BYTES:
        raise _unusable_plan(folder, "it is larger than any that this program writes")
    plan = _plan_in(folder, content)
    if plan.id != folder.path.resolve().name:
        raise UsageError(
            f"{printable(str(folder.path))} holds the plan of another fleet, {printable(plan.id)}",
            code="U153",
        )
    return plan


def expect_fleet(plan: FleetPlan, wanted: str | None) -> None:
    """Raises RunStopped X311 where the plan is not the one that was reviewed. `wanted`: its digest, where it was."""
    if wanted is not None and wanted.strip().lower() != plan.digest:
        raise RunStopped(
            f"the plan came out differently: its digest over all accounts is {plan.digest}, expected was "
            f"{printable(wanted)}",
            code="X311",
        )


def _plan_in(folder: FleetFolder, content: bytes) -> FleetPlan:
    try:
        document = read_json(content.decode("ascii"))
        version = document.pop(MARK)
        if version != SCHEMA:
            raise UsageError(
                f"{printable(str(folder.plan))} was written by another version (schema {printable(str(version))})",
                code="U152",
            )
        seal = document.pop(SEAL)
        if seal != _seal(document):
            raise Unfit("it is not as it was written")
        plan = _plan_of(document)
        if seal != _seal(_fleet_document(plan)):  # a key too many, a value of another type, another digest
            raise Unfit("what it says of itself is not so")
        return plan
    except Unfit as error:
        raise _unusable_plan(folder, str(error)) from None
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise _unusable_plan(folder, "it cannot be read as the plan of a fleet") from None


def _unusable_plan(folder: FleetFolder, reason: str) -> UsageError:
    return UsageError(
        f"the plan of the fleet cannot be used: {printable(reason)} ({printable(str(folder.plan))})",
        code="U151",
    )


def _fleet_document(plan: FleetPlan) -> dict[str, Json]:
    accounts: list[Json] = [asdict(one) for one in plan.accounts]
    document = asdict(plan) | {"made": utc_text(plan.made), "accounts": accounts, "digest": plan.digest}
    return {**document, "settings": dict(plan.settings)}


def _seal(document: dict[str, Json]) -> str:
    """Return a checksum of all that stands there, whatever the spaces between."""
    lines = (f"{dump(name)} {dump(document[name])}\n" for name in sorted(document))
    return hashlib.sha256("".join(lines).encode("ascii")).hexdigest()


def _plan_of(document: dict[str, Any]) -> FleetPlan:
    """Return the plan that a document tells of. Raises ValueError, or what a document of another shape raises."""
    made = datetime.fromisoformat(document["made"]).astimezone(UTC)
    plan = made_from(FleetPlan, document | {"made": made})
    accounts = plan.accounts
    if plan.command not in ("apply", "undo"):
        raise Unfit("it is for no command that a fleet has")
    if wrong := next((one for one in accounts if not _is_sound(one)), None):
        raise Unfit(f"what it says of the account {wrong.account!r} cannot be")
    if any(count > 1 for count in Counter(as_compared(one.account) for one in accounts).values()):
        raise Unfit("an account stands in it twice")
    if [one.account for one in accounts] != sorted(one.account for one in accounts):
        raise Unfit("its accounts are not in order")
    _check_settings(plan)
    return plan


def _is_sound(one: AccountPlan) -> bool:
    counts = (one.changes, one.rows, one.invalid)
    return bool(
        not odd_name(one.account)  # it stands in paths
        and _DIGEST(one.digest)
        and min(counts) >= 0
        and (one.digest or not one.changes)
        and (one.digest or one.code)
    )


def _check_settings(plan: FleetPlan) -> None:
    """Raise Unfit where a setting is none, or has a value that it does not take."""
    try:
        read_settings(plan.settings)
    except UsageError as error:
        raise Unfit(error.message) from None
