"""What stands for a key in names of files: the key cannot be read from it."""

from __future__ import annotations

from hashlib import pbkdf2_hmac

from batch_update.api.keys import ApiKey

ROUNDS = 20_000
"""make trying out short keys slow; cost a few milliseconds once in a command"""


def fingerprint(key: ApiKey, place: str) -> str:
    """16 hexadecimal digits for a key at a place, such as the server's host: others for another key or place."""
    salt = f"batch-update account\n{place}".encode("utf-8", "surrogateescape")  # a path may be no text
    return pbkdf2_hmac("sha256", key.reveal().encode("ascii"), salt, ROUNDS, dklen=8).hex()
