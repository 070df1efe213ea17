"""Who is there is known of a list that was read to its end and held still; else it is read again, and else said."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import parse_qs

import anyio
import pytest

from batch_update.account.connect import client_for
from batch_update.account.fetching import Fetched, fetch_present
from batch_update.api.keys import ApiKey
from batch_update.errors import ApiError
from batch_update.model.reports import Event
from batch_update.settings.tunables import SANDBOX_KEY
from tests.account.test_present import UNPACED

Ids = Sequence[Any]


class Shifting:
    """A server whose list is another one at each request: the ids that it has then, in pages of a hundred."""

    def __init__(self, lists: Iterable[Ids], *, total: bool = True) -> None:
        self._lists = iter(lists)
        self._now: Ids = ()
        self._total = total
        self.asked: list[int] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        page = int(parse_qs(scope["query_string"].decode())["page"][0])
        self.asked.append(page)
        self._now = next(self._lists, self._now)
        data = [_entry(number) for number in self._now[(page - 1) * 100 : page * 100]]
        body: dict[str, Any] = {"data": data, "last_page": max(1, -(-len(self._now) // 100))}
        if self._total:
            body["total"] = len(self._now)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})


def _entry(number: Any) -> dict[str, Any]:
    return {"name": "x"} if number is None else {"id": number, "name": "x"}


def fetch(app: Any, wanted: Iterable[int] | None = None, **options: Any) -> tuple[Fetched, list[str]]:
    events: list[Event] = []

    async def main() -> Fetched:
        async with client_for(UNPACED, key=ApiKey(SANDBOX_KEY), app=app, on_event=events.append) as client:
            return await fetch_present(client, None if wanted is None else set(wanted), **options)

    return anyio.run(main), [event.message for event in events if event.kind == "list"]


HUNDREDS = tuple(range(1, 251))
SHRUNK = HUNDREDS[1:]
"""The first one was deleted, so that all others have moved up, one of them across a page's border."""
GROWN = (999, *HUNDREDS)


def test_one_that_moved_across_a_border_is_found_when_the_list_is_read_again() -> None:
    app = Shifting([HUNDREDS, SHRUNK, SHRUNK])
    found, _ = fetch(app, [101, 250])
    assert set(found.present) == {101, 250}
    assert app.asked == [1, 2, 3, 1, 2, 3] and found.pages == 6


def test_one_that_is_not_there_is_missing_only_after_a_reading_that_held_still() -> None:
    app = Shifting([HUNDREDS, SHRUNK])
    found, _ = fetch(app, [1000])
    assert found.present == {} and app.asked == [1, 2, 3, 1, 2, 3]


@pytest.mark.parametrize("total", [True, False])
def test_where_one_comes_twice_the_list_is_read_again(total: bool) -> None:
    """Somebody added one at the front: the last of the first page is the first of the second."""
    app = Shifting([HUNDREDS, GROWN], total=total)
    found, _ = fetch(app)
    assert set(found.present) == set(GROWN) and app.asked == [1, 2, 3, 1, 2, 3]
    assert found.total == 251


def test_a_list_that_moves_all_the_time_is_enough_where_everybody_was_seen() -> None:
    """One is seen the first time, the other the second time."""
    app = Shifting([HUNDREDS, SHRUNK, SHRUNK, SHRUNK, SHRUNK[1:], SHRUNK[1:]])
    found, _ = fetch(app, [1, 101, 250])
    assert set(found.present) == {1, 101, 250}


@pytest.mark.parametrize(
    ("wanted", "words"), [([1000, 7], "whether assistant 1000 is there"), (None, "how many")]
)
def test_a_list_that_does_not_hold_still_calls_nobody_missing(wanted: list[int] | None, words: str) -> None:
    moving = [HUNDREDS[step:] for step in range(10)]
    app = Shifting(moving)
    with pytest.raises(ApiError, match=words) as caught:
        fetch(app, wanted)
    assert caught.value.code == "A201" and "their number went from" in caught.value.message
    assert len(app.asked) == 6, "it is read twice and no more"


def test_where_all_that_matter_were_seen_a_moving_list_is_no_trouble() -> None:
    app = Shifting([HUNDREDS, SHRUNK])
    found, _ = fetch(app, [102, 200])
    assert set(found.present) == {102, 200} and app.asked == [1, 2]


def test_how_many_there_are_is_not_told_from_a_moving_list() -> None:
    app = Shifting([HUNDREDS, SHRUNK])
    found, _ = fetch(app, [5], to_end=True)
    assert found.total == 249 and app.asked == [1, 2, 3, 1, 2, 3]


