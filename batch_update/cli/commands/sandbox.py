"""`sandbox` serves the imitation of the API; `demo` runs the main job against it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from batch_update.cli.commands.changing.apply import run_sheet
from batch_update.cli.commands.changing.sending import watch
from batch_update.cli.commands.check import check_sheet_file, read_and_check
from batch_update.cli.commands.plan import document_of, look_ahead, show_plan
from batch_update.cli.documents import out_document, telling_errors
from batch_update.cli.help import Command
from batch_update.cli.options import AS_JSON, settings_of, takes
from batch_update.cli.printed_commands import Errand, command_of
from batch_update.cli.screens.screen import out, say
from batch_update.errors import UsageError
from batch_update.sandbox.many.ready_list import ROWS_EACH, ReadyList
from batch_update.sandbox.many.tenants import MOST, Tenant, tenants
from batch_update.sandbox.routes import ROUTES
from batch_update.settings.layers import ENV_PREFIX
from batch_update.settings.tunables import Settings
from batch_update.text import counted, printable, quoted_path

if TYPE_CHECKING:
    from batch_update.report.documents.of_demo import ShownDemo

DEMO_FAULTS = "429@9:3,503@17,cut-after@25"
"""What goes wrong on the way of the demo: a refusal that asks for 3 s, a gateway's failure, a lost answer."""

SERVED = "\b\nServed below /api:\n" + "\n".join(
    f"  {route.method:<6} {route.path}\n         {route.summary}" for route in ROUTES
)
"""The last part of the help of `sandbox`."""
_CONNECTIONS_EACH = 16
_FILES_EACH = 3
"""a state, and the two that SQLite has beside it"""
app = typer.Typer(add_completion=False, rich_markup_mode=None)


PORT = Annotated[
    int,
    typer.Option(
        "--port",
        metavar="PORT",
        help="Port to serve on; 0 takes a free one. Default: 8080.",
        min=0,
        max=65535,
        show_default=False,
    ),
]
HOST = Annotated[
    str,
    typer.Option(
        "--host", metavar="HOST", help="Address to serve on. Default: 127.0.0.1.", show_default=False
    ),
]
RESET = Annotated[bool, typer.Option("--reset", help="Begin with fresh assistants.")]
MANY_ACCOUNTS = Annotated[
    int,
    typer.Option(
        "--accounts",
        metavar="N",
        help="Serve so many accounts, each with a key and assistants of its own. Default: one.",
        envvar=f"{ENV_PREFIX}SANDBOX_ACCOUNTS",  # the one of --accounts names accounts elsewhere
        min=0,
        max=MOST,
        show_default=False,
    ),
]
ASSISTANTS_EACH = Annotated[
    int,
    typer.Option(
        "--assistants",
        metavar="N",
        help="Assistants of each of several accounts. Default: 10.",
        min=0,
        max=10_000,
        show_default=False,
    ),
]
ACCOUNTS_OUT = Annotated[
    Path | None,
    typer.Option(
        "--accounts-out",
        metavar="FILE",
        help="Write a list of the accounts, FILE.toml, with their keys and a sheet beside it.",
        show_default=False,
    ),
]


@app.command("sandbox", cls=Command, epilog=SERVED)
@takes("sandbox")
def sandbox(
    given: dict[str, Any],
    port: PORT = 8080,
    host: HOST = "127.0.0.1",
    reset: RESET = False,
    accounts: MANY_ACCOUNTS = 0,
    assistants: ASSISTANTS_EACH = 10,
    accounts_out: ACCOUNTS_OUT = None,
) -> None:
    """Serve an imitation of the API on this machine, to try things without an account."""
    import anyio

    from batch_update.account.account import ready_state
    from batch_update.account.connect import sandbox_app
    from batch_update.sandbox.serving import serve

    settings = settings_of(given)
    if accounts:
        ready_list = None if accounts_out is None else ReadyList(accounts_out)
        _serve_many(settings, tenants(accounts), assistants, host, port, reset, ready_list)
        return
    if accounts_out is not None:
        raise UsageError(
            "the option accounts_out writes a list of several accounts",
            code="U101",
            remedy="say how many with the option accounts, such as 20",
        )
    if reset:
        _remove_state(ready_state(settings))
    anyio.run(serve, sandbox_app(settings), host, port, partial(_tell_of_one, as_json=settings.json_))


