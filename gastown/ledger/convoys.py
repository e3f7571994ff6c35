"""Convoys in the ledger: what they track, how far it has come, and who has been told."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from gastown.domain.beads import Bead, BeadStatus
from gastown.domain.clock import moment, moment_or_none, stamp
from gastown.domain.convoys import (
    GIVEN_UP,
    LONE,
    Endings,
    TrackedFacts,
    TrackedState,
    check_convoy,
    tracked_state,
)
from gastown.domain.merges import MergeState
from gastown.errors import NotFound
from gastown.ledger import bead_writes, beads
from gastown.ledger.database import Database, Row


@dataclass(frozen=True, slots=True)
class ConvoyProgress:
    """An open convoy and how much of it is closed."""

    id: str
    title: str
    tracked: int
    closed: int


@dataclass(frozen=True, slots=True)
class TrackedBead:
    """A bead that a convoy tracks, and where it stands."""

    id: str
    title: str
    rig: str | None
    type: str
    priority: int
    state: TrackedState
    worker: str | None
    """On whose hook it is, or who has claimed it."""
    request: str | None
    """Its live merge request."""
    landed: bool
    closed_at: datetime | None
    defer_until: datetime | None


@dataclass(frozen=True, slots=True)
class Notice:
    """A message about a convoy that its recipient has not read yet."""

    id: str
    title: str
    at: datetime
    convoy: str
    lone: bool
    """Sling made that convoy around a lone bead."""
    landed: bool
    """False: it was closed by hand, or deleted."""
    deleted: bool


class Following(NamedTuple):
    """A bead that became ready in a convoy that was slung: it follows, as the convoy was slung."""

    bead: str
    rig: str | None
    convoy: str
    by: str
    target: str | None
    runtime: str | None


def remember_slung(
    database: Database, convoy: str, *, by: str, target: str | None, runtime: str | None
) -> None:
    """Write down how the convoy was slung here; no other town that pulls it, and no restored ledger, knows of it."""
    database.write("convoys", "remember_slung", convoy=convoy, by=by, target=target, runtime=runtime)


def following(database: Database, now: datetime, most: int) -> Sequence[Following]:
    """What is to be slung by itself: ready beads of slung convoys that were on no hook yet; urgent first, then old."""
    rows = database.rows("convoys", "to_feed", now=stamp(now), most=most)
    return [
        Following(row["id"], row["rig"], row["convoy"], row["by"], row["target"], row["runtime"])
        for row in rows
    ]


def next_following(database: Database, now: datetime) -> datetime | None:
    """When the next bead of a slung convoy becomes ready because its time has come; None: none will."""
    row = database.row("convoys", "to_feed_later", now=stamp(now))
    return moment_or_none(row["due"]) if row else None


def get(database: Database, what: str) -> Bead:
    """The convoy of that id, or of the one id that begins so. Raises NotFound, and Refused when it is none."""
    try:
        return check_convoy(beads.get(database, what))
    except NotFound as missing:
        raise NotFound(f"there is no convoy {what!r}", "gt convoy list") from missing


def convoy_of(database: Database, bead: str) -> str | None:
    """The open convoy that tracks this bead."""
    row = database.row("convoys", "convoy_of", bead=bead)
    return None if row is None else str(row["id"])


def closed_with(database: Database, bead: str) -> Sequence[str]:
    """Closed convoys that track this bead; not those that were closed by hand."""
    return _ids(database.rows("convoys", "closed_with", bead=bead))


def finished_convoys(database: Database, bead: str) -> Sequence[str]:
    """Open convoys that track this bead and have nothing open left."""
    return _ids(database.rows("convoys", "finished_convoys", bead=bead))


def is_finished(database: Database, convoy: str) -> bool:
    """Whether the convoy tracks something, and nothing open."""
    return database.row("convoys", "is_finished", convoy=convoy) is not None


def all_finished(database: Database) -> Sequence[str]:
    """Every open convoy that has nothing open left."""
    return _ids(database.rows("convoys", "all_finished"))


def changed_since(database: Database, seq: int) -> Sequence[str]:
    """Convoys, and what convoys track, that changed after that row of the journal."""
    return _ids(database.rows("convoys", "changed_since", seq=seq))


def all_open(database: Database, most: int) -> Sequence[str]:
    """Open convoys, oldest first; those that sling made around lone beads come last."""
    return _ids(database.rows("convoys", "all_open", most=most))


def last_closed(database: Database, most: int) -> Sequence[str]:
    """Closed convoys, newest first."""
    return _ids(database.rows("convoys", "last_closed", most=most))


def open_convoys(database: Database, most: int) -> Sequence[ConvoyProgress]:
    """Open convoys that somebody asked for, with their progress; oldest first."""
    rows = database.rows("convoys", "asked_for", most=most)
    found = progress(database, _ids(rows))
    return [ConvoyProgress(row["id"], row["title"], *found.get(row["id"], (0, 0))) for row in rows]


def counts(database: Database) -> tuple[int, int]:
    """How many open convoys there are that somebody asked for, and how many in all."""
    row = database.row("convoys", "counts")
    return (row["asked_for"] or 0, row["open"]) if row else (0, 0)


def progress(database: Database, convoys: Sequence[str]) -> Mapping[str, tuple[int, int]]:
    """How many beads each convoy tracks, and how many of them are closed; a convoy without any is not there."""
    rows = database.rows("convoys", "progress", convoys=json.dumps(list(convoys)))
    return {row["id"]: (row["tracked"], row["closed"]) for row in rows}


def states(
    database: Database, convoys: Sequence[str], now: datetime
) -> Mapping[str, Mapping[TrackedState, int]]:
    """How many beads of each convoy stand where; only states that there are."""
    found: dict[str, dict[TrackedState, int]] = {convoy: {} for convoy in convoys}
    for convoy, (_, closed) in progress(database, convoys).items():
        if closed:
            found[convoy][TrackedState.CLOSED] = closed
    for row in database.rows("convoys", "facts", convoys=json.dumps(list(convoys)), now=stamp(now)):
        counted, state = found[row["id"]], _state(row, row["request"])
        counted[state] = counted.get(state, 0) + row["beads"]
    return found


def endings(database: Database, convoy: str) -> Endings:
    """How the closed beads of a convoy ended."""
    row = database.row("convoys", "endings", convoy=convoy)
    closed, landed, unchanged = (row["closed"], row["landed"], row["unchanged"]) if row else (0, 0, 0)
    return Endings(landed, unchanged, closed - landed - unchanged)


def tracked(database: Database, convoy: str, now: datetime) -> Sequence[TrackedBead]:
    """What the convoy tracks, urgent first, then old first; deleted beads are left out."""
    return [_tracked(row) for row in database.rows("convoys", "tracked", convoy=convoy, now=stamp(now))]


def tracked_ids(database: Database, convoy: str) -> frozenset[str]:
    """Ids of all that the convoy tracks, deleted beads included."""
    return frozenset(_ids(database.rows("convoys", "tracked_ids", convoy=convoy)))


def waits_for(database: Database, convoy: str) -> Mapping[str, Sequence[str]]:
    """What each tracked bead that waits is waiting for, by its id."""
    found: dict[str, list[str]] = {}
    for row in database.rows("convoys", "waits_for", convoy=convoy):
        found.setdefault(row["bead"], []).append(row["waits_for"])
    return found


def work_below(database: Database, epic: str) -> Mapping[str, BeadStatus]:
    """All work beneath an epic, however deep, with its status."""
    return {row["id"]: BeadStatus(row["status"]) for row in database.rows("convoys", "work_below", epic=epic)}


def around(database: Database, epic: str) -> str | None:
    """The convoy that was made around an epic."""
    row = database.row("convoys", "around", epic=epic)
    return None if row is None else str(row["id"])


def track(database: Database, convoy: str, work: Sequence[str], *, by: str, now: datetime) -> None:
    """Let the convoy track these beads, which it did not yet, inside the present transaction."""
    bead_writes.touch(database, convoy, by=by, now=now)
    rows = [{"convoy": convoy, "bead": bead, "at": stamp(now), "by": by} for bead in work]
    database.write_many("convoys", "track", rows)


def untrack(database: Database, convoy: str, work: Sequence[str], *, by: str, now: datetime) -> None:
    """Let the convoy track these beads no more, inside the present transaction."""
    bead_writes.touch(database, convoy, by=by, now=now)
    database.write_many("convoys", "untrack", [{"convoy": convoy, "bead": bead} for bead in work])


def reopen(database: Database, convoy: str, *, by: str, now: datetime) -> bool:
    """Open a closed convoy again inside the present transaction; False when it is open."""
    return bool(database.write("convoys", "reopen", convoy=convoy, by=by, at=stamp(now)))


def set_metadata(
    database: Database, convoy: str, metadata: Mapping[str, object], *, by: str, now: datetime
) -> None:
    """Replace a convoy's metadata inside the present transaction."""
    text = json.dumps(metadata, ensure_ascii=False)
    database.write("convoys", "set_metadata", convoy=convoy, metadata=text, by=by, at=stamp(now))


