"""The story of `history`: what the runs of a folder changed, from their journals, and who set what is there now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from batch_update.account.account import placed, server_name
from batch_update.account.fetching import fetch_present
from batch_update.account.known.of_settings import at_account
from batch_update.account.whose import at_home
from batch_update.api.address import server_of
from batch_update.errors import BatchUpdateError, JournalError, UsageError
from batch_update.journal.across.glancing import Glimpse, RunHead, Wanted, glance_at, head_of
from batch_update.journal.across.in_fleets import runs_in_fleets
from batch_update.journal.folders import RunState, all_runs, entry_of, host_of
from batch_update.journal.storing.database import JOURNAL
from batch_update.model.plans import Present
from batch_update.plan.conditions import find_field
from batch_update.report.history.blame import Blamed, blame
from batch_update.report.history.past import PastChange, Selection, past_changes
from batch_update.run.accounts.runs_of_account import runs_of_account
from batch_update.run.steps.means import Means, Sequel, speaking, tell_way
from batch_update.send.progress import Stage
from batch_update.settings.tunables import Settings
from batch_update.text import excerpt, listed, printable

UNREADABLE = frozenset({RunState.DAMAGED, RunState.ANOTHER})
"""States of runs of which something may have been sent, and nothing can be told."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question about earlier runs: by default about all that they changed."""

    wanted: Wanted = field(default_factory=Wanted)
    selection: Selection = field(default_factory=Selection)


@dataclass(frozen=True, slots=True)
class Unread:
    """A run whose journal cannot be read, and why."""

    folder: Path
    error: JournalError


@dataclass(slots=True)
class History:
    """The changes that were asked for, the last one first. They are read while they are gone through, once."""

    changes: Iterator[PastChange]
    unread: list[Unread] = field(default_factory=list)
    """the runs that could not be read: complete once the changes have been gone through"""
    assistant_id: int | None = None
    """the one that was asked for; None for all"""
    untold: int = 0
    """runs that do not tell whether they are of the account that is meant: they are left out"""


@dataclass(frozen=True, slots=True)
class Past:
    """The changes that were asked for, all at once."""

    changes: tuple[PastChange, ...]
    """the last one first; of all assistants, run by run"""
    unread: tuple[Unread, ...]
    """the runs that could not be read: what they changed is not among the changes"""
    untold: int = 0
    """the runs that do not tell whether they are of the account that is meant: they are left out, too"""


@dataclass(frozen=True, slots=True)
class Blame:
    """Who set what an assistant holds, in one account."""

    assistant_id: int
    name: str
    account: str
    fields: tuple[Blamed, ...]
    why_not: str
    """why what is there now was not read; "" where it was"""
    elsewhere: tuple[str, ...]
    """other places where runs changed an assistant of this id"""
    unread: tuple[Unread, ...]
    untold: int
    """runs that do not tell whether they are of the account that is meant"""


def question_of(
    assistant: str | int | None = None,
    *,
    fields: Iterable[str] = (),
    since: str | datetime | None = None,
    until: str | datetime | None = None,
) -> Question:
    """Return what is asked, from the words of a user. Raises UsageError (U101) for what makes no sense."""
    text = "" if assistant is None else str(assistant).strip()
    if assistant is not None and not text:
        raise UsageError(
            "no assistant is named", code="U101", remedy="give its id or its name, or neither for all"
        )
    wanted = Wanted(int(text)) if text.isascii() and text.isdecimal() else Wanted(name=text)
    parts = [part for name in fields for part in name.split(",") if part.strip()]
    names = frozenset(find_field(part, "the option field") for part in parts)
    selection = Selection(names, _moment_said("since", since), _moment_said("until", until, at_end=True))
    return Question(wanted, selection)


def recall(question: Question, settings: Settings) -> History:
    """Return what the runs below the setting runs_dir changed; of the account and at the server that settings name.

    Raises UsageError.
    Of one assistant all is read at once; of all of them a run at a time, so that their number costs no memory.
    """
    return _recall(question, settings, partial(_is_at, settings) if _names_server(settings) else _is_anywhere)


