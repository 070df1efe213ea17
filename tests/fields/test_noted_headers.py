"""Headers with units, bounds, examples, line breaks and marks beside the name of a field: the field, or none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from batch_update.fields.facts import Field, all_fields
from batch_update.fields.names import ID_NAMES, may_stand_for_id, meaning, names_several
from batch_update.model.sheets import Role
from tests.sheet.tables import read_text


def names_of(field: Field) -> tuple[str, ...]:
    return (field.name, *field.aliases)


DRESSED = (
    "{}*", "{} *", "* {}", "{}:", "{} (optional)", "{}\n(Pflichtfeld)", "{} [required]", "{} – siehe Legende", "{}†",
    "{} (bitte ausfüllen)", "  {}  ", "„{}“", "{}¹", "({})", "{}\r\n(z. B. siehe Legende)", "{}\n",
    "🎙️ {}", "{} ✅", "{} (👋🏽)",
)  # fmt: skip
"""What means nothing beside any name."""


@pytest.mark.parametrize("field", all_fields().values(), ids=list(all_fields()))
def test_each_name_of_each_field_is_found_beside_what_means_nothing(field: Field) -> None:
    for name in names_of(field):
        for dress in DRESSED:
            found = meaning(dress.format(name))
            assert found is not None and found.field == field.name, dress.format(name)


def bounds_of(field: Field) -> Iterator[str]:
    """What people write of a field's own bounds, unit and kind."""
    if field.minimum is not None and field.maximum is not None:
        low, high = f"{field.minimum:g}", f"{field.maximum:g}"
        german = low.replace(".", ","), high.replace(".", ",")
        yield from (f"({low}-{high})", f"[{german[0]}–{german[1]}]", f"\n({german[0]} bis {german[1]})")
        yield f"(min. {low}, max. {high})"
        if field.unit == "s":
            yield from ("[s]", "(Sek.)", "in Sekunden", f"({low}-{high} s)", ", s", "(seconds)")
        elif field.unit == "min":
            yield from ("[min]", "in Minuten")
    if field.max_length:
        yield from (f"(max. {field.max_length} Zeichen)", f"\nmax. {field.max_length} characters")
    if field.choices:
        yield from (f"({'/'.join(field.choices)})", f"({', '.join(field.words or field.choices)} ...)")
    if field.kind == "flag":
        yield from ("(ja/nein)", "ja/nein", "(yes / no)", "[0/1]", "(x = ja)")
    if field.kind == "id":
        yield from ("(ID)", "(Name oder ID)", "[id]")


@pytest.mark.parametrize("field", all_fields().values(), ids=list(all_fields()))
def test_each_field_is_found_beside_its_own_bounds_unit_and_words(field: Field) -> None:
    for name in names_of(field):
        for note in bounds_of(field):
            found = meaning(f"{name} {note}")
            assert found is not None and found.field == field.name, f"{name} {note}"


@pytest.mark.parametrize("field", all_fields().values(), ids=list(all_fields()))
def test_a_name_may_be_broken_over_lines(field: Field) -> None:
    for name in names_of(field):
        half = len(name) // 2
        if name[half - 1].isalpha() and name[half].isalpha():
            for broken in (f"{name[:half]}-\n{name[half:]}", f"{name[:half]}\u00ad{name[half:]}"):
                found = meaning(broken)
                assert found is not None and found.field == field.name, broken
        found = meaning(name.replace(" ", "\n"))
        assert found is not None and found.field == field.name


