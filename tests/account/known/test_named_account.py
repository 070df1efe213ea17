"""An account that is named brings its key and its server, and its key has to be its owner's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anyio
import pytest

from batch_update import connect, plan
from batch_update.account.account import account_of
from batch_update.account.known.accounts_file import read_accounts
from batch_update.account.known.of_settings import at_account, settings_for
from batch_update.errors import KeyMissing, RunStopped, UsageError
from batch_update.sandbox.app import make_app
from batch_update.settings.layers import read_settings
from batch_update.settings.tunables import DEFAULT_BASE_URL, SANDBOX_KEY
from tests.sandbox.served import asked_first

HERE = "https://hotel.example/api"
LIST = f"""
[accounts.hotel]
base-url = "{HERE}"
key = {{ env = "HOTEL_KEY" }}
owner = "owner@hotel.example"
[accounts.open]
key = {{ env = "HOTEL_KEY" }}
"""
ENVIRON = {"HOTEL_KEY": "the-key-of-the-hotel", "FAMULOR_API_KEY": "another-key-altogether"}


@pytest.fixture
def accounts_file(tmp_path: Path) -> Path:
    path = tmp_path / "accounts.toml"
    path.write_text(LIST, "utf-8")
    return path


def test_its_key_and_its_server_win_over_those_of_the_environment(
    accounts_file: Path, tmp_path: Path
) -> None:
    environ = {**ENVIRON, "BATCH_UPDATE_BASE_URL": "https://env.example", "BATCH_UPDATE_KEY_FILE": "other"}
    given = {"account": "Hotel", "accounts_file": accounts_file, "locks_dir": tmp_path}
    settings = at_account(read_settings(given, environ=environ))
    assert (settings.account, settings.base_url, settings.key_file) == ("hotel", HERE, None)
    account = account_of(settings, environ=environ)
    assert account.key.reveal() == "the-key-of-the-hotel"
    assert at_account(settings) == settings


def test_a_list_without_an_address_means_the_vendors_whatever_the_environment_says(
    accounts_file: Path,
) -> None:
    environ = {"BATCH_UPDATE_BASE_URL": "https://env.example"}
    settings = read_settings({"account": "open", "accounts_file": accounts_file}, environ=environ)
    assert at_account(settings).base_url == DEFAULT_BASE_URL


@pytest.mark.parametrize(
    ("layers", "environ", "counts"),
    [
        ([{"account": "a", "base_url": "https://b"}], {}, ("a", "https://b", None)),
        ([{"key_file": "k"}, {"account": "a"}], {}, ("a", DEFAULT_BASE_URL, None)),
        ([{"account": "a"}, {"key-file": "k"}], {}, (None, DEFAULT_BASE_URL, "k")),
        ([{"key-file": None}], {"BATCH_UPDATE_ACCOUNT": "a"}, (None, DEFAULT_BASE_URL, None)),
        ([{"base_url": "https://b"}], {"BATCH_UPDATE_ACCOUNT": "a"}, ("a", "https://b", None)),
    ],
)
def test_what_is_given_closer_wins_account_or_key(
    layers: list[dict[str, Any]], environ: Mapping[str, str], counts: tuple[str | None, str, str | None]
) -> None:
    settings = read_settings(*layers, environ=environ)
    file = settings.key_file
    assert (settings.account, settings.base_url, file and str(file)) == counts


def test_an_account_and_another_key_in_one_breath_are_refused(accounts_file: Path) -> None:
    settings = read_settings({"account": "hotel", "key_file": "k", "accounts_file": accounts_file})
    with pytest.raises(UsageError) as caught:
        at_account(settings)
    assert caught.value.code == "U182"


def test_for_many_accounts_the_list_says_the_server_and_for_one_whoever_names_it(accounts_file: Path) -> None:
    known = read_accounts(accounts_file).named("hotel")
    several = read_settings({"base_url": "https://given.example"})
    one = read_settings({"base_url": "https://given.example", "account": "hotel"})
    assert settings_for(known, several).base_url == HERE
    assert settings_for(known, one).base_url == "https://given.example"


def test_a_key_that_is_missing_is_told_by_its_place(accounts_file: Path) -> None:
    settings = read_settings({"account": "hotel", "accounts_file": accounts_file})
    with pytest.raises(KeyMissing, match="the variable HOTEL_KEY"):
        account_of(settings, environ={})


@pytest.mark.parametrize(
    ("name", "asked"), [("hotel", ["/api/user/me"]), ("open", ["/api/user/assistants/get"])]
)
def test_a_key_of_another_owner_ends_the_run_before_anything_else_is_asked(
    accounts_file: Path, tmp_path: Path, name: str, asked: list[str]
) -> None:
    (tmp_path / "s.csv").write_text("id,speech_speed\n10001,0.75\n", "utf-8")
    seen: list[str] = []

    def note(method: str, path: str, _: int) -> None:
        seen.append(path)

    given: dict[str, Any] = {
        "account": name,
        "accounts_file": accounts_file,
        "locks_dir": tmp_path,
        "share": False,
    }
    environ = {"HOTEL_KEY": SANDBOX_KEY}
    with make_app(tmp_path / "s.db", limits=()) as app:
        served = asked_first(app, note)
        if name == "open":
            plan(tmp_path / "s.csv", app=served, environ=environ, **given)
        else:
            with pytest.raises(RunStopped, match=r"and not of owner@hotel\.example") as caught:
                plan(tmp_path / "s.csv", app=served, environ=environ, **given)
            assert caught.value.code == "X312" and "nothing was sent" in caught.value.message
    assert seen[: len(asked)] == asked and ("/api/user/me" not in seen or len(seen) == 1)


def test_a_client_of_an_account_asks_for_its_owner_first_and_sends_nothing_with_another_key(
    accounts_file: Path, tmp_path: Path
) -> None:
    seen: list[str] = []
    given: dict[str, Any] = {"account": "hotel", "accounts_file": accounts_file}

    async def update(app: Any) -> None:
        client = connect(app=app, environ={"HOTEL_KEY": SANDBOX_KEY}, **given)
        with pytest.raises(ValueError, match="async with"):
            await client.update(10001, {"speech_speed": 0.75})
        async with client:
            await client.update(10001, {"speech_speed": 0.75})

    with make_app(tmp_path / "s.db", limits=()) as app:
        served = asked_first(app, lambda method, path, _: seen.append(f"{method} {path}"))
        with pytest.raises(RunStopped, match=r"and not of owner@hotel\.example") as caught:
            anyio.run(update, served)
        assert caught.value.code == "X312" and seen == ["GET /api/user/me"]
        accounts_file.write_text(LIST.replace("owner@hotel.example", "Sandbox@Example.com "), "utf-8")
        anyio.run(update, served)
    assert seen[1:] == ["GET /api/user/me", "PUT /api/user/assistant/10001"]
