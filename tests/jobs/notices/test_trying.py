"""Before the night: what would keep somebody from hearing of a job is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_update.jobs.notices.trying import foreseen, try_ways
from tests.jobs.notices.made_runs import job_of
from tests.jobs.notices.receivers import over_http
from tests.jobs.notices.test_telling import ENVIRON

pytest.importorskip("apprise")


def test_what_would_keep_others_from_hearing_is_found_without_sending_anything(tmp_path: Path) -> None:
    monitor = {"ping": {"env": "ODD"}, "metrics": str(tmp_path / "a.txt"), "on-failure": ["./hunter.sh"]}
    ways = [{"env": "WEB"}, {"env": "ODD"}]
    with over_http() as web:
        environ = ENVIRON | {"WEB": web.url("json"), "ODD": "hunter2"}
        told = foreseen(job_of(tmp_path, notify={"to": ways}, monitor=monitor), environ=environ)
        fine = {"metrics": str(tmp_path / "a.prom"), "on-failure": ["sh"], "ping": {"env": "PING"}}
        environ["PING"] = web.url("http")
        assert foreseen(job_of(tmp_path, notify={"to": ways[:1]}, monitor=fine), environ=environ) == ()
        assert web.came == []
    assert told == (
        "notify.to[2], the variable ODD: "
        "the address is not understood: see the list of addresses that apprise knows",
        "monitor.ping, the variable ODD: the address is none: wanted https://HOST/PATH",
        "monitor.metrics: a.txt does not end in .prom, and the collector passes over it",
        "monitor.on-failure: there is no command ./hunter.sh that can be run",
    )
    assert try_ways(job_of(tmp_path), environ={}) == ()
