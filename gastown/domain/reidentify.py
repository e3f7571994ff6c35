"""Which id a bead has after two towns' beads come together: the same in both towns, without a word between them."""

import hashlib
from collections.abc import Container, Iterator, Mapping, Sequence

from gastown.domain.beads import LONGEST_ID
from gastown.domain.records import Record

Side = Mapping[str, Record]
"""Beads of one side by their uid."""

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
SHORTEST = 5


def derived_ids(identity: str, uid: str) -> Iterator[str]:
    """Ids that a bead may get instead of `identity`, shortest first: they follow from its uid alone."""
    digits, prefix = _base36(uid), identity.rpartition("-")[0]
    for length in range(SHORTEST, LONGEST_ID - 1):
        kept = prefix[: LONGEST_ID - 1 - length].rstrip("-.")
        if not kept:
            return
        yield f"{kept}-{digits[:length]}"


def _base36(uid: str) -> str:
    number, digits = int(hashlib.sha256(uid.encode()).hexdigest(), 16), ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        digits += _DIGITS[digit]
    return digits.ljust(LONGEST_ID, "0")


def final_ids(base: Side, ours: Side, theirs: Side, taken: Container[str]) -> Mapping[str, str]:
    """The id of every bead of both sides, by uid. No two are the same, and of those new here none is in `taken`.

    Of beads that drew the same id, the one created first keeps it (of the same moment: the lesser uid).
    """
    wanted = {uid: _wanted(uid, base, ours, theirs) for uid in {*ours, *theirs}}
    owners: dict[str, str] = {}
    by_age = sorted(wanted, key=lambda uid: (_created(uid, ours, theirs), uid))
    for uid in by_age:
        owners.setdefault(wanted[uid], uid)
    for uid in [uid for uid in by_age if owners[wanted[uid]] != uid]:
        free = (new for new in derived_ids(wanted[uid], uid) if new not in owners and new not in taken)
        wanted[uid] = next(free)
        owners[wanted[uid]] = uid
    return wanted


def _wanted(uid: str, base: Side, ours: Side, theirs: Side) -> str:
    """What the bead would be called if no other had that id: one that it was given by a merge stays with it."""
    before, *after = (None if uid not in side else str(side[uid]["id"]) for side in (base, ours, theirs))
    names = list(dict.fromkeys(name for name in after if name is not None))
    changed = [name for name in names if name != before] or names
    return changed[0] if len(changed) == 1 else max(changed, key=lambda name: _precedence(name, changed, uid))


def _precedence(name: str, rivals: Sequence[str], uid: str) -> tuple[int, str]:
    given = any(name in derived_ids(rival, uid) for rival in rivals)
    return (len(name) if given else 0, name)


def _created(uid: str, ours: Side, theirs: Side) -> str:
    return min(str(side[uid].get("created_at", "")) for side in (ours, theirs) if uid in side)