@pytest.mark.parametrize(
    "header",
    [
        "Name (Kunde)", "Kunde (Name)", "Telefonnummer (Kunde)", "Telefonnummer 2", "Telefonnummer (2)", "Begrüßung 2",
        "2. Stimme", "Stimme (alt)", "Stimme (neu)", "Kommentar (Stimme)", "Kommentar zur Stimme", "Stimme?Sprache",
        "Max. Dauer [min]", "Max. Dauer (Minuten)", "Max. Dauer [ms]", "Chat-Zeitlimit [s]",
        "Sprechgeschwindigkeit (1-10)", "Sprechgeschwindigkeit [%]", "Temperatur (0-100)", "Temperatur [°C]",
        "Temperatur in Prozent",
        "Name (Stimme)", "ID (Kunde)", "Kunden-ID", "ID Kunde", "Bearbeiter (Name)", "Status (aktiv/inaktiv)",
        "Stimme (nicht ändern)", "name (do not change)", "Tempo (Standard)", "Tempo (max)", "Tempo maximal",
        "Beispiel: Stimme", "Prompt (z. B.)", "Temperatur (min)",
        "Typ (Praxis)", "Modus (Test)", "Sprache / Stimme", "Aufzeichnung (Datum)", "x" * 50_000 + " (Stimme)",
    ],
)  # fmt: skip
def test_what_may_make_another_thing_of_it_is_no_field(header: str) -> None:
    assert meaning(header) is None


@pytest.mark.parametrize(
    "header",
    [
        "ID (nicht ändern)",
        "Tempo (Standard: 1,0)",
        "Tempo (max: 1,2)",
        "Begrüßung (nicht Pflicht)",
        "Tempo (z. B. 1,0)",
    ],
)
def test_beside_a_number_such_words_are_notes_and_an_id_is_never_to_be_changed(header: str) -> None:
    assert meaning(header) is not None


def test_a_header_that_names_two_fields_names_none_and_says_which_they_were() -> None:
    assert names_several("Sprache / Stimme") == ("language_id", "voice_id")
    (problem,) = read_text("id;Sprache / Stimme;Tempo\n1;2;1\n").problems
    assert problem.code == "H102" and "names 2 fields, language_id and voice_id" in problem.message


def test_what_a_note_leaves_in_doubt_is_asked() -> None:
    (problem,) = read_text("id;Max. Dauer [min];Tempo\n1;2;1\n").problems
    assert problem.code == "H102" and "max_duration, 20 to 1200 s?" in problem.remedy


@pytest.mark.parametrize("dress", DRESSED)
@pytest.mark.parametrize("name", ["id", "Assistenten-ID", *ID_NAMES])
def test_the_id_column_may_have_notes(name: str, dress: str) -> None:
    found = meaning(dress.format(name))
    assert found is not None and found.role is Role.ID


@pytest.mark.parametrize(
    "header",
    ["Assistent", "Assistent*", "Assistant", "Name", "KI-Assistent (Name)", "Agent", "Name\n(Pflicht)"],
)
def test_a_name_may_stand_for_an_id(header: str) -> None:
    assert may_stand_for_id(header)


@pytest.mark.parametrize("header", ["Kunde", "Name (Kunde)", "id", "Assistent (Kunde)", "", "Agentur"])
def test_other_names_stand_for_no_id(header: str) -> None:
    assert not may_stand_for_id(header)


@pytest.mark.parametrize(
    "part",
    [("label_ids+ (Liste)", "label_ids", "add"), ("tools.end_call.description (optional)", "tools", "set")],
)
def test_a_part_may_have_notes_too(part: tuple[str, str, str]) -> None:
    header, field, operation = part
    found = meaning(header)
    assert found is not None and (found.field, found.operation) == (field, operation)


def test_the_key_of_a_variable_stays_as_it_stands() -> None:
    found = meaning("variables.Preis (EUR)*")
    assert found is not None and found.path == ("Preis (EUR)*",)


@pytest.mark.parametrize("cell", ["{{name}}", "{{ id }}", "{{Stimme}}*", "{{name}}\n(optional)"])
def test_a_placeholder_of_a_prompt_names_no_column(cell: str) -> None:
    assert meaning(cell) is None and not names_several(cell) and not may_stand_for_id(cell)
    sheet = read_text(f'_message\tid\n"{cell}"\t \n7\t7\n')
    assert [column.header for column in sheet.columns] == ["_message", "id"]
