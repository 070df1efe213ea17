"""Owns XML as spreadsheet programs write it: what is plain there is taken in bulk, all else is left to the parser.

Nothing is passed over: what is taken stands one element behind the other, each matches letter by letter, and the
parser gets everything else as it is: the beginning, elements that are not plain, and all from the first sign on that
something other than these elements follows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Protocol

from batch_update.sheet.workbook.worksheets import Texts

_DECLARATION = re.compile(
    rb"(?:\xef\xbb\xbf)?"
    rb"(?:<\?xml version=[\"']1.0[\"'](?: encoding=[\"'](?i:utf-8)[\"'])?(?: standalone=[\"']\w+[\"'])? ?\?>)?"
)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n"))
"""what XML has no place for, and the carriage return, which it reads as a line feed"""
_LONGEST = 4 << 20
"""bytes of one element that is taken"""
TEXT = "[^<&]*+(?:&(?:amp|lt|gt|quot|apos);[^<&]*+)*+"
_entities_in = re.compile("&(?:amp|lt|gt|quot|apos);").findall
_BEGIN_TEXTS = re.compile(rb"<((?:\w+:)?)sst(?: [^<>]*)?>(?=<)")


class Taker(Protocol):
    """Takes elements of one kind."""

    end: bytes
    """how each of them ends"""

    def take(self, text: str) -> Generator[bytes, None, int]:
        """Take the elements that a text consists of, yield those that are not plain, return where others follow."""

    def mark(self) -> bytes:
        """Return what stands for all that was taken, where it matters to what comes behind it."""


def left_of(
    pieces: Iterable[bytes], begin: re.Pattern[bytes], taker_of: Callable[[str], Taker]
) -> Iterator[bytes]:
    """Yield what is left of a part once plain elements were taken; `taker_of`: by the prefix of its tags."""
    pieces = iter(pieces)
    data = next(pieces, b"")
    found = begin.search(data)
    if found is not None and _is_plain(data[: found.end()]):
        yield data[: found.end()]
        taker = taker_of(found[1].decode("ascii"))
        data = yield from _taken_from(data[found.end() :], pieces, taker)
        yield taker.mark()
    yield data
    yield from pieces


def _is_plain(head: bytes) -> bool:
    """Whether the beginning of a part is UTF-8, and nothing in it could make text of what follows."""
    declared = _DECLARATION.match(head)
    rest = head[declared.end() if declared else 0 :]
    return b"<!" not in rest and b"<?" not in rest


def _taken_from(data: bytes, pieces: Iterator[bytes], taker: Taker) -> Generator[bytes, None, bytes]:
    """Yield the elements that are not plain; return the bytes of which nothing more is taken."""
    while True:
        end = data.rfind(taker.end) + 1
        if end:
            end += len(taker.end) - 1
            text = _text_of(data[:end])
            if text is None:
                return data
            at = yield from taker.take(text)
            data = text[at:].encode() + data[end:]
            if at < len(text):
                return data
        more = next(pieces, b"")
        data += more
        if not more or len(data) > _LONGEST:
            return data


def _text_of(data: bytes) -> str | None:
    """Return a text that XML reads as it stands, but for the five entities; None where it may read it otherwise."""
    if len(data.translate(None, _CONTROLS)) < len(data):
        return None
    if b"]" in data and b"]]>" in data:  # one byte is found in a tenth of the time that three take
        return None
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return None if b"\xef" in data and ("\ufffe" in text or "\uffff" in text) else text


def is_closed(element: str) -> bool:
    """Whether what looks like an element is one: in a comment or the like its end may be none."""
    return "<!" not in element and "<?" not in element


def without_entities(text: str) -> str:
    """Return a text with the five entities that XML knows by itself as the characters they stand for."""
    if "&" not in text:
        return text
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&apos;", "'")
    return text.replace("&amp;", "&")


# ---------------------------------------------------------------- the texts that a workbook keeps once


def texts_left_of(
    pieces: Iterable[bytes], texts: Texts, unescaped: Callable[[str], str], parse: Callable[[bytes], None]
) -> Iterator[bytes]:
    """Yield what is left of the shared strings once plain ones were added; `parse` adds one that is not plain."""
    return left_of(pieces, _BEGIN_TEXTS, lambda prefix: _PlainTexts(prefix, texts, unescaped, parse))


class _PlainTexts:
    """Takes <si> with nothing but a <t> in it."""

    def __init__(
        self, prefix: str, texts: Texts, unescaped: Callable[[str], str], parse: Callable[[bytes], None]
    ) -> None:
        self._preserving, self._t = f'<{prefix}t xml:space="preserve">', f"<{prefix}t>"
        self._si, self._close = f"<{prefix}si>", f"</{prefix}si>"
        self._begin, self._over = self._si + self._t, f"</{prefix}t>{self._close}"
        self.end = self._close.encode()
        self._match = re.compile(f"(?:{self._begin}|{self._si}{self._preserving})({TEXT}){self._over}").match
        self._texts, self._unescaped, self._parse = texts, unescaped, parse
        self._has_entities = self._has_escapes = True

    def take(self, text: str) -> Generator[bytes, None, int]:
        yield from ()  # what is not plain is parsed by itself, since the order of texts is their number
        self._has_entities, self._has_escapes = "&" in text, "_x" in text
        found = self._all_of(text)
        if found is None:
            return self._one_by_one(text)
        self._add(found)
        return len(text)

    def mark(self) -> bytes:
        return b""

    def _all_of(self, text: str) -> list[str] | None:
        """Return all texts at once; None where one of them is not plain."""
        plain = text.replace(self._preserving, self._t)
        if not (plain.startswith(self._begin) and plain.endswith(self._over)):
            return None
        found = plain[len(self._begin) : -len(self._over)].split(self._over + self._begin)
        # Each has four tags, so that with as many in all there is none inside of a text.
        is_plain = plain.count("<") == 4 * len(found) and plain.count("&") == len(_entities_in(plain))
        return found if is_plain else None

    def _one_by_one(self, text: str) -> int:
        at, found = 0, []
        while at < len(text):
            if match := self._match(text, at):
                found.append(match[1])
                at = match.end()
                continue
            end = text.find(self._close, at) + len(self._close)
            if not (text.startswith(self._si, at) and is_closed(text[at:end])):
                break
            self._add(found)
            found.clear()
            self._parse(text[at:end].encode())
            at = end
        self._add(found)
        return at

    def _add(self, found: list[str]) -> None:
        if self._has_entities:
            found = [*map(without_entities, found)]
        self._texts.extend([*map(self._unescaped, found)] if self._has_escapes else found)
