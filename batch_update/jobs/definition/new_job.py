"""A job file written anew: what people need first, and all else as comments with its default."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from textwrap import wrap
from typing import Any

from pydantic_core import PydanticUndefined

from batch_update.disk import make_folder
from batch_update.errors import UsageError
from batch_update.jobs.definition.job_schema import default_value, job_schema
from batch_update.jobs.definition.job_tables import JobFile, tables_of
from batch_update.settings.file_table import FileTable
from batch_update.settings.heeding import group_of, job_settings
from batch_update.settings.refusals import job_key
from batch_update.settings.tunables import Settings
from batch_update.text import printable, shortly
from batch_update.toml.toml_writing import as_toml

SCHEMA = "job.schema.json"
_WIDTH = 100
_FIRST = """\
#:schema {schema}
# Checked by: batch-update job check {name}. Paths begin at the folder of this file; write them with /.

description = {description}
# The sheet.
file = {file}
# Where each run leaves its results.
runs-dir = {runs}

# Rehearsed at the built-in sandbox: take this line out for the real thing.
sandbox = true
# Nobody is asked at night.
yes = true

# Where the API key lies; a key itself never stands in a job file.
#key = {{ env = "FAMULOR_API_KEY" }}

# When it runs stands at [schedule], further down; nothing starts it until cron does (docs/jobs.md).
# Everything else, with its default or an example. Take the # away from what you need; of a key that
# stands below a name in brackets, such as [notify], from that name, too.
"""
_EXAMPLES: dict[str, Any] = {
    "account": "hotel-adler",
    "allow": ["mode"],
    "author": "Anna",
    "decimal": ",",
    "delimiter": ";",
    "encoding": "cp1252",
    "expect": "f3116636c2ad135b",
    "header_row": 1,
    "ignore": ["Notiz"],
    "key_file": "famulor.key",
    "limit": 10,
    "locks_dir": "locks",
    "map": {"Stimme neu": "voice_id"},
    "max_change_percent": 20,
    "max_changes": 100,
    "max_failures": "5%",
    "note": "ticket 812",
    "only": [10437],
    "pause": 60,
    "proxy": "off",
    "run_dir": "run",
    "sandbox_faults": "429@5",
    "sandbox_state": "sandbox.db",
    "set": {"speech_speed": 1.1},
    "sheet": "Tabelle1",
    "waves": [1, 5, "20%", "rest"],
}
"""Of settings whose default is nothing."""
_IN_TABLES: dict[str, Any] = {
    "archive": "done",
    "cron": "0 3 * * *",
    "deadline": 7200,
    "env": "NIGHT_PING",
    "extends": "base.toml",
    "file": "sheet.csv",
    "keep": 30,
    "log.file": "../batch-update.log",
    "metrics": "batch-update.prom",
    "on-failure": ["./tell.sh"],
    "ping": {"env": "NIGHT_PING"},
    "timezone": "Europe/Berlin",
    "to": [{"env": "NIGHT_MAIL"}],
}

_OF_EVERY_JOB = {"schedule": ("cron",)}
"""Tables, and their keys, that are no comment: they count as they stand."""


def new_job(name: str, folder: Path, sheet: str = "", *, force: bool = False) -> Path:
    """Write a job file of this name, with the schema beside it, and return its path. Nothing is asked.

    `sheet`: its path from here. Raises UsageError where a job of this name is there already, unless `force`, or
    where it cannot be written.
    """
    if not name or name != Path(name).name or name.startswith(".") or printable(name) != name or "\\" in name:
        raise UsageError(
            f"{shortly(name)} is no name of a job",
            code="U106",
            remedy="a file of the jobs folder is called so: take letters, digits and -",
        )
    path = folder / f"{name.removesuffix('.toml')}.toml"
    try:
        make_folder(folder)
        with path.open("w" if force else "x", encoding="utf-8", newline="\n") as file:
            file.write(
                job_text(path.stem, _from_folder(sheet or "sheet.csv", folder), _from_folder("runs", folder))
            )
        _write_schema(folder / SCHEMA)
    except FileExistsError:
        raise UsageError(
            f"{printable(str(path))} is there already",
            code="U109",
            remedy="choose another name, or add the option force",
        ) from None
    except OSError as error:
        raise UsageError(f"{printable(str(path))} cannot be written: {error.strerror}", code="U110") from None
    return path


def job_text(name: str, file: str, runs: str) -> str:
    """Return the text of a new job file."""
    first = _FIRST.format(
        schema=f"./{SCHEMA}",
        name=name,
        description=as_toml(f"{name}, every night"),
        file=as_toml(file),
        runs=as_toml(runs),
    )
    return "\n".join([first, *_own_lines(), *_setting_lines(), *_lines_of_tables()])


def _from_folder(sheet: str, folder: Path) -> str:
    """Return where something lies, from the folder of the job file."""
    if sheet == "-" or "://" in sheet:
        return sheet
    path = Path(sheet).absolute()
    try:
        return Path(os.path.relpath(path, folder.absolute())).as_posix()
    except ValueError:  # on another drive
        return path.as_posix()


def _write_schema(path: Path) -> None:
    """Put the schema beside the jobs, or a newer one of ours in place of one; what else is called so stays."""
    schema = job_schema()
    title = f'"title": {json.dumps(schema["title"])}'
    if not path.exists() or title in path.read_text("utf-8", "replace"):
        text = json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
        path.write_text(text, "utf-8", newline="\n")


# ---------------------------------------------------------------- all else, as comments


def _own_lines() -> Iterator[str]:
    tables = tables_of(JobFile)
    for name, field in JobFile.model_fields.items():
        if name not in ("description", "file", "key") and name not in tables:
            yield from _commented(name, field.description or "", _example(_IN_TABLES, name, field))


def _setting_lines() -> Iterator[str]:
    chosen = [
        name for name in Settings.model_fields if name in job_settings() - {"yes", "sandbox", "runs_dir"}
    ]
    for group, names in groupby(chosen, group_of):
        yield f"# ---- {group}\n"
        for name in names:
            field = Settings.model_fields[name]
            yield from _commented(job_key(name), field.description or "", _example(_EXAMPLES, name, field))


def _lines_of_tables() -> Iterator[str]:
    for key, model in tables_of(JobFile).items():
        if key != "key":
            yield f"# ---- {model.__doc__}\n"
            yield f"[{key}]" if key in _OF_EVERY_JOB else f"# [{key}]"
            yield from _table_lines(key, model)


def _table_lines(table: str, model: type[FileTable]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        key = field.alias or name
        example = f"{table}.{key}" if f"{table}.{key}" in _IN_TABLES else key
        value = _example(_IN_TABLES, example, field)
        yield from _commented(key, field.description or "", value, counts=key in _OF_EVERY_JOB.get(table, ()))


def _example(examples: dict[str, Any], name: str, field: Any) -> Any:
    """Return a default, or an example where that is nothing."""
    return (
        examples[name]
        if name in examples or field.default is PydanticUndefined
        else default_value(field.default)
    )


def _commented(key: str, help: str, value: Any, *, counts: bool = False) -> Iterator[str]:
    yield from (f"# {line}" for line in wrap(help.replace("Repeatable.", "").strip(), _WIDTH))
    yield f"{'' if counts else '#'}{key} = {as_toml(value)}\n"
