"""No row is told untruly, however odd a server's list and answers are; `make torture` tries many more."""

from __future__ import annotations

import pytest

from tests.torture.answers import LISTS, odd_servers


@pytest.mark.parametrize("fetch", [True, False])
@pytest.mark.parametrize("seed", [0, 2000])
def test_odd_servers_make_no_row_untrue(seed: int, fetch: bool) -> None:
    tried = odd_servers(range(seed, seed + 3 * len(LISTS)), fetch=fetch)
    assert not tried.faults
