"""Reads what an answer says in words: sentences for people, and those about single fields, safe to print. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from itertools import islice

from batch_update.api.answers.pages import is_page, title_of
from batch_update.model.sheets import Json
from batch_update.text import excerpt, json_signs

MOST_TEXT = 300
MOST_SENTENCES = 500
DEEPEST_PLACE = 6
"""levels of names that are followed into what a server says of fields"""
MOST_VALUES = 500_000
"""values of an answer, counted without reading it: commas in its texts are among them"""
UNREADABLE, TOO_MUCH = object(), object()
"""the data of an answer that is no JSON, and of one that would take too much memory"""


def clean(text: str, redact: Callable[[str], str], most: int = MOST_TEXT) -> str:
    """Return the text safe to print: without the key, on one line, control characters escaped, not long."""
    # The key first: neither escaping nor cutting may leave a part of it.
    return excerpt(redact(text), most)


class Speaker:
    """Finds what an answer says, for people to read."""

    def __init__(self, headers: Mapping[str, str], body: bytes, redact: Callable[[str], str]) -> None:
        self._headers = headers
        self._body = body
        self._redact = redact
        self.data: Json = _read_json(body)
        self._said = self.data
        """`message`, `error` and `errors`"""

    def quoting(self, said: Json) -> Speaker:
        """Return a speaker of this answer whose sentences come from `said`."""
        found = copy(self)
        found._said = said
        return found

    def __call__(self, what: str) -> str:
        """Return `what`, followed by the server's own words, but for those on fields, which `field_errors` returns."""
        words = [text for text in self._words() if text]
        return clean(f"{what}: {'; '.join(words)}" if words else what, self._redact)

    def _words(self) -> Iterator[str]:
        if self._said is UNREADABLE and self.is_html():
            yield self.page()
        if not isinstance(self._said, dict):
            return
        if any(self._errors()):
            yield from (text for place, text in self._errors() if not place)
            return
        seen = [self._said.get(name) for name in ("message", "error")]
        yield next((text.strip() for text in seen if isinstance(text, str) and text.strip()), "")

    def _errors(self) -> Iterator[tuple[str, str]]:
        errors = self._said.get("errors") if isinstance(self._said, dict) else None
        return islice(_sentences(errors), MOST_SENTENCES)

    def field_errors(self) -> dict[str, tuple[str, ...]]:
        """Return what was said of single fields, bounded: 50 fields, 5 sentences each."""
        found: dict[str, tuple[str, ...]] = {}
        for place, text in self._errors():
            if not place:
                continue
            name = clean(place, self._redact, 100)
            said = found.get(name, ())
            if len(said) < 5 and (said or len(found) < 50):
                found[name] = (*said, clean(text, self._redact))
        return found

    def is_html(self) -> bool:
        """Whether it is a web page, and no answer of an API."""
        return is_page(self._headers, self._body)

    def page(self) -> str:
        """Return what the page calls itself: `a web page "Access denied"`."""
        title = clean(title_of(self._body), self._redact, 100)
        return f'a web page "{title}"' if title else "a web page"

    def request_id(self) -> str:
        """Return the name that the server gave to this request, for its support."""
        for name in ("x-request-id", "request-id", "x-correlation-id", "x-amzn-trace-id", "cf-ray"):
            if found := self._headers.get(name):
                return clean(found, self._redact, 100)
        return ""


def _sentences(errors: Json, place: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield place and text of each sentence; the place is "" in a bare list, and nested names are joined by dots."""
    if isinstance(errors, str):
        yield place, errors
    elif depth == DEEPEST_PLACE:
        return
    elif isinstance(errors, dict):
        for name, part in errors.items():
            yield from _sentences(part, _inside(place, name), depth + 1)
    elif isinstance(errors, list):
        for number, part in enumerate(errors):
            yield from _sentences(part, place if isinstance(part, str) else _inside(place, number), depth + 1)


def _inside(place: str, name: object) -> str:
    return f"{place}.{name}" if place else str(name)


def _read_json(body: bytes) -> Json:
    # Three bytes, such as `[],`, become a hundred in memory.
    if len(body) > MOST_VALUES and sum(json_signs(body)) > MOST_VALUES:
        return TOO_MUCH
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return UNREADABLE
