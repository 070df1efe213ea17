"""What this machine lacks is told as that: a report is written where it can be, and without one all is not well."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api import fault_server as f
from tests.api.fault_server import Act, FaultServer, Request

ROWS = 20


def script(request: Request) -> Act:
    return f.says(200, b'{"id": 7, "name": "Nina"}') if request.head.startswith(b"GET") else f.ok


def apply_with(limits: str, folder: Path, server: FaultServer) -> subprocess.CompletedProcess[str]:
    """Apply 20 rows in a process of its own, under these limits of a shell."""
    sheet = "id,name\n" + "".join(f"{10001 + n},A{n}\n" for n in range(ROWS))
    (folder / "rows.csv").write_text(sheet, "utf-8")
    words = ["apply", "rows.csv", "--base-url", f"http://127.0.0.1:{server.port}/api", "--run-dir", "run"]
    words += ["--no-fetch", "--no-verify", "--yes", "--rate", "off"]
    env = {**os.environ, "FAMULOR_API_KEY": "test-key-0123456789", "HOME": str(folder)}
    command = ["bash", "-c", f'{limits}; exec "$@"', "-", sys.executable, "-m", "batch_update", *words]
    return subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.skipif(os.name == "nt", reason="a limit of Unix")
@pytest.mark.parametrize("most", [11, 12, 13, 14, 16, 18, 64])
def test_with_few_files_there_is_a_report_or_the_exit_says_so(most: int, tmp_path: Path) -> None:
    """The descriptors of connections that nothing uses are free again before the report is written."""
    with FaultServer(script) as server:
        result = apply_with(f"ulimit -n {most}", tmp_path, server)
    assert "Traceback" not in result.stderr and result.returncode in (0, 2, 5), result.stderr
    has_report = (tmp_path / "run" / "results.csv").exists()
    assert has_report or result.returncode != 0, result.stderr
    if most >= 14:
        assert (result.returncode, has_report, len(server.applied)) == (0, True, ROWS), result.stderr
