"""What this machine lacks is told as that: no server is called down for it, and no result is lost."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest

from tests.api import fault_server as f
from tests.api.fault_server import Act, Exchange, FaultServer, Request
from tests.cli.conftest import Run, run_apart

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")

LIMITED = """
import resource, sys
files = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
from batch_update.cli import main
main()
"""
ROWS = 120


def takes_its_time(exchange: Exchange) -> bool:
    time.sleep(0.02)
    return f.ok(exchange)


def script(request: Request) -> Act:
    return f.says(200, b'{"id": 7}') if request.head.startswith(b"GET") else takes_its_time


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("FAMULOR_API_KEY", "test-key-0123456789")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    lines = "".join(f"{row},Name {row}\n" for row in range(1, ROWS + 1))
    (tmp_path / "rows.csv").write_text(f"id,name\n{lines}", "utf-8")
    return ["apply", "rows.csv", "--no-fetch", "--no-verify", "--yes", "--rate", "off", "--run-dir", "run"]


@pytest.mark.parametrize("files", [8, 10, 11, 12, 13, 14, 16, 20, 24, 32, 64])
def test_few_open_files_slow_a_run_down_or_stop_it_and_are_told_as_that(
    files: int, words: list[str], tmp_path: Path
) -> None:
    with FaultServer(script) as server:
        url = f"http://127.0.0.1:{server.port}/api"
        command = [str(files), *words, "--base-url", url, "--concurrency", "64"]
        ended = run_apart(LIMITED, *command, folder=tmp_path)
    said = " ".join((ended.stdout + ended.stderr).split())
    assert "server is down" not in said and "this is a bug" not in said, said
    assert ended.returncode in ({0} if files >= 20 else {0, 1, 2, 5}), said
    assert files >= 64 or "oo many open files" in said or ended.returncode == 0, said
    if ended.returncode == 0:
        document = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))
        assert document["counts"]["updated"] == ROWS == len(server.applied)


@pytest.mark.parametrize("more", [(), ("--quiet",), ("--json",)])
def test_where_no_report_can_be_written_the_exit_status_is_not_0(
    more: tuple[str, ...], run: Run, words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))

    def in_the_way(exchange: Exchange) -> bool:
        (tmp_path / "run" / "results.csv").mkdir(exist_ok=True)
        return f.ok(exchange)

    with FaultServer(lambda r: in_the_way if r.head.startswith(b"PUT") else script(r)) as server:
        result = run(*words, "--base-url", f"http://127.0.0.1:{server.port}/api", *more)
    assert result.exit == 1
    assert "cannot be written" in result.err and "Nor can the folder for temporary files" in result.err
    if "--json" in more:
        assert result.json["counts"]["updated"] == ROWS and result.json["files"]["results"] is None
    else:
        assert "batch-update report run" in result.out


LITTLE_MEMORY = """
import importlib, pkgutil, resource
import batch_update.cli
for module in pkgutil.walk_packages(batch_update.__path__, "batch_update."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)  # what is loaded later would need room of its own
pages = int(open("/proc/self/statm").read().split()[0])
most = pages * resource.getpagesize() + 40 * 1024 * 1024
resource.setrlimit(resource.RLIMIT_AS, (most, most))
batch_update.cli.main()
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs to know its own size")
def test_too_little_memory_is_told_as_that(tmp_path: Path) -> None:
    rows = "".join(f"{row},{'x' * 900}{row}\n" for row in range(1, 100_000))
    (tmp_path / "large.csv").write_text(f"id,system_prompt\n{rows}", "utf-8")
    found = run_apart(LITTLE_MEMORY, "check", "large.csv", folder=tmp_path)
    assert found.returncode == 5 and "R110" in found.stderr, found.stderr[-2000:]
    assert "Traceback" not in found.stderr