def _recall(question: Question, settings: Settings, is_meant: Callable[[RunHead], bool]) -> History:
    everywhere = [*all_runs(settings.runs_dir), *runs_in_fleets(settings.runs_dir)]
    folders = _recent(everywhere, question.selection.since)
    unread: list[Unread] = []
    untold = 0
    if settings.account is not None:
        of_account = runs_of_account(folders, settings.account, settings)
        folders, untold = list(of_account.folders), of_account.untold
    wanted = question.wanted
    if wanted.name:
        called = (one for one in _glimpses(folders, wanted, []) if is_meant(one.head))
        wanted = Wanted(_id_called(wanted, called, settings))
    if wanted.assistant_id is None:
        changes = past_changes(_one_by_one(folders, unread, is_meant), question.selection)
        return History(changes, unread, untold=untold)
    of_one = (one for one in _glimpses(folders, wanted, unread) if is_meant(one.head))
    glimpses = sorted(of_one, key=lambda one: one.head.created, reverse=True)
    found = sorted(past_changes(glimpses, question.selection), key=lambda one: one.at, reverse=True)
    return History(iter(found), unread, wanted.assistant_id, untold)


def _names_server(settings: Settings) -> bool:
    """Whether the settings say which server is meant, and it is not left to where runs were made."""
    return bool({"base_url", "sandbox"} & settings.model_fields_set)


def _is_at(settings: Settings, head: RunHead) -> bool:
    """Whether a run was made at the server that the settings name, or in the sandbox whose state they name."""
    here = placed(settings)
    state = str(here.sandbox_state) if settings.sandbox and here.sandbox_state else head.sandbox_state
    return server_of(head.server) == server_of(here.base_url) and state == head.sandbox_state


def _is_anywhere(_: RunHead) -> bool:
    return True


def past_of(question: Question, settings: Settings) -> Past:
    """Return what `recall` finds, held in memory. Raises UsageError."""
    found = recall(question, settings)
    return Past(tuple(found.changes), tuple(found.unread), found.untold)


def _recent(folders: Sequence[Path], since: datetime | None) -> list[Path]:
    """Leave out the runs whose journals were not written since then."""
    return [folder for folder in folders if since is None or _last_written(folder) >= since]


def _last_written(folder: Path) -> datetime:
    with suppress(OSError, ValueError, OverflowError):  # a file may bear a date that no calendar has
        return datetime.fromtimestamp((folder / JOURNAL).stat().st_mtime, UTC)
    return datetime.max.replace(tzinfo=UTC)


def _glimpses(folders: Iterable[Path], wanted: Wanted, unread: list[Unread]) -> Iterator[Glimpse]:
    for folder in folders:
        try:
            yield glance_at(folder, wanted)
        except JournalError as error:
            _note_unread(folder, error, unread)


def _one_by_one(
    folders: Iterable[Path], unread: list[Unread], is_meant: Callable[[RunHead], bool]
) -> Iterator[Glimpse]:
    """Yield all of each run that is meant, that which was begun last first, and never two at once."""
    heads: list[RunHead] = []
    for folder in folders:
        try:
            heads.append(head_of(folder))
        except JournalError as error:
            _note_unread(folder, error, unread)
    last_first = sorted(filter(is_meant, heads), key=lambda head: head.created, reverse=True)
    yield from _glimpses((head.folder for head in last_first), Wanted(), unread)


def _note_unread(folder: Path, error: JournalError, unread: list[Unread]) -> None:
    """Keep that a run cannot be read, unless it certainly sent nothing."""
    if entry_of(folder, ()).state in UNREADABLE:
        unread.append(Unread(folder, error))


def _id_called(wanted: Wanted, glimpses: Iterable[Glimpse], settings: Settings) -> int:
    """Return the id of the one assistant that has, or had, this name. Raises UsageError (U101)."""
    found = {sent.change.assistant_id for glimpse in glimpses for sent in glimpse.sent}
    if len(found) == 1:
        return found.pop()
    name = repr(excerpt(wanted.name, 80))
    if not found:
        raise UsageError(
            f"no run in {printable(str(settings.runs_dir))} changed an assistant called {name}",
            code="U101",
            remedy="give its id; a name is one that it had when a run changed it, or that a run gave it",
        )
    raise UsageError(
        f"{len(found)} assistants are, or were, called {name}: {listed(sorted(found))}",
        code="U101",
        remedy="give the id of the one that is meant",
    )


_DATES = ("%d.%m.%Y", "%d.%m.%Y %H:%M")
"""As Germans write them, beside those of ISO 8601."""


def _moment_said(name: str, said: str | datetime | None, *, at_end: bool = False) -> datetime | None:
    """Return a moment in UTC: what has no zone is local. `at_end`: a day by itself stands for its end."""
    if said is None:
        return None
    text = str(said).strip()
    moment = said if isinstance(said, datetime) else _read_moment(text)
    is_day = not isinstance(said, datetime) and ":" not in text and "T" not in text
    if moment is not None:
        with suppress(ValueError, OverflowError):  # the first and the last day that a calendar has
            return (moment + timedelta(days=at_end and is_day)).astimezone(UTC)
    raise UsageError(
        f"the option {name}: {excerpt(text, 40)!r} is no date",
        code="U101",
        remedy="write 2026-10-01, 2026-10-01T09:30 or 01.10.2026",
    )


