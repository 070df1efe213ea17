"""A job file as it stands, with its keys spelled alike, and the files that it extends."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from batch_update.disk import read_followed
from batch_update.errors import UsageError
from batch_update.jobs.definition.job_tables import JobFile, tables_of
from batch_update.jobs.definition.toml_lines import KeyPath, lines_of_keys, longest_key
from batch_update.jobs.definition.toml_writing import encoding_of, how_toml_has
from batch_update.settings.refusals import job_key
from batch_update.text import excerpt, printable, shortly

_LARGEST = 256 * 1024
"""bytes"""
_LONGEST_CHAIN = 20
_DEEPEST = 20
_IN_EACH_OTHER = "tables or lists in each other"
_MOST_KEYS = 2_000
_LONGEST_KEY = 100
"""parts with dots between them"""
SHEET: KeyPath = ("input", "file")
"""Where the sheet stands; `file` alone is short for it."""


@dataclass(frozen=True, slots=True)
class JobSource:
    """One file of a job: the job file itself, or one that it extends."""

    path: Path
    text: str = field(repr=False)
    document: dict[str, Any]
    """its keys as the list of settings has them, with hyphens; `file` stands in the table input"""
    is_short: bool
    """whether it says `file` for the input"""
    complaints: tuple[tuple[KeyPath, str], ...]
    """where it says one thing twice"""

    @property
    def folder(self) -> Path:
        """Return the folder that its paths begin at."""
        return self.path.resolve().parent

    def line(self, path: KeyPath) -> int | None:
        """Return the line of a key, or of the table around it; None where that cannot be told."""
        lines = _spelled_lines(self.text)
        path = path[1:] if self.is_short and path == SHEET else path
        found = (lines.get(path[:length]) for length in range(len(path), 0, -1))
        return next((line for line in found if line is not None), None)

    def name(self, path: KeyPath) -> str:
        """`schedule.cron`: how a complaint names a key of this file."""
        return "file" if self.is_short and path == SHEET else dotted(path)

    def at(self, path: KeyPath) -> str:
        """`jobs/nightly.toml: line 3: `"""
        line = self.line(path)
        return f"{printable(str(self.path))}: " + (f"line {line}: " if line else "")


def dotted(path: KeyPath) -> str:
    """`notify.to[1].env`, the items of a list counted from 1."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{excerpt(part, 60)}"
    return text.removeprefix(".")


@cache
def _spelled_lines(text: str) -> Mapping[KeyPath, int]:
    found: dict[KeyPath, int] = {}
    for path, line in lines_of_keys(text).items():
        found.setdefault(_spelled_path(path), line)
    return found


def _spelled_path(path: KeyPath) -> KeyPath:
    """`key_file` and `key-file` are one key, in the tables of ours, too; in other tables keys are data."""
    is_ours = path[0] in tables_of(JobFile)
    return tuple(
        job_key(part) if isinstance(part, str) and (depth == 0 or is_ours) else part
        for depth, part in enumerate(path)
    )


# ---------------------------------------------------------------- read


def read_chain(path: Path) -> list[JobSource]:
    """Return a job file, the file that it extends, the one that this extends and so on. Raises UsageError U106."""
    chain = [read_source(path)]
    while "extends" in chain[-1].document:
        chain.append(read_source(_base_of(chain), beneath=chain[-1]))
        if len(chain) > _LONGEST_CHAIN:
            raise UsageError(
                f"{chain[0].at(('extends',))}extends: more than {_LONGEST_CHAIN} files", code="U106"
            )
    return chain


def base_named(source: JobSource) -> Path | None:
    """Return the file that one extends; None where it names none that could be."""
    named = source.document.get("extends")
    return source.path.parent / named if isinstance(named, str) and named and "\0" not in named else None


def _base_of(chain: list[JobSource]) -> Path:
    """Return the file that the last one extends. Raises UsageError where that is none, or leads in a circle."""
    last = chain[-1]
    base, place = base_named(last), f"{last.at(('extends',))}extends: "
    if base is None:
        raise UsageError(
            f"{place}given {shortly(last.document['extends'])}, wanted the path of another job file",
            code="U106",
        )
    if base.resolve() in [source.path.resolve() for source in chain]:
        way = [*(source.path.name for source in chain), base.name]
        raise UsageError(
            f"{place}it leads in a circle: {printable(' extends '.join(way))}",
            code="U106",
            remedy="take the key extends out of one of them",
        )
    return base


