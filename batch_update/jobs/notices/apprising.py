"""A process of its own that sends notices through apprise: what it logs, and how long it hangs, concerns nobody else.

It is begun with this file alone, reads one JSON document from stdin, and writes a line of JSON for each address as soon
as it is known what became of it: its position, the kind of address and a word, and nothing of the address.
"""

from __future__ import annotations

import base64
import json
import os
import re
import sys
import threading
import time
from contextlib import suppress
from typing import Any

_MAIL = frozenset(
    {"acs", "azure", "brevo", "groundmail", "mailersend", "mailgun", "mailto", "mailtos", "o365", "postmark"}
    | {"resend", "sendgrid", "sendpulse", "ses", "smtp2go", "sparkpost"}
)
"""The kinds of addresses that are mail. Rows of a sheet are attached to those alone: a chat has too many readers."""
_lock = threading.Lock()


def main() -> None:
    """Send what stdin says, each address in a thread, and end when all is done or the time is over."""
    document = json.load(sys.stdin)
    with suppress(ImportError):  # it is told of each address
        import apprise  # noqa: F401  # loaded ahead: that takes a while, which is none of the servers' time
    deadline = time.monotonic() + document["seconds"]
    threads = [
        threading.Thread(target=_send, args=(at, address, document), daemon=True)
        for at, address in document["addresses"]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    # Threads of the library that still wait for a server would be waited for.
    os._exit(0)


def _send(at: int, address: str, document: dict[str, Any]) -> None:
    kind, end = "", "broken"
    try:
        service = _service_at(address)
        if service is None:
            end = "unreadable"
        else:
            kind = service.schema
            end = _ended(service, document)
    except ImportError:
        end = "lacking"
    except Exception:  # noqa: BLE001  # a plug-in may raise whatever it likes
        end = "broken"
    with _lock:
        print(json.dumps({"at": at, "kind": kind, "end": end}), flush=True)


def _service_at(address: str) -> Any:
    """Return the way that an address names; None where it names none."""
    from apprise import Apprise, AppriseAsset, OverflowMode

    asset = AppriseAsset(app_id="batch-update", app_desc="batch-update", app_url="", image_url_mask="")
    service = Apprise.instantiate(address, asset=asset)
    if service is not None and "overflow=" not in address:
        service.overflow_mode = OverflowMode.TRUNCATE  # what is too long would be refused as a whole
    return service


def _ended(service: Any, document: dict[str, Any]) -> str:
    """Send the message this way. Returns `sent`, or in a word why not."""
    from apprise import Apprise, NotifyFormat
    from apprise.attachment.memory import AttachMemory

    if document["only_look"]:
        return "sent"
    takes_files = service.schema in _MAIL and service.attachment_support
    in_memory: Any = AttachMemory
    files = [
        in_memory(content=base64.b64decode(content), name=name, mimetype=_type_of(name))
        for name, content in document["files"]
        if takes_files
    ]
    ways = Apprise()
    ways.add(service)
    result = ways.notify(
        title=document["subject"],
        body=document["body"],
        notify_type=document["kind"],
        body_format=NotifyFormat.TEXT,
        attach=files or None,
    )
    return "sent" if result else _cause(result)


def _cause(result: Any) -> str:
    """Return why a way did not take it, as far as its log tells that in a number or a word that hides nothing."""
    texts = [str(entry.message) for entry in result.logs()] if hasattr(result, "logs") else []
    for text in texts:
        if found := re.search(r"\berror=([1-5][0-9]{2})\b", text):
            return f"answered {found[1]}"
    return "unreached" if any("onnection error" in text for text in texts) else "refused"


def _type_of(name: str) -> str:
    is_book = name.endswith(".xlsx")
    return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" if is_book else "text/csv"


if __name__ == "__main__":
    main()
