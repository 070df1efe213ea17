"""Where an event loop runs already, as in a notebook: plain functions say what to await, and awaited ones work."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
import trio
from IPython.core.interactiveshell import InteractiveShell

import batch_update
from batch_update.errors import UsageError
from batch_update.model.plans import Status


@pytest.fixture(autouse=True)
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a sheet, and a sandbox of its own for whatever is called here."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("BATCH_UPDATE_", "FAMULOR_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BATCH_UPDATE_SANDBOX", "1")
    monkeypatch.setenv("BATCH_UPDATE_SANDBOX_STATE", str(tmp_path / "box" / "sandbox.db"))
    monkeypatch.setenv("BATCH_UPDATE_SANDBOX_LIMITS", "off")
    Path("sheet.csv").write_text("id,speech_speed\n10001,0.75\n10002,0.75\n", "utf-8")


PLAIN: dict[str, Callable[[], object]] = {
    "plan": lambda: batch_update.plan("sheet.csv"),
    "apply": lambda: batch_update.apply("sheet.csv"),
    "resume": batch_update.resume,
    "undo": lambda: batch_update.undo("last"),
    "export": batch_update.export,
    "template": batch_update.template,
    "runs": batch_update.runs,
}


def refusal_of(name: str) -> str:
    with pytest.raises(UsageError, match="event loop is running") as caught:
        PLAIN[name]()
    return caught.value.remedy


def in_a_task(call: Callable[[], str]) -> str:
    async def main() -> str:
        return call()

    return asyncio.run(main())


def in_a_callback(call: Callable[[], str]) -> str:
    """As notebooks run a cell whose loop calls them back: no task is current."""
    loop, told = asyncio.new_event_loop(), list[Any]()

    def called() -> None:
        try:
            told.append(call())
        finally:
            loop.stop()

    loop.call_soon(called)
    loop.run_forever()
    loop.close()
    return str(told[0])


def in_trio(call: Callable[[], str]) -> str:
    async def main() -> str:
        return call()

    return trio.run(main)


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("where", [in_a_task, in_a_callback, in_trio])
def test_a_plain_function_says_what_to_await_and_does_nothing(
    where: Callable[[Callable[[], str]], str], name: str
) -> None:
    assert where(lambda: refusal_of(name)) == f"await {name}_async with the same arguments"
    assert not Path("runs").exists() and not Path("box").exists()


def test_what_needs_no_loop_works_on_one() -> None:
    def checked() -> str:
        return str(batch_update.check("sheet.csv").to_change + len(batch_update.read_sheet("sheet.csv")))

    assert {in_a_task(checked), in_a_callback(checked), in_trio(checked)} == {"4"}


def test_a_plain_function_works_in_another_thread_and_once_the_loop_has_ended() -> None:
    async def main() -> object:
        return await anyio.to_thread.run_sync(PLAIN["plan"])

    assert len(anyio.run(main).changes) == 2
    assert len(batch_update.plan("sheet.csv").changes) == 2
    told: list[int] = []
    thread = threading.Thread(target=lambda: told.append(len(batch_update.plan("sheet.csv").changes)))
    thread.start()
    thread.join()
    assert told == [2]


CELLS = """
import batch_update
report = await batch_update.apply_async("sheet.csv", reread_after=0)
frame = report.to_frame()
report
"""


def test_a_notebook_awaits_and_sees_its_report() -> None:
    """A kernel runs each cell on a loop that it keeps running; a plain function there is told apart from a bug."""
    shell = InteractiveShell.instance()
    loop = asyncio.new_event_loop()
    try:
        done = loop.run_until_complete(shell.run_cell_async(CELLS, transformed_cell=CELLS))
        refused = loop.run_until_complete(
            shell.run_cell_async(
                "batch_update.plan('sheet.csv')", transformed_cell="batch_update.plan('sheet.csv')"
            )
        )
    finally:
        loop.close()
        InteractiveShell.clear_instance()
    assert done.success and done.result.counts() == {Status.UPDATED: 2}
    assert shell.user_ns["frame"]["_status"].tolist() == ["updated", "updated"]
    assert isinstance(refused.error_in_exec, UsageError) and "plan_async" in refused.error_in_exec.remedy
