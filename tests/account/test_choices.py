"""What may be chosen is looked up once, kept for a while by account, and a list that cannot be had is only a reason."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest

from batch_update.account.account import account_of, lists_file
from batch_update.account.choices import look_up
from batch_update.account.connect import client_for
from batch_update.account.kept import Kept
from batch_update.api.keys import ApiKey
from batch_update.clock import Clock
from batch_update.errors import KeyRefused
from batch_update.model.choices import Catalog, Choices
from batch_update.sandbox.app import Sandbox, make_app
from batch_update.settings.tunables import SANDBOX_KEY, Settings
from tests.clocks import NOON
from tests.sandbox.served import asked_first

UNPACED = Settings(rate=(), sandbox_limits=())


@pytest.fixture
def app() -> Iterable[Sandbox]:
    with make_app(None, limits=()) as made:
        yield made


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path / "kept" / "lists.json", "an account", clock=Clock(wall=lambda: NOON))


def later(kept: Kept, **passed: float) -> Kept:
    return replace(kept, clock=Clock(wall=lambda: NOON + timedelta(**passed)))


def looked_up(app: Any, *catalogs: Catalog, key: str = SANDBOX_KEY, **options: Any) -> Choices:
    async def main() -> Choices:
        async with client_for(UNPACED, key=ApiKey(key), app=app) as client:
            return await look_up(client, catalogs, **options)

    return anyio.run(main)


def answering(app: Any, path: str, answer: tuple[int, Any]) -> Any:
    return asked_first(app, lambda method, asked, nth: answer if asked.endswith(path) else None)


# ---------------------------------------------------------------- what is found


def test_every_list_of_the_account_can_be_looked_up(app: Sandbox) -> None:
    found = looked_up(app, *Catalog)
    assert set(found.lists) == set(Catalog) and not found.unknown and not found.stored
    assert all(found[catalog] for catalog in Catalog)


def test_a_voice_knows_the_modes_that_it_fits_by_one_request_a_mode(app: Sandbox) -> None:
    found = looked_up(app, Catalog.VOICES)
    modes = {choice.id: choice.modes for choice in found[Catalog.VOICES]}
    assert (modes[412], modes[421], modes[42]) == (
        ("pipeline",),
        ("pipeline", "dualplex"),
        ("multimodal", "dualplex"),
    )
    assert found.requests == 3 and len(found[Catalog.VOICES]) == 15
    susi = found.find(Catalog.VOICES, 418)
    assert susi is not None and (susi.name, susi.language_id, susi.about) == (
        "Susi",
        1,
        "female, bavarian, young",
    )
    assert susi.preview_url.startswith("https://")
    assert susi.fits("pipeline") and not susi.fits("multimodal")


def test_of_numbers_it_is_known_which_exist_which_are_free_and_which_cannot_be_called(app: Sandbox) -> None:
    found = {choice.id: choice for choice in looked_up(app, Catalog.PHONE_NUMBERS)[Catalog.PHONE_NUMBERS]}
    assert (found[1].is_free, found[1].is_caller_id) == (False, False)
    assert (found[4].is_free, found[4].is_caller_id) == (True, False)
    assert (found[11].is_free, found[11].is_caller_id) == (False, True)
    assert found[4].name == "+494066969104"


def test_of_providers_it_is_known_who_speaks_the_languages_that_are_asked_for(app: Sandbox) -> None:
    found = looked_up(app, Catalog.SYNTHESIZERS, Catalog.FOLDERS, languages=[7, 1])
    assert found.in_language == {
        (Catalog.SYNTHESIZERS, 1): frozenset({1, 2, 3}),
        (Catalog.SYNTHESIZERS, 7): frozenset({1, 3}),
    }
    assert found.requests == 4


def test_the_models_of_each_mode_are_a_list_of_their_own(app: Sandbox) -> None:
    found = looked_up(app, Catalog.MULTIMODAL_MODELS, Catalog.DUALPLEX_MODELS)
    assert list(found.by_id(Catalog.MULTIMODAL_MODELS)) == [1, 2]
    assert list(found.by_id(Catalog.DUALPLEX_MODELS)) == [3, 4]


@pytest.mark.parametrize("wrapped", [False, True])
def test_lists_come_bare_and_wrapped(app: Sandbox, wrapped: bool) -> None:
    entries = [{"id": "7", "name": "Zoë"}, {"id": 8, "name": None}]
    answer = {"data": entries} if wrapped else entries
    found = looked_up(answering(app, "/tools", (200, answer)), Catalog.TOOLS)
    assert [(choice.id, choice.name) for choice in found[Catalog.TOOLS]] == [(7, "Zoë"), (8, "")]


def test_a_voice_that_is_listed_for_several_languages_is_for_all(app: Sandbox) -> None:
    answer = [{"id": 7, "name": "Zoë", "language_id": 1}, {"id": 7, "name": "Zoë", "language_id": 2}]
    (voice,) = looked_up(answering(app, "/voices", (200, answer)), Catalog.VOICES)[Catalog.VOICES]
    assert voice.language_id is None and len(voice.modes) == 3


# ---------------------------------------------------------------- what cannot be had


@pytest.mark.parametrize(
    "answer",
    [
        (404, {"message": "Not found"}),
        (403, {"error": "No"}),
        (200, {"data": 5}),
        (200, [{"name": "x"}]),
        (422, {}),
    ],
)
def test_a_list_that_cannot_be_had_is_a_reason_and_the_others_are_there(
    app: Sandbox, answer: tuple[int, Any]
) -> None:
    found = looked_up(answering(app, "/tools", answer), Catalog.TOOLS, Catalog.LABELS)
    assert list(found.unknown) == [Catalog.TOOLS] and found.unknown[Catalog.TOOLS]
    assert Catalog.TOOLS not in found and found.find(Catalog.TOOLS, 1) is None
    assert Catalog.LABELS in found


def test_a_server_without_lists_by_language_leaves_open_who_speaks_which(app: Sandbox) -> None:
    def refuse(method: str, path: str, nth: int) -> tuple[int, Any] | None:
        return (422, {}) if path.endswith("synthesizer-providers") and nth > 1 else None

    found = looked_up(asked_first(app, refuse), Catalog.SYNTHESIZERS, languages=[1])
    assert found.in_language == {} and Catalog.SYNTHESIZERS in found and not found.unknown


def test_a_key_that_is_refused_is_the_end(app: Sandbox) -> None:
    with pytest.raises(KeyRefused):
        looked_up(app, Catalog.TOOLS, key="a-key-of-somebody-else")


# ---------------------------------------------------------------- what is kept


def test_what_was_looked_up_is_kept_and_not_asked_for_again(app: Sandbox, kept: Kept) -> None:
    first = looked_up(app, Catalog.VOICES, Catalog.SYNTHESIZERS, languages=[2], kept=kept)
    again = looked_up(app, Catalog.VOICES, Catalog.SYNTHESIZERS, Catalog.LABELS, languages=[2], kept=kept)
    assert (first.requests, again.requests) == (5, 1)
    assert again.stored == {Catalog.VOICES, Catalog.SYNTHESIZERS}
    assert {catalog: again[catalog] for catalog in first.lists} == first.lists
    assert again.in_language == first.in_language


def test_assistants_are_never_taken_from_a_list_that_was_kept(app: Sandbox, kept: Kept) -> None:
    """One may be gone since, and another one have its name."""
    looked_up(app, Catalog.ASSISTANTS, Catalog.LABELS, kept=kept)
    again = looked_up(app, Catalog.ASSISTANTS, Catalog.LABELS, kept=kept)
    assert again.stored == {Catalog.LABELS} and again.requests == 1
    assert "assistants" not in kept.path.read_text("utf-8"), "names of customers are not left lying about"


def test_what_is_kept_grows_old_and_is_looked_up_again(app: Sandbox, kept: Kept) -> None:
    looked_up(app, Catalog.LABELS, kept=kept)
    assert looked_up(app, Catalog.LABELS, kept=later(kept, minutes=59)).requests == 0
    assert looked_up(app, Catalog.LABELS, kept=later(kept, minutes=61)).requests == 1
    assert looked_up(app, Catalog.LABELS, kept=later(kept, minutes=62)).requests == 0


def test_what_comes_from_the_future_is_looked_up_again(app: Sandbox, kept: Kept) -> None:
    looked_up(app, Catalog.LABELS, kept=kept)
    assert looked_up(app, Catalog.LABELS, kept=later(kept, minutes=-1)).requests == 1


def test_with_no_age_allowed_and_with_refresh_nothing_that_is_kept_is_taken(app: Sandbox, kept: Kept) -> None:
    looked_up(app, Catalog.LABELS, kept=kept)
    assert looked_up(app, Catalog.LABELS, kept=replace(kept, max_age=0)).requests == 1
    assert looked_up(app, Catalog.LABELS, kept=kept, refresh=True).requests == 1


def test_what_could_not_be_had_is_not_kept(app: Sandbox, kept: Kept) -> None:
    looked_up(answering(app, "/tools", (404, {})), Catalog.TOOLS, kept=kept)
    assert looked_up(app, Catalog.TOOLS, kept=kept).requests == 1


def _of_another(document: Any) -> Any:
    return {**document, "account": "another"}


def _of_another_form(document: Any) -> Any:
    return {**document, "form": 0}


def _with_odd_ids(document: Any) -> Any:
    document["lists"]["labels"]["choices"][0]["id"] = "x"
    return document


@pytest.mark.parametrize(
    "spoil", [_of_another, _of_another_form, _with_odd_ids, lambda document: [], lambda document: {"form": 1}]
)
def test_a_file_of_another_account_or_form_is_looked_up_anew(app: Sandbox, kept: Kept, spoil: Any) -> None:
    looked_up(app, Catalog.LABELS, kept=kept)
    kept.path.write_text(json.dumps(spoil(json.loads(kept.path.read_text()))))
    found = looked_up(app, Catalog.LABELS, kept=kept)
    assert found.requests == 1 and len(found[Catalog.LABELS]) == 4
    assert looked_up(app, Catalog.LABELS, kept=kept).requests == 0, "and is whole again"


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\x00", b'{"form": NaN}', b"[" * 100_000])
def test_a_damaged_file_is_looked_up_anew(app: Sandbox, kept: Kept, content: bytes) -> None:
    kept.path.parent.mkdir()
    kept.path.write_bytes(content)
    assert looked_up(app, Catalog.LABELS, kept=kept).requests == 1
    assert looked_up(app, Catalog.LABELS, kept=kept).requests == 0


def test_what_is_kept_is_for_its_owner_alone_and_a_link_in_its_place_is_not_followed(
    app: Sandbox, kept: Kept, tmp_path: Path
) -> None:
    looked_up(app, Catalog.LABELS, kept=kept)
    assert stat.S_IMODE(kept.path.stat().st_mode) == 0o600
    elsewhere = tmp_path / "planted.json"
    kept.path.rename(elsewhere)
    kept.path.symlink_to(elsewhere)
    planted = elsewhere.read_bytes()
    assert looked_up(app, Catalog.LABELS, kept=kept).requests == 1
    assert elsewhere.read_bytes() == planted


def test_where_nothing_can_be_kept_the_lists_are_there_all_the_same(app: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    nowhere = Kept(tmp_path / "file" / "lists.json", "an account")
    assert Catalog.LABELS in looked_up(app, Catalog.LABELS, kept=nowhere)


def test_accounts_are_kept_apart_and_no_key_is_written_down(tmp_path: Path) -> None:
    def place(key: str, url: str) -> Path:
        settings = Settings(base_url=url, locks_dir=tmp_path / "shared")
        found = lists_file(settings, account_of(settings, key=ApiKey(key)))
        assert found is not None and key not in str(found)
        assert tmp_path / "shared" not in found.parents, "others may write there"
        return found

    places = {
        place(key, f"https://{host}/api") for key in ("key-one-1", "key-two-2") for host in ("a.de", "b.de")
    }
    assert len(places) == 4
