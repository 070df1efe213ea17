"""A sheet for many accounts as its user sends it: what one account meets keeps no other from being done."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from batch_update.sandbox.many.switchboard import Manner, make_many
from tests.cli.conftest import Run
from tests.fleet.accounts_of_sandbox import write_list
from tests.sandbox.served import serving

SHEET = """account,id,max_duration
staging,110001,310
hotel-002,210001,310
praxis-003,310001,310
nobody,1,310
"""


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
        assert first.exit == 4 and "2 of 3 accounts as wanted: 2 updated" in first.out
        assert "X312" in first.out and "S150" in first.out
        (tmp_path / "keys" / "hotel-002").write_bytes(right)
        (folder,) = (tmp_path / "runs").glob("*-fleet-many")
        second = run("fleet", "apply", str(folder / "failed.csv"), "--skip-invalid", *quick)
        assert "1 of 1 account as wanted: 1 updated" in second.out
        undone = run("fleet", "undo", folder.name, *quick)
        assert undone.exit == 0 and "2 of 2 accounts as wanted: 2 updated" in undone.out
        assert run("fleet", "status", folder.name).exit == 0
        assert run("fleet", "resume", folder.name).exit == 4, "nothing is left to send"
