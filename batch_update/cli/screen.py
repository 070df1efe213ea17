"""What people see: results on stdout, progress, logs and questions on stderr."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from threading import Thread
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import anyio
import typer

from batch_update.errors import UsageError

if sys.platform != "win32":
    import termios

from batch_update.cli.terminal import Terminal, colored
from batch_update.cli.wrapping import width, wrap
from batch_update.errors import BatchUpdateError, Interrupted, SheetError
from batch_update.text import excerpt, is_hidden

if TYPE_CHECKING:
    from batch_update.fields.differences import Showing
    from batch_update.report.tones import Piece

MOST_WORDS = 1_000
"""Characters of a line about what ended a command."""
_NOT_PLAIN = re.compile(r"[^\n -~]")
_AT_ONCE = 1000
"""items of a long list that are written together"""
_COLORS = {"error": "31;1", "warning": "33;1", "good": "32;1", "gone": "31", "came": "32"}


def on_terminal() -> bool:
    """Whether somebody is watching and can answer. FORCE_COLOR and the like have no say in this."""
    return sys.stderr.isatty() and sys.stdin is not None and sys.stdin.isatty()


def ready_streams() -> None:
    """Whatever stdout and stderr are, they take every text: `>&-` leaves none, and ASCII has no umlauts.

    A terminal takes none that would do something to it.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  until the end
        elif isinstance(stream := getattr(sys, name), io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
            if stream.isatty() and not isinstance(stream, Terminal):
                setattr(sys, name, Terminal(stream))


def out(text: str = "") -> None:
    """Lines of the result, as wide as the terminal is."""
    out_raw(wrap(text, width(sys.stdout)))


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


def out_json(document: Any) -> None:
    """The one JSON document of a command with --json."""
    out_raw(_json_text(document))


def out_json_with(document: dict[str, Any], name: str, items: Iterable[Any]) -> None:
    """The one JSON document of a command with one more key, whose list is never held in memory as a whole."""
    out_raw(_json_text(document).removesuffix("\n}") + f',\n  "{name}": [', end="")
    between, after = "\n    ", "]\n}"
    rest = iter(items)
    while some := list(islice(rest, _AT_ONCE)):
        texts = (_json_text(item).replace("\n", "\n    ") for item in some)
        out_raw(between + ",\n    ".join(texts), end="")
        between, after = ",\n    ", "\n  ]\n}"
    out_raw(after)


def _json_text(value: Any) -> str:
    """Readable, with escapes only for what would do something to a terminal, or not be seen there."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    return _NOT_PLAIN.sub(lambda found: json.dumps(found[0])[1:-1] if is_hidden(found[0]) else found[0], text)


def say(text: str) -> None:
    """A line about the work, beside the result. That nobody can read it does not end the work."""
    try:
        print(wrap(text, width(sys.stderr)), file=sys.stderr, flush=True)
    except OSError:
        _to_nowhere(sys.stderr)


def _to_nowhere(stream: TextIO) -> None:
    """Lead the stream to nowhere, with what is in its buffer: else Python tries to write that again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def paint(text: str, color: str, stream: Any = None) -> str:
    """The text in color, where the stream is a terminal."""
    stream = stream or sys.stdout
    return colored(text, _COLORS[color]) if _shows_color(stream) else text


def _shows_color(stream: Any) -> bool:
    """https://no-color.org, and terminals that know none."""
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return wanted and bool(stream.isatty())


def showing_on(stream: TextIO, *, full: bool = False) -> Showing:
    """How what changes is shown on this stream: in color where it takes some, long texts whole with `full`."""
    from batch_update.fields.differences import Showing

    gone, came = (partial(paint, color=color, stream=stream) for color in ("gone", "came"))
    return Showing(gone, came, full)


def painted(pieces: Iterable[Piece]) -> str:
    """The text of these pieces for stdout, each in the color of its tone where stdout shows colors."""
    return "".join(paint(piece.text, piece.tone) if piece.tone else piece.text for piece in pieces)


def ask(question: str) -> bool:
    """A question with the answer no at hand. Ctrl-C ends it at once, inside an event loop too."""
    _forget_typed()
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        print(wrap(f"{question} [y/N]", width(sys.stderr)), end=" ", file=sys.stderr, flush=True)
        return _is_yes(sys.stdin.readline())
    finally:
        signal.signal(signal.SIGINT, before)


async def ask_meanwhile(question: str) -> bool:
    """A question in the middle of a run, with the answer no at hand. Can be cancelled, and heeds no signals itself."""
    _forget_typed()
    say(f"{question} [y/N]")
    answers: list[bytes] = []
    # A thread that nothing waits for, reading below Python's own buffer: left alone, it must not keep the program
    # from ending, nor hold a lock that ending needs.
    Thread(target=lambda: answers.append(os.read(sys.stdin.fileno(), 4096)), daemon=True).start()
    while not answers:  # noqa: ASYNC110  # set by a plain thread, which can be on its own for ever
        await anyio.sleep(0.1)
    return _is_yes(answers[0].decode("utf-8", "replace"))


def _forget_typed() -> None:
    """Drop what was typed before a question was seen: it is no answer to it."""
    if sys.platform != "win32" and sys.stdin.isatty():
        termios.tcflush(sys.stdin, termios.TCIFLUSH)


def _is_yes(answer: str) -> bool:
    return answer.strip().lower() in {"y", "yes", "j", "ja"}


class _AskedToEnd(KeyboardInterrupt):
    """What SIGTERM or a hang-up raises; only of a kind that event loops let through."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@contextmanager
def telling_errors(*, as_json: bool) -> Iterator[None]:
    """An exception of ours inside becomes a message, or the one JSON document, and the exit status.

    So do signals that would end the program without a word.
    """
    try:
        with _raising(signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])):
            yield
    except (BatchUpdateError, KeyboardInterrupt) as caught:
        error = caught if isinstance(caught, BatchUpdateError) else _interrupted(caught)
        if as_json:
            out_json(error_json(error))
        else:
            show_error(error)
        raise typer.Exit(int(error.exit)) from None


@contextmanager
def _raising(*numbers: signal.Signals) -> Iterator[None]:
    """Has these signals raise, but for those that are ignored, as nohup wants it, or heeded already."""

    def end(number: int, frame: FrameType | None) -> NoReturn:
        raise _AskedToEnd(number)

    mine = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    for number in mine:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in mine:
            signal.signal(number, signal.SIG_DFL)


def _interrupted(caught: KeyboardInterrupt) -> Interrupted:
    """While something is sent, signals are heeded in another way; so this is before that, or after."""
    number = caught.number if isinstance(caught, _AskedToEnd) else int(signal.SIGINT)
    remedy = "batch-update runs list shows whether a run had begun"
    return Interrupted(f"interrupted by {signal.Signals(number).name}", signal=number, remedy=remedy)


def show_error(error: BatchUpdateError) -> None:
    """Why a command ended, and what to do."""
    code = f"[{error.code}]" if error.code else ""
    first, *more = error.details
    say(f"{paint('error', 'error', sys.stderr)}{code}: {excerpt(first, MOST_WORDS)}")
    for line in more:
        say(f"  {excerpt(line, MOST_WORDS)}")
    for number, line in enumerate(error.remedy.split("\n") if error.remedy else ()):
        say(f"{'          ' if number else '  = help: '}{excerpt(line, MOST_WORDS)}")


def _bounded(text: str) -> str:
    """The text without an end that nobody reads: a path or a value may have 100,000 characters."""
    return text if len(text) <= MOST_WORDS else text[:MOST_WORDS] + " ..."


def error_json(error: BatchUpdateError) -> dict[str, Any]:
    """The error as a JSON document."""
    details = list(map(_bounded, error.details))
    document: dict[str, Any] = {
        "error": {
            "code": error.code,
            "message": "\n".join(details),
            "remedy": "\n".join(map(_bounded, error.remedy.split("\n"))),
            "exit": int(error.exit),
        }
    }
    if len(details) > 1:
        document["error"]["details"] = details
    if isinstance(error, SheetError):
        document["error"]["problems"] = [problem.message for problem in error.problems]
    return document
