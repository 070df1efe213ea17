"""What is told of a fleet that was really sent: no account reads of others, and what failed can be sent again."""

from __future__ import annotations

import csv
from functools import partial
from io import StringIO
from pathlib import Path

import anyio

from batch_update.fleet.planning.fleet_planning import AccountChoice, plan_fleet, read_for_fleet
from batch_update.fleet.planning.planned import PlannedFleet
from batch_update.fleet.processes.here import Here
from batch_update.fleet.processes.one_process import one_process
from batch_update.fleet.processes.several_processes import SeveralProcesses
from batch_update.fleet.running.coordinating import FleetMeans, run_fleet
from batch_update.journal.reading import read_run
from batch_update.model.fleets import FleetEnd
from batch_update.report.fleet.fleet_files import WrittenFleet, write_fleet_report
from batch_update.run.steps.means import Means
from batch_update.settings.tunables import Settings
from tests.fleet.accounts_of_sandbox import many_here
from tests.fleet.test_planning import Silent

SHEET = (
    "Konto;id;Sprechgeschwindigkeit;_Notiz\n"
    "hotel-002;210001;0,9;Xylophon\n"
    "staging;110001;1,1;Fagott\n"
    "praxis-003;310001;1,1;Quasar\n"
    "hotel-002;210002;9,9;too fast\n"
    "hotel-002;210003;0,8;\n"
    "praxis-003;310002;1,1;\n"
)
NAMES = {
    "hotel-002": ("hotel-002", "Xylophon"),
    "praxis-003": ("praxis-003", "Quasar"),
    "staging": ("staging", "Fagott"),
}


def planned(path: Path, settings: Settings, means: Means) -> PlannedFleet:
    split = read_for_fleet(path, AccountChoice(), settings, means)
    return anyio.run(partial(plan_fleet, split, settings, means, Silent()))


def sent(plan: PlannedFleet, means: Means) -> FleetEnd:
    given = {"rate": "off", "reread_after": 0.0, "skip_invalid": True}

    async def main() -> FleetEnd:
        async with one_process(plan.folder) as shared:
            engine = SeveralProcesses(Here(3, shared, given, means), shared)
            return await run_fleet(plan.folder, plan.plan, FleetMeans(engine))

    return anyio.run(main)


def table(path: Path | None) -> list[dict[str, str]]:
    assert path is not None
    return list(csv.DictReader(StringIO(path.read_text("utf-8-sig")), delimiter=";"))


def test_each_account_has_its_own_report_of_its_own_rows_and_the_rest_can_be_sent_again(
    tmp_path: Path,
) -> None:
    sheet = tmp_path / "all.csv"
    sheet.write_text(SHEET, "utf-8")
    with many_here(tmp_path, 3) as (_, settings, means):
        settings = settings.model_copy(update={"skip_invalid": True})
        plan = planned(sheet, settings, means)
        written = write_fleet_report(sent(plan, means), plan.folder)
        _tells_each_row_once(written)
        for name in NAMES:
            _names_no_other(plan, name)
        again = planned(_mended(written.files.failed), settings, means)
        assert {one.account: one.changes for one in again.plan.accounts} == {"hotel-002": 1}
        done = write_fleet_report(sent(again, means), again.folder)
    assert (done.standing.left, [row["_row"] for row in table(done.files.results)]) == (0, ["2"])


def _tells_each_row_once(written: WrittenFleet) -> None:
    rows = table(written.files.results)
    assert [row["_row"] for row in rows] == ["2", "3", "4", "5", "6", "7"]
    assert [row["Konto"] for row in rows] == [line.split(";")[0] for line in SHEET.splitlines()[1:]]
    assert [row["_status"] for row in rows] == ["updated"] * 3 + ["invalid"] + ["updated"] * 2
    (left,) = table(written.files.failed)
    assert (left["Konto"], left["Sprechgeschwindigkeit"], left["_Notiz"]) == ("hotel-002", "9,9", "too fast")


def _names_no_other(plan: PlannedFleet, name: str) -> None:
    """No file of an account's run holds the name of another one, or anything of its rows."""
    folder = plan.folder.run_of(name, 1)
    assert {int(n) for n in read_run(folder).plan.sheet.numbers} == {
        number for number, line in enumerate(SHEET.splitlines(), 1) if line.startswith(name)
    }
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {"report.html", "results.csv", "run.json"} <= {path.name for path in files}
    for path in files:
        content = path.read_bytes().lower()
        for other, words in NAMES.items():
            if other != name:
                found = [word for word in words if word.lower().encode() in content]
                assert found == [], f"{path.name} of {name}"


def _mended(path: Path | None) -> Path:
    """The rows to mend, mended as somebody would do it in Excel: nothing else is touched."""
    assert path is not None
    path.write_text(path.read_text("utf-8-sig").replace("9,9", "0,7"), "utf-8-sig")
    return path
