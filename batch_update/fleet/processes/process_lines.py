"""The lines between the process that hands out accounts and a further one: JSON, without a key and without a prompt."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Mapping
from dataclasses import dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Any

from batch_update.fleet.shards.shard_task import ShardTask
from batch_update.line_file import Kinds, entry_told, line_telling
from batch_update.model.fleets import ShardEnd
from batch_update.send.progress import Progress


@dataclass(frozen=True, slots=True)
class Briefing:
    """The first line that a further process reads."""

    folder: Path
    """of the fleet"""
    given: Mapping[str, Any]
    """settings by their names, which win over those of the fleet's plan"""
    starts: float
    """accounts that begin in a second at most"""


@dataclass(frozen=True, slots=True)
class Ready:
    """The first line that a further process writes: it takes accounts now."""

    version: str
    """of the program"""
    lines: str
    """of which form its lines are"""


@dataclass(frozen=True, slots=True)
class RowsDone:
    """How far accounts are of which there is news; a line comes each second, also where there is none."""

    rows: Mapping[str, Progress]
    """by account"""


_WORDS: Kinds = {
    "begin": Briefing,
    "task": ShardTask,
    "ready": Ready,
    "rows": RowsDone,
    "end": ShardEnd,
}


def form_of_lines() -> str:
    """Return digits for the form of all lines: others where the program was changed and has kept its version."""
    kinds: Kinds = {**_WORDS, "progress": Progress}
    form = [(word, [(one.name, str(one.type)) for one in fields(kind)]) for word, kind in kinds.items()]
    return sha256(repr(form).encode("utf-8")).hexdigest()[:12]


def process_line(told: Briefing | ShardTask | Ready | RowsDone | ShardEnd) -> bytes:
    """Return the line that tells it."""
    return line_telling(_WORDS, told)


def told_by(line: bytes) -> Briefing | ShardTask | Ready | RowsDone | ShardEnd:
    """Return what a line tells. Raises ValueError for one that makes no sense."""
    told: Briefing | ShardTask | Ready | RowsDone | ShardEnd = entry_told(_WORDS, line)
    return told


async def lines_in(chunks: AsyncIterable[bytes]) -> AsyncGenerator[bytes, None]:
    """Yield the lines of a stream of bytes; a last one without an end was never there."""
    begun = b""
    async for chunk in chunks:
        *lines, begun = (begun + chunk).split(b"\n")
        for line in lines:
            yield line
