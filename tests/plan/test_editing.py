"""A sheet that remembers its export asks for what somebody edited in it, and for nothing else."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Any

import anyio
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from batch_update.check.checking import check_sheet
from batch_update.check.fault import Fault
from batch_update.fields.cells import show_cell
from batch_update.fields.facts import all_fields
from batch_update.fields.names import meaning
from batch_update.fields.remembered.memory import BASE, recalled, remembered
from batch_update.fields.values.normalized import normalize_assistant
from batch_update.fields.values.same import same_value
from batch_update.model.choices import Catalog
from batch_update.model.named import NamedChoice
from batch_update.model.plans import UNKNOWN, Plan, Present, Status, Why
from batch_update.model.sheets import Column, Dialect, Json, Sheet
from batch_update.plan.changing.comparing import compare
from batch_update.plan.changing.editing import OnConflict
from batch_update.plan.from_sheet import make_plan
from batch_update.report.screen.preview import left_words
from batch_update.run.exporting import Export, export
from tests.made import column, ids, sheet_of, table_of
from tests.run.fakes import Pages
from tests.strategies import MODES, assistants, field_values

ACCOUNT = "user 501 at example.test"
NOW: Present = {
    "name": "Praxis Weiß",
    "mode": "pipeline",
    "voice_id": 412,
    "speech_speed": 0.7,
    "initial_message": "Hallo,\n\tTab",
    "record": True,
    "max_duration": 1800,
    "knowledgebase_mode": "semantic",
    "label_ids": [3, 1],
    "variables": {"company": "Weiß", "extension": 7},
    "filler_config": {"positive": ["Okay."], "negative": []},
}


class Listed(Pages):
    """An account whose list is given."""

    server = "example.test"

    def __init__(self, entries: Mapping[int, Mapping[str, Json]]) -> None:
        self.entries = entries

    async def assistants(self, per_page: int = 100) -> AsyncGenerator[dict[str, Json], None]:
        for number, values in self.entries.items():
            yield {"id": number, "user_id": 501, **values}

    def present(self) -> dict[int, Present]:
        return {number: normalize_assistant(values) for number, values in self.entries.items()}


def exported(entries: Mapping[int, Mapping[str, Json]], **options: Any) -> Export:
    async def run() -> Export:
        return await export(Listed(entries), **options)

    return anyio.run(run)


def planned(
    sheet: Sheet,
    present: Mapping[int, Present],
    *,
    account: str = ACCOUNT,
    on_conflict: OnConflict = "hold",
) -> Plan:
    return compare(make_plan(sheet, fetched=True), present, account=account, on_conflict=on_conflict)


def row_of(cells: dict[str, str], *, number: int = 5, saw: Present = NOW, account: str = ACCOUNT) -> Sheet:
    """A row of a sheet that was exported when the assistant held what it `saw`."""
    memory = column(BASE, [remembered(5, account, saw)])
    return sheet_of(ids([number]), *(_cell_of(header, text) for header, text in cells.items()), memory)


def _cell_of(header: str, text: str) -> Column:
    heading = meaning(header)
    assert heading is not None
    return Column(header, (text,), heading.role, heading.field, heading.path, heading.operation)


def ends(plan: Plan) -> tuple[dict[str, Json], tuple[str, ...], list[str]]:
    """What is sent, what is left to others, and which fields are conflicts."""
    sent = dict(plan.changes[0].body) if plan.changes else {}
    conflicts = [one.field for outcome in plan.settled.values() for one in outcome.conflicts]
    return sent, plan.left_to_others.get(0, ()), conflicts


# ---------------------------------------------------------------- the table of the grammar


@pytest.mark.parametrize(
    ("cell", "now", "expected"),
    [
        ("0.7", 0.7, ({}, (), [])),
        ("0.7", 0.9, ({}, ("speech_speed",), [])),
        ("1.1", 0.7, ({"speech_speed": 1.1}, (), [])),
        ("1.1", 0.9, ({}, (), ["speech_speed"])),
        ("1.1", 1.1, ({}, (), [])),
        ("", 0.9, ({}, (), [])),
    ],
)
def test_a_cell_is_sent_where_it_was_edited_and_nobody_else_changed_it(
    cell: str, now: float, expected: object
) -> None:
    plan = planned(row_of({"speech_speed": cell}), {5: {**NOW, "speech_speed": now}})
    assert ends(plan) == expected


def test_both_values_of_a_conflict_are_shown_and_ours_can_be_chosen() -> None:
    sheet, now = row_of({"speech_speed": "1.1"}), {5: {**NOW, "speech_speed": 0.9}}
    held = planned(sheet, now).settled[0]
    assert (held.status, held.code) == (Status.CONFLICT, "X303")
    (one,) = held.conflicts
    assert (one.why, one.planned, one.wanted, one.now) == (Why.EDITED, UNKNOWN, 1.1, 0.9)
    assert ends(planned(sheet, now, on_conflict="ours")) == ({"speech_speed": 1.1}, (), [])


def test_one_conflict_holds_back_its_whole_row() -> None:
    sheet = row_of({"speech_speed": "1.1", "name": "Neu"})
    plan = planned(sheet, {5: {**NOW, "speech_speed": 0.9}})
    assert ends(plan) == ({}, (), ["speech_speed"])


def test_what_is_left_to_others_is_counted_and_its_row_says_so() -> None:
    plan = planned(
        row_of({"name": NOW["name"], "speech_speed": "0.7"}), {5: {**NOW, "name": "A", "speech_speed": 1}}
    )
    assert (plan.settled[0].code, plan.counts()["left_to_others"]) == ("X251", 2)
    assert left_words(plan) == ["not touched by you, changed by others since: 2 (in 1 row)"]


def test_a_field_that_the_export_did_not_see_means_what_it_says() -> None:
    seen = {"name": NOW["name"]}
    assert ends(planned(row_of({"speech_speed": "1.1"}, saw=seen), {5: NOW})) == (
        {"speech_speed": 1.1},
        (),
        [],
    )


def test_what_is_not_reported_any_more_is_a_conflict_once_it_was_edited() -> None:
    now = {name: value for name, value in NOW.items() if name != "speech_speed"}
    assert ends(planned(row_of({"speech_speed": "1.1"}), {5: now})) == ({}, (), ["speech_speed"])
    assert ends(planned(row_of({"speech_speed": "0.7"}), {5: now})) == ({}, (), [])


# ---------------------------------------------------------------- a cell is judged by what it means


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("speech_speed", "0,7"),
        ("speech_speed", "0,70"),
        ("record", "WAHR"),
        ("voice_id", "412,0"),
        ("mode", "Pipeline"),
        ("initial_message", "Hallo,\r\nTab"),
        ("label_ids", "1;3"),
        ("label_ids", "[3, 1]"),
        ("variables", '{ "extension": 7.0,\r\n "company": "Wei\u00df" }'),
        ("variables.company", "Weiß"),
        ("variables.extension", "7"),
        ("filler_config", '{"positive":["Okay."]}'),
        ("filler_config.positive", "Okay."),
        ("max_duration", "1800"),
        ("knowledgebase_mode", "semantic"),
    ],
)
def test_a_cell_that_a_program_wrote_otherwise_is_as_it_was_exported(name: str, text: str) -> None:
    """Also where its value may not be sent at all: it is left alone."""
    sheet = row_of({name: text})
    german = Sheet(sheet.name, Dialect("csv", decimal=","), sheet.columns, sheet.numbers, sheet.lines)
    assert check_sheet(german).problems == ()
    for now in (NOW, {**NOW, name.partition(".")[0]: _other(name.partition(".")[0])}):
        plan = planned(german, {5: now})
        assert (plan.problems, plan.changes, plan.settled[0].status) == ((), (), Status.UNCHANGED)


def _other(name: str) -> Json:
    """A value that the assistant does not hold in this field."""
    others = {
        "variables": {"company": "B", "extension": 8},
        "filler_config": {"positive": ["Ja."]},
        "label_ids": [9],
    }
    plain = {"record": False, "mode": "dualplex", "knowledgebase_mode": "prompt"}
    return others.get(name, plain.get(name, 1))


def test_an_id_with_its_name_is_as_it_was_exported_whoever_is_called_so_by_now() -> None:
    sheet, name = row_of({"voice_id": "412 – Sabine"}), NamedChoice("412 – Sabine", (Catalog.VOICES,))
    renamed = {name: Fault("C132", "voice 412 is called Susi, and the cell says Sabine")}
    made = make_plan(sheet, fetched=True, names=renamed)
    assert ends(compare(made, {5: {**NOW, "voice_id": 533}}, account=ACCOUNT)) == ({}, (), [])
    other = make_plan(
        row_of({"voice_id": "533 – Sabine"}),
        fetched=True,
        names={NamedChoice("533 – Sabine", (Catalog.VOICES,)): 533},
    )
    assert ends(compare(other, {5: NOW}, account=ACCOUNT))[0] == {"voice_id": 533}


def test_spaces_at_the_ends_of_a_text_are_an_edit() -> None:
    sheet = row_of({"name": "Praxis"}, saw={"name": "Praxis "})
    assert ends(planned(sheet, {5: {"name": "Praxis "}})) == ({"name": "Praxis"}, (), [])


def test_an_edited_cell_out_of_bounds_is_an_error_all_the_same() -> None:
    assert [p.code for p in check_sheet(row_of({"max_duration": "1900"})).problems] == ["V104"]


# ---------------------------------------------------------------- parts


@pytest.mark.parametrize(
    ("cell", "now", "expected"),
    [
        ("Weiß", "Schwarz", ({}, ("variables.company",), [])),
        ("Neu", "Weiß", ({"variables": {"company": "Neu", "extension": 8}}, (), [])),
        ("Neu", "Schwarz", ({}, (), ["variables.company"])),
        ("Neu", "Neu", ({}, (), [])),
    ],
)
def test_a_part_is_held_against_that_part(cell: str, now: str, expected: object) -> None:
    """The rest of the value may have changed: it is kept as it is now."""
    present = {**NOW, "variables": {"company": now, "extension": 8}}
    assert ends(planned(row_of({"variables.company": cell}), {5: present})) == expected


def test_a_part_that_was_not_there_is_a_conflict_once_others_have_added_it() -> None:
    sheet = row_of({"variables.slogan": "Hallo"})
    assert ends(planned(sheet, {5: NOW}))[0] == {"variables": {**NOW["variables"], "slogan": "Hallo"}}
    added = {**NOW, "variables": {**NOW["variables"], "slogan": "Moin"}}
    assert ends(planned(sheet, {5: added}))[2] == ["variables.slogan"]


def test_what_is_added_to_a_list_overwrites_nobody() -> None:
    plan = planned(row_of({"label_ids+": "7"}), {5: {**NOW, "label_ids": [4]}})
    assert ends(plan) == ({"label_ids": [4, 7]}, (), [])


def test_a_part_beside_its_whole_is_fine_where_the_whole_is_as_it_was_exported() -> None:
    whole = show_cell("variables", NOW["variables"])
    sheet = row_of({"variables": whole, "variables.company": "Neu"})
    assert ends(planned(sheet, {5: NOW}))[0] == {"variables": {**NOW["variables"], "company": "Neu"}}
    edited = row_of({"variables": '{"company": "B"}', "variables.company": "Neu"})
    assert [p.code for p in planned(edited, {5: NOW}).errors] == ["X240"]


# ---------------------------------------------------------------- fields that belong together


def test_what_is_as_exported_does_not_forbid_a_change_of_mode() -> None:
    """The row would be invalid if the filler words, which the new mode has not, were asked for."""
    saw = {**NOW, "fillers": True}
    sheet = row_of({"mode": "multimodal", "fillers": "true", "voice_id": "412"}, saw=saw)
    assert check_sheet(sheet).problems[:1] == () or check_sheet(sheet).problems[0].code == "X220"
    assert ends(planned(sheet, {5: saw}))[0] == {"mode": "multimodal"}
    forgotten = table_of("id mode fillers", ["5", "multimodal", "true"])
    assert "X210" in {p.code for p in planned(forgotten, {5: saw}).errors}


# ---------------------------------------------------------------- a memory that does not count


def test_a_damaged_memory_is_said_and_the_row_means_what_it_says() -> None:
    cell = remembered(5, ACCOUNT, NOW)
    for broken in (cell[:60], cell[:-1], cell.lower(), cell.replace("b1", "b2"), "x", "1"):
        sheet = table_of("id speech_speed _base", ["5", "0.7", broken])
        plan = planned(sheet, {5: {**NOW, "speech_speed": 0.9}})
        assert [(p.code, p.column) for p in plan.problems] == [("X280", 2)]
        assert ends(plan) == ({"speech_speed": 0.7}, (), [])


def test_a_row_that_was_copied_for_another_assistant_means_what_it_says() -> None:
    plan = planned(row_of({"speech_speed": "0.7"}, number=6), {6: {**NOW, "speech_speed": 0.9}})
    assert [(p.code, p.message) for p in plan.problems] == [
        ("X281", "the row is about assistant 6, and remembers 5")
    ]
    assert ends(plan)[0] == {"speech_speed": 0.7}


def test_ids_that_were_sorted_without_the_rest_are_refused_and_copied_rows_are_not() -> None:
    """Else hundreds of assistants would get the values of others."""
    saw = {number: remembered(number, ACCOUNT, NOW) for number in (5, 6, 7)}
    there = {number: {**NOW, "speech_speed": 0.9} for number in saw}

    def codes(*rows: tuple[int, int]) -> list[tuple[str, int | None]]:
        cells = [[str(number), "0.7", saw[memory]] for number, memory in rows]
        return [(p.code, p.index) for p in planned(table_of("id speech_speed _base", *cells), there).problems]

    assert codes((6, 5), (7, 6), (5, 7)) == [("X283", 0), ("X283", 1), ("X283", 2)]
    assert codes((6, 5), (5, 6), (7, 7)) == [("X283", 0), ("X283", 1)]
    assert codes((5, 5), (6, 5), (7, 5)) == [("X281", 1), ("X281", 2)]


def test_another_account_is_said_once_and_what_its_cells_say_counts() -> None:
    cells = {"speech_speed": "0.7", "max_duration": "1800"}
    here, there = row_of(cells), {5: {**NOW, "speech_speed": 0.9}}
    assert check_sheet(here).problems == (), "whose it is, only the account tells"
    plan = planned(here, there, account="user 502 at example.test")
    assert [p.code for p in plan.problems] == ["X282", "V104"]
    assert "1 row remembers another account" in plan.problems[0].message


def test_an_empty_memory_is_no_news() -> None:
    plan = planned(table_of("id speech_speed _base", ["5", "0.7", " "]), {5: {**NOW, "speech_speed": 0.9}})
    assert (plan.problems, ends(plan)) == ((), ({"speech_speed": 0.7}, (), []))


def test_without_a_look_nothing_of_it_counts() -> None:
    sheet = row_of({"speech_speed": "0.7", "max_duration": "1800"})
    made = make_plan(sheet)
    assert [p.code for p in made.errors] == ["V104"]
    blind = make_plan(row_of({"speech_speed": "0.7"}))
    assert [change.body for change in blind.changes] == [{"speech_speed": 0.7}]
    assert "does not count" in left_words(blind)[0]


# ---------------------------------------------------------------- a whole account, edited by both sides


FIELDS = (
    "name",
    "voice_id",
    "speech_speed",
    "record",
    "system_prompt",
    "variables",
    "max_silence_duration",
    "timezone",
)
OTHERS = all_fields().keys() - {*FIELDS, "mode"}
PROPERTY = settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)


def other_than(*values: Json, field: str, mode: str, data: st.DataObject) -> Json:
    """A value for this field that is none of these."""
    drawn = field_values(field, mode)
    assert drawn is not None
    value = data.draw(drawn)
    assume(not any(are_alike(field, value, known) for known in values))
    return value


def are_alike(field: str, one: Json, other: Json) -> bool:
    """Whether they are the same for the server, or to a spreadsheet program, which keeps 15 digits of a number."""
    if isinstance(one, float) and isinstance(other, float) and f"{one:.15g}" == f"{other:.15g}":
        return True
    return same_value(field, one, other) or same_value(field, other, one)


@PROPERTY
@given(st.data())
def test_only_what_somebody_edited_is_planned_whatever_others_did(data: st.DataObject) -> None:
    """Three cells are edited, rows are sorted and deleted, columns too; four others change on the server; and perhaps
    one of the edited ones does."""
    entries = {
        number: data.draw(assistants(mode, without=OTHERS)) for number, mode in enumerate(MODES * 2, 101)
    }
    table = exported(entries, fields=FIELDS)
    present = Listed(entries).present()
    cells = [(number, field) for number in entries for field in FIELDS]
    chosen = data.draw(st.lists(st.sampled_from(cells), min_size=7, max_size=7, unique=True))
    edited, moved = chosen[:3], chosen[3:]
    new = {
        cell: other_than(present[cell[0]][cell[1]], field=cell[1], mode=entries[cell[0]]["mode"], data=data)
        for cell in chosen
    }
    now = {number: dict(values) for number, values in present.items()}
    for number, field in moved:
        now[number][field] = new[number, field]
    is_disputed = data.draw(st.booleans())
    if is_disputed:
        number, field = edited[0]
        known = present[number][field], new[edited[0]]
        now[number][field] = other_than(*known, field=field, mode=entries[number]["mode"], data=data)

    sheet = edited_sheet(table, {cell: new[cell] for cell in edited}, chosen, data)
    plan = planned(sheet, now)
    assert plan.errors == ()
    left = {
        (int(sheet.columns[0].texts[row]), name)
        for row, names in plan.left_to_others.items()
        for name in names
    }
    assert left == {cell for cell in moved if table_says(table, cell)}
    conflicts = [c.field for outcome in plan.settled.values() for c in outcome.conflicts]
    sent = {(change.assistant_id, name) for change in plan.changes for name in change.body}
    held = {cell for cell in edited if is_disputed and cell[0] == edited[0][0]}
    assert conflicts == ([edited[0][1]] if is_disputed else [])
    assert sent == set(edited) - held


def table_says(table: Export, cell: tuple[int, str]) -> bool:
    """Whether the export has a text there: an empty cell asks for nothing, and nothing is counted of it."""
    row = next(row for row in table.rows if row[0] == str(cell[0]))
    return bool(row[table.header.index(cell[1])])


def edited_sheet(
    table: Export, edits: Mapping[tuple[int, str], Json], kept: list[tuple[int, str]], data: st.DataObject
) -> Sheet:
    """The export, edited: rows in another order, and without rows and columns that nobody needs."""
    rows = [dict(zip(table.header, row, strict=True)) for row in table.rows]
    rows = data.draw(
        st.permutations([row for row in rows if int(row["id"]) in {number for number, _ in kept}])
    )
    for (number, field), value in edits.items():
        next(row for row in rows if row["id"] == str(number))[field] = show_cell(field, value)
    names = ["id", *{field for _, field in kept}, BASE]
    return table_of(" ".join(names), *([row[name] for name in names] for row in rows))


# ---------------------------------------------------------------- the cell


@given(assistants("pipeline"), st.integers(1, 10**17))
@settings(max_examples=30, deadline=None)
def test_a_memory_knows_every_value_and_is_a_cell_that_no_program_changes(
    body: dict[str, Any], number: int
) -> None:
    values = normalize_assistant(body)
    text = remembered(number, ACCOUNT, values)
    memory = recalled(text)
    assert memory is not None and memory.assistant_id == number
    assert all(memory.saw(name, value) for name, value in values.items())
    assert (
        len(text) < 32_767 and text[0].isalpha() and text.isascii() and text.isprintable() and " " not in text
    )


def test_of_too_many_parts_none_is_remembered_and_of_fields_all_are() -> None:
    values = {"name": "A", "variables": {f"k{number}": "v" for number in range(5000)}}
    text = remembered(5, ACCOUNT, values)
    memory = recalled(text)
    assert memory is not None and len(text) < 32_767
    assert memory.saw("variables", values["variables"]) and not memory.knows("variables.k1")


def test_equal_values_of_two_assistants_do_not_look_alike() -> None:
    one, other = (remembered(number, ACCOUNT, {"record": True}).split(":")[3] for number in (5, 6))
    assert one != other


def test_every_field_has_a_mark_of_its_own() -> None:
    memory = recalled(remembered(5, ACCOUNT, dict.fromkeys(all_fields())))
    assert memory is not None and all(memory.knows(name) for name in all_fields())
