"""What a fresh sandbox holds agrees with its own rules."""

from __future__ import annotations

from batch_update.fields.facts import all_fields
from batch_update.sandbox import catalogue
from batch_update.sandbox.belongings import HOME
from batch_update.sandbox.seeds import seed_assistants

ODD = {
    10036: ["knowledgebase_mode"], 10037: ["max_duration"], 10038: ["reengagement_interval"],
    10039: ["filler_config.enabled", "filler_config.phrases"],
    10040: ["post_call_schema.1.type", "post_call_schema.2.type"],
}  # fmt: skip
"""What some hold that no update takes."""


def test_every_fresh_assistant_obeys_the_rules_itself_but_for_those_from_before_the_rules(api):
    """Sent back as it is, each one is taken: the seeds and the catalogue agree."""
    for assistant in seed_assistants():
        mode = assistant["mode"]
        settings = {
            name: value
            for name, value in assistant.items()
            if name in all_fields()
            and mode in all_fields()[name].modes
            and (value is not None or all_fields()[name].nullable)
        }
        assert list(api.errors(assistant["id"], settings)) == ODD.get(assistant["id"], [])
        assert set(all_fields()) - set(assistant) == set(), (
            "these have no value in batch_update/sandbox/seeds.py"
        )


def test_fresh_assistants_stand_where_samples_expect_them():
    modes = {assistant["id"]: assistant["mode"] for assistant in seed_assistants()}
    assert list(modes) == list(range(10001, 10061))
    assert {modes[n] for n in range(10001, 10041)} == {"pipeline"}
    assert {modes[n] for n in range(10041, 10051)} == {"multimodal"}
    assert {modes[n] for n in range(10051, 10061)} == {"dualplex"}
    assert len(list(seed_assistants(1000))) == 1000


def test_every_default_of_a_mode_fits_it():
    for mode, number in catalogue.DEFAULT_VOICE.items():
        voice = HOME.voice(number)
        assert voice is not None and mode in voice.modes
    for mode, model in catalogue.DEFAULT_MULTIMODAL.items():
        assert model in HOME.ids_of(mode)
    assert catalogue.DEFAULT_LLM in HOME.ids_of("llm")
