"""Which proxy a command goes through is its first line, and the proxy's password is nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api import fault_server as f
from tests.api.fault_server import Act, FaultServer, Request
from tests.api.proxy_server import ProxyServer
from tests.cli.conftest import Run

ROWS = "id,name\n10001,Praxis\n10002,Bäckerei\n"
WAYS = ("--no-fetch", "--no-verify", "--yes", "--rate", "off")


@pytest.fixture
def sheet(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("FAMULOR_API_KEY", "test-key-0123456789")
    (tmp_path / "rows.csv").write_text(ROWS, "utf-8")
    return "rows.csv"


def script(request: Request) -> Act:
    """Whose key it is, and updates."""
    return f.says(200, b'{"id": 7, "name": "Nina"}') if request.head.startswith(b"GET") else f.ok


def url_of(server: FaultServer) -> str:
    return f"http://127.0.0.1:{server.port}/api"


def updates(server: FaultServer) -> list[int]:
    return [request.assistant_id for request in server.requests if request.head.startswith(b"PUT")]


def files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("source", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "BATCH_UPDATE_PROXY", "--proxy"])
@pytest.mark.parametrize("extra", [(), ("--json",)])
def test_the_first_line_names_it_and_nothing_holds_its_password(
    source: str, extra: tuple[str, ...], run: Run, sheet: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultServer(script) as server, ProxyServer(login="nina:hunter22") as proxy:
        address = f"http://nina:hunter22@127.0.0.1:{proxy.port}"
        words = ["apply", sheet, "--base-url", url_of(server), *WAYS, *extra]
        if source.startswith("--"):
            words += [source, address]
        else:
            monkeypatch.setenv(source, address)
        result = run(*words)
        assert result.exit == 0, result.err
        assert len(proxy.heads) == len(server.requests) and len(updates(server)) == 2
        first = result.err.partition("\n")[0]
        assert extra or first.endswith(f"through the proxy 127.0.0.1:{proxy.port}."), first
        shown = result.out + result.err
        for secret in ("hunter22", "bmluYTpodW50ZXIyMg"):
            assert secret not in shown and secret.encode() not in files(tmp_path)


def test_off_goes_without_it(run: Run, sheet: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer(script) as server, ProxyServer() as proxy:
        monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{proxy.port}")
        result = run("apply", sheet, "--base-url", url_of(server), *WAYS, "--proxy", "off")
        assert result.exit == 0 and "proxy" not in result.err.partition("\n")[0]
        assert proxy.heads == [] and len(updates(server)) == 2


def test_the_sandbox_has_no_proxy(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with ProxyServer() as proxy:
        monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{proxy.port}")
        result = run("plan", "good.csv", "--sandbox")
        assert result.exit == 0 and "proxy" not in result.err and proxy.heads == []


@pytest.mark.parametrize("verb", ["apply", "plan", "export"])
def test_a_proxy_that_refuses_ends_the_command_as_the_proxys_doing(verb: str, run: Run, sheet: str) -> None:
    with FaultServer(script) as server, ProxyServer(login="nina:hunter22") as proxy:
        words = ["-o", "out.csv"] if verb == "export" else [sheet]
        address = f"http://127.0.0.1:{proxy.port}"
        result = run(verb, *words, "--base-url", url_of(server), "--proxy", address)
        assert result.exit == 5 and "error[N506]" in result.err and "407" in result.err
        assert updates(server) == []


@pytest.mark.parametrize("address", ["ftp://nina:hunter22@x:1", "http://nina:hunter22@x:99999"])
def test_one_that_is_none_is_a_usage_error_without_its_password(address: str, run: Run, sheet: str) -> None:
    result = run("apply", sheet, "--yes", "--proxy", address)
    assert result.exit == 2 and "error[U101]" in result.err and "hunter22" not in result.err
