"""Jobs that cannot run, told at once and then rarely, however often somebody looks: else cron mails each minute."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from batch_update.account.account import own_folder
from batch_update.clock import SYSTEM, Clock
from batch_update.disk import make_folder
from batch_update.errors import BatchUpdateError

AGAIN = timedelta(hours=4)
"""until something that is still wrong is told again"""


class Reminders:
    """Remembers of each trouble when it was told, by an empty file of this user that has that time.

    Such files survive restarts and mostly a full disk. Where they cannot be written all is told each time.
    """

    def __init__(self, folder: Path | None = None, *, clock: Clock = SYSTEM) -> None:
        """`folder`: where those files lie; without it among this user's own."""
        self._folder = folder
        self._clock = clock
        self._told: set[str] = set()

    def is_to_be_told(self, about: Path, error: BatchUpdateError) -> bool:
        """Whether it is time to tell what is wrong with a job file or a folder; that it is told is noted.

        One thing is told once in a round, and another one at once.
        """
        name = f"{_marked(str(about.resolve()))}-{_marked(error.code, *error.details)}"
        if name in self._told:
            return False
        self._told.add(name)
        try:
            return self._noted(name, self._clock.wall())
        except (BatchUpdateError, OSError):
            return True

    def forget_others(self, looked_at: Iterable[Path]) -> None:
        """Forget what was told of these and is not wrong any more: it is told at once where it comes again."""
        if not (folder := self._place()).is_dir():
            return
        ours = {_marked(str(path.resolve())) for path in looked_at}
        for file in folder.iterdir():
            if file.name.partition("-")[0] in ours and file.name not in self._told:
                file.unlink(missing_ok=True)

    def _place(self) -> Path:
        return self._folder or own_folder() / "told"

    def _noted(self, name: str, now: datetime) -> bool:
        file = self._place() / name
        make_folder(file.parent)
        with suppress(FileNotFoundError):
            if abs(now.timestamp() - file.lstat().st_mtime) < AGAIN.total_seconds():
                return False
        file.touch(0o600)
        os.utime(file, (now.timestamp(), now.timestamp()), follow_symlinks=False)
        return True


def _marked(*texts: str) -> str:
    return sha256("\n".join(texts).encode("utf-8", "surrogateescape")).hexdigest()[:24]
