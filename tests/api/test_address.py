"""A key travels to safe addresses only; one that was copied wrongly is mended; all spellings are one server."""

from __future__ import annotations

import pytest

from batch_update.api.address import check_base_url, hint_of, server_of
from batch_update.errors import UsageError


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://app.famulor.de/api", "https://app.famulor.de/api"),
        ("https://app.famulor.de/api/", "https://app.famulor.de/api"),
        ("https://example.com/gateway", "https://example.com/gateway"),
        ("https://example.com:8443/v1", "https://example.com:8443/v1"),
        ("http://localhost:8080/api", "http://localhost:8080/api"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080/api", "http://[::1]:8080/api"),
    ],
)
def test_safe_addresses(given: str, kept: str) -> None:
    assert check_base_url(given) == kept


@pytest.mark.parametrize(
    "url",
    [
        "http://app.famulor.de/api",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://0.0.0.0:80",
        "http://192.168.0.1",
        "ftp://localhost/api",
        "app.famulor.de/api",
        "//app.famulor.de",
        "https://",
        "https:///api",
        "",
        "https://user:secret-password@example.com",
        "https://secret-password@example.com",
        "https://example.com/api?key=secret-password",
        "https://example.com/api?",
        "https://example.com/api#secret-password",
        "https://example.com/../x",
        "https://example.com//x",
        "https://example.com/a b",
        "https://example.com/\nx",
        "https://exa mple.com/",
        "https://example.com\\@localhost",
        "https://example.com:port",
        "https://example.com:65536",
        "https://example.com:0",
        "https://example.com/api/%2e%2e/x",
        "https://" + "a" * 70_000,
    ],
)
def test_unsafe_addresses_are_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_base_url(url)
    assert caught.value.code == "U103"
    assert "secret-password" not in f"{caught.value} {caught.value.remedy}"


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("https://app.example", "https://app.example/api"),
        ("https://app.example/", "https://app.example/api"),
        ("https://app.example:8443", "https://app.example:8443/api"),
        ("https://app.example/api/user/assistants", "https://app.example/api"),
        ("https://app.example/api/user/assistants/", "https://app.example/api"),
        ("https://app.example/api/user/assistants/get?per_page=100&page=2", "https://app.example/api"),
        ("https://app.example/api/user/assistant/{id}", "https://app.example/api"),
        ("https://app.example/api/user/assistant/10001#top", "https://app.example/api"),
        ("https://app.example/api/user", "https://app.example/api"),
        ("https://app.example/user/me", "https://app.example/api"),
        ("https://app.example/API/User/Assistants", "https://app.example/API"),
        ("https://gate.example/famulor/api/user/me", "https://gate.example/famulor/api"),
        ("https://app.example/api/v1", "https://app.example/api"),
        ("https://app.example/api/v1/user/assistants", "https://app.example/api"),
        ("http://127.0.0.1:8080/api/user/assistants", "http://127.0.0.1:8080/api"),
    ],
)
def test_what_was_copied_wrongly_is_mended(given: str, meant: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_base_url(given)
    assert caught.value.code == "U114"
    assert caught.value.remedy == f"write the setting base_url={meant}"
    assert check_base_url(meant) == meant, "what is printed works"


@pytest.mark.parametrize(
    "url",
    [
        "https://app.famulor.io/api/v1",
        "https://app.famulor.io/api/v1/assistants",
        "https://app.famulor.io",
        "https://APP.Famulor.IO.:443/api/",
        "https://app.famulor.io/api/user/assistants",
    ],
)
def test_the_other_platform_is_refused_in_one_sentence(url: str) -> None:
    with pytest.raises(UsageError, match="other platform") as caught:
        check_base_url(url)
    assert caught.value.code == "U114" and "\n" not in caught.value.message


def test_no_other_host_is_known_to_the_check() -> None:
    for url in (
        "https://app.autocalls.example/api",
        "https://famulor.io/api",
        "https://x.app.famulor.io/api",
    ):
        assert check_base_url(url) == url


@pytest.mark.parametrize(
    ("url", "is_odd"),
    [
        ("https://app.example/api", False),
        ("https://gate.example/x/api", False),
        ("https://gate.example/x", True),
        ("http://localhost:8080", True),
        ("http://localhost:8080/api", False),
    ],
)
def test_an_address_that_most_likely_misses_its_path_has_a_hint(url: str, is_odd: bool) -> None:
    assert hint_of(url).endswith(f"the setting base_url={url}/api") is is_odd


@pytest.mark.parametrize(
    "spellings",
    [
        (
            "https://app.example/api",
            "https://APP.Example/api/",
            "https://app.example:443/api",
            "https://app.example:0443/api",
            "https://app.example./api",
            "https://app\u3002example/api",
            "https://user:word@app.example/api",
            "HTTPS://app.example/api",
            "https://app.example/other",
        ),
        (
            "http://localhost:8080/api",
            "http://LOCALHOST:8080",
            "http://localhost.:8080/api",
            "http://x.localhost:8080/api",
            "http://127.0.0.1:8080/api",
            "http://127.1:8080/api",
            "http://127.0.0.2:8080/api",
            "http://0x7f.0.0.1:8080/api",
            "http://2130706433:8080/api",
            "http://[::1]:8080/api",
            "http://[0:0:0:0:0:0:0:1]:8080/api",
            "http://[::ffff:127.0.0.1]:8080/api",
            "http://0.0.0.0:8080/api",
            "https://localhost:8080/api",
        ),
        ("http://localhost/api", "http://localhost:80/api", "http://[::1]:80/api"),
        (
            "https://b\u00fccher.example/api",
            "https://B\u00dcCHER.example/api",
            "https://xn--bcher-kva.example/api",
        ),
        ("https://[2001:db8::1]/api", "https://[2001:DB8:0:0::1]:443/api"),
        ("https://192.0.2.1/api", "https://192.0.2.1./api", "https://[::ffff:192.0.2.1]/api"),
    ],
)
def test_all_spellings_of_a_server_are_one(spellings: tuple[str, ...]) -> None:
    assert len({server_of(url) for url in spellings}) == 1


def test_other_servers_are_others() -> None:
    urls = [
        "https://app.example/api",
        "https://app.example:444/api",
        "https://app2.example/api",
        "http://localhost/api",
        "http://localhost:8080/api",
        "https://192.0.2.1/api",
        "https://[2001:db8::1]/api",
        "https://xn--bcher-kva.example/api",
    ]
    assert len(set(map(server_of, urls))) == len(urls)
