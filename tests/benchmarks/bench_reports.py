"""How long all reports of a large run take, and how much memory a process that makes nothing else needs for them."""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from batch_update.journal.recorded import RunFacts
from batch_update.model.plans import Change, Outcome, Plan, Status, Verified
from batch_update.model.reports import Report, Stats
from batch_update.model.sheets import Column, Dialect, Role, Sheet
from batch_update.report.files.folder import write_run
from batch_update.settings.layers import read_settings
from tests.benchmarks.lines import Line

ROWS, PROMPT, ROUNDS = 20_000, 300, 3
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WORDS = """
    Guten Tag, Sie sprechen mit der freundlichen Assistentin der Praxis Dr. Weiß; wie kann ich Ihnen helfen?
    """.split()  # noqa: SIM905  as one types them
MOST_SECONDS, MOST_MEMORY = 5.0, 400


def run() -> list[Line]:
    measured = [_measured() for _ in range(ROUNDS)]
    seconds, memory = map(min, zip(*measured, strict=True))
    what = (
        f"all reports of a run of {ROWS:,} rows with prompts of {PROMPT} characters, results.xlsx among them"
    )
    return [
        Line(
            what, f"{seconds:.1f} s of the processor", "", f"under {MOST_SECONDS:g} s", seconds < MOST_SECONDS
        ),
        Line("peak memory", f"{memory:.0f} MiB", "", f"under {MOST_MEMORY} MiB", memory < MOST_MEMORY),
    ]


def _measured() -> tuple[float, float]:
    """Seconds and MiB of a process of its own: it says them last."""
    code = "from tests.benchmarks.bench_reports import write_all; write_all()"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    seconds, memory = map(float, done.stdout.split())
    return seconds, memory


def write_all() -> None:
    """Write the files of a run, and print the seconds of the processor that took, and the most MiB of this process."""
    report = sent_report()
    facts = RunFacts(read_settings({}), Stats(requests=ROWS + 200, retries=40, gates=1))
    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time()
        write_run(report, Path(folder), facts)
        seconds = time.process_time() - start
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def sent_report() -> Report:
    """A run that changed a prompt, a voice and a speed of each assistant; of a hundred rows two were refused."""
    dice = random.Random(ROWS)
    prompts = [_prompt(dice) for _ in range(ROWS)]
    columns = {
        "id": [str(10_000 + n) for n in range(ROWS)],
        "system_prompt": prompts,
        "voice_id": ["533"] * ROWS,
        "speech_speed": ["1.1"] * ROWS,
    }
    sheet = Sheet(
        "changes.xlsx",
        Dialect("xlsx"),
        tuple(
            Column(name, texts, Role.ID if name == "id" else Role.FIELD, None if name == "id" else name)
            for name, texts in columns.items()
        ),
        range(2, ROWS + 2),
        range(2, ROWS + 2),
    )
    changes = tuple(_change(n, prompt, dice) for n, prompt in enumerate(prompts))
    plan = Plan(sheet, changes, {}, account="user 501 at example.com", server="https://example.com")
    outcomes = tuple(_outcome(n, change) for n, change in enumerate(changes))
    return Report(plan, outcomes, (), ROWS * 0.6, started=NOON)


def _prompt(dice: random.Random) -> str:
    return " ".join(dice.choices(WORDS, k=PROMPT))[:PROMPT].strip()


def _change(n: int, prompt: str, dice: random.Random) -> Change:
    before = {"system_prompt": _prompt(dice), "voice_id": 412, "speech_speed": 1.0}
    body = {"system_prompt": prompt, "voice_id": 533, "speech_speed": 1.1}
    return Change(10_000 + n, body, (n,), before=before, name=f"Praxis Nr. {n}")


def _outcome(n: int, change: Change) -> Outcome:
    started = NOON + timedelta(seconds=0.6 * n)
    if n % 50 == 0:
        message, errors = "the server refused it", {"voice_id": ("The selected voice is invalid.",)}
        return Outcome(Status.FAILED, "A422", message, 422, 1, started=started, ms=180, field_errors=errors)
    return Outcome(
        Status.UPDATED,
        http=200,
        attempts=1,
        changed=tuple(change.body),
        started=started,
        ms=100 + n % 400,
        verified=Verified.VERIFIED,
    )
