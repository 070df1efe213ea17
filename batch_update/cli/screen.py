"""What people see: results on stdout, progress, logs and questions on stderr."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer

from batch_update.errors import BatchUpdateError, SheetError
from batch_update.text import printable

_COLORS = {"error": "31;1", "warning": "33;1", "good": "32;1", "dim": "2"}


def on_terminal() -> bool:
    """Whether somebody is watching and can answer. FORCE_COLOR and the like have no say in this."""
    return sys.stderr.isatty() and sys.stdin is not None and sys.stdin.isatty()


def out(text: str = "") -> None:
    """A line of the result."""
    print(text, flush=True)


def out_json(document: Any) -> None:
    """The one JSON document of a command with --json."""
    print(json.dumps(document, ensure_ascii=False, indent=2, default=str), flush=True)


def say(text: str) -> None:
    """A line about the work, beside the result."""
    print(text, file=sys.stderr, flush=True)


def paint(text: str, color: str, stream: Any = None) -> str:
    """The text in color, where the stream is a terminal."""
    stream = stream or sys.stdout
    return f"\033[{_COLORS[color]}m{text}\033[0m" if stream.isatty() else text


def paint_problems(text: str) -> str:
    """Colors the words error[...] and warning[...] at the beginnings of lines."""
    if not sys.stdout.isatty():
        return text
    lines = []
    for line in text.split("\n"):
        word, bracket, rest = line.partition("[")
        lines.append(paint(word, word) + bracket + rest if word in _COLORS else line)
    return "\n".join(lines)


def ask(question: str) -> bool:
    """A question with the answer no at hand. Ctrl-C ends it at once, inside an event loop too."""
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return sys.stdin.readline().strip().lower() in {"y", "yes", "j", "ja"}
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def telling_errors(*, as_json: bool) -> Iterator[None]:
    """An exception of ours inside becomes a message, or the one JSON document, and the exit status."""
    try:
        yield
    except BatchUpdateError as error:
        if as_json:
            out_json(error_json(error))
        else:
            show_error(error)
        raise typer.Exit(int(error.exit)) from None


def show_error(error: BatchUpdateError) -> None:
    """Why a command ended, and what to do."""
    code = f"[{error.code}]" if error.code else ""
    first, *more = error.message.split("\n")
    say(f"{paint('error', 'error', sys.stderr)}{code}: {printable(first)}")
    for line in more:
        say(f"  {printable(line)}")
    if error.remedy:
        say(f"  = help: {printable(error.remedy)}")


def error_json(error: BatchUpdateError) -> dict[str, Any]:
    """The error as a JSON document."""
    document: dict[str, Any] = {
        "error": {
            "code": error.code,
            "message": error.message,
            "remedy": error.remedy,
            "exit": int(error.exit),
        }
    }
    if isinstance(error, SheetError):
        document["error"]["problems"] = [problem.message for problem in error.problems]
    return document
