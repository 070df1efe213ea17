"""JSON inside a page: nothing in it ends its element, is taken for a line's end, or turns the source around."""

from __future__ import annotations

import re

from markupsafe import Markup

from batch_update.model.sheets import Json
from batch_update.report.documents.envelope import compact_text

_DANGEROUS = re.compile("[<>&\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")


def json_block(text: str) -> Markup:
    """Return a JSON text as the content of a script element that holds data."""
    return Markup(_DANGEROUS.sub(_escape, text))


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


class SharedValues:
    """Values that rows refer to by their place: a prompt that 500 rows share stands there once."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def place_of(self, value: Json) -> int:
        """Return where the value stands; it is added where it is new."""
        return self._places.setdefault(compact_text(value), len(self._places))

    def text(self) -> str:
        """Return all of them as a JSON list."""
        return f"[{','.join(self._places)}]"
