"""One start of a session, from the folder to the record: written down before it begins, whatever comes of it."""

import contextlib
import os
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from gastown.domain.assignments import Assignment
from gastown.domain.decide.budget import SESSION_ENDED, UNSEEN
from gastown.domain.decide.conversation import COULD_NOT_START
from gastown.domain.identity import Address, parse_address
from gastown.domain.permission import Permission
from gastown.domain.roles import Place as Where
from gastown.domain.roles import Role, Wake
from gastown.domain.runtime import Launch, Runtime, Start
from gastown.domain.terminal import Session
from gastown.errors import Busy, GastownError, NotFound, Refused, Unavailable
from gastown.ledger import agents, events, incarnations, messages
from gastown.ledger.quick import credential_hash
from gastown.operations.sessions.beginning import Beginning, choose_beginning, first_words
from gastown.operations.sessions.choice import model_of, runtime_of
from gastown.operations.sessions.environment import of_agent
from gastown.operations.sessions.kept import record_kept
from gastown.operations.sessions.place import role_of
from gastown.operations.sessions.ready import Place, make_ready
from gastown.operations.sessions.trace import end_leftovers
from gastown.operations.sessions.trusted import trust_folder
from gastown.operations.sessions.vacate import vacate
from gastown.town import Town
from gastown.world.files import write_private


def _ours() -> Mapping[str, str]:
    return os.environ


