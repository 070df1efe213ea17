"""The faults of each of many accounts, from one text: `7/401@all,hotel-012/503@5+,429@10`."""

from __future__ import annotations

from collections.abc import Sequence

from batch_update.sandbox.faults import Faults
from batch_update.sandbox.many.tenants import Tenant


def faults_of_each(text: str, accounts: Sequence[Tenant]) -> dict[str, Faults]:
    """Return the faults by the name of the account. Raises ValueError.

    An item is about the account whose number or name stands before it, or else about all of them. Each counts its
    own updates.
    """
    items: dict[str, list[str]] = {one.name: [] for one in accounts}
    for item in filter(None, (part.strip() for part in text.split(","))):
        whose, slash, fault = item.rpartition("/")
        for name in [_account_named(whose.strip(), accounts)] if slash else list(items):
            items[name].append(fault)
    read: dict[str, Faults] = {}
    for own in map(",".join, items.values()):
        read.setdefault(own, Faults.parse(own))
    return {name: read[",".join(own)] for name, own in items.items()}


def _account_named(text: str, accounts: Sequence[Tenant]) -> str:
    """Return the name of the account that a text names or numbers. Raises ValueError."""
    for one in accounts:
        if text in (str(one.number), one.name):
            return one.name
    last = accounts[-1]
    raise ValueError(
        f"{text!r} is no account of this sandbox: write a number from 1 to {last.number} "
        f"or a name such as {last.name}, for instance {last.number}/401@all"
    )
