"""Taking an agent out of the town: its session ends, its work is open again, its worktree goes, its record stays.

Each step tests what is there, so a call that was cut off is finished by any later one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gastown.domain.assignments import Assignment, Caller
from gastown.domain.endings import STOPPED
from gastown.domain.identity import Address, parse_address
from gastown.domain.observed import Absent, Present, Unknown
from gastown.domain.roles import Capability
from gastown.errors import NotFound, Refused, Unavailable
from gastown.ledger import agents, events, incarnations
from gastown.operations.sessions.caller import fence
from gastown.operations.sessions.permission import must_be_of_rig, permit
from gastown.operations.sessions.place import folder_of, has_worktree, session_of
from gastown.operations.sessions.trace import end_leftovers
from gastown.operations.work.done import finish_done
from gastown.operations.work.unsling import put_back
from gastown.town import Town
from gastown.world.locks import lock
from gastown.world.wake import ring

if TYPE_CHECKING:
    from gastown.ledger.agents import AgentRow
    from gastown.world.git.repository import Repository

PATIENCE = 15.0
"""Seconds to wait for somebody who works on the same agent."""

LEAVING, LEFT = "agent.leaving", "agent.nuked"
"""Events: that it is to leave, and that it has left."""


@dataclass(frozen=True, slots=True)
class TakenOut:
    """An agent that left. `already`: it had before."""

    agent: str
    session: str | None
    """The session that was ended; None: none ran."""
    bead: str | None
    """What was on its hook, and is open work again."""
    branch: str | None
    """Where its last commits are."""
    kept: tuple[str, ...]
    """Refs, and folders, that hold what was in its worktree and in no commit of a branch."""
    commands: tuple[str, ...]
    """How that comes back, to be typed in a worktree of the rig."""
    again: str
    """The command by which the agent itself comes back."""
    already: bool


def take_out(town: Town, address: str, *, again: str, whole: bool, by: Caller, because: str) -> TakenOut:
    """Let the agent leave. What its worktree holds is kept first, whatever it is.

    `whole`: the folder itself is moved aside and not removed. `again` is the command that brings it back; after it
    `{bead}` stands for the work that it had.

    Raises NotFound, Refused for whoever may not, or when new work came onto the hook meanwhile, Unavailable when
    something cannot be seen or ended, and Busy when somebody works on the agent.
    """
    by.must_be_current()
    where = parse_address(address)
    _check_may(town, where, by)
    with lock(town.places.lock(address), what=address, wait=PATIENCE):
        agent = agents.get(town.ledger, address)
        if agent is None:
            raise NotFound(f"there is no {address}", "gt agents lists them")
        repository = town.repository(str(where.rig)) if where.rig is not None else None
        if agent.removed_at is not None and not _is_there(town, address):
            return _before(town, address, again)
        begun = _begin(town, agent, because, by)
        session = _end_session(town, address, because)
        kept: Sequence[str] = ()
        branch, head = str(begun.get("branch") or "") or None, None
        if repository is not None and has_worktree(town, address):
            branch, head = _held(town, repository, address, branch)
            kept = _leave(town, repository, address, since=str(begun["since"]), whole=whole)
        taken = _taken(address, session, begun.get("bead"), branch, kept, again)
        wishes: Mapping[str, object] = {
            name: begun[name] for name in ("wanted_by", "paused") if name in begun
        }
        _end(town, agent, taken, head, wishes, by)
    ring(town.places.wake)
    return taken


def _check_may(town: Town, where: Address, by: Caller) -> None:
    permit(town, by, Capability.NUKE, "take agents out of the town")
    if str(where) == by.address:
        raise Refused("an agent does not take itself out", "gt done, and end your turn")
    must_be_of_rig(by, where.rig, "take out agents")


def _is_there(town: Town, address: str) -> bool:
    """Whether something of an agent that left is there after all: a call was cut off, or a late start came."""
    name = session_of(town, address)
    return folder_of(town, address).exists() or not isinstance(town.terminal.look([name])[name], Absent)


def _begin(town: Town, agent: "AgentRow", because: str, by: Caller) -> dict[str, object]:
    """Write down that it is to leave, and take its work back; gives what was written, now or by a call before."""
    from gastown.world.git.leaving import present_stamp

    address, now = agent.address, town.clock.now()
    work = agents.open_assignment(town.ledger, address)
    if work is not None and (work.done_commit is not None or work.no_change is not None):
        finish_done(town, work.generation)  # it is handed over already, and only its end is missing
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        work = agents.open_assignment(ledger, address)
        if work is not None:
            put_back(ledger, work, by=by, now=now)
        agents.unwant(ledger, address)
        begun, left = (events.last_of_type(ledger, address, type_) for type_ in (LEAVING, LEFT))
        if begun is not None and (left is None or left.seq < begun.seq):
            return {**begun.payload, **_work(work)}
        payload = {"because": because, "since": present_stamp(), **_wishes(agent), **_work(work)}
        events.append(ledger, by.address, LEAVING, address, now, **payload)
    return payload


def _wishes(agent: "AgentRow") -> dict[str, object]:
    """What was wished of it: it comes back with that."""
    wishes: dict[str, object] = {
        "wanted_by": agent.wanted_by if agent.wanted_at else None,
        "paused": agent.paused,
    }
    return {name: wish for name, wish in wishes.items() if wish is not None}


def _work(work: Assignment | None) -> dict[str, object]:
    if work is None:
        return {}
    return {"bead": work.bead, "generation": work.generation, "branch": work.branch}


def _end_session(town: Town, address: str, because: str) -> str | None:
    """End its session and all that it started; gives the session's name if one ran."""
    newest = incarnations.newest(town.ledger, address)
    names = {session_of(town, address), *([newest.session] if newest is not None else [])}
    ended: str | None = None
    for name, seen in town.terminal.look(sorted(names)).items():
        match seen:
            case Unknown(why):
                raise Unavailable(f"cannot see whether {name} runs: {why}", "gt doctor")
            case Present(session):
                town.terminal.stop(session)
                ended = name
            case Absent():
                pass
    end_leftovers(town, {"GT_ADDRESS": address})
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        if newest is not None and incarnations.end(ledger, newest.id, STOPPED, now):
            events.append(
                ledger, "supervisor", "agent.stopped", address, now, because=because, session=newest.session
            )
    return ended


