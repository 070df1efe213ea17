"""A list of accounts as TOML has it: a table for each account, and what several share in the table defaults."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, Field
from pydantic_core import ErrorDetails

from batch_update.account.known.known_account import KnownAccount, odd_name
from batch_update.errors import UsageError
from batch_update.secrets.secret import REFERENCES, Secret
from batch_update.settings.file_table import FileTable, first_errors
from batch_update.settings.parsing import Names, check_address
from batch_update.settings.refusals import job_key, wanted_of
from batch_update.settings.tunables import DEFAULT_BASE_URL
from batch_update.text import as_compared, no_such, printable, shortly
from batch_update.toml.toml_files import TomlKind, toml_document, toml_text
from batch_update.toml.toml_lines import KeyPath, dotted, lines_of_keys

ACCOUNT_LIST = TomlKind("a list of accounts", "U180", most_bytes=8 * 1024 * 1024, most_keys=200_000)
PLACE_OF_NAME = "{account}"
"""Stands in the key of the table defaults for the name of the account."""
_TABLES = ("defaults", "accounts")


def check_owner(text: str) -> str:
    """Return the e-mail of an owner as it is compared. Raises ValueError."""
    owner = text.strip()
    if owner and ("@" not in owner or " " in owner or not owner.isprintable()):
        raise ValueError(
            f"{shortly(text)} is no e-mail, such as the vendor's dashboard shows for the account"
        )
    return owner


def check_tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Return the tags. Raises ValueError for one that is none."""
    for tag in tags:
        if odd := odd_name(tag, "tag"):
            raise ValueError(odd)
    return tags


class AccountTable(FileTable):
    """The table of an account in a list, or the table `defaults`: it counts for all accounts that say nothing else."""

    key: Secret | None = Field(None, description="Where its API key lies.")
    base_url: Annotated[str, AfterValidator(check_address)] = Field(
        DEFAULT_BASE_URL, description="Where its API lives."
    )
    owner: Annotated[str, AfterValidator(check_owner)] = Field(
        "", description="E-mail of the user whom the key has to belong to."
    )
    tags: Annotated[Names, AfterValidator(check_tags)] = Field(
        (), description="Words by which several are chosen."
    )


class Mistake(NamedTuple):
    """Something that is wrong with a list, and at which key."""

    path: KeyPath
    text: str


def read_toml_list(path: Path) -> tuple[KnownAccount, ...]:
    """Return the accounts of the list. Raises UsageError U180 with all mistakes, each at its line."""
    return accounts_in(path, toml_text(path, ACCOUNT_LIST, remedy=MISSING_LIST))


def accounts_in(path: Path, text: str, *, may_be_empty: bool = False) -> tuple[KnownAccount, ...]:
    """Return the accounts of a list that has, or is to have, this text.

    Raises UsageError U180 with all mistakes, each at its line.
    """
    document = toml_document(path, text, ACCOUNT_LIST)
    defaults, tables = (_as_table(document.get(name)) for name in _TABLES)
    shared = _with_hyphens(defaults)
    mistakes = [*_above(document), *_of_defaults(shared), *_twice(list(tables))]
    if not (tables or mistakes or may_be_empty):
        mistakes.append(Mistake((), "there is no account in it: each is a table [accounts.NAME]"))
    is_sound, accounts = not mistakes, []
    for name, table in tables.items():
        found, wrong = _account_mistakes(name, table, shared, is_sound=is_sound)
        mistakes += wrong
        if found is not None:
            accounts.append(known_from(name, found, path.resolve().parent))
    if mistakes:
        raise UsageError(code=ACCOUNT_LIST.code, details=_sentences(path, text, mistakes))
    return tuple(accounts)


MISSING_LIST = (
    "name the list with the setting accounts_file, or begin one with batch-update accounts add NAME, "
    "with the option key_from=file:PATH for where its key lies"
)
"""The remedy where there is no list."""


def _above(document: Mapping[str, Any]) -> Iterator[Mistake]:
    for key, value in document.items():
        if key not in _TABLES:
            yield Mistake(
                (key,), no_such("table", key, _TABLES) + "; each account is a table [accounts.NAME]"
            )
        elif not isinstance(value, dict):
            yield Mistake((key,), f"given {shortly(value)}, wanted a table")


def _of_defaults(table: Mapping[str, Any]) -> Iterator[Mistake]:
    if "owner" in table:
        yield Mistake(("defaults", "owner"), "is another one for each account: write it there")
    yield from table_mistakes(("defaults",), _for("NAME", table))