def told(database: Database, who: str) -> Iterator[Notice]:
    """Messages about convoys that `who` has not read yet, the newest first."""
    for row in database.stream("convoys", "told", who=who):
        known = json.loads(row["metadata"])
        yield Notice(
            row["id"], row["title"], moment(row["created_at"]), row["convoy"], known.get(LONE) is True,
            known.get(GIVEN_UP) is not True and not row["deleted"], bool(row["deleted"]),
        )  # fmt: skip


def unread(database: Database, convoy: str, who: str | None = None) -> Sequence[str]:
    """Ids of messages about one convoy that nobody has read yet; only those to `who`, if that is given."""
    return _ids(database.rows("convoys", "unread", convoy=convoy, who=who))


def _ids(rows: Sequence[Row]) -> list[str]:
    return [str(row["id"]) for row in rows]


def _state(row: Row, request: str | None) -> TrackedState:
    live = MergeState(request) if request else None
    return tracked_state(
        TrackedFacts(BeadStatus(row["status"]), row["type"], live, bool(row["waits"]), bool(row["later"]))
    )


def _tracked(row: Row) -> TrackedBead:
    state = _state(row, row["request_state"])
    return TrackedBead(
        id=row["id"], title=row["title"], rig=row["rig"], type=row["type"], priority=row["priority"], state=state,
        worker=row["worker"] or (row["assignee"] if state is TrackedState.WORKING else None), request=row["request"],
        landed=bool(row["landed"]), closed_at=moment_or_none(row["closed_at"]),
        defer_until=moment_or_none(row["defer_until"]),
    )  # fmt: skip
