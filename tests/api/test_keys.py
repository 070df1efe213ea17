"""A key is found in three places and never shown; how it is wrong is said before anything is sent."""

from __future__ import annotations

import copy
import logging
import os
import pickle
import traceback
from pathlib import Path
from threading import Thread

import pytest

from batch_update.api.keys import ApiKey, find_key
from batch_update.errors import KeyMalformed, KeyMissing, UsageError
from batch_update.model.reports import Exit

KEY = "test_0123456789abcdef"


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
    for way in ("FAMULOR_API_KEY", "the setting key_file", "systemd", "the setting sandbox"):
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
    with pytest.raises(KeyMalformed) as caught:
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


OTHERS = "live_0123456789abcdef"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('"{}"', "quotes"),
        ("'{}'", "quotes"),
        ("`{}`", "quotes"),
        ("\u201c{}\u201d", "quotes"),
        ('"{}', "quotes"),
        ("FAMULOR_API_KEY={}", "assignment"),
        ('FAMULOR_API_KEY="{}"', "assignment"),
        ('export FAMULOR_API_KEY="{}"', "assignment"),
        ("set FAMULOR_API_KEY={}", "assignment"),
        ('$env:FAMULOR_API_KEY = "{}"', "assignment"),
        ("famulor_api_key: {}", "assignment"),
        ('"api_key": "{}"', "assignment"),
        ("API_TOKEN={}", "assignment"),
        ("FAMULOR_API_KEY=", "assignment"),
        ("Bearer {}", "the word Bearer"),
        ("bearer\t{}", "the word Bearer"),
        ("Authorization: Bearer {}", "header"),
        ("# the key\n{}", "several lines"),
        ("{}\r\n{}", "several lines"),
        ("$FAMULOR_API_KEY", "the name of a variable"),
        ("%FAMULOR_API_KEY%", "the name of a variable"),
        ("<your key>", "placeholder"),
        ("your-api-key-here", "placeholder"),
        ("fam_0123456789abcdef", "other platform"),
        ("ab {}", "white space"),
        ("short", "5 characters"),
        ("{}\u00fc", "characters in it that no key has"),
    ],
)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["", "\r\n"])
def test_how_a_key_is_wrong_is_said_of_files_and_variables_and_it_is_not_shown(
    text: str, words: str, mark: str, end: str, tmp_path: Path
) -> None:
    text = f"{mark}{text.replace('{}', OTHERS)}{end}"
    (tmp_path / "key").write_bytes(text.encode())
    for file, environ in ((tmp_path / "key", {}), (None, {"FAMULOR_API_KEY": text})):
        with pytest.raises(KeyMalformed) as caught:
            find_key(file, environ)
        error = caught.value
        assert (error.code, error.exit) == ("U105", Exit.KEY_REFUSED)
        assert words in error.message and error.remedy
        assert OTHERS[:8] not in f"{error!r} {error.message} {error.remedy}"


@pytest.mark.parametrize(
    "text", ["12|abcdefgh", "abcdefgh==", "api_key_12345678==", "sk-live-Bearer12", "a:b=c+d/e"]
)
def test_a_key_may_look_odd(text: str) -> None:
    assert find_key(None, {"FAMULOR_API_KEY": f"\ufeff{text}\r\n"}).reveal() == text


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_key_file_that_others_may_read_is_a_warning(mode: int, tmp_path: Path) -> None:
    path, said = tmp_path / "key", []
    path.write_text(KEY)
    path.chmod(mode)
    assert find_key(path, {}, said.append).reveal() == KEY
    assert len(said) == 1 and f"chmod 600 {path}" in said[0]
    path.chmod(0o600)
    find_key(path, {}, said.append)
    assert len(said) == 1


def test_a_key_comes_out_of_a_pipe_also_in_pieces() -> None:
    out, into = os.pipe()
    os.write(into, KEY[:9].encode())
    Thread(target=lambda: (os.write(into, KEY[9:].encode() + b"\n"), os.close(into))).start()
    assert find_key(Path(f"/dev/fd/{out}"), {}).reveal() == KEY
    os.close(out)


def test_a_key_given_for_the_name_of_its_file_is_not_shown() -> None:
    with pytest.raises(UsageError) as caught:
        find_key(Path(OTHERS), {})
    assert (
        "the setting key_file" in caught.value.message
        and OTHERS not in f"{caught.value} {caught.value.remedy}"
    )
