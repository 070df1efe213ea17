"""Errors that leave a group of tasks as they were raised: the group by itself would wrap each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeVar

T = TypeVar("T")


@asynccontextmanager
async def as_raised(tasks: AbstractAsyncContextManager[T]) -> AsyncIterator[T]:
    """Open what holds a group of tasks, and raise an error of what is done with it once all of them have ended.

    It is the body that ends its tasks, also where it fails. Errors of the tasks themselves come in a group.
    """
    raised: Exception | None = None
    async with tasks as opened:
        try:
            yield opened
        except Exception as error:  # noqa: BLE001  # raised below, outside of the group of tasks
            raised = error
    if raised is not None:
        raise raised
