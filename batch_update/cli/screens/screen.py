"""The screen that people see: results on stdout; progress, logs and questions on stderr."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, Any, TextIO

import anyio

from batch_update.errors import UsageError

if sys.platform != "win32":
    import termios

from batch_update.cli.screens.terminal import colored
from batch_update.cli.screens.wrapping import height, rows_of, width, wrap
from batch_update.cli.spelling import as_flags
from batch_update.errors import BatchUpdateError
from batch_update.text import excerpt

if TYPE_CHECKING:
    from batch_update.fields.values.differences import Showing
    from batch_update.report.screen.gone_wrong import Room
    from batch_update.report.tones import Piece

MOST_WORDS = 1_000
"""Characters of a line about what ended a command."""
_COLORS = {"error": "31;1", "warning": "33;1", "good": "32;1", "gone": "31", "came": "32"}


def on_terminal() -> bool:
    """Whether somebody is watching and can answer. FORCE_COLOR and the like have no say in this."""
    return sys.stderr.isatty() and sys.stdin is not None and sys.stdin.isatty()


def out(text: str = "") -> None:
    """Lines of the result, as wide as the terminal is."""
    out_raw(wrap(as_flags(text), width(sys.stdout)))


def room_on(stream: TextIO) -> Room:
    """Return how much of a text fits on this screen, below it the line where the next command is typed."""
    from batch_update.report.screen.gone_wrong import Room

    return Room(height(stream) - 1, partial(rows_of, most=width(stream)))


def out_raw(text: str, *, end: str = "\n") -> None:
    """The text of a result as it stands, for programs. Raises UsageError where stdout cannot be written.

    Where the reader went away, as `| head` does, the exit status alone tells the rest.
    """
    with writing_out():
        print(text, end=end, flush=True)


@contextmanager
def writing_out() -> Iterator[None]:
    """Write to stdout inside, and flush: a reader that went away is no error; any other raises UsageError U110."""
    try:
        yield
    except BrokenPipeError:
        _to_nowhere(sys.stdout)
    except OSError as error:
        _to_nowhere(sys.stdout)
        raise UsageError(f"the result cannot be written to stdout: {error.strerror}", code="U110") from None


def say(text: str) -> None:
    """A line about the work, beside the result. That nobody can read it does not end the work."""
    try:
        print(wrap(as_flags(text), width(sys.stderr)), file=sys.stderr, flush=True)
    except OSError:
        _to_nowhere(sys.stderr)


def _to_nowhere(stream: TextIO) -> None:
    """Lead the stream to nowhere, with what is in its buffer: else Python tries to write that again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def paint(text: str, color: str, stream: Any = None) -> str:
    """Return the text in color, where the stream is a terminal."""
    stream = stream or sys.stdout
    return colored(text, _COLORS[color]) if _shows_color(stream) else text


def _shows_color(stream: Any) -> bool:
    """https://no-color.org, and terminals that know none."""
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return wanted and bool(stream.isatty())


def showing_on(stream: TextIO, *, full: bool = False) -> Showing:
    """Return how what changes is shown on this stream: in color where it takes some, long texts whole with `full`."""
    from batch_update.fields.values.differences import Showing

    gone, came = (partial(paint, color=color, stream=stream) for color in ("gone", "came"))
    return Showing(gone, came, full)


def painted(pieces: Iterable[Piece]) -> str:
    """Return the text of these pieces for stdout, each in the color of its tone where stdout shows colors."""
    return "".join(paint(piece.text, piece.tone) if piece.tone else piece.text for piece in pieces)


def ask(question: str) -> bool:
    """Ask a question with the answer no at hand. Ctrl-C ends it at once, inside an event loop too."""
    _forget_typed()
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        _show_question(question)
        return _is_yes(sys.stdin.readline())
    finally:
        signal.signal(signal.SIGINT, before)


async def ask_meanwhile(question: str) -> bool:
    """A question in the middle of a run, with the answer no at hand. Can be cancelled, and heeds no signals itself."""
    _forget_typed()
    _show_question(question)
    answers: list[bytes] = []
    # A thread that nothing waits for, reading below Python's own buffer: left alone, it must not keep the program
    # from ending, nor hold a lock that ending needs.
    Thread(target=lambda: answers.append(os.read(sys.stdin.fileno(), 4096)), daemon=True).start()
    while not answers:  # noqa: ASYNC110  # set by a plain thread, which can be on its own for ever
        await anyio.sleep(0.1)
    return _is_yes(answers[0].decode("utf-8", "replace"))


def _show_question(question: str) -> None:
    print(wrap(as_flags(f"{question} [y/N]"), width(sys.stderr)), end=" ", file=sys.stderr, flush=True)


def _forget_typed() -> None:
    """Drop what was typed before a question was seen: it is no answer to it."""
    if sys.platform != "win32" and sys.stdin.isatty():
        termios.tcflush(sys.stdin, termios.TCIFLUSH)


def _is_yes(answer: str) -> bool:
    return answer.strip().lower() in {"y", "yes", "j", "ja"}


def show_error(error: BatchUpdateError) -> None:
    """Why a command ended, and what to do."""
    code = f"[{error.code}]" if error.code else ""
    say(f"{paint('error', 'error', sys.stderr)}{code}: {excerpt(error.details[0], MOST_WORDS)}")
    for line in lines_below(error):
        say(line)


def lines_below(error: BatchUpdateError) -> Iterator[str]:
    """Yield what stands below the first line about an error: what else is wrong, and what to do."""
    for line in error.details[1:]:
        yield f"  {excerpt(line, MOST_WORDS)}"
    for number, line in enumerate(error.remedy.split("\n") if error.remedy else ()):
        yield f"{'          ' if number else '  = help: '}{excerpt(line, MOST_WORDS)}"
