"""Sheets from web addresses: fetched without a secret, within limits, kept with the run, and never shown whole."""

from __future__ import annotations

import gzip
import logging
import socket
import ssl
import traceback
import zipfile
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import anyio
import pytest

from batch_update.errors import ApiError, BatchUpdateError, UsageError
from batch_update.jobs.definition.job_tables import Input
from batch_update.jobs.definition.sheet_address import checked_address, is_address, shown_address
from batch_update.jobs.input.from_web import keep_input
from batch_update.jobs.input.picking import choose
from batch_update.jobs.input.taken import Intake, NoSheet
from batch_update.settings.tunables import Settings
from batch_update.sheet.reading import read_sheet
from tests.api.fault_server import Act, Exchange
from tests.api.proxy_server import ProxyServer
from tests.api.test_faults import certificate, serving
from tests.clocks import FakeTime
from tests.jobs.input.web_server import CSV, answer, serves

__all__ = ["certificate"]  # the fixture
TOKEN = "s3cr3t-t0ken"


def fetched(
    folder: Path,
    address: str,
    *,
    time: FakeTime | None = None,
    environ: dict[str, str] | None = None,
    **keys: Any,
) -> Intake:
    settings = Settings(
        **{
            "max_outage": 60,
            "timeout": 5,
            **{name: keys.pop(name) for name in list(keys) if name in Settings.model_fields},
        }
    )
    sent = keys.pop("sent", ())

    async def main() -> Intake:
        return await choose(
            Input(file=address, **keys),
            settings,
            folder=folder,
            inbox=folder / "inbox",
            sent=sent,
            environ=environ or {},
            clock=(time or FakeTime.real()).clock,
        )

    return anyio.run(main)


def fetched_from(folder: Path, says: Any, path: str = "/a.csv", **keys: Any) -> Intake:
    with serves({path: says}) as server:
        return fetched(folder, f"http://127.0.0.1:{server.port}{path}?token={TOKEN}", **keys)


def failure(folder: Path, sent: Any, **keys: Any) -> BatchUpdateError:
    """The error that this answer becomes; nothing is left of it, and the address shows nowhere."""
    with pytest.raises(BatchUpdateError) as caught:
        fetched_from(folder, sent, **keys)
    assert not list(folder.rglob("*.*")), "nothing half fetched stays"
    assert TOKEN not in caught.value.message + caught.value.remedy
    return caught.value


def named(name: str) -> dict[str, str]:
    return {"Content_Disposition": f"attachment; filename{name}", "Content_Type": "text/csv"}


def workbook() -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return packed.getvalue()


# ---------------------------------------------------------------- what is fetched


def test_a_sheet_is_fetched_byte_for_byte_and_kept_with_the_run(tmp_path: Path) -> None:
    found = fetched_from(tmp_path, answer(Content_Type="text/csv; charset=utf-8"))
    (sheet,) = found.sheets
    assert (sheet.path.read_bytes(), sheet.digest, sheet.fetched) == (CSV, sha256(CSV).hexdigest(), True)
    assert read_sheet(sheet.path).columns[1].texts[0] == "Grüße"
    assert [path.name for path in sheet.path.parent.iterdir()] == ["input.csv"]
    assert sheet.path.stat().st_mode & 0o077 == 0 and sheet.path.parent.stat().st_mode & 0o077 == 0
    run = tmp_path / "run"
    run.mkdir()
    assert keep_input(sheet, run) == "" and (run / "input.csv").read_bytes() == CSV
    assert "File exists" in keep_input(sheet, run), "what lies there already stays"
    again = fetched_from(tmp_path, answer(), unchanged="skip", sent=[sheet.digest])
    assert (again.sheets, again.nothing) == ((), NoSheet.UNCHANGED)
    assert not sheet.path.exists(), "what the run before fetched is in its own folder"


