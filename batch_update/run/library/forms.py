"""A story in two forms: a function that returns at its end, and one to be awaited on an event loop."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import wraps
from typing import Any, Generic, ParamSpec, TypeVar, cast

import anyio

from batch_update.errors import UsageError
from batch_update.run.steps.means import Sequel

P = ParamSpec("P")
T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class AtOnce(Generic[T]):
    """A sequel with nothing left to do, since the story needs no server after all."""

    value: T

    async def __call__(self) -> T:
        return self.value


def run_to_end(begin: Callable[P, Sequel[T]], *, may_end_at_once: bool = False) -> Callable[P, T]:
    """Return the story as a function that returns at its end.

    Where an event loop is running it is refused, before it begins; one that may end at once, where it does not.
    """

    @wraps(begin)
    def plain(*args: P.args, **more: P.kwargs) -> T:
        if not may_end_at_once:
            refuse_on_loop(plain.__name__)
        sequel = begin(*args, **more)
        if isinstance(sequel, AtOnce):
            return cast(T, sequel.value)
        refuse_on_loop(plain.__name__)
        return anyio.run(sequel)

    plain.__name__ = plain.__qualname__ = begin.__name__.strip("_")
    return plain


def refuse_on_loop(name: str, *, remedy: str = "") -> None:
    """Raises UsageError where an event loop runs in this thread, which a plain call would hold up."""
    if _is_on_loop():
        raise UsageError(
            f"an event loop is running here already, and {name} would keep it from going on",
            code="U101",
            remedy=remedy or f"await {name}_async with the same arguments",
        )


def on_loop(begin: Callable[P, Sequel[T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Return the story as a function to be awaited."""

    @wraps(begin)
    async def awaited(*args: P.args, **more: P.kwargs) -> T:
        return await begin(*args, **more)()

    name = begin.__name__.strip("_")
    awaited.__name__ = awaited.__qualname__ = f"{name}_async"
    awaited.__doc__ = f"Do what `{name}` does on an event loop that is running already, asyncio's or trio's."
    return awaited


def _is_on_loop() -> bool:
    """Whether an event loop runs in this thread, whichever one it is.

    Each hooks itself in here while it runs. In a callback of one, as in some notebooks, there is no task to ask for.
    """
    return sys.get_asyncgen_hooks().firstiter is not None


def then(sequel: Sequel[T], value_of: Callable[[T], U]) -> Sequel[U]:
    """Return a sequel that goes on to what is wanted of the end of this one."""

    async def both() -> U:
        return value_of(await sequel())

    return both
