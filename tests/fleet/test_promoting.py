"""Assistants carried over to other accounts: matched by name, with ids of the target; and told of where that fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from batch_update.account.known.accounts_file import read_accounts
from batch_update.account.known.of_settings import settings_for
from batch_update.errors import UsageError
from batch_update.fleet.planning.fleet_planning import AccountChoice
from batch_update.fleet.planning.planned import PlannedAccount
from batch_update.fleet.promoting.namesakes import Namesakes
from batch_update.fleet.promoting.promoting import Promoted, promote, route_of
from batch_update.fleet.promoting.target_looks import WhatToCarry, look_at_all
from batch_update.model.choices import Catalog, Choice, Choices
from batch_update.model.promotions import Carried, Readiness, TargetReadiness
from batch_update.plan.saving import read_plan
from batch_update.report.promoting.promotion_lines import problem_lines, promotion_lines
from batch_update.report.promoting.promotion_table import PROMOTION_COLUMNS, promotion_rows
from batch_update.run.steps.means import Means
from batch_update.sandbox.many.ready_list import ReadyList
from batch_update.sandbox.many.switchboard import Manner, Switchboard, make_many
from batch_update.sandbox.many.tenants import Tenant, tenants
from batch_update.sandbox.many.troubles import faults_of_each
from batch_update.settings.tunables import Settings

STAGING, HOTEL = tenants(2)
Promote = Callable[..., Readiness]


class Quiet:
    """Is told of warnings and of accounts, and tells nobody."""

    def warning(self, words: str) -> None: ...
    def account_planned(self, account: PlannedAccount, done: int, total: int) -> None: ...


class Accounts:
    """A sandbox with accounts, in this process, and their list on disk."""

    def __init__(self, folder: Path, count: int, faults: str) -> None:
        everyone = tenants(count)
        self.app: Switchboard = make_many(
            count, faults=faults_of_each(faults, everyone), manner=Manner(limits=())
        )
        ready_list = ReadyList(folder / "accounts.toml")
        ready_list.write(everyone, "http://127.0.0.1:8080/api")
        self.settings = Settings(
            accounts_file=ready_list.path, locks_dir=folder, rate="off", max_outage=0, max_attempts=1
        )
        self.known = read_accounts(ready_list.path)

    def look(self, *, names: tuple[str, ...] = (), fields: tuple[str, ...] = (), **given: Any) -> Readiness:
        settings = self.settings.model_copy(update=given)
        accounts = {one.name: settings_for(one, settings) for one in self.known.accounts}
        means = Means(app=self.app, share=False)
        return anyio.run(look_at_all, "staging", WhatToCarry(names, fields), accounts, means)

    def promote(
        self,
        *,
        names: tuple[str, ...] = (),
        fields: tuple[str, ...] = (),
        targets: tuple[str, ...] = (),
        **given: Any,
    ) -> Promoted:
        runs_dir = self.settings.accounts_file.parent / "runs"
        settings = self.settings.model_copy(update={"runs_dir": runs_dir, **given})
        route = route_of("staging", AccountChoice(targets, every=not targets), settings)
        means = Means(app=self.app, share=False)
        wanted = WhatToCarry(names, fields)
        return anyio.run(promote, route, wanted, settings, means, Quiet())

    def put(self, whose: Tenant, number: int, **body: Any) -> None:
        async def once() -> int:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
                key = {"Authorization": f"Bearer {whose.key}"}
                path = f"/api/user/assistant/{whose.first_id + number}"
                return (await client.put(path, json=body, headers=key)).status_code

        assert anyio.run(once) == 200


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[..., Accounts]]:
    apps: list[Switchboard] = []

    def make(count: int = 2, faults: str = "") -> Accounts:
        accounts = Accounts(tmp_path, count, faults)
        apps.append(accounts.app)
        return accounts

    yield make
    for app in apps:
        app.close()


def target(found: Readiness, name: str) -> TargetReadiness:
    return next(one for one in found.targets if one.account == name)


def candidate(found: Readiness, name: str, account: str = "hotel-002") -> Carried:
    return next(one for one in target(found, account).candidates if one.name == name)


def cell(found: Readiness, assistant: str, field: str) -> str:
    return dict(zip(found.fields, candidate(found, assistant).cells, strict=True))[field]


def test_assistants_are_matched_by_name_and_ids_become_those_of_the_target(made):
    found = made().look()
    assert found.is_ready and len(found.assistants) == 10
    assert candidate(found, "Reception").target_id == HOTEL.first_id
    assert cell(found, "Reception", "voice_id") == str(HOTEL.own(900))
    assert cell(found, "Support", "knowledgebase_id") == str(HOTEL.own(2))
    assert f'"assistant_id": {HOTEL.first_id + 1}' in cell(found, "Reception", "tools").replace("\n", " ")
    assert cell(found, "Feedback", "transcriber_provider_id") == "", (
        "its mode has none, so that none is cleared"
    )


def test_what_is_each_account_s_own_stays_unless_it_is_asked_for(made):
    accounts = made()
    found = accounts.look()
    assert {"name", "phone_number_id", "variables", "webhook_url"} <= set(found.left_out)
    assert not set(found.fields) & set(found.left_out)
    asked = accounts.look(names=("Reception",), fields=("phone_number_id", "tool_ids"))
    (lack,) = candidate(asked, "Reception").lacks
    assert (lack.catalog.noun, lack.found, asked.left_out) == ("phone number", 0, ())
    assert asked.unreported == ("tool_ids",), "nobody can say which tools the source has"


def test_what_a_target_lacks_is_told_with_who_needs_it_and_the_others_can_be_carried_over(made):
    found = made(9).look()
    lacks = {
        one.account: {lack.words: names for lack, names in one.lacks.items()}
        for one in found.targets
        if not one.is_ready
    }
    assert lacks == {
        "restaurant-005": {'voice "Hausstimme"': ("Reception",)},
        "hotel-007": {'knowledge base "Häufige Fragen"': ("Support",)},
        "praxis-008": {'assistant "Booking"': ("Reception", "Booking")},
        "kanzlei-009": {'assistant "Orders"': ("Orders",), '2 x assistant "Support"': ("Support",)},
    }
    assert len(target(found, "restaurant-005").ready) == 9


@pytest.mark.parametrize("name", ["rückruf", "Ru\u0308ckruf", "RÜCK RUF "])
def test_case_spaces_and_the_form_of_umlauts_are_no_difference(made, name):
    accounts = made()
    accounts.put(HOTEL, 3, name=name)
    assert candidate(accounts.look(names=("RÜCKRUF",)), "Rückruf").target_id == HOTEL.first_id + 3


def test_a_name_that_is_merely_like_it_is_another_one(made):
    accounts = made()
    accounts.put(HOTEL, 3, name="Rückrufe")
    assert not candidate(accounts.look(), "Rückruf").is_ready


def test_two_of_the_source_with_one_name_are_told_apart_by_their_ids_alone(made):
    accounts = made()
    accounts.put(STAGING, 4, name="support")
    (lack,) = candidate(accounts.look(), "Support").lacks
    assert lack.why == "staging has 2 of this name"
    assert candidate(accounts.look(only=(STAGING.first_id + 2,)), "Support").is_ready
    with pytest.raises(UsageError, match=r"2 assistants called 'Support'") as caught:
        accounts.look(names=("Support",))
    assert caught.value.code == "U190"


def test_of_several_of_one_name_the_one_that_both_accounts_have_is_meant():
    """The platform's own voices have one id in all accounts, and a customer may have cloned one under its name."""
    mia, clone, other = Choice(7, "Mia"), Choice(900, "mia "), Choice(901, "MIA")
    source = Choices({Catalog.VOICES: (mia, Choice(8, "Mia"))})
    found = Namesakes(source, Choices({Catalog.VOICES: (clone, mia, other)}))
    assert found.of(Catalog.VOICES, mia) == (mia,)
    assert found.of(Catalog.VOICES, Choice(8, "Mia")) == (clone, mia, other)


