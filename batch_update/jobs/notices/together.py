"""Several listeners told at once, within a time for all: none may raise, and none may hold up the others."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from batch_update.errors import BatchUpdateError

Telling = Callable[[], Sequence[str]]
"""Tells somebody, and returns what could not be told, a line each."""
_GRACE = 0.3
"""seconds beyond its time that each has to come back"""


def together(tellings: Mapping[str, Telling], patience: float) -> Iterator[str]:
    """Tell all of them, and yield what could not be told: also of one that raises, or does not come back."""
    ends: dict[str, Sequence[str]] = {}
    # Those that hang are left behind: none of these threads is waited for when the program ends.
    threads = [
        threading.Thread(target=_go, args=(place, telling, ends), daemon=True)
        for place, telling in tellings.items()
    ]
    deadline = time.monotonic() + patience + _GRACE
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    for place in tellings:
        yield from ends.get(place, [f"{place}: did not end within {patience:g} s"])


def _go(place: str, telling: Telling, ends: dict[str, Sequence[str]]) -> None:
    try:
        ends[place] = telling()
    except BatchUpdateError as error:
        ends[place] = [f"{place}: {error.message}"]
    except Exception as error:  # noqa: BLE001  # whatever it is; its words may hold an address
        ends[place] = [f"{place}: it is broken ({type(error).__name__})"]
