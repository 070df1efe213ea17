"""Exported and read back, a sheet changes nothing, whatever the assistants hold; and it says what it leaves out."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batch_update.account.connect import client_for
from batch_update.account.fetching import fetch_present
from batch_update.api.keys import ApiKey
from batch_update.check.checking import check_sheet
from batch_update.errors import KeyRefused, UsageError
from batch_update.fields.cells import LEAVE, read_cell
from batch_update.fields.facts import all_fields
from batch_update.fields.remembered.memory import BASE
from batch_update.fields.values.normalized import normalize_assistant
from batch_update.fields.values.same import same_value
from batch_update.model.plans import Plan, Present
from batch_update.model.sheets import Json, Severity
from batch_update.plan.changing.comparing import compare
from batch_update.plan.conditions import read_condition
from batch_update.plan.from_sheet import make_plan
from batch_update.run.exporting import Export, choose_fields, export
from batch_update.sandbox.app import Sandbox, make_app
from batch_update.settings.tunables import SANDBOX_KEY, Settings
from batch_update.sheet.reading import read_sheet
from batch_update.sheet.writing.formats import write_export
from tests.run.fakes import Pages
from tests.strategies import MODES, TRANSFER_TO, assistants, json_values

FORMATS = ("csv", "tsv", "xlsx", "jsonl")
UNREPORTED = {field.name for field in all_fields().values() if not field.reported}
PROPERTY = settings(max_examples=60, suppress_health_check=list(HealthCheck))
SLOW = settings(PROPERTY, max_examples=12)


class Listed(Pages):
    """An account whose list is given."""

    server = "example.test"

    def __init__(self, *entries: dict[str, Json]) -> None:
        self.entries = entries

    async def assistants(self, per_page: int = 100) -> AsyncGenerator[dict[str, Json], None]:
        for entry in self.entries:
            yield entry

    def present(self) -> dict[int, Present]:
        return {entry["id"]: normalize_assistant(entry) for entry in self.entries}


def exported(account: Any, **options: Any) -> Export:
    async def run() -> Export:
        return await export(account, **options)

    return anyio.run(run)


def written(found: Export, folder: Path, format: str) -> Path:
    return write_export(folder / f"account.{format}", found.header, found.rows)


def planned(path: Path, present: dict[int, Present]) -> Plan:
    """The plan of a sheet that is as it was exported: good without a look at what is there, and idle with one."""
    sheet = read_sheet(path)
    problems = [*check_sheet(sheet).problems, *make_plan(sheet).problems]
    assert [p for p in problems if p.severity is Severity.ERROR] == []
    return compare(make_plan(sheet, fetched=True), present)


def seen(found: Export) -> tuple[tuple[str, ...], ...]:
    """The rows without what they remember, which stands last."""
    assert found.header[-1] == BASE
    return tuple(row[:-1] for row in found.rows)


def check_nothing_changes(found: Export, present: dict[int, Present], folder: Path, format: str) -> None:
    plan = planned(written(found, folder, format), present)
    assert (plan.changes, plan.errors, len(plan.sheet)) == ((), (), len(found.rows))


def restated(found: Export, folder: Path, format: str) -> dict[int, dict[str, Json]]:
    """What a sheet says of each assistant, null included."""
    sheet = read_sheet(written(found, folder, format))
    ids = next(column for column in sheet.columns if column.header == "id").texts
    says: dict[int, dict[str, Json]] = {int(text): {} for text in ids}
    for column in sheet.columns:
        for number, text in zip(ids, column.texts, strict=True):
            value = LEAVE if column.field is None else read_cell(column.field, text, sheet.dialect.decimal)
            if column.field is not None and value is not LEAVE:
                says[int(number)][column.field] = value
    return says


# ---------------------------------------------------------------- the law


@PROPERTY
@given(st.data(), st.sampled_from(FORMATS))
def test_a_sheet_says_every_value_that_an_update_may_send(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, format: str
) -> None:
    """All fields, as a server would tell them that reports all."""
    entries = [
        {"id": 10**number + 7, **data.draw(assistants(mode))}
        for number, mode in enumerate(MODES, data.draw(st.sampled_from([1, 13])))
    ]
    account = Listed(*entries)
    found = exported(account)
    folder = tmp_path_factory.mktemp("out")
    check_nothing_changes(found, account.present(), folder, format)
    says = restated(found, folder, format)
    for entry in entries:
        for name, value in entry.items():
            if name == "id" or (name == "filler_config" and not value):
                continue  # {} says nothing, and cannot be sent
            assert same_value(name, says[entry["id"]][name], value), name
    assert not found.unreported and not found.left_empty.keys() - {"filler_config"}


ODD_TEXTS = (
    "=1+1",
    "=HYPERLINK(1)",
    "'quoted",
    "''twice",
    "@handle",
    "@@x",
    "+49 30 1234567",
    "-5",
    "--",
    "null",
    '"null"',
    "[]",
    "{}",
    "NaN",
    "N/A",
    "#REF!",
    "  spaces  ",
    "   ",
    "a\nb",
    "a\r\nb\n",
    "tab\there",
    "\tfirst",
    "\rfirst",
    "007",
    "1.0",
    "1,5",
    "1e5",
    "TRUE",
    "ja",
    "x",
    "2026-11-22",
    'say "hi"; then, go',
    "a,b;c|d",
    "Ünï ̈ 🦊 \u202e \u200b",
    "\ufeffmark",
    "_x0041_",
    "\\n",
    "",
)


@pytest.mark.parametrize("format", FORMATS)
def test_a_text_that_looks_like_something_else_comes_back_as_that_text(tmp_path: Path, format: str) -> None:
    """In every field that takes any text, and as texts inside of lists and objects."""
    plain = [f.name for f in all_fields().values() if f.kind == "text"]
    assert {"name", "system_prompt", "initial_message", "voice_mail_message"} <= set(plain)
    account = Listed(
        *(
            {
                "id": number,
                "mode": "pipeline",
                **dict.fromkeys(plain, text),
                "variables": {"a": text, text or "empty": "b"},
                "filler_config": {"positive": [text, "Okay."]},
                "tools": [{"type": "end_call", "description": text}],
            }
            for number, text in enumerate(ODD_TEXTS, 1)
        )
    )
    found = exported(account)
    assert not found.left_empty
    check_nothing_changes(found, account.present(), tmp_path, format)
    says = restated(found, tmp_path, format)
    for number, present in account.present().items():
        for name in (*plain, "variables", "filler_config", "tools"):
            assert same_value(name, says[number][name], present[name]), (name, ODD_TEXTS[number - 1])


@pytest.mark.parametrize("format", FORMATS)
def test_a_text_with_half_a_character_is_left_empty_and_counted(tmp_path: Path, format: str) -> None:
    """No file of text holds one: it would become a question mark, which the next apply would send."""
    long = "Half of a fox: \ud83e, and then the rest of a prompt. " * 9
    halves: dict[str, Json] = {
        "name": "a\ud800b",
        "system_prompt": long,
        "webhook_url": "https://praxis.de/\udc00",
        "timezone": "Europe/\udc00",
        "tools": [{"type": "end_call", "description": long}],
        "variables": {"k\ud800": "v"},
        "filler_config": {"positive": ["\udfff"]},
    }
    account = Listed({"id": 7, "mode": "pipeline", "initial_message": "Whole: 🦊", **halves})
    found = exported(account)
    assert found.left_empty == dict.fromkeys(halves, 1)
    check_nothing_changes(found, account.present(), tmp_path, format)
    assert restated(found, tmp_path, format)[7] == {"mode": "pipeline", "initial_message": "Whole: 🦊"}


ODD = st.one_of(
    json_values,
    st.integers(-5, 2000),
    st.integers(10**14, 10**20),
    st.floats(allow_nan=True),
    st.text(st.characters(exclude_categories=()), max_size=8),
    st.sampled_from(
        [
            "\ud800",
            "Half of a fox: \ud83e, and then the rest of a long prompt",
            "null",
            "N/A",
            "@x",
            '"x"',
            "=1+1",
            "#REF!",
            "[]",
            "_x005F_x0041_",
            "a\ufffeb",
            "a\rb",
            " ",
            "",
        ]
    ),
    st.lists(st.dictionaries(st.sampled_from(["type", "data", "name"]), json_values), max_size=2),
    st.just([{"type": "assistant_transfer", "assistant_id": 7}]),
)


@PROPERTY
@given(
    st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(all_fields(), ODD)), min_size=1, max_size=3),
    st.sampled_from(MODES),
    st.sampled_from(FORMATS),
)
def test_whatever_a_server_tells_the_sheet_is_good_and_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, raw: list[dict[str, Any]], mode: str, format: str
) -> None:
    account = Listed(*({"mode": mode, **entry, "id": number} for number, entry in enumerate(raw, 7)))
    check_nothing_changes(exported(account), account.present(), tmp_path_factory.mktemp("out"), format)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with make_app(None, limits=()) as app:
        yield app


def client_of(app: Sandbox, key: str = SANDBOX_KEY) -> Any:
    return client_for(Settings(rate=()), app=app, key=ApiKey(key))


@SLOW
@given(st.data(), st.sampled_from(FORMATS))
def test_an_account_of_the_sandbox_comes_back_as_it_is(
    tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox, data: st.DataObject, format: str
) -> None:
    bodies = {
        10010 + n: data.draw(assistants(mode, without=["phone_number_id"])) for n, mode in enumerate(MODES)
    }
    assert not bodies.keys() & set(TRANSFER_TO)

    async def run() -> tuple[Export, dict[int, Present]]:
        async with client_of(sandbox) as client:
            for number, body in bodies.items():
                assert (await client.update(number, body)).http == 200
            return await export(client), (await fetch_present(client)).present

    found, present = anyio.run(run)
    assert (len(found.rows), found.pages) == (60, 1)
    check_nothing_changes(found, present, tmp_path_factory.mktemp("out"), format)
    says = restated(found, tmp_path_factory.mktemp("out"), format)
    for number, body in bodies.items():
        for name, value in body.items():
            if name not in UNREPORTED and name != "filler_config":
                assert same_value(name, says[number][name], value)


# ---------------------------------------------------------------- which columns


def test_columns_are_the_reported_fields_in_the_catalogues_order(sandbox: Sandbox) -> None:
    found = exported(client_of(sandbox))
    assert found.header == (
        "id",
        *(name for name in all_fields() if name not in UNREPORTED),
        "_reported",
        BASE,
    )
    assert found.account.startswith("user 501 at ")


def test_a_field_that_some_answer_carries_after_all_has_a_column() -> None:
    found = exported(Listed({"id": 2, "label_ids": [3, 4]}, {"id": 1, "name": "x"}))
    column = found.header.index("label_ids")
    assert [row[column] for row in found.rows] == ["", "3; 4"]
    assert "folder_id" not in found.header


def test_fields_are_chosen_by_name_and_alias() -> None:
    names = choose_fields(["Stimme, name", "voice_id", "ID"])
    assert names == ("voice_id", "name")
    found = exported(Listed({"id": 1, "name": "x", "voice_id": "41"}), fields=names)
    assert (found.header, seen(found)) == (("id", "voice_id", "name", BASE), (("1", "41", "x"),))


def test_an_unknown_field_is_answered_with_what_was_meant() -> None:
    with pytest.raises(UsageError, match="speech_sped") as error:
        choose_fields(["name,speech_sped"])
    assert "speech_speed" in error.value.remedy


def test_a_column_that_is_not_reported_is_named() -> None:
    found = exported(Listed({"id": 1, "name": "x"}), fields=("name", "folder_id"))
    assert (seen(found), found.unreported) == ((("1", "x", ""),), ("folder_id",))


# ---------------------------------------------------------------- which assistants


def test_rows_are_ordered_by_id_and_chosen_by_only() -> None:
    account = Listed(*({"id": number, "name": f"n{number}"} for number in (9, 3, 12, 5)))
    assert [row[0] for row in exported(account).rows] == ["3", "5", "9", "12"]
    assert [row[0] for row in exported(account, only=(12, 3)).rows] == ["3", "12"]


def test_an_assistant_that_is_not_there_is_an_error() -> None:
    with pytest.raises(UsageError, match="4, 6") as error:
        exported(Listed({"id": 5}), only=(6, 5, 4))
    assert error.value.code == "X241"


def test_conditions_have_to_hold_all() -> None:
    account = Listed(
        {"id": 1, "mode": "dualplex", "speech_speed": "1.1"},
        {"id": 2, "mode": "dualplex", "speech_speed": "0.9"},
        {"id": 3, "mode": "pipeline", "speech_speed": "1.1"},
        {"id": 4, "mode": "dualplex"},
    )
    where = [read_condition("mode=dualplex"), read_condition("speech_speed>1")]
    assert [row[0] for row in exported(account, where=where).rows] == ["1"]


def test_a_condition_on_what_nobody_can_know_is_an_error_not_an_empty_sheet(sandbox: Sandbox) -> None:
    with pytest.raises(UsageError, match="does not report label_ids"):
        exported(client_of(sandbox), where=[read_condition("label_ids=3")])


def test_a_refused_key_is_told() -> None:
    with make_app(None, limits=()) as app, pytest.raises(KeyRefused):
        exported(client_of(app, "not-a-real-key"))


# ---------------------------------------------------------------- what cannot be said


def test_null_is_written_where_it_can_be_sent() -> None:
    found = exported(
        Listed({"id": 1, "phone_number_id": None, "llm_model_id": None, "name": None}),
        fields=("phone_number_id", "llm_model_id", "name"),
    )
    assert (seen(found), found.left_empty) == ((("1", "null", "", ""),), {})


def test_what_could_not_be_sent_is_left_empty_and_counted() -> None:
    entry = {
        "id": 1,
        "mode": "multimodal",
        "speech_speed": 3,
        "ringing_time": 20,
        "fillers": 0,
        "voice_id": -1,
    }
    names = ("mode", "speech_speed", "ringing_time", "fillers", "voice_id")
    found = exported(Listed(entry, {**entry, "id": 2, "mode": "pipeline"}), fields=names)
    assert found.header[-2] == "_reported"
    assert [row[:-1] for row in seen(found)] == [
        ("1", "multimodal", "", "20", "", ""),
        ("2", "pipeline", "", "20", "false", ""),
    ]
    assert [row[-1] for row in seen(found)] == [
        "speech_speed: 3.0; fillers: false; voice_id: -1",
        "speech_speed: 3.0; voice_id: -1",
    ]
    assert found.left_empty == {"speech_speed": 2, "fillers": 1, "voice_id": 2}


def test_a_webhook_that_is_on_without_an_address_is_left_as_it_is() -> None:
    entry = {"id": 1, "is_webhook_active": True, "webhook_url": None}
    found = exported(Listed(entry), fields=("is_webhook_active", "webhook_url"))
    assert seen(found) == (("1", "", "", "is_webhook_active: true"),)


CALENDAR = {"type": "calendar_integration", "calcom_api_key": "cal_live_secret", "calcom_event_slug": "s"}


def test_secrets_are_written_only_where_they_are_wanted(tmp_path: Path) -> None:
    account = Listed({"id": 1, "tools": [CALENDAR]}, {"id": 2, "tools": [{"type": "end_call"}]})
    whole, careful = exported(account), exported(account, secrets=False)
    assert (whole.secrets, careful.secrets) == (1, 1)
    assert "cal_live_secret" in repr(whole.rows) and "cal_live_secret" not in repr(careful.rows)
    assert "end_call" in repr(careful.rows)
    assert careful.left_empty == {}
    check_nothing_changes(careful, account.present(), tmp_path, "csv")
