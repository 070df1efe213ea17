"""Clients that behave as the vendor's own three do, against the sandbox on a port: their round runs whole."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, Protocol

import httpx
import pytest

from batch_update.sandbox.app import make_app
from batch_update.settings.tunables import SANDBOX_KEY
from tests.sandbox.served import serving


class VendorError(Exception):
    pass


class Round(Protocol):
    """What each of the clients can do."""

    def list_all(self) -> list[dict[str, Any]]: ...
    def outbound(self) -> list[dict[str, Any]]: ...
    def choices(self, mode: str) -> dict[str, list[dict[str, Any]]]: ...
    def create(self, body: dict[str, Any]) -> int: ...
    def update(self, number: int, body: dict[str, Any]) -> dict[str, Any]: ...
    def talk(self, uuid: str, *messages: str) -> list[str]: ...
    def delete(self, number: int) -> None: ...


class _Mcp:
    """As the MCP server does it: every request says that it sends JSON, and an answer is text for a model to read."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        self._headers = {
            "Authorization": f"Bearer {SANDBOX_KEY}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }

    def _call(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        given = {name: value for name, value in query.items() if value is not None}
        answer = self._http.request(method, path, headers=self._headers, params=given or None, json=body)
        if not answer.is_success:
            raise VendorError(f"{answer.status_code} {answer.reason_phrase} - {answer.text}")
        return answer.json()

    def list_all(self) -> list[dict[str, Any]]:
        first = self._call("GET", "/api/user/assistants/get", page=1, per_page=100)
        pages = range(2, first["last_page"] + 1)
        more = [self._call("GET", "/api/user/assistants/get", page=n, per_page=100)["data"] for n in pages]
        return [assistant for page in [first["data"], *more] for assistant in page]

    def outbound(self) -> list[dict[str, Any]]:
        return list(self._call("GET", "/api/user/assistants/outbound"))

    def choices(self, mode: str) -> dict[str, list[dict[str, Any]]]:
        kind = "llm" if mode == "pipeline" else mode
        return {
            "voices": self._call("GET", "/api/user/assistants/voices", mode=mode),
            "languages": self._call("GET", "/api/user/assistants/languages"),
            "models": self._call("GET", "/api/user/assistants/models", type=kind),
            "numbers": self._call("GET", "/api/user/assistants/phone-numbers", type="inbound"),
            "tools": self._call("GET", "/api/user/tools"),
            "knowledge": self._call("GET", "/api/user/knowledgebases")["data"],
        }

    def create(self, body: dict[str, Any]) -> int:
        return int(self._call("POST", "/api/user/assistant", body)["data"]["id"])

    def update(self, number: int, body: dict[str, Any]) -> dict[str, Any]:
        return dict(self._call("PUT", f"/api/user/assistant/{number}", body)["data"])

    def talk(self, uuid: str, *messages: str) -> list[str]:
        begun = self._call("POST", "/api/conversations", {"assistant_id": uuid, "type": "test"})
        path = f"/api/conversations/{begun['conversation_id']}/messages"
        replies = [self._call("POST", path, {"message": message})["message"] for message in messages]
        return [said["content"] for said in begun["history"]] + replies

    def delete(self, number: int) -> None:
        self._call("DELETE", f"/api/user/assistant/{number}")


class _Python(_Mcp):
    """As the Python client does it: ten a page until a page is short, no type where nothing is sent, errors by key."""

    def _call(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        headers = {"Authorization": f"Bearer {SANDBOX_KEY}", "Accept": "application/json"}
        answer = self._http.request(method, path, headers=headers, params=query or None, json=body)
        content = answer.json()
        if answer.status_code >= 400:
            raise VendorError(content.get("error") or content["message"])
        return content

    def list_all(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        page = 1
        while True:
            some = self._call("GET", "/api/user/assistants/get", page=page)["data"]
            found += some
            if len(some) < 10:
                return found
            page += 1


class _Node(_Mcp):
    """As the n8n node does it: a list is whatever array it finds, a resource whatever object, names fill drop-downs."""

    def _items(self, answer: Any) -> list[dict[str, Any]]:
        if isinstance(answer, list):
            return answer
        for key in ("data", "items"):
            if isinstance(answer.get(key), list):
                return list(answer[key])
        raise VendorError("an unexpected list")

    def choices(self, mode: str) -> dict[str, list[dict[str, Any]]]:
        paths = {
            "voices": f"assistants/voices?mode={mode}",
            "languages": "assistants/languages",
            "models": "assistants/models",
            "numbers": "assistants/phone-numbers?type=inbound",
            "tools": "tools",
            "knowledge": "knowledgebases",
        }
        found = {name: self._items(self._call("GET", f"/api/user/{path}")) for name, path in paths.items()}
        shown = [
            (entry.get("name") or entry["phone_number"], entry["id"]) for entry in chain(*found.values())
        ]
        assert all(isinstance(name, str) and isinstance(number, int) for name, number in shown)
        return found


CLIENTS = {"MCP server": _Mcp, "Python client": _Python, "n8n node": _Node}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with make_app(None, limits=()) as app, serving(app) as address:
        yield address


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest, address: str) -> Iterator[Round]:
    with httpx.Client(base_url=address, timeout=20) as http:
        yield CLIENTS[request.param](http)


def test_a_whole_round_list_choose_create_update_talk_delete(client: Round) -> None:
    before = client.list_all()
    assert len(before) == len({assistant["id"] for assistant in before}) == 60
    assert {assistant["type"] for assistant in client.outbound()} == {"outbound"}
    choices = client.choices("pipeline")
    assert all(choices.values())
    german = next(language["id"] for language in choices["languages"] if language["iso_2"] == "de")
    voice = next(voice["id"] for voice in choices["voices"] if voice["language_id"] == german)
    number = client.create(
        {
            "name": "Probe", "voice_id": voice, "language_id": german, "type": "inbound", "mode": "pipeline",
            "timezone": "Europe/Berlin", "initial_message": "Guten Tag!", "system_prompt": "Sei kurz.",
            "llm_model_id": choices["models"][0]["id"], "phone_number_id": choices["numbers"][0]["id"],
            "tool_ids": [choices["tools"][0]["id"]], "knowledgebase_id": choices["knowledge"][0]["id"],
            "tools": [{"type": "end_call", "description": "Auf Wiederhören"}],
        }
    )  # fmt: skip
    assert client.update(number, {"name": "Probe 2", "speech_speed": 1.1})["name"] == "Probe 2"
    made = next(assistant for assistant in client.list_all() if assistant["id"] == number)
    assert (made["speech_speed"], made["status"]) == ("1.1", "inactive")
    said = client.talk(made["uuid"], "Wann haben Sie offen?", "Danke, tschüss")
    assert said[0] == "Guten Tag!" and len(said) == 3
    client.delete(number)
    assert client.list_all() == before


def test_an_update_in_the_shape_of_the_list_is_refused(client: Round) -> None:
    listed = client.list_all()[0]
    with pytest.raises(VendorError, match=r"422|Validation failed"):
        client.update(listed["id"], {"tools": listed["tools"]})
    assert client.list_all()[0] == listed
