"""Which column is which field, and every complaint about headers."""

from __future__ import annotations

import shlex
from itertools import pairwise
from typing import Any

import pytest

from batch_update.check.checking import check_sheet
from batch_update.cli.spelling import as_flags
from batch_update.errors import UsageError
from batch_update.fields.facts import all_fields
from batch_update.fields.names import known_names, normalize
from batch_update.model.sheets import Problem, Role, Sheet
from batch_update.report.documents.envelope import json_text
from batch_update.report.documents.nouns import told_problem
from batch_update.report.screen.problems import render_problems
from batch_update.report.tones import plain
from batch_update.sheet.headers import headings_of
from tests.sheet.tables import read_text, reading


def sheet_with(*headers: str, **settings: Any) -> Sheet:
    """One row below these headers, delimited by tabs."""
    return read_text(
        "\t".join(headers) + "\n" + "\t".join("1" for _ in headers) + "\n", delimiter="tab", **settings
    )


def only_problem(sheet: Sheet) -> Problem:
    (problem,) = sheet.problems
    assert problem.index is None
    return problem


@pytest.mark.parametrize(
    "header",
    [
        "id",
        "ID",
        " Id ",
        "assistant_id",
        "Assistant ID",
        "assistant-id",
        "ASSISTANTID",
        "Assistenten-ID",
        "Assistent ID",
    ],
)
def test_the_id_column_has_several_names(header: str) -> None:
    sheet = sheet_with(header, "voice_id")
    assert sheet.id_column is sheet.columns[0] and not sheet.problems


@pytest.mark.parametrize("name", all_fields())
def test_every_field_is_found_by_its_name_however_it_is_spelled(name: str) -> None:
    for header in (name, name.upper(), name.replace("_", " ").title(), name.replace("_", "-"), f"  {name} "):
        column = sheet_with("id", header).columns[1]
        assert (column.role, column.field) == (Role.FIELD, name)


def test_every_alias_leads_to_its_field_and_to_no_other() -> None:
    for field in all_fields().values():
        for alias in field.aliases:
            assert known_names()[normalize(alias)] == field.name
    names = [
        normalize(n) for f in all_fields().values() for n in {normalize(n): n for n in (f.name, *f.aliases)}
    ]
    assert len(names) == len(set(names)), "two fields share a header"


def test_an_umlaut_may_be_written_in_two_characters() -> None:
    """As files from a Mac have it."""
    assert sheet_with("id", "Begru\u0308ßung").columns[1].field == "initial_message"


def test_columns_of_our_own_are_ignored() -> None:
    sheet = sheet_with("id", "_status", " _anything at all", "_status")
    assert [column.role for column in sheet.columns[1:]] == [Role.OWN] * 3
    assert not sheet.problems


def test_an_unknown_header_is_a_problem_with_the_nearest_name() -> None:
    problem = only_problem(sheet_with("id", "Stimmme"))
    assert (problem.code, problem.column, problem.given, problem.wanted) == ("H102", 1, "Stimmme", "voice_id")
    assert (
        "the setting map=Stimmme=voice_id" in problem.remedy
        and "the setting ignore=Stimmme" in problem.remedy
    )


def test_an_unknown_header_like_nothing_gets_no_guess() -> None:
    problem = only_problem(sheet_with("id", "Umsatz 2025"))
    assert problem.code == "H102" and "did you mean" not in problem.remedy


@pytest.mark.parametrize(
    "headers", [("id", "voice_id", "Stimme"), ("id", "name", "Name"), ("id", "ID"), ("assistant_id", "id")]
)
def test_the_same_field_twice_is_a_problem_at_the_second_column(headers: tuple[str, ...]) -> None:
    sheet = sheet_with(*headers)
    problem = only_problem(sheet)
    last = len(headers) - 1
    assert (problem.code, problem.column) == ("H103", last)
    assert headers[last] in problem.message and headers[last - 1] in problem.message
    assert sheet.columns[last].role is Role.UNKNOWN


