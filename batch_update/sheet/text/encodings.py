"""Owns the doubt about 8-bit encodings: whether what was read as cp1252 shows words as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import BinaryIO, NamedTuple

from batch_update.fields.garbled.letters import fit_together, is_common, is_odd, words_in
from batch_update.fields.garbled.misread import character

GUESS = "cp1252"
"""The encoding of a file that is not UTF-8, unless something speaks against it."""
OTHERS = (
    "cp850", "mac-roman", "cp1250", "iso8859-2", "cp437", "cp1254", "iso8859-15", "cp1257", "cp1251", "koi8-r", "cp866",
    "cp1253",
)  # fmt: skip
"""What else such a file may be in; of several that read it alike the first one is named."""
MOST_LINES = 20_000
"""Lines with characters beyond ASCII that are looked at."""
MOST_BYTES = 4 << 20
LONGEST = 20_000
"""Bytes of a line that are looked at."""
MOST_SHOWN = 3
SHARE = 0.2
"""Of the words that may be wrong by chance, as a misspelled one or a name is."""

_REST_OF_LINE = re.compile(rb"[\x80-\xff][^\r\n]*")
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why it is not certain what a file says."""

    line: int
    """the first that shows it"""
    readings: dict[str, str]
    """encoding -> what the line would say, the guess first, then what is likely, the likeliest first"""


class _Weight(NamedTuple):
    """How much speaks for an encoding. The least is the likeliest."""

    rank: int
    still_odd: int
    """words that are odd in it, too"""
    place: int
    """among those that may be meant"""
    codec: str


def doubt_about(file: BinaryIO) -> Doubt | None:
    """Return why a file that is not UTF-8 may be in another encoding than the guess; None where all looks right."""
    lines = list(_first_lines(file))
    guessed = [_decoded(line, GUESS) for _, line in lines]
    words = {word for text in guessed for word in words_in(text)}
    odd = {word for word in words if is_odd(word)}
    mixed = {number for number, text in enumerate(guessed) if not fit_together(text)}
    weigh = partial(_weighed, words=words, odd=odd, mixed=mixed, lines=lines)
    likely = sorted(filter(None, map(weigh, OTHERS)))
    if not likely:
        return None
    best = [weight.codec for weight in likely if weight.still_odd <= likely[0].still_odd]
    showing = (number for number, text in enumerate(guessed) if _shows_it(text, odd, best[0]))
    number = next(showing, min(mixed, default=0))
    return Doubt(lines[number][0], _readings(lines[number][1], best))


def _readings(line: bytes, likely: Iterable[str]) -> dict[str, str]:
    """Return what a line says in the guess and in each likely encoding; of those that read it alike only the first."""
    found = {GUESS: _decoded(line, GUESS)}
    for codec in likely:
        text = _decoded(line, codec)
        if text not in found.values() and len(found) <= MOST_SHOWN:
            found[codec] = text
    return found


def _weighed(
    codec: str, *, words: set[str], odd: set[str], mixed: set[int], lines: list[tuple[int, bytes]]
) -> _Weight | None:
    """Return how much speaks for an encoding; None where nothing does.

    `words`: all that the guess makes; `odd`: those that are no words; `mixed`: lines the letters of which do not fit
    together.
    """
    try:
        again = {word: _encoded(word).decode(codec) for word in words}
    except UnicodeDecodeError:
        return None
    known = sum(again[word] != word and is_common(again[word]) and not is_common(word) for word in words)
    still = sum(map(is_odd, again.values()))
    mended = sum(fit_together(_decoded(lines[number][1], codec)) for number in mixed)
    mends_words = len(odd) > SHARE * len(words) and still < len(odd) / 2
    mends_lines = mended > SHARE * len(lines) and still <= len(odd)
    if known or mends_words or mends_lines:
        return _Weight(still - known - mended, still, OTHERS.index(codec), codec)
    return None


def _shows_it(text: str, odd: set[str], codec: str) -> bool:
    """Whether a line shows what is wrong: a word that is odd, or one that the other encoding knows."""
    for word in words_in(text):
        again = _encoded(word).decode(codec, "replace")
        if again != word and (word in odd or is_common(again)):
            return True
    return False


def _first_lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield number and bytes of each line that is not ASCII, up to a bound."""
    left = MOST_BYTES
    for number, line in islice(_lines_beyond_ascii(file), MOST_LINES):
        yield number, line
        left -= len(line)
        if left < 0:
            break


def _lines_beyond_ascii(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield number and bytes of each line that is not ASCII, whatever ends lines."""
    file.seek(0)
    number, rest = 1, b""
    for block in _blocks(file):
        data = rest + block
        end = len(data) if not block else max(data.rfind(b"\n"), data.rfind(b"\r", 0, -1)) + 1
        at = 0
        for found in _REST_OF_LINE.finditer(data, 0, end):
            begin = (
                max(data.rfind(b"\n", at, found.start()), data.rfind(b"\r", at, found.start()), at - 1) + 1
            )
            number += breaks_in(data[at:begin])
            at = begin
            yield number, data[max(begin, found.start() - LONGEST) : found.end()][: 2 * LONGEST]
        number += breaks_in(data[at:end])
        rest = data[end:][: 2 * _BLOCK]


def _blocks(file: BinaryIO) -> Iterable[bytes]:
    yield from iter(partial(file.read, _BLOCK), b"")
    yield b""


def breaks_in(data: bytes) -> int:
    """Return how many lines end in these bytes, by any of the three line ends."""
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")


def _decoded(line: bytes, codec: str) -> str:
    if codec != GUESS:
        return line.decode(codec, "replace")
    return line.decode("latin-1").translate(_SIGNS)


def _encoded(word: str) -> bytes:
    """Return the bytes of a word as the guess has it."""
    return b"".join(_BYTES[sign] if sign in _BYTES else sign.encode() for sign in word)


_SIGNS = {byte: character(byte, GUESS) for byte in range(0x80, 0x100)}
_BYTES = {character(byte, GUESS): bytes([byte]) for byte in range(0x80, 0x100)}
