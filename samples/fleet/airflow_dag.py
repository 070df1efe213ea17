"""A fleet in Airflow: planned at night, then a mapped task for each account, twenty at once.

Workers need batch-update, the folder FOLDER at the same path, and the keys that accounts.toml there refers to.
"""

from __future__ import annotations

import json
import subprocess
from datetime import datetime, timedelta

from airflow.sdk import dag, task

FOLDER = "/srv/agency"
LOCAL = "/var/tmp/batch-update"
"""on a disk of each worker's own"""


@dag(schedule="0 3 * * 1-5", start_date=datetime(2026, 1, 1), catchup=False, max_active_runs=1)
def fleet() -> None:
    """Plan, see each account to its end, and report."""

    @task
    def plan() -> str:
        """Return the folder of the fleet. An account that cannot be planned fails in its own task; the others go on."""
        command = ["batch-update", "fleet", "plan", "prices.csv", "--all-accounts", "--json"]
        done = subprocess.run(command, cwd=FOLDER, stdout=subprocess.PIPE, text=True, check=False)
        folder = json.loads(done.stdout).get("folder")
        if folder is None:
            raise RuntimeError(f"nothing could be planned: exit status {done.returncode}")
        return folder

    @task
    def accounts(folder: str) -> list[str]:
        command = ["batch-update", "fleet", "status", folder, "--json"]
        done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
        return [one["account"] for one in json.loads(done.stdout)["accounts"]]

    @task(retries=2, retry_delay=timedelta(minutes=2), max_active_tis_per_dag=20)
    def shard(account: str, folder: str) -> None:
        """A task that dies is begun again: its account is gone on with, not begun anew."""
        command = ["batch-update", "fleet", "shard", account, "--fleet", folder, "--local", LOCAL]
        subprocess.run(command, cwd=FOLDER, check=True)

    @task(trigger_rule="all_done")
    def report(folder: str) -> None:
        subprocess.run(["batch-update", "fleet", "report", folder], cwd=FOLDER, check=True)

    folder = plan()
    shard.partial(folder=folder).expand(account=accounts(folder)) >> report(folder)


fleet()