def _held(
    town: Town, repository: "Repository", address: str, branch: str | None
) -> tuple[str | None, str | None]:
    from gastown.world.git.leaving import held_at

    there, head = held_at(repository, folder_of(town, address))
    return there or branch, head


def _leave(town: Town, repository: "Repository", address: str, *, since: str, whole: bool) -> Sequence[str]:
    from gastown.world.git.leaving import kept_since, leave

    folder = folder_of(town, address)
    leave(repository, folder, whole=whole)
    return kept_since(repository, folder, since)


def _taken(  # noqa: PLR0917 - private
    address: str, session: str | None, bead: object, branch: str | None, kept: Sequence[str], again: str
) -> TakenOut:
    from gastown.world.git.custody import restore_hint

    had = str(bead) if bead else None
    return TakenOut(
        address, session, had, branch, tuple(kept), tuple(restore_hint(kept).splitlines()),
        again.format(bead=had or '"…"'), already=False,
    )  # fmt: skip


def _end(  # noqa: PLR0917 - private
    town: Town, agent: "AgentRow", taken: TakenOut, head: str | None, wishes: Mapping[str, object], by: Caller
) -> None:
    """The fact: it has left. Work that came onto its hook meanwhile keeps it in the town."""
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        agents.pause(ledger, agent.address, None)
        if not agents.remove(ledger, agent.address, now):
            there = agents.get(ledger, agent.address)
            if there is not None and there.hook_bead is not None:
                raise Refused(
                    f"{agent.address} stays: {there.hook_bead} came onto its hook meanwhile",
                    f"gt unsling {there.hook_bead}, and again",
                )
        events.append(
            ledger, by.address, LEFT, agent.address, now, bead=taken.bead, branch=taken.branch, head=head,
            refs=list(taken.kept), commands=list(taken.commands), again=taken.again,
            restore="; ".join(taken.commands) or None, **wishes,
        )  # fmt: skip


def _before(town: Town, address: str, again: str) -> TakenOut:
    """What an earlier call did."""
    left = events.last_of_type(town.ledger, address, LEFT)
    told = left.payload if left is not None else {}
    refs, commands = told.get("refs"), told.get("commands")
    return TakenOut(
        address, None, _text(told.get("bead")), _text(told.get("branch")), _texts(refs), _texts(commands),
        _text(told.get("again")) or again.format(bead='"…"'), already=True,
    )  # fmt: skip


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
