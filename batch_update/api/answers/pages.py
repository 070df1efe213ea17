"""Web pages in place of answers: firewalls, gateways and proxies say in their titles what they are. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

_MOST = 64 * 1024
_HEADINGS = (re.compile(r"(?is)<title[^>]*>(.*?)</title"), re.compile(r"(?is)<h1[^>]*>(.*?)</h1"))


def is_page(headers: Mapping[str, str], body: bytes) -> bool:
    """Return whether this is a web page."""
    return "html" in headers.get("content-type", "").lower() or body[:200].lstrip()[:1] == b"<"


def title_of(body: bytes) -> str:
    """Return what a web page calls itself, on one line; "" where it has no name."""
    text = body[:_MOST].decode("utf-8", "replace")
    for heading in _HEADINGS:
        if (found := heading.search(text)) and (title := _text_of_page(found[1])):
            return title
    return ""


def _text_of_page(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())
