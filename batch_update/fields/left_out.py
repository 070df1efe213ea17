"""Markers that stand in place of values which are not shared, and what a redaction can name. Pure.

No marker is ever sent: a cell that holds one is refused (C119), so that nobody applies a redacted sheet by mistake.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from batch_update.fields.tools import SECRET, SECRET_SETTINGS
from batch_update.model.sheets import Json
from batch_update.text import REDACTED

GROUPS: Mapping[str, tuple[str, ...]] = {
    "prompts": (
        "initial_message",
        "system_prompt",
        "tools",
        "filler_config",
        "reengagement_prompt",
        "voice_mail_message",
        "post_call_schema",
        "variables",
    ),
    "secrets": (),
}
"""Name of a group -> its fields. prompts: texts that callers hear or that instruct. Secrets go with every redaction."""
_MARKER = r"\[redacted(?:: [0-9,]+ characters?)?\]"
_STARS = rf'(?:{"|".join(sorted(SECRET_SETTINGS))})"\s*:\s*"\*\*\*"'
_marker_in = re.compile(rf"{_MARKER}|{re.escape(SECRET)}|{_STARS}").search
_is_marker = re.compile(rf"\s*(?:{_MARKER}|{re.escape(SECRET)})\s*").fullmatch


def marker_of(value: Json) -> str:
    """`[redacted: 812 characters]` for a text; for other values `[redacted]`, since their length could tell them."""
    if not isinstance(value, str):
        return REDACTED
    return f"{REDACTED[:-1]}: {len(value):,} character{'' if len(value) == 1 else 's'}]"


def is_left_out(text: str, *, is_text: bool) -> bool:
    """Whether a cell holds a marker in place of a value; in free text only where it holds nothing else."""
    return ("[" in text or "(" in text) and (_is_marker if is_text else _marker_in)(text) is not None
