"""The example requests of the vendor's page go out over the wire exactly as they are documented there."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
import xlsxwriter

from batch_update.api.client import Client
from batch_update.api.keys import ApiKey
from batch_update.model.plans import Status
from batch_update.model.reports import Pace, Report
from batch_update.plan.from_sheet import make_plan
from batch_update.send.accounting import apply_plan
from batch_update.sheet.reading import read_sheet
from tests.run.loopback import Loopback, Seen, loopback
from tests.vendor import VENDOR_EXAMPLES

EXAMPLES: dict[int, dict[str, Any]] = dict(enumerate(VENDOR_EXAMPLES.values(), 101))
"""Assistant -> body."""
KEY = "live-key-0123456789"
FIELDS = list(dict.fromkeys(name for body in EXAMPLES.values() for name in body))


def typed(value: Any) -> Any:
    """A value as somebody types it into a cell: numbers and flags are the program's own."""
    if value is None:
        return "null"
    return json.dumps(value) if isinstance(value, list) else value


def cells(body: dict[str, Any]) -> list[Any]:
    return [typed(body[name]) if name in body else "" for name in FIELDS]


def write_csv(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", *FIELDS])
        writer.writerows([number, *cells(body)] for number, body in EXAMPLES.items())


def write_xlsx(path: Path) -> None:
    with xlsxwriter.Workbook(path) as workbook:
        worksheet = workbook.add_worksheet()
        worksheet.write_row(0, 0, ["id", *FIELDS])
        for row, (number, body) in enumerate(EXAMPLES.items(), 1):
            worksheet.write_row(row, 0, [number, *cells(body)])


def write_jsonl(path: Path) -> None:
    lines = (
        json.dumps({"id": number, **{name: typed(value) for name, value in body.items()}})
        for number, body in EXAMPLES.items()
    )
    path.write_text("\n".join(lines), "utf-8")


def applied(path: Path, server: Loopback, **more: Any) -> Report:
    async def main() -> Report:
        async with Client(ApiKey(KEY), base_url=server.base_url, pace=Pace(())) as client:
            return await apply_plan(make_plan(read_sheet(path)), client, **more)

    return anyio.run(main)


def as_json(value: Any) -> str:
    """So that true is not 1, and 900 is not 900.0."""
    return json.dumps(value, sort_keys=True)


@pytest.mark.parametrize("write", [write_csv, write_xlsx, write_jsonl], ids=["csv", "xlsx", "jsonl"])
def test_the_examples_go_out_as_documented(tmp_path: Path, write: Callable[[Path], None]) -> None:
    path = tmp_path / f"examples.{write.__name__.removeprefix('write_')}"
    write(path)
    with loopback() as server:
        report = applied(path, server)
    assert report.counts() == {Status.UPDATED: 5} and report.stopped is None
    assert len(server.seen) == 5
    bodies = {int(seen.path.rpartition("/")[2]): as_json(seen.json) for seen in server.seen}
    assert bodies == {number: as_json(body) for number, body in EXAMPLES.items()}
    for seen in server.seen:
        check_envelope(seen)


def check_envelope(seen: Seen) -> None:
    headers = {name.lower(): value for name, value in seen.headers.items()}
    assert seen.method == "PUT" and seen.path.rpartition("/")[0] == "/api/user/assistant"
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["content-type"] == "application/json" and headers["accept"] == "application/json"


BAD_ROWS = ["106,1.3", "x,1.0", ",1.0", "106,NaN", "106,1.0,surplus", "101,0.8"]


@pytest.mark.parametrize("bad", BAD_ROWS)
def test_one_bad_row_and_nothing_goes_out(tmp_path: Path, bad: str) -> None:
    path = tmp_path / "changes.csv"
    path.write_text(f"id,speech_speed\n101,1.1\n102,1.0\n{bad}\n", "utf-8")
    with loopback() as server:
        report = applied(path, server)
        assert server.seen == [] and Status.UPDATED not in report.counts() and report.stopped is not None
        report = applied(path, server, skip_invalid=True)
        good = {"/api/user/assistant/101", "/api/user/assistant/102"} - {f"/api/user/assistant/{bad[:3]}"}
        assert {seen.path for seen in server.seen} == good
        assert report.counts()[Status.UPDATED] == len(good) and report.stopped is None


def test_a_wrong_header_and_nothing_goes_out_even_so(tmp_path: Path) -> None:
    path = tmp_path / "changes.csv"
    path.write_text("id,speech_spede\n101,1.1\n", "utf-8")
    with loopback() as server:
        report = applied(path, server, skip_invalid=True)
    assert server.seen == [] and report.counts() == {Status.NOT_SENT: 1}
