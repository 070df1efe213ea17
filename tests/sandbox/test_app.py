"""The door of the sandbox: keys, paths, methods, bodies, the start page and the log."""

from __future__ import annotations

import anyio
import httpx
import pytest

from batch_update.sandbox.app import READ_ONLY_KEY
from batch_update.sandbox.document.openapi import NEW_ASSISTANT
from batch_update.sandbox.routes import ROUTES
from batch_update.settings.tunables import SANDBOX_KEY


@pytest.mark.parametrize(
    "number", ["10061", "1", "abc", "0", "-1", "99999999999999999999", "10001x", "1e4", "١"]
)
def test_an_assistant_that_is_not_there_is_not_found(api, number):
    answer = api.send("PUT", f"/api/user/assistant/{number}", json={"name": "x"})
    assert answer.status_code == 404 and answer.json() == {"message": "Assistant not found"}


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({}, "Missing Authorization header"),
        ({"Authorization": ""}, "Invalid API key"),
        ({"Authorization": "Bearer wrong-key"}, "Invalid API key"),
        ({"Authorization": "Basic x"}, "Invalid API key"),
    ],
)
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_without_the_right_key_nothing_is_answered(api, headers, error, route):
    path = route.path.replace("{id}", "10001").replace("{uuid}", "x")
    answer = api.send(route.method, f"/api{path}", key=None, headers=headers, json={"name": "x"})
    assert answer.status_code == 401 and answer.json()["error"] == error
    assert api.held(10001)["name"] != "x" and api.get("assistants/get")["total"] == 60


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.method != "GET"], ids=lambda route: route.name
)
def test_a_key_that_may_only_read_writes_nothing(api, route):
    path = route.path.replace("{id}", "10001").replace("{uuid}", "x")
    answer = api.send(route.method, f"/api{path}", key=READ_ONLY_KEY, json=NEW_ASSISTANT)
    assert answer.status_code == 403 and answer.json()["error"] == "Insufficient permissions"
    assert api.get("assistants/get")["total"] == 60


def test_a_key_that_may_only_read_reads(api):
    assert api.send("GET", "/api/user/me", key=READ_ONLY_KEY).status_code == 200
    answer = api.send("PUT", "/api/user/assistant/10001", key=READ_ONLY_KEY, json={"name": "x"})
    assert answer.status_code == 403 and answer.json()["error"] == "Insufficient permissions"


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b'{"name": }', b"[1]", b'"x"', b"null",
     b'{"speech_speed": NaN}', b'{"variables": {"x": 1e999}}', b"\xff{}",
     b"[" * 100_000, b'{"max_duration": ' + b"1" * 5000 + b"}"],
)  # fmt: skip
def test_a_body_that_is_no_json_object_is_malformed(api, content):
    answer = api.send(
        "PUT", "/api/user/assistant/10001", content=content, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 400 and "malformed" in answer.json()["message"]


def test_a_body_that_is_not_sent_as_json_is_refused(api):
    answer = api.send("PUT", "/api/user/assistant/10001", data={"name": "x"})
    assert answer.status_code == 415 and "application/json" in answer.json()["message"]
    json_with_charset = {"Content-Type": "application/json; charset=utf-8"}
    answer = api.send("PUT", "/api/user/assistant/10001", content=b"{}", headers=json_with_charset)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "assistants/10001", "GET, HEAD"),
        ("POST", "assistant/10001", "PUT, DELETE"),
        ("GET", "assistant/10001", "PUT, DELETE"),
        ("PATCH", "assistant/10001", "PUT, DELETE"),
        ("GET", "assistant", "POST"),
        ("DELETE", "assistants/10001", "GET, HEAD"),
        ("PUT", "assistants/outbound", "GET, HEAD"),
        ("POST", "assistants/get", "GET, HEAD"),
    ],
)
def test_a_path_used_with_another_method_says_which_are_allowed(api, method, path, allowed):
    answer = api.send(method, f"/api/user/{path}", json={})
    assert answer.status_code == 405 and answer.headers["Allow"] == allowed
    assert "message" in answer.json()


@pytest.mark.parametrize(
    "path", ["/api/user/nothing", "/user/assistant/10001", "/api/user/assistant/", "/api"]
)
def test_a_path_that_does_not_exist_is_not_found(api, path):
    answer = api.send("PUT", path, json={})
    assert answer.status_code == 404 and "could not be found" in answer.json()["message"]


def test_text_beyond_unicode_s_edges_comes_through(api):
    answer = api.send(
        "PUT",
        "/api/user/assistant/10001",
        content=b'{"name": "a\\ud800\\u0000\\n\xe2\x80\xae"}',
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 200
    assert api.held(10001)["name"] == "a\ud800\x00\n\u202e"


def test_the_start_page_says_what_this_is_and_how_to_call_it(api):
    page = api.send("GET", "/", key=None)
    assert page.status_code == 200 and page.headers["Content-Type"].startswith("text/plain")
    for text in (
        "imitation",
        SANDBOX_KEY,
        "curl -X PUT http://sandbox/api/user/assistant/10001",
        "/openapi.json",
        *(route.path for route in ROUTES),
    ):
        assert text in page.text


def test_every_request_to_the_api_is_in_the_log_with_its_body_if_its_key_was_right(api):
    api.put(10001, {"name": "A"})
    api.put(10001, {"speech_speed": 9})
    api.get("assistants/get", per_page=5)
    api.send("PUT", "/api/user/assistant/10001", key="wrong-key", content=b"x\xff")
    api.send("GET", "/api/nowhere")
    api.send("GET", "/")
    seen = [(s.n, s.method, s.path, s.body, s.status, s.applied) for s in api.app.requests_seen()]
    assert seen == [
        (1, "PUT", "/api/user/assistant/10001", '{"name":"A"}', 200, True),
        (2, "PUT", "/api/user/assistant/10001", '{"speech_speed":9}', 422, False),
        (3, "GET", "/api/user/assistants/get?per_page=5", "", 200, False),
        (4, "PUT", "/api/user/assistant/10001", "", 401, False),
        (5, "GET", "/api/nowhere", "", 404, False),
    ]
    assert {s.at for s in api.app.requests_seen()} == {api.clock.now}


def test_answers_come_after_the_latency_that_was_asked_for(make_api):
    api = make_api(latency=0.25)
    begun = api.clock.now
    api.get("me")
    api.put(10001, {"name": "A"})
    assert api.clock.now - begun == 0.5


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_it_runs_on_either_event_loop(make_api, backend):
    api = make_api()

    async def once() -> int:
        transport = httpx.ASGITransport(app=api.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
            headers = {"Authorization": f"Bearer {SANDBOX_KEY}"}
            answer = await client.put("/api/user/assistant/10001", json={"name": "A"}, headers=headers)
            return answer.status_code

    assert anyio.run(once, backend=backend) == 200
