"""Owns XML on its way in: elements are shown to a watch one by one, and nothing grows beyond bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from xml.parsers import expat

_DEEPEST = 200
"""elements inside one another"""
_MOST_NAMES = 20_000
"""of tags and attributes: each is kept as long as the part is read"""
_LONGEST_TAG = 1 << 20
"""bytes, its attributes included"""
_PIECE = 1 << 18
_IDLE = 3_000_000
"""elements that may stand in a part in which nothing is found"""
_FOR_A_FIND = 200
"""so many more for each thing that is found"""


class Watch:
    """Follows the XML of a part."""

    found = 0
    """things that were looked for"""

    def name_of(self, full: str) -> str:
        """Return what a tag or an attribute is called here: by default without its namespace."""
        return full.rpartition(":")[2]

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def text(self, text: str) -> None:
        """A piece of text, wherever it stands."""

    def end(self, tag: str) -> None:
        """An element is over."""


def follow(pieces: Iterable[bytes], watch: Watch, *, namespaces: bool = False) -> None:
    """Show XML to a watch, which may raise what it likes. Raises ValueError, LookupError or ExpatError.

    `namespaces`: `name_of` gets names with the address of their namespace and a space before them.
    """
    parser = expat.ParserCreate(namespace_separator=" " if namespaces else None)
    names, on_start, on_end = _Names(watch.name_of), watch.start, watch.end
    depth = work = fed = 0

    def start(full: str, attributes: dict[str, str]) -> None:
        nonlocal depth, work
        depth += 1
        work += 1
        if depth > _DEEPEST:
            raise ValueError("elements inside one another without end")
        on_start(names[full], attributes)

    def end(full: str) -> None:
        nonlocal depth
        depth -= 1
        on_end(names[full])

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = watch.text
    parser.EntityDeclHandler = parser.AttlistDeclHandler = _refuse
    parser.buffer_text = True
    for block in pieces:
        for at in range(0, len(block), _PIECE):
            parser.Parse(block[at : at + _PIECE], False)
            fed += len(block[at : at + _PIECE])
            _require_bounds(parser, fed, work - _FOR_A_FIND * watch.found)
    parser.Parse(b"", True)


def attributes_in(written: str) -> Mapping[str, str]:
    """Return the attributes of a tag that is written so behind an `r`, the only one. Raises as `follow`."""
    watch = _AttributesWatch()
    follow([f'<tag r=""{written}/>'.encode()], watch)
    return watch.attributes


class _AttributesWatch(Watch):
    """Keeps the attributes of the element that began last."""

    def __init__(self) -> None:
        self.attributes: dict[str, str] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.attributes = attributes


def _require_bounds(parser: expat.XMLParserType, fed: int, idle: int) -> None:
    if fed - max(parser.CurrentByteIndex, 0) > _LONGEST_TAG:
        raise ValueError("a tag without end")
    if len(parser.intern) > _MOST_NAMES:
        raise ValueError("names without end")
    if idle > _IDLE:
        raise ValueError("elements without end")


def _refuse(*_: Any) -> None:
    """Refuse entities: no spreadsheet program declares them, and ten, each inside the next, are a billion letters."""
    raise ValueError("an entity")


class _Names(dict[str, str]):
    """The short name of each tag, looked up once."""

    def __init__(self, name_of: Callable[[str], str]) -> None:
        self._name_of = name_of

    def __missing__(self, full: str) -> str:
        self[full] = self._name_of(full)
        return self[full]
