"""Some accounts of a fleet seen to their end by one process, without a coordinator: each on its own, all at once."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import anyio

from batch_update.errors import UsageError
from batch_update.fleet.shards.shard_task import ShardTask
from batch_update.model.fleets import NO_ACCOUNT, AccountPlan, FleetPlan, ShardEnd
from batch_update.run.accounts.at_once import done_with_each
from batch_update.send.signals import Interrupts, SignalStream
from batch_update.text import counted, no_such

AT_ONCE = 50
"""accounts that one process works on at the same time"""
See = Callable[[ShardTask, Interrupts], Awaitable[ShardEnd]]
"""Sees one account to its end; gets what opens the stream of signals for it."""


def named_account(fleet: FleetPlan, name: str) -> AccountPlan:
    """Return the account of this name. Raises UsageError (U163) for one that the fleet does not have."""
    found = next((one for one in fleet.accounts if one.account == name), None)
    if found is None:
        known = [one.account for one in fleet.accounts]
        raise UsageError(f"the fleet {fleet.id}: {no_such('account', name, known)}", code="U163")
    return found


def accounts_of(fleet: FleetPlan) -> tuple[AccountPlan, ...]:
    """Return the accounts of a fleet by name, without what stands for the rows of no account that is known."""
    return tuple(one for one in fleet.accounts if one.account != NO_ACCOUNT)


def share_of(fleet: FleetPlan, index: int, shards: int | None) -> tuple[AccountPlan, ...]:
    """Return the accounts that are the part of one of several processes, which are counted from 0.

    With `shards`, every so many-th account from this one on, by name; else this one alone. A process that is one too
    many has none. Raises UsageError (U101) for an index that there is not.
    """
    if shards is not None and shards < 1:
        raise UsageError(f"the option shards: given {shards}, wanted 1 or more", code="U101")
    if index < 0 or (shards is not None and not 0 <= index < shards):
        last = "" if shards is None else f" to {shards - 1}"
        of = "" if shards is None else f" of {counted(shards, 'shard')}"
        raise UsageError(f"the option index: given {index}, wanted 0{last or ' or more'}{of}", code="U101")
    accounts = accounts_of(fleet)
    return accounts[index::shards] if shards is not None else accounts[index : index + 1]


async def see_all(tasks: Sequence[ShardTask], see: See, interrupts: Interrupts) -> list[ShardEnd]:
    """See these accounts to their end, and return the ends in the same order. A signal is one for each of them."""
    streams = [SignalStream() for _ in tasks]
    with interrupts() as signals:
        async with anyio.create_task_group() as group:
            group.start_soon(_relay, signals, streams)

            async def one(work: tuple[ShardTask, SignalStream]) -> ShardEnd:
                task, stream = work
                return await see(task, partial(_as_opening, stream))

            ends = await done_with_each(list(zip(tasks, streams, strict=True)), one, AT_ONCE)
            group.cancel_scope.cancel()
    return ends


async def _relay(signals: AsyncIterable[int], streams: Sequence[SignalStream]) -> None:
    async for number in signals:
        for stream in streams:
            stream.put(number)


@contextmanager
def _as_opening(stream: SignalStream) -> Iterator[AsyncIterable[int]]:
    yield stream
