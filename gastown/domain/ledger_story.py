"""What a commit of the ledger's history says: one line a bead, told from its line before and its line after."""

from collections.abc import Iterable, Mapping

from gastown.domain.beads import UNFIT
from gastown.domain.records import Json, Record, is_tombstone

MOST = 20
"""Beads that are told one by one."""

LONGEST = 60
"""Characters of a title."""

_SILENT = frozenset(
    {"updated_at", "updated_by", "written", "started_at", "closed_at", "closed_by", "close_reason"}
)


def change(before: Mapping[str, Json] | None, after: Mapping[str, Json]) -> str:
    """What became of a bead, in a few words."""
    if is_tombstone(after):
        return "deleted"
    if before is None:
        return "created" if after.get("status") == "open" else f"created, {after.get('status')}"
    if is_tombstone(before):
        return "brought back"
    fields = [
        name for name in {**before, **after} if before.get(name) != after.get(name) and name not in _SILENT
    ]
    told = [_status(after) if name == "status" else name for name in fields]
    return ", ".join(told) or "touched"


def _status(after: Mapping[str, Json]) -> str:
    if after.get("status") != "closed":
        return str(after.get("status"))
    why = str(after.get("close_reason") or "")
    return f"closed ({_short(why)})" if why else "closed"


def line(record: Record, before: Mapping[str, Json] | None) -> str:
    """One bead's line in a commit's message."""
    return f"{record['id']}: {change(before, record)} \u2013 {_short(str(record.get('title', '')))}"


def message(lines: Iterable[str], count: int, others: str = "") -> str:
    """The message of a commit of `count` beads; `others` names what else is in it."""
    told = list(lines)[:MOST]
    if count == 1:
        return told[0]
    subject = f"{count} beads" if count else (others or "nothing")
    if count > len(told):
        told.append(f"… and {count - len(told)} more")
    return "\n".join([subject, "", *told]) if told else subject


def _short(text: str) -> str:
    flat = UNFIT.sub("\ufffd", " ".join(text.split()))
    return flat if len(flat) <= LONGEST else f"{flat[: LONGEST - 1]}…"
