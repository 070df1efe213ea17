"""Texts of sheets and servers as a chat, a mail or a web page shows them: as text, never as a link or a mention."""

from __future__ import annotations

import re

from batch_update.text import excerpt

# All mark-up of chats and pages that can call people or hide an address begins with one of these. What is put in
# their place is seen: a sign that nobody sees would be copied along.
_BRACKETS = str.maketrans("<>", "‹›")
_OPENERS = re.compile(r"(?<=\])(?=[(\[:])|(?<=[@＠])(?=\S)|(?<=:)(?=//)")


def harmless(text: str, most: int = 400) -> str:
    """Return a text on one line that no chat takes for mark-up: `@ everyone`, `‹!channel›`, `[x] (javascript:...)`."""
    return _OPENERS.sub(" ", excerpt(text, most).translate(_BRACKETS))
