"""Something done with each of many accounts, several of them at the same time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import anyio

Item = TypeVar("Item")
T = TypeVar("T")


async def done_with_each(many: Sequence[Item], work: Callable[[Item], Awaitable[T]], most: int) -> list[T]:
    """Return what comes of each, in their order; at most so many are worked on at a time."""
    found: dict[int, T] = {}
    room = anyio.CapacityLimiter(most)

    async def in_its_turn(place: int, one: Item) -> None:
        async with room:
            found[place] = await work(one)

    async with anyio.create_task_group() as tasks:
        for place, one in enumerate(many):
            tasks.start_soon(in_its_turn, place, one)
    return [found[place] for place in range(len(many))]
