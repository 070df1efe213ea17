"""With --json every command prints one document, which its schema describes to the last key, however it ends."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from batch_update.account.locking import AccountLock
from batch_update.cli.commands.sandbox import demonstrated
from batch_update.cli.documents import out_document
from batch_update.report.documents.described import BODIES, PRINTED_BY, meanings, schemas
from batch_update.report.documents.envelope import Envelope, schema_name
from batch_update.sandbox.app import make_app
from batch_update.sandbox.many.switchboard import Manner, make_many
from batch_update.sandbox.many.tenants import tenants
from batch_update.sandbox.many.troubles import faults_of_each
from batch_update.settings.heeding import HEEDED, HEEDLESS
from batch_update.settings.tunables import Settings
from tests.cli.conftest import Result, Run
from tests.fleet.accounts_of_sandbox import write_list
from tests.fleet.planned_parts import UNPLANNED, fleet_at_sandbox
from tests.sandbox.served import asked_first, serving

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "batch_update" / "schemas"
EXAMPLES = ROOT / "docs" / "examples"
SANDBOX = ("--sandbox", "--sandbox-limits", "off", "--rate", "off")
SEND = (*SANDBOX, "--yes")
APPLY = ("apply", "good.csv", *SEND)
DANGER = "id,mode,phone_number_id\n10001,multimodal,null\n10002,,null\n"
OTHER = "id,speech_speed\n10001,0.8\n"
COMMANDS = {*HEEDED, *HEEDLESS}


@dataclass(frozen=True)
class Case:
    """A command, how it ends, and the kind of its document."""

    words: tuple[str, ...]
    exit: int = 0
    kind: str = ""
    before: tuple[tuple[str, ...], ...] = field(default=())
    """commands that were run before"""


FIRST = (*APPLY, "--run-dir", "runs/first")
STOPPED = (*FIRST, "--no-fetch", "--sandbox-faults", "401@2", "--concurrency", "1")
HELD = ("apply", "danger.csv", *SEND, "--run-dir", "runs/held")
SAVED = ("plan", "good.csv", *SANDBOX, "--out", "saved.json")
LISTED = ("--accounts-file", "own.toml")
ADD = ("accounts", "add", "hotel", "--key-from", "env:HOTEL_KEY", "--tag", "hotel", "--offline", *LISTED)
CASES: dict[str, Case] = {
    "check": Case(("check", "bad.csv"), 3, "check"),
    "check: in order": Case(("check", "good.csv"), 0, "check"),
    "check: warnings and headers": Case(("check", "odd.csv"), 3, "check"),
    "check: written again": Case(
        ("check", "mendable.csv", "--fix", "out.csv", "--annotate", "out.xlsx", "--force"), 3, "check"
    ),
    "check: JSON Lines": Case(("check", "lines.jsonl"), 3, "check"),
    "plan": Case(("plan", "good.csv", *SANDBOX), 0, "plan"),
    "plan: guards": Case(("plan", "danger.csv", *SANDBOX, "--max-changes", "1"), 0, "plan"),
    "plan: nothing fetched": Case(("plan", "good.csv", *SANDBOX, "--no-fetch"), 0, "plan"),
    "plan: invalid": Case(("plan", "bad.csv", *SANDBOX), 3, "plan"),
    "plan: changed since": Case(
        ("plan", "saved.json", *SANDBOX), 0, "plan", (SAVED, ("apply", "other.csv", *SEND))
    ),
    "apply": Case(APPLY, 0, "run"),
    "apply: a row failed": Case((*APPLY, "--sandbox-faults", "422@1"), 1, "run"),
    "apply: invalid": Case(("apply", "bad.csv", *SEND), 3, "run"),
    "apply: a guard": Case(HELD, 5, "run"),
    "apply: refused on the way": Case(STOPPED, 4, "run"),
    "apply: no yes": Case(("apply", "good.csv", *SANDBOX), 2),
    "apply: no key": Case(("apply", "good.csv", "--base-url", "http://127.0.0.1:9/api", "--yes"), 4),
    "apply: nobody listens": Case(("apply", "good.csv", "--base-url", "http://127.0.0.1:9/api", "--yes"), 5),
    "resume": Case(("resume", "first", *SEND), 0, "run", (STOPPED,)),
    "resume: nothing left": Case(("resume", "first", *SEND), 0, "run", (FIRST,)),
    "resume: a guard": Case(("resume", "held", *SEND), 5, "error", (HELD,)),
    "undo": Case(("undo", "first", *SEND), 0, "run", (FIRST,)),
    "undo: changed nothing": Case(("undo", "held", *SEND), 2, "", (HELD,)),
    "export": Case(("export", "-o", "all.csv", *SANDBOX, "--fields", "name,tools"), 0, "export"),
    "export: to stdout": Case(("export", "-o", "-", *SANDBOX), 2),
    "choices": Case(("choices", "voices", *SANDBOX, "--search", "susi"), 0, "choices"),
    "choices: all": Case(("choices", *SANDBOX), 0, "choices"),
    "choices: no such list": Case(("choices", "vioces"), 2),
    "template": Case(
        ("template", "form.xlsx", *SANDBOX, "--prefill", "--fields", "Stimme,tool_ids"), 0, "template"
    ),
    "template: no key": Case(
        ("template", "form.xlsx", "--prefill", "--base-url", "http://127.0.0.1:9/api"), 4
    ),
    "runs list": Case(("runs", "list"), 0, "runs", (FIRST, HELD)),
    "runs list: none": Case(("runs", "list"), 0, "runs"),
    "runs show": Case(("runs", "show", "held"), 0, "shown-run", (HELD,)),
    "runs prune": Case(("runs", "prune", "--keep", "0", "--yes"), 0, "pruned-runs", (FIRST, HELD)),
    "runs prune: no yes": Case(("runs", "prune", "--keep", "0"), 2, "", (FIRST,)),
    "report": Case(("report", "first", "--format", "csv,jsonl"), 0, "report", (FIRST,)),
    "history": Case(("history", "10001"), 0, "history", (FIRST,)),
    "history: blame": Case(("history", "10001", "--blame", *SANDBOX), 0, "blame", (FIRST,)),
    "history: written": Case(("history", "-o", "h.xlsx"), 0, "history", (FIRST, HELD)),
    "history: no such day": Case(("history", "--since", "soon"), 2),
    "job list": Case(("job", "list"), 0, "jobs"),
    "job init": Case(("job", "init", "fresh", "good.csv"), 0, "new-job"),
    "job init: there already": Case(("job", "init", "one"), 2),
    "job show": Case(("job", "show", "one"), 0, "shown-job"),
    "job next": Case(("job", "next", "-n", "2"), 0, "coming-runs"),
    "job log": Case(("job", "log"), 0, "job-runs", (("job", "run", "one", *SEND),)),
    "job check": Case(("job", "check"), 2, "checked-jobs"),
    "job check: no such job": Case(("job", "check", "none"), 2),
    "job notify-test": Case(("job", "notify-test", "telling.toml"), 1, "notify-test"),
    "job notify-test: tells nobody": Case(("job", "notify-test", "one"), 2),
    "job run": Case(("job", "run", "one", *SEND), 0, "run"),
    "job schedule": Case(("job", "schedule", "night", "--cron", "--user", "anna"), 0, "unit"),
    "job serve": Case(("job", "serve", "--health"), 1, "scheduler"),
    "job schedule: no form": Case(("job", "schedule", "night"), 2),
    "job run: several": Case(("job", "run", "one", "one", *SEND), 0, "job-runs"),
    "accounts list": Case(("accounts", "list", *LISTED), 0, "accounts", (ADD,)),
    "accounts check": Case(("accounts", "check", *LISTED), 4, "checked-accounts", (ADD,)),
    "accounts add": Case(ADD, 0, "added-account"),
    "fleet plan": Case(
        ("fleet", "plan", "many.csv", "--max-outage", "0", "--max-accounts", "0"), 4, "fleet-plan"
    ),
    "fleet plan: rows of nobody": Case(("fleet", "plan", "nobody.csv"), 3, "fleet-plan"),
    "fleet plan: no list": Case(("fleet", "plan", "many.csv", "--accounts-file", "none.toml"), 2),
    "fleet report": Case(("fleet", "report"), 0, "report", (("fleet", "plan", "many.csv"),)),
    "fleet report: none": Case(("fleet", "report", "nothing"), 2),
    "fleet list": Case(("fleet", "list"), 0, "fleets", (("fleet", "plan", "many.csv"),)),
    "fleet apply": Case(("fleet", "apply", "hotels", "--yes"), 4, "fleet"),
    "fleet apply: begun": Case(("fleet", "apply", "hotels"), 2, "", (("fleet", "apply", "hotels", "--yes"),)),
    "fleet resume": Case(("fleet", "resume", "hotels", "--yes"), 4, "fleet"),
    "fleet undo": Case(
        ("fleet", "undo", "hotels", "--yes"), 0, "fleet", (("fleet", "apply", "hotels", "--yes"),)
    ),
    "fleet status": Case(("fleet", "status", "hotels"), 0, "fleet-status"),
    "fleet shard": Case(("fleet", "shard", "hotel-berlin", "--fleet", "ready"), 0, "shards"),
    "fields": Case(("fields", "speech_speed"), 0, "fields"),
    "fields: all": Case(("fields",), 0, "fields"),
    "fields: none": Case(("fields", "nobody"), 2),
    "explain": Case(("explain", "V104"), 0, "code"),
    "explain: none": Case(("explain", "V999"), 2),
    "sandbox: no port": Case(("sandbox", "--host", "256.0.0.1", "--port", "0"), 2),
    "no such command": Case(("updaet",), 2),
}


@pytest.fixture
def ready(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    for name, text in {
        "danger.csv": DANGER,
        "other.csv": OTHER,
        "mendable.csv": "id,voice_id,speech_speed\n10001.0, 412 ,1.0\n10002,412,1.7\n",
        "odd.csv": "id,nmae,speech_speed,label_ids+\n10001,x,1.0,2\n10001,x,1,3\nx,,,\n",
        "lines.jsonl": '{"id": 10001, "speech_speed": 1.7, "nobody": 1}\n',
        "accounts.toml": '[accounts.nord]\nkey = { env = "NOBODY" }\n[accounts.ost]\nkey = { env = "NOBODY" }\n',
        "many.csv": "account,id,speech_speed\nnord,10001,1.1\nost,20001,1.7\nnord,10002,1.1\n",
        "nobody.csv": "account,id,speech_speed\nnrod,10001,1.1\nost,20001,1.7\n",
        "jobs/one.toml": 'file = "../good.csv"\ndescription = "every night"\n',
        "telling.toml": 'file = "good.csv"\n[monitor]\nmetrics = "a.prom"\non-failure = ["./none"]\n',
        "jobs/night.toml": 'file = "../good.csv"\nsandbox = true\nschedule = { cron = "0 3 * * 1-5" }\n',
        "jobs/wrong.toml": 'file = "../good.csv"\nlimti = 3\nrate = "x"\n',
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return run


def held_to_its_schema(document: dict[str, Any]) -> str:
    """The kind of a document that is as its schema says."""
    kind = document["schema"].split("/")[1]
    schema = json.loads((FOLDER / f"{kind}.json").read_text("utf-8"))
    wrong = [f"{e.json_path}: {e.message[:200]}" for e in Draft202012Validator(schema).iter_errors(document)]
    assert wrong == []
    return kind


def one_document(result: Result) -> dict[str, Any]:
    document = result.json
    assert isinstance(document, dict) and result.out.endswith("}\n")
    assert document["exit"] == result.exit
    assert document["error"] is None or document["error"]["exit"] == result.exit
    return document


# ---------------------------------------------------------------- every command


@pytest.mark.parametrize("name", CASES)
def test_a_command_prints_one_document_that_its_schema_describes(
    ready: Run, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    case = CASES[name]
    if name == "apply: nobody listens":
        monkeypatch.setenv("FAMULOR_API_KEY", "a-key-of-nobody-0123")
        monkeypatch.setenv("BATCH_UPDATE_MAX_OUTAGE", "0")
    if name.startswith(("fleet apply", "fleet resume", "fleet undo", "fleet status")):
        fleet_at_sandbox(Path("runs/hotels"), UNPLANNED)
    if name == "fleet shard":
        fleet_at_sandbox(Path("ready"))
    for words in case.before:
        ready(*words)
    result = ready(*case.words, "--json")
    document = one_document(result)
    assert (result.exit, held_to_its_schema(document)) == (case.exit, case.kind or "error")
    # A sheet that was checked and found wrong is what was asked for; a run that sent nothing for it is not.
    has_error = case.kind in {"", "error"} or (case.kind == "run" and case.exit > 1)
    assert (document["error"] is not None, result.err) == (has_error, "")
    assert document["command"] == (name.partition(":")[0] if name != "no such command" else None)
    keep_example(name, document, Path.cwd())


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_a_wrong_flag_is_a_document_too(ready: Run, command: str) -> None:
    document = one_document(ready(*command.split(), "--nope", "--json"))
    assert (held_to_its_schema(document), document["command"], document["exit"]) == ("error", command, 2)


@pytest.mark.parametrize("command", ["check", "plan", "apply"])
def test_a_missing_file_is_a_document_too(ready: Run, command: str) -> None:
    document = one_document(ready(command, "none.csv", "--json"))
    assert (held_to_its_schema(document), document["error"]["code"]) == ("error", "S101")


def test_every_command_is_among_the_cases() -> None:
    shown = {name.partition(":")[0] for name, case in CASES.items() if case.kind}
    assert COMMANDS - shown == {"sandbox", "demo", "fleet promote"}, (
        "all but these, which have tests of their own, need a line in CASES"
    )
    printed = {name for names in PRINTED_BY.values() for name in names}
    assert printed == COMMANDS, "PRINTED_BY (batch_update/report/documents/described.py) names each command"
    assert {body.KIND for body in BODIES} == {*PRINTED_BY, "error"}


def test_a_variable_asks_for_a_document_as_the_flag_does(ready: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCH_UPDATE_JSON", "yes")
    for words in (("explain", "V104"), ("check", "bad.csv"), ("job", "list"), ("check", "--nope")):
        held_to_its_schema(one_document(ready(*words)))


# ---------------------------------------------------------------- that need more


def test_the_demo_is_one_document(
    ready: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "demo.db"
    settings = Settings(
        sandbox=True, sandbox_state=state, sandbox_limits=(), rate=(), skip_invalid=True, yes=True, json_=True
    )
    monkeypatch.setattr(sys, "argv", ["batch-update", "demo", "--json"])
    out_document(demonstrated("bad.csv", settings))
    document = json.loads(capsys.readouterr().out)
    assert held_to_its_schema(document) == "demo"
    assert (document["check"]["invalid"], document["run"]["counts"]["updated"]) == (1, 1)


def test_a_locked_account_is_a_document(ready: Run, tmp_path: Path) -> None:
    ready(*APPLY)
    (path,) = (tmp_path / "state" / "accounts").glob("*.lock")
    with AccountLock(path, command="apply"):
        document = one_document(ready(*APPLY, "--json"))
    assert (held_to_its_schema(document), document["error"]["code"]) == ("error", "R107")


@pytest.mark.parametrize(
    ("answer", "command", "exit"),
    [
        ((401, {"message": "Unauthenticated."}), ("plan", "good.csv"), 4),
        ((500, {"message": "Server Error"}), ("export", "-o", "x.csv"), 5),
        ((200, {"data": "nothing"}), ("apply", "good.csv", "--yes"), 5),
    ],
)
def test_a_server_that_refuses_is_a_document(
    ready: Run,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    answer: tuple[int, Any],
    command: tuple[str, ...],
    exit: int,
) -> None:
    monkeypatch.setenv("FAMULOR_API_KEY", "a-key-of-nobody-0123")
    app = asked_first(make_app(tmp_path / "served.db", limits=()), lambda method, path, number: answer)
    with serving(app) as address:
        flags = ("--base-url", f"{address}/api", "--rate", "off", "--max-outage", "0", "--max-attempts", "1")
        document = one_document(ready(*command, *flags, "--json"))
    assert (held_to_its_schema(document), document["exit"]) == ("error", exit)


def test_a_bug_is_a_document_that_tells_nothing_of_it(
    ready: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BATCH_UPDATE_SANDBOX_STATE", str(tmp_path / "state.db"))
    monkeypatch.setattr(Path, "is_dir", lambda self: 1 / 0)
    result = ready("export", "-o", "x.csv", *SANDBOX, "--json")
    assert (result.exit, held_to_its_schema(result.json)) == (70, "error")
    assert result.json["error"]["kind"] == "ZeroDivisionError" and "division" not in result.out


@pytest.fixture
def started(ready: Run, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Begins a command in a process of its own."""
    children: list[subprocess.Popen[str]] = []

    def begin(*words: str) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, "-m", "batch_update", *words, "--json"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        children.append(child)
        return child

    yield begin
    for child in children:
        child.kill()
        child.communicate()