def _tell_of_one(address: str, *, as_json: bool) -> None:
    """Say that the sandbox listens, and what to do with it."""
    from batch_update.report.documents.of_lists import ServedSandbox
    from batch_update.settings.tunables import SANDBOX_KEY

    if as_json:
        out_document(ServedSandbox(address, f"{address}/api", SANDBOX_KEY, ()), exit=None)
        return
    say(f"The sandbox listens on {address} (Ctrl-C ends it).")
    say(f"  export FAMULOR_API_KEY={SANDBOX_KEY}")
    there = Settings(base_url=f"{address}/api", skip_invalid=True)
    say(f"  {command_of('apply', there, _shortest(_demo_sheet()))}")


def _serve_many(
    settings: Settings,
    accounts: Sequence[Tenant],
    assistants: int,
    host: str,
    port: int,
    reset: bool,
    ready_list: ReadyList | None,
) -> None:
    """Serve a sandbox with several accounts."""
    import anyio

    from batch_update.account.account import ready_states
    from batch_update.account.connect import sandbox_with_accounts
    from batch_update.sandbox.serving import MOST_CONNECTIONS, serve

    if ready_list is not None:
        ready_list.refuse_to_write_over()
    if reset:
        for account in accounts:
            _remove_state(ready_states(settings) / f"{account.name}.db")
    app = sandbox_with_accounts(settings, len(accounts), assistants)
    serving = partial(
        serve,
        most_connections=max(MOST_CONNECTIONS, _CONNECTIONS_EACH * len(accounts)),
        files=_FILES_EACH * len(accounts),
    )
    anyio.run(serving, app, host, port, partial(_tell_of_many, accounts, ready_list, settings))


def _tell_of_many(
    accounts: Sequence[Tenant], ready_list: ReadyList | None, settings: Settings, address: str
) -> None:
    from batch_update.report.documents.of_lists import ServedAccount, ServedSandbox

    if ready_list is not None:
        ready_list.write(accounts, f"{address}/api")
    if settings.json_:
        served = tuple(
            ServedAccount(one.name, one.key, one.email, one.kind, one.first_id) for one in accounts
        )
        out_document(ServedSandbox(address, f"{address}/api", accounts[0].key, served), exit=None)
        return
    say(
        f"The sandbox listens on {address} with {counted(len(accounts), 'account')}, from {accounts[0].name} "
        f"to {accounts[-1].name} (Ctrl-C ends it)."
    )
    if settings.sandbox_faults:
        say(faults_words(settings.sandbox_faults, accounts[-1].name, ready_list))
    if ready_list is None:
        say(f"  export FAMULOR_API_KEY={accounts[0].key}")
        say(f"  {command_of('export', Settings(base_url=f'{address}/api'))} -o {accounts[0].name}.csv")
        return
    where = f"Their list is {quoted_path(ready_list.path)}, their keys lie in {quoted_path(ready_list.keys)}."
    say(f"{where} In another terminal:")
    for command in first_commands(ready_list, accounts):
        say(f"  {command}")


def faults_words(faults: str, account: str, ready_list: ReadyList | None) -> str:
    """Return which updates faults are about where there are several accounts: each counts its own, from 1."""
    of_sheet = f", and {quoted_path(ready_list.sheet)} has {ROWS_EACH} for each" if ready_list else ""
    return (
        f"Of what shall go wrong ({printable(faults)}) each account counts its own updates{of_sheet}; "
        f"{account}/503@1 is about that account alone."
    )


