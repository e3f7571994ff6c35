"""Slinging: putting a bead on an agent's hook, from where it propels itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from gastown.domain.assignments import Assignment, Caller
from gastown.domain.beads import Bead, BeadStatus
from gastown.domain.decide.dispatch import SlingFacts, check_slingable, taken_from
from gastown.domain.identity import Address, parse_address, polecat
from gastown.domain.roles import Capability
from gastown.domain.targets import AnyOf, Named
from gastown.errors import Invalid, NotFound, Refused
from gastown.ledger import agents, bead_writes, beads, convoys, events, graph, incarnations, merges, waits
from gastown.ledger.database import Database
from gastown.operations.molecules import of_work as steps
from gastown.operations.sessions.caller import fence
from gastown.operations.sessions.choice import check_runtime, runtime_of
from gastown.operations.sessions.permission import must_be_of_rig, permit
from gastown.operations.work.create import create, rig_of, usual_rig
from gastown.operations.work.lone_convoy import convoy_around
from gastown.operations.work.own_work import check_saved
from gastown.operations.work.target import free_polecat, make, rig_of_target
from gastown.operations.work.target import target as understood
from gastown.operations.work.unsling import check_unslingable, put_back
from gastown.town import Town
from gastown.world.wake import ring

PUT_WORK = "put work on others' hooks"
"""What only some roles may do, as it is said when it is refused."""


@dataclass(frozen=True, slots=True)
class Slung:
    """What was slung where. `already`: it was on that hook before; `created`: the bead was made from text."""

    bead: str
    title: str
    agent: str
    generation: int
    convoy: str | None
    already: bool
    created: bool
    taken_from: str | None = None
    """To whom it was assigned before, if that was somebody else; unslung it is nobody's."""
    deferred: bool = False
    """It lies on the hook, and no session is started or told for it yet."""
    restarted: bool = False
    """It was taken from a hook first, and begins anew."""
    paused: str | None = None
    """Why no session is started for its agent until somebody resumes it."""


@dataclass(frozen=True, slots=True)
class _Wishes:
    """How a bead is to be slung."""

    runtime: str | None
    defer: bool
    restart: bool


def sling(
    town: Town,
    what: str,
    target: str | None = None,
    *,
    runtime: str | None = None,
    defer: bool = False,
    restart: bool = False,
    by: Caller,
) -> Slung:
    """Put the bead `what`, or a new one with that text as its title, on a hook; wakes the supervisor.

    A wisp that is slung lasts from then on, with what it leans on. `defer`: no session begins for it until its
    agent's next start, or until it is slung there again without. `restart`: it is taken from whoever has it, and a
    fresh session begins it anew.

    Raises Invalid for a target that cannot be understood, NotFound, and Refused with a reason when the bead is
    blocked, closed, taken or in the queue, the rig is parked, the agent has something else on its hook or unsaved
    work of its own, or the caller may not.
    """
    by.must_be_current()
    wishes = _Wishes(runtime, defer, restart)
    bead = _known(town, what)
    wanted = _wanted(town, bead, target, restart=restart)
    if isinstance(wanted, Named) and not restart:
        check_saved(town, wanted.address, bead.id if bead else None)
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        _permit(town, ledger, by, wanted, bead)
        made = create(town, what, by=by, rig=rig_of_target(wanted)) if bead is None else None
        now = made or beads.get(ledger, bead.id if bead else what)
        slung = _put(town, ledger, now, wanted, wishes, by, created=made is not None)
    ring(town.places.wake)
    return slung


def _known(town: Town, what: str) -> Bead | None:
    """The bead of that id; None for a text that becomes one."""
    if any(c.isspace() for c in what.strip()):
        return None
    try:
        return beads.get(town.ledger, what.strip())
    except NotFound as missing:
        hint = 'bd create "…", or sling a sentence to file it and sling it in one'
        raise NotFound(missing.message, hint) from missing


def _wanted(town: Town, bead: Bead | None, target: str | None, *, restart: bool) -> AnyOf | Named:
    """Where it is to go: what is named, else whoever has it if it begins anew, else some polecat of its rig."""
    if bead is None:
        home = usual_rig(town)
        if home is None and not target:
            raise _which_rig(town)
        return understood(town, target, home=home)
    if restart and not target and (holder := agents.holder(town.ledger, bead.id)) is not None:
        return Named(parse_address(holder))
    home = bead.rig or rig_of(town, bead.id) or usual_rig(town)
    return understood(town, target, home=town.rig(home).name if home else None)


def _which_rig(town: Town) -> Invalid:
    rigs = list(town.rigs)
    if not rigs:
        return Invalid("the town has no rig to do that in", "gt rig add NAME URL_OR_PATH")
    return Invalid(f"which rig is that for? the town has {', '.join(rigs)}", f'gt sling "…" {rigs[0]}')


def _permit(town: Town, ledger: Database, by: Caller, wanted: AnyOf | Named, bead: Bead | None) -> None:
    """Who takes up one piece of work after the other may put what nobody has on its own hook as well."""
    holder = agents.holder(ledger, bead.id) if bead is not None else None
    taken = holder is not None and holder != by.address
    if by.incarnation is not None and isinstance(wanted, Named) and str(wanted.address) == by.address:
        own = incarnations.get(ledger, by.incarnation)
        if own is not None and own.lasting and not taken:
            return
    permit(town, by, Capability.SLING, PUT_WORK)
    must_be_of_rig(by, rig_of_target(wanted), "put work on hooks")
    if holder is not None and taken:
        must_be_of_rig(by, parse_address(holder).rig, "take work from agents")