@dataclass(frozen=True, slots=True)
class Wish:
    """The session that is to be."""

    address: str
    assignment: Assignment | None
    """Its work; None: it is there without."""
    lasting: bool
    """Whether it takes up one assignment after the other, whatever its role says."""
    name: str
    because: str
    replaces: Session | None = None
    """A live one, in whose place it comes: whoever watches it stays."""
    why_older: str = SESSION_ENDED
    """Why the sessions before it have ended, where nobody wrote that down."""
    afresh: bool = False
    """Whether somebody wished that no conversation goes on."""
    goes_on: bool = False
    """Whether its predecessor had itself replaced, and left it something to go on with."""
    environment: Mapping[str, str] = field(default_factory=_ours)
    """What is passed on to it comes from here."""


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What was decided before anything was touched."""

    address: Address
    role: Role
    runtime: Runtime
    model: str
    permission: Permission

    def lasting(self, wish: Wish) -> bool:
        """Whether the session takes up one assignment after the other."""
        return wish.lasting or self.role.wake is Wake.ALWAYS


@dataclass(frozen=True, slots=True)
class _Identity:
    """What a new incarnation is known by, and how it begins."""

    credential: str
    start: Beginning


@dataclass(slots=True)
class _Progress:
    """How far a start has come."""

    pane: Session | None
    """Where it is to begin, once nothing runs there any more; None: in a new session."""
    touched: bool
    """Whether anything was done that a failure must tell of."""
    incarnation: int | None = None


def begin(town: Town, wish: Wish) -> int:
    """Start it; gives its incarnation. The caller holds the agent's lock.

    A start that fails is recorded, so that it counts; but not while the session that it was to replace still runs.
    """
    progress = _Progress(None, touched=wish.replaces is None)
    try:
        return _begin(town, wish, progress)
    except Exception as failure:
        if progress.pane is not None:
            with contextlib.suppress(GastownError):  # it ends with us at the latest
                town.terminal.stop(progress.pane)
        if progress.touched:
            _record_failure(town, wish, progress.incarnation, failure)
        raise


def _begin(town: Town, wish: Wish, progress: _Progress) -> int:
    chosen = _choose(town, wish)
    if wish.replaces is not None:
        progress.pane = vacate(town, wish.replaces)
        progress.touched = True
    end_leftovers(town, {"GT_ADDRESS": wish.address})
    place = make_ready(town, wish.assignment, chosen.address)
    if chosen.role.place is Where.FOLDER:
        trust_folder(town, place.folder, chosen.runtime.name, wish.environment)
    identity = _Identity(secrets.token_urlsafe(24), choose_beginning(
        town, wish.address, wish.assignment, role=chosen.role, runtime=chosen.runtime,
        environment={**wish.environment, "GT_TOWN": str(town.root)}, afresh=wish.afresh,
    ))  # fmt: skip
    incarnation = progress.incarnation = _mint(town, wish, chosen, place, identity)
    launch = _launch(town, wish, chosen, place, identity.start)
    write_private(launch.files)
    env = of_agent(
        town, chosen.address, incarnation=incarnation, credential=identity.credential, runtime=chosen.runtime.name,
        additions=launch.env, source=wish.environment,
    )  # fmt: skip
    session = _run(town, wish, launch, place, env, incarnation, progress.pane)
    _record_start(town, wish, incarnation, session, chosen.runtime.name)
    return incarnation


def _choose(town: Town, wish: Wish) -> _Chosen:
    address, role = parse_address(wish.address), role_of(town, wish.address)
    own_folder = role.place is Where.FOLDER or address.rig is None
    settings = town.settings if own_folder else town.rig(str(address.rig))
    return _Chosen(
        address,
        role,
        town.runtime(runtime_of(town, wish.address, wish.assignment)),
        model_of(town, wish.address, wish.assignment),
        settings.permissions,
    )


def _mint(town: Town, wish: Wish, chosen: _Chosen, place: Place, identity: _Identity) -> int:
    """Record the incarnation before its session is there; a deferred assignment begins with it."""
    now, work, start = town.clock.now(), wish.assignment, identity.start
    with town.ledger.transaction() as ledger:
        still = agents.open_assignment(ledger, wish.address)
        if work is not None and (still is None or still.generation != work.generation):
            raise Refused(f"{work.bead} was taken back from {wish.address} meanwhile")
        if work is not None and agents.undefer(ledger, work.generation):
            events.append(ledger, "supervisor", "bead.undeferred", work.bead, now, agent=wish.address)
        before = incarnations.newest(ledger, wish.address)
        incarnation = incarnations.mint(
            ledger, wish.address, work, credential_hash=credential_hash(identity.credential),
            conversation=start.conversation, session=wish.name, head=place.head, why_older=wish.why_older, now=now,
            runtime=chosen.runtime.name, resumed=start.resumed, lasting=chosen.lasting(wish),
            because=f"{wish.because}; {start.because}",
        )  # fmt: skip
        events.append(
            ledger, "supervisor", "agent.starting", wish.address, now, bead=work.bead if work else None,
            because=wish.because, incarnation=incarnation, branch=place.branch, head=place.head,
            rescued=list(place.rescued), conversation=start.conversation, resumed=start.resumed,
            conversation_because=start.because,
        )  # fmt: skip
        record_kept(ledger, wish.address, before.bead if before is not None else None, place.rescued, now)
    return incarnation


def _launch(town: Town, wish: Wish, chosen: _Chosen, place: Place, start: Beginning) -> Launch:
    words = first_words(
        chosen.role,
        chosen.runtime.features,
        has_work=wish.assignment is not None,
        has_mail=messages.newest_unread(town.ledger, wish.address) is not None,
        resumed=start.resumed,
        goes_on=wish.goes_on,
    )
    return chosen.runtime.launch(
        Start(
            town=town.root, address=wish.address, worktree=place.folder, folder=town.places.agent(wish.address),
            conversation=start.conversation, prompt=words, permission=chosen.permission, model=chosen.model,
            resume=start.resumed, callbacks=chosen.role.callbacks,
        )
    )  # fmt: skip


def _run(  # noqa: PLR0917 - all that a terminal needs to know
    town: Town, wish: Wish, launch: Launch, place: Place, env: Mapping[str, str], incarnation: int, pane: Session | None
) -> Session:  # fmt: skip
    options = _options(wish)
    if pane is not None:
        with contextlib.suppress(NotFound):  # a person has closed it meanwhile
            return town.terminal.respawn(
                pane, launch.argv, cwd=place.folder, env=env, options=options, incarnation=incarnation
            )
    return town.terminal.start(
        wish.name, launch.argv, cwd=place.folder, env=env, options=options, incarnation=incarnation
    )


def _options(wish: Wish) -> dict[str, str]:
    address = parse_address(wish.address)
    return {
        "@gt_agent": address.short,
        "@gt_role": address.role,
        "@gt_group": address.rig or "",
        "@gt_hook": wish.assignment.bead if wish.assignment else "",
    }


def _record_start(town: Town, wish: Wish, incarnation: int, session: Session, runtime: str) -> None:
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        incarnations.started(ledger, incarnation, session.pane_pid)
        events.append(
            ledger, "supervisor", "agent.started", wish.address, now,
            bead=wish.assignment.bead if wish.assignment else None,
            incarnation=incarnation, runtime=runtime, session=session.name, pid=session.pane_pid,
        )  # fmt: skip


def _record_failure(town: Town, wish: Wish, incarnation: int | None, failure: Exception) -> None:
    """Write a start that came to nothing as an incarnation that has ended, so that it counts.

    One that a silent tool kept from coming even to its incarnation spends no budget: nobody could look.
    """
    why, now = failure.message if isinstance(failure, GastownError) else repr(failure), town.clock.now()
    unseen = incarnation is None and isinstance(failure, Unavailable | Busy)
    with town.ledger.transaction() as ledger:
        if incarnation is None:
            incarnation = incarnations.mint(
                ledger, wish.address, wish.assignment, credential_hash=credential_hash(secrets.token_hex()),
                conversation=str(uuid.uuid4()), session=wish.name, head=None, why_older=wish.why_older, now=now,
                lasting=wish.lasting, because=wish.because,
            )  # fmt: skip
        incarnations.end(ledger, incarnation, f"{UNSEEN if unseen else COULD_NOT_START}: {why}", now)
        events.append(
            ledger, "supervisor", "agent.start_failed", wish.address, now,
            bead=wish.assignment.bead if wish.assignment else None, why=why,
        )  # fmt: skip
