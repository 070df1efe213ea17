"""`fleet promote`: assistants of one account carried over to others, seen and planned before anything is sent."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import anyio
import typer

from batch_update.cli.commands.fleets.group import ALL_ACCOUNTS, MAX_ACCOUNTS, app
from batch_update.cli.commands.fleets.plan_screen import PlanProgress
from batch_update.cli.commands.fleets.planned_fleets import commands_to_send, show_accounts, told_in_accounts
from batch_update.cli.documents import out_document, telling_errors
from batch_update.cli.help import Command
from batch_update.cli.options import FORCE, TO_FILE, or_environment, settings_of, takes
from batch_update.cli.printed_commands import Following, command_of, next_lines
from batch_update.cli.screens.screen import out
from batch_update.cli.watcher import Reader
from batch_update.errors import UsageError
from batch_update.model.reports import Exit
from batch_update.model.sheets import Severity
from batch_update.settings.tunables import Settings
from batch_update.text import counted, printable, quoted, quoted_path

if TYPE_CHECKING:
    from batch_update.fleet.planning.fleet_planning import AccountChoice
    from batch_update.fleet.planning.planned import PlannedAccount, PlannedFleet
    from batch_update.fleet.promoting.promoting import Promoted
    from batch_update.fleet.promoting.target_looks import WhatToCarry
    from batch_update.report.documents.nouns import ToldProblem

SOURCE = Annotated[
    str | None,
    typer.Option("--from", metavar="NAME", help="The account that assistants are carried over from."),
]
TARGETS = Annotated[
    list[str] | None,
    typer.Option("--to", metavar="NAMES", help="Accounts by name or tag:TAG, by comma. Repeatable."),
]
ACCOUNTS_TOO = Annotated[
    list[str] | None, typer.Option("--accounts", metavar="NAMES", help="Another word for --to.")
]
ASSISTANTS = Annotated[
    list[str] | None,
    typer.Option(
        "--assistant", metavar="NAME", help="One of the source, by its name. Repeatable. Without it: all."
    ),
]
FIELDS = Annotated[
    list[str] | None,
    typer.Option(
        "--fields",
        metavar="NAMES",
        help="Fields to carry over, by comma. Without it: all but what is each account's own, such as numbers.",
    ),
]
OUTPUT = Annotated[Path | None, TO_FILE]


@app.command("promote", cls=Command)
@takes("fleet promote")
def promote_fleet(
    given: dict[str, Any],
    source: SOURCE = None,
    to: TARGETS = None,
    accounts: ACCOUNTS_TOO = None,
    all_accounts: ALL_ACCOUNTS = False,
    assistant: ASSISTANTS = None,
    fields: FIELDS = None,
    max_accounts: MAX_ACCOUNTS = None,
    output: OUTPUT = None,
    force: FORCE = False,
) -> None:
    """Carry assistants of one account over to others: told what each lacks, and planned for fleet apply.

    Nothing is sent. Assistants are matched by name, and voices, tools and all else that has an id by theirs. Where a
    target lacks something, the assistants that need it are left out there.

    Exit status: 0 where nothing would change; 10 where all are ready and something would; 1 where a target lacks
    something or cannot be looked at; 2 to 5 as for fleet plan.
    """
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        from batch_update.fleet.promoting.promoting import promote, route_of
        from batch_update.run.exporting import check_target
        from batch_update.run.steps.means import Means

        source = _source_named(source)
        if output is not None:
            check_target(output, force=force)
        selectors = (*or_environment(to, "to"), *or_environment(accounts, "accounts"))
        choice = _choice_of(source, selectors, every=all_accounts)
        wanted = _wanted(or_environment(assistant, "assistant"), or_environment(fields, "fields"))
        request = _Request(source, choice, wanted, max_accounts)
        route = route_of(source, choice, settings)
        watcher = _Looking(settings, f"Looking at {counted(len(route.targets) + 1, 'account')} ...")
        asked = partial(promote, route, wanted, settings, Means(Reader(settings)), watcher)
        found = anyio.run(partial(asked, max_accounts=max_accounts))
        if output is not None:
            _write_table(found, output, settings)
        _show_promotion(found, request, settings, output)
        raise typer.Exit(int(found.exit))


def _source_named(source: str | None) -> str:
    """Return the account that assistants come from. Raises UsageError where none is named."""
    if source is None:
        raise UsageError(
            "the option from says from which account, and is missing",
            code="U101",
            remedy="name an account of the list with it, such as staging",
        )
    return source


def _choice_of(source: str, selectors: tuple[str, ...], *, every: bool) -> AccountChoice:
    """Return the accounts that are meant as targets. Raises UsageError where none is named."""
    from batch_update.fleet.planning.fleet_planning import AccountChoice

    if not (selectors or every):
        raise UsageError(
            f"no account is named that the assistants of {printable(source)} are carried over to",
            code="U101",
            remedy="name some with --to, such as --to tag:hotel, or take all with --all-accounts",
        )
    return AccountChoice(selectors, every)


def _wanted(assistants: list[str], fields: list[str]) -> WhatToCarry:
    """Return the assistants and fields that are to be carried over. Raises UsageError for what is no field."""
    from batch_update.fleet.promoting.target_looks import WhatToCarry
    from batch_update.run.exporting import choose_fields

    return WhatToCarry(tuple(assistants), choose_fields(fields))


@dataclass(frozen=True, slots=True)
class _Request:
    """The words of the command that are no settings."""

    source: str
    choice: AccountChoice
    wanted: WhatToCarry
    max_accounts: int | None

    def again(self, settings: Settings, **changed: Any) -> str:
        """Return the command once more, with these settings and options changed."""
        most = changed.pop("max_accounts", self.max_accounts)
        words = [
            command_of("fleet promote", settings.model_copy(update=changed)),
            f"--from {quoted(self.source)}",
        ]
        words += (
            ["--all-accounts"] if self.choice.every else [f"--to {quoted(','.join(self.choice.selectors))}"]
        )
        words += [f"--assistant {quoted(name)}" for name in self.wanted.assistants]
        words += [f"--fields {','.join(self.wanted.fields)}"] if self.wanted.fields else []
        words += [f"--max-accounts {most}"] if most is not None else []
        return " ".join(words)


class _Looking(PlanProgress):
    """Tells that the accounts are looked at, and of warnings, but not how many are planned."""

    def account_planned(self, account: PlannedAccount, done: int, total: int) -> None:
        """Say nothing: planning is quick where all was looked at just before."""


def _write_table(found: Promoted, path: Path, settings: Settings) -> None:
    from batch_update.report.files.writable import unwritable
    from batch_update.report.promoting.promotion_table import PROMOTION_COLUMNS, promotion_rows
    from batch_update.settings.locales import signs_wanted
    from batch_update.sheet.writing.formats import write_listing

    rows = list(promotion_rows(found.readiness))
    signs = signs_wanted(settings.delimiter, os.environ)
    try:
        write_listing(path, PROMOTION_COLUMNS, rows, title="promote", signs=signs)
    except OSError as error:
        raise unwritable(path, error.strerror or str(error)) from None


def _show_promotion(found: Promoted, request: _Request, settings: Settings, path: Path | None) -> None:
    following = _following(found, request, settings)
    if settings.json_:
        _promotion_document(found, following, settings, path)
        return
    from batch_update.report.promoting.promotion_lines import lack_lines, problem_lines, promotion_lines
    from batch_update.report.screen.fleet_lines import unplanned_lines

    lines = lack_lines if settings.quiet else promotion_lines
    for line in lines(found.readiness, rest_in="" if path is None else printable(str(path))):
        out(line)
    problems = () if found.planned is None else found.planned.problems
    for line in problem_lines(
        found.readiness, [one for one in problems if not settings.quiet or one.severity is Severity.ERROR]
    ):
        out(line)
    if found.planned is None:
        out("No account can take any of them. Nothing was planned.")
    if settings.quiet:
        for line in unplanned_lines(() if found.planned is None else found.planned.plan.accounts):
            out(line)
        return
    if path is not None:
        out(f"Table   {quoted_path(path)}")
    if found.planned is not None:
        out("")
        show_accounts(found.planned)
    if following:
        out(next_lines(following))


def _following(found: Promoted, request: _Request, settings: Settings) -> Following:
    """Return the command that makes sense now."""
    planned = found.planned
    if planned is None:
        return {}
    following = commands_to_send(planned, settings, partial(request.again, settings))
    if any(one.exit is Exit.SHEET_INVALID for one in planned.accounts):
        following["apply_good_rows"] = request.again(settings, skip_invalid=True)
    return following


def _promotion_document(found: Promoted, following: Following, settings: Settings, path: Path | None) -> None:
    from batch_update.fleet.planning.planned import summed_guards
    from batch_update.report.documents.fleets.of_promotions import told_promotion

    planned = found.planned
    document = told_promotion(
        found.readiness,
        fleet=None if planned is None else str(planned.folder.path),
        digest="" if planned is None else planned.plan.digest,
        changes=0 if planned is None else sum(one.changes for one in planned.plan.accounts),
        guards=() if planned is None else (*planned.tripped, *summed_guards(planned.accounts)),
        problems=() if planned is None else _told_problems(planned, settings),
        file=None if path is None else str(path),
    )
    out_document(document, exit=Exit(found.exit), following=following)


def _told_problems(planned: PlannedFleet, settings: Settings) -> tuple[ToldProblem, ...]:
    from batch_update.report.documents.nouns import told_problem

    told = told_in_accounts(planned.problems, planned.accounts, settings)
    return tuple(told_problem(planned.split.sheet, one) for one in told)
