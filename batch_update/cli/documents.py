"""The end of a command: the one document of --json, or the error that ends it early."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

import typer

from batch_update.cli.asked_to_end import heeding_signals
from batch_update.cli.screens.screen import out_raw, show_error
from batch_update.errors import BatchUpdateError
from batch_update.model.reports import Exit
from batch_update.settings.heeding import HEEDED, HEEDLESS
from batch_update.settings.layers import variable_of
from batch_update.text import is_hidden

if TYPE_CHECKING:
    from batch_update.report.documents.envelope import Body, Purpose

_NOT_PLAIN = re.compile(r"[^\n -~]")
_AT_ONCE = 1000
"""items of a long list that are written together"""


def out_document(
    body: Body,
    *,
    exit: Exit | None = Exit.OK,
    error: BaseException | None = None,
    following: Mapping[Purpose, str] | None = None,
) -> None:
    """Print the document of the command that was given. `following`: the commands that make sense now."""
    from batch_update.report.documents.envelope import enveloped

    now = datetime.now(UTC)
    document = enveloped(body, command=_command_given(), at=now, exit=exit, error=error, following=following)
    lists = [name for name, value in document.items() if isinstance(value, Iterator)]
    if lists:
        out_with_lists(document, {name: document.pop(name) for name in lists})
    else:
        out_raw(safe_text(document))


def out_failure(error: BaseException, exit: Exit, *, following: Mapping[Purpose, str] | None = None) -> None:
    """Print the document of a command that ended before it had anything to tell."""
    from batch_update.report.documents.envelope import FailedCommand

    out_document(FailedCommand(), exit=exit, error=error, following=following)


def out_with_lists(document: Mapping[str, Any], lists: Mapping[str, Iterable[Any]]) -> None:
    """Print a document with more keys, whose lists are never held in memory as a whole; each follows the one before."""
    out_raw(safe_text(document).removesuffix("\n}"), end="")
    for name, items in lists.items():
        out_raw(f',\n  "{name}": [', end="")
        between, after = "\n    ", "]"
        rest = iter(items)
        while some := list(islice(rest, _AT_ONCE)):
            texts = (safe_text(item).replace("\n", "\n    ") for item in some)
            out_raw(between + ",\n    ".join(texts), end="")
            between, after = ",\n    ", "\n  ]"
        out_raw(after, end="")
    out_raw("\n}")


def safe_text(value: object) -> str:
    """Return readable JSON, with escapes only for what would do something to a terminal, or not be seen there."""
    from batch_update.report.documents.envelope import json_text

    return _NOT_PLAIN.sub(
        lambda found: json.dumps(found[0])[1:-1] if is_hidden(found[0]) else found[0], json_text(value)
    )


# ---------------------------------------------------------------- what was asked for


def wants_json() -> bool:
    """Whether a document is wanted, also where the settings could not be read or are not asked."""
    said = os.environ.get(variable_of("json"), "").casefold()
    words = _flag_words()
    asked = "--json" in words or "--format=json" in words or ("--format", "json") in pairwise(words)
    return asked or said in {"1", "true", "yes", "on", "t", "y"}


def _command_given() -> str | None:
    """Return the command that was typed: `job run`; None where there is no such command."""
    known = {*HEEDED, *HEEDLESS}
    plain = [word for word in _flag_words() if not word.startswith("-")]
    return next((name for count in (2, 1) if (name := " ".join(plain[:count])) in known), None)


def _flag_words() -> list[str]:
    """Return the words of the command line that may be flags."""
    return sys.argv[1 : sys.argv.index("--")] if "--" in sys.argv else sys.argv[1:]


# ---------------------------------------------------------------- where a command ends early


@contextmanager
def telling_errors(*, as_json: bool) -> Iterator[None]:
    """An exception of ours inside becomes a message, or the one JSON document, and the exit status.

    So do signals that would end the program without a word.
    """
    try:
        with heeding_signals():
            yield
    except BatchUpdateError as error:
        if as_json:
            out_failure(error, error.exit)
        else:
            show_error(error)
        raise typer.Exit(int(error.exit)) from None
