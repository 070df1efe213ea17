"""The examples of the page for Airflow, Prefect and Dagster run a job where these are installed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "scheduling.md"
JOB = 'file = "day.csv"\nsandbox = true\nsandbox-state = "state.db"\nsandbox-limits = "off"\nrate = "off"\nyes = true\n'


def example(library: str, folder: Path) -> dict[str, Any]:
    """What the example with this import defines, its job file in this folder."""
    pytest.importorskip(library, reason=f"{library} is not installed")
    (folder / "jobs").mkdir()
    (folder / "jobs" / "day.csv").write_text("id,speech_speed\n10001,1.15\n", "utf-8")
    (folder / "jobs" / "nightly.toml").write_text(JOB, "utf-8")
    texts = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    (text,) = (text for text in texts if f"from {library}" in text and "run_job" in text)
    found: dict[str, Any] = {"__name__": "example"}
    code = compile(text.replace("/srv/assistants", str(folder)), str(PAGE), "exec", dont_inherit=True)
    exec(code, found)
    return found


def test_a_task_of_airflow_runs_the_job(tmp_path: Path) -> None:
    assert example("airflow", tmp_path)["nightly"].function().startswith("1 updated in ")


def test_a_task_of_prefect_runs_the_job(tmp_path: Path) -> None:
    assert example("prefect", tmp_path)["nightly"].fn().startswith("1 updated in ")


def test_a_job_of_dagster_runs_the_job(tmp_path: Path) -> None:
    ran = example("dagster", tmp_path)["prices"].execute_in_process()
    assert ran.success and ran.output_for_node("nightly").startswith("1 updated in ")