def test_values_below_no_header_are_a_problem_and_an_empty_column_is_none() -> None:
    sheet = read_text("id,,name, \n1,,a,\n2,,b,x\n")
    assert [column.role for column in sheet.columns] == [Role.ID, Role.IGNORED, Role.FIELD, Role.UNKNOWN]
    problem = only_problem(sheet)
    assert (problem.code, problem.column) == ("H104", 3)


@pytest.mark.parametrize(
    ("header", "part"),
    [("variables.company_name", ("variables", ("company_name",), "set")),
     ("Variablen.Firma ", ("variables", ("Firma",), "set")), ("VARIABLES. a.b-c+", ("variables", ("a.b-c+",), "set")),
     ("filler_config.positive", ("filler_config", ("positive",), "set")),
     ("Füllwort-Profile.Positive", ("filler_config", ("positive",), "set")),
     ("tools.end_call.description", ("tools", ("end_call", "description"), "set")),
     ("Eingebaute Werkzeuge.End-Call.Description", ("tools", ("end_call", "description"), "set")),
     ("label_ids+", ("label_ids", (), "add")), ("Etiketten +", ("label_ids", (), "add")),
     ("label_ids-", ("label_ids", (), "remove")), ("tool-ids -", ("tool_ids", (), "remove")),
     ("secondary_language_ids+", ("secondary_language_ids", (), "add"))],
)  # fmt: skip
def test_a_part_of_a_value_is_never_read_as_the_whole(
    header: str, part: tuple[str, tuple[str, ...], str]
) -> None:
    sheet = sheet_with("id", header)
    column = sheet.columns[1]
    assert not sheet.problems
    assert (column.role, (column.field, column.path, column.operation)) == (Role.PART, part)


@pytest.mark.parametrize(
    ("header", "remedy"),
    [("name.first", "Name the column name"), ("Name-", "Name the column name"), ("speech_speed+", "speech_speed"),
     ("variables+", "Name the column variables"), ("label_ids.3", "Name the column label_ids"), ("tools+", "tools"),
     ("filler_config.positiv", "did you mean filler_config.positive?"), ("filler_config+", "filler_config"),
     ("tools.end_call", "tools"), ("tools.end_call.descripton", "did you mean tools.end_call.description?"),
     ("tools.endcall.type", "tools"), ("tools.calendar_integration.calcom_api_key", "tools"),
     ("tools.call_transfer.custom", "tools")],
)  # fmt: skip
def test_a_part_that_no_field_has_is_a_problem(header: str, remedy: str) -> None:
    sheet = sheet_with("id", header)
    problem = only_problem(sheet)
    assert problem.code == "H105" and remedy in problem.remedy and problem.wanted
    assert (sheet.columns[1].role, sheet.columns[1].field) == (Role.UNKNOWN, None)


@pytest.mark.parametrize(
    ("header", "other", "is_twice"),
    [("label_ids+", "Labels +", True), ("variables.a", "Variablen.a", True),
     ("tools.end_call.description", "tools.endcall.Description", True),
     ("label_ids+", "label_ids-", False), ("label_ids-", "label_ids", False), ("variables.a", "variables.A", False),
     ("variables.a", "variables", False)],
)  # fmt: skip
def test_one_part_in_two_columns_is_a_problem(header: str, other: str, is_twice: bool) -> None:
    sheet = sheet_with("id", header, other)
    assert [(p.code, p.column) for p in sheet.problems] == ([("H103", 2)] if is_twice else [])


def test_the_user_maps_to_parts_and_ignores_them() -> None:
    sheet = sheet_with(
        "id", "Firma", "label_ids-", "label_ids", map="Firma=Variablen.company_name", ignore=("Label_IDs -",)
    )
    roles = [(c.role, c.field, c.path) for c in sheet.columns[1:]]
    assert roles == [
        (Role.PART, "variables", ("company_name",)), (Role.IGNORED, None, ()), (Role.FIELD, "label_ids", ()),
    ]  # fmt: skip


