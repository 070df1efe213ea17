"""The account that settings speak to: its key, and where on this machine its lock and record of requests lie."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b, pbkdf2_hmac
from pathlib import Path
from secrets import token_bytes
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from batch_update.account.known.of_settings import at_account, known_account
from batch_update.disk import make_folder
from batch_update.errors import UsageError
from batch_update.settings.tunables import SANDBOX_KEY, SANDBOX_URL, Settings

if TYPE_CHECKING:
    from batch_update.api.keys import ApiKey

ROUNDS = 20_000
"""make trying out short keys slow; cost a few milliseconds once in a command"""


_SECRET = token_bytes(16)
_FINGERPRINTS: dict[bytes, str] = {}
"""Fingerprints that this process has made, by a hash that tells nobody the key: a fleet asks for each several times."""


def fingerprint(key: ApiKey, place: str) -> str:
    """16 hexadecimal digits for a key at a place, such as the server's host: others for another key or place."""
    salt = f"batch-update account\n{place}".encode("utf-8", "surrogateescape")  # a path may be no text
    text = key.reveal().encode("ascii")
    known = blake2b(text + b"\0" + salt, key=_SECRET).digest()
    if known not in _FINGERPRINTS:
        _FINGERPRINTS[known] = pbkdf2_hmac("sha256", text, salt, ROUNDS, dklen=8).hex()
    return _FINGERPRINTS[known]


@dataclass(frozen=True, slots=True)
class Account:
    """A key at a server, and where the processes that use it tell of each other."""

    key: ApiKey
    folder: Path
    name: str
    """names the account in that folder; the key cannot be read from it"""

    @property
    def ledger(self) -> Path:
        """Return the record of recent requests."""
        return self.folder / f"{self.name}.ledger"

    @property
    def lock(self) -> Path:
        """Held by the process that sends."""
        return self.folder / f"{self.name}.lock"