def test_a_revoked_key_and_a_target_that_is_down_are_told_and_the_others_looked_at(made):
    found = made(4, "3/401@all,4/503@all").look()
    assert {one.account: one.code[:1] for one in found.targets if not one.is_ready} == {
        "praxis-003": "A",
        "kanzlei-004": "R",
    }
    assert target(found, "hotel-002").is_ready and not found.is_ready


def test_what_is_wanted_and_not_in_the_source_is_told_at_once(made):
    with pytest.raises(UsageError) as caught:
        made().look(names=("Receptoin", "Booking"), only=(77,))
    assert "staging has no assistant 77" in caught.value.message
    assert "did you mean 'Reception'?" in caught.value.message


def test_a_secret_in_a_tool_stays_where_it_is(made):
    accounts = made()
    calendar = {"type": "calendar_integration", "calcom_api_key": "cal_secret", "calcom_event_slug": "visit"}
    accounts.put(STAGING, 1, tools=[calendar])
    found = accounts.look(names=("Booking",))
    assert (cell(found, "Booking", "tools"), candidate(found, "Booking").secrets) == ("", ("tools",))
    told = "\n".join(promotion_lines(found)) + str([*promotion_rows(found)])
    assert "cal_secret" not in told and "tools of Booking: a secret in it" in told