@pytest.mark.parametrize("header", ["Account", "Sub-Account", "Konto", "MANDANT", "customer account"])
def test_a_column_of_accounts_is_one_by_its_name_and_for_whoever_takes_many(header: str) -> None:
    sheet = sheet_with("id", header)
    assert (only_problem(sheet).code, sheet.columns[1].role) == ("H106", Role.ACCOUNT)
    assert not sheet_with("id", header, ignore=header).problems
    assert sheet_with("id", "Kunde", map="Kunde=account").columns[1].role is Role.ACCOUNT
    twice = sheet_with("id", header, "account name")
    assert [problem.code for problem in twice.problems] == ["H106", "H106", "H103"]


def test_a_sheet_without_an_id_column_says_which_header_might_be_it() -> None:
    first, second = sheet_with("asistent-id", "voice_id").problems
    assert {first.code, second.code} == {"H101", "H102"}
    (missing,) = [p for p in (first, second) if p.code == "H101"]
    assert (missing.index, missing.column) == (None, None)
    assert "the setting map=asistent-id=id" in missing.remedy
    assert only_problem(sheet_with("name")).remedy.startswith("Name it id or assistant_id;")


def test_the_user_maps_and_ignores_columns() -> None:
    sheet = sheet_with(
        "Nr",
        "Stimme neu",
        "Umsatz",
        "voice-id",
        map=["nr=ID", "stimme neu=Stimme"],
        ignore=("UMSATZ", "voice_id"),
    )
    assert [(c.role, c.field) for c in sheet.columns] == [
        (Role.ID, None), (Role.FIELD, "voice_id"), (Role.IGNORED, None), (Role.IGNORED, None),
    ]  # fmt: skip
    assert not sheet.problems


def test_a_column_of_our_own_may_be_mapped() -> None:
    assert sheet_with("id", "_voice", map="_voice=voice_id").columns[1].field == "voice_id"


@pytest.mark.parametrize("settings", [{"map": "Stimmen=voice_id"}, {"ignore": "Stimmen"}])
def test_a_setting_for_a_column_that_is_not_there_lists_the_columns(settings: dict[str, str]) -> None:
    with pytest.raises(UsageError) as caught:
        sheet_with("id", "Stimme", **settings)
    assert "'Stimmen'" in caught.value.message and "'id', 'Stimme'" in caught.value.message
    assert (caught.value.code, caught.value.remedy) == ("U101", "did you mean Stimme?")


@pytest.mark.parametrize("target", ["voice", "voiceid2", "name.x", "_status"])
def test_a_map_to_no_field_says_so(target: str) -> None:
    if target == "voice":  # an alias is a name
        assert sheet_with("id", "X", map=f"X={target}").columns[1].field == "voice_id"
        return
    with pytest.raises(UsageError) as caught:
        sheet_with("id", "X", map=f"X={target}")
    assert repr(target) in caught.value.message and "'id', 'X'" in caught.value.message


def test_every_problem_of_the_headers_is_told_at_once() -> None:
    sheet = sheet_with("nme", "name.x", "voice_id", "Stimme", "tempo", "")
    assert sorted(p.code for p in sheet.problems) == ["H101", "H102", "H103", "H104", "H105"]


def test_columns_of_numbers_follow_aliases_and_the_users_map() -> None:
    headers = ["id", "Wärme", "Tempo", "voice_stability", "name", "max_duration", "_temperature"]
    headings = headings_of(headers, reading(map={"Wärme": "llm_temperature"}, ignore=("Tempo",)))
    assert headings.of_kind("number") == [1, 3]


@pytest.mark.parametrize("header", ["\u200bvoice_id", "Stim\u00adme", "\ufeffVoice ID", "Stimme\u200e"])
def test_what_nobody_sees_in_a_header_does_not_matter(header: str) -> None:
    assert sheet_with("id", header).columns[1].field == "voice_id"


def test_values_without_a_header_are_told_with_their_first_row() -> None:
    sheet = read_text("id\tname\t\n1\tA\t\n2\tB\t\n3\tC\tx\n", delimiter="tab")
    assert only_problem(sheet).message == "column C has values and no header, the first in row 4"


def test_columns_are_found_by_the_kind_of_their_field_or_part() -> None:
    headers = ["id", "label_ids", "label_ids+", "Stimme neu", "variables.x", "name", "tool_ids", "nobody"]
    headings = headings_of(headers, reading(map={"Stimme neu": "tool_ids"}, ignore=("tool_ids",)))
    assert headings.of_kind("ids") == [1, 2, 3]
    assert headings.of_kind("text") == [4, 5]
    assert headings.of_kind("text", "ids") == [1, 2, 3, 4, 5]
    assert headings.ids() == [0]


