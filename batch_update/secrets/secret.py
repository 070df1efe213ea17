"""The reference to a secret: it says where one lies, and stands in files in place of it."""

from __future__ import annotations

import re
from pathlib import PurePath

from pydantic import Field, model_validator

from batch_update.api.keys import path_words
from batch_update.settings.file_table import FileTable
from batch_update.settings.parsing import MaybePlace
from batch_update.text import excerpt, quoted

REFERENCES = (
    '{ env = "NAME" }, { file = "PATH" }, { credential = "NAME" } and { command = ["PROGRAM", "WORD"] }'
)
_REPEATERS = {"echo", "printf", "write-output"}
"""Programs that print what stands behind them: the secret itself would stand in the file."""
HIDDEN = "..."
"""Stands where a word of a command is not shown."""
_LIKE_A_SECRET = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z]).{16,}", re.DOTALL)
"""A word of a command that might be a token: such a word is not shown."""


class Secret(FileTable):
    """Where a secret lies: exactly one of a variable, a file, a name in the folder of credentials, or a command."""

    env: str | None = Field(None, description="Name of an environment variable that holds it.")
    file: MaybePlace = Field(None, description="File that holds it, and nothing else.")
    credential: str | None = Field(
        None, description="Name of a file below $CREDENTIALS_DIRECTORY, where systemd and containers put it."
    )
    command: tuple[str, ...] | None = Field(
        None, description="Program and its arguments, which prints it and nothing else; no shell reads them."
    )

    @model_validator(mode="after")
    def _is_one(self) -> Secret:
        if sum(given is not None for given in (self.env, self.file, self.credential, self.command)) != 1:
            raise ValueError(f"wanted one of {REFERENCES}")
        if self.env is not None and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", self.env):
            raise ValueError("env is no name of a variable: letters, digits and _")
        if self.credential is not None and not re.fullmatch(r"[\w.@-]+", self.credential):
            raise ValueError("credential is no name of one: letters, digits, ., _, @ and -")
        if self.command is not None:
            _check_command(self.command)
        return self


def _check_command(words: tuple[str, ...]) -> None:
    if not words or not words[0] or any("\0" in word for word in words):
        raise ValueError("command is none: wanted the words of one, the first of them a program")
    if PurePath(words[0]).stem.lower() in _REPEATERS:
        raise ValueError("command only prints what stands in it: name one that looks the secret up")


def where_it_lies(secret: Secret) -> str:
    """`the variable NAME`, `the file PATH`, `the credential NAME` or `the command pass show NAME`: where it lies."""
    if secret.env is not None:
        return f"the variable {excerpt(secret.env)}"
    if secret.file is not None:
        return f"the file {path_words(secret.file)}"
    if secret.command is not None:
        words = (word if word == HIDDEN else quoted(word) for word in shown_words(secret.command))
        return f"the command {excerpt(' '.join(words))}"
    return f"the credential {excerpt(secret.credential or '')}"


def shown_words(command: tuple[str, ...]) -> list[str]:
    """Return the words of a command, without those that might be a token."""
    return [HIDDEN if _LIKE_A_SECRET.fullmatch(word) else word for word in command]
