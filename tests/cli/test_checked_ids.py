"""Of the lists of an account plan and apply ask little, send nothing wrong, and print commands that work."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from batch_update.sandbox.app import make_app
from tests.cli.conftest import Run, at_a_server
from tests.cli.test_printed_commands import PRINTED

SANDBOX = ("--sandbox", "--sandbox-limits", "off", "--rate", "off")
VOICES = "id,voice_id\n10001,418\n10002,421\n10003,425\n"


def write(folder: Path, text: str) -> str:
    (folder / "ids.csv").write_text(text, "utf-8")
    return "ids.csv"


def plan(run: Run, sheet: str, *flags: str) -> Any:
    return run("plan", sheet, *SANDBOX, "--json", *flags).json


def codes(document: Any) -> list[str]:
    return [problem["code"] for problem in document["problems"]]


# ---------------------------------------------------------------- requests


def test_a_sheet_costs_the_look_ups_of_its_new_ids_once_an_hour(run: Run, tmp_path: Path) -> None:
    sheet = write(tmp_path, VOICES)
    assert [plan(run, sheet)["requests"] for _ in range(2)] == [1 + 3, 1]
    assert plan(run, sheet, "--refresh")["requests"] == 4
    assert plan(run, sheet, "--choices-max-age", "0")["requests"] == 4
    assert plan(run, sheet, "--no-lookup", "--refresh")["requests"] == 1
    assert "what is there read in 4 requests" in run("plan", sheet, *SANDBOX, "--refresh").out


def test_a_sheet_without_new_ids_asks_for_no_list(run: Run, tmp_path: Path) -> None:
    assert plan(run, "good.csv")["requests"] == 1
    assert plan(run, write(tmp_path, "id,voice_id,speech_speed\n10001,412,1.1\n"))["requests"] == 1, (
        "it has that voice"
    )
    assert plan(run, write(tmp_path, VOICES), "--no-fetch")["requests"] == 0


def test_providers_cost_a_request_for_each_language(run: Run, tmp_path: Path) -> None:
    sheet = write(tmp_path, "id,synthesizer_provider_id\n10001,2\n10002,2\n10005,2\n")
    assert plan(run, sheet)["requests"] == 1 + 1 + 2


def test_an_assistant_that_a_tool_names_costs_no_list_of_its_own(run: Run, tmp_path: Path) -> None:
    tool = '"[{""type"":""assistant_transfer"",""assistant_id"":10044}]"'
    document = plan(run, write(tmp_path, f"id,tools\n10001,{tool}\n"))
    assert (codes(document), document["requests"]) == ([], 1)
    assert codes(plan(run, write(tmp_path, f"id,tools\n10001,{tool.replace('44', '99')}\n"))) == ["X271"]


def test_what_a_kept_list_calls_wrong_is_looked_up_anew_before_it_is_told(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Somebody made the voice after the list was kept."""
    asked: list[str] = []

    def before(method: str, path: str, nth: int) -> tuple[int, Any] | None:
        asked.append(path.rpartition("/")[2])
        return (
            (200, [{"id": 412, "name": "Sabine"}])
            if asked[-1] == "voices" and asked.count("voices") <= 3
            else None
        )

    sheet = write(tmp_path, VOICES)
    with at_a_server(before, monkeypatch, tmp_path) as flags:
        run("choices", "voices", *flags[:-1])
        asked.clear()
        asked += ["voices"] * 3
        assert codes(run("plan", sheet, *flags[:-1], "--json").json) == []
        assert asked[3:] == ["get", "voices", "voices", "voices"]
        asked.clear()
        asked += ["voices"] * 3
        wrong = run("plan", write(tmp_path, VOICES.replace("418", "9")), *flags[:-1], "--json").json
        assert (codes(wrong), asked[3:]) == (["X271"], ["get", "voices", "voices", "voices"])


