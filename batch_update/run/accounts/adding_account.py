"""An account put into a list: what stands there stays as it is, and whose its key is, is asked first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from batch_update.account.account import list_lock
from batch_update.account.known.accounts_file import SHEETS
from batch_update.account.known.known_account import KnownAccount, KnownAccounts, odd_name
from batch_update.account.known.sheet_list import FORMS, reference
from batch_update.account.known.toml_list import ACCOUNT_LIST, accounts_in
from batch_update.account.locking import one_writer
from batch_update.disk import read_followed, replace_kept
from batch_update.errors import UsageError
from batch_update.run.accounts.checking_accounts import CheckedAccount, ask_accounts
from batch_update.run.steps.means import Means, Sequel
from batch_update.settings.tunables import Settings
from batch_update.text import as_compared, printable
from batch_update.toml.toml_files import decoded_toml, why_unreadable
from batch_update.toml.toml_writing import as_toml


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account that is to stand in a list."""

    name: str
    key: str = ""
    """where its key lies, as `file:keys/hotel`; "" where the defaults of the list say it"""
    base_url: str = ""
    """"" for that of the defaults of the list, or the vendor's"""
    owner: str = ""
    """"" for whom the server names"""
    tags: tuple[str, ...] = ()


def begin_adding(new: NewAccount, settings: Settings, means: Means, *, asks: bool) -> Sequel[CheckedAccount]:
    """Find out whether it can stand in the list; the sequel asks the server whose its key is, and writes it there.

    `asks`: whether the server is asked at all. Raises UsageError U183 where the name is there already, U180 where the
    list is wrong; the sequel raises what is wrong with the key, and nothing is written then.
    """
    path = settings.accounts_file
    if path.suffix.lower() in SHEETS:
        raise _cannot(
            path, "is a sheet", "add a row to it, or name a TOML file with the setting accounts_file"
        )
    if odd := odd_name(new.name):
        raise UsageError(odd, code=ACCOUNT_LIST.code, remedy="give it such a name")
    known, _ = _with_table(path, _content(path), new)

    async def add() -> CheckedAccount:
        checked = CheckedAccount(known, "")
        if asks:
            checked = (await ask_accounts([known], settings, means))[0]
            if checked.error is not None:
                raise checked.error
        told = replace(new, owner=new.owner or checked.found)
        async with one_writer(list_lock(settings), "the list of accounts", means.clock):
            # Read again: others may have added theirs while the server was asked.
            added, written = _with_table(path, _content(path), told)
            if (added.key, added.base_url) != (known.key, known.base_url):
                raise _cannot(path, "its defaults were changed meanwhile", "add the account again")
            _replace_list(path, written)
        return replace(checked, account=added)

    return add


def _content(path: Path) -> bytes:
    """Return what the list holds; nothing where there is none yet. Raises UsageError U180."""
    try:
        return read_followed(path, ACCOUNT_LIST.most_bytes)
    except FileNotFoundError:
        return b""
    except (OSError, ValueError) as error:
        raise _cannot(path, f"cannot be read: {why_unreadable(error)}", "check who may read it") from None


def _with_table(path: Path, content: bytes, new: NewAccount) -> tuple[KnownAccount, bytes]:
    """Return the account as the list would have it, and the list with it. Raises UsageError U180 and U183."""
    before = accounts_in(path, decoded_toml(path, content, ACCOUNT_LIST), may_be_empty=True)
    if taken := [one.name for one in before if as_compared(one.name) == as_compared(new.name)]:
        raise UsageError(f"{printable(str(path))}: there is an account {taken[0]} already", code="U183")
    end = b"\r\n" if b"\r\n" in content else b"\n"
    table = end.join(
        line.encode("utf-8") for line in (f"[accounts.{as_toml_name(new.name)}]", *_assignments(new))
    )
    gap = b"" if not content.strip() else end if content.endswith(b"\n") else end * 2
    written = content + gap + table + end
    accounts = accounts_in(path, decoded_toml(path, written, ACCOUNT_LIST))
    return KnownAccounts(path, accounts).named(new.name), written


def as_toml_name(name: str) -> str:
    """Return the name of an account as the header of its table has it: in quotes where TOML wants them."""
    plain = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    return name if plain else str(as_toml(name))


def _assignments(new: NewAccount) -> list[str]:
    found: dict[str, Any] = {}
    if new.key:
        found["key"] = _reference(new.key)
    if new.base_url:
        found["base-url"] = new.base_url
    if new.owner:
        found["owner"] = new.owner
    if new.tags:
        found["tags"] = list(new.tags)
    return [f"{key} = {as_toml(value)}" for key, value in found.items()]


def _reference(text: str) -> dict[str, Any]:
    found = reference(text)
    if found is None:
        raise UsageError(
            f"the option key_from: wanted where the key lies, since no key stands in a list of accounts: {FORMS}",
            code=ACCOUNT_LIST.code,
            remedy="put the key into a file of its own, and name that: file:PATH",
        )
    return found


def _replace_list(path: Path, written: bytes) -> None:
    """Put the list in the place of the one before, whole. Raises UsageError."""
    try:
        replace_kept(path.resolve(), written)
    except OSError as error:
        raise _cannot(
            path, f"cannot be written: {error.strerror}", "see to the rights of its folder"
        ) from None


def _cannot(path: Path, why: str, remedy: str) -> UsageError:
    return UsageError(f"{printable(str(path))}: {why}", code=ACCOUNT_LIST.code, remedy=remedy)
