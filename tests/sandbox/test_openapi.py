"""The OpenAPI document tells the truth: what it forbids is refused, and answers are as it describes them."""

from __future__ import annotations

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from batch_update.sandbox.app import make_app
from batch_update.sandbox.document.openapi import document
from batch_update.sandbox.handlers import handlers
from batch_update.settings.tunables import SANDBOX_KEY

CONFIG = SchemathesisConfig.from_dict(
    {
        "seed": 1,
        "generation": {"max-examples": 40, "deterministic": True, "database": "none"},
        "headers": {"Authorization": f"Bearer {SANDBOX_KEY}"},
        # No schema says which ids exist or what a mode allows, so good shapes may still be refused with 422.
        "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "404", "422"]}},
    }
)
SCHEMA = schemathesis.openapi.from_asgi("/openapi.json", make_app(None, limits=()), config=CONFIG)


@SCHEMA.parametrize()
@settings(suppress_health_check=list(HealthCheck))
def test_any_request_is_answered_as_the_document_says(case: schemathesis.Case) -> None:
    case.call_and_validate()


def test_the_document_names_every_call_and_no_other() -> None:
    documented = {
        f"/api{path}": {method.upper() for method in calls} for path, calls in document()["paths"].items()
    }
    assert documented == {path: set(methods) for path, methods in handlers().items()}
