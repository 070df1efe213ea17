"""A run and a saved plan go on where they were made, and nowhere else: at another server or sandbox nothing is sent."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from batch_update.journal.reading import read_run
from batch_update.plan.saving import load_plan
from batch_update.settings.tunables import SANDBOX_KEY
from tests.cli.conftest import Run
from tests.torture.kills import Server, serving

FAST = ("--yes", "--rate", "off")
BOX = ("--sandbox", "--sandbox-limits", "off")
KEPT_OUT = ("--max-changes", "0")


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("FAMULOR_API_KEY", SANDBOX_KEY)
    with serving(3, random.Random(0)) as server:
        yield server


@pytest.fixture
def elsewhere() -> Iterator[Server]:
    with serving(3, random.Random(0)) as server:
        yield server


def updates(server: Server) -> int:
    return sum(seen.method == "PUT" for seen in server.settle())


def a_run(run: Run, *where: str) -> tuple[str, ...]:
    """A run of which nothing was sent yet."""
    run("apply", "good.csv", *FAST, *where, *KEPT_OUT, "--run-dir", "it")
    return ("resume", "it", *FAST, "--max-changes", "9")


def an_unseen_run(run: Run, *where: str) -> tuple[str, ...]:
    return (*a_run(run, *where, "--no-fetch"), "--no-fetch")


def a_run_to_take_back(run: Run, *where: str) -> tuple[str, ...]:
    assert run("apply", "good.csv", *FAST, *where, "--run-dir", "it").exit == 0
    return ("undo", "it", *FAST)


def a_saved_plan(run: Run, *where: str) -> tuple[str, ...]:
    assert run("plan", "good.csv", *where, "--out", "p.json").exit == 0
    return ("apply", "p.json", *FAST)


BEGIN = pytest.mark.parametrize("begin", [a_run, an_unseen_run, a_run_to_take_back, a_saved_plan])
Begin = Callable[..., tuple[str, ...]]


@BEGIN
def test_where_no_server_is_named_it_goes_on_where_it_was_made(run: Run, here: Server, begin: Begin) -> None:
    words = begin(run, "--base-url", here.url)
    before = updates(here)
    result = run(*words)
    assert result.exit == 0, result.err
    assert updates(here) > before


@BEGIN
def test_what_was_meant_for_the_sandbox_stays_there_without_a_key(run: Run, begin: Begin) -> None:
    """The production server is what is asked where nothing is named: it would have got these changes."""
    words = begin(run, *BOX)
    assert run(*words, "--sandbox-limits", "off").exit == 0


@BEGIN
@pytest.mark.parametrize("sandboxed", [True, False])
def test_at_another_server_nothing_is_sent(
    run: Run, here: Server, elsewhere: Server, begin: Begin, sandboxed: bool
) -> None:
    words = begin(run, *(BOX if sandboxed else ("--base-url", here.url)))
    result = run(*words, "--base-url", elsewhere.url)
    assert (result.exit, "X310" in result.err, "nothing was sent" in result.err) == (5, True, True), (
        result.err
    )
    assert updates(elsewhere) == 0 and not elsewhere.settle()


@BEGIN
def test_in_the_sandbox_nothing_is_done_that_was_meant_for_a_server(
    run: Run, here: Server, begin: Begin
) -> None:
    words = begin(run, "--base-url", here.url)
    result = run(*words, "--sandbox")
    assert (result.exit, "X310" in result.err) == (5, True)


@BEGIN
def test_another_spelling_is_the_same_server(run: Run, here: Server, begin: Begin) -> None:
    words = begin(run, "--base-url", here.url)
    result = run(*words, "--base-url", here.url.replace("127.0.0.1", "LOCALHOST"))
    assert result.exit == 0, result.err


def test_another_sandbox_is_another_place(run: Run, tmp_path: Path) -> None:
    words = a_run(run, *BOX)
    result = run(*words, *BOX, "--sandbox-state", str(tmp_path / "other.db"))
    assert (result.exit, "X310" in result.err) == (5, True)
    assert run(*words, *BOX).exit == 0


def test_what_a_finished_run_prints_leads_where_it_was_made(run: Run, here: Server, tmp_path: Path) -> None:
    """Its failed.csv is a plain sheet, which would go to the production server."""
    (tmp_path / "two.csv").write_text("id,voice_id\n10001,533\n10002,9999\n", "utf-8")
    first = run("apply", "two.csv", "--yes", "--no-lookup", "--base-url", here.url, "--run-dir", "it")
    again = run("resume", "it")
    commands = [line for line in again.out.splitlines() if line.startswith(("Fix", "Undo"))]
    assert (first.exit, again.exit, len(commands)) == (1, 1, 2), again.out
    assert all(f"--base-url {here.url}" in line for line in commands)


@pytest.mark.parametrize("more", [(), ("--no-fetch",)])
def test_every_journal_knows_where_and_whose(run: Run, here: Server, more: tuple[str, ...]) -> None:
    for name, where in (("a", BOX), ("b", ("--base-url", here.url))):
        run("apply", "good.csv", *FAST, *where, *more, "--run-dir", name)
        plan = read_run(Path(name)).plan
        assert plan.server == ("https://sandbox/api" if where is BOX else here.url)
        assert plan.account.endswith(f" at {'sandbox' if where is BOX else here.url[7:-4]}")
        assert plan.account.startswith("user " if not more else "") and plan.compared is not bool(more)


def test_every_saved_plan_knows_where_and_whose(run: Run, here: Server) -> None:
    a_saved_plan(run, "--base-url", here.url)
    plan = load_plan("p.json", Path("p.json").read_text("utf-8"))
    assert (plan.server, plan.account) == (here.url, f"user 501 at {here.url[7:-4]}")
