"""Chromium without its windows: opens pages of runs as people do. One for all tests of a process."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest

T = TypeVar("T")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)


class Chromium:
    """A browser that lives in a thread of its own, since what drives it leaves an event loop running where it is."""

    def __init__(self, program: str) -> None:
        self._thread = ThreadPoolExecutor(1, "chromium")
        self._thread.submit(self._start, program).result()

    def _start(self, program: str) -> None:
        from playwright.sync_api import sync_playwright

        self._driver = sync_playwright().start()
        self._browser = self._driver.chromium.launch(executable_path=program, args=list(ARGUMENTS))

    def see(self, path: Path, look: Callable[[Any], T], hash: str = "", **how: Any) -> T:
        """Open a page from its file without a network, and return what is seen there.

        Fails where it asks for anything beyond its file, or says anything on its console.
        """
        return self._thread.submit(self._see, path, look, hash, how).result(60)

    def _see(self, path: Path, look: Callable[[Any], T], hash: str, how: dict[str, Any]) -> T:
        context = self._browser.new_context(offline=True, **how)
        try:
            page, said = context.new_page(), []
            page.set_default_timeout(20_000)
            address = path.resolve().as_uri()
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
            page.on("request", lambda one: one.url.split("#")[0] == address or said.append(one.url))
            page.goto(address + hash)
            page.wait_for_selector("#rows[data-ready]")
            seen = look(page)
            assert said == []
            return seen
        finally:
            context.close()

    def end(self) -> None:
        """Close the browser and what drives it."""
        self._thread.submit(lambda: (self._browser.close(), self._driver.stop())).result(60)
        self._thread.shutdown()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """Chromium, where this machine has it."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("Chromium is not installed here")
    browser = Chromium(program)
    yield browser
    browser.end()
