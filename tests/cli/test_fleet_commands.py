"""A sheet for many accounts as its user sends it: what one account meets keeps no other from being done."""

from __future__ import annotations

import os
import re
import shlex
import sys
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from batch_update.cli.screens.fleet_onlooker import FleetOnlooker
from batch_update.fleet.engine.engine_order import EngineOrder
from batch_update.fleet.engine.scheduler_address import SchedulerAddress
from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.record.fleet_entries import FleetBegun, FleetManner
from batch_update.fleet.record.fleet_file import save_fleet
from batch_update.fleet.record.fleet_journal import FleetJournal
from batch_update.fleet.running.account_waves import AccountWave
from batch_update.model.reports import Exit
from batch_update.report.fleet.account_states import FLEET_STOPPED
from batch_update.sandbox.many.switchboard import Manner, make_many
from batch_update.sandbox.many.tenants import Tenant, tenants
from tests.cli.conftest import Run
from tests.cli.test_commands import loaded_by
from tests.cli.test_printed_commands import parses
from tests.fleet.accounts_of_sandbox import write_list
from tests.fleet.fleets import MADE, ended, fleet_of
from tests.sandbox.served import serving

SHEET = """account,id,max_duration
staging,110001,310
hotel-002,210001,310
praxis-003,310001,310
nobody,1,310
"""


def test_what_people_type_first_gets_the_words_that_lead_on(run: Run, tmp_path: Path) -> None:
    """A sheet that is not there is no fleet; a sheet for many belongs to fleet plan, with or without a key."""
    write_list(tmp_path, 3, "http://127.0.0.1:9/api")
    (tmp_path / "many.csv").write_text(SHEET, "utf-8")
    (tmp_path / "none.csv").write_text("id,max_duration\nReception,310\n", "utf-8")
    (tmp_path / "odd.csv").write_text("account,id,blub\nstaging,1,1\n", "utf-8")
    for words, code, remedy in (
        (("fleet", "apply", "gone.csv"), "gone.csv", "No such file"),
        (("fleet", "apply"), "U101", "changes.csv"),
        (("fleet", "undo"), "U101", "fleet undo last"),
        (("fleet", "apply", "last", "--waves", "5,rst"), "U101", "--waves: 'rst' is neither"),
        (("fleet", "plan", "many.csv", "--account", "staging"), "U101", "named by --accounts"),
        (("fleet", "plan", "none.csv"), "S153", "--all-accounts"),
        (("fleet", "plan", "odd.csv"), "H102", "fleet plan --ignore-unknown odd.csv"),
        (("plan", "many.csv"), "H106", "fleet plan"),
        (("apply", "many.csv", "--yes"), "H106", "fleet plan"),
    ):
        said = run(*words)
        text = " ".join((said.out + said.err).split())
        assert said.exit in (2, 3) and code in text and remedy in text, (words, text)


def test_a_fleet_that_was_only_planned_is_sent_by_apply_and_no_command_that_is_printed_says_yes(
    run: Run, tmp_path: Path
) -> None:
    rows = "".join(SHEET.splitlines(keepends=True)[:4])
    (tmp_path / "many.csv").write_text(rows, "utf-8")
    with closing(make_many(3, manner=Manner(limits=()))) as app, serving(app) as address:
        write_list(tmp_path, 3, f"{address}/api")
        assert run("fleet", "plan", "many.csv").exit == 0
        assert "3 changes in 3 of 3 accounts: nothing was sent yet" in run("fleet", "list").out
        status = run("fleet", "status").out
        assert "Send    batch-update fleet apply" in status and "resume" not in status
        some = run("fleet", "apply", "last", "--accounts", "staging", "--yes")
        assert (some.exit, "fleet plan with --accounts staging" in " ".join(some.err.split())) == (2, True)
        sheet_flags = ("--map", "A=id", "--set", "voice_id=1", "--max-rows", "9", "--choices-max-age", "0")
        others = ("--skip-invalid", "--no-lookup", "--refresh")
        told = run("fleet", "apply", "last", *sheet_flags, *others, "--yes")
        assert told.exit == 2 and "was planned already" in told.err
        assert all(flag in told.err for flag in (*sheet_flags[::2], *others))
        every = run("fleet", "apply", "last", "--all-accounts", "--yes")
        assert every.exit == 2 and "fleet plan with --all-accounts" in " ".join(every.err.split())
        done = run("fleet", "apply", "last", "--yes", "--rate", "off", "--reread-after", "0")
    assert "Undo    batch-update fleet undo" in done.out and "--yes" not in done.out
    assert "3 changes in 3 of 3 accounts: complete" in run("fleet", "list").out
    (folder,) = (tmp_path / "runs").glob("*-fleet-many")
    shown = run("runs", "show", f"{folder.name}/staging").out
    assert shown.startswith(f"{folder.name}/staging: apply of many.csv")
    assert "batch-update undo --account staging " in shown, "whose key is not that of the environment"