def first_commands(ready_list: ReadyList, accounts: Sequence[Tenant]) -> Iterator[str]:
    """Yield what to do with a list of accounts and the sheet beside it, in this order."""
    listed = Settings(accounts_file=ready_list.path)
    yield command_of("accounts check", listed)
    yield command_of("fleet plan", listed, _shortest(ready_list.sheet.absolute()))
    yield command_of("fleet apply", listed, "last")
    yield command_of("fleet undo", listed, "last")
    if len(accounts) > 1:
        source, target = accounts[0].name, f"tag:{accounts[1].kind}"
        yield f"{command_of('fleet promote', listed)} --from {source} --to {target}"
        yield command_of("fleet apply", listed, "last")


def _remove_state(path: Path) -> None:
    """Forget what the sandbox holds."""
    try:
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
            path.with_name(name).unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(
            f"the sandbox's state {path} cannot be removed: {error.strerror}",
            code="U108",
            remedy="make its folder writable, or name another file with --sandbox-state",
        ) from None


def demo(as_json: AS_JSON = False) -> None:
    """See the main job at work on a sample sheet: no account, no network, half a minute."""
    sheet = _shortest(_demo_sheet())
    settings = Settings(sandbox=True, sandbox_state=_fresh_state(), skip_invalid=True, yes=True)
    if as_json:
        with telling_errors(as_json=True):
            out_document(demonstrated(sheet, settings.model_copy(update={"json_": True})))
    else:
        _demonstrate(sheet, settings)


def _demonstrate(sheet: str, settings: Settings) -> None:
    out(f"1. What is wrong with this sheet?\n   {command_of('check', Settings(), sheet)}\n")
    check_sheet_file(sheet, Settings())
    first = settings.model_copy(update={"limit": 3})
    out(f"\n2. What would it change, say for the first three?\n   {command_of('plan', first, sheet)}\n")
    show_plan(sheet, first)
    out("\n3. Send the good rows at the permitted pace, past a 429, a 503 and an answer that gets lost:")
    out(f"   {command_of('apply', settings, sheet)}\n")
    run_sheet(sheet, settings.model_copy(update={"sandbox_faults": DEMO_FAULTS}))
    out("\n4. Look into the report. Then change a sheet of your own, still in the sandbox:")
    out(f"   {command_of('export', Settings(sandbox=True))} -o account.csv")
    out(f"   {command_of('plan', Settings(sandbox=True), 'account.csv')}")


def demonstrated(sheet: str, settings: Settings) -> ShownDemo:
    """Check, plan and send this sheet, and return what came of it; nothing is said meanwhile."""
    from batch_update.report.documents.of_demo import ShownDemo
    from batch_update.report.documents.of_runs import sent_run
    from batch_update.report.documents.of_sheets import checked_sheet
    from batch_update.run.applying import begin_apply

    checked = checked_sheet(*read_and_check(sheet, settings))
    planned = document_of(look_ahead(sheet, settings.model_copy(update={"limit": 3})))
    faulty = settings.model_copy(update={"sandbox_faults": DEMO_FAULTS})
    ended = watch(Errand("apply", sheet, faulty), partial(begin_apply, sheet, faulty))
    return ShownDemo(sheet, checked, planned, sent_run(ended.report, ended.facts))


def _fresh_state() -> Path:
    """A state that no other demo has. It stays, since the commands that are shown go on with it."""
    from tempfile import mkdtemp

    try:
        return Path(mkdtemp(prefix="batch-update-demo-")) / "sandbox.db"
    except OSError as error:
        raise UsageError(
            f"the demo finds no folder for temporary files: {error.strerror}",
            code="U110",
            remedy="name one that you may write to with TMPDIR",
        ) from None


def _shortest(path: Path) -> str:
    """The path as one would type it here."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _demo_sheet() -> Path:
    """The sample sheet: in the package where it was installed, beside it in a checkout."""
    package = Path(__file__).parents[2]
    return next(
        path for path in (package / "samples/demo.csv", package.parent / "samples/demo.csv") if path.exists()
    )
