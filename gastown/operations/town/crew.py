"""Crew: the workers that a person names, keeps and talks to."""

from dataclasses import dataclass
from pathlib import Path

from gastown.domain.assignments import Caller
from gastown.domain.identity import Address, check_polecat_name, parse_address
from gastown.domain.roles import Capability
from gastown.domain.targets import MADE_BY_PEOPLE
from gastown.errors import Invalid, NotFound, Refused
from gastown.ledger import agents
from gastown.ledger.database import Database
from gastown.operations.sessions.caller import fence
from gastown.operations.sessions.choice import check_runtime
from gastown.operations.sessions.permission import must_be_of_rig, permit
from gastown.operations.sessions.place import folder_of
from gastown.operations.sessions.ready import make_ready
from gastown.operations.town.take_out import TakenOut, take_out
from gastown.operations.work.create import usual_rig
from gastown.operations.work.own_work import unsaved
from gastown.operations.work.target import make
from gastown.town import Town
from gastown.world.locks import lock

BECAUSE = "gt crew remove"
PATIENCE = 15.0
"""Seconds to wait for somebody who works on the same agent."""


@dataclass(frozen=True, slots=True)
class CrewAdded:
    """A crew member and where it works. `already`: it was there before."""

    agent: str
    rig: str
    name: str
    folder: Path
    branch: str | None
    """What is checked out there, if it was made now."""
    runtime: str | None
    """Its own agent CLI; None: its role's, rig's or town's."""
    already: bool


def add_crew(
    town: Town, name: str, *, rig: str | None = None, runtime: str | None = None, by: Caller
) -> CrewAdded:
    """Make a crew member of the rig (else the usual one) with a worktree on a branch of its own.

    Safe to repeat; one that was removed comes back, with its record. Raises Invalid for a name that is none or is
    taken, NotFound, Refused, and what making the worktree raises: then the next call makes it.
    """
    by.must_be_current()
    permit(town, by, Capability.SESSIONS, "add crew")
    address = _address(town, name, rig)
    must_be_of_rig(by, address.rig, "add crew")
    if runtime is not None:
        check_runtime(town, runtime)
    with lock(town.places.lock(str(address)), what=str(address), wait=PATIENCE):
        with town.ledger.transaction() as ledger:
            fence(ledger, by)
            _check_free(ledger, address)
            new = make(ledger, address, by=by, now=town.clock.now())
            if runtime is not None:
                agents.set_runtime(ledger, str(address), runtime)
        place = make_ready(town, None, address)
    row = agents.get(town.ledger, str(address))
    return CrewAdded(
        str(address), str(address.rig), address.name, place.folder, place.branch, row.runtime if row else None,
        already=not new,
    )  # fmt: skip


def _address(town: Town, name: str, rig: str | None) -> Address:
    """`ann` with a rig, or `web/ann`, or its full address."""
    home, slash, last = name.rpartition("/")
    if slash:
        home = home.removesuffix(f"/{MADE_BY_PEOPLE}")
        if rig is not None and rig != home:
            raise Invalid(f"{name} is not of {rig}", f"gt crew add {last} --rig {rig}")
        rig = home
    try:
        check_polecat_name(last)
    except Invalid as bad:
        raise Invalid(f"{last!r} cannot name a crew member", bad.hint) from bad
    rig = rig or usual_rig(town) or _only_rig(town)
    return Address(MADE_BY_PEOPLE, town.rig(rig).name, last)


def _only_rig(town: Town) -> str:
    rigs = list(town.rigs)
    if len(rigs) == 1:
        return rigs[0]
    if not rigs:
        raise NotFound("the town has no rig that crew could work in", "gt rig add NAME URL_OR_PATH")
    raise Invalid(f"crew of which rig? the town has {', '.join(rigs)}", f"--rig {rigs[0]}")


def _check_free(ledger: Database, address: Address) -> None:
    """Names that differ only in case are one, and so are those of crew and polecats: `web/ann` means one agent."""
    for agent in agents.all_agents(ledger, address.rig):
        other = parse_address(agent.address)
        if other == address or other.name.casefold() != address.name.casefold() or other.is_alone:
            continue
        if agent.removed_at is None or other.role == address.role:
            raise Invalid(f"{other} is called so already", f"take another name, or {other}")


def remove_crew(town: Town, address: str, *, force: bool = False, by: Caller) -> TakenOut:
    """Let a crew member leave. Its worktree is moved aside whole, its branches and its record stay.

    Unless forced, Refused while work is on its hook or something in its worktree is in no commit. Raises as
    `take_out` does. Safe to repeat, and to be cut off anywhere.
    """
    where = parse_address(address)
    if where.role != MADE_BY_PEOPLE:
        raise Refused(f"{address} is no crew", f"gt polecat nuke {address}, if it is a polecat")
    if not force:
        _check_idle(town, where)
    return take_out(
        town, address, again=f"gt crew add {where.name} --rig {where.rig}", whole=True, by=by, because=BECAUSE
    )


def _check_idle(town: Town, where: Address) -> None:
    agent = agents.get(town.ledger, str(where))
    if agent is None or agent.removed_at is not None:
        return
    if agent.hook_bead is not None:
        raise Refused(
            f"{where} works on {agent.hook_bead}",
            f"gt unsling {agent.hook_bead}, or --force: the work is open again then",
        )
    found = unsaved(town, where)
    if found is not None:
        raise Refused(
            f"{where} has work that is not committed: {found[0]}",
            f"commit it in {folder_of(town, str(where))}, or --force: it is kept, and the folder moved aside",
        )