def test_a_column_of_our_own_is_never_the_one_with_the_ids() -> None:
    assert headings_of(["_id", "name"], reading()).ids() == []


ODD_HEADERS = [
    "Stimme,Stimme",
    "Foo,Bär",
    '"Begrüßung\n(max. 200)",Foo',
    "It's,voice id,Voice-ID",
    '"a,b","say ""hi""",$HOME,`ls`,-x,a=b',
    f"{'lang ' * 20},x\u200by,column:A,*",
    "variables,tools.x,label_ids.y,account",
    "Foo,foo,FOO",
    "Stimmme,speech_sped",
]


@pytest.mark.parametrize("headers", ODD_HEADERS)
def test_every_remedy_of_a_header_can_be_pasted_and_works(headers: str) -> None:
    text = f"id,{headers}\n1,{','.join('x' * (headers.count(',') + 1))}\n"
    problems = [problem for problem in read_text(text, delimiter=",").problems if problem.index is None]
    assert problems or "Begr" in headers
    for problem in problems:
        words = [
            word.rstrip(".,")
            for word in shlex.split(as_flags(problem.remedy).replace("`batch-update fields`", ""))
        ]
        options = [(flag, value) for flag, value in pairwise(words) if flag in ("--map", "--ignore")]
        assert options, problem.remedy
        for flag, value in options:
            left = read_text(text, delimiter=",", **{flag[2:]: (value,)}).problems
            assert len([p for p in left if p.index is None]) < len(problems), (flag, value)


def test_columns_are_named_by_their_letters_and_several_at_once() -> None:
    text = "id,Stimme,Stimme,a,b,name\n1,2,3,x,y,z\n"
    sheet = read_text(text, ignore=("column:C", "a, b"))
    assert not sheet.problems
    assert [column.role for column in sheet.columns].count(Role.IGNORED) == 3
    sheet = read_text(text, map=("column:b=id",), ignore=("column:A", "column:C,a,b"))
    assert [column.role for column in sheet.columns][:3] == [Role.IGNORED, Role.ID, Role.IGNORED]
    for wrong in ("column:Z", "column:AAA", "column:", "a,nowhere"):
        with pytest.raises(UsageError):
            read_text(text, ignore=(wrong,))
    assert not read_text('id,"x, y",name\n1,2,3\n', ignore=("x, y",)).problems


@pytest.mark.parametrize(
    "header", ["Modell", "none", "Game", "Nodes", "Tempus", "Stimmung", "xyz", "mood", "Nr."]
)
def test_a_guess_that_may_be_wrong_is_not_made(header: str) -> None:
    (problem,) = read_text(f"id;{header}\n1;2\n").problems
    assert problem.code == "H102" and "did you mean" not in problem.remedy


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("speach_speed", "speech_speed"),
        ("Sytem Promt", "system_prompt"),
        ("Begrüßng", "initial_message"),
        ("Sprachen", "language_id"),
    ],
)
def test_a_slip_of_typing_is_found(header: str, field: str) -> None:
    (problem,) = read_text(f"id;{header}\n1;2\n").problems
    assert f"did you mean {field}?" in problem.remedy


def test_a_header_of_any_length_and_hundreds_of_columns_are_told_in_few_words() -> None:
    wide = ",".join(f"column {number}" + "x" * 3000 for number in range(400))
    sheet = read_text(f"id,{wide}\n1,{','.join('9' * 400)}\n")
    checked = check_sheet(sheet)
    assert len(checked.problems) == 400
    assert len(plain(render_problems(sheet, checked.problems))) < 20_000
    assert len(json_text([told_problem(sheet, problem) for problem in checked.problems])) < 400 * 1500
    with pytest.raises(UsageError) as caught:
        read_text(f"id,{wide}\n1,{','.join('9' * 400)}\n", ignore=("nowhere",))
    assert len(caught.value.message) < 3000
