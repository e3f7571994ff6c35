"""One bead as one line: all that hangs on it as plain JSON, in the field names of Beads' own files."""

import hashlib
import json
from collections.abc import Mapping
from types import MappingProxyType

from gastown.errors import Invalid

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
Record = dict[str, Json]

COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "id": "id",
        "uid": "uid",
        "rig": "rig",
        "title": "title",
        "description": "description",
        "design": "design",
        "acceptance": "acceptance_criteria",
        "notes": "notes",
        "status": "status",
        "priority": "priority",
        "type": "issue_type",
        "assignee": "assignee",
        "owner": "owner",
        "created_at": "created_at",
        "created_by": "created_by",
        "started_at": "started_at",
        "updated_at": "updated_at",
        "updated_by": "updated_by",
        "closed_at": "closed_at",
        "closed_by": "closed_by",
        "close_reason": "close_reason",
        "due": "due_at",
        "defer_until": "defer_until",
        "external_ref": "external_ref",
        "metadata": "metadata",
    }
)
"""The ledger's columns, and what each is called in a record."""

DELETED: Mapping[str, str] = MappingProxyType(
    {"closed_at": "deleted_at", "closed_by": "deleted_by", "close_reason": "delete_reason"}
)
"""What these are called in the record of a bead that was deleted."""

TOMBSTONE = "tombstone"
"""The type of a deleted bead in the ledger, and its status in a record."""

_ORDER = (*COLUMNS.values(), *DELETED.values(), "labels", "dependencies", "comments", "written")
_PLACE = {name: place for place, name in enumerate(_ORDER)}


def line(record: Mapping[str, Json]) -> str:
    """The record as one line of JSON, always the same for the same record; fields we don't know come last, sorted."""
    ordered = {
        key: record[key] for key in sorted(record, key=lambda key: (_PLACE.get(key, len(_PLACE)), key))
    }
    return json.dumps(ordered, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def parse(text: str) -> Record:
    """The record of a line that `line` wrote. Raises Invalid when it is no JSON object with an id and a uid."""
    try:
        record: Json = json.loads(text)
    except ValueError as error:
        raise Invalid(f"not a line of a ledger: {error}", "gt ledger verify") from error
    if isinstance(record, dict) and isinstance(record.get("id"), str) and isinstance(record.get("uid"), str):
        return record
    raise Invalid("not a bead: it has no id or no uid", "gt ledger verify")


def shard(identity: str) -> str:
    """Which of 256 files of a rig holds the bead of that id: two hexadecimal digits."""
    return hashlib.sha256(identity.encode()).hexdigest()[:2]


def is_tombstone(record: Mapping[str, Json]) -> bool:
    """Whether the bead was deleted."""
    return record.get("status") == TOMBSTONE
