"""A sandbox with many accounts in this process, and the list that tells where their keys lie."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from batch_update.model.reports import Window
from batch_update.run.steps.means import Means
from batch_update.sandbox.many.switchboard import Manner, Switchboard, make_many
from batch_update.sandbox.many.tenants import tenants
from batch_update.settings.tunables import Settings

SERVER = "https://many.example/api"


def write_list(folder: Path, count: int, server: str = SERVER) -> Path:
    """Write the list of so many accounts of the sandbox, each with a file for its key."""
    (folder / "keys").mkdir()
    lines = [f'[defaults]\nbase_url = "{server}"\nkey = {{ file = "keys/{{account}}" }}\n']
    for one in tenants(count):
        (folder / "keys" / one.name).write_text(one.key + "\n")
        (folder / "keys" / one.name).chmod(0o600)
        lines.append(f'[accounts.{one.name}]\nowner = "{one.email}"\ntags = ["{one.kind}"]\n')
    (folder / "accounts.toml").write_text("".join(lines), "utf-8")
    return folder / "accounts.toml"


@contextmanager
def many_here(folder: Path, count: int, **manner: Any) -> Iterator[tuple[Switchboard, Settings, Means]]:
    """Yield a sandbox with so many accounts, without windows, and the settings and means to speak to it."""
    limits: tuple[Window, ...] = ()
    settings = Settings(accounts_file=write_list(folder, count), runs_dir=folder / "runs", rate=())
    app = make_many(count, manner=Manner(**{"limits": limits} | manner))
    try:
        yield app, settings, Means(app=app, environ={}, share=False)
    finally:
        app.close()
