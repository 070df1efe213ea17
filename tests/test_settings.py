"""Settings: one place for defaults, bounds and names; every complaint at once."""

from __future__ import annotations

from contextlib import suppress

import pytest

from batch_update.cli.help import GROUPS
from batch_update.errors import UsageError
from batch_update.model.reports import Window
from batch_update.settings.layers import read_settings
from batch_update.settings.parsing import read_window
from batch_update.settings.tunables import DEFAULT_RATES, Settings


def test_the_default_pace_is_what_the_vendor_documents() -> None:
    assert read_settings().rate == (Window(20, 10), Window(100, 60)) == DEFAULT_RATES


def test_later_layers_win_and_the_environment_stands_below_all() -> None:
    environ = {"BATCH_UPDATE_CONCURRENCY": "2", "BATCH_UPDATE_TIMEOUT": "7", "BATCH_UPDATE_MAX_ATTEMPTS": "9"}
    settings = read_settings({"concurrency": 3, "timeout": 8}, {"concurrency": 4}, environ=environ)
    assert (settings.concurrency, settings.timeout, settings.max_attempts) == (4, 8.0, 9)


@pytest.mark.parametrize("name", ["max-attempts", "max_attempts"])
def test_names_may_be_written_as_flags_or_as_python_does(name: str) -> None:
    assert read_settings({name: 7}).max_attempts == 7


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_has_an_environment_variable(name: str) -> None:
    """A wrong value in the variable is noticed, so the variable is read."""
    wrong = {"map": "no equals sign", "only": "x", "rate": "x", "sandbox_limits": "x"}.get(name, "?!")
    environ = {"BATCH_UPDATE_" + name.rstrip("_").upper(): wrong}
    try:
        settings = read_settings(environ=environ)
    except UsageError as error:
        assert f"the setting {name.rstrip('_')} " in error.message
    else:
        assert "?!" in str(getattr(settings, name))


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("100/60", (Window(100, 60),)),
        ("20/10,100/60", (Window(20, 10), Window(100, 60))),
        (["20/10", "100/60s"], (Window(20, 10), Window(100, 60))),
        ("off", ()),
        ("5/0.5", (Window(5, 0.5),)),
    ],
)
def test_rates_are_read(text: object, windows: tuple[Window, ...]) -> None:
    assert read_settings({"rate": text}).rate == windows


