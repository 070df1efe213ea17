"""Long columns of plain texts and ids judged as a whole, so that only doubtful cells need a closer look."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np

from batch_update.fields.cells.ids import EXACT_DIGITS, SHORTEST_DIALED, is_of_phone
from batch_update.fields.cells.words import ENDS_INSTEAD, LONGEST_WORD, NOTHINGS
from batch_update.fields.facts import Field
from batch_update.fields.garbled.damage import LIMIT, may_be_cut_off, may_be_damaged

_SAMPLE = 500
_CHUNK = 20_000
_ENDS_INSTEAD = [ord(sign) for sign in ENDS_INSTEAD]
_SHORT = max(len(word) for word in NOTHINGS if word[0].isalnum())
"""A text that begins with a letter and is longer than this is no word for nothing, nor the word null."""
_LONGEST_ADDRESS = 2_000
_ADDRESS = r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*+(?<=[A-Za-z0-9]))(?::[0-9]{1,5})?(?:[/?][A-Za-z0-9/._~%?=&+,!-]*+)?"
_address = re.compile(_ADDRESS).fullmatch
_addresses = re.compile(f"(?:{_ADDRESS}\n)*+").fullmatch
_ALNUM = np.array([chr(byte).isalnum() and byte < 0x80 for byte in range(0x81)])
_VISIBLE = np.array([not chr(byte).isspace() and byte < 0x80 for byte in range(0x81)])


def suspects(field: Field, texts: Sequence[str]) -> set[str]:
    """Return the distinct texts that have to be judged; all others are good: those that mean themselves, and ids."""
    if field.kind == "url":
        longest = min(field.max_length or _LONGEST_ADDRESS, _LONGEST_ADDRESS)
        if all(map(_are_plain_addresses, _parts(texts))) and max(map(len, texts), default=0) <= longest:
            return set()
        return {text for text in set(texts) if len(text) > longest or not _is_plain_address(text)}
    if field.kind not in ("text", "id"):
        return set(texts)
    sample = set(islice(texts, _SAMPLE))
    nearly_all_differ = len(sample) > _SAMPLE * 0.8
    if field.kind == "id" and is_of_phone(field):
        return {text for text in set(texts) if len(text) >= SHORTEST_DIALED or not is_plain_id(text)}
    if field.kind == "id":
        certainly = nearly_all_differ and all_plain_ids(texts)
        return set() if certainly else {text for text in set(texts) if not is_plain_id(text)}
    many = texts if nearly_all_differ else list(set(texts))
    if len(many) <= _SAMPLE:
        return set(many)
    return {text for part in _parts(many) for text in _odd_texts(part, field.max_length)}


def _parts(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Return the texts in pieces, so that they take no twofold memory when they are joined."""
    return (texts[start : start + _CHUNK] for start in range(0, len(texts), _CHUNK))


def _odd_texts(texts: Sequence[str], longest: int | None) -> list[str]:
    """Return the texts that the grammar may read as something else than themselves, or that are too long."""
    least, most = _SHORT + 1, longest or sys.maxsize
    doubtful = (texts[row] for row in _doubtful_rows(texts, least, most))
    return [text for text in doubtful if not (least <= len(text) <= most and _means_itself(text))]


def _doubtful_rows(texts: Sequence[str], least: int, most: int) -> Iterable[int]:
    """Return the places of all texts but those that, looked at together, certainly mean themselves."""
    joined = "\0".join(texts)
    if "#" in joined or "\r" in joined or may_be_damaged(joined):
        return range(len(texts))
    points = np.frombuffer(f"\0{joined}\0".encode("utf-32-le", "surrogatepass"), dtype="<u4")
    ends = np.flatnonzero(points == 0)
    if len(ends) != len(texts) + 1:
        return range(len(texts))
    first, last, lengths = points[ends[:-1] + 1], points[ends[1:] - 1], np.diff(ends) - 1
    fits = (least <= lengths) & (lengths <= most) & ~((lengths >= LIMIT // 2) & (lengths <= LIMIT))
    fits &= (lengths > LONGEST_WORD) | ~np.isin(last, _ENDS_INSTEAD)
    certain = fits & _ALNUM[np.minimum(first, 0x80)] & _VISIBLE[np.minimum(last, 0x80)]
    return np.flatnonzero(~certain).tolist()


def _means_itself(text: str) -> bool:
    return (
        text[:1].isalnum()
        and not text[-1:].isspace()
        and "#" not in text
        and "\r" not in text
        and (len(text) > LONGEST_WORD or text[-1] not in ENDS_INSTEAD)
        and not may_be_damaged(text)
        and not may_be_cut_off(text)
    )


def _are_plain_addresses(texts: Sequence[str]) -> bool:
    """Whether each of these texts is one that `_is_plain_address` knows."""
    lines = "\n".join(texts) + "\n"
    return lines.count("\n") == len(texts) and _addresses(lines) is not None and "_x" not in lines


def _is_plain_address(text: str) -> bool:
    """Whether a text is a web address without anything that may have come about on its way, such as an escape."""
    return _address(text) is not None and "_x" not in text


def is_plain_id(text: str) -> bool:
    """Whether a text is digits alone, without a leading zero, few enough for a spreadsheet program."""
    return text.isdigit() and text.isascii() and text[0] != "0" and len(text) <= EXACT_DIGITS


def all_differ(texts: Sequence[str]) -> bool:
    """Whether no plain id appears twice: as numbers, which takes less time and room than a set of the texts."""
    if len(texts) < 2:
        return True
    ids = np.sort(np.fromstring("\n".join(texts), dtype=np.int64, sep="\n"))
    return bool((ids[1:] != ids[:-1]).all())


def all_plain_ids(texts: Sequence[str]) -> bool:
    """Whether every cell is a plain id, as `is_plain_id` tells of one, at a tenth of the cost."""
    lines = b"\n" + "\n".join(texts).encode("utf-8", "surrogatepass") + b"\n"
    ends = np.flatnonzero(np.frombuffer(lines, dtype=np.uint8) == ord("\n"))
    lengths = np.diff(ends) - 1
    return (
        len(lengths) == len(texts)
        and not lines.translate(None, b"0123456789\n")
        and b"\n0" not in lines
        and bool((lengths >= 1).all() and (lengths <= EXACT_DIGITS).all())
    )
