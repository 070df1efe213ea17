"""What the tests of the API share."""

from __future__ import annotations

import pytest

from tests.api.virtual import BACKENDS


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    return request.param
