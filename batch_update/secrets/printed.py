"""A secret that a command prints, such as that of a password manager: run without a shell, and not waited for long."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from tempfile import TemporaryFile
from typing import IO

from batch_update.api.secret_file import MOST_BYTES, PATIENCE, read_slowly, stripped
from batch_update.text import excerpt

_MOST_SAID = 2_000
"""bytes of what it complains of"""


def printed_by(command: Sequence[str], environ: Mapping[str, str], patience: float = PATIENCE) -> str:
    """Return what the command prints. Raises ValueError, which shows nothing of that, where it does not go well."""
    with TemporaryFile() as complaints:
        try:
            process = subprocess.Popen(
                command,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=complaints,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is none"
            raise ValueError(f"it cannot be run: {reason}") from None
        with process:
            found = _seen_through(process, patience)
        if process.returncode and len(found) < MOST_BYTES:
            said = _complaint(complaints, found)
            raise ValueError(
                f"it ended with exit status {process.returncode}" + (f": {said}" if said else "")
            )
    return stripped(found.decode("utf-8", "replace"))


def _seen_through(process: subprocess.Popen[bytes], patience: float) -> bytes:
    """Return what it prints, and see to its end. Raises ValueError where it takes too long."""
    try:
        found = _output(process, patience)
        if len(found) < MOST_BYTES:  # else it is no secret, and might print for ever
            process.wait(patience)
        return found
    except (TimeoutError, subprocess.TimeoutExpired):
        raise ValueError(f"it took more than {patience:g} seconds, and was ended") from None
    finally:
        process.kill()  # does nothing to one that has ended


def _output(process: subprocess.Popen[bytes], patience: float) -> bytes:
    """Return the beginning of what it prints. Raises TimeoutError and TimeoutExpired."""
    assert process.stdout is not None
    if os.name == "posix":
        return read_slowly(process.stdout.fileno(), patience)
    return process.communicate(timeout=patience)[0][:MOST_BYTES]


def _complaint(complaints: IO[bytes], secret: bytes) -> str:
    """Return what it complains of, safe to show, and without what it printed."""
    complaints.seek(0)
    said = complaints.read(_MOST_SAID)
    if secret.strip():
        said = said.replace(secret.strip(), b"[secret]")
    return excerpt(" ".join(said.decode("utf-8", "replace").split()), 200)
