"""Text from sheets and servers, made safe to show or to paste; numbers and lists with their nouns."""

from __future__ import annotations

import re
import shlex
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path

# Characters that change what a terminal or page does, or the order in which text is read, without being seen.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_FILLERS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0" + "".join(map(chr, range(0xFE00, 0xFE10)))
)
# Letters and marks that show nothing by themselves.
_KEPT = frozenset("\u00ad\u200d")  # soft hyphen, and the joiner inside emoji


def printable(text: str) -> str:
    r"""Return a text on one line, with control and direction characters escaped: a line break shows as \n."""
    if text.isprintable():  # of what is hidden nothing is printable to Python, which answers at once
        return text
    return "".join(_escaped(c) if is_hidden(c) else c for c in text)


def is_hidden(character: str) -> bool:
    """Whether it does something to a terminal or to the text around it, and is not seen."""
    return unicodedata.category(character) in _HIDDEN and character not in _KEPT


def visible(text: str) -> str:
    """Return the text without the white space, and without whatever else nobody sees, at its two ends."""
    trimmed = text.strip()
    if trimmed.isascii() and trimmed.isprintable():
        return trimmed
    start, end = 0, len(trimmed)
    while start < end and _is_unseen(trimmed[start]):
        start += 1
    while start < end and _is_unseen(trimmed[end - 1]):
        end -= 1
    return trimmed[start:end]


def _is_unseen(character: str) -> bool:
    return character.isspace() or character in _FILLERS or unicodedata.category(character) in {"Cc", "Cf"}


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def as_compared(name: str) -> str:
    """Return a name as it is compared: whatever its case, and however its letters were typed."""
    return unicodedata.normalize("NFC", name.strip()).casefold()


def excerpt(text: str, most: int = 80) -> str:
    """Return a printable beginning of the text, at most `most` characters long, with what is escaped in it."""
    shown = printable(text[: most + 1])
    return shown if len(shown) <= most else shown[: most - 4] + " ..."


def cells(text: str) -> int:
    """Return how many cells of a terminal a text takes: wide letters and emoji two, marks above a letter none."""
    return len(text) if text.isascii() else sum(map(_width_of, text))


