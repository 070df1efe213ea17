"""`fleet report`: the files over all accounts made again from journals, or those of one account."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batch_update.cli.after_run import following_on_page, spelled_for_files
from batch_update.cli.commands.fleets.group import LAST_FLEET, app
from batch_update.cli.commands.fleets.sending_fleets.seeing import fleet_commands
from batch_update.cli.documents import out_document, telling_errors
from batch_update.cli.help import Command
from batch_update.cli.options import settings_of, takes
from batch_update.cli.screens.screen import out_raw, say
from batch_update.clock import SYSTEM
from batch_update.errors import UsageError
from batch_update.settings.tunables import Settings
from batch_update.text import listed, no_such, printable

if TYPE_CHECKING:
    from batch_update.fleet.fleet_folder import FleetFolder
    from batch_update.fleet.outlook.looking_on import LookedOn
    from batch_update.model.fleets import FleetEnd


@app.command("report", cls=Command)
@takes("fleet report")
def report_fleet(given: dict[str, Any], fleet: LAST_FLEET = "last") -> None:
    """Make the files of a fleet again from its journals: the page, the tables and the document over all accounts.

    With --account NAME the files of that account's own run, which name no other account. It asks no server.
    """
    settings = settings_of(given)
    with telling_errors(as_json=settings.json_):
        from batch_update.fleet.outlook.looking_on import look_on
        from batch_update.fleet.record.fleet_finding import find_fleet
        from batch_update.report.documents.of_lists import WrittenReport

        folder = find_fleet(fleet, settings)
        seen = look_on(folder, SYSTEM.wall())
        made = (
            _of_account(folder, seen.end, settings.account)
            if settings.account
            else _of_all(folder, seen, settings)
        )
        paths = []
        try:
            for path in made:
                paths.append(str(path))
                if not settings.json_:
                    out_raw(printable(str(path)))
        except OSError as error:
            raise UsageError(
                f"{printable(str(folder.path))} cannot be written: {error.strerror}",
                code="U110",
                remedy="make room, or the folder writable",
            ) from error
        if settings.json_:
            out_document(WrittenReport(str(folder.path), tuple(paths)))


def _of_all(folder: FleetFolder, seen: LookedOn, settings: Settings) -> Iterator[Path]:
    """Write the files over all accounts, and yield each that is there."""
    from batch_update.report.fleet.fleet_commands import FleetCommands
    from batch_update.report.fleet.fleet_files import write_fleet_report

    commands = (
        FleetCommands()
        if seen.is_at_work
        else fleet_commands(folder, seen.end.plan, settings, seen.state.engine)
    )
    files = write_fleet_report(seen.end, folder, commands, at_work=seen.at_work).files
    for why in files.told:
        say(why)
    found = (files.page, files.accounts, files.results, files.failed, files.workbook, files.report)
    yield from filter(None, found)


def _of_account(folder: FleetFolder, end: FleetEnd, name: str) -> Iterator[Path]:
    """Write the files of the newest run of an account, and yield each that is there. Raises UsageError."""
    from dataclasses import replace

    from batch_update.report.files.folder import write_again
    from batch_update.report.fleet.account_reports import account_report

    places = {one.account: place for place, one in enumerate(end.plan.accounts)}
    if name not in places:
        raise UsageError(
            no_such("account", name, places),
            code="U163",
            remedy=f"the fleet is about {listed(list(places), 5)}",
        )
    found = account_report(end.plan.accounts[places[name]], end.accounts[places[name]], folder)
    if found.report is None or found.folder is None:
        raise UsageError(
            f"the account {name} was not begun, so that there is no run to report",
            code="U111",
            remedy="batch-update fleet status tells why; its rows stand among those of the whole fleet",
        )
    report = replace(spelled_for_files(found.report, found.facts), folder=found.folder)
    yield from write_again(report, found.folder, ("csv",), found.facts, following_on_page, tell=say)
