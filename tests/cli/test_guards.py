"""Guards from the command line: nothing is sent, the code is the guard's own, and its override is named."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from batch_update.journal.reading import read_run
from batch_update.journal.recorded import report_of
from tests.cli.at_terminal import AtTerminal
from tests.cli.conftest import Run
from tests.cli.test_commands import SEND, statuses
from tests.cli.test_undo import rows

LONG = "one two three four five six seven eight nine ten"


def write(folder: Path, text: str, name: str = "sheet.csv") -> str:
    (folder / name).write_text(text, "utf-8")
    return name


def export(run: Run, name: str) -> str:
    """All that the sandbox holds, as a text."""
    assert (
        run("export", "-o", name, "--sandbox", "--sandbox-limits", "off", "--rate", "off", "--force").exit
        == 0
    )
    return Path(name).read_text("utf-8-sig")


DANGEROUS = {
    "mode": ("G101", "id,mode,multimodal_model_id\n10001,multimodal,1\n"),
    "type": ("G102", "id,type\n10001,outbound\n10002,outbound\n10003,inbound\n10004,inbound\n"),
    "phone_number_id": ("G103", "id,phone_number_id\n10001,null\n10002,null\n10003,null\n"),
    "clear": ("G104", "id,variables\n10001,{}\n"),
    "webhook_url": ("G105", "id,webhook_url\n10001,https://other.example/hook\n"),
    "tools": ("G106", "id,tools\n10001,[]\n"),
    "prompt_shrinks": ("G107", "id,system_prompt\n10001,Hello\n"),
    "same_prompt": ("G108", f"id,system_prompt\n10001,{LONG}\n10002,{LONG}\n"),
}
"""Hazard -> its code, and a sheet that has no other, once `READY` was applied."""
READY = (
    "id,system_prompt,variables,tools,webhook_url\n"
    '10001,one two three,{"a":"b"},"[{""type"":""end_call"",""description"":""x""}]",https://a.example/hook\n'
    "10002,four five six,,,\n"
).replace('{"a":"b"}', '"{""a"":""b""}"')
LIMITS = {
    "--max-changes": ("G120", "0", "1"),
    "--max-change-percent": ("G121", "0.001", "100"),
}
SPEED = "id,speech_speed\n10001,0.75\n"


@pytest.mark.parametrize("flag", LIMITS)
def test_a_bound_that_stopped_a_run_stops_going_on_with_it_until_it_is_lifted(
    run: Run, tmp_path: Path, flag: str
) -> None:
    code, low, high = LIMITS[flag]
    assert run("apply", write(tmp_path, SPEED), *SEND, flag, low, "--run-dir", "held").exit == 5
    again = run("resume", "held", *SEND)
    assert (again.exit, f"\n  {code} " in again.err) == (5, True)
    assert statuses(tmp_path / "held" / "results.csv") == ["not_sent"]
    assert run("resume", "held", *SEND, flag, high).exit == 0


@pytest.mark.parametrize("name", DANGEROUS)
def test_a_hazard_stops_the_run_before_anything_is_sent_and_allow_lets_it_through(
    run: Run, tmp_path: Path, name: str
) -> None:
    assert run("apply", write(tmp_path, READY), *SEND, "--allow", "all", "--run-dir", "ready").exit == 0
    code, text = DANGEROUS[name]
    before = export(run, "before.csv")

    held = run("apply", write(tmp_path, text), *SEND, "--run-dir", "held")
    assert (held.exit, f"\n  {code} " in held.out, f"--allow {name}\n" in held.out) == (5, True, True)
    assert export(run, "after.csv") == before, "nothing was sent"
    assert set(statuses(tmp_path / "held" / "results.csv")) <= {"not_sent", "unchanged"}

    sent = run("apply", "sheet.csv", *SEND, "--allow", name, "--run-dir", "sent")
    assert sent.exit == 0
    assert export(run, "after.csv") != before
    assert run("undo", "sent", *SEND, "--run-dir", "back").exit == 0, "an undo restores: no hazard holds it"


@pytest.mark.parametrize("flag", LIMITS)
def test_a_limit_stops_the_run_before_anything_is_sent_and_a_higher_one_does_not(
    run: Run, tmp_path: Path, flag: str
) -> None:
    code, low, high = LIMITS[flag]
    before = export(run, "before.csv")
    held = run("apply", write(tmp_path, SPEED), *SEND, "--allow", "all", flag, low, "--run-dir", "held")
    assert (held.exit, f"\n  {code} " in held.out, flag in held.out) == (5, True, True)
    assert export(run, "after.csv") == before
    assert run("apply", "sheet.csv", *SEND, flag, high, "--run-dir", "sent").exit == 0
    undo = run("undo", "sent", *SEND, flag, low, "--run-dir", "back", "--json")
    assert (undo.exit, undo.json["counts"]["updated"]) == (5, 0), "limits hold for undo too"


def test_a_percentage_needs_the_list(run: Run, tmp_path: Path) -> None:
    sheet = write(tmp_path, SPEED)
    held = run("apply", sheet, *SEND, "--no-fetch", "--max-change-percent", "50", "--run-dir", "held")
    assert (held.exit, "G121" in held.out, "not known" in held.out) == (5, True, True)


def test_a_saved_plan_is_guarded_too(run: Run, tmp_path: Path) -> None:
    run("plan", write(tmp_path, DANGEROUS["mode"][1]), *SEND[:-1], "--out", "p.json")
    assert "G101" in run("apply", "p.json", *SEND, "--run-dir", "held").out
    held = run("apply", "p.json", *SEND, "--allow", "mode", "--max-change-percent", "0.001", "--run-dir", "b")
    assert (held.exit, "G121" in held.out) == (5, True)
    assert run("apply", "p.json", *SEND, "--allow", "mode", "--run-dir", "sent").exit == 0


def test_rows_in_are_lines_out_and_the_journal_has_the_run(run: Run, tmp_path: Path) -> None:
    """A held run has a report like any other, and can be gone on with."""
    sheet = write(tmp_path, "id,phone_number_id,speech_speed\n10001,5,0.75\n10002,,0.75\n,,\n10003,4,\n")
    held = run("apply", sheet, *SEND, "--run-dir", "held", "--json")
    assert (held.exit, held.json["counts"]["not_sent"]) == (5, 3)
    found = rows(tmp_path / "held" / "results.csv")
    assert [row["_status"] for row in found] == ["not_sent"] * 3
    assert all("phone number" in row["_message"] for row in found)
    recorded = read_run(tmp_path / "held")
    assert recorded.stopped.code == "G103" and not recorded.complete
    assert [outcome.message for outcome in report_of(recorded).outcomes] == [row["_message"] for row in found]


def test_without_what_is_there_it_is_said_what_cannot_be_told(run: Run, tmp_path: Path) -> None:
    sheet = write(tmp_path, "id,system_prompt,mode\n10001,Hi,pipeline\n")
    held = run("apply", sheet, *SEND, "--no-fetch", "--run-dir", "held")
    assert (held.exit, "not compared with what is there" in held.out) == (5, True)
    assert "1 system prompt would lose text cannot be told" in held.err


def test_a_hazard_that_is_not_known_is_a_usage_error_with_a_suggestion(run: Run) -> None:
    result = run("apply", "good.csv", *SEND, "--allow", "mode,phone_numberid")
    assert (result.exit, "did you mean 'phone_number_id'?" in result.err) == (2, True)


def test_a_job_may_allow_hazards(run: Run, tmp_path: Path) -> None:
    write(tmp_path, DANGEROUS["mode"][1])
    (tmp_path / "j.toml").write_text('file = "sheet.csv"\nallow = ["mode"]\nmax-changes = 1\n', "utf-8")
    assert run("job", "run", "j.toml", *SEND).exit == 0
    (tmp_path / "j.toml").write_text('file = "sheet.csv"\nallow = ["moed"]\n', "utf-8")
    assert "did you mean 'mode'?" in run("job", "run", "j.toml", *SEND).out


# ---------------------------------------------------------------- on a terminal


@pytest.mark.parametrize("yes", [(), ("--yes",)])
def test_the_question_names_account_number_and_hazards_whatever_yes_says(
    run: Run, tmp_path: Path, at_terminal: AtTerminal, yes: tuple[str, ...]
) -> None:
    asked = at_terminal("n").asked
    before = export(run, "before.csv")
    sheet = write(tmp_path, DANGEROUS["mode"][1])
    held = run("apply", sheet, *SEND[:-1], *yes)
    assert (held.exit, "U102" in held.err, "\n  G101 mode" in held.err) == (2, True, True)
    (question,) = asked
    assert "1 assistant" in question and "user " in question and "mode" in question
    assert export(run, "after.csv") == before
    at_terminal("y")
    assert run("apply", sheet, *SEND[:-1], *yes).exit == 0
    assert export(run, "after.csv") != before


@pytest.mark.parametrize("flags", [(), ("--quiet",), ("--json",)])
def test_nobody_says_yes_to_a_number_alone(
    run: Run, tmp_path: Path, at_terminal: AtTerminal, flags: tuple[str, ...]
) -> None:
    """The same table as in the plan comes before the question, whatever is to be left unsaid otherwise."""
    at_terminal("n")
    sheet = write(tmp_path, "id,speech_speed,name\n10001,0.75,A\n10002,0.75,B\n")
    told = run("apply", sheet, *SEND[:-1], *flags).err
    table = [
        line for line in told.splitlines() if "assistants   typical change" in line or " -> 0.75" in line
    ]
    planned = run("plan", sheet, *SEND[:-1]).out
    assert len(table) == 2 and all(line in planned.splitlines() for line in table)


TWO = "id,mode,multimodal_model_id,phone_number_id\n10001,multimodal,1,null\n10002,,,null\n10003,,,null\n"


def test_a_stop_is_a_list_and_its_go_on_is_all_that_it_needs(run: Run, tmp_path: Path) -> None:
    held = run("apply", write(tmp_path, TWO), *SEND, "--max-changes", "1", "--run-dir", "held")
    first, *lines = held.out.splitlines()
    assert (held.exit, first) == (5, "Stopped: 3 things need to be allowed. Nothing was sent.")
    assert [line.split()[:2] for line in lines if line.startswith("  G")] == [
        ["G120", "max-changes"],
        ["G101", "mode"],
        ["G103", "phone_number_id"],
    ]
    *_, who, look, on = lines
    assert who.endswith("2 assistants, rows 2-3")
    assert look.startswith("Look    batch-update plan ") and "--allow" not in look
    assert on.startswith("Go on   batch-update apply ") and on.endswith(
        "--max-changes 2 --allow mode,phone_number_id"
    )
    assert run(*shlex.split(on.partition("batch-update ")[2])).exit == 0


def test_a_stop_is_the_same_list_when_it_is_shown_and_gone_on_with_later(run: Run, tmp_path: Path) -> None:
    run("apply", write(tmp_path, TWO), *SEND, "--max-changes", "1", "--run-dir", "held")
    shown = run("runs", "show", "held").out
    assert "  G101 mode" in shown and "  G103 phone_number_id" in shown
    again = run("resume", "held", *SEND).err
    assert "  G101 mode" in again and "--allow mode,phone_number_id" in again
    (on,) = (line for line in shown.splitlines() if line.startswith("Go on"))
    assert run(*shlex.split(on.partition("batch-update ")[2]), "--yes", "--sandbox-limits", "off").exit == 0


def test_a_plan_says_what_will_have_to_be_allowed(run: Run, tmp_path: Path) -> None:
    sheet = write(tmp_path, TWO)
    shown = run("plan", sheet, *SEND[:-1], "--allow", "clear").out
    assert "  G101 mode" in shown and "  G103 phone_number_id" in shown
    following = next(line for line in shown.splitlines() if line.startswith("Next: "))
    assert "--allow clear,mode,phone_number_id" in following
    assert run(*shlex.split(following.partition("batch-update ")[2]), "--yes").exit == 0
    assert "allowed" not in run("plan", write(tmp_path, SPEED), *SEND[:-1]).out


def test_what_has_to_be_allowed_is_values_in_json(run: Run, tmp_path: Path) -> None:
    sheet = write(tmp_path, TWO)
    planned = run("plan", sheet, *SEND[:-1], "--json").json
    assert [(one["code"], one["hazard"], one["rows"]) for one in planned["guards"]] == [
        ("G101", "mode", [2]),
        ("G103", "phone_number_id", [2, 3]),
    ]
    assert "--allow mode,phone_number_id" in planned["next"]["apply"]
    held = run("apply", sheet, *SEND, "--json", "--run-dir", "held").json
    assert held["stopped"]["guards"] == planned["guards"]
    assert held["next"]["go_on"].endswith("--allow mode,phone_number_id")
    again = run("resume", "held", *SEND, "--json").json
    assert again["error"]["guards"] == planned["guards"]


def test_a_yes_on_the_terminal_lifts_no_limit(run: Run, tmp_path: Path, at_terminal: AtTerminal) -> None:
    asked = at_terminal("y").asked
    held = run("apply", write(tmp_path, DANGEROUS["mode"][1]), *SEND[:-1], "--max-changes", "0")
    assert (held.exit, "G120" in held.out, asked) == (5, True, [])


def test_yes_says_yes_to_the_ordinary_question(run: Run, tmp_path: Path, at_terminal: AtTerminal) -> None:
    asked = at_terminal("n").asked
    assert run("apply", write(tmp_path, SPEED), *SEND).exit == 0
    assert asked == []


# ---------------------------------------------------------------- waves


def slow(count: int) -> str:
    return "id,speech_speed\n" + "".join(f"{10001 + n},0.75\n" for n in range(count))


def test_waves_are_told_one_by_one_and_a_failure_stops_the_rest(run: Run, tmp_path: Path) -> None:
    sheet = write(tmp_path, slow(12))
    flags = (*SEND, "--waves", "1,25%,rest", "--sandbox-faults", "422@3", "--run-dir", "w")
    result = run("apply", sheet, *flags)
    assert (result.exit, "[R108]" in result.out) == (5, True)
    assert "wave 1 of 3: 1 change, 1 updated; read back: 1 verified" in result.err
    assert "wave 2 of 3: 3 changes" in result.err and "wave 3" not in result.err
    found = statuses(tmp_path / "w" / "results.csv")
    assert found[4:] == ["not_sent"] * 8 and "failed" in found[1:4]
    rest = run("apply", "w/failed.csv", *SEND, "--waves", "5", "--max-failures", "2", "--run-dir", "rest")
    assert rest.exit == 0


def test_max_failures_holds_without_waves(run: Run, tmp_path: Path) -> None:
    sheet = write(tmp_path, slow(6))
    flags = (*SEND, "--concurrency", "1", "--sandbox-faults", "422@2,422@3", "--run-dir", "w", "--json")
    result = run("apply", sheet, *flags, "--max-failures", "2")
    assert (result.exit, result.json["stopped"]["code"]) == (5, "R108")
    assert result.json["counts"] | {"updated": 1, "failed": 2, "not_sent": 3} == result.json["counts"]


def test_an_undo_can_go_in_waves(run: Run, tmp_path: Path) -> None:
    assert run("apply", write(tmp_path, slow(4)), *SEND, "--run-dir", "first").exit == 0
    back = run("undo", "first", *SEND, "--waves", "1", "--pause", "0", "--run-dir", "back")
    assert (back.exit, "wave 2 of 2" in back.err) == (0, True)


def test_nothing_waits_for_an_answer_where_nobody_can_give_one(run: Run, tmp_path: Path) -> None:
    before = export(run, "before.csv")
    result = run("apply", write(tmp_path, slow(4)), *SEND, "--waves", "1", "--pause", "ask")
    assert (result.exit, "U101" in result.err) == (2, True)
    assert export(run, "after.csv") == before


@pytest.mark.parametrize(("answer", "updated", "status"), [("y", 4, 0), ("n", 1, 5), ("", 1, 5)])
def test_pause_ask_asks_between_waves(
    run: Run, tmp_path: Path, at_terminal: AtTerminal, answer: str, updated: int, status: int
) -> None:
    at_terminal(answer)
    result = run("apply", write(tmp_path, slow(4)), *SEND, "--waves", "1", "--pause", "ask", "--json")
    assert (result.exit, result.json["counts"]["updated"]) == (status, updated)
    assert "Go on with wave 2 of 2, 3 changes? [y/N]" in result.err
