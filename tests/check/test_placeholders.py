"""A placeholder that nothing fills is told before a caller hears it; what may be filled by a call is only a warning."""

from __future__ import annotations

import pytest

from batch_update.check.advice.placeholders import SYSTEM_VARIABLES
from batch_update.check.checking import check_sheet
from batch_update.model.sheets import Severity
from batch_update.plan.changing.comparing import compare
from batch_update.plan.from_sheet import make_plan
from tests.made import column, ids, sheet_of


def found(prompt: str, variables: str = "", field: str = "system_prompt") -> list[tuple[str, str, str]]:
    sheet = sheet_of(ids([1]), column(field, [prompt]), column("variables", [variables]))
    problems = check_sheet(sheet).problems
    assert all(problem.severity is Severity.WARNING and problem.column == 1 for problem in problems)
    return [(problem.code, problem.given, problem.remedy) for problem in problems]


@pytest.mark.parametrize("name", SYSTEM_VARIABLES)
def test_what_every_call_fills_is_known(name: str) -> None:
    assert found(f"Anruf von {{{{{name}}}}}.", '{"a": "b"}') == []


def test_a_variable_of_the_row_fills_its_placeholder_with_spaces_or_without() -> None:
    assert found("Hier ist {{ firma }}, {{firma}}.", '{"firma": "Weiß"}') == []


def test_a_slip_is_told_with_what_was_most_likely_meant() -> None:
    ((code, given, remedy),) = found("Hier ist {{frima_name}} und {{x}}.", '{"firma_name": "Weiß"}')
    assert (code, given) == ("V130", "{{frima_name}}, {{x}}")
    assert remedy == "did you mean firma_name?"


def test_nothing_is_said_of_placeholders_where_the_variables_are_not_known() -> None:
    assert found("Hier ist {{firma}}.") == []


@pytest.mark.parametrize(
    "field", ["initial_message", "system_prompt", "reengagement_prompt", "voice_mail_message"]
)
def test_all_texts_with_placeholders_are_looked_at(field: str) -> None:
    assert [code for code, _, _ in found("Hallo {{x}}", "{}", field)] == ["V130"]


@pytest.mark.parametrize(
    "prompt",
    ["Hallo {{name}", "Hallo {{name", "Hallo {name}}", "Hallo name}}", "{{a {{b}}", "{{a}} und {{b}"],
)
def test_braces_that_do_not_close_are_told(prompt: str) -> None:
    assert [code for code, _, _ in found(prompt)] == ["V131"]


@pytest.mark.parametrize(
    "prompt", ["Hallo {{name}}", 'Antworte so: {"a": {"b": {"c": 1}}}', "{a} {b}", "{{a}}{{b}}", "", "Hallo"]
)
def test_braces_of_json_and_closed_ones_are_fine(prompt: str) -> None:
    assert found(prompt) == []


def test_a_plan_knows_the_variables_that_the_assistant_has() -> None:
    sheet = sheet_of(
        ids([1, 2, 3, 4]),
        column("system_prompt", ["{{firma}}", "{{frima}}", "{{x}}", "{{so}}"]),
        column("variables", ["", "", '{"x": "1"}', ""]),
    )
    plan = make_plan(sheet, fetched=True)
    now = {
        1: {"variables": {"firma": "a"}, "system_prompt": "", "id": 1},
        2: {"variables": {"firma": "a"}, "system_prompt": ""},
        3: {"variables": {}, "system_prompt": ""},
        4: {"system_prompt": "", "name": "variables unknown"},
    }
    problems = compare(plan, now, account="me").problems
    assert [(p.index, p.code, p.remedy) for p in problems] == [(1, "V130", "did you mean firma?")]