NAMED: list[tuple[bytes, str, dict[str, str], str]] = [
    (CSV, "/pub", named('="Zeiten-Blatt1.csv"'), "Zeiten-Blatt1.csv"),
    (CSV, "/pub", named("*=UTF-8''%C3%96ffnungszeiten%20neu.csv"), "Öffnungszeiten-neu.csv"),
    (CSV, "/x", named('="../../etc/passwd\x1b[2J"'), "passwd-2J.csv"),
    (CSV, "/x", named('="..\\\\..\\\\a b.tsv"'), "a-b.tsv"),
    (CSV, "/x", named('=".jobs"'), "jobs.csv"),
    (CSV, "/list.tsv", {"Content_Type": "text/plain"}, "input.tsv"),
    (CSV, "/list.xlsx", {"Content_Type": "application/vnd.ms-excel"}, "input.csv"),
    (b'{"id": 1}\n', "/x", {"Content_Type": "application/x-ndjson"}, "input.jsonl"),
    (CSV, "/x", {"Content_Type": "application/json"}, "input.csv"),
    (workbook(), "/x", {"Content_Type": "text/csv"}, "input.xlsx"),
    (workbook(), "/zeiten.xlsm", {}, "input.xlsm"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1...", "/x", {}, "input.xls"),
]


@pytest.mark.parametrize(("body", "path", "headers", "name"), NAMED, ids=range(len(NAMED)))
def test_its_name_is_the_servers_made_harmless_and_its_ending_what_the_bytes_are(
    tmp_path: Path, body: bytes, path: str, headers: dict[str, str], name: str
) -> None:
    (sheet,) = fetched_from(tmp_path, answer(200, body, **headers), path).sheets
    assert (sheet.path.name, sheet.path.read_bytes()) == (name, body)


def test_a_packed_answer_is_unpacked(tmp_path: Path) -> None:
    (sheet,) = fetched_from(tmp_path, answer(200, gzip.compress(CSV), Content_Encoding="gzip")).sheets
    assert sheet.path.read_bytes() == CSV


def test_trouble_that_passes_is_waited_for_as_long_as_for_the_api(tmp_path: Path) -> None:
    down = [
        answer(503),
        answer(429),
        b"",
        answer(200, b""),
        answer(200, CSV[:9], Content_Length="99"),
        answer(),
    ]
    time = FakeTime.real()
    (sheet,) = fetched_from(tmp_path, down, time=time, max_outage=600).sheets
    assert (sheet.path.read_bytes(), len(time.pauses)) == (CSV, 5)
    assert 2 <= time.pauses[0] <= 4 and time.pauses[-1] <= 30


def test_a_server_that_stays_down_ends_the_run_after_that_time(tmp_path: Path) -> None:
    time = FakeTime.real()
    assert failure(tmp_path, answer(503), time=time).code == "S144"
    assert 60 <= time.skipped < 100
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ApiError) as caught:
        fetched(tmp_path, f"http://127.0.0.1:{port}/a.csv", time=FakeTime.real())
    assert caught.value.message == f"http://127.0.0.1:{port}/a.csv: Connection refused"


# ---------------------------------------------------------------- hostile answers


def endless(exchange: Exchange) -> bool:
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n\r\n")
    while not exchange.server._stopping.is_set():
        exchange.send(b"1,a\n" * 50_000)
    return False


def drips(exchange: Exchange) -> bool:
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not exchange.server._stopping.wait(0.001):
        exchange.send(b"1")
    return False


BOMB = answer(200, gzip.compress(b"1,a\n" * 1_000_000), Content_Encoding="gzip")
PACKED = gzip.compress(CSV)


HOSTILE: list[tuple[bytes | Act, str, str]] = [
    (endless, "S103", "more than 1 MiB"),
    (BOMB, "S103", "more than 1 MiB"),
    (answer(200, workbook() + b"x" * (2 << 20)), "S103", "more than 1 MiB"),
    (answer(200, b" \n<!doctype html><title>Sign in</title>"), "S143", "web page"),
    (answer(200, b"\xef\xbb\xbf<html>", Content_Type="text/csv"), "S143", "web page"),
    (answer(200, b""), "S144", "0 bytes"),
    (answer(204, b""), "S144", "204"),
    (answer(206), "S144", "206"),
    (answer(401, b"<html>"), "S144", "wants a login"),
    (answer(404, b"<html>"), "S144", "nothing is there"),
    (answer(200, CSV, Content_Length="5"), "S144", "longer than it says"),
    (answer(200, CSV, Content_Length="500"), "S144", "ends too soon"),
    (b"\x00garbage\r\n\r\n", "S144", "no proper HTTP"),
    (answer(200, PACKED[:-9], Content_Encoding="gzip"), "S144", "ends too soon"),
    (answer(200, PACKED + PACKED, Content_Encoding="gzip"), "S144", "damaged"),
    (answer(200, CSV, Content_Encoding="gzip"), "S144", "damaged"),
    (answer(200, CSV, Content_Encoding="br"), "S144", "packed in a way"),
    (answer(302, b"", Location="http://example.com/a.csv"), "S144", "no https"),
    (answer(302, b"", Location="file:///etc/passwd"), "S144", "no https"),
    (answer(302, b"", Location="https://user:pw@127.0.0.1/"), "S144", "no https"),
    (answer(302, b"", Location="http://[::bad"), "S144", "no https"),
    (answer(302, b""), "S144", "no https"),
    (answer(302, b"", Location="/a.csv"), "S144", "redirects more than 5 times"),
]


