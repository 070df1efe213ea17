"""Lists and look-ups come in one form, however the server wraps them, and fail in three ways only."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

import anyio
import pytest

from batch_update.api.answers.paging import MOST_PAGES, Paging
from batch_update.api.client import Client
from batch_update.api.keys import ApiKey
from batch_update.api.lookups import Group, Knowledgebase, Model, Owner, PhoneNumber, Provider, Voice
from batch_update.errors import ApiError, KeyRefused, RunStopped, UsageError
from batch_update.model.plans import Status
from batch_update.model.reports import Event, Pace
from batch_update.settings.tunables import DEFAULT_BASE_URL
from tests.api import virtual
from tests.api.sending import KEY, paced
from tests.clocks import virtual_clock

Answers = Callable[[str, dict[str, str]], tuple[int, Any]]


class App:
    """Answers GETs by path and query, and writes them down."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.asked: list[tuple[str, dict[str, str]]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        query = {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()}
        self.asked.append((scope["path"], query))
        status, body = self.answers(scope["path"], query)
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": raw})


def ask(
    app: Any, question: Callable[[Client], Awaitable[Any]], backend: str = "asyncio", **options: Any
) -> Any:
    async def main() -> Any:
        given: dict[str, Any] = {"base_url": DEFAULT_BASE_URL, "clock": virtual_clock()}
        given["pace"] = paced(options)
        async with Client(ApiKey(KEY), app=app, **{**given, **options}) as client:
            return await question(client)

    return virtual.run(main, backend)


async def collect(client: Client, per_page: int = 100) -> list[Any]:
    return [entry async for entry in client.assistants(per_page)]


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_list_may_come_bare_or_in_data(wrapped: bool, backend: str) -> None:
    entries = [
        {"id": "41", "name": "Marin", "language_id": 2, "gender": "female", "accent": None, "new": [1]},
        {"id": 42, "name": "Cedar"},
    ]
    app = App(lambda path, query: (200, {"data": entries} if wrapped else entries))
    voices = ask(app, lambda client: client.voices("multimodal", 2), backend)
    assert voices == [
        Voice(41, "Marin", 2, "female", "", "", "", None),
        Voice(42, "Cedar", None, "", "", "", "", None),
    ]
    assert app.asked == [("/api/user/assistants/voices", {"mode": "multimodal", "language_id": "2"})]


LOOK_UPS: dict[str, tuple[Callable[[Client], Awaitable[Any]], str, dict[str, str], Any]] = {
    "models": (lambda c: c.models("dualplex"), "assistants/models", {"type": "dualplex"}, Model(1, "n", "")),
    "numbers": (
        lambda c: c.phone_numbers("inbound"),
        "assistants/phone-numbers",
        {"type": "inbound"},
        PhoneNumber(1, "", "", "", None),
    ),
    "synthesizers": (
        lambda c: c.synthesizer_providers(3),
        "assistants/synthesizer-providers",
        {"language_id": "3"},
        Provider(1, "n", ""),
    ),
    "transcribers": (
        lambda c: c.transcriber_providers(),
        "assistants/transcriber-providers",
        {},
        Provider(1, "n", ""),
    ),
    "knowledgebases": (lambda c: c.knowledgebases(), "knowledgebases", {}, Knowledgebase(1, "n", "", "")),
    "folders": (lambda c: c.folders(), "folders", {"per_page": "100", "page": "1"}, Group(1, "n", "", None)),
    "labels": (lambda c: c.labels(), "labels", {"per_page": "100", "page": "1"}, Group(1, "n", "", None)),
}


@pytest.mark.parametrize("name", LOOK_UPS)
def test_each_look_up_asks_where_it_is_documented(name: str) -> None:
    question, path, query, entry = LOOK_UPS[name]
    app = App(lambda path, query: (200, {"data": [{"id": 1, "name": "n"}], "last_page": 1}))
    assert ask(app, question) == [entry]
    assert app.asked == [(f"/api/user/{path}", query)]


def test_languages_and_tools_are_typed() -> None:
    app = App(lambda path, query: (200, [{"id": 1, "name": "n", "iso_2": "de", "description": "d"}]))
    assert ask(app, lambda client: client.languages())[0].iso_2 == "de"
    assert ask(app, lambda client: client.tools())[0].description == "d"