posix = pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")


@posix
def test_the_sandbox_prints_its_document_once_it_listens(
    started: Callable[..., subprocess.Popen[str]],
) -> None:
    child = started("sandbox", "--port", "0", "--sandbox-state", "served.db")
    assert child.stdout is not None
    text = ""
    while not text.endswith("\n}\n"):
        line = child.stdout.readline()
        assert line, child.communicate()
        text += line
    child.send_signal(signal.SIGTERM)
    rest, said = child.communicate(timeout=60)
    document = json.loads(text + rest)
    assert (held_to_its_schema(document), document["exit"], rest, said) == ("sandbox", None, "", "")
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/api", document["base_url"])
    keep_example("sandbox", document, Path.cwd())


def test_a_promotion_is_one_document(run: Run, tmp_path: Path) -> None:
    faults = faults_of_each("3/401@all", tenants(5))
    with closing(make_many(5, manner=Manner(limits=()), faults=faults)) as app, serving(app) as address:
        write_list(tmp_path, 5, f"{address}/api")
        words = ("--from", "staging", "--all-accounts", "--assistant", "Reception", "--rate", "off", "--json")
        fields = ("--fields", "initial_message,voice_id,tool_ids")
        document = one_document(run("fleet", "promote", *words, *fields))
    assert (held_to_its_schema(document), document["exit"]) == ("promotion", 1)
    ready = {one["account"]: one["ready"] for one in document["targets"]}
    assert ready == {"hotel-002": True, "kanzlei-004": True, "praxis-003": False, "restaurant-005": False}
    assert document["changes"] == 2 and Path(document["fleet"]).is_dir()
    # A digest is over the server, too, whose port is another one each time.
    keep_example("fleet promote", document | {"digest": "2352d29ec363"}, Path.cwd())


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_a_signal_ends_is_a_document(
    started: Callable[..., subprocess.Popen[str]], tmp_path: Path, number: int
) -> None:
    child = started(
        "apply", "good.csv", *SEND, "--sandbox-faults", "slow@1+:30", "--run-dir", "run", "--grace", "0"
    )
    while not (tmp_path / "run" / "journal.db").exists():
        assert child.poll() is None, child.communicate()
    child.send_signal(number)
    out, _ = child.communicate(timeout=60)
    document = json.loads(out)
    held_to_its_schema(document)
    assert document["exit"] == child.returncode == 128 + number
    assert (document["error"]["kind"], document["error"]["code"]) == ("Interrupted", "R130")


