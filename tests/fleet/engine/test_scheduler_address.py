"""Nobody but who may gives our workers work."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_update.errors import UsageError
from batch_update.fleet.engine.scheduler_address import SchedulerAddress


@pytest.mark.parametrize("url", ["tcp://127.0.0.1:8786", "tcp://[::1]:8786", "tcp://localhost:8786"])
def test_this_machine_needs_no_tls(url: str) -> None:
    SchedulerAddress(url).refuse_unsafe()


@pytest.mark.parametrize(
    "host", ["10.0.0.5", "scheduler", "127.0.0.1.example.org", "0.0.0.0", "localhost.lan"]
)
def test_a_network_needs_tls_unless_somebody_says_that_it_is_safe(host: str) -> None:
    SchedulerAddress(f"tcp://{host}:8786", plain=True).refuse_unsafe()
    with pytest.raises(UsageError) as refused:
        SchedulerAddress(f"tcp://{host}:8786").refuse_unsafe()
    assert refused.value.code == "U170"


@pytest.mark.parametrize(
    "url", ["", "host:8786", "http://host:8786", "tls://host", "tls://:8786", "tls://host:99999"]
)
def test_what_is_no_address_is_told(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        SchedulerAddress(url, plain=True).refuse_unsafe()
    assert refused.value.code == "U101"


def test_tls_needs_the_files_by_which_both_sides_know_each_other(tmp_path: Path) -> None:
    there, gone = tmp_path / "ca.pem", tmp_path / "gone.pem"
    there.touch()
    SchedulerAddress("tls://host:8786", ca=there, cert=there).refuse_unsafe()
    for ca, cert, key in (
        (None, there, None),
        (there, None, None),
        (there, gone, None),
        (there, there, gone),
    ):
        with pytest.raises(UsageError) as refused:
            SchedulerAddress("tls://host:8786", ca=ca, cert=cert, key=key).refuse_unsafe()
        assert refused.value.code == "U171"