@pytest.mark.parametrize("wrapped", [False, True])
def test_whoami_tells_whose_key_this_is(wrapped: bool) -> None:
    me = {"name": "Ada", "email": "ada@example.com", "total_balance": "12.50"}
    app = App(lambda path, query: (200, {"data": me} if wrapped else me))
    assert ask(app, lambda client: client.whoami()) == Owner("Ada", "ada@example.com", 12.5)


def pages(total: int, *, last_page: bool = True) -> Answers:
    def answers(path: str, query: dict[str, str]) -> tuple[int, Any]:
        size, page = int(query["per_page"]), int(query["page"])
        data = [{"id": n} for n in range((page - 1) * size + 1, min(page * size, total) + 1)]
        extra = {"last_page": max(1, -(-total // size))} if last_page else {}
        return 200, {"data": data, "current_page": page, **extra}

    return answers


@pytest.mark.parametrize(("total", "asked"), [(0, 1), (1, 1), (99, 1), (100, 1), (101, 2), (250, 3)])
def test_all_pages_are_read_once(total: int, asked: int, backend: str) -> None:
    app = App(pages(total))
    found = ask(app, collect, backend)
    assert [entry["id"] for entry in found] == list(range(1, total + 1))
    assert len(app.asked) == asked


@pytest.mark.parametrize("total", [0, 1, 49, 50, 51, 100, 200, 250])
@pytest.mark.parametrize(
    "claims",
    [
        (),
        ("total",),
        ("last_page",),
        ("total", "last_page"),
        ("per_page",),
        ("per_page", "total", "last_page", "current_page"),
    ],
)
@pytest.mark.parametrize("as_text", [False, True])
def test_all_are_read_where_the_server_gives_fewer_a_page_than_were_asked_for(
    total: int, claims: tuple[str, ...], as_text: bool
) -> None:
    """Whatever it says of the end, as numbers or as text; without a word, an empty page is the end."""
    app = App(capped(total, claims, as_text=as_text))
    assert [entry["id"] for entry in ask(app, collect)] == list(range(1, total + 1))
    full, rest = divmod(total, 50)
    speaks = {"total", "last_page"} & set(claims)
    assert len(app.asked) == (max(1, full + bool(rest)) if speaks else full + bool(rest) + 1)


def capped(total: int, claims: tuple[str, ...], *, as_text: bool = False) -> Answers:
    """At most 50 a page."""

    def answers(path: str, query: dict[str, str]) -> tuple[int, Any]:
        page = int(query["page"])
        data = [{"id": n} for n in range((page - 1) * 50 + 1, min(page * 50, total) + 1)]
        said = {"total": total, "last_page": max(1, -(-total // 50)), "per_page": 50, "current_page": page}
        return 200, {"data": data} | {name: str(said[name]) if as_text else said[name] for name in claims}

    return answers


@pytest.mark.parametrize(
    "lie", [{"last_page": 3}, {"last_page": 0}, {"total": 0}, {"last_page": -1, "total": "many"}]
)
def test_an_end_that_is_told_wrongly_loses_nobody(lie: dict[str, Any]) -> None:
    """Made from the page size that was asked for, or nonsense: 250 in pages of 50."""

    def answers(path: str, query: dict[str, str]) -> tuple[int, Any]:
        status, body = capped(250, ("total",))(path, query)
        return status, body | lie

    assert len(read_all(answers)[0]) == 250


# Each is a list of 250 in pages of 100 but for what is odd; then what is said of it.
Twist = Callable[[int, dict[str, Any]], Any]
CONTRADICTIONS: dict[str, tuple[Twist, str]] = {
    "a total, and nobody": (lambda n, page: {"data": [], "total": 350, "last_page": 4}, "only 0 of 350 came"),
    "a total that is too high": (lambda n, page: page | {"total": 260}, "only 250 of 260 came"),
    "a total that is too low": (lambda n, page: page | {"total": 120, "last_page": None}, "came of 120"),
    "a total of nobody": (lambda n, page: page | {"total": 0, "last_page": None}, "100 came of 0"),
    "a total that jumps": (lambda n, page: page | {"total": 250 + n}, "their number went from 251 to 252"),
    "a last page that never comes": (lambda n, page: page | {"last_page": 9}, "page 4 of 9"),
    "a last page that jumps": (
        lambda n, page: page | {"total": None, "last_page": 3 if n < 3 else 2},
        "the last page was 3 and then 2",
    ),
    "more pages than there are": (lambda n, page: page | {"last_page": 2}, "page 3 of 2 holds entries"),
    "pages larger than it says": (lambda n, page: page | {"per_page": 10}, "says that it holds 10"),
    "pages shorter than it says": (
        lambda n, page: page | {"per_page": 200},
        "page 1 holds 100 of 200 entries",
    ),
    "pages of another name": (lambda n, page: page | {"current_page": 1}, "page 2 says that it is page 1"),
    "one that came before": (
        lambda n, page: page | {"data": [{"id": 7}, *page["data"][1:]]} if n == 2 else page,
        "id 7 came twice",
    ),
    "one twice on a page": (
        lambda n, page: page | {"data": [page["data"][1], *page["data"][1:]]} if n == 2 else page,
        "id 102 came twice",
    ),
    "a total beside the list, and nobody": (
        lambda n, page: {"data": [], "meta": {"total": 350}},
        "only 0 of 350 came",
    ),
    "first and last of a page, and nobody": (
        lambda n, page: {"data": [], "meta": {"from": 1, "to": 100}},
        "page 1 holds 0 entries, and says that it holds 100",
    ),
    "a page that follows, and nobody": (
        lambda n, page: {"data": [], "next_page_url": "/user/assistants/get?page=2"},
        "page 1 is the last that came, and names one that follows",
    ),
    "a link to more, and nobody": (
        lambda n, page: {"data": [], "links": {"next": "?page=2"}},
        "page 1 is the last that came, and names one that follows",
    ),
    "a page that is not full": (
        lambda n, page: page | {"data": page["data"][:99]} if n == 2 else page,
        "page 2 holds 99 of 100 entries",
    ),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_list_that_contradicts_itself_is_told_from_one_that_does_not(name: str) -> None:
    twist, words = CONTRADICTIONS[name]
    _, doubt = read_all(lambda path, query: (200, twist(int(query["page"]), full_page(int(query["page"])))))
    assert words in doubt
    assert read_all(lambda path, query: (200, full_page(int(query["page"]))))[1] == ""


def test_what_a_list_says_of_itself_may_stand_beside_it() -> None:
    """As some frameworks write it: with links, in an object of its own, the first and the last of each page."""

    def answers(path: str, query: dict[str, str]) -> tuple[int, Any]:
        page = full_page(int(query["page"]))
        data = page.pop("data")
        meta = page | {"from": data[0]["id"], "to": data[-1]["id"], "links": [{"url": None, "label": "Next"}]}
        links = {
            "first": "?page=1",
            "next": None if page["current_page"] == 3 else "?page=9",
            "last": "?page=3",
        }
        return 200, {"data": data, "meta": meta, "links": links}

    found, doubt = read_all(answers)
    assert (len(found), doubt) == (250, "")


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_whoever_takes_all_of_such_a_list_is_told_at_its_end(name: str) -> None:
    twist, _ = CONTRADICTIONS[name]
    app = App(lambda path, query: (200, twist(int(query["page"]), full_page(int(query["page"])))))
    with pytest.raises(ApiError, match="the list contradicts itself") as caught:
        ask(app, collect)
    assert caught.value.code == "A201" and len(app.asked) <= 5


def full_page(number: int) -> dict[str, Any]:
    data = [{"id": n} for n in range((number - 1) * 100 + 1, min(number * 100, 250) + 1)]
    return {"data": data, "current_page": number, "per_page": 100, "total": 250, "last_page": 3}


def read_all(answers: Answers) -> tuple[list[Any], str]:
    """Everything on all pages, and the doubt about it."""
    paging, found, doubt = Paging(), list[Any](), ""
    while paging.next is not None:
        page = paging.take(answers("", {"page": str(paging.next), "per_page": "100"})[1])
        found += page.entries
        doubt = page.doubt
    return found, doubt


def test_a_server_that_knows_no_pages_is_not_asked_for_ever() -> None:
    entries = [{"id": n} for n in range(100)]
    app = App(lambda path, query: (200, entries))
    assert len(ask(app, collect)) == 100 and len(app.asked) == 2


@pytest.mark.parametrize("claims", [{"total": 250}, {"last_page": 3}, {"total": "250", "last_page": "3"}])
@pytest.mark.parametrize("cycle", [1, 2])
def test_a_server_that_repeats_its_pages_is_an_error_and_no_loop(claims: dict[str, Any], cycle: int) -> None:
    def answers(path: str, query: dict[str, str]) -> tuple[int, Any]:
        begin = (int(query["page"]) - 1) % cycle * 50
        return 200, {"data": [{"id": n} for n in range(begin, begin + 50)], **claims, "last_page": 9}

    app = App(answers)
    with pytest.raises(ApiError, match=f"page {cycle + 1} of a list is one that came before") as caught:
        ask(app, collect)
    assert caught.value.code == "A201" and len(app.asked) == cycle + 1


@pytest.mark.parametrize(
    "claims",
    [{"total": 250}, {"total": 250, "last_page": 10**9}, {"total": 300}, {"total": 300, "last_page": 7}],
)
def test_a_list_without_an_end_is_left_once_all_that_it_counts_came(claims: dict[str, Any]) -> None:
    """Each page has a hundred that are new."""
    asked = 0

    def answers(path: str, query: dict[str, str]) -> tuple[int, Any]:
        nonlocal asked
        asked = int(query["page"])
        return 200, {"data": [{"id": asked * 100 + n} for n in range(100)], **claims}

    found, doubt = read_all(answers)
    assert asked <= 4 and len(found) <= 400
    assert bool(doubt) == (claims != {"total": 300})


def test_a_list_whose_total_grows_with_each_page_is_left_as_well() -> None:
    def answers(path: str, query: dict[str, str]) -> tuple[int, Any]:
        page = int(query["page"])
        return 200, {"data": [{"id": page * 9 + n} for n in range(9)], "total": page * 9 + 9}

    found, doubt = read_all(answers)
    assert len(found) == 27 and "their number went from 18 to 27" in doubt


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("claims", [{"total": 10**6}, {"last_page": 10**6}, {"total": 10**6, "last_page": 9}])
def test_a_page_that_brings_nothing_new_is_the_last(claims: dict[str, Any], shuffle: bool) -> None:
    def answers(path: str, query: dict[str, str]) -> tuple[int, Any]:
        data = [{"id": n} for n in range(50)]
        return 200, {"data": data[:: -1 if shuffle and query["page"] == "2" else 1], **claims}

    app = App(answers)
    with pytest.raises(ApiError, match="page 2 of a list is one that came before"):
        ask(app, collect)
    assert len(app.asked) == 2


def test_a_list_that_never_ends_is_an_error() -> None:
    paging = Paging()
    with pytest.raises(ValueError, match="does not end"):
        while paging.next is not None:
            paging.take([{"id": paging.next}])
    assert paging.next == MOST_PAGES


def test_a_list_that_promises_more_and_more_is_an_error() -> None:
    """Whatever it says of its end: every entry is remembered."""
    paging = Paging()
    with pytest.raises(ValueError, match="does not end after 200,000 entries"):
        while (number := paging.next) is not None:
            page = [{"id": 10_000 * number + at} for at in range(10_000)]
            paging.take({"data": page, "total": 10**9, "last_page": 10**6})


ENDLESS = {
    "longer than any": b"[" + b'"' + b"x" * (17 << 20) + b'"]',
    "more values": b"[" + b"[]," * 600_000 + b"[]]",
    "more values than": b'{"data": [' + b'{"id": 1, "x": {' + b'"a":[{}],' * 300_000 + b'"b": 1}}]}',
    "no JSON": b"[" * 400_000,
}


@pytest.mark.parametrize(("what", "body"), ENDLESS.items(), ids=list(ENDLESS))
def test_a_page_has_a_bound_on_what_it_becomes(what: str, body: bytes) -> None:
    with pytest.raises(ApiError, match=what) as caught:
        ask(App(lambda path, query: (200, body)), collect, attempts=1)
    assert caught.value.code == "A200"


def test_commas_in_long_prompts_are_no_reason_to_refuse_a_page() -> None:
    entries = [{"id": n, "system_prompt": "ja, nein: [vielleicht], " * 1_000} for n in range(1, 101)]
    assert len(ask(App(lambda path, query: (200, {"data": entries, "total": 100})), collect)) == 100


def test_look_ups_are_paced_and_retried_like_everything_else(backend: str) -> None:
    answers = iter([(502, b""), (429, {"retry_after": 3}), (500, b"<html>"), (200, [])])
    events: list[Event] = []

    async def question(client: Client) -> Any:
        return await client.languages(), client.stats

    found, stats = ask(App(lambda path, query: next(answers)), question, backend, on_event=events.append)
    assert found == [] and stats.requests == 4 and stats.gates == 1 and stats.retries == 2
    assert "gate" in [event.kind for event in events]


@pytest.mark.parametrize(
    ("status", "body", "error", "code"),
    [
        (401, {"message": f"unknown key {KEY}"}, KeyRefused, "A401"),
        (302, b"", RunStopped, "A300"),
        (403, {"message": "no"}, ApiError, "A403"),
        (404, b"<html>", ApiError, "A404"),
        (500, b"", ApiError, "A500"),
        (200, b"<html>", ApiError, "A200"),
        (200, {"success": False, "message": "no", "data": []}, ApiError, "A202"),
        (200, {"data": 5}, ApiError, "A200"),
        (200, {"data": [5]}, ApiError, "A200"),
        (200, {"data": [{"name": "no id"}]}, ApiError, "A200"),
        (200, {"data": [{"id": 0, "name": "zero"}]}, ApiError, "A200"),
        (200, {"data": [{"id": -5, "name": "minus"}]}, ApiError, "A200"),
        (204, b"", ApiError, "A200"),
    ],
)
def test_trouble_with_a_look_up_is_one_of_three_exceptions(
    status: int, body: Any, error: type[Exception], code: str, backend: str
) -> None:
    with pytest.raises(error) as caught:
        ask(App(lambda path, query: (status, body)), lambda client: client.languages(), backend)
    assert getattr(caught.value, "code", None) == code
    assert KEY not in f"{caught.value!r} {caught.value}"


def test_after_a_stop_nothing_is_looked_up() -> None:
    async def question(client: Client) -> None:
        client.stop_sending()
        await client.whoami()

    app = App(lambda path, query: (200, {}))
    with pytest.raises(RunStopped):
        ask(app, question)
    assert app.asked == []


# ---------------------------------------------------------------- an app in process


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (ValueError("a bug of the app"), Status.UNKNOWN, "N502"),
        (ConnectionResetError(), Status.UNKNOWN, "N502"),
        (ConnectionRefusedError(), Status.FAILED, "N501"),
    ],
)
def test_what_an_app_in_process_raises_is_a_connection_that_breaks(
    error: Exception, status: Status, code: str, backend: str
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise error

    reply = ask(app, lambda client: client.update(1, {"name": "x"}), backend)
    assert (reply.status, reply.code, reply.attempts) == (status, code, 4)


def test_a_look_up_without_a_connection_names_the_host_and_what_to_do(backend: str) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise ConnectionRefusedError

    with pytest.raises(RunStopped) as caught:
        ask(app, lambda client: client.languages(), backend)
    error = caught.value
    assert error.code == "R103" and "app.famulor.de/user/assistants/languages: no connection" in error.message
    assert "the setting base_url" in error.remedy and "resume" not in error.remedy


def test_an_app_that_never_answers_is_left_at_the_deadline(backend: str) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await anyio.sleep_forever()

    async def question(client: Client) -> Any:
        begin = anyio.current_time()
        return await client.update(1, {"name": "x"}), anyio.current_time() - begin

    reply, seconds = ask(app, question, backend, attempts=1)
    assert (reply.status, reply.code) == (Status.UNKNOWN, "N502")
    assert seconds == pytest.approx(45)
    assert reply.ms == 45_000


def test_one_change_takes_ten_minutes_at_most_in_attempts_and_pauses(backend: str) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await anyio.sleep_forever()

    async def question(client: Client) -> Any:
        return await client.update(1, {"name": "x"})

    reply = ask(app, question, backend, attempts=20, timeout=200.0)
    assert reply.attempts in (3, 4)


def test_an_address_that_is_not_safe_makes_no_client() -> None:
    with pytest.raises(UsageError):
        Client(ApiKey(KEY), base_url="http://example.com", pace=Pace(()))


def test_a_client_does_not_show_its_key() -> None:
    client = Client(ApiKey(KEY), base_url="https://example.com/api", pace=Pace(()))
    shown = repr({name: getattr(client, name) for name in vars(client)})
    assert KEY not in shown and KEY.replace("\\", "\\\\") not in shown
