"""The one function that starts or replaces an agent's session; any process may carry on after any of its steps."""

import secrets
import uuid
from dataclasses import dataclass

from gastown.domain.assignments import Assignment
from gastown.domain.decide.supervision import SESSION_ENDED, UNSEEN
from gastown.domain.identity import Address, parse_address, session_name
from gastown.domain.observed import Absent, Present, Unknown
from gastown.domain.runtime import Start
from gastown.domain.terminal import Session
from gastown.errors import Busy, GastownError, Refused, Unavailable
from gastown.ledger import agents, events, incarnations
from gastown.ledger.quick import credential_hash
from gastown.operations.sessions.environment import of_agent
from gastown.operations.sessions.kept import record_kept
from gastown.operations.sessions.ready import Place, make_ready
from gastown.operations.sessions.trace import end_leftovers
from gastown.settings import roles
from gastown.town import Town
from gastown.world.files import write_private
from gastown.world.locks import lock


@dataclass(frozen=True, slots=True)
class _Identity:
    """What a new incarnation is known by."""

    session: str
    credential: str
    conversation: str


@dataclass(frozen=True, slots=True)
class Ensured:
    """The session that works on the agent's hook; `started` is False when it ran already."""

    agent: str
    bead: str
    incarnation: int
    started: bool


def ensure(town: Town, address: str, *, because: str) -> Ensured | None:
    """See that a session of the newest incarnation works on the agent's hook; None when nothing is on it.

    Holds the agent's lock meanwhile: raises Busy when somebody else does. Raises Unavailable when the present
    state cannot be seen; then nothing was changed. A start that fails is recorded, so that it counts.
    """
    with lock(town.places.lock(address), what=address):
        assignment = agents.open_assignment(town.ledger, address)
        if assignment is None or assignment.done_commit is not None or assignment.no_change is not None:
            return None
        where = parse_address(address)
        name = session_name(town.rig(str(where.rig)).prefix, where.name)
        match town.terminal.look([name])[name]:
            case Unknown(why):
                raise Unavailable(f"cannot see whether {name} runs: {why}", "gt doctor")
            case Present(session) if (running := _runs_already(town, assignment, session)) is not None:
                return running
            case Present(session):
                town.terminal.stop(session)
            case Absent():
                pass
        try:
            return _start(town, assignment, where, name, because)
        except Exception as failure:
            _record_failure(town, assignment, name, failure)
            raise


def _runs_already(town: Town, assignment: Assignment, session: Session) -> Ensured | None:
    newest = incarnations.newest(town.ledger, assignment.agent)
    if newest is None or session.incarnation != newest.id or newest.generation != assignment.generation:
        return None
    if newest.ended_at is not None:
        return None  # it was taken for ended, and its callbacks count for nothing
    return Ensured(assignment.agent, assignment.bead, newest.id, started=False)


def _start(town: Town, assignment: Assignment, address: Address, name: str, because: str) -> Ensured:
    end_leftovers(town, {"GT_ADDRESS": str(address)})
    runtime = runtime_of(town, assignment)
    place = make_ready(town, assignment, address)
    identity = _Identity(name, secrets.token_urlsafe(24), str(uuid.uuid4()))
    incarnation = _mint(town, assignment, place, identity, because)
    rig = town.rig(str(address.rig))
    start = Start(
        town=town.root, address=str(address), worktree=place.folder, folder=town.places.agent(str(address)),
        conversation=identity.conversation,
        prompt=roles.read(address.role, town=town.root, rig=address.rig).first_words, permission=rig.permissions,
        model=town.settings.model,
    )  # fmt: skip
    launch = town.runtime(runtime).launch(start)
    write_private(launch.files)
    env = of_agent(
        town,
        address,
        incarnation=incarnation,
        credential=identity.credential,
        runtime=runtime,
        additions=launch.env,
    )
    session = town.terminal.start(
        name,
        launch.argv,
        cwd=place.folder,
        env=env,
        options=_options(address, assignment),
        incarnation=incarnation,
    )
    _record_start(town, assignment, incarnation, session, runtime)
    return Ensured(str(address), assignment.bead, incarnation, started=True)


def runtime_of(town: Town, assignment: Assignment) -> str:
    """The agent CLI for this assignment. Raises Refused when it may not run in this town."""
    agent = agents.get(town.ledger, assignment.agent)
    name = assignment.runtime or (agent.runtime if agent else None) or town.settings.runtime
    if name == "scripted" and not town.settings.scripted_allowed:
        raise Refused("the scripted agent runs only in towns made for it", "gt install DIR --agent scripted")
    return name


def _mint(town: Town, assignment: Assignment, place: Place, identity: _Identity, because: str) -> int:
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        still = agents.open_assignment(ledger, assignment.agent)
        if still is None or still.generation != assignment.generation:
            raise Refused(f"{assignment.bead} was taken back from {assignment.agent} meanwhile")
        before = incarnations.newest(ledger, assignment.agent)
        incarnation = incarnations.mint(
            ledger, assignment.agent, assignment, credential_hash=credential_hash(identity.credential),
            conversation=identity.conversation, session=identity.session, head=place.head, why_older=SESSION_ENDED,
            now=now,
        )  # fmt: skip
        events.append(
            ledger, "supervisor", "agent.starting", assignment.agent, now, bead=assignment.bead, because=because,
            incarnation=incarnation, branch=place.branch, head=place.head, rescued=list(place.rescued),
        )  # fmt: skip
        record_kept(ledger, assignment.agent, before.bead if before is not None else None, place.rescued, now)
    return incarnation


def _options(address: Address, assignment: Assignment) -> dict[str, str]:
    return {
        "@gt_agent": address.short,
        "@gt_role": address.role,
        "@gt_group": address.rig or "",
        "@gt_hook": assignment.bead,
    }


def _record_start(
    town: Town, assignment: Assignment, incarnation: int, session: Session, runtime: str
) -> None:
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        incarnations.started(ledger, incarnation, session.pane_pid)
        events.append(
            ledger, "supervisor", "agent.started", assignment.agent, now, bead=assignment.bead,
            incarnation=incarnation, runtime=runtime, session=session.name, pid=session.pane_pid,
        )  # fmt: skip


def _record_failure(town: Town, assignment: Assignment, name: str, failure: Exception) -> None:
    """Write a start that came to nothing as an incarnation that has ended, so that it counts.

    One that a silent tool kept from coming even to its incarnation spends no budget: nobody could look.
    """
    why, now = failure.message if isinstance(failure, GastownError) else repr(failure), town.clock.now()
    with town.ledger.transaction() as ledger:
        newest = incarnations.newest(ledger, assignment.agent)
        begun = newest is not None and newest.ended_at is None and newest.generation == assignment.generation
        unseen = not begun and isinstance(failure, Unavailable | Busy)
        if newest is not None and begun:
            identity = newest.id
        else:
            identity = incarnations.mint(
                ledger, assignment.agent, assignment, credential_hash=credential_hash(secrets.token_hex()),
                conversation=str(uuid.uuid4()), session=name, head=None, why_older=SESSION_ENDED, now=now,
            )  # fmt: skip
        incarnations.end(ledger, identity, f"{UNSEEN if unseen else 'could not start'}: {why}", now)
        events.append(
            ledger, "supervisor", "agent.start_failed", assignment.agent, now, bead=assignment.bead, why=why
        )
