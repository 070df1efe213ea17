"""The sandbox's answers, in the vendor's shapes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from batch_update.sandbox.faults import Fault

_GATEWAY_PAGE = """<html>
<head><title>{status} {words}</title></head>
<body>
<center><h1>{status} {words}</h1></center>
<hr><center>nginx</center>
</body>
</html>
"""
_WORDS = {
    400: "Bad Request", 402: "Payment Required", 408: "Request Timeout", 409: "Conflict", 413: "Content Too Large",
    423: "Locked", 425: "Too Early", 500: "Internal Server Error", 502: "Bad Gateway",
    503: "Service Temporarily Unavailable", 504: "Gateway Time-out",
}  # fmt: skip
_DEFAULT_SLOW = 5.0
_DEFAULT_RETRY_AFTER = 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it goes back: a status with a JSON value or a page, or, without a status, a cut connection."""

    status: int | None
    content: Any = None
    page: str | None = None
    """HTML in place of JSON"""
    text: str | None = None
    """JSON that is text already, in place of a value"""
    headers: Mapping[str, str] = field(default_factory=dict)
    applied: bool = False
    """an assistant was changed"""
    delay: float = 0.0
    """seconds to hold it back"""

    def body(self) -> bytes:
        if self.page is not None:
            return self.page.encode()
        # Escapes beyond ASCII, as PHP does it: so that lone surrogates can go out too.
        return (json.dumps(self.content) if self.text is None else self.text).encode()


def ok(content: Any, *, applied: bool = False) -> Answer:
    return Answer(200, content, applied=applied)


def bad_request(message: str) -> Answer:
    return Answer(400, {"message": message})


def malformed(reason: str) -> Answer:
    return bad_request(f"The request body is malformed: {reason}.")


def too_large(most: int) -> Answer:
    return Answer(413, {"message": f"More than {most:,} bytes are not taken."})


def too_slow() -> Answer:
    return Answer(408, {"message": "The request body did not come to its end in time."})


def too_busy() -> Answer:
    message = "Too many request bodies are under way at once. Please try again in 1 second."
    return Answer(503, {"message": message}, headers={"Retry-After": "1"})


def no_key() -> Answer:
    content = {"error": "Missing Authorization header"}
    return Answer(401, content, headers={"WWW-Authenticate": "Bearer"})


def invalid_key() -> Answer:
    message = "The API key is invalid or expired."
    return Answer(
        401, {"error": "Invalid API key", "message": message}, headers={"WWW-Authenticate": "Bearer"}
    )


def forbidden() -> Answer:
    message = "This API key is not allowed to do this."
    return Answer(403, {"error": "Insufficient permissions", "message": message})


def no_assistant() -> Answer:
    return Answer(404, {"message": "Assistant not found"})


def not_there(message: str) -> Answer:
    """Answer that something is not found, in the shape that calls beside those of assistants have."""
    return Answer(404, {"error": message})


def no_route(path: str) -> Answer:
    return Answer(404, {"message": f"The route {path} could not be found."})


def no_method(method: str, path: str, allowed: str) -> Answer:
    message = f"The {method} method is not supported for route {path}. Supported methods: {allowed}."
    return Answer(405, {"message": message}, headers={"Allow": allowed})


def not_json() -> Answer:
    return Answer(415, {"message": "The body must be sent with Content-Type: application/json."})


def invalid(errors: Mapping[str, list[str]]) -> Answer:
    """Field, or place inside one, -> sentences."""
    return Answer(422, {"message": "Validation failed", "errors": errors})


def invalid_data(errors: Mapping[str, list[str]]) -> Answer:
    """Return a body or a query that breaks the rules, as calls that neither make nor change an assistant say it."""
    return Answer(422, {"message": "The given data was invalid.", "errors": errors})


def too_many(retry_after: int, headers: Mapping[str, str]) -> Answer:
    message = f"Too many requests. Please try again in {retry_after} seconds."
    content = {"error": "Rate limit exceeded", "message": message, "retry_after": retry_after}
    return Answer(429, content, headers={**headers, "Retry-After": str(retry_after)})


def struck(fault: Fault, true_answer: Answer | None) -> Answer:
    """Return what this fault makes of an answer; None: the request was not worked on."""
    applied = true_answer is not None and true_answer.applied
    if fault.cuts:
        return Answer(None, applied=applied)
    if fault.status is None:
        assert true_answer is not None, "slow is an answer held back"
        return replace(true_answer, delay=_DEFAULT_SLOW if fault.seconds is None else fault.seconds)
    return replace(_in_place(fault, fault.status), applied=applied)


def _in_place(fault: Fault, status: int) -> Answer:
    known = {401: invalid_key, 403: forbidden, 404: no_assistant}
    if status in known:
        return known[status]()
    if status == 422:
        return invalid({})
    if status == 429:
        seconds = _DEFAULT_RETRY_AFTER if fault.seconds is None else fault.seconds
        return too_many(-int(-seconds // 1), {})
    words = _WORDS.get(status, "Error")
    if status < 500:
        return Answer(status, {"message": words})
    wait = {} if fault.seconds is None else {"Retry-After": f"{fault.seconds:g}"}
    return Answer(status, page=_GATEWAY_PAGE.format(status=status, words=words), headers=wait)