def account_of(
    settings: Settings,
    warn: Callable[[str], None] = lambda text: None,
    *,
    key: ApiKey | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Account:
    """Return the account that these settings speak to. Raises KeyMissing and UsageError.

    `key` wins over the one that settings, the list of accounts and environment name. Each sandbox in this process is
    an account of its own, known by the file that holds it; a server is known by where its address leads to, however
    that is spelled.
    """
    from batch_update.api.address import check_base_url, server_of
    from batch_update.api.keys import ApiKey

    settings = at_account(settings)
    if settings.sandbox:
        key, place = key or ApiKey(SANDBOX_KEY), str(_resolved(ready_state(settings)))
    else:
        key = key or key_named(settings, environ, warn)
        place = server_of(check_base_url(settings.base_url))
    return Account(key, _locks_folder(settings), fingerprint(key, place))


def key_named(
    settings: Settings,
    environ: Mapping[str, str] = os.environ,
    warn: Callable[[str], None] = lambda text: None,
) -> ApiKey:
    """Return the key of the account that the settings name, or else the one that they or the environment name.

    It is read where it lies. Raises KeyMissing, KeyMalformed and UsageError.
    """
    from batch_update.api.keys import find_key
    from batch_update.secrets.reading_secrets import referred_key

    known = known_account(settings)
    if known is None:
        return find_key(settings.key_file, environ, warn)
    return referred_key(known.key, environ, warn)


def _locks_folder(settings: Settings) -> Path:
    """Return where locks and records of recent requests lie; those of a sandbox beside what it holds, unless told."""
    if settings.locks_dir is not None:
        return settings.locks_dir
    return (_state(settings) if settings.sandbox else _default_state()).parent / "accounts"


def lists_file(settings: Settings, account: Account) -> Path | None:
    """Return where the lists of an account are kept: among this user's own files, whatever folder is shared.

    Whoever can write there decides what a name means. None where this user has no folder of his own.
    """
    try:
        state = _state(settings) if settings.sandbox else _default_state()
    except UsageError:
        return None
    return state.parent / "accounts" / f"{account.name}.choices.json"


def list_lock(settings: Settings) -> Path:
    """Return the lock that whoever writes the list of accounts holds meanwhile. Raises UsageError."""
    place = str(_resolved(settings.accounts_file)).encode("utf-8", "surrogateescape")
    return _locks_folder(settings) / f"list-{blake2b(place, digest_size=8).hexdigest()}.lock"


def lock_folders(settings: Settings) -> set[Path]:
    """All folders in which locks of runs may lie: of real accounts, of the sandbox, and those that are shared."""
    kinds = [{"sandbox": sandbox, "locks_dir": None} for sandbox in (False, True)]
    found = {settings.locks_dir} if settings.locks_dir else set()
    for kind in kinds:
        with suppress(UsageError):  # where this user has no folder of his own, none of his locks can lie
            found.add(_locks_folder(settings.model_copy(update=kind)))
    return found


def only_here(run: Path, settings: Settings, *, but: Path | None) -> None:
    """Raises RunLocked where another process works in this run's folder, whatever key or sandbox it uses.

    `but` is the lock that this run holds, if it holds one. Raises UsageError (U112) where that cannot be told.
    """
    from batch_update.account.locking import refuse_company

    try:
        refuse_company(run, lock_folders(settings), but=but)
    except OSError as error:
        raise UsageError(
            f"it cannot be told whether another process works in this run: {error.strerror} ({error.filename})",
            code="U112",
        ) from error


def _state(settings: Settings) -> Path:
    return settings.sandbox_state or _default_state()


def ready_state(settings: Settings) -> Path:
    """Return the file that holds the sandbox, in a folder that is there. Raises UsageError where there can be none."""
    path = _state(settings)
    try:
        make_folder(path.parent)
    except OSError as error:
        raise UsageError(
            f"the sandbox has no folder {path.parent}: {error.strerror}",
            code="U108",
            remedy="name a file in a folder that you may write to with the setting sandbox_state; "
            "without it, HOME says where",
        ) from None
    return path


def ready_states(settings: Settings) -> Path:
    """Return the folder that holds a sandbox with many accounts, a file for each. Raises UsageError."""
    folder = settings.sandbox_state or own_folder() / "sandbox-accounts"
    try:
        make_folder(folder)
    except OSError as error:
        raise UsageError(
            f"a sandbox with several accounts keeps them in a folder, and {folder} is none: {error.strerror}",
            code="U108",
            remedy="name a folder that you may write to with the setting sandbox_state",
        ) from None
    return folder


def _resolved(path: Path) -> Path:
    """Return the path without links. Raises UsageError where they lead in a circle."""
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:
        raise UsageError(f"the setting sandbox_state: {path} leads nowhere: {error}", code="U108") from None


def own_folder() -> Path:
    """Return the folder of this user's own files on this machine. Raises UsageError where the user has none."""
    from platformdirs import user_state_path

    try:
        folder = user_state_path("batch-update")
    except RuntimeError:  # of a user whom the system does not know, and without HOME
        folder = Path()
    if not folder.is_absolute() or not (os.environ.get("HOME", "~") or os.environ.get("XDG_STATE_HOME")):
        raise UsageError(
            "there is no folder of yours for locks and the sandbox: HOME and XDG_STATE_HOME name none",
            code="U112",
            remedy="set HOME, or name folders with the setting locks_dir and the setting sandbox_state",
        )
    return folder


def _default_state() -> Path:
    """Where the sandbox keeps its assistants between commands. Raises UsageError where this user has no folder."""
    return own_folder() / "sandbox.db"


def placed(settings: Settings) -> Settings:
    """Return the settings with the address that requests really go to, and the file of the sandbox wherever one is."""
    if not settings.sandbox:
        return settings
    state = settings.sandbox_state and _resolved(settings.sandbox_state)
    return settings.model_copy(update={"base_url": SANDBOX_URL, "sandbox_state": state})


def server_name(settings: Settings) -> str:
    """`app.famulor.de`, or `the sandbox`."""
    return "the sandbox" if settings.sandbox else urlsplit(settings.base_url).netloc.rpartition("@")[2]