@pytest.mark.parametrize("words", [APPLY, STOPPED, ("apply", "bad.csv", *SEND)])
def test_run_json_is_held_to_its_schema_too(ready: Run, words: tuple[str, ...], tmp_path: Path) -> None:
    ready(*words[:2], *words[2:], *(() if "--run-dir" in words else ("--run-dir", "runs/first")))
    document = json.loads((tmp_path / "runs" / "first" / "run.json").read_text("utf-8"))
    assert held_to_its_schema(document) == "run-file"
    keep_example("run.json" if words == APPLY else "", document, Path.cwd())


# ---------------------------------------------------------------- the schemas


@pytest.mark.parametrize("kind", schemas())
def test_every_key_is_snake_case_required_and_has_a_meaning_and_no_other_is_allowed(kind: str) -> None:
    schema = schemas()[kind]
    Draft202012Validator.check_schema(schema)
    for part in (schema, *schema["$defs"].values()):
        if "properties" in part:
            assert part["additionalProperties"] is False and part["required"] == list(part["properties"])
            for key, about in part["properties"].items():
                assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", key)
                assert about.get("description"), f"{part['description']}: {key}"


def test_every_time_has_a_z() -> None:
    text = json.dumps(schemas())
    assert text.count('"date-time"') == text.count(r'\\.\\d{3}Z$"') > 5


