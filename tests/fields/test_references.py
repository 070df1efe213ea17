"""Every id that an update may hold is known to come from a list of the account."""

from __future__ import annotations

from batch_update.fields.facts import all_fields
from batch_update.fields.references import Reference, catalogs_of, fields_from, references
from batch_update.fields.tools import KNOWN_TOOLS
from batch_update.model.choices import Catalog


def test_every_field_of_ids_refers_to_a_list_and_no_other_does() -> None:
    for field in all_fields().values():
        assert bool(catalogs_of(field.name)) is (field.kind in ("id", "ids")), field.name
    assert catalogs_of("id") == (Catalog.ASSISTANTS,)


def test_every_list_is_one_that_something_refers_to() -> None:
    assert [
        catalog for catalog in Catalog if catalog is not Catalog.ASSISTANTS and not fields_from(catalog)
    ] == []
    assert fields_from(Catalog.LANGUAGES) == ("language_id", "secondary_language_ids")


def test_every_id_inside_a_built_in_tool_refers_to_a_list() -> None:
    for tool in KNOWN_TOOLS:
        name = tool.model_fields["type"].annotation.__args__[0]
        for setting, info in tool.model_fields.items():
            is_id = setting.endswith("_id") and info.annotation is int
            assert bool(catalogs_of("tools", (name, setting))) is is_id, (name, setting)
    assert catalogs_of("variables", ("warm_call_transfer", "outbound_phone_id")) == ()


def test_the_ids_of_a_body_are_found_wherever_they_stand() -> None:
    body = {
        "name": "412",
        "voice_id": 412,
        "phone_number_id": None,
        "label_ids": [1, 2],
        "tools": [
            {"type": "end_call"},
            {
                "type": "warm_call_transfer",
                "outbound_phone_id": 7,
                "supervisor_phone": "+49",
                "description": "",
            },
            {"type": "assistant_transfer", "assistant_id": 10002},
            {"type": "of_tomorrow", "assistant_id": 5},
        ],
    }
    assert list(references(body)) == [
        Reference("voice_id", (), 412),
        Reference("label_ids", (), 1),
        Reference("label_ids", (), 2),
        Reference("tools", ("warm_call_transfer", "outbound_phone_id"), 7),
        Reference("tools", ("assistant_transfer", "assistant_id"), 10002),
    ]


def test_what_an_assistant_holds_may_be_anything_and_only_ids_count() -> None:
    odd = {
        "voice_id": "x",
        "label_ids": [None, "2", 3, True],
        "tools": "none",
        "language_id": [],
        "folder_id": {},
    }
    assert list(references(odd)) == [Reference("label_ids", (), 3)]
    assert list(references({"tools": ["x", {"type": "assistant_transfer", "assistant_id": "7"}, None]})) == []


def test_which_model_an_assistant_speaks_with_is_a_matter_of_its_mode() -> None:
    assert Reference("multimodal_model_id", (), 1).catalogs == (
        Catalog.MULTIMODAL_MODELS,
        Catalog.DUALPLEX_MODELS,
    )
    assert Reference("chat_llm_fallback_id", (), 1).catalogs == (Catalog.LLM_MODELS,)