class Twisted(Shifting):
    """A list that stays as it is, with something in each answer that is not so."""

    def __init__(self, ids: Ids, **lies: Any) -> None:
        super().__init__([ids])
        self._lies = lies

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def twist(message: Any) -> None:
            if body := message.get("body"):
                message = {**message, "body": json.dumps(json.loads(body) | self._lies).encode()}
            await send(message)

        await super().__call__(scope, receive, twist)


LIES: list[tuple[Ids, dict[str, Any]]] = [
    ((), {"total": 350, "last_page": 4}),
    ((), {"total": 350}),
    ((), {"last_page": 4}),
    (HUNDREDS, {"total": 260}),
    (HUNDREDS, {"total": 120}),
    (HUNDREDS, {"last_page": 2}),
    (HUNDREDS, {"current_page": 1}),
    (HUNDREDS, {"per_page": 10}),
    ((*HUNDREDS, 7), {}),
    (HUNDREDS, {"data": [{"id": 7}, {"id": 8}]}),
]


@pytest.mark.parametrize(("ids", "lies"), LIES)
def test_a_list_that_contradicts_itself_proves_nothing_though_it_does_so_twice_alike(
    ids: Ids, lies: dict[str, Any]
) -> None:
    for wanted, question in (([1000], "whether assistant 1000 is there"), (None, "how many there are")):
        with pytest.raises(ApiError, match="contradicts itself, twice alike") as caught:
            fetch(Twisted(ids, **lies), wanted)
        assert caught.value.code == "A201" and f"{question} cannot be told" in caught.value.message
        assert ("the setting only" in caught.value.remedy) == (wanted is None and bool(ids))


@pytest.mark.parametrize(("ids", "lies"), [lie for lie in LIES if len(lie[0]) >= 250])
def test_whoever_is_on_such_a_list_is_there(ids: Ids, lies: dict[str, Any]) -> None:
    found, _ = fetch(Twisted(ids, **lies), [7, 8])
    assert set(found.present) == {7, 8}


# ---------------------------------------------------------------- entries without an id

ODD: list[tuple[Any, str]] = [
    (None, "missing"),
    (-5, "-5"),
    (0, "0"),
    (12.0, "12.0"),
    (True, "True"),
    ("12a", "12a"),
    ([7], "[7]"),
    ("1" * 30, "111"),
]


@pytest.mark.parametrize(("number", "words"), ODD)
def test_an_entry_without_a_usable_id_is_named_by_its_place(number: Any, words: str) -> None:
    found, told = fetch(Shifting([(*HUNDREDS[:120], number)]), HUNDREDS[:120], to_end=True)
    assert set(found.present) == set(HUNDREDS[:120]) and found.total == 121
    assert len(told) == 1 and "page 2, entry 21 (id" in told[0] and words in told[0]


@pytest.mark.parametrize(("number", "words"), ODD)
def test_one_that_may_be_an_entry_without_a_usable_id_is_not_called_missing(number: Any, words: str) -> None:
    with pytest.raises(ApiError, match="whether assistant 1000 is there cannot be told") as caught:
        fetch(Shifting([(1, number, 2)]), [1, 1000])
    assert caught.value.code == "A201" and words in caught.value.message
    found, told = fetch(Shifting([(1, number, 2)]), [1, 2], to_end=True)
    assert set(found.present) == {1, 2} and len(told) == 1
    with pytest.raises(ApiError, match="how many there are cannot be told") as caught:
        fetch(Shifting([(1, number, 2)]))
    assert caught.value.code == "A201" and "the setting only" in caught.value.remedy


def test_ids_may_come_as_text() -> None:
    found, told = fetch(Shifting([("12", "13")]), [12, 13])
    assert set(found.present) == {12, 13} and told == []


def test_many_odd_entries_are_told_in_one_sentence_a_page() -> None:
    _, told = fetch(Shifting([(*[-n for n in range(1, 30)], 7)]), [7], to_end=True)
    assert len(told) == 1 and "entries 1 (id -1), 2 (id -2)" in told[0] and "and 19 more" in told[0]


class Growing:
    """A list that goes on for long: a page is one assistant with a text of 8 MiB."""

    def __init__(self) -> None:
        self.asked = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked += 1
        entry = json.dumps({"id": self.asked, "system_prompt": "x" * (8 << 20)})
        body = f'{{"data": [{entry}], "total": 100000, "last_page": 100000}}'
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body.encode()})


def test_what_is_kept_of_a_list_has_a_bound() -> None:
    app = Growing()
    with pytest.raises(ApiError) as caught:
        fetch(app)
    assert caught.value.code == "A203" and "the setting only" in caught.value.remedy
    assert app.asked == 16


def test_what_is_not_kept_has_no_part_in_that_bound() -> None:
    app = Growing()
    found, _ = fetch(app, [20])
    assert set(found.present) == {20} and app.asked == 20
    found, _ = fetch(Growing(), range(1, 19), fields=["name"])
    assert found.present == {number: {} for number in range(1, 19)}
