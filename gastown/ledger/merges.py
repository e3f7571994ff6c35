"""Merge requests and gate runs in the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gastown.domain.assignments import Assignment
from gastown.domain.clock import moment, moment_or_none, stamp
from gastown.domain.merges import MOVES, GateOutcome, MergeRequest, MergeState
from gastown.ledger.database import Database, Row


@dataclass(frozen=True, slots=True)
class RunningGate:
    """A gate run that was begun and whose end is not recorded."""

    id: int
    bead: str
    request: str
    command: str
    began_at: datetime


@dataclass(frozen=True, slots=True)
class RecordedGate:
    """A gate run as it was recorded; one that has ended without an outcome was cut off."""

    id: int
    request: str
    on_target: bool
    commit: str
    command: str
    log: str
    began_at: datetime
    ended_at: datetime | None
    status: int | None
    outcome: GateOutcome | None


def insert(
    database: Database,
    identity: str,
    assignment: Assignment,
    *,
    rig: str,
    commit: str,
    target: str,
    now: datetime,
) -> None:
    """Write the typed half of a new merge request; the bead of that id is there already."""
    database.write(
        "merges", "insert", id=identity, bead=assignment.bead, rig=rig, agent=assignment.agent,
        generation=assignment.generation, commit_id=commit, branch=assignment.branch or "", target=target,
        at=stamp(now),
    )  # fmt: skip


def get(database: Database, identity: str) -> MergeRequest | None:
    """The merge request of that id."""
    return _request_or_none(database.row("merges", "by_id", id=identity))


def of_generation(database: Database, generation: int) -> MergeRequest | None:
    """The merge request that ended this assignment."""
    return _request_or_none(database.row("merges", "of_generation", generation=generation))


def live_of_bead(database: Database, bead: str) -> MergeRequest | None:
    """The request of this bead that waits or is held."""
    return _request_or_none(database.row("merges", "live_of_bead", bead=bead))


def of_bead(database: Database, bead: str) -> Sequence[MergeRequest]:
    """All requests that a bead ever had, oldest first."""
    return [_request(row) for row in database.rows("merges", "of_bead", bead=bead)]


def live(database: Database, rig: str | None = None) -> Sequence[MergeRequest]:
    """Requests that wait or are held, oldest first; of one rig or of all."""
    rows = database.rows("merges", "live") if rig is None else database.rows("merges", "live_in_rig", rig=rig)
    return [_request(row) for row in rows]


def ended(database: Database, rig: str, most: int) -> Sequence[MergeRequest]:
    """The newest requests of a rig that landed or were sent back."""
    return [_request(row) for row in database.rows("merges", "ended", rig=rig, most=most)]


def move(
    database: Database,
    request: MergeRequest,
    state: MergeState,
    *,
    because: str,
    held_for: str | None = None,
    now: datetime,
) -> bool:
    """Change a request's state along `MOVES`; False when somebody else moved it first."""
    if state not in MOVES[request.state]:
        raise AssertionError(f"{request.id}: {request.state} never becomes {state}")
    ended_at = stamp(now) if not MOVES[state] else None
    return bool(
        database.write(
            "merges", "set_state", id=request.id, was=request.state, state=state, because=because,
            held_for=held_for, ended_at=ended_at,
        )
    )  # fmt: skip


def wish_landing(database: Database, request: str, old: str, new: str) -> bool:
    """Record that the target is about to be moved from `old` to `new` for this request."""
    return bool(database.write("merges", "wish_landing", id=request, old=old, new=new))


def forget_landing(database: Database, request: str) -> bool:
    """Take the wish to land back: it is certain that it did not come true."""
    return bool(database.write("merges", "forget_landing", id=request))


def trouble(database: Database, request: str, kind: str) -> int:
    """Record that this kind of trouble came between; gives how often in a row, 0 when it is not queued any more."""
    if not database.write("merges", "trouble", id=request, kind=kind):
        return 0
    now = get(database, request)
    return now.troubles if now else 0


def retarget(database: Database, request: str, target: str) -> bool:
    """Let a live request land on another branch; False when it does already, or is just being landed."""
    return bool(database.write("merges", "retarget", id=request, target=target))


