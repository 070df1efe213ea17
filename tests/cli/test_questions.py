"""Questions on a real terminal."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

pytest.importorskip("pty", reason="only Unix has pseudo terminals")

ASK = "from batch_update.cli.screens.screen import ask; print('sent' if ask('Change 800 assistants?') else 'kept')"
MEANWHILE = (
    "import anyio; from batch_update.cli.screens.screen import ask_meanwhile;"
    "print('sent' if anyio.run(ask_meanwhile, 'Change 800 assistants?') else 'kept')"
)


def read_until(terminal: int, words: bytes, seen: bytes = b"") -> bytes:
    """Return what a child writes until these words; it fails where the child falls silent, since it may be gone."""
    while words not in seen:
        assert select.select([terminal], [], [], 60)[0], seen
        seen += os.read(terminal, 1024)
    return seen


@pytest.mark.parametrize("asking", [ASK, MEANWHILE], ids=["before", "meanwhile"])
@pytest.mark.parametrize(("answer", "outcome"), [("n", "kept"), ("y", "sent")])
def test_what_was_typed_before_a_question_was_seen_is_no_answer(
    asking: str, answer: str, outcome: str
) -> None:
    ours, theirs = os.openpty()
    opposite = {"n": b"y\n", "y": b"n\n"}[answer]
    try:
        os.write(ours, opposite)
        child = subprocess.Popen(
            [sys.executable, "-c", asking], stdin=theirs, stderr=theirs, stdout=subprocess.PIPE
        )
        read_until(ours, b"[y/N]")
        os.write(ours, answer.encode() + b"\n")
        out, _ = child.communicate(timeout=30)
    finally:
        os.close(ours)
        os.close(theirs)
    assert out.decode().strip() == outcome


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_at_a_question_is_told_and_nothing_is_sent(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "changes.csv").write_text("id,speech_speed\n10001,1.15\n", "utf-8")
    flags = ["--sandbox", "--sandbox-state", "state.db", "--no-fetch"]
    ours, theirs = os.openpty()
    try:
        child = subprocess.Popen(
            [sys.executable, "-m", "batch_update", "apply", "changes.csv", *flags],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            stdin=theirs,
            stderr=theirs,
            stdout=subprocess.DEVNULL,
        )
        seen = read_until(ours, b"[y/N]")
        # Again until it ends: between a question and the waiting for its answer is a moment in which none is heard.
        for _ in range(3):
            child.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                child.wait(timeout=10)
                break
        child.kill()
        assert child.wait() == 128 + number
        seen = read_until(ours, b"= help", seen)
    finally:
        os.close(ours)
        os.close(theirs)
    assert f"interrupted by {number.name}".encode() in seen
    assert not (tmp_path / "runs").exists()
