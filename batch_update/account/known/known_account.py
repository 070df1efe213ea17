"""The nouns: an account that a list knows, with where its key lies, and the list, of which some are chosen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from batch_update.errors import UsageError
from batch_update.secrets.secret import Secret
from batch_update.settings.tunables import Settings
from batch_update.text import as_compared, asked, nearest, no_such, printable, quoted_path, shortly

TAG = "tag:"
"""Begins a selector that chooses all accounts of a tag."""
_LONGEST_NAME = 80
"""characters: it becomes the name of files and folders"""


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account as a list of accounts has it."""

    name: str
    base_url: str
    key: Secret = field(repr=False)
    """where its API key lies"""
    owner: str = ""
    """the e-mail of the user whom the key has to belong to; "" where the list does not say"""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class KnownAccounts:
    """All accounts of a list, in its order. Their names differ in more than upper and lower case."""

    path: Path
    """of the list"""
    accounts: tuple[KnownAccount, ...]

    def named(self, name: str) -> KnownAccount:
        """Return the account of this name, whatever its case. Raises UsageError U181."""
        found = self._by_name.get(as_compared(name))
        if found is None:
            raise self._none(self._no_name(name))
        return found

    def chosen(self, selectors: Iterable[str]) -> tuple[KnownAccount, ...]:
        """Return the accounts that these names and `tag:TAG` choose, each once, in the order of the list.

        Several may stand in one text, with commas between them. Raises UsageError U181 with all that choose nothing,
        and where none is given: whoever wants all takes `accounts`.
        """
        texts = [part.strip() for text in selectors for part in text.split(",") if part.strip()]
        if not texts:
            raise self._none("no account is named")
        found = {account.name for text in texts for account in self._of(text)}
        wrong = [said for text in texts if (said := self._wrong(text))]
        if wrong:
            raise self._none(*wrong)
        return tuple(account for account in self.accounts if account.name in found)

    @property
    def tags(self) -> list[str]:
        """Return all tags, sorted."""
        return sorted({tag for account in self.accounts for tag in account.tags})

    @cached_property
    def _by_name(self) -> dict[str, KnownAccount]:
        return {as_compared(account.name): account for account in self.accounts}

    def _of(self, selector: str) -> Iterator[KnownAccount]:
        if tag := _tag_of(selector):
            yield from (one for one in self.accounts if as_compared(tag) in map(as_compared, one.tags))
        elif found := self._by_name.get(as_compared(selector)):
            yield found

    def _wrong(self, selector: str) -> str:
        """Return why a selector chooses nothing; "" where it does choose."""
        if any(self._of(selector)):
            return ""
        tag = _tag_of(selector)
        return no_such("tag", tag, self.tags) if tag else self._no_name(selector)

    def _no_name(self, name: str) -> str:
        said = no_such("account", name, [account.name for account in self.accounts])
        tag = "" if said.endswith("?") else nearest(name, {tag: tag for tag in self.tags})
        return f"{said}; {asked(repr(TAG + tag))}" if tag else said

    def _none(self, *said: str) -> UsageError:
        details = (f"{printable(str(self.path))}: {one}" for one in said)
        if self.path == Settings.model_fields["accounts_file"].default:
            return UsageError(code="U181", details=details)
        remedy = "look at all of them, and at their tags: batch-update accounts list with the setting accounts_file="
        return UsageError(code="U181", details=details, remedy=f"{remedy}{quoted_path(self.path)}")


def _tag_of(selector: str) -> str:
    head, sign, tag = selector.partition(":")
    return tag.strip() if sign and head.strip().casefold() == TAG.rstrip(":") else ""


def odd_name(name: str, noun: str = "name") -> str:
    """Return why no account or tag can have this name; "" where it can. Names become those of files and folders."""
    if not re.fullmatch(r"\w[\w.-]*", name) or name.endswith("."):
        return f"{shortly(name)} is no {noun}: letters, digits, ., _ and -, the first a letter or a digit"
    if len(name) > _LONGEST_NAME:
        return f"{shortly(name)} is too long: at most {_LONGEST_NAME} characters"
    if re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?", name):
        return f"{shortly(name)} cannot be the name of a file on Windows: take another"
    return ""