def waits(database: Database, request: str, because: str | None) -> bool:
    """Record why a queued request is not being worked on; None: it is. False when nothing changed."""
    return bool(database.write("merges", "waits", id=request, because=because))


def gate_began(
    database: Database, request: str, *, on_target: bool, commit: str, command: str, log: str, now: datetime
) -> int:
    """Record that a gate starts; gives the run's id."""
    database.write(
        "merges", "gate_began", request=request, on_target=int(on_target), commit_id=commit, command=command,
        log=log, at=stamp(now),
    )  # fmt: skip
    return database.last_id()


def gate_ended(
    database: Database, run: int, status: int | None, outcome: GateOutcome | None, now: datetime
) -> None:
    """Record how a gate run ended; no outcome: it was cut off, and proves nothing."""
    database.write("merges", "gate_ended", id=run, status=status, outcome=outcome, at=stamp(now))


def gates_abandoned(database: Database, rig: str, now: datetime) -> Sequence[str]:
    """Record the end of all gate runs of a rig that nobody will hear of again; gives the requests they were for."""
    cut_off = [str(row["merge_request"]) for row in database.rows("merges", "gates_cut_off", rig=rig)]
    database.write("merges", "gates_abandoned", rig=rig, at=stamp(now))
    return cut_off


def gates_of_request(database: Database, request: str) -> Sequence[RecordedGate]:
    """All gate runs of a request, oldest first."""
    return [_gate(row) for row in database.rows("merges", "gates_of_request", request=request)]


def gate_running(database: Database, rig: str) -> RunningGate | None:
    """The rig's newest gate run without an end; whether its process lives must be looked at."""
    row = database.row("merges", "gate_running", rig=rig)
    if row is None:
        return None
    return RunningGate(row["id"], row["bead"], row["merge_request"], row["command"], moment(row["began_at"]))


def gates_since(database: Database, rig: str, since: datetime) -> int:
    """How many gates of a rig were begun since then."""
    row = database.row("merges", "gates_since", rig=rig, since=stamp(since))
    return int(row["runs"]) if row else 0


def news(database: Database, rig: str, since: datetime) -> bool:
    """Whether somebody put a request into the rig's queue since then, by handing it over or by `gt mq retry`."""
    return database.row("merges", "news", rig=rig, since=stamp(since)) is not None


def ended_since(database: Database, rig: str, since: datetime) -> Sequence[MergeRequest]:
    """Requests of a rig that landed or were sent back since then, newest first."""
    return [_request(row) for row in database.rows("merges", "ended_since", rig=rig, since=stamp(since))]


def newest_landing_on(database: Database, rig: str, target: str) -> MergeRequest | None:
    """The request that landed last on this branch of a rig."""
    return _request_or_none(database.row("merges", "newest_landing_on", rig=rig, target=target))


def newest_landing(database: Database, rig: str) -> MergeRequest | None:
    """The request of a rig that landed last."""
    return _request_or_none(database.row("merges", "newest_landing", rig=rig))


def _request_or_none(row: Row | None) -> MergeRequest | None:
    return None if row is None else _request(row)


def _request(row: Row) -> MergeRequest:
    return MergeRequest(
        id=row["id"], bead=row["bead"], title=row["title"], rig=row["rig"], agent=row["agent"],
        generation=row["generation"], commit=row["commit_id"], branch=row["branch"], target=row["target"],
        state=MergeState(row["state"]), because=row["because"], held_for=row["held_for"],
        submitted_at=moment(row["submitted_at"]), landing_old=row["landing_old"],
        landing_new=row["landing_new"], ended_at=moment_or_none(row["ended_at"]), trouble=row["trouble"],
        troubles=row["troubles"],
    )  # fmt: skip


def _gate(row: Row) -> RecordedGate:
    return RecordedGate(
        id=row["id"], request=row["merge_request"], on_target=bool(row["on_target"]), commit=row["commit_id"],
        command=row["command"], log=row["log"], began_at=moment(row["began_at"]),
        ended_at=moment_or_none(row["ended_at"]), status=row["status"],
        outcome=None if row["outcome"] is None else GateOutcome(row["outcome"]),
    )  # fmt: skip
