"""Owns the parts of an archive that is a workbook: their names, however they are spelled, and what points to what."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote
from xml.parsers import expat

from batch_update.errors import SheetError
from batch_update.sheet.workbook.zipped.archives import Archive, BrokenPart, damaged, encrypted, tidy
from batch_update.sheet.workbook.zipped.markup import Watch, follow

_KINDS = (("xl/workbook.xml", "xlsx"), ("xl/workbook.bin", "xlsb"), ("content.xml", "ods"))
"""parts by which a workbook is known where nothing points to one"""
_LARGEST_PART = 64 << 20
"""bytes of a part that is read at once and not piece by piece"""
_LARGEST_LIST = 4 << 20
"""bytes of a part that lists what another one points to"""


LeftOf = Callable[[Iterable[bytes]], Iterator[bytes]]
"""Takes what it can read by itself out of a part's content, and returns the rest."""


@dataclass(frozen=True, slots=True)
class Relation:
    """A pointer from one part of a package to another."""

    type: str
    """the last word of the relation's type: `worksheet`, `styles`"""
    part: str


class Package:
    """The parts of an archive by their names, without regard to case. What it raises is Damage."""

    def __init__(self, archive: Archive, name: str) -> None:
        self._archive = archive
        self._name = name
        self._members = {tidy(member.filename).lower(): member for member in archive.infolist()}

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._members

    def pieces(self, part: str) -> Iterator[bytes]:
        """Return a part's content in blocks. Raises Damage where there is none."""
        member = self._members.get(part.lower())
        if member is None:
            raise BrokenPart(f"it has no part {part}")
        return self._archive.blocks_of(member)

    def read(self, part: str) -> bytearray:
        """Return a part's content at once. Raises SheetError S103 where it is too large for that."""
        content = bytearray()
        for piece in self.pieces(part):
            content += piece
            if len(content) > _LARGEST_PART:
                message = f"{self._name}: {part} unpacks to more than {_LARGEST_PART >> 20} MiB"
                raise SheetError(message, code="S103")
        return content

    def follow(
        self, part: str, watch: Watch, *, namespaces: bool = False, left_of: LeftOf | None = None
    ) -> None:
        """Show a part's XML to a watch, or what is left of it. Raises Damage where it is none."""
        pieces = self.pieces(part)
        try:
            follow(pieces if left_of is None else left_of(pieces), watch, namespaces=namespaces)
        except BrokenPart:
            raise
        except (expat.ExpatError, ValueError, LookupError, OverflowError):
            raise BrokenPart(f"{part} is damaged") from None

    def relations(self, part: str) -> Mapping[str, Relation]:
        """Return what a part points to, by the names that it has for them; `""` is the package itself."""
        folder, _, file = part.rpartition("/")
        path = posixpath.join(folder, "_rels", f"{file}.rels")
        if path not in self:
            return {}
        if self._members[path.lower()].file_size > _LARGEST_LIST:
            raise BrokenPart(f"{path} is far too large")
        watch = _RelationsWatch()
        self.follow(path, watch)
        return {
            id: Relation(type.rpartition("/")[2], self._target(folder, target))
            for id, (type, target) in watch.found_there.items()
        }

    def _target(self, folder: str, target: str) -> str:
        """Return the part that a relation means: some write a place in the archive as if it were one in its folder."""
        path = tidy(unquote(target))
        inside = posixpath.normpath(posixpath.join(folder, path))
        absolute = posixpath.normpath(path)
        return absolute if target.startswith(("/", "\\")) or inside not in self else inside

    def workbook_part(self) -> str:
        """Return the part that lists the worksheets: that which the package points to, or the usual; "" for none."""
        with suppress(BrokenPart):
            for relation in self.relations("").values():
                if relation.type == "officeDocument" and relation.part in self:
                    return relation.part
        return next((part for part, kind in _KINDS if kind != "ods" and part in self), "")


class _RelationsWatch(Watch):
    """Follows <Relationship>."""

    def __init__(self) -> None:
        self.found_there: dict[str, tuple[str, str]] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            self.found_there[attributes.get("Id", "")] = (
                attributes.get("Type", ""),
                attributes.get("Target", ""),
            )


def workbook_format(archive: Archive, name: str) -> str:
    """Return xlsx, xlsb or ods; "" for an archive of something else. SheetError S108 for several at once."""
    package = Package(archive, name)
    if "encrypted-package" in package:  # as LibreOffice 24 writes it
        raise encrypted(name)
    kinds = [kind for part, kind in _KINDS if part in package]
    if len(kinds) > 1:  # it would depend on the program what is read
        raise damaged(name, f"it is {' and '.join(kinds)} at once")
    if kinds:
        return kinds[0]
    part = package.workbook_part()
    if not _is_workbook(package, part):
        return ""
    return "xlsb" if part.endswith(".bin") else "xlsx"


def _is_workbook(package: Package, part: str) -> bool:
    """Whether a package's main part, which is not at its usual place, is that of a workbook and not of a letter."""
    if not part or part.endswith(".bin"):
        return bool(part)
    with suppress(BrokenPart):
        return re.search(rb"<(?:\w+:)?workbook\b", next(package.pieces(part), b"")) is not None
    return False
