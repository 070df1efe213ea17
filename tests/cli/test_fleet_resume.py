"""What could not be planned when a fleet began: it is planned by `fleet resume` once what kept it is mended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from batch_update.fleet.fleet_folder import FleetFolder
from batch_update.fleet.record.fleet_entries import PlansAdded
from batch_update.fleet.record.fleet_file import read_fleet
from batch_update.fleet.record.fleet_journal import read_fleet_journal
from batch_update.sandbox.many.switchboard import Manner, Switchboard, make_many
from tests.cli.at_terminal import AtTerminal
from tests.cli.conftest import Run
from tests.fleet.accounts_of_sandbox import write_list
from tests.sandbox.served import serving

SHEET = """account,id,max_duration
staging,110001,310
hotel-002,210001,310
praxis-003,310001,310
praxis-003,310002,310
kanzlei-004,410001,310
"""
QUICK = ("--yes", "--rate", "off", "--reread-after", "0")
PLANNING = ("--skip-invalid", "--max-attempts", "1", "--max-outage", "0.05")


@dataclass
class Street:
    """A sandbox of four accounts, of which some are down."""

    app: Switchboard
    folder: Path
    down: set[str] = field(default_factory=set)
    right: dict[str, str] = field(default_factory=dict)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        keys = b"".join(value for name, value in scope.get("headers", ()) if name == b"authorization")
        if scope["type"] == "http" and any(f"of-{name}-".encode() in keys for name in self.down):
            await send({"type": "http.response.start", "status": 503, "headers": []})
            await send({"type": "http.response.body", "body": b"{}"})
            return
        await self.app(scope, receive, send)

    def break_all(self) -> None:
        """Leave one account of the four as it is."""
        self.down = {"praxis-003"}
        self._rewrite("keys/hotel-002", "hotel-002", "staging")
        self._rewrite("accounts.toml", "[accounts.kanzlei-004]", "[accounts.kanzle-004]")

    def mend(self, *files: str) -> None:
        """Put back what was there, and let nothing be down."""
        self.down = set()
        for name in files or tuple(self.right):
            (self.folder / name).write_text(self.right[name], "utf-8")

    def _rewrite(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        self.right[name] = path.read_text("utf-8")
        path.write_text(self.right[name].replace(old, new), "utf-8")

    def updates(self) -> list[str]:
        """Return the accounts of the updates that were sent, sorted."""
        return sorted(one.account for one in self.app.requests_seen() if one.method in ("PUT", "PATCH"))


@pytest.fixture
def street(run: Run, tmp_path: Path) -> Iterator[Street]:
    (tmp_path / "many.csv").write_text(SHEET, "utf-8")
    with closing(make_many(4, manner=Manner(limits=()))) as app:
        found = Street(app, tmp_path)
        with serving(found) as address:
            write_list(tmp_path, 4, f"{address}/api")
            found.break_all()
            yield found


def fleet_in(folder: Path) -> FleetFolder:
    (path,) = (folder / "runs").glob("*-fleet-many")
    return FleetFolder(path)


def test_a_wrong_name_a_key_of_another_and_one_down_are_told_and_resume_finishes(
    run: Run, street: Street, tmp_path: Path
) -> None:
    first = run("fleet", "apply", "many.csv", *PLANNING, *QUICK)
    fleet = fleet_in(tmp_path)
    assert first.exit == 5 and "1 of 3 accounts as wanted: 1 updated, 1 invalid, 3 not sent" in first.out
    assert "\nGo on   batch-update fleet resume" in first.out
    status = run("fleet", "status", fleet.id)
    for told in ("X312", "S150", "R103"):
        assert told in first.out and told in status.out
    assert street.updates() == ["staging"]

    street.mend()
    asked = run("fleet", "resume", fleet.id)
    assert (asked.exit, asked.err.count("U102")) == (2, 1) and street.updates() == ["staging"]
    assert run("fleet", "resume", fleet.id, *QUICK, "--expect", read_fleet(fleet).digest).exit == 5
    (digest,) = (word.strip("().") for word in asked.err.split() if word.endswith(")") and len(word) == 13)
    last = run("fleet", "resume", fleet.id, *QUICK, "--expect", digest, "--allow", "mode")
    assert last.exit == 0 and "4 of 4 accounts as wanted: 5 updated" in last.out
    assert street.updates() == ["hotel-002", "kanzlei-004", "praxis-003", "praxis-003", "staging"]
    assert run("fleet", "status", fleet.id).exit == 0
    assert run("fleet", "resume", fleet.id, *QUICK).exit == 0 and len(street.updates()) == 5

    plan = read_fleet(fleet)
    assert [one.account for one in plan.accounts] == ["hotel-002", "kanzlei-004", "praxis-003", "staging"]
    assert not any(one.code for one in plan.accounts) and fleet.earlier_plan(1).is_file()
    assert plan.settings["allow"] == ["mode"], "workers elsewhere heed what was allowed, too"
    (added,) = (one for one in read_fleet_journal(fleet.journal) if isinstance(one, PlansAdded))
    assert added.digest == plan.digest == digest and added.accounts == (
        "hotel-002",
        "kanzlei-004",
        "praxis-003",
    )

    undone = run("fleet", "undo", fleet.id, *QUICK)
    assert undone.exit == 0 and "4 of 4 accounts as wanted: 5 updated" in undone.out


def test_what_is_not_mended_stays_open_and_limits_count_what_is_done(
    run: Run, street: Street, tmp_path: Path
) -> None:
    with (tmp_path / "many.csv").open("a") as file:
        file.write("nobody,1,310\n")
    assert run("fleet", "apply", "many.csv", *QUICK).exit == 3, "rows of nobody stop all, unless left out"
    run("fleet", "apply", "many.csv", "--max-accounts", "2", *PLANNING, *QUICK)
    fleet = fleet_in(tmp_path)
    street.mend("keys/hotel-002")  # and nothing is down any more
    limited = run("fleet", "resume", fleet.id, *QUICK)
    assert limited.exit == 5 and "G130" in limited.err and "--max-accounts 3" in limited.err
    assert street.updates() == ["staging"] and not fleet.earlier_plan(1).exists()
    second = run("fleet", "resume", fleet.id, *QUICK, "--max-accounts", "3", "--json")
    told = {one["account"]: one["state"] for one in json.loads(second.out)["accounts"]}
    done = dict.fromkeys(("staging", "hotel-002", "praxis-003"), "as_wanted")
    assert told == {"_no_account": "not_planned", **done} and second.exit == 3
    assert json.loads(second.out)["next"].keys() == {"apply_failed", "undo"}
    street.mend()
    last = run("fleet", "apply", str(fleet.path / "failed.csv"), "--skip-invalid", *QUICK)
    assert "1 of 1 account as wanted: 1 updated, 1 invalid" in last.out
    assert "1 of 1 account as wanted: 1 updated, 1 invalid" in run("fleet", "status").out
    assert street.updates() == ["hotel-002", "kanzlei-004", "praxis-003", "praxis-003", "staging"]


@pytest.mark.parametrize(("cell", "code"), [("5", "V103"), ("soon", "C102")])
def test_rows_that_are_wrong_are_not_planned_anew_but_mended_in_a_sheet_of_their_own(
    run: Run, street: Street, tmp_path: Path, cell: str, code: str
) -> None:
    street.mend()
    (tmp_path / "many.csv").write_text(SHEET.replace("310002,310", f"310002,{cell}"), "utf-8")
    first = run("fleet", "apply", "many.csv", *QUICK)
    assert first.exit == 3 and code in first.out and "--skip-invalid" not in first.out
    before = len(street.app.requests_seen())
    second = run("fleet", "resume", fleet_in(tmp_path).id, *QUICK)
    assert (second.exit, len(street.app.requests_seen())) == (3, before)
    assert "nothing can be sent now, and 2 rows could not be planned" in " ".join(second.err.split())
    assert "Planning anew" not in second.err
    status = run("fleet", "status", fleet_in(tmp_path).id).out
    assert status == first.out.replace(" --reread-after 0 --rate off", "") and "\nFix " in status


def test_the_question_says_how_many_accounts_are_left_out_and_a_no_sends_nothing(
    run: Run, street: Street, tmp_path: Path, at_terminal: AtTerminal
) -> None:
    """Rows of nobody are of no account, and are not counted among them."""
    seat = at_terminal("n")
    assert run("fleet", "apply", "many.csv", *PLANNING, "--rate", "off").exit == 2
    street.mend("keys/hotel-002")  # and nothing is down any more
    assert run("fleet", "resume", fleet_in(tmp_path).id, "--rate", "off").exit == 2
    assert seat.asked == [
        "Change 1 assistant of 1 account, leaving out 2 accounts?",
        "Change 4 assistants of 3 accounts?",
    ]
    assert street.updates() == []


def test_a_file_stop_of_the_last_time_is_removed_and_ends_no_account_of_this_time(
    run: Run, street: Street, tmp_path: Path
) -> None:
    street.mend()
    assert run("fleet", "plan", "many.csv").exit == 0
    fleet_in(tmp_path).stop.touch()
    done = run("fleet", "resume", "last", *QUICK)
    assert done.exit == 0 and "4 of 4 accounts as wanted: 5 updated" in done.out
    assert not fleet_in(tmp_path).stop.exists()