@lru_cache(4096)
def _width_of(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def padded(text: str, room: int) -> str:
    """Return the text with blanks behind it, so many cells wide."""
    return text + " " * (room - cells(text))


def cut(text: str, room: int) -> str:
    """Return the text, or as much of it as so many cells hold, with dots behind it."""
    if cells(text) <= room:
        return text
    shown, free = "", room - len(_CUT)
    for character in text:
        free -= _width_of(character)
        if free < 0:
            break
        shown += character
    return f"{shown.rstrip()}{_CUT}"


_CUT = " ..."


def json_signs(text: str | bytes) -> tuple[int, int]:
    """Count what JSON may hold, without reading it: the lists and objects in it, and the values in those.

    Signs inside its strings are counted, too: it holds no more than this.
    """
    if isinstance(text, bytes):
        return text.count(b"[") + text.count(b"{"), text.count(b",") + text.count(b":")
    return text.count("[") + text.count("{"), text.count(",") + text.count(":")


def without_password(address: str) -> str:
    """Return the address with the word PASSWORD where it holds one."""
    return re.sub(r"^([a-z0-9+.-]*://)?([^/@:]*):.*@", r"\1\2:PASSWORD@", address, flags=re.IGNORECASE)


REDACTED = "[redacted]"
"""Stands in place of a value that is not shown. A cell that holds it is refused."""
_ADDRESS = re.compile(r"(https?://)([^\s/?#@\"'<>]+@)?([^\s?#\"'<>]*)([?#][^\s\"'<>]*)?", re.IGNORECASE)


def without_query(text: str) -> str:
    """Return the text with all web addresses in it as far as they may be shown.

    What stands before their host and behind `?` or `#` may be a password or a token.
    """
    if "://" not in text:
        return text
    return _ADDRESS.sub(
        lambda found: (
            found[1]
            + (f"{REDACTED}@" if found[2] else "")
            + found[3]
            + (f"{found[4][0]}{REDACTED}" if found[4] and len(found[4]) > 1 else found[4] or "")
        ),
        text,
    )


def shortly(value: object) -> str:
    """Return a value as Python writes it, for a message: one line, and not longer than one."""
    return excerpt(repr(value))


def counted(number: int, noun: str) -> str:
    """`1 row`, `1,204 rows`, `2 retries`."""
    return f"{number:,} {_inflected(noun, number)}"


def said_of_fields(
    message: str, errors: Mapping[str, Iterable[str]], place: Callable[[str], str] = lambda name: ""
) -> str:
    """Return a message and what a server said of single fields: `refused (422); name at C3: too long`."""
    details = (f"{name}{place(name)}: {' '.join(texts)}" for name, texts in errors.items())
    return "; ".join(filter(None, (message, *details)))


def listed(items: Collection[object], most: int = 10) -> str:
    """`3, 4`; of more than `most` only the first ones: `3, 4 and 5 more`."""
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(map(str, islice(items, most))) + more


def either(words: Sequence[str]) -> str:
    """`inbound or outbound`, `us, eu or custom`."""
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


def named(noun: str, items: Collection[object], most: int = 10) -> str:
    """`row 3`, `rows 3, 4 and 5 more`."""
    return f"{_inflected(noun, len(items))} {listed(items, most)}"


def in_ranges(noun: str, numbers: Sequence[int], most: int = 10) -> str:
    """`row 3`, `rows 3-7, 9 and 120 more`: numbers that rise, those that follow each other as one item."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    told = runs[:most]
    rest = len(numbers) - sum(run[-1] - run[0] + 1 for run in told)
    words = ", ".join("-".join(map(str, run)) for run in told)
    return f"{_inflected(noun, len(numbers))} {words}" + (f" and {rest:,} more" if rest else "")


def column_letters(index: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA: as spreadsheet programs name columns."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def nearest(given: str, names: Mapping[str, str]) -> str:
    """Return what the name stands for that was typed with a slip; "" where there is none, or several.

    Case, spaces, `_` and `-` count for nothing. A wrong guess is worse than none, so short names bear no slip.
    """
    plain = _unspaced(given)
    found: dict[int, set[str]] = {}
    for name, meant in names.items():
        other = _unspaced(name)
        most = _SLIPS[min(max(len(plain), len(other)), len(_SLIPS) - 1)]
        slips = _slips(plain, other, most)
        if slips <= most:
            found.setdefault(slips, set()).add(meant)
    best = found[min(found)] if found else set()
    return next(iter(best)) if len(best) == 1 else ""


_SLIPS = (0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3)
"""Length of a text -> slips that it bears; longer ones as the last."""
_LONGEST_NAME = 80


@lru_cache(4096)
def _unspaced(text: str) -> str:
    return re.sub(r"[\s_-]+", "", text[: 2 * _LONGEST_NAME].casefold())


def _slips(one: str, other: str, most: int) -> int:
    """Letters that are missing, too many, wrong or exchanged with their neighbor; more than `most` where it is more."""
    if one == other:
        return 0
    if abs(len(one) - len(other)) > most or len(one) > _LONGEST_NAME:
        return most + 1
    if len(one) == len(other) <= 4 and sorted(one) != sorted(other):
        return most + 1  # MEZ is not MET, none is not name
    letters, others = _letters(one), _letters(other)
    if (letters - others).total() > most or (others - letters).total() > most:
        return most + 1  # a slip brings at most one letter in and takes one out: nearly all names end here
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, sign in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, its in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (sign != its))
            if i > 1 and j > 1 and sign == other[j - 2] and one[i - 2] == its:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            break
    return min(row[-1], most + 1)


@lru_cache(4096)
def _letters(text: str) -> Counter[str]:
    return Counter(text)


def first_twice(names: Iterable[str]) -> str:
    """Return the first name that was there before. Raises ValueError where all differ."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    raise ValueError("all of them differ")


def _inflected(noun: str, number: int) -> str:
    if number == 1:
        return noun
    return f"{noun.removesuffix('y')}ies" if noun.endswith("y") else f"{noun}s"


def how_long(seconds: float) -> str:
    """`0.4 s`, `12 s`, `1 min 10 s`, `2 min`, `3 h 5 min`: how long something takes."""
    if 0 < seconds < 9.95:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (0 if hours else rest, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s"


def local_time(moment: datetime) -> str:
    """`2026-11-22 09:31 CET`: as people here read it, with the zone."""
    here = moment.astimezone()
    name = here.tzname() or ""
    # Windows has `W. Europe Standard Time`, and many zones no letters at all.
    return f"{here:%Y-%m-%d %H:%M} " + (name if name.isalpha() and len(name) <= 5 else f"UTC{here:%z}")


def log_heading(moment: datetime, who: str) -> str:
    """`2026-11-22 03:00 CET  nightly: `: how a line in a log begins, with who says it."""
    return f"{local_time(moment)}  {printable(who)}: "


def log_close(status: int, folders: Iterable[Path] = ()) -> str:
    """`; exit 0, runs/2026-11-22T0300-nightly`: how a line in a log about a run closes."""
    return f"; exit {status}" + "".join(f", {printable(str(folder))}" for folder in folders)


def utc_text(moment: datetime) -> str:
    """`2026-11-22T08:31:05.120Z`: as programs read it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def quoted(text: str) -> str:
    """One word of a command line that can be pasted; what a terminal would not show is escaped, as shells read it."""
    if text != printable(text) and sys.platform != "win32":
        return "$'" + printable(text.replace("\\", "\\\\").replace("'", "\\'")) + "'"
    if sys.platform == "win32":
        from subprocess import list2cmdline

        word, mark = list2cmdline([text]), '"'
    else:
        word, mark = shlex.quote(text), "'"
    # A word such as `Nr.` is quoted, too: at the end of a sentence nobody could tell where it ends.
    return f"{mark}{text}{mark}" if word == text and text.endswith((".", ",", ":")) else word


def quoted_path(path: Path | str) -> str:
    """Return a path as a word of a command line that can be pasted, and that is not taken for a flag."""
    text = str(path)
    return quoted(f"./{text}" if text.startswith("-") and text != "-" else text)


def did_you_mean(given: str, names: Iterable[str] | Mapping[str, str]) -> str:
    """`did you mean office?`, without regard to case and spaces; "" where no name is near.

    A mapping tells what its names stand for, which is proposed then.
    """
    meant = names if isinstance(names, Mapping) else {name: name for name in names}
    return asked(nearest(given, meant))


def asked(guess: str) -> str:
    """`did you mean office?`; "" where there is no guess."""
    return f"did you mean {guess}?" if guess else ""


def no_such(noun: str, name: str, known: Iterable[str]) -> str:
    """`there is no key 'concurency'; did you mean 'concurrency'?`"""
    close = nearest(name, {each: each for each in known})
    return f"there is no {noun} {shortly(name)}" + (f"; {asked(repr(close))}" if close else "")
