"""Secrets go to the server that they are for, and nowhere else; what a cell holds is text wherever it is shown."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import ZipFile, is_zipfile

import pytest
from pyarrow.parquet import read_table

from batch_update.report.files.folder import FORMATS
from batch_update.sandbox.app import make_app
from tests.cli.conftest import Result, Run
from tests.sandbox.served import serving

KEY = "live-key-SESAM-0123456789abcdef"
IN_SHEET, IN_ROW_TWO, THERE = "cal_SESAM_in_the_sheet", "cal_SESAM_refused", "cal_SESAM_that_was_there"
HOOK, HOOK_THERE = "hook-SESAM-new", "hook-SESAM-there"
PROXY = "proxy-SESAM-word"
OURS_ALONE = (KEY, PROXY)
"""Secrets that are in no file at all."""
OF_THE_DATA = ("SESAM",)
"""What every secret here has in it."""
OWN_DATA = {
    "results.csv",
    "failed.csv",
    "undo.csv",
    "results.xlsx",
    "results.jsonl",
    "failed.xlsx",
    "results.parquet",
}
"""Files of a run that hold the sheet's own cells, or what undo needs, secrets too, for their owner alone."""


def tools(secret: str) -> str:
    return json.dumps(
        [{"type": "calendar_integration", "calcom_api_key": secret, "calcom_event_slug": "termin"}]
    )


def hook(token: str) -> str:
    return f"https://nina:{token}@hooks.example/in?token={token}&of=this-customer"


@contextmanager
def echoing_server(folder: Path) -> Iterator[str]:
    """The address of a sandbox that refuses assistant 10002, quoting the head and the body of the request."""
    with make_app(folder / "served.db", limits=(), key=KEY) as app:

        async def echo(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http" or scope["method"] != "PUT" or not scope["path"].endswith("/10002"):
                await app(scope, receive, send)
                return
            body = (await receive()).get("body", b"").decode()
            head = "; ".join(f"{name.decode()}: {text.decode()}" for name, text in scope["headers"])
            said = {
                "message": f"refused: {head}",
                "errors": {"tools": [f"bad: {body}"], "webhook_url": [body]},
            }
            await send(
                {
                    "type": "http.response.start",
                    "status": 422,
                    "headers": [(b"content-type", b"application/json")],
                }
            )
            await send({"type": "http.response.body", "body": json.dumps(said).encode()})

        with serving(echo) as address:
            yield f"{address}/api"


def sheet(path: str, *rows: tuple[object, ...]) -> str:
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "speech_speed", "tools", "webhook_url"), *rows])
    return path


def leaks(text: str, secrets: tuple[str, ...]) -> list[str]:
    return [
        text[max(0, text.index(secret) - 80) : text.index(secret) + 60]
        for secret in secrets
        if secret in text
    ]


def texts_of(path: Path) -> str:
    if is_zipfile(path):
        with ZipFile(path) as book:
            return "\n".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    if path.suffix == ".parquet":
        return repr(read_table(path).to_pylist())
    return path.read_bytes().decode("utf-8", "replace")


def there_and_mine() -> tuple[str, str]:
    """A sheet that puts secrets there, and one that changes them: a good row, one to refuse, and two that are wrong."""
    there = sheet("there.csv", (10001, "", tools(THERE), hook(HOOK_THERE)))
    mine = sheet(
        "mine.csv",
        (10001, 1.1, tools(IN_SHEET), hook(HOOK)),
        (10002, 1.1, tools(IN_ROW_TWO), hook(HOOK)),
        (10003, 9.9, tools(IN_SHEET)[:-2], f"{hook(HOOK)} x"),
        (10004, 1.1, tools(IN_SHEET), hook(HOOK), "one too many"),
    )
    return there, mine


