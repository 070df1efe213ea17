"""Notices sent through apprise, in a process of its own, within a time for all of them."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from batch_update.api.keys import VARIABLE
from batch_update.disk import read_plain
from batch_update.jobs.notices.message import Message
from batch_update.report.files.folder import failed_in

INSTALL = "python -m pip install 'batch-update[notify]'"
LACKING = f"the package apprise is not installed (U116); install it with: {INSTALL}"
MOST_ATTACHED = 5 << 20
"""bytes of all files together: many servers refuse mails of more than 10 MiB, and in a mail they take a third more"""
_START = 1.5
"""seconds of the patience that are left to a process to begin and to end in"""
_ENDS = {
    "unreadable": "the address is not understood: see the list of addresses that apprise knows",
    "lacking": LACKING,
    "broken": "the way that it names is broken, or needs a package that is not installed",
    "unreached": "no connection, or no answer",
    "refused": "it was not taken",
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """An address that a notice was to go to, and why it did not go there."""

    at: int
    """the position of the address, from 0"""
    kind: str
    """of the address: mailto, slack, json ...; "" where it is none that is known"""
    why: str
    """it was not sent; "" where it was"""


def send(
    message: Message,
    addresses: Mapping[int, str],
    *,
    files: Sequence[tuple[str, bytes]] = (),
    environ: Mapping[str, str],
    patience: float,
    only_look: bool = False,
) -> tuple[Delivery, ...]:
    """Send a message to each address, and return what became of it within so many seconds.

    `files` are attached to mails. With `only_look` it is only looked whether the addresses are understood.
    """
    if not addresses:
        return ()
    document = {
        "subject": message.subject,
        "body": message.body,
        "kind": message.kind,
        "addresses": list(addresses.items()),
        "files": [(name, base64.b64encode(content).decode("ascii")) for name, content in files],
        "seconds": max(0.1, patience - _START),
        "only_look": only_look,
    }
    return _deliveries(addresses, _said_by_process(json.dumps(document), environ, patience), patience)


def _said_by_process(document: str, environ: Mapping[str, str], patience: float) -> str:
    """Return what the process has written until it ended, or was ended."""
    # Not with -m, and with -P: a file in the working folder that is called like a library would be run.
    command = [sys.executable, "-P", str(Path(__file__).with_name("apprising.py"))]
    process = subprocess.Popen(
        command,
        env={name: text for name, text in environ.items() if name != VARIABLE},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # its libraries log addresses there
        text=True,
        encoding="utf-8",
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    try:
        return process.communicate(document, patience)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        return process.communicate()[0]
    except BaseException:
        process.kill()
        raise


def _deliveries(addresses: Mapping[int, str], said: str, patience: float) -> tuple[Delivery, ...]:
    known: dict[int, Delivery] = {}
    for line in said.splitlines():
        with suppress(ValueError, KeyError, TypeError):
            found: dict[str, Any] = json.loads(line)
            known[found["at"]] = Delivery(found["at"], str(found["kind"]), _said_of_end(str(found["end"])))
    late = f"no answer within {patience:g} s"
    return tuple(known.get(at, Delivery(at, "", late)) for at in addresses)


def _said_of_end(end: str) -> str:
    return "" if end == "sent" else _ENDS.get(end) or f"it {end}"


def attachable(folders: Sequence[Path]) -> tuple[list[tuple[str, bytes]], list[str]]:
    """Return the files of these runs with the rows that failed, with their names; and those that are too large."""
    files: list[tuple[str, bytes]] = []
    too_large: list[str] = []
    room = MOST_ATTACHED
    for folder in folders:
        path = failed_in(folder)
        if path is None:
            continue
        with suppress(OSError):  # it went in the meantime, or is none: the message says where to look
            content = read_plain(path, room + 1)
            if len(content) > room:
                too_large.append(path.name)
                continue
            room -= len(content)
            files.append((path.name if len(folders) == 1 else f"{folder.name}-{path.name}", content))
    return files, too_large
