"""Applying and undoing leaves every reported field as it was, changes of mode included."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batch_update.account.connect import client_for
from batch_update.account.fetching import fetch_present
from batch_update.api.keys import ApiKey
from batch_update.fields.values.same import same_value
from batch_update.model.plans import Change, Present, Status
from batch_update.sandbox.app import make_app
from batch_update.settings.tunables import SANDBOX_KEY
from tests.account.test_present import UNPACED, Account
from tests.made import plan_of
from tests.strategies import MODES, bodies

IDS = {"pipeline": 10005, "multimodal": 10045, "dualplex": 10053}


def present(app: Any) -> dict[int, Present]:
    async def read() -> dict[int, Present]:
        async with client_for(UNPACED, key=ApiKey(SANDBOX_KEY), app=app) as client:
            return (await fetch_present(client)).present

    return anyio.run(read)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_apply_and_undo_is_the_identity(data: st.DataObject) -> None:
    mode = data.draw(st.sampled_from(MODES), label="mode")
    wanted = data.draw(st.sampled_from(MODES), label="wanted mode")
    body = data.draw(bodies(wanted), label="body")
    if wanted != mode:
        body["mode"] = wanted
    with make_app(None, limits=()) as app:
        account = Account(app, Path())
        before = present(app)
        report = account.run(plan_of([Change(IDS[mode], body, (0,))]))
        assert report.outcomes[0].status in {Status.UPDATED, Status.UNCHANGED}, report.outcomes[0]
        undone = account.undo(report)
        assert all(outcome.status is not Status.FAILED for outcome in undone.outcomes), undone.outcomes
        after = present(app)
    assert before.keys() == after.keys()
    for number, fields in before.items():
        assert fields.keys() == after[number].keys()
        different = {
            name for name, value in fields.items() if not same_value(name, after[number][name], value)
        }
        assert different == set(), number


def test_filler_words_go_away_again(tmp_path: Path) -> None:
    """An empty configuration cannot be sent as {}."""
    with make_app(None, limits=()) as app:
        account = Account(app, tmp_path)
        before = present(app)[IDS["pipeline"]]["filler_config"]
        report = account.run(
            plan_of([Change(IDS["pipeline"], {"filler_config": {"positive": ["Hm."]}}, (0,))])
        )
        account.undo(report)
        assert same_value("filler_config", present(app)[IDS["pipeline"]]["filler_config"], before)
