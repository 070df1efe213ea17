"""Who has an account at a sandbox with many: names, keys and owners, the same ones each time."""

from __future__ import annotations

from dataclasses import dataclass

MOST = 2_000
"""accounts of one sandbox"""
_KINDS = ("hotel", "praxis", "kanzlei", "restaurant", "autohaus")
_IDS_EACH = 100_000
_FIRST_ID = 10_001


@dataclass(frozen=True, slots=True)
class Tenant:
    """One account. The first is called staging, since what is tried there goes to the others."""

    number: int
    """from 1"""

    @property
    def kind(self) -> str:
        """Return the kind of its business, which is its tag in a list of accounts."""
        return "staging" if self.number == 1 else _KINDS[(self.number - 2) % len(_KINDS)]

    @property
    def name(self) -> str:
        """Return its name: `staging`, `hotel-002`, `praxis-003`, ..."""
        return self.kind if self.number == 1 else f"{self.kind}-{self.number:03}"

    @property
    def business(self) -> str:
        """Return how its assistants call it."""
        return f"{self.kind.capitalize()} {self.number}"

    @property
    def email(self) -> str:
        """Return the address of its owner."""
        return f"{self.name}@example.com"

    @property
    def key(self) -> str:
        """Return its API key."""
        return f"sandbox-key-of-{self.name}-that-opens-nothing-else"

    @property
    def first_id(self) -> int:
        """Return the id of its first assistant: 710001 for account 7. No other account has an id of this hundred
        thousand."""
        return self.number * _IDS_EACH + _FIRST_ID

    def own(self, number: int) -> int:
        """Return the id that something with this small number has in this account: 7005 for 5 in account 7."""
        return self.number * 1_000 + number


def tenants(how_many: int) -> tuple[Tenant, ...]:
    """Return so many accounts; the first ones are the same whatever their number."""
    return tuple(map(Tenant, range(1, how_many + 1)))
