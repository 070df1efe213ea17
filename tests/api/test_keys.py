"""A key is found in three places, never shown, and travels to safe addresses only."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback
from pathlib import Path

import pytest

from batch_update.api.keys import ApiKey, check_base_url, find_key
from batch_update.errors import KeyMissing, UsageError

KEY = "fam_0123456789abcdef"


def test_the_order_is_file_variable_credential(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from-the-file\n")
    (tmp_path / "famulor_api_key").write_text("from-systemd\n")
    environ = {"FAMULOR_API_KEY": " from-the-variable\n", "CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert find_key(tmp_path / "key", environ).reveal() == "from-the-file"
    assert find_key(None, environ).reveal() == "from-the-variable"
    assert find_key(None, {**environ, "FAMULOR_API_KEY": " "}).reveal() == "from-systemd"


def test_no_key_says_all_three_ways_and_the_sandbox(tmp_path: Path) -> None:
    with pytest.raises(KeyMissing) as caught:
        find_key(None, {"CREDENTIALS_DIRECTORY": str(tmp_path)})
    text = f"{caught.value.message} {caught.value.remedy}"
    assert caught.value.code == "U104"
    for way in ("FAMULOR_API_KEY", "--key-file", "systemd", "--sandbox"):
        assert way in text


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + KEY.encode(),
        KEY.encode() + b"\r\n",
        b"\n " + KEY.encode(),
        f"{KEY}\r\n".encode("utf-16"),  # as PowerShell's > writes it
        b"\xfe\xff" + KEY.encode("utf-16-be"),
    ],
)
def test_a_file_may_have_a_mark_and_line_ends(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(content)
    assert find_key(tmp_path / "key", {}).reveal() == KEY


@pytest.mark.parametrize("name", ["missing", ".", "a\0b"])
def test_a_file_that_cannot_be_read_is_an_error_of_usage(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        find_key(Path(f"{tmp_path}/{name}"), {"FAMULOR_API_KEY": KEY})
    assert caught.value.code == "U101"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "short",
        "x" * 513,
        f"Bearer {KEY}",
        f"{KEY}\nX-Evil: 1",
        f"{KEY}\x00",
        f"{KEY}ü",
        f"{KEY}\x7f",
        f"{KEY}\n",
    ],
)
def test_what_is_no_key_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        ApiKey(text)
    assert caught.value.code == "U105"
    assert KEY not in f"{caught.value!r} {caught.value.message} {caught.value.remedy}"


@pytest.mark.parametrize("length", [8, 512])
def test_the_bounds_of_a_key_are_inside(length: int) -> None:
    assert ApiKey("!" * length).reveal() == "!" * length


def test_the_key_shows_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    key = ApiKey(KEY)
    logging.getLogger("test").warning("%s %r", key, key)

    def fail(key: ApiKey) -> None:
        raise ValueError(f"with {key}")

    with pytest.raises(ValueError) as caught:
        fail(key)
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    for text in (
        repr(key),
        str(key),
        f"{key}",
        f"{[key]}",
        caplog.text,
        str(dir(key)),
        shown.replace(f"'{KEY}'", ""),
    ):
        assert KEY not in text
    with pytest.raises(TypeError):
        pickle.dumps(key)
    with pytest.raises(TypeError):
        copy.copy(key)


def test_redact_takes_out_every_occurrence() -> None:
    assert ApiKey(KEY).redact(f"a {KEY} b{KEY}") == "a [key] b[key]"


def test_redact_takes_out_what_a_cut_left_of_a_key() -> None:
    """Its first or last half, or more of it; a few letters of it may be shown, as servers do to tell keys apart."""
    key = "live_0123456789abcdef"
    for length in range(11, 21):
        assert ApiKey(key).redact(f"no {key[:length]}... here") == "no [key]... here"
        assert ApiKey(key).redact(f"no ...{key[-length:]}") == "no ...[key]"
    for text in ("no live_...cdef", "live_01"):
        assert ApiKey(key).redact(text) == text


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://app.famulor.de/api", "https://app.famulor.de/api"),
        ("https://app.famulor.de/api/", "https://app.famulor.de/api"),
        ("https://example.com", "https://example.com"),
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