def test_what_only_sends_loads_neither_pandas_nor_what_writes_workbooks(run: Run, tmp_path: Path) -> None:
    """They take 80 MiB, of the 500 that a thousand accounts may take. Planning reads sheets, sending reads plans."""
    (tmp_path / "many.csv").write_text("".join(SHEET.splitlines(keepends=True)[:4]), "utf-8")
    with closing(make_many(3, manner=Manner(limits=()))) as app, serving(app) as address:
        write_list(tmp_path, 3, f"{address}/api")
        assert run("fleet", "plan", "many.csv").exit == 0
        sending = ["fleet", "apply", "last", "--yes", "--rate", "off", "--reread-after", "0"]
        heavy = {"pandas", "numpy", "pyarrow", "xlsxwriter", "python_calamine", "distributed", "starlette"}
        assert not heavy & loaded_by(sending)


def test_what_is_allowed_now_adds_to_what_was_allowed_as_the_fleet_was_planned(
    run: Run, tmp_path: Path
) -> None:
    danger = "staging,110001,multimodal,1,\nhotel-002,210001,,,null\n"
    (tmp_path / "many.csv").write_text(
        f"account,id,mode,multimodal_model_id,phone_number_id\n{danger}", "utf-8"
    )
    quick = ("--yes", "--rate", "off", "--reread-after", "0")
    with closing(make_many(2, manner=Manner(limits=()))) as app, serving(app) as address:
        write_list(tmp_path, 2, f"{address}/api")
        assert "G103" in run("fleet", "plan", "many.csv", "--allow", "mode").out
        for verb in ("apply", "resume"):
            refused = run("fleet", verb, "last", *quick)
            assert (
                refused.exit == 5 and "--allow phone_number_id" in refused.err and "G101" not in refused.err
            )
        done = run("fleet", "apply", "last", "--allow", "phone_number_id", *quick)
    assert done.exit == 0 and "2 of 2 accounts as wanted: 2 updated" in done.out


@pytest.mark.parametrize(
    ("engine", "flags"),
    [
        (EngineOrder(), ""),
        (EngineOrder(workers=3), "--workers 3 "),
        (EngineOrder("dask"), "--engine dask "),
        (EngineOrder("dask", workers=4), "--engine dask --workers 4 "),
        (
            EngineOrder("dask", SchedulerAddress("tls://h:1", Path("ca.pem"), Path("/my own.pem"))),
            "--engine dask --scheduler tls://h:1 --scheduler-ca ca.pem --scheduler-cert '/my own.pem' ",
        ),
        (
            EngineOrder("dask", SchedulerAddress("tcp://h:1", plain=True)),
            "--engine dask --scheduler tcp://h:1 --scheduler-plain ",
        ),
    ],
)
def test_commands_that_are_printed_name_what_carried_the_fleet_out(
    run: Run, tmp_path: Path, engine: EngineOrder, flags: str
) -> None:
    folder = FleetFolder(tmp_path / "runs" / "fleet")
    folder.path.mkdir(parents=True)
    save_fleet(folder, fleet_of("a", "b"))
    by = engine.from_anywhere()
    begun = FleetBegun(MADE, "fleet", "f" * 12, 7, "host", by.name, FleetManner(), by.scheduler, by.workers)
    anyio.run(FleetJournal(folder.journal).note, begun, ended("a"), ended("b", Exit.STOPPED, "R140"))
    assert "to be resumed" in run("fleet", "list").out
    said = run("fleet", "status", "fleet").out
    printed = re.findall(r"^(?:Go on|Undo) +(.*)", said, re.MULTILINE)
    assert printed == [f"batch-update fleet {verb} {flags}runs/fleet" for verb in ("resume", "undo")]
    assert all(parses(shlex.split(command)[1:]) for command in printed)


