"""The ways that notices of a job go: each known by its position in the job file and by where its address lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from batch_update.errors import BatchUpdateError
from batch_update.jobs.notices.delivering import Delivery, send
from batch_update.jobs.notices.message import Message
from batch_update.secrets.reading_secrets import read_secret
from batch_update.secrets.secret import Secret, where_it_lies


@dataclass(frozen=True, slots=True)
class Way:
    """A way that a notice was to go, and what became of it."""

    place: str
    """`notify.to[1], the variable TEAMS_URL`: where the job file says it, counted from 1, and where its address lies"""
    kind: str
    """of the address: mailto, slack, json ...; "" where it is none that is known"""
    why: str
    """it was not sent; "" where it was"""


def send_to_all(
    message: Message,
    secrets: Sequence[Secret],
    *,
    environ: Mapping[str, str],
    patience: float,
    files: Sequence[tuple[str, bytes]] = (),
    only_look: bool = False,
) -> tuple[Way, ...]:
    """Send a message wherever these secrets say, and return what became of each, in their order."""
    addresses: dict[int, str] = {}
    found: dict[int, Delivery] = {}
    for at, secret in enumerate(secrets):
        try:
            addresses[at] = read_secret(secret, environ, what="the address of the notice")
        except BatchUpdateError as error:
            found[at] = Delivery(at, "", error.message)
    sent = send(message, addresses, files=files, environ=environ, patience=patience, only_look=only_look)
    found |= {one.at: one for one in sent}
    return tuple(
        Way(f"notify.to[{at + 1}], {where_it_lies(secret)}", found[at].kind, found[at].why)
        for at, secret in enumerate(secrets)
    )