@pytest.mark.parametrize(("sent", "code", "part"), HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_no_sheet_is_told_by_name_and_nothing_of_it_stays(
    tmp_path: Path, sent: bytes | Act, code: str, part: str
) -> None:
    error = failure(tmp_path, sent, max_outage=0, max_csv_mb=1, max_excel_mb=1)
    assert (error.code, part in error.message) == (code, True), error.message


def test_a_body_that_drips_ends_with_the_time_that_one_attempt_may_take(tmp_path: Path) -> None:
    time = FakeTime.real()
    began = time.now()

    def ticking() -> float:
        time.block(40)
        return time.now()

    time.clock = replace(time.clock, monotonic=ticking)
    error = failure(tmp_path, drips, time=time)
    assert (error.code, "takes longer than 600 s" in error.message) == ("S144", True)
    assert time.now() - began < 2000


# ---------------------------------------------------------------- redirects, TLS, proxies


def trusting(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return serving(certificate)


def test_a_redirect_is_followed_to_https_and_no_secret_goes_with_it(
    tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAMULOR_API_KEY", "live-key-of-the-vendor")
    context = trusting(certificate, monkeypatch)
    with serves({"/end": answer()}, tls=context) as second:
        goal = answer(307, b"", Location=f"https://127.0.0.1:{second.port}/end?x=1", Set_Cookie="a=b")
        with serves({"/pub": goal}, tls=context) as first:
            (sheet,) = fetched(tmp_path, f"https://127.0.0.1:{first.port}/pub?output=csv").sheets
        heads = first.requests[0].head + second.requests[0].head
    assert sheet.path.read_bytes() == CSV
    names = {line.split(b":")[0].lower() for line in heads.split(b"\r\n") if b": " in line}
    assert names == {b"host", b"accept", b"accept-encoding", b"user-agent"} and b"live-key" not in heads


def test_from_https_no_redirect_leads_to_http_of_this_machine(
    tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where services listen that trust whoever asks."""
    with serves({"/a.csv": answer()}) as inside:
        goal = answer(302, b"", Location=f"http://127.0.0.1:{inside.port}/a.csv")
        with (
            serves({"/pub": goal}, tls=trusting(certificate, monkeypatch)) as server,
            pytest.raises(ApiError, match="no https"),
        ):
            fetched(tmp_path, f"https://127.0.0.1:{server.port}/pub")
        assert not inside.requests


def test_a_certificate_that_nobody_trusts_ends_it_at_once(tmp_path: Path, certificate: Path) -> None:
    time = FakeTime.real()
    with serves({"/a.csv": answer()}, tls=serving(certificate)) as server, pytest.raises(ApiError) as caught:
        fetched(tmp_path, f"https://127.0.0.1:{server.port}/a.csv", time=time)
    assert ("certificate" in caught.value.message, time.pauses, server.requests) == (True, [], [])


def test_the_proxy_of_the_settings_and_of_the_environment_is_used(
    tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = trusting(certificate, monkeypatch)
    with serves({"/a.csv": answer()}, tls=context) as server, ProxyServer() as proxy:
        address, way = f"https://127.0.0.1:{server.port}/a.csv", f"http://127.0.0.1:{proxy.port}"
        assert fetched(tmp_path, address, proxy=way).sheets
        assert fetched(tmp_path, address, environ={"HTTPS_PROXY": way}).sheets
        assert fetched(tmp_path, address, environ={"HTTPS_PROXY": way}, proxy="off").sheets
        assert [head.split(b" ")[0] for head in proxy.heads] == [b"CONNECT"] * 2


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("file", "is_one"),
    [
        ("https://docs.google.com/x", True), ("HTTPS://a/b", True), ("ftp://a/b", True), ("file:///etc/passwd", True),
        ("inbox/*.xlsx", False), ("C:/plan.xlsx", False), ("c:\\plan.xlsx", False), ("./a.csv", False), ("-", False),
    ],
)  # fmt: skip
def test_an_address_is_told_from_a_path(file: str, is_one: bool) -> None:
    assert is_address(file) == is_one


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com/a.csv", "ftp://example.com/a.csv", "file:///etc/passwd", "https://", "https://u:p@example.com/a",
        "https://u@example.com/a.csv", "https://exa mple.com/a", "https://example.com/\x1b[2J", "https://[::bad/a",
        "https://example.com:99999/a", "http://127.0.0.1.example.com/a",
    ],
)  # fmt: skip
def test_an_address_that_is_not_safe_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(UsageError) as caught:
        checked_address(address)
    assert caught.value.code == "U122"
    assert "example" not in caught.value.message and "\x1b" not in caught.value.message


GOOGLE = "https://docs.google.com/spreadsheets/d/"


@pytest.mark.parametrize(
    ("address", "remedy"),
    [
        (f"{GOOGLE}1AbC/edit?gid=77#gid=77", "/export?format=csv&gid=77 in place"),
        (f"{GOOGLE}1AbC/edit?usp=sharing", "/export?format=csv in place"),
        (f"{GOOGLE}1AbC/edit#gid=0", "/export?format=csv&gid=0 in place"),
        (f"{GOOGLE}1AbC", "/export?format=csv in place"),
        (f"{GOOGLE}1AbC/htmlview", "/export?format=csv in place"),
        ("https://docs.google.com/a/agentur.de/spreadsheets/d/1AbC/edit", "/export?format=csv in place"),
        (f"{GOOGLE}e/2PACX-1/pubhtml?gid=5&single=true", "place of /pubhtml and what follows it, with &gid=5"),
        (f"{GOOGLE}e/2PACX-1/pubhtml", "/pub?output=csv in place of /pubhtml and what follows it."),
    ],
)  # fmt: skip
def test_an_address_of_google_that_shows_a_page_tells_the_one_to_use(address: str, remedy: str) -> None:
    with pytest.raises(UsageError) as caught:
        checked_address(address)
    assert (caught.value.code, remedy in caught.value.remedy) == ("U122", True), caught.value.remedy
    assert "1AbC" not in str(caught.value) + caught.value.remedy


@pytest.mark.parametrize(
    "address",
    [
        f"{GOOGLE}e/2PACX-1/pub?output=csv", f"{GOOGLE}e/2PACX-1/pub?gid=5&single=true&output=xlsx",
        f"{GOOGLE}1AbC/export?format=csv&gid=0", f"{GOOGLE}1AbC/gviz/tq?tqx=out:csv", "https://docs.google.com/other",
        "http://localhost:8000/a.csv", "http://[::1]:80/a.csv", " https://example.com/a.csv\n",
    ],
)  # fmt: skip
def test_other_addresses_are_taken_as_they_are(address: str) -> None:
    assert checked_address(address) == address.strip()


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (f"{GOOGLE}e/2PACX-1v{TOKEN}/pub?output=csv&x={TOKEN}", "https://docs.google.com/.../pub"),
        (f"https://cloud.example.com/s/{TOKEN}", "https://cloud.example.com/..."),
        (f"https://example.com/s/{TOKEN}/Zeiten%20neu.CSV#{TOKEN}", "https://example.com/.../Zeiten neu.CSV"),
        ("https://example.com/plan.xlsx", "https://example.com/plan.xlsx"),
        ("https://example.com", "https://example.com"),
        (f"https://{TOKEN}:x@example.com:8443/", "https://example.com:8443"),
        ("http://[::1]:8000/a%1b%5b2J.csv", r"http://[::1]:8000/a\x1b[2J.csv"),
        (f"https://[{TOKEN}", "an address"),
    ],
)  # fmt: skip
def test_of_an_address_the_host_shows_and_the_name_of_a_file(address: str, shown: str) -> None:
    assert shown_address(address) == shown


def test_an_address_shows_in_no_log_and_no_traceback(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = []
    for sent in (answer(404), answer(200, b"<html>"), answer(302, b"", Location=f"http://a/{TOKEN}")):
        error = failure(tmp_path, sent)
        told += traceback.format_exception(error)
    assert TOKEN not in "".join(told) + caplog.text


def test_what_was_fetched_cannot_be_moved_to_an_archive(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        fetched(tmp_path, "http://127.0.0.1:9/a.csv", archive=tmp_path / "done")
    assert caught.value.code == "U122"
