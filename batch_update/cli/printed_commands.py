"""Commands that are printed: each can be pasted and works, and repeats what was given that matters for it."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, repeat
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any

from batch_update.cli.options import shown_default
from batch_update.cli.spelling import as_flags, flag_of
from batch_update.codes import Trait, has_trait
from batch_update.errors import UsageError
from batch_update.model.sheets import Problem
from batch_update.settings.heeding import HEEDED, HEEDLESS, heeded
from batch_update.settings.tunables import Settings
from batch_update.text import quoted, quoted_path, without_password

if TYPE_CHECKING:
    from batch_update.report.documents.envelope import Purpose

LISTING = "batch-update choices"
"""How a remedy names the command that lists ids, wherever they are."""
ADDING = "batch-update accounts add"
"""How a remedy names the command that adds an account, to whatever list."""
NOT_AGAIN = frozenset({"run_dir", "json_", "quiet", "sandbox_faults"})
"""Settings that no next command repeats: the folder is taken, how it is told is a matter of taste, and what went
wrong on purpose need not do so again."""
SAME_SERVER = ("Connection", "Sandbox", "Pace", "runs_dir")
"""The settings that say where requests go, how fast, and where runs lie."""
SAME_SHEET = ("Sheet", "Limits")
"""The settings that decide what is read from a sheet."""
_BY_COMMA = frozenset({"allow", "only", "rate", "sandbox_limits", "waves"})
_COMMAND = re.compile(
    rf"(?<![\w/.'-])batch-update (?=({'|'.join(sorted({name.split()[0] for name in (*HEEDED, *HEEDLESS)}))})\b)"
)
"""Where a remedy names the program before one of its commands."""

Following = dict["Purpose", str]
"""The commands that make sense now, by what they are for."""
_FIRST: dict[Purpose, str] = {
    "check": "mend the sheet, then: ",
    "plan_again": "mend the sheet, then: ",
    "apply_good_rows": "send the good rows: ",
    "leave_out": "leave out all columns that match no field: ",
    "fix": "have what is safe repaired, in a file of its own: ",
    "annotate": "see each problem at its cell, in a workbook: ",
    "plan_left": "see to what kept accounts from being planned, then: ",
    "plan_ours": "put yours over what others changed since the export: ",
}
"""What is said before a command."""


def leaves_out(problems: Iterable[Problem], settings: Settings) -> bool:
    """Whether the setting ignore_unknown would leave out a column of which a problem tells."""
    return not settings.ignore_unknown and any(has_trait(p.code, Trait.UNKNOWN_COLUMN) for p in problems)


def next_lines(following: Following) -> str:
    """`Next: mend the sheet, then: ...`, and `  or: send the good rows: ...` beneath it."""
    labels = chain(["Next: "], repeat("  or: "))
    return "\n".join(
        f"{label}{_FIRST.get(purpose, '')}{command}"
        for label, (purpose, command) in zip(labels, following.items(), strict=False)
    )


@dataclass(frozen=True, slots=True)
class Errand:
    """A command with its argument and settings, so that it can be printed again, as it was or changed."""

    verb: str
    place: str
    """the sheet, the saved plan or the run that it is about"""
    settings: Settings
    job: str = ""
    """the name of the job that it is; "" for none"""

    def at(self, settings: Settings) -> Errand:
        """Return the errand with the settings as they came to count: at the server that the plan was made for."""
        return replace(self, settings=settings)

    def again(self, groups: Collection[str] = (), **changed: Any) -> str:
        """Return the command with these settings changed; those stand at its end."""
        before = self.settings.model_copy(update=dict.fromkeys(changed))
        words = [command_of(self.verb, before, self.place, groups=groups)]
        after = self.settings.model_copy(update=changed)
        words += [flag for name in changed for flag in _flags(name, getattr(after, name))]
        return " ".join(words)

    def look(self) -> str:
        """The command that shows all that a sheet would change, and all that is wrong with it; "" for other errands."""
        if self.verb != "apply":
            return ""
        groups = (*SAME_SHEET, *SAME_SERVER, "only", "limit", "on_conflict", "no_fetch", "skip_invalid")
        return command_of("plan", self.settings, self.place, groups=groups)


def command_of(
    verb: str,
    settings: Settings,
    place: str | Path = "",
    *,
    groups: Collection[str] = (),
    more: Iterable[str] = (),
) -> str:
    """The command with the flags that these settings need: of those that it heeds, or of these groups of them.

    `more`: flags that are no settings.
    """
    words = [program(), verb]
    for name in heeded(verb, groups):
        value, default = getattr(settings, name), Settings.model_fields[name].default
        if name == "base_url" and value == _server_in_list(settings):
            continue
        if name not in NOT_AGAIN and value != default and value is not None:
            words += _flags(name, value)
    return " ".join([*words, *more]) + (f" {quoted_path(place)}" if place else "")


def _server_in_list(settings: Settings) -> str | None:
    """Return the server of the account that is named, which its name alone leads to; None where none is named."""
    if settings.account is None:
        return None
    from batch_update.account.known.of_settings import known_account

    with suppress(UsageError):
        known = known_account(settings)
        return known.base_url if known else None
    return None


def told_here(
    problems: Iterable[Problem], settings: Settings, *, groups: Collection[str] = SAME_SERVER
) -> list[Problem]:
    """Return the problems, the commands in whose remedies are about the server and the list of these settings.

    `groups`: the settings that name that server.
    """
    here = {
        LISTING: command_of("choices", settings, groups=groups),
        ADDING: command_of("accounts add", settings, groups=("accounts_file",)),
    }
    return [_with_commands(problem, here) for problem in problems]


def _with_commands(problem: Problem, here: Mapping[str, str]) -> Problem:
    """Return a problem with these commands in its remedy, each in place of the one that stands there."""
    for command, wanted in here.items():
        if command in problem.remedy:
            problem = replace(problem, remedy=as_flags(problem.remedy.replace(command, wanted)))
    return problem


def program() -> str:
    """`batch-update`; the path that was typed where the shell would not find it by its name.

    Where there is no terminal that is read in a mail or a log, and somewhere else: the path is whole then.
    """
    typed = sys.argv[0] if sys.argv else ""
    if Path(typed).stem != "batch-update" or Path(typed).name == typed or which("batch-update") is not None:
        return "batch-update"
    return quoted_path(typed if sys.stdout.isatty() else Path(typed).absolute())


def with_program(text: str) -> str:
    """Return a remedy whose commands begin with what starts the program here."""
    return _COMMAND.sub(lambda found: f"{program()} ", text)


def _flags(name: str, value: Any) -> list[str]:
    """Return a setting as one would type it: its flag once for each of its values."""
    if value is None or value is False:
        return []
    return [flag_of(name) + (f" {quoted(text)}" if text else "") for text in _as_typed(name, value)]


def _as_typed(name: str, value: Any) -> list[str]:
    if value is True:
        return [""]
    if isinstance(value, dict):
        return [f"{header}={field}" for header, field in value.items()]
    if isinstance(value, tuple):
        texts = [str(item) for item in value] or ["off"]
        return [",".join(texts)] if name in _BY_COMMA else texts
    # A 0 is a value, and one that is told from False by its type alone.
    return [without_password(shown_default(value) or str(value).removesuffix(".0"))]