def test_a_stop_of_the_fleet_is_not_told_at_each_account(capsys: pytest.CaptureFixture[str]) -> None:
    with FleetOnlooker(is_silent=False, clock=lambda: 0.0) as seen:
        seen.fleet_begun(fleet_of("a", "b", "c"), [], [])
        for name in ("a", "b"):
            seen.shard_ended(ended(name, Exit.INTERRUPTED, FLEET_STOPPED, 0))
        seen.shard_ended(ended("c", Exit.KEY_REFUSED, "A401"))
        for number in range(200):  # as where a machine slept
            seen.fleet_told(f"the lease of {number} is lost")
    told = capsys.readouterr().err
    assert "c: A401" in told and FLEET_STOPPED not in told
    assert told.count("is lost") == 20 and "from here on nothing of that kind" in told


def test_nothing_is_drawn_over_a_question_between_waves(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """What moves stands still until it is answered, and goes on then."""
    reading, writing = os.pipe()
    wave = AccountWave(1, 2, ("b",))

    async def asked_meanwhile(seen: FleetOnlooker) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(seen.may_begin, wave)
            await anyio.sleep(0)
            before = capfd.readouterr().err
            for _ in range(3):
                seen.tick()
            assert before.endswith("? [y/N] ") and not capfd.readouterr().err
            os.write(writing, b"y\n")

    with (
        os.fdopen(reading) as stdin,
        FleetOnlooker(is_silent=False, clock=count(0.0, 100.0).__next__) as seen,
    ):
        monkeypatch.setattr(sys, "stdin", stdin)
        seen.fleet_begun(fleet_of("a", "b"), [], [])
        anyio.run(asked_meanwhile, seen)
        seen.tick()
    os.close(writing)
    assert "accounts 0/2 over" in capfd.readouterr().err


def test_names_that_an_account_does_not_have_lead_to_its_own_list_and_to_the_rows_to_mend(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "many.csv").write_text("account,id,max_duration\nhotel-002,Nobody,310\n", "utf-8")
    with closing(make_many(2, manner=Manner(limits=()))) as app, serving(app) as address:
        write_list(tmp_path, 2, f"{address}/api")
        planned = run("fleet", "plan", "many.csv").out
        (listing,) = re.findall(r"`(batch-update choices [^`]*)`", planned)
        assert shlex.split(listing)[1:] == ["choices", "--account", "hotel-002", "assistants"]
        assert "Booking" in run(*shlex.split(listing)[1:]).out
        done = run("fleet", "apply", "many.csv", "--yes").out
    for said in (done, run("fleet", "status").out):
        assert "Fix     edit failed.csv there, then: batch-update fleet apply runs/" in said
    assert "batch-update fleet list" in run("runs", "show", "last").err, "last is a run, and never a fleet"


def test_a_wrong_name_a_key_of_another_and_the_others_are_done(run: Run, tmp_path: Path) -> None:
    """One sheet for three accounts; the rows that are left make a sheet of their own, which finishes the work."""
    (tmp_path / "many.csv").write_text(SHEET, "utf-8")
    quick = ("--yes", "--rate", "off", "--reread-after", "0")
    with closing(make_many(3, manner=Manner(limits=()))) as app, serving(app) as address:
        write_list(tmp_path, 3, f"{address}/api")
        right = (tmp_path / "keys" / "hotel-002").read_bytes()
        (tmp_path / "keys" / "hotel-002").write_bytes((tmp_path / "keys" / "praxis-003").read_bytes())
        assert run("fleet", "apply", "many.csv", *quick).exit == 3, (
            "a row of nobody stops all, unless left out"
        )
        first = run("fleet", "apply", "many.csv", "--skip-invalid", *quick)
        assert first.exit == 5 and "2 of 3 accounts as wanted: 2 updated" in first.out
        assert "X312" in first.out and "S150" in first.out
        assert "error S150 row 5, cell A5" in first.err, "before it is sent"
        (tmp_path / "keys" / "hotel-002").write_bytes(right)
        (folder,) = (tmp_path / "runs").glob("*-fleet-many")
        second = run("fleet", "apply", str(folder / "failed.csv"), "--skip-invalid", *quick)
        assert "1 of 1 account as wanted: 1 updated" in second.out
        undone = run("fleet", "undo", folder.name, *quick)
        assert undone.exit == 0 and "2 of 2 accounts as wanted: 2 updated" in undone.out
        assert run("fleet", "status", folder.name).exit == 0
        assert run("fleet", "resume", folder.name, *quick).exit == 3, "rows of nobody stay"


def test_what_works_on_staging_is_carried_over_sent_and_taken_back(run: Run, tmp_path: Path) -> None:
    """With the commands that are printed; each target says it in ids of its own, and holds in the end what it held."""
    staging, *targets = tenants(4)
    quick = ("--rate", "off", "--locks-dir", str(tmp_path))
    with closing(make_many(4, manner=Manner(limits=()))) as app, serving(app) as address:
        write_list(tmp_path, 4, f"{address}/api")
        before = [_first_two(one, address) for one in targets]
        change = {"max_duration": 777, "initial_message": "Grüß Gott!"}
        httpx.put(f"{address}/api/user/assistant/{staging.first_id}", json=change, headers=_key(staging))
        words = ("--from", "staging", "--all-accounts", "--assistant", "Reception", "--assistant", "Booking")
        seen = run("fleet", "promote", *words, *quick)
        assert (seen.exit, [_first_two(one, address) for one in targets]) == (10, before), "nothing was sent"
        sent = run(*_printed(r"^Next: (.*)$", seen.out), "--yes", "--reread-after", "0")
        assert sent.exit == 0 and "3 of 3 accounts as wanted: 6 updated" in sent.out
        for one in targets:
            reception, _ = _first_two(one, address)
            assert (reception["max_duration"], reception["initial_message"]) == (777, "Grüß Gott!")
            assert reception["voice_id"] == one.own(900)
            (transfer,) = (
                tool["data"] for tool in reception["tools"] if tool["type"] == "assistant_transfer"
            )
            assert int(transfer["assistant_id"]) == one.first_id + 1
        undone = run(*_printed(r"^Undo +(.*)$", sent.out), "--yes", "--reread-after", "0")
        assert undone.exit == 0
        assert [_first_two(one, address) for one in targets] == before


def test_a_list_of_accounts_at_another_place_is_named_by_each_printed_command_that_reads_it(
    run: Run, tmp_path: Path
) -> None:
    """Pasted without it, a command would look for the account in a list that is not there."""
    rows = [*SHEET.splitlines()[:3], "praxis-003,Reseption,310"]
    (tmp_path / "many.csv").write_text("\n".join(rows), "utf-8")
    (tmp_path / "lists").mkdir()
    listed, quick = (
        ("--accounts-file", "lists/accounts.toml"),
        ("--yes", "--rate", "off", "--reread-after", "0"),
    )
    with closing(make_many(3, manner=Manner(limits=()))) as app, serving(app) as address:
        write_list(tmp_path / "lists", 3, f"{address}/api")
        unknown = run("choices", "--account", "nobody", *listed)
        assert "accounts list with --accounts-file lists/accounts.toml" in " ".join(unknown.err.split())
        planned = run("fleet", "plan", "many.csv", *listed)
        sent = run(*_printed(r"^Next: (.*)$", planned.out), *quick)
        (folder,) = (tmp_path / "runs").glob("*-fleet-many")
        shown = run("runs", "show", f"{folder.name}/staging")
        undone = run(*_printed(r"^Undo +(.*)$", shown.out), *quick)
        assert run(*_printed(r"`(batch-update choices .*)`", planned.out)).exit == 0
    assert "--account praxis-003 --accounts-file" in planned.out, (
        "which assistants there are is that one's alone to say"
    )
    assert (sent.exit, undone.exit) == (3, 0)
    assert "fleet apply --accounts-file lists/accounts.toml runs" in run("fleet", "status").out


def _printed(line: str, said: str) -> list[str]:
    """Return the words of the command on this line, without the program."""
    found = re.search(line, said, re.MULTILINE)
    assert found, said
    return shlex.split(found[1])[1:]


def _key(whose: Tenant) -> dict[str, str]:
    return {"Authorization": f"Bearer {whose.key}"}


def _first_two(whose: Tenant, address: str) -> list[dict[str, Any]]:
    """Return the first two assistants of an account, without when they changed."""
    answer = httpx.get(f"{address}/api/user/assistants/get", headers=_key(whose)).json()["data"][:2]
    return [{key: value for key, value in one.items() if key != "updated_at"} for one in answer]