@pytest.mark.parametrize("text", ["", "100", "0/60", "100/0", "-1/60", "a/b", "100/60/3", "1e3/60"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="REQUESTS/SECONDS"):
        read_window(text)


def test_off_beside_a_rate_is_refused() -> None:
    with pytest.raises(UsageError, match="rate"):
        read_settings({"rate": ["off", "100/60"]})


@pytest.mark.parametrize(
    ("value", "ids"), [("101,102", (101, 102)), (["101", "102 103"], (101, 102, 103)), (5, (5,))]
)
def test_ids_are_read(value: object, ids: tuple[int, ...]) -> None:
    assert read_settings({"only": value}).only == ids


@pytest.mark.parametrize("value", ["0", "-1", "abc", "1.5", "٣", "../1"])
def test_what_is_no_id_is_refused(value: str) -> None:
    with pytest.raises(UsageError, match="the setting only"):
        read_settings({"only": value})


def test_headers_may_hold_equals_signs() -> None:
    assert read_settings({"map": "a=b=name"}).map == {"a=b": "name"}


def test_all_complaints_come_at_once_and_name_their_settings() -> None:
    with pytest.raises(UsageError) as caught:
        read_settings({"max-atempts": 3, "concurrency": 0, "on-duplicate": "both", "limit": "many"})
    message = caught.value.message
    assert "did you mean 'max_attempts'" in message
    assert all(flag in message for flag in ("setting concurrency", "setting on_duplicate", "setting limit"))


def test_every_setting_has_a_group_and_a_sentence() -> None:
    for name, info in Settings.model_fields.items():
        extra: dict = info.json_schema_extra
        assert info.description and info.description.endswith("."), name
        assert extra["group"] in GROUPS, f"help shows no group of {name}: GROUPS in batch_update/cli/help.py"


def test_a_wrong_value_from_the_environment_names_its_variable() -> None:
    with pytest.raises(UsageError) as caught:
        read_settings({"limit": 0}, environ={"BATCH_UPDATE_LIMIT": "5", "BATCH_UPDATE_CONCURRENCY": "abc"})
    assert caught.value.details == (
        "the setting limit: given 0, wanted at least 1",
        "the setting concurrency (from BATCH_UPDATE_CONCURRENCY): given 'abc', wanted a whole number",
    )
    assert all(text in str(caught.value) for text in caught.value.details)


@pytest.mark.parametrize("text", ["", " ", ",", [""]])
def test_no_id_at_all_is_not_every_id(text: object) -> None:
    """`--only "$IDS"` with an empty variable would change all customers."""
    with pytest.raises(UsageError, match="no assistant id is given"):
        read_settings({"only": text})


def test_what_may_be_one_of_two_things_is_one_complaint() -> None:
    with pytest.raises(UsageError, match=r"(?m)^the setting pause: given 'x', wanted a number or 'ask'$"):
        read_settings({"pause": "x"})


def test_a_worksheet_may_be_named_by_a_number() -> None:
    assert read_settings({"sheet": 2}).sheet == "2"


NUMBERS = [
    name for name, info in Settings.model_fields.items() if isinstance(info.default, int | float)
    and not isinstance(info.default, bool)
]  # fmt: skip


@pytest.mark.parametrize("value", [True, False])
@pytest.mark.parametrize("name", [*NUMBERS, "limit", "max_changes", "max_change_percent", "pause", "only"])
def test_a_flag_is_no_number(name: str, value: bool) -> None:
    """pydantic reads `timeout = true` of a job file as one second, and `limit = true` as one change."""
    with pytest.raises(UsageError, match=f"^the setting {name}: given {value}, wanted a "):
        read_settings({name: value})


def test_no_setting_but_a_flag_takes_a_flag() -> None:
    flags = [name for name, info in Settings.model_fields.items() if info.annotation is bool]
    taken = []
    for name in Settings.model_fields:
        with suppress(UsageError):
            read_settings({name: True})
            taken.append(name)
    assert taken == flags and len(flags) > 4


@pytest.mark.parametrize(
    "name", [name for name, info in Settings.model_fields.items() if "float" in str(info.annotation)]
)
@pytest.mark.parametrize("text", ["inf", "nan", "1e999", "-inf"])
def test_no_number_is_infinite(name: str, text: str) -> None:
    """A journal holds the settings as JSON, which knows no such number."""
    with pytest.raises(UsageError):
        read_settings({name: text})


@pytest.mark.parametrize(
    ("name", "values"),
    [
        (
            "base-url",
            ("http://[::1", "http://[", "http://h:port/api", "http://h:99999/api"),
        ),
        (
            "encoding",
            ("punycode", "idna", "undefined", "unicode_escape", "raw_unicode_escape", "rot13", "hex", "zip"),
        ),
        ("encoding", ("utf-8\0", "", "no such", "x" * 100_000)),
        ("key-file", ("a\0b",)),
        ("locks-dir", ("a\0b",)),
        ("run-dir", ("a\0b",)),
        ("runs-dir", ("a\0b",)),
        ("sandbox-state", ("a\0b",)),
        ("timeout", ("nan", "inf", "1e309", "x" * 100_000)),
        ("limit", ("9" * 5000, "1.5", "x" * 100_000)),
    ],
)
def test_what_no_command_could_use_is_refused_by_name_and_briefly(name: str, values: tuple[str, ...]) -> None:
    variable = "BATCH_UPDATE_" + name.replace("-", "_").upper()
    for value in values:
        for given, environ in (({name: value}, {}), ({}, {variable: value} if value else {variable: "?!\0"})):
            with pytest.raises(UsageError, match=f"the setting {name.replace('-', '_')}") as caught:
                read_settings(given, environ=environ)
            assert len(caught.value.message) < 500


@pytest.mark.parametrize(
    "text", ["utf-8", "UTF8", "latin-1", "cp850", "utf-16", "mac-roman", "shift_jis", "cp1250"]
)
def test_encodings_of_files_are_taken(text: str) -> None:
    assert read_settings({"encoding": text}).encoding == text
