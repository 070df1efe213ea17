"""A sandbox with many accounts: each key opens one account, and what happens in it touches no other."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from batch_update.api.keys import ApiKey
from batch_update.fields.facts import all_fields
from batch_update.model.reports import Window
from batch_update.sandbox.app import ConnectionCut
from batch_update.sandbox.many.endowment import assistants_of
from batch_update.sandbox.many.switchboard import Manner, Switchboard, make_many
from batch_update.sandbox.many.tenants import Tenant, tenants
from batch_update.sandbox.many.troubles import faults_of_each

from .conftest import Clock

Ask = Callable[..., httpx.Response]
ME, LIST = "/api/user/me", "/api/user/assistants/get"
STAGING, HOTEL, PRAXIS = tenants(3)


@pytest.fixture
def made() -> Iterator[Callable[..., Switchboard]]:
    """Makes sandboxes; in virtual time and without rate windows unless they are given."""
    apps: list[Switchboard] = []

    def make(
        accounts: int = 3, folder: Path | None = None, *, faults: str = "", **manner: Any
    ) -> Switchboard:
        clock = Clock()
        how = Manner(**{"limits": (), "clock": clock, "sleep": clock.sleep} | manner)
        apps.append(make_many(accounts, folder, faults=faults_of_each(faults, tenants(accounts)), manner=how))
        return apps[-1]

    yield make
    for app in apps:
        app.close()


def ask(app: Switchboard, key: str | Tenant, method: str, path: str, **request: Any) -> httpx.Response:
    async def once() -> httpx.Response:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="http://sandbox"
        ) as client:
            bearer = key.key if isinstance(key, Tenant) else key
            headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
            return await client.request(method, path, headers=headers, **request)

    return anyio.run(once)


def put(app: Switchboard, whose: Tenant, number: int, **body: Any) -> int:
    return ask(app, whose, "PUT", f"/api/user/assistant/{number}", json=body).status_code


def listed(app: Switchboard, whose: Tenant) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask(app, whose, "GET", LIST, params={"per_page": 100}).json()["data"]
    return found


def test_each_key_opens_its_own_account_and_no_other_one_is_taken(made):
    app = made()
    owners = [ask(app, one, "GET", ME).json()["email"] for one in tenants(3)]
    assert owners == ["staging@example.com", "hotel-002@example.com", "praxis-003@example.com"]
    assert [ask(app, key, "GET", ME).status_code for key in ("", "wrong-key-of-nobody")] == [401, 401]
    assert len({one["user_id"] for whose in tenants(3) for one in listed(app, whose)}) == 3


def test_an_id_of_one_account_is_unknown_in_every_other(made):
    app = made()
    ids = [{one["id"] for one in listed(app, whose)} for whose in tenants(3)]
    assert len(set().union(*ids)) == sum(map(len, ids)) == 30
    assert put(app, HOTEL, HOTEL.first_id, name="Desk") == 200
    assert put(app, PRAXIS, HOTEL.first_id, name="Desk") == 404
    named = [one["name"] for whose in tenants(3) for one in listed(app, whose) if one["name"] == "Desk"]
    assert named == ["Desk"]


def test_what_may_be_chosen_has_the_names_of_others_and_ids_of_its_own(made):
    app = made()
    for path in ("tools", "knowledgebases", "folders", "labels", "assistants/phone-numbers"):
        mine, theirs = (
            {entry["id"] for entry in entries.get("data", []) or entries}
            if isinstance(entries := ask(app, whose, "GET", f"/api/user/{path}").json(), dict)
            else {entry["id"] for entry in entries}
            for whose in (HOTEL, PRAXIS)
        )
        assert mine and theirs and not mine & theirs, path
    tool = ask(app, HOTEL, "GET", "/api/user/tools").json()[0]["id"]
    assert [
        put(app, HOTEL, HOTEL.first_id, tool_ids=[tool]),
        put(app, PRAXIS, PRAXIS.first_id, tool_ids=[tool]),
    ] == [
        200,
        422,
    ]


def test_the_windows_of_one_key_are_no_matter_to_another(made):
    app = made(limits=(Window(2, 10),))
    assert [ask(app, HOTEL, "GET", ME).status_code for _ in range(3)] == [200, 200, 429]
    assert ask(app, PRAXIS, "GET", ME).status_code == 200


def test_the_log_tells_to_whom_each_request_went(made):
    app = made()
    ask(app, HOTEL, "GET", ME)
    ask(app, "wrong-key-of-nobody", "GET", ME)
    put(app, PRAXIS, PRAXIS.first_id, name="Desk")
    assert sorted((one.account, one.method, one.status) for one in app.requests_seen()) == [
        ("", "GET", 401),
        ("hotel-002", "GET", 200),
        ("praxis-003", "PUT", 200),
    ]


def test_its_first_page_shows_some_of_the_keys_and_up_to_which_account_it_goes(made):
    text = ask(made(25), "", "GET", "/").text
    shown = [one.name for one in tenants(25) if one.key in text]
    assert shown == [one.name for one in tenants(20)]
    assert f"... and so on up to {tenants(25)[-1].name}\n" in text


def test_what_was_changed_is_there_in_the_next_process(made, tmp_path):
    with made(folder=tmp_path) as app:
        put(app, HOTEL, HOTEL.first_id, name="Desk")
    assert listed(made(folder=tmp_path), HOTEL)[0]["name"] == "Desk"
    assert sorted(path.name for path in tmp_path.glob("*.db")) == ["hotel-002.db"]


def test_as_many_accounts_as_there_are_each_begins_with_what_its_own_rules_take(made):
    """Sent back as it is, each assistant is taken, whatever its account lacks."""
    app = made(12)
    for whose in tenants(12):
        for assistant in assistants_of(whose, 10):
            settings = {
                name: value
                for name, value in assistant.items()
                if (field := all_fields().get(name))
                and assistant["mode"] in field.modes
                and (value is not None or field.nullable)
            }
            assert put(app, whose, assistant["id"], **settings) == 200, (whose.name, assistant["name"])


def test_accounts_look_alike_but_for_some():
    names = [[one["name"] for one in assistants_of(whose, 10)] for whose in tenants(11)]
    assert names[1] == names[0]
    assert names[7][1] == "Bookings" and names[8].count("Support") == 2
    assert names[10] != names[0] == [unicodedata.normalize("NFC", name) for name in names[10]]


def test_keys_are_ones_that_the_program_takes_and_nobody_takes_for_real():
    keys = [one.key for one in tenants(1000)]
    assert len(set(keys)) == 1000 and all("sandbox" in key and ApiKey(key) for key in keys)
    assert [one.name for one in tenants(3)] == [one.name for one in tenants(900)[:3]]


# ---------------------------------------------------------------- faults of one account


def test_a_fault_may_be_one_account_s_alone(made):
    app = made(faults="2/503@2,praxis-003/429@1")
    assert [put(app, HOTEL, HOTEL.first_id, name="a") for _ in range(3)] == [200, 503, 200]
    assert [put(app, PRAXIS, PRAXIS.first_id, name="a") for _ in range(2)] == [429, 200]
    assert [put(app, STAGING, STAGING.first_id, name="a") for _ in range(3)] == [200, 200, 200]


def test_a_key_may_be_revoked_and_an_account_down_from_the_first_request_on(made):
    app = made(faults="1/401@all,2/503@all:7,3/cut-before@all")
    assert (revoked := ask(app, STAGING, "GET", ME)).status_code == 401 and "API key" in revoked.text
    assert (down := ask(app, HOTEL, "GET", ME)).status_code == 503 and down.headers["Retry-After"] == "7"
    with pytest.raises(ConnectionCut):
        ask(app, PRAXIS, "GET", ME)


def test_what_goes_wrong_may_change_while_it_is_served(made):
    app = made(faults="2/503@all")
    assert put(app, HOTEL, HOTEL.first_id, name="a") == 503
    app.account("hotel-002").change_faults(faults_of_each("", tenants(2))["hotel-002"])
    assert put(app, HOTEL, HOTEL.first_id, name="a") == 200


@pytest.mark.parametrize(
    "text", ["4/401@all", "hotel/401@all", "/503@1", "2/nonsense", "2/slow@all", "503-after@all"]
)
def test_a_fault_of_no_account_is_refused_with_what_was_given(text):
    with pytest.raises(ValueError, match=r"no account of this sandbox|is no fault"):
        faults_of_each(f"503@1,{text}", tenants(3))