def test_a_name_that_a_kept_list_does_not_have_is_looked_for_in_a_new_one(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Somebody made the voice after the list was kept."""
    asked: list[str] = []

    def before(method: str, path: str, nth: int) -> tuple[int, Any] | None:
        asked.append(path.rpartition("/")[2])
        is_old = asked[-1] == "voices" and asked.count("voices") <= 3
        return (200, [{"id": 412, "name": "Sabine"}]) if is_old else None

    with at_a_server(before, monkeypatch, tmp_path) as flags:
        run("choices", "voices", *flags[:-1])
        sheet = write(tmp_path, "id,voice_id\n10001,Sabine\n10002,Susi\n")
        document = run("plan", sheet, *flags[:-1], "--json").json
    assert (codes(document), asked.count("voices")) == ([], 6)


def test_an_export_takes_names_from_kept_lists_and_looks_anew_when_that_is_wanted(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[str] = []

    def before(method: str, path: str, nth: int) -> None:
        asked.append(path.rpartition("/")[2])

    with at_a_server(before, monkeypatch, tmp_path) as flags:
        words = ("export", "--names", "--fields", "voice_id", "--force", "-o", "e.csv", *flags[:-1])
        for more, times in ((), 3), ((), 3), (("--refresh",), 6), (("--choices-max-age", "0"), 9):
            assert run(*words, *more).exit == 0
            assert asked.count("voices") == times, more


# ---------------------------------------------------------------- what is sent


def test_a_row_with_a_wrong_id_is_not_sent_and_the_others_are_where_that_is_wanted(
    run: Run, tmp_path: Path
) -> None:
    sheet = write(tmp_path, "id,voice_id\n10001,418\n10002,9\n10003,42\n")
    refused = run("apply", sheet, *SANDBOX, "--yes", "--run-dir", "a")
    assert refused.exit == 3 and "X271" in refused.err and "X272" in refused.err
    assert run("apply", sheet, *SANDBOX, "--yes", "--run-dir", "b", "--skip-invalid").exit == 1
    with make_app(tmp_path / "state" / "sandbox.db") as app:
        assert [one.path for one in app.requests_seen() if one.method == "PUT"] == [
            "/api/user/assistant/10001"
        ]


def test_a_command_in_the_page_or_workbook_of_a_plan_or_run_can_be_pasted(run: Run, tmp_path: Path) -> None:
    sheet = write(tmp_path, "id,voice_id\n10001,418\n10003,42\n")
    run("plan", sheet, *SANDBOX, "--skip-invalid", "--html", "plan.html", "--xlsx", "plan.xlsx")
    run("apply", sheet, *SANDBOX, "--yes", "--run-dir", "b", "--skip-invalid")
    run("report", "b", "-o", "sent.html")
    run("report", "b", "-o", "sent.xlsx")
    for name in ("plan.html", "b/report.html", "sent.html", "plan.xlsx", "sent.xlsx"):
        path = tmp_path / name
        if path.suffix == ".html":
            text = path.read_text("utf-8")
        else:
            text = "".join(
                pd.read_excel(path, sheet_name="Problems", engine="calamine")["what to do"].fillna("")
            )
        (command,) = set(re.findall(r"what fits: (batch-update choices [^\"]*)", text))
        assert "--sandbox" in command and "--mode pipeline" in command, name
        assert "https" not in command, "a sandbox of this machine has no address"
        assert run(*shlex.split(command)[1:]).exit == 0


@pytest.mark.parametrize(
    ("key", "name", "other"),
    [('mode = "plan"', "plan.html", ""), ('reports = ["html"]', "report.html", "undo")],
)
def test_so_it_can_in_what_a_job_leaves(run: Run, tmp_path: Path, key: str, name: str, other: str) -> None:
    write(tmp_path, "id,voice_id\n10001,418\n10003,42\n")
    job = f'file = "ids.csv"\nsandbox = true\nyes = true\nskip-invalid = true\nrun-dir = "b"\n{key}\n'
    (tmp_path / "night.toml").write_text(job, "utf-8")
    run("job", "run", "night.toml")
    text = (tmp_path / "b" / name).read_text("utf-8")
    (command,) = set(re.findall(r"what fits: (batch-update choices [^\"]*)", text))
    assert "--sandbox" in command and "the option" not in text and f"batch-update {other}" in text
    assert run(*shlex.split(command)[1:]).exit == 0
    again = run("job", "run", "night.toml")
    assert (again.exit, "holds the results of another run" in again.out) == (2, True)


def test_without_look_ups_the_server_has_the_last_word(run: Run, tmp_path: Path) -> None:
    sheet = write(tmp_path, "id,voice_id\n10002,9\n")
    result = run("apply", sheet, *SANDBOX, "--yes", "--no-lookup", "--json").json
    assert result["counts"]["failed"] == 1


def test_the_digest_that_plan_shows_is_the_one_that_apply_expects(run: Run, tmp_path: Path) -> None:
    sheet = write(tmp_path, "id,voice_id\n10001,418\n10002,9\n")
    digest = plan(run, sheet)["digest"]
    done = run("apply", sheet, *SANDBOX, "--yes", "--skip-invalid", "--expect", digest)
    assert done.exit == 1 and "1 updated" in done.out + done.err


# ---------------------------------------------------------------- lists that cannot be had


def test_a_server_without_look_ups_gets_the_ids_as_they_stand_with_one_note(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def before(method: str, path: str, nth: int) -> tuple[int, Any] | None:
        return (404, {"message": "Not found"}) if path.endswith("/voices") else None

    sheet = write(tmp_path, VOICES)
    with at_a_server(before, monkeypatch, tmp_path) as flags:
        assert codes(run("plan", sheet, *flags[:-1], "--json").json) == ["X270"]
        shown = run("plan", sheet, *flags[:-1])
        assert shown.exit == 0 and shown.out.count("[X270]") == 1
        assert run("apply", sheet, *flags).exit == 0


def test_a_key_that_is_refused_at_a_look_up_is_the_end(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def before(method: str, path: str, nth: int) -> tuple[int, Any] | None:
        return (401, {"error": "Invalid API key"}) if path.endswith("/voices") else None

    with at_a_server(before, monkeypatch, tmp_path) as flags:
        result = run("apply", write(tmp_path, VOICES), *flags)
        assert result.exit == 4 and "nothing was sent" in result.err


# ---------------------------------------------------------------- what is printed


def test_every_command_that_lists_ids_can_be_pasted(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = str(tmp_path / "my state" / "sand box.db")
    monkeypatch.delenv("BATCH_UPDATE_SANDBOX_STATE")
    wrong = [
        "voice_id",
        "llm_model_id",
        "phone_number_id",
        "knowledgebase_id",
        "tool_ids",
        "folder_id",
        "label_ids",
    ]
    cells = [["999" if n == m else "" for m in range(len(wrong))] for n in range(len(wrong))]
    rows = [",".join([str(10001 + n), *row]) for n, row in enumerate(cells)]
    more = "10041,412,,,,,,\n10008,430,,,,,,\n"
    sheet = write(tmp_path, ",".join(["id", *wrong]) + "\n" + "\n".join(rows) + "\n" + more)
    shown = run("plan", sheet, *SANDBOX, "--sandbox-state", state)
    printed = [found[1] for found in PRINTED.finditer(shown.out) if " choices " in found[1]]
    assert len(printed) == len(wrong) + 2
    for command in printed:
        assert run(*shlex.split(command)[1:]).exit == 0, command
