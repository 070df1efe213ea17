"""Accounts of a list are asked whose their keys are, and one that is added leaves the rest of the list as it was."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import anyio
import pytest

from batch_update.account.known.accounts_file import read_accounts
from batch_update.errors import BatchUpdateError, UsageError
from batch_update.model.reports import Exit
from batch_update.report.documents.fleets.of_accounts import AskedAccount
from batch_update.report.screen.account_lines import checked_lines
from batch_update.run.accounts.adding_account import NewAccount, begin_adding
from batch_update.run.accounts.checking_accounts import CheckedAccount, ask_accounts, worst_of_accounts
from batch_update.run.steps.means import Means
from batch_update.settings.layers import read_settings
from batch_update.settings.tunables import Settings
from tests.clocks import FakeTime

LIST = """# ours
[defaults]
base-url = "https://api.example/api"

[accounts.adler]
key = { env = "ADLER" }
owner = "A@Adler.example"
[accounts.again]
key = { env = "ADLER" }
[accounts.other]
key = { env = "LINDE" }
owner = "x@other.example"
[accounts.refused]
key = { env = "OLD" }
[accounts.nowhere]
key = { env = "NOWHERE" }
[accounts.broken]
key = { env = "BROKEN" }
"""
OWNERS = {
    "adler-0123": "a@adler.example",
    "second-key-of-adler": "a@adler.example",
    "linde-0123": "l@linde.example",
    "broken-0123": None,
}
ENVIRON = {"ADLER": "adler-0123", "LINDE": "linde-0123", "OLD": "old-01234", "BROKEN": "broken-0123"}


async def server(scope: Mapping[str, Any], receive: Any, send: Any) -> None:
    """Tells whose a key is, and nothing else; of one key it cannot."""
    key = dict(scope["headers"])[b"authorization"].decode().removeprefix("Bearer ")
    assert scope["path"] == "/api/user/me"
    owner = OWNERS.get(key, "")
    status = 401 if owner == "" else 500 if owner is None else 200
    body = f'{{"name": "N", "email": "{owner}", "total_balance": 1}}'.encode()
    await send(
        {"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]}
    )
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def listed(tmp_path: Path) -> Settings:
    (tmp_path / "accounts.toml").write_text(LIST, "utf-8")
    given = {"accounts_file": tmp_path / "accounts.toml", "locks_dir": tmp_path / "locks", "max_attempts": 1}
    return read_settings(given)


def means(environ: Mapping[str, str] = ENVIRON) -> Means:
    return Means(app=server, environ=environ, share=False)


def test_each_account_is_told_with_what_is_wrong_with_it_and_who_shares_its_key(listed: Settings) -> None:
    asked: list[str] = []

    async def counting(scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        asked.append(dict(scope["headers"])[b"authorization"].decode().removeprefix("Bearer "))
        await server(scope, receive, send)

    known = read_accounts(listed.accounts_file).accounts
    settings = listed.model_copy(update={"account": "nobody"})  # as a variable may say: all are meant here
    told = anyio.run(ask_accounts, known, settings, replace(means(), app=counting))
    found = {one.account.name: one for one in told}
    assert asked.count("broken-0123") == 1, "as max_attempts says"
    assert list(found) == [account.name for account in known]
    codes = {name: one.error.code if one.error else "" for name, one in found.items()}
    assert codes["broken"] and codes | {"broken": ""} == {
        "adler": "",
        "again": "",
        "other": "X312",
        "refused": "A401",
        "nowhere": "U104",
        "broken": "",
    }
    assert [name for name, one in found.items() if one.warnings] == ["adler", "again"]
    assert "has the key of again, too" in found["adler"].warnings[0]
    assert worst_of_accounts(found.values()) is Exit.KEY_REFUSED
    assert not any(key in str(found) for key in ENVIRON.values())


def test_accounts_of_one_owner_are_told_of_where_their_keys_differ(listed: Settings) -> None:
    known = [one for one in read_accounts(listed.accounts_file).accounts if one.name in ("adler", "refused")]
    environ = {**ENVIRON, "OLD": "second-key-of-adler"}
    found = anyio.run(ask_accounts, known, listed, means(environ))
    told = [warning for one in found for warning in one.warnings]
    assert [one.error for one in found] == [None, None] and len(told) == 2
    assert "belongs to a@adler.example as refused does: is it one account?" in told


def test_what_to_do_is_told_once_for_all_with_the_same_trouble() -> None:
    def asked(name: str, message: str, **more: Any) -> AskedAccount:
        return AskedAccount(
            name, "", "", "", "", **{"exit": 5, "code": "X312", **more}, message=message, warnings=()
        )

    told = [
        asked("a", "of x", remedy="Mend it."),
        asked("b", "of y", remedy="Mend it."),
        asked("c", "of x", remedy="Mend it."),
        asked("d", "down", remedy="Wait.", code="R103"),
    ]
    lines = [line for line, _ in checked_lines(told, quiet=True)]
    assert lines == ["a, c: of x (X312)", "b: of y (X312)", "  Mend it.", "d: down (R103)", "  Wait."]


def test_who_is_down_is_not_waited_for_and_is_told_without_how_long(listed: Settings) -> None:
    async def down(scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        raise ConnectionRefusedError

    fake, known = FakeTime(), read_accounts(listed.accounts_file).named("adler")
    settings = read_settings({"accounts_file": listed.accounts_file, "locks_dir": listed.locks_dir})
    (found,) = anyio.run(ask_accounts, [known], settings, replace(means(), app=down, clock=fake.clock))
    assert found.error is not None and found.error.code == "R103" and fake.skipped < 10
    assert "for 0 s" not in found.error.message and "/user/me" in found.error.message


def test_a_server_that_answers_with_its_own_mistakes_is_asked_twice_and_no_more(listed: Settings) -> None:
    asked: list[str] = []

    async def ailing(scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        asked.append(scope["path"])
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    known = read_accounts(listed.accounts_file).named("adler")
    settings = read_settings(
        {"accounts_file": listed.accounts_file, "locks_dir": listed.locks_dir, "max_outage": 600.0}
    )
    (found,) = anyio.run(
        ask_accounts, [known], settings, replace(means(), app=ailing, clock=FakeTime().clock)
    )
    assert found.error is not None and len(asked) == 2


def add(settings: Settings, new: NewAccount, *, asks: bool = True) -> CheckedAccount:
    return anyio.run(begin_adding(new, settings, means(), asks=asks))


@pytest.mark.parametrize(
    "before", [b"", LIST.encode(), LIST.rstrip().encode(), LIST.replace("\n", "\r\n").encode()]
)
def test_what_stands_in_a_list_stays_byte_for_byte_and_the_owner_is_asked_for(
    listed: Settings, before: bytes
) -> None:
    path = listed.accounts_file
    path.write_bytes(before)
    if not before:
        path.unlink()
    add(listed, NewAccount("süd.1", "env:LINDE", tags=("hotel", "nord")))
    assert path.read_bytes().startswith(before)
    account = read_accounts(path).named("SÜD.1")
    assert (account.owner, account.tags) == ("l@linde.example", ("hotel", "nord"))
    added = path.read_bytes()[len(before) :]
    assert added.count(b"\r\n") == (added.count(b"\n") if b"\r\n" in before else 0)


def test_an_account_whose_key_the_defaults_say_is_not_added_under_other_defaults(listed: Settings) -> None:
    path, new = listed.accounts_file, NewAccount("b")
    path.write_text('[defaults]\nkey = { env = "LINDE" }\n[accounts.a]\n', "utf-8")
    sequel = begin_adding(new, listed, means(), asks=False)
    path.write_text(other := path.read_text("utf-8").replace("LINDE", "ADLER"), "utf-8")
    with pytest.raises(UsageError, match="its defaults were changed meanwhile"):
        anyio.run(sequel)
    assert path.read_text("utf-8") == other


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (NewAccount("ADLER", "env:LINDE"), "U183"),
        (NewAccount("a b", "env:LINDE"), "U180"),
        (NewAccount("a.", "env:LINDE"), "U180"),
        (NewAccount("b", "linde-0123"), "U180"),
        (NewAccount("b"), "U180"),
        (NewAccount("b", "env:NOWHERE"), "U104"),
        (NewAccount("b", "env:OLD"), "A401"),
        (NewAccount("b", "env:LINDE", owner="x@other.example"), "X312"),
        (NewAccount("b", "env:LINDE", tags=("a b",)), "U180"),
    ],
)
def test_what_cannot_stand_there_or_has_no_sound_key_changes_nothing(
    listed: Settings, new: NewAccount, code: str
) -> None:
    with pytest.raises(BatchUpdateError) as caught:
        add(listed, new)
    assert caught.value.code == code and "linde-0123" not in str(caught.value)
    assert listed.accounts_file.read_text("utf-8") == LIST


def test_of_several_that_add_at_the_same_moment_none_is_lost(listed: Settings) -> None:
    listed.accounts_file.chmod(0o644)
    new = [NewAccount(f"new-{number}", "env:NEW") for number in range(16)]
    at_once = Barrier(len(new))

    def add_one(one: NewAccount) -> None:
        at_once.wait()
        add(listed, one, asks=False)

    with ThreadPoolExecutor(len(new)) as pool:
        list(pool.map(add_one, new))
    names = {account.name for account in read_accounts(listed.accounts_file).accounts}
    assert {one.name for one in new} < names and len(names) == LIST.count("[accounts.") + len(new)
    assert listed.accounts_file.stat().st_mode & 0o777 == 0o644 or os.name == "nt"


@pytest.mark.parametrize(
    ("meanwhile", "code"),
    [
        ('[accounts.B]\nkey = { env = "LINDE" }\n', "U183"),
        ("[accounts.c]\n", "U180"),
        ('[accounts.c]\nkey = { env = "C" }\n', ""),
    ],
)
def test_what_was_written_while_the_server_was_asked_stays(
    listed: Settings, meanwhile: str, code: str
) -> None:
    async def answer(scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        listed.accounts_file.write_text(LIST + meanwhile, "utf-8")
        await server(scope, receive, send)

    asked = begin_adding(NewAccount("b", "env:LINDE"), listed, replace(means(), app=answer), asks=True)
    if code:
        with pytest.raises(UsageError) as caught:
            anyio.run(asked)
        assert caught.value.code == code and listed.accounts_file.read_text("utf-8") == LIST + meanwhile
        return
    anyio.run(asked)
    assert listed.accounts_file.read_text("utf-8").startswith(LIST + meanwhile)


def test_offline_nobody_is_asked_and_a_sheet_is_added_to_by_hand(listed: Settings, tmp_path: Path) -> None:
    assert add(listed, NewAccount("b", "env:NOWHERE"), asks=False).account.owner == ""
    with pytest.raises(UsageError, match="is a sheet"):
        add(listed.model_copy(update={"accounts_file": tmp_path / "a.xlsx"}), NewAccount("b", "env:B"))