def commands(
    there: str, mine: str, way: tuple[str, ...], send: tuple[str, ...]
) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Each with the exit status that it ends with: in this order, since later ones tell of what earlier ones did."""
    return (
        (0, ("apply", there, *send)),
        (3, ("check", mine)),
        (3, ("check", mine, "--json")),
        (3, ("plan", mine, *way)),
        (0, ("plan", mine, *way, "--full", "--skip-invalid")),
        (3, ("plan", mine, *way, "--json")),
        (3, ("plan", mine, *way, "--no-fetch", "--json")),
        (1, ("apply", mine, *send)),
        (1, ("apply", mine, *send, "--json")),
        (0, ("report", "last", "--format", ",".join(FORMATS))),
        (0, ("runs", "list")),
        (0, ("runs", "show", "last")),
        (0, ("runs", "show", "last", "--json")),
        (0, ("history",)),
        (0, ("history", "10001")),
        (0, ("history", "10001", "--json")),
        (0, ("history", "--blame", "10001")),
        (0, ("apply", there, *send)),
        (0, ("undo", "last", *way, "--yes")),
        (0, ("export", "-o", "-", *way, "--fields", "name,tools")),
        (2, ("plan", mine, *way, "--base-url", f"https://nina:{PROXY}@127.0.0.1:9/api")),
        (5, ("plan", mine, *way, "--proxy", f"http://nina:{PROXY}@127.0.0.1:9")),
    )


def test_no_secret_gets_out_of_where_it_belongs(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plan, run with failures, undo, reports in all forms, lists, documents, a bug: nothing told has one."""
    monkeypatch.setenv("FAMULOR_API_KEY", KEY)
    monkeypatch.setenv("HTTPS_PROXY", f"http://nina:{PROXY}@127.0.0.1:9")
    there, mine = there_and_mine()
    told: dict[str, Result] = {}
    with echoing_server(tmp_path) as address:
        way = ("--base-url", address, "--rate", "off", "--max-outage", "0", "--max-attempts", "1")
        send = (*way, "--yes", "--allow", "all", "--skip-invalid", "--note", "for a test")
        for ends, words in commands(there, mine, way, send):
            told[f"{len(told) + 1}: {' '.join(words)}"] = result = run(*words)
            assert result.exit == ends, "each does its work: who is refused at the door tells nothing"
        with monkeypatch.context() as broken:
            broken.setattr(os, "fsync", _failing)
            told["a bug"] = run("apply", mine, *send)
            told["a bug --json"] = run("apply", mine, *send, "--json")
    assert told["a bug"].exit == told["a bug --json"].exit == 70
    assert any("A422" in one.out + one.err for one in told.values())
    said = {words: leaks(one.out + one.err, OF_THE_DATA) for words, one in told.items()}
    assert {words: found for words, found in said.items() if found} == {}
    _only_in_files_of_their_own(tmp_path)
    _only_in_their_cells(tmp_path)
    _shared_without(run, tmp_path)


def _failing(number: int) -> None:
    raise RuntimeError(
        f"Authorization: Bearer {KEY}; {tools(IN_SHEET)}; {hook(HOOK)}; proxy http://nina:{PROXY}@h:1"
    )


def _only_in_files_of_their_own(folder: Path) -> None:
    """No file has the key, and of the files of a run those alone have secrets that hold the sheet's own cells."""
    made = [path for path in folder.rglob("*") if path.is_file() and path.name != "served.db"]
    assert {path.name: found for path in made if (found := leaks(texts_of(path), OURS_ALONE))} == {}
    shown = [
        path
        for path in made
        if path.parent.parent.name == "runs" and path.name not in OWN_DATA | {"journal.db"}
    ]
    assert {"run.json", "junit.xml"} <= {path.name for path in shown}
    assert {path.name: found for path in shown if (found := leaks(texts_of(path), OF_THE_DATA))} == {}


def _only_in_their_cells(folder: Path) -> None:
    for path in folder.glob("runs/*/results.csv"):
        for row in csv.DictReader(io.StringIO(path.read_text("utf-8"))):
            ours = " ".join(str(cell) for name, cell in row.items() if str(name).startswith("_"))
            assert leaks(ours, OF_THE_DATA) == []


def _shared_without(run: Run, folder: Path) -> None:
    """A report that is shared has none in its cells either."""
    (name,) = (path.parent for path in folder.glob("runs/*-mine/undo.csv"))
    for ending in ("csv", "xlsx", "jsonl", "json", "xml", "parquet"):
        assert run("report", str(name), "-o", f"shared.{ending}", "--redact", "secrets").exit == 0
        assert leaks(texts_of(folder / f"shared.{ending}"), OF_THE_DATA) == []


@pytest.mark.parametrize("option", ["--note", "--author"])
def test_a_key_that_slipped_into_what_is_written_down_is_refused_before_it_is(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    monkeypatch.setenv("FAMULOR_API_KEY", KEY)
    good, wrong = (sheet(f"{speed}.csv", (10001, speed, "", "")) for speed in (1.1, 9.9))
    way = ("--base-url", "http://127.0.0.1:9/api", "--yes", "--no-fetch", "--max-outage", "0")
    for path in (good, wrong):
        result = run("apply", path, *way, option, f"key is {KEY}")
        assert (result.exit, "holds the API key" in result.err) == (2, True)
        assert not leaks(result.out + result.err, (KEY,)) and not list(tmp_path.glob("runs/*"))