def read_source(path: Path, *, beneath: JobSource | None = None) -> JobSource:
    """Return one file with its keys spelled alike. `beneath`: the file that extends it. Raises UsageError U106."""
    text = _text_of(path, beneath)
    document = _document(path, text)
    complaints = [((*above, key), "stands there twice") for above, key in _doubled(document)]
    spelled = {job_key(key): _spelled_table(job_key(key), value) for key, value in document.items()}
    is_short = "file" in spelled
    if is_short:
        file, table = spelled.pop("file"), spelled.get("input", {})
        if isinstance(table, dict) and "file" in table:
            complaints.append(
                (("file",), "is short for the key file of the table input: leave one of them out")
            )
        elif isinstance(table, dict):
            spelled["input"] = {**table, "file": file}
    return JobSource(path, text, spelled, is_short, tuple(complaints))


def _spelled_table(key: str, value: Any) -> Any:
    model = tables_of(JobFile).get(key)
    if model is None:
        return value
    if isinstance(value, list):
        return [_spelled_table(key, item) for item in value]
    if not isinstance(value, dict):
        return value
    return {job_key(name): inner for name, inner in value.items()}


def _doubled(document: Mapping[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    """Yield the keys that stand there in two spellings: `run-dir` and `run_dir` are one key."""
    tables = [
        ((), document),
        *(((key,), value) for key, value in document.items() if job_key(key) in tables_of(JobFile)),
    ]
    for above, table in tables:
        names = [job_key(key) for key in table] if isinstance(table, dict) else []
        yield from ((above, name) for name in sorted(set(names)) if names.count(name) > 1)


def why_unreadable(error: OSError | ValueError) -> str:
    """Return why a file or a folder of jobs cannot be read, without its name."""
    return str(error.strerror) if isinstance(error, OSError) else "not a path"


def _text_of(path: Path, beneath: JobSource | None) -> str:
    """Return what the file holds, with line ends as they are. Raises UsageError U106."""
    place = f"{beneath.at(('extends',))}extends: " if beneath else ""
    try:
        content = read_followed(path, _LARGEST + 1)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{place}{printable(str(path))}: cannot be read: {why_unreadable(error)}",
            code="U106",
            remedy="check the path, which begins at the folder of the file that it stands in"
            if beneath
            else "check the path and who may read it",
        ) from None
    if len(content) > _LARGEST:
        raise UsageError(f"{printable(str(path))}: is too large for a job file", code="U106")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{printable(str(path))}: line {line}: is no UTF-8 text, but {encoding_of(content)}, it seems",
            code="U106",
            remedy="save it as UTF-8: the editor of Windows has that beneath Save as, Encoding",
        ) from None


def _document(path: Path, text: str) -> dict[str, Any]:
    """Return the keys and values of a job file. Raises UsageError U106."""
    if longest_key(text) > _LONGEST_KEY:
        raise _too_many(path, _IN_EACH_OTHER)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{printable(str(path))}: {_no_toml(text, error)}", code="U106") from None
    except (ValueError, RecursionError):  # a number of thousands of digits, lists in lists in lists
        raise UsageError(
            f"{printable(str(path))}: is no TOML: a value is too long or too deep", code="U106"
        ) from None
    _require_bounds(path, document)
    return document


def _no_toml(text: str, error: tomllib.TOMLDecodeError) -> str:
    """`line 3, column 8: is no TOML: Invalid value; a text stands in straight quotes`."""
    fault = excerpt(str(error), 200)
    place = re.search(r" \(at line (\d+), column (\d+)\)$", fault)
    if place is None:
        return f"is no TOML: {fault}"
    hint = how_toml_has(text.split("\n")[int(place[1]) - 1], fault)
    told = f"line {place[1]}, column {place[2]}: is no TOML: {fault[: place.start()]}"
    return f"{told}; {hint}" if hint else told


def _require_bounds(path: Path, document: Mapping[str, Any]) -> None:
    """Raise UsageError for what no job file holds: each of many keys is told, and whoever reads tables recurses."""
    level: list[Any] = [document]
    keys = 0
    for _ in range(_DEEPEST):
        keys += sum(len(value) for value in level if isinstance(value, Mapping))
        inner = (one for value in level for one in (value.values() if isinstance(value, Mapping) else value))
        level = [one for one in inner if isinstance(one, (Mapping, list))]
    if level or keys > _MOST_KEYS:
        raise _too_many(path, _IN_EACH_OTHER if level else "keys")


def _too_many(path: Path, what: str) -> UsageError:
    return UsageError(f"{printable(str(path))}: has too many {what} for a job file", code="U106")