def _read_moment(text: str) -> datetime | None:
    with suppress(ValueError, OverflowError):
        return datetime.fromisoformat(text)
    for form in _DATES:
        with suppress(ValueError):
            return datetime.strptime(text, form)  # it is made local by whoever asks
    return None


# ---------------------------------------------------------------- who set what is there


def begin_blame(question: Question, settings: Settings, means: Means) -> Sequel[Blame]:
    """Find the changes of one assistant; the sequel reads what it holds now, where that can be read.

    Where it cannot (no key, no server, the setting no_fetch), `Blame.why_not` says so, and journals alone tell. Raises
    UsageError where no assistant is named.
    """
    history = _recall(question, settings, _is_anywhere)  # other places are named, too
    if history.assistant_id is None:
        raise UsageError("it is not said whose values are meant", code="U101", remedy="give an id or a name")
    changes = list(history.changes)
    settings = at_account(settings)
    here, elsewhere = _changes_at_home(changes, settings)
    return partial(_blame, history, here, elsewhere, settings, means)


def _changes_at_home(
    changes: Sequence[PastChange], settings: Settings
) -> tuple[list[PastChange], tuple[str, ...]]:
    """Return the changes at the server that the settings name, or at that of the last one, and the other places."""
    wanted = (
        placed(settings).base_url if _names_server(settings) else (changes[0].head.server if changes else "")
    )
    here: list[PastChange] = []
    for one in changes:
        if server_of(one.head.server) == server_of(wanted) and (not here or _is_one_account(one, here)):
            here.append(one)
    return here, tuple(dict.fromkeys(_place_words(one) for one in changes if one not in here))


def _is_one_account(one: PastChange, others: Iterable[PastChange]) -> bool:
    """Whether a change was made with a key of these, or for an account of these: accounts are told in two ways."""
    keys, accounts = {other.head.key for other in others}, {other.head.account for other in others}
    return one.head.key in keys - {""} or one.head.account in accounts - {""}


def _account(changes: Sequence[PastChange]) -> str:
    """Return whose assistant it is, as the list of assistants tells it where one of the runs read that."""
    told = [one.head.account for one in changes if one.head.account]
    return next((account for account in told if "@" not in account), told[0] if told else "")


def _place_words(one: PastChange) -> str:
    return "sandbox" if one.is_sandbox else one.head.account or host_of(one.head.server)


async def _blame(
    history: History,
    changes: list[PastChange],
    elsewhere: tuple[str, ...],
    settings: Settings,
    means: Means,
) -> Blame:
    account, assistant_id = _account(changes), history.assistant_id or 0
    try:
        now, why_not = await _look(assistant_id, changes, account, settings, means)
    except BatchUpdateError as error:
        now, why_not = None, error.message
    fields = tuple(blame(changes, now))
    name = str((now or {}).get("name") or "") or next((one.what.name for one in changes if one.what.name), "")
    unread = tuple(history.unread)
    return Blame(assistant_id, name, account, fields, why_not, elsewhere, unread, history.untold)


async def _look(
    assistant_id: int, changes: Sequence[PastChange], account: str, settings: Settings, means: Means
) -> tuple[Present | None, str]:
    """Return what the assistant holds now; None and why where that cannot be told."""
    if settings.no_fetch:
        return None, "the setting no_fetch forbids it"
    server, made = ("", None) if not changes else (changes[0].head.server, _settings_of_run(changes[0].head))
    settings = at_home(settings, server, made)
    tell_way(settings, means)
    holder = means.account(settings)
    means.watcher.stage(Stage.LOOKING, server_name(settings))
    async with speaking(settings, holder, means, means.watcher.event) as client:
        fetched = await fetch_present(client, {assistant_id})
    if account and "@" not in account and fetched.account and fetched.account != account:
        return None, f"the key is for {fetched.account}, and the runs were for {account}"
    if assistant_id not in fetched.present:
        return None, f"{assistant_id} is not there any more"
    return fetched.present[assistant_id], ""


def _settings_of_run(head: RunHead) -> Settings:
    """Return what is known of the settings of a run: where its sandbox keeps its assistants."""
    return Settings(sandbox_state=Path(head.sandbox_state)) if head.sandbox_state else Settings()