def _account_mistakes(
    name: str, table: Any, defaults: Mapping[str, Any], *, is_sound: bool
) -> tuple[AccountTable | None, list[Mistake]]:
    """Return what an account has, and what is wrong with its table. `is_sound`: whether the defaults can be used."""
    place = ("accounts", name)
    wrong = [Mistake(place, odd)] if (odd := odd_name(name)) else []
    if not isinstance(table, dict):
        given = "text" if isinstance(table, str) else shortly(table)  # a text may be a key
        return None, [*wrong, Mistake(place, f"given {given}, wanted a table [accounts.NAME]")]
    wrong += [Mistake((*place, key), "stands there twice") for key in _spelled_twice(table)]
    own = _with_hyphens(table)
    whole = _for(name, defaults) | own if is_sound else own
    wrong += table_mistakes(place, whole)
    if "key" not in {**defaults, **own}:
        wrong.append(Mistake(place, f"the key 'key' is missing: where its API key lies, one of {REFERENCES}"))
    return (None, wrong) if wrong else (AccountTable.model_validate(whole), [])


def known_from(name: str, table: AccountTable, folder: Path) -> KnownAccount:
    """Return the account of a sound table, whose paths begin at the folder of the list."""
    assert table.key is not None
    return KnownAccount(name, table.base_url, _beginning_at(folder, table.key), table.owner, table.tags)


def _beginning_at(folder: Path, key: Secret) -> Secret:
    """Return the reference with its path, or a program with a folder in it, beginning at the folder of the list."""
    if key.file is not None:
        return key.model_copy(update={"file": folder / key.file.expanduser()})
    if key.command and {"/", os.sep} & set(key.command[0]):
        program = str((folder / key.command[0]).resolve())
        return key.model_copy(update={"command": (program, *key.command[1:])})
    return key


def _for(name: str, defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return the defaults with the name of an account at its place in the reference to the key."""
    if "key" not in defaults:
        return dict(defaults)
    return {**defaults, "key": _filled(name, defaults["key"])}


def _filled(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return value.replace(PLACE_OF_NAME, name)
    if isinstance(value, list):
        return [_filled(name, item) for item in value]
    return {key: _filled(name, item) for key, item in value.items()} if isinstance(value, dict) else value


# ---------------------------------------------------------------- what is wrong


def table_mistakes(place: KeyPath, table: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield the first mistake at each key of a table; `place` is that of the table in its list."""
    for path, error in first_errors(partial(AccountTable.model_validate, table)):
        yield Mistake((*place, *path), _complained(path, error))


def _complained(path: KeyPath, error: ErrorDetails) -> str:
    """Return what is wrong with a value; what stands where a key belongs is not shown: it may be one."""
    kind = error["type"]
    if kind == "extra_forbidden":
        model = Secret if path[0] == "key" else AccountTable
        known = [field.alias or name for name, field in model.model_fields.items()]
        in_quotes = "; a name with a dot in it stands in quotes" if isinstance(error["input"], dict) else ""
        return no_such("key", str(path[-1]), known) + in_quotes
    if kind == "value_error":
        return str(error["msg"]).removeprefix("Value error, ")
    if path[0] == "key":
        return f"wanted a reference, since no key stands in a list of accounts: one of {REFERENCES}"
    return f"given {shortly(error['input'])}, wanted {wanted_of(error)}"


def _twice(names: list[str]) -> Iterator[Mistake]:
    """Yield the names that differ from one before in their case alone: they would have the same files."""
    seen: dict[str, str] = {}
    for name in names:
        first = seen.setdefault(as_compared(name), name)
        if first != name:
            yield Mistake(("accounts", name), f"is called as {first} is, but for upper and lower case")


def _spelled_twice(table: Mapping[str, Any]) -> list[str]:
    """Return the keys that stand there in two spellings: `base-url` and `base_url` are one key."""
    return sorted(name for name, times in Counter(map(job_key, table)).items() if times > 1)


def _with_hyphens(table: Mapping[str, Any]) -> dict[str, Any]:
    return {job_key(key): value for key, value in table.items()}


def _as_table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _sentences(path: Path, text: str, mistakes: list[Mistake]) -> Iterator[str]:
    """Yield a sentence for each mistake, by its line."""
    lines: dict[KeyPath, int] = {}
    for at, line in lines_of_keys(text).items():
        lines.setdefault(_as_told(at), line)

    def line_of(at: KeyPath) -> int:
        found = (lines.get(at[:length]) for length in range(len(at), 0, -1))
        return next((line for line in found if line is not None), 0)

    for mistake in sorted(mistakes, key=lambda mistake: line_of(mistake.path)):
        line, name = line_of(mistake.path), dotted(mistake.path)
        place = f"{printable(str(path))}: " + (f"line {line}: " if line else "")
        yield place + (f"{name}: " if name else "") + mistake.text


def _as_told(path: KeyPath) -> KeyPath:
    """Return the path of a key as mistakes have it: names of accounts as they stand, keys of ours with hyphens."""
    ours = 1 if path[0] == "defaults" else 2
    return tuple(
        job_key(part) if isinstance(part, str) and depth >= ours else part for depth, part in enumerate(path)
    )
