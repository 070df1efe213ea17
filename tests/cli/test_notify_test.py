"""`job notify-test`: a test notice goes each way of a job, and which did not is told without its address."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.jobs.notices.receivers import over_http

pytest.importorskip("apprise")


def test_a_test_notice_goes_each_way_and_is_no_run_to_a_watcher(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "nightly.toml").write_text(
        'file = "a.csv"\n[notify]\nto = [{ env = "WEB" }, { env = "NO" }]\n'
        '[monitor]\nping = { env = "PING" }\nmetrics = "a.prom"\non-failure = ["false"]\n'
    )
    with over_http() as web, over_http(404) as no:
        for name, url in {
            "WEB": web.url("json", "/hunter"),
            "NO": no.url("json"),
            "PING": web.url("http", "/p"),
        }.items():
            monkeypatch.setenv(name, url)
        result = run("job", "notify-test", "nightly")
    assert result.exit == 1 and result.out.splitlines() == [
        "notify.to[1], the variable WEB (json): sent",
        "notify.to[2], the variable NO (json): not sent: it answered 404",
        "monitor.ping, the variable PING (http): sent",
        "monitor.metrics (file): in order, not touched",
        "monitor.on-failure (command): in order, not touched",
    ]
    came = dict(web.came)
    assert json.loads(came["/hunter"])["title"] == "batch-update nightly: test notice"
    assert set(came) == {"/hunter", "/p/log"} and not (tmp_path / "jobs" / "a.prom").exists()


def test_a_test_of_nothing_is_an_error(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "one.toml").write_text('file = "a.csv"\n')
    (tmp_path / "two.toml").write_text('file = "a.csv"\nnotify = { to = [{ env = "A" }] }\n')
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "apprise.py").write_text("raise ImportError")
    monkeypatch.setenv("A", "json://a")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "lib"))
    nobody, lacking = run("job", "notify-test", "one.toml"), run("job", "notify-test", "two.toml")
    assert nobody.exit == lacking.exit == 2
    assert "error[U106]: the job one tells nobody of its runs" in nobody.err
    assert "error[U116]: notices need apprise" in lacking.err
    assert "python -m pip install 'batch-update[notify]'" in " ".join(lacking.err.split())


def test_check_finds_that_nobody_would_hear_of_a_job(run: Run, tmp_path: Path) -> None:
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "nightly.toml").write_text(
        'file = "../good.csv"\n[monitor]\nping = { env = "NO_PING" }\nmetrics = "none/a.prom"\n'
    )
    result = run("job", "check")
    told = " ".join(result.out.split())
    assert result.exit == 2
    assert (
        "monitor.ping, the variable NO_PING: the variable NO_PING, where the address to ping should lie"
        in told
    )
    assert "monitor.metrics: there is no folder" in told
