"""The documents about the accounts of a list. None holds a key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class AccountInList:
    """An account as all documents about a list tell of it."""

    name: str
    """of the account"""
    server: str
    """the base URL"""
    key: str
    """where its key lies"""
    owner: str
    """the e-mail of whom the key has to belong to; empty where the list does not say"""


@dataclass(frozen=True, slots=True)
class ListedAccount(AccountInList):
    """An account of a list."""

    tags: tuple[str, ...]
    """words by which several are chosen"""


@dataclass(frozen=True, slots=True)
class ListedAccounts:
    """The accounts of a list, or some of them, in its order."""

    KIND: ClassVar[str] = "accounts"

    path: str
    """of the list"""
    accounts: tuple[ListedAccount, ...]
    """those that were asked for"""


@dataclass(frozen=True, slots=True)
class AskedAccount(AccountInList):
    """An account of a list, and what the server says of its key."""

    found: str
    """the e-mail of whose key it is, as the server tells it; empty where it did not"""
    exit: int
    """0 in order, 2 the list is wrong, 4 the key is missing or refused, 5 it is another's, or the server is down"""
    code: str
    """of what is wrong; empty where it is in order"""
    message: str
    """of the same"""
    remedy: str
    """of the same"""
    warnings: tuple[str, ...]
    """what is odd, such as a key that two accounts have"""


@dataclass(frozen=True, slots=True)
class CheckedAccounts:
    """Whether the keys of accounts can be used, those with something wrong first."""

    KIND: ClassVar[str] = "checked-accounts"

    path: str
    """of the list"""
    accounts: tuple[AskedAccount, ...]
    """those that were asked for"""


@dataclass(frozen=True, slots=True)
class AddedAccount:
    """An account that was put into a list."""

    KIND: ClassVar[str] = "added-account"

    path: str
    """of the list"""
    account: ListedAccount
    """as it stands there now"""
    asked: bool
    """whether the server was asked whose its key is"""
