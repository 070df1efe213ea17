"""One run through each of the doors: the command line, Python, a job file; and what came of it, to be compared.

`python -m tests.run.doors DOOR SHEET SETTINGS`: the same in a process of its own, that ends as the run did.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import batch_update
from batch_update.cli import main
from batch_update.cli.spelling import flag_of
from batch_update.errors import BatchUpdateError
from batch_update.model.reports import Exit, Report
from batch_update.outcomes import exit_status
from batch_update.sandbox.app import make_app
from batch_update.settings.layers import variable_of

STATE = Path("box") / "sandbox.db"
Given = Mapping[str, Any]
"""Settings by their Python names, with values as TOML has them: texts, numbers, true and false, lists."""


@dataclass(frozen=True)
class Seen:
    """What a run did, as the server, whoever called and the folder of the run saw it."""

    requests: list[tuple[str, str, Any]]
    """method, path with its query, body; in the order in which they came"""
    exit: Exit
    code: str
    """why it ended early, or was refused; "" where it came to its end"""
    rows: list[tuple[str, ...]]
    """status, code, changed, verified and attempts of each row, by results.csv; empty where there is none"""
    told: Any
    """run.json, without what is another each time; None where there is none"""
    folder: Path | None
    """the run's, in the folder where all of it happened; the time in its name left out, and what it is called after"""
    locks: list[Path]
    """where the account was locked; not where the record of a job was, which no other door has"""
    words: str = field(default="", compare=False)
    """all that was said"""

    @property
    def updates(self) -> list[tuple[int, Any]]:
        """Assistant and body of each update."""
        return [
            (int(path.rpartition("/")[2]), body) for method, path, body in self.requests if method == "PUT"
        ]

    @property
    def reads(self) -> int:
        return sum(method == "GET" and "assistants/get" in path for method, path, _ in self.requests)

    @property
    def statuses(self) -> list[str]:
        return [row[0] for row in self.rows]

    @property
    def kept(self) -> Any:
        """The settings that run.json tells."""
        return self.told["settings"]


# ---------------------------------------------------------------- the doors


def by_command(sheet: str, given: Given, words: tuple[str, ...] = ()) -> tuple[Exit, str, str]:
    flags = [flag for name, value in given.items() for flag in _flags(name, value)]
    return _program(*(words or ("apply",)), *flags, sheet)


def by_variables(sheet: str, given: Given) -> tuple[Exit, str, str]:
    """From Python, with all settings in the environment: `yes` alone is not asked for there, since the call is one."""
    own = {"yes": given["yes"]} if "yes" in given else {}
    texts = {variable_of(name): "\n".join(_texts(value)) for name, value in given.items() if name not in own}
    return by_python(sheet, own, environ={**os.environ, **texts})


def by_python(
    what: str, given: Given, call: Callable[..., Report] = batch_update.apply, **more: Any
) -> tuple[Exit, str, str]:
    try:
        report = call(what, **given, **more)
    except BatchUpdateError as error:
        return error.exit, error.code, error.message
    stop = report.stopped
    return exit_status(report), stop.code if isinstance(stop, BatchUpdateError) else "", str(stop or "")


def by_job(sheet: str, given: Given) -> tuple[Exit, str, str]:
    pairs = {"file": sheet, **given}
    lines = [f"{name.rstrip('_').replace('_', '-')} = {_toml(value)}" for name, value in pairs.items()]
    Path("job.toml").write_text("\n".join(lines) + "\n", "utf-8")
    return _program("job", "run", "job.toml")


DOORS: dict[str, Callable[[str, Given], tuple[Exit, str, str]]] = {
    "command line": by_command,
    "Python": by_python,
    "variables": by_variables,
    "job file": by_job,
}


RESUMING: dict[str, Callable[[str, Given], tuple[Exit, str, str]]] = {
    "command line": partial(by_command, words=("resume",)),
    "Python": partial(by_python, call=batch_update.resume),
}


def _program(*words: str) -> tuple[Exit, str, str]:
    """The exit status of the program in this process, the code of its error and all that it says."""
    before, sys.argv = sys.argv, ["batch-update", *words]
    said = StringIO()
    try:
        with redirect_stdout(said), redirect_stderr(said):
            main()
    except SystemExit as end:
        text = said.getvalue()
        code = re.search(r"error\[(\w+)\]", text) or re.search(
            r"^Stopped.*?\b([A-Z]\d{3})\b", text, re.MULTILINE
        )
        return Exit(int(end.code or 0)), code[1] if code else "", text
    finally:
        sys.argv = before
    raise AssertionError("the program came back")


def _flags(name: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [flag_of(name)] if value else []
    return [part for text in _texts(value) for part in (flag_of(name), text)]


def _texts(value: Any) -> list[str]:
    """As one types it, a text for each of several values."""
    if isinstance(value, Mapping):
        value = [f"{header}={field}" for header, field in value.items()]
    return [str(one) for one in (value if isinstance(value, (list, tuple)) else [value])]


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(k)} = {_toml(v)}" for k, v in value.items()) + " }"
    return json.dumps([str(one) for one in value] if isinstance(value, tuple) else value, ensure_ascii=False)


# ---------------------------------------------------------------- what came of it


def seen(folder: Path, ended: tuple[Exit, str, str], state: Path | None = None) -> Seen:
    """What a run in this folder did, the only one there."""
    status, code, words = ended
    found = sorted(path.parent for path in folder.rglob("results.csv"))
    assert len(found) <= 1
    home = found[0] if found else None
    told = json.loads((home / "run.json").read_text("utf-8")) if home else None
    if told and told["stopped"]:
        code = told["stopped"]["code"]
    return Seen(
        _requests(state or folder / STATE),
        status,
        code,
        _rows(home / "results.csv") if home else [],
        told and _steady(told),
        home and Path(re.sub(r"\d{4}-\d\d-\d\dT\d{4}-(sheet|job)", "TIME", str(home.relative_to(folder)))),
        sorted(
            {
                path.parent.relative_to(folder)
                for path in folder.rglob("*.lock")
                if path.parent.name != ".jobs"
            }
        ),
        words,
    )


def _requests(state: Path) -> list[tuple[str, str, Any]]:
    if not state.exists():
        return []
    with make_app(state, limits=()) as app:
        return [
            (one.method, one.path, json.loads(one.body) if one.body else None) for one in app.requests_seen()
        ]


def _rows(path: Path) -> list[tuple[str, ...]]:
    sheet = batch_update.read_sheet(path)
    columns = {column.header: column.texts for column in sheet.columns}
    names = ("_status", "_code", "_changed", "_verified", "_attempts")
    return list(zip(*(columns[name] for name in names), strict=True))


def _steady(told: dict[str, Any]) -> dict[str, Any]:
    """run.json without its times, the name of its folder and that of a job that began it."""
    for name in ("job", "at", "started", "finished", "seconds", "files", "events", "next"):
        told.pop(name, None)
    told["server"] = re.sub(r":\d+$", ":PORT", told["server"] or "")
    return told


def alone(environ: Mapping[str, str] = os.environ) -> list[str]:
    """The variables that a run would heed, of whoever runs the tests."""
    return [name for name in environ if name.startswith(("BATCH_UPDATE_", "FAMULOR_"))]


if __name__ == "__main__":
    name, what, text = sys.argv[1:]
    as_asked = partial(by_python, signals=True) if name == "Python" else DOORS[name]
    status, _, words = as_asked(what, json.loads(text))
    print(words, file=sys.stderr)
    sys.exit(int(status))