# ---------------------------------------------------------------- planned as a fleet


def test_what_is_ready_is_planned_and_nothing_is_sent(made, tmp_path):
    accounts = made(5)
    accounts.put(STAGING, 0, max_duration=777)
    accounts.put(HOTEL, 0, voice_id=421)
    found = accounts.promote(names=("Reception", "Booking"))
    assert found.exit == 1, "one account lacks the voice"
    assert [(one.account, one.changes) for one in found.planned.plan.accounts] == [
        ("hotel-002", 2), ("kanzlei-004", 2), ("praxis-003", 2), ("restaurant-005", 1),
    ]  # fmt: skip
    path = found.planned.folder.plan_of("hotel-002")
    with path.open("rb") as file:
        change = read_plan("plan", file).changes[0]
    assert (change.assistant_id, change.body["max_duration"]) == (HOTEL.first_id, 777)
    assert change.body["voice_id"] == HOTEL.own(900)
    assert sum(one.method == "PUT" for one in accounts.app.requests_seen()) == 2, "those of this test"


def test_accounts_that_are_alike_already_need_nothing(made):
    found = made().promote(names=("Reception",), fields=("speech_speed",))
    assert (found.exit, found.planned.plan.accounts[0].changes) == (0, 0)


def test_assistants_may_be_chosen_by_their_ids_in_the_source(made):
    accounts = made()
    accounts.put(STAGING, 0, max_duration=777)
    found = accounts.promote(only=(STAGING.first_id,), fields=("max_duration",))
    assert found.readiness.assistants == ("Reception",) and found.planned.plan.accounts[0].changes == 1


def test_nothing_is_planned_where_nobody_can_take_anything(made):
    found = made(3, "2/401@all,3/401@all").promote()
    assert (found.exit, found.planned) == (1, None)


def test_an_account_is_no_target_of_its_own(made):
    with pytest.raises(UsageError, match="no other account is chosen"):
        made().promote(targets=("staging",))


# ---------------------------------------------------------------- told


def test_a_text_that_spells_out_what_a_variable_of_the_source_holds_is_pointed_out(made):
    accounts = made()
    said = accounts.look(names=("Reception",)).own_words[0].value
    accounts.put(STAGING, 0, variables={"company_name": said, "article": "der"})
    found = accounts.look(names=("Reception",))
    (words,) = found.own_words  # "der" is a word of any text
    assert (words.variable, words.value, words.assistants) == ("company_name", "Staging 1", ("Reception",))
    assert "{{company_name}} says each account's own" in "\n".join(promotion_lines(found))


def test_a_screen_tells_of_two_hundred_targets_by_what_is_missing_and_the_table_of_each(made):
    found = made(20).look()
    lines = list(promotion_lines(found))
    assert len(lines) < 25 and '  missing    voice "Hausstimme" (Reception): 4 accounts: ' in "\n".join(lines)
    rows = list(promotion_rows(found))
    assert len(rows) == 19 * 10 and all(len(row) == len(PROMOTION_COLUMNS) for row in rows)


def test_tools_folders_and_labels_that_nobody_can_tell_of_are_named_with_how_they_are_set(made):
    found = made().look(names=("Reception",))
    told = next(line for line in promotion_lines(found) if "tool_ids" in line)
    assert told.startswith("  stays") and "folder_id, label_ids" in told and "set them, by name" in told
    assert all("tool_ids" in row[-1] for row in promotion_rows(found))


def test_a_placeholder_that_a_target_does_not_fill_is_told_with_the_account(made):
    accounts = made(5)
    accounts.put(STAGING, 0, system_prompt="Hier ist {{company_name}}.")
    accounts.put(HOTEL, 0, variables={"firma": "Adler"})
    found = accounts.promote(names=("Reception",), fields=("system_prompt",))
    (line,) = problem_lines(found.readiness, found.planned.problems)
    assert line.startswith("  look       V130 system_prompt has placeholders")
    assert line.endswith("{{company_name}} (Reception): hotel-002")
