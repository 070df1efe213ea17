"""Whose a plan is: asked for in one request at most, and held against whose it is where it is sent."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace

import anyio
import pytest

from batch_update.account.whose import refuse_another, with_account
from batch_update.api.answers.paging import Page
from batch_update.api.lookups import Owner
from batch_update.errors import ApiError, KeyRefused, RunStopped
from batch_update.model.plans import Plan
from tests.made import plan_of


class Asked:
    """A client of one account that counts what it is asked."""

    def __init__(
        self, email: str | Exception = "me@here.example", owner: int | None = 501, server: str = "api.example"
    ) -> None:
        self.server, self.email, self.owner = server, email, owner
        self.asked: list[str] = []
        self.notes: list[str] = []

    def note(self, message: str) -> None:
        self.notes.append(message)

    async def whoami(self) -> Owner:
        self.asked.append("me")
        if isinstance(self.email, Exception):
            raise self.email
        return Owner("", self.email, None)

    async def assistant_pages(self, per_page: int = 100) -> AsyncGenerator[Page, None]:
        self.asked.append(f"list {per_page}")
        yield Page(1, [] if self.owner is None else [{"id": 1, "user_id": self.owner}])


def made(account: str, server: str = "") -> Plan:
    return replace(plan_of(1), account=account, server=server)


@pytest.mark.parametrize(
    ("account", "client", "refused", "asked"),
    [
        ("", Asked(), False, []),
        ("user 501 at api.example", Asked(), False, ["list 1"]),
        ("user 501 at API.example:443", Asked(), False, ["list 1"]),
        ("user 502 at api.example", Asked(), True, ["list 1"]),
        ("user 501 at other.example", Asked(), True, ["list 1"]),
        ("user 501 at api.example", Asked(owner=None), True, ["list 1"]),
        ("me@here.example at api.example", Asked(), False, ["me"]),
        ("you@here.example at api.example", Asked(), True, ["me"]),
        ("me at work@here.example at api.example", Asked("me at work@here.example"), False, ["me"]),
        ("api.example", Asked(), False, []),
    ],
)
def test_another_account_is_refused_in_one_request(
    account: str, client: Asked, refused: bool, asked: list[str]
) -> None:
    try:
        anyio.run(refuse_another, made(account), client)
    except RunStopped as stop:
        assert refused and stop.code == "X310" and account in stop.message
    else:
        assert not refused
    assert client.asked == asked


@pytest.mark.parametrize(
    ("server", "at", "refused"),
    [
        ("https://api.example/api", "api.example", False),
        ("https://API.example:443/api/", "api.example", False),
        ("http://localhost:8080/api", "127.0.0.1:8080", False),
        ("http://localhost:8080/api", "127.0.0.1:8081", True),
        ("https://sandbox/api", "app.famulor.de", True),
    ],
)
def test_another_server_is_refused_unasked(server: str, at: str, refused: bool) -> None:
    client = Asked(server=at)
    try:
        anyio.run(refuse_another, made("", server), client)
    except RunStopped as stop:
        assert refused and stop.code == "X310"
    else:
        assert not refused
    assert client.asked == []


@pytest.mark.parametrize(
    ("account", "found", "unseen"),
    [
        ("", "me@here.example at api.example", True),
        ("api.example", "me@here.example at api.example", False),
        ("user 501 at api.example", "user 501 at api.example", False),
    ],
)
def test_whose_it_is_is_asked_for_where_the_list_did_not_tell(account: str, found: str, unseen: bool) -> None:
    plan = anyio.run(with_account, made(account), Asked())
    assert (plan.account, plan.unseen, plan.compared) == (found, unseen, not unseen)


@pytest.mark.parametrize("trouble", [ApiError("no such path"), RunStopped("down"), ""])
def test_where_it_cannot_be_told_the_server_alone_counts(trouble: str | Exception) -> None:
    client = Asked(trouble)
    plan = anyio.run(with_account, made(""), client)
    assert plan == made("") and bool(client.notes) is bool(trouble)


def test_a_key_that_is_refused_ends_it_before_anything_is_sent() -> None:
    with pytest.raises(KeyRefused):
        anyio.run(with_account, made(""), Asked(KeyRefused("no")))
