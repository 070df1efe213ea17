"""A fleet while it is planned and as it was planned, as the commands about fleets show it to people and programs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from batch_update.cli.commands.fleets.planned_fleets import commands_to_send, show_accounts, told_in_accounts
from batch_update.cli.documents import out_document
from batch_update.cli.options import is_silent
from batch_update.cli.printed_commands import Following, command_of, leaves_out, next_lines
from batch_update.cli.screens.screen import out, paint, painted, say
from batch_update.model.fleets import NO_ACCOUNT
from batch_update.model.reports import Exit
from batch_update.model.sheets import Problem, Severity
from batch_update.settings.tunables import Settings
from batch_update.text import counted, quoted

if TYPE_CHECKING:
    from batch_update.fleet.planning.fleet_planning import AccountChoice
    from batch_update.fleet.planning.planned import PlannedAccount, PlannedFleet
    from batch_update.fleet.planning.splitting import SplitSheet
    from batch_update.report.documents.fleets.of_fleet_plans import PlannedFleetDocument


class PlanProgress:
    """Tells from time to time how many accounts are planned."""

    def __init__(self, settings: Settings, first: str) -> None:
        self._talks = not is_silent(settings)
        self._told = self._wrong = 0
        if self._talks:
            say(first)

    def warning(self, words: str) -> None:
        if self._talks:
            say(f"{paint('warning', 'warning', sys.stderr)}: {words}")

    def account_planned(self, account: PlannedAccount, done: int, total: int) -> None:
        self._wrong += bool(account.plan.code)
        tenths = done * 10 // total
        if not self._talks or total < _MANY or tenths == self._told or done == total:
            return
        self._told = tenths
        wrong = f", {self._wrong:,} of them cannot be" if self._wrong else ""
        say(f"  {done:,} of {total:,} planned{wrong}")


_MANY = 20
"""accounts from which on it is told how far planning is"""


class PlanScreen:
    """Shows a fleet that was planned, or why none was, to people or as a document."""

    def __init__(
        self, file: str, choice: AccountChoice, settings: Settings, max_accounts: int | None, *, full: bool
    ) -> None:
        self._file, self._choice, self._settings, self._full = file, choice, settings, full
        self._max_accounts = max_accounts

    def refused(self, split: SplitSheet, problems: Sequence[Problem]) -> None:
        """Show why the sheet as a whole cannot be planned."""
        following: Following = {"plan_again": self._again()}
        if leaves_out(problems, self._settings):
            following["leave_out"] = self._again(ignore_unknown=True)
        if split.homeless and not any(p.index is None and p.severity is Severity.ERROR for p in problems):
            following["apply_good_rows"] = self._again(skip_invalid=True)
        if self._settings.json_:
            document = _refused_document(split, problems)
            out_document(document, exit=Exit.SHEET_INVALID, following=following)
            return
        self._show_problems(split, problems)
        out("Nothing was planned, and no account was asked.")
        out(next_lines(following))

    def planned(self, planned: PlannedFleet, status: Exit) -> None:
        """Show the plan of a fleet."""
        following = self._following(planned)
        if self._settings.json_:
            document = _document(planned, self._told(planned))
            out_document(document, exit=status, following=following)
        elif self._settings.quiet:
            from batch_update.report.screen.fleet_lines import unplanned_lines

            for line in unplanned_lines(planned.plan.accounts):
                out(line)
        else:
            self._show(planned)
            if following:
                out(next_lines(following))

    def _show(self, planned: PlannedFleet) -> None:
        self._show_problems(planned.split, self._told(planned))
        requests = sum(one.requests for one in planned.accounts)
        accounts = sum(one.plan.account != NO_ACCOUNT for one in planned.accounts)
        rows = sum(one.plan.rows for one in planned.accounts)
        out(
            f"Plan for {counted(accounts, 'account')}: {counted(rows, 'row')}, "
            f"what is there read in {counted(requests, 'request')}\n"
        )
        show_accounts(planned, full=self._full)

    def before_sending(self, planned: PlannedFleet) -> None:
        """Show what is wrong with the sheet, a line each: the table that comes before the question only counts it."""
        from batch_update.report.screen.problems import render_problems

        if not is_silent(self._settings) and planned.problems:
            pieces = render_problems(planned.split.sheet, self._told(planned), briefly=True)
            say("".join(piece.text for piece in pieces))

    def _show_problems(self, split: SplitSheet, told: Sequence[Problem]) -> None:
        from batch_update.report.screen.problems import render_problems

        if told:
            out(painted(render_problems(split.sheet, told, briefly=self._settings.skip_invalid)))

    def _told(self, planned: PlannedFleet) -> list[Problem]:
        """Return the problems with commands in their remedies that can be pasted here."""
        return told_in_accounts(planned.problems, planned.accounts, self._settings)

    # ------------------------------------------------------------ what comes next

    def _following(self, planned: PlannedFleet) -> Following:
        """Return the commands that make sense now, by what they are for."""
        following = commands_to_send(planned, self._settings, self._again)
        if any(one.exit is Exit.SHEET_INVALID for one in planned.accounts):
            following["plan_again"] = self._again()
            following["apply_good_rows"] = self._again(skip_invalid=True)
        left = [one.plan.account for one in planned.accounts if one.exit not in (Exit.OK, Exit.SHEET_INVALID)]
        if left := [name for name in left if name != NO_ACCOUNT]:
            following["plan_left"] = self._again(accounts=",".join(left) if len(left) <= _MOST_NAMED else "")
        return following

    def _again(self, **changed: Any) -> str:
        """Return this command once more, with these settings and options changed."""
        accounts = changed.pop("accounts", "") or ",".join(self._choice.selectors)
        most = changed.pop("max_accounts", self._max_accounts)
        words = [command_of("fleet plan", self._settings.model_copy(update=changed), self._file)]
        if accounts:
            words.append(f"--accounts {quoted(accounts)}")
        elif self._choice.every:
            words.append("--all-accounts")
        if most is not None:
            words.append(f"--max-accounts {most}")
        return " ".join(words)


_MOST_NAMED = 20
"""accounts that a command names"""


# ---------------------------------------------------------------- for programs


def _document(planned: PlannedFleet, problems: Sequence[Problem]) -> PlannedFleetDocument:
    from batch_update.report.documents.fleets.of_fleet_plans import (
        PlannedFleetDocument,
        account_of_fleet,
        fleet_totals,
    )
    from batch_update.report.documents.nouns import told_guard, told_problem, told_sheet

    plan, split = planned.plan, planned.split
    paths = {one.plan.account: planned.folder.plan_of(one.plan.account) for one in planned.accounts}
    return PlannedFleetDocument(
        sheet=told_sheet(split.sheet),
        fleet=plan.id,
        folder=str(planned.folder.path),
        made=plan.made,
        digest=plan.digest,
        totals=fleet_totals(plan.accounts, planned.seconds),
        guards=tuple(map(told_guard, planned.tripped)),
        accounts=tuple(
            account_of_fleet(
                one.plan,
                one.tripped,
                exit=one.exit,
                requests=one.requests,
                seconds=one.seconds,
                saved=str(paths[one.plan.account]) if paths[one.plan.account].exists() else None,
            )
            for one in planned.accounts
        ),
        left_out=split.left_out,
        idle=split.idle,
        problems=tuple(told_problem(split.sheet, problem) for problem in problems),
    )


def _refused_document(split: SplitSheet, problems: Sequence[Problem]) -> PlannedFleetDocument:
    """Return what is told of a sheet of which nothing was planned."""
    from batch_update.report.documents.fleets.of_fleet_plans import PlannedFleetDocument, fleet_totals
    from batch_update.report.documents.nouns import told_problem, told_sheet

    return PlannedFleetDocument(
        sheet=told_sheet(split.sheet),
        fleet=None,
        folder=None,
        made=None,
        digest=None,
        totals=fleet_totals(()),
        guards=(),
        accounts=(),
        left_out=split.left_out,
        idle=split.idle,
        problems=tuple(told_problem(split.sheet, problem) for problem in problems),
    )
