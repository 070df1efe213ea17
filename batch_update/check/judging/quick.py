"""Long columns of plain texts and ids judged as a whole, so that only doubtful cells need a closer look."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice

from batch_update.fields.cells.ids import EXACT_DIGITS, SHORTEST_DIALED, is_of_phone
from batch_update.fields.cells.words import ENDS_INSTEAD, LONGEST_WORD, NOTHINGS
from batch_update.fields.facts import Field
from batch_update.fields.garbled.damage import LIMIT, may_be_cut_off, may_be_damaged

_SAMPLE = 500
_CHUNK = 20_000
_SHORT = max(len(word) for word in NOTHINGS if word[0].isalnum())
"""A text that begins with a letter and is longer than this is no word for nothing, nor the word null."""
_LONGEST_ADDRESS = 2_000
_ADDRESS = r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*+(?<=[A-Za-z0-9]))(?::[0-9]{1,5})?(?:[/?][A-Za-z0-9/._~%?=&+,!-]*+)?"
_address = re.compile(_ADDRESS).fullmatch
_addresses = re.compile(f"(?:{_ADDRESS}\n)*+").fullmatch
_ids = re.compile(rf"(?:[1-9][0-9]{{0,{EXACT_DIGITS - 1}}}\n)*+").fullmatch


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
    doubtful = _doubtful(texts, least, most)
    return [text for text in doubtful if not (least <= len(text) <= most and _means_itself(text))]


def _doubtful(texts: Sequence[str], least: int, most: int) -> Iterable[str]:
    """Return all texts but those that, looked at together, certainly mean themselves."""
    joined = "\0".join(texts) + "\0"
    if joined.count("\0") != len(texts) or "#" in joined or "\r" in joined or may_be_damaged(joined):
        return texts
    most = min(most, LIMIT // 2 - 1)  # what is longer may have been cut off
    return [found[1] for found in _others(least, most).finditer(joined) if found.lastindex]


@cache
def _others(least: int, most: int) -> re.Pattern[str]:
    """Return what passes over texts that certainly mean themselves, and has each other one in its group."""
    end = f"[!-~](?<![{re.escape(ENDS_INSTEAD)}])"
    no_word = rf"[^\0]{{{LONGEST_WORD}}}[!-~]"
    return re.compile(
        rf"(?:[A-Za-z0-9][^\0]{{{least - 1},{most - 1}}}+(?:(?<={end})|(?<={no_word}))\0)++|([^\0]*+)\0"
    )


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
    """Whether no plain id appears twice."""
    if len(texts) < 2 or "numpy" not in sys.modules:  # it takes longer to be loaded than it saves
        return len(set(texts)) == len(texts)
    import numpy as np

    ids = np.sort(np.fromstring("\n".join(texts), dtype=np.int64, sep="\n"))
    return bool((ids[1:] != ids[:-1]).all())


def all_plain_ids(texts: Sequence[str]) -> bool:
    """Whether every cell is a plain id, as `is_plain_id` tells of one, at a tenth of the cost."""
    lines = "\n".join(texts) + "\n"
    return lines.count("\n") == len(texts) and _ids(lines) is not None
