"""Texts as files that only their owner can read."""

from __future__ import annotations

from pathlib import Path

from batch_update.disk import replace_private


def write_text(path: Path, text: str) -> Path:
    """Write a file that its owner alone can read, beside its name first and then renamed. Raises OSError."""
    replace_private(path, text.encode("utf-8", "backslashreplace"))
    return path
