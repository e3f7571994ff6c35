"""Times and identities in Beads' files: any zone, any number of digits; the ledger has UTC and milliseconds."""

import hashlib
from datetime import UTC, datetime
from functools import lru_cache

ZERO = "0001-01-01T00:00:00"
"""What Go writes for a time that was never set."""

BEGINNING = "1970-01-01T00:00:00.000Z"
"""When a bead was made whose line does not tell; Beads writes the same."""

TO_THE_SECOND = 19
"""Characters of a time up to its seconds: some Beads kept nothing finer."""

PLAIN = len("2026-01-02T03:04:05Z")

_BEGUN = hashlib.sha1(bytes.fromhex("5f0c6a8e1d4b4f0c9a3e7b2d8c1f6e90"), usedforsecurity=False)
"""The namespace of these uids, hashed."""


@lru_cache(maxsize=256)  # one bead has many times that are the same
def in_our_words(text: str) -> str:
    """A time as the ledger holds it. Raises ValueError or OverflowError for what is none, or has no zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    if len(text) == PLAIN and text[10] == "T" and text[7] == "-" and text[-1] == "Z":
        return text[:-1] + ".000Z"
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


@lru_cache(maxsize=16)
def derived_uid(identity: str, created_at: str) -> str:
    """The uid of a bead that came without one, the same in every town (a UUID of version 5, RFC 9562)."""
    digest = _BEGUN.copy()
    digest.update(f"{identity}\n{created_at[:TO_THE_SECOND]}".encode())
    digits = digest.hexdigest()
    variant = "89ab"[int(digits[16], 16) % 4]
    return f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


def seconds_apart(one: str, other: str) -> float:
    """How far two times of the ledger are from each other."""
    return abs((datetime.fromisoformat(one) - datetime.fromisoformat(other)).total_seconds())