@pytest.mark.parametrize("broken", ["a key too many", "a key is missing", "a time without Z", "another kind"])
def test_what_is_not_described_is_found(ready: Run, broken: str) -> None:
    document = ready("check", "bad.csv", "--json").json
    assert held_to_its_schema(document) == "check"
    if broken == "a key too many":
        document["problems"][0]["assistantId"] = 1
    elif broken == "a key is missing":
        del document["problems"][0]["allowed"]
    elif broken == "a time without Z":
        document["at"] = document["at"].replace("Z", "+00:00")
    else:
        document["schema"] = schema_name("plan")
    with pytest.raises(AssertionError):
        held_to_its_schema(document)


def test_the_meaning_of_a_key_is_what_stands_beneath_it_in_the_code() -> None:
    assert meanings(Envelope)["exit"].startswith("the exit status of the command; null while")


# ---------------------------------------------------------------- the examples of the page

PLAIN = [
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"), "2026-11-28T08:00:00.000Z"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d{4}-"), "2026-11-28T0800-"),
    (re.compile(r'("seconds": )[\d.]+'), r"\g<1>0.25"),
    (re.compile(r" in [\d.]+ s\b"), " in 0.2 s"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:8080"),
    (re.compile(r"batch-update \d+\.\d+\.\d+[\w.]*"), "batch-update 0.1.0"),
]
"""What differs from one run to the next, and what stands for it."""
FIRST_OF = {case.kind: name for name, case in reversed(CASES.items()) if case.kind not in {"", "error"}}
"""Kind -> the first case that shows it."""
SHOWN = {name: kind for kind, name in FIRST_OF.items()} | {
    "apply: no key": "error",
    "sandbox": "sandbox",
    "fleet promote": "promotion",
    "run.json": "run-file",
}
"""Case -> the kind that its document is the example of."""


def keep_example(name: str, document: dict[str, Any], folder: Path) -> None:
    """Compare with the example of the page; with WRITE_EXAMPLES=1 in the environment, write it."""
    if name not in SHOWN:
        return
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    for pattern, plain in PLAIN:
        text = pattern.sub(plain, text)
    text = text.replace(str(folder), "/home/anna")
    for program in (f"{sys.executable} -m batch_update", shutil.which("batch-update") or sys.executable):
        text = text.replace(program, "/srv/assistants/.venv/bin/batch-update")
    path = EXAMPLES / f"{SHOWN[name]}.json"
    if os.environ.get("WRITE_EXAMPLES"):
        path.write_text(text, "utf-8")
    kept = path.read_text("utf-8") if path.exists() else ""
    assert kept == text, (
        "WRITE_EXAMPLES=1 for this test writes the example of docs/json.md anew; then make docs"
    )
