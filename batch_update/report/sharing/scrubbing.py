"""Values taken out of sentences that may quote them, whole or in pieces, as they stand or as a page has them. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from html import escape

from batch_update.model.plans import UNKNOWN
from batch_update.model.sheets import Json
from batch_update.text import REDACTED, printable

PIECE = 10
"""Characters of a value that may not stand in a sentence; of a shorter value all."""


def scrubbed(text: str, values: Iterable[Json]) -> str:
    """Return a sentence with a marker where it quotes one of these values, or a piece of one."""
    covered = bytearray(len(text))
    for form in {form for value in values for spoken in _texts_in(value) for form in _forms(spoken)}:
        for start, end in _pieces(text, form):
            covered[start:end] = b"\1" * (end - start)
    if not any(covered):
        return text
    return re.sub("\1+", REDACTED, "".join(map(_unless, text.replace("\1", "?"), covered)))


def _unless(sign: str, is_covered: int) -> str:
    return "\1" if is_covered else sign


def _texts_in(value: object) -> Iterator[str]:
    """Yield the texts and numbers of a value, however deep, keys of objects too. yes and no tell nothing."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from (name, *_texts_in(part))
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _texts_in(part)
    elif value is not None and value is not UNKNOWN and not isinstance(value, bool):
        yield str(value)


def _forms(text: str) -> Iterator[str]:
    """Yield how a text may be quoted: as it stands, on one line, with the escapes of a terminal, of JSON, of a page."""
    for plain in {text.strip(), " ".join(text.split())}:
        yield from (plain, printable(plain), escape(plain))
        yield from (json.dumps(plain, ensure_ascii=False)[1:-1], json.dumps(plain)[1:-1])


def _pieces(text: str, form: str) -> Iterator[tuple[int, int]]:
    """Yield where a form of a value stands in a sentence; of a long one each piece."""
    if len(form) < PIECE:
        if form:
            for found in re.finditer(rf"(?<!\w){re.escape(form)}(?!\w)", text):
                yield found.span()
        return
    known = {form[start : start + PIECE] for start in range(len(form) - PIECE + 1)}
    for start in range(len(text) - PIECE + 1):
        if text[start : start + PIECE] in known:
            yield start, start + PIECE
