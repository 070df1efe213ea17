"""A job file as it stands, with its keys spelled alike, and the files that it extends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from batch_update.errors import UsageError
from batch_update.jobs.definition.job_tables import JobFile, tables_of
from batch_update.settings.refusals import job_key
from batch_update.text import printable, shortly
from batch_update.toml.toml_files import TomlKind, toml_document, toml_text
from batch_update.toml.toml_lines import KeyPath, dotted, lines_of_keys

JOB_FILE = TomlKind("a job file", "U106", most_bytes=256 * 1024, most_keys=2_000)
_LONGEST_CHAIN = 20
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
    text, document = _chain_link(path, beneath)
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


def _chain_link(path: Path, beneath: JobSource | None) -> tuple[str, dict[str, Any]]:
    """Return the text of a job file and its keys. Raises UsageError U106."""
    if beneath is None:
        text = toml_text(path, JOB_FILE)
    else:
        place = f"{beneath.at(('extends',))}extends: "
        remedy = "check the path, which begins at the folder of the file that it stands in"
        text = toml_text(path, JOB_FILE, place=place, remedy=remedy)
    return text, toml_document(path, text, JOB_FILE)
