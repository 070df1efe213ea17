"""Takes a request's body in: as a stream, with a bound on its size and time, and on all bodies together."""

from __future__ import annotations

from dataclasses import dataclass

import anyio
from starlette.requests import Request

from batch_update.sandbox.calls import answers
from batch_update.sandbox.calls.answers import Answer

MOST_BYTES = 1024 * 1024
"""of one body"""
_MOST_AT_ONCE = 32 * MOST_BYTES
"""of all bodies that are being taken in"""


@dataclass(frozen=True, slots=True)
class Taken:
    """A body as it came, or why it was not taken to its end."""

    body: bytes = b""
    refused: Answer | None = None


class Intake:
    """Takes in bodies. `patience`: seconds that one of them may take to come."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._held = 0

    async def take(self, request: Request) -> Taken:
        """Return the whole body, if it is not too large and comes in time."""
        return await self._bounded(request, keep=True)

    async def pass_over(self, request: Request) -> Taken:
        """Reads a body that nobody wants and keeps nothing of it: who sends it shall come to read the answer."""
        return await self._bounded(request, keep=False)

    async def _bounded(self, request: Request, *, keep: bool) -> Taken:
        if _announced(request) > MOST_BYTES:
            return Taken(refused=_closing(answers.too_large(MOST_BYTES)))
        kept = bytearray()
        try:
            with anyio.fail_after(self._patience):
                return await self._read(request, kept if keep else None)
        except TimeoutError:
            return Taken(refused=_closing(answers.too_slow()))
        finally:
            self._held -= len(kept)

    async def _read(self, request: Request, kept: bytearray | None) -> Taken:
        size = 0
        async for piece in request.stream():
            size += len(piece)
            if size > MOST_BYTES:
                return Taken(refused=_closing(answers.too_large(MOST_BYTES)))
            if kept is not None:
                if self._held + len(piece) > _MOST_AT_ONCE:
                    return Taken(refused=_closing(answers.too_busy()))
                kept += piece
                self._held += len(piece)
        return Taken(bytes(kept or b""))


def _announced(request: Request) -> int:
    """Return the size that the request says its body has; 0 where it does not say."""
    text = request.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 20 else 0


def _closing(answer: Answer) -> Answer:
    """Return the answer to a body that was not read to its end: nothing else can come over its connection."""
    headers = {**answer.headers, "Connection": "close"}
    return Answer(answer.status, answer.content, headers=headers)