def _put(  # noqa: PLR0917 - private
    town: Town, ledger: Database, bead: Bead, wanted: AnyOf | Named, wishes: _Wishes, by: Caller, *, created: bool
) -> Slung:  # fmt: skip
    holder = agents.open_assignment_of_bead(ledger, bead.id)
    if holder is not None and not wishes.restart and _is_there(holder, wanted, wishes.runtime):
        return _again(town, ledger, bead, holder, wishes, by)
    was = bead
    if holder is not None and wishes.restart:
        check_unslingable(holder)
        put_back(ledger, holder, by=by, now=town.clock.now())
        bead = beads.get(ledger, bead.id)
    _check(town, ledger, bead, wanted, None if wishes.restart else holder, by)
    address, runtime = _on_hook(town, ledger, bead, wanted, wishes, by), wishes.runtime
    now, agent = town.clock.now(), agents.get(ledger, str(address))
    if bead.ephemeral:  # an assignment is recorded, and so is what it is about
        graph.keep(ledger, bead.id, by=by.address, now=now)
    if bead.rig is None and address.rig is not None:
        bead_writes.set_rig(ledger, bead.id, address.rig, by=by.address, now=now)
    bead_writes.set_status(
        ledger, bead.id, bead.status, BeadStatus.HOOKED, assignee=str(address), by=by.address, now=now
    )
    generation = agents.assign(
        ledger, bead.id, str(address), by=by.address, runtime=runtime, now=now, deferred=wishes.defer
    )
    convoy = convoy_around(ledger, bead, by=by.address, now=now)
    molecule = steps.begin(town, ledger, bead, address, by=by.address, now=now)
    more = {"deferred": True} if wishes.defer else {}
    events.append(
        ledger, by.address, "bead.slung", bead.id, now, agent=str(address), generation=generation, runtime=runtime,
        molecule=molecule, **more,
    )  # fmt: skip
    if wishes.restart:
        _begin_afresh(ledger, address, by, town)
    return Slung(
        bead.id, bead.title, str(address), generation, convoy, already=False, created=created,
        taken_from=taken_from(was, str(address), by.address), deferred=wishes.defer,
        restarted=wishes.restart and holder is not None, paused=agent.paused if agent else None,
    )  # fmt: skip


def _is_there(holder: Assignment, wanted: AnyOf | Named, runtime: str | None) -> bool:
    """Whether this very sling has been done before."""
    there = parse_address(holder.agent)
    same = there.rig == wanted.rig if isinstance(wanted, AnyOf) else there == wanted.address
    return same and runtime in {None, holder.runtime}


def _again(  # noqa: PLR0917 - private
    town: Town, ledger: Database, bead: Bead, holder: Assignment, wishes: _Wishes, by: Caller
) -> Slung:
    """It is on that hook already; if it was put off until now, it begins."""
    begins = not wishes.defer and agents.undefer(ledger, holder.generation)
    if begins:
        events.append(
            ledger, by.address, "bead.undeferred", bead.id, town.clock.now(), agent=holder.agent,
            generation=holder.generation,
        )  # fmt: skip
    return Slung(
        bead.id, bead.title, holder.agent, holder.generation, convoys.convoy_of(ledger, bead.id), already=not begins,
        created=False, deferred=holder.deferred and not begins,
    )  # fmt: skip


def _check(  # noqa: PLR0917 - private
    town: Town, ledger: Database, bead: Bead, wanted: AnyOf | Named, holder: Assignment | None, by: Caller
) -> None:
    live, rig, now = merges.live_of_bead(ledger, bead.id), rig_of_target(wanted), town.clock.now()
    check_slingable(
        SlingFacts(
            bead, holder.agent if holder else None, f"{holder.started_at:%H:%M} UTC" if holder else "",
            _waits_for(ledger, bead.id), live.id if live else None, rig, town.rig(rig).parked if rig else "",
            by=by.address, human=by.is_human, target=str(wanted.address) if isinstance(wanted, Named) else None,
            deferred=bead.defer_until is not None and bead.defer_until > now,
        )
    )  # fmt: skip


def _on_hook(  # noqa: PLR0917 - private
    town: Town, ledger: Database, bead: Bead, wanted: AnyOf | Named, wishes: _Wishes, by: Caller
) -> Address:
    """Put it on the hook of the agent that is named, or chosen now."""
    if isinstance(wanted, Named):
        address = wanted.address
    else:
        address = polecat(wanted.rig, free_polecat(town, ledger, wanted.rig))
    make(ledger, address, by=by, now=town.clock.now())
    agent = agents.get(ledger, str(address))
    check_runtime(town, wishes.runtime or runtime_of(town, str(address), None))
    if not agents.hook(ledger, str(address), bead.id):
        what = agent.hook_bead if agent and agent.hook_bead else "something"
        if address.rig is not None:
            raise Refused(
                f"{address} has {what} on its hook", f"gt sling {bead.id} {address.rig} finds another"
            )
        raise Refused(f"{address} has {what} on its hook", f"gt unsling {address}, or wait for it")
    return address


def _begin_afresh(ledger: Database, address: Address, by: Caller, town: Town) -> None:
    """Have the session that would take the work up replaced by a fresh one, at the end of its turn."""
    session = incarnations.newest(ledger, str(address))
    if session is not None and session.lasting and session.ended_at is None:
        incarnations.wish_handoff(ledger, session.id, by=by.address, now=town.clock.now())


def _waits_for(ledger: Database, bead: str) -> Sequence[str]:
    """What must close or be freed before the bead can be worked on: what blocks it, and a parent that is held up."""
    blockers, known = graph.open_blockers(ledger, bead), waits.held(ledger, bead)
    if known is None or known.parent is None or known.waits == len(blockers):
        return blockers
    return [*blockers, known.parent]
