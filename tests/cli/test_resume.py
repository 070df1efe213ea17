"""`resume`: what is done costs nothing, the rest is sent, in the same folder."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run
from tests.cli.test_commands import SEND, statuses

ROWS = "id,speech_speed\n" + "".join(f"{10001 + n},0.75\n" for n in range(12))


def stopped(run: Run, folder: Path) -> None:
    """A run whose key is refused from the sixth update on."""
    (folder / "twelve.csv").write_text(ROWS, "utf-8")
    result = run(
        "apply", "twelve.csv", *SEND, "--sandbox-faults", "401@6+", "--concurrency", "1", "--run-dir", "it"
    )
    assert result.exit == 4


def test_a_stopped_run_goes_on_where_it_was(run: Run, tmp_path: Path) -> None:
    stopped(run, tmp_path)
    before = statuses(tmp_path / "it" / "results.csv")
    assert (before.count("updated"), before.count("not_sent")) == (5, 6)
    (tmp_path / "twelve.csv").write_text("id,name\n1,edited\n", "utf-8")
    result = run("resume", "it", *SEND, "--retry-failed")
    assert (result.exit, statuses(tmp_path / "it" / "results.csv")) == (0, ["updated"] * 12)
    assert not (tmp_path / "it" / "failed.csv").exists(), "nothing is left to do"


def test_failed_rows_wait_until_they_are_asked_for(run: Run, tmp_path: Path) -> None:
    stopped(run, tmp_path)
    assert run("resume", "it", *SEND).exit == 1
    assert statuses(tmp_path / "it" / "results.csv").count("failed") == 1
    assert run("resume", "it", *SEND, "--retry-failed").exit == 0


def test_a_finished_run_says_so_and_does_nothing(run: Run, tmp_path: Path) -> None:
    assert run("apply", "good.csv", *SEND, "--run-dir", "it").exit == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "it").iterdir()}
    result = run("resume", "it", *SEND)
    assert (result.exit, "nothing is left" in result.err) == (0, True)
    assert {path.name: path.read_bytes() for path in (tmp_path / "it").iterdir()} == before


def test_without_a_terminal_it_needs_a_yes(run: Run, tmp_path: Path) -> None:
    stopped(run, tmp_path)
    assert run("resume", "it", *SEND[:-1]).exit == 2


def test_a_run_that_a_guard_stopped_goes_on_once_that_is_allowed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mode.csv").write_text("id,mode,multimodal_model_id\n10001,multimodal,1\n", "utf-8")
    assert run("apply", "mode.csv", *SEND, "--run-dir", "it").exit == 5
    refused = run("resume", "it", *SEND)
    assert (refused.exit, "G101" in refused.err) == (5, True)
    assert run("resume", "it", *SEND, "--allow", "mode").exit == 0
    assert statuses(tmp_path / "it" / "results.csv") == ["updated"]


def test_a_run_that_goes_on_does_not_send_what_the_mode_of_now_has_no_place_for(
    run: Run, tmp_path: Path
) -> None:
    """Stopped before anything was sent, and meanwhile somebody changed the mode of one assistant."""
    (tmp_path / "kb.csv").write_text("id,knowledgebase_mode\n10001,prompt\n10002,prompt\n", "utf-8")
    (tmp_path / "mode.csv").write_text("id,mode,multimodal_model_id\n10001,multimodal,1\n", "utf-8")
    stopped_run = run(
        "apply", "kb.csv", *SEND, "--sandbox-faults", "401@1", "--concurrency", "1", "--run-dir", "it"
    )
    assert stopped_run.exit == 4
    run("apply", "mode.csv", *SEND, "--allow", "mode", "--run-dir", "mode")
    assert run("resume", "it", *SEND, "--retry-failed").exit == 1
    assert statuses(tmp_path / "it" / "results.csv") == ["conflict", "updated"]
    told = (tmp_path / "it" / "results.csv").read_text("utf-8-sig")
    assert "mode: planned from pipeline, wanted as it was for knowledgebase_mode, now multimodal" in told
